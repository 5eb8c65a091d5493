"""Interviews and transcripts: paragraphs that begin with who speaks and a colon.

A turn's words are given as they were said, though no marks stand around them. A reporter's question is nobody's account:
that of the outlet's own interviewer is the narrator's, another reporter's has a voice without a source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from framing.quotations.lexicon import cue_words
from framing.quotations.marks import Document
from framing.sources.nouns import person_like

Span = tuple[int, int]
LEAST = 3
"""Turns that make a transcript."""
FEW = 4
"""Words and stops of what goes between turns: "She laughs." """

_WORD = r"[A-Z][\w.'’&-]*"
_LABEL = re.compile(
    rf"({_WORD}(?: (?:{_WORD}|of|the|and|for|de|van|von|al|bin|el)){{0,6}})"
    rf"((?:,(?: (?:{_WORD},?|of|the|for|and|in)){{1,8}})?(?: ?\([^()\n]{{1,40}}\))?:)\s+(?=\S)"
)
"""A name, the body it speaks for, brackets, a colon."""
_NAME = re.compile(rf"{_WORD}(?: (?:{_WORD}|de|van|von|al|bin|el)){{1,4}}")
_OWN = frozenset({"q", "interviewer"})
_ASKS = frozenset({"q", "interviewer", "question", "reporter", "journalist", "moderator", "host"})
_ANSWERS = frozenset({"a", "answer"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says without a break: the paragraphs' spans, the colon (of a reporter: the label), who speaks (none: a reporter); whether the outlet itself asks."""

    pieces: tuple[Span, ...]
    cue: Span
    source: Span | None
    own: bool


def turns(doc: Document, outlet: str | None = None) -> list[Turn]:
    r"""Read the turns of a transcript.

    Parameters
    ----------
    doc
        The text.
    outlet
        Its outlet: turns under its name or initials are the narrator's.

    Returns
    -------
    list of Turn
        In order; none if fewer than three paragraphs begin with a speaker, or no speaker speaks twice.

    Examples
    --------
    >>> text = "Ada Byrne runs the port.\n\nQ: When did you know?\n\nA: In March.\n\nQ: Who else?\n\nA: Nobody."
    >>> [(text[slice(*turn.pieces[0])], turn.source and text[slice(*turn.source)]) for turn in turns(Document(text)) if not turn.own]
    [('In March.', 'Ada Byrne'), ('Nobody.', 'Ada Byrne')]
    """
    names = {"" if outlet is None else outlet.lower(), _initials(outlet)} - {""}
    surnames = _surnames(doc) if doc.text.count(":") >= LEAST else {}
    labelled = [
        (index, match) for index, span in enumerate(doc.paragraphs) if (match := _label(doc, *span, names, surnames))
    ]
    count = Counter(match[1].lower().split()[-1] for _, match in labelled)
    if len(labelled) < LEAST or len(count) < 2 or max(count.values()) < 2:
        return []
    answerer = _introduced(doc, labelled[0][0])
    found = []
    for (index, match), following in zip(labelled, [*(i for i, _ in labelled[1:]), 0], strict=True):
        low, end = match[1].lower(), doc.paragraphs[index][1]
        source = None if low in _ASKS else answerer if low in _ANSWERS else match.span(1)
        pieces = ((match.end(), end), *_further(doc, index + 1, following))
        cue = (match.end(2) - 1, match.end(2)) if source else (match.start(1), match.end(2) - 1)
        found.append(Turn(pieces, cue, source, (low in _OWN and "(" not in match[2]) or low in names))
    return found


def _label(
    doc: Document, start: int, end: int, names: Collection[str], surnames: Mapping[str, int]
) -> re.Match[str] | None:
    """The label a paragraph begins with, if it is a speaker's."""
    match = _LABEL.match(doc.text, start, end)
    if match is None or any(begin == start for begin, _ in doc.datelines):
        return None
    label, low = match[1], match[1].lower()
    if low in _ASKS | _ANSWERS or low in names:
        return match
    if low.split()[0].rstrip(".") in cue_words("not_label") or low in cue_words("not_label"):
        return None
    loud = label.isupper() and len(label) > 1
    return match if loud or (" " in label and person_like(label)) or surnames.get(label, start) < start else None


def _surnames(doc: Document) -> dict[str, int]:
    """Last words of the names of a text, and where the first name with each begins."""
    found: dict[str, int] = {}
    for match in _NAME.finditer(doc.text):
        found.setdefault(match[0].split()[-1], match.start())
    return found


def _further(doc: Document, first: int, stop: int) -> tuple[Span, ...]:
    """Paragraphs between a turn's first and the next turn that go on with it: those without quotation marks, headings left out."""
    spans = doc.paragraphs[first:stop]
    ended = [(a, b) for a, b in spans if doc.text[a:b].rstrip("\"'”’ )")[-1:] in (".", "!", "?", "…")]
    return tuple((a, b) for a, b in ended if len(doc.token_range(a, b)) > FEW and not doc.quoted_in(a, b))


def _introduced(doc: Document, first: int) -> Span | None:
    """The person whom the text before the first turn names most."""
    end = doc.paragraphs[first][0]
    found = [m for m in _NAME.finditer(doc.text, 0, end) if person_like(m[0])]
    times = Counter(re.findall(r"[A-Z][\w'’-]*", doc.text[:end]))
    return max(found, key=lambda m: times[m[0].split()[-1]]).span() if found else None


def _initials(outlet: str | None) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Z]\w*", outlet or "")).lower()
