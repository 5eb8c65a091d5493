"""Names that act as bodies, whatever they look like: "Kaveri, the pump maker", "Pennywhistle said it regretted", "its shares".

An apposition that says what body it is decides by itself. Weaker signs (the pronoun "it", a chief executive, shares, customers)
must be two, and count for nothing where the name is a person's or a place's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from framing.quotations.lexicon import cue_forms, table
from framing.quotations.marks import Document
from framing.sources.names import given_names, key_of, state_forms
from framing.sources.nouns import MAKERS, heads
from framing.sources.scan import Mention

Key = tuple[str, str]
ENOUGH = 2
"""Weak signs that make a name a body's."""
AROUND = 110
"""Characters after a name that are read."""


def _nouns() -> str:
    return "|".join(sorted(table("roles")["heads"]["firm"].split(), key=len, reverse=True))


_MODIFIER = r"(?:(?!(?:of|at|for|in|from|with|to|by|who|and|whose|as)\b)[\w-]+ |(?:world|country|region|nation|city|state)['’]s ){0,4}?"
_NOUN = rf"({_nouns()})"
APPOSED = re.compile(
    rf"(?:, |,? (?:is|was) )(?:the|an?|one of the) {_MODIFIER}{_NOUN}"
    r"(?=[,.;:)—–]| (?:that|which|of|for|in|based|behind|owned|backed|run|with)\b)"
)
BEFORE = re.compile(rf"\b(?!film |policy |movie |music )[\w-]+ {_NOUN} $")
APART = re.compile(r"\b(?:an?|the) (?:[a-z-]+ ){0,3}?([a-z-]+)(?:,| \() ?$")
AMOUNT = re.compile(
    r"\b(?:levels?|traces?|amounts?|doses?|concentrations?|particles|samples|cases|strains?|exposure|infect(?:ed|ion)|poison(?:ed|ing)|contaminated)"
    r" (?:of|to|with|by) $"
)
FIGURATIVE = frozenset(["giant", "label", "brand", "body", "studio", "utility"])
"""Nouns that stand before a person's full name too: "the literary giant Ada Orr"."""
ACTS = (
    "accept|welcom|regret|plan|intend|support|oppos|den(?:y|ied|ies)|co-?operat|apologi|expect|hope|believ|sorry|compl|appeal|reject|commit|"
    "aware|investigat|review|disput|stood by|stands? by|want"
)
EVENTS = r"(?:not |never |also )?(?:be|been|become|come|take|taken|cost|mean|meant|make|made|help|hurt|happen|rain|snow|seem|matter|get|got|gone|go|work)\w*\b"
"""What "it" does that is no body: "said it would take years"."""
SAID = re.compile(
    rf"(?:{'|'.join(sorted(cue_forms()))}) (?:in a statement )?(?:that )?"
    rf"(?:it (?:(?:would|will|had|has|is|was|did|does) )?(?:(?:not|also|now|fully|deeply) )?({ACTS})|it (?:would|will|had|has) (?!{EVENTS})|its\b)"
)
WHICH = re.compile(r", which\b")
OWNS = re.compile(
    r"['’]s? (?:shares?|share price|customers|profits?|revenues?|chief (?:executive|financial|operating|technology)|(?:managing|finance) director|headquarters|subsidiary|shareholders|products|stores|users|"
    r"employees|app|annual report)\b"
)
PART_OF = re.compile(
    r"\b(?:chief executive|CEO|managing director|chief (?:financial|operating) officer|customers|shareholders|subsidiary|shares|employees|users|"
    r"spokes(?:man|woman|person)) (?:of|at|for|in) $"
    r"|\b(?:head|director|vice president|economist|analyst|strategist|engineer|researcher|manager)(?: of(?: [\w-]+){1,3})? at $"
)


def firms(
    docs: Mapping[Key, Document], names: Mapping[Key, Iterable[Mention]], others: frozenset[str]
) -> dict[str, str]:
    """Names that act as bodies, as `key_of` gives them, with the noun that says what they are, or nothing.

    Parameters
    ----------
    docs, names
        The texts of an event and the names in them.
    others
        Names and surnames of persons, and places: weak signs do not make bodies of them.

    Returns
    -------
    dict of str to str
    """
    signs: Counter[str] = Counter()
    nouns: dict[str, str] = {}
    for key, mentions in names.items():
        for mention in mentions:
            first, _, rest = mention.text.partition(" ")
            made = mention.first and first in MAKERS and bool(rest)  # "Makers Kaveri said"
            name = key_of(rest if made else mention.text)
            if not name or mention.quoted or mention.reference.role or name in state_forms():
                continue
            if " " in name and (name.split()[0] in given_names() or name in others):
                continue
            noun = "maker" if made else _said_to_be(docs[key], mention)
            if noun is not None and name not in others:
                nouns[name] = noun
            signs[name] += _signs(docs[key], mention)
    _shared(signs, others)
    return {name: "" for name, n in signs.items() if n >= ENOUGH and name not in others} | nouns


def substance(text: str, start: int, end: int) -> bool:
    """Whether a name in capitals is told to be a substance, a germ or a measure, by the noun before it or by what stands beside it.

    Examples
    --------
    >>> told = ["They found a solvent, XRT, in it.", "traces of XRT were", "lead, XRT and zinc", "The trade group, XRT, said"]
    >>> [substance(text, text.index("XRT"), text.index("XRT") + 3) for text in told]
    [True, True, True, False]
    """
    before, after = text[max(0, start - 40) : start], text[end : end + 12]
    noun = APART.search(before)
    bodies = heads("organisation") | heads("firm") | heads("role") | heads("collective") | heads("document")
    apart = (
        noun is not None and noun[1] not in bodies and not noun[1].endswith(("er", "or")) and re.match(r"[,)]", after)
    )
    listed = re.search(r"\b[a-z]+, $", before) and re.match(r" (?:and|or) [a-z]", after)
    return bool(apart or listed or AMOUNT.search(before))


def _shared(signs: Counter[str], others: frozenset[str]) -> None:
    """Count the signs of a short form and of the name it opens for both: "Quarn" and "Quarn Ropes"."""
    own = dict(signs)
    for name in own:
        short = name.partition(" ")[0]
        if short != name and short in own and not others & {name, short}:
            signs[name] += own[short]
            signs[short] += own[name]


def _said_to_be(doc: Document, mention: Mention) -> str | None:
    """What an apposition or the noun before it says a name is: "maker"."""
    after = APPOSED.match(doc.text, mention.end, mention.end + AROUND)
    before = BEFORE.search(doc.text[max(0, mention.start - 40) : mention.start])
    if before is not None and " " in mention.text and before[1] in FIGURATIVE:
        before = None
    found = after or before
    return found[1] if found else None


def _signs(doc: Document, mention: Mention) -> int:
    """How many weak signs of a body stand around a name."""
    text, end = doc.text, mention.end
    said = SAID.match(text, end + 1, end + 1 + AROUND)
    part = PART_OF.search(text[max(0, mention.start - 40) : mention.start]) is not None
    stop = doc.sentence_at(mention.start)[1]
    its = mention.first and text[stop : stop + 5].lstrip().startswith("Its ")
    told = 0 if said is None else 2 if said[1] else 1
    which = WHICH.match(text, end) is not None
    return told + 2 * part + (OWNS.match(text, end, end + 40) is not None) + its + which
