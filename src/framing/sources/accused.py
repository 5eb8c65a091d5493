"""Parties, and where in a sentence the accused stands, by its grammar.

Conventions
-----------
:func:`phrases` gives noun phrases as pairs of unit indices with a score, the surest kind of evidence highest: the object
of an accusing verb ("sued the firm") or its subject where it is passive ("the firm was sued"), what follows the noun of an
accusation ("charges against the firm"), the doer of a wrong ("the firm lied", "lies told by the firm", "the firm's lies"),
and the subject of a judgement ("the firm is a disgrace"). Words are data (``knowledge/accusations.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

from framing.quotations.clauses import (
    BE,
    DETERMINERS,
    MODALS,
    POSSESSIVE,
    PREPOSITIONS,
    Unit,
    leading_subject,
    phrase_after,
    subject_before,
)
from framing.quotations.lexicon import cue_forms, cue_words, table, words
from framing.sources import denied, signs
from framing.sources.nouns import heads, titles

Phrase = tuple[int, int]
OBJECT, SUBJECT, NOUN, AGENT, DOER, OWNER, JUDGED, LEADING = 3.0, 3.0, 2.6, 2.4, 2.2, 2.0, 1.9, 0.8
MOST = 12
"""Expressions read per sentence."""
_GOT = BE | {"get", "got", "gets", "getting", "stands", "stood"}
_AFTER_PARTICIPLE = frozenset(["of", "for", "with", "over", "by", "in", "on", "as", "after"])
_LEADS = frozenset(["against", "into", "of", "that", "by", "from", "on"])
_EMPTY = frozenset(["it", "there", "that", "this", "what", "which"])
_OTHER_VERB = BE | {",", ";", "and", "but", "that", "who", "which", "has", "have", "had"}
"""What between a wrong and "by" says that another verb has that agent."""
_AUXILIARY = MODALS | {"has", "have", "had", "having", "did", "does", "do", "to"}


@dataclass(frozen=True, slots=True)
class Party:
    """A named side: its id, its name and the bodies it speaks for."""

    id: str | None
    name: str
    bodies: frozenset[str] = frozenset()
    level: str = "organisation"
    roles: frozenset[str] = frozenset()


def same_side(one: Party, other: Party) -> bool:
    """Whether two parties are one, or one speaks for the other's body.

    Examples
    --------
    >>> board = Party("a", "Port Board", frozenset({"port board"}))
    >>> same_side(board, Party("b", "Jon Ash", frozenset({"jon ash", "port board"})))
    True
    """
    if one.id is not None and one.id == other.id:
        return True
    mine, theirs = signs_of(one.bodies), signs_of(other.bodies)
    if mine.isdisjoint(theirs) and ANY not in mine | theirs:
        return False
    for a in one.bodies:
        for b in other.bodies:
            first, second = _initials(a), _initials(b)
            if (first and (b + " ").startswith(first + " ")) or (second and (a + " ").startswith(second + " ")):
                return True
            if a == b or a.startswith(b + " ") or b.startswith(a + " ") or _initials(a) == b or _initials(b) == a:
                return True
            short, full = sorted((a.split(), b.split()), key=len)
            if len(short) >= 2 and set(short) <= set(full):
                return True
    return False


ANY = ("any", "")
"""Sign of a name that may match any other: an empty one, or one word said twice."""


@lru_cache(1 << 14)
def signs_of(bodies: frozenset[str]) -> frozenset[tuple[str, str]]:
    """First words, initials and pairs of words of bodies: without one in common (or `ANY`) two sides are never the same."""
    found: set[tuple[str, str]] = set()
    for name in bodies:
        parts = name.split()
        if not parts or len(set(parts)) < min(len(parts), 2):
            found.add(ANY)
        found |= {("", first) for first in (*parts[:1], _initials(name)) if first}
        found |= {(one, other) for one, other in combinations(sorted(set(parts)), 2)}
    return frozenset(found)


def _initials(name: str) -> str:
    parts = name.split()
    return "".join(p[0] for p in parts) if len(parts) > 1 else ""


@cache
def _list(key: str) -> re.Pattern[str]:
    return re.compile(r"(?:" + table("accusations")["grammar"][key].replace("\n", "") + r")$")


def is_form(key: str, low: str) -> bool:
    """Whether a word in lower case is on a list of forms of ``knowledge/accusations.toml``, section ``grammar``.

    Examples
    --------
    >>> is_form("blame", "accused"), is_form("blame", "arrested")
    (True, False)
    """
    return _list(key).match(low) is not None


@cache
def _persons() -> frozenset[str]:
    return words(table("accusations")["grammar"]["able"])


def able(head: str) -> bool:
    """Whether a noun names someone who can be held to account.

    Examples
    --------
    >>> able("ministers"), able("plans")
    (True, False)
    """
    one = head.lower().strip(".,")
    listed = heads("organisation") | heads("collective") | heads("role") | _persons() | titles()
    return one in listed or one.removesuffix("s") in listed


def phrases(text: str, units: Sequence[Unit], start: int, end: int) -> Iterator[tuple[float, Phrase]]:
    """Noun phrases of a sentence that may name the accused, with how sure each is.

    Parameters
    ----------
    text
        The text the sentence stands in.
    units
        The sentence's words and marks.
    start, end
        Where the sentence stands, in characters.
    """
    row = list(units)
    told = denied.denials(row)
    n = 0
    for index, unit in enumerate(row):
        if not unit.word or n >= MOST:
            continue
        for kind, found in (("accuse", _accusing), ("noun", _of_noun)):
            if is_form(kind, unit.low) and not names_one(row, index) and not denied.taken_back(row, index, told):
                n += 1
                yield from found(row, index)
    for at in _wrongs(row, text, start, end):
        if not denied.taken_back(row, at, told):
            yield from _of_wrong(row, at)
    subject = leading_subject(row, len(row))
    if subject is not None and not _speaks_or_asks(row, subject[1]):
        yield LEADING, subject


def names_one(units: Sequence[Unit], at: int) -> bool:
    """Whether "accused" names someone: "the accused lied"."""
    return units[at].low == "accused" and at > 0 and units[at - 1].low in DETERMINERS | POSSESSIVE


def victims(text: str, units: Sequence[Unit], start: int, end: int) -> Iterator[Phrase]:
    """Noun phrases of a sentence that name who suffered a wrong: the subject of a passive, what follows "the killing of"."""
    row = list(units)
    for at in _wrongs(row, text, start, end):
        first = verb_group(row, at)
        low = row[at].low
        if _participle(low) and {u.low for u in row[first:at]} & _GOT:
            yield from (found for _, found in _one(SUBJECT, subject_of(row, first)))
        elif at + 2 < len(row) and row[at + 1].low == "of" and not is_form("own", low):
            yield from (found for _, found in _one(OWNER, phrase_after(row, at + 2)))


def _wrongs(units: list[Unit], text: str, start: int, end: int) -> Iterator[int]:
    """Units at which a wrong is told."""
    for match in signs.every("wrong", text[start:end])[:MOST]:
        at = next((i for i, u in enumerate(units) if u.end > start + match.start()), None)
        if at is not None:
            yield at


def _participle(low: str) -> bool:
    return low.endswith("ed") or low in ("shot", "stolen", "misled", "beaten", "hidden", "broken", "betrayed")


def _speaks_or_asks(units: list[Unit], at: int) -> bool:
    """Whether the verb after a subject is one of saying, denying or looking into, whose subject did no wrong by it."""
    passed = _AUXILIARY | BE | cue_words("adverb") | {"not", "who", ","}
    verb = next((u for u in units[at : at + 8] if u.low not in passed and not u.low.endswith("ly")), None)
    if verb is None or verb.cap:
        return False
    speech = any("speech" in cue.groups for cue in cue_forms().get(verb.low, ()))
    return speech or verb.low in denied.listed("inquire") | denied.listed("deny")


def verb_group(units: list[Unit], at: int) -> int:
    """First unit of the verb group that ends at a verb."""
    first = at
    passed = _GOT | _AUXILIARY | (cue_words("auxiliary") - {"'s"}) | cue_words("adverb") | {"not", "also"}
    while first and at - first < 6:
        low = units[first - 1].low
        if low not in passed and not low.endswith("ly"):
            break
        first -= 1
    return first


def _accusing(units: list[Unit], at: int) -> Iterator[tuple[float, Phrase]]:
    """Object of an accusing verb; its subject where the verb is passive."""
    first = verb_group(units, at)
    participle = units[at].low.endswith(("ed", "sued", "led", "hit", "shot"))
    following = units[at + 1].low if at + 1 < len(units) else ""
    if participle and {u.low for u in units[first:at]} & _GOT:
        yield from _one(SUBJECT, subject_of(units, first))
        return
    found = phrase_after(units, at + 1)
    if following in ("by", "of", "for", "with", "over") or (
        participle and found is None and following in _AFTER_PARTICIPLE
    ):
        if first == at and at:
            back = at - 1 if units[at - 1].low in (",", "who") else at
            yield from _one(SUBJECT - 0.4, subject_before(units, back))
        return
    yield from _one(OBJECT, found)
    blamed_on = units[at].low.startswith("blam") and next(
        (i for i in range(at + 1, min(len(units), at + 14)) if units[i].low == "on"), None
    )
    if blamed_on:
        yield from _one(OBJECT + 0.5, phrase_after(units, blamed_on + 1))


def _of_noun(units: list[Unit], at: int) -> Iterator[tuple[float, Phrase]]:
    """What follows the noun of an accusation, or who faces it."""
    if denied.handled(units, at):
        return
    lead = next((i for i in range(at + 1, min(len(units), at + 5)) if units[i].low in _LEADS), None)
    if lead is not None and units[lead].low in ("against", "into", "that", "of"):
        yield from _one(NOUN + 0.3 * (units[lead].low == "against"), phrase_after(units, lead + 1))
    for index in range(max(0, at - 5), at):
        if is_form("face", units[index].low):
            yield from _one(NOUN, subject_of(units, verb_group(units, index)))


def _of_wrong(units: list[Unit], at: int) -> Iterator[tuple[float, Phrase]]:
    """Doer, owner or subject of a wrong."""
    agent = next((i for i in range(at + 1, min(len(units), at + 7)) if units[i].low == "by"), None)
    if agent is not None and not any(u.low in _OTHER_VERB for u in units[at + 1 : agent]):
        yield from _one(AGENT, phrase_after(units, agent + 1))
    first = verb_group(units, at)
    before = {u.low for u in units[first:at]}
    noun = first == at and bool(at) and units[at - 1].low in DETERMINERS | POSSESSIVE | PREPOSITIONS
    if not noun and not (before & _GOT and _participle(units[at].low)):
        yield from _one(DOER, subject_of(units, first) if first and units[at].low not in ("s",) else None)
    for index in range(at - 1, max(-1, at - 5), -1):
        if units[index].low.endswith(("'s", "s'")):
            begin = index
            while begin and units[begin - 1].cap:
                begin -= 1
            yield OWNER, (begin, index + 1)
            break
        if units[index].low in ("his", "her", "its", "their", "your"):
            yield OWNER - 0.2, (index, min(len(units), at + 1))
            break
    if at + 2 < len(units) and units[at + 1].low in ("of", "in") and is_form("own", units[at].low):
        yield from _one(OWNER - 0.3, phrase_after(units, at + 2))
    be = next((i for i in range(at - 1, max(-1, at - 9), -1) if units[i].low in BE), None)
    if be is not None and not (units[at].low.endswith("ed") and at - be < 3):
        judged = subject_of(units, verb_group(units, be))
        if judged is not None and units[judged[0]].low not in _EMPTY:
            yield JUDGED, judged


def subject_of(units: list[Unit], first: int) -> Phrase | None:
    """Subject before a verb group; for "who", what it stands for."""
    found = subject_before(units, first)
    if found is None and first and units[first - 1].low in ("and", "but", "then", "or"):
        return _coordinated_subject(units, first - 1)
    if found is None and first and units[first - 1].low in ("which", "that"):
        found = first - 1, first
    if found is not None and units[found[0]].low in ("who", "which", "that") and found[0]:
        back = found[0] - 1 if units[found[0] - 1].low == "," else found[0]
        return subject_before(units, back)
    return found


def _coordinated_subject(units: list[Unit], before: int) -> Phrase | None:
    """Subject of a coordinated verb: that of the reported clause it belongs to ("says that Ada Orr left and ignored"), else of the sentence."""
    that = next(
        (i for i in range(before - 1, 0, -1) if units[i].low == "that" and units[i - 1].low in cue_forms()), None
    )
    if that is None:
        return leading_subject(units, before)
    begin = stop = that + 1
    while stop < before and units[stop].cap:
        stop += 1
    found = leading_subject(units[begin:], before - begin)
    if found is not None:
        return found[0] + begin, found[1] + begin
    return (begin, stop) if stop > begin else None


def _one(score: float, found: Phrase | None) -> Iterator[tuple[float, Phrase]]:
    if found is not None and found[1] > found[0]:
        yield score, found
