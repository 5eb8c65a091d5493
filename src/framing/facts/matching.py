"""Which sentences of an event's articles tell the same: the matcher, the sentences it compares, and the pairs it finds."""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from framing.events.signals import background, names, numbers, words
from framing.facts.content import Content, content, other_judgement, other_statement, same_number, telling
from framing.facts.polarity import contradictory
from framing.facts.quantities import contradict, quantities

if TYPE_CHECKING:
    from framing.encode import Encoding

FEATURES = ("vector", "words", "contained", "names", "numbers", "numbers_differ")
LEAST_WORDS = 5
MOST_WORDS = 120
"""Words of a sentence between which it can tell a fact: shorter ones are fragments, longer ones lists or broken text."""
MOST_SENTENCES = 400
"""Sentences of one article that are aligned: a live blog costs no more than a long report."""
PRIOR = 300.0
RARE = 0.001
"""Share of texts assumed to hold a word that the background table lacks; the table counts as `PRIOR` sentences."""
COMMON = 200
"""A term in more sentences of the event than this (or a fifth of them, if that is more) brings no two together."""
LEAST_SHARED = 0.1
"""Share of the shorter sentence's weighted words that a pair must have in common to be looked at."""
LARGE = 100.0
"""A number from which two sentences of an event that give it, of whatever, are near each other."""
AGAINST = -1.0
"""What a pair that cannot be one fact counts in the linkage: one such pair outweighs several that agree."""
BLOCK = 512
FLOOR = 0.05
"""Pairs less likely than this are not kept."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Matcher:
    """The logistic model of a pair, its thresholds, and how well it did on coded pairs it had not seen.

    Parameters
    ----------
    intercept, coefficients
        Of the standard logistic model; one coefficient per name in :data:`FEATURES`.
    same
        Mean probability from which sentences are joined to one fact.
    near
        Probability from which a text is no longer said to lack the fact.
    quality
        Measured: precision, recall, false alarms, each ``[value, low, high, n]``.
    slope, shift
        Of the calibration: logit of the confidence = shift + slope * logit of the probability.
    ceiling
        Highest confidence given: the share of joined pairs that were right on the coded pairs it was chosen on.
    """

    intercept: float
    coefficients: Mapping[str, float]
    same: float
    near: float
    quality: Mapping[str, Sequence[float]]
    slope: float = 1.0
    shift: float = 0.0
    ceiling: float = 1.0

    def confidence(self, probability: Floats) -> Floats:
        """Probability calibrated to all pairs of sentences of an event (Platt's scaling), same shape."""
        p = np.clip(probability, 1e-9, 1 - 1e-9)
        scaled = 1.0 / (1.0 + np.exp(-(self.shift + self.slope * np.log(p / (1 - p)))))
        return np.asarray(np.minimum(scaled, self.ceiling))

    def probability(self, features: Floats) -> Floats:
        """Probability of telling the same fact; `features` (n, 6) in the order of :data:`FEATURES`."""
        weights = np.array([self.coefficients[name] for name in FEATURES])
        return np.asarray(1.0 / (1.0 + np.exp(-(features @ weights + self.intercept))))


@functools.cache
def matcher() -> Matcher:
    """Return the shipped matcher."""
    source = importlib.resources.files("framing").joinpath("knowledge/facts.toml")
    return Matcher(**tomllib.loads(source.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Units:
    """Sentences of the articles of one event, and what pairs of them are compared by.

    Parameters
    ----------
    table
        article (row of the articles given), part, start, end; one row per sentence.
    vectors
        (n, 384), unit rows.
    terms
        ``words``, ``names``, ``numbers``: (n, terms), 1 where the sentence has the term.
    weights
        Per kind, what a term counts: (terms,).
    amounts
        Per sentence, the values of every quantity in it, see :func:`quantities`.
    contents
        Per sentence, what it says, whoever says it, see :func:`content`.
    """

    table: pd.DataFrame
    vectors: NDArray[np.float32]
    terms: dict[str, sp.csr_matrix]
    weights: dict[str, Floats]
    amounts: list[dict[str, set[float]]]
    contents: list[Content]

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.table)


def read_units(articles: pd.DataFrame, encodings: Mapping[str, Encoding]) -> Units:
    """Collect the sentences of an event's articles; repeated sentences of one article are read once."""
    rows: list[tuple[int, str, int, int]] = []
    vectors: list[NDArray[np.float32]] = []
    said: list[str] = []
    for number, article in enumerate(articles.to_dict("records")):
        found = encodings.get(str(article["article_id"]))
        seen: set[str] = set()
        for sentence, vector in zip(found.sentences, found.vectors, strict=True) if found is not None else ():
            text = article[sentence.part][sentence.start : sentence.end]
            if not LEAST_WORDS <= len(text.split()) <= MOST_WORDS or text in seen:
                continue
            if len(seen) >= MOST_SENTENCES:
                break
            seen.add(text)
            rows.append((number, sentence.part, sentence.start, sentence.end))
            vectors.append(vector)
            said.append(text)
    table = pd.DataFrame(rows, columns=["article", "part", "start", "end"])
    terms, weights = {}, {}
    for kind, read, share in (
        ("words", words, _share),
        ("names", names, _share_name),
        ("numbers", numbers, _share_number),
    ):
        terms[kind], weights[kind] = _terms([sorted(set(read(text))) for text in said], share)
    stacked = np.array(vectors, dtype=np.float32) if vectors else np.zeros((0, 1), dtype=np.float32)
    return Units(table, stacked, terms, weights, [quantities(text) for text in said], [content(text) for text in said])


def _share(term: str) -> float:
    return background().get(term, RARE)


def _share_name(term: str) -> float:
    return RARE / 2 if " " in term else _share(term) / 2


def _share_number(term: str) -> float:
    return 0.1 if len(term) < 2 else 0.02 if len(term) < 3 else 0.005


def _terms(listed: list[list[str]], share: Any) -> tuple[sp.csr_matrix, Floats]:
    """Presence of terms per sentence, and weights: rare in the language and in this event counts most."""
    column = {term: number for number, term in enumerate(sorted({term for each in listed for term in each}))}
    where = np.array([column[term] for each in listed for term in each], dtype=np.int64)
    ends = np.cumsum([0, *map(len, listed)])
    matrix = sp.csr_matrix((np.ones(len(where)), where, ends), shape=(len(listed), len(column)))
    count = np.bincount(where, minlength=len(column))
    expected = np.array([share(term) for term in column])
    weight = np.log((len(listed) + PRIOR) / (count + PRIOR * expected))
    return matrix, np.clip(weight, 0.0, None)


def pairs(units: Units, judge: Matcher | None = None) -> tuple[Ints, Ints, Floats]:
    """Pairs of sentences of different articles that may tell the same fact.

    Only sentences that share an uncommon word or a telling number are compared, so the cost grows with the sentences, not with their
    square.

    Returns
    -------
    left, right, probability
        Rows of `units` (left < right), each (n_pairs,), and the probability, at least :data:`FLOOR`.
    """
    return _pairs(units, judge or matcher())[:3]


def linkable(units: Units, judge: Matcher | None = None) -> tuple[Ints, Ints, Floats, Floats]:
    """Pairs as :func:`pairs` gives them, and what each counts in the linkage: its probability, or :data:`AGAINST`.

    Returns
    -------
    left, right, probability, counts
        Each (n_pairs,).
    """
    return _pairs(units, judge or matcher())


def _pairs(units: Units, judge: Matcher) -> tuple[Ints, Ints, Floats, Floats]:
    """All pairs, those that share words first, then those that share but a number."""
    article = units.table["article"].to_numpy()
    near = max(judge.near, FLOOR)
    found: list[tuple[Ints, Ints, Floats, Floats]] = []
    for left, right in _candidates(units):
        other = article[left] != article[right]
        left, right = left[other], right[other]
        for at in range(0, len(left), 50_000):
            i, j = left[at : at + 50_000], right[at : at + 50_000]
            probability = judge.probability(compared(units, i, j))
            kept = probability >= FLOOR
            i, j, probability = i[kept], j[kept], probability[kept]
            counts = probability.copy()
            for row in np.flatnonzero(probability > judge.near):
                one, two = int(i[row]), int(j[row])
                if _apart(units, one, two):
                    probability[row], counts[row] = near, AGAINST  # near enough not to be missing, never the same
                elif _same_number(units, one, two):
                    probability[row] = counts[row] = max(probability[row], judge.same)
            found.append((i, j, probability, counts))
    left, right, probability, counts = (
        (np.concatenate(column) for column in zip(*found, strict=True))
        if found
        else (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    )
    i, j = _by_number(units)
    known, shared = left * len(units) + right, i * len(units) + j
    probability = np.where(np.isin(known, shared), np.maximum(probability, near), probability)
    counts = np.where(np.isin(known, shared) & (counts >= 0), np.maximum(counts, near), counts)
    i, j = (rows[~np.isin(shared, known)] for rows in (i, j))
    more = np.full(len(i), near)
    return (
        np.concatenate([left, i]),
        np.concatenate([right, j]),
        np.concatenate([probability, more]),
        np.concatenate([counts, more]),
    )


def _apart(units: Units, one: int, two: int) -> bool:
    """Whether two sentences cannot be one fact, whatever they share."""
    told, counted = [units.contents[r] for r in (one, two)], [units.amounts[r] for r in (one, two)]
    return (
        contradict(*counted)
        or contradictory(told[0].polarity, told[1].polarity)
        or other_judgement(*told)
        or other_statement(*told)
    )


def _same_number(units: Units, one: int, two: int) -> bool:
    return same_number(units.contents[one], units.contents[two], units.amounts[one], units.amounts[two])


def _by_number(units: Units) -> tuple[Ints, Ints]:
    """Pairs of different articles (left < right) that share a telling number, of one quantity or too large to meet by chance."""
    places: dict[tuple[str, float], list[int]] = defaultdict(list)
    for row, amounts in enumerate(units.amounts):
        told = {(unit, value) for unit, values in amounts.items() for value in values if telling(unit, value)}
        for key in told | {("", value) for _, value in told if value >= LARGE or value % 1}:
            places[key].append(row)
    article = units.table["article"].to_numpy()
    shared = {
        (i, j) for rows in places.values() if len(rows) <= COMMON for i, j in itertools.combinations(rows, 2) if article[i] != article[j]
    }  # fmt: skip
    listed = np.array(sorted(shared), dtype=np.int64).reshape(-1, 2)
    return listed[:, 0], listed[:, 1]


def _candidates(units: Units) -> Iterator[tuple[Ints, Ints]]:
    """Pairs (left < right) that share enough of the shorter one's weighted words, block by block."""
    matrix, weight = units.terms["words"], units.weights["words"]
    mass = np.asarray(matrix @ weight).ravel()
    count = np.asarray(matrix.sum(axis=0)).ravel()
    kept = (count > 1) & (weight > 0) & (count <= max(COMMON, len(units) // 5 if len(units) <= 5 * COMMON else 0))
    use = sp.csr_matrix(matrix[:, kept] @ sp.diags(np.sqrt(weight[kept])))
    turned = use.T.tocsc()
    for at in range(0, len(units), BLOCK):
        shared = (use[at : at + BLOCK] @ turned).tocoo()
        left, right = shared.row.astype(np.int64) + at, shared.col.astype(np.int64)
        enough = (left < right) & (shared.data >= LEAST_SHARED * np.minimum(mass[left], mass[right]))
        yield left[enough], right[enough]


def compared(units: Units, left: Ints, right: Ints) -> Floats:
    """Features of pairs of sentences, (n_pairs, 6) in the order of :data:`FEATURES`, each 0..1 (``vector`` -1..1)."""
    out = np.zeros((len(left), len(FEATURES)))
    out[:, 0] = np.einsum("ij,ij->i", units.vectors[left], units.vectors[right])
    for kind in ("words", "names", "numbers"):
        matrix, weight = units.terms[kind], units.weights[kind]
        mass = np.asarray(matrix @ weight).ravel()
        squared = np.asarray(matrix @ weight**2).ravel()
        both = matrix[left].multiply(matrix[right]).tocsr()
        shared = np.asarray(both @ weight).ravel() / np.maximum(np.minimum(mass[left], mass[right]), 1e-9)
        if kind == "words":
            cosine = np.asarray(both @ weight**2).ravel() / np.sqrt(np.maximum(squared[left] * squared[right], 1e-9))
            out[:, 1], out[:, 2] = cosine, shared
        else:
            out[:, 3 if kind == "names" else 4] = shared
            if kind == "numbers":
                out[:, 5] = (mass[left] > 0) & (mass[right] > 0) & (shared == 0)
    return out
