"""Score attributions on PolNeAR, with and without the encoder, beside trivial baselines.

    python experiments/sourcing/run.py --split dev
    python experiments/sourcing/run.py --split test --write      (once)

`--mirror` (or FRAMING_MIRROR) names the folder with the corpus' archive.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path

import pandas as pd
from score import score

from framing import datasets, encode, models
from framing.quotations import attribute
from framing.quotations.marks import Document
from framing.schema import conform
from framing.sources import resolve

HERE = Path(__file__).parent
PUBLISHED = {
    "GenderGapTracker extractor": {"long_found": 452 / 521, "long_right_source": 341 / 521, "short_found": 208 / 305,
        "short_right_source": 139 / 305, "indirect_found": 369 / 1131, "indirect_right_source": 333 / 1131},
    "textacy": {"indirect_found": 13 / 1131, "articles_given_up": 22},
    "CofeNet, BERT-base (COLING 2022), its own conversion": {"source_exact_f1": 0.832, "cue_exact_f1": 0.753, "content_exact_f1": 0.729},
    "BERT, same conversion": {"source_exact_f1": 0.811, "cue_exact_f1": 0.740, "content_exact_f1": 0.689},
    "rules, same conversion": {"source_exact_f1": 0.107, "cue_exact_f1": 0.228, "content_exact_f1": 0.056},
}  # fmt: skip


def corpus(split: str, mirror: str | None) -> tuple[pd.DataFrame, dict]:
    """Articles of a split and their gold attributions."""
    frames = datasets.load("polnear", mirror=mirror)
    articles = frames["articles"][frames["articles"]["split"] == split].reset_index(drop=True)
    gold: dict = {a: [] for a in articles["article_id"]}
    rows = frames["spans"][frames["spans"]["article_id"].isin(gold)]
    for _, group in rows.groupby(["article_id", "attribution"], sort=True):
        parts = {role: [] for role in ("content", "cue", "source")}
        for row in group.itertuples():
            parts[row.role].append((int(row.start), int(row.end)))
        gold[group["article_id"].iloc[0]].append(parts)
    return articles, gold


def everything(articles: pd.DataFrame) -> pd.DataFrame:
    """Trivial: every paragraph is content, said by nobody."""
    rows = []
    for article in articles.itertuples():
        for start, end in Document(article.text).paragraphs:
            rows.append(
                {"article_id": article.article_id, "part": "text", "start": start, "end": end, "kind": "indirect"}
            )
    return conform(rows, "quotations")


def marks(articles: pd.DataFrame) -> pd.DataFrame:
    """Trivial: every stretch between quotation marks is content, said by the nearest capitalised words."""
    rows = []
    for article in articles.itertuples():
        doc = Document(article.text)
        names = [
            m.span() for m in re.finditer(r"[A-Z]\w+(?: [A-Z]\w+)+", article.text) if doc.quoted_at(m.start()) is None
        ]
        for region in doc.quoted:
            near = min(names, key=lambda n: min(abs(n[0] - region.end), abs(region.start - n[1])), default=(None, None))
            rows.append({"article_id": article.article_id, "part": "text", "start": region.start, "end": region.end, "kind": "direct",
                "speaker_start": near[0], "speaker_end": near[1]})  # fmt: skip
    return conform(rows, "quotations")


def rounded(value: object) -> object:
    """Figures to four places."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--mirror", default=os.environ.get("FRAMING_MIRROR"))
    parser.add_argument("--model", default="default", help="folder of an encoder; the shipped one by default")
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--write", action="store_true", help="write results.json")
    given = parser.parse_args()
    articles, gold = corpus(given.split, given.mirror)
    model = models.load_encoder() if given.model == "default" else models.Encoder(Path(given.model))
    encodings = {e.article_id: e for e in encode.encode(articles, model=model, cache=given.cache)}
    systems = {"everything": everything(articles), "marks": marks(articles)}
    for name, known in (("structure", None), ("fused", encodings)):
        systems[name] = resolve(articles, attribute(articles, known), known).quotations
    results = {
        "split": given.split, "n_articles": len(articles), "articles_given_up": 0, "model": model.name,
        "systems": {name: rounded(score(articles, gold, table)) for name, table in systems.items()},
        "published": rounded(PUBLISHED),
    }  # fmt: skip
    text = json.dumps(results, indent=1)
    if given.write:
        (HERE / "results.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
