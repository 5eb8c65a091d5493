"""Registered datasets: public corpora as the frames of :mod:`framing.schema`.

An annotated corpus *is* annotations by a human coder's id; a corpus with gold
offsets keeps upstream's text to the character. Each module here is one dataset:

    names, info, cite       what there is, its licence, splits, flaws and how to cite it
    fetch, verify           files from upstream by commit or from a mirror, every hash checked
    load, articles          frames; or the raw articles for the pipeline
    leakage                 texts found in two splits, or twice in one

No text of these corpora ships with the package: loaders, cards and hashes do.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from framing.datasets import _fetch, _registry
from framing.datasets._fetch import FetchError
from framing.datasets._registry import Dataset, Frames, get, leakage, same_text
from framing.schema import InputError

__all__ = [
    "Dataset",
    "FetchError",
    "Frames",
    "articles",
    "cite",
    "fetch",
    "get",
    "info",
    "leakage",
    "load",
    "names",
    "same_text",
    "verify",
]


def names() -> list[str]:
    """Names of all registered datasets, sorted.

    Examples
    --------
    >>> "polnear" in names()
    True
    """
    return list(_registry.registered())


def info(name: str) -> dict[str, Any]:
    """Everything the card says, and whether and where the files are.

    Returns
    -------
    dict
        The card's keys (title, licence, citation, counts, flaws, card, ...) and name, repo, commit, splits, n_files,
        gold_offsets, available, folder.

    Raises
    ------
    InputError
        If there is no such dataset; the message lists the near names.

    Examples
    --------
    >>> info("polnear")["repo"]
    'networkdynamics/PolNeAR'
    """
    dataset = get(name)
    return {
        "name": name,
        **dataset.card,
        "repo": dataset.repo,
        "commit": dataset.commit,
        "splits": list(dataset.splits),
        "n_files": len(dataset.files),
        "gold_offsets": dataset.gold_offsets,
        "available": _fetch.is_fetched(dataset),
        "folder": str(_fetch.data_folder(dataset)),
    }


def cite(name: str) -> str:
    """BibTeX entry to cite when the dataset is used.

    Examples
    --------
    >>> cite("polnear").startswith("@inproceedings{")
    True
    """
    return str(get(name).card.get("citation", "")).strip()


def fetch(name: str, mirror: str | os.PathLike[str] | None = None, *, force: bool = False) -> Path:
    """Get the dataset's files, check every hash, and return the folder they lie in.

    Parameters
    ----------
    name
        A registered dataset.
    mirror
        Folder or address with archives named ``<repo>-<commit>.tar.gz``. Default: FRAMING_MIRROR, else upstream.
    force
        Get them again even if they are there.

    Raises
    ------
    InputError
        If there is no such dataset.
    FetchError
        If the download breaks off, the mirror lacks the archive, or a file has another hash.
    """
    return _fetch.fetch(get(name), mirror, force=force)


def verify(name: str, mirror: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """Hash every file of a dataset again.

    Returns
    -------
    dict
        name, ok, n_files, missing, changed (lists of files) and folder.

    Raises
    ------
    InputError
        If the dataset was not fetched and no mirror is named.
    """
    dataset = get(name)
    found = _fetch.check_folder(dataset, _present(dataset, mirror))
    return {
        "name": name,
        "ok": found.ok,
        "n_files": found.n_files,
        "missing": list(found.missing),
        "changed": list(found.changed),
        "folder": str(found.folder),
    }


def load(name: str, split: str | None = None, mirror: str | os.PathLike[str] | None = None) -> Frames:
    """Frames of a dataset.

    Parameters
    ----------
    name
        A registered dataset.
    split
        One of its splits; a fold's part is named ``<fold>/<part>``, for example ``1/test``. Default: all rows.
    mirror
        Where to fetch from if the files are not there (default FRAMING_MIRROR). Nothing is downloaded from upstream
        unasked: that is what :func:`fetch` is for.

    Returns
    -------
    dict of DataFrame
        ``articles`` (with an extra column ``split``) and, as the corpus has them, ``annotations``, ``quotations``,
        ``events``, ``spans`` (exact gold spans), ``folds`` and ``coders`` (single coders before aggregation).

    Raises
    ------
    InputError
        If there is no such dataset or split, or the files were not fetched.
    FetchError
        If fetching from the mirror fails.
    """
    dataset = get(name)
    frames = dataset.load(_present(dataset, mirror))
    return _registry.select(frames, dataset, split)


def articles(name: str, split: str | None = None, mirror: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Raw articles of a dataset, as the pipeline reads them for ``dataset:NAME``.

    Returns
    -------
    DataFrame
        Frame ``articles`` with the gold ``event_id`` where one is known. ``attrs["clean"]`` is False where cleaning
        must stay off because gold offsets point into the text; ``attrs["dataset"]`` and ``attrs["revision"]`` name it.

    Raises
    ------
    InputError
        As :func:`load`.
    """
    dataset = get(name)
    table = load(name, split, mirror)["articles"].copy()
    table.attrs.update(dataset=name, revision=dataset.commit, clean=not dataset.gold_offsets)
    return table


def _present(dataset: Dataset, mirror: str | os.PathLike[str] | None = None) -> Path:
    if _fetch.is_fetched(dataset):
        return _fetch.data_folder(dataset)
    if mirror or _registry.environment_mirror():
        return _fetch.fetch(dataset, mirror)
    raise InputError(
        f"{dataset.name} is not here yet: run `framing datasets fetch {dataset.name}` "
        f"(or set FRAMING_MIRROR to a folder with its archive)"
    )
