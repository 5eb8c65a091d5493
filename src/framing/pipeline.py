"""The order of the steps, and the three functions most people need: load, annotate, compare.

Reads like the method section: every step is one line that calls one module.
:mod:`framing.engine` carries the steps out on disk with resume and lock;
:func:`annotate` and :func:`compare` carry out the same steps in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from framing import schema
from framing.engine import ALL, MemoryStore, Run, Step, Store, Tables, Watch, local
from framing.schema import InputError


@dataclass(frozen=True)
class Settings:
    """Everything a user may set that decides what a run gives.

    Parameters
    ----------
    targets
        Entities or propositions whose stance is measured, for every article.
    codebook
        ``"generic"``, ``"policy"`` or the path of a TOML codebook of frames.
    event_column
        Column that says which event an article belongs to; None groups articles by what they tell.
    event_edits
        File of corrections (merge, split, move) applied to the grouping.
    mapping
        ``{our column: the user's column}``, over what is recognised by name.
    clean
        Whether captions, credits and boilerplate are taken out of the text.
    limit
        Read at most this many articles.
    genre
        Genre that is compared; others are reported apart.
    reference
        Outlet the others are contrasted with; None contrasts each with the mean of the others.
    plan
        Path of an analysis plan (TOML).
    level, resamples, seed
        Of the intervals and tests.
    models
        ``{task: Hugging Face name}`` to use instead of the shipped model.
    part_size
        Articles per part: memory grows with it, not with the corpus.
    cache
        Folder of encodings kept between runs; None keeps none.
    """

    targets: tuple[str, ...] = ()
    codebook: str = "generic"
    event_column: str | None = None
    event_edits: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    clean: bool = True
    limit: int | None = None
    genre: str = "news"
    reference: str | None = None
    plan: str | None = None
    level: float = 0.95
    resamples: int = 2000
    seed: int = 0
    models: Mapping[str, str] = field(default_factory=dict)
    part_size: int = 200
    cache: str | None = None

    def deciding(self) -> dict[str, Any]:
        """Return the settings that change results (the cache does not)."""
        return {k: v for k, v in asdict(self).items() if k != "cache"}


class Frames(dict[str, pd.DataFrame]):
    """The frames of a run by name: ``frames["articles"]`` or ``frames.articles``."""

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(f"no frame {name!r} here; there are {', '.join(self)}") from error

    def __repr__(self) -> str:
        return "Frames(" + ", ".join(f"{name}: {len(table)}" for name, table in self.items()) + ")"


# --- the steps ----------------------------------------------------------------------------------


def _clean(tables: Tables, settings: Settings) -> Tables:
    from framing import clean

    done = clean.clean(tables["found"], enabled=settings.clean)
    rejected = pd.concat([tables["rejected"], done.rejected], ignore_index=True)
    return {"articles": done.articles, "removed": done.removed, "raw": done.raw, "rejected": rejected}


def _wire(tables: Tables, settings: Settings) -> Tables:
    from framing import wire

    found = wire.find(tables["articles"])
    return {"articles": found.articles, "edits": found.edits}


def _encode(tables: Tables, settings: Settings) -> Tables:
    from framing import encode

    cache = Path(settings.cache) if settings.cache else None
    return {"encodings": list(encode.encode(tables["articles"], cache=cache))}


def _quotations(tables: Tables, settings: Settings) -> Tables:
    from framing import quotations

    return {"quotations": quotations.attribute(tables["articles"], by_article(tables["encodings"]))}


def _events(tables: Tables, settings: Settings) -> Tables:
    from framing import events

    vectors = {key: encoding.article_vector() for key, encoding in by_article(tables["encodings"]).items()}
    grouped = events.group(
        tables["articles"], vectors, known=settings.event_column, edits=settings.event_edits
    )
    return {"articles": grouped.articles, "events": grouped.events, "members": grouped.members}


def _resolve(tables: Tables, settings: Settings) -> Tables:
    from framing import replies, sources

    found = sources.resolve(tables["articles"], tables["quotations"], by_article(tables["encodings"]))
    accusations = replies.find(tables["articles"], found.quotations, found.sources, found.mentions)
    return {
        "quotations": found.quotations,
        "sources": found.sources,
        "mentions": found.mentions,
        "accusations": accusations,
    }


def _targets(tables: Tables, settings: Settings) -> Tables:
    from framing import targets

    return {"targets": targets.resolve(tables["articles"], list(settings.targets))}


def _annotate(tables: Tables, settings: Settings) -> Tables:
    from framing import frames, language, stance

    articles, quotations = tables["articles"], tables["quotations"]
    encodings = by_article(tables["encodings"])
    rows = [
        stance.annotate(articles, encodings, quotations, tables["targets"]),
        language.annotate(articles, encodings, quotations),
        frames.annotate(articles, encodings, codebook=settings.codebook),
    ]
    return {"annotations": pd.concat(rows, ignore_index=True)}


def _compare(tables: Tables, settings: Settings) -> Tables:
    from framing import compare

    found = compare.compare(
        tables,
        reference=settings.reference,
        level=settings.level,
        resamples=settings.resamples,
        seed=settings.seed,
        genre=settings.genre,
    )
    return {"comparisons": found.comparisons, "words": found.words, "notes": found.notes}


LOAD = Step("load", "part", (), ("found", "rejected"), lambda tables, settings: tables)
ANNOTATE: tuple[Step, ...] = (
    LOAD,
    Step("clean", "part", ("found", "rejected"), ("articles", "removed", "raw", "rejected"), _clean),
    Step("wire", "corpus", ("articles",), ("articles", "edits"), _wire),
    Step("encode", "part", ("articles",), ("encodings",), _encode),
    Step("quotations", "part", ("articles", "encodings"), ("quotations",), _quotations),
    Step("events", "corpus", ("articles", "encodings"), ("articles", "events", "members"), _events),
    Step(
        "resolve",
        "corpus",
        ("articles", "quotations", "encodings"),
        ("quotations", "sources", "mentions", "accusations"),
        _resolve,
    ),
    Step("targets", "corpus", ("articles",), ("targets",), _targets),
    Step("annotate", "part", ("articles", "encodings", "quotations", "targets"), ("annotations",), _annotate),
)
COMPARE = Step(
    "compare",
    "corpus",
    ("articles", "quotations", "sources", "annotations", "events", "accusations", "edits"),
    ("comparisons", "words", "notes"),
    _compare,
)
STEPS = (*ANNOTATE, COMPARE)


def by_article(encodings: Iterable[Any] | Mapping[str, Any]) -> Mapping[str, Any]:
    """Encodings by article_id."""
    if isinstance(encodings, Mapping):
        return encodings
    return {encoding.article_id: encoding for encoding in encodings}
