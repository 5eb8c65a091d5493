"""One contract over every loader: on tiny files in upstream's layout, and on the real data where a mirror is present."""

import csv
import gzip
import hashlib
import http.server
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from framing import datasets, schema
from framing.datasets import _fetch, _registry
from framing.datasets._registry import Dataset

NAMES = [name for name in datasets.names() if not datasets.get(name).local]

LARGE = ("article_bias_prediction",)

# --- tiny files in upstream's layout: fictional outlets, places and people -----------------------

TINY: dict[str, Callable[[Path], None]] = {}


def tiny(function):
    TINY[function.__name__] = function
    return function


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(text.encode("utf-8"))


@tiny
def polnear(root: Path) -> None:
    text = (
        "Ferry talks stall\n\n“We are ready,” Mayor Odile Brann said, “and\nopen.\n\nTo all.” Critics doubt it\u2028."
    )

    def at(words: str) -> str:
        return f"{text.index(words)} {text.index(words) + len(words)}"

    first, second = "“We are ready,”", "“and\nopen.\n\nTo all.”"
    brat = [
        f"T1\tSource {at('Mayor Odile Brann')}\tMayor Odile Brann",
        f"T2\tCue {at('said')}\tsaid",
        f"T3\tContent {at(first)};{at(second)}\t{first} {second}",
        f"T4\tAttribution {at('said')}\tsaid",
        "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3 ",
        f"T5\tCue {at('doubt')}\tdoubt",
        f"T6\tContent {at('it')}\tit",
        f"T7\tAttribution-no-source {at('doubt')}\tdoubt",
        "E2\tAttribution-no-source:T7 Cue:T5 Content:T6 Source:T99",
        "E3\tAttribution:T4",
        "#1\tAnnotatorNotes T6\tis this a belief?",
    ]
    stem = "nyt_2016-01-02_ferry-talks-stall"
    columns = "compartment filename level annotators publisher publication_date author title trump_count clinton_count"
    rows = ["\t".join([*columns.split(), "credit", "wire"])]
    for split in ("train", "dev", "test"):
        put(root, f"data/{split}/text/{stem}-{split}.txt", text)
        for coder in ("bbbb", "aaaa") if split == "train" else ("aaaa",):
            put(root, f"data/{split}/attributions/{stem}-{split}_{coder}.ann", "\n".join(brat) + "\n")
        values = [
            split,
            f"{stem}-{split}",
            "1",
            "aaaa",
            "nyt",
            "2016-01-02",
            "None",
            'The "ferry"',
            "0",
            "0",
            "None",
            "AP",
        ]
        rows.append("\t".join(values))
    put(root, "data/metadata.tsv", "\n".join(rows) + "\n")


@tiny
def newsmtsc(root: Path) -> None:
    sentence = "Brann praised Tolland’s plan."
    for kind in ("rw", "mt"):
        for split in ("train", "dev", "test"):
            rows = [
                {
                    "mention": "Brann",
                    "polarity": 0,
                    "from": 0,
                    "to": 5,
                    "sentence": sentence,
                    "id": "set_1_2_3_Brann_0_5",
                },
                {
                    "mention": "Tolland",
                    "polarity": 1,
                    "from": 14,
                    "to": 21,
                    "sentence": sentence,
                    "id": "set_1_2_3_T_14_21",
                },
                {
                    "mention": "He",
                    "polarity": -1,
                    "from": 0,
                    "to": 2,
                    "sentence": f"He fled {kind} {split}.",
                    "id": "set_4_5_6_H_0_2",
                },
            ]
            text = "\n".join(json.dumps(row) for row in rows) + "\n"
            put(root, f"NewsSentiment/experiments/default/datasets/newsmtsc-{kind}-hf/{split}.jsonl", text)


@tiny
def babe(root: Path) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    names = "text news_link outlet topic type label_bias label_opinion biased_words"
    writer.writerow(names.split())
    for n in range(12):
        label = "Biased" if n % 2 else "Non-biased"
        text = (
            f'The "reckless" council met {n}; nobody came.' if n < 11 else 'The  "RECKLESS" council met 0; nobody came.'
        )
        words = "['reckless', 'absent']"
        writer.writerow(
            [text, f"https://harbourpost.example/{n}", "Harbour Post", "ferries", "", label, "No agreement", words]
        )
    writer.writerow(["Unclear.", "", "Harbour Post", "ferries", "left", "No agreement", "Entirely factual", "[]"])
    put(root, "data/final_labels_SG2.csv", "\ufeff" + stream.getvalue())


@tiny
def narrative_frames(root: Path) -> None:
    head = "ID\tsource\tmbfc\tdate\ttext\tRE\tHI\tCO\tMO\tEC"
    rows = [
        f"{n}\tharbourpost\tleft_bias\t2019-03-0{n + 1}\tTide report {n} says so\tTrue\tFalse\tTrue\tFalse\tTrue"
        for n in range(4)
    ]
    rows.append("4\tharbourpost\tleft_bias\t2019-03-09\tTide report 4\t\t\t\t\t")
    rows.append("5\tharbourpost\tleft_bias\t2019-03-09\tTide report 5\tFalse\tFalse\tFalse\tFalse\tFalse)")
    put(root, "data/articles_metadata.tsv", "\n".join([head, *rows]) + "\n")
    answer = {"_opinion": "True", "re1": ["yes", ["yes", -1, "no", -1]], "re5": ["no", ["no", -1, "no", -1]]}
    put(root, "data/full_annotations.json", json.dumps({str(n): answer for n in range(6)}))
    for fold in range(1, 6):
        for number, split in enumerate(("train", "dev", "test")):
            ids = [n for n in range(6) if (n + fold) % 3 == number]
            lines = [f"{n}\ts\tb\t2019\tTide “report\tTrue\tTrue\tTrue\tTrue\tTrue" for n in ids]
            put(root, f"experiments/data_splits_raw/Fold_{fold}/{split}.txt", "\n".join(lines) + "\n")


@tiny
def gwsd(root: Path) -> None:
    workers = [f"worker_{n}" for n in range(8)]
    columns = [
        "",
        "round",
        "batch",
        "sent_id",
        "sentence",
        *workers,
        "disagree",
        "agree",
        "neutral",
        "guid",
        "in_held_out_test",
    ]
    rows = [
        ["0", "1", "0", "s0", 'Tides are "rising".', *["agrees"] * 8, "", "", "", "1_0_s0", "False"],
        ["1", "1", "0", "t0", "The sea is warm.", *["neutral"] * 8, "0.1", "0.2", "0.7", "1_0_t0", "False"],
        ["2", "1", "0", "t1", "It is a hoax.", *["disagrees"] * 8, "1.0", "0.0", "0.0", "1_0_t1", "True"],
    ]
    stream = io.StringIO()
    csv.writer(stream, delimiter="\t").writerows([columns, *rows])
    put(root, "GWSD.tsv", stream.getvalue())


@tiny
def gvfc(root: Path) -> None:
    table = pd.DataFrame(
        {
            "news_title": ["Council bans rifles", "Rifles and votes", "Tides rise"],
            "Q1 Relevant": [1, 1, 2],
            "Q2 Focus": [1, 99, 99],
            "Q3 Theme1": [2, 99, 99],
            "Q3 Theme2": [3, 99, 99],
        }
    )
    (root / "data").mkdir(parents=True)
    table.to_excel(root / "data/GVFC_headlines_and_annotations.xlsx", index=False)


@tiny
def persent(root: Path) -> None:
    columns = ["DOCUMENT_INDEX", "TITLE", "TARGET_ENTITY", "DOCUMENT", "MASKED_DOCUMENT", "TRUE_SENTIMENT"]
    columns += [f"Paragraph{n}" for n in range(16)]
    rows = [
        [
            "1",
            "Ferry",
            "Brann",
            "Brann won.\n She smiled.",
            "[TGT] won.",
            "Positive",
            "Positive",
            "Neutral",
            *[""] * 14,
        ],
        ["2", "", "Brann", "Brann left.\n\nShe wept.", "[TGT] left.", "Negative", "Negative", *[""] * 15],
    ]
    stream = io.StringIO()
    csv.writer(stream).writerows([columns, *rows])
    put(root, "dev.csv", stream.getvalue())


@tiny
def ecbplus(root: Path) -> None:
    def xml(*sentences: str) -> str:
        tokens = [(n, word) for n, s in enumerate(sentences) for word in s.split()]
        rows = [f'<token t_id="{i}" sentence="{n}" number="0">{word}</token>' for i, (n, word) in enumerate(tokens, 1)]
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document doc_name="x">\n{"".join(rows)}</Document>'

    folder = "ECB+_LREC2014/ECB+"
    put(root, f"{folder}/1/1_2ecb.xml", xml("Brann quit &amp; left .", "`` Yes , '' she said ."))
    put(root, f"{folder}/1/1_10ecb.xml", xml("Brann quit on Monday ."))
    put(root, f"{folder}/36/36_1ecbplus.xml", xml("http : / / www . harbourpost . example / a", "Tolland quit ."))


@tiny
def basil(root: Path) -> None:
    for number, source in enumerate(("fox", "NYT", "hpo"), 1):
        row = {
            "title": "Ferry stops",
            "date": "2011-02-03",
            "uuid": "same",
            "url": "https://harbourpost.example/1",
            "main-entities": ["Odile Brann", "Tolland"],
            "source": source,
            "main-event": "Ferry stops",
            "triplet-uuid": "e1",
            "body-paragraphs": [["One.", "Two."], ["Three."], [" "]],
        }
        put(root, f"articles/2011/e1_{number}.json", json.dumps(row))


@tiny
def news_cluster(root: Path) -> None:
    row = {
        "url": "https://www.harbourpost.example/1",
        "source_domain": "www.harbourpost.example",
        "title": "Ferry stops",
        "description": "",
        "text": "One.\nTwo.\n\nThree.",
        "date_publish": "2017-01-02T03:04:05",
        "language": None,
    }
    put(root, "news-2016-2018.jsonl", json.dumps(row) + "\n")


@tiny
def article_bias_prediction(root: Path) -> None:
    names = ["ID", "topic", "source", "source_url", "url", "date", "authors", "title", "content", "bias_text"]
    rows = [
        ["a", "t", "Harbour Post", "x.example", "https://x.example/1", "2019-07-11", "A", "T", "One.\n\nTwo.", "left"],
        ["b", "t", "", "", "", "", "", "", "Three.", "right"],
        ["c", "t", "Harbour Post (Web News)", "", "", "2050-09-30", "", "T", "Four.", "center"],
        ["d", "t", "Harbour Post", "", "", "1/4/19", "", "T", "Five.", "center"],
    ]
    root.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=names).assign(bias=0).to_parquet(root / "us-news-2019-2020.parquet")


@tiny
def article_extraction_benchmark(root: Path) -> None:
    put(root, "ground-truth.json", json.dumps({"ab12": {"articleBody": "One.\n\nTwo.", "url": "https://x.example/1"}}))
    (root / "html").mkdir()
    (root / "html/ab12.html.gz").write_bytes(gzip.compress(b"<html><p>One.</p><p>Two.</p></html>"))


@tiny
def article_extraction_dataset(root: Path) -> None:
    row = {
        "id": 1,
        "title": "T",
        "authors": "",
        "date": "",
        "articleBody": "One.",
        "site": "http://www.x.example",
        "url": "u",
    }
    put(root, "articles.json", json.dumps({"ab12": row, "not-registered": row}))
    put(root, "html/ab12.html", "<html><p>One.</p></html>")


# --- the contract --------------------------------------------------------------------------------


def inside(table: pd.DataFrame, articles: pd.DataFrame) -> None:
    """Every span lies in its text (all of these corpora mark the text alone)."""
    spans = table[table["start"].notna()]
    length = spans["article_id"].map(articles.set_index("article_id")["text"].str.len())
    start, end = spans["start"].astype(int), spans["end"].astype(int)
    assert (spans["part"] == "text").all()
    assert ((start >= 0) & (start < end) & (end <= length.astype(int))).all()


def contract(frames: dict[str, pd.DataFrame], dataset: Dataset) -> None:
    articles = frames["articles"]
    schema.check(articles, "articles")
    assert articles["article_id"].is_unique
    assert set(articles["split"]) <= set(dataset.splits)
    assert (articles["text"].str.strip() != "").all()
    assert (articles["n_words"] == articles["text"].map(schema.count_words)).all()
    assert set(frames) <= {*schema.FRAMES, *_registry.EXTRA_FRAMES}
    ids = set(articles["article_id"])
    for name, table in frames.items():
        if name in schema.FRAMES:
            schema.check(table, name)
            for column in schema.columns(name):
                if column not in ("annotator", "confidence"):
                    assert not (table[column].astype(object) == "").any(), f"{name}.{column} holds an empty string"
        if "article_id" in table:
            assert set(table["article_id"]) <= ids, f"{name} speaks of articles that are not there"
        if {"part", "start", "end"} <= set(table.columns):
            inside(table, articles)
    if "quotations" in frames:
        texts = articles.set_index("article_id")["text"]
        for row in frames["quotations"].to_dict("records"):
            whole = texts[row["article_id"]]
            assert whole[row["start"] : row["end"]] == row["text"]
            for words in ("cue", "speaker"):
                if isinstance(row[words], str):
                    assert whole[row[f"{words}_start"] : row[f"{words}_end"]] == row[words]
    if "annotations" in frames:
        for task, labels in schema.LABELS.items():
            rows = frames["annotations"]
            used = rows.loc[rows["task"] == task, "label"].dropna()
            assert set(used) <= set(labels)


def test_every_dataset_has_tiny_files():
    assert set(NAMES) == set(TINY)


@pytest.mark.parametrize("name", NAMES)
def test_contract_on_tiny_files(name, tmp_path):
    dataset = datasets.get(name)
    TINY[name](tmp_path)
    contract(dataset.load(tmp_path), dataset)


@pytest.mark.parametrize("name", NAMES)
def test_cards_say_what_a_reader_needs(name):
    dataset, card = datasets.get(name), datasets.info(name)
    for key in ("title", "licence", "upstream", "citation", "annotators", "flaws", "counts", "card"):
        assert card[key], f"{name}: the card lacks {key}"
    assert datasets.cite(name).startswith("@")
    assert card["upstream"].endswith(str(dataset.repo))
    assert card["commit"] == dataset.commit
    assert set(card["counts"]["articles"]) == set(dataset.splits)
    assert dataset.files
    assert all(len(digest) == 64 for digest in dataset.files.values())
    assert card.get("obtain") or dataset.archive


# --- the real data -------------------------------------------------------------------------------


def mirror() -> Path | None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    named = os.environ.get("FRAMING_MIRROR")
    folder = Path(named) if named else beside
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Folder of fetched data, filled once for the session."""
    return tmp_path_factory.mktemp("data")


@pytest.mark.skipif(mirror() is None, reason="no mirror of the real data")
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n in LARGE else ()) for n in NAMES])
def test_contract_on_real_data(name, real, monkeypatch):
    monkeypatch.setenv("FRAMING_DATA", str(real))
    dataset, counts = datasets.get(name), datasets.info(name)["counts"]
    folder = _fetch.fetch(dataset, mirror())  # checks every hash
    frames = dataset.load(folder)
    contract(frames, dataset)
    assert frames["articles"]["split"].value_counts().to_dict() == counts["articles"]
    assert {key: len(table) for key, table in frames.items() if key != "articles"} == counts.get("rows", {})
    assert tally(frames) == counts.get("labels", {})
    repeated = {f"{r.split} / {r.other}": r.n for r in datasets.leakage(frames).itertuples()}
    assert repeated == counts["repeated"]


def tally(frames: dict[str, pd.DataFrame]) -> dict[str, int]:
    if "annotations" not in frames:
        return {}
    rows = frames["annotations"]
    code = rows["code"].map(lambda c: "" if pd.isna(c) else f".{c}")
    return dict(sorted((rows["task"] + code + "." + rows["label"].fillna("null")).value_counts().items()))


# --- what loaders decide -------------------------------------------------------------------------


def test_polnear_cuts_content_at_paragraphs_and_keeps_every_fragment(tmp_path):
    polnear(tmp_path)
    frames = datasets.get("polnear").load(tmp_path)
    train = frames["articles"].query("split == 'train'")["article_id"].iloc[0]
    rows = frames["quotations"][frames["quotations"]["article_id"] == train]
    quoted = rows[rows["part_of"].notna()]
    assert quoted["text"].tolist() == ["“We are ready,”", "“and\nopen.", "To all.”"]
    assert set(quoted["kind"]) == {"direct"}
    assert quoted["part_of"].nunique() == 1
    assert set(frames["spans"].loc[frames["spans"]["article_id"] == train, "coder"]) == {"aaaa"}
    assert set(frames["others"]["coder"]) == {"bbbb"}
    alone = rows[rows["part_of"].isna()]
    assert alone["speaker"].isna().all()
    assert frames["articles"]["title"].isna().all()


def test_polnear_refuses_spans_outside_the_text():
    from framing.datasets.polnear import parse

    with pytest.raises(schema.InputError, match="outside its text of 5"):
        parse("T1\tSource 0 9\tMayor Odi\nE1\tAttribution:T1 Source:T1\n", 5)


def test_babe_repeats_follow_the_first_into_its_fold(tmp_path):
    babe(tmp_path)
    frames = datasets.get("babe").load(tmp_path)
    keys = datasets.same_text(frames["articles"].set_index("article_id")["text"])
    tested = frames["folds"].query("split == 'test'")
    assert (tested.groupby(tested["article_id"].map(keys))["fold"].nunique() == 1).all()
    assert tested["article_id"].is_unique
    assert len(tested) == 12


def test_narrative_frames_odd_values(tmp_path):
    narrative_frames(tmp_path)
    frames = datasets.get("narrative_frames").load(tmp_path)
    rows = frames["annotations"].set_index(["article_id", "code"])["label"]
    assert rows["nf-4"].isna().all()
    assert rows["nf-5", "economic"] == "absent"
    assert frames["coders"].query("article_id == 'nf-0'")["label"].tolist() == ["present", "absent"]
    assert (frames["articles"]["genre"] == "opinion").all()


def test_ecbplus_takes_the_address_out_of_the_text(tmp_path):
    ecbplus(tmp_path)
    articles = datasets.get("ecbplus").load(tmp_path)["articles"].set_index("article_id")
    assert articles.loc["36_1ecbplus", "text"] == "Tolland quit ."
    assert articles.loc["36_1ecbplus", "outlet"] == "harbourpost.example"
    assert articles.loc["1_2ecb", "text"] == "Brann quit & left .\n“ Yes , ” she said ."
    assert articles["event_id"].tolist() == ["ecb-1-ecb", "ecb-1-ecb", "ecb-36-plus"]


def test_article_bias_prediction_dates(tmp_path):
    article_bias_prediction(tmp_path)
    articles = datasets.get("article_bias_prediction").load(tmp_path)["articles"]
    assert articles["published_at"].dt.strftime("%Y-%m-%d").tolist()[0::3] == ["2019-07-11", "2019-01-04"]
    assert articles["published_at"].isna().tolist() == [False, True, True, False]
    assert articles.loc[2, "published_raw"] == "2050-09-30"


def test_persent_gives_paragraph_labels_only_where_they_fit(tmp_path):
    persent(tmp_path)
    rows = datasets.get("persent").load(tmp_path)["annotations"]
    assert rows.groupby("article_id").size().tolist() == [3, 1]


def test_splits_folds_and_unknown_ones(tmp_path):
    narrative_frames(tmp_path)
    dataset = datasets.get("narrative_frames")
    frames = dataset.load(tmp_path)
    part = _registry.select(frames, dataset, "2/test")
    assert 0 < len(part["articles"]) < len(frames["articles"])
    assert set(part["annotations"]["article_id"]) == set(part["articles"]["article_id"])
    with pytest.raises(schema.InputError, match=r"no split '2/tset'; did you mean 2/test"):
        _registry.select(frames, dataset, "2/tset")


# --- names, fetching, verifying ------------------------------------------------------------------


def test_unknown_names_list_the_near_ones():
    with pytest.raises(schema.InputError, match="did you mean polnear"):
        datasets.info("polner")
    with pytest.raises(schema.InputError, match="article_extraction_benchmark"):
        datasets.load("article_extraction")


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A registered toy dataset with two files, an empty cache and a mirror that holds its archive."""
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path / "cache"))
    monkeypatch.delenv("FRAMING_MIRROR", raising=False)
    monkeypatch.setattr(_registry, "cards_root", lambda: tmp_path / "cards")

    def load(root: Path) -> dict[str, pd.DataFrame]:
        rows = [
            {"article_id": p.stem, "text": p.read_text("utf-8"), "origin": p.name, "split": "all"}
            for p in sorted(root.glob("*.txt"))
        ]
        return {"articles": _registry.articles_frame(rows)}

    dataset = Dataset("toy", load, ("all",), "someone/toy", "c0ffee00c0ffee00", gold_offsets=True)
    monkeypatch.setattr(_registry, "registered", lambda: {"toy": dataset})
    files = {"a.txt": b"One.", "b.txt": b"Two."}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    put(tmp_path, "cards/toy/SHA256SUMS", sums)
    put(tmp_path, "cards/toy/card.md", '+++\ntitle = "Toy"\n+++\n\nProse.\n')
    (tmp_path / "mirror").mkdir()
    pack(tmp_path / "mirror" / f"{dataset.archive_name}.tar.gz", files)
    return dataset


def pack(path: Path, files: dict[str, bytes], top: str = "toy-c0ffee00c0ffee00") -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_fetch_load_verify_and_nothing_twice(toy, tmp_path):
    mirror_folder = tmp_path / "mirror"
    with pytest.raises(schema.InputError, match="framing datasets fetch toy"):
        datasets.load("toy")
    folder = datasets.fetch("toy", mirror_folder)
    assert datasets.verify("toy")["ok"]
    assert datasets.info("toy")["available"]
    assert "Prose." in datasets.info("toy")["card"]
    stamp = folder.stat().st_mtime_ns
    assert datasets.fetch("toy", tmp_path / "no such mirror") == folder
    assert folder.stat().st_mtime_ns == stamp
    articles = datasets.articles("toy")
    assert articles["text"].tolist() == ["One.", "Two."]
    assert articles.attrs == {"dataset": "toy", "revision": toy.commit, "clean": False}
    (folder / "a.txt").write_text("Won.")
    (folder / "b.txt").unlink()
    found = datasets.verify("toy")
    assert (found["ok"], found["changed"], found["missing"]) == (False, ["a.txt"], ["b.txt"])
    datasets.fetch("toy", mirror_folder, force=True)
    assert datasets.verify("toy")["ok"]


def test_load_fetches_from_a_named_mirror_only(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMING_MIRROR", str(tmp_path / "mirror"))
    assert len(datasets.load("toy")["articles"]) == 2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": b"One.", "b.txt": b"Other."}, r"1 changed \(first: b.txt\)"),
        ({"a.txt": b"One."}, r"1 missing \(first: b.txt\)"),
    ],
)
def test_wrong_files_are_refused_and_nothing_is_kept(toy, tmp_path, files, message):
    pack(tmp_path / "mirror" / f"{toy.archive_name}.tar.gz", files)
    with pytest.raises(datasets.FetchError, match=message):
        datasets.fetch("toy", tmp_path / "mirror")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_broken_archive_says_so(toy, tmp_path):
    path = tmp_path / "mirror" / f"{toy.archive_name}.tar.gz"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"<html>Not found</html>"):
        path.write_bytes(content)
        with pytest.raises(datasets.FetchError, match=r"breaks off or is not a .tar.gz|missing"):
            datasets.fetch("toy", tmp_path / "mirror")
    assert not datasets.info("toy")["available"]


def test_an_archive_cannot_write_elsewhere_or_too_much(toy, tmp_path, monkeypatch):
    path = tmp_path / "mirror" / f"{toy.archive_name}.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name in ("toy/../../../evil.txt", "/etc/evil.txt"):
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("toy/a.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    with pytest.raises(datasets.FetchError, match="2 missing"):
        datasets.fetch("toy", tmp_path / "mirror")
    assert not list(tmp_path.rglob("evil.txt"))
    pack(path, {"a.txt": b"One.", "b.txt": b"Two."})
    with monkeypatch.context() as patch:
        patch.setattr(_fetch, "MAX_ARCHIVE", 7)
        with pytest.raises(datasets.FetchError, match="unpacks to more than 7 bytes"):
            datasets.fetch("toy", tmp_path / "mirror")
    monkeypatch.setattr(_fetch, "MAX_FILE", 3)
    with pytest.raises(datasets.FetchError, match="more than this dataset can have"):
        datasets.fetch("toy", tmp_path / "mirror")


def test_no_mirror_no_network_and_other_failures(toy, tmp_path, monkeypatch):
    import requests

    with pytest.raises(datasets.FetchError, match="not a folder"):
        datasets.fetch("toy", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(datasets.FetchError, match=r"has no toy-c0ffee00c0ffee00.tar.gz"):
        datasets.fetch("toy", tmp_path / "empty")

    def offline(*_: object, **__: object) -> None:
        raise requests.exceptions.ConnectionError("no route")

    monkeypatch.setattr("requests.get", offline)
    with pytest.raises(datasets.FetchError, match=r"(?s)Nothing was kept.*--mirror DIR"):
        datasets.fetch("toy")


class Breaking(http.server.BaseHTTPRequestHandler):
    """Serves one file with ranges, and breaks off after `most` bytes of an answer."""

    body = b""
    tag: str | None = '"one"'
    most = 10**9
    asked: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.headers["If-Range"] == self.tag else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.body) - 1}/{len(self.body)}")
        if self.tag:
            self.send_header("ETag", self.tag)
        self.send_header("Content-Length", str(len(self.body) - start))
        self.end_headers()
        self.wfile.write(self.body[start : start + self.most])

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def breaking(toy, tmp_path, monkeypatch):
    """The toy's archive, grown to 900 kB, behind a local server that breaks off after 500 kB."""
    path = tmp_path / "mirror" / f"{toy.archive_name}.tar.gz"
    noise = np.random.default_rng(0).bytes(900_000)
    pack(path, {"noise": noise, "a.txt": b"One.", "b.txt": b"Two."})
    handler = type("Handler", (Breaking,), {"body": path.read_bytes(), "most": 500_000, "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_broken_download_goes_on_where_it_broke_off(breaking, tmp_path):
    handler, address = breaking
    with pytest.raises(datasets.FetchError, match=r"The first \d+ bytes are kept: the same command goes on"):
        datasets.fetch("toy", address)
    kept = next((tmp_path / "cache" / ".partial").glob("*.gz")).stat().st_size
    assert 0 < kept <= 500_000
    datasets.fetch("toy", address)
    assert handler.asked == [None, f"bytes={kept}-"]
    assert datasets.verify("toy")["ok"]
    assert list((tmp_path / "cache" / ".partial").iterdir()) == []


@pytest.mark.parametrize("tag", ['"two"', None, 'W/"one"'])
def test_a_file_that_changed_or_has_no_tag_is_downloaded_whole(breaking, tag):
    handler, address = breaking
    handler.tag = tag if tag != '"two"' else handler.tag
    with pytest.raises(datasets.FetchError):
        datasets.fetch("toy", address)
    handler.tag, handler.most = tag, 10**9
    datasets.fetch("toy", address)
    assert datasets.verify("toy")["ok"]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (None, "https://github.com/someone/toy/archive/c0ffee00c0ffee00.tar.gz"),
        ("https://mirror.example/data/", "https://mirror.example/data/toy-c0ffee00c0ffee00.tar.gz"),
    ],
)
def test_addresses_asked_for(toy, tmp_path, monkeypatch, source, address):
    asked = []

    def retrieve(url: str, **_: object) -> str:
        asked.append(url)
        return str(tmp_path / "mirror" / f"{toy.archive_name}.tar.gz")

    monkeypatch.setattr("pooch.retrieve", retrieve)
    datasets.fetch("toy", source)
    assert asked == [address]
    assert datasets.verify("toy")["ok"]


def test_files_that_upstream_does_not_offer_come_with_instructions(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    monkeypatch.delenv("FRAMING_MIRROR", raising=False)
    with pytest.raises(datasets.FetchError, match=r"(?s)Gather them into one file.*sha256 [0-9a-f]{64}"):
        datasets.fetch("news_cluster")


def test_leakage_counts_texts_in_two_splits():
    articles = pd.DataFrame({"text": ["One.", "one. ", "ONE.", "Two."], "split": ["train", "train", "test", "test"]})
    rows = datasets.leakage({"articles": articles}).to_dict("records")
    assert rows == [{"split": "train", "other": "train", "n": 1}, {"split": "train", "other": "test", "n": 1}]
