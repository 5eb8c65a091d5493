"""Which articles are unlike the news the models know? Fit the space that news lies in, and see what falls out of it.

python experiments/domain/fit.py      writes src/framing/weights/encoder-shared/news.npz and results.json

After a change of the shared encoder. Nothing is labelled: articles of five corpora span the space; those of others, licences and
manuals of installed packages, and the made-up texts of texts.toml are measured against it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import datasets, encode, models, schema

HERE = Path(__file__).parent
WHOLE = HERE.parents[1] / "datasets" / "codes" / "wholetext" / "items.csv"
DRAWN = {
    "news_cluster": 90,
    "article_bias_prediction": 120,
    "basil": 50,
    "ecbplus": 60,
    "article_extraction_dataset": 90,
    "article_extraction_benchmark": 60,
    "polnear": 60,
}
SPAN = ("persent", "wholetext", "article_bias_prediction", "news_cluster", "ecbplus")
AXES, LONGEST, SHORTEST, SEED = 20, 4000, 600, 0
Array = NDArray[np.float32]


def drawn() -> dict[str, pd.DataFrame]:
    """Texts of corpora: all of PerSenT and of the texts coded as wholes, some of the others."""
    rng = np.random.default_rng(SEED)
    texts = {"persent": datasets.load("persent")["articles"].drop_duplicates("article_id")}
    items = pd.read_csv(WHOLE)
    corpora = pd.concat([datasets.load(name)["articles"] for name in items["dataset"].unique()], ignore_index=True)
    by_id = corpora.drop_duplicates("article_id").set_index("article_id", drop=False)
    texts["wholetext"] = by_id.loc[items["article_id"].drop_duplicates()].reset_index(drop=True)
    for name, size in DRAWN.items():
        articles = datasets.load(name)["articles"]
        articles = articles[articles["text"].fillna("").str.len() > SHORTEST].drop_duplicates("text")
        if "language" in articles:
            articles = articles[articles["language"].fillna("en") == "en"]
        texts[name] = table(text[:LONGEST] for text in articles["text"].iloc[rng.permutation(len(articles))[:size]])
    return texts


def table(texts: Iterable[str]) -> pd.DataFrame:
    rows = [{"article_id": f"{k:06d}", "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(texts)]
    return schema.conform(rows, "articles")


def packaged() -> dict[str, pd.DataFrame]:
    """Licences and descriptions of the packages that are installed here."""
    licences, manuals = {}, []
    for one in distributions():
        for file in one.files or ():
            if re.search(r"LICEN[CS]E[^/]*$", str(file)) and Path(str(file.locate())).is_file():
                text = re.sub(r"\n(?!\n)", " ", Path(str(file.locate())).read_text(encoding="utf-8", errors="ignore"))
                licences.setdefault(text[:200], text[:LONGEST])
        manuals.append((one.read_text("METADATA") or "").partition("\n\n")[2][:3500])
    return {
        "licences": table(sorted(t for t in licences.values() if len(t) > 800)[:40]),
        "manuals": table(sorted(t for t in manuals if len(t) > 1200)[:40]),
    }


def vectors(articles: pd.DataFrame) -> Array:
    """Article vectors; encodings are kept from one run to the next."""
    return np.array([encode.article_vector(one) for one in encode.encode(articles, cache=HERE / ".cache")])


def main() -> None:
    made = tomllib.loads((HERE / "texts.toml").read_text(encoding="utf-8"))["text"]
    found = {name: vectors(articles) for name, articles in (drawn() | packaged()).items()}
    own = vectors(table(one["text"] for one in made))
    span = np.vstack([found[name] for name in SPAN]).astype(float)
    mean = span.mean(axis=0)
    axes = np.linalg.svd(span - mean, full_matrices=False)[2][:AXES]
    np.savez_compressed(
        encode.NEWS, mean=mean.astype(np.float32), axes=axes.astype(np.float32), model=models.load_encoder().name
    )
    encode._news.cache_clear()
    shares = {
        name: {"n": len(v), "unlike_news": round(float(encode.unlike_news(v).mean()), 3)} for name, v in found.items()
    }
    judged = dict(zip([one["name"] for one in made], encode.unlike_news(own).tolist(), strict=True))
    result = {"model": models.load_encoder().name, "spans": SPAN, "corpora": shares, "made_up": judged}
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
