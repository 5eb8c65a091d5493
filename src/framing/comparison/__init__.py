"""Compare outlets within events: levels, differences, intervals, tests, words.

The *estimand* is a difference between these texts: how much an outlet's articles differ from those of the reference
(or from the mean of the other outlets) in a measure, **on the same events**, each outlet and event counting once.
Values are averaged to outlet x event; outlet effects come from ``y = event + outlet`` on the connected set. The
difference from an event mean that holds the outlet itself would shrink with the number of outlets and is not used.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing import schema
from framing.comparison import inference
from framing.comparison.contrasts import KEY, Settings, block, estimate, resample
from framing.comparison.plan import Plan
from framing.comparison.plan import read as read_plan
from framing.measures import available, compute, describe
from framing.measures.syndication import is_wire
from framing.measures.wording import words
from framing.schema import InputError

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
    values
        Long values before averaging, wire copy included: article_id, outlet, event_id, measure, target, voice, value,
        weight, genre.
    co_coverage
        Events that two outlets both carried, outlets x outlets; the diagonal counts an outlet's own.
    notes
        Sentences for the report: the estimand in words, what was left out and why.
    """

    comparisons: pd.DataFrame
    words: pd.DataFrame
    values: pd.DataFrame
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
    agreed = read_plan(plan)
    if agreed is not None:
        reference, genre, level = agreed.reference or reference, agreed.genre, agreed.level
        resamples, seed = agreed.resamples, agreed.seed
    tables = _tables(frames)
    settings = _check(tables["articles"], reference, level, resamples, seed, genre)
    if agreed is not None:
        settings = replace(settings, min_storylines=agreed.min_storylines)
    notes = [ESTIMAND.format(reference=reference or "the mean of the other outlets")]
    articles = _articles(tables["articles"], notes)
    genres = _genres(articles, genre, notes)
    drawn = resample(_storylines(tables.get("events"), articles, notes), settings)
    blocks, statistics, values = [], [], []
    steps = len(genres) * 2 + 1
    for number, (name, wire) in enumerate((name, wire) for name in genres for wire in ("with", "without")):
        mine = articles[genres[name]]
        chosen = mine[~is_wire(mine)] if wire == "without" else mine
        found, missing = compute(restrict(tables, chosen), _measures(measures, wire))
        found = _placed(found, chosen)
        if wire == "with":
            notes += missing
            values.append(found.assign(genre=name))
        cells = cells_of(found, chosen)
        rows, stats = estimate(cells, drawn, settings)
        corpus = block(rows, scope="corpus", wire=wire, genre=name, corrected=False)
        blocks += [_event_rows(cells, reference, wire, name), corpus]
        statistics.append(stats)
        if progress is not None:
            progress(f"{name}, {wire} wire copy", number + 1, steps)
    table = _families(pd.concat(blocks, ignore_index=True), np.concatenate(statistics, axis=1), agreed)
    pooled = articles[np.logical_or.reduce([mask.to_numpy() for mask in genres.values()])]
    terms = words(restrict(tables, _own_words(pooled, notes)), level=level, seed=seed)
    if progress is not None:
        progress("words", steps, steps)
    _remarks(table, pooled, agreed, notes)
    return Comparison(
        table, terms, pd.concat(values, ignore_index=True), co_coverage(pooled), list(dict.fromkeys(notes))
    )


def _tables(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the frames with all agreed columns; what cannot be compared at all is refused."""
    if "articles" not in frames:
        raise InputError(f"comparing needs the articles frame; found {', '.join(frames) or 'no frame'}.")
    articles = frames["articles"]
    lacking = [name for name in ("article_id", "outlet", "event_id") if name not in articles.columns]
    if lacking:
        raise InputError(
            f"the articles frame lacks {', '.join(lacking)}; found {', '.join(map(str, articles.columns))}. Name the "
            f"columns (mapping), and group the articles into events first."
        )
    twice = articles["article_id"][articles["article_id"].duplicated()]
    if len(twice):
        raise InputError(f"article_id should be unique; {len(twice)} occur again, the first is {twice.iloc[0]!r}.")
    known = {name: schema.conform(frame, name) for name, frame in frames.items() if name in NEEDED}
    return {**frames, **known}  # a measure may need a table of its own


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
        notes.append(
            f"{int(copied.sum())} articles are agency copy or reprints: their words are not counted as the outlet's."
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
    others = int((known != genre).sum())
    if others:
        notes.append(f"{others} articles of other genres are not in these figures (genre is {genre!r}).")
    if not (known == genre).any():
        notes.append(f"No article of genre {genre!r}: nothing is compared.")
    return {genre: known == genre}


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
    table = pd.crosstab(seen["event_id"].astype("object"), seen["outlet"].astype("object"))
    shared = table.T @ table
    shared.index.name, shared.columns.name = "outlet", None
    return shared


def _event_rows(cells: pd.DataFrame, reference: str | None, wire: str, genre: str) -> pd.DataFrame:
    """Levels and contrasts within each event. One event holds no information on how much events vary."""
    keys = [*KEY, "event_id"]
    grouped = cells.groupby(keys, dropna=False, sort=False)
    n, total = grouped["value"].transform("size"), grouped["value"].transform("sum")
    if reference is None:
        base = (total - cells["value"]) / (n - 1).where(n > 1)
        against = "others"
    else:
        mine = cells["value"].where(cells["outlet"] == reference)
        base = mine.groupby([cells[k] for k in keys], dropna=False, sort=False).transform("max")
        base = base.where(cells["outlet"] != reference)
        against = reference
    common: dict[str, Any] = {"scope": "event", "wire": wire, "genre": genre, "corrected": False, "n_events": 1}
    common["n_storylines"] = 1
    levels = block(cells, **common, reference=None, value=cells["value"], method="mean of the outlet's articles")
    there = base.notna()
    differences = block(
        cells[there],
        **common,
        reference=against,
        value=(cells["value"] - base)[there],
        method="difference within one event; withheld: no interval from one event",
    )
    return pd.concat([levels, differences], ignore_index=True)


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


__all__ = ["Comparison", "cells_of", "co_coverage", "compare", "contrasts_of", "restrict"]
