"""Stance toward targets: what a text says for or against someone or something, and in whose voice.

Conventions
-----------
Toward an entity stance is evaluative tone in the text toward it, not bad news about it (Bestvater & Monroe 2022 on why
sentiment is not stance; Hamborg & Donnay 2021 on target-dependent sentiment). Toward a proposition it is agreement with it.
Every judged segment has the probabilities of against, neutral and favour; its score is P(favour) - P(against), -1..1, its
label the most probable (of the shipped model toward an entity: by the rule of :func:`_corrected`). An article's score is the mean
of its segments' scores weighted by their words, per voice: narrator, each source, all; the label of a voice is chosen as those of
its segments are, that of the whole text by :func:`whole`; toward a proposition either is chosen by :func:`agreement`. Where nothing
is said of a target the label and score are null: silence is not neutrality. A proposition is asked only in events that are about its matter.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import schema
from framing import targets as _targets
from framing.segments import Encodings, by_article, records, segments
from framing.stems import FUNCTION, WORD, known, stem, stems, weight

if TYPE_CHECKING:
    from framing.encode import Encoding
    from framing.models import StanceModel, StanceRequest

__all__ = ["Stance", "agreement", "annotate", "label_of", "segments", "tone", "warnings", "whole"]

Floats = NDArray[np.float64]

LABELS = ("against", "neutral", "favour")
NEARNESS = 0.3
"""Cosine from which a sentence is taken to speak of a proposition: nine in ten of GWSD's training sentences reach it with its
proposition, one in a hundred of ordinary news."""
MATTER, CLEARLY = 0.55, 0.55
"""An event is about a proposition's matter if a sentence reaches the first by its cosine and half the share of the proposition's weighted
words in it and its neighbours, and either these words are not names alone ("Veldt" in any news of Veldt) or the cosine reaches the
second. Of 445 statements 98 % pass with their own article, 2.5 % with one drawn at random (28 % by `NEARNESS` alone; articles of
``datasets/codes/statements`` not held apart, ``experiments/encoder-statement/matter.py``)."""
LEAST = 1e-4
"""Predicted probabilities below this count as this."""
LEAST_TONE = 1e-3
"""The same where predictions of a text's segments are averaged."""
AGREED = 0.1
"""Added to the sums of probabilities of either side before their logarithm."""
LEAST_WORDS = 2
"""A segment of fewer words says nothing by itself (a bare "said", a name)."""
LEAST_SENTENCE = 5
"""Words that a sentence near a proposition must have: "It should." names no matter. Of 6,151 coded sentences that take a side by themselves,
.2 % are shorter (``datasets/codes/statements``, articles not held apart)."""
TASK = "stance"


class Stance(Protocol):
    """A stance model: probabilities of against, neutral and favour for each request."""

    name: str

    def predict(self, requests: Sequence[StanceRequest]) -> NDArray[np.floating]:
        """Return an array of shape (n_requests, 3)."""
        ...


@dataclass(frozen=True)
class _Asked:
    """A segment to be judged toward a target."""

    segment: Mapping[str, Any]
    target: str
    kind: str
    text: str
    mention: tuple[int, int] | None
    words: int
    loaded: float | None = None
    style: float | None = None


def annotate(
    articles: pd.DataFrame,
    encodings: Encodings,
    quotations: pd.DataFrame,
    targets: pd.DataFrame,
    model: Stance | None = None,
    *,
    near: Mapping[str, NDArray[np.floating]] | None = None,
) -> pd.DataFrame:
    """Stance of every voice of every article toward every target asked of it.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    encodings : mapping or iterable of Encoding
    quotations : DataFrame
        Frame ``quotations``.
    targets : DataFrame
        What :func:`framing.targets.resolve` gave.
    model : Stance, optional
        By default the shipped one.
    near : mapping of str to ndarray, optional
        Encoder vector of each proposition; by default the shipped encoder's.

    Returns
    -------
    DataFrame
        Frame ``annotations``, task stance: a row per judged segment, then a row per article, target and voice (narrator,
        all, each source of the article), its label null where nothing is said.

    Raises
    ------
    FramingError
        If the model gives something other than three probabilities per request.
    """
    if not len(targets):
        return schema.empty("annotations")
    encoded = by_article(encodings)
    pieces = segments(articles, encoded, quotations)
    asked = _questions(articles, encoded, pieces[pieces["for_stance"]], targets, near)
    judges = _shipped() if model is None else dict.fromkeys(schema.TARGET_KINDS, model)
    predicted, evaluation = _judge(judges, asked)
    probabilities, labels = _corrected(predicted, evaluation, asked)
    names = {kind: judge.name for kind, judge in judges.items()}
    judged = zip(asked, probabilities, labels, strict=True)
    rows = [_segment_row(one, p, label, names[one.kind]) for one, p, label in judged]
    rows += _article_rows(articles, quotations, targets, asked, predicted, probabilities, names)
    table = schema.conform(rows, "annotations") if rows else schema.empty("annotations")
    schema.check_spans(table, articles)
    return schema.check(table, "annotations")


def _shipped() -> dict[str, Stance]:
    """Give the model of each kind of target: tone toward an entity and agreement with a statement are two questions."""
    from framing.models import load_stance, load_statement

    return {"entity": load_stance(), "proposition": load_statement()}


def warnings(targets: pd.DataFrame) -> list[str]:
    """Say which of the targets are statements, toward which stance is exploratory.

    Examples
    --------
    >>> [told[:37] for told in warnings(_targets.resolve(schema.empty("articles"), ["the mayor", "the toll is unfair"]))]
    ["Stance toward 'the toll is unfair' is"]
    """
    names = [repr(str(t["target"])) for t in records(targets) if _kind(t) == "proposition"]
    if not names:
        return []
    return [
        f"Stance toward {', '.join(names)} is exploratory: on news held apart one text in four that took a side was given the other, words "
        "shared with the statement weigh too much, and denials are often read as agreement. Read the sentences, and correct with hand codes."
    ]


# --- what is asked ---------------------------------------------------------------------------------------------------


def _questions(
    articles: pd.DataFrame,
    encoded: Mapping[str, Encoding],
    pieces: pd.DataFrame,
    targets: pd.DataFrame,
    near: Mapping[str, NDArray[np.floating]] | None,
) -> list[_Asked]:
    named: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for row in records(_targets.mentions(articles, targets)):
        named[str(row["article_id"]), str(row["target"])].append((str(row["part"]), int(row["start"]), int(row["end"])))
    vectors = near if near is not None else _proposition_vectors(articles, targets)
    matters = _matters(articles, encoded, vectors)
    of_article: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in records(pieces):
        of_article[str(row["article_id"])].append(row)
    out: list[_Asked] = []
    for article in records(articles):
        key = str(article["article_id"])
        style = _style(article) if of_article[key] else None
        for target in records(_targets.of_article(article, targets)):
            name, kind = str(target["target"]), _kind(target)
            if kind == "entity":
                found = _mentioning(article, of_article[key], named[key, name])
            elif name not in matters[_event(article)]:
                continue
            else:
                found = _nearby(article, of_article[key], encoded.get(key), vectors.get(name))
            loaded = _loaded(encoded.get(key))
            out += [
                _Asked(s, name, kind, text, at, schema.count_words(text), loaded(s), style) for s, text, at in found
            ]
    return [one for one in out if one.words >= LEAST_WORDS]


def _kind(target: Mapping[str, Any]) -> str:
    value = target.get("target_kind")
    return value if isinstance(value, str) else _targets.kind_of(str(target["target"]))


def _loaded(encoding: Encoding | None) -> Callable[[Mapping[str, Any]], float | None]:
    """Look up the probability that the sentence of a segment is loaded, if the encoding tells."""
    values = encoding.heads.get("loaded") if encoding is not None else None

    def of(segment: Mapping[str, Any]) -> float | None:
        return None if values is None else float(values[int(segment["sentence"])])

    return of


def _style(article: Mapping[str, Any]) -> float | None:
    """Say how probable opinion is by the article's style; None for what is too short to tell."""
    from framing.clean import genre

    told = genre.by_style(article)
    return None if told is None else told.score if told.genre == "opinion" else 1 - told.score


Found = tuple[Mapping[str, Any], str, tuple[int, int] | None]


def _mentioning(
    article: Mapping[str, Any], pieces: Sequence[Mapping[str, Any]], spans: Sequence[tuple[str, int, int]]
) -> Iterable[Found]:
    """Segments that mention the target, with the first mention in each."""
    for piece in pieces:
        start, end = int(piece["start"]), int(piece["end"])
        inside = [(a, b) for part, a, b in spans if part == piece["part"] and start <= a and b <= end]
        if inside:
            a, b = inside[0]
            yield piece, article[piece["part"]][start:end], (a - start, b - start)


def _nearby(
    article: Mapping[str, Any],
    pieces: Sequence[Mapping[str, Any]],
    encoding: Encoding | None,
    vector: NDArray[np.floating] | None,
) -> Iterable[Found]:
    """Segments of sentences whose vector is near the proposition's."""
    if encoding is None or vector is None or not len(encoding.vectors):
        return
    cosine = np.asarray(encoding.vectors @ np.asarray(vector, dtype=np.float32), dtype=float)
    for piece in pieces:
        whole = encoding.sentences[int(piece["sentence"])]
        words = len(article[whole.part][whole.start : whole.end].split())
        if words >= LEAST_SENTENCE and cosine[int(piece["sentence"])] >= NEARNESS:
            yield piece, article[piece["part"]][int(piece["start"]) : int(piece["end"])], None


def _event(article: Mapping[str, Any]) -> str:
    event = article.get("event_id")
    return event if isinstance(event, str) else str(article["article_id"])


def _matters(
    articles: pd.DataFrame, encoded: Mapping[str, Encoding], vectors: Mapping[str, NDArray[np.floating]]
) -> dict[str, set[str]]:
    """Propositions whose matter each event is about: elsewhere a sentence may be near by chance, and takes no side."""
    found: dict[str, set[str]] = defaultdict(set)
    weighted = {name: _content(name) for name in vectors}
    for article in records(articles) if weighted else ():
        encoding = encoded.get(str(article["article_id"]))
        if encoding is None or not len(encoding.vectors):
            continue
        said = [article[s.part][s.start : s.end] for s in encoding.sentences]
        own = [stems(text) for text in said]
        around = [set[str]().union(*own[max(0, k - 1) : k + 2]) for k in range(len(own))]
        enough = np.array([len(text.split()) >= LEAST_SENTENCE for text in said])
        for name in weighted.keys() - found[_event(article)]:
            if _about(encoding.vectors @ vectors[name], around, enough, *weighted[name]):
                found[_event(article)].add(name)
    return found


def _about(
    cosine: NDArray[np.floating],
    around: list[set[str]],
    enough: NDArray[np.bool_],
    words: Mapping[str, float],
    names: set[str],
) -> bool:
    """Whether any sentence of a text shows that it is about a proposition's matter."""
    whole = sum(words.values())
    for k in np.flatnonzero(enough & (cosine >= MATTER - 0.5)):
        shared = words.keys() & around[k]
        share = sum(words[of] for of in shared) / whole if whole else 0.0
        told = bool(shared - names) or cosine[k] >= CLEARLY
        if told and cosine[k] + share / 2 >= MATTER:
            return True
    return False


def _content(proposition: str) -> tuple[dict[str, float], set[str]]:
    """Stems of a proposition's words, weighted by how rare they are in news, and those of names if there are others too.

    Examples
    --------
    >>> words, names = _content("The vote in Veldt was fair")
    >>> sorted(words), names
    (['fair', 'veldt', 'vote'], {'veldt'})
    """
    told = [(word, stem(word.lower())) for word in WORD.findall(proposition) if word.lower() not in FUNCTION]
    words = {of: weight(of) for _, of in told}
    first = (WORD.findall(proposition) or [""])[0]
    names = {of for word, of in told if word[0].isupper() and (word != first or of not in known())}
    return words, names if names != words.keys() else set()


def _proposition_vectors(articles: pd.DataFrame, targets: pd.DataFrame) -> dict[str, NDArray[np.floating]]:
    names = [str(t["target"]) for t in records(targets) if _kind(t) == "proposition"]
    if not names or articles.empty:
        return {}
    from framing import encode

    rows = [{"article_id": str(k), "text": name, "n_words": 1, "origin": ""} for k, name in enumerate(names)]
    encodings = encode.encode(schema.conform(rows, "articles"))
    return {names[int(one.article_id)]: encode.article_vector(one) for one in encodings}


# --- judgement -------------------------------------------------------------------------------------------------------


def _judge(judges: Mapping[str, Stance], asked: Sequence[_Asked]) -> tuple[Floats, Floats | None]:
    """Give what the models predict, and of the shipped one how probable evaluation by the voice that speaks is."""
    from framing.models import VOICES, StanceRequest

    requests = [
        StanceRequest(one.text, one.target, "entity" if one.kind == "entity" else "proposition", one.mention)
        for one in asked
    ]
    predicted, own = np.zeros((len(asked), 3)), np.full((len(asked), 3), np.nan)
    for kind, judge in judges.items():
        rows = [k for k, one in enumerate(asked) if one.kind == kind]
        if rows and kind == "entity" and judge.name == _corrections()[0]:
            found, evaluation = cast("StanceModel", judge).judge([requests[k] for k in rows])
            speaks = [VOICES.index(asked[k].segment["voice"]) for k in rows]
            own[rows] = _checked(evaluation[np.arange(len(rows)), speaks], judge.name, len(rows))
            predicted[rows] = _checked(found, judge.name, len(rows))
        elif rows:
            predicted[rows] = _checked(judge.predict([requests[k] for k in rows]), judge.name, len(rows))
    return predicted, own if judges["entity"].name == _corrections()[0] else None


def _checked(found: NDArray[np.floating], name: str, n: int) -> Floats:
    values = np.asarray(found, dtype=float)
    if values.shape != (n, 3) or not np.isfinite(values).all() or (values < -1e-6).any():
        raise schema.FramingError(
            f"{name} should give three probabilities for each of {n} requests; found an array of shape "
            f"{values.shape}. Check the model's label mapping."
        )
    scaled: Floats = np.clip(values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12), 0.0, 1.0)
    return scaled


@dataclass(frozen=True)
class Correction:
    """What hand codes say of the evaluation that the shipped model finds, in one voice (``experiments/stance/voices.py``).

    Attributes
    ----------
    against, favour : tuple of float
        Log-odds to neutral: per unit of the model's own log-odds of against and of favour to neutral, per unit of the log-odds
        that the sentence is loaded and that the article is opinion by its style, and constant.
    shift : tuple of float
        Added to the log-probabilities of against and favour where a label is chosen, so that labels are as frequent as in the
        codes; the probabilities themselves stay as they are.
    loaded, style : float
        Mean log-odds that a sentence is loaded and that an article is opinion: what an unknown one is taken to have.
    """

    against: tuple[float, ...]
    favour: tuple[float, ...]
    shift: tuple[float, float]
    loaded: float
    style: float


def _stored() -> dict[str, Any]:
    text = importlib.resources.files("framing").joinpath("knowledge/stance.json").read_text("utf-8")
    return dict(json.loads(text))


@functools.cache
def _corrections() -> tuple[str, dict[str, Correction]]:
    """Name the model that the corrections were fitted for, and give them by voice."""
    stored = _stored()
    voices = {
        voice: Correction(
            tuple(v["against"]), tuple(v["favour"]), tuple(v["shift"]), float(v["loaded"]), float(v["style"])
        )
        for voice, v in stored["voices"].items()
    }
    return stored["model"], voices


def _corrected(predicted: Floats, evaluation: Floats | None, asked: Sequence[_Asked]) -> tuple[Floats, list[str]]:
    """Say how probable evaluation by each voice is, and choose labels.

    Models of sentiment toward targets learn from coders who marked bad news as negative, on sentences picked for their
    sentiment: in ordinary news most of what they call hostile is reported conduct. The shipped model has learnt from hand
    codes of ordinary sentences, by voice, what is evaluation; a logistic model of what it says of that, of how loaded the
    wording is and of how the article is written makes it a probability in ordinary news. Evaluation is rare, so the most
    probable label would nearly always be neutral; labels are chosen such that each is as frequent as the codes have it (the
    classifier's shares are then unbiased where the codes come from). Predictions of other models (`evaluation` is None), and
    those toward propositions, are left as they are.
    """
    out, labels = predicted.copy(), [label_of(row) for row in predicted]
    for k, one in enumerate(asked):
        voice = one.segment["voice"]
        if one.kind == "entity" and evaluation is not None:
            out[k] = _evaluation(evaluation[k], one.loaded, one.style, _corrections()[1][voice])
            labels[k] = label_of(_ranked(out[k], voice))
    return out, labels


def _evaluation(found: Floats, loaded: float | None, style: float | None, correction: Correction) -> Floats:
    given = np.array([*_known(found, loaded, style, correction), 1.0])
    odds = np.array([given @ np.array(correction.against), 0.0, given @ np.array(correction.favour)])
    scaled = np.exp(odds - odds.max())
    return np.asarray(scaled / scaled.sum(), dtype=float)


def _known(found: Floats, loaded: float | None, style: float | None, mean: Correction) -> tuple[float, ...]:
    """Log-odds that a correction reads."""
    against, neutral, favour = np.log(np.clip(found, LEAST, 1.0))
    wording = mean.loaded if loaded is None else _log_odds(loaded)
    writing = mean.style if style is None else _log_odds(style)
    return float(against - neutral), float(favour - neutral), wording, writing


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-3), 1 - 1e-3)
    return float(np.log(bounded / (1 - bounded)))


def label_of(probabilities: Floats) -> str:
    """Label of (against, neutral, favour).

    Examples
    --------
    >>> label_of(np.array([0.1, 0.2, 0.7]))
    'favour'
    """
    return LABELS[int(np.argmax(probabilities))]


def _segment_row(one: _Asked, probabilities: Floats, label: str, annotator: str) -> dict[str, Any]:
    piece = one.segment
    return {
        "article_id": piece["article_id"],
        "part": piece["part"],
        "start": piece["start"],
        "end": piece["end"],
        "voice": piece["voice"],
        "source_id": piece["source_id"],
        **_head(one.target, one.kind, annotator),
        **_judgement(probabilities, float(probabilities[2] - probabilities[0]), label),
    }


def _head(target: str, kind: str, annotator: str) -> dict[str, Any]:
    return {"task": TASK, "target": target, "target_kind": kind, "annotator": annotator}


def _judgement(probabilities: Floats, score: float, label: str | None = None) -> dict[str, Any]:
    label = label or label_of(probabilities)
    confidence = round(float(probabilities[LABELS.index(label)]), 6)
    return {"label": label, "score": round(score, 6), "confidence": confidence}


@functools.cache
def _weights() -> Floats:
    """Log-odds of the labels per unit of :func:`tone`, and constants; shape (3, 3)."""
    return np.array([_stored()["whole"][label] for label in LABELS], dtype=float)


def tone(predicted: Floats) -> Floats:
    """Mean log-odds of against and of favour to neutral over segments.

    Examples
    --------
    >>> tone(np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])).round(2).tolist()
    [1.04, 1.04]
    """
    logs = np.log(np.clip(predicted, LEAST_TONE, 1.0))
    return np.asarray((logs[:, [0, 2]] - logs[:, [1]]).mean(axis=0), dtype=float)


def whole(predicted: Floats) -> Floats:
    """Give the probabilities of the labels of a whole text, classes weighted equally.

    What a reader comes away with rests on the news told as well as on evaluation, so this takes what the model predicts by
    itself, not what :class:`Correction` makes of it. Most segments are neutral even in a text that takes sides, so the label
    does not come from mean probabilities but from a logistic model of :func:`tone`, fitted on whole texts of several corpora
    (``experiments/stance/whole.py``).

    Parameters
    ----------
    predicted : ndarray, shape (n, 3)
        What the shipped model predicts for every segment: against, neutral, favour.

    Examples
    --------
    >>> label_of(whole(np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0]])))
    'against'
    """
    odds = _weights() @ np.append(tone(predicted), 1.0)
    scaled = np.exp(odds - odds.max())
    return np.asarray(scaled / scaled.sum(), dtype=float)


@functools.cache
def _agreements() -> dict[str, Any]:
    text = importlib.resources.files("framing").joinpath("knowledge/statement.json").read_text("utf-8")
    return dict(json.loads(text))


def agreement(predicted: Floats) -> Floats:
    """Give the probabilities that a text, or one voice in it, is against a statement, on neither side, or in favour.

    Most sentences that are about a matter take no side even in a text that does, so the mean of their probabilities is neutral
    nearly always. What counts is how many sentences' worth of either side there is: a logistic model of the logarithms of the
    two sums, the same for either side, so that denying the statement turns the answer round (``experiments/encoder-statement``).

    Parameters
    ----------
    predicted : ndarray, shape (n, 3)
        What the shipped model predicts for every segment near the statement: against, neutral, favour.

    Examples
    --------
    >>> told = np.array([[0.05, 0.15, 0.8], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
    >>> label_of(agreement(told)), label_of(agreement(told[:, ::-1]))
    ('favour', 'against')
    """
    fitted = _agreements()
    against, favour = np.log(predicted[:, [0, 2]].sum(axis=0) + AGREED)
    odds = fitted["own"] * np.array([against, favour]) + fitted["other"] * np.array([favour, against])
    odds = np.insert(odds + fitted["constant"], 1, 0.0)
    scaled = np.exp(odds - odds.max())
    return np.asarray(scaled / scaled.sum(), dtype=float)


def _likelier(probabilities: Floats, score: float) -> Floats:
    """Leave the side that the score does not lean to out of the choice of a label."""
    return np.asarray(probabilities * np.array([score <= 0, True, score >= 0]), dtype=float)


def _article_rows(
    articles: pd.DataFrame,
    quotations: pd.DataFrame,
    targets: pd.DataFrame,
    asked: Sequence[_Asked],
    predicted: Floats,
    probabilities: Floats,
    annotators: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Rows for every target and voice: narrator, all, and each source that speaks in the article."""
    judged: dict[tuple[str, str], list[int]] = defaultdict(list)
    for k, one in enumerate(asked):
        judged[str(one.segment["article_id"]), one.target].append(k)
    sources: dict[str, list[str]] = defaultdict(list)
    unresolved: set[str] = set()
    for row in records(quotations):
        key = str(row["article_id"])
        if row["source_id"] is None:
            unresolved.add(key)
        elif row["source_id"] not in sources[key]:
            sources[key].append(row["source_id"])
    rows = []
    for article in records(articles):
        key = str(article["article_id"])
        voices: list[tuple[str, str | None]] = [("narrator", None), ("all", None)]
        voices += [("source", source) for source in sources[key]]
        voices += [("source", None)] if key in unresolved else []
        for target in records(_targets.of_article(article, targets)):
            name, kind = str(target["target"]), _kind(target)
            for voice, source in voices:
                chosen = [k for k in judged[key, name] if _speaks(asked[k].segment, voice, source)]
                row = {"article_id": article["article_id"], "voice": voice, "source_id": source}
                row |= _head(name, kind, annotators[kind])
                if chosen:
                    row |= _of_voice(
                        [asked[k] for k in chosen], predicted[chosen], probabilities[chosen], voice, annotators[kind]
                    )
                rows.append(row)
    return rows


def _of_voice(
    asked: Sequence[_Asked], predicted: Floats, probabilities: Floats, voice: str, annotator: str
) -> dict[str, Any]:
    """Judge an article in one voice as its segments are judged; the whole text of the shipped model by :func:`whole`."""
    weights = np.array([one.words for one in asked], dtype=float)
    mean = np.asarray((weights[:, None] * probabilities).sum(axis=0) / weights.sum(), dtype=float)
    score = float(mean[2] - mean[0])
    if len(asked) > 1 and annotator == _agreements()["model"]:
        return _judgement(mean, score, label_of(_likelier(agreement(predicted), score)))
    if asked[0].kind != "entity" or annotator != _corrections()[0]:  # nothing was fitted for these
        return _judgement(mean, score)
    if voice == "all":
        return _judgement(whole(predicted), score)
    return _judgement(mean, score, label_of(_ranked(mean, voice)))


def _ranked(probabilities: Floats, voice: str) -> Floats:
    """Weigh probabilities for the choice of a label, so that labels are as frequent as codes; only the likelier side can be the label."""
    against, favour = _corrections()[1][voice].shift
    side = probabilities[0] >= probabilities[2]
    weights = np.exp([against, 0.0, favour]) * np.array([side, True, not side])
    return np.asarray(probabilities * weights, dtype=float)


def _speaks(segment: Mapping[str, Any], voice: str, source: str | None) -> bool:
    return voice == "all" or (segment["voice"] == voice and (voice == "narrator" or segment["source_id"] == source))
