"""Offices, ranks and forms of address around a person's name, of any country: "the Auditor General, Mrs Ines Pires".

Word lists alone: `framing.sources.naming` reads the names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from framing.quotations.lexicon import cue_forms, cue_words, table, words

LINKS = frozenset(["of", "for", "to", "at", "in"])
"""What joins an office to its body or matter."""
MATTERS = words("prosecutions opposition state staff rolls exchequer")
"""What makes a whole with the office before it: "Director of Public Prosecutions", "Leader of the Opposition"."""
RANKING = words(
    "general chief deputy assistant associate vice state public permanent principal press relations information executive managing minority "
    "majority special senior junior first acting interim prime lord lady high joint national federal regional provincial district divisional "
    "county zonal honorary crown private parliamentary political publicity media organising organizing operations detective field air wing "
    "squadron group cabinet corporate affairs human resources marketing commercial legal"
)
"""Words of an office's own name before its noun: "Deputy Public Relations Officer"."""
OF_PLACES = frozenset(["state", "county", "district"])
"""Those that belong to the place before them: "Vorland State Governor"."""
RANKS = frozenset(["ASP", "DSP", "DCP", "ACP", "CSP", "SSP", "DIG", "IGP", "DGP", "ADGP", "DCI", "WPC"])
"""Police ranks in capitals."""
SHORT_RANKS = frozenset(["PC", "DC", "DS", "DI"])
"""Those that other names begin with as well ("DC Films"): a rank before a given name alone."""
SINGLE = words(
    "whip leader officer manager treasurer registrar controller comptroller executive counsel editor ombudsman coroner convener convenor "
    "solicitor pathologist spokesman spokeswoman spokesperson"
)
"""Nouns of offices that are no surnames, beside the titles."""
SURNAMES = frozenset(
    ["pope", "bishop", "dean", "marshal", "major", "judge", "canon", "deacon", "vicar", "prime", "former", "ex"]
)
"""Titles that are: "Coach Pope"."""
MOST_BEFORE = 3
"""Words before its noun that a role may have."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office as a text tells it: role, body if told, and its noun."""

    role: str
    body: str | None
    head: str


@cache
def _nouns(kind: str) -> frozenset[str]:
    return words(table("roles")["heads"][kind])


@cache
def honorifics() -> frozenset[str]:
    """Forms of address, which are no office: "Shri", "Alhaji", "Mrs"."""
    return words(table("names")["titles"]["honorific"])


@cache
def _offices() -> frozenset[str]:
    """Nouns for who holds an office."""
    titles = table("names")["titles"]
    return (_nouns("role") | _nouns("spokesperson")).union(
        *(words(titles[k]) for k in ("open", "male", "female"))
    ) - honorifics()


@cache
def _given() -> frozenset[str]:
    given = table("names")["given"]
    return words(given["male"]) | words(given["female"])


@cache
def _unmistakable() -> frozenset[str]:
    """Nouns of offices that are nobody's surname after a title: "Chief Whip", not "Mayor Baker"."""
    return (words(table("names")["titles"]["open"]) | SINGLE) - SURNAMES - honorifics()


def is_office(name: str) -> bool:
    """Whether a capitalised run is an office's own name.

    Examples
    --------
    >>> is_office("Chief Whip"), is_office("Auditor General"), is_office("Mayor Baker"), is_office("Ines Judge")
    (True, True, False, False)
    """
    parts = name.split()
    return len(parts) > 1 and plain(parts[-1]) in _unmistakable() and office(parts, alone=True) is not None


def plain(word: str) -> str:
    """Word in small letters without points and commas."""
    return word.strip(".,").lower()


def rank(word: str, following: str) -> bool:
    """Whether a word in capitals is a rank before a name.

    Examples
    --------
    >>> rank("DSP", "Pires"), rank("DC", "Ines"), rank("DC", "Films")
    (True, True, False)
    """
    return word.strip(".") in RANKS or (word in SHORT_RANKS and plain(following) in _given())


def judging(word: str) -> bool:
    """Whether a word before a role judges who holds it: "the *corrupt* minister", not "the *religious* leader".

    Examples
    --------
    >>> [judging(word) for word in ("corrupt", "heroic", "shameless", "religious", "executive", "deputy")]
    [True, True, True, False, False, False]
    """
    low = word.lower().strip(".,")
    judged = table("roles")["judging"]
    if low in words(judged["neutral"]):
        return False
    return low in words(judged["words"]) or (len(low) > 5 and low.endswith(tuple(judged["endings"].split())))


def foreign(word: str) -> bool:
    """Whether a word before a role is no part of it: it judges, or belongs to a clause ("*thanked* nurse", "*whether she saw any* trader")."""
    low = word.lower()
    closed = (
        cue_words("subordinate")
        | cue_words("auxiliary")
        | cue_words("time")
        | words(table("roles")["judging"]["clause"])
    )
    verb = (low in cue_forms() or (low.endswith("ed") and len(low) > 4 and "-" not in low)) and low not in _nouns(
        "role"
    )
    return low in closed or judging(low) or (verb and low not in words(table("roles")["judging"]["neutral"]))


def office(core: list[str], *, addressed: bool = False, alone: bool = False) -> Office | None:
    """Read an office written with capitals: "the Director of Public Prosecutions", "the Nurses Council Chairman".

    Parameters
    ----------
    core
        Words of the phrase.
    addressed
        Whether a person with a form of address is set beside it: "the Otun of Ardmore, Alhaja ..." holds an office, though no list has it.
    alone
        Whether no word may be a name's: "Chief Whip", not "Ines Judge".

    Examples
    --------
    >>> office("the Leader of the Opposition".split()).role, office("the Railway Union President".split()).body
    ('Leader of the Opposition', 'Railway Union')
    >>> office("the Railway Union".split()), office("the president".split())
    (None, None)
    """
    tokens = core[1:] if core and core[0].lower() == "the" else core
    stop = next((i for i, t in enumerate(tokens) if i and t in LINKS), len(tokens))
    head, body = tokens[:stop], tokens[stop + 1 :]
    whose = next((i for i, t in enumerate(head) if t.endswith(("'s", "’s", "s'", "s’"))), None)
    if whose is not None:  # "the Harbour Board's Chief Engineer"
        told = office(["the", *head[whose + 1 :], *tokens[stop:]]) if whose + 1 < len(head) else None
        return told and Office(
            told.role, " ".join(head[: whose + 1]).rstrip("'’").removesuffix("'s").removesuffix("’s"), told.head
        )
    if not head or not all(t[0].isupper() for t in head):
        return None
    if plain(head[-1]) not in _offices():
        unknown = addressed and len(tokens) < len(core) and len(head) < MOST_BEFORE and bool(body)
        return Office(" ".join(head), _body(body), plain(head[-1])) if unknown and not _bodily(head) else None
    first = len(head) - 1
    while first and plain(head[first - 1]) in RANKING | _offices():
        first -= 1
    if first and first < len(head) - 1 and plain(head[first]) in OF_PLACES:
        first += 1
    if alone and not all(plain(t) in _nouns("organisation") | _nouns("collective") for t in head[:first]):
        return None
    role, theirs = _whole(" ".join(head[first:]), tokens[stop : stop + 1], body)
    noun = head[-2] if plain(head[-1]) == "general" and len(head) > 1 and plain(head[-2]) in _offices() else head[-1]
    return Office(role, " ".join(head[:first]) or theirs, plain(noun))


def _whole(role: str, link: list[str], body: list[str]) -> tuple[str, str | None]:
    """Role with the matter it makes a whole with, and the body: "Director of Public Prosecutions"; "Chairman" of "Harbour Board"."""
    matter = next((i for i, t in enumerate(body[:3]) if plain(t) in MATTERS), None)
    if matter is not None and (matter == len(body) - 1 or body[matter + 1] in LINKS):
        return " ".join([role, *link, *body[: matter + 1]]), _body(body[matter + 2 :])
    if body and not any(t[0].isupper() for t in body):  # "Counsel to the committee"
        return (" ".join([role, *link, *body]) if len(body) < MOST_BEFORE else role), None
    if body[:1] and body[0].islower() and body[0] != "the":  # "Special Adviser to a governor in Vorland"
        return role, None
    return role, _body(body)


def _body(tokens: list[str]) -> str | None:
    """Name of a body or place without its article."""
    kept = tokens[1:] if tokens and tokens[0].lower() == "the" else tokens
    stop = next((i for i, t in enumerate(kept) if t in (",", ";", "on", "in", "at", "with")), len(kept))
    return " ".join(kept[:stop]) or None


def _bodily(head: list[str]) -> bool:
    """Whether a name is a body's: "the Union", "the NPA"."""
    return any(
        plain(t) in _nouns("organisation") | _nouns("collective") | _nouns("document") or t.isupper() for t in head
    )
