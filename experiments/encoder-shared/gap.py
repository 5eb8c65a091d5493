"""What int8 weights cost, and what choices were made on: figures of averaged weights on dev, before and after quantisation.

    python gap.py config-4.toml MEAN.safetensors MODEL_FOLDER --polnear data/PolNeAR -o FOLDER     (average.py makes the first two)

Writes gap.json and history.json, which summarise.py reads.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from evaluate import attribution
from sklearn.metrics import f1_score
from tokenizers import Tokenizer

from framing.encode import encode
from framing.models import Encoder
from framing.training import read_config
from framing.training.batches import attach_teacher
from framing.training.config import located, tokenizer_file
from framing.training.data import read_polnear
from framing.training.exporting import export_network
from framing.training.loop import load_weights
from framing.training.shared import SharedTask

ROLES = ("source", "cue", "content")
SEED, PAIRS = 0, 5000


def on_dev(model: Encoder, documents: list[Any], babe: pd.DataFrame) -> dict[str, float]:
    """Exact F1 per role, word pieces, and loaded sentences read one by one."""
    found = attribution(model, documents)
    alone = babe.assign(article_id=[str(k) for k in range(len(babe))])[["article_id", "text"]]
    loaded = np.array([one.heads["loaded"].max() for one in encode(alone, model=model)])
    rows = {role: found[role]["f1"] for role in ROLES} | {"piece_micro": found["micro"]["piece_f1"]}
    return rows | {"loaded_macro_f1": float(f1_score(babe["loaded"], loaded > 0.5, average="macro"))}


def changed(full: Encoder, stored: Encoder, articles: pd.DataFrame) -> dict[str, float]:
    """Mean cosine of vectors, mean change of loaded probabilities, share of pieces whose best tag changes, and unrelated sentences' cosine."""
    pairs = list(zip(encode(articles, model=full), encode(articles, model=stored), strict=True))
    vectors = [np.concatenate([one[k].vectors for one in pairs]) for k in (0, 1)]
    rng = np.random.default_rng(SEED)
    left, right = rng.integers(0, len(vectors[0]), (2, PAIRS))
    tags = {
        name: np.concatenate(
            [
                np.any([a.tokens.heads[head].argmax(1) != b.tokens.heads[head].argmax(1) for head in heads], axis=0)
                for a, b in pairs
            ]
        ).mean()
        for name, heads in (("attribution", ROLES), ("names", ("names",)))
    }
    return {
        "vectors_cosine": float((vectors[0] * vectors[1]).sum(1).mean()),
        "loaded": float(np.concatenate([np.abs(a.heads["loaded"] - b.heads["loaded"]) for a, b in pairs]).mean()),
        **{f"{name}_changed": float(share) for name, share in tags.items()},
        "unrelated": float((vectors[0][left] * vectors[0][right]).sum(1).mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--polnear", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()
    config = located(read_config(options.config))
    tokenizer = Tokenizer.from_file(str(tokenizer_file(config.base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    task = SharedTask(config, tokenizer)
    load_weights(task.network, options.weights)
    attach_teacher(task.dev["polnear"], task.config.base, task.tokenizer, None)
    history = task.evaluate()
    assert task.babe is not None
    documents = read_polnear(options.polnear, "dev")
    articles = pd.DataFrame({"article_id": [d.name for d in documents], "text": [d.text for d in documents]})
    with tempfile.TemporaryDirectory() as name:
        crf = {key: getattr(task.network.crf, key).tolist() for key in ("transitions", "first", "last")}
        export_network(task.network, Path(name) / "model.onnx", {"crf": crf, "frame_bars": {}}, quantised=False)
        shutil.copyfile(tokenizer_file(task.config.base), Path(name) / "tokenizer.json")
        full, stored = Encoder(Path(name)), Encoder(options.model)
        outputs = changed(full, stored, articles)
        gap = {
            "full_precision_dev": on_dev(full, documents, task.babe[1]),
            "shipped_dev": on_dev(stored, documents, task.babe[1]),
            "cosine_of_unrelated_sentences": outputs.pop("unrelated"),
            "outputs": outputs,
        }
    options.out.mkdir(parents=True, exist_ok=True)
    for file, found in (("gap.json", gap), ("history.json", [history])):
        (options.out / file).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(gap, indent=1))


if __name__ == "__main__":
    main()
