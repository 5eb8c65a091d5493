"""Scores of estimates against a reference, with intervals and paired tests.

Conventions
-----------
- Arguments stand in the order ``(reference, estimated)``.
- A *span* is a tuple ``(article_id, start, end)`` or ``(article_id, start, end, label)``, half-open, in characters.
- A *clustering* is one cluster label per item; only which items share a label matters.
- Every score is in 0..1, except a difference (-1..1). A score without anything to score is 0, as in scikit-learn with
  ``zero_division=0``; the number of items is always given beside it.
- An interval resamples units: items, or whole groups of items that belong together (Efron & Tibshirani 1993).

Scikit-learn does what it has: F1, accuracy, contingency tables.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.schema import FramingError

__all__ = [
    "Difference",
    "Interval",
    "Scores",
    "accuracy",
    "bcubed",
    "bcubed_items",
    "bootstrap",
    "calibration_noise",
    "check_lengths",
    "ece",
    "macro_f1",
    "mcnemar",
    "micro_f1",
    "ngram_counts",
    "ngram_scores",
    "paired_bootstrap",
    "pairs",
    "soft_spans",
    "spans",
    "tokens",
]

Span = tuple[Any, ...]
Statistic = Callable[..., float]
_WORD = re.compile(r"\w+")


class MetricError(FramingError):
    """Inputs that cannot be scored."""


@dataclass(frozen=True)
class Scores:
    """Precision, recall and their harmonic mean, with the number of reference and estimated items."""

    precision: float
    recall: float
    f1: float
    n_reference: int
    n_estimated: int


@dataclass(frozen=True)
class Interval:
    """An estimate with a percentile bootstrap interval."""

    value: float
    low: float
    high: float
    level: float
    n: int
    n_units: int


@dataclass(frozen=True)
class Difference:
    """Second score minus first, over the same items: interval and two-sided p-value."""

    value: float
    low: float
    high: float
    level: float
    p: float
    n: int
    n_units: int


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _scores(hits_p: float, hits_r: float, n_reference: int, n_estimated: int) -> Scores:
    precision = hits_p / n_estimated if n_estimated else 0.0
    recall = hits_r / n_reference if n_reference else 0.0
    return Scores(precision, recall, _f1(precision, recall), n_reference, n_estimated)


def check_lengths(reference: Sequence[Any] | NDArray[Any], estimated: Sequence[Any] | NDArray[Any]) -> None:
    """Raise unless both have the same number of items, at least one.

    Raises
    ------
    MetricError
        With both numbers, and a guess at the slip.
    """
    n, m = len(reference), len(estimated)
    if n != m:
        hint = (
            " Are these spans? Score them with spans() or soft_spans()."
            if n and isinstance(reference[0], tuple)
            else ""
        )
        raise MetricError(
            f"reference has {n} items and estimated has {m}; they should be the same items in order.{hint}"
        )
    if n == 0:
        raise MetricError("nothing to score: no items. Were all of them filtered out?")


# --- labels ----------------------------------------------------------------------------------


def accuracy(reference: Sequence[Any], estimated: Sequence[Any]) -> float:
    """Share of items with the right label.

    Examples
    --------
    >>> accuracy(["a", "b"], ["a", "a"])
    0.5
    """
    from sklearn.metrics import accuracy_score

    check_lengths(reference, estimated)
    return float(accuracy_score(reference, estimated))


def macro_f1(reference: Sequence[Any], estimated: Sequence[Any], labels: Sequence[Any] | None = None) -> float:
    """Unweighted mean of the labels' F1.

    Parameters
    ----------
    reference, estimated
        One label per item.
    labels
        The labels to average over. Default: those in the reference or the estimate, as scikit-learn has it; a fold
        without a label then averages over fewer, so give them where folds are compared.

    Examples
    --------
    >>> round(macro_f1(["a", "b", "b"], ["a", "b", "a"]), 3)
    0.667
    """
    from sklearn.metrics import f1_score

    check_lengths(reference, estimated)
    return float(f1_score(reference, estimated, average="macro", labels=labels, zero_division=0))


def micro_f1(reference: Sequence[Any], estimated: Sequence[Any], labels: Sequence[Any] | None = None) -> float:
    """F1 over all decisions for `labels` together (with every label, this is accuracy)."""
    from sklearn.metrics import f1_score

    check_lengths(reference, estimated)
    return float(f1_score(reference, estimated, average="micro", labels=labels, zero_division=0))


def tokens(reference: Sequence[Any], estimated: Sequence[Any], outside: Any = "O") -> dict[str, float]:
    """F1 of each label over tokens or word pieces, and ``micro`` over all labels but `outside`.

    Word pieces weight long words more than tokens do: say which a figure counts.

    Examples
    --------
    >>> tokens(["O", "cue", "source"], ["O", "cue", "O"])
    {'cue': 1.0, 'source': 0.0, 'micro': 0.666...}
    """
    from sklearn.metrics import f1_score

    check_lengths(reference, estimated)
    labels = sorted({*reference, *estimated} - {outside}, key=str)
    if not labels:
        return {"micro": 0.0}
    each = f1_score(reference, estimated, average=None, labels=labels, zero_division=0)
    return {
        **{str(label): float(value) for label, value in zip(labels, each, strict=True)},
        "micro": micro_f1(reference, estimated, labels),
    }


def ece(reference: ArrayLike, probability: ArrayLike, n_bins: int = 15) -> float:
    """Expected calibration error: mean gap between stated probability and observed share, over bins of equal width.

    Parameters
    ----------
    reference
        1 or true where the event happened (for several classes: where the predicted label is right).
    probability
        The probability stated for it (for several classes: of the predicted label).
    n_bins
        Number of bins over 0..1 (Guo et al. 2017 use 15; Naeini et al. 2015 define the measure).

    Raises
    ------
    MetricError
        If a probability is outside 0..1.

    Examples
    --------
    >>> ece([1, 0], [0.75, 0.75])
    0.25
    """
    happened, stated = np.asarray(reference, dtype=float), np.asarray(probability, dtype=float)
    check_lengths(happened, stated)
    if np.isnan(stated).any() or stated.min() < 0 or stated.max() > 1:
        raise MetricError(
            f"probabilities should be in 0..1, found {stated.min():g}..{stated.max():g}. Are these logits or per cent?"
        )
    bins = np.clip(np.ceil(stated * n_bins).astype(int) - 1, 0, n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    gap = np.abs(np.bincount(bins, stated, n_bins) - np.bincount(bins, happened, n_bins))
    return float(gap[n > 0].sum() / len(stated))


def calibration_noise(probability: ArrayLike, n_bins: int = 15, *, draws: int = 500, seed: int = 0) -> float:
    """Calibration error that probabilities would show on average if they were right: what chance adds at this n.

    Examples
    --------
    >>> round(calibration_noise([0.5] * 100), 2), round(calibration_noise([0.5] * 10_000), 3)
    (0.04, 0.004)
    """
    stated = np.asarray(probability, dtype=float)
    happened = np.random.default_rng(seed).random((draws, len(stated))) < stated
    return float(np.mean([ece(one, stated, n_bins) for one in happened]))


# --- spans -----------------------------------------------------------------------------------


def spans(reference: Iterable[Span], estimated: Iterable[Span]) -> Scores:
    """Exact-match scores: a span counts if article, both ends and (if given) the label are equal.

    Examples
    --------
    >>> spans([("a", 0, 5), ("a", 9, 12)], [("a", 0, 5), ("a", 8, 12)]).f1
    0.5
    """
    gold, found = Counter(reference), Counter(estimated)
    hits = sum((gold & found).values())
    return _scores(hits, hits, sum(gold.values()), sum(found.values()))


def soft_spans(reference: Iterable[Span], estimated: Iterable[Span]) -> Scores:
    """Overlap scores: each span counts with the share of its characters that the other side covers.

    Precision is the mean over estimated spans of the share covered by reference spans of the same article and label;
    recall the other way round (Johansson & Moschitti 2013). Characters covered twice count once, so overlapping
    spans cannot add up to more than the whole.

    Examples
    --------
    >>> soft_spans([("a", 0, 10)], [("a", 5, 15)]).recall
    0.5
    """
    gold, found = list(reference), list(estimated)
    return _scores(_covered(found, gold), _covered(gold, found), len(gold), len(found))


def _covered(these: list[Span], by: list[Span]) -> float:
    cover: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for article, start, end, *label in by:
        cover[article, *label].append((start, end))
    merged = {key: _merge(value) for key, value in cover.items()}
    total = 0.0
    for article, start, end, *label in these:
        pieces = merged.get((article, *label), [])
        total += sum(max(0, min(end, e) - max(start, s)) for s, e in pieces) / max(1, end - start)
    return total


def _merge(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


# --- clusterings -----------------------------------------------------------------------------


def bcubed_items(
    reference: Sequence[Hashable], estimated: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """B-cubed precision and recall of every item.

    Precision of an item is the share of its estimated cluster that belongs to its reference cluster, itself included;
    recall the share of its reference cluster found in its estimated one (Bagga & Baldwin 1998).

    Returns
    -------
    tuple of ndarray
        Two arrays of shape (n_items,).
    """
    from sklearn.metrics.cluster import contingency_matrix

    check_lengths(reference, estimated)
    gold = np.unique(np.asarray(reference, dtype=str), return_inverse=True)[1]
    found = np.unique(np.asarray(estimated, dtype=str), return_inverse=True)[1]
    table = np.asarray(contingency_matrix(gold, found))
    both = table[gold, found]
    return both / table.sum(axis=0)[found], both / table.sum(axis=1)[gold]


def bcubed(reference: Sequence[Hashable], estimated: Sequence[Hashable]) -> Scores:
    """B-cubed scores of a clustering: means over items, F1 their harmonic mean (Bagga & Baldwin 1998).

    Examples
    --------
    >>> bcubed(["x", "x", "y"], [1, 1, 1]).recall
    1.0
    """
    precision, recall = bcubed_items(reference, estimated)
    n, p, r = len(precision), float(precision.mean()), float(recall.mean())
    return Scores(p, r, _f1(p, r), n, n)


def pairs(reference: Sequence[Hashable], estimated: Sequence[Hashable]) -> Scores:
    """Scores over pairs of items that share a cluster; large clusters weigh with the square of their size.

    Examples
    --------
    >>> pairs(["x", "x", "y"], [1, 1, 1]).precision
    0.333...
    """
    from sklearn.metrics.cluster import pair_confusion_matrix

    check_lengths(reference, estimated)
    table = pair_confusion_matrix(np.asarray(reference, dtype=str), np.asarray(estimated, dtype=str))
    hits, missed, wrong = int(table[1, 1]) // 2, int(table[1, 0]) // 2, int(table[0, 1]) // 2
    return _scores(hits, hits, hits + missed, hits + wrong)


# --- extracted text --------------------------------------------------------------------------


def ngram_counts(reference: str, estimated: str, n: int = 4) -> tuple[float, float, float]:
    """Shares of matched, added and lost n-grams of words between two texts; the three add up to 1.

    Counting shares makes every page weigh the same, however long. A text shorter than `n` words is one gram.

    Examples
    --------
    >>> ngram_counts("one two three four", "one two three four five")
    (0.5, 0.5, 0.0)
    """
    gold, found = _ngrams(reference, n), _ngrams(estimated, n)
    counts = [sum((gold & found).values()), sum((found - gold).values()), sum((gold - found).values())]
    total = sum(counts)
    matched, added, lost = (count / total if total else 0.0 for count in counts)
    return matched, added, lost


def _ngrams(text: str, n: int) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text or "")
    return Counter(tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))) if words else Counter()


def ngram_scores(reference: Sequence[str], estimated: Sequence[str], n: int = 4) -> Scores:
    """Scores of extracted texts over n-grams of words, summed over pages that weigh the same.

    The measure of the article extraction benchmark (Scrapinghub 2020).

    Examples
    --------
    >>> ngram_scores(["one two three four"], ["one two three four five"]).precision
    0.5
    """
    check_lengths(reference, estimated)
    counts = np.array([ngram_counts(r, e, n) for r, e in zip(reference, estimated, strict=True)])
    matched, added, lost = counts.sum(axis=0)
    precision = matched / (matched + added) if matched + added else 0.0
    recall = matched / (matched + lost) if matched + lost else 0.0
    return Scores(float(precision), float(recall), _f1(precision, recall), len(counts), len(counts))


# --- intervals and tests ---------------------------------------------------------------------


def _resamples(groups: NDArray[Any], n_resamples: int, seed: int) -> Iterable[NDArray[np.intp]]:
    """Item indices of resamples of whole groups, with replacement."""
    codes = np.unique(groups, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rng = np.random.default_rng(seed)
    for _ in range(n_resamples):
        drawn = rng.integers(0, len(sizes), len(sizes))
        lengths = sizes[drawn]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield order[np.repeat(starts[drawn], lengths) + within]


def _groups(groups: Sequence[Hashable] | None, n: int) -> NDArray[Any]:
    if groups is None:
        return np.arange(n)
    if len(groups) != n:
        raise MetricError(f"groups has {len(groups)} entries for {n} items; give one per item")
    return np.asarray(groups, dtype=str)


def bootstrap(
    statistic: Statistic,
    *arrays: Sequence[Any] | NDArray[Any],
    groups: Sequence[Hashable] | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int,
) -> Interval:
    """Percentile bootstrap interval of ``statistic(*arrays)`` (Efron & Tibshirani 1993).

    Parameters
    ----------
    statistic
        Function of the arrays, each indexed alike.
    *arrays
        Arrays of shape (n_items,).
    groups
        Group of every item (an article, a topic); groups are drawn whole, as their items are not independent.
    n_resamples, level, seed
        Number of resamples, coverage, seed of the generator.

    Examples
    --------
    >>> found = bootstrap(accuracy, ["a"] * 50, ["a"] * 25 + ["b"] * 25, seed=0)
    >>> found.low < found.value < found.high
    True
    """
    data = [np.asarray(a) for a in arrays]
    for other in data[1:]:
        check_lengths(data[0], other)
    units = _groups(groups, len(data[0]))
    drawn = [statistic(*(a[index] for a in data)) for index in _resamples(units, n_resamples, seed)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    value = statistic(*data)
    return Interval(float(value), float(low), float(high), level, len(data[0]), len(np.unique(units)))


def paired_bootstrap(
    statistic: Statistic,
    reference: Sequence[Any] | NDArray[Any],
    first: Sequence[Any] | NDArray[Any],
    second: Sequence[Any] | NDArray[Any],
    *extra: Sequence[Any] | NDArray[Any],
    groups: Sequence[Hashable] | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int,
) -> Difference:
    """Difference of two estimates' scores on the same items, `second` minus `first`.

    Both are scored on the same resamples. The p-value is twice the smaller tail of differences on the far side of 0,
    with one added to both counts so that it is never 0 (Davison & Hinkley 1997, 4.2.5).

    Examples
    --------
    >>> gold = ["a", "b"] * 20
    >>> paired_bootstrap(accuracy, gold, ["a"] * 40, gold, seed=0).value
    0.5
    """
    data = [np.asarray(a) for a in (reference, first, second, *extra)]
    for other in data[1:]:
        check_lengths(data[0], other)
    units = _groups(groups, len(data[0]))

    def gap(gold: NDArray[Any], a: NDArray[Any], b: NDArray[Any], *rest: NDArray[Any]) -> float:
        return statistic(gold, b, *rest) - statistic(gold, a, *rest)

    drawn = np.array([gap(*(a[index] for a in data)) for index in _resamples(units, n_resamples, seed)])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    tail = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p = min(1.0, 2 * (tail + 1) / (n_resamples + 1))
    return Difference(float(gap(*data)), float(low), float(high), level, p, len(data[0]), len(np.unique(units)))


def mcnemar(reference: Sequence[Any], first: Sequence[Any], second: Sequence[Any]) -> float:
    """Two-sided exact p-value of McNemar's test of two classifiers' errors on the same items.

    Items are taken as independent; where they come in groups, prefer :func:`paired_bootstrap` (McNemar 1947).

    Examples
    --------
    >>> mcnemar(["a"] * 8, ["a"] * 8, ["b"] * 8)
    0.0078125
    """
    from scipy.stats import binomtest

    gold, a, b = (np.asarray(x) for x in (reference, first, second))
    check_lengths(gold, a)
    check_lengths(gold, b)
    only_first = int(((a == gold) & (b != gold)).sum())
    only_second = int(((a != gold) & (b == gold)).sum())
    n = only_first + only_second
    return float(binomtest(only_first, n, 0.5).pvalue) if n else 1.0
