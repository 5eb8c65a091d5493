"""From a record as found to a row of raw articles: text, dates, outlet, id."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from framing import outlets
from framing.loading import columns, dates, noise
from framing.loading.decode import tidy
from framing.loading.record import Record, rejected
from framing.schema import DTYPES, FRAMES, count_words, make_id

MAX_TEXT = 2_000_000  # characters of one article; a page of markup may have four times as many
_TAG = re.compile(r"<(p|div|br|html|body|article|section|h[1-6]|ul|figure|span|a)\b[^<>]{0,2000}>", re.I)
# columns a user may bring; the others of the frame are ours to fill, so theirs is kept under another name
BROUGHT = frozenset(columns.NAMES) - {"html", "text"} | {"event_id", "genre"}
STANDARD: tuple[str, ...] = (
    "article_id",
    "outlet",
    "outlet_raw",
    "title",
    "text",
    "html",
    "captions",
    "published_at",
    "published_raw",
)
STANDARD += ("published_note", "url", "author", "language", "targets", "origin")


class Shaper:
    """Turns records of one source into rows; remembers its mapping and the order of its dates.

    Parameters
    ----------
    sample
        First records of the source, flat: what the mapping is recognised from.
    given
        ``{ours: theirs}`` from the user.
    event_column
        A column that must be kept under its own name.
    folder
        Name of the folder the file lay in: an outlet's name, if it is known as one or `by_folder` says so.
    """

    def __init__(
        self,
        sample: Sequence[Mapping[str, Any]],
        given: Mapping[str, str] | None,
        event_column: str | None,
        folder: str | None = None,
        *,
        by_folder: bool = False,
    ) -> None:
        self.mapping = columns.recognise(sample, given)
        self.event_column = event_column
        self.folder = folder if folder and (by_folder or outlets.known(folder)) else None
        date = self.mapping.get("published_at")
        self.day_first = dates.day_first(row.get(date) for row in sample) if date else None

    def shape(self, record: Record) -> dict[str, Any] | Record:
        """Row of raw articles, or a rejection with the reason."""
        values = columns.flat(record.values)
        text, html = self._text(values)
        if not text.strip():
            return Record(record.origin, record.values, "no text")
        if len(text) > MAX_TEXT * (4 if html else 1):
            return rejected(record.origin, f"text longer than {MAX_TEXT:,} characters", text)
        if reason := noise.of_text(text, markup=html):
            return rejected(record.origin, reason, text)
        if not html and not count_words(text):
            return Record(record.origin, record.values, "no words in the text")
        row: dict[str, Any] = self._facts(values) | {"text": text, "html": html, "origin": record.origin}
        row["article_id"] = self._string(values, "article_id")
        return {tidy(name): tidy(v) if isinstance(v, str) else v for name, v in (row | self._extra(values)).items()}

    def _text(self, values: Mapping[str, Any]) -> tuple[str, bool]:
        for ours in columns.HOLDS_TEXT:
            value = values.get(self.mapping.get(ours, ""))
            text = tidy(columns.paragraphs(value)) if value is not None else ""
            if text.strip() and not dates.is_missing(text):
                return text, ours == "html" or is_markup(text)
        return "", False

    def _string(self, values: Mapping[str, Any], ours: str) -> str | None:
        value = values.get(self.mapping.get(ours, ""))
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a spreadsheet's ids
        if dates.is_missing(value) or isinstance(value, (list, Mapping)):
            return None
        return " ".join(tidy(str(value)).split()) or None

    def _facts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        url, name = self._string(values, "url"), self._string(values, "outlet")
        name = name or self.folder
        if url is None and name and name.startswith(("http://", "https://")):
            url = name
        found = values.get(self.mapping.get("published_at", ""))
        time = dates.parse(found, first=self.day_first)
        authors = columns.names(values.get(self.mapping.get("author", "")))
        language = self._string(values, "language")
        return {
            "outlet": outlets.canonical(name, url),
            "outlet_raw": name,
            "title": self._string(values, "title"),
            "captions": tidy(columns.paragraphs(values.get(self.mapping.get("captions", "")))) or None,
            "published_at": time.at,
            "published_raw": None
            if dates.is_missing(found)
            else str(found.isoformat() if isinstance(found, datetime) else found),
            "published_note": time.reason,
            "url": url,
            "author": tidy(authors) if authors else None,
            "language": language[:2].lower()
            if language and re.match(r"^[A-Za-z]{2}([-_]\w{2,8})?$", language)
            else None,
            "targets": self._targets(values),
        }

    def _targets(self, values: Mapping[str, Any]) -> str | None:
        value = values.get(self.mapping.get("targets", ""))
        if isinstance(value, list):
            return "|".join(str(v) for v in value if v) or None
        return None if dates.is_missing(value) else str(value)

    def _extra(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Columns of the user's that are none of ours, as they are; event column included."""
        used = {theirs for ours, theirs in self.mapping.items()} - {self.event_column}
        extra = {}
        for key, value in values.items():
            if key not in used and not (_ours(key) and dates.is_missing(value)):
                name = key if key in BROUGHT - set(self.mapping) or not _ours(key) else f"{key}_found"
                cell = columns.plain(value)
                extra[name] = tidy(cell) if isinstance(cell, str) else cell
        return extra


def _ours(name: str) -> bool:
    return name in FRAMES["articles"] or name in STANDARD or name == "cleaning"


def is_markup(text: str) -> bool:
    """Whether a text is HTML rather than words with an angle bracket in them.

    Examples
    --------
    >>> is_markup("<p>One.</p><p>Two.</p>"), is_markup("if a < b and b > c")
    (True, False)
    """
    head = text.lstrip()[:200].lower()
    if head.startswith(("<!doctype html", "<html", "<?xml")):
        return True
    return "</" in text and len(_TAG.findall(text[:20000])) >= 2


class Ids:
    """Gives every article an id that is unique in the run, and finds rows that only repeat another.

    The first article to use an id keeps it. A later one with the same id and the same content is
    a repetition; with other content it gets an id of its own, from its content.
    """

    def __init__(self) -> None:
        self._content: dict[str, str] = {}

    def assign(self, row: dict[str, Any]) -> str | None:
        """Set ``article_id``; return why the row is a repetition, or None."""
        digest = make_id(row["outlet_raw"], row["url"], row["title"], row["published_raw"], row["text"], length=20)
        wanted = row["article_id"] or f"a-{digest[:16]}"
        before = self._content.get(wanted)
        if before == digest:
            return f"repeats an earlier row word for word (article_id {wanted})"
        if before is not None:
            row["article_id_found"], wanted = wanted, f"{wanted}-{digest[:8]}"
            if wanted in self._content:
                return f"repeats an earlier row word for word (article_id {wanted})"
        self._content[wanted] = digest
        row["article_id"] = wanted
        return None


def frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame of raw articles: our columns first and typed, the user's after."""
    table = pd.DataFrame(list(rows)) if rows else pd.DataFrame(columns=list(STANDARD))
    for name in STANDARD:
        if name not in table:
            table[name] = None
    for name in table.columns:
        table[name] = _typed(table[name])
    table["published_at"] = pd.to_datetime(table["published_at"], utc=True).astype(DTYPES["time"])
    table["html"] = table["html"].astype("bool")
    return table[[*STANDARD, *(c for c in table.columns if c not in STANDARD)]]


def _typed(values: pd.Series) -> pd.Series:
    """One type per column: numbers if all are, else text."""
    if values.name in ("published_at", "html"):
        return values
    present = values.dropna()
    if values.name not in STANDARD and len(present):
        if present.map(lambda v: isinstance(v, bool)).all():
            return values.astype("boolean")
        if present.map(lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)).all():
            return pd.to_numeric(values, errors="coerce").astype("float64")
    return values.map(lambda v: v if v is None or v != v or isinstance(v, str) else str(v)).astype(DTYPES["str"])
