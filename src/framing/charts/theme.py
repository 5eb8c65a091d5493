"""How charts look: colours, sizes, text that fits, layout, captions and saving. Nothing here is global.

A chart draws into a `Sheet` and returns a `Caption`; `lay_out` places title, key and notes around what was drawn, by
measuring the text, so that nothing is clipped however many outlets there are and however long their names.
"""

from __future__ import annotations

import math
import unicodedata
import warnings
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font_names
from matplotlib.transforms import blended_transform_factory

from framing.schema import InputError

UNKNOWN_OUTLET = "outlet not known"

# Okabe & Ito's colour-blind-safe set, darkened or lightened until each has 3:1 against its background.
_LIGHT = ("#0072b2", "#b35900", "#007a5e", "#a8427c", "#2f8fc4", "#7a6a00", "#5b3fa0", "#555555")
_DARK = ("#56b4e9", "#f0a030", "#2fc49a", "#e08abf", "#9ad0f5", "#f0e442", "#b9a4f5", "#b5b5b5")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")


@dataclass(frozen=True)
class Look:
    """Colours of a theme."""

    name: str
    background: str
    ink: str
    soft: str
    grid: str
    against: str
    neutral: str
    favour: str
    accent: str
    second: str
    on: str
    outlets: tuple[str, ...]


LOOKS = {
    "light": Look(
        name="light",
        background="#ffffff",
        ink="#1b1d21",
        soft="#565b64",
        grid="#dcdfe4",
        against="#b35806",
        neutral="#6f757f",
        favour="#2166ac",
        accent="#1f5fa8",
        second="#8a4b08",
        on="#fefefe",
        outlets=_LIGHT,
    ),
    "dark": Look(
        name="dark",
        background="#14161a",
        ink="#eceef1",
        soft="#adb3bd",
        grid="#3a3f48",
        against="#f1a340",
        neutral="#9aa0aa",
        favour="#67a9e0",
        accent="#78b4ec",
        second="#eeb062",
        on="#0b0d10",
        outlets=_DARK,
    ),
}


@dataclass(frozen=True)
class Format:
    """Width in inches, text size in points and resolution of a place where figures are shown."""

    inches: float
    points: float
    dpi: int


WIDTHS = {
    "single": Format(89 / 25.4, 7.0, 300),
    "double": Format(183 / 25.4, 8.0, 300),
    "screen": Format(9.0, 10.0, 160),
}
LINE = 1.35 / 72  # inches a line of text takes per point of its size


def look(theme: str) -> Look:
    """Colours of a theme.

    Raises
    ------
    InputError
        If there is no such theme.
    """
    if theme not in LOOKS:
        raise InputError(f"no theme {theme!r}; there are {', '.join(LOOKS)}")
    return LOOKS[theme]


def place(width: str) -> Format:
    """Size of a place where figures are shown.

    Raises
    ------
    InputError
        If there is no such width.
    """
    if width not in WIDTHS:
        raise InputError(f"no width {width!r}; there are {', '.join(WIDTHS)} (89 mm, 183 mm, 229 mm)")
    return WIDTHS[width]


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Contrast ratio of two colours (red, green, blue in 0..1) as WCAG 2 defines it: 1 to 21.

    Examples
    --------
    >>> round(contrast((0, 0, 0), (1, 1, 1)))
    21
    """

    def luminance(colour: Sequence[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# --- text -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """Fonts to draw with: the one matplotlib ships, then whatever is there for other scripts."""
    wanted = ("Noto Sans", "Noto Sans CJK JP", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari")
    there = set(get_font_names())
    return ("DejaVu Sans", *(name for name in wanted if name in there))


def plain(text: object, *, longest: int = 300) -> str:
    r"""Text as matplotlib may draw it: one line, no control or direction marks, no mathematics, bounded.

    Examples
    --------
    >>> plain("a\nb $x$") == plain(plain("a\nb $x$"))
    True
    """
    kept = (
        " " if ch.isspace() else ch for ch in str(text)[:longest] if ch.isspace() or unicodedata.category(ch)[0] != "C"
    )
    return " ".join("".join(kept).split()).replace(r"\$", "$").replace("$", r"\$")


@lru_cache(maxsize=1)
def _renderer() -> Any:
    make: Any = RendererAgg
    return make(8, 8, 4 * 72)  # fine enough that hinting does not round widths


@lru_cache(maxsize=8192)
def inches(text: str, points: float, weight: str = "normal") -> float:
    """Width of a line of text."""
    font = FontProperties(family=list(families()), size=points, weight=weight)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        wide, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return 1.01 * float(wide) / (4 * 72)


def _cut(text: str, points: float, room: float, weight: str) -> str:
    """Longest beginning of `text` that fits, with an ellipsis."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if inches(text[:middle].rstrip(" \\") + "…", points, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" \\") + "…"


def wrap(text: str, points: float, room: float, *, lines: int = 99, weight: str = "normal") -> list[str]:
    """Break text into at most `lines` lines no wider than `room` inches; what does not fit ends in an ellipsis."""
    done: list[str] = []
    line = ""
    words = text.split()
    for k, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if inches(longer, points, weight) <= room:
            line = longer
            continue
        if len(done) == lines - 1:
            rest = " ".join(([line] if line else []) + words[k:])
            return [*done, _cut(rest, points, room, weight)]
        if line:
            done.append(line)
        line = word if inches(word, points, weight) <= room else _cut(word, points, room, weight)
    return [*done, line] if line else done


# --- what a chart draws into -----------------------------------------------------------------------


@dataclass(frozen=True)
class Caption:
    """What is said around a chart.

    Parameters
    ----------
    title, subtitle
        What is shown; how to read it.
    notes
        n, level of the intervals, what is left out, caveats.
    alt
        The chart in words, for those who cannot see it.
    height
        Height of the drawing area at 10-point text, in inches.
    handles
        Artists for the key.
    """

    title: str
    subtitle: str
    notes: Sequence[str]
    alt: str
    height: float
    handles: Sequence[Any] = ()


@dataclass
class Sheet:
    """Where a chart draws: axes, colours, text size, and the outlets in their fixed order.

    `shown` are the outlets that fit into the figure; `headings` and `heads` are what `rows` and `columns` were given, placed
    when the layout is known.
    """

    ax: Axes
    look: Look
    room: Format
    outlets: Sequence[str]
    own: bool
    shown: Sequence[str] = ()
    headings: list[tuple[float, str]] = field(default_factory=list)
    heads: list[tuple[str, str]] = field(default_factory=list)
    heads_left: bool = False

    @property
    def points(self) -> float:
        """Size of ordinary text."""
        return self.room.points

    @property
    def most_columns(self) -> int:
        """Columns of a matrix that can still be named."""
        return max(2, int(0.56 * 72 * self.room.inches / (1.15 * self.points)))

    @property
    def most_rows(self) -> int:
        """Rows that fit on a page of a journal, or on a long screen."""
        return 64 if self.room.inches > 8 else 40

    def colour(self, outlet: str) -> str:
        """Colour of an outlet: the same in every chart of these frames."""
        return self.look.outlets[self._place(outlet) % len(self.look.outlets)]

    def marker(self, outlet: str) -> str:
        """Marker of an outlet: with its colour it is unique up to 40 outlets."""
        turn, first = divmod(self._place(outlet), len(self.look.outlets))
        return MARKERS[(first + 3 * turn) % len(MARKERS)]

    def _place(self, outlet: str) -> int:
        return self.outlets.index(outlet) if outlet in self.outlets else len(self.outlets)

    def label(
        self, text: object, *, share: float = 0.34, lines: int = 1, after: str = "", weight: str = "normal"
    ) -> str:
        """Text cut or broken to a share of the figure's width; `after` (a count) is never cut."""
        tail = f"  {after}" if after else ""
        room = self.room.inches * share - inches(tail, self.points, weight)
        return "\n".join(wrap(plain(text), self.points, room, lines=lines, weight=weight)) + tail

    def heading(self, text: object) -> str:
        """Name of a group of rows: it stands at the left edge and may run over the drawing area."""
        return self.label(text, share=0.9 if self.own else 0.4, weight="bold")

    def rows(self, labels: Sequence[str], *, bold: Sequence[int] = (), at: Sequence[float] | None = None) -> None:
        """Name the rows, first at the top; those in `bold` are headings of the rows under them."""
        at = list(range(len(labels))) if at is None else at
        self.headings = [(at[k], labels[k]) for k in bold] if self.own else []
        drawn = ["" if self.own and k in bold else label for k, label in enumerate(labels)]
        self.ax.set_yticks(at, labels=drawn)
        for k, tick in enumerate(self.ax.get_yticklabels()):
            tick.set_fontweight("bold" if k in bold else "normal")
        self.ax.set_ylim(max(at, default=0) + 0.6, min(at, default=0) - 0.6)

    def columns(self, names: Sequence[str], after: Sequence[str] | None = None, *, left: bool = False) -> None:
        """Name the columns of a matrix, above their middle or from their left edge; `after` (a count) is never cut."""
        self.heads = [(plain(n), t) for n, t in zip(names, after or [""] * len(names), strict=True)]
        self.heads_left = left
        self.ax.set_xlim(-0.5 if left else -0.6, len(names) - 0.4)
        self.ax.xaxis.set_ticks_position("top")
        self.ax.set_xticks(range(len(names)), labels=[""] * len(names))


def sheet(ax: Axes | None, theme: str, width: str, outlets: Sequence[str], *, figure: Figure | None = None) -> Sheet:
    """Make a place to draw: the caller's axes, or new ones.

    Without `ax` the figure is pyplot's (so that a notebook shows it) unless `figure` is given.
    """
    colours, room = look(theme), place(width)
    own = ax is None
    if ax is None:
        if figure is None:
            from matplotlib import pyplot

            figure = pyplot.figure(figsize=(room.inches, 4))
        ax = figure.add_axes((0.3, 0.2, 0.65, 0.6))
    else:
        whole = ax.figure.get_figure(root=True)
        assert isinstance(whole, Figure)
        box = ax.get_position()
        room = Format(whole.get_figwidth() * max(box.width, 0.2) * 1.3, room.points, room.dpi)
    return Sheet(ax, colours, room, list(outlets), own, list(outlets))


def dress(page: Sheet) -> None:
    """Give axes the theme's colours and a quiet frame."""
    ax, colours, points = page.ax, page.look, page.points
    ax.set_facecolor(colours.background)
    ax.figure.set_facecolor(colours.background) if page.own else None
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(colours.grid)
    ax.tick_params(axis="both", length=0, labelsize=points, labelcolor=colours.ink, pad=4)
    ax.set_axisbelow(True)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=colours.soft, size=points, family=list(families()))
        for tick in axis.get_ticklabels():
            tick.set_fontfamily(list(families()))


# --- layout ----------------------------------------------------------------------------------------

_ALT: weakref.WeakKeyDictionary[Axes, str] = weakref.WeakKeyDictionary()


def alt_text(ax: Axes) -> str:
    """Return the chart in words, for those who cannot see it."""
    return _ALT.get(ax, "")


def lay_out(page: Sheet, caption: Caption) -> Axes:
    """Place title, subtitle, key and notes; size the figure if it is ours."""
    _ALT[page.ax] = caption.alt
    dress(page)
    if page.own:
        _around(page, caption)
    else:
        _inside(page, caption)
    return page.ax


def _around(page: Sheet, caption: Caption) -> None:
    """Lay out a figure of our own from top to bottom, in inches."""
    ax, room, points, colours = page.ax, page.room, page.points, page.look
    figure = ax.figure
    assert isinstance(figure, Figure)
    pad = 0.09 + 0.004 * points
    full = room.inches - 2 * pad
    title = wrap(plain(caption.title), points * 1.25, full, lines=3, weight="bold")
    subtitle = wrap(plain(caption.subtitle, longest=600), points, full)
    notes = [line for note in caption.notes for line in wrap(plain(note, longest=900), points * 0.85, full)]
    keys = _key_rows(caption.handles, points, full)
    left, under, right = _margins(page, full)
    over, overhang = _name_columns(page, full - left)
    right = max(right, overhang)
    body = caption.height * max(points / 10, 0.72)
    top = pad + len(title) * points * 1.25 * LINE + len(subtitle) * points * LINE + 0.05
    key_height = len(keys) * points * 1.5 / 72 + (0.05 if keys else 0)
    below = under + len(notes) * points * 0.85 * LINE + 0.08 + pad
    height = top + key_height + over + body + below + 0.06
    figure.set_size_inches(room.inches, height)
    ax.set_position(
        (
            (pad + left) / room.inches,
            below / height,
            (full - left - right) / room.inches,
            body / height,
        )
    )
    for at, heading in page.headings:
        ax.text(
            pad / room.inches,
            at,
            heading,
            transform=blended_transform_factory(figure.transFigure, ax.transData),
            va="center",
            ha="left",
            size=points,
            weight="bold",
            color=colours.ink,
            family=list(families()),
            bbox={"facecolor": colours.background, "edgecolor": "none", "pad": 1.0},
            zorder=4,
        )

    def write(lines: Sequence[str], y: float, size: float, colour: str, weight: str = "normal") -> float:
        for line in lines:
            figure.text(
                pad / room.inches,
                1 - y / height,
                line,
                va="top",
                ha="left",
                size=size,
                color=colour,
                weight=weight,
                family=list(families()),
            )
            y += size * LINE
        return y

    y = write(title, pad, points * 1.25, colours.ink, "bold")
    y = write(subtitle, y + 0.02, points, colours.soft) + 0.05
    for row in keys:
        legend = figure.legend(
            handles=row,
            loc="upper left",
            bbox_to_anchor=((pad - 0.02) / room.inches, 1 - y / height),
            ncols=len(row),
            frameon=False,
            fontsize=points,
            labelcolor=colours.ink,
            borderpad=0,
            borderaxespad=0,
            handletextpad=0.4,
            columnspacing=1.2,
            handlelength=1.3,
        )
        for text in legend.get_texts():
            text.set_fontfamily(list(families()))
        y += points * 1.5 / 72
    write(notes, height - pad - len(notes) * points * 0.85 * LINE, points * 0.85, colours.soft)


def _axis_label(page: Sheet, left: float, full: float) -> int:
    """Break the label of the x axis to the width of the drawing area; return its lines."""
    text = page.ax.get_xlabel()
    lines = wrap(plain(text), page.points, max(full - left, 0.5))
    page.ax.set_xlabel("\n".join(lines))
    return len(lines)


def _margins(page: Sheet, full: float) -> tuple[float, float, float]:
    """Room the tick labels and the axis label need: left, below, right (inches)."""
    ax, points = page.ax, page.points
    names = [(t.get_text(), t.get_fontweight()) for t in ax.get_yticklabels()]
    left = max((inches(line, points, str(w)) for text, w in names for line in text.split("\n")), default=0.0) + 0.08
    columns = [t.get_text().split("\n") for t in ax.get_xticklabels() if t.get_text()]
    under = 0.1 if page.heads else max((len(lines) for lines in columns), default=1) * points * LINE + 0.1
    if ax.get_xlabel():
        under += _axis_label(page, left, full) * points * LINE + 0.04
    last = max((inches(line, points) / 2 for lines in columns[-1:] for line in lines), default=0.0)
    return left, under, max(0.08, last)


def _name_columns(page: Sheet, room: float) -> tuple[float, float]:
    """Name the columns: lying on up to three lines where they fit, else slanted, else upright.

    Returns
    -------
    tuple of float
        Inches the names take above the drawing area, and to the right of it.
    """
    names, points = page.heads, page.points
    if not names:
        return 0.0, 0.0
    each = (room - 0.08) / (len(names) + 0.2)
    broken = [[*wrap(name, points, each * 0.88, lines=3), *([tail] if tail else [])] for name, tail in names]
    if not any(line.endswith("…") for lines in broken for line in lines):
        _write_heads(page, ["\n".join(lines) for lines in broken], 0)
        return max(len(lines) for lines in broken) * points * LINE + 0.08, 0.0
    longest = min(1.9, 0.24 * page.room.inches + 0.5)
    cut = ["".join(wrap(name, points, longest, lines=1)) + (f"  {tail}" if tail else "") for name, tail in names]
    angle = 45 if each * math.sin(math.pi / 4) >= 1.25 * points / 72 else 90
    _write_heads(page, cut, angle)
    wide = [inches(name, points) for name in cut]
    over = max(wide) * math.sin(math.radians(angle)) + 1.2 * points / 72 * math.cos(math.radians(angle)) + 0.08
    after = [w * math.cos(math.radians(angle)) - (len(cut) - k - 0.4) * each for k, w in enumerate(wide)]
    return over, max(0.08, *after) if angle < 90 else 0.08


def _write_heads(page: Sheet, labels: Sequence[str], angle: int) -> None:
    left = page.heads_left and angle == 0
    page.ax.set_xticks([k - 0.46 if left else k for k in range(len(labels))], labels=list(labels))
    page.ax.spines["bottom"].set_visible(False)
    for tick in page.ax.get_xticklabels():
        tick.set(rotation=angle, fontsize=page.points, color=page.look.ink, family=list(families()))
        tick.set(
            ha="center" if angle == 0 and not left else "left",
            rotation_mode="anchor",
            multialignment="left" if left else "center",
        )
        tick.set(va="bottom" if angle < 90 else "center")


def _key_rows(handles: Sequence[Any], points: float, full: float) -> list[list[Any]]:
    rows: list[list[Any]] = []
    used = full + 1
    for handle in handles:
        text = "\n".join(wrap(plain(handle.get_label()), points, full * 0.6, lines=1))
        handle.set_label(text)
        need = inches(text, points) + points * 3.2 / 72
        if used + need > full:
            rows.append([])
            used = 0.0
        rows[-1].append(handle)
        used += need
    return rows


def _inside(page: Sheet, caption: Caption) -> None:
    """Say what a chart says inside the caller's axes: title above, notes under the axis label, key within."""
    ax, points, colours = page.ax, page.points, page.look
    room = page.room.inches
    title = "\n".join(wrap(plain(caption.title), points * 1.1, room, lines=2, weight="bold"))
    over, _ = _name_columns(page, room / 1.3)
    ax.set_title(
        title,
        pad=6 + 72 * over,
        loc="left",
        size=points * 1.1,
        color=colours.ink,
        weight="bold",
        family=list(families()),
    )
    notes = [line for note in caption.notes for line in wrap(plain(note, longest=900), points * 0.85, room)]
    ax.set_xlabel("\n".join([ax.get_xlabel(), *notes]).strip("\n"), loc="left", size=points * 0.85, color=colours.soft)
    if caption.handles:
        ax.legend(handles=list(caption.handles), fontsize=points * 0.85, frameon=False, labelcolor=colours.ink)


def nothing(page: Sheet, title: str, reason: str) -> Axes:
    """Say in the figure why there is nothing to draw."""
    page.ax.set_xticks([])
    page.ax.set_yticks([])
    lines = wrap(plain(reason, longest=900), page.points, page.room.inches * 0.8)
    page.ax.text(
        0,
        0.5,
        "\n".join(lines),
        transform=page.ax.transAxes,
        va="center",
        ha="left",
        size=page.points,
        color=page.look.ink,
        family=list(families()),
    )
    lay_out(page, Caption(title, "Nothing to draw", [], f"{title}: nothing to draw. {reason}", 0.3 + 0.2 * len(lines)))
    page.ax.spines["bottom"].set_visible(False)
    return page.ax


# --- saving ----------------------------------------------------------------------------------------

FORMATS = ("png", "svg", "pdf")
_RC: Any = {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.hashsalt": "framing"}


def write(
    figure: Figure, target: Path | Any, format_: str, *, title: str, alt: str, dpi: int, text: bool = False
) -> None:
    """Write a figure with its description and no time stamp, so that the same data gives the same file.

    Fonts are embedded, in SVG as outlines; with `text` an SVG keeps its words as text, for a page that has fonts of its own.
    """
    described: dict[str, Any] = {
        "png": {"Title": title, "Description": alt, "Software": None},
        "svg": {"Title": title, "Description": alt, "Date": None, "Creator": None},
        "pdf": {"Title": title, "Subject": alt[:1000], "CreationDate": None, "Creator": None, "Producer": None},
    }[format_]
    settings: Any = {**_RC, "svg.fonttype": "none" if text else "path"}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(target, format=format_, dpi=dpi, facecolor=figure.get_facecolor(), metadata=described)
