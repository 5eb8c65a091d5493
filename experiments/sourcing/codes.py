"""Hand codes of `datasets/codes`, split by article into dev and held apart, and the attributions they are about.

`read` and `attributions` give the first codes, of PolNeAR's gold attributions; `read_more` and `found` the later ones, of
attributions that the package found in articles of other corpora (``more.csv``: three, ``further.csv`` and ``fourth.csv``: eight).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from datasketch import MinHash

from framing import datasets, encode
from framing.quotations import attribute

CODES = Path(__file__).parents[2] / "datasets" / "codes"
CACHE = Path(__file__).parent / ".cache"
"""Where encodings are kept between runs (not part of the repository)."""
SEED = 0
ALIKE, SHINGLE = 0.35, 5
"""Articles that share so much of their five-word shingles count as the same."""


def held(articles: Iterable[str], share: int) -> set[str]:
    """One article in `share`, drawn with a fixed seed; none if it is 0."""
    ids = sorted(set(articles)) if share else []
    share = max(share, 1)
    return {ids[i] for i in np.random.default_rng(SEED).permutation(len(ids))[: len(ids) // share]}


def read(folder: str, share: int) -> pd.DataFrame:
    """Items with the labels of coder a (and of b with the suffix ``_b``), and whether they are held apart."""
    table = pd.read_csv(CODES / folder / "items.csv").merge(pd.read_csv(CODES / folder / "coder-a.csv"), on="item")
    second = pd.read_csv(CODES / folder / "coder-b.csv")
    if set(table["item"]) <= set(second["item"]):  # elsewhere b coded other items
        table = table.merge(second, on="item", suffixes=("", "_b"))
    return table.assign(held=table["article_id"].isin(held(table["article_id"], share)))


def read_more(folder: str, share: int, coders: Iterable[str], second: str = "", items: str = "more") -> pd.DataFrame:
    """Later items with the one label each, those of second coders with the suffix ``_b`` (else the first's), and whether they are held apart."""
    labels = pd.concat([pd.read_csv(CODES / folder / f"coder-{c}.csv") for c in coders], ignore_index=True)
    table = pd.read_csv(CODES / folder / f"{items}.csv").merge(labels, on="item")
    if second:
        other = pd.concat([pd.read_csv(CODES / folder / f"coder-{c}.csv") for c in second]).set_index("item")
        for column in other.columns.intersection(table.columns):
            table[f"{column}_b"] = (
                table["item"].map(other[column]).where(table["item"].isin(other.index), table[column])
            )
    return table.assign(held=table["article_id"].isin(held(table["article_id"], share)))


def signature(text: str) -> MinHash:
    """What two nearly equal texts share: their runs of five words."""
    words = text.lower().split()
    out = MinHash(64)
    out.update_batch([" ".join(words[i : i + SHINGLE]).encode() for i in range(max(1, len(words) - SHINGLE + 1))])
    return out


def load_articles(names: Iterable[str], ids: Iterable[str]) -> pd.DataFrame:
    """Articles of several datasets by id, each by itself (no event)."""
    found = pd.concat([datasets.load(name)["articles"] for name in sorted(set(names))], ignore_index=True)
    chosen = found.drop_duplicates("article_id")
    chosen = chosen[chosen["article_id"].isin(set(ids))].reset_index(drop=True)
    return chosen.assign(event_id=pd.Series(None, index=chosen.index, dtype="object"))


def encoded(articles: pd.DataFrame) -> dict[str, encode.Encoding]:
    """Encodings by article."""
    return {e.article_id: e for e in encode.encode(articles, cache=CACHE)}


def found(items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, encode.Encoding]]:
    """Articles of later items, the attributions found in them, and their encodings."""
    articles = load_articles(items["dataset"], items["article_id"])
    encodings = encoded(articles)
    return articles, attribute(articles, encodings), encodings


def attributions(articles: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """PolNeAR articles and their gold quotations by the first coder, without sources."""
    frames = datasets.load("polnear")
    chosen = frames["articles"][frames["articles"]["article_id"].isin(set(articles))].reset_index(drop=True)
    rows = frames["quotations"]
    rows = rows[rows["article_id"].isin(chosen["article_id"])].sort_values(["article_id", "coder"], kind="stable")
    first = rows["coder"] == rows.groupby("article_id")["coder"].transform("min")
    return chosen, rows[first].reset_index(drop=True).assign(source_id=None)


def source_of(items: pd.DataFrame, quotations: pd.DataFrame, start: str, end: str | None = None) -> list[str | None]:
    """source_id of the quotation whose source span begins where each item's does, else (where `end` is given) overlaps it most.

    The encoder of the day may mark a span with one word more or less than that of the day the items were drawn.
    """
    spoken = quotations[quotations["speaker_start"].notna() & quotations["source_id"].notna()]
    of_article = {str(article): rows for article, rows in spoken.groupby("article_id")}
    found: list[str | None] = []
    for item in items.to_dict("records"):
        rows = of_article.get(str(item["article_id"]))
        best: tuple[bool, float, str | None] = (False, 0.0, None)
        for row in rows.to_dict("records") if rows is not None else ():
            if row["part"] != item.get("part", "text"):
                continue
            begins = row["speaker_start"] == item[start]
            shared = min(row["speaker_end"], item[end]) - max(row["speaker_start"], item[start]) if end else 0
            if begins or shared > 0:
                best = max(best, (begins, shared, row["source_id"]))
        found.append(best[2])
    return found
