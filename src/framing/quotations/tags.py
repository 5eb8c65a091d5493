"""Whose a quotation is where no known cue says so: any verb and a name beside it, a caption, a gesture before it.

"...,” rued Ada Byrne. / Byrne shared it with the words: “...” / Byrne smiled. “...”
"""

from __future__ import annotations

from framing.quotations.clauses import (
    DETERMINERS,
    POSSESSIVE,
    PREPOSITIONS,
    Unit,
    cues,
    leading_subject,
    phrase_after,
    subject_before,
)
from framing.quotations.lexicon import cue_words
from framing.quotations.marks import Document
from framing.sources.naming import read

Span = tuple[int, int]


def tag(doc: Document, units: list[Unit], index: int) -> tuple[Span | None, Span] | None:
    """Find cue, if there is one, and source of a quotation in its sentence.

    Parameters
    ----------
    doc, units
        The text and the units of the sentence.
    index
        The unit that is the quotation.

    Examples
    --------
    >>> from framing.quotations.clauses import sentences
    >>> doc = Document("“We paid for it,” rued Ada Byrne.")
    >>> cue, source = tag(doc, sentences(doc, 0, len(doc.text))[0], 0)
    >>> doc.text[slice(*cue)], doc.text[slice(*source)]
    ('rued', 'Ada Byrne')
    """
    tried: list[tuple[int | None, tuple[int, int] | None]]
    if doc.text[units[index].start : units[index].end].rstrip("\"”'’»")[-1:] in (",", "?", "!"):
        tried = [_after(units, index), _before(units, index)]
    elif index > 2 and units[index - 1].low == ":":
        tried = [_leading(units, index)]
    else:
        return None
    for verb, source in tried:
        if source is not None and _speaks(doc, units, source):
            cue = None if verb is None else (units[verb].start, units[verb].end)
            return cue, (units[source[0]].start, units[source[1] - 1].end)
    return None


def _leading(units: list[Unit], index: int) -> tuple[int | None, tuple[int, int] | None]:
    """Verb and subject before a colon: One driver, who stayed, fumed: "..."; the club shared it with the words: "..."."""
    if units[index - 2].low in cue_words("caption"):
        return None, None if cues(units[:index]) else leading_subject(units, index)
    told = _verblike(units[index - 2]) and units[index - 2].low.endswith("ed")
    return index - 2, subject_before(units, index - 2) if told else None


def _after(units: list[Unit], index: int) -> tuple[int | None, tuple[int, int] | None]:
    """Verb and subject behind a quotation: "...," rued Ada Byrne."""
    verb = index + 1
    if verb + 1 >= len(units) or not _verblike(units[verb]):
        return verb, None
    return verb, phrase_after(units, verb + 1)


def _before(units: list[Unit], index: int) -> tuple[int | None, tuple[int, int] | None]:
    """Subject and verb behind a quotation: "...," Ada Byrne rued."""
    for verb in range(index + 2, min(len(units), index + 8)):
        if units[verb].quote or not units[verb].word:
            break
        ended = verb + 1 >= len(units) or not units[verb + 1].word or units[verb + 1].low in PREPOSITIONS
        if ended and _verblike(units[verb]):
            source = subject_before(units, verb)
            return verb, source if source and source[0] == index + 1 else None
    return index, None


def _verblike(unit: Unit) -> bool:
    """Whether a word can be a verb that nobody listed."""
    closed = PREPOSITIONS | DETERMINERS | POSSESSIVE | cue_words("auxiliary") | cue_words("adverb")
    return unit.word and not unit.cap and unit.low.endswith(("ed", "s")) and unit.low not in closed


def _speaks(doc: Document, units: list[Unit], source: tuple[int, int]) -> bool:
    """Whether a phrase can speak: a name, "she", "the club"."""
    if units[source[0]].low in ("he", "she", "they"):
        return True
    if units[source[1] - 1].low in DETERMINERS:
        return False
    kind = read(doc.text[units[source[0]].start : units[source[1] - 1].end]).kind
    return kind in ("person", "organisation", "nominal", "collective")
