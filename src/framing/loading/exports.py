"""Exports of news databases: Nexis Uni and Factiva, by the structure their documents share.

Both put many articles in one file (plain text, RTF, DOCX, HTML). What is here is that structure: where a
document ends, and which lines name its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

FACTIVA = {
    "HD": "title", "BY": "author", "WC": "words", "PD": "published_at", "ET": "time", "SN": "outlet", "LA": "language_name",
    "LP": "text", "TD": "text", "SE": "section", "CR": "credit", "CY": "copyright", "SC": "source_code", "PG": "page", "ED": "edition",
    "AN": "article_id", "CO": "companies", "NS": "subjects", "RE": "regions", "IN": "industries", "IPD": "descriptors", "IPC": "codes",
    "PUB": "publisher_name", "CX": "correction", "ART": "art",
}  # fmt: skip
_FACTIVA_LINE = re.compile(rf"^({'|'.join(FACTIVA)})(?:\s+(.*))?$")
_NEXIS_END = re.compile(r"^\s{0,20}End of Document\s{0,20}$", re.M)
_NEXIS_OLD = re.compile(r"^\s{0,60}(?:Document )?\d{1,6} of \d{1,6} DOCUMENTS?\s{0,20}$", re.M | re.I)
_FIELD = re.compile(
    r"^(Section|Length|Byline|Headline|Dateline|Highlight|Load-Date|Language|Publication-Type|Graphic|Series|URL|Body|Copyright)\s?:?\s*(.*)$",
    re.I,
)
_DATE = re.compile(r"\b(?:19|20)\d{2}\b")
_AFTER = ("load-date", "language", "publication-type", "graphic", "url")


def split(text: str) -> list[dict[str, Any]] | None:
    r"""Articles of an export; None if the text is none.

    Parameters
    ----------
    text
        Plain text of the file, one paragraph or field a line.

    Examples
    --------
    >>> one = "Pier shut\nOrvane Post\nMarch 4, 2021\nLength: 5 words\nBody\nThe pier is shut now.\nEnd of Document\n"
    >>> split(one)[0]["outlet"], split(one)[0]["text"]
    ('Orvane Post', 'The pier is shut now.')
    >>> split("An ordinary text.") is None
    True
    """
    lines = text.splitlines()
    codes = [m[1] for line in lines if (m := _FACTIVA_LINE.match(line.strip()))]
    if "HD" in codes and "PD" in codes and ("LP" in codes or "TD" in codes):
        return list(_factiva(lines))
    pieces = _NEXIS_END.split(text) if _NEXIS_END.search(text) else _NEXIS_OLD.split(text)
    if len(pieces) < 2:
        return None
    found = [article for piece in pieces if (article := _nexis(piece)) is not None]
    return found or None


def _factiva(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Fields of each article: a code begins one, a new headline code begins the next article."""
    article: dict[str, list[str]] = {}
    field = None
    for raw in lines:
        line = raw.strip()
        match = _FACTIVA_LINE.match(line)
        if match:
            field = FACTIVA[match[1]]
            if match[1] == "HD" and "title" in article:
                yield _joined(article)
                article = {}
            if match[2]:
                article.setdefault(field, []).append(match[2].strip())
        elif re.match(r"^Document [A-Za-z0-9]{10,40}$", line):
            article.setdefault("article_id", [line.split()[1]])
            field = None
        elif line and field is not None:
            article.setdefault(field, []).append(line)
    if article:
        yield _joined(article)


def _joined(article: dict[str, list[str]]) -> dict[str, Any]:
    return {field: ("\n\n" if field == "text" else " ").join(values) for field, values in article.items()}


def _nexis(piece: str) -> dict[str, Any] | None:
    """Head lines (title, outlet, date), named fields, body."""
    lines = [line.strip() for line in piece.splitlines()]
    head: list[str] = []
    body: list[str] = []
    fields: dict[str, str] = {}
    inside = False
    for line in lines:
        match = _FIELD.match(line)
        name = match[1].lower() if match else ""
        if match and name == "body" and not match[2]:
            inside = True
        elif match and ":" in line[: len(match[1]) + 2] and (not inside or name in _AFTER):
            fields[name] = match[2]
            if name in _AFTER and body:
                inside = False
            elif name == "length" and not any(x.lower() == "body" for x in lines):
                inside = True  # older exports have no line "Body"
        elif inside:
            body.append(line)
        elif line and not fields and not body:
            head.append(line)
    if not body and not head:
        return None
    at = next(
        (i for i, line in enumerate(head) if i and _DATE.search(line) and not line.lower().startswith("copyright")),
        None,
    )
    title = fields.get("headline") or (head[0] if head else None)
    outlet = (
        head[at - 1]
        if at is not None and (at > 1 or "headline" in fields)
        else (head[0] if "headline" in fields and head else None)
    )
    found = {
        "title": title, "outlet": outlet, "published_at": head[at] if at is not None else None, "author": fields.get("byline"),
        "section": fields.get("section"), "url": fields.get("url"), "text": _paragraphs(body),
    }  # fmt: skip
    return {k: v for k, v in found.items() if v}


def _paragraphs(lines: list[str]) -> str:
    """Body lines as they are: blank lines between paragraphs where the export has them."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
