"""PolNeAR: attributions (source, cue, content) marked by hand in US election news, brat standoff.

The text is upstream's file to the character, so it begins with the headline;
``title`` stays null to keep it from being counted twice (``headline`` has it).

- ``spans`` holds every marked fragment: training and exact scores read this.
- ``quotations`` holds what the toolkit calls a quotation: one row per stretch of
  content inside one paragraph. A discontinuous content, or one that runs over
  several paragraphs, is several rows with the same ``part_of``. A discontinuous
  cue or source is represented by its longest fragment.
- Articles marked by several coders count once, by the coder whose id sorts
  first; the others' work is in ``others``, for agreement.

Direct, indirect and mixed are not marked upstream: they are derived from the
quotation marks inside the content (`form`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from framing import schema
from framing.datasets._registry import Dataset, Frames, articles_frame
from framing.schema import InputError

SPLITS = ("train", "dev", "test")
OUTLETS = {
    "huff-post": "HuffPost",
    "breitbart": "Breitbart",
    "nyt": "The New York Times",
    "politico": "Politico",
    "wash-post": "The Washington Post",
    "west-journal": "Western Journalism",
    "usa-today": "USA Today",
}
ROLES = {"Source": "source", "Cue": "cue", "Content": "content", "Content2": "content"}
_ENTRY = re.compile(r"\n(?=[TEA#RMN*]\d*\t)")  # a covered text may itself hold a line break
_OPEN, _CLOSE = '“"', '”"'

Fragment = tuple[int, int]


@dataclass(frozen=True)
class Attribution:
    """One attribution of one coder: fragments by role, in text order."""

    key: str
    source: list[Fragment]
    cue: list[Fragment]
    content: list[Fragment]


def load(root: Path) -> Frames:
    """Frames ``articles``, ``quotations``, ``spans`` and ``others`` (the spans of further coders)."""
    meta = _metadata(root / "data" / "metadata.tsv")
    articles: list[dict[str, Any]] = []
    quotations: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for split in SPLITS:
        coded = _coded(root / "data" / split / "attributions")
        for path in sorted((root / "data" / split / "text").glob("*.txt")):
            text = path.read_bytes().decode("utf-8")  # no newline translation: offsets count every character
            articles.append(_article(path, split, text, meta.get(path.stem, {})))
            for rank, (coder, ann) in enumerate(coded.get(path.stem, [])):
                found = parse(ann.read_bytes().decode("utf-8"), len(text))
                rows = list(_span_rows(path.stem, coder, found))
                (others if rank else spans).extend(rows)
                if not rank:
                    quotations.extend(_quotation_rows(path.stem, coder, text, found))
    return {
        "articles": articles_frame(articles),
        "quotations": schema.conform(quotations, "quotations"),
        "spans": _spans_frame(spans),
        "others": _spans_frame(others),
    }


def parse(ann: str, length: int) -> list[Attribution]:
    r"""Attributions of a brat file; entries that name a missing span lose that role.

    Parameters
    ----------
    ann
        The standoff file.
    length
        Characters of the text, to check offsets.

    Raises
    ------
    InputError
        If a fragment lies outside the text.

    Examples
    --------
    >>> found = parse("T1\tSource 0 2\tIt\nT2\tCue 3 7\tsaid\nT3\tContent 8 10\tso\nT4\tAttribution 3 7\tsaid\n"
    ...               "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3\n", 10)
    >>> found[0].source, found[0].content
    ([(0, 2)], [(8, 10)])
    """
    spans: dict[str, list[Fragment]] = {}
    events: list[tuple[str, list[str]]] = []
    for entry in _ENTRY.split(ann.strip()):
        key, _, rest = entry.partition("\t")
        head = rest.partition("\t")[0]
        if key.startswith("T"):
            spans[key] = _fragments(head.partition(" ")[2], length)
        elif key.startswith("E"):
            events.append((key, head.split()))
    return [_attribution(key, roles, spans) for key, roles in events if len(roles) > 1]


def _fragments(offsets: str, length: int) -> list[Fragment]:
    pairs = [tuple(int(n) for n in pair.split()) for pair in offsets.split(";")]
    fragments = sorted((start, end) for start, end in pairs)
    if fragments and not 0 <= fragments[0][0] < fragments[-1][1] <= length:
        raise InputError(f"a span {fragments} lies outside its text of {length} characters: text and marks do not fit")
    return fragments


def _attribution(key: str, roles: list[str], spans: dict[str, list[Fragment]]) -> Attribution:
    by_role: dict[str, list[Fragment]] = {"source": [], "cue": [], "content": []}
    for item in roles[1:]:
        role, _, span = item.partition(":")
        if role in ROLES:
            by_role[ROLES[role]].extend(spans.get(span, []))
    return Attribution(key, *(sorted(by_role[role]) for role in ("source", "cue", "content")))


def form(text: str, fragments: list[Fragment]) -> str:
    """Form of a content by its quotation marks: direct, mixed or indirect.

    Direct if every word of the content stands between quotation marks, indirect if none does, else mixed. A mark
    left open holds to the end of its paragraph, as newspapers set quotations that run on.

    Examples
    --------
    >>> form('“So it is,” he said, “always.”', [(0, 11), (21, 30)]), form("that it “is” so", [(0, 15)])
    ('direct', 'mixed')
    """
    inside = outside = 0
    for start, end in fragments:
        for word, quoted in _words(text[start:end]):
            spoken = any(ch.isalnum() for ch in word)
            inside += quoted and spoken
            outside += not quoted and spoken
    if not inside:
        return "indirect"
    return "mixed" if outside else "direct"


def _words(content: str) -> Iterator[tuple[str, bool]]:
    """Runs of characters without a quotation mark, and whether they stand between marks.

    A closing mark without an opening one ends a quotation that began before the content did.
    """
    for paragraph in re.split(r"\n[ \t]*\n", content):
        quoted, opened = False, False
        run: list[str] = []
        for ch in paragraph:
            if ch not in _OPEN + _CLOSE:
                run.append(ch)
                continue
            yield "".join(run), quoted or (ch == "”" and not opened)
            run = []
            quoted = ch == "“" or (ch == '"' and not quoted)
            opened = True
        yield "".join(run), quoted


def _metadata(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["filename"]: row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)}


def _coded(folder: Path) -> dict[str, list[tuple[str, Path]]]:
    """Article -> its (coder, file), by coder id."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted(folder.glob("*.ann")):
        stem, _, coder = path.stem.rpartition("_")
        found.setdefault(stem, []).append((coder, path))
    return found


def _given(value: str | None) -> str | None:
    return None if value in (None, "", "None", "NA") else value


def _count(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdigit() else None


def _article(path: Path, split: str, text: str, meta: dict[str, str]) -> dict[str, Any]:
    code = path.stem.partition("_")[0]
    return {
        "article_id": path.stem,
        "outlet": OUTLETS.get(code, code),
        "outlet_raw": code,
        "text": text,
        "published_at": _given(meta.get("publication_date")),
        "published_raw": _given(meta.get("publication_date")),
        "author": _given(meta.get("author")),
        "language": "en",
        "genre": "news",
        "wire": _given(meta.get("wire")),
        "origin": f"polnear:data/{split}/text/{path.name}",
        "split": split,
        "headline": _given(meta.get("title")),
        "credit": _given(meta.get("credit")),
        "coders": meta.get("annotators"),
        **{name: _count(meta.get(name)) for name in ("trump_count", "clinton_count")},
    }


def _span_rows(article: str, coder: str, found: list[Attribution]) -> Iterator[dict[str, Any]]:
    for attribution in found:
        for role in ("source", "cue", "content"):
            for number, (start, end) in enumerate(getattr(attribution, role)):
                yield {
                    "article_id": article,
                    "part": "text",
                    "start": start,
                    "end": end,
                    "role": role,
                    "attribution": f"{article}/{coder}/{attribution.key}",
                    "fragment": number,
                    "coder": coder,
                }


def _spans_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = ["article_id", "part", "start", "end", "role", "attribution", "fragment", "coder"]
    return pd.DataFrame(rows, columns=names)


def _longest(fragments: list[Fragment]) -> Fragment | None:
    return max(fragments, key=lambda f: (f[1] - f[0], -f[0]), default=None)


def _paragraphs(text: str, fragments: list[Fragment]) -> Iterator[Fragment]:
    """Cut fragments at blank lines, trimming white space; upstream's parts of one stretch stay as marked."""
    for start, end in fragments:
        for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text[start:end]):
            piece = match.group()
            lead = len(piece) - len(piece.lstrip())
            if piece.strip():
                yield start + match.start() + lead, start + match.start() + lead + len(piece.strip())


def _quotation_rows(article: str, coder: str, text: str, found: list[Attribution]) -> Iterator[dict[str, Any]]:
    for attribution in found:
        pieces = list(_paragraphs(text, attribution.content))
        cue, source = _longest(attribution.cue), _longest(attribution.source)
        whole = f"{article}/{coder}/{attribution.key}"
        for start, end in pieces:
            yield {
                "quotation_id": schema.make_id(article, "text", start, end, whole, prefix="q-"),
                "article_id": article,
                "part": "text",
                "start": start,
                "end": end,
                "text": text[start:end],
                "kind": form(text, attribution.content),
                "cue": text[slice(*cue)] if cue else None,
                "cue_start": cue[0] if cue else None,
                "cue_end": cue[1] if cue else None,
                "speaker": text[slice(*source)] if source else None,
                "speaker_start": source[0] if source else None,
                "speaker_end": source[1] if source else None,
                "n_words": schema.count_words(text[start:end]),
                "part_of": whole if len(pieces) > 1 else None,
                "confidence": 1.0,
                "attribution": whole,
                "coder": coder,
            }


DATASET = Dataset(
    name="polnear",
    load=load,
    splits=SPLITS,
    repo="networkdynamics/PolNeAR",
    commit="c3eee833c035bf7b8c84f55b58c0bf7346cfae76",
    gold_offsets=True,
)
