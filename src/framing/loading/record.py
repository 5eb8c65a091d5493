"""What a format gives: records with their place, or rows that could not be read, with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_RAW = 10_000  # characters of a rejected row that are kept


@dataclass(frozen=True)
class Record:
    """One article as found: field names are the source's own."""

    origin: str
    values: Mapping[str, Any]
    bad: str | None = None

    def raw(self) -> str:
        """Return the row as found, as JSON, bounded."""
        if set(self.values) == {"raw"}:
            return _storable(str(self.values["raw"]))
        return _storable(json.dumps(dict(self.values), ensure_ascii=False, default=str))


def _storable(text: str) -> str:
    """Bounded, and without lone surrogates, which no Parquet file can hold."""
    return text[:MAX_RAW].encode("utf-8", "replace").decode("utf-8")


def rejected(origin: str, reason: str, raw: object = None) -> Record:
    """Build a record that is a rejection."""
    return Record(origin, {"raw": "" if raw is None else str(raw)[:MAX_RAW]}, reason)


Records = Iterator[Record]


@dataclass
class Counts:
    """Rows read, kept and rejected of one input; the sum is checked by tests."""

    read: int = 0
    kept: int = 0
    rejected: int = 0
    by_reason: dict[str, int] = field(default_factory=dict)
