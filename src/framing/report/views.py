"""What the page shows of each event and article, as plain values for the templates; every number with its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

import pandas as pd

from framing import schema
from framing.charts import tables
from framing.charts.theme import UNKNOWN_OUTLET
from framing.loading.dates import whole_days
from framing.measures._base import sides_taken
from framing.measures.sourcing import ANSWERS, best_replies
from framing.report.excerpts import Mark, mark_up, show, window

Frames = Mapping[str, pd.DataFrame]
Row = dict[str, Any]

WORD_LENGTH = 60  # characters: a loaded span this short inside another one is the word that makes it so
FACT_LENGTH = 240  # characters of a fact that are shown
SENTENCE_LENGTH = 320  # characters of an accusation or an answer that are shown
NO_EVENT = "no event"
MISSED = {"n": "n_before", "shorter": "n_no_longer"}
"""Articles that had told what an outlet lacks, and those of them that are no longer than its own."""
ACCUSATION = {
    "article_id",
    "accuser_name",
    "accused",
    "start",
    "end",
    "reply",
    "reply_start",
    "reply_end",
    "confidence",
}
"""Columns an accusation is shown by."""
ACTOR_NAMES = {code: code.replace("_", " ").replace(" or ", " / ") for code in schema.ACTORS}


def grouped(table: pd.DataFrame, key: str) -> dict[str, list[Row]]:
    """Rows by the value of a column, in their order."""
    out: dict[str, list[Row]] = defaultdict(list)
    for row in tables.records(table):
        out[row[key]].append(row)
    return out


class Corpus:
    """Everything the page needs of some articles, looked up by article.

    Parameters
    ----------
    frames
        Frames of a run.
    full_text
        Whole articles instead of excerpts.
    """

    def __init__(self, frames: Frames, *, full_text: bool = False) -> None:
        self.frames = frames
        self.full_text = full_text
        self.articles = articles = tables.frame(frames, "articles")
        ids = set(articles["article_id"])
        self.anchor = {a: f"article-{k + 1}" for k, a in enumerate(articles["article_id"])}
        self.all_outlets = [o for o in tables.outlets(frames) if o != UNKNOWN_OUTLET]
        self.outlet = {a: UNKNOWN_OUTLET if o is None else o for a, o in self._pairs(articles, "outlet")}

        def mine(name: str) -> pd.DataFrame:
            table = tables.frame(frames, name)
            return table[table["article_id"].isin(ids)]

        self.whole_days = set(self.articles.loc[whole_days(self.articles), "article_id"])
        self.quotations = grouped(mine("quotations"), "article_id")
        self.sources = grouped(mine("sources"), "article_id")
        notes = mine("annotations")
        if notes["sample_id"].isna().any():  # codes of a sample do not cover every article
            notes = notes[notes["sample_id"].isna()]
        self.notes = grouped(notes, "article_id")
        self.sides = grouped(sides_taken(notes, mine("sources")), "article_id")
        self.facts = self._facts(mine("facts"))
        self.words = self._words(ids)
        missing = frames.get("omissions")
        self.missing = {} if missing is None or missing.empty else grouped(missing, "event_id")
        accused = tables.frame(frames, "accusations")
        known = set(accused.columns) >= ACCUSATION
        self.accusations = accused[accused["article_id"].isin(ids)] if known else accused.head(0)
        self.values = self._values()
        named = mine("mentions")
        self.named: dict[str, set[str]] = defaultdict(set)
        for article, entity in self._pairs(named, "entity_id"):
            self.named[entity].add(self.outlet[article])

    @staticmethod
    def _pairs(table: pd.DataFrame, column: str) -> Iterable[tuple[str, Any]]:
        values = table[column].astype("object").where(table[column].notna(), None)
        return zip(table["article_id"], values, strict=True)

    def _words(self, ids: set[str]) -> dict[str, list[Row]]:
        """The narrator's words that carry a judgement (`framing.language.words`), by article, if the run kept them."""
        table = self.frames.get("loaded_words")
        if table is None or not len(table) or not {"article_id", "part", "start", "end"} <= set(table.columns):
            return {}
        table = table[table["article_id"].isin(ids)]
        if "voice" in table:
            table = table[(table["voice"] != "source").fillna(True).astype(bool)]
        return grouped(table, "article_id")

    def _facts(self, table: pd.DataFrame) -> dict[str, list[Row]]:
        """Facts that more than one outlet reports, by article; `n_outlets` says how many do."""
        if table.empty:
            return {}
        outlet = table["article_id"].map(self.outlet)
        spread = table.assign(outlet=outlet).groupby("fact_id")["outlet"].nunique()
        table = table.assign(n_outlets=table["fact_id"].map(spread))
        found = grouped(table.sort_values(["article_id", "start"], kind="stable"), "article_id")
        for rows in found.values():
            for k, row in enumerate(rows):
                row["place"] = f"f{k + 1}"
        return found

    def only(self, ids: list[str]) -> Corpus:
        """The same, of some articles, on a page of their own: anchors start anew, links to other articles go."""
        part = copy(self)
        part.articles = self.articles[self.articles["article_id"].isin(set(ids))]
        part.anchor = {a: f"article-{k + 1}" for k, a in enumerate(part.articles["article_id"])}
        return part

    def _values(self) -> dict[str, list[Row]]:
        """Values of the measures shown per article, by article: the same that comparisons start from."""
        out: dict[str, list[Row]] = defaultdict(list)
        for measure in ("stance", "loaded_share", "frame"):
            table = tables.values(self.frames, measure)
            table = table[table["article_id"].notna()] if len(table) else table
            for row in tables.records(table):
                out[row["article_id"]].append(row)
        return out

    # --- articles ------------------------------------------------------------------------------

    def article(self, row: Row) -> Row:
        """One article: numbers for the table, excerpts with marks, evidence anchors."""
        ident = row["article_id"]
        marks = self.marks(ident)
        text = row["text"] or ""
        body = show(text, marks["text"], full=self.full_text)
        captions = row.get("captions") or ""
        title = row.get("title") or ""
        first = {
            kind: next((m.anchor for m in marks["text"] if m.kind == kind and m.anchor), None)
            for kind in ("loaded", "stance")
        }
        return {
            "id": self.anchor[ident],
            "article_id": ident,
            "outlet": self.outlet[ident],
            "title": title or "no headline",
            "title_html": mark_up(title, 0, len(title), marks["title"]) if title else "no headline",
            "published": row.get("published_at"),
            "whole_day": ident in self.whole_days,
            "n_words": int(row.get("n_words") or 0),
            "genre": row.get("genre"),
            "wire": row.get("wire"),
            "duplicate_of": self._other(row.get("duplicate_of")),
            "version_of": self._other(row.get("version_of")),
            "url": web(row.get("url")),
            "author": row.get("author"),
            "shown": body,
            "captions": show(captions, marks["captions"], full=self.full_text) if captions else None,
            "quotations": self._quoted(ident),
            "sources": self._sources(ident, marks["text"]),
            "stance": self._stance(ident),
            "loaded": self._loaded(ident, text, first["loaded"]),
            "frames": self._frames(ident),
            "voices": self._voices(ident, text),
            "facts": self._said(ident, row),
        }

    def _voices(self, ident: str, text: str) -> list[Row]:
        """Where in the text sources speak, in per cent of its length; whose words they are is looked up by the event."""
        return [
            {
                "source_id": q["source_id"],
                "left": round(100 * int(q["start"]) / len(text), 2),
                "width": round(max(100 * (int(q["end"]) - int(q["start"])) / len(text), 0.4), 2),
                "paraphrase": q["kind"] == "indirect",
            }
            for q in self.quotations.get(ident, [])
            if q["part"] == "text" and text
        ]

    def _said(self, ident: str, row: Row) -> list[Row]:
        """Facts found in an article, as they are told in it."""
        return [
            {
                "fact_id": f["fact_id"],
                "part": f["part"],
                "text": short((row[f["part"]] or "")[int(f["start"]) : int(f["end"])], FACT_LENGTH),
                "href": f"#{self.anchor[ident]}-{f['place']}" if f["n_outlets"] > 1 else f"#{self.anchor[ident]}",
                "confidence": f["confidence"],
            }
            for f in self.facts.get(ident, [])
        ]

    def _other(self, ident: str | None) -> Row | None:
        if ident is None:
            return None
        return {
            "href": f"#{self.anchor[ident]}" if ident in self.anchor else None,
            "outlet": self.outlet.get(ident, "an article not shown here"),
        }

    def marks(self, ident: str) -> dict[str, list[Mark]]:
        """Marks of every part of an article."""
        prefix = self.anchor[ident]
        names = {s["source_id"]: s for s in self.sources.get(ident, [])}
        heard: set[Any] = set()
        out: dict[str, list[Mark]] = {"title": [], "text": [], "captions": []}
        for k, q in enumerate(self.quotations.get(ident, [])):
            source = names.get(q["source_id"])
            who = source["name"] if source and source["name"] else q["speaker"]
            tag = f"{who or 'source not resolved'}: {q['kind']} {q['content_type'] or 'speech'}, {tables.count(int(q['n_words']), 'word')}"
            part = out[q["part"]]
            speaks = q["source_id"] or who  # a source's first words are shown before anything else
            weight = 1.0 if speaks in heard else 4.0
            heard.add(speaks)
            part.append(Mark(int(q["start"]), int(q["end"]), "quotation", f"{prefix}-q{k + 1}", tag, None, weight))
            q["anchor"] = f"{prefix}-q{k + 1}"
            for kind in ("speaker", "cue"):
                if q[f"{kind}_start"] is not None and q[f"{kind}_end"] is not None:
                    part.append(Mark(int(q[f"{kind}_start"]), int(q[f"{kind}_end"]), kind))
        for k, note in enumerate(self._judged(ident)):
            out[note["part"]].append(self._mark(note, f"{prefix}-j{k + 1}", names))
        for k, note in enumerate(self._framed(ident)):
            name = str(note["code"]).replace("_", " ")
            tag = f"frame: {name}" + (f" (p = {note['score']:.2f})" if note["score"] is not None else "")
            weight = 0.5 + 0.4 * (note["score"] or 0.0)
            out[note["part"]].append(
                Mark(int(note["start"]), int(note["end"]), "frame", f"{prefix}-r{k + 1}", tag, None, weight)
            )
        for fact in self.facts.get(ident, []):
            if fact["n_outlets"] > 1:
                sure = "" if fact["confidence"] is None else f" (confidence {fact['confidence']:.2f})"
                tag = f"fact, found at {tables.count(int(fact['n_outlets']), 'outlet')}{sure}"
                out[fact["part"]].append(
                    Mark(int(fact["start"]), int(fact["end"]), "fact", f"{prefix}-{fact['place']}", tag, None, 0.3)
                )
        for word in self.words.get(ident, []):
            out[word["part"]].append(Mark(int(word["start"]), int(word["end"]), "word"))
        return out

    def _judged(self, ident: str) -> list[Row]:
        """Spans worth showing: the narrator's loaded words, and stance; neutral stance only where there is no other."""
        rows = [n for n in self.notes.get(ident, []) if n["start"] is not None and n["part"] is not None]
        loaded = [n for n in rows if n["task"] == "loaded" and n["label"] == "loaded" and n["voice"] != "source"]
        stance = [n for n in rows if n["task"] == "stance" and n["label"] is not None and n["voice"] != "all"]
        sided = {n["target"] for n in stance if n["label"] != "neutral"}
        stance = [n for n in stance if n["label"] != "neutral" or n["target"] not in sided]
        return [*loaded, *stance]

    def _framed(self, ident: str) -> list[Row]:
        """Sentences in which a frame was found."""
        return [
            n
            for n in self.notes.get(ident, [])
            if n["task"] == "frame" and n["start"] is not None and n["part"] is not None and n["label"] == "present"
        ]

    def _mark(self, note: Row, anchor: str, names: Mapping[str, Row]) -> Mark:
        start, end = int(note["start"]), int(note["end"])
        if note["task"] == "stance":
            source = names.get(note["source_id"])
            voice = "narrator" if note["voice"] == "narrator" else (source["name"] if source else "a source")
            side = {"against": "against", "favour": "in favour of"}.get(note["label"], "neutral toward")
            tag = f"{voice} {side} {note['target']}" + (
                f" ({signed(note['score'])})" if note["score"] is not None else ""
            )
            return Mark(start, end, "stance", anchor, tag, note["label"], 2.0 + abs(note["score"] or 0.0))
        probability = f" (p = {note['score']:.2f})" if note["score"] is not None else ""
        return Mark(
            start, end, "loaded", anchor, f"narrator: loaded wording{probability}", None, 1.0 + (note["score"] or 0.0)
        )

    def _quoted(self, ident: str) -> Row:
        rows = self.quotations.get(ident, [])
        return {
            "n": len({q["part_of"] or q["quotation_id"] for q in rows}),
            "direct": sum(q["kind"] != "indirect" for q in rows),
            "href": f"#{rows[0]['anchor']}" if rows else None,
        }

    def _sources(self, ident: str, marks: list[Mark]) -> list[Row]:
        quotes = self.quotations.get(ident, [])
        stances = defaultdict(list)
        for n in self.sides.get(ident, []):
            stances[n["source_id"]].append({"target": n["target"], "label": n["label"]})
        out = []
        for s in sorted(self.sources.get(ident, []), key=lambda s: (-(s["n_words"] or 0), s["name"] or "")):
            mine = [q for q in quotes if q["source_id"] == s["source_id"]]
            out.append(
                {
                    "source_id": s["source_id"],
                    "name": s["name"] or next((q["speaker"] for q in mine if q["speaker"]), None) or "unnamed source",
                    "actor": ACTOR_NAMES.get(s["actor"], s["actor"] or "unknown"),
                    "role": None if (s["role"] or "").casefold() in (s["name"] or "").casefold() else s["role"],
                    "identification": s["identification"],
                    "n_words": int(s["n_words"] or 0),
                    "n_quotations": int(s["n_quotations"] or 0),
                    "href": f"#{mine[0]['anchor']}" if mine and "anchor" in mine[0] else None,
                    "stances": stances.get(s["source_id"], []),
                }
            )
        return out

    def _stance(self, ident: str) -> list[Row]:
        """Stance toward each target: the narrator's, and that of the voices it selected."""
        rows = [
            v for v in self.values.get(ident, []) if v["measure"] == "stance" and v["voice"] in ("narrator", "source")
        ]
        labels = {
            n["target"]: n["label"]
            for n in self.notes.get(ident, [])
            if n["task"] == "stance" and n["voice"] == "narrator" and n["start"] is None
        }
        asked = dict.fromkeys(n["target"] for n in self.notes.get(ident, []) if n["task"] == "stance" and n["target"])
        by_source: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for n in self.sides.get(ident, []):
            by_source[n["target"]][n["label"]] += 1
        out = []
        for target in asked:
            found = {v["voice"]: v["value"] for v in rows if v["target"] == target}
            sides = by_source.get(target, {})
            out.append(
                {
                    "target": target,
                    "narrator": found.get("narrator"),
                    "label": labels.get(target),
                    "voices": found.get("source"),
                    "sides": [(label, sides[label]) for label in ("against", "neutral", "favour") if sides.get(label)],
                    "href": self._evidence(ident, target),
                }
            )
        return [{**s, "said": s["narrator"] is not None or s["voices"] is not None} for s in out]

    def _evidence(self, ident: str, target: str) -> str | None:
        for k, n in enumerate(self._judged(ident)):
            if n["task"] == "stance" and n["target"] == target:
                return f"#{self.anchor[ident]}-j{k + 1}"
        return None

    def _loaded(self, ident: str, text: str, anchor: str | None) -> Row:
        share = next(
            (
                v["value"]
                for v in self.values.get(ident, [])
                if v["measure"] == "loaded_share" and v["voice"] == "narrator"
            ),
            None,
        )
        judged = [n for n in self._judged(ident) if n["task"] == "loaded" and n["part"] == "text"]
        strongest = sorted(judged, key=lambda n: -(n["score"] or 0.0))
        words = [text[int(w["start"]) : int(w["end"])] for w in self.words.get(ident, []) if w["part"] == "text"]
        return {
            "share": share,
            "words": list(dict.fromkeys(w for w in words if len(w) <= WORD_LENGTH)),
            "passages": [] if words else [short(text[int(n["start"]) : int(n["end"])]) for n in strongest[:3]],
            "n": len(judged),
            "href": f"#{anchor}" if anchor else None,
        }

    def _frames(self, ident: str) -> list[Row]:
        rows = [v for v in self.values.get(ident, []) if v["measure"].startswith("frame.")]
        first: dict[str, str] = {}
        for k, note in enumerate(self._framed(ident)):
            first.setdefault(str(note["code"]), f"#{self.anchor[ident]}-r{k + 1}")
        return [
            {
                "code": code.replace("_", " "),
                "share": r["value"],
                "href": first.get(code),
            }
            for r in sorted(rows, key=lambda r: -r["value"])
            if r["value"] > 0 and (code := r["measure"].partition(".")[2])
        ]

    # --- events --------------------------------------------------------------------------------

    def event(self, row: Row, ids: list[str], number: int) -> Row:
        """One event: its articles side by side, its sources by outlet, what was not found where."""
        chosen = self.articles[self.articles["article_id"].isin(set(ids))]
        rows = sorted(
            tables.records(chosen),
            key=lambda r: (
                str(self.outlet[r["article_id"]]).casefold(),
                r["published_at"] is None,
                str(r["published_at"]),
                r["article_id"],
            ),
        )
        articles = [self.article(r) for r in rows]
        outlets = list(dict.fromkeys(a["outlet"] for a in articles))
        times = [a["published"] for a in articles if a["published"] is not None]
        first = min(times, default=None)
        for a in articles:
            a["delay"] = (
                None if first is None or a["published"] is None else (a["published"] - first).total_seconds() / 3600
            )
        span = max(((max(times) - first).total_seconds() / 3600 if first is not None else 0.0), 1e-9)
        for a in articles:
            a["at"] = None if a["delay"] is None else round(100 * a["delay"] / span, 1) if span > 1e-6 else 0.0
        sources = self._by_outlet(articles)
        facts = self._facts_by_outlet(articles)
        self._mark_open(row.get("event_id"), sources, facts)
        names = {f["fact_id"]: f["name"] for f in facts} | {s["source_id"]: s["name"] for s in sources}
        targets = list(dict.fromkeys(s["target"] for a in articles for s in a["stance"]))
        target = voice_target(articles)
        for a in articles:
            sides = {s["source_id"]: st["label"] for s in a["sources"] for st in s["stances"] if st["target"] == target}
            for v in a["voices"]:
                v["side"] = sides.get(v["source_id"], "unsaid")
        said = [t for t in targets if any(s["said"] for a in articles for s in a["stance"] if s["target"] == t)]
        return {
            "id": f"event-{number}",
            "event_id": row.get("event_id"),
            "title": row.get("title") or (articles[0]["title"] if articles else "event"),
            "keywords": [w for w in (row.get("keywords") or "").split("|") if w],
            "storyline": row.get("storyline_id"),
            "start": first,
            "end": max(times, default=None),
            "hours": span if len(times) > 1 else None,
            "in_days": any(a["whole_day"] for a in articles),
            "articles": articles,
            "outlets": outlets,
            "others": [o for o in self.all_outlets if o not in set(outlets)],
            "targets": targets,
            "said": said,
            "unsaid": [t for t in targets if t not in said],
            "voice_target": target,
            "sources": sources,
            "n_shared_sources": sum(len(s["cells"]) > 1 for s in sources),
            "facts": facts,
            **self._accused(chosen),
            "absent": self._not_found(row.get("event_id"), articles, names),
            "pictures": [],
            "why_alone": why_alone(len(articles), outlets),
            "search": " ".join(
                [
                    row.get("title") or "",
                    row.get("keywords") or "",
                    *outlets,
                    *(a["title"] for a in articles),
                    *(s["name"] for s in sources),
                ]
            ).lower()[:5000],
        }

    def _mark_open(self, event: str | None, sources: list[Row], facts: list[Row]) -> None:
        """Per source and fact, the outlets of which it is neither found nor missing: named there without words, or told nearly."""
        near: dict[str, set[str]] = defaultdict(set)
        for row in self.missing.get(event, []) if event is not None else ():
            if row["state"] in ("unsure", "near", "mentioned"):
                near[row["id"]].add(row["outlet"])
        for one in (*sources, *facts):
            ident = one["source_id"] if "source_id" in one else one["fact_id"]
            one["open"] = (near[ident] | self.named[ident]) - one["cells"].keys()

    def _not_found(self, event: str | None, articles: list[Row], names: Mapping[str, str]) -> list[Row]:
        """What the run found missing (its table ``omissions``): in no text of the outlet, not even nearly."""
        found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.missing.get(event, []) if event is not None else ():
            if row["outlet"] is not None:
                found[row["outlet"], row["kind"], row["id"]].append(row)
        lacking: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for (outlet, kind, ident), rows in sorted(found.items()):
            if ident in names and all(row["state"] == "not_found" for row in rows):
                most = {name: max(int(row[column]) for row in rows) for name, column in MISSED.items()}
                lacking[outlet, kind].append({"name": names[ident], **most})
        words: dict[str, int] = defaultdict(int)
        for a in articles:
            words[a["outlet"]] += a["n_words"]
        told = [
            {
                "outlet": outlet,
                "n_words": n_words,
                **{f"{kind}s": self._told(lacking[outlet, kind]) for kind in ("fact", "source")},
            }
            for outlet, n_words in words.items()
        ]
        return [t for t in told if t["facts"] or t["sources"]]

    @staticmethod
    def _told(rows: list[Row]) -> list[Row]:
        ranked = sorted(rows, key=lambda row: (-row["n"], row["name"]))
        return [{**row, "name": short(str(row["name"]), FACT_LENGTH)} for row in ranked]

    def _accused(self, articles: pd.DataFrame) -> Row:
        """Accusations found in an event with what became of each, and for each outlet how many got which reply."""
        mine = self.accusations
        mine = mine if mine.empty else mine[mine["article_id"].isin(set(articles["article_id"]))]
        if mine.empty:
            return {"accusations": [], "replies": []}
        texts = dict(self._pairs(articles, "text"))
        shown = [self._accusation(row, texts[row["article_id"]] or "") for row in tables.records(mine)]
        best = best_replies(mine, articles)
        replies = [
            {
                "outlet": str(outlet),
                "n": len(rows),
                "states": [int((rows["rank"] == i).sum()) for i in range(len(ANSWERS))],
            }
            for outlet, rows in best.groupby("outlet", sort=True)
        ]
        return {
            "accusations": sorted(shown, key=lambda a: (-a["confidence"], a["outlet"].casefold())),
            "replies": replies,
        }

    def _accusation(self, row: Row, text: str) -> Row:
        """One accusation: who accuses whom in which sentence, and the passage that answers."""
        ident = row["article_id"]

        def passage(start: str, end: str) -> str | None:
            if row[start] is None or row[end] is None:
                return None
            a, b = window(text, Mark(int(row[start]), int(row[end]), "accusation"))
            return short(text[a:b], SENTENCE_LENGTH)

        return {
            "outlet": self.outlet[ident],
            "href": f"#{self.anchor[ident]}",
            "accuser": row["accuser_name"],
            "accused": row["accused"],
            "sentence": passage("start", "end"),
            "reply": row["reply"],
            "answer": passage("reply_start", "reply_end"),
            "confidence": float(row["confidence"] or 0.0),
        }

    def _by_outlet(self, articles: list[Row]) -> list[Row]:
        """Sources of an event, those at most outlets first, with the words each outlet gives them."""
        found: dict[str, Row] = {}
        for a in articles:
            for s in a["sources"]:
                one = found.setdefault(s["source_id"], {**s, "cells": {}, "n_words": 0})
                cell = one["cells"].setdefault(a["outlet"], {"n_words": 0, "n_quotations": 0, "href": s["href"]})
                cell["n_words"] += s["n_words"]
                cell["n_quotations"] += s["n_quotations"]
                one["n_words"] += s["n_words"]
        return sorted(found.values(), key=lambda s: (-len(s["cells"]), -s["n_words"], s["name"]))

    def _facts_by_outlet(self, articles: list[Row]) -> list[Row]:
        """Facts of an event, those at most outlets first, as first told: in the earliest text or headline, else in a caption."""
        found: dict[str, Row] = {}
        told = [(a, f) for a in articles for f in a["facts"]]
        told.sort(
            key=lambda t: (
                t[1]["part"] == "captions",
                t[0]["published"] is None,
                str(t[0]["published"]),
                t[1]["part"] != "text",
            )
        )
        for a, f in told:
            one = found.setdefault(f["fact_id"], {"fact_id": f["fact_id"], "name": f["text"], "cells": {}})
            one["cells"].setdefault(a["outlet"], {name: f[name] for name in ("href", "text", "confidence")})
        return sorted(found.values(), key=lambda f: -len(f["cells"]))


def voice_target(articles: list[Row]) -> str | None:
    """The target on which the sources of an event say most: its sides colour the strip of voices."""
    counts: dict[str, int] = defaultdict(int)
    for a in articles:
        for s in a["sources"]:
            for stance in s["stances"]:
                counts[stance["target"]] += 1
    return max(sorted(counts), key=lambda t: counts[t]) if counts else None


def why_alone(n_articles: int, outlets: list[str]) -> str | None:
    """Why nothing is compared in an event."""
    if n_articles == 1:
        return "One article: there is nothing to compare it with. What was found in it is shown all the same."
    if len(outlets) == 1:
        return f"All {n_articles} articles are from one outlet: outlets are not compared here."
    return None


def short(text: str, most: int = 90) -> str:
    """Beginning of a passage, cut at a word.

    Examples
    --------
    >>> short("It was a brazen raid.", 12)
    'It was a …'
    """
    text = " ".join(text[: most + 1].split())
    return text if len(text) <= most else text[:most].rpartition(" ")[0][:most] + " …"


def signed(value: float | None) -> str:
    """Number with its sign, minus as a minus.

    Examples
    --------
    >>> signed(-0.5), signed(0.25)
    ('−0.50', '+0.25')
    """
    if value is None or pd.isna(value):
        return ""
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text[1:] == "0.00" else text


def web(url: object) -> str | None:
    """Address if it leads to the web, else None: nothing else may become a link.

    Examples
    --------
    >>> web("https://news.invalid/1"), web("javascript:alert(1)")
    ('https://news.invalid/1', None)
    """
    if not isinstance(url, str):
        return None
    return url if url.lower().startswith(("http://", "https://")) and not any(ch.isspace() for ch in url) else None
