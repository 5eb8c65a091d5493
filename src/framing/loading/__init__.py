"""Reading anything: files, folders and archives of articles, in batches, to raw rows.

One small file per format gives :class:`~framing.loading.record.Record` objects with the source's own
field names; :mod:`~framing.loading.columns` recognises which is which; :mod:`~framing.loading.rows` makes
rows. Every record read is either in ``articles`` or in ``rejected``, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from types import ModuleType
from typing import Any

import pandas as pd

from framing import schema
from framing.loading import columns, delimited, json_documents, jsonl, noise, pages, tables, warc
from framing.loading.record import Record, Records, rejected
from framing.loading.rows import Ids, Shaper, frame
from framing.loading.source import Source, Unreadable, find
from framing.schema import InputError

__all__ = ["FORMATS", "Batch", "from_table", "read"]

FORMATS: dict[str, ModuleType] = {
    suffix: module for module in (delimited, jsonl, json_documents, tables, pages, warc) for suffix in module.SUFFIXES
}
SAMPLE = 50  # records the columns are recognised from
NO_COLUMNS: dict[str, str] = {}  # stands for the mapping of a page
BY_FOLDER = ("outlet", "folder")  # the one thing that --map can say of texts and pages: their folder is their outlet


@dataclass(frozen=True)
class Batch:
    """Some raw articles, what was rejected while reading them, and how columns were understood.

    Parameters
    ----------
    articles
        Columns of :data:`framing.loading.rows.STANDARD`, then the user's own. ``text`` is as found: HTML
        source where ``html`` is true. ``published_note`` says why a date is null or doubtful.
    rejected
        The frame ``rejected``.
    mapping
        ``{our column: the source's}`` of the last source in the batch.
    tables
        The same for each table that a row of the batch is from, by the table's name; pages and texts have no columns.
    """

    articles: pd.DataFrame
    rejected: pd.DataFrame
    mapping: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)


def read(
    paths: str | Sequence[str],
    *,
    mapping: Mapping[str, str] | None = None,
    limit: int | None = None,
    event_column: str | None = None,
    batch_size: int = 500,
) -> Iterator[Batch]:
    r"""Read articles from files, folders, archives or data sets.

    Parameters
    ----------
    paths
        One or more of: csv, tsv, json, jsonl, parquet, xlsx, .txt, .html, WARC, each also
        compressed or in a zip; a folder of these; ``dataset:NAME``.
    mapping
        ``{our column: theirs}`` where names are not recognised or wrongly so. For texts and pages, which have none, ``{"outlet": "folder"}``
        takes the name of the folder each lies in. In a folder it holds for the tables that have
        such a column.
    limit
        Stop after this many articles.
    event_column
        Column of the source that says which event an article belongs to; kept under its name.
    batch_size
        Articles and rejections per batch: memory grows with it and not with the input.

    Yields
    ------
    Batch
        In the order of the input.

    Raises
    ------
    InputError
        If a path is missing or empty, a folder holds nothing readable, or a named file has no
        text column or lacks a column the user named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "news.csv")
    >>> _ = path.write_text("headline,body\nHarbour reopens,Boats left the harbour of Ostrava again.\n")
    >>> batch = next(read(str(path)))
    >>> batch.articles.title.tolist(), batch.mapping
    (['Harbour reopens'], {'text': 'body', 'title': 'headline'})
    >>> folder.cleanup()
    """
    names = [paths] if isinstance(paths, str) else [str(p) for p in paths]
    if not names:
        raise InputError("no input named. Give a file, a folder or dataset:NAME.")
    yield from _batches(_all(names, mapping, event_column), limit, batch_size)


def from_table(
    articles: pd.DataFrame,
    *,
    mapping: Mapping[str, str] | None = None,
    event_column: str | None = None,
    batch_size: int = 500,
) -> Iterator[Batch]:
    """Raw articles from a DataFrame: as they are if they were read before, else as a file's rows would be.

    Parameters
    ----------
    articles
        Any frame with a text column; it is not changed.
    mapping, event_column, batch_size
        As for :func:`read`.

    Raises
    ------
    InputError
        If there is no row, no text column, or a named column is missing.
    """
    if articles.empty:
        raise InputError("the table of articles has no rows.")
    if {"article_id", "text", "origin", "cleaning"} <= set(articles.columns):
        for start in range(0, len(articles), batch_size):
            yield Batch(articles.iloc[start : start + batch_size].copy(), schema.empty("rejected"))
        return
    rows = (Record(f"table:{label}", row) for label, row in zip(articles.index, _dicts(articles)))
    yield from _batches(_shaped(rows, "the table", mapping, event_column, given=True), None, batch_size)


def _dicts(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [str(c) for c in table.columns]
    for values in table.itertuples(index=False, name=None):
        yield {k: None if v is pd.NaT or v is pd.NA else v for k, v in zip(names, values)}


@dataclass(frozen=True)
class _Columns:
    """Which column was taken for which, and in which table; no table if it is a page."""

    table: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)


Shaped = Iterator[tuple[dict[str, Any] | Record, _Columns]]


def _all(names: Sequence[str], mapping: Mapping[str, str] | None, event_column: str | None) -> Shaped:
    for name in names:
        if name.startswith("dataset:"):
            from framing import datasets

            table = datasets.articles(name.removeprefix("dataset:"))
            rows = (Record(f"{name}:{label}", row) for label, row in zip(table.index, _dicts(table)))
            gold = table.attrs.get("clean", True) is False  # its offsets hold in the text as it is
            for row, shown in _shaped(rows, name, mapping, event_column, given=True):
                yield (row | {"cleaning": "off"} if gold and isinstance(row, dict) else row), shown
            continue
        unused, tables_read = dict(mapping or {}), False
        for source in find([name], frozenset(FORMATS)):
            for row, found in _source(source, mapping, event_column):
                yield row, found
                tables_read = tables_read or found.table is not None
                if unused:
                    unused = {ours: theirs for ours, theirs in unused.items() if found.mapping.get(ours) != theirs}
        if not tables_read:
            unused = {ours: theirs for ours, theirs in unused.items() if (ours, theirs) != BY_FOLDER}
        if unused:
            ours, theirs = next(iter(unused.items()))
            why = f"no table in it has a column {theirs!r}" if tables_read else "texts and pages have no columns"
            more = "" if tables_read else " (outlet=folder names the outlet of each by the folder it lies in)"
            raise InputError(f"{name}: --map {ours}={theirs}: {why}{more}.")


def _source(source: Source, mapping: Mapping[str, str] | None, event_column: str | None) -> Shaped:
    module = FORMATS.get(source.suffix)
    if module is None and source.given:
        module = _sniffed(source)
    elif module is jsonl and _first_line(source) in (b"[", b"[{", b"{"):
        module = json_documents  # a document over many lines under the name of lines
    if module is None:
        reason = f"{source.suffix or 'no suffix'} is no format this reads"
        if source.given:
            raise InputError(f"{source.name}: {reason} ({', '.join(sorted(FORMATS))}).")
        yield rejected(source.name, _unopened(source) or reason), _Columns()
        return
    if module in (delimited, jsonl) and (wrong := noise.named_wrongly(_head(source))):
        yield rejected(source.name, wrong), _Columns()
        return
    # a page or text file has one fixed field, so the user's mapping is not for it
    own = NO_COLUMNS if module is pages else mapping
    by_folder = module is pages and BY_FOLDER in (mapping or {}).items()
    yield from _shaped(
        _records(module, source),
        source.name,
        own,
        event_column,
        given=source.given,
        folder=source.folder,
        by_folder=by_folder,
    )


def _records(module: ModuleType, source: Source) -> Records:
    """Records of one source; one that cannot even be opened is told as a rejection."""
    try:
        yield from module.records(source)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def _unopened(source: Source) -> str | None:
    """Why a source cannot be opened; None if it can."""
    try:
        with source.open():
            return None
    except Unreadable as error:
        return str(error)


def _head(source: Source) -> bytes:
    try:
        with source.open() as stream:
            return stream.peek(64)[:64]
    except Unreadable:
        return b""


def _first_line(source: Source) -> bytes:
    return _head(source).lstrip(b"\xef\xbb\xbf").partition(b"\n")[0].strip()


def _sniffed(source: Source) -> ModuleType | None:
    """Format of a file without a known suffix, from its first bytes."""
    with source.open() as stream:
        head = stream.peek(4096)[:4096]
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PAR1"):
        return tables
    if text[:1] in (b"{", b"["):
        return json_documents
    if text.startswith(b"WARC/"):
        return warc
    if b"\x00" in head:
        return None
    return pages if source.suffix in ("", ".log", ".article") else None


def _shaped(
    records: Records,
    where: str,
    mapping: Mapping[str, str] | None,
    event_column: str | None,
    *,
    given: bool,
    folder: str | None = None,
    by_folder: bool = False,
) -> Shaped:
    """Rows and rejections of one source, after its columns are recognised from the first of them."""
    head = list(islice(records, SAMPLE))
    good = [columns.flat(r.values) for r in head if r.bad is None]
    if not good:
        records = chain(head, records)
        for record in records:  # nothing but damage so far: the first good record decides
            if record.bad is None:
                good, records = [columns.flat(record.values)], chain([record], records)
                break
            yield record, _Columns()
        else:
            if not head:
                if given:
                    raise InputError(f"{where} holds no articles.")
                yield rejected(where, "the file holds no articles"), _Columns()
            return
        head = []
    shaper = Shaper(good, _present(mapping, good, where, given=given), event_column, folder, by_folder=by_folder)
    shown = _Columns(None if mapping is NO_COLUMNS else where, shaper.mapping)
    problem = _lacking(shaper, good, where, event_column)
    if problem and given:
        raise InputError(problem)
    for record in chain(head, records):
        if problem and record.bad is None:
            record = Record(record.origin, record.values, problem)
        yield (record if record.bad is not None else shaper.shape(record)), shown


def _present(
    mapping: Mapping[str, str] | None, sample: Sequence[Mapping[str, Any]], where: str, *, given: bool
) -> dict[str, str]:
    """What of the user's mapping holds for a table: all of it if the user named the table, else what it has columns for."""
    found = {key for row in sample for key in row}
    if not given:
        return {ours: theirs for ours, theirs in (mapping or {}).items() if theirs in found}
    for ours, theirs in (mapping or {}).items():
        if theirs not in found:
            raise InputError(
                f"{where}: --map {ours}={theirs}: no column {theirs!r}. Found: {', '.join(sorted(found)[:20])}."
            )
    return dict(mapping or {})


def _lacking(shaper: Shaper, sample: Sequence[Mapping[str, Any]], where: str, event_column: str | None) -> str | None:
    found = list(dict.fromkeys(key for row in sample for key in row))
    if not any(c in shaper.mapping for c in columns.HOLDS_TEXT):
        return columns.no_text(found, where)
    if event_column and event_column not in found:
        return f"{where}: no event column {event_column!r}. Columns found: {', '.join(found[:20])}."
    return None


def _batches(rows: Shaped, limit: int | None, batch_size: int) -> Iterator[Batch]:
    ids, kept, bad, total = Ids(), list[dict[str, Any]](), list[Record](), 0
    shown, seen = _Columns(), dict[str, dict[str, str]]()
    for row, shown in rows:
        if limit is not None and total >= limit:
            break
        if shown.table is not None:
            seen[shown.table] = shown.mapping
        if isinstance(row, Record):
            bad.append(row)
        elif reason := ids.assign(row):
            bad.append(rejected(row["origin"], reason, row["text"][:500]))
        else:
            kept.append(row)
            total += 1
        if len(kept) + len(bad) >= batch_size:
            yield _batch(kept, bad, shown.mapping, seen)
            kept, bad, seen = [], [], {}
    if kept or bad:
        yield _batch(kept, bad, shown.mapping, seen)


def _batch(
    kept: list[dict[str, Any]],
    bad: Iterable[Record],
    mapping: dict[str, str],
    seen: Mapping[str, dict[str, str]],
) -> Batch:
    reasons = [{"origin": r.origin, "reason": r.bad, "raw": r.raw()} for r in bad]
    table = schema.conform(reasons, "rejected") if reasons else schema.empty("rejected")
    return Batch(frame(kept), table, dict(mapping), {name: dict(one) for name, one in seen.items()})
