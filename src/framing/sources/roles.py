"""What someone is, as a phrase beside a name tells it: the role, and the body it is held in."""

from __future__ import annotations

from framing.quotations.lexicon import words
from framing.sources.honours import RANKING, RANKS, SHORT_RANKS, foreign, honorifics, office, plain
from framing.sources.nouns import (
    CUT,
    LEADING,
    POSSESSIVE_END,
    PREPOSITIONS,
    bare,
    capital_runs,
    heads,
    listed,
    organisation_words,
    persons,
    titles,
)

PAST = frozenset(["former", "ex", "retired", "onetime", "one-time", "erstwhile"])


def does(tokens: list[str]) -> bool:
    """Whether words end in who may have done what the next tells: "the company released figures"."""
    last = tokens[-1] if tokens else "the"
    known = persons() | heads("organisation") | heads("firm") | heads("collective")
    named = last[0].isupper() and last.lower() not in LEADING
    return not POSSESSIVE_END.search(last) and (named or last.lower() in known)


def titled(rest: list[str]) -> tuple[str, str | None] | None:
    """Office in capitals after a name: "Ines Pires, the Auditor General"."""
    stop = next((i for i, t in enumerate(rest) if t in ",;—–()" or t.lower() in CUT), len(rest))
    told = office(rest[:stop]) if stop > 2 and rest[0].lower() == "the" else None
    return (told.role, told.body) if told else None


PRIZED = words("winner champion laureate medallist medalist finalist runner-up")
"""What somebody is by a prize or contest, to which nobody belongs."""
LED = {
    "heads": "head", "headed": "head", "leads": "leader", "led": "leader", "chairs": "chair", "chaired": "chair", "runs": "head", "ran": "head",
    "directs": "director", "directed": "director", "founded": "founder", "manages": "manager", "managed": "manager", "edits": "editor",
    "owns": "owner", "owned": "owner", "coaches": "coach", "coached": "coach",
}  # fmt: skip
"""What somebody is who does this to a body."""
OCCUPATIONS = ("ologist", "ist", "ian", "grapher")
"""Endings of occupations."""
PASSING = frozenset(["tourist", "motorist", "cyclist", "pedestrian", "civilian", "finalist"])
"""Who is at a place without belonging to it."""
OUTSIDE = frozenset(["critic", "opponent", "rival", "victim", "survivor", "witness"])
"""Who does not belong to what they are told to be somebody of: "a critic of the Port Board"."""
ENDS = PREPOSITIONS - {"of", "for"} | words("since until there when where after before while")
"""What ends the body in such a clause."""


def led(tokens: list[str]) -> tuple[str, str | None] | None:
    """Office and body that a relative clause tells: "who heads the aid agency"."""
    at = next((i for i, t in enumerate(tokens[:3]) if t.lower() == "who"), None)
    if at is None:
        return None
    told = tokens[at + 1 :]
    while told and told[0].lower() in ("has", "had", "now", "also", "still"):
        told = told[1:]
    stop = next((i for i, t in enumerate(told) if i and (t.lower() in CUT | ENDS or t in ",;—–")), len(told))
    body = told[1:stop]
    if not body or told[0].lower() not in LED or not (body[0][0].isupper() or body[0].lower() in LEADING):
        return None
    whole = affiliation_of(body, whole=True)
    known = whole is not None and any(
        word.lower() in organisation_words() | heads("organisation") for word in whole.split()
    )
    return (LED[told[0].lower()], whole) if known or body[0][0].isupper() else None


def role_of(tokens: list[str], *, apposed: bool = False) -> tuple[str | None, str | None]:
    """Role and affiliation of a phrase such as "a spokesman for the Port Board" or "union leader"."""
    if apposed and tokens and tokens[0].isdigit():
        tokens = [t for t in tokens[1:] if t != ","] if len(tokens) > 1 else []
    stop = next(
        (i for i, t in enumerate(tokens) if t.lower() in ("who", "which", "whose", "—", ";", ",", "–") and i),
        len(tokens),
    )
    tokens = tokens[:stop]
    told = None if apposed else office(tokens)
    if told and " " in told.role:
        return told.role, told.body  # "Police Public Relations Officer Ines Pires"
    names = {i for a, b in capital_runs(tokens) for i in range(a, b)}
    phrase = next((i for i, t in enumerate(tokens) if t.lower() in PREPOSITIONS and i not in names), len(tokens))
    known = heads("role") | titles() - honorifics()
    ranks = RANKS | SHORT_RANKS
    at = next((i for i in range(phrase - 1, -1, -1) if plain(tokens[i]) in known or tokens[i] in ranks), None)
    if at is None and not apposed and tokens and tokens[-1].lower() in PRIZED:
        return " ".join(tokens[1:] if tokens[0].lower() in LEADING else tokens), None  # "Golden Bell winner Ines Pires"
    if at is None and apposed and _works_at(tokens, phrase):
        return phrase_of(tokens[:phrase]), affiliation_of(tokens[phrase + 1 :], whole=True)
    if at is None:
        return None, affiliation_of(tokens, whole=True) if not apposed or (
            tokens and tokens[0].lower() in PREPOSITIONS
        ) else None
    first = at
    while first and tokens[first - 1].lower().strip(".") in titles():
        first -= 1
    if first > 1 and tokens[first - 1].lower() == "of" and tokens[first - 2].lower() in titles():
        first -= 2  # "secretary of state"
    lead = next((i for i in range(max(0, first - 2), first) if tokens[i].lower() in titles() - honorifics()), None)
    if lead is not None and all(t[0].isupper() for t in tokens[lead : at + 1]):
        first = lead
    while (
        first
        and not tokens[first - 1][0].isupper()
        and not POSSESSIVE_END.search(tokens[first - 1])
        and tokens[first - 1].lower() not in LEADING | {"of", "for", "at", "and"}
        and not (tokens[first - 1].endswith("ed") and does(tokens[: first - 1]))
        and not foreign(tokens[first - 1])
    ):
        first -= 1
    if (
        first
        and tokens[first - 1][0].isupper()
        and not POSSESSIVE_END.search(tokens[first - 1])
        and at - first > 0
        and first > 1
        and not tokens[first - 2][0].isupper()
        and tokens[first - 2].lower() not in LEADING
    ):
        first -= 1
        while (
            first
            and not tokens[first - 1][0].isupper()
            and tokens[first - 1].lower() not in LEADING
            and not foreign(tokens[first - 1])
        ):
            first -= 1
    if first == 1 and plain(tokens[0]) in RANKING and tokens[first].islower():
        first -= 1  # "Chief financial officer"
    former = "former " if any(t.lower() == "former" for t in tokens[:first]) else ""
    role = former + " ".join([*unjudged(tokens[first:at]), tokens[at]])
    after = tokens[at + 1 :]
    affiliation = None
    field = next((i for i, t in enumerate(after[:5]) if i > 1 and t.lower() in ("at", "for", "with")), 0)
    if (
        after[:1] == ["of"] and field and all(t.islower() for t in after[:field])
    ):  # "head of research at the Port Board"
        role, after = " ".join([role, *after[:field]]), after[field:]
    elif (
        after[:1] == ["of"] and len(after) > 1 and after[1][0].isalpha() and not any(t[0].isupper() for t in after[1:4])
    ):  # "leader of the opposition"
        role += " " + " ".join(after[: 3 if after[1].lower() == "the" else 2])
    outside = tokens[at].lower() in OUTSIDE
    if after and after[0].lower() in ("for", "of", "at", "with", "in", "from", "to") and not outside:
        affiliation = affiliation_of(after[1:], whole=True)
    return role, affiliation_of(tokens[:first]) or affiliation


def _works_at(tokens: list[str], phrase: int) -> bool:
    """Whether an apposition tells an occupation on no list, and where it is followed: "a toxicologist at the Port Laboratory"."""
    head = tokens[phrase - 1].lower() if 1 < phrase < len(tokens) else ""
    told = tokens[:1] and tokens[0].lower() in ("a", "an", "the") and all(t.islower() for t in tokens[1:phrase])
    return bool(told) and head.endswith(OCCUPATIONS) and head not in PASSING and tokens[phrase].lower() == "at"


def affiliation_of(tokens: list[str], *, whole: bool = False) -> str | None:
    """Body named in a run of words: its capitalised name, else (after "for") the common noun."""
    runs = [r for r in capital_runs(tokens) if tokens[r[0]].lower().strip(".") not in titles() or r[1] - r[0] > 1]
    if runs:
        begin, end = runs[0]
        name = " ".join(bare(t) if i == end - 1 else t for i, t in enumerate(tokens[begin:end], begin))
        tail = [t for t in tokens[end : end + 3] if not POSSESSIVE_END.search(t)]
        noun = next((i for i, t in enumerate(tail) if t.lower() in heads("organisation")), None)
        if noun is not None:
            name = " ".join([name, *tail[: noun + 1]])
        return name
    if whole and any(t.lower().rstrip("'’s") in heads("organisation") for t in tokens):
        return phrase_of(tokens[:6])
    plain = [t for t in tokens if t.lower() not in LEADING]
    if plain and plain[-1].lower() in heads("organisation"):
        return " ".join(plain)
    return None


def phrase_of(tokens: list[str]) -> str:
    """Words of a phrase without the determiners it opens with."""
    start = 0
    while start < len(tokens) - 1 and tokens[start].lower() in LEADING - {"former", "one", "two", "three", "late"}:
        start += 1
    first = tokens[start].lower() if tokens[start].lower() in LEADING else tokens[start]
    return " ".join([first, *tokens[start + 1 :]])


def unjudged(words_before: list[str]) -> list[str]:
    """Words before a noun without those that judge it.

    Examples
    --------
    >>> unjudged(["a", "deeply", "damning", "police"])
    ['a', 'police']
    """
    judging = listed("roles", "epithets", "texts") | listed("roles", "judging", "words")
    opens = words_before[0].lower() if words_before and all(word.islower() for word in words_before[1:]) else ""
    told = [opens, *words_before[1:]]
    kept = [i for i, word in enumerate(words_before) if told[i] not in judging]
    adverbs = {i for i in kept if words_before[i].endswith("ly") and i + 1 < len(words_before) and i + 1 not in kept}
    return [words_before[i] for i in kept if i not in adverbs]


def past(phrase: str) -> bool:
    """Whether a role or phrase tells of an office that is no longer held.

    Examples
    --------
    >>> past("former mayor"), past("ex-minister"), past("mayor")
    (True, True, False)
    """
    low = phrase.lower().split()
    return any(word in PAST or word.startswith("ex-") for word in low)
