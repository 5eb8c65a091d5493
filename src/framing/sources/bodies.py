"""The body a source belongs to: what phrases tell of it, for whom it speaks, and what a table should call it."""

from __future__ import annotations

import importlib.resources
from calendar import month_name
from functools import cache

from framing.quotations.lexicon import table, words
from framing.sources.entities import Entity, Register
from framing.sources.nouns import ONLY_WHEN, PREPOSITIONS, epithet, heads, organisation_words

RANKS = words(
    "acting interim former presumptive deputy assistant associate vice then ex co executive majority minority managing director-general "
    "secretary-general chief senior current incoming outgoing"
)


def affiliation(register: Register, entity: Entity) -> str | None:
    """What an entity is said to belong to: a body before a person, what is told most often, then the longest."""
    told = entity.affiliations

    def rank(name: str) -> tuple[bool, int, int, str]:
        whose = register.owner(name)
        return (whose is None or whose.kind != "person", told[name], len(name), name)

    return max(told, key=rank) if told else None


def body_of(register: Register, entity: Entity) -> str | None:
    """Canonical name of the body an entity belongs to; that of the person it acts for, never the person ("Ash’s deputy")."""
    name = affiliation(register, entity)
    whose = register.owner(name) if name else None
    if whose is None or whose.kind != "person":
        return name if whose is None else whose.name
    acts = entity.kind == "document" or (entity.role or "").lower().rpartition(" ")[2] in heads("stand-in")
    if whose is entity or not acts:
        return None
    theirs = affiliation(register, whose)
    body = register.owner(theirs) if theirs else None
    return theirs if body is None else body.name if body.kind != "person" else None


def shown(register: Register, entity: Entity) -> str | None:
    """The body of a source as a table should name it: a body's own name; never a person's ("Ash's predecessor").

    Null for what is described and has no name ("the plan"), and for a word that has a capital only because a sentence begins
    ("Public" in "Public health experts").
    """
    own = entity.kind == "organisation"
    said = affiliation(register, entity)
    if not own and said and " " not in said and register.common(said) and not _office(entity):
        return None  # "Airport boss": no body of that name, and none whose name begins so
    told = entity.name if own else body_of(register, entity)
    if told is None or (own and told.islower() and told.split()[-1] not in heads("organisation")):
        return None
    if not own and " " not in told and (epithet(told) or not (_office(entity) or register.proper(told))):
        return None
    return name_of(told)


def _office(entity: Entity) -> bool:
    """Whether a word before the role names an office: "Health Minister"."""
    return (entity.role or "").lower().rpartition(" ")[2] in ("secretary", "minister")


def name_of(told: str) -> str | None:
    """Name a body without ranks, a party by its name, a people by its country; null if nothing is left.

    Examples
    --------
    >>> name_of("Senate Majority"), name_of("Republican"), name_of("Guatemalan"), name_of("Acting")
    ('Senate', 'Republican Party', 'Guatemala', None)
    """
    parts, parties = told.split(), table("names")["parties"]
    while parts and parts[0].lower().strip(".,") in RANKS:
        parts = parts[1:]
    while parts and parts[-1].lower().strip(".,") in RANKS:
        parts = parts[:-1]
    body = {part.lower() for part in parts[1:]} & organisation_words()
    if parts[1:] and parts[0].lower() in parties and parts[1][0].isupper() and not body:
        parts = parts[1:]  # "Republican Maryland"
    while parts and parts[0].lower() in PREPOSITIONS | {"the"}:
        parts = parts[1:]
    name = " ".join(parts)
    if not name or ONLY_WHEN.fullmatch(name) or name in set(month_name):
        return None
    return parties.get(name.lower()) or countries().get(name.lower()) or name


@cache
def countries() -> dict[str, str]:
    """Country by its people or their adjective, in lower case."""
    file = importlib.resources.files("framing").joinpath("knowledge/places.tsv")
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:])
    return {form.lower(): place.split("|")[0] for place, _, forms in rows for form in forms.split("|") if form}
