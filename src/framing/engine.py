"""How a run is carried out: order, parts on disk, resume, lock, progress; local or on Ray.

A run works on *parts* (a few hundred articles each). Every step of
:data:`framing.pipeline.STEPS` turns the tables of a part, or of the whole
corpus, into new tables. What a step gives is written to a temporary folder,
synced and renamed, so a part is either there and whole or not there at all: a
killed run goes on at the first missing part. No step knows of any of this.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
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
EXTRA = ("members", "edits", "accusations", "loaded_words")
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
        ``"part"``: called once per part with that part's tables; ``"corpus"``: called once with all of them.
    reads, writes
        Names of tables. A table written again replaces the earlier one for the steps that follow.
    run
        ``run(tables, settings) -> tables``.
    """

    name: str
    scope: Literal["part", "corpus"]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Tables, Any], Tables]


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


class MemoryStore:
    """Tables in memory: what the Python functions use."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Tables] = {}

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        return sorted(part for step, part in self._tables if step == "load")

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
    """Tables as files under ``OUT/.work/<step>/<part>/``; a folder appears only when it is whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        folder = self.root / "load"
        return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []

    def done(self, step: str, part: str) -> bool:
        """Whether the step has been carried out for the part."""
        return (self.root / step / part).is_dir()

    def put(self, step: str, part: str, tables: Tables) -> None:
        """Write what the step gave for the part; nothing is visible until all of it is on disk."""
        final, temporary = self.root / step / part, self.root / step / f".{part}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, table in tables.items():
            self._write(temporary, name, table)
        _sync(temporary)
        temporary.rename(final)
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


@dataclass
class Run:
    """One run: its steps, its store, and what happened."""

    steps: tuple[Step, ...]
    settings: Any
    store: Store
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def table(self, name: str, part: str, before: str | None = None) -> Any:
        """Return the table as the last step before `before` left it, for one part or for ``"all"``."""
        step = self._writer(name, before)
        if step.scope == "corpus" and name not in _PARTED:
            return self.store.get(step.name, ALL, name)
        if part != ALL:
            return self.store.get(step.name, part, name)
        pieces = [self.store.get(step.name, p, name) for p in self.store.parts()]
        return _join(name, pieces)

    def pieces(self, name: str) -> Iterator[Any]:
        """Yield the table part by part, so that writing it out needs the memory of one part."""
        step = self._writer(name, None)
        parted = step.scope == "part" or name in _PARTED
        for part in self.store.parts() if parted else [ALL]:
            yield self.store.get(step.name, part, name)

    def written(self) -> list[str]:
        """Names of the tables that some step of this run gives."""
        return list(dict.fromkeys(name for step in self.steps for name in step.writes))

    def _writer(self, name: str, before: str | None) -> Step:
        order = [s.name for s in self.steps]
        stop = order.index(before) if before else len(order)
        for step in reversed(self.steps[:stop]):
            if name in step.writes:
                return step
        raise FramingError(f"no step before {before} gives {name}")

    def execute(self, mapper: Mapper, watch: Watch = silent) -> None:
        """Carry out every step that is not done yet."""
        for step in self.steps[1:]:
            began = time.perf_counter()
            todo = [p for p in self._units(step) if not self.store.done(step.name, p)]
            if todo:
                with watch(step.name, len(todo)) as advance:
                    for _ in mapper(self, step, todo):
                        advance()
            self.seconds[step.name] = round(time.perf_counter() - began, 3)
            self._count(step)

    def _units(self, step: Step) -> list[str]:
        return self.store.parts() if step.scope == "part" else [ALL]

    def one(self, step: Step, part: str) -> None:
        """Carry out one step for one part and keep what it gives."""
        tables = {name: self.table(name, part, before=step.name) for name in step.reads}
        result = step.run(tables, self.settings)
        if step.scope == "corpus":
            result = self._split(step, result)
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

    def count_load(self) -> None:
        """Count what was read."""
        names = ("found", "rejected")
        self.counts["load"] = {n: sum(len(self.store.get("load", p, n)) for p in self.store.parts()) for n in names}

    def _count(self, step: Step) -> None:
        counts = self.counts.setdefault(step.name, {})
        for name in step.writes:
            if name in schema.FRAMES:
                counts[name] = sum(len(piece) for piece in self._step_pieces(step, name))

    def _step_pieces(self, step: Step, name: str) -> Iterator[Any]:
        parted = step.scope == "part" or name in _PARTED
        for part in self.store.parts() if parted else [ALL]:
            yield self.store.get(step.name, part, name)


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


# --- who does the work ------------------------------------------------------------------------

Mapper = Callable[[Run, Step, list[str]], Iterable[str]]


def local(run: Run, step: Step, parts: list[str]) -> Iterator[str]:
    """Carry out a step part by part in this process."""
    for part in parts:
        run.one(step, part)
        yield part


def on_ray(run: Run, step: Step, parts: list[str]) -> Iterator[str]:
    """Carry out a step with one Ray task per part; corpus steps are one task.

    The store's folder must be visible to every worker (one machine, or a shared file system).

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
    task = ray.remote(max_retries=3)(lambda one, name, part: _ray_task(one, name, part))
    shared = ray.put(run)
    waiting = {task.remote(shared, step.name, part): part for part in parts}
    while waiting:
        ready, _ = ray.wait(list(waiting), num_returns=1)
        ray.get(ready[0])
        yield waiting.pop(ready[0])


def _ray_task(run: Run, name: str, part: str) -> None:
    step = next(s for s in run.steps if s.name == name)
    if not run.store.done(name, part):
        run.one(step, part)


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
        """Encodings that outlive the run: another target costs only the stance step."""
        return self.path / WORK / "cache"

    def save(self) -> None:
        """Write run.json."""
        write_json(self.path / "run.json", self.record)

    def publish(self, run: Run, extra: Iterable[str] = ()) -> None:
        """Write every frame, and the extra tables that drill down, as one Parquet file each, part by part."""
        for name in (*schema.FRAMES, *(table for table in extra if table in run.written())):
            pieces = partial(run.pieces, name) if name in run.written() else partial(_nothing, name)
            write_atomic(self.path / f"{name}.parquet", partial(_stream, name=name, pieces=pieces))

    def discard(self) -> None:
        """Leave nothing of a run whose input turned out unusable."""
        _clear(self.path)

    def finish(self) -> None:
        """Mark the run done and drop its parts; the cache stays."""
        self.record["status"] = "done"
        self.record["finished"] = now()
        self.save()
        shutil.rmtree(self.path / WORK / "parts", ignore_errors=True)


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
    shutil.rmtree(path / WORK / "parts", ignore_errors=True)


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
