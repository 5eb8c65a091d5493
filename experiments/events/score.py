"""Score framing.events on topics 36 to 45 of ECB+, and on BASIL.

python experiments/events/score.py      writes results.json and thresholds.svg
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from framing import datasets, encode, events, metrics, models
from framing.events import grouping

HERE = Path(__file__).parent


def scores(gold: list[str], label: list[object]) -> dict[str, float]:
    found = metrics.bcubed(gold, label)
    return {
        "bcubed_precision": round(found.precision, 4),
        "bcubed_recall": round(found.recall, 4),
        "bcubed_f1": round(found.f1, 4),
        "ari": round(float(adjusted_rand_score(gold, label)), 4),
        "ami": round(float(adjusted_mutual_info_score(gold, label)), 4),
        "pair_f1": round(metrics.pairs(gold, label).f1, 4),
        "n_groups": len(set(label)),
    }


def baseline(train: pd.DataFrame, test: pd.DataFrame) -> dict[str, object]:
    """TF-IDF and average linkage; the threshold that is best on the training topics."""

    def tree(table: pd.DataFrame) -> np.ndarray:
        words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(table["text"].fillna(""))
        return linkage(words.toarray(), "average", metric="cosine")

    levels = np.arange(0.5, 0.98, 0.01)
    fitted = tree(train)
    gold = train["event_id"].tolist()
    best = max(levels, key=lambda t: metrics.bcubed(gold, fcluster(fitted, t, "distance").tolist()).f1)
    label = fcluster(tree(test), best, "distance").tolist()
    return {"distance": round(float(best), 2), **scores(test["event_id"].tolist(), label)}


def encoded(articles: pd.DataFrame) -> dict[str, np.ndarray]:
    return {one.article_id: encode.article_vector(one) for one in encode.encode(articles)}


def blind(articles: pd.DataFrame) -> pd.DataFrame:
    return articles.assign(event_id=pd.NA)


def labels(articles: pd.DataFrame, grouped: events.Events, column: str = "event_id") -> list[object]:
    where = grouped.members.set_index("article_id")[column]
    return [where[a] for a in articles["article_id"]]


def online(articles: pd.DataFrame, vectors: dict[str, np.ndarray]) -> list[object]:
    """Group half of the articles, then add the others in ten lots."""
    order = np.random.default_rng(0).permutation(len(articles))
    lots = [order[: len(order) // 2], *np.array_split(order[len(order) // 2 :], 10)]
    rows, found = np.array([], dtype=int), None
    for lot in lots:
        rows = np.concatenate([rows, lot])
        found = events.group(blind(articles.iloc[np.sort(rows)]), vectors, previous=found)
    return labels(articles, found)


def with_vectors(articles: pd.DataFrame, vectors: dict[str, np.ndarray]) -> list[object]:
    """The same threshold, encoder vectors counted."""
    grouping.WITH_VECTORS = True
    try:
        return labels(articles, events.group(blind(articles), vectors))
    finally:
        grouping.WITH_VECTORS = False


def chart(points: dict[str, dict[str, float]], file: Path) -> None:
    fig, ax = plt.subplots(figsize=(6, 3.5))
    x = [float(level) for level in points]
    for name, style in (("bcubed_precision", "--"), ("bcubed_recall", ":"), ("bcubed_f1", "-")):
        ax.plot(x, [p[name] for p in points.values()], style, color="black", label=name.replace("_", " "))
    ax.axvline(events.THRESHOLD, color="0.6", lw=1)
    ax.set(xlabel="threshold (mean likeness)", ylabel="score", ylim=(0.5, 1.0), title="ECB+ topics 36-45, 210 articles")
    ax.legend(frameon=False)
    fig.tight_layout()
    fig.savefig(file, metadata={"Date": None})


def main() -> None:
    train = datasets.load("ecbplus", "train")["articles"]
    test = datasets.load("ecbplus", "test")["articles"]
    basil = datasets.load("basil")["articles"]
    vectors: dict[str, np.ndarray] = encoded(test)
    gold = test["event_id"].tolist()
    batch = events.group(blind(test), vectors)
    shuffled = events.group(blind(test.sample(frac=1, random_state=1)), vectors)
    by_level = {
        f"{level:.2f}": scores(gold, labels(test, events.group(blind(test), vectors, threshold=level)))
        for level in np.arange(0.2, 0.81, 0.05)
    }
    known = events.group(blind(basil))
    result = {
        "model": models.load_encoder().name,
        "threshold": events.THRESHOLD,
        "n": len(test),
        "ecbplus_36_45": {
            "framing": scores(gold, labels(test, batch)),
            "framing_with_vectors": scores(gold, with_vectors(test, vectors)),
            "framing_stricter": scores(gold, labels(test, batch, "event_stricter")),
            "framing_looser": scores(gold, labels(test, batch, "event_looser")),
            "framing_online": scores(gold, online(test, vectors)),
            "tfidf_average_linkage": baseline(train, test),
            "singletons": scores(gold, list(range(len(test)))),
        },
        "published": {"tfidf_average_linkage": {"bcubed_f1": 0.894}, "bertopic_defaults": {"pair_f1": "0.07 to 0.14"}},
        "by_threshold": by_level,
        "shuffled_input_gives_identical_groups": bool(batch.members.equals(shuffled.members)),
        "basil": {
            "n": len(basil),
            "framing": scores(basil["event_id"].tolist(), labels(basil, known)),
            "framing_looser": scores(basil["event_id"].tolist(), labels(basil, known, "event_looser")),
        },
    }
    chart(by_level, HERE / "thresholds.svg")
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
