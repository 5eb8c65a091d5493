"""The same difference under many choices."""

import numpy as np
import pytest

from framing import schema, storage
from framing.comparison import compare
from framing.comparison.specification import COLUMNS, sentence, specification_curve


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    articles, annotations = [], []
    for e in range(30):
        for outlet in ("Ledger", "Beacon", "Courier"):
            for piece in range(1 + (e % 3 == 0)):
                name = f"{outlet}-{e}-{piece}"
                articles.append(
                    {
                        "article_id": name,
                        "outlet": outlet,
                        "event_id": f"e{e:02d}",
                        "genre": "news",
                        "text": "The board met.",
                        "n_words": 3,
                        "origin": "t",
                        "published_at": f"2031-01-{1 + e % 28:02d}T0{piece}:00Z",
                        "wire": "Coast Agency" if e % 5 == 0 else None,
                    }
                )
                score = np.clip(0.3 * (outlet == "Ledger") + rng.normal(0, 0.2), -1, 1)
                annotations.append(
                    {
                        "article_id": name,
                        "task": "stance",
                        "target": "the board",
                        "label": "neutral",
                        "score": score,
                        "voice": "narrator",
                        "annotator": "m@1",
                    }
                )
    return {"articles": schema.conform(articles, "articles"), "annotations": schema.conform(annotations, "annotations")}


def test_one_row_per_specification_and_the_main_one_is_what_compare_reports(frames):
    half = frames["articles"].set_index("article_id")["event_id"].str[:2]
    table = specification_curve(
        frames, "stance", "Ledger", reference="Beacon", voice="narrator", resamples=300, groupings={"coarse": half}
    )
    assert table.columns.tolist() == list(COLUMNS)
    assert len(table) == 2 * 2 * 2 * 3 * 2
    assert table["value"].is_monotonic_increasing
    assert table["value"].between(0.1, 0.5).all()
    main = table[table["main"]]
    assert len(main) == 1
    found = compare(frames, reference="Beacon", measures=["stance"], resamples=300).comparisons
    row = found[(found["scope"] == "corpus") & found["reference"].notna() & (found["outlet"] == "Ledger")].iloc[0]
    for column in ("value", "low", "high", "p", "n_events"):
        assert main[column].iloc[0] == pytest.approx(row[column])
    coarse = table[table["grouping"] == "coarse"]
    assert coarse["low"].isna().all()
    assert coarse["method"].str.startswith("withheld").all()


def test_thresholds_of_the_grouping_are_specifications_and_storylines_stay(frames):
    stories = {f"e{e:02d}": f"s{e // 2}" for e in range(30)}
    events = [{"event_id": e, "storyline_id": s, "n_articles": 1, "n_outlets": 1} for e, s in stories.items()]
    members = frames["articles"][["article_id", "event_id"]]
    members = members.assign(event_looser=members["event_id"].map(stories), event_stricter=members["event_id"])
    given = {**frames, "events": schema.conform(events, "events"), "members": members}
    table = specification_curve(given, "stance", "Ledger", voice="narrator", resamples=300, genres=["news"])
    assert set(table["grouping"]) == {"given", "looser"}  # the stricter one is the given one
    whole = table[(table["wire"] == "with") & (table["model"] == "fixed effects")]
    assert set(whole["n_storylines"]) == {15}
    assert set(whole[whole["grouping"] == "looser"]["n_events"]) == {15}
    assert "of the same sign" in sentence(table)


def test_the_command_writes_the_curve_into_the_run(frames, tmp_path):
    from typer.testing import CliRunner

    from framing.cli import app

    for name, table in frames.items():
        table.to_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "run.json").write_text('{"status": "done"}', encoding="utf-8")
    options = ["specification", str(tmp_path), "--measure", "stance", "--outlet", "Ledger", "--voice", "narrator"]
    told = CliRunner().invoke(app, options)
    assert told.exit_code == 0, told.exception
    assert "Ledger against others" in told.output
    assert set(storage.read_frames(tmp_path)["specifications"]["model"]) == {"fixed effects", "matched"}


def test_matched_events_give_the_mean_difference(frames):
    table = specification_curve(
        frames,
        "stance",
        "Ledger",
        reference="Beacon",
        genres=["news"],
        wire=["with"],
        weightings=["articles"],
        models=["matched"],
        resamples=300,
        voice="narrator",
    )
    values = frames["annotations"].merge(frames["articles"], on="article_id")
    cells = values.groupby(["event_id", "outlet"])["score"].mean().unstack()
    assert table["value"].iloc[0] == pytest.approx((cells["Ledger"] - cells["Beacon"]).mean())


def test_other_annotations_are_a_specification_of_their_own(frames):
    other = frames["annotations"].assign(score=0.0, annotator="n@1")
    table = specification_curve(
        frames,
        "stance",
        "Ledger",
        annotations={"n": other},
        genres=["news"],
        wire=["with"],
        weightings=["measure"],
        models=["fixed effects"],
        resamples=300,
        voice="narrator",
    )
    assert table.set_index("annotations")["value"]["n"] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weightings": ["words"]}, "no weighting 'words'"),
        ({"target": "the port"}, "the board"),
        ({"reference": "Ledger"}, "needs two"),
    ],
)
def test_unknown_choices_list_the_known(frames, options, message):
    with pytest.raises(schema.InputError, match=message):
        specification_curve(frames, "stance", "Ledger", voice="narrator", **options)


def test_an_unknown_outlet_is_named(frames):
    with pytest.raises(schema.InputError, match="no outlet 'Echo'"):
        specification_curve(frames, "stance", "Echo", voice="narrator")
    with pytest.raises(schema.FramingError, match="no measure"):
        specification_curve(frames, "tone", "Ledger")
