"""What a dataset is: a `Dataset` object in a module of this package, and a card.

A module is a registration: it defines ``DATASET`` and is found by being there.
Facts a reader needs (licence, citation, counts, flaws) stand in
``datasets/<name>/card.md``; the hash of every file that is read stands beside
it in ``SHA256SUMS``, in the format of ``sha256sum``.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import os
import pkgutil
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from framing import schema
from framing.schema import InputError

Frames = dict[str, pd.DataFrame]

PACKAGE = "framing.datasets"
EXTRA_FRAMES = {
    "spans": "exact gold spans (article_id, part, start, end, role, attribution, fragment, coder)",
    "others": "spans of further coders of articles that several coded",
    "folds": "fold membership where a corpus is cross-validated (article_id, fold, split)",
    "coders": "single coders' answers before they were aggregated, in the columns of annotations",
}


@dataclass(frozen=True)
class Dataset:
    """One registered dataset.

    Parameters
    ----------
    name
        Its name here, and the name of its folder under ``datasets/``.
    load
        From the folder holding the files to frames; ``articles`` has an extra column ``split``.
    splits
        The values of that column, in order.
    repo, commit
        The upstream repository on GitHub (``owner/name``) and the commit read.
    gold_offsets
        Annotations carry upstream's offsets, so the text must be loaded with cleaning off.
    canonical
        For files that are checked by content instead of byte by byte: path -> function giving the bytes to hash.
    archive
        False if the files are not in the repository's archive and must be placed in a mirror by hand.
    local
        The files lie in the card's own folder: nothing is fetched.
    """

    name: str
    load: Callable[[Path], Frames]
    splits: tuple[str, ...] = ()
    repo: str | None = None
    commit: str | None = None
    gold_offsets: bool = False
    canonical: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    archive: bool = True
    local: bool = False

    @property
    def folder(self) -> Path:
        """Folder of the card: ``datasets/<name>`` in a checkout, ``framing/_datasets/<name>`` when installed."""
        return card_folder(self.name)

    @property
    def card(self) -> dict[str, Any]:
        """Front matter of the card."""
        return read_card(self.folder / "card.md")

    @property
    def archive_name(self) -> str:
        """Name of the repository's archive at the commit, without its ending."""
        return f"{str(self.repo).rpartition('/')[2]}-{self.commit}"

    @property
    def files(self) -> dict[str, str]:
        """Every file that is read, relative to the repository's root, and its sha256."""
        return read_sums(self.folder / "SHA256SUMS")


def cards_root() -> Path:
    """Folder of all cards, in a checkout or in the installed package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "datasets"
    return (
        checkout if (package.parents[1] / "pyproject.toml").is_file() and checkout.is_dir() else package / "_datasets"
    )


def card_folder(name: str) -> Path:
    """Folder of one dataset's card."""
    return cards_root() / name


def read_card(path: Path) -> dict[str, Any]:
    """Front matter of a card (TOML between two lines ``+++``), with the whole card under ``card``.

    Raises
    ------
    InputError
        If there is no card or its front matter is not TOML.
    """
    if not path.is_file():
        raise InputError(f"no card at {path}; every dataset has one, with licence, citation and known flaws")
    _, _, rest = path.read_text("utf-8").partition("+++\n")
    head, _, prose = rest.partition("\n+++\n")
    try:
        return {**tomllib.loads(head), "card": _readable(head, prose)}
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: the lines between +++ should be TOML: {error}") from error


def _readable(head: str, prose: str) -> str:
    """The card for a reader: prose first, then the facts."""
    return f"{prose.strip()}\n\n{head.strip()}\n"


def read_sums(path: Path) -> dict[str, str]:
    """Read a file in the format of ``sha256sum``: path -> hash."""
    if not path.is_file():
        return {}
    pairs = (line.split("  ", 1) for line in path.read_text("utf-8").splitlines() if line.strip())
    return {name.strip(): digest for digest, name in pairs}


@functools.cache
def registered() -> dict[str, Dataset]:
    """All datasets, by name: every module of this package that defines ``DATASET``."""
    package = importlib.import_module(PACKAGE)
    modules = (_module(module.name) for module in pkgutil.iter_modules(package.__path__))
    found = {dataset.name: dataset for dataset in modules if dataset is not None}
    return dict(sorted(found.items()))


def _module(name: str) -> Dataset | None:
    """Dataset of the module of that name, without importing the others."""
    if not name.isidentifier() or name.startswith("_") or importlib.util.find_spec(f"{PACKAGE}.{name}") is None:
        return None
    found = getattr(importlib.import_module(f"{PACKAGE}.{name}"), "DATASET", None)
    return found if isinstance(found, Dataset) else None


def get(name: str) -> Dataset:
    """Return the dataset of that name.

    Raises
    ------
    InputError
        If there is none; the message lists the near names.
    """
    alone = _module(name)
    if alone is not None and alone.name == name:
        return alone
    known = registered()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3) or [k for k in known if name.lower() in k] or list(known)
    raise InputError(f"no dataset named {name!r}; did you mean {', '.join(near)}? All: {', '.join(known)}")


# --- what loaders share ----------------------------------------------------------------------


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain dicts."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def articles_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Articles in the schema's columns with ``n_words`` counted; extra columns follow."""
    table = pd.DataFrame(list(rows))
    if table.empty:
        table = schema.empty("articles").assign(split=pd.Series(dtype=schema.DTYPES["str"]))
    table["n_words"] = table["text"].map(schema.count_words)
    if "outlet" in table and "outlet_raw" not in table:
        table["outlet_raw"] = table["outlet"]
    return schema.conform(table, "articles")


def annotations_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Annotations in the schema's columns; extra columns follow."""
    return schema.conform(list(rows), "annotations")


def events_frame(articles: pd.DataFrame, titles: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row per gold event: first and last date, articles and outlets counted."""
    titles = titles or {}
    rows = [
        {
            "event_id": event,
            "title": titles.get(str(event)),
            "start": group["published_at"].min(),
            "end": group["published_at"].max(),
            "n_articles": len(group),
            "n_outlets": group["outlet"].nunique(),
        }
        for event, group in articles.dropna(subset=["event_id"]).groupby("event_id", sort=True)
    ]
    return schema.conform(rows, "events")


def same_text(texts: pd.Series) -> pd.Series:
    """Key under which two texts count as the same: case and white space do not matter.

    Examples
    --------
    >>> same_text(pd.Series(["So  it is.", "so it IS."])).nunique()
    1
    """
    return texts.astype(str).str.split().str.join(" ").str.casefold()


def leakage(frames: Frames) -> pd.DataFrame:
    """Texts that occur more than once, by pair of splits.

    Returns
    -------
    DataFrame
        Columns ``split``, ``other`` and ``n``: for two splits the texts found in both; for one split the rows that
        repeat an earlier row of it. Pairs without any are left out.

    Examples
    --------
    >>> articles = pd.DataFrame({"text": ["It rains.", "it rains.", "No."], "split": ["train", "test", "test"]})
    >>> leakage({"articles": articles}).to_dict("records")
    [{'split': 'train', 'other': 'test', 'n': 1}]
    """
    articles = frames["articles"]
    keys = same_text(articles["text"])
    splits = list(dict.fromkeys(articles["split"].dropna()))
    texts = {split: keys[articles["split"] == split] for split in splits}
    rows = [{"split": s, "other": s, "n": int(texts[s].duplicated().sum())} for s in splits]
    for i, split in enumerate(splits):
        for other in splits[i + 1 :]:
            rows.append({"split": split, "other": other, "n": len(set(texts[split]) & set(texts[other]))})
    table = pd.DataFrame(rows, columns=["split", "other", "n"])
    return table[table["n"] > 0].reset_index(drop=True)


def select(frames: Frames, dataset: Dataset, split: str | None) -> Frames:
    """Rows of one split; a fold's part is named ``<fold>/<part>``, for example ``1/test``.

    Raises
    ------
    InputError
        If there is no such split; the message lists the splits.
    """
    if split is None:
        return frames
    ids = _members(frames, split)
    if ids is None:
        known = [*dataset.splits, *_fold_splits(frames)]
        near = difflib.get_close_matches(split, known, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise InputError(f"{dataset.name} has no split {split!r}{hint} Splits: {', '.join(known) or 'none'}")
    keep = {name: _rows(table, ids) for name, table in frames.items() if name != "events"}
    if "events" in frames:
        seen = set(keep["articles"]["event_id"].dropna())
        keep["events"] = frames["events"][frames["events"]["event_id"].isin(seen)].reset_index(drop=True)
    return keep


def _rows(table: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    return table[table["article_id"].isin(ids)].reset_index(drop=True) if "article_id" in table else table


def _members(frames: Frames, split: str) -> set[str] | None:
    articles = frames["articles"]
    if split in set(articles["split"].dropna()):
        return set(articles.loc[articles["split"] == split, "article_id"])
    folds = frames.get("folds")
    fold, _, part = split.partition("/")
    if folds is None or not part:
        return None
    chosen = folds[(folds["fold"].astype(str) == fold) & (folds["split"] == part)]
    return set(chosen["article_id"]) or None


def _fold_splits(frames: Frames) -> list[str]:
    folds = frames.get("folds")
    if folds is None:
        return []
    pairs = folds[["fold", "split"]].drop_duplicates()
    return [f"{fold}/{split}" for fold, split in pairs.itertuples(index=False)]


def environment_mirror() -> str | None:
    """The mirror named by FRAMING_MIRROR, or null."""
    return os.environ.get("FRAMING_MIRROR") or None
