"""What a run keeps on disk: files that are whole or not there, parts, the output folder and who may write into it."""

from __future__ import annotations

import ctypes
import json
import math
import os
import platform
import shutil
import tempfile
import weakref
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framing import schema
from framing.errors import InputError

Tables = dict[str, Any]
WORK = ".work"
ASIDE = ".replaced"
"""Where a finished run lies while another that is to replace it has not ended: a refused one gives it back."""
ALL = "all"
"""Name of the one part of a table that is not kept by part."""
FAULTS = "faults"
"""Table of the articles that a step failed on: article_id, step, error."""
EXTRA = ("members", "edits", "accusations", "omissions", "loaded_words", "specifications", "faults")
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


def write_pieces(path: Path, pieces: Iterable[pd.DataFrame]) -> None:
    """Write frames of the same columns, one at least, as the row groups of one Parquet file."""
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            table = pa.Table.from_pandas(piece, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def read_pieces(
    path: Path, columns: Iterable[str] | None = None, among: tuple[str, Collection[Any]] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the row groups of a Parquet file, of the columns named those that are there.

    With `among`, a column and values of it, only the rows that have one of them are yielded, and no other row group is read.
    """
    with pq.ParquetFile(path) as file:
        there = file.schema_arrow.names
        names = there if columns is None else [name for name in columns if name in there]
        wanted = None if among is None else pa.array(list(among[1]), file.schema_arrow.field(among[0]).type)
        if not file.num_row_groups or among is not None:
            yield file.schema_arrow.empty_table().select(names).to_pandas()
        for number in range(file.num_row_groups):
            if among is None:
                yield file.read_row_group(number, columns=names).to_pandas()
                continue
            has = pc.is_in(file.read_row_group(number, columns=[among[0]])[among[0]], value_set=wanted)
            if pc.any(has).as_py():
                yield file.read_row_group(number, columns=names).filter(has).to_pandas()


class Shelf:
    """The frames of a finished run, read as they are needed: those of its folder, or those at hand.

    Parameters
    ----------
    frames
        Folder of a run, or frames by name.
    through
        Called with the name and each piece of a frame: what it gives is taken instead.
    """

    def __init__(
        self,
        frames: Path | Mapping[str, pd.DataFrame],
        through: Callable[[str, pd.DataFrame], pd.DataFrame] | None = None,
    ) -> None:
        self.frames = frames
        self.through = through

    def names(self) -> list[str]:
        """Names of the frames there are."""
        if not isinstance(self.frames, Path):
            return list(self.frames)
        return [name for name in (*schema.FRAMES, *EXTRA) if (self.frames / f"{name}.parquet").exists()]

    def pieces(
        self,
        name: str,
        columns: Iterable[str] | None = None,
        among: tuple[str, Collection[Any]] | None = None,
    ) -> Iterator[pd.DataFrame]:
        """Yield a frame piece by piece, of the columns named those that are there; nothing if there is no such frame.

        With `among`, a column and values of it, only the rows that have one of them.
        """
        found: Iterable[pd.DataFrame] = ()
        if isinstance(self.frames, Path):
            path = self.frames / f"{name}.parquet"
            found = read_pieces(path, columns, among) if path.exists() else ()
        elif name in self.frames:
            table = self.frames[name]
            some = table if among is None else table[table[among[0]].isin(among[1])]
            found = [some if columns is None else some[[c for c in columns if c in some]]]
        for piece in found:
            yield piece if self.through is None else self.through(name, piece)

    def columns(self, name: str) -> list[str]:
        """Columns of a frame."""
        if isinstance(self.frames, Path):
            path = self.frames / f"{name}.parquet"
            return list(pq.read_schema(path).names) if path.exists() else []
        return list(self.frames[name].columns) if name in self.frames else []

    def among(self, name: str, column: str, values: Collection[Any]) -> pd.DataFrame:
        """Return the rows of a frame that have one of these values in a column."""
        pieces = list(self.pieces(name, among=(column, values)))
        found = [piece for piece in pieces if len(piece)] or pieces[:1]
        return pd.concat(found, ignore_index=True) if found else schema.empty(name)

    def rows(
        self, name: str, keep: Callable[[pd.DataFrame], Any] | None = None, columns: Iterable[str] | None = None
    ) -> pd.DataFrame:
        """Return the rows of a frame that `keep` is true for: all by default."""
        return self.head(name, None, keep, columns)[0]

    def head(
        self,
        name: str,
        most: int | None,
        keep: Callable[[pd.DataFrame], Any] | None = None,
        columns: Iterable[str] | None = None,
    ) -> tuple[pd.DataFrame, int]:
        """Return the first rows of those that `keep` is true for, and how many there are."""
        found: list[pd.DataFrame] = []
        held = count = 0
        for piece in self.pieces(name, columns):
            some = piece if keep is None else piece[keep(piece)]
            count += len(some)
            some = some if most is None else some.head(most - held)
            held += len(some)
            if len(some) or not found:
                found = [table for table in (*found, some) if len(table)] or [some]
        if not found:
            return (schema.empty(name) if name in schema.FRAMES else pd.DataFrame()), 0
        return (found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)), count


class Pieces:
    """A table that is gone through piece by piece, as often as needed: only one piece is held.

    Parameters
    ----------
    each
        Gives the pieces anew every time it is called.
    """

    def __init__(self, each: Callable[[], Iterator[pd.DataFrame]]) -> None:
        self.each = each

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Go through the pieces once more."""
        return self.each()


class Spill:
    """Arrays put aside and read again: few in memory, many in an unnamed temporary file (in ``TMPDIR``) that leaves nothing behind."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=SPILLED, prefix="framing-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._end = 0

    def put(self, *arrays: np.ndarray) -> Ticket:
        """Put arrays of plain numbers aside; the ticket gives them back."""
        packed = [
            pa.compress(np.ascontiguousarray(one), codec="zstd", asbytes=True) if one.size else b"" for one in arrays
        ]
        about = [(one.dtype.descr, one.shape, len(raw)) for one, raw in zip(arrays, packed, strict=True)]
        head = json.dumps(about).encode()
        ticket = self._end
        self._file.seek(ticket)
        self._end += self._file.write(b"".join((len(head).to_bytes(4, "little"), head, *packed)))
        return ticket

    def get(self, ticket: Ticket) -> list[np.ndarray]:
        """Return the arrays that were put aside together."""
        self._file.seek(ticket)
        about = json.loads(self._file.read(int.from_bytes(self._file.read(4), "little")))
        found = []
        for kind, shape, length in about:
            dtype = np.dtype([tuple(field) for field in kind] if kind[0][0] else kind[0][1])
            size = math.prod(shape) * dtype.itemsize
            raw = pa.decompress(self._file.read(length), size, codec="zstd", asbytes=True) if length else b""
            found.append(np.frombuffer(raw, dtype=dtype).reshape(shape))
        return found


class Rows:
    """Rows of numbers, each as long as it is, put aside one after the other; any of them are taken in any order.

    Parameters
    ----------
    dtype
        Of the numbers.
    """

    def __init__(self, dtype: np.dtype) -> None:
        self._dtype = dtype
        self._file = tempfile.SpooledTemporaryFile(max_size=SPILLED // 4, prefix="framing-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._ends = array("q", [0])

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._ends) - 1

    def add(self, row: np.ndarray) -> None:
        """Put a row aside. Rows are added before any is taken."""
        self._file.write(np.ascontiguousarray(row, dtype=self._dtype).tobytes())
        self._ends.append(self._ends[-1] + len(row))

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return some rows, one after the other, and the length of each."""
        ends = np.frombuffer(self._ends, dtype=np.int64)
        begin, end = ends[rows], ends[rows + 1]
        first = np.flatnonzero(
            np.r_[True, begin[1:] != end[:-1]][: len(rows)]
        )  # rows that lie together are read together
        last = np.r_[first[1:] - 1, len(rows) - 1][: len(first)]
        found, size = [], self._dtype.itemsize
        for start, stop in zip(begin[first].tolist(), end[last].tolist(), strict=True):
            self._file.seek(start * size)
            found.append(self._file.read((stop - start) * size))
        return np.frombuffer(b"".join(found), dtype=self._dtype), end - begin


def give_back() -> None:
    """Return freed memory to the system, which allocators otherwise keep for what comes next: steps are unlike each other."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None  # glibc's alone
    if trim is not None:
        trim(0)


SPILLED = 16_000_000
"""Bytes that are put aside in memory."""
Ticket = int
"""Where arrays that were put aside begin: a number, since there may be one for every event."""


# --- the parts of a run -----------------------------------------------------------------------


class Store(Protocol):
    """Where the tables of a run are kept between steps."""

    def parts(self) -> list[str]:
        """Names of the parts, in order."""

    def done(self, step: str, part: str) -> bool:
        """Whether the step has been carried out for the part."""

    def put(self, step: str, part: str, tables: Tables) -> None:
        """Keep what the step gave for the part."""

    def get(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Any:
        """Return one table of a part: all of it, or those of the columns that are there."""

    def pieces(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Iterator[Any]:
        """Yield one table of a part in the pieces it was given in."""

    def count(self, step: str, part: str, table: str) -> int:
        """Count the rows of one table of a part."""

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
        self._tables[step, part] = {
            name: pd.concat(list(table), ignore_index=True) if isinstance(table, Iterator) else table
            for name, table in tables.items()
        }

    def get(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Any:
        """Return one table of a part: all of it, or those of the columns that are there."""
        found = self._tables[step, part][table]
        return found if columns is None else found[[name for name in columns if name in found]]

    def pieces(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Iterator[Any]:
        """Yield one table of a part."""
        yield self.get(step, part, table, columns)

    def count(self, step: str, part: str, table: str) -> int:
        """Count the rows of one table of a part."""
        return len(self._tables[step, part][table])


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

    def get(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Any:
        """Read one table of a part: all of it, or those of the columns that are there."""
        pieces = list(self.pieces(step, part, table, columns))
        return pieces[0] if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)

    def pieces(self, step: str, part: str, table: str, columns: Iterable[str] | None = None) -> Iterator[Any]:
        """Read one table of a part in the pieces it was given in."""
        path = self.root / step / part / f"{table}.parquet"
        if path.exists():
            return read_pieces(path, columns)
        return iter([json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))])

    def count(self, step: str, part: str, table: str) -> int:
        """Count the rows of one table of a part."""
        path = self.root / step / part / f"{table}.parquet"
        return int(pq.read_metadata(path).num_rows) if path.exists() else len(self.get(step, part, table))

    @staticmethod
    def _write(folder: Path, name: str, table: Any) -> None:
        if isinstance(table, pd.DataFrame):
            path = folder / f"{name}.parquet"
            write_parquet(path, table)
        elif isinstance(table, Iterator):
            path = folder / f"{name}.parquet"
            write_pieces(path, table)
        else:
            path = folder / f"{name}.json"
            path.write_text(json.dumps(table, ensure_ascii=False, default=str), encoding="utf-8")
        _sync(path)


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
    """Put a setting together with the hash of the file, or of the model's folder, that it names, if it names one."""
    if isinstance(value, Mapping):
        return {key: content(each) for key, each in value.items()}
    try:
        path = Path(value) if isinstance(value, str) else None
        if path is None or not path.exists():
            return value
        if path.is_file():
            return value, hash_file(path)
        weights = sorted(file for pattern in ("*.onnx", "*.safetensors", "*.bin") for file in path.glob(pattern))
        return (value, *map(hash_file, weights)) if weights else value
    except (OSError, ValueError):  # no possible name of a file
        return value


@cache
def code_hash() -> str:
    """Hash of this package's own files: parts made by other code are not taken over."""
    root = Path(__file__).parent
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".tsv", ".toml", ".json", ".md", ".npz", ".onnx"))
    return fingerprint({str(p.relative_to(root)): hash_file(p) for p in files})[:12]


def fingerprint(description: Mapping[str, Any]) -> str:
    """Hash of everything that decides what a run gives; two runs with the same one may be resumed."""
    return sha256(json.dumps(description, sort_keys=True, default=str).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python, the machine and the packages that decide a result."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    return found | {name: metadata.version(name) for name in PACKAGES}


class Result(Protocol):
    """The tables of a run, piece by piece."""

    def written(self) -> list[str]:
        """Names of the tables there are."""

    def pieces(self, name: str) -> Iterator[Any]:
        """Yield a table piece by piece."""

    def faults(self) -> pd.DataFrame:
        """Articles that some step failed on."""


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

    def publish(self, run: Result, extra: Iterable[str] = ()) -> None:
        """Write every frame, and the extra tables that drill down, as one Parquet file each, part by part."""
        for name in (*schema.FRAMES, *(table for table in extra if table in run.written())):
            pieces = partial(run.pieces, name) if name in run.written() else partial(_nothing, name)
            write_atomic(self.path / f"{name}.parquet", partial(_stream, name=name, pieces=pieces))
        failed = run.faults()
        if len(failed):
            write_atomic(self.path / f"{FAULTS}.parquet", lambda path: write_parquet(path, failed))

    def discard(self) -> None:
        """Leave nothing of a run whose input turned out unusable, and what it was to replace as it was."""
        _clear(self.path)
        shutil.rmtree(self.path / WORK, ignore_errors=True)
        aside = self.path / ASIDE
        if aside.is_dir():
            for kept in aside.iterdir():
                kept.replace(self.path / kept.name)
            aside.rmdir()

    def finish(self) -> None:
        """Mark the run done. Its parts stay: another target then repeats only the steps that depend on it."""
        self.record["status"] = "done"
        self.record["finished"] = now()
        self.save()
        shutil.rmtree(self.cache, ignore_errors=True)
        shutil.rmtree(self.path / ASIDE, ignore_errors=True)


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
    unless `overwrite`, which replaces what an earlier run wrote and nothing else; a run that is then refused gives it back.

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
    others = [p.name for p in path.iterdir() if p.name not in (".lock", WORK, ASIDE)]
    if others and not overwrite:
        raise RunExists(_refusal(path, earlier, same=same))
    if earlier is not None and earlier.get("status") == "done":
        _set_aside(path)
    _clear(path)
    return Folder(path, dict(record))


def _refusal(path: Path, earlier: Mapping[str, Any] | None, *, same: bool) -> str:
    if earlier is None:
        return f"{path} is not empty and holds no run; give an empty folder with -o, or --overwrite to write into it"
    state = earlier.get("status", "unknown")
    what = "a finished run with the same inputs and settings" if same else f"another run ({state})"
    return f"{path} already holds {what}; give another folder with -o, or --overwrite to replace it"


def _ours(path: Path) -> Iterator[Path]:
    """What a run writes into its folder and shows there."""
    return (path / name for name in (*OURS, *(f"{frame}.parquet" for frame in (*schema.FRAMES, *EXTRA))))


def _set_aside(path: Path) -> None:
    """Keep a finished run until the one that is to replace it has ended."""
    aside = path / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for target in _ours(path):
        if target.exists():
            target.replace(aside / target.name)


def _clear(path: Path) -> None:
    for target in _ours(path):
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
        made = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        held = FileLock(path / ".lock")
        held.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"another run is writing into {path}; wait for it, or give another folder with -o") from error
    except OSError as error:
        raise InputError(f"cannot write to {path}: {error.strerror}; give another folder with -o") from error
    return _leaving(path, held, made)


@contextmanager
def _leaving(path: Path, held: Any, made: bool) -> Iterator[None]:
    """Give the lock back; where there is no run, leave no lock behind, nor a folder made for it."""
    try:
        yield
    finally:
        left = {p.name for p in path.iterdir()} - {".lock"}
        if "run.json" not in left:
            (path / ".lock").unlink(missing_ok=True)
            if made and not left:
                path.rmdir()
        held.release()


def need_run(out: str | Path) -> Path:
    """Folder of a finished run.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    path = Path(out)
    if read_record(path) is None:
        raise InputError(f"{path} holds no run (no run.json); make one with: framing compare ARTICLES -o {path}")
    if not (path / "articles.parquet").exists():
        raise InputError(f"the run in {path} is unfinished; rerun its command to resume it")
    return path


def read_frames(out: str | Path) -> dict[str, pd.DataFrame]:
    """Read the frames of a finished run.

    Raises
    ------
    InputError
        If the folder holds no finished run.
    """
    shelf = Shelf(need_run(out))
    found = {name: shelf.rows(name) for name in shelf.names()}
    return {name: schema.conform(table, name) if name in schema.FRAMES else table for name, table in found.items()}
