"""Words without their endings, and how much each tells: to see whether two texts are about one thing, whatever the form of the words."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

__all__ = ["FUNCTION", "WORD", "known", "stem", "stems", "weight"]

WORD = re.compile(r"[^\W\d_][^\W_]+(?:['’-][^\W_]+)*")
_FUNCTION_WORDS = (
    "the a an of and or in on at to for by with from is are was were be been should must can could may might will would shall has have had "
    "do does did not no it its they their his her he she this that these those than more most"
)
FUNCTION = frozenset(_FUNCTION_WORDS.split())
"""Words that tell nothing of the matter."""
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ers", "ed", "es", "er", "ly", "s", "y", "e")
RARE = 0.001
"""Share of news articles assumed to have a word that no table lists."""


def stem(word: str) -> str:
    """Word without its ending, roughly.

    Examples
    --------
    >>> [stem(word) for word in ("elections", "investigating", "dockers'", "St")]
    ['election', 'investigat', 'dock', 'St']
    """
    word = re.sub(r"['’]s?$", "", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def stems(text: str) -> set[str]:
    """Stems of all words of a text."""
    return {stem(word.lower()) for word in WORD.findall(text)}


@functools.cache
def known() -> Mapping[str, float]:
    """Share of news articles with a word of each stem, at most."""
    from framing.events.signals import background

    found: dict[str, float] = defaultdict(float)
    for word, share in background().items():
        found[stem(word)] = min(1.0, found[stem(word)] + share)
    return dict(found)


def weight(of: str) -> float:
    """How much a stem tells: the rarer in news, the more."""
    return -float(np.log(known().get(of, RARE) + 1e-4))
