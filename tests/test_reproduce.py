"""Reports: what is committed is what the code builds now, and follows from its inputs."""

import json
import shutil
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from framing import datasets, reproduce, schema, storage
from framing.cli import app
from framing.errors import InputError
from framing.reproduce import benchmarks, sample, us_2016
from framing.reproduce.document import Document, literal, page, pipes

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "reports"
ELSEWHERE = 0.03  # models and intervals may differ so much on another kind of machine or with other versions


def tolerance(name):
    """Nothing may differ where the versions and the kind of machine are those of the committed report."""
    stamp = json.loads((REPORTS / name / "stamp.json").read_text("utf-8"))
    return 0.0 if stamp["versions"] == storage.versions() else ELSEWHERE


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The pipeline over the whole bundled corpus, once, as the files of a run."""
    return sample.write_run(sample.run(), tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def built(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    reproduce.build("sample", folder, source=run)
    return folder


# --- sample ------------------------------------------------------------------------------------------


def test_the_committed_sample_report_is_what_the_code_builds_now(built):
    found = reproduce.check(REPORTS / "sample", built, tolerance=tolerance("sample"))
    assert not found, "run: framing reproduce sample\n" + "\n".join(found)


def test_the_same_run_gives_the_same_files(run, built, tmp_path):
    reproduce.build("sample", tmp_path, source=run)
    first, second = ({p.relative_to(d): p.read_bytes() for d in [d] for p in d.rglob("*.*")} for d in (built, tmp_path))
    assert first == second


@pytest.mark.parametrize(
    ("frame", "change", "seen"),
    [
        ("comparisons", lambda t: t.assign(value=t["value"] / 2), "tables/levels.csv"),
        ("sources", lambda t: t.assign(actor="government"), "tables/agreement.csv"),
        ("events", lambda t: t.assign(title="Another headline"), "tables/events.csv"),
    ],
)
def test_an_altered_run_file_alters_the_report(frame, change, seen, run, built, tmp_path):
    other = shutil.copytree(run, tmp_path / "run")
    path = other / f"{frame}.parquet"
    storage.write_parquet(path, change(pd.read_parquet(path)))
    reproduce.build("sample", tmp_path / "report", source=other)
    assert any(line.startswith(seen) for line in reproduce.check(built, tmp_path / "report"))
    stamps = [json.loads((d / "stamp.json").read_text())["inputs"] for d in (built, tmp_path / "report")]
    assert [a["path"] for a, b in zip(*stamps, strict=True) if a["sha256"] != b["sha256"]] == [f"{frame}.parquet"]


def test_every_figure_has_its_data_and_every_output_its_hash(built):
    figures = {p.stem for p in (built / "figures").glob("*.svg")}
    assert figures == {p.stem for p in (built / "figures").glob("*.csv")} == {"source_kinds", "stance"}
    stamp = json.loads((built / "stamp.json").read_text())
    assert all(storage.hash_file(built / name) == digest for name, digest in stamp["outputs"].items())
    assert {m["name"] for m in stamp["models"]} == {"encoder-shared", "encoder-stance", "encoder-statement"}
    assert "<dc:date>" not in (built / "figures" / "stance.svg").read_text()


def test_the_sample_report_says_what_it_is_not(built):
    text = (built / "report.md").read_text()
    for said in ("fiction", "not bias or truth", "No person has coded it", "## Limits", "withheld"):
        assert said in text


# --- benchmarks ------------------------------------------------------------------------------------------


def test_the_committed_benchmarks_are_what_the_code_builds_now(tmp_path):
    reproduce.build("benchmarks", tmp_path)
    found = reproduce.check(REPORTS / "benchmarks", tmp_path)
    assert not found, "results changed; run: framing reproduce benchmarks\n" + "\n".join(found)


def test_the_list_of_benchmarks_holds_paths_and_no_scores():
    text = (resources.files("framing.reproduce") / "benchmarks.toml").read_text("utf-8")

    def leaves(tree):
        for value in tree.values() if isinstance(tree, dict) else tree:
            if isinstance(value, dict | list):
                yield from leaves(value)
            else:
                yield value

    assert all(isinstance(value, str) for value in leaves(tomllib.loads(text)))


def test_every_path_leads_to_a_number():
    text = (resources.files("framing.reproduce") / "benchmarks.toml").read_text("utf-8")
    gone = []
    for task in tomllib.loads(text)["task"]:
        for group in task.get("group", []):
            results = json.loads((ROOT / "experiments" / group["file"] / "results.json").read_text("utf-8"))
            paths = [group[k] for k in ("value", "n", "low", "high", "sd") if k in group]
            paths += [*group.get("baseline", {}).values(), *group.get("published", {}).values()]
            gone += [f"{group['file']}: {p}" for p in paths if not isinstance(benchmarks.at(results, p), int | float)]
    assert not gone


@pytest.fixture
def experiments(tmp_path):
    def results(name, content):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "results.json").write_text(json.dumps(content))

    fused, marks = {"right_source": 0.125, "n": 8}, {"right_source": 0.5}
    results("sourcing", {"systems": {"fused": {"long": fused}, "marks": {"long": marks}}})
    results("bench-made-up", {"machine": "abacus", "ratio": 7.5, "steps": [{"seconds": 3}]})
    results("unheard-of", {"question": "Does it | matter?"})
    return tmp_path


def test_scores_come_from_the_files(experiments, tmp_path):
    reproduce.build("benchmarks", tmp_path / "report", source=experiments)
    table = pd.read_csv(tmp_path / "report" / "tables" / "attribution.csv")
    row = table[table["metric"].str.startswith("quoted spans of 8") & (table["kind"] == "framing")].iloc[0]
    assert (row["value"], row["n"], row["read_from"]) == (0.125, 8, "sourcing:systems/fused/long/right_source")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "| 0.125 | quoted stretch, nearest capitalised words 0.500 | – | 8 |" in text
    assert "Below the best baseline figure in 1 of 1 rows" in text
    assert "experiments/unheard-of`: Does it \\| matter?" in text
    bench = pd.read_csv(tmp_path / "report" / "tables" / "bench_made_up.csv")
    assert dict(zip(bench["quantity"], bench["value"], strict=True)) == {"ratio": 7.5, "steps / 0 / seconds": 3}
    assert "abacus" in text


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(InputError, match=r"no \*/results.json"):
        benchmarks.build(tmp_path)


# --- us-2016 ------------------------------------------------------------------------------------------


def test_without_the_corpus_one_line_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    from framing import cli

    monkeypatch.setenv("FRAMING_DATA", str(tmp_path))
    monkeypatch.delenv("FRAMING_MIRROR", raising=False)
    monkeypatch.setattr("sys.argv", ["framing", "reproduce", "us-2016", "-o", str(tmp_path / "report")])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr().err
    assert stop.value.code == 2
    assert len(told.strip().splitlines()) == 1
    assert "framing datasets fetch polnear" in told
    assert not (tmp_path / "report").exists()


def made_up():
    """A campaign that never was: two outlets quote one candidate more than the other five do."""
    rng = np.random.default_rng(1)
    articles, found = [], []
    said = "“The bridge will be built before the frost comes”"
    for outlet in range(7):
        for month in range(12):
            for k, name in enumerate(("Trump", "Clinton")):
                times = 1 + (outlet < 2) + int(rng.integers(0, 2))
                body = " ".join([f"{said}, {name} told the crowd in the market hall."] * times)
                filler = " ".join(["The rain kept on over the estuary and nobody left."] * 4)
                key, text = f"a{outlet}-{month}-{k}", f"{body}\n\n{filler}"
                day = pd.Timestamp("2015-11-09", tz="UTC") + pd.DateOffset(months=month)
                counts = {"trump_count": int(k == 0) * times, "clinton_count": int(k == 1) * times}
                articles.append(
                    {"article_id": key, "outlet": f"Gazette {outlet}", "text": text, "published_at": day, **counts}
                )
                articles[-1] |= {
                    "genre": "news",
                    "origin": "test",
                    "n_words": schema.count_words(text),
                    "language": "en",
                }
                start = 0
                for n in range(times):
                    start = text.index(said, start)
                    found.append({"quotation_id": f"{key}-{n}", "article_id": key, "part": "text", "start": start})
                    found[-1] |= {
                        "end": start + len(said),
                        "text": said,
                        "kind": "direct",
                        "speaker": name,
                        "n_words": 9,
                    }
                    start += len(said)
    return {"articles": schema.conform(articles, "articles"), "quotations": schema.conform(found, "quotations")}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = tmp_path_factory.mktemp("us")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", lambda *_, **__: made_up())
        reproduce.build("us-2016", folder)
    return folder


def test_who_is_quoted_is_found_where_it_was_put(campaign):
    levels = pd.read_csv(campaign / "tables" / "levels.csv")
    trump = levels[levels["measure"] == "trump"].set_index("outlet")["human_value"]
    assert trump[["Gazette 0", "Gazette 1"]].min() > trump.drop(["Gazette 0", "Gazette 1"]).max()
    assert levels[levels["measure"] == "pronoun"]["human_value"].eq(0).all()
    parts = levels[levels["measure"] != "attributed"].groupby("outlet")["human_value"].sum()
    whole = levels[levels["measure"] == "attributed"].set_index("outlet")["human_value"]
    assert np.allclose(parts, whole.loc[parts.index])
    estimators = pd.read_csv(campaign / "tables" / "estimators.csv")
    assert set(estimators["estimator"]) == {"human", "automatic", "corrected", "codes only"}


@pytest.mark.parametrize("folder", ["committed", "made up"])
def test_no_table_names_an_outlet_beside_an_automatic_figure(folder, campaign):
    base = REPORTS / "us-2016" if folder == "committed" else campaign
    named = 0
    for path in base.rglob("*.csv"):
        table = pd.read_csv(path)
        if "outlet" in table:
            named += 1
            assert not [c for c in table.columns if "automatic" in c], path
            assert "automatic" not in set(table.get("estimator", [])), path
    assert named >= 3


def test_kinds_of_sources_and_shares_by_hand():
    kinds = ["Donald Trump", "the Clinton campaign", "She", "whom", "", None, "Trumpington council"]
    wanted = ["trump", "clinton", "pronoun", "other", "unmarked", "unmarked", "other"]
    assert [us_2016.kind_of_source(k) for k in kinds] == wanted
    articles = pd.DataFrame({"article_id": ["a", "b"], "n_words": [20, 10]})
    found = pd.DataFrame(
        {
            "article_id": ["a", "a", "a"],
            "start": [0, 10, 60],  # the second lies in the first
            "end": [50, 20, 80],
            "speaker": ["Trump", "she", None],
            "n_words": [8, 2, 4],
        }
    )
    shares = us_2016.shares(articles, found)
    assert shares.loc["a"].to_dict() == pytest.approx(
        {"attributed": 0.6, "trump": 0.4, "clinton": 0, "pronoun": 0, "unmarked": 0.2, "other": 0}
    )
    assert shares.loc["b"].eq(0).all()


# --- plumbing --------------------------------------------------------------------------------------------


def test_foreign_text_stays_text():
    evil = "<script>alert(1)</script> [x](javascript:y) | `z`"
    report = Document("Title <b>")
    report.text(literal(evil))
    report.table("t", pd.DataFrame({"what": [evil, "=1+1"]}), "Caption.")
    html = page(report.title, report.markdown("demo"))
    assert "<script" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html
    assert html.count("<tr>") == 3
    assert "| –" not in pipes(pd.DataFrame({"a": ["b"]}))


def test_a_check_tells_what_differs_and_lets_small_differences_of_machines_pass(tmp_path):
    for name, text in (("old", "a 1.00 b\n"), ("new", "a 1.02 b\n"), ("far", "a 1.00 c\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.md").write_text(text)
    assert reproduce.check(tmp_path / "old", tmp_path / "old") == []
    assert len(reproduce.check(tmp_path / "old", tmp_path / "new")) == 1
    assert reproduce.check(tmp_path / "old", tmp_path / "new", tolerance=0.03) == []
    assert len(reproduce.check(tmp_path / "old", tmp_path / "far", tolerance=0.03)) == 1


def test_an_unknown_report_lists_the_known_ones():
    with pytest.raises(InputError, match="sample, benchmarks, us-2016"):
        reproduce.build("us2016")


def test_the_command_checks_and_writes(experiments, tmp_path):
    asked = ["reproduce", "benchmarks", "-o", str(tmp_path / "r"), "--from", str(experiments)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert CliRunner().invoke(app, [*asked, "--check"]).exit_code == 0
    (experiments / "bench-made-up" / "results.json").write_text('{"ratio": 8.5}')
    differs = CliRunner().invoke(app, [*asked, "--check"])
    assert differs.exit_code == 1
    assert "tables/bench_made_up.csv" in differs.output


@pytest.mark.slow
def test_the_committed_us_2016_report_is_what_the_code_builds_now(tmp_path):
    if not datasets.info("polnear")["available"]:
        pytest.skip("needs the corpus: framing datasets fetch polnear")
    reproduce.build("us-2016", tmp_path)
    assert not reproduce.check(REPORTS / "us-2016", tmp_path, tolerance=tolerance("us-2016"))
