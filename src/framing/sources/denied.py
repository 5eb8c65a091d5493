"""What takes a wrong back: a negation, a denial, or a sense in which words of accusation accuse no one.

Conventions
-----------
All is read from the units of one sentence, by index. A negation holds over words that leave it its hold ("has *not* been found to have
done anything *wrong*") and ends at a verb that takes the wrong for granted ("has not apologised for the killing"); a denial holds to
the end of its clause. Words are data (``knowledge/accusations.toml``, section ``denied``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from framing.quotations.clauses import BE, DETERMINERS, POSSESSIVE, PREPOSITIONS, Unit
from framing.quotations.lexicon import cue_forms, cue_words, table, words
from framing.sources import signs

NEGATIONS = frozenset(["not", "never", "no", "nothing", "nobody", "none", "neither", "nor", "without", "cannot"])
EXCULPATED = frozenset(
    ["wrong", "illegal", "improper", "unlawful", "untoward", "unethical", "inappropriate", "criminal"]
)
"""What nobody did who "did nothing wrong"."""
FAR = 14
"""Units a negation reaches at most."""
LONGEST = 60
"""Units of a clause that are read after its verb."""
NEAR = 4
"""Units between a verb and the noun of an accusation it deals with."""


@cache
def listed(key: str) -> frozenset[str]:
    """Words of a list of the section ``denied``."""
    return words(table("accusations")["denied"][key])


def negated(units: Sequence[Unit], at: int) -> bool:
    """Whether a negation holds over the wrong told at a unit.

    Examples
    --------
    >>> from framing.quotations.marks import Document
    >>> from framing.quotations.clauses import sentences
    >>> told = lambda s: negated(sentences(Document(s), 0, len(s))[0], len(s.split()) - 1)
    >>> told("The court has not found that he lied"), told("The court has not said why he lied")
    (True, False)
    """
    low = units[at].low
    if low in (
        "did",
        "done",
        "nothing",
        "doing",
    ):  # the phrase "did nothing" is itself a wrong, "did nothing wrong" none
        return bool({u.low for u in units[at : at + 4]} & EXCULPATED)
    for index in range(at - 1, max(-1, at - 1 - FAR), -1):
        low = units[index].low
        if low in NEGATIONS or low.endswith("n't"):
            before = units[index - 1].low if index else ""
            return units[index + 1].low not in listed("kept") and before != "or"
        if not _lets_through(units, index, at):
            return False
    return False


def _lets_through(units: Sequence[Unit], index: int, at: int) -> bool:
    """Whether a negation before a unit holds beyond it: over auxiliaries, verbs of finding and saying, and whole noun phrases."""
    unit = units[index]
    if unit.low in listed("across") or unit.cap or (unit.low.endswith("ly") and unit.word):
        return True
    if not unit.word or unit.low in PREPOSITIONS or unit.low in cue_words("subordinate") or unit.low in cue_forms():
        return False
    opening = next((i for i in range(index - 1, max(-1, index - 4), -1) if not _noun(units[i])), None)
    return opening is not None and units[opening].low in DETERMINERS | POSSESSIVE | {"no"}


def _noun(unit: Unit) -> bool:
    """Whether a unit may stand inside a noun phrase, after its determiner."""
    closed = PREPOSITIONS | DETERMINERS | POSSESSIVE | cue_words("auxiliary") | cue_words("subordinate")
    return unit.word and unit.low not in closed and unit.low not in listed("across") and not unit.low.endswith("n't")


def denials(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """What is denied or cleared in a sentence: from the verb to the end of its clause, as unit indices."""
    return [(at, _clause_end(units, at)) for at in range(len(units)) if denies(units, at)]


def denies(units: Sequence[Unit], at: int) -> bool:
    """Whether a verb denies what somebody is said to have done: "denies hiding it", not "denied them water"."""
    low = units[at].low
    following = [u.low for u in units[at + 1 : at + 1 + NEAR]]
    if low in listed("deny"):
        passive = bool({u.low for u in units[max(0, at - 2) : at]} & (BE - {"'s"}))
        held = negated(units, at) or not following or (passive and following[0] not in ("that", "by"))
        first = following[0] if following else ""
        told = first in (
            "that",
            "any",
            "having",
            "all",
            "it",
            "this",
            "these",
            "those",
            "both",
            "being",
            "ever",
            "he",
            "she",
            "they",
        )
        text = " ".join(following[:2])
        return not held and (
            told
            or first.endswith("ing")
            or bool(set(following) & listed("claims"))
            or signs.has("wrong", text)
            or signs.has("legal", text)
        )
    if low in listed("turn_down"):
        return bool(set(following) & (listed("claims") | {"that"})) and not negated(units, at)
    return low in listed("cleared") and bool({"of", "over", "in"} & set(following)) and not negated(units, at)


def _clause_end(units: Sequence[Unit], at: int) -> int:
    """First unit past the clause that a verb governs."""
    stop = min(len(units), at + 1 + LONGEST)
    for index in range(at + 1, stop):
        unit = units[index]
        if unit.low in ";—–" or unit.low in listed("ends"):
            return index
        if unit.low in ("and", ",") and any(_finite_cue(u) for u in units[index + 1 : index + 4]):
            return index
        if unit.low == "," and index + 1 < len(units) and units[index + 1].low in ("which", "who", "where"):
            return index
    return stop


def _finite_cue(unit: Unit) -> bool:
    """Whether a unit is a verb by which a clause of its own speaks or accuses: "and accused the police"."""
    return not unit.cap and any(cue.form in ("past", "third") for cue in cue_forms().get(unit.low, ()))


def of_a_statement(units: Sequence[Unit], at: int) -> bool:
    """Whether a word of wrong judges what was said, not someone: "That is a lie", "the story is false"."""
    if units[at].low not in listed("of_statements"):
        return False
    be = next(
        (i for i in range(at - 1, max(-1, at - 6), -1) if units[i].low in BE or units[i].low.endswith("'s")), None
    )
    if be is None:
        return False
    if units[be].low not in BE:  # "that's"
        return units[be].low.split("'")[0] in ("that", "it", "this", "what")
    before = [u.low for u in units[max(0, be - 5) : be] if not u.low.endswith("ly")]
    owned = any(
        low.endswith(("'s", "s'")) or low in POSSESSIVE for low in before
    )  # "the ministry's claim was false" tells who lied
    return bool(before) and before[-1] in listed("statements") and not owned


def handled(units: Sequence[Unit], at: int) -> bool:
    """Whether the noun of an accusation names claims that are only dealt with: "settle claims against the department"."""
    return bool({u.low for u in units[max(0, at - NEAR) : at]} & listed("handled"))


def turned_down(units: Sequence[Unit], at: int) -> bool:
    """Whether a word is part of a claim that its sentence calls untrue: "described the allegation as a tissue of lies"."""
    for verb in range(max(0, at - FAR - NEAR), at):
        if units[verb].low not in listed("calls"):
            continue
        noun = next(
            (i for i in range(verb + 1, min(len(units), verb + 1 + NEAR)) if units[i].low in listed("claims")), None
        )
        if noun is None or any(u.low.endswith(("'s", "s'")) or u.low in POSSESSIVE for u in units[verb + 1 : noun]):
            continue  # "called the ministry's claims false" tells who lied
        last = next(
            (i for i in range(noun + 1, min(len(units), noun + 1 + FAR)) if units[i].low in listed("turned_down")), 0
        )
        if at <= last:
            return True
    return False


def _charges_nobody(units: Sequence[Unit], at: int) -> bool:
    """Whether "charge" is a rush, a price or a post."""
    if not units[at].low.startswith("charg"):
        return False
    before = units[at - 1].low if at else ""
    following = [u.low for u in units[at + 1 : at + 1 + FAR]]
    if before in listed("in_charge") and units[at].low == "charge":
        return True
    if before in DETERMINERS | POSSESSIVE or {"with", "over", "for", "that"} & set(following):
        return False
    return bool(following) and (following[0] in listed("no_charge") or following[0][:1].isdigit())


def taken_back(units: Sequence[Unit], at: int, denied: Sequence[tuple[int, int]]) -> bool:
    """Whether a telling word accuses no one where it stands."""
    if any(first <= at < end for first, end in denied):
        return True
    return negated(units, at) or of_a_statement(units, at) or _charges_nobody(units, at) or turned_down(units, at)


def telling(units: Sequence[Unit], text: str, start: int, end: int) -> dict[str, list[int]]:
    """Accusing, legal and wrong expressions of a sentence that hold, as unit indices by list; `all` has those taken back too.

    Parameters
    ----------
    units
        The sentence's words and marks.
    text
        The text it stands in.
    start, end
        Where it stands, in characters.
    """
    denied = denials(units)
    found: dict[str, list[int]] = {"all": []}
    unsaid: list[int] = []
    for sign in signs.PAIRED:
        found[sign] = []
        for match in signs.every(sign, text[start:end]):
            at = next((i for i, u in enumerate(units) if u.end > start + match.start()), None)
            if at is None:
                continue
            found["all"].append(at)
            if taken_back(units, at, denied):
                unsaid.append(at)
            else:
                found[sign].append(at)
    for sign in signs.PAIRED:
        found[sign] = [at for at in found[sign] if not any(_under(units, first, at) for first in unsaid)]
    return found


def _under(units: Sequence[Unit], first: int, at: int) -> bool:
    """Whether a wrong is only what another one, taken back, is about: "did not lie about the fraud"."""
    between = {u.low for u in units[first + 1 : at]}
    closed = listed("ends") | {",", ";", ":", "and", "or", "that", "which", "who", "whose", "by", "of", "for"}
    return 0 < at - first <= FAR and between.isdisjoint(closed)
