"""Draw sentences with a target for a wave of hand codes of evaluation, and write the coders' sheets.

    python experiments/stance/draw.py fifth SHEETS     write datasets/codes/conduct/fifth.csv (ids and offsets) and one text file per sheet
                                                       into the folder SHEETS, which stays out of the repository

Articles of no codes in `conduct`, `loaded` or `wholetext`. Targets are names by their spelling. Most items are ones that the stance model of the
day calls against or favour: by chance alone few sentences evaluate.
"""

from __future__ import annotations

import calendar
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets, models
from framing.encode import split_sentences

CODES = Path(__file__).parents[2] / "datasets" / "codes"
CORPORA = {
    "article_bias_prediction": 520, "polnear": 160, "news_cluster": 100, "narrative_frames": 100, "persent": 120,
    "article_extraction_benchmark": 40, "article_extraction_dataset": 40, "ecbplus": 40,
}  # fmt: skip
"""Articles looked at; of PolNeAR and PerSenT their training parts."""
DRAWN = {"against": 1300, "favour": 1100, "any": 800}
SEED, SHEET, MOST = 20261203, 400, 10
NAME = re.compile(r"(?<=[a-z,’'”\"] )[A-Z][\w.’'-]*\w(?: (?:of |the )*[A-Z][\w.’'-]*\w)*")
NO_NAMES = frozenset(calendar.day_name) | frozenset(calendar.month_name)


def coded() -> set[str]:
    """Articles in which evaluation, loaded words or whole texts are coded."""
    files = [p for name in ("conduct", "loaded", "wholetext") for p in (CODES / name).glob("*.csv")]
    tables = [pd.read_csv(p, dtype=str) for p in files]
    return {a for table in tables if "article_id" in table for a in table["article_id"].dropna()}


def sentences() -> pd.DataFrame:
    """At most MOST random sentences with a name of each article, and one name of each."""
    taken, rng, rows = coded(), np.random.default_rng(SEED), []
    for corpus, count in CORPORA.items():
        table = datasets.load(corpus)["articles"].drop_duplicates("article_id")
        if "split" in table and corpus in ("polnear", "persent"):
            table = table[table["split"] == "train"]
        table = table[~table["article_id"].isin(taken) & table["text"].str.len().between(800, 9000)]
        table = table.iloc[rng.permutation(len(table))[:count]]
        for article, text in zip(table["article_id"], table["text"]):
            found = []
            for start, end in split_sentences(text):
                names = [m for m in NAME.finditer(text[start:end]) if m[0] not in NO_NAMES]
                if names and 50 <= end - start <= 420:
                    name = names[rng.integers(len(names))]
                    begin = start + name.start()
                    stop = begin + len(name[0].removesuffix("'s").removesuffix("’s"))
                    found.append((corpus, article, start, end, begin, stop, text[start:end]))
            order = rng.permutation(len(found))[:MOST]
            rows += [found[k] for k in order]
    columns = ["dataset", "article_id", "start", "end", "target_start", "target_end", "text"]
    return pd.DataFrame(rows, columns=columns)


def judged(table: pd.DataFrame) -> pd.Series:
    """What the stance model says of each: against, neutral or favour."""
    requests = [
        models.StanceRequest(r.text, r.text[r.target_start - r.start : r.target_end - r.start], "entity",
                             (r.target_start - r.start, r.target_end - r.start))
        for r in table.itertuples()
    ]  # fmt: skip
    probabilities = models.load_stance().predict(requests)
    return pd.Series(np.array(["against", "neutral", "favour"])[probabilities.argmax(1)], index=table.index)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    table = sentences()
    table["stratum"] = judged(table)
    rng, parts = np.random.default_rng(SEED), []
    rest = table
    for stratum, count in DRAWN.items():
        pool = rest if stratum == "any" else rest[rest["stratum"] == stratum]
        some = pool.iloc[rng.permutation(len(pool))[:count]]
        parts.append(some.assign(stratum=stratum))
        rest = rest.drop(some.index)
    drawn = pd.concat(parts)
    drawn = drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)
    drawn.insert(0, "item", [f"v{k:04d}" for k in range(len(drawn))])
    folder.mkdir(parents=True, exist_ok=True)
    for sheet, some in drawn.groupby(drawn.index // SHEET):
        lines = []
        for r in some.itertuples():
            a, b = r.target_start - r.start, r.target_end - r.start
            lines.append(f"{r.item}\t{' '.join(r.text[:a].split())} [[{r.text[a:b]}]] {' '.join(r.text[b:].split())}")
        (folder / f"sheet-{sheet:02d}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    drawn.drop(columns="text").to_csv(CODES / "conduct" / f"{name}.csv", index=False)
    print(drawn["stratum"].value_counts().to_dict(), drawn["dataset"].value_counts().to_dict(), len(table), "looked at")


if __name__ == "__main__":
    main()
