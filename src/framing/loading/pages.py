"""Single documents: saved web pages and plain text files, one article each."""

from __future__ import annotations

from framing.loading.decode import decode, decode_page
from framing.loading.record import Record, Records, rejected
from framing.loading.source import Source, Unreadable

SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".text", ".md")


def records(source: Source) -> Records:
    """One record: the page as ``html`` or the file as ``text``."""
    try:
        data = source.read()
    except Unreadable as error:
        yield rejected(source.name, str(error))
        return
    page = source.suffix in (".html", ".htm", ".xhtml")
    text = decode_page(data) if page else decode(data)
    if not text.strip():
        yield rejected(source.name, "empty file")
        return
    yield Record(source.name, {"html" if page else "text": text})
