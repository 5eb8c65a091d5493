"""Frames: which ways of telling a story an article uses, by a codebook.

Conventions
-----------
A codebook names codes, each with a definition and perhaps examples. Codes do not exclude one another. Three methods:

* ``head``: a trained head of the encoder, one logit per sentence and code; an article's probability is the sigmoid of the
  mean logit. The codebooks ``generic`` and ``policy`` have them, trained on hand codes of whole articles. The *resolution* of
  ``generic`` is not Semetko and Valkenburg's *responsibility*.
* ``examples``: a logistic regression on the encoder's vectors of the codebook's examples, see :func:`crossvalidate`. Its
  probabilities take codes to be as frequent as they are among the examples.
* ``definitions``: nearness of sentences to the definition. Experimental: a way to find passages to read, not a measurement.

With the last two an article's probability is the mean of its :data:`TOP` most probable sentences. A code is present from a bar
on that lies where as many are called present as are (:func:`fit_head`), below 0.5 for rare codes; by definitions it is 0.5.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import metrics, schema
from framing.segments import Encodings, by_article, records

if TYPE_CHECKING:
    from framing.encode import Encoding

__all__ = [
    "Code",
    "Codebook",
    "Head",
    "annotate",
    "crossvalidate",
    "domain",
    "fit_head",
    "read_codebook",
    "validation",
    "warning",
]

Floats = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.floating]]

TASK = "frame"
TOP = 3
"""Sentences an article's probability is averaged over, and at most listed as evidence."""
LEAST_EXAMPLES = 5
"""Examples a code needs before a head is trained on them."""
CENTRE, SCALE = 0.45, 0.06
"""Cosine to a definition that counts as even odds, and the cosine that changes the log-odds by one."""
METHODS = {
    "head": "a trained head of the encoder",
    "examples": "a head trained on the codebook's examples",
    "definitions": "nearness to the definitions (experimental)",
}
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LARGEST_FILE = 5_000_000


@dataclass(frozen=True)
class Code:
    """One code: what it is called, what it means, and sentences that have it or, near misses, lack it."""

    id: str
    definition: str
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    residual: bool = False


@dataclass(frozen=True)
class Codebook:
    """A codebook.

    Attributes
    ----------
    name, version : str
        Recorded as ``name@version``.
    codes : tuple of Code
    method : {"head", "examples", "definitions"}
    experimental : bool
        Whether its rows may not be reported without hand codes.
    facts : dict
        Whatever else the file says: title, source, validated (what it was validated on).
    """

    name: str
    version: str
    codes: tuple[Code, ...]
    method: str
    experimental: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def label(self) -> str:
        """What the column ``codebook`` records."""
        return f"{self.name}@{self.version}"


# --- codebooks -------------------------------------------------------------------------------------------------------


def read_codebook(codebook: str | Path | Codebook) -> Codebook:
    """Read a codebook: ``"generic"``, ``"policy"``, or the path of a TOML file.

    A file has ``name``, ``version`` and one ``[[code]]`` per code with ``id``, ``definition`` and, if you have them,
    ``examples`` and ``counterexamples`` (lists of sentences). From five examples per code on, a head is trained on them.

    Raises
    ------
    InputError
        Saying what is missing or wrong in the file.

    Examples
    --------
    >>> [code.id for code in read_codebook("generic").codes]
    ['conflict', 'human_interest', 'economic', 'morality', 'resolution']
    """
    if isinstance(codebook, Codebook):
        return codebook
    shipped = importlib.resources.files("framing").joinpath("codebooks")
    known = _known()
    where = str(codebook)
    if where in known:
        return _codebook(tomllib.loads(shipped.joinpath(f"{where}.toml").read_text(encoding="utf-8")), where)
    path = Path(codebook)
    if not path.is_file():
        raise schema.InputError(f"no codebook {where!r}; give {' or '.join(known)}, or the path of a TOML file")
    if path.stat().st_size > _LARGEST_FILE:
        raise schema.InputError(f"{where} has {path.stat().st_size} bytes; a codebook has at most {_LARGEST_FILE}")
    try:
        return _codebook(tomllib.loads(path.read_text(encoding="utf-8-sig")), where)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise schema.InputError(f"{where} is not valid TOML: {error}") from error


def _known() -> list[str]:
    """Names of the shipped codebooks."""
    folder = importlib.resources.files("framing").joinpath("codebooks")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def _codebook(data: Mapping[str, Any], where: str) -> Codebook:
    for name in ("name", "version"):
        if not isinstance(data.get(name), str | int | float) or not str(data[name]).strip():
            raise schema.InputError(f'{where} lacks {name}; begin the file with {name} = "..."')
    rows = data.get("code")
    if not isinstance(rows, list) or not rows:
        raise schema.InputError(f"{where} has no codes; write one [[code]] table per code, with id and definition")
    codes = tuple(_code(row, where, number) for number, row in enumerate(rows, 1))
    twice = sorted({c.id for c in codes if sum(d.id == c.id for d in codes) > 1})
    if twice:
        raise schema.InputError(f"{where} defines {', '.join(twice)} more than once; ids of codes are unique")
    ready = all(len(c.examples) >= LEAST_EXAMPLES for c in codes if not c.residual)
    method = str(data.get("method") or ("examples" if ready else "definitions"))
    if method not in METHODS:
        raise schema.InputError(f"{where} asks for method {method!r}; methods are {', '.join(METHODS)}")
    if method == "examples" and not ready:
        poor = [f"{c.id} ({len(c.examples)})" for c in codes if len(c.examples) < LEAST_EXAMPLES and not c.residual]
        raise schema.InputError(
            f"{where}: method examples needs {LEAST_EXAMPLES} examples a code; too few: {', '.join(poor)}"
        )
    facts = {k: v for k, v in data.items() if k not in ("name", "version", "code", "method", "experimental")}
    experimental = bool(data.get("experimental", method == "definitions"))
    return Codebook(str(data["name"]), str(data["version"]), codes, method, experimental, facts)


def _code(row: object, where: str, number: int) -> Code:
    if not isinstance(row, dict):
        raise schema.InputError(f"{where}: code {number} is not a table; write [[code]] and its fields below")
    identifier, definition = row.get("id", row.get("name")), row.get("definition")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise schema.InputError(
            f"{where}: code {number} needs an id of lower-case letters, digits, _; found {identifier!r}"
        )
    if not isinstance(definition, str) or not definition.strip():
        raise schema.InputError(f"{where}: code {identifier!r} lacks a definition")
    texts: dict[str, tuple[str, ...]] = {}
    for name in ("examples", "counterexamples"):
        values = row.get(name, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            raise schema.InputError(f"{where}: {name} of {identifier!r} must be a list of sentences")
        texts[name] = tuple(values)
    return Code(identifier, definition, texts["examples"], texts["counterexamples"], bool(row.get("residual", False)))


# --- validated domain ------------------------------------------------------------------------------------------------


def domain(label: str) -> str:
    """Say in one sentence what a codebook's judgements were validated on; `label` is the column ``codebook``.

    Examples
    --------
    >>> domain("generic@1")
    'Frames of generic@1: 428 articles on climate change (human coders) and 1,160 of ordinary news in English, 2008 to 2023, most of it of the US (language-model coders).'
    """
    name = label.rpartition("@")[0]
    book = read_codebook(name) if name in _known() else None
    said = book.facts.get("validated") if book is not None and book.label == label else None
    return f"Frames of {label}: {said or 'a codebook of your own, validated by framing.frames.crossvalidate at best'}."


def warning(codebook: str | Path | Codebook = "generic") -> str:
    """Say what a codebook was validated on, and whether it only finds passages to read."""
    book = read_codebook(codebook)
    said = domain(book.label)
    return said + " They are experimental: passages to read, no measurement." if book.experimental else said


def validation(codebook: str | Path | Codebook, *, embed: Embed | None = None) -> str | None:
    """Say how well the head of a user's codebook does in :func:`crossvalidate`; None if it is not learnt from examples, or is ours."""
    book = read_codebook(codebook)
    if book.name in _known() or book.method != "examples" or len(_training(book)[0]) < 2 * LEAST_EXAMPLES:
        return None
    rows = crossvalidate(book, embed=embed).itertuples()
    told = [
        f"{r.code} {r.f1:.2f} ({r.low:.2f} to {r.high:.2f}; marking all {r.f1_all_present:.2f}; n = {r.n_positive})"
        for r in rows
    ]
    return f"Frames of {book.label}, cross-validated on its own examples, F1 with 95 % interval: {', '.join(told)}."


# --- linear heads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """A linear layer whose logit is that of a calibrated probability.

    Attributes
    ----------
    weight, bias : ndarray and float
    bar : float
        Probability from which a code counts as present.
    strength : float
        Inverse of the regularisation it was fitted with.
    """

    weight: Floats
    bias: float
    bar: float
    strength: float

    def probability(self, features: Any) -> Floats:
        """Probability that the code is present, per row of a matrix or sparse matrix."""
        return _sigmoid(np.asarray(features @ self.weight + self.bias, dtype=float))


def fit_head(features: Any, gold: NDArray[np.int64], *, strengths: Sequence[float] = (10.0,), seed: int = 0) -> Head:
    """Fit one code: classes weighed equally, the scores then scaled and shifted to how frequent the code is.

    Equal weights find rare codes better, and overstate them. So each strength of regularisation is judged by its scores
    out of fold: a logistic regression on those scores alone (Platt 1999) gives scale and shift, and the strength whose
    scaled scores have the least log loss is taken. The bar is where, out of fold, as many are called present as are: it is
    labels that are counted, and 0.5 counts too few of a rare code. A scaled and shifted linear layer is a linear layer.

    Parameters
    ----------
    features : ndarray or sparse matrix, shape (n, d)
    gold : ndarray of 0 and 1, shape (n,)
    strengths : sequence of float
        Inverse regularisations to choose from.
    seed : int
        Of the folds. With fewer than two of either class there are none: nothing is scaled, and the bar is 0.5.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    if gold.min() == gold.max():
        return Head(np.zeros(features.shape[1]), -60.0 if gold.max() == 0 else 60.0, 0.5, strengths[0])
    splits = min(5, int(gold.sum()), int((1 - gold).sum()))
    if splits < 2:
        model = _balanced(strengths[0]).fit(features, gold)
        return Head(model.coef_[0], float(model.intercept_[0]), 0.5, strengths[0])
    folds = StratifiedKFold(splits, shuffle=True, random_state=seed)
    tried = []
    for strength in strengths:
        scores = cross_val_predict(_balanced(strength), features, gold, cv=folds, method="decision_function")
        tried.append((*_platt(scores, gold), strength, scores))
    _, scale, shift, strength, scores = min(tried, key=lambda one: one[0])
    model = _balanced(strength).fit(features, gold)
    bar = _sigmoid(scale * np.quantile(scores, 1.0 - gold.mean()) + shift)
    return Head(scale * model.coef_[0], float(scale * model.intercept_[0] + shift), float(bar), strength)


def _balanced(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)


def _platt(scores: Floats, gold: NDArray[np.int64]) -> tuple[float, float, float]:
    """Log loss after scaling, scale and shift of scores; the scale is never below zero."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    model = LogisticRegression(max_iter=2000).fit(scores[:, None], gold)
    scale, shift, share = float(model.coef_[0, 0]), float(model.intercept_[0]), gold.mean()
    if scale <= 0:
        scale, shift = 0.0, float(np.log(share / (1 - share)))
    return float(log_loss(gold, _sigmoid(scale * scores + shift))), scale, shift


# --- scorers: encoding -> probability per sentence and code, and per article and code ---------------------------------


class _Head:
    """The encoder's own head."""

    name = "head"

    def __init__(self, book: Codebook) -> None:
        from framing.models import FRAME_CODES, FRAMES, load_encoder

        heads = book.name if book.name in FRAME_CODES else "generic"
        known = FRAME_CODES[heads]
        unknown = [c.id for c in book.codes if c.id not in known and not c.residual]
        if unknown:
            raise schema.InputError(f"the encoder has no head for {', '.join(unknown)}; it has {', '.join(known)}")
        bars = load_encoder().frame_bars
        self.residual = np.array([c.residual for c in book.codes])
        self.columns = [0 if c.residual else FRAMES.index(f"{heads}.{c.id}") for c in book.codes]
        self.bars = np.array([0.5 if c.residual else bars[f"{heads}.{c.id}"] for c in book.codes])

    def __call__(self, encoding: Encoding) -> tuple[Floats, Floats] | None:
        if "frame" not in encoding.heads or not len(encoding.sentences):
            return None
        logits = np.asarray(encoding.heads["frame"], dtype=float)[:, self.columns]
        sentences, whole = _sigmoid(logits), _sigmoid(logits.mean(axis=0, keepdims=True))
        return _remaining(sentences, self.bars, self.residual), _remaining(whole, self.bars, self.residual)[0]


class _Examples:
    """A logistic regression per code on the vectors of the codebook's examples."""

    name = "few-shot"

    def __init__(self, book: Codebook, embed: Embed) -> None:
        texts, labels = _training(book)
        vectors = np.asarray(embed(texts), dtype=float)
        self.heads = [fit_head(vectors, labels[:, k]) for k in range(len(book.codes))]
        self.residual = np.array([c.residual for c in book.codes])
        self.bars = np.where(self.residual, 0.5, [head.bar for head in self.heads])

    def __call__(self, encoding: Encoding) -> tuple[Floats, Floats] | None:
        if not len(encoding.sentences):
            return None
        vectors = np.asarray(encoding.vectors, dtype=float)
        sentences = np.stack([head.probability(vectors) for head in self.heads], axis=1)
        whole = _top(sentences)
        return _remaining(sentences, self.bars, self.residual), _remaining(whole[None], self.bars, self.residual)[0]


class _Definitions:
    """Nearness to the definitions; a residual code is present where no other is."""

    name = "definitions-experimental"

    def __init__(self, book: Codebook, embed: Embed) -> None:
        self.residual = np.array([c.residual for c in book.codes])
        self.bars = np.full(len(book.codes), 0.5)
        self.vectors = np.asarray(embed([c.definition for c in book.codes]), dtype=float)

    def __call__(self, encoding: Encoding) -> tuple[Floats, Floats] | None:
        if not len(encoding.sentences):
            return None
        cosine = np.asarray(encoding.vectors, dtype=float) @ self.vectors.T
        sentences = _sigmoid((cosine - CENTRE) / SCALE)
        whole = _top(sentences)
        return _remaining(sentences, self.bars, self.residual), _remaining(whole[None], self.bars, self.residual)[0]


def _scorer(book: Codebook, embed: Embed) -> _Head | _Examples | _Definitions:
    if book.method == "head":
        return _Head(book)
    return _Examples(book, embed) if book.method == "examples" else _Definitions(book, embed)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0))), dtype=float)


def _remaining(probabilities: Floats, bars: Floats, residual: NDArray[np.bool_]) -> Floats:
    """Give residual codes the odds against whichever other code is the furthest over its bar: they are present where no other is."""
    if not residual.any():
        return probabilities
    odds = np.log(np.clip(probabilities, 1e-9, 1.0)) - np.log(np.clip(1.0 - probabilities, 1e-9, 1.0))
    over = odds[:, ~residual] - np.log(bars[~residual] / (1.0 - bars[~residual]))
    out = probabilities.copy()
    out[:, residual] = _sigmoid(-over.max(axis=1, keepdims=True))
    return out


def _top(sentences: Floats) -> Floats:
    return np.asarray(np.sort(sentences, axis=0)[::-1][:TOP].mean(axis=0), dtype=float)


def _training(book: Codebook) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct example sentences and, per code, whether they have it; a near miss of one code may be another's example."""
    texts = list(dict.fromkeys(t for c in book.codes for t in (*c.examples, *c.counterexamples)))
    labels = np.array([[int(t in c.examples) for c in book.codes] for t in texts], dtype=np.int64)
    return texts, labels


def _embed(texts: Sequence[str]) -> NDArray[np.floating]:
    from framing import encode

    rows = [{"article_id": f"{k:06d}", "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(texts)]
    found = {one.article_id: encode.article_vector(one) for one in encode.encode(schema.conform(rows, "articles"))}
    return np.stack([found[f"{k:06d}"] for k in range(len(texts))])


def crossvalidate(
    codebook: str | Path | Codebook, *, embed: Embed | None = None, folds: int = 5, seed: int = 0
) -> pd.DataFrame:
    """How well a head trained on a codebook's examples finds the code in examples held out.

    Parameters
    ----------
    codebook : str, Path or Codebook
        With examples.
    embed : callable, optional
        Texts to vectors of shape (n, d); by default the shipped encoder.
    folds, seed : int
        Of the stratified cross-validation (fewer folds where a code has fewer examples).

    Returns
    -------
    DataFrame
        code, n_positive, n_negative, precision, recall, f1, f1_all_present (F1 of marking everything: the trivial
        baseline), low and high (95 % interval of f1, bootstrap over examples), calibration_error, and calibration_noise:
        what right probabilities would show of it at this n.

    Raises
    ------
    InputError
        If there are no examples.
    """
    from sklearn.metrics import f1_score, precision_score, recall_score
    from sklearn.model_selection import StratifiedKFold

    book = read_codebook(codebook)
    texts, labels = _training(book)
    if len(texts) < 2 * LEAST_EXAMPLES:
        raise schema.InputError(f"{book.label} has {len(texts)} examples; at least {2 * LEAST_EXAMPLES} are needed")
    vectors = np.asarray((embed or _embed)(texts), dtype=float)
    rng = np.random.default_rng(seed)
    rows = []
    for k, code in enumerate(book.codes):
        gold = labels[:, k]
        splits = min(folds, int(gold.sum()), int((1 - gold).sum()))
        if splits < 2:
            continue
        guess, p = np.zeros(len(gold), dtype=int), np.zeros(len(gold))
        for train, test in StratifiedKFold(splits, shuffle=True, random_state=seed).split(vectors, gold):
            head = fit_head(vectors[train], gold[train], seed=seed)
            p[test] = head.probability(vectors[test])
            guess[test] = p[test] >= head.bar
        draws = rng.integers(0, len(gold), size=(1000, len(gold)))
        hits, marked = (gold & guess)[draws].sum(axis=1), (gold[draws] + guess[draws]).sum(axis=1)
        f1 = 2.0 * hits / np.maximum(marked, 1)
        rows.append(
            {
                "code": code.id,
                "n_positive": int(gold.sum()),
                "n_negative": int((1 - gold).sum()),
                "precision": precision_score(gold, guess, zero_division=0.0),
                "recall": recall_score(gold, guess, zero_division=0.0),
                "f1": f1_score(gold, guess, zero_division=0.0),
                "f1_all_present": f1_score(gold, np.ones_like(gold)),
                "low": float(np.quantile(f1, 0.025)),
                "high": float(np.quantile(f1, 0.975)),
                "calibration_error": metrics.ece(gold, p),
                "calibration_noise": metrics.calibration_noise(p, seed=seed),
            }
        )
    return pd.DataFrame(rows)


# --- annotation ------------------------------------------------------------------------------------------------------


def annotate(
    articles: pd.DataFrame,
    encodings: Encodings,
    *,
    codebook: str | Path | Codebook = "generic",
    embed: Embed | None = None,
    annotator: str | None = None,
) -> pd.DataFrame:
    """Frames of every article.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    encodings : mapping or iterable of Encoding
    codebook : str, Path or Codebook
        See :func:`read_codebook`.
    embed : callable, optional
        Texts to vectors of shape (n, d), for examples and definitions; by default the shipped encoder.
    annotator : str, optional
        Model@version of the encoder; by default the shipped one's.

    Returns
    -------
    DataFrame
        Frame ``annotations``, task frame, voice all: a row per article and code (label null where the encoding is missing
        or empty), followed by up to :data:`TOP` sentences as evidence for every code that is present. The annotator tells
        the method: ``...+few-shot``, ``...+definitions-experimental``.

    Raises
    ------
    InputError
        If the codebook cannot be read.
    """
    book = read_codebook(codebook)
    if articles.empty:
        return schema.empty("annotations")
    scorer = _scorer(book, embed or _embed)
    name = annotator if annotator is not None else _shipped()
    name = name if book.method == "head" else f"{name}+{scorer.name}"
    encoded = by_article(encodings)
    rows: list[dict[str, Any]] = []
    for article in records(articles):
        encoding = encoded.get(str(article["article_id"]))
        found = scorer(encoding) if encoding is not None else None
        head = {"article_id": article["article_id"], "voice": "all", "annotator": name, "codebook": book.label}
        for k, code in enumerate(book.codes):
            base = {**head, "task": TASK, "code": code.id}
            if encoding is None or found is None:
                rows.append(base)
                continue
            sentences, whole = found
            bar = float(scorer.bars[k])
            rows.append({**base, **_judgement(float(whole[k]), bar)})
            if whole[k] >= bar:
                rows += [{**base, **span} for span in _evidence(encoding, sentences[:, k], bar)]
    table = schema.conform(rows, "annotations")
    schema.check_spans(table, articles)
    return schema.check(table, "annotations")


@functools.cache
def _shipped() -> str:
    from framing.models import load_encoder

    return load_encoder().name


def _judgement(p: float, bar: float) -> dict[str, Any]:
    return {
        "label": "present" if p >= bar else "absent",
        "score": round(p, 6),
        "confidence": round(p if p >= bar else 1.0 - p, 6),
    }


def _evidence(encoding: Encoding, probability: Floats, bar: float) -> list[dict[str, Any]]:
    """List the most probable sentences, in reading order, if they have the code themselves."""
    best = sorted(np.argsort(-probability, kind="stable")[:TOP].tolist())
    return [
        {
            "part": encoding.sentences[k].part,
            "start": encoding.sentences[k].start,
            "end": encoding.sentences[k].end,
            **_judgement(float(probability[k]), bar),
        }
        for k in best
        if probability[k] >= bar
    ]
