"""Accusations and the state of the reply."""

from types import SimpleNamespace

import pandas as pd
import pytest

from framing.quotations import attribute
from framing.quotations.marks import Document
from framing.sources import parties, resolve
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
    assert not parties._is_text(
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
    units = parties.units_of(scene, 0, len(text))
    best, (first, last) = max(phrases(text, units, 0, len(text)))
    assert text[units[first].start : units[last - 1].end].startswith("the ferry company")
    assert best == 3.0


def test_who_rejects_criticism_makes_none():
    text = "Minister Otto Renn rejected criticism that the Orvane government had ignored warnings of the flood. Residents met on Friday."
    assert "Otto Renn" not in {accuser for accuser, *_ in states(text)}


def test_a_body_without_a_name_may_be_silent_too():
    text = "The Motorists Club accused the council of waging war on drivers. The council did not respond to a request for comment."
    assert [state for *_, state in states(text)] == ["unreachable"]


# --- who accuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "Varland and Ostrova accused each other of breaking the truce; six farmers died, according to hospital staff.",
            {("Varland", "Ostrova"), ("Ostrova", "Varland")},
        ),
        (
            "Fans and stewards blamed each other for the crush, according to a nurse.",
            {("Fans", "stewards"), ("stewards", "Fans")},
        ),
        ("The two captains accused each other of lying, said Ines Pires.", set()),
        (
            "The pilots were accused by Transport Minister Leo Fanning of holding the port to ransom.",
            {("Leo Fanning", "pilots")},
        ),
    ],
)
def test_a_clause_that_tells_who_accuses_whom_is_believed(text: str, pairs: set[tuple[str, str]]) -> None:
    assert {(accuser, accused) for accuser, accused, _ in states(text)} == pairs


def test_who_is_accused_in_a_participle_does_not_accuse():
    text = "The Medical Board met on Monday.\n\nA surgeon accused of abuse and of lying was struck off by the Medical Board."
    assert [(accuser, accused) for accuser, accused, _ in states(text)] == [(None, "surgeon")]


def test_allegations_are_those_of_whom_they_belong_to():
    text = "Asked about the opposition’s allegations of rigging, Prof Tamba said the count was sound."
    assert "Tamba" not in {accuser for accuser, *_ in states(text)}


# --- what accuses nobody -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Ida Nair did not say that the Port Board broke any rule.",
        "Ida Nair said that the Port Board did not break the law.",
        "The Port Board has not been found to have done anything wrong, Ida Nair said.",
        "“My client did nothing wrong,” said Ida Nair, a lawyer for the Port Board.",
        "“There is nothing to hide and nobody was cheated,” said Ida Nair.",
        "Ida Nair denies hiding the report from the Port Board.",
        "Ida Nair denied rumours that two boys were shot dead by the Port Board.",
        "There is no evidence that the Port Board lied about the fraud, Ida Nair said.",
        "“When the bull charges you, run,” Ida Nair told the Port Board.",
        "The town agreed to settle claims against the Port Board, Ida Nair said.",
        "The shooting is under review by the Port Board, according to the Port Board.",
        "Ida Nair called the landing a flagrant violation of the 1998 Vellin Accord.",
        "“Our drivers ignored the signal and our staff lied about it,” said Ida Nair.",
        "Ida Nair, a trader at the centre of a fraud trial, said that she had been cheated too.",
    ],
)
def test_what_is_negated_denied_or_meant_otherwise_accuses_nobody(sentence: str) -> None:
    assert states(f"Ida Nair met the Port Board on Monday.\n\n{sentence}") == []


@pytest.mark.parametrize(
    ("sentence", "accused"),
    [
        ("Ida Nair said there was no doubt that the Port Board had lied.", "Port Board"),
        ("Ida Nair said the Port Board had never apologised for the killing of two boys by soldiers.", "soldiers"),
        ("The rebels denied that they had shelled Arlen, and accused the Port Board of hiding the guns.", "Port Board"),
        ("Ida Nair said that the Port Board’s claims were false and that it had lied to voters.", "Port Board"),
        ("“Our government lied to us and hid the fraud,” said Ida Nair, a docker.", "government"),
        ("Ida Nair condemned the failure of the Port Board to warn the town.", "Port Board"),
        ("Prosecutors charged Ida Nair with fraud, perjury and false testimony over forged permits.", "Ida Nair"),
    ],
)
def test_what_stands_beside_a_negation_still_accuses(sentence: str, accused: str) -> None:
    assert accused in [found for _, found, _ in states(f"Ida Nair met the Port Board on Monday.\n\n{sentence}")]


def test_who_calls_a_charge_a_lie_does_not_accuse_the_own_side():
    text = (
        "The army accused Colonel Ada Brandt of selling fuel.\n\n"
        "“That is a lie,” said Colonel Ada Brandt, who leads the army’s eastern division."
    )
    assert [(accuser, accused) for accuser, accused, _ in states(text)] == [("army", "Ada Brandt")]


def test_a_piece_of_an_opening_in_capitals_is_nobody():
    doc = Document("TIRED OLD TOWN woke to a scandal. The NATO AIR BASE was calm.")
    scene = SimpleNamespace(doc=doc, parties={"e": Party("e", "TIRED")})
    assert parties._shouted(scene, {"entity_id": "e", "start": 0, "end": 5})
    at = doc.text.index("NATO")
    assert not parties._shouted(scene, {"entity_id": "e", "start": at, "end": at + 4})


# --- answers -------------------------------------------------------------------------------------

ANSWERED = [
    ("Varland has for years armed the rebels, a charge it denies.", (None, "Varland", "reaction_noted")),
    (
        "The colonel said the nurses were “working for the rebels”, a claim the Red Lantern calls absurd.",
        ("colonel", "Red Lantern", "reaction_noted"),
    ),
    (
        "Nurses accused the clinic of neglect, a claim its director, Dr Mora Finch, dismissed as false.",
        ("nurses", "clinic", "reaction_noted"),
    ),
    (
        "The Government of Sarn has rejected as false a report by Light House, which alleged that its soldiers burned two villages.",
        ("Light House", "Government of Sarn", "reaction_noted"),
    ),
    (
        "Villagers accused the army of burning huts.\n\nIt rained.\n\nIt was cold.\n\nThe army did not respond to a request for comment.",
        ("villagers", "army", "unreachable"),
    ),
    (
        "Ann Mertens accused the mayor, Tom Oduya, of taking bribes.\n\nIt rained.\n\nMr Oduya has denied any wrongdoing.",
        ("Ann Mertens", "Tom Oduya", "reaction_noted"),
    ),
    (
        "Musa Abel accused the department of beating him. Chief Ivo Stern, who leads the department, was in court. Stern denied that.",
        ("Musa Abel", "department", "reaction_noted"),
    ),
    (
        "Residents accused councillors of ignoring them. Councillor Ida Nair said every letter had been read.",
        ("residents", "councillors", "paraphrased"),
    ),
    (
        "Ellen Marsh accused the Coal Board of lying. Lord Ivo Renn, the board’s chairman, said the tip had been inspected and was safe.",
        ("Ellen Marsh", "Coal Board", "paraphrased"),
    ),
]


@pytest.mark.parametrize(("text", "row"), ANSWERED)
def test_an_answer_in_the_same_sentence_later_or_by_who_speaks_for_the_accused(
    text: str, row: tuple[str | None, str, str]
) -> None:
    assert row in states(text)


def test_two_who_are_accused_together_deny_together():
    text = "“Good day,” said Jon Ash. “It is,” said Otto Renn.\n\nProsecutors accused Jon Ash and Otto Renn of plotting to cheat a bank.\n\nThe trial goes on.\n\nBoth men deny conspiracy to defraud."
    assert {reply for *_, reply in states(text)} == {"reaction_noted"}


def test_what_was_said_before_or_on_another_matter_is_no_answer():
    earlier = "Otto Renn said that the harvest was good and that “every farmer has been paid in full”.\n\n"
    accused = "Ines Pires accused Otto Renn of taking bribes.\n\n"
    assert [state for *_, state in states(earlier + accused)] == ["not_found"]
    later = "It rained.\n\nOtto Renn dismissed the accusation as baseless."
    assert [state for *_, state in states(earlier + accused + later)] == ["reaction_noted"]
    silent = "Otto Renn did not respond to questions about the harvest."
    assert [state for *_, state in states(accused + silent)] == ["not_found"]
    assert [state for *_, state in states(silent + "\n\n" + accused)] == ["not_found"]
    assert [state for *_, state in states(accused + "Otto Renn did not respond to questions.")] == ["unreachable"]


def test_a_former_chief_does_not_answer():
    text = "Musa Abel accused the Port Board of beating him.\n\nIt rained.\n\nIvo Stern, a former head of the Port Board, said the port was innocent."
    assert [state for *_, state in states(text)] == ["not_found"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "The marchers accused officers of beating a boy; a police spokeswoman, Rhea Tarn, said officers had kept calm.",
            ("marchers", "officers", "paraphrased"),
        ),
        (
            "Pilots accused the harbour of Lisk of hiding the leak; the harbour’s manager, Una Voss, said every valve was tested.",
            ("pilots", "harbour", "paraphrased"),
        ),
        (
            "Nurses accused the clinic of hiding deaths, but its director, Mora Finch, said that all were reported.",
            ("nurses", "clinic", "paraphrased"),
        ),
        (
            "Ada Lunn accused the mayor of taking bribes, while the mayor said that he had paid for it all.",
            ("Ada Lunn", "mayor", "paraphrased"),
        ),
        (
            "The Dock Union accused the mayor of taking bribes, but his lawyer said that he had paid for it all.",
            ("Dock Union", "mayor", "paraphrased"),
        ),
        (
            "Ada Lunn accused Otto Renn of burying an audit.\n\nRenn’s office said no such audit exists.",
            ("Ada Lunn", "Otto Renn", "paraphrased"),
        ),
        (
            "Ada Lunn accused Otto Renn of lying.\n\nIt rained.\n\nLawyers for Renn said that he had told the truth.",
            ("Ada Lunn", "Otto Renn", "paraphrased"),
        ),
        (
            "Ada Lunn accused the PGR of a cover-up. A spokesman for the PGR said it does not comment on individual cases.",
            ("Ada Lunn", "PGR", "declined"),
        ),
    ],
)
def test_an_answer_after_a_contrast_or_by_those_who_act_for_the_accused(text: str, row: tuple[str, str, str]) -> None:
    assert row in states(text)


@pytest.mark.parametrize(
    "text",
    [
        "Marchers accused officers of beating a boy. A hospital spokesman, Tim Roe, said officers had brought in nine.",
        "Ada Lunn accused Otto Renn of burying an audit.\n\nLunn’s lawyers said the audit would be published.",
        "Ada Lunn accused Otto Renn of lying. Renn’s former lawyer said that she was not surprised.",
        "The Dock Union accused the Port Board of lying. Its chairman, Jon Ash, said that the strike would go on.",
        "Ada Lunn accused the mayor of taking bribes, and Otto Renn said that the mayor should resign.",
        "Reed Watch accused the Port Board of sloth. Una Voss, head of the Port Board, had previously argued that the limits were strict.",
    ],
)
def test_others_words_and_earlier_ones_are_no_answer(text: str) -> None:
    assert [state for *_, state in states(text)] == ["not_found"]


def test_a_silence_without_a_matter_answers_all_that_one_is_accused_of():
    text = (
        "Ada Lunn accused Quarn Mills of forging data.\n\nIt rained.\n\nIt was cold.\n\n"
        "“Quarn Mills lied to us all,” said Sofie Voss.\n\nQuarn Mills could not be reached for comment."
    )
    assert [state for *_, state in states(text)] == ["unreachable", "unreachable"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "Tarn Mining said the dam was safe. Inge Voss alleged that the ministry had known of the leak and kept quiet.",
            [("Inge Voss", "ministry")],
        ),
        (
            "Quarn Airlines is in talks. Carl Ruud claimed that the regulator had lied about the audit.",
            [("Carl Ruud", "regulator")],
        ),
        (
            "Jim Otieno has pleaded not guilty to killing Rose Akin. Prosecutor Paul Kip said the accused stabbed her and lied to police.",
            [("Paul Kip", "Jim Otieno")],
        ),
        (
            "Prosecutors charged Ray Tull with the murder of Joan Hart. Paul Kip said the defendant had beaten his sister Karen Dill and lied.",
            [("Paul Kip", "Ray Tull")],
        ),
        (
            "Colm Moran (51), of Ardbeg, Ballytarn, has pleaded not guilty to the killing of Thomas Feery at Ballytarn station. "
            "Ann Reed told the jury that the accused had used force that was brutal and unlawful.",
            [("Ann Reed", "Colm Moran")],
        ),
        ("Karen Dill was a nurse. The accused used force and lied to the court, said Ann Reed.", []),
        (
            "Ada Lunn accused the Port Board of lying, and the chief of the Coal Office, Una Voss, of hiding a report.",
            [("Ada Lunn", "Port Board"), ("Ada Lunn", "Una Voss")],
        ),
        (
            "Ada Lunn said the Minister for Ports, Otto Renn, had misled the town.",
            [("Ada Lunn", "Otto Renn")],
        ),
        (
            "Lisk Studios has sued Anna Quell, accusing the actress of abandoning its film.",
            [("Lisk Studios", "Anna Quell")],
        ),
    ],
)
def test_the_sentence_tells_who_is_accused(text: str, pairs: list[tuple[str, str]]) -> None:
    assert [(accuser, accused) for accuser, accused, _ in states(text)] == pairs


@pytest.mark.parametrize(
    "text",
    [
        "Scientists at Lisk University found BDX in the wells below Quarn Mills.\n\n“We have been cheated for years,” said Marta Voss, who swims there.",
        "The ministry plans a tax, Vera Lind said. “Stop lying to people,” Ada Holm wrote on Facebook.",
        "Ada Lunn called the allegation of fraud against Governor Tom Rono a smear.",
        "Ivo Jad ruled out a baton charge, contradicting reports in the press that officers had beaten women.",
        "“I lost my post,” said a nurse who spent nine years at the clinic and asked the Harbour Observer to withhold her name for fear of losing her pension.",
        "The firm, Lisk Pictures, said it had looked into the claims against Idris Pall and found nothing to support them.",
    ],
)
def test_who_is_only_near_by_is_not_accused(text: str) -> None:
    assert states(text) == []


def test_who_goes_on_accusing_means_whom_they_accused_before():
    text = "“Quarn Mills lied to us,” said Marta Voss. The rain went on. “We have been cheated for years,” Marta Voss said."
    assert {accused for _, accused, _ in states(text)} == {"Quarn Mills"}


def test_what_the_accused_declines_to_do_is_no_answer() -> None:
    text = "Ada Brandt accuses the Minister for Justice, Conor Rowe, of hiding from the trial.\n\nMr Rowe has declined to meet the family."
    assert states(text) == [("Ada Brandt", "Conor Rowe", "not_found")]
