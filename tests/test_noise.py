"""What is no text at all is told from odd encodings, and rejected."""

from __future__ import annotations

import base64
import json
import random
import sys
from pathlib import Path

import pandas as pd
import pytest

from framing.schema import InputError

sys.path.insert(0, str(Path(__file__).parent))
from test_loading import BODY, read

CYRILLIC = "Портовое управление Орвана сообщило в понедельник, что старый причал останется закрытым до весны. " * 6
JAPANESE = "港の事務所は月曜日に、古い桟橋が春まで閉鎖されると発表した。漁師たちは北の岸壁を使うように言われた。" * 6


def some_bytes(size: int, seed: int = 3) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.mark.parametrize("suffix", [".txt", ".html", ".md"])
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (some_bytes(400_000), "control characters"),
        (some_bytes(900), "control characters"),
        (b"\xff\xfe" + some_bytes(40_000), "control characters"),
        (BODY.encode() + some_bytes(100_000), "control characters"),
        (b"%PDF-1.7\n" + some_bytes(3000), "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + some_bytes(3000), "a PNG picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), "an old Office document"),
        (base64.b64encode(some_bytes(30_000)), "no stretch of it is made of words"),
        (some_bytes(9000).hex(" ").encode(), "no stretch of it is made of words"),
        ("\ufffd\ufffd\ufffd \ufffd\ufffd".encode() * 300, "could not be decoded"),
    ],
)
def test_noise_is_rejected_with_the_reason(tmp_path, suffix, data, why):
    from framing import clean

    path = tmp_path / f"noise{suffix}"
    path.write_bytes(data)
    articles, rejected = read(path)
    if len(articles):  # a page's words are known only after its markup is gone
        assert suffix == ".html"
        done = clean.clean(articles)
        articles, rejected = done.articles, done.rejected
    assert articles.empty
    assert rejected.reason.tolist() == [rejected.reason[0]]
    assert "not text: " in rejected.reason[0]
    assert why in rejected.reason[0]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
def test_a_row_of_noise_costs_only_itself(tmp_path, suffix):
    noise = some_bytes(3000).decode("latin-1").replace("\x00", "").replace("\r", "").replace("\n", "")
    table = pd.DataFrame({"title": ["One", "Noise", "Two"], "text": [BODY, noise, BODY + " Crews waited."]})
    path = tmp_path / f"rows{suffix}"
    if suffix == ".csv":
        table.to_csv(path, index=False)
    elif suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_json(path, orient="records", lines=suffix == ".jsonl")
    articles, rejected = read(path)
    assert articles.title.tolist() == ["One", "Two"]
    assert len(rejected) == 1
    assert "control characters" in rejected.reason[0]
    assert rejected.raw[0]


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".warc", ".docx", ".rtf", ".zip"]
)
def test_a_file_of_noise_is_one_message(tmp_path, suffix):
    from framing import runs

    path = tmp_path / f"noise{suffix}"
    path.write_bytes(some_bytes(60_000))
    with pytest.raises(InputError, match=r"no article could be read \(\d|is not a readable zip archive"):
        runs.run([str(path)], tmp_path / "out")


def test_a_column_named_text_beside_the_page_never_takes_the_place_of_the_page(tmp_path):
    path = tmp_path / "pages.jsonl"
    path.write_text(json.dumps({"text": 7, "html": f"<p>{BODY}</p><p>{BODY} Twice.</p>"}) + "\n")
    articles, _ = read(path)
    assert articles.html.tolist() == [True]
    assert articles.text_found.tolist() == [7]


@pytest.mark.parametrize("suffix", [".txt", ".html"])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((CYRILLIC, e) for e in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r")),
        *((JAPANESE, e) for e in ("utf-8", "utf-16", "utf-16-le", "shift-jis", "euc-jp", "iso2022_jp")),
        *((BODY, e) for e in ("utf-16", "utf-16-le", "utf-32", "cp1252")),
    ],
)
def test_odd_encodings_are_text(tmp_path, suffix, text, encoding):
    from framing import clean

    path = tmp_path / f"page{suffix}"
    path.write_bytes(text.encode(encoding))
    articles, rejected = read(path)
    assert rejected.empty
    assert clean.clean(articles).articles.text[0].strip() == text.strip()


def test_text_with_stray_bytes_in_it_is_text(tmp_path):
    zeros = b"".join(bytes([c, 0]) if i % 9 == 0 else bytes([c]) for i, c in enumerate(BODY.encode()))
    files = {
        "zeros.txt": zeros,
        "feeds.txt": b"\x0c".join([BODY.encode()] * 3) + b"\x1a",
        "picture.md": BODY.encode() + b"\n\n![](data:image/png;base64," + base64.b64encode(some_bytes(60_000)) + b")",
        "scores.txt": "\n".join(f"Orvane Rovers {i} {i * 3} {i * 7} 34 55" for i in range(60)).encode(),
        "chart.txt": (BODY + "\n" + " ".join(str(i * 7919) for i in range(2000))).encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    articles, rejected = read(tmp_path)
    assert rejected.empty
    assert len(articles) == len(files)
    assert articles.text[articles.origin.str.endswith("zeros.txt")].tolist() == [BODY]
