"""Measures: one small file per family, found by being here.

To add a measure, put a module into this package that holds ``MEASURES``, a tuple of `Measure`. Nothing else changes:
`compare`, the report and the tables find it.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import pandas as pd

from framing.measures._base import Frames, Measure
from framing.schema import FramingError

__all__ = ["Frames", "Measure", "available", "compute", "describe", "document", "notes_of", "unmeasured"]


@lru_cache(maxsize=1)
def available() -> dict[str, Measure]:
    """Every measure defined in this package, by name.

    Examples
    --------
    >>> available()["stance"].unit
    '-1 (against) .. 1 (favour)'
    """
    found: dict[str, Measure] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        if module.startswith("_"):
            continue
        for measure in importlib.import_module(f"{__name__}.{module}").MEASURES:
            if measure.name in found:
                raise FramingError(f"two measures are named {measure.name!r}; rename the one in measures/{module}.py")
            found[measure.name] = measure
    return found


def describe(name: str) -> Measure:
    """Definition of a measure, or of the set it is a member of (``frame.conflict`` -> ``frame``).

    Raises
    ------
    FramingError
        If there is none; the message lists near names.

    Examples
    --------
    >>> describe("frame.conflict").family
    'frames'
    """
    known = available()
    for candidate in (name, name.split(".", 1)[0]):
        if candidate in known:
            return known[candidate]
    near = difflib.get_close_matches(name, known, n=3) or sorted(known)
    raise FramingError(f"no measure named {name!r}; did you mean {', '.join(near)}?")


def compute(
    frames: Frames, names: Iterable[str] | None = None, lacking: Mapping[str, list[str]] | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Values of the measures whose frames are there, and a note on each one left out.

    Parameters
    ----------
    frames
        articles, and whatever the measures need.
    names
        Measures wanted (``frame`` asks for all frames); default all.
    lacking
        What :func:`unmeasured` says of the corpus that these frames are a piece of; default of these frames.

    Returns
    -------
    values, notes
        Long values, see `framing.measures._base`; sentences for the report.
    """
    from framing.measures._base import stack

    wanted = list(names) if names is not None else list(available())
    if lacking is None:
        lacking = unmeasured([name for name, frame in frames.items() if not getattr(frame, "empty", False)], wanted)
    left_out = {name for missing in lacking.values() for name in missing}
    functions = {describe(name).function: None for name in wanted if describe(name).name not in left_out}
    values = stack([function(frames) for function in functions])
    asked = set(wanted)
    keep = values["measure"].map(lambda m: m in asked or m.split(".", 1)[0] in asked)
    return values[keep.astype(bool)].reset_index(drop=True), notes_of(lacking)


def unmeasured(there: Collection[str], names: Iterable[str]) -> dict[str, list[str]]:
    """Measures of those named that cannot be computed, by the frame that is empty or not there; `there` are the others."""
    lacking: dict[str, list[str]] = {}
    for definition in map(describe, names):
        for need in definition.needs:
            if need not in there:
                lacking.setdefault(need, []).append(definition.name)
    return lacking


def notes_of(lacking: Mapping[str, Iterable[str]]) -> list[str]:
    """Sentences for the report on what was left out."""
    return [
        f"Not measured, because no {need} were found: {', '.join(sorted(set(names)))}."
        for need, names in lacking.items()
    ]


def validated(names: Iterable[str]) -> str:
    """Say what the classifiers behind measures were validated on; empty where there are none.

    Examples
    --------
    >>> validated(["carried"]), validated(["frame.conflict", "frame.economic"])[:42]
    ('', 'Validated on: the codebook `generic` on 42')
    """
    known = available()
    said = [known[name].validated for name in dict.fromkeys(n.split(".", 1)[0] for n in names) if name in known]
    return " ".join(f"Validated on: {one}" for one in dict.fromkeys(said) if one)


def document() -> str:
    """Every measure as Markdown, by family: what docs/measures.md holds."""
    families: dict[str, list[Measure]] = {}
    for measure in available().values():
        families.setdefault(measure.family, []).append(measure)
    lines: list[str] = []
    for family in sorted(families):
        lines += [f"## {family.capitalize()}", ""]
        for one in sorted(families[family], key=lambda m: m.name):
            low, high = (f"{bound:g}" for bound in one.bounds)
            lines += [
                f"### `{one.name}`",
                "",
                one.meaning,
                "",
                f"- **Unit**: {one.unit}; from {low} to {high}",
                f"- **Formula**: {one.formula}",
                f"- **Source**: {one.source}",
                f"- **Needs**: {', '.join(one.needs)}",
                f"- **Caveats**: {one.caveats}",
                *([f"- **Validated on**: {one.validated}"] if one.validated else []),
                "",
            ]
    return "\n".join(lines)
