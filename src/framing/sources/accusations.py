"""Accusations in an article: who accuses whom, and where.

Conventions
-----------
An accusation is an accusing cue with its object ("accused the board of ..."), attributed content in which a named party does
wrong, a standing allegation told by the narrator, or any other sentence that reads as an accusation (`signs`, a model trained
on hand codes) and names someone who may be meant. How a sentence tells who is accused is in `accused`; what the accused
answers is in `replies`.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

from framing.quotations.clauses import (
    BE,
    DETERMINERS,
    POSSESSIVE,
    Unit,
    leading_subject,
    phrase_after,
    subject_before,
)
from framing.quotations.lexicon import cue_words, lemma_of
from framing.sources import denied, signs
from framing.sources.accused import (
    Party,
    is_form,
    names_one,
    same_side,
    subject_of,
    verb_group,
)
from framing.sources.parties import (
    BACK,
    PASSIVE,
    PERSONAL,
    Accusation,
    Scene,
    Span,
    blameless,
    held_by,
    listed,
    meant_by,
    mentions_in,
    names_in,
    on_side,
    our_own,
    party_of,
    pattern,
    told_as,
    units_of,
)

SURE, DOUBT = 0.225, 0.1
"""Probability from which a sentence is read as an accusation, and below which the weaker rules are not believed."""


@cache
def _wrong() -> re.Pattern[str]:
    body = "|".join(
        sorted((re.escape(w) for w in listed("wrong", "verbs") | listed("wrong", "nouns")), key=lambda w: (-len(w), w))
    )
    return re.compile(rf"\b(?:{body})\b|{pattern('wrong', 'phrases').pattern}")


_STANDING = re.compile(
    r"\b(?:allegations?|accusations?|claims|charges|complaints) (?:that|against|of)\b|\baccus(?:ed|es|ing)\b|\bblam(?:ed|es|ing)\b|\balleged to have\b"
)
_NOTHING = re.compile(r"\bfound (?:nothing|none|no (?:evidence|basis|merit|support|substance|truth))\b")
_REJECTED = re.compile(
    r"\b(?:reject|den(?:y|i)|dismiss|refut|disput|rebuff|brush|contradict)(?:s|es|ed|ied|ies|ying|ing)?\s(?:off\s)?(?:\w+\s){0,2}"
    r"(?:criticisms?|accusations?|allegations?|claims?|suggestions?|charges|reports)\b",
    re.I,
)
"""Someone rejects what others, who are not told, accuse of."""


def accusations(scene: Scene) -> list[Accusation]:
    """Find the accusations of an article; they are kept in the scene too."""
    _mutual(scene)
    _asides(scene)
    for row in scene.quotations:
        accuser = scene.parties.get(row["source_id"]) if isinstance(row["source_id"], str) else None
        span = (int(row["start"]), int(row["end"]))
        lemma = lemma_of(row["cue"])
        if scene.settled.issuperset(_over(scene.doc.sentences, span)) or _unsaid(row["cue"]):
            continue
        if _REJECTED.search(scene.doc.text[scene.doc.sentence_at(span[0])[0] : span[0]]):
            continue  # "rejected criticism that ...": not the speaker's own; what is rejected is read with its sentence
        if lemma in listed("deny", "bare") and lemma not in listed("accuse", "verbs"):
            continue
        if lemma in listed("accuse", "verbs"):
            if _misread(scene, row):
                continue
            accused = _object(scene, span, accuser, lemma) or _passive_subject(scene, row)
            if accused is not None and accuser is not None:
                for one in (accused, *_coordinated(scene, span, accused), *_gapped(scene, span, accuser, lemma)):
                    _add(scene, accuser, one, span, 0.8)
                continue
        if lemma == "allege" and (doer := _alleged(scene, span, accuser)) is not None:
            _add(scene, accuser, doer, span, 0.7)
            continue
        if accuser is None and not isinstance(row["cue"], str):
            continue
        if _reads(scene, span) < DOUBT:
            continue
        for teller, accused in list(_doers(scene, span, accuser))[:3]:
            _add(scene, teller, accused, span, 0.55)
    _standing(scene)
    _sentences(scene)
    return scene.found


def _unsaid(cue: object) -> bool:
    """Whether a cue tells what its source did not say ("did not say that")."""
    return isinstance(cue, str) and re.search(r"\b(?:not|never|without)\b|n['’]t\b", cue) is not None


def _mutual(scene: Scene) -> None:
    """Two who accuse each other: each of them is accuser and accused, whoever tells it."""
    doc = scene.doc
    for number, (start, end) in enumerate(doc.sentences):
        if not re.search(r"\b(?:each other|one another)\b", doc.text[start:end]):
            continue
        units = units_of(scene, start, end)
        for at in range(1, len(units) - 1):
            pair = (units[at].low, units[at + 1].low)
            if pair not in (("each", "other"), ("one", "another")) or not is_form("accuse", units[at - 1].low):
                continue
            scene.settled.add(number)
            sides = _sides(scene, units, verb_group(units, at - 1))
            if sides is not None and not same_side(*sides):
                for accuser, accused in (sides, sides[::-1]):
                    _add(scene, accuser, accused, (start, end), 0.8)


def _sides(scene: Scene, units: list[Unit], first: int) -> tuple[Party, Party] | None:
    """The two that a coordinated subject before a verb group names."""
    found = subject_before(units, first) or leading_subject(units, first)
    if found is None:
        return None
    joint = next((i for i in range(found[0] + 1, found[1] - 1) if units[i].low == "and"), None)
    if joint is not None:
        one, other = told_as(scene, units, (found[0], joint)), told_as(scene, units, (joint + 1, found[1]))
    elif found[0] > 1 and units[found[0] - 1].low == "and":
        before = subject_before(units, found[0] - 1)
        one, other = (told_as(scene, units, before) if before is not None else None), told_as(scene, units, found)
    else:
        return None
    return (one, other) if one is not None and other is not None else None


def _asides(scene: Scene) -> None:
    """What is told as a fact or in somebody's words and called a charge in an aside: "..., a charge it denies"."""
    doc = scene.doc
    for number, (start, end) in enumerate(doc.sentences):
        if not _ASIDE.search(doc.text, start, end):
            continue
        units = units_of(scene, start, end)
        found = next((f for at in range(2, len(units) - 2) if (f := _aside(units, at)) is not None), None)
        if found is None or doc.quoted_at(units[found[0]].start) is not None:
            continue
        opening = (start, units[found[0]].start)
        scene.answers[number] = (units[found[0] + 1].start, end)
        accuser = next(
            (
                scene.parties.get(row["source_id"])
                for row in scene.quotations
                if isinstance(row["source_id"], str) and _shared((int(row["start"]), int(row["end"])), opening)
            ),
            None,
        )
        accused = _denier(scene, units, found)
        if accused is not None and _teller(scene, units[: found[0]], accuser) is None:
            _add(scene, accuser, accused, opening, 0.7)
            scene.settled.add(number)


_ASIDE = re.compile(
    r"[,—–-]\s?(?:[\w-]{1,30}\s){0,4}?(?:charge|allegation|accusation|claim|assertion|which|something)s?\s"
)


def _shared(one: Span, other: Span) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0])


def _aside(units: list[Unit], at: int) -> tuple[int, int, int] | None:
    """Mark that opens an aside at a unit, first unit of who turns the claim down, and the verb; none if there is no such aside."""
    if units[at].low not in (",", "—", "–", "-", ")"):
        return None
    noun = next(
        (i for i in range(at + 1, min(len(units) - 2, at + 6)) if not units[i].word or _claims(units, at, i)), None
    )
    if noun is None or not units[noun].word:
        return None
    first = noun + 1 + (units[noun + 1].low in ("that", "which"))
    for verb in range(first + 1, min(len(units), first + 12)):
        if units[verb].low not in (",", ".") and (not units[verb].word or units[verb].low in ("to", "and")):
            return None
        if is_form("aside", units[verb].low):
            return (at, first, verb) if _turns_down(units, verb) else None
    return None


def _claims(units: list[Unit], at: int, index: int) -> bool:
    """Whether a unit of an aside stands for what was said before it."""
    low = units[index].low
    return (index == at + 1 and low in ("which", "something")) or is_form("claim", low)


def _turns_down(units: list[Unit], verb: int) -> bool:
    """Whether a verb of an aside denies ("calls" only with a word that does: "calls absurd")."""
    if denied.negated(units, verb):
        return False
    if not units[verb].low.startswith(("call", "descri", "brand", "label")):
        return not {u.low for u in units[max(0, verb - 2) : verb]} & BE
    return bool({u.low for u in units[verb + 1 : verb + 5]} & denied.listed("turned_down"))


def _denier(scene: Scene, units: list[Unit], found: tuple[int, int, int]) -> Party | None:
    """Who turns a claim down in an aside; a pronoun is the subject of the sentence, where it is not resolved."""
    mark, first, verb = found
    stop = verb
    while stop > first + 1 and (
        units[stop - 1].low in cue_words("auxiliary") | cue_words("adverb") or units[stop - 1].low.endswith("ly")
    ):
        stop -= 1
    if stop - first == 1 and units[first].low in PERSONAL:
        here = next((m for m in mentions_in(scene, units[first].start, units[first].start + 1)), None)
        if here is not None and here["entity_id"] in scene.parties:
            return scene.parties[here["entity_id"]]
        subject = leading_subject(units, mark)
        return told_as(scene, units, subject) if subject is not None else None
    return told_as(scene, units, (first, stop))


def _teller(scene: Scene, units: list[Unit], speaker: Party | None) -> tuple[Party | None, int] | None:
    """Who accuses by a sentence's own words, and at which unit; none if it has no clause that tells.

    Parameters
    ----------
    scene
        The article.
    units
        Words and marks of the sentence or clause.
    speaker
        Whose words it stands in: "we accuse" is its own.
    """
    back = denied.denials(units)
    for at, unit in enumerate(units):
        if unit.cap and at:
            continue
        told: Party | None = None
        if is_form("blame", unit.low) and not denied.taken_back(units, at, back):
            before = units[at - 1].low if at else ""
            if before in DETERMINERS | POSSESSIVE | {
                "to",
                "no",
            }:  # a noun ("the blame"), or what is not done ("to sue")
                continue
            first = verb_group(units, at)
            passive = bool({u.low for u in units[first:at]} & (BE | {"got", "get"})) and not unit.low.endswith("ing")
            subject = _agent(units, at) if passive or _bare_participle(units, first, at) else subject_of(units, first)
            if unit.low.endswith("ing") and not {u.low for u in units[first:at]} & BE:
                subject = leading_subject(units, at)
            if subject is None:
                continue
            low = units[subject[0]].low
            if subject[1] - subject[0] == 1 and low in PERSONAL | {"i", "we"}:
                here = next(iter(mentions_in(scene, units[subject[0]].start, units[subject[0]].start + 1)), None)
                known = (
                    scene.parties.get(here["entity_id"]) if here is not None and low not in ("i", "we", "you") else None
                )
                return known or speaker, at
            told = told_as(scene, units, subject)
        elif is_form("voiced", unit.low) and (owner := _claimant(units, at)) is not None:
            told = told_as(scene, units, owner)
        if told is not None:
            return told, at
    return None


def _bare_participle(units: list[Unit], first: int, at: int) -> bool:
    """Whether a verb has no object and so is a passive without "is": "a doctor accused of abuse", not "whom nurses accused of"."""
    if (
        first < at
        or not units[at].low.endswith("ed")
        or at + 1 >= len(units)
        or units[at + 1].low not in ("of", "by", "for")
    ):
        return False
    subject = subject_of(units, first)
    return subject is None or not subject[0] or units[subject[0] - 1].low not in ("whom", "who", "which", "that")


def _agent(units: list[Unit], at: int) -> tuple[int, int] | None:
    """Who accuses in a passive: "was accused by residents of lying"."""
    by = next((i for i in range(at + 1, min(len(units), at + 3)) if units[i].low == "by"), None)
    found = phrase_after(units, by + 1) if by is not None else None
    if found is None:
        return None
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low == "of"), found[1])
    following = units[stop + 1].low if stop + 1 < len(units) else ""
    return (found[0], stop) if following.endswith("ing") else found


def _claimant(units: list[Unit], at: int) -> tuple[int, int] | None:
    """Whose a claim is: "the opposition's allegations", "allegations by the opposition"."""
    owner = next((i for i in range(at - 1, max(-1, at - 4), -1) if units[i].low.endswith(("'s", "s'"))), None)
    if owner is not None:
        begin = owner
        while (
            begin
            and (units[begin - 1].cap or units[begin - 1].low in DETERMINERS)
            and units[begin].low not in DETERMINERS
        ):
            begin -= 1
        return begin, owner + 1
    if at + 1 < len(units) and units[at + 1].low in ("by", "from"):
        return phrase_after(units, at + 2)
    return None


def _reads(scene: Scene, span: Span) -> float:
    """Probability that the sentences a span stands in accuse someone: the highest of them."""
    text, sentences = scene.doc.text, scene.doc.sentences
    return max((signs.probability(text[slice(*sentences[i])]) for i in _over(sentences, span)), default=0.0)


def _over(sentences: list[Span], span: Span) -> range:
    """Numbers of the sentences that a span reaches into."""
    return range(
        bisect_right(sentences, span[0], key=lambda s: s[1]), bisect_left(sentences, span[1], key=lambda s: s[0])
    )


def _sentences(scene: Scene) -> None:
    """Sentences that read as accusations in which nothing was found yet."""
    doc = scene.doc
    spans = [span for a in scene.found for span in a.spans if span[0] < span[1]]
    told = {number for span in spans for number in _over(doc.sentences, span)} | scene.settled
    for number, (start, end) in enumerate(doc.sentences):
        chance = signs.probability(doc.text[start:end])
        if chance < SURE or number in told:
            continue
        start, end = doc.past_dateline((start, end))
        units = units_of(scene, start, end)
        holding = denied.telling(units, doc.text, start, end)
        at = min(
            (i for sign in signs.PAIRED for i in holding[sign]),
            key=lambda i: _tells_who(scene, units[i].start),
            default=None,
        )
        if at is None and holding["all"]:
            continue  # every telling word is denied, negated or said of a statement
        accuser, said = _voice(scene, units, start, end, units[at].start if at is not None else start)
        if _REJECTED.search(doc.text[start:end]):
            accuser = None
        if accuser is not None and _denies(scene, accuser, doc.text[start:end]):
            continue
        accused = meant_by(scene, *said, accuser)
        if accused is not None:
            _add(scene, accuser, accused, (start, end), round(0.9 * chance, 3))


def _tells_who(scene: Scene, position: int) -> bool:
    """Whether a word stands in what names a speaker, and so tells no wrong: "Prosecutor Paul Kip said"."""
    spans = ((r["speaker_start"], r["speaker_end"]) for r in scene.quotations if pd.notna(r["speaker_start"]))
    return any(int(start) <= position < int(end) for start, end in spans)


def _denies(scene: Scene, speaker: Party, sentence: str) -> bool:
    """Whether the sentence is the answer of someone accused before ("That is false and unfair")."""
    words_ = set(re.findall(r"[\w-]+", sentence.lower()))
    return bool(words_ & listed("deny", "words")) and any(same_side(speaker, a.accused) for a in scene.found)


def _voice(scene: Scene, units: list[Unit], start: int, end: int, position: int) -> tuple[Party | None, Span]:
    """Who accuses in a sentence, and where: who does so by its own words, else who says its telling words."""
    text = scene.doc.text
    speaker: Party | None = None
    said = (start, end)
    for row in scene.quotations:
        party = scene.parties.get(row["source_id"]) if isinstance(row["source_id"], str) else None
        if party is not None and int(row["start"]) <= position < int(row["end"]) and not _misread(scene, row):
            speaker, said = party, (max(start, int(row["start"])), min(end, int(row["end"])))
            break
    told = _teller(scene, units, speaker)
    if told is not None and units[told[1]].low.startswith("alleg") and speaker is not None and told[0] == speaker:
        return speaker, said  # whom the clause alleged accuses, not who alleges it
    if told is not None:
        return told[0], (start, end)
    if speaker is not None:
        return speaker, said
    verb = signs.search("accuse", text[start:end])
    if verb is None or PASSIVE.search(text[start : start + verb.start()]):
        return None, (start, end)
    at = next((i for i, u in enumerate(units) if u.end > start + verb.start()), None)
    if at is not None and _bare_participle(units, verb_group(units, at), at):
        return None, (start, end)
    before = [
        m for m in mentions_in(scene, start, start + verb.start()) if m["kind"] != "demonym" and not blameless(scene, m)
    ]
    return scene.parties.get(before[-1]["entity_id"]) if before else None, (start, end)


def _object(scene: Scene, span: Span, accuser: Party | None, lemma: str | None) -> Party | None:
    """The party an accusing cue is turned on: whom the noun phrase its content begins with holds to account."""
    units = units_of(scene, span[0], span[1])
    on = next((i for i, u in enumerate(units[:14]) if u.low == "on"), None) if lemma == "blame" else None
    found = phrase_after(units, on + 1 if on is not None else 0)
    whoever = lemma in OF_SOMEONE and units[found[0]].low in DETERMINERS | POSSESSIVE if found else False
    return (held_by(scene, units, found, accuser) or party_of(scene, units, found, whoever=whoever)) if found else None


OF_SOMEONE = frozenset(["accuse", "sue", "indict", "prosecute"])
"""Verbs whose object is always someone, while a thing or an event can be condemned."""


def _alleged(scene: Scene, span: Span, accuser: Party | None) -> Party | None:
    """The subject of what is alleged: "alleged that the ministry had known"; none where the clause is passive."""
    units = units_of(scene, *span)
    units = units[1:] if units and units[0].low == "that" else units
    found = leading_subject(units, len(units))
    if found is None or found[0] > 0 or our_own(units, found):
        return None
    verbs = units[found[1] : found[1] + 4]
    if units[0].low in ("it", "this", "that", "there") and verbs and verbs[0].low in BE:
        return None
    if {u.low for u in verbs} & (BE - {"'s"}) and any(u.low.endswith(("ed", "en")) for u in verbs[1:]):
        return None
    return held_by(scene, units, found, accuser)


def _passive_subject(scene: Scene, row: dict[str, Any]) -> Party | None:
    """Who is accused by a passive cue: "the union was accused by residents of"."""
    if pd.isna(row["cue_start"]):
        return None
    start, end = (int(row[f"cue_{edge}"]) for edge in ("start", "end"))
    units = units_of(scene, scene.doc.sentence_at(start)[0], end)
    at = len(units) - 1
    if at < 1 or not is_form("accuse", units[at].low):
        return None
    first = verb_group(units, at)
    subject = subject_of(units, first) if {u.low for u in units[first:at]} & BE else None
    return told_as(scene, units, subject) if subject is not None else None


def _misread(scene: Scene, row: dict[str, Any]) -> bool:
    """Whether an attribution takes the accused for the accuser: "a doctor accused of abuse"."""
    if lemma_of(row["cue"]) not in listed("accuse", "verbs") or pd.isna(row["cue_start"]):
        return False
    start, end = int(row["cue_start"]), int(row["cue_end"])
    units = units_of(scene, max(scene.doc.sentence_at(start)[0], start - BACK), end + 5)
    at = next((i for i, u in enumerate(units) if u.end >= end), None)
    return at is not None and at > 0 and _bare_participle(units, verb_group(units, at), at)


def _coordinated(scene: Scene, span: Span, accused: Party) -> list[Party]:
    """Who else is named beside the accused: "accused Jon Ash and Otto Renn of"."""
    named = [m for m in names_in(scene, *span) if not blameless(scene, m)][:MOST]
    joined = [m for m in named[:1] if m["start"] - span[0] <= 5]
    for before, mention in itertools.pairwise(named):
        if not joined or not _JOINED.fullmatch(scene.doc.text[before["end"] : mention["start"]]):
            break
        joined.append(mention)
    parties = [scene.parties[m["entity_id"]] for m in joined if m["entity_id"] in scene.parties]
    return [p for p in parties if p.id != accused.id] if accused.id in {p.id for p in parties} else []


def _gapped(scene: Scene, span: Span, accuser: Party, lemma: str | None) -> Iterator[Party]:
    """Who else is accused of something else by the same verb: "accused the board of lying, and the union of greed"."""
    units = units_of(scene, *span) if lemma == "accuse" else []
    for at in range(2, len(units) - 3):
        found = phrase_after(units, at + 1) if units[at].low == "and" else None
        last = min(found[1] + 1, len(units) - 1) if found is not None else at
        of = next((i for i in range(at + 2, last) if units[i].low == "of" and _doing(units[i + 1])), None)
        party = held_by(scene, units, (at + 1, of), accuser) if of is not None else None
        if party is not None and not same_side(party, accuser):
            yield party


def _doing(unit: Unit) -> bool:
    """Whether a unit tells what somebody is accused of: "of hiding"."""
    return unit.low.endswith("ing") and not unit.cap


MOST = 6
"""Names read of those accused together."""
_JOINED = re.compile(r",?\s(?:and\s)?(?:the\s)?")


def _doers(scene: Scene, span: Span, speaker: Party | None) -> Iterator[tuple[Party | None, Party]]:
    """Parties said to have done wrong in a stretch of content, each after who says so: its speaker, if no clause tells another."""
    text = scene.doc.text
    for match in list(_wrong().finditer(text, *span))[:8]:
        opening, closing = scene.doc.sentence_at(match.start())
        if _taken_back(scene, opening, closing, match.start()):
            continue
        word = match.group().lower()
        units = units_of(scene, max(span[0], opening), span[1])
        at = next((i for i, u in enumerate(units) if u.start >= match.start()), None)
        if at is None:
            continue
        told = _teller(scene, [u for u in units if u.start < match.start()], speaker)
        accuser = told[0] if told is not None else speaker
        agent = next((i for i in range(at + 1, min(len(units), at + 9)) if units[i].low == "by"), None)
        found = phrase_after(units, agent + 1) if agent is not None else None
        if found is None and word not in listed("wrong", "nouns"):
            found = _doer_before(units, at)
        elif found is None:
            found = _owner(units, at)
        if found is not None and accuser is not None and our_own(units, found):
            continue
        party = (on_side(scene, units, found, accuser) or party_of(scene, units, found)) if found is not None else None
        if party is not None:
            yield accuser, party
        if found is not None:  # "the community, including the board"
            more = next((i for i in range(at, min(len(units) - 1, at + 16)) if units[i].low == "including"), None)
            named = phrase_after(units, more + 1) if more is not None else None
            other = party_of(scene, units, named) if named is not None else None
            if other is not None:
                yield accuser, other


def _taken_back(scene: Scene, start: int, end: int, position: int) -> bool:
    """Whether the word at a position of a sentence accuses no one there."""
    units = units_of(scene, max(start, position - BACK), min(end, position + BACK))
    at = next((i for i, u in enumerate(units) if u.end > position), None)
    return at is not None and denied.taken_back(units, at, denied.denials(units))


def _doer_before(units: list[Unit], at: int) -> tuple[int, int] | None:
    """Subject of a wrong, past its auxiliaries; none where the verb is passive."""
    first = at
    aux = cue_words("auxiliary") | cue_words("adverb") | {"that"}
    while first and (units[first - 1].low in aux or units[first - 1].low.endswith("ly")) and at - first < 5:
        first -= 1
    if {u.low for u in units[first:at]} & BE and not units[at].low.endswith("ing"):
        return None
    if units[first].low == "to":  # "asked the board to ignore it": nobody did
        return None
    return subject_before(units, first)


def _owner(units: list[Unit], at: int) -> tuple[int, int] | None:
    """Possessor of a wrong: "the ministry's failures", "the failure of the ministry"."""
    for index in range(at - 1, max(-1, at - 5), -1):
        if units[index].low.endswith(("'s", "s'")):
            begin = index
            while begin and units[begin - 1].cap and units[begin].cap:
                begin -= 1
            return begin, index + 1
    if at + 2 < len(units) and units[at + 1].low == "of" and is_form("own", units[at].low):
        return phrase_after(units, at + 2) if units[at + 2].cap or units[at + 2].low == "the" else None
    return None


def _standing(scene: Scene) -> None:
    """Allegations in the narrator's sentences: "rights groups accused it of", "allegations that the board had ..."."""
    doc = scene.doc
    for number, (start, end) in enumerate(doc.sentences):
        match = next((m for m in _STANDING.finditer(doc.text, start, end) if doc.quoted_at(m.start()) is None), None)
        if match is None or any(a.span[0] <= match.start() < a.span[1] and a.confidence >= 0.8 for a in scene.found):
            continue
        units = units_of(scene, start, end)
        at = next((i for i, u in enumerate(units) if u.end > match.start()), None)
        if (
            at is None
            or _NOTHING.search(doc.text, match.end(), end)
            or number in scene.settled
            or denied.handled(units, at)
            or names_one(units, at)
            or denied.taken_back(units, at, denied.denials(units))
        ):
            continue
        own = [
            r
            for r in scene.quotations
            if isinstance(r["cue"], str) and int(r["cue_start"]) <= match.start() < int(r["cue_end"])
        ]
        if own:
            continue
        told = _teller(scene, units, None)
        accuser = told[0] if told is not None and told[1] == at else None
        accused = _after(scene, match, end)
        if accused is not None and not (accuser is not None and same_side(accuser, accused)):
            _add(scene, accuser, accused, (match.start(), end), 0.6)


def _after(scene: Scene, match: re.Match[str], end: int) -> Party | None:
    text = scene.doc.text
    pronoun = re.match(r"\s(?:it|him|her|them)\b", text[match.end() : match.end() + 6])
    if pronoun:
        before = [
            m for m in names_in(scene, max(0, match.start() - 400), match.start()) if match.start() - m["end"] > 12
        ]
        start = scene.doc.sentence_at(match.start())[0]
        first = [m for m in before if m["start"] >= start]
        chosen = (first or before[-1:])[:1]
        return scene.parties.get(chosen[0]["entity_id"]) if chosen else None
    units = units_of(scene, match.end(), end)
    found = phrase_after(units, 0)
    return party_of(scene, units, found) if found else None


def _add(scene: Scene, accuser: Party | None, accused: Party, span: Span, confidence: float) -> None:
    if accuser is not None and same_side(accuser, accused):
        return
    before = scene.by_accuser[("narrator",) if accuser is None else (accuser.id, accuser.id or accuser.name)]
    for old in before:
        if old.accused.name == accused.name or same_side(old.accused, accused):
            old.n += 1
            old.spans.append(span)
            old.confidence = max(old.confidence, confidence)
            return
    before.append(Accusation(accuser, accused, span, confidence, spans=[span]))
    scene.found.append(before[-1])
