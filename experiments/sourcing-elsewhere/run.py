"""Score attributions on news of other years, countries and subjects than PolNeAR's one campaign, coded by the same idea.

    python experiments/sourcing-elsewhere/run.py            score every system and the second coder; write results.json

Gold: `datasets/codes/attribution` (spans by article; language-model coders, see its codebook and card). Nothing was chosen on these articles.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import CODES, encoded, load_articles  # noqa: E402
from run import everything, marks, rounded  # noqa: E402
from score import Gold, score  # noqa: E402

from framing.quotations import attribute  # noqa: E402
from framing.schema import conform  # noqa: E402
from framing.sources import resolve  # noqa: E402

SEED, DRAWS = 0, 1000


def gold_of(table: pd.DataFrame, articles: pd.Series) -> Gold:
    """Attributions by article, each with its spans by role."""
    out: Gold = {str(article): [] for article in articles}
    for (article, _), rows in table.groupby(["article_id", "attribution"], sort=True):
        spans = {role: [] for role in ("content", "cue", "source")}
        for row in rows.itertuples():
            spans[row.role].append((int(row.start), int(row.end)))
        out[str(article)].append(spans)
    return out


def outermost(gold: Gold) -> Gold:
    """Attributions that lie in no other's content: PolNeAR marks no others, and the toolkit's words have one source each."""

    def inside(one: dict, other: dict) -> bool:
        first, last = min(s for r in one.values() for s, _ in r), max(e for r in one.values() for _, e in r)
        return any(s <= first and last <= e for s, e in other["content"])

    return {
        article: [one for one in mine if not any(inside(one, other) for other in mine if other is not one)]
        for article, mine in gold.items()
    }


def as_found(table: pd.DataFrame) -> pd.DataFrame:
    """A coder's attributions as a quotations frame, so that one coder can be scored against another."""
    rows = []
    for (article, number), mine in table.groupby(["article_id", "attribution"], sort=True):
        one = {
            role: next(((r.start, r.end) for r in mine.itertuples() if r.role == role), None)
            for role in ("cue", "source")
        }
        for r in mine[mine["role"] == "content"].itertuples():
            row: dict[str, Any] = {
                "quotation_id": f"{article}-{number}-{r.start}",
                "article_id": article,
                "part": "text",
            }
            row |= {"start": r.start, "end": r.end, "kind": "indirect"}
            for role, column in (("cue", "cue"), ("source", "speaker")):
                if one[role]:
                    row |= {f"{column}_start": one[role][0], f"{column}_end": one[role][1]}
            rows.append(row)
    return conform(rows, "quotations")


FIGURES = {
    "quoted long found": ("long", "found"),
    "quoted long right source": ("long", "right_source"),
    "indirect found": ("indirect", "found"),
    "indirect precision": ("indirect_precision",),
    "token micro-F1": ("token_micro", "f1"),
    "content exact F1": ("content", "exact", "f1"),
}


def intervals(articles: pd.DataFrame, gold: Gold, table: pd.DataFrame) -> dict[str, list[float]]:
    """95 % intervals over articles drawn again."""
    rng, draws = np.random.default_rng(SEED), {name: [] for name in FIGURES}
    for _ in range(DRAWS):
        at = rng.integers(0, len(articles), len(articles))
        some = articles.iloc[at].assign(article_id=[f"{a}#{k}" for k, a in enumerate(articles["article_id"].iloc[at])])
        names = dict(zip(some["article_id"], articles["article_id"].iloc[at]))
        rows = pd.concat([table[table["article_id"] == old].assign(article_id=new) for new, old in names.items()])
        found: Any = score(some, {new: gold[old] for new, old in names.items()}, rows)
        for name, path in FIGURES.items():
            value = found
            for key in path:
                value = value[key]
            draws[name].append(value)
    return {name: np.quantile(values, (0.025, 0.975)).round(3).tolist() for name, values in draws.items()}


def main() -> None:
    folder = CODES / "attribution"
    drawn = pd.read_csv(folder / "drawn.csv")
    first = pd.read_csv(folder / "coder-a.csv")
    second = pd.read_csv(folder / "coder-b.csv")
    articles = load_articles(drawn["dataset"], drawn["article_id"])
    gold = gold_of(first, articles["article_id"])
    encodings = encoded(articles)
    systems = {"everything": everything(articles), "marks": marks(articles)}
    for name, known in (("structure", None), ("fused", encodings)):
        systems[name] = resolve(articles, attribute(articles, known), known).quotations
    source = dict(zip(drawn["article_id"], drawn["dataset"]))
    parts = {d: articles[articles["article_id"].map(source) == d] for d in sorted(set(source.values()))}
    twice = articles[articles["article_id"].isin(set(second["article_id"]))]
    results = {
        "n_articles": len(articles), "n_attributions": sum(map(len, gold.values())),
        "systems": {name: rounded(score(articles, gold, table)) for name, table in systems.items()},
        "outermost": {
            "n_attributions": sum(map(len, outermost(gold).values())),
            **{name: rounded(score(articles, outermost(gold), table)) for name, table in systems.items()},
        },
        "fused_intervals": intervals(articles, gold, systems["fused"]),
        "fused_by_corpus": {name: rounded(score(some, gold, systems["fused"])) for name, some in parts.items()},
        "second_coder": rounded(score(twice, gold, as_found(second))), "fused_on_the_same": rounded(score(twice, gold, systems["fused"])),
    }  # fmt: skip
    text = json.dumps(results, indent=1)
    (HERE / "results.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
