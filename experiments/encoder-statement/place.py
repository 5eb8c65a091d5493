"""Give the sentences that coders numbered their places in the articles.

python experiments/encoder-statement/place.py SHEETS...     read out/sheet-NN.jsonl of each folder, write datasets/codes/statements/statements.csv (the
                                                         coders' wordings) and sentences.csv (offsets and labels, no text)
python experiments/encoder-statement/place.py SHEETS... second     the same of second codes, in sentences-b.csv
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import load_articles  # noqa: E402

from framing.encode import split_sentences  # noqa: E402

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "statements"
LISTS = ("favour", "against", "neutral", "context_favour", "context_against")


def main() -> None:
    folders, second = [Path(a) for a in sys.argv[1:] if a != "second"], "second" in sys.argv[2:]
    drawn = pd.concat([pd.read_csv(CODES / f"{name}.csv") for name in ("articles", "more")], ignore_index=True)
    texts = load_articles(drawn["dataset"], drawn["article_id"]).set_index("article_id")["text"]
    of_item = dict(zip(drawn["item"], drawn["article_id"]))
    statements, sentences = [], []
    for file in (file for folder in folders for file in sorted((folder / "out").glob("sheet-*.jsonl"))):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            name = row["id"] if second else f"{row['item']}-{sum(r[1] == row['item'] for r in statements)}"
            spans = split_sentences(texts[of_item[row["item"]]])
            statements.append((name, row["item"], *(row.get(k, "") for k in ("statement", "reworded", "opposite"))))
            for label in LISTS:
                sentences += [(name, *spans[k], label) for k in row.get(label, [])]
    table = pd.DataFrame(sentences, columns=["statement_id", "start", "end", "label"])
    table = table.drop_duplicates(["statement_id", "start"]).sort_values(["statement_id", "start"])
    table.to_csv(CODES / ("sentences-b.csv" if second else "sentences.csv"), index=False)
    if not second:
        wordings = pd.DataFrame(statements, columns=["statement_id", "item", "statement", "reworded", "opposite"])
        wordings.to_csv(CODES / "statements.csv", index=False)
        print(len(wordings), "statements")
    print(table["label"].value_counts().to_dict())


if __name__ == "__main__":
    main()
