"""Compare outlets within events: levels, differences, intervals, tests, words.

The *estimand* is a difference between these texts: how much an outlet's articles differ from those of the reference
(or from the mean of the other outlets) in a measure, **on the same events**, each outlet and event counting once.
Values are averaged to outlet x event; outlet effects come from ``y = event + outlet`` on the connected set. The
difference from an event mean that holds the outlet itself would shrink with the number of outlets and is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from framing import inference, schema
from framing.measures import available, compute, describe
from framing.measures.syndication import is_wire
from framing.schema import FramingError, InputError

Progress = Callable[[str, int, int], None]
KEY = ["measure", "target", "voice"]

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


@dataclass(frozen=True)
class _Settings:
    reference: str | None
    level: float
    resamples: int
    seed: int
    min_storylines: int


def compare(
    frames: Mapping[str, pd.DataFrame],
    *,
    reference: str | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    genre: str = "news",
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
    measures
        Names of measures; default all.
    progress
        Called with a label, the number of steps done and of all.

    Returns
    -------
    Comparison
        Frames; intervals and tests are null under ten storylines, and `method` says why.

    Raises
    ------
    InputError
        If `reference` is no outlet of the corpus or a setting is out of range.
    FramingError
        If a measure does not exist.
    """
    settings = _check(frames, reference, level, resamples, seed, genre)
    notes: list[str] = []
    articles = _articles(frames["articles"], notes)
    genres = _genres(articles, genre, notes)
    storyline = _storylines(frames.get("events"), articles, notes)
    notes.append(ESTIMAND.format(reference=reference or "the mean of the other outlets"))
    blocks: list[pd.DataFrame] = []
    tests: list[np.ndarray] = []
    values: list[pd.DataFrame] = []
    steps, done = len(genres) * 2 + 1, 0
    for name, mask in genres.items():
        for wire in ("with", "without"):
            chosen = articles[mask & ~is_wire(articles)] if wire == "without" else articles[mask]
            subset = {**restrict(frames, chosen)}
            found, missing = compute(subset, measures)
            found = _placed(found, chosen)
            if wire == "with":
                notes += missing
                values.append(found.assign(genre=name))
            cells = _cells(found, chosen)
            event_rows = _event_rows(cells, reference, settings, wire, name)
            corpus_rows, statistics = _corpus_rows(cells, storyline, settings, wire, name, notes)
            blocks += [event_rows, corpus_rows]
            tests.append(statistics)
            done += 1
            if progress is not None:
                progress(f"{name}, {wire} wire copy", done, steps)
    table = _families(pd.concat(blocks, ignore_index=True))
    from framing.measures.wording import words

    pooled = articles[np.logical_or.reduce([np.asarray(m) for m in genres.values()])] if genres else articles[:0]
    terms = words(restrict(frames, pooled), level=level, seed=seed)
    if progress is not None:
        progress("words", steps, steps)
    return Comparison(
        table.loc[:, list(schema.columns("comparisons"))],
        terms,
        pd.concat(values, ignore_index=True) if values else pd.DataFrame(),
        co_coverage(pooled),
        list(dict.fromkeys(notes)),
    )


def _check(
    frames: Mapping[str, pd.DataFrame], reference: str | None, level: float, resamples: int, seed: int, genre: str
) -> _Settings:
    if "articles" not in frames:
        raise InputError(f"comparing needs the articles frame; found {', '.join(frames) or 'no frame'}.")
    known = set(frames["articles"]["outlet"].dropna())
    if reference is not None and reference not in known:
        shown = ", ".join(sorted(map(str, known))[:20])
        raise InputError(f"the reference {reference!r} is no outlet of this corpus; its outlets are {shown}.")
    if not 0.5 <= level < 1:
        raise InputError(f"level should lie between 0.5 and 1, e.g. 0.95; found {level}.")
    if resamples < 100:
        raise InputError(f"resamples should be 100 at least (2000 is usual); found {resamples}.")
    if genre not in {*schema.GENRES, "all", "each"}:
        raise InputError(f"no genre {genre!r}; there are {', '.join(schema.GENRES)}, and all, each.")
    return _Settings(reference, level, resamples, seed, inference.MIN_STORYLINES)


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


def _cells(values: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
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
    table = pd.crosstab(seen["event_id"].astype("object"), seen["outlet"].astype("object"))
    shared = table.T @ table
    shared.index.name, shared.columns.name = "outlet", None
    return shared


def _event_rows(cells: pd.DataFrame, reference: str | None, settings: _Settings, wire: str, genre: str) -> pd.DataFrame:
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
    levels = _block(cells, **common, reference=None, value=cells["value"], method="mean of the outlet's articles")
    there = base.notna()
    differences = _block(
        cells[there],
        **common,
        reference=against,
        value=(cells["value"] - base)[there],
        method="difference within one event; withheld: no interval from one event",
    )
    return pd.concat([levels, differences], ignore_index=True)


def _corpus_rows(
    cells: pd.DataFrame, storyline: pd.Series, settings: _Settings, wire: str, genre: str, notes: list[str]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Adjusted levels and contrasts over all events, for every measure, target and voice."""
    if cells.empty:
        return _block(cells), np.empty((settings.resamples, 0))
    outlets = np.array(sorted(cells["outlet"].unique()), dtype=object)
    events = np.array(sorted(cells["event_id"].unique()), dtype=object)
    stories, story = np.unique(storyline.reindex(events).to_numpy().astype(str), return_inverse=True)
    coded = cells.assign(
        e=np.searchsorted(events, cells["event_id"].to_numpy(dtype=object)),
        o=np.searchsorted(outlets, cells["outlet"].to_numpy(dtype=object)),
    )
    keys = coded.groupby(KEY, dropna=False, sort=True).ngroup().to_numpy()
    order = np.lexsort((coded["o"], coded["e"], keys))
    coded, keys = coded.iloc[order], keys[order]
    bounds = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1], True]).tolist()
    groups: dict[bytes, list[tuple[int, int]]] = {}
    e, o = coded["e"].to_numpy(), coded["o"].to_numpy()
    for begin, end in pairwise(bounds):
        groups.setdefault(e[begin:end].tobytes() + b"|" + o[begin:end].tobytes(), []).append((begin, end))
    signs = inference.flips(len(stories), settings.resamples, settings.seed)
    weights = inference.draws(len(stories), settings.resamples, settings.seed)
    found, statistics = [], []
    for members in groups.values():
        rows, stats = _same_cells(coded, members, outlets, story, signs, weights, settings)
        found.append(rows)
        statistics.append(stats)
    table = pd.concat(found, ignore_index=True)
    block = _block(table, scope="corpus", wire=wire, genre=genre, corrected=False)
    return block, np.concatenate(statistics, axis=1)


def _same_cells(
    coded: pd.DataFrame,
    members: list[tuple[int, int]],
    outlets: np.ndarray,
    story: np.ndarray,
    signs: np.ndarray,
    weights: np.ndarray,
    settings: _Settings,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Estimates of all measures that are observed in the same cells, together."""
    begin, end = members[0]
    e, o = coded["e"].to_numpy()[begin:end], coded["o"].to_numpy()[begin:end]
    values = np.stack([coded["value"].to_numpy()[a:b] for a, b in members], axis=1)
    counts = np.stack([coded["n_articles"].to_numpy()[a:b] for a, b in members], axis=1)
    names = coded[KEY].iloc[[a for a, _ in members]].reset_index(drop=True)
    whole = inference.Design(e, o, story, len(outlets), signs.shape[1])
    inside = _connected(whole, outlets, settings.reference)
    sizes = np.bincount(e[inside[o]], minlength=len(story))
    used = inside[o] & (sizes[e] >= 2)
    stories, local = np.unique(story[e[used]], return_inverse=True)
    design_story = np.zeros(len(story), dtype=np.int64)
    design_story[e[used]] = local
    design = inference.Design(e[used], o[used], design_story, len(outlets), len(stories))
    rows = [_raw(names, outlets, e, o, values, counts, story, ~inside, settings)]
    if not inside.any():
        return pd.concat(rows, ignore_index=True), np.empty((settings.resamples, 0))
    fitted = inference.fit(design, values[used], inside)
    spread = values[used].std(axis=0) > 1e-12
    size = _sizes(design, counts[used], inside)
    low, high = inference.level_intervals(fitted, weights[:, stories], settings.level)
    here = np.flatnonzero(inside)
    enough = size["n_storylines"][here] >= settings.min_storylines
    rows.append(_levels(names, outlets, here, fitted, low, high, size, enough, spread, settings))
    targets, matrix = _contrast_matrix(here, outlets, settings.reference)
    if not len(targets):
        return pd.concat(rows, ignore_index=True), np.empty((settings.resamples, 0))
    result = inference.contrasts(fitted, matrix, signs[:, stories], settings.level)
    found, keep = _differences(names, outlets, targets, result, size, spread, settings)
    rows.append(found)
    statistics = result.statistics.transpose(0, 2, 1).reshape(settings.resamples, -1)
    return pd.concat(rows, ignore_index=True), statistics[:, keep]


def _connected(design: inference.Design, outlets: np.ndarray, reference: str | None) -> np.ndarray:
    """The connected set: that of the reference, or the one with most cells."""
    labels = design.components()
    at = np.flatnonzero(outlets == reference) if reference is not None else np.empty(0, dtype=int)
    if len(at) and labels[at[0]] >= 0:
        return np.asarray(labels == labels[at[0]])
    cells = np.bincount(labels[design.outlet][labels[design.outlet] >= 0], minlength=1)
    return np.asarray((labels == int(cells.argmax())) & (labels >= 0))


def _contrast_matrix(here: np.ndarray, outlets: np.ndarray, reference: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Columns of contrasts: outlet minus reference, or minus the mean of the others."""
    n = len(outlets)
    if reference is None:
        matrix = np.zeros((n, len(here)))
        if len(here) > 1:
            matrix[np.ix_(here, np.arange(len(here)))] = -1 / (len(here) - 1)
            matrix[here, np.arange(len(here))] = 1.0
            return here, matrix
        return here[:0], matrix[:, :0]
    base = np.flatnonzero(outlets == reference)
    if not len(base) or base[0] not in here:
        return here[:0], np.zeros((n, 0))
    targets = here[here != base[0]]
    matrix = np.zeros((n, len(targets)))
    matrix[targets, np.arange(len(targets))] = 1.0
    matrix[base[0]] = -1.0
    return targets, matrix


def _sizes(design: inference.Design, counts: np.ndarray, inside: np.ndarray) -> dict[str, np.ndarray]:
    """Events and storylines (n_outlets,), articles (n_outlets, k) behind each outlet."""
    pairs = np.unique(np.stack([design.outlet, design.cell_storyline]), axis=1)
    return {
        "n_events": np.bincount(design.outlet, minlength=len(inside)),
        "n_storylines": np.bincount(pairs[0], minlength=len(inside)),
        "n_articles": design.by_outlet(counts.astype("float64")).astype("int64"),
    }


def _long(names: pd.DataFrame, outlets: np.ndarray, n: int) -> pd.DataFrame:
    """Rows key by key, outlets within."""
    k = len(names)
    table = names.loc[np.repeat(np.arange(k), n)].reset_index(drop=True)
    return table.assign(outlet=np.tile(outlets, k))


def _flat(values: np.ndarray) -> np.ndarray:
    """(n_outlets, k) in the order of `_long`."""
    return np.asarray(values.T.reshape(-1))


def _levels(
    names: pd.DataFrame,
    outlets: np.ndarray,
    here: np.ndarray,
    fitted: inference.Fit,
    low: np.ndarray,
    high: np.ndarray,
    size: dict[str, np.ndarray],
    enough: np.ndarray,
    spread: np.ndarray,
    settings: _Settings,
) -> pd.DataFrame:
    k = len(names)
    table = _long(names, outlets[here], len(here))
    limits = np.array([describe(m).bounds for m in table["measure"]])
    ok = _flat(enough[:, None] & spread[None, :])
    value = _flat(fitted.levels[here])
    reason = np.where(
        np.tile(enough, k),
        "withheld: the values do not vary",
        [_few(n, settings) for n in np.tile(size["n_storylines"][here], k)],
    )
    return table.assign(
        reference=None,
        value=np.clip(value, limits[:, 0], limits[:, 1]),
        low=np.where(ok, np.clip(_flat(low[here]), limits[:, 0], limits[:, 1]), np.nan),
        high=np.where(ok, np.clip(_flat(high[here]), limits[:, 0], limits[:, 1]), np.nan),
        level=np.where(ok, settings.level, np.nan),
        method=np.where(ok, "two-way fixed effects, level; storylines resampled", reason),
        **_counts(size, here, k),
    )


def _differences(
    names: pd.DataFrame,
    outlets: np.ndarray,
    targets: np.ndarray,
    result: inference.Contrasts,
    size: dict[str, np.ndarray],
    spread: np.ndarray,
    settings: _Settings,
) -> tuple[pd.DataFrame, np.ndarray]:
    k = len(names)
    table = _long(names, outlets[targets], len(targets))
    stories = size["n_storylines"][targets]
    if settings.reference is not None:
        stories = np.minimum(stories, size["n_storylines"][outlets == settings.reference][0])
    enough = stories >= settings.min_storylines
    varies = result.se > 1e-9 * np.maximum(np.abs(result.value), 1e-3)
    bounded = np.isfinite(result.low) & np.isfinite(result.high)
    ok = _flat(enough[:, None] & spread[None, :] & varies & bounded)
    reason = np.where(
        np.tile(enough, k),
        "withheld: the values do not vary between storylines",
        [_few(n, settings) for n in np.tile(stories, k)],
    )
    mdd = inference.detectable(result.se, stories[:, None], settings.level)
    shown = {
        name: np.where(ok, _flat(values), np.nan)
        for name, values in (
            ("low", result.low),
            ("high", result.high),
            ("p", result.p),
            ("se", result.se),
            ("detectable", mdd),
        )
    }
    found = table.assign(
        reference=settings.reference or "others",
        value=_flat(result.value),
        level=np.where(ok, settings.level, np.nan),
        method=np.where(ok, "two-way fixed effects; storylines permuted (sign-flip), test inverted", reason),
        **shown,
        **_counts(size, targets, k),
    )
    return found, ok


def _raw(
    names: pd.DataFrame,
    outlets: np.ndarray,
    e: np.ndarray,
    o: np.ndarray,
    values: np.ndarray,
    counts: np.ndarray,
    story: np.ndarray,
    outside: np.ndarray,
    settings: _Settings,
) -> pd.DataFrame:
    """Levels of outlets that share no event with the others: plain means, and a contrast that is withheld."""
    here = np.flatnonzero(outside & (np.bincount(o, minlength=len(outlets)) > 0))
    if not len(here):
        return pd.DataFrame()
    design = inference.Design(e, o, story, len(outlets), int(story.max()) + 1)
    size = _sizes(design, counts, outside)
    mean = design.by_outlet(values)[here] / size["n_events"][here][:, None]
    table = _long(names, outlets[here], len(here)).assign(**_counts(size, here, len(names)))
    why = "withheld: shares no event with the outlets compared"
    levels = table.assign(reference=None, value=_flat(mean), method=f"plain mean; {why}")
    return pd.concat([levels, table.assign(reference=settings.reference or "others", method=why)], ignore_index=True)


def _counts(size: dict[str, np.ndarray], here: np.ndarray, k: int) -> dict[str, np.ndarray]:
    return {
        "n_articles": _flat(size["n_articles"][here]),
        "n_events": np.tile(size["n_events"][here], k),
        "n_storylines": np.tile(size["n_storylines"][here], k),
    }


def _few(n: int, settings: _Settings) -> str:
    return f"withheld: {n} storylines, {settings.min_storylines} needed"


def _families(table: pd.DataFrame) -> pd.DataFrame:
    """Declare families (the measure's family, with or without wire copy, per genre) and adjust within them."""
    tested = table["p"].notna()
    base = {name: describe(name).family for name in table.loc[tested, "measure"].unique()}
    family = (
        table["measure"].map(base).astype("object")
        + ", "
        + table["wire"].astype("object")
        + " wire copy, "
        + table["genre"].astype("object")
    ).where(tested)
    q = table["p"].groupby(family).transform(lambda p: inference.benjamini_yekutieli(p.to_numpy()))
    return table.assign(family=family.astype(schema.DTYPES["str"]), q=q.astype("float64"))


def _block(data: pd.DataFrame, **given: Any) -> pd.DataFrame:
    """Rows of the comparisons frame, typed, from columns of `data` and constants or columns in `given`."""
    out = {}
    for name, column in schema.columns("comparisons").items():
        dtype = schema.DTYPES[column.kind]
        if name in given:
            value = given[name]
        elif name == "event_id" and given.get("scope") == "corpus":
            value = None
        else:
            value = data[name] if name in data.columns else None
        if isinstance(value, pd.Series):
            out[name] = value.reset_index(drop=True).astype(dtype)
        else:
            fill = pd.Series([value if value is not None else pd.NA], dtype="object")
            if column.kind == "float":
                fill = fill.where(fill.notna(), np.nan)
            out[name] = fill.astype(dtype).take(np.zeros(len(data), dtype=int)).reset_index(drop=True)
    return pd.DataFrame(out)


__all__ = ["Comparison", "FramingError", "available", "co_coverage", "compare", "restrict"]
