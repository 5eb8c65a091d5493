"""Numbers in a sentence by what they count, and whether two sentences count the same thing differently."""

from __future__ import annotations

import re
from collections.abc import Mapping

SPELT = {
    word: float(n)
    for n, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "lakh": 1e5,
    "crore": 1e7,
    "m": 1e6,
    "bn": 1e9,
    "k": 1e3,
}
SIGNS = ("$", "£", "€", "₹", "%", "pence")
DEATHS = frozenset(["died", "dead", "death", "killed", "fatalitie", "fatality"])
CLOSE = 0.1
"""Share by which two values may differ and still be one number told more or less exactly."""
_QUANTITY = re.compile(
    r"(?P<toll>\b(?:killed|killing|kills|death toll (?:\w+ ){0,6}?(?:to|at|of|is|was|stands at)) (?:at least |about |some |more than )?)?"
    r"(?P<sign>[$£€₹]|\bRs\b\.?)?\s?(?<![\w.,-])(?P<value>\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?|(?:"
    + "|".join(SPELT)
    + r")\b)(?:[ -]?(?P<scale>"
    + "|".join(SCALES)
    + r")\b)?(?P<share>\s?(?:%|percent\b|per cent\b))?(?P<pence>p\b)?(?P<after>(?:[ -][a-z]{1,30}){0,3})",
    re.IGNORECASE,
)
_FILLER = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "and",
        "or",
        "in",
        "on",
        "at",
        "to",
        "for",
        "by",
        "with",
        "from",
        "more",
        "than",
        "were",
        "was",
        "had",
        "have",
        "has",
        "people",
        "other",
        "others",
        "who",
    ]
)


_DENIED = re.compile(r"\b(?:not|rather than|instead of|far from)(?: the| an?| about| some)? ?$", re.IGNORECASE)
"""What a value is said not to be: "nearer to 1,100, not the 1,850 claimed"."""


def quantities(text: str) -> dict[str, set[float]]:
    """Values by what is counted: the next two words after a number, a currency, or ``%``.

    Examples
    --------
    >>> quantities("At least four civilians died and $1.2 million was lost")
    {'civilian': {4.0}, 'dead': {4.0}, '$': {1200000.0}}
    >>> quantities("It would cost closer to Rs 1,100 crore, not the Rs 1,850 crore claimed")
    {'₹': {11000000000.0}}
    """
    found: dict[str, set[float]] = {}
    part, until = 0.0, -1  # "61 of 74 trucks crossed": 74 trucks, 61 crossed
    for match in _QUANTITY.finditer(text):
        written = match["value"].lower()
        if written == "one" or _DENIED.search(text, max(0, match.start() - 30), match.start()):
            continue  # "one" is a pronoun as often as a number
        value = SPELT.get(written) or float(written.replace(",", "")) if written != "zero" else 0.0
        value *= SCALES.get((match["scale"] or "").lower(), 1.0)
        counted = [w.rstrip("s") for w in re.findall("[a-z]+", match["after"].lower()) if w not in _FILLER][:2]
        if match.start() == until:
            for unit in counted[1:]:
                found.setdefault(unit, set()).add(part)
            counted = counted[:1]
        part, until = value, match.end() if re.fullmatch(r" (?:out )?of(?: the)?", match["after"]) else -1
        units = (
            ["₹" if match["sign"].startswith("Rs") else match["sign"]]
            if match["sign"]
            else ["%"]
            if match["share"]
            else ["pence"]
            if match["pence"]
            else counted
        )
        for unit in [*units, *(["dead"] if match["toll"] else [])]:
            found.setdefault("dead" if unit in DEATHS else unit, set()).add(value)
    return found


def contradict(one: Mapping[str, set[float]], other: Mapping[str, set[float]]) -> bool:
    """Whether two sentences count the same thing and no value of the one is near a value of the other.

    Examples
    --------
    >>> contradict(quantities("four civilians"), quantities("six civilians"))
    True
    >>> contradict(quantities("about 300 homes"), quantities("312 homes"))
    False
    """
    return any(
        not any(abs(p - q) <= CLOSE * max(p, q) for p in one[unit] for q in other[unit])
        for unit in one.keys() & other.keys()
    )
