"""Do the codebook `policy` and its definitions find policy frames? GVFC headlines, whose coders marked seven frames that `policy` has too.

python experiments/frames/policy.py      writes results-policy.json

Which of GVFC's frames is which of the codebook's was settled by their definitions before anything was scored. GVFC's coders read for
gun violence alone, so this is one topic, and headlines are not articles.
"""

from __future__ import annotations

import json

import numpy as np
from score import HERE
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, roc_auc_score

from framing import datasets, frames, metrics, models

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
    """Probabilities, per headline and code, and bars: of the codebook as it is shipped, of its definitions, of words."""
    book = frames.read_codebook("policy")
    vectors = np.asarray(frames._embed(texts), dtype=float)
    learnt = frames._Examples(book, frames._embed)
    near = frames._Definitions(book, frames._embed)
    sentences, labels = frames._training(book)
    counts = TfidfVectorizer(sublinear_tf=True).fit(sentences)
    words = [frames.fit_head(counts.transform(sentences), labels[:, k]) for k in range(len(book.codes))]
    return {
        "shipped": (np.stack([h.probability(vectors) for h in learnt.heads], axis=1), learnt.bars),
        "definitions": (frames._sigmoid((vectors @ near.vectors.T - frames.CENTRE) / frames.SCALE), near.bars),
        "words": (
            np.stack([h.probability(counts.transform(texts)) for h in words], axis=1),
            np.array([h.bar for h in words]),
        ),
    }


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
