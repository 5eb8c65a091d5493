"""Names of private persons, masked before anything is shown: in texts by as many blocks as letters, so that offsets hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from framing.storage import Shelf

PRIVATE_ACTORS = ("affected_person", "public", "other", "unknown")
BLOCK = "█"
_TOKEN = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")

Frames = Mapping[str, pd.DataFrame]


def private_names(sources: pd.DataFrame) -> pd.Series:
    """Whether each row of `sources` is a named private person.

    A person is taken for private unless the kind of actor says that they spoke in a public office or for a body: masking
    one name too many does less harm than one too few.
    """
    actor = sources["actor"].astype("object").where(sources["actor"].notna(), "unknown")
    person = sources["level"].isna() | (sources["level"] == "person").fillna(False)
    named = sources["name"].notna() & (
        sources["identification"].isna() | (sources["identification"] == "named").fillna(False)
    )
    return (actor.isin(PRIVATE_ACTORS) & person & named).astype(bool)


def mask(frames: Frames) -> tuple[dict[str, pd.DataFrame], int]:
    """Frames with private persons' names masked, and how many persons that were.

    Examples
    --------
    >>> from framing import schema
    >>> articles = schema.conform([{"article_id": "a", "text": "Ada Lind waved.", "n_words": 3, "origin": "x"}], "articles")
    >>> row = {"source_id": "s", "article_id": "a", "name": "Ada Lind", "actor": "public", "level": "person"}
    >>> row |= {"identification": "named", "n_quotations": 1, "n_words": 2}
    >>> masked, n = mask({"articles": articles, "sources": schema.conform([row], "sources")})
    >>> masked["articles"].text[0], masked["sources"].name[0], n
    ('███ ████ waved.', 'private person 1', 1)
    """
    masker = Masker(frames["articles"], frames.get("sources"))
    return {name: masker(name, table) for name, table in frames.items()}, len(masker.names)


def masked(shelf: Shelf) -> tuple[Shelf, int]:
    """Put the same mask before the frames of a run, whatever is read of them."""
    masker = _masker(shelf)
    before = shelf.through
    through = masker if before is None else lambda name, piece: masker(name, before(name, piece))
    return Shelf(shelf.frames, through), len(masker.names)


def _masker(shelf: Shelf) -> Masker:
    columns = ("article_id", "name", "actor", "level", "identification")
    return Masker(shelf.rows("articles", columns=("article_id", "event_id")), shelf.rows("sources", columns=columns))


_HEADLINE = re.compile(r"“[^”]*”")


def in_notes(notes: Iterable[Any], shelf: Shelf) -> list[str]:
    """Notes with private persons' names masked in the headlines they quote."""
    notes = [str(note) for note in notes]
    if not any(map(_HEADLINE.search, notes)):
        return notes
    whole = _masker(shelf).whole
    return [_HEADLINE.sub(lambda found: str(_hide(found[0], whole)), note) for note in notes]


IN_TEXTS = {
    "articles": ("title", "text", "captions"),
    "quotations": ("text", "cue", "speaker"),
    "sources": ("role", "affiliation"),
    "removed": ("text",),
    "events": ("title", "keywords"),
    "accusations": ("accuser_name", "accused"),
    "edits": ("text", "original_text"),
    "members": ("shared",),
}
"""Columns in which names are masked by span."""
HIDDEN = {"articles": ("author", "url"), "rejected": ("raw",)}
"""Columns that may name persons and cannot be masked by span: bylines, addresses, raw rows."""


class Masker:
    """Masks names in any frame, or piece of a frame, of a run.

    Parameters
    ----------
    articles
        article_id, event_id.
    sources
        All sources of the run: whose names are masked, in the articles of their event.
    """

    def __init__(self, articles: pd.DataFrame, sources: pd.DataFrame | None) -> None:
        sources = pd.DataFrame() if sources is None else sources
        private = private_names(sources) if len(sources) else pd.Series([], dtype=bool)
        found = sorted(set(sources["name"][private])) if private.any() else []
        self.names = {name: f"private person {k + 1}" for k, name in enumerate(found)}
        self.tokens = {t.lower() for name in self.names for t in _TOKEN.findall(name)}
        self.whole = _pattern(set(self.names), set())
        event = articles["event_id"].astype("object").where(articles["event_id"].notna(), articles["article_id"])
        self.group = dict(zip(articles["article_id"], event, strict=True)) if self.names else {}
        self.patterns = dict(self._patterns(sources, private)) if self.names else {}

    def _patterns(self, sources: pd.DataFrame, private: pd.Series) -> Iterator[tuple[str, re.Pattern[str] | None]]:
        for key, rows in sources.groupby(sources["article_id"].map(self.group)).groups.items():
            mine = private.loc[rows]
            names = sources.loc[rows, "name"]
            yield str(key), _pattern(set(names[mine]), set(names[~mine].dropna()))

    def __call__(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table with names masked and what may hold some emptied."""
        done = table.copy()
        for column in HIDDEN.get(name, ()):
            if column in done:
                done[column] = pd.Series(pd.NA, index=done.index, dtype=done[column].dtype)
        if not self.names or done.empty:
            return done
        for column in IN_TEXTS.get(name, ()):
            if column in done:
                by = done["article_id"] if "article_id" in done else [None] * len(done)
                done[column] = [
                    _hide(v, self.whole if a is None else self.patterns.get(self.group.get(a, "")))
                    for a, v in zip(by, done[column], strict=True)
                ]
        if name == "sources" and "name" in done:
            private = private_names(done)
            done["name"] = done["name"].astype("object").where(~private, done["name"].map(self.names))
        if name == "words":
            done = done[[not (set(_TOKEN.findall(str(term).lower())) & self.tokens) for term in done["term"]]]
        return done


def _pattern(private: set[str], public: set[str]) -> re.Pattern[str] | None:
    shared = {t for name in public for t in _TOKEN.findall(name)}
    tokens = {t for name in private for t in _TOKEN.findall(name)} - shared
    if not tokens:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(tokens, key=lambda t: (-len(t), t)))) + r")(?!\w)")


def _hide(text: Any, pattern: re.Pattern[str] | None) -> Any:
    if pattern is None or not isinstance(text, str):
        return text
    return pattern.sub(lambda found: BLOCK * len(found[0]), text)
