"""What two articles of the hand-coded sample share, and what a reprint changed in its original."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from framing.datasets.markup import Article

__all__ = ["align", "found_edits", "grams", "overlaps", "words"]

NGRAM = 8
WORD = re.compile(r"\w+(?:['’-]\w+)*")
SENTENCE = re.compile(r"[^.!?]+(?:[.!?]+[”’\"')]*|$)\s*")


def words(text: str) -> list[str]:
    """Lower-cased words of a text."""
    return [word.lower() for word in WORD.findall(text)]


def grams(text: str) -> set[tuple[str, ...]]:
    """Distinct word 8-grams of a text."""
    tokens = words(text)
    return {tuple(tokens[i : i + NGRAM]) for i in range(len(tokens) - NGRAM + 1)}


def _families(articles: Sequence[Article]) -> dict[str, str]:
    """Map each article to the first article of its chain of reprints and versions."""
    parent = {a.id: a.header.get("reprint_of") or a.header.get("version_of") for a in articles}

    def root(article_id: str) -> str:
        above = parent.get(article_id)
        return root(above) if above else article_id

    return {article.id: root(article.id) for article in articles}


def overlaps(articles: Sequence[Article]) -> list[tuple[float, str, str, str]]:
    """Share of word 8-grams that independent articles have in common, highest first.

    Returns
    -------
    list of (share, article id, article id, one shared 8-gram)
        Share of the smaller set of distinct 8-grams of the two texts; pairs without any are left out.
    """
    family, sets = _families(articles), {a.id: grams(a.part("text")) for a in articles}
    found = []
    for a, b in itertools.combinations(sets, 2):
        common = sets[a] & sets[b] if family[a] != family[b] else set()
        if common:
            found.append((len(common) / min(len(sets[a]), len(sets[b])), a, b, " ".join(min(common))))
    return sorted(found, reverse=True)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Rough sentences, good enough to align a reprint with its original."""
    spans = []
    for match in SENTENCE.finditer(text):
        body = match.group().strip()
        if body:
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            spans.append((start, start + len(body)))
    return spans


def align(original: str, reprint: str) -> Iterator[tuple[str, tuple[int, int] | None, tuple[int, int] | None]]:
    """Align sentences of a reprint with the original.

    Yields
    ------
    (kind, original span or None, reprint span or None)
        Kind is same, wording, insert or cut.
    """
    left, right = _sentences(original), _sentences(reprint)
    free = set(range(len(left)))
    for start, end in right:
        best, ratio = _closest(reprint[start:end], original, left, free)
        if best is None:
            yield "insert", None, (start, end)
        else:
            free.discard(best)
            yield ("same" if ratio == 1 else "wording"), left[best], (start, end)
    for i in sorted(free):
        yield "cut", left[i], None


def _closest(sentence: str, original: str, spans: list[tuple[int, int]], free: set[int]) -> tuple[int | None, float]:
    tokens, best, top = words(sentence), None, 0.5
    for i in sorted(free):
        ratio = difflib.SequenceMatcher(None, tokens, words(original[slice(*spans[i])]), autojunk=False).ratio()
        if ratio > top:
            best, top = i, ratio
    return best, top


def found_edits(original: Article, reprint: Article) -> set[str]:
    """Return the kinds of edit that the two texts show."""
    rows = list(align(original.part("text"), reprint.part("text")))
    kinds = {kind for kind, _, _ in rows} - {"same"}
    order = [left for _, left, right in rows if left and right]
    if order != sorted(order):
        kinds.add("order")
    for kind, name in (("title", "headline"), ("standfirst", "standfirst"), ("caption", "caption")):
        if _of_kind(original, kind) != _of_kind(reprint, kind):
            kinds.add(name)
    return kinds


def _of_kind(article: Article, kind: str) -> list[str]:
    return [line.text for line in article.lines if line.kind == kind]
