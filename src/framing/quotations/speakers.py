"""Who of those named beside a cue speaks: not the one who is asked, told, written to or spoken of."""

from __future__ import annotations

import re

from framing.quotations.clauses import leading_subject, sentences
from framing.quotations.lexicon import receiving
from framing.quotations.marks import Document
from framing.sources.naming import read

Span = tuple[int, int]

_ASKED = re.compile(r"(?:(?:when|if|being|while) )?(?:asked|pressed|questioned|quizzed)\b", re.I)
_PASSIVE = re.compile(
    r"(?:is|are|was|were|be|been|being|'s|'re)\b.*?\b(?:told|informed|advised|warned|assured|urged|ordered|required|accused|charged|blamed|"
    r"suspected|convicted|indicted|criticised|criticized|praised|hailed|dismissed|described|portrayed|labell?ed|called|cited|considered|deemed|"
    r"regarded|recogni[sz]ed|viewed|seen|known|thought|believed|said|alleged|reported|rumou?red|estimated|expected|supposed|learn(?:ed|t)|"
    r"understood|gathered|claimed|hoped|feared|assumed)$",
    re.I,
)
"""Cues whose subject is spoken to or spoken of; "is convinced" and "was quoted as saying" are none of them."""
_ASSEMBLY = re.compile(r"\b(?:court|jury|jurors|inquest|trial|tribunal|inquiry|hearing|panel|commission)$", re.I)
_REPORTS = re.compile(
    r"(?:reports|claims|allegations|accusations|suggestions|rumou?rs|speculation|charges|assertions)", re.I
)
_BEFORE_NOUN = re.compile(r"\b(\w+) (?:(?:the|any|all|such|media|press|earlier|recent|repeated|these|those) )*$")
_RELATIVE = re.compile(r"(?s).*\b(?:that|which|whom|who) (?=\S)")
_PHRASE = re.compile(r"(?:the|an?|some|many|most|several|his|her|its|their|two|three|[A-Z]\w*)\b|[a-z]+s$")
_WRITTEN = re.compile(r"\b(?:to|e-?mailed|petitioned|lobbied|messaged|contacted|phoned|telephoned|texted)\s+$")


def speaker(doc: Document, cue: Span, source: Span | None) -> Span | None:
    """Return the span of who speaks, or none if a cue's partner only hears.

    Parameters
    ----------
    doc
        The text.
    cue, source
        A cue and the span linked to it.

    Examples
    --------
    >>> text = "Asked whether the mill would close, Ada Byrne shrugged."
    >>> speaker(Document(text), (0, 5), (36, 45)) is None
    True
    >>> text = "A man that villagers say was armed fled."
    >>> span = speaker(Document(text), (21, 24), (0, 20))
    >>> text[slice(*span)]
    'villagers'
    """
    if source is None:
        return None
    told, before = doc.text[slice(*cue)], source[0] < cue[0]
    between = doc.text[cue[1] : source[0]].strip().lower()
    if not before and _ASKED.match(told) and between != "by" and (between or told[0].isupper()):
        return None
    if before and (_PASSIVE.search(told) or _hears(doc, cue, source) or _denied(doc, cue)):
        return None
    if (
        before
        and told.lower().endswith("ing")
        and cue[0] == source[1] + 1
        and _WRITTEN.search(doc.text[max(0, source[0] - 20) : source[0]])
    ):
        subject = subject_of(doc, cue)
        return subject if subject and subject[1] <= source[0] else None
    return _after_relative(doc, source) if before and cue[0] <= source[1] + 1 else source


def _hears(doc: Document, cue: Span, source: Span) -> bool:
    """Whether the one before a cue is told something: "the court heard", "..., jury told"."""
    verb = doc.text[slice(*cue)].lower().split()[-1]
    if verb in ("heard", "hears", "hear"):
        return True
    bare = verb == "told" and not re.match(r"\s*\w", doc.text[cue[1] : cue[1] + 3])
    return bare and _ASSEMBLY.search(doc.text[slice(*source)]) is not None


def _denied(doc: Document, cue: Span) -> bool:
    """Whether a cue is the noun of what others say and the subject rejects: "rejecting reports that files were burnt"."""
    if not _REPORTS.fullmatch(doc.text[slice(*cue)]):
        return False
    verb = _BEFORE_NOUN.search(doc.text[max(0, cue[0] - 60) : cue[0]])
    return verb is not None and verb[1] in receiving() | {"contradicting", "contradicted"}


def subject_of(doc: Document, cue: Span) -> Span | None:
    """Return the subject of the sentence of a cue."""
    units = next((some for some in sentences(doc, *doc.sentence_at(cue[0])) if some and some[-1].end > cue[0]), [])
    found = leading_subject(units, len(units))
    return (units[found[0]].start, units[found[1] - 1].end) if found else None


def _after_relative(doc: Document, source: Span) -> Span:
    """Of "a man that villagers" before its cue, the villagers."""
    lead = _RELATIVE.match(doc.text, *source)
    if lead is None or not _PHRASE.match(doc.text, lead.end(), source[1]):
        return source
    rest = doc.text[lead.end() : source[1]]
    return (lead.end(), source[1]) if read(rest).kind in ("person", "nominal", "collective", "organisation") else source
