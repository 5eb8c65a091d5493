"""What a sentence says apart from who says it, and what keeps two sentences from telling the same whatever they share."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from framing.events.signals import names, numbers
from framing.facts.polarity import Polarity, polarity
from framing.facts.quantities import SCALES, SIGNS
from framing.quotations.lexicon import cue_forms, inflect
from framing.sources.nouns import heads, organisation_words, titles
from framing.stems import FUNCTION, WORD, known, stem, stems, weight

SHARED_CONTENT = 0.15
"""Share of the shorter statement's weighted content below which two statements are not the same: of 135 coded pairs (dev) one that tells the
same falls below, of those that the matcher would join."""
JUDGING = (
    "accuse applaud assail berate blame castigate chide commend condemn criticise criticize decry denounce deplore deride hail lambast lambaste "
    "laud mock mourn praise rebuke ridicule scold slam thank welcome"
)
"""Verbs of which the act is the fact: what is praised or blamed was told before."""
PRONOUNS = frozenset(["he", "she", "they", "we"])
"""Who may be anybody, the one who praises or blames too."""
QUOTED = re.compile(r'[“"]')
_SCALES = frozenset(map(stem, SCALES))
_PASSIVE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|get|gets|got|who|which|that|to|the|an?|of|not)(?:\s\w+ly)?\s$"
)
"""What stands before such a form where it is no main verb in the active."""
TELLING = 13
"""Whole numbers up to this are too common to tell a fact; so are years."""


@dataclass(frozen=True)
class Content:
    """What a sentence says apart from names, offices, verbs of saying and numbers.

    Parameters
    ----------
    words
        Stems and what each tells.
    polarity
        What it affirms, denies and leaves open.
    spoken
        Whether it is somebody's statement or belief.
    named
        Names of people and places, by their last word, and numbers of two digits or more.
    judges
        Who praises, blames or mourns, by the stems before the verb; null where nobody does.
    stems
        Of all words.
    quoted
        Whether it has quotation marks.
    """

    words: Mapping[str, float]
    polarity: Polarity
    spoken: bool
    named: frozenset[str] = frozenset()
    judges: frozenset[str] | None = None
    stems: frozenset[str] = frozenset()
    quoted: bool = False


@functools.cache
def _said() -> frozenset[str]:
    """Forms of verbs of saying."""
    return frozenset(form for form, cues in cue_forms().items() if any(cue.groups & {"speech", "told"} for cue in cues))


def content(text: str) -> Content:
    """Read what a sentence says, whoever says it.

    Examples
    --------
    >>> found = content("Mayor Ada Orr declined to say whether the bridge would reopen")
    >>> sorted(found.words), found.spoken
    (['bridg', 'declin', 'reopen', 'wheth'], True)
    """
    letters = [c for c in text if c.isalpha()]
    shouted = sum(map(str.isupper, letters)) > len(letters) / 2
    offices = heads("role") | heads("spokesperson") | titles()
    told: list[str] = []
    spoken = bool(QUOTED.search(text))
    for match in WORD.finditer(text):
        word, low = match.group(), match.group().lower()
        spoken = spoken or low in _said() or low in _holding()
        opens = (
            not text[: match.start()].strip(" \n\"“‘'(")
            and stem(low) in known()
            and _goes_on(text[match.end() :], offices)
        )
        if low in FUNCTION or low in offices | _said():
            continue
        if word.islower() or shouted or opens:
            told.append(stem(low))
    terms = names(re.sub(r" \([A-Z]{2,10}\)|['’]s\b|\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen)\. ", "", text))
    named = [term for term in terms if " " not in term and term not in offices]
    pairs = {term.split(" ")[0] for term in terms if " " in term}
    ends = {run for run in named if run not in pairs and run not in organisation_words()}
    counted = {number for number in numbers(text) if len(number) > 1}
    return Content(
        {of: weight(of) for of in told},
        polarity(text),
        spoken,
        frozenset(ends | counted),
        _judges(text),
        frozenset(stems(text)),
        bool(QUOTED.search(text)),
    )


@functools.cache
def _holding() -> frozenset[str]:
    """Forms of verbs of holding something true or not."""
    held = {form for form, cues in cue_forms().items() if any("belief" in cue.groups for cue in cues)}
    return frozenset(held) | {"disputes", "disputed", "disputing"}


@functools.cache
def _judging() -> re.Pattern[str]:
    """Forms of the verbs that praise or blame, that can be a main verb."""
    forms = {form for lemma in JUDGING.split() for form in inflect(lemma)[1:3]} | {"slammed"}
    return re.compile(
        r"\b(?:" + "|".join(sorted(forms)) + r")(?= (?!(?:by|on|for|of|over|as|to|at|in|after|when|and)\b)[\w“‘\"'$£€])"
    )


def _judges(text: str) -> frozenset[str] | None:
    """Stems of who praises or blames: what stands before the verb in its clause."""
    for verb in _judging().finditer(text):
        before = re.split(r"[;:!?—“”\"]", text[: verb.start()])[-1]
        who = frozenset(stems(before) - FUNCTION - _said())
        if who and not _PASSIVE.search(before):
            return who
    return None


def _goes_on(rest: str, offices: Collection[str]) -> bool:
    """Whether a first word with a capital is an ordinary word: one in small letters follows that is no office ("Council leader")."""
    following = WORD.match(rest[1:])
    return following is not None and following.group().islower() and following.group() not in offices


def other_judgement(one: Content, other: Content) -> bool:
    """Whether one sentence tells who praises or blames, and the other, which nobody of them is in, only what.

    Examples
    --------
    >>> told = [content(t) for t in ("The Ferry Guild welcomed the new pier", "Orvane opened the new pier, Ada Orr said")]
    >>> other_judgement(*told)
    True
    """
    if (one.judges is None) == (other.judges is None):
        return False
    judge, told = (one, other) if one.judges is not None else (other, one)
    return not (told.quoted or ((judge.judges or frozenset()) | PRONOUNS) & told.stems)


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
    shared = {
        (unit, value)
        for unit in amounts.keys() & others.keys()
        for value in amounts[unit] & others[unit]
        if telling(unit, value)
    }
    exact = any(unit in SIGNS and len(f"{value:g}".strip("0").replace(".", "")) > 2 for unit, value in shared)
    several = len({value for _, value in shared}) > 1
    further = (one.words.keys() & other.words.keys()) - {stem(unit) for unit, _ in shared} - _SCALES
    return bool(shared) and (exact or several or bool(further))


def telling(unit: str, value: float) -> bool:
    """Whether a value is neither a small number nor a year.

    Examples
    --------
    >>> telling("home", 312.0), telling("home", 2.0), telling("census", 2011.0)
    (True, False, False)
    """
    return value > TELLING and not (1900 <= value <= 2100 and unit not in SIGNS)
