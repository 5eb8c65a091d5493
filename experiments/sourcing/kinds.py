"""Train the models of kinds of source, and score them on coded articles held apart.

    python experiments/sourcing/kinds.py            cross-validation on dev (articles whole)
    python experiments/sourcing/kinds.py --write    train on all of dev, write knowledge/kinds.json, score the parts held apart
    ... --teacher FOLDER                            train the actor's model on uncoded sources too, labelled by `teacher.py`
                                                    (FOLDER: all-mpnet-base-v2 with config.json and model.safetensors)

Training rows: sources of the coded dev articles of PolNeAR and of eight other corpora (where two coders differ, both labels, half a
weight each), sources of articles coded for fitting alone (``fourth.csv``, other articles, no score is taken there), sources of the
sample's open events, and sources of made-up briefs. In cross-validation neither teacher nor pupil has seen an item's article.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import names
import numpy as np
import pandas as pd
import scipy.sparse as sp
import teacher
from codes import CODES, attributions, encoded, found, read, read_more, source_of
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from framing import schema
from framing.datasets import sample
from framing.quotations import attribute
from framing.sources import features_of, kinds

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "src" / "framing" / "knowledge" / "kinds.json"
SEED, FOLDS = 0, 8
LEAST, SMALL = 4, 0.05
"""Rows a feature must occur in; weights below the second are dropped."""
TOLD = ("known", "body called", "rule", "role=", "body=", "name=", "chief")
"""Zones of the actor's features that tell most; `STRESS` says how often they count, so that the penalty spares them."""
STRESS = 3.0

TEACHER, UNCODED, MOST_LABELS, LEAST_SHARE = 0.7, 0.25, 3, 0.05
"""Exponent of the teacher's probabilities, weight of an uncoded source, labels it may have, and the least probability of one."""

BRIEFS = 0.5
"""Weight of a source of a made-up brief beside a coded one."""
WRITERS = ("w1", "w2", "w3", "w4")
NAMED = 10
"""Directions in which names of any origin move a sentence's vector that the actor's view is blind to (`names.py`): chosen on dev."""

KIND = ("bias", "kind", "level", "head is", "name", "identification", "role told", "body told")


@dataclass(frozen=True)
class Recipe:
    """Inverse strength of the penalty, weight of the sample's rows, how often the view counts, zones of features (all if empty), those stressed, directions of names the view is blind to."""

    strength: float
    fiction: float
    view: float
    zones: tuple[str, ...] = ()
    stressed: tuple[str, ...] = ()
    blind: int = 0

    def read(self, features: dict[str, float]) -> dict[str, float]:
        """Features as the model sees them in training; `weights_of` takes the stress back into the weights."""
        return {
            name: value * self.stress(name)
            for name, value in features.items()
            if not self.zones or name.startswith(self.zones)
        }

    def stress(self, name: str) -> float:
        """How often a feature counts."""
        return STRESS if self.stressed and name.startswith(self.stressed) else 1.0


RECIPES = {
    "actor": Recipe(0.2, 0.5, 2.0, stressed=TOLD, blind=NAMED),
    "level": Recipe(1.0, 0.5, 2.0, (*KIND, "quoted")),
    "identification": Recipe(0.3, 0.5, 2.0, (*KIND, "frame anon", "near anon")),
    "channel": Recipe(0.1, 0.1, 3.0),
}


@dataclass
class Rows:
    """Training rows: features, view, label, weight, number of the item (-1: in every fold)."""

    features: list[dict[str, float]] = field(default_factory=list)
    views: list[Any] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    items: list[int] = field(default_factory=list)

    def add(self, told: Any, label: str, weight: float, item: int) -> None:
        self.features.append(told[0])
        self.views.append(told[1])
        self.labels.append(label)
        self.weights.append(weight)
        self.items.append(item)


def hand_coded() -> tuple[pd.DataFrame, dict[Any, Any], dict[Any, Any], dict[str, int]]:
    """Coded items with their source_id, without those a coder calls no source; what is told of each source of their articles, and what a teacher reads of it; how many were left out."""
    first = read("sources", 3)
    more = read_more("sources", 3, "cde", "f")
    further = read_more("sources", 3, "ghijklmnopq", "rs", items="further")
    tables: list[pd.DataFrame] = []
    told: dict[Any, Any] = {}
    seen: dict[Any, Any] = {}
    left_out: dict[str, int] = {}
    for name, table in (("polnear", first), ("more", more), ("further", further)):
        none = table["not_a_source"].astype(bool) | table["not_a_source_b"].astype(bool)
        articles, quotations, encodings = (
            (*attributions(table["article_id"]), None) if name == "polnear" else found(table)
        )
        of_sources, read_so, done = teacher.studied(articles, quotations, encodings or encoded(articles))
        told, seen = told | of_sources, seen | read_so
        kept = table[~none]
        tables.append(kept.assign(source_id=source_of(kept, done, "source_start", "source_end"), part_of_codes=name))
        left_out[name] = int(none.sum())
    return pd.concat(tables, ignore_index=True), told, seen, left_out


def for_fitting() -> tuple[pd.DataFrame, dict[Any, Any]]:
    """Items coded for fitting alone, with their source_id, and what is told of each source; those not found are left out."""
    table = pd.concat([read_more("sources", 0, [wave], items=wave) for wave in ("fourth", "fifth")], ignore_index=True)
    kept = table[~table["not_a_source"].astype(bool)]
    articles, quotations, encodings = found(table)
    told, _, done = teacher.studied(articles, quotations, encodings)
    kept = kept.assign(source_id=source_of(kept, done, "source_start", "source_end"))
    return kept[kept["source_id"].notna()], told


def fiction() -> list[tuple[Any, dict[str, str], float | None]]:
    """Sources of the sample's open events."""
    gold = sample.load(lock=False)
    told, done = features_of(gold["articles"], gold["quotations"], encoded(gold["articles"]))
    both = gold["quotations"][["quotation_id", "source_id"]].merge(
        done[["quotation_id", "article_id", "source_id"]], on="quotation_id", suffixes=("", "_found")
    )
    pairs = both.dropna().drop_duplicates(["article_id", "source_id", "source_id_found"])
    pairs = pairs.merge(gold["sources"], on=["article_id", "source_id"])
    return [
        (told[r["article_id"], r["source_id_found"]], {t: r[t] for t in RECIPES}, None)
        for r in pairs.to_dict("records")
    ]


def briefs() -> list[tuple[Any, dict[str, Any], float | None]]:
    """Sources of made-up briefs (``briefs.jsonl``: all kinds, from every part of a newspaper and many countries), each found by a piece of what it says."""
    told = [json.loads(line) for line in (CODES / "sources" / "briefs.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [
        {
            "article_id": b["item"],
            "outlet": b["outlet"],
            "title": b["title"],
            "text": b["text"],
            "n_words": 1,
            "origin": "",
        }
        for b in told
    ]
    articles = schema.conform(rows, "articles")
    encodings = encoded(articles)
    of_sources, _, done = teacher.studied(articles, attribute(articles, encodings), encodings)
    done = done[(done["part"] == "text") & done["source_id"].notna()]
    found = []
    for brief in told:
        mine = done[done["article_id"] == brief["item"]]
        for source in brief["sources"]:
            start = brief["text"].index(source["said"])
            inside = mine[(mine["start"] < start + len(source["said"])) & (mine["end"] > start)]
            if len(inside):
                key = brief["item"], inside.iloc[0]["source_id"]
                found.append(
                    (
                        of_sources[key],
                        {t: source[t] for t in RECIPES} | {"writer": WRITERS.index(brief["item"][:2])},
                        BRIEFS,
                    )
                )
    return found


def rows_of(trait: str, items: pd.DataFrame, told: Any, beside: Any) -> Rows:
    """Training rows of a trait: `items`, and those beside them that are in every fold."""
    recipe, rows = RECIPES[trait], Rows()
    for number, item in enumerate(items.to_dict("records")):
        labels = dict.fromkeys([item[trait], item[f"{trait}_b"]])
        for label in labels:
            rows.add(told[item["article_id"], item["source_id"]], label, 1.0 / len(labels), number)
    for of_source, gold, weight in beside:
        rows.add(of_source, gold[trait], recipe.fiction if weight is None else weight, -2 - gold.get("writer", -1))
    rows.features = [recipe.read(f) for f in rows.features]
    return rows


@dataclass
class Fitted:
    """A model of chosen rows, over features and (unless `view` is 0) views less their mean."""

    vectors: DictVectorizer
    model: LogisticRegression
    centre: np.ndarray
    view: float
    kept: np.ndarray

    def predict(self, rows: Rows, chosen: Any) -> np.ndarray:
        matrix = self.vectors.transform([rows.features[i] for i in chosen])
        return np.asarray(self.model.predict(self.beside(matrix, [rows.views[i] for i in chosen])), dtype=object)

    def beside(self, matrix: Any, views: list[Any]) -> Any:
        if not self.view:
            return matrix
        return sp.hstack([matrix, sp.csr_matrix((np.array(views) - self.centre) @ self.kept * self.view)]).tocsr()


@cache
def kept_of(width: int, blind: int) -> np.ndarray:
    """Projection of a view (two mean vectors of sentences) on what is at right angles to the directions of names."""
    away = names.directions(blind) if blind else np.zeros((0, width // 2))
    return np.kron(np.eye(2), np.eye(width // 2) - away.T @ away)


def fitted(rows: Rows, recipe: Recipe, chosen: np.ndarray, view: float) -> Fitted:
    """Fit vectoriser and model to the chosen rows."""
    count = Counter(k for i in chosen for k in rows.features[i])
    kept = [{k: v for k, v in rows.features[i].items() if count[k] >= LEAST} for i in chosen]
    views = [rows.views[i] for i in chosen]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(kept)
    model = LogisticRegression(C=recipe.strength, max_iter=200, tol=2e-3)
    out = Fitted(vectors, model, np.mean(views, axis=0), view, kept_of(len(views[0]), recipe.blind))
    labels, weights = np.array(rows.labels, dtype=object)[chosen], np.array(rows.weights)[chosen]
    model.fit(out.beside(matrix, views), labels, sample_weight=weights)
    return out


def crossvalidated(
    trait: str, rows: Rows, items: pd.DataFrame, view: float, uncoded: Uncoded | None = None
) -> np.ndarray:
    """Code of every dev item by a model that has not seen its article."""
    number, recipe = np.array(rows.items), RECIPES[trait]
    guess = np.full(len(items), None, dtype=object)
    for train, test in GroupKFold(FOLDS).split(items, groups=items["article_id"]):
        model = fitted(rows, recipe, np.flatnonzero(np.isin(number, train) | (number < 0)), view)
        if uncoded is not None:
            apart = set(items["article_id"].iloc[test])
            model = taught(model, rows, recipe, uncoded, train, apart)
        chosen = [int(np.flatnonzero(number == i)[0]) for i in test]
        told = [kinds.certain(trait, rows.features[i]) for i in chosen]
        guess[test] = [t or g for t, g in zip(told, model.predict(rows, chosen), strict=True)]
    return guess


def other_writers(trait: str, rows: Rows) -> dict[str, Any]:
    """Made-up sources of each writer by a model that has seen none of that writer's, and by one that has seen no made-up ones."""
    number, recipe, labels = np.array(rows.items), RECIPES[trait], np.array(rows.labels, dtype=object)
    none = fitted(rows, recipe, np.flatnonzero(number >= -1), recipe.view)
    right: dict[str, list[bool]] = {"right": [], "without_briefs": []}
    for writer in range(len(WRITERS)):
        mine = np.flatnonzero(number == -2 - writer)
        if not len(mine):
            continue
        told = [kinds.certain(trait, rows.features[i]) for i in mine]
        apart = fitted(rows, recipe, np.flatnonzero(number != -2 - writer), recipe.view)
        for name, model in (("right", apart), ("without_briefs", none)):
            guess = np.array([t or g for t, g in zip(told, model.predict(rows, mine), strict=True)], dtype=object)
            right[name] += list(guess == labels[mine])
    return {"n": len(right["right"])} | {name: round(float(np.mean(found)), 4) for name, found in right.items()}


@dataclass
class Uncoded:
    """Sources that nobody coded: article, features and view; what the teacher makes of the coded ones and of them; the labels of the coded ones."""

    articles: list[str]
    told: list[Any]
    coded: np.ndarray
    pool: np.ndarray
    labels: np.ndarray
    second: np.ndarray


def uncoded_sources(items: pd.DataFrame, known: pd.DataFrame, told: Any, seen: Any, folder: Path) -> Uncoded:
    """Sources of the pool and the uncoded ones of the dev articles."""
    articles = teacher.pool(set(items["article_id"]) | left_out_articles())
    encodings = encoded(articles)
    told_more, seen_more, _ = teacher.studied(articles, attribute(articles, encodings), encodings)
    told, seen = told | told_more, seen | seen_more
    coded = list(zip(known["article_id"], known["source_id"], strict=True))
    open_articles = set(known["article_id"]) | set(articles["article_id"])
    pool = [key for key in seen if key[0] in open_articles and key not in set(coded)]
    rows = teacher.vectors([seen[key] for key in (*coded, *pool)], folder)
    return Uncoded(
        [article for article, _ in pool], [told[key] for key in pool], rows[: len(coded)], rows[len(coded) :],
        known["actor"].to_numpy(object), known["actor_b"].to_numpy(object),
    )  # fmt: skip


def left_out_articles() -> set[str]:
    """All coded articles, those included whose coded spans were no sources."""
    tables = (
        read("sources", 3),
        *(pd.read_csv(CODES / "sources" / f"{name}.csv") for name in ("more", "further", "fourth")),
    )
    return {str(article) for table in tables for article in table["article_id"]}


def taught(first: Fitted, rows: Rows, recipe: Recipe, uncoded: Uncoded, train: np.ndarray, apart: set[str]) -> Fitted:
    """Fit a model again, on the likeliest labels that it and the teacher together give uncoded sources of other articles too."""
    chosen = [i for i, article in enumerate(uncoded.articles) if article not in apart]
    told = [recipe.read(uncoded.told[i][0]) for i in chosen]
    views = [uncoded.told[i][1] for i in chosen]
    half = teacher.fitted(uncoded.coded[train], uncoded.labels[train], uncoded.second[train])
    codes = list(first.model.classes_)
    scores = first.model.predict_log_proba(first.beside(first.vectors.transform(told), views))
    named = half.predict_log_proba(uncoded.pool[chosen])
    both = np.full(scores.shape, -12.0)
    shared = [codes.index(c) for c in half.classes_]
    both[:, shared] = scores[:, shared] + TEACHER * named
    likely = np.exp(both - both.max(1, keepdims=True))
    likely /= likely.sum(1, keepdims=True)
    more = Rows(list(rows.features), list(rows.views), list(rows.labels), list(rows.weights), list(rows.items))
    for features, view, share in zip(told, views, likely, strict=True):
        sure = kinds.certain("actor", features)
        for at in [codes.index(sure)] if sure in codes else np.argsort(-share)[:MOST_LABELS]:
            weight = 1.0 if sure in codes else float(share[at])
            if weight > LEAST_SHARE:
                more.add((features, view), codes[at], weight * UNCODED, -2)
    number = np.array(more.items)
    return fitted(more, recipe, np.flatnonzero(np.isin(number, train) | (number < 0)), first.view)


def weights_of(fit: Fitted, recipe: Recipe) -> dict[str, Any]:
    """Codes and weights as they are shipped, for features as they are found."""
    told = fit.vectors.get_feature_names_out()
    table = {"bias": fit.model.intercept_.copy()}
    for name, column in zip(told, fit.model.coef_.T[: len(told)], strict=True):
        table[name] = table.get(name, 0.0) + recipe.stress(name) * column
    views = fit.kept @ fit.model.coef_.T[len(told) :] * fit.view
    return {
        "codes": fit.model.classes_.tolist(),
        "weights": {k: [round(float(w), 2) for w in v] for k, v in sorted(table.items()) if np.abs(v).max() >= SMALL},
        "views": [[round(float(w), 2) for w in row] for row in views],
    }


def difference(articles: np.ndarray, right: np.ndarray, other: Any = 0.0) -> dict[str, float]:
    """Share right, less another's, with a 95 % interval over articles."""
    ids, inverse = np.unique(articles, return_inverse=True)
    total, count = np.bincount(inverse, right.astype(float) - other), np.bincount(inverse)
    rng = np.random.default_rng(SEED)
    drawn = [rng.integers(0, len(ids), len(ids)) for _ in range(2000)]
    draws = [total[d].sum() / count[d].sum() for d in drawn]
    low, high = np.quantile(draws, (0.025, 0.975))
    mean = total.sum() / count.sum()
    return {"right": round(float(mean), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write the weights and the scores on articles held apart")
    parser.add_argument("--teacher", type=Path, help="folder of all-mpnet-base-v2, to label uncoded sources")
    given = parser.parse_args()
    items, told, seen, left_out = hand_coded()
    dev, apart = items[~items["held"]], items[items["held"]]
    known = dev[dev["source_id"].notna()].reset_index(drop=True)
    invented = fiction()
    made_up = briefs()
    more, told_more = for_fitting()
    beside = (
        invented
        + made_up
        + [
            (told_more[r["article_id"], r["source_id"]], {t: r[t] for t in RECIPES}, 1.0)
            for r in more.to_dict("records")
        ]
    )
    parts = dict(list(apart.groupby("part_of_codes")))
    result: dict[str, Any] = {
        "n_dev": dev["part_of_codes"].value_counts().to_dict(), "dev_articles": int(dev["article_id"].nunique()),
        "sample_sources": len(invented), "made_up_sources": len(made_up), "coded_for_fitting": {"n": len(more), "articles": int(more["article_id"].nunique())}, "no_source_left_out": left_out,
        "held_apart": {k: {"n": len(p), "articles": int(p["article_id"].nunique())} for k, p in parts.items()},
    }  # fmt: skip
    uncoded = uncoded_sources(items, known, told, seen, given.teacher) if given.teacher else None
    result["uncoded_sources"] = len(uncoded.told) if uncoded else 0
    shipped: dict[str, Any] = {}
    for trait, recipe in RECIPES.items():
        rows = rows_of(trait, known, told, beside)
        pupil = uncoded if trait == "actor" else None
        result[trait] = {"dev_crossvalidated": on_dev(trait, rows, known, dev, pupil)}
        result[trait]["other_writers"] = other_writers(trait, rows)
        print(trait, json.dumps(result[trait]), flush=True)
        if given.write:
            fit = fitted(rows, recipe, np.arange(len(rows.labels)), recipe.view)
            if pupil is not None:
                fit = taught(fit, rows, recipe, pupil, np.arange(len(known)), set())
            shipped[trait] = weights_of(fit, recipe)
            shipped[trait]["centre"] = [round(float(c), 4) for c in fit.centre]
    if given.write:
        OUT.write_text(json.dumps(shipped, separators=(",", ":")) + "\n", encoding="utf-8")
        kinds._model.cache_clear()
        for trait in RECIPES:
            result[trait] |= {name: _apart(trait, part, dev, told) for name, part in parts.items()}
        result["actor"]["names_of_any_origin"] = names.stability()
        (HERE / "results-kinds.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def macro(gold: Any, guess: Any) -> float:
    """Mean F1 of the codes that occur."""
    return round(float(f1_score(gold, guess, labels=sorted(set(gold)), average="macro", zero_division=0)), 3)


def on_dev(
    trait: str, rows: Rows, known: pd.DataFrame, dev: pd.DataFrame, uncoded: Uncoded | None = None
) -> dict[str, Any]:
    """Score a trait on dev, and what view and uncoded sources add to the same model without; sources not found are wrong."""
    lost = dev[dev["source_id"].isna()]
    gold, articles = (np.concatenate([known[c], lost[c]]) for c in (trait, "article_id"))

    def guessed(view: float, more: Uncoded | None = None) -> np.ndarray:
        found = crossvalidated(trait, rows, known, view, more)
        return np.concatenate([found, np.full(len(lost), "not found", dtype=object)])

    alone, plain = guessed(RECIPES[trait].view), guessed(0.0)
    guess = alone if uncoded is None else guessed(RECIPES[trait].view, uncoded)
    told = np.array([by_rules(trait, f) for f in first_features(rows, len(known))] + ["not found"] * len(lost), object)
    right = guess == gold
    out = {
        **difference(articles, right),
        "macro_f1": macro(gold, guess),
        "rules_alone": round(float((told == gold).mean()), 4),
        "view_adds": difference(articles, alone == gold, (plain == gold).astype(float)),
    }
    if uncoded is not None:
        out["uncoded_add"] = difference(articles, right, (alone == gold).astype(float))
    return out


def first_features(rows: Rows, count: int) -> list[dict[str, float]]:
    """Features of each item, once."""
    return [rows.features[rows.items.index(i)] for i in range(count)]


def by_rules(trait: str, found: dict[str, float]) -> str:
    """Code that the rules alone give."""
    zone = "rule first=" if trait == "actor" else f"{trait}="
    votes = {k[len(zone) :]: v for k, v in found.items() if k.startswith(zone)}
    told = {code: value for code, value in votes.items() if code != "unknown"} or votes or {"unknown": 1.0}
    return max(told, key=lambda code: told[code])


def _apart(trait: str, apart: pd.DataFrame, dev: pd.DataFrame, told: Any) -> dict[str, Any]:
    """Accuracy on articles held apart, beside dev's most frequent code and the rules alone."""
    guess, ruled = [], []
    for item in apart.to_dict("records"):
        found = told.get((item["article_id"], item["source_id"]))
        guess.append("not found" if found is None else kinds.describe(*found)[trait])
        ruled.append(by_rules(trait, {} if found is None else found[0]))
    gold = apart[trait].to_numpy(object)
    right = np.array(guess, dtype=object) == gold
    errors = [f"{i} gold={g} found={f}" for i, g, f in zip(apart["item"], gold, guess, strict=True) if g != f]
    return {
        **difference(apart["article_id"].to_numpy(object), right),
        "macro_f1": macro(gold, guess),
        "rules_alone": round(float((np.array(ruled, dtype=object) == gold).mean()), 4),
        "rules_macro_f1": macro(gold, ruled),
        "most_frequent_macro_f1": macro(gold, [dev[trait].mode()[0]] * len(gold)),
        "most_frequent_of_dev": round(float((gold == dev[trait].mode()[0]).mean()), 4),
        "errors": errors,
    }


if __name__ == "__main__":
    main()
