"""Draw attributed sources for a wave of hand codes, and write the coders' sheets.

    python experiments/sourcing/draw.py fourth SHEETS     write datasets/codes/sources/fourth.csv (ids and offsets) and one text file
                                                          per sheet into the folder SHEETS, which stays out of the repository
    python experiments/sourcing/draw.py fifth SHEETS      the same of sources that coders marked (datasets/codes/attribution), not the package

Articles of no codes in `sources`, `accusations`, `resolution` or `attribution`, none nearly the same as one of those: a held part must not be
learnt by way of a copy. At most MOST sources an article, a random one of each source's attributions.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import teacher
from codes import ALIKE, CODES, encoded, load_articles, signature
from datasketch import MinHashLSH

from framing import datasets
from framing.quotations import attribute
from framing.quotations.clauses import PRONOUNS

DRAWN = {
    "article_bias_prediction": 640, "persent": 70, "narrative_frames": 60, "ecbplus": 70, "news_cluster": 40,
    "article_extraction_benchmark": 30, "article_extraction_dataset": 30, "polnear": 30,
}  # fmt: skip
"""Articles drawn from each corpus, of LENGTHS characters."""
LENGTHS, MOST, SEED, SHEET = (1000, 6000), 3, 20261129, 150


def coded() -> set[str]:
    """Articles in which sources, accusations, resolution or attributions are coded."""
    files = [
        p for name in ("sources", "accusations", "resolution", "attribution") for p in (CODES / name).glob("*.csv")
    ]
    tables = [pd.read_csv(p, dtype=str) for p in files]
    return {a for table in tables if "article_id" in table for a in table["article_id"].dropna()}


def articles(drawn: dict[str, int] = DRAWN, lengths: tuple[int, int] = LENGTHS, seed: int = SEED) -> pd.DataFrame:
    """Free articles, a fixed number of each corpus."""
    taken, rng, index, chosen = coded(), np.random.default_rng(seed), MinHashLSH(ALIKE, 64), []
    tables = {name: datasets.load(name)["articles"].drop_duplicates("article_id") for name in drawn}
    tables["basil"] = datasets.load("basil")["articles"]
    for table in tables.values():
        for row in table[table["article_id"].isin(taken)].itertuples():
            index.insert(row.article_id, signature(row.text), check_duplication=False)
    for name, count in drawn.items():
        table = tables[name].assign(dataset=name)
        free = table[~table["article_id"].isin(taken) & table["text"].str.len().between(*lengths)]
        if name == "polnear":
            free = free[free["split"] == "train"]
        kept = []
        for row in free.iloc[rng.permutation(len(free))].itertuples():
            if len(kept) == count:
                break
            made = signature(row.text)
            if not index.query(made):
                index.insert(row.article_id, made)
                kept.append(row.Index)
        chosen.append(free.loc[kept])
    table = pd.concat(chosen, ignore_index=True)
    return table.assign(event_id=pd.Series(None, index=table.index, dtype="object"))


def items(table: pd.DataFrame) -> pd.DataFrame:
    """One random attribution of at most MOST sources an article."""
    encodings = encoded(table)
    _, _, done = teacher.studied(table, attribute(table, encodings), encodings)
    spoken = done[done["source_id"].notna() & done["speaker_start"].notna() & (done["part"] == "text")]
    one = spoken.sample(frac=1, random_state=SEED).drop_duplicates(["article_id", "source_id"])
    some = one.groupby("article_id").head(MOST)
    order = {a: i for i, a in enumerate(np.random.default_rng(SEED).permutation(table["article_id"]))}
    some = some.sort_values(["article_id", "start"]).sort_values(
        "article_id", key=lambda c: c.map(order), kind="stable"
    )
    return pd.DataFrame({
        "item": [f"q{i:04d}" for i in range(len(some))],
        "dataset": some["article_id"].map(dict(zip(table["article_id"], table["dataset"]))).to_numpy(),
        "article_id": some["article_id"].to_numpy(), "part": "text",
        "source_start": some["speaker_start"].astype(int).to_numpy(), "source_end": some["speaker_end"].astype(int).to_numpy(),
        "cue_start": some["cue_start"].to_numpy(), "cue_end": some["cue_end"].to_numpy(),
        "start": some["start"].astype(int).to_numpy(), "end": some["end"].astype(int).to_numpy(),
    })  # fmt: skip


def marked() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles whose attributions are coded, and at most MOST sources of each as the coders marked them, no pronouns."""
    waves = ("more", "further", "third")
    drawn = pd.concat([pd.read_csv(CODES / "attribution" / f"{w}.csv") for w in waves], ignore_index=True)
    codes = pd.concat([pd.read_csv(CODES / "attribution" / f"coder-{w}.csv") for w in waves], ignore_index=True)
    table = load_articles(drawn["dataset"], drawn["article_id"])
    table["dataset"] = table["article_id"].map(dict(zip(drawn["article_id"], drawn["dataset"])))
    texts, rng, rows = table.set_index("article_id")["text"], np.random.default_rng(SEED + 1), []
    for article, mine in codes.groupby("article_id", sort=True):
        found = {}
        for _, one in mine.groupby("attribution"):
            spans = {role: rows_[["start", "end"]].iloc[0].tolist() for role, rows_ in one.groupby("role")}
            words_ = texts[article][slice(*spans["source"])].lower() if "source" in spans else ""
            if words_ and words_ not in PRONOUNS and not any(words_ in other for other in found):
                found[words_] = spans
        kept = list(found.values())
        for k in sorted(rng.permutation(len(kept))[:MOST]):
            cue = kept[k].get("cue", [None, None])
            rows.append((article, *kept[k]["source"], *cue, *kept[k]["content"]))
    columns = ["article_id", "source_start", "source_end", "cue_start", "cue_end", "start", "end"]
    found = pd.DataFrame(rows, columns=columns)
    found.insert(0, "dataset", found["article_id"].map(dict(zip(table["article_id"], table["dataset"]))))
    found.insert(2, "part", "text")
    found.insert(0, "item", [f"w{i:04d}" for i in range(len(found))])
    return table, found


def sheets(drawn: pd.DataFrame, table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Write the coders' sheets, articles whole; the items with the number of their sheet."""
    rows = table.set_index("article_id")
    number, count, out = 0, 0, []
    texts: dict[int, list[str]] = {}
    for article, mine in drawn.groupby("article_id", sort=False):
        if count + len(mine) > SHEET:
            number, count = number + 1, 0
        count += len(mine)
        text = rows.loc[article, "text"]
        told = [f"##### article {article}\n{rows.loc[article, 'title'] or ''}\n\n{text}\n\n--- attributions to code"]
        for r in mine.to_dict("records"):
            cue = "" if pd.isna(r["cue_start"]) else text[int(r["cue_start"]) : int(r["cue_end"])]
            near = text[max(0, r["source_start"] - 40) : r["source_end"] + 40].replace("\n", " ")
            said = text[r["start"] : r["end"]].replace("\n", " ")[:200]
            told.append(
                f"{r['item']}  source: [{text[r['source_start'] : r['source_end']]}]  (… {near} …)  cue: [{cue}]  content: [{said}]"
            )
        texts.setdefault(number, []).append("\n".join(told))
        out.append(mine.assign(sheet=number))
    folder.mkdir(parents=True, exist_ok=True)
    for n, parts in texts.items():
        (folder / f"sheet-{n:02d}.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return pd.concat(out)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    table, found = marked() if name == "fifth" else (articles(), None)
    drawn = sheets(items(table) if found is None else found, table, folder)
    drawn.to_csv(CODES / "sources" / f"{name}.csv", index=False)
    print(
        drawn["dataset"].value_counts().to_dict(),
        drawn["sheet"].nunique(),
        "sheets,",
        drawn["article_id"].nunique(),
        "articles",
    )


if __name__ == "__main__":
    main()
