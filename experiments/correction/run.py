"""A sample of 100 articles corrects the automatic shares of quoted and attributed words; the truth is known from all of them.

Run from the checkout: ``python experiments/correction/run.py`` (needs the PolNeAR corpus, see docs/datasets.md).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from framing import coding, datasets, quotations, schema
from framing.comparison import correct
from framing.measures import compute
from framing.quotations.marks import Document

MEASURES = ("quoted_share", "attributed_share")
DRAWN = 100


def shares(articles: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Shares of quoted and of attributed words, by article."""
    values, _ = compute({"articles": articles, "quotations": found}, list(MEASURES))
    return (
        values.pivot(index="article_id", columns="measure", values="value").reindex(articles["article_id"]).fillna(0.0)
    )


def with_marks(articles: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Human attributions with the words between quotation marks counted: the corpus gives the spans only.

    Some of its articles write '' for a mark, so that what a file calls direct speech is not told by its marks alone.
    """
    documents = {
        key: {
            part: Document(text) for part, text in zip(("title", "text"), texts, strict=True) if isinstance(text, str)
        }
        for key, *texts in articles[["article_id", "title", "text"]].itertuples(index=False)
    }
    counted = []
    for row in found.to_dict("records"):
        document = documents.get(row["article_id"], {}).get(row["part"])
        inside = document.inside(int(row["start"]), int(row["end"])) if document is not None else ()
        counted.append(sum(schema.count_words(document.text[a:b]) for a, b in inside) if document is not None else 0)
    return found.assign(n_quoted=pd.array(counted, dtype="Int64"))


def one_draw(articles: pd.DataFrame, automatic: pd.Series, human: pd.Series, seed: int) -> dict[str, pd.DataFrame]:
    """Estimates per outlet from one sample: automatic, corrected, codes only."""
    asked = coding.questions([], {"attributed": "which words are attributed"})
    drawn = coding.sample(articles, DRAWN, asked, seed=seed)
    chance = articles["article_id"].map(drawn.units.set_index("article_id")["probability"]).to_numpy(dtype=float)
    codes = np.where(np.isnan(chance), np.nan, human.to_numpy())
    f, group = automatic.to_numpy(), articles["outlet"].astype(str).to_numpy()
    every = np.arange(len(f))
    return {
        name: correct.means(
            f if name == "automatic" else correct.pseudo_outcomes(f, codes, chance, every, use=name, seed=seed),
            group,
            every,
        ).set_index("group")
        for name in correct.ESTIMATORS
    }


def evaluate(articles: pd.DataFrame, automatic: pd.Series, human: pd.Series, draws: int) -> dict[str, object]:
    """Error and coverage per estimator over many samples; the truth is the mean of all human shares."""
    truth = human.groupby(articles["outlet"].astype(str).to_numpy()).mean()
    results: dict[str, dict[str, list[np.ndarray]]] = {}
    for seed in range(draws):
        for name, table in one_draw(articles, automatic, human, seed).items():
            kept = results.setdefault(name, {"error": [], "held": [], "width": []})
            kept["error"].append((table["value"] - truth).to_numpy())
            kept["held"].append(((table["low"] <= truth) & (truth <= table["high"])).to_numpy())
            kept["width"].append((table["high"] - table["low"]).to_numpy())
    return {
        "truth": truth.round(4).to_dict(),
        "correlation": round(float(np.corrcoef(automatic, human)[0, 1]), 4),
        "estimators": {
            name: {
                "root_mean_squared_error": round(float(np.sqrt(np.mean(np.square(kept["error"])))), 4),
                "mean_error": round(float(np.mean(kept["error"])), 4),
                "coverage": round(float(np.mean(kept["held"])), 4),
                "mean_width": round(float(np.mean(kept["width"])), 4),
            }
            for name, kept in results.items()
        },
    }


def example(articles: pd.DataFrame, automatic: pd.Series, human: pd.Series, seed: int = 0) -> list[dict[str, object]]:
    """One sample, outlet by outlet; outlets are lettered, since automatic figures of named outlets are not published."""
    truth = human.groupby(articles["outlet"].astype(str).to_numpy()).mean()
    tables = one_draw(articles, automatic, human, seed)
    rows: list[dict[str, object]] = []
    for number, outlet in enumerate(truth.sort_values().index):
        row: dict[str, object] = {"outlet": chr(ord("A") + number), "truth": round(float(truth[outlet]), 3)}
        for name, table in tables.items():
            row[name] = [round(float(table.loc[outlet, c]), 3) for c in ("value", "low", "high")]
        rows.append(row | {"n_articles": int(table.loc[outlet, "n_articles"])})
    return rows


def main(draws: int, out: Path, mirror: str | None) -> None:
    """Attribute automatically, compare with the human attributions, draw many samples."""
    frames = datasets.load("polnear", mirror=mirror)
    articles = frames["articles"]
    articles = articles[articles["outlet"].notna()].reset_index(drop=True)
    human = with_marks(articles, frames["quotations"])
    automatic = quotations.attribute(articles)
    by_machine, by_hand = shares(articles, automatic), shares(articles, human)
    result = {
        "question": "How many hand-coded articles does it take to correct an automatic share per outlet?",
        "articles": len(articles),
        "outlets": int(articles["outlet"].nunique()),
        "drawn": DRAWN,
        "samples": draws,
        "attribution": "document structure, no trained model",
        "measures": {name: evaluate(articles, by_machine[name], by_hand[name], draws) for name in MEASURES},
        "one_sample": {name: example(articles, by_machine[name], by_hand[name]) for name in MEASURES},
    }
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--mirror")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results.json"))
    chosen = parser.parse_args()
    main(chosen.draws, chosen.out, chosen.mirror)
