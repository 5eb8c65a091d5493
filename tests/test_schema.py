from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing import schema
from framing.errors import SchemaError


@pytest.mark.parametrize("frame", list(schema.FRAMES))
def test_an_empty_frame_has_every_column_and_passes_its_check(frame):
    table = schema.empty(frame)
    assert list(table.columns) == list(schema.FRAMES[frame])
    assert schema.check(table, frame) is table


def test_conform_adds_columns_keeps_extras_and_leaves_the_caller_alone():
    given_rows = pd.DataFrame({"mine": [1], "target": ["the mill"], "given_by": ["user"]})
    before = given_rows.copy()
    table = schema.conform(given_rows, "targets")
    assert list(table.columns) == ["target", "aliases", "given_by", "mine"]
    assert table["aliases"].isna().all()
    pd.testing.assert_frame_equal(given_rows, before)


def test_unknown_frames_name_the_near_ones():
    with pytest.raises(SchemaError, match="quotations"):
        schema.columns("quotation")


def test_a_missing_column_suggests_the_one_that_looks_like_it():
    table = schema.empty("targets").rename(columns={"target": "targets_"})
    with pytest.raises(SchemaError, match="targets_ -> target"):
        schema.check(table, "targets")


def test_values_outside_a_vocabulary_are_named():
    row = {"article_id": "a", "text": "x", "n_words": 1, "origin": "f", "genre": "gossip"}
    with pytest.raises(SchemaError, match="gossip"):
        schema.check(schema.conform([row], "articles"), "articles")


def test_keys_are_unique():
    rows = [{"article_id": "a", "text": "x", "n_words": 1, "origin": "f"}] * 2
    with pytest.raises(SchemaError, match="article_id"):
        schema.check(schema.conform(rows, "articles"), "articles")


def test_times_are_utc():
    row = {"article_id": "a", "text": "x", "n_words": 1, "origin": "f", "published_at": "2031-05-01T12:00:00+02:00"}
    table = schema.conform([row], "articles")
    assert table["published_at"].iloc[0] == pd.Timestamp("2031-05-01T10:00:00Z")


@given(text=st.text(min_size=1, max_size=60), data=st.data())
def test_a_span_is_what_the_offsets_cut_out(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    articles = schema.conform([{"article_id": "a", "text": text, "n_words": 1, "origin": "f"}], "articles")
    spans = pd.DataFrame(
        {"article_id": ["a"], "part": ["text"], "start": [start], "end": [end], "text": [text[start:end]]}
    )
    schema.check_spans(spans, articles, text="text")


@given(text=st.text(min_size=1, max_size=30), beyond=st.integers(1, 5))
def test_a_span_outside_its_part_is_refused(text, beyond):
    articles = schema.conform([{"article_id": "a", "text": text, "n_words": 1, "origin": "f"}], "articles")
    spans = pd.DataFrame({"article_id": ["a"], "part": ["text"], "start": [0], "end": [len(text) + beyond]})
    with pytest.raises(SchemaError, match="does not lie in its part"):
        schema.check_spans(spans, articles)


def test_a_span_that_reads_otherwise_is_refused():
    articles = schema.conform([{"article_id": "a", "text": "one two", "n_words": 2, "origin": "f"}], "articles")
    spans = pd.DataFrame({"article_id": ["a"], "part": ["text"], "start": [0], "end": [3], "text": ["two"]})
    with pytest.raises(SchemaError, match="reads 'one'"):
        schema.check_spans(spans, articles, text="text")


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_ids_depend_on_content_alone(values):
    assert schema.make_id(*values) == schema.make_id(*values)
    assert schema.make_id(*values) != schema.make_id(*values, "more")


def test_a_null_where_none_may_be_is_told():
    row = {"article_id": None, "text": "x", "n_words": 1, "origin": "f"}
    with pytest.raises(SchemaError, match="article_id"):
        schema.check(schema.conform([row], "articles"), "articles")
