"""Specification curve: one difference under every defensible way of computing it.

Simonsohn, Simmons & Nelson 2020 (Nature Human Behaviour 4:1208). How articles are grouped into events, whether agency
copy counts, which genres, how articles are averaged, which model: if the sign depends on the choice, readers should
see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from framing import schema
from framing.comparison import _articles, _check, _genres, _placed, _storylines, _tables, cells_of, restrict
from framing.comparison.cells import KEY
from framing.comparison.contrasts import Settings, estimate, resample
from framing.measures import compute, describe
from framing.measures.syndication import is_wire
from framing.schema import InputError

WEIGHTINGS = {
    "measure": "articles of an outlet on an event averaged with the measure's own weights (words, where it is a share)",
    "articles": "every article the same",
    "first": "only the outlet's first article on the event",
}
MODELS = {
    "fixed effects": "y = event + outlet on the connected set",
    "matched": "events that the outlet shares with the reference (or with any other), mean of the differences",
}
CHOICES = ("grouping", "annotations", "genre", "wire", "weighting", "model")
COLUMNS = (
    *CHOICES,
    "main",
    *KEY,
    "outlet",
    "reference",
    "value",
    "low",
    "high",
    "p",
    "n_articles",
    "n_events",
    "n_storylines",
    "method",
)


def specification_curve(
    frames: Mapping[str, pd.DataFrame],
    measure: str,
    outlet: str,
    *,
    reference: str | None = None,
    target: str | None = None,
    voice: str | None = None,
    groupings: Mapping[str, pd.Series] | None = None,
    annotations: Mapping[str, pd.DataFrame] | None = None,
    genres: Sequence[str] = ("news", "all"),
    wire: Sequence[str] = ("with", "without"),
    weightings: Sequence[str] = tuple(WEIGHTINGS),
    models: Sequence[str] = tuple(MODELS),
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """One contrast under every combination of choices.

    Parameters
    ----------
    frames
        As for `framing.comparison.compare`.
    measure, target, voice
        What is compared, e.g. ``"stance"``, ``"the ministry"``, ``"narrator"``.
    outlet, reference
        Which difference; reference None is the mean of the others.
    groupings
        Other ways of grouping: name -> event_id by article_id. The grouping in `frames` is always there, as ``"given"``; by
        default those of a stricter and a looser threshold join it, if the table ``members`` of `framing.events` is there.
    annotations
        Annotations of other models: name -> annotations frame. Those in `frames` are ``"given"``.
    genres, wire, weightings, models
        Choices to cross.
    level, resamples, seed
        Of intervals and tests.
    progress
        Called with a label, specifications done and all.

    Returns
    -------
    DataFrame
        One row per specification, sorted by value: the choices, ``main`` (the one `compare` reports), estimate,
        interval, p, counts and method. Withheld estimates stay in, with the reason.

    Raises
    ------
    InputError
        If the outlet, the target or a choice is unknown.
    """
    describe(measure)
    _known("weighting", weightings, WEIGHTINGS)
    _known("model", models, MODELS)
    _known("wire", wire, {"with": "", "without": ""})
    if reference == outlet:
        raise InputError(f"outlet and reference are both {outlet!r}; a difference needs two")
    tables = _tables(frames)
    settings = _check(tables["articles"], reference, level, resamples, seed, genres[0])
    _known("outlet", [outlet], dict.fromkeys(tables["articles"]["outlet"].dropna(), ""))
    grouped = {"given": None, **(_thresholds(tables.get("members")) if groupings is None else groupings)}
    story = _storylines(tables.get("events"), tables["articles"][tables["articles"]["event_id"].notna()], [])
    annotated = {"given": None, **(annotations or {})}
    choices = list(product(grouped, annotated, genres, wire))
    rows: list[pd.DataFrame] = []
    for number, (grouping, annotator, genre, copy) in enumerate(choices):
        chosen = _chosen(tables, grouped[grouping], annotated[annotator], genre, copy)
        values = _values(chosen, measure, target, voice)
        drawn = resample(_same_storylines(chosen["articles"], tables["articles"], story), settings)
        for weighting, model in product(weightings, models):
            cells = _matched(_weighted(values, chosen["articles"], weighting), outlet, reference, model)
            found, _ = estimate(cells, drawn, settings if model != "matched" else _against_rest(settings))
            rows.append(_row(found, outlet, reference, (grouping, annotator, genre, copy, weighting, model)))
        if progress is not None:
            progress(f"{grouping}, {genre}, {copy} wire copy", number + 1, len(choices))
    table = pd.concat(rows, ignore_index=True)
    main = (table["grouping"] == "given") & (table["annotations"] == "given") & (table["genre"] == genres[0])
    main &= (table["wire"] == "with") & (table["weighting"] == "measure") & (table["model"] == "fixed effects")
    table = table.assign(main=main, measure=measure, target=target, voice=voice)
    return table.sort_values("value", kind="stable", na_position="last", ignore_index=True)[list(COLUMNS)]


REST = "the rest"


def _thresholds(members: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Grouping at a stricter and at a looser threshold, where they differ from the given one."""
    if members is None or members.empty:
        return {}
    table = members.drop_duplicates("article_id").set_index("article_id")
    found = {name: table[f"event_{name}"] for name in ("stricter", "looser") if f"event_{name}" in table}
    return {name: events for name, events in found.items() if (events != table["event_id"]).any()}


def _same_storylines(articles: pd.DataFrame, given: pd.DataFrame, story: pd.Series) -> pd.Series:
    """Storyline of every event however it was grouped: the one most of its articles have in the given grouping."""
    own = given.drop_duplicates("article_id").set_index("article_id")["event_id"].map(story)
    table = pd.DataFrame(
        {"event": articles["event_id"].to_numpy(), "story": articles["article_id"].map(own).to_numpy()}
    )
    count = table.dropna().value_counts(["event", "story"]).rename("n").reset_index()
    first = count.sort_values(["event", "n", "story"], ascending=[True, False, True], kind="stable").drop_duplicates(
        "event"
    )
    events = pd.Index(sorted(table["event"].dropna().unique()))
    alone = pd.Series(events, index=events, dtype="object")
    return first.set_index("event")["story"].astype("object").reindex(events).where(lambda s: s.notna(), alone)


def _known(what: str, given: Sequence[str], known: Mapping[str, str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        raise InputError(f"no {what} {', '.join(map(repr, unknown)) or 'given'}; there are {', '.join(known)}")


def _chosen(
    tables: dict[str, pd.DataFrame],
    grouping: pd.Series | None,
    annotations: pd.DataFrame | None,
    genre: str,
    wire: str,
) -> dict[str, pd.DataFrame]:
    """Return the frames under one choice of grouping, annotations, genre and wire."""
    articles = tables["articles"]
    if grouping is not None:
        event = articles["article_id"].map(grouping).astype(schema.DTYPES["str"])
        articles = articles.assign(event_id=event)
    articles = _articles(articles, [])
    articles = articles[_genres(articles, genre, [])[genre]]
    if wire == "without":
        articles = articles[~is_wire(articles)]
    other = tables if annotations is None else {**tables, "annotations": schema.conform(annotations, "annotations")}
    return restrict(other, articles)


def _values(frames: dict[str, pd.DataFrame], measure: str, target: str | None, voice: str | None) -> pd.DataFrame:
    values, _ = compute(frames, [measure])
    for column, wanted in (("target", target), ("voice", voice)):
        found = sorted(values[column].dropna().unique())
        if wanted is None and len(found) > 1:
            raise InputError(f"{measure} has several {column}s; choose one with --{column}: {', '.join(found)}")
        if wanted is not None and len(values) and wanted not in found:
            raise InputError(f"{measure} was not measured for the {column} {wanted!r}; there are {', '.join(found)}")
        if wanted is not None:
            values = values[values[column] == wanted]
    if values["measure"].nunique() > 1:
        raise InputError(f"{measure} is a set; choose one of {', '.join(sorted(values['measure'].unique()))}")
    return _placed(values, frames["articles"])


def _weighted(values: pd.DataFrame, articles: pd.DataFrame, weighting: str) -> pd.DataFrame:
    if weighting == "articles":
        values = values.assign(weight=1.0)
    elif weighting == "first":
        when = articles.sort_values(["published_at", "article_id"], kind="stable")
        first = when.drop_duplicates(["event_id", "outlet"])["article_id"]
        values = values[values["article_id"].isna() | values["article_id"].isin(first)]
    return cells_of(values, articles)


def _matched(cells: pd.DataFrame, outlet: str, reference: str | None, model: str) -> pd.DataFrame:
    """Cells of the outlet beside those of the reference, or beside the mean of the others, event by event."""
    if model != "matched":
        return cells
    mine = cells[cells["outlet"] == outlet]
    rest = cells[cells["outlet"] == reference] if reference is not None else cells[cells["outlet"] != outlet]
    keys = [*KEY, "event_id"]
    rest = rest.groupby(keys, dropna=False).agg(value=("value", "mean"), n_articles=("n_articles", "sum")).reset_index()
    return pd.concat([mine, rest.assign(outlet=REST)], ignore_index=True)


def _against_rest(settings: Settings) -> Settings:
    return Settings(REST, settings.level, settings.resamples, settings.seed, settings.min_storylines)


def _row(found: pd.DataFrame, outlet: str, reference: str | None, choice: tuple[str, ...]) -> pd.DataFrame:
    kept = ["value", "low", "high", "p", "n_articles", "n_events", "n_storylines", "method"]
    if len(found):
        found = found[(found["outlet"] == outlet) & found["reference"].notna()].reindex(columns=kept)
    if found.empty:
        empty = dict.fromkeys(kept, np.nan) | {"method": "withheld: no event with this outlet and another"}
        found = pd.DataFrame([empty])
    counts = {name: found[name].astype("Int64") for name in ("n_articles", "n_events", "n_storylines")}
    return found.head(1).assign(
        **dict(zip(CHOICES, choice, strict=True)), outlet=outlet, reference=reference or "others", **counts
    )


def sentence(table: pd.DataFrame) -> str:
    """What a specification curve says, in words."""
    shown = table[table["value"].notna()]
    if shown.empty:
        return f"All {len(table)} specifications are withheld: {table['method'].iloc[0]}."
    first, main = shown.iloc[0], shown[shown["main"]]
    same = max((shown["value"] > 0).mean(), (shown["value"] < 0).mean())
    told = f"{main['value'].iloc[0]:+.3f} as reported" if len(main) else "withheld as reported"
    tested = shown[shown["p"].notna()]
    found = f"; {(tested['p'] <= 0.05).sum()} of {len(tested)} have p <= .05" if len(tested) else "; none is tested"
    return (
        f"{first['measure']}, {first['outlet']} against {first['reference']}: {told}; from {shown['value'].min():+.3f} to "
        f"{shown['value'].max():+.3f} in {len(shown)} specifications, {same:.0%} of the same sign{found}."
        + (f" {len(table) - len(shown)} are withheld." if len(table) > len(shown) else "")
    )
