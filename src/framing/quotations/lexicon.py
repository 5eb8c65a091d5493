"""Word lists of the toolkit, read from ``knowledge/*.toml`` and put into all their forms.

A list is data, not code: to teach the toolkit a cue verb, an office or a title, add a lemma to the file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

VOWELS = "aeiou"


@cache
def table(name: str) -> dict[str, Any]:
    """Return the contents of ``knowledge/<name>.toml``.

    Examples
    --------
    >>> "speech" in table("cues")["verbs"]
    True
    """
    return tomllib.loads((resources.files("framing") / "knowledge" / f"{name}.toml").read_text(encoding="utf-8"))


def words(text: str) -> frozenset[str]:
    """Split a list written as one string."""
    return frozenset(text.split())


def inflect(lemma: str) -> tuple[str, ...]:
    """Return the forms of a regular English verb: lemma, -s, -ed, -ing.

    Examples
    --------
    >>> inflect("deny")
    ('deny', 'denies', 'denied', 'denying')
    >>> inflect("stress")
    ('stress', 'stresses', 'stressed', 'stressing')
    """
    third = lemma + "s"
    past, ing = lemma + "ed", lemma + "ing"
    if lemma.endswith("y") and lemma[-2] not in VOWELS:
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    elif lemma.endswith(("s", "sh", "ch", "x", "z")):
        third = lemma + "es"
    elif lemma.endswith("e"):
        past, ing = lemma + "d", (lemma if lemma.endswith("ee") else lemma[:-1]) + "ing"
    return lemma, third, past, ing


@dataclass(frozen=True, slots=True)
class Cue:
    """What is known of one form of a cue verb.

    Parameters
    ----------
    lemma
        Dictionary form.
    groups
        Constructions it enters: speech, told, belief, intend, urge, label, document.
    form
        base, third, past or ing.
    particle
        Words that must follow ("out" in "point out"), or empty.
    """

    lemma: str
    groups: frozenset[str]
    form: str
    particle: tuple[str, ...] = ()


@cache
def cue_forms() -> dict[str, tuple[Cue, ...]]:
    """Return every form of every cue verb, phrasal ones first.

    Examples
    --------
    >>> [c.lemma for c in cue_forms()["told"]]
    ['tell']
    """
    data = table("cues")
    irregular = {k: v.split() for k, v in data["irregular"].items()}
    groups: dict[str, set[str]] = {}
    for group, text in data["verbs"].items():
        for lemma in text.split():
            groups.setdefault(lemma, set()).add(group)
    for phrase in data["phrases"]["pointed"].split():
        groups[phrase] = {"speech", "label"}
    forms: dict[str, list[Cue]] = {}
    for lemma, found in groups.items():
        head, *particle = lemma.split("_")
        rest = irregular.get(head)
        inflected = [head, *rest] if rest else list(inflect(head))
        for word in dict.fromkeys(inflected):
            cue = Cue(lemma, frozenset(found), _form(word, head), tuple(particle))
            forms.setdefault(word, []).append(cue)
    return {w: tuple(sorted(c, key=lambda x: -len(x.particle))) for w, c in forms.items()}


def _form(word: str, head: str) -> str:
    if word == head:
        return "base"
    if word.endswith("ing"):
        return "ing"
    return "third" if word in (head + "s", head + "es", head[:-1] + "ies") else "past"


@cache
def cue_words(name: str) -> frozenset[str]:
    """Return one of the closed word classes of the cue file (auxiliary, adverb, subordinate, ...)."""
    return words(table("cues")["words"][name])


@cache
def receiving() -> frozenset[str]:
    """Return the forms of what one does to a text of somebody else.

    Examples
    --------
    >>> "dismissed" in receiving(), "wrote" in receiving()
    (True, False)
    """
    irregular = table("cues")["irregular"]
    forms = (
        [lemma, *irregular[lemma].split()] if lemma in irregular else inflect(lemma)
        for lemma in cue_words("not_author")
    )
    return frozenset(form for some in forms for form in some)


def lemma_of(cue: object) -> str | None:
    """Lemma of the main verb of a cue as written.

    Examples
    --------
    >>> lemma_of("has repeatedly accused"), lemma_of("according to")
    ('accuse', None)
    """
    if not isinstance(cue, str):
        return None
    parts = cue.lower().split()
    for index in range(len(parts) - 1, -1, -1):
        for form in cue_forms().get(parts[index], ()):
            if tuple(parts[index + 1 : index + 1 + len(form.particle)]) == form.particle:
                return form.lemma
    return None
