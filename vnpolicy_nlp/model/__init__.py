"""The trained tagger: arrays and words. Needs numpy and `vnpolicy_nlp.text`; trains nothing."""
