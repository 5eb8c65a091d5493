"""Corpora to training examples.

Readers (``read_*``) know one corpus each and return plain records with character offsets; builders (``*_examples``)
turn records into passages with tags. Only readers change when the corpora come from elsewhere.
"""

from __future__ import annotations

import ast
import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tokenizers import Tokenizer

from framing.encode import Passage, Sentence, features, segment
from framing.models import ATTRIBUTION_TAGS, NAME_KINDS, NAME_TAGS

__all__ = [
    "Document",
    "Example",
    "babe_examples",
    "document_examples",
    "read_babe",
    "read_polnear",
    "read_texts",
]

IGNORE = -100
ROLES = ("source", "cue", "content")
Span = tuple[int, int, str]


@dataclass
class Document:
    """A text with whatever is known of it; None means not annotated, an empty list means annotated as having none."""

    name: str
    text: str
    attributions: list[Span] | None = None
    names: list[Span] | None = None


@dataclass
class Example:
    """One passage ready for a batch.

    ``rows`` holds the place of each piece's sentence within the passage (0 .. n - 1); targets that are unknown are None.
    ``key`` is the document's name and the passage's number in it; ``reading`` tells documents of one name apart.
    ``states`` are what the frozen layers give, once they are known; ``taught`` the teacher's attribution scores of each piece.
    """

    ids: list[int]
    features: list[int]
    rows: list[int]
    attribution: list[int] | None = None
    names: list[int] | None = None
    loaded_word: list[int] | None = None
    loaded: list[float] | None = None
    texts: list[str] = field(default_factory=list)
    vectors: NDArray[np.float32] | None = None
    origin: str = ""
    passage: Passage | None = None
    key: tuple[str, int] = ("", 0)
    reading: int = 0
    states: NDArray[np.float16] | None = None
    taught: NDArray[np.float16] | None = None

    def __len__(self) -> int:
        """Count the word pieces, ``[CLS]`` and ``[SEP]`` included."""
        return len(self.ids) + 2


# --- readers ---------------------------------------------------------------------------------------------------------


def read_polnear(root: Path, split: str) -> list[Document]:
    """Read PolNeAR's brat files: sources, cues and contents, each fragment of a discontinuous span on its own.

    Some articles were marked by several coders. For training each coder's reading is a document of its own; in the other
    splits an article counts once, by the coder whose id sorts first.
    """
    documents: list[Document] = []
    texts = {path.stem: path for path in (root / "data" / split / "text").glob("*.txt")}
    for path in sorted((root / "data" / split / "attributions").glob("*.ann")):
        name = path.stem.rsplit("_", 1)[0]
        if split != "train" and documents and documents[-1].name == name:
            continue
        with texts[name].open(encoding="utf-8", newline="") as file:
            documents.append(Document(name, file.read(), attributions=sorted(set(_brat_spans(path)))))
    return documents


def _brat_spans(path: Path) -> Iterator[Span]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields = line.split("\t")
        if not line.startswith("T") or len(fields) < 2:
            continue
        kind, fragments = fields[1].split(" ", 1)
        if kind.lower() in ROLES:
            for fragment in fragments.split(";"):
                start, end = fragment.split()
                yield int(start), int(end), kind.lower()


def read_texts(path: Path) -> list[Document]:
    """Read texts: one JSON object a line with ``text``, ``names`` and ``attributions`` (left out where they are not known)."""
    documents = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            record = json.loads(line)
            spans = {
                key: [(s, e, kind) for s, e, kind in record[key]] if key in record else None
                for key in ("attributions", "names")
            }
            documents.append(Document(f"{path.stem}-{number}", record["text"], **spans))
    return documents


def read_babe(root: Path) -> pd.DataFrame:
    """Read BABE SG2: ``text``, ``loaded`` (0 or 1), ``words`` (marked ones), ``outlet``, ``topic``.

    Rows on which the annotators did not agree are dropped, as its authors do.
    """
    table = pd.read_csv(
        root / "data" / "final_labels_SG2.csv", sep=";", encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL
    )
    table = table[table["label_bias"].isin(["Biased", "Non-biased"])].reset_index(drop=True)
    return pd.DataFrame(
        {
            "text": table["text"].str.strip(),
            "loaded": (table["label_bias"] == "Biased").astype(int),
            "words": [ast.literal_eval(words) for words in table["biased_words"]],
            "outlet": table["outlet"],
            "topic": table["topic"],
        }
    )


# --- examples --------------------------------------------------------------------------------------------------------


def document_examples(documents: Iterable[Document], tokenizer: Tokenizer, limit: int, origin: str) -> list[Example]:
    """Cut documents into passages and tag their pieces with what is annotated."""
    out = []
    for reading, document in enumerate(documents):
        sentences, passages = segment({"text": document.text}, tokenizer, limit)
        flags = features({"text": document.text}, sentences, passages)
        for number, (passage, flag) in enumerate(zip(passages, flags, strict=True)):
            example = _bare(passage, flag.tolist(), sentences, document.text, origin)
            example.key, example.reading = (document.name, number), reading
            if document.attributions is not None:
                example.attribution = tags(passage, document.attributions, ROLES)
            if document.names is not None:
                example.names = tags(passage, document.names, NAME_KINDS)
            out.append(example)
    return out


def _bare(passage: Passage, flags: list[int], sentences: Sequence[Sentence], text: str, origin: str) -> Example:
    first = passage.sentence[0]
    rows = [row - first for row in passage.sentence]
    texts = [text[s.start : s.end] for s in sentences[first : first + max(rows) + 1]]
    return Example(passage.ids, flags, rows, texts=texts, origin=origin, passage=passage)


def tags(passage: Passage, spans: Iterable[Span], kinds: Sequence[str]) -> list[int]:
    """Tag pieces with O = 0, B = 1 + 2k, I = 2 + 2k of the k-th kind; a span cut by the passage's edge restarts with B."""
    out = [0] * len(passage)
    low, high = passage.start[0], passage.end[-1]
    for start, end, kind in spans:
        if end <= low or start >= high:
            continue
        inside = False
        for index, (left, right) in enumerate(zip(passage.start, passage.end, strict=True)):
            if left < end and right > start:
                out[index] = (2 if inside else 1) + 2 * kinds.index(kind)
                inside = True
    return out


def babe_examples(table: pd.DataFrame, tokenizer: Tokenizer, limit: int, seed: int, packed: bool) -> list[Example]:
    """Turn labelled sentences into passages: each alone, or unrelated ones at random packed together.

    Packing teaches the head that a sentence's score is about its own words although it is read in context.
    """
    order = list(range(len(table)))
    if packed:
        random.Random(seed).shuffle(order)
    out: list[Example] = []
    for row in order:
        alone = _babe_alone(table.iloc[row], tokenizer)
        if packed and out and len(out[-1].ids) + len(alone.ids) <= limit:
            _append(out[-1], alone)
        else:
            out.append(alone)
    return out


def _babe_alone(row: pd.Series, tokenizer: Tokenizer) -> Example:
    text = row["text"]
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ids, offsets = encoded.ids[:250], encoded.offsets[:250]
    passage = Passage(1, ids, [s for s, _ in offsets], [e for _, e in offsets], [0] * len(ids))
    sentence = Sentence("text", 0, len(text), 0)
    flags = features({"text": text}, [sentence], [passage])[0].tolist()
    marked = [0] * len(ids)
    lower = text.lower()
    for word in row["words"]:
        at = lower.find(word.lower())
        while word and at >= 0:
            for index, (left, right) in enumerate(offsets):
                if left < at + len(word) and right > at:
                    marked[index] = 1
            at = lower.find(word.lower(), at + len(word))
    return Example(
        list(ids), flags, [0] * len(ids), loaded=[float(row["loaded"])], loaded_word=marked, texts=[text], origin="babe"
    )


def _append(example: Example, other: Example) -> None:
    offset = max(example.rows) + 1
    example.ids = example.ids + other.ids
    example.features = example.features + other.features
    example.rows = example.rows + [row + offset for row in other.rows]
    example.loaded = [*(example.loaded or []), *(other.loaded or [])]
    example.loaded_word = [*(example.loaded_word or []), *(other.loaded_word or [])]
    example.texts = example.texts + other.texts


assert len(ATTRIBUTION_TAGS) == 1 + 2 * len(ROLES)
assert len(NAME_TAGS) == 1 + 2 * len(NAME_KINDS)
