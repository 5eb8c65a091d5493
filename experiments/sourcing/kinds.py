"""Train the models of kinds of source, and score them on coded articles held apart.

    python experiments/sourcing/kinds.py            cross-validation on dev (articles whole)
    python experiments/sourcing/kinds.py --write    train on all of dev, write knowledge/kinds.json, score both parts held apart

Training rows: sources of the coded dev articles of PolNeAR and of three other corpora (two labels each, half a weight each; where one
coder coded an item, its label twice) and sources of the sample's open events. Persons of uncoded articles whose office the rules read surely were tried as further rows and did not help on dev.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from codes import attributions, encoded, found, read, read_more, source_of
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from framing.datasets import sample
from framing.sources import features_of, kinds

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "src" / "framing" / "knowledge" / "kinds.json"
SEED, FOLDS = 0, 8
LEAST, SMALL = 4, 0.05
"""Rows a feature must occur in; weights below the second are dropped."""
TOLD = ("known", "body called", "rule", "role=", "body=", "name=", "chief")
"""Zones of the actor's features that tell most; `STRESS` says how often they count, so that the penalty spares them."""
STRESS = 3.0
LEFT_OUT = ("word=", "last=", "around")
"""Parts of the names of features that the actor's model does without: single words learn one campaign's news."""

KIND = ("bias", "kind", "level", "head is", "name", "identification", "role told", "body told")
CHANNEL = ("channel", "frame channel", "near channel", "article channel", "programme", "frame told", "near told", "cue")


@dataclass(frozen=True)
class Recipe:
    """Inverse strength of the penalty, weight of the sample's rows, zones of features (all if empty), those stressed, and those left out."""

    strength: float
    fiction: float
    zones: tuple[str, ...] = ()
    stressed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def read(self, features: dict[str, float]) -> dict[str, float]:
        """Features as the model sees them in training; `weights_of` takes the stress back into the weights."""
        return {
            name: value * self.stress(name)
            for name, value in features.items()
            if (not self.zones or name.startswith(self.zones)) and not any(part in name for part in self.left_out)
        }

    def stress(self, name: str) -> float:
        """How often a feature counts."""
        return STRESS if self.stressed and name.startswith(self.stressed) else 1.0


RECIPES = {
    "actor": Recipe(0.2, 0.5, stressed=TOLD, left_out=LEFT_OUT),
    "level": Recipe(1.0, 0.5, (*KIND, "quoted")),
    "identification": Recipe(0.3, 0.5, (*KIND, "frame anon", "near anon")),
    "channel": Recipe(
        0.3,
        0.1,
        (
            *CHANNEL,
            "bias",
            "kind",
            "level",
            "quoted",
            "frame=media",
            "frame=court",
            "article=media",
            "rule=media",
            "rule=expert",
            "rule=court",
        ),
    ),
}  # fmt: skip


@dataclass
class Rows:
    """Training rows: features, label, weight, group."""

    features: list[dict[str, float]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, features: dict[str, float], label: str, weight: float, group: str) -> None:
        self.features.append(features)
        self.labels.append(label)
        self.weights.append(weight)
        self.groups.append(group)


def hand_coded() -> tuple[pd.DataFrame, dict[Any, Any]]:
    """Coded items, without those a coder calls no source, with their source_id; and features."""
    first = read("sources", 3).assign(part_of_codes="polnear")
    first = first[~first["not_a_source"] & ~first["not_a_source_b"]]
    articles, quotations = attributions(first["article_id"])
    features, done = features_of(articles, quotations, encoded(articles))
    more = read_more("sources", 3, "cde", "f").assign(part_of_codes="more")
    more = more[~more["not_a_source"] & ~more["not_a_source_b"]]
    others, done_more = features_of(*found(more))
    tables = [t.assign(source_id=source_of(t, d, "source_start")) for t, d in ((first, done), (more, done_more))]
    return pd.concat(tables, ignore_index=True), {**features, **others}


def fiction() -> list[tuple[dict[str, float], dict[str, str]]]:
    """Sources of the sample's open events."""
    gold = sample.load(lock=False)
    features, done = features_of(gold["articles"], gold["quotations"], encoded(gold["articles"]))
    both = gold["quotations"][["quotation_id", "source_id"]].merge(
        done[["quotation_id", "article_id", "source_id"]], on="quotation_id", suffixes=("", "_found")
    )
    pairs = both.dropna().drop_duplicates(["article_id", "source_id", "source_id_found"])
    pairs = pairs.merge(gold["sources"], on=["article_id", "source_id"])
    return [
        (features[r["article_id"], r["source_id_found"]], {t: r[t] for t in RECIPES}) for r in pairs.to_dict("records")
    ]


def rows_of(trait: str, items: pd.DataFrame, features: Any, invented: Any) -> tuple[Rows, int]:
    """Training rows of a trait; the first ones, two per coded item, are counted."""
    recipe, rows = RECIPES[trait], Rows()
    for item in items.to_dict("records"):
        for coder in ("", "_b"):
            rows.add(features[item["article_id"], item["source_id"]], item[trait + coder], 0.5, item["article_id"])
    n = len(rows.labels)
    for traits, labels in invented:
        rows.add(traits, labels[trait], recipe.fiction, "")
    rows.features = [recipe.read(f) for f in rows.features]
    return rows, n


def fitted(rows: Rows, recipe: Recipe, chosen: np.ndarray) -> tuple[DictVectorizer, LogisticRegression]:
    """Vectoriser and model of the chosen rows."""
    count = Counter(k for i in chosen for k in rows.features[i])
    kept = [{k: v for k, v in rows.features[i].items() if count[k] >= LEAST} for i in chosen]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(kept)
    model = LogisticRegression(C=recipe.strength, max_iter=300, tol=1e-3)
    labels, weights = np.array(rows.labels, dtype=object)[chosen], np.array(rows.weights)[chosen]
    return vectors, model.fit(matrix, labels, sample_weight=weights)


def crossvalidated(rows: Rows, n: int, recipe: Recipe, *, actor: bool = False) -> float:
    """Accuracy on dev, articles whole, against coder a."""
    right = 0
    extra = np.arange(n, len(rows.labels))
    for train, test in GroupKFold(FOLDS).split(np.zeros(n), groups=rows.groups[:n]):
        vectors, model = fitted(rows, recipe, np.concatenate([train, extra]))
        first = test[test % 2 == 0]
        guess = model.predict(vectors.transform([rows.features[i] for i in first]))
        told = [kinds.certain(rows.features[i]) if actor else None for i in first]
        guess = np.array([t or g for t, g in zip(told, guess, strict=True)], dtype=object)
        right += int((guess == np.array(rows.labels, dtype=object)[first]).sum())
    return right / (n // 2)


def weights_of(vectors: DictVectorizer, model: LogisticRegression, recipe: Recipe) -> dict[str, Any]:
    """Codes and weights as they are shipped, for features as they are found."""
    table = {"bias": model.intercept_.copy()}
    for name, column in zip(vectors.get_feature_names_out(), model.coef_.T, strict=True):
        table[name] = table.get(name, 0.0) + recipe.stress(name) * column
    return {
        "codes": model.classes_.tolist(),
        "weights": {k: [round(float(w), 2) for w in v] for k, v in sorted(table.items()) if np.abs(v).max() >= SMALL},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write the weights and the scores on articles held apart")
    given = parser.parse_args()
    items, features = hand_coded()
    dev, apart = items[~items["held"]], items[items["held"]]
    known = dev[dev["source_id"].notna()]
    invented = fiction()
    parts = dict(list(apart.groupby("part_of_codes")))
    result: dict[str, Any] = {
        "n_dev": dev["part_of_codes"].value_counts().to_dict(), "sample_sources": len(invented),
        "held_apart": {k: {"n": len(p), "articles": int(p["article_id"].nunique())} for k, p in parts.items()},
    }  # fmt: skip
    shipped = {}
    for trait, recipe in RECIPES.items():
        rows, n = rows_of(trait, known, features, invented)
        result[trait] = {
            "dev_crossvalidated": round(
                crossvalidated(rows, n, recipe, actor=trait == "actor") * len(known) / len(dev), 4
            )
        }
        vectors, model = fitted(rows, recipe, np.arange(len(rows.labels)))
        if trait in kinds.TRAITS:  # the channel is left to the rules
            shipped[trait] = weights_of(vectors, model, recipe)
    if given.write:
        OUT.write_text(json.dumps(shipped, separators=(",", ":")) + "\n", encoding="utf-8")
        kinds._model.cache_clear()
        for trait in RECIPES:
            result[trait] |= {name: _apart(trait, part, dev, features) for name, part in parts.items()}
        (HERE / "results-kinds.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def _apart(trait: str, apart: pd.DataFrame, dev: pd.DataFrame, features: Any) -> dict[str, Any]:
    """Accuracy on articles held apart, beside dev's most frequent code and the rules alone."""
    guess, ruled = [], []
    for item in apart.to_dict("records"):
        found = features.get((item["article_id"], item["source_id"]))
        guess.append(None if found is None else kinds.describe(found)[trait])
        zone = "rule first=" if trait == "actor" else f"{trait}="
        votes = {k[len(zone) :]: v for k, v in (found or {}).items() if k.startswith(zone)}
        ruled.append(max(votes, key=lambda c, p=votes: p[c]) if votes else "unknown")
    gold = apart[trait].to_numpy(object)
    frequent = dev[trait].mode()[0]
    right = np.array(guess, dtype=object) == gold
    articles = apart["article_id"].to_numpy(object)
    ids = np.unique(articles)
    rng = np.random.default_rng(SEED)
    draws = [np.concatenate([right[articles == a] for a in rng.choice(ids, len(ids))]).mean() for _ in range(1000)]
    errors = [f"{i} gold={g} found={f}" for i, g, f in zip(apart["item"], gold, guess, strict=True) if g != f]
    return {
        "held_apart": round(float(right.mean()), 4),
        "low": round(float(np.quantile(draws, 0.025)), 4),
        "high": round(float(np.quantile(draws, 0.975)), 4),
        "rules_alone": round(float((np.array(ruled, dtype=object) == gold).mean()), 4),
        "most_frequent_of_dev": round(float((gold == frequent).mean()), 4),
        "errors": errors,
    }


if __name__ == "__main__":
    main()
