"""Draw articles for codes of agreement with statements, and write the coders' sheets.

    python experiments/encoder-statement/draw.py articles SHEETS     write datasets/codes/statements/articles.csv (ids) and one text file per
                                                                     sheet into the folder SHEETS, which stays out of the repository
    python experiments/encoder-statement/draw.py more SHEETS         half as many again, in more.csv, all to fit

No two articles are nearly the same; of the first a third is held apart, drawn with them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from datasketch import MinHashLSH

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import ALIKE, signature  # noqa: E402

from framing import datasets  # noqa: E402
from framing.encode import split_sentences  # noqa: E402

CODES = HERE.parents[1] / "datasets" / "codes" / "statements"
DRAWN = {
    "article_bias_prediction": 210, "basil": 60, "narrative_frames": 50, "persent": 50, "news_cluster": 40, "polnear": 30,
    "article_extraction_benchmark": 20, "article_extraction_dataset": 20,
}  # fmt: skip
LENGTHS, SEEDS, SHEET = (1500, 6000), {"articles": 20261215, "more": 20261216}, 10


def articles(name: str) -> pd.DataFrame:
    """Articles of every corpus, none nearly the same as another or as one drawn before."""
    rng, index, rows = np.random.default_rng(SEEDS[name]), MinHashLSH(ALIKE, 64), []
    taken = set(pd.read_csv(CODES / "articles.csv")["article_id"]) if name == "more" else set()
    tables = {corpus: datasets.load(corpus)["articles"].drop_duplicates("article_id") for corpus in DRAWN}
    for table in tables.values():
        for row in table[table["article_id"].isin(taken)].itertuples():
            index.insert(row.article_id, signature(row.text), check_duplication=False)
    for corpus, most in DRAWN.items():
        table, count = tables[corpus], most // 2 if name == "more" else most
        if corpus == "polnear":
            table = table[table["split"] == "train"]
        table = table[table["text"].str.len().between(*LENGTHS)]
        found = 0
        for row in table.iloc[rng.permutation(len(table))].itertuples():
            made = signature(row.text)
            if found < count and not index.query(made):
                index.insert(row.article_id, made)
                rows.append((corpus, row.article_id, row.text))
                found += 1
    drawn = pd.DataFrame(rows, columns=["dataset", "article_id", "text"])
    drawn = drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)
    drawn.insert(0, "item", [f"{'s' if name == 'articles' else 't'}{k:03d}" for k in range(len(drawn))])
    drawn["part"] = np.where((rng.random(len(drawn)) < 1 / 3) & (name == "articles"), "held", "fit")
    return drawn.assign(sheet=drawn.index // SHEET)


def told(text: str) -> str:
    """Give a text's sentences by number."""
    spans = split_sentences(text)
    return "\n".join(f"[{k}] {' '.join(text[a:b].split())}" for k, (a, b) in enumerate(spans))


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    drawn = articles(name)
    for number, some in drawn.groupby("sheet"):
        blocks = [f"##### item {r.item}\n\n{told(r.text)}\n" for r in some.itertuples()]
        (folder / f"sheet-{number:02d}.txt").write_text("\n".join(blocks), encoding="utf-8")
    CODES.mkdir(parents=True, exist_ok=True)
    drawn.drop(columns="text").to_csv(CODES / f"{name}.csv", index=False)
    print(
        drawn["dataset"].value_counts().to_dict(), drawn["part"].value_counts().to_dict(), drawn["text"].str.len().sum()
    )


if __name__ == "__main__":
    main()
