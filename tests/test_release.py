"""What a release must hold: one version everywhere, a citation that can be read, archives that install and work."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import framing

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    headings = re.findall(r"^## (\S+)(?: \((\S+)\))?$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    versions = [(number, date) for number, date in headings if number != "Unreleased"]
    assert framing.__version__ == PROJECT["version"] == str(citation["version"]) == versions[0][0]
    assert versions[0][1] == str(citation["date-released"])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", number) for number, _ in versions)


def test_the_citation_is_valid():
    """Keys and types of the Citation File Format 1.2.0 that are required, or used here."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    known = {"cff-version", "message", "title", "authors", "type", "version", "date-released", "license", "abstract"}
    assert citation.keys() <= known | {"keywords", "repository-code", "references"}
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(citation["date-released"]))
    assert all(
        author.keys() <= {"name", "given-names", "family-names", "orcid", "affiliation"}
        for author in citation["authors"]
    )
    assert citation["license"] == PROJECT["license"]
    assert all(isinstance(word, str) for word in citation["keywords"])


def test_the_lowest_versions_are_those_promised():
    """tests/lowest.txt, which installs the lowest version of everything, says the same as pyproject.toml."""
    promised = dict(need.split(">=") for need in PROJECT["dependencies"])
    lines = (ROOT / "tests" / "lowest.txt").read_text("utf-8").splitlines()
    lowest = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert {name: lowest.get(name) for name in promised} == promised


def test_upgrading_and_deprecation_are_told():
    page = (ROOT / "docs" / "releases.md").read_text("utf-8")
    assert f"| {framing.__version__} |" in page
    assert "## Deprecation" in page


# --- archives -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    pytest.importorskip("build", reason="pip install build")
    out = tmp_path_factory.mktemp("dist")
    asked = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, sdist


@pytest.mark.slow
def test_the_wheel_holds_what_a_run_needs_and_no_more(archives):
    with zipfile.ZipFile(archives[0]) as wheel:
        names = wheel.namelist()
        largest = max(wheel.infolist(), key=lambda i: i.file_size)
    for needed in (
        "framing/weights/encoder-shared/model.onnx",
        "framing/weights/encoder-stance/model.onnx",
        "framing/weights/encoder-statement/model.onnx",
        "framing/knowledge/statement.json",
        "framing/weights/encoder-shared/news.npz",
        "framing/weights/tokenizer.json",
        "framing/weights/clean/lines.npz",
        "framing/reproduce/benchmarks.toml",
        "framing/reproduce/report.css",
        "framing/report/templates/report.html.j2",
        "framing/_datasets/sample/card.md",
        "framing/_datasets/polnear/SHA256SUMS",
        "framing/_datasets/outlets/outlets.csv",
    ):
        assert needed in names, needed
    assert not [
        n for n in names if n.endswith((".pyc", ".pt", ".pkl")) or n.startswith(("tests/", "docs/", "experiments/"))
    ]
    assert largest.file_size < 30e6


@pytest.mark.slow
def test_the_source_archive_builds_tests_and_documents_itself(archives):
    with tarfile.open(archives[1]) as sdist:
        names = {n.split("/", 1)[1] for n in sdist.getnames() if "/" in n}
    wanted = {
        "pyproject.toml",
        "conftest.py",
        "mkdocs.yml",
        "CITATION.cff",
        "CHANGELOG.md",
        "LICENSE",
        "CONTRIBUTING.md",
    }
    assert wanted <= names
    for folder in ("src/framing", "tests", "docs/howto", "datasets/sample", "experiments/sourcing", "reports/sample"):
        assert any(n.startswith(f"{folder}/") for n in names), folder


@pytest.mark.slow
@pytest.mark.network
def test_the_wheel_runs_the_main_job_from_another_folder(archives, tmp_path):
    """In an empty environment; what it needs comes from the package index."""
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(archives[0])], check=True)
    work = tmp_path / "elsewhere"
    work.mkdir()
    command = [tmp_path / "venv" / "bin" / "framing", "compare", "dataset:sample", "-o", "out"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)})
    assert done.returncode in (0, 1), done.stderr
    assert (work / "out" / "report.html").stat().st_size > 100_000
    assert len(list((work / "out" / "charts").glob("*.png"))) > 5
