"""Alpha against the krippendorff package, and what it is of."""

import krippendorff
import numpy as np
import pandas as pd
import pytest

from framing import schema
from framing.coding.agreement import agreement, alpha_of, coincidences, span_agreement


@pytest.mark.parametrize("ordinal", [False, True])
def test_alpha_is_that_of_the_package(ordinal):
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 3, size=(50, 4))
    scale = "ordinal" if ordinal else "nominal"
    expected = krippendorff.alpha(value_counts=counts, level_of_measurement=scale, value_domain=np.arange(4.0))
    kept = counts[counts.sum(axis=1) >= 2]
    assert alpha_of(coincidences(kept).sum(axis=0), ordinal) == pytest.approx(expected)


def codes(errors=0.2, n=60, coders=("ann", "ben", "cem"), seed=0, model=False):
    rng = np.random.default_rng(seed)
    labels = np.array(["against", "neutral", "favour", None], dtype=object)
    truth = rng.integers(0, 4, n)
    rows = []
    for coder in [*coders, *(["m@1"] if model else [])]:
        said = np.where(rng.random(n) < errors, rng.integers(0, 4, n), truth)
        rows += [
            {
                "article_id": f"a{i}",
                "task": "stance",
                "target": "the board",
                "voice": "narrator",
                "label": labels[v],
                "annotator": coder,
                "sample_id": None if coder == "m@1" else "s",
            }
            for i, v in enumerate(said)
        ]
    return schema.conform(rows, "annotations")


@pytest.fixture
def articles():
    rows = [
        {
            "article_id": f"a{i}",
            "outlet": ["Post", "Quay"][i % 2],
            "published_at": f"20{31 + i % 3}-05-01",
            "title": "Board votes",
            "text": "The board met in the rain.",
            "n_words": 6,
            "origin": "t",
        }
        for i in range(60)
    ]
    return schema.conform(rows, "articles")


def test_all_that_is_asked_for(articles):
    table = agreement(codes(model=True), articles, resamples=200)
    count = table[table["scale"] == "nominal"]["by"].value_counts()
    assert count.to_dict() == {"label": 4, "year": 3, "pair": 3, "model": 3, "outlet": 2, "all": 1}
    assert table["low"].notna().all()
    assert ((table["low"] <= table["alpha"]) & (table["alpha"] <= table["high"])).all()
    assert not ((table["scale"] == "ordinal") & (table["by"] == "label")).any()


def test_perfect_and_chance_agreement():
    assert agreement(codes(errors=0.0), resamples=100)["alpha"].iloc[0] == 1.0
    assert abs(agreement(codes(errors=1.0, n=400), resamples=100)["alpha"].iloc[0]) < 0.08


def test_saying_nothing_is_an_answer():
    data = codes(errors=0.0)
    assert agreement(data, resamples=100)["n_units"].iloc[0] == 60


def test_few_units_withhold_the_interval_and_one_label_is_undefined():
    table = agreement(codes(n=6), resamples=100)
    assert table["low"].isna().all()
    assert table["method"].str.contains("withheld").any()
    same = codes(n=20)
    same["label"] = "neutral"
    table = agreement(same, resamples=100)
    assert table["alpha"].isna().all()
    assert table["method"].str.contains("every code is the same").all()


def test_one_coder_cannot_agree():
    with pytest.raises(schema.InputError, match="coded twice"):
        agreement(codes(coders=("ann",)))


def test_a_coder_and_a_model_can():
    table = agreement(codes(coders=("ann",), model=True), resamples=100)
    assert set(table["by"]) == {"model"}


def test_spans_are_compared_word_by_word(articles):
    def row(article, coder, start, end):
        return {
            "article_id": article,
            "part": "text",
            "start": start,
            "end": end,
            "task": "loaded",
            "label": "loaded",
            "annotator": coder,
            "sample_id": "s",
        }

    same = [row(f"a{i}", c, 4, 9) for i in range(20) for c in ("ann", "ben")]
    table = span_agreement(schema.conform(same, "annotations"), articles, "loaded", resamples=100)
    assert table["alpha"].iloc[0] == 1.0
    assert table["n_units"].iloc[0] == 20 * 8
    apart = [row(f"a{i}", c, *((4, 9) if c == "ann" else (10, 13))) for i in range(20) for c in ("ann", "ben")]
    table = span_agreement(schema.conform(apart, "annotations"), articles, "loaded", resamples=100)
    assert table["alpha"].iloc[0] < 0
    empty = [row("a0", "ann", 4, 9) | {"annotator": "ann"}]
    with pytest.raises(schema.InputError, match="two annotators"):
        span_agreement(schema.conform(empty, "annotations"), articles, "loaded")


def test_callers_frame_is_unchanged(articles):
    data = codes()
    before = data.copy()
    agreement(data, articles, resamples=50)
    pd.testing.assert_frame_equal(data, before)


def test_a_model_is_compared_on_the_units_that_were_coded():
    """Its spans are segments; where it says nothing of a target in an article it read, that is an answer too."""
    key = {"task": "stance", "target": "the mayor", "target_kind": "entity", "voice": "narrator", "part": "text"}
    hand = [
        {
            **key,
            "article_id": "a",
            "start": 40 * k,
            "end": 40 * k + 30,
            "label": label,
            "annotator": "ann",
            "sample_id": "s",
        }
        for k, label in enumerate(["against", None, "favour", None])
    ]
    model = [
        {**key, "article_id": "a", "start": 0, "end": 20, "label": "against", "annotator": "m@1"},
        {**key, "article_id": "a", "start": 20, "end": 28, "label": "neutral", "annotator": "m@1"},
        {**key, "article_id": "a", "start": 81, "end": 108, "label": "favour", "annotator": "m@1"},
    ]
    found = agreement(schema.conform(hand + model, "annotations"))
    row = found[(found["by"] == "model") & (found["scale"] == "nominal")].iloc[0]
    assert (row["n_units"], row["alpha"]) == (4, 1.0)
