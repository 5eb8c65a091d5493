"""Outlet effects within events, with intervals and tests that treat a storyline as one observation.

The estimator is two-way fixed effects, ``y = event + outlet``, one value per outlet and event, each cell of weight
one, on the connected set (Abowd, Kramarz & Margolis 1999). With ``L`` the Laplacian of the co-coverage graph and ``r``
the event-demeaned sums, outlet effects solve ``L b = r``; a contrast is ``c'b``.

*Tests and intervals of contrasts.* Events of one storyline move together, so a storyline is the unit. Under
``c'b = d`` the contributions of the storylines to the effective score, ``e_s(d) = g'(r_s - L_s b~(d))`` with
``g = L^- c``, are flipped in sign at random (Hemerik, Goeman & Finos 2020; in the numerator this is the restricted
wild cluster bootstrap of Cameron, Gelbach & Miller 2008). Flipping leaves the squares as they are, so every flip has
the same studentisation. Residuals of a storyline are those of a fit without it, because a storyline with much weight
pulls the fit toward itself (MacKinnon, Nielsen & Webb 2023). ``e_s`` is linear in ``d``, hence the test is inverted in
closed form: the interval is the set of differences that the test does not reject, and the two never disagree.

*Intervals of levels* resample storylines with replacement and studentise (cluster bootstrap-t; Efron & Tibshirani
1993, ch. 12) the linearised level.

Nothing here knows of articles, outlets' names or measures: arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.stats import t as student

from framing.storage import Rows

MIN_STORYLINES = 10
"""Fewest storylines with which an interval is given: below it, cluster methods are known to mislead."""


@dataclass(frozen=True)
class Design:
    """Which outlet has a value in which event: shared by all measures observed in the same cells.

    Parameters
    ----------
    event, outlet
        Of every cell, (n_cells,) codes from 0.
    storyline
        Of every event, (n_events,) codes from 0.
    n_outlets, n_storylines
        Sizes of the code books.
    """

    event: np.ndarray
    outlet: np.ndarray
    storyline: np.ndarray
    n_outlets: int
    n_storylines: int

    @property
    def cell_storyline(self) -> np.ndarray:
        """Storyline of every cell, (n_cells,)."""
        return np.asarray(self.storyline[self.event])

    def demean(self, values: np.ndarray) -> np.ndarray:
        """Subtract from each cell the mean of its event; (n_cells, k) -> (n_cells, k)."""
        sums = self._by(self.event, len(self.storyline)) @ values
        size = np.maximum(np.bincount(self.event, minlength=len(self.storyline)), 1)
        return np.asarray(values - (sums / size[:, None])[self.event])

    def by_outlet(self, values: np.ndarray) -> np.ndarray:
        """Sum cells by outlet; (n_cells, k) -> (n_outlets, k)."""
        return np.asarray(self._by(self.outlet, self.n_outlets) @ values)

    def by_storyline(self, values: np.ndarray) -> np.ndarray:
        """Sum cells by storyline; (n_cells, k) -> (n_storylines, k)."""
        return np.asarray(self._by(self.cell_storyline, self.n_storylines) @ values)

    def _by(self, codes: np.ndarray, size: int) -> sp.csr_matrix:
        n = len(codes)
        return sp.csr_matrix((np.ones(n), (codes, np.arange(n))), shape=(size, n))

    def laplacian(self) -> np.ndarray:
        """Laplacian of the co-coverage graph, (n_outlets, n_outlets)."""
        dummies = sp.csr_matrix(
            (np.ones(len(self.event)), (self.event, self.outlet)), shape=(len(self.storyline), self.n_outlets)
        )
        size = np.maximum(np.asarray(dummies.sum(axis=1)).ravel(), 1.0)
        shared = (dummies.T @ sp.diags(1 / size) @ dummies).toarray()
        return np.asarray(np.diag(np.asarray(dummies.sum(axis=0)).ravel()) - shared)

    def components(self) -> np.ndarray:
        """Connected component of every outlet, (n_outlets,); -1 for outlets without a shared event."""
        size = np.bincount(self.event, minlength=len(self.storyline))
        keep = size[self.event] >= 2
        rows, columns = self.event[keep], self.outlet[keep]
        dummies = sp.csr_matrix((np.ones(keep.sum()), (rows, columns)), shape=(len(self.storyline), self.n_outlets))
        labels = connected_components(dummies.T @ dummies, directed=False)[1]
        alone = np.bincount(columns, minlength=self.n_outlets) == 0
        return np.asarray(np.where(alone, -1, labels))


@dataclass(frozen=True)
class Fit:
    """Outlet effects of several measures on one design.

    Parameters
    ----------
    effects
        (n_outlets, k), summing to zero over the outlets compared; nan for outlets outside the connected set.
    levels
        (n_outlets, k): what the outlet's mean would be over all events of the set.
    """

    design: Design
    effects: np.ndarray
    levels: np.ndarray
    inverse: np.ndarray
    residual: np.ndarray
    intercept: np.ndarray
    inside: np.ndarray


def fit(design: Design, values: np.ndarray, inside: np.ndarray) -> Fit:
    """Two-way fixed effects by the normal equations of the outlets.

    Parameters
    ----------
    design
        Cells; every event with at least two cells, every outlet in `inside` connected.
    values
        (n_cells, k), no missing value.
    inside
        (n_outlets,) bool, the connected set.

    Returns
    -------
    Fit
        Effects, adjusted levels and event-demeaned residuals.

    Examples
    --------
    >>> design = Design(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0, 1]), 2, 2)
    >>> fit(design, np.array([[1.0], [3.0], [2.0], [4.0]]), np.array([True, True])).effects.ravel().tolist()
    [-1.0, 1.0]
    """
    laplacian = design.laplacian()
    n = int(inside.sum())
    block = laplacian[np.ix_(inside, inside)]
    scale = max(float(np.trace(block)) / max(n, 1), 1.0)
    inverse = np.zeros_like(laplacian)
    # the graph is connected: adding a multiple of the all-ones matrix makes it regular without touching contrasts
    inverse[np.ix_(inside, inside)] = np.linalg.inv(block + scale / n) - 1 / (scale * n)
    demeaned = design.demean(values)
    effects = inverse @ design.by_outlet(demeaned)
    residual = demeaned - design.demean(effects[design.outlet])
    own = values - effects[design.outlet]
    size = np.bincount(design.event, minlength=len(design.storyline))
    sums = design._by(design.event, len(design.storyline)) @ own
    used = size > 0
    intercept = np.where(used[:, None], sums / np.maximum(size, 1)[:, None], np.nan)
    levels = np.nanmean(intercept, axis=0)[None, :] + effects
    outside = ~inside
    effects, levels = effects.copy(), levels.copy()
    effects[outside], levels[outside] = np.nan, np.nan
    return Fit(design, effects, levels, inverse, residual, intercept, inside)


AT_ONCE = 4_000_000
"""Most signs or draws held as numbers at once."""


class Grid:
    """Rows of bytes, all of one length: few in memory, many in a temporary file.

    Parameters
    ----------
    width
        Bytes in a row.
    blocks
        Some rows at a time, (n, width) of uint8.
    """

    def __init__(self, width: int, blocks: Iterable[np.ndarray]) -> None:
        self.width = width
        self._rows = Rows(np.dtype(np.uint8))
        for row in (row for block in blocks for row in block):
            self._rows.add(row)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._rows)

    def __getitem__(self, some: slice) -> np.ndarray:
        """Return some rows, (n, width)."""
        found, _ = self._rows.take(np.arange(*some.indices(len(self))))
        return found.reshape(-1, self.width)


@dataclass(frozen=True)
class Signs:
    """Random signs, a bit each.

    Parameters
    ----------
    bits
        Rows of signs, packed.
    storylines
        Those of the columns that are used.
    """

    bits: Grid
    storylines: np.ndarray

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.bits)

    def of(self, storylines: np.ndarray) -> Signs:
        """Return the signs of some storylines."""
        return Signs(self.bits, self.storylines[storylines])

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield the signs, (some rows, n_storylines) of int8 at a time."""
        bytes_, place = np.unique(self.storylines // 8, return_inverse=True)
        columns = 8 * place + self.storylines % 8
        for some in _few(len(self), 8 * len(bytes_)):
            yield 2 * np.unpackbits(self.bits[some][:, bytes_], axis=1)[:, columns].view(np.int8) - 1


@dataclass(frozen=True)
class Draws:
    """How often each storyline was drawn, a byte each.

    Parameters
    ----------
    times
        A row for each of the resamples, storylines of the corpus.
    storylines
        Those of the columns that are used.
    """

    times: Grid
    storylines: np.ndarray

    def of(self, storylines: np.ndarray) -> Draws:
        """Return the draws of some storylines."""
        return Draws(self.times, self.storylines[storylines])

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield the draws, (some rows, n_storylines) at a time."""
        for some in _few(len(self.times), len(self.storylines)):
            yield self.times[some][:, self.storylines]


def _few(rows: int, columns: int) -> Iterator[slice]:
    step = max(1, AT_ONCE // max(columns, 1))
    return (slice(begin, min(begin + step, rows)) for begin in range(0, rows, step))


def flips(n_storylines: int, resamples: int, seed: int) -> Signs:
    """Random signs, (resamples, n_storylines); the first row is the identity.

    Examples
    --------
    >>> next(flips(3, 4, 0).blocks())[0].tolist()
    [1, 1, 1]
    """
    return _signs(n_storylines, resamples, np.random.default_rng(seed), own=True)


def further(n_storylines: int, resamples: int, seed: int, most: int = 200_000_000) -> Signs:
    """Twenty times as many signs again for rare events, bounded in number."""
    return _signs(n_storylines, min(20 * resamples, most // max(n_storylines, 1)), np.random.default_rng([seed, 2]))


def _signs(n_storylines: int, count: int, rng: np.random.Generator, *, own: bool = False) -> Signs:
    """Draw signs; the first row is the data's `own`, if asked for."""

    def blocks() -> Iterator[np.ndarray]:
        for begin in range(
            0, count, 400
        ):  # a multiple of four: bytes are drawn by fours, so that the cut does not show
            size = (min(400, count - begin), n_storylines)
            bits = np.packbits(rng.integers(0, 2, size=size, dtype=np.int8).view(np.uint8), axis=1)
            bits[: int(own and not begin)] = 255
            yield bits

    return Signs(Grid(-(-n_storylines // 8), blocks()), np.arange(n_storylines))


def draws(n_storylines: int, resamples: int, seed: int) -> Draws:
    """Draw the storylines with replacement, (resamples, n_storylines)."""
    rng, even = np.random.default_rng([seed, 1]), np.full(n_storylines, 1 / n_storylines)
    rows = (rng.multinomial(n_storylines, even).astype(np.uint8)[None, :] for _ in range(resamples))
    return Draws(Grid(n_storylines, rows), np.arange(n_storylines))


def _times(blocks: Iterable[np.ndarray], scores: np.ndarray) -> np.ndarray:
    """Product of a matrix of small integers, (n, m), some rows at a time, with scores, (m, k), in single precision."""
    right = scores.astype(np.float32)
    return np.concatenate([block.astype(np.float32) @ right for block in blocks]).astype("float64")


@dataclass(frozen=True)
class Contrasts:
    """Estimates, tests and intervals of contrasts, each (n_contrasts, k).

    Parameters
    ----------
    statistics
        Standardised statistics under every flip, (resamples, n_contrasts, k); for max-T.
    """

    value: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    statistics: np.ndarray


def contrasts(fitted: Fit, weights: np.ndarray, signs: Signs, level: float, more: Signs | None = None) -> Contrasts:
    """Test ``c'b = 0`` and invert the test.

    Parameters
    ----------
    fitted
        Result of `fit`.
    weights
        (n_outlets, n_contrasts), each column summing to zero over the connected set.
    signs
        Result of `flips`; every flip is used together with its negative.
    level
        Of the interval, e.g. 0.95.
    more
        Further signs for tests that hardly any flip reaches, so that their p-values are not merely the smallest
        possible: with many tests in a family those would never survive adjustment.
    """
    n, k = weights.shape[1], fitted.residual.shape[1]
    value = weights.T @ np.nan_to_num(fitted.effects)
    g = fitted.inverse @ weights
    information = np.einsum("oc,oc->c", weights, g)
    x, z = _without_itself(fitted, g)
    zeta = z / information
    alpha, beta = x / (1 + zeta)[:, :, None], zeta / (1 + zeta)
    scores = _Scores(alpha.reshape(len(alpha), n * k), np.repeat(beta, k, axis=1))
    a, b = scores.flipped(signs.blocks())
    up, down = _critical(a, b)
    for one in (up, down):
        one[0] = np.inf  # the data's own signs are one of the possible ones
    se = np.sqrt((x**2).sum(axis=0)).reshape(-1)
    flat = value.reshape(-1)
    reach = np.abs(flat) - 1e-5 * (np.abs(flat) + se)  # single precision: ties count
    above = ((up >= reach).sum(axis=0) + (down >= reach).sum(axis=0)).astype("float64")
    total = np.full(n * k, 2.0 * len(signs))
    rank = int(np.floor((1 - level) * 2 * len(signs) + 1e-9))
    half = -np.partition(-np.concatenate([up, down]), rank, axis=0)[rank]
    rare = np.flatnonzero((above < 20) & (se > 0))
    if more is not None and len(more) and len(rare):
        few = _Scores(scores.alpha[:, rare], scores.beta[:, rare])
        above[rare] += few.exceedances(more, reach[rare])
        total[rare] += 2.0 * len(more)
    restricted = np.sqrt(((scores.alpha + scores.beta * flat) ** 2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = np.nan_to_num(np.abs(a + b * flat) / restricted)
    shape = (n, k)
    return Contrasts(
        value,
        se.reshape(shape),
        value - half.reshape(shape),
        value + half.reshape(shape),
        (above / total).reshape(shape),
        statistics.reshape(-1, n, k),
    )


def untested(fitted: Fit, weights: np.ndarray, resamples: int) -> Contrasts:
    """Estimates alone, for what is withheld anyway."""
    value = weights.T @ np.nan_to_num(fitted.effects)
    none = np.full(value.shape, np.nan)
    return Contrasts(value, none, none, none, none, np.zeros((resamples, *value.shape)))


@dataclass(frozen=True)
class _Scores:
    """Score of every storyline under ``c'b = d``: ``alpha + (estimate - d) beta``, both (n_storylines, m)."""

    alpha: np.ndarray
    beta: np.ndarray

    def flipped(self, signs: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Sums over storylines after flipping, (resamples, m) each."""
        both = _times(signs, np.concatenate([self.alpha, self.beta], axis=1))
        return both[:, : self.alpha.shape[1]], both[:, self.alpha.shape[1] :]

    def exceedances(self, signs: Signs, reach: np.ndarray) -> np.ndarray:
        """How many flips, and negatives of flips, reach the estimate."""
        found = np.zeros(len(reach))
        for block in signs.blocks():
            for one in _critical(*self.flipped([block])):
                found += (one >= reach).sum(axis=0)
        return found


def _critical(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest distance of the estimate from the null at which a flip, and its negative, no longer reaches it.

    A flip reaches a distance t > 0 as long as ``t < |a + t b|``; its negative, and a distance below zero, as long as
    ``t < |a - t b|``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.maximum(a / (1 - b), -a / (1 + b))
        down = np.maximum(a / (1 + b), -a / (1 - b))
    up[~np.isfinite(up)] = np.inf
    down[~np.isfinite(down)] = np.inf
    return up, down


def _without_itself(fitted: Fit, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score of each storyline along `directions`, its residuals taken from a fit without it.

    With ``u_s = r_s - L_s b``, leaving storyline s out gives ``r_s - L_s b_(-s) = (I - L_s L^-)^-1 u_s``; only the
    outlets of s are involved, so the inverse is small.

    Parameters
    ----------
    fitted
        Result of `fit`.
    directions
        (n_outlets, n).

    Returns
    -------
    x : ndarray
        ``g' (I - L_s L^-)^-1 u_s``, (n_storylines, n, k).
    z : ndarray
        ``g' (I - L_s L^-)^-1 L_s g``, (n_storylines, n).
    """
    design = fitted.design
    n, k = directions.shape[1], fitted.residual.shape[1]
    x, z = np.zeros((design.n_storylines, n, k)), np.zeros((design.n_storylines, n))
    # outlets of each storyline in places 0, 1, ..; the place of a cell is that of its outlet
    pair, where = np.unique(design.cell_storyline * design.n_outlets + design.outlet, return_inverse=True)
    story, outlet = np.divmod(pair, design.n_outlets)
    first = np.searchsorted(story, np.arange(design.n_storylines))
    place = np.arange(len(pair)) - first[story]
    width = int(place.max()) + 1
    step = max(1, 4_000_000 // width**2)
    for begin in range(0, design.n_storylines, step):
        some = np.arange(begin, min(begin + step, design.n_storylines))
        mine = (story >= begin) & (story < begin + step)
        members = np.zeros((len(some), width), dtype=np.int64)
        members[story[mine] - begin, place[mine]] = outlet[mine]
        cells = np.flatnonzero((design.cell_storyline >= begin) & (design.cell_storyline < begin + step))
        own = _own_laplacians(design, cells, place[where], begin, len(some), width)
        scores = np.zeros((len(some), width, k))
        np.add.at(scores, (design.cell_storyline[cells] - begin, place[where][cells]), fitted.residual[cells])
        g = directions[members]
        taken = np.einsum("sww->sw", own) > 0  # the other places are empty
        between = fitted.inverse[members[:, :, None], members[:, None, :]] * taken[:, None, :]
        left = np.eye(width) - own @ between
        solved = np.linalg.pinv(left, rcond=1e-9) @ np.concatenate([scores, own @ g], axis=2)
        x[some] = np.einsum("swn,swk->snk", g, solved[:, :, :k])
        z[some] = np.einsum("swn,swn->sn", g, solved[:, :, k:])
    return x, z


def _own_laplacians(
    design: Design, cells: np.ndarray, place: np.ndarray, begin: int, count: int, width: int
) -> np.ndarray:
    """Laplacian of each storyline's own events over the places of its outlets, (count, width, width)."""
    events, when = np.unique(design.event[cells], return_inverse=True)
    present = np.zeros((len(events), width))
    present[when, place[cells]] = 1.0
    size = np.maximum(present.sum(axis=1), 1)
    each = -present[:, :, None] * present[:, None, :] / size[:, None, None]
    each[:, np.arange(width), np.arange(width)] += present
    out = np.zeros((count, width, width))
    np.add.at(out, design.storyline[events] - begin, each)
    return out


def level_intervals(fitted: Fit, weights: Draws, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap-t intervals of the adjusted levels, storylines resampled.

    Parameters
    ----------
    fitted
        Result of `fit`.
    weights
        Result of `draws`.
    level
        Of the interval.

    Returns
    -------
    low, high : ndarray
        (n_outlets, k).
    """
    design, inside = fitted.design, fitted.inside
    n, k = design.n_outlets, fitted.residual.shape[1]
    used = ~np.isnan(fitted.intercept[:, 0])
    events = used.sum()
    size = np.bincount(design.event, minlength=len(design.storyline))
    presence = np.bincount(design.outlet, weights=1 / size[design.event], minlength=n) / events
    directions = fitted.inverse @ (np.eye(n) - presence[:, None])  # d' b, d = e_o - mean share of each outlet
    centred = np.where(used[:, None], fitted.intercept - np.nanmean(fitted.intercept, axis=0), 0.0) / events
    mean = np.zeros((design.n_storylines, k))
    np.add.at(mean, design.storyline, centred)
    share = np.bincount(design.storyline[used], minlength=design.n_storylines) / events
    mean /= np.maximum(1 - share, 0.5)[:, None]
    influence = _without_itself(fitted, directions)[0] + mean[:, None, :]
    active = np.zeros(design.n_storylines, dtype=bool)
    active[design.storyline[used]] = True
    low, high = studentised(influence[active].reshape(int(active.sum()), n * k), weights.of(active), level)
    shape = (n, k)
    low, high = fitted.levels + low.reshape(shape), fitted.levels + high.reshape(shape)
    low[~inside], high[~inside] = np.nan, np.nan
    return low, high


def studentised(influence: np.ndarray, weights: Draws, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Offsets of a bootstrap-t interval from the influence of each storyline on the estimate.

    Parameters
    ----------
    influence
        (n_storylines, m), columns summing to zero.
    weights
        How often each was drawn.
    level
        Of the interval.

    Returns
    -------
    low, high : ndarray
        To be added to the estimate, (m,).
    """
    n = len(influence)
    small = influence.astype(np.float32)
    drawn = np.concatenate([block.sum(axis=1, dtype=np.int64) for block in weights.blocks()])
    total = np.maximum(drawn[:, None].astype(np.float32), 1.0)
    shift = _times(weights.blocks(), small) * (n / total)
    square = _times(weights.blocks(), small**2) * (n / total)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = shift / np.sqrt(np.maximum(square - shift**2 / n, 0.0) * n / max(n - 1, 1))
    ratio[~np.isfinite(ratio)] = 0.0
    se = np.sqrt((influence**2).sum(axis=0) * n / max(n - 1, 1))
    tails = np.quantile(ratio, [(1 + level) / 2, (1 - level) / 2], axis=0)
    return -tails[0] * se, -tails[1] * se


def detectable(se: np.ndarray, n_storylines: np.ndarray, level: float, power: float = 0.8) -> np.ndarray:
    """Smallest true difference that a test at 1 - level finds with the given power, from the standard error.

    Bloom 1995 (Evaluation Review): ``(t_{level} + t_{power}) se``, n_storylines - 1 degrees of freedom.

    Examples
    --------
    >>> detectable(np.array([1.0]), np.array([1000]), 0.95).round(2).tolist()
    [2.8]
    """
    freedom = np.maximum(np.asarray(n_storylines, dtype="float64") - 1, 1)
    return np.asarray((student.ppf((1 + level) / 2, freedom) + student.ppf(power, freedom)) * se)


def benjamini_yekutieli(p: np.ndarray) -> np.ndarray:
    """Adjusted p-values that control the false discovery rate under any dependence.

    Benjamini & Yekutieli 2001 (Annals of Statistics). Missing values stay missing and are not counted.

    Examples
    --------
    >>> benjamini_yekutieli(np.array([0.001, 0.2, np.nan])).round(4).tolist()
    [0.003, 0.3, nan]
    """
    p = np.asarray(p, dtype="float64")
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    m = len(known)
    if m == 0:
        return out
    order = known[np.argsort(p[known], kind="stable")]
    ranks = np.arange(1, m + 1)
    raised = p[order] * m * (1 / ranks).sum() / ranks
    out[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return out


def max_t(statistics: np.ndarray) -> np.ndarray:
    """Step-down max-T adjusted p-values: family-wise error, using how the tests move together.

    Westfall & Young 1993; Romano & Wolf 2005 (Econometrica).

    Parameters
    ----------
    statistics
        (resamples, m), the first row being the data's own.

    Examples
    --------
    >>> max_t(np.array([[3.0, 0.5], [1.0, 1.2], [0.2, 0.1], [0.4, 0.3]])).tolist()
    [0.25, 0.5]
    """
    order = np.argsort(-statistics[0], kind="stable")
    out = np.empty(len(order))
    running = np.zeros(len(statistics))
    for j in order[::-1]:
        running = np.maximum(running, statistics[:, j])
        out[j] = (running >= statistics[0, j] - 1e-9).mean()
    out[order] = np.maximum.accumulate(out[order])
    return out
