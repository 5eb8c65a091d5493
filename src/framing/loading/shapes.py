"""What a parsed JSON value holds: articles, a wrapper around them, articles by id, a table by columns, or a service's refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from framing.loading import columns

# where news services put the articles: NewsAPI, Media Cloud, the Guardian, the New York Times, GNews
WRAPPERS = ("articles", "results", "stories", "docs", "documents", "data", "items", "hits", "response", "rows", "value")
_TEXTUAL = {"text", "body", "content", "maintext", "articleBody", "article", "title", "headline", "html", "url"}


def unwrap(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Articles inside a parsed document, each with its key or number.

    Examples
    --------
    >>> list(unwrap({"status": "ok", "articles": [{"title": "T"}]}))
    [('1', {'title': 'T'})]
    >>> list(unwrap({"a1": {"text": "..."}, "a2": {"text": "..."}}))[0]
    ('a1', {'text': '...', 'id': 'a1'})
    """
    if isinstance(value, list):
        yield from ((str(i), item) for i, item in enumerate(value, start=1))
        return
    if isinstance(value, Mapping) and depth < 3:
        if (rows := _table(value)) is not None:
            yield from rows
            return
        for key in WRAPPERS:
            inner = value.get(key)
            if isinstance(inner, list) and any(isinstance(i, Mapping) for i in inner):
                yield from unwrap(inner)
                return
            if isinstance(inner, Mapping) and key in ("response", "hits", "data"):
                yield from unwrap(inner, depth + 1)
                return
        if len(value) > 1 and all(isinstance(v, Mapping) and v.keys() & _TEXTUAL for v in value.values()):
            yield from ((str(k), {**v, "id": v.get("id", k)}) for k, v in value.items())
            return
    yield "", value


def refusal(value: Mapping[str, Any]) -> str | None:
    """What a service said instead of giving articles; None if it gave some."""
    failed = (
        str(value.get("status", value.get("fault", ""))).lower() in ("error", "fail", "failed", "false")
        or "error" in value
    )
    said = value.get("message") or value.get("error") or value.get("code")
    return str(said)[:200] if failed and said and not value.keys() & {*WRAPPERS, *_TEXTUAL} else None


def _table(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]] | None:
    """Rows of a table that was written by columns, as pandas does; None if it is none.

    Examples
    --------
    >>> list(_table({"title": {"0": "A", "1": "B"}, "text": {"0": "One.", "1": "Two."}}))[1]
    ('1', {'title': 'B', 'text': 'Two.'})
    """
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(r, list) for r in rows):
        return ((str(i), dict(zip(map(str, names), row))) for i, row in enumerate(rows, start=1))
    cells = list(value.values())
    if not _names_of_ours(value) or not cells[0] or len({len(c) for c in cells if isinstance(c, (list, Mapping))}) != 1:
        return None
    if all(isinstance(c, list) for c in cells) and len(cells[0]) > 1:
        return ((str(i), dict(zip(value, row))) for i, row in enumerate(zip(*cells), start=1))
    if all(isinstance(c, Mapping) and c.keys() == cells[0].keys() for c in cells):
        return ((key, {name: value[name][key] for name in value}) for key in cells[0])
    return None


def _names_of_ours(value: Mapping[str, Any]) -> bool:
    """Whether two keys or more are names that columns of articles have."""
    keys = {columns.fold(key) for key in value}
    return sum(any(columns.fold(name) in keys for name in names) for names in columns.NAMES.values()) > 1
