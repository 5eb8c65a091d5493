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
                    yield parse(origin, line.text)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def parse(origin: str, text: str) -> Record:
    """Read one JSON object as a record, or as a rejection with the reason."""
    try:
        value: Any = json.loads(text, strict=False)
    except RecursionError:
        return rejected(origin, "JSON nested too deeply", text)
    except ValueError as error:
        return rejected(origin, f"not valid JSON: {error}", text)
    if not isinstance(value, dict):
        return rejected(origin, f"a JSON {type(value).__name__} where an object was expected", text)
    return Record(origin, value)
