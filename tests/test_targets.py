"""Targets: kinds, aliases, and the mentions they lead to."""

import pytest

from framing import schema, targets
from framing.errors import InputError


def table(text, title=None, **extra):
    return schema.conform([{"article_id": "a", "title": title, "text": text, **extra}], "articles")


def said(articles, found):
    row = articles.iloc[0]
    return [(row[m.part][m.start : m.end], m.kind) for m in found.itertuples()]


def mentioned(text, target, **extra):
    articles = table(text, **extra)
    found = targets.mentions(articles, targets.resolve(articles, [target]))
    schema.check(found, "mentions")
    schema.check_spans(found, articles)
    return said(articles, found)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("stricter gun laws are needed", "proposition"),
        ("climate change is a serious concern", "proposition"),
        ("The bridge should be closed", "proposition"),
        ("Tillen troops committed crimes against the islanders", "proposition"),
        ("The board lied about the harbour", "proposition"),
        ("The harbour tax hurt small boats", "proposition"),
        ("people displaced by the flood", "entity"),
        ("the banned Harbour Workers' Union", "entity"),
        ("United Mills of Tillen", "entity"),
        ("The settlement of 13 March", "entity"),
        ("Society for the Protection of Wronged Tenants", "entity"),
        ("armed groups in the hills", "entity"),
        ("Will Marsh", "entity"),
        ("the Ministry of Works", "entity"),
        ("Doctors on Call", "entity"),
        ("immigration", "entity"),
    ],
)
def test_kinds(target, kind):
    assert targets.kind_of(target) == kind


def test_a_capital_stands_for_its_state():
    found = mentioned("Beijing objected. The Chinese envoy left China at once.", "China")
    assert found == [("Beijing", "metonym"), ("Chinese", "demonym"), ("China", "name")]


def test_a_capital_in_a_longer_name_is_no_mention_of_the_state():
    text = "The Washington Post asked Denzel Washington. But Washington wavered. On Monday Washington agreed."
    articles = table(text)
    found = targets.mentions(articles, targets.resolve(articles, ["United States"]))
    assert found["start"].tolist() == [text.index("Washington wavered"), text.index("Washington agreed")]
    assert mentioned("The pact was made in Paris Monday.", "France") == [("Paris", "metonym")]
    assert mentioned("It rained.", "China", title="Mayor Warns Beijing Over Trade") == [("Beijing", "metonym")]


def test_a_government_is_written_in_several_ways():
    text = "Orvane's government fell. The government of Orvane had ruled for years. Critics of the government cheered in Orvane."
    assert [said for said, _ in mentioned(text, "Orvane government")] == [
        "Orvane's government",
        "The government of Orvane",
        "the government",
    ]
    two = "The Orvane government met the Karsholm government. The government agreed."
    assert mentioned(two, "Orvane government") == [("Orvane government", "name")]
    state = "Beijing objected. The Chinese government met. China's government left. The US wavered."
    assert mentioned(state, "Chinese government") == [
        ("Beijing", "metonym"),
        ("Chinese government", "name"),
        ("China's government", "alias"),
    ]
    assert [said for said, _ in mentioned("The UK government left London.", "British government")] == [
        "UK government",
        "London",
    ]


def test_aliases_stand_after_an_equals_sign():
    articles = table("Ministers met. The Works Office closed.")
    found = targets.resolve(articles, ["Altmere government=Ministers|the Works Office", "it is = to be"])
    assert found["target"].tolist() == ["Altmere government", "it is"]
    assert found["aliases"].tolist()[0] == "Ministers|the Works Office"
    assert said(articles, targets.mentions(articles, found))[0] == ("Ministers", "alias")


def test_a_surname_counts_unless_another_bears_it():
    assert mentioned("Ada Brandt spoke. Brandt left.", "Ada Brandt") == [("Ada Brandt", "name"), ("Brandt", "alias")]
    assert mentioned("Ada Brandt spoke. Her rival Ole Brandt left. Brandt won.", "Ada Brandt")[0] == (
        "Ada Brandt",
        "name",
    )
    assert ("Brandt", "alias") not in mentioned(
        "Ada Brandt spoke. Her rival Ole Brandt left. Brandt won.", "Ada Brandt"
    )


def test_titles_and_offices():
    found = mentioned("Governor Ada Brandt spoke on dams. Later the governor left.", "Ada Brandt")
    assert found == [("Governor Ada Brandt", "title"), ("the governor", "title")]


def test_abbreviations():
    text = "The Veldt Harbour Board (VHB) met. Critics say the VHB is slow."
    assert [kind for _, kind in mentioned(text, "Veldt Harbour Board")] == ["name", "alias", "alias"]


def test_pronouns_only_where_no_other_name_is_nearer():
    found = mentioned("On Monday Ada Brandt spoke and she smiled. Then Mara Holt rose. She sat down.", "Ada Brandt")
    assert [text for text, kind in found if kind == "pronoun"] == ["she"]


def test_possessives_and_word_parts():
    assert mentioned("Veldt's mayor and the Veldtian choir.", "Veldt") == [("Veldt", "name")]


def test_user_aliases_and_columns():
    articles = schema.conform(
        [
            {"article_id": "a", "text": "The Works met.", "targets": "Karsk|Orrin"},
            {"article_id": "b", "text": "Karsk slept."},
        ],
        "articles",
    )
    found = targets.resolve(articles, {"Ministry of Works": ["the Works", "The Works"]})
    assert found.given_by.tolist() == ["user", "column", "column"]
    assert [len(targets.of_article(row, found)) for row in articles.to_dict("records")] == [3, 1]
    assert targets.mentions(articles, found).article_id.tolist() == ["a"]


def test_main_entities_are_found_and_marked():
    rows = [
        {
            "article_id": f"a{k}",
            "outlet": f"o{k}",
            "event_id": "e-1",
            "text": "In town, critics met Ada Brandt at noon.",
        }
        for k in range(3)
    ]
    found = targets.resolve(schema.conform(rows, "articles"))
    assert found[["target", "given_by", "events"]].values.tolist() == [["Ada Brandt", "found", "e-1"]]
    assert len(targets.of_article({"event_id": "e-2"}, found)) == 0


@pytest.mark.parametrize("given", [[""], ["   "], ["x" * 400]])
def test_bad_targets_are_explained(given):
    with pytest.raises(InputError, match="target"):
        targets.resolve(table("x"), given)


@pytest.mark.parametrize("target", ["((", "a|b", "C++", "***", "São Torre", "O’Hara", "x.y.z"])
def test_odd_targets_do_not_break_the_pattern(target):
    articles = table(f"Here is {target} again. (" + "x(" * 2000)
    assert len(targets.mentions(articles, targets.resolve(articles, [target]))) >= 1


def test_empty_articles():
    articles = schema.conform([{"article_id": "a", "text": ""}, {"article_id": "b", "text": None}], "articles")
    assert len(targets.resolve(articles)) == 0
    assert len(targets.mentions(articles, targets.resolve(articles, ["Veldt"]))) == 0


def _forms_in(text: str, target: str) -> list[str]:
    articles = schema.conform([{"article_id": "a", "text": text}], "articles")
    found = targets.mentions(articles, targets.resolve(articles, [target]))
    return [text[row.start : row.end] for row in found.itertuples()]


def test_a_body_is_followed_by_its_general_noun_and_either_apostrophe():
    text = (
        "The Quarry Workers’ Federation struck on Monday. “The federation has lied to us,” a manager said of the union."
    )
    assert _forms_in(text, "Quarry Workers' Federation") == [
        "Quarry Workers’ Federation",
        "The federation",
        "the union",
    ]


def test_a_general_noun_that_may_be_another_body_is_no_mention():
    text = "The Veldt Port Company sued. The Orrin Rail Company answered, and the company won."
    assert _forms_in(text, "Veldt Port Company") == ["Veldt Port Company"]
    assert _forms_in("The company won again.", "Veldt Port Company") == []


def test_found_targets_are_names_without_offices():
    told = "the report said Orvane Gov. Petra Lind met Acting Harbour Director Ada Orr and General Motors, a Quay Fund-backed group, in May. "
    rows = [{"article_id": f"a{k}", "text": told * 2, "outlet": f"o{k}", "event_id": "e"} for k in range(2)]
    found = targets.resolve(schema.conform(rows, "articles"))["target"].tolist()
    assert {"Petra Lind", "Ada Orr", "General Motors"} <= set(found)
    assert not [name for name in found if "Gov" in name or "Director" in name or "backed" in name]


def test_an_epithet_before_the_surname_is_nobody_else():
    text = "Asset-stripper Venn gets the club. Investor Venn smiled. An investor left. Dario Venn has sold the pier. Venn told reporters so."
    table = schema.conform([{"article_id": "a", "text": text}], "articles")
    found = targets.mentions(table, targets.resolve(table, ["Dario Venn"]))
    assert (found["kind"] == "alias").sum() >= 3
    other = schema.conform(
        [{"article_id": "a", "text": "Dario Venn spoke. Ruth Venn left with Mark Venn. Venn told reporters so."}],
        "articles",
    )
    assert (targets.mentions(other, targets.resolve(other, ["Dario Venn"]))["kind"] == "alias").sum() == 0


NO_NAMES = "Under Even Against Unlike Why Only Did To About Because Sack Fire Blame Poor Board Asked Yet Without By Cr Ald. Hon. MP Will Labour's Despite"


@pytest.mark.parametrize("word", NO_NAMES.split())
def test_a_capital_before_a_surname_is_no_first_name(word):
    text = f"Olga Ferrant built a pier. {word} Ferrant, the port grew. Nobody moved. Ferrant is a liar."
    found = mentioned(text, "Olga Ferrant")
    assert [said.split()[-1] for said, _ in found] == ["Ferrant"] * 3


@pytest.mark.parametrize(
    "rival",
    [
        "Ruth Ferrant left.",
        "It was the end for Oyelaran Ferrant.",
        "There was Mayor Zlata Ferrant.",
        "Zlata Ferrant left. Zlata Ferrant came back.",
        "Her son, Xi Ferrant, left.",
    ],
)
def test_another_first_name_is_a_namesake(rival):
    found = mentioned(f"Olga Ferrant built a pier. {rival} Ferrant is a liar.", "Olga Ferrant")
    assert "Ferrant" not in [said for said, _ in found]


def test_slogans_and_headlines_make_no_namesake():
    text = 'Olga Ferrant ran. A sign read “Sack Ferrant”. Another: "Sack Ferrant." Ferrant won.'
    assert len(mentioned(text, "Olga Ferrant", title="Minister Says Ousted Ferrant Lied")) == 5
    rows = [{"article_id": a, "outlet": a, "event_id": "e", "text": text} for a in "ab"]
    assert targets.resolve(schema.conform(rows, "articles"))["target"].tolist() == []


def short_of(firm, *texts):
    rows = [{"article_id": str(k), "event_id": "e", "text": text} for k, text in enumerate(texts)]
    articles = schema.conform(rows, "articles")
    found = targets.mentions(articles, targets.resolve(articles, [firm]))
    return [texts[int(m.article_id)][m.start : m.end] for m in found.itertuples()]


def test_a_firm_is_known_by_the_first_word_of_its_name():
    told = ["Sarvane has cheated us. Shares in Sarvane fell. Sarvane's boss left.", "Sarvane Dynamics fell."]
    assert short_of("Sarvane Dynamics", *told) == ["Sarvane"] * 3 + ["Sarvane Dynamics"]
    assert short_of("Lindmark Therapeutics", "Lindmark sold pills. Lindmark CEO Ada Orr left.") == ["Lindmark"] * 2
    assert short_of("Orvane Steel Holdings", "Orvane Steel lied. Orvane lied.") == ["Orvane Steel", "Orvane"]


@pytest.mark.parametrize(
    ("firm", "text"),
    [
        ("National Bank", "National pride fell. National Bank lied."),
        ("New York Times", "New rules came. The New York Times erred."),
        ("First Bank", "First he left. First Bank fell."),
        ("General Motors", "General strikes began. General Motors fell. Motors roared."),
        ("Singapore Airlines", "Singapore slept. Singapore Airlines fell."),
        ("Sarvane Energy", "The Sarvane River rose. Sarvane Energy fell. Sarvane was wet."),
        ("Sarvane Energy", "Sarvane Energy fell. They bathed in the Sarvane."),
        ("Tillen Motors", "People in Tillen wept. Tillen Motors closed. Tillen was empty."),
        ("Kestrin Group", "Anton Kestrin left. Kestrin Group fell. Kestrin smiled."),
        ("Thomas Cook Group", "Thomas slept. Thomas Cook Group fell."),
    ],
)
def test_what_may_be_something_else_is_no_short_name(firm, text):
    assert short_of(firm, text) == [firm]
