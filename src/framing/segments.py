"""Voice segments: sentences cut at attribution spans, so that every judgement says whose words it judges.

Conventions
-----------
Direct content is its source's. Indirect content is its source's for stance, for it tells what the source holds, and the
narrator's for word choice, for the narrator chose the words. Mixed content is the source's for stance; for word choice its
words between quotation marks are the source's and the rest the narrator's. A cue is always the narrator's. Where
attributions are nested, the innermost speaks. The narrator of agency copy is the agency.

The narrator's and each source's segments partition the words of a sentence twice: once by ``for_stance`` and once by
``for_language``. A segment that is in both partitions is one row with both true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from framing import schema
from framing.quotations.marks import Document

if TYPE_CHECKING:
    from framing.encode import Encoding

__all__ = ["COLUMNS", "Encodings", "by_article", "records", "segments"]

Encodings = Mapping[str, "Encoding"] | Iterable["Encoding"]

COLUMNS: dict[str, schema.Kind] = {
    "article_id": "str",
    "part": "str",
    "start": "int",
    "end": "int",
    "sentence": "int",
    "voice": "str",
    "source_id": "str",
    "quotation_id": "str",
    "for_stance": "bool",
    "for_language": "bool",
}


@dataclass(frozen=True)
class _Voice:
    """Whose words: the narrator's (no quotation), or those of a quotation's source."""

    source: str | None = None
    quotation: str | None = None

    @property
    def name(self) -> str:
        return "narrator" if self.quotation is None else "source"


NARRATOR = _Voice()


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as mappings, nulls as None."""
    plain = table.astype("object").where(table.notna(), None)
    return cast("list[dict[str, Any]]", plain.to_dict("records"))


def by_article(encodings: Encodings) -> dict[str, Encoding]:
    """Encodings by article_id, whether they came as a mapping or one after another."""
    values = encodings.values() if isinstance(encodings, Mapping) else encodings
    return {str(one.article_id): one for one in values}


def segments(articles: pd.DataFrame, encodings: Encodings, quotations: pd.DataFrame) -> pd.DataFrame:
    """Cut the sentences of every article into voice segments.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    encodings : mapping or iterable of Encoding
        Their sentences. An article without an encoding has no segments.
    quotations : DataFrame
        Frame ``quotations`` (source_id may be null).

    Returns
    -------
    DataFrame
        article_id, part, start, end, sentence (row of ``Encoding.sentences``), voice (narrator | source), source_id,
        quotation_id, for_stance, for_language; in reading order. Pieces without a letter or digit are left out.

    Examples
    --------
    >>> from types import SimpleNamespace as Sentence
    >>> text = "“It failed,” said Ada Brandt."
    >>> table = schema.conform([{"article_id": "a", "text": text}], "articles")
    >>> encoding = Sentence(article_id="a", sentences=[Sentence(part="text", start=0, end=len(text), paragraph=0)])
    >>> said = {"quotation_id": "q", "article_id": "a", "part": "text", "start": 0, "end": 12, "kind": "direct",
    ...         "cue_start": 13, "cue_end": 17}
    >>> found = segments(table, [encoding], schema.conform([said], "quotations"))
    >>> [(text[row.start : row.end], row.voice) for row in found.itertuples()]
    [('“It failed,”', 'source'), ('said Ada Brandt.', 'narrator')]
    """
    encoded = by_article(encodings)
    spoken: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in records(quotations):
        spoken[str(row["article_id"]), str(row["part"])].append(row)
    rows: list[dict[str, Any]] = []
    for article in records(articles):
        encoding = encoded.get(str(article["article_id"]))
        if encoding is not None:
            rows += _of_article(article, encoding, spoken)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({name: schema.DTYPES[kind] for name, kind in COLUMNS.items()})


def _of_article(
    article: Mapping[str, Any], encoding: Encoding, spoken: Mapping[tuple[str, str], list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    identifier = str(article["article_id"])
    documents: dict[str, Document] = {}
    for number, sentence in enumerate(encoding.sentences):
        text = article.get(sentence.part)
        if not isinstance(text, str):
            continue
        said = [q for q in spoken.get((identifier, sentence.part), ()) if _touches(q, sentence.start, sentence.end)]
        document = documents.setdefault(sentence.part, Document(text)) if said else None
        for (start, end, voice), (stance, language) in _pieces(sentence.start, sentence.end, said, text, document):
            yield {
                "article_id": article["article_id"],
                "part": sentence.part,
                "start": start,
                "end": end,
                "sentence": number,
                "voice": voice.name,
                "source_id": voice.source,
                "quotation_id": voice.quotation,
                "for_stance": stance,
                "for_language": language,
            }


def _touches(quotation: Mapping[str, Any], start: int, end: int) -> bool:
    return bool(quotation["start"] < end and quotation["end"] > start)


Piece = tuple[int, int, _Voice]


def _pieces(
    start: int, end: int, said: list[dict[str, Any]], text: str, document: Document | None
) -> list[tuple[Piece, tuple[bool, bool]]]:
    """Partition one sentence for stance and for language; a piece in both is listed once."""
    if not said or document is None:
        return [(piece, (True, True)) for piece in _runs(text, start, [NARRATOR] * (end - start))]
    stance = [NARRATOR] * (end - start)
    language = [NARRATOR] * (end - start)
    for row in sorted(said, key=lambda q: (q["start"] - q["end"], q["start"], str(q["quotation_id"]))):  # longest first
        voice = _Voice(row["source_id"], str(row["quotation_id"]))
        low, high = max(int(row["start"]), start), min(int(row["end"]), end)
        _paint(stance, start, low, high, voice)
        if row["kind"] == "direct":
            _paint(language, start, low, high, voice)
        else:
            _paint(language, start, low, high, NARRATOR)
            for a, b in document.inside(low, high) if row["kind"] == "mixed" else ():
                _paint(language, start, a, b, voice)
    for row in said:
        if row["cue_start"] is not None and row["cue_end"] is not None:
            for voices in (stance, language):
                _paint(voices, start, int(row["cue_start"]), int(row["cue_end"]), NARRATOR)
    for_stance, for_language = set(_runs(text, start, stance)), set(_runs(text, start, language))
    every = sorted(for_stance | for_language, key=lambda p: (p[0], p[1], p[2].name, p[2].quotation or ""))
    return [(piece, (piece in for_stance, piece in for_language)) for piece in every]


def _paint(voices: list[_Voice], offset: int, start: int, end: int, voice: _Voice) -> None:
    for at in range(max(start - offset, 0), min(end - offset, len(voices))):
        voices[at] = voice


def _runs(text: str, offset: int, voices: list[_Voice]) -> list[Piece]:
    """Join neighbouring characters of one voice, without the white space around them."""
    out: list[Piece] = []
    begin = 0
    for at in range(1, len(voices) + 1):
        if at < len(voices) and voices[at] == voices[begin]:
            continue
        piece = text[offset + begin : offset + at]
        if any(map(str.isalnum, piece)):
            left = offset + begin + len(piece) - len(piece.lstrip())
            out.append((left, offset + begin + len(piece.rstrip()), voices[begin]))
        begin = at
    return out
