"""Exports: every format opens again with the same values, and nothing a spreadsheet would run survives."""

import json
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from framing import export, schema, storage
from framing.cli import app
from framing.schema import InputError

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import build

FORMULAS = ['=HYPERLINK("x")', "+1", "-2+3", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=cmd|' /C calc'!A0"]


@pytest.fixture(scope="module")
def frames():
    return build(2, 2, hostile=True)


def test_formulas_are_defused_and_numbers_are_not():
    table = pd.DataFrame({"text": [*FORMULAS, "plain", None], "=n": [-1.5] * (len(FORMULAS) + 2)})
    done = export.defuse(table)
    assert all(str(v).startswith("'") for v in done["text"][: len(FORMULAS)])
    assert done["text"].iloc[-2] == "plain"
    assert pd.isna(done["text"].iloc[-1])
    assert done["'=n"].tolist() == table["=n"].tolist()
    assert table.columns.tolist() == ["text", "=n"], "the caller's frame is unchanged"


@pytest.mark.parametrize("kind", [f for f in export.FORMATS if f != "sav"])
def test_every_format_is_written(frames, kind, tmp_path):
    paths = export.write(frames, tmp_path / "new", kind)
    assert paths
    assert all(p.is_file() and p.suffix == f".{kind}" for p in paths)


def test_csv_opens_again(frames, tmp_path):
    export.write(frames, tmp_path, "csv")
    articles = pd.read_csv(tmp_path / "articles.csv")
    assert articles["article_id"].tolist() == frames["articles"]["article_id"].tolist()
    assert articles["published_at"].iloc[0] == frames["articles"]["published_at"].iloc[0].isoformat()
    assert not any(str(v).lstrip().startswith(("=", "+", "@")) for c in articles for v in articles[c].dropna())


def test_parquet_is_the_frame(frames, tmp_path):
    export.write(frames, tmp_path, "parquet")
    for name in schema.FRAMES:
        found = schema.conform(pd.read_parquet(tmp_path / f"{name}.parquet"), name)
        pd.testing.assert_frame_equal(found, frames[name], check_dtype=True)


def test_json_has_nulls_and_all_text(frames, tmp_path):
    export.write(frames, tmp_path, "json")
    rows = json.loads((tmp_path / "articles.json").read_text(encoding="utf-8"))
    assert [r["text"] for r in rows] == frames["articles"]["text"].tolist()
    assert rows[0]["wire"] is None or isinstance(rows[0]["wire"], str)


def test_xlsx_has_no_formula_and_no_cell_beyond_the_limit(frames, tmp_path):
    (path,) = export.write(frames, tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    assert set(schema.FRAMES) <= set(book.sheetnames)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert all(c.data_type != "f" for c in cells)
    assert max(len(c.value) for c in cells if isinstance(c.value, str)) <= export.CELL
    assert any(isinstance(c.value, str) and c.value.endswith("[cut]") for c in cells)


def test_xlsx_takes_control_characters(tmp_path):
    (path,) = export.write({"targets": pd.DataFrame({"target": ["a\x00b\x1fc", "d"]})}, tmp_path, "xlsx")
    assert openpyxl.load_workbook(path)["targets"]["A2"].value == "a�b�c"


def test_print_formats_escape(tmp_path):
    table = pd.DataFrame(
        {"term": ["50 % & more_$", "a|b <i>", "\\input{x}"], "z": [0.12345, -2.0, None], "empty": [None] * 3}
    )
    export.write({"words": table}, tmp_path, "tex")
    tex = (tmp_path / "words.tex").read_text(encoding="utf-8")
    assert r"50 \% \& more\_\$" in tex
    assert r"\textbackslash{}input\{x\}" in tex
    assert "0.123" in tex
    assert "empty" not in tex
    export.write({"words": table}, tmp_path, "md")
    md = (tmp_path / "words.md").read_text(encoding="utf-8")
    assert r"a\|b \<i\>" in md
    assert len({line.replace(r"\|", "").count("|") for line in md.strip().splitlines()}) == 1


def test_empty_frames_are_written(tmp_path):
    frames = {name: schema.empty(name) for name in schema.FRAMES}
    for kind in ("csv", "xlsx", "json", "tex", "md"):
        assert export.write(frames, tmp_path / kind, kind)


def test_unknown_format_lists_the_known(frames, tmp_path):
    with pytest.raises(InputError, match=r"csv, xlsx, json"):
        export.write(frames, tmp_path, "doc")


def test_spss(frames, tmp_path, monkeypatch):
    pyreadstat = pytest.importorskip("pyreadstat")
    export.write(frames, tmp_path, "sav")
    found, meta = pyreadstat.read_sav(str(tmp_path / "comparisons.sav"))
    assert len(found) == len(frames["comparisons"])
    assert meta.column_names_to_labels["measure"] == "measure"


def test_spss_without_the_extra_names_it(frames, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(InputError, match=r"framing\[spss\]"):
        export.write(frames, tmp_path, "sav")


def compared():
    shared = {
        "scope": "corpus",
        "measure": "stance",
        "target": "the_port",
        "wire": "with",
        "level": 0.95,
        "method": "mean",
    }
    rows = [
        {**shared, "voice": "narrator", "outlet": o, "value": v, "low": v - 0.1, "high": v + 0.1, "n_articles": 9}
        for o, v in (("Quayside", -0.25), ("City & Desk", 0.5))
    ]
    rows += [
        {**shared, "voice": "narrator", "outlet": o, "reference": "others", "value": v, "q": 0.04}
        for o, v in (("Quayside", -0.75), ("City & Desk", 0.75))
    ]
    rows += [{**rows[0], "measure": "frame.human_interest", "target": None, "voice": None}]
    rows += [{**rows[0], "wire": "without", "value": 0.9}]
    return schema.conform(rows, "comparisons")


def test_a_comparison_is_a_table_for_print():
    table = export.comparison(compared(), "stance")
    assert table["outlet"].tolist() == ["City & Desk", "Quayside"], "alphabetical, never an order of values"
    assert table["value"].tolist() == [0.5, -0.25]
    assert table["interval"].tolist() == ["0.400 to 0.600", "-0.350 to -0.150"]
    assert table["difference"].tolist() == [0.75, -0.75]
    assert "withheld for 2 of 4 values" in table.attrs["note"]
    assert "95 %" in table.attrs["note"]
    assert "not bias or truth" in table.attrs["note"]
    assert export.comparison(compared(), "stance", wire="without")["value"].tolist() == [0.9]
    assert export.comparison(compared(), "frame")["measure"].tolist() == ["human interest"]
    assert "428 articles on climate change (human coders)" in export.comparison(compared(), "frame").attrs["note"]


def test_a_table_says_why_intervals_are_withheld():
    few = compared()
    corpus = few["reference"].notna()
    few.loc[corpus, ["low", "high", "p"]] = None
    few.loc[corpus, "method"] = "withheld: 4 storylines, 10 needed"
    table = export.comparison(few, "stance")
    assert set(table["no interval because"]) == {"4 storylines, 10 needed"}
    assert "(fewer than 10 storylines)" in table.attrs["note"]


@pytest.mark.parametrize("kind", export.FORMATS)
def test_a_comparison_in_every_format(kind, tmp_path):
    if kind == "sav":
        pytest.importorskip("pyreadstat")
    path = export.write_comparison(compared(), tmp_path / "new", "stance", kind, target="the_port")
    assert path == tmp_path / "new" / f"comparison_stance.{kind}"
    assert path.stat().st_size > 100
    text = path.read_bytes().decode(errors="replace")
    if kind == "tex":
        assert r"\caption{stance toward the\_port}" in text
        assert r"City \& Desk" in text
        assert "$-$0.350 to $-$0.150" in text
    if kind == "md":
        assert text.startswith("**stance toward the\\_port**")


def test_on_the_command_line_a_target_may_be_named_by_an_alias(monkeypatch, tmp_path):
    given = schema.conform([{"target": "the_port", "aliases": "Harbour Company", "given_by": "user"}], "targets")
    monkeypatch.setattr(storage, "read_frames", lambda out: {"comparisons": compared(), "targets": given})
    told = ["export", "run", "--measure", "stance", "--format", "csv", "-o", str(tmp_path), "--target"]
    tables = []
    for name in ("the_port", "harbour company"):
        assert CliRunner().invoke(app, [*told, name]).exit_code == 0
        tables.append((tmp_path / "comparison_stance.csv").read_text())
    assert tables[0] == tables[1]
    assert "the_port" in tables[0]
    assert CliRunner().invoke(app, [*told, "nobody"]).exit_code != 0


def test_a_statement_stands_in_quotation_marks_in_a_title():
    rows = compared().assign(target="the port should be closed")
    assert export.comparison(rows, "stance", target="the port should be closed").attrs["title"] == (
        "stance toward “the port should be closed”"
    )


def test_a_comparison_that_is_not_there_names_those_that_are(tmp_path):
    with pytest.raises(InputError, match=r"compared were frame, stance"):
        export.comparison(compared(), "loaded_share")
    with pytest.raises(InputError, match=r"'stance' toward 'nobody'; it was compared toward the_port"):
        export.comparison(compared(), "stance", target="nobody")
    with pytest.raises(InputError, match=r"csv, xlsx"):
        export.write_comparison(compared(), tmp_path, "stance", "doc")
