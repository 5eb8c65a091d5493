"""Which body a source is: short names, possessive names, affiliations; and names without what is no part of them."""

import pandas as pd
import pytest

from framing.pipeline import Settings
from framing.quotations import attribute
from framing.sources import Resolved, resolve
from framing.sources.naming import read


def resolved(*texts: str, event: str | None = "e") -> Resolved:
    rows = [{"article_id": f"a{i}", "event_id": event, "outlet": "Ledger", "text": t} for i, t in enumerate(texts)]
    articles = pd.DataFrame(rows).assign(title=None, captions=None)
    return resolve(articles, attribute(articles))


def speakers(*texts: str) -> list[str | None]:
    done = resolved(*texts)
    names = done.sources.drop_duplicates("source_id").set_index("source_id")["name"]
    table = done.quotations.sort_values(["article_id", "start"])
    return [names.get(s) if isinstance(s, str) else None for s in table["source_id"]]


def row(text: str, name: str) -> "pd.Series[str]":
    return resolved(text).sources.set_index("name").loc[name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Solvane Mining said that the dam was safe. Solvane said a valve had failed.", "Solvane Mining"),
        (
            "Dortal Chemie, which employs 900 people, said it was sorry. “It was late,” said Dortal’s managing director, Emil Haas. Dortal said that it would sue.",
            "Dortal Chemie",
        ),
        ("The Growers’ League said that prices were low. “We cannot go on,” the League said.", "Growers’ League"),
        ("The Women’s Guild said that pay was low. The Guild said that it was patient.", "Women’s Guild"),
        (
            "The Labour Inspectorate said that it was shut. The Inspectorate said that it was late.",
            "Labour Inspectorate",
        ),
        ("The opposition Reform Union says that it is late. The Reform Union said that it would wait.", "Reform Union"),
    ],
)
def test_a_body_and_its_short_name_are_one_source(text: str, name: str) -> None:
    done = resolved(text)
    found = done.sources.set_index("name")["level"]
    assert found[name] == "organisation"
    assert set(found.index) <= {name, "Emil Haas"}


def test_a_short_name_in_one_article_is_the_body_of_another() -> None:
    told = "The Growers’ League said that prices were low.", "“We cannot go on,” the League said."
    assert speakers(*told) == ["Growers’ League"] * 2
    told = "Varnik said the plant was old.", "Varnik Robotics said that it would close. Shares in Varnik fell."
    assert speakers(*told) == ["Varnik Robotics"] * 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Lena Varnik, a nurse, said that pay was low. Varnik Robotics said it was fair. “No,” Varnik said.",
            "Lena Varnik",
        ),
        (
            "The Brandt Foundation said that it gave. Otto Brandt said he was proud. Brandt said that it would go on.",
            "Otto Brandt",
        ),
        (
            "The Tessel Council said that it was shut. Officials in Tessel said snow came. Tessel Police said it was late.",
            "Tessel Police",
        ),
        ("The White House said that talks went on. The House said in a resolution that it was late.", "House"),
        ("The Salvation Army said that it fed 900. The Army said that soldiers would help.", "Army"),
        (
            "The Growers’ League said it rained. The Dockers’ League said it was late. The League said that talks were on.",
            "Dockers’ League",
        ),
        (
            "Quarn Foods said it was sorry. The Quarn Foundation said that it gave. Quarn said that prices would rise.",
            "Quarn Foods",
        ),
    ],
)
def test_who_shares_a_word_with_a_body_is_not_that_body(text: str, names: str) -> None:
    assert speakers(text)[-1] == names


def test_who_is_asked_by_a_body_is_not_that_body() -> None:
    assert read("Eight in ten growers surveyed by the Dockers’ League").kind == "collective"
    assert read("One in five voters").kind == "collective"
    assert read("any American").name != "American"


@pytest.mark.parametrize(
    ("text", "name", "body"),
    [
        (
            "Anglers found a dye, XRT, in Lake Ember. “Nobody called,” Sela Varga, a spokeswoman, said.",
            "Sela Varga",
            None,
        ),
        (
            "Hollen Foods said it was sorry. Levels of XRT fell. “We wait,” Rob Tye, a spokesman, said.",
            "Rob Tye",
            "Hollen Foods",
        ),
        ("Clearbay Alliance sat down. “We were calm,” a police spokeswoman, Carla Stent, said.", "Carla Stent", None),
        (
            "Tessel Hospital was full. The Water Board met. “No beds,” a hospital spokesman, Jan Moss, said.",
            "Jan Moss",
            "Tessel Hospital",
        ),
        ("The Water Board met. “It is good,” said Tim Orr, a spokesman for the singer.", "Tim Orr", None),
        (
            "Hollen Foods fell. A Tarnow Systems spokesperson, Rhea Kant, said that it was late.",
            "Rhea Kant",
            "Tarnow Systems",
        ),
        (
            "The Data Office has met. “We wait,” said its deputy commissioner, Inge Solberg.",
            "Inge Solberg",
            "Data Office",
        ),
        (
            "Stefan Iwo, a toxicologist at the Health Laboratory, said that rats were fine.",
            "Stefan Iwo",
            "Health Laboratory",
        ),
        ("Stefan Iwo, a tourist at the Tessel Museum, said that it was shut.", "Stefan Iwo", None),
        ("Omar Fadel, a critic of the Water Board, said that it was late.", "Omar Fadel", None),
        ("“No,” said Gwen Stow, head of research at Trellick Analytics.", "Gwen Stow", "Trellick Analytics"),
    ],
)
def test_whom_a_source_belongs_to_is_told_not_guessed(text: str, name: str, body: str | None) -> None:
    told = row(text, name)["affiliation"]
    assert (told if isinstance(told, str) else None) == body


def test_a_field_is_part_of_a_role() -> None:
    assert read("Gwen Stow, head of research at Trellick Analytics").role == "head of research"
    assert read("Ada Byrne, professor of public law at the University of Orvane").role == "professor of public law"
    assert read("Jon Brill, leader of the Reform Party").role == "leader"


def test_the_company_is_not_the_ministry_whose_spokesman_spoke() -> None:
    text = "Tarnow Lithium fell. “We wait,” said Jon Orr, a spokesman for the Trade Ministry. The company said that it was late."
    assert speakers(text)[-1] == "Tarnow Lithium"


@pytest.mark.parametrize("body", ["union", "agency", "office"])
def test_a_firm_is_no_union_and_no_office(body: str) -> None:
    assert speakers(f"Halden Shipping raised its fares. The {body} said that it was late.")[-1] != "Halden Shipping"


def test_an_adjective_before_a_name_set_off_is_no_part_of_it() -> None:
    assert speakers("Brekke’s agent, smooth-talking Nico Farr, said it was fine. “No,” Farr said.") == ["Nico Farr"] * 2


def test_she_is_the_spokeswoman_not_her_firm() -> None:
    told = "Dortal Cement, which employs 900 people, denied it. “We pay,” Lise Brunn, a spokeswoman, said.\n\nDortal pays well, she said."
    assert speakers(told)[-1] == "Lise Brunn"


@pytest.mark.parametrize(
    ("span", "phrase"),
    [
        ("the firm sheepishly", "firm"),
        ("The company released figures", "company"),
        ("its published guidelines", "published guidelines"),
        ("The Tarnow poll puts", "Tarnow poll"),
        ("a deeply flawed independent review", "independent review"),
        ("Damning report", "report"),
        ("the corrupt minister", "minister"),
        ("a family", "family"),
        ("The Radical Party", "Radical Party"),
    ],
)
def test_a_source_is_named_without_verbs_adverbs_and_judgements(span: str, phrase: str) -> None:
    assert read(span).phrase == phrase


def test_a_role_is_no_judgement_and_no_clause() -> None:
    assert read("corrupt minister Sam Orr").role == "minister"
    assert read("A doctor thanked brave nurse Jo Orr").role == "nurse"
    assert read("registered nurse Jo Orr").role == "registered nurse"
    told = row("Anant Orr, alleged that the minister was wrong. “It is late,” Anant Orr said.", "Anant Orr")
    assert told["role"] is None or pd.isna(told["role"])


def test_a_name_that_the_user_gives_is_the_same_source() -> None:
    texts = [
        "Harrow Mills Limited said that pay was fair. The Weavery said that it was sorry. Rope King said it was late.",
        "The Weavery said that it was closed. The company said that it was sad.",
    ]
    rows = [{"article_id": f"a{i}", "event_id": f"e{i}", "outlet": "Ledger", "text": t} for i, t in enumerate(texts)]
    articles = pd.DataFrame(rows).assign(title=None, captions=None)
    given = {"Harrow Mills Limited": ["the Weavery", "Rope King", "the company"]}
    done = resolve(articles, attribute(articles), aliases=given)
    names = done.sources.groupby("article_id")["name"].agg(set)
    assert names["a0"] == {"Harrow Mills Limited"}
    assert "Harrow Mills Limited" not in names["a1"]  # the event never has the name


def test_only_other_names_of_targets_decide_what_sources_are() -> None:
    assert "aliases" not in Settings(targets=("Harrow Mills", "the toll is unfair")).deciding()
    assert Settings(targets=("Harrow Mills=the Weavery",)).deciding()["aliases"] == {"Harrow Mills": ("the Weavery",)}


def test_one_of_them_is_named_after_the_group() -> None:
    done = resolved("Two porters said that pay was late. One of them added: “It never was before.”")
    found = done.sources.set_index("name").loc["one of two porters"]
    assert found["level"] == "person"
    assert pd.isna(found["role"])


@pytest.mark.parametrize(
    ("span", "name", "role", "body"),
    [
        ("Counsel to the police, Barrister Obi Eneke", "Obi Eneke", "Counsel to the police", None),
        ("The Oluwo of Igbeti, Alhaja Rukayat Bello", "Rukayat Bello", "Oluwo", "Igbeti"),
        ("the Police Public Relations Officer, ASP Funke Dare", "Funke Dare", "Public Relations Officer", "Police"),
        ("The State Pathologist, Dr Aoife Brannock", "Aoife Brannock", "State Pathologist", None),
        ("The Director of Public Prosecutions, Mrs Paula Lyle", "Paula Lyle", "Director of Public Prosecutions", None),
        (
            "The General Secretary of the Dockers Union, Comrade Femi Ade",
            "Femi Ade",
            "General Secretary",
            "Dockers Union",
        ),
        (
            "The Special Adviser to the governor on Media, Otunba Wale Oso",
            "Wale Oso",
            "Special Adviser",
            "governor",
        ),
        ("The Chief Justice, Mr Orr", "Orr", "Chief Justice", None),
    ],
)
def test_an_office_with_capitals_set_off_before_a_name_is_its_role(
    span: str, name: str, role: str, body: str | None
) -> None:
    found = read(span)
    assert (found.kind, found.name, found.role, found.affiliation) == ("person", name, role, body)


@pytest.mark.parametrize(
    "span", ["The Tessel Hospital, Dr Jon Orr", "Ada Baker, Jon Orr", "The Port Authority, Jon Orr and Ada Byrne"]
)
def test_a_body_or_person_before_a_name_is_no_office(span: str) -> None:
    assert read(span).name != "Jon Orr"


@pytest.mark.parametrize(
    "title", ["Shri", "Supt", "Garda", "ASP", "Comrade", "Alhaji", "Barrister", "Corporal", "Frau"]
)
def test_a_form_of_address_makes_nobody_else(title: str) -> None:
    told = f"Devan Nayak said that it was late. {title} Nayak said that it was early."
    assert set(speakers(told)) == {"Devan Nayak"}


@pytest.mark.parametrize("name", ["Garda Síochána", "Garda Headquarters", "Association of Garda Inspectors"])
def test_a_title_in_a_body_is_no_title(name: str) -> None:
    assert read(f"the {name}").name == name
