"""Syntax-light reading of a sentence: units, noun phrases before and after a verb, cues.

A *unit* is a word, a punctuation mark or a whole quoted region; a *sentence* here is a run of units, so that marks and
stops inside a quotation never cut it. Nothing is tagged for part of speech: closed word classes, capitals and word
endings carry the decisions, which keeps the reading linear, deterministic and free of a model.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from framing.quotations.lexicon import Cue, cue_forms, cue_words, table, words
from framing.quotations.marks import Document, Quoted, Token

DETERMINERS = words(
    "the a an this that these those some many several most both all any each every another no one two three four five other "
    "more few dozens hundreds thousands"
)
POSSESSIVE = frozenset(["his", "her", "its", "their", "my", "our", "your", "whose"])
SUBJECT = words("i you he she it we they who this these those others many some most critics")
PRONOUNS = frozenset(["i", "you", "he", "she", "it", "we", "they"])
PREPOSITIONS = words(
    "of for at from in with on to by under about against into over after before during near between among through via without "
    "within across around behind inside outside toward towards"
)
OPENERS = words(
    "in on at after before during since by with for from under despite amid as speaking earlier later when while if although "
    "though because once until per among across throughout following"
)
BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "'s"])
MODALS = words("will would shall should can could may might must do did does to 'd 'll not n't")
WITHHELD = frozenset(["named", "identified"])
MAX_PHRASE = 40
LONGEST = 250
"""Units after which a sentence is cut: no news sentence is longer, and hostile text must not cost more than its length."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, a punctuation mark, or a quoted region taken whole (`quote`)."""

    start: int
    end: int
    low: str
    word: bool
    cap: bool
    quote: Quoted | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A cue in a sentence: unit indices of its verb group, and of its source if it has one."""

    cue: Cue
    first: int
    last: int
    source: tuple[int, int] | None
    inverted: bool = False
    passive: bool = False


def sentences(doc: Document, start: int, end: int) -> list[list[Unit]]:
    """Sentences of a stretch of text, as units."""
    out: list[list[Unit]] = []
    current: list[Unit] = []
    units = _units(doc, start, end)
    stops = {b for a, b in doc.sentences[_first(doc, start) : _last(doc, end)]}
    for index, unit in enumerate(units):
        current.append(unit)
        following = units[index + 1] if index + 1 < len(units) else None
        if following is None or len(current) >= LONGEST or _stops(doc, unit, following, units, index, stops):
            out.append(current)
            current = []
    return out


def _first(doc: Document, start: int) -> int:
    return bisect_left(doc.sentences, (start, 0))


def _last(doc: Document, end: int) -> int:
    return bisect_left(doc.sentences, (end, 0))


def _stops(doc: Document, unit: Unit, following: Unit, units: list[Unit], index: int, stops: set[int]) -> bool:
    if unit.quote is None:
        return unit.low in ".!?…" and (unit.end in stops or following.quote is not None)
    body = doc.text[unit.start : unit.end].rstrip("\"“”'‘’»")
    if following.low in ".!?" or not body or body[-1] not in ".!?…" or not (following.cap or following.quote):
        return False
    if body[-1] == ".":
        return True
    return not _tag_follows(units, index + 1)


def _tag_follows(units: list[Unit], at: int) -> bool:
    """Whether "Ada Byrne asked" or "he asked" follows a question or an exclamation."""
    for unit in units[at : at + 7]:
        if unit.quote or unit.low in ".,;:":
            return False
        if unit.low in cue_forms() and not unit.cap:
            return True
    return False


def _units(doc: Document, start: int, end: int) -> list[Unit]:
    units: list[Unit] = []
    tokens, span = doc.tokens, doc.token_range(start, end)
    regions = {q.start: q for q in doc.quoted_in(start, end)}
    skip = -1
    for index in span:
        token: Token = tokens[index]
        if token.start < skip:
            continue
        region = regions.get(token.start) or next((regions[s] for s in (token.start - 1,) if s in regions), None)
        if region is not None and region.end > token.start:
            units.append(Unit(region.start, region.end, "", False, True, region))
            skip = region.end
            continue
        units.append(Unit(token.start, token.end, token.low, token.word, token.cap))
    return units


@cache
def _phrases() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(p.split()) for p in table("cues")["phrases"]["according"])


def according(units: list[Unit], at: int) -> int:
    """Number of units of "according to" and its like at a position, else 0."""
    for phrase in _phrases():
        if tuple(u.low for u in units[at : at + len(phrase)]) == phrase:
            if phrase == ("per",) and not (at and units[at - 1].low == ","):
                continue
            return len(phrase)
    return 0


def cues(units: list[Unit]) -> list[Found]:
    """Cue verbs of a sentence with their sources, in order."""
    found: list[Found] = []
    previous: tuple[int, int] | None = None
    index = 0
    while index < len(units):
        width = according(units, index)
        if width:
            source = phrase_after(units, index + width)
            if source:
                cue = Cue("according to", frozenset({"according"}), "base")
                found.append(Found(cue, index, index + width - 1, source))
                index = source[1]
                continue
        item = _estimate(units, index) or _verb(units, index, previous)
        if item is not None:
            found.append(item)
            previous = item.source or previous
            index = item.last
        index += 1
    return found


def _estimate(units: list[Unit], at: int) -> Found | None:
    """Read "the ministry puts it at 35 million": who estimates, by a verb that does not tell so by itself."""
    if units[at].quote or units[at].low not in cue_words("estimate"):
        return None
    limit = min(len(units), at + 14)
    level = next(
        (i for i in range(at + 1, limit) if units[i].low == "at" or not units[i].word or units[i].quote), limit
    )
    if level in (at + 1, limit) or units[level].low != "at":
        return None
    aside = PREPOSITIONS - {"of", "for", "from", "among"} | {"down", "up", "off", "out", "away", "back", "together"}
    if any(unit.low in aside for unit in units[at + 1 : level]):
        return None
    first = level + 1
    while first < len(units) and (units[first].low in cue_words("around") or units[first].low in "$£€¥"):
        first += 1
    if first >= len(units) or not (units[first].low[0].isdigit() or units[first].low in cue_words("amount")):
        return None
    if first + 1 < len(units) and units[first + 1].low in ("am", "pm", "a.m", "p.m", "o'clock", "sharp"):
        return None
    begin = _group_start(units, at)
    source = subject_before(units, begin)
    return Found(Cue("put", frozenset({"estimate"}), "past"), begin, at, source) if source else None


def estimated(units: list[Unit], first: int) -> int:
    """Unit after the last of an estimate that begins at a position."""
    ends = {
        ",",
        ";",
        ":",
        ".",
        "(",
        "—",
        "–",
        "while",
        "but",
        "after",
        "because",
        "although",
        "though",
        "up",
        "down",
        "when",
    }
    at = first
    while at < len(units):
        glued = at + 1 < len(units) and units[at + 1].start == units[at].end and units[at + 1].low[:1].isdigit()
        goes_on = units[at].low == "," and at + 1 < len(units) and units[at + 1].low.endswith("ing")
        joined = units[at].low == "and" and not (at + 1 < len(units) and _counts(units[at + 1]))
        if not (glued or goes_on) and (units[at].low in ends or joined):
            break
        at += 1
    return at


def _counts(unit: Unit) -> bool:
    return unit.low[:1].isdigit() or unit.low in cue_words("amount")


def _verb(units: list[Unit], at: int, previous: tuple[int, int] | None) -> Found | None:
    unit = units[at]
    forms = cue_forms().get(unit.low)
    if unit.quote or forms is None:
        return None
    if {u.low for u in units[at + 1 : at + 5]} >= {"to", "be"} and any(
        u.low in WITHHELD for u in units[at + 3 : at + 6]
    ):
        return None  # "declined to be named" tells nothing of what is said
    cue = next((c for c in forms if tuple(u.low for u in units[at + 1 : at + 1 + len(c.particle)]) == c.particle), None)
    if cue is None:
        return None
    last = at + len(cue.particle)
    first = _group_start(units, at)
    group = {u.low for u in units[first:at]}
    before = units[at - 1].low if at else ""
    if (
        at
        and first == at
        and (before in DETERMINERS | POSSESSIVE or before in PREPOSITIONS - {"to"} or before.endswith(("'s", "s'")))
    ):
        return None
    passive = cue.form == "past" and bool(group & BE)
    after = units[last + 1] if last + 1 < len(units) else None
    if passive or (cue.form == "past" and after is not None and after.low == "by"):
        return _passive(units, cue, first, last, after, passive)
    if unit.cap and at and not (units[at - 1].cap and not units[at - 1].quote):
        return None
    source = subject_before(units, first)
    if cue.form == "ing" and not group & BE:
        if units[first - 1].low in ("of", "for", "by", "in", "from", "about") and first:
            return (
                Found(cue, first, last, previous or leading_subject(units, first))
                if units[first - 1].low in ("for", "by")
                else None
            )
        source = previous or leading_subject(units, first) or source
        return Found(cue, first, last, source) if source else None
    if source is None:
        source = _coordinated(units, first, previous)
        if source is None:
            return _inverted(units, cue, first, last)
    if "to" in group or (first and units[first].low == "to"):
        source = previous or leading_subject(units, first) or source
    if unit.low in NOUNLIKE and cue.form == "third" and not _takes(after):
        return None
    if cue.form == "base" and not _agrees(units, first, at, source):
        return None
    return Found(cue, first, last, source)


def _group_start(units: list[Unit], at: int) -> int:
    aux, adverb = cue_words("auxiliary"), cue_words("adverb")
    first = at
    while first and not units[first - 1].quote:
        low = units[first - 1].low
        if (
            low in aux
            or low in adverb
            or (low.endswith("ly") and len(low) > 4 and not units[first - 1].cap)
            or low.endswith("n't")
        ):
            first -= 1
        else:
            break
    while first < at and (
        units[first].low in ("is", "today", "yesterday", "all", "both", "first")
        and first + 1 < at
        and units[first + 1].low == "to"
    ):
        first += 1
    return first


def _agrees(units: list[Unit], first: int, at: int, source: tuple[int, int] | None) -> bool:
    """Whether a bare form can be a verb here: a modal, a pronoun or a plural stands before it."""
    if any(u.low in MODALS or u.low.endswith("n't") for u in units[first:at]):
        return True
    if source is None:
        return False
    head = units[source[1] - 1]
    if head.low in ("i", "you", "we", "they", "who", "people", "others", "many", "some", "police", "most"):
        return True
    low = head.low
    return (
        low.endswith("s")
        and not low.endswith(("ss", "'s"))
        and not (head.cap and source[1] - source[0] <= 2 and units[source[0]].cap)
    )


def _takes(after: Unit | None) -> bool:
    """Whether what follows lets "claims" or "states" be a verb and not a plural noun."""
    if after is None or after.quote:
        return after is not None
    return after.low in ("that", ":") or after.low in DETERMINERS | POSSESSIVE | PRONOUNS or after.cap


def _passive(units: list[Unit], cue: Cue, first: int, last: int, after: Unit | None, passive: bool) -> Found | None:
    if after is not None and after.low == "by" and passive:
        return Found(cue, first, last, phrase_after(units, last + 2), passive=True)
    if passive and "speech" in cue.groups and after is not None and after.low in ("that", "as", ":"):
        return Found(cue, first, last, None, passive=True)
    return None


def _coordinated(units: list[Unit], first: int, previous: tuple[int, int] | None) -> tuple[int, int] | None:
    if previous and first and units[first - 1].low in ("and", "but", "then", ",") and previous[1] <= first:
        return previous
    return None


def _inverted(units: list[Unit], cue: Cue, first: int, last: int) -> Found | None:
    """Read "...," said Ada Byrne, a harbour pilot."""
    before = units[first - 1] if first else None
    if not (before is not None and (before.quote or before.low in (",", "?", "!", "—", "–", "-"))) or cue.form == "ing":
        return None
    if not cue.groups & {"speech", "belief"}:
        return None
    source = phrase_after(units, last + 1)
    return Found(cue, first, last, source, inverted=True) if source else None


def subject_before(units: list[Unit], first: int) -> tuple[int, int] | None:
    """Noun phrase that ends right before a verb group, with its apposition; unit indices."""
    end = first
    if end <= 0:
        return None
    last = units[end - 1]
    if last.quote:
        return None
    if last.low in PRONOUNS or last.low == "who":
        return end - 1, end
    if last.low in (",", "—", "–", ")"):
        return _across(units, end - 1)
    return _phrase_back(units, end)


def _across(units: list[Unit], close: int) -> tuple[int, int] | None:
    """Skip the apposition or bracket that ends at `close` and take the noun phrase before it."""
    mark = units[close].low
    opening = "(" if mark == ")" else mark
    for at in range(close - 1, max(-1, close - MAX_PHRASE), -1):
        if units[at].quote and mark != ")":
            return None
        if units[at].low == opening:
            inner = units[at + 1 : close]
            if not inner or (mark != ")" and not _apposes(inner)):
                if mark != "," or not inner or inner[0].low in OPENERS:
                    return None
                continue
            start = _phrase_back(units, at) if at else None
            if start is None and at and units[at - 1].low in (",", ")"):
                start = _across(units, at - 1)
            if start is not None:
                if mark == ")" and units[start[0]].low in SUBJECT:
                    return None
                return start[0], close + 1 if mark == ")" else close
            return None
    return None


def _apposes(inner: list[Unit]) -> bool:
    head = inner[0]
    return (
        head.low in DETERMINERS | POSSESSIVE
        or head.cap
        or head.low in ("who", "which", "whose", "then", "now", "himself", "herself")
        or (
            head.word
            and head.low not in OPENERS | PREPOSITIONS
            and head.low not in cue_words("subordinate")
            and head.low not in cue_forms()
        )
        or head.low in ("of", "from")
        or head.low.isdigit()
    )


def _phrase_back(units: list[Unit], end: int) -> tuple[int, int] | None:
    stop = cue_words("subordinate") - {"and", "or"} | cue_words("auxiliary") - {"'s"}
    begin = end
    while begin > max(0, end - MAX_PHRASE):
        unit = units[begin - 1]
        low = unit.low
        if unit.quote or low in PRONOUNS or (low in stop and low != "to"):
            break
        if not unit.word:
            if low in ("'", "’", "&", "/", "-", "%", "$", "#", "@") or (
                low == "." and begin < end and begin > 1 and units[begin - 2].cap
            ):
                begin -= 1
                continue
            if low == ")" and begin < end:
                opened = next((i for i in range(begin - 2, max(-1, begin - 12), -1) if units[i].low == "("), None)
                if opened is not None:
                    begin = opened
                    continue
            break
        if low in ("and", "or") and not (begin < end and begin > 1 and units[begin - 2].word and _joins(units, begin)):
            break
        named = begin > 1 and low.endswith("ed") and units[begin - 2].low in DETERMINERS  # "the accused"
        if not unit.cap and low in cue_forms() and low not in NOUNLIKE and not named:
            break
        begin -= 1
    return _trim(units, begin, end)


NOUNLIKE = words(
    "report reports claim claims call calls state states offer offers plan plans poll hope hopes show shows question estimate "
    "estimates support attack attacks rule"
)


def _joins(units: list[Unit], begin: int) -> bool:
    left, right = units[begin - 2], units[begin]
    return left.cap == right.cap and left.low not in cue_words("time")


def _trim(units: list[Unit], begin: int, end: int) -> tuple[int, int] | None:
    """Cut what cannot belong to the noun phrase from its left: conjunctions, leading adjuncts."""
    while begin < end and (not units[begin].word or units[begin].low in ("and", "or", "but", "to")):
        begin += 1
    if begin < end and (units[begin].low in OPENERS | PREPOSITIONS or units[begin].low in cue_words("adverb")):
        cut = None
        for at in range(begin + 1, end):
            low, back = units[at].low, units[at - 1].low
            if (
                (low in DETERMINERS | POSSESSIVE or (units[at].cap and not units[at - 1].cap))
                and back not in PREPOSITIONS
                and back not in DETERMINERS | POSSESSIVE
            ):
                cut = at
        begin = cut if cut is not None else (begin + 1 if units[begin].low in cue_words("adverb") else end)
    while begin < end and units[begin].low in cue_words("adverb") - {"both", "all", "only", "even", "further", "just"}:
        begin += 1
    if begin >= end or not any(u.word for u in units[begin:end]):
        return None
    if all(u.low in cue_words("time") or u.low in PREPOSITIONS or u.low.isdigit() for u in units[begin:end]):
        return None
    return begin, end


def leading_subject(units: list[Unit], before: int) -> tuple[int, int] | None:
    """Subject of the sentence: the noun phrase before its first verb group, adjuncts skipped."""
    first_word = next(
        (i for i, u in enumerate(units[:before]) if u.word and u.low not in ("and", "but", "so", "yet")), None
    )
    if first_word is not None and units[first_word].low in PRONOUNS:
        return first_word, first_word + 1
    aux = cue_words("auxiliary") - {"to", "'s", "going"}
    for at in range(min(before, MAX_PHRASE)):
        low = units[at].low
        if units[at].quote or not units[at].word or (low.endswith("ed") and at and units[at - 1].low in DETERMINERS):
            continue  # "the accused", "a botched raid"
        if (
            low in aux
            or (low.endswith(("ed", "es")) and not units[at].cap and at)
            or (low in cue_forms() and not units[at].cap and at)
        ):
            first = _group_start(units, at)
            source = subject_before(units, first)
            if source:
                return source
    return None


def phrase_after(units: list[Unit], begin: int) -> tuple[int, int] | None:
    """Noun phrase, with its apposition, that begins at a position."""
    if begin >= len(units) or units[begin].quote:
        return None
    head = units[begin]
    bare = head.low not in POSSESSIVE or begin + 1 >= len(units) or not units[begin + 1].word
    if bare and head.low in PRONOUNS | {"him", "her", "them", "me", "us"}:
        return begin, begin + 1
    if (
        not head.word
        or head.low in cue_words("subordinate")
        or head.low in PREPOSITIONS
        or head.low in cue_words("adverb")
    ):
        return None
    if not (
        head.cap or head.low in DETERMINERS | POSSESSIVE or head.low.isdigit() or head.low not in cue_words("auxiliary")
    ):
        return None
    end = begin
    while end < len(units) and end - begin < MAX_PHRASE:
        unit = units[end]
        low = unit.low
        if (
            unit.quote
            or low in ";:!?—–"
            or (
                low == "."
                and not (
                    end + 1 < len(units) and units[end - 1].cap and len(units[end - 1].low) <= 3 and units[end + 1].cap
                )
            )
        ):
            break
        if low == ",":
            if not (end + 1 < len(units) and _apposition_after(units, end + 1)):
                break
        elif low == "(":
            closing = next((i for i in range(end, min(len(units), end + 12)) if units[i].low == ")"), None)
            if closing is None:
                break
            end = closing
        elif low in ADJUNCT and end > begin:
            if not (low in ("in", "on", "at", "with", "for") and _title_phrase(units, begin, end)):
                break
        elif (
            low
            in (
                "when",
                "as",
                "while",
                "but",
                "because",
                "that",
                "if",
                "before",
                "after",
                "during",
                "since",
                "where",
                "and",
            )
            and end > begin
        ):
            if not (
                low == "and"
                and end + 1 < len(units)
                and units[end + 1].word
                and units[end + 1].cap == units[end - 1].cap
            ):
                break
        elif end > begin and (unit.low in cue_words("time") and unit.cap):
            break
        end += 1
    while end > begin and not units[end - 1].word and units[end - 1].low != ")":
        end -= 1
    return (begin, end) if end > begin else None


ADJUNCT = frozenset(["in", "on", "at", "during", "after", "before", "about", "to"])


def _title_phrase(units: list[Unit], begin: int, end: int) -> bool:
    """Whether a preposition goes on with a title ("director for Asia at the Institute"), not with the cue."""
    back = units[max(begin, end - 10) : end]
    return any(u.low == "," for u in back) and not (
        units[end + 1].low in ("a", "an") if end + 1 < len(units) else False
    )


def _closes(units: list[Unit], at: int) -> bool:
    """Whether an apposition ends (comma, stop, quotation) before a finite verb of the main clause begins."""
    finite = cue_words("auxiliary") - {"'s", "to", "going", "being", "been", "be", "having"}
    for unit in units[at : at + 25]:
        if unit.quote or unit.low in (",", ".", ";", "—", "–", "who", "whose", "which", "that", ")"):
            return True
        if unit.low in finite:
            return False
    return True


def _apposition_after(units: list[Unit], at: int) -> bool:
    head = units[at]
    if head.quote or not head.word:
        return False
    if head.low in ("who", "whose"):
        return True
    if not _closes(units, at):
        return False
    if head.low in DETERMINERS:
        return head.low in ("the", "a", "an", "one", "another")
    if head.low in cue_words("subordinate") or head.low in OPENERS or head.low in PRONOUNS or head.low.endswith("ing"):
        return False
    return not head.cap or head.low not in cue_words("time")
