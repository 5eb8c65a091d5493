from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import pandas as pd
import pytest

from framing import engine, pipeline, runs, schema, storage
from framing.engine import Run, Step, local
from framing.errors import InputError
from framing.storage import ALL, DiskStore, MemoryStore, open_folder


def _rows(*ids):
    return schema.conform(
        [{"article_id": i, "text": f"text of {i}", "n_words": 3, "origin": "test"} for i in ids], "articles"
    )


def _shout(tables, settings):
    return {"articles": tables["articles"].assign(text=tables["articles"]["text"].str.upper())}


def _number(tables, settings):
    articles = tables["articles"]
    return {"articles": articles.assign(event_id=[f"e{n}" for n in range(len(articles))])}


STEPS = (
    Step("load", "part", (), ("articles",), lambda tables, settings: tables),
    Step("shout", "part", ("articles",), ("articles",), _shout),
    Step("number", "corpus", ("articles",), ("articles",), _number),
)


def _loaded(store):
    for part, ids in (("000000", "ab"), ("000001", "c")):
        if not store.done("load", part):
            store.put("load", part, {"articles": _rows(*ids)})
    return Run(STEPS, None, store)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_part_steps_see_a_part_and_corpus_steps_see_all(kind, tmp_path):
    store = MemoryStore() if kind == "memory" else DiskStore(tmp_path)
    run = _loaded(store)
    run.execute(local)
    articles = run.table("articles", ALL)
    assert articles["text"].tolist() == ["TEXT OF A", "TEXT OF B", "TEXT OF C"]
    assert articles["event_id"].tolist() == ["e0", "e1", "e2"]
    assert run.table("articles", "000001")["article_id"].tolist() == ["c"]
    assert run.counts["number"] == {"articles": 3}


def test_a_killed_run_goes_on_at_the_first_missing_part(tmp_path):
    calls = []

    def counted(tables, settings):
        calls.append(tables["articles"]["article_id"].iloc[0])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return _shout(tables, settings)

    steps = (STEPS[0], Step("shout", "part", ("articles",), ("articles",), counted), STEPS[2])
    run = _loaded(DiskStore(tmp_path))
    run.steps = steps
    with pytest.raises(KeyboardInterrupt):
        run.execute(local)
    run.execute(local)
    assert calls == ["a", "c", "c"]
    undisturbed = _loaded(MemoryStore())
    undisturbed.execute(local)
    pd.testing.assert_frame_equal(run.table("articles", ALL), undisturbed.table("articles", ALL))


def test_a_part_is_whole_or_not_there(tmp_path, monkeypatch):
    store = DiskStore(tmp_path)

    def fails(path, table):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(storage, "write_parquet", fails)
    with pytest.raises(OSError, match="disk full"):
        store.put("load", "000000", {"articles": _rows("a")})
    assert not store.done("load", "000000")
    assert store.parts() == []


def test_frames_are_byte_equal_on_a_second_run(tmp_path):
    for name in ("one", "two"):
        folder = open_folder(tmp_path / name, {"fingerprint": "x"})
        run = _loaded(folder.store)
        run.execute(local)
        folder.publish(run)
    first, second = ((tmp_path / n / "articles.parquet").read_bytes() for n in ("one", "two"))
    assert first == second


def test_every_frame_is_published_even_when_no_step_gives_it(tmp_path):
    folder = open_folder(tmp_path / "out", {"fingerprint": "x"})
    run = _loaded(folder.store)
    run.execute(local)
    folder.publish(run)
    assert {p.stem for p in (tmp_path / "out").glob("*.parquet")} == set(schema.FRAMES)


def test_an_unfinished_run_with_the_same_fingerprint_is_resumed(tmp_path):
    first = open_folder(tmp_path, {"fingerprint": "x", "status": "unfinished"})
    first.save()
    again = open_folder(tmp_path, {"fingerprint": "x", "status": "unfinished"})
    assert again.record["resumed"] == 1


@pytest.mark.parametrize(
    ("status", "fingerprint", "told"), [("done", "x", "finished run"), ("unfinished", "y", "another run")]
)
def test_another_run_is_refused_without_overwrite(tmp_path, status, fingerprint, told):
    folder = open_folder(tmp_path, {"fingerprint": "x", "status": "unfinished"})
    folder.record["status"] = status
    folder.save()
    with pytest.raises(InputError, match=told):
        open_folder(tmp_path, {"fingerprint": fingerprint, "status": "unfinished"})
    assert open_folder(tmp_path, {"fingerprint": fingerprint}, overwrite=True).record == {"fingerprint": fingerprint}


def test_files_of_the_user_survive_overwrite_and_are_not_mixed_with(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        open_folder(tmp_path, {"fingerprint": "x"})
    open_folder(tmp_path, {"fingerprint": "x"}, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("refused", [True, False])
def test_a_run_that_is_refused_gives_back_what_it_was_to_replace(tmp_path, refused):
    first = open_folder(tmp_path, {"fingerprint": "x"})
    (tmp_path / "charts").mkdir()
    for name in ("articles.parquet", "report.html", "charts/stance.png"):
        (tmp_path / name).write_text("first")
    first.finish()
    second = open_folder(tmp_path, {"fingerprint": "y"}, overwrite=True)
    assert not (tmp_path / "articles.parquet").exists(), "frames of two runs are never seen side by side"
    (tmp_path / "articles.parquet").write_text("second")
    if refused:
        second.discard()
    else:
        second.finish()
    shown = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())
    assert shown == (
        ["articles.parquet", "charts/stance.png", "report.html", "run.json"]
        if refused
        else ["articles.parquet", "run.json"]
    )
    assert (tmp_path / "articles.parquet").read_text() == ("first" if refused else "second")
    assert storage.read_record(tmp_path)["fingerprint"] == ("x" if refused else "y")


def test_two_runs_never_write_into_one_folder(tmp_path):
    with storage.lock(tmp_path), pytest.raises(InputError, match="another run"):
        storage.lock(tmp_path)


def test_a_run_that_failed_leaves_no_empty_folder(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "mine").mkdir()
    for out in ("made", "mine"):
        with pytest.raises(InputError):
            runs.run([tmp_path / "empty.csv"], tmp_path / out)
    assert not (tmp_path / "made").exists()
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_run_that_was_refused_leaves_no_lock_in_a_folder_of_others(tmp_path):
    (tmp_path / "a.csv").write_text("text\nThe harbour opened on Monday.\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no run"):
        runs.run([tmp_path / "a.csv"], tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot write"):
        storage.lock(tmp_path / "file" / "out")


def test_run_json_is_never_half_written(tmp_path):
    storage.write_json(tmp_path / "run.json", {"a": "é"})
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) == {"a": "é"}
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_a_missing_input_is_told(tmp_path):
    with pytest.raises(InputError, match="no file or folder"):
        storage.describe_inputs([str(tmp_path / "absent.csv")])


# --- whole events, keys, articles a step fails on, several processes ---------------------------------


@dataclass(frozen=True)
class Chosen:
    part_size: int = 2
    target: str = "a"
    loud: bool = False

    def deciding(self):
        return asdict(self)


def _events(tables, settings):
    articles = tables["articles"]
    return {"articles": articles.assign(event_id=articles["text"].str[-1]), "events": schema.empty("events")}


def _together(tables, settings):
    return {"seen": pd.DataFrame({"article_id": tables["articles"]["article_id"], "n": len(tables["articles"])})}


def _loaded_by(steps, store, settings, groups):
    run = Run(steps, settings, store, "input")
    run.claim()
    for number, ids in enumerate(groups):
        if not store.done("load", f"{number:06d}"):
            store.put("load", f"{number:06d}", {"articles": _rows(*ids)})
    return run


BY_EVENT = (
    Step("load", "part", (), ("articles",), lambda tables, settings: tables, ("part_size",)),
    Step("events", "corpus", ("articles",), ("articles", "events"), _events, ()),
    Step("together", "event", ("articles",), ("seen",), _together, ()),
    Step(
        "aim",
        "event",
        ("articles", "seen"),
        ("aimed",),
        lambda t, s: {"aimed": t["seen"].assign(t=s.target)},
        ("target",),
    ),
)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_steps_by_event_see_whole_events_whatever_the_parts(kind, tmp_path):
    groups = [("1x", "1y", "1z"), ("2x", "2y"), ("3x",)]  # the last letter is the event
    run = _loaded_by(BY_EVENT, MemoryStore() if kind == "memory" else DiskStore(tmp_path), Chosen(part_size=4), groups)
    run.execute(local)
    seen = run.table("seen", ALL)
    assert seen.values.tolist() == [["1x", 3], ["2x", 3], ["3x", 3], ["1y", 3], ["1z", 3], ["2y", 3]]
    assert run.table("articles", ALL)["article_id"].tolist() == ["1x", "1y", "1z", "2x", "2y", "3x"]
    bundles = [run.table("articles", unit, before="together") for unit in run.store.units(engine.BUNDLES)]
    assert [set(b["event_id"]) for b in bundles] == [{"x"}, {"y", "z"}]


def test_another_target_repeats_only_the_steps_that_read_it(tmp_path):
    groups = [("1x", "1y"), ("2x",)]
    first = _loaded_by(BY_EVENT, DiskStore(tmp_path), Chosen(), groups)
    first.execute(local)
    again = _loaded_by(BY_EVENT, DiskStore(tmp_path), Chosen(target="b"), groups)
    repeated = []

    def watched(run, step, parts):
        repeated.append(step.name)
        yield from local(run, step, parts)

    again.execute(watched)
    assert repeated == ["aim"]
    assert set(again.table("aimed", ALL)["t"]) == {"b"}


def test_parts_of_other_input_or_code_are_not_taken_over(tmp_path):
    _loaded_by(BY_EVENT, DiskStore(tmp_path), Chosen(), [("1x",)]).execute(local)
    other = Run(BY_EVENT, Chosen(), DiskStore(tmp_path), "other input")
    other.claim()
    assert other.store.parts() == []
    assert other.store.units("together") == []


def test_a_setting_that_names_a_file_stands_for_what_the_file_says(tmp_path):
    file = tmp_path / "book.toml"
    file.write_text("a = 1")
    before = storage.content(str(file))
    file.write_text("a = 2")
    assert storage.content(str(file)) != before
    assert storage.content("generic") == "generic"
    assert storage.content("x" * 5000) == "x" * 5000


def _chokes(tables, settings):
    for article in tables["articles"]["article_id"]:
        if article == "c":
            raise ZeroDivisionError("poison")
    return _shout(tables, settings)


def test_an_article_that_a_step_fails_on_is_told_and_the_others_go_on():
    store = MemoryStore()
    steps = (STEPS[0], Step("shout", "part", ("articles",), ("articles",), _chokes), STEPS[2])
    store.put("load", "000000", {"articles": _rows(*"abcde")})
    run = Run(steps, None, store)
    run.execute(local)
    assert run.table("articles", ALL)["article_id"].tolist() == list("abde")
    assert run.faults().values.tolist() == [["c", "shout", "ZeroDivisionError: poison"]]


def test_a_fault_that_no_article_is_to_blame_for_ends_the_run():
    def broken(tables, settings):
        raise InputError("no such codebook")

    store = MemoryStore()
    store.put("load", "000000", {"articles": _rows("a", "b")})
    run = Run((STEPS[0], Step("shout", "part", ("articles",), ("articles",), broken)), None, store)
    with pytest.raises(InputError, match="codebook"):
        run.execute(local)


def test_several_processes_give_what_one_gives(tmp_path):

    groups = [("1x", "1y"), ("2x",), ("3y",)]
    # what another process is sent must be importable
    steps = tuple(
        Step(n, "part", r, ("articles",), pipeline._load) for n, r in (("load", ()), ("again", ("articles",)))
    )
    workers = engine.Workers(2)
    run = _loaded_by(steps, DiskStore(tmp_path), None, groups)
    try:
        run.execute(workers)
    finally:
        workers.close()
    assert run.table("articles", ALL)["article_id"].tolist() == ["1x", "1y", "2x", "3y"]


def test_a_part_written_twice_is_kept_once(tmp_path):
    store = DiskStore(tmp_path)
    for _ in range(2):
        store.put("load", "000000", {"articles": _rows("a")})
    assert [p.name for p in (tmp_path / "load").iterdir()] == ["000000"]


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path):
    store = DiskStore(tmp_path)
    store.claim("load", "key")
    half = tmp_path / "load" / ".000000.host-1.tmp"
    half.mkdir()
    store.claim("load", "key")
    assert not half.exists()


def test_want_of_memory_is_no_articles_fault_however_a_library_tells_it():
    def starved(tables, settings):
        raise RuntimeError("Load model from encoder.onnx failed:std::bad_alloc")

    store = MemoryStore()
    store.put("load", "000000", {"articles": _rows("a", "b")})
    run = Run((STEPS[0], Step("shout", "part", ("articles",), ("articles",), starved)), None, store)
    with pytest.raises(MemoryError, match="bad_alloc"):
        run.execute(local)
    assert not len(run.faults())
    assert not store.done("shout", "000000")


def test_a_run_tells_why_inputs_were_rejected(tmp_path):
    line = json.dumps({"title": "A pier", "text": "The harbour board met on Monday and kept the pier open."})
    (tmp_path / "in.jsonl").write_text("\n".join([line, line, line, "no json at all", "[1]"]), encoding="utf-8")
    done = runs.run([tmp_path / "in.jsonl"], tmp_path / "out", pipeline.Settings(cache=None), comparing=False)
    (told,) = [what for what in done.withheld if "rejected" in what]
    assert told.startswith("4 of 5 inputs were rejected (80%): 2 x repeats an earlier row word for word; 1 x ")
    assert told.endswith("; see rejected.parquet")


def test_only_pieces_that_hold_a_value_are_read(tmp_path, monkeypatch):
    table = pd.DataFrame({"article_id": list("aabbcc"), "n": range(6)}).astype({"article_id": schema.DTYPES["str"]})
    storage.write_pieces(tmp_path / "sources.parquet", (table.iloc[k : k + 2] for k in (0, 2, 4)))
    read = []
    whole = storage.pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        storage.pq.ParquetFile,
        "read_row_group",
        lambda self, number, columns: read.append((number, len(columns))) or whole(self, number, columns),
    )
    shelf = storage.Shelf(tmp_path)
    pd.testing.assert_frame_equal(shelf.among("sources", "article_id", {"b"}), table.iloc[2:4].reset_index(drop=True))
    assert [number for number, columns in read if columns == 2] == [1]
    none = shelf.among("sources", "article_id", {"z"})
    assert none.empty
    assert none.dtypes.to_dict() == table.dtypes.to_dict()
    held = storage.Shelf({"sources": table}).among("sources", "article_id", {"b"})
    pd.testing.assert_frame_equal(held, table.iloc[2:4].reset_index(drop=True))
    assert shelf.columns("sources") == ["article_id", "n"]


def test_a_model_changed_in_its_folder_makes_another_key(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"one")
    setting = {"attribution": str(tmp_path), "stance": "org/name"}
    before = storage.content(setting)
    assert before["stance"] == "org/name"
    (tmp_path / "model.onnx").write_bytes(b"two")
    assert storage.content(setting) != before
