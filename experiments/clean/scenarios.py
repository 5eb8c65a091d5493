"""The same page as different scrapes give it: whole, cropped to the article, body alone, in another order."""

from __future__ import annotations

import random

Lines = list[tuple[str, str]]
SCENARIOS = ("page", "article", "tight", "body", "moved")


def make(name: str, lines: Lines, seed: int) -> Lines:
    """Lines (text, label) of one scenario."""
    dice = random.Random(f"{name}{seed}{len(lines)}")
    body = [i for i, (_, label) in enumerate(lines) if label == "body"]
    if not body or name == "page":
        return lines
    first, last = body[0], body[-1]
    if name == "article":  # the article with some of what stands around it
        return lines[max(0, first - dice.randint(0, 8)) : last + 1 + dice.randint(2, 15)]
    if name == "tight":  # from the first paragraph, captions and adverts inside, the first lines after
        return lines[max(0, first - dice.randint(0, 1)) : last + 1 + dice.randint(0, 6)]
    if name == "body":  # a text column that is clean already
        return [(t, label) for t, label in lines if label in ("body", "subhead")]
    if name == "moved":  # what stood after the article stands before it, and the other way round
        return lines[last + 1 :] + lines[first : last + 1] + lines[:first]
    raise ValueError(name)
