"""Experiments on a toy dataset: what is computed, what is kept, what is refused."""

import ast
import importlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from framing import experiment, metrics, schema
from framing.datasets import _registry
from framing.datasets._registry import Dataset
from framing.experiment import baselines, cells, runner, tasks
from framing.experiment.config import Config

WORDS = {"loaded": "reckless shameful", "plain": "quiet routine"}
CONFIG = """
question = "Do words tell?"
task = "classify"
metrics = ["macro_f1", "accuracy", "f1:loaded"]
baseline = "majority"
resamples = 200
[dataset]
name = "toy"
revision = "c0ffee"
task = "loaded"
[split]
scheme = "given"
train = ["train"]
test = ["test"]
[[models]]
model = "majority"
[[models]]
model = "tfidf_logreg"
[[published]]
what = "A paper"
metric = "accuracy"
value = 0.9
source = "Brann 2020"
"""


def toy_frames(_: Path | None = None) -> dict[str, pd.DataFrame]:
    rows, labels = [], []
    for n in range(60):
        label = "loaded" if n % 3 == 0 else "plain"
        text = f"The {WORDS[label].split()[n % 2]} council met in hall {n % 7}, item {n}."
        rows.append({"article_id": f"a{n}", "text": text, "origin": "toy", "split": "train" if n < 40 else "test"})
        labels.append(label)
    rows[1] = {**rows[1], "text": rows[45]["text"].upper()}  # a test sentence in training, in other letters
    labels[1] = labels[45]
    articles = _registry.articles_frame(rows)
    annotations = _registry.annotations_frame(
        {"article_id": row["article_id"], "task": "loaded", "label": label, "annotator": "coder-1"}
        for row, label in zip(rows, labels, strict=True)
    )
    folds = pd.DataFrame(
        [
            {"article_id": row["article_id"], "fold": str(f), "split": "test" if n // 3 % 3 == f else "train"}
            for f in range(3)
            for n, row in enumerate(rows)
        ]
    )
    return {"articles": articles, "annotations": annotations, "folds": folds}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of experiments with one, on a registered toy dataset."""
    dataset = Dataset("toy", toy_frames, ("train", "test"), "someone/toy", "c0ffee", local=True)
    monkeypatch.setattr(_registry, "registered", lambda: {"toy": dataset})
    monkeypatch.setattr(_registry, "cards_root", lambda: tmp_path / "cards")
    (tmp_path / "cards" / "toy").mkdir(parents=True)
    write(tmp_path / "experiments", CONFIG)
    return tmp_path / "experiments"


def write(home: Path, config: str, name: str = "words") -> None:
    (home / name).mkdir(parents=True, exist_ok=True)
    (home / name / "config.toml").write_text(config, "utf-8")


def test_run_skip_and_resume(home, monkeypatch):
    lines = []
    first = experiment.run("words", base=home, progress=lines.append)
    assert (first["computed"], first["skipped"]) == (2, 0)
    assert len(lines) == 2
    path = home / "words" / "results.json"
    before = path.read_bytes()
    monkeypatch.setattr(runner, "compute", lambda *_: pytest.fail("a finished cell was computed again"))
    second = experiment.run("words", base=home)
    assert (second["computed"], second["skipped"]) == (0, 2)
    assert path.read_bytes() == before
    monkeypatch.undo()


def test_results_hold_what_is_needed_to_judge_them(home):
    found = experiment.run("words", base=home)
    test = found["tests"]["test"]
    assert (test["n"], test["n_train"], test["n_dropped"]) == (20, [39], [1])
    scores = test["models"]["tfidf_logreg"]["macro_f1"]
    assert scores["low"] <= scores["value"] <= scores["high"]
    assert scores["value"] == 1.0
    assert test["models"]["majority"]["f1:loaded"]["value"] == 0.0
    (difference,) = test["differences"]
    assert difference["than"] == "majority"
    assert difference["low"] > 0
    assert difference["p_mcnemar"] < 0.05
    assert found["versions"]["scikit-learn"]
    assert found["dataset"]["revision"] == "c0ffee"
    assert list((home / "words" / "runs").glob("*/run.json"))


def test_a_damaged_cell_is_computed_again(home):
    experiment.run("words", base=home)
    table = sorted((home / "words" / "runs" / "cells").glob("*.parquet"))[0]
    table.write_bytes(b"half a file")
    assert experiment.run("words", base=home)["computed"] == 1


def test_adding_a_model_computes_only_that(home):
    experiment.run("words", base=home)
    write(home, CONFIG + '[[models]]\nmodel = "tfidf_logreg"\nname = "one word"\noptions = { ngrams = 1 }\n')
    found = experiment.run("words", base=home)
    assert (found["computed"], found["skipped"]) == (1, 2)
    assert len(found["tests"]["test"]["differences"]) == 3


def test_folds_seeds_and_values_agree_with_scikit_learn(home):
    changed = CONFIG.replace('scheme = "given"\ntrain = ["train"]\ntest = ["test"]', 'scheme = "folds"')
    write(home, changed.replace("resamples = 200", "resamples = 200\nseeds = [1, 2]"))
    found = experiment.run("words", base=home)["tests"]["folds"]
    assert (found["n_parts"], found["n"]) == (3, 60)
    by = found["models"]["majority"]["accuracy"]["by"]
    assert set(by["part"]) == {"0", "1", "2", "sd"}
    assert by["seed"]["sd"] == 0.0
    frames = toy_frames()
    gold = frames["annotations"].set_index("article_id")["label"]
    each = []
    for fold in "012":
        rows = frames["folds"][frames["folds"]["fold"] == fold]
        ids = rows.loc[rows["split"] == "test", "article_id"]
        each.append(metrics.macro_f1(list(gold[ids]), ["plain"] * len(ids), ["loaded", "plain"]))
    assert found["models"]["majority"]["macro_f1"]["value"] == pytest.approx(sum(each) / 3, abs=1e-6)


def test_drawn_folds_keep_equal_texts_together():
    config = Config.model_validate(
        {
            "question": "?",
            "task": "classify",
            "metrics": ["accuracy"],
            "baseline": "majority",
            "models": [{"model": "majority"}],
            "dataset": {"name": "toy", "task": "loaded"},
            "split": {"scheme": "kfold", "n": 4, "seed": 7},
        }
    )
    found = cells.parts(config, toy_frames())
    assert [part.n_dropped for part in found] == [0, 0, 0, 0]
    assert sum(len(part.test) for part in found) == 60
    for part in found:
        assert not set(part.train["key"]) & set(part.test["key"])


def test_verify_finds_agreement_and_difference(home):
    experiment.run("words", base=home)
    assert experiment.verify("words", base=home)["ok"]
    path = home / "words" / "results.json"
    results = json.loads(path.read_text("utf-8"))
    results["tests"]["test"]["models"]["majority"]["accuracy"]["value"] += 0.01
    path.write_text(json.dumps(results), "utf-8")
    found = experiment.verify("words", base=home)
    assert not found["ok"]
    (wrong,) = [row for row in found["rows"] if not row["ok"]]
    assert (wrong["model"], wrong["metric"]) == ("majority", "accuracy")
    write(home, CONFIG.replace("resamples = 200", "resamples = 300"))
    with pytest.raises(schema.InputError, match="config_sha256"):
        experiment.verify("words", base=home)


def test_list_is_a_leaderboard(home):
    write(home, CONFIG, "later")
    write(home, "epochs = 3\n", "a-training-config")
    experiment.run("words", base=home)
    rows = experiment.list_(home)
    assert rows[0] == {"experiment": "later", "kind": "not run"}
    accuracy = [row["model"] for row in rows[1:] if row["metric"] == "accuracy"]
    assert accuracy == ["tfidf_logreg", "A paper", "majority"]
    assert {row["kind"] for row in rows[1:]} == {"baseline", "model", "published"}
    assert experiment.names(home) == ["later", "words"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'question = "Do words tell?"',
            'qestion = "?"',
            r"unknown key qestion; did you mean question\? Allowed: question",
        ),
        ('task = "loaded"', 'task = "loaded"\ncolour = 1', r"unknown key dataset.colour.*Allowed: name, revision"),
        ('task = "loaded"', 'task = "loaded"\ncolumn = "topic"', "both name the label"),
        ('test = ["test"]', "n = 5", r"needs test|belong to scheme"),
        ('scheme = "given"', 'scheme = "folds"', r"scheme = 'folds' contradicts train/test"),
        ('baseline = "majority"', 'baseline = "mean"', r"baseline = 'mean' is not among the models"),
        ('"accuracy", ', '"bcubed_f1", ', r"'bcubed_f1' does not go with task = 'classify'; allowed"),
        ('model = "tfidf_logreg"', 'model = "majority"', "two models have one name"),
        ("resamples = 200", "resamples = 2", "resamples: Input should be greater than or equal to 100"),
        ("resamples = 200", "resamples = ", "should be TOML"),
    ],
)
def test_configs_that_cannot_be_meant(home, old, new, message):
    write(home, CONFIG.replace(old, new))
    with pytest.raises(schema.InputError, match=message):
        experiment.run("words", base=home)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("c0ffee", "0ldc0ffee", "registered is c0ffee"),
        ('test = ["test"]', 'test = ["dev"]', r"no split 'dev' with labels; it has test, train"),
        ('task = "loaded"', 'task = "stance"', r"no task 'stance'; it has loaded"),
        ('model = "tfidf_logreg"', 'model = "tfidf_logrge"', r"did you mean tfidf_logreg"),
        ('model = "tfidf_logreg"', 'model = "tfidf_logreg"\noptions = { depth = 3 }', r"its options are ngrams, c"),
        ('model = "tfidf_logreg"', 'model = "framing.nowhere:predict"', "no model 'framing.nowhere:predict'"),
        ('model = "tfidf_logreg"', 'model = "os:system"', "no model named 'os:system'"),
        ('name = "toy"', 'name = "toy"\nwhere = { colour = "red" }', r"no column 'colour'"),
        ('"f1:loaded"', '"f1:laoded"', r"no label 'f1:laoded'|no label 'laoded'; it has loaded, plain"),
    ],
)
def test_configs_that_do_not_fit_the_data(home, old, new, message):
    write(home, CONFIG.replace(old, new))
    with pytest.raises(schema.InputError, match=message):
        experiment.run("words", base=home)


def test_unknown_experiment_lists_the_near_ones(home):
    with pytest.raises(schema.InputError, match="did you mean words"):
        experiment.run("wrods", base=home)


def test_models_never_see_the_labels_of_the_test(home, monkeypatch):
    seen = []

    def nosy(train, test, seed):
        seen.append("label" in test.columns)
        return pd.DataFrame({"predicted": "plain"}, index=test.index)

    monkeypatch.setitem(baselines.MODELS, "nosy", nosy)
    write(home, CONFIG.replace('model = "tfidf_logreg"', 'model = "nosy"'))
    experiment.run("words", base=home)
    assert seen == [False]
    monkeypatch.setitem(baselines.MODELS, "nosy", lambda train, test, seed: pd.DataFrame({"predicted": ["plain"]}))
    write(home, CONFIG.replace('model = "tfidf_logreg"', 'model = "nosy"').replace("seed", "seed"), "short")
    with pytest.raises(schema.InputError, match="one value per test item"):
        experiment.run("short", base=home)


def test_clusters_score_as_bcubed_and_pairs():
    gold, found = ["x", "x", "x", "y", "y", "z"], ["1", "1", "2", "2", "2", "3"]
    table = pd.DataFrame({"item": range(6), "label": gold, "predicted": found})
    sums = tasks.links(table, []).sum(axis=0, keepdims=True)
    scores, pair = metrics.bcubed(gold, found), metrics.pairs(gold, found)
    assert tasks.cluster_score("bcubed_f1", [])(sums)[0] == pytest.approx(scores.f1)
    assert tasks.cluster_score("bcubed_precision", [])(sums)[0] == pytest.approx(scores.precision)
    assert tasks.cluster_score("pair_f1", [])(sums)[0] == pytest.approx(pair.f1)


def test_average_linkage_groups_articles_that_share_words():
    texts = [
        "ferry strike harbour pay",
        "ferry strike harbour pay talks",
        "tide flood dyke rain",
        "tide flood dyke rain storm",
    ]
    items = pd.DataFrame({"text": texts, "label": ["a", "a", "b", "b"]})
    found = baselines.tfidf_average_linkage(items, items.drop(columns="label"), 0)
    assert metrics.bcubed(list(items["label"]), list(found["predicted"])).f1 == 1.0


def test_extraction_models_on_a_page():
    body = "The ferry to Tolland stopped on Monday after the crew walked out over pay, the harbour office said. "
    page = (
        f"<html><head><script>x()</script></head><body><article><p>{body}</p><p>{body[::1]}</p></article></body></html>"
    )
    table = pd.DataFrame({"text": [page, ""]})
    whole = baselines.page_text(table, table, 0)["predicted"]
    assert "x()" not in whole[0]
    assert whole[1] == ""
    assert "ferry to Tolland" in baselines.trafilatura(table[:1], table[:1], 0)["predicted"][0]


def test_committed_results_belong_to_their_configs():
    home = experiment.root()
    for name in experiment.names(home):
        path = home / name / "results.json"
        if name.startswith("baseline-"):
            results = json.loads(path.read_text("utf-8"))
            config = experiment.read_config(home / name / "config.toml")
            assert results["config_sha256"] == cells.sha(config.model_dump()), f"run {name} again"
            assert (home / name / "README.md").is_file()


def imported(tree: ast.Module) -> dict[str, object]:
    """What a script imports from this package, by the name it uses; modules that need an extra are left out."""
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("framing"):
            continue
        if node.module.startswith("framing.training"):
            continue
        module = importlib.import_module(node.module)
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if not hasattr(module, alias.name) and importlib.util.find_spec(name) is None:
                pytest.fail(f"there is no {name}")
            found[alias.asname or alias.name] = getattr(module, alias.name, None) or importlib.import_module(name)
    return found


@pytest.mark.parametrize("script", sorted(experiment.root().glob("*/*.py")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_scripts_of_experiments_name_only_what_the_package_has(script):
    tree = ast.parse(script.read_text("utf-8"))
    known = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = known.get(node.value.id)
            if isinstance(module, ModuleType):
                assert hasattr(module, node.attr), f"line {node.lineno}: {node.value.id}.{node.attr}"
