"""What two articles share: words, names, numbers and openings, each as a sparse matrix of unit rows.

Conventions
-----------
A *signal* is a matrix with one unit row per article, so a product of two rows is a cosine in 0..1. Terms are weighted
``(1 + ln tf) * idf``. The share of articles a term occurs in is estimated from the corpus and from a table of American
news of 2019 and 2020 (``knowledge/word_shares.tsv``), the latter counting as :data:`PRIOR` articles: in a corpus of ten articles on
one event the event's own words must not look common, and in a large corpus the table hardly matters. Terms are numbers (hashes
of 64 bits) wherever nobody reads them, and every signal lies in a temporary file, so that a corpus costs little memory.
"""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from framing.storage import Rows, Spill, Ticket

__all__ = ["KINDS", "Archive", "Chosen", "Pooled", "Shelved", "Signals", "names", "numbers", "signals", "words"]

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
Codes = NDArray[np.uint64]

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
    """The signals of some articles.

    Attributes
    ----------
    parts : dict of str to csr_matrix, shape (n, terms)
        Unit rows (a row is zero where an article has no such term).
    codes : dict of str to ndarray, shape (terms,)
        Hash of the term of each column, ascending.
    terms : dict of str to list of str
        The terms themselves, where they were asked for.
    vectors : ndarray, shape (n, d), or None
        Unit rows; a zero row where an article has no vector.
    """

    parts: dict[str, sp.csr_matrix]
    codes: dict[str, Codes]
    terms: dict[str, list[str]]
    vectors: Floats | None

    def __len__(self) -> int:
        """Count the articles."""
        return int(self.parts["words"].shape[0])

    def pooled(self, groups: Ints) -> Signals:
        """Return one row per group: the mean of its articles, scaled to unit length."""
        n = int(groups.max()) + 1 if len(groups) else 0
        ones = np.ones(len(groups), dtype=np.float32)
        mean = sp.csr_matrix((ones, (groups, np.arange(len(groups)))), shape=(n, len(self)))
        parts = {k: _unit(mean @ m) for k, m in self.parts.items()}
        vectors = None if self.vectors is None else _unit_dense(mean @ self.vectors)
        return Signals(parts, self.codes, self.terms, vectors)

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


class Shelved(Protocol):
    """Signals put aside, of which those of a few articles, or groups of articles, are taken at a time."""

    def __len__(self) -> int:
        """Count the rows."""

    def take(self, rows: Ints, *, named: bool = False) -> Signals:
        """Return the signals of some rows, with their terms if `named`."""


class Archive:
    """The signals of a corpus, put aside article by article: only the terms that several articles share are held.

    Parameters
    ----------
    titles, texts : iterable of str
        Headlines and bodies, ``""`` where there is none.
    vectors : ndarray, shape (n, d), optional
        One encoder vector per article; rows need not have unit length.
    """

    def __init__(self, titles: Iterable[str], texts: Iterable[str], vectors: Floats | None = None) -> None:
        self._rows = {kind: Rows(ENTRY) for kind in KINDS}
        self._terms = {kind: Rows(np.dtype("u1")) for kind in KINDS}
        spread = {kind: _Spread() for kind in KINDS}
        self._vectors = None if vectors is None else _unit_dense(vectors)
        for title, text in zip(titles, texts, strict=True):
            for kind, found in _terms(title, text[:READ]).items():
                counts = Counter(found)
                codes = _codes(list(counts))
                entries = np.empty(len(counts), dtype=ENTRY)
                entries["term"], entries["count"] = codes, np.minimum(list(counts.values()), 65_535) if counts else 0
                self._rows[kind].add(entries)
                self._terms[kind].add(np.frombuffer("".join(f"{term}\n" for term in counts).encode(), dtype="u1"))
                spread[kind].add(codes)
        self._spread = {kind: spread.pop(kind).several() for kind in KINDS}

    def __len__(self) -> int:
        """Count the articles."""
        return len(self._rows["words"])

    def take(self, rows: Ints, *, named: bool = False) -> Signals:
        """Return the signals of some articles."""
        parts, codes, terms = {}, {}, {}
        for kind in KINDS:
            entries, sizes = self._rows[kind].take(rows)
            codes[kind], first, columns = np.unique(entries["term"], return_index=True, return_inverse=True)
            counted = (1.0 + np.log(entries["count"])).astype(np.float32)
            data = counted * self._idf(kind, codes[kind])[columns]
            place = np.concatenate([[0], np.cumsum(sizes)])
            matrix = sp.csr_matrix((data, columns.astype(np.int32), place), shape=(len(rows), len(codes[kind])))
            matrix.sort_indices()
            parts[kind] = _unit(matrix)
            if named:
                listed = self._terms[kind].take(rows)[0].tobytes().decode().split("\n")
                terms[kind] = [listed[k] for k in first]
        return Signals(parts, codes, terms, None if self._vectors is None else self._vectors[rows])

    def _idf(self, kind: str, codes: Codes) -> NDArray[np.float32]:
        """Inverse of the share of articles with each term, which the corpus and the table of news tell together; not below 0."""
        known, counts = self._spread[kind]
        found = np.ones(len(codes))
        if len(known):
            place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
            found = np.where(known[place] == codes, counts[place], 1)
        listed, shares, other = _expected(kind)
        place = np.minimum(np.searchsorted(listed, codes), len(listed) - 1)
        share = np.where(listed[place] == codes, shares[place], other)
        idf = np.log((len(self) + PRIOR) / (found + PRIOR * share))
        return np.clip(idf, 0.0, None).astype(np.float32)


@dataclass(frozen=True)
class Chosen:
    """Some rows of what was put aside, in another order."""

    shelved: Shelved
    rows: Ints

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def take(self, rows: Ints, *, named: bool = False) -> Signals:
        """Return the signals of some rows."""
        return self.shelved.take(self.rows[rows], named=named)


class Pooled:
    """Groups of articles, each the mean of its members: `groups` numbers the group of every member, `members` are their rows."""

    def __init__(self, shelved: Shelved, groups: Ints, members: Ints) -> None:
        order = np.argsort(groups, kind="stable")
        self._shelved, self._members = shelved, members[order]
        self._start = np.searchsorted(groups[order], np.arange(int(groups.max()) + 2 if len(groups) else 1))

    def __len__(self) -> int:
        """Count the groups."""
        return len(self._start) - 1

    def members(self, groups: Ints) -> tuple[Ints, Ints]:
        """Rows of the members of some groups, and to which of these each belongs."""
        sizes = self._start[groups + 1] - self._start[groups]
        each = np.repeat(np.arange(len(groups)), sizes)
        within = np.arange(len(each)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self._members[self._start[groups][each] + within], each

    def take(self, rows: Ints, *, named: bool = False) -> Signals:
        """Return the signals of some groups."""
        members, each = self.members(rows)
        return self._shelved.take(members, named=named).pooled(each)


def signals(titles: Iterable[str], texts: Iterable[str], vectors: Floats | None = None) -> Signals:
    """Signals of a few articles, as those of an :class:`Archive`.

    Examples
    --------
    >>> s = signals(["Dam bursts", "Dam bursts"], ["Near Orrin a dam burst.", "A dam near Orrin burst."])
    >>> bool(s.block(np.array([0, 1]))["words"][0, 1] > 0.9)
    True
    """
    archive = Archive(titles, texts, vectors)
    return archive.take(np.arange(len(archive)), named=True)


def _terms(title: str, body: str) -> dict[str, list[str]]:
    """Terms of an article, per signal."""
    whole = f"{title}\n{body}" if title else body
    return {
        "words": words(whole),
        "names": names(body if len(body) > 200 else whole),
        "numbers": numbers(whole),
        "lead": words(title) + words(" ".join(body.split(maxsplit=LEAD)[:LEAD])),
    }


# --- terms as numbers ------------------------------------------------------------------------------------------------

ENTRY = np.dtype([("term", "u8"), ("count", "u2")])
"""A term of an article, hashed, and how often it has it."""
FLUSH = 500_000
"""Terms of articles that are held before they are put aside."""
SHARES = 16
"""Parts of the terms that are counted one after the other."""


def _codes(terms: list[str]) -> Codes:
    """Hash terms to numbers that are the same in every run."""
    return (
        pd.util.hash_array(np.array(terms, dtype=object), categorize=False) if terms else np.zeros(0, dtype=np.uint64)
    )


@functools.cache
def _expected(kind: str) -> tuple[Codes, Floats, float]:
    """Terms whose share of articles is known beforehand, hashed and ascending, their shares, and the share of any other."""
    if kind == "numbers":
        short = [str(k) for k in range(10)] + [f"{a}{b}" for a in range(10) for b in range(10)]
        share, other = {number: 0.1 if len(number) < 2 else 0.02 for number in short}, 0.005
    else:
        less = 2 if kind == "names" else 1
        share, other = {word: value / less for word, value in background().items()}, RARE / less
    codes = _codes(list(share))
    order = np.argsort(codes)
    return codes[order], np.array(list(share.values()))[order], other


class _Spread:
    """Counts in how many articles each term is. Terms lie in parts by their first bits, so that one part is counted at a time."""

    def __init__(self) -> None:
        self._spill, self._size = Spill(), 0
        self._held: list[Codes] = []
        self._parts: list[list[Ticket]] = [[] for _ in range(SHARES)]

    def add(self, codes: Codes) -> None:
        """Add the terms of one article, each once."""
        self._held.append(codes)
        self._size += len(codes)
        if self._size > FLUSH:
            self._flush()

    def _flush(self) -> None:
        codes, counts = np.unique(np.concatenate(self._held), return_counts=True)
        bounds = np.searchsorted(codes, np.arange(1, SHARES, dtype=np.uint64) * np.uint64(2**64 // SHARES))
        for part, mine, times in zip(self._parts, np.split(codes, bounds), np.split(counts, bounds), strict=True):
            part.append(self._spill.put(mine, times.astype(np.int32)))
        self._held, self._size = [], 0

    def several(self) -> tuple[Codes, Ints]:
        """Terms that two articles or more have, ascending, and how many have each."""
        if self._held:
            self._flush()
        found = [_counted([self._spill.get(ticket) for ticket in part]) for part in self._parts if part]
        if not found:
            return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        codes, counts = (np.concatenate(each) for each in zip(*found, strict=True))
        return codes, counts


def _counted(pieces: list[list[np.ndarray]]) -> tuple[Codes, Ints]:
    codes, which = np.unique(np.concatenate([codes for codes, _ in pieces]), return_inverse=True)
    counts = np.bincount(which, np.concatenate([times for _, times in pieces]), len(codes)).astype(np.int64)
    return codes[counts > 1], counts[counts > 1]


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
