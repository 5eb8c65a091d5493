"""Scores against values worked out by hand, and against each other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing import metrics


def test_bcubed_is_the_textbook_example():
    # Bagga & Baldwin 1998: {1..5} {6,7} {8..12} against {1..5} {6..12}
    gold = [1] * 5 + [2] * 2 + [3] * 5
    found = [1] * 5 + [2] * 7
    scores = metrics.bcubed(gold, found)
    assert scores.precision == pytest.approx((5 + 2 * 2 / 7 + 5 * 5 / 7) / 12)
    assert scores.recall == 1.0


def test_pairs_counts_pairs():
    scores = metrics.pairs(["x", "x", "x", "y", "y"], [1, 1, 2, 2, 2])
    assert (scores.n_reference, scores.n_estimated) == (4, 4)
    assert scores.precision == scores.recall == 0.5


def test_no_pairs_is_zero_not_an_error():
    assert metrics.pairs([1, 2], [1, 2]).f1 == 0.0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_clusterings_are_bounded_symmetric_and_blind_to_names(rows):
    gold, found = [a for a, _ in rows], [b for _, b in rows]
    one, other = metrics.bcubed(gold, found), metrics.bcubed(found, gold)
    assert 0 < one.f1 <= 1
    assert one.precision == pytest.approx(other.recall)
    renamed = metrics.bcubed(gold, [f"c{b}" for b in found])
    assert renamed == one
    assert metrics.bcubed(gold, gold).f1 == 1.0


def test_exact_spans_count_repeats_once_each():
    gold = [("a", 0, 3), ("a", 0, 3)]
    assert metrics.spans(gold, [("a", 0, 3)]).recall == 0.5
    assert metrics.spans(gold, []).f1 == 0.0
    assert metrics.spans([("a", 0, 3, "cue")], [("a", 0, 3, "source")]).f1 == 0.0


def test_soft_spans_cannot_be_inflated_by_overlap():
    scores = metrics.soft_spans([("a", 0, 10)], [("a", 0, 10)] * 3)
    assert scores.recall == 1.0
    assert metrics.soft_spans([("a", 0, 10)], [("b", 0, 10)]).f1 == 0.0


_spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 9)).map(lambda s: (s[0], s[1], s[1] + s[2])),
    max_size=8,
)


@given(_spans, _spans)
def test_soft_is_never_below_exact_and_is_bounded(gold, found):
    soft, exact = metrics.soft_spans(gold, found), metrics.spans(gold, found)
    assert exact.precision - 1e-9 <= soft.precision <= 1 + 1e-9
    assert exact.recall - 1e-9 <= soft.recall <= 1 + 1e-9


def test_ece_against_a_hand_count():
    # bins of width .1: (.95, .95 -> 1 of 2 right), (.15 -> 0 of 1)
    assert metrics.ece([1, 0, 0], [0.95, 0.95, 0.15], n_bins=10) == pytest.approx((2 * 0.45 + 0.15) / 3)
    assert metrics.ece([1, 0], [1.0, 0.0]) == 0.0
    with pytest.raises(metrics.MetricError, match="logits or per cent"):
        metrics.ece([1], [40])


def test_ngrams_weigh_pages_alike():
    scores = metrics.ngram_scores(["a b c d", "one two three four " * 50], ["a b c d", ""])
    assert scores.recall == pytest.approx(0.5)
    assert scores.precision == 1.0
    assert metrics.ngram_counts("", "") == (0.0, 0.0, 0.0)


def test_bootstrap_interval_is_that_of_the_mean():
    rng = np.random.default_rng(1)
    hits = rng.random(400) < 0.7
    found = metrics.bootstrap(lambda x: float(np.mean(x)), hits, seed=3, n_resamples=2000)
    half = 1.96 * math.sqrt(found.value * (1 - found.value) / 400)
    assert found.high - found.value == pytest.approx(half, rel=0.15)
    assert metrics.bootstrap(lambda x: float(np.mean(x)), hits, seed=3) == metrics.bootstrap(
        lambda x: float(np.mean(x)), hits, seed=3
    )


def test_groups_widen_the_interval():
    values = np.repeat(np.random.default_rng(0).random(20), 20)
    groups = np.repeat(np.arange(20), 20)
    alone = metrics.bootstrap(lambda x: float(np.mean(x)), values, seed=0)
    together = metrics.bootstrap(lambda x: float(np.mean(x)), values, groups=list(groups), seed=0)
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert together.n_units == 20


def test_paired_tests_see_a_difference_and_no_difference():
    rng = np.random.default_rng(5)
    gold = rng.integers(0, 2, 300)
    good = np.where(rng.random(300) < 0.9, gold, 1 - gold)
    poor = np.where(rng.random(300) < 0.6, gold, 1 - gold)
    found = metrics.paired_bootstrap(metrics.accuracy, gold, poor, good, seed=0)
    assert found.low > 0
    assert found.p < 0.01
    assert metrics.mcnemar(gold, poor, good) < 0.001
    same = metrics.paired_bootstrap(metrics.accuracy, gold, good, good, seed=0)
    assert same.value == 0
    assert same.p == 1
    assert metrics.mcnemar(gold, good, good) == 1


def test_lengths_that_differ_are_named():
    with pytest.raises(metrics.MetricError, match="2 items and estimated has 1"):
        metrics.accuracy(["a", "b"], ["a"])
    with pytest.raises(metrics.MetricError, match=r"score them with spans|Score them with spans"):
        metrics.macro_f1([("a", 0, 1)], [])
    with pytest.raises(metrics.MetricError, match="nothing to score"):
        metrics.accuracy([], [])


def test_tokens_without_any_label():
    assert metrics.tokens(["O"], ["O"]) == {"micro": 0.0}
