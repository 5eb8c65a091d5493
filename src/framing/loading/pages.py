"""Single documents: saved web pages, plain text, RTF and DOCX; one article each, or an export of many."""

from __future__ import annotations

import re

from framing.clean import webpage
from framing.loading import exports, noise, office
from framing.loading.decode import decode, decode_page, tidy
from framing.loading.record import Record, Records, rejected
from framing.loading.source import Source, Unreadable

SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".text", ".md", ".rtf", ".docx")
_FACTIVA_PAGE = re.compile(r">\s{0,20}HD\s{0,20}<|class=[\"']article \w\wArticle[\"']")


def records(source: Source) -> Records:
    """One record: the page as ``html`` or the file as ``text``; of a database's export, one for each article."""
    page = source.suffix in (".html", ".htm", ".xhtml")
    try:
        text = _text(source, page)
    except Unreadable as error:
        yield rejected(source.name, str(error))
        return
    if not text.strip():
        yield rejected(source.name, "empty file")
        return
    plain = _lines(text) if page and _FACTIVA_PAGE.search(text) else "" if page else text
    articles = exports.split(plain) if plain else None
    if articles is None:
        yield Record(source.name, {"html" if page else "text": text})
        return
    yield from (Record(f"{source.name}#{i}", article) for i, article in enumerate(articles, start=1))


def _text(source: Source, page: bool) -> str:
    data = source.read()
    if not page and (source.suffix == ".docx" or data.startswith(b"PK\x03\x04")):
        return tidy(office.docx(data))
    if reason := noise.of_bytes(data):
        raise Unreadable(reason)
    if page:
        return decode_page(data)
    if source.suffix == ".rtf" or data.startswith(b"{\\rtf"):
        return tidy(office.rtf(data))
    return decode(data)


def _lines(page: str) -> str:
    root = webpage.parse(page)
    return "" if root is None else "\n".join(line.text for line in webpage.shown(root))
