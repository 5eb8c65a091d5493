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

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import pandas as pd

from framing import schema
from framing.errors import FramingError, InputError, memory_short
from framing.storage import ALL, FAULTS, Pieces, Store, Tables, content, fingerprint, give_back


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
    columns
        Of a table that a step of scope ``"corpus"`` reads: the only columns it is given, as far as they are there.
    by_piece
        Tables it is given as :class:`framing.storage.Pieces` instead of as one frame. It may give a table as an iterator
        of frames in turn, and of :data:`PARTED` tables it gives no more than article_id and the columns that change.
    """

    name: str
    scope: Literal["part", "event", "corpus"]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Tables, Any], Tables]
    uses: tuple[str, ...] | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_piece: tuple[str, ...] = ()


Watch = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Shows how far a run is: opens a step of so many units; what it gives is called once per unit done."""


def silent(name: str, total: int) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


LOADED = "loaded"
"""Marks that every part has been read."""
BUNDLES, BUNDLED = "bundles", "bundled"
"""Where the tables of whole events are kept for the steps that work on them; marks that all of them are there."""
BUNDLED_AT_ONCE = 50
"""Bundles filled in one pass over the parts: what bounds the memory of regrouping."""


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

    def table(self, name: str, part: str, before: str | None = None, columns: Iterable[str] | None = None) -> Any:
        """Return the table as the last step before `before` left it: of one part, one bundle, or ``"all"``."""
        step = self._writer(name, before)
        if step.scope == "corpus" and name not in PARTED:
            return self.store.get(step.name, ALL, name, columns)
        if part == ALL:
            return _join(name, list(self.pieces(name, before, columns)))
        asking = self._step(before) if before else None
        if asking is not None and asking.scope == "event" and step.scope != "event":
            return self.store.get(BUNDLES, part, name)
        return self.store.get(step.name, part, name)

    def pieces(self, name: str, before: str | None = None, columns: Iterable[str] | None = None) -> Iterator[Any]:
        """Yield the table part by part, so that going through it needs the memory of one part.

        To a step that follows those by event, articles come bundle by bundle: whole events together.
        """
        step = self._writer(name, before)
        if name in PARTED and before is not None and self._bundled_before(before):
            for unit in self.store.units(BUNDLES):
                yield from self.store.pieces(BUNDLES, unit, name, columns)
            return
        for unit in self._units(step, name):
            yield from self.store.pieces(step.name, unit, name, columns)

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

    def _bundled_before(self, name: str) -> bool:
        before = itertools.takewhile(lambda step: step.name != name, self.steps)
        return self._step(name).scope == "corpus" and any(step.scope == "event" for step in before)

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
            give_back()
            self.seconds[step.name] = round(time.perf_counter() - began, 3)
            self._count(step)

    def _todo(self, step: Step) -> list[str]:
        if step.scope == "corpus":
            return [ALL]
        return self.store.parts() if step.scope == "part" else self.store.units(BUNDLES)

    def _units(self, step: Step, name: str) -> list[str]:
        """Where a table that the step gave is kept."""
        if step.scope == "corpus":
            return self.store.parts() if name in PARTED else [ALL]
        return self._todo(step)

    def one(self, step: Step, part: str) -> None:
        """Carry out one step for one part and keep what it gives.

        An article that a step fails on is left out of it and told in :meth:`faults`; the others go on.
        """
        tables = {name: self._read(step, name, part) for name in step.reads}
        if step.scope == "corpus":
            result = self._split(step, step.run(tables, self.settings))
        else:
            result, failed = _isolated(step, tables, self.settings)
            if len(failed):
                self.store.put(f"{FAULTS}-{step.name}", part, {FAULTS: failed})
        self.store.put(step.name, part, result)

    def _read(self, step: Step, name: str, part: str) -> Any:
        columns = step.columns.get(name)
        if name in step.by_piece:
            return Pieces(partial(self.pieces, name, step.name, columns))
        return self.table(name, part, step.name, columns)

    def _split(self, step: Step, result: Tables) -> Tables:
        """Put the columns that a step gives of tables kept by part into those parts."""
        parted = {n: t.set_index("article_id") for n, t in result.items() if n in PARTED}
        for part in self.store.parts() if parted else ():
            if not self.store.done(step.name, part):
                tables = {n: schema.fill(self.table(n, part, step.name), t) for n, t in parted.items()}
                self.store.put(step.name, part, tables)
        return {n: t for n, t in result.items() if n not in PARTED}

    # --- whole events together ---

    def _to_bundle(self) -> list[str]:
        """Tables kept by part that steps working on whole events read."""
        wanted = set()
        for step in self.steps:
            for name in step.reads if step.scope == "event" else ():
                scope = self._writer(name, step.name).scope
                if scope == "part" or (scope == "corpus" and name in PARTED):
                    wanted.add(name)
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
        self.counts["load"] = {n: sum(self.store.count("load", p, n) for p in self.store.parts()) for n in names}

    def _count(self, step: Step) -> None:
        counts = self.counts.setdefault(step.name, {})
        for name in step.writes:
            if name in schema.FRAMES:
                counts[name] = sum(self.store.count(step.name, unit, name) for unit in self._units(step, name))


PARTED = ("articles",)
"""Tables that a corpus step changes but that go on part by part."""


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
    except Exception as error:
        if memory_short(error):
            raise MemoryError(str(error)) from error
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


_NOT_ITS_FAULT = (FramingError, OSError, MemoryError, ImportError)
"""What no single article is to blame for."""


def _culprits(step: Step, tables: Tables, settings: Any, ids: list[str]) -> dict[str, str]:
    """Articles that the step fails on, alone among these, with the error."""
    try:
        step.run(_only(tables, set(ids)), settings)
    except _NOT_ITS_FAULT:
        raise
    except Exception as error:
        if memory_short(error):
            raise MemoryError(str(error)) from error
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
