"""Hand codes against classifier error: estimates that stay valid although the classifier errs.

A classifier that errs more for one outlet than for another makes a difference where there is none. Where a random
sample with known probabilities was coded by hand, each article gets the *pseudo-outcome*

    g(f) + (R / pi) (y - g(f))

with f the automatic value, y the hand code, R whether the article was drawn and pi the probability of that. Its
expectation over the draw is y whatever f is worth: design-based supervised learning (Egami, Hinck, Stewart & Wei 2023),
for means the same as prediction-powered inference (Angelopoulos et al. 2023, Science; power-tuned: Angelopoulos, Duchi &
Zrnic 2023). g is a straight line fitted to the codes outside the article's own storylines (cross-fitting), so that
a worthless classifier costs nothing: g is then flat and the estimate is that of the codes alone. Pseudo-outcomes go
through the same estimator as automatic values: averaged to outlet x event, y = event + outlet, storylines permuted.

What is drawn are articles or sentences, never detections (what a classifier missed must be drawable).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from framing import coding, schema
from framing.comparison import _articles, _check, _genres, _placed, _storylines, _tables, cells_of, restrict
from framing.comparison.cells import KEY
from framing.comparison.contrasts import block, estimate, resample
from framing.measures import available, compute
from framing.measures._base import rows as rows_of
from framing.schema import InputError

MIN_PROBABILITY = 0.001
"""Smallest probability of having been drawn: one code then stands for a thousand articles."""
MIN_CODES = 20
"""Fewest coded articles for a correction."""
FOLDS = 5
SPAN = ["part", "start", "end"]
ESTIMATORS = {
    "automatic": "automatic values of all articles",
    "corrected": "automatic values of all articles, corrected by the hand codes",
    "codes only": "hand codes alone, weighted by the inverse probability of having been drawn",
}


@dataclass(frozen=True)
class Corrected:
    """What `correct` gives.

    Parameters
    ----------
    comparisons
        Rows of the `comparisons` frame with ``corrected`` true: levels and contrasts.
    estimates
        The same beside the automatic and the codes-only estimate: `ESTIMATORS` in column ``estimator``, and n_coded,
        correlation (of automatic values and codes) and sentence, which says what changed.
    notes
        Sentences for the report.
    """

    comparisons: pd.DataFrame
    estimates: pd.DataFrame
    notes: list[str]


def pseudo_outcomes(
    automatic: np.ndarray,
    codes: np.ndarray,
    probability: np.ndarray,
    cluster: np.ndarray,
    *,
    use: str = "corrected",
    seed: int = 0,
) -> np.ndarray:
    """Values whose mean over the draw of the sample is that of the hand codes.

    Parameters
    ----------
    automatic
        Automatic value of every article, (n,).
    codes
        Hand code, (n,); nan where not coded.
    probability
        Probability of having been drawn, (n,); only those of coded articles are used.
    cluster
        Storyline of every article, (n,): articles of one storyline share a fold.
    use
        ``"corrected"`` or ``"codes only"`` (no classifier: g is the mean of the codes).
    seed
        Of the folds.

    Returns
    -------
    ndarray
        (n,).

    Raises
    ------
    InputError
        If a coded article has no usable probability.

    Examples
    --------
    >>> y = np.array([1.0, 0.0, np.nan, np.nan])
    >>> pseudo_outcomes(np.array([0.9, 0.1, 0.8, 0.2]), y, np.full(4, 0.5), np.arange(4), use="codes only").mean()
    np.float64(0.5)
    """
    coded = np.flatnonzero(~np.isnan(codes))
    pi = probability[coded]
    if np.isnan(pi).any() or (pi < MIN_PROBABILITY).any() or (pi > 1).any():
        found = f"{int(np.isnan(pi).sum())} missing, smallest {pi[~np.isnan(pi)].min(initial=1.0)}"
        raise InputError(
            f"every hand code needs the probability with which its article was drawn, {MIN_PROBABILITY} to 1; found "
            f"{found}. Draw the sample with `framing code sample`, which writes them."
        )
    line = np.zeros(len(automatic))
    clusters, code = np.unique(cluster, return_inverse=True)
    order = np.random.default_rng([seed, 3]).permutation(len(clusters))
    fold = (np.argsort(order) % FOLDS)[code]
    for part in range(FOLDS):
        mine = fold == part
        train = coded[fold[coded] != part]
        line[mine] = _line(automatic[train], codes[train], probability[train], automatic[mine], use)
    out = line.copy()
    out[coded] += (codes[coded] - line[coded]) / pi
    return out


def _line(f: np.ndarray, y: np.ndarray, pi: np.ndarray, new: np.ndarray, use: str) -> np.ndarray:
    """Weighted least squares of the codes on the automatic values; weights as in the variance they shall reduce."""
    if not len(f):
        return np.zeros(len(new)) if use == "codes only" else new.astype("float64")
    weight = 1 / pi * np.maximum(1 / pi - 1, 1e-3)
    mean_y, mean_f = np.average(y, weights=weight), np.average(f, weights=weight)
    spread = np.average((f - mean_f) ** 2, weights=weight)
    if use == "codes only" or len(f) < 4 or spread < 1e-12:
        return np.full(len(new), mean_y)
    slope = np.average((f - mean_f) * (y - mean_y), weights=weight) / spread
    return np.asarray(mean_y + slope * (new - mean_f))


def means(values: np.ndarray, group: np.ndarray, cluster: np.ndarray, level: float = 0.95) -> pd.DataFrame:
    """Mean by group with cluster-robust intervals, for corpora in which outlets share no events.

    Parameters
    ----------
    values
        Automatic values, codes or pseudo-outcomes, (n,).
    group
        Outlet of every article, (n,).
    cluster
        Storyline (or event, or article) of every article, (n,).
    level
        Of the interval, Student's t with clusters - 1 degrees of freedom.

    Returns
    -------
    DataFrame
        group, value, low, high, se, n_articles, n_clusters; no interval under ten clusters.

    Examples
    --------
    >>> means(np.arange(20.0), np.repeat("A", 20), np.arange(20))[["value", "n_clusters"]].to_numpy().tolist()
    [[9.5, 20.0]]
    """
    rows = []
    for name in np.unique(group):
        mine = group == name
        y, codes = values[mine], np.unique(cluster[mine], return_inverse=True)[1]
        mean, n = float(y.mean()), int(codes.max()) + 1
        scores = np.bincount(codes, weights=y - mean) / len(y)
        se = float(np.sqrt((scores**2).sum() * n / max(n - 1, 1))) if n >= 10 else np.nan
        half = student.ppf((1 + level) / 2, max(n - 1, 1)) * se
        rows.append((name, mean, mean - half, mean + half, se, int(mine.sum()), n))
    return pd.DataFrame(rows, columns=["group", "value", "low", "high", "se", "n_articles", "n_clusters"])


def correct(
    frames: Mapping[str, pd.DataFrame],
    codes: pd.DataFrame | None = None,
    *,
    measures: list[str] | None = None,
    reference: str | None = None,
    genre: str = "news",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    training: Collection[str] = (),
) -> Corrected:
    """Correct outlet levels and contrasts by hand codes of a random sample of articles.

    Parameters
    ----------
    frames
        As for `framing.comparison.compare`.
    codes
        Annotations of coders, with sample_id and probability; default those in ``frames["annotations"]``.
    measures
        Measures to correct; default those that are computed from annotations.
    reference, genre, level, resamples, seed
        As for `compare`.
    training
        sample_id or article_id of codes that a model was trained or calibrated with: using them is refused, and the articles
        named are left out of all three estimates.

    Returns
    -------
    Corrected
        Corrected rows, and all three estimates side by side.

    Raises
    ------
    InputError
        If there are no hand codes, they lack probabilities or were used in training.

    Notes
    -----
    Codes of articles: one that a coder found to say nothing about a target counts as neutral (0), and the estimand is
    the mean over the articles for which the automatic measure has a value. Codes of sentences: every sentence of title
    and text counts by its length, silence as 0, so a stance is diluted by what is about something else; all three
    estimates are of that.
    """
    tables = _tables(frames)
    settings = _check(tables["articles"], reference, level, resamples, seed, genre)
    model, hand = _split(tables, codes)
    _refuse(hand, training)
    notes: list[str] = []
    articles = _articles(tables["articles"], notes)
    learnt = articles["article_id"].isin(set(training))
    if learnt.any():
        # the classifier does better on them than on others, and none of them could be drawn
        notes.append(f"{int(learnt.sum())} articles that a model was trained with are left out of all estimates.")
        articles = articles[~learnt]
    if genre == "each":
        raise InputError("correct one genre at a time, or all pooled (genre='all').")
    articles = articles[_genres(articles, genre, notes)[genre]]
    storyline = _storylines(tables.get("events"), articles, notes)
    drawn = resample(storyline, settings)
    names = measures or [m.name for m in available().values() if "annotations" in m.needs]
    mine = set(articles["article_id"])
    of_sentences = hand["start"].notna() & hand["article_id"].isin(mine)
    units = [
        *_article_units({**tables, "annotations": model}, articles, hand[~hand["start"].notna()], names),
        *_sentence_units(articles, model, hand[of_sentences], names, notes),
    ]
    story = articles.set_index("article_id")["event_id"].map(storyline).astype(str)
    parts = []
    uncoded = 0
    for key, table in units:
        f, y = table["value"].to_numpy(), table["code"].to_numpy()
        coded = ~np.isnan(y)
        if not coded.any():
            uncoded += 1
            continue
        if coded.sum() < MIN_CODES:
            notes.append(f"{_name(key)}: {int(coded.sum())} units are coded, {MIN_CODES} needed: not corrected.")
            continue
        pi, cluster = table["probability"].to_numpy(), table["article_id"].map(story).to_numpy().astype(str)
        facts = {"n_coded": int(coded.sum()), "correlation": _correlation(f[coded], y[coded])}
        for name in ESTIMATORS:
            v = f if name == "automatic" else pseudo_outcomes(f, y, pi, cluster, use=name, seed=seed)
            found, _ = estimate(cells_of(_by_article(table, v, key, articles), articles), drawn, settings)
            parts.append(found.assign(estimator=name, **facts))
    if uncoded:
        notes.append(f"{uncoded} other measures have no hand codes and are not corrected.")
    if not parts:
        raise InputError(
            "nothing can be corrected: no measure has both automatic values and at least "
            f"{MIN_CODES} hand-coded articles or sentences. " + " ".join(notes)
        )
    table = pd.concat(parts, ignore_index=True)
    table["sentence"] = _sentences(table)
    chosen = table[table["estimator"] == "corrected"].reset_index(drop=True)
    method = chosen["method"].astype(str) + "; corrected by " + chosen["n_coded"].astype(str) + " hand-coded units"
    rows = block(chosen.assign(method=method), scope="corpus", wire="with", genre=genre, corrected=True)
    contrasts = table["reference"].notna() & (table["estimator"] == "corrected")
    return Corrected(rows, table, [*notes, *dict.fromkeys(table.loc[contrasts, "sentence"].dropna())])


def with_corrected(comparisons: pd.DataFrame, corrected: pd.DataFrame) -> pd.DataFrame:
    """Comparisons with the corrected row in the place of each that was corrected.

    Parameters
    ----------
    comparisons
        Frame ``comparisons``, or a piece of it.
    corrected
        Rows that :func:`correct` gave.

    Returns
    -------
    DataFrame
        As many rows: over all events, wire copy included, those of the genre corrected; everything else stays.

    Examples
    --------
    >>> row = {"scope": "corpus", "measure": "loaded_share", "wire": "with", "genre": "news", "outlet": "Post"}
    >>> plain = schema.conform([row | {"value": 0.1}, row | {"outlet": "Times", "value": 0.3}], "comparisons")
    >>> with_corrected(plain, schema.conform([row | {"value": 0.2, "corrected": True}], "comparisons"))["value"].tolist()
    [0.2, 0.3]
    """
    place = {key: row for row, key in enumerate(_places(corrected))}
    found = [place.get(key, -1) for key in _places(comparisons)]
    stays = pd.Series(found, index=comparisons.index) < 0
    if stays.all():
        return comparisons
    taken = corrected.iloc[[row for row in found if row >= 0]].set_axis(comparisons.index[~stays])
    columns = [c for c in comparisons if c in taken]
    return pd.concat([comparisons[stays], taken[columns]]).sort_index()


def _places(comparisons: pd.DataFrame) -> list[tuple[Any, ...]]:
    where = ("scope", "event_id", *KEY, "wire", "genre", "outlet", "reference")
    table = comparisons.reindex(columns=list(where)).astype("object")
    return list(table.where(table.notna(), None).itertuples(index=False, name=None))


def _split(tables: dict[str, pd.DataFrame], codes: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    if "annotations" not in tables:
        raise InputError("correcting needs the annotations frame: automatic annotations, and hand codes of a sample.")
    annotations = tables["annotations"]
    by_hand = annotations["sample_id"].notna()
    hand = schema.conform(codes, "annotations") if codes is not None else annotations[by_hand]
    if hand.empty or hand["sample_id"].isna().all():
        raise InputError(
            "no hand codes: none of the annotations has a sample_id. Draw a sample with `framing code sample`, code it "
            "and read it back with `framing code import`."
        )
    # without a sample_id of their own the rows count as one annotator's whole coverage, as a model's do
    return annotations[~by_hand], hand.assign(
        sample_id=pd.array([None] * len(hand), dtype=schema.DTYPES["str"]), drawn=hand["sample_id"]
    )


def _refuse(hand: pd.DataFrame, training: Collection[str]) -> None:
    seen = set(training)
    used = hand[hand["drawn"].isin(seen) | hand["article_id"].isin(seen)]
    if len(used):
        raise InputError(
            f"{used['article_id'].nunique()} of the coded articles were used to train or calibrate a model "
            f"(first: {used['article_id'].iloc[0]}); their codes cannot correct it. Leave them out, or code others."
        )


Units = tuple[tuple[Any, ...], pd.DataFrame]
"""A measure, target and voice, and its units: article_id, value, code (nan = not coded), probability, size."""


def _article_units(
    tables: dict[str, pd.DataFrame], articles: pd.DataFrame, hand: pd.DataFrame, names: list[str]
) -> Iterator[Units]:
    """Whole articles as units; every article counts the same, since the draw was of articles."""
    if hand.empty:
        return
    automatic, _ = compute(restrict(tables, articles), names)
    by_hand, _ = compute(restrict({**tables, "annotations": hand}, articles), names)
    automatic = automatic[automatic["article_id"].notna()]
    probability = hand.groupby("article_id")["probability"].first()
    for key, rows in automatic.groupby(KEY, dropna=False, sort=True):
        chance = rows["article_id"].map(probability).to_numpy(dtype="float64", na_value=np.nan)
        code = _codes_of(by_hand, hand, rows, key)
        yield key, rows[["article_id", "value"]].assign(code=code, probability=chance, size=1.0)


def _sentence_units(
    articles: pd.DataFrame, model: pd.DataFrame, hand: pd.DataFrame, names: list[str], notes: list[str]
) -> Iterator[Units]:
    """Every sentence of title and text as a unit, as large as it is long; silence counts as 0."""
    if hand.empty:
        return
    sentences = coding.units(articles, "sentence", None)[["article_id", *SPAN]]
    known = pd.MultiIndex.from_frame(sentences)
    model = model[model["start"].notna()]
    for key, codes in hand.groupby(["task", "code", "target", "voice"], dropna=False, sort=True):
        task, code, target, voice = _plain(key)
        measure = {"frame": f"frame.{code}", "loaded": "loaded_share"}.get(str(task), str(task))
        if not {measure, measure.split(".", 1)[0]} & set(names):
            continue
        same = model[(model["task"] == task) & _same(model["code"], code) & _same(model["target"], target)]
        same = same[_same(same["voice"], voice)]
        name = (measure, target, None if task == "frame" else voice)
        if same.empty:
            notes.append(f"{_name(name)}: no automatic rows of sentences to correct.")
            continue
        codes = codes.assign(y=codes["score"].astype("float64").fillna(0.0))
        by_span = codes.groupby(["article_id", *SPAN])[["y", "probability"]].mean()
        at = known.get_indexer(by_span.index)
        if (at < 0).any():
            notes.append(f"{_name(name)}: {int((at < 0).sum())} coded sentences are no longer in the text; left out.")
        code_of, chance_of = np.full(len(sentences), np.nan), np.full(len(sentences), np.nan)
        code_of[at[at >= 0]] = by_span["y"].to_numpy()[at >= 0]
        chance_of[at[at >= 0]] = by_span["probability"].to_numpy()[at >= 0]
        table = sentences.assign(value=_over_sentences(sentences, same), code=code_of, probability=chance_of)
        size = (table["end"] - table["start"]).astype("float64")
        yield name, table.assign(size=size)[["article_id", "value", "code", "probability", "size"]]


def _over_sentences(sentences: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Automatic value of every sentence: its rows averaged over its characters, 0 where there is none."""
    positive = rows["label"].isin(["loaded", "present"]).astype("float64")
    value = rows["score"].astype("float64").fillna(0.0).where(rows["task"] == "stance", positive)
    spans: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for article, part, start, end, v in zip(
        rows["article_id"], rows["part"], rows["start"], rows["end"], value, strict=True
    ):
        spans.setdefault((article, part), []).append((int(start), int(end), float(v)))
    out = np.zeros(len(sentences))
    for i, (article, part, start, end) in enumerate(sentences.itertuples(index=False)):
        over = [(min(end, e) - max(start, s), v) for s, e, v in spans.get((article, part), ()) if s < end and e > start]
        out[i] = sum(n * v for n, v in over) / max(end - start, 1)
    return out


def _by_article(table: pd.DataFrame, value: np.ndarray, key: tuple[Any, ...], articles: pd.DataFrame) -> pd.DataFrame:
    """Mean of the units of every article, by size, as values of the measure."""
    sums = pd.DataFrame({"v": value * table["size"], "n": table["size"]}).groupby(table["article_id"], sort=True).sum()
    measure, target, voice = (None if pd.isna(part) else part for part in key)
    return _placed(
        rows_of(str(measure), sums["v"] / sums["n"], article_id=sums.index, target=target, voice=voice), articles
    )


def _codes_of(by_hand: pd.DataFrame, hand: pd.DataFrame, rows: pd.DataFrame, key: tuple[Any, ...]) -> np.ndarray:
    """Hand-coded value of every article: nan where not coded, 0 where coded as saying nothing."""
    measure, target, voice = (None if pd.isna(part) else part for part in key)
    mine = by_hand[(by_hand["measure"] == measure)]
    mine = mine[_same(mine["target"], target) & _same(mine["voice"], voice)]
    value = rows["article_id"].map(mine.set_index("article_id")["value"]).to_numpy(dtype="float64", na_value=np.nan)
    if target is not None:
        silent = hand[_same(hand["target"], target) & hand["label"].isna()]
        if voice is not None:
            silent = silent[_same(silent["voice"], voice)]
        quiet = rows["article_id"].isin(silent["article_id"]).to_numpy() & np.isnan(value)
        value = np.where(quiet, 0.0, value)
    return np.asarray(value)


def _same(column: pd.Series, value: Any) -> pd.Series:
    return column.isna() if value is None else (column == value).fillna(False).astype(bool)


def _correlation(f: np.ndarray, y: np.ndarray) -> float:
    return float(np.corrcoef(f, y)[0, 1]) if f.std() > 0 and y.std() > 0 else float("nan")


def _plain(key: Any) -> tuple[Any, ...]:
    """Key of a group with None for missing."""
    return tuple(None if pd.isna(part) else part for part in key)


def _name(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key if not pd.isna(part))


def _sentences(table: pd.DataFrame) -> pd.Series:
    """Say per contrast what correction changed, and when it could not help."""
    out = pd.Series(pd.NA, index=table.index, dtype="object")
    keys = [*KEY, "outlet"]
    for key, rows in table[table["reference"].notna()].groupby(keys, dropna=False, sort=True):
        by = rows.set_index("estimator")
        if by["value"].isna().any():
            continue
        auto, new, alone = (by.loc[name] for name in ESTIMATORS)
        measure, outlet = _name(key[:3]), key[3]
        text = f"{measure}, {outlet} against {new['reference']}: {auto['value']:+.3f} automatic, {new['value']:+.3f} corrected"
        if np.isnan(new["low"]):
            out[rows.index] = f"{text}; intervals are {new['method']}."
            continue
        text += f" (interval {new['low']:+.3f} to {new['high']:+.3f})"
        before, after = (bool(r["low"] > 0 or r["high"] < 0) for r in (auto, new))
        if before and not after:
            text += "; the automatic difference is not borne out by the codes"
        elif after and not before:
            text += "; the codes show a difference that the automatic values hide"
        elif before and np.sign(auto["value"]) != np.sign(new["value"]):
            text += "; the direction changes"
        else:
            text += "; the conclusion is the same"
        gain = 1 - (new["high"] - new["low"]) / (alone["high"] - alone["low"])
        if gain < 0.05:
            text += (
                f". The automatic values add nothing to the {new['n_coded']} codes (correlation "
                f"{new['correlation']:.2f}): more codes or a better classifier would help"
            )
        else:
            text += f". The interval is {gain:.0%} narrower than that of the {new['n_coded']} codes alone"
        out[rows.index] = text + "."
    return out


__all__ = ["ESTIMATORS", "Corrected", "correct", "means", "pseudo_outcomes"]
