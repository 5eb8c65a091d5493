"""Compare outlets within events: levels, differences, intervals, tests, words.

The *estimand* is a difference between these texts: how much an outlet's articles differ from those of the reference
(or from the mean of the other outlets) in a measure, **on the same events**, each outlet and event counting once.
Values are averaged to outlet x event; outlet effects come from ``y = event + outlet`` on the connected set. The
difference from an event mean that holds the outlet itself would shrink with the number of outlets and is not used.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from framing import schema
from framing.comparison import inference
from framing.comparison.cells import KEY, Cells
from framing.comparison.contrasts import Settings, block, estimate, resample
from framing.comparison.plan import Plan
from framing.comparison.plan import read as read_plan
from framing.measures import available, compute, describe, notes_of, unmeasured, wording
from framing.measures.sourcing import codes
from framing.measures.syndication import is_wire
from framing.schema import InputError
from framing.storage import Spill

Progress = Callable[[str, int, int], None]
NEEDED = ("articles", "quotations", "sources", "annotations", "events")

ESTIMAND = (
    "A difference is how far an outlet's articles in this corpus differ from those of {reference} in the measure, on "
    "the same events, each outlet and event counting once (y = event + outlet on the connected set). It describes "
    "these texts; it says nothing about truth, intent or coverage that was not collected."
)


@dataclass(frozen=True)
class Comparison:
    """What `compare` gives.

    Parameters
    ----------
    comparisons
        The `comparisons` frame: levels (reference null) and contrasts, per event and over all.
    words
        The `words` frame.
    co_coverage
        Events that two outlets both carried, outlets x outlets; the diagonal counts an outlet's own.
    notes
        Sentences for the report: the estimand in words, what was left out and why.
    """

    comparisons: pd.DataFrame
    words: pd.DataFrame
    co_coverage: pd.DataFrame
    notes: list[str]


@dataclass(frozen=True)
class Pieces:
    """What `in_pieces` gives: the same, the two frames in pieces that are made as they are asked for, once."""

    comparisons: Iterator[pd.DataFrame]
    words: Iterator[pd.DataFrame]
    co_coverage: pd.DataFrame
    notes: list[str]


def compare(
    frames: Mapping[str, pd.DataFrame],
    *,
    reference: str | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    genre: str = "news",
    plan: Plan | str | Path | None = None,
    measures: list[str] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare outlets on the events they share.

    Parameters
    ----------
    frames
        articles (grouped into events) and, as far as they exist, quotations, sources, annotations, events,
        accusations. A measure whose frames are missing is left out, with a note.
    reference
        Outlet the others are contrasted with; None contrasts each with the mean of the others.
    level
        Of the intervals.
    resamples
        Number of times storylines are resampled and permuted.
    seed
        Of both.
    genre
        ``news``, another genre, ``all`` (pooled) or ``each`` (every genre apart). Articles without a genre count as
        news.
    plan
        An analysis plan, or the path of one. Its settings take the place of the five above.
    measures
        Names of measures; default all.
    progress
        Called with a label, the number of steps done and of all.

    Returns
    -------
    Comparison
        Frames; intervals and tests are null under ten storylines, and `method` says why. In a contrast's row the
        counts of articles, events and storylines are the outlet's; the reference has its own in its level's row.

    Raises
    ------
    InputError
        If `reference` is no outlet of the corpus, a setting is out of range or the plan is faulty.
    FramingError
        If a measure does not exist.

    Examples
    --------
    >>> articles = schema.conform(
    ...     [
    ...         {"article_id": f"{o}{e}", "outlet": o, "event_id": f"e{e}", "text": "word " * (20 + 9 * e % 7 + d),
    ...          "n_words": 20 + 9 * e % 7 + d, "origin": "example"}
    ...         for o, d in (("Post", 0), ("Herald", 5)) for e in range(12)
    ...     ],
    ...     "articles",
    ... )
    >>> found = compare({"articles": articles}, measures=["words_given"], reference="Post").comparisons
    >>> found[(found.scope == "corpus") & found.reference.notna() & (found.wire == "with")].value.tolist()
    [5.0]
    """
    found = in_pieces(
        frames,
        reference=reference,
        level=level,
        resamples=resamples,
        seed=seed,
        genre=genre,
        plan=plan,
        measures=measures,
        progress=progress,
    )
    comparisons, terms = (pd.concat(list(part), ignore_index=True) for part in (found.comparisons, found.words))
    return Comparison(comparisons, terms, found.co_coverage, found.notes)


def in_pieces(
    frames: Mapping[str, Any],
    *,
    reference: str | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    genre: str = "news",
    plan: Plan | str | Path | None = None,
    measures: list[str] | None = None,
    progress: Progress | None = None,
) -> Pieces:
    """Do what `compare` does with frames that are never held, and rows of events that are made in turn.

    Parameters
    ----------
    frames
        As for `compare`; where ``articles`` is an iterable of frames of whole events, to be gone through as often as needed, others
        may be iterables in step with it: the n-th piece of each is of the same events.
    reference, level, resamples, seed, genre, plan, measures, progress
        As for `compare`.

    Returns
    -------
    Pieces
    """
    agreed = read_plan(plan)
    if agreed is not None:
        reference, genre, level = agreed.reference or reference, agreed.genre, agreed.level
        resamples, seed = agreed.resamples, agreed.seed
    tables = _tables(frames)
    heads = tables["articles"]
    settings = _check(heads, reference, level, resamples, seed, genre)
    if agreed is not None:
        settings = replace(settings, min_storylines=agreed.min_storylines)
    notes = [ESTIMAND.format(reference=reference or "the mean of the other outlets")]
    articles = _articles(heads, notes)
    genres = _genres(articles, genre, notes)
    drawn = resample(_storylines(tables.get("events"), articles, notes), settings)
    bundles = _Bundles(tables, None if isinstance(frames["articles"], pd.DataFrame) else frames["articles"])
    choices = [(name, wire) for name in genres for wire in ("with", "without")]
    chosen = [_Chosen(bundles, articles[genres[name]], _measures(measures, wire), wire) for name, wire in choices]
    _gather(bundles, chosen)
    done: list[tuple[Cells, dict[str, Any], pd.DataFrame]] = []
    statistics = []
    steps = len(choices) + 1
    for number, ((name, wire), choice) in enumerate(zip(choices, chosen, strict=True)):
        notes += notes_of(choice.lacking) if wire == "with" else []
        rows, stats = estimate(choice.cells, drawn, settings, keep=agreed is not None and agreed.adjust == "max-t")
        where = {"wire": wire, "genre": name, "corrected": False}
        done.append((choice.cells, where, block(rows, scope="corpus", **where)))
        statistics.append(stats)
        if progress is not None:
            progress(f"{name}, {wire} wire copy", number + 1, steps)
    corpus = _families(
        pd.concat([rows for *_, rows in done], ignore_index=True), np.concatenate(statistics, axis=1), agreed
    )
    pooled = articles[np.logical_or.reduce([mask.to_numpy() for mask in genres.values()])]
    own = _own_words(pooled, notes)
    spoken = ((piece["articles"], piece.get("quotations")) for piece, _ in bundles)
    terms = wording.in_pieces(own, spoken, level=level, seed=seed)
    if progress is not None:
        progress("words", steps, steps)
    _remarks(corpus, pooled, agreed, notes)
    return Pieces(_rows(done, corpus, reference), terms, co_coverage(pooled), list(dict.fromkeys(notes)))


def _rows(
    done: list[tuple[Cells, dict[str, Any], pd.DataFrame]], corpus: pd.DataFrame, reference: str | None
) -> Iterator[pd.DataFrame]:
    """Yield the rows of events, then those over all, of each genre and with and without wire copy."""
    at = 0
    for cells, where, rows in done:
        yield from _event_rows(cells, reference, where)
        yield corpus.iloc[at : at + len(rows)].reset_index(drop=True)
        at += len(rows)


HEADS = (
    "article_id",
    "outlet",
    "outlet_raw",
    "title",
    "published_at",
    "published_raw",
    "genre",
    "event_id",
    "wire",
    "duplicate_of",
    "version_of",
    "shared_share",
    "n_words",
)
"""Columns of articles that are held for the whole corpus where it comes in pieces."""


class _Bundles:
    """All frames, some whole events at a time, each with the places of its articles among all.

    Parameters
    ----------
    tables
        Frames, or iterables of frames in step with `articles`.
    articles
        Pieces of articles; None if all frames are whole.
    """

    def __init__(self, tables: Mapping[str, Any], articles: Iterable[pd.DataFrame] | None) -> None:
        self.tables = tables
        self.articles = articles
        self.in_pieces = [
            name
            for name, table in tables.items()
            if articles is not None and name != "articles" and not isinstance(table, pd.DataFrame)
        ]

    def __iter__(self) -> Iterator[tuple[dict[str, Any], slice]]:
        """Go through the corpus once more."""
        if self.articles is None:
            yield dict(self.tables), slice(0, len(self.tables["articles"]))
            return
        at = 0
        names = ("articles", *self.in_pieces)
        for some in _joined(zip(self.articles, *(self.tables[name] for name in self.in_pieces), strict=True)):
            size = len(some[0])
            yield {**self.tables, **dict(zip(names, some, strict=True))}, slice(at, at + size)
            at += size

    def whole(self, names: Collection[str], articles: pd.DataFrame) -> dict[str, Any]:
        """Frames of these names, of these articles, all of each at once."""
        found = {name: self.tables[name] for name in names if name in self.tables}
        found |= {name: pd.concat(list(found[name]), ignore_index=True) for name in found if name in self.in_pieces}
        return restrict(found, articles)


TOGETHER = 1_000
"""Articles that are measured at once, or somewhat more: most of the time of a few is spent whatever their number."""


def _joined(pieces: Iterable[tuple[pd.DataFrame, ...]]) -> Iterator[list[pd.DataFrame]]:
    """Join frames of whole events until they are of enough articles."""
    waiting: list[tuple[pd.DataFrame, ...]] = []
    for some in pieces:
        waiting.append(some)
        if sum(len(one[0]) for one in waiting) >= TOGETHER:
            yield [pd.concat(parts, ignore_index=True) for parts in zip(*waiting, strict=True)]
            waiting = []
    if waiting:
        yield [pd.concat(parts, ignore_index=True) for parts in zip(*waiting, strict=True)]


class _Chosen:
    """Articles that are compared together, and what is measured in them: of one genre, with or without wire copy."""

    def __init__(self, bundles: _Bundles, articles: pd.DataFrame, measures: list[str], wire: str) -> None:
        self.articles = articles[~is_wire(articles)] if wire == "without" else articles
        self.measures = measures
        self.mask = np.zeros(len(bundles.tables["articles"]), dtype=bool)
        self.mask[self.articles.index] = True
        self.there: set[str] = set()
        self.codes: set[tuple[str, str]] = set()
        self.lacking: dict[str, list[str]] = {}

    def of(self, bundle: Mapping[str, Any], at: slice) -> dict[str, Any]:
        """Rows of a bundle that are among these."""
        return restrict(bundle, bundle["articles"][self.mask[at]])

    def survey(self, part: dict[str, Any]) -> None:
        """See what there is: frames with any row, and kinds of sources."""
        self.there |= {name for name, table in part.items() if not isinstance(table, pd.DataFrame) or len(table)}
        if "sources" in part:
            self.codes |= set(codes(part).itertuples(index=False, name=None))

    def start(self, bundles: _Bundles, spill: Spill) -> None:
        """Begin with the measures that need more than whole events."""
        self.lacking = unmeasured(self.there, self.measures)
        self.known = {
            "codes": pd.DataFrame(sorted(self.codes), columns=["kind", "code"]),
            "corpus": self.articles[["article_id", "n_words"]],
        }
        events, outlets = (self.articles[name].astype("object").unique() for name in ("event_id", "outlet"))
        self.cells = Cells(events, outlets, spill)
        self.apart, at_once = ([n for n in self.measures if describe(n).by_event is each] for each in (True, False))
        needs = {need for name in at_once for need in describe(name).needs} - {"articles"}
        self.add(bundles.whole(needs, self.articles), at_once)

    def add(self, part: dict[str, Any], measures: list[str]) -> None:
        """Measure, and average to outlet x event."""
        if len(part["articles"]):
            values, _ = compute({**part, **self.known}, measures, self.lacking)
            self.cells.add(cells_of(_placed(values, part["articles"]), part["articles"]))


def _gather(bundles: _Bundles, chosen: list[_Chosen]) -> None:
    """Values of every measure by outlet and event, a few events at a time."""
    for bundle, at in bundles:
        for choice in chosen:
            choice.survey(choice.of(bundle, at))
    spill = Spill()
    for choice in chosen:
        choice.start(bundles, spill)
    for bundle, at in bundles:
        for choice in chosen:
            choice.add(choice.of(bundle, at), choice.apart)
    for choice in chosen:
        choice.cells.finished()


def _tables(frames: Mapping[str, Any]) -> dict[str, Any]:
    """Return the frames with all agreed columns; what cannot be compared at all is refused."""
    if "articles" not in frames:
        raise InputError(f"comparing needs the articles frame; found {', '.join(frames) or 'no frame'}.")
    articles = frames["articles"]
    if not isinstance(articles, pd.DataFrame):
        articles = pd.concat([_head(piece) for piece in articles], ignore_index=True)
    lacking = [name for name in REQUIRED if name not in articles.columns]
    if lacking:
        raise InputError(
            f"the articles frame lacks {', '.join(lacking)}; found {', '.join(map(str, articles.columns))}. Name the "
            f"columns (mapping), and group the articles into events first."
        )
    twice = articles["article_id"][articles["article_id"].duplicated()]
    if len(twice):
        raise InputError(f"article_id should be unique; {len(twice)} occur again, the first is {twice.iloc[0]!r}.")
    held = {**frames, "articles": articles}  # a measure may need a table of its own
    typed = [name for name, frame in held.items() if name in NEEDED and isinstance(frame, pd.DataFrame)]
    typed = typed if articles is frames["articles"] else [name for name in typed if name != "articles"]
    held |= {name: schema.conform(held[name], name) for name in typed}
    return held | {"articles": held["articles"].reset_index(drop=True)}


def _head(piece: pd.DataFrame) -> pd.DataFrame:
    """What is held of articles, typed; a column that is needed stays away if it is not there."""
    there = [name for name in piece if name in HEADS]
    table = schema.conform(piece[there], "articles")[[c for c in HEADS if c in there or c not in REQUIRED]]
    # words that only some articles are asked for: names of what is set aside, and how a midnight was written
    table["title"] = table["title"].where(table["genre"].notna() & table["genre"].ne("news").fillna(False))
    table["published_raw"] = table["published_raw"].where(
        table["published_at"].eq(table["published_at"].dt.normalize())
    )
    return table


REQUIRED = ("article_id", "outlet", "event_id")


def _check(
    articles: pd.DataFrame, reference: str | None, level: float, resamples: int, seed: int, genre: str
) -> Settings:
    known = set(articles["outlet"].dropna())
    if reference is not None and reference not in known:
        near = difflib.get_close_matches(reference, known, n=1)
        shown = f"did you mean {near[0]!r}?" if near else f"its outlets are {', '.join(sorted(known)[:20])}."
        raise InputError(f"the reference {reference!r} is no outlet of this corpus; {shown}")
    if not 0.5 <= level < 1:
        raise InputError(f"level should lie between 0.5 and 1, e.g. 0.95; found {level}.")
    if resamples < 100:
        raise InputError(f"resamples should be 100 at least (2000 is usual); found {resamples}.")
    if genre not in {*schema.GENRES, "all", "each"}:
        raise InputError(f"no genre {genre!r}; there are {', '.join(schema.GENRES)}, and all, each.")
    return Settings(reference, level, resamples, seed)


def _measures(names: list[str] | None, wire: str) -> list[str]:
    """Measures to compute; those about agency copy itself make no sense without it."""
    wanted = list(available()) if names is None else names
    return [name for name in wanted if wire == "with" or describe(name).family != "syndication"]


def contrasts_of(comparisons: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences between outlets over all events, wire copy included, and those of them without interval and test.

    The one count of what is withheld: the terminal and the report both take it from here.

    Examples
    --------
    >>> rows = [{"scope": "corpus", "reference": "others", "wire": "with", "value": 0.1, "p": p} for p in (0.5, None)]
    >>> [len(part) for part in contrasts_of(schema.conform(rows, "comparisons"))]
    [2, 1]
    """
    mine = (comparisons["scope"] == "corpus") & comparisons["reference"].notna() & (comparisons["wire"] == "with")
    corpus = comparisons[mine.fillna(False).astype(bool) & comparisons["value"].notna()]
    return corpus, corpus[corpus["p"].isna()]


def _remarks(table: pd.DataFrame, articles: pd.DataFrame, plan: Plan | None, notes: list[str]) -> None:
    """Say what was withheld and why, and what the plan did not foresee."""
    outlets, events = articles["outlet"].nunique(), articles["event_id"].nunique()
    if outlets < 2:
        notes.append(f"{outlets} outlet is in these figures: there is nothing to compare it with.")
    elif events < 2:
        notes.append(f"{events} event is in these figures: differences within it are shown, without intervals.")
    corpus, held = contrasts_of(table)
    few = held["method"].astype("str").str.extract(r"^withheld: (\d+) (storylines, \d+ needed)$")
    most = few[0].astype("float64").max()
    told = "withheld: at most " + f"{most:.0f} " + few[1].astype("object")
    for reason, rows in held.groupby(told.where(few[0].notna(), held["method"]), sort=True):
        who = ", ".join(sorted(rows["outlet"].unique())[:10])
        out = "; intervals come with more events on different stories" if "storylines" in str(reason) else ""
        notes.append(f"Intervals and tests of {len(rows):,} of {len(corpus):,} differences {reason} ({who}){out}.")
    if plan is not None:
        notes.append(plan.note(table[table["p"].notna()]))


def _own_words(articles: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Articles whose words are the outlet's: the narrator of agency copy is the agency."""
    copied = is_wire(articles)
    if copied.any():
        n = int(copied.sum())
        notes.append(
            f"{n} {'article is' if n == 1 else 'articles are'} agency copy or {'a reprint' if n == 1 else 'reprints'}: in the words that set outlets apart they are left out; every other "
            "figure is given with them (as charts show it) and without (column wire)."
        )
    return articles[~copied]


def _articles(articles: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Articles that can be compared: with outlet and event, the latest version of each page."""
    placed = articles["outlet"].notna() & articles["event_id"].notna()
    if (~placed).any():
        notes.append(f"{int((~placed).sum())} articles without an outlet or event are not compared.")
    superseded = articles["article_id"].isin(set(articles["version_of"].dropna()))
    if superseded.any():
        notes.append(f"{int(superseded.sum())} articles were replaced by a later version and are not compared.")
    return articles[placed & ~superseded]


def _genres(articles: pd.DataFrame, genre: str, notes: list[str]) -> dict[str, pd.Series]:
    if genre == "all":
        return {"all": pd.Series(True, index=articles.index)}
    known = articles["genre"].astype("object").where(articles["genre"].notna(), "news")
    unknown = int(articles["genre"].isna().sum())
    if unknown:
        notes.append(f"{unknown} articles without a genre are taken for news.")
    if genre == "each":
        return {name: known == name for name in schema.GENRES if (known == name).any()}
    if (known != genre).any():
        notes.append(_left_out(articles, known, genre))
    if not (known == genre).any():
        notes.append(f"No article of genre {genre!r}: nothing is compared.")
    return {genre: known == genre}


def _left_out(articles: pd.DataFrame, known: pd.Series, genre: str) -> str:
    """Which articles are of another genre than the one compared, and the outlets that have nothing else."""
    others = known[known != genre].value_counts().sort_index()
    by_genre = ", ".join(f"{n} {name}" for name, n in others.items())
    left = set(articles.loc[known == genre, "outlet"])
    gone = sorted(set(articles["outlet"].dropna()) - left)
    which = "article of another genre" if others.sum() == 1 else "articles of other genres"
    told = f"{others.sum()} {which} ({by_genre}) not in these figures, which are of {genre!r}: --genre each or all takes in every genre."
    told += _named(articles[known != genre])
    if gone and left:
        named = ", ".join(gone[:8]) + (f" and {len(gone) - 8} others" if len(gone) > 8 else "")
        told += f" Nothing else is there of {named}, so of {'this outlet' if len(gone) == 1 else 'these outlets'} there is no figure."
    return told


NAMED = 4
"""Articles of another genre that are named."""


def _named(articles: pd.DataFrame) -> str:
    """Say which articles these are: headline and outlet of a few, and how many others."""
    if "title" not in articles or articles["title"].isna().all():
        return ""
    rows = articles[["title", "outlet", "genre", "article_id"]].astype("object").where(articles.notna(), None)
    rows = rows[rows["title"].notna()].sort_values(["outlet", "article_id"], kind="stable", na_position="last")
    told = [
        f"“{title if len(title) <= 80 else title[:79].rstrip() + '…'}” ({outlet or 'outlet not known'})"
        for title, outlet in zip(rows["title"], rows["outlet"])
    ]
    left = len(articles) - len(told[:NAMED])
    return f" They are: {', '.join(told[:NAMED])}" + (
        f" and {left} {'other' if left == 1 else 'others'}." if left else "."
    )


def _storylines(events: pd.DataFrame | None, articles: pd.DataFrame, notes: list[str]) -> pd.Series:
    """Storyline of every event; an event of no known storyline is its own."""
    ids = pd.Index(sorted(articles["event_id"].unique()))
    own = pd.Series(ids, index=ids, dtype="object")
    if events is None or "storyline_id" not in events or events["storyline_id"].isna().all():
        notes.append("No storylines are known: every event is taken for independent of the others.")
        return own
    given = events.drop_duplicates("event_id").set_index("event_id")["storyline_id"].dropna().astype("object")
    return given.reindex(ids).astype("object").where(lambda s: s.notna(), own)


def restrict(frames: Mapping[str, pd.DataFrame], articles: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the frames with the rows of these articles only."""
    ids = set(articles["article_id"])
    out = {"articles": articles}
    for name, frame in frames.items():
        if name != "articles":
            has = "article_id" in getattr(frame, "columns", ())
            out[name] = frame[frame["article_id"].isin(ids)] if has else frame
    return out


def _placed(values: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Fill outlet and event of article values."""
    where = articles.set_index("article_id")[["outlet", "event_id"]]
    for column in ("outlet", "event_id"):
        own = values["article_id"].map(where[column])
        values = values.assign(**{column: values[column].where(values[column].notna(), own).astype("str")})
    return values


def cells_of(values: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Average to outlet x event: one row per measure, target, voice, event and outlet."""
    weighted = values.assign(product=values["value"] * values["weight"])
    keys = [*KEY, "event_id", "outlet"]
    cells = weighted.groupby(keys, dropna=False, sort=True).agg(
        product=("product", "sum"), weight=("weight", "sum"), n_articles=("article_id", "nunique")
    )
    cells = cells.reset_index().assign(value=lambda c: c["product"] / c["weight"])
    own = (
        articles.groupby(["event_id", "outlet"])
        .size()
        .rename("own")
        .reset_index()
        .astype({"outlet": "str", "event_id": "str"})
    )
    cells = cells.merge(own, on=["event_id", "outlet"], how="left")
    count = cells["n_articles"].where(cells["n_articles"] > 0, cells["own"].fillna(0))
    return cells.assign(n_articles=count.astype("int64"))[[*keys, "value", "n_articles"]]


def co_coverage(articles: pd.DataFrame) -> pd.DataFrame:
    """Events carried by both outlets, outlets x outlets.

    Examples
    --------
    >>> seen = pd.DataFrame({"outlet": ["A", "B", "A"], "event_id": ["1", "1", "2"]})
    >>> co_coverage(seen).to_numpy().tolist()
    [[2, 1], [1, 1]]
    """
    seen = articles[["outlet", "event_id"]].dropna().drop_duplicates()
    if seen.empty:
        return pd.DataFrame(index=pd.Index([], name="outlet"))
    event, _ = pd.factorize(seen["event_id"])
    outlet, names = pd.factorize(seen["outlet"].astype("object"), sort=True)
    table = sp.csr_matrix((np.ones(len(seen), dtype=np.int64), (event, outlet)))
    names = pd.Index(names, dtype="object")
    return pd.DataFrame((table.T @ table).toarray(), index=names.rename("outlet"), columns=names)


ROWS = 20_000
"""Cells whose rows are made at once."""


def _event_rows(cells: Cells, reference: str | None, where: dict[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the levels, then the contrasts within each event. One event holds no information on how much events vary."""
    common = {"scope": "event", **where, "n_events": 1, "n_storylines": 1}
    for make in (_levels, _differences):
        for some in cells.frames(ROWS):
            yield make(some, reference, common)


def _levels(cells: pd.DataFrame, reference: str | None, common: dict[str, Any]) -> pd.DataFrame:
    method = "mean of the outlet's articles"
    return block(cells, **common, reference=None, value=cells["value"], method=method)


def _differences(cells: pd.DataFrame, reference: str | None, common: dict[str, Any]) -> pd.DataFrame:
    keys = [*KEY, "event_id"]
    if reference is None:
        grouped = cells.groupby(keys, dropna=False, sort=False)
        n, total = grouped["value"].transform("size"), grouped["value"].transform("sum")
        base = (total - cells["value"]) / (n - 1).where(n > 1)
    else:
        mine = cells["value"].where(cells["outlet"] == reference)
        base = mine.groupby([cells[k] for k in keys], dropna=False, sort=False).transform("max")
        base = base.where(cells["outlet"] != reference)
    there = base.notna()
    return block(
        cells[there],
        **common,
        reference=reference or "others",
        value=(cells["value"] - base)[there],
        method="difference within one event; withheld: no interval from one event",
    )


def _families(table: pd.DataFrame, statistics: np.ndarray, plan: Plan | None) -> pd.DataFrame:
    """Name the family of every test and adjust within it; without a plan, a family is a measure's family."""
    tested = np.flatnonzero(table["p"].notna().to_numpy())
    tests = table.iloc[tested]
    if plan is not None:
        named = plan.assign(tests)
    else:
        base = {name: describe(name).family for name in tests["measure"].unique()}
        named = tests["measure"].map(base).astype("object")
    named = named.astype(str) + ", " + tests["wire"].astype(str) + " wire copy, " + tests["genre"].astype(str)
    adjusted = np.full(len(tests), np.nan)
    for index in tests.groupby(named.to_numpy(), sort=True).indices.values():
        if plan is not None and plan.adjust == "max-t":
            adjusted[index] = inference.max_t(statistics[:, index])
        else:
            adjusted[index] = inference.benjamini_yekutieli(tests["p"].to_numpy()[index])
    family = pd.Series(pd.NA, index=table.index, dtype="object")
    q = np.full(len(table), np.nan)
    family.iloc[tested], q[tested] = named.to_numpy(), adjusted
    return table.assign(family=family.astype(schema.DTYPES["str"]), q=q)[list(schema.columns("comparisons"))]


__all__ = ["Comparison", "Pieces", "cells_of", "co_coverage", "compare", "contrasts_of", "in_pieces", "restrict"]
