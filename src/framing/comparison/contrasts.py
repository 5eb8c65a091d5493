"""Corpus estimates as rows: adjusted levels and contrasts of many measures, withheld where they would be invented.

Between `comparison`, which knows frames, and `inference`, which knows arrays: cells (outlet x event) in, rows out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from framing import schema
from framing.comparison import inference
from framing.comparison.cells import KEY, Cells, Key
from framing.measures import describe

CHUNK = 2_000_000
"""Most numbers (resamples x outlets x measures) held at once."""
TABLES = 1_000
"""Most tables of rows held before they are made one."""


@dataclass(frozen=True)
class Settings:
    """What an estimate is made with; see `framing.comparison.compare`."""

    reference: str | None = None
    level: float = 0.95
    resamples: int = 2000
    seed: int = 0
    min_storylines: int = inference.MIN_STORYLINES


@dataclass(frozen=True)
class Resamples:
    """Storylines of the corpus with their random signs and draws, the same for every measure and subset.

    Parameters
    ----------
    story
        Storyline of every event, code by event_id.
    signs, draws
        A row for each of the resamples.
    more
        Further signs.
    """

    story: pd.Series
    signs: inference.Signs
    draws: inference.Draws
    more: inference.Signs


def resample(storyline: pd.Series, settings: Settings) -> Resamples:
    """Flip and draw the storylines of these events (event_id -> storyline)."""
    codes, names = pd.factorize(storyline.astype("object"), sort=True)
    n = max(len(names), 1)
    return Resamples(
        pd.Series(codes, index=storyline.index),
        inference.flips(n, settings.resamples, settings.seed),
        inference.draws(n, settings.resamples, settings.seed),
        inference.further(n, settings.resamples, settings.seed),
    )


def estimate(
    cells: Cells | pd.DataFrame, resamples: Resamples, settings: Settings, *, keep: bool = True
) -> tuple[pd.DataFrame, np.ndarray]:
    """Adjusted levels and contrasts for every measure, target and voice.

    Parameters
    ----------
    cells
        Values by outlet and event, or a table of them: measure, target, voice, event_id, outlet, value, n_articles.
    resamples
        Storylines of at least these events.
    settings
        Reference, level and so on.
    keep
        Whether the statistics are wanted.

    Returns
    -------
    rows : DataFrame
        Columns of the `comparisons` frame, as far as they are known here.
    statistics : ndarray
        (resamples, n_tests): standardised statistics of the rows with a p-value, in their order; for max-T.
    """
    cells = Cells.of(cells) if isinstance(cells, pd.DataFrame) else cells
    empty = np.empty((settings.resamples, 0))
    groups: dict[bytes, list[Key]] = {}
    for key in cells.keys:
        rows = cells.rows(key)
        seen = hashlib.blake2b(rows["event"].tobytes() + b"|" + rows["outlet"].tobytes()).digest()
        groups.setdefault(seen, []).append(key)
    if not groups:
        return pd.DataFrame(), empty
    outlets = cells.outlets
    story = resamples.story.reindex(cells.events).to_numpy()
    found, statistics = [], []
    step = max(1, CHUNK // (max(settings.resamples, len(story)) * len(outlets)))
    for members in groups.values():
        for first in range(0, len(members), step):
            part, stats = _same_cells(cells, members[first : first + step], outlets, story, resamples, settings)
            found.append(part)
            statistics.append(stats if keep else empty)
            if len(found) == TABLES:
                found = [pd.concat(found, ignore_index=True)]
    return pd.concat(found, ignore_index=True), np.concatenate(statistics, axis=1)


def _same_cells(
    cells: Cells,
    members: list[Key],
    outlets: np.ndarray,
    story: np.ndarray,
    resamples: Resamples,
    settings: Settings,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Estimates of all measures that are observed in the same cells, together."""
    rows_of = [cells.rows(key) for key in members]
    e, o = (rows_of[0][name].astype(np.int64) for name in ("event", "outlet"))
    values, counts = (np.stack([part[name] for part in rows_of], axis=1) for name in ("value", "n_articles"))
    del rows_of
    events, e = np.unique(e, return_inverse=True)
    story = story[events]
    names = pd.DataFrame(members, columns=KEY, dtype="object").astype(schema.DTYPES["str"])
    whole = inference.Design(e, o, story, len(outlets), int(story.max()) + 1)
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
    here = np.flatnonzero(inside)
    enough = size["n_storylines"][here] >= settings.min_storylines
    low = high = np.full(fitted.levels.shape, np.nan)
    if enough.any():  # else nothing is shown of them: a target of a single event, say
        low, high = inference.level_intervals(fitted, resamples.draws.of(stories), settings.level)
    rows.append(_levels(names, outlets, here, fitted, low, high, size, enough, spread, settings))
    targets, matrix = _contrast_matrix(here, outlets, settings.reference)
    if not len(targets):
        return pd.concat(rows, ignore_index=True), np.empty((settings.resamples, 0))
    if enough.any():
        signs, more = resamples.signs.of(stories), resamples.more.of(stories)
        result = inference.contrasts(fitted, matrix, signs, settings.level, more)
    else:
        result = inference.untested(fitted, matrix, settings.resamples)
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
    settings: Settings,
) -> pd.DataFrame:
    k = len(names)
    table = _long(names, outlets[here], len(here))
    limits = np.array([describe(m).bounds for m in table["measure"]])
    ok = _flat(enough[:, None] & spread[None, :])
    value = _wholes(table, np.clip(_flat(fitted.levels[here]), limits[:, 0], limits[:, 1]))
    low = np.where(ok, np.clip(np.minimum(_flat(low[here]), value), limits[:, 0], limits[:, 1]), np.nan)
    high = np.where(ok, np.clip(np.maximum(_flat(high[here]), value), limits[:, 0], limits[:, 1]), np.nan)
    reason = np.where(
        np.tile(enough, k),
        "withheld: the values do not vary",
        [_few(n, settings) for n in np.tile(size["n_storylines"][here], k)],
    )
    return table.assign(
        reference=None,
        value=value,
        low=low,
        high=high,
        level=np.where(ok, settings.level, np.nan),
        method=np.where(ok, "two-way fixed effects, level; storylines resampled", reason),
        **_counts(size, here, k),
    )


def _wholes(table: pd.DataFrame, values: np.ndarray) -> np.ndarray:
    """Levels of which those that are parts of a whole sum to one, as the fit's do before they are cut at 0: the nearest such values.

    Parts are told by the definition (`Measure.parts`); a sum below one, as where members are left out, is let be.
    """
    done = values.copy()
    base = table["measure"].astype("object").str.partition(".")[0]
    parts = base.map({name: describe(name).parts for name in base.unique()}).to_numpy(bool)
    keys = [base[parts], *(table.loc[parts, c].astype("object").fillna("") for c in ("target", "voice", "outlet"))]
    for rows in table[parts].groupby(keys, sort=False).indices.values():
        at = np.flatnonzero(parts)[rows]
        if np.isfinite(done[at]).all() and done[at].sum() > 1:
            done[at] = nearest_shares(done[at])
    return done


def nearest_shares(values: np.ndarray) -> np.ndarray:
    """Project values on shares that sum to one (Duchi et al. 2008, ICML).

    Examples
    --------
    >>> nearest_shares(np.array([0.8, 0.3, 0.0])).round(3).tolist()
    [0.75, 0.25, 0.0]
    """
    falling = np.sort(values)[::-1]
    over = (np.cumsum(falling) - 1) / np.arange(1, len(values) + 1)
    return np.asarray(np.maximum(values - over[np.flatnonzero(falling > over)[-1]], 0.0))


def _differences(
    names: pd.DataFrame,
    outlets: np.ndarray,
    targets: np.ndarray,
    result: inference.Contrasts,
    size: dict[str, np.ndarray],
    spread: np.ndarray,
    settings: Settings,
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
    settings: Settings,
) -> pd.DataFrame:
    """Levels of outlets that no shared event connects with the set compared: plain means, and a contrast that is withheld."""
    here = np.flatnonzero(outside & (np.bincount(o, minlength=len(outlets)) > 0))
    if not len(here):
        return pd.DataFrame()
    design = inference.Design(e, o, story, len(outlets), int(story.max()) + 1)
    size = _sizes(design, counts, outside)
    mean = design.by_outlet(values)[here] / size["n_events"][here][:, None]
    table = _long(names, outlets[here], len(here)).assign(**_counts(size, here, len(names)))
    shares = np.bincount(o[np.bincount(e)[e] >= 2], minlength=len(outlets))[here] > 0
    why = np.tile(
        np.where(shares, _apart(settings), "withheld: no event on which both this outlet and another have a value"),
        len(names),
    )
    levels = table.assign(reference=None, value=_flat(mean), method=[f"plain mean; {reason}" for reason in why])
    return pd.concat([levels, table.assign(reference=settings.reference or "others", method=why)], ignore_index=True)


def _apart(settings: Settings) -> str:
    """Why an outlet that shares events with some others is not compared."""
    compared = (
        "the larger set of outlets" if settings.reference is None else "the reference and the outlets compared with it"
    )
    return f"withheld: shares events with other outlets, but not connected with {compared}"


def _counts(size: dict[str, np.ndarray], here: np.ndarray, k: int) -> dict[str, np.ndarray]:
    return {
        "n_articles": _flat(size["n_articles"][here]),
        "n_events": np.tile(size["n_events"][here], k),
        "n_storylines": np.tile(size["n_storylines"][here], k),
    }


def _few(n: int, settings: Settings) -> str:
    return f"withheld: {n} storylines, {settings.min_storylines} needed"


EXACT = 12
"""Decimals kept: what lies beyond is rounding noise, and must not read as "less than 1 %" where nothing was found."""


def block(data: pd.DataFrame, **given: Any) -> pd.DataFrame:
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
            value = value.round(EXACT) + 0.0 if name in ("value", "low", "high") else value
            out[name] = value.reset_index(drop=True).astype(dtype)
        else:
            fill = pd.Series([value if value is not None else pd.NA], dtype="object")
            if column.kind == "float":
                fill = fill.where(fill.notna(), np.nan)
            out[name] = fill.astype(dtype).take(np.zeros(len(data), dtype=int)).reset_index(drop=True)
    return pd.DataFrame(out)
