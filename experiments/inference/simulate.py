"""Simulate corpora with known outlet effects; see how often intervals hold them and tests mislead.

Run from the checkout: ``python experiments/inference/simulate.py`` writes results.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import t as student

from framing.comparison import correct, inference

LEVEL = 0.95
RESAMPLES = 999


@dataclass(frozen=True)
class Scenario:
    """A kind of corpus: how many storylines, who covers what, how the errors behave."""

    storylines: int
    outlets: int
    balanced: bool = True
    dependence: float = 0.5
    errors: str = "normal"
    pull: float = 0.0
    events: float = 2.0

    def presence(self) -> np.ndarray:
        """Chance that each outlet covers an event."""
        return np.full(self.outlets, 0.8) if self.balanced else np.linspace(0.95, 0.3, self.outlets)


@dataclass(frozen=True)
class Corpus:
    """Cells of one simulated corpus."""

    design: inference.Design
    y: np.ndarray

    @property
    def outlets(self) -> int:
        return self.design.n_outlets


def corpus(rng: np.random.Generator, scenario: Scenario, effects: np.ndarray, k: int = 1) -> Corpus | None:
    """Draw a corpus; None if its outlets are not connected.

    An outlet's deviation in an event is part storyline (shared by the events of the storyline), part event. With
    `pull`, outlets with high effects prefer events with high values: what events are about is not chosen at random.
    """
    n = scenario.outlets
    story = np.repeat(np.arange(scenario.storylines), 1 + rng.poisson(scenario.events - 1, scenario.storylines))
    level = rng.normal(0, 1, (len(story), k))
    drawn = {"normal": rng.standard_normal, "skewed": lambda size: rng.exponential(size=size) - 1}
    noise = drawn["skewed" if scenario.errors == "skewed" else "normal"]
    deviation = np.sqrt(scenario.dependence) * noise((scenario.storylines, n, k))[story]
    deviation = deviation + np.sqrt(1 - scenario.dependence) * noise((len(story), n, k))
    y = level[:, None, :] + deviation + effects
    if scenario.errors == "shares":  # most values at zero or one: the articles are few, the measure is a share
        y = (y > 0.8).astype("float64")
    odds = np.log(scenario.presence() / (1 - scenario.presence()))
    chance = 1 / (1 + np.exp(-(odds + scenario.pull * level[:, [0]] * np.linspace(-1, 1, n))))
    seen = rng.random((len(story), n)) < chance
    seen &= seen.sum(axis=1, keepdims=True) >= 2
    event, outlet = np.nonzero(seen)
    kept, event = np.unique(event, return_inverse=True)
    _, storyline = np.unique(story[kept], return_inverse=True)
    design = inference.Design(event, outlet, storyline, n, int(storyline.max()) + 1)
    labels = design.components()
    if (labels != labels[0]).any() or labels[0] < 0:
        return None
    return Corpus(design, y[kept[event], outlet])


def truth(scenario: Scenario, effects: np.ndarray) -> np.ndarray:
    """Contrast of every outlet with the mean of the others."""
    assert scenario.errors != "shares" or not effects.any()
    return others(scenario.outlets).T @ effects


def others(n: int) -> np.ndarray:
    return np.eye(n) - (1 - np.eye(n)) / (n - 1)


def toolkit(found: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fitted = inference.fit(found.design, found.y, np.ones(found.outlets, dtype=bool))
    signs = inference.flips(found.design.n_storylines, RESAMPLES, seed)
    result = inference.contrasts(fitted, others(found.outlets), signs, LEVEL)
    return result.value[:, 0], result.low[:, 0], result.high[:, 0]


def events_independent(found: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same, every event taken for a storyline of its own."""
    design = found.design
    apart = np.arange(len(design.storyline))
    alone = inference.Design(design.event, design.outlet, apart, design.n_outlets, len(apart))
    return toolkit(Corpus(alone, found.y), seed)


def cluster_t(found: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fixed effects with the plain cluster-robust error and Student's t."""
    design = found.design
    fitted = inference.fit(design, found.y, np.ones(found.outlets, dtype=bool))
    g = fitted.inverse @ others(found.outlets)
    scores = design.by_storyline(g[design.outlet] * fitted.residual)
    n = design.n_storylines
    half = student.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt((scores**2).sum(axis=0) * n / (n - 1))
    value = (others(found.outlets).T @ fitted.effects)[:, 0]
    return value, value - half, value + half


def plain_means(found: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of all articles of an outlet minus that of the others, Welch's t: events ignored."""
    return _welch(found.y[:, 0], found)


def event_mean_with_itself(found: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean difference from the event's mean, which holds the outlet itself."""
    deviation = found.design.demean(found.y)[:, 0]
    mine = [deviation[found.design.outlet == o] for o in range(found.outlets)]
    value = np.array([x.mean() for x in mine])
    half = np.array([student.ppf((1 + LEVEL) / 2, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x)) for x in mine])
    return value, value - half, value + half


def _welch(y: np.ndarray, found: Corpus) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    out = []
    for o in range(found.outlets):
        a, b = y[found.design.outlet == o], y[found.design.outlet != o]
        va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
        freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
        half = student.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(va + vb)
        out.append((a.mean() - b.mean(), half))
    value, half = np.array(out).T
    return value, value - half, value + half


ESTIMATORS = {
    "framing: fixed effects, storylines permuted": toolkit,
    "fixed effects, events taken for independent": events_independent,
    "fixed effects, cluster-robust t": cluster_t,
    "plain means of articles, Welch t": plain_means,
    "difference from an event mean with itself": event_mean_with_itself,
}


def coverage(scenario: Scenario, repetitions: int, seed: int, effect: float = 0.5) -> dict[str, object]:
    """Share of 95 % intervals that hold the true contrast, mean width and bias, per estimator."""
    size = effect if scenario.errors != "shares" else 0.0
    effects = np.linspace(-size, size, scenario.outlets)[:, None]
    target = truth(scenario, effects)[:, 0]
    held: dict[str, list[np.ndarray]] = {name: [] for name in ESTIMATORS}
    width: dict[str, list[np.ndarray]] = {name: [] for name in ESTIMATORS}
    bias: dict[str, list[np.ndarray]] = {name: [] for name in ESTIMATORS}
    for repetition in range(repetitions):
        found = corpus(np.random.default_rng([seed, repetition]), scenario, effects)
        if found is None or np.ptp(found.y) == 0 or np.bincount(found.design.outlet).min() < 2:
            continue
        given = storylines_of(found) >= inference.MIN_STORYLINES
        for name, estimator in ESTIMATORS.items():
            value, low, high = estimator(found, repetition)
            held[name].append(np.where(given, (low <= target) & (target <= high), np.nan))
            width[name].append(np.where(given, high - low, np.nan))
            bias[name].append(np.where(given, value - target, np.nan))
    first = next(iter(ESTIMATORS))
    return {
        "scenario": asdict(scenario),
        "corpora": len(held[first]),
        "intervals": int(np.isfinite(held[first]).sum()),
        "withheld": int(np.isnan(held[first]).sum()),
        "estimators": {
            name: {
                "coverage": round(float(np.nanmean(held[name])), 4),
                "median_width": round(float(np.nanmedian(width[name])), 3),
                "largest_bias_of_an_outlet": round(float(np.nanmax(np.abs(_by_outlet(bias[name])))), 4),
            }
            for name in ESTIMATORS
        },
    }


def _by_outlet(values: list[np.ndarray]) -> np.ndarray:
    """Mean by outlet; outlets that are nearly always withheld are left out."""
    table = np.array(values)
    often = np.isfinite(table).sum(axis=0) >= len(table) / 4
    return np.nanmean(table[:, often], axis=0)


def storylines_of(found: Corpus) -> np.ndarray:
    """Storylines of every outlet: under ten the toolkit withholds."""
    pairs = np.unique(np.stack([found.design.outlet, found.design.cell_storyline]), axis=1)
    return np.bincount(pairs[0], minlength=found.outlets)


def discovery(scenario: Scenario, repetitions: int, seed: int, k: int = 12, effect: float = 0.9) -> dict[str, object]:
    """False discoveries in families of outlets x measures; a fifth of the measures has one deviating outlet.

    That outlet differs from the mean of the others; the others then differ a little too (each holds it among its
    others), so a discovery is false only where contrasts are with a reference outlet that does not deviate.
    """
    n = scenario.outlets
    effects = np.zeros((n, k))
    effects[-1, : k // 5] = effect
    matrix = np.concatenate([-np.ones((1, n - 1)), np.eye(n - 1)])
    true = (matrix.T @ effects != 0).reshape(-1)
    rates: dict[str, list[float]] = {"unadjusted": [], "benjamini_yekutieli": []}
    power: dict[str, list[float]] = {"unadjusted": [], "benjamini_yekutieli": [], "max_t": []}
    any_false = []
    for repetition in range(repetitions):
        found = corpus(np.random.default_rng([seed, repetition]), scenario, effects, k)
        if found is None or found.design.n_storylines < inference.MIN_STORYLINES:
            continue
        stories = found.design.n_storylines
        fitted = inference.fit(found.design, found.y, np.ones(n, dtype=bool))
        more = inference.further(stories, RESAMPLES, repetition)
        result = inference.contrasts(fitted, matrix, inference.flips(stories, RESAMPLES, repetition), LEVEL, more)
        p = result.p.reshape(-1)
        by = inference.benjamini_yekutieli(p)
        family_wise = inference.max_t(result.statistics.reshape(RESAMPLES, -1))
        for name, adjusted in (("unadjusted", p), ("benjamini_yekutieli", by)):
            found_here = adjusted <= 1 - LEVEL
            rates[name].append((found_here & ~true).sum() / max(found_here.sum(), 1))
            power[name].append(found_here[true].mean())
        power["max_t"].append((family_wise <= 1 - LEVEL)[true].mean())
        any_false.append(((family_wise <= 1 - LEVEL) & ~true).any())
    return {
        "scenario": asdict(scenario),
        "tests_per_family": len(true),
        "true_effects_per_family": int(true.sum()),
        "families": len(any_false),
        "false_discovery_rate": {name: round(float(np.mean(r)), 4) for name, r in rates.items()},
        "family_wise_error_max_t": round(float(np.mean(any_false)), 4),
        "power": {name: round(float(np.mean(r)), 4) for name, r in power.items()},
    }


def power(storylines: int, effect: float, repetitions: int, seed: int) -> dict[str, object]:
    """How often an effect of this size (in standard deviations of an outlet's deviation) is found, three outlets."""
    scenario = Scenario(storylines, 3)
    effects = np.array([[0.0], [0.0], [effect]])
    contrast = np.array([[-1.0], [0.0], [1.0]])
    hits, smallest = [], []
    for repetition in range(repetitions):
        found = corpus(np.random.default_rng([seed, repetition]), scenario, effects)
        if found is None or found.design.n_storylines < inference.MIN_STORYLINES:
            continue
        stories = found.design.n_storylines
        fitted = inference.fit(found.design, found.y, np.ones(3, dtype=bool))
        result = inference.contrasts(fitted, contrast, inference.flips(stories, RESAMPLES, repetition), LEVEL)
        hits.append(result.p[0, 0] <= 1 - LEVEL)
        smallest.append(inference.detectable(result.se, np.array([[stories]]), LEVEL)[0, 0])
    return {
        "storylines": storylines,
        "effect": effect,
        "corpora": len(hits),
        "power": round(float(np.mean(hits)), 4),
        "mean_detectable_difference": round(float(np.mean(smallest)), 3),
    }


def classifier_error(share: float, noise: float, repetitions: int, seed: int) -> dict[str, object]:
    """Coverage when values are a classifier's, which errs for one outlet: automatic, corrected, codes only.

    The automatic value is the true one plus noise, plus half a standard deviation for the last outlet.
    """
    scenario = Scenario(40, 4, balanced=False)
    n = scenario.outlets
    effects = np.linspace(-0.5, 0.5, n)[:, None]
    target = truth(scenario, effects)[:, 0]
    held: dict[str, list[np.ndarray]] = {name: [] for name in correct.ESTIMATORS}
    width: dict[str, list[float]] = {name: [] for name in correct.ESTIMATORS}
    correlation, coded = [], []
    for repetition in range(repetitions):
        rng = np.random.default_rng([seed, repetition])
        found = corpus(rng, scenario, effects)
        if found is None or storylines_of(found).min() < inference.MIN_STORYLINES:
            continue
        y, design = found.y[:, 0], found.design
        f = y + noise * rng.standard_normal(len(y)) + 0.5 * (design.outlet == n - 1)
        drawn = rng.random(len(y)) < share
        codes, chance = np.where(drawn, y, np.nan), np.full(len(y), share)
        correlation.append(np.corrcoef(f, y)[0, 1])
        coded.append(drawn.sum())
        for name in correct.ESTIMATORS:
            cluster = design.cell_storyline
            v = (
                f
                if name == "automatic"
                else correct.pseudo_outcomes(f, codes, chance, cluster, use=name, seed=repetition)
            )
            _, low, high = toolkit(Corpus(design, v[:, None]), repetition)
            held[name].append((low <= target) & (target <= high))
            width[name].append(float(np.median(high - low)))
    return {
        "scenario": asdict(scenario),
        "share_coded": share,
        "mean_coded": round(float(np.mean(coded)), 1),
        "mean_correlation": round(float(np.mean(correlation)), 3),
        "corpora": len(coded),
        "estimators": {
            name: {
                "coverage": round(float(np.mean(held[name])), 4),
                "coverage_of_the_outlet_it_errs_for": round(float(np.mean(held[name], axis=0)[-1]), 4),
                "median_width": round(float(np.median(width[name])), 3),
            }
            for name in correct.ESTIMATORS
        },
    }


SCENARIOS = (
    Scenario(12, 3),
    Scenario(14, 6, balanced=False),
    Scenario(30, 3),
    Scenario(30, 6, balanced=False),
    Scenario(30, 6, balanced=False, dependence=0.0),
    Scenario(30, 6, balanced=False, errors="skewed"),
    Scenario(30, 4, errors="shares"),
    Scenario(30, 4, pull=2.0),
    Scenario(30, 3, events=6.0),
    Scenario(60, 10, balanced=False),
)


def sections(repetitions: int, seed: int) -> dict[str, Callable[[], list[dict[str, object]]]]:
    """What is simulated, by name."""
    return {
        "coverage": lambda: [coverage(scenario, repetitions, seed) for scenario in SCENARIOS],
        "false_discovery": lambda: [
            discovery(scenario, max(repetitions // 3, 2), seed)
            for scenario in (Scenario(30, 6, balanced=False), Scenario(60, 4))
        ],
        "power": lambda: [
            power(storylines, effect, max(repetitions // 2, 2), seed)
            for effect in (0.25, 0.5, 1.0)
            for storylines in (12, 25, 50, 100)
        ],
        "classifier_error": lambda: [
            classifier_error(share, noise, max(repetitions // 2, 2), seed)
            for share in (0.2, 0.5)
            for noise in (0.3, 2.0)
        ],
    }


def main(repetitions: int, seed: int, out: Path, only: list[str] | None = None) -> None:
    """Run the sections asked for and write them into results.json beside those already there."""
    results = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    versions = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
    results |= {"seed": seed, "level": LEVEL, "resamples": RESAMPLES, "versions": versions}
    for name, run in sections(repetitions, seed).items():
        if only is None or name in only:
            results[name] = {"repetitions": repetitions, "results": run()}
            out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=list(sections(0, 0)))
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results.json"))
    chosen = parser.parse_args()
    main(chosen.repetitions, chosen.seed, chosen.out, chosen.only)
