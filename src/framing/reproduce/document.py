"""A report as a list of blocks, written as Markdown, HTML, figures and tables with the same numbers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from framing import __version__, storage
from framing.charts import theme
from framing.export import defuse

Draw = Callable[[Figure], None]
MADE = "Built by `framing reproduce {name}`; do not edit."
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


@dataclass
class Document:
    """A report in the making.

    Parameters
    ----------
    title
        First line of the report.
    stamp
        What decides the report: inputs with hashes, settings, seed, models. Versions are added when it is written.

    Examples
    --------
    >>> report = Document("Two numbers")
    >>> report.section("Results")
    >>> report.table("numbers", pd.DataFrame({"n": [1], "share": [0.256]}), "What was counted.")
    >>> print(report.markdown("demo").splitlines()[-3])
    | n | share |
    """

    title: str
    stamp: dict[str, Any] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: dict[str, tuple[pd.DataFrame, Draw, str]] = field(default_factory=dict)

    def section(self, title: str, level: int = 2) -> None:
        """Begin a section."""
        self.blocks.append(f"{'#' * level} {title}")

    def text(self, *paragraphs: str) -> None:
        """Add paragraphs of Markdown; put names and other foreign text through `literal` first."""
        self.blocks.extend(" ".join(p.split()) for p in paragraphs if p.strip())

    def items(self, *lines: str) -> None:
        """Add a list."""
        self.blocks.append("\n".join(f"- {' '.join(line.split())}" for line in lines))

    def table(
        self, name: str, data: pd.DataFrame, caption: str, *, digits: int = 2, view: pd.DataFrame | None = None
    ) -> None:
        """Add a table: rounded in the report, whole in ``tables/<name>.csv``.

        Parameters
        ----------
        name
            Of the file.
        data
            Rows as they are drawn, one column per heading.
        caption
            Said above the table.
        digits
            Decimals shown.
        view
            What the report shows of it, where that is less or laid out otherwise; the file has all.
        """
        self.tables[name] = data
        number = len(self.tables)
        self.blocks.append(f"**Table {number}.** {caption} (`tables/{name}.csv`)")
        self.blocks.append(pipes(data if view is None else view, digits))

    def figure(self, name: str, data: pd.DataFrame, caption: str, draw: Draw, alt: str) -> None:
        """Add a figure, with the data it draws beside it in ``figures/<name>.csv``."""
        self.figures[name] = (data, draw, alt)
        number = len(self.figures)
        self.blocks.append(f"![{literal(alt)}](figures/{name}.svg)")
        self.blocks.append(f"**Figure {number}.** {caption} (`figures/{name}.csv`)")

    def markdown(self, name: str) -> str:
        """Return the whole report as Markdown."""
        head = [f"# {self.title}", f"*{MADE.format(name=name)}*"]
        return "\n\n".join([*head, *self.blocks]) + "\n"

    def write(self, folder: Path, name: str) -> list[Path]:
        """Write the report into a folder, replacing an earlier build of it."""
        for kind in ("figures", "tables"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            for stale in (p for p in (folder / kind).iterdir() if p.suffix in (".svg", ".csv")):
                stale.unlink()
        source = self.markdown(name)
        files = [_text(folder / "report.md", source), _text(folder / "report.html", page(self.title, source))]
        for key, table in self.tables.items():
            files.append(_text(folder / "tables" / f"{key}.csv", csv(table)))
        for key, (data, draw, alt) in self.figures.items():
            files.append(_text(folder / "figures" / f"{key}.csv", csv(data)))
            figure = Figure(figsize=(theme.WIDTHS["screen"].inches, 4))
            draw(figure)
            path = folder / "figures" / f"{key}.svg"
            theme.write(figure, path, "svg", title=key.replace("_", " "), alt=alt, dpi=160)
            files.append(path)
        for kind in ("figures", "tables"):
            if not any((folder / kind).iterdir()):
                (folder / kind).rmdir()
        storage.write_json(folder / "stamp.json", {"report": name, **self.stamp, **self._made(folder, files)})
        return [*files, folder / "stamp.json"]

    @staticmethod
    def _made(folder: Path, files: Sequence[Path]) -> dict[str, Any]:
        kept = [p for p in files if p.suffix in (".md", ".csv")]
        return {
            "version": __version__,
            "versions": storage.versions(),
            "outputs": {p.relative_to(folder).as_posix(): storage.hash_file(p) for p in kept},
        }


def _text(path: Path, text: str) -> Path:
    return storage.write_atomic(path, lambda p: storage.void(p.write_text(text, encoding="utf-8", newline="\n")))


def csv(table: pd.DataFrame) -> str:
    r"""Table as CSV: formulas defused, six digits.

    Examples
    --------
    >>> csv(pd.DataFrame({"a": [1 / 3]}))
    'a\n0.333333\n'
    """
    return str(defuse(table).to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def literal(text: object) -> str:
    r"""Foreign text as Markdown shows it letter by letter, on one line.

    Examples
    --------
    >>> print(literal("a|b <i>"))
    a\|b \<i\>
    """
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def cell(value: Any, digits: int = 2) -> str:
    """Value of a table as it is shown.

    Examples
    --------
    >>> cell(-0.256), cell(None), cell(1234), cell(True), cell(-0.0001)
    ('−0.26', '–', '1,234', 'yes', '0.00')
    """
    if value is None or (not isinstance(value, str | list) and pd.isna(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, float) and not float(value).is_integer():
        shown = f"{value:,.{digits}f}"
    else:
        shown = f"{value:,.{digits}f}" if isinstance(value, float) and digits and abs(value) <= 1 else f"{int(value):,}"
    return shown.removeprefix("-") if not shown.strip("-0.,") else shown.replace("-", "−")


def pipes(table: pd.DataFrame, digits: int = 2) -> str:
    """Table in Markdown."""
    rows = table.astype("object").where(table.notna(), None).to_numpy().tolist()
    numeric = [pd.api.types.is_numeric_dtype(table[c]) and table[c].dtype != bool for c in table.columns]
    lines = [
        "| " + " | ".join(literal(c) for c in table.columns) + " |",
        "|" + "|".join("---:" if number else "---" for number in numeric) + "|",
    ]
    lines += ["| " + " | ".join(cell(v, digits) for v in row) + " |" for row in rows]
    return "\n".join(lines)


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Interval in words, or that it is withheld.

    Examples
    --------
    >>> interval(-0.1, 0.25), interval(float("nan"), None)
    ('−0.10 to 0.25', 'withheld')
    """
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return "withheld"
    return f"{cell(float(low), digits)} to {cell(float(high), digits)}"


def page(title: str, markdown: str) -> str:
    """Report as one HTML file beside its figures; HTML in the source stays text."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    style = (resources.files("framing.reproduce") / "report.css").read_text(encoding="utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def digest(rows: Mapping[str, str] | Sequence[str]) -> str:
    """Hash of texts in their order (of keys and values, if they have keys)."""
    return storage.fingerprint({"texts": dict(rows) if isinstance(rows, Mapping) else list(rows)})


def stamped(paths: Sequence[Path], base: Path) -> list[dict[str, str]]:
    """Inputs of a report: names relative to `base`, and hashes."""
    return [{"path": p.relative_to(base).as_posix(), "sha256": storage.hash_file(p)} for p in sorted(paths)]


def dots(
    figure: Figure, data: pd.DataFrame, *, rows: str, colour: str, title: str, axis: str, notes: Sequence[str] = ()
) -> None:
    """Draw values with intervals: a row per `rows`, a dot per `colour`, in the order they come.

    Parameters
    ----------
    figure
        Empty.
    data
        Columns `rows`, `colour`, value and, where there are intervals, low and high.
    rows, colour
        Columns.
    title, axis
        What is shown; what the x axis measures.
    notes
        Said under the figure.
    """
    from matplotlib.lines import Line2D

    page = theme.sheet(None, "light", "screen", [], figure=figure)
    names, groups = list(dict.fromkeys(data[rows])), list(dict.fromkeys(data[colour]))
    for k, group in enumerate(groups):
        own = data[data[colour] == group]
        shade, marker = page.look.outlets[k % len(page.look.outlets)], theme.MARKERS[k % len(theme.MARKERS)]
        place = [names.index(r) + 0.6 * ((k + 0.5) / len(groups) - 0.5) for r in own[rows]]
        if "low" in own:
            page.ax.hlines(place, own["low"].astype(float), own["high"].astype(float), color=shade, lw=1.2)
        page.ax.plot(own["value"].astype(float), place, marker, color=shade, ms=5, ls="")
    page.rows([page.label(str(n), share=0.44, lines=2) for n in names])
    if float(data["value"].min()) >= 0:
        page.ax.set_xlim(left=0)
    page.ax.set_xlabel(axis)
    handles = [
        Line2D(
            [],
            [],
            color=page.look.outlets[k % len(page.look.outlets)],
            marker=theme.MARKERS[k % len(theme.MARKERS)],
            ls="",
            label=str(group),
        )
        for k, group in enumerate(groups)
    ]
    high = 0.25 * len(names) * max(1.0, 0.55 * len(groups)) + 0.2
    theme.lay_out(page, theme.Caption(title, "", list(notes), title, high, handles))
