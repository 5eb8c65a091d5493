"""Publication times of any usual form, to UTC; impossible ones to null, with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

EARLIEST = 1600  # no newspaper is older
_NUMERIC = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_STAMP = re.compile(r"^\d{10}(\d{3})?(\.\d{1,9})?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})Z?)?$")
_RELATIVE = re.compile(r"\b(ago|yesterday|today|hours?|minutes?|il y a|vor|hace|fa)\b", re.I)
_ZONES: dict[str, float] = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "ET": -5,
    "CT": -6,
    "PT": -8,
}
_ZONES |= {
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "IST": 5.5,
    "HKT": 8,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
}
_IN_NAME = re.compile(r"(?<!\d)((?:1[6-9]|20)\d{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_CLOCK = re.compile(
    r"\d:\d\d|\b\d{1,2}(?:[.:]\d\d)?\s?(?:[ap]\.?\s?m\b|h\b|h\d\d|Uhr)|\d{8}T?\d{6}|\d{4},? (?:at |um |à )?\d{1,2}\.\d\d\b",
    re.I,
)
_ZEROS = re.compile(r"\d{4}-\d\d-\d\d[T ]00:00(?::00(?:\.0{1,9})?)?")
"""A day as software writes it: midnight sharp without a zone."""
_MISSING = {"", "none", "null", "nan", "nat", "n/a", "na", "-", "unknown", "undefined"}


@dataclass(frozen=True)
class Time:
    """A time in UTC or null, and what is to be known about it."""

    at: datetime | None
    reason: str | None = None


def is_missing(value: Any) -> bool:
    """Whether a value says that there is none.

    Examples
    --------
    >>> is_missing("None"), is_missing(float("nan")), is_missing("2019")
    (True, True, False)
    """
    if value is None or (isinstance(value, float) and value != value):
        return True
    return isinstance(value, str) and value.strip().casefold() in _MISSING


def day_first(values: Iterable[Any]) -> bool | None:
    """Whether ``5/9/18`` is the 5th of September in this source; None if nothing tells.

    Examples
    --------
    >>> day_first(["5/9/18", "25/9/18"]), day_first(["9/25/18"]), day_first(["5/9/18"])
    (True, False, None)
    """
    firsts = [m for v in values if isinstance(v, str) and (m := _NUMERIC.match(v.strip()))]
    day = sum(int(m[1]) > 12 for m in firsts)
    month = sum(int(m[2]) > 12 for m in firsts)
    if day == month:
        return True if firsts and all("." in m[0] for m in firsts) else None
    return day > month


def parse(value: Any, *, first: bool | None = None, now: datetime | None = None) -> Time:
    """Time of a value as found.

    Parameters
    ----------
    value
        String, number of seconds or milliseconds since 1970, or datetime.
    first
        Whether the day comes first in all-number dates (see :func:`day_first`).
    now
        Times later than two days after this are impossible; the present if None.

    Returns
    -------
    Time
        A time without a zone is taken as UTC.

    Examples
    --------
    >>> parse("2019-07-11").at.isoformat()
    '2019-07-11T00:00:00+00:00'
    >>> parse("0001-01-01").reason
    'impossible date: the year 1'
    >>> parse("9/25/18 3:00 PM EST").at.isoformat()
    '2018-09-25T20:00:00+00:00'
    """
    if is_missing(value):
        return Time(None, "no date")
    try:
        found, note = _read(value, first)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        year = re.match(r"^\s{0,4}0{1,3}\d\b", str(value))
        return Time(
            None,
            f"impossible date: {str(value)[:40]}"
            if year or "out of range" in str(error)
            else f"not a date: {str(value)[:60]}",
        )
    if found is None:
        return Time(None, note)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if found.year < EARLIEST:
        return Time(None, f"impossible date: the year {found.year}")
    if found > (now or datetime.now(UTC)) + timedelta(days=2):
        return Time(None, f"impossible date: {found:%Y-%m-%d} has not come yet")
    return Time(found, note)


def is_day(written: str) -> bool:
    """Whether a date was written without a time of the day.

    Examples
    --------
    >>> is_day("21 May 2026"), is_day("2026-05-21"), is_day("2026-05-21 00:00:00")
    (True, True, True)
    >>> is_day("2026-05-21T10:00:00+10:00"), is_day("May 20, 2026, 8 pm EDT"), is_day("1779321600")
    (False, False, False)
    """
    text = " ".join(written.split())
    return bool(_ZEROS.fullmatch(text)) or not (_STAMP.match(text) or _CLOCK.search(text))


def whole_days(articles: pd.DataFrame) -> pd.Series:
    """Which articles have a date without a time, by what was written; where nothing was, midnight sharp in UTC tells.

    Parameters
    ----------
    articles
        Columns ``published_at`` and, if there is one, ``published_raw``.

    Returns
    -------
    Series of bool
        On the frame's index. A time that is midnight in UTC only (10:00 in Sydney) is a time.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-05-21", "2026-05-21"], utc=True)
    >>> whole_days(pd.DataFrame({"published_at": at, "published_raw": ["21/05/2026", "2026-05-21T10:00:00+10:00"]})).tolist()
    [True, False]
    """
    at = articles["published_at"]
    found = at.notna() & at.eq(at.dt.normalize())
    if "published_raw" in articles:
        written = articles.loc[found, "published_raw"].dropna().astype(str)
        found.loc[written.index] = written.map(is_day).astype(bool)
    return found.astype(bool)


def known_by(articles: pd.DataFrame) -> pd.Series:
    """When articles had been published at the latest: their time, and the end of the day where only that is known.

    Examples
    --------
    >>> known_by(pd.DataFrame({"published_at": pd.to_datetime(["2026-05-21"], utc=True)})).astype(str).tolist()
    ['2026-05-22 00:00:00+00:00']
    """
    at = articles["published_at"]
    return at.where(~whole_days(articles), at + pd.Timedelta(days=1))


def in_name(name: str) -> str | None:
    """Whole day that stands in a file's name, year first, the only order that no country reads in another way.

    Examples
    --------
    >>> in_name("2020-01-15-harbour.txt"), in_name("harbour_20200115.txt"), in_name("report-15-01-2020.txt")
    ('2020-01-15', '2020-01-15', None)
    """
    days = {f"{year}-{month}-{day}" for year, _, month, day in _IN_NAME.findall(name)}
    return days.pop() if len(days) == 1 else None


def _read(value: Any, first: bool | None) -> tuple[datetime | None, str | None]:
    if isinstance(value, datetime):
        return value, None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day), None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _stamp(float(value)), None
    if not isinstance(value, str):
        raise ValueError("neither text, number nor time")
    text = " ".join(value.split())[:100]
    if _STAMP.match(text):
        return _stamp(float(text)), None
    if compact := _COMPACT.match(text):
        return datetime(*(int(g) for g in compact.groups("0"))), None  # type: ignore[arg-type]
    try:
        return datetime.fromisoformat(
            text.replace("Z", "+00:00").replace("/", "-") if text[:4].isdigit() else text
        ), None
    except ValueError:
        return _free(text, first)


def _stamp(seconds: float) -> datetime:
    while abs(seconds) > 1e11:  # milli-, micro- or nanoseconds
        seconds /= 1000
    if not 1e8 < seconds < 1e11:
        raise ValueError("not a time stamp")
    return datetime.fromtimestamp(seconds, UTC)


EITHER_WAY = "day and month could be the other way round: read as month first"


@lru_cache(4096)
def _free(text: str, first: bool | None) -> tuple[datetime | None, str | None]:
    from dateutil import parser

    numeric = _NUMERIC.match(text)
    note = None
    if numeric and first is None and int(numeric[1]) <= 12 and int(numeric[2]) <= 12 and numeric[1] != numeric[2]:
        note = EITHER_WAY
    zones = {name: int(hours * 3600) for name, hours in _ZONES.items()}
    bare = re.sub(r"^(published|updated|posted|last updated|first published)( on| at)?:? ", "", text, flags=re.I)
    bare = bare.replace("a.m.", "am").replace("p.m.", "pm").replace("|", " ").replace("•", " ")
    defaults = datetime(1, 1, 1), datetime(4, 2, 2)
    try:
        one, two = (parser.parse(bare, dayfirst=bool(first), default=d, tzinfos=zones) for d in defaults)
    except (parser.ParserError, OverflowError, ValueError, TypeError):
        return _foreign(bare)
    if (one.year, one.month, one.day) != (two.year, two.month, two.day):
        return None, f"not a whole date: {text[:60]}"
    return one, note


def _foreign(text: str) -> tuple[datetime | None, str | None]:
    """Month names of other languages; a date relative to an unknown day is none."""
    if _RELATIVE.search(text) and not re.search(r"\d{4}", text):
        return None, f"relative to an unknown day: {text[:60]}"
    import dateparser  # type: ignore[import-untyped,unused-ignore]

    found = dateparser.parse(text, settings={"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]})
    if found is None:
        raise ValueError(text)
    return found, None
