"""Give the strings that coders copied their places in the articles.

    python experiments/sourcing-elsewhere/place.py more SHEETS     read SHEETS/out/sheet-NN.jsonl, write datasets/codes/attribution/
                                                                   coder-more.csv (ids, roles and offsets, no text)

A string may occur several times: contents are sought in reading order, cue and source as near to their content as they occur.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import CODES, load_articles  # noqa: E402

Span = tuple[int, int]
MOST = 12


def occurrences(text: str, words: str) -> list[Span]:
    """Where some words stand, as whole words."""
    if not words:
        return []
    left, right = (r"(?<!\w)" if words[0].isalnum() else ""), (r"(?!\w)" if words[-1].isalnum() else "")
    found = [m.span() for m in re.finditer(left + re.escape(words) + right, text)]
    return found or [m.span() for m in re.finditer(re.escape(words), text)]


def gap(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1], 0)


def placed(text: str, row: dict, after: int) -> dict[str, list[Span]]:
    """Spans by role of one attribution; its first content lies past `after` where it can."""
    first = occurrences(text, row["content"][0])
    first = sorted(first, key=lambda s: (s[0] < after, abs(s[0] - after)))[:MOST]
    cues, sources = (occurrences(text, row.get(role) or "") for role in ("cue", "source"))

    def cost(begin: Span, cue: Span | None, source: Span | None) -> float:
        near = gap(begin, cue) if cue else 0
        near += min(gap(source, cue or begin), gap(source, begin)) if source else 0
        inside = [s for s in (cue, source) if s and s[0] < begin[1] and s[1] > begin[0]]
        overlap = bool(cue and source and cue[0] < source[1] and source[0] < cue[1])
        return near + 40 * len(inside) + 60 * overlap + (begin[0] < after) * 2000 + 0.02 * abs(begin[0] - after)

    def nearest(spans: list[Span], to: Span, without: Span) -> list[Span | None]:
        out = [s for s in spans if s[1] <= without[0] or s[0] >= without[1]] or spans
        return [*sorted(out, key=lambda s: gap(s, to))[:4]] or [None]

    choices = [(b, c, s) for b in first for c in nearest(cues, b, b) for s in nearest(sources, c or b, b)]
    begin, cue, source = min(choices, key=lambda each: cost(*each))
    contents, at = [begin], begin[1]
    for piece in row["content"][1:]:
        found = [s for s in occurrences(text, piece) if s[0] >= at] or occurrences(text, piece)
        contents.append(min(found, key=lambda s: abs(s[0] - at)))
        at = contents[-1][1]
    return {"content": contents, "cue": [cue] if cue else [], "source": [source] if source else []}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    drawn = pd.read_csv(CODES / "attribution" / f"{name}.csv")
    articles = load_articles(drawn["dataset"], drawn["article_id"]).set_index("article_id")["text"]
    rows = []
    for path in sorted((folder / "out").glob("sheet-*.jsonl")):
        last: dict[str, tuple[int, int]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            row = json.loads(line)
            article = row["article"]
            number, after = last.get(article, (0, 0))
            spans = placed(articles[article], row, after)
            last[article] = (number + 1, spans["content"][0][0])
            for role in ("content", "cue", "source"):
                rows += [(article, number + 1, role, *span) for span in spans[role]]
    table = pd.DataFrame(rows, columns=["article_id", "attribution", "role", "start", "end"])
    table.to_csv(CODES / "attribution" / f"coder-{name}.csv", index=False)
    print(table["role"].value_counts().to_dict(), table["article_id"].nunique(), "articles")


if __name__ == "__main__":
    main()
