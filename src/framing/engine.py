"""How a run is carried out: order, parts on disk, resume, lock, progress; in one process, in several, or on Ray.

A run works on *parts* (a few hundred articles each). Every step of
:data:`framing.pipeline.STEPS` turns the tables of a part, of a *bundle* of
whole events, or of the whole corpus, into new tables. What a step gives is
written to a temporary folder, synced and renamed, so a part is either there
and whole or not there at all: a killed run goes on at the first missing part.
Every step's folder carries the *key* of all that decides its result, so a run
with another target in the same folder repeats only the steps that read it. No
step knows of any of this.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from framing import schema
from framing.errors import FramingError, InputError

Tables = dict[str, Any]
WORK = ".work"
EXTRA = ("members", "edits", "accusations", "loaded_words", "faults")
"""Tables beside the frames that drill down: why an article is in its event, what an outlet changed in agency copy, ..."""
OURS = ("charts", "report.html", "run.json", "events")
PACKAGES = (
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "onnxruntime",
    "tokenizers",
    "trafilatura",
    "matplotlib",
)


class RunExists(InputError):
    """The output folder holds a run that this one must not touch."""


@dataclass(frozen=True)
class Step:
    """One step of the pipeline: what it reads, what it gives, and how.

    Parameters
    ----------
    name
        As shown in progress and run.json.
    scope
        ``"part"``: called once per part with that part's tables; ``"event"``: once per bundle of whole events, after
        the step that gives ``events``; ``"corpus"``: called once with everything.
    reads, writes
        Names of tables. A table written again replaces the earlier one for the steps that follow.
    run
        ``run(tables, settings) -> tables``.
    uses
        Names of the settings the step reads; None if it may read any.
    """

    name: str
    scope: Literal["part", "event", "corpus"]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Tables, Any], Tables]
    uses: tuple[str, ...] | None = None


Watch = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Shows how far a run is: opens a step of so many units; what it gives is called once per unit done."""


def silent(name: str, total: int) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


# --- files: whole or not at all ---------------------------------------------------------------


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file so that it is never seen half-written: temporary file, fsync, rename.

    Parameters
    ----------
    path
        Where the file will be.
    write
        Called with the temporary path.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    write(temporary)
    _sync(temporary)
    temporary.replace(path)
    return path


def write_json(path: Path, data: object) -> Path:
    """Write `data` as JSON, atomically."""
    text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
    return write_atomic(path, lambda p: void(p.write_text(text + "\n", encoding="utf-8")))


def void(_: object) -> None:
    """Drop a result."""


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write one frame as Parquet without its index: the same frame gives the same bytes."""
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path, compression="zstd")


# --- the parts of a run -----------------------------------------------------------------------


class Store(Protocol):
    """Where the tables of a run are kept between steps."""

    def parts(self) -> list[str]:
        """Names of the parts, in order."""

    def done(self, step: str, part: str) -> bool:
        """Whether the step has been carried out for the part."""

    def put(self, step: str, part: str, tables: Tables) -> None:
        """Keep what the step gave for the part."""

    def get(self, step: str, part: str, table: str) -> Any:
        """Return one table of a part."""

    def units(self, step: str) -> list[str]:
        """Names of the parts or bundles a step has been carried out for, in order."""

    def claim(self, step: str, key: str) -> None:
        """Keep what is there of a step only if it was made under the same key."""


class MemoryStore:
    """Tables in memory: what the Python functions use."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Tables] = {}

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        return self.units("load")

    def units(self, step: str) -> list[str]:
        """Names of the parts or bundles a step has been carried out for, in order."""
        return sorted(part for name, part in self._tables if name == step)

    def claim(self, step: str, key: str) -> None:
        """Keep everything: a run in memory starts empty."""

    def done(self, step: str, part: str) -> bool:
        """Whether the step has been carried out for the part."""
        return (step, part) in self._tables

    def put(self, step: str, part: str, tables: Tables) -> None:
        """Keep what the step gave for the part."""
        self._tables[step, part] = dict(tables)

    def get(self, step: str, part: str, table: str) -> Any:
        """Return one table of a part."""
        return self._tables[step, part][table]


class DiskStore:
    """Tables as files under ``OUT/.work/parts/<step>/<part>/``; a folder appears only when it is whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        return self.units("load")

    def units(self, step: str) -> list[str]:
        """Names of the parts or bundles a step has been carried out for, in order."""
        folder = self.root / step
        return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []

    def claim(self, step: str, key: str) -> None:
        """Keep what is there of a step only if it was made under the same key; clear away what was never finished."""
        folder = self.root / step
        mark = folder / ".key"
        if folder.is_dir() and not (mark.is_file() and mark.read_text(encoding="utf-8") == key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(".*.tmp"):
            shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink()
        if not mark.is_file():
            write_atomic(mark, lambda p: void(p.write_text(key, encoding="utf-8")))

    def done(self, step: str, part: str) -> bool:
        """Whether the step has been carried out for the part."""
        return (self.root / step / part).is_dir()

    def put(self, step: str, part: str, tables: Tables) -> None:
        """Write what the step gave for the part; nothing is visible until all of it is on disk."""
        final = self.root / step / part
        temporary = self.root / step / f".{part}.{platform.node()}-{os.getpid()}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, table in tables.items():
            self._write(temporary, name, table)
        _sync(temporary)
        try:
            temporary.rename(final)
        except OSError:
            if not final.is_dir():
                raise
            shutil.rmtree(temporary)  # a repeated task was overtaken by its twin, which wrote the same
        _sync(final.parent)

    def get(self, step: str, part: str, table: str) -> Any:
        """Read one table of a part."""
        folder = self.root / step / part
        if (folder / f"{table}.parquet").exists():
            return pd.read_parquet(folder / f"{table}.parquet")
        return json.loads((folder / f"{table}.json").read_text(encoding="utf-8"))

    @staticmethod
    def _write(folder: Path, name: str, table: Any) -> None:
        if isinstance(table, pd.DataFrame):
            path = folder / f"{name}.parquet"
            write_parquet(path, table)
        else:
            path = folder / f"{name}.json"
            path.write_text(json.dumps(table, ensure_ascii=False, default=str), encoding="utf-8")
        _sync(path)


ALL = "all"
LOADED = "loaded"
"""Marks that every part has been read."""
BUNDLES, BUNDLED = "bundles", "bundled"
"""Where the tables of whole events are kept for the steps that work on them; marks that all of them are there."""
BUNDLED_AT_ONCE = 50
"""Bundles filled in one pass over the parts: what bounds the memory of regrouping."""
FAULTS = "faults"
"""Table of the articles that a step failed on: article_id, step, error."""


@dataclass
class Run:
    """One run: its steps, its store, and what happened."""

    steps: tuple[Step, ...]
    settings: Any
    store: Store
    origin: str = ""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def table(self, name: str, part: str, before: str | None = None) -> Any:
        """Return the table as the last step before `before` left it: of one part, one bundle, or ``"all"``."""
        step = self._writer(name, before)
        if step.scope == "corpus" and name not in _PARTED:
            return self.store.get(step.name, ALL, name)
        if part == ALL:
            return _join(name, [self.store.get(step.name, unit, name) for unit in self._units(step, name)])
        asking = self._step(before) if before else None
        if asking is not None and asking.scope == "event" and step.scope != "event":
            return self.store.get(BUNDLES, part, name)
        return self.store.get(step.name, part, name)

    def pieces(self, name: str, before: str | None = None) -> Iterator[Any]:
        """Yield the table part by part, so that going through it needs the memory of one part."""
        step = self._writer(name, before)
        for unit in self._units(step, name):
            yield self.store.get(step.name, unit, name)

    def written(self) -> list[str]:
        """Names of the tables that some step of this run gives."""
        return list(dict.fromkeys(name for step in self.steps for name in step.writes))

    def faults(self) -> pd.DataFrame:
        """Articles that some step failed on, with the error: article_id, step, error."""
        found = []
        for step in self.steps:
            for unit in self.store.units(f"{FAULTS}-{step.name}"):
                found.append(self.store.get(f"{FAULTS}-{step.name}", unit, FAULTS))
        return pd.concat(found, ignore_index=True) if found else _fault_table({}, "")

    def _step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def _writer(self, name: str, before: str | None) -> Step:
        order = [s.name for s in self.steps]
        stop = order.index(before) if before else len(order)
        for step in reversed(self.steps[:stop]):
            if name in step.writes:
                return step
        raise FramingError(f"no step before {before} gives {name}")

    def keys(self) -> dict[str, str]:
        """Hash, per step, of all that decides what it gives: code and input, the settings it reads, earlier steps."""
        known = self.settings.deciding() if hasattr(self.settings, "deciding") else {}
        found: dict[str, str] = {}
        for step in self.steps:
            used = {k: content(v) for k, v in known.items() if step.uses is None or k in step.uses}
            above = [found[self._writer(name, step.name).name] for name in step.reads]
            if step.scope == "event":
                above += [found[self._writer("events", step.name).name]]
            found[step.name] = fingerprint({"origin": self.origin, "step": step.name, "uses": used, "above": above})
        return found

    def claim(self) -> None:
        """Keep of an earlier run what this one would compute again, and nothing else."""
        keys = self.keys()
        for step in self.steps:
            self.store.claim(step.name, keys[step.name])
            self.store.claim(f"{FAULTS}-{step.name}", keys[step.name])
        self.store.claim(LOADED, keys[self.steps[0].name])
        if grouping := [s for s in self.steps if s.scope == "event"]:
            key = keys[self._writer("events", grouping[0].name).name] + str(self._to_bundle())
            self.store.claim(BUNDLES, key)
            self.store.claim(BUNDLED, key)

    def execute(self, mapper: Mapper, watch: Watch = silent) -> None:
        """Carry out every step that is not done yet."""
        for step in self.steps[1:]:
            began = time.perf_counter()
            if step.scope == "event":
                self._bundle()
            todo = [p for p in self._todo(step) if not self.store.done(step.name, p)]
            if todo:
                with watch(step.name, len(todo)) as advance:
                    for _ in mapper(self, step, todo):
                        advance()
            self.seconds[step.name] = round(time.perf_counter() - began, 3)
            self._count(step)

    def _todo(self, step: Step) -> list[str]:
        return {"part": self.store.parts, "event": lambda: self.store.units(BUNDLES), "corpus": lambda: [ALL]}[
            step.scope
        ]()

    def _units(self, step: Step, name: str) -> list[str]:
        """Where a table that the step gave is kept."""
        if step.scope == "corpus":
            return self.store.parts() if name in _PARTED else [ALL]
        return self._todo(step)

    def one(self, step: Step, part: str) -> None:
        """Carry out one step for one part and keep what it gives.

        An article that a step fails on is left out of it and told in :meth:`faults`; the others go on.
        """
        tables = {name: self.table(name, part, before=step.name) for name in step.reads}
        if step.scope == "corpus":
            result = self._split(step, step.run(tables, self.settings))
        else:
            result, failed = _isolated(step, tables, self.settings)
            if len(failed):
                self.store.put(f"{FAULTS}-{step.name}", part, {FAULTS: failed})
        self.store.put(step.name, part, result)

    def _split(self, step: Step, result: Tables) -> Tables:
        """Put the tables that go on part by part back into their parts."""
        kept = {n: t for n, t in result.items() if n not in _PARTED}
        parted = {n: t for n, t in result.items() if n in _PARTED}
        if parted:
            for part in self.store.parts():
                if self.store.done(step.name, part):
                    continue
                ids = set(self.table("articles", part, before=step.name)["article_id"])
                self.store.put(step.name, part, {n: t[t["article_id"].isin(ids)] for n, t in parted.items()})
        return kept

    # --- whole events together ---

    def _to_bundle(self) -> list[str]:
        """Tables kept by part that steps working on whole events read."""
        wanted = {
            name
            for step in self.steps
            if step.scope == "event"
            for name in step.reads
            if self._writer(name, step.name).scope == "part" or name in _PARTED and self._writer(name, step.name).scope == "corpus"
        }
        return sorted(wanted)

    def _bundle(self) -> None:
        """Put whole events together: the tables of the parts, cut anew so that no event is split.

        A bundle holds events in order of their first article, up to as many articles as a part; rows keep their order.
        Only ids are held for the whole corpus.
        """
        if self.store.done(BUNDLED, ALL):
            return
        first = next(step for step in self.steps if step.scope == "event").name
        place = self._places(first)
        names = [f"{number:06d}" for number in range(max(place.values(), default=-1) + 1)]
        for at in range(0, len(names), BUNDLED_AT_ONCE):
            group = range(at, min(at + BUNDLED_AT_ONCE, len(names)))
            if all(self.store.done(BUNDLES, names[k]) for k in group):
                continue
            held: dict[int, dict[str, list[pd.DataFrame]]] = {k: {n: [] for n in self._to_bundle()} for k in group}
            for name in self._to_bundle():
                for piece in self.pieces(name, first):
                    where = piece["article_id"].map(place)
                    for number, rows in piece[where.isin(group)].groupby(where, sort=True):
                        held[int(number)][name].append(rows)
                    empty = piece.iloc[:0]
                for number in group:
                    held[number][name] = held[number][name] or [empty]
            for number, tables in held.items():
                if not self.store.done(BUNDLES, names[number]):
                    self.store.put(BUNDLES, names[number], {n: _join(n, pieces) for n, pieces in tables.items()})
        self.store.put(BUNDLED, ALL, {})

    def _places(self, before: str) -> dict[str, int]:
        """Bundle of every article."""
        size = int(getattr(self.settings, "part_size", 200))
        members: dict[str, list[str]] = {}
        for piece in self.pieces("articles", before):
            events = piece["event_id"].fillna(piece["article_id"])
            for article, event in zip(piece["article_id"], events, strict=True):
                members.setdefault(event, []).append(article)
        place: dict[str, int] = {}
        number = count = 0
        for articles in members.values():
            if count and count + len(articles) > size:
                number, count = number + 1, 0
            place |= dict.fromkeys(articles, number)
            count += len(articles)
        return place

    def count_load(self) -> None:
        """Count what was read."""
        names = ("found", "rejected")
        self.counts["load"] = {n: sum(len(self.store.get("load", p, n)) for p in self.store.parts()) for n in names}

    def _count(self, step: Step) -> None:
        counts = self.counts.setdefault(step.name, {})
        for name in step.writes:
            if name in schema.FRAMES:
                counts[name] = sum(len(self.store.get(step.name, unit, name)) for unit in self._units(step, name))


# Tables that a corpus step changes but that go on part by part.
_PARTED = ("articles", "quotations")


def _join(name: str, pieces: list[Any]) -> Any:
    if not pieces:
        return schema.empty(name) if name in schema.FRAMES else pd.DataFrame()
    if isinstance(pieces[0], pd.DataFrame):
        # An empty piece has no say in the type of an extra column.
        filled = [piece for piece in pieces if len(piece)] or pieces[:1]
        return pd.concat(filled, ignore_index=True)
    return pieces


# --- an article that a step fails on ------------------------------------------------------------


def _isolated(step: Step, tables: Tables, settings: Any) -> tuple[Tables, pd.DataFrame]:
    """Carry out a step; if it fails, find the articles it fails on by halving, and do without them."""
    try:
        return step.run(tables, settings), _fault_table({}, step.name)
    except _NOT_ITS_FAULT:
        raise
    except Exception:
        lead = tables[step.reads[0]]
        if not isinstance(lead, pd.DataFrame) or "article_id" not in lead:
            raise
        failed = _culprits(step, tables, settings, list(dict.fromkeys(lead["article_id"])))
        if not failed:
            raise
        result = step.run(_only(tables, set(lead["article_id"]) - set(failed)), settings)
        if "rejected" in step.writes:
            rows = lead[lead["article_id"].isin(failed)]
            bad = [
                {"origin": origin, "reason": f"{step.name}: {failed[article]}", "raw": text}
                for article, origin, text in rows[["article_id", "origin", "text"]].itertuples(index=False, name=None)
            ]
            result["rejected"] = _join("rejected", [result["rejected"], schema.conform(bad, "rejected")])
        return result, _fault_table(failed, step.name)


_NOT_ITS_FAULT = (FramingError, OSError, MemoryError)
"""What no single article is to blame for."""


def _culprits(step: Step, tables: Tables, settings: Any, ids: list[str]) -> dict[str, str]:
    """Articles that the step fails on, alone among these, with the error."""
    try:
        step.run(_only(tables, set(ids)), settings)
    except _NOT_ITS_FAULT:
        raise
    except Exception as error:
        if len(ids) < 2:
            return {article: f"{type(error).__name__}: {error}"[:500] for article in ids}
        half = len(ids) // 2
        return _culprits(step, tables, settings, ids[:half]) | _culprits(step, tables, settings, ids[half:])
    return {}


def _only(tables: Tables, ids: set[str]) -> Tables:
    return {
        name: table[table["article_id"].isin(ids)].reset_index(drop=True)
        if isinstance(table, pd.DataFrame) and "article_id" in table
        else table
        for name, table in tables.items()
    }


def _fault_table(failed: Mapping[str, str], step: str) -> pd.DataFrame:
    rows = [(article, step, error) for article, error in failed.items()]
    return pd.DataFrame(rows, columns=["article_id", "step", "error"]).astype(schema.DTYPES["str"])


# --- who does the work ------------------------------------------------------------------------

Mapper = Callable[[Run, Step, list[str]], Iterable[str]]


def local(run: Run, step: Step, parts: list[str]) -> Iterator[str]:
    """Carry out a step part by part in this process."""
    for part in parts:
        run.one(step, part)
        yield part


class Workers:
    """Carries out the parts of a step in several processes of this machine; what there is one of, in this one.

    Processes are started when a step first has two parts to do, and die with this process.

    Parameters
    ----------
    count
        Processes; each runs the models on one core.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, run: Run, step: Step, parts: list[str]) -> Iterator[str]:
        """Carry out a step for the parts, in whatever order they finish.

        Raises
        ------
        FramingError
            If a part ends its process three times (out of memory, most likely).
        """
        if self.count < 2 or len(parts) < 2:
            yield from local(run, step, parts)
            return
        left = list(parts)
        for _ in range(3):
            waiting = {self._started().submit(carry_out, run, step.name, part): part for part in left}
            try:
                for future in as_completed(waiting):
                    future.result()
                    left.remove(waiting[future])
                    yield waiting[future]
                return
            except BrokenProcessPool:
                self.close()
        raise FramingError(
            f"a process working on step {step.name} was ended three times, part {left[0]} or near it; most likely memory"
            f" ran out: give --workers 1, or more memory, and run the same command again to go on"
        )

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, multiprocessing.get_context("spawn"), initializer=_one_core)
        return self._pool

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _one_core() -> None:
    """Prepare a worker process: its models use one core, and it ends when its parent does."""
    os.environ["FRAMING_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent,), daemon=True).start()


def _die_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def on_ray(run: Run, step: Step, parts: list[str]) -> Iterator[str]:
    """Carry out a step with one Ray task per part; corpus steps are one task.

    The store's folder must be visible to every worker (one machine, or a shared file system). A task whose worker dies
    is repeated elsewhere, three times at most.

    Raises
    ------
    InputError
        If Ray is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise InputError("--engine ray needs Ray, which is not installed: pip install 'framing[ray]'") from error
    if not ray.is_initialized():
        ray.init(ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
    task = ray.remote(max_retries=3, num_cpus=1)(_on_one_core)
    shared = ray.put(run)
    waiting = {task.remote(shared, step.name, part): part for part in parts}
    while waiting:
        ready, _ = ray.wait(list(waiting), num_returns=1)
        part = waiting.pop(ready[0])
        try:
            ray.get(ready[0])
        except ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, Exception) else error from error
        except ray.exceptions.WorkerCrashedError as error:
            raise FramingError(
                f"a Ray worker on step {step.name}, part {part}, died four times, most likely for want of memory; give"
                f" workers more, and run the same command again to go on"
            ) from error
        yield part


def _on_one_core(run: Run, name: str, part: str) -> None:
    os.environ.setdefault("FRAMING_THREADS", "1")
    carry_out(run, name, part)


def carry_out(run: Run, name: str, part: str) -> None:
    """Carry out a step for a part unless it is done: what another process is sent."""
    if not run.store.done(name, part):
        run.one(run._step(name), part)


# --- the output folder ------------------------------------------------------------------------


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def describe_inputs(paths: Iterable[str]) -> list[dict[str, Any]]:
    """Path, size and SHA-256 of every input; a folder is described by its files."""
    found: list[dict[str, Any]] = []
    for name in paths:
        path = Path(name)
        if name.startswith("dataset:"):
            found.append({"path": name, "sha256": None, "bytes": None})
        elif path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file())
            digest = sha256("".join(f"{p.relative_to(path)}:{hash_file(p)}\n" for p in files).encode()).hexdigest()
            found.append({"path": name, "sha256": digest, "bytes": sum(p.stat().st_size for p in files)})
        elif path.is_file():
            found.append({"path": name, "sha256": hash_file(path), "bytes": path.stat().st_size})
        else:
            raise InputError(f"no file or folder {name!r}; give articles as a file, a folder or dataset:NAME")
    return found


def content(value: Any) -> Any:
    """Put a setting together with the hash of the file it names, if it names one."""
    try:
        path = Path(value) if isinstance(value, str) else None
        return (value, hash_file(path)) if path is not None and path.is_file() else value
    except (OSError, ValueError):  # no possible name of a file
        return value


@cache
def code_hash() -> str:
    """Hash of this package's own files: parts made by other code are not taken over."""
    root = Path(__file__).parent
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".tsv", ".toml", ".json", ".md", ".onnx"))
    return fingerprint({str(p.relative_to(root)): hash_file(p) for p in files})[:12]


def fingerprint(description: Mapping[str, Any]) -> str:
    """Hash of everything that decides what a run gives; two runs with the same one may be resumed."""
    return sha256(json.dumps(description, sort_keys=True, default=str).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python, the machine and the packages that decide a result."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    return found | {name: metadata.version(name) for name in PACKAGES}


@dataclass
class Folder:
    """The output folder of a run: locked, resumed or refused, and published."""

    path: Path
    record: dict[str, Any]

    @property
    def store(self) -> DiskStore:
        """The parts of the run."""
        return DiskStore(self.path / WORK / "parts")

    @property
    def cache(self) -> Path:
        """Encodings of a run that keeps none in the user's cache."""
        return self.path / WORK / "cache"

    def save(self) -> None:
        """Write run.json."""
        write_json(self.path / "run.json", self.record)

    def publish(self, run: Run, extra: Iterable[str] = ()) -> None:
        """Write every frame, and the extra tables that drill down, as one Parquet file each, part by part."""
        for name in (*schema.FRAMES, *(table for table in extra if table in run.written())):
            pieces = partial(run.pieces, name) if name in run.written() else partial(_nothing, name)
            write_atomic(self.path / f"{name}.parquet", partial(_stream, name=name, pieces=pieces))
        failed = run.faults()
        if len(failed):
            write_atomic(self.path / f"{FAULTS}.parquet", lambda path: write_parquet(path, failed))

    def discard(self) -> None:
        """Leave nothing of a run whose input turned out unusable."""
        _clear(self.path)
        shutil.rmtree(self.path / WORK, ignore_errors=True)

    def finish(self) -> None:
        """Mark the run done. Its parts stay: another target then repeats only the steps that depend on it."""
        self.record["status"] = "done"
        self.record["finished"] = now()
        self.save()
        shutil.rmtree(self.cache, ignore_errors=True)


def _nothing(name: str) -> Iterator[pd.DataFrame]:
    yield schema.empty(name)


def _stream(path: Path, *, name: str, pieces: Callable[[], Iterator[pd.DataFrame]]) -> None:
    """Write pieces as the row groups of one Parquet file; extra columns of any piece are columns of all."""

    def tables() -> Iterator[pa.Table]:
        for piece in pieces():
            typed = schema.conform(piece, name) if name in schema.FRAMES else piece
            table = pa.Table.from_pandas(typed, preserve_index=False)
            yield table.replace_schema_metadata(None)

    whole = pa.unify_schemas([table.schema for table in tables()], promote_options="permissive")
    with pq.ParquetWriter(path, whole, compression="zstd") as writer:
        for table in tables():
            writer.write_table(pa.concat_tables([whole.empty_table(), table], promote_options="permissive"))


def now() -> str:
    """Return the present time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_folder(out: str | Path, record: Mapping[str, Any], *, overwrite: bool = False) -> Folder:
    """Make or reopen the output folder of a run.

    An unfinished run with the same fingerprint is resumed. Any other run, and any other non-empty folder, is refused
    unless `overwrite`, which removes what an earlier run wrote and nothing else.

    Parameters
    ----------
    out
        The folder.
    record
        What run.json will say; must hold ``fingerprint``.
    overwrite
        Whether an existing run may be replaced.

    Raises
    ------
    RunExists
        If the folder holds another run, or files that are not a run's.
    InputError
        If the folder cannot be made or written.
    """
    path = Path(out)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".write-test"
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot write to {path}: {getattr(error, 'strerror', None) or error}; give another folder with -o"
        ) from error
    earlier = read_record(path)
    same = earlier is not None and earlier.get("fingerprint") == record["fingerprint"]
    if same and earlier is not None and earlier.get("status") != "done" and not overwrite:
        return Folder(path, {**earlier, **record, "resumed": earlier.get("resumed", 0) + 1})
    others = [p.name for p in path.iterdir() if p.name not in (".lock", WORK)]
    if others and not overwrite:
        raise RunExists(_refusal(path, earlier, same=same))
    _clear(path)
    return Folder(path, dict(record))


def _refusal(path: Path, earlier: Mapping[str, Any] | None, *, same: bool) -> str:
    if earlier is None:
        return f"{path} is not empty and holds no run; give an empty folder with -o, or --overwrite to write into it"
    state = earlier.get("status", "unknown")
    what = "a finished run with the same inputs and settings" if same else f"another run ({state})"
    return f"{path} already holds {what}; give another folder with -o, or --overwrite to replace it"


def _clear(path: Path) -> None:
    for name in (*OURS, *(f"{frame}.parquet" for frame in (*schema.FRAMES, *EXTRA))):
        target = path / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)


def read_record(out: Path) -> dict[str, Any] | None:
    """run.json of a folder, or None if there is none that can be read."""
    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def lock(out: str | Path) -> AbstractContextManager[Any]:
    """Hold the output folder: two runs never write into one.

    Raises
    ------
    InputError
        If another run holds it.
    """
    from filelock import FileLock, Timeout

    path = Path(out)
    try:
        path.mkdir(parents=True, exist_ok=True)
        held = FileLock(path / ".lock")
        held.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"another run is writing into {path}; wait for it, or give another folder with -o") from error
    except OSError as error:
        raise InputError(f"cannot write to {path}: {error.strerror}; give another folder with -o") from error
    return held


def read_frames(out: str | Path) -> dict[str, pd.DataFrame]:
    """Read the frames of a finished run.

    Raises
    ------
    InputError
        If the folder holds no finished run.
    """
    path = Path(out)
    record = read_record(path)
    if record is None:
        raise InputError(f"{path} holds no run (no run.json); make one with: framing compare ARTICLES -o {path}")
    if not (path / "articles.parquet").exists():
        raise InputError(f"the run in {path} is unfinished; rerun its command to resume it")
    names = (*schema.FRAMES, *EXTRA)
    return {name: pd.read_parquet(path / f"{name}.parquet") for name in names if (path / f"{name}.parquet").exists()}
