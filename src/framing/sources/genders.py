"""Which persons the event's texts call "he" or "she", where neither title nor given name tells.

Only sentences that name one person alone are read, and the sentence after them: "Rex Orr kept the books. He died in May."
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from framing.sources.nouns import MALE, THIRD

if TYPE_CHECKING:
    from framing.quotations.marks import Document, Token
    from framing.sources.entities import Entity, Key, Register

LEAST = 2
"""Votes that tell a gender."""
CERTAIN = 4
"""Votes, with none against, that tell another gender than the given name."""
OPENING = 25
"""Characters within which a sentence names its subject."""
BESIDE = re.compile(r"(?: and| with|, with|, who(?: \w+){1,3}) (his|her)\b")
"""What tells right behind a name: "Orr and his sister", "Orr, who lost her job"."""
SUBJECTS = frozenset(["he", "she"])
SELF = frozenset(["himself", "herself"])


def learn(register: Register) -> None:
    """Give persons the gender that the texts' own pronouns tell.

    Parameters
    ----------
    register
        The entities of an event and where they are named.
    """
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for key, doc in register.docs.items():
        named = {s: _named(register, key, s) for s in doc.sentences}
        for start, end, person, _ in register.places[key]:
            if (beside := BESIDE.match(doc.text, end)) is not None and doc.quoted_at(start) is None:
                votes[id(person)]["m" if beside[1] in MALE else "f"] += 2
        for sentence, following in itertools.pairwise([*doc.sentences, (0, 0)]):
            places = named[sentence]
            if not places or any(p[2] is not places[0][2] for p in places):
                continue
            span, person = places[0][:2], places[0][2]
            after: Counter[str] = Counter() if named.get(following, True) else _next(doc, sentence, span, following)
            votes[id(person)] += after or _own(doc, sentence, span)
    for person in register.entities:
        if person.kind == "person" and id(person) in votes:
            _settle(person, votes[id(person)])


def _settle(person: Entity, votes: Counter[str]) -> None:
    """Take the gender that the votes tell: where none is known by few, against the given name by many and with none opposed."""
    gender, other = ("m", "f") if votes["m"] > votes["f"] else ("f", "m")
    against = votes[other]
    if votes[gender] >= LEAST + 2 * against if person.gender is None else votes[gender] >= CERTAIN and not against:
        person.gender = gender


def _named(register: Register, key: Key, sentence: tuple[int, int]) -> list[tuple[int, int, Entity]]:
    """Persons whom a sentence names outside quotation marks."""
    doc, places = register.docs[key], register.places_between(key, *sentence)
    return [(a, b, e) for a, b, e, _ in places if e.kind in ("person", "nominal") and doc.quoted_at(a) is None]


def _thirds(doc: Document, sentence: tuple[int, int]) -> list[Token]:
    """Every "he", "her" and the like of a sentence outside quotation marks."""
    inside = doc.token_range(*sentence)
    return [t for t in doc.tokens[inside.start : inside.stop] if t.low in THIRD and doc.quoted_at(t.start) is None]


def _genders(tokens: list[Token]) -> set[str]:
    return {"m" if t.low in MALE else "f" for t in tokens}


def _own(doc: Document, sentence: tuple[int, int], name: tuple[int, int]) -> Counter[str]:
    """What the pronouns of a sentence tell of its subject: a little, as they may be another's ("Orr took her money")."""
    thirds = _thirds(doc, sentence)
    first = thirds[0] if thirds else None
    if first is None or len(_genders(thirds)) > 1 or first.start < name[1] or name[0] - sentence[0] > OPENING:
        return Counter()
    if doc.text[name[1] : first.start] == ", ":  # "Orr, her manager,"
        return Counter()
    return Counter({_genders(thirds).pop(): 2 if first.low in SELF else 1})


def _next(doc: Document, sentence: tuple[int, int], name: tuple[int, int], following: tuple[int, int]) -> Counter[str]:
    """What the sentence after tells of the person whom one names first or last: "He died in May", "Many saw him"."""
    thirds, own = _thirds(doc, following), _thirds(doc, sentence)
    apart = doc.paragraph_at(sentence[0]) != doc.paragraph_at(following[0]) or doc.quoted_at(following[0]) is not None
    if apart or len(_genders(thirds)) != 1:
        return Counter()
    if _genders(thirds) & _genders(own) and not (own[0].low in SUBJECTS and own[0].start > name[1]):
        return Counter()  # "Orr was her manager. She left"
    ends = thirds[0].low not in SUBJECTS and not any(map(str.isalnum, doc.text[name[1] : sentence[1]]))
    return Counter({_genders(thirds).pop(): 2 if ends or name[0] - sentence[0] < OPENING else 1})
