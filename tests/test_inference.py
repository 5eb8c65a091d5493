"""Outlet effects against an independent implementation, and the properties that tests and intervals must have."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from framing.comparison import inference


def panel(seed=0, n_events=60, n_outlets=5, share=0.6, n_storylines=20):
    """Random unbalanced cells: the design, values, and the same as a table."""
    rng = np.random.default_rng(seed)
    seen = rng.random((n_events, n_outlets)) < share
    seen[seen.sum(axis=1) < 2, :2] = True
    event, outlet = np.nonzero(seen)
    storyline = np.arange(n_events) % n_storylines
    design = inference.Design(event, outlet, storyline, n_outlets, n_storylines)
    y = (
        rng.normal(size=n_events)[event]
        + 0.5 * outlet
        + rng.normal(size=(n_storylines, n_outlets))[storyline[event], outlet]
    )
    return design, (y + rng.normal(size=len(event)))[:, None]


def others(n):
    return np.eye(n) - (1 - np.eye(n)) / (n - 1)


def test_effects_are_those_of_least_squares_with_dummies():
    design, y = panel()
    fitted = inference.fit(design, y, np.ones(5, dtype=bool))
    table = pd.DataFrame({"event": design.event.astype(str), "outlet": design.outlet.astype(str)})
    dummies = pd.get_dummies(table, drop_first=True).astype(float)
    ols = sm.OLS(y[:, 0], sm.add_constant(dummies)).fit(
        cov_type="cluster", cov_kwds={"groups": design.cell_storyline, "use_correction": False}
    )
    expected = np.array([0.0, *(ols.params[f"outlet_{i}"] for i in range(1, 5))])
    effects = fitted.effects[:, 0]
    np.testing.assert_allclose(effects - effects[0], expected, atol=1e-10)
    contrast = np.zeros((5, 1))
    contrast[3, 0], contrast[0, 0] = 1, -1
    se = inference.contrasts(fitted, contrast, inference.flips(20, 200, 0), 0.95).se[0, 0]
    # residuals from fits without the storyline: a little larger than the plain cluster-robust error
    assert ols.bse["outlet_3"] < se < ols.bse["outlet_3"] * 1.3


def test_residual_scores_are_those_of_a_fit_without_the_storyline():
    design, y = panel(n_events=30, n_storylines=10)
    inside = np.ones(5, dtype=bool)
    fitted = inference.fit(design, y, inside)
    g = fitted.inverse @ others(5)
    x, _ = inference._without_itself(fitted, g)
    s = 4
    rest = design.cell_storyline != s
    kept = inference.Design(design.event[rest], design.outlet[rest], design.storyline, 5, 10)
    refit = inference.fit(kept, y[rest], inside)
    left_out = design.demean(y - refit.effects[design.outlet])
    np.testing.assert_allclose(x[s], design.by_storyline(g[design.outlet] * left_out)[s][:, None], atol=1e-9)


def test_levels_differ_as_effects_do():
    design, y = panel()
    fitted = inference.fit(design, y, np.ones(5, dtype=bool))
    np.testing.assert_allclose(np.diff(fitted.levels[:, 0]), np.diff(fitted.effects[:, 0]))


def test_balanced_panel_gives_plain_means():
    design, _ = panel(share=1.1)
    y = np.random.default_rng(1).random((len(design.event), 2))
    fitted = inference.fit(design, y, np.ones(5, dtype=bool))
    means = design.by_outlet(y) / 60
    np.testing.assert_allclose(fitted.levels, means)


@given(st.integers(0, 50), st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=15, deadline=None)
def test_interval_and_test_agree(seed, level):
    design, y = panel(seed, n_events=24, n_storylines=12)
    fitted = inference.fit(design, y, np.ones(5, dtype=bool))
    found = inference.contrasts(fitted, others(5), inference.flips(12, 500, seed), level)
    excluded = (found.low > 0) | (found.high < 0)
    np.testing.assert_array_equal(excluded, found.p <= 1 - level + 1e-12)


@given(st.integers(0, 50), st.floats(-5, 5))
@settings(max_examples=15, deadline=None)
def test_interval_moves_with_the_outlet(seed, shift):
    design, y = panel(seed, n_events=24, n_storylines=12)
    signs, inside = inference.flips(12, 300, 0), np.ones(5, dtype=bool)
    contrast = np.array([[1.0], [-1.0], [0], [0], [0]])
    before = inference.contrasts(inference.fit(design, y, inside), contrast, signs, 0.95)
    moved = y + shift * (design.outlet == 0)[:, None]
    after = inference.contrasts(inference.fit(design, moved, inside), contrast, signs, 0.95)
    np.testing.assert_allclose(after.low - before.low, shift, atol=1e-3)
    np.testing.assert_allclose(after.high - before.high, shift, atol=1e-3)


def test_contrasts_of_several_measures_are_those_of_each():
    design, y = panel()
    both = np.concatenate([y, -2 * y + 1], axis=1)
    signs, inside = inference.flips(20, 300, 0), np.ones(5, dtype=bool)
    one = inference.contrasts(inference.fit(design, y, inside), others(5), signs, 0.95)
    two = inference.contrasts(inference.fit(design, both, inside), others(5), signs, 0.95)
    np.testing.assert_allclose(two.low[:, :1], one.low, rtol=1e-4)
    np.testing.assert_allclose(two.high[:, 1], -2 * one.low[:, 0], rtol=1e-4)


def test_outlets_of_two_islands_are_told_apart():
    design = inference.Design(
        np.array([0, 0, 1, 1, 2]), np.array([0, 1, 2, 3, 4]), np.arange(3), n_outlets=5, n_storylines=3
    )
    labels = design.components()
    assert labels[0] == labels[1] != labels[2] == labels[3]
    assert labels[4] == -1


def test_benjamini_yekutieli_is_that_of_statsmodels():
    p = np.random.default_rng(0).random(50) ** 3
    np.testing.assert_allclose(inference.benjamini_yekutieli(p), multipletests(p, method="fdr_by")[1])


def test_max_t_lies_between_the_plain_p_and_bonferroni():
    rng = np.random.default_rng(0)
    statistics = np.abs(rng.normal(size=(999, 8)))
    statistics[0] += np.linspace(0, 3, 8)
    plain = (statistics >= statistics[0]).mean(axis=0)
    adjusted = inference.max_t(statistics)
    assert (adjusted >= plain - 1e-12).all()
    assert (adjusted <= np.minimum(8 * plain, 1) + 1e-12).all()


def test_max_t_of_identical_tests_costs_nothing():
    statistics = np.repeat(np.abs(np.random.default_rng(0).normal(size=(500, 1))), 4, axis=1)
    statistics[0] = 2.0
    np.testing.assert_allclose(inference.max_t(statistics), (statistics[:, 0] >= 2).mean())


def test_bootstrap_t_of_a_mean_is_near_the_t_interval():
    x = np.random.default_rng(3).normal(size=40)
    low, high = inference.studentised(((x - x.mean()) / 40)[:, None], inference.draws(40, 4000, 0), 0.95)
    half = 2.02 * x.std(ddof=1) / np.sqrt(40)
    assert low[0] == pytest.approx(-half, rel=0.15)
    assert high[0] == pytest.approx(half, rel=0.15)


def test_detectable_difference_shrinks_with_storylines():
    found = inference.detectable(np.array([1.0, 1.0]), np.array([10, 1000]), 0.95)
    assert found[0] > found[1] > 2.79


def test_seed_decides_everything():
    one, same, other = (np.concatenate(list(inference.flips(5, 100, seed).blocks())) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
