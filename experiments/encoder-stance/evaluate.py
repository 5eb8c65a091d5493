"""Score a stance model the way a user runs it: the ONNX file, through ``StanceModel.predict``.

    python evaluate.py MODEL_FOLDER --newsmtsc data/NewsMTSC --gwsd data/GWStance --split test -o scores.json

The test split is scored once, with the final weights; every choice is made on dev.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from framing.models import StanceModel
from framing.training.scores import stance_f1
from framing.training.stance import DENIED, Judged, _denied, read_gwsd, read_newsmtsc


def labels(judged: list[Judged]) -> np.ndarray:
    """Most probable label per row."""
    return np.array([each.target for each in judged]).argmax(1)


def sentences(judged: list[Judged]) -> list[str]:
    """Sentences alone, which is all the baseline sees."""
    return [each.request.sentence for each in judged]


def scored(model: StanceModel, judged: list[Judged], train: list[Judged]) -> dict[str, float]:
    """Score beside TF-IDF with logistic regression and the majority class of the training rows."""
    gold = labels(judged)
    out = stance_f1(gold, model.predict([each.request for each in judged]))
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    )
    words.fit(sentences(train), labels(train))
    out["tfidf_macro_f1"] = stance_f1(gold, np.eye(3)[words.predict(sentences(judged))])["macro_f1"]
    most = np.bincount(labels(train), minlength=3).argmax()
    out["majority_macro_f1"] = stance_f1(gold, np.tile(np.eye(3)[most], (len(gold), 1)))["macro_f1"]
    return out


def main() -> None:
    """Score and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--newsmtsc", type=Path, required=True)
    parser.add_argument("--gwsd", type=Path)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--threads", type=int)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    model = StanceModel(options.model, options.threads)
    result: dict[str, object] = {"model": model.name, "split": options.split}
    train = read_newsmtsc(options.newsmtsc, "rw", "train")
    for variant in ("rw", "mt"):
        result[variant] = scored(model, read_newsmtsc(options.newsmtsc, variant, options.split), train)
    if options.gwsd is not None and options.split == "test":
        rows, test = read_gwsd(options.gwsd)
        result["climate"] = scored(model, test, rows)
        result["climate_denied"] = scored(model, [_denied(each, DENIED[0]) for each in test], rows)
    text = json.dumps(result, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
