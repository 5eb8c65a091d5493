"""Agreement between coders, and between coders and a model: Krippendorff's alpha with bootstrap intervals.

Krippendorff 2004, 2019 (Content Analysis); point estimates by the `krippendorff` package. Intervals resample articles
(Krippendorff's own bootstrap resamples pairs, which are not independent within an article). Spans are compared word by
word (unitising agreement; a word has the label of the span over it, or none), articles being resampled.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import krippendorff
import numpy as np
import pandas as pd

from framing.coding import SPANS
from framing.schema import InputError

KEY = ["task", "code", "target", "voice"]
UNIT = ["article_id", "part", "start", "end"]
ORDINAL = {"stance": ["against", "neutral", "favour"]}
NOTHING = "absent"
MODEL = "model"
MIN_UNITS = 10
"""Fewest units coded twice with which an interval is given."""
COLUMNS = (*KEY, "scale", "by", "group", "alpha", "low", "high", "level", "agreement", "n_units", "n_coders", "method")


def agreement(
    annotations: pd.DataFrame,
    articles: pd.DataFrame | None = None,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Krippendorff's alpha per question: of all coders, per pair, label, outlet and year, and against the model.

    Parameters
    ----------
    annotations
        The annotations frame; rows with a sample_id are coders', others a model's.
    articles
        For outlet and year; None leaves these out.
    level, resamples, seed
        Of the intervals; articles are resampled.

    Returns
    -------
    DataFrame
        ``by``: all, pair, label (that label against the rest), outlet, year, model (each coder with the model).
        alpha (1 perfect, 0 chance, below 0 systematic disagreement), low, high, agreement (share of pairs that agree),
        n_units (coded at least twice), n_coders; ``scale`` is nominal (what nothing was said about counts as a label of its
        own) or ordinal (stance, where something was said).

    Raises
    ------
    InputError
        If no unit was coded by two coders, or by a coder and the model.

    Examples
    --------
    >>> from framing import schema
    >>> rows = [
    ...     {"article_id": f"a{i}", "task": "frame", "code": "conflict", "label": label, "annotator": coder,
    ...      "sample_id": "s"}
    ...     for i, label in enumerate(["present", "absent"] * 10) for coder in ("ann", "ben")
    ... ]
    >>> agreement(schema.conform(rows, "annotations")).alpha.tolist()[0]
    1.0
    """
    hand = annotations[annotations["sample_id"].notna() & ~annotations["task"].isin(list(SPANS))]
    model = annotations[annotations["sample_id"].isna()]
    rows = []
    for key, codes in hand.groupby(KEY, dropna=False, sort=True):
        same = np.logical_and.reduce([_same(model[name], part) for name, part in zip(KEY, key, strict=True)])
        table = _table(codes)
        if table.empty:
            continue
        automatic = _table(_on_units(model[same], codes)) if same.any() else pd.DataFrame()
        ranks = ORDINAL.get(str(key[0]))
        for by, group, part in _groups(table, automatic, articles):
            scales: list[tuple[str, pd.DataFrame, list[str] | None]] = [("nominal", part, None)]
            if ranks is not None and by != "label":
                scales.append(("ordinal", part.where(part.isin(ranks)), ranks))
            for scale, values, order in scales:
                found = _alpha(values, order, level, resamples, seed)
                if found is not None:
                    rows.append({**dict(zip(KEY, key, strict=True)), "scale": scale, "by": by, "group": group, **found})
    if not rows:
        marked = sorted(set(annotations["task"]) & set(SPANS))
        raise InputError(
            (
                f"{', '.join(marked)} are spans: compare them with --spans {marked[0]} --run OUT. Otherwise "
                if marked
                else ""
            )
            + "no unit was coded twice: agreement needs units that two coders, or a coder and the model, have both coded. "
            "Draw samples with an overlap."
        )
    return pd.DataFrame(rows).assign(level=level)[list(COLUMNS)]


def _on_units(judged: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """What a model says of the units that were coded: of a sentence, the segment of it that covers most.

    A model's spans are segments of sentences, cut at quotation marks and attributions, so they seldom equal a coder's. Where it judged
    spans, and says nothing of a target in a coded sentence of an article it read, that is `absent`, as it is for a coder.
    """
    spans = judged[judged["start"].notna()]
    at_hand = {(str(a), str(p)): rows for (a, p), rows in spans.groupby(["article_id", "part"])}
    whole: dict[str, Any] = dict.fromkeys(judged["article_id"].astype(str)) | {
        str(row.article_id): row.label for row in judged[judged["start"].isna()].itertuples()
    }
    silent = (judged["task"] == "stance").all() and len(spans) > 0
    rows = []
    for unit in codes[UNIT].drop_duplicates().to_dict("records"):
        article = str(unit["article_id"])
        if article not in whole:
            continue
        if pd.isna(unit["start"]):
            rows.append({**unit, "label": whole[article]})
            continue
        label = _covering(at_hand.get((article, str(unit["part"]))), float(unit["start"]), float(unit["end"]))
        if label is not None or silent:
            rows.append({**unit, "label": label})
    return pd.DataFrame(rows, columns=[*UNIT, "label"]).assign(annotator=MODEL)


def _covering(inside: pd.DataFrame | None, start: float, end: float) -> Any:
    """Label of the span that covers most of a stretch; None if none does."""
    if inside is None:
        return None
    ends, starts = inside["end"].to_numpy(float), inside["start"].to_numpy(float)
    cover = np.minimum(ends, end) - np.maximum(starts, start)
    best = int(cover.argmax())
    return inside["label"].iloc[best] if cover[best] > 0 else None


def _same(column: pd.Series, value: object) -> np.ndarray:
    missing = value is None or value is pd.NA or value != value
    return np.asarray(column.isna() if missing else (column == value).fillna(False).astype(bool))


def _table(codes: pd.DataFrame) -> pd.DataFrame:
    """Units x annotators, labels; what nothing was said about is `absent`."""
    label = codes["label"].astype("object").where(codes["label"].notna(), NOTHING)
    unit = [codes[name].astype("object").where(codes[name].notna(), "").astype(str) for name in UNIT]
    table = pd.DataFrame({"label": label.to_numpy(), "annotator": codes["annotator"].astype(str).to_numpy()})
    table[UNIT] = np.array(unit, dtype=object).T
    return table.drop_duplicates([*UNIT, "annotator"]).pivot(index=UNIT, columns="annotator", values="label")


def _groups(
    table: pd.DataFrame, automatic: pd.DataFrame, articles: pd.DataFrame | None
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Which coders and units each alpha is of."""
    coders = sorted(table.columns)
    if len(coders) > 1:
        yield "all", "all coders", table
        if len(coders) > 2:
            for one, two in itertools.combinations(coders, 2):
                yield "pair", f"{one} and {two}", table[[one, two]]
        labels = sorted({label for label in table.to_numpy().ravel() if isinstance(label, str)})
        if len(labels) > 2:
            for label in labels:
                yield "label", label, table.where(table.isna() | (table == label), "other")
        if articles is not None:
            where = articles.drop_duplicates("article_id").set_index("article_id")
            ids = table.index.get_level_values("article_id")
            year = where["published_at"].dt.year.astype("Int64").astype("object")
            for by, column in (("outlet", where["outlet"].astype("object")), ("year", year)):
                of = column.reindex(ids)
                for group in sorted(of.dropna().unique()):
                    yield by, str(group), table[(of == group).to_numpy()]
    if len(automatic):
        both = automatic.reindex(table.index)
        for coder in coders:
            yield "model", f"{coder} and the model", pd.concat([table[[coder]], both], axis=1)


def _alpha(
    values: pd.DataFrame, order: Sequence[str] | None, level: float, resamples: int, seed: int
) -> dict[str, object] | None:
    """Alpha of units x annotators with its interval; None where no unit has two codes."""
    coded = values[values.notna().sum(axis=1) >= 2]
    if coded.empty:
        return None
    labels = list(order) if order is not None else sorted({v for v in coded.to_numpy().ravel() if isinstance(v, str)})
    counts = np.stack([(coded == label).sum(axis=1).to_numpy() for label in labels], axis=1)
    articles = coded.index.get_level_values("article_id")
    return _estimate(counts, np.asarray(articles), order is not None, level, resamples, seed) | {
        "n_units": len(coded),
        "n_coders": int(coded.notna().any().sum()),
    }


def _estimate(
    counts: np.ndarray, cluster: np.ndarray, ordinal: bool, level: float, resamples: int, seed: int
) -> dict[str, object]:
    """Point estimate by the krippendorff package, interval by resampling articles."""
    together = coincidences(counts)
    size = together.sum(axis=(1, 2))
    agreed = float((np.einsum("ucc->u", together)).sum() / size.sum())
    out: dict[str, object] = {"alpha": np.nan, "low": np.nan, "high": np.nan, "agreement": agreed}
    if (counts.sum(axis=0) > 0).sum() < 2:
        return out | {"method": "undefined: every code is the same, so agreement by chance is certain"}
    scale: Literal["ordinal", "nominal"] = "ordinal" if ordinal else "nominal"
    out["alpha"] = float(
        krippendorff.alpha(
            value_counts=counts, level_of_measurement=scale, value_domain=np.arange(counts.shape[1], dtype=float)
        )
    )
    names, code = np.unique(cluster, return_inverse=True)
    if len(counts) < MIN_UNITS or len(names) < MIN_UNITS:
        return out | {"method": f"interval withheld: {min(len(counts), len(names))} units, {MIN_UNITS} needed"}
    summed = np.zeros((len(names), *together.shape[1:]))
    np.add.at(summed, code, together)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    drawn = alpha_of(np.tensordot(weights.astype("float64"), summed, axes=1), ordinal)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < resamples / 2:
        return out | {"method": "interval withheld: most resamples hold one label only"}
    out["low"], out["high"] = (float(q) for q in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return out | {"method": "Krippendorff's alpha; articles resampled"}


def coincidences(counts: np.ndarray) -> np.ndarray:
    """Coincidence matrix of every unit, (n_units, n_labels) -> (n_units, n_labels, n_labels).

    Pairs of codes within the unit, each unit weighing as much as it has codes.
    """
    counts = counts.astype("float64")
    m = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(counts.shape[1]), np.arange(counts.shape[1])] -= counts
    return np.asarray(pairs / np.maximum(m - 1, 1)[:, None, None])


def alpha_of(together: np.ndarray, ordinal: bool = False) -> np.ndarray:
    """Alpha of coincidence matrices, (..., n_labels, n_labels); nan where there is one label only.

    The same as the krippendorff package gives, for many resamples at once.
    """
    n_c = together.sum(axis=-1)
    n = n_c.sum(axis=-1)
    labels = np.arange(together.shape[-1])
    if ordinal:
        below = np.cumsum(n_c, axis=-1)
        middle = below - n_c / 2
        distance = (middle[..., :, None] - middle[..., None, :]) ** 2
    else:
        distance = np.broadcast_to((labels[:, None] != labels[None, :]).astype("float64"), together.shape)
    observed = (together * distance).sum(axis=(-1, -2))
    expected = (n_c[..., :, None] * n_c[..., None, :] * distance).sum(axis=(-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - (n - 1) * observed / expected)


def span_agreement(
    annotations: pd.DataFrame,
    articles: pd.DataFrame,
    task: str,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Unitising agreement: whether coders mark the same words, and label them alike.

    Parameters
    ----------
    annotations
        Rows with spans of this task by several annotators. An annotator who marked nothing in an article that others
        coded needs a row without a span there (label null), or it counts as not coded.
    articles
        Where the spans point.
    task
        Task of the rows.
    level, resamples, seed
        Of the interval; articles are resampled.

    Returns
    -------
    DataFrame
        One row per pair of annotators and one of all: alpha over words, interval, n_units (words), n_articles.

    Raises
    ------
    InputError
        If no article was coded by two annotators.
    """
    mine = annotations[annotations["task"] == task]
    annotators = sorted(mine["annotator"].astype(str).unique())
    texts = articles.drop_duplicates("article_id").set_index("article_id")[["title", "text"]].to_dict("index")
    labels = sorted(mine.loc[mine["start"].notna(), "label"].dropna().unique())
    code = {label: i + 1 for i, label in enumerate(labels)}
    matrices, cluster = [], []
    for article, rows in mine.groupby("article_id", sort=True):
        who = sorted(rows["annotator"].astype(str).unique())
        if len(who) < 2 or article not in texts:
            continue
        marked = [_words(rows[rows["annotator"] == one], texts[article], code) for one in who]
        table = np.full((len(marked[0]), len(annotators)), -1)
        table[:, [annotators.index(one) for one in who]] = np.array(marked).T
        matrices.append(table)
        cluster += [article] * len(table)
    if not matrices:
        raise InputError(f"no article has spans of {task!r} by two annotators; agreement needs some coded twice")
    every = np.concatenate(matrices)
    names = np.array(cluster)
    pairs = list(itertools.combinations(range(len(annotators)), 2)) if len(annotators) > 2 else []
    out = []
    for group in [tuple(range(len(annotators))), *pairs]:
        part = every[:, group]
        kept = (part >= 0).sum(axis=1) >= 2
        if not kept.any():
            continue
        counts = np.stack([(part[kept] == k).sum(axis=1) for k in range(len(labels) + 1)], axis=1)
        found = _estimate(counts, names[kept], False, level, resamples, seed)
        label = " and ".join(annotators[i] for i in group)
        out.append(
            {
                "task": task,
                "group": label,
                **found,
                "level": level,
                "n_units": int(kept.sum()),
                "n_articles": len(set(names[kept])),
            }
        )
    return pd.DataFrame(out)


def _words(rows: pd.DataFrame, article: Mapping[Any, Any], code: dict[str, int]) -> np.ndarray:
    """Label of every word of title and text: 0 where no span lies over it."""
    found = []
    for part in ("title", "text"):
        text = article[part]
        if not isinstance(text, str):
            continue
        marks = np.zeros(len(text) + 1, dtype=np.int64)
        for row in rows[(rows["part"] == part) & rows["start"].notna()].to_dict("records"):
            marks[int(row["start"]) : int(row["end"])] = code.get(row["label"], 0)
        begin = 0
        for word in text.split():
            begin = text.index(word, begin)
            found.append(marks[begin : begin + len(word)].max())
            begin += len(word)
    return np.array(found, dtype=np.int64)


__all__ = ["agreement", "alpha_of", "coincidences", "span_agreement"]
