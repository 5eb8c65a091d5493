"""Charts: frames in, matplotlib Axes out; the data drawn as a table; files for print and screen.

``charts.stance(frames)`` draws, ``charts.data("stance", frames)`` gives what is drawn, ``charts.save`` writes one file and
``charts.write_all`` a folder. Outlets stand in alphabetical order and keep their colour across charts; every chart states
its n and the level of its intervals and has a text alternative (`alt_text`). Numbers are read from ``comparisons``; charts
compute nothing beyond sums. To add a chart, write its table and its drawing and add a line to `CHARTS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framing.charts import attitude, coverage, language, quoted, reliability, tables, texts
from framing.charts import theme as theme_
from framing.charts.tables import Frames, NothingToDraw
from framing.charts.theme import Caption, Sheet, alt_text
from framing.schema import InputError
from framing.targets import by_name

__all__ = ["CHARTS", "NAMES", "alt_text", "data", "reasons", "save", "write_all"]


@dataclass(frozen=True)
class Chart:
    """A chart: its title, the table it draws, and the drawing."""

    title: str
    table: Callable[..., pd.DataFrame]
    draw: Callable[[Sheet, pd.DataFrame, Frames, str | None], Caption]
    per_event: bool = False
    wide: bool = False  # outlets are columns, of which fewer fit than rows
    limited: bool = True  # outlets are rows or columns: those with the most articles are drawn


CHARTS = {
    "stance": Chart("Stance in whose voice", attitude.stance_table, attitude.draw_stance, True),
    "balance": Chart("Which sides are given words", attitude.balance_table, attitude.draw_balance, True),
    "source_kinds": Chart("What kinds of sources speak", quoted.kinds_table, quoted.draw_kinds, True),
    "source_matrix": Chart("Who speaks where", quoted.matrix_table, quoted.draw_matrix, True, wide=True),
    "frames": Chart("Frames", language.frames_table, language.draw_frames, True),
    "loaded": Chart("Loaded language in the narrator's own words", language.loaded_table, language.draw_loaded, True),
    "wording": Chart("Words that set an outlet apart", language.wording_table, language.draw_wording, True),
    "timeline": Chart("When each outlet published", coverage.timeline_table, coverage.draw_timeline, True),
    "co_coverage": Chart(
        "Which outlets can be compared", coverage.cocoverage_table, coverage.draw_cocoverage, wide=True
    ),
    "syndication": Chart("Own text, wire copy, reprints", coverage.syndication_table, coverage.draw_syndication),
    "voice_timeline": Chart("Whose voice is heard when", texts.voices_table, texts.draw_voices, True, limited=False),
    "facts": Chart("Which facts stand where", texts.facts_table, texts.draw_facts, True, wide=True),
    "specification": Chart(
        "What the choice of method does", reliability.specification_table, reliability.draw_specification, limited=False
    ),
    "agreement": Chart("Agreement", reliability.agreement_table, reliability.draw_agreement, limited=False),
    "calibration": Chart(
        "Does the model mean what it says", reliability.calibration_table, reliability.draw_calibration, limited=False
    ),
}
NAMES = tuple(CHARTS)
MOST_OUTLETS = 40  # rows of one figure; colour and marker tell as many apart


def _chart(name: str) -> Chart:
    if name not in CHARTS:
        near = difflib.get_close_matches(name, NAMES, n=3) or list(NAMES)
        raise InputError(f"no chart named {name!r}; did you mean {', '.join(near)}?")
    return CHARTS[name]


def data(name: str, frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Table that a chart draws.

    Parameters
    ----------
    name
        One of `NAMES`.
    frames
        Frame name -> DataFrame.
    target
        Only this target, by its name or an alias, where the chart has targets.
    event
        Only this event.

    Returns
    -------
    DataFrame
        Empty if there is nothing to draw; ``attrs["reason"]`` then says why.

    Raises
    ------
    InputError
        If there is no such chart.
    """
    named = {} if target is None else by_name(tables.frame(frames, "targets"))
    try:
        meant = None if target is None else named.get(target.casefold(), target)
        return _chart(name).table(frames, target=meant, event=event)
    except NothingToDraw as reason:
        table, told = pd.DataFrame(), str(reason)
        if target is not None and named and target.casefold() not in named:
            told = f"{told.rstrip('.')}; targets of this run are {', '.join(dict.fromkeys(named.values()))}."
        table.attrs["reason"] = told
        return table


def draw(
    name: str,
    frames: Frames,
    *,
    ax: Axes | None = None,
    theme: str = "light",
    width: str = "screen",
    target: str | None = None,
    event: str | None = None,
    figure: Figure | None = None,
    table: pd.DataFrame | None = None,
) -> Axes:
    """Draw a chart by name.

    Parameters
    ----------
    name
        One of `NAMES`.
    frames
        Frame name -> DataFrame.
    ax
        Axes to draw into; None makes a figure of fitting height.
    theme
        ``"light"`` or ``"dark"``.
    width
        ``"single"`` or ``"double"`` column of a journal, or ``"screen"``.
    target, event
        Only this target; only this event.
    figure
        Empty figure to use instead of a new one of pyplot's.
    table
        What `data` gave for the same arguments, if it is at hand.

    Returns
    -------
    matplotlib.axes.Axes
        With the text alternative under `alt_text`. If there is nothing to draw, the figure says why.
    """
    from framing.charts.theme import lay_out, nothing, sheet

    chart = _chart(name)
    page = sheet(ax, theme, width, tables.outlets(frames), figure=figure)
    if table is None:
        table = data(name, frames, target=target, event=event)
    if table.empty:
        return nothing(page, chart.title, str(table.attrs.get("reason", "there is no data")))
    table, note = _fitting(page, chart, table, frames, event)
    caption = chart.draw(page, table, frames, event)
    return lay_out(page, replace(caption, notes=[*caption.notes, *note]))


def _fitting(
    page: Sheet, chart: Chart, table: pd.DataFrame, frames: Frames, event: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Rows of the outlets that fit into the figure, those with the most articles, and a note on the others."""
    most = page.most_columns if chart.wide else min(MOST_OUTLETS, page.most_rows)
    if not chart.limited or "outlet" not in table:
        return table, []
    found = set(table["outlet"])
    if chart.wide:  # a column for each outlet of the event, also for those where nothing was found
        one = table["event_id"].iloc[0] if "event_id" in table else event
        found |= set(tables.articles(frames, one)["outlet"])
    here = [o for o in page.outlets if o in found]
    if len(here) <= most:
        return table, []
    size = tables.articles(frames, event)["outlet"].value_counts()
    kept = set(sorted(here, key=lambda o: -int(size.get(o, 0)))[:most])
    page.shown = [o for o in here if o in kept]
    for column in ("outlet", "outlet_with"):
        if column in table:
            table = table[table[column].isin(kept)]
    note = f"{len(here) - most} outlets with fewer articles are in the data beside this figure."
    return table.reset_index(drop=True), [note]


def _named(name: str) -> Callable[..., Axes]:
    def one(
        frames: Frames,
        *,
        ax: Axes | None = None,
        theme: str = "light",
        target: str | None = None,
        event: str | None = None,
        width: str = "screen",
    ) -> Axes:
        return draw(name, frames, ax=ax, theme=theme, target=target, event=event, width=width)

    one.__name__ = one.__qualname__ = name
    one.__doc__ = f"{CHARTS[name].title}; parameters as for `draw`."
    return one


stance = _named("stance")
balance = _named("balance")
source_kinds = _named("source_kinds")
source_matrix = _named("source_matrix")
frames = _named("frames")
loaded = _named("loaded")
wording = _named("wording")
timeline = _named("timeline")
co_coverage = _named("co_coverage")
syndication = _named("syndication")
voice_timeline = _named("voice_timeline")
facts = _named("facts")
specification = _named("specification")
agreement = _named("agreement")
calibration = _named("calibration")


def save(
    name: str,
    frames: Frames,
    path: str | Path,
    format: str | None = None,
    *,
    width: str = "screen",
    theme: str = "light",
    target: str | None = None,
    event: str | None = None,
) -> Path:
    """Write a chart to a file.

    Parameters
    ----------
    name
        One of `NAMES`.
    frames
        Frame name -> DataFrame.
    path
        File; its folder is made.
    format
        ``"png"``, ``"svg"`` or ``"pdf"``; None takes it from the file's name.
    width
        ``"single"`` (89 mm), ``"double"`` (183 mm) or ``"screen"``; fonts are embedded.
    theme, target, event
        As for `draw`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        For an unknown chart, format, width or theme.
    """
    path = Path(path)
    kind = (format or path.suffix.lstrip(".") or "png").lower()
    if kind not in theme_.FORMATS:
        raise InputError(
            f"charts are written as {', '.join(theme_.FORMATS)}; found {kind!r}. Give --format or name the file so."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(theme_.place(width).inches, 4))
    ax = draw(name, frames, theme=theme, width=width, target=target, event=event, figure=figure)
    theme_.write(figure, path, kind, title=_chart(name).title, alt=alt_text(ax), dpi=theme_.place(width).dpi)
    return path


def write_all(frames: Frames, folder: str | Path, *, width: str = "screen", theme: str = "light") -> list[Path]:
    """Write every chart that has something to show: PNG, SVG, and the data drawn as CSV.

    Parameters
    ----------
    frames
        Frame name -> DataFrame.
    folder
        Where ``<name>.png``, ``<name>.svg`` and ``<name>.csv`` go; ``not_drawn.csv`` says what was left out and why.
    width, theme
        As for `save`.

    Returns
    -------
    list of Path
        The files written.
    """
    from framing.export import defuse

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    skipped = []
    for name, chart in CHARTS.items():
        table = data(name, frames)
        if table.empty:
            skipped.append({"chart": name, "reason": table.attrs.get("reason", "")})
            for stale in (folder / f"{name}.{kind}" for kind in ("png", "svg", "csv")):
                stale.unlink(missing_ok=True)
            continue
        figure = Figure(figsize=(theme_.place(width).inches, 4))
        ax = draw(name, frames, theme=theme, width=width, figure=figure, table=table)
        for kind in ("png", "svg"):
            path = folder / f"{name}.{kind}"
            theme_.write(figure, path, kind, title=chart.title, alt=alt_text(ax), dpi=theme_.place(width).dpi)
            written.append(path)
        path = folder / f"{name}.csv"
        defuse(table).to_csv(path, index=False)
        written.append(path)
    path = folder / "not_drawn.csv"
    if skipped:
        pd.DataFrame(skipped).to_csv(path, index=False)
        written.append(path)
    else:
        path.unlink(missing_ok=True)
    return written


def reasons(frames: Frames) -> dict[str, str]:
    """Charts that have nothing to draw, and why."""
    tried = {name: data(name, frames) for name in NAMES}
    return {name: str(table.attrs.get("reason", "")) for name, table in tried.items() if table.empty}
