"""Cleaning: body kept, the rest removed with its place; language, genre, stubs; hostile input."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing import clean, loading, schema
from framing.clean import genre, inline, lines, repeats, statements, webpage

BODY = [
    "The regional council of Orvane voted on Tuesday to close the old market hall, ending two years of dispute over its roof.",
    "“Nobody wanted this,” said council leader Petra Lindqvist, who had promised in January to keep the building open.",
    "Traders who rent the forty stalls were told to leave by the end of May, and several said they would go to court.",
    "A report by the engineers Holm & Varga found last year that the iron frame had rusted through in eleven places.",
    "Repairs would cost nine million crowns, according to the report, more than the hall has earned since it was built.",
    "The council will decide in the autumn whether to rebuild the hall or sell the land, Lindqvist added.",
]
NOISE = [
    "Home | News | Sport | Weather | Contact",
    "Sign up for our newsletter and get the best stories delivered to your inbox every morning.",
    "Read more: What we know about the market hall",
    "Share on Facebook",
    "Support independent journalism: become a member today and help keep our reporting free for everyone.",
    "© 2021 Orvane Post. All rights reserved. Privacy Policy | Terms of Use",
]
SCRAPE = [
    *BODY[:2], "market hall roof orvane", "The iron roof of the market hall. Photo: Bram Oduya.", *BODY[2:4], *NOISE[2:3], *BODY[4:], *NOISE[1:2], *NOISE[3:],
]  # fmt: skip


def run(text: str, **more) -> clean.Cleaned:
    row = {"article_id": "a", "text": text, "origin": "test", "html": False} | more
    return clean.clean(pd.DataFrame([row]))


@pytest.mark.parametrize("joint", ["\n\n", "\n", "\r\n", "\n \n"])
def test_a_scrape_gives_its_body(joint):
    done = run(joint.join(SCRAPE))
    article = done.articles.iloc[0]
    assert article.text.split("\n\n") == BODY
    assert "The iron roof of the market hall. Photo: Bram Oduya." in done.removed.text.tolist()
    assert set(done.removed.kind) <= set(schema.REMOVED_KINDS)
    schema.check(done.articles, "articles")
    schema.check(done.removed, "removed")


def test_removed_and_kept_have_their_place_in_the_raw_text():
    done = run("\n\n".join(SCRAPE))
    raw = done.raw.raw_text[0]
    for row in done.removed.itertuples():
        assert raw[row.raw_start : row.raw_end] == row.text
    assert [raw[a:b] for a, b in json.loads(done.raw.kept[0])] == BODY
    text = done.articles.text.iloc[0]
    at = text.index("rusted through")
    begin, end = clean.raw_span(text, done.raw.kept[0], at, at + 14)
    assert raw[begin:end] == "rusted through"


@pytest.mark.parametrize("joint", ["\n\n", "\n", " "])
def test_a_clean_text_loses_nothing(joint):
    done = run(joint.join(BODY))
    assert done.articles.text.iloc[0].replace("\n\n", joint) == joint.join(BODY)
    assert done.removed.empty


LIVE = [
    "What we know so far",
    "- The harbour office says two ferries are adrift",
    "- Divers have found nine crates",
    "- Schools in Orvane will stay closed until Monday",
    "18.02",
    "Guns of the old fort were fired as a warning on Thursday, and the islanders of Little Skerry were told to stay at home.",
    "17.40",
    'The mayor, Petra Lindqvist, has posted on a network: "We will answer every call."',
    "17.22",
    "The union of pilots has accused the office of acting too late. The office has not yet replied.",
    "16.58",
    "The coast guard in Orvane has asked for helicopters, state radio reported.",
    "16.40",
    "Traders who rent the forty stalls on the quay were packing up before noon, and several said they would not come back.",
]  # fmt: skip


@pytest.mark.parametrize("mark", ["-", "•"])
def test_a_live_blog_keeps_its_posts_and_bullets(mark):
    lines_ = [line.replace("-", mark, 1) if line.startswith("-") else line for line in LIVE]
    text = run("\n\n".join([*lines_, *NOISE])).articles.text.iloc[0].split("\n\n")
    assert text == [line for line in lines_ if len(line) > 20]


def test_a_list_of_other_articles_stays_out():
    listed = ["• Harbour office says it is innocent", "• Mayor Lindqvist was seen with traders"]
    body = run("\n".join([*BODY[:3], "Read more:", *listed, *BODY[3:]])).articles.text.iloc[0]
    verdicts = [lines.Verdict("body", 0.9, ""), *[lines.Verdict("boilerplate", 0.6, "line classifier")] * 3]
    texts = [BODY[0] + " Mayor Lindqvist spoke.", "Read more:", *listed]
    assert [v.label for v in statements.protect(texts, verdicts)] == ["body", *["boilerplate"] * 3]
    assert "Read more" not in body


@pytest.mark.parametrize("last", ["Nobody has apologised.", "The hall will be missed."])
def test_a_last_short_sentence_is_body(last):
    assert run("\n\n".join([*BODY, last])).articles.text.iloc[0].endswith(last)
    body, other = lines.Verdict("body", 0.9, ""), lines.Verdict("boilerplate", 0.6, "line classifier")
    assert statements.protect([*BODY[:2], last], [body, body, other])[-1].label == "body"


@pytest.mark.parametrize(
    "line",
    [
        "Ada Orr is a reporter at the Post.",
        "You have three free articles left.",
        "Sign up for our newsletter, which has been read by thousands.",
        "The picture was taken on Monday. Photo: Bram Oduya.",
        "Has the hall a future?",
        "Markets today",
    ],
)
def test_clutter_is_not_protected_as_a_statement(line):
    body, other = lines.Verdict("body", 0.9, ""), lines.Verdict("boilerplate", 0.8, "line classifier")
    assert [v.label for v in statements.protect([*BODY[:3], line], [body, body, body, other])][-1] == "boilerplate"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Amara Nwosu", "Amara Nwosu"),
        ("BY ADA ORR AND BEN ITO", "ADA ORR AND BEN ITO"),
        ("By Holm & Varga", "Holm & Varga"),
        ("By Priya de Souza, Orvane", "Priya de Souza, Orvane"),
        ("By The Numbers", None),
    ],
)
def test_a_byline_above_the_body_gives_the_author(line, author):
    done = run("\n\n".join(["Council closes the market hall", line, *BODY]))
    assert done.articles.author.fillna("").iloc[0] == (author or "")
    assert line not in done.articles.text.iloc[0]


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ("Sunita Rao | Orvane | Updated: March 4, 2021 06:30 IST", "Sunita Rao"),
        ("Sunita Rao | Port Orvane | March 4, 2021", "Sunita Rao"),
        ("Bram Oduya | The Orvane Post", "Bram Oduya"),
        ("Bram Oduya - Orvane Post", "Bram Oduya"),
        ("EXCLUSIVE by Ilse Varga", "Ilse Varga"),
        ("Holm &amp; Varga", "Holm & Varga"),
        ("Ilse Varga | Reuters", "Ilse Varga | Reuters"),
        ("Ilse Varga - Opinion contributor", "Ilse Varga - Opinion contributor"),
        ("Ada Orr, Ben Ito", "Ada Orr, Ben Ito"),
        ("Exclusive Analytics", "Exclusive Analytics"),
    ],
)
def test_an_author_field_is_left_its_names(field, author):
    assert run("\n\n".join(BODY), author=field, outlet="Orvane Post").articles.author.iloc[0] == author


def test_the_two_names_of_a_firm_stay_one_author():
    body = "".join(f"<p>{p}</p>" for p in BODY)
    page = f'<html><body><article><a rel="author" href="/a">Holm &amp; Varga</a>{body}</article></body></html>'
    assert run(page, html=True).articles.author.iloc[0] == "Holm & Varga"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("The yard of the school, where lessons are held outdoors. Credit: Ilse Varga/Bram Oduya", "caption"),
        ("Credit: Ilse Varga", "credit"),
        ("Petra Lind covers schools. Reach her at plind@orvane.example or 555-0134.", "byline"),
        ("Bram Oduya is the Post's health reporter. Contact him at 555-013-4500", "byline"),
        ("You have exhausted your free articles for the month", "boilerplate"),
        ("You’ve read three of four free stories this month.", "boilerplate"),
        ("Do you have a relative with asthma? Call us on 0800 555 013.", "boilerplate"),
        ("Were you on the ferry? Tell us what you saw.", "boilerplate"),
        ("Take our poll. Subscribe for more like it.", "boilerplate"),
    ],
)
def test_what_speaks_of_the_paper_and_to_its_readers_is_no_body(line, kind):
    assert inline.whole(line)[0] == kind


@pytest.mark.parametrize(
    "line",
    [
        "To his credit, he resigned before the vote.",
        "She gave one man the credit: Simon.",
        "“Do you have a plan? Call us,” the mayor told the traders.",
        "Do you have a plan? Tell me, the judge said.",
        "You have read the articles of war, he told the sailors.",
        "Take our survey: nine in ten agree, the union said.",
        "Contact him at once, the captain said; 300 men were waiting.",
        "He could be reached at 555-0134 on Monday, police said.",
        "Petra Lind covers her face in the yard.",
    ],
)
def test_sentences_with_the_same_words_are_body(line):
    assert inline.whole(line) is None
    assert inline.cuts(line) == []


def test_where_a_reporter_can_be_reached_is_cut_from_a_paragraph():
    line = "Prices will rise again in May. Reach Ada Orr at ada@orvane.example or (02) 9555 0134."
    assert [line[: cut.start] for cut in inline.cuts(line)] == ["Prices will rise again in May. "]


def test_one_short_line_is_kept():
    assert run("Ferry stops.").articles.text.tolist() == ["Ferry stops."]


def test_cleaning_off_changes_nothing():
    text = "\n".join(SCRAPE) + "  "
    done = clean.clean(pd.DataFrame([{"article_id": "a", "text": text, "origin": "t"}]), enabled=False)
    assert done.articles.text.tolist() == [text]
    assert done.removed.empty


def test_cleaning_twice_is_cleaning_once():
    once = run("\n\n".join(SCRAPE)).articles
    again = clean.clean(once)
    pd.testing.assert_frame_equal(once, again.articles)


HEADS = [
    "Council votes to close market hall after two years of dispute",
    "'Nobody wanted this': what the council's vote means for the market hall",
    "Will the old market hall close in May?",
    "Petra Lindqvist's council closes hall, traders to go to court",
]


@pytest.mark.parametrize("head", HEADS)
def test_a_first_line_that_is_no_sentence_is_the_headline(head):
    article = run("\n\n".join([head, *BODY])).articles.iloc[0]
    assert (article.title, article.text.split("\n\n")) == (head, BODY)


@pytest.mark.parametrize(
    "line",
    [
        "The council voted to close the market hall. Traders will go to court",
        "Traders leave the market hall of Orvane after the council's vote (Bram Oduya/Reuters)",
        "How our cookies and partners make this website better for you",
    ],
)
def test_a_first_line_of_two_sentences_with_a_credit_or_of_other_words_is_no_headline(line):
    assert pd.isna(run("\n\n".join([line, *BODY])).articles.title[0])


def test_a_first_line_followed_by_no_blank_line_is_no_headline():
    assert pd.isna(run("\n".join([HEADS[0], *BODY])).articles.title[0])


@pytest.mark.parametrize(
    ("origin", "more", "day", "note"),
    [
        ("texts/Orvane Post/2021-03-04-hall.txt", {}, "2021-03-04", "from the file's name"),
        ("texts.zip!a/20210304_hall.txt", {}, "2021-03-04", "from the file's name"),
        ("texts/2021-03-04-hall.html", {"html": True}, None, None),
        ("texts/2021-03-04.csv:3", {}, None, None),
        ("2021-03-04/hall.txt", {}, None, None),
        ("2021-03-04-to-2021-03-09.txt", {}, None, None),
        ("2021-03-04.txt", {"published_at": pd.Timestamp("2021-02-01", tz="UTC")}, "2021-02-01", None),
    ],
)
def test_an_undated_text_has_the_day_of_its_file_name(origin, more, day, note):
    article = run("\n\n".join(BODY), origin=origin, **more).articles.iloc[0]
    assert (None if pd.isna(article.published_at) else f"{article.published_at:%Y-%m-%d}") == day
    assert (None if pd.isna(article.published_note) else article.published_note) == note


def test_known_title_and_repetitions_are_taken_out():
    done = run("\n\n".join(["Council closes market hall", *BODY, BODY[0]]), title="Council closes market hall")
    assert done.articles.text.iloc[0].split("\n\n") == BODY
    assert sorted(done.removed.kind) == ["duplicate", "headline"]


def test_hard_wrapped_text_keeps_its_paragraphs():
    import textwrap

    text = "\n\n".join(textwrap.fill(p, 60) for p in BODY)
    paragraphs = run(text).articles.text.iloc[0].split("\n\n")
    assert [" ".join(p.split()) for p in paragraphs] == BODY


def page(head: str = "", extra: str = "") -> str:
    body = "".join(f"<p>{p}</p>" for p in BODY)
    return (
        f"<html><head><title>Council closes market hall - Orvane Post</title>{head}</head><body><nav>{NOISE[0]}</nav>"
        f"<article><h1>Council closes market hall</h1><figure><img src='x.jpg' alt='market hall'><figcaption>The hall in March.</figcaption></figure>"
        f"{body}<blockquote><p>The roof could fall at any time, and we have known it for a year.</p></blockquote>{extra}</article>"
        f"<footer>{NOISE[-1]}</footer></body></html>"
    )


def test_a_web_page():
    head = '<meta property="article:published_time" content="2021-03-04T10:00:00Z"><link rel="canonical" href="https://post.example.com/hall"><meta name="author" content="Ada Orr">'
    done = run(page(head), html=True)
    article = done.articles.iloc[0]
    assert article.text.split("\n\n")[: len(BODY)] == BODY
    assert "The roof could fall at any time" in article.text
    assert article.title == "Council closes market hall"
    assert article.author == "Ada Orr"
    assert article.published_at == pd.Timestamp("2021-03-04 10:00", tz="UTC")
    assert article.url == "https://post.example.com/hall"
    assert article.captions == "The hall in March."
    assert "The hall in March." not in article.text
    raw = done.raw.raw_text[0]
    assert all(raw[r.raw_start : r.raw_end] == r.text for r in done.removed.itertuples())


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


STATED = {
    "@type": "NewsArticle",
    "headline": "Council closes market hall",
    "datePublished": "2021-03-04T23:30:00-05:00",
}


@pytest.mark.parametrize(
    ("head", "date", "published"),
    [
        (linked(STATED), "2021-03-04T23:30:00-05:00", "2021-03-05 04:30"),
        (linked(STATED | {"dateModified": "2021-06-01"}), "2021-03-04T23:30:00-05:00", "2021-03-05 04:30"),
        (linked({"@graph": [{"@type": "WebSite", "name": "Post"}, STATED]}), "2021-03-04T23:30:00-05:00", "2021-03-05 04:30"),
        (linked([STATED | {"headline": "Ferry late", "datePublished": "2020-01-01"}, STATED]) + '<meta property="og:title" content="Council closes market hall">', "2021-03-04T23:30:00-05:00", "2021-03-05 04:30"),
        (linked("{ broken") + '<meta name="pubdate" content="20210304">', "20210304", "2021-03-04"),
        (linked(STATED | {"datePublished": "0001-01-01"}) + '<meta itemprop="datePublished" content="2021-03-04">', "2021-03-04", "2021-03-04"),
        (linked("[" * 100_000), "2021-03-04", "2021-03-04"),
        ("", "2021-03-04", "2021-03-04"),
    ],
)  # fmt: skip
def test_the_date_is_that_of_publication_as_the_page_states_it(head, date, published):
    row = run(page(head), html=True, url="https://post.example.com/2021/mar/04/hall").articles.iloc[0]
    assert row.published_raw == date
    assert row.published_at == pd.Timestamp(published, tz="UTC")


@pytest.mark.parametrize(
    ("shown", "raw"),
    [
        ("March 3, 2021 9:10 PM", "March 3, 2021 9:10 PM"),
        ("PUBLISHED: March 3, 2021 at 9:10 p.m. | UPDATED: March 4, 2021 at 8:00 a.m.",) * 2,
        ('<time datetime="2021-03-03T21:10:31-05:00">last night</time>', "2021-03-03 21:10:31-05:00"),
        ("March 4, 2021 2:10 AM", "2021-03-04T02:10:31Z"),  # the same day: nothing to tell
        (
            "March 3, 2021 9:25 PM",
            "2021-03-04T02:10:31Z",
        ),  # no zone is a quarter of an hour away from another's minutes
        ("March 1, 2021 9:10 PM", "2021-03-04T02:10:31Z"),
    ],
)
def test_the_day_a_page_shows_in_its_own_zone_is_kept_beside_the_moment(shown, raw):
    meta = '<meta property="article:published_time" content="2021-03-04T02:10:31Z">'
    row = run(page(meta).replace("</h1>", f"</h1><p>{shown}</p>"), html=True).articles.iloc[0]
    assert row.published_raw == raw
    assert row.published_at == pd.Timestamp("2021-03-04 02:10:31", tz="UTC")


def test_a_time_below_the_headline_goes_before_the_day_in_the_address():
    time = lambda day: page("").replace("</h1>", f'</h1><time datetime="{day} 05:00:00">then</time>')  # noqa: E731
    address = "https://post.example.com/2021/03/04/hall"
    assert run(time("2021-03-05"), html=True, url=address).articles.published_raw.tolist() == ["2021-03-05 05:00:00"]
    assert run(time("2021-03-25"), html=True, url=address).articles.published_raw.tolist() == ["2021-03-04"]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("", "Council closes market hall"),
        ('<meta property="og:title" content="Council closes market hall | Orvane Post">', "Council closes market hall"),
        (linked(STATED | {"headline": "Orvane&#8217;s hall to shut"}), "Orvane’s hall to shut"),
    ],
)
def test_the_title_is_the_headline_shown_where_it_agrees_with_what_is_stated(head, title):
    assert run(page(head), html=True).articles.title.tolist() == [title]


def test_an_author_not_stated_is_the_one_the_byline_names():
    byline = '<p class="byline">By Ada Orr and Ben Ito | 4 March 2021</p>'
    assert run(page(extra=byline), html=True).articles.author.tolist() == ["Ada Orr and Ben Ito"]
    assert run(page('<meta name="author" content="Cy Doe">', byline), html=True).articles.author.tolist() == ["Cy Doe"]


def test_a_date_not_stated_is_searched_for_in_the_text():
    assert run(page(extra="<p>Published on March 4, 2021</p>"), html=True).articles.published_raw.tolist() == [
        "2021-03-04"
    ]


def test_genre_from_what_the_page_states():
    opinion = run(page(linked(STATED | {"@type": "OpinionNewsArticle"})), html=True).articles.iloc[0]
    assert (opinion.genre, opinion.genre_reason) == ("opinion", "type stated in the page")
    section = run(page('<meta property="article:section" content="Opinion">'), html=True).articles.iloc[0]
    assert section.genre == "opinion"


def test_a_page_is_parsed_once(monkeypatch):
    import lxml.html

    read = []
    parser = lxml.html.document_fromstring
    monkeypatch.setattr(lxml.html, "document_fromstring", lambda *a, **k: read.append(1) or parser(*a, **k))
    assert webpage.extract(page(linked(STATED))).paragraphs
    assert len(read) == 1


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 5000 + BODY[0] + "</div>" * 5000,
        "<p>" + "<b>" * 20000 + BODY[0],
        "<html>",
        "<" * 10000,
        "<p></p>",
        "<table>" * 500 + BODY[0],
        *(
            f"<p {sign.join(f'a{i}{value}' for i in range(60_000))}>{BODY[0]}</p>"
            for sign, value in ((" ", '="1"'), (" ", ""), ("/", "=<"))
        ),
    ],
)
def test_hostile_markup_ends_in_a_row_or_a_rejection(markup):
    done = run(markup, html=True)
    assert len(done.articles) + len(done.rejected) == 1


def test_rows_without_a_body_are_rejected_with_a_reason():
    rows = pd.DataFrame([
        {"article_id": "a", "text": "<html><body></body></html>", "origin": "x", "html": True},
        {"article_id": "b", "text": "\n\n".join(BODY), "origin": "y", "html": False},
    ])  # fmt: skip
    done = clean.clean(rows)
    assert done.articles.article_id.tolist() == ["b"]
    assert done.rejected.reason.str.contains("no body text").all()
    assert len(done.articles) + len(done.rejected) == len(rows)


def test_stubs_are_kept_and_marked():
    cut = run(f"{BODY[0]}\n{BODY[1][:60]}… [+2211 chars]")
    assert cut.articles.stub.tolist() == [True]
    assert "chars]" not in cut.articles.text.iloc[0]
    paid = run("\n\n".join([BODY[0], "Subscribe now to continue reading this article. Already a subscriber? Log in"]))
    assert paid.articles.stub.tolist() == [True]
    assert run("\n\n".join(BODY)).articles.stub.tolist() == [False]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Der Gemeinderat von Orvane hat am Dienstag beschlossen, die alte Markthalle zu schließen.", "de"),
        ("Le conseil municipal a décidé mardi de fermer les anciennes halles du marché couvert.", "fr"),
        ("Городской совет во вторник решил закрыть старый рынок из-за ржавой крыши здания.", "ru"),
        ("The council decided on Tuesday to close the old market hall because of its roof.", "en"),
    ],
)
def test_languages_are_kept_and_marked(text, code):
    article = run(text).articles.iloc[0]
    assert article.language == code
    assert article.text == text


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"url": "https://post.example/opinion/2021/hall"}, "opinion"),
        ({"title": "Editorial: save the hall"}, "opinion"),
        ({"title": "Analysis: why the hall had to go"}, "analysis"),
        ({"author": "Analysis by Ada Orr"}, "analysis"),
        ({"title": "Market hall vote - live updates"}, "live"),
        ({"title": "Interview: Petra Lindqvist on the hall"}, "interview"),
        ({"url": "https://post.example/reviews/film/the-roof"}, "review"),
        ({"url": "https://post.example/2021/03/04/hall", "title": "Council closes hall"}, "news"),
    ],
)
def test_genres(row, expected):
    assert genre.guess({"text": "\n\n".join(BODY)} | row).genre == expected


def test_trees_from_arrays_are_those_that_were_grown(tmp_path):
    from sklearn.ensemble import HistGradientBoostingClassifier

    from framing.clean.trees import Trees

    rng = np.random.default_rng(7)
    rows = rng.normal(size=(600, 5)).astype(np.float32)
    labels = np.digitize(rows[:, 0] * rows[:, 1] + rows[:, 2], (-0.5, 0.5))
    grown = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=8, random_state=1).fit(rows, labels)
    np.savez(tmp_path / "trees.npz", **Trees.arrays(grown))
    assert Trees.load(tmp_path / "trees.npz").probabilities(rows) == pytest.approx(grown.predict_proba(rows), abs=1e-6)


def test_surroundings_tell_a_list_from_an_article_and_a_comment_from_the_body():
    body = [f"{sentence} The council of Orvane met on it again." for sentence in BODY]
    teasers = [f"Ferry {i} is late again as the north wind keeps on" for i in range(8)]
    verdicts = lines.Model.load().classify([*body, *teasers])
    assert [v.label for v in verdicts[: len(body)]] == ["body"] * len(body)
    assert not any(v.label == "body" for v in verdicts[len(body) :])


def test_a_caption_is_told_by_the_credit_it_ends_in():
    caption = "The northern quay of Orvane from the air, in 2017. Photo: Quaycommons."
    scrape = [caption if "Bram Oduya" in line else line for line in SCRAPE]
    removed = run("\n".join(scrape)).removed.set_index("text")
    assert removed.kind[caption] == "caption"
    assert removed.kind[NOISE[4]] == "boilerplate"
    assert not lines._captioned("Photo: Quaycommons.")


ABOUT = "The Orvane Lantern answers letters from its readers on this island and on the others."


def articles_of(outlets: list[str], end: str) -> pd.DataFrame:
    """One article an outlet, each about another thing, all with the same last line."""
    things = ["museum", "theatre", "library", "stadium", "school"][: len(outlets)]
    texts = ["\n\n".join([*(line.replace(" the ", f" the {thing} ", 1) for line in BODY), end]) for thing in things]
    return pd.DataFrame({"article_id": things, "outlet": outlets, "text": texts, "origin": things})


def test_what_recurs_in_an_outlets_texts_is_doubted():
    apart = clean.clean(articles_of(["Lantern", "Post", "Quay News", "Courier", "Globe"], ABOUT))
    together = clean.clean(articles_of(["Lantern"] * 5, ABOUT))
    assert apart.articles.text.str.endswith(ABOUT).all()  # nothing tells it from the body
    assert not together.articles.text.str.contains(ABOUT, regex=False).any()
    assert (together.removed.text == ABOUT).sum() == 5
    assert together.removed.reason[together.removed.text == ABOUT].eq(lines.AGAIN).all()
    assert together.articles.text.tolist() == [t.removesuffix(f"\n\n{ABOUT}") for t in apart.articles.text]


def test_versions_and_copies_do_not_make_each_others_body_recur():
    text = "\n".join(BODY)
    table = pd.DataFrame(
        {"article_id": ["a", "b", "c"], "outlet": "Post", "text": [text, text + "\nAn end.", text], "origin": "x"}
    )
    done = clean.clean(table)
    assert all(article.startswith("\n\n".join(BODY)) for article in done.articles.text)
    counts = repeats.counts([BODY, [*BODY, "Donate."], ["Donate.", "Pier shut."]], ["Post"] * 3)
    assert counts == [{}, {"donate.": 1}, {"donate.": 1}]


def test_lines_and_offsets():
    raw = "  One.\r\n\r\n\tTwo two. \n\nThree"
    assert (
        [raw[u.start : u.end] for u in lines.split(raw)]
        == [u.text for u in lines.split(raw)]
        == ["One.", "Two two.", "Three"]
    )


@given(st.text(max_size=600))
@settings(max_examples=60, deadline=None)
def test_any_text_is_kept_or_rejected_and_spans_hold(text):
    done = run(text)
    assert len(done.articles) + len(done.rejected) == 1
    for raw in done.raw.itertuples():
        for start, end in json.loads(raw.kept):
            assert 0 <= start <= end <= len(raw.raw_text)


def test_credits_of_agencies_are_passed_on():
    done = run(
        "\n\n".join(
            [*BODY, "AFP is a leading global news agency providing coverage of world events.", NOISE[4], NOISE[5]]
        )
    )
    assert done.articles.credits.fillna("").str.contains("AFP").all() or "AFP" in done.articles.text.iloc[0]


def test_flattening_follows_blocks():
    shown = webpage.shown(
        webpage.parse("<body><h1>A</h1><p>b<br>c <i>d</i></p><img alt='e'><ul><li>f</li></ul><script>x</script></body>")
    )
    assert [s.text for s in shown] == ["A", "b", "c d", "e", "f"]


SEED = (
    Path(os.environ.get("FRAMING_MIRROR", Path(__file__).resolve().parents[2] / "shared" / "data")).parent
    / "seed"
    / "article.txt"
)


@pytest.mark.skipif(not SEED.exists(), reason="the article as scraped is not beside the checkout")
def test_the_article_this_was_ordered_with():
    from framing import wire

    done = clean.clean(next(loading.read(str(SEED))).articles)
    article = done.articles.iloc[0]
    assert len(article.text.split("\n\n")) == 18
    assert done.removed.kind.isin(["caption", "alt"]).sum() == 8
    assert done.removed.kind.eq("boilerplate").sum() == 7
    assert done.removed.kind.eq("subhead").sum() == 1
    assert wire.find(done.articles).articles.wire.tolist() == ["AFP"]


# --- clutter that reads like body ---------------------------------------------------------------------

WIDGET = "Petra Lindqvist Petra Ida LindqvistCouncil splits over market hall Lindqvist: 'We had no choice' Traders plan a march MORE"
INLINE = [
    BODY[0] + " (RELATED: Who Owns The Market Hall?)",
    BODY[1].replace("Petra Lindqvist", WIDGET),
    BODY[2] + " Follow her on Twitter @orvane_hall.",
    BODY[3],
]


def test_clutter_inside_paragraphs_is_cut_and_recorded():
    done = run("\n\n".join([*INLINE, *BODY[4:]]))
    assert done.articles.text[0].split("\n\n") == BODY
    assert done.removed.text.str.strip().tolist() == [
        "(RELATED: Who Owns The Market Hall?)", WIDGET.removeprefix("Petra Lindqvist "), "Follow her on Twitter @orvane_hall.",
    ]  # fmt: skip
    raw, kept = done.raw.raw_text[0], json.loads(done.raw.kept[0])
    assert [span and raw[slice(*span)] for span in kept] == [BODY[0], None, *BODY[2:]]
    assert all(raw[r.raw_start : r.raw_end] == r.text for r in done.removed.itertuples())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CLOSE The mayor of Orvane says she will not stand again after the vote on the hall. Orvane TV", "caption"),
        ("Traders carry their stalls out of the market hall on Monday, after the council's vote. (Photo: Bram Oduya, The Orvane Post)", "caption"),
        ("FILE - In this March 3, 2021, file photo, council leader Petra Lindqvist speaks to traders at the hall.", "caption"),
        ("Photos: Halls of the north A trader folds his awning for the last time. Hide Caption 3 of 12", "caption"),
        ("Why the council of Orvane fears its own market hall Read more", "boilerplate"),
        ("SEE ALSO: The market hall that nobody wanted to save", "boilerplate"),
        ("Bram Oduya in Orvane and Ida Holm in Tillen contributed to this report.", "byline"),
    ],
)  # fmt: skip
def test_lines_that_say_what_they_are_go_wherever_they_stand(line, kind):
    done = run("\n\n".join([*BODY[:3], line, *BODY[3:]]))
    assert done.articles.text[0].split("\n\n") == BODY
    assert done.removed[["text", "kind"]].to_numpy().tolist() == [[line, kind]]
    assert (done.articles.captions[0] == line) == (kind == "caption")


@pytest.mark.parametrize(
    "line",
    [
        "Read more slowly, the teacher told the class of nine, and you will hear where the sentence wants to end.",
        "The report (read: the invoice) was sent to the council, and Lindqvist has not said who asked for it.",
        "Age and rain contributed to this story of decline, the engineers wrote, but so did nine years without repairs.",
        "Watch: the council will meet again on Friday, and the traders have said they will stand outside.",
        "“You should stop looking at your telephones,” the teacher told them on Monday, “and Read more.”",
        "Key points of the plan were read out to the traders, who answered with a slow handclap on Monday.",
        "CLOSE DOWN THE HALL, read the banners that the council's youth wing carried through Orvane on Monday.",
        "“Follow Ida Holm on her round,” said Lindqvist, “and you will see forty people who want to MORE than survive.”",
    ],
)
def test_prose_that_only_begins_like_clutter_stays(line):
    assert line in run("\n\n".join([*BODY[:3], line, *BODY[3:]])).articles.text[0].split("\n\n")


@pytest.mark.parametrize("label", ["Story highlights ", "KEY POINTS: "])
def test_the_label_of_a_list_of_points_is_no_part_of_its_first(label):
    done = run("\n\n".join([label + BODY[0], *BODY[1:]]))
    assert done.articles.text[0].split("\n\n") == BODY
    assert done.removed.text.tolist() == [label]


def test_a_page_loses_the_clutter_inside_its_paragraphs():
    page = "<html><head><title>Hall</title></head><body><article><h1>Hall to close</h1>" + "".join(
        f"<p>{p}</p>" for p in [*INLINE, *BODY[4:]]
    )
    done = run(page + "</article></body></html>", html=True)
    assert done.articles.text[0].split("\n\n") == BODY
    assert done.removed.text.str.contains("RELATED", regex=False).sum() == 1
    assert done.removed.raw_start.is_monotonic_increasing


@pytest.mark.parametrize(
    "piece", ["Orr Ada ", "Orr (", "(RELATED: ", "Sign up for ", "Follow Ada on Twitter ", "Orr OrrA MORE"]
)
def test_inline_rules_take_linear_time(piece):
    def cost(n):
        text, start = piece * n, time.process_time()
        inline.whole(text), inline.cuts(text)
        return time.process_time() - start

    least = max(min(cost(500) for _ in range(3)), 1e-3)
    assert min(cost(4000) for _ in range(3)) < 30 * least


def test_a_last_short_sentence_stays():
    done = run("\n\n".join([*BODY, "The vote takes place on Sunday."]))
    assert done.articles.text[0].endswith("The vote takes place on Sunday.")


def test_questions_and_answers_are_an_interview_and_a_transcript_is_no_opinion():
    talk = "Ada Flint has run the port since 2019.\n\nQ: Will you stand again?\n\nA: I think we all must. My view is simple.\n\nQ: Why?\n\nA: Ask me in May."
    assert genre.guess({"text": talk, "outlet": "Post"}).genre == "interview"
    assert (
        genre.guess({"text": talk.replace("Q:", "The Merrow Post:"), "outlet": "The Merrow Post"}).genre == "interview"
    )
    briefing = (
        "QUESTION (AFP): Who is to blame?\n\nPIET MAAS: I blame us all. " + "We must wake up, and I mean it. " * 30
    )
    briefing += "\n\nQUESTION (POST): Why?\n\nPIET MAAS: Our shame is plain."
    assert genre.guess({"text": briefing, "outlet": "Post"}).genre == "news"
