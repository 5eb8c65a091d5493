from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

from tokenizers import Tokenizer  # noqa: E402

from framing.encode import Passage  # noqa: E402
from framing.errors import InputError  # noqa: E402
from framing.models import CLS, SEP, Encoder, StanceModel, StanceRequest, viterbi  # noqa: E402
from framing.training import TrainingConfig, export, run, train  # noqa: E402
from framing.training.batches import bucketed, collate  # noqa: E402
from framing.training.config import TeacherConfig, located, read_stages  # noqa: E402
from framing.training.data import Document, babe_examples, document_examples, read_babe, read_polnear, tags  # noqa: E402
from framing.training.network import Crf  # noqa: E402
from framing.training.scores import piece_f1, span_f1, stance_f1, tag_spans  # noqa: E402
from framing.training.shared import SharedTask  # noqa: E402

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,\"'“”-?!"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-layer BERT with random weights and a tokenizer of single letters."""
    from safetensors.torch import save_file
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    folder = tmp_path_factory.mktemp("base")
    words = [f"[unused{i}]" for i in range(103)] + list(LETTERS) + [f"##{letter}" for letter in LETTERS]
    words[0], words[100], words[CLS], words[SEP] = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
    tokenizer = Tokenizer(WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(lowercase=True), BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "hidden_size": 384,
        "vocab_size": len(words),
        "max_position_embeddings": 512,
        "num_attention_heads": 12,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
    }
    (folder / "config.json").write_text(json.dumps(config))
    torch.manual_seed(0)
    tensors = {
        "embeddings.word_embeddings.weight": torch.randn(len(words), 384) * 0.1,
        "embeddings.position_embeddings.weight": torch.randn(512, 384) * 0.02,
        "embeddings.token_type_embeddings.weight": torch.randn(2, 384) * 0.02,
        "embeddings.LayerNorm.weight": torch.ones(384),
        "embeddings.LayerNorm.bias": torch.zeros(384),
    }
    prefix = "encoder.layer.0."
    shapes = {"attention.self.query": (384, 384), "attention.self.key": (384, 384), "attention.self.value": (384, 384)}
    shapes |= {"attention.output.dense": (384, 384), "intermediate.dense": (64, 384), "output.dense": (384, 64)}
    for name, shape in shapes.items():
        tensors[f"{prefix}{name}.weight"] = torch.randn(*shape) * 0.05
        tensors[f"{prefix}{name}.bias"] = torch.zeros(shape[0])
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        tensors[f"{prefix}{name}.weight"], tensors[f"{prefix}{name}.bias"] = torch.ones(384), torch.zeros(384)
    save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Made-up corpora in the upstream layouts."""
    root = tmp_path_factory.mktemp("corpora")
    for split, count in (("train", 12), ("dev", 3)):
        texts, marks = root / "polnear/data" / split / "text", root / "polnear/data" / split / "attributions"
        texts.mkdir(parents=True)
        marks.mkdir(parents=True)
        for number in range(count):
            text = f"Orr said the bridge {number} is new.\n\n“It is old,” said Vane of Eastport."
            (texts / f"gazette_{number}.txt").write_text(text)
            lines = ["T1\tSource 0 3\tOrr", "T2\tCue 4 8\tsaid", f"T3\tContent 9 {text.index('.')}\tx"]
            second = text.index("“")
            lines += [f"T4\tContent {second} {second + 12};{len(text) - 8} {len(text) - 1}\tx", "E1\tAttribution:T2"]
            (marks / f"gazette_{number}_ab12.ann").write_text("\n".join(lines))
    silver = root / "silver.jsonl"
    lines = [
        json.dumps({"text": f"Lena Orr left Eastport {i}.", "names": [[0, 8, "person"], [14, 22, "place"]]})
        for i in range(50)
    ]
    silver.write_text("\n".join(lines))
    babe = root / "babe/data"
    babe.mkdir(parents=True)
    rows = ["text;news_link;outlet;topic;type;label_bias;label_opinion;biased_words"]
    for i in range(30):
        label, words = ("Biased", "['vile']") if i % 2 else ("Non-biased", "[]")
        rows.append(f"A {'vile' if i % 2 else 'new'} plan {i};x;Gazette;bridge;left;{label};x;{words}")
    rows.append("Undecided;x;Gazette;bridge;left;No agreement;x;[]")
    (babe / "final_labels_SG2.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    return {"polnear": root / "polnear", "silver_names": silver, "babe": root / "babe"}


def config(base: Path, corpora: dict[str, Path], **changes: object) -> TrainingConfig:
    fields = {
        "model": "shared",
        "base": base,
        "data": {**corpora, "silver_rows": 8},
        "tasks": {"attribution": 1.0, "names": 0.5, "vector": 1.0, "loaded": 0.5, "loaded_word": 0.2},
        "epochs": 2,
        "batch_pieces": 512,
        "threads": 1,
    }
    return TrainingConfig.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"passage_pieces": 300}, "passage_pieces = 300 exceeds the 254"),
        ({"batch_pieces": 100}, "batch_pieces = 100 is smaller than one passage \\(passage_pieces = 158\\)"),
        ({"fold": 1}, "fold = 1, folds = None"),
        ({"fold": 5, "folds": 5}, "fold = 5 must be below folds = 5"),
        ({"tasks": {"entity": 1.0}}, "do not belong to model = 'shared'"),
        ({"tasks": {"loaded": 1.0}, "data": {}}, "tasks.loaded = 1.0 needs data.babe, which is None"),
        ({"fold": 1, "folds": 5, "leave_out": {"outlet": "Gazette"}}, "both choose the held-out rows"),
        ({"tasks": {"taught": 1.0}}, "tasks.taught = 1.0 needs \\[teacher\\] base and weights"),
        ({"tasks": {"hold": 1.0}}, "tasks.hold = 1.0 keeps heads at what `start` says, which is None"),
        ({"epohcs": 3}, "epohcs"),
    ],
)
def test_contradictions_are_refused(base: Path, corpora: dict[str, Path], changes: dict, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        config(base, corpora, **changes)


@pytest.mark.parametrize(
    "recipe", sorted(Path(__file__).parents[1].glob("experiments/encoder-*/*.toml")), ids=lambda p: p.stem
)
def test_recipes_are_read(recipe: Path) -> None:
    assert [stage.seed for stage in read_stages(recipe, seed=14)][-1] == 14


def test_one_command_runs_all_stages_and_exports(base: Path, corpora: dict[str, Path], tmp_path: Path) -> None:
    stage = f"""
        model = "shared"
        base = "{base}"
        epochs = 1
        batch_pieces = 512
        threads = 1
        tasks = {{ attribution = 1.0, {{more}} }}
        data = {{ polnear = "{corpora["polnear"]}", babe = "{corpora["babe"]}" }}
    """
    (tmp_path / "one.toml").write_text(stage.replace("{more}", "loaded = 0.5"))
    (tmp_path / "two.toml").write_text(stage.replace("{more}", "hold = 1.0").replace("epochs", 'start = "x"\nepochs'))
    (tmp_path / "recipe.toml").write_text('stages = ["one.toml", "two.toml"]')
    folder = run(tmp_path / "recipe.toml", tmp_path / "out")
    passage = Passage(1, [110, 111, 112], [0, 2, 4], [1, 3, 5], [0, 0, 1])
    assert Encoder(folder, threads=1).run([passage], [np.zeros(3, dtype=np.int32)])[0].vectors.shape == (2, 384)
    assert json.loads((tmp_path / "out/stage-2/config.json").read_text())["start"].endswith("stage-1/best.safetensors")


def test_marked_articles_are_learnt_from_beside_the_corpus(
    base: Path, corpora: dict[str, Path], tmp_path: Path
) -> None:
    text = "Vane warned the bridge is old."
    spans = [[0, 4, "source"], [5, 11, "cue"], [12, len(text) - 1, "content"]]
    (tmp_path / "marked.jsonl").write_text(json.dumps({"text": text, "attributions": spans}) + "\n")
    data = {"polnear": corpora["polnear"], "marked": tmp_path / "marked.jsonl"}
    told = config(base, corpora, data=data, tasks={"attribution": 1.0}, shares={"polnear": 0.0, "marked": 2.0})
    task = SharedTask(told, Tokenizer.from_file(str(base / "tokenizer.json")))
    (passage,) = task.pools["marked"]
    assert passage.names is None
    assert set(passage.attribution or []) == {0, 1, 2, 3, 4, 5, 6}
    (batch,) = task.batches(0)
    assert [example.origin for example in batch] == ["marked", "marked"]
    assert task.loss(batch)[1]["attribution"] > 0


def test_stages_stand_alone_in_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text('stages = ["one.toml"]\nepochs = 3')
    with pytest.raises(InputError, match="no other key"):
        read_stages(tmp_path / "recipe.toml")


def test_data_and_base_that_are_not_here_are_told(
    base: Path, corpora: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("framing.datasets.info", lambda name: {"available": False, "folder": str(tmp_path)})
    with pytest.raises(InputError, match="framing datasets fetch babe"):
        located(config(base, {**corpora, "babe": "dataset:babe"}))
    monkeypatch.setattr("framing.datasets.info", lambda name: {"available": True, "folder": str(tmp_path / name)})
    assert located(config(base, {**corpora, "babe": "dataset:babe"})).data.babe == tmp_path / "babe"

    def offline(*_: object, **__: object) -> str:
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(InputError, match="neither a folder nor a model"):
        located(config(Path("no-such-org/no-such-model"), corpora))


def test_readers(corpora: dict[str, Path]) -> None:
    documents = read_polnear(corpora["polnear"], "train")
    assert len(documents) == 12
    words = [(documents[0].text[start:end], role) for start, end, role in documents[0].attributions or []]
    assert words == [
        ("Orr", "source"),
        ("said", "cue"),
        ("the bridge 0 is new", "content"),
        ("“It is old,”", "content"),
        ("astport", "content"),
    ]
    table = read_babe(corpora["babe"])
    assert len(table) == 30
    assert table["loaded"].sum() == 15
    assert table["words"].iloc[1] == ["vile"]


def test_tags_restart_at_a_passage() -> None:
    passage = Passage(1, [1, 2, 3], [10, 14, 18], [13, 17, 21], [0, 0, 0])
    assert tags(passage, [(0, 13, "cue"), (14, 30, "content")], ("source", "cue", "content")) == [3, 5, 6]
    assert tag_spans([3, 5, 6]) == [(0, 1, 1), (1, 3, 2)]


def test_packed_sentences_keep_their_labels(base: Path, corpora: dict[str, Path]) -> None:
    tokenizer = _tokenizer(base)
    table = read_babe(corpora["babe"])
    packed = babe_examples(table, tokenizer, 60, 3, packed=True)
    assert len(packed) < len(table)
    for example in packed:
        for text, loaded in zip(example.texts, example.loaded or [], strict=True):
            assert ("vile" in text) == bool(loaded)
        marked = sum(example.loaded_word or [])
        assert marked == 4 * sum(example.loaded or [])


def _tokenizer(base: Path):
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(base / "tokenizer.json"))


def test_batches_are_the_same_for_the_same_seed(base: Path) -> None:
    documents = [Document(str(i), "orr said. " * (i + 1), attributions=[(0, 3, "source")]) for i in range(20)]
    examples = document_examples(documents, _tokenizer(base), 60, "x")
    first, second, other = (list(bucketed(examples, 400, seed)) for seed in (1, 1, 2))
    keys = [[[e.key for e in batch] for batch in run] for run in (first, second, other)]
    assert keys[0] == keys[1] != keys[2]
    assert sorted(k for batch in keys[0] for k in batch) == sorted(e.key for e in examples)
    tensors = collate(first[0])
    assert tensors["members"].sum() == sum(len(e.ids) for e in first[0])


def test_the_crf_agrees_with_viterbi_and_enumeration() -> None:
    torch.manual_seed(1)
    crf = Crf(3)
    for weight in crf.parameters():
        torch.nn.init.normal_(weight)
    scores = torch.randn(2, 4, 3)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]], dtype=torch.bool)
    weights = [w.detach().numpy() for w in (crf.transitions, crf.first, crf.last)]
    for row, length in ((0, 4), (1, 2)):
        paths = list(np.ndindex(*(3,) * length))
        losses = []
        for path in paths:
            tag = torch.zeros(1, 4, dtype=torch.long)
            tag[0, :length] = torch.tensor(path)
            losses.append(float(crf(scores[row : row + 1], tag, mask[row : row + 1]).detach()))
        assert np.exp(-np.array(losses)).sum() == pytest.approx(1.0, abs=1e-4)
        best = viterbi(scores[row, :length].numpy(), *weights)
        assert paths[int(np.argmin(losses))] == tuple(best)


def test_a_crf_is_taught_the_loss_expected_under_another() -> None:
    torch.manual_seed(1)
    crf, teacher = Crf(3), Crf(3)
    for weight in (*crf.parameters(), *teacher.parameters()):
        torch.nn.init.normal_(weight)
        weight.requires_grad_(False)
    scores, theirs = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]], dtype=torch.bool)
    expected = 0.0
    for row, length in ((0, 4), (1, 2)):
        for path in np.ndindex(*(3,) * length):
            tag = torch.zeros(1, 4, dtype=torch.long)
            tag[0, :length] = torch.tensor(path)
            one = slice(row, row + 1)
            expected += float(torch.exp(-teacher(theirs[one], tag, mask[one])) * crf(scores[one], tag, mask[one]))
    assert float(crf.taught(scores, mask, *teacher.marginals(theirs, mask))) == pytest.approx(expected, abs=1e-3)


def test_attribution_is_taught_by_another_network_on_texts_without_labels(
    base: Path, corpora: dict[str, Path], tmp_path: Path
) -> None:
    teacher = train(config(base, corpora, tasks={"attribution": 1.0}, epochs=1), tmp_path / "teacher")
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"text": "Orr said that rain fell."}\n' * 8, encoding="utf-8")
    settings = config(
        base,
        corpora,
        tasks={"taught": 1.0},
        teacher=TeacherConfig(base=base, weights=teacher),
        data={"unlabelled": texts},
        precision="float32",
    )
    task = SharedTask(settings, _tokenizer(base))
    assert task.taught_by is not None
    (text, *_) = task.pools["unlabelled"]
    assert text.taught is not None
    mask = torch.ones(1, len(text.ids), dtype=torch.bool)
    theirs = torch.from_numpy(text.taught.astype(np.float32))[None]
    marginals = task.taught_by.marginals(theirs, mask)
    least = float(task.taught_by.taught(theirs, mask, *marginals).detach() / mask.sum())
    losses = []
    optimizer = torch.optim.Adam(task.network.parameters(), 3e-3)
    for _ in range(25):
        loss, parts = task.loss(task.pools["unlabelled"])
        losses.append(parts["taught"] - least)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert 0.0 < losses[-1] < 0.3 * losses[0]


def test_scores() -> None:
    assert span_f1([{(0, 3)}, {(1, 2)}], [{(0, 3), (4, 5)}, set()])["f1"] == pytest.approx(0.5)
    assert span_f1([set()], [set()])["f1"] == 0.0
    assert piece_f1([[1, 2, 0, 3]], [[1, 2, 2, 0]], ("a", "b"))["micro"] == pytest.approx(2 * 2 / 6)
    sure = stance_f1(np.array([0, 1, 2]), np.eye(3, dtype=np.float32))
    assert sure == {"macro_f1": 1.0, "accuracy": 1.0, "ece": 0.0, "n": 3}


def test_a_killed_run_goes_on_to_the_same_weights(
    base: Path, corpora: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file

    from framing.training import loop

    settings = config(base, corpora)
    whole = load_file(train(settings, tmp_path / "whole"))
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    steps = 0

    def die(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_rate", lambda *a, rate=loop._rate: (die(), rate(*a)))
        with pytest.raises(KeyboardInterrupt):
            train(settings, tmp_path / "killed")
    again = load_file(train(settings, tmp_path / "killed"))
    assert set(again) == set(whole)
    for name in whole:
        torch.testing.assert_close(again[name], whole[name], rtol=1e-4, atol=1e-5)


def test_export_matches_torch(base: Path, corpora: dict[str, Path], tmp_path: Path) -> None:
    settings = config(base, corpora, epochs=1)
    checkpoint = train(settings, tmp_path / "run")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    gap = export(settings, checkpoint, tmp_path / "model")
    assert gap["vectors_cosine"] > 0.99
    assert gap["loaded"] < 0.02
    encoder = Encoder(tmp_path / "model", threads=1)
    passage = Passage(1, [110, 111, 112], [0, 2, 4], [1, 3, 5], [0, 0, 1])
    (out,) = encoder.run([passage], [np.zeros(3, dtype=np.int32)])
    assert out.vectors.shape == (2, 384)
    assert out.tokens["names"].shape == (3, 11)


@pytest.fixture(scope="module")
def climate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up articles in the layout of narrative-framing: conflict in half of them, another frame in every fourth or fifth."""
    root = tmp_path_factory.mktemp("climate")
    rows = ["ID\ttext\tCO\tHI\tEC\tMO\tRE"]
    for i in range(60):
        marks = [i % 2 == 0, i % 5 == 0, i % 4 == 1, i % 5 == 2, i % 3 == 0]
        text = f"{'A vile row broke out' if marks[0] else 'The harbour opened'} on day {i}. {'x' * (i % 7)} It rained."
        rows.append("\t".join([str(i), text, *map(str, marks)]))
    (root / "data").mkdir()
    (root / "data" / "articles_metadata.tsv").write_text("\n".join(rows))
    for number in range(5):
        folder = root / "experiments" / "data_splits_raw" / f"Fold_{number + 1}"
        folder.mkdir(parents=True)
        for part, wanted in (("test", {0}), ("dev", {1}), ("train", {2, 3, 4})):
            names = [i for i in range(60) if (i // 2 + number) % 5 in wanted]
            (folder / f"{part}.txt").write_text("\n".join(f"{i}\tx" for i in names))
    return root


def test_the_exported_frame_head_is_calibrated_and_carries_its_bars(
    base: Path, corpora: dict[str, Path], climate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from framing.encode import encode
    from framing.models import FRAME_CODES
    from framing.training import frames as heads
    from framing.training.frames import read_frames

    monkeypatch.setattr(heads, "_GRID", (10.0,))  # fifteen hundred fits take a while
    settings = config(base, corpora, epochs=1, data={**corpora, "silver_rows": 8, "narrative_framing": climate})
    checkpoint = train(settings, tmp_path / "run")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    export(settings, checkpoint, tmp_path / "model")
    encoder, table = Encoder(tmp_path / "model", threads=1), read_frames(climate)
    scores = json.loads((tmp_path / "model" / "frames.json").read_text())
    assert scores["generic.conflict"]["n"] == 60
    assert scores["generic.conflict"]["model_macro_f1"] > 0.9 > scores["generic.conflict"]["majority_macro_f1"]
    logits = np.array([one.heads["frame"].mean(0) for one in encode(table[["article_id", "text"]], model=encoder)])
    generic = [f"generic.{code}" for code in FRAME_CODES["generic"]]
    p, bars = 1 / (1 + np.exp(-logits[:, :5])), np.array([encoder.frame_bars[frame] for frame in generic])
    gold = table[generic].to_numpy()
    assert np.abs(p.mean(0) - gold.mean(0)).max() < 0.1  # as frequent as they are
    assert ((p >= bars)[:, 0] == gold[:, 0]).mean() > 0.9
    assert bars[1] < 0.45  # one in five has it


def test_hand_codes_fit_the_heads_of_the_codes_they_have(tmp_path: Path) -> None:
    from framing.models import FRAMES
    from framing.training.frames import fit_frames, read_framed

    rng, file = np.random.default_rng(0), tmp_path / "framed.jsonl"
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    gold = (vectors[:, 0] > 0).astype(int)
    rows = [{"text": "A.", "frames": {"policy.political": int(g)} if k < 50 else {}} for k, g in enumerate(gold)]
    file.write_text("\n".join(map(json.dumps, rows)))
    table = read_framed(file)
    assert table["policy.political"].isna().sum() == 10
    heads = fit_frames(vectors, table)
    assert list(heads) == list(FRAMES)
    found = heads["policy.political"].probability(vectors) >= heads["policy.political"].bar
    assert (found == gold).mean() > 0.85
    assert not (heads["generic.conflict"].probability(vectors) >= heads["generic.conflict"].bar).any()
    file.write_text(json.dumps({"text": "A.", "frames": {"political": 1}}))
    with pytest.raises(InputError, match=r"no frame political; there are generic\.conflict"):
        read_framed(file)


def test_training_goes_on_from_an_exported_file_and_holds_the_other_heads(
    base: Path, corpora: dict[str, Path], tmp_path: Path
) -> None:
    from framing.training.exporting import stored_weights

    first = config(base, corpora, epochs=1)
    checkpoint = train(first, tmp_path / "first")
    model = tmp_path / "model"
    model.mkdir()
    (model / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    export(first, checkpoint, model)
    stored = stored_weights(model / "model.onnx")
    assert set(torch_state(checkpoint)) == set(stored)
    for name, weight in torch_state(checkpoint).items():
        if name != "encoder.segments.weight":  # the shared encoder reads its first row alone
            torch.testing.assert_close(stored[name], weight, rtol=0.05, atol=0.01)

    settings = config(
        base,
        corpora,
        start=model / "model.onnx",
        tasks={"attribution": 1.0, "hold": 20.0},
        freeze_embeddings=True,
        learning_rate=1e-3,
        epochs=3,
    )
    held = torch_state(train(settings, tmp_path / "held"))
    moved = torch_state(train(settings.model_copy(update={"tasks": {"attribution": 1.0}}), tmp_path / "moved"))
    assert torch.equal(held["encoder.words.weight"], stored["encoder.words.weight"])
    assert not torch.equal(held["attribution.weight"], stored["attribution.weight"])
    gaps = [vector_gap(base, corpora, state, stored) for state in (held, moved)]
    assert gaps[0] < 0.5 * gaps[1]


def torch_state(checkpoint: Path) -> dict:
    from safetensors.torch import load_file

    return load_file(checkpoint)


def vector_gap(base: Path, corpora: dict[str, Path], state: dict, reference: dict) -> float:
    """Mean 1 - cosine between the sentence vectors of two sets of weights."""
    from framing.training.network import MiniBert, SharedNetwork
    from framing.training.shared import predict

    documents = read_polnear(corpora["polnear"], "dev")
    examples = document_examples(documents, _tokenizer(base), 60, "x")
    vectors = []
    for weights in (state, reference):
        network = SharedNetwork(MiniBert.from_folder(base))
        network.load_state_dict(weights)
        vectors.append(np.concatenate([out.vectors for out in predict(network, examples)]))
    return float(1 - (vectors[0] * vectors[1]).sum(1).mean())


def test_frozen_layers_stay(base: Path, corpora: dict[str, Path], tmp_path: Path) -> None:
    from framing.training.network import MiniBert

    settings = config(base, corpora, epochs=1, freeze_layers=1, tasks={"attribution": 1.0})
    state = torch_state(train(settings, tmp_path / "run"))
    for name, weight in MiniBert.from_folder(base).state_dict().items():
        assert torch.equal(state[f"encoder.{name}"], weight), name


def test_an_article_marked_by_several_coders_counts_once(base: Path) -> None:
    import random

    from framing.training.shared import one_reading

    texts = [("a", "orr left."), ("a", "orr left."), ("b", "vane said no.")]
    documents = [Document(name, text, attributions=[(0, 3, "source")]) for name, text in texts]
    pool = document_examples(documents, _tokenizer(base), 60, "x")
    drawn = [one_reading(pool, random.Random(seed)) for seed in range(20)]
    assert all(sorted(e.key[0] for e in examples) == ["a", "b"] for examples in drawn)
    assert {e.reading for examples in drawn for e in examples if e.key[0] == "a"} == {0, 1}


def test_stance_from_training_to_probabilities(base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "newsmtsc/NewsSentiment/experiments/default/datasets"
    for variant in ("rw", "mt"):
        for split in ("train", "dev", "test"):
            file = folder / f"newsmtsc-{variant}-hf" / f"{split}.jsonl"
            file.parent.mkdir(parents=True, exist_ok=True)
            rows = [
                {
                    "mention": "Orr",
                    "polarity": i % 3 - 1,
                    "from": 0,
                    "to": 3,
                    "sentence": f"Orr {('failed', 'spoke', 'shone')[i % 3]} in {i}.",
                    "id": f"gazette_{i}_1_2_Lena Orr_0_3",
                }
                for i in range(18)
            ]
            file.write_text("\n".join(map(json.dumps, rows)))
    gwsd = tmp_path / "gwsd"
    gwsd.mkdir()
    rows = ["\tsentence\tdisagree\tagree\tneutral\tin_held_out_test"]
    rows += [f"{i}\tThe sea rises {i}.\t0.1\t0.8\t0.1\t{i % 4 == 0}" for i in range(30)]
    (gwsd / "GWSD.tsv").write_text("\n".join(rows))
    soft = tmp_path / "soft.jsonl"
    taught = {
        "sentence": "Vane fell.",
        "target": "Vane",
        "kind": "entity",
        "mention": [0, 4],
        "probabilities": [0.7, 0.2, 0.1],
    }
    soft.write_text("\n".join([json.dumps(taught), json.dumps(taught | {"kind": "proposition", "mention": None})]))
    settings = TrainingConfig.model_validate(
        {
            "model": "stance",
            "base": base,
            "data": {"newsmtsc": tmp_path / "newsmtsc", "gwsd": gwsd, "soft": soft},
            "tasks": {"entity": 1.0, "proposition": 1.0},
            "shares": {"rewritten": 1.0},
            "epochs": 1,
            "batch_pieces": 512,
            "threads": 1,
        }
    )
    checkpoint = train(settings, tmp_path / "run")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    export(settings, checkpoint, tmp_path / "model")
    model = StanceModel(tmp_path / "model", threads=1)
    assert set(model.temperatures) == {"entity", "proposition"}
    found = model.predict([StanceRequest("Orr failed.", "Orr", "entity", (0, 3)), StanceRequest("Orr.", "x is good")])
    np.testing.assert_allclose(found.sum(1), 1.0, atol=1e-5)


def _coded(file: Path) -> Path:
    rows = [
        {
            "sentence": f"Orr {('failed us', 'spoke', 'shone')[i % 3]} in {i}.",
            "target": "Orr",
            "mention": [0, 3],
            "voice": ("narrator", "source")[i % 2],
            "label": ("against", "neutral", "favour")[i % 3],
            "article": f"a{i // 2}",
        }
        for i in range(24)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def test_evaluation_is_learnt_while_the_other_heads_stay(base: Path, tmp_path: Path) -> None:
    from framing.models import stance_input
    from framing.training.evaluation import EvaluationTask
    from framing.training.exporting import export_network
    from framing.training.loop import load_weights
    from framing.training.network import MiniBert, StanceNetwork
    from framing.training.stance import PairExample, stance_logits

    start = StanceNetwork(MiniBert.from_folder(base))
    temperatures = {"temperatures": {"entity": 1.0, "proposition": 1.0}}
    file = export_network(start, tmp_path / "start" / "model.onnx", temperatures)
    settings = TrainingConfig.model_validate(
        {
            "model": "stance",
            "base": base,
            "start": file,
            "data": {"codes": _coded(tmp_path / "codes.jsonl")},
            "tasks": {"evaluation": 1.0},
            "epochs": 2,
            "batch_pieces": 512,
            "freeze_layers": 1,
            "early_stopping": False,
            "threads": 1,
            "folds": 3,
            "fold": 1,
        }
    )
    best = train(settings, tmp_path / "run")
    task = EvaluationTask(settings, _tokenizer(base))
    assert len(task.held) == 8
    articles = [{task.coded[row].article for row in rows} for rows in (task.held, set(range(24)) - set(task.held))]
    assert not articles[0] & articles[1]
    load_weights(start, file)
    load_weights(task.network, best)
    requests = [StanceRequest("Orr fell. " * n, "Orr", "entity", (0, 3)) for n in (1, 9)]
    pairs = [PairExample(stance_input(each, _tokenizer(base)), 0, (0.0, 0.0, 0.0)) for each in requests]
    np.testing.assert_array_equal(stance_logits(start, pairs), stance_logits(task.network, pairs))
    assert not torch.equal(task.evaluation.voices.weight, start.entity.weight.repeat(2, 1))

    (tmp_path / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    export_network(task.network, tmp_path / "model.onnx", temperatures, quantised=False)
    one = task.coded[0]
    request = StanceRequest("Orr failed us in 0.", "Orr", "entity", (0, 3))
    _, evaluation = StanceModel(tmp_path, threads=1).judge([request])
    np.testing.assert_allclose(evaluation[0, one.voice], np.exp(task.evaluations([one])[0]), atol=2e-3)
    again = StanceNetwork(MiniBert.from_folder(base), depth=1)
    load_weights(again, tmp_path / "model.onnx")
    torch.testing.assert_close(again.evaluation.voices.bias, task.evaluation.voices.bias)
    torch.testing.assert_close(again.evaluation.layers[0].up.weight, task.evaluation.layers[0].up.weight)


def test_evaluation_is_trained_alone_and_from_something(base: Path) -> None:
    given = {"model": "stance", "base": base, "data": {"codes": "codes.jsonl"}, "tasks": {"evaluation": 1.0}}
    with pytest.raises(ValueError, match="alone"):
        TrainingConfig.model_validate(given)
    with pytest.raises(ValueError, match="alone"):
        TrainingConfig.model_validate(given | {"start": "x", "tasks": {"evaluation": 1.0, "entity": 1.0}})
    with pytest.raises(ValueError, match=r"data\.codes"):
        TrainingConfig.model_validate(given | {"start": "x", "data": {}})


def test_rows_of_a_larger_model_are_trained_on_with_its_probabilities(base: Path, tmp_path: Path) -> None:
    from framing.training.stance import StanceTask

    file = tmp_path / "soft.jsonl"
    rows = [
        {
            "sentence": "Vane fell.",
            "target": "Vane",
            "kind": "entity",
            "mention": [0, 4],
            "probabilities": [0.7, 0.2, 0.1],
        },
        {
            "sentence": "It rains.",
            "target": "Rain is good.",
            "kind": "proposition",
            "mention": None,
            "probabilities": [0, 1, 0],
        },
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    settings = {"model": "stance", "base": base, "data": {"soft": file}, "tasks": {}, "shares": {"soft": 2.0}}
    drawn = [
        one
        for batch in StanceTask(TrainingConfig.model_validate(settings), _tokenizer(base)).batches(0)
        for one in batch
    ]
    assert sorted((one.kind, one.target) for one in drawn) == [(0, (0.7, 0.2, 0.1))] * 2 + [(1, (0, 1, 0))] * 2
    assert any(sum(one.item.mention) > 0 for one in drawn)


def test_held_statements_are_a_dev_set_and_fit_the_temperature(base: Path, tmp_path: Path) -> None:
    from framing.training.exporting import _fitted_temperatures
    from framing.training.stance import StanceTask

    def task(name: str, answer: list[int]) -> StanceTask:
        row = {"sentence": "It rains.", "target": "Rain is good.", "kind": "proposition", "mention": None}
        rows = [json.dumps(row | {"sentence": f"It rains {i}.", "probabilities": answer}) for i in range(6)]
        (tmp_path / name).write_text("\n".join(rows))
        settings = {"model": "stance", "base": base, "data": {"held": tmp_path / name}, "tasks": {}}
        torch.manual_seed(3)
        return StanceTask(TrainingConfig.model_validate(settings), _tokenizer(base))

    tasks = [task(f"held-{k}.jsonl", [int(k == j) for j in range(3)]) for k in range(3)]
    for one in tasks:
        one.dev["rw"] = one.dev["statements"][:1]
        scores = one.evaluate()
        assert scores["statements_n"] == 6
    # right and sure: sharpened to the grid's end; wrong: flattened to the other
    assert sorted({round(_fitted_temperatures(one)["proposition"], 3) for one in tasks})[0] == 0.4
    assert max(_fitted_temperatures(one)["proposition"] for one in tasks) == pytest.approx(4.0)


def _small_mpnet(folder: Path, pieces: int) -> Path:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(1)
    config = transformers.MPNetConfig(
        vocab_size=pieces + 5,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=514,
        layer_norm_eps=1e-5,
    )
    transformers.MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def test_an_mpnet_base_is_read_with_pieces_numbered_berts_way(base: Path, tmp_path: Path) -> None:
    from framing.models import WEIGHTS
    from framing.training.config import tokenizer_file

    assert tokenizer_file(base) == base / "tokenizer.json"
    assert tokenizer_file(_small_mpnet(tmp_path / "mpnet", 200)) == WEIGHTS / "tokenizer.json"


def test_mpnet_reads_berts_pieces_as_transformers_does(tmp_path: Path) -> None:
    from transformers import MPNetModel

    from framing.training.network import MiniBert

    folder = _small_mpnet(tmp_path / "mpnet", 200)
    ids = torch.randint(103, 200, (2, 150))
    ids[:, 0], ids[0, -1], ids[1, 60], ids[1, 61:] = CLS, SEP, SEP, 0
    mask = (ids > 0).long()
    theirs = ids + 4  # MPNet's own pieces stand behind four special ones
    theirs[ids == CLS], theirs[ids == SEP], theirs[ids == 0] = 0, 2, 1
    with torch.inference_mode():
        found = MiniBert.from_folder(folder).eval()(ids, mask, torch.zeros_like(ids))
        expected = MPNetModel.from_pretrained(folder).eval()(input_ids=theirs, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], atol=1e-5, rtol=1e-4)


def test_an_mpnet_stance_model_exports_at_any_length(base: Path, tmp_path: Path) -> None:
    from framing.models import stance_input
    from framing.training.exporting import export_network
    from framing.training.network import MiniBert, StanceNetwork
    from framing.training.stance import PairExample, stance_logits

    network = StanceNetwork(MiniBert.from_folder(_small_mpnet(tmp_path / "mpnet", _tokenizer(base).get_vocab_size())))
    (tmp_path / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    export_network(network, tmp_path / "model.onnx", {"temperatures": {"entity": 1.0, "proposition": 1.0}})
    requests = [StanceRequest("Orr fell. " * count, "Orr", "entity", (0, 3)) for count in (1, 5, 30)]
    examples = [PairExample(stance_input(each, _tokenizer(base)), 0, (0.0, 0.0, 0.0)) for each in requests]
    expected = torch.softmax(torch.from_numpy(stance_logits(network, examples)), -1).numpy()
    np.testing.assert_allclose(StanceModel(tmp_path, threads=1).predict(requests), expected, atol=0.02)


def test_a_run_may_end_between_its_start_and_what_it_learnt(base: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    from framing.training.loop import mixed

    network = torch.nn.Linear(2, 2)
    files = [tmp_path / "start.safetensors", tmp_path / "best.safetensors"]
    for value, file in zip((1.0, 5.0), files, strict=True):
        save_file({"weight": torch.full((2, 2), value), "bias": torch.full((2,), value)}, file)
    found = load_file(mixed(network, *files, 0.75, tmp_path / "mixed.safetensors"))
    assert all(torch.equal(weight, torch.full_like(weight, 4.0)) for weight in found.values())
    with pytest.raises(ValueError, match="mix"):
        TrainingConfig.model_validate({"model": "stance", "base": base, "tasks": {}, "mix": 0.5})


def test_importing_the_package_needs_no_torch() -> None:
    code = "import sys, framing.training; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
