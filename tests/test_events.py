"""Events: what belongs together, what must not, and what never changes."""

import itertools

import numpy as np
import pandas as pd
import pytest

from framing import events, schema
from framing.errors import InputError

FLOOD = {
    "f1": (
        "Dam bursts above Veldt, 40 feared dead",
        "The Orrin dam above Veldt burst on Monday night and flooded the lower town. Rescue crews led by Captain Mara Holt searched 300 houses. Governor Ilse Brandt said 40 people were missing in Veldt.",
    ),
    "f2": (
        "Governor praised for swift rescue in Veldt",
        "Governor Ilse Brandt won applause in Veldt for the rescue effort after the Orrin dam burst on Monday. Her crews, under Captain Mara Holt, reached 300 houses in hours. Forty people were missing.",
    ),
    "f3": (
        "Neglect drowned Veldt",
        "Years of neglect by Governor Ilse Brandt sent the Orrin dam crashing onto Veldt on Monday, critics charge. Captain Mara Holt had too few boats for 300 houses. The missing number 40.",
    ),
}
OTHER_FLOOD = {
    "g1": (
        "Dam bursts above Karsk, 12 feared dead",
        "The Tamsel dam above Karsk burst on Friday night and flooded the lower town. Rescue crews led by Major Olof Winge searched 90 houses. Minister Pia Lund said 12 people were missing in Karsk.",
    ),
    "g2": (
        "Twelve missing as Karsk floods",
        "Twelve people were missing in Karsk after the Tamsel dam burst on Friday, Minister Pia Lund said. Major Olof Winge led crews through 90 houses.",
    ),
}
TRIAL = {
    "t1": (
        "Banker Jonas Reld cleared",
        "A court in Sant Aubry cleared the banker Jonas Reld of fraud on Tuesday. Judge Hanne Moss found no proof that he hid 7.5 million crowns from Castell Bank.",
    ),
    "t2": (
        "Reld walks free as fraud case collapses",
        "Jonas Reld, once of Castell Bank, walked free in Sant Aubry on Tuesday after Judge Hanne Moss threw out the 7.5 million crown fraud case.",
    ),
}


def corpus(*groups, day="2031-05-04", step=1):
    rows = []
    for k, (key, (title, text)) in enumerate(itertools.chain(*(g.items() for g in groups))):
        outlet = f"Outlet {k % 3}"
        when = pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=step * k)
        rows.append({"article_id": key, "title": title, "text": text, "outlet": outlet, "published_at": when})
    return schema.conform(rows, "articles")


def sets(grouped):
    return {frozenset(m.article_id) for _, m in grouped.members.groupby("event_id")}


def test_same_event_in_opposite_frames_stays_together_and_different_events_worded_alike_stay_apart():
    grouped = events.group(corpus(FLOOD, OTHER_FLOOD, TRIAL))
    assert sets(grouped) == {frozenset(FLOOD), frozenset(OTHER_FLOOD), frozenset(TRIAL)}
    schema.check(grouped.events, "events")


def test_order_of_rows_changes_nothing():
    table = corpus(FLOOD, OTHER_FLOOD, TRIAL)
    shuffled = table.sample(frac=1, random_state=3)
    one, two = events.group(table), events.group(shuffled)
    pd.testing.assert_frame_equal(one.events, two.events)
    pd.testing.assert_frame_equal(one.members, two.members)
    assert list(two.articles.index) == list(shuffled.index)


def test_ids_come_from_the_first_member():
    grouped = events.group(corpus(FLOOD))
    assert grouped.events.event_id.tolist() == [schema.make_id("f1", prefix="e-")]
    undated = corpus(FLOOD).assign(published_at=pd.NaT)
    assert events.group(undated).events.event_id.tolist() == [schema.make_id("f1", prefix="e-")]


def test_caller_frame_is_untouched_and_extra_columns_stay():
    table = corpus(FLOOD).assign(mine=1)
    before = table.copy(deep=True)
    assert "mine" in events.group(table).articles
    pd.testing.assert_frame_equal(table, before)


def test_time_keeps_alike_events_apart():
    late = {f"{k}x": v for k, v in FLOOD.items()}
    table = pd.concat([corpus(FLOOD), corpus(late, day="2031-08-20")], ignore_index=True)
    assert len(sets(events.group(schema.conform(table.assign(text=table.text + " Again."), "articles")))) <= 2
    changed = table.assign(text=[t + f" Note {k}." for k, t in enumerate(table.text)])
    assert sets(events.group(schema.conform(changed, "articles"))) == {frozenset(FLOOD), frozenset(late)}


def test_duplicates_and_versions_stay_together_whatever_they_say():
    table = corpus(FLOOD, TRIAL)
    table.loc[table.article_id == "t2", "duplicate_of"] = "f1"
    grouped = events.group(table)
    where = grouped.members.set_index("article_id").event_id
    assert where["t2"] == where["f1"]


def test_known_events_are_kept_and_the_rest_grouped():
    table = corpus(FLOOD, TRIAL).assign(story=["flood", None, "other", "trial", "trial"])
    grouped = events.group(table, known="story")
    where = grouped.members.set_index("article_id")
    assert where.event_id["f1"] != where.event_id["f3"]
    assert where.event_id["t1"] == where.event_id["t2"]
    assert where.event_id["f2"] in (where.event_id["f1"], where.event_id["f3"])
    assert where.decided_by["f1"] == "known"


def test_online_articles_join_and_nothing_old_moves():
    table = corpus(FLOOD, OTHER_FLOOD, TRIAL)
    old = table[~table.article_id.isin(["f3", "t1", "t2"])]
    first = events.group(old)
    second = events.group(table, previous=first)
    was, now = (e.members.set_index("article_id").event_id for e in (first, second))
    assert (now[was.index] == was).all()
    assert now["f3"] == was["f1"]
    assert now["t1"] == now["t2"]
    assert sets(second) == sets(events.group(table))


def test_earlier_article_added_later_does_not_rename_the_event():
    first = events.group(corpus({k: FLOOD[k] for k in ("f2", "f3")}, day="2031-05-05"))
    table = pd.concat([first.articles, corpus({"f1": FLOOD["f1"]}, day="2031-05-04")], ignore_index=True)
    second = events.group(table, previous=first)
    assert second.events.event_id.tolist() == first.events.event_id.tolist()


def test_edits_last_when_the_grouping_is_rerun():
    table = corpus(FLOOD, OTHER_FLOOD, TRIAL)
    merged = events.group(table, edits=[{"action": "merge", "articles": "f1|g1"}])
    assert frozenset(FLOOD) | frozenset(OTHER_FLOOD) in sets(merged)
    split = events.group(table, edits=[{"action": "split", "articles": "f2|f3"}])
    assert {frozenset({"f1"}), frozenset({"f2", "f3"})} <= sets(split)
    moved = events.group(table, edits=[{"action": "move", "articles": "g2", "to": "t1"}])
    assert frozenset({"t1", "t2", "g2"}) in sets(moved)
    assert moved.members.set_index("article_id").decided_by["g2"] == "edit"
    first_out = events.group(table, edits=[{"action": "split", "articles": "f1"}])
    assert first_out.members.event_id.nunique() == 4


def test_edits_are_read_from_a_file_and_checked(tmp_path):
    file = tmp_path / "edits.csv"
    file.write_text("action,articles,to\nmerge,f1|g1,\n", encoding="utf-8")
    assert events.read_edits(file).action.tolist() == ["merge"]
    file.write_text("action,articles,to\njoin,f1|g1,\n", encoding="utf-8")
    with pytest.raises(InputError, match="merge, split, move"):
        events.read_edits(file)
    with pytest.raises(InputError, match="cannot read"):
        events.read_edits(tmp_path / "none.csv")


def test_members_carry_evidence():
    row = events.group(corpus(FLOOD, TRIAL)).members.set_index("article_id").loc["f2"]
    assert row.nearest in ("f1", "f3")
    assert 0.45 < row.similarity <= 1
    assert "ilse brandt" in row.shared


def test_stricter_and_looser_groupings_are_kept():
    members = events.group(corpus(FLOOD, OTHER_FLOOD, TRIAL)).members
    assert (members.groupby("event_stricter").event_id.nunique() == 1).all()
    assert (members.groupby("event_id").event_looser.nunique() == 1).all()


def test_storylines_join_episodes():
    later = {
        f"{k}-later": (v[0] + " inquiry", v[1].replace("Monday", "last month") + " An inquiry began.")
        for k, v in FLOOD.items()
    }
    table = pd.concat([corpus(FLOOD, TRIAL), corpus(later, day="2031-05-29")], ignore_index=True)
    grouped = events.group(schema.conform(table, "articles"))
    merged = grouped.members.merge(grouped.events, on="event_id").set_index("article_id")
    assert merged.event_id["f1"] != merged.event_id["f1-later"]
    assert merged.storyline_id["f1"] == merged.storyline_id["f1-later"] != merged.storyline_id["t1"]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"article_id": "a", "text": ""}],
        [{"article_id": "a", "text": "One stub."}, {"article_id": "b", "text": None, "title": "Only a headline"}],
        [{"article_id": f"a{k}", "text": "The very same text, word for word."} for k in range(40)],
        [{"article_id": "a", "text": "x" * 20_000}, {"article_id": "b", "text": "A" * 20_000, "genre": "live"}],
        [{"article_id": "a", "text": "12 34 56"}, {"article_id": "b", "text": "!?"}],
    ],
    ids=["none", "one empty", "stubs", "identical", "long word", "no words"],
)
def test_bad_input_ends_in_notes_not_in_a_crash(rows):
    table = schema.conform(rows, "articles") if rows else schema.empty("articles")
    grouped = events.group(table)
    assert len(grouped.members) == len(rows)
    assert grouped.members.event_id.notna().all()
    assert int(grouped.events.n_articles.sum()) == len(rows)
    if rows:
        assert grouped.notes
    if len(rows) == 40:
        assert len(grouped.events) == 1


def test_articles_alone_in_their_event_come_with_the_way_out():
    one_each = corpus({"f1": FLOOD["f1"]}, {"t1": TRIAL["t1"]})
    (note,) = [n for n in events.group(one_each).notes if "alone in their event" in n]
    assert note.startswith("2 of 2")
    assert "--event-column" in note
    known = events.group(one_each.assign(story=["x", "y"]), known="story")
    assert not any("alone" in n for n in known.notes)
    assert not any("alone" in n for n in events.group(corpus(FLOOD, TRIAL)).notes)


def test_wrong_use_is_explained():
    table = corpus(FLOOD)
    with pytest.raises(InputError, match="no column 'story'"):
        events.group(table, known="story")
    with pytest.raises(InputError, match="between 0 and 1"):
        events.group(table, threshold=2)
    with pytest.raises(InputError, match="twice"):
        events.group(pd.concat([table, table]))


def test_vectors_join_in_and_a_missing_one_turns_them_off():
    table = corpus(FLOOD, TRIAL)
    rng = np.random.default_rng(0)
    flood, trial = rng.normal(size=8), rng.normal(size=8)
    vectors = {k: (flood if k in FLOOD else trial) for k in table.article_id}
    assert sets(events.group(table, vectors)) == {frozenset(FLOOD), frozenset(TRIAL)}
    del vectors["f1"]
    pd.testing.assert_frame_equal(events.group(table, vectors).members, events.group(table).members)


def test_coverage_lists_who_did_not_carry_an_event():
    grouped = events.group(corpus(FLOOD, TRIAL))
    table = events.coverage(grouped.articles)
    assert len(table) == 2 * 3
    missing = table[~table.carried]
    assert len(missing) == 1
    assert (missing.n_articles == 0).all()
    assert table.hours_after_first.dropna().ge(0).all()


@pytest.mark.slow
def test_cost_grows_nearly_linearly():
    import time

    rng = np.random.default_rng(1)
    syllables = ["ka", "lo", "mir", "ten", "vu", "sa", "dre", "pol", "ni", "gar"]
    vocabulary = np.array(["".join(w) for w in itertools.product(syllables, repeat=3)])

    def made(n):
        rows = []
        for k in range(n):
            own = np.random.default_rng(k // 5).choice(vocabulary, 30)
            words = np.concatenate([own, rng.choice(vocabulary, 60)])
            text = " ".join(w.capitalize() if w in own[:8] else w for w in words)
            when = pd.Timestamp("2030-01-01", tz="UTC") + pd.Timedelta(hours=k // 5)
            rows.append({"article_id": f"{k:06d}", "text": text, "published_at": when})
        return schema.conform(rows, "articles")

    seconds = []
    for n in (1000, 4000):
        table, start = made(n), time.perf_counter()
        events.group(table)
        seconds.append(time.perf_counter() - start)
    assert np.log(seconds[1] / seconds[0]) / np.log(4) < 1.5


def test_signals_do_not_depend_on_what_is_taken_with_them():
    from framing.events.signals import Archive, Pooled

    rows = [*FLOOD.values(), *OTHER_FLOOD.values(), *TRIAL.values()]
    archive = Archive([title for title, _ in rows], [text for _, text in rows])
    every = archive.take(np.arange(len(rows)), named=True)
    some = np.array([5, 0, 2])
    few = archive.take(some, named=True)
    for kind, cosines in few.block(np.arange(3)).items():
        assert np.array_equal(cosines, every.block(np.arange(len(rows)))[kind][np.ix_(some, some)])
    terms = {kind: dict(zip(every.codes[kind].tolist(), names)) for kind, names in every.terms.items()}
    assert all([terms[kind][c] for c in few.codes[kind].tolist()] == few.terms[kind] for kind in terms)
    assert "ilse brandt" in few.terms["names"]
    pooled = Pooled(archive, np.array([0, 0, 1]), np.array([0, 2, 5]))
    mean = every.parts["words"][[0, 2]].sum(axis=0)
    taken = pooled.take(np.array([0]))
    found = dict(zip(taken.codes["words"].tolist(), taken.parts["words"].toarray()[0]))
    wanted = dict(zip(every.codes["words"].tolist(), np.asarray(mean / np.linalg.norm(mean)).ravel()))
    assert found == pytest.approx({code: wanted[code] for code in found}, abs=1e-6)


def test_rows_put_aside_come_back_in_any_order(monkeypatch):
    from framing import storage

    monkeypatch.setattr(storage, "SPILLED", 64)  # most of it on disk
    rng = np.random.default_rng(3)
    rows = [rng.integers(0, 99, n).astype(np.int32) for n in (3, 0, 40, 1, 17, 0, 8)]
    kept = storage.Rows(np.dtype(np.int32))
    for row in rows:
        kept.add(row)
    for wanted in ([6, 0, 1, 2, 2, 3], [], [1], [4, 5, 6], list(range(7))):
        found, sizes = kept.take(np.array(wanted, dtype=int))
        assert sizes.tolist() == [len(rows[k]) for k in wanted]
        assert found.tolist() == [value for k in wanted for value in rows[k].tolist()]
    assert len(kept) == 7


def test_pairs_that_two_blocks_of_time_find_count_once():
    from framing.events import grouping
    from framing.events.signals import Archive

    rows = [*FLOOD.values()] * 2
    days = np.array([0.0, 1, 2, 0, 1, 2])
    archive = Archive([title for title, _ in rows], [text for _, text in rows])
    whole = grouping.candidates(archive, days, 14.0, 0.1, timed=True)
    blocks = [(np.array([k]), np.arange(6)) for k in range(6)]
    grouping_blocks, grouping._blocks = grouping._blocks, lambda days, window: blocks
    try:
        apart = grouping.candidates(archive, days, 14.0, 0.1, timed=True)
    finally:
        grouping._blocks = grouping_blocks
    assert whole.nnz == 15
    assert np.array_equal(whole.toarray(), apart.toarray())


def test_an_event_is_not_named_by_a_headline_in_capitals():
    shouted = {**FLOOD, "f2": ("GOVERNOR ILSE BRANDT DROWNS VELDT AS ORRIN DAM BURSTS", FLOOD["f2"][1])}
    (title,) = events.group(corpus(shouted)).events["title"]
    assert not title.isupper()
