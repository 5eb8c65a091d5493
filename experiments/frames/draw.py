"""Draw articles whose frames are coded, and write the coders' sheets.

    python experiments/frames/draw.py drawn SHEETS     write datasets/codes/frames/drawn.csv (ids) and one text file per sheet into the folder
                                                       SHEETS, which stays out of the repository
    python experiments/frames/draw.py more SHEETS      as many again, after `drawn`

A third of the articles is held apart (`part`), drawn with the articles.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "frames"
DRAWN = {
    "article_bias_prediction": 300, "persent": 70, "news_cluster": 60, "ecbplus": 50, "article_extraction_benchmark": 40,
    "article_extraction_dataset": 40, "narrative_frames": 40,
}  # fmt: skip
LENGTHS, SEEDS, SHEET = (700, 5000), {"drawn": 20261209, "more": 20261210}, 25


def main() -> None:
    name, folder, rows = sys.argv[1], Path(sys.argv[2]), []
    rng, taken = np.random.default_rng(SEEDS[name]), set()
    if name != "drawn":
        taken = set(pd.read_csv(CODES / "drawn.csv")["article_id"])
    for corpus, count in DRAWN.items():
        table = datasets.load(corpus)["articles"].drop_duplicates("article_id")
        table = table[table["text"].str.len().between(*LENGTHS) & ~table["article_id"].isin(taken)]
        rows.append(table.iloc[rng.permutation(len(table))[:count]][["article_id", "text"]].assign(dataset=corpus))
    drawn = pd.concat(rows).drop_duplicates("text")
    drawn = drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)
    drawn.insert(0, "item", [f"{'f' if name == 'drawn' else 'g'}{k:03d}" for k in range(len(drawn))])
    drawn["sheet"] = drawn.index // SHEET
    drawn["part"] = np.where(rng.random(len(drawn)) < 1 / 3, "held", "fit")
    folder.mkdir(parents=True, exist_ok=True)
    for number, some in drawn.groupby("sheet"):
        told = [f"##### item {r.item}\n\n{r.text}\n" for r in some.itertuples()]
        (folder / f"sheet-{number:02d}.txt").write_text("\n".join(told), encoding="utf-8")
    CODES.mkdir(parents=True, exist_ok=True)
    drawn[["item", "dataset", "article_id", "sheet", "part"]].to_csv(CODES / f"{name}.csv", index=False)
    print(
        drawn["dataset"].value_counts().to_dict(), drawn["part"].value_counts().to_dict(), drawn["text"].str.len().sum()
    )


if __name__ == "__main__":
    main()
