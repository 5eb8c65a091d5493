"""Report `sample`: the bundled corpus of fictional news, end to end, and how far it agrees with the corpus's own codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framing import charts, metrics, pipeline, runs, schema, storage
from framing.datasets import sample as corpus
from framing.measures import compute
from framing.reproduce.document import Document, digest, interval, literal, stamped

TITLE = "Nine fictional events in six fictional outlets"
READS = "dataset:sample, bundled; or the folder of a run of it"
SEED = 0
RESAMPLES = 500
SHOWN = {
    "attributed_share": "words attributed",
    "quoted_share": "words quoted",
    "loaded_share": "narrator's words in loaded sentences",
    "source_actor.government": "attributed words given to government",
    "source_actor.affected_person": "to affected persons",
}
"""Measures of the table of levels, with their headings; the file has all."""
MARGIN = 0.05
"""Gain over its baseline under which a score is called no better."""

Frames = Mapping[str, pd.DataFrame]


def build(source: Path | None = None) -> Document:
    """Build the report from a finished run of the sample, or by running it in memory.

    Raises
    ------
    InputError
        If the folder holds no finished run.
    """
    frames = run() if source is None else storage.read_frames(source)
    gold = corpus.load()
    report = Document(TITLE, _stamp(frames, source))
    _data(report, frames)
    _methods(report, frames)
    _results(report, frames)
    _agreement(report, frames, gold)
    _limits(report, frames)
    return report


def run() -> pipeline.Frames:
    """Run the whole pipeline over the bundled corpus, in memory."""
    return pipeline.compare(pipeline.annotate("dataset:sample"), seed=SEED, resamples=RESAMPLES)


def _stamp(frames: Frames, source: Path | None) -> dict[str, Any]:
    articles = frames["articles"]
    texts = dict(zip(articles["article_id"].astype(str), articles["text"].astype(str), strict=True))
    inputs: list[dict[str, Any]] = [{"path": "dataset:sample", "articles": len(articles), "sha256": digest(texts)}]
    if source is not None:
        inputs += stamped([*source.glob("*.parquet"), source / "run.json"], source)
    models = [{k: m.get(k) for k in ("name", "version", "sha256")} for m in runs.models_used()]
    return {"inputs": inputs, "settings": {"seed": SEED, "resamples": RESAMPLES, "level": 0.95}, "models": models}


# --- what is told ----------------------------------------------------------------------------------


def _data(report: Document, frames: Frames) -> None:
    articles, events = frames["articles"], frames["events"]
    shared = int((events["n_outlets"] > 1).sum())
    report.text(
        f"{len(articles)} articles of {articles['outlet'].nunique()} invented outlets, of which the toolkit makes {len(events)} events "
        f"({shared} at two outlets or more) and {events['storyline_id'].nunique()} storylines. This report shows what a run gives and how far to "
        "believe it: everything in the corpus is fiction, so its figures say nothing about any real outlet. They are differences "
        "between these texts, not bias or truth."
    )
    report.section("Data")
    report.text(
        "The sample was written for this project, with a codebook and gold codes for every frame, by language-model coders, before and apart "
        "from the code measured on it (`datasets/sample/card.md`). No person has coded it."
    )
    copy = articles["wire"].notna() | articles["duplicate_of"].notna()
    table = (
        articles.assign(copy=copy)
        .groupby("outlet")
        .agg(
            articles=("article_id", "size"),
            events=("event_id", "nunique"),
            words=("n_words", "sum"),
            copy=("copy", "sum"),
        )
    )
    table = table.reset_index().rename(columns={"copy": "agency copy and reprints"})
    report.table("outlets", table, "What was compared.")
    table = events.sort_values("start", kind="stable")[["title", "start", "n_articles", "n_outlets"]]
    table = table.assign(start=table["start"].dt.strftime("%Y-%m-%d"))
    report.table(
        "events",
        table.rename(columns=lambda c: c.replace("_", " ")),
        "Events as found, titled by their most central article.",
    )


def _methods(report: Document, frames: Frames) -> None:
    report.section("Methods")
    models = " and ".join(f"`{m['name']}`" for m in runs.models_used())
    names = frames["targets"]["target"].nunique()
    report.text(
        "Articles are cleaned, agency copy and reprints are found, attributions (source, cue, content) are extracted, articles are grouped "
        "into events by what they tell, sources are resolved within an event, and stance, loaded language and frames are judged by "
        f"voice: what stands in quotation marks is the source's, the rest the narrator's. Models: {models}. Stance was asked toward {names} targets, "
        "which the corpus names per event.",
        "Values of articles are averaged to outlet x event; outlets are compared by y = event + outlet, so each is measured on the "
        "events it shares with others. Storylines, not articles, are resampled "
        f"({RESAMPLES} times, seed {SEED}), and intervals are withheld where an outlet has fewer than ten of them. Definitions, sources "
        "and caveats of the measures: `docs/measures.md`.",
    )


def _results(report: Document, frames: Frames) -> None:
    report.section("Results")
    found = frames["comparisons"]
    corpus_rows = found[(found["scope"] == "corpus") & (found["wire"] == "with")]
    levels = corpus_rows[corpus_rows["reference"].isna()]
    report.section("Who speaks, and in which words", 3)
    shown = levels[levels["measure"].isin(SHOWN) & levels["voice"].fillna("narrator").isin(["narrator", "all"])]
    view = shown.pivot_table(index="outlet", columns="measure", values="value", aggfunc="first", observed=True)
    view = view.reindex(columns=[m for m in SHOWN if m in view.columns]).reset_index()
    view = view.rename(columns=SHOWN)
    kept = [
        "measure",
        "target",
        "voice",
        "outlet",
        "value",
        "low",
        "high",
        "n_articles",
        "n_events",
        "n_storylines",
        "method",
    ]
    report.table("levels", levels[kept], "Levels of outlets over all events, 0 to 1.", view=view)
    _chart(report, frames, "source_kinds", "Share of attributed words by kind of source")
    event = _most_covered(frames)
    title = frames["events"].set_index("event_id")["title"].get(event)
    report.section("Stance, in whose voice", 3)
    report.text(f"Shown for the event at most outlets, titled *{literal(title)}*; the run has all.")
    _chart(report, frames, "stance", "Stance of the narrator and of the voices it selected", event=event)
    _contrasts(report, corpus_rows)


def _most_covered(frames: Frames) -> str:
    events = frames["events"].sort_values(
        ["n_outlets", "n_articles", "start"], ascending=[False, False, True], kind="stable"
    )
    return str(events["event_id"].iloc[0])


def _chart(report: Document, frames: Frames, name: str, caption: str, event: str | None = None) -> None:
    table = charts.data(name, frames, event=event)
    if table.empty:
        report.text(f"*{caption}*: nothing to draw. {table.attrs.get('reason', '')}")
        return

    def draw(figure: Figure) -> None:
        charts.draw(name, frames, figure=figure, event=event, table=table)

    alt = charts.alt_text(charts.draw(name, frames, figure=Figure(), event=event, table=table))
    report.figure(name, table, f"{caption}.", draw, alt)


def _contrasts(report: Document, rows: pd.DataFrame) -> None:
    report.section("Differences between outlets", 3)
    rows = rows[rows["reference"].notna() & rows["value"].notna()]
    tested = rows[rows["p"].notna()]
    clear = tested[tested["q"] <= 0.05]
    told = (
        f"{len(clear)} of them have q of .05 or less."
        if len(tested)
        else "None is tested: no outlet has ten storylines here."
    )
    report.text(
        f"{len(rows)} differences from the mean of the other outlets were estimated; {len(rows) - len(tested)} are given without interval and "
        f"test, because too few storylines stand behind them. {told} With so few events the honest result is the size of a difference "
        "and the texts behind it, not a test."
    )
    kept = [
        "measure",
        "target",
        "voice",
        "outlet",
        "value",
        "low",
        "high",
        "p",
        "q",
        "n_articles",
        "n_events",
        "n_storylines",
        "method",
    ]
    table = rows[kept]
    few = table[table["measure"].isin(list(SHOWN)[:3])]
    view = pd.DataFrame(
        {
            "measure": few["measure"].str.replace("_", " "),
            "voice": few["voice"],
            "outlet": few["outlet"],
            "difference": few["value"].astype(float),
            "95 % interval": [interval(a, b) for a, b in zip(few["low"], few["high"], strict=True)],
            "articles": few["n_articles"].astype("Int64"),
            "events": few["n_events"].astype("Int64"),
        }
    )
    report.table("differences", table, "Differences from the mean of the other outlets.", view=view)


# --- agreement with the corpus's own codes --------------------------------------------------------------


def _agreement(report: Document, frames: Frames, gold: Frames) -> None:
    report.section("How far to believe it", 3)
    report.text(
        "The corpus's gold codes (one language-model coder, not a person) beside what the toolkit found, and a trivial baseline. *Held apart* are "
        "three events that were never looked at while the toolkit was made; the others were. Scores on fiction are no estimate of "
        "accuracy on real news: for that see the report `benchmarks`, and code a sample of your own."
    )
    split = gold["articles"].set_index("article_id")["split"]
    rows = []
    for name, score in SCORES.items():
        row: dict[str, Any] = {"what": name}
        for label, part in (("all events", None), ("held apart", "lock")):
            ids = set(split.index if part is None else split.index[split == part])
            value, baseline, n = score(_of(frames, ids), _of(gold, ids))
            row |= {label: value, f"{label}: baseline": baseline, f"{label}: n": n}
        rows.append(row)
    table = pd.DataFrame(rows)
    report.table("agreement", table, "Agreement with the gold codes.")
    weak = table[table["all events"] < table["all events: baseline"] + MARGIN]["what"]
    if len(weak):
        told = "; ".join(name.partition(":")[0] for name in weak)
        report.text(
            f"**No better than its baseline** (by less than {MARGIN}): {told}. Do not rely on it here without hand codes."
        )


def _of(frames: Frames, ids: set[str]) -> dict[str, pd.DataFrame]:
    return {k: t[t["article_id"].isin(ids)] if "article_id" in t.columns else t for k, t in frames.items()}


Score = tuple[float, float, int]


def _events(found: Frames, gold: Frames) -> Score:
    both = gold["articles"].set_index("article_id")["event_id"].to_frame("gold")
    both["found"] = found["articles"].set_index("article_id")["event_id"].reindex(both.index).fillna("none")
    truth = both["gold"].tolist()
    return (
        metrics.bcubed(truth, both["found"].tolist()).f1,
        metrics.bcubed(truth, list(range(len(truth)))).f1,
        len(truth),
    )


def _attributions(found: Frames, gold: Frames) -> Score:
    def spans(table: pd.DataFrame) -> list[Any]:
        body = table[table["part"] == "text"]
        return list(zip(body["article_id"], body["start"].astype(int), body["end"].astype(int), strict=True))

    whole = [(a, 0, len(t)) for a, t in zip(gold["articles"]["article_id"], gold["articles"]["text"], strict=True)]
    truth = spans(gold["quotations"])
    return metrics.soft_spans(truth, spans(found["quotations"])).f1, metrics.soft_spans(truth, whole).f1, len(truth)


def _actors(found: Frames, gold: Frames) -> Score:
    """Share of words in the same kind of actor as gold: 1 minus half the absolute differences of an article's shares."""

    def table(frames: Frames) -> pd.DataFrame:
        values, _ = compute(frames, ["source_actor"])
        wide = values.pivot_table(index="article_id", columns="measure", values="value", aggfunc="first")
        return wide.reindex(columns=[f"source_actor.{a}" for a in schema.ACTORS]).fillna(0.0)

    truth = table(gold)
    here = table(found).reindex(truth.index).fillna(0.0)
    usual = truth.mean()
    return (
        float(1 - (truth - here).abs().sum(axis=1).mean() / 2),
        float(1 - (truth - usual).abs().sum(axis=1).mean() / 2),
        len(truth),
    )


def _stances(frames: Frames) -> pd.Series:
    rows = frames["annotations"]
    rows = rows[(rows["task"] == "stance") & rows["start"].isna() & rows["voice"].isin(["narrator", "all"])]
    keyed = rows.drop_duplicates(["article_id", "target", "voice"]).set_index(["article_id", "target", "voice"])
    return keyed["label"].astype("object").fillna("nothing said")


def _stance(found: Frames, gold: Frames) -> Score:
    return _labels(_stances(gold), _stances(found), "nothing said")


def _stance_said(found: Frames, gold: Frames) -> Score:
    truth, here = (s[s != "nothing said"] for s in (_stances(gold), _stances(found)))
    both = truth.index.intersection(here.index, sort=False)
    return _labels(truth[both], here[both], "nothing said")


def _frames(found: Frames, gold: Frames) -> Score:
    def labels(frames: Frames) -> pd.Series:
        rows = frames["annotations"]
        rows = rows[(rows["task"] == "frame") & rows["start"].isna()]
        return rows.drop_duplicates(["article_id", "code"]).set_index(["article_id", "code"])["label"].astype("object")

    truth, here = labels(gold), labels(found)
    codes = set(here.index.get_level_values("code"))
    return _labels(truth[truth.index.get_level_values("code").isin(codes)], here, "absent")


def _labels(truth: pd.Series, here: pd.Series, otherwise: str) -> Score:
    given = here.reindex(truth.index).fillna(otherwise)
    usual = truth.mode().iloc[0]
    answers = sorted(set(truth))
    same = metrics.macro_f1(truth.tolist(), given.tolist(), answers)
    return same, metrics.macro_f1(truth.tolist(), [usual] * len(truth), answers), len(truth)


def _loaded(found: Frames, gold: Frames) -> Score:
    """Share of gold loaded words inside the narrator's loaded passages; baseline: share of text that lies in them."""
    rows = found["annotations"]
    rows = rows[
        (rows["task"] == "loaded")
        & (rows["label"] == "loaded")
        & (rows["part"] == "text")
        & (rows["voice"] == "narrator")
    ]
    marked = {
        a: np.zeros(len(t), dtype=bool)
        for a, t in zip(gold["articles"]["article_id"], gold["articles"]["text"], strict=True)
    }
    for article, start, end in zip(rows["article_id"], rows["start"].astype(int), rows["end"].astype(int), strict=True):
        marked[article][start:end] = True
    words = gold["annotations"]
    words = words[(words["task"] == "loaded") & (words["part"] == "text")]
    hits = [
        bool(marked[a][int(s) : int(e)].all())
        for a, s, e in zip(words["article_id"], words["start"], words["end"], strict=True)
    ]
    return float(np.mean(hits)), float(np.concatenate(list(marked.values())).mean()), len(hits)


SCORES: dict[str, Callable[[Frames, Frames], Score]] = {
    "events: B-cubed F1 (baseline: every article alone)": _events,
    "attributions: overlap F1 of contents (whole text)": _attributions,
    "kinds of actor: shared part of an article's words (the mean article)": _actors,
    "stance of narrator and text: macro-F1, nothing said included (commonest label)": _stance,
    "stance where both find some: macro-F1 (commonest label)": _stance_said,
    "frames of articles: macro-F1 (commonest label)": _frames,
    "loaded words inside loaded passages (share of text in them)": _loaded,
}


def _limits(report: Document, frames: Frames) -> None:
    report.section("Limits")
    report.items(
        "Fiction by language models may be easier to code, and more even, than reporting by people; the gold codes are one coder's.",
        f"{frames['events']['storyline_id'].nunique()} storylines are too few for intervals; a real study needs tens.",
        "Automatic measures err, and not alike for every outlet. Nothing here is corrected by hand codes; `framing code sample` and "
        "`framing code correct` do that for a corpus of yours.",
        "What the toolkit did not find may stand in the text in words it does not know.",
    )
    report.section("To build this report again")
    report.text(
        "`framing reproduce sample`, offline; or from a run of your own making: `framing compare dataset:sample -o out`, then "
        "`framing reproduce sample --from out`. Inputs, models and versions with their hashes are in `stamp.json`."
    )


def write_run(frames: Frames, folder: Path) -> Path:
    """Write frames held in memory as the files of a run, for `build` and for inspection."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in frames.items():
        if isinstance(table, pd.DataFrame):
            storage.write_parquet(folder / f"{name}.parquet", table)
    record = {"status": "done", "settings": {"seed": SEED, "resamples": RESAMPLES}, "versions": storage.versions()}
    (folder / "run.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    return folder
