"""The order of the steps, and the three functions most people need: load, annotate, compare.

Reads like the method section: every step is one line that calls one module.
:mod:`framing.runs` has :mod:`framing.engine` carry the steps out on disk with resume and lock;
:func:`annotate` and :func:`compare` carry out the same steps in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from framing import named, schema
from framing.engine import LOADED, Run, Step, local
from framing.errors import InputError
from framing.storage import (
    ALL,
    EXTRA,
    MemoryStore,
    Store,
    Tables,
)

if TYPE_CHECKING:
    from framing.encode import Encoding
    from framing.loading import Batch


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
        ``{task: Hugging Face name, or folder of a model of ours}`` to use instead of the shipped model.
    labels
        ``{"task.their label": our label}`` of those models.
    part_size
        Articles per part: memory grows with it, not with the corpus.
    cache
        Folder of encodings kept between runs; None keeps none.
    cache_limit
        Bytes to which that folder is cut back after a run, the least recently used first.
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
    labels: Mapping[str, str] = field(default_factory=dict)
    part_size: int = 200
    cache: str | None = None
    cache_limit: int = 5_000_000_000

    @property
    def cache_path(self) -> Path | None:
        """Folder of the encodings, if any is kept."""
        return Path(self.cache) if self.cache else None

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """The other names given with the targets, by target: the only thing of them that sources depend on."""
        from framing import targets

        return {name: other for name, other in targets.with_aliases(self.targets).items() if other}

    def deciding(self) -> dict[str, Any]:
        """Return the settings that change results (the cache does not)."""
        given = {k: v for k, v in asdict(self).items() if k not in ("cache", "cache_limit")}
        return given | ({"aliases": self.aliases} if self.aliases else {})


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

    found = wire.trace(tables["articles"])
    return {"articles": found.articles, "edits": found.edits}


def _encode(tables: Tables, settings: Settings) -> Tables:
    """Run the encoder over every sentence once; the encodings stay in the cache for the steps that follow."""
    from framing import encode

    rows = [
        {"article_id": encoding.article_id, "vector": encode.article_vector(encoding)}
        for encoding in encode.encode(tables["articles"], cache=settings.cache_path)
    ]
    return {"vectors": pd.DataFrame(rows, columns=["article_id", "vector"])}


def _quotations(tables: Tables, settings: Settings) -> Tables:
    from framing import quotations

    articles = tables["articles"]
    encoded = encodings(articles, settings)
    if "attribution" in settings.models:
        encoded = named.reread(articles, encoded, settings.models["attribution"], settings.cache_path)
    return {"quotations": quotations.attribute(articles, encoded)}


def _events(tables: Tables, settings: Settings) -> Tables:
    from framing import events

    edits = events.read_edits(settings.event_edits) if settings.event_edits else None
    grouped = events.arrange(tables["articles"], _vectors(tables), known=settings.event_column, edits=edits)
    tables = {"articles": grouped.articles, "events": grouped.events, "members": grouped.members}
    return {**tables, "event_notes": grouped.notes}


def _vectors(tables: Tables) -> dict[str, np.ndarray] | None:
    """Vectors of all articles, if grouping counts them."""
    from framing.events import grouping

    if not grouping.WITH_VECTORS:
        return None
    return {row.article_id: np.asarray(row.vector) for piece in tables["vectors"] for row in piece.itertuples()}


def _resolve(tables: Tables, settings: Settings) -> Tables:
    """Resolve sources a few events at a time, so that only their encodings are held."""
    from framing import sources
    from framing.sources import replies

    articles, quotations = tables["articles"], tables["quotations"]
    by_article = dict(tuple(quotations.groupby("article_id", sort=False)))
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in RESOLVED}
    few = list(_few_events(articles, settings.part_size // 4))
    for members in few or [articles]:  # a corpus without articles still has all its frames
        said = [by_article[key] for key in members["article_id"] if key in by_article]
        spoken = pd.concat(said, ignore_index=True) if said else quotations.iloc[:0]
        done = sources.resolve(members, spoken, encodings(members, settings), settings.aliases)
        found["quotations"].append(done.quotations)
        found["sources"].append(done.sources)
        found["mentions"].append(done.mentions)
        found["accusations"].append(replies.find(members, done.quotations, done.sources, done.mentions))
    tables = {name: pd.concat(pieces, ignore_index=True) for name, pieces in found.items()}
    order = articles.reset_index().set_index("article_id")["index"]
    return {name: _in_order(table, order) for name, table in tables.items()}


def _few_events(articles: pd.DataFrame, least: int) -> Iterator[pd.DataFrame]:
    """Whole events, together as many as make up `least` articles."""
    together: list[pd.DataFrame] = []
    for _, members in articles.groupby(articles["event_id"].fillna(articles["article_id"]), sort=False):
        together.append(members)
        if sum(map(len, together)) >= least:
            yield pd.concat(together)
            together = []
    if together:
        yield pd.concat(together)


RESOLVED = ("quotations", "sources", "mentions", "accusations")


def _in_order(table: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Rows in the order of their articles, whatever event they were resolved with."""
    rank = table["article_id"].map(order)
    return table.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)


def _omission(tables: Tables, settings: Settings) -> Tables:
    from framing import facts

    articles = tables["articles"]
    found = facts.find(articles, encodings(articles, settings), tables["sources"], tables["mentions"])
    return {"facts": found.facts, "omissions": found.omissions}


def _targets(tables: Tables, settings: Settings) -> Tables:
    """Find the targets of some events, so that an article is only asked about those of its own."""
    from framing import targets

    return {"asked": targets.resolve(tables["articles"], list(settings.targets))}


def _stance(tables: Tables, settings: Settings) -> Tables:
    from framing import stance

    articles = tables["articles"]
    judge = named.stance(settings.models["stance"], settings.labels) if "stance" in settings.models else None
    encoded = encodings(articles, settings)
    return {"stance": stance.annotate(articles, encoded, tables["quotations"], tables["asked"], judge)}


def _frames(tables: Tables, settings: Settings) -> Tables:
    from framing import frames

    articles = tables["articles"]
    return {"frames": frames.annotate(articles, encodings(articles, settings), codebook=settings.codebook)}


def _language(tables: Tables, settings: Settings) -> Tables:
    from framing import language

    articles, quotations = tables["articles"], tables["quotations"]
    encoded = encodings(articles, settings)
    if "loaded" in settings.models:
        encoded = named.rescore(articles, encoded, _named("loaded", settings))
        rows = language.annotate(articles, encoded, quotations, ordinary=None, annotator=settings.models["loaded"])
    else:
        rows = language.annotate(articles, encoded, quotations)
    return {"loaded": rows, "loaded_words": language.words(articles, encoded, rows)}


def _named(task: str, settings: Settings) -> Any:
    return named.classifier(task, settings.models[task], settings.labels)


def _annotate(tables: Tables, settings: Settings) -> Tables:
    """Put the rows of all tasks into one frame, and the targets of all events into one list."""
    return {"annotations": pd.concat([tables[name] for name in ("stance", "frames", "loaded")], ignore_index=True)}


def _listed(tables: Tables, settings: Settings) -> Tables:
    from framing import targets

    return {"targets": targets.merged(tables["asked"])}


def _compare(tables: Tables, settings: Settings) -> Tables:
    from framing import comparison

    pieces = [tables["articles"]] if isinstance(tables["articles"], pd.DataFrame) else tables["articles"]
    if not any(piece[["outlet", "event_id"]].notna().all(axis=1).any() for piece in pieces):
        note = "No outlet is known for any article: nothing is compared."
        return {"comparisons": schema.empty("comparisons"), "words": schema.empty("words"), "notes": [note]}
    found = comparison.in_pieces(
        tables,
        reference=settings.reference,
        level=settings.level,
        resamples=settings.resamples,
        seed=settings.seed,
        genre=settings.genre,
        plan=settings.plan,
    )
    return {"comparisons": found.comparisons, "words": found.words, "notes": found.notes}


def _load(tables: Tables, settings: Settings) -> Tables:
    return tables


LOAD = Step("load", "part", (), ("found", "rejected"), _load, ("mapping", "limit", "event_column", "part_size"))
ANNOTATE: tuple[Step, ...] = (
    LOAD,
    Step("clean", "part", ("found", "rejected"), ("articles", "removed", "raw", "rejected"), _clean, ("clean",)),
    Step("wire", "corpus", ("articles",), ("articles", "edits"), _wire, (), by_piece=("articles",)),
    Step("encode", "part", ("articles",), ("vectors",), _encode, ()),
    Step("quotations", "part", ("articles",), ("quotations",), _quotations, ("models",)),
    Step(
        "events",
        "corpus",
        ("articles", "vectors"),
        ("articles", "events", "members", "event_notes"),
        _events,
        ("event_column", "event_edits"),
        by_piece=("articles", "vectors"),
    ),
    Step("resolve", "event", ("articles", "quotations"), RESOLVED, _resolve, ("aliases",)),
    Step("omission", "event", ("articles", "sources", "mentions"), ("facts", "omissions"), _omission, ()),
    Step("frames", "event", ("articles",), ("frames",), _frames, ("codebook",)),
    Step("language", "event", ("articles", "quotations"), ("loaded", "loaded_words"), _language, ("models", "labels")),
    Step("targets", "event", ("articles",), ("asked",), _targets, ("targets",)),
    Step("stance", "event", ("articles", "quotations", "asked"), ("stance",), _stance, ("models", "labels")),
    Step("annotate", "event", ("stance", "frames", "loaded"), ("annotations",), _annotate, ()),
    Step("list targets", "corpus", ("asked",), ("targets",), _listed, ()),
)
COMPARE = Step(
    "compare",
    "corpus",
    ("articles", "quotations", "sources", "annotations", "events", "accusations", "omissions"),
    ("comparisons", "words", "notes"),
    _compare,
    ("reference", "level", "resamples", "seed", "genre", "plan"),
    columns={
        "quotations": ("article_id", "part", "start", "end", "kind", "n_words", "n_quoted", "source_id"),
        "sources": (
            "source_id",
            "article_id",
            "name",
            "affiliation",
            "role",
            "actor",
            "level",
            "identification",
            "channel",
            "n_quotations",
            "n_words",
        ),
        "events": ("event_id", "storyline_id"),
        "accusations": ("article_id", "accuser", "accused", "accused_id", "reply"),
        "omissions": ("article_id", "kind", "state"),
    },
    by_piece=("articles", "annotations", "quotations", "sources", "accusations", "omissions"),
)
STEPS = (*ANNOTATE, COMPARE)


def encodings(articles: pd.DataFrame, settings: Settings) -> dict[str, Encoding]:
    """Encodings of these articles, from the cache where they are there."""
    from framing import encode

    return {one.article_id: one for one in encode.encode(articles, cache=settings.cache_path)}


# --- in memory ------------------------------------------------------------------------------------


def load(
    paths: str | Path | Sequence[str | Path] | pd.DataFrame,
    *,
    mapping: Mapping[str, str] | None = None,
    limit: int | None = None,
    clean: bool = True,
) -> pd.DataFrame:
    """Read articles from files, or from a table at hand, into the articles frame.

    Parameters
    ----------
    paths
        Files or folders (csv, tsv, json, jsonl, parquet, xlsx, html, txt, WARC, compressed or not), or ``dataset:NAME``; or a DataFrame
        with a column of texts, which is read as a file of its rows would be.
    mapping
        ``{our column: your column}`` where names are not recognised.
    limit
        Read at most this many.
    clean
        Take captions, credits and boilerplate out of the text.

    Returns
    -------
    DataFrame
        The articles frame, one row per article; columns of :data:`framing.schema.FRAMES`, then yours.

    Raises
    ------
    InputError
        If nothing can be read: says what was expected, what was found and the way out.
    """
    settings = Settings(mapping=dict(mapping or {}), limit=limit, clean=clean)
    run = Run(ANNOTATE[:2], settings, MemoryStore())
    if isinstance(paths, pd.DataFrame):
        fill_from_table(run, paths.head(limit) if limit is not None else paths)
    else:
        fill(run, [str(p) for p in ([paths] if isinstance(paths, str | Path) else paths)])
    run.execute(local)
    articles: pd.DataFrame = run.table("articles", ALL)
    return articles


def annotate(
    articles: pd.DataFrame | str | Path,
    *,
    targets: Sequence[str] = (),
    codebook: str = "generic",
    event_column: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Frames:
    """Annotate articles: wire copy, quotations, events, sources, stance, loaded language, frames.

    Parameters
    ----------
    articles
        What :func:`load` returned, any DataFrame with a text column, or a path.
    targets
        Whose stance to measure; without any, the main entities are found and marked so.
    codebook
        ``"generic"``, ``"policy"`` or the path of a TOML codebook.
    event_column
        Column with the event of each article, if known.
    mapping
        ``{our column: your column}`` where names are not recognised.

    Returns
    -------
    Frames
        Every frame of :data:`framing.schema.FRAMES` except comparisons and words.
    """
    with TemporaryDirectory(prefix="framing-") as cache:
        settings = Settings(
            targets=tuple(targets),
            codebook=codebook,
            event_column=event_column,
            mapping=dict(mapping or {}),
            cache=cache,
        )
        run = Run(ANNOTATE, settings, MemoryStore())
        if isinstance(articles, pd.DataFrame):
            fill_from_table(run, articles)
        else:
            fill(run, [str(articles)])
        run.execute(local)
        return frames_of(run)


def compare(
    frames: Mapping[str, pd.DataFrame],
    *,
    reference: str | None = None,
    genre: str = "news",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Frames:
    """Compare outlets within events.

    Parameters
    ----------
    frames
        What :func:`annotate` returned.
    reference
        Outlet the others are contrasted with; None contrasts each with the mean of the others.
    genre
        Genre that is compared.
    level, resamples, seed
        Of the intervals and tests.

    Returns
    -------
    Frames
        The same frames with ``comparisons`` and ``words``.
    """
    settings = Settings(reference=reference, genre=genre, level=level, resamples=resamples, seed=seed)
    tables = {
        name: frames[name] if name in frames else schema.empty(name) for name in COMPARE.reads if name in schema.FRAMES
    }
    tables |= {name: frames[name] for name in COMPARE.reads if name in frames}
    found = _compare(tables, settings)
    for name in ("comparisons", "words"):
        if not isinstance(found[name], pd.DataFrame):
            found[name] = pd.concat(list(found[name]), ignore_index=True)
    return Frames({**frames, "comparisons": found["comparisons"], "words": found["words"]})


def frames_of(run: Run) -> Frames:
    """Every frame a run gave, and the tables beside them that drill down."""
    names = [n for n in run.written() if n in schema.FRAMES or n in EXTRA]
    return Frames({name: run.table(name, ALL) for name in names})


def fill(run: Run, names: Sequence[str]) -> None:
    """Read the inputs into the run's parts; parts already there are not read again."""
    from framing.loading import read

    store: Store = run.store
    if store.done(LOADED, ALL):
        return
    settings: Settings = run.settings
    batches = read(
        names,
        mapping=dict(settings.mapping) or None,
        limit=settings.limit,
        event_column=settings.event_column,
        batch_size=settings.part_size,
    )
    for number, batch in enumerate(batches):
        part = f"{number:06d}"
        if not store.done("load", part):
            store.put("load", part, _loaded(batch))
    store.put(LOADED, ALL, {})


def fill_from_table(run: Run, articles: pd.DataFrame) -> None:
    """Put a DataFrame into the run's parts: as it is if :func:`load` made it, else read as a file would be."""
    from framing.loading import from_table

    settings: Settings = run.settings
    for number, batch in enumerate(
        from_table(
            articles,
            mapping=dict(settings.mapping) or None,
            event_column=settings.event_column,
            batch_size=settings.part_size,
        )
    ):
        run.store.put("load", f"{number:06d}", _loaded(batch))


def _loaded(batch: Batch) -> Tables:
    columns = {"mapping": batch.mapping, "columns": batch.tables}
    return {"found": batch.articles, "rejected": batch.rejected, **columns}


def need_articles(run: Run) -> int:
    """Count the articles kept.

    Raises
    ------
    InputError
        If there is none.
    """
    kept = sum(len(piece) for piece in run.pieces("articles"))
    if not kept:
        reasons = pd.concat(list(run.pieces("rejected")), ignore_index=True)["reason"].value_counts()
        told = "; ".join(f"{n} x {reason}" for reason, n in reasons.head(3).items()) or "the input is empty"
        raise InputError(f"no article could be read ({told})")
    return kept
