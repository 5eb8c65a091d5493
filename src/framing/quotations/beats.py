"""Who speaks after an action: "Byrne shakes her head", and then what she says, with no cue.

Features and magazines tell what a person does as they speak where news puts a cue. A quotation that is a sentence of its own
is that person's, not the cue's before.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from framing.quotations.clauses import (
    DETERMINERS,
    POSSESSIVE,
    PREPOSITIONS,
    Unit,
    cues,
    leading_subject,
    sentences,
    subject_before,
)
from framing.quotations.lexicon import cue_words, inflect, table, words
from framing.quotations.marks import Document
from framing.sources.naming import read
from framing.sources.nouns import FEMALE, MALE, THIRD, persons

Span = tuple[int, int]
LONGEST = 40
"""Units of the longest sentence that tells only what somebody does."""
SHORT = 10
"""Units of a sentence that can hardly tell more than a gesture."""
NEAR = 5
"""Units after a verb among which a part of the body stands."""


def beats(doc: Document) -> dict[int, Span]:
    """Where quotations begin that stand right behind an action, and the span of who acts.

    Of somebody whose sentence tells no gesture, only where the paragraph has given nobody a voice before.

    Parameters
    ----------
    doc
        The text.

    Examples
    --------
    >>> text = "The mill is safe, the council said. Ada Byrne shakes her head. “Nonsense.”"
    >>> [(text[at:], text[slice(*actor)]) for at, actor in beats(Document(text)).items()]
    [('“Nonsense.”', 'Ada Byrne')]
    """
    found: dict[int, Span] = {}
    for index, (start, end) in enumerate(doc.paragraphs):
        if not doc.quoted_in(start, end):
            continue
        here = sentences(doc, start, end)
        above = sentences(doc, *doc.paragraphs[index - 1])[-1:] if index and here and here[0][0].quote else []
        silent = not above
        for before, units in pairwise([*above, *here]):
            silent = silent and not any(u.quote for u in before) and not cues(before)
            if _alone(units):
                actor = _actor(doc, before, units, before[0].start >= start)
                actor = _about(doc, before, units) if actor is None and silent else actor
                if actor is not None:
                    found[units[0].start] = actor
    return found


def _alone(units: list[Unit]) -> bool:
    """Whether a sentence is a quotation and nothing else, and ends within its marks."""
    return units[0].quote is not None and not any(u.word for u in units) and units[-1].low != ","


def _actor(doc: Document, units: list[Unit], quotation: list[Unit], near: bool) -> Span | None:
    """Span of the person of whom a sentence tells an action; above the paragraph of the quotation, only what is no deed besides."""
    if len(units) > LONGEST or any(u.quote for u in units):
        return None
    for at, unit in enumerate(units):
        if at and unit.word and not unit.cap and units[at - 1].low not in DETERMINERS | POSSESSIVE | PREPOSITIONS:
            gesture = _gesture(units, at)
            if gesture or unit.low in _forms("speaking") or (near and _shown(units, at)):
                actor = _one(doc, units, _subject(units, at))
                sure = gesture and len(units) <= SHORT
                return actor if sure or not _spoken_of(doc, quotation) else None
    return None


def _about(doc: Document, units: list[Unit], quotation: list[Unit]) -> Span | None:
    """Span of the person whom a sentence is about, if the quotation does not speak of that person."""
    return None if _spoken_of(doc, quotation) else _one(doc, units, _named(units) or leading_subject(units, len(units)))


def _named(units: list[Unit]) -> tuple[int, int] | None:
    """The name that opens a sentence, before any verb: "Ada Byrne lost two goats"."""
    end = next((i for i, u in enumerate(units) if not u.cap), len(units))
    follows = units[end].low if end < len(units) and units[end].word else ""
    return (0, end) if end > 1 and follows and follows not in PREPOSITIONS | {"and", "or"} else None


def _gesture(units: list[Unit], at: int) -> bool:
    low, after = units[at].low, {u.low for u in units[at + 1 : at + 1 + NEAR]}
    return low in _forms("gesture") or (low in _forms("moved") and bool(after & _list("body")))


def _shown(units: list[Unit], at: int) -> bool:
    """Whether a verb in the present tells what is seen, and not what is planned or usual."""
    return units[at].low in _forms("shown", present=True) and not any(u.low in cue_words("time") for u in units)


def _subject(units: list[Unit], at: int) -> tuple[int, int] | None:
    first = at
    while first and (
        units[first - 1].low in cue_words("adverb") | cue_words("auxiliary") or units[first - 1].low.endswith("ly")
    ):
        first -= 1
    return subject_before(units, first) or leading_subject(units, at)


def _one(doc: Document, units: list[Unit], subject: tuple[int, int] | None) -> Span | None:
    """Span of a subject that is one person: a name, "she", "the foreman"."""
    if subject is None:
        return None
    span = units[subject[0]].start, units[subject[1] - 1].end
    told = read(doc.text[slice(*span)].split(", who ")[0])
    if told.kind == "pronoun":
        return span if told.head in THIRD else None
    person = told.kind in ("person", "name") or (told.kind == "nominal" and told.head in persons())
    return span if person and not told.nobody else None


def _spoken_of(doc: Document, quotation: list[Unit]) -> bool:
    """Whether a quotation speaks of some man or woman, who may be the one whose action was told."""
    inside = doc.token_range(quotation[0].start, quotation[-1].end)
    return any(doc.tokens[i].low in MALE | FEMALE for i in inside)


@cache
def _list(name: str) -> frozenset[str]:
    return words(table("cues")["beats"][name])


@cache
def _forms(name: str, *, present: bool = False) -> frozenset[str]:
    """Finite forms of the verbs of a list, in the present those with -s alone."""
    irregular = table("cues")["irregular"]
    found: set[str] = set()
    for lemma in _list(name):
        third, past, *_ = irregular[lemma].split() if lemma in irregular else inflect(lemma)[1:]
        found |= {third} if present else {lemma, third, past}
    return frozenset(found)
