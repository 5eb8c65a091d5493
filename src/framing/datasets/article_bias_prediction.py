"""Article-Bias-Prediction, 2019-2020: US articles of many outlets with topic, outlet names and dates as found.

``leaning`` is AllSides' rating of the *outlet*, given to each of its articles.
It is not a label of the article, and nothing here treats it as one.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from framing.datasets._registry import Dataset, Frames, articles_frame, records

FILE = "us-news-2019-2020.parquet"
YEARS = (1990, 2020)  # upstream was published in 2020; some dates as found lie in the years 1 and 2050


def load(root: Path) -> Frames:
    """Frame ``articles``; dates that cannot be read or true are null and kept as found in ``published_raw``."""
    table = pd.read_parquet(root / FILE)
    found = table["date"].where(table["date"].str.strip() != "")
    dates = pd.to_datetime(found, format="mixed", errors="coerce", utc=True)
    dates = dates.where(dates.dt.year.between(*YEARS))
    rows = pd.DataFrame(
        {
            "article_id": "abp-" + table["ID"],
            "outlet": _filled(table["source"]),
            "title": _filled(table["title"]),
            "text": table["content"],
            "published_at": dates,
            "published_raw": found,
            "url": _filled(table["url"]),
            "author": _filled(table["authors"]),
            "language": "en",
            "origin": f"article_bias_prediction:{FILE}:" + table["ID"],
            "split": "all",
            "topic": _filled(table["topic"]),
            "domain": _filled(table["source_url"]),
            "leaning": _filled(table["bias_text"]),
        }
    )
    return {"articles": articles_frame(records(rows))}


def _filled(values: pd.Series) -> pd.Series:
    return values.where(values.str.strip() != "")


DATASET = Dataset(
    name="article_bias_prediction",
    load=load,
    splits=("all",),
    repo="ramybaly/Article-Bias-Prediction",
    archive=False,
)
