import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.training.thresholds import best_threshold, fit_sigmoid


def f1(y, decisions):
    return 2 * (y & decisions).sum() / (y.sum() + decisions.sum())


def test_a_clean_gap_is_cut_in_its_middle():
    y = np.array([0, 0, 0, 1, 1, 1])
    assert best_threshold(np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), y, 1.0) == pytest.approx(0.5)


def test_of_thresholds_that_cannot_be_told_apart_the_lowest_is_taken():
    rng = np.random.default_rng(0)
    y = (np.arange(400) < 130).astype(int)
    probabilities = np.where(y == 1, rng.beta(6, 2, 400), rng.beta(2, 8, 400))
    chosen = best_threshold(probabilities, y, 1.0)
    by_cut = {cut: f1(y, (probabilities >= cut).astype(int)) for cut in np.unique(probabilities)}
    best = max(by_cut, key=by_cut.get)
    assert chosen < best
    assert by_cut[best] - 0.03 < f1(y, (probabilities >= chosen).astype(int)) <= by_cut[best]


def test_at_the_other_end_the_highest_is_taken():
    rng = np.random.default_rng(0)
    y = (np.arange(400) < 130).astype(int)
    probabilities = np.where(y == 1, rng.beta(6, 2, 400), rng.beta(2, 8, 400))
    lowest, highest = (best_threshold(probabilities, y, 1.0, highest=end) for end in (False, True))
    by_cut = [f1(y, (probabilities >= cut).astype(int)) for cut in np.unique(probabilities)]
    assert lowest < highest
    assert max(by_cut) - 0.03 < f1(y, (probabilities >= highest).astype(int)) <= max(by_cut)


def test_beta_below_one_is_more_precise():
    rng = np.random.default_rng(1)
    y = (np.arange(400) < 130).astype(int)
    probabilities = np.clip(0.4 * y + 0.6 * rng.random(400), 0, 1)
    assert best_threshold(probabilities, y, 0.3) > best_threshold(probabilities, y, 3.0)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0.01, 0.99)), min_size=2, max_size=30))
def test_it_is_always_a_probability_that_some_article_reaches(pairs):
    y = np.array([label for label, _ in pairs] + [1])
    probabilities = np.array([probability for _, probability in pairs] + [0.5])
    threshold = best_threshold(probabilities, y, 1.0)
    assert 0 < threshold <= probabilities.max()


def test_calibration_never_turns_the_order_round():
    scores = np.array([3.0, 2.0, -2.0, -3.0])
    slope, _ = fit_sigmoid(scores, np.array([0, 0, 1, 1]))
    assert slope > 0
    slope, offset = fit_sigmoid(np.repeat(scores, 50), np.repeat([1, 1, 0, 0], 50))
    assert 1 / (1 + np.exp(-(slope * 2 + offset))) > 0.9
