"""Hand codes against classifier error: truth is known here, and the classifier errs for one outlet only."""

import numpy as np
import pandas as pd
import pytest

from framing import schema, storage
from framing.comparison import compare
from framing.comparison.correct import ESTIMATORS, correct, means, pseudo_outcomes, with_corrected
from framing.runs import report_again

OUTLETS = ("Ledger", "Beacon", "Courier")


def corpus(seed=0, n_events=40, share=0.5, error=0.4, worthless=False):
    """Truth: no difference. The classifier adds `error` to the first outlet's stance."""
    rng = np.random.default_rng(seed)
    articles, annotations = [], []
    for e in range(n_events):
        level = rng.normal(0, 0.3)
        for outlet in OUTLETS:
            name = f"{outlet}-{e}"
            articles.append(
                {
                    "article_id": name,
                    "outlet": outlet,
                    "event_id": f"e{e:03d}",
                    "genre": "news",
                    "text": "The board met.",
                    "n_words": 3,
                    "origin": "t",
                }
            )
            truth = np.clip(level + rng.normal(0, 0.2), -1, 1)
            guess = rng.normal() if worthless else truth + error * (outlet == "Ledger") + rng.normal(0, 0.05)
            common = {
                "article_id": name,
                "task": "stance",
                "target": "the board",
                "label": "neutral",
                "voice": "narrator",
            }
            annotations.append(common | {"score": np.clip(guess, -1, 1), "annotator": "m@1"})
            if rng.random() < share:
                annotations.append(
                    common
                    | {
                        "score": truth,
                        "annotator": "coder",
                        "sample_id": "round-1",
                        "stratum": outlet,
                        "probability": share,
                    }
                )
    return {"articles": schema.conform(articles, "articles"), "annotations": schema.conform(annotations, "annotations")}


def contrast(found, estimator):
    table = found.estimates
    rows = table[(table["estimator"] == estimator) & table["reference"].notna() & (table["measure"] == "stance")]
    return rows.set_index("outlet").loc["Ledger"]


def test_a_difference_made_by_the_classifier_is_taken_back():
    found = correct(corpus(), measures=["stance"], reference="Courier", resamples=400)
    automatic, corrected = contrast(found, "automatic"), contrast(found, "corrected")
    assert automatic["low"] > 0.2
    assert corrected["low"] < 0 < corrected["high"]
    assert "not borne out" in corrected["sentence"]
    schema.check(found.comparisons, "comparisons")
    assert found.comparisons["corrected"].all()
    assert found.comparisons["method"].str.contains("hand-coded").all()


def test_a_good_classifier_narrows_the_interval_and_a_worthless_one_costs_little():
    good = correct(corpus(error=0.0), measures=["stance"], reference="Courier", resamples=400)
    width = {name: contrast(good, name)["high"] - contrast(good, name)["low"] for name in ESTIMATORS}
    assert width["corrected"] < 0.8 * width["codes only"]
    bad = correct(corpus(worthless=True), measures=["stance"], reference="Courier", resamples=400)
    width = {name: contrast(bad, name)["high"] - contrast(bad, name)["low"] for name in ESTIMATORS}
    assert width["corrected"] < 1.15 * width["codes only"]
    assert "add nothing" in contrast(bad, "corrected")["sentence"]


def test_pseudo_outcomes_are_unbiased_over_draws():
    rng = np.random.default_rng(0)
    y = rng.random(60)
    f = y**2 + 0.5
    chance = np.where(np.arange(60) < 30, 0.3, 0.8)
    drawn = [np.where(rng.random(60) < chance, y, np.nan) for _ in range(3000)]
    for use in ("corrected", "codes only"):
        got = np.mean([pseudo_outcomes(f, codes, chance, np.arange(60), use=use).mean() for codes in drawn])
        assert got == pytest.approx(y.mean(), abs=0.006)


def test_everything_coded_gives_the_codes():
    rng = np.random.default_rng(0)
    y = rng.random(30)
    np.testing.assert_allclose(pseudo_outcomes(rng.random(30), y, np.ones(30), np.arange(30)), y)


def test_means_of_everything_are_plain_means():
    table = means(np.array([1.0, 3.0, 5.0, 7.0]), np.array(["a", "a", "b", "b"]), np.arange(4))
    assert table["value"].tolist() == [2.0, 6.0]
    assert table["low"].isna().all()


def test_codes_used_for_training_are_refused():
    with pytest.raises(schema.InputError, match="train or calibrate"):
        correct(corpus(), measures=["stance"], training=["round-1"])
    frames = corpus()
    coded = frames["annotations"].dropna(subset=["sample_id"])["article_id"].iloc[0]
    with pytest.raises(schema.InputError, match=coded):
        correct(frames, measures=["stance"], training=[coded])


def test_articles_a_model_was_trained_with_are_in_no_estimate():
    frames = corpus()
    coded = set(frames["annotations"].dropna(subset=["sample_id"])["article_id"])
    free = frames["articles"][~frames["articles"]["article_id"].isin(coded)].drop_duplicates("event_id")
    learnt = free["article_id"].tolist()[:9]
    found = correct(frames, measures=["stance"], training=learnt)
    every = correct(frames, measures=["stance"])
    assert any("9 articles that a model was trained with" in note for note in found.notes)
    for one, lost in ((every, 0), (found, 9)):
        rows = one.estimates[one.estimates["reference"].isna()]
        assert set(rows.groupby("estimator")["n_articles"].sum()) == {120 - lost}


def test_missing_codes_probabilities_or_too_few_say_so():
    frames = corpus()
    plain = {**frames, "annotations": frames["annotations"][frames["annotations"]["sample_id"].isna()]}
    with pytest.raises(schema.InputError, match="no hand codes"):
        correct(plain, measures=["stance"])
    frames["annotations"]["probability"] = np.nan
    with pytest.raises(schema.InputError, match="probability with which"):
        correct(frames, measures=["stance"])
    with pytest.raises(schema.InputError, match="20 needed"):
        correct(corpus(share=0.05), measures=["stance"])


def test_nothing_said_counts_as_neutral():
    frames = corpus()
    codes = frames["annotations"]["sample_id"].notna()
    frames["annotations"].loc[codes, ["label", "score"]] = [None, np.nan]
    found = correct(frames, measures=["stance"], reference="Courier", resamples=400)
    assert abs(contrast(found, "codes only")["value"]) < 1e-9
    assert pd.isna(contrast(found, "codes only")["p"])


def test_codes_of_sentences_correct_too():
    """The model calls every second plain sentence of one outlet loaded; sentences are drawn, sheets coded by the truth."""
    from framing import coding

    rng = np.random.default_rng(0)
    articles, annotations, truth = [], [], {}
    for e in range(30):
        for outlet in OUTLETS:
            name = f"{outlet}-{e}"
            text = " ".join(f"The board met for the {n} time in town." for n in ("first", "second", "third", "fourth"))
            articles.append(
                {
                    "article_id": name,
                    "outlet": outlet,
                    "event_id": f"e{e:03d}",
                    "genre": "news",
                    "text": text,
                    "n_words": 36,
                    "origin": "t",
                }
            )
    articles = schema.conform(articles, "articles")
    for article, _, part, start, end in coding.units(articles, "sentence", None).itertuples(index=False):
        truth[article, start] = bool(rng.random() < 0.3)
        wrong = article.startswith("Ledger") and rng.random() < 0.5
        annotations.append(
            {
                "article_id": article,
                "part": part,
                "start": start,
                "end": end,
                "task": "loaded",
                "label": "loaded" if truth[article, start] or wrong else "plain",
                "voice": "narrator",
                "annotator": "m@1",
            }
        )
    drawn = coding.sample(articles, 150, coding.questions(loaded=True), unit="sentence")
    codes = [
        {
            "article_id": u["article_id"],
            "part": u["part"],
            "start": u["start"],
            "end": u["end"],
            "task": "loaded",
            "label": "loaded",
            "score": float(truth[u["article_id"], u["start"]]),
            "voice": "narrator",
            "annotator": "coder",
            "sample_id": drawn.sample_id,
            "probability": u["probability"],
        }
        for u in drawn.units.to_dict("records")
    ]
    frames = {"articles": articles, "annotations": schema.conform(annotations, "annotations")}
    found = correct(
        frames, schema.conform(codes, "annotations"), measures=["loaded_share"], reference="Courier", resamples=400
    )
    table = found.estimates[found.estimates["reference"].notna()].set_index(["outlet", "estimator"])
    assert table.loc[("Ledger", "automatic"), "low"] > 0.1
    corrected = table.loc[("Ledger", "corrected")]
    assert corrected["low"] < 0.05
    assert corrected["n_coded"] == 150
    schema.check(found.comparisons, "comparisons")
    moved = schema.conform(codes, "annotations").assign(end=lambda c: c["end"] - 1)
    with pytest.raises(schema.InputError, match="no longer in the text"):
        correct(frames, moved, measures=["loaded_share"])


@pytest.fixture(scope="module")
def run_and_correction(tmp_path_factory):
    """A finished run whose classifier errs for one outlet, and the folder `code correct` writes."""
    run, folder = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("corrected")
    frames = corpus()
    by_hand = frames["annotations"]["sample_id"].notna()
    plain = {**frames, "annotations": frames["annotations"][~by_hand]}
    compared = compare(plain, reference="Courier", resamples=400)
    for name, table in {**plain, "comparisons": compared.comparisons}.items():
        storage.write_parquet(run / f"{name}.parquet", table)
    storage.write_json(run / "run.json", {"version": "0"})
    found = correct(frames, measures=["stance"], reference="Courier", resamples=400)
    storage.write_parquet(folder / "comparisons.parquet", found.comparisons)
    return run, folder


def test_corrected_figures_stand_in_the_place_of_those_they_correct(run_and_correction):
    run, folder = run_and_correction
    before = pd.read_parquet(run / "comparisons.parquet")
    corrected = pd.read_parquet(folder / "comparisons.parquet")
    after = with_corrected(before, corrected)
    assert len(after) == len(before)
    hand = after["corrected"].astype(bool)
    assert hand.sum() == len(corrected)
    mine = (after["scope"] == "corpus") & (after["measure"] == "stance") & (after["wire"] == "with")
    assert hand.equals(mine)
    pd.testing.assert_frame_equal(after[~hand], before[~hand])
    ledger = after[hand & (after["outlet"] == "Ledger") & (after["reference"] == "Courier")]
    assert ledger["low"].iloc[0] < 0 < ledger["high"].iloc[0]


def test_the_report_shows_corrected_figures(run_and_correction):
    run, folder = run_and_correction
    pages = report_again(run, corrected=folder, mask_private=True)
    html = pages[0].read_text(encoding="utf-8")
    assert "some comparisons are corrected by hand codes" in html
    assert html.count("corrected by") > 3
    assert "Corrected by hand codes." in (run / "charts" / "stance.svg").read_text(encoding="utf-8") + html
    assert "some comparisons are corrected" not in report_again(run)[0].read_text(encoding="utf-8")
    with pytest.raises(schema.InputError, match="code correct"):
        report_again(run, corrected=folder / "elsewhere")
