"""Loading: every format, every kind of damage; what is read is kept or rejected, and nothing else."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import loading
from framing.loading import columns, dates, decode
from framing.loading.rows import STANDARD
from framing.schema import InputError

BODY = (
    "The harbour office of Orvane said on Monday that the old pier would stay shut until spring. "
    "Fishing crews, who had hoped to land their catch there, were told to use the northern quay instead."
)
ROWS = [
    {
        "headline": "Pier shut",
        "body": BODY,
        "source": "Orvane Post",
        "url": "https://post.example/a/1",
        "date": "2021-03-04",
    },
    {
        "headline": "Crews angry",
        "body": BODY + " They were not amused.",
        "source": "Quay News",
        "url": "https://quay.example/2",
        "date": "2021-03-05",
    },
]


def read(path: Path | str, **options) -> tuple[pd.DataFrame, pd.DataFrame]:
    batches = list(loading.read(str(path), **options))
    articles = pd.concat([b.articles for b in batches], ignore_index=True) if batches else pd.DataFrame()
    rejected = pd.concat([b.rejected for b in batches], ignore_index=True) if batches else pd.DataFrame()
    return articles, rejected


def write_as(folder: Path, suffix: str) -> Path:
    path, table = folder / f"news{suffix}", pd.DataFrame(ROWS)
    lines = "".join(json.dumps(r) + "\n" for r in ROWS)
    if suffix == ".csv":
        table.to_csv(path, index=False)
    elif suffix == ".tsv":
        table.to_csv(path, index=False, sep="\t")
    elif suffix == ".parquet":
        table.to_parquet(path)
    elif suffix == ".xlsx":
        table.to_excel(path, index=False)
    elif suffix == ".json":
        path.write_text(json.dumps(ROWS))
    elif suffix == ".jsonl":
        path.write_text(lines)
    elif suffix == ".jsonl.gz":
        path.write_bytes(gzip.compress(lines.encode()))
    elif suffix == ".jsonl.zst":
        import zstandard

        path.write_bytes(zstandard.ZstdCompressor().compress(lines.encode()))
    elif suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inner/news.jsonl", lines)
    return path


@pytest.mark.parametrize(
    "suffix", [".csv", ".tsv", ".parquet", ".xlsx", ".json", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".zip"]
)
def test_every_format_gives_the_same_articles(tmp_path, suffix):
    articles, rejected = read(write_as(tmp_path, suffix))
    assert rejected.empty
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert articles.text.tolist() == [r["body"] for r in ROWS]
    assert articles.outlet.tolist() == ["Orvane Post", "Quay News"]
    assert articles.published_at.dt.strftime("%Y-%m-%d").tolist() == ["2021-03-04", "2021-03-05"]
    assert list(articles.columns[: len(STANDARD)]) == list(STANDARD)


@pytest.mark.parametrize("packed", [".gz", ".zst", ".bz2", ".xz", ".zip"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".txt", ".html"])
def test_every_format_packed_in_every_way(tmp_path, suffix, packed):
    import bz2
    import lzma

    import zstandard

    if suffix in (".txt", ".html"):
        plain = tmp_path / f"news{suffix}"
        plain.write_text(BODY if suffix == ".txt" else f"<html><body><p>{BODY}</p><p>{BODY}</p></body></html>")
    else:
        plain = write_as(tmp_path, suffix)
    data, path = plain.read_bytes(), tmp_path / "packed" / f"news{suffix}{packed}"
    path.parent.mkdir()
    if packed == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"inner/news{suffix}", data)
    else:
        pack = {".gz": gzip.compress, ".zst": zstandard.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[packed]
        path.write_bytes(pack(data))
    one, many = read(path), read(path.parent)  # by name, and found in a folder
    expected = read(plain)[0]
    for articles, rejected in (one, many):
        assert rejected.empty
        assert articles.text.tolist() == expected.text.tolist()
        assert articles.article_id.tolist() == expected.article_id.tolist()


def test_ids_come_from_content_and_do_not_depend_on_the_format(tmp_path):
    ids = {tuple(read(write_as(tmp_path, s))[0].article_id) for s in (".csv", ".jsonl", ".json", ".parquet", ".zip")}
    assert len(ids) == 1


def test_the_users_own_ids_and_extra_columns_are_kept(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": 7, "text": BODY, "desk": "harbour", "wire": "yes", "score": 3}))
    articles, _ = read(path)
    assert articles.article_id.tolist() == ["7"]
    assert articles.desk.tolist() == ["harbour"]
    assert articles.wire_found.tolist() == ["yes"]
    assert articles.score.tolist() == [3]


def test_newsapi_and_nested_sources(tmp_path):
    path = tmp_path / "api.json"
    item = {
        "source": {"id": None, "name": "Orvane Post"},
        "author": "Ada Orr",
        "title": "T",
        "url": "https://x.example/1",
        "publishedAt": "2021-03-04T10:00:00Z",
        "content": BODY,
    }
    path.write_text(json.dumps({"status": "ok", "totalResults": 1, "articles": [item]}))
    articles, _ = read(path)
    assert articles.loc[0, ["outlet", "author", "text"]].tolist() == ["Orvane Post", "Ada Orr", BODY]
    assert str(articles.published_at[0]) == "2021-03-04 10:00:00+00:00"


def test_paragraphs_given_as_nested_lists(tmp_path):
    path = tmp_path / "basil.json"
    path.write_text(
        json.dumps(
            {
                "uuid": "u1",
                "title": "T",
                "triplet-uuid": "e1",
                "body-paragraphs": [["One sentence here.", "And one more."], [BODY]],
            }
        )
    )
    articles, _ = read(path, event_column="triplet-uuid")
    assert articles.text[0] == f"One sentence here. And one more.\n\n{BODY}"
    assert articles["triplet-uuid"].tolist() == ["e1"]


def test_articles_by_id_and_single_article(tmp_path):
    (tmp_path / "by_id.json").write_text(
        json.dumps({"k1": {"text": BODY, "title": "A"}, "k2": {"text": BODY + " More.", "title": "B"}})
    )
    (tmp_path / "one.json").write_text(json.dumps({"text": BODY + " Single.", "title": "C"}))
    articles, _ = read(tmp_path)
    assert sorted(articles.title) == ["A", "B", "C"]
    assert set(articles.article_id) >= {"k1", "k2"}


def test_folders_texts_and_pages(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text(BODY)
    (tmp_path / "b.html").write_text(f"<html><body><p>{BODY}</p></body></html>")
    (tmp_path / "ignored.jpg").write_bytes(b"\xff\xd8")
    articles, rejected = read(tmp_path)
    assert len(articles) == 2
    assert articles.html.tolist() == [True, False]
    assert rejected.empty


def test_the_folder_of_a_text_is_its_outlet_where_the_user_says_so(tmp_path):
    for outlet, suffix in (("beacon", ".txt"), ("Orvane Post", ".html")):
        (tmp_path / outlet).mkdir()
        (tmp_path / outlet / f"a{suffix}").write_text(
            f"<html><p>{BODY}</p></html>" if suffix == ".html" else BODY + outlet
        )
    assert read(tmp_path)[0].outlet.isna().all()
    named = read(tmp_path, mapping={"outlet": "folder"})[0]
    assert sorted(named.outlet) == ["Orvane Post", "beacon"]
    with pytest.raises(InputError, match=r"texts and pages have no columns \(outlet=folder"):
        read(tmp_path, mapping={"outlet": "newspaper"})


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # warcio's writer leaves files to the collector
def test_warc(tmp_path):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "crawl.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, (status, kind) in enumerate(
            [("200 OK", "text/html; charset=utf-8"), ("404 Not Found", "text/html"), ("200 OK", "image/png")]
        ):
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            payload = io.BytesIO(f"<html><body><p>{BODY}</p></body></html>".encode())
            writer.write_record(
                writer.create_warc_record(
                    f"https://post.example/{number}", "response", payload=payload, http_headers=headers
                )
            )
    articles, rejected = read(path)
    assert articles.url.tolist() == ["https://post.example/0"]
    assert sorted(rejected.reason) == ["HTTP status 404", "not a web page (image/png)"]


def test_markup_in_a_text_column_is_seen(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"content": [f"<p>{BODY}</p><p>{BODY}</p>", "1 < 2 and 3 > 2, " + BODY]}).to_csv(path, index=False)
    assert read(path)[0].html.tolist() == [True, False]


def test_columns_without_known_names_are_found_by_what_they_hold(tmp_path):
    path = tmp_path / "odd.csv"
    pd.DataFrame({"c1": ["x1"], "c2": [BODY]}).to_csv(path, index=False)
    batch = next(loading.read(str(path)))
    assert batch.mapping["text"] == "c2"


def test_mapping_goes_before_names(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"text": ["summary only"], "long": [BODY], "who": ["Ada Orr"]}).to_csv(path, index=False)
    articles, _ = read(path, mapping={"text": "long", "author": "who"})
    assert articles.text[0] == BODY
    assert articles.author[0] == "Ada Orr"
    assert articles.text_found[0] == "summary only"


def test_limit_and_batches(tmp_path):
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"text": f"{BODY} Number {i}."}) + "\n" for i in range(25)))
    sizes = [len(b.articles) for b in loading.read(str(path), limit=17, batch_size=5)]
    assert sizes == [5, 5, 5, 2]


def test_a_frame_is_read_as_a_file_is_and_not_changed():
    table = pd.DataFrame(ROWS, index=["x", "y"])
    before = table.copy()
    batch = next(loading.from_table(table))
    pd.testing.assert_frame_equal(table, before)
    assert batch.articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert batch.articles.origin.tolist() == ["table:x", "table:y"]


# --- inputs that cannot be read at all -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.csv", None, "no file or folder"),
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n", "holds no articles"),
        ("no_text.csv", b"id,price\n1,2\n", "--map text=COLUMN"),
        ("binary.bin", b"\x00\x01\x02" * 50, "no format this reads"),
        ("bad.zip", b"PK\x03\x04 nothing", "zip"),
    ],
)
def test_one_clear_message(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        list(loading.read(str(path)))


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.csv", ""), ("header.csv", "title,text\n"), ("none.jsonl", ""), ("none.json", "[]"), ("none.txt", "")],
)
def test_a_file_without_articles_in_a_folder_is_told(tmp_path, name, content):
    (tmp_path / "a.csv").write_text("title,text\nA pier,The harbour board met on Monday and kept the pier open.\n")
    (tmp_path / name).write_text(content)
    articles, rejected = read(tmp_path)
    assert len(articles) == 1
    assert [Path(origin).name for origin in rejected["origin"]] == [name]


def test_folder_with_nothing_readable(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="nothing readable"):
        list(loading.read(str(tmp_path)))


def test_unknown_names_in_the_mapping_and_event_column(tmp_path):
    path = write_as(tmp_path, ".csv")
    for options in ({"mapping": {"txet": "body"}}, {"mapping": {"text": "nowhere"}}, {"event_column": "nowhere"}):
        with pytest.raises(InputError, match=r"did you mean|no column|no event column"):
            list(loading.read(str(path), **options))


# --- damaged input: kept + rejected = read --------------------------------------------------------


def test_truncated_gzip_keeps_what_came_before(tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    text = "".join(json.dumps({"text": f"{BODY} {i} {hash(str(i))}"}) + "\n" for i in range(400))
    data = gzip.compress(text.encode())
    path.write_bytes(data[: len(data) // 2])
    articles, rejected = read(path)
    assert 0 < len(articles) < 400
    assert any("ends too early" in r for r in rejected.reason)


def test_invalid_lines_are_rejected_one_by_one(tmp_path):
    path = tmp_path / "mixed.jsonl"
    good = json.dumps({"text": BODY})
    path.write_text(
        "\n".join(
            [good, "{broken", "[1, 2]", "null", "", json.dumps({"text": BODY + " Two."}), json.dumps({"text": ""})]
        )
    )
    articles, rejected = read(path)
    assert len(articles) == 2
    assert rejected.origin.str.rsplit(":").str[-1].tolist() == ["2", "3", "4", "7"]
    assert len(articles) + len(rejected) == 6  # every line that is not blank


def test_mixed_encodings_and_nul_bytes(tmp_path):
    path = tmp_path / "mixed.csv"
    body = BODY.replace(",", ";")
    rows = [
        b"title,text",
        ("Été," + body).encode(),
        ("Été deux," + body + " é").encode("cp1252"),
        b"Nul," + body.encode() + b" a\x00b",
    ]
    path.write_bytes(b"\n".join(rows) + b"\n")
    articles, rejected = read(path)
    assert articles.title.tolist() == ["Été", "Été deux", "Nul"]
    assert articles.text[2].endswith(" ab")
    assert rejected.empty


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(("Der Bürgermeister von Öhrwald sagte: „Das wäre schön.“ " + BODY).encode(encoding))
    assert read(path)[0].text[0].startswith("Der Bürgermeister von Öhrwald")


def test_a_line_of_fifty_megabytes(tmp_path):
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        for _ in range(50):
            file.write(b"word " * 200_000)
        file.write(b'"}\n' + json.dumps({"text": BODY}).encode() + b"\n")
    articles, rejected = read(path)
    assert len(articles) == 1
    assert "line longer than" in rejected.reason[0]
    assert len(rejected.raw[0]) <= 10_000


def test_zip_bomb(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("bomb.jsonl", "w") as member:
            for _ in range(100):
                member.write(b"\0" * 2**20)
        archive.writestr("good.jsonl", json.dumps({"text": BODY}))
    articles, rejected = read(path)
    assert len(articles) == 1
    assert any("times its size" in r for r in rejected.reason)


def test_gzip_bomb(tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write((json.dumps({"text": BODY}) + "\n").encode())
        for _ in range(100):
            file.write(b"\0" * 2**20)
    articles, rejected = read(path)
    assert len(articles) == 1
    assert any("times its size" in r for r in rejected.reason)


def test_archives_in_archives_and_odd_names_are_read_or_rejected(tmp_path):
    def packed(**members: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return out.getvalue()

    inner = packed(**{"a.txt": (BODY + " One.").encode()})
    deep = packed(**{"1.zip": packed(**{"2.zip": packed(**{"3.zip": inner})})})
    members = {
        "in.zip": inner,
        "../up.txt": BODY.encode(),
        "cut.zip": inner[:50],
        "deep.zip": deep,
        "b.pdf": b"%PDF-1.7 x",
    }
    (tmp_path / "all.zip").write_bytes(packed(**members, **{"style.css": b"p {}"}))
    (tmp_path / "c.doc").write_bytes(b"x")
    articles, rejected = read(tmp_path)
    assert [o.partition("!")[2] for o in articles.origin] == ["in.zip!a.txt", "../up.txt"]
    where = [o.rpartition("all.zip!")[2].rpartition("/")[2] for o in rejected.origin]
    assert sorted(where) == ["b.pdf", "c.doc", "cut.zip", "deep.zip!1.zip!2.zip"]
    assert any("archives, 3 deep" in r for r in rejected.reason)
    assert any("not a readable zip" in r for r in rejected.reason)
    assert not list(tmp_path.parent.glob("up.txt"))  # nothing is unpacked to where a name says


def test_deeply_nested_json(tmp_path):
    path = tmp_path / "deep.jsonl"
    path.write_text("[" * 100_000 + "\n" + json.dumps({"text": BODY}) + "\n")
    articles, rejected = read(path)
    assert len(articles) == 1
    assert len(rejected) == 1


def test_unbalanced_quotes_cost_one_row(tmp_path):
    path = tmp_path / "quotes.csv"
    lines = [
        "title,text",
        f'Good,"{BODY}"',
        f'Bad,"{BODY}',
        f'Good again,"{BODY} Twice."',
        f"Plain,{BODY.replace(',', ';')}",
    ]
    path.write_text("\n".join(lines) + "\n")
    articles, rejected = read(path)
    assert articles.title.tolist() == ["Good", "Good again", "Plain"]
    assert len(rejected) == 1


def as_csv(rows, *, end: str = "\n", header: bool = True) -> str:
    lines = [list(ROWS[0])] * header + [list(row.values()) for row in rows]
    return "".join(",".join(f'"{cell}"' for cell in line) + end for line in lines)


@pytest.mark.parametrize("inside", [" ", "\r", "\n"])
def test_lines_that_end_in_a_carriage_return_alone(tmp_path, inside):
    rows = [row | {"body": row["body"].replace(" Fishing", inside + "Fishing")} for row in ROWS]
    (tmp_path / "old.csv").write_bytes(as_csv(rows, end="\r").encode())
    articles, rejected = read(tmp_path / "old.csv")
    assert rejected.empty
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert articles.text[0] == BODY.replace(" Fishing", inside.replace("\r", "\n") + "Fishing")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("excel.csv", "sep=;\n" + as_csv(ROWS).replace('","', '";"')),
        ("trailing.csv", as_csv(ROWS).replace('"\n"P', ',"\n"P').replace('04"\n', '04",\n').replace('05"\n', '05",\n')),
        ("twice.csv", as_csv(ROWS).replace('"url"', '"body"')),
        ("stray.csv", as_csv(ROWS).replace('"Pier shut"', "Pier shut\r")),
    ],
)
def test_usual_oddities_of_tables(tmp_path, name, text):
    (tmp_path / name).write_bytes(text.encode())
    articles, rejected = read(tmp_path / name)
    assert rejected.empty
    assert articles.text.tolist() == [r["body"] for r in ROWS]
    assert articles.title.str.strip().tolist() == ["Pier shut", "Crews angry"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_without_a_header_keeps_its_first_row(tmp_path, suffix):
    titles = ["The old pier stays shut", "Crews are angry about it"]
    rows = [{"n": i, **row, "headline": title} for i, (row, title) in enumerate(zip(ROWS, titles))]
    table = pd.DataFrame([list(row.values()) for row in rows])
    write = {".csv": table.to_csv, ".xlsx": table.to_excel}[suffix]
    write(tmp_path / f"bare{suffix}", index=False, header=False)
    (batch,) = loading.read(str(tmp_path / f"bare{suffix}"))
    assert batch.rejected.empty
    assert batch.mapping == {"text": "column_3", "url": "column_5", "published_at": "column_6", "title": "column_2"}
    assert batch.articles.text.tolist() == [r["body"] for r in ROWS]
    assert batch.articles.origin.str.rpartition(":")[2].tolist() == ["1", "2"]
    named, _ = read(tmp_path / f"bare{suffix}", mapping={"outlet": "column_4"})
    assert named.outlet_raw.tolist() == ["Orvane Post", "Quay News"]
    assert named.title.tolist() == titles


def test_quoted_fields_over_several_lines(tmp_path):
    path = tmp_path / "lines.csv"
    pd.DataFrame({"title": ["A", "B"], "text": [f"{BODY}\n\nSecond.", f'He said "no".\n{BODY}']}).to_csv(
        path, index=False
    )
    articles, rejected = read(path)
    assert articles.text.tolist() == [f"{BODY}\n\nSecond.", f'He said "no".\n{BODY}']
    assert rejected.empty


def test_duplicate_ids(tmp_path):
    path = tmp_path / "ids.jsonl"
    rows = [
        {"id": "a", "text": BODY},
        {"id": "a", "text": BODY},
        {"id": "a", "text": BODY + " Another."},
        {"text": BODY},
        {"text": BODY},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    articles, rejected = read(path)
    assert articles.article_id.is_unique
    assert len(articles) == 3
    assert len(rejected) == 2
    assert articles.article_id_found.dropna().tolist() == ["a"]


def test_a_folder_of_damage_adds_up(tmp_path):
    """Every kind of damage at once, through loading and cleaning: what is in comes out, or is rejected with a reason and its place."""
    from framing import clean

    row = lambda i, **more: json.dumps({"title": f"Pier {i}", "text": f"{BODY} Part {i}.", "outlet": "Post"} | more)  # noqa: E731
    files = {
        "lines.jsonl": ["{oops", row(1), "[1, 2]", "null", row(2)],
        "ids.jsonl": [row(3, id="x"), row(3, id="x"), row(4, id="x")],
        "empty.jsonl": [row(5, text=""), row(6, text=None), row(7, text=" \n ")],
        "stub.jsonl": [row(8, text="The pier will stay shut until spring…\n\nSubscribe to continue reading.")],
        "foreign.jsonl": [row(9, text="Das Hafenamt teilte am Montag mit, dass der alte Pier bis zum Frühjahr geschlossen bleibt. " * 3)],
        "quotes.csv": ["title,text", f'A,"{BODY} a"', f'B,"{BODY} b', f'C,"{BODY} c"'],
    }  # fmt: skip
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "nul.jsonl").write_bytes(row(10).replace("harbour", "har\0bour").encode("utf-8") + b"\n")
    (tmp_path / "deep.html").write_text("<div>" * 5000 + BODY + "</div>" * 5000)
    (tmp_path / "blank.txt").write_text(" \n")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jsonl", "\0" * 100 * 2**20)
        archive.writestr("good.jsonl", row(11))
    whole = gzip.compress("\n".join(row(20 + i) for i in range(3000)).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])

    articles, rejected = read(tmp_path)
    done = clean.clean(articles)
    everything = pd.concat([rejected, done.rejected], ignore_index=True)
    assert len(done.articles) + len(done.rejected) == len(articles)
    assert everything.reason.str.len().gt(0).all()
    assert everything.origin.str.len().gt(0).all()
    file = lambda frame, name: int(frame.origin.str.contains(name, regex=False).sum())  # noqa: E731
    counts = {name: (file(done.articles, name), file(everything, name)) for name in (*files, "nul.jsonl", "deep.html", "blank.txt", "bomb.zip")}  # fmt: skip
    assert counts == {
        "lines.jsonl": (2, 3), "ids.jsonl": (2, 1), "empty.jsonl": (0, 3), "stub.jsonl": (1, 0), "foreign.jsonl": (1, 0),
        "quotes.csv": (2, 1), "nul.jsonl": (1, 0), "deep.html": (1, 0), "blank.txt": (0, 1), "bomb.zip": (1, 1),
    }  # fmt: skip
    assert 0 < file(done.articles, "cut.jsonl.gz") < 3000
    assert file(everything, "cut.jsonl.gz") == 1
    by_origin = done.articles.set_index("origin")
    assert by_origin.language[by_origin.index.str.contains("foreign")].tolist() == ["de"]
    assert by_origin.stub[by_origin.index.str.contains("stub")].tolist() == [True]


def test_an_array_under_the_name_of_lines(tmp_path):
    path = tmp_path / "news.jsonl"
    later = json.dumps({"headline": "Later", "body": BODY + " Later."})
    for text, more in ((json.dumps(ROWS, indent=1), []), (json.dumps(ROWS) + "\n" + later, ["Later"])):
        path.write_text(text)
        articles, rejected = read(path)
        assert articles.title.tolist() == ["Pier shut", "Crews angry", *more]
        assert rejected.empty


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
@pytest.mark.parametrize(
    "write",
    [
        lambda rows: "\n".join(json.dumps(r, indent=2) for r in rows),
        lambda rows: "".join(json.dumps(r, indent=1) for r in rows),
        lambda rows: "".join(json.dumps(r) for r in rows),
        lambda rows: ",\n".join(json.dumps(r) for r in rows) + ",\n",
        lambda rows: "".join("\x1e" + json.dumps(r) + "\n" for r in rows),
        lambda rows: "\r".join(json.dumps(r) for r in rows),
        lambda rows: json.dumps({"articles": rows}, indent=2),
        lambda rows: json.dumps({k: {str(i): r[k] for i, r in enumerate(rows)} for k in rows[0]}),
        lambda rows: json.dumps({k: [r[k] for r in rows] for k in rows[0]}),
        lambda rows: json.dumps({"columns": list(rows[0]), "index": [0, 1], "data": [list(r.values()) for r in rows]}),
    ],
)
def test_objects_in_every_layout(tmp_path, suffix, write):
    path = tmp_path / f"news{suffix}"
    path.write_bytes(write(ROWS).encode())
    articles, rejected = read(path)
    assert rejected.empty
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert articles.text.tolist() == [r["body"] for r in ROWS]


def test_an_object_that_breaks_off_costs_itself_alone(tmp_path):
    first, second = (json.dumps(r, indent=2) for r in ROWS)
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join([first, second[: len(second) // 2], json.dumps(ROWS[1]), "", "{broken", first[:30]]))
    articles, rejected = read(path)
    assert articles.title.tolist() == ["Pier shut", "Crews angry"]
    assert len(rejected) < 6
    assert all("not valid JSON" in r for r in rejected.reason)


def test_what_a_service_answers_instead_of_articles_is_no_article(tmp_path):
    said = "Your key is invalid. " * 9
    (tmp_path / "reply.json").write_text(json.dumps({"status": "error", "code": "keyInvalid", "message": said}))
    articles, rejected = read(tmp_path)
    assert articles.empty
    assert "an error that a service answered: Your key" in rejected.reason[0]


def test_sentences_one_by_one(tmp_path):
    sentences = [{"sentence": s, "sentence_number": i} for i, s in enumerate([BODY, "They were not amused."])]
    (tmp_path / "a.json").write_text(json.dumps([{"stories_id": 7, "title": "T", "story_sentences": sentences}]))
    articles, _ = read(tmp_path)
    assert articles.text.tolist() == [BODY + " They were not amused."]


def test_broken_json_array_keeps_its_beginning(tmp_path):
    path = tmp_path / "cut.json"
    text = json.dumps([{"text": f"{BODY} {i}."} for i in range(500)])
    path.write_text(text[: len(text) // 2])
    articles, rejected = read(path)
    assert 100 < len(articles) < 500
    assert "the rest was not read" in rejected.reason.iloc[-1]


def test_streaming_holds_one_batch(tmp_path):
    import tracemalloc

    path = tmp_path / "big.jsonl"
    with path.open("w") as file:
        for i in range(2_000):
            file.write(json.dumps({"text": f"{BODY * 30} {i}."}) + "\n")
    tracemalloc.start()
    n = sum(len(b.articles) for b in loading.read(str(path), batch_size=100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 2_000
    assert peak < path.stat().st_size


# --- dates, columns, encodings ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2019-07-11", "2019-07-11T00:00:00+00:00"),
        ("2019-07-11T10:00:00+02:00", "2019-07-11T08:00:00+00:00"),
        ("20190711", "2019-07-11T00:00:00+00:00"),
        ("Thu, 11 Jul 2019 10:00:00 GMT", "2019-07-11T10:00:00+00:00"),
        ("July 11, 2019", "2019-07-11T00:00:00+00:00"),
        ("11 juillet 2019", "2019-07-11T00:00:00+00:00"),
        ("7/25/19", "2019-07-25T00:00:00+00:00"),
        (1562839200, "2019-07-11T10:00:00+00:00"),
        ("1562839200000", "2019-07-11T10:00:00+00:00"),
        ("Published: July 11, 2019 at 3:00 p.m. EDT", "2019-07-11T19:00:00+00:00"),
    ],
)
def test_dates(raw, expected):
    assert dates.parse(raw).at.isoformat() == expected


@pytest.mark.parametrize(
    "written",
    ["2026-05-21", "21 May 2026", "21.05.26", "20260521", "21 mai 2026", "2026-05-21T00:00:00", "Updated: 5/21/2026"],
)
def test_a_date_alone_is_a_whole_day(written):
    assert dates.is_day(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-21T10:00:00+10:00", "2026-05-21T00:00:00Z", "May 20, 2026 at 7 p.m. CDT", "20260521T000000Z", "1779321600",
        "Thu, 21 May 2026 00:00:00 GMT", "May 21, 2026 12:00 AM", "21. Mai 2026, 2 Uhr CEST", "le 21 mai 2026 à 02h00", "21.05.2026 02.00",
    ],
)  # fmt: skip
def test_a_time_at_midnight_is_a_time(written):
    assert not dates.is_day(written)


@pytest.mark.parametrize(
    "raw",
    [
        "0001-01-01",
        "2050-09-30",
        "yesterday",
        "3 hours ago",
        "July 2019",
        "garbage",
        "0000-00-00",
        12,
        "None",
        float("nan"),
    ],
)
def test_impossible_dates_are_null_with_a_reason(raw):
    found = dates.parse(raw)
    assert found.at is None
    assert found.reason


def test_day_or_month_first_is_learnt_from_the_source(tmp_path):
    path = tmp_path / "d.csv"
    pd.DataFrame({"text": [BODY, BODY + " Two."], "date": ["05/09/2018", "25/09/2018"]}).to_csv(path, index=False)
    assert read(path)[0].published_at.dt.strftime("%m-%d").tolist() == ["09-05", "09-25"]


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_string_as_a_date_never_raises(value):
    found = dates.parse(value)
    assert (found.at is None) == (found.reason is not None) or found.at is not None


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_bytes_decode(data):
    text = decode.decode(data)
    text.encode("utf-8")
    assert "\x00" not in text


@given(
    st.binary(max_size=600),
    st.sampled_from([".csv", ".jsonl", ".json", ".txt", ".html", ".parquet", ".xlsx", ".warc", ".jsonl.gz"]),
)
@settings(max_examples=40, deadline=None)
def test_any_bytes_as_any_file_are_kept_rejected_or_refused(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("fuzz") / f"f{suffix}"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        list(loading.read(str(path)))


@pytest.fixture
def two_tables(tmp_path):
    """A folder with two tables that call things otherwise, and a page of text."""
    pd.DataFrame({"Source": ["Post"], "Body": [BODY]}).to_csv(tmp_path / "a.csv", index=False)
    pd.DataFrame({"medium": ["Courier"], "content": [BODY + " Two."]}).to_csv(tmp_path / "b.csv", index=False)
    (tmp_path / "c.txt").write_text(BODY + " Three.")
    return tmp_path


def test_each_table_of_a_folder_tells_its_own_columns(two_tables):
    (batch,) = loading.read(str(two_tables))
    assert {Path(name).name: found for name, found in batch.tables.items()} == {
        "a.csv": {"text": "Body", "outlet": "Source"},
        "b.csv": {"text": "content"},
    }


def test_in_a_folder_a_named_column_is_taken_from_the_tables_that_have_it(two_tables):
    (batch,) = loading.read(str(two_tables), mapping={"outlet": "medium"})
    assert batch.articles["outlet"].tolist()[:2] == ["Post", "Courier"]
    with pytest.raises(InputError, match="--map outlet=press: no table in it has a column 'press'"):
        list(loading.read(str(two_tables), mapping={"outlet": "press"}))


def test_recognised_names():
    row = {
        "Date_Publish": "2020-01-01",
        "maintext": BODY,
        "source_domain": "post.example",
        "Authors": ["A"],
        "link": "https://x.example",
    }
    found = columns.recognise([row])
    assert found == {
        "text": "maintext",
        "outlet": "source_domain",
        "published_at": "Date_Publish",
        "url": "link",
        "author": "Authors",
    }


def test_a_document_under_the_name_of_a_table_is_told_as_what_it_is(tmp_path):
    file = tmp_path / "articles.csv"
    file.write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\n")
    (batch,) = loading.read([str(file)])
    assert batch.articles.empty
    assert batch.rejected["reason"].tolist() == ["not text: a PDF document"]
