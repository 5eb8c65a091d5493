"""Draw pairs of a text and a target for a wave of hand codes of whole texts, and write the coders' sheets.

    python experiments/stance/draw_whole.py further SHEETS     write datasets/codes/wholetext/further.csv (ids and offsets) and one text file per
                                                               sheet into the folder SHEETS, which stays out of the repository

Articles of no codes in `conduct`, `loaded` or `wholetext`; one target each, one of the names (by their spelling) in at least LEAST sentences,
the more likely the more often it stands there.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from draw import CODES, NAME, NO_NAMES, coded

from framing import datasets
from framing.encode import split_sentences

CORPORA = {
    "article_bias_prediction": 250, "news_cluster": 70, "narrative_frames": 70, "polnear": 40, "ecbplus": 30,
    "article_extraction_benchmark": 30, "article_extraction_dataset": 30,
}  # fmt: skip
LENGTHS, LEAST, SEED, SHEET = (900, 6500), 3, 20261208, 20


def names(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where each name of a text stands, at most once a sentence, for names in enough sentences."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for start, end in split_sentences(text):
        mine = {}
        for match in NAME.finditer(text, start, end):
            name = match[0].removesuffix("'s").removesuffix("’s")
            mine.setdefault(name, (match.start(), match.start() + len(name)))
        for name, span in mine.items():
            found[name].append(span)
    return {n: spans for n, spans in found.items() if len(spans) >= LEAST and n not in NO_NAMES and len(n) > 2}


def pairs() -> pd.DataFrame:
    """One pair an article, as many of each corpus as asked for."""
    taken, rng, rows = coded(), np.random.default_rng(SEED), []
    for corpus, count in CORPORA.items():
        table = datasets.load(corpus)["articles"].drop_duplicates("article_id")
        if corpus == "polnear":
            table = table[table["split"] == "train"]
        table = table[~table["article_id"].isin(taken) & table["text"].str.len().between(*LENGTHS)]
        mine = []
        for row in table.iloc[rng.permutation(len(table))].itertuples():
            those = names(row.text)
            if those and len(mine) < count:
                often = np.array([len(those[n]) for n in sorted(those)], dtype=float) ** 2
                name = sorted(those)[rng.choice(len(often), p=often / often.sum())]
                mine.append((corpus, row.article_id, *those[name][0], len(those[name]), row.text))
        rows += mine
    columns = ["dataset", "article_id", "target_start", "target_end", "n_sentences", "text"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    table = pairs()
    table = table.iloc[np.random.default_rng(SEED).permutation(len(table))].reset_index(drop=True)
    table.insert(0, "item", [f"x{k:03d}" for k in range(len(table))])
    table["sheet"] = table.index // SHEET
    folder.mkdir(parents=True, exist_ok=True)
    for number, some in table.groupby("sheet"):
        told = [
            f"##### item {r.item}   target: {r.text[r.target_start : r.target_end]}\n\n{r.text}\n"
            for r in some.itertuples()
        ]
        (folder / f"sheet-{number:02d}.txt").write_text("\n".join(told), encoding="utf-8")
    table.drop(columns="text").to_csv(CODES / "wholetext" / f"{name}.csv", index=False)
    print(table["dataset"].value_counts().to_dict(), table["text"].str.len().sum(), "characters")


if __name__ == "__main__":
    main()
