"""Report `benchmarks`: every committed result beside baselines and published figures, read from results.json files.

``benchmarks.toml`` says which figures stand together; it holds paths, never numbers. Results in the runner's own form
(`framing.experiment`) and lists of ``scores`` are found without it; speed is whatever ``experiments/bench-*`` holds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from framing import experiment
from framing.errors import InputError
from framing.reproduce.document import Document, dots, literal, stamped

TITLE = "How good are the annotators, beside baselines and published figures?"
READS = "results.json of every experiment"
COLUMNS = [
    "task",
    "data",
    "domain",
    "metric",
    "system",
    "kind",
    "value",
    "low",
    "high",
    "sd",
    "n",
    "seeds",
    "read_from",
]
MOST_QUANTITIES = 40
"""Numbers shown of one speed bench; the table's file has all."""
RATIO = r"(?i)ratio|_over_|\btimes\b|times_|speed"
"""Names of what does not depend on the machine: it stands first."""

Row = dict[str, Any]


def build(source: Path | None = None) -> Document:
    """Build the report from a folder of experiments.

    Raises
    ------
    InputError
        If the folder holds no results.
    """
    home = source or experiment.root()
    results = {p.parent.name: json.loads(p.read_text("utf-8")) for p in sorted(home.glob("*/results.json"))}
    if not results:
        raise InputError(f"no */results.json in {home}; run in a checkout, or name a folder of experiments with --from")
    tasks = tomllib.loads((resources.files("framing.reproduce") / "benchmarks.toml").read_text("utf-8"))["task"]
    rows = {task["name"]: _task(task, results, home) for task in tasks}
    report = Document(TITLE, {"inputs": stamped([home / n / "results.json" for n in results], home)})
    _question(report, rows, results)
    report.section("Results by task")
    for task in tasks:
        _section(report, task, rows[task["name"]])
    _figure(report, rows)
    _speed(report, results)
    read = {r["read_from"].split(":")[0] for found in rows.values() for r in found}
    _rest(report, results, read)
    _limits(report)
    return report


# --- reading ---------------------------------------------------------------------------------------


def _task(task: Mapping[str, Any], results: Mapping[str, Any], home: Path) -> list[Row]:
    rows = [row for group in task.get("group", []) for row in _group(group, results)]
    for file in task.get("scores", []):
        rows += [
            r for score in results.get(file, {}).get("scores", []) if _wanted(task, score) for r in _score(file, score)
        ]
    if task.get("runs"):
        known = set(task["runs"]) & results.keys()
        rows += [r for row in experiment.list_(home) if row["experiment"] in known and (r := _run(row, results))]
    return [{c: {"task": task["name"], **row}.get(c) for c in COLUMNS} for row in rows]


def at(tree: Any, path: str) -> Any:
    """Return what stands at a path of keys (or list places) joined by `/`; None if there is nothing.

    Examples
    --------
    >>> at({"a": [{"b": 1}]}, "a/0/b"), at({}, "a")
    (1, None)
    """
    for key in path.split("/"):
        if isinstance(tree, list):
            tree = tree[int(key)] if key.isdigit() and int(key) < len(tree) else None
        else:
            tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _group(group: Mapping[str, Any], results: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of a group; what is not in its file is left out, and shows as a gap."""
    file = group["file"]
    found = results.get(file)
    if found is None:
        return
    common = {"data": group["data"], "domain": group["domain"], "metric": group["metric"], "n": at(found, group["n"])}
    paths = [("framing", "framing", group["value"])]
    paths += [(name, "baseline", path) for name, path in group.get("baseline", {}).items()]
    paths += [(name, "published", path) for name, path in group.get("published", {}).items()]
    for system, kind, path in paths:
        own = {key: at(found, group[key]) for key in ("low", "high", "sd") if key in group and kind == "framing"}
        row = {**common, "system": system, "kind": kind, "value": at(found, path), **own, "read_from": f"{file}:{path}"}
        yield row | ({"n": None} if kind == "published" else {})


def _wanted(task: Mapping[str, Any], score: Mapping[str, Any]) -> bool:
    name = str(score.get("task"))
    return name.startswith(task["prefix"]) if "prefix" in task else name in task.get("only", [name])


def _score(file: str, score: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of an entry of ``scores``: the project's figure, its baseline, majority, the published figure."""
    common = {
        "data": f"{score['data']} ({score['split']})",
        "domain": score.get("domain", "in"),
        "metric": f"{score['task']}: {score['metric']}",
        "n": score.get("n"),
        "seeds": score.get("seeds"),
    }
    own = {key: score.get(key) for key in ("low", "high", "sd")}
    place = f"{file}:scores/{score['task']}"
    yield {**common, **own, "system": "framing", "kind": "framing", "value": score["value"], "read_from": place}
    for kind, name in (("baseline", score.get("baseline")), ("published", score.get("published"))):
        if name is not None and score.get(f"{kind}_value") is not None:
            row = {**common, "system": name, "kind": kind, "value": score[f"{kind}_value"], "read_from": place}
            yield row | ({"n": None, "seeds": None} if kind == "published" else {})
    if score.get("majority") is not None:
        yield {**common, "system": "majority", "kind": "baseline", "value": score["majority"], "read_from": place}


def _run(row: Mapping[str, Any], results: Mapping[str, Any]) -> Row | None:
    """Row of the runner's leaderboard, of the first metric of its test; None for further metrics."""
    found = results[row["experiment"]]
    first = next(iter(next(iter(found["tests"][row["test"]]["models"].values()))))
    if row["metric"] != first:
        return None
    kind = "published" if row["kind"] == "published" else "baseline"
    system = f"{row['model']} ({row['source']})" if kind == "published" else row["model"].replace("_", " ")
    return {
        "data": f"{row['dataset']} {row['test']}",
        "domain": "in",
        "metric": first.replace("_", " "),
        "system": system,
        "kind": kind,
        **{key: row[key] for key in ("value", "low", "high", "n")},
        "seeds": None if kind == "published" else len(found["seeds"]),
        "read_from": f"{row['experiment']}:tests/{row['test']}",
    }


# --- telling ---------------------------------------------------------------------------------------


def _question(report: Document, rows: Mapping[str, list[Row]], results: Mapping[str, Any]) -> None:
    own = [r for found in rows.values() for r in found if r["kind"] == "framing" and r["value"] is not None]
    out = sum(r["domain"] == "out" for r in own)
    report.text(
        f"{len(own)} figures of this project on {len(rows)} tasks, {out} of them on corpora nothing was learnt from, beside trivial "
        "baselines and published figures. Every number is read from a committed `results.json` by path; `read_from` in the tables' "
        "files says which.",
    )
    report.section("Methods")
    report.text(
        "Choices were made on development parts or folds. Test parts were read when the README of the experiment says so; a figure "
        "whose data say *used for choices* is optimistic. *In* domain is the test part of a corpus whose training part was learnt "
        "from, *out* of domain a corpus nothing was learnt from. Published figures are quoted from their papers, on their own "
        "conversions of the data, and were not run here. Seeds and spread are given where more than one was run; a gap means that "
        "the experiment did not record it.",
        f"{len(results)} result files were read; their hashes are in `stamp.json`.",
    )


def _section(report: Document, task: Mapping[str, Any], rows: list[Row]) -> None:
    report.section(task["title"], 3)
    if task.get("note"):
        report.text(task["note"])
    if not rows:
        report.text("No committed result.")
        return
    order = {"framing": 0, "baseline": 1, "published": 2}
    place = {key: k for k, key in reversed(list(enumerate((r["data"], r["metric"]) for r in rows)))}
    rows = sorted(rows, key=lambda r: (place[r["data"], r["metric"]], order[r["kind"]]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("value", "low", "high", "sd"):
        table[column] = pd.to_numeric(table[column], errors="coerce")
    for column in ("n", "seeds"):
        table[column] = pd.to_numeric(table[column], errors="coerce").astype("Int64")
    report.table(task["name"], table, f"{task['title']}.", digits=3, view=_wide(table))


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """One row per test and metric, systems side by side."""

    def told(rows: pd.DataFrame, *, named: bool) -> str | None:
        values = [
            (f"{row['system']} " if named else "") + _score_text(row)
            for row in rows.to_dict("records")
            if not pd.isna(row["value"])
        ]
        return "; ".join(values) or None

    wide = []
    for (data, domain, metric), group in table.groupby(["data", "domain", "metric"], sort=False):
        own = group[group["kind"] != "published"]
        wide.append(
            {
                "data": data,
                "domain": domain,
                "metric": metric,
                "framing": told(group[group["kind"] == "framing"], named=False),
                "baselines": told(group[group["kind"] == "baseline"], named=True),
                "published": told(group[group["kind"] == "published"], named=True),
                "n": own["n"].max(),
                "seeds": own["seeds"].max(),
            }
        )
    return pd.DataFrame(wide)


def _score_text(row: Mapping[Any, Any]) -> str:
    text = f"{row['value']:.3f}"
    if not pd.isna(row["sd"]):
        return f"{text} (sd {row['sd']:.3f})"
    return text if pd.isna(row["low"]) or pd.isna(row["high"]) else f"{text} ({row['low']:.3f} to {row['high']:.3f})"


def _figure(report: Document, rows: Mapping[str, list[Row]]) -> None:
    """Each figure of this project beside the best baseline and the best published figure of the same row."""
    kept: list[Row] = []
    for found in rows.values():
        table = pd.DataFrame(found, columns=COLUMNS)
        table = table[table["value"].notna() & ~table["metric"].str.contains("lower is better")]
        for (tested, metric), group in table.groupby(["data", "metric"], sort=False):
            if not (group["kind"] == "framing").any():
                continue
            for kind, mine in group.groupby("kind", sort=False):
                best = mine.iloc[int(mine["value"].astype(float).to_numpy().argmax())]
                what = {"framing": "framing", "baseline": "best baseline", "published": "best published"}[str(kind)]
                label = f"{metric}; {tested}"
                kept.append({"row": label, "system": what, "name": best["system"], "value": float(best["value"])})
    data = pd.DataFrame(kept)
    title = "This project beside the best baseline and the best published figure"

    def draw(figure: Figure) -> None:
        dots(figure, data, rows="row", colour="system", title=title, axis="score, 0 to 1")

    report.section("At a glance", 3)
    for other in ("best baseline", "best published"):
        report.text(_below(data, other))
    report.figure(
        "at_a_glance",
        data,
        f"{title}, of the rows above in which more is better. *Best baseline* includes other tools run here.",
        draw,
        f"{title}; {data['row'].nunique()} rows, numbers in figures/at_a_glance.csv.",
    )


def _below(data: pd.DataFrame, other: str) -> str:
    """Say where this project falls short."""
    wide = data.pivot(index="row", columns="system", values="value").reindex(columns=["framing", other]).dropna()
    less = wide[wide["framing"] < wide[other]]
    if less.empty:
        return f"In none of {len(wide)} rows is this project below the {other} figure."
    told = "; ".join(
        f"{literal(name)} ({row['framing']:.3f} against {row[other]:.3f})" for name, row in less.iterrows()
    )
    return f"Below the {other} figure in {len(less)} of {len(wide)} rows: {told}."


def _numbers(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _numbers(value, (*path, str(key)))
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from _numbers(value, (*path, str(place)))
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield " / ".join(path), tree


def _speed(report: Document, results: Mapping[str, Any]) -> None:
    report.section("Speed")
    benches = {name: found for name, found in results.items() if name.startswith("bench-")}
    if not benches:
        report.text("No bench has committed results.")
        return
    report.text(
        "Timings were taken side by side on one machine, which was busy with other work where a load is given: read ratios, not "
        "seconds. Each bench's README says what was timed and beside what."
    )
    for name, found in benches.items():
        table = pd.DataFrame(_numbers(found), columns=["quantity", "value"]).assign(read_from=name)
        ratio = table["quantity"].str.contains(RATIO)
        table = pd.concat([table[ratio], table[~ratio]], ignore_index=True)
        where = ", ".join(str(found[k]) for k in ("machine", "device", "cpu") if isinstance(found.get(k), str))
        more = f" {len(table) - MOST_QUANTITIES} more in the file." if len(table) > MOST_QUANTITIES else ""
        about = f"`experiments/{name}`{f', {literal(where)}' if where else ''}.{more}"
        shown = table[["quantity", "value"]].head(MOST_QUANTITIES)
        report.table(name.replace("-", "_"), table, about, digits=3, view=shown)


def _rest(report: Document, results: Mapping[str, Any], read: set[str]) -> None:
    rest = [n for n in results if n not in read and not n.startswith("bench-")]
    if rest:
        report.section("Results that no table reads yet", 3)
        report.items(
            *(f"`experiments/{name}`: {literal(results[name].get('question', 'see its README'))}" for name in rest)
        )


def _limits(report: Document) -> None:
    report.section("Limits")
    report.items(
        "Most corpora are English news from the United States, most of it about politics: for other places, times and subjects the "
        "errors are not known. Code a sample of your own corpus (`framing code sample`).",
        "Many figures come from one trained model: the spread over seeds is known only where `seeds` exceeds one.",
        "Several corpora were coded by one coder per item; a score cannot be better than the agreement between coders.",
        "Codes made by a language model are named so where they are used; they are no stand-in for human coders.",
        "A published figure beside ours does not mean the same test: conversions and splits differ as stated.",
    )
    report.section("To build this report again")
    report.text(
        "`framing reproduce benchmarks` in a checkout; each experiment's README says how its results were made."
    )
