"""Who is meant by a description: "the ministry", "her report", "the spokeswoman".

A description takes up what the event's texts named before, or is a body, text or person of its own.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

from framing.quotations.lexicon import table, words
from framing.sources import pronouns
from framing.sources.names import called, key_of, no_bodies
from framing.sources.naming import Reference
from framing.sources.nouns import heads
from framing.sources.roles import past

if TYPE_CHECKING:
    from framing.sources.entities import Entity, Key, Register

LIKE_FIRMS = words(
    "maker manufacturer app platform startup start-up lender insurer brand giant supermarket chain carmaker automaker chipmaker drugmaker"
)
"""What a company may be called besides."""
ANY_BODY = frozenset(["international", "group", "networks"])
"""Words of trade that other bodies have in their names too."""
SPOKEN_OF = 3
"""Mentions that make a medium one of those a text is about."""
OPENING = 25
"""Characters from a sentence's beginning within which it names what it is about."""
NEARBY = 400
"""Characters back to the person or body whose text "her report" is."""


def body(register: Register, reference: Reference, key: Key, start: int) -> tuple[Entity, str]:
    """Read "the ministry", "the rights office": a body named before, or a body of its own."""
    head = reference.head or ""
    mine = set(key_of(reference.phrase).split())
    best = body_before(register, reference, key, start)
    if best is not None:
        return best, "body"
    if reference.definite and len(mine) <= 2:
        body = hypernym(register, reference, key, start)
        if body is not None:
            return body, "hypernym"
    return register.new(
        "organisation", reference.phrase, named=any(w[0].isupper() for w in reference.phrase.split()), head=head
    ), "new"


def _another(reference: Reference, body: Entity) -> bool:
    """Whether a noun before the head tells of another body: "the roads office" is not the Orvane Council; the NASA may be "the space agency"."""
    told = set(reference.phrase.lower().split()) - {reference.head}
    told -= words(table("roles")["hypernym_modifiers"]["agency"])
    name = key_of(body.name).split()
    general = table("roles")["hypernyms"]
    agency = reference.head in words(general["agency"]) | words(general["union"])
    proper = len(name) == 1 and body.name[:1].isupper()
    return agency and bool(told) and not proper and not told & set(name)


def body_before(register: Register, reference: Reference, key: Key, start: int) -> Entity | None:
    """The body whose name holds the words of a phrase: named before here, or anywhere in the event."""
    head = reference.head or ""
    mine = set(key_of(reference.phrase).split())
    for _, entity in register.before(key, start, ("organisation",)):
        theirs = set(key_of(entity.name).split()) | {w for n in entity.names for w in key_of(n).split()}
        if mine <= theirs or (head in theirs and mine - {head} <= theirs):
            return entity
        if entity.head == head and head in heads("firm") and reference.definite and len(mine) <= 2:
            return entity  # "Kaveri, the pump maker ... the maker"
    best = register.entity(reference.phrase)
    if best is None and reference.definite:
        wide = [e for e in register.entities if e.kind == "organisation" and mine <= set(key_of(e.name).split())]
        best = wide[0] if len(wide) == 1 else None
    return best


def hypernym(register: Register, reference: Reference, key: Key, start: int) -> Entity | None:
    """The body a general noun takes up: "the group" after "Amnesty", within a few sentences."""
    head, general = reference.head or "", table("roles")["hypernyms"]
    if not any(head in words(text) for text in general.values()) or head in words(general["state"]):
        return None
    doc = register.docs[key]
    spoken = [(at, e) for at, e in register.spoken[key] if at < start]
    if spoken and start - spoken[-1][0] < 1200:
        speaker = spoken[-1][1]
        if speaker.kind == "organisation" and _may_mean(register, reference, key, speaker):
            return speaker
        if (
            speaker.kind == "person"
            and speaker.affiliation
            and head in words(general["group"]) | words(general["company"]) | words(general["union"])
        ):
            theirs = register.body(speaker.affiliation)
            if _may_mean(register, reference, key, theirs):
                return theirs
    before = register.before(key, start, ("organisation",))
    here = itertools.takewhile(lambda place: doc.paragraph_at(start) - doc.paragraph_at(place[0]) <= 4, before)
    near = [entity for _, entity in here if _may_mean(register, reference, key, entity)]
    return next((entity for entity in near if entity.head == head), near[0] if near else None)


def _may_mean(register: Register, reference: Reference, key: Key, body: Entity) -> bool:
    """Whether a general noun may take up a body: no court is the outlet that reports of it, nor the hospital named before."""
    head, name = reference.head or "", key_of(body.name).split()
    if body.head == head:
        return not _another(reference, body)
    if not _fits(body, head) or _another(reference, body) or _overseen(body, head):
        return False
    if head in words(table("roles")["hypernym_modifiers"]["specific"]):
        return head in name or body.name.isupper()
    return head in words(table("roles")["hypernyms"]["paper"]) or not reports(register, body, key)


def _overseen(body: Entity, head: str) -> bool:
    """Whether a body is rather what an agency deals with: no airline is "the agency", and what regulates says so or has a short name."""
    parts = key_of(body.name).split()
    if head not in words(table("roles")["hypernyms"]["agency"]) or set(parts) & heads("organisation"):
        return False
    trade = bool(parts) and parts[-1] in words(table("roles")["actors"]["business"])
    return trade or (head == "regulator" and len(parts) > 1)


def reports(register: Register, body: Entity, key: Key) -> bool:
    """Whether a body is the outlet of an article, or another medium that the text hardly speaks of: one that has reported."""
    if register.medium(body, key[0]):
        return True
    papers = words(table("roles")["media_names"]["words"])
    if called(body.name) != "media" and not papers & set(key_of(body.name).split()):
        return False
    return sum(entity is body for _, _, entity, _ in register.places[key]) < SPOKEN_OF


def last_body(register: Register, key: Key, start: int) -> Entity | None:
    """The body named last before a position, in the same paragraph or the four before."""
    doc = register.docs[key]
    for at, entity in register.before(key, start, ("organisation",)):
        if entity.head != "place" and not reports(register, entity, key):
            return entity if doc.paragraph_at(start) - doc.paragraph_at(at) <= 4 else None
    return None


def opening_body(register: Register, key: Key, start: int) -> Entity | None:
    """The body that a sentence of the same paragraph, or of the one before, opens with, the last first: what "its director" is of."""
    doc = register.docs[key]
    for at, entity in register.before(key, start, ("organisation",)):
        if doc.paragraph_at(start) - doc.paragraph_at(at) > 1:
            return None
        if at - doc.sentence_at(at)[0] < OPENING and entity.head != "place" and not reports(register, entity, key):
            return entity
    return None


def _fits(entity: Entity, head: str) -> bool:
    own = {*key_of(entity.name).split(), entity.head or ""} & (heads("organisation") | heads("firm"))
    business = words(table("roles")["hypernyms"]["company"])
    if head in business and (called(entity.name) not in (None, "business") or key_of(entity.name) in no_bodies()):
        return False
    traded = set(key_of(entity.name).split()) & (heads("trade") - ANY_BODY)
    if (
        traded
        and not own - heads("firm")
        and head not in business | LIKE_FIRMS | words(table("roles")["hypernyms"]["group"])
    ):
        return False  # no firm is "the union" or "the regulator"
    if own & words(table("roles")["hypernym_modifiers"]["own"]) and head not in own:
        return False  # no hospital is "the department"
    for text in table("roles")["hypernyms"].values():
        members = words(text)
        if head in members:
            fitting = members | (LIKE_FIRMS if head in business else set()) | {"watch", "service", "team"}
            return entity.head != "place" and (not own or bool(own & fitting))
    return False


def text(register: Register, reference: Reference, key: Key, start: int) -> tuple[Entity, str]:
    """Read "the report", "her book": a text of that kind named before, or a new one."""
    known = register.entity(reference.phrase)
    if known is None and reference.definite:
        more = _modifiers(reference.phrase, reference.head)
        several = (reference.head or "").endswith("s")
        for entity in reversed(register.entities):
            if entity.kind == "document" and entity.head == reference.head:
                theirs = _modifiers(entity.name, entity.head)
                if more <= theirs or (theirs <= more and not several):
                    known = entity
                    break
    if known is not None:
        return known, "office"
    text = register.new(
        "document", reference.phrase, named=any(c.isupper() for c in reference.phrase), head=reference.head
    )
    text.tell(affiliation=_author(register, key, start))
    return text, "new"


def _author(register: Register, key: Key, start: int) -> str | None:
    """Whose text it is, where a possessive pronoun opens the phrase: "her report"."""
    doc = register.docs[key]
    first = next((t.low for t in doc.tokens[doc.token_range(start, start + 1).start :][:1]), "")
    if first not in ("his", "her", "its") or doc.quoted_at(start) is not None:
        return None
    kind, gender = ("organisation", None) if first == "its" else ("person", "m" if first == "his" else "f")
    near = ((at, e) for at, e in register.before(key, start, (kind,)) if gender is None or e.gender in (None, gender))
    at, who = next(near, (0, None))
    return who.name if who is not None and start - at < NEARBY else None


def person(register: Register, reference: Reference, key: Key, start: int) -> tuple[Entity, str]:
    """Read "the minister", "the spokeswoman": a person of that role named before; else a person without a name."""
    head = reference.head or reference.phrase.lower()
    if reference.definite and head.endswith("-year-old"):  # it stands for "she" or "he"
        meant, _ = pronouns.antecedent(register, reference, key, start, None)
        if meant is not None:
            return meant, "hypernym"
    if reference.definite:
        holder = _holder(register, reference, head, key, start)
        if holder is not None:
            return holder, "office"
    if reference.definite and reference.phrase.lower() == head in words(table("roles")["hypernyms"]["person"]):
        named = Counter(
            e
            for _, e in register.before(key, start, ("person",))
            if not reference.gender or e.gender in (None, reference.gender)
        )
        if named:
            return named.most_common(1)[0][0], "hypernym"
    local = register.roots.get(key[0], key[0]) if not reference.definite or head in heads("role") else None
    phrase = reference.phrase or head
    if reference.other:
        local = f"{key[0]}:{start}"
        phrase = _one_of(register, phrase, key, start)
    elif local is not None:
        same = next((e for e in register.entities if e.local == local and e.name == phrase), None)
        if same is not None:
            return same, "new"
    else:
        known = register.entity(phrase)
        if known is not None:
            return known, "new"
    entity = register.new("nominal", phrase, local=local, named=False, head=head)
    if not reference.role and phrase == (reference.phrase or head):
        entity.roles[phrase] += 1
    return entity, "new"


def _one_of(register: Register, phrase: str, key: Key, start: int) -> str:
    """Say of whom "one", "another" or "one of them" is one: the group named last, "two people"."""
    first, _, rest = phrase.partition(" ")
    if first not in ("one", "another") or rest not in ("", "of them"):
        return phrase
    doc = register.docs[key]
    at, group = next(iter(register.before(key, start, ("collective",))), (0, None))
    near = group is not None and doc.paragraph_at(start) - doc.paragraph_at(at) <= 2
    return f"{first} of {group.name}" if near and group is not None else phrase


def _holder(register: Register, reference: Reference, head: str, key: Key, start: int) -> Entity | None:
    """The person told to hold an office, or to have held it where the phrase says so: "the minister" is no former one.

    Who is unnamed, or has only retired, may be taken up without it: "a former nurse ... the nurse".
    """
    gone, loose = past(reference.phrase), None
    offices = words(table("roles")["offices"].get(reference.phrase.lower(), head.removeprefix("ex-")))
    for _, entity in register.before(key, start, ("person", "nominal")):
        if reference.gender and entity.gender and reference.gender != entity.gender:
            continue
        roles = [*entity.told_roles(), entity.name] if entity.head else entity.told_roles()
        held = [role.lower() for role in roles if offices & _plain(role)]
        if any(past(role) == gone for role in held):
            return entity
        kept = entity.kind == "nominal" or any("retired" in role for role in held)
        loose = entity if loose is None and held and kept and not gone else loose
    given = [
        e for e in register.entities if e.kind == "person" and reference.phrase.lower() in (r.lower() for r in e.roles)
    ]
    return given[0] if len(given) == 1 else loose


def _plain(role: str) -> set[str]:
    """Words of a role in small letters, "ex-mayor" as "mayor"."""
    return {word.removeprefix("ex-") for word in role.lower().split()}


def _modifiers(phrase: str, head: str | None) -> set[str]:
    """Words that tell one text from another of its kind."""
    return set(key_of(phrase).split()) - {head, "same", "the", "this"}
