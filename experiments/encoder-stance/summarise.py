"""Put the measured files together as results.json, each figure beside its baseline and the published one.

python summarise.py MODEL_FOLDER --test test.json --dev dev.json --accurate accurate.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = {
    "rw": ("stance toward entities", "NewsMTSC rw (flat)", "GRU-TSC on RoBERTa, 2021", 0.831),
    "mt": ("stance toward entities", "NewsMTSC mt (flat)", "GRU-TSC on RoBERTa, 2021", 0.825),
    "climate": ("stance toward propositions", "GWSD held-out 200", None, None),
    "climate_denied": ("stance toward propositions", "GWSD held-out 200, proposition denied", None, None),
}


def main() -> None:
    """Write results.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--accurate", type=Path, help="test scores of the larger model, which is not shipped")
    options = parser.parse_args()
    test, dev = (json.loads(path.read_text(encoding="utf-8")) for path in (options.test, options.dev))
    scores: list[dict[str, Any]] = []
    for name, (task, data, published, value) in ROWS.items():
        row = {"task": task, "data": data, "split": "test, scored once", "metric": "macro-F1"}
        row |= {"value": test[name]["macro_f1"], "n": test[name]["n"], "seeds": 1, "ece": test[name]["ece"]}
        row |= {"accuracy": test[name]["accuracy"], "majority": test[name]["majority_macro_f1"]}
        row |= {"baseline": "TF-IDF of the sentence", "baseline_value": test[name]["tfidf_macro_f1"]}
        if published is not None:
            row |= {"published": published, "published_value": value}
        if name in dev:
            row["dev_value"] = dev[name]["macro_f1"]
        scores.append(row)
    result: dict[str, Any] = {}
    if options.accurate is not None:
        larger = json.loads(options.accurate.read_text(encoding="utf-8"))
        result["accurate"] = {name: larger[name] for name in ROWS} | {"recipe": "accurate.toml", "seeds": 1}
    digest = hashlib.sha256((options.model / "model.onnx").read_bytes()).hexdigest()
    (HERE / "results.json").write_text(
        json.dumps({"sha256": digest, "scores": scores} | result, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
