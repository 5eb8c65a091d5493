"""What stands around a line of a flattened page: runs of alike lines, blocks of prose, topic, and the last word of the trade.

:mod:`framing.clean.lines` tells a line by itself and by its nearest neighbours; what is here looks further: a list of
other articles is a long run of lines alike in shape, a comment comes after the word "comments", a second article shares few
words with the first. Nothing here knows an outlet or a wording of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CUED = ("comment", "related", "subscribe", "social", "legal", "about", "byline", "account", "photo", "credit")
COUNTED = ("comment", "related", "byline", "about", "legal")
AVERAGED = (
    "clock", "month", "question", "address", "you", "us", "photo", "any_cue", "again", "quotes", "digit_share", "capital_share",
    "terminal",
)  # fmt: skip
FAR = 40  # lines beyond which a distance is no longer told
GAP = 4  # lines without prose that do not end a block of prose
PROSE = 14  # words that a line of prose has more than
LEAD = 6  # lines of prose at the beginning of the main block
BESIDE = 5  # lines of prose above or below that a line's words are looked for in


def features(
    content: Sequence[frozenset[str]], first: Sequence[str], column: Callable[[str], Array], main: tuple[int, int]
) -> Array:
    """Features of the surroundings: one row a line.

    Parameters
    ----------
    content
        Words of each line that may tell its topic.
    first
        First character of each line.
    column
        Gives a column of :data:`framing.clean.lines.OWN` by its name.
    main
        First and last line of the densest stretch of prose.
    """
    words = np.expm1(column("words"))
    terminal = column("terminal") > 0
    prose = (words > PROSE) & terminal
    parts = [
        *_runs(words, terminal, first),
        *_topic(content, prose, main),
        *_beside(content, prose),
        *_cues(column),
        *_rates(column, words, first),
        *_blocks(prose, column("chars")),
    ]
    return np.column_stack([np.asarray(p, dtype=float) for p in parts])


def window(values: Array, reach: int) -> Array:
    """Mean over the lines up to `reach` away; lines beyond the ends count as zero."""
    padded = np.concatenate([np.zeros(reach + 1), np.cumsum(values), np.full(reach, values.sum())])
    return np.asarray((padded[2 * reach + 1 : 2 * reach + 1 + len(values)] - padded[: len(values)]) / (2 * reach + 1))


def _runs(words: Array, terminal: NDArray[np.bool_], first: Sequence[str]) -> list[Array]:
    """Length of the run of lines of one shape, and the place in it: three notions of shape."""
    size = np.digitize(words, (3, 8, 15))
    kind = [_opening(ch) for ch in first]
    shapes: tuple[list[Hashable], ...] = (
        list(zip(size.tolist(), terminal.tolist())),
        list(zip(terminal.tolist(), kind)),
        (size >= 2).tolist(),
    )
    return [part for shape in shapes for part in _run(shape)]


def _opening(first: str) -> str:
    if first.isdigit() or first in "-•*·–—":
        return "list"
    if first in "\"'“‘«„「":
        return "quote"
    return "upper" if first.isupper() else "lower" if first.islower() else "other"


def _run(keys: Sequence[Hashable]) -> tuple[Array, Array]:
    n = len(keys)
    size, at, i = np.zeros(n), np.zeros(n), 0
    while i < n:
        end = i
        while end < n and keys[end] == keys[i]:
            end += 1
        size[i:end], at[i:end] = end - i, np.arange(end - i)
        i = end
    return np.log1p(size), np.log1p(at)


def _topic(content: Sequence[frozenset[str]], prose: NDArray[np.bool_], main: tuple[int, int]) -> list[Array]:
    """Share of a line's words, and of its neighbours', that the main stretch of prose and its beginning use too."""
    inside = [i for i in range(main[0], main[1] + 1) if prose[i]]
    size = np.array([len(words) for words in content], dtype=float)
    found: list[Array] = []
    around: list[Array] = []
    for lines in (inside, inside[:LEAD]):
        mine = set(lines)
        uses = Counter(word for i in lines for word in content[i])
        share = np.array(
            [sum(uses[w] > (i in mine) for w in words) / max(len(words), 1) for i, words in enumerate(content)]
        )
        found.append(share)
        around += [_weighted(share, size, 2), _weighted(share, size, 5)]
    return [*found, *around]


def _weighted(values: Array, weights: Array, reach: int) -> Array:
    return np.asarray(window(values * weights, reach) / (window(weights, reach) + 1e-6))


def _beside(content: Sequence[frozenset[str]], prose: NDArray[np.bool_]) -> list[Array]:
    """Share of a line's words that the nearest prose above and below it uses."""
    size = np.array([len(words) for words in content], dtype=float)
    above = _shared_with_last(content, prose)
    below = _shared_with_last(content[::-1], prose[::-1])[::-1]
    return [above, below, _weighted(above, size, 3), _weighted(below, size, 3)]


def _shared_with_last(content: Sequence[frozenset[str]], prose: NDArray[np.bool_]) -> Array:
    last: list[frozenset[str]] = []
    known: frozenset[str] = frozenset()
    share = np.zeros(len(content))
    for i, words in enumerate(content):
        share[i] = len(words & known) / max(len(words), 1)
        if prose[i]:
            last = [*last[1 - BESIDE :], words]
            known = frozenset().union(*last)
    return share


def _cues(column: Callable[[str], Array]) -> list[Array]:
    """Lines since the last word of a trade, and until the next; how many there were above."""
    found = []
    for group in CUED:
        flags = column(group) > 0
        found += [_since(flags), _since(flags[::-1])[::-1]]
    for group in COUNTED:
        flags = column(group) > 0
        found.append(np.log1p(np.cumsum(flags) - flags))
    return found


def _since(flags: NDArray[np.bool_]) -> Array:
    index = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, index, -FAR - 1))
    before = np.concatenate([[-FAR - 1], last[:-1]])
    return np.asarray(np.log1p(np.minimum(index - before, FAR)))


def _rates(column: Callable[[str], Array], words: Array, first: Sequence[str]) -> list[Array]:
    """How common some features are around a line."""
    found = [window(column(name), reach) for name in AVERAGED for reach in (3, 8)]
    clock = (column("clock") > 0) & (words < PROSE + 1)
    found += [_since(clock), _since(clock[::-1])[::-1], np.log1p(np.cumsum(clock))]
    found += [window(column("words"), reach) for reach in (1, 3, 6)]
    found += [window((words < 8).astype(float), reach) for reach in (4, 10)]
    listed = np.array([_opening(ch) == "list" for ch in first], dtype=float)
    return [*found, listed, window(listed, 3), window(listed, 8)]


def _blocks(prose: NDArray[np.bool_], chars: Array) -> list[Array]:
    """Blocks of prose, joined over short gaps: the size and rank of the last one above and the next one below."""
    at = np.flatnonzero(prose)
    n = len(prose)
    if not len(at):
        return [np.full(n, -1.0), np.full(n, -1.0), np.zeros(n), np.full(n, 30.0), np.full(n, 30.0), np.zeros(n), np.zeros(n), np.zeros(n)]  # fmt: skip
    number = np.concatenate([[0], np.cumsum(np.diff(at) > GAP)])
    size = np.bincount(number, weights=np.expm1(chars[at]))
    rank = np.empty(len(size))
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    where = np.searchsorted(at, np.arange(n), side="right")
    up = np.where(where > 0, number[np.maximum(where - 1, 0)], -1)
    where = np.searchsorted(at, np.arange(n), side="left")
    down = np.where(where < len(at), number[np.minimum(where, len(at) - 1)], -1)
    share = size / size.max()
    return [
        np.where(up >= 0, share[up], -1.0), np.where(down >= 0, share[down], -1.0), (up == down) & (up >= 0),
        np.where(up >= 0, rank[up], 30.0), np.where(down >= 0, rank[down], 30.0), np.full(n, np.log1p(len(size))),
        np.maximum(up, 0), np.where(up >= 0, np.log1p(size[up]), 0.0),
    ]  # fmt: skip
