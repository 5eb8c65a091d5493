"""Draw articles whose attributions are coded for fitting, and write the coders' sheets.

    python experiments/sourcing-elsewhere/more.py more SHEETS     write datasets/codes/attribution/more.csv (ids) and one text file
                                                                  per sheet into the folder SHEETS, which stays out of the repository

`further` draws as many again, after `more`, `third` twice as many, after `further`, `fourth` four times as many, after `third`, `fifth` longer ones,
and `sixth` what is left of either length, with BASIL.

Articles of no other codes, none nearly the same as one of those: what is scored must not be learnt by way of a copy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import CODES  # noqa: E402
from draw import articles  # noqa: E402

DRAWN = {
    "article_bias_prediction": 56, "persent": 24, "narrative_frames": 24, "ecbplus": 16, "news_cluster": 16,
    "article_extraction_benchmark": 12, "article_extraction_dataset": 12,
}  # fmt: skip
LAST = {
    "article_bias_prediction": 330, "basil": 110, "narrative_frames": 90, "ecbplus": 70, "persent": 20, "news_cluster": 20,
    "article_extraction_benchmark": 20, "article_extraction_dataset": 20,
}  # fmt: skip
SEEDS = {
    "more": 20261201, "further": 20261202, "third": 20261204, "fourth": 20261206, "fifth": 20261207, "sixth": 20261214,
}  # fmt: skip
TIMES = {"third": 2, "fourth": 4, "fifth": 1.5}
LENGTHS = {"fifth": (3600, 6500), "sixth": (1200, 6500)}
SHEETS = {"fifth": 5, "sixth": 6}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    seed = SEEDS[name]
    times = TIMES.get(name, 1)
    lengths, sheet = LENGTHS.get(name, (1200, 3600)), SHEETS.get(name, 10)
    counts = LAST if name == "sixth" else DRAWN
    table = articles({corpus: round(times * count) for corpus, count in counts.items()}, lengths, seed)
    table = table.iloc[np.random.default_rng(seed).permutation(len(table))].reset_index(drop=True)
    table["sheet"] = table.index // sheet
    folder.mkdir(parents=True, exist_ok=True)
    for number, some in table.groupby("sheet"):
        told = [f"##### article {r.article_id}\n\n{r.text}\n" for r in some.itertuples()]
        (folder / f"sheet-{number:02d}.txt").write_text("\n".join(told), encoding="utf-8")
    table[["dataset", "article_id", "sheet"]].to_csv(CODES / "attribution" / f"{name}.csv", index=False)
    print(table["dataset"].value_counts().to_dict(), table["text"].str.len().sum(), "characters")


if __name__ == "__main__":
    main()
