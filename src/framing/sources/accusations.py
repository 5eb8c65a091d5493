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
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
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
from framing.quotations.lexicon import cue_words, lemma_of, table, words
from framing.quotations.marks import Document
from framing.sources import denied, signs
from framing.sources.accused import (
    ANY,
    Party,
    able,
    is_form,
    phrases,
    same_side,
    signs_of,
    subject_of,
    verb_group,
    victims,
)
from framing.sources.names import key_of
from framing.sources.naming import POSSESSIVE_END, PRONOUN, heads

REACH = 90
"""Characters between a wrong and the party that did it."""

SURE, DOUBT = 0.225, 0.1
"""Probability from which a sentence is read as an accusation, and below which the weaker rules are not believed."""
SUBJECT, OPENING = 0.5, 25
"""What being a sentence's subject counts for a later "it", and within how many characters of its beginning one is taken for it."""
BACK = 250
"""Characters before a sentence in which the accused may have been named."""


Span = tuple[int, int]


@dataclass
class Accusation:
    """Who accuses (null: the narrator) whom, and where: the first place and all of them."""

    accuser: Party | None
    accused: Party
    span: Span
    confidence: float
    n: int = 1
    spans: list[Span] = field(default_factory=list)


@dataclass
class Scene:
    """One article's body with what is known of it: who speaks, who is named, which parties there are."""

    row: dict[str, Any]
    doc: Document
    quotations: list[dict[str, Any]]
    mentions: list[dict[str, Any]]
    parties: Mapping[str, Party]
    found: list[Accusation] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    by_accuser: dict[Any, list[Accusation]] = field(default_factory=lambda: defaultdict(list))
    settled: set[int] = field(default_factory=set)
    """Sentences of which nothing is left to find."""
    answers: dict[int, Span] = field(default_factory=dict)
    """Where sentences tell of themselves that what they say is denied."""

    @cached_property
    def spoken(self) -> dict[str, list[int]]:
        """Numbers of the quotations of each party."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.quotations):
            if isinstance(row["source_id"], str) and row["source_id"] in self.parties:
                found[row["source_id"]].append(number)
        return found

    @cached_property
    def _by_sign(self) -> dict[tuple[str, str], list[str]]:
        """Ids of the parties of this article by each of their signs."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for who in dict.fromkeys([*self.spoken, *(m["entity_id"] for m in self.mentions)]):
            for sign in signs_of(self.parties[who].bodies) if who in self.parties else ():
                found[sign].append(who)
        return found

    def side(self, party: Party) -> set[str]:
        """Ids of those in this article who are on one side with a party."""
        signs_ = signs_of(party.bodies)
        searched = self._by_sign if ANY in signs_ else {*signs_, ANY}
        near = {who for sign in searched for who in self._by_sign.get(sign, ())}
        members = self._members.get(party.name.lower().split(" ")[-1], ()) if party.id is None else ()
        if party.id is not None and party.id in self.parties:
            near.add(party.id)
        return {who for who in near if same_side(self.parties[who], party)} | {*members}

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        """Ids of those who speak and bear a title, by the plural that many of them are accused as ("councillors")."""
        found: dict[str, list[str]] = defaultdict(list)
        plural: dict[str, list[str]] = defaultdict(list)
        for pair in table("accusations")["answer"]["members"].split():
            title, _, many = pair.partition(":")
            plural[title].append(many)
        for who in self.spoken:
            party = self.parties[who]
            titled = {*party.roles, party.name.lower().split(" ")[0].strip(".")}
            for many in (m for title in titled for m in plural.get(title, ())):
                found[many].append(who)
        return found


@cache
def listed(section: str, key: str) -> frozenset[str]:
    """Words of a list of ``knowledge/accusations.toml``."""
    return words(table("accusations")[section][key])


@cache
def pattern(section: str, key: str) -> re.Pattern[str]:
    """Any phrase of a list of ``knowledge/accusations.toml``."""
    text = table("accusations")[section][key].replace("\n", "")
    return re.compile("|".join(re.escape(p.strip()) for p in text.split("|") if p.strip()))


@cache
def _wrong() -> re.Pattern[str]:
    body = "|".join(
        sorted((re.escape(w) for w in listed("wrong", "verbs") | listed("wrong", "nouns")), key=lambda w: (-len(w), w))
    )
    return re.compile(rf"\b(?:{body})\b|{pattern('wrong', 'phrases').pattern}")


_STANDING = re.compile(
    r"\b(?:allegations?|accusations?|claims|charges|complaints) (?:that|against|of)\b|\baccus(?:ed|es|ing)\b|\bblam(?:ed|es|ing)\b|\balleged to have\b"
)


_REJECTED = re.compile(
    r"\b(?:reject|den(?:y|i)|dismiss|refut|disput|rebuff|brush)(?:s|es|ed|ied|ies|ying|ing)?\s(?:off\s)?(?:\w+\s){0,2}"
    r"(?:criticisms?|accusations?|allegations?|claims?|suggestions?|charges)\b",
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
                for one in (accused, *_coordinated(scene, span, accused)):
                    _add(scene, accuser, one, span, 0.8)
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
        units = _units_of(scene, start, end)
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
        one, other = _told(scene, units, (found[0], joint)), _told(scene, units, (joint + 1, found[1]))
    elif found[0] > 1 and units[found[0] - 1].low == "and":
        before = subject_before(units, found[0] - 1)
        one, other = (_told(scene, units, before) if before is not None else None), _told(scene, units, found)
    else:
        return None
    return (one, other) if one is not None and other is not None else None


def _told(scene: Scene, units: list[Unit], found: tuple[int, int]) -> Party | None:
    """Who a noun phrase names, or describes as someone who can speak and answer; of a text, whose it is."""
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    end, last = units[stop - 1].end, units[found[1] - 1].end
    named = [m for m in names_in(scene, units[found[0]].start, last) if not _blameless(scene, m)]
    whole = next(
        (m for m in named if m["start"] < end <= m["end"] + 2 and m["end"] <= last + 2 and m["kind"] != "demonym"), None
    )
    if whole is not None:
        return scene.parties.get(whole["entity_id"])
    head = POSSESSIVE_END.sub("", units[stop - 1].low)
    if head in heads("document"):
        by = stop < found[1] - 1 and units[stop].low in ("by", "from", "of")
        return _told(scene, units, (stop + 1, found[1])) if by else None
    bare = [u for u in units[found[0] : stop] if u.low not in DETERMINERS]
    capital = bool(bare) and all(u.cap for u in bare) and bare[0].low not in cue_words("subordinate") | PRONOUN
    return _described(scene, units[found[0] : stop]) if able(head) or capital else None


def _asides(scene: Scene) -> None:
    """What is told as a fact or in somebody's words and called a charge in an aside: "..., a charge it denies"."""
    doc = scene.doc
    for number, (start, end) in enumerate(doc.sentences):
        if not _ASIDE.search(doc.text, start, end):
            continue
        units = _units_of(scene, start, end)
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


_ASIDE = re.compile(r"[,—–-]\s?(?:[\w-]+\s){0,4}?(?:charge|allegation|accusation|claim|assertion|which|something)s?\s")


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
        return _told(scene, units, subject) if subject is not None else None
    return _told(scene, units, (first, stop))


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
            told = _told(scene, units, subject)
        elif is_form("voiced", unit.low) and (owner := _claimant(units, at)) is not None:
            told = _told(scene, units, owner)
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
        units = _units_of(scene, start, end)
        holding = denied.telling(units, doc.text, start, end)
        at = next((holding[sign][0] for sign in signs.PAIRED if holding[sign]), None)
        if at is None and holding["all"]:
            continue  # every telling word is denied, negated or said of a statement
        accuser, said = _voice(scene, units, start, end, units[at].start if at is not None else start)
        if _REJECTED.search(doc.text[start:end]):
            accuser = None
        if accuser is not None and _denies(scene, accuser, doc.text[start:end]):
            continue
        accused = _meant(scene, *said, accuser)
        if accused is not None:
            _add(scene, accuser, accused, (start, end), round(0.9 * chance, 3))


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
    if told is not None:
        return told[0], (start, end)
    if speaker is not None:
        return speaker, said
    verb = signs.search("accuse", text[start:end])
    if verb is None or _PASSIVE.search(text[start : start + verb.start()]):
        return None, (start, end)
    at = next((i for i, u in enumerate(units) if u.end > start + verb.start()), None)
    if at is not None and _bare_participle(units, verb_group(units, at), at):
        return None, (start, end)
    before = [
        m
        for m in mentions_in(scene, start, start + verb.start())
        if m["kind"] != "demonym" and not _blameless(scene, m)
    ]
    return scene.parties.get(before[-1]["entity_id"]) if before else None, (start, end)


_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|be|being|facing|faces|faced|over)\s(?:\w+\s){0,3}$")


def _is_text(scene: Scene, mention: dict[str, Any]) -> bool:
    """Whether a mention is of a text ("the report"), which accuses but is not accused."""
    if mention["entity_id"] not in scene.parties:
        return True
    last = re.findall(r"[\w-]+", scene.doc.text[mention["start"] : mention["end"]].lower())[-1:]
    return bool(set(last) & (heads("document") | heads("text") | LAWS | {"charges", "statement"}))


LAWS = words("law laws code rules rule ceasefire truce deal agreement pact charter treaties accords")


def _blameless(scene: Scene, mention: dict[str, Any]) -> bool:
    """Whether a mention is of nobody who accuses or is accused: of a text, or a piece of a line in capitals."""
    return _is_text(scene, mention) or _shouted(scene, mention)


def _shouted(scene: Scene, mention: dict[str, Any]) -> bool:
    """Whether a mention is only a part of an opening in capitals ("ROADS IN RUINS as the council ...")."""
    text, start, end = scene.doc.text, mention["start"], mention["end"]
    if not text[start:end].isupper():
        return False
    run = _CAPITALS.match(text, scene.doc.sentence_at(start)[0])
    return run is not None and run.start() <= start and end <= run.end() and len(run.group()) > end - start + 3


_CAPITALS = re.compile(r"\W{0,3}(?:[A-Z][A-Z’'-]*[,:]?\s){2,30}[A-Z][A-Z’'-]+\b")


def _meant(scene: Scene, start: int, end: int, accuser: Party | None) -> Party | None:
    """Whom an accusing sentence means: by its grammar, else who is named where the accused stands, else named before."""
    units = _units_of(scene, start, end)
    told: list[tuple[float, int, Party]] = []
    harmed = _harmed(scene, units, start, end, accuser)
    own = False
    for place, (score, found) in enumerate(phrases(scene.doc.text, units, start, end)):
        own |= accuser is not None and _own(units, found)
        party = _held(scene, units, found, accuser)
        if party is None or not _may_be(party, accuser) or any(same_side(party, victim) for victim in harmed):
            continue
        known = party.id is not None
        told.append((-(score + 0.5 * known + _before_accused(scene, party, accuser)), place, party))
    if told:
        return min(told, key=lambda r: r[:2])[2]
    if own:
        return None  # the grammar names those of the speaker's own side, and nobody else
    if not harmed and any(units[first].low in PERSONAL for first, _ in victims(scene.doc.text, units, start, end)):
        return None  # "she was cheated": who she is is not known, but no one is told to have done it
    placed = _placed(scene, start, end, accuser, harmed)
    return placed if placed is not None or harmed else _earlier(scene, start, accuser)


def _harmed(scene: Scene, units: list[Unit], start: int, end: int, accuser: Party | None) -> list[Party]:
    """Who suffered the wrongs of a sentence: by pronoun, by description, by name."""
    found = []
    for first, stop in victims(scene.doc.text, units, start, end):
        named = names_in(scene, units[first].start, units[stop - 1].end)
        parties = [scene.parties.get(m["entity_id"]) for m in named] or [_held(scene, units, (first, stop), accuser)]
        found += [party for party in parties if party is not None]
    return found


def _held(scene: Scene, units: list[Unit], found: tuple[int, int], accuser: Party | None) -> Party | None:
    """The party a phrase holds to account: itself, or, where it names an act or a thing, whose that is."""
    low = units[found[0]].low
    if found[1] - found[0] == 1 and low in PERSONAL:
        return _nearest(scene, low, units[found[0]].start, accuser)
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    head = units[stop - 1].low
    mine = [
        m
        for m in names_in(scene, units[found[0]].start, units[stop - 1].end)
        if m["start"] < units[stop - 1].end and not _blameless(scene, m)
    ]
    whole = next((m for m in reversed(mine) if m["end"] >= units[stop - 1].end - 2), None)
    if whole is not None:
        return scene.parties.get(whole["entity_id"])
    owner = next((i for i in range(found[0], stop - 1) if units[i].low.endswith(("'s", "s'"))), None)
    if able(head):
        if accuser is not None and _own(units, (found[0], stop)):
            return None
        named = _apposed(scene, units, stop, found[1])
        known = _by_role(scene, head, units[found[0]].start, accuser) if low == "the" and stop - found[0] <= 3 else None
        return named or known or _of_side(scene, units, (found[0], stop), owner, accuser)
    if owner is not None:
        return _held(scene, units[: owner + 1], (found[0], owner + 1), accuser)
    if mine:
        return scene.parties.get(mine[0]["entity_id"])
    if low in OWNERS:
        return _nearest(scene, OWNERS[low], units[found[0]].start, accuser)
    if stop + 1 < len(units) and units[stop].low in ("of", "by", "from", "in") and stop - found[0] < 8:
        inner = phrase_after(units, stop + 1)
        return _held(scene, units, inner, accuser) if inner is not None and inner[0] > found[0] else None
    bare = units[found[0] + (low in DETERMINERS) : stop]
    if len(bare) > 1 and all(u.cap for u in bare):
        return _described(scene, bare)
    return None


def _apposed(scene: Scene, units: list[Unit], stop: int, end: int) -> Party | None:
    """Who is named right after an office: "the mayor, Tom Dale"."""
    if stop + 1 >= end or units[stop].low != ",":
        return None
    named = names_in(scene, units[stop + 1].start, units[stop + 1].start + 1)
    return scene.parties.get(named[0]["entity_id"]) if named and named[0]["kind"] in ("name", "alias") else None


def _own(units: list[Unit], found: tuple[int, int]) -> bool:
    """Whether a phrase names those of the speaker's own side: "our drivers", not "our government"."""
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    return units[found[0]].low in ("our", "my") and units[stop - 1].low in listed("answer", "own_people")


def _sided(scene: Scene, units: list[Unit], found: tuple[int, int], accuser: Party | None) -> Party | None:
    """The party of a phrase that begins with whose it is: "its soldiers"."""
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    if units[found[0]].low not in OWNERS or not able(units[stop - 1].low):
        return None
    return _of_side(scene, units, (found[0], stop), None, accuser)


def _of_side(
    scene: Scene, units: list[Unit], found: tuple[int, int], owner: int | None, accuser: Party | None
) -> Party | None:
    """A described party with the side of whose it is: "its soldiers", "the firm's guards"."""
    party = _described(scene, units[found[0] : found[1]])
    low = units[found[0]].low
    whose = None
    if owner is not None:
        whose = _told(scene, units, (found[0], owner + 1))
    elif low in OWNERS:
        whose = _nearest(scene, OWNERS[low], units[found[0]].start, accuser)
    if party is None or whose is None or whose.level == "person":
        return party
    return replace(party, bodies=party.bodies | whose.bodies)


def _described(scene: Scene, phrase: list[Unit]) -> Party | None:
    """A party without a name, by the words that describe it ("two officers")."""
    kept = [u for u in phrase if u.low not in DETERMINERS | POSSESSIVE and u.word]
    if not kept or kept[-1].low in VAGUE:
        return None
    name = " ".join(scene.doc.text[u.start : u.end] if u.cap else u.low for u in kept)
    name = POSSESSIVE_END.sub("", name)
    return Party(None, name, frozenset({key_of(name)}), "collective")


def _by_role(scene: Scene, head: str, start: int, accuser: Party | None) -> Party | None:
    """The party that "the chairman" or "the company" takes up: of that role, or a body named before."""
    body = head in words(table("roles")["hypernyms"]["group"]) | words(table("roles")["hypernyms"]["company"])
    for mention in reversed(names_in(scene, 0, start)):
        party = scene.parties.get(mention["entity_id"])
        if party is None or not _may_be(party, accuser) or _blameless(scene, mention):
            continue
        if head in party.roles or (body and party.level == "organisation" and start - mention["start"] < 2 * BACK):
            return party
    return None


PERSONAL = frozenset(["he", "him", "she", "her", "they", "them", "it", "who", "you"])
OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they", "your": "you"}


def _nearest(scene: Scene, pronoun: str, start: int, accuser: Party | None) -> Party | None:
    """The party a pronoun means: as resolved there, else the nearest before that fits and is not the accuser."""
    wanted = ("person",) if pronoun in ("he", "him", "she", "her") else ("organisation", "collective")
    here = next((m for m in mentions_in(scene, start, start + 1) if m["kind"] == "pronoun"), None)
    resolved = scene.parties.get(here["entity_id"]) if here is not None else None
    if resolved is not None and _may_be(resolved, accuser):
        return resolved
    options = []
    opening = scene.doc.sentence_at(start)[0]
    for mention in names_in(scene, max(0, start - 2 * BACK), start):
        party = scene.parties.get(mention["entity_id"])
        if party is None or not _may_be(party, accuser) or _blameless(scene, mention):
            continue
        fits = pronoun in ("who", "you") or party.level in wanted
        if fits:
            score = _weight(scene, mention["entity_id"]) + (mention["start"] - start) / (2 * BACK)
            if pronoun in ("it", "they"):  # the subject of the sentence, not whose something is
                score += SUBJECT * (opening <= mention["start"] < opening + OPENING)
                score -= SUBJECT * bool(_OWNS.match(scene.doc.text, mention["end"]))
            options.append((score + _before_accused(scene, party, accuser), int(mention["start"]), party))
    return max(options, key=lambda o: o[:2])[2] if options else None


_OWNS = re.compile(r"['’]s?\s")


def _before_accused(scene: Scene, party: Party, accuser: Party | None) -> float:
    """What having been accused before counts for: by the same side more than by others."""
    best = 0.0
    for old in scene.found:
        if same_side(old.accused, party):
            same = (accuser is None) == (old.accuser is None) and (
                accuser is None or old.accuser is None or same_side(accuser, old.accuser)
            )
            best = max(best, 0.6 if same else 0.3)
    return best


def _placed(scene: Scene, start: int, end: int, accuser: Party | None, harmed: list[Party]) -> Party | None:
    """The party named where the accused of a sentence would stand."""
    text = scene.doc.text
    ranked: list[tuple[float, int, Party]] = []
    for mention in mentions_in(scene, start, end):
        party = scene.parties.get(mention["entity_id"])
        if party is None or not _may_be(party, accuser) or _blameless(scene, mention):
            continue
        if any(same_side(party, victim) for victim in harmed):
            continue
        before, after = text[max(start, mention["start"] - 40) : mention["start"]], text[mention["end"] : end][:REACH]
        score = 1.5 * signs.has("accuse", before) + signs.has("wrong", after) + 0.5 * signs.has("legal", after)
        verb = signs.search("accuse", after) or signs.search("legal", after)
        if verb is not None:
            score += 1.5 if _PASSIVE.search(after[: verb.start()]) else -0.5
        score += _weight(scene, mention["entity_id"]) + _before_accused(scene, party, accuser)
        ranked.append((-(score - 0.6 * (mention["kind"] == "demonym")), int(mention["start"]), party))
    return min(ranked, key=lambda r: r[:2])[2] if ranked else None


def _earlier(scene: Scene, start: int, accuser: Party | None) -> Party | None:
    """The party named before a sentence that names none: whom the same side accuses, else the most prominent, the last."""
    options: list[tuple[float, int, Party]] = []
    for mention in mentions_in(scene, max(0, start - BACK), start):
        party = scene.parties.get(mention["entity_id"])
        if party is not None and _may_be(party, accuser) and not _blameless(scene, mention):
            score = _weight(scene, mention["entity_id"]) + _before_accused(scene, party, accuser)
            options.append((score, int(mention["start"]), party))
    return max(options, key=lambda m: m[:2])[2] if options else None


def _may_be(party: Party, accuser: Party | None) -> bool:
    return accuser is None or not same_side(party, accuser)


def _weight(scene: Scene, entity: str) -> float:
    """Share of an article's mentions of the entity named most."""
    counts = scene.counts
    if not counts:
        for mention in scene.mentions:
            counts[mention["entity_id"]] = counts.get(mention["entity_id"], 0) + 1
    return counts.get(entity, 0) / max(counts.values(), default=1)


def mentions_in(scene: Scene, start: int, end: int) -> list[dict[str, Any]]:
    """Mentions that begin in a stretch, pronouns too."""
    at = bisect_left(scene.mentions, start, key=lambda m: m["start"])
    stop = bisect_left(scene.mentions, end, key=lambda m: m["start"])
    return scene.mentions[at:stop]


def _object(scene: Scene, span: Span, accuser: Party | None, lemma: str | None) -> Party | None:
    """The party an accusing cue is turned on: whom the noun phrase its content begins with holds to account."""
    units = _units_of(scene, span[0], span[1])
    on = next((i for i, u in enumerate(units[:14]) if u.low == "on"), None) if lemma == "blame" else None
    found = phrase_after(units, on + 1 if on is not None else 0)
    whoever = lemma in OF_SOMEONE and units[found[0]].low in DETERMINERS | POSSESSIVE if found else False
    return (_held(scene, units, found, accuser) or _party(scene, units, found, whoever=whoever)) if found else None


OF_SOMEONE = frozenset(["accuse", "sue", "indict", "prosecute"])
"""Verbs whose object is always someone, while a thing or an event can be condemned."""


def _passive_subject(scene: Scene, row: dict[str, Any]) -> Party | None:
    """Who is accused by a passive cue: "the union was accused by residents of"."""
    if pd.isna(row["cue_start"]):
        return None
    start, end = (int(row[f"cue_{edge}"]) for edge in ("start", "end"))
    units = _units_of(scene, scene.doc.sentence_at(start)[0], end)
    at = len(units) - 1
    if at < 1 or not is_form("accuse", units[at].low):
        return None
    first = verb_group(units, at)
    subject = subject_of(units, first) if {u.low for u in units[first:at]} & BE else None
    return _told(scene, units, subject) if subject is not None else None


def _misread(scene: Scene, row: dict[str, Any]) -> bool:
    """Whether an attribution takes the accused for the accuser: "a doctor accused of abuse"."""
    if lemma_of(row["cue"]) not in listed("accuse", "verbs") or pd.isna(row["cue_start"]):
        return False
    start, end = int(row["cue_start"]), int(row["cue_end"])
    units = _units_of(scene, max(scene.doc.sentence_at(start)[0], start - BACK), end + 5)
    at = next((i for i, u in enumerate(units) if u.end >= end), None)
    return at is not None and at > 0 and _bare_participle(units, verb_group(units, at), at)


def _coordinated(scene: Scene, span: Span, accused: Party) -> list[Party]:
    """Who else is named beside the accused: "accused Jon Ash and Otto Renn of"."""
    named = [m for m in names_in(scene, *span) if not _blameless(scene, m)][:MOST]
    joined = [m for m in named[:1] if m["start"] - span[0] <= 5]
    for before, mention in itertools.pairwise(named):
        if not joined or not _JOINED.fullmatch(scene.doc.text[before["end"] : mention["start"]]):
            break
        joined.append(mention)
    parties = [scene.parties[m["entity_id"]] for m in joined if m["entity_id"] in scene.parties]
    return [p for p in parties if p.id != accused.id] if accused.id in {p.id for p in parties} else []


MOST = 6
"""Names read of those accused together."""
_JOINED = re.compile(r",?\s(?:and\s)?(?:the\s)?")


def _units_of(scene: Scene, start: int, end: int) -> list[Unit]:
    """Words and marks of a stretch; quotation marks are no barrier inside content."""
    doc = scene.doc
    return [
        Unit(t.start, t.end, t.low, t.word, t.cap)
        for t in (doc.tokens[i] for i in doc.token_range(start, end))
        if t.text not in "\"“”'‘’"
    ]


def _party(scene: Scene, units: list[Unit], found: tuple[int, int], *, whoever: bool = False) -> Party | None:
    """Party a noun phrase names: the one mentioned at its head, else its own words, where it is someone's (`whoever`: it is)."""
    core = found
    for index in range(found[0], found[1]):
        low = units[index].low
        if index > found[0] and (low in CUT or low in cue_words("auxiliary") - {"'s"}):
            core = (found[0], index)
            break
    start, end = units[core[0]].start, units[core[1] - 1].end
    text = scene.doc.text[start:end]
    if text.lower() in PRONOUN:
        return _before_pronoun(scene, text.lower(), start)
    inside = [m for m in names_in(scene, start, end) if m["end"] >= end - 2 or m["kind"] != "demonym"]
    last = inside[-1] if inside else None
    if last is not None and (last["end"] >= end - 3 or (last["start"] <= start + 4 and last["kind"] == "alias")):
        return scene.parties.get(last["entity_id"])
    head = units[core[1] - 1]
    phrase = " ".join(
        u.low if not u.cap else scene.doc.text[u.start : u.end]
        for u in units[core[0] : core[1]]
        if u.low not in DETERMINERS | POSSESSIVE
    )
    marked = units[core[0]].low in ("the", "his", "her", "its", "their", "our") or any(
        u.cap for u in units[core[0] : core[1]]
    )
    if not marked and core[1] < found[1] and units[core[1]].low == "of":  # "fighters of the Front", "staff of the firm"
        return _party(scene, units, (core[1] + 1, found[1])) if core[1] + 1 < found[1] else None
    if not phrase or not (whoever or head.cap or able(head.low)) or head.low in VAGUE:
        return None
    return Party(None, phrase, frozenset({key_of(phrase)}))


CUT = frozenset(
    ["of", "for", ",", "who", "which", "that", "as", "by", "in", "over", "than", "about", "on", "with", "at"]
)


def _before_pronoun(scene: Scene, pronoun: str, start: int) -> Party | None:
    """Party of a pronoun: the last plural or body for "they" and "it"; a speaker's own "we" accuses nobody."""
    if pronoun not in ("they", "them", "it", "he", "him", "she", "her"):
        return None
    begin = scene.doc.sentence_at(start)[0]
    here = [m for m in names_in(scene, begin, start) if start - m["end"] > 12]  # the nearest one is the accuser
    earlier = names_in(scene, max(0, start - 300), begin)
    for mention in [*here, *reversed(earlier)]:
        party = scene.parties.get(mention["entity_id"])
        if party is not None and (party.level != "person") == (pronoun in ("they", "them", "it")):
            return party
    return None


VAGUE = words(
    "people children women men others everyone nobody someone something nothing victims civilians families world things way"
)


def _doers(scene: Scene, span: Span, speaker: Party | None) -> Iterator[tuple[Party | None, Party]]:
    """Parties said to have done wrong in a stretch of content, each after who says so: its speaker, if no clause tells another."""
    text = scene.doc.text
    for match in list(_wrong().finditer(text, *span))[:8]:
        opening, closing = scene.doc.sentence_at(match.start())
        if _taken_back(scene, opening, closing, match.start()):
            continue
        word = match.group().lower()
        units = _units_of(scene, max(span[0], opening), span[1])
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
        if found is not None and accuser is not None and _own(units, found):
            continue
        party = (_sided(scene, units, found, accuser) or _party(scene, units, found)) if found is not None else None
        if party is not None:
            yield accuser, party
        if found is not None:  # "the community, including the board"
            more = next((i for i in range(at, min(len(units) - 1, at + 16)) if units[i].low == "including"), None)
            named = phrase_after(units, more + 1) if more is not None else None
            other = _party(scene, units, named) if named is not None else None
            if other is not None:
                yield accuser, other


def _taken_back(scene: Scene, start: int, end: int, position: int) -> bool:
    """Whether the word at a position of a sentence accuses no one there."""
    units = _units_of(scene, max(start, position - BACK), min(end, position + BACK))
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


def names_in(scene: Scene, start: int, end: int) -> list[dict[str, Any]]:
    """Names (no pronouns) that begin in a stretch, in order."""
    return [mention for mention in mentions_in(scene, start, end) if mention["kind"] != "pronoun"]


def _standing(scene: Scene) -> None:
    """Allegations in the narrator's sentences: "rights groups accused it of", "allegations that the board had ..."."""
    doc = scene.doc
    for number, (start, end) in enumerate(doc.sentences):
        match = next((m for m in _STANDING.finditer(doc.text, start, end) if doc.quoted_at(m.start()) is None), None)
        if match is None or any(a.span[0] <= match.start() < a.span[1] and a.confidence >= 0.8 for a in scene.found):
            continue
        units = _units_of(scene, start, end)
        at = next((i for i, u in enumerate(units) if u.end > match.start()), None)
        if (
            at is None
            or number in scene.settled
            or denied.handled(units, at)
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
    units = _units_of(scene, match.end(), end)
    found = phrase_after(units, 0)
    return _party(scene, units, found) if found else None


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
