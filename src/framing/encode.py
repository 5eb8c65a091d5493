"""Articles to encodings: sentences, offsets, and one encoder pass for every head.

An article has three parts (``title``, ``text``, ``captions``). Each is cut into sentences by a deterministic splitter,
sentences are packed into *passages* (consecutive sentences of one part, up to :data:`PASSAGE_PIECES` word pieces), and
every passage goes through the encoder exactly once. So each sentence is encoded once, in its context, and all heads
(attribution spans, names, loaded language, frames, sentence vectors) read the same hidden states.

Conventions
-----------
Offsets are half-open Python character offsets into ``articles[part]``. Rows of per-sentence arrays follow
``Encoding.sentences``; rows of per-token arrays follow ``Encoding.tokens``, in reading order. A token is a word piece;
``[CLS]`` and ``[SEP]`` are not kept.
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from tokenizers import Tokenizer

    from framing.models import Encoder, PassageOutput

__all__ = [
    "PARTS",
    "Encoding",
    "Passage",
    "Sentence",
    "Tokens",
    "article_vector",
    "encode",
    "features",
    "segment",
    "split_sentences",
    "trim",
    "unlike_news",
]

PARTS = ("title", "text", "captions")
"""Parts of an article, in reading order; ``Tokens.part`` indexes this tuple."""

NEWS = Path(__file__).parent / "weights" / "encoder-shared" / "news.npz"
"""Where news lies among the vectors of articles."""
FAR, LITTLE = 0.78, 0.2
"""Length of the part of a vector outside the space of news, and cosine to the mean of news, from which an article is unlike news."""
PASSAGE_PIECES = 158
"""Word pieces a passage is filled to: long enough that few quotations are cut, short enough to stay fast."""

LONGEST_PASSAGE = 254
"""Word pieces a passage may never exceed (256 positions less ``[CLS]`` and ``[SEP]``)."""

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]

# --- sentences -------------------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


_TITLES = _words(
    """
    mr mrs ms mx messrs dr prof rev fr hon pres vp gov lt sen sens rep reps gen col maj capt cmdr adm sgt
    cpl pvt supt det insp st ste mt ft amb atty asst assoc dir sec min pm del dep dist no nos vs v viz cf eg
    ie e.g i.e al fig figs vol pp ed eds approx est ca gov't sr.a lt.gov brig rt msgr dept u.s.s
    smt shri com comr cde adv engr barr alh cllr clr insp supt asp dsp dcp acp cdr cdre wg flt sqn lt.col lt.gen maj.gen brig.gen revd ven
    """
)
"""Abbreviations that announce what follows them, so a sentence hardly ever ends there."""

_MAY_END = _words(
    """
    jr sr inc corp co ltd llc plc bros etc esq ph.d m.d jan feb mar apr jun jul aug sept sep oct nov dec mon
    tue tues wed thu thur thurs fri sat sun ave blvd rd hwy ariz ark calif colo conn fla ga ill ind kan ky
    la mass md mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo a.m p.m u.s u.k u.n
    e.u d.c n.y n.j n.c s.c n.h n.m r.i w.va u.s.a l.a b.c a.d ft lb lbs oz mph tsp hr hrs
    """
)
"""Abbreviations that may close a sentence; the next word decides."""

_LOWER = _words(
    """
    vs v viz cf eg ie e.g i.e al fig figs vol pp ed eds approx est ca jr sr inc corp co ltd llc plc bros etc esq a.m p.m
    b.c a.d ft lb lbs oz mph tsp hr hrs
    """
)
"""Abbreviations also written in lower case; the others count only when capitalised."""

_STARTERS = _words(
    """
    the a an in on at by for from with as if when while after before since but and or so yet he she it they
    we you i his her its their our my this that these those there here what who how why where which one some
    many most all both each no not now then meanwhile however still also according although though because
    despite during until once last earlier later two three several other another such under over police
    officials critics
    """
)
"""Words that, capitalised after an abbreviation, open a new sentence."""

_CLOSERS = "\"'”’»)]}"
_OPENERS = "\"'“‘«([{"
_BOUNDARY = re.compile(rf"(?<![.!?…])([.!?…]+)([{re.escape(_CLOSERS)}]*)(\s+|(?=[A-Z“\"][a-z“\"A-Z]))")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LAST_WORD = re.compile(r"[\w.’'&-]+$")
_NEXT_WORD = re.compile(rf"[{re.escape(_OPENERS)}\s]*([\w’']+)")
_DOMAINS = _words("Com Net Org Gov Edu Js Io Co Uk Tv Info")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences.

    Rules, no model: a paragraph break (blank line) always ends a sentence; a full stop does not after a title or other
    announcing abbreviation, an initial, or inside a number, and after an abbreviation that may end a sentence (``U.S.``,
    ``Inc.``) only when the next word usually opens one. Closing quotation marks belong to the sentence they close, and
    nothing is split before a lower-case word (``"Stop!" he said``).

    Parameters
    ----------
    text : str
        One part of an article.

    Returns
    -------
    list of (int, int)
        Half-open character offsets, in order, without surrounding white space. Together they cover every character of
        `text` that is not white space.

    Examples
    --------
    >>> text = 'Mr. Orr left at 5 p.m. on Friday. "Why?" she asked.'
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Mr. Orr left at 5 p.m. on Friday.', '"Why?" she asked.']
    """
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        spans.extend(_split_paragraph(text, start, end))
    return spans


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _PARAGRAPH.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)


def _split_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if _ends_sentence(text, begin, match, end):
            yield from _trimmed(text, begin, match.end(2))
            begin = match.end(2)
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        yield start + left, start + right


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    if match.end() >= end:
        return False  # the paragraph's own end closes it
    following = _NEXT_WORD.match(text, match.end(), min(end, match.end() + 60))
    word = following.group(1) if following else ""
    if word[:1].islower():
        return False
    glued = not match.group(3)
    previous = _LAST_WORD.search(text, max(begin, match.start() - 40), match.start())
    before = previous.group(0) if previous else ""
    if glued:
        return _glued_sentence(before, match, word)
    if match.group(1) != "." or match.group(2)[:1] in ('"', "”", "’", "»"):
        return True
    return _full_stop_ends(before.strip("-'’"), word)


def _glued_sentence(before: str, match: re.Match[str], word: str) -> bool:
    """Judge a full stop with no space after it (scrapes lose the line break between paragraphs)."""
    if match.group(2):
        return len(before) > 1
    title = before[:1].isupper() and before.lower() in _TITLES  # "Maj.Gen. Orr"
    return len(before) > 2 and before[-2:].islower() and "." not in before and word not in _DOMAINS and not title


def _full_stop_ends(before: str, word: str) -> bool:
    lower = before.lower()
    named = before[:1].isupper() or lower in _LOWER  # "Sat." is a day, "sat." ends a sentence
    if lower in _TITLES and named:
        # "No." before a number is "number"; before anything else it is an answer
        return lower == "no" and not word[:1].isdigit()
    if len(before) == 1 and before.isupper() and before != "I":
        return False
    if (lower in _MAY_END and named) or re.fullmatch(r"(?:[a-z]\.)+[a-z]", lower):
        return word.lower() in _STARTERS
    return True


# --- passages --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    """One sentence: half-open offsets into ``articles[part]``, and its paragraph's number within the part."""

    part: str
    start: int
    end: int
    paragraph: int


@dataclass
class Tokens:
    """Word pieces of an article in reading order, and what the token heads say of each.

    Attributes
    ----------
    part, start, end : ndarray of int32, shape (n,)
        Index into :data:`PARTS`, and character offsets into that part.
    passage, sentence : ndarray of int32, shape (n,)
        Number of the passage the piece was encoded in, and row of ``Encoding.sentences``.
    heads : dict of str to ndarray of float32, shape (n, n_tags)
        Log-probabilities per tag. ``source``, ``cue``, ``content``: tags O, B, I. ``names``: O, then B and I of each of
        :data:`framing.models.NAME_KINDS`. ``loaded_word``: plain, loaded.
    tags : dict of str to ndarray of int8, shape (n,)
        The best sequence of tags (numbers as in `heads`) of ``source``, ``cue``, ``content`` and ``names``, which
        :func:`framing.models.decode_spans` reads; where it is missing, one is found from `heads`.
    """

    part: IntArray
    start: IntArray
    end: IntArray
    passage: IntArray
    sentence: IntArray
    heads: dict[str, FloatArray] = field(default_factory=dict)
    tags: dict[str, NDArray[np.int8]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the word pieces."""
        return len(self.start)


@dataclass
class Encoding:
    """What the encoder says of one article.

    Attributes
    ----------
    article_id : str
    sentences : list of Sentence
    vectors : ndarray of float32, shape (n_sentences, 384)
        Unit rows.
    heads : dict of str to ndarray of float32
        ``loaded`` (n,): probability that the sentence's wording is loaded. ``frame`` (n, 19): logits of the frames
        in the order of :data:`framing.models.FRAMES`; an article's probability is the sigmoid of their mean.
    tokens : Tokens
    """

    article_id: str
    sentences: list[Sentence]
    vectors: FloatArray
    heads: dict[str, FloatArray]
    tokens: Tokens


@dataclass
class Passage:
    """Word pieces that go through the encoder together.

    ``ids`` has no special tokens; ``sentence`` holds, per piece, the row of its sentence in the article's list.
    """

    part: int
    ids: list[int]
    start: list[int]
    end: list[int]
    sentence: list[int]

    def __len__(self) -> int:
        """Count the word pieces."""
        return len(self.ids)


def segment(
    texts: dict[str, str], tokenizer: Tokenizer, limit: int = PASSAGE_PIECES
) -> tuple[list[Sentence], list[Passage]]:
    """Cut the parts of one article into sentences and pack those into passages.

    Paragraphs are kept whole where they fit, and packed together; one longer than `limit` is cut between sentences, and
    a sentence longer than :data:`LONGEST_PASSAGE` is cut between word pieces (its pieces are merged again afterwards).

    Parameters
    ----------
    texts : dict of str to str
        Part to text; parts not in :data:`PARTS` are refused.
    tokenizer : tokenizers.Tokenizer
        Without truncation or padding.
    limit : int
        Word pieces a passage is filled to.

    Returns
    -------
    list of Sentence, list of Passage
        Both in reading order.

    Raises
    ------
    ValueError
        If a part is unknown.
    """
    unknown = sorted(set(texts) - set(PARTS))
    if unknown:
        raise ValueError(f"unknown parts {unknown}; an article has the parts {list(PARTS)}")
    sentences: list[Sentence] = []
    passages: list[Passage] = []
    for index, part in enumerate(PARTS):
        text = texts.get(part) or ""
        if text.strip():
            found = _part_sentences(part, text)
            passages.extend(_pack(_pieces(text, found, index, len(sentences), tokenizer), found, limit))
            sentences.extend(found)
    return sentences, passages


def _part_sentences(part: str, text: str) -> list[Sentence]:
    if part == "captions":  # one a line, so that no two captions share a sentence
        spans = [
            (line.start() + start, line.start() + end)
            for line in re.finditer(r"[^\n]+", text)
            for start, end in split_sentences(line.group(0))
        ]
        breaks = [gap.start() for gap in re.finditer(r"\n", text)]
    else:
        spans = split_sentences(text)
        breaks = [gap.start() for gap in _PARAGRAPH.finditer(text)]
    numbers = {number: rank for rank, number in enumerate(sorted({bisect.bisect(breaks, s) for s, _ in spans}))}
    return [Sentence(part, start, end, numbers[bisect.bisect(breaks, start)]) for start, end in spans]


def _pieces(text: str, sentences: list[Sentence], part: int, first: int, tokenizer: Tokenizer) -> list[Passage]:
    """Tokenise a part once and hand its pieces to their sentences, one single-sentence passage each."""
    encoded = tokenizer.encode(text, add_special_tokens=False)
    out = [Passage(part, [], [], [], []) for _ in sentences]
    starts = [sentence.start for sentence in sentences]
    for piece, (start, end) in zip(encoded.ids, encoded.offsets, strict=True):
        row = max(bisect.bisect_right(starts, start) - 1, 0)
        target = out[row]
        target.ids.append(piece)
        target.start.append(start)
        target.end.append(end)
        target.sentence.append(first + row)
    return out


def _pack(pieces: list[Passage], sentences: list[Sentence], limit: int) -> Iterator[Passage]:
    current: Passage | None = None
    for unit in _units(pieces, sentences, limit):
        if current is not None and len(current) + len(unit) > limit:
            yield current
            current = None
        if current is None:
            current = unit
        else:
            _extend(current, unit)
    if current is not None:
        yield current


def _units(pieces: list[Passage], sentences: list[Sentence], limit: int) -> Iterator[Passage]:
    """Yield what is never cut: whole paragraphs that fit, else their sentences, else parts of an over-long sentence."""
    by_paragraph: dict[int, list[Passage]] = {}
    for piece, sentence in zip(pieces, sentences, strict=True):
        by_paragraph.setdefault(sentence.paragraph, []).append(piece)
    for group in by_paragraph.values():
        if sum(map(len, group)) <= limit:
            whole = group[0]
            for piece in group[1:]:
                _extend(whole, piece)
            if len(whole):
                yield whole
            continue
        for piece in group:
            yield from _chunks(piece, LONGEST_PASSAGE)


def _chunks(passage: Passage, longest: int) -> Iterator[Passage]:
    for at in range(0, len(passage), longest):
        cut = slice(at, at + longest)
        yield Passage(passage.part, passage.ids[cut], passage.start[cut], passage.end[cut], passage.sentence[cut])


def _extend(passage: Passage, other: Passage) -> None:
    passage.ids += other.ids
    passage.start += other.start
    passage.end += other.end
    passage.sentence += other.sentence


# --- features an uncased tokenizer loses ----------------------------------------------------------------------------

N_FEATURES = 30
"""Values of :func:`features`: 5 letter cases x 3 boundaries x 2 (inside quotation marks or not)."""

_QUOTES = re.compile('["“”«»„]')


def features(texts: dict[str, str], sentences: Sequence[Sentence], passages: Sequence[Passage]) -> list[IntArray]:
    """Describe each piece by what the uncased word pieces lose: letter case, boundaries, quotation marks.

    Returns
    -------
    list of ndarray of int32
        One array per passage; ``case + 5 * boundary + 15 * quoted`` with case 0 lower, 1 Capital, 2 CAPITALS, 3 mixed,
        4 no letter; boundary 0 none, 1 first piece of a sentence, 2 first piece of a paragraph; quoted 1 between double
        quotation marks opened in the same paragraph (so an unbalanced mark does no harm beyond it).
    """
    paragraph_starts: set[tuple[str, int]] = set()
    sentence_starts: dict[tuple[str, int], int] = {}
    last: tuple[str, int] | None = None
    for sentence in sentences:
        key = (sentence.part, sentence.paragraph)
        sentence_starts[(sentence.part, sentence.start)] = 1 if key == last else 2
        if key != last:
            paragraph_starts.add((sentence.part, sentence.start))
        last = key
    quoted = {part: _quoted(text, sorted(s for p, s in paragraph_starts if p == part)) for part, text in texts.items()}
    out = []
    for passage in passages:
        part = PARTS[passage.part]
        text, inside = texts[part], quoted[part]
        previous = -1
        values = []
        for start, end, row in zip(passage.start, passage.end, passage.sentence, strict=True):
            sentence = sentences[row]
            boundary = sentence_starts[(part, sentence.start)] if row != previous and start <= sentence.start else 0
            previous = row
            values.append(letter_case(text[start:end]) + 5 * boundary + 15 * int(inside[start]))
        out.append(np.array(values, dtype=np.int32))
    return out


def _quoted(text: str, paragraphs: list[int]) -> NDArray[np.bool_]:
    """Mark characters between double quotation marks, starting anew at every paragraph."""
    inside = np.zeros(len(text) + 1, dtype=bool)
    for number, begin in enumerate(paragraphs):
        end = paragraphs[number + 1] if number + 1 < len(paragraphs) else len(text)
        opened = -1
        for mark in _QUOTES.finditer(text, begin, end):
            closes = mark.group() in "”»" or (mark.group() == '"' and opened >= 0)
            if closes and opened >= 0:
                inside[opened : mark.end()] = True
                opened = -1
            elif not closes:
                opened = mark.start() if opened < 0 else opened
        if opened >= 0:  # never closed: a quotation that runs on into the next paragraph
            inside[opened:end] = True
    return inside


def letter_case(piece: str) -> int:
    """Class a piece's letters: 0 lower, 1 Capital, 2 CAPITALS, 3 mixed, 4 no letter."""
    letters = [character for character in piece if character.isalpha()]
    if not letters:
        return 4
    if all(character.islower() for character in letters):
        return 0
    if letters[0].isupper() and all(character.islower() for character in letters[1:]):
        return 1
    return 2 if all(character.isupper() for character in letters) else 3


# --- encoding articles -----------------------------------------------------------------------------------------------


def encode(
    articles: pd.DataFrame,
    *,
    model: Encoder | None = None,
    cache: Path | None = None,
    batch_tokens: int = 1024,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Encoding]:
    """Encode articles one after another, holding only a few at a time.

    Parameters
    ----------
    articles : DataFrame
        ``article_id`` and any of ``title``, ``text``, ``captions``; missing values count as empty.
    model : framing.models.Encoder, optional
        The shipped one by default.
    cache : Path, optional
        Folder of finished encodings, made if missing; one file each, named by the hash of texts and model, so that
        a second run with other targets does not encode again. Several processes may share it.
    batch_tokens : int
        Word pieces per batch, padding included: what bounds memory. More is not faster: layers then leave the caches.
    progress : callable, optional
        Called with the number of articles finished so far.

    Yields
    ------
    Encoding
        One per article, in the order of `articles`.

    Raises
    ------
    KeyError
        If ``article_id`` is missing.
    """
    if "article_id" not in articles.columns:
        raise KeyError(f"articles need a column 'article_id'; found {list(articles.columns)}")
    if model is None:
        from framing.models import load_encoder

        model = load_encoder()
    store = _Cache(cache, model.name) if cache is not None else None
    done = 0
    for group in _groups(articles, batch_tokens):
        for encoding in _encode_group(group, model, store, batch_tokens):
            done += 1
            yield encoding
        if progress is not None:
            progress(done)


_Texts = tuple[str, dict[str, str]]


def _groups(articles: pd.DataFrame, batch_tokens: int) -> Iterator[list[_Texts]]:
    """Collect articles until there is enough text for batches of passages of like length."""
    columns = [part for part in PARTS if part in articles.columns]
    group: list[_Texts] = []
    characters = 0
    for identifier, *values in articles[["article_id", *columns]].itertuples(index=False, name=None):
        texts = {part: value for part, value in zip(columns, values, strict=True) if isinstance(value, str)}
        group.append((str(identifier), texts))
        characters += sum(map(len, texts.values()))
        if characters > 64 * batch_tokens:  # some four characters a piece: sixteen batches
            yield group
            group, characters = [], 0
    if group:
        yield group


def _encode_group(group: list[_Texts], model: Encoder, store: _Cache | None, batch_tokens: int) -> list[Encoding]:
    known = [store.get(identifier, texts) if store is not None else None for identifier, texts in group]
    cut = [segment(texts, model.tokenizer) for (_, texts), found in zip(group, known, strict=True) if found is None]
    todo = [texts for (_, texts), found in zip(group, known, strict=True) if found is None]
    flags = [features(texts, sentences, passages) for texts, (sentences, passages) in zip(todo, cut, strict=True)]
    outputs = iter(
        model.run([p for _, passages in cut for p in passages], [f for each in flags for f in each], batch_tokens)
    )
    fresh = iter(cut)
    out = []
    for (identifier, texts), found in zip(group, known, strict=True):
        if found is None:
            sentences, passages = next(fresh)
            found = _assemble(identifier, sentences, passages, [next(outputs) for _ in passages])
            if store is not None:
                store.put(texts, found)
        out.append(found)
    return out


def article_vector(encoding: Encoding) -> FloatArray:
    """Average an article's sentence vectors to one unit vector, shape (384,); zeros for an article without text."""
    if not len(encoding.vectors):
        return np.zeros(384, dtype=np.float32)
    mean = encoding.vectors.mean(0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def unlike_news(vectors: NDArray[np.floating], model: str | None = None) -> NDArray[np.bool_]:
    """Tell which articles are unlike the news that the models know: recipes, contracts, lists of results.

    News of five corpora spans a small space; an article is unlike it if much of its vector lies outside, or if it has little in
    common with the mean of news (``experiments/domain``). It may be told well of an article and still wrong: what is like news
    need not be news.

    Parameters
    ----------
    vectors : ndarray, shape (n, 384)
        Of :func:`article_vector`; zeros, an article without text, are not unlike anything.
    model : str, optional
        Encoder they come from, ``name@version``; by default the shipped one's.

    Returns
    -------
    ndarray of bool, shape (n,)
        All False for an encoder that the space was not fitted for.
    """
    from framing.models import load_encoder

    mean, axes, fitted_for = _news()
    if (model or load_encoder().name) != fitted_for or vectors.shape[1:] != mean.shape:
        return np.zeros(len(vectors), dtype=bool)
    away = np.asarray(vectors, dtype=float) - mean
    outside = np.linalg.norm(away - away @ axes.T @ axes, axis=1)
    common = np.asarray(vectors, dtype=float) @ (mean / np.linalg.norm(mean))
    return np.asarray((np.abs(vectors).sum(axis=1) > 0) & ((outside > FAR) | (common < LITTLE)), dtype=bool)


@functools.cache
def _news() -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Mean and main axes of the vectors of news, and the encoder that gave them."""
    with np.load(NEWS, allow_pickle=False) as stored:
        return stored["mean"].astype(float), stored["axes"].astype(float), str(stored["model"])


def _assemble(
    identifier: str, sentences: list[Sentence], passages: list[Passage], outputs: list[PassageOutput]
) -> Encoding:
    """Put the passages of one article together; a sentence cut in two gets the mean, weighted by its pieces."""
    from framing.models import FRAMES

    count = len(sentences)
    width = outputs[0].vectors.shape[1] if outputs else 384  # a larger encoder of one's own has wider vectors
    vectors = np.zeros((count, width), dtype=np.float32)
    loaded = np.zeros(count, dtype=np.float32)
    frame = np.zeros((count, outputs[0].frame.shape[1] if outputs else len(FRAMES)), dtype=np.float32)
    weights = np.zeros(count, dtype=np.float32)
    for passage, output in zip(passages, outputs, strict=True):
        rows, sizes = np.unique(passage.sentence, return_counts=True)
        vectors[rows] += output.vectors * sizes[:, None]
        loaded[rows] += output.loaded * sizes
        frame[rows] += output.frame * sizes[:, None]
        weights[rows] += sizes
    safe = np.maximum(weights, 1.0)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    heads = {
        "loaded": np.divide(loaded, safe, dtype=np.float32),
        "frame": np.divide(frame, safe[:, None], dtype=np.float32),
    }
    unit: FloatArray = vectors / np.maximum(norms, 1e-12)
    return Encoding(identifier, sentences, unit, heads, _tokens(passages, outputs))


def _tokens(passages: list[Passage], outputs: list[PassageOutput]) -> Tokens:
    def joined(arrays: list[NDArray[np.generic]], dtype: type[np.generic]) -> NDArray[np.generic]:
        return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)

    sizes = [len(passage) for passage in passages]
    return Tokens(
        part=np.repeat(np.array([p.part for p in passages], dtype=np.int32), sizes),
        start=np.array([start for p in passages for start in p.start], dtype=np.int32),
        end=np.array([end for p in passages for end in p.end], dtype=np.int32),
        passage=np.repeat(np.arange(len(passages), dtype=np.int32), sizes),
        sentence=np.array([row for p in passages for row in p.sentence], dtype=np.int32),
        heads={
            name: np.concatenate([o.tokens[name] for o in outputs]) for name in (outputs[0].tokens if outputs else ())
        },
        tags={name: np.concatenate([o.tags[name] for o in outputs]) for name in (outputs[0].tags if outputs else ())},
    )


class _Cache:
    """Finished encodings, one file each; arrays are stored as npz, without pickles.

    A file appears whole or not at all and is never changed, so processes share the folder without locks. What cannot be
    read, or be written for want of space, counts as not there.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self.folder = folder
        self.model = model

    def _file(self, texts: dict[str, str]) -> Path:
        digest = hashlib.sha256(f"{self.model} {PASSAGE_PIECES} 1".encode())
        for part in PARTS:
            digest.update(b"\x00" + texts.get(part, "").encode("utf-8", "surrogatepass"))
        key = digest.hexdigest()
        return self.folder / key[:2] / f"{key}.npz"

    def get(self, identifier: str, texts: dict[str, str]) -> Encoding | None:
        file = self._file(texts)
        try:
            found = _unpack(identifier, file.read_bytes())
            os.utime(file)  # the least recently used go first
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return found

    def put(self, texts: dict[str, str], encoding: Encoding) -> None:
        file = self._file(texts)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_packed(encoding))
            temporary.replace(file)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def trim(folder: Path, limit: int) -> int:
    """Delete the least recently used encodings until the folder is no larger than `limit` bytes.

    Parameters
    ----------
    folder : Path
        What :func:`encode` was given as its cache.
    limit : int
        Bytes.

    Returns
    -------
    int
        Bytes that are left.
    """
    files = []
    for file in folder.glob("??/*"):
        with suppress(OSError):
            facts = file.stat()
            files.append((facts.st_mtime, facts.st_size, file))
    left = sum(size for _, size, _ in files)
    for _, size, file in sorted(files):
        if left <= limit:
            break
        with suppress(OSError):
            file.unlink()
            left -= size
    return left


_SENTENCE_COLUMNS = 4
_TOKEN_FIELDS = ("part", "start", "end", "passage", "sentence")


def _packed(encoding: Encoding) -> bytes:
    sentences = [(PARTS.index(s.part), s.start, s.end, s.paragraph) for s in encoding.sentences]
    arrays: dict[str, NDArray[np.generic]] = {
        "sentences": np.array(sentences, dtype=np.int32).reshape(-1, _SENTENCE_COLUMNS),
        "vectors": encoding.vectors,
    }
    arrays |= {f"token.{name}": getattr(encoding.tokens, name) for name in _TOKEN_FIELDS}
    arrays |= {f"head.{name}": value for name, value in encoding.heads.items()}
    arrays |= {f"token_head.{name}": value for name, value in encoding.tokens.heads.items()}
    arrays |= {f"tag.{name}": value for name, value in encoding.tokens.tags.items()}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpack(identifier: str, data: bytes) -> Encoding:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}

    def under(prefix: str) -> dict[str, NDArray[np.generic]]:
        return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

    sentences = [
        Sentence(PARTS[part], start, end, paragraph) for part, start, end, paragraph in arrays["sentences"].tolist()
    ]
    fields = {name: arrays[f"token.{name}"] for name in _TOKEN_FIELDS}
    tokens = Tokens(**fields, heads=under("token_head."), tags=under("tag."))  # type: ignore[arg-type]
    return Encoding(identifier, sentences, arrays["vectors"], under("head."), tokens)  # type: ignore[arg-type]
