"""Coding sheets as files: CSV, XLSX with lists of answers and the codebook, Label Studio JSON; written and read back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from framing import coding
from framing.schema import InputError

FIXED = ("sample_id", "unit_id", "coder", "outlet", "title", "before", "text", "after", "comment")
FORMATS = ("xlsx", "csv", "labelstudio")
LARGEST = 200_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CELL = 32_000


def write(
    drawn: coding.Sample, articles: pd.DataFrame, folder: str | Path, formats: Sequence[str] = ("xlsx", "csv")
) -> list[Path]:
    """Write a sheet per coder, and the design, which no coder should see.

    Parameters
    ----------
    drawn
        Result of `framing.coding.sample`.
    articles
        The articles frame.
    folder
        Made if it is not there.
    formats
        Any of xlsx, csv, labelstudio.

    Returns
    -------
    list of Path
        What was written, the design last.

    Raises
    ------
    InputError
        If a format is unknown.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InputError(f"no format {', '.join(unknown)}; there are {', '.join(FORMATS)}")
    marked = [question.task for question in drawn.questions if question.marks]
    if marked and list(formats) != ["labelstudio"]:
        raise InputError(
            f"spans ({', '.join(marked)}) can be marked in Label Studio alone: --format labelstudio, and no other"
        )
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    coders = sorted({name for names in drawn.units["coders"].str.split("|") for name in names})
    written = []
    for coder in coders:
        table = coding.sheet(drawn, articles, coder)
        stem = re.sub(r"[^\w.-]+", "-", coder) or "coder"
        for name in formats:
            path = out / (f"{stem}.json" if name == "labelstudio" else f"{stem}.{name}")
            {"csv": _write_csv, "xlsx": _write_xlsx, "labelstudio": _write_label_studio}[name](path, table, drawn)
            written.append(path)
    drawn.save(out / "design.json")
    return [*written, out / "design.json"]


def _safe(value: object) -> object:
    """Text that a spreadsheet program would run as a formula gets an apostrophe in front; control characters go."""
    if not isinstance(value, str):
        return "" if pd.isna(value) else value  # type: ignore[call-overload]
    clean = _ILLEGAL.sub(" ", value)
    return "'" + clean if clean.startswith(_FORMULA) else clean


def _write_csv(path: Path, table: pd.DataFrame, drawn: coding.Sample) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows([_safe(v) for v in row] for row in table.itertuples(index=False))


def _write_xlsx(path: Path, table: pd.DataFrame, drawn: coding.Sample) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    page = book.active
    page.title = "codes"
    page.append(list(table.columns))
    for row in table.itertuples(index=False):
        page.append([str(_safe(v))[:_CELL] for v in row])
    for number, name in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        page[f"{letter}1"].font = Font(bold=True)
        page.column_dimensions[letter].width = {"text": 100, "title": 40, "before": 40, "after": 40}.get(name, 18)
        for cell in page[letter][1:]:
            cell.alignment = Alignment(wrap_text=name in ("text", "title", "before", "after"), vertical="top")
            cell.data_type = "s"
    page.freeze_panes = "D2"
    for question in drawn.questions:
        letter = get_column_letter(list(table.columns).index(question.column) + 1)
        rule = DataValidation("list", formula1='"' + ",".join(question.answers) + '"', allow_blank=True)
        rule.error, rule.errorTitle = f"Choose one of: {', '.join(question.answers)}", question.column[:30]
        page.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{len(table) + 1}")
    guide = book.create_sheet("codebook")
    guide.append(["question", "what is asked", "answer", "meaning"])
    for question in drawn.questions:
        for answer, meaning in question.answers.items():
            guide.append([str(_safe(v)) for v in (question.column, question.meaning, answer, meaning)])
    book.save(path)


def _write_label_studio(path: Path, table: pd.DataFrame, drawn: coding.Sample) -> None:
    tasks = [
        {"data": {name: row[name] for name in table.columns if name in FIXED and name != "comment"}}
        for row in table.to_dict("records")
    ]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".xml").write_text(label_studio_config(drawn), encoding="utf-8")


def label_studio_config(drawn: coding.Sample) -> str:
    """Labelling configuration for Label Studio: the text, one choice per question, labels for what is marked."""
    from xml.sax.saxutils import quoteattr

    around = drawn.units["part"].notna().any()
    lines = ["<View>", '  <Header value="$title"/>', '  <Text name="text" value="$text"/>']
    if around:  # the sentence that is coded stands between what is shown for context alone
        lines.insert(2, '  <Text name="before" value="$before"/>')
        lines.append('  <Text name="after" value="$after"/>')
    for question in drawn.questions:
        lines.append(f"  <Header value={quoteattr(question.column + ': ' + question.meaning)}/>")
        if question.marks:
            lines.append(f'  <Labels name={quoteattr(question.column)} toName="text">')
            lines += [f"    <Label value={quoteattr(answer)}/>" for answer in question.answers]
            lines.append("  </Labels>")
            continue
        lines.append(f'  <Choices name={quoteattr(question.column)} toName="text" choice="single">')
        lines += [f"    <Choice value={quoteattr(answer)}/>" for answer in question.answers]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>", ""])


def read(path: str | Path, drawn: coding.Sample) -> list[dict[str, Any]]:
    """Rows of a sheet as coders and their programs left it.

    Returns
    -------
    list of dict
        origin, sample_id, unit_id, coder, answers (column -> value), and fault where the row cannot be used.

    Raises
    ------
    InputError
        If the file cannot be read, or lacks the columns of a sheet.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no coding sheet {path}")
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path} is larger than {LARGEST // 1_000_000} MB; this is no coding sheet")
    kind = path.suffix.lower()
    if kind == ".json":
        return _read_label_studio(path, drawn)
    if kind in (".xlsx", ".xlsm"):
        return _read_xlsx(path, drawn)
    if kind in (".csv", ".tsv", ".txt"):
        return _read_csv(path, drawn)
    raise InputError(f"{path}: a coding sheet is .xlsx, .csv, .tsv or Label Studio .json; found {kind or 'no ending'}")


def _read_csv(path: Path, drawn: coding.Sample) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    mark = max(",;\t", key=lambda m: ("unit_id" in [c.strip('" ').casefold() for c in head.split(m)], head.count(m)))
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise InputError(f"{path} is not a readable table: {error}") from error
    return _rows(path, rows, drawn, {})


def _read_xlsx(path: Path, drawn: coding.Sample) -> list[dict[str, Any]]:
    from zipfile import ZipFile

    from openpyxl import load_workbook

    try:
        with ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            raise ValueError(f"it unpacks to {size // 1_000_000} MB")
        book = load_workbook(path, data_only=True)
        page = book["codes"] if "codes" in book.sheetnames else book.worksheets[0]
        merged = {row: str(area) for area in page.merged_cells.ranges for row in range(area.min_row, area.max_row + 1)}
        rows = [list(row) for row in page.iter_rows(values_only=True)]
    except Exception as error:  # a damaged workbook makes openpyxl, zlib and the XML parser raise nearly anything
        raise InputError(f"{path} is not a readable workbook: {type(error).__name__}: {str(error)[:200]}") from error
    return _rows(path, rows, drawn, merged)


def _rows(path: Path, rows: list[list[Any]], drawn: coding.Sample, merged: dict[int, str]) -> list[dict[str, Any]]:
    if not rows:
        raise InputError(f"{path} is empty")
    header = [" ".join(str(cell or "").split()) for cell in rows[0]]
    folded = {name.casefold(): number for number, name in reversed(list(enumerate(header)))}
    twice = sorted({name for name in header if name and header.count(name) > 1})
    asked = [q.column for q in drawn.questions if not q.marks]
    missing = [name for name in ("unit_id", "coder", *asked) if name.casefold() not in folded]
    if "unit_id" in missing or all(name in missing for name in asked):
        raise InputError(
            f"{path} is no sheet of this sample: it lacks {', '.join(missing)}; found {', '.join(h for h in header if h)}"
        )
    if twice:
        raise InputError(f"{path} has columns twice: {', '.join(twice)}; keep one of each")

    def cell(row: list[Any], name: str) -> Any:
        at = folded.get(name.casefold())
        return row[at] if at is not None and at < len(row) else None

    found = []
    for number, row in enumerate(rows[1:], start=2):
        if all(str(value if value is not None else "").strip() == "" for value in row):
            continue
        found.append(
            {
                "origin": f"{path.name}:{number}",
                "sample_id": str(cell(row, "sample_id") or "").strip(),
                "unit_id": str(cell(row, "unit_id") or "").strip(),
                "coder": str(cell(row, "coder") or "").strip() or path.stem,
                "answers": {name: cell(row, name) for name in asked},
                "fault": f"cells are merged ({merged[number]}): which rows the answer is for cannot be told"
                if number in merged
                else None,
            }
        )
    return found


def _read_label_studio(path: Path, drawn: coding.Sample) -> list[dict[str, Any]]:
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
        assert isinstance(tasks, list)
    except (OSError, UnicodeDecodeError, ValueError, AssertionError, RecursionError) as error:
        raise InputError(f"{path} is not an export of Label Studio (JSON, a list of tasks): {error}") from error
    found = []
    marked = {question.column for question in drawn.questions if question.marks}
    for number, task in enumerate(tasks, start=1):
        data = _mapping(_mapping(task).get("data"))
        for annotation in map(_mapping, _list(_mapping(task).get("annotations"))):
            answers: dict[str, Any] = {}
            regions = []
            for result in map(_mapping, _list(annotation.get("result"))):
                if str(result.get("from_name")) in marked:
                    regions.append(result)
                    continue
                choices = _list(_mapping(result.get("value")).get("choices"))
                answers[str(result.get("from_name"))] = (
                    choices[0] if len(choices) == 1 else " and ".join(map(str, choices))
                )
            who = annotation.get("completed_by")
            who = who.get("email") or who.get("id") if isinstance(who, dict) else who
            found.append(
                {
                    "origin": f"{path.name}:{number}",
                    "sample_id": str(data.get("sample_id") or ""),
                    "unit_id": str(data.get("unit_id") or ""),
                    "coder": str(data.get("coder") or who or path.stem),
                    "answers": answers,
                    "regions": regions,
                    "shown": data.get("text"),
                    "fault": "the annotation was cancelled" if annotation.get("was_cancelled") else None,
                }
            )
    if not found:
        raise InputError(f"{path} holds no annotations; export the finished tasks from Label Studio as JSON")
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
