"""Who is meant by a pronoun: "she", "they", "who"; and who a sentence is about."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from framing.quotations.clauses import OPENERS, PREPOSITIONS, PRONOUNS
from framing.quotations.lexicon import cue_forms, cue_words, words
from framing.sources.naming import Reference, read
from framing.sources.nouns import (
    FEMALE,
    INDEFINITE,
    MALE,
    MOST_LEAD,
    NEUTER,
    PLURAL,
    RELATIVE,
    THIRD,
    heads,
    persons,
    titles,
)
from framing.sources.scan import CLOSED

if TYPE_CHECKING:
    from framing.quotations.marks import Document, Token
    from framing.sources.entities import Entity, Key, Register

RELATIVE_REACH = 90
"""Characters between "who" and what it stands for."""
THOSE = frozenset(["those", "figures", "people", "men", "women", "ones", "others"])
WINDOW = 14
"""Sentences back to look for whom a pronoun means."""
REACH = 3
"""Sentences back to look for who opens one."""
MOST_GOING = 6
"""Words within which a sentence says whom it goes on about."""
OPENING = 40
"""Characters within which a sentence names whom it is about."""
SUBJECT = 25
"""Characters within which a sentence's subject is named, but for one behind a long office."""
DETERMINING = frozenset(["a", "an", "one", "another", "the", "his", "her", "their"])
ASKED_ABOUT = frozenset(["whether", "if", "about", "on", "over", "how", "why", "what", "when", "where", "who", "that"])
"""Words that end the name of who asks: "Asked by Byrne *whether*"."""
PRESENTING = words(
    "was were is are came comes stood stands sat sits lived lives worked works waited waits went lay lies appeared appears 's"
)
"""Verbs before which a sentence has no subject where it presents a person: "At the gate stood Byrne"."""
POINTING = words("ask take consider meet remember recall imagine enter hear see i we you")
"""Words that open a sentence in which the writer presents a person: "Ask Byrne", "I met Byrne"."""
PLAIN_PAST = (
    "stood sat came went left took ran saw wept kept lost won met made gave got brought sent drove fell led spent rose broke "
    "began became grew lay put set shook threw tore wore lit hung bent rang sang drew flew chose slept bore"
)
"""Past tenses that do not end in -ed and are no cues."""


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
            sentence[0] <= start < min(sentence[1], sentence[0] + OPENING)
            and entity.kind == "person"
            and register.docs[key].quoted_at(start) is None
        ):
            return entity
    return None


def opener(register: Register, reference: Reference, key: Key, start: int, begin: int | None) -> Entity | None:
    """Who opens the sentence a pronoun stands in or the one before, named or described; before that only where "he" goes on about one."""
    doc = register.docs[key]
    at = start if begin is None else min(begin, start)
    number = doc.sentences.index(doc.sentence_at(at))
    spoke = register.spoken[key][-1][0] if register.spoken[key] else -1
    for back in range(number, max(-1, number - 1 - REACH), -1):
        sentence = doc.sentences[back]
        if sentence[0] <= spoke < sentence[1]:
            return None  # "Ash was right, Byrne argued": whoever it opens with, Byrne spoke
        if doc.quoted_at(sentence[0]) is not None:
            if back < number:
                return None
            continue
        found = _opening(register, reference, key, (sentence[0], min(sentence[1], start)))
        if found is None and back < number:
            found = _presented(register, reference, key, sentence)
        if found is not None:
            return found
        if back < number and not _goes_on(register, reference, key, sentence):
            return None
    return None


def _goes_on(register: Register, reference: Reference, key: Key, sentence: tuple[int, int]) -> bool:
    """Whether a sentence goes on about one: "He left", "When she left", with nobody named before."""
    doc = register.docs[key]
    third = (reference.head, *(MALE if reference.gender == "m" else FEMALE))
    inside = doc.token_range(*sentence)
    at = next((t for t in doc.tokens[inside.start : inside.stop][:MOST_GOING] if t.low in third), None)
    return at is not None and not any(
        e.kind == "person" for _, _, e, _ in register.places_between(key, sentence[0], at.start)
    )


def _presented(register: Register, reference: Reference, key: Key, sentence: tuple[int, int]) -> Entity | None:
    """The one person whom a sentence names, for the first time and not as its subject: "Among them was the baker Ada Byrne"."""
    doc = register.docs[key]
    named = [p for p in register.places_between(key, *sentence) if p[2].kind == "person"]
    if not named or any(p[2] is not named[0][2] for p in named) or not _agree(reference, named[0][2]):
        return None
    start, _, person, _ = named[0]
    if " " not in person.name or any(p[2] is person for p in register.places_between(key, 0, sentence[0])):
        return None
    inside = doc.token_range(sentence[0], start)
    before = doc.tokens[inside.start : inside.stop]
    third = [t.low for t in before if t.low in (MALE if reference.gender == "m" else FEMALE)]
    if not before or not set(third) <= {"him", "his", "her"} or doc.quoted_at(start) is not None:
        return None
    phrase = itertools.takewhile(lambda t: t.low not in PREPOSITIONS and t.low not in PRESENTING, reversed(before))
    verb = before[: len(before) - len(list(phrase))][-1:]
    presents = bool(verb) and verb[0].low in PRESENTING
    return person if presents or before[0].low in POINTING or not third else None


def _opening(register: Register, reference: Reference, key: Key, sentence: tuple[int, int]) -> Entity | None:
    """Find the person who opens a sentence: named before its verb, described ("a fund manager"), or whose things do ("Ash’s letters")."""
    doc = register.docs[key]
    inside = doc.token_range(*sentence)
    tokens = doc.tokens[inside.start : inside.stop]
    tokens = tokens[_lead(tokens) :]
    begin = tokens[0].start if tokens else sentence[1]
    owner = None
    for start, end, entity, _ in register.places_between(key, begin, min(sentence[1], begin + OPENING)):
        before = [t for t in tokens if t.end <= start]
        verbs = [i for i, t in enumerate(before) if t.low in _verbs() or t.low.endswith("ed")]
        if any(t.low in PRONOUNS or t.text in ":;" for t in before):
            break
        if entity.kind not in ("person", "nominal") or not _agree(reference, entity):
            continue
        if " " not in entity.name and register.opens(entity.name):
            continue  # "Bringing the show back"
        owns = doc.text[end : end + 2].startswith(("'s", "’s", "’", "'"))
        if not owns and before and before[-1].low in PREPOSITIONS:
            continue  # "The match with Ash"
        if not owns and not verbs:
            return entity
        if owns and all(before[i + 1].low in PREPOSITIONS for i in verbs if i + 1 < len(before)):
            owner = owner or entity  # "Letters found in Ash’s desk"
    described = _described(doc, tokens)
    if described is None:
        return owner
    told = read(doc.text[described[0] : described[1]])
    if told.kind not in ("person", "nominal") or not _agree(reference, told):
        return None
    return register.link(told, key, *described)[0]


def _lead(tokens: Sequence[Token]) -> int:
    """Words that lead in a sentence before its subject: "If Ash wins,", "Through his secretary, Jon Ash,", "Asked about Ash,"."""
    if not tokens or tokens[0].low not in OPENERS | cue_words("subordinate") | cue_words("asking") | {"through", "via"}:
        return 0
    commas = [i for i, t in enumerate(tokens[:MOST_LEAD]) if t.text == ","]
    if tokens[0].low in cue_words("asking"):
        commas = [i for i in commas if _clause(tokens[i + 1 :])] or commas[-1:]
    if not commas:
        return 0
    return 1 + (commas[-1] if tokens[0].low in ("through", "via") else commas[0])


def _clause(tokens: Sequence[Token]) -> bool:
    """Whether a subject with its verb begins here, and no apposition or question: ", the mayor said", not ", a baker,"."""
    if not tokens or not (tokens[0].cap or tokens[0].low in DETERMINING | PRONOUNS):
        return False
    phrase = list(itertools.takewhile(lambda t: t.word, tokens[:MOST_GOING]))
    return any(t.low in _verbs() or t.low.endswith("ed") for t in phrase[1:])


def _question(doc: Document, sentence: tuple[int, int]) -> int:
    """Where a question ends that is put to a sentence's subject ("Asked about Ash's death, she ..."), who is hardly one named in it; else 0."""
    inside = doc.token_range(*sentence)
    tokens = doc.tokens[inside.start : inside.start + MOST_LEAD + 1]
    asked = tokens and tokens[0].low in cue_words("asking") and tokens[0].start >= sentence[0]
    return tokens[_lead(tokens) - 1].start if asked and _lead(tokens) else 0


def _asker(doc: Document, sentence: tuple[int, int], start: int) -> tuple[int, int]:
    """Stretch before a pronoun that names who asks: "Asked by Byrne, a baker, whether ..., she", "When it was put to him by Byrne that"."""
    inside = doc.token_range(sentence[0], start)
    tokens = doc.tokens[inside.start : inside.stop]
    for index, token in enumerate(tokens[:MOST_LEAD]):
        back = {t.low for t in tokens[max(0, index - MOST_GOING) : index]}
        if token.low not in ("by", "to", "from") or not back & (cue_words("asking") | {"put"}):
            continue
        rest = tokens[index + 1 :]
        if token.low == "to" and rest and rest[0].low in THIRD:  # "put to him by"
            continue
        end = next((t.start for t in rest if t.low in ASKED_ABOUT), start)
        return token.end, min(end, max(_question(doc, sentence), token.end) if _question(doc, sentence) else end)
    return 0, 0


def _described(doc: Document, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Span of the description of a person that opens a sentence, with a name set off after it: "His wife, Alma,"."""
    if not tokens or tokens[0].low not in DETERMINING:
        return None
    for index in range(1, min(len(tokens) - 1, 8)):
        token, following = tokens[index], tokens[index + 1]
        if not token.word or token.low in CLOSED or token.low in _verbs():
            return None
        if token.low in persons() and _ends_phrase(following) and following.text not in ".!?":
            end = _name_after(tokens[index + 1 :]) or _phrase_end(tokens[index:])
            return tokens[0].start, end
    return None


def _phrase_end(tokens: Sequence[Token]) -> int:
    """End of a noun with what "of" or "for" joins to it: "head of the union"."""
    if tokens[1].low not in ("of", "for"):
        return tokens[0].end
    ends = (i for i, t in enumerate(tokens[:8]) if i > 2 and (not t.word or (not t.cap and _ends_phrase(t))))
    stop = next(ends, 2)
    return tokens[stop - 1].end if stop > 2 else tokens[0].end


def _name_after(tokens: Sequence[Token]) -> int | None:
    """End of the name set off after a description: ", Alma,", "of the Foreign Ministry, Alma Orr,"."""
    comma = next((i for i, t in enumerate(tokens[:MOST_LEAD]) if not t.word or t.low in _verbs()), None)
    if comma is None or tokens[comma].text != "," or (comma and tokens[0].low not in PREPOSITIONS):
        return None
    name = list(itertools.takewhile(lambda t: t.cap, tokens[comma + 1 :]))
    after = tokens[comma + 1 + len(name) :][:1]
    return name[-1].end if name and after and after[0].text in ",." else None


def _ends_phrase(token: Token) -> bool:
    """Whether a noun before this word is the last of its phrase: "the driver *of*", not "the driver shortage"."""
    return not token.word or token.low in _after_nouns() or token.low.endswith("ed")


@cache
def _after_nouns() -> frozenset[str]:
    return (CLOSED | _verbs() | RELATIVE) - DETERMINING


@cache
def _verbs() -> frozenset[str]:
    return (cue_words("auxiliary") | frozenset(cue_forms()) | words(PLAIN_PAST)) - persons()


def antecedent(
    register: Register,
    reference: Reference,
    key: Key,
    start: int,
    previous: Entity | None,
    gap: int = 0,
    begin: int | None = None,
) -> tuple[Entity | None, float]:
    """Whom a pronoun means: the candidate with the most points, and how clearly it leads (0..1).

    Who opened the sentence (see `opener`) counts as much as who spoke before, who then counts no more for having spoken.
    `begin` is where what is said begins, if it stands before the pronoun.
    """
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
    question = _question(doc, doc.sentence_at(start))
    asker = _asker(doc, doc.sentence_at(start), start)
    asking = {id(e) for _, _, e, _ in register.places_between(key, *asker)}
    previous = None if id(previous) in asking else previous
    for at, entity in register.before(key, start, kinds):
        sentence = doc.sentence_at(at)
        distance = here - order[sentence]
        if distance > WINDOW:
            break
        if not _agree(reference, entity) or asker[0] <= at < asker[1]:
            continue
        if entity.kind == "nominal" and (entity.head in INDEFINITE or entity.head in heads("document")):
            continue
        if reference.head in NEUTER and entity.kind == "document" and (entity.head or "").endswith("s"):
            continue  # "it" is not "the findings"
        opens = at - sentence[0] < SUBJECT or _apposed(doc, sentence[0], at)
        score = (
            -0.5 * distance
            + (1.2 if opens and at >= question else 0.0)
            + (1.0 if reference.gender and entity.gender else 0.0)
        )
        if distance == 0:  # the subject of the pronoun's own sentence, or one named beside it
            score += 0.8 if opens and at >= question else -1.0
        by_id[id(entity)] = entity
        points[id(entity)] = max(points.get(id(entity), -99.0), score) + (0.15 if id(entity) in points else 0.0)
    opening = opener(register, reference, key, start, begin) if "person" in kinds else None
    if opening is not None and opening is not previous:
        by_id[id(opening)] = opening
        points[id(opening)] = points.get(id(opening), 0.0) + 2.0
    elif previous is not None and previous.kind in kinds and _agree(reference, previous):
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


def _apposed(doc: Document, begin: int, at: int) -> bool:
    """Whether a name is set off behind the office that opens its sentence: "The leader of the dockers' union, Ada Byrne,"."""
    inside = doc.token_range(begin, at)
    before = doc.tokens[inside.start : inside.stop]
    while before and (before[-1].low in titles() or (before[-1].text == "." and len(before) > 1)):
        before = before[:-1]  # "The pathologist, Dr. Ada Byrne,"
    if not before or before[0].low not in DETERMINING or sum(not t.word for t in before) > 1:
        return False
    plain = [t.low for t in before if t.text.islower()]  # the State of "the State Pathologist" is no verb
    return before[-1].text == "," and not any(low in _verbs() or low.endswith("ed") for low in plain)


def _agree(pronoun: Reference, other: Entity | Reference) -> bool:
    return not (pronoun.gender and other.gender and pronoun.gender != other.gender)
