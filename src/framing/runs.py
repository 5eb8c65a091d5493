"""One run in a folder: the steps of :mod:`framing.pipeline` on disk, then charts, report.html and run.json.

:func:`run` opens or resumes the folder, has :mod:`framing.engine` carry out the steps, publishes the frames and presents
them; what run.json says of the result is put together here.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing import __version__, named, schema
from framing.engine import Mapper, Run, Watch, Workers, local, on_ray, silent
from framing.errors import InputError
from framing.loading import dates
from framing.pipeline import ANNOTATE, COMPARE, STEPS, Settings, fill, need_articles
from framing.storage import (
    ALL,
    EXTRA,
    Folder,
    Shelf,
    code_hash,
    content,
    describe_inputs,
    fingerprint,
    lock,
    need_run,
    now,
    open_folder,
    read_record,
    versions,
)

REJECTED_SHARE = 0.1
"""Share of rejected or unannotated articles beyond which a run ends with exit code 1."""
TELLING_WORDS = 60
"""Words below which a text tells too little of its kind."""
UNLIKE_SHARE = 0.1
"""Share of articles unlike news beyond which a run says so; in corpora of news it is at most .06 (``experiments/domain``)."""


@dataclass
class Outcome:
    """What a run on disk gave: where it is, what run.json says, and what was withheld."""

    out: Path
    record: dict[str, Any]
    files: list[Path]

    @property
    def withheld(self) -> list[str]:
        """What was not given, and why."""
        return list(self.record.get("withheld", []))

    @property
    def exit_code(self) -> int:
        """0 done, 1 done but something was withheld or rejected beyond :data:`REJECTED_SHARE`."""
        return 1 if self.withheld else 0


def run(
    inputs: Sequence[str | Path],
    out: str | Path,
    settings: Settings | None = None,
    *,
    comparing: bool = True,
    engine: str = "local",
    overwrite: bool = False,
    full_text: bool = False,
    mask_private: bool = False,
    command: str | None = None,
    watch: Watch | None = None,
    workers: int = 1,
) -> Outcome:
    """Carry out the whole pipeline into a folder: frames, charts, report.html, run.json.

    Parameters
    ----------
    inputs
        Files, folders or ``dataset:NAME``.
    out
        Output folder; an unfinished run with the same inputs and settings in it is resumed.
    settings
        What decides the result.
    comparing
        Whether to compare outlets, draw charts and write the report.
    engine
        ``"local"`` or ``"ray"``.
    overwrite
        Whether another run in the folder may be replaced.
    full_text, mask_private
        Of the report: whole articles instead of excerpts; names of private persons masked.
    command
        The command line, for run.json.
    watch
        Shows progress.
    workers
        Processes of the local engine. More than one needs a script that can be imported (``if __name__ == ...``).

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        For anything wrong with the input, the settings or the folder.
    """
    settings = settings or Settings()
    names = [str(p) for p in inputs]
    if engine not in MAPPERS:
        raise InputError(f"no engine {engine!r}; there are {', '.join(MAPPERS)}")
    named.check(settings.models, settings.labels)
    steps = STEPS if comparing else ANNOTATE
    described = describe_inputs(names)
    deciding = {
        "version": version(),
        "code": code_hash(),
        "versions": versions(),
        "inputs": described,
        "settings": {name: content(value) for name, value in settings.deciding().items()},
        "steps": len(steps),
    }
    record = {
        "fingerprint": fingerprint(deciding),
        "status": "unfinished",
        "version": version(),
        "code": code_hash(),
        "command": command,
        "started": now(),
        "inputs": described,
        "settings": settings.deciding(),
        "versions": versions(),
        "models": models_used(),
    }
    origin = fingerprint({k: v for k, v in deciding.items() if k not in ("settings", "steps")})
    mapper = Workers(workers) if engine == "local" else MAPPERS[engine]
    with lock(out):
        folder = open_folder(out, record, overwrite=overwrite)
        folder.save()
        settings = replace(settings, cache=settings.cache or str(folder.cache))
        one = Run(steps, settings, folder.store, origin)
        one.claim()
        try:
            return _carry_out(
                one, folder, names, mapper, watch or silent, {"full_text": full_text, "mask_private": mask_private}
            )
        finally:
            if isinstance(mapper, Workers):
                mapper.close()
            _trim(settings)


def _trim(settings: Settings) -> None:
    from framing import encode

    if settings.cache_path is not None and settings.cache_path.is_dir():
        encode.trim(settings.cache_path, settings.cache_limit)


def default_cache() -> str | None:
    """Return the folder of encodings kept between runs.

    It is FRAMING_CACHE, or the platform's cache folder; None if FRAMING_CACHE is ``off``.
    """
    import pooch

    given = os.environ.get("FRAMING_CACHE", "").strip()
    if given.lower() in ("off", "none", "0"):
        return None
    return given or str(Path(pooch.os_cache("framing")) / "encodings")


def _carry_out(
    one: Run, folder: Folder, names: list[str], mapper: Mapper, watch: Watch, look: dict[str, Any]
) -> Outcome:
    began = time.perf_counter()
    try:
        with watch("load", 1) as advance:
            fill(one, names)
            advance()
        one.seconds["load"] = round(time.perf_counter() - began, 3)
        one.count_load()
        one.execute(mapper, watch)
        need_articles(one)
    except InputError:
        folder.discard()
        raise
    folder.publish(one, EXTRA)
    folder.record |= {"counts": one.counts, "seconds": one.seconds, "mapping": mapping_of(one)}
    folder.record |= {"tables": tables_of(one)}
    folder.record |= summarise(one)
    folder.save()
    files = [folder.path / f"{name}.parquet" for name in schema.FRAMES]
    if one.steps[-1] is COMPARE:
        files += present(folder.path, folder.record, watch, **look)
    folder.finish()
    return Outcome(folder.path, folder.record, files)


def present(
    out: Path,
    record: dict[str, Any],
    watch: Watch,
    *,
    full_text: bool = False,
    mask_private: bool = False,
    corrected: pd.DataFrame | None = None,
) -> list[Path]:
    """Draw the charts and write the report of a run from its published frames, `corrected` rows in the place of others.

    Returns
    -------
    list of Path
        report.html first, then the charts.
    """
    from framing import charts, report
    from framing.report import masking, shelf
    from framing.report.write import MOST_ARTICLES

    frames = Shelf(out, None if corrected is None else _corrected_by(corrected))
    with watch("charts", 1) as advance:
        began = time.perf_counter()
        shown = masking.masked(frames)[0] if mask_private else frames
        drawn = charts.write_all(shelf.enough(shown, MOST_ARTICLES), out / "charts")
        record.setdefault("seconds", {})["charts"] = round(time.perf_counter() - began, 3)
        advance()
    with watch("report", 1) as advance:
        began = time.perf_counter()
        pages = report.write(frames, record, out / "report.html", full_text=full_text, mask_private=mask_private)
        record["seconds"]["report"] = round(time.perf_counter() - began, 3)
        advance()
    return [*pages, *drawn]


def _corrected_by(corrected: pd.DataFrame) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    from framing.comparison.correct import with_corrected

    return lambda name, piece: with_corrected(piece, corrected) if name == "comparisons" else piece


def report_again(
    out: str | Path,
    *,
    full_text: bool = False,
    mask_private: bool = False,
    corrected: str | Path | None = None,
) -> list[Path]:
    """Draw the charts and write report.html again from the frames in `out`.

    `corrected` is a folder that ``framing code correct`` wrote: its rows stand in the place of those they correct.
    """
    path = Path(out)
    need_run(path)
    rows = None
    if corrected is not None:
        table = Path(corrected) / "comparisons.parquet"
        if not table.exists():
            raise InputError(f"no {table}; write it with: framing code correct CODES --run {path} -o {corrected}")
        rows = schema.conform(pd.read_parquet(table), "comparisons")
    with lock(path):
        record = read_record(path) or {}
        return present(path, record, silent, full_text=full_text, mask_private=mask_private, corrected=rows)


def summarise(one: Run) -> dict[str, Any]:
    """What run.json says of the result: sizes, notes, and what was withheld and why."""
    needed = ["outlet", "title", "published_at", "published_raw", "published_note", "language", "event_id"]
    articles = one.table("articles", ALL, columns=needed)
    reasons = Counter(_kind_of(why) for piece in one.pieces("rejected", columns=("reason",)) for why in piece["reason"])
    rejected = reasons.total()
    notes = list(one.table("notes", ALL)) if "notes" in one.written() else []
    withheld = []
    outlets = articles["outlet"].nunique()
    columns = ("reference", "value")
    if "notes" in one.written() and not any(
        table.notna().all(axis=1).any() for table in one.pieces("comparisons", columns=columns)
    ):
        withheld.append(f"comparison of outlets: {no_comparison(articles)}")
    if len(failed := one.faults()):
        withheld.append(
            f"{failed['article_id'].nunique()} articles could not be carried through every step; see faults.parquet"
        )
    share = rejected / max(rejected + len(articles), 1)
    if rejected:
        said = f"{rejected} of {rejected + len(articles)} inputs were rejected ({share:.0%}): {_most(reasons)}; see rejected.parquet"
        (withheld if share > REJECTED_SHARE else notes).append(said)
    foreign = articles["language"].notna() & (articles["language"] != "en")
    if foreign.any():
        said = f"{int(foreign.sum())} of {len(articles)} articles are not in English: the models are for English only"
        (withheld if foreign.mean() > REJECTED_SHARE else notes).append(said)
    totals = {
        "read": sum(one.counts["load"].values()),
        "articles": len(articles),
        "rejected": rejected,
        "outlets": int(outlets),
        "events": int(articles["event_id"].nunique()),
    }
    return {
        "totals": totals,
        "notes": [
            *headless(mapping_of(one)),
            *unsaid(articles, unused_columns(one)),
            *doubted(articles),
            *one.table("event_notes", ALL),
            *notes,
            *outside(one),
        ],
        "withheld": withheld,
    }


def _kind_of(reason: str) -> str:
    """A reason without what belongs to one input alone, in brackets at its end."""
    return reason.rpartition(" (")[0] if reason.endswith(")") and " (" in reason else reason


def _most(reasons: Counter[str], most: int = 3, letters: int = 160) -> str:
    """The commonest reasons with their counts."""
    told = [f"{count} x {reason[:letters].rstrip('.')}" for reason, count in reasons.most_common(most)]
    left = reasons.total() - sum(count for _, count in reasons.most_common(most))
    return "; ".join(told + ([f"{left} for other reasons"] if left else []))


def outside(one: Run) -> list[str]:
    """How far the texts and targets lie outside what frames and stance were validated on."""
    from framing import frames, stance

    found: list[str | None] = [unlike_news(one)]
    if "frames" in one.written():
        book = one.settings.codebook
        found += [frames.warning(book), frames.validation(book)]
    if "targets" in one.written():
        found += [*stance.warnings(one.table("targets", ALL)), unheard_of(one)]
    return [said for said in found if said]


def unheard_of(one: Run) -> str | None:
    """Name the entities that the user gave as targets and that no text says anything of: misspelt, perhaps."""
    targets = one.table("targets", ALL)
    if "annotations" not in one.written() or not {"given_by", "target_kind"} <= set(targets.columns):
        return None
    given = targets[(targets["given_by"] == "user") & (targets["target_kind"] == "entity")]["target"].tolist()
    said: set[str] = set()
    for piece in one.pieces("annotations", columns=("task", "target", "start")):
        said |= set(piece["target"][(piece["task"] == "stance") & piece["start"].notna()].dropna())
    never = [repr(target) for target in given if target not in said]
    if not never:
        return None
    return f"No text says anything of {', '.join(never[:5])}: check the spelling, or add other names after = (--target 'name=alias|alias')"


def unlike_news(one: Run) -> str | None:
    """Say how many articles are unlike the news that the models know, if more are than in a corpus of news."""
    from framing import encode

    if "vectors" not in one.written():
        return None
    sizes = one.table("articles", ALL, columns=["article_id", "n_words"]).set_index("article_id")["n_words"]
    far: list[bool] = []
    for piece in one.pieces("vectors", columns=("article_id", "vector")):
        told = piece[(piece["article_id"].map(sizes) >= TELLING_WORDS).fillna(False).astype(bool)]
        if len(told):
            far += encode.unlike_news(np.stack(list(told["vector"]))).tolist()
    if sum(far) <= UNLIKE_SHARE * len(far):
        return None
    return (
        f"{sum(far)} of {len(far)} articles of {TELLING_WORDS} words or more are unlike the news that the models were trained and validated on (as recipes, contracts "
        "or lists of results are): what is scored in them lies outside the validated domains"
    )


def no_comparison(articles: pd.DataFrame) -> str:
    """Say why nothing could be compared."""
    if len(articles) < 2:
        return "there is one article; comparing needs at least two outlets on one event: add articles of others"
    if articles["outlet"].nunique() < 2:
        return "there are fewer than two known outlets: add articles of others, or say which column names them with --map outlet=COLUMN (for texts and pages in a folder of their outlet, --map outlet=folder)"
    return "no event is covered by two outlets: add articles on the same events, or name the column of events with --event-column"


def unsaid(articles: pd.DataFrame, unused: Sequence[str] = ()) -> list[str]:
    """What the input did not say and could not be inferred."""
    told = {"outlet": "outlet", "published_at": "date", "title": "headline"}
    return [
        f"{label} not known for {int(articles[column].isna().sum())} of {len(articles)} articles"
        + (f"; if one of the columns {', '.join(unused[:8])} holds it, add --map {column}=COLUMN" if unused else "")
        for column, label in told.items()
        if articles[column].isna().any()
    ]


def doubted(articles: pd.DataFrame) -> list[str]:
    """Dates that can be read two ways, which decide which articles are of one event."""
    if "published_note" not in articles:
        return []
    doubtful = articles[articles["published_note"].astype("object").eq(dates.EITHER_WAY)]
    if doubtful.empty:
        return []
    return [
        f"{len(doubtful)} dates such as {doubtful['published_raw'].iloc[0]} were read as month first; if the day comes first, write them as "
        "2021-04-03 (year, month, day)"
    ]


def headless(mapping: Mapping[str, str]) -> list[str]:
    """Say that a table had no header, and what its columns were taken for.

    Examples
    --------
    >>> headless({"text": "column_2"})[0]
    'a table has no header: its columns were told by what they hold (text = column_2); name others with --map OURS=column_N'
    >>> headless({"text": "body"})
    []
    """
    told = [f"{ours} = {theirs}" for ours, theirs in mapping.items() if re.fullmatch(r"column_\d+", theirs)]
    said = f"a table has no header: its columns were told by what they hold ({', '.join(told)}); name others with --map OURS=column_N"
    return [said] if told and "text" in mapping and re.fullmatch(r"column_\d+", mapping["text"]) else []


OURS_ON_LOADING = ("published_note", "targets", "html")
"""Columns that loading adds beside those of the frame."""


def unused_columns(one: Run) -> list[str]:
    """Columns of the user's that were taken for none of ours, as the first part has them."""
    parts = one.store.parts()
    if not parts:
        return []
    known = {*schema.columns("articles"), *OURS_ON_LOADING}
    return [str(name) for name in one.store.get("load", parts[0], "found").columns if name not in known]


def mapping_of(one: Run) -> dict[str, str]:
    """Which of the user's columns was taken for which of ours."""
    found: dict[str, str] = {}
    for part in one.store.parts():
        found |= one.store.get("load", part, "mapping") or {}
    return found


def tables_of(one: Run) -> list[dict[str, Any]]:
    """Which column was taken for which in each table read, tables with the same columns together (``first``, ``more``, ``mapping``)."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for part in one.store.parts():
        for name, mapping in (one.store.get("load", part, "columns") or {}).items():
            names = alike.setdefault(tuple(mapping.items()), [])
            if name not in names[-1:]:  # a table that goes on in the next part
                names.append(name)
    return [{"first": names[0], "more": len(names) - 1, "mapping": dict(key)} for key, names in alike.items()]


def models_used() -> list[dict[str, Any]]:
    """Name, version, hash and validated domains of the shipped models."""
    from framing import models

    return [card.describe() for card in models.cards()]


def version() -> str:
    """Version of this package."""
    return __version__


MAPPERS: dict[str, Mapper] = {"local": local, "ray": on_ray}
