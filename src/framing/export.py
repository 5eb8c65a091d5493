"""Frames as tables for other programs: CSV and XLSX with formulas defused, JSON, Parquet, LaTeX, Markdown, SPSS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from framing.schema import FRAMES, InputError
from framing.targets import worded

FORMATS = ("csv", "xlsx", "json", "parquet", "tex", "md", "sav")
CELL = 32_767  # characters Excel holds in a cell
ROWS = 1_048_575  # rows below a header in an Excel sheet
STRING = 32_767  # bytes SPSS holds in a string
PRINTED = 5_000  # rows of a printed table
PRINT_COLUMNS = ("comparisons", "events", "words", "targets")


def write(frames: Mapping[str, pd.DataFrame], folder: str | Path, format: str = "csv") -> list[Path]:
    """Write every frame as a table.

    Parameters
    ----------
    frames
        Frame name -> DataFrame.
    folder
        Where the tables go, one file per frame (``frames.xlsx`` holds them all); it is made if need be.
    format
        ``csv``, ``xlsx``, ``json``, ``parquet``, ``tex``, ``md`` or ``sav``. LaTeX and Markdown are for printing and
        take the frames that fit on paper: comparisons, events, words and targets.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        For an unknown format, or an extra that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> targets = pd.DataFrame({"target": ["=1+1"], "given_by": ["user"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write({"targets": targets}, folder)[0].read_text())
    target,given_by
    '=1+1,user
    <BLANKLINE>
    """
    kind = format.lower().lstrip(".")
    if kind not in FORMATS:
        raise InputError(f"no export format {format!r}; there are {', '.join(FORMATS)}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        name: frames[name] for name in [*FRAMES, *frames] if name in frames and isinstance(frames[name], pd.DataFrame)
    }
    if kind == "xlsx":
        return [to_xlsx(tables, folder / "frames.xlsx")]
    if kind in ("tex", "md"):
        tables = {name: table for name, table in tables.items() if name in PRINT_COLUMNS}
    return [_WRITERS[kind](table, folder / f"{name}.{kind}") for name, table in tables.items()]


# --- a comparison for print ------------------------------------------------------------------------


def comparison(
    comparisons: pd.DataFrame,
    measure: str,
    *,
    target: str | None = None,
    event: str | None = None,
    wire: str = "with",
) -> pd.DataFrame:
    """Table of one measure, for print: outlets, their values with intervals, and how far each is from its reference.

    Parameters
    ----------
    comparisons
        Frame ``comparisons``.
    measure
        Name of a measure; its members (``frame`` -> ``frame.conflict``) are rows of the same table.
    target
        Only this target.
    event
        Only this event; None takes the comparison over all events.
    wire
        ``"with"`` or ``"without"`` wire copy.

    Returns
    -------
    DataFrame
        One row per member, target, voice and outlet, in that order, outlets alphabetically; columns without values are left
        out. ``attrs["title"]`` and ``attrs["note"]`` say what the table is and what must be said with it.

    Raises
    ------
    InputError
        If nothing of that measure was compared; the message lists the measures that were.

    Examples
    --------
    >>> rows = [
    ...     {"scope": "corpus", "measure": "loaded_share", "outlet": "Ledger", "value": 0.25, "n_articles": 8},
    ...     {"scope": "corpus", "measure": "loaded_share", "outlet": "Ledger", "value": 0.1, "reference": "others"},
    ... ]
    >>> from framing import schema
    >>> table = comparison(schema.conform(rows, "comparisons"), "loaded_share")
    >>> table.to_dict("records")
    [{'outlet': 'Ledger', 'articles': 8, 'value': 0.25, 'difference': 0.1, 'from': 'others'}]
    """
    table = _chosen(comparisons, measure, target, event, wire)
    levels, contrasts = table[table["reference"].isna()], table[table["reference"].notna()]
    key = ["measure", "target", "voice", "outlet"]
    both = levels.merge(contrasts, on=key, how="outer", suffixes=("", "_c"))
    both = both.sort_values(key, key=lambda column: column.astype("object").fillna("").astype(str).str.casefold())
    done = pd.DataFrame(
        {
            "measure": both["measure"].str.partition(".")[2].str.replace("_", " ").mask(lambda part: part == ""),
            "target": both["target"],
            "voice": both["voice"],
            "outlet": both["outlet"],
            "articles": both["n_articles"].fillna(both["n_articles_c"]),
            "events": both["n_events"].fillna(both["n_events_c"]),
            "value": both["value"],
            "interval": _intervals(both, ""),
            "difference": both["value_c"],
            "from": both["reference_c"],
            "interval of the difference": _intervals(both, "_c"),
            "q": both["q_c"],
            "no interval because": _why(both),
        }
    ).reset_index(drop=True)
    done = done.dropna(axis="columns", how="all")
    done.attrs["title"] = measure.replace("_", " ") + (f" toward {worded(target)}" if target else "")
    done.attrs["note"] = _notes(table, wire, event)
    return done


def _chosen(table: pd.DataFrame, measure: str, target: str | None, event: str | None, wire: str) -> pd.DataFrame:
    name = table["measure"].astype("object")
    mine = (name == measure) | name.str.startswith(measure + ".").fillna(False)
    where = (table["scope"] == "corpus") if event is None else (table["event_id"] == event)
    found = table[(mine & where.fillna(False) & (table["wire"].fillna(wire) == wire)).astype(bool)]
    if target is not None and not found.empty:
        targets = sorted(found["target"].dropna().unique())
        found = found[(found["target"] == target).fillna(False).astype(bool)]
        if found.empty:
            raise InputError(
                f"no comparison of {measure!r} toward {target!r}; it was compared toward {', '.join(targets) or 'no target'}"
            )
    if found.empty:
        known = sorted({str(m).split(".", 1)[0] for m in name.dropna()})
        raise InputError(
            f"no comparison of {measure!r} in these frames; compared were {', '.join(known) or 'no measures'}"
        )
    return found


def _intervals(table: pd.DataFrame, suffix: str) -> pd.Series:
    low, high = table[f"low{suffix}"], table[f"high{suffix}"]
    pairs = zip(low.astype("float64"), high.astype("float64"), strict=True)
    return pd.Series([pd.NA if a != a or b != b else f"{a:.3f} to {b:.3f}" for a, b in pairs], index=table.index)


def _why(table: pd.DataFrame) -> pd.Series:
    """Why there is no interval, where the estimator said so."""
    method = table["method_c"].astype("object").where(table["low_c"].isna(), None)
    return method.astype("str").str.extract(r"withheld: (.*)$", expand=False)


def _notes(table: pd.DataFrame, wire: str, event: str | None) -> str:
    from framing import measures
    from framing.charts.tables import reasons

    level = sorted({f"{100 * float(v):.0f} %" for v in table["level"].dropna()})
    bare = (table["low"].isna() & table["value"].notna()).sum()
    corrected = table["corrected"].fillna(False).astype(bool)
    why = reasons(table.loc[table["low"].isna() & table["value"].notna(), "method"])
    parts = [
        f"Intervals: {', '.join(level)}" if level else "No intervals" + (f" ({why})" if why else ""),
        f"withheld for {bare} of {table['value'].notna().sum()} values" + (f" ({why})" if why else "")
        if bare and level
        else "",
        "corrected by hand codes" if corrected.all() else "not corrected by hand codes",
        f"{wire} wire copy",
        "one event" if event else "averaged to outlet and event first",
    ]
    said = "; ".join(p for p in parts if p) + ". Differences between these texts, not bias or truth."
    return f"{said} {measures.validated(table['measure'].dropna().astype(str))}".strip()


def write_comparison(
    comparisons: pd.DataFrame, folder: str | Path, measure: str, format: str = "tex", **choice: Any
) -> Path:
    """Write the table of one measure (see `comparison`) to ``comparison_<measure>.<format>``.

    Parameters
    ----------
    comparisons
        Frame ``comparisons``.
    folder
        Where the file goes; it is made if need be.
    measure
        Name of a measure.
    format
        Any of `FORMATS`. LaTeX and Markdown carry title and note.
    choice
        `target`, `event`, `wire` as for `comparison`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        For an unknown format or a measure that was not compared.
    """
    kind = format.lower().lstrip(".")
    if kind not in FORMATS:
        raise InputError(f"no export format {format!r}; there are {', '.join(FORMATS)}")
    table = comparison(comparisons, measure, **choice)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"comparison_{re.sub(r'[^A-Za-z0-9]+', '_', measure)}.{kind}"
    return to_xlsx({path.stem: table}, path) if kind == "xlsx" else _WRITERS[kind](table, path)


# --- formulas --------------------------------------------------------------------------------------

_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]|^[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def defuse(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every text that a spreadsheet would take for a formula put behind an apostrophe.

    Numbers are not text and stay as they are, negative ones too. Column names are treated alike.

    Examples
    --------
    >>> defuse(pd.DataFrame({"a": ["=cmd()", "plain", "+1"], "b": [-1, 2, 3]})).to_dict("list")
    {'a': ["'=cmd()", 'plain', "'+1"], 'b': [-1, 2, 3]}
    """
    done = table.copy()
    for column in done.columns:
        if pd.api.types.is_numeric_dtype(done[column]) or pd.api.types.is_datetime64_any_dtype(done[column]):
            continue
        done[column] = done[column].astype("object").map(_safe, na_action="ignore")
    return done.rename(columns=_safe)


def _safe(value: object) -> object:
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


# --- one function per format -----------------------------------------------------------------------


def to_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write CSV (UTF-8, ISO times), formulas defused."""
    defuse(_iso(table)).to_csv(path, index=False, lineterminator="\n")
    return path


def _iso(table: pd.DataFrame) -> pd.DataFrame:
    done = table.copy()
    for column in done.columns:
        if pd.api.types.is_datetime64_any_dtype(done[column]):
            done[column] = done[column].map(lambda t: t.isoformat(), na_action="ignore")
    return done


def to_json(table: pd.DataFrame, path: Path) -> Path:
    """Write JSON: a list of records, missing values null."""
    records = json.loads(_iso(table).to_json(orient="records", date_format="iso", double_precision=15))
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def to_parquet(table: pd.DataFrame, path: Path) -> Path:
    """Write Parquet."""
    table.to_parquet(path, index=False)
    return path


def to_xlsx(tables: Mapping[str, pd.DataFrame], path: Path) -> Path:
    """Write one workbook, a sheet per frame: formulas defused, cells that Excel cannot hold cut and said to be.

    Frames with more rows than a sheet holds run on in further sheets.
    """
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for name, table in tables.items():
            done = defuse(_iso(table))
            for column in done.columns:
                if not pd.api.types.is_numeric_dtype(done[column]):
                    done[column] = done[column].map(_cell, na_action="ignore")
            for k, start in enumerate(range(0, max(len(done), 1), ROWS)):
                part = done.iloc[start : start + ROWS]
                title = (name if not k else f"{name}_{k + 1}")[:31]
                part.to_excel(book, sheet_name=title, index=False, freeze_panes=(1, 0))
        if not tables:
            pd.DataFrame({"note": ["no frames"]}).to_excel(book, sheet_name="empty", index=False)
    return path


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = _CONTROL.sub("\ufffd", value)
    mark = " [cut]"
    return value if len(value) <= CELL else value[: CELL - len(mark)] + mark


def to_tex(table: pd.DataFrame, path: Path) -> Path:
    """Write a LaTeX longtable (packages booktabs and longtable), text escaped, columns without values left out.

    A title and a note in the table's ``attrs`` become its caption and a last line.
    """
    done = printed(table)
    head = " & ".join(rf"\textbf{{{_tex(c)}}}" for c in done.columns) + r" \\"
    body = [" & ".join(_tex(v) for v in row) + r" \\" for row in done.itertuples(index=False)]
    spec = "".join("r" if pd.api.types.is_numeric_dtype(table[c]) else "l" for c in done.columns) or "l"
    title, note = table.attrs.get("title"), table.attrs.get("note")
    width = max(len(done.columns), 1)
    lines = [
        rf"\begin{{longtable}}{{{spec}}}",
        *([rf"\caption{{{_tex(title)}}} \\"] if title else []),
        r"\toprule",
        head,
        r"\midrule",
        r"\endhead",
        *body,
        r"\bottomrule",
        *([rf"\multicolumn{{{width}}}{{p{{0.95\linewidth}}}}{{\footnotesize {_tex(note)}}} \\"] if note else []),
        r"\end{longtable}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


_TEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


_NUMBERS = re.compile(r"-?[\d.]+(?:e[+-]?\d+)?(?: to -?[\d.]+)?")


def _tex(value: object) -> str:
    text = str(value)
    if _NUMBERS.fullmatch(text):
        return re.sub(r"(?<![e\d])-", "$-$", text)
    return "".join(_TEX.get(ch, ch) for ch in text)


def to_md(table: pd.DataFrame, path: Path) -> Path:
    """Write a Markdown table, text escaped, columns without values left out."""
    done = printed(table)
    rows = [list(done.columns), *done.itertuples(index=False)]
    lines = ["| " + " | ".join(_md(v) for v in row) + " |" for row in rows]
    rule = "|" + "|".join(" ---: " if pd.api.types.is_numeric_dtype(table[c]) else " --- " for c in done.columns) + "|"
    title, note = table.attrs.get("title"), table.attrs.get("note")
    before = [f"**{_md(title)}**", ""] if title else []
    after = ["", _md(note)] if note else []
    path.write_text("\n".join([*before, lines[0], rule, *lines[1:], *after, ""]), encoding="utf-8")
    return path


def _md(value: object) -> str:
    text = re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", str(value))
    return text.replace("&", "&amp;")


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """Values as they are printed: three digits, no empty column, one line a cell.

    Examples
    --------
    >>> printed(pd.DataFrame({"n": [3], "value": [0.12345], "low": [None]})).to_dict("list")
    {'n': ['3'], 'value': ['0.123']}
    """
    kept = table.dropna(axis="columns", how="all").head(PRINTED)

    times = kept.select_dtypes("datetimetz")
    days = {name for name in times if times[name].dropna().eq(times[name].dropna().dt.normalize()).all()}

    def show(value: object, day: bool) -> str:
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return f"{value:.0f}"
        if isinstance(value, float):
            return f"{value:.3f}" if abs(value) >= 0.001 else f"{value:.1e}"
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M")
        return " ".join(_CONTROL.sub("\ufffd", str(value)).split())

    return pd.DataFrame({str(c): [show(v, c in days) for v in kept[c].astype("object")] for c in kept.columns})


def to_sav(table: pd.DataFrame, path: Path) -> Path:
    """Write an SPSS file with the frames' meanings as variable labels; needs the extra ``framing[spss]``.

    Raises
    ------
    InputError
        If pyreadstat is not installed.
    """
    try:
        import pyreadstat
    except ImportError as error:
        raise InputError("writing .sav needs pyreadstat: pip install 'framing[spss]'") from error
    done = _iso(table)
    names: dict[str, str] = {}
    for column in done.columns:
        base = re.sub(r"\W", "_", str(column), flags=re.ASCII).strip("_")[:60] or "column"
        base = base if base[0].isalpha() else f"v_{base}"
        while base.lower() in {n.lower() for n in names.values()}:
            base += "_"
        names[column] = base
    labels: Any = [_meaning(path.stem, str(c)) for c in done.columns]
    for column in done.columns:
        if pd.api.types.is_bool_dtype(done[column]) or str(done[column].dtype) in ("Int64", "boolean"):
            done[column] = done[column].astype("float64")
        elif not pd.api.types.is_numeric_dtype(done[column]):
            done[column] = done[column].astype("object").map(_spss, na_action="ignore").where(done[column].notna(), "")
    pyreadstat.write_sav(done.rename(columns=names), str(path), column_labels=labels)
    return path


def _spss(value: object) -> str:
    return _CONTROL.sub("\ufffd", str(value)).encode()[:STRING].decode(errors="ignore")


def _meaning(frame: str, column: str) -> str:
    known = FRAMES.get(frame, {})
    return known[column].meaning[:250] if column in known else column[:250]


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], Path]] = {
    "csv": to_csv,
    "json": to_json,
    "parquet": to_parquet,
    "tex": to_tex,
    "md": to_md,
    "sav": to_sav,
}
