"""What two articles share: words, names, numbers and openings, each as a sparse matrix of unit rows.

Conventions
-----------
A *signal* is a matrix with one unit row per article, so a product of two rows is a cosine in 0..1. Terms are weighted
``(1 + ln tf) * idf``. The share of articles a term occurs in is estimated from the corpus and from a table of American
news of 2019 and 2020 (``knowledge/word_shares.tsv``), the latter counting as :data:`PRIOR` articles: in a corpus of ten articles on
one event the event's own words must not look common, and in a large corpus the table hardly matters.
"""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["KINDS", "Signals", "names", "numbers", "signals", "words"]

KINDS = ("words", "names", "numbers", "lead")
PRIOR = 300.0
RARE = 0.001
"""Share assumed for a term that the background table lacks."""
READ = 3000
"""Characters of body read: a report's event is told early, and one long article costs no more than another."""
LEAD = 60
"""Words of the body's opening that join the headline in the ``lead`` signal."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WORD = re.compile(r"[^\W\d_][^\W_]+(?:['’-][^\W_]+)*")
_CAPITALISED = re.compile(r"[^\W\d_][\w'’&.-]*")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def words(text: str) -> list[str]:
    """Words of two letters or more, in lower case.

    Examples
    --------
    >>> words("The mayor's plan: 3 bridges")
    ['the', "mayor's", 'plan', 'bridges']
    """
    return [w.replace("’", "'") for w in _WORD.findall(text.lower())]


def numbers(text: str) -> list[str]:
    """Numbers as written, thousands separators dropped.

    Examples
    --------
    >>> numbers("1,200 homes, 4.5 metres")
    ['1200', '4.5']
    """
    return [n.replace(",", "") for n in _NUMBER.findall(text)]


def names(text: str) -> list[str]:
    """Capitalised terms and their neighbouring pairs, in lower case.

    A single capitalised word that opens a sentence tells nothing and is left out, and so is everything in a text that
    is mostly capitals.

    Examples
    --------
    >>> names("The man met Ada Brandt of the Harbour Board.")
    ['ada', 'brandt', 'harbour', 'board', 'ada brandt', 'harbour board']
    """
    letters = sum(map(str.isalpha, text))
    if letters and sum(map(str.isupper, text)) > letters / 2:
        return []
    single: list[str] = []
    pairs: list[str] = []
    for run, opens in _runs(text):
        terms = [w for w in (t.strip(".'’-").lower() for t in run) if len(w) > 1]
        if opens and terms and (len(terms) == 1 or _common(terms[0])):
            terms = terms[1:]
        single += terms
        pairs += [f"{a} {b}" for a, b in itertools.pairwise(terms)]
    return single + pairs


def _runs(text: str) -> list[tuple[list[str], bool]]:
    """Return runs of capitalised words separated by one space, and whether each opens a sentence."""
    runs: list[tuple[list[str], bool]] = []
    last = -2
    for match in _CAPITALISED.finditer(text):
        word = match.group()
        if not word[0].isupper():
            continue
        before = text[max(0, match.start() - 3) : match.start()].rstrip(" \n\t\"“‘'(")
        if match.start() == last + 1 and text[last] == " " and text[last - 1] not in ".":
            runs[-1][0].append(word)
        else:
            opens = not before or before[-1] in ".!?:;—" or "\n" in text[max(0, match.start() - 2) : match.start()]
            runs.append(([word], opens))
        last = match.end()
    return runs


@functools.cache
def background() -> Mapping[str, float]:
    """Share of American news articles (8,810 of 2019 and 2020, first 3,000 characters) each word occurs in."""
    source = importlib.resources.files("framing").joinpath("knowledge/word_shares.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()[1:]
    return {word: float(share) for word, share in (line.split("\t") for line in lines)}


def _common(word: str) -> bool:
    return background().get(word, 0.0) > 0.05


@dataclass
class Signals:
    """The signals of a corpus.

    Attributes
    ----------
    parts : dict of str to csr_matrix, shape (n, terms)
        Unit rows (a row is zero where an article has no such term).
    terms : dict of str to list of str
        Column names of each.
    vectors : ndarray, shape (n, d), or None
        Unit rows; a zero row where an article has no vector.
    """

    parts: dict[str, sp.csr_matrix]
    terms: dict[str, list[str]]
    vectors: Floats | None

    def __len__(self) -> int:
        """Count the articles."""
        return int(self.parts["words"].shape[0])

    def take(self, rows: Ints) -> Signals:
        """Return the signals of some articles."""
        vectors = None if self.vectors is None else self.vectors[rows]
        return Signals({k: m[rows] for k, m in self.parts.items()}, self.terms, vectors)

    def order(self, rows: Ints) -> Signals:
        """Put the articles into another order, signal by signal: no second copy of all is held."""
        for kind in list(self.parts):
            self.parts[kind] = self.parts[kind][rows]
        if self.vectors is not None:
            self.vectors = self.vectors[rows]
        return self

    def pooled(self, groups: Ints, rows: Ints | None = None) -> Signals:
        """Return one row per group: the mean of its members (all articles, or `rows`), scaled to unit length."""
        n = int(groups.max()) + 1 if len(groups) else 0
        member = np.arange(len(groups)) if rows is None else rows
        ones = np.ones(len(groups), dtype=np.float32)
        mean = sp.csr_matrix((ones, (groups, member)), shape=(n, len(self)))
        parts = {k: _unit(mean @ m) for k, m in self.parts.items()}
        vectors = None if self.vectors is None else _unit_dense(mean @ self.vectors)
        return Signals(parts, self.terms, vectors)

    def block(self, rows: Ints) -> dict[str, Floats]:
        """Cosines of every pair among `rows`, per signal, each (n, n)."""
        out = {k: (m[rows] @ m[rows].T).toarray() for k, m in self.parts.items()}
        if self.vectors is not None:
            out["vectors"] = self.vectors[rows] @ self.vectors[rows].T
        return out

    def pairs(self, left: Ints, right: Ints) -> dict[str, Floats]:
        """Cosines of the pairs ``(left[i], right[i])``, per signal, each (n_pairs,)."""
        out: dict[str, list[Floats]] = {k: [] for k in (*self.parts, "vectors")}
        for at in range(0, max(len(left), 1), 10_000):
            i, j = left[at : at + 10_000], right[at : at + 10_000]
            for k, m in self.parts.items():
                out[k].append(np.asarray(m[i].multiply(m[j]).sum(axis=1), dtype=float).ravel())
            if self.vectors is not None:
                out["vectors"].append(np.einsum("ij,ij->i", self.vectors[i], self.vectors[j]))
        return {k: np.concatenate(v) for k, v in out.items() if v}


def signals(titles: Iterable[str], texts: Iterable[str], vectors: Floats | None = None) -> Signals:
    """Signals of a corpus.

    Parameters
    ----------
    titles, texts : iterable of str
        Headlines and bodies, ``""`` where there is none.
    vectors : ndarray, shape (n, d), optional
        One encoder vector per article; rows need not have unit length.

    Returns
    -------
    Signals

    Examples
    --------
    >>> s = signals(["Dam bursts", "Dam bursts"], ["Near Orrin a dam burst.", "A dam near Orrin burst."])
    >>> bool(s.block(np.array([0, 1]))["words"][0, 1] > 0.9)
    True
    """
    counts = {kind: _Counts() for kind in KINDS}
    for title, text in zip(titles, texts, strict=True):
        body = text[:READ]
        whole = f"{title}\n{body}" if title else body
        counts["words"].add(words(whole))
        counts["names"].add(names(body if len(body) > 200 else whole))
        counts["numbers"].add(numbers(whole))
        counts["lead"].add(words(title) + words(_opening(body)))
    shares: dict[str, Callable[[str], float]] = dict.fromkeys(KINDS, _share_word)
    shares |= {"names": _share_name, "numbers": _share_number}
    weighed = {kind: counts.pop(kind).weigh(shares[kind]) for kind in KINDS}  # counts go as weights come
    parts = {kind: matrix for kind, (matrix, _) in weighed.items()}
    terms = {kind: listed for kind, (_, listed) in weighed.items()}
    return Signals(parts, terms, None if vectors is None else _unit_dense(vectors))


def _opening(body: str) -> str:
    return " ".join(body.split(maxsplit=LEAD)[:LEAD])


def _share_word(term: str) -> float:
    return background().get(term, RARE)


def _share_name(term: str) -> float:
    return RARE / 2 if " " in term else _share_word(term) / 2


def _share_number(term: str) -> float:
    return 0.1 if len(term) < 2 else 0.02 if len(term) < 3 else 0.005


class _Counts:
    """Term counts of one signal, held as plain arrays: a hundred thousand articles fit in memory."""

    def __init__(self) -> None:
        self.column: dict[str, int] = {}
        self.indices, self.data, self.indptr = array("i"), array("f"), array("q", [0])

    def add(self, terms: list[str]) -> None:
        """Add one article."""
        for term, count in Counter(terms).items():
            self.indices.append(self.column.setdefault(term, len(self.column)))
            self.data.append(1.0 + math.log(count))
        self.indptr.append(len(self.indices))

    def weigh(self, share: Callable[[str], float]) -> tuple[sp.csr_matrix, list[str]]:
        """Weigh counts as (1 + ln tf) * idf and scale rows to unit length; columns in alphabetical order."""
        terms = sorted(self.column)
        rank = np.empty(len(terms), dtype=np.int32)
        rank[[self.column[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
        n = len(self.indptr) - 1
        columns = (
            rank[np.frombuffer(self.indices, dtype=np.int32)] if len(self.indices) else np.zeros(0, dtype=np.int32)
        )
        found = np.bincount(columns, minlength=len(terms))
        expected = np.array([share(term) for term in terms], dtype=float)
        idf = np.log((n + PRIOR) / (found + PRIOR * expected)) if len(terms) else np.zeros(0)
        data = np.frombuffer(self.data, dtype=np.float32) if len(self.data) else np.zeros(0, dtype=np.float32)
        data = data * np.clip(idf, 0.0, None).astype(np.float32)[columns]
        matrix = sp.csr_matrix((data, columns, np.array(self.indptr)), shape=(n, len(terms)))
        matrix.sort_indices()
        return _unit(matrix), terms


def _unit(matrix: sp.spmatrix) -> sp.csr_matrix:
    """The rows at unit length; the matrix itself is changed where it is one of rows already."""
    rows = sp.csr_matrix(matrix)
    each = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    norm = np.sqrt(np.bincount(each, rows.data**2, rows.shape[0]))
    rows.data *= 1.0 / np.where(norm > 0, norm, 1.0)[each]
    return rows


def _unit_dense(vectors: Floats) -> Floats:
    rows = np.nan_to_num(np.asarray(vectors, dtype=float))
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norm > 0, norm, 1.0))
