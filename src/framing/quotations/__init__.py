"""Who is given a voice: attributions (content, cue, source) in every part of an article.

Conventions
-----------
One row per piece of an attribution; the pieces of one attribution share ``part_of``. Positions are half-open
ranges of characters into the part. ``kind`` tells direct (all of the content between marks), mixed (some of it)
and indirect; ``n_quoted`` counts the words between marks, so that quoted words can be told from paraphrased ones.

Two layers find them. *Structure* (this module and `marks`) needs no model: quotation marks, cue verbs, layouts. The
token heads of the encoder, where encodings are given, decide what is attributed (`linking`), and structure says where
it begins and ends. No article is given up: without encodings, structure alone answers.

The task and its terms are those of PARC 3 and PolNeAR (Pareti 2016; Newell, Margolin & Ruths 2018).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from framing.quotations import attribution, linking
from framing.quotations.attribution import Attribution
from framing.quotations.marks import Document
from framing.schema import PARTS, conform, count_words, make_id

if TYPE_CHECKING:
    from framing.encode import Encoding

_NO_WORDS = re.compile(
    r"(?:that )?(?:his|her|their|its) (?:full |real |last |first |own )?(?:sur)?(?:names?|identity|identities) (?:not )?(?:to )?be (?:not )?(?:withheld|used|disclosed|revealed|published|printed|changed)(?: (?:because|for|as|to|in|out)\b.{0,150})?|"
    r"(?:(?:not )?to (?:not )?be (?:named|identified|quoted)(?: by name)?|to (?:remain|stay) (?:anonymous|unnamed)|anonymity|"
    r"to (?:give|provide|use|share|disclose|reveal|withhold|conceal|change|omit|print|publish) (?:his|her|their|its|a|any) (?:own |full |real |last |first |sur|family )?(?:names?|identity|identities))(?: (?:because|for|as|to|in|out)\b.{0,150})?|"
    r"(?:to |for )?(?:(?:an?|any|the|several|multiple|repeated|further|our|its|their) )?(?:\w+['’]s? )?(?:requests?|e-?mails?|calls?|messages?|inquir(?:y|ies)|enquir(?:y|ies))"
    r" (?:for (?:a )?comment|seeking comment)|(?:to|for) (?:an? |the |several |repeated )?(?:requests?|questions?)(?: (?:from|by|of|on|about)\b.{0,80})?|(?:to )?answer (?:any |the |our )?questions?(?: (?:from|by|on|about)\b.{0,80})?|(?:to |for )?comment(?: (?:on|about)\b.{0,80})?",
    re.S | re.I,
)
"""Contents that are nobody's words: the wish not to be named, the request for comment that was not answered."""
_OFFERS = re.compile(r"\b(?:offer|g[ai]v|provid|present|cit|produc|suppl|shar)\w*$", re.I)
_NOTHING = re.compile(
    r"(?:no|little|neither|scant) (?:(?:further|other|more|new|clear|hard|immediate|direct|specific) )?(?:evidence|proof|details?|explanations?|reasons?|examples?|"
    r"comments?|information|specifics|names?|numbers?|figures?|timeline|timetable|sources?)(?: (?:for|of|on|about|to|as to)\b.{0,120})?",
    re.S | re.I,
)
"""What is not offered: "offered no evidence for it"."""
_INQUIRES = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|contact(?:s|ed|ing)?|approach(?:es|ed|ing)?|invite[sd]?|request(?:s|ed|ing)?|can (?:exclusively |now )?(?:reveal|disclose|report))$",
    re.I,
)
"""Cues of an outlet that tells of its own work."""
Encodings = Mapping[str, "Encoding"] | Iterable["Encoding"] | None


def attribute(articles: pd.DataFrame, encodings: Encodings = None) -> pd.DataFrame:
    """Find the attributions of every article.

    Parameters
    ----------
    articles
        The articles frame; article_id and text are needed, title and captions are read where they are there.
    encodings
        Encodings of the articles, or null: then document structure alone decides.

    Returns
    -------
    DataFrame
        The quotations frame (source_id null until `sources.resolve`), in reading order.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["“We will wait,” said Ada Byrne. She left."]})
    >>> attribute(articles)[["text", "kind", "cue", "speaker"]].values.tolist()
    [['“We will wait,”', 'direct', 'said', 'Ada Byrne']]
    """
    by_id = _by_article(encodings)
    rows: list[dict[str, Any]] = []
    for article in articles.to_dict("records"):
        encoding = by_id.get(str(article["article_id"]))
        for part in PARTS:
            text = article.get(part)
            if isinstance(text, str) and text.strip():
                doc = Document(text)
                found = attribution.find(doc, part, _plain(article.get("outlet")))
                if encoding is not None:
                    found = linking.fuse(doc, part, encoding, found)
                found = [item for item in found if not _narrators(doc, item, _plain(article.get("outlet")))]
                if _plain(article.get("genre")) == "opinion":
                    found = [item for item in found if not _writers(doc, item)]
                rows += _rows(article["article_id"], part, text, doc, found)
    return conform(rows, "quotations")


def _plain(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _by_article(encodings: Encodings) -> dict[str, Encoding]:
    if encodings is None:
        return {}
    values = encodings.values() if isinstance(encodings, Mapping) else encodings
    return {str(e.article_id): e for e in values}


def _rows(article_id: str, part: str, text: str, doc: Document, found: list[Attribution]) -> list[dict[str, Any]]:
    rows = []
    told = (kept for item in found if (kept := _with_words(text, item)) is not None)
    for item in (_cut(doc, _past_blanks(text, _past_dateline(doc, item))) for item in told):
        ids = [make_id(article_id, part, start, end, item.source, prefix="q-") for start, end in item.pieces]
        for quotation_id, (start, end) in zip(ids, item.pieces):
            words = count_words(text[start:end])
            verbatim = item.rule == "turn"  # said as it stands, without marks
            quoted = words if verbatim else sum(count_words(text[a:b]) for a, b in doc.inside(start, end))
            rows.append(
                {
                    "quotation_id": quotation_id,
                    "article_id": article_id,
                    "part": part,
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                    "kind": "direct" if verbatim else kind_of(doc, start, end),
                    "content_type": item.content_type,
                    **_named("cue", text, item.cue),
                    **_named("speaker", text, item.source),
                    "n_words": words,
                    "n_quoted": quoted,
                    "part_of": ids[0] if len(ids) > 1 else None,
                    "confidence": item.confidence,
                }
            )
    return sorted(rows, key=lambda r: (r["start"], r["end"]))


def _with_words(text: str, item: Attribution) -> Attribution | None:
    """The attribution without a wish not to be named, an unanswered request or "no evidence": no words that were given."""
    offers = item.cue is not None and _OFFERS.search(text[slice(*item.cue)])
    forms = [_NO_WORDS, _NOTHING] if offers else [_NO_WORDS]
    bare = [any(form.fullmatch(text[start:end].strip(" ,.")) for form in forms) for start, end in item.pieces]
    pieces = tuple(piece for piece, none in zip(item.pieces, bare) if not none)
    return replace(item, pieces=pieces) if pieces else None


def _writers(doc: Document, item: Attribution) -> bool:
    """Whether a row of an opinion piece is the writer's own voice: nobody is said to say it, or "I" and "we" are, without marks."""
    if doc.quoted_in(*item.pieces[0]) or doc.quoted_at(item.pieces[0][0]) is not None:
        return False
    if item.source is None:
        return item.cue is None
    return doc.text[slice(*item.source)].lower() in ("i", "we") and doc.quoted_at(item.source[0]) is None


def _narrators(doc: Document, item: Attribution, outlet: str | None) -> bool:
    """Whether a row tells of the outlet's own work: "The Ledger has asked the ministry to ...", "the Ledger can reveal that"."""
    if item.cue is None or item.source is None or outlet is None:
        return False
    named, own = _bare(doc.text[slice(*item.source)]), _bare(outlet)
    short = min(len(named), len(own))
    same = short and (
        named[-short:] == own[-short:] or "".join(named) == "".join(own)
    )  # "the Courier", "valecourier.com"
    return bool(same) and _INQUIRES.search(doc.text[slice(*item.cue)]) is not None


def _bare(name: str) -> list[str]:
    """The words of a name without its article and domain."""
    return re.findall(r"\w+", re.sub(r"^the\b|\.(?:com|org|net|co)\b.*$", "", name.strip().lower()))


def _past_dateline(doc: Document, item: Attribution) -> Attribution:
    """The attribution without the dateline that its first words stand behind."""
    if not doc.datelines:
        return item
    source = item.source and doc.past_dateline(item.source)
    return replace(item, source=source, pieces=tuple(map(doc.past_dateline, item.pieces)))


def _past_blanks(text: str, item: Attribution) -> Attribution:
    """The attribution whose pieces begin with words or marks: where an opening mark had slipped, they begin one place early."""
    if not any(text[start].isspace() for start, _ in item.pieces):
        return item
    pieces = ((end - len(text[start:end].lstrip()), end) for start, end in item.pieces)
    return replace(item, pieces=tuple(pieces))


def _cut(doc: Document, item: Attribution) -> Attribution:
    """The attribution whose quoted sentences end with their closing mark, where the writer's own sentence follows without marks."""
    return replace(item, pieces=tuple((start, _closed(doc, start, end)) for start, end in item.pieces))


def _closed(doc: Document, start: int, end: int) -> int:
    """Where a quotation that opens a piece is closed, if it ends a sentence and another without marks follows; else the piece's end."""
    regions = doc.quoted_in(start, end)
    if not regions or regions[0].start != start or not regions[-1].closed or regions[-1].end >= end:
        return end
    last = regions[-1].end
    ended = doc.text[start:last].rstrip("\"'”’ ")[-1:] in (".", "!", "?")
    return last if ended and doc.text[last:end].lstrip()[:1].isupper() else end


def _named(name: str, text: str, span: tuple[int, int] | None) -> dict[str, Any]:
    if span is None or not any(map(str.isalnum, text[slice(*span)])):  # a dash or a lone mark names nobody
        return {}
    return {name: text[span[0] : span[1]], f"{name}_start": span[0], f"{name}_end": span[1]}


def kind_of(doc: Document, start: int, end: int) -> str:
    """Tell direct, mixed and indirect content by how much of it lies between quotation marks.

    Examples
    --------
    >>> kind_of(Document("“Go,” he said"), 0, 5)
    'direct'
    """
    if doc.text[start : start + 5].lower() == "that ":
        start += 5
    inside = sum(count_words(doc.text[a:b]) for a, b in doc.inside(start, end))
    if inside == 0:
        return "indirect"
    return "direct" if inside >= count_words(doc.text[start:end]) else "mixed"
