r"""Who wrote an article: lines that say so, and the names in a field that holds a whole line."""

from __future__ import annotations

import html
import re
from functools import cache

from framing import outlets

_PRE = r"(?:(?:exclusive|special report|words|story|text|written|reported|report|additional reporting)[:,]?\s+)?"
BY = re.compile(rf"^{_PRE}(?:by|von|par|por|di|door)[:\s]\s*(?P<who>.{{3,100}})$", re.I)
"""A byline, as a line that was taken for one has it."""
_LABEL = re.compile(rf"^(?:{_PRE}by[:\s]\s*|exclusive[:|]\s*|(?-i:EXCLUSIVE)\s+)(?=\w)", re.I)
_PARTICLE = r"(?i:al|bin|bint|da|de|del|della|den|der|di|dos|du|e|el|la|le|ibn|ten|ter|van|von|y|zu)"
_NAME = rf"(?:[A-Z][\w.'’-]*)(?: (?:{_PARTICLE} ){{0,2}}[A-Z][\w.'’-]*){{1,3}}"
_FIRM = r"[A-Z][\w.'’-]+ & [A-Z][\w.'’-]+"
_PLAIN = re.compile(
    rf"(?i:{_PRE}by):? (?!(?i:the|an?|any|all|no|our|this)\b)(?:{_FIRM}|{_NAME})(?:(?:, | (?i:and) |, (?i:and) | & ){_NAME}){{0,5}}(?:(?:, |\s?[|•]\s?).{{2,40}})?"
)
_CALENDAR = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:January|February|March|April|June|July|August|September|October|November|December)\b", re.I)  # fmt: skip
_BETWEEN = re.compile(r"\s[–—-]\s|\s?[|•]\s?")
_TIME = re.compile(r"\b(?:updated|published|posted|first published)\b|\b(?:19|20)\d\d\b|\d\d?:\d\d", re.I)
_SINCE = re.compile(r"[\s,]+(?:last updated|updated|published|posted)(?: on| at)?:?\s.*\d.*$", re.I)
_WORKS_AS = re.compile(
    r"\b(?:opinion|columnist|contributor|editorial|editor|correspondent|reporter|writer|staff|analysis)\b", re.I
)


def is_byline(line: str) -> bool:
    """Whether a line says "By" and names, and nothing else; a place or a role may follow.

    Examples
    --------
    >>> is_byline("By Ada Orr"), is_byline("BY BEN ITO AND ADA DE VRIES"), is_byline("By Friday Morning"), is_byline("By then it rained")
    (True, True, False, False)
    """
    return len(line) <= 160 and _PLAIN.fullmatch(line) is not None and not _CALENDAR.search(line)


def names(field: str, outlet: str | None = None) -> str | None:
    """Names in an author field, without the place, the time and the outlet that stand in the same line.

    An agency or what somebody works as is left: it tells whose copy the text is, and its genre.

    Parameters
    ----------
    field
        As the source wrote it.
    outlet
        The article's outlet, whose name is no author's beside another.

    Examples
    --------
    >>> names("Ada Orr | Orvane | Updated: October 15, 2031 06:30 IST"), names("EXCLUSIVE by Ben Ito"), names("Ada Orr, Ben Ito")
    ('Ada Orr', 'Ben Ito', 'Ada Orr, Ben Ito')
    >>> names("Ada Orr | The Skerry Sun"), names("Ada Orr | Reuters")
    ('Ada Orr', 'Ada Orr | Reuters')
    """
    whole = _LABEL.sub("", html.unescape(field).strip())
    line = _SINCE.sub("", whole)
    parts = [part for part in _BETWEEN.split(line) if part.strip()]
    dated = line != whole or any(_TIME.search(part) for part in parts[1:])
    others = [part for part in parts[1:] if not _TIME.search(part)]
    if any(_tells(part) for part in others):
        return line.strip(" ,|•") or None
    if dated:
        others = []  # name | place | time
    kept = [*parts[:1], *(part for part in others if re.fullmatch(_NAME, part) and not _is_outlet(part, outlet))]
    return ", ".join(kept) if len(kept) < len(parts) else line.strip(" ,|•") or None


@cache
def _agencies() -> frozenset[str]:
    return frozenset(form.casefold() for agency in outlets.agencies().values() for form in agency.credit)


def _tells(part: str) -> bool:
    return part.strip().casefold().removeprefix("the ") in _agencies() or _WORKS_AS.search(part) is not None


def _is_outlet(part: str, outlet: str | None) -> bool:
    return part.startswith("The ") or _letters(part) in _letters(outlet or "") or outlets.known(part)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
