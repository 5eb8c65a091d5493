"""Excerpts of an article with their evidence marked: attributions, speakers, cues, loaded words, stance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

from framing.schema import count_words

CONTEXT = 240  # characters of a sentence shown on either side of a piece of evidence
LONGEST = 700  # characters of one excerpt
FEWEST_WORDS = 200
LARGEST_SHARE = 0.5
_END = re.compile(r"[.!?…][\"'”’»)\]]*\s|\n")


@dataclass(frozen=True)
class Mark:
    """A span to be marked: its class in the style sheet, its anchor, what is said of it in words, how much it should be shown."""

    start: int
    end: int
    kind: str
    anchor: str | None = None
    tag: str | None = None
    side: str | None = None
    weight: float = 1.0


@dataclass
class Excerpt:
    """A piece of text with its marks, as HTML, and the tags of the evidence that begins in it."""

    html: Markup
    tags: list[Mark] = field(default_factory=list)
    cut_before: bool = False
    cut_after: bool = False


@dataclass
class Shown:
    """What is shown of a text: excerpts, the evidence not shown, and how many words of how many."""

    excerpts: list[Excerpt]
    hidden: list[Mark]
    n_words: int
    of_words: int


def show(text: str, marks: Sequence[Mark], *, full: bool = False) -> Shown:
    """Excerpts around the evidence, or all paragraphs.

    Excerpts are whole sentences where they are short enough, at most half of the text (or 200 words), the weightiest
    evidence first; evidence beyond that is listed by position.
    """
    marks = sorted(marks, key=lambda m: (m.start, -m.end, m.kind))
    whole = count_words(text)
    if full:
        spans = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
        return Shown([_render(text, a, b, marks, ends=False) for a, b in spans], [], whole, whole)
    tagged = [m for m in marks if m.tag]
    budget = max(FEWEST_WORDS, int(LARGEST_SHARE * whole))
    windows: list[tuple[int, int]] = []
    for mark in sorted(tagged, key=lambda m: (-m.weight, m.start)):
        if any(a <= mark.start < b for a, b in windows):
            continue
        tried = _apart([*windows, window(text, mark)], text)
        if sum(count_words(text[a:b]) for a, b in tried) <= budget:
            windows = tried
    hidden = [m for m in tagged if not any(a <= m.start < b for a, b in windows)]
    used = sum(count_words(text[a:b]) for a, b in windows)
    return Shown([_render(text, a, b, marks, ends=True) for a, b in windows], hidden, used, whole)


def _apart(windows: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Windows in order, none over another; neighbours of one paragraph made one while that is short enough."""
    done: list[tuple[int, int]] = []
    for a, b in sorted(windows):
        if done and a <= done[-1][1] + 1 and "\n" not in text[done[-1][1] : a] and b - done[-1][0] <= LONGEST:
            done[-1] = (done[-1][0], max(b, done[-1][1]))
        elif not done or a >= done[-1][1]:
            done.append((a, b))
        elif b > done[-1][1]:
            done.append((done[-1][1], b))
    return done


def window(text: str, mark: Mark) -> tuple[int, int]:
    """Sentence around a mark, within its paragraph and within bounds."""
    low = max(0, mark.start - CONTEXT)
    start = max((m.end() + low for m in _END.finditer(text[low : mark.start])), default=low)
    stop = min(mark.end, mark.start + LONGEST)
    after = _END.search(text[max(stop - 1, 0) : stop + CONTEXT])
    end = (
        max(stop, max(stop - 1, 0) + after.start() + len(after[0].rstrip()))
        if after
        else min(len(text), stop + CONTEXT)
    )
    return start, min(end, start + LONGEST)


def _render(text: str, start: int, end: int, marks: Sequence[Mark], *, ends: bool) -> Excerpt:
    here = [m for m in marks if m.start < end and m.end > start]
    begun = [m for m in here if m.tag and start <= m.start < end]
    return Excerpt(
        mark_up(text, start, end, here),
        begun,
        cut_before=ends and start > 0 and text[start - 1] not in "\n",
        cut_after=ends and end < len(text) and text[end] not in "\n",
    )


def mark_up(text: str, start: int, end: int, marks: Iterable[Mark]) -> Markup:
    """Text between two offsets as HTML: every piece carries the classes of all marks over it.

    Examples
    --------
    >>> mark_up("a <b> c", 0, 7, [Mark(2, 5, "loaded", anchor="x")])
    Markup('a <span class="m loaded" id="x">&lt;b&gt;</span> c')
    """
    here = list(marks)
    edges = sorted({start, end, *(min(max(e, start), end) for m in here for e in (m.start, m.end))})
    pieces: list[Markup] = []
    anchored: set[str] = set()
    for a, b in pairwise(edges):
        over = [m for m in here if m.start < b and m.end > a]
        if not over:
            pieces.append(escape(text[a:b]))
            continue
        classes = " ".join(dict.fromkeys(c for m in over for c in (m.kind, m.side) if c))
        anchors = [m.anchor for m in over if m.anchor and m.anchor not in anchored and max(m.start, start) == a]
        anchored.update(anchors)
        for extra in anchors[1:]:
            pieces.append(Markup('<span id="{}"></span>').format(extra))
        ident = Markup(' id="{}"').format(anchors[0]) if anchors else Markup("")
        pieces.append(Markup('<span class="m {}"{}>{}</span>').format(classes, ident, text[a:b]))
    return Markup("").join(pieces)
