"""Texts unlike the news that the models know: they are found, news of several countries is not, and a run says so."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from framing import encode, models, runs, schema

TEXTS = Path(__file__).parents[1] / "experiments" / "domain" / "texts.toml"
MISSED = {"novel", "results of matches"}  # the second since the encoder's fourth stage, see experiments/domain


@pytest.fixture(scope="module")
def made():
    table = pd.DataFrame(tomllib.loads(TEXTS.read_text(encoding="utf-8"))["text"])
    rows = [{"article_id": f"{k:02d}", "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(table["text"])]
    table["article_id"] = [row["article_id"] for row in rows]
    table["n_words"] = table["text"].str.split().str.len()
    table["vector"] = [encode.article_vector(one) for one in encode.encode(schema.conform(rows, "articles"))]
    return table


def run(*pieces):
    """Stand in for a run whose vectors lie in pieces."""

    def articles(_name, _part, columns):
        return pd.concat([pd.DataFrame(columns=columns), *(p[columns] for p in pieces)]).drop_duplicates()

    return SimpleNamespace(written=lambda: ["vectors"], pieces=lambda name, columns: iter(pieces), table=articles)


def test_what_is_far_from_news_is_found_and_news_is_not(made):
    found = encode.unlike_news(np.stack(made["vector"]))
    assert not found[made["news"]].any()
    assert set(made["name"][~made["news"] & ~found]) <= MISSED


def test_the_space_of_news_is_that_of_the_shipped_encoder():
    assert encode._news()[2] == models.load_encoder().name


def test_nothing_is_said_of_other_encoders_and_of_articles_without_text(made):
    vectors = np.stack(made["vector"])
    assert not encode.unlike_news(vectors, "my-encoder@1").any()
    assert not encode.unlike_news(np.ones((2, 768))).any()
    assert not encode.unlike_news(np.zeros((2, 384))).any()


def test_a_run_says_how_many_articles_are_unlike_news(made):
    far, news = made[made["name"].str.contains("recipe|lease")], made[made["news"]]
    told = runs.unlike_news(run(news, far.iloc[:0], far))
    assert told.startswith(f"{len(far)} of {len(far) + len(news)} articles of 60 words or more are unlike the news")
    assert "outside the validated domains" in told
    assert runs.unlike_news(run(news)) is None
    assert runs.unlike_news(run(news, news, news, news, news, far.iloc[:1])) is None
    assert runs.unlike_news(run()) is None
    assert runs.unlike_news(run(far.assign(n_words=59))) is None, "a short text tells too little"


def test_it_stands_first_among_what_a_run_says_of_domains(made):
    tables = {"vectors": made[~made["news"]], "articles": made[["text"]]}
    one = SimpleNamespace(
        written=lambda: ["vectors", "frames"],
        pieces=lambda name, columns: iter([tables[name]]),
        table=lambda _name, _part, columns: made[columns],
        settings=SimpleNamespace(codebook="generic"),
    )
    first, second = runs.outside(one)
    assert "unlike the news" in first
    assert "climate change" in second


def test_targets_that_no_text_speaks_of_are_named():
    targets = pd.DataFrame(
        [
            ("ministry", "user", "entity"),
            ("guild", "user", "entity"),
            ("It is due.", "user", "proposition"),
            ("port", "found", "entity"),
        ],
        columns=["target", "given_by", "target_kind"],
    )
    rows = [("stance", "ministry", 3.0), ("stance", "guild", None), ("frames", None, 2.0)]
    annotations = pd.DataFrame(rows, columns=["task", "target", "start"])
    one = SimpleNamespace(
        written=lambda: ["annotations"],
        pieces=lambda name, columns: iter([annotations]),
        table=lambda name, part: targets,
    )
    told = runs.unheard_of(one)
    assert told.startswith("No text says anything of 'guild': check the spelling")
    annotations.loc[1, "start"] = 7.0
    assert runs.unheard_of(one) is None
