"""Wire copy, reprints, versions and edits."""

from __future__ import annotations

import pandas as pd
import pytest

from framing import schema, wire

PARAGRAPHS = [
    "The ferry between Orvane and the island of Little Skerry will stop running in October, its owner said on Monday.",
    "Selm Maritime blamed the price of fuel and a fall in bookings, which it put at a third since the spring.",
    "“We have looked at every other way,” managing director Ilse Varga told reporters at the quay.",
    "Islanders said they had not been consulted. A petition against the closure gathered four thousand names in two days.",
    "The regional council, which pays a quarter of the cost of each crossing, said it would meet the company on Thursday.",
    "Little Skerry has a school with eleven pupils and a clinic that opens on two mornings a week.",
    "Last winter the crossing was cancelled on forty days because of storms, the longest interruption on record.",
    "A smaller boat carrying mail and medicine will go on sailing, the company added.",
]
STORY = "\n\n".join(PARAGRAPHS)
OTHER = "\n\n".join([
    "Residents of Little Skerry face a winter cut off from the mainland after the owner of their only ferry gave up the route.",
    "Selm Maritime told staff at a meeting in Orvane that the line had lost money for three years running.",
    "Teacher Bram Oduya, who came to the island in 2015, fears the school will be next to go.",
    "“They did not ask one of us,” he said on the steps of the clinic.",
    "Councillor Petra Lindqvist promised to raise the subsidy with the government in the capital.",
])  # fmt: skip


def article(key: str, text: str, outlet: str | None = None, day: int | None = None, **more) -> dict:
    at = None if day is None else pd.Timestamp(2021, 3, day, tz="UTC")
    return {
        "article_id": key,
        "text": text,
        "outlet": outlet,
        "published_at": at,
        "title": "Ferry to stop",
        "origin": key,
        "n_words": schema.count_words(text),
    } | more


def find(*rows: dict) -> pd.DataFrame:
    return wire.find(schema.conform(list(rows), "articles")).articles.set_index("article_id")


@pytest.mark.parametrize(
    "turn",
    [
        "QUESTION (AFP): Who blocks the harbour road?",
        "Q (Reuters) - And the crew?",
        "Ines Moor (AP): Will the ferry sail in winter?",
        "MODERATOR (Orvane News Agency): The next question, please.",
        "Ilse Varga [AFP]: Thank you. I ask about the crew.",
    ],
)
def test_a_reporters_outlet_in_a_transcript_is_no_dateline(turn):
    before, after = "Minister Lindqvist: We have called this meeting about the ferry.", "Ilse Varga [AFP]: One more."
    for lines in ((before, turn, after), (turn, before, after)):
        assert find(article("a", "\n\n".join(lines))).wire.isna().all()


def test_a_dateline_with_a_colon_is_one_still():
    story = "ORVANE (AFP): The ferry will stop.\n\nBackground: it has sailed for years.\n\nWho pays: the council."
    twice = "ORVANE (AFP): The ferry will stop.\n\nSKERRY (AFP): The island was not told."
    assert find(article("a", story), article("b", twice)).wire.tolist() == ["AFP", "AFP"]


@pytest.mark.parametrize(
    ("text", "more", "agency"),
    [
        ("ORVANE (Reuters) - The ferry will stop.", {}, "Reuters"),
        ("ORVANE, March 4 (AFP) — The ferry will stop.", {}, "AFP"),
        ("Orvane, Selmland (AP) – The ferry will stop.", {}, "AP"),
        ("BEIJING, Nov. 3 (Xinhua) -- The ferry will stop.", {}, "Xinhua"),
        ("The ferry will stop.", {"author": "Ada Orr, Associated Press"}, "AP"),
        ("The ferry will stop.", {"author": "Reuters Staff"}, "Reuters"),
        ("The ferry will stop.\n\nBoats wait.\n\n(Reporting by Ada Orr; Editing by Ben Ito)", {}, "Reuters"),
        ("The ferry will stop.\n\nBoats wait.\n\nCopyright 2021 The Associated Press. All rights reserved.", {}, "AP"),
        ("The ferry will stop.\n\nBoats wait.\n\n— AFP", {}, "AFP"),
        ("The ferry will stop.", {"credits": "AFP is a leading global news agency."}, "AFP"),
        ("A sailor told AFP it was over. His wife told AFP the same.", {}, "AFP"),
        ("The ferry will stop.", {}, None),
        ("The ferry will stop, according to Reuters.", {}, None),
        ("The minister told Reuters so.", {}, None),
        ("The ferry will stop.\n\nBoats wait.\n\nReuters contributed to this report.", {}, None),
        ("The ferry will stop.\n\nThe Associated Press contributed to this report.", {"author": "Ada Orr"}, None),
        ("ORVANE (Reuters) - The ferry will stop.", {"outlet": "Reuters"}, None),
    ],
)
def test_credits(text, more, agency):
    found = wire.credit({"text": text} | more)
    assert (found.agency if found else None) == agency


def test_exact_reprint_points_to_the_earlier():
    found = find(article("b", STORY, "Quay News", 5), article("a", STORY, "Orvane Post", 4))
    assert found.duplicate_of.to_dict() == {"b": "a", "a": pytest.approx(float("nan"), nan_ok=True)}
    assert found.loc["b", "relation"] == "exact"
    assert found.loc["b", "shared_share"] == 1


def test_the_agency_is_the_original_whatever_the_date():
    found = find(article("b", STORY, "Quay News", 3), article("a", STORY, "Reuters", 4))
    assert found.loc["b", "duplicate_of"] == "a"
    assert found.loc["b", "wire"] == "Reuters"
    assert found.loc["b", "original_reason"] == "published by the agency itself"
    assert pd.isna(found.loc["a", "wire"])


def test_trimmed_edited_and_extended():
    own = "Quay News asked every member of the council for comment; none of the nine had answered by the evening. " * 6
    found = find(
        article("wire", STORY, "Reuters", 4),
        article("trimmed", "\n\n".join(PARAGRAPHS[:4]), "Quay News", 5),
        article(
            "edited",
            STORY.replace("on Monday", "this week").replace("four thousand", "4,000").replace("said it would", "will"),
            "Skerry Sun",
            5,
        ),
        article("extended", f"{STORY}\n\n{own}", "Island Times", 6),
        article("own", OTHER, "Orvane Post", 5),
    )
    assert found.relation.drop("wire").to_dict() | {"own": None} == {
        "trimmed": "trimmed",
        "edited": "edited",
        "extended": "extended",
        "own": None,
    }
    assert found.loc[["trimmed", "edited"], "duplicate_of"].tolist() == ["wire", "wire"]
    assert pd.isna(found.loc["own", "duplicate_of"])
    assert found.loc["extended", "shared_with"] in {"wire", "edited"}
    assert 0 < found.loc["extended", "shared_share"] < 1


def test_versions_of_a_page():
    new = STORY + "\n\nThe council has since agreed to pay more."
    found = find(
        article("new", new, "Orvane Post", 5, url="https://post.example/ferry?x=1"),
        article("old", STORY, "Orvane Post", 4, url="http://www.post.example/ferry"),
    )
    assert found.loc["new", "version_of"] == "old"
    assert found.duplicate_of.isna().all()
    table = found.reset_index()
    assert wire.current(table).article_id.tolist() == ["new"]
    assert wire.current(table, "oldest").article_id.tolist() == ["old"]
    assert len(wire.current(table, "all")) == 2


def test_edits_tell_what_the_outlet_changed():
    text = "\n\n".join(
        [
            PARAGRAPHS[0].replace("will stop running", "is to be axed"),
            *PARAGRAPHS[1:3],
            "Nobody at the quay believed her.",
            *PARAGRAPHS[4:],
        ]
    )
    rows = schema.conform(
        [article("w", STORY, "Reuters", 4), article("m", text, "Quay News", 5) | {"title": "Islanders betrayed"}],
        "articles",
    )
    edits = wire.find(rows).edits
    assert edits.kind.value_counts().to_dict() == {"headline": 1, "changed": 1, "added": 1, "cut": 2}
    shown = edits[edits.start.notna()]
    schema.check_spans(shown, rows, text="text")
    assert edits.loc[edits.kind == "cut", "original_text"].str.contains("Islanders|petition").all()


def test_order_does_not_matter_and_nothing_is_mutated():
    rows = [
        article("a", STORY, "Reuters", 4),
        article("b", STORY, "Quay News", 5),
        article("c", OTHER, "Orvane Post", 5),
    ]
    table = schema.conform(rows, "articles")
    before = table.copy()
    forward = wire.find(table).articles.set_index("article_id")
    pd.testing.assert_frame_equal(table, before)
    backward = wire.find(table.iloc[::-1]).articles.set_index("article_id").loc[forward.index]
    pd.testing.assert_frame_equal(forward, backward)


def test_words_are_compared_within_sixty_days_or_at_one_address():
    late = pd.Timestamp(2021, 9, 1, tz="UTC")
    first = article("a", STORY, "Quay News", 4, url="https://quay.invalid/1")
    assert find(first, article("b", STORY, "Orvane Post", published_at=late)).shared_with.isna().all()
    found = find(first, article("b", STORY, "Quay News", published_at=late, url="https://www.quay.invalid/1?x=2"))
    assert found.loc["b", "version_of"] == "a"
    assert find(first, article("b", STORY, "Orvane Post")).loc["b", "duplicate_of"] == "a", "undated meets all"


def test_articles_in_pieces_give_what_they_give_together():
    rows = [
        article("a", "ORVANE (Reuters) - " + STORY, "Reuters", 4),
        article("c", OTHER, "Orvane Post", 5),
        article("b", STORY + " Boats wait.", "Quay News", 5),
        article("d", OTHER, "Orvane Post", 6),
    ]
    table = schema.conform(rows, "articles")
    whole, parts = wire.find(table), wire.trace([table.iloc[:1], table.iloc[1:3], table.iloc[3:]])
    pd.testing.assert_frame_equal(whole.edits, parts.edits)
    assert len(whole.edits)
    pd.testing.assert_frame_equal(whole.articles[parts.articles.columns], parts.articles)


def test_empty_and_short_texts():
    found = find(article("a", "Short."), article("b", "Short."), article("c", ""))
    assert len(found) == 3
    assert wire.find(schema.empty("articles")).edits.empty


@pytest.mark.parametrize(
    ("text", "author", "outlet", "agency"),
    [
        ("KARAPUR, May 5 (Northern News Agency) - The dam held.", None, "Quayside", "Northern News Agency"),
        ("HAVEN (Veldt Newswire) — The dam held.", None, None, "Veldt Newswire"),
        ("The dam held.", "Ada Orr, Isle News Agency", "Quayside", "Isle News Agency"),
        ("KARAPUR (Orrin Press Service) — The dam held.", None, "orrinpressservice.example", None),
        ("The dam held, the chief (Harbour News Service reported) said.", None, "Quayside", None),
        ("The dam held.", "Ada Orr, Quayside News Service", "Quayside News Service", None),
        ("HAVEN (Daily Wire) — The dam held.", None, "Quayside", None),
    ],
)
def test_an_agency_that_no_list_has_is_told_by_its_name(text, author, outlet, agency):
    found = wire.credit({"text": text, "author": author, "outlet": outlet})
    assert (found.agency if found else None) == agency


@pytest.mark.parametrize(
    ("author", "closing", "found"),
    [
        ("Norpress", "", "Norpress"),
        (None, "\n\n© Norpress. All rights reserved.", "Norpress"),
        ("Ines Pires", "", None),
    ],
)
def test_an_agency_that_no_list_has_is_known_by_dateline_and_byline_or_rights(author, closing, found):
    text = "ORVANE (Norpress) - The bridge at Orvane was closed on Monday, the harbour office said." + closing
    credit = wire.credit({"text": text, "author": author, "outlet": "Orvane Post"})
    assert (credit and credit.agency) == found
    assert wire.credit({"text": "ORVANE (Monday) - The bridge was closed.", "author": "Ines Pires"}) is None
