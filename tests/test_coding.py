"""The hand-coding round trip: what was drawn, written, spoiled by spreadsheet programs and read back."""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from framing import coding, schema, storage, targets
from framing.cli import app
from framing.coding import agreement, sheets
from framing.errors import FramingError


@pytest.fixture
def articles():
    rows = [
        {
            "article_id": f"a{i:03d}",
            "outlet": ["Tillen Post", "Quayside", "Isle Radio"][i % 3 if i < 57 else 0],
            "title": f"Board votes, says Tillen Post, part {i}",
            "text": f"=The board met. It voted {i} times.\n\nQuayside saw it.",
            "author": "Ida Holm",
            "n_words": 9,
            "origin": "t",
        }
        for i in range(60)
    ]
    return schema.conform(rows, "articles")


ASKED = coding.questions(["the board", "=cmd"], {"conflict": "who attacks whom"})


def draw(articles, **options):
    return coding.sample(articles, 24, ASKED, **{"coders": ["ann", "ben"], "overlap": 0.5, **options})


def filled(drawn, articles, coder, answer=None):
    table = coding.sheet(drawn, articles, coder)
    for question in drawn.questions:
        table[question.column] = answer or next(iter(question.answers))
    return table


def test_probabilities_are_those_of_the_strata(articles):
    drawn = draw(articles)
    schema.check_spans(drawn.units, articles)
    sizes = articles["outlet"].value_counts()
    for outlet, rows in drawn.units.groupby("stratum"):
        assert len(rows) == 8
        assert rows["probability"].tolist() == pytest.approx([8 / sizes[outlet]] * 8)
    weights = (1 / drawn.units["probability"]).sum()
    assert weights == pytest.approx(60)


def test_every_article_can_be_drawn(articles):
    seen = set()
    for seed in range(60):
        seen |= set(draw(articles, seed=seed).units["article_id"])
    assert len(seen) == 60


def test_the_same_seed_draws_the_same(articles):
    pd.testing.assert_frame_equal(draw(articles).units, draw(articles.sample(frac=1, random_state=3)).units)
    assert draw(articles).sample_id != draw(articles, seed=1).sample_id


def test_sentences_can_be_drawn(articles):
    drawn = coding.sample(articles, 30, coding.questions(loaded=True), unit="sentence")
    schema.check_spans(drawn.units, articles)
    table = coding.sheet(drawn, articles, "coder1")
    assert table["text"].str.len().gt(0).all()


def test_a_sentence_is_shown_with_what_stands_around_it(articles, tmp_path):
    long = articles.assign(text="Dull words here. " * 60 + "The board met late. " + "Quayside saw it all. " * 60)
    drawn = coding.sample(long, 3000, coding.questions(loaded=True), unit="sentence")
    table = coding.sheet(drawn, long, "coder1").set_index("unit_id")
    of = drawn.units.set_index("unit_id")
    one = table[table["text"].str.strip() == "The board met late."].iloc[0]
    assert one["before"].startswith("… ")
    assert one["before"].endswith("Dull words here.")
    assert one["after"].startswith("[outlet] saw it all.")
    assert one["after"].endswith(" …")
    assert max(table["before"].str.len().max(), table["after"].str.len().max()) < 350
    assert (table.loc[of.index[(of["part"] == "text") & (of["start"] == 0)], "before"] == "").all()
    sheets.write(drawn, long, tmp_path, ["csv", "labelstudio"])
    assert coding.import_codes([tmp_path / "coder1.csv"], drawn).rejected.empty
    assert '<Text name="before"' in (tmp_path / "coder1.xml").read_text()
    assert "before" not in coding.sheet(draw(articles), articles, "ann")


def test_units_that_mention_a_target_can_be_favoured(articles):
    """A target in few sentences fills half of the draw, and every sentence's probability is known."""
    text = articles["text"].where(articles.index % 10 == 3, articles["text"].str.replace("The board", "Nobody"))
    table = articles.assign(text=text)
    found = mentions(table, ["the board"])
    asked = coding.questions(["the board"])
    plain = coding.sample(table, 40, asked, unit="sentence", stratify=None)
    half = coding.sample(table, 40, asked, unit="sentence", stratify=None, about=found)
    assert coding.holding(plain.units, found).sum() < 4
    holds = coding.holding(half.units, found)
    assert holds.sum() == 6  # all there are
    every = coding.units(table, "sentence", None)
    for each in (True, False):
        share = holds.tolist().count(each) / int((coding.holding(every, found) == each).sum())
        assert half.units.loc[holds == each, "probability"].tolist() == pytest.approx(
            [share] * int((holds == each).sum())
        )
    whole = coding.sample(table, 12, asked, about=found, stratify=None)
    assert set(whole.units["stratum"]) == {"all: mentions a target", "all: other"}


def mentions(table, names):
    return targets.named(table, None, names)


def test_overlap_goes_to_every_coder(articles):
    drawn = draw(articles)
    assert (drawn.units["coders"] == "ann|ben").sum() == 12
    assert len(coding.sheet(drawn, articles, "ann")) == 18


def test_coders_are_blind_to_the_outlet(articles):
    table = coding.sheet(draw(articles), articles, "ann")
    assert "outlet" not in table
    assert not table[["title", "text"]].stack().str.contains("Quayside|Tillen").any()
    open_ = coding.sheet(draw(articles, blind=False), articles, "ann")
    assert open_["outlet"].notna().all()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_round_trip(articles, tmp_path, kind):
    drawn = draw(articles, codebook="generic@1")
    paths = sheets.write(drawn, articles, tmp_path, [kind])
    assert [p.name for p in paths] == [f"ann.{kind}", f"ben.{kind}", "design.json"]
    again = coding.Sample.load(tmp_path / "design.json")
    pd.testing.assert_frame_equal(again.units, drawn.units)
    for coder in ("ann", "ben"):
        table = filled(drawn, articles, coder)
        if kind == "csv":
            table.to_csv(tmp_path / f"{coder}.csv", index=False)
        else:
            table.to_excel(tmp_path / f"{coder}.xlsx", index=False)
    found = coding.import_codes([tmp_path / f"ann.{kind}", tmp_path / f"ben.{kind}"], again)
    assert found.rejected.empty
    assert found.skipped.empty
    assert len(found.annotations) == (24 + 12) * 3
    schema.check(found.annotations, "annotations")
    row = found.annotations.iloc[0]
    assert (row["codebook"], row["round"], row["annotator"]) == ("generic@1", 1, "ann")
    assert row["sample_id"] == drawn.sample_id


def test_workbook_holds_lists_of_answers_and_no_formulas(articles, tmp_path):
    drawn = draw(articles)
    sheets.write(drawn, articles, tmp_path, ["xlsx", "csv"])
    book = load_workbook(tmp_path / "ann.xlsx")
    lists = [rule.formula1 for rule in book["codes"].data_validations.dataValidation]
    assert '"against,neutral,favour,absent"' in lists
    assert "codebook" in book.sheetnames
    for page in book.worksheets:
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    with (tmp_path / "ann.csv").open(encoding="utf-8-sig", newline="") as file:
        assert all(not cell.startswith("=") for row in list(csv.reader(file))[1:] for cell in row)


def test_label_studio_round_trip(articles, tmp_path):
    drawn = coding.sample(articles, 6, coding.questions([], {"conflict": "who attacks whom"}), coders=["ann"])
    sheets.write(drawn, articles, tmp_path, ["labelstudio"])
    assert '<Choice value="present"/>' in (tmp_path / "ann.xml").read_text(encoding="utf-8")
    tasks = json.loads((tmp_path / "ann.json").read_text(encoding="utf-8"))
    for task in tasks:
        task["annotations"] = [{"result": [{"from_name": "frame: conflict", "value": {"choices": ["present"]}}]}]
    tasks[0]["annotations"][0]["was_cancelled"] = True
    (tmp_path / "done.json").write_text(json.dumps(tasks), encoding="utf-8")
    found = coding.import_codes(tmp_path / "done.json", drawn)
    assert len(found.annotations) == 5
    assert found.rejected["reason"].tolist() == ["the annotation was cancelled"]
    assert len(found.skipped) == 1


def marked(tasks, spans, coder="ann"):
    """Tasks as Label Studio exports them, with these words of every text marked."""
    done = []
    for task in tasks:
        text = task["data"]["text"]
        regions = [
            {"from_name": "loaded_words", "to_name": "text", "type": "labels",
             "value": {"start": text.index(word), "end": text.index(word) + len(word), "text": word, "labels": ["loaded"]}}
            for word in spans if word in text
        ]  # fmt: skip
        choice = {"from_name": "frame: conflict", "type": "choices", "value": {"choices": ["absent"]}}
        data = task["data"] | {"coder": coder}
        done.append({"data": data, "annotations": [{"completed_by": 7, "result": [choice, *regions]}]})
    return done


@pytest.fixture
def to_mark(articles, tmp_path):
    articles["text"] = [
        f"Quayside 🚢 saw it.\n\nThe Tillen Post called the vote shameful, part {i}." for i in range(60)
    ]
    asked = coding.questions([], {"conflict": "who attacks whom"}, spans=["loaded_words"])
    drawn = coding.sample(articles, 12, asked, coders=["ann", "ben"], overlap=1)
    sheets.write(drawn, articles, tmp_path, ["labelstudio"])
    return drawn, json.loads((tmp_path / "ann.json").read_text(encoding="utf-8"))


def test_spans_come_back_from_label_studio(articles, tmp_path, to_mark):
    drawn, tasks = to_mark
    assert '<Label value="loaded"/>' in (tmp_path / "ann.xml").read_text(encoding="utf-8")
    assert "[outlet]" in tasks[0]["data"]["text"]
    (tmp_path / "a.json").write_text(json.dumps(marked(tasks, ["shameful", "The [outlet]"])), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(marked(tasks, [], "ben")), encoding="utf-8")
    found = coding.import_codes([tmp_path / "a.json", tmp_path / "b.json"], drawn, articles)
    assert found.rejected.empty
    assert found.skipped.empty
    schema.check(found.annotations, "annotations")
    schema.check_spans(found.annotations, articles)
    text = articles.set_index("article_id")["text"]
    spans = found.annotations.query("task == 'loaded_words' and annotator == 'ann'")
    said = [text[r.article_id][r.start : r.end] for r in spans.itertuples()]
    assert sorted(said) == ["The Tillen Post"] * 12 + ["shameful"] * 12
    none = found.annotations.query("task == 'loaded_words' and annotator == 'ben'")
    assert len(none) == 12
    assert none[["part", "start", "label"]].isna().all(axis=None)
    assert (found.annotations["task"] == "frame").sum() == 24
    alpha = agreement.span_agreement(found.annotations, articles, "loaded_words")
    assert alpha["alpha"].iloc[0] < 0.1
    assert set(agreement.agreement(found.annotations)["task"]) == {"frame"}


def test_offsets_as_browsers_count_them(articles, tmp_path, to_mark):
    drawn, tasks = to_mark
    done = marked(tasks, ["shameful"])
    for task in done:
        for region in task["annotations"][0]["result"][1:]:
            region["value"]["start"] += 1  # the ship counts twice there
            region["value"]["end"] += 1
    (tmp_path / "a.json").write_text(json.dumps(done), encoding="utf-8")
    found = coding.import_codes(tmp_path / "a.json", drawn, articles)
    spans = found.annotations.query("task == 'loaded_words'")
    text = articles.set_index("article_id")["text"]
    assert {text[r.article_id][r.start : r.end] for r in spans.itertuples()} == {"shameful"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start": 5, "end": 9}, "the marked words are not at characters 5 to 9"),
        ({"start": 9000, "end": 9008}, "beyond the end of the text"),
        ({"start": 9, "end": 9}, "are no span"),
        ({"start": "x"}, "should be numbers"),
        ({"labels": ["nice"]}, "one label of loaded is expected; found nice"),
        ({"labels": []}, "found none"),
    ],
)
def test_bad_regions_are_rejected_with_the_reason(articles, tmp_path, to_mark, change, reason):
    drawn, tasks = to_mark
    done = marked(tasks, ["shameful"])
    done[0]["annotations"][0]["result"][1]["value"] |= change
    (tmp_path / "a.json").write_text(json.dumps(done), encoding="utf-8")
    found = coding.import_codes(tmp_path / "a.json", drawn, articles)
    assert len(found.rejected) == 1
    assert reason in found.rejected["reason"].iloc[0]
    assert "shameful" in found.rejected["raw"].iloc[0]
    assert (found.annotations["task"] == "loaded_words").sum() == 11, (
        "not counted as a text in which nothing was marked"
    )


def test_spans_of_another_text_or_without_texts(articles, tmp_path, to_mark):
    drawn, tasks = to_mark
    (tmp_path / "a.json").write_text(json.dumps(marked(tasks, ["shameful"])), encoding="utf-8")
    with pytest.raises(schema.InputError, match="--run OUT"):
        coding.import_codes(tmp_path / "a.json", drawn)
    found = coding.import_codes(tmp_path / "a.json", drawn, articles.assign(text="Another text, shameful."))
    assert len(found.rejected) == 12
    assert found.rejected["reason"].str.contains("not that of the run").all()


def test_spans_are_marked_in_whole_articles_and_in_label_studio(articles, tmp_path, to_mark):
    drawn, _ = to_mark
    with pytest.raises(schema.InputError, match="--format labelstudio"):
        sheets.write(drawn, articles, tmp_path, ["csv"])
    with pytest.raises(schema.InputError, match="--unit article"):
        coding.sample(articles, 5, drawn.questions, unit="sentence")
    with pytest.raises(schema.InputError, match="there are loaded_words, quotation"):
        coding.questions(spans=["sarcasm"])


def spoil(drawn, articles, tmp_path, change, name="ann.csv", **options):
    table = filled(drawn, articles, "ann").astype(object)
    table = change(table)
    table.to_csv(tmp_path / name, index=False, **options)
    return coding.import_codes(tmp_path / name, drawn)


COLUMN = "stance: the board: narrator"


def set_at(row, column, value):
    def change(table):
        table.loc[row, column] = value
        return table

    return change


def test_skipped_rows_are_listed(articles, tmp_path):
    found = spoil(draw(articles), articles, tmp_path, set_at(0, COLUMN, ""))
    mine = found.skipped[found.skipped["coder"] == "ann"]
    assert mine["question"].tolist() == [COLUMN]
    assert found.rejected.empty


def test_labels_outside_the_codebook_are_rejected_with_a_hint(articles, tmp_path):
    found = spoil(draw(articles), articles, tmp_path, set_at(2, COLUMN, "agianst"))
    assert len(found.rejected) == 1
    assert "did the coder mean 'against'" in found.rejected["reason"].iloc[0]
    assert found.rejected["origin"].iloc[0] == "ann.csv:4"


@pytest.mark.parametrize(("typed", "read"), [(" Favour ", "favour"), ("FAVOR", "favour"), ("\u00a0absent", None)])
def test_case_spaces_and_spellings_are_mended(articles, tmp_path, typed, read):
    found = spoil(draw(articles), articles, tmp_path, set_at(0, COLUMN, typed))
    labels = found.annotations.loc[found.annotations["target"] == "the board", "label"].astype(object)
    assert found.rejected.empty
    assert (labels.isna().sum() == 1) if read is None else (labels == read).sum() == 1


@pytest.mark.parametrize("value", [True, 1.0, "1.0", "yes", "TRUE"])
def test_yes_in_all_its_forms(articles, tmp_path, value):
    found = spoil(draw(articles), articles, tmp_path, set_at(0, "frame: conflict", value))
    assert found.rejected.empty


def test_duplicated_rows(articles, tmp_path):
    def same(table):
        return pd.concat([table, table.head(1)])

    def other(table):
        return pd.concat([table, table.head(1).assign(**{COLUMN: "favour"}), table.head(1)])

    found = spoil(draw(articles), articles, tmp_path, same)
    assert found.rejected.empty
    assert any("duplicate" in note for note in found.notes)
    found = spoil(draw(articles), articles, tmp_path, other)
    assert found.rejected["reason"].str.contains("different answers").sum() == 3
    assert len(found.annotations) == 18 * 3 - 1


def test_changed_ids_are_rejected_with_the_nearest(articles, tmp_path):
    drawn = draw(articles)
    unit = coding.sheet(drawn, articles, "ann")["unit_id"].iloc[0]
    found = spoil(drawn, articles, tmp_path, set_at(0, "unit_id", unit[:-1]))
    assert f"changed from {unit!r}" in found.rejected["reason"].iloc[0]
    found = spoil(drawn, articles, tmp_path, set_at(0, "unit_id", ""))
    assert found.rejected["reason"].tolist() == ["no unit_id"]
    found = spoil(drawn, articles, tmp_path, set_at(0, "sample_id", "sample-else"))
    assert "another sample" in found.rejected["reason"].iloc[0]


def test_merged_cells_are_rejected(articles, tmp_path):
    drawn = draw(articles)
    path = tmp_path / "ann.xlsx"
    filled(drawn, articles, "ann").to_excel(path, index=False)
    book = load_workbook(path)
    page = book.active
    page.merge_cells("F2:F3")
    book.save(path)
    found = coding.import_codes(path, drawn)
    assert found.rejected["reason"].str.contains("merged").tolist() == [True, True]
    assert len(found.annotations) == 16 * 3


@pytest.mark.parametrize(
    "options",
    [
        {"sep": ";"},
        {"sep": "\t"},
        {"encoding": "utf-16", "sep": "\t"},
        {"encoding": "cp1252", "sep": ";"},
        {"encoding": "utf-8-sig", "sep": ";", "lineterminator": "\r\n"},
        {"encoding": "cp1252"},
    ],
)
def test_what_spreadsheet_programs_write(articles, tmp_path, options):
    articles["title"] = "Fähre – “ja”"
    found = spoil(draw(articles), articles, tmp_path, lambda t: t, **options)
    assert len(found.annotations) == 54
    assert found.rejected.empty


def test_a_target_full_of_commas_does_not_hide_the_separator(articles, tmp_path):
    asked = coding.questions(["roads, bridges, locks, weirs, sluices and, above all, dams"])
    drawn = coding.sample(articles, 5, asked, coders=["ann"])
    filled(drawn, articles, "ann").to_csv(tmp_path / "ann.csv", index=False, sep=";")
    assert len(coding.import_codes(tmp_path / "ann.csv", drawn).annotations) == 5


def test_a_workbook_with_dates_skipped_and_repeated_rows(articles, tmp_path):
    drawn = draw(articles)
    table = filled(drawn, articles, "ann").astype(object)
    table.loc[0, COLUMN] = pd.Timestamp("2031-05-06")
    table.loc[1, "unit_id"] = pd.Timestamp("2031-05-06")
    table.loc[2, [q.column for q in drawn.questions]] = None
    pd.concat([table, table.iloc[[3]]]).to_excel(tmp_path / "ann.xlsx", index=False)
    found = coding.import_codes(tmp_path / "ann.xlsx", drawn)
    reasons = found.rejected["reason"].tolist()
    assert len(reasons) == 2
    assert "made a date of it: format the column as text" in reasons[0]
    assert "unit '2031-05-06 00:00:00' was not drawn" in reasons[1]
    assert found.notes == ["3 x identical duplicate answers kept once"]
    assert len(found.annotations) == 18 * 3 - 1 - 3 - 3
    assert (found.skipped["coder"] == "ann").sum() == 1 + 3 + 3


def test_nothing_vanishes(articles, tmp_path):
    def change(table):
        table.loc[0, COLUMN] = ""
        table.loc[1, COLUMN] = "maybe"
        return table

    found = spoil(draw(articles), articles, tmp_path, change)
    skipped = found.skipped[(found.skipped["coder"] == "ann")]
    rejected_is_not_answered = 1
    assert len(found.annotations) + len(skipped) == 18 * 3
    assert len(skipped) == 1 + rejected_is_not_answered


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "a,b\n1,2\n", "no sheet of this sample"),
        ("x.csv", "", "no sheet|is empty"),
        ("x.xlsx", "nonsense", "not a readable workbook"),
        ("x.json", "{}", "not an export of Label Studio"),
        ("x.json", "[]", "holds no annotations"),
        ("x.pdf", "%PDF", "a coding sheet is"),
    ],
)
def test_unreadable_files_say_what_was_expected(articles, tmp_path, name, content, message):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(schema.InputError, match=message):
        coding.import_codes(tmp_path / name, draw(articles))


def test_missing_files_and_designs(articles, tmp_path):
    with pytest.raises(schema.InputError, match="no coding sheet"):
        coding.import_codes(tmp_path / "none.csv", draw(articles))
    with pytest.raises(schema.InputError, match="design"):
        coding.Sample.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "1 or more"),
        ({"exclude": [f"a{i:03d}" for i in range(60)]}, "60 of them excluded"),
        ({"unit": "quotation"}, "never drawn"),
        ({"coders": ["a", "a"]}, "different names"),
        ({"overlap": 2}, "0 to 1"),
        ({"stratify": "party"}, "no column 'party'"),
        ({"n": 3, "floor": 0.5}, "are needed"),
    ],
)
def test_impossible_samples_say_what_would_do(articles, options, message):
    n = options.pop("n", 10)
    with pytest.raises(schema.InputError, match=message):
        coding.sample(articles, n, ASKED, **options)


def test_a_sample_larger_than_the_corpus_is_all_of_it(articles):
    drawn = coding.sample(articles, 1000, ASKED)
    assert set(drawn.units["article_id"]) == set(articles["article_id"])
    assert (drawn.units["probability"] == 1).all()


def test_excluded_articles_are_not_drawn(articles):
    drawn = draw(articles, exclude=articles["article_id"].head(20).tolist())
    assert not set(drawn.units["article_id"]) & set(articles["article_id"].head(20))


def test_ids_are_read_from_codes_tables_and_lists(tmp_path):
    codes = schema.conform([{"article_id": "a2", "task": "frame", "annotator": "ann"}], "annotations")
    codes.to_parquet(tmp_path / "annotations.parquet")
    codes.to_csv(tmp_path / "codes.csv")
    (tmp_path / "ids.txt").write_text("a2\n\na1\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    assert coding.read_ids(tmp_path) == coding.read_ids(tmp_path / "codes.csv") == ["a2"]
    assert coding.read_ids(tmp_path / "ids.txt") == ["a1", "a2"]
    for bad in ("empty.txt", "missing.csv"):
        with pytest.raises(schema.InputError, match=bad):
            coding.read_ids(tmp_path / bad)


def test_rows_by_somebody_else_are_kept_and_noted(articles, tmp_path):
    drawn = draw(articles, overlap=0.0)
    table = filled(drawn, articles, "ann")
    table.loc[0, "coder"] = "anne"
    table.loc[1, "coder"] = "ben"
    table.to_csv(tmp_path / "ann.csv", index=False)
    found = coding.import_codes(tmp_path / "ann.csv", drawn)
    assert set(found.annotations["annotator"]) == {"ann", "anne", "ben"}
    assert any("'anne'" in note and "no coder of this sample (ann, ben)" in note for note in found.notes)
    assert any("dealt to somebody else" in note for note in found.notes)


def test_a_sheet_needs_a_question():
    with pytest.raises(schema.InputError, match="at least one question"):
        coding.questions()


def test_sample_then_correct(articles, tmp_path):
    """Codes that come back from sheets have all that correction needs."""
    from framing.comparison.correct import pseudo_outcomes

    drawn = coding.sample(articles, 30, coding.questions([], {"conflict": "?"}), coders=["ann"])
    table = coding.sheet(drawn, articles, "ann")
    table["frame: conflict"] = np.where(table["unit_id"].str[-1] < "8", "present", "absent")
    table.to_csv(tmp_path / "ann.csv", index=False)
    codes = coding.import_codes(tmp_path / "ann.csv", drawn).annotations
    y = articles["article_id"].map(codes.set_index("article_id")["score"]).to_numpy(dtype=float)
    pi = articles["article_id"].map(codes.set_index("article_id")["probability"]).to_numpy(dtype=float)
    got = pseudo_outcomes(np.zeros(60), y, pi, np.arange(60))
    assert np.isfinite(got).all()


def test_the_command_line_goes_from_sample_to_corrected_estimates(articles, tmp_path):
    from typer.testing import CliRunner

    from framing import comparison
    from framing.cli import app

    run, rng = tmp_path / "out", np.random.default_rng(0)
    run.mkdir()
    placed = articles.assign(event_id=[f"e{i // 3}" for i in range(60)], genre="news")
    placed["outlet"] = [["Tillen Post", "Quayside", "Isle Radio"][i % 3] for i in range(60)]
    rows = [
        {"article_id": key, "task": "frame", "code": "conflict", "label": "present" if p > 0.5 else "absent", "score": p,
         "confidence": max(p, 1 - p), "voice": "all", "annotator": "toy@1"}
        for key, p in zip(placed["article_id"], rng.random(60), strict=True)
    ]  # fmt: skip
    for name, table in {"articles": placed, "annotations": schema.conform(rows, "annotations")}.items():
        schema.conform(table, name).to_parquet(run / f"{name}.parquet")
    (run / "run.json").write_text(json.dumps({"status": "done"}), encoding="utf-8")
    book = tmp_path / "book.toml"
    book.write_text(
        'name = "own"\nversion = "1"\nmethod = "definitions"\n'
        '[[code]]\nid = "conflict"\ndefinition = "who attacks whom"\n',
        encoding="utf-8",
    )
    (tmp_path / "trained.txt").write_text("a000\na001\n", encoding="utf-8")

    def call(*arguments: object) -> str:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    sheets_at = tmp_path / "sheets"
    call("code", "sample", run, "-o", sheets_at, "--n", 45, "--unit", "article", "--codebook", book, "--coder", "ann",
         "--coder", "ben", "--overlap", 1, "--round", 2, "--exclude", tmp_path / "trained.txt", "--format", "csv")  # fmt: skip
    design = json.loads((sheets_at / "design.json").read_text(encoding="utf-8"))
    assert design["round"] == 2
    assert not {"a000", "a001"} & {unit["article_id"] for unit in design["units"]}
    (sheets_at / "empty.csv").write_bytes((sheets_at / "ann.csv").read_bytes())
    for coder in ("ann", "ben"):
        table = pd.read_csv(sheets_at / f"{coder}.csv")
        table["frame: conflict"] = np.where(table["unit_id"].str[-1] < "8", "present", "absent")
        table.to_csv(sheets_at / f"{coder}.csv", index=False)
    codes = tmp_path / "codes"
    call(
        "code",
        "import",
        sheets_at / "ann.csv",
        sheets_at / "ben.csv",
        "--design",
        sheets_at / "design.json",
        "-o",
        codes,
    )
    assert "1.0" in call("code", "agreement", codes)
    told = call("code", "correct", codes, "--run", run, "-o", tmp_path / "corrected")
    assert "codes (correlation" in told
    assert told.count("units are coded, 20 needed") == 0
    empty = CliRunner().invoke(
        app,
        [
            "code",
            "import",
            str(sheets_at / "empty.csv"),
            "--design",
            str(sheets_at / "design.json"),
            "-o",
            str(tmp_path / "no"),
        ],
    )
    assert empty.exit_code == 1
    assert "skipped: 45 answers of ann are still wanted" in empty.output
    assert "there is no answer in these sheets" in empty.output
    estimates = pd.read_parquet(tmp_path / "corrected" / "estimates.parquet")
    assert set(estimates["estimator"]) == set(comparison.correct.ESTIMATORS)
    schema.check(pd.read_parquet(tmp_path / "corrected" / "comparisons.parquet"), "comparisons")
    refused = CliRunner().invoke(
        app, ["code", "correct", str(codes), "--run", str(run), "-o", str(tmp_path / "x"), "--training", str(codes)]
    )
    assert refused.exit_code != 0
    assert "train or calibrate" in str(refused.exception)
    more = call(
        "code", "sample", run, "-o", tmp_path / "all", "--n", 500, "--unit", "article", "--loaded", "--stratify", "none"
    )
    assert "note: --n 500 was asked for, there are 60 articles: all of them are drawn" in more
    nothing = CliRunner().invoke(app, ["chart", "stance", str(run), "-o", str(tmp_path / "stance.png")])
    assert nothing.exit_code == 1
    assert "stance has nothing to draw, no file written: stance was not measured" in nothing.output
    assert not (tmp_path / "stance.png").exists()
    unknown = CliRunner().invoke(app, ["chart", "frames", str(run), "-o", str(tmp_path / "x.png"), "--event", "nosuch"])
    assert isinstance(unknown.exception, schema.InputError)
    assert "has no event 'nosuch'" in str(unknown.exception)


def test_a_target_the_run_does_not_have_is_told_and_an_alias_means_its_target(articles, tmp_path):
    from typer.testing import CliRunner

    from framing.cli import app

    run = tmp_path / "out"
    run.mkdir()
    named = pd.DataFrame(
        {"target_id": ["t"], "target": ["Quayside Board"], "aliases": ["the board"], "scope": ["corpus"]}
    )
    for name, table in {"articles": articles, "targets": named}.items():
        schema.conform(table, name).to_parquet(run / f"{name}.parquet")
    (run / "run.json").write_text(json.dumps({"status": "done"}), encoding="utf-8")

    def call(target):
        sheet = tmp_path / target / "coder1.csv"
        result = CliRunner().invoke(
            app,
            ["code", "sample", str(run), "-o", str(sheet.parent), "--n", "9", "--target", target, "--format", "csv"],
        )
        assert result.exit_code == 0, result.output
        return result.output, pd.read_csv(sheet).columns

    told, columns = call("The Board")
    assert "no target" not in told
    assert any("Quayside Board" in c for c in columns)
    told, _ = call("Quaysite Board")
    assert "did you mean 'Quayside Board'?" in told


def test_favouring_a_target_that_nothing_mentions_is_refused(articles, tmp_path):
    storage.write_parquet(tmp_path / "articles.parquet", articles)
    storage.write_json(tmp_path / "run.json", {"version": "0"})

    def drawn(*options):
        return CliRunner().invoke(
            app, ["code", "sample", str(tmp_path), "-o", str(tmp_path / "s"), "--n", "20", *options]
        )

    refused = drawn("--target", "Ada Byrne", "--favour-mentions")
    assert isinstance(refused.exception, FramingError)
    assert "none does" in str(refused.exception)
    assert isinstance(drawn("--loaded", "--favour-mentions").exception, FramingError)
    assert "favour-mentions" not in drawn("--target", "rules should be stricter").output
    kept = drawn("--target", "Quayside", "--favour-mentions")
    assert kept.exit_code == 0, kept.output
