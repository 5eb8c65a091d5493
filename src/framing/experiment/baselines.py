"""Plain models that every later model must beat, registered by name for experiments.

A model is a function ``(train, test, seed, **options) -> DataFrame`` with the
index of `test` and a column ``predicted`` (and ``p_<label>`` where it states
probabilities). `test` comes without its labels.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from framing import metrics
from framing.schema import InputError

Model = Callable[..., pd.DataFrame]

MODELS: dict[str, Model] = {}
MIN_ARTICLES = 2


def model(name: str) -> Model:
    """Return the registered model of that name, or the function named as ``framing.module:function``.

    Raises
    ------
    InputError
        If there is none; the message lists the near names.
    """
    if name in MODELS:
        return MODELS[name]
    module, _, function = name.partition(":")
    if function and (module == "framing" or module.startswith("framing.")):
        try:
            found = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError) as error:
            raise InputError(f"no model {name!r}: {error}") from error
        return found  # type: ignore[no-any-return]
    near = difflib.get_close_matches(name, MODELS, n=3) or list(MODELS)
    raise InputError(f"no model named {name!r}; did you mean {', '.join(near)}? Or name one as framing.module:function")


def _registered(function: Model) -> Model:
    MODELS[function.__name__] = function
    return function


# --- classification --------------------------------------------------------------------------


@_registered
def majority(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every item gets the label that is most frequent in training."""
    counts = train["label"].value_counts()
    shares = {f"p_{label}": n / len(train) for label, n in counts.sort_index().items()}
    best = sorted(counts[counts == counts.max()].index)[0]
    return pd.DataFrame({"predicted": best, **shares}, index=test.index)


@_registered
def tfidf_logreg(
    train: pd.DataFrame,
    test: pd.DataFrame,
    seed: int,
    *,
    ngrams: int = 2,
    c: float = 1.0,
    balanced: bool = False,
    mark_target: bool = False,
) -> pd.DataFrame:
    """Logistic regression on TF-IDF of words and word n-grams; with one label in training, that label.

    Parameters
    ----------
    train, test, seed
        As every model.
    ngrams
        Longest n-gram of words.
    c
        Inverse strength of the L2 penalty.
    balanced
        Weight labels by the inverse of their frequency.
    mark_target
        Put one and the same word in place of the marked target, so that its place counts and its name does not.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    if train["label"].nunique() < 2:
        return majority(train, test, seed)
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, ngrams), sublinear_tf=True),
        LogisticRegression(C=c, max_iter=2000, class_weight="balanced" if balanced else None, random_state=seed),
    )
    read = _marked if mark_target else _text
    pipeline.fit(read(train), train["label"])
    probabilities = pd.DataFrame(
        pipeline.predict_proba(read(test)), index=test.index, columns=[f"p_{label}" for label in pipeline.classes_]
    )
    predicted = np.asarray(pipeline.classes_)[probabilities.to_numpy().argmax(axis=1)]
    return probabilities.assign(predicted=predicted)


def _text(items: pd.DataFrame) -> list[str]:
    return [str(text) for text in items["text"]]


def _marked(items: pd.DataFrame) -> list[str]:
    rows = zip(items["text"], items["start"], items["end"], strict=True)
    return [f"{text[: int(start)]} targetmention {text[int(end) :]}" for text, start, end in rows]


# --- clustering ------------------------------------------------------------------------------


@_registered
def singletons(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every article is an event of its own."""
    return pd.DataFrame({"predicted": np.arange(len(test)).astype(str)}, index=test.index)


@_registered
def tfidf_average_linkage(train: pd.DataFrame, test: pd.DataFrame, seed: int, *, steps: int = 100) -> pd.DataFrame:
    """Average linkage on cosine distances of TF-IDF, cut where B-cubed F1 is best in training.

    Word weights come from the collection that is grouped, which needs no labels. A word of one article only cannot
    bring two together and is left out.

    Parameters
    ----------
    train, test, seed
        As every model.
    steps
        Thresholds tried, evenly spread over the distances 0..1.
    """
    from scipy.cluster.hierarchy import fcluster

    tree = _tree(train)
    thresholds = np.linspace(0.0, 1.0, steps + 1)[1:]
    scores = [metrics.bcubed(list(train["label"]), list(fcluster(tree, t, "distance"))).f1 for t in thresholds]
    best = float(thresholds[int(np.argmax(scores))])
    clusters = fcluster(_tree(test), best, "distance")
    return pd.DataFrame({"predicted": clusters.astype(str), "threshold": best}, index=test.index)


def _tree(items: pd.DataFrame) -> Any:
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_distances

    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=MIN_ARTICLES).fit_transform(_text(items))
    distances = cosine_distances(vectors).clip(0.0, 1.0)
    np.fill_diagonal(distances, 0.0)
    return linkage(squareform(distances, checks=False), method="average")


# --- extraction ------------------------------------------------------------------------------


@_registered
def trafilatura(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Body text as trafilatura extracts it with its defaults, without comments."""
    from trafilatura import extract

    texts = [extract(page, include_comments=False) or "" for page in test["text"]]
    return pd.DataFrame({"predicted": texts}, index=test.index)


@_registered
def page_text(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> pd.DataFrame:
    """All visible text of the page: the trivial baseline of extraction."""
    return pd.DataFrame({"predicted": [_visible(page) for page in test["text"]]}, index=test.index)


def _visible(page: str) -> str:
    from lxml import etree, html

    try:
        tree = html.document_fromstring(page.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return ""
    for element in tree.xpath("//script | //style | //noscript | //template"):
        element.drop_tree()
    return " ".join(tree.itertext())
