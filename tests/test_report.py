"""The report: what it says first, evidence for its numbers, text that stays text, nothing fetched, nothing lost."""

import base64
import io
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from framing import charts, report, schema, storage
from framing.charts import tables as charts_tables
from framing.report import excerpts, figures, masking, provenance, shelf, views
from framing.report import write as writer

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import HOSTILE, build, run_record


class Page(HTMLParser):
    """Elements of a page: ids, links, what would be fetched, scripts, headings, text."""

    VOID = frozenset(
        ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
    )

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.fetched, self.scripts, self.stack, self.text = [], [], [], [], [], []
        self.handlers, self.unbalanced = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs.get("href", ""))
        if tag in ("img", "iframe", "object", "embed", "link", "audio", "video", "source", "script") or "src" in attrs:
            self.fetched += [attrs[k] for k in ("src", "href", "data") if attrs.get(k)]
        self.handlers += [k for k in attrs if k.startswith("on")]
        if tag == "script":
            self.scripts.append("")
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "script":
            self.scripts[-1] += data
        else:
            self.text.append(data)


@pytest.fixture(scope="module")
def frames():
    return build(3, 2, hostile=True)


@pytest.fixture(scope="module")
def html(frames, tmp_path_factory):
    (path,) = report.write(frames, run_record(), tmp_path_factory.mktemp("report") / "report.html")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_first_screen_says_what_must_be_said(page, frames):
    start = " ".join(" ".join(page.text).split("Events")[:6])
    everything = " ".join(page.text)
    assert "differences between these texts" in start
    assert "not bias or truth" in everything
    for said in (
        "coast.jsonl",
        "validated in: politics, economy",
        "Wire copy",
        "Genres",
        "To contest a figure",
        "classifiers judged these texts",
        "fewer than ten storylines",
        "Storylines",
    ):
        assert said in everything, said
    for word in ("omitted", "silent on", "is biased"):
        assert word not in everything


def test_nothing_is_fetched_and_only_our_script_may_run(page, html):
    assert page.fetched == []
    assert page.handlers == []
    assert len(page.scripts) == 1
    assert not re.search(r"@import|url\((?!#)", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert "default-src 'none'" in policy
    assert "sha256-" in policy


def test_markup_is_balanced_and_ids_are_unique(page):
    assert page.unbalanced == []
    assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_somewhere(page):
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    assert all(link.startswith(("#", "https://news.invalid/", "data:text/csv")) for link in page.links)


def test_hostile_text_stays_text(page):
    everything = "".join(page.text)
    assert HOSTILE[0] in everything
    assert "{{ 7 * 7 }}" in everything
    assert "49" not in re.findall(r"right .{0,10}and .{0,10}marks.{0,3}, (\S+)", everything)


def test_events_articles_sources_and_words_are_there(page, frames):
    everything = " ".join(page.text)
    for outlet in frames["articles"]["outlet"].unique():
        assert outlet in everything
    for name in frames["sources"]["name"].unique():
        assert name in everything
    for word in frames["loaded_words"]["text"].unique():
        assert word in everything
    assert "narrator: loaded wording" in everything
    assert "not found in this text" in everything


def test_excerpts_not_whole_articles_unless_asked(frames, tmp_path):
    text = "\n\n".join(f"Paragraph {k} says that nothing much happened on the quay today." for k in range(80))
    long = {**frames, "articles": frames["articles"].assign(text=frames["articles"]["text"] + "\n\n" + text)}
    corpus = views.Corpus(long)
    row = charts_tables.records(long["articles"])[1]
    assert corpus.article(row)["shown"].n_words < 250
    whole = views.Corpus(long, full_text=True).article(row)["shown"]
    shown = re.sub(r"<[^>]+>", "", "".join(x.html for x in whole.excerpts))
    assert "Paragraph 79" in shown
    assert whole.n_words == whole.of_words


def test_embedded_data_is_the_frames_without_texts(page, frames):
    files = {}
    for link in page.links:
        if link.startswith("data:"):
            table = pd.read_csv(io.BytesIO(base64.b64decode(link.split(",", 1)[1])))
            files[len(files)] = table
    names = re.findall(r"(\w+)\.csv", " ".join(page.text[-200:]))
    assert {"comparisons", "events", "articles", "sources", "quotations", "annotations", "chart_stance"} <= set(names)
    sizes = {len(t) for t in files.values()}
    assert len(frames["comparisons"]) in sizes
    assert all("text" not in t.columns or "kind" in t.columns for t in files.values())


@pytest.mark.parametrize("outlets", [1])
def test_one_outlet_says_why_nothing_is_compared(outlets, tmp_path):
    frames = build(outlets, 2, comparisons=False)
    (path,) = report.write(frames, {}, tmp_path / "report.html")
    text = " ".join(Page(path.read_text(encoding="utf-8")).text)
    assert "fewer than two known outlets" in text
    assert "No difference is stated" in text


def test_one_article_and_an_empty_run(tmp_path):
    frames = build(1, 1, comparisons=False)
    text = " ".join(provenance.withheld(frames, {}))
    assert "there is one article" in text
    empty = {name: schema.empty(name) for name in schema.FRAMES}
    (path,) = report.write(empty, {}, tmp_path / "empty.html")
    page = Page(path.read_text(encoding="utf-8"))
    assert page.unbalanced == []
    assert "No event." in " ".join(page.text)


def test_missing_frames_and_keys_are_tolerated(frames, tmp_path):
    some = {"articles": frames["articles"].head(2)}
    run = {
        "inputs": ["a.csv", {"path": "b.csv"}],
        "models": ["m", {"name": "n", "validated_domains": "news"}],
        "counts": {"load": 3},
        "settings": None,
        "notes": None,
    }
    (path,) = report.write(some, run, tmp_path / "r.html")
    assert "no quotation found" in " ".join(Page(path.read_text(encoding="utf-8")).text)


def test_many_articles_give_an_index_with_one_file_per_event(frames, tmp_path, monkeypatch):
    monkeypatch.setattr(
        writer if hasattr(writer, "MOST_ARTICLES") else sys.modules["framing.report.write"], "MOST_ARTICLES", 3
    )
    monkeypatch.setattr(figures, "pictures", lambda frames: [])
    odd = {**frames, "articles": frames["articles"].copy(), "events": frames["events"].copy()}
    first = frames["events"]["event_id"].iloc[0]
    for name in ("articles", "events"):
        odd[name]["event_id"] = odd[name]["event_id"].replace(first, "../../evil name")
    index, *pages = report.write(odd, run_record(), tmp_path / "report.html")
    assert len(pages) == frames["articles"]["event_id"].nunique()
    assert all(p.parent == tmp_path / "events" for p in pages)
    links = {link for link in Page(index.read_text(encoding="utf-8")).links if link.startswith("events/")}
    assert links == {f"events/{p.name}" for p in pages}
    for path in pages:
        page = Page(path.read_text(encoding="utf-8"))
        assert page.unbalanced == []
        assert {x[1:] for x in page.links if x.startswith("#")} <= set(page.ids)
    monkeypatch.undo()
    monkeypatch.setattr(figures, "pictures", lambda frames: [])
    report.write(frames, run_record(), tmp_path / "report.html")
    assert not (tmp_path / "events").exists(), "pages of the earlier report are gone"


def test_pages_are_the_same_however_many_articles_are_held_at_once(frames, tmp_path, monkeypatch):
    own = writer if hasattr(writer, "MOST_ARTICLES") else sys.modules["framing.report.write"]
    monkeypatch.setattr(figures, "pictures", lambda frames: [])
    monkeypatch.setattr(own, "MOST_ARTICLES", 3)
    (tmp_path / "run").mkdir()
    for name, table in frames.items():
        if name in (*schema.FRAMES, *storage.EXTRA):
            storage.write_pieces(tmp_path / "run" / f"{name}.parquet", iter([table.iloc[:7], table.iloc[7:]]))
    made = []
    for number, (some, most) in enumerate([(frames, 200), (storage.Shelf(tmp_path / "run"), 1)]):
        monkeypatch.setattr(own, "AT_ONCE", most)
        paths = report.write(some, run_record(), tmp_path / str(number) / "report.html")
        made.append({p.name: p.read_text(encoding="utf-8") for p in paths})
    assert list(made[0]) == list(made[1])
    for name, page in made[0].items():
        assert Page(page).text == Page(made[1][name]).text


def test_an_overview_is_enough_for_the_charts(frames, tmp_path):
    for name, table in frames.items():
        if name in (*schema.FRAMES, *storage.EXTRA):
            storage.write_pieces(tmp_path / f"{name}.parquet", iter([table.iloc[:7], table.iloc[7:]]))
    run_of = storage.Shelf(tmp_path)
    model = frames["annotations"][frames["annotations"]["sample_id"].isna()]
    storage.write_parquet(tmp_path / "annotations.parquet", model)
    whole, some = shelf.whole(run_of), shelf.overview(run_of)
    assert len(some["annotations"]) < len(model)
    assert some["articles"]["text"].notna().sum() < len(whole["articles"])
    for name in charts.NAMES:
        pd.testing.assert_frame_equal(charts.data(name, some), charts.data(name, whole))


def test_a_folder_named_events_that_is_not_ours_is_left_alone(frames, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "pictures", lambda frames: [])
    mine = tmp_path / "events" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    report.write(frames, {}, tmp_path / "report.html")
    assert mine.read_text(encoding="utf-8") == "mine"


# --- excerpts --------------------------------------------------------------------------------------


def test_marks_overlap_and_keep_the_text():
    text = "The authority rammed it through, “a raid”, said Mara Quill. Then it rained."
    marks = [
        excerpts.Mark(4, 58, "stance", "s", "against", "against"),
        excerpts.Mark(14, 20, "word"),
        excerpts.Mark(0, 31, "loaded", "l", "loaded"),
        excerpts.Mark(33, 41, "quotation", "q", "quote"),
    ]
    shown = excerpts.show(text, marks)
    assert len(shown.excerpts) == 1
    plain = re.sub(r"<[^>]+>", "", shown.excerpts[0].html)
    assert plain == text[:59]
    assert 'class="m loaded stance against word"' in shown.excerpts[0].html
    assert shown.excerpts[0].html.count('id="') == 3


def test_an_endless_word_is_shown_in_part():
    text = "W" * 40_000
    shown = excerpts.show(text, [excerpts.Mark(0, 40_000, "loaded", "l", "tag")])
    assert len(shown.excerpts[0].html) < 1_000


def test_evidence_beyond_the_limit_is_listed_not_dropped():
    text = " ".join(f"Sentence number {k} has a handful of words in it." for k in range(200))
    marks = [excerpts.Mark(m.start(), m.end(), "loaded", f"l{m.start()}", "tag") for m in re.finditer("handful", text)]
    shown = excerpts.show(text, marks)
    assert shown.n_words <= excerpts.LARGEST_SHARE * shown.of_words
    assert len(shown.hidden) + sum(len(x.tags) for x in shown.excerpts) == len(marks)


# --- masking ---------------------------------------------------------------------------------------


def test_masking_keeps_offsets_and_public_persons(frames):
    sources = frames["sources"].copy()
    private = sources["name"] == "Joss Tarnfield"
    sources.loc[private, "actor"] = "affected_person"
    given = {**frames, "sources": sources}
    masked, n = masking.mask(given)
    assert n == 1
    schema.check_spans(masked["quotations"], masked["articles"], text="text")
    assert masked["articles"]["text"].str.len().tolist() == frames["articles"]["text"].str.len().tolist()
    assert not masked["articles"]["text"].str.contains("Tarnfield").any()
    assert masked["articles"]["text"].str.contains("Ida Brenn").any()
    assert masked["articles"]["author"].isna().all()
    assert given["articles"]["author"].notna().any(), "the caller's frames are unchanged"
    assert "private person 1" in set(masked["sources"]["name"])


def test_masked_report_does_not_hold_the_name(frames, tmp_path):
    sources = frames["sources"].copy()
    assert (sources["name"] == "Joss Tarnfield").any()
    sources.loc[sources["name"] == "Joss Tarnfield", "actor"] = "public"
    given = {**frames, "sources": sources, "quotations": frames["quotations"].drop(columns="person")}
    record = run_record() | {
        "notes": ["1 article of another genre. They are: “Why Joss Tarnfield is wrong” (Tillen Post)."]
    }
    (path,) = report.write(given, record, tmp_path / "r.html", mask_private=True)
    html = path.read_text(encoding="utf-8")
    page = Page(html)
    data = "".join(base64.b64decode(link.split(",", 1)[1]).decode() for link in page.links if link.startswith("data:"))
    assert "Tarnfield" not in html
    assert "Tarnfield" not in data
    assert "private person" in html


# --- what an event answers -------------------------------------------------------------------------


def times(*hours):
    return [pd.Timestamp("2031-03-02T06:00Z") + pd.Timedelta(hours=h) for h in hours]


def four_outlets():
    """Outlets A to D on one event: what A and B tell is told again by D, later; C only reprints A."""
    told = "The quay was shut. A crane fell on Monday. Nobody was hurt."
    rows = [
        {"article_id": f"a-{o}", "outlet": o, "title": f"Crane falls, {o}", "text": told, "event_id": "e-1"}
        | {"published_at": t, "n_words": 12, "origin": "x", "duplicate_of": "a-A" if o == "C" else None}
        for o, t in zip("ABCD", times(0, 1, 2, 3), strict=True)
    ]
    rows.append({**rows[0], "article_id": "a-E", "outlet": "E", "published_at": times(0.5)[0], "text": "Rain."})
    where = {"event_id": "e-1", "part": "text", "start": 19, "end": 41}
    facts = [{"fact_id": "f-1", "article_id": f"a-{o}", "confidence": 0.83, **where} for o in "ABC"]
    facts += [{"fact_id": "f-2", "article_id": "a-A", "event_id": "e-1", "part": "text", "start": 43, "end": 59}]
    sources = [
        {"source_id": "s-1", "article_id": f"a-{o}", "name": "Ida Brenn", "n_quotations": 1, "n_words": 5}
        for o in "ABC"
    ]
    return {
        "articles": schema.conform(rows, "articles"),
        "facts": schema.conform(facts, "facts"),
        "sources": schema.conform(sources, "sources"),
    }


def test_facts_stand_in_the_words_of_the_first_to_tell_them():
    frames = four_outlets()
    event = views.Corpus(frames).event({"event_id": "e-1"}, frames["articles"]["article_id"].tolist(), 1)
    assert event["absent"] == [], "nothing is said to be missing that the run did not look for"
    assert [(f["name"], sorted(f["cells"])) for f in event["facts"]] == [
        ("A crane fell on Monday", ["A", "B", "C"]),
        ("Nobody was hurt.", ["A"]),
    ]


def test_a_caption_does_not_name_a_fact_that_a_text_tells():
    frames = four_outlets()
    frames["articles"]["captions"] = "A fallen crane, FILE."
    first = (frames["facts"]["article_id"] == "a-A") & (frames["facts"]["fact_id"] == "f-1")
    frames["facts"].loc[first, ["part", "start", "end"]] = ["captions", 0, 14]
    event = views.Corpus(frames).event({"event_id": "e-1"}, frames["articles"]["article_id"].tolist(), 1)
    assert event["facts"][0]["name"] == "A crane fell on Monday"
    drawn = charts.data("facts", frames, event="e-1")
    assert set(drawn["fact"]) == {"A crane fell on Monday", "Nobody was hurt."}


def test_the_earliest_headline_is_the_first_telling():
    frames = four_outlets()
    first = (frames["facts"]["article_id"] == "a-A") & (frames["facts"]["fact_id"] == "f-1")
    frames["facts"].loc[first, ["part", "start", "end"]] = ["title", 0, 11]
    event = views.Corpus(frames).event({"event_id": "e-1"}, frames["articles"]["article_id"].tolist(), 1)
    assert event["facts"][0]["name"] == "Crane falls"
    assert set(charts.data("facts", frames, event="e-1")["fact"]) == {"Crane falls", "Nobody was hurt."}


def test_what_comes_near_is_not_said_to_be_missing_though_too_few_told_it_before():
    frames = four_outlets()
    near = {"event_id": "e-1", "kind": "fact", "id": "f-1", "article_id": "a-D", "outlet": "D", "state": "near"}
    frames["omissions"] = pd.DataFrame([near])
    event = views.Corpus(frames).event({"event_id": "e-1"}, frames["articles"]["article_id"].tolist(), 1)
    assert event["facts"][0]["open"] == {"D"}
    assert event["absent"] == []


def test_what_the_run_found_missing_is_shown_with_the_length_of_the_text(tmp_path):
    frames = four_outlets()
    rows = [("B", "not_found"), ("D", "not_found"), ("D", "unsure")]
    frames["omissions"] = pd.DataFrame(
        [
            {"event_id": "e-1", "kind": "fact", "id": "f-2", "outlet": o, "state": state}
            | {"n_before": 3, "article_id": f"a-{o}", "n_no_longer": 0}
            for o, state in rows
        ]
    )
    event = views.Corpus(frames).event({"event_id": "e-1"}, frames["articles"]["article_id"].tolist(), 1)
    assert event["absent"] == [
        {"outlet": "B", "n_words": 12, "facts": [{"name": "Nobody was hurt.", "n": 3, "shorter": 0}], "sources": []},
    ], "where one text of the outlet comes near, nothing is said to be missing"
    (path,) = report.write(frames, {}, tmp_path / "r.html")
    page = Page(path.read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.text).split())
    assert "Not found in this text, by outlet" in text
    assert "(3 outlets, all in longer texts)" in text
    assert "Which facts stand where" in text
    assert "The sentences that were matched" in text
    assert "found 0.83" in text
    assert "A 0.83 : A crane fell on Monday" in text
    assert "less often than its confidence says" in text
    assert {x[1:] for x in page.links if x.startswith("#")} <= set(page.ids)
    assert page.unbalanced == []


def test_who_covered_an_event_and_who_did_not(tmp_path):
    frames = build(3, 3, seed=4)
    (path,) = report.write(frames, run_record(), tmp_path / "r.html")
    text = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).text).split())
    by_event = frames["articles"].groupby("event_id")["outlet"].agg(set)
    everyone = set(frames["articles"]["outlet"])
    partial = [sorted(everyone - here) for here in by_event if len(here) > 1 and here != everyone]
    assert partial
    for missing in partial:
        assert f"No article on it in this corpus from {', '.join(missing)}" in text


def test_dates_without_a_time_are_not_hours(tmp_path):
    frames = four_outlets()
    days = pd.to_datetime(["2031-03-02", "2031-03-02", "2031-03-03", "2031-03-05", "2031-03-02"], utc=True)
    frames["articles"] = frames["articles"].assign(published_at=days)
    (path,) = report.write(frames, {}, tmp_path / "r.html")
    text = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).text).split())
    assert "2031-03-02 first day" in text
    assert "2031-03-05 +3 days" in text
    assert "2031-03-02 00:00" not in text


def test_a_time_at_midnight_is_shown_as_a_time(tmp_path):
    frames = four_outlets()
    times = pd.to_datetime(["2031-03-02 00:00", *["2031-03-02 06:30"] * 4], utc=True)
    written = times.tz_convert("Australia/Brisbane").map(pd.Timestamp.isoformat)
    frames["articles"] = frames["articles"].assign(published_at=times, published_raw=written)
    (path,) = report.write(frames, {}, tmp_path / "r.html")
    text = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).text).split())
    assert "2031-03-02 00:00 first" in text
    assert "2031-03-02 06:30 +6 h 30" in text
    assert "first day" not in text


def test_voices_along_the_text_and_charts_of_the_event(html, frames):
    assert html.count('class="times voices"') == frames["events"].shape[0]
    assert re.search(r'<i class="(favour|against|neutral|unsaid)( hollow)?" style="left:[\d.]+%;width:[\d.]+%">', html)
    assert "event-1-stance-" in html
    assert "event-1-source_kinds-" in html


def test_every_stance_and_frame_links_to_its_evidence(frames):
    corpus = views.Corpus(frames)
    for row in charts_tables.records(frames["articles"]):
        article = corpus.article(row)
        anchors = {m.anchor for part in corpus.marks(row["article_id"]).values() for m in part if m.anchor}
        spans = frames["annotations"]
        spans = spans[(spans["article_id"] == row["article_id"]) & spans["start"].notna() & (spans["task"] == "stance")]
        for stance in article["stance"]:
            if (spans["target"] == stance["target"]).any():
                assert stance["href"][1:] in anchors


def test_targets_nobody_speaks_of_are_said_once(tmp_path):
    frames = build(2, 1)
    notes = frames["annotations"]
    mute = notes["task"] == "stance"
    blank = notes.assign(
        label=notes["label"].mask(mute), score=notes["score"].mask(mute), confidence=notes["confidence"].mask(mute)
    )
    blank = blank[~(mute & blank["start"].notna())]
    (path,) = report.write({**frames, "annotations": blank}, run_record(), tmp_path / "r.html")
    text = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).text).split())
    assert text.count("No text of this event says anything for or against") == 1
    assert "Stance, in whose voice" not in text


# --- accusations -----------------------------------------------------------------------------------


def accusing(frames, more=0):
    """The frames with accusations in the first article of each outlet of the first event."""
    articles = frames["articles"]
    event = articles["event_id"].dropna().iloc[0]
    first = articles[articles["event_id"] == event].groupby("outlet", sort=True).head(1)
    rows = [
        {
            "article_id": a.article_id, "outlet": a.outlet, "event_id": event, "accuser": f"s-{k}", "accuser_name": f"<i>Accuser {k}</i>",
            "accused": "Harbour & Authority", "accused_id": None, "start": 0, "end": 30, "reply": "quoted" if k == 0 else "not_found",
            "reply_start": 40 if k == 0 else None, "reply_end": 60 if k == 0 else None, "confidence": 0.8,
        }
        for a in first.itertuples() for k in range(2 + more)
    ]  # fmt: skip
    return {**frames, "accusations": pd.DataFrame(rows)}, first


def test_accusations_stand_in_the_page_with_their_replies_and_how_good_they_are(frames, tmp_path):
    found, first = accusing(frames)
    (path,) = report.write(found, run_record(), tmp_path / "report.html")
    html = path.read_text(encoding="utf-8")
    page = Page(html)
    everything = " ".join(" ".join(page.text).split())
    assert page.unbalanced == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert f"{2 * len(first)} accusations: who accuses whom" in everything
    assert "<i>Accuser 0</i>" in everything
    assert "&lt;i&gt;Accuser 0&lt;/i&gt;" in html
    assert "Harbour &amp; Authority" in html
    assert "no reply found in this text" in everything
    assert "the accused answers in direct words" in everything
    assert "A reading aid, not a measurement" in everything
    assert provenance.accusations() in everything
    assert "lower bounds" in provenance.accusations()
    text = str(first["text"].iloc[0])
    assert views.short(text[:30]).rstrip(" …")[:20] in everything
    assert {r["n"] for r in views.Corpus(found).event({}, list(first["article_id"]), 1)["replies"]} == {2}


def test_the_number_of_accusations_stands_beside_each_share_of_replies(frames, tmp_path):
    found, first = accusing(frames)
    outlet, other = first["outlet"].iloc[:2]
    row = {
        "measure": "reply.not_found",
        "scope": "corpus",
        "outlet": outlet,
        "reference": "others",
        "value": 0.5,
        "n_articles": 2,
    }
    row |= {"n_events": 1, "wire": "with", "method": "described", "corrected": False}
    found["comparisons"] = schema.conform([row, {**row, "reference": other}], "comparisons")
    (path,) = report.write(found, run_record(), tmp_path / "report.html")
    everything = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).text).split())
    assert f"accusations found: 2 against {2 * (len(first) - 1)}" in everything
    assert "accusations found: 2 against 2" in everything


def test_many_accusations_are_bounded_and_names_in_them_masked(frames, tmp_path):
    found, _ = accusing(frames, more=60)
    (path,) = report.write(found, run_record(), tmp_path / "report.html")
    html = path.read_text(encoding="utf-8")
    assert html.count("Accuser ") <= 40
    assert "in accusations.csv" in html
    name = "Ada Privat"
    person = {
        "source_id": "s-x",
        "article_id": found["accusations"]["article_id"].iloc[0],
        "name": name,
        "actor": "public",
        "level": "person",
    }
    person |= {"identification": "named", "n_quotations": 1, "n_words": 2}
    hidden = {
        **found,
        "sources": schema.conform([person], "sources"),
        "accusations": found["accusations"].assign(accuser_name=name, accused=f"{name} too"),
    }
    masked, n = masking.mask(hidden)
    assert n == 1
    first = masked["accusations"].iloc[0]
    assert "Ada" not in first["accuser_name"]
    assert "Privat" not in first["accused"]


def test_no_accusations_no_table(html):
    assert "Who is accused" not in html


def test_who_is_named_without_words_is_not_marked_as_not_found(frames):
    corpus = views.Corpus(frames)
    event = charts_tables.records(frames["events"])[0]
    ids = frames["articles"].loc[frames["articles"]["event_id"] == event["event_id"], "article_id"].tolist()
    outlets = [corpus.outlet[a] for a in ids]
    corpus.named["s"].add(outlets[0])
    corpus.missing[event["event_id"]] = [
        {"id": "f", "outlet": outlets[0], "state": "unsure"},
        {"id": "f", "outlet": outlets[-1], "state": "not_found"},
    ]
    source, fact = {"source_id": "s", "cells": {}}, {"fact_id": "f", "cells": {}}
    corpus._mark_open(event["event_id"], [source], [fact])
    assert source["open"] == fact["open"] == {outlets[0]}
