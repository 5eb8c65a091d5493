"""Names without the accidents of writing, and what is known of some: given names, states."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from framing.quotations.lexicon import table, words
from framing.sources.nouns import AFTER_NAME, POSSESSIVE_END


@lru_cache(1 << 15)
def key_of(name: str) -> str:
    """Name without case, initials and points, for comparison."""
    parts = [p.strip(".,'") for p in POSSESSIVE_END.sub("", name).lower().replace("’", "'").split()]
    kept = [p for i, p in enumerate(parts) if p and (len(p) > 1 or i == 0) and p not in ("jr", "sr", "the")]
    if len(kept) > 2 and kept[-1].upper() in AFTER_NAME:
        kept = kept[:-1]
    return " ".join(kept)


@cache
def given_names() -> frozenset[str]:
    """Given names of either list."""
    given = table("names")["given"]
    return words(given["male"]) | words(given["female"])


@cache
def state_forms() -> dict[str, tuple[str, str]]:
    """Name, seat or people of a state, as `key_of` gives it, to its name and the kind of mention.

    Examples
    --------
    >>> state_forms()["kremlin"]
    ('Russia', 'metonym')
    """
    found: dict[str, tuple[str, str]] = {}
    for name, text in table("places")["states"].items():
        found[key_of(name)] = (name, "name")
        for kind, forms in zip(("metonym", "demonym", "alias"), text.split("|")):
            for form in forms.split():
                found.setdefault(key_of(form.replace("-", " ")), (name, kind))
    return found


@cache
def known_bodies() -> dict[str, str]:
    """Bodies known by name, in plain small letters, to the kind of actor each is."""
    return {
        name: code for code, names in table("roles")["bodies"].items() for name in names.replace("\n", " ").split("|")
    }


def called(name: str) -> str | None:
    """Kind of actor of a body that goes by exactly this name.

    Examples
    --------
    >>> called("The New York Times"), called("Harbour Times")
    ('media', None)
    """
    plain = " ".join(re.findall(r"[a-z0-9]+", name.lower().replace(".", "").replace("’s", "").replace("'s", "")))
    return known_bodies().get(plain) or known_bodies().get(plain.removeprefix("the "))


@cache
def no_bodies() -> frozenset[str]:
    """Names that are never a company's, as `key_of` gives them: languages, states, their peoples."""
    return words(table("places")["languages"]["names"]) | frozenset(state_forms())
