"""JSON objects one after another: one a line, as crawlers and news APIs store articles, or written over several lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from framing.loading.decode import Line, lines
from framing.loading.record import Record, Records, rejected
from framing.loading.shapes import unwrap
from framing.loading.source import MAX_LINE, Source, Unreadable

SUFFIXES = (".jsonl", ".ndjson", ".jl", ".jsonlines")
MOST_TRIED = 2**14  # characters of an object over several lines up to which it is tried at every line
_BETWEEN = " \t\r\n,\x1e\ufeff"  # what stands between objects: RFC 7464's mark and commas too
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_DECODER = json.JSONDecoder(strict=False)


def records(source: Source) -> Records:
    """Objects of the file; a line that is none, and begins none, is rejected, and the next is read."""
    try:
        with source.open() as stream:
            yield from _objects(lines(stream), source.name)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def _objects(found: Iterator[Line], name: str) -> Records:
    waiting: Line | None = None
    while (line := waiting or next(found, None)) is not None:
        waiting = None
        origin = f"{name}:{line.number}"
        if line.problem:
            yield rejected(origin, line.problem, line.text)
            continue
        values, rest, error = _values(line.text)
        yield from _records(values, origin, many=len(values) + bool(rest) > 1)
        if error is not None:
            yield rejected(origin, _why(error), rest)
        elif rest:
            text, taken, error = _collect(rest, found)
            if error is not None:
                yield from _salvaged(origin, text, taken, error, name)
                continue
            values, rest, _ = _values(text)
            yield from _records(values, origin, many=len(values) > 1)
            waiting = Line(taken[-1].number, rest) if rest else None


def _values(text: str) -> tuple[list[Any], str, Exception | None]:
    """Whole values at the beginning of `text`, what is left, and why that is none; no error if it is right as far as it goes."""
    values: list[Any] = []
    at = _next(text, 0)
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            goes_on = text[at] in "{[" and isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip())
            return values, text[at:], None if goes_on else error
        values.append(value)
        at = _next(text, end)
    return values, "", None


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BETWEEN:
        at += 1
    return at


def _collect(rest: str, found: Iterator[Line]) -> tuple[str, list[Line], Exception | None]:
    """Lines from the one an object begins on to the one it ends on; an error if it turns out broken or never ends."""
    pieces, taken, size, depth = [rest], list[Line](), len(rest), _depth(rest)
    error: Exception | None = ValueError("the object that begins here never ends")
    for line in found:
        taken.append(line)
        pieces.append(line.text)
        size, depth = size + len(line.text) + 1, depth + _depth(line.text)
        if line.problem or size > MAX_LINE:
            error = ValueError(line.problem or f"an object longer than {MAX_LINE // 2**20} MB")
            break
        if depth > 0 and size > MOST_TRIED:
            continue
        values, _, broken = _values("\n".join(pieces))
        if values or broken:
            error = None if values else broken
            break
    return "\n".join(pieces), taken, error


def _depth(text: str) -> int:
    bare = _STRING.sub("", text)
    return sum(map(bare.count, "{[")) - sum(map(bare.count, "}]"))


def _salvaged(origin: str, text: str, taken: list[Line], error: Exception, name: str) -> Records:
    """One rejection for an object that broke off, and the whole objects on the lines read in search of its end."""
    lost, whole = [text.partition("\n")[0]], list[Record]()
    for line in taken:
        values, rest, _ = _values(line.text)
        if values and not rest and all(isinstance(v, dict) for v in values) and line.text[:1] == "{":
            whole += _records(values, f"{name}:{line.number}", many=len(values) > 1)
        else:
            lost.append(line.text)
    yield rejected(origin, _why(error), "\n".join(lost))
    yield from whole


def _why(error: Exception | None) -> str:
    return "JSON nested too deeply" if isinstance(error, RecursionError) else f"not valid JSON: {error}"


def _records(values: list[Any], origin: str, *, many: bool) -> Records:
    number = 0
    for value in values:
        inside = list(_inside(value))
        for item in inside:
            number += 1
            yield Record(f"{origin}#{number}", item)
        if inside:
            continue
        number += 1
        where = f"{origin}#{number}" if many else origin
        if isinstance(value, dict):
            yield Record(where, value)
        else:
            yield rejected(where, f"a JSON {type(value).__name__} where an object was expected", value)


def _inside(value: Any) -> Iterator[Any]:
    """Articles of an array, or of a wrapper or table, which holds no text of its own."""
    if isinstance(value, dict) and not any(isinstance(v, str) for v in value.values()):
        value = [item for key, item in unwrap(value) if key]
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        yield from value
