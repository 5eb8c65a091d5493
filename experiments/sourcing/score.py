"""Scores of attributions against gold: what was found, by kind, with precision and the share of words marked."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from framing.quotations.marks import Document
from framing.schema import count_words

Span = tuple[int, int]
Gold = dict[str, list[dict[str, list[Span]]]]
LONG = 8


def _mask(size: int, spans: list[Span]) -> list[bool]:
    marked = [False] * size
    for start, end in spans:
        marked[start:end] = [True] * (end - start)
    return marked


def _share(marked: list[bool], span: Span) -> float:
    return sum(marked[span[0] : span[1]]) / max(1, span[1] - span[0])


def _trim(text: str, span: Span) -> Span:
    """Span without the white space and punctuation at its ends (a quotation's marks included)."""
    start, end = span
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _f1(right: float, found: float, gold: float) -> dict[str, float]:
    precision, recall = right / max(found, 1), right / max(gold, 1)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / max(precision + recall, 1e-9)}


def score(articles: pd.DataFrame, gold: Gold, quotations: pd.DataFrame) -> dict[str, Any]:
    """Score a quotations frame on articles with gold attributions.

    A quoted span is a stretch between double marks inside a gold content; an indirect one is a gold content, with a
    source, that holds no double mark. Either is *found* if at least half of its characters are marked as content, and
    has the *right source* if the source span of the attribution that marks most of it overlaps the gold source span.
    """
    n: dict[str, float] = defaultdict(float)
    rows = dict(list(quotations[quotations.part == "text"].groupby("article_id")))
    for article in articles.to_dict("records"):
        mine = rows.get(article["article_id"])
        _article(n, article["text"], gold[article["article_id"]], [] if mine is None else mine.to_dict("records"))
    out: dict[str, Any] = {}
    for kind in ("long", "short", "indirect"):
        total = n[f"{kind}_n"]
        out[kind] = {
            "n": int(total), "found": n[f"{kind}_found"] / max(total, 1), "right_source": n[f"{kind}_right"] / max(n[f"{kind}_sourced"], 1),
            "n_with_source": int(n[f"{kind}_sourced"]),
        }  # fmt: skip
    for kind in ("quoted", "indirect"):
        out[kind + "_precision"] = n[f"{kind}_ok"] / max(n[f"{kind}_pred"], 1)
        out[kind + "_predicted"] = int(n[f"{kind}_pred"])
    out["words_marked"] = n["marked"] / n["words"]
    out["words_marked_gold"] = n["gold_marked"] / n["words"]
    for role in ("source", "cue", "content"):
        out[role] = {
            "exact": _f1(n[f"{role}_exact"], n[f"{role}_pred_n"], n[f"{role}_gold_n"]),
            "soft": {"f1": _soft(n, role)},
            "token": _f1(n[f"{role}_tok"], n[f"{role}_tok_pred"], n[f"{role}_tok_gold"]),
            "n": int(n[f"{role}_gold_n"]),
        }
    total = [sum(n[f"{r}_{k}"] for r in ("source", "cue", "content")) for k in ("tok", "tok_pred", "tok_gold")]
    out["token_micro"] = _f1(*total)
    out["n_articles"] = len(articles)
    return out


def _soft(n: dict[str, float], role: str) -> float:
    precision = n[f"{role}_soft_p"] / max(n[f"{role}_pred_n"], 1)
    recall = n[f"{role}_soft_r"] / max(n[f"{role}_gold_n"], 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _source_of(rows: list[dict[str, Any]], index: int) -> Span | None:
    """Source span of a row; of a floating one, the span nearest before it with the same source."""
    row = rows[index]
    if pd.notna(row["speaker_start"]):
        return int(row["speaker_start"]), int(row["speaker_end"])
    for back in range(index - 1, -1, -1):
        other = rows[back]
        same = other["source_id"] == row["source_id"] if pd.notna(row["source_id"]) else True
        if same and pd.notna(other["speaker_start"]):
            return int(other["speaker_start"]), int(other["speaker_end"])
    return None


def _article(n: dict[str, float], text: str, gold: list[dict[str, list[Span]]], rows: list[dict[str, Any]]) -> None:
    doc = Document(text)
    rows = sorted(rows, key=lambda r: r["start"])
    spans: dict[str, dict[str, list[Span]]] = {
        "gold": {r: [s for a in gold for s in a[r]] for r in ("source", "cue", "content")},
        "pred": {
            "content": [(int(r["start"]), int(r["end"])) for r in rows],
            "cue": list({(int(r["cue_start"]), int(r["cue_end"])) for r in rows if pd.notna(r["cue_start"])}),
            "source": list(
                {(int(r["speaker_start"]), int(r["speaker_end"])) for r in rows if pd.notna(r["speaker_start"])}
            ),
        },
    }
    masks = {side: {role: _mask(len(text), s) for role, s in roles.items()} for side, roles in spans.items()}
    for attribution in gold:
        for span in attribution["content"]:
            regions = [q for q in doc.quoted if q.style == "double" and q.start >= span[0] and q.end <= span[1] + 1]
            targets = [
                ((q.start, q.end), "long" if count_words(text[q.start : q.end]) >= LONG else "short") for q in regions
            ]
            if (
                not regions
                and attribution["source"]
                and not any(m in text[span[0] : span[1]] for m in ("“", "”", '"', "''"))
            ):
                targets = [(span, "indirect")]
            for target, kind in targets:
                _target(n, kind, target, attribution, rows, masks["pred"]["content"])
    for row in rows:
        span = (int(row["start"]), int(row["end"]))
        inside = list(doc.inside(*span))
        kind = "quoted" if inside else "indirect"
        n[f"{kind}_pred"] += 1
        n[f"{kind}_ok"] += _share(masks["gold"]["content"], span) >= 0.5
    for role in ("source", "cue", "content"):
        _spans(n, role, text, doc, spans, masks)
    tokens = [t for t in doc.tokens if t.word]
    n["words"] += len(tokens)
    n["marked"] += sum(masks["pred"]["content"][t.start] for t in tokens)
    n["gold_marked"] += sum(masks["gold"]["content"][t.start] for t in tokens)


def _target(
    n: dict[str, float],
    kind: str,
    span: Span,
    gold: dict[str, list[Span]],
    rows: list[dict[str, Any]],
    marked: list[bool],
) -> None:
    n[f"{kind}_n"] += 1
    n[f"{kind}_sourced"] += bool(gold["source"])
    if _share(marked, span) < 0.5:
        return
    n[f"{kind}_found"] += 1
    cover = [max(0, min(span[1], int(r["end"])) - max(span[0], int(r["start"]))) for r in rows]
    best = max(range(len(rows)), key=cover.__getitem__)
    source = _source_of(rows, best)
    n[f"{kind}_right"] += bool(source and any(min(source[1], e) > max(source[0], s) for s, e in gold["source"]))


def _spans(n: dict[str, float], role: str, text: str, doc: Document, spans: Any, masks: Any) -> None:
    gold = {_trim(text, s) for s in spans["gold"][role]}
    pred = {_trim(text, s) for s in spans["pred"][role]}
    n[f"{role}_exact"] += len(gold & pred)
    n[f"{role}_gold_n"] += len(gold)
    n[f"{role}_pred_n"] += len(pred)
    n[f"{role}_soft_p"] += sum(_share(masks["gold"][role], s) for s in pred)
    n[f"{role}_soft_r"] += sum(_share(masks["pred"][role], s) for s in gold)
    tokens = [t.start for t in doc.tokens if t.word]
    g, p = [masks["gold"][role][a] for a in tokens], [masks["pred"][role][a] for a in tokens]
    n[f"{role}_tok"] += sum(x and y for x, y in zip(g, p))
    n[f"{role}_tok_pred"] += sum(p)
    n[f"{role}_tok_gold"] += sum(g)
