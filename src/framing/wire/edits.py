"""What an outlet changed in copy that is not its own: headline, cut, added and changed sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import pandas as pd

from framing import schema
from framing.wire.originals import Link
from framing.wire.rows import chosen, text_or_none
from framing.wire.sharing import words_of

EDIT_KINDS = {
    "headline": "the outlet's own headline",
    "cut": "a sentence of the original that is not there",
    "added": "a sentence that is not in the original",
    "changed": "a sentence with other words",
}
EDITS = ("article_id", "original_id", "kind", "part", "start", "end", "text", "original_text")


def all_edits(pieces: Iterable[pd.DataFrame], links: Mapping[int, Link]) -> list[dict[str, Any]]:
    """What every reprint changed; of the texts only the originals' are held."""
    copies = {i: link.duplicate_of for i, link in links.items() if link.duplicate_of is not None}
    originals = dict(chosen(pieces, set(copies.values()))) if copies else {}
    found = {i: edits_of(row, originals[copies[i]]) for i, row in chosen(pieces, copies.keys())} if copies else {}
    return [edit for i in copies for edit in found[i]]


def frame(edits: list[dict[str, Any]]) -> pd.DataFrame:
    """Edits as a typed table."""
    table = pd.DataFrame(edits, columns=list(EDITS))
    for name in EDITS:
        table[name] = table[name].astype("object").where(table[name].notna(), None)
        table[name] = table[name].astype(schema.DTYPES["int" if name in ("start", "end") else "str"])
    return table


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str
    words: tuple[str, ...]


def _sentences(text: str) -> list[_Sentence]:
    """Rough sentences: enough to show an edit."""
    found, start = [], 0
    for match in re.finditer(r"(?<=[a-z\d)\]”\"’'][.!?])[\"'”’)]{0,2}\s+(?=[\"'“‘(A-Z])|\n+", text):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    return [_Sentence(a, b, text[a:b], tuple(words_of(text[a:b]))) for a, b in found if text[a:b].strip()]


def edits_of(copy: Mapping[str, Any], original: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a reprint changed: headline, cut, added and changed sentences.

    Parameters
    ----------
    copy, original
        Two articles: article_id, title and text are read.

    Returns
    -------
    list of dict
        Rows of the table ``edits`` in order of the copy; cuts, which have no place in it, where they were.

    Examples
    --------
    >>> wire = {"article_id": "w", "title": "Bridge closed", "text": "The bridge closed. Boats waited all day."}
    >>> mine = {"article_id": "m", "title": "Bridge chaos", "text": "The bridge closed."}
    >>> [(e["kind"], e["original_text"]) for e in edits_of(mine, wire)]
    [('headline', 'Bridge closed'), ('cut', 'Boats waited all day.')]
    """
    keys = {"article_id": copy["article_id"], "original_id": original["article_id"]}
    found: list[dict[str, Any]] = []
    title, before = text_or_none(copy.get("title")), text_or_none(original.get("title"))
    if title and before and words_of(title) != words_of(before):
        found.append(
            {
                **keys,
                "kind": "headline",
                "part": "title",
                "start": 0,
                "end": len(title),
                "text": title,
                "original_text": before,
            }
        )
    new, old = _sentences(text_or_none(copy.get("text")) or ""), _sentences(text_or_none(original.get("text")) or "")
    matcher = SequenceMatcher(None, [s.words for s in old], [s.words for s in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            found += [{**keys, **e} for e in _changes(old[i1:i2], new[j1:j2])]
    return found


def _changes(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Iterator[dict[str, Any]]:
    """Sentences that differ between two aligned places: pairs with much in common changed, the rest cut or added."""
    free = list(range(len(old)))
    for sentence in new:
        scores = [(_dice(sentence.words, old[k].words), -k) for k in free]
        best, k = max(scores, default=(0.0, 0))
        span = {"part": "text", "start": sentence.start, "end": sentence.end, "text": sentence.text}
        if best >= 0.5:
            free.remove(-k)
            yield {"kind": "changed", **span, "original_text": old[-k].text}
        else:
            yield {"kind": "added", **span, "original_text": None}
    for k in free:
        yield {"kind": "cut", "part": "text", "start": None, "end": None, "text": None, "original_text": old[k].text}


def _dice(a: Sequence[str], b: Sequence[str]) -> float:
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / max(len(a) + len(b), 1)
