"""Measures on texts small enough to count by hand, and what every definition must say."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framing import measures, schema, storage
from framing.measures import sourcing, wording
from framing.measures._base import outermost, sides_taken, whole
from framing.targets import is_itself

TEXT = "The harbour board met. “We will dredge,” said Ida Holm. Critics said the plan was too dear. It passed."


def frames(**changed):
    """One event, two outlets, three articles; numbers chosen so that each measure can be checked by hand."""
    articles = [
        {"article_id": "a", "outlet": "Tillen Post", "n_words": 100, "published_at": "2031-03-01T06:00Z"},
        {"article_id": "b", "outlet": "Tillen Post", "n_words": 300, "published_at": "2031-03-01T09:00Z"},
        {"article_id": "c", "outlet": "Quayside", "n_words": 200, "published_at": "2031-03-01T12:00Z"},
    ]
    for article in articles:
        article |= {"event_id": "e", "text": TEXT, "genre": "news", "origin": "test", "title": "Board votes"}
    quotations = [
        ("a", "direct", 23, 40, "s1", 3),
        ("a", "indirect", 56, 90, "s2", 7),
        ("c", "direct", 23, 40, "s1", 40),
        ("c", "direct", 24, 30, "s1", 2),  # inside the one above
    ]
    quotations = [
        {
            "quotation_id": f"q{i}",
            "article_id": a,
            "part": "text",
            "start": s,
            "end": e,
            "text": TEXT[s:e],
            "kind": kind,
            "source_id": source,
            "n_words": n,
        }
        for i, (a, kind, s, e, source, n) in enumerate(quotations)
    ]
    sources = [
        ("s1", "a", "government", 30, 3),
        ("s2", "a", "public", 70, 3),
        ("s1", "c", "government", 40, 2),
    ]
    sources = [
        {
            "source_id": s,
            "article_id": a,
            "name": s,
            "actor": actor,
            "level": "person",
            "identification": "named",
            "n_words": n,
            "n_quotations": q,
        }
        for s, a, actor, n, q in sources
    ]

    def stance(article, voice, label, score, source=None):
        return {
            "article_id": article,
            "task": "stance",
            "target": "the plan",
            "target_kind": "entity",
            "label": label,
            "score": score,
            "voice": voice,
            "source_id": source,
            "annotator": "m@1",
        }

    annotations = [
        stance("a", "narrator", "neutral", 0.1),
        stance("a", "source", "favour", 1.0, "s1"),
        stance("a", "source", "against", -1.0, "s2"),
        stance("b", "narrator", None, None),
        stance("c", "narrator", "against", -0.5),
        stance("c", "source", "favour", 0.8, "s1"),
        {"article_id": "a", "task": "frame", "code": "economic", "label": "present", "score": 0.9, "annotator": "m@1"},
        {"article_id": "c", "task": "frame", "code": "economic", "label": "absent", "score": 0.2, "annotator": "m@1"},
        {"article_id": "a", "task": "loaded", "label": "plain", "score": 0.25, "voice": "narrator", "annotator": "m@1"},
    ]
    found = {"articles": articles, "quotations": quotations, "sources": sources, "annotations": annotations}
    return {name: schema.conform(changed.get(name, rows), name) for name, rows in found.items()}


def value(table, measure, article="a", voice=None):
    rows = table[(table["measure"] == measure) & (table["article_id"] == article)]
    if voice is not None:
        rows = rows[rows["voice"] == voice]
    assert len(rows) == 1, rows
    return rows["value"].iloc[0]


def test_every_definition_says_what_it_is():
    for name, measure in measures.available().items():
        for field in ("unit", "meaning", "source", "caveats", "family"):
            assert getattr(measure, field).strip(), f"{name} lacks {field}"
        assert measure.bounds[0] < measure.bounds[1]
        assert "bias" not in measure.name
        assert all(need in {*schema.FRAMES, *storage.EXTRA} for need in measure.needs)


def test_values_lie_within_the_bounds_declared():
    table, notes = measures.compute(frames())
    assert notes == [
        "Not measured, because no omissions were found: facts_not_found, sources_not_found.",
        "Not measured, because no accusations were found: reply.",
    ]
    for name, rows in table.groupby("measure"):
        low, high = measures.describe(name).bounds
        assert rows["value"].between(low, high).all(), name
        assert (rows["weight"] > 0).all()


def test_unknown_measures_list_near_names():
    with pytest.raises(schema.FramingError, match="stance_gap"):
        measures.describe("stance_gp")


def test_stance_by_voice():
    table, _ = measures.compute(frames(), ["stance", "stance_gap", "stance_said"])
    assert value(table, "stance", voice="narrator") == pytest.approx(0.1)
    assert value(table, "stance", voice="source") == pytest.approx((30 - 70) / 100)
    assert value(table, "stance_gap") == pytest.approx(0.1 + 0.4)
    assert value(table, "stance_gap", "c") == pytest.approx(-0.5 - 0.8)
    assert value(table, "stance_said", "b") == 0.0
    assert not ((table["measure"] == "stance") & (table["article_id"] == "b")).any()


def test_words_given_to_each_side():
    table, _ = measures.compute(frames(), ["side_words", "source_balance"])
    assert value(table, "side_words.favour") == pytest.approx(0.3)
    assert value(table, "side_words.against") == pytest.approx(0.7)
    balance = table[table["measure"] == "source_balance"]
    assert balance["outlet"].tolist() == ["Tillen Post"]  # Quayside has two quotations, five are needed
    assert balance["value"].iloc[0] == pytest.approx((30 - 70) / 100)


def test_nested_quotations_are_counted_once():
    kept = outermost(frames()["quotations"])
    assert kept["quotation_id"].tolist() == ["q0", "q1", "q2"]
    table, _ = measures.compute(frames(), ["quoted_share", "attributed_share"])
    assert value(table, "attributed_share") == pytest.approx(0.10)
    assert value(table, "quoted_share") == pytest.approx(0.03)
    assert value(table, "quoted_share", "c") == pytest.approx(0.20)
    assert value(table, "quoted_share", "b") == 0.0


def test_kinds_of_source_in_words():
    table, _ = measures.compute(frames(), ["source_actor", "first_speaker", "last_speaker"])
    assert value(table, "source_actor.public") == pytest.approx(0.7)
    assert value(table, "first_speaker.government") == 1.0
    assert value(table, "last_speaker.government") == 0.0
    assert value(table, "last_speaker.public") == 1.0


def test_frames_and_loaded_language():
    table, _ = measures.compute(frames(), ["frame", "loaded_share"])
    assert value(table, "frame.economic") == 1.0
    assert value(table, "frame.economic", "c") == 0.0
    assert value(table, "loaded_share") == 0.25


def test_a_date_without_a_time_is_the_end_of_its_day_and_a_time_at_midnight_is_none():
    data = frames()
    first = data["articles"].iloc[[0]].assign(article_id="x", outlet="Skerry Sun", published_raw="2 March 2031")
    first["published_at"] = pd.Timestamp("2031-03-02", tz="UTC")
    for written, hours in (("2 March 2031", 24), ("2031-03-02T10:00:00+10:00", 0)):
        own = first.assign(article_id="y", outlet="Quayside", published_raw=written, event_id="k")
        other = first.assign(event_id="k", published_raw="2031-03-02T00:00Z")
        here = data | {"articles": pd.concat([own, other], ignore_index=True)}
        delay = measures.compute(here, ["delay"])[0].set_index("outlet")["value"]
        assert delay["Quayside"] == hours


def test_coverage_counts_outlets_that_did_not_carry_the_event():
    data = frames()
    extra = data["articles"].iloc[[2]].assign(article_id="d", event_id="f", outlet="Quayside")
    third = data["articles"].iloc[[0]].assign(article_id="g", event_id="f", outlet="Isle Radio")
    late = (
        data["articles"]
        .iloc[[0]]
        .assign(article_id="h", event_id="g", outlet="Tillen Post", published_at=pd.Timestamp("2031-03-02", tz="UTC"))
    )
    data["articles"] = pd.concat([data["articles"], extra, third, late], ignore_index=True)
    table, _ = measures.compute(data, ["carried", "delay", "pieces"])
    carried = table[table["measure"] == "carried"].set_index(["event_id", "outlet"])["value"]
    assert carried["e", "Tillen Post"] == 1
    assert carried["f", "Tillen Post"] == 0
    assert "g" not in carried.index.get_level_values(0)  # exclusive
    delay = table[table["measure"] == "delay"].set_index(["event_id", "outlet"])["value"]
    assert delay["e", "Quayside"] == 6
    pieces = table[table["measure"] == "pieces"].set_index(["event_id", "outlet"])["value"]
    assert pieces["e", "Tillen Post"] == 2


def test_replies_take_the_best_found_by_the_outlet():
    data = frames()
    data["accusations"] = pd.DataFrame(
        {"article_id": ["a", "b", "c"], "accuser": "s2", "accused": "s1", "reply": ["not_found", "quoted", "declined"]}
    )
    table, _ = measures.compute(data, ["reply"])
    got = table.set_index(["outlet", "measure"])["value"]
    assert got["Tillen Post", "reply.quoted"] == 1
    assert got["Tillen Post", "reply.not_found"] == 0
    assert got["Quayside", "reply.declined"] == 1


def test_omissions_are_shares_of_what_could_have_been_told():
    rows = [("fact", "a", "told"), ("fact", "a", "not_found"), ("fact", "a", "unsure"), ("fact", "a", "not_found")]
    rows += [("fact", "c", "told"), ("source", "a", "mentioned"), ("source", "a", "not_found")]
    omissions = pd.DataFrame(rows, columns=["kind", "article_id", "state"])
    table, _ = measures.compute({**frames(), "omissions": omissions}, ["facts_not_found", "sources_not_found"])
    assert value(table, "facts_not_found") == 0.5
    assert value(table, "facts_not_found", "c") == 0.0
    assert value(table, "sources_not_found") == 0.5
    assert table.set_index(["measure", "article_id"]).loc[("facts_not_found", "a"), "weight"] == 4


def test_sentence_rows_stand_in_for_article_rows_by_length():
    rows = [
        {
            "article_id": "a",
            "part": "text",
            "start": 0,
            "end": 30,
            "task": "stance",
            "target": "t",
            "label": "favour",
            "score": 1.0,
            "voice": "narrator",
            "annotator": "m",
        },
        {
            "article_id": "a",
            "part": "text",
            "start": 30,
            "end": 40,
            "task": "stance",
            "target": "t",
            "label": "against",
            "score": -1.0,
            "voice": "narrator",
            "annotator": "m",
        },
    ]
    table = whole(schema.conform(rows, "annotations"), "stance", ["target", "voice"])
    assert table["score"].tolist() == [0.5]
    with_whole = [
        *rows,
        {
            "article_id": "a",
            "task": "stance",
            "target": "t",
            "label": "neutral",
            "score": 0.1,
            "voice": "narrator",
            "annotator": "m",
        },
    ]
    assert whole(schema.conform(with_whole, "annotations"), "stance", ["target", "voice"])["score"].tolist() == [0.1]


def test_hand_codes_of_a_sample_do_not_mix_with_a_models_rows():
    data = frames()
    coded = data["annotations"].iloc[[0]].assign(score=-1.0, sample_id="round-1", annotator="coder")
    both = pd.concat([data["annotations"], coded], ignore_index=True)
    table, _ = measures.compute({**data, "annotations": both}, ["stance"])
    assert value(table, "stance", voice="narrator") == pytest.approx(0.1)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_rarefied_diversity_is_the_mean_over_samples(order):
    """Hill number of the expected frequency counts, against drawing every possible sample of four out of seven."""
    from itertools import combinations

    counts = [4, 2, 1]
    pool = np.repeat(np.arange(3), counts)
    frequency = np.zeros(5)
    samples = list(combinations(range(7), 4))
    for sample in samples:
        for n in np.bincount(pool[list(sample)], minlength=3):
            frequency[n] += 1 / len(samples)
    k = np.arange(1, 5)
    share = k / 4
    expected = {
        0: frequency[1:].sum(),
        1: math.exp(-(share * np.log(share) * frequency[1:]).sum()),
        2: 1 / (share**2 * frequency[1:]).sum(),
    }[order]
    assert sourcing.hill(np.array(counts), 4, order) == pytest.approx(expected)
    assert sourcing.hill(np.array(counts), 1, order) == pytest.approx(1)


def test_rarefaction_refuses_to_extrapolate():
    with pytest.raises(ValueError, match="between 1 and the 3"):
        sourcing.hill(np.array([2, 1]), 4, 0)


def test_wording_finds_a_planted_word_and_masks_names():
    rng = np.random.default_rng(0)
    common = ["quay", "board", "vote", "ferry", "crew", "tide", "council", "budget"]
    rows = []
    for e in range(12):
        for outlet in ("Tillen Post", "Quayside", "Isle Radio"):
            words = list(rng.choice(common, 80))
            if outlet == "Quayside":
                words[::16] = ["shambles"] * 5
            text = " ".join(words) + f". {outlet} reported. By Ida Holm."
            rows.append(
                {
                    "article_id": f"{outlet}{e}",
                    "outlet": outlet,
                    "event_id": f"e{e}",
                    "text": text,
                    "author": "Ida Holm",
                    "n_words": 85,
                    "origin": "t",
                }
            )
    found = wording.words({"articles": schema.conform(rows, "articles")})
    corpus = found[(found["scope"] == "corpus") & (found["outlet"] == "Quayside")].sort_values("z", ascending=False)
    top = corpus.iloc[0]
    assert top["term"] == "shambles"
    assert (top["n"], top["n_others"]) == (60, 0)
    assert top["low"] > 0
    assert not found["term"].str.contains("quayside|tillen|isle|holm|ida", regex=True).any()
    schema.check(found, "words")


def test_the_short_name_of_an_outlet_is_masked_in_its_own_articles():
    text = "The Courier has learned that a courier was held. The Courier’s reporters asked the Europa parliament."
    rows = [
        {"article_id": key, "outlet": outlet, "text": text, "n_words": 17, "origin": "x"}
        for key, outlet in (("a", "Europa Courier"), ("b", "Skerry Sun"))
    ]
    own = wording.segments(schema.conform(rows, "articles"), None).set_index("article_id")["narrator"]
    assert own["a"].lower().split().count("courier") == 1
    assert "Europa" in own["a"]
    assert own["b"].lower().count("courier") == 3


def test_links_handles_and_possessives_are_no_words():
    text = "Brandt's dam, Brandt said https://t.example/ab1 pic.twitter.com/Xy9 @ada_orr."
    row = {"article_id": "a", "event_id": "e", "outlet": "Ledger", "text": text}
    own = wording.segments(schema.conform([row], "articles"), None)["narrator"]
    assert set(wording.counts(list(own))[1]) == {"brandt", "dam", "said", "brandt dam", "dam brandt", "brandt said"}


def test_an_event_an_outlet_wrote_much_about_is_not_its_wording():
    rng, rows = np.random.default_rng(1), []
    usage = {"e0": ["harbour", "dredging", "silt", "crane"], "e1": ["school", "teacher", "pupil", "lesson"]}
    for outlet, times in {"Tillen Post": (30, 10), "Quayside": (10, 30), "Isle Radio": (20, 20)}.items():
        for (event, terms), n in zip(usage.items(), times, strict=True):
            for k in range(n):
                text = " ".join(rng.choice(terms, 60))
                rows.append({"article_id": f"{outlet}{event}{k}", "outlet": outlet, "event_id": event, "text": text,
                             "n_words": 60, "origin": "t"})  # fmt: skip
    found = wording.words({"articles": schema.conform(rows, "articles")})
    corpus = found[(found["scope"] == "corpus") & ~found["term"].str.contains(" ")]
    assert corpus["z"].abs().max() < 3.5  # pooled counts would give the event's words a z of ten and more
    post = corpus[(corpus["outlet"] == "Tillen Post") & (corpus["term"] == "harbour")].iloc[0]
    assert post["n"] + post["n_others"] == sum(row["text"].split().count("harbour") for row in rows)


def test_phrases_do_not_run_over_quotations_and_quoted_words_are_apart():
    data = frames()
    narrator = wording.segments(data["articles"], data["quotations"]).set_index("article_id").loc["a"]
    assert "dredge" not in narrator["narrator"]
    assert "dredge" in narrator["source"]


def test_empty_frames_give_no_values():
    empty = {name: schema.empty(name) for name in ("articles", "quotations", "sources", "annotations")}
    table, notes = measures.compute(empty)
    assert table.empty
    assert notes
    assert wording.words(empty).empty


def test_the_documentation_is_that_of_the_definitions():
    page = Path(__file__).parents[1] / "docs" / "measures.md"
    if not page.exists():
        pytest.skip("no documentation beside the tests")
    assert page.read_text(encoding="utf-8").endswith(measures.document()), (
        "docs/measures.md is out of date: replace everything from the first family on by framing.measures.document()"
    )
    assert all(measure.formula for measure in measures.available().values())


def test_what_rests_on_a_classifier_says_what_it_was_validated_on():
    known = measures.available()
    assert all(known[name].validated for name in ("frame", "stance", "stance_gap", "stance_headline", "loaded_share"))
    assert measures.validated(["frame.conflict", "frame.economic"]).count("428 articles on climate change") == 1
    assert measures.validated(["carried", "a measure of the user's"]) == ""


def said_of_the_plan(article, source, label, score, start=None, end=None):
    return {
        "article_id": article, "part": None if start is None else "text", "start": start, "end": end, "task": "stance", "target": "the plan",
        "target_kind": "entity", "label": label, "score": score, "voice": "source", "source_id": source, "annotator": "m@1",
    }  # fmt: skip


def test_a_source_is_on_one_side_of_an_article_whatever_its_sentences_are():
    given = frames()
    pieces = [
        said_of_the_plan("a", "s1", "neutral", 0.0, 0, 50),
        said_of_the_plan("a", "s1", "against", -0.9, 60, 90),
        said_of_the_plan("a", "s2", "favour", 0.9, 100, 120),
    ]
    more = schema.conform([*given["annotations"].to_dict("records"), *pieces], "annotations")
    found, _ = measures.compute({**given, "annotations": more}, ["side_words", "source_balance"])
    before, _ = measures.compute(given, ["side_words", "source_balance"])
    pd.testing.assert_frame_equal(found, before)
    assert value(found, "side_words.against") + value(found, "side_words.favour") == pytest.approx(1.0)


def test_sentences_alone_give_the_side_of_most_words():
    pieces = [
        said_of_the_plan("a", "s1", "neutral", 0.0, 0, 50),
        said_of_the_plan("a", "s1", "against", -0.9, 60, 190),
        said_of_the_plan("a", "s2", "favour", 0.9, 200, 220),
        said_of_the_plan("a", "s2", "neutral", 0.0, 220, 240),
    ]
    found = sides_taken(schema.conform(pieces, "annotations"), frames()["sources"])
    assert dict(zip(found["source_id"], found["label"], strict=True)) == {"s1": "against", "s2": "neutral"}


def test_a_source_takes_no_side_on_itself():
    given = frames()
    sources = given["sources"].assign(name=given["sources"]["source_id"].map({"s1": "The Plan", "s2": "Ole Venn"}))
    found, _ = measures.compute({**given, "sources": sources}, ["side_words", "stance", "stance_gap"])
    assert value(found, "side_words.against") == 1.0
    assert value(found, "stance", voice="source") == pytest.approx(-1.0)
    in_c = found[found["article_id"] == "c"]
    assert "source" not in set(in_c["voice"])
    assert "stance_gap" not in set(in_c["measure"])


@pytest.mark.parametrize(
    ("target", "source", "itself"),
    [
        ("Ada Brandt", ("Ada Brandt",), True),
        ("Ada Brandt", ("Brandt",), True),
        ("Mayor Ada Brandt", ("Ada Brandt",), True),
        ("Ada Brandt", ("Ole Brandt",), False),
        ("the Harbour Board", ("Harbour Board",), True),
        ("Harbour Board", ("Per Orr", "Harbour Board", "spokesman"), True),
        ("Harbour Board", ("Per Orr", "Harbour Board", "chief executive"), True),
        ("Harbour Board", ("Per Orr", "Harbour Board", "former chief executive"), False),
        ("Harbour Board", ("Per Orr", "Harbour Board", "crane driver"), False),
        ("Harbour Board", ("Per Orr", "Dockers' Union", "spokesman"), False),
        ("Halvik Motors", ("Halvik",), True),
        ("Orvane government", ("government of Orvane",), True),
        ("China", ("Beijing",), True),
        ("China", ("Chinese",), False),
        ("the plan is fair", ("the plan is fair",), False),
        ("Harbour Board", (None,), False),
    ],
)
def test_who_is_the_target_itself(target, source, itself):
    assert is_itself(target, *source) is itself
