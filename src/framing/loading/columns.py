"""Which of the source's columns is which of ours: by their common names, else by what they hold."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from framing import outlets
from framing.loading.dates import is_missing, parse
from framing.schema import InputError

# our column -> names other people give it, likeliest first; compared without case, spaces, "_", "-" and "."
NAMES: dict[str, tuple[str, ...]] = {
    "article_id": (
        "article_id",
        "articleid",
        "doc_id",
        "docid",
        "document_id",
        "story_id",
        "stories_id",
        "uuid",
        "guid",
        "id",
        "_id",
    ),
    "text": (
        "text",
        "maintext",
        "main_text",
        "full_text",
        "article_text",
        "article_body",
        "body_text",
        "fields.bodyText",
        "story_text",
        "story_sentences",
        "plain_text",
        "text_content",
        "body",
        "content",
        "body_paragraphs",
        "paragraphs",
        "story",
        "article",
        "news_text",
        "raw_text",
        "fields.body",
        "texte",
        "contenu",
        "texto",
        "contenido",
        "inhalt",
        "artikel",
    ),
    "html": ("html", "raw_html", "html_content", "content_html", "body_html", "page_html", "page", "source_html"),
    "title": (
        "title",
        "headline",
        "head_line",
        "article_title",
        "webTitle",
        "headline.main",
        "heading",
        "head",
        "news_title",
        "fields.headline",
        "titre",
        "titulo",
        "título",
        "titel",
        "überschrift",
        "name",
    ),
    "outlet": (
        "outlet",
        "outlet_name",
        "source.name",
        "source_name",
        "publisher",
        "publisher.name",
        "media_name",
        "news_outlet",
        "publication",
        "newspaper",
        "site_name",
        "sitename",
        "news_source",
        "source",
        "media",
        "provider",
        "source_domain",
        "domain",
        "site",
        "media_url",
        "source.title",
        "source.id",
    ),
    "published_at": (
        "published_at",
        "publishedAt",
        "date_publish",
        "publish_date",
        "published",
        "date_published",
        "publication_date",
        "pub_date",
        "webPublicationDate",
        "published_date",
        "datePublished",
        "publication_time",
        "first_publication_date",
        "release_date",
        "date",
        "datetime",
        "timestamp",
        "time",
        "published_time",
        "seendate",
        "created_at",
        "created",
        "date_download",
        "datum",
        "fecha",
    ),
    "url": (
        "url",
        "link",
        "article_url",
        "web_url",
        "webUrl",
        "canonical_url",
        "page_url",
        "news_url",
        "uri",
        "href",
        "permalink",
        "source_url",
    ),
    "author": (
        "author",
        "authors",
        "byline",
        "byline.original",
        "fields.byline",
        "creator",
        "writer",
        "journalist",
        "autor",
        "auteur",
    ),
    "language": ("language", "lang", "language_code"),
    "captions": ("captions",),
    "targets": ("targets",),
}
HOLDS_TEXT = ("text", "html")
LEAST_WORDS = 20
MOST_CELLS = 0.8  # share of a column's cells that tell what it is, in a table without a header
_ADDRESS = re.compile(r"https?://\S+$")


def fold(name: object) -> str:
    """Name without case and separators.

    Examples
    --------
    >>> fold("Date_Publish") == fold("date publish")
    True
    """
    return "".join(ch for ch in str(name).casefold() if ch not in " _-.")


def flat(values: Mapping[str, Any], depth: int = 2) -> dict[str, Any]:
    """Nested objects as dotted names: ``source.name``.

    Examples
    --------
    >>> flat({"source": {"id": None, "name": "The Lantern"}})
    {'source.id': None, 'source.name': 'The Lantern'}
    """
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping) and depth and value:
            found |= {f"{key}.{k}": v for k, v in flat(value, depth - 1).items()}
        else:
            found[str(key)] = value
    return found


def header(first: Sequence[Any]) -> list[str] | None:
    """Names of a table's columns from its first row; None if that row is an article, so that the table has no header.

    A row is an article if one of its fields is prose or an address, or a whole date where none is a usual name of a column.
    A name that is there twice is told apart by a number, a missing one is ``column_N``.

    Examples
    --------
    >>> header(["Headline", "body", "body", ""])
    ['Headline', 'body', 'body_2', 'column_4']
    >>> header(["Pier shut", "https://post.example/1", "2021-03-04"]) is None
    True
    """
    texts = ["" if is_missing(cell) else " ".join(str(cell).split()) for cell in first]
    known = {fold(name) for names in NAMES.values() for name in names}
    if any(len(t.split()) >= LEAST_WORDS or _ADDRESS.match(t) for t in texts):
        return None
    if any(map(_whole_date, texts)) and not any(fold(t) in known for t in texts):
        return None
    found: list[str] = []
    for number, text in enumerate(texts, start=1):
        name, again = text or f"column_{number}", 1
        while name in found:
            again += 1
            name = f"{text}_{again}"
        found.append(name)
    return found


def numbered(n: int) -> list[str]:
    """Names for the `n` columns of a table without a header."""
    return [f"column_{i}" for i in range(1, n + 1)]


def _whole_date(value: Any) -> bool:
    """Whether a text is a date and nothing else; a number alone, such as an id, is none."""
    if not isinstance(value, str) or not 8 <= len(value) <= 40 or value.isdigit() or not re.search(r"\d", value):
        return False
    return parse(value).at is not None


def _by_content(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Mapping of a table without a header: by what nearly all cells of a column are."""
    cells = {key: [row[key] for row in rows if not is_missing(row.get(key))] for key in rows[0]}
    found: dict[str, str] = {}
    if text := longest_text(rows, set()):
        found["text"] = text
    tests: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("url", lambda v: isinstance(v, str) and bool(_ADDRESS.match(v))),
        ("published_at", lambda v: isinstance(v, date) or _whole_date(v)),
        ("outlet", lambda v: isinstance(v, str) and outlets.known(v)),
        ("title", lambda v: isinstance(v, str) and 4 <= len(v.split()) <= 30),
    )
    for ours, test in tests:
        shares = {k: sum(map(test, v)) / len(v) for k, v in cells.items() if v and k not in found.values()}
        best = max(shares, key=lambda k: shares[k], default=None)
        if best is not None and shares[best] >= MOST_CELLS:
            found[ours] = best
    return found


def recognise(rows: Sequence[Mapping[str, Any]], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Mapping of our columns to those of a sample of rows.

    A column that is empty in the whole sample is passed over for one that is not. If no column
    has a name known for text, the one with the longest prose is taken. Columns of a table without a header
    (:func:`numbered`) are told by their cells.

    Parameters
    ----------
    rows
        Some flat rows of the source.
    given
        ``{ours: theirs}`` the user asked for; goes before everything.

    Raises
    ------
    InputError
        If the user names a column of ours that does not exist.

    Examples
    --------
    >>> recognise([{"Headline": "A", "link": "http://x.example", "body": "One two three."}])
    {'text': 'body', 'title': 'Headline', 'url': 'link'}
    """
    found = dict(given or {})
    for ours in found:
        if ours not in NAMES:
            near = difflib.get_close_matches(ours, NAMES, n=3) or list(NAMES)
            raise InputError(f"--map {ours}=...: no such column of articles; did you mean {', '.join(near)}?")
    if rows and all(re.fullmatch(r"column_\d+", key) for key in rows[0]):
        told = _by_content(rows)
        return {k: v for k, v in told.items() if k not in found and v not in found.values()} | found
    taken = set(found.values())
    theirs: dict[str, str] = {}
    for row in rows:
        for key in row:
            theirs.setdefault(fold(key), key)
    for ours, names in NAMES.items():
        if ours in found:
            continue
        candidates = [theirs[fold(n)] for n in names if fold(n) in theirs and theirs[fold(n)] not in taken]
        best = _best(ours, candidates, rows)
        if best is not None:
            found[ours] = best
            taken.add(best)
    if not any(c in found for c in HOLDS_TEXT) and (longest := longest_text(rows, taken)):
        found["text"] = longest
    return {ours: found[ours] for ours in NAMES if ours in found}


def _best(ours: str, candidates: list[str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    filled = [c for c in candidates if any(not is_missing(r.get(c)) and r.get(c) not in ([], {}) for r in rows)]
    if ours in HOLDS_TEXT:
        filled = [c for c in filled if any(isinstance(r.get(c), (str, list)) for r in rows)]
        prose = [c for c in filled if max(words(r.get(c)) for r in rows) >= LEAST_WORDS]
        return next(iter(prose or filled), None)
    if ours == "outlet":  # "source" may hold a page's address, "media" a list of pictures
        filled = [c for c in filled if any(isinstance(r.get(c), str) and len(r[c]) < 120 for r in rows)]
    return next(iter(filled or candidates), None)


def longest_text(rows: Sequence[Mapping[str, Any]], taken: set[str]) -> str | None:
    """Column with the most words a row, if they are enough to be an article."""
    size: dict[str, int] = {}
    for row in rows:
        for key, value in row.items():
            if key not in taken and isinstance(value, (str, list)):
                size[key] = size.get(key, 0) + words(value)
    best = max(size, key=lambda k: size[k], default=None)
    return best if best is not None and size[best] >= LEAST_WORDS * max(len(rows), 1) else None


def words(value: Any) -> int:
    """Words of a text or of a list of paragraphs, roughly."""
    return len(paragraphs(value).split()) if isinstance(value, (str, list)) else 0


def paragraphs(value: Any, depth: int = 0) -> str:
    r"""Text of a cell: a string as it is, nested lists of paragraphs joined by a blank line.

    Examples
    --------
    >>> paragraphs([["One.", "Still one."], ["Two."]])
    'One. Still one.\n\nTwo.'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return paragraphs(value.get("text") or value.get("content") or value.get("sentence") or "", depth)
    if isinstance(value, (list, tuple)) and depth < 5:
        depth += any(isinstance(v, Mapping) and "sentence" in v for v in value)
        inner = [p for p in (paragraphs(v, depth + 1).strip() for v in value) if p]
        return (" " if depth else "\n\n").join(inner)
    return ""


def names(value: Any) -> str | None:
    """One or more persons' names, separated by commas.

    Examples
    --------
    >>> names([{"name": "Ada Orr"}, "Ben Ito"])
    'Ada Orr, Ben Ito'
    """
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("fullname")
    if isinstance(value, str):
        return None if is_missing(value) else " ".join(value.split())
    if isinstance(value, (list, tuple)):
        return ", ".join(n for n in map(names, value) if n) or None
    return None


def plain(value: Any) -> Any:
    """Cell that any table can hold: numbers, booleans and text as they are, the rest as JSON."""
    if is_missing(value) and not isinstance(value, str):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple, Mapping)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def no_text(found: Sequence[str], where: str) -> str:
    """Message for an input without a text column."""
    listed = ", ".join(map(str, list(found)[:20])) or "none"
    addresses = {fold(name) for name in NAMES["url"]} & {fold(name) for name in found}
    way_out = " A list of addresses is not enough: save the pages and give their folder." if addresses else ""
    return f"{where}: no column with article text. Columns found: {listed}. Name it with --map text=COLUMN.{way_out}"
