"""Codes of facts, and the sentences they are about, in the context of their events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from framing import clean, datasets, encode, facts

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "facts"
CODERS = ("a", "b")


def coded(sheet: str, mirror: str | None = None) -> pd.DataFrame:
    """Items of a sheet with the labels of both coders in columns a and b, and the sentences in said_a, said_b (or said)."""
    table = pd.read_csv(CODES / f"{sheet}.csv").set_index("item")
    text = given(table["dataset"].unique(), mirror).set_index("article_id")["text"]
    for article, start, end, said in (
        ("article_a", "start_a", "end_a", "said_a"),
        ("article_b", "start_b", "end_b", "said_b"),
        ("fact_article", "fact_start", "fact_end", "said"),
    ):
        if article in table:
            spans = zip(table[article], table[start], table[end], strict=True)
            table[said] = [text[a][s:e] for a, s, e in spans]
    for coder in CODERS:
        labels = pd.read_csv(CODES / f"{sheet}-{coder}.csv").drop_duplicates("item").set_index("item")["label"]
        table[coder] = labels.str.strip().str.casefold().reindex(table.index)
    return table.reset_index()


def as_annotations(table: pd.DataFrame, task: str) -> pd.DataFrame:
    """Labels as hand codes, one unit per item, events as what is resampled."""
    parts = [
        pd.DataFrame({
            "article_id": table["event"], "part": "text", "start": np.arange(len(table)), "end": np.arange(len(table)) + 1,
            "task": task, "label": table[coder], "annotator": f"coder-{coder}", "sample_id": "facts",
        })
        for coder in CODERS
    ]  # fmt: skip
    from framing import schema

    return schema.conform(pd.concat(parts, ignore_index=True), "annotations")


def events(cache: Path, mirror: str | None = None) -> Iterator[tuple[str, pd.DataFrame, facts.Units]]:
    """Every event with its articles, cleaned as a run cleans them, and their sentences."""
    members = pd.read_csv(CODES / "events.csv")
    articles = given(members["dataset"].unique(), mirror)
    articles = clean.clean(articles[articles["article_id"].isin(members["article_id"])]).articles
    encoded = {one.article_id: one for one in encode.encode(articles, cache=cache)}
    by_id = articles.set_index("article_id", drop=False)
    for event, rows in members.groupby("event", sort=True):
        mine = by_id.loc[rows["article_id"]].reset_index(drop=True)
        yield str(event), mine, facts.read_units(mine, encoded)


def given(names: Iterable[str], mirror: str | None = None) -> pd.DataFrame:
    """Articles as the data sets give them: what the offsets of the codes point into."""
    return pd.concat([datasets.load(name, mirror=mirror)["articles"] for name in sorted(names)], ignore_index=True)


def row_of(units: facts.Units, articles: pd.DataFrame, article: str, said: str) -> int:
    """Row of the sentence that overlaps a coded one the most, found by its words: cleaning moves offsets."""
    number = int(np.flatnonzero((articles["article_id"] == article).to_numpy())[0])
    start = str(articles["text"].iat[number]).find(said)
    table = units.table
    mine = table[(table["article"] == number) & (table["part"] == "text")]
    overlap = np.minimum(mine["end"], start + len(said)) - np.maximum(mine["start"], start)
    if start < 0 or overlap.max() <= 0:
        raise LookupError(f"the coded sentence is not in the cleaned text of {article}")
    return int(overlap.idxmax())
