"""Docs: references are what the code says, links lead somewhere, code runs, nothing public is undocumented."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

import framing
from framing import datasets, facts, language, measures, models, schema, storage, wire
from framing.cli import app
from framing.events import evidence
from framing.reproduce import sample
from framing.sources import replies

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import build, run_record

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
NAMES = [p.relative_to(ROOT).as_posix() for p in PAGES]
WRITTEN = {"api.md", "cards.md"}  # by docs/hooks.py, when the site is built


def script(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "page"), [("make_cli", "cli.md"), ("make_schema", "schema.md")])
def test_references_are_what_the_code_says(name, page):
    assert (DOCS / page).read_text(encoding="utf-8") == script(name).reference(), f"run: python docs/{name}.py"


def test_every_frame_column_and_code_is_in_the_reference():
    page = (DOCS / "schema.md").read_text(encoding="utf-8")
    for frame, columns in {**schema.FRAMES, **schema.BESIDE}.items():
        section = page.split(f"\n## {frame}\n")[1].split("\n## ")[0]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == list(columns)
    for codes in (schema.ACTORS, schema.CHANNELS, schema.GENRES, schema.FRAME_CODES):
        assert all(f"| `{code}` |" in page for code in codes)


def test_the_tables_beside_the_frames_are_described_with_the_columns_they_have():
    said = {name: {c: spec.kind for c, spec in columns.items()} for name, columns in schema.BESIDE.items()}
    assert said["accusations"] == replies.COLUMNS
    assert said["omissions"] == facts.OMISSIONS
    assert said["members"] == evidence.MEMBERS
    assert tuple(said["edits"]) == wire.EDITS
    nothing = schema.empty("articles"), schema.empty("annotations")
    assert list(said["loaded_words"]) == list(language.words(nothing[0], {}, nothing[1]))
    assert set(said) == set(storage.EXTRA) - {"specifications"}  # which only a caller puts there


def test_every_measure_has_its_formula_source_and_caveats():
    page = (DOCS / "measures.md").read_text(encoding="utf-8")
    for name, measure in measures.available().items():
        section = page.split(f"\n### `{name}`\n")[1].split("\n##")[0]
        for said in (measure.formula, measure.source, measure.caveats, measure.unit):
            assert said, name
            assert said in section, name


@pytest.mark.parametrize(("page", "name"), list(zip(PAGES, NAMES, strict=True)), ids=NAMES)
def test_links_between_pages_lead_somewhere(page, name):
    for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists() or (page.is_relative_to(DOCS) and Path(target).name in WRITTEN), target


# --- what must be documented ----------------------------------------------------------------------------

API = [
    (module.__name__, name, value)
    for module in script("hooks").modules()
    for name, value in script("hooks").public(module).items()
]


@pytest.mark.parametrize("name", framing.__all__)
def test_public_names_resolve_and_are_documented(name):
    assert getattr(framing, name).__doc__


@pytest.mark.parametrize(("module", "name", "value"), API, ids=[f"{m}.{n}" for m, n, _ in API])
def test_every_public_function_says_what_it_does(module, name, value):
    assert value.__doc__, f"{module}.{name}"
    assert value.__doc__.strip().splitlines()[0].rstrip().endswith((".", ":", "?")) or "\n" in value.__doc__.strip()


@pytest.mark.parametrize("name", ["load", "annotate", "compare", "run"])
def test_every_parameter_of_the_main_functions_is_described(name):
    function = getattr(framing, name)
    described = inspect.getdoc(function).split("Parameters\n")[1]
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^(\w+, )*{parameter}(, \w+)*$", described, re.M), parameter


@pytest.mark.parametrize(("module", "name", "value"), API, ids=[f"{m}.{n}" for m, n, _ in API])
def test_a_list_of_parameters_is_whole(module, name, value):
    described = (inspect.getdoc(value) or "").partition("Parameters\n")[2]
    if described and inspect.isfunction(value):
        for parameter in inspect.signature(value).parameters:
            assert re.search(rf"^[*\w, ]*\b{parameter}\b[*\w, ]*( :.*)?$", described, re.M), parameter


def leaves(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(leaves(typer.main.get_command(app)))


def test_every_command_is_in_the_reference_and_on_a_page_that_explains_it():
    reference = (DOCS / "cli.md").read_text(encoding="utf-8")
    pages = "\n".join(p.read_text(encoding="utf-8") for p in PAGES if p.name != "cli.md")
    for path in COMMANDS:
        assert f"\n## framing {' '.join(path)}\n" in reference
        assert f"framing {' '.join(path)}" in pages, path


def test_the_written_pages_hold_every_public_name_and_every_card():
    hooks = script("hooks")
    api = hooks.api()
    assert len(API) > 100
    assert all(f"### {module}.{name}\n" in api for module, name, _ in API)
    cards = hooks.cards()
    assert all(f"## Data set: {name}\n" in cards for name in datasets.names())
    assert all(f"## Model: {card.name}\n" in cards for card in models.cards())
    assert "licence" in cards


def test_every_step_has_its_page():
    steps = [
        "loading",
        "clean",
        "wire",
        "quotations",
        "events",
        "sources",
        "stance",
        "language",
        "frames",
        "charts",
        "report",
        "engine",
        "reproduce",
    ]
    assert all((DOCS / f"{step}.md").exists() and (ROOT / "src" / "framing").glob(f"{step}*") for step in steps)


# --- code runs ----------------------------------------------------------------------------------------


@dataclass
class Block:
    """Code on a page; `skip` is the reason given on the line above it."""

    page: str
    number: int
    language: str
    code: str
    skip: str | None


def blocks(page):
    text = page.read_text(encoding="utf-8")
    pattern = r"(?:^[ ]*<!-- not run: (?P<skip>[^\n]+?) -->\n)?^(?P<indent>[ ]*)```(?P<language>python|sh)\n(?P<code>.*?)^[ ]*```$"
    for match in re.finditer(pattern, text, re.M | re.S):
        number = text.count("\n", 0, match.start()) + 1
        yield Block(page.name, number, match["language"], textwrap.dedent(match["code"]), match["skip"])


BLOCKS = {name: list(blocks(page)) for page, name in zip(PAGES, NAMES, strict=True)}
RUN = [
    "docs/tutorial.md",
    "docs/howto/nexis-to-charts.md",
    "docs/howto/hand-coding.md",
    "docs/howto/own-codebook.md",
    "docs/examples.md",
]
"""Pages run from top to bottom, commands included, in one folder, in this order."""
EXPORT = """Ferry crews refuse new timetable

The Orvane Post

March 3, 2025 Monday

Section: NEWS; Pg. 4
Length: 48 words
Byline: Ada Lunn

Body

Crews of the Orvane ferries refused to sail on Monday over a timetable that leaves them seven hours of rest.

"We will not carry passengers when we cannot keep our eyes open," said Piet Maas, who speaks for the crews of the port.

End of Document

Orvane ferries stay in port

The Quay News

March 3, 2025 Monday

Section: NEWS; Pg. 1
Length: 44 words

Body

No ferry left Orvane on Monday. The Orvane Port Authority called the refusal of the crews unlawful.

"The timetable was agreed in January," said Rosa Quayle, a spokeswoman for the authority. She declined to say by whom.

End of Document
"""


def commands(code):
    """Commands of a shell block, without those that are not ours."""
    lines = [line.split("  #")[0].strip() for line in code.replace("\\\n", " ").splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("framing ")]


def leaf(words):
    path = next(words[:n] for n in (2, 1) if tuple(words[:n]) in COMMANDS)
    return COMMANDS[tuple(path)], words[len(path) :]


SHELL = [
    (b.page, words) for found in BLOCKS.values() for b in found if b.language == "sh" for words in commands(b.code)
]
SHELL += [
    (name, shlex.split(line)[1:])
    for page, name in zip(PAGES, NAMES, strict=True)
    for line in re.findall(r"`(framing [a-z][^`\n]*)`", page.read_text(encoding="utf-8"))
    if not re.search(r"\||\[|\.\.\.|[A-Z]{3}", line) and name != "docs/cli.md"
]


@pytest.mark.parametrize(("page", "words"), SHELL, ids=[f"{p}: {' '.join(w)}"[:80] for p, w in SHELL])
def test_commands_on_pages_are_commands_with_these_options(page, words):
    try:
        command, arguments = leaf(words)
    except StopIteration:
        assert [words[0]] == words  # a group or a command named in passing
        assert words[0] in {path[0] for path in COMMANDS}
        return
    if arguments:
        command.make_context(words[0], arguments)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder to work in, with the export of a news database in it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "exports").mkdir()
    rtf = "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}" + EXPORT.replace("\n", "\\par\n") + "}"
    (folder / "exports" / "nexis.rtf").write_bytes(rtf.encode("cp1252"))
    return folder


@pytest.mark.parametrize("name", RUN)
def test_the_tutorial_and_the_guides_run_from_top_to_bottom(name, desk, monkeypatch):
    monkeypatch.chdir(desk)
    monkeypatch.setattr("framing.cli._cores", lambda: 1)
    given: dict = {}
    if name == "docs/examples.md":
        shutil.copytree(desk / "out", desk / "out-sample", dirs_exist_ok=True)
    for block in BLOCKS[name]:
        if block.skip:
            continue
        if block.language == "python":
            exec(compile(block.code, f"{block.page}:{block.number}", "exec"), given)
            continue
        for words in commands(block.code):
            done = CliRunner().invoke(app, words)
            assert done.exit_code in (0, 1), f"{block.page}:{block.number} {words}\n{done.output}\n{done.exception!r}"
    if name == "docs/tutorial.md":
        assert (desk / "out" / "report.html").exists()
        assert (desk / "kinds.svg").exists()
    if name.endswith("nexis-to-charts.md"):
        assert set(pd.read_parquet(desk / "out-nexis" / "articles.parquet")["outlet_raw"]) == {
            "The Orvane Post",
            "The Quay News",
        }


OTHERS = [n for n in NAMES if n not in RUN and any(b.language == "python" for b in BLOCKS[n])]


@pytest.mark.parametrize("name", OTHERS)
def test_python_on_the_other_pages_runs(name, tmp_path, monkeypatch):
    """These show single calls: they get frames, a run's record and a file of articles to work on."""
    monkeypatch.chdir(tmp_path)
    frames = build(3, 2)
    corpus = datasets.load("sample")["articles"]
    one = corpus[corpus["event_id"] == "dock-strike"].drop(columns="event_id").head(2)
    one[["outlet", "title", "text", "published_at"]].to_csv("articles.csv", index=False)
    sample.write_run(frames, tmp_path / "out")
    given = {"frames": frames, "run": run_record(), "framing": framing}
    shown = [block for block in BLOCKS[name] if block.language == "python" and not block.skip]
    if not all(datasets.info(n)["available"] for n in ("polnear", "basil")):  # the corpora are not fetched here
        shown = [block for block in shown if "datasets.load(" not in block.code]
    if not shown:
        pytest.skip("nothing on this page runs without the corpora")
    for block in shown:
        exec(compile(block.code, f"{block.page}:{block.number}", "exec"), given)


def test_a_block_that_is_not_run_says_why():
    skipped = [b for found in BLOCKS.values() for b in found if b.skip]
    assert all(len(b.skip) > 10 for b in skipped)
    assert len(skipped) < sum(len(found) for found in BLOCKS.values()) / 2


# --- the site -------------------------------------------------------------------------------------------


def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="needs the extra docs")
    pytest.importorskip("material", reason="needs the extra docs")
    asked = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for page in ("index.html", "tutorial.html", "measures.html", "schema.html", "cli.html", "api.html", "cards.html"):
        html = (tmp_path / "site" / page).read_text(encoding="utf-8")
        assert "fonts.googleapis" not in html
    assert "framing.compare" in (tmp_path / "site" / "api.html").read_text(encoding="utf-8")
