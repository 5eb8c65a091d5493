"""Hand codes of `datasets/codes`, split by article into dev and held apart, and the gold attributions they are about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets

CODES = Path(__file__).parents[2] / "datasets" / "codes"
SEED = 0


def held(articles: Iterable[str], share: int) -> set[str]:
    """One article in `share`, drawn with a fixed seed."""
    ids = sorted(set(articles))
    return {ids[i] for i in np.random.default_rng(SEED).permutation(len(ids))[: len(ids) // share]}


def read(folder: str, share: int) -> pd.DataFrame:
    """Items with the labels of coder a (and of b with the suffix ``_b``), and whether they are held apart."""
    table = pd.read_csv(CODES / folder / "items.csv").merge(pd.read_csv(CODES / folder / "coder-a.csv"), on="item")
    second = CODES / folder / "coder-b.csv"
    if second.is_file():
        table = table.merge(pd.read_csv(second), on="item", suffixes=("", "_b"))
    return table.assign(held=table["article_id"].isin(held(table["article_id"], share)))


def attributions(articles: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """PolNeAR articles and their gold quotations by the first coder, without sources."""
    frames = datasets.load("polnear")
    chosen = frames["articles"][frames["articles"]["article_id"].isin(set(articles))].reset_index(drop=True)
    rows = frames["quotations"]
    rows = rows[rows["article_id"].isin(chosen["article_id"])].sort_values(["article_id", "coder"], kind="stable")
    first = rows["coder"] == rows.groupby("article_id")["coder"].transform("min")
    return chosen, rows[first].reset_index(drop=True).assign(source_id=None)


def source_of(items: pd.DataFrame, quotations: pd.DataFrame, start: str) -> list[str | None]:
    """source_id of the quotation whose source span begins where each item's does."""
    spoken = quotations[quotations["speaker_start"].notna() & quotations["source_id"].notna()]
    found = {
        (a, int(s)): i
        for a, s, i in zip(spoken["article_id"], spoken["speaker_start"], spoken["source_id"], strict=True)
    }
    return [found.get((a, int(s))) for a, s in zip(items["article_id"], items[start], strict=True)]
