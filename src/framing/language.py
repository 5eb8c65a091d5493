"""Loaded language: where word choice carries a judgement, and whether the narrator or a source chose the words.

Conventions
-----------
The encoder gives a probability per sentence that its wording is loaded, and per word piece that it carries that. A voice
segment (:mod:`framing.segments`) that is a whole sentence has the sentence's probability; a part of a sentence has it scaled
by its strongest word relative to the sentence's strongest. The training sentences (BABE, Spinde et al. 2021) were picked
until half were loaded, so probabilities are taken to ordinary news by hand codes of it, per voice. An article's score is,
per voice, the share of that voice's words that stand in loaded segments.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import schema
from framing.quotations import lexicon
from framing.segments import Encodings, by_article, records, segments

if TYPE_CHECKING:
    from framing.encode import Encoding

__all__ = ["TRAINED", "annotate", "recalibrate", "words"]

Floats = NDArray[np.float64]

TASK = "loaded"
TRAINED = 0.5
"""Share of loaded sentences among those the head was trained on."""
WORD = 0.5
"""Probability from which a word is taken to carry the judgement."""
CLOSED = lexicon.words(
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself "
    "they them their theirs themselves this that these those who whom whose which what a an the of in on at by for with from to into onto "
    "upon about as than and or but nor if because while when where why how is am are was were be been being do does did has have had will "
    "would shall should can could may might must there here s t d ll m re ve"
)
"""Words of closed classes, in lower case."""


def recalibrate(probability: Floats, ordinary: float, trained: float = TRAINED) -> Floats:
    """Take probabilities from the prevalence of the training set to another (Saerens, Latinne & Decaestecker 2002).

    Only the share of the classes may differ between the two, not what loaded sentences look like.

    Parameters
    ----------
    probability : ndarray
        Probabilities of loaded under the prevalence `trained`.
    ordinary, trained : float
        Prevalences, between 0 and 1.

    Returns
    -------
    ndarray
        Probabilities under the prevalence `ordinary`.

    Raises
    ------
    InputError
        If a prevalence is not between 0 and 1.

    Examples
    --------
    >>> recalibrate(np.array([0.5, 0.9]), ordinary=0.1).round(3)
    array([0.1, 0.5])
    """
    for value in (ordinary, trained):
        if not 0.0 < value < 1.0:
            raise schema.InputError(f"a prevalence lies between 0 and 1, found {value}")
    loaded = np.asarray(probability, dtype=float) * (ordinary / trained)
    plain = (1.0 - np.asarray(probability, dtype=float)) * ((1.0 - ordinary) / (1.0 - trained))
    return np.asarray(loaded / np.maximum(loaded + plain, 1e-12), dtype=float)


def annotate(
    articles: pd.DataFrame,
    encodings: Encodings,
    quotations: pd.DataFrame,
    *,
    ordinary: float | None = None,
    annotator: str | None = None,
) -> pd.DataFrame:
    """Loaded language of every voice of every article.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    encodings : mapping or iterable of Encoding
        With the heads ``loaded`` (per sentence) and, for parts of sentences, ``loaded_word`` (per word piece). Articles
        whose encoding lacks the first get article rows with a null label.
    quotations : DataFrame
        Frame ``quotations``.
    ordinary : float, optional
        Share of loaded sentences in these articles, if it is known: probabilities are then taken to it by
        :func:`recalibrate`. Otherwise those of the shipped encoder are taken to what hand codes of ordinary news say of
        each voice (:class:`Scale`), and those of any other model are left as they are.
    annotator : str, optional
        Model@version; by default the shipped encoder's.

    Returns
    -------
    DataFrame
        Frame ``annotations``, task loaded: a row per segment with the probability as its score, then a row per article
        and voice (narrator, all, each source) whose score is the share of words in loaded segments and whose label is
        loaded where there is any.
    """
    encoded = by_article(encodings)
    pieces = segments(articles, encoded, quotations)
    name = annotator if annotator is not None else _shipped()
    scales = _scales(name) if ordinary is None else {}
    texts = {str(a["article_id"]): a for a in records(articles)}
    judged = _judge(pieces[pieces["for_language"]], encoded, texts, ordinary, scales)
    rows = [_segment_row(row, name) for row in judged]
    rows += _article_rows(articles, quotations, judged, name)
    table = schema.conform(rows, "annotations") if rows else schema.empty("annotations")
    schema.check_spans(table, articles)
    return schema.check(table, "annotations")


@functools.cache
def _shipped() -> str:
    from framing.models import load_encoder

    return load_encoder().name


@dataclass(frozen=True)
class Scale:
    """What hand codes of ordinary news say of a segment in one voice (``experiments/loaded/voices.py`` fits it).

    Attributes
    ----------
    weights : ndarray, shape (4,) or (4 + size of a sentence's vector,)
        Of what :func:`evidence` gives; a scale without weights of the vector does not look at it.
    constant : float
        Log-odds of loaded where all evidence is 0.
    bar : float
        Probability from which a segment is labelled loaded: the one at which as many are as the codes have it.
    """

    weights: Floats
    constant: float
    bar: float

    def __call__(self, found: Floats) -> float:
        """Probability that coders find the segment loaded, given its :func:`evidence`."""
        odds = float(found[: len(self.weights)] @ self.weights) + self.constant
        return float(1 / (1 + np.exp(-odds)))


def evidence(probability: float, strongest: Sequence[float], n_words: int, vector: NDArray[Any]) -> Floats:
    """What a scale goes by.

    Parameters
    ----------
    probability : float
        That the segment is loaded, by the sentence head.
    strongest : sequence of float
        Probabilities of its strongest words, by the token head, falling.
    n_words : int
        Words of the segment.
    vector : ndarray
        Of its sentence, of unit length.

    Returns
    -------
    ndarray, shape (4 + size of the vector,)
        Log-odds of the segment, of its strongest word and of its strongest words' mean; log of the words; the vector times :data:`VECTOR`.
    """
    odds = [_log_odds(p) for p in (probability, strongest[0], float(np.mean(strongest)))]
    return np.array([*odds, np.log(max(n_words, 1)), *(VECTOR * np.asarray(vector, dtype=float))])


VECTOR = 8.0
"""How much a sentence's vector counts beside log-odds when a scale is fitted (both are penalised alike)."""
STRONGEST = 5
"""Words of a segment that are looked at together."""


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(bounded / (1 - bounded)))


@functools.cache
def _scales(annotator: str) -> dict[str, Scale]:
    """Give the scale of each voice; none for a model they were not fitted for."""
    text = importlib.resources.files("framing").joinpath("knowledge/loaded.json").read_text("utf-8")
    stored = json.loads(text)
    if stored["model"] != annotator:
        return {}
    return {
        voice: Scale(np.array([*one["weights"].values(), *one["vector"]]), one["constant"], one["bar"])
        for voice, one in stored["voices"].items()
    }


def _judge(
    pieces: pd.DataFrame,
    encoded: Mapping[str, Encoding],
    texts: Mapping[str, Mapping[str, Any]],
    ordinary: float | None,
    scales: Mapping[str, Scale],
) -> list[dict[str, Any]]:
    """Segments with their words and probability of being loaded; those of articles without the head are left out."""
    by_sentence: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in records(pieces):
        by_sentence[str(row["article_id"]), int(row["sentence"])].append(row)
    strengths: dict[str, _Strength] = {}
    out = []
    for (article, number), rows in by_sentence.items():
        encoding = encoded[article]
        if "loaded" not in encoding.heads:
            continue
        whole = float(encoding.heads["loaded"][number])
        strength = strengths.setdefault(article, _Strength(encoding))
        for row, share in zip(rows, _shares(rows, strength), strict=True):
            part, start, end = str(row["part"]), int(row["start"]), int(row["end"])
            row["n_words"] = schema.count_words(texts[article][part][start:end])
            p = min(max(whole * share, 0.0), 1.0)
            scale = scales.get(str(row["voice"]))
            if scale is not None:
                p = scale(evidence(p, strength.words(part, start, end), row["n_words"], encoding.vectors[number]))
            elif ordinary is not None:
                p = float(recalibrate(np.array([p]), ordinary)[0])
            row |= {"p": p, "loaded": p >= (scale.bar if scale is not None else 0.5)}
            out.append(row)
    return out


class _Strength:
    """How strong the words of a span are, by the token head; 1 where there is no such head."""

    def __init__(self, encoding: Encoding) -> None:
        from framing.encode import PARTS

        tokens = encoding.tokens
        self.known = "loaded_word" in tokens.heads
        if self.known:
            self.part = np.array(PARTS)[np.asarray(tokens.part, dtype=int)] if len(tokens.start) else np.array([])
            self.start, self.end = np.asarray(tokens.start), np.asarray(tokens.end)
            self.p = np.exp(np.asarray(tokens.heads["loaded_word"], dtype=float)[:, 1])

    def __call__(self, part: str, start: int, end: int) -> float:
        return self.words(part, start, end)[0] if self.known else 1.0

    def words(self, part: str, start: int, end: int) -> list[float]:
        """Probabilities of the strongest words of a span, falling; one of 0 if there is none."""
        if not self.known:
            return [0.0]
        inside = (self.part == part) & (self.start >= start) & (self.end <= end)
        return sorted(map(float, self.p[inside]), reverse=True)[:STRONGEST] or [0.0]


def _shares(rows: Sequence[Mapping[str, Any]], strength: _Strength) -> list[float]:
    """What part of the sentence's probability each of its segments is given."""
    if len(rows) == 1:
        return [1.0]
    values = [strength(str(row["part"]), int(row["start"]), int(row["end"])) for row in rows]
    top = max(values)
    return [value / top if top > 0 else 1.0 for value in values]


def _segment_row(row: Mapping[str, Any], annotator: str) -> dict[str, Any]:
    kept = ("article_id", "part", "start", "end", "voice", "source_id")
    loaded = bool(row["loaded"])
    return {
        **{name: row[name] for name in kept},
        "task": TASK,
        "label": "loaded" if loaded else "plain",
        "score": round(row["p"], 6),
        "confidence": round(row["p"] if loaded else 1.0 - row["p"], 6),
        "annotator": annotator,
    }


def _article_rows(
    articles: pd.DataFrame, quotations: pd.DataFrame, judged: Sequence[Mapping[str, Any]], annotator: str
) -> list[dict[str, Any]]:
    of_article: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in judged:
        of_article[str(row["article_id"])].append(row)
    sources: dict[str, dict[str | None, None]] = defaultdict(dict)
    for quotation in records(quotations):
        sources[str(quotation["article_id"])].setdefault(quotation["source_id"])
    out = []
    for article in records(articles):
        rows = of_article[str(article["article_id"])]
        voices: list[tuple[str, str | None]] = [("narrator", None), ("all", None)]
        voices += [("source", source) for source in sources[str(article["article_id"])]]
        for voice, source in voices:
            own = [r for r in rows if voice == "all" or (r["voice"] == voice and r["source_id"] == source)]
            out.append({"article_id": article["article_id"], **_whole(own, voice, source, annotator)})
    return out


def _whole(own: Sequence[Mapping[str, Any]], voice: str, source: str | None, annotator: str) -> dict[str, Any]:
    row: dict[str, Any] = {"task": TASK, "voice": voice, "source_id": source, "annotator": annotator}
    n = sum(r["n_words"] for r in own)
    if n:
        share = sum(r["n_words"] for r in own if r["loaded"]) / n
        sure = sum(r["n_words"] * (r["p"] if r["loaded"] else 1.0 - r["p"]) for r in own) / n
        row["label"] = "loaded" if share > 0 else "plain"
        row["score"] = round(share, 6)
        row["confidence"] = round(sure, 6)  # of its segments' labels, on average
    return row


def words(
    articles: pd.DataFrame, encodings: Encodings, annotations: pd.DataFrame, *, least: float = WORD
) -> pd.DataFrame:
    """Words that carry the judgement, inside the segments labelled loaded.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    encodings : mapping or iterable of Encoding
        With the token head ``loaded_word``.
    annotations : DataFrame
        What :func:`annotate` gave.
    least : float
        Probability from which a word is listed; the strongest word of a loaded segment always is. Names and words of closed classes
        (:data:`CLOSED`: pronouns, articles, prepositions, auxiliaries) carry no judgement by themselves and never are.

    Returns
    -------
    DataFrame
        article_id, part, start, end (of the word), text, probability, voice, source_id; in reading order.
    """
    encoded = by_article(encodings)
    texts = {str(a["article_id"]): a for a in records(articles)}
    chosen = annotations[
        (annotations["task"] == TASK) & (annotations["label"] == "loaded") & annotations["start"].notna()
    ]
    rows, names = [], _Names()
    for row in records(chosen):
        key = str(row["article_id"])
        encoding = encoded.get(key)
        if encoding is None or "loaded_word" not in encoding.tokens.heads:
            continue
        text = texts[key][row["part"]]
        found = _whole_words(encoding, str(row["part"]), int(row["start"]), int(row["end"]), text)
        part = str(row["part"])
        found = [w for w in found if text[w[0] : w[1]].lower() not in CLOSED and not names(encoding, part, w[0], w[1])]
        top = max((p for _, _, p in found), default=1.0)
        for start, end, p in found:
            if p >= min(least, top):
                head = {"article_id": row["article_id"], "part": row["part"], "start": start, "end": end}
                said = {"text": text[start:end], "probability": round(p, 6)}
                rows.append({**head, **said, "voice": row["voice"], "source_id": row["source_id"]})
    columns = ["article_id", "part", "start", "end", "text", "probability", "voice", "source_id"]
    return pd.DataFrame(rows, columns=columns)


class _Names:
    """Whether a word lies in a name that the names head marks."""

    def __init__(self) -> None:
        self.read: dict[str, list[tuple[str, int, int]]] = {}

    def __call__(self, encoding: Encoding, part: str, start: int, end: int) -> bool:
        from framing import models

        key = str(encoding.article_id)
        if key not in self.read:
            known = models.decode_names(encoding.tokens) if "names" in encoding.tokens.heads else ()
            self.read[key] = [(str(n[0]), int(n[1]), int(n[2])) for n in known]
        return any(p == part and a <= start and end <= b for p, a, b in self.read[key])


def _whole_words(encoding: Encoding, part: str, start: int, end: int, text: str) -> list[tuple[int, int, float]]:
    """Words of a span with the probability of their strongest piece."""
    from framing.encode import PARTS

    tokens = encoding.tokens
    p = np.exp(np.asarray(tokens.heads["loaded_word"], dtype=float)[:, 1])
    out: list[tuple[int, int, float]] = []
    for k in range(len(tokens.start)):
        a, b = int(tokens.start[k]), int(tokens.end[k])
        if PARTS[int(tokens.part[k])] != part or a < start or b > end or not any(map(str.isalnum, text[a:b])):
            continue
        if out and out[-1][1] == a:
            out[-1] = (out[-1][0], b, max(out[-1][2], float(p[k])))
        else:
            out.append((a, b, float(p[k])))
    return out
