"""Texts unlike the news that the models know: they are found, news of several countries is not, and a run says so."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from framing import encode, models, runs, schema

TEXTS = Path(__file__).parents[1] / "experiments" / "domain" / "texts.toml"
MISSED = {"novel"}


@pytest.fixture(scope="module")
def made():
    table = pd.DataFrame(tomllib.loads(TEXTS.read_text(encoding="utf-8"))["text"])
    rows = [{"article_id": f"{k:02d}", "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(table["text"])]
    table["vector"] = [encode.article_vector(one) for one in encode.encode(schema.conform(rows, "articles"))]
    return table


def run(*pieces):
    """Stand in for a run whose vectors lie in pieces."""
    return SimpleNamespace(written=lambda: ["vectors"], pieces=lambda name, columns: iter(pieces))


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
    assert told.startswith(f"{len(far)} of {len(far) + len(news)} articles are unlike the news")
    assert "outside the validated domains" in told
    assert runs.unlike_news(run(news)) is None
    assert runs.unlike_news(run(news, news, news, news, news, far.iloc[:1])) is None
    assert runs.unlike_news(run()) is None


def test_it_stands_first_among_what_a_run_says_of_domains(made):
    tables = {"vectors": made[~made["news"]], "articles": made[["text"]]}
    one = SimpleNamespace(
        written=lambda: ["vectors", "frames"],
        pieces=lambda name, columns: iter([tables[name]]),
        settings=SimpleNamespace(codebook="generic"),
    )
    first, second = runs.outside(one)
    assert "unlike the news" in first
    assert "climate change" in second
