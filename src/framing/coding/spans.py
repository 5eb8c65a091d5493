"""Spans that coders marked in Label Studio, checked against the texts and read back as annotations.

Label Studio counts in the text as it was shown: names of outlets may be masked there, and a browser counts characters outside the
basic plane twice. The marked words, which the export repeats, decide which count is meant; a span that fits neither is rejected.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from framing import coding, schema
from framing.schema import InputError

__all__ = ["add"]


def add(
    found: coding.Imported,
    rows: Sequence[Mapping[str, Any]],
    drawn: coding.Sample,
    articles: pd.DataFrame | None,
) -> coding.Imported:
    """Add marked spans to the answers of an import.

    Returns
    -------
    Imported
        With one annotation per span, and one without span or label for every unit in which a coder who finished it marked
        nothing; what cannot be used is in ``rejected``, what was not handed in is in ``skipped``.

    Raises
    ------
    InputError
        If there are no articles to check the spans against.
    """
    if articles is None:
        raise InputError("marked spans are checked against the texts: name the run they were drawn from with --run OUT")
    reader = _Spans(drawn, articles)
    for row in rows:
        reader.row(row)
    return reader.done(found)


class _Spans:
    """Takes regions one by one and keeps account of each."""

    def __init__(self, drawn: coding.Sample, articles: pd.DataFrame) -> None:
        self.drawn = drawn
        self.units = drawn.units.set_index("unit_id").to_dict("index")
        self.texts = articles.drop_duplicates("article_id").set_index("article_id")["text"].to_dict()
        self.mask = coding.masking(articles) if drawn.blind else None
        self.questions = {question.column: question for question in drawn.questions if question.marks}
        self.marked: dict[tuple[str, str, str], dict[tuple[int, int], str]] = {}
        self.rejected: list[dict[str, str]] = []
        self.spoilt: set[tuple[str, str, str]] = set()

    def row(self, row: Mapping[str, Any]) -> None:
        """Take all regions of one finished task."""
        unit = self.units.get(row["unit_id"])
        foreign = row["sample_id"] and row["sample_id"] != self.drawn.sample_id
        if row.get("fault") or unit is None or foreign or not row["coder"] or "regions" not in row:
            return  # the row as a whole is rejected with its reason, regions and all
        text = self.texts.get(unit["article_id"])
        shown, places = _shown(text if isinstance(text, str) else "", self.mask)
        changed = row["shown"] != shown
        for column in self.questions:
            self.marked.setdefault((row["unit_id"], row["coder"], column), {})
        for region in row["regions"]:
            reason = (
                "the text is not that of the run it was drawn from"
                if changed
                else self._region(row, region, shown, places)
            )
            if reason:
                self.spoilt.add((row["unit_id"], row["coder"], str(region["from_name"])))
                raw = json.dumps(region, ensure_ascii=False) + f" unit_id {row['unit_id']}"
                self.rejected.append(
                    {"origin": row["origin"], "reason": f"{region.get('from_name')}: {reason}", "raw": raw}
                )

    def _region(self, row: Mapping[str, Any], region: Mapping[str, Any], shown: str, places: _Places) -> str | None:
        """Keep one region, or say why not."""
        column = str(region["from_name"])
        given = region.get("value")
        value = given if isinstance(given, dict) else {}
        listed = value.get("labels")
        labels = listed if isinstance(listed, list) else []
        known = self.questions[column].answers
        if len(labels) != 1 or str(labels[0]) not in known:
            return f"one label of {', '.join(known)} is expected; found {', '.join(map(str, labels)) or 'none'}"
        span = _placed(value, shown)
        if isinstance(span, str):
            return span
        place = places.original(*span)
        here = self.marked[row["unit_id"], row["coder"], column]
        if here.get(place, labels[0]) != labels[0]:
            return f"characters {place[0]} to {place[1]} are also marked {here[place]}; the first is kept"
        here[place] = str(labels[0])
        return None

    def done(self, found: coding.Imported) -> coding.Imported:
        """Join with the answers to the other questions."""
        rows = []
        for (unit, coder, column), spans in sorted(self.marked.items()):
            if not spans and (unit, coder, column) in self.spoilt:
                continue  # what was marked could not be read: this is not a coder who marked nothing
            drawn, question = self.units[unit], self.questions[column]
            shared = {name: drawn[name] for name in ("article_id", "stratum", "probability")}
            shared |= {"task": question.task, "annotator": coder, "codebook": self.drawn.codebook or None,
                       "sample_id": self.drawn.sample_id, "round": self.drawn.round}  # fmt: skip
            rows += [
                shared | {"part": "text", "start": start, "end": end, "label": label}
                for (start, end), label in sorted(spans.items())
            ] or [shared]
        skipped = [
            {"unit_id": unit, "coder": coder, "question": column}
            for unit, drawn in self.units.items()
            for coder in str(drawn["coders"]).split("|")
            for column in self.questions
            if (unit, coder, column) not in self.marked
        ]
        tables = [found.annotations, *([schema.conform(rows, "annotations")] if rows else [])]
        rejected = [found.rejected, *([schema.conform(self.rejected, "rejected")] if self.rejected else [])]
        return coding.Imported(
            pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True),
            pd.concat([t for t in rejected if len(t)] or rejected[:1], ignore_index=True),
            pd.concat([found.skipped, pd.DataFrame(skipped, columns=found.skipped.columns)], ignore_index=True),
            found.notes,
        )


class _Places:
    """Where characters of a shown text are in the article: masks stand for names of another length."""

    def __init__(self, masks: Sequence[tuple[int, int, int]]) -> None:
        self.masks = masks  # (start as shown, start in the article, end in the article)
        self.starts = [start for start, _, _ in masks]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Place of a span in the article; one that touches a mask takes the whole name."""
        return self._at(start, end=False), self._at(end, end=True)

    def _at(self, at: int, *, end: bool) -> int:
        k = bisect_right(self.starts, at - end) - 1
        if k < 0:
            return at
        start, first, last = self.masks[k]
        over = at - start - len(coding.MASK)
        inside = over <= 0 if end else over < 0
        return (last if end else first) if inside else last + over


def _shown(text: str, mask: Any) -> tuple[str, _Places]:
    """Text as coders saw it, and how to get back."""
    if mask is None:
        return text, _Places([])
    masks, shift = [], 0
    for match in mask.finditer(text):
        masks.append((match.start() + shift, match.start(), match.end()))
        shift += len(coding.MASK) - (match.end() - match.start())
    return mask.sub(coding.MASK, text), _Places(masks)


def _placed(value: Mapping[str, Any], shown: str) -> tuple[int, int] | str:
    """Start and end in the shown text, in characters; or why there are none."""
    start, end = value.get("start"), value.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and not isinstance(start, bool)):
        return f"start and end should be numbers of characters; found {start!r} and {end!r}"
    if not 0 <= start < end:
        return f"characters {start} to {end} are no span"
    said = value.get("text")
    for one in ((start, end), _from_utf16(shown, start, end)):
        if one is None or one[1] > len(shown):
            continue
        if said is None or _plain(shown[slice(*one)]) == _plain(str(said)):
            return one
    if end > len(shown):
        return f"characters {start} to {end} are beyond the end of the text ({len(shown)})"
    return f"the marked words are not at characters {start} to {end} of the text"


def _from_utf16(shown: str, start: int, end: int) -> tuple[int, int] | None:
    """The same place in characters, if the numbers count as browsers do."""
    raw = shown.encode("utf-16-le", "surrogatepass")
    if 2 * end > len(raw):
        return None
    try:
        first, inside = raw[: 2 * start].decode("utf-16-le"), raw[2 * start : 2 * end].decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    return len(first), len(first) + len(inside)


def _plain(text: str) -> str:
    """Words alone: exports write line breaks in several ways."""
    return " ".join(text.replace("\\n", " ").split())
