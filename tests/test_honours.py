"""Offices, ranks and forms of address around names; roles without judgement; kinds by title."""

import pandas as pd
import pytest

from framing.encode import split_sentences
from framing.quotations import attribute
from framing.sources import honours, resolve, rules
from framing.sources.naming import read
from framing.sources.nouns import strip_titles


def sources(text: str) -> pd.DataFrame:
    articles = pd.DataFrame(
        [{"article_id": "a", "event_id": "e", "outlet": "Ledger", "title": None, "text": text, "captions": None}]
    )
    return resolve(articles, attribute(articles)).sources


@pytest.mark.parametrize(
    ("span", "name", "role", "body"),
    [
        ("Counsel to the committee, Barrister Obi Kalu", "Obi Kalu", "Counsel to the committee", None),
        ("The Otun of Ikara, Alhaja Sadia Bam", "Sadia Bam", "Otun", "Ikara"),
        ("The State Public Relations Officer, DSP Kemi Lawal", "Kemi Lawal", "State Public Relations Officer", None),
        ("The Director of Public Prosecutions, Mrs Norma Gale", "Norma Gale", "Director of Public Prosecutions", None),
        (
            "The General Secretary of the Railway Union, Comrade Sola Eze",
            "Sola Eze",
            "General Secretary",
            "Railway Union",
        ),
        ("The secretary of the RDWU, Cde Tendai Moyo", "Tendai Moyo", "secretary", "RDWU"),
        ("The Chief Justice, Dame Lucy Abara", "Lucy Abara", "Chief Justice", None),
        ("The Auditor General, Janet Omondi", "Janet Omondi", "Auditor General", None),
        ("The Nurses Association Chairman, Mr Peter Koch", "Peter Koch", "Chairman", "Nurses Association"),
        ("The Harbour Board's Chief Engineer, Engr Tola Ade", "Tola Ade", "Chief Engineer", "Harbour Board"),
        ("The Vorland State Police Commissioner, Mr Musa Belo", "Musa Belo", "Commissioner", "Vorland State Police"),
        ("The Archbishop of Tarna, the Most Rev Peter Adeo", "Peter Adeo", "Archbishop", "Tarna"),
        ("The Leader of the Opposition, Smt. Vila Pingle", "Vila Pingle", "Leader of the Opposition", None),
        ("The Minister of State for Works, Mr Tim Hale", "Tim Hale", "Minister of State", "Works"),
        ("The Minister for Works Shri Arjun Kolt", "Arjun Kolt", "Minister", "Works"),
        ("His Worship the Mayor, Councillor Bob Lunt", "Bob Lunt", "Mayor", None),
        ("The Corporate Affairs Manager, Tola Bisi", "Tola Bisi", "Corporate Affairs Manager", None),
        ("The Duke of Orvane, Jon Ash", "Jon Ash", "Duke", "Orvane"),
        ("Janet Omondi, the Auditor General", "Janet Omondi", "Auditor General", None),
        ("Police Public Relations Officer Tola Ade", "Tola Ade", "Public Relations Officer", "Police"),
    ],
)
def test_an_office_beside_a_name_is_its_bearers(span: str, name: str, role: str, body: str | None) -> None:
    found = read(span)
    assert (found.kind, found.name, found.role, found.affiliation) == ("person", name, role, body)


@pytest.mark.parametrize(
    ("span", "kind", "name"),
    [
        ("The Railway Union, led by Mr Orr", "organisation", "Railway Union"),
        ("The operator, Blue Sky Rail", "organisation", "Blue Sky Rail"),
        ("The Court of Appeal", "organisation", "Court of Appeal"),
        ("Mayor Baker", "person", "Baker"),
        ("Ines Judge", "person", "Ines Judge"),
        ("General Medical Council", "organisation", "General Medical Council"),
        ("The Vorland State Police Command", "organisation", "Vorland State Police Command"),
        ("the Chief Whip", "nominal", None),
        ("the Secretary of the Royal Ballet", "nominal", None),
    ],
)
def test_bodies_and_surnames_are_no_offices(span: str, kind: str, name: str | None) -> None:
    found = read(span)
    assert (found.kind, found.name) == (kind, name)


def test_an_office_alone_is_whoever_holds_it() -> None:
    found = sources(
        "The Auditor General, Mrs Janet Omondi, said money was lost. The Auditor General said she was sure."
    )
    assert found["name"].tolist() == ["Janet Omondi"]
    assert sources("The Chief Whip said that the vote would pass.")["level"].tolist() == ["person"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Shri Mohan Bide", "Shri"),
        ("Supt Daly", "Supt"),
        ("Garda Ryan", "Garda"),
        ("ASP Bola Igo", "ASP"),
        ("Alhaji Idris", "Alhaji"),
        ("Com. Vijay Dage", "Com."),
        ("Justice Okon", "Justice"),
        ("PC Jane Hall", "PC"),
        ("Sri Lanka", ""),
        ("Com Tech", ""),
        ("DC Comics", ""),
        ("Justice Department", ""),
        ("Garda Oversight Commission", ""),
        ("Ayesha Kumari Khan", ""),
    ],
)
def test_titles_of_more_countries_are_taken_off(name: str, title: str) -> None:
    assert strip_titles(name)[0] == title


def test_a_title_with_a_surname_is_the_person_named_in_full() -> None:
    text = "Works Minister Shri Mohan Bide said roads were ready.\n\nShri Bide said more would follow.\n\nSupt Hugh Daly said a man was held. Supt Daly said he ran."
    assert sorted(sources(text)["name"]) == ["Hugh Daly", "Mohan Bide"]


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("The widow said corrupt minister Saul Poole took it. “It is gone,” Poole said.", "Saul Poole", "minister"),
        ("A doctor thanked heroic nurse Joy Lee. “I did my job,” Lee said.", "Joy Lee", "nurse"),
        ("The embattled union leader, Tom Rudd, said he would stay.", "Tom Rudd", "union leader"),
        ("Asked whether she saw any trader, Grace Orr said she ran.", "Grace Orr", None),
        ("A widow, Anna Orr, said her husband left a note which blamed debts.", "Anna Orr", "widow"),
        ("The poet, Vila Pingle, alleged that the minister was hiding files.", "Vila Pingle", "poet"),
        ("“We pray,” said religious leader Omar Sade.", "Omar Sade", "religious leader"),
        ("“We wait,” said deputy executive director Ann Cole.", "Ann Cole", "deputy executive director"),
        ("“We wait,” said retired crane driver Ann Cole.", "Ann Cole", "retired crane driver"),
    ],
)
def test_a_role_holds_no_judgement_and_no_clause(text: str, name: str, role: str | None) -> None:
    told = sources(text).set_index("name")["role"]
    assert told[name] == role or (role is None and pd.isna(told[name]))


def test_one_outlets_judgement_is_no_role_beside_another() -> None:
    articles = pd.DataFrame(
        [
            {"article_id": "a", "event_id": "e", "outlet": "Ledger", "text": "“No,” said disgraced mayor Saul Poole."},
            {"article_id": "b", "event_id": "e", "outlet": "Courier", "text": "“No,” said Saul Poole."},
        ]
    ).assign(title=None, captions=None)
    assert resolve(articles, attribute(articles)).sources["role"].tolist() == ["mayor", "mayor"]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Chief financial officer Dieter Ahl said sales fell.", "business"),
        ("The chief information security officer at Fenn Retail, Rhea Mohn, said data were safe.", "business"),
        ("Chief technology officer Otto Hahne said it worked.", "business"),
        ("Chief medical officer Anne Tiller said it was flu.", "health_or_education"),
        ("The school’s attendance officer, Mary Holt, said pupils stayed away.", "health_or_education"),
        ("Police officer Mark Dole said he ran.", "law_enforcement"),
        ("Supt Hugh Daly said a man was held.", "law_enforcement"),
        ("Garda Niamh Ryan said she ran.", "law_enforcement"),
        ("ASP Bola Igo said two were hurt.", "law_enforcement"),
        ("Coach Peter Lowe said it was late.", "other"),
        ("Midfielder Paul Garr said he was fit.", "other"),
    ],
)
def test_actor_by_title(text: str, actor: str) -> None:
    assert sources(text)["actor"].tolist() == [actor]


def test_a_ministry_of_justice_is_no_court() -> None:
    assert rules.words_of("spokesperson for the Department of Justice") == [
        "spokesperson",
        "for",
        "the",
        "justice-department",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The two-time Golden Bell winner said that it was over.",
        "“We were poor,” said the skipper.",
        "“It was hard,” the Orvane star added.",
    ],
)
def test_winners_and_skippers_are_persons_without_a_name(text: str) -> None:
    [row] = sources(text).to_dict("records")
    assert (row["level"], row["identification"]) == ("person", "role_only")


def test_nobody_belongs_to_a_prize() -> None:
    found = read("Golden Bell winner Ann Cole")
    assert (found.name, found.role, found.affiliation) == ("Ann Cole", "Golden Bell winner", None)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("He thanked Smt. Lila Barve for it. Com. Vijay Dage left.", 2),
        ("Adv. Mone met Supt. Daly and Engr. Ade.", 1),
        ("Maj.Gen. Rane spoke to Wg. Cdr. Sen.", 1),
        ("The site is ardmoor.com. The office is shut.", 2),
    ],
)
def test_abbreviated_titles_end_no_sentence(text: str, pieces: int) -> None:
    assert len(split_sentences(text)) == pieces


def test_judging_words() -> None:
    assert all(honours.judging(w) for w in ("corrupt", "ruthless", "shameful", "notorious"))
    assert not any(honours.judging(w) for w in ("religious", "executive", "retired", "financial", "press", "suspected"))
