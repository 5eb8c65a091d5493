from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import encode as enc
from framing.encode import PARTS, article_vector, encode, features, segment, split_sentences
from framing.models import FRAMES, WEIGHTS, Encoder, PassageOutput, decode_spans, load_encoder

shipped = pytest.mark.skipif(
    not (WEIGHTS / "encoder-shared" / "model.onnx").is_file(), reason="the package was built without weights"
)

TEXT = (
    'Mayor Lena Orr said on Friday that the new bridge would open in May. "We are ready," she told the Harbour '
    "Gazette.\n\nCritics of the plan, led by the Eastport Residents' Union, called it a reckless waste of money."
)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Orr met Lt. Gov. Ada Vane.", "She left."],
        ["The U.S. Senate voted.", "It failed."],
        ["He moved to the U.S. in May.", "He stayed."],
        ["She lives in the U.S.", "The rest went home."],
        ["J. D. Marsh and A. Vane spoke at 5 p.m. on Friday.", "Nobody came."],
        ["The No. 2 party won 3.5 percent.", "It cost $1.2 million."],
        ["Was the answer yes?", "No.", "He said no.", "Smith left."],
        ["“It is over.”", "Orr stood up."],
        ['"Why?" she asked.', "He did not answer."],
        ["“Stop!” he said."],
        ["They waited... and waited."],
        ["He sat.", "Vane stood."],
        ["It rained on Sat. and Sun. in Eastport."],
        ["She joined Marsh Inc. in 2010.", "He joined Orr Corp.", "The firm grew."],
        ["“Enough.", "We leave,” he said."],
        ["(It was late.)", "The lights went out."],
        ["What now?!", "Nobody knew…", "The room was empty."],
    ],
)
def test_sentences(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_paragraph_break_always_ends_a_sentence() -> None:
    assert cut("No full stop here\n\nand a new paragraph\n \n  third") == [
        "No full stop here",
        "and a new paragraph",
        "third",
    ]


def test_a_lost_space_after_a_full_stop() -> None:
    assert cut("The vote failed.Orr left. See framing.org for more.") == [
        "The vote failed.",
        "Orr left.",
        "See framing.org for more.",
    ]


WORDS = st.sampled_from(
    [
        "Orr",
        "said",
        ".",
        "!",
        "?",
        "…",
        '"',
        "“",
        "”",
        "'",
        "’",
        "(",
        ")",
        "Mr.",
        "U.S.",
        "no.",
        "No.",
        "3.5",
        "5",
        "p.m.",
        "the",
        "The",
        "\n",
        "\n\n",
        ",",
        "Ünal",
        "中文",
        "é",
        "🙂",
        "e.g.",
        "A.",
        "word",
        "\t",
        "-",
        "Inc.",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=80).map(" ".join), st.lists(WORDS).map("".join))


@given(TEXTS)
def test_sentences_cover_the_text_once(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", text)
    assert not any(re.search(r"\n[^\S\n]*\n", text[start:end]) for start, end in spans)


@given(TEXTS, st.integers(16, 200))
@settings(max_examples=60, deadline=None)
def test_passages_hold_every_piece_once(text: str, limit: int) -> None:
    tokenizer = _tokenizer()
    sentences, passages = segment({"title": text[:20], "text": text}, tokenizer, limit)
    for index, part in enumerate(PARTS[:2]):
        whole = tokenizer.encode({"title": text[:20], "text": text}[part], add_special_tokens=False)
        assert [i for p in passages if p.part == index for i in p.ids] == (whole.ids if sentences else [])
    for passage in passages:
        assert 0 < len(passage) <= max(limit, enc.LONGEST_PASSAGE)
        assert passage.sentence == sorted(passage.sentence)
        assert {PARTS[passage.part]} == {sentences[row].part for row in passage.sentence}
    flags = features({"title": text[:20], "text": text}, sentences, passages)
    assert [len(flag) for flag in flags] == [len(passage) for passage in passages]
    assert all(((flag >= 0) & (flag < enc.N_FEATURES)).all() for flag in flags)


def _tokenizer():
    global _TOKENIZER
    if _TOKENIZER is None:
        from tokenizers import Tokenizer

        _TOKENIZER = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
        _TOKENIZER.no_truncation()
        _TOKENIZER.no_padding()
    return _TOKENIZER


_TOKENIZER = None


def test_short_paragraphs_share_a_passage_and_captions_are_lines() -> None:
    texts = {"title": "Bridge opens", "text": TEXT, "captions": "The bridge. Photo by A. Vane\nThe mayor in May"}
    sentences, passages = segment(texts, _tokenizer())
    assert [p.part for p in passages] == [0, 1, 2]
    assert [(s.part, s.paragraph) for s in sentences] == [
        ("title", 0),
        ("text", 0),
        ("text", 0),
        ("text", 1),
        ("captions", 0),
        ("captions", 0),
        ("captions", 1),
    ]


def test_an_over_long_sentence_is_cut_between_pieces() -> None:
    sentences, passages = segment({"text": "word " * 700}, _tokenizer())
    assert len(sentences) == 1
    assert [len(passage) for passage in passages] == [254, 254, 192]


def test_unknown_part() -> None:
    with pytest.raises(ValueError, match="unknown parts \\['body'\\]"):
        segment({"body": "x"}, _tokenizer())


def test_quotation_marks_left_open_do_no_harm_beyond_the_paragraph() -> None:
    text = 'He said: "It is\n\nover now.'
    sentences, passages = segment({"text": text}, _tokenizer())
    (flags,) = features({"text": text}, sentences, passages)
    quoted = [text[s:e] for s, e, flag in zip(passages[0].start, passages[0].end, flags, strict=True) if flag >= 15]
    assert quoted == ['"', "It", "is"]


@pytest.fixture(scope="module")
def model() -> Encoder:
    return load_encoder(threads=1)


def articles(n: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "article_id": [f"a{i}" for i in range(n)],
            "title": ["Bridge to open in May"] + [None] * (n - 1),
            "text": [" ".join([TEXT] * (i + 1)) for i in range(n)],
            "captions": [None] * (n - 1) + ["The bridge"],
        }
    )


@shipped
def test_encodings(model: Encoder) -> None:
    frame = articles(3)
    before = frame.copy()
    seen: list[int] = []
    encodings = list(encode(frame, model=model, progress=seen.append))
    pd.testing.assert_frame_equal(frame, before)
    assert [e.article_id for e in encodings] == ["a0", "a1", "a2"]
    assert seen[-1] == 3
    for row, encoding in zip(frame.to_dict("records"), encodings, strict=True):
        count = len(encoding.sentences)
        assert encoding.vectors.shape == (count, 384)
        assert encoding.vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(encoding.vectors, axis=1), 1.0, atol=1e-5)
        assert encoding.heads["loaded"].shape == (count,)
        assert encoding.heads["frame"].shape == (count, len(FRAMES))
        assert ((encoding.heads["loaded"] >= 0) & (encoding.heads["loaded"] <= 1)).all()
        tokens = encoding.tokens
        for role in ("source", "cue", "content"):
            assert tokens.heads[role].shape == (len(tokens), 3)
            np.testing.assert_allclose(np.exp(tokens.heads[role]).sum(1), 1.0, atol=1e-4)
            for part, start, end, confidence in decode_spans(tokens, role):
                assert row[part][start:end].strip()
                assert 0 <= confidence <= 1
    assert np.linalg.norm(article_vector(encodings[0])) == pytest.approx(1.0, abs=1e-5)


@shipped
def test_a_result_does_not_depend_on_its_batch(model: Encoder) -> None:
    """The promise of weights int8, arithmetic float32: padding and neighbours change nothing."""
    frame = articles(4)
    together = list(encode(frame, model=model, batch_tokens=8192))
    for row, expected in enumerate(together):
        for batch_tokens in (64, 512):
            (alone,) = encode(frame.iloc[[row]], model=model, batch_tokens=batch_tokens)
            np.testing.assert_allclose(alone.vectors, expected.vectors, atol=1e-5)
            np.testing.assert_allclose(alone.heads["loaded"], expected.heads["loaded"], atol=1e-5)
            np.testing.assert_allclose(alone.heads["frame"], expected.heads["frame"], atol=1e-4)
            for head, tags in expected.tokens.tags.items():
                np.testing.assert_array_equal(alone.tokens.tags[head], tags)
                np.testing.assert_allclose(
                    np.exp(alone.tokens.heads[head]), np.exp(expected.tokens.heads[head]), atol=1e-4
                )


@shipped
def test_cache(model: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = articles(2)
    first = list(encode(frame, model=model, cache=tmp_path / "cache.sqlite"))
    monkeypatch.setattr(
        Encoder, "run", lambda self, passages, *rest: [] if not passages else pytest.fail("encoded again")
    )
    renamed = frame.assign(article_id=["x", "y"])
    second = list(encode(renamed, model=model, cache=tmp_path / "cache.sqlite"))
    assert [e.article_id for e in second] == ["x", "y"]
    for left, right in zip(first, second, strict=True):
        assert left.sentences == right.sentences
        np.testing.assert_array_equal(left.vectors, right.vectors)
        for head in left.tokens.heads:
            np.testing.assert_array_equal(left.tokens.heads[head], right.tokens.heads[head])


@shipped
def test_empty_articles(model: Encoder) -> None:
    frame = pd.DataFrame({"article_id": ["a", "b"], "text": ["", None]})
    for encoding in encode(frame, model=model):
        assert encoding.sentences == []
        assert encoding.vectors.shape == (0, 384)
        assert decode_spans(encoding.tokens, "source") == []
        assert not article_vector(encoding).any()


def test_articles_need_ids() -> None:
    with pytest.raises(KeyError, match="article_id"):
        next(encode(pd.DataFrame({"text": ["x"]})))


class _Wide:
    """An encoder with vectors of another width than the shipped one's."""

    name = "wide"
    tokenizer = load_encoder().tokenizer

    def run(self, passages, features, batch_pieces):
        return [
            PassageOutput({}, {}, np.ones((len(set(p.sentence)), 6), dtype=np.float32), np.zeros(1), np.zeros((1, 5)))
            for p in passages
        ]


def test_an_encoder_of_another_width_is_read(tmp_path):
    articles = pd.DataFrame({"article_id": ["a", "b"], "text": ["The pier is shut.", ""]})
    for _ in range(2):  # computed, then from the cache
        found = [one.vectors.shape for one in encode(articles, model=_Wide(), cache=tmp_path)]
        assert found[0] == (1, 6)
        assert found[1][0] == 0
