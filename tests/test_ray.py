"""The Ray engine gives what the local one gives: several workers on one machine, one killed in mid-run, a poison article."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from framing import pipeline, runs, schema, storage
from framing.engine import Run, Step, carry_out, local, on_ray
from framing.storage import ALL, DiskStore

sys.path.insert(0, str(Path(__file__).parent))
from make_corpus import corpus

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def cluster():
    import ray

    here = os.path.dirname(__file__)
    env = {"PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]), "FRAMING_CACHE": "off"}
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False, runtime_env={"env_vars": env}
    )
    yield ray
    ray.shutdown()


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    text = table.astype(str)
    return text.sort_values(list(text.columns), ignore_index=True)


def test_ray_gives_the_same_frames_as_the_local_engine(cluster, tmp_path):
    corpus(24).to_json(tmp_path / "articles.jsonl", orient="records", lines=True)
    settings = pipeline.Settings(
        part_size=5, resamples=100, cache=str(tmp_path / "cache"), targets=("Quillon Council",)
    )
    for engine in ("local", "ray"):
        runs.run([tmp_path / "articles.jsonl"], tmp_path / engine, settings, engine=engine)
    left, right = (storage.read_frames(tmp_path / engine) for engine in ("local", "ray"))
    assert set(left) == set(right)
    for name, table in left.items():
        pd.testing.assert_frame_equal(ordered(table), ordered(right[name]))
        if name in schema.FRAMES:
            schema.check(right[name], name)


def _rows(ids):
    return schema.conform(
        [{"article_id": i, "text": f"text of {i}", "n_words": 3, "origin": "test"} for i in ids], "articles"
    )


def _dies_once(tables, settings):
    """Kill the worker that comes here first."""
    if tables["articles"]["article_id"].iloc[0] == "c":
        mark = os.path.join(settings, "killed")
        if not os.path.exists(mark):
            with open(mark, "w"):
                pass
            os.kill(os.getpid(), signal.SIGKILL)
    return _shout(tables, settings)


def _poison(tables, settings):
    if "d" in set(tables["articles"]["article_id"]):
        raise ZeroDivisionError("poison")
    return _shout(tables, settings)


def _shout(tables, settings):
    return {"articles": tables["articles"].assign(text=tables["articles"]["text"].str.upper())}


def _run(root, step, settings=None):
    store = DiskStore(root)
    for number, ids in enumerate(("ab", "cd", "ef")):
        store.put("load", f"{number:06d}", {"articles": _rows(ids)})
    load = Step("load", "part", (), ("articles",), pipeline._load)
    return Run((load, Step("shout", "part", ("articles",), ("articles",), step)), settings, store)


def test_a_worker_killed_in_mid_run_is_replaced(cluster, tmp_path):
    run = _run(tmp_path / "ray", _dies_once, str(tmp_path))
    run.execute(on_ray)
    assert (tmp_path / "killed").exists()
    whole = _run(tmp_path / "local", _shout)
    whole.execute(local)
    pd.testing.assert_frame_equal(run.table("articles", ALL), whole.table("articles", ALL))


def test_a_poison_article_is_told_and_the_others_go_on(cluster, tmp_path):
    run = _run(tmp_path, _poison)
    run.execute(on_ray)
    assert run.table("articles", ALL)["article_id"].tolist() == list("abcef")
    assert run.faults()["article_id"].tolist() == ["d"]


def test_bad_input_is_told_as_on_the_local_engine(cluster, tmp_path):
    def refuses(tables, settings):
        raise schema.InputError("no such codebook")

    with pytest.raises(schema.InputError, match="no such codebook"):
        _run(tmp_path, refuses).execute(on_ray)


def test_what_another_process_is_sent_is_skipped_when_done(tmp_path):
    run = _run(tmp_path, _poison)
    run.store.put("shout", "000001", {"articles": _rows("c")})
    carry_out(run, "shout", "000001")
    assert run.table("articles", "000001")["article_id"].tolist() == ["c"]
