"""Facts across the texts of an event, and what is not found in a text."""

import json
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from framing import encode, facts, schema
from framing.errors import InputError
from framing.facts import matching
from framing.facts.content import content, other_judgement, other_statement, same_number
from framing.facts.matching import FLOOR
from framing.facts.polarity import contradictory, polarity
from framing.facts.quantities import contradict, quantities
from framing.measures.omission import omission

ROOT = Path(__file__).parent.parent
FLOOD = "The Orvane dam burst on Monday night and flooded 40 houses in the lower town, the fire brigade said."
AGAIN = "At least 40 houses in the lower town were flooded when the Orvane dam burst on Monday night."
RESIGNED = "The head of the water board, Ada Brandt, resigned on Tuesday over missed inspections of the dam."
GONE = "Ada Brandt resigned on Tuesday as head of the water board because inspections of the dam had been missed."
SCHOOLS = "Schools in the harbour district will stay closed until Friday."
FERRY = "Ferries to the Outer Isles kept to their timetable."
TEXTS = {
    "post-1": ("Post", "2031-05-06 08:00", f"{FLOOD}\n\n{RESIGNED}"),
    "herald-1": ("Herald", "2031-05-06 09:30", f"{GONE}\n\n{SCHOOLS}"),
    "courier-1": ("Courier", "2031-05-06 12:00", f"{AGAIN}\n\n{FERRY}"),
    "klaxon-1": ("Klaxon", "2031-05-06 13:00", f"{FERRY} {AGAIN}\n\n{RESIGNED}"),
}


def corpus(texts: dict[str, tuple[str, str, str]] = TEXTS, **changes: object) -> pd.DataFrame:
    rows = [
        {"article_id": key, "outlet": outlet, "published_at": pd.Timestamp(when, tz="UTC"), "text": text, "event_id": "dam",
         "n_words": len(text.split()), "origin": "test"}
        for key, (outlet, when, text) in texts.items()
    ]  # fmt: skip
    return schema.conform(rows, "articles").assign(**changes)


def found_in(articles: pd.DataFrame, **options: object) -> facts.Facts:
    return facts.find(articles, encode.encode(articles), **options)


@pytest.fixture(scope="module")
def articles() -> pd.DataFrame:
    return corpus()


@pytest.fixture(scope="module")
def found(articles: pd.DataFrame) -> facts.Facts:
    return found_in(articles)


def test_the_same_fact_in_other_words_is_one_fact(articles, found):
    schema.check(found.facts, "facts")
    schema.check_spans(found.facts, articles)
    text = articles.set_index("article_id")["text"]
    said = [text[r.article_id][r.start : r.end] for r in found.facts.itertuples()]
    groups = found.facts.assign(said=said).groupby("fact_id")["said"].apply(set)
    assert {FLOOD, AGAIN} in list(groups)
    assert {RESIGNED, GONE} in list(groups)
    assert not any(SCHOOLS in one for one in groups)


def test_not_found_needs_two_independent_earlier_articles(articles, found):
    missing = found.omissions[found.omissions["state"] == "not_found"]
    assert missing[["article_id", "told_by", "n_before", "n_told"]].to_numpy().tolist() == [
        ["courier-1", "post-1|herald-1|klaxon-1", 2, 3]
    ]
    text = articles.set_index("article_id")["text"]
    resigned = found.facts[found.facts["fact_id"] == missing["id"].iloc[0]]
    assert {text[r.article_id][r.start : r.end] for r in resigned.itertuples()} == {RESIGNED, GONE}
    assert missing["n_no_longer"].iloc[0] == 0  # all three that tell it are longer: length may be why
    told = found.omissions[found.omissions["article_id"] == "klaxon-1"]
    assert set(told["state"]) == {"told"}


def test_one_earlier_article_is_enough_if_asked(articles):
    missing = found_in(articles, k=1).omissions.query("state == 'not_found'")
    assert set(missing["article_id"]) == {"herald-1", "courier-1"}


@pytest.mark.parametrize(
    "change",
    [
        {"duplicate_of": [None, "post-1", None, None]},
        {"version_of": [None, "post-1", None, None]},
        {"wire": ["Tillen News", "Tillen News", None, None]},
        {"outlet": ["Post", "Post", "Courier", "Klaxon"]},
    ],
)
def test_reprints_versions_copy_and_the_same_outlet_are_one_voice(change):
    assert "not_found" not in set(found_in(corpus(**change)).omissions["state"])


def test_what_was_not_yet_published_cannot_be_missing():
    later = {**TEXTS, "courier-1": ("Courier", "2031-05-06 09:00", TEXTS["courier-1"][2])}
    assert found_in(corpus(later)).omissions.query("article_id == 'courier-1'").empty


def test_a_date_without_a_time_counts_as_the_end_of_the_day():
    dated = {**TEXTS, "herald-1": ("Herald", "2031-05-06 00:00", TEXTS["herald-1"][2])}
    assert found_in(corpus(dated)).omissions.query("article_id == 'courier-1' and state == 'not_found'").empty


def test_midnight_utc_that_was_written_as_another_hour_is_a_time():
    dated = corpus({**TEXTS, "herald-1": ("Herald", "2031-05-06 00:00", TEXTS["herald-1"][2])})
    written = dated["published_at"].dt.tz_convert("Australia/Brisbane").map(pd.Timestamp.isoformat)
    missing = "article_id == 'courier-1' and state == 'not_found'"
    assert not found_in(dated.assign(published_raw=written)).omissions.query(missing).empty
    days = written.where(dated["article_id"] != "herald-1", "6 May 2031")
    assert found_in(dated.assign(published_raw=days)).omissions.query(missing).empty


def test_an_article_without_a_date_is_neither_before_nor_after():
    undated = corpus()
    undated.loc[undated["article_id"] == "courier-1", "published_at"] = pd.NaT
    assert "courier-1" not in set(found_in(undated).omissions["article_id"])


def test_rows_in_another_order_give_the_same(articles, found):
    again = found_in(articles.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(again.facts, found.facts)
    pd.testing.assert_frame_equal(again.omissions, found.omissions)


def test_sources_named_quoted_or_neither(articles):
    rows = [
        {"source_id": "s-1", "article_id": key, "name": "Ada Brandt", "identification": "named"}
        for key in ("post-1", "herald-1")
    ]
    rows += [
        {"source_id": "s-2", "article_id": key, "name": "officials", "identification": "anonymous"}
        for key in ("post-1", "herald-1")
    ]
    sources = schema.conform(rows, "sources")
    place = {"part": "text", "start": 0, "end": 5, "entity_id": "s-1", "kind": "name"}
    mentions = schema.conform([{"article_id": "klaxon-1", **place}], "mentions")
    table = found_in(articles, sources=sources, mentions=mentions).omissions.query("kind == 'source'")
    assert table[["id", "article_id", "state"]].to_numpy().tolist() == [
        ["s-1", "courier-1", "not_found"],
        ["s-1", "klaxon-1", "mentioned"],
    ]


def test_a_text_that_comes_near_is_not_said_to_lack_it():
    other = "Brandt had led the water board since the spring, after nine years in the merchant navy."
    near = corpus({**TEXTS, "courier-1": (*TEXTS["courier-1"][:2], f"{AGAIN}\n\n{other}")})
    for least, state in ((0.0, "unsure"), (facts.matcher().same, "not_found")):
        found = found_in(near, judge=replace(facts.matcher(), near=least)).omissions.query("article_id == 'courier-1'")
        assert found["state"].tolist() == [state]
        low, high = facts.matcher().confidence(np.array([FLOOR, facts.matcher().same]))
        assert found["nearest"].between(low, high).all()
        assert near["text"][2][found["start"].iloc[0] : found["end"].iloc[0]] == other


def test_long_articles_are_bounded(monkeypatch, articles):
    monkeypatch.setattr(matching, "MOST_SENTENCES", 1)
    encoded = {one.article_id: one for one in encode.encode(articles)}
    assert len(facts.read_units(articles, encoded)) == len(articles)


def test_nothing_to_align():
    none = facts.find(corpus().iloc[:0], {})
    assert none.facts.empty
    assert list(none.facts) == list(schema.FRAMES["facts"])
    assert none.omissions.empty
    assert list(none.omissions) == list(facts.OMISSIONS)
    alone = corpus().iloc[:1]
    assert found_in(alone).facts.empty
    unplaced = corpus(event_id=None)
    assert found_in(unplaced).facts.empty


def test_no_encoding_no_facts(articles):
    assert facts.find(articles, {}).facts.empty


def test_k_below_one_is_refused(articles):
    with pytest.raises(InputError, match="at least 1"):
        facts.find(articles, {}, k=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 10_000), st.floats(0.2, 0.9))
def test_clusters_are_those_of_average_linkage(n, seed, least):
    likeness = np.random.default_rng(seed).random((n, n))
    likeness = (likeness + likeness.T) / 2
    left, right = np.triu_indices(n, 1)
    ours = facts.link(np.arange(n), left, right, likeness[left, right], least)
    distance = 1 - likeness
    np.fill_diagonal(distance, 0)
    theirs = fcluster(linkage(squareform(distance), "average"), 1 - least, "distance")
    assert {frozenset(np.flatnonzero(ours == c)) for c in set(ours)} == {
        frozenset(np.flatnonzero(theirs == c)) for c in set(theirs)
    }


def test_two_sentences_of_one_article_are_not_held_against_a_fact():
    left, right = np.array([0, 1]), np.array([2, 2])
    assert facts.link(np.array([0, 0, 1]), left, right, np.array([0.9, 0.8]), 0.7).tolist() == [0, 0, 0]


def test_different_values_of_one_quantity_are_never_the_same_fact():
    dead = "A fire in the tannery at Orvane killed {} workers on Sunday evening, the fire brigade of the town said."
    texts = {
        f"{outlet}-1": (outlet, f"2031-05-06 0{hour}:00", dead.format(count))
        for hour, (outlet, count) in enumerate({"Post": "four", "Herald": "nine", "Courier": "4"}.items(), start=1)
    }
    found = found_in(corpus(texts))
    assert set(found.facts["article_id"]) == {"Post-1", "Courier-1"}


def test_confidence_is_calibrated_and_bounded(found):
    judge = facts.matcher()
    given_ = found.facts["confidence"]
    assert given_.between(float(judge.confidence(np.array(judge.same))), judge.ceiling).all()
    steps = judge.confidence(np.linspace(0, 1, 50))
    assert (np.diff(steps) >= 0).all()
    assert steps[-1] == judge.ceiling < 1


@given(st.text(max_size=200))
def test_quantities_of_any_text(text):
    assert all(value >= 0 for values in quantities(text).values() for value in values)


def test_the_shipped_matcher_is_the_fitted_one():
    shipped = tomllib.loads(resources.files("framing").joinpath("knowledge/facts.toml").read_text(encoding="utf-8"))
    fitted = json.loads((ROOT / "experiments/omission/results.json").read_text(encoding="utf-8"))["matcher"]
    assert shipped == fitted
    assert set(shipped["coefficients"]) == set(facts.FEATURES)


def verdict(one: str, other: str) -> str:
    told, counted = (content(one), content(other)), (quantities(one), quantities(other))
    denied = contradictory(told[0].polarity, told[1].polarity)
    if contradict(*counted) or denied or other_judgement(*told) or other_statement(*told):
        return "never"
    return "same" if same_number(*told, *counted) else "open"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Council leader Ada Orr has resigned.", "Council leader Ada Orr declined to say whether she would resign."),
        ("Council leader Ada Orr thanked the town.", "Council leader Ada Orr called the claim “rubbish”."),
        ("“They want a scalp,” Orr said.", "Orr asked the public not to judge, she said."),
        ("New flats would slow the rise in rents, Dr Venn said.", "New flats would not lower rents, Dr Venn said."),
        ("The Water Agency is expected to decide in March.", "The Water Agency said: “We follow the evidence.”"),
        ("The dam was safe, the board said.", "It is not clear that the dam was safe."),
    ],
)
def test_one_speaker_or_one_office_is_not_one_fact(one, other):
    assert verdict(one, other) == verdict(other, one) == "never"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shares of the ferry firm fell to 412p.", "The ferry firm closed at 412 pence."),
        ("The bridge costs £2.4 billion, the firms said.", "FIRMS IN £2.4BILLION BRIDGE DEAL"),
        ("The toll costs drivers £9m a year.", "Drivers pay £9 million."),
        ("Only 61 of 74 trucks crossed into Orvane.", "Of 74 trucks 61 had crossed, drivers said."),
        ("The floods have killed at least 63 people.", "The death toll from the floods rose to 63."),
        ("63 people died in the floods.", "There were 63 deaths in the floods."),
    ],
)
def test_a_number_is_the_same_in_other_spelling(one, other):
    assert verdict(one, other) == verdict(other, one) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Orr said the dam was safe.", "The dam is safe, according to Ada Orr."),
        ("Nobody was hurt when the dam burst.", "No one was hurt as the dam burst, police said."),
        ("Not only the dam burst but the bridge fell.", "The dam burst and the bridge fell."),
        ("No fewer than 12 homes were saved.", "Twelve homes were saved."),
        ("He won 52 votes in 1994.", "The dam was built in 1994 and is 52 metres high."),
        ("Ada Orr met Ole Venn of Tillen.", "“A farce,” Ada Orr said of her talk with Ole Venn in Tillen."),
    ],
)
def test_what_the_words_share_is_left_to_the_matcher(one, other):
    assert verdict(one, other) == verdict(other, one) == "open"


def test_a_statement_and_its_denial_are_two_facts():
    texts = {
        "post-1": ("Post", "2031-05-06 08:00", "Harbour Board chair Ada Brandt said on Monday that she would resign over the burst dam."),
        "herald-1": ("Herald", "2031-05-06 09:00", "Harbour Board chair Ada Brandt said on Monday that she would not resign over the burst dam."),
    }  # fmt: skip
    assert found_in(corpus(texts)).facts.empty


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The pilot could not swim, her brother said.", "She could swim perfectly well, a neighbour said."),
        ("The clerk could not read the ledger.", "It is not true that the clerk could not read the ledger."),
        ("Claims that the well was poisoned are false, the mayor said.", "The well was poisoned, a chemist said."),
        ("The water board disputes that the locks were checked.", "The union believes the locks were checked."),
        ("The hearing in Tamba will be open to the press.", "The hearing in Tamba will be closed to the press."),
        ("The jury convicted the ferryman of arson.", "The jury acquitted the ferryman of arson."),
        ("The ferryman was found guilty of arson.", "The ferryman was found not guilty of arson."),
        (
            "Premier Wen Ofori will not attend the fair.",
            "Premier Wen Ofori has not decided whether to attend the fair.",
        ),
        ("Rents in Orvane rose by a tenth in May.", "Rents in Orvane fell by a tenth in May."),
        ("The council voted for the pier toll.", "The council voted against the pier toll on Monday."),
        ("Two climbers were found alive on the ridge.", "The two climbers were found dead on the ridge."),
        ("The firm did not say when the mill would reopen.", "The mill would reopen in May, the firm said."),
        ("There is no evidence that the tonic harms infants.", "The tonic harms infants, a pastor said."),
        ("Claims that the weir was not safe are false, the board said.", "The weir was not safe, divers said."),
    ],
)
def test_what_one_affirms_and_the_other_denies_or_leaves_open_is_not_one_fact(one, other):
    assert verdict(one, other) == verdict(other, one) == "never"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferryman was found not guilty of arson.", "The ferryman was acquitted of arson."),
        ("She could read the ledger.", "It is not true that she could not read the ledger, a clerk said."),
        ("Claims that the dam was unsafe are false, the board said.", "The dam was safe, the board said."),
        ("The consul denied taking bribes.", "“I never took bribes,” the consul said."),
        ("The army did not deny shelling the camp.", "The army shelled the camp."),
        ("The school will stay closed until Monday.", "The school will reopen on Monday."),
        ("The mill, which opened in 1990, will cut jobs.", "The mill will cut jobs when the quarry closes in May."),
        ("Nobody was hurt when the dam burst.", "The dam burst on Monday and nobody was hurt."),
        ("The judge ruled the ban unlawful.", "The judge ruled that the ban was not lawful."),
        ("Police were asking if a second boat had sunk.", "Police are asking whether a second boat sank."),
        ("No one was hurt and the shops were open.", "Shops stayed open and nobody was hurt."),
        ("There is no evidence that the tonic harms infants.", "The tonic does not harm infants, its maker said."),
        ("The tolls would not apply to guilds and clubs.", "The tolls do not extend to clubs, guilds or chapels."),
        ("Three sailors died and two survived.", "Three sailors died in the wreck."),
    ],
)
def test_what_agrees_in_other_words_is_no_contradiction(one, other):
    assert not contradictory(polarity(one), polarity(other))
    assert not contradictory(polarity(other), polarity(one))


@given(st.text(max_size=200), st.text(max_size=200))
def test_contradiction_has_no_direction(one, other):
    assert contradictory(polarity(one), polarity(other)) == contradictory(polarity(other), polarity(one))
    assert not contradictory(polarity(one), polarity(one))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            "Water minister Ole Venn told the House that the Harbour Powers Order (HPO) was invoked and 210 dockers sent home.",
            "The Tillen Chamber of Shipping welcomed the invoking of the Harbour Powers Order (HPO).",
            "never",
        ),
        (
            "The petition accuses Orr of hiding a paper that shows costs of 300 million marks for bakers.",
            "The bakers' chief Ida Penning puts the cost to bakers at 300 million marks.",
            "never",
        ),
        ("The Ferry Crews' Union, which has 12,000 members, disputes that.", "Ole Venn, head of the Ferry Crews' Union, believes fares could double.", "never"),
        ("Ada Orr praised the divers.", "“The divers were heroes,” Ada Orr said.", "open"),
        ("Mayor Orr condemned the raid on the mission.", "“The raid on the mission was vile,” she wrote.", "open"),
        ("The number of raids, blamed on a gang, rose in Orvane.", "Raids in Orvane grew in number.", "open"),
    ],
)  # fmt: skip
def test_a_judgement_is_another_fact_than_what_is_judged(one, other, expected):
    assert verdict(one, other) == verdict(other, one) == expected


def test_contradicting_sentences_do_not_meet_in_one_fact_through_others():
    """Three texts that agree outvote one that denies, in a mean; a contradiction counts more."""
    left, right = np.array([0, 0, 1, 0, 1, 2]), np.array([1, 2, 2, 3, 3, 3])
    counts = np.array([0.97, 0.97, 0.97, 0.97, 0.97, matching.AGAINST])
    assert facts.link(np.arange(4), left, right, counts, 0.65).tolist() in ([0, 0, 0, 3], [0, 0, 2, 0])


def test_one_large_number_in_other_words_is_near():
    """What a text says of the same number, in its headline or of people for accounts, is not said to be missing."""
    stolen = "Intruders copied the records of 4.1 million accounts, the ferry firm Lunden said on Tuesday."
    texts = {
        "post-1": ("Post", "2031-05-06 08:00", stolen),
        "herald-1": ("Herald", "2031-05-06 09:00", stolen.replace("on Tuesday", "in a filing")),
        "courier-1": ("Courier", "2031-05-06 12:00", "Betrayed: private details of 4.1 million people are gone."),
        "klaxon-1": ("Klaxon", "2031-05-06 13:00", "Harbour fair opens with a parade of old tugs and a band."),
    }
    states = found_in(corpus(texts)).omissions.set_index("article_id")["state"]
    assert states["courier-1"] == "unsure"
    assert states["klaxon-1"] == "not_found"


def test_what_comes_near_is_told_where_too_few_had_told_it_before(articles):
    texts = {
        "post-1": ("Post", "2031-05-06 08:00", "The ferry firm Lunden sued its former captain for 38 million marks."),
        "courier-1": ("Courier", "2031-05-06 09:00", "Bosses want 38 million marks from the old sea dog."),
        "herald-1": ("Herald", "2031-05-06 10:00", "Lunden, the ferry firm, is suing its former captain for 38 million marks."),
    }  # fmt: skip
    found = found_in(corpus(texts))
    assert set(found.facts["article_id"]) == {"post-1", "herald-1"}
    assert found.omissions[["article_id", "state"]].to_numpy().tolist() == [["courier-1", "near"]]
    assert omission({"omissions": found.omissions}).empty
