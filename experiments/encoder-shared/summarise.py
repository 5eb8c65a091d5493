"""Put the measured files together as results.json, each figure beside its baseline and the published one.

    python summarise.py MODEL_FOLDER --test test.json --dev dev.json --history stage2/history.json --gap gap.json \
        --babe-dev babe-dev.json --frames MODEL_FOLDER/frames.json
    python summarise.py MODEL_FOLDER --folds folds.json [--outlets outlets.json] [--topics topics.json]

The second adds the folds of BABE to the figures that are there; the weights must be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDS = 5
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
    done = len(parts["parts"])
    split = split if done == FOLDS else f"{done} of the {split}"
    row = {"task": "loaded", "data": "BABE SG2", "split": split, "metric": "macro-F1", "value": mean["macro_f1"]}
    row |= {"n": round(sum(part["n"] for part in parts["parts"].values())), "seeds": 1}
    row |= {"baseline": "TF-IDF + logistic regression", "baseline_value": mean["tfidf"], "majority": mean["majority"]}
    if "pooled" in parts:
        row |= {"pooled": parts["pooled"]["model"], "pooled_baseline": parts["pooled"]["tfidf"]}
    row |= {"sd_over_parts": parts["sd_macro_f1"], "recipe": "config-babe.toml, not the shipped weights"}
    if published:
        row |= {"published": "DA-RoBERTa, Krieger et al. 2022", "published_value": 0.814}
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


def frames_elsewhere(coded: dict[str, Any] | None) -> list[dict[str, Any]]:
    """One row per frame on ordinary news, articles held apart."""
    return [
        {"task": f"frame: {frame}", "data": "ordinary news, codes of language models", "split": "articles held apart"}
        | {
            "metric": "macro-F1",
            "value": row["held"]["head_macro_f1"],
            "n": row["held"]["n"],
            "n_positive": row["held"]["n_present"],
        }
        | {"seeds": 1, "baseline": "TF-IDF + logistic regression", "baseline_value": row["held"]["words_macro_f1"]}
        | {
            "majority": row["held"]["majority_macro_f1"],
            "f1": row["held"]["head_f1"],
            "tfidf_f1": row["held"]["words_f1"],
        }
        for frame, row in (coded or {}).items()
        if isinstance(row, dict) and "held" in row
    ]


def others(history: list[dict[str, Any]], unrelated: float, before: dict[str, Any]) -> list[dict[str, Any]]:
    """Agreement with the teachers: names with the tagger, vectors with the base model.

    Stage 3 holds names at what they were and has no silver ones to score: the figure of the stage before stands, and says so.
    """
    last = history[-1]
    names = {"task": "names", "data": "held-out news", "metric": "exact F1 to the tagger (silver)", "n": 40, "seeds": 1}
    names |= {"baseline": "no names", "baseline_value": 0.0}
    if "names_f1" in last:
        names |= {"split": "40 texts", "value": last["names_f1"]}
    else:
        (earlier,) = (row for row in before["scores"] if row["task"] == "names")
        names |= {"split": "40 texts, weights of stage 2", "value": earlier["value"]}
    vector = {"task": "vector", "data": "PolNeAR", "split": "dev", "metric": "mean cosine to the base model's"}
    vector |= {"value": last["vector_cosine"], "n": 84, "seeds": 1}
    return [names, vector | {"baseline": "two unrelated sentences", "baseline_value": unrelated}]


def folds(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Rows of BABE held out in folds."""
    rows = loaded(read(options.folds), "5 folds, stratified, mean", published=True)
    rows += loaded(read(options.outlets), "5 folds of whole outlets, mean", published=False)
    return rows + loaded(read(options.topics), "5 folds of whole topics, mean", published=False)


def whole(options: argparse.Namespace, digest: str) -> dict[str, Any]:
    """All figures of one set of weights."""
    gap = read(options.gap)
    scores = attribution(read(options.test), read(options.dev)) + folds(options)
    scores += loaded_dev(read(options.history), read(options.babe_dev)) + frames(read(options.frames))
    scores += frames_elsewhere(read(HERE.parent / "frames" / "results-coded.json"))
    scores += others(read(options.history), gap["cosine_of_unrelated_sentences"], read(HERE / "results.json"))
    return {"sha256": digest, "scores": scores, "quantisation": gap}


def extended(options: argparse.Namespace, digest: str) -> dict[str, Any]:
    """The figures that are there with those of the folds."""
    result: dict[str, Any] = read(HERE / "results.json")
    if result["sha256"] != digest:
        raise SystemExit(f"results.json was measured on {result['sha256'][:12]}, found {digest[:12]}")
    fresh = folds(options)
    kept = [row for row in result["scores"] if "recipe" not in row]  # without what folds gave before
    at = next(i for i, row in enumerate(kept) if row["task"] == "loaded")
    return result | {"scores": [*kept[:at], *fresh, *kept[at:]]}


def main() -> None:
    """Write results.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    for name in ("test", "dev", "history", "folds", "frames", "outlets", "topics", "gap", "babe-dev"):
        parser.add_argument(f"--{name}", type=Path)
    options = parser.parse_args()
    digest = hashlib.sha256((options.model / "model.onnx").read_bytes()).hexdigest()
    result = (extended if options.test is None else whole)(options, digest)
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
