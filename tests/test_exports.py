"""Exports of news databases: articles, their fields, and nothing of what stands around them."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from test_loading import BODY, read

NEXIS = f"""Pier shut
Orvane Post
March 4, 2021 Thursday
Copyright 2021 Orvane Post All Rights Reserved
Section: NEWS; Pg. 1
Length: 31 words
Byline: Ada Orr
Body

{BODY}

Load-Date: March 5, 2021
End of Document
Crews angry
Quay News
March 5, 2021 Friday
Length: 35 words
Body

{BODY} They were not amused.

End of Document
"""
FACTIVA = f"""HD Pier shut
BY Ada Orr
WC 31 words
PD 4 March 2021
SN Orvane Post
LA English
LP
{BODY}
TD
A second paragraph.
Document ORVPO00020210304eh340001
HD Crews angry
PD 5 March 2021
SN Quay News
LP
{BODY} They were not amused.
Document QUAYN00020210305eh350001
"""


def as_rtf(text: str) -> bytes:
    return ("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}" + text.replace("\n", "\\par\n") + "}").encode("cp1252")


def as_docx(text: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def as_html(text: str) -> bytes:
    rows = "".join(
        f"<tr><td><b>{a}</b></td><td>{b}</td></tr>"
        for a, _, b in (line.partition(" ") for line in text.split("\n"))
        if len(a) == 2
    )
    return f"<html><body><table>{rows}</table></body></html>".encode()


@pytest.mark.parametrize(("suffix", "wrap"), [(".txt", str.encode), (".rtf", as_rtf), (".docx", as_docx)])
@pytest.mark.parametrize("export", [NEXIS, FACTIVA])
def test_exports_of_news_databases(tmp_path, suffix, wrap, export):
    path = tmp_path / f"export{suffix}"
    path.write_bytes(wrap(export))
    articles, rejected = read(path)
    assert rejected.empty
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert articles.outlet.tolist() == ["Orvane Post", "Quay News"]
    assert articles.published_at.dt.strftime("%Y-%m-%d").tolist() == ["2021-03-04", "2021-03-05"]
    assert articles.author[0] == "Ada Orr"
    assert articles.text[0].startswith(BODY)
    assert "End of Document" not in articles.text[1]


COVER = """Date and Time: Monday, March 8, 2021 9:12:00 AM CET
Job Number: 138000000
Documents (2)
1. Pier shut
Client/Matter: -None-
Search Terms: pier
Search Type: Natural Language
Narrowed by:
Content Type
Narrowed by
News
-None-

"""
CLASSIFIED = """
Graphic

The old pier, photographed on Monday.

Classification

Language: ENGLISH

Publication-Type: Newspaper

Subject: HARBORS (90%)

"""


@pytest.mark.parametrize(("suffix", "wrap"), [(".txt", str.encode), (".rtf", as_rtf), (".docx", as_docx)])
def test_what_stands_around_a_nexis_document_is_not_of_its_body(tmp_path, suffix, wrap):
    plain, full = tmp_path / f"plain{suffix}", tmp_path / f"full{suffix}"
    plain.write_bytes(wrap(NEXIS))
    full.write_bytes(wrap(COVER + NEXIS.replace("\nLoad-Date", CLASSIFIED + "Load-Date")))
    (expected, _), (articles, rejected) = read(plain), read(full)
    assert rejected.empty
    for column in ("title", "outlet", "text", "published_at", "author"):
        assert articles[column].equals(expected[column])
    assert articles.captions[0] == "The old pier, photographed on Monday."


LAID_OUT = f"""Pier shut
By Ada Orr
31 words
4 March 2021
12:05
Orvane Post
ORVPO
English
Copyright 2021 Orvane Post.

{BODY}

A second paragraph.

Document ORVPO00020210304eh340001

Crews angry
35 words
5 March 2021
Quay News
English

{BODY} They were not amused.

Document QUAYN00020210305eh350001
"""


def as_laid_out_page(text: str) -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    return f'<html><body><div class="article enArticle">{lines}</div></body></html>'.encode()


@pytest.mark.parametrize(
    ("suffix", "wrap"), [(".txt", str.encode), (".rtf", as_rtf), (".docx", as_docx), (".html", as_laid_out_page)]
)
def test_factiva_without_codes(tmp_path, suffix, wrap):
    path = tmp_path / f"factiva{suffix}"
    path.write_bytes(wrap(LAID_OUT))
    articles, rejected = read(path)
    assert rejected.empty
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert articles.outlet.tolist() == ["Orvane Post", "Quay News"]
    assert articles.published_at.dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2021-03-04 12:05", "2021-03-05 00:00"]
    assert articles.author[0] == "Ada Orr"
    assert articles.text.tolist() == [f"{BODY}\n\nA second paragraph.", f"{BODY} They were not amused."]
    assert articles.article_id.tolist() == ["ORVPO00020210304eh340001", "QUAYN00020210305eh350001"]


def test_factiva_pages(tmp_path):
    path = tmp_path / "factiva.html"
    path.write_bytes(as_html(FACTIVA.replace("LP\n", "LP ")))
    articles, _ = read(path)
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert not articles.html.any()
    assert articles.text[0].startswith(BODY)


def test_damaged_office_files_are_rejected(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "b.rtf").write_bytes(b"{\\rtf1 " + b"{" * 10000)
    (tmp_path / "c.txt").write_text(BODY)
    articles, rejected = read(tmp_path)
    assert len(articles) == 1
    assert len(rejected) == 2
