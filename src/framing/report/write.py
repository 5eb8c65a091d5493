"""Write the report: one file, or an index with one file per event when there are many articles."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from framing import schema
from framing.charts import tables
from framing.export import defuse, printed
from framing.measures.sourcing import ANSWERS
from framing.report import figures, masking, provenance, shelf, views
from framing.storage import Shelf, give_back
from framing.targets import worded

Frames = Mapping[str, pd.DataFrame]

MOST_ARTICLES = 300
MOST_PAGES = 2_000
MOST_ROWS = 120  # rows of the numbers under a chart
MOST_DRAWN = 24  # events that get charts of their own
LARGEST_CSV = 1_000_000  # bytes of one embedded table
MOST_CSV = 25_000  # rows of it that are tried
AT_ONCE = 200  # articles whose evidence is held together, unless one event has more


def write(
    frames: Frames | Shelf,
    run: Mapping[str, Any],
    path: str | Path,
    *,
    full_text: bool = False,
    mask_private: bool = False,
) -> list[Path]:
    """Write the report of a run.

    Parameters
    ----------
    frames
        Frame name -> DataFrame with the columns of `framing.schema.FRAMES`, or a shelf of them, of which only what is needed is
        held; frames that are not there count as empty.
    run
        What run.json holds; missing keys are left out of the report.
    path
        File to write, e.g. ``out/report.html``.
    full_text
        Show whole articles instead of excerpts.
    mask_private
        Mask the names of private persons, bylines and addresses.

    Returns
    -------
    list of Path
        The report first; then, for more than `MOST_ARTICLES` articles, ``events/*.html`` beside it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    run_of, masked = frames if isinstance(frames, Shelf) else Shelf(frames), 0
    if mask_private:
        run = {**run, "notes": masking.in_notes(run.get("notes") or [], run_of)}
        run_of, masked = masking.masked(run_of)
    few = run_of.head("articles", 0, columns=("article_id",))[1] <= MOST_ARTICLES
    shown = shelf.whole(run_of) if few else shelf.overview(run_of)
    shown = {name: tables.frame(shown, name) for name in [*schema.FRAMES, *shown]}
    look = {"full_text": full_text, "mask_private": mask_private, "masked": masked}
    folder = path.parent / "events"
    _clear(folder)
    base = _base(shown, run_of, run, look)
    heads = shown["articles"]
    if not few:
        shown = {}  # the tables to embed need the room
        give_back()
    base["files"] = embedded(run_of, base["pictures"], full_text=full_text)
    if not few:
        give_back()
        return _many(path, folder, run_of, base, heads, full_text=full_text)
    corpus = views.Corpus(shown, full_text=full_text)
    events = [corpus.event(row, ids, k + 1) for k, (row, ids) in enumerate(_groups(shown))]
    for event in events[:MOST_DRAWN]:  # those at several outlets come first
        _draw(event, shown)
    _page(path, "report.html.j2", base, events=events, pages=None)
    return [path]


def _many(
    path: Path, folder: Path, run_of: Shelf, base: dict[str, Any], heads: pd.DataFrame, *, full_text: bool
) -> list[Path]:
    """Index and one page per event, the events at most outlets first; made in the order in which a run keeps its frames."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("made by framing report\n", encoding="utf-8")
    ordered, n = _widest(heads, run_of)
    first = {row["event_id"] for row, _ in ordered[:MOST_DRAWN] if row.get("event_id") is not None}
    drawn = run_of.among("comparisons", "event_id", first)
    place = {
        a: k for k, a in enumerate(heads["article_id"][heads["article_id"].isin({a for _, b in ordered for a in b})])
    }
    made: dict[int, tuple[Path, views.Row]] = {}
    for some in _together(ordered, place):
        mine = {article for _, (_, ids) in some for article in ids}
        frames = shelf.of_articles(run_of, heads, mine, but=("comparisons", "words"))
        frames |= {"comparisons": drawn, "articles": shelf.with_others(frames["articles"], heads)}
        corpus = views.Corpus(frames, full_text=full_text)
        for number, (row, ids) in some:
            event = corpus.only(ids).event(row, ids, number)
            if number <= MOST_DRAWN:
                _draw(event, corpus.frames)
            page = folder / f"{_file_name(row.get('event_id'))}.html"
            _page(page, "event.html.j2", {**base, "home": f"../{path.name}"}, event=event)
            told = {n: event[n] for n in ("title", "keywords", "outlets", "start", "end", "search", "storyline")}
            made[number] = page, {"href": f"events/{page.name}", **told, "n_articles": len(ids)}
    pages = {"rows": [made[k][1] for k in sorted(made)], "left_out": n - len(made)}
    _page(path, "report.html.j2", base, events=[], pages=pages)
    return [path, *(made[k][0] for k in sorted(made))]


def _widest(heads: pd.DataFrame, run_of: Shelf) -> tuple[list[tuple[views.Row, list[str]]], int]:
    """Events that get pages, those at most outlets and with most articles first, as `_groups` gives them; and how many there are."""
    outlet = heads["outlet"].fillna("")
    sizes = outlet.groupby(heads["event_id"], sort=True).agg(["nunique", "size"])
    start = run_of.rows("events", columns=("event_id", "start")).set_index("event_id")["start"]
    sizes = sizes.assign(start=start.reindex(sizes.index)).sort_values(
        ["nunique", "size", "start"], ascending=[False, False, True], kind="stable"
    )
    chosen = list(sizes.index[:MOST_PAGES])
    known = {row["event_id"]: row for row in tables.records(run_of.among("events", "event_id", chosen))}
    mine = heads[heads["event_id"].isin(chosen)]
    ids = mine.groupby("event_id")["article_id"].agg(list)
    alone = heads[heads["event_id"].isna()]
    found = [(known.get(event, {"event_id": event}), ids[event]) for event in chosen]
    return found + _alone(alone.head(MOST_PAGES - len(chosen))), len(sizes) + len(alone)


def _together(
    events: list[tuple[views.Row, list[str]]], place: Mapping[str, int]
) -> Iterator[list[tuple[int, tuple[views.Row, list[str]]]]]:
    """Events with their numbers, in order of their first articles, together as many as have `AT_ONCE` articles."""
    some: list[tuple[int, tuple[views.Row, list[str]]]] = []
    count = 0
    for number, event in sorted(enumerate(events, 1), key=lambda e: min(place[a] for a in e[1][1])):
        if some and count + len(event[1]) > AT_ONCE:
            yield some
            some, count = [], 0
        some.append((number, event))
        count += len(event[1])
    if some:
        yield some


def _draw(event: views.Row, frames: Frames) -> None:
    """Give an event at two outlets or more its charts."""
    if len(event["outlets"]) < 2 or event["event_id"] is None:
        return
    said = sum(any(s["said"] for s in a["stance"]) for a in event["articles"])
    names = tuple(n for n in figures.OF_EVENT if n == "source_kinds" or said)
    event["pictures"] = figures.of_event(frames, event["event_id"], names, event["id"])


MARKER = ".framing-report"


def _clear(folder: Path) -> None:
    """Remove the pages of an earlier report, and nothing else."""
    if (folder / MARKER).is_file():
        shutil.rmtree(folder)


def _file_name(event: object) -> str:
    name = str(event) if event is not None else views.NO_EVENT
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) else schema.make_id(name, prefix="event-")


def _groups(frames: Frames) -> list[tuple[views.Row, list[str]]]:
    """Events with their articles: those at several outlets first, by date; articles without an event last, each by itself."""
    articles = tables.frame(frames, "articles")
    known = {row["event_id"]: row for row in tables.records(tables.frame(frames, "events"))}
    grouped = articles[articles["event_id"].notna()].groupby("event_id", sort=True)["article_id"].agg(list)
    rows = [(known.get(event, {"event_id": event}), list(ids)) for event, ids in grouped.items()]
    outlet = dict(zip(articles["article_id"], articles["outlet"].astype("object"), strict=True))

    def place(group: tuple[views.Row, list[str]]) -> tuple[bool, bool, str, str]:
        row, ids = group
        shared = len({str(outlet[a]) for a in ids}) > 1
        return not shared, row.get("start") is None, str(row.get("start")), str(row.get("event_id"))

    rows.sort(key=place)
    return rows + _alone(articles[articles["event_id"].isna()])


def _alone(articles: pd.DataFrame) -> list[tuple[views.Row, list[str]]]:
    """Articles of no event, each by itself."""
    return [
        ({"event_id": None, "title": title if isinstance(title, str) else None}, [a])
        for a, title in zip(articles["article_id"], articles["title"], strict=True)
    ]


# --- template --------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with autoescape; an unknown name is an error, not an empty string."""
    env = Environment(
        loader=PackageLoader("framing.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "signed": views.signed,
        "percent": percent,
        "when": when,
        "number": number,
        "worded": worded,
        "delay": delay,
        "count": tables.count,
        "printed": lambda table: printed(table.head(MOST_ROWS)),
    }
    env.globals |= {
        "actors": schema.ACTORS,
        "frame_meanings": schema.FRAME_CODES,
        "reply_meanings": schema.REPLIES,
        "reply_states": ANSWERS,
    }
    return env


def percent(value: float | None) -> str:
    """Share in per cent.

    Examples
    --------
    >>> percent(0.254), percent(0.004)
    ('25 %', '0.4 %')
    """
    if value is None or pd.isna(value):
        return "–"
    return f"{100 * value:.1f} %" if 0 < abs(value) < 0.01 else f"{100 * value:.0f} %"


def when(value: Any, whole_day: bool = False) -> str:
    """Time in UTC, or the day alone.

    Examples
    --------
    >>> when(pd.Timestamp("2031-03-02T06:30Z")), when(pd.Timestamp("2031-03-02T00:00Z"), True)
    ('2031-03-02 06:30', '2031-03-02')
    """
    if value is None or pd.isna(value):
        return "date not known"
    return pd.Timestamp(value).strftime("%Y-%m-%d" if whole_day else "%Y-%m-%d %H:%M")


def number(value: Any, digits: int = 2) -> str:
    """Number with as many digits as it deserves."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}".replace("-", "−")


def delay(hours: float | None, in_days: bool = False) -> str:
    """Time after the first article; in days where only dates are known.

    Examples
    --------
    >>> delay(0.0), delay(0.5), delay(3.25), delay(50)
    ('first', '+30 min', '+3 h 15', '+2.1 days')
    >>> delay(0.0, True), delay(24.0, True), delay(50.0, True)
    ('first day', '+1 day', '+2 days')
    """
    if hours is None:
        return ""
    if in_days:
        return "first day" if hours < 24 else f"+{tables.count(int(hours // 24), 'day')}"
    if hours == 0:
        return "first"
    if hours < 1:
        return f"+{max(1, round(60 * hours))} min"
    return f"+{int(hours)} h {round(60 * (hours % 1)):02d}" if hours < 48 else f"+{hours / 24:.1f} days"


def _static(name: str) -> str:
    return (resources.files("framing.report") / "static" / name).read_text(encoding="utf-8")


def _page(path: Path, template: str, base: Mapping[str, Any], **more: Any) -> None:
    """Write a page piece by piece: the tables it carries make it long."""
    environment().get_template(template).stream(**base, **more).dump(str(path), encoding="utf-8")


def _base(frames: Frames, run_of: Shelf, run: Mapping[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
    """What every page shows, less the tables it carries; `frames` is enough for all but counts."""
    script = _static("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    contrasts, n_contrasts = provenance.contrasts(frames)
    pictures = figures.pictures(frames)
    return {
        "css": Markup(_static("report.css")),
        "script": Markup(script),
        "script_hash": digest,
        "palettes": {theme: figures.palette(theme) for theme in ("light", "dark")},
        "home": None,
        "run": run,
        "about": provenance.summary(frames, run, run_of),
        "inputs": provenance.inputs(run),
        "models": provenance.models(run),
        "steps": provenance.steps(run),
        "notes": [str(n) for n in run.get("notes") or []],
        "settings": [(str(k), v) for k, v in (run.get("settings") or {}).items()],
        "mapping": [(str(k), str(v)) for k, v in (run.get("mapping") or {}).items()],
        "tables": run.get("tables") or [],
        "pictures": pictures,
        "contrasts": contrasts,
        "n_contrasts": n_contrasts,
        "n_accusations": provenance.accusations_of(run_of),
        "definitions": provenance.definitions(frames),
        "removed": provenance.removed(run_of),
        "rejected": provenance.rejected(run_of),
        **look,
    }


# --- data in the page ------------------------------------------------------------------------------

EMBEDDED = (
    "comparisons",
    "events",
    "articles",
    "sources",
    "quotations",
    "annotations",
    "words",
    "facts",
    "omissions",
    "accusations",
    "targets",
    "removed",
    "rejected",
)


def embedded(run_of: Shelf, pictures: list[figures.Picture], *, full_text: bool) -> list[dict[str, Any]]:
    """Tables the page carries as CSV, formulas defused: frames without whole texts, and the data of each chart."""
    found = []
    for name in EMBEDDED:
        columns = None
        if name == "articles" and not full_text:
            columns = [c for c in schema.columns("articles") if c not in ("text", "captions")]
        table, of = run_of.head(name, MOST_CSV, _of_articles if name == "annotations" else None, columns)
        if name == "comparisons" and of > len(table):  # what is cut are single events
            table = run_of.head(name, MOST_CSV, lambda t: t["scope"] == "corpus")[0]
        if table.empty:
            continue
        if name == "quotations" and not full_text:
            table = table.drop(columns="text")
        if name == "comparisons":
            table = table.sort_values("scope", kind="stable")
        found.append(_file(f"{name}.csv", table, of))
    found += [_file(f"chart_{p.name}.csv", p.table, len(p.table)) for p in pictures if not p.table.empty]
    return found


def _of_articles(notes: pd.DataFrame) -> pd.Series:
    return notes["start"].isna()


def _csv(table: pd.DataFrame) -> str:
    return defuse(table).to_csv(index=False, float_format="%.6g")


def _file(name: str, table: pd.DataFrame, of: int) -> dict[str, Any]:
    rows = len(table)
    text = _csv(table)
    while len(text) > LARGEST_CSV and rows > 1:
        rows = int(rows * LARGEST_CSV / len(text) * 0.98)
        text = _csv(table.head(rows))
    coded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return {
        "name": name,
        "href": Markup(f"data:text/csv;charset=utf-8;base64,{coded}"),
        "rows": rows,
        "of": of,
        "bytes": len(text),
    }
