"""Who speaks for a body, or for somebody, because the text says so: "the department's chief, Ada Byrne", "Jon Ash, a lawyer for Otto Renn".

Conventions
-----------
Only what stands right beside a person's name counts; who is called *former* leads nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from framing.quotations.lexicon import table, words
from framing.quotations.marks import Document
from framing.sources.accused import Party
from framing.sources.names import key_of
from framing.sources.nouns import POSSESSIVE_END, heads

READ = 3
"""Mentions of a person beside which a body is looked for."""
BESIDE = 90
"""Characters read on either side of a name."""


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Two ways to tell a body before a name ("the board's chief", "a spokesman for the board,"), two after it."""
    lists = {key: "|".join(sorted(words(table("accusations")["answer"][key]))) for key in ("leaders", "leading")}
    body = r"(?P<body>(?:(?:[A-Z][\w.’'-]*|of|and)\s){0,4}[\w’'-]+?)"
    office = rf"(?:(?:chief|vice|press|managing|general|acting|deputy|defen[cs]e)\s)?(?:{lists['leaders']})"
    before = re.compile(rf"\b{body}(?:['’]s?)?\s{office},?\s(?:[A-Z][\w.]*\s){{0,2}}$")
    for_it = re.compile(rf"\b{office}\s(?:of|for|at|to)\s(?:the\s|its\s)?{body},\s$")
    after = re.compile(rf",\s(?:the\s)?{body}(?:['’]s?)?\s{office}\b")
    leads = re.compile(
        rf",?\s(?:(?:the|its|a|an)\s)?(?:who\s(?:has\s)?(?:{lists['leading']})|{office}\s(?:of|for|at|to))\s(?:the\s|its\s|a\s)?{body}(?![\w’'-])"
    )
    return before, for_it, after, leads


@cache
def _former() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(sorted(words(table("accusations")["answer"]["former"]))) + r")\b", re.I)


def with_bodies(doc: Document, mentions: Sequence[Mapping[str, Any]], parties: Mapping[str, Party]) -> dict[str, Party]:
    """Parties of an article, those who lead a body by its words with that body among theirs.

    Parameters
    ----------
    doc
        The article's body.
    mentions
        Its mentions, in order.
    parties
        Parties by id.
    """
    found = dict(parties)
    read: dict[str, int] = defaultdict(int)
    ends = {int(m["end"]): m["entity_id"] for m in mentions if m["kind"] != "pronoun"}
    bodies_by_noun: dict[str, frozenset[str]] = {}
    for mention in mentions:
        who = mention["entity_id"]
        if who in parties and parties[who].level == "organisation":
            bodies_by_noun[key_of(parties[who].name).split(" ")[-1]] = parties[who].bodies
        if who not in found or mention["kind"] == "pronoun" or read[who] >= READ or found[who].level != "person":
            continue
        read[who] += 1
        bodies = _beside(doc, mention, parties, ends, bodies_by_noun)
        if bodies:
            found[who] = replace(found[who], bodies=found[who].bodies | bodies)
    return found


def _beside(
    doc: Document,
    mention: Mapping[str, Any],
    parties: Mapping[str, Party],
    ends: Mapping[int, str],
    by_noun: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    """Bodies that the words beside a name say it leads or speaks for."""
    start, end = doc.sentence_at(int(mention["start"]))
    first, last = int(mention["start"]), int(mention["end"])
    low, high = max(start, first - BESIDE), min(end, last + BESIDE)
    before, for_it, after, leads = _patterns()
    matches = [(p.search(doc.text[low:first]), low) for p in (before, for_it)]
    matches += [(p.match(doc.text[last:high]), last) for p in (after, leads)]
    bodies = heads("organisation") | heads("collective") | {"police"}
    found: frozenset[str] = frozenset()
    for match, offset in matches:
        if match is None or _former().search(match.group()):
            continue
        closing = offset + match.end("body")
        party = next((parties[ends[at]] for at in range(closing, closing + 3) if ends.get(at) in parties), None)
        body = key_of(match.group("body"))
        if POSSESSIVE_END.search(match.group("body")):  # "leads the army's eastern division" leads no army
            continue
        if party is not None:
            found |= party.bodies
        elif body and (body.split()[-1] in bodies or doc.text[closing : closing + 1] in ("'", "’")):
            found |= by_noun.get(body, frozenset()) | {body}  # "the board's chairman": of the board named before
    return found
