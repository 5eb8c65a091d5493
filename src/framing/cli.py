"""The command line: thin, one function per command, no work of its own.

Exit codes: 0 done; 1 done, but there is no comparison, articles failed in a step, or more than a tenth was rejected or is not in English; 2 bad use or input.
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framing.errors import FramingError, InputError, memory_short

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    name="framing",
    help="Measure how news outlets cover the same events: sources, stance, wording, frames, omissions.",
    epilog="Example: framing compare articles.csv -o out --target 'the ministry'",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
datasets_app = typer.Typer(
    help="Public data sets and samples: list, describe, fetch, verify, cite.", no_args_is_help=True
)
models_app = typer.Typer(help="The shipped models and their cards.", no_args_is_help=True)
code_app = typer.Typer(
    help="Hand coding: draw a sample, read codes back, measure agreement, correct estimates.", no_args_is_help=True
)
experiment_app = typer.Typer(help="Experiments: list results, run, verify.", no_args_is_help=True)
app.add_typer(datasets_app, name="datasets")
app.add_typer(models_app, name="models")
app.add_typer(code_app, name="code")
app.add_typer(experiment_app, name="experiment")

Articles = Annotated[
    list[str],
    typer.Argument(
        help="csv, tsv, json, jsonl, parquet, xlsx, txt, html, WARC, a folder of them (compressed or not), or dataset:NAME.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.", show_default=False)]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target", "-t", help="Whose stance to measure: a name (NAME=ALIAS|ALIAS) or a statement. Repeatable."
    ),
]
Codebook = Annotated[str, typer.Option("--codebook", help="Frames: generic, policy, or a TOML file of your own.")]
EventColumn = Annotated[
    str | None, typer.Option("--event-column", help="Column that says which event an article is on.")
]
Map = Annotated[list[str] | None, typer.Option("--map", help="ours=theirs, e.g. text=content. Repeatable.")]
Engine = Annotated[str, typer.Option("--engine", help="local or ray.")]
NoClean = Annotated[bool, typer.Option("--no-clean", help="Keep the text as it is.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Read at most this many articles.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace another run in the folder.")]
FullText = Annotated[bool, typer.Option("--full-text", help="Show whole articles in the report, not excerpts.")]
MaskPrivate = Annotated[bool, typer.Option("--mask-private", help="Mask names of private persons in the report.")]
Model = Annotated[
    list[str] | None,
    typer.Option("--model", help="TASK=org/name: a Hugging Face model, or the folder of your own. Repeatable."),
]
Label = Annotated[
    list[str] | None, typer.Option("--label", help="TASK.THEIRS=OURS: a label of that model. Repeatable.")
]
Reference = Annotated[str | None, typer.Option("--reference", help="Outlet to contrast the others with.")]
Genre = Annotated[str, typer.Option("--genre", help="Genre to compare: news, another one, all or each.")]
Plan = Annotated[str | None, typer.Option("--plan", help="Analysis plan (TOML) that fixes measures and families.")]
Edits = Annotated[
    str | None, typer.Option("--event-edits", help="Your corrections of the events (merge, split, move).")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes of the local engine; by default one per core.")
]
Cache = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder of encodings kept between runs; else FRAMING_CACHE or your cache folder."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep no encodings after the run.")]
CacheSize = Annotated[float, typer.Option("--cache-size", min=0, help="Gigabytes of encodings kept between runs.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of resampling.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON summary.")]
Mirror = Annotated[str | None, typer.Option("--mirror", help="Folder or URL to fetch from instead of upstream.")]


def main() -> None:
    """Run the command line; what the user can mend ends in one line and exit code 2."""
    try:
        app()
    except FramingError as error:
        _fail(str(error))
    except OSError as error:
        if memory_short(error):
            _fail(NO_MEMORY)
        full = "; make room and run the same command again to go on" if error.errno == errno.ENOSPC else ""
        _fail(f"{type(error).__name__}: {error}{full}")
    except MemoryError:
        _fail(NO_MEMORY)
    except KeyboardInterrupt:
        typer.echo("\nstopped; run the same command again to go on where it stopped", err=True)
        raise SystemExit(130) from None
    except Exception as error:
        if os.environ.get("FRAMING_DEBUG"):
            raise
        if memory_short(error):
            _fail(NO_MEMORY)
        _fail(
            f"a fault of framing, not of your input ({type(error).__name__}: {error}); details for a report in {_details()}"
        )


NO_MEMORY = "memory ran out; give --workers 1 or more memory, and run the same command again to go on"


def _details() -> str:
    """Keep the traceback of a fault in a file, so that the terminal shows one line."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="framing-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(traceback.format_exc())
    return file.name


def _fail(message: str) -> None:
    typer.echo(f"framing: {message}", err=True)
    raise SystemExit(2) from None


def _version(shown: bool) -> None:
    if shown:
        from framing import __version__

        typer.echo(f"framing {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Measure how news outlets cover the same events."""


# --- the main job -------------------------------------------------------------------------------


@app.command(epilog="Example: framing compare articles.csv -o out --target 'the ministry' --map text=content")
def compare(
    articles: Articles,
    out: Out,
    target: Target = None,
    codebook: Codebook = "generic",
    event_column: EventColumn = None,
    map_: Map = None,
    engine: Engine = "local",
    no_clean: NoClean = False,
    limit: Limit = None,
    overwrite: Overwrite = False,
    full_text: FullText = False,
    mask_private: MaskPrivate = False,
    model: Model = None,
    label: Label = None,
    reference: Reference = None,
    genre: Genre = "news",
    plan: Plan = None,
    event_edits: Edits = None,
    seed: Seed = 0,
    workers: Workers = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    cache_size: CacheSize = 5.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Read articles, find events, and compare how outlets cover them: frames, charts and report.html."""
    _run(**locals(), comparing=True)


@app.command(epilog="Example: framing annotate articles.jsonl -o out")
def annotate(
    articles: Articles,
    out: Out,
    target: Target = None,
    codebook: Codebook = "generic",
    event_column: EventColumn = None,
    map_: Map = None,
    engine: Engine = "local",
    no_clean: NoClean = False,
    limit: Limit = None,
    overwrite: Overwrite = False,
    model: Model = None,
    label: Label = None,
    workers: Workers = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    cache_size: CacheSize = 5.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Load through frames, events included: every frame except comparisons."""
    _run(**locals(), comparing=False)


def _run(articles: list[str], out: Path, *, comparing: bool, quiet: bool, as_json: bool, **options: Any) -> None:
    from framing import pipeline, runs

    settings = pipeline.Settings(
        targets=tuple(options["target"] or ()),
        codebook=options["codebook"],
        event_column=options["event_column"],
        mapping=_pairs(options["map_"], "--map", "ours=theirs"),
        clean=not options["no_clean"],
        limit=options["limit"],
        models=_pairs(options["model"], "--model", "TASK=org/name"),
        labels=_pairs(options["label"], "--label", "TASK.THEIRS=OURS"),
        reference=options.get("reference"),
        genre=options.get("genre", "news"),
        plan=options.get("plan"),
        event_edits=options.get("event_edits"),
        seed=options.get("seed", 0),
        cache=_cache(options["cache"], off=options["no_cache"]),
        cache_limit=int(options["cache_size"] * 1e9),
    )
    outcome = runs.run(
        articles,
        out,
        settings,
        comparing=comparing,
        engine=options["engine"],
        overwrite=options["overwrite"],
        full_text=options.get("full_text", False),
        mask_private=options.get("mask_private", False),
        command=shlex.join(["framing", *sys.argv[1:]]),
        watch=None if quiet or as_json else _bar,
        workers=options["workers"] or _cores(),
    )
    if as_json:
        typer.echo(json.dumps(_summary(outcome), indent=1))
    elif not quiet:
        _tell(outcome)
    raise typer.Exit(outcome.exit_code)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cache(folder: Path | None, *, off: bool) -> str | None:
    from framing import runs

    if folder is not None and off:
        raise FramingError("--cache and --no-cache exclude each other; give one of them")
    return None if off else str(folder) if folder is not None else runs.default_cache()


def _pairs(given: list[str] | None, option: str, form: str) -> dict[str, str]:
    pairs = {}
    for item in given or []:
        left, sign, right = item.partition("=")
        if not (sign and left.strip() and right.strip()):
            raise FramingError(f"{option} takes {form}, not {item!r}")
        pairs[left.strip()] = right.strip()
    return pairs


def _summary(outcome: Any) -> dict[str, Any]:
    record = outcome.record
    keys = ("status", "totals", "counts", "seconds", "mapping", "tables", "notes", "withheld")
    return {"out": str(outcome.out), "files": [str(f) for f in outcome.files]} | {k: record.get(k) for k in keys}


def _tell(outcome: Any) -> None:
    record, totals = outcome.record, outcome.record["totals"]
    found = (
        f"{totals[what]:,} {what[: -1 if totals[what] == 1 else None]}" for what in ("articles", "outlets", "events")
    )
    typer.echo(f"{', '.join(found)} ({totals['rejected']} rejected) in {sum(record['seconds'].values()):.0f} s")
    for line in _columns(record):
        typer.echo(line)
    for note in record["notes"]:
        typer.echo(f"note: {note}")
    for what in record["withheld"]:
        typer.echo(f"withheld: {what}")
    report = [f for f in outcome.files if f.suffix == ".html"][:1]
    charts = [f for f in outcome.files if f.suffix == ".png"]
    typer.echo(f"frames: {outcome.out}{'/*.parquet'}")
    for path in charts:
        typer.echo(f"chart:  {path}")
    for path in report:
        typer.echo(f"report: {path}")


def _columns(record: dict[str, Any], most: int = 10) -> list[str]:
    """Which column was taken for which: one line, or one for every kind of table where there are several."""
    tables = record.get("tables") or []
    if len(tables) < 2:
        mapping = tables[0]["mapping"] if tables else record.get("mapping") or {}
        return [f"columns: {_taken(mapping)}"] if mapping else []
    lines = []
    for one in tables[:most]:
        more = f" and {one['more']} more" if one["more"] else ""
        lines.append(f"columns of {Path(one['first']).name}{more}: {_taken(one['mapping'])}")
    return lines + (
        [f"columns of {len(tables) - most} other kinds of table: see run.json"] if len(tables) > most else []
    )


def _taken(mapping: dict[str, str]) -> str:
    return ", ".join(f"{ours} = {theirs}" for ours, theirs in mapping.items())


@contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a step of `total` units as a bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    shown = (TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=total)
        yield lambda: bars.advance(task)


@app.command(epilog="Example: framing report out --full-text")
def report(
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    full_text: FullText = False,
    mask_private: MaskPrivate = False,
    corrected: Annotated[
        Path | None,
        typer.Option("--corrected", help="Folder of code correct: its figures in the place of those they correct."),
    ] = None,
) -> None:
    """Draw the charts and write report.html again from the frames in OUT."""
    from framing import runs

    for path in runs.report_again(out, full_text=full_text, mask_private=mask_private, corrected=corrected):
        typer.echo(path)


@app.command(epilog="Example: framing export out --format xlsx -o tables")
def export(
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the tables into.")],
    format_: Annotated[str, typer.Option("--format", help="csv, xlsx, parquet, json, tex, md or sav.")] = "csv",
    measure: Annotated[
        str | None, typer.Option("--measure", help="Only the table of this measure, as it is printed.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="With --measure: only this target (its name or an alias).")
    ] = None,
    event: Annotated[str | None, typer.Option("--event", help="With --measure: only this event (event_id).")] = None,
) -> None:
    """Write the frames of a run, or the comparison of one measure, as tables; formulas in article text are defused."""
    from framing import export as tables
    from framing import storage
    from framing.targets import by_name

    if measure is not None:
        frames = storage.read_frames(out)
        meant = by_name(frames["targets"]).get(target.casefold(), target) if target is not None else None
        typer.echo(tables.write_comparison(frames["comparisons"], folder, measure, format_, target=meant, event=event))
        return
    if target is not None or event is not None:
        raise InputError("--target and --event choose rows of one measure: give --measure too")
    for path in tables.write(storage.read_frames(out), folder, format_):
        typer.echo(path)


CHARTS = (
    "stance, balance, source_kinds, source_matrix, frames, loaded, wording, timeline, co_coverage, syndication, "
    "voice_timeline, facts, specification, agreement, calibration"
)


@app.command(epilog="Example: framing chart stance out --format pdf -o stance.pdf")
def chart(
    name: Annotated[str, typer.Argument(help=f"Chart: {CHARTS}.")],
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    file: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    format_: Annotated[str | None, typer.Option("--format", help="png, svg or pdf; else from the file's name.")] = None,
    theme: Annotated[str, typer.Option("--theme", help="light or dark.")] = "light",
    width: Annotated[str, typer.Option("--width", help="single, double (journal columns) or screen.")] = "screen",
    target: Annotated[str | None, typer.Option("--target", help="Only this target (its name or an alias).")] = None,
    event: Annotated[str | None, typer.Option("--event", help="Only this event (event_id).")] = None,
) -> None:
    """Draw one chart from the frames of a run."""
    from framing import charts, storage

    frames = storage.read_frames(out)
    if event is not None and not frames["articles"]["event_id"].eq(event).any():
        raise InputError(f"{out} has no event {event!r}; its events are named in events.parquet and in the report")
    table = charts.data(name, frames, target=target, event=event)
    if table.empty:
        typer.echo(f"framing: {name} has nothing to draw, no file written: {table.attrs['reason']}", err=True)
        raise typer.Exit(1)
    if target is not None and "target" not in table:
        typer.echo(f"note: {name} has no targets, so --target changes nothing", err=True)
    path = charts.save(name, frames, file, format_, theme=theme, width=width, target=target, event=event)
    typer.echo(path)


# --- data sets, models ---------------------------------------------------------------------------


@datasets_app.command("list", epilog="Example: framing datasets list")
def datasets_list(as_json: Json = False) -> None:
    """List the registered data sets."""
    from framing import datasets

    rows = [datasets.info(name) for name in datasets.names()]
    _table(rows, ("name", "title", "licence", "available"), as_json=as_json)


@datasets_app.command("info", epilog="Example: framing datasets info polnear")
def datasets_info(name: Annotated[str, typer.Argument(help="Data set.")], as_json: Json = False) -> None:
    """Show a data set's card."""
    from framing import datasets

    card = datasets.info(name)
    typer.echo(json.dumps(card, indent=1, default=str) if as_json else card.get("card", ""))


@datasets_app.command("fetch", epilog="Example: framing datasets fetch babe --mirror /media/archives")
def datasets_fetch(name: Annotated[str, typer.Argument(help="Data set.")], mirror: Mirror = None) -> None:
    """Download a data set from upstream or a mirror into your cache, and verify it."""
    from framing import datasets

    typer.echo(datasets.fetch(name, mirror=mirror))


@datasets_app.command("verify", epilog="Example: framing datasets verify babe")
def datasets_verify(name: Annotated[str, typer.Argument(help="Data set.")]) -> None:
    """Check the files of a fetched data set against their hashes."""
    from framing import datasets

    found = datasets.verify(name)
    typer.echo(f"{name}: {'as registered' if found['ok'] else 'NOT as registered'}")
    for what in ("missing", "changed"):
        for file in found.get(what, ()):
            typer.echo(f"{what}: {file}")
    raise typer.Exit(0 if found["ok"] else 2)


@datasets_app.command("cite", epilog="Example: framing datasets cite babe")
def datasets_cite(name: Annotated[str, typer.Argument(help="Data set.")]) -> None:
    """Print how to cite a data set (BibTeX)."""
    from framing import datasets

    typer.echo(datasets.cite(name))


@models_app.command("list", epilog="Example: framing models list")
def models_list(as_json: Json = False) -> None:
    """List the shipped models."""
    from framing import models

    _table([card.describe() for card in models.cards()], ("name", "version", "bytes", "tasks"), as_json=as_json)


@models_app.command("card", epilog="Example: framing models card encoder-shared")
def models_card(name: Annotated[str, typer.Argument(help="Model.")]) -> None:
    """Show a model's card: data, terms, scores, limits."""
    from framing import models

    cards = {card.name: card for card in models.cards()}
    if name not in cards:
        raise FramingError(f"no model {name!r}; there are {', '.join(cards)}")
    typer.echo(cards[name].text)


@app.command(
    epilog="Example: framing specification out --measure stance --voice narrator --target 'the ministry' --outlet 'Tillen Post'"
)
def specification(
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    measure: Annotated[str, typer.Option("--measure", help="Measure, e.g. stance or frame.conflict.")],
    outlet: Annotated[str, typer.Option("--outlet", help="Outlet whose difference is computed.")],
    reference: Reference = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="Target, where the measure has several.")] = None,
    voice: Annotated[str | None, typer.Option("--voice", help="narrator, source or all, where it has several.")] = None,
    seed: Seed = 0,
) -> None:
    """One difference under every choice of grouping, wire copy, genre, weighting and model, kept in the run's folder."""
    from framing import storage
    from framing.comparison.specification import sentence, specification_curve

    frames = storage.read_frames(out)
    table = specification_curve(frames, measure, outlet, reference=reference, target=target, voice=voice, seed=seed)
    storage.write_atomic(out / "specifications.parquet", lambda path: storage.write_parquet(path, table))
    typer.echo(sentence(table))
    typer.echo(
        f"{len(table)} specifications in {out / 'specifications.parquet'}; draw them: framing chart specification {out} -o specification.png"
    )


# --- hand coding -----------------------------------------------------------------------------------


@code_app.command(
    "sample",
    epilog="Example: framing code sample out -o coding --n 200 --target 'the ministry' --coder ann --coder ben",
)
def code_sample(
    out: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder for the sheets and the design.")],
    n: Annotated[int, typer.Option("--n", min=1, help="Units to draw; all, if there are fewer.")] = 200,
    unit: Annotated[str, typer.Option("--unit", help="article or sentence.")] = "sentence",
    target: Target = None,
    voice: Annotated[list[str] | None, typer.Option("--voice", help="narrator, source or all. Repeatable.")] = None,
    codebook: Annotated[str | None, typer.Option("--codebook", help="Ask for frames of this codebook.")] = None,
    loaded: Annotated[bool, typer.Option("--loaded", help="Ask whether the wording is loaded.")] = False,
    spans: Annotated[
        list[str] | None,
        typer.Option("--spans", help="Let coders mark loaded_words or quotation (Label Studio). Repeatable."),
    ] = None,
    coder: Annotated[list[str] | None, typer.Option("--coder", help="A coder's pseudonym. Repeatable.")] = None,
    overlap: Annotated[float, typer.Option("--overlap", help="Share of units every coder gets.")] = 0.2,
    show_outlet: Annotated[bool, typer.Option("--show-outlet", help="Let coders see the outlet.")] = False,
    stratify: Annotated[
        str, typer.Option("--stratify", help="Column whose values get equal shares, or none.")
    ] = "outlet",
    favour: Annotated[
        bool, typer.Option("--favour-mentions", help="Half of the draw from units that mention a --target.")
    ] = False,
    floor: Annotated[float, typer.Option("--floor", help="Smallest probability of being drawn.")] = 0.01,
    round_: Annotated[int, typer.Option("--round", min=1, help="Number of the coding round.")] = 1,
    exclude: Annotated[
        list[Path] | None,
        typer.Option("--exclude", help="Articles not to draw: codes, a CSV, or a list of ids. Repeatable."),
    ] = None,
    format_: Annotated[list[str] | None, typer.Option("--format", help="xlsx, csv, labelstudio. Repeatable.")] = None,
    seed: Seed = 0,
) -> None:
    """Draw articles or sentences with known probabilities and write a coding sheet for every coder."""
    from framing import coding, frames, storage, targets
    from framing.coding import sheets

    book = frames.read_codebook(codebook) if codebook else None
    found = storage.read_frames(out)
    known = targets.by_name(found["targets"]) if "targets" in found else {}
    for name in target or ():
        if name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), known, n=1)
            hint = f"; did you mean {known[near[0]]!r}?" if near else ""
            typer.echo(
                f"note: this run has no target {name!r}{hint}: its codes will have no model score to be compared with",
                err=True,
            )
    asked = coding.questions(
        [known.get(name.casefold(), name) for name in target or ()],
        {code.id: code.definition for code in book.codes} if book else None,
        voices=voice or ("narrator",),
        loaded=loaded,
        spans=spans or (),
    )
    articles = found["articles"]
    named = targets.named(articles, found.get("targets"), [q.target for q in asked if q.target]) if target else None
    if favour and (named is None or named.empty):
        raise FramingError(
            "--favour-mentions favours units that mention a target, and none does: name one in these articles with --target"
        )
    drawn = coding.sample(
        articles,
        n,
        asked,
        unit=unit,
        coders=coder or ("coder1",),
        overlap=overlap,
        blind=not show_outlet,
        codebook=book.label if book else "",
        stratify=None if stratify.lower() == "none" else stratify,
        floor=floor,
        round=round_,
        exclude=[key for path in exclude or () for key in coding.read_ids(path)],
        seed=seed,
        about=named if favour else None,
    )
    for path in sheets.write(drawn, articles, folder, format_ or (("labelstudio",) if spans else ("xlsx", "csv"))):
        typer.echo(path)
    if len(drawn.units) < n:
        typer.echo(f"note: --n {n} was asked for, there are {len(drawn.units)} {unit}s: all of them are drawn")
    if named is not None and len(named) and not favour:
        few = int(coding.holding(drawn.units, named).sum())
        if few < len(drawn.units) / 5:
            typer.echo(
                f"note: {few} of {len(drawn.units)} drawn {unit}s mention the target; --favour-mentions draws half of them from those that do"
            )


@code_app.command(
    "import", epilog="Example: framing code import coding/ann.xlsx coding/ben.csv --design coding/design.json -o codes"
)
def code_import(
    files: Annotated[list[Path], typer.Argument(help="Filled sheets: CSV, XLSX or Label Studio JSON.")],
    design: Annotated[Path, typer.Option("--design", help="design.json written beside the sheets.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for annotations, rejected and skipped.")],
    run: Annotated[
        Path | None, typer.Option("--run", help="Run drawn from: marked spans are checked in its texts.")
    ] = None,
) -> None:
    """Read filled coding sheets into annotations; nothing that is not taken is lost."""
    from framing import coding, storage

    articles = storage.read_frames(run)["articles"] if run is not None else None
    found = coding.import_codes(files, coding.Sample.load(design), articles)
    out.mkdir(parents=True, exist_ok=True)
    for name in ("annotations", "rejected", "skipped"):
        table = getattr(found, name)
        path = out / f"{name}.parquet"
        storage.write_atomic(path, lambda p, table=table: storage.write_parquet(p, table))  # type: ignore[misc]
        typer.echo(f"{name}: {len(table)} rows in {path}")
    for note in found.notes:
        typer.echo(f"note: {note}")
    for who, n in found.skipped["coder"].value_counts(sort=False).items():
        typer.echo(f"skipped: {n} answers of {who} are still wanted: left empty, or rejected below")
    for reason, n in found.rejected["reason"].value_counts().head(10).items():
        typer.echo(f"rejected: {n} x {reason}")
    if found.annotations.empty:
        typer.echo("framing: there is no answer in these sheets; fill in the columns of the questions first", err=True)
    raise typer.Exit(1 if len(found.rejected) or found.annotations.empty else 0)


@code_app.command("agreement", epilog="Example: framing code agreement codes --run out")
def code_agreement(
    codes: Annotated[Path, typer.Argument(help="Folder written by code import.")],
    run: Annotated[Path | None, typer.Option("--run", help="Run to compare the coders with, and for outlets.")] = None,
    spans: Annotated[
        str | None, typer.Option("--spans", help="Compare the spans of this task word by word (needs --run).")
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Krippendorff's alpha with intervals: coders among themselves, by label and outlet, and against the model."""
    import pandas as pd

    from framing import storage
    from framing.coding import agreement

    annotations, articles = _codes(codes), None
    if run is not None:
        frames = storage.read_frames(run)
        articles = frames["articles"]
        automatic = frames["annotations"].assign(annotator="model") if spans else frames["annotations"]
        annotations = pd.concat([annotations, automatic], ignore_index=True)
    if spans and articles is None:
        raise FramingError("spans are compared in the words of their articles: name the run they are of with --run OUT")
    found = (
        agreement.span_agreement(annotations, articles, spans, seed=seed)
        if spans and articles is not None
        else agreement.agreement(annotations, articles, seed=seed)
    )
    rows = found.to_dict("records")
    rounded = [{str(k): round(v, 3) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    _table(rounded, tuple(rounded[0]) if rounded else (), as_json=as_json)


@code_app.command("correct", epilog="Example: framing code correct codes --run out -o corrected")
def code_correct(
    codes: Annotated[Path, typer.Argument(help="Folder written by code import.")],
    run: Annotated[Path, typer.Option("--run", help="Run whose estimates are corrected.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for comparisons and estimates.")],
    training: Annotated[
        list[Path] | None,
        typer.Option("--training", help="Codes or ids a model was trained or calibrated with: refused. Repeatable."),
    ] = None,
    reference: Reference = None,
    genre: Genre = "news",
    seed: Seed = 0,
) -> None:
    """Correct outlet levels and differences by hand codes, beside the automatic and the codes-only estimate."""
    from framing import coding, storage
    from framing.comparison import correct

    used = {key for path in training or () for key in coding.read_ids(path)}
    frames = storage.read_frames(run)
    found = correct.correct(frames, _codes(codes), reference=reference, genre=genre, seed=seed, training=used)
    out.mkdir(parents=True, exist_ok=True)
    for name in ("comparisons", "estimates"):
        table = getattr(found, name)
        path = out / f"{name}.parquet"
        storage.write_atomic(path, lambda p, table=table: storage.write_parquet(p, table))  # type: ignore[misc]
        typer.echo(f"{name}: {len(table)} rows in {path}")
    for note in found.notes:
        typer.echo(note)
    typer.echo(f"Show them in the charts and the report of the run: framing report {run} --corrected {out}")


def _codes(folder: Path) -> pd.DataFrame:
    """Annotations that `code import` wrote."""
    import pandas as pd

    path = folder / "annotations.parquet"
    if not path.exists():
        raise FramingError(f"no {path}; write it with: framing code import SHEETS --design design.json -o {folder}")
    return pd.read_parquet(path)


# --- experiments, training --------------------------------------------------------------------------


@experiment_app.command("list", epilog="Example: framing experiment list")
def experiment_list(as_json: Json = False) -> None:
    """Leaderboard: committed figures beside baselines and published ones."""
    from framing import experiment

    columns = ("experiment", "test", "metric", "model", "value", "low", "high", "n", "kind")
    rows = [{k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()} for row in experiment.list_()]
    _table(rows, columns, as_json=as_json)


@experiment_app.command("run", epilog="Example: framing experiment run baseline-babe")
def experiment_run(name: Annotated[str, typer.Argument(help="Experiment.")], mirror: Mirror = None) -> None:
    """Compute the cells of an experiment that are missing and write its results.json."""
    from framing import experiment

    found = experiment.run(name, mirror=mirror, progress=lambda line: typer.echo(line, err=True))
    typer.echo(f"{name}: {found['computed']} cells computed, {found['skipped']} already there")


@experiment_app.command("verify", epilog="Example: framing experiment verify baseline-babe")
def experiment_verify(name: Annotated[str, typer.Argument(help="Experiment.")], mirror: Mirror = None) -> None:
    """Compute an experiment afresh and compare it with its committed results.json."""
    from framing import experiment

    found = experiment.verify(name, mirror=mirror, progress=lambda line: typer.echo(line, err=True))
    _table(found["rows"], ("test", "model", "metric", "committed", "now", "difference", "ok"), as_json=False)
    raise typer.Exit(0 if found["ok"] else 1)


@app.command(epilog="Example: framing reproduce sample")
def reproduce(
    name: Annotated[str, typer.Argument(help="Report: sample, benchmarks or us-2016.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write into; else reports/NAME.")] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Finished run (sample), folder of experiments (benchmarks), mirror (us-2016)."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; tell where the report in the folder differs, exit code 1.")
    ] = False,
) -> None:
    """Build a report again: Markdown, HTML, figures and tables with their data, and a stamp of what it was built from."""
    from framing import reproduce as reports

    if not check:
        for path in reports.build(name, out, source=source):
            typer.echo(path)
        return
    with tempfile.TemporaryDirectory(prefix="framing-") as folder:
        reports.build(name, folder, source=source)
        found = reports.check(out or reports.root() / name, folder)
    typer.echo("\n".join(found) or f"{name}: as committed")
    raise typer.Exit(1 if found else 0)


@app.command(epilog="Example: framing train experiments/encoder-shared/recipe.toml -o runs/shared")
def train(
    config: Annotated[Path, typer.Argument(help="Recipe (TOML): one stage, or stages = [...].")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for checkpoints and the exported model.")],
) -> None:
    """Train a model by a recipe and export it; a killed training goes on where it stopped. Needs the extra 'train'."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise FramingError("training needs torch, which is not installed: pip install 'framing[train]'") from error
    from framing import training

    typer.echo(training.run(config, out))


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=1, default=str))
        return
    widths = {c: max(len(c), *(len(_cell(row, c)) for row in rows)) if rows else len(c) for c in columns}
    for row in [{c: c for c in columns}, *rows]:
        typer.echo("  ".join(_cell(row, c).ljust(widths[c]) for c in columns).rstrip())


def _cell(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None or value != value else str(value)


if __name__ == "__main__":
    main()
