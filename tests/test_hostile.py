"""Hostile input: whatever the bytes, no traceback, no hang, no reaching out; counts add up.

Longer campaigns and timings: experiments/hostile. The table of what was tried: docs/hostile.md.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from framing import (
    clean,
    coding,
    encode,
    events,
    loading,
    outlets,
    pipeline,
    quotations,
    runs,
    schema,
    storage,
    targets,
    wire,
)
from framing.coding import sheets
from framing.errors import FramingError, InputError
from framing.models import load_encoder
from framing.sources import replies, resolve

sys.path.insert(0, str(Path(__file__).parent))
from make_corpus import corpus
from make_frames import HOSTILE

BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HANG = 60
"""Seconds (of a machine under any load) after which a step on 20,000 characters counts as hanging; they take about one."""


@contextlib.contextmanager
def no_hang(seconds: int = HANG):
    def late(*_):
        pytest.fail(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# --- text that is made to be slow or to break things --------------------------------------------------

PIECES = (
    "“", '"', "'", "“We wait, ", "“a ‘b “c ‘d ", "said that ", "Ada Lunn ", "A. B. ", ".", ". ", "?!", "a", "a.", " ",
    "a" + " " * 50, "\n", "a\n\n", "\n\t", "(", "(Reuters ", "-", "a, ", "1", "1,", "Oct. 5 ", "/", "a@", "http://a.b/", "<p>",
    "<a ", "<div><b>", "&#65;", "&", "<!--", "\x00\x1b", "\u202e\u200f", "e\u0301\u0301", "\U0001f468\u200d\U0001f469 ", "新闻。", "=1+1 ",
    "He said she said ", "Ada Lunn and ", "Council of the ", "a; ", "Ada: ", "Ada Lunn accused the Quillon Council of lying. ",
)  # fmt: skip


def article(text: str, identifier: str = "a") -> pd.DataFrame:
    row = {"article_id": identifier, "title": text[:200], "text": text, "captions": text[:500], "outlet": "Post"}
    return schema.conform(
        [row | {"author": text[:200], "event_id": "e", "n_words": 1, "origin": "hostile"}], "articles"
    )


def _clean(text: str, page: bool) -> clean.Cleaned:
    return clean.clean(
        pd.DataFrame([{"article_id": "a", "text": text, "html": page, "origin": "hostile", "title": text[:90]}])
    )


def _resolve(text: str):
    table = article(text)
    done = resolve(table, quotations.attribute(table, None), {})
    return replies.find(table, done.quotations, done.sources, done.mentions)


STEPS = {
    "clean text": lambda text: _clean(text, False),
    "clean page": lambda text: _clean(f"<html><body><article><p>{text}</p></article></body></html>", True),
    "outlets": lambda text: outlets.canonical(text, text),
    "wire": lambda text: wire.find(pd.concat([article(text), article(text + " x", "b")], ignore_index=True)),
    "encode": lambda text: encode.segment({"text": text}, load_encoder().tokenizer),
    "quotations": lambda text: quotations.attribute(article(text), None),
    "sources": _resolve,
    "events": lambda text: events.group(pd.concat([article(text), article(text + " x", "b")], ignore_index=True)),
    "targets": lambda text: targets.mentions(
        article(text), targets.resolve(article(text), ["Ada Lunn", text[:90] or "x"])
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_no_repeated_piece_hangs_a_step(step):
    for piece in PIECES:
        with no_hang(), contextlib.suppress(FramingError):
            STEPS[step]((piece * 20_000)[:20_000])


@pytest.mark.parametrize("step", STEPS)
@given(st.lists(st.sampled_from([*PIECES, *HOSTILE, " ", "\n\n"]), max_size=60).map("".join))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_of_pieces_passes_every_step(step, text):
    with contextlib.suppress(FramingError):
        STEPS[step](text)


@given(st.text(max_size=400))
@BOUNDED
def test_attribution_of_any_text_gives_spans_of_it(text):
    text = text.encode("utf-8", "ignore").decode()
    table = article(text)
    schema.check_spans(quotations.attribute(table, None), table)


@given(st.lists(st.sampled_from(["<p>", "</p>", "<div class='caption'>", "<script>", "</script", "<![CDATA[", "<svg onload=x>",
    "<style>", "<!--", "-->", "<table><tr>", "&lt;", "&#x0;", "&#1114112;", "<a href='javascript:x'>", "Ada Lunn waited. ", "\x00",
    "<?xml version='1.0' encoding='utf-16'?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", "<base href='//x'>", "<p" * 30]), max_size=80)
    .map("".join))  # fmt: skip
@BOUNDED
def test_any_markup_is_cleaned_or_rejected(page):
    done = _clean(page, True)
    assert len(done.articles) + len(done.rejected) == 1


# --- files ------------------------------------------------------------------------------------------

BODY = (
    "The ferry to Quillon did not sail on Monday. “Nobody told us,” said Ada Lunn, a councillor.\n\nShe will ask again."
)


def _table() -> pd.DataFrame:
    return pd.DataFrame(
        {"title": ["Ferry waits", "Mill shut"], "text": [BODY, BODY + " Later."], "outlet": ["Post", "Gazette"]}
    )


def _files() -> dict[str, bytes]:
    table = _table()
    out: dict[str, bytes] = {
        ".csv": table.to_csv(index=False).encode(),
        ".tsv": table.to_csv(index=False, sep="\t").encode(),
        ".json": table.to_json(orient="records").encode(),
        ".jsonl": table.to_json(orient="records", lines=True).encode(),
        ".html": f"<html><head><title>x</title></head><body><article><p>{BODY}</p></article></body></html>".encode(),
        ".rtf": (r"{\rtf1\ansi " + BODY.replace("\n\n", r"\par ") + "}").encode("ascii", "ignore"),
    }
    for suffix, write in ((".parquet", table.to_parquet), (".xlsx", table.to_excel)):
        buffer = io.BytesIO()
        write(buffer, index=False)
        out[suffix] = buffer.getvalue()
    out[".jsonl.gz"] = gzip.compress(out[".jsonl"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", out[".csv"])
        archive.writestr("../../b.jsonl", out[".jsonl"])
    out[".zip"] = buffer.getvalue()
    out[".warc"] = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        b"WARC-Target-URI: http://post.example/a\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: "
    )
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + out[".html"]
    out[".warc"] += str(len(response)).encode() + b"\r\n\r\n" + response + b"\r\n\r\n"
    return out


FILES = _files()


def _read(path: Path) -> None:
    kept = bad = 0
    with contextlib.suppress(InputError):
        for batch in loading.read(str(path)):
            kept, bad = kept + len(batch.articles), bad + len(batch.rejected)
            done = clean.clean(batch.articles)
            assert len(done.articles) + len(done.rejected) == len(batch.articles)


@pytest.mark.parametrize("suffix", FILES)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_kept_rejected_or_refused(tmp_path_factory, suffix, data):
    good = bytearray(FILES[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(good) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "double", "insert", "zero"]))
        if kind == "flip":
            good[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del good[at : at + data.draw(st.integers(1, 400))]
        elif kind == "double":
            good[at:at] = good[at : at + 200]
        elif kind == "insert":
            good[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            good[at : at + 8] = bytes(len(good[at : at + 8]))
        good = good or bytearray(b"x")
    path = tmp_path_factory.mktemp("damaged") / f"f{suffix}"
    path.write_bytes(good)
    _read(path)


ODD_VALUES = [
    "\ud800",
    None,
    7,
    -1.5,
    True,
    [],
    {},
    [["a"]],
    {"a": {"b": []}},
    "1" * 400,
    "0000-00-00",
    "9999-12-31",
    "=cmd|' /C calc'!A0",
]
KEYS = ["title", "text", "outlet", "date", "url", "author", "article_id", "captions", "html", "event", "origin"]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*ODD_VALUES, BODY]), max_size=8), min_size=1, max_size=6
    )
)
@BOUNDED
def test_json_records_of_any_shape(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("odd") / "f.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    _read(path)


def test_deeply_nested_json_is_refused(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000)
    _read(path)
    path.write_text('{"a":' * 100_000)
    _read(path)


def test_an_archive_writes_nothing_outside(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "f.zip"
    path.write_bytes(FILES[".zip"])
    _read(path)
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "f.zip"]


# --- coding sheets --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    table = corpus(12).drop(columns="event")
    frame = schema.conform(
        [row | {"article_id": f"a{k}", "n_words": 9, "origin": "t"} for k, row in enumerate(table.to_dict("records"))],
        "articles",
    )
    sample = coding.sample(
        frame, 6, coding.questions(["Quillon Council"], voices=("narrator",), loaded=True), coders=["ann"]
    )
    folder = tmp_path_factory.mktemp("sheets")
    return sample, {path.suffix: path.read_bytes() for path in sheets.write(sample, frame, folder, ["xlsx", "csv", "labelstudio"]) if path.name != "design.json"}  # fmt: skip


@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_coding_sheet_is_read_rejected_or_refused(tmp_path_factory, drawn, data):
    sample, files = drawn
    suffix = data.draw(st.sampled_from(sorted(files)))
    draw = random.Random(data.draw(st.integers(0, 10**6)))
    good = bytearray(files[suffix])
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(max(len(good), 1))
        good[at : at + draw.randint(0, 30)] = draw.randbytes(draw.randint(0, 30))
    path = tmp_path_factory.mktemp("sheet") / f"ann{suffix}"
    path.write_bytes(good)
    with contextlib.suppress(FramingError):
        coding.import_codes(path, sample)


@given(st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=9))
@BOUNDED
def test_any_table_as_a_coding_sheet(tmp_path_factory, drawn, rows):
    path = tmp_path_factory.mktemp("sheet") / "ann.csv"
    path.write_text(
        "\n".join(",".join(json.dumps(c) for c in row) for row in rows) or "x", encoding="utf-8", errors="ignore"
    )
    with contextlib.suppress(FramingError):
        coding.import_codes(path, drawn[0])


# --- the whole path --------------------------------------------------------------------------------------


def test_a_folder_of_damage_through_the_whole_path_adds_up(tmp_path):
    """What was read is kept or rejected, one by one, in run.json as in the frames; a language without models is said."""
    folder = tmp_path / "in"
    folder.mkdir()
    table = corpus(30)
    good = table.to_dict("records")
    lines = [json.dumps(row, default=str) for row in good]
    (folder / "good.jsonl").write_text(
        "\n".join([*lines[:20], "{oops", "7", lines[0], '{"text": ""}']) + "\n", encoding="utf-8"
    )
    (folder / "more.jsonl.gz").write_bytes(gzip.compress("\n".join(lines[20:]).encode()))
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(b"{" * 90_000)[:-20])
    (folder / "noise.txt").write_bytes(random.Random(5).randbytes(9000))
    (folder / "noise.html").write_bytes(random.Random(6).randbytes(9000))
    (folder / "blank.html").write_text("<html><body><script>1</script></body></html>")
    (folder / "foreign.txt").write_text(
        "Das Hafenamt von Orvane teilte am Montag mit, dass der alte Pier geschlossen bleibt. " * 4
    )
    done = runs.run([folder], tmp_path / "out", pipeline.Settings(resamples=100))
    totals = done.record["totals"]
    frames = storage.read_frames(tmp_path / "out")
    # 20 + 10 articles and the foreign one; three bad lines, one repetition, one broken file, two of noise, one empty page
    assert (totals["read"], totals["articles"], totals["rejected"]) == (39, 31, 8)
    assert (len(frames["articles"]), len(frames["rejected"])) == (31, 8)
    assert frames["rejected"]["reason"].str.len().gt(0).all()
    assert done.record["counts"]["load"] == {"found": 32, "rejected": 7}
    assert any("not in English" in said for said in done.record["notes"] + done.record["withheld"])


@pytest.mark.usefixtures("socket_disabled")
def test_hostile_articles_pass_the_whole_path_without_a_connection(tmp_path):
    table = corpus(8)
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> <svg onload=alert(3)> javascript:alert(4) {{7*7}} =cmd|' /C calc'!A0"
    table["text"] = [f"{text}\n\n{evil} said “{HOSTILE[k % len(HOSTILE)]}”." for k, text in enumerate(table["text"])]
    table.loc[0, ["title", "outlet"]] = [evil, evil[:60]]
    table["url"] = "http://127.0.0.1:9/x"
    table.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    done = runs.run(
        [tmp_path / "a.jsonl"], tmp_path / "out", pipeline.Settings(resamples=100, targets=("Quillon Council",))
    )
    assert done.record["totals"]["articles"] + done.record["totals"]["rejected"] == 8
    assert not (tmp_path / "out" / "faults.parquet").exists()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for live in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript:'):
        assert live not in page
    for chart in (tmp_path / "out" / "charts").glob("*.svg"):
        drawn = chart.read_text(encoding="utf-8")
        assert "<script" not in drawn
        assert "onload" not in drawn.replace("&lt;svg onload", "")
    assert set(storage.read_frames(tmp_path / "out")) >= {"articles", "quotations", "annotations", "comparisons"}


@pytest.mark.parametrize("first", ["", "import onnxruntime\n"])
def test_no_library_reports_on_its_use(tmp_path, first):
    """ONNX Runtime keeps an identifier and a queue of events in the user's cache unless told not to before it is imported."""
    code = first + (
        "import framing, onnxruntime, os, pandas as pd\nfrom framing import encode\n"
        "told = []\nonnxruntime.disable_telemetry_events = lambda: told.append(1)\n"
        "articles = pd.DataFrame({'article_id': ['a'], 'text': ['The council said no.']})\n"
        "print(len(list(encode.encode(articles))), len(told) > 0, os.environ['RAY_USAGE_STATS_ENABLED'])"
    )
    place = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    kept = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith(("ORT_", "RAY_", "GITHUB_"))}
    done = subprocess.run([sys.executable, "-c", code], env=kept | place, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True", "0"]
    if not first:
        assert not [p for p in tmp_path.rglob("*") if "onnxruntime" in p.name.lower() or p.name == "deviceid"]


def _work(step, text):
    """Lines of Python carried out: what time grows with, whatever else the machine does."""
    count = 0

    def line(frame, event, argument):
        nonlocal count
        count += 1
        return line

    sys.settrace(lambda frame, event, argument: line if "framing" in frame.f_code.co_filename else None)
    try:
        step(text)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize(
    "piece", ["Council of the ", "“No,” said {0} {1}. ", "{0} {1} accused {2} of lying. {2} denied it. "]
)
def test_sources_and_replies_take_work_in_proportion_to_the_text(piece):
    def text(rounds):
        made = (
            "".join("bdfglmnrst"[int(d)] + "aeiouaeiou"[int(d)] for d in f"{k:04d}").capitalize() for k in range(9999)
        )
        return "".join(piece.format(next(made), next(made), next(made)) for _ in range(rounds))

    def step(text):
        table = schema.conform(
            [{"article_id": "a", "text": text, "outlet": "Post", "event_id": "e", "n_words": 1, "origin": "x"}],
            "articles",
        )
        done = resolve(table, quotations.attribute(table, None), {})
        replies.find(table, done.quotations, done.sources, done.mentions)

    rounds = 4000 // len(piece)
    step(text(5))
    few, many = _work(step, text(rounds)), _work(step, text(2 * rounds))
    assert many < 2.5 * few
