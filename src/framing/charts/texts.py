"""Charts of single events: which facts stand where, and whose voice is heard when in each text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd
from matplotlib.patches import Patch

from framing.charts import tables
from framing.charts.quoted import cell
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet, plain
from framing.measures._base import sides_taken
from framing.targets import worded

MOST_FACTS = 30
MOST_TEXTS = 40


def widest_event(frames: Frames, event: str | None) -> str | None:
    """Return the event asked for, or else the one at most outlets (the first of equals)."""
    if event is not None:
        return event
    table = tables.articles(frames)
    spread = table[table["event_id"].notna()].groupby("event_id", sort=True)["outlet"].nunique()
    return None if spread.empty else str(spread.sort_values(ascending=False, kind="stable").index[0])


def event_title(frames: Frames, event: str | None) -> str:
    """Headline of an event."""
    table = tables.frame(frames, "events")
    found = table[(table["event_id"] == event).fillna(False).astype(bool)]["title"].dropna()
    return str(found.iloc[0]) if len(found) else str(event or "")


def fullest_event(facts: Iterable[pd.DataFrame], event: str | None) -> str | None:
    """Event asked for, or the one with the most facts; None if there is no fact."""
    if event is not None:
        return event
    n: Counter[str] = Counter()
    for piece in facts:
        n.update({str(one): int(k) for one, k in piece.groupby("event_id")["fact_id"].nunique().items()})
    return min(n, key=lambda one: (-n[one], one)) if n else None


def _named(frames: Frames, event: str | None) -> str:
    title = plain(event_title(frames, event))
    return f"“{title}” ({event})" if title and title != event else str(event)


# --- facts -----------------------------------------------------------------------------------------


def facts_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Facts of one event, and the outlets whose texts report them."""
    table = tables.need(frames, "facts", "Facts were not looked for in these articles.")
    event = fullest_event([table], event) or widest_event(frames, None)
    table = table[(table["event_id"] == event).fillna(False).astype(bool)]
    where = tables.articles(frames)[["article_id", "outlet", "published_at", "text", "title", "captions"]]
    table = table.merge(where, on="article_id")
    if table.empty:
        raise NothingToDraw(f"No fact was found in the articles of the event {_named(frames, event)}.")
    said = [
        str(row[row["part"]])[int(row["start"]) : int(row["end"])] if isinstance(row[row["part"]], str) else ""
        for row in tables.records(table)
    ]
    table = table.assign(said=said, caption=table["part"] == "captions", title=table["part"] == "title")
    # as first told, in the text before the headline; a caption names a fact only where nothing else tells it
    table = table.sort_values(["caption", "published_at", "title"], kind="stable", na_position="last")
    cells = (
        table.groupby(["fact_id", "outlet"], sort=True)
        .agg(times=("start", "size"), said=("said", "first"))
        .reset_index()
    )
    spread = cells.groupby("fact_id")["outlet"].transform("nunique")
    first = table.groupby("fact_id")["said"].first()
    cells = cells.assign(n_outlets=spread, fact=cells["fact_id"].map(first), event_id=event)
    cells = cells.sort_values(["n_outlets", "fact", "fact_id"], ascending=[False, True, True], kind="stable")
    rank = {f: k + 1 for k, f in enumerate(dict.fromkeys(cells["fact_id"]))}
    return tables.in_order(cells.assign(rank=cells["fact_id"].map(rank)), frames, "rank")


def draw_facts(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: facts, the most reported first; columns: outlets."""
    event = str(table["event_id"].iloc[0])
    shown = table[table["rank"] <= MOST_FACTS]
    here = set(tables.articles(frames, event)["outlet"])
    outlets = [o for o in page.shown if o in here]
    at = {o: x for x, o in enumerate(outlets)}
    names = shown.drop_duplicates("rank").set_index("rank")["fact"]
    place = {rank: y for y, rank in enumerate(names.index)}
    found = {(place[r["rank"]], at[r["outlet"]]) for r in tables.records(shown)}
    small = len(outlets) > 14
    for y in range(len(names)):
        for x in range(len(outlets)):
            cell(page, x, y, 1.0 if (y, x) in found else None, 1.0, "count", 0.0 if small or (y, x) in found else None)
    labels = [page.label(n, share=0.4, lines=2) for n in names]
    page.rows(labels)
    page.columns(outlets)
    tall = 0.4 if any("\n" in label for label in labels) else 0.24
    n = table["rank"].nunique()
    one = int((table.drop_duplicates("rank")["n_outlets"] == 1).sum())
    alone = f", {one} of them in several articles of one outlet" if one else ""
    return Caption(
        "Which facts stand where",
        f"{plain(event_title(frames, event))}. Filled: found in this outlet's text; else not found in it.",
        [
            tables.n_note(frames, event, f"{count(n, 'fact')} told by two articles or more{alone}")
            + " What one article alone tells is not listed."
            + (f" {n - len(names)} more in the data beside this figure." if n > len(names) else ""),
            "Exploratory: a fact not found may be told in words the matcher does not know. No intervals: what was found.",
        ],
        f"Matrix of {count(n, 'fact')} by {count(len(outlets), 'outlet')}: what two articles or more tell{alone}.",
        tall * len(names) + 0.15,
    )


# --- voices along the text -------------------------------------------------------------------------


def voices_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Where in each text of one event which source speaks, and on which side of the target."""
    quotations = tables.need(frames, "quotations", "No quotation was found in these articles.")
    event = widest_event(frames, event)
    texts = tables.articles(frames, event)[["article_id", "outlet", "title", "text"]]
    texts = texts.assign(length=texts["text"].str.len().astype("float64"))
    table = quotations[quotations["part"] == "text"].merge(
        texts.drop(columns="text"), on="article_id", suffixes=("", "_a")
    )
    if table.empty:
        raise NothingToDraw("No quotation was found in the articles of this event.")
    notes = tables.frame(frames, "annotations")
    spoken = sides_taken(notes, frames.get("sources"))
    if target is None:  # the one on which these sources say most
        said = spoken[spoken["article_id"].isin(set(texts["article_id"]))]["target"]
        target = str(said.value_counts().index[0]) if len(said) else None
    spoken = spoken[spoken["target"] == target]
    table = table.merge(spoken[["article_id", "source_id", "label"]], on=["article_id", "source_id"], how="left")
    names = tables.frame(frames, "sources")[["article_id", "source_id", "name"]]
    table = table.merge(names, on=["article_id", "source_id"], how="left")
    done = pd.DataFrame(
        {
            "outlet": table["outlet"],
            "title": table["title"],
            "article_id": table["article_id"],
            "source": table["name"].astype("object").where(table["name"].notna(), table["speaker"]),
            "kind": table["kind"],
            "start": table["start"].astype("float64") / table["length"],
            "end": table["end"].astype("float64") / table["length"],
            "side": table["label"].astype("object").where(table["label"].notna(), "not known"),
            "target": target,
            "event_id": event,
        }
    )
    return tables.in_order(done.sort_values(["article_id", "start"], kind="stable"), frames)


def draw_voices(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: texts from their first character to their last; bars: who else than the narrator speaks."""
    ax, look = page.ax, page.look
    event = str(table["event_id"].iloc[0])
    colours = {"against": look.against, "neutral": look.neutral, "favour": look.favour, "not known": look.grid}
    if (table["side"] == "not known").all():
        colours["not known"] = look.accent
    edges = {"not known": look.soft if colours["not known"] == look.grid else look.background}
    ids = list(dict.fromkeys(table["article_id"]))
    shown = ids[:MOST_TEXTS]
    labels = []
    for y, ident in enumerate(shown):
        mine = table[table["article_id"] == ident]
        ax.barh(y, 1.0, height=0.1, color=look.grid, lw=0)
        for row in tables.records(mine):
            ax.barh(
                y,
                max(row["end"] - row["start"], 0.004),
                left=row["start"],
                height=0.66,
                color=colours[row["side"]],
                edgecolor=edges.get(row["side"], look.background),
                lw=0.5,
                hatch="////" if row["kind"] == "indirect" else None,
            )
        share = float((mine["end"] - mine["start"]).sum())
        labels.append(page.label(mine["outlet"].iloc[0], share=0.36, after=f"{100 * share:.0f} %"))
    page.rows(labels)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1], labels=["opening", "middle", "end"])
    target = table["target"].iloc[0]
    toward = f" toward {worded(target)}" if isinstance(target, str) else ""
    more = len(ids) - len(shown)
    return Caption(
        "Whose voice is heard when",
        f"{plain(event_title(frames, event))}. Bars: words of sources along each text; between them the narrator speaks.",
        [
            tables.n_note(
                frames, event, f"{count(len(table), 'quotation')}; per cent at a text: its share in sources' words"
            ),
            "No intervals: positions." + (f" {count(more, 'more text')} in the data." if more else ""),
        ],
        f"Positions of {count(len(table), 'quotation')} in {count(len(ids), 'text')}, coloured by the source's stance{toward}.",
        0.28 * len(shown) + 0.2,
        [
            *(
                Patch(
                    facecolor=colours[s], edgecolor=look.soft if s == "not known" else colours[s], lw=0.6, label=label
                )
                for s, label in (
                    ("against", f"source against{toward.replace(' toward', '')}"),
                    ("neutral", "neutral"),
                    ("favour", "in favour"),
                    ("not known", "no stance found" if isinstance(target, str) else "words of a source"),
                )
                if (table["side"] == s).any()
            ),
            Patch(facecolor=look.background, edgecolor=look.soft, hatch="////", lw=0.6, label="paraphrase"),
        ],
    )
