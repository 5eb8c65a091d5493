"""Reports that anyone can build again: one command from a corpus, a run or committed results, never edited by hand.

``build("sample")`` writes ``reports/sample/``:

    report.md, report.html      the report; a short paper: question, data, methods, results, limits
    figures/<name>.svg, .csv    each figure and the numbers it draws
    tables/<name>.csv           each table, unrounded
    stamp.json                  inputs with their hashes, settings, seed, versions, models

A report is a module here with ``TITLE``, ``READS`` (what it is built from) and ``build(source) -> Document``:

    sample       the bundled corpus, end to end
    benchmarks   every committed result beside baselines and published figures
    us_2016      who is quoted in seven US outlets, 2015-16, by the PolNeAR corpus

`check` says where a report on disk differs from what the code builds now.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from framing.reproduce.document import Document
from framing.schema import InputError

__all__ = ["NAMES", "Document", "Report", "build", "check", "get", "root"]

NAMES = ("sample", "benchmarks", "us-2016")
_NUMBER = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Report:
    """A report by name.

    Parameters
    ----------
    name, title
        As on the command line; as at the top of the report.
    reads
        What it is built from, for the reference.
    make
        From a run folder or a folder of results (None: the usual one) to the document.
    """

    name: str
    title: str
    reads: str
    make: Callable[[Path | None], Document]


def get(name: str) -> Report:
    """Report of that name.

    Raises
    ------
    InputError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> get("sample").title
    'Nine fictional events in six fictional outlets'
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"no report named {name!r}; there are {', '.join(NAMES)}.{hint}")
    module = import_module(f"framing.reproduce.{name.replace('-', '_')}")
    return Report(name, module.TITLE, module.READS, module.build)


def root() -> Path:
    """Folder of the reports: beside the package in a checkout, else ``reports`` here."""
    checkout = Path(__file__).resolve().parents[3]
    return checkout / "reports" if (checkout / "pyproject.toml").is_file() else Path.cwd() / "reports"


def build(name: str, out: str | Path | None = None, *, source: str | Path | None = None) -> list[Path]:
    """Build a report.

    Parameters
    ----------
    name
        One of `NAMES`.
    out
        Folder to write into; default ``reports/<name>``. Figures and tables of an earlier build there are replaced.
    source
        ``sample``: folder of a finished run to use instead of running the pipeline. ``benchmarks``: another folder of
        experiments. ``us-2016``: another folder or archive with PolNeAR's files (as ``--mirror``).

    Returns
    -------
    list of Path
        The files written, report.md first.

    Raises
    ------
    InputError
        If there is no such report, or what it is built from is not here.
    """
    report = get(name)
    document = report.make(Path(source) if source is not None else None)
    return document.write(Path(out) if out is not None else root() / name, name)


def check(committed: str | Path, built: str | Path, *, tolerance: float = 0.0) -> list[str]:
    """Where a report on disk differs from another build of it.

    Parameters
    ----------
    committed, built
        Folders of `build`.
    tolerance
        Largest difference of two numbers that counts as none: 0 on the same kind of machine with the same versions.

    Returns
    -------
    list of str
        One sentence per differing file: the first differing line of each. Figures are compared by the data they draw; HTML
        and stamp follow from the rest or tell of the machine.
    """
    old, new = _compared(Path(committed)), _compared(Path(built))
    found = [f"{name} is missing" for name in sorted(new.keys() - old.keys())]
    found += [f"{name} is no longer built" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        first, second = old[name].splitlines(), new[name].splitlines()
        for number, (a, b) in enumerate(zip(first, second, strict=False), 1):
            if not _alike(a, b, tolerance):
                found.append(f"{name} line {number}: {a[:200]!r}, now {b[:200]!r}")
                break
        else:
            if len(first) != len(second):
                found.append(f"{name} has {len(first)} lines, now {len(second)}")
    return found


def _compared(folder: Path) -> dict[str, str]:
    names = sorted(p for p in folder.rglob("*") if p.suffix in (".md", ".csv"))
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in names}


def _alike(a: str, b: str, tolerance: float) -> bool:
    if a == b:
        return True
    if not tolerance or _NUMBER.sub("#", a) != _NUMBER.sub("#", b):
        return False
    pairs = zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)
    return all(abs(_value(x) - _value(y)) <= tolerance for x, y in pairs)


def _value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def describe() -> list[dict[str, Any]]:
    """Name, title and what it is built from, of every report.

    Examples
    --------
    >>> [row["name"] for row in describe()]
    ['sample', 'benchmarks', 'us-2016']
    """
    return [{"name": r.name, "title": r.title, "reads": r.reads} for r in map(get, NAMES)]
