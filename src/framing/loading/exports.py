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
    "PUB": "publisher_name", "ART": "captions", "CX": "correction",
}  # fmt: skip
_FACTIVA_LINE = re.compile(rf"^({'|'.join(FACTIVA)})(?:\s+(.*))?$")
_NEXIS_END = re.compile(r"^\s{0,20}End of Document\s{0,20}$", re.M)
_NEXIS_OLD = re.compile(r"^\s{0,60}(?:Document )?\d{1,6} of \d{1,6} DOCUMENTS?\s{0,20}$", re.M | re.I)
_FACTIVA_END = re.compile(r"^\s{0,20}Document ([A-Z][A-Z0-9]{2,15}\d{8}\w{5,20})\s{0,20}$", re.M)
_FACTIVA_WORDS = re.compile(r"^[\d,.]{1,9} words$", re.I)
_COPYRIGHT = re.compile(r"^(?:copyright|\(c\)|©)", re.I)
_HEAD_LINES = 14  # lines from a Factiva article's headline to its copyright
_FIELD = re.compile(
    r"^(Section|Length|Byline|Headline|Dateline|Highlight|Load-Date|Language|Publication-Type|Graphic|Series|URL|Body|Copyright|"
    r"Journal Code|Classification)\s?:?\s*(.*)$",
    re.I,
)
_DATE = re.compile(r"\b(?:19|20)\d{2}\b")
_AFTER = ("load-date", "language", "publication-type", "journal code", "graphic", "url")
_ALONE = ("body", "graphic", "classification")  # fields whose name is a line of its own
# the page before the first document: what was searched for, and the titles, each with these below it
_COVER = re.compile(r"^(?:Job Number|Client/Matter|Search Terms|Search Type|Narrowed by|Content Type)\s?:?", re.I)


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
    if _FACTIVA_END.search(text):
        laid_out = [article for piece in _pieces(text) if (article := _factiva_plain(*piece)) is not None]
        if laid_out:
            return laid_out
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
    found = {field: ("\n\n" if field == "text" else " ").join(values) for field, values in article.items()}
    if "article_id" in found:
        found["article_id"] = found["article_id"].removeprefix("Document ")
    if re.fullmatch(r"\d{1,2}:\d\d", found.get("time", "")):
        found["published_at"] = f"{found.get('published_at', '')} {found['time']}".strip()
    return found


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text of each article up to the line with its number, and the number."""
    at = 0
    for end in _FACTIVA_END.finditer(text):
        yield text[at : end.start()], end[1]
        at = end.end()


def _factiva_plain(piece: str, number: str) -> dict[str, Any] | None:
    """Article laid out without codes: section, headline, byline, words, date, time, outlet ..., copyright, text, number."""
    lines = [line.strip() for line in piece.splitlines() if line.strip()]
    words = next((i for i, line in enumerate(lines[:6]) if _FACTIVA_WORDS.match(line)), None)
    if not words:
        return None
    above, below = lines[:words], lines[words + 1 :]
    end = next((i + 1 for i, line in enumerate(below[:_HEAD_LINES]) if _COPYRIGHT.match(line)), None)
    if end is None:  # no copyright: up to the first line that reads like a sentence
        end = next(
            (i for i, line in enumerate(below) if len(line.split()) > 11 or line.endswith((".", "”"))), len(below)
        )
    head, body = below[:end], below[end:]
    author = above.pop() if len(above) > 1 and _is_byline(above[-1]) else None
    clock = head[1] if len(head) > 1 and re.fullmatch(r"\d{1,2}:\d\d", head[1]) else ""
    found = {
        "title": above[-1], "author": re.sub(r"^by\s+", "", author, flags=re.I) if author else None, "outlet": " ".join(head[1 + bool(clock) :][:1]),
        "published_at": f"{head[0]} {clock}".strip() if head else None, "section": above[-2] if len(above) > 1 else None,
        "text": "\n\n".join(body), "article_id": number,
    }  # fmt: skip
    return {k: v for k, v in found.items() if v}


def _is_byline(line: str) -> bool:
    """Whether the line above the number of words names persons: it says so, or is a few words, all capitalised."""
    words = [w for w in re.findall(r"[^\W\d_]+", line) if w.lower() not in ("and", "in", "for", "de", "van", "von")]
    return line.lower().startswith("by ") or (2 <= len(words) <= 8 and all(w[0].isupper() for w in words))


def _nexis(piece: str) -> dict[str, Any] | None:
    """Head lines (title, outlet, date), named fields, body, captions."""
    head: list[str] = []
    parts: dict[str, list[str]] = {"body": [], "graphic": []}
    fields: dict[str, str] = {}
    lines = _uncovered([line.strip() for line in piece.splitlines()])
    has_body = any(line.lower() == "body" for line in lines)
    inside = ""  # the field whose lines these are
    for line in lines:
        match = _FIELD.match(line)
        name = match[1].lower() if match else ""
        if match and name in _ALONE and not match[2] and (name == "body" or fields):
            inside = name
        elif match and ":" in line[: len(match[1]) + 2] and (inside != "body" or name in _AFTER):
            fields[name] = match[2]
            if name in _AFTER and parts["body"]:
                inside = "graphic" if name == "graphic" and not match[2] else "after"
            elif name == "length" and not has_body:
                inside = "body"  # older exports have no line "Body"
        elif inside:
            parts.setdefault(inside, []).append(line)
        elif line and not fields:
            head.append(line)
    body = parts["body"]
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
        "captions": "\n".join(line for line in [fields.get("graphic", ""), *parts["graphic"]] if line),
    }  # fmt: skip
    return {k: v for k, v in found.items() if v}


def _uncovered(lines: list[str]) -> list[str]:
    """Lines of a document without those of the cover page before it."""
    last = max((i for i, line in enumerate(lines[: len(lines) - 3]) if _COVER.match(line)), default=None)
    body = next((i for i, line in enumerate(lines) if line.lower() == "body"), len(lines))
    if last is None or last > body:
        return lines
    after = last + 1
    while after < len(lines) and (not lines[after] or lines[after] in ("News", "-None-")):
        after += 1
    return lines[after:]


def _paragraphs(lines: list[str]) -> str:
    """Body lines as they are: blank lines between paragraphs where the export has them."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
