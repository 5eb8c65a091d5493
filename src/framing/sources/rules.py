"""What words say of a source's kind: actor, level, identification and channel, by codebook and word lists alone.

The vocabularies are `schema.ACTORS`, `LEVELS`, `IDENTIFICATIONS` and `CHANNELS`; docs/codebook-sources.md says how a coder
decides, and the rules here follow it. An actor is the *capacity* in which a source speaks: its role before its body.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from framing.quotations.lexicon import table, words
from framing.sources import bodies
from framing.sources.names import key_of, known_bodies, state_forms
from framing.sources.nouns import heads

if TYPE_CHECKING:
    from framing.sources.entities import Entity, Register

ANONYMOUS = re.compile(
    r"condition of anonymity|(?:asked|requested|declined|refused|wished?|wanted|preferred) (?:not )?to (?:be (?:named|identified)|remain anonymous)"
    r"|(?:cannot|can't|could not|may not|must not) be (?:named|identified)|not (?:be )?authori[sz]ed to|spoke anonymously|speaking anonymously|who did not (?:want|wish) to be|whose name|not (?:their|his|her) real name|unnamed|anonym|not (?:being |to be )?named|not to (?:print|use|publish) (?:his|her|their)|to be named|goes by the name"
)
OF_A_FIRM = re.compile(
    r"\bchief (?!medical|nursing|health|fire|police|probation|prison|electoral|scientific|veterinary|education|court)(?:[a-z]+ ){1,3}officer\b"
)
"""Officers that a company has: "chief information security officer"."""
OF_JUSTICE = re.compile(r"\b(?:ministry|department|minister|secretary) (?:of|for) justice\b")
"""A government's, no court's."""
KNOWN = "known body="
"""Feature of a source that is, or speaks for, a body known by name."""
PLACE = "kind place"
"""Feature of a place that speaks, as its government does."""
PERSON = "told as a person"
"""Feature of a source without a name that is told by a noun for a person: "the skipper"."""
OFFICE = "known office="
"""Feature of a person whose office at the time the news takes for granted."""
WORLD = "international_organisation"
ROLE_HEAD, ROLE_WORD, BODY_WORD, NAME_WORD, GENERAL = 3.0, 1.2, 2.0, 2.5, 0.8


def level(entity: Entity) -> str:
    """Person, organisation or collective; a text counts as the body that speaks through it."""
    return {"person": "person", "nominal": "person", "collective": "collective"}.get(entity.kind, "organisation")


def identification(entity: Entity, text: str = "") -> str:
    """Named, by role only, or anonymous."""
    if ANONYMOUS.search(text) and not (entity.kind == "person" and " " in entity.name):
        return "anonymous"
    if entity.kind == "collective":
        return "role_only" if entity.affiliation and entity.head not in heads("anonymous") else "anonymous"
    if entity.named or entity.kind in ("organisation", "document"):
        return "named"
    parts = entity.name.lower().split()
    if entity.head in heads("anonymous") and len(parts) <= 2 and not entity.affiliation:
        return "anonymous"
    return "role_only"


@cache
def _actors() -> dict[str, list[str]]:
    """Word to the actors it speaks for, in the order of the file."""
    found: dict[str, list[str]] = {}
    for code, text in table("roles")["actors"].items():
        for word in text.split():
            found.setdefault(word, []).append(code)
    return found


def points(entity: Entity, register: Register) -> dict[str, float]:
    """Kinds of actor that the words of role, body and name speak for, with the weight of each."""
    points: dict[str, float] = {}
    body = bodies.affiliation(register, entity)
    of_state = body is not None and (
        key_of(body) in state_forms() or getattr(register.entity(body), "kind", "") == "place"
    )
    for role in (r.lower() for r in entity.roles):
        parts = words_of(role)
        for index, word in enumerate(parts):
            weight = ROLE_HEAD if index == len(parts) - 1 else ROLE_WORD
            if body and word in words(table("roles")["heads"]["general"]):
                if not of_state and "government" in codes_of(word):
                    continue  # "president of the club": whatever the club is
                weight = GENERAL
            _vote(points, word, weight)
    if body:
        seen = register.owner(body)
        for word in words_of(seen.name if seen is not None and seen is not entity else body):
            _vote(points, word, ROLE_HEAD + 1.0 if entity.kind == "document" else BODY_WORD)
    if entity.kind != "person":
        parts = words_of(entity.name)
        for index, word in enumerate(parts):
            _vote(points, word, ROLE_HEAD if index == len(parts) - 1 else NAME_WORD)
    if entity.head == "place":
        points["government"] = points.get("government", 0.0) + 2.0
    return points


def known_body(entity: Entity, register: Register) -> str | None:
    """Kind of actor of a body everyone knows by name, if the source is one or belongs to one.

    Its name decides: "rights" in the name of a United Nations office makes it no campaign.
    """
    told = [name for name in (bodies.affiliation(register, entity), bodies.body_of(register, entity)) if name]
    names = told + [body.name for name in told if (body := register.entity(name)) is not None]
    if entity.kind != "person":
        names.append(entity.name)
    return next((code for name in names if (code := _of_world(name)) is not None), None)


def _of_world(name: str) -> str | None:
    """Kind of actor of a body of the world's that a name holds."""
    padded = f" {' '.join(re.findall(r'[a-z]+', name.lower().replace('.', '')))} "
    return next((code for known, code in known_bodies().items() if code == WORLD and f" {known} " in padded), None)


@cache
def _offices() -> dict[str, list[tuple[str, str, str]]]:
    """Person, as `key_of` gives the name, to actor, first and last month in office."""
    text = (resources.files("framing") / "knowledge" / "offices.tsv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in text.splitlines()[1:]:
        name, actor, first, last, *_ = line.split("\t")
        found.setdefault(_unaccented(name), []).append((actor, first, last))
    return found


def _unaccented(name: str) -> str:
    """Name as `key_of` gives it, without accents: outlets write "Löfven" and "Lofven"."""
    apart = unicodedata.normalize("NFKD", key_of(name).replace("ø", "o").replace("ł", "l"))
    return "".join(c for c in apart if not unicodedata.combining(c))


@cache
def _surnames() -> dict[str, list[str]]:
    """Surname to the persons of the list who bear it and need no given name (the others are marked "full")."""
    text = (resources.files("framing") / "knowledge" / "offices.tsv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        name, *_, how = line.split("\t")
        if how != "full":
            found.setdefault(_unaccented(name).split()[-1], []).append(_unaccented(name))
    return {surname: list(dict.fromkeys(names)) for surname, names in found.items()}


def known_office(entity: Entity, month: str | None) -> str | None:
    """Kind of actor of a person whose office the news of a month takes for granted (``knowledge/offices.tsv``).

    A surname alone counts where one such person bears it at the time; without a month, only who has held one kind of office.
    """
    if entity.kind != "person":
        return None
    name = _unaccented(entity.name)
    parts = name.split()
    names = [name, f"{parts[0]} {parts[-1]}"] if len(parts) > 1 else _surnames().get(name, [])
    terms = [t for n in dict.fromkeys(names) for t in _offices().get(n, ()) if month is None or t[1] <= month <= t[2]]
    actors = {actor for actor, _, _ in terms}
    return actors.pop() if len(actors) == 1 else None


def codes_of(word: str) -> list[str]:
    """Kinds of actor a word speaks for."""
    return _actors().get(word) or _actors().get(word.rstrip("s")) or []


def words_of(text: str) -> list[str]:
    """Words of a phrase; two that stand in the lists together ("general secretary") count as one."""
    low = text.lower().replace("’s", "").replace("'s", "").replace("’", "").replace("'", "")
    plain = re.findall(r"[\w-]+", OF_JUSTICE.sub("justice-department", OF_A_FIRM.sub("ceo", low)))
    out: list[str] = []
    index = 0
    while index < len(plain):
        joined = (
            _pair(plain, index)
            if not (plain[index + 2 : index + 3] == ["officer"] and _pair(plain, index + 1))
            else None
        )
        out.append(joined or plain[index])
        index += 2 if joined else 1
    return out


def _pair(plain: list[str], index: int) -> str | None:
    """Two words that stand in the lists together, or an officer of no police: "medical officer"."""
    pair = "-".join(plain[index : index + 2])
    civil = plain[index + 1 : index + 2] == ["officer"] and plain[index] in words(table("roles")["officers"]["civil"])
    return pair if index + 1 < len(plain) and (civil or pair in _actors()) else None


def _vote(points: dict[str, float], word: str, weight: float) -> None:
    codes = codes_of(word)
    for code in codes:
        points[code] = points.get(code, 0.0) + weight / len(codes)


def channel(text: str, entity: Entity, outlet: str = "") -> str:
    """How the words reached the outlet, by the words around the cue."""
    low = text.lower().replace("’", "'")
    told = re.search(
        r"\b(?:told|tells|speaking to|interview with|appearance on|appearing on|said on)\s+((?:the\s+)?(?:[A-Z][\w'’.&-]*\s?){1,4})",
        text,
    )
    if told:
        name = told.group(1).strip().lower()
        media = words(table("roles")["media_names"]["words"])
        if set(re.findall(r"\w{4,}", outlet.lower())) & set(re.findall(r"\w{4,}", name)):
            return "interview"
        if any(w.strip(".'’s") in media or w in media for w in re.findall(r"[\w-]+", name)):
            own = set(re.findall(r"\w+", outlet.lower())) & set(re.findall(r"\w+", name)) - {
                "the",
                "news",
                "times",
                "post",
            }
            return "interview" if own or name.split()[0] in ("afp", "reuters", "ap") else "other_media"
    for code, phrases in table("roles")["channels"].items():
        if any(p in low for p in phrases.split("|")):
            return str(code)
    if entity.kind == "document":
        return "document"
    return "interview" if ANONYMOUS.search(text) else "unknown"
