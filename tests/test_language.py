"""Loaded language: whose words, how much of them, and recalibration."""

import numpy as np
import pandas as pd
import pytest

from framing import encode, language, schema
from framing.encode import Encoding, Sentence, Tokens, split_sentences
from framing.errors import InputError


def encoding(key, text, loaded, hot=()):
    """One token per word; words in `hot` carry the judgement."""
    sentences = [Sentence("text", a, b, 0) for a, b in split_sentences(text)]
    spans = []
    at = 0
    for word in text.split():
        start = text.index(word, at)
        spans.append((start, start + len(word)))
        at = start + len(word)
    n = len(spans)
    p = np.array([0.9 if text[a:b].strip(".,“”") in hot else 0.05 for a, b in spans]).reshape(n)
    ends = np.array(spans, dtype=np.int32).reshape(n, 2)
    zero = np.zeros(n, dtype=np.int32)
    heads = {"loaded_word": np.log(np.stack([1 - p, p], axis=1)).astype(np.float32)}
    tokens = Tokens(zero + 1, ends[:, 0], ends[:, 1], zero, zero, heads)
    found = {} if loaded is None else {"loaded": np.array(loaded, dtype=np.float32)}
    return Encoding(key, sentences, np.zeros((len(sentences), 384), dtype=np.float32), found, tokens)


def frame(text):
    return schema.conform([{"article_id": "a", "text": text}], "articles")


def said(text, content, cue, kind="direct"):
    start = text.index(content)
    row = {"quotation_id": "q", "article_id": "a", "part": "text", "start": start, "end": start + len(content)}
    row |= {"kind": kind, "cue_start": text.index(cue), "cue_end": text.index(cue) + len(cue), "source_id": "s1"}
    return schema.conform([row], "quotations")


NONE = schema.empty("quotations")


def test_article_score_is_the_share_of_words_in_loaded_segments():
    text = "Rain fell on Veldt. The shameful plan died a grim death."
    found = language.annotate(frame(text), [encoding("a", text, [0.1, 0.9])], NONE, annotator="m@1")
    whole = found[found.start.isna()].set_index("voice")
    assert whole.score["narrator"] == pytest.approx(7 / 11)
    assert whole.label["all"] == "loaded"
    assert found[found.start.notna()].label.tolist() == ["plain", "loaded"]
    schema.check(found, "annotations")
    schema.check_spans(found, frame(text))


def test_a_sources_insult_is_not_the_narrators():
    text = "“It is woefully inadequate,” said Brandt on Monday."
    quote = said(text, "“It is woefully inadequate,”", "said")
    found = language.annotate(frame(text), [encoding("a", text, [0.9], hot=("woefully",))], quote, annotator="m@1")
    whole = found[found.start.isna()].set_index("voice")
    assert whole.label["source"] == "loaded"
    assert whole.label["narrator"] == "plain"
    assert whole.source_id["source"] == "s1"


def test_a_loaded_cue_is_the_narrators():
    text = "“It rained,” sneered Brandt on Monday."
    quote = said(text, "“It rained,”", "sneered")
    found = language.annotate(frame(text), [encoding("a", text, [0.9], hot=("sneered",))], quote, annotator="m@1")
    whole = found[found.start.isna()].set_index("voice")
    assert (whole.label["source"], whole.label["narrator"]) == ("plain", "loaded")


def test_words_of_a_paraphrase_are_the_narrators():
    text = "Brandt claimed that the shameful plan died."
    quote = said(text, "that the shameful plan died", "claimed", kind="indirect")
    found = language.annotate(frame(text), [encoding("a", text, [0.9])], quote, annotator="m@1")
    whole = found[found.start.isna()].set_index("voice")
    assert whole.label["narrator"] == "loaded"
    assert pd.isna(whole.label["source"])


def test_words_are_listed_with_their_voice():
    text = "Rain fell. The shameful plan died."
    one = encoding("a", text, [0.1, 0.9], hot=("shameful",))
    found = language.words(frame(text), [one], language.annotate(frame(text), [one], NONE, annotator="m@1"))
    assert found[["text", "voice"]].values.tolist() == [["shameful", "narrator"]]
    assert text[found.start[0] : found.end[0]] == "shameful"


def test_words_of_closed_classes_carry_no_judgement():
    text = "He died of it as a shameful fool."
    one = encoding("a", text, [0.9], hot=("He", "it", "shameful"))
    found = language.words(frame(text), [one], language.annotate(frame(text), [one], NONE, annotator="m@1"))
    assert found["text"].tolist() == ["shameful"]


def test_names_carry_no_judgement(monkeypatch):
    text = "The mob and Brandt met."
    one = encoding("a", text, [0.9])
    rows = language.annotate(frame(text), [one], NONE, annotator="m@1")
    one.tokens.heads["names"] = np.zeros((5, 1), dtype=np.float32)
    at = text.index("Brandt")
    monkeypatch.setattr("framing.models.decode_names", lambda tokens: [("text", at, at + 6, "person", 1.0)])
    assert language.words(frame(text), [one], rows)["text"].tolist() == ["mob", "met."]


def test_recalibration_lowers_probabilities_and_keeps_their_order():
    p = np.linspace(0.01, 0.99, 50)
    q = language.recalibrate(p, ordinary=0.1)
    assert (q < p).all()
    assert (np.diff(q) > 0).all()
    assert language.recalibrate(q, ordinary=0.5, trained=0.1) == pytest.approx(p)
    text = "The shameful plan died."
    plain = language.annotate(frame(text), [encoding("a", text, [0.6])], NONE, ordinary=0.1, annotator="m@1")
    assert set(plain.label) == {"plain"}
    with pytest.raises(InputError, match="prevalence"):
        language.recalibrate(p, ordinary=0.0)


def test_without_the_head_labels_are_null():
    found = language.annotate(frame("Rain fell."), [encoding("a", "Rain fell.", None)], NONE, annotator="m@1")
    assert found.label.isna().all()
    assert set(found.voice) == {"narrator", "all"}


def test_empty_article():
    table = schema.conform([{"article_id": "a", "text": None}], "articles")
    assert language.annotate(table, [], NONE, annotator="m@1").label.isna().all()
    assert language.annotate(schema.empty("articles"), [], NONE, annotator="m@1").empty


def test_the_shipped_heads_probabilities_are_taken_to_ordinary_news_by_voice():
    name = language._shipped()
    scales = language._scales(name)
    assert set(scales) == {"narrator", "source"}
    assert language._scales("m@1") == {}
    text = "The shameful plan died."
    made = encoding("a", text, [0.8], hot=("shameful",))
    found = language.annotate(frame(text), [made], NONE)
    segment = found[found["start"].notna()].iloc[0]
    strongest = [0.9, 0.05, 0.05, 0.05]
    told = language.evidence(0.8, strongest, 4, made.vectors[0])
    assert told[:4] == pytest.approx(
        [np.log(4), np.log(9), np.log(np.mean(strongest) / (1 - np.mean(strongest))), np.log(4)]
    )
    odds = scales["narrator"].weights[:4] @ told[:4] + scales["narrator"].constant  # its vector is all zeros
    assert segment["score"] == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-6)
    assert segment["label"] == ("loaded" if segment["score"] >= scales["narrator"].bar else "plain")


@pytest.mark.parametrize(
    ("loaded", "plain", "grave"),
    [
        (
            "The spineless council finally caved in to the bullies who want the library razed.",
            "The council agreed on Monday to the request that the library be pulled down.",
            "Two girls were killed when the roof of the library came down on Monday.",
        ),
        (
            "In a dazzling stroke of genius, the heroic keeper saved the day for a nation.",
            "The keeper stopped a penalty in the last minute, and the national team went through.",
            "The keeper was sentenced to four years for fraud and for threatening a witness.",
        ),
    ],
)
def test_a_slanted_sentence_scores_above_plain_and_grave_ones(loaded, plain, grave):
    articles = frame(f"{loaded}\n\n{plain}\n\n{grave}")
    found = language.annotate(articles, encode.encode(articles), NONE)
    first, second, third = found[found["start"].notna()].sort_values("start").itertuples()
    assert first.label == "loaded"
    assert (second.label, third.label) == ("plain", "plain")
    assert first.score > 2 * max(second.score, third.score)
