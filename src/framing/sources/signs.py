"""Whether a sentence accuses someone: a logistic regression over counts of telling expressions.

The expressions are data (``knowledge/accusations.toml``, section ``signs``), the weights (``knowledge/accusations.json``) were
trained on hand codes by ``experiments/sourcing/accusations.py``.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from functools import cache
from importlib import resources

from framing.quotations.lexicon import table

PAIRED = ("accuse", "legal", "wrong")
LONGEST = 2000
"""Characters of a sentence that are read."""


@cache
def _signs() -> dict[str, re.Pattern[str]]:
    lists = table("accusations")["signs"]
    return {name: re.compile(r"\b(?:" + text.replace("\n", "") + r")\b", re.IGNORECASE) for name, text in lists.items()}


def features(sentence: str) -> dict[str, float]:
    """Count the signs of a sentence.

    Examples
    --------
    >>> found = features("Pires accused the board of lying.")
    >>> found["accuse"], found["wrong"], found["accuse&wrong"], found["legal"]
    (1.0, 1.0, 1.0, 0.0)
    """
    text = sentence[:LONGEST]
    out = {"bias": 1.0}
    for name, pattern in _signs().items():
        n = sum(1 for _ in itertools.islice(pattern.finditer(text), 3))
        out[name], out[f"{name} any"] = float(n), float(n > 0)
    for first in PAIRED:
        for second in sorted({*PAIRED, "say", "against", "not"}):
            if first < second:
                out[f"{first}&{second}"] = out[f"{first} any"] * out[f"{second} any"]
    names = re.findall(r"(?<!^)\b[A-Z]\w+", text)
    out["names"], out["no names"] = min(len(names), 6) / 6.0, float(not names)
    out["quoted"] = float(bool(re.search('["“”]', text)))
    out["quoted wrong"] = out["quoted"] * out["wrong any"]
    out["length"] = min(len(text.split()), 50) / 50.0
    return out


def has(sign: str, text: str) -> bool:
    """Whether a text holds an expression of a list."""
    return _signs()[sign].search(text) is not None


def search(sign: str, text: str) -> re.Match[str] | None:
    """Find the first expression of a list."""
    return _signs()[sign].search(text)


def every(sign: str, text: str) -> list[re.Match[str]]:
    """All expressions of a list, in order."""
    return list(_signs()[sign].finditer(text[:LONGEST]))


def first(text: str) -> int | None:
    """Where the first accusing, legal or wrong expression stands, accusing ones before the others."""
    for sign in PAIRED:
        found = search(sign, text)
        if found is not None:
            return found.start()
    return None


@cache
def _weights() -> dict[str, float]:
    text = (resources.files("framing") / "knowledge" / "accusations.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def quality() -> list[dict[str, float]]:
    """Scores of the accusations and replies found, one mapping for each part of the hand codes that was held apart.

    Examples
    --------
    >>> sorted(quality()[0])[:3]
    ['most_frequent_state', 'n', 'n_articles']
    """
    text = (resources.files("framing") / "knowledge" / "accusations-quality.json").read_text(encoding="utf-8")
    return [dict(part) for part in json.loads(text)]


def probability(sentence: str) -> float:
    """Probability that a sentence accuses someone of a wrong."""
    weights = _weights()
    odds = sum(weights.get(name, 0.0) * value for name, value in features(sentence).items())
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))
