"""What a report says first: where the corpus came from, how large it is, what measured it, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from framing import facts, schema
from framing.charts import tables
from framing.charts.theme import UNKNOWN_OUTLET
from framing.comparison import contrasts_of
from framing.measures.sourcing import best_replies
from framing.sources import signs
from framing.storage import Shelf

Frames = Mapping[str, pd.DataFrame]
Run = Mapping[str, Any]


def summary(frames: Frames, run: Run, run_of: Shelf) -> dict[str, Any]:
    """Sizes, dates, genres, wire share and languages of the corpus; models; whether anything was corrected.

    What `frames` have no rows for is counted in all frames of the run, `run_of`.
    """
    articles = tables.frame(frames, "articles")
    n = len(articles)
    storylines = run_of.rows("events", columns=("storyline_id",))
    times = articles["published_at"].dropna()
    wire = articles["wire"].notna() | articles["duplicate_of"].notna()
    corrected = tables.frame(frames, "comparisons")["corrected"].fillna(False).astype(bool)
    return {
        "n_articles": n,
        "n_outlets": articles["outlet"].nunique(),
        "n_events": articles["event_id"].nunique(),
        "n_shared": shared_events(articles),
        "n_storylines": storylines["storyline_id"].nunique() if len(storylines) else 0,
        "n_quotations": run_of.head("quotations", 0, columns=("article_id",))[1],
        "n_words": int(articles["n_words"].fillna(0).sum()),
        "first": times.min() if len(times) else None,
        "last": times.max() if len(times) else None,
        "undated": int(articles["published_at"].isna().sum()),
        "wire_share": float(wire.mean()) if n else None,
        "wire_names": sorted(set(articles["wire"].dropna()))[:12],
        "genres": shares(articles["genre"]),
        "languages": shares(articles["language"]),
        "outlets": shares(
            articles["outlet"].astype("object").where(articles["outlet"].notna(), UNKNOWN_OUTLET), most=60
        ),
        "outlet_names": tables.outlets(frames)[:1000],
        "corrected": "all" if len(corrected) and corrected.all() else "some" if corrected.any() else "none",
        "targets": list(tables.frame(frames, "targets")[["target", "given_by"]].itertuples(index=False, name=None)),
        "withheld": withheld(frames, run),
        "recall": recall(),
        "accusations": accusations(),
    }


def recall() -> str | None:
    """How well facts are matched, as measured on coded pairs and alarms: never shown without it."""
    found = facts.matcher().quality
    if not found:
        return None
    value, low, high, n = found["recall"]
    every = found["recall_all_pairs"]
    right = found["precision"]
    all_right = found["precision_all_pairs"]
    told = found["false_alarms"]
    return (
        f"of pairs of sentences that the matcher joins, {_share(*right[:3])} tell the same by the codes ({_share(*all_right[:3])} weighted to all "
        f"pairs), less often than its confidence says; of coded pairs that tell the same, it finds {_share(value, low, high)}, n = {n:.0f} pairs spread "
        f"over the whole range of likeness; weighted to all pairs of sentences {_share(*every[:3])}, so what is told in quite other words may be missed; "
        f"of {told[3]:.0f} coded alarms {_share(*told[:3])} were told in the text after all"
    )


def accusations() -> str:
    """How far the list of accusations may be believed, as measured on codes held apart: never shown without it."""
    parts = signs.quality()

    def between(name: str) -> str:
        low, high = (round(100 * pick(part[name] for part in parts)) for pick in (min, max))
        return f"{low} %" if low == high else f"{low} to {high} %"

    n, of = (int(sum(part[name] for part in parts)) for name in ("n", "n_articles"))
    return (
        f"of {n} accusations that coders (language models) marked in {of} articles held apart it finds {between('recall')}, {between('recall_with_right_accused')} with the right accused; "
        f"of those it lists, {between('precision')} are accusations by the codes, {between('precision_with_right_accused')} with the right accused (lower bounds, as each is coded once); the state of the reply "
        f"is right for {between('state_of_reply_of_found')} of those found (most frequent state: {between('most_frequent_state')})"
    )


def accusations_of(run_of: Shelf) -> dict[str, int]:
    """Accusations found at each outlet, counted as the measure `reply` counts them."""
    wanted = [
        c for c in ("article_id", "accuser", "accused", "accused_id", "reply") if c in run_of.columns("accusations")
    ]
    if not {"article_id", "accused", "reply"} <= set(wanted):
        return {}
    found = run_of.rows("accusations", columns=tuple(wanted))
    articles = run_of.rows("articles", columns=("article_id", "outlet", "event_id"))
    return {str(k): int(n) for k, n in best_replies(found, articles)["outlet"].value_counts().items()}


def _share(value: float, low: float, high: float) -> str:
    return f"{100 * value:.0f} % ({100 * low:.0f} to {100 * high:.0f} %)"


def shared_events(articles: pd.DataFrame) -> int:
    """Events that at least two outlets cover: the only ones that tell outlets apart."""
    if articles.empty:
        return 0
    return int((articles.groupby("event_id")["outlet"].nunique() >= 2).sum())


def shares(values: pd.Series, most: int = 8) -> list[tuple[str, int]]:
    """Values with their counts, the most frequent first; nulls are "not known"."""
    counted = values.astype("object").where(values.notna(), "not known").value_counts()
    found = sorted(((str(k), int(v)) for k, v in counted.items()), key=lambda kv: (-kv[1], kv[0]))
    rest = sum(v for _, v in found[most:])
    return found[:most] + ([(f"{len(found) - most} others", rest)] if rest else [])


def withheld(frames: Frames, run: Run) -> list[str]:
    """What is not given, and why: what the run says, and what the frames show."""
    found = [str(w) for w in run.get("withheld") or []]
    articles = tables.frame(frames, "articles")
    if not any("compar" in w.lower() for w in found):
        if len(articles) == 1:
            found.append(
                "Comparison of outlets: there is one article, and comparing needs at least two outlets on one event."
            )
        elif articles["outlet"].nunique() < 2:
            found.append(f"Comparison of outlets: all {len(articles)} articles come from fewer than two known outlets.")
        elif shared_events(articles) == 0:
            found.append("Comparison of outlets: no event is covered by two outlets.")
    comparisons = tables.frame(frames, "comparisons")
    table, bare = contrasts_of(comparisons)
    if len(bare):
        why = tables.reasons(bare["method"])
        found.append(
            f"Intervals and tests of {len(bare):,} of {len(table):,} differences"
            + (f": {why}." if why else ".")
            + " The differences are shown as descriptions of these texts; do not generalise them."
        )
    return found


def inputs(run: Run) -> list[dict[str, Any]]:
    """Input files: name, size, beginning of the hash."""
    found = []
    for row in run.get("inputs") or []:
        row = row if isinstance(row, Mapping) else {"path": str(row)}
        size = row.get("bytes")
        found.append(
            {
                "path": str(row.get("path") or row.get("name") or "input"),
                "bytes": size if isinstance(size, int) else None,
                "sha256": str(row.get("sha256") or "")[:12],
            }
        )
    return found


def models(run: Run) -> list[dict[str, Any]]:
    """Models: name, version, domains they were validated in."""
    found = []
    for row in run.get("models") or []:
        row = row if isinstance(row, Mapping) else {"name": str(row)}
        domains = row.get("validated_domains") or row.get("domains") or []
        found.append(
            {
                "name": str(row.get("name") or row.get("task") or "model"),
                "version": str(row.get("version") or "") or None,
                "domains": [str(d) for d in (domains if isinstance(domains, (list, tuple)) else [domains])],
                "scores": row.get("scores"),
            }
        )
    return found


def steps(run: Run) -> list[dict[str, Any]]:
    """Counts in and out of every step, with its seconds."""
    counts = run.get("counts") or {}
    seconds = run.get("seconds") or {}
    found = []
    for name in dict.fromkeys([*counts, *seconds]):
        value = counts.get(name)
        parts = value if isinstance(value, Mapping) else {"out": value} if value is not None else {}
        found.append(
            {
                "step": str(name),
                "in": parts.get("in"),
                "out": parts.get("out"),
                "more": "; ".join(f"{k} {v}" for k, v in parts.items() if k not in ("in", "out")),
                "seconds": seconds.get(name),
            }
        )
    return found


def definitions(frames: Frames) -> list[Any]:
    """Definitions of the measures that are in the comparisons, or of all if there are none."""
    from framing import measures

    used = {str(m).split(".", 1)[0] for m in tables.frame(frames, "comparisons")["measure"].dropna()}
    known = measures.available()
    names = {n.split(".", 1)[0] for n in known}
    wanted = used & names or names
    return [m for n, m in sorted(known.items()) if n.split(".", 1)[0] in wanted]


def contrasts(frames: Frames, most: int = 400) -> tuple[list[dict[str, Any]], int]:
    """Differences of outlets over all events, those with an interval first; and how many there are."""
    table = tables.frame(frames, "comparisons")
    table = table[
        ((table["scope"] == "corpus") & table["reference"].notna() & table["value"].notna()).fillna(False).astype(bool)
    ]
    table = table[(table["wire"] != "without").fillna(True).astype(bool)]
    order = table.assign(_no=table["low"].isna()).sort_values(
        ["_no", "measure", "target", "voice", "outlet"], kind="stable"
    )
    plain = order.drop(columns="_no").head(most)
    plain = plain.astype("object").where(plain.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")], len(table)


def removed(run_of: Shelf, most: int = 400) -> dict[str, Any]:
    """Lines taken out of the texts: how many of each kind, and the lines."""
    counts = run_of.rows("removed", columns=("kind",))["kind"].value_counts()
    kinds = [(str(k), int(v), schema.REMOVED_KINDS.get(str(k), "")) for k, v in counts.items()]
    return {"kinds": kinds, **_some(run_of, "removed", most)}


def rejected(run_of: Shelf, most: int = 200) -> dict[str, Any]:
    """Rows that were not read, and why."""
    counts = run_of.rows("rejected", columns=("reason",))["reason"].value_counts()
    return {"reasons": [(str(k), int(v)) for k, v in counts.items()], **_some(run_of, "rejected", most)}


def _some(run_of: Shelf, name: str, most: int) -> dict[str, Any]:
    table, n = run_of.head(name, most)
    return {"n": n, "rows": tables.records(table), "more": max(0, n - most)}
