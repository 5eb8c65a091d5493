from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from framing import models
from framing.encode import Tokens
from framing.models import (
    WEIGHTS,
    HuggingFaceClassifier,
    StanceRequest,
    cards,
    decode_names,
    decode_spans,
    load_encoder,
    load_stance,
    stance_input,
    viterbi,
)

shipped = pytest.mark.skipif(
    not (WEIGHTS / "encoder-stance" / "model.onnx").is_file(), reason="the package was built without weights"
)


def test_importing_is_light() -> None:
    code = (
        "import sys, framing.models, framing.encode; "
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_viterbi_finds_the_best_of_all_paths() -> None:
    random = np.random.default_rng(3)
    scores, moves = random.normal(size=(5, 3)), random.normal(size=(3, 3))
    first, last = random.normal(size=3), random.normal(size=3)

    def total(path: tuple[int, ...]) -> float:
        steps = sum(moves[a, b] for a, b in itertools.pairwise(path))
        return first[path[0]] + last[path[-1]] + steps + sum(scores[i, tag] for i, tag in enumerate(path))

    best = max(np.ndindex(3, 3, 3, 3, 3), key=total)
    assert tuple(viterbi(scores, moves, first, last)) == best


def test_marginals_are_those_of_all_paths() -> None:
    random = np.random.default_rng(4)
    scores, moves = random.normal(size=(4, 3)), random.normal(size=(3, 3))
    first, last = random.normal(size=3), random.normal(size=3)
    expected = np.zeros((4, 3))
    for path in np.ndindex(3, 3, 3, 3):
        value = first[path[0]] + last[path[-1]] + sum(scores[i, t] for i, t in enumerate(path))
        value += sum(moves[a, b] for a, b in itertools.pairwise(path))
        for step, tag in enumerate(path):
            expected[step, tag] += np.exp(value)
    expected /= expected.sum(1, keepdims=True)
    np.testing.assert_allclose(
        models._marginals(scores[None], np.array([4]), moves, first, last)[0], expected, atol=1e-5
    )


def test_rows_are_decoded_as_if_alone() -> None:
    random = np.random.default_rng(5)
    scores, moves = random.normal(size=(3, 9, 5)).astype(np.float32), random.normal(size=(5, 5)).astype(np.float32)
    ends = random.normal(size=(2, 5)).astype(np.float32)
    lengths = np.array([9, 1, 4])
    paths = models.viterbi_batch(scores, lengths, moves, *ends)
    shares = models._marginals(scores, lengths, moves, *ends)
    for row, n in enumerate(lengths):
        alone = scores[row : row + 1, :n]
        assert paths[row, :n].tolist() == viterbi(alone[0], moves, *ends).tolist()
        np.testing.assert_array_equal(shares[row, :n], models._marginals(alone, np.array([n]), moves, *ends)[0])


def test_batches_hold_every_row_once_and_little_padding() -> None:
    lengths = np.random.default_rng(6).integers(5, 160, size=300).tolist()
    batches = list(models._batches(lengths, 1024))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(300))
    assert all(max(lengths[row] for row in rows) <= padded for rows, padded in batches)
    assert all(len(rows) * padded <= 1024 for rows, padded in batches)
    assert sum(len(rows) * padded for rows, padded in batches) < 1.1 * sum(lengths)


@shipped
def test_a_model_is_loaded_once(tmp_path) -> None:
    assert load_encoder() is load_encoder()
    assert load_stance(threads=1) is load_stance(threads=1)


def tokens(**heads: list[list[float]]) -> Tokens:
    count = len(next(iter(heads.values())))
    steps = np.arange(count, dtype=np.int32)
    zeros = np.zeros(count, dtype=np.int32)
    logs = {name: np.log(np.array(value, dtype=np.float32)) for name, value in heads.items()}
    return Tokens(zeros + 1, steps * 4, steps * 4 + 3, zeros, zeros, logs)


O, B, I = [0.9, 0.06, 0.04], [0.05, 0.9, 0.05], [0.1, 0.2, 0.7]  # noqa: E741


def test_spans_from_probabilities_alone() -> None:
    found = decode_spans(tokens(source=[O, B, I, O, B, B]), "source")
    assert [span[:3] for span in found] == [("text", 4, 11), ("text", 16, 19), ("text", 20, 23)]
    assert found[0][3] == pytest.approx(0.7)


def test_an_inside_without_a_beginning_is_no_span() -> None:
    assert decode_spans(tokens(cue=[I, O]), "cue")[:1] in ([], [("text", 0, 3, pytest.approx(0.2))])


def test_a_span_ends_with_its_passage() -> None:
    given = tokens(cue=[B, I, I])
    given.passage = np.array([0, 0, 1], dtype=np.int32)
    given.tags = {"cue": np.array([1, 2, 2], dtype=np.int8)}
    assert [span[1:3] for span in decode_spans(given, "cue")] == [(0, 7), (8, 11)]


def test_names_have_kinds() -> None:
    row = np.full((2, 11), 0.01)
    row[0, 3] = row[1, 4] = 0.9
    assert [span[:4] for span in decode_names(tokens(names=row.tolist()))] == [("text", 0, 7, "organisation")]


def test_unknown_role() -> None:
    with pytest.raises(ValueError, match="expected one of"):
        decode_spans(tokens(source=[O]), "speaker")


def test_no_model_names_what_is_there(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="shipped with this package"):
        load_encoder(str(tmp_path))


@pytest.mark.parametrize("mention", [(3, 3), (-1, 2), (0, 99)])
def test_mentions_outside_the_sentence(mention: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="half-open"):
        StanceRequest("Orr left.", "Orr", "entity", mention)


def test_kinds_of_target() -> None:
    with pytest.raises(ValueError, match="'entity' or 'proposition'"):
        StanceRequest("Orr left.", "Orr", "person")  # type: ignore[arg-type]


def test_a_long_sentence_is_cut_around_the_mention() -> None:
    tokenizer = models._tokenizer(WEIGHTS / "tokenizer.json")
    sentence = "word " * 400 + "Orr " + "word " * 400
    item = stance_input(StanceRequest(sentence, "Lena Orr", "entity", (2000, 2003)), tokenizer)
    assert len(item.ids) == models.MAX_STANCE_PIECES
    assert sum(item.mention) == len(tokenizer.encode("Orr", add_special_tokens=False).ids)
    assert len(item.ids) == len(item.features) == len(item.segments) == len(item.mention)


def test_without_a_mention_the_target_itself_is_read() -> None:
    tokenizer = models._tokenizer(WEIGHTS / "tokenizer.json")
    item = stance_input(StanceRequest("The mayor left.", "Lena Orr"), tokenizer)
    pieces = len(tokenizer.encode("Lena Orr", add_special_tokens=False).ids)
    assert item.mention == [0] + [1] * pieces + [0] * (len(item.ids) - pieces - 1)


@shipped
def test_stance_does_not_depend_on_its_batch() -> None:
    model = load_stance(threads=1)
    requests = [
        StanceRequest("Orr wrecked the budget.", "Lena Orr", "entity", (0, 3)),
        StanceRequest("The mayor praised Vane, a brilliant and honest engineer, " * 3, "Vane", "entity", (18, 22)),
        StanceRequest(
            "Rising seas threaten every harbour town.", "Climate change is a serious concern.", "proposition"
        ),
        StanceRequest("x " * 300, "Vane"),
    ]
    together = model.predict(requests)
    assert together.shape == (4, 3)
    np.testing.assert_allclose(together.sum(1), 1.0, atol=1e-5)
    for row, request in enumerate(requests):
        np.testing.assert_allclose(model.predict([request])[0], together[row], atol=1e-5)
        np.testing.assert_allclose(model.predict([request] * 7, batch_pieces=64)[3], together[row], atol=1e-5)
    assert model.predict([]).shape == (0, 3)
    judged, evaluation = model.judge(requests)
    np.testing.assert_array_equal(judged, together)
    np.testing.assert_allclose(evaluation.sum(2), 1.0, atol=1e-5)
    for row, request in enumerate(requests):
        np.testing.assert_allclose(model.judge([request] * 7, batch_pieces=64)[1][3], evaluation[row], atol=1e-5)


@shipped
def test_reported_conduct_is_sentiment_but_less_of_an_evaluation() -> None:
    requests = [
        StanceRequest("Orr was arrested on Tuesday and charged with fraud.", "Orr", "entity", (0, 3)),
        StanceRequest("Orr is a shameless liar who disgraced his office.", "Orr", "entity", (0, 3)),
    ]
    _, evaluation = load_stance(threads=1).judge(requests)
    conduct, insult = evaluation[:, 0, 0]
    assert conduct < 0.5 < insult


@shipped
@pytest.mark.parametrize("card", cards(), ids=lambda card: card.name)
def test_cards_describe_the_weights_beside_them(card: models.Card) -> None:
    assert card.matches_weights
    described = card.describe()
    assert described["bytes"] < 30_000_000
    assert described["tasks"]
    for entry in card.facts["data"]:
        assert entry["name"]
        assert entry["terms"]
    for score in card.facts["scores"]:
        assert {"task", "data", "metric", "value", "n", "baseline", "baseline_value"} <= set(score)
    assert card.facts["validated_domains"]
    assert card.facts["retrain"].startswith("framing train ")
    assert "## Limits" in card.text


RESULTS = Path(__file__).parents[1] / "experiments/encoder-shared/results.json"


@shipped
@pytest.mark.skipif(not RESULTS.is_file(), reason="experiments are not part of the package")
def test_int8_weights_cost_at_most_half_a_point_of_any_dev_score() -> None:
    measured = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert measured["sha256"] == models._file_hash(WEIGHTS / "encoder-shared" / "model.onnx")
    full, stored = measured["quantisation"]["full_precision_dev"], measured["quantisation"]["shipped_dev"]
    assert {"source", "cue", "content", "loaded_macro_f1"} <= set(full)
    assert {score: round(full[score] - stored[score], 4) for score in full if full[score] - stored[score] > 0.005} == {}


@shipped
def test_every_shipped_model_has_a_card() -> None:
    assert [card.name for card in cards()] == sorted(path.parent.name for path in WEIGHTS.glob("*/model.onnx"))


def pretend_pipeline(labels: dict[int, str]) -> object:
    def run(items, **_options):
        return [[{"label": label, "score": 1 / len(labels)} for label in labels.values()] for _ in items]

    run.model = SimpleNamespace(config=SimpleNamespace(id2label=labels))
    return run


def test_labels_of_a_named_model_are_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    transformers = SimpleNamespace(pipeline=lambda *a, **k: pretend_pipeline({0: "A", 1: "B", 2: "C"}))
    monkeypatch.setitem(sys.modules, "transformers", transformers)
    classifier = HuggingFaceClassifier("org/name", {"A": "plain", "B": "loaded", "C": "loaded"})
    np.testing.assert_allclose(classifier.predict(["x", "y"]), [[1 / 3, 2 / 3]] * 2, rtol=1e-6)
    assert classifier.labels == ("plain", "loaded")
    wrong = HuggingFaceClassifier("org/name", {"A": "plain"})
    with pytest.raises(ValueError, match="has the labels"):
        wrong.predict(["x"])
