"""Whether a sentence affirms, denies or leaves open what its words tell, and whether two sentences contradict each other in it."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from framing.stems import FUNCTION, WORD, stem, weight

REACH = 3
"""Words of content after a negation that it covers."""
AROUND = 2
"""Words of content on either side of one of two opposites that say what it is said of."""
AT_ISSUE = 0.2
"""Share of what two sentences have in common, weighted, that one must deny: less is an aside in a long sentence."""
_LIGHT = (
    "about after all also any as because before being but either even ever every him if into just me my only other our out over own "
    "same since so some such them then there true until up us very we well what when where whether which while who whom whose why you your"
)
LIGHT = FUNCTION | frozenset(_LIGHT.split())
"""Words that nothing is denied of."""
NEGATION = re.compile(
    r"\b(?:not(?! only\b| just\b| merely\b)|never|none|nobody|nothing|without|neither|nor|cannot|no one"
    r"|no(?! (?:fewer|less|more|later|sooner)\b))\b|n['’]t\b",
    re.IGNORECASE,
)
"""What denies the words after it in its clause."""
_FALSE = r"(?:not (?:\w+ly )?(?:true|correct|the case|right)|n['’]t (?:true|the case)|untrue|false|incorrect|nonsense|rubbish|baseless|a lie|a myth)"
REVERSAL = re.compile(
    r"\b(?:(?:declin|refus|reject|den)(?:e|es|ed|ing|s|y|ies|ied|ying)?|fail(?:s|ed|ing)? to|unable to"
    r"|(?:disput|refut)(?:es|ed|ing) (?=that\b|the\b|this\b|his\b|her\b|any\b|claims?\b)|(?:rebut|contradict)(?:s|ted|ed)?"
    r"|no (?:evidence|sign|proof|truth|indication)(?= (?:that|of|for|to|in)\b))\b",
    re.IGNORECASE,
)
"""What turns what follows it in its clause, itself denied or not, into the contrary."""
_UNTRUE_THAT = re.compile(rf"\b(?:{_FALSE} (?:that|to say(?: that)?)|wrong to say(?: that)?)\b", re.IGNORECASE)
"""A complement that is said to be false; it reaches to the end of the clause."""
_CLAIM_UNTRUE = re.compile(
    r"\b(?:claims?|reports?|allegations?|accusations?|rumou?rs?|suggestions?|assertions?|idea|notion)\b"
    rf"(?P<claim>[^.;:!?]{{1,200}}?)\b(?:is|was|are|were)(?: \w+ly)? {_FALSE}",
    re.IGNORECASE,
)
"""The same the other way round: a claim, then that it is false."""
OPEN = re.compile(
    r"\bwhether\b|\b(?:say|says|saying|said|reveal|disclose|decided?|clear|known) (?:if|when)\b"
    r"|\b(?:ask|investigat|determin|wonder|know|establish|find out|see|check|examin|consider|learn)(?:e|s|es|ed|ing|n)? if\b"
    r"|\b(?:not (?:yet )?(?:clear|known|decided)|unclear|unknown|uncertain|undecided|yet to (?:decide|say))\b(?: (?:if|that))?",
    re.IGNORECASE,
)
"""What leaves open the words after it."""
_CLAUSE_ENDS = re.compile(r"[.,](?!\d)|[;:!?()–—]")
_NEXT_CLAUSE = re.compile(
    r"[.,](?!\d)|[;:!?()–—]|\s(?:but|as|when|while|because|after|although|though|who|which|and (?:the|an?|his|her|its|their|that|she|he|it|they|will|would|was|were|is|are|has|had|have|can|could|should|must|did|does))\b",
    re.IGNORECASE,
)
"""Where a clause ends, or the next begins without a comma."""
_UNTIL = re.compile(r"\b(?:until|till|before)\b", re.IGNORECASE)
"""What is so until then is not so from then on: neither denied nor affirmed."""
_AFFIRMED, _DENIED, _OPEN = "affirmed", "denied", "open"


@dataclass(frozen=True)
class Polarity:
    """What a sentence affirms, denies and leaves open.

    Parameters
    ----------
    words
        Per stem, how the sentence puts it: affirmed, denied, open, or several of them.
    plain
        Stems of the words that are no names.
    opposites
        Per pair of opposites, how it puts the first (denied by the word itself or a negation), and the stems around.
    """

    words: Mapping[str, frozenset[str]]
    plain: frozenset[str]
    opposites: Mapping[int, tuple[frozenset[str], frozenset[str]]]


def polarity(text: str) -> Polarity:
    """Read which words a sentence denies or leaves open: those a negation reaches, unless another turns it round.

    Examples
    --------
    >>> polarity("It is not true that she could not swim").words["swim"]
    frozenset({'affirmed'})
    >>> polarity("She declined to say whether the bridge would reopen").words["bridg"]
    frozenset({'open'})
    """
    at = [(m.start(), m.group().lower()) for m in WORD.finditer(text) if m.group().lower() not in FUNCTION]
    untrue = [(m.end(), _clause_end(text, m.end())) for m in _UNTRUE_THAT.finditer(text)]
    untrue += [m.span("claim") for m in _CLAIM_UNTRUE.finditer(text)]
    taken = [m.span() for m in [*_UNTRUE_THAT.finditer(text), *REVERSAL.finditer(text)]]
    taken += [(m.end("claim"), m.end()) for m in _CLAIM_UNTRUE.finditer(text)]
    denied = set(_reached(text, NEGATION, at, taken))
    turned = list(_reached(text, REVERSAL, at, []))
    opened = set(_reached(text, OPEN, at, [], len(at)))
    inner = denied | set(turned)
    false: set[int] = set()
    for begin, end in untrue:
        within = {start for start, _ in at if begin <= start < end}
        false |= within & inner or within  # "it is not true that she could not swim": who she is stays as it is
    words: dict[str, set[str]] = {}
    how: dict[int, str] = {}
    for start, word in at:
        times = (start in denied) + turned.count(start) + (start in false)
        how[start] = _OPEN if start in opened else (_DENIED if times % 2 else _AFFIRMED)
        if word not in LIGHT:
            words.setdefault(stem(word), set()).add(how[start])
    plain = frozenset(stem(word) for start, word in at if text[start].islower())
    return Polarity({of: frozenset(ways) for of, ways in words.items()}, plain, dict(_opposites(text, at, how)))


def _clause_end(text: str, at: int) -> int:
    end = _CLAUSE_ENDS.search(text, at)
    return end.start() if end else len(text)


def _next_clause(text: str, at: int) -> int:
    end = _NEXT_CLAUSE.search(text, at + 1)
    return end.start() if end else len(text)


def _reached(
    text: str, signs: re.Pattern[str], at: list[tuple[int, str]], taken: Iterable[tuple[int, int]], most: int = REACH
) -> Iterator[int]:
    """Places of the words that the signs reach in their clauses; signs within a passage taken otherwise are none."""
    for sign in signs.finditer(text):
        if any(a <= sign.start() < b for a, b in taken):
            continue
        if signs is NEGATION and _UNTIL.search(text, sign.end(), _clause_end(text, sign.end())):
            continue
        stop, reach = _next_clause(text, sign.end()), most
        for start, word in at:
            if sign.end() <= start < stop and reach:
                yield start
                reach -= word not in LIGHT


@functools.cache
def _listed() -> tuple[re.Pattern[str], dict[str, tuple[int, bool]]]:
    """All forms of the opposites as one pattern, and per form its pair and whether it is the first of it."""
    source = importlib.resources.files("framing").joinpath("knowledge/opposites.toml")
    sides = [line.split("/") for line in tomllib.loads(source.read_text(encoding="utf-8"))["pairs"]]
    forms = {
        form.strip(): (pair, side == 0)
        for pair, two in enumerate(sides) for side, listed in enumerate(two) for form in listed.split(",")
    }  # fmt: skip
    longest = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(r"\b(?:" + "|".join(longest) + r")\b"), forms


def _opposites(
    text: str, at: list[tuple[int, str]], how: Mapping[int, str]
) -> Iterator[tuple[int, tuple[frozenset[str], frozenset[str]]]]:
    """Per pair of opposites in a sentence, how it is put and what stands around."""
    pattern, forms = _listed()
    found: dict[int, tuple[set[str], set[str]]] = {}
    for match in pattern.finditer(text):
        pair, first = forms[match.group()]
        ways, near = found.setdefault(pair, (set(), set()))
        way = how.get(match.start(), _AFFIRMED)
        ways.add(way if first or way == _OPEN else _DENIED if way == _AFFIRMED else _AFFIRMED)
        begin = max((m.end() for m in _NEXT_CLAUSE.finditer(text, 0, match.start())), default=0)
        stop = _next_clause(text, match.end() - 1)
        if _UNTIL.search(text, match.end(), stop):
            ways |= {_AFFIRMED, _DENIED}
        heavy = [(start, word) for start, word in at if word not in LIGHT and begin <= start < stop]
        before = [word for start, word in heavy if start < match.start()][-AROUND:]
        after = [word for start, word in heavy if start >= match.end()][:AROUND]
        near |= {stem(word) for word in before + after}
    for pair, (ways, near) in found.items():
        yield pair, (frozenset(ways), frozenset(near))


def contradictory(one: Polarity, other: Polarity) -> bool:
    """Whether one sentence denies, or leaves open, what the other says, or says the opposite of the same thing.

    Examples
    --------
    >>> contradictory(polarity("The dam was safe"), polarity("The dam was not safe, she said"))
    True
    >>> contradictory(polarity("The pier will be open to visitors"), polarity("The pier will be closed to visitors"))
    True
    >>> contradictory(polarity("Nobody was hurt"), polarity("No one was hurt on the dam"))
    False
    """
    agree = False
    for pair in one.opposites.keys() & other.opposites.keys():
        (ways, near), (others, nearby) = one.opposites[pair], other.opposites[pair]
        if near & nearby:
            if not ways & others:
                return True
            agree = True
    shared = one.words.keys() & other.words.keys()
    mine, theirs = ({of for of in shared if _AFFIRMED not in told.words[of]} for told in (one, other))
    if mine & theirs:
        return any(not one.words[of] & other.words[of] for of in mine & theirs)
    if agree or bool(mine) == bool(theirs):
        return False
    at_issue = mine | theirs
    counted = sum(weight(of) for of in shared & (one.plain | other.plain | at_issue))
    return sum(map(weight, at_issue)) >= AT_ISSUE * counted
