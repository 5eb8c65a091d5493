"""Who is meant by the words of an accusation: the parties of an article, by name, description, pronoun and possessive.

A *scene* is an article as accusations are looked for in it: its text, its attributions, its mentions, its parties.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from framing.quotations.clauses import (
    DETERMINERS,
    POSSESSIVE,
    Unit,
    phrase_after,
)
from framing.quotations.lexicon import cue_words, table, words
from framing.quotations.marks import Document
from framing.sources import signs
from framing.sources.accused import (
    ANY,
    Party,
    able,
    phrases,
    same_side,
    signs_of,
    victims,
)
from framing.sources.names import key_of
from framing.sources.nouns import POSSESSIVE_END, PRONOUN, heads, person_like

REACH = 90
"""Characters between a wrong and the party that did it."""
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


def told_as(scene: Scene, units: list[Unit], found: tuple[int, int]) -> Party | None:
    """Who a noun phrase names, or describes as someone who can speak and answer; of a text, whose it is."""
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    end, last = units[stop - 1].end, units[found[1] - 1].end
    named = [m for m in names_in(scene, units[found[0]].start, last) if not blameless(scene, m)]
    whole = next(
        (m for m in named if m["start"] < end <= m["end"] + 2 and m["end"] <= last + 2 and m["kind"] != "demonym"), None
    )
    if whole is not None:
        return scene.parties.get(whole["entity_id"])
    head = POSSESSIVE_END.sub("", units[stop - 1].low)
    if head in heads("document"):
        by = stop < found[1] - 1 and units[stop].low in ("by", "from", "of")
        return told_as(scene, units, (stop + 1, found[1])) if by else None
    bare = [u for u in units[found[0] : stop] if u.low not in DETERMINERS]
    capital = bool(bare) and all(u.cap for u in bare) and bare[0].low not in cue_words("subordinate") | PRONOUN
    return _described(scene, units[found[0] : stop]) if able(head) or capital else None


PASSIVE = re.compile(r"\b(?:is|are|was|were|been|be|being|facing|faces|faced|over)\s(?:\w+\s){0,3}$")


def _is_text(scene: Scene, mention: dict[str, Any]) -> bool:
    """Whether a mention is of a text ("the report"), which accuses but is not accused."""
    if mention["entity_id"] not in scene.parties:
        return True
    last = re.findall(r"[\w-]+", scene.doc.text[mention["start"] : mention["end"]].lower())[-1:]
    return bool(set(last) & (heads("document") | heads("text") | LAWS | {"charges", "statement"}))


LAWS = words("law laws code rules rule ceasefire truce deal agreement pact charter treaties accords")


def blameless(scene: Scene, mention: dict[str, Any]) -> bool:
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


def meant_by(scene: Scene, start: int, end: int, accuser: Party | None) -> Party | None:
    """Whom an accusing sentence means: by its grammar, else who is named where the accused stands, else named before."""
    units = units_of(scene, start, end)
    told: list[tuple[float, int, Party]] = []
    tried = next((u for before, u in pairwise(units) if before.low == "the" and u.low in ON_TRIAL), None)
    party = _on_trial(scene, tried.start) if tried is not None else None
    if party is not None and _may_be(party, accuser):
        return party
    harmed = _harmed(scene, units, start, end, accuser)
    own = False
    for place, (score, found) in enumerate(phrases(scene.doc.text, units, start, end)):
        own |= accuser is not None and our_own(units, found)
        party = held_by(scene, units, found, accuser)
        if party is None or not _may_be(party, accuser) or any(same_side(party, victim) for victim in harmed):
            continue
        known = party.id is not None
        if tried is not None and not known:
            continue
        told.append((-(score + 0.5 * known + _before_accused(scene, party, accuser)), place, party))
    if told:
        return min(told, key=lambda r: r[:2])[2]
    if own or tried is not None:
        return None  # the grammar names those of the speaker's own side, or "the accused" who is not known, and nobody else
    if not harmed and any(units[first].low in PERSONAL for first, _ in victims(scene.doc.text, units, start, end)):
        return None  # "she was cheated": who she is is not known, but no one is told to have done it
    placed = _placed(scene, start, end, accuser, harmed)
    return placed if placed is not None or harmed else _earlier(scene, start, accuser)


def _harmed(scene: Scene, units: list[Unit], start: int, end: int, accuser: Party | None) -> list[Party]:
    """Who suffered the wrongs of a sentence: by pronoun, by description, by name."""
    found = []
    for first, stop in victims(scene.doc.text, units, start, end):
        named = names_in(scene, units[first].start, units[stop - 1].end)
        parties = [scene.parties.get(m["entity_id"]) for m in named] or [held_by(scene, units, (first, stop), accuser)]
        found += [party for party in parties if party is not None]
    return found


def held_by(scene: Scene, units: list[Unit], found: tuple[int, int], accuser: Party | None) -> Party | None:
    """The party a phrase holds to account: itself, or, where it names an act or a thing, whose that is."""
    low = units[found[0]].low
    if found[1] - found[0] == 1 and low in PERSONAL:
        return _nearest(scene, low, units[found[0]].start, accuser)
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    head = units[stop - 1].low
    if head in ON_TRIAL and stop - found[0] <= 2:
        return _on_trial(scene, units[found[0]].start)
    mine = [
        m
        for m in names_in(scene, units[found[0]].start, units[stop - 1].end)
        if m["start"] < units[stop - 1].end and not blameless(scene, m)
    ]
    whole = next((m for m in reversed(mine) if m["end"] >= units[stop - 1].end - 2), None)
    if whole is not None:
        return scene.parties.get(whole["entity_id"])
    owner = next((i for i in range(found[0], stop - 1) if units[i].low.endswith(("'s", "s'"))), None)
    if able(head):
        if accuser is not None and our_own(units, (found[0], stop)):
            return None
        named = _apposed(scene, units, stop, found[1])
        known = _by_role(scene, head, units[found[0]].start, accuser) if low == "the" and stop - found[0] <= 3 else None
        return named or known or _of_side(scene, units, (found[0], stop), owner, accuser)
    if owner is not None:
        return held_by(scene, units[: owner + 1], (found[0], owner + 1), accuser)
    if mine:
        return scene.parties.get(mine[0]["entity_id"])
    if low in OWNERS:
        return _nearest(scene, OWNERS[low], units[found[0]].start, accuser)
    if stop + 1 < len(units) and units[stop].low in ("of", "by", "from", "in") and stop - found[0] < 8:
        inner = phrase_after(units, stop + 1)
        return held_by(scene, units, inner, accuser) if inner is not None and inner[0] > found[0] else None
    bare = units[found[0] + (low in DETERMINERS) : stop]
    if len(bare) > 1 and all(u.cap for u in bare):
        return _described(scene, bare)
    return None


ON_TRIAL = frozenset(["accused", "defendant"])
_TRIED = re.compile(
    r"[^.;:\n]{0,60}?\b(?:plead(?:s|ed)?|den(?:y|ies|ied)|(?:is|was|are|were|been|being) (?:also )?(?:charged|indicted|accused|prosecuted|tried|on trial)"
    r"|st(?:ands?|ood|anding) trial|(?:faces?|faced|facing) (?:trial|a charge|charges)|on trial|in the dock|the (?:accused|defendant))\b"
)
_RESIDES = re.compile(r",\s(?:of|from|in|at|near)\s(?:[A-Z][\w’'-]+,\s)*$")
"""Where a place stands of somebody named before: "Ann Orr, of Tarn, Lisk, has pleaded"."""
_TRIED_NAME = re.compile(rf"\b(?P<name>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+){{1,3}}){_TRIED.pattern}")
_TRIES = re.compile(
    r"\b(?:trial of|case against|charg(?:es against|ed)|prosecut(?:es|ed|ing|ion of)|indict(?:ed|s))\s(?:[\w.’'-]+\s){0,3}$"
)


def _on_trial(scene: Scene, start: int) -> Party | None:
    """Who "the accused" is: who was last told to be tried, to plead or to deny; never just who was named last."""
    text = scene.doc.text
    named = [m for m in names_in(scene, 0, start) if m["entity_id"] in scene.parties and not blameless(scene, m)]
    met = _tried_in(scene, [m for m in named if scene.parties[m["entity_id"]].level == "person"], start)
    if met is not None:
        return met
    names = [m["name"] for m in _TRIED_NAME.finditer(text, max(0, start - REMEMBERED), start)]
    if names:  # of somebody no mention holds
        return Party(None, names[-1], frozenset({key_of(names[-1])}), "person")
    return _tried_in(scene, [m for m in named if scene.parties[m["entity_id"]].level != "person"], start)


def _tried_in(scene: Scene, named: list[dict[str, Any]], start: int) -> Party | None:
    """The last of some mentions before a position that is told to be tried; nobody of the list stands between it and the verb."""
    text, following = scene.doc.text, start
    for mention in reversed(named):
        opening, closing = scene.doc.sentence_at(mention["start"])
        before = text[max(opening, mention["start"] - BACK) : mention["start"]]
        if _RESIDES.search(before):
            continue
        if _TRIED.match(text, mention["end"], min(following, closing)) or _TRIES.search(before):
            return scene.parties[mention["entity_id"]]
        following = mention["start"]
    return None


REMEMBERED = 3000
"""Characters before "the accused" in which a trial is told of somebody no mention holds."""


def _apposed(scene: Scene, units: list[Unit], stop: int, end: int) -> Party | None:
    """Who is named right after an office: "the mayor, Tom Dale", "the minister for ports, Mr Tom Dale"."""
    comma = next((i for i in range(stop, min(end, stop + 7)) if units[i].low == ","), None)
    if comma is None or comma + 1 >= len(units):
        return None
    last = next((i for i in range(comma + 1, min(len(units), comma + 5)) if not units[i].cap), comma + 5)
    if last == comma + 1:
        return None
    opening, closing = units[comma + 1].start, units[min(last, len(units)) - 1].end
    named = names_in(scene, opening, closing)
    if named:
        return scene.parties.get(named[0]["entity_id"]) if named[0]["kind"] in ("name", "alias") else None
    name = scene.doc.text[opening:closing]  # of somebody no mention holds
    enclosed = last < len(units) and units[last].low == "," and last > comma + 2 and person_like(name)
    return Party(None, name, frozenset({key_of(name)}), "person") if enclosed else None


def our_own(units: list[Unit], found: tuple[int, int]) -> bool:
    """Whether a phrase names those of the speaker's own side: "our drivers", not "our government"."""
    stop = next((i for i in range(found[0] + 1, found[1]) if units[i].low in CUT), found[1])
    return units[found[0]].low in ("our", "my") and units[stop - 1].low in listed("answer", "own_people")


def on_side(scene: Scene, units: list[Unit], found: tuple[int, int], accuser: Party | None) -> Party | None:
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
        whose = told_as(scene, units, (found[0], owner + 1))
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
    person = head in words(table("roles")["hypernyms"]["person"])
    opening = scene.doc.sentence_at(start)[0]
    for mention in reversed(names_in(scene, 0, start)):
        party = scene.parties.get(mention["entity_id"])
        if party is None or not _may_be(party, accuser) or blameless(scene, mention):
            continue
        person &= mention["start"] >= opening  # "has sued Ada Orr, accusing the actress of"
        if (
            head in party.roles
            or (person and party.level == "person")
            or (body and party.level == "organisation" and start - mention["start"] < 2 * BACK)
        ):
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
        if party is None or not _may_be(party, accuser) or blameless(scene, mention):
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


SAME, OTHER = 0.6, 0.3
"""What having been accused before counts for: by the same side, and by others."""


def _before_accused(scene: Scene, party: Party, accuser: Party | None) -> float:
    """What having been accused before counts for: by the same side more than by others."""
    best = 0.0
    for old in scene.found:
        if same_side(old.accused, party):
            same = (accuser is None) == (old.accuser is None) and (
                accuser is None or old.accuser is None or same_side(accuser, old.accuser)
            )
            best = max(best, SAME if same else OTHER)
    return best


def _placed(scene: Scene, start: int, end: int, accuser: Party | None, harmed: list[Party]) -> Party | None:
    """The party named where the accused of a sentence would stand."""
    text = scene.doc.text
    ranked: list[tuple[float, int, Party]] = []
    for mention in mentions_in(scene, start, end):
        party = scene.parties.get(mention["entity_id"])
        if party is None or not _may_be(party, accuser) or blameless(scene, mention):
            continue
        if any(same_side(party, victim) for victim in harmed):
            continue
        before, after = text[max(start, mention["start"] - 40) : mention["start"]], text[mention["end"] : end][:REACH]
        score = 1.5 * signs.has("accuse", before) + signs.has("wrong", after) + 0.5 * signs.has("legal", after)
        verb = signs.search("accuse", after) or signs.search("legal", after)
        if verb is not None:
            score += 1.5 if PASSIVE.search(after[: verb.start()]) else -0.5
        known, weight = _before_accused(scene, party, accuser), _weight(scene, mention["entity_id"])
        if score <= 0 and known < SAME and (party.level != "person" or weight < SUBJECT):
            continue  # named in passing: "a coalition called Safe Rents has railed against cuts"
        score += weight + known
        ranked.append((-(score - 0.6 * (mention["kind"] == "demonym")), int(mention["start"]), party))
    return min(ranked, key=lambda r: r[:2])[2] if ranked else None


def _earlier(scene: Scene, start: int, accuser: Party | None) -> Party | None:
    """The party named before a sentence that names none: whom the same side accuses, else the most prominent, the last."""
    options: list[tuple[float, int, Party]] = []
    for mention in mentions_in(scene, max(0, start - BACK), start):
        party = scene.parties.get(mention["entity_id"])
        if party is not None and _may_be(party, accuser) and not blameless(scene, mention):
            before = _before_accused(scene, party, accuser)
            if before < SAME:
                continue
            score = _weight(scene, mention["entity_id"]) + before
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


def units_of(scene: Scene, start: int, end: int) -> list[Unit]:
    """Words and marks of a stretch; quotation marks are no barrier inside content."""
    doc = scene.doc
    return [
        Unit(t.start, t.end, t.low, t.word, t.cap)
        for t in (doc.tokens[i] for i in doc.token_range(start, end))
        if t.text not in "\"“”'‘’"
    ]


def party_of(scene: Scene, units: list[Unit], found: tuple[int, int], *, whoever: bool = False) -> Party | None:
    """Party a noun phrase names: the one mentioned at its head, else its own words, where it is someone's (`whoever`: it is)."""
    core = found
    for index in range(found[0], found[1]):
        low = units[index].low
        if index > found[0] and (low in CUT or low in cue_words("auxiliary") - {"'s"}):
            core = (found[0], index)
            break
    start, end = units[core[0]].start, units[core[1] - 1].end
    text = scene.doc.text[start:end]
    if text.lower().removeprefix("the ") in ON_TRIAL:
        return _on_trial(scene, start)
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
        return party_of(scene, units, (core[1] + 1, found[1])) if core[1] + 1 < found[1] else None
    proper = head.cap and not (core[1] - core[0] == 1 and _opens(scene, head.start))
    if not phrase or not (whoever or proper or able(head.low)) or head.low in VAGUE:
        return None
    named = _apposed(scene, units, core[1], found[1]) if able(head.low) else None
    return named or Party(None, phrase, frozenset({key_of(phrase)}))


def _opens(scene: Scene, start: int) -> bool:
    """Whether a word has its capital because a sentence or a quotation begins with it: "Stop lying"."""
    return start == scene.doc.sentence_at(start)[0] or scene.doc.text[start - 1] in "\"“‘'«"


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


def names_in(scene: Scene, start: int, end: int) -> list[dict[str, Any]]:
    """Names (no pronouns) that begin in a stretch, in order."""
    return [mention for mention in mentions_in(scene, start, end) if mention["kind"] != "pronoun"]
