"""Training and measuring with scikit-learn and pandas. Uses the model; the other wings do not use it."""
