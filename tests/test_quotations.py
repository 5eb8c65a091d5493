"""Attributions: marks, layouts, indirect speech, spans that hold on any text."""

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import encode, quotations, schema
from framing.quotations import attribute, kind_of, linking
from framing.quotations.attribution import Attribution
from framing.quotations.marks import Document
from framing.sources import resolve


def article(text: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame([{"article_id": "a", "text": text, "title": None, "captions": None, **columns}])


def found(text: str, **columns: object) -> list[tuple[str, object, object]]:
    table = attribute(article(text, **columns))
    schema.check_spans(table, article(text, **columns), text="text")
    return [
        (r.text, r.cue if isinstance(r.cue, str) else None, r.speaker if isinstance(r.speaker, str) else None)
        for r in table.itertuples()
    ]


def marked(text: str) -> list[str]:
    return [text[q.start : q.end] for q in Document(text).quoted]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We wait,” she said. “For now.”", ["“We wait,”", "“For now.”"]),
        ('"We wait," she said.', ['"We wait,"']),
        ("''We wait,'' she said.", ["''We wait,''"]),
        ("‘We wait,’ said the dockers’ leader. ‘For now.’", ["‘We wait,’", "‘For now.’"]),
        ("The dockers' union can't wait, and won't.", []),
        ("In the '90s the boys' club played rock 'n' roll.", []),
        ('He stands 6\'2" and called it "a start".', ['"a start"']),
        ("“One,“ she said. ”Two,” he said.", ["“One,“", "”Two,”"]),
        ("«On attend», dit-elle.", ["«On attend»"]),
        ("“He said ‘no’ to me,” she said.", ["“He said ‘no’ to me,”"]),
        ("‘He said “no” to me,’ she said.", ["‘He said “no” to me,’"]),
    ],
)
def test_marks_of_every_style(text: str, expected: list[str]) -> None:
    assert marked(text) == expected


def test_a_quotation_runs_over_paragraphs_with_and_without_marks_that_open_it_again() -> None:
    again = "“The crane was old.\n\n“Nobody looked at it,” said Ada Byrne."
    assert marked(again) == ["“The crane was old.", "“Nobody looked at it,”"]
    assert len({q.group for q in Document(again).quoted}) == 1
    plain = "Byrne said: “The crane was old.\n\nNobody looked at it.”"
    assert len({q.group for q in Document(plain).quoted}) == 1


def test_an_opening_mark_behind_the_sentence_before_opens_the_next() -> None:
    text = 'The board met in May." We know nothing of it. Nobody asked," said Ada Byrne. The rest left.'
    (row,) = attribute(article(text)).to_dict("records")
    assert row["text"] == 'We know nothing of it. Nobody asked,"'
    assert text[row["start"] : row["end"]] == row["text"]
    assert (row["speaker"], row["kind"], row["n_quoted"]) == ("Ada Byrne", "direct", 7)
    plain = text.replace('May." We', 'May. "We')
    assert attribute(article(plain))[["speaker", "kind", "n_quoted"]].values.tolist() == [["Ada Byrne", "direct", 7]]


def test_a_lost_mark_costs_one_quotation_and_not_the_article() -> None:
    text = '"We will wait, she said.\n\nThe port stood still.\n\n"They came late," said Jon Ash.'
    rows = found(text)
    assert ('"We will wait,', "said", "she") in rows
    assert ('"They came late,"', "said", "Jon Ash") in rows
    assert not any("stood still" in r[0] for r in rows)


def test_direct_with_its_source_before_after_and_between() -> None:
    assert found("Ada Byrne said: “We wait.”") == [("“We wait.”", "said", "Ada Byrne")]
    assert found("“We wait,” said Ada Byrne, a crane driver.") == [("“We wait,”", "said", "Ada Byrne, a crane driver")]
    assert found("“We wait,” Ada Byrne, the union’s secretary, told reporters.")[0][1:] == (
        "told",
        "Ada Byrne, the union’s secretary",
    )
    table = attribute(article("“We wait,” she said, “and then we act.”"))
    assert table["text"].tolist() == ["“We wait,”", "“and then we act.”"]
    assert table["part_of"].nunique() == 1
    assert table["cue"].tolist() == ["said", "said"]


def test_a_floating_quotation_has_no_cue_and_no_source_span() -> None:
    rows = found("“We wait,” said Ada Byrne.\n\n“Nobody has asked us a thing in years.”")
    assert rows[1] == ("“Nobody has asked us a thing in years.”", None, None)


def test_scare_quotes_and_titles_are_not_attributions() -> None:
    assert found("The so-called “flexible” shifts begin at four.") == []
    assert found("She starred in “The Long Quay” for six years.") == []


def test_mixed_content_is_the_whole_clause() -> None:
    (row,) = attribute(article("Ada Byrne said the offer was “an insult dressed as a deal”.")).to_dict("records")
    assert row["text"] == "the offer was “an insult dressed as a deal”"
    assert (row["kind"], row["n_quoted"]) == ("mixed", 6)


@pytest.mark.parametrize(
    ("text", "content", "cue", "source"),
    [
        ("Ada Byrne said that the port would close.", "that the port would close", "said", "Ada Byrne"),
        ("The port would close, the ministry said on Monday.", "The port would close", "said", "the ministry"),
        ("According to the ministry, the port would close.", "the port would close", "According to", "the ministry"),
        ("The port would close, according to the ministry.", "The port would close", "according to", "the ministry"),
        (
            "The union has repeatedly insisted that pay is low.",
            "that pay is low",
            "has repeatedly insisted",
            "The union",
        ),
    ],
)
def test_indirect_speech(text: str, content: str, cue: str, source: str) -> None:
    (row,) = found(text)
    assert row == (content, cue, source)


def test_layouts() -> None:
    signed = found("“Nobody has asked us a thing in years.”\n\n— Ada Byrne, crane driver")
    assert signed[0][2] == "Ada Byrne, crane driver"
    sent = found("From the Port Board:\n\n“We regret the delay and will publish the survey.”")
    assert sent[0][2] == "the Port Board"
    transcript = found("BYRNE: When did you know?\n\nASH: In March.\n\nBYRNE: Thank you.")
    assert [r[2] for r in transcript] == ["BYRNE", "ASH", "BYRNE"]


def test_headlines_and_captions_are_read() -> None:
    table = attribute(
        article("Nothing.", title="Byrne: port to close by June", captions="Ada Byrne said she would stay\nThe quay")
    )
    assert set(table["part"]) == {"title", "captions"}


def test_content_type_tells_belief_and_document() -> None:
    table = attribute(article("Ada Byrne believes that the port will close. The report said that staff were tired."))
    assert table["content_type"].tolist() == ["belief", "document"]


def test_kind_of() -> None:
    doc = Document("She said “go” now")
    assert [kind_of(doc, 9, 13), kind_of(doc, 0, 17), kind_of(doc, 0, 8)] == ["direct", "mixed", "indirect"]


def test_the_callers_frame_is_left_alone_and_ids_are_stable() -> None:
    frame = article("“We wait,” said Ada Byrne.")
    before = frame.copy()
    first, second = attribute(frame), attribute(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(first, second)
    schema.check(first, "quotations")


PIECES = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "'",
        "’",
        "‘",
        "''",
        "said",
        "She",
        "Ada Byrne",
        ",",
        ".",
        ":",
        "that",
        "\n\n",
        "according to",
        "(",
        ")",
        "—",
        "who",
        "told",
        "the union",
        "x",
        "«",
        "»",
        "É",
        "👍",
    ]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_any_text_gives_valid_spans(text: str) -> None:
    frame = article(text)
    table = attribute(frame)
    schema.check_spans(table, frame, text="text")
    schema.check_spans(table, frame, start="cue_start", end="cue_end", text="cue")
    schema.check_spans(table, frame, start="speaker_start", end="speaker_end", text="speaker")


@pytest.mark.parametrize(
    "piece",
    ["“a ", "‘a ", '" ', "said ", "x, ", "A B ", "(", "— ", "who said, ", "''a", "\n\n“a", "the union said that "],
)
def test_time_is_linear_in_hostile_text(piece: str) -> None:
    def seconds(n: int) -> float:
        begin = time.perf_counter()
        attribute(article(piece * n))
        return time.perf_counter() - begin

    seconds(200)
    small, large = max(seconds(500), 0.005), seconds(2000)
    assert large < 14 * small + 0.5


def test_a_span_without_a_letter_is_no_source():
    assert quotations._named("speaker", "He left - at noon.", (8, 9)) == {}
    assert quotations._named("speaker", "He left at noon.", (0, 2))["speaker"] == "He"


def sources_of(text: str, **columns: object) -> list[tuple[str, object]]:
    """Content and canonical source, in reading order."""
    frame = article(text, **columns)
    done = resolve(frame, attribute(frame))
    names = done.sources.set_index("source_id")["name"].to_dict()
    return [(r.text, names.get(r.source_id)) for r in done.quotations.itertuples()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“The pier was never safe,” said Ada Byrne, a crane driver.\n\n“We told the board in March.\n\n“We told it again in May.\n\n“Nobody came.”",
            ["Ada Byrne"] * 4,
        ),
        ("“The pier sank,” said Ada Byrne.\n\nThe tide was out.\n\n“I heard it go.”", ["Ada Byrne"] * 2),
        ("The pier was never safe,” said Ada Byrne.\n\n“We disagree,” said Jon Ash.", ["Ada Byrne", "Jon Ash"]),
        (
            "“It was never safe, said Ada Byrne.\n\nThe board met.\n\n“We disagree,” said Jon Ash.",
            ["Ada Byrne", "Jon Ash"],
        ),
        ('"We wait," Ada Byrne said. "We have time."', ["Ada Byrne"] * 2),
        ("‘The board’s plan won’t work,’ said Ada Byrne. ‘It never did.’", ["Ada Byrne"] * 2),
        ("'The board's plan won't work,' said Ada Byrne. 'It never did.'", ["Ada Byrne"] * 2),
        ("Ms Byrne said: ‘We will not be moved.’", ["Byrne"]),
        ("“The steel sings before it breaks.”\n\n- Ada Byrne", ["Ada Byrne"]),
        ("“The steel sings before it breaks.” — Ada Byrne, crane driver", ["Ada Byrne"]),
        ("“The steel sings before it breaks.”\n\n– Jon Ash, harbour master", ["Jon Ash"]),
        ("From Ada Byrne: “The board has failed us.”", ["Ada Byrne"]),
        (
            "From the Harbour Workers’ Union: The board has failed its staff and should resign.",
            ["Harbour Workers’ Union"],
        ),
        (
            "What they said:\n\n• Ada Byrne, crane driver: “We told the board.”\n\n• Jon Ash, harbour master: “It passed every test.”",
            ["Ada Byrne", "Jon Ash"],
        ),
        (
            "Voices:\n\n* “We told the board.” – Ada Byrne, crane driver\n\n* “It passed every test.” – Jon Ash, harbour master",
            ["Ada Byrne", "Jon Ash"],
        ),
        ("Ada Byrne: When did you know?\n\nJon Ash: In March.", ["Ada Byrne", "Jon Ash"]),
        ("“The pier is closed. Stay away. #Vellin”\n\n— Port Board (@portboard) May 3, 2021", ["Port Board"]),
        ("The pier is closed until June. Stay away! — Port Board (@portboard) 3 May 2021", ["Port Board"]),
        ("Ada Byrne (@adabyrne) tweeted: “The pier is closed.”", ["Ada Byrne"]),
        ("“Not one of us was asked,” Ada Byrne wrote on Facebook.", ["Ada Byrne"]),
    ],
)
def test_every_layout_finds_its_source(text: str, expected: list[str]) -> None:
    assert [name for _, name in sources_of(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "The “temporary” pier has stood for forty years. Its “inspectors” were two cousins of the mayor.",
        "Her novel “The Long Quay” won a prize. The song “Iron Tide” was a hit in the spring.",
        "The word “quay” is pronounced “key”.",
        "The strike began at 6 a.m. - Vellin was dark - and ended at noon.",
        "Ingredients: two eggs, flour.\n\nMethod: beat well.",
        "On the pier: three cranes, a shed and a dog.",
    ],
)
def test_what_only_looks_like_an_attribution_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("title", "content", "source"),
    [
        ("Pier ‘never safe’, says crane driver", "Pier ‘never safe’", "crane driver"),
        ("Byrne: ‘We told the board’", "‘We told the board’", "Byrne"),
        ("Port Board denies pier was unsafe", "pier was unsafe", "Port Board"),
        ("“We told the board”: crane driver on the pier", "“We told the board”", "crane driver"),
    ],
)
def test_headlines(title: str, content: str, source: str) -> None:
    (row,) = attribute(article("The pier stood empty.", title=title)).to_dict("records")
    assert (row["part"], row["text"], row["speaker"]) == ("title", content, source)


def test_a_caption_is_read_line_by_line() -> None:
    table = attribute(article("Nothing.", captions="The pier on Monday\n“We told the board,” Ada Byrne said"))
    assert table[["part", "text", "speaker"]].values.tolist() == [["captions", "“We told the board,”", "Ada Byrne"]]


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        ("Ada Byrne said that the board would fall.", "speech"),
        ("Ada Byrne thinks that the board will fall.", "belief"),
        ("The Port Board hopes that the pier will open.", "belief"),
        ("The audit found that two bolts were missing.", "document"),
        ("According to a report by Harbour Watch, two bolts were missing.", "document"),
        ("The ministry vowed to publish the survey.", "speech"),
    ],
)
def test_content_types(text: str, content_type: str) -> None:
    assert attribute(article(text))["content_type"].tolist() == [content_type]


def test_a_quotation_over_paragraphs_is_one_whatever_the_heads_link() -> None:
    text = "Ada Byrne said: “The crane was old.\n\n“Nobody looked at it.\n\n“We wrote twice.”"
    frame = article(text)
    table = attribute(frame, list(encode.encode(frame)))
    assert table["part_of"].nunique() == 1
    assert table["speaker"].tolist() == ["Ada Byrne"] * 3


def test_a_layout_that_states_its_source_is_surer_than_the_heads() -> None:
    frame = article(
        "Voices:\n\n* “We told the board in March.” – Ada Byrne\n\n* “The pier passed every test.” – Jon Ash"
    )
    assert attribute(frame, list(encode.encode(frame)))["speaker"].tolist() == ["Ada Byrne", "Jon Ash"]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        ("ORVANE, March 2 (Coastwire) - The Health Ministry said that the wards would close.", "The Health Ministry", "that the wards would close"),
        ("March 2 The Health Ministry said that the wards would close.", "The Health Ministry", "that the wards would close"),
        ("TILLEN -- The union says the plant must stay.", "The union", "the plant must stay"),
        ("Orvane, 3 May 2021 - Mayor Tom Bell said the bridge was safe.", "Mayor Tom Bell", "the bridge was safe"),
        ("(Orvane) - The bridge was safe, the mayor said on Monday.", "the mayor", "The bridge was safe"),
        ("Tom Bell (Orvane Harbour Board) said the bridge was safe.", "Tom Bell (Orvane Harbour Board)", "the bridge was safe"),
    ],
)  # fmt: skip
def test_a_dateline_is_part_of_no_source_and_of_nobodys_words(text, speaker, content):
    table = attribute(article(text))
    assert table.iloc[0].text.strip(" ,.") == content
    assert speaker.endswith(table.iloc[0].speaker)
    assert "-" not in table.iloc[0].speaker
    schema.check_spans(table, article(text), start="speaker_start", end="speaker_end", text="speaker")


@pytest.mark.parametrize("place", ["KARAPUR: ", "Lower Maddock: "])
def test_a_place_with_a_colon_opens_a_report_and_says_nothing(place):
    table = attribute(article(f"{place}The State Health Department said that the wards would close."))
    assert table["speaker"].tolist() == ["The State Health Department"]


def test_the_wish_not_to_be_named_is_no_words_that_were_given():
    table = attribute(
        article("“It was rotten,” said a clerk, who asked not to be named because she fears for her job.")
    )
    assert table["text"].tolist() == ["“It was rotten,”"]


@pytest.mark.parametrize(
    "text",
    [
        "Venn Capital did not respond to a request for comment.",
        "The mayor declined to comment on the sale.",
        "Byrne did not immediately return calls seeking comment.",
    ],
)
def test_an_unanswered_request_is_no_words_that_were_given(text):
    assert attribute(article(text)).empty


@pytest.mark.parametrize(
    ("text", "source", "cue", "describes"),
    [
        ("It revived long-running allegations that the dam leaked.", "long-running", "allegations", True),
        ("It revived repeated claims that the dam leaked.", "repeated", "claims", True),
        ("It revived the board claims that the dam leaked.", "board", "claims", False),
        ("The accused denied that the dam leaked.", "The accused", "denied", False),
        ("It revived repeated, if old, claims that the dam leaked.", "repeated", "claims", False),
    ],
)
def test_a_participle_before_the_cue_is_no_source(text, source, cue, describes):
    spans = [(text.index(w), text.index(w) + len(w)) for w in (source, cue)]
    assert linking._describes(Document(text), spans[0], [spans[1]]) == describes


def test_a_quoted_sentence_ends_with_its_closing_mark():
    from framing import quotations as q
    from framing.quotations.marks import Document

    text = "“The river rose fast.” Her agency was accused of sleeping."
    assert q._closed(Document(text), 0, len(text)) == text.index(" Her")
    for other in (
        "“It rose fast,” she said. “Very fast.”",
        "“fast” rivers that rose in Orvane",
        "“It rose.” “It fell.”",
    ):
        assert q._closed(Document(other), 0, len(other)) == len(other)


@pytest.mark.parametrize(
    "asked", ["to questions from the Ledger", "to a request for comment", "to repeated requests for comment"]
)
def test_what_was_not_answered_is_nobody_s_words(asked):
    from framing import quotations as q

    assert q._NO_WORDS.fullmatch(asked)
    assert not q._NO_WORDS.fullmatch("to question the minister on the flood")


def encoded(text: str, **columns: object) -> list[tuple[str, object, object]]:
    """Content, cue and speaker as the encoder and structure find them together."""
    frame = article(text, **columns)
    rows = attribute(frame, list(encode.encode(frame))).itertuples()
    return [tuple(v if isinstance(v, str) else None for v in (r.text, r.cue, r.speaker)) for r in rows]  # type: ignore[misc]


def test_each_sentence_has_the_speaker_named_in_it() -> None:
    text = (
        "Some forty people stood in the square, the town hall said. Three guards were injured, a union secretary said. "
        "One shop lost its door, the owner said."
    )
    assert [r[2] for r in encoded(text)] == ["the town hall", "a union secretary", "the owner"]


def test_according_to_at_the_head_of_a_sentence_has_nothing_of_the_quotation_before() -> None:
    text = "The baker was furious. “I paid every tax.” According to the revenue office, two returns are missing."
    assert encoded(text)[0][2] == "The baker"
    assert encoded(text)[1][0::2] == ("two returns are missing", "the revenue office")


def test_whoever_is_asked_told_or_written_to_does_not_speak() -> None:
    asked = encoded("Asked whether Lisbon would pay, her spokesman, Rui Maia, said: “I will not guess.”")
    assert [r[2] for r in asked] == [None, "her spokesman, Rui Maia"]
    assert (
        encoded("Asked by a reporter if she had lied to the board, Ms Hale replied that she had not.")[0][2]
        == "a reporter"
    )
    assert encoded("“Who knew?” asked Ms Hale.")[0][2] == "Ms Hale"
    assert encoded("A jury was told that the men had hidden the money.")[0][2] is None
    assert encoded("She has written to the health secretary urging him to step in.")[0][2] == "She"
    assert encoded("A man that villagers say was armed fled.")[0][2] == "villagers"


def test_a_wish_not_to_give_a_name_is_no_words_and_takes_none() -> None:
    text = "“We walked for a week,” said Bakary, 22, who did not want to give his surname. “What I know is the sea.”"
    assert [r[:2] for r in encoded(text)] == [
        ("“We walked for a week,”", "said"),
        ("“What I know is the sea.”", "said"),
    ]


def test_the_writer_ends_a_headline() -> None:
    rows = encoded("The vote is on Friday.", title="‘Resign now’, says union, as hockey boss clings to his ‘leave’")
    assert rows == [("‘Resign now’", "says", "union")]
    assert ("Fire him", "demands", "father") in encoded(
        "He left.", title="Fire him, demands father as police chief dithers"
    )


INTERVIEW = """Ada Flint has run the harbour of Merrow since 2019.

Q: The opposition says you have done nothing. Is that fair?

A: The opposition says that every year. Come to the harbour and count the cranes.

She laughs.

Q: Will you stand again?

A: Ask me in May."""


@pytest.mark.parametrize("find", [found, encoded])
def test_answers_of_an_interview_are_the_interviewees_own_words(find: object) -> None:
    rows = find(INTERVIEW)  # type: ignore[operator]
    answers = [r[0] for r in rows if r[2] == "Ada Flint"]
    assert answers == [
        "The opposition says that every year. Come to the harbour and count the cranes.",
        "Ask me in May.",
    ]
    table = attribute(article(INTERVIEW))
    mine = table[table["speaker"] == "Ada Flint"]
    assert (mine["kind"] == "direct").all()
    assert (mine["n_quoted"] == mine["n_words"]).all()


def test_a_reporter_in_a_transcript_is_no_source_and_a_list_is_no_transcript() -> None:
    text = "QUESTION (AFP): Who is blocking the road?\n\nPIET MAAS: We counted 63 graves.\n\nQUESTION (POST): A famine?\n\nPIET MAAS: Not for us to say."
    table = attribute(article(text)).set_index("text")
    assert table["speaker"].tolist()[1] == "PIET MAAS"
    assert (table["kind"] == "direct").all()
    assert table["speaker"].isna().tolist() == [True, False, True, False]
    bare = article(text.replace(" (AFP)", "").replace(" (POST)", ""))
    assert (
        resolve(bare.assign(outlet="Post"), attribute(bare)).quotations["source_id"].isna().tolist()
        == [True, False] * 2
    )
    gone = resolve(article(text).assign(outlet="Post"), attribute(article(text))).quotations
    assert gone["source_id"].isna().tolist() == [True, False, True, False]
    bodies = "PIET MAAS, NORTHBRIDGE: We counted 63.\n\nQUESTION (AFP): And now?\n\nMAAS: The ministry says 14.\n\nDR MONA HADAD, HILL CLINIC: I was told to lie."
    assert attribute(article(bodies))["speaker"].dropna().tolist() == ["PIET MAAS", "MAAS", "DR MONA HADAD"]
    said = "Ada Byrne, the mayor, said: “Go.”\n\nJon Ash, a pilot, said: “Stay.”\n\nAda Byrne, the mayor, said: “No.”"
    assert {r[1] for r in found(said)} == {"said"}
    assert attribute(article("Monday: rain.\n\nTuesday: sun.\n\nMonday: rain again.")).empty


def test_in_opinion_what_nobody_is_said_to_say_is_the_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = Attribution(((34, 72),), None, None, "speech", 0.6, "heads")
    monkeypatch.setattr(linking, "fuse", lambda *_: [loose])
    text = "The minister left. So let me say it. The minister should go, and go today."
    assert encoded(text, genre="opinion") == []
    assert len(encoded(text, genre="news")) == 1


@pytest.mark.parametrize("joint", ["but", "while", "and", "although"])
def test_the_object_of_a_verb_ends_where_another_speaks_in_contrast(joint: str) -> None:
    text = f"Nurses accused the clinic of neglect, {joint} its director, Mora Finch, said that all was well."
    assert [row[0] for row in found(text)] == ["the clinic of neglect", "that all was well"]
    told = "Ada Byrne said that it rained, but the pilot said that it snowed."
    assert len(attribute(article(told))) == 2


@pytest.mark.parametrize("find", [found, encoded])
def test_the_verb_joined_by_and_has_the_subject_of_the_one_before(find: object) -> None:
    lead = "“Riders are far ahead of the council,” said Imre Falk, who runs the charity Safe Lanes. "
    text = lead + "Falk thinks that trams must be free, and said the treasurer, Oda Renner, had “bowed to the garages”."
    assert [r[2] for r in find(text)][-2:] == ["Falk", "Falk"]  # type: ignore[operator]
    assert find(text)[-1][0] == "the treasurer, Oda Renner, had “bowed to the garages”"  # type: ignore[operator]
    apart = "The minister resigned on Monday, and the mayor said the council would meet."
    assert find(apart)[-1][2] == "the mayor"  # type: ignore[operator]


@pytest.mark.parametrize("find", [found, encoded])
@pytest.mark.parametrize(
    ("post", "signer"),
    [
        ("so it is safe because you say so? ok Pavel\n\n— Tea Lover (@tealover) May 10, 2023", "Tea Lover (@tealover)"),
        ("I drove over it and nearly died!\n\n- @bridgewatch, June 3", "@bridgewatch"),
        ("“What a joke. He never saw it!”\n\n— @karim77 on Chirrup", "@karim77"),
        ("“What a joke. He never saw it!” — @karim77 on Chirrup", "@karim77"),
        ("Fix it. Now. - Mo Karim, @karim77, 3 June", "Mo Karim, @karim77"),
    ],
)
def test_a_post_signed_below_is_its_signers(find: object, post: str, signer: str) -> None:
    rows = find(f"Governor Pavel Okoye insisted that the bridge was safe.\n\n{post}\n\nIt opens on Friday.")  # type: ignore[operator]
    words = post.split("\n\n")[0].split(" —")[0].split(" - ")[0]
    assert [(r[0].rstrip("."), r[2]) for r in rows] == [
        ("that the bridge was safe", "Governor Pavel Okoye"),
        (words.rstrip("."), signer),
    ]


def test_the_lines_of_a_post_are_one_and_a_list_of_handles_is_none() -> None:
    text = (
        "The mayor, Ada Byrne, said it went well.\n\nNever trusted her.\nGood riddance!\n\n— Mo Karim (@mokarim) 4 June"
    )
    assert [r[0] for r in found(text)][1:] == ["Never trusted her.", "Good riddance!"]
    assert found("Follow our reporters:\n\n- @annab\n- @fredk") == []
    assert found("Follow us on Chirrup - @ledgernews") == []
    assert found("The bridge opens on Friday.\n\n— Reporting by Ada Byrne (@annab)") == []
    assert found("The bridge opens on Friday.\n\n- Follow @annab on Chirrup") == []


@pytest.mark.parametrize("find", [found, encoded])
def test_every_item_of_a_list_is_content_of_the_cue_that_leads_to_it(find: object) -> None:
    text = "The nurses demand that:\n\n* wards stay open;\n* shifts end at nine;\n* the board resign.\n\nAnger spread in town."
    rows = find(text)  # type: ignore[operator]
    assert [r[0] for r in rows] == ["wards stay open", "shifts end at nine", "the board resign."]
    assert {r[1:] for r in rows} == {("demand", "The nurses")}
    wants = find("The drivers want the owner to:\n- raise wages, and\n- hire cleaners\n\nThe board met on Tuesday.")  # type: ignore[operator]
    assert [r[0] for r in wants][-2:] == ["raise wages", "hire cleaners"]
    numbered = find("The mayor, Ada Byrne, said three things were needed:\n\n1. more nurses\n2. an ambulance")  # type: ignore[operator]
    assert [r[0] for r in numbered][-2:] == ["more nurses", "an ambulance"]
    assert {r[2] for r in numbered} == {"The mayor, Ada Byrne"}


@pytest.mark.parametrize(
    "text",
    [
        "The festival, which the mayor called a success, featured:\n\n- a brass band\n- two choirs",
        "Readers who want to help can send:\n\n- blankets\n- warm shoes",
    ],
)
def test_a_list_that_no_cue_leads_to_is_the_writers(text: str) -> None:
    assert not [r for r in found(text) if r[0].split()[0] in ("blankets", "warm") or "choirs" in r[0]]
    voices = "What they said:\n• “It passed every test.” – Jon Ash, pilot\n• “It never worked,” Mo Karim said."
    assert [r[2] for r in found(voices)] == ["Jon Ash, pilot", "Mo Karim"]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Bergal Tiles rejected a disputed study claiming that its kiln was harming bees.", "a disputed study"),
        ("The council received an email warning that the dam would fail.", "an email"),
        ("The minister welcomed a letter from the union arguing that wages should rise.", "a letter from the union"),
        ("The owner dismissed the study that says the river is dirty.", "the study"),
        ("The senator criticised the study, saying that it was too dear.", "The senator"),
        ("Critics attacked the report claiming it was unfair.", "Critics"),
        ("The mayor signed a statement saying that the town was broke.", "The mayor"),
    ],
)
def test_a_text_somebody_rejects_or_receives_tells_what_it_tells(text: str, source: str) -> None:
    assert encoded(text)[-1][2] == source


def test_who_rejects_reports_is_not_their_source() -> None:
    rows = encoded("Sea Board ruled out a cover-up, rejecting reports that files had been burnt.")
    assert [r[2] for r in rows if r[1] == "reports"] == [None]


@pytest.mark.parametrize("find", [found, encoded])
def test_who_puts_a_figure_at_a_value_estimates_it(find: object) -> None:
    text = "The union puts the number at 9 million. Publicly, the ministry put it at about 3,500, and a rival at none."
    assert find(text) == [  # type: ignore[operator]
        ("the number at 9 million", "puts", "The union"),
        ("it at about 3,500", "put", "the ministry"),
    ]
    poll = find("The Lantern poll puts support for the plan at between 50 and 58 per cent.")  # type: ignore[operator]
    assert poll == [("support for the plan at between 50 and 58 per cent", "puts", "The Lantern poll")]
    other = "He put dinner on the table at nine. She put the kettle on at 9. They put the boy to bed at eight p.m."
    assert find(other) == []  # type: ignore[operator]


def test_an_outlet_that_tells_of_its_own_questions_is_no_source() -> None:
    text = "The Vale Courier has asked the ministry to release the file. The Courier can reveal that it was lost."
    assert [r for r in encoded(text, outlet="Vale Courier") if r[2] and "Courier" in r[2]] == []
    assert [r for r in encoded(text, outlet="valecourier.com") if r[1] == "has asked"] == []
    assert encoded(text, outlet="Dawn")[0][2] == "The Vale Courier"
    assert encoded("The chap asked the ministry to release the file.", outlet="AP")[0][2] == "The chap"


def test_no_evidence_and_a_name_withheld_are_no_words() -> None:
    assert encoded("The firm offered no evidence for it. It gave no further details.") == []
    assert encoded("She said no evidence had been found.")[0][0] == "no evidence had been found"
    clerk = encoded(
        "A clerk, who asked the paper to withhold her name for fear of losing her job, said the roof leaked."
    )
    assert [r[0] for r in clerk] == ["the roof leaked"]


@pytest.mark.parametrize("mark", ["‘’", "“”"])
def test_who_is_quoted_in_a_quotation_does_not_speak_it(mark: str) -> None:
    a, b = mark
    text = (
        f"Marta Oyelaran, the boy’s aunt, said she had not slept since Sunday.\n\n{a}He never had a gun. The police say "
        f"that he fired first.\n\n{a}I want to see this gun.{b}\n\nThe board is investigating."
    )
    rows = encoded(text)
    assert {r[2] for r in rows} == {"Marta Oyelaran, the boy’s aunt"}
    assert f"{a}He never had a gun. The police say that he fired first." in [r[0] for r in rows]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Two sources said buses were late. ‘I paid two hundred,’ rued Nadia Hassan, a nurse.",
            "Nadia Hassan, a nurse",
        ),
        ("Two sources said buses were late. ‘I paid two hundred,’ Nadia Hassan rued.", "Nadia Hassan"),
        ("Jockey Abe Lund posted: “Ride on.” The club shared a picture with the words: “One of us.”", "The club"),
        (
            "Crews are angry. One grip, who stayed for months, fumed: “They took it all.”",
            "One grip, who stayed for months",
        ),
        ("The panel found that Ines Hare was innocent. Hare smiled. “I told you so.”", "Hare"),
        ("The chairman, Peter Long, expects a loss. Sara Colt shakes her head. “Nonsense.”", "Sara Colt"),
    ],
)
def test_a_quotation_is_whose_its_own_sentence_or_the_gesture_before_it_says(text: str, speaker: str) -> None:
    assert found(text)[-1][2] == speaker
    assert encoded(text)[-1][2] == speaker


def test_a_title_or_a_word_in_marks_has_no_speaker() -> None:
    assert found("“The Return,” Ada Byrne starred in it, made her famous.") == []
    assert found("The judge set two conditions: “You will stay at home, and you will work.”")[0][2] is None
    headline = "The piece used one of her lines as its headline: “Finally. Someone who thinks.”"
    assert [r[2] for r in found(headline)] == [None]


def test_whoever_hears_or_learns_does_not_speak() -> None:
    assert encoded("The Harbour Court heard that the man had run away.")[0][2] is None
    assert encoded("He left.", title="Officer ‘laughed’ as he hit boy, jury told")[0][2] is None
    text = "Sea Board said the crane was safe. Meanwhile, it is learnt that the mayor is unhappy."
    assert encoded(text)[-1][2] is None


def test_the_writer_of_an_opinion_piece_is_no_source() -> None:
    text = "I believe that the studio is a disgrace to its trade. The union says that the court was right."
    assert [r[2] for r in encoded(text, genre="opinion")] == ["The union"]
    assert [r[2] for r in encoded(text, genre="news")] == ["I", "The union"]


def test_a_question_put_to_somebody_is_not_the_answer() -> None:
    rows = encoded("Pressed by Deputy Sean Malley on whether he would go, the minister, Ed Noone, said: ‘I will not.’")
    assert [r[0] for r in rows if r[2] == "the minister, Ed Noone"] == ["‘I will not.’"]
    assert encoded("If it rains, the minister said, the dam will hold.")[-1][2] == "the minister"


def test_a_name_may_end_in_a_pronoun() -> None:
    assert encoded("Rethink It said the tower was ugly.")[0][2] == "Rethink It"
    assert encoded("The report is out. It said the tower was ugly.")[0][2] == "It"


@pytest.mark.parametrize(
    ("text", "said", "who"),
    [
        ("The mill is safe, the mayor, Olu Ade, said. Grete Lind shakes her head. “Never.”", "“Never.”", "Grete Lind"),
        ("Olu Ade said the mill was safe. Lind shrugged. “Ask the dead.”", "“Ask the dead.”", "Lind"),
        ("The mill was safe, Olu Ade said.\n\nAt the gate a welder, Grete Lind, locks up. “I saw it burn.”", "“I saw it burn.”", "a welder, Grete Lind"),
        ("Olu Ade said the mill was safe.\n\nLind wiped away a tear.\n\n“I saw it burn.”", "“I saw it burn.”", "Lind"),
        ("Olu Ade said the mill was safe.\n\nYaw Lind lost two goats in the flood. “Nobody came.”", "“Nobody came.”", "Yaw Lind"),
    ],
)  # fmt: skip
def test_who_acts_right_before_a_quotation_speaks(text: str, said: str, who: str) -> None:
    assert [(cue, speaker) for text, cue, speaker in found(text) if text == said] == [(None, who)]


@pytest.mark.parametrize(
    "text",
    [
        "“I never doubted him,” said Olu Ade. Lind scored twice in May. “He trains harder.”",
        "“We will build it,” said Olu Ade. The crowd laughed. “I mean it.”",
        "“It will be ready,” said Olu Ade. The mayor opens the bridge on Friday. “You will see.”",
        "“She fought on,” said Olu Ade. Lind smiled in every photograph that the family kept of her. “She never gave in.”",
    ],
)
def test_what_others_do_between_two_quotations_makes_them_no_speakers(text: str) -> None:
    assert {speaker for _, _, speaker in found(text)} == {"Olu Ade"}


@pytest.mark.parametrize(
    "text",
    [
        "The mother, Grete Lind, told the court what happened.\n\n“My boy left at dawn. He told me he would be back by noon. Then his boss "
        "called to say that he had fallen.\n\n“I do not want pity. Let them tell me who sent him up.”",
        "Grete Lind, a driver, spoke at the gate.\n\n‘We are no thieves. The minister says there is no bread.’\n\n‘There was bread for his guards.’",
        "“My boy had no gun. The police say that he fired first.\n\n“He could not hold a spoon,” said Grete Lind.",
        "The fund was empty, the minister said.\n\nGrete Lind, a nurse, spoke for the strikers.\n\n“We are tired.”\n\n“The governor says that we lie.”",
    ],
)
def test_who_is_quoted_inside_a_quotation_has_none_of_its_words(text: str) -> None:
    rows = [row for row in encoded(text) if row[0][0] in "“‘"]
    assert len(rows) == 2
    assert all(row[2] is None or "Grete Lind" in row[2] for row in rows)
