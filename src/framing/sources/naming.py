"""Names and noun phrases: who is meant, before asking whether two of them are the same.

A source span ("spokeswoman Ines Pires", "Jon Ash, head of the union's port branch", "the ministry", "she") is read into
a `Reference`: what kind of thing it names, its name, role, affiliation and gender, each null when it is not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from framing.quotations.lexicon import cue_forms, cue_words, words
from framing.sources.honours import honorifics, is_office, office, plain
from framing.sources.nouns import (
    _WHEN,
    ACRONYMS,
    AFTER_NAME,
    CUT,
    FEMALE,
    INDEFINITE,
    LEADING,
    MAKERS,
    MALE,
    MOST_LEAD,
    NEVER_NAMES,
    NO_NAMES,
    ONLY_WHEN,
    POSSESSIVE_END,
    PREPOSITIONS,
    PRONOUN,
    bare,
    capital_runs,
    gender_of,
    heads,
    listed,
    organisation_words,
    person_like,
    persons,
    relatives,
    strip_titles,
    titles,
)
from framing.sources.roles import affiliation_of, does, led, phrase_of, role_of, titled, unjudged

WORD = re.compile(r"\d{1,3}(?:,\d{3})+|[^\W_][\w.&/-]*(?:['’][\w]+)*['’]?|[(),;:—–]|['’]s\b")
MAX_SPAN = 400
NEW = frozenset(["a", "an", "one", "another", "some", "any", "two", "three", "several"])
"""Determiners of what is told for the first time, also where a sentence begins with them: "A former minister"."""
NOBODY = frozenset(["nobody", "none", "no", "neither"])
"""Words that open a phrase that means no one: "no one", "none of the nurses", "neither side"."""
SUBJECT = frozenset(["he", "she", "they", "it"])
ASKED = frozenset(["surveyed", "polled", "questioned", "interviewed", "asked", "contacted"])
"""What was done to people before "by" and who did it: "retailers surveyed by the League"."""
AFTER_HEAD = words("of for at from with in on outside inside near close familiar to released published by conducted")
"""Words before which the head of a phrase stands: "the head *of* the board"."""
ROYAL = words("prince princess king queen emir sultan duke duchess")
INFORMANTS = frozenset(["source", "insider"])
COUNTED = frozenset(["puts", "put", "pegs", "pegged"])
"""Verbs before a number: "the poll puts support at 40 percent"."""
LY_NOUNS = words(
    "family ally assembly supply monopoly bully reply anomaly elderly weekly daily monthly quarterly rally tally homily folly"
)
BODY_ROLES = words("contractor operator owner developer maker partner host supplier trader leader investor")
FORMAL = words("royal right rt highness majesty excellency eminence lord lady")
"""Forms of address that stand in names of bodies too: "Royal Ballet"."""
TIME_TAIL = re.compile(rf"(?<=\w)(?:,? (?:on |in |since |early |late )?{_WHEN})+$")
GLUED = re.compile(r"^.*[a-z]{3}[.!?](?=[A-Z][a-z]+\b.)")
GLUED_END = re.compile(r"(?<=[a-z]{3})[.!?](?:The|A|An|In|It|He|She)$")
"""A sentence's end without a space after it: "the office.The governor", "the office.The"."""
CLAUSE = re.compile(r"(?:it|that|there|this|here|what|he|she|they|we|you|i)['’](?:s|re|m|ve|d|ll)\b\s*", re.I)
"""A pronoun with its verb, before which a source is no noun phrase: "That’s the reason Ash"."""
STYLE = re.compile(
    r"\b(?:(?:[Hh]is|[Hh]er|[Tt]heir) )?(?:(?:Royal |Serene )?Highness|Excellency|Majesty|Eminence|Holiness|HRH)\b,? (?=[A-Z])"
    r"|\b(?:[Tt]he )?(?:(?:Rt|Right)\.? )?(?:Hon|Honou?rable)\b\.? (?=[A-Z])"
    r"|\b(?:[Hh]is|[Hh]er) (?:Worship|Lordship|Ladyship|Honou?r|Grace)\b,? (?:the )?(?=[A-Z])"
    r"|\b(?:[Tt]he )?(?:Most|Very|Rt|Right)\.? (?=Rev(?:erend|d)?\b)"
)
"""Forms of address before an office or a name: "His Excellency President", "Rt Hon"."""
ADDRESSED = re.compile(
    r"(?:his|her) (?:royal highness|highness|excellency|majesty|eminence|holiness|lordship|ladyship|honou?r)", re.I
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a noun phrase says of what it names.

    Parameters
    ----------
    kind
        person, organisation, collective, document, pronoun or nominal (a described person: "a senior official").
    name
        Name, without titles; null where none is given.
    head
        Last noun of a phrase without a name ("ministry"), or the pronoun.
    phrase
        The phrase without determiner, for things that have no name.
    role, affiliation, gender
        As told; gender is m or f.
    definite
        Whether the phrase points back or to something unique ("the ministry"), not a new one ("a ministry").
    other
        Whether it says that none is meant that was told before ("another nurse").

    Examples
    --------
    >>> read("None of the nurses").nobody, read("no one").nobody, read("Noah Pires").nobody
    (True, True, False)
    """

    kind: str
    name: str | None = None
    head: str | None = None
    phrase: str = ""
    role: str | None = None
    affiliation: str | None = None
    gender: str | None = None
    definite: bool = False
    other: bool = False

    @property
    def nobody(self) -> bool:
        """Whether it says that there is no such source."""
        return self.head == "nobody" or (self.name or self.phrase).lower().split(" ")[0] in NOBODY


def read(span: str) -> Reference:
    """Read a source span.

    Examples
    --------
    >>> r = read("Jon Ash, head of the Dockers’ Union")
    >>> r.kind, r.name, r.role, r.affiliation
    ('person', 'Jon Ash', 'head', 'Dockers’ Union')
    >>> r = read("Vorland Times political editor Ines Pires")
    >>> r.name, r.role, r.affiliation
    ('Ines Pires', 'political editor', 'Vorland Times')
    >>> read("The WHO").name, read("Harbour cams").name, read("At the second hearing, Ash").name
    ('WHO', None, 'Ash')
    >>> read("the port office.The Harbour Board on May 3").name, read("That’s the reason Jon Ash").name
    ('Harbour Board', 'Jon Ash')
    >>> read("a ministry spokesman").role, read("the ministry").kind, read("she").kind
    ('ministry spokesman', 'organisation', 'pronoun')
    """
    text = POSSESSIVE_END.sub("", re.sub(r"\([^()]{0,60}\)", " ", span[:MAX_SPAN]).strip(' ,;:—–-"“”'))
    if ONLY_WHEN.fullmatch(text):
        return Reference("nominal", phrase=text)
    text = re.sub(r"\bper cent\b", "percent", STYLE.sub("", text))
    text = TIME_TAIL.sub("", GLUED.sub("", GLUED_END.sub("", text)))
    if ADDRESSED.fullmatch(text):  # "His Excellency" is "he"
        return read("he" if text[:3].lower() == "his" else "she")
    if clause := CLAUSE.match(text):
        run = re.search(r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)*$", text[clause.end() :])
        text = run[0] if run else re.split(r"['’]", text)[0]
    tokens = _without_lead([m.group() for m in WORD.finditer(text)])
    low = [t.lower().replace("’", "'") for t in tokens]
    if len(low) == 1 and low[0] in PRONOUN and tokens[0] not in ACRONYMS:
        gender = "m" if low[0] in MALE else "f" if low[0] in FEMALE else None
        return Reference("pronoun", head=low[0], gender=gender)
    if low == ["no", "one"]:
        return Reference("nominal", head="nobody", phrase="no one")
    if len(low) > 1 and low[0] in SUBJECT and low[1] in cue_forms():  # "On Monday, she asserted"
        return read(tokens[0])
    if (
        len(tokens) > 1
        and tokens[0] in MAKERS
        and tokens[1][0].isupper()
        and tokens[1].lower() not in organisation_words()
    ):
        named = read(" ".join(tokens[1:]))
        if named.name and not gender_of(named.name):
            return replace(named, kind="organisation", head="maker", role=None)  # "Makers Ash"
    core, rest = _split(tokens)
    core = _without_end(core)
    if not core:
        return Reference("nominal", phrase=text)
    if len(core) == 1 and low[0] in LEADING | INDEFINITE:  # "The", "Another, who": nobody's name, whatever its capital
        return Reference("nominal", head=low[0], phrase=low[0], other=low[0] in ("one", "another"))
    if (
        len(core) > 2
        and core[-1] in AFTER_NAME
        and core[0].lower() not in LEADING
        and person_like(" ".join(core[-3:-1]))
    ):
        found = read(" ".join([*core[:-1], *([",", *rest] if rest else [])]))
        return replace(found, role=found.role or core[-1]) if found.kind == "person" else found
    held = _in_office(core, rest)
    if held is not None:
        return held
    part = _part_of(core) or _together(tokens)
    if part is not None:
        return _one_named(part, rest) if low[0] == "one" else part
    return _named(core, rest, text) or _apposed(_unnamed(core), rest, core)


def _in_office(core: list[str], rest: list[str]) -> Reference | None:
    """Read "the Auditor General, Mrs Ines Pires" as Ines Pires: an office beside a person's name is never a body."""
    if not rest:  # "the Minister for Works Shri Jon Ash"
        at = next(
            (i for i in range(2, len(core)) if plain(core[i]) in honorifics() - FORMAL and core[i - 1][0].isupper()), 0
        )
        core, rest = (core[:at], core[at:]) if at and core[at][0].isupper() else (core, rest)
    begin, end = next(iter(capital_runs(rest)), (1, 0))
    if begin or (end < len(rest) and rest[end] not in ",;)—–"):
        return None
    run = rest[: end - 1] if end > 2 and rest[end - 1] in AFTER_NAME else rest[:end]
    title, name = strip_titles(" ".join(run))
    if POSSESSIVE_END.search(run[-1]) or _is_body(name) or not (title or (" " in name and person_like(name))):
        return None
    if len(core) == 2 and not title and core[0].lower() not in LEADING and gender_of(" ".join(core)):
        return None  # "Ada Baker, Jon Orr" are two persons
    told = office(core, addressed=any(word.strip(".,").lower() in honorifics() for word in title.split()))
    if told is None or (told.head in BODY_ROLES and not title):
        return None
    return Reference("person", name, told.head, phrase_of(core), told.role, told.body, gender_of(name, title), True)


def _without_lead(tokens: list[str]) -> list[str]:
    """Drop what opens a sentence before its subject: "At the second hearing, Ash", "Perhaps the nurses", "Last night one driver"."""
    low = [t.lower() for t in tokens]
    comma = next((i for i, t in enumerate(tokens[:MOST_LEAD]) if t == "," and 0 < i < len(tokens) - 1), 0)
    if low and low[0] in ADJUNCT | ADVERBS and comma:
        return tokens[comma + 1 :]
    if len(low) > 1 and low[0] in ADJUNCT - {"as"} and low[1] in cue_words("time"):
        return _without_lead(tokens[2:]) or tokens
    named = low[:1] and low[0] in ("from", "by", "with", "for")  # capitals too: "From Ines Pires"
    if len(low) > 1 and (low[0] in ADVERBS or named or (low[0] in PREPOSITIONS and tokens[0].islower())):
        return _without_lead(tokens[1:])
    return tokens


AFTER_RELATIVE = re.compile(r"(?:the|a|an) [a-z][a-z -]{0,60}, $", re.I)
"""A description set off before a name: "the widow of the murdered editor, "."""


def widened(before: str, span: str) -> str:
    """Span of a name with the words before it, where they make it another's: "the widow of the editor, " before "Jon Ash".

    Examples
    --------
    >>> widened("“No,” said the widow of the editor, ", "Jon Ash")
    'the widow of the editor, Jon Ash'
    >>> widened("“No,” said the mayor of the town, ", "Jon Ash")
    'Jon Ash'
    """
    told = AFTER_RELATIVE.search(before)
    name = read(span).name if told else None
    whose = name is not None and told is not None and read(told[0] + span).phrase.endswith(f" {name}")
    return f"{told[0]}{span}" if told and whose else span


@cache
def _no_nouns() -> frozenset[str]:
    """Words that neither begin nor end what a capitalised word opens."""
    closed = PREPOSITIONS | CUT | ADVERBS | JOINED | PRONOUN | NEVER_NAMES
    return closed.union(*(cue_words(kind) for kind in ("auxiliary", "time", "subordinate")))


def _opens(rest: list[str]) -> bool:
    """Whether what follows a single capitalised word is the phrase's own noun: "Harbour cams", "Leading scientists", not "Ash then"."""
    first, last = rest[0].lower(), rest[-1].lower()
    inflected = first.endswith(("ed", "ing", "ly")) or last.endswith(("ed", "ly"))
    noun = len(rest) > 1 or last.endswith("s") or any(last in heads(kind) for kind in NOUNS)
    closed = first in _no_nouns() or first in cue_forms() or last in _no_nouns()  # "states" may end, not begin it
    return noun and all(t.islower() for t in rest) and not inflected and not closed


NEARLY = frozenset(["about", "nearly", "almost", "roughly", "around", "just", "over", "under", "more", "fewer", "less", "than"])  # fmt: skip
QUANTITY = words(
    "one two three four five six seven eight nine ten some many most several few none all both each half majority dozens hundreds thousands others "
    "any percent number"
)
JOINED = frozenset(["and", "along", "&"])
ADVERBS = (cue_words("adverb") - {"first", "both", "all", "long", "far", "better"}) | words(
    "perhaps maybe almost nearly roughly indeed moreover similarly increasingly apparently finally"
)
ADJUNCT = (PREPOSITIONS - {"of"}) | words(
    "after before during since under until amid despite when while as last this next earlier late"
)
NOUNS = ("organisation", "collective", "document", "role", "anonymous", "spokesperson")


def _together(tokens: list[str]) -> Reference | None:
    """Read "Mr. Ash and Senator Ines Pires": two persons who speak together, by their last names."""
    at = next((i for i, t in enumerate(tokens) if t.lower() in JOINED and i), None)
    if at is None:
        return None
    more = at + 2 if tokens[at].lower() == "along" else at + 1
    first, second = ([t for t in side if t not in LIST] for side in (tokens[:at], tokens[more:]))
    if not (first and second and first[-1][0].isupper() and second[-1][0].isupper()):
        return None
    if any(t.lower() in PREPOSITIONS | CUT | JOINED for t in (*first, *second)):
        return None
    one, other = (read(" ".join(side)) for side in (first, second))
    if {one.kind, other.kind} - {"person", "name"} or not (one.name and other.name):
        return None
    pair = " and ".join(name.split()[-1] for name in (one.name, other.name))
    return Reference("collective", head="both", phrase=pair, definite=True)


LIST = frozenset(",;")


_SPELT = re.compile(
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?|eleven|twelve|[a-z]{3,6}teen"
)


def _counts(word: str) -> bool:
    """Whether a word in small letters is a number or a quantifier."""
    return word in QUANTITY or word.isdigit() or _SPELT.fullmatch(word) is not None


def _part_of(core: list[str]) -> Reference | None:
    """Read "many of the residents", "one of the groups", "40 percent of voters", "22 percent": what counts is of whom."""
    low = [t.lower() for t in core]
    while len(low) > 1 and low[0] in NEARLY:
        core, low = core[1:], low[1:]
    counted = next((i for i, t in enumerate(low[:4]) if _counts(t)), None)
    if counted is None or any(t not in LEADING and not _counts(t) for t in low[:counted]):
        return None
    after = next((i for i in range(counted, min(len(low), counted + 3)) if low[i] in ("of", "in", "among")), None)
    if after is None:
        return Reference("collective", head="percent", phrase=" ".join(core)) if low[-1] == "percent" else None
    if any(not _counts(t) and t not in ("percent", "the") for t in low[counted:after]):
        return None
    if low[after] == "in" and ("".join(low[after + 1 :]).isdigit() or low[after + 1 :] == ["ten"]):  # "four in 10"
        return Reference("collective", head="share", phrase=" ".join(core))
    whole = read(" ".join(core[after + 1 :])) if after + 1 < len(core) else None
    if whole is None or (whole.kind == "person" and low[counted] != "one"):
        return None
    phrase, head = " ".join(core), whole.head
    body = whole.kind == "organisation" and whole.name is None
    if low[counted] in ("one", "each") and (body or (head or "").removesuffix("s") in heads("organisation")):
        return Reference("organisation", head=head, phrase=phrase)
    if low[counted] == "one" and low[after + 1 :] == ["them"]:
        return Reference("nominal", head="one", phrase="one of them", other=True)
    if low[counted] in ("one", "each") and low[after] != "in" and whole.kind == "collective":
        return Reference("nominal", head=head, phrase=phrase, affiliation=whole.affiliation)
    return Reference("collective", head=head, phrase=phrase, affiliation=whole.affiliation or whole.name)


def _apposed(found: Reference, rest: list[str], core: list[str]) -> Reference:
    """Take the name from the apposition: "a 34-year-old nurse, Dana Orr", "the driver, 34-year-old Dana Orr", "the nurses' union, Care Now"."""
    opens = next((i for i, t in enumerate(rest[:3]) if t[0].isupper()), 0)
    rest = [*unjudged(rest[:opens]), *rest[opens:]]  # "his agent, smooth-talking Dana Orr"
    runs = capital_runs(rest)
    if found.kind == "organisation" and found.name is None and runs and runs[0][0] == 0:
        name = " ".join(rest[runs[0][0] : runs[0][1]])
        whole = runs[0][1] == len(rest) or rest[runs[0][1]] in ",)"
        return replace(found, name=name, definite=True) if whole and not strip_titles(name)[0] else found
    if found.kind != "nominal" or not runs or runs[0][0] != int(_aged(rest)):
        return found
    theirs = _of_another(found, core, " ".join(rest[runs[0][0] : runs[0][1]]))
    if theirs is not None:
        return theirs
    title, name = strip_titles(" ".join(rest[runs[0][0] : runs[0][1]]))
    alone = runs[0][1] == len(rest) or rest[runs[0][1]] in ",)"
    kin = found.head in relatives() and alone and not _is_body(name)  # "his wife, Alma"
    if not (person_like(name) or kin or (title and alone and not _is_body(name))):
        return found
    return replace(found, kind="person", name=name, gender=found.gender or gender_of(name))


def _of_another(found: Reference, core: list[str], name: str) -> Reference | None:
    """Read "the brother of one of the victims, Dana Orr" as Dana Orr's brother: a name belongs to the noun beside it.

    Unless that noun is none for one person ("the lawyer for the union"), or of the other gender ("the boy, Dana Orr").
    """
    low = [t.lower() for t in core]
    at = next((i for i, t in enumerate(low) if t in ("of", "for", "to") and i), 0)
    close = relatives() | listed("roles", "heads", "close")
    if not at or low[at - 1] not in close or not all(t.islower() for t in core[at:]):
        return None
    noun = low[-1].removesuffix("s") if low[at + 1 : at + 3] == ["one", "of"] else low[-1]
    theirs = gender_of("", noun)
    if noun not in persons() or (theirs and (gender_of(name) or theirs) != theirs):
        return None
    whose = strip_titles(name)[1]
    if not person_like(whose) and _is_body(whose):
        return None
    phrase = f"{phrase_of(core[:at])} {low[at]} {whose}"
    return replace(found, head=low[at - 1], phrase=phrase, role=phrase_of(core[:at]), affiliation=None, definite=False)


def _aged(rest: list[str]) -> bool:
    return bool(rest) and rest[0].lower().endswith("-year-old")


def _one_named(part: Reference, rest: list[str]) -> Reference:
    """Read "one of them, 19-year-old Dana Orr"; no person is taken from "one of the parties, New Orvane"."""
    named = _apposed(replace(part, kind="nominal"), rest, [])
    return named if named.kind == "person" and (named.gender or _aged(rest)) else part


def _without_end(core: list[str]) -> list[str]:
    """Drop what ends a phrase before its verb, or its verb: "the firm sheepishly", "the Veritor poll puts"."""
    end = len(core)
    while end > 1 and core[end - 1].islower() and _no_noun(core[end - 1]):
        end -= 1
    return core[:end]


def _no_noun(word: str) -> bool:
    adverb = word.endswith("ly") and word not in LY_NOUNS and not any(word in heads(kind) for kind in NOUNS)
    return adverb or word in COUNTED or word in ("also", "then", "later", "once", "already", "being")


def _split(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Core of the phrase and its apposition or relative clause."""
    for index, token in enumerate(tokens):
        text = index + 1 < len(tokens) and tokens[index + 1].lower() in heads("document")
        modifies = text and not does(tokens[:index])  # "its published guidelines"
        relative = token.lower() in CUT and token not in ACRONYMS
        asked = token.lower() in ASKED and index and tokens[index + 1 : index + 2] == ["by"]
        if token in ",;:—–(" or (relative and index and not modifies) or asked:
            return tokens[:index], [t for t in tokens[index + 1 :] if t not in "()"]
    for begin, end in capital_runs(tokens):
        if end == len(tokens) or tokens[end].lower() not in ("of", "from", "with", "at"):
            continue
        title, name = strip_titles(" ".join(tokens[begin:end]))
        led = (
            begin == 0 or tokens[begin - 1].lower() in ("his", "her") or tokens[begin - 1].lower() in heads("role")
        )  # "Sports economist Ines Pires of the Port Board"
        royal = any(t.lower() in ROYAL for t in title.split())  # "Prince Aldo of Vorland"
        if led and (title or person_like(name)) and not _is_body(name) and (" " in name or royal):
            return tokens[:end], tokens[end:]
    return tokens, []


def _named(core: list[str], rest: list[str], text: str) -> Reference | None:
    runs = capital_runs(core)
    if not runs:
        return None
    begin, end = runs[-1]
    if POSSESSIVE_END.search(core[end - 1]) and end < len(core):
        return None
    alone = end - begin == 1 and all(t.lower() in LEADING for t in core[:begin]) and not _is_body(core[begin])
    if alone and end < len(core) and _opens(core[end:]):
        return None
    if end < len(core) and any(
        t.lower() in heads("role") | heads("person") | heads("collective") | heads("organisation") | heads("document")
        for t in core[end:]
    ):
        return None
    if core[end - 1].lower() in heads("text") and (end - begin > 1 or begin):
        body = affiliation_of(core[begin : end - 1])
        phrase = phrase_of(core)
        return Reference("document", head=core[end - 1].lower(), phrase=phrase, affiliation=body, definite=True)
    if (
        end == len(core)
        and end - begin == 1
        and begin
        and (core[begin].lower() in heads("role") | titles() or core[begin] in NO_NAMES)
    ):
        return None  # "The Harbour Group's CEO": a role, not a name
    the = begin == 1 and core[0].lower() == "the" and office(core) is not None
    if end == len(core) and (the or (begin == 0 and is_office(" ".join(core)))):
        return None  # "the Auditor General"
    outside = core[: begin - 1] if _office(core, begin) and _where_person(core, begin, end) > begin else core[:begin]
    begin = _where_person(core, begin, end)
    heading = next((i for i, t in enumerate(core) if t.lower() in heads("role") | titles() and i < begin), None)
    inside = {i for a, b in runs for i in range(a, b)}
    if any(t.lower() in PREPOSITIONS for i, t in enumerate(outside) if i not in inside):
        return None
    common = heads("collective") | (heads("organisation") | heads("role") | heads("document") if begin else frozenset())
    if end - begin == 1 and core[begin].lower() in common and all(t.lower() in LEADING for t in core[:begin]):
        return None
    title, name = strip_titles(" ".join(core[begin:end]))
    before = core[:begin]
    office_words = [*before, *title.split()]
    while len(office_words) > 1 and plain(office_words[-1]) in honorifics():
        office_words.pop()
    role_before, affiliation = role_of(office_words) if office_words else (None, None)
    role_after, affiliation_after = led(rest) or titled(rest) or role_of(rest, apposed=True)
    kind = core[begin - 1].lower() if begin else ""
    told = core[begin - 1].islower() and kind not in heads("role") if begin else False
    if told and not title and end == len(core) and kind.removesuffix("s") in heads("firm") | heads("organisation"):
        return Reference(
            "organisation", name=name.strip("'’"), head=kind, phrase=name, definite=True
        )  # "retail giant Ash"
    personal = title or heading is not None or person_like(name) or (role_after and not _is_body(name))
    bare_article = bool(before) and before[0].lower() == "the" and len(before) == 1 and not title
    if (
        (bare_article or _is_body(name))
        and not title
        and not (heading is not None and heading == begin - 1 and person_like(name))
    ):
        personal = False
    known = gender_of(name) or title or heading is not None
    if role_after and role_after.split()[-1].lower() in BODY_ROLES and not known:
        personal = False
    if not personal and len(name.split()) == 1 and begin == 0 and not _is_body(name):
        return Reference("name", name.strip("'’"), name.lower(), name, definite=True)
    described = begin > 0 and end == len(core) and end - begin == 1 and not _is_body(name)
    if (
        not personal
        and described
        and all(t.islower() for t in before[1:])
        and len(before) > 1
        and before[0].lower() == "the"
    ):
        return Reference("name", name.strip("'’"), name.lower(), name, definite=True)  # "the charismatic Ash"
    if not personal:
        modified = end == len(core) and all(t.islower() or t.lower() in LEADING for t in before)
        lone = core[begin:] if modified and not {"any", "every", "each", "no"} & set(before) else core
        lone = core[begin:end] if all(t.lower() in LEADING for t in before) else lone
        lone = lone[1:] if len(lone) > 1 and lone[0].lower() in LEADING else lone
        return Reference(
            "organisation",
            name=" ".join(lone).strip("'’"),
            phrase=phrase_of(core),
            head=core[-1].lower(),
            definite=True,
        )
    role = role_before or role_after
    gender = gender_of(name, " ".join([*before, title, role or "", *rest[:6]]) if before or title or rest else "")
    return Reference(
        "person", name, core[-1].lower(), phrase_of(core), role, affiliation or affiliation_after, gender, True
    )


def _where_person(core: list[str], begin: int, end: int) -> int:
    """Where a person's name begins in a run: after a body's ("Vorland News Ines Pires"), after an office's ("secretary of State Pires")."""
    last = core[max(begin, end - 2) : end]
    male, female = listed("names", "given", "male"), listed("names", "given", "female")
    given = (
        core[begin].lower() not in titles()
        and len(last) == 2
        and last[0].lower() in male | female
        and last[1].lower() not in organisation_words()
    )
    if given and end - begin > 2 and (_is_body(" ".join(core[begin : end - 2])) or _office(core, begin)):
        return end - 2
    short = end - begin == 2 and core[end - 1].lower() not in organisation_words()
    return end - 1 if short and _office(core, begin) else begin


def _office(core: list[str], begin: int) -> bool:
    """Whether "secretary of" or its like stands before a run."""
    return begin > 1 and core[begin - 1].lower() == "of" and core[begin - 2].lower() in titles()


def _is_body(name: str) -> bool:
    parts = [p.strip(".,'’").lower() for p in name.split()]
    if name in NO_NAMES:
        return False
    if any(p in organisation_words() for p in parts):
        return True
    return len(parts) == 1 and name.isupper() and len(name) > 1


def _unnamed(core: list[str]) -> Reference:
    """Read a phrase without a proper head: a described person, body, group of people or text."""
    low = [t.lower() for t in core]
    names = {i for a, b in capital_runs(core) for i in range(a, b)}
    stop = next(
        (
            i
            for i, t in enumerate(low)
            if t in AFTER_HEAD and i and i not in names and not (i + 1 < len(low) and low[i + 1] in heads("document"))
        ),
        len(core),
    )
    before = unjudged(core[: stop - 1])
    core, stop = [*before, *core[stop - 1 :]], len(before) + 1
    low = [t.lower() for t in core]
    head = POSSESSIVE_END.sub("", low[stop - 1]).strip(".")
    pointing = low[0] in ("the", "his", "her", "its", "their", "this", "that") or core[0][0].isupper()
    definite = pointing and low[0] not in NEW
    phrase = phrase_of(core)
    if head in heads("document"):
        body = affiliation_of(core[: stop - 1]) or affiliation_of(core[stop:])
        return Reference("document", head=head, phrase=phrase, definite=definite, affiliation=body)
    if head in heads("collective"):
        return Reference(
            "collective",
            head=head,
            phrase=phrase,
            definite=definite,
            affiliation=affiliation_of(core[: stop - 1]) or affiliation_of(core[stop:]),
        )
    holder = head in heads("role") | heads("spokesperson") | titles() or bare(core[stop - 1]) in NO_NAMES  # "the PM"
    if holder and head not in heads("organisation"):
        told = office(core)
        role, affiliation = (told.role, told.body) if told else role_of(core)
        head = told.head if told else head
        return Reference(
            "nominal",
            head=head,
            phrase=phrase,
            role=role,
            affiliation=affiliation,
            gender=gender_of("", " ".join(core[:stop])),
            definite=definite,
            other=low[0] == "another",
        )
    if head in INFORMANTS:
        body = affiliation_of(core[: stop - 1]) or affiliation_of(core[stop:])
        return Reference(
            "nominal", head=head, phrase=phrase, affiliation=body, definite=definite, other=low[0] == "another"
        )
    opened = core[0][0].isupper() and len(core) > 1 and all(t.islower() for t in core[1:]) and head.endswith("s")
    capital = core[0][0].isupper() and not opened and not (low[0] in LEADING and head.removeprefix("ex-") in persons())
    if head in heads("organisation") | heads("firm") - persons() or capital:
        name = phrase if core[-1][0].isupper() else None
        return Reference("organisation", name=name, head=head, phrase=phrase, definite=definite)
    gender = gender_of("", " ".join(core[:stop]))
    kind = "collective" if head.endswith("s") and not head.endswith("ss") and low[0] not in ("a", "an") else "nominal"
    return Reference(kind, head=head, phrase=phrase, gender=gender, definite=definite, other=low[0] == "another")
