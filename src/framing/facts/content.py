"""What a sentence says apart from who says it, and what keeps two sentences from telling the same whatever they share."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from framing.events.signals import names, numbers
from framing.facts.quantities import SIGNS
from framing.quotations.lexicon import cue_forms
from framing.sources.naming import heads, organisation_words, titles
from framing.stems import FUNCTION, WORD, known, stem, weight

NEGATION = re.compile(
    r"\b(?:not(?! only\b| just\b| merely\b)|never|none|nobody|nothing|without|neither|nor|cannot|no(?! (?:fewer|less|more|later|sooner)\b)"
    r"|no one|(?:declin|refus|fail|reject|den)(?:e|es|ed|ing|s|y|ies|ied|ying)?)\b|n['’]t\b",
    re.IGNORECASE,
)
"""What denies the words after it in its clause."""
DENIED = 3
"""Words of content that a negation covers."""
SHARED_CONTENT = 0.15
"""Share of the shorter statement's weighted content below which two statements are not the same: of 135 coded pairs (dev) one that tells the
same falls below, of those that the matcher would join."""
TELLING = 13
"""Whole numbers up to this are too common to tell a fact; so are years."""
_CLAUSE_ENDS = re.compile(r"[.;:!?,()–—]")


@dataclass(frozen=True)
class Content:
    """What a sentence says apart from names, offices, verbs of saying and numbers.

    Parameters
    ----------
    words
        Stems and what each tells.
    denied
        Those that a negation or a refusal covers.
    spoken
        Whether it is somebody's statement.
    named
        Names of people and places, by their last word, and numbers of two digits or more.
    """

    words: Mapping[str, float]
    denied: frozenset[str]
    spoken: bool
    named: frozenset[str] = frozenset()


@functools.cache
def _said() -> frozenset[str]:
    """Forms of verbs of saying."""
    return frozenset(form for form, cues in cue_forms().items() if any(cue.groups & {"speech", "told"} for cue in cues))


def content(text: str) -> Content:
    """Read what a sentence says, whoever says it.

    Examples
    --------
    >>> found = content("Mayor Ada Orr declined to say whether the bridge would reopen")
    >>> sorted(found.words), sorted(found.denied), found.spoken
    (['bridg', 'declin', 'reopen', 'wheth'], ['bridg', 'reopen', 'wheth'], True)
    """
    letters = [c for c in text if c.isalpha()]
    shouted = sum(map(str.isupper, letters)) > len(letters) / 2
    offices = heads("role") | heads("spokesperson") | titles()
    at: list[tuple[int, str]] = []
    spoken = "“" in text or '"' in text
    for match in WORD.finditer(text):
        word, low = match.group(), match.group().lower()
        spoken = spoken or low in _said()
        opens = (
            not text[: match.start()].strip(" \n\"“‘'(")
            and stem(low) in known()
            and _goes_on(text[match.end() :], offices)
        )
        if low in FUNCTION or low in offices | _said():
            continue
        if word.islower() or shouted or opens:
            at.append((match.start(), stem(low)))
    covered: set[str] = set()
    for negation in NEGATION.finditer(text):
        end = _CLAUSE_ENDS.search(text, negation.end())
        stop = end.start() if end else len(text)
        covered |= set([of for start, of in at if negation.end() <= start < stop][:DENIED])
    terms = names(re.sub(r"['’]s\b|\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen)\. ", "", text))
    named = [term for term in terms if " " not in term and term not in offices]
    pairs = {term.split(" ")[0] for term in terms if " " in term}
    ends = {run for run in named if run not in pairs and run not in organisation_words()}
    told = {number for number in numbers(text) if len(number) > 1}
    return Content({of: weight(of) for _, of in at}, frozenset(covered), spoken, frozenset(ends | told))


def _goes_on(rest: str, offices: Collection[str]) -> bool:
    """Whether a first word with a capital is an ordinary word: one in small letters follows that is no office ("Council leader")."""
    following = WORD.match(rest[1:])
    return following is not None and following.group().islower() and following.group() not in offices


def denied(one: Content, other: Content) -> bool:
    """Whether one sentence denies, or leaves open, what the other says.

    Examples
    --------
    >>> denied(content("The dam was safe"), content("The dam was not safe, she said"))
    True
    >>> denied(content("Nobody was hurt"), content("No one was hurt on the dam"))
    False
    """
    shared = one.words.keys() & other.words.keys()
    return bool(one.denied & shared) != bool(other.denied & shared)


def other_statement(one: Content, other: Content) -> bool:
    """Whether what two sentences share is who speaks (one name, no number), not what is said.

    Examples
    --------
    >>> told = [content(t) for t in ("“They want a scalp,” Mayor Orr said.", "Mayor Orr said: “Judge us by the results.”")]
    >>> other_statement(*told)
    True
    """
    if not (one.spoken or other.spoken) or len(one.named & other.named) > 1:
        return False
    shared = sum(one.words[of] for of in one.words.keys() & other.words.keys())
    return shared < SHARED_CONTENT * min(sum(one.words.values()), sum(other.words.values()))


def same_number(
    one: Content, other: Content, amounts: Mapping[str, set[float]], others: Mapping[str, set[float]]
) -> bool:
    """Whether two sentences give one telling number for one quantity, and have another word in common or are exact (412 pence).

    Examples
    --------
    >>> from framing.facts.quantities import quantities
    >>> texts = "The board lost £9m on the ferry", "A ferry cost ratepayers £9 million"
    >>> same_number(*map(content, texts), *map(quantities, texts))
    True
    """
    telling = {
        (unit, value)
        for unit in amounts.keys() & others.keys()
        for value in amounts[unit] & others[unit]
        if value > TELLING and not (1900 <= value <= 2100 and unit not in SIGNS)
    }
    exact = any(unit in SIGNS and len(f"{value:g}".strip("0").replace(".", "")) > 2 for unit, value in telling)
    several = len({value for _, value in telling}) > 1
    further = (one.words.keys() & other.words.keys()) - {stem(unit) for unit, _ in telling}
    return bool(telling) and (exact or several or bool(further))
