"""Web archives: every successful HTML response of a WARC file is one article."""

from __future__ import annotations

from framing.loading import noise
from framing.loading.decode import decode_page
from framing.loading.record import Record, Records, rejected
from framing.loading.source import Source

SUFFIXES = (".warc", ".arc")
MAX_PAGE = 16 * 2**20


def records(source: Source) -> Records:
    """HTML responses with address and time of the crawl; other responses are counted as rejected."""
    from warcio.archiveiterator import ArchiveIterator

    number = 0
    try:
        with source.open() as stream:
            for entry in ArchiveIterator(stream, arc2warc=True):
                if entry.rec_type != "response":
                    continue
                number += 1
                yield _response(f"{source.name}#{number}", entry)
    except Exception as error:  # a damaged archive makes its reader raise nearly anything
        yield rejected(source.name, f"the web archive breaks off after {number} responses: {error}")


def _response(origin: str, entry: object) -> Record:
    headers, http = entry.rec_headers, entry.http_headers  # type: ignore[attr-defined]
    url = headers.get_header("WARC-Target-URI")
    if http is None:
        return rejected(origin, "a response without HTTP headers", url)
    status, kind = http.get_statuscode(), http.get_header("Content-Type") or ""
    if status != "200":
        return rejected(origin, f"HTTP status {status}", url)
    if "html" not in kind.lower():
        return rejected(origin, f"not a web page ({kind or 'no content type'})", url)
    data = entry.content_stream().read(MAX_PAGE + 1)  # type: ignore[attr-defined]
    if len(data) > MAX_PAGE:
        return rejected(origin, f"page larger than {MAX_PAGE // 2**20} MB", url)
    if reason := noise.of_bytes(data):
        return rejected(origin, reason, url)
    _, _, charset = kind.lower().partition("charset=")
    page = decode_page(data, charset.strip(" ;\"'") or None)
    return Record(origin, {"html": page, "url": url, "crawled_at": headers.get_header("WARC-Date")})
