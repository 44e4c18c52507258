"""From raw text to normalised text and to words. Needs underthesea and nothing above it."""
