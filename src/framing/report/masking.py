"""Names of private persons, masked before anything is shown: in texts by as many blocks as letters, so that offsets hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

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
    done = {name: table.copy() for name, table in frames.items()}
    sources = done.get("sources")
    hide_fields(done)
    if sources is None or sources.empty:
        return done, 0
    private = private_names(sources)
    if not private.any():
        return done, 0
    articles = done["articles"]
    group = dict(
        zip(
            articles["article_id"],
            articles["event_id"].astype("object").where(articles["event_id"].notna(), articles["article_id"]),
            strict=True,
        )
    )
    event = sources["article_id"].map(group)
    patterns = {
        key: _pattern(
            set(sources.loc[rows[private.loc[rows]], "name"]),
            set(sources.loc[rows[~private.loc[rows]], "name"].dropna()),
        )
        for key, rows in sources.groupby(event).groups.items()
    }
    whole = _pattern(set(sources.loc[private, "name"]), set())
    by_article = {article: patterns.get(key) for article, key in group.items()}
    for column in ("title", "text", "captions"):
        articles[column] = [
            _hide(text, by_article.get(a)) for a, text in zip(articles["article_id"], articles[column], strict=True)
        ]
    for name, columns in (
        ("quotations", ("text", "cue", "speaker")),
        ("sources", ("role", "affiliation")),
        ("removed", ("text",)),
    ):
        if name in done:
            for column in columns:
                done[name][column] = [
                    _hide(v, by_article.get(a))
                    for a, v in zip(done[name]["article_id"], done[name][column], strict=True)
                ]
    for name, columns in (("events", ("title", "keywords")),):
        if name in done:
            for column in columns:
                done[name][column] = [_hide(v, whole) for v in done[name][column]]
    names = {n: f"private person {k + 1}" for k, n in enumerate(sorted(set(sources.loc[private, "name"])))}
    sources["name"] = sources["name"].astype("object").where(~private, sources["name"].map(names))
    if "words" in done:
        tokens = {t.lower() for n in names for t in _TOKEN.findall(n)}
        kept = [not (set(_TOKEN.findall(str(term).lower())) & tokens) for term in done["words"]["term"]]
        done["words"] = done["words"][kept]
    return done, len(names)


def hide_fields(done: dict[str, pd.DataFrame]) -> None:
    """Empty the fields that may name persons and cannot be masked by span: bylines, addresses, raw rows."""
    for name, columns in (("articles", ("author", "url")), ("rejected", ("raw",))):
        if name in done:
            for column in columns:
                if column in done[name]:
                    done[name][column] = pd.Series(pd.NA, index=done[name].index, dtype=done[name][column].dtype)


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
