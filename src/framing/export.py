"""Frames as tables for other programs: CSV and XLSX with formulas defused, JSON, Parquet, LaTeX, Markdown, SPSS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from framing.schema import FRAMES, InputError

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
    """Write a LaTeX longtable (packages booktabs and longtable), text escaped, columns without values left out."""
    done = _printed(table)
    head = " & ".join(rf"\textbf{{{_tex(c)}}}" for c in done.columns) + r" \\"
    body = [" & ".join(_tex(v) for v in row) + r" \\" for row in done.itertuples(index=False)]
    spec = "".join("r" if pd.api.types.is_numeric_dtype(table[c]) else "l" for c in done.columns) or "l"
    lines = [
        rf"\begin{{longtable}}{{{spec}}}",
        r"\toprule",
        head,
        r"\midrule",
        r"\endhead",
        *body,
        r"\bottomrule",
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


def _tex(value: object) -> str:
    return "".join(_TEX.get(ch, ch) for ch in str(value))


def to_md(table: pd.DataFrame, path: Path) -> Path:
    """Write a Markdown table, text escaped, columns without values left out."""
    done = _printed(table)
    rows = [list(done.columns), *done.itertuples(index=False)]
    lines = ["| " + " | ".join(_md(v) for v in row) + " |" for row in rows]
    rule = "|" + "|".join(" ---: " if pd.api.types.is_numeric_dtype(table[c]) else " --- " for c in done.columns) + "|"
    path.write_text("\n".join([lines[0], rule, *lines[1:], ""]), encoding="utf-8")
    return path


def _md(value: object) -> str:
    text = re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", str(value))
    return text.replace("&", "&amp;")


def _printed(table: pd.DataFrame) -> pd.DataFrame:
    """Values as they are printed: three digits, no empty column, one line a cell."""
    kept = table.dropna(axis="columns", how="all").head(PRINTED)

    def show(value: object) -> str:
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT:
            return ""
        if isinstance(value, float):
            return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 or value == 0 else f"{value:.1e}"
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d %H:%M")
        return " ".join(_CONTROL.sub("\ufffd", str(value)).split())

    return pd.DataFrame({str(c): [show(v) for v in kept[c].astype("object")] for c in kept.columns})


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
