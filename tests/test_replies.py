"""Accusations and the state of the reply."""

from types import SimpleNamespace

import pandas as pd
import pytest

from framing.quotations import attribute
from framing.quotations.marks import Document
from framing.sources import accusations, resolve
from framing.sources.accused import Party, phrases, same_side
from framing.sources.replies import find

ACCUSED = "Ines Pires, the union’s leader, accused the Port Board of lying about the crane."


def states(text: str) -> list[tuple[object, object, object]]:
    articles = pd.DataFrame([{"article_id": "a", "event_id": "e", "outlet": "Ledger", "text": text}])
    done = resolve(articles, attribute(articles))
    table = find(articles, done.quotations, done.sources, done.mentions)
    for row in table.itertuples():
        assert 0 <= row.start < row.end <= len(text)
    return [
        (r.accuser_name if isinstance(r.accuser_name, str) else None, r.accused, r.reply) for r in table.itertuples()
    ]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("“That is not true and we have proof,” the Port Board said.", "quoted"),
        ("The Port Board said that the crane had been inspected in March.", "paraphrased"),
        ("The Port Board rejected the allegation.", "reaction_noted"),
        ("The Port Board declined to comment.", "declined"),
        ("The Port Board did not respond to questions.", "unreachable"),
        ("It rained on the quay.", "not_found"),
    ],
)
def test_every_state_of_the_reply(answer: str, state: str) -> None:
    assert states(f"{ACCUSED}\n\n{answer}") == [("Ines Pires", "Port Board", state)]


def test_a_spokesperson_answers_for_the_body() -> None:
    text = f"{ACCUSED}\n\n“That is false and unfair to us,” said Jon Ash, a spokesman for the Port Board."
    assert states(text) == [("Ines Pires", "Port Board", "quoted")]


def test_wrong_done_by_a_named_party_in_attributed_content_is_an_accusation() -> None:
    found = states("Ada Byrne said that the Port Board had ignored three warnings.")
    assert found == [("Ada Byrne", "Port Board", "not_found")]


def test_no_accusation_no_row() -> None:
    assert states("Ada Byrne said that the port would close in June.") == []
    assert states("Ada Byrne denied that the Port Board had lied.") == []


def test_sides() -> None:
    board = Party("1", "Port Board", frozenset({"port board"}))
    speaker = Party("2", "Jon Ash", frozenset({"jon ash", "port board"}))
    other = Party("3", "Harbour Watch", frozenset({"harbour watch"}))
    assert same_side(board, speaker)
    assert not same_side(board, other)


def test_a_sentence_may_accuse_without_an_accusing_verb() -> None:
    text = "“The Port Board lied to us and hid the fraud,” said Ines Pires, a docker."
    assert ("Ines Pires", "Port Board", "not_found") in states(text)
    assert states("Ines Pires met the Port Board on Monday. It rained on the quay.") == []


def test_a_mention_of_nothing_but_marks_is_nobody_and_no_fault():
    assert not accusations._is_text(
        SimpleNamespace(parties={"e": Party("e", "")}, doc=Document("“ said")),
        {"entity_id": "e", "start": 0, "end": 1},
    )


@pytest.mark.parametrize(
    ("sentence", "accused"),
    [
        ("The Port Board was accused of hiding two reports.", "Port Board"),
        ("Prosecutors filed charges against Ada Byrne over forged permits.", "Ada Byrne"),
        ("The union blamed the collapse on Halden Shipping, which it called negligent.", "Halden Shipping"),
        ("Ada Byrne faces allegations of fraud and of lying to the council.", "Ada Byrne"),
        ("The permits were forged by Ada Byrne, a court found, in a scandal of corruption.", "Ada Byrne"),
        ("Nurses condemned Halden Shipping’s failure to warn the town of the poisoned water.", "Halden Shipping"),
    ],
)
def test_the_accused_by_grammar(sentence: str, accused: str) -> None:
    text = f"Ada Byrne runs Halden Shipping. The Port Board met on Monday in Vellin.\n\n{sentence}"
    assert accused in [found for _, found, _ in states(text)]


def test_a_pronoun_and_an_office_lead_back_to_the_accused() -> None:
    text = (
        "Mayor Ada Byrne spoke for an hour.\n\nShe was accused of corruption and of lying to voters about the bridge."
    )
    assert [found for _, found, _ in states(text)] == ["Ada Byrne"]


def test_phrases_score_the_object_of_an_accusing_verb_highest() -> None:
    text = "Residents accused the ferry company of dumping oil near the school."
    scene = SimpleNamespace(doc=Document(text))
    units = accusations._units_of(scene, 0, len(text))
    best, (first, last) = max(phrases(text, units, 0, len(text)))
    assert text[units[first].start : units[last - 1].end].startswith("the ferry company")
    assert best == 3.0


def test_who_rejects_criticism_makes_none():
    text = "Minister Otto Renn rejected criticism that the Orvane government had ignored warnings of the flood. Residents met on Friday."
    assert "Otto Renn" not in {accuser for accuser, *_ in states(text)}


def test_a_body_without_a_name_may_be_silent_too():
    text = "The Motorists Club accused the council of waging war on drivers. The council did not respond to a request for comment."
    assert [state for *_, state in states(text)] == ["unreachable"]
