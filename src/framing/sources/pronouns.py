"""Who is meant by a pronoun: "she", "they", "who"; and who a sentence is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framing.sources.naming import INDEFINITE, NEUTER, PLURAL, Reference, heads

if TYPE_CHECKING:
    from framing.sources.entities import Entity, Key, Register

RELATIVE_REACH = 90
"""Characters between "who" and what it stands for."""
THOSE = frozenset(["those", "figures", "people", "men", "women", "ones", "others"])
WINDOW = 14
"""Sentences back to look for whom a pronoun means."""


def relative(register: Register, pronoun: str, key: Key, start: int) -> Entity | None:
    """What "who" or "which" stands for: the name or the noun right before it; for "who" after a body's name, the person before that."""
    doc = register.docs[key]
    words_ = [t for t in doc.tokens[max(0, doc.token_range(start, start + 1).start - 3) :] if t.end <= start and t.word]
    noun = words_[-1] if words_ else None
    reach = doc.sentence_at(start)[0]
    for at, entity in register.before(
        key, start, ("person", "organisation", "nominal", "collective", "document", "place")
    ):
        if at < reach or start - at > RELATIVE_REACH + len(entity.name):
            break
        personal = entity.kind not in ("organisation", "document", "place")
        touches = (
            any(b <= noun.start and noun.end <= e for b, e, _, _ in register.places_at(key, at)) if noun else False
        )
        if noun is not None and not touches and not noun.cap and noun.low in heads("collective") | THOSE:
            return register.new("collective", noun.low, local=f"{key[0]}:{start}", named=False, head=noun.low)
        if personal or pronoun != "who":
            return entity
    return None


def subject(register: Register, key: Key, sentence: tuple[int, int]) -> Entity | None:
    """The person named first in the opening words of a sentence."""
    for start, _, entity, _ in register.places[key]:
        if (
            sentence[0] <= start < min(sentence[1], sentence[0] + 40)
            and entity.kind == "person"
            and register.docs[key].quoted_at(start) is None
        ):
            return entity
    return None


def antecedent(
    register: Register, reference: Reference, key: Key, start: int, previous: Entity | None, gap: int = 0
) -> tuple[Entity | None, float]:
    """Whom a pronoun means: the candidate with the most points, and how clearly it leads (0..1)."""
    doc = register.docs[key]
    here = doc.sentences.index(doc.sentence_at(start)) if doc.sentences else 0
    kinds: tuple[str, ...] = ("person", "nominal")
    if reference.head in NEUTER:
        kinds = ("organisation", "document")
    elif reference.head in PLURAL:
        kinds = ("collective", "organisation")
    points: dict[int, float] = {}
    by_id: dict[int, Entity] = {}
    order = {s: i for i, s in enumerate(doc.sentences)}
    for at, entity in register.before(key, start, kinds):
        sentence = doc.sentence_at(at)
        distance = here - order[sentence]
        if distance > WINDOW:
            break
        if reference.gender and entity.gender and entity.gender != reference.gender:
            continue
        if entity.kind == "nominal" and (entity.head in INDEFINITE or entity.head in heads("document")):
            continue
        score = (
            -0.5 * distance
            + (1.2 if at - sentence[0] < 25 else 0.0)
            + (1.0 if reference.gender and entity.gender else 0.0)
        )
        score -= 1.0 if distance == 0 and at - sentence[0] > 25 else 0.0
        by_id[id(entity)] = entity
        points[id(entity)] = max(points.get(id(entity), -99.0), score) + (0.15 if id(entity) in points else 0.0)
    if (
        previous is not None
        and (previous.kind in kinds)
        and not (reference.gender and previous.gender and previous.gender != reference.gender)
    ):
        by_id[id(previous)] = previous
        points[id(previous)] = points.get(id(previous), -1.0) + 2.0 - 0.6 * gap
    if not points:
        return None, 0.0
    ranked = sorted(points, key=lambda i: (-points[i], register.entities.index(by_id[i])))
    best = by_id[ranked[0]]
    if reference.gender and best.gender is None and best.kind in ("person", "nominal"):
        best.gender = reference.gender
    lead = points[ranked[0]] - points[ranked[1]] if len(ranked) > 1 else 2.0
    return best, min(1.0, lead / 2.0)


def last_body(register: Register, key: Key, start: int) -> Entity | None:
    """The body named last before a position, in the same paragraph or the four before."""
    doc = register.docs[key]
    for at, entity in register.before(key, start, ("organisation",)):
        if entity.head != "place" and not register.medium(entity, key[0]):
            return entity if doc.paragraph_at(start) - doc.paragraph_at(at) <= 4 else None
    return None
