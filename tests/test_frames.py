"""Frames by codebook."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from framing import frames, metrics, schema
from framing.encode import Encoding, Sentence, Tokens, split_sentences
from framing.errors import InputError

TEXT = "The dam cost 40 million. A widow wept. Rain fell."


def encoding(vectors=None, logits=None, key="a", text=TEXT):
    none = np.zeros(0, dtype=np.int32)
    sentences = [Sentence("text", a, b, 0) for a, b in split_sentences(text)]
    unit = np.zeros((len(sentences), 4), dtype=np.float32) if vectors is None else np.array(vectors, dtype=np.float32)
    heads = {} if logits is None else {"frame": np.array(logits, dtype=np.float32)}
    return Encoding(key, sentences, unit, heads, Tokens(none, none, none, none, none))


def articles():
    return schema.conform([{"article_id": "a", "text": TEXT}], "articles")


def embed(texts):
    """Money points one way, feeling another."""
    rows = []
    for text in texts:
        money, feeling = ("crown" in text or "money" in text), ("wept" in text or "grief" in text)
        vector = np.array([0.05 + money, 0.05 + feeling, 0.1 + (not money and not feeling), 0.02 * len(text) / 50])
        rows.append(vector / np.linalg.norm(vector))
    return np.array(rows)


BOOK = """
name = "own"
version = "2"
[[code]]
id = "money"
definition = "Costs in crowns."
examples = [{money}]
[[code]]
id = "feeling"
definition = "Grief of people."
examples = [{feeling}]
counterexamples = ["The council met at noon.", "A train left the station.", "Rain fell all day in town."]
"""


@pytest.fixture
def book(tmp_path):
    money = ", ".join(f'"The plan costs {k} million crowns."' for k in range(3, 11))
    feeling = ", ".join(
        f'"The {who} wept for days."' for who in ["widow", "child", "mayor", "baker", "nurse", "pilot", "monk"]
    )
    file = tmp_path / "own.toml"
    file.write_text(BOOK.format(money=money, feeling=feeling), encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def bars(monkeypatch):
    """The bars of the shipped encoder are its own; those here are chosen."""
    from types import SimpleNamespace

    from framing import models

    chosen = dict.fromkeys(models.FRAMES, 0.5)
    monkeypatch.setattr(models, "load_encoder", lambda: SimpleNamespace(frame_bars=chosen, name="m@1"))
    return chosen


def test_the_trained_head_judges_articles_and_shows_sentences():
    logits = [[-3, -3, 4, -3, -3], [-3, 5, -3, -3, -3], [-3, -3, 1, -3, -3]]
    found = frames.annotate(articles(), [encoding(logits=logits)], annotator="m@1")
    whole = found[found.start.isna()].set_index("code")
    assert whole.label.to_dict() == {
        "conflict": "absent",
        "human_interest": "absent",
        "economic": "present",
        "morality": "absent",
        "resolution": "absent",
    }
    evidence = found[found.start.notna()]
    assert [TEXT[r.start : r.end] for r in evidence.itertuples()] == ["The dam cost 40 million.", "Rain fell."]
    assert set(found.codebook) == {"generic@1"}
    schema.check(found, "annotations")


def test_a_frame_is_present_from_the_bar_of_its_model_on(bars):
    logits = np.full((3, 5), -1.0)  # p = 0.27
    bars["generic.morality"] = 0.2
    found = frames.annotate(articles(), [encoding(logits=logits)], annotator="m@1")
    whole = found[found.start.isna()].set_index("code")
    assert whole.label.to_dict() == {**dict.fromkeys(whole.index, "absent"), "morality": "present"}
    assert whole.confidence["morality"] == pytest.approx(0.268941)
    assert whole.confidence["conflict"] == pytest.approx(1 - 0.268941)
    assert set(found[found.start.notna()].code) == {"morality"}


def rare(n, seed):
    """A code that one in ten has, told by a shift of one standard deviation and a half."""
    rng = np.random.default_rng(seed)
    gold = (np.arange(n) % 10 == 0).astype(int)
    return rng.normal(size=(n, 20)) + 0.35 * gold[:, None], gold


def test_a_head_says_how_likely_a_rare_code_is_and_finds_as_many_as_there_are():
    vectors, gold = rare(600, 0)
    fresh, there = rare(6000, 1)
    head = frames.fit_head(vectors, gold, strengths=(0.01, 1.0, 100.0))
    p = head.probability(fresh)
    equal = frames._balanced(head.strength).fit(vectors, gold).predict_proba(fresh)[:, 1]
    assert metrics.ece(there, p) < 0.03
    assert metrics.ece(there, equal) > 0.15
    assert 0.7 < (p >= head.bar).sum() / there.sum() < 1.4
    assert f1_score(there, p >= head.bar) > f1_score(there, p >= 0.5)
    assert f1_score(there, p >= head.bar) > f1_score(there, np.ones_like(there)) + 0.1


@pytest.mark.parametrize("positives", [0, 1, 2, 6])
def test_a_head_of_too_few_cases_still_judges(positives):
    vectors, gold = np.eye(6), (np.arange(6) < positives).astype(int)
    p = frames.fit_head(vectors, gold).probability(vectors)
    assert np.isfinite(p).all()
    assert (p[:positives] > 0.3).all()
    assert (p[positives:] < 0.5).all()


def test_a_head_that_cannot_tell_gives_the_share_of_positives():
    rng = np.random.default_rng(3)
    vectors, gold = np.tile(rng.normal(size=(1, 4)), (60, 1)), (np.arange(60) % 4 == 0).astype(int)
    assert frames.fit_head(vectors, gold).probability(vectors) == pytest.approx(0.25, abs=0.02)


def test_without_the_head_or_an_encoding_labels_are_null():
    for encodings in ([], [encoding()], {}):
        found = frames.annotate(articles(), encodings, annotator="m@1")
        assert len(found) == 5
        assert found.label.isna().all()


def test_a_users_codebook_is_learnt_from_its_examples(book):
    vectors = embed(["It cost much money.", "A widow wept.", "Rain fell."])
    found = frames.annotate(articles(), [encoding(vectors)], codebook=book, embed=embed, annotator="m@1")
    whole = found[found.start.isna()].set_index("code")
    assert set(found.codebook) == {"own@2"}
    assert set(found.annotator) == {"m@1+few-shot"}
    evidence = found[found.start.notna()]
    for row in evidence.itertuples():
        assert TEXT[row.start : row.end] in {"money": "The dam cost 40 million.", "feeling": "A widow wept."}[row.code]
    assert set(whole.index) == {"money", "feeling"}


def test_crossvalidation_sits_beside_the_trivial_baseline(book):
    table = frames.crossvalidate(book, embed=embed).set_index("code")
    assert table.f1["money"] == 1.0
    assert table.f1["money"] > table.f1_all_present["money"]
    assert (table.low <= table.f1).all()
    assert ((table.calibration_error >= 0) & (table.calibration_error < 0.6)).all()
    assert table.calibration_noise.between(0.01, 0.3).all()
    assert table.n_positive.to_dict() == {"money": 8, "feeling": 7}


def test_a_run_tells_how_a_users_codebook_does_on_its_examples(book):
    told = frames.validation(book, embed=embed)
    assert told.startswith("Frames of own@2, cross-validated on its own examples")
    assert "money 1.00 (1.00 to 1.00; marking all" in told
    assert "n = 8)" in told
    assert frames.validation("generic") is None
    assert frames.validation("policy") is None


@pytest.mark.parametrize("told", ["political", None])
def test_policy_frames_have_heads_and_what_none_of_them_says_is_other(told):
    from framing.models import FRAMES

    logits = np.full((3, len(FRAMES)), -3.0)
    logits[:, FRAMES.index("generic.economic")] = 5.0  # another codebook's code of the same name
    if told:
        logits[:, FRAMES.index(f"policy.{told}")] = 2.0
    found = frames.annotate(articles(), [encoding(logits=logits)], codebook="policy", annotator="m@1")
    assert found.code.nunique() == 15
    assert set(found.annotator) == {"m@1"}
    assert set(found.code[found.label == "present"]) == {told or "other"}


@pytest.mark.parametrize("method", ["examples", "definitions"])
def test_a_residual_code_is_present_where_no_other_is(method):
    book = frames.read_codebook("policy")
    codes = [
        c if c.residual else replace(c, examples=tuple(f"{c.definition} {n}" for n in range(5))) for c in book.codes
    ]
    book = replace(book, method=method, codes=tuple(codes))
    place = {text: k for k, code in enumerate(book.codes) for text in (code.definition, *code.examples)}
    unit = np.eye(len(book.codes))
    keys = [f"a{k}" for k in range(14)]
    several = schema.conform([{"article_id": key, "text": TEXT} for key in keys], "articles")
    given = [encoding(unit[[k] * 3] if k % 2 else np.full((3, len(unit)), -0.5), key=key) for k, key in enumerate(keys)]
    found = frames.annotate(
        several, given, codebook=book, embed=lambda texts: unit[[place[text] for text in texts]], annotator="m@1"
    )
    whole = found[found.start.isna()]
    others = (whole[whole.code != "other"].label == "present").groupby(whole.article_id).any()
    left = whole[whole.code == "other"].set_index("article_id").label[others.index] == "present"
    assert left.sum() == 7
    assert (left != others).all()


def test_definitions_are_flagged_experimental():
    book = replace(frames.read_codebook("policy"), method="definitions")
    found = frames.annotate(articles(), [encoding()], codebook=book, embed=embed, annotator="m@1")
    assert set(found.annotator) == {"m@1+definitions-experimental"}
    assert set(found[found.code == "other"].label) == {"present"}


@pytest.mark.parametrize("name", ["generic", "policy"])
def test_shipped_codebooks_have_the_heads_of_the_encoder(name):
    from framing.models import FRAME_CODES

    assert tuple(c.id for c in frames.read_codebook(name).codes if not c.residual) == FRAME_CODES[name]
    assert set(FRAME_CODES["generic"]) <= set(schema.FRAME_CODES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not valid TOML"),
        ("version = '1'", "lacks name"),
        ("name = 'x'\nversion = '1'", "no codes"),
        ("name = 'x'\nversion = '1'\n[[code]]\nid = 'Bad Id'\ndefinition = 'd'", "needs an id"),
        ("name = 'x'\nversion = '1'\n[[code]]\nid = 'a'", "lacks a definition"),
        ("name = 'x'\nversion = '1'\n[[code]]\nid = 'a'\ndefinition = 'd'\nexamples = 'one'", "list of sentences"),
        ("name = 'x'\nversion = '1'\nmethod = 'magic'\n[[code]]\nid = 'a'\ndefinition = 'd'", "methods are"),
        ("name = 'x'\nversion = '1'\nmethod = 'examples'\n[[code]]\nid = 'a'\ndefinition = 'd'", "too few: a"),
        ("name = 'x'\nversion = '1'\n" + "[[code]]\nid = 'a'\ndefinition = 'd'\n" * 2, "more than once"),
        ("name = 'x'\nversion = '1'\nmethod = 'head'\n[[code]]\nid = 'a'\ndefinition = 'd'", "no head for a"),
    ],
)
def test_bad_codebooks_are_explained(tmp_path, text, message):
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        frames.annotate(articles(), [encoding()], codebook=file, embed=embed, annotator="m@1")


def test_unknown_codebook_names_the_known_ones():
    with pytest.raises(InputError, match="generic or policy"):
        frames.read_codebook("nothing")


def test_what_a_codebook_was_validated_on_is_said(book):
    assert "428 articles on climate change" in frames.domain("generic@1")
    assert "1,200 articles" in frames.domain("policy@3")
    assert "a codebook of your own" in frames.domain(frames.read_codebook(book).label)
    assert "a codebook of your own" in frames.domain("generic@0")


def test_only_codebooks_by_definitions_are_experimental(book):
    assert "experimental" not in frames.warning("generic") + frames.warning("policy") + frames.warning(book)
    assert "experimental" in frames.warning(replace(frames.read_codebook("policy"), experimental=True))
