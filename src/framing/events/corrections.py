"""A person's corrections of a grouping: merge, split, move. They name articles, so they last when it is rerun."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from framing import schema

__all__ = ["EDITS", "apply", "read_edits"]

EDITS = ("merge", "split", "move")


def read_edits(path: str | Path) -> pd.DataFrame:
    """Read corrections of a grouping from a CSV file.

    Columns ``action``, ``articles`` (article ids separated by ``|``) and ``to`` (an article id). They name articles, not
    events, so that they last when the grouping is rerun.

    * ``merge``: the events of all `articles` become one;
    * ``split``: the `articles` leave their events and form one of their own;
    * ``move``: the `articles` go to the event of the article `to`.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If the file or an action cannot be read.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise schema.InputError(f"cannot read edits from {path}: {error}") from error
    table = pd.DataFrame(rows, columns=["action", "articles", "to"])
    _check_edits(table)
    return table


def _check_edits(edits: pd.DataFrame) -> None:
    missing = [c for c in ("action", "articles") if c not in edits.columns]
    if missing:
        raise schema.InputError(f"edits lack {', '.join(missing)}; columns are action, articles, to")
    for k, action in enumerate(edits["action"]):
        if action not in EDITS:
            raise schema.InputError(f"edit {k + 1} says {action!r}; actions are {', '.join(EDITS)}")


def apply(
    labels: list[str],
    ids: list[str],
    edits: pd.DataFrame | Iterable[Mapping[str, object]] | None,
    decided: list[str],
) -> list[str]:
    """Return corrected labels; articles that an edit placed are marked in `decided`."""
    if edits is None:
        return labels
    table = edits if isinstance(edits, pd.DataFrame) else pd.DataFrame(list(edits))
    if table.empty:
        return labels
    _check_edits(table)
    row = {article: k for k, article in enumerate(ids)}
    out = list(labels)
    for number, edit in enumerate(table.to_dict("records")):
        chosen = [row[a] for a in str(edit["articles"]).split("|") if a in row]
        if not chosen:
            continue  # the articles are not in this corpus
        if edit["action"] == "merge":
            joined = {out[k] for k in chosen}
            keep = min(joined, key=lambda label: (not label.startswith("e-"), label))
            chosen = [k for k, label in enumerate(out) if label in joined]
        elif edit["action"] == "split":
            keep = f"n:edit{number}"
        else:
            target = str(edit.get("to") or "")
            if target not in row:
                continue
            keep = out[row[target]]
        for k in chosen:
            if out[k] != keep or edit["action"] == "split":
                decided[k] = "edit"
            out[k] = keep
    return out
