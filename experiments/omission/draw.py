"""Draw pairs of sentences and alarms for coding, over the whole range of similarity, with known probabilities.

``python experiments/omission/draw.py RUN_BASIL RUN_NEWS SHEETS`` reads two finished runs of ``framing annotate`` (BASIL with its events,
news_cluster grouped), writes the coders' sheets (with text) into SHEETS and the keys (without text) into datasets/codes/facts.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from framing import datasets, encode
from framing.events.signals import signals

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "facts"
EDGES = (-1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.85, 1.01)
PAIRS = (12, 20, 30, 34, 34, 34, 30, 30, 24, 16)
LINKED = 0.55
ALARM_EDGES = (-1, 0.25, 0.35, 0.45, LINKED)
ALARMS = (26, 36, 36, 26)


def sentences(name: str, run: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Sentences of a run's events with three outlets and more, found again in the text of the data set, and their vectors."""
    articles = pd.read_parquet(run / "articles.parquet")
    given = datasets.load(name)["articles"]
    by_url = given.drop_duplicates("url").set_index("url")["article_id"]
    articles["given"] = articles["article_id"] if name == "basil" else articles["url"].map(by_url)
    own = articles["duplicate_of"].isna() & articles["version_of"].isna() & articles["given"].notna()
    articles = articles[own & articles["n_words"].between(120, 1500)]
    outlets = articles.groupby("event_id")["outlet"].nunique()
    articles = articles[articles["event_id"].isin(outlets.index[outlets >= 3])]
    text = given.set_index("article_id")["text"]
    rows, vectors = [], []
    found = encode.encode(articles, cache=run / ".work" / "cache")
    for article, encoding in zip(articles.to_dict("records"), found, strict=True):
        whole = text[article["given"]]
        for sentence, vector in zip(encoding.sentences, encoding.vectors, strict=True):
            said = article["text"][sentence.start : sentence.end] if sentence.part == "text" else ""
            if len(said.split()) >= 5 and len(said) <= 600 and whole.count(said) == 1:
                rows.append((name, article["given"], article["article_id"], article["outlet"], article["event_id"],
                             whole.find(said), said))  # fmt: skip
                vectors.append(vector)
    table = pd.DataFrame(rows, columns=["dataset", "article", "read_as", "outlet", "event", "start", "said"])
    return table, np.array(vectors)


def likeness(table: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
    """Provisional similarity of every pair of sentences of two outlets' texts on one event."""
    parts = []
    for _, rows in table.groupby("event", sort=True).indices.items():
        words = signals([""] * len(rows), table["said"].iloc[rows].tolist()).block(np.arange(len(rows)))["words"]
        both = (words + vectors[rows] @ vectors[rows].T) / 2
        i, j = np.triu_indices(len(rows), 1)
        outlet = table["outlet"].iloc[rows].to_numpy()
        apart = outlet[i] != outlet[j]
        i, j = i[apart], j[apart]
        parts.append(pd.DataFrame({"i": rows[i], "j": rows[j], "likeness": both[i, j]}))
    return pd.concat(parts, ignore_index=True)


def stratified(
    table: pd.DataFrame, edges: tuple[float, ...], counts: tuple[int, ...], rng: np.random.Generator
) -> pd.DataFrame:
    """So many rows of every stratum of likeness, in random order, with the probability of having been drawn."""
    stratum = pd.cut(table["likeness"], list(edges), right=False, labels=False)
    parts = []
    for number, count in enumerate(counts):
        pool = table[stratum == number]
        low = "below" if number == 0 else f"{edges[number]:.2f}"
        high = "above" if number == len(counts) - 1 else f"{edges[number + 1]:.2f}"
        taken = pool.iloc[np.sort(rng.choice(len(pool), count, replace=False))]
        parts.append(taken.assign(stratum=f"{low}-{high}", probability=count / len(pool)))
    drawn = pd.concat(parts)
    return drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)


def alarms(table: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Provisional facts (linked sentences of two outlets), each with every other outlet's text of the event."""
    linked = pairs[pairs["likeness"] >= LINKED]
    size = (len(table), len(table))
    graph = sp.coo_matrix((np.ones(len(linked)), (linked["i"], linked["j"])), shape=size)
    fact = connected_components(graph, directed=False)[1]
    spread = table.groupby(fact)["outlet"].nunique()
    of_fact = np.isin(fact, spread.index[spread >= 2])
    strength = np.bincount(np.r_[linked["i"], linked["j"]], np.tile(linked["likeness"], 2), len(table))
    shown = pd.Series(strength).groupby(fact).idxmax()
    turned = pairs.rename(columns={"i": "j", "j": "i"})
    both = pd.concat([pairs, turned])[lambda t: of_fact[t["i"]]]
    both = both.assign(fact=fact[both["i"]], text=table["read_as"].to_numpy()[both["j"]])
    best = both.groupby(["fact", "text"])["likeness"].max().reset_index()
    texts = table.drop_duplicates("read_as").set_index("read_as")
    told = set(zip(fact[of_fact], table["outlet"][of_fact], strict=True))
    lacks = [(f, o) not in told for f, o in zip(best["fact"], best["text"].map(texts["outlet"]), strict=True)]
    return best[lacks].assign(i=lambda t: t["fact"].map(shown), text=lambda t: t["text"].map(texts["article"]))


def short(name: str) -> str:
    """Event as it stands in the keys."""
    return hashlib.sha256(name.encode()).hexdigest()[:10]


def half(name: str) -> str:
    """Dev or test, by event."""
    return "dev" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0 else "test"


def main(basil: Path, news: Path, out: Path) -> None:
    """Write sheets and keys."""
    read = [sentences("basil", basil), sentences("news_cluster", news)]
    table = pd.concat([one for one, _ in read], ignore_index=True)
    pairs = likeness(table, np.concatenate([vectors for _, vectors in read]))
    rng = np.random.default_rng(20261126)
    drawn = stratified(pairs, EDGES, PAIRS, rng)
    swap = rng.random(len(drawn)) < 0.5
    drawn.loc[swap, ["i", "j"]] = drawn.loc[swap, ["j", "i"]].to_numpy()
    missing = stratified(alarms(table, pairs), ALARM_EDGES, ALARMS, rng)
    flat = table["said"].map(lambda said: re.sub(r"\s+", " ", said).strip())
    end = table["start"] + table["said"].str.len()
    keys = pd.DataFrame(
        {"item": [f"p{k:04d}" for k in range(len(drawn))], "dataset": table["dataset"].iloc[drawn["i"]].to_numpy()}
    )
    event = table["event"].iloc[drawn["i"]]
    keys = keys.assign(event=event.map(short).to_numpy(), half=event.map(half).to_numpy())
    for side, column in (("a", "i"), ("b", "j")):
        rows = drawn[column]
        keys[f"article_{side}"] = table["article"].iloc[rows].to_numpy()
        keys[f"start_{side}"], keys[f"end_{side}"] = table["start"].iloc[rows].to_numpy(), end.iloc[rows].to_numpy()
    keys = keys.assign(stratum=drawn["stratum"], probability=drawn["probability"].map("{:.3g}".format))
    keys.to_csv(CODES / "pairs.csv", index=False)
    out.mkdir(parents=True, exist_ok=True)
    said = {f"sentence_{s}": flat.iloc[drawn[c]].to_numpy() for s, c in (("a", "i"), ("b", "j"))}
    pd.DataFrame({"item": keys["item"], **said}).to_csv(out / "pairs.csv", index=False)
    write_alarms(table, flat, end, missing, out)


def write_alarms(table: pd.DataFrame, flat: pd.Series, end: pd.Series, drawn: pd.DataFrame, out: Path) -> None:
    """Write the sheet of alarms, the texts they are about, and the keys."""
    given = pd.concat([datasets.load(n)["articles"] for n in ("basil", "news_cluster")]).set_index("article_id")
    (out / "articles").mkdir(exist_ok=True)
    files: dict[str, str] = {}
    sheet, keys = [], []
    for number, row in enumerate(drawn.itertuples()):
        where, item = table.iloc[row.i], f"o{number:04d}"
        name = files.setdefault(row.text, f"t{len(files):03d}.txt")
        (out / "articles" / name).write_text(
            "{}\n\n{}\n".format(*given.loc[row.text, ["title", "text"]]), encoding="utf-8"
        )
        before = re.sub(r"\s+", " ", given.loc[where["article"], "text"][: where["start"]]).strip()[-300:]
        sheet.append((item, before, flat[row.i], name))
        keys.append((item, where["dataset"], short(where["event"]), half(where["event"]), where["article"], where["start"],
                     end[row.i], row.text, row.stratum, f"{row.probability:.3g}"))  # fmt: skip
    pd.DataFrame(sheet, columns=["item", "before", "fact", "article"]).to_csv(out / "alarms.csv", index=False)
    columns = [
        "item",
        "dataset",
        "event",
        "half",
        "fact_article",
        "fact_start",
        "fact_end",
        "article",
        "stratum",
        "probability",
    ]
    pd.DataFrame(keys, columns=columns).to_csv(CODES / "alarms.csv", index=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for argument in ("basil", "news", "out"):
        parser.add_argument(argument, type=Path)
    main(**vars(parser.parse_args()))
