"""Tagging whole archives without losing a row or a character. Uses the model; the other wings do not use it."""
