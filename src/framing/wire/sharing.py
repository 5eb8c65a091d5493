"""Which texts share their words: MinHash of word three-grams for candidates, then an alignment of each pair."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from framing.storage import Rows, Spill, Ticket
from framing.wire.rows import text_or_none

SHINGLE = 3  # words
PERMUTATIONS, BANDS, ROWS = 128, 64, 2  # finds a pair of Jaccard similarity .25 with probability .98
BLOCK = 3  # shortest run of words that counts as shared
CANDIDATE = 0.15  # share of the shorter text's shingles below which a pair is not aligned
RELATED = 0.2  # share from which on the pair is reported at all
SHORT = 20  # words below which a text is compared as a whole only
MOST_WORDS = 5000  # words of a text that are aligned
WINDOW = 60.0  # days between two articles beyond which their words are not compared, unless they have one address
TOGETHER = 8  # bands that are read again at once
ALIGNED = 2000  # pairs whose words are held at once


@dataclass(frozen=True)
class Pair:
    """Two texts and the share of the words of each that the other has too, in the same order."""

    first: int
    second: int
    share_first: float
    share_second: float


_TOKEN = re.compile(r"\w+(?:['’]\w+)?")


def words_of(text: str) -> list[str]:
    """Words of a text in lower case, as far as they are compared."""
    return _TOKEN.findall(text.replace("’", "'").lower())[:MOST_WORDS]


def _codes(text: Any) -> np.ndarray:
    """A number for every word of a text: what is compared, at four bytes a word."""
    return np.array([zlib.crc32(w.encode()) for w in words_of(text_or_none(text) or "")], dtype=np.uint32)


def _shingles(words: np.ndarray) -> np.ndarray:
    """Hashes of the word three-grams, sorted and without repetition; a text of fewer words is one."""
    if len(words) < SHINGLE:
        return np.array([zlib.crc32(words.tobytes())], dtype=np.uint64) if len(words) else np.empty(0, dtype=np.uint64)
    codes = words.astype(np.uint64)
    mixed = codes[:-2] * np.uint64(0x9E3779B1) + codes[1:-1] * np.uint64(0x85EBCA77) + codes[2:]
    return np.unique((mixed ^ (mixed >> np.uint64(29))) & np.uint64(0xFFFFFFFF))


def similar(texts: Sequence[str]) -> list[Pair]:
    """Pairs of texts that share a fifth or more of the words of either.

    Parameters
    ----------
    texts
        One string an article.

    Returns
    -------
    list of Pair
        In order of the first and second index.

    Examples
    --------
    >>> a = "The council of Orvane voted on Monday to close the old bridge for good after the flood."
    >>> [(p.first, p.second) for p in similar([a, "Nothing in common here at all, not a word of it.", a])]
    [(0, 2)]
    """
    sketches = Sketches()
    sketches.add(texts)
    near = candidates(sketches, np.full(len(texts), np.nan))
    which = np.unique(near)
    return aligned(near, Words(which, (texts[i] for i in which)))


class Words:
    """The words of some texts as numbers, put aside."""

    def __init__(self, which: np.ndarray, texts: Iterable[Any]) -> None:
        self._which, self._rows = which, Rows(np.dtype(np.uint32))
        for text in texts:
            self._rows.add(_codes(text))

    def take(self, wanted: np.ndarray) -> dict[int, np.ndarray]:
        """Return the words of some of the texts, by the number of the text."""
        found, sizes = self._rows.take(np.searchsorted(self._which, wanted))
        return dict(zip(wanted.tolist(), np.split(found, np.cumsum(sizes)[:-1]), strict=True))


def aligned(near: np.ndarray, words: Words) -> list[Pair]:
    """Pairs that share enough of their words, of the pairs (first, second) that may."""
    return [pair for at in range(0, len(near), ALIGNED) for pair in _aligned_few(near[at : at + ALIGNED], words)]


def _aligned_few(near: np.ndarray, words: Words) -> list[Pair]:
    found = []
    codes = words.take(np.unique(near))
    shingles = {i: _shingles(code) for i, code in codes.items()}
    for i, j in near.tolist():
        common = len(np.intersect1d(shingles[i], shingles[j], assume_unique=True))
        if common < CANDIDATE * min(len(shingles[i]), len(shingles[j])):
            continue
        a, b = codes[i].tolist(), codes[j].tolist()
        shared = _sharedwords_of(a, b)
        first, second = shared / max(len(a), 1), shared / max(len(b), 1)
        short = min(len(a), len(b)) < SHORT
        if max(first, second) >= RELATED and (not short or min(first, second) > 0.95):
            found.append(Pair(i, j, first, second))
    return found


class Sketches:
    """MinHash of every text's shingles, put aside as one number per band; texts without words have none."""

    def __init__(self) -> None:
        self._spill, self._size = Spill(), 0
        self._tickets: list[list[Ticket]] = []
        self._filled: list[np.ndarray] = []

    def __len__(self) -> int:
        """Count the texts."""
        return self._size

    def add(self, texts: Iterable[Any]) -> None:
        """Add texts, in their order."""
        from datasketch import MinHash

        model = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=int)
        out: list[np.ndarray] = []
        filled: list[int] = []
        for number, text in enumerate(texts, self._size):
            sketch, values = model.copy(), _shingles(_codes(text))
            if len(values):
                sketch.update_batch(values.tolist())
                out.append(sketch.hashvalues)
                filled.append(number)
            self._size = number + 1
        self._filled.append(np.array(filled, dtype=np.int64))
        bands = np.array(out, dtype=np.uint32).astype(np.uint64).reshape(len(out), BANDS, ROWS)
        keys = bands[:, :, 0] << np.uint64(32) | bands[:, :, 1]
        self._tickets.append([self._spill.put(keys[:, k : k + TOGETHER]) for k in range(0, BANDS, TOGETHER)])

    def bands(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield, band by band, the numbers of the texts that have words, and their keys."""
        filled = np.concatenate([np.empty(0, dtype=np.int64), *self._filled])
        for few in zip(*self._tickets, strict=True):
            keys = np.concatenate([self._spill.get(ticket)[0] for ticket in few])
            yield from ((filled, keys[:, k]) for k in range(keys.shape[1]))


def candidates(sketches: Sketches, days: np.ndarray, known: Iterable[tuple[int, int]] = ()) -> np.ndarray:
    """Pairs of texts that may share their words, (n, 2), first < second, in order; and those of `known`.

    Texts meet where all values of a band are equal. Those published further apart than WINDOW do not, or the number of pairs
    would grow with the square of a corpus whose reports follow a pattern; undated ones meet all.
    """
    n = np.uint64(len(sketches))
    found = [np.array([i * int(n) + j for i, j in known], dtype=np.uint64)]
    for filled, key in sketches.bands():
        order = np.argsort(key, kind="stable")
        bounds = np.flatnonzero(np.r_[True, key[order][1:] != key[order][:-1], True]) if len(order) else order
        for k in np.flatnonzero(np.diff(bounds) > 1):
            for i, j in _meetings(filled[order[bounds[k] : bounds[k + 1]]], days):
                found.append(i.astype(np.uint64) * n + j.astype(np.uint64))
        found = [np.unique(np.concatenate(found))]
    return np.stack(np.divmod(found[0], n), axis=1).astype(np.int64) if len(found[0]) else np.empty((0, 2), np.int64)


def _meetings(rows: np.ndarray, days: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows, the smaller first, that are undated or published within WINDOW of each other."""
    rows = rows[np.argsort(days[rows], kind="stable")]  # undated last
    dated = days[rows][~np.isnan(days[rows])]
    until = np.full(len(rows), len(rows))
    until[: len(dated)] = np.searchsorted(dated, dated + WINDOW, side="right")
    for k in range(len(rows) - 1):
        others = rows[k + 1 : until[k]] if k >= len(dated) else np.r_[rows[k + 1 : until[k]], rows[len(dated) :]]
        if len(others):
            yield np.minimum(rows[k], others), np.maximum(rows[k], others)


def _blocks(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int, int]]:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [(m.a, m.b, m.size) for m in matcher.get_matching_blocks() if m.size >= BLOCK]


def _sharedwords_of(a: Sequence[int], b: Sequence[int]) -> int:
    """Words in runs of three or more that both texts have, in the same order; moved paragraphs count too."""
    if a == b:
        return len(a)
    shared = sum(size for *_, size in _blocks(a, b))
    if shared < 0.5 * min(len(a), len(b)):  # perhaps moved about: order apart, what shingles say
        grams = {tuple(b[i : i + 5]) for i in range(len(b) - 4)}
        covered = np.zeros(len(a), dtype=bool)
        for i in range(len(a) - 4):
            if tuple(a[i : i + 5]) in grams:
                covered[i : i + 5] = True
        shared = max(shared, int(covered.sum()))
    return min(shared, len(a), len(b))
