"""One JSON object per line: JSON lines, as crawlers and news APIs store articles."""

from __future__ import annotations

import json
from typing import Any

from framing.loading.decode import lines
from framing.loading.record import Record, Records, rejected
from framing.loading.source import Source, Unreadable

SUFFIXES = (".jsonl", ".ndjson", ".jl", ".jsonlines")


def records(source: Source) -> Records:
    """Objects of the lines; a line that is not one is rejected, the next is read."""
    try:
        with source.open() as stream:
            for line in lines(stream):
                origin = f"{source.name}:{line.number}"
                if line.problem:
                    yield rejected(origin, line.problem, line.text)
                elif line.text.strip():
                    yield from parse(origin, line.text)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def parse(origin: str, text: str) -> Records:
    """Read one JSON object, or an array of them in one line, as records, or as a rejection with the reason."""
    try:
        value: Any = json.loads(text, strict=False)
    except RecursionError:
        yield rejected(origin, "JSON nested too deeply", text)
        return
    except ValueError as error:
        yield rejected(origin, f"not valid JSON: {error}", text)
        return
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield from (Record(f"{origin}#{i}", item) for i, item in enumerate(value, start=1))
    elif isinstance(value, dict):
        yield Record(origin, value)
    else:
        yield rejected(origin, f"a JSON {type(value).__name__} where an object was expected", text)
