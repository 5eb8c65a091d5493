"""The markup of the sample corpus: parsing, compiling, and messages."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from framing import schema
from framing.datasets import markup, overlap, sample

ROOT = Path(__file__).parents[1] / "datasets" / "sample"

EVENT = """
id = "swing-bridge"
title = "Swing bridge shut"
start = 2025-01-09
end = 2025-01-09
storyline = "swing-bridge"
lock = false
keywords = ["bridge"]
[targets.council]
name = "Nab Council"
kind = "entity"
[sources.toll_rider]
name = "Col Baddeley"
role = "ferryman"
actor = "business"
level = "person"
identification = "named"
[sources.engineers]
name = "engineers"
actor = "expert"
level = "collective"
identification = "role_only"
[sources.council]
name = "Nab Council"
actor = "government"
level = "organisation"
identification = "named"
[sources.council_paper]
name = "council paper"
actor = "government"
level = "organisation"
identification = "role_only"
channel = "document"
"""


@pytest.fixture
def event(tmp_path: Path) -> markup.Event:
    """The event of the codebook's example."""
    path = tmp_path / "event.toml"
    path.write_text(EVENT, encoding="utf-8")
    return markup.parse_event(path)


@pytest.fixture
def example() -> str:
    """The codebook's complete example."""
    book = (ROOT / "CODEBOOK.md").read_text(encoding="utf-8").split("## 11.")[1]
    found = re.search(r"```\n(.*?)```", book, re.S)
    assert found
    return found.group(1)


def parse(source: str, event: markup.Event) -> markup.Article:
    """Parse with fixed names."""
    return markup.parse_article(source, event, "courier-1", "courier-1.txt")


def test_codebook_example_compiles(event: markup.Event, example: str) -> None:
    frames = sample.compile_frames([parse(example, event)])
    quotations = frames["quotations"].set_index("quotation_id")
    assert list(quotations["part"].unique()) == ["title", "text"]
    article = frames["articles"].iloc[0]
    for row in frames["quotations"].itertuples():
        assert article[row.part][row.start : row.end] == row.text
    pieces = quotations[quotations["part_of"] == "swing-bridge.courier-1#c3"]
    assert len(pieces) == 3
    assert set(pieces["speaker"]) == {"Col Baddeley, who runs the ferry beside it"}
    assert "Quayside" not in article["text"]
    assert "\n\n" in article["text"]


def test_removed_lines_are_where_the_raw_text_says(event: markup.Event, example: str) -> None:
    frames = sample.compile_frames([parse(example, event)])
    raw = frames["raw"]["raw_text"].iloc[0]
    for row in frames["removed"].itertuples():
        assert raw[row.raw_start : row.raw_end] == row.text
    assert {"alt", "caption", "credit", "subhead", "boilerplate"} <= set(frames["removed"]["kind"])


def test_stance_has_a_row_for_every_voice(event: markup.Event, example: str) -> None:
    rows = sample.compile_frames([parse(example, event)])["annotations"].query("task == 'stance'")
    assert len(rows) == 2 + 4
    silent = rows[rows["source_id"] == "swing-bridge/engineers"]
    assert silent["label"].isna().all()


def test_nested_tags_and_escapes() -> None:
    line = markup.parse_line(r"body|{c1 i a:It {l:raged} \{on\} {c2 d b:“now”}} {k1+2: said}", 3)
    assert line.text == "It raged {on} “now” said"
    assert [line.text[tag.start : tag.end] for tag in line.tags] == ["It raged {on} “now”", "raged", "“now”", "said"]
    assert line.tags[-1].numbers == ("1", "2")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bodytext", "no known kind"),
        ("body|{c1 d a:“x”", "not closed"),
        ("body|x}", "without"),
        ("body|{c1 q a:“x”}", "kind 'q'"),
        ("body|{c1 d a gossip:“x”}", "content type"),
        ("body|{l2:x}", "without number"),
        ("body|{l:x }", "space at its edge"),
        ("subhead|{l:x}", "tag only"),
    ],
)
def test_bad_lines_say_what_to_do(line: str, message: str) -> None:
    with pytest.raises(markup.MarkupError, match=message):
        markup.parse_line(line, 1, "f.txt")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('genre = "news"', 'genre = "gossip"', "genre"),
        ('"conflict"', '"x"', "frames"),
        ("c2 i engineers", "c2 i mayor", "unknown source 'mayor'"),
        ("c2 i engineers belief", "c2 d engineers belief", "direct content without"),
        ("{k2:believe}", "{k22:believe}", "no content c22"),
        ('toll_rider = "-"', 'nobody = "-"', "no voice 'nobody'"),
        ('spans = ["c1", "c3"]', 'spans = ["c99"]', "no attribution c99"),
        ('state = "quoted"', 'state = "declined"', "state declined"),
        ("{c3c:", "{c3d:", "pieces of c3"),
    ],
)
def test_bad_articles_say_what_to_do(event: markup.Event, example: str, old: str, new: str, message: str) -> None:
    source = example.replace(old, new)
    assert source != example
    with pytest.raises(markup.MarkupError, match=message):
        parse(source, event)


def test_align_finds_cuts_inserts_and_wording() -> None:
    original = "The port shut at noon. Nobody was hurt in the crane fall. Trains ran late all the week."
    reprint = "The port closed at noon. Trains ran late all the week. A picnic was held upon the hill."
    assert [kind for kind, _, _ in overlap.align(original, reprint)] == ["wording", "same", "insert", "cut"]


def test_committed_corpus_is_valid() -> None:
    problems, counts = markup.check(ROOT / "articles", overlap=True)
    assert problems == []
    assert counts["articles"] >= 8


def test_gold_frames_obey_the_schema() -> None:
    gold = sample.load()
    for name in schema.FRAMES.keys() & gold.keys():
        schema.check(gold[name], name)
    schema.check_spans(gold["quotations"], gold["articles"], text="text")
    schema.check_spans(gold["quotations"], gold["articles"], start="cue_start", end="cue_end", text="cue")
    schema.check_spans(gold["quotations"], gold["articles"], start="speaker_start", end="speaker_end", text="speaker")
    schema.check_spans(gold["annotations"], gold["articles"])


def test_reprints_share_words_with_the_wire() -> None:
    articles = sample.load(events=["abuses-report"])["articles"].set_index("article_id")
    reprints = articles[articles["duplicate_of"].notna()]
    assert len(reprints) >= 2
    assert (reprints["shared_share"] > 0.5).all()
    assert (articles.loc[reprints["duplicate_of"].unique(), "wire"] == "Lodestar").all()


def test_lock_divides_the_corpus() -> None:
    every, open_, locked = (len(sample.load(lock=lock)["articles"]) for lock in (None, False, True))
    assert every == open_ + locked


def test_unknown_event_names_the_known() -> None:
    with pytest.raises(markup.MarkupError, match="dock-strike"):
        sample.load(events=["bake-off"])


def test_build_writes_every_format(tmp_path: Path) -> None:
    counts = sample.build(tmp_path, events=sample.DEMO)
    assert len(list(tmp_path.glob("html/*/*.html"))) == counts["html"]
    assert len(list(tmp_path.glob("text/*/*.txt"))) == counts["text"]
    gold = sample.load(events=sample.DEMO)["articles"]
    table = pd.read_csv(tmp_path / "articles.csv")
    assert table["text"].tolist() == gold["text"].tolist()
    lines = pd.read_json(tmp_path / "articles.jsonl", lines=True)
    assert lines["url"].tolist() == gold["url"].tolist()
    for scraped, clean in zip(lines["maintext"], gold["text"], strict=True):
        assert len(scraped) > len(clean)
        assert all(paragraph in scraped for paragraph in clean.split("\n\n"))
    for path in tmp_path.glob("html/*/*.html"):
        page = lxml.html.fromstring(path.read_text(encoding="utf-8"))
        assert page.xpath("//h1")
        assert page.xpath("//nav")


def test_the_committed_inputs_are_what_the_markup_gives(tmp_path: Path) -> None:
    sample.build(tmp_path)
    for name in ("articles.csv", "articles.jsonl"):
        committed = sample.card_folder("sample") / "build" / name
        assert committed.read_bytes() == (tmp_path / name).read_bytes(), f"rebuild datasets/sample/build/{name}"


def test_command_exits_2_on_a_bad_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert markup.main(["check", str(tmp_path)]) == 2
    assert "event.toml" in capsys.readouterr().err
