"""Which body a source is: short names, possessive names, affiliations; and names without what is no part of them."""

import pandas as pd
import pytest

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
