"""Entities of one event: persons, bodies, groups and texts, the names they go by and where.

`Register` reads every part of every article of an event once, finds capitalised names, decides which are persons, merges
the forms of one name, and then answers: who is "Pires", "the federation", "she"?
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from framing.quotations.lexicon import words
from framing.quotations.marks import Document
from framing.sources import described
from framing.sources.firms import firms, substance
from framing.sources.honours import is_office
from framing.sources.names import given_names, key_of, state_forms
from framing.sources.naming import Reference, read
from framing.sources.nouns import (
    DESCRIBING,
    MAKERS,
    NO_NAMES,
    OF,
    POSSESSIVE_END,
    epithet,
    gender_of,
    heads,
    organisation_words,
    person_like,
    strip_titles,
    titles,
)
from framing.sources.scan import CLOSED, Mention, scan

Key = tuple[str, str]
SURE = 0.5
"""Least confidence of a name of the names head that counts."""
NEARBY = 400
"""Characters after a full name within which a surname that several persons bear is taken for this one's."""
LOCATING = re.compile(r"\b(?:in|from|near|outside|across|throughout)\s$")
OWNED = re.compile(r"\b(?:shares?|stakes?|stock|invest\w*|interest|confidence|trust|faith|believed?) in\s$", re.I)
"""What one has in a firm or a person: "shares in Quarn"."""
IN_TURN = frozenset(["predecessor", "successor"])
DATELINE = re.compile(r"[^.!?\n]{0,40}?(?:[—–]|--| - )")
"""What follows a place that opens a report: day and agency, and a dash."""
GOVERNED = re.compile(
    r".{0,2}['’]s? (?:\w+ )?(?:government|parliament|capital|ministry|president|prime minister|foreign minister|army|coast|borders?)\b"
)


VOWELS = tuple("aeiouy")
JOINT = words("alliance network coalition federation association society charity ag")
"""What a body's short form leaves out beside the words of trade: "Lifeline" of the Lifeline Alliance. Foundations bear persons' names."""
UNIQUE = words("house congress senate parliament kremlin palace treasury army navy military")
"""Bodies that go by one noun, and are not short for another: "the House" is not the White House."""
GIVEN_BY_FIRMS = words("foundation trust museum stadium arena prize fund")
"""What bears a firm's name and is not the firm."""
BRANCHES = frozenset(["europe", "asia", "africa", "america", "americas", "pacific", "uk", "us"])
PEOPLE = ("an", "ian", "ean", "ese", "ish", "i", "ite", "ites", "ans", "ians")
"""What a place's name takes on for its people."""
SLIP = 8
"""A role told so many times less often than another is taken for a misreading."""


@dataclass(eq=False)
class Entity:
    """One person, body, group or text of an event."""

    kind: str
    name: str
    local: str | None = None  # article of an unnamed entity that no other article can share
    gender: str | None = None
    roles: Counter[str] = field(default_factory=Counter)
    affiliations: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    named: bool = True
    head: str | None = None

    @property
    def role(self) -> str | None:
        """The role told most often, then the longest; that it comes before or after another in office only where nothing else is told."""
        return max(self.roles, key=lambda r: (r not in IN_TURN, self.roles[r], len(r), r)) if self.roles else None

    @property
    def affiliation(self) -> str | None:
        """The affiliation told most often, then the longest."""
        return max(self.affiliations, key=lambda a: (self.affiliations[a], len(a), a)) if self.affiliations else None

    def told_roles(self) -> list[str]:
        """Roles told often enough beside the one told most: one "governor" among forty "President" is a misreading."""
        most = max(self.roles.values(), default=0)
        return [role for role, n in self.roles.items() if n * SLIP >= most]

    def tell(self, role: str | None = None, affiliation: str | None = None, gender: str | None = None) -> None:
        """Add what a phrase tells of the entity."""
        if role:
            self.roles[role] += 1
        if affiliation:
            self.affiliations[affiliation] += 1
        self.gender = self.gender or gender

    @property
    def surname(self) -> str:
        """Last part of a person's name, lower case."""
        parts = [
            p for p in self.name.replace(",", "").split() if p.lower().strip(".") not in ("jr", "sr", "ii", "iii", "iv")
        ]
        return parts[-1].lower() if parts else ""


_NOBODY = Entity("none", "")


def _tells(parts: list[str]) -> bool:
    """Whether what is left of a name still names one body: more than a noun that many bodies share."""
    return len(parts) > 1 or parts[0] not in organisation_words()


def _abbreviated(parts: list[str]) -> str:
    """First letters of the words of a name."""
    return "".join(w[0] for w in parts if w not in OF)


def _nouns(parts: list[str]) -> set[str]:
    """Nouns that a name of several words may be cut to: the last, and the one before "of"."""
    joint = next((i for i, word in enumerate(parts) if i and word in ("of", "for")), len(parts))
    return {parts[-1], parts[joint - 1]}


def _people(place: str) -> Iterator[tuple[str, str]]:
    """What the people of a place may be called, with its name: "tirsan" and the like for Tirsa."""
    stem = place[:-1] if place[-1:] in VOWELS else place
    if " " not in place and len(stem) > 2:
        yield from ((stem + ending, place.title()) for ending in PEOPLE)


class Register:
    """Entities of an event and every place that names one.

    Parameters
    ----------
    docs
        (article, part) to its text, read.
    named
        Article to (part, start, end, kind, confidence) of the encoder's names head, where there is one.
    roots
        Article to the article it is a copy or later version of: their unnamed sources are the same.
    media
        Article to the names of its outlet, agency and byline.
    aliases
        Names to other names that mean the same.
    """

    def __init__(
        self,
        docs: Mapping[Key, Document],
        named: Mapping[str, Any],
        roots: Mapping[str, str] | None = None,
        media: Mapping[str, list[str]] | None = None,
        aliases: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.docs = docs
        self._media = {article: [set(key_of(n).split()) for n in names] for article, names in (media or {}).items()}
        self.roots = roots or {}
        self.entities: list[Entity] = []
        self._by_key: dict[str, Entity] = {}
        self._under: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.places: dict[Key, list[tuple[int, int, Entity, str]]] = defaultdict(list)
        self._placed: set[tuple[Key, int, int]] = set()
        self._capitals: dict[str, int] = {}
        self.spoken: dict[Key, list[tuple[int, Entity]]] = defaultdict(list)
        self._heads = self._head_kinds(named)
        self._names = {key: list(scan(doc)) for key, doc in docs.items()}
        self._located = self._locations()
        self._peoples = dict(form for place in self._located for form in _people(place))
        self._named_so = self._by_plain_name()
        self._firms = firms(docs, self._names, self._no_firms())
        self._persons()
        self._bodies()
        self._states()
        for key in docs:
            self._short(key)
        self._also = dict(self._aliases(aliases or {}))
        for key in docs:
            self.places[key].sort(key=lambda p: p[:2])
            self._nominals(key)
            self.places[key].sort(key=lambda p: p[:2])

    # --- reading names ----------------------------------------------------------------------------

    def _head_kinds(self, named: Mapping[str, Any]) -> dict[str, Counter[str]]:
        """Votes of the names head: text of a name to kinds."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for article, spans in named.items():
            for part, start, end, kind, confidence in spans:
                doc = self.docs.get((article, part))
                if doc is not None and confidence >= SURE:
                    votes[key_of(doc.text[start:end])][kind] += 1
        return votes

    def _locations(self) -> Counter[str]:
        """How often a name follows "in", "from", "to", "at": what a place does."""
        found: Counter[str] = Counter()
        for key, mentions in self._names.items():
            text = self.docs[key].text
            for mention in mentions:
                if " " in mention.text and text[mention.end : mention.end + 2] in ("'s", "’s"):
                    continue  # "in Dana Orr’s flat"
                before = text[max(0, mention.start - 24) : mention.start]
                if LOCATING.search(before) and not OWNED.search(before):
                    found[key_of(mention.text)] += 1
        return found

    def _by_plain_name(self) -> dict[str, list[tuple[Key, Mention]]]:
        """Mentions by the name without titles."""
        found: dict[str, list[tuple[Key, Mention]]] = defaultdict(list)
        for key, mentions in self._names.items():
            for mention in mentions:
                found[key_of(strip_titles(mention.text)[1])].append((key, mention))
        return found

    def _no_firms(self) -> frozenset[str]:
        """Names and surnames of persons, and places."""
        shown = [m.reference for mentions in self._names.values() for m in mentions if m.reference.kind == "person"]
        known = {key_of(r.name) for r in shown if r.name and (r.role or r.gender)}
        surnames = {key_of(r.name).split()[-1] for r in shown if r.name and " " in key_of(r.name)}
        return frozenset(known | surnames | set(self._located))

    def acts(self, name: str) -> bool:
        """Whether a name acts as a body's, or is a body's branch in a country: "Kaveri India"."""
        parts = key_of(name).split()
        branch = len(parts) > 1 and parts[-1] in BRANCHES | state_forms().keys() and parts[0] not in given_names()
        return branch or key_of(name) in self._firms

    # --- entities ---------------------------------------------------------------------------------

    def _kind(self, name: str) -> str | None:
        votes = self._heads.get(key_of(name))
        return votes.most_common(1)[0][0] if votes else None

    def _persons(self) -> None:
        singles = Counter(key_of(strip_titles(m.text)[1]) for ms in self._names.values() for m in ms)
        every = [(key, mention) for key, mentions in self._names.items() for mention in mentions]
        shown = [(mention.reference, mention.acts) for _, mention in every]
        known = {key_of(r.name) for r, acts in shown if r.name and (r.role or r.gender or acts)}
        for key, mention in sorted(every, key=lambda e: len((e[1].reference.name or "").split()) != 2):
            reference = mention.reference
            if reference.kind != "person" or reference.name is None or " " not in reference.name:
                continue
            name = reference.name
            voted = self._kind(name)
            told = key_of(name) in known or singles[key_of(name.split()[-1])] > 0
            if (
                voted not in (None, "person")
                or (voted is None and not told)
                or not person_like(name)
                or self.acts(name)
                or self._located[key_of(name)]
                or key_of(name) in state_forms()
            ):
                continue
            entity = self._person(name)
            entity.names[name] += 1
            entity.tell(reference.role, reference.affiliation, reference.gender or gender_of(name))
            at = self.docs[key].text.find(name.split()[-1], mention.start, mention.end + 1)
            start = mention.start if at < 0 else max(mention.start, at + len(name.split()[-1]) - len(name))
            self._place(key, start, mention.end, entity, "name")

    def _person(self, name: str) -> Entity:
        """The person of this name, or of a fuller or shorter form of it."""
        wanted = key_of(name)
        if wanted in self._by_key and self._by_key[wanted].kind == "person":
            return self._by_key[wanted]
        said, _, rest = name.partition(" ")
        if rest and epithet(said):  # "Investor Ash": Ash, whoever else is one
            if " " in rest:
                return self._person(rest)
            known = [
                e for e in self._filed(("surname", rest.lower())) if e.kind == "person" and e.surname == rest.lower()
            ]
            return known[0] if known else self.new("person", rest)
        parts = wanted.split()
        if (
            len(parts) > 2
            and parts[0] not in given_names()
            and (parts[1] in given_names() or " ".join(parts[-2:]) in self._by_key)
        ):
            return self._person(" ".join(name.split()[1:]))
        for entity in self._filed(("ends", f"{parts[0]} {parts[-1]}")) if parts else ():
            other = key_of(entity.name).split()
            if (
                entity.kind == "person"
                and len(other) > 1
                and len(parts) > 1
                and other[-1] == parts[-1]
                and other[0] == parts[0]
            ):
                self._by_key[wanted] = entity
                if len(name) > len(entity.name) and len(parts) <= 3:
                    self._rename(entity, name)
                return entity
        return self.new("person", name)

    def new(
        self, kind: str, name: str, *, local: str | None = None, named: bool = True, head: str | None = None
    ) -> Entity:
        """Make an entity; where `local` is an article, no other article can mean it."""
        entity = Entity(kind, name, local=local, named=named, head=head)
        self.entities.append(entity)
        self._file(len(self.entities) - 1)
        if local is None:
            self._by_key.setdefault(key_of(name), entity)
        return entity

    def _rename(self, entity: Entity, name: str) -> None:
        entity.name = name
        self._file(self.entities.index(entity))

    def _file(self, number: int) -> None:
        """File an entity under the parts of its name it is looked up by: a search through all would be quadratic."""
        entity = self.entities[number]
        parts = key_of(entity.name).split()
        filed: list[tuple[str, str]] = []
        if entity.kind == "person" and " " in entity.name:
            filed = [("surname", entity.surname), ("given", entity.name.split()[0].lower())]
            filed += [("ends", f"{parts[0]} {parts[-1]}")] if len(parts) > 1 else []
        elif entity.kind == "organisation" and len(parts) == 1:
            filed = [("short", parts[0]), ("initials", parts[0].replace(".", ""))]
        elif entity.kind == "organisation" and parts:
            filed = [("opens", parts[0]), ("abbreviated", _abbreviated(parts))]
            filed += [("noun", noun) for noun in sorted(_nouns(parts))]
        for where in filed:
            if number not in self._under[where][-1:]:
                self._under[where].append(number)

    def _filed(self, *under: tuple[str, str]) -> list[Entity]:
        """Entities filed under any of these, in the order they were found; they may have been renamed since."""
        found = sorted({i for where in under for i in self._under.get(where, ())})
        return list(dict.fromkeys(self.entities[i] for i in found))

    def _bodies(self) -> None:
        nouns: list[tuple[Key, Mention]] = []
        cased = {m.text for mentions in self._names.values() for m in mentions if not m.text.isupper()}
        for key, mentions in self._names.items():
            for mention in mentions:
                name = POSSESSIVE_END.sub("", mention.text)
                first, _, rest = name.partition(" ")
                name = rest if mention.first and first in MAKERS and rest else name
                if key_of(name) in self._by_key and self._by_key[key_of(name)].kind == "person":
                    continue
                if name.isupper() and mention.start < 3 and DATELINE.match(self.docs[key].text, mention.end):
                    continue  # "HARLOW FALLS, Ontario —"
                if name.isupper() and name.capitalize() in cased and self._is_place(key, mention):
                    continue  # "ORVANE —" before a report; "NASA" stays a body where another outlet writes "Nasa"
                if name in NO_NAMES or is_office(name):
                    continue
                if name in self._substances and self._kind(name) != "organisation":
                    continue  # "a solvent, XRT, in the lake"
                if name.isupper() and key_of(name) in state_forms():
                    continue  # "US" is a country before it is a body
                low = [w.strip(".").lower() for w in name.split()]
                if len(low) > 1 and low[-1] in heads("role") and self._kind(name) != "organisation":
                    continue  # "Police Public Relations Officer" is an office
                if len(low) > 1 and low[-1] in heads("text"):
                    continue  # "Harbour Council Resolution" is no name of the council
                voted = "organisation" if self.acts(name) else self._kind(name)
                body = any(w in organisation_words() for w in low) or (
                    len(low) == 1 and name.isupper() and len(name) > 1
                )
                if (
                    (low[0] in titles() and (len(low) == 1 or strip_titles(name)[0]))
                    or (voted not in (None, "organisation") and not (voted == "group" and body))
                    or not (body or voted == "organisation")
                ):
                    continue
                if self._noun(key, mention):
                    nouns.append((key, mention))
                    continue
                if len(low) == 1 and low[0] in organisation_words() and not name.isupper() and mention.first:
                    continue
                entity = self.body(name)
                entity.head = entity.head or self._firms.get(key_of(name)) or None
                self._name(key, mention.end - len(name), mention.end, name, entity)
        for key, mention in nouns:
            whole = self.whole(mention.text, key, mention.start)
            if whole is not None and len(self._filed(("noun", key_of(mention.text)))) == 1:
                self._by_key.setdefault(key_of(mention.text), whole)
            if whole is not None or not mention.first:
                self._name(key, mention.start, mention.end, mention.text, whole or self.body(mention.text))

    def _name(self, key: Key, start: int, end: int, name: str, entity: Entity) -> None:
        """Note a place that names a body."""
        entity.names[name] += 1
        self._place(key, start, end, entity, "name" if key_of(name) == key_of(entity.name) else "alias")

    def _noun(self, key: Key, mention: Mention) -> bool:
        """Whether a name is a body's noun alone, with "the" before it: "the League"."""
        low = mention.text.lower()
        article = self.docs[key].text[max(0, mention.start - 4) : mention.start].lower() == "the "
        return article and low in heads("organisation") - UNIQUE and not mention.text.isupper()

    def whole(self, noun: str, key: Key, start: int) -> Entity | None:
        """The body that a noun with a capital is short for: "the League" after "the Growers’ League".

        The one named last before it in its text; else the only one that the article, or the event, has.
        """
        low = key_of(noun)
        full = [e for e in self._filed(("noun", low)) if " " in e.name and low in _nouns(key_of(e.name).split())]
        if not full or low in UNIQUE or low not in heads("organisation"):
            return None
        there = [p for p in self.places[key] if p[0] < start and p[2] in full]
        if there:
            return max(there, key=lambda p: p[:2])[2]
        parts = [where for where in self.places if where[0] == key[0]]
        here = [e for e in full if any(p[2] is e for where in parts for p in self.places[where])]
        only = here or full
        return only[0] if len(only) == 1 else None

    @cached_property
    def _substances(self) -> set[str]:
        """Names in capitals that the texts tell to be substances or the like, and that do nothing a body does."""
        every = [
            (key, m)
            for key, mentions in self._names.items()
            for m in mentions
            if m.text.isupper() and " " not in m.text
        ]
        acting = {m.text for _, m in every if m.acts}
        return {m.text for key, m in every if m.text not in acting and substance(self.docs[key].text, m.start, m.end)}

    def _is_place(self, key: Key, mention: Mention) -> bool:
        """Whether a name stands as a place: it follows "in" somewhere, or opens a report before a dash."""
        text = self.docs[key].text
        opens = mention.start < 3 and DATELINE.match(text, mention.end) is not None
        return opens or self._located[key_of(mention.text)] > 0

    def _states(self) -> None:
        """Note countries, their people and their seats of government where they are named."""
        forms = state_forms()
        for key, mentions in self._names.items():
            for mention in mentions:
                state = forms.get(key_of(mention.text))
                if state is None or self._by_key.get(key_of(mention.text), _NOBODY).kind == "person":
                    continue
                name, kind = state
                entity = self._by_key.get(key_of(name)) or self.new("place", name, head="place")
                self._by_key.setdefault(key_of(mention.text), entity)
                entity.names[mention.text] += 1
                self._place(key, mention.start, mention.end, entity, kind)

    def body(self, name: str) -> Entity:
        """Return the body of this name, or of a fuller, shorter or abbreviated form of it; a new one if there is none."""
        wanted = key_of(name)
        known = self._by_key.get(wanted)
        if known is not None:
            return known
        parts = wanted.split()
        for cut in range(1, len(parts)):  # "the Eurosceptic NPV", "the regional Harbour Workers Union"
            inner = self._by_key.get(" ".join(parts[cut:]))
            plain = (
                any(w[:1].islower() for w in name.split()[:cut]) or len(parts) - cut > 2 or name.split()[-1].isupper()
            )
            if (
                inner is not None
                and inner.kind == "organisation"
                and inner.named
                and plain
                and _tells(parts[cut:])
                and not OF & set(parts[:cut])
            ):
                return inner
        if len(parts) == 1:
            near = self._filed(("opens", parts[0]), ("abbreviated", parts[0].replace(".", "")))
        else:
            near = self._filed(("short", parts[0]), ("initials", _abbreviated(parts))) if parts else []
        alike = [e for e in near if key_of(e.name).split()[0] == parts[0]]
        whole = self.opened(name) if len(alike) > 1 and len(parts) == 1 else None
        least = min((key_of(e.name) for e in alike), key=len, default="")
        if whole is None and all(key_of(e.name).startswith(least) for e in alike):
            whole = next((e for e in alike if key_of(e.name) == least), None)  # "Water Board" and "Water Board Members"
        for entity in near:
            if len(alike) > 1 and len(parts) == 1 and entity in alike and entity is not whole:
                continue  # "Quarn", where Quarn Street and Quarn Museum are named
            other = key_of(entity.name).split()
            short, full = sorted((parts, other), key=len)
            initials = _abbreviated(full)
            if short[0] in self._firms and set(full[1:]) & GIVEN_BY_FIRMS:
                continue
            if len(parts) > 1 and full[-1] in BRANCHES | state_forms().keys():
                continue  # "Kaveri India" where "Kaveri" was named before
            if (
                len(short) == 1
                and len(full) > 1
                and (
                    short[0].replace(".", "") == initials
                    or (short[0] == full[0] and short[0] not in organisation_words() and len(short[0]) > 4)
                )
            ):
                self._by_key[wanted] = entity
                if len(parts) > len(other):
                    self._rename(entity, name)
                return entity
        return self.new("organisation", name)

    def _short(self, key: Key) -> None:
        """Link single names and titled names to persons known in full."""
        for mention in self._names[key]:
            title, name = strip_titles(mention.text)
            if " " in name or is_office(mention.text):
                continue
            entity = self._surname(name, key, mention.start)
            if entity is None and title:
                entity = self._by_key.get(key_of(name)) or self.new("person", name)
            if entity is None:
                self._shortened(key, mention)
            if entity is not None and entity.kind == "person":
                entity.tell(mention.reference.role, mention.reference.affiliation, mention.reference.gender)
                entity.names[mention.text] += 1
                self._place(key, mention.start, mention.end, entity, "alias")

    def _shortened(self, key: Key, mention: Mention) -> None:
        """Note a single name that is short for a body's: "Quarn" of Quarn Foods."""
        name = key_of(mention.text)
        whole = None if name in self._by_key or name in organisation_words() else self.opened(mention.text)
        if whole is not None and name not in given_names() and not self._mostly_place(name):
            self._by_key[name] = whole
            self._name(key, mention.start, mention.end, mention.text, whole)

    def _mostly_place(self, name: str) -> bool:
        """Whether a name stands as a place does at least every third time."""
        return 3 * self._located[name] >= len(self._named_so.get(name, ())) > 0

    def _aliases(self, aliases: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, Entity]]:
        """What a user says goes by other names, by each of these, where the event has the name itself."""
        for name, others in aliases.items():
            if not self._named_so.get(key_of(name)):
                continue
            entity = self._by_key.get(key_of(name)) or self._alone(name)
            for other in others:
                if not any(word[0].isupper() for word in other.split()):
                    continue
                self._merge(self._by_key.get(key_of(other)), entity)
                self._by_key[key_of(other)] = entity
                for key, mention in self._named_so.get(key_of(other), ()):
                    if mention.reference.name is None or key_of(mention.reference.name) == key_of(other):
                        self._name(key, mention.start, mention.end, mention.text, entity)
                yield key_of(other), entity

    def _alone(self, name: str) -> Entity:
        """What a name means that nothing else tells of."""
        return self.new("person", name) if person_like(name) and not self.acts(name) else self.body(name)

    def _merge(self, one: Entity | None, entity: Entity) -> None:
        """Let all that names one entity name the other."""
        if one is None or one is entity:
            return
        entity.names += one.names
        entity.roles += one.roles
        entity.affiliations += one.affiliations
        self.entities = [entity if e is one else e for e in self.entities]
        self._by_key = {name: entity if e is one else e for name, e in self._by_key.items()}
        for key, places in self.places.items():
            self.places[key] = [(start, end, entity if e is one else e, kind) for start, end, e, kind in places]

    def _nominals(self, key: Key) -> None:
        """Link "the company", "the union's report": bodies named before, and texts, which "it" may mean."""
        doc = self.docs[key]
        tokens = doc.tokens
        for index, token in enumerate(tokens):
            body = token.low in heads("organisation")
            if not (body or token.low in heads("document")):
                continue
            begin = index
            while (
                begin > 0
                and index - begin < 4
                and tokens[begin - 1].word
                and tokens[begin - 1].low not in CLOSED
                and not (tokens[begin - 1].cap and body)
            ):
                begin -= 1
            if begin == 0 or tokens[begin - 1].low not in (
                "the",
                "its",
                "their",
                "his",
                "her",
                "this",
                "that",
                "a",
                "an",
            ):
                continue
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            if (
                following is not None
                and following.word
                and following.low in heads("organisation") | heads("role") | heads("collective") | heads("document")
            ):
                continue
            definite = tokens[begin - 1].low not in ("a", "an")
            start = tokens[begin - 1].start
            reference = read(doc.text[start : token.end])
            if body and definite and reference.kind == "organisation":
                entity = described.body_before(self, reference, key, start) or described.hypernym(
                    self, replace(reference, head=token.low), key, start
                )
                if entity is not None:
                    insort(self.places[key], (start, token.end, entity, "alias"), key=lambda p: p[:2])
            elif not body and reference.kind == "document":
                text, _ = described.text(self, replace(reference, definite=definite), key, start)
                insort(self.places[key], (start, token.end, text, "alias"), key=lambda p: p[:2])

    def _surname(self, name: str, key: Key, start: int) -> Entity | None:
        low = name.lower().strip(".'’")
        those = [e for e in self._filed(("surname", low)) if e.surname == low]
        if not those:
            given = [e for e in self._filed(("given", low)) if e.name.split()[0].lower() == low]
            those = given if len(given) == 1 else []
        if len(those) <= 1:
            return those[0] if those else None
        meant = set(map(id, those))
        named = sorted(
            (p for p in self.places[key] if p[0] < start and p[3] == "name" and id(p[2]) in meant), key=lambda p: p[:2]
        )
        if not named:
            return those[0]
        if start - named[-1][0] < NEARBY:
            return named[-1][2]
        often = Counter(id(p[2]) for p in named)
        return max(named, key=lambda p: (often[id(p[2])], p[0]))[2]

    def _place(self, key: Key, start: int, end: int, entity: Entity, kind: str) -> None:
        if (key, start, id(entity)) not in self._placed:
            self._placed.add((key, start, id(entity)))
            self.places[key].append((start, end, entity, kind))

    # --- questions --------------------------------------------------------------------------------

    def improved(self, reference: Reference) -> Reference:
        """Correct the kind of a bare name by the names head or by how the event's texts use it."""
        opening = reference.affiliation or ""
        if reference.kind == "collective" and reference.phrase.startswith(f"{opening} ") and self.opens(opening):
            return replace(reference, phrase=reference.phrase[:1].lower() + reference.phrase[1:], affiliation=None)
        if reference.kind != "name" or reference.name is None:
            return reference
        low = reference.name.lower()
        if low in heads("organisation") | heads("role") | heads("collective") | heads("document"):
            return replace(read(low), definite=True)
        borne = self._filed(("surname", low), ("given", low)) or key_of(reference.name) in self._by_key
        return replace(read(low), definite=True) if not borne and self.common(reference.name) else reference

    def opens(self, word: str) -> bool:
        """Whether a word has its capital from a sentence's beginning alone: "Leading scientists", not "Vorland residents"."""
        return self.common(word) or (self._surplus(word) == 0 and word.lower().endswith((*DESCRIBING, "ing", "ed")))

    def link(self, reference: Reference, key: Key, start: int, end: int) -> tuple[Entity, str]:
        """Entity a source span names, new if need be, and how it was found."""
        entity, how = self._find(reference, key, start)
        if (
            reference.kind == "organisation"
            and reference.name
            and entity.head is None
            and reference.head in heads("organisation")
        ):
            entity.head = reference.head  # "the nurses' union, Care United"
        entity.tell(reference.role, reference.affiliation, reference.gender)
        kind = {"name": "name", "new": "name", "short": "alias", "body": "alias"}.get(how, "title")
        self.mention(entity, key, start, end, kind)
        return entity, how

    def _find(self, reference: Reference, key: Key, start: int) -> tuple[Entity, str]:
        name = reference.name
        if name is not None and key_of(name) in self._also:
            return self._also[key_of(name)], "name"
        if name is None and " " in reference.phrase and reference.phrase.islower():  # a post signed "ada orr"
            known = self.entity(reference.phrase)
            if known is not None and known.kind == "person":
                return known, "name"
        if reference.kind in ("person", "name") and name:
            if self.acts(name) and not reference.gender:
                return self.body(name), "body"
            if " " in name:
                return self._person(name), "name"
            entity = self._surname(name, key, start) or self._by_key.get(key_of(name))
            if entity is not None:
                return entity, "short"
            return self._lone(name, reference), "new"
        if reference.kind == "organisation" and name:
            return self.whole(name, key, start) or self.body(name), "body"
        if reference.kind == "organisation":
            return described.body(self, reference, key, start)
        if reference.kind == "document":
            return described.text(self, reference, key, start)
        if reference.head == "share":  # every "four in 10" is another
            local = f"{key[0]}:{start}"
            return self.new("collective", reference.phrase, local=local, named=False, head="share"), "new"
        if reference.kind == "collective":
            phrase = reference.phrase
            if not any(c.isupper() for c in phrase[1:]) and not (reference.affiliation or self._proper(phrase)):
                phrase = phrase.lower()
            return self.entity(phrase) or self.new("collective", phrase, named=False, head=reference.head), "new"
        return described.person(self, reference, key, start)

    def _proper(self, phrase: str) -> bool:
        """Whether the first word of a phrase has a capital where no sentence begins: "Democrats", not "Traders"."""
        return self._surplus(phrase.split()[0]) > 0

    def proper(self, word: str) -> bool:
        """Whether the event's texts show that a word with a capital is a name: inside a sentence, or as a body, or in capitals."""
        return self._surplus(word) > 0 or (word.isupper() and len(word) > 1) or self.entity(word) is not None

    def common(self, word: str) -> bool:
        """Whether a word with a capital is written without one more often than with one inside a sentence."""
        return self._surplus(word) < 0

    def _surplus(self, word: str) -> int:
        """How much more often the texts write a word with a capital inside a sentence than without one."""
        if word not in self._capitals:
            inside, plain = self._written
            if re.fullmatch(r"\w+", word):
                self._capitals[word] = inside[word] - plain[word.lower()]
            else:
                forms = rf"[\w,;] {re.escape(word)}\b", rf"\b{re.escape(word.lower())}\b"
                count = [sum(len(re.findall(form, doc.text)) for doc in self.docs.values()) for form in forms]
                self._capitals[word] = count[0] - count[1]
        return self._capitals[word]

    @cached_property
    def _written(self) -> tuple[Counter[str], Counter[str]]:
        """How often the texts write each word inside a sentence, and how often at all."""
        texts = [doc.text for doc in self.docs.values()]
        inside, plain = (
            Counter(w for t in texts for w in re.findall(form, t)) for form in (r"(?<=[\w,;] )\w+", r"\w+")
        )
        return inside, plain

    def _lone(self, name: str, reference: Reference) -> Entity:
        """A single name nobody explains: a person, unless it is used as a place or marked as a body, or means the people of a place."""
        home = self._peoples.get(key_of(name)) if reference.kind == "name" else None
        if home is not None:
            return self._by_key.get(key_of(home)) or self.new("organisation", home, head="place")
        voted = self._kind(name)
        if reference.kind == "person" or voted == "person":
            return self.new("person", name)
        whole = self.opened(name) if reference.kind == "name" else None
        if whole is not None and not self._mostly_place(key_of(name)):
            return whole
        place = voted == "place" or self._located[key_of(name)] > 0 or self._governed(name)
        if voted == "organisation" and not place:
            return self.body(name)
        if place or name.isupper():
            return self.new("organisation", name, head="place" if place else None)
        if voted == "group" or (name.endswith("s") and name.lower() in heads("collective")):
            return self.new("collective", name)
        return self.new("person", name)

    def opened(self, name: str) -> Entity | None:
        """The only body that a name is the first word of, where the rest is what short forms leave out: "Quarn" of Quarn Foods."""
        full = [e for e in self._filed(("opens", key_of(name))) if self._leaves(e.name)]
        return full[0] if len(full) == 1 else None

    def _leaves(self, name: str) -> bool:
        """Whether a short form leaves out all but a body's first word: words of trade, or whatever a firm has that is known for one."""
        parts = key_of(name).split()
        branch = parts[-1] in BRANCHES or parts[-1] in state_forms()
        civic = set(parts[1:]) & (organisation_words() - heads("trade") - JOINT)
        return (
            not branch
            and not civic
            and (set(parts[1:]) <= heads("trade") | JOINT or (len(parts) == 2 and key_of(name) in self._firms))
        )

    def _governed(self, name: str) -> bool:
        """Whether the texts speak of a name's government, army or coast, which a country has."""
        return any(GOVERNED.match(self.docs[k].text, m.end - 2) for k, m in self._named_so.get(key_of(name), ()))

    def before(self, key: Key, start: int, kinds: tuple[str, ...]) -> Iterator[tuple[int, Entity]]:
        """Entities named before a position, the last first (quoted words skipped)."""
        places = self.places[key]
        doc = self.docs[key]
        for at in range(bisect_left(places, (start,), key=lambda p: p[:1]) - 1, -1, -1):
            begin, _, entity, _ = places[at]
            if entity.kind in kinds and doc.quoted_at(begin) is None:
                yield begin, entity

    def places_at(self, key: Key, start: int) -> list[tuple[int, int, Entity, str]]:
        """Places that begin at a position."""
        return self.places_between(key, start, start + 1)

    def places_between(self, key: Key, start: int, end: int) -> list[tuple[int, int, Entity, str]]:
        """Places that begin in a stretch."""
        places = self.places[key]
        return places[
            bisect_left(places, (start,), key=lambda p: p[:1]) : bisect_left(places, (end,), key=lambda p: p[:1])
        ]

    def entity(self, name: str) -> Entity | None:
        """Entity of a name, if the event has it."""
        return self._by_key.get(key_of(name))

    def medium(self, entity: Entity, article: str) -> bool:
        """Whether an entity is the outlet, the agency or the byline of an article: "the Courier" of the Tarn Courier."""
        name = set(key_of(entity.name).split())
        return bool(name) and any(name <= names for names in self._media.get(article, ()))

    def owner(self, name: str) -> Entity | None:
        """Entity of a name, or the person of a surname ("Ash’s predecessor", "Mr. Ash’s lawyer")."""
        plain = strip_titles(name)[1]
        known = self.entity(name) or self.entity(plain)
        if known is not None or " " in plain:
            return known
        return next((e for e in self._filed(("surname", plain.lower())) if e.surname == plain.lower()), None)

    def spoke(self, entity: Entity, key: Key, start: int) -> None:
        """Note that an entity speaks at a position."""
        self.spoken[key].append((start, entity))

    def learn(self, reference: Reference, key: Key, start: int) -> None:
        """Make the persons that speak under a single name known before anything is resolved."""
        if (
            reference.kind in ("person", "name")
            and reference.name
            and " " not in reference.name
            and self._surname(reference.name, key, start) is None
        ):
            entity = self._by_key.get(key_of(reference.name)) or self._lone(reference.name, reference)
            for where, mention in self._named_so.get(key_of(reference.name), ()):
                places = self.places[where]
                at = bisect_left(places, mention.start, key=lambda p: p[0])
                if at == len(places) or places[at][0] != mention.start:
                    insort(places, (mention.start, mention.end, entity, "alias"), key=lambda p: p[:2])

    def mention(self, entity: Entity, key: Key, start: int, end: int, kind: str) -> None:
        """Note a place that names or means an entity, unless one there does already."""
        places = self.places[key]
        at = bisect_left(places, (start,), key=lambda p: p[:1])
        if entity.kind == "organisation":  # "UN" in "the UN rights office" names no body of its own
            inner = [
                i
                for i in range(at, min(len(places), at + 12))
                if places[i][1] <= end and places[i][2].kind in ("organisation", "place")
            ]
            for index in reversed([i for i in inner if places[i][2] is not entity]):
                del places[index]
        if any(start <= s < end and e is entity for s, _, e, _ in places[at : at + 12]):
            return
        places.insert(at, (start, end, entity, kind))

    def mentioned(self) -> Iterator[tuple[Key, int, int, Entity, str]]:
        """All places."""
        for key, places in self.places.items():
            for start, end, entity, kind in places:
                yield key, start, end, entity, kind
