"""Voice segments, and stance by voice."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from framing import schema, stance, targets
from framing.encode import Encoding, Sentence, Tokens, split_sentences
from framing.errors import FramingError
from framing.stems import stems


def tokens():
    none = np.zeros(0, dtype=np.int32)
    return Tokens(none, none, none, none, none)


def encoding(key, text, vectors=None):
    sentences = [Sentence("text", a, b, 0) for a, b in split_sentences(text)]
    unit = np.tile(np.eye(1, 4, dtype=np.float32), (len(sentences), 1)) if vectors is None else vectors
    return Encoding(key, sentences, unit, {}, tokens())


def quotation(key, text, content, kind="direct", cue=None, source=None, number=0):
    start = text.index(content)
    row = {"quotation_id": f"q{number}", "article_id": key, "part": "text", "start": start, "end": start + len(content)}
    row |= {"text": content, "kind": kind, "n_words": 1, "source_id": source}
    if cue:
        row |= {"cue": cue, "cue_start": text.index(cue), "cue_end": text.index(cue) + len(cue)}
    return row


class Fake:
    """Against if the text says bad, favour if it says good."""

    name = "fake@1"

    def __init__(self):
        self.seen = []

    def predict(self, requests):
        self.seen += requests
        table = {"bad": [0.8, 0.1, 0.1], "good": [0.1, 0.1, 0.8]}
        return np.array(
            [next((p for w, p in table.items() if w in r.sentence), [0.1, 0.8, 0.1]) for r in requests]
        ).reshape(-1, 3)


def run(text, quotations=(), given=("Veldt",), model=None, **extra):
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    said = schema.conform(list(quotations), "quotations") if quotations else schema.empty("quotations")
    found = targets.resolve(articles, list(given))
    return stance.annotate(articles, [encoding("a", text)], said, found, model or Fake(), **extra)


def cut(text, quotations, column):
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    table = stance.segments(articles, [encoding("a", text)], schema.conform(quotations, "quotations"))
    return [(text[r.start : r.end], r.voice) for r in table[table[column]].itertuples()]


def test_direct_content_is_the_sources_in_both_ways():
    text = "“Veldt is bad,” slammed Ada Brandt."
    said = [quotation("a", text, "“Veldt is bad,”", cue="slammed")]
    for column in ("for_stance", "for_language"):
        assert cut(text, said, column) == [("“Veldt is bad,”", "source"), ("slammed Ada Brandt.", "narrator")]


def test_indirect_content_is_the_sources_for_stance_and_the_narrators_for_words():
    text = "Brandt claimed that Veldt was a bad place."
    said = [quotation("a", text, "that Veldt was a bad place", "indirect", cue="claimed")]
    assert cut(text, said, "for_stance") == [("Brandt claimed", "narrator"), ("that Veldt was a bad place", "source")]
    assert cut(text, said, "for_language") == [(text, "narrator")]


def test_mixed_content_gives_the_quoted_words_to_the_source():
    text = "Brandt said Veldt was “a bad joke” of a town."
    said = [quotation("a", text, "Veldt was “a bad joke” of a town", "mixed", cue="said")]
    assert cut(text, said, "for_stance")[1] == ("Veldt was “a bad joke” of a town", "source")
    assert ("a bad joke", "source") in cut(text, said, "for_language")
    assert cut(text, said, "for_language")[0][1] == "narrator"


def test_a_cue_inside_content_is_the_narrators():
    text = "“Veldt,” Brandt sneered, “is bad.”"
    said = [quotation("a", text, text[:-1], cue="sneered")]
    assert ("sneered", "narrator") in cut(text, said, "for_stance")


def test_the_innermost_attribution_speaks():
    text = "Holt said Brandt called Veldt bad."
    said = [
        quotation("a", text, "Brandt called Veldt bad", "indirect", cue="said", source="s1", number=1),
        quotation("a", text, "Veldt bad", "indirect", cue="called", source="s2", number=2),
    ]
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    table = stance.segments(articles, [encoding("a", text)], schema.conform(said, "quotations"))
    inner = table[table.for_stance & (table.source_id == "s2")]
    assert [text[r.start : r.end] for r in inner.itertuples()] == ["Veldt bad"]


def test_segments_cover_every_word_once():
    text = "Holt said “no”. Rain fell on Veldt. “It is bad,” Brandt said, “and good.”"
    said = [
        quotation("a", text, "“no”", cue="said", number=1),
        quotation("a", text, "“It is bad,” Brandt said, “and good.”", number=2),
    ]
    for column in ("for_stance", "for_language"):
        pieces = cut(text, said, column)
        letters = "".join(ch for piece, _ in pieces for ch in piece if ch.isalnum())
        assert letters == "".join(ch for ch in text if ch.isalnum())


def test_rows_for_every_voice_and_target_null_where_nothing_is_said():
    text = "“Veldt is bad,” said Brandt. Rain fell. Veldt was good to us."
    found = run(text, [quotation("a", text, "“Veldt is bad,”", cue="said", source="s1")], given=("Veldt", "Karsk"))
    whole = found[found.start.isna()].set_index(["target", "voice"])
    assert len(whole) == 6
    assert whole.label["Veldt", "narrator"] == "favour"
    assert whole.label["Veldt", "source"] == "against"
    assert whole.source_id["Veldt", "source"] == "s1"
    assert whole.label[["Karsk"]].isna().all()
    assert whole.score[["Karsk"]].isna().all()
    schema.check(found, "annotations")


def test_segment_rows_point_at_the_text():
    text = "Veldt was bad. Veldt was good."
    found = run(text)
    rows = found[found.start.notna()]
    assert [text[r.start : r.end] for r in rows.itertuples()] == ["Veldt was bad.", "Veldt was good."]
    assert rows.score.tolist() == pytest.approx([-0.7, 0.7])
    assert set(rows.annotator) == {"fake@1"}


def test_the_mention_is_handed_to_the_model():
    model = Fake()
    run("Rain fell on Veldt today.", model=model)
    request = model.seen[0]
    assert request.sentence[slice(*request.mention)] == "Veldt"


def test_propositions_ask_the_sentences_near_them():
    text = "Guns kill people every day. Rain fell on the town today. They should."
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    vectors = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]], dtype=np.float32)
    asked = targets.resolve(articles, ["stricter gun laws are needed"])
    near = {"stricter gun laws are needed": np.array([1, 0, 0, 0], dtype=np.float32)}
    model = Fake()
    found = stance.annotate(
        articles, [encoding("a", text, vectors)], schema.empty("quotations"), asked, model, near=near
    )
    assert [r.sentence for r in model.seen] == ["Guns kill people every day."]  # what is too short names no matter
    assert [r.kind for r in model.seen] == ["proposition"]
    assert set(found.target_kind) == {"proposition"}


def test_order_of_articles_does_not_matter_and_frames_are_untouched():
    texts = {"a": "Veldt was bad.", "b": "Veldt was good."}
    articles = schema.conform([{"article_id": k, "text": t} for k, t in texts.items()], "articles")
    before = articles.copy(deep=True)
    encodings = {k: encoding(k, t) for k, t in texts.items()}
    asked = targets.resolve(articles, ["Veldt"])
    one = stance.annotate(articles, encodings, schema.empty("quotations"), asked, Fake())
    two = stance.annotate(articles.iloc[::-1], encodings, schema.empty("quotations"), asked, Fake())
    key = ["article_id", "voice", "start"]
    pd.testing.assert_frame_equal(one.sort_values(key, ignore_index=True), two.sort_values(key, ignore_index=True))
    pd.testing.assert_frame_equal(articles, before)


def test_no_targets_no_rows():
    articles = schema.conform([{"article_id": "a", "text": "x y z"}], "articles")
    assert stance.annotate(articles, [], schema.empty("quotations"), schema.empty("targets")).empty


def test_article_without_encoding_has_null_rows():
    articles = schema.conform([{"article_id": "a", "text": "Veldt was bad."}], "articles")
    found = stance.annotate(articles, [], schema.empty("quotations"), targets.resolve(articles, ["Veldt"]), Fake())
    assert found.label.isna().all()
    assert len(found) == 2


def test_a_model_that_gives_the_wrong_shape_is_named():
    with pytest.raises(FramingError, match="broken@0 should give three"):
        run("Veldt was bad.", model=SimpleNamespace(name="broken@0", predict=lambda r: np.zeros((len(r), 2))))


class Shipped(Fake):
    """Stands in for the model that the corrections were fitted for."""

    name = stance._corrections()[0]

    def judge(self, requests):
        predicted = self.predict(requests)
        return predicted, np.stack([predicted, predicted], axis=1)


def loaded_encoding(text, p):
    one = encoding("a", text)
    return Encoding("a", one.sentences, one.vectors, {"loaded": np.full(len(one.sentences), p)}, one.tokens)


def judged(text, p, model, quotations=()):
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    said = schema.conform(list(quotations), "quotations") if quotations else schema.empty("quotations")
    found = stance.annotate(articles, [loaded_encoding(text, p)], said, targets.resolve(articles, ["Veldt"]), model)
    return found[found["start"].notna()].iloc[0]


def test_the_shipped_models_hostility_counts_for_less_where_the_wording_is_plain():
    text = "A bad day for Veldt came."
    by_itself = judged(text, 0.05, Fake())
    plain, loaded = judged(text, 0.05, Shipped()), judged(text, 0.95, Shipped())
    assert by_itself["score"] == pytest.approx(-0.7)
    assert by_itself["score"] < loaded["score"] < plain["score"] < 0
    assert (plain["label"], loaded["label"]) == ("neutral", "against")
    unknown = stance._evaluation(np.array([0.8, 0.1, 0.1]), None, None, stance._corrections()[1]["narrator"])
    between = sorted(-one["score"] for one in (plain, loaded))
    assert between[0] < unknown[0] - unknown[2] < between[1]


def test_the_shipped_models_sentiment_alone_is_no_evaluation_by_the_narrator():
    class Told(Shipped):
        def judge(self, requests):
            predicted = self.predict(requests)
            return predicted, np.tile([0.02, 0.97, 0.01], (len(requests), 2, 1))

    text = "A bad day for Veldt came."
    assert judged(text, 0.95, Shipped())["label"] == "against"
    assert judged(text, 0.95, Told())["label"] == "neutral"
    assert rows_of(text, 0.95, Told()).at["all", "label"] == "against"  # the whole text rests on the news told, too


def test_opinion_by_its_style_evaluates_more_often():
    correction = stance._corrections()[1]["narrator"]
    said = np.array([0.3, 0.5, 0.2])
    news, unknown, opinion = (stance._evaluation(said, 0.3, style, correction)[1] for style in (0.02, None, 0.98))
    assert opinion < unknown < news
    argued = "We should ask why. I think they are wrong, and you know it. Is this fair? We must not pretend. " * 12
    told = 'The council met on Monday, officials said. "It was a routine vote," a spokesman said on Tuesday. ' * 12
    assert stance._style({"title": "Why we must act", "text": argued}) > stance._style({"title": "Vote", "text": told})
    assert stance._style({"title": None, "text": "Too short to tell."}) is None


def test_sources_evaluate_more_often_than_narrators():
    text = '"It was a bad day for Veldt," Ada Byrne said.'
    narrator = judged("It was a bad day for Veldt.", 0.3, Shipped())
    source = judged(
        text, 0.3, Shipped(), [quotation("a", text, '"It was a bad day for Veldt,"', cue="said", source="s")]
    )
    assert source["voice"] == "source"
    assert source["score"] < narrator["score"]


def test_confidence_is_the_probability_of_the_label_chosen():
    found = judged("A bad day for Veldt came.", 0.6, Shipped())
    assert found["label"] == "against"
    assert found["confidence"] < 0.5
    assert found["score"] == pytest.approx(-found["confidence"], abs=0.15)


def test_stored_corrections_belong_to_the_shipped_model():
    from framing.models import load_stance

    assert stance._corrections()[0] == load_stance().name
    assert set(stance._corrections()[1]) == {"narrator", "source"}


def test_a_voice_of_one_segment_has_that_segments_label():
    text = '"It was a bad day for Veldt," Ada Byrne said. Veldt opened at noon.'
    said = [quotation("a", text, '"It was a bad day for Veldt,"', cue="said", source="s")]
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    for model in (Fake(), Shipped()):
        found = stance.annotate(
            articles,
            [loaded_encoding(text, 0.2)],
            schema.conform(said, "quotations"),
            targets.resolve(articles, ["Veldt"]),
            model,
        )
        for voice in ("narrator", "source"):
            own = found[found["voice"] == voice]
            segment, whole = own[own["start"].notna()].iloc[0], own[own["start"].isna()].iloc[0]
            assert (whole["label"], whole["score"]) == (segment["label"], pytest.approx(segment["score"]))


def test_statements_come_with_a_warning():
    articles = schema.empty("articles")
    (told,) = stance.warnings(targets.resolve(articles, ["Veldt", "stricter gun laws are needed"]))
    assert "gun laws" in told
    assert "Veldt" not in told
    assert stance.warnings(targets.resolve(articles, ["Veldt"])) == []


class Agreeing(Fake):
    name = stance._agreements()["model"]


STATEMENT = "stricter gun laws are needed"


def whole_text(text, model):
    found = run(text, given=(STATEMENT,), model=model, near={STATEMENT: np.eye(1, 4)[0]})
    assert set(found["target_kind"]) == {"proposition"}
    return found[found["start"].isna() & (found["voice"] == "all")].iloc[0]


def test_two_sentences_in_five_that_take_a_side_give_the_text_its_side():
    rest = " Shops opened again at noon. Trams ran late that day. Rain fell on the harbour."
    assert whole_text("It is a good plan. Such rules do more good." + rest, Fake())["label"] == "neutral"
    agrees, denies = (
        whole_text(f"It is a {word} plan. Such rules do more {word}." + rest, Agreeing()) for word in ("good", "bad")
    )
    assert (agrees["label"], denies["label"]) == ("favour", "against")
    assert agrees["score"] == pytest.approx(-denies["score"])
    assert whole_text(rest, Agreeing())["label"] == "neutral"
    assert whole_text("It is a good plan. It is a bad plan." + rest, Agreeing())["label"] == "neutral"


def test_agreement_turns_round_with_the_statement():
    for p in np.random.default_rng(0).dirichlet([0.5, 1.5, 0.5], size=(50, 4)):
        assert stance.agreement(p[:, ::-1]) == pytest.approx(stance.agreement(p)[::-1])
        assert stance.agreement(p[[2, 0, 3, 1]]) == pytest.approx(stance.agreement(p))


def test_the_shipped_models_answer_the_kind_of_target_each_is_for():
    from framing.models import load_stance, load_statement

    text = "Lawmakers must ban these rifles now, she said. The council met at noon."
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    asked = targets.resolve(articles, ["Lawmakers", STATEMENT])
    near = {STATEMENT: np.eye(1, 4)[0]}
    found = stance.annotate(articles, [encoding("a", text)], schema.empty("quotations"), asked, near=near)
    by_kind = found.groupby("target_kind")["annotator"].unique().map(list).to_dict()
    assert by_kind == {"entity": [load_stance().name], "proposition": [load_statement().name]}


@pytest.mark.parametrize(
    ("sentence", "statement", "label"),
    [
        (
            "Every assault rifle must be banned before another school is attacked.",
            "Assault rifles should be banned.",
            "favour",
        ),
        ("He voted against the bill to raise the minimum wage.", "The minimum wage should be raised.", "against"),
        ("The ferry line will close its ticket office in May.", "Assault rifles should be banned.", "neutral"),
        ("The new toll is a disaster for shopkeepers, the guild said.", "The toll is good for shops.", "against"),
    ],
)
def test_the_shipped_model_agrees_with_statements_on_any_matter(sentence, statement, label):
    from framing.models import StanceRequest, load_statement

    p = load_statement().predict([StanceRequest(sentence, statement, "proposition")])[0]
    assert stance.LABELS[int(p.argmax())] == label


def test_the_rule_for_statements_belongs_to_the_shipped_model():
    from framing.models import load_statement

    assert stance._agreements()["model"] == load_statement().name


def rows_of(text, p, model):
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    found = stance.annotate(
        articles, [loaded_encoding(text, p)], schema.empty("quotations"), targets.resolve(articles, ["Veldt"]), model
    )
    return found[found["start"].isna()].set_index("voice")


def test_bad_news_is_the_whole_texts_and_not_the_narrators():
    text = "A bad day for Veldt came. Another bad day for Veldt followed."
    found = rows_of(text, 0.02, Shipped())
    assert (found.at["narrator", "label"], found.at["all", "label"]) == ("neutral", "against")
    assert found.at["narrator", "score"] == found.at["all", "score"]


def test_the_rule_for_whole_texts_is_the_shipped_models_alone():
    text = "A good day for Veldt came. Veldt opened at noon. Veldt closed at six. Veldt slept."
    assert rows_of(text, 0.02, Fake()).at["all", "label"] == "neutral"
    assert rows_of(text, 0.02, Shipped()).at["all", "confidence"] != rows_of(text, 0.02, Fake()).at["all", "confidence"]


def test_a_whole_text_does_not_depend_on_the_order_of_its_segments():
    predicted = np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.2, 0.8]])
    assert stance.whole(predicted[[2, 0, 1]]) == pytest.approx(stance.whole(predicted))
    assert stance.whole(predicted).sum() == pytest.approx(1.0)
    hostile, kind = stance.whole(predicted[:1]), stance.whole(predicted[2:])
    assert (stance.label_of(hostile), stance.label_of(kind)) == ("against", "favour")


@pytest.mark.parametrize("voice", ["narrator", "source"])
def test_a_label_never_contradicts_the_sign_of_the_score(voice):
    grid = np.random.default_rng(0).dirichlet([0.3, 1.0, 0.3], size=500)
    labels = np.array([stance.label_of(stance._ranked(p, voice)) for p in grid])
    score = grid[:, 2] - grid[:, 0]
    assert {"against", "favour"} <= set(labels)
    assert (score[labels == "against"] <= 0).all()
    assert (score[labels == "favour"] > 0).all()


def test_a_statement_is_asked_only_where_the_event_is_about_its_matter():
    told = "The vote in Veldt was fair"
    texts = {
        "poll": "Observers called the vote in Veldt honest. The count took four days.",
        "poll-2": "Observers saw no fault with what was done there.",
        "border": "A border near Veldt is a cheap place to find a cause. Troops dug in.",
    }
    rows = [{"article_id": a, "text": t, "event_id": a.partition("-")[0]} for a, t in texts.items()]
    articles = schema.conform(rows, "articles")
    near = np.array([1, 0, 0, 0], dtype=np.float32)
    side = np.array([0.45, 0.89, 0, 0], dtype=np.float32)
    found = [encoding(a, t, np.stack([side] * t.count("."))) for a, t in texts.items()]
    model = Fake()
    rows = stance.annotate(
        articles, found, schema.empty("quotations"), targets.resolve(articles, [told]), model, near={told: near}
    )
    asked = {r.sentence for r in model.seen}
    assert "Observers saw no fault with what was done there." in asked  # of an event that is about the vote
    assert not any("border" in sentence for sentence in asked)
    assert rows[rows["article_id"] == "border"]["label"].isna().all()
    assert set(rows[rows["article_id"] == "border"]["voice"]) >= {"narrator", "all"}


@pytest.mark.parametrize(
    ("sentence", "cosine", "about"),
    [
        ("The dockers walked out over the tax on ferries.", 0.35, True),
        ("The tax on ferries is a burden, many say.", 0.2, False),
        ("Many people in Orvane want to stay at home.", 0.5, False),
        ("Many people in Orvane want to stay at home.", 0.6, True),
        ("Nobody knows.", 0.9, False),
    ],
)
def test_names_alone_do_not_make_the_matter(sentence, cosine, about):
    words = stance._content("Orvane's tax on ferries is unfair")
    around = [stems(sentence)]
    enough = np.array([len(sentence.split()) >= stance.LEAST_SENTENCE])
    assert stance._about(np.array([cosine]), around, enough, *words) is about
