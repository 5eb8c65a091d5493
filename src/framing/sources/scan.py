"""Capitalised names in a text, each read with the role before it and the apposition after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from framing.quotations.clauses import DETERMINERS, OPENERS, POSSESSIVE, PREPOSITIONS, PRONOUNS
from framing.quotations.lexicon import cue_forms, cue_words
from framing.quotations.marks import Document
from framing.sources.naming import Reference, read
from framing.sources.nouns import (
    ACRONYMS,
    OF,
    PARTICLES,
    POSSESSIVE_END,
    calls,
    heads,
    organisation_words,
    owns,
    titles,
)

WRAPPED = 50
"""Characters of a line that may have been broken only to fit a page."""
PRESENTED = frozenset(["ask", "take", "consider", "meet", "remember", "recall", "imagine", "enter"])
"""What opens a sentence before a whole name, whose part it is not: "Ask Ines Pires"."""
VERBAL = ("ed", "said", "says", "told", "wrote")
"""Ends of verbs that go on after a name set off by commas: "the chairman of the party, Jon Ash, alleged that the minister"."""
CLOSING = frozenset(",.;:)—–")
CLOSED = DETERMINERS | OPENERS | POSSESSIVE | PREPOSITIONS | PRONOUNS


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, read with the words around it."""

    start: int
    end: int
    text: str
    quoted: bool
    first: bool
    reference: Reference
    acts: bool = False


def scan(doc: Document) -> Iterator[Mention]:
    """Find the capitalised names of a text, in order."""
    tokens = doc.tokens
    starts = {s for s, _ in doc.sentences}
    index = 0
    while index < len(tokens):
        token = tokens[index]
        opening = token.start in starts or (
            index > 0 and not tokens[index - 1].word and tokens[index - 1].text not in ",-&/()’'"
        )
        if (
            not token.cap
            or (token.low in CLOSED and token.text not in ACRONYMS)
            or token.low in cue_words("time")
            or (
                opening
                and (
                    token.low in cue_words("subordinate")
                    or token.low in cue_words("adverb") | cue_words("asking")
                    or token.low.endswith("ly")
                    or (token.low in calls() and _slogan(doc, tokens, index))
                    or (token.low in PRESENTED and all(t.cap for t in tokens[index + 1 : index + 3]))
                )
            )
        ):
            index += 1
            continue
        end = _run_end(doc, tokens, index)
        start, stop = token.start, tokens[end - 1].end
        text = doc.text[start:stop]
        bare = POSSESSIVE_END.sub("", text)
        quoted = doc.quoted_at(start) is not None
        reference = read(_context(doc, tokens, index, end))
        if reference.role is None and reference.kind == "person":
            reference = _apposed(doc, tokens, index, end) or reference
        yield Mention(start, start + len(bare), bare, quoted, opening, reference, _acts(tokens, index, end))
        index = end


def _slogan(doc: Document, tokens: list[Any], index: int) -> bool:
    """Whether a verb of slogans stands before the surname of somebody whom the text names in another way: "Fire Ash" where Jon Ash is named."""
    if _run_end(doc, tokens, index) != index + 2:
        return False
    surname = tokens[index + 1].text
    pairs = itertools.pairwise(tokens)
    return any(last.text == surname and first.cap and first.low not in calls() | CLOSED for first, last in pairs)


def _apposed(doc: Document, tokens: list[Any], index: int, end: int) -> Reference | None:
    """Read the role that stands before a name, set off by commas: "the union’s lawyer, Ines Pires, said".

    A name that a list goes on from ("the president, Ines Pires and Jon Ash") may be another person's.
    """
    if index < 3 or tokens[index - 1].text != "," or end >= len(tokens) or tokens[end].text not in CLOSING:
        return None
    if tokens[end].text == "," and end + 1 < len(tokens) and tokens[end + 1].low in ("and", "or"):
        return None
    begin = index - 1
    while begin > 0 and index - begin < 10:
        back = tokens[begin - 1]
        barred = cue_words("subordinate") | cue_words("auxiliary") | PRONOUNS - POSSESSIVE
        spoken = back.low in cue_forms() and back.low not in heads("role")
        if not back.word or back.low in barred or spoken or _broken(doc, back, tokens[begin]):
            break
        begin -= 1
        if back.low in DETERMINERS | POSSESSIVE and (begin == 0 or tokens[begin - 1].low not in PREPOSITIONS):
            break
    for first in range(begin, index - 1):
        if any(t.low.strip(".") in heads("role") for t in tokens[first : index - 1]):
            found = read(doc.text[tokens[first].start : tokens[end - 1].end])
            if (
                found.kind == "person"
                and found.role
                and found.name == doc.text[tokens[index].start : tokens[end - 1].end]
            ):
                return found
    return None


def _acts(tokens: list[Any], index: int, end: int) -> bool:
    """Whether a name stands where a person acts: ", who", ", 41,", or a verb after it and no article before."""
    following = [t.low for t in tokens[end : end + 2]]
    if len(following) < 2:
        return False
    if following[0] == ",":
        return following[1] in ("who", "whose") or (following[1].isdigit() and len(following[1]) == 2)
    verb = (
        following[0] in cue_words("auxiliary") - {"'s", "to"}
        or following[0] in cue_forms()
        or following[0].endswith("ed")
    )
    back = tokens[index - 1].low if index else ""
    return verb and back not in CLOSED and tokens[end].text[0].islower()


def _led_in(doc: Document, tokens: list[Any], index: int) -> bool:
    """Whether a name stands in what leads in a sentence, before its verb: "After a row with Ines Pires, the mayor left."."""
    first = doc.token_range(*doc.sentence_at(tokens[index].start)).start
    before = tokens[first:index]
    plain = [t.low for t in before[1:] if not t.cap]
    return (
        bool(before)
        and before[0].low in OPENERS | PREPOSITIONS | cue_words("asking")
        and not any(t in _verbs() - {"to"} or t.endswith("ed") for t in plain)
    )


@cache
def _verbs() -> frozenset[str]:
    return cue_words("auxiliary") | frozenset(cue_forms())


def _broken(doc: Document, back: Any, token: Any) -> bool:
    """Whether a short line, as of a caption or heading, ends between two neighbours (a long one may be wrapped)."""
    if "\n" not in doc.text[back.end : token.start]:
        return False
    return bool(back.end - doc.paragraphs[doc.paragraph_at(back.start)][0] < WRAPPED)


def _run_end(doc: Document, tokens: list[Any], index: int) -> int:
    end = index + 1
    while end < len(tokens) and end - index < 9:
        token, back = tokens[end], tokens[end - 1]
        joined = token.start - back.end <= 1 or back.text == "."
        apart = POSSESSIVE_END.search(back.text) and not owns(back.text, token.text)
        if apart or not joined or _broken(doc, back, token):
            break
        if (
            token.word
            and (
                (token.cap and token.low not in cue_words("time"))
                or (token.low in PARTICLES and end + 1 < len(tokens) and tokens[end + 1].cap)
            )
        ) or (
            token.text == "."
            and (len(back.text) == 1 or back.low in titles())
            and end + 1 < len(tokens)
            and tokens[end + 1].cap
            and tokens[end + 1].start - token.end == 1
        ):
            end += 1
        elif (
            token.low in OF - {"in", "on"}
            and end + 1 < len(tokens)
            and tokens[end + 1].cap
            and not _broken(doc, token, tokens[end + 1])
            and any(
                t.low in organisation_words() | {"secretary", "minister", "bank", "university"}
                for t in tokens[index:end]
            )
        ):
            if token.low == "and" and not any(t.low in OF for t in tokens[index:end]):
                break
            end += 2
        else:
            break
    return end


def _office_told(words: list[str]) -> bool:
    """Whether words after a name and a comma tell a role, not a clause: ", union leader", not ", alleged that the minister lied"."""
    at = next((i for i, word in enumerate(words) if word in heads("role")), None)
    return at is not None and not any(word in _verbs() or word in PRONOUNS - POSSESSIVE for word in words[:at])


def _context(doc: Document, tokens: list[Any], index: int, end: int) -> str:
    """The name with the role before it and the apposition after it."""
    begin = index
    while begin > 0 and index - begin < 8:
        back = tokens[begin - 1]
        if (
            not back.word
            or _broken(doc, back, tokens[begin])
            or back.low in cue_words("subordinate")
            or back.low in cue_words("auxiliary")
            or back.low in PRONOUNS
            or (back.low in cue_forms() and back.low not in heads("role"))
        ):
            break
        if back.low in PREPOSITIONS or back.low in DETERMINERS | POSSESSIVE:
            break
        begin -= 1
    left = tokens[begin:index]
    if not any(t.low.strip(".") in heads("role") | titles() for t in left):
        begin = index
    stop = tokens[end - 1].end
    if end < len(tokens) and tokens[end].text in ",(" and not POSSESSIVE_END.search(tokens[end - 1].text):
        limit = min(len(tokens), end + 22)
        close = next(
            (
                i
                for i in range(end + 1, limit)
                if (tokens[i].text in ',.;:—–)“”"' or _broken(doc, tokens[i - 1], tokens[i]))
                and not (tokens[i].text == "," and i == end + 2 and tokens[end + 1].text.isdigit())
            ),
            limit - 1,
        )
        after = tokens[end + 1] if end + 1 < len(tokens) else None
        if (
            after is not None
            and close > end + 1
            and not (tokens[close].text != "," and _led_in(doc, tokens, index))
            and not (after.low in cue_forms() and after.low.endswith(VERBAL))
            and (
                after.low in ("the", "a", "an", "who", "of")
                or after.text.isdigit()
                or _office_told([t.low.strip(".") for t in tokens[end + 1 : close]])
            )
        ):
            stop = tokens[close - 1].end
    return doc.text[tokens[begin].start : stop]
