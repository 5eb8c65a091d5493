"""Put the measured files together as results.json, each figure beside its baseline and the published one.

    python summarise.py MODEL_FOLDER --test test.json --dev dev.json --history stage2/history.json --folds folds.json \
        --frames MODEL_FOLDER/frames.json [--outlets outlets.json] [--topics topics.json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COFENET = "CofeNet on BERT-base, COLING 2022, its own conversion"
ATTRIBUTION = {
    # published value; the trivial baseline is rules, as the same paper reports them
    "source": (0.832, 0.107),
    "cue": (0.753, 0.228),
    "content": (0.729, 0.056),
}


def read(path: Path | None) -> Any:
    """Read a measured file; None where it was not measured."""
    return None if path is None or not path.exists() else json.loads(path.read_text(encoding="utf-8"))


def attribution(test: dict[str, Any], dev: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per role, and the word-piece average."""
    rows = []
    common = {"data": "PolNeAR", "split": "test, scored once", "seeds": 1}
    for role, (published, rules) in ATTRIBUTION.items():
        rows.append(
            common
            | {"task": role, "metric": "exact F1", "value": test[role]["f1"], "n": test[role]["n_gold"]}
            | {"baseline": "rules (same paper)", "baseline_value": rules, "published": COFENET}
            | {"published_value": published, "dev_value": dev[role]["f1"], "piece_f1": test[role]["piece_f1"]}
        )
    pieces = sum(test[role]["n_gold"] for role in ATTRIBUTION)
    rows.append(
        common
        | {"task": "source, cue, content", "metric": "word-piece micro-F1", "value": test["micro"]["piece_f1"]}
        | {"n": pieces, "baseline": "all outside", "baseline_value": 0.0, "published": "BERT, master's thesis"}
        | {"published_value": 0.86, "dev_value": dev["micro"]["piece_f1"]}
    )
    return rows


def loaded(parts: dict[str, Any] | None, split: str, published: bool) -> list[dict[str, Any]]:
    """Score of held-out folds, outlets or topics."""
    if parts is None:
        return []
    mean = parts["mean"]
    row = {"task": "loaded", "data": "BABE SG2", "split": split, "metric": "macro-F1", "value": mean["macro_f1"]}
    row |= {"n": round(sum(part["n"] for part in parts["parts"].values())), "seeds": 1}
    row |= {"baseline": "TF-IDF + logistic regression", "baseline_value": mean["tfidf"], "majority": mean["majority"]}
    row |= {"sd_over_parts": parts["sd_macro_f1"], "among_unrelated": mean["macro_f1_among_unrelated"]}
    if published:
        row |= {"published": "Krieger et al. 2022", "published_value": 0.814}
    return [row]


def loaded_dev(history: list[dict[str, Any]], baselines: dict[str, float]) -> list[dict[str, Any]]:
    """Score of the tenth held out in training: choices were made on it."""
    last = history[-1]
    row = {"task": "loaded", "data": "BABE SG2", "split": "held-out tenth, used for choices", "metric": "macro-F1"}
    row |= {"value": last["loaded_macro_f1"], "n": last["loaded_n"], "seeds": 1}
    row |= {"baseline": "TF-IDF + logistic regression", "baseline_value": baselines["tfidf"]}
    return [row | {"majority": baselines["majority"], "among_unrelated": last["loaded_packed_macro_f1"]}]


def frames(scores: dict[str, Any] | None) -> list[dict[str, Any]]:
    """One row per frame."""
    return [
        {"task": f"frame: {frame}", "data": "narrative-framing", "split": "5 official folds", "metric": "macro-F1"}
        | {"value": row["model_macro_f1"], "n": row["n"], "n_positive": row["n_positive"], "seeds": 1}
        | {"baseline": "TF-IDF + logistic regression", "baseline_value": row["tfidf_macro_f1"]}
        | {"majority": row["majority_macro_f1"], "f1": row["model_f1"], "tfidf_f1": row["tfidf_f1"]}
        for frame, row in (scores or {}).items()
    ]


def others(history: list[dict[str, Any]], unrelated: float) -> list[dict[str, Any]]:
    """Agreement with the teachers: names with the tagger, vectors with the base model."""
    last = history[-1]
    return [
        {"task": "names", "data": "held-out news", "split": "40 texts", "metric": "exact F1 to the tagger (silver)"}
        | {"value": last["names_f1"], "n": 40, "seeds": 1, "baseline": "no names", "baseline_value": 0.0},
        {"task": "vector", "data": "PolNeAR", "split": "dev", "metric": "mean cosine to the base model's"}
        | {
            "value": last["vector_cosine"],
            "n": 84,
            "seeds": 1,
            "baseline": "two unrelated sentences",
            "baseline_value": unrelated,
        },
    ]


def main() -> None:
    """Write results.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    for name in ("test", "dev", "history", "folds", "frames", "outlets", "topics", "gap", "babe-dev"):
        parser.add_argument(f"--{name}", type=Path)
    options = parser.parse_args()
    scores = attribution(read(options.test), read(options.dev))
    scores += loaded(read(options.folds), "5 folds (random_state 42), mean", published=True)
    scores += loaded(read(options.outlets), "one outlet left out, mean", published=False)
    scores += loaded(read(options.topics), "one topic left out, mean", published=False)
    scores += loaded_dev(read(options.history), read(options.babe_dev))
    scores += frames(read(options.frames)) + others(
        read(options.history), read(options.gap)["cosine_of_unrelated_sentences"]
    )
    digest = hashlib.sha256((options.model / "model.onnx").read_bytes()).hexdigest()
    result = {"sha256": digest, "scores": scores, "quantisation": read(options.gap)}
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
