"""Tables as text: csv and tsv, with any usual delimiter, and quotes that do not balance."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from framing.loading import columns, noise
from framing.loading.decode import Line, lines
from framing.loading.record import Record, Records, rejected
from framing.loading.source import MAX_LINE, Source, Unreadable

SUFFIXES = (".csv", ".tsv", ".tab")
_DELIMITERS = ",\t;|"
_QUOTED = re.compile(r'"[^"]*+"')
_SEPARATOR = re.compile(r'^"?sep=(.)"?$', re.I)  # a line for Excel, before the header


@dataclass(frozen=True)
class Dialect:
    """How the file separates and quotes; a backslash escapes a quote only where the file does so."""

    delimiter: str
    escape: bool

    def open_quotes(self, text: str) -> bool:
        """Whether a quoted field is still open at the end of `text`."""
        quotes = text.count('"') - (text.count('\\"') if self.escape else 0)
        return quotes % 2 == 1

    def split(self, text: str) -> list[str]:
        """Fields of one record.

        Raises
        ------
        csv.Error
            If the text is not one record.
        """
        try:
            return self._read(text)
        except csv.Error:
            if "\r" not in text:
                raise
            return self._read(text.replace("\r", " "))  # one that stands outside quotes

    def _read(self, text: str) -> list[str]:
        escape = "\\" if self.escape else None
        rows = csv.reader([text], delimiter=self.delimiter, doublequote=not self.escape, escapechar=escape)
        return next(rows, [])


def records(source: Source) -> Records:
    """Rows of the table, by its header.

    A quoted field may run over lines. A quote that never closes, or whose closing gives a row of
    the wrong width, costs the line it stands in, not the rest of the file.
    """
    csv.field_size_limit(MAX_LINE)
    with source.open() as stream:
        feed = _Feed(lines(stream), source.name)
        head = feed.next()
        while head is not None and not head.text.strip():
            head = feed.next()
        if head is None:
            return
        if noise.CONTROL.search(head.text) and (
            reason := noise.of_text("".join(u.text for u in [head, *feed.peek(50)]))
        ):
            yield rejected(source.name, reason, head.text)
            return
        dialect = sniff(head.text, feed.peek(50))
        if _SEPARATOR.match(head.text) and (after := feed.next()) is not None:
            head = after
        taken, text, closed = _collect(feed, dialect, head)
        if not closed:
            feed.give_back(taken)
            taken, text = [], head.text
        try:
            names = dialect.split(text)
        except csv.Error as error:
            yield rejected(f"{source.name}:{head.number}", f"the header cannot be read: {error}", head.text)
            return
        header = columns.header(names)
        if header is None:
            header = columns.numbered(len(names))
            feed.give_back([head, *taken])
        yield from _rows(feed, dialect, header, source)
    if feed.damage:
        yield rejected(source.name, feed.damage)


def sniff(header: str, sample: list[Line]) -> Dialect:
    r"""Delimiter and escape of a table, from its header and first lines.

    Examples
    --------
    >>> sniff("id\ttitle, long\ttext", []).delimiter
    '\t'
    """
    bare = _QUOTED.sub("", header)
    delimiter = max(_DELIMITERS, key=bare.count)
    if named := _SEPARATOR.match(header):
        delimiter = named[1]
    text = "\n".join(line.text for line in sample)
    return Dialect(delimiter, '\\"' in text and '""' not in text.replace('""' + delimiter, delimiter))


class _Feed:
    """Lines with push-back; damage to the file ends it and is remembered."""

    def __init__(self, source: Iterator[Line], name: str) -> None:
        self._source, self._waiting, self.name = source, deque[Line](), name
        self.damage: str | None = None

    def next(self) -> Line | None:
        if self._waiting:
            return self._waiting.popleft()
        try:
            return next(self._source, None)
        except Unreadable as error:
            self.damage = str(error)
            self._source = iter(())
            return None

    def peek(self, n: int) -> list[Line]:
        while len(self._waiting) < n:
            try:
                line = next(self._source, None)
            except Unreadable as error:
                self.damage, self._source = str(error), iter(())
                break
            if line is None:
                break
            self._waiting.append(line)
        return list(self._waiting)

    def give_back(self, taken: list[Line]) -> None:
        self._waiting.extendleft(reversed(taken))


def _rows(feed: _Feed, dialect: Dialect, header: list[str], source: Source) -> Records:
    while (line := feed.next()) is not None:
        origin = f"{source.name}:{line.number}"
        if line.problem:
            yield rejected(origin, line.problem, line.text)
            continue
        taken, text, closed = _collect(feed, dialect, line)
        if not text.strip():
            continue
        problem = "a quotation mark never closes"
        try:
            fields = dialect.split(text) if closed else []
        except csv.Error as error:
            fields, closed, problem = [], False, f"not a row: {error}"
        while len(fields) > len(header) and not fields[-1].strip():
            fields.pop()  # a separator at the end of every row
        if closed and len(fields) == len(header):
            yield Record(origin, dict(zip(header, fields, strict=True)))
            continue
        feed.give_back(taken)
        if closed and not taken:
            problem = f"{len(fields)} fields where the header has {len(header)}"
        yield rejected(origin, problem, line.text)


def _collect(feed: _Feed, dialect: Dialect, line: Line) -> tuple[list[Line], str, bool]:
    """Lines that belong to the record `line` opens, its whole text, and whether its quotes close."""
    pieces, taken, size = [line.text], list[Line](), len(line.text)
    is_open = dialect.open_quotes(line.text)
    while is_open:
        following = feed.next()
        if following is None:
            break
        taken.append(following)
        pieces.append(following.text)
        size += len(following.text) + 1
        if following.problem or size > MAX_LINE:
            break
        is_open ^= dialect.open_quotes(following.text)
    return taken, "\n".join(pieces), not is_open
