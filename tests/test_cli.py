from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from framing.cli import app

COMMAND = typer.main.get_command(app)


def _leaves(group, path=()):
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _leaves(command, (*path, name))
        else:
            yield (*path, name), command


LEAVES = list(_leaves(COMMAND))


def test_the_commands_of_the_contract_are_there():
    assert {" ".join(path) for path, _ in LEAVES} >= {
        "compare",
        "annotate",
        "report",
        "export",
        "chart",
        "datasets list",
        "datasets info",
        "datasets fetch",
        "datasets verify",
        "datasets cite",
        "models list",
        "models card",
    }


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(p) for p, _ in LEAVES])
def test_every_command_has_help_and_an_example(path, command):
    assert command.help
    assert command.epilog
    assert command.epilog.startswith(f"Example: framing {' '.join(path)}")


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(p) for p, _ in LEAVES])
def test_every_option_says_what_it_is(path, command):
    for parameter in command.params:
        assert parameter.name == "help" or getattr(parameter, "help", None), parameter.name


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from framing.cli import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "heavy = {'pandas', 'numpy', 'torch', 'transformers', 'onnxruntime', 'matplotlib', 'sklearn'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_version_is_shown():
    assert CliRunner().invoke(app, ["--version"]).output.startswith("framing ")


def _fails(*args):
    done = subprocess.run(
        [sys.executable, "-m", "framing.cli", *map(str, args)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_missing_file_is_one_line_and_leaves_nothing(tmp_path):
    told = _fails("compare", tmp_path / "absent.csv", "-o", tmp_path / "out")
    assert "absent.csv" in told
    assert len(told.strip().splitlines()) == 1


def test_a_map_without_equals_sign_is_told(tmp_path):
    assert "ours=theirs" in _fails("compare", tmp_path, "-o", tmp_path / "out", "--map", "text")


def test_report_of_a_folder_without_a_run_is_told(tmp_path):
    assert "no run" in _fails("report", tmp_path)


def test_an_unknown_engine_lists_the_known_ones(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert "local, ray" in _fails("compare", tmp_path / "a.txt", "-o", tmp_path / "out", "--engine", "spark")


def test_a_fault_is_one_line_and_its_details_are_kept(monkeypatch, capsys):
    from framing import cli

    def breaks():
        raise ZeroDivisionError("of the pipeline")

    monkeypatch.setattr(cli, "app", breaks)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr().err
    assert stop.value.code == 2
    assert "Traceback" not in told
    details = told.rsplit(" ", 1)[1].strip()
    with open(details, encoding="utf-8") as file:
        assert "ZeroDivisionError: of the pipeline" in file.read()


def test_bytes_that_are_no_table_are_one_line(tmp_path):
    noise = tmp_path / "noise.csv"
    noise.write_bytes(bytes((k * 7919 + (k * k) % 251) % 256 for k in range(3000)))
    told = _fails("compare", noise, "-o", tmp_path / "out")
    assert "fault" not in told


def test_columns_that_were_not_used_are_offered_for_the_mapping(tmp_path):
    table = tmp_path / "odd.csv"
    table.write_text(
        "paper,body_text\nVeldt Post,The mayor of Veldt opened a bridge on Monday and said it would last.\n"
    )
    done = CliRunner().invoke(app, ["annotate", str(table), "-o", str(tmp_path / "out"), "--no-cache"])
    assert "outlet not known for 1 of 1 articles; if one of the columns paper holds it" in " ".join(done.output.split())
    assert "--map outlet=COLUMN" in " ".join(done.output.split())


def test_the_columns_of_each_kind_of_table_are_told():
    from framing.cli import _columns

    tables = [
        {"first": "in/a.csv", "more": 2, "mapping": {"text": "Body", "outlet": "Source"}},
        {"first": "in/b.csv", "more": 0, "mapping": {"text": "content"}},
    ]
    assert _columns({"mapping": {"text": "content"}, "tables": tables}) == [
        "columns of a.csv and 2 more: text = Body, outlet = Source",
        "columns of b.csv: text = content",
    ]
    assert _columns({"mapping": {}, "tables": tables[:1]}) == ["columns: text = Body, outlet = Source"]
    assert _columns({"mapping": {}, "tables": []}) == []
    assert _columns({"mapping": {}, "tables": tables * 6})[-1] == "columns of 2 other kinds of table: see run.json"


def test_help_names_every_chart():
    from framing import charts
    from framing.cli import CHARTS

    assert CHARTS.split(", ") == list(charts.NAMES)
