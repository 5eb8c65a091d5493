"""The reason an article gives for withholding a source's name.

Conventions
-----------
A reason is read from the narrator's words around what the source says: the sentence of the cue or the content, the next one where it
goes on about the source ("He asked not to be named because ..."), and the one before where that grants anonymity. What the source itself says between quotation marks is
never read, nor a neighbouring sentence in which another source speaks. Codes are `schema.ANONYMITY`; the span is the clause that gives the reason, or, where the article grants anonymity without
giving one (``not_stated``), the words that grant it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from framing.quotations.lexicon import table
from framing.quotations.marks import Document

LONGEST = 240
"""Characters of a reason, and of the stretch after the words that grant anonymity in which one is looked for."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Code of `schema.ANONYMITY`, and the half-open span of the words that give it."""

    code: str
    start: int
    end: int


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + table("roles")["anonymity"][key].replace("\n", "") + ")", re.IGNORECASE)


def find(doc: Document, spans: Sequence[tuple[int, int]], others: Sequence[int] = ()) -> Reason | None:
    """First reason given near what a source says; one that is stated before one that is not.

    Parameters
    ----------
    doc
        The text.
    spans
        Where the source speaks: cue and content of each quotation, half-open.
    others
        Where other sources begin to speak: the neighbouring sentences are not read where one does.

    Returns
    -------
    Reason or None

    Examples
    --------
    >>> doc = Document("The pier is unsafe, said an engineer who was not authorised to speak publicly.")
    >>> found = find(doc, [(0, 18)])
    >>> found.code, doc.text[found.start : found.end]
    ('not_authorised', 'was not authorised to speak publicly')
    """
    granted: Reason | None = None
    for start, end in _places(doc, spans, others):
        found = _read(doc, start, end)
        if found is not None and found.code != "not_stated":
            return found
        granted = granted or found
    return granted


def _places(doc: Document, spans: Sequence[tuple[int, int]], others: Sequence[int]) -> list[tuple[int, int]]:
    """Sentences to read: those of cue and content, the next where it goes on about the source, the one before that grants."""
    order = {s: i for i, s in enumerate(doc.sentences)}
    chosen: dict[tuple[int, int], None] = {}
    near: dict[tuple[int, int], None] = {}
    for start, end in spans:
        for at in (start, max(start, end - 1)):
            sentence = doc.sentence_at(at)
            chosen[sentence] = None
            index = order.get(sentence)
            if index is None:
                continue
            for following in doc.sentences[index + 1 : index + 2]:
                if _pattern("goes_on").match(doc.text[following[0] : following[0] + 60]):
                    near[following] = None
            for before in doc.sentences[max(0, index - 1) : index]:
                if _own(doc, "granted", *before):
                    near[before] = None
    free = [s for s in near if not any(s[0] <= at < s[1] for at in others)]
    return list(dict.fromkeys([*chosen, *free]))


def _read(doc: Document, start: int, end: int) -> Reason | None:
    end = min(end, start + 2000)
    text = doc.text
    grant = _own(doc, "granted", start, end)
    if grant is None:
        barred = _own(doc, "barred", start, end)
        if barred is None:
            return None
        return Reason("not_authorised", barred[0], _clause_end(text, barred[1], end))
    reason = _own(doc, "because", grant[1], min(end, grant[1] + LONGEST)) or _own(doc, "because", start, grant[0])
    if reason is None:
        barred = _own(doc, "barred", start, end)
        if barred is not None:
            return Reason("not_authorised", barred[0], _clause_end(text, barred[1], end))
        return Reason("not_stated", *grant)
    stop = _clause_end(text, reason[1], grant[0] if reason[0] < grant[0] else end)
    return Reason(code_of(text[reason[0] : stop]), reason[0], stop)


def _own(doc: Document, key: str, start: int, end: int) -> tuple[int, int] | None:
    """First expression of a list that stands outside quotation marks."""
    for match in _pattern(key).finditer(doc.text, start, end):
        if doc.quoted_at(match.start()) is None:
            return match.span()
    return None


def _clause_end(text: str, at: int, end: int) -> int:
    """End of the clause that a position stands in."""
    stop = re.compile(r"[.;:!?“”\"—–\n]|,(?=\s(?:said|says|told|added|the|a|he|she|they|and)\b)").search(text, at, end)
    last = stop.start() if stop else end
    return min(at + LONGEST, len(text[:last].rstrip(" ,")))


def code_of(reason: str) -> str:
    """Code of the words of a reason.

    Examples
    --------
    >>> code_of("for fear of losing his job"), code_of("because the talks were confidential"), code_of("because it was late")
    ('reprisals', 'sensitivity', 'other')
    """
    for code in ("not_authorised", "reprisals", "safety", "sensitivity", "privacy"):
        if _pattern(code).search(reason):
            return code
    return "other"
