"""Comparing outlets from frames to rows: known effects, bad input, plans, and what must never be invented."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framing import comparison, schema, storage
from framing.comparison import cells, co_coverage, compare
from framing.comparison.plan import UNPLANNED, Plan
from framing.measures import wording
from framing.report import provenance

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import build


def corpus(n_events=24, outlets=("Ledger", "Beacon", "Courier"), storylines=12, effect=0.0, seed=0, share=1.0):
    """Narrator stance with a known effect of the first outlet."""
    rng = np.random.default_rng(seed)
    articles, annotations = [], []
    for e in range(n_events):
        level = rng.normal(0, 0.2)
        for outlet in outlets:
            if rng.random() > share:
                continue
            name = f"{outlet}-{e}"
            articles.append(
                {
                    "article_id": name,
                    "outlet": outlet,
                    "event_id": f"e{e:03d}",
                    "genre": "news",
                    "text": "The board met.",
                    "n_words": 3,
                    "origin": "t",
                    "wire": "Coast Agency" if e % 6 == 0 else None,
                }
            )
            score = np.clip(level + effect * (outlet == outlets[0]) + rng.normal(0, 0.1), -1, 1)
            annotations.append(
                {
                    "article_id": name,
                    "task": "stance",
                    "target": "the board",
                    "label": "neutral",
                    "score": score,
                    "voice": "narrator",
                    "annotator": "m@1",
                }
            )
    events = [
        {"event_id": f"e{e:03d}", "storyline_id": f"s{e % storylines}", "n_articles": 1, "n_outlets": 1}
        for e in range(n_events)
    ]
    found = {"articles": articles, "annotations": annotations, "events": events}
    return {name: schema.conform(rows, name) for name, rows in found.items()}


def run(frames, **options):
    return compare(
        frames, measures=options.pop("measures", ["stance"]), resamples=options.pop("resamples", 400), **options
    )


def contrasts(found, wire="with", scope="corpus"):
    table = found.comparisons
    return table[(table["scope"] == scope) & table["reference"].notna() & (table["wire"] == wire)].set_index("outlet")


def test_the_terminal_and_the_report_count_what_is_withheld_alike():
    rows = [
        {"scope": "corpus", "measure": "loaded_share", "outlet": o, "reference": "others", "value": v, "wire": wire, "p": p,
         "method": "withheld: 4 storylines, 10 needed"}
        for o, v, wire, p in (("A", 0.1, "with", None), ("B", 0.2, "with", 0.4), ("A", 0.1, "without", None), ("C", None, "with", None))
    ]  # fmt: skip
    table, articles = schema.conform(rows, "comparisons"), schema.empty("articles")
    notes: list[str] = []
    comparison._remarks(table, articles, None, notes)
    shown = provenance.withheld({"comparisons": table, "articles": articles}, {"withheld": ["compared: no"]})
    for told in (notes[-1], shown[-1]):
        assert told.startswith("Intervals and tests of 1 of 2 differences")
    assert "more events on different stories" in notes[-1]


def test_a_known_effect_is_found_against_a_reference_and_against_the_others():
    frames = corpus(effect=0.4)
    row = contrasts(run(frames, reference="Courier")).loc["Ledger"]
    assert row["low"] < 0.4 < row["high"]
    assert row["p"] <= 0.01
    assert row["q"] >= row["p"]
    assert row["detectable"] < 0.3
    assert contrasts(run(frames)).loc["Ledger", "value"] == pytest.approx(0.4, abs=0.1)


def test_two_outlets_are_not_halved():
    frames = corpus(outlets=("Ledger", "Beacon"), effect=0.4)
    assert contrasts(run(frames)).loc["Ledger", "value"] == pytest.approx(0.4, abs=0.08)


def test_frame_is_valid_and_levels_differ_as_contrasts_do():
    found = run(corpus(effect=0.2, share=0.8), reference="Beacon")
    schema.check(found.comparisons, "comparisons")
    table = found.comparisons
    levels = table[(table["scope"] == "corpus") & table["reference"].isna() & (table["wire"] == "with")]
    levels = levels.set_index("outlet")
    assert levels["low"].notna().all()
    assert levels["n_events"].gt(0).all()
    got = contrasts(found).loc["Ledger", "value"]
    assert got == pytest.approx(levels.loc["Ledger", "value"] - levels.loc["Beacon", "value"])


def test_wire_copy_is_in_one_half_only():
    found = run(corpus())
    assert contrasts(found)["n_articles"].tolist() == [24] * 3
    assert contrasts(found, wire="without")["n_articles"].tolist() == [20] * 3


def test_events_have_levels_and_differences_without_intervals():
    rows = contrasts(run(corpus(n_events=2)), scope="event")
    assert len(rows) == 6
    assert rows["low"].isna().all()
    assert rows["p"].isna().all()
    assert rows["method"].str.contains("one event").all()


def test_fewer_than_ten_storylines_withhold_intervals_and_say_so():
    found = run(corpus(storylines=9))
    rows = contrasts(found)
    assert rows["value"].notna().all()
    assert rows[["low", "high", "p", "q", "se", "detectable"]].isna().all(axis=None)
    assert rows["method"].str.startswith("withheld: 9 storylines, 10 needed").all()
    assert any("9 storylines" in note for note in found.notes)


def test_events_are_their_own_storylines_when_none_are_known():
    frames = corpus()
    del frames["events"]
    found = run(frames)
    assert contrasts(found)["n_storylines"].tolist() == [24] * 3
    assert any("No storylines" in note for note in found.notes)


def test_one_outlet_is_compared_with_nothing():
    found = run(corpus(outlets=("Ledger",)))
    assert contrasts(found)["value"].isna().all()
    assert any("nothing to compare" in note for note in found.notes)
    assert found.comparisons["value"].notna().any()


def test_one_event_gives_differences_without_intervals():
    found = run(corpus(n_events=1, storylines=1))
    assert contrasts(found, scope="event")["value"].notna().all()
    assert contrasts(found)["p"].isna().all()
    assert any("1 event" in note for note in found.notes)


def test_an_outlet_that_shares_no_event_keeps_its_mean_and_gets_no_contrast():
    frames = corpus()
    lone = corpus(outlets=("Island Echo",), n_events=3)
    lone["articles"]["event_id"] = "x" + lone["articles"]["event_id"]
    frames = {name: pd.concat([frames[name], lone[name]], ignore_index=True) for name in ("articles", "annotations")}
    found = run(frames)
    row = contrasts(found).loc["Island Echo"]
    assert np.isnan(row["value"])
    assert "no event on which both" in row["method"]
    assert contrasts(found).drop("Island Echo")["p"].notna().all()


@pytest.mark.parametrize(("reference", "set_"), [(None, "the larger set of outlets"), ("Ledger", "the reference")])
def test_outlets_of_another_country_are_told_that_they_are_not_connected(reference, set_):
    frames = corpus()
    other = corpus(outlets=("Island Echo", "Skerry Sun"), n_events=6)
    other["articles"]["event_id"] = "x" + other["articles"]["event_id"]
    frames = {name: pd.concat([frames[name], other[name]], ignore_index=True) for name in ("articles", "annotations")}
    rows = contrasts(run(frames, reference=reference)).loc[["Island Echo", "Skerry Sun"]]
    assert rows["value"].isna().all()
    assert rows["method"].str.contains(f"not connected with {set_}").all()
    assert not rows["method"].str.contains("no event on which both").any()


def test_an_outlet_that_has_nothing_of_the_genre_is_named():
    frames = corpus()
    frames["articles"].loc[frames["articles"]["outlet"] == "Beacon", "genre"] = "live"
    assert any("Nothing else is there of Beacon, so of this outlet" in note for note in run(frames).notes)


def test_a_constant_measure_is_not_tested():
    frames = corpus()
    frames["annotations"]["score"] = 0.25
    rows = contrasts(run(frames))
    assert (rows["value"].abs() < 1e-9).all()
    assert rows["p"].isna().all()
    assert rows["method"].str.contains("do not vary").all()


def test_other_genres_stay_apart():
    frames = corpus()
    frames["articles"].loc[frames["articles"]["event_id"] < "e012", "genre"] = "opinion"
    found = run(frames)
    assert contrasts(found)["n_articles"].tolist() == [12] * 3
    assert any("36 articles of other genres (36 opinion)" in note for note in found.notes)
    titles = [f"Why {i} is wrong" for i in range(len(frames["articles"]))]
    named = run(frames | {"articles": frames["articles"].assign(title=titles)}, genre="news").notes
    (note,) = [note for note in named if "of other genres" in note]
    assert note.count("“Why ") == 4
    assert "is wrong” (Beacon)" in note
    assert note.endswith(" and 32 others.") or " and 32 others. " in note
    each = run(frames, genre="each").comparisons
    assert set(each["genre"].dropna()) == {"news", "opinion"}
    pooled = run(frames, genre="all")
    assert contrasts(pooled)["n_articles"].tolist() == [24] * 3
    assert not run(frames, genre="review").comparisons["value"].notna().any()


def test_superseded_versions_and_unplaced_articles_are_left_out_and_counted():
    frames = corpus()
    frames["articles"].loc[0, "outlet"] = None
    frames["articles"].loc[5, "version_of"] = frames["articles"].loc[4, "article_id"]
    found = run(frames)
    assert contrasts(found)["n_articles"].sum() == 70
    assert sum("not compared" in note for note in found.notes) == 2


def test_the_callers_frames_are_not_changed():
    frames = corpus()
    before = {name: frame.copy() for name, frame in frames.items()}
    run(frames)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_same_seed_same_result_other_order_same_result():
    frames = corpus(share=0.7)
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in frames.items()}
    one, two = run(frames), run(shuffled)
    pd.testing.assert_frame_equal(one.comparisons, two.comparisons)
    pd.testing.assert_frame_equal(one.words, two.words)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reference": "Ledgr"}, "did you mean 'Ledger'"),
        ({"level": 95}, "e.g. 0.95"),
        ({"resamples": 3}, "100 at least"),
        ({"genre": "sport"}, "no genre 'sport'"),
    ],
)
def test_bad_settings_say_what_was_expected(options, message):
    with pytest.raises(schema.InputError, match=message):
        run(corpus(), **options)


def test_bad_frames_say_what_is_missing():
    with pytest.raises(schema.InputError, match="needs the articles frame"):
        compare({})
    with pytest.raises(schema.InputError, match="lacks event_id"):
        compare({"articles": pd.DataFrame({"article_id": ["a"], "outlet": ["x"]})})
    frames = corpus()
    frames["articles"] = pd.concat([frames["articles"], frames["articles"].head(1)])
    with pytest.raises(schema.InputError, match="should be unique"):
        compare(frames)


def test_co_coverage_counts_shared_events():
    table = co_coverage(corpus(n_events=10)["articles"])
    assert (table.to_numpy() == 10).all()


def test_progress_is_told():
    told = []
    run(corpus(n_events=2), progress=lambda *args: told.append(args))
    assert told[-1] == ("words", 3, 3)


PLAN = """
name = "board votes"
reference = "Courier"
adjust = "max-t"
resamples = 300

[families]
primary = ["stance:narrator"]
"""


def test_a_plan_fixes_families_and_marks_what_was_added(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    found = compare(corpus(effect=0.4), plan=path, measures=["stance", "stance_said", "words_given"])
    table = contrasts(found)
    assert set(table["reference"]) == {"Courier"}
    assert set(table["family"].dropna()) == {"primary, with wire copy, news"}
    assert set(contrasts(found, wire="without")["family"].dropna()) == {f"{UNPLANNED}, without wire copy, news"}
    assert any(Plan.read(path).stamp() in note for note in found.notes)
    assert table.loc[table["measure"] == "stance", "q"].loc["Ledger"] <= 0.05


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("families = 3", "families"),
        ("[families]\nmain = ['stanse']", "did you mean stance"),
        ("[families]\nmain = ['stance']\nother = ['stance']", "two families"),
        ("[families]\nmain = ['stance:author']", "no voice 'author'"),
        ("levl = 0.9\n[families]\nmain = ['stance']", "levl"),
        ("= nonsense", "not valid TOML"),
    ],
)
def test_faulty_plans_name_every_fault(tmp_path, text, message):
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(schema.InputError, match=message):
        Plan.read(path)


def test_a_missing_plan_is_an_input_error(tmp_path):
    with pytest.raises(schema.InputError, match="cannot be read"):
        Plan.read(tmp_path / "none.toml")


def pieces(frames, apart, cuts=(0, 1, 4, 7)):
    """All frames in pieces of whole events, in an order of their own; events and what has no articles stay whole."""
    names = sorted(frames["articles"]["event_id"].dropna().unique(), reverse=True)
    groups = [set(names[a:b]) for a, b in zip(cuts, (*cuts[1:], len(names)))]
    event = frames["articles"].set_index("article_id")["event_id"]
    cut = {
        name: [table[table["article_id"].map(event).isin(g)] for g in groups]
        for name, table in frames.items()
        if "article_id" in table and name in apart
    }
    return {**frames, **cut}


@pytest.mark.parametrize(
    "apart",
    [("articles", "annotations"), ("articles", "annotations", "quotations", "sources", "accusations", "omissions")],
)
@pytest.mark.parametrize("held", [200_000, 30])
def test_pieces_give_what_the_whole_gives(apart, held, monkeypatch):
    monkeypatch.setattr(cells, "HELD", held)
    monkeypatch.setattr(cells, "BLOCK", 20)
    monkeypatch.setattr(storage, "SPILLED", 2 * held)
    monkeypatch.setattr(wording, "ROWS", 7)
    monkeypatch.setattr(comparison, "TOGETHER", held)
    frames = build(outlets=4, events=9)
    event = frames["articles"].set_index("article_id")["event_id"]
    bare = frames["annotations"]["article_id"].map(event) == frames["articles"]["event_id"].iloc[0]
    frames = {**frames, "annotations": frames["annotations"][~bare & frames["annotations"]["sample_id"].isna()]}
    whole = compare(frames, resamples=100)
    found = comparison.in_pieces(pieces(frames, apart), resamples=100)
    assert {"stance", "source_balance", "first_speaker.expert"} & set(whole.comparisons["measure"])
    pd.testing.assert_frame_equal(pd.concat(list(found.comparisons), ignore_index=True), whole.comparisons)
    pd.testing.assert_frame_equal(pd.concat(list(found.words), ignore_index=True), whole.words)
    assert found.notes == whole.notes


def test_rows_of_events_are_cut_between_events(monkeypatch):
    frames = build(outlets=4, events=6)
    whole = compare(frames, resamples=100).comparisons
    monkeypatch.setattr(comparison, "ROWS", 7)
    pd.testing.assert_frame_equal(compare(frames, resamples=100).comparisons, whole)


def test_frequent_terms_are_found_though_places_are_shared(monkeypatch):
    frames = build(outlets=4, events=9)
    given = {"articles": frames["articles"], "quotations": frames["quotations"]}
    whole = wording.words(given, max_terms=40)
    monkeypatch.setattr(wording, "BUCKETS", 997)
    pd.testing.assert_frame_equal(wording.words(given, max_terms=40), whole)


def test_rounding_noise_is_no_finding():
    from framing.comparison.contrasts import block

    rows = pd.DataFrame(
        {
            "outlet": ["a", "b"],
            "measure": "loaded_share",
            "value": [6.9e-18, 0.25],
            "low": [-1e-17, 0.1],
            "high": [0.0, 0.4],
        }
    )
    made = block(rows, scope="corpus")
    assert made["value"].tolist() == [0.0, 0.25]
    assert str(made["low"][0]) == "0.0"


def test_levels_of_kinds_of_sources_are_shares_of_a_whole():
    """An outlet whose one article stands in an event of another make-up: a kind it does not quote falls below nothing in the fit."""
    said = {
        ("e0", "Ledger"): "government",
        ("e0", "Courier"): "expert",
        ("e1", "Beacon"): "government",
        ("e1", "Courier"): "union",
        ("e2", "Beacon"): "expert",
        ("e2", "Ledger"): "government",
        ("e3", "Ledger"): "government",
        ("e3", "Beacon"): "union",
    }
    articles, sources = [], []
    for number, ((event, outlet), actor) in enumerate(said.items()):
        row = {"article_id": f"a{number}", "outlet": outlet, "event_id": event, "genre": "news", "text": "It rained."}
        articles.append(row | {"n_words": 2, "origin": "t"})
        row = {"source_id": f"s{number}", "article_id": f"a{number}", "name": f"N{number}", "actor": actor}
        sources.append(row | {"n_words": 9, "n_quotations": 1})
    frames = {"articles": schema.conform(articles, "articles"), "sources": schema.conform(sources, "sources")}
    found = run(frames, measures=["source_actor"]).comparisons
    levels = found[(found["scope"] == "corpus") & found["reference"].isna() & (found["wire"] == "with")]
    assert (levels["value"] >= 0).all()
    assert levels.groupby("outlet")["value"].sum().to_numpy() == pytest.approx(1)
