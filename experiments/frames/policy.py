"""Do the heads of `policy`, fitted on articles, find policy frames? GVFC headlines, whose human coders marked seven frames that `policy` has too.

python experiments/frames/policy.py      writes results-policy.json

Which of GVFC's frames is which of the codebook's was settled by their definitions before anything was scored. GVFC's coders read for
gun violence alone, so this is one topic, and headlines are not articles.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from coded import GRID, load
from score import HERE
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, roc_auc_score

from framing import datasets, frames, metrics, models
from framing.encode import encode

SAME = {
    "politics": "political",
    "public_opinion": "public_opinion",
    "economic_consequences": "economic",
    "mental_health": "health_and_safety",
    "race_or_ethnicity": "fairness_and_equality",
    "second_amendment": "legality_constitutionality",
    "gun_control": "policy_prescription_and_evaluation",
}


def coded() -> tuple[list[str], dict[str, np.ndarray]]:
    """Headlines that have a frame, and per frame whether it is the first or second of each."""
    articles = datasets.load("gvfc")["articles"].drop_duplicates("article_id")
    articles = articles[articles["theme1"].notna()]
    marks = {
        frame: ((articles["theme1"] == frame) | (articles["theme2"] == frame).fillna(False)).to_numpy(dtype=int)
        for frame in SAME
    }
    return articles["text"].astype(str).tolist(), marks


def judged(texts: list[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Probabilities, per headline and code, and bars: of the codebook as it is shipped, of its definitions, of the same articles' words."""
    book = frames.read_codebook("policy")
    shipped, near = frames._Head(book), frames._Definitions(book, frames._embed)
    table = pd.DataFrame({"article_id": [f"h{k:05d}" for k in range(len(texts))], "text": texts})
    encodings = list(encode(table))
    articles = load()
    counts = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(articles["text"])
    given, asked = counts.transform(articles["text"]), counts.transform(texts)
    codes = [c.id for c in book.codes if not c.residual]
    words = [frames.fit_head(given, articles[f"policy.{code}"].to_numpy(), strengths=GRID) for code in codes]
    ways = {
        name: (np.stack([one(e)[1] for e in encodings]), one.bars)
        for name, one in (("shipped", shipped), ("definitions", near))
    }
    return ways | {"words": (np.stack([h.probability(asked) for h in words], axis=1), np.array([h.bar for h in words]))}


def scores(said: np.ndarray, p: np.ndarray, bar: float) -> dict[str, float]:
    found = p >= bar
    return {
        "area_under_curve": round(float(roc_auc_score(said, p)), 3),
        "f1": round(float(f1_score(said, found, zero_division=0.0)), 3),
        "found": int(found.sum()),
        "calibration_error": round(metrics.ece(said, p), 3),
    }


def main() -> None:
    texts, gold = coded()
    places = [code.id for code in frames.read_codebook("policy").codes]
    ways = judged(texts)
    result: dict[str, object] = {"model": models.load_encoder().name, "n": len(texts)}
    table = []
    for theirs, ours in SAME.items():
        said, k = gold[theirs], places.index(ours)
        row = {way: scores(said, p[:, k], bars[k]) for way, (p, bars) in ways.items()}
        every = round(float(f1_score(said, np.ones_like(said))), 3)
        result[theirs] = {"code": ours, "n_positive": int(said.sum()), "f1_all_present": every} | row
        table.append([row[way][score] for way in ways for score in ("area_under_curve", "f1")] + [every])
        print(theirs, json.dumps(result[theirs]))
    names = [f"{way}_{score}" for way in ways for score in ("area_under_curve", "f1")] + ["all_present_f1"]
    result["mean"] = dict(zip(names, np.mean(table, axis=0).round(3).tolist(), strict=True))
    print(result["mean"])
    (HERE / "results-policy.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
