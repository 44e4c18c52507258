import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpolicy_nlp.training.thresholds import f_beta_threshold, fit_sigmoid, preset_thresholds


def f_beta(y, decisions, beta):
    return (1 + beta**2) * (y & decisions).sum() / (beta**2 * y.sum() + decisions.sum())


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0, 3.0])
def test_for_right_probabilities_no_other_threshold_is_better(beta):
    rng = np.random.default_rng(0)
    probabilities = rng.beta(0.4, 1.2, 200_000)
    y = (rng.random(len(probabilities)) < probabilities).astype(int)
    chosen = f_beta_threshold(probabilities, y, beta)
    best = max(f_beta(y, (probabilities >= cut).astype(int), beta) for cut in np.linspace(0.01, 0.99, 99))
    assert f_beta(y, (probabilities >= chosen).astype(int), beta) == pytest.approx(best, abs=2e-3)


def test_articles_told_apart_without_an_error_leave_the_choice_to_beta():
    y = np.array([0, 0, 0, 1, 1, 1])
    probabilities = np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9])
    assert f_beta_threshold(probabilities, y, 1.0) == pytest.approx(0.5)
    assert f_beta_threshold(probabilities, y, 2.0) == pytest.approx(0.2)
    presets = preset_thresholds(probabilities[:, np.newaxis], y[:, np.newaxis], 2.0)
    assert {name: value[0] for name, value in presets.items()} == pytest.approx(
        {"balanced": 0.2, "precise": 0.8, "sensitive": 1 / 17}
    )


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0.01, 0.99)), min_size=2, max_size=30), st.floats(0.2, 5))
def test_it_is_always_a_probability(pairs, beta):
    y = np.array([label for label, _ in pairs] + [1])
    probabilities = np.array([probability for _, probability in pairs] + [0.5])
    assert 0 < f_beta_threshold(probabilities, y, beta) <= 1 / (1 + beta**2) + 1e-12


def test_calibration_never_turns_the_order_round():
    scores = np.array([3.0, 2.0, -2.0, -3.0])
    slope, _ = fit_sigmoid(scores, np.array([0, 0, 1, 1]))
    assert slope > 0
    slope, offset = fit_sigmoid(np.repeat(scores, 50), np.repeat([1, 1, 0, 0], 50))
    assert 1 / (1 + np.exp(-(slope * 2 + offset))) > 0.9
