"""The same difference under many choices."""

import numpy as np
import pytest

from framing import schema
from framing.comparison import compare
from framing.comparison.specification import COLUMNS, specification_curve


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
