"""What an experiment scores: items of a dataset, each item's contribution to a score, and the scores.

Every score here is a function of *sums of per-item contributions* (confusion
counts, B-cubed shares, matched n-grams). Contributions are summed by block (one
block per fold, seed and code), the score is taken in each block and averaged,
so one bootstrap over items serves every metric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import metrics
from framing.datasets import Frames, same_text
from framing.schema import InputError

Floats = NDArray[np.float64]
Score = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Task:
    """A kind of experiment.

    Parameters
    ----------
    items
        From a dataset's frames to items with columns item, article_id, group, key, code, text and label.
    contributions
        From predictions and the labels to an array of shape (n_items, k).
    score
        From a metric's name and the labels to a function of the sums, shape (n_blocks, k), giving one value per block.
    metrics
        The metrics' names; ``f1:LABEL`` stands for the F1 of one label.
    """

    name: str
    items: Callable[..., pd.DataFrame]
    contributions: Callable[[pd.DataFrame, Sequence[str]], Floats]
    score: Callable[[str, Sequence[str]], Score]
    metrics: tuple[str, ...]


def _share(part: Floats, whole: Floats) -> Floats:
    """Quotient, 0 where there is nothing to divide by."""
    quotient: Floats = np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)
    return quotient


# --- classification --------------------------------------------------------------------------


def labelled(
    frames: Frames,
    *,
    task: str | None = None,
    codes: Sequence[str] | None = None,
    column: str | None = None,
    group: str = "article_id",
) -> pd.DataFrame:
    """Items to classify: rows of ``annotations`` of one task, or articles by a column of theirs.

    A row without a label is left out. Sentences and articles are classified by their own text; a marked target keeps
    its ``start``, ``end`` and ``target``.

    Raises
    ------
    InputError
        If the dataset has no such task, column or group; the message lists those it has.
    """
    articles = frames["articles"]
    _known(group, list(articles.columns), "column of articles to group by")
    text = articles.set_index("article_id")
    if column is not None:
        _known(column, list(articles.columns), "column of articles")
        rows = pd.DataFrame({"article_id": articles["article_id"], "label": articles[column]})
    else:
        annotations = frames.get("annotations", pd.DataFrame(columns=["task"]))
        _known(str(task), sorted(set(annotations["task"])), "task")
        rows = annotations[annotations["task"] == task]
        if codes:
            for code in codes:
                _known(code, sorted(set(rows["code"].dropna())), "code")
            rows = rows[rows["code"].isin(list(codes))]
    rows = rows[rows["label"].notna()].reset_index(drop=True)
    optional = {name: rows[name] if name in rows else pd.Series(pd.NA, index=rows.index) for name in _SPAN}
    joined = text.loc[rows["article_id"]].reset_index()
    items = pd.DataFrame(
        {
            "article_id": rows["article_id"],
            "group": joined[group].fillna(joined["article_id"]).astype(str),
            "key": same_text(joined["text"]),
            "split": joined["split"],
            "text": joined["text"],
            "label": rows["label"].astype(str),
            **optional,
        }
    )
    items["code"] = items["code"].fillna("") if codes or column is None else ""
    numbers = items.groupby(["article_id", "code"]).cumcount().astype(str)
    return items.assign(item=items["article_id"] + "#" + items["code"].astype(str) + "#" + numbers)


_SPAN = ("code", "target", "start", "end")


def _known(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise InputError(f"this dataset has no {what} {name!r}; it has {', '.join(map(str, known)) or 'none'}")


def confusion(predictions: pd.DataFrame, labels: Sequence[str]) -> Floats:
    """One-hot confusion cell of every item: shape (n_items, n_labels ** 2), reference first.

    Raises
    ------
    InputError
        If a model predicted a label that the dataset does not have.
    """
    place = {label: number for number, label in enumerate(labels)}
    strange = sorted({str(p) for p in predictions["predicted"]} - set(place))
    if strange:
        raise InputError(f"the model predicts {strange[:3]}; this dataset's labels are {', '.join(labels)}")
    gold = predictions["label"].map(place).to_numpy()
    found = predictions["predicted"].map(place).to_numpy()
    cells = np.zeros((len(predictions), len(labels) ** 2))
    cells[np.arange(len(predictions)), gold * len(labels) + found] = 1.0
    return cells


def class_score(metric: str, labels: Sequence[str]) -> Score:
    """Accuracy, macro-F1 or the F1 of one label, from summed confusion cells."""
    size = len(labels)

    def each(sums: Floats) -> Floats:
        table = sums.reshape(-1, size, size)
        total = table.sum(axis=1) + table.sum(axis=2)
        return _share(2 * np.diagonal(table, axis1=1, axis2=2), total)

    if metric == "accuracy":
        return lambda sums: _share(sums[:, :: size + 1].sum(axis=1), sums.sum(axis=1))
    if metric == "macro_f1":
        return lambda sums: each(sums).mean(axis=1)
    label = metric.partition(":")[2]
    _known(label, labels, "label")
    place = list(labels).index(label)
    return lambda sums: each(sums)[:, place]


# --- clustering ------------------------------------------------------------------------------


def grouped(frames: Frames, *, group: str = "article_id", **_: Any) -> pd.DataFrame:
    """Articles whose event is known, labelled by it."""
    articles = frames["articles"]
    _known(group, list(articles.columns), "column of articles to group by")
    known = articles[articles["event_id"].notna()].reset_index(drop=True)
    if known.empty:
        raise InputError("this dataset has no gold events to group articles by")
    return pd.DataFrame(
        {
            "item": known["article_id"],
            "article_id": known["article_id"],
            "group": known[group].astype(str),
            "key": same_text(known["text"]),
            "split": known["split"],
            "title": known["title"],
            "text": known["text"],
            "published_at": known["published_at"],
            "outlet": known["outlet"],
            "label": known["event_id"].astype(str),
            "code": "",
        }
    )


def links(predictions: pd.DataFrame, labels: Sequence[str]) -> Floats:
    """B-cubed precision and recall of every item, and its numbers of right, reference and estimated links."""
    gold, found = list(predictions["label"]), list(predictions["predicted"])
    precision, recall = metrics.bcubed_items(gold, found)
    together = predictions.groupby(["label", "predicted"])["item"].transform("size").to_numpy()
    same_label = predictions.groupby("label")["item"].transform("size").to_numpy()
    same_cluster = predictions.groupby("predicted")["item"].transform("size").to_numpy()
    ones = np.ones(len(predictions))
    return np.column_stack([ones, precision, recall, together - 1, same_label - 1, same_cluster - 1]).astype(float)


def cluster_score(metric: str, labels: Sequence[str]) -> Score:
    """B-cubed and pair scores from summed links."""
    found: dict[str, Score] = {
        "bcubed_precision": lambda s: _share(s[:, 1], s[:, 0]),
        "bcubed_recall": lambda s: _share(s[:, 2], s[:, 0]),
        "bcubed_f1": lambda s: _share(2 * s[:, 1] * s[:, 2], s[:, 0] * (s[:, 1] + s[:, 2])),
        "pair_f1": lambda s: _share(2 * s[:, 3], s[:, 4] + s[:, 5]),
    }
    return found[metric]


# --- extraction ------------------------------------------------------------------------------


def pages(frames: Frames, *, group: str = "article_id", **_: Any) -> pd.DataFrame:
    """Pages with their gold body as label."""
    articles = frames["articles"]
    if "html" not in articles:
        raise InputError("this dataset has no pages: its articles lack the column html")
    _known(group, list(articles.columns), "column of articles to group by")
    return pd.DataFrame(
        {
            "item": articles["article_id"],
            "article_id": articles["article_id"],
            "group": articles[group].astype(str),
            "key": same_text(articles["text"]),
            "split": articles["split"],
            "text": articles["html"],
            "url": articles["url"],
            "label": articles["text"],
            "code": "",
        }
    )


def grams(predictions: pd.DataFrame, labels: Sequence[str]) -> Floats:
    """Shares of matched, added and lost 4-grams of every page, and whether the two have the same grams."""
    texts = zip(predictions["label"], predictions["predicted"].fillna(""), strict=True)
    counts = np.array([metrics.ngram_counts(str(gold), str(found)) for gold, found in texts])
    return np.column_stack([np.ones(len(counts)), counts, counts[:, 0] == 1.0]).astype(float)


def page_score(metric: str, labels: Sequence[str]) -> Score:
    """F1, precision and recall over 4-grams, and the share of pages that match wholly."""
    found: dict[str, Score] = {
        "ngram_f1": lambda s: _share(2 * s[:, 1], 2 * s[:, 1] + s[:, 2] + s[:, 3]),
        "ngram_precision": lambda s: _share(s[:, 1], s[:, 1] + s[:, 2]),
        "ngram_recall": lambda s: _share(s[:, 1], s[:, 1] + s[:, 3]),
        "exact": lambda s: _share(s[:, 4], s[:, 0]),
    }
    return found[metric]


TASKS = {
    task.name: task
    for task in (
        Task("classify", labelled, confusion, class_score, ("macro_f1", "accuracy", "f1:LABEL")),
        Task("cluster", grouped, links, cluster_score, ("bcubed_f1", "bcubed_precision", "bcubed_recall", "pair_f1")),
        Task("extract", pages, grams, page_score, ("ngram_f1", "ngram_precision", "ngram_recall", "exact")),
    )
}
