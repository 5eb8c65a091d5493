"""The lines of a flattened page: where they are, and which are body."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One unit of a flattened text: offsets into the raw text, and the characters there."""

    start: int
    end: int
    text: str


def split(raw: str) -> list[Line]:
    """Return the lines with something in them, without the space around them."""
    found, start = [], 0
    for piece in raw.split("\n"):
        text = piece.strip()
        if text:
            at = start + piece.index(text[0])
            found.append(Line(at, at + len(text), text))
        start += len(piece) + 1
    return found
