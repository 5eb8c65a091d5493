"""Charts inside the page: matplotlib's SVG with the theme's colours as CSS variables, so that one drawing serves both."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from framing import charts
from framing.charts.theme import LOOKS, Look, write

WIDTH = "screen"


@dataclass(frozen=True)
class Picture:
    """A chart in the page: its name, title, SVG, text alternative and the table drawn; or why there is none."""

    name: str
    title: str
    svg: Markup
    alt: str
    table: pd.DataFrame
    reason: str | None = None


def pictures(frames: Mapping[str, pd.DataFrame], names: tuple[str, ...] = charts.NAMES) -> list[Picture]:
    """Every chart of the corpus."""
    return [picture(name, frames) for name in names]


OF_EVENT = ("stance", "balance", "source_kinds")


def of_event(frames: Mapping[str, pd.DataFrame], event: str, names: tuple[str, ...], ident: str) -> list[Picture]:
    """Charts of one event that have something to show; `ident` keeps their ids apart in the page."""
    made = (picture(name, frames, event=event, ident=f"{ident}-{name}") for name in names)
    return [p for p in made if p.reason is None]


def picture(
    name: str, frames: Mapping[str, pd.DataFrame], *, event: str | None = None, ident: str | None = None
) -> Picture:
    """One chart as SVG for the page."""
    title = charts.CHARTS[name].title
    table = charts.data(name, frames, event=event)
    if table.empty:
        return Picture(name, title, Markup(""), "", table, str(table.attrs.get("reason", "")))
    figure = Figure()
    ax = charts.draw(name, frames, width=WIDTH, event=event, figure=figure, table=table)
    alt = charts.alt_text(ax)
    buffer = io.BytesIO()
    write(figure, buffer, "svg", title=title, alt=alt, dpi=72, text=True)
    return Picture(name, title, inline(buffer.getvalue().decode(), ident or name, alt), alt, table)


def inline(svg: str, name: str, alt: str) -> Markup:
    """Matplotlib's SVG document as an element of the page: own ids, no comments, colours that follow the theme."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<g id=\"[^\"]*\"", "<g", svg)
    svg = re.sub(r" font-family: [^;\"]*;", "", svg)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in variables().items():
        svg = svg.replace(colour, f"var(--{variable})")
    head = re.match(r"<svg[^>]*>", svg)
    box = re.search(r'viewBox="([\d. ]+)"', svg)
    assert head is not None
    assert box is not None
    opening = Markup('<svg role="img" aria-label="{}" viewBox="{}" xmlns:xlink="http://www.w3.org/1999/xlink">').format(
        alt, box[1]
    )
    body = re.sub(r"\s*\n\s*", " ", svg[head.end() :])
    return opening + Markup(body)  # matplotlib escapes what it draws


def variables() -> dict[str, str]:
    """Colour of the light theme -> name of the CSS variable that stands for it.

    Examples
    --------
    >>> variables()["#ffffff"]
    'chart-background'
    """
    return dict(zip(_colours(LOOKS["light"]), _names(LOOKS["light"]), strict=True))


def palette(theme: str) -> dict[str, str]:
    """CSS variable -> colour, for one theme."""
    return dict(zip(_names(LOOKS[theme]), _colours(LOOKS[theme]), strict=True))


def _names(look: Look) -> list[str]:
    names = [f"chart-{f.name}" for f in fields(look) if f.name not in ("name", "outlets")]
    return [*names, *(f"chart-outlet-{k}" for k in range(len(look.outlets)))]


def _colours(look: Look) -> list[str]:
    return [*(getattr(look, f.name) for f in fields(look) if f.name not in ("name", "outlets")), *look.outlets]
