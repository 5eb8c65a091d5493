"""What a measure is, and the few operations that most of them share.

A measure is a *definition* (name, unit, meaning, source, caveats) and a plain function from frames to values.
Values are long: ``measure, target, voice, value, weight`` and either ``article_id`` or, for what exists only there,
``outlet`` and ``event_id``. `compare` averages them to outlet x event (weighted by `weight`), and knows nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from framing import schema
from framing.targets import is_itself

Frames = Mapping[str, pd.DataFrame]

VALUES = ("article_id", "outlet", "event_id", "measure", "target", "voice", "value", "weight")


@dataclass(frozen=True)
class Measure:
    """One measure: how it is called, what it means, where it comes from and how it is computed.

    Parameters
    ----------
    name
        ``frame`` or, for one member of a set, ``frame.conflict``; a definition named ``frame`` covers all its members.
    family
        Family of tests it belongs to unless an analysis plan says otherwise.
    unit
        Unit of the value.
    meaning
        What a value says, in one sentence; which direction is which.
    source
        The publication it comes from, and where it departs from it.
    caveats
        What it does not show.
    needs
        Frames without which it cannot be computed.
    function
        ``frames -> values``. Several definitions may share one function.
    bounds
        Smallest and largest possible value.
    formula
        How it is computed, per article (or per outlet and event).
    by_event
        Whether values of an event depend on its own rows alone, so that a large corpus may be gone through in pieces of whole
        events. What kinds of sources the corpus has is then told by a frame ``codes`` (kind, code), how long its articles are by
        a frame ``corpus`` (article_id, n_words).
    validated
        What the classifiers behind it were validated on; on other texts its errors are not known. Said wherever the measure
        is shown. Empty where there is no classifier.
    parts
        Whether its members are the parts of a whole, whose values sum to one.
    """

    name: str
    family: str
    unit: str
    meaning: str
    source: str
    caveats: str
    needs: tuple[str, ...]
    function: Callable[[Frames], pd.DataFrame]
    bounds: tuple[float, float] = (-np.inf, np.inf)
    formula: str = ""
    by_event: bool = False
    validated: str = ""
    parts: bool = False


def rows(
    measure: str | pd.Series,
    value: pd.Series | np.ndarray,
    *,
    article_id: pd.Series | pd.Index | None = None,
    outlet: pd.Series | pd.Index | None = None,
    event_id: pd.Series | pd.Index | None = None,
    target: pd.Series | str | None = None,
    voice: pd.Series | str | None = None,
    weight: pd.Series | np.ndarray | float = 1.0,
) -> pd.DataFrame:
    """Assemble values in the agreed columns; rows without a value or with zero weight are left out."""
    number = np.asarray(value, dtype="float64")
    given = {
        "article_id": article_id,
        "outlet": outlet,
        "event_id": event_id,
        "measure": measure,
        "target": target,
        "voice": voice,
    }
    columns = {name: _names(column, len(number)) for name, column in given.items()}
    sizes = np.broadcast_to(np.asarray(weight, dtype="float64"), number.shape)
    table = pd.DataFrame({**columns, "value": number, "weight": sizes})
    return table.loc[table["value"].notna() & (table["weight"] > 0), list(VALUES)].reset_index(drop=True)


def _names(column: pd.Series | pd.Index | str | None, n: int) -> Any:
    """Names as a column of strings: those given, or one for all rows."""
    if column is None or isinstance(column, str):
        return pd.array([column], dtype=schema.DTYPES["str"]).take(np.zeros(n, dtype=np.intp))
    return pd.array(column, dtype=schema.DTYPES["str"])


def none() -> pd.DataFrame:
    """Return values with no rows."""
    return rows("", np.empty(0), article_id=pd.Series([], dtype="object"))


def stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put values one below the other."""
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else none()


def whole(annotations: pd.DataFrame, task: str, keys: list[str]) -> pd.DataFrame:
    """One row per article (and `keys`) of a task: its own article rows, or else its sentence rows averaged by length.

    Sentence rows are averaged by their number of characters, because the frame has no word counts. Rows of a model are
    preferred to hand codes of a sample, which do not cover every article; several annotators are averaged.

    Returns
    -------
    DataFrame
        article_id, `keys`, score, positive (share of label in loaded/present, or null), said (any label at all).
    """
    mine = annotations[annotations["task"] == task]
    if "sample_id" in mine and mine["sample_id"].isna().any():
        mine = mine[mine["sample_id"].isna()]
    by = ["article_id", *keys]
    if mine.empty:
        return pd.DataFrame(columns=[*by, "score", "positive", "said"])
    span = mine["start"].notna()
    size = (mine["end"] - mine["start"]).astype("float64").fillna(1.0)
    table = mine[by].assign(
        span=span,
        size=size,
        said=mine["label"].notna(),
        score=mine["score"].astype("float64"),
        positive=mine["label"].isin(["loaded", "present"]).astype("float64"),
    )
    has_whole = ~table["span"].groupby([table[k] for k in by], dropna=False).transform("all")
    table = table[~has_whole | ~table["span"]]
    said = table["said"]
    table = table.assign(
        w=np.where(said & table["score"].notna(), table["size"], 0.0), n=np.where(said, table["size"], 0.0)
    )
    table = table.assign(ws=(table["w"] * table["score"]).fillna(0.0), np_=table["n"] * table["positive"])
    sums = table.groupby(by, dropna=False, sort=True)[["w", "n", "ws", "np_"]].sum().reset_index()
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(sums["w"] > 0, sums["ws"] / sums["w"], np.nan)
        positive = np.where(sums["n"] > 0, sums["np_"] / sums["n"], np.nan)
    return sums[by].assign(score=score, positive=positive, said=(sums["n"] > 0).to_numpy())


def of_others(spoken: pd.DataFrame, sources: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of sources (with source_id, article_id, target) without those in which a source speaks of itself (`targets.is_itself`)."""
    if spoken.empty or sources is None or sources.empty:
        return spoken
    text = ["name", "affiliation", "role"]
    known = spoken[["article_id", "source_id", "target"]].merge(
        sources[["article_id", "source_id", *text]], on=["article_id", "source_id"], how="left"
    )
    known = known[["target", *text]].astype("object").where(known[["target", *text]].notna(), None)
    itself = [target is not None and is_itself(target, *who) for target, *who in known.itertuples(index=False)]
    return spoken[~np.array(itself, dtype=bool)]


def sides_taken(annotations: pd.DataFrame, sources: pd.DataFrame | None) -> pd.DataFrame:
    """Side of each source on each target, once per article: the label of its article row, or else of most of its words.

    Rows of a model are preferred to hand codes of a sample; several annotators decide by majority. What a source says of itself is left out.

    Returns
    -------
    DataFrame
        article_id, target, source_id, label (against, neutral or favour).
    """
    keys = ["article_id", "target", "source_id"]
    mine = annotations[(annotations["task"] == "stance") & (annotations["voice"] == "source").fillna(False)]
    if "sample_id" in mine and mine["sample_id"].isna().any():
        mine = mine[mine["sample_id"].isna()]
    mine = mine[mine["source_id"].notna() & mine["target"].notna()]
    by = [mine[key] for key in keys]
    has_whole = mine["start"].isna().groupby(by).transform("any")
    mine = mine[(mine["start"].isna() | ~has_whole) & mine["label"].notna()]
    size = (mine["end"] - mine["start"]).astype("float64").fillna(1.0)
    most = mine[[*keys, "label"]].assign(size=size).groupby([*keys, "label"], sort=True)["size"].sum().reset_index()
    most = most.sort_values(["size", "label"], ascending=[False, False], kind="stable").drop_duplicates(keys)
    return of_others(most.sort_values(keys, kind="stable")[[*keys, "label"]].reset_index(drop=True), sources)


def selected_voices(table: pd.DataFrame, sources: pd.DataFrame | None) -> pd.DataFrame:
    """Mean score of an article's sources (toward each target), weighted by the words each was given.

    Sources of unknown length (no `sources` frame) count one each; what a source says of itself does not.
    """
    spoken = table[(table["voice"] == "source") & table["said"] & table["score"].notna()]
    spoken = of_others(spoken, sources) if "target" in spoken else spoken
    if sources is not None and len(sources):
        sizes = sources[["source_id", "article_id", "n_words"]]
        spoken = spoken.merge(sizes, on=["source_id", "article_id"], how="left")
        words = spoken["n_words"].astype("float64").fillna(1.0).clip(lower=1.0)
    else:
        words = pd.Series(1.0, index=spoken.index)
    spoken = spoken.assign(words=words, product=words * spoken["score"])
    sums = spoken.groupby(["article_id", "target"], sort=True, dropna=False)[["words", "product"]].sum().reset_index()
    return sums.assign(score=sums["product"] / sums["words"])[["article_id", "target", "score", "words"]]


def outermost(quotations: pd.DataFrame) -> pd.DataFrame:
    """Quotations that do not lie inside another one, so that no word is counted twice."""
    order = quotations.assign(_s=quotations["start"].astype("int64"), _e=quotations["end"].astype("int64"))
    order = order.sort_values(["article_id", "part", "_s", "_e"], ascending=[True, True, True, False], kind="stable")
    groups = [order["article_id"], order["part"]]
    reach = order.groupby(groups, sort=False)["_e"].cummax().groupby(groups, sort=False).shift(fill_value=-1)
    return quotations.loc[order.index[(order["_e"] > reach).to_numpy()]]
