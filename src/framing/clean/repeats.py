"""Lines that recur in several texts of one outlet: the strongest sign of boilerplate that a corpus offers.

What stands in texts about different things is not about any of them. Copies and versions of one text are counted once, as their
body recurs too. Background paragraphs of a running story recur as well, so prose is doubted less than other lines are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from framing.clean.lines import TERMINAL

PROSE = 15  # words from which on a line that ends like a sentence is prose
RARE = 8  # texts up to which a shared line of prose counts as a sign of copies
COPIES = 0.5  # share of the shorter text's prose that copies have in common

Counts = Mapping[str, int]


def counts(texts: Sequence[Sequence[str]], keys: Sequence[Hashable | None]) -> list[Counts]:
    """For each text, in how many other texts of its outlet each of its lines stands.

    Parameters
    ----------
    texts
        Lines of each text.
    keys
        Outlet of each text; None if it is not known, and then nothing recurs.

    Returns
    -------
    list of dict
        One a text: folded line -> other texts that hold it, copies and versions counted once; lines that do not recur are left out.

    Examples
    --------
    >>> counts([["Ships sail.", "Donate now."], ["Pier shut.", "Donate now."]], ["Post", "Post"])
    [{'donate now.': 1}, {'donate now.': 1}]
    """
    found: list[Counts] = [{} for _ in texts]
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key is not None:
            groups[key].append(i)
    for members in groups.values():
        if len(members) < 2:
            continue
        lines = [{fold(line): is_prose(line) for line in texts[i]} for i in members]
        first = _originals([{line for line, prose in mine.items() if prose} for mine in lines])
        holders: dict[str, set[int]] = defaultdict(set)
        for mine, original in zip(lines, first):
            for line in mine:
                holders[line].add(original)
        for i, mine in zip(members, lines):
            found[i] = {line: n for line in mine if (n := len(holders[line]) - 1) > 0}
    return found


def _originals(prose: Sequence[set[str]]) -> list[int]:
    """Number of the first text of which each is a copy or version; its own if of none."""
    holders: dict[str, list[int]] = defaultdict(list)
    for i, lines in enumerate(prose):
        for line in lines:
            holders[line].append(i)
    common: Counter[tuple[int, int]] = Counter()
    for texts in holders.values():
        if 2 <= len(texts) <= RARE:
            common.update(combinations(texts, 2))
    first = list(range(len(prose)))
    for (a, b), n in sorted(common.items()):
        if n > COPIES * min(len(prose[a]), len(prose[b])):
            first[b] = min(first[b], first[a])
    return first


def doubt(texts: Sequence[str], recurs: Counts) -> NDArray[np.float64]:
    """Log-odds that recurring takes from a line's being body: one number a line, 0 where it does not recur.

    On the training sites (`experiments/clean`), a line of one page stands on another of the same site 23 times (fewer than five words), 39 times
    (more) or 570 times (prose) as often if it is not body. Prose is doubted by less until it stands in five texts: of
    8,810 news articles, no paragraph that did was body, and about one in ten of those in three or four.
    """
    return np.array([_doubt(text, recurs.get(fold(text), 0)) for text in texts])


def _doubt(text: str, n: int) -> float:
    if not n:
        return 0.0
    if is_prose(text):
        return 1.5 if n == 1 else 3.0 if n < 4 else 6.0
    return 3.1 if len(text.split()) < 5 else 3.6


def is_prose(line: str) -> bool:
    """Whether a line is long and ends like a sentence."""
    return len(line.split()) >= PROSE and bool(TERMINAL.search(line[-6:]))


def fold(line: str) -> str:
    """Line for comparisons: one space between words, case folded."""
    return " ".join(line.split()).casefold()
