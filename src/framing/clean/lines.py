"""The lines of a flattened page: where they are, and which are body, captions, credits or boilerplate.

A page copied or scraped as plain text has lost its markup; what is left is one line per block: menus,
headline, byline, pictures' alternative texts and captions, paragraphs, adverts, footers. A line is told by
what it looks like, by the words of the trade in it (in several languages; no outlet's own), by its
place, and by its neighbours: after Kohlschütter et al. (2010, *Boilerplate detection using shallow text
features*), whose two text features are two of ours, with the neighbours' first verdicts fed to a second
pass. The first pass is a multinomial logistic regression; the second is one too, and boosted trees that also see
what :mod:`framing.clean.context` tells: the mean of their log-probabilities decides.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.clean import context
from framing.clean.context import window as _window
from framing.clean.trees import Trees

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "clean"
LABELS = ("body", "subhead", "headline", "caption", "alt", "credit", "byline", "dateline", "boilerplate")
AGAIN, ALONE = "recurs in other texts of the outlet", "the only line"
MAX_LOOKED_AT = 400  # characters of a line that features look at: enough to tell what it is

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One unit of a flattened text: offsets into the raw text, and the characters there."""

    start: int
    end: int
    text: str


def split(raw: str) -> list[Line]:
    r"""Return the lines with something in them, without the space around them.

    Hard-wrapped text (lines of about one width, paragraphs set apart by blank lines) is split at
    blank lines instead, so that a paragraph stays whole.

    Examples
    --------
    >>> [(u.start, u.text) for u in split("One.\n\n  Two. \n")]
    [(0, 'One.'), (8, 'Two.')]
    """
    found, start = [], 0
    for piece in raw.split("\n"):
        text = piece.strip()
        if text:
            at = start + len(piece) - len(piece.lstrip())
            found.append(Line(at, at + len(text), text))
        start += len(piece) + 1
    return _unwrapped(raw, found) if _wrapped(raw, found) else found


def _wrapped(raw: str, found: Sequence[Line]) -> bool:
    """Whether lines were broken at a width: most are near the longest and end in mid-sentence."""
    if len(found) < 8:
        return False
    sizes = np.array([len(u.text) for u in found])
    longest = int(np.quantile(sizes, 0.98))
    if not 40 <= longest <= 140 or sizes.max() > 2 * longest:
        return False
    inner = [u for u, after in pairwise(found) if raw[u.end : after.start].count("\n") == 1]
    if len(inner) < 0.5 * len(found):
        return False
    full = [u for u in inner if len(u.text) > 0.75 * longest]
    open_end = [u for u in full if not TERMINAL.search(u.text[-6:])]
    return len(full) > 0.7 * len(inner) and len(open_end) > 0.6 * len(full)


def _unwrapped(raw: str, found: Sequence[Line]) -> list[Line]:
    blocks: list[Line] = []
    for line in found:
        if blocks and "\n" not in raw[blocks[-1].end : line.start].replace("\n", "", 1):
            start = blocks.pop().start
            blocks.append(Line(start, line.end, raw[start : line.end]))
        else:
            blocks.append(line)
    return blocks


# --- features of one line ---------------------------------------------------------------------------

TERMINAL = re.compile(r"""[.!?。！？…]["'”’»」)\]]{0,3}$""")
_WORD = re.compile(r"\w+(?:['’-]\w+){0,3}")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ADDRESS = re.compile(r"https?://|www\.|\w@\w|\w\.(?:com|org|net|co)\b|#\w")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b")
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|"
    r"september|october|november|december|mai|juin|juil|août|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    r"octubre|noviembre|diciembre|januar|februar|märz|juni|juli|oktober|dezember|janeiro|fevereiro|maio|outubro)\b",
    re.I,
)
_POINTING = re.compile(
    r"\b(pictured|seen here|seen in|shown|(?:from |top |bottom |far )?(?:left|right)|centre|center|above|below|file)\b|\((?:l|r|c|left|right)\)",
    re.I,
)
_CREDIT = re.compile(
    r"(?<!\w)(?:file )?(?:photo|photograph|image|picture|illustration|foto|bild|imagen|imagem|credit|crédit)s?(?: credit| by| courtesy)?"
    r"\s?[:/]\s?\w[^:]{1,60}$",
    re.I,
)
_STOP = re.compile(r"[.!?。！？](?:\s|$|[”\"»])")
_QUOTE = re.compile('["“”«»„「]')
_BAR = re.compile(r"[|•·›»→/]")
_DATED = re.compile(r"\b(?:in|on|during) (?:\w+ ){0,3}(?:19|20)\d{2}\b", re.I)


@cache
def cues() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Cue words by group: single words, and phrases."""
    data: dict[str, list[str]] = json.loads((WEIGHTS / "cues.json").read_text(encoding="utf-8"))
    found = {}
    for group, entries in data.items():
        single = frozenset(e for e in entries if _WORD.fullmatch(e))
        found[group] = (single, tuple(e for e in entries if e not in single))
    return found


GROUPS = ("photo", "credit", "subscribe", "support", "social", "related", "comment", "legal", "about", "account", "advert", "byline", "you", "us")  # fmt: skip
OWN = (
    "chars", "words", "word_length", "terminal", "colon", "comma_end", "question", "lower_start", "digit_start", "quote_start",
    "capital_share", "upper_share", "lower_share", "digit_share", "commas", "sentences", "quotes", "brackets", "bars", "address",
    "clock", "month", "pointing", "dated", "cjk", "short_words", "again", "prose_overlap", "next_overlap", "before_overlap",
    *GROUPS, "any_cue", "cue_share",
)  # fmt: skip


def own(texts: Sequence[str]) -> Array:
    """Features of each line by itself and of its words in the others: one row a line, columns :data:`OWN`."""
    looked = [t[:MAX_LOOKED_AT] for t in texts]
    words = [_WORD.findall(t) for t in looked]
    lowered = [[w.lower() for w in ws] for ws in words]
    content = [frozenset(w for w in ws if len(w) > 3) for ws in lowered]
    seen = Counter(t.casefold() for t in looked)
    long = [i for i, ws in enumerate(words) if len(ws) >= 15 and TERMINAL.search(texts[i][-6:])]
    spread: Counter[str] = Counter(w for i in long for w in content[i])
    prose = set(long)
    rows = np.zeros((len(texts), len(OWN)))
    for i, text in enumerate(looked):
        mine = content[i]
        self_count = 1 if i in prose else 0  # a line does not count as support for itself
        overlap = sum(spread[w] > self_count for w in mine) / len(mine) if mine else 0.0
        after = _share(mine, content[i + 1]) if i + 1 < len(content) else 0.0
        before = _share(mine, content[i - 1]) if i else 0.0
        rows[i, : len(OWN) - len(GROUPS) - 2] = (
            *_shape(text, texts[i], words[i], lowered[i]),
            seen[text.casefold()] > 1,
            overlap,
            after,
            before,
        )
        hits = _cue_counts(text.lower(), lowered[i])
        rows[i, len(OWN) - len(GROUPS) - 2 :] = (
            *np.minimum(hits, 3),
            min(sum(hits[:-2]), 5),
            sum(hits[:-2]) / (len(words[i]) + 1),
        )
    return rows


def _share(mine: frozenset[str], other: frozenset[str]) -> float:
    return len(mine & other) / len(mine) if mine else 0.0


def _shape(text: str, whole: str, words: Sequence[str], lowered: Sequence[str]) -> tuple[float, ...]:
    n, size = max(len(words), 1), max(len(text), 1)
    cjk = 0 if text.isascii() else len(_CJK.findall(text))
    letters = sum(map(str.isalpha, text)) or 1
    spaced = len(whole.split())
    count = spaced if cjk < 0.2 * size else len(whole) / 2  # no spaces: two characters to a word
    first, tail = text[:1], whole[-6:]
    bars = sum(map(text.count, "|•·›»→/")) - text.count("://") if _BAR.search(text) else 0
    return (
        math.log1p(len(whole)), math.log1p(count), sum(map(len, words)) / n,
        TERMINAL.search(tail) is not None, tail.endswith((":", "：")), tail.endswith((",", "-", "–", "—")), "?" in tail[-3:],
        first.islower(), first.isdigit(), first in "\"'“‘«„「",
        sum(w[0].isupper() for w in words[1:]) / n, sum(w.isupper() and len(w) > 1 for w in words) / n,
        sum(map(str.islower, text)) / letters, sum(map(str.isdigit, text)) / size,
        math.log1p(text.count(",") + text.count("、") + text.count("，")),
        math.log1p(len(_STOP.findall(text))), math.log1p(len(_QUOTE.findall(text))), math.log1p(text.count("(") + text.count("[")),
        math.log1p(max(bars, 0)), _ADDRESS.search(text) is not None, _CLOCK.search(text) is not None, _MONTH.search(text) is not None,
        _POINTING.search(text) is not None, _DATED.search(text) is not None, cjk > 0.2 * size,
        sum(len(w) <= 3 and w == v for w, v in zip(words, lowered)) / n,
    )  # fmt: skip


def _cue_counts(text: str, words: Sequence[str]) -> list[int]:
    bag = set(words)
    return [len(single & bag) + sum(p in text for p in phrases) for single, phrases in (cues()[g] for g in GROUPS)]


# --- place and neighbours --------------------------------------------------------------------------

PLACE = (
    "from_start", "from_end", "relative", "prose", "prose_before", "prose_after", "near3", "near10", "inside_run", "run_start",
    "run_end", "to_prose_up", "to_prose_down", "n_lines", "prose_share",
)  # fmt: skip
SEEN = (
    "words",
    "terminal",
    "capital_share",
    "lower_share",
    "any_cue",
    "photo",
    "prose_overlap",
    "short_words",
    "again",
    "next_overlap",
)
REACH = (-3, -2, -1, 1, 2, 3)


def place(rows: Array) -> Array:
    """Place of each line: in the text, and to the lines that read like prose. Columns :data:`PLACE`."""
    n = len(rows)
    index = np.arange(n)
    prose = ((rows[:, OWN.index("words")] > np.log1p(14)) & (rows[:, OWN.index("terminal")] > 0)).astype(float)
    total = prose.sum()
    before = np.concatenate([[0.0], np.cumsum(prose)[:-1]])
    after = total - before - prose
    up, down = _distance(prose), _distance(prose[::-1])[::-1]
    start, end = _main_run(prose, rows[:, OWN.index("chars")])
    return np.column_stack([
        np.log1p(index), np.log1p(n - 1 - index), index / max(n - 1, 1), prose, np.log1p(before), np.log1p(after),
        _window(prose, 3), _window(prose, 10), (index >= start) & (index <= end), np.clip(index - start, -20, 20) / 20,
        np.clip(end - index, -20, 20) / 20, np.log1p(up), np.log1p(down), np.full(n, np.log1p(n)), np.full(n, total / max(n, 1)),
    ])  # fmt: skip


def _distance(flags: Array) -> Array:
    """Lines since the last flagged one above (30 if none is as near)."""
    found, last = np.full(len(flags), 30.0), -100
    for i, flag in enumerate(flags):
        found[i] = min(i - last, 30)
        if flag:
            last = i
    return found


def _main_run(prose: Array, size: Array) -> tuple[int, int]:
    """First and last prose line of the densest stretch: most characters of prose, less a toll for other lines."""
    gain = np.where(prose > 0, np.expm1(size), -60.0)
    best, best_span, running, begin = 0.0, (0, -1), 0.0, 0
    for i, value in enumerate(gain):
        if running <= 0:
            running, begin = 0.0, i
        running += value
        if running > best:
            best, best_span = running, (begin, i)
    return best_span


def features(texts: Sequence[str]) -> Array:
    """Everything the first pass sees: own features, place, and some features of the neighbours."""
    rows = own(texts)
    seen = rows[:, [OWN.index(c) for c in SEEN]]
    return np.hstack([rows, place(rows), *(_shifted(seen, by) for by in REACH)])


def surroundings(texts: Sequence[str], rows: Array) -> Array:
    """What the trees see beside the rest (:func:`framing.clean.context.features`); `rows` are those of :func:`own`."""
    words = [_WORD.findall(t[:MAX_LOOKED_AT]) for t in texts]
    content = [frozenset(w for w in (v.lower() for v in ws) if len(w) > 3) for ws in words]
    prose = ((rows[:, OWN.index("words")] > np.log1p(context.PROSE)) & (rows[:, OWN.index("terminal")] > 0)).astype(
        float
    )
    main = _main_run(prose, rows[:, OWN.index("chars")])
    return context.features(content, [t[:1] for t in texts], lambda name: rows[:, OWN.index(name)], main)


def _shifted(rows: Array, by: int) -> Array:
    """Rows of the neighbour `by` lines on; -1 in every column beyond the ends."""
    out = np.full_like(rows, -1.0)
    if by > 0:
        out[:-by] = rows[by:]
    else:
        out[-by:] = rows[:by]
    return out


def second(first: Array) -> Array:
    """Context of the second pass: first verdicts of the line, its neighbours, and the text as a whole."""
    body = first[:, 0] + first[:, 1]
    n = len(body)
    around = [_shifted(np.column_stack([body, first[:, 3:]]), by) for by in (-4, -3, -2, -1, 1, 2, 3, 4)]
    start, end = segment(body, np.full(n, 20.0), 1.5)
    index = np.arange(n)
    whole = np.column_stack([
        _window(body, 2), _window(body, 5), _window(body, 12), np.full(n, body.mean()), np.full(n, np.log1p(body.sum())),
        np.full(n, body.max()), np.log1p(np.cumsum(body)), np.log1p(body.sum() - np.cumsum(body) + 1e-9),
        (index >= start) & (index <= end), np.clip(index - start, -10, 10) / 10, np.clip(end - index, -10, 10) / 10,
    ])  # fmt: skip
    return np.hstack([first, *around, whole])


def segment(body: Array, words: Array, toll: float = 0.5) -> tuple[int, int]:
    """First and last line of the stretch that is the article.

    The stretch with the largest sum of evidence: the log-odds of being body, times the root of the
    words for lines that are rather body, bounded by `toll` for lines that rather are not, so that a picture or an
    advert between paragraphs does not end the article and a list of other articles does.
    """
    odds = np.log(body + 1e-6) - np.log(1 - body + 1e-6) + 0.5
    gain = np.where(odds > 0, np.minimum(odds, 3) * np.sqrt(words), np.maximum(odds, -toll))
    best, span, running, begin = 0.0, (0, -1), 0.0, 0
    for i, value in enumerate(gain):
        if running <= 0:
            running, begin = 0.0, i
        running += value
        if running > best:
            best, span = running, (begin, i)
    return span


# --- the model ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a line is taken for, how probable that is, and what told it."""

    label: str
    score: float
    reason: str


class Model:
    """Two logistic regressions, from ``lines.json``, and boosted trees, from ``lines.npz``.

    Parameters
    ----------
    data
        Parsed file: per pass ``mean``, ``scale``, ``coef`` and ``intercept``; ``version`` and ``threshold``.
    trees
        Their classes are body, subhead and the rest.
    """

    def __init__(self, data: dict[str, Any], trees: Trees) -> None:
        self._trees = trees
        self.version: str = data["version"]
        self.threshold: float = data["threshold"]
        self._passes = [{k: np.array(v) for k, v in data[p].items()} for p in ("first", "second")]

    @staticmethod
    @cache
    def load() -> Model:
        """Return the shipped model."""
        return Model(
            json.loads((WEIGHTS / "lines.json").read_text(encoding="utf-8")), Trees.load(WEIGHTS / "lines.npz")
        )

    def probabilities(self, texts: Sequence[str]) -> Array:
        """Probability of each label (:data:`LABELS`) for each line."""
        rows = features(texts)
        both = np.hstack([rows, second(_softmax(rows, self._passes[0]))])
        linear = _softmax(both, self._passes[1])
        trees = self._trees.probabilities(np.hstack([both, surroundings(texts, rows[:, : len(OWN)])]))
        return _together(linear, trees)

    def classify(
        self, texts: Sequence[str], threshold: float | None = None, doubt: Array | None = None
    ) -> list[Verdict]:
        """Tell body, subheads and the rest apart.

        Parameters
        ----------
        texts
            Lines of one text, in order.
        threshold
            Probability from which on a line is body; the model's own if None.
        doubt
            Log-odds to be taken from each line's being body, for what is known beside the text
            (:func:`framing.clean.repeats.doubt`).

        Returns
        -------
        list of Verdict
            One a line. A single line is body whatever it looks like: there is nothing to tell it from.
        """
        if len(texts) < 2:
            return [Verdict("body", 1.0, ALONE) for _ in texts]
        p = self.probabilities(texts)
        words = np.array([max(len(t.split()), 1) for t in texts], dtype=float)
        least = self.threshold if threshold is None else threshold
        before = p[:, 0] + p[:, 1]
        if doubt is not None and doubt.any():
            p = _doubted(p, doubt)
        body = p[:, 0] + p[:, 1]
        start, end = segment(body, words)
        found = [self._verdict(texts[i], row, start <= i <= end, least) for i, row in enumerate(p)]
        return [
            replace(v, reason=AGAIN) if v.label not in ("body", "subhead") and b > least >= now else v
            for v, b, now in zip(found, before, body)
        ]

    def _verdict(self, text: str, row: Array, inside: bool, least: float) -> Verdict:
        body = float(row[0] + row[1])
        if body > least and inside:
            return (
                Verdict("body", float(row[0]), "")
                if row[0] >= row[1]
                else Verdict("subhead", float(row[1]), "heading between paragraphs")
            )
        other = int(np.argmax(row[2:])) + 2
        if LABELS[other] == "boilerplate" and _captioned(text):
            return Verdict("caption", float(1 - body), "ends in the credit of a picture")
        if body > least:
            return Verdict("boilerplate", 1 - body, "reads like prose, but stands apart from the article")
        return Verdict(LABELS[other], float(1 - body), "line classifier")


def _captioned(text: str) -> bool:
    """Whether a line that is no body says something and then names the maker of a picture.

    Examples
    --------
    >>> _captioned("Boats in the harbour on Monday. Photo: Ada Orr."), _captioned("Photo: Ada Orr"), _captioned("Photos: the storm")
    (True, False, False)
    """
    credit = _CREDIT.search(text)
    return credit is not None and len(text[: credit.start()].split()) >= 4


def _doubted(p: Array, doubt: Array) -> Array:
    """Probabilities after log-odds are taken from body and subhead together; shares within them and within the rest stay."""
    body = np.clip(p[:, :2].sum(axis=1), 1e-9, 1 - 1e-9)
    odds = np.log(body) - np.log(1 - body) - doubt
    now = 1 / (1 + np.exp(-odds))
    return np.hstack([p[:, :2] * (now / body)[:, None], p[:, 2:] * ((1 - now) / (1 - body))[:, None]])


def _together(linear: Array, trees: Array) -> Array:
    """Mean log-probabilities of body, subhead and the rest; the linear model shares out the rest."""
    rest = linear[:, 2:].sum(axis=1, keepdims=True)
    three = np.sqrt(np.clip(np.hstack([linear[:, :2], rest]), 1e-5, 1) * np.clip(trees, 1e-5, 1))
    three /= three.sum(axis=1, keepdims=True)
    return np.hstack([three[:, :2], three[:, 2:] * linear[:, 2:] / np.maximum(rest, 1e-12)])


def _softmax(rows: Array, weights: dict[str, Array]) -> Array:
    z = ((rows - weights["mean"]) / weights["scale"]) @ weights["coef"].T + weights["intercept"]
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(z / z.sum(axis=1, keepdims=True))
