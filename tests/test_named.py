from __future__ import annotations

import numpy as np
import pytest

from framing import named
from framing.errors import InputError
from framing.models import StanceRequest


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


def test_a_local_model_runs_with_its_labels_mapped(tmp_path):
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "board", "failed"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        id2label={0: "OK", 1: "CHARGED"}, label2id={"OK": 0, "CHARGED": 1},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    model = named.classifier("loaded", str(tmp_path), {"loaded.OK": "plain", "loaded.CHARGED": "loaded"})
    found = named._predict("loaded", model, ["The board failed.", "The board."])
    assert found.shape == (2, 2)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
