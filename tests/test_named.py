from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from framing import named
from framing.cli import app
from framing.encode import encode
from framing.errors import InputError
from framing.models import WEIGHTS, StanceRequest, decode_spans


@pytest.mark.parametrize(
    ("models", "labels", "told"),
    [
        ({"mood": "org/name"}, {}, "stance, loaded"),
        ({"stance": "org/name"}, {"loaded.X": "loaded"}, "TASK.THEIRS=OURS"),
        ({"stance": "org/name"}, {"stance.X": "angry"}, "against, neutral, favour"),
    ],
)
def test_wrong_tasks_and_labels_are_refused_with_what_is_allowed(models, labels, told):
    with pytest.raises(InputError, match=told):
        named.check(models, labels)


class _Reversed:
    """A classifier whose labels come in another order than the task's."""

    model_name = "org/reversed"
    labels = ("favour", "against", "neutral")

    def predict(self, texts, pairs=None):
        assert list(pairs) == ["the harbour board"]
        return np.array([[0.7, 0.1, 0.2]], dtype=np.float32)


def test_columns_follow_the_task_and_not_the_model():
    request = StanceRequest("The harbour board did well.", "the harbour board", "entity", None)
    assert np.allclose(named.NamedStance(_Reversed()).predict([request]), [[0.1, 0.2, 0.7]])


def test_a_model_that_cannot_be_loaded_is_told_in_one_line(tmp_path):
    pytest.importorskip("torch")
    model = named.classifier("loaded", str(tmp_path / "absent"), {})
    with pytest.raises(InputError, match="--model loaded="):
        named._predict("loaded", model, ["A sentence."])


def _tiny(folder, labels):
    """A classifier with random weights and seven words."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "board", "failed"]
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_a_local_model_runs_with_its_labels_mapped(tmp_path):
    name = _tiny(tmp_path / "m", ("OK", "CHARGED"))
    model = named.classifier("loaded", name, {"loaded.OK": "plain", "loaded.CHARGED": "loaded"})
    found = named._predict("loaded", model, ["The board failed.", "The board."])
    assert found.shape == (2, 2)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_the_command_takes_local_models_for_both_tasks(tmp_path):
    loaded, stance = _tiny(tmp_path / "loaded", ("A", "B")), _tiny(tmp_path / "stance", ("X", "Y", "Z"))
    rows = [
        "article_id,outlet,text",
        "1,Gazette,The harbour board failed. It met in May.",
        "2,Ledger,The harbour board met.",
    ]
    (tmp_path / "in.csv").write_text("\n".join(rows), encoding="utf-8")
    command = [
        "annotate",
        str(tmp_path / "in.csv"),
        "-o",
        str(tmp_path / "out"),
        "--target",
        "the harbour board",
        "--no-clean",
    ]
    command += ["--model", f"loaded={loaded}", "--label", "loaded.A=plain", "--label", "loaded.B=loaded"]
    command += ["--model", f"stance={stance}"]
    for theirs, ours in zip("XYZ", named.TASKS["stance"], strict=True):
        command += ["--label", f"stance.{theirs}={ours}"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code in (0, 1), done.output
    annotations = pd.read_parquet(tmp_path / "out" / "annotations.parquet")
    told = annotations.groupby("task")["annotator"].unique().map(list).to_dict()
    assert told["loaded"] == [loaded]
    assert told["stance"] == [stance]
    assert annotations.loc[annotations["start"].notna() & (annotations["task"] == "stance"), "label"].notna().all()


def test_a_folder_of_a_trained_model_of_ours_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.onnx").symlink_to(WEIGHTS / "encoder-stance" / "model.onnx")
    (tmp_path / "in.csv").write_text(
        "article_id,outlet,text\n1,Gazette,The harbour board failed badly.", encoding="utf-8"
    )
    command = ["annotate", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out"), "--target", "the harbour board"]
    done = CliRunner().invoke(app, [*command, "--no-clean", "--model", f"stance={tmp_path / 'mine'}"])
    assert done.exit_code in (0, 1), done.output
    rows = pd.read_parquet(tmp_path / "out" / "annotations.parquet").query("task == 'stance'")
    assert rows["annotator"].str.startswith("framing-mine@").all()
    assert rows["label"].notna().any()


def _mute(folder):
    """The shipped encoder with transitions that allow no span of an attribution."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(WEIGHTS / "encoder-shared" / "model.onnx")
    (stored,) = (entry for entry in model.metadata_props if entry.key == "crf")
    crf = json.loads(stored.value)
    crf["first"][1:] = [-1e4] * (len(crf["first"]) - 1)
    stored.value = json.dumps(crf | {"transitions": [[row[0]] + [-1e4] * (len(row) - 1) for row in crf["transitions"]]})
    folder.mkdir()
    onnx.save(model, folder / "model.onnx")
    return str(folder)


def test_another_encoder_marks_attributions_and_nothing_else(tmp_path):
    text = "Lena Orr, the harbour master, said that the pier would stay shut until spring."
    articles = pd.DataFrame({"article_id": ["a"], "text": [text]})
    own = {one.article_id: one for one in encode(articles)}
    other = named.reread(articles, own, _mute(tmp_path / "mute"))
    assert decode_spans(own["a"].tokens, "content")
    assert not decode_spans(other["a"].tokens, "content")
    for name in ("names", "loaded_word"):
        assert np.array_equal(own["a"].tokens.heads[name], other["a"].tokens.heads[name])
    assert np.array_equal(own["a"].vectors, other["a"].vectors)
    assert decode_spans(own["a"].tokens, "content"), "the encodings given are left as they are"


def test_the_command_takes_another_encoder_for_attribution(tmp_path):
    (tmp_path / "in.csv").write_text(
        "article_id,outlet,text\n1,Gazette,Lena Orr said that the pier would stay shut until spring.", encoding="utf-8"
    )
    tables = {}
    for name, more in {"own": [], "other": ["--model", f"attribution={_mute(tmp_path / 'mute')}"]}.items():
        command = ["annotate", str(tmp_path / "in.csv"), "-o", str(tmp_path / name), "--no-clean", *more]
        done = CliRunner().invoke(app, command)
        assert done.exit_code in (0, 1), done.output
        tables[name] = pd.read_parquet(tmp_path / name / "quotations.parquet")
    assert tables["own"]["text"].tolist() == ["that the pier would stay shut until spring"]
    assert not tables["own"].drop(columns="confidence").equals(tables["other"].drop(columns="confidence"))


@pytest.mark.parametrize("given", ["org/name", "stance"])
def test_attribution_takes_no_classifier(tmp_path, given):
    if given == "stance":
        (tmp_path / "s").mkdir()
        (tmp_path / "s" / "model.onnx").symlink_to(WEIGHTS / "encoder-stance" / "model.onnx")
        given = str(tmp_path / "s")
    (tmp_path / "in.csv").write_text("article_id,outlet,text\n1,Gazette,The pier is shut.", encoding="utf-8")
    command = ["annotate", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out"), "--model", f"attribution={given}"]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, InputError)
    assert "expected" in str(done.exception)
