"""Train and score the style model: opinion or news on outlets it has not seen.

usage: train.py us-news-2019-2020.parquet -o src/framing/weights/clean/genre.json -r experiments/genre/results.json
Gold is the section in the address (opinion, commentary ...; news, politics ...), which the model does not see;
folds hold whole outlets apart. Baselines: majority, stated labels only, TF-IDF with logistic regression.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from framing import outlets
from framing.clean import genre

PER_OUTLET = 120  # articles of one outlet and class, so that one outlet's habits do not decide


def load(path: Path, seed: int) -> pd.DataFrame:
    table = pd.read_parquet(path).rename(columns={"content": "text", "authors": "author"})
    table["outlet"] = [outlets.canonical(a, b) for a, b in zip(table["source"], table["url"])]
    found = [genre.by_address(u) for u in table["url"]]
    table["gold"] = [g.genre if g else None for g in found]
    table = table[table["gold"].isin(["news", "opinion"])]
    shuffled = table.sample(frac=1, random_state=seed)
    return shuffled[shuffled.groupby(["outlet", "gold"]).cumcount() < PER_OUTLET].reset_index(drop=True)


def linear(c: float = 0.3) -> object:
    return make_pipeline(StandardScaler(), LogisticRegression(C=c, class_weight="balanced", max_iter=300))


def words() -> object:
    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=3, max_features=30000),
        LogisticRegression(C=5, class_weight="balanced", max_iter=300),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", type=Path, required=True)
    parser.add_argument("-r", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    table = load(args.data, args.seed)
    x = np.array([genre.style(t, b) for t, b in zip(table["title"], table["text"])])
    y = (table["gold"] == "opinion").to_numpy()
    rows = table[["title", "author"]].to_dict("records")
    stated = np.array([(g := genre.by_statement(r)) is not None and g.genre == "opinion" for r in rows])
    predicted = {name: np.zeros(len(y), dtype=bool) for name in ("style", "TF-IDF + logistic regression")}
    per_fold, probability = [], np.zeros(len(y))
    for inside, outside in GroupKFold(5, shuffle=True, random_state=args.seed).split(x, y, table["outlet"]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            probability[outside] = linear().fit(x[inside], y[inside]).predict_proba(x[outside])[:, 1]
            predicted["style"][outside] = probability[outside] >= genre.OPINION
            texts = table["title"] + "\n" + table["text"]
            predicted["TF-IDF + logistic regression"][outside] = (
                words().fit(texts[inside], y[inside]).predict(texts[outside])
            )
        per_fold.append(f1_score(y[outside], (predicted["style"] | stated)[outside], average="macro"))
    systems = {
        "framing (stated label, else style)": predicted["style"] | stated,
        "style alone": predicted["style"],
        "stated label alone": stated,
        "TF-IDF + logistic regression": predicted["TF-IDF + logistic regression"],
        "always news": np.zeros(len(y), dtype=bool),
    }
    results = {
        "task": "opinion or news; gold from the address, which is withheld; 5 folds of unseen outlets",
        "n": {
            "articles": len(y),
            "opinion": int(y.sum()),
            "outlets": int(table["outlet"].nunique()),
            "outlets with opinion": int(table.loc[y, "outlet"].nunique()),
        },
        "macro_f1": {k: round(float(f1_score(y, v, average="macro")), 4) for k, v in systems.items()},
        "macro_f1_by_threshold": {
            t: round(float(f1_score(y, (probability >= t) | stated, average="macro")), 4)
            for t in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
        },
        "macro_f1_by_fold": [round(float(f), 4) for f in per_fold],
        "report": classification_report(
            y, systems["framing (stated label, else style)"], target_names=["news", "opinion"], output_dict=True
        ),
    }
    args.r.write_text(json.dumps(results, indent=1) + "\n")
    model = linear().fit(x, y)
    scaler, regression = model[0], model[1]
    shipped = {
        "version": "style-1", "features": genre.STYLE, "mean": scaler.mean_.round(5).tolist(), "scale": scaler.scale_.round(5).tolist(),
        "coef": regression.coef_[0].round(5).tolist(), "intercept": round(float(regression.intercept_[0]), 5),
    }  # fmt: skip
    args.o.write_text(json.dumps(shipped) + "\n")


if __name__ == "__main__":
    main()
