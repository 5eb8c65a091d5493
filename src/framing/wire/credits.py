"""Whose copy a text is, by its credits: datelines, bylines, closing credits, an agency's description of itself, "told <agency>"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from framing import outlets
from framing.wire.rows import text_or_none

MOST_NAMES = 3  # a byline with more is a list of everybody on the site


@dataclass(frozen=True)
class Credit:
    """An agency, and the words that credit it."""

    agency: str
    reason: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    forms = sorted((f for a in outlets.agencies().values() for f in a.credit), key=len, reverse=True)
    any_form = "(?:[Tt]he )?(?P<agency>" + "|".join(map(re.escape, forms)) + ")"
    dash = r"\s{0,3}(?:[-–—:]{1,3}|\u2013)"
    return {
        # ORVANE, Oct. 5 (AFP) - The ...
        "dateline": re.compile(rf"^[^()\n]{{0,80}}[(\[]{any_form}(?:[/ ,][^()\]\n]{{0,40}})?[)\]]{dash}"),
        # AFP - The ... ; ORVANE, Oct 5, Reuters: The ...
        "dateline without brackets": re.compile(rf"^(?:[A-Z][\w.' ]{{1,40}},? (?:[A-Z][a-z]{{2,8}}\.? \d{{1,2}},? )?)?{any_form}\s?(?:--|[-–—]) "),
        "closing credit": re.compile(rf"^[\s(\[—–-]{{0,5}}{any_form}(?: staff)?[\s)\].]{{0,4}}$|[.”\"’)] {{0,3}}[(\[—–-]{{1,2}} ?{any_form.replace('agency', 'agency2')}[)\]]?\.?$"),
        "rights": re.compile(rf"(?:©|\(c\)|[Cc]opyright)[^.\n]{{0,40}}?{any_form}\b"),
        "description": re.compile(rf"^{any_form}\b[^.\n]{{0,30}}? (?:is|provides|delivers) [^.\n]{{0,60}}?(?:news agency|news service|newswire|wire service|news provider|news organi[sz]ation)"),
        "contribution": re.compile(rf"{any_form}[^.\n]{{0,60}} contributed|(?:contributed|files|reporting|material|information|additional reporting) (?:from|by|via) {any_form.replace('agency', 'agency2')}"),
        "told": re.compile(rf"\b(?:told|tells|telling|informed|interview with|speaking to|spoke to|spoken to|statement to) {any_form}\b(?!['’]s)"),
        "cited": re.compile(rf"\b(?:according to|reported by|as reported|citing|cited by|quoted by) {any_form}\b|{any_form.replace('agency', 'agency2')} (?:first )?(?:reported|reports|quoted)\b"),
        "byline": re.compile(rf"(?:^|[,;/|(]| and |[Bb]y |[-–—] ?| for | of ){{1}}\s?{any_form}(?: (?:[Ss]taff|[Ww]riters?|[Rr]eporters?|[Nn]ews|[Cc]orrespondents?|[Ss]taff [Ww]riters?|[Ee]ditors?)){{0,2}}\s{{0,2}}(?:$|[,;/|)])"),
    }  # fmt: skip


@cache
def _by_form() -> dict[str, str]:
    return {form: key for key, agency in outlets.agencies().items() for form in agency.credit}


def credit(row: Mapping[str, Any]) -> Credit | None:
    """Agency whose copy an article is by its own words; None if it is the outlet's or does not say.

    An agency's own pages are its own work, so they are not wire copy. "Reuters contributed to this
    report" and "according to Reuters" credit a part, and do not make the text the agency's.

    Parameters
    ----------
    row
        An article: text, author, outlet and credits are looked at.

    Examples
    --------
    >>> credit({"text": "The mayor resigned.", "author": "Associated Press"}).agency
    'AP'
    >>> credit({"text": "The mayor resigned, according to Reuters."}) is None
    True
    """
    text = text_or_none(row.get("text")) or ""
    paragraphs = [p.strip() for p in re.split(r"\n+", text) if p.strip()]
    own = outlets.find(text_or_none(row.get("outlet")), text_or_none(row.get("url")))
    for key, words in _evidence(
        paragraphs, text_or_none(row.get("author")), text_or_none(row.get("credits")), text_or_none(row.get("outlet"))
    ):
        if own is not None and own.agency == key:
            return None
        return Credit(outlets.agencies()[key].name, words)
    author, outlet = text_or_none(row.get("author")), text_or_none(row.get("outlet"))
    return _unlisted(paragraphs, author, outlet) or _bracketed(
        paragraphs, author, text_or_none(row.get("credits")), outlet
    )


_CALLED = r"(?P<name>(?:[A-Z][\w.&'’-]*[ -](?:of[ -]|the[ -])?){1,4}(?:News|Press|Wire)[ -](?:Agency|Service|Association|Bureau)|(?:[A-Z][\w.&'’-]*[ -]){1,4}Newswire)"
_UNLISTED = {
    "dateline": re.compile(rf"^[^()\n]{{0,80}}[(\[](?:[Tt]he )?{_CALLED}[)\]]\s{{0,3}}[-–—:]"),
    "byline": re.compile(rf"(?:^|, |\| ?|/ ?| - )(?:[Bb]y )?(?:[Tt]he )?{_CALLED}$"),
}
"""Agencies that no list has, by what they call themselves, where an agency's credit stands."""


_BRACKETED = re.compile(
    r"^(?P<place>[A-Z][^()\n]{1,60})[(\[](?P<name>[A-Z][\w.&'’-]{2,}(?: [A-Z][\w.&'’-]+){0,2})[)\]]\s{0,3}[-–—:]"
)
"""A dateline with a name in brackets, which need not be an agency's: a day or a bureau may stand there."""


def _bracketed(paragraphs: Sequence[str], author: str | None, credits: str | None, outlet: str | None) -> Credit | None:
    """An agency that no list has, if the dateline's name is the whole byline too, or claims the rights."""
    found = next((m for p in _openings(paragraphs)[:2] if (m := _BRACKETED.search(p[:200]))), None)
    if found is None or _letters(found["name"]) in _letters(outlet or ""):
        return None
    name = found["name"]
    lines = [*paragraphs[-3:], *(credits or "").split("\n")]
    rights = re.compile(rf"(?:©|\(c\)|[Cc]opyright)[^.\n]{{0,20}}{re.escape(name)}\b")
    if _letters(author or "") == _letters(name) or any(rights.search(line[:300]) for line in lines):
        return Credit(name, f"dateline: {found[0].strip()[:80]}")
    return None


_TURN = re.compile(r"^(?P<who>[A-Z][^:()\[\]\n]{0,60}?)\s?(?P<outlet>[(\[][^()\[\]\n]{1,60}[)\]])?\s?:\s")
"""Who speaks in a transcript, perhaps for whom, and a colon."""
_ASKER = re.compile(
    r"^(?:Q|[Qq]uestion|QUESTION|[Rr]eporter|REPORTER|[Jj]ournalist|JOURNALIST|[Mm]oderator|MODERATOR|[Cc]orrespondent|CORRESPONDENT"
    r"|Frage|FRAGE|Pregunta|PREGUNTA|Pergunta|PERGUNTA)\b[^()\n]{0,20}[(\[]"
)


def _openings(paragraphs: Sequence[str]) -> list[str]:
    """Paragraphs where a dateline may stand: the first three, less the turns of a transcript.

    In "QUESTION (AFP): Who blocks the road?" the brackets say for whom a reporter asks. A turn is told by the word for who
    asks, by ending in a question, by a label that opens another paragraph too, or by other outlets in brackets before a colon.

    Examples
    --------
    >>> _openings(["ORVANE (AFP): Ships sail.", "Why it matters: ships sail."])
    ['ORVANE (AFP): Ships sail.', 'Why it matters: ships sail.']
    >>> _openings(["Ada Orr (Reuters): Why now?", "Ben Ito (AFP): Thank you.", "Q (AP) - And the crew?"])
    []
    """
    labels = [m for p in paragraphs if (m := _TURN.match(p[:200]))]
    times = Counter(m["who"] for m in labels)
    several = len({m["outlet"] for m in labels} - {None}) > 1 or any(map(_ASKER.match, paragraphs))

    def turn(paragraph: str) -> bool:
        label = _TURN.match(paragraph[:200])
        if label is None:
            return _ASKER.match(paragraph) is not None
        asks = _ASKER.match(paragraph) or paragraph.rstrip("\"'”’)").endswith("?")
        return bool(asks) or times[label["who"]] > 1 or (label["outlet"] is not None and several)

    return [p for p in paragraphs[:3] if not turn(p)]


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name.casefold()))


def _unlisted(paragraphs: Sequence[str], author: str | None, outlet: str | None) -> Credit | None:
    for kind, text in (*(("dateline", p[:200]) for p in _openings(paragraphs)), ("byline", (author or "")[:300])):
        found = _UNLISTED[kind].search(text)
        if found is not None and _letters(found["name"]) not in _letters(outlet or ""):
            return Credit(found["name"], f"{kind}: {found[0].strip()[:80]}")
    return None


def _evidence(
    paragraphs: Sequence[str], author: str | None, credits: str | None, outlet: str | None = None
) -> Iterator[tuple[str, str]]:
    """Agencies credited, most certain evidence first, each with the words."""
    patterns = _patterns()
    for paragraph in _openings(paragraphs):
        for name in ("dateline", "dateline without brackets"):
            if match := patterns[name].search(paragraph[:200]):
                yield _key(match), f"dateline: {match[0].strip()[:80]}"
    few = author is not None and len(re.split(r",|;| and |\|", author)) <= MOST_NAMES
    if author and few and (match := patterns["byline"].search(author[:300])):
        yield _key(match), f"byline: {author[:80]}"
    tail = [p for p in paragraphs[-3:] if len(paragraphs) > 1]
    for line in (*tail, *(credits or "").split("\n")):
        if patterns["contribution"].search(line[:400]):
            continue
        for name in ("closing credit", "rights", "description"):
            piece = line[-120:] if name == "closing credit" and len(line) > 120 else line[:400]
            if match := patterns[name].search(piece):
                yield _key(match), f"{name}: {match[0].strip()[:80]}"
    if any(_REPORTING.match(p) for p in tail):
        yield "reuters", "closing credit: reporting by ...; editing by ..."
    told = Counter(_key(m) for p in paragraphs for m in patterns["told"].finditer(p))
    cited = {_key(m) for p in paragraphs for m in patterns["cited"].finditer(p)}
    if len(told) == 1 and not cited:
        ((key, n),) = told.items()
        if n >= (3 if outlet else 2):  # an outlet may quote what somebody told an agency
            yield key, f"told {outlets.agencies()[key].name}, {n} times"


# the closing line of one agency's house style, the same in every outlet that prints it
_REPORTING = re.compile(
    r"^\(?(?:Additional )?[Rr]eporting by [^;\n]{3,200}[;.] ?(?:[^;\n]{3,200}; ?)?(?:[Ww]riting|[Ee]diting) by "
)


def _key(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return _by_form()[groups.get("agency") or groups["agency2"]]
