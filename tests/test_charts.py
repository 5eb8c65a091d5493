"""Charts: artists and layout, not pixels. Every chart, with 1, 2, 5 and 30 outlets, on every width and theme."""

import sys
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framing import charts, schema
from framing.charts import quoted, theme
from framing.schema import InputError

sys.path.insert(0, str(Path(__file__).parent))
from make_frames import OUTLETS, build

SIZES = (2, 5, 30)


@pytest.fixture(scope="module")
def corpora():
    return {n: build(n, 3, hand=True) for n in SIZES}


def drawn(name, frames, **options):
    figure = Figure(figsize=(4, 4))
    return charts.draw(name, frames, figure=figure, **options)


def overflow(ax):
    """How far any text or tick label reaches outside the figure, in pixels."""
    figure = ax.figure
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        wide, high = canvas.get_width_height()
        texts = [t for t in figure.findobj(matplotlib.text.Text) if t.get_text().strip() and t.get_visible()]
        boxes = [t.get_window_extent(renderer) for t in texts]
    shown = [b for t, b in zip(texts, boxes, strict=True) if not (t in ax.get_xticklabels() and not _in_view(ax, t))]
    return max(max(-b.x0, -b.y0, b.x1 - wide, b.y1 - high) for b in shown)


def _in_view(ax, tick):
    low, high = sorted(ax.get_xlim())
    return low <= tick.get_position()[0] <= high


@pytest.mark.parametrize("name", charts.NAMES)
@pytest.mark.parametrize("outlets", [2, 30])
def test_nothing_is_clipped(name, outlets, corpora):
    for width in ("single", "screen"):
        ax = drawn(name, corpora[outlets], width=width)
        assert overflow(ax) < 2.5, (name, outlets, width)


def overlaps(ax):
    """Pairs of texts that lie over one another; slanted ones are left out, for their boxes overlap where they do not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
        renderer = canvas.get_renderer()
    texts = [
        t
        for t in ax.figure.findobj(matplotlib.text.Text)
        if t.get_text().strip() and t.get_visible() and t.get_rotation() in (0, 90)
    ]
    texts = [t for t in texts if t not in ax.get_xticklabels() or _in_view(ax, t)]
    boxes = [(t.get_text(), t.get_window_extent(renderer).padded(-1)) for t in texts]
    return [(a, b) for k, (a, one) in enumerate(boxes) for b, two in boxes[k + 1 :] if one.overlaps(two)]


@pytest.mark.parametrize("name", charts.NAMES)
@pytest.mark.parametrize("outlets", SIZES)
def test_no_text_lies_over_another(name, outlets, corpora):
    for width in ("single", "screen"):
        assert overlaps(drawn(name, corpora[outlets], width=width)) == [], (name, outlets, width)


@pytest.mark.parametrize("name", charts.NAMES)
def test_n_interval_and_alt_text_are_stated(name, corpora):
    table = charts.data(name, corpora[5])
    if table.empty:
        pytest.skip(table.attrs["reason"])
    ax = drawn(name, corpora[5])
    said = " ".join(t.get_text() for t in ax.figure.texts)
    assert "n = " in said
    if name in ("stance", "loaded", "frames", "wording", "agreement", "calibration"):
        assert "95 % intervals" in said
    domain = {
        "frames": "428 articles on climate change",
        "stance": "Validated on US news",
        "loaded": "Validated on US news",
    }
    assert domain.get(name, "") in " ".join(said.split())
    assert len(charts.alt_text(ax)) > 40


@pytest.mark.parametrize("name", charts.NAMES)
def test_drawing_into_the_callers_axes(name, corpora):
    figure = Figure(figsize=(8, 6))
    ax = figure.subplots()
    assert charts.draw(name, corpora[2], ax=ax) is ax
    assert figure.get_size_inches().tolist() == [8, 6]
    assert ax.get_title(loc="left")


@pytest.mark.parametrize("name", charts.NAMES)
def test_empty_frames_say_why(name):
    empty = {frame: schema.empty(frame) for frame in schema.FRAMES}
    assert charts.data(name, empty).attrs["reason"]
    ax = drawn(name, empty)
    assert "nothing to draw" in charts.alt_text(ax)
    assert overflow(ax) < 2.5
    assert charts.reasons(empty).keys() == set(charts.NAMES)


def test_no_global_state(corpora):
    before = dict(matplotlib.rcParams)
    drawn("stance", corpora[2], theme="dark")
    assert dict(matplotlib.rcParams) == before


def test_public_functions_take_ax_and_return_axes(corpora):
    from matplotlib import pyplot

    for name in charts.NAMES:
        ax = getattr(charts, name)(corpora[2], theme="dark")
        assert isinstance(ax, matplotlib.axes.Axes)
        pyplot.close(ax.figure)


def test_outlets_keep_their_colour(corpora):
    frames = corpora[5]
    page = theme.sheet(None, "light", "screen", charts.tables.outlets(frames), figure=Figure())
    colours = {o: page.colour(o) for o in page.outlets}
    few = {**frames, "sources": frames["sources"].head(3)}
    other = theme.sheet(None, "light", "screen", charts.tables.outlets(few), figure=Figure())
    assert {o: other.colour(o) for o in other.outlets} == colours
    assert len(set(colours.values())) == 5


def test_thirty_outlets_are_told_apart_by_colour_and_marker():
    page = theme.sheet(None, "light", "screen", sorted(OUTLETS), figure=Figure())
    assert len({(page.colour(o), page.marker(o)) for o in page.outlets}) == 30


def contrast(one, other):
    return theme.contrast(matplotlib.colors.to_rgb(one), matplotlib.colors.to_rgb(other))


@pytest.mark.parametrize("name", theme.LOOKS)
def test_contrast(name):
    look = theme.LOOKS[name]
    for text in (look.ink, look.soft):
        assert contrast(text, look.background) >= 4.5
    for mark in (*look.outlets, look.against, look.neutral, look.favour, look.accent, look.second):
        assert contrast(mark, look.background) >= 3.0, mark
    for bar in (look.against, look.neutral, look.favour):
        assert contrast(look.on, bar) >= 4.5, bar


DICHROMATS = {  # linear RGB as seen without one kind of cone (Machado, Oliveira & Fernandes 2009, severity 1)
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


@pytest.mark.parametrize("kind", DICHROMATS)
@pytest.mark.parametrize("name", theme.LOOKS)
def test_sides_differ_to_the_colour_blind(kind, name):
    look = theme.LOOKS[name]

    def seen(colour):
        rgb = np.array(matplotlib.colors.to_rgb(colour)) ** 2.2
        return np.clip(np.array(DICHROMATS[kind]) @ rgb, 0, 1) ** (1 / 2.2)

    assert np.abs(seen(look.against) - seen(look.favour)).max() > 0.3


def test_hostile_names_are_drawn_as_text(corpora):
    frames = dict(corpora[2])
    bad = "A$\\frac{1}{$ <script> \u202e\u0000\nB" + "x" * 5000
    frames["articles"] = frames["articles"].assign(outlet=bad)
    for name in charts.NAMES:
        ax = drawn(name, frames)
        assert overflow(ax) < 2.5, name


def test_data_comes_from_comparisons_else_from_the_measures(corpora):
    frames = corpora[2]
    levels = charts.data("loaded", frames)
    assert levels["n_articles"].notna().all()
    bare = {**frames, "comparisons": schema.empty("comparisons")}
    described = charts.data("loaded", bare)
    assert described["low"].isna().all()
    articles = frames["articles"][["article_id", "outlet", "event_id"]]
    notes = frames["annotations"].query("task == 'loaded' and start.isna() and voice == 'narrator'")
    by_hand = (
        notes.merge(articles, on="article_id").groupby(["outlet", "event_id"])["score"].mean().groupby("outlet").mean()
    )
    pd.testing.assert_series_equal(
        described.set_index("outlet")["value"], by_hand, check_names=False, check_index_type=False
    )


def test_one_event_and_one_target(corpora):
    frames = corpora[5]
    event = frames["events"]["event_id"].iloc[0]
    n = frames["articles"]["event_id"].eq(event).sum()
    assert len(charts.data("timeline", frames, event=event)) == n
    assert charts.data("stance", frames, target="Mayor Ida Brenn")["target"].unique().tolist() == ["Mayor Ida Brenn"]
    nobody = charts.data("stance", frames, target="nobody")
    assert nobody.empty
    assert "toward nobody was not measured" in nobody.attrs["reason"]
    assert "targets of this run are" in nobody.attrs["reason"]
    assert "Mayor Ida Brenn" in nobody.attrs["reason"]


def test_a_target_may_be_named_by_an_alias(corpora):
    frames = dict(corpora[5])
    aliases = frames["targets"]["target"].map({"Mayor Ida Brenn": "Brenn|the mayor"})
    frames["targets"] = frames["targets"].assign(aliases=aliases)
    for name in ("stance", "balance"):
        found = charts.data(name, frames, target="The mayor")
        pd.testing.assert_frame_equal(found, charts.data(name, frames, target="Mayor Ida Brenn"))
        assert set(found["target"]) == {"Mayor Ida Brenn"}


def test_a_statement_stands_in_quotation_marks(corpora):
    frames = {**corpora[5], "comparisons": corpora[5]["comparisons"].copy()}
    said = "the bridge should be closed"
    frames["comparisons"]["target"] = frames["comparisons"]["target"].replace("Mayor Ida Brenn", said)
    ax = drawn("stance", frames, target=said)
    assert f"toward “{said}”" in {t.get_text() for t in ax.figure.findobj(matplotlib.text.Text)}
    assert f"toward “{said}”" in charts.alt_text(ax)
    told = " ".join(t.get_text() for t in ax.figure.findobj(matplotlib.text.Text))
    assert "Agreement with the statement" in told
    assert "exploratory" in told


def test_a_point_says_that_a_kind_was_not_found_and_a_nought_that_only_its_adjusted_share_is_nothing(corpora):
    table = charts.data("source_kinds", corpora[5])
    table.loc[table.index[:4], "value"] = [0.0, 0.0, 0.004, 0.02]
    table["words_of_kind"] = 9
    table.loc[table.index[0], "words_of_kind"] = 0
    ax = charts.draw("source_kinds", corpora[5], figure=Figure(figsize=(6, 5)), table=table)
    said = [t.get_text() for t in ax.texts]
    missing = table["value"].isna().sum()
    assert said.count("·") == 1 + missing
    assert said.count("0") == 1 + int((table["value"].iloc[4:] == 0).sum())
    assert {"<1", "2"} <= set(said)


@pytest.mark.parametrize(
    ("chart", "told"), [("frames", True), ("loaded", True), ("stance", True), ("source_kinds", False)]
)
def test_compared_levels_over_all_events_are_said_to_hold_events_equal(corpora, chart, told):
    """These corpora hold no comparison of kinds of sources: plain means are drawn."""
    frames = corpora[5]

    def notes(**options):
        ax = drawn(chart, frames, **options)
        return " ".join(t.get_text().replace("\n", " ") for t in ax.figure.findobj(matplotlib.text.Text))

    assert ("Events held equal" in notes()) == told
    assert "Events held equal" not in notes(event=frames["events"]["event_id"].iloc[0])


def test_articles_of_no_known_outlet_are_no_outlet_more(corpora):
    frames = dict(corpora[5])
    lost = frames["articles"]["outlet"] == OUTLETS[0]
    n, outlets = len(lost), frames["articles"]["outlet"].nunique()
    assert charts.tables.n_note(frames).startswith(f"n = {n} articles, {outlets} outlets, ")
    frames["articles"] = frames["articles"].assign(outlet=frames["articles"]["outlet"].mask(lost))
    told = charts.tables.n_note(frames)
    assert told.startswith(f"n = {n} articles ({lost.sum()} of no known outlet), {outlets - 1} outlets, ")


def test_nothing_said_is_not_struck_through(corpora):
    frames = dict(corpora[5])
    notes = frames["annotations"]
    silent = frames["articles"].loc[frames["articles"]["outlet"] == OUTLETS[0], "article_id"]
    frames["annotations"] = notes[~((notes["task"] == "stance") & notes["article_id"].isin(silent))]
    frames["comparisons"] = schema.empty("comparisons")
    ax = drawn("stance", frames)
    said = [t for t in ax.texts if t.get_text() == "nothing said"]
    assert said
    assert all(t.get_bbox_patch() is not None for t in said)


@pytest.mark.parametrize("kind", theme.FORMATS)
def test_save(kind, corpora, tmp_path):
    path = charts.save("stance", corpora[2], tmp_path / "new" / f"stance.{kind}", width="single")
    first = path.read_bytes()
    charts.save("stance", corpora[2], path, kind, width="single")
    assert path.read_bytes() == first, "the same data gives the same file"
    if kind == "pdf":
        assert b"/FontFile2" in first or b"/Type42" in first or b"CIDFontType2" in first


def test_save_says_what_it_can(corpora, tmp_path):
    with pytest.raises(InputError, match="did you mean stance"):
        charts.save("stanse", corpora[2], tmp_path / "x.png")
    with pytest.raises(InputError, match="png, svg, pdf"):
        charts.save("stance", corpora[2], tmp_path / "x.bmp")
    with pytest.raises(InputError, match="single, double, screen"):
        charts.save("stance", corpora[2], tmp_path / "x.png", width="huge")
    with pytest.raises(InputError, match="light, dark"):
        charts.save("stance", corpora[2], tmp_path / "x.png", theme="sepia")


def test_write_all(corpora, tmp_path):
    frames = {**corpora[2], "words": schema.empty("words")}
    written = {p.name for p in charts.write_all(frames, tmp_path)}
    assert {"stance.png", "stance.svg", "stance.csv", "not_drawn.csv"} <= written
    assert "wording.png" not in written
    skipped = pd.read_csv(tmp_path / "not_drawn.csv").set_index("chart")["reason"]
    assert "No word" in skipped["wording"]
    table = pd.read_csv(tmp_path / "stance.csv")
    assert table["value"].tolist() == pytest.approx(charts.data("stance", frames)["value"].tolist(), nan_ok=True)


def test_numbers_in_cells_can_be_read(corpora):
    for name in ("source_matrix", "co_coverage", "frames"):
        for look in theme.LOOKS:
            ax = drawn(name, corpora[30], theme=look)
            background = matplotlib.colors.to_rgb(theme.LOOKS[look].background)
            for patch in ax.patches:
                *rgb, alpha = patch.get_facecolor()
                under = [alpha * a + (1 - alpha) * b for a, b in zip(rgb, background, strict=True)]
                middle = (patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2)
                for text in ax.texts:
                    if text.get_text().isdigit() and np.allclose(text.get_position(), middle, atol=0.02):
                        ink = matplotlib.colors.to_rgb(text.get_color())
                        assert theme.contrast(ink, under) >= 4.0, (name, look, text.get_text())


def test_outlets_that_do_not_fit_are_counted_not_dropped_in_silence():
    frames = build(60, 2)
    ax = drawn("loaded", frames)
    said = " ".join(t.get_text().replace("\n", " ") for t in ax.figure.texts)
    there = frames["articles"]["outlet"].nunique()
    assert len([t for t in ax.get_yticklabels() if t.get_text()]) == charts.MOST_OUTLETS
    assert f"{there - charts.MOST_OUTLETS} outlets with fewer articles are in the data" in said
    assert charts.data("loaded", frames)["outlet"].nunique() == there


def test_who_says_nothing_is_shown(corpora):
    frames = corpora[5]
    table = frames["comparisons"]
    mute = sorted(frames["articles"]["outlet"].unique())[0]
    given = {**frames, "comparisons": table[(table["outlet"] != mute) | (table["measure"] != "stance")]}
    ax = drawn("stance", given, target="Harbour Authority")
    assert [t.get_text() for t in ax.texts].count("nothing said") == 1
    assert any(t.get_text().startswith(mute) and t.get_text().endswith("n=0") for t in ax.get_yticklabels())


def test_who_has_only_another_genre_or_no_article_on_the_event_is_not_said_to_be_silent(corpora):
    frames = dict(corpora[5])
    table, articles = frames["comparisons"], frames["articles"]
    first, second = sorted(articles["outlet"].unique())[:2]
    stance = frames["annotations"].query("task == 'stance' and target == 'Harbour Authority' and label.notna()")
    on_it = articles["event_id"].isin(articles.loc[articles["article_id"].isin(stance["article_id"]), "event_id"])
    genre = articles["genre"].astype("object").mask(on_it & (articles["outlet"] == first), "opinion")
    event = articles["event_id"].mask(articles["outlet"] == second, "elsewhere")
    kept = table[~table["outlet"].isin([first, second]) | (table["measure"] != "stance")].assign(genre="news")
    given = {**frames, "articles": articles.assign(genre=genre, event_id=event), "comparisons": kept}
    notes = frames["annotations"]
    silent = articles.loc[articles["outlet"] == second, "article_id"]
    given["annotations"] = notes[~((notes["task"] == "stance") & notes["article_id"].isin(silent))]
    ax = drawn("stance", given, target="Harbour Authority", width="single")
    assert overflow(ax) < 2.5
    said = [t.get_text() for t in ax.texts]
    assert said.count("only in opinion: not compared") == 1
    assert said.count("no article on it") == 1
    assert "nothing said" not in said


def test_the_chart_of_facts_is_of_the_event_with_most_and_names_one_without(corpora):
    frames = dict(corpora[5])
    facts, events = frames["facts"], frames["events"]
    poor, rich = sorted(facts["event_id"].unique())[:2]
    kept = facts[facts["event_id"].isin([poor, rich])]
    more = kept[kept["event_id"] == rich].assign(fact_id="another")
    kept = pd.concat([kept, more])
    assert set(charts.data("facts", {**frames, "facts": kept})["event_id"]) == {rich}
    none = kept[kept["event_id"] == rich]
    reason = charts.data("facts", {**frames, "facts": none}, event=poor).attrs["reason"]
    assert poor in reason
    assert events.set_index("event_id").loc[poor, "title"] in reason


def test_function_words_and_repeats_stay_in_the_data(corpora):
    frames = corpora[2]
    outlet = frames["articles"]["outlet"].iloc[0]
    terms = [("the", 9.0), ("she said", 8.0), ("the ferry", 7.0), ("ferry", 6.0), ("quay", 5.0)]
    rows = [{"scope": "corpus", "outlet": outlet, "term": t, "n": 9, "z": z, "low": 0.1, "high": 1.0} for t, z in terms]
    table = charts.data("wording", {**frames, "words": schema.conform(rows, "words")})
    assert table[table["drawn"]]["term"].tolist() == ["the ferry", "quay"]
    assert len(table) == len(terms)


def test_never_an_order_of_values(corpora):
    table = charts.data("loaded", corpora[5])
    assert table["outlet"].tolist() == sorted(table["outlet"], key=str.casefold)


def test_over_all_events_a_surname_is_the_person_who_bears_it():
    rows = [
        ("Ada Lind", "person", 50), ("Lind", "person", 5), ("Jon Ash", "person", 30), ("Mia Ash", "person", 30), ("Ash", "person", 4),
        ("allies", "person", 3), ("Allies", "person", 9), ("House Allies", "person", 20), ("Vale", "person", 2), ("Port of Vale", "organisation", 9),
    ]  # fmt: skip
    names = quoted.across_events(pd.DataFrame(rows, columns=["name", "level", "n_words"]))
    assert names == {
        **dict.fromkeys(("Ada Lind", "Lind"), "Ada Lind"),
        **dict.fromkeys(("allies", "Allies"), "Allies"),
        **{name: name for name in ("Jon Ash", "Mia Ash", "Ash", "Vale", "Port of Vale", "House Allies")},
    }


def test_the_balance_of_sides_is_that_of_the_measure_and_of_the_genre_compared(corpora):
    frames = corpora[5]
    event = frames["events"]["event_id"].iloc[0]
    of_event = frames["articles"]["event_id"] == event
    outlet = frames["articles"].loc[of_event, "outlet"].iloc[0]
    opinion = of_event & (frames["articles"]["outlet"] == outlet)
    articles = frames["articles"].assign(genre=opinion.map({True: "opinion", False: "news"}).astype("str"))
    frames = {**frames, "articles": articles, "comparisons": frames["comparisons"].assign(genre="news")}
    drawn_ = charts.data("balance", frames, event=event)
    assert outlet not in set(drawn_["outlet"])
    values = charts.tables.values({**frames, "articles": articles[of_event & ~opinion]}, "side_words")
    values = values[values["outlet"].notna() & (values["event_id"] == event)]
    total = (values["value"] * values["weight"]).groupby([values["target"], values["outlet"], values["measure"]]).sum()
    share = total / values["weight"].groupby([values["target"], values["outlet"], values["measure"]]).sum()
    for row in drawn_.itertuples():
        assert row.share == pytest.approx(share[row.target, row.outlet, f"side_words.{row.label}"])


def test_what_a_source_says_of_itself_is_not_drawn(corpora):
    frames = corpora[5]
    itself = frames["sources"].loc[frames["sources"]["name"] == "Ida Brenn", "source_id"]
    asked = charts.data("balance", frames, target="Mayor Ida Brenn")
    notes = frames["annotations"]
    without = notes[~(notes["source_id"].isin(itself) & (notes["target"] == "Mayor Ida Brenn")).fillna(False)]
    pd.testing.assert_frame_equal(
        asked, charts.data("balance", {**frames, "annotations": without}, target="Mayor Ida Brenn")
    )
    assert len(without) < len(notes)
