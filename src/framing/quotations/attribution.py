"""Attributions from document structure alone: marks, cue verbs, noun phrases, layouts.

Used where no model is at hand, and beside the model as the part that knows about marks and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from framing.quotations import tags
from framing.quotations.beats import beats
from framing.quotations.clauses import (
    DETERMINERS,
    OPENERS,
    POSSESSIVE,
    PREPOSITIONS,
    PRONOUNS,
    Found,
    Unit,
    cues,
    estimated,
    leading_subject,
    sentences,
)
from framing.quotations.lexicon import cue_forms, cue_words, lemma_of, table, words
from framing.quotations.marks import Document, Quoted
from framing.quotations.turns import turns
from framing.schema import count_words
from framing.sources.naming import read
from framing.sources.nouns import person_like

Span = tuple[int, int]
LONG = 6
"""Words from which a quoted sentence with no cue is taken for someone's words."""


MAX_LINES = 8
"""Lines that a post may have."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution: content in pieces, its cue and source spans, and how sure we are of it."""

    pieces: tuple[Span, ...]
    cue: Span | None = None
    source: Span | None = None
    content_type: str = "speech"
    confidence: float = 0.5
    rule: str = ""


@dataclass
class _State:
    """What has been read so far of one part."""

    doc: Document
    part: str
    found: list[Attribution] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)  # starts of quoted regions already attributed
    last: int | None = None  # index of the attribution a following quotation may continue
    waiting: tuple[Span | None, Span | None] | None = None  # cue, source of a line that ends in a colon
    listed: int | None = None  # index of the attribution whose content is the list being read
    subject: Span | None = None
    beats: dict[int, Span] = field(default_factory=dict)  # who acts right before a quotation that begins here


def find(doc: Document, part: str = "text", outlet: str | None = None) -> list[Attribution]:
    """Find the attributions of one part of an article by its structure.

    Parameters
    ----------
    doc
        The part, read.
    part
        Its name in `schema.PARTS`: headlines and captions have layouts of their own.
    outlet
        Its outlet, whose questions in an interview are the narrator's.

    Examples
    --------
    >>> [a.rule for a in find(Document("Ada Byrne said that the port would close."))]
    ['clause']
    """
    state = _State(doc, part, beats=beats(doc) if part == "text" else {})
    spoken = turns(doc, outlet) if part == "text" else []
    state.found = [Attribution(t.pieces, t.cue, t.source, "speech", 0.9, "turn") for t in spoken if not t.own]
    within = {end for turn in state.found for _, end in turn.pieces}
    begins = {turn.pieces[0][1]: turn.pieces[0][0] for turn in spoken}
    for start, end in doc.paragraphs:
        if end not in within:
            _paragraph(state, begins.get(end, start), end)
    return sorted((a for a in state.found if a.pieces), key=lambda a: a.pieces)


def _paragraph(state: _State, start: int, end: int) -> None:
    text = state.doc.text
    bullet = _BULLET.match(text, start, end)
    if (bullet is None and not _NUMBERED.match(text, start, end)) or _post_line(text, start, end):
        state.listed = None
    signed = state.listed is None and (_SIGNED.match(text, start, end) or _post_line(text, start, end))
    if bullet is not None and not signed:
        start = bullet.end()
    if _item(state, start, end) or _signature(state, start, end):
        return
    if _labelled(state, start, end) or _posted(state, start, end) or _block(state, start, end):
        return
    before = len(state.found)
    end = _signed_inside(state, start, end)
    for units in sentences(state.doc, start, end):
        _sentence(state, units, start)
    state.waiting = None
    if text[start:end].rstrip("\"”'’").endswith(":"):
        state.waiting = _introduction(state, start, end)
        if _lists(state, start, end):
            _open_list(state, before)


# --- layouts -----------------------------------------------------------------------------------

_NAME = r"[^\W\d_][\w.'’-]*(?: (?:of|de|van|von|bin|al|the|and|[^\W\d_][\w.'’-]*)){0,6}"
_DATE = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4})"
_SIGNED = re.compile(rf"[—–―-]{{1,2}}\s?({_NAME}(?:,? ?\(@?\w+\))?(?:, [^.!?\n]{{1,80}})?)(?:(?<=\)) {_DATE})?\.?$")
_HANDLE = r"@\w[\w.]{1,29}"
_POST_DAY = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?)(?:,? \d{4})?|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
_SIGNED_POST = re.compile(
    rf"[—–―-]{{1,2}}\s?((?:[^\n@—–:]{{1,60}}? \({_HANDLE}\)|(?:{_NAME}, )?{_HANDLE}))(?:,? (?:on|via) [A-Z]\w+)?(?:,? \(?(?:{_POST_DAY})\)?)?\.?$"
)
"""— Ada Byrne (@byrne) March 2, 2024; - @byrne, June 3; — @byrne on Chirrup."""
_AFTER_COLON = re.compile(r":\s([^:.!?\n]{2,40}?)(?: on [^:.!?\n]+)?$")
_BULLET = re.compile(r"[•*·▪●‣–-]\s+")
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|\([a-z\d]\)|[a-z]\))\s+")
_LED = re.compile(r"\b(?:that|to|for|whether)\s*:$")
_APPOSED = re.compile(rf"({_NAME}, (?!wh)[^:.!?\n“”\"‘]{{1,60}}(?<!ed))(:)\s+(?=[“\"‘'])")
_LABEL = re.compile(
    r"((?:[A-Z0-9][\w.'’&-]*|of|the|and|for|de)(?: (?:[A-Z0-9(][\w.'’&/)-]*|of|the|and|for|de)){0,7})(:)\s+(?=\S)"
)
_FROM = re.compile(r"(?:From|Via) ([^:\n]{2,80}):$")


_CREDIT = re.compile(
    r"\b(?:by|from|via|follow|reporting|photos?|pictures?|videos?|credit|edited|contact|e-?mail|thanks)\b", re.I
)


def _post_line(text: str, start: int, end: int) -> re.Match[str] | None:
    """The signature of a post from a position to an end; a credit ("- Reporting by Ada Byrne (@byrne)") is none."""
    match = _SIGNED_POST.match(text, start, end)
    return None if match is None or _CREDIT.search(match[1].split("@")[0]) else match


def _signature(state: _State, start: int, end: int) -> bool:
    """Read "- Name, office" on a line of its own: the source of the paragraph before."""
    if end - start > 160:
        return False
    index = state.doc.paragraph_at(start)
    post = _post_line(state.doc.text, start, end)
    if post is not None and index:
        return _post_above(state, index - 1, post)
    match = _SIGNED.match(state.doc.text, start, end)
    if match is None or _CREDIT.match(match[1]):
        return False
    if index == 0 or not match.group(1)[0].isupper() or state.doc.text[end - 1] in ":?!":
        return False
    above = state.doc.paragraphs[index - 1]
    mine = [i for i, a in enumerate(state.found) if a.pieces[-1][1] > above[0] and a.pieces[-1][1] <= above[1]]
    span = match.span(1)
    if mine and state.found[mine[-1]].cue is None:
        state.found[mine[-1]] = replace(state.found[mine[-1]], source=span, rule="layout")
        return True
    if not mine:
        state.found.append(Attribution((above,), None, span, "speech", 0.6, "signature"))
        return True
    return False


def _post_above(state: _State, index: int, post: re.Match[str]) -> bool:
    """Give the paragraph above a line that signs a post to its signer, whoever is named in it."""
    text, (start, end) = state.doc.text, state.doc.paragraphs[index]
    if text[end - 1] == ":" or _post_line(text, start, end):
        return False
    cue, source = (post.start(), post.start() + 1), post.span(1)
    region = state.doc.quoted_at(start)
    first = state.doc.paragraphs[max(0, index - 2 * MAX_LINES)][0]
    above = [(q.start, q.end) for q in state.doc.quoted_in(first, start) if region and q.group == region.group]
    pieces = (*(above or _lines_above(state.doc, index)), (start, end))
    recent = state.found[-4 * MAX_LINES :]
    state.found[-4 * MAX_LINES :] = [a for a in recent if not any(b > pieces[0][0] and c < end for c, b in a.pieces)]
    state.found.append(Attribution(pieces, cue, source, "speech", 0.85, "layout"))
    state.last = None
    return True


def _lines_above(doc: Document, index: int) -> list[Span]:
    """Lines of one post: those above its last that no blank line parts from it, where one parts them from the text."""
    first = index
    while first and index - first < MAX_LINES and "\n" not in _gap(doc, first).replace("\n", "", 1):
        first -= 1
    return doc.paragraphs[first:index] if first and "\n" in _gap(doc, first).replace("\n", "", 1) else []


def _gap(doc: Document, index: int) -> str:
    """White space before a paragraph."""
    return doc.text[doc.paragraphs[index - 1][1] : doc.paragraphs[index][0]]


def _signed_inside(state: _State, start: int, end: int) -> int:
    """Read "... — Name" at the end of a paragraph that is a quotation; returns where the rest of it ends."""
    regions = state.doc.quoted_in(start, end)
    if not regions or regions[0].start > start + 1 or end - regions[-1].end > 120:
        return end
    tail = regions[-1].end
    while tail < end and state.doc.text[tail].isspace():
        tail += 1
    match = _post_line(state.doc.text, tail, end)
    match = match or _SIGNED.match(state.doc.text, tail, end)
    if match is None and state.part == "title":
        match = _AFTER_COLON.match(state.doc.text, tail, end)
        if match is not None and read(match.group(1)).kind not in ("person", "organisation", "nominal", "collective"):
            match = None
    elif match is not None and match.group(1)[0].islower():
        match = None
    if match is None or match.start(1) == tail:
        return end
    pieces = tuple((q.start, q.end) for q in regions)
    first, last = match.span(1)
    last -= state.doc.text[first:last].endswith(".")
    state.found.append(Attribution(pieces, (tail, tail + 1), (first, last), "speech", 0.85, "layout"))
    state.claimed.update(q.start for q in regions)
    state.last = len(state.found) - 1
    return tail


def _labelled(state: _State, start: int, end: int) -> bool:
    """Read "BYRNE: We wait." and headlines such as "Byrne: port to close"."""
    if any(begin == start for begin, _ in state.doc.datelines):
        return False
    match = _LABEL.match(state.doc.text, start, end) or _APPOSED.match(state.doc.text, start, end)
    if match is None:
        return False
    name = match.group(1)
    if name.split()[0] == "Asked" or name.split()[-1].lower() in cue_forms():  # a sentence, no label
        return False
    lead = len(name) - len(re.sub(r"^(?:From|Via) ", "", name))
    first = name.split()[0].lower().rstrip(".")
    if first in cue_words("not_label") or name.lower() in cue_words("not_label") or any(c.isdigit() for c in name):
        return False
    regions = state.doc.quoted_in(match.end(), end)
    headline = state.part == "title" or (state.doc.paragraph_at(start) == 0 and " " in name)
    speaks = bool(regions) and regions[0].start == match.end()
    transcript = name.isupper() or _repeats(state, name) or _in_turn(state, start, name)
    if not (headline or transcript or speaks):
        return False
    stop = end
    if regions and regions[0].start == match.end() and regions[-1].end >= end - 1:
        stop = regions[-1].end
    confidence = 0.8 if name.isupper() else 0.6
    source = (match.start(1) + lead, match.end(1))
    rule = "layout" if speaks or lead or _in_turn(state, start, name) else "label"
    state.found.append(Attribution(((match.end(), stop),), match.span(2), source, "speech", confidence, rule))
    state.claimed.update(q.start for q in regions)
    state.last = len(state.found) - 1
    return True


def _in_turn(state: _State, start: int, name: str) -> bool:
    """Whether the paragraph before or after begins with another person's name and a colon."""
    paragraphs = state.doc.paragraphs
    if " " not in name or not person_like(name):
        return False
    at = state.doc.paragraph_at(start)
    for begin, end in [*paragraphs[max(0, at - 1) : at], *paragraphs[at + 1 : at + 2]]:
        other = _LABEL.match(state.doc.text, begin, end)
        if other is not None and other.group(1) != name and person_like(other.group(1)):
            return True
    return False


def _posted(state: _State, start: int, end: int) -> bool:
    """Read a post as it is embedded: its words, "— Name (@handle)" and the date."""
    text = state.doc.text
    at = max(text.rfind("—", start, end), text.rfind("–", start, end), text.rfind(" - ", start, end) + 1)
    match = _post_line(text, at, end) if at > start else None
    if match is None or state.doc.quoted_in(start, at):
        return False
    stop = start + len(text[start:at].rstrip())
    if not match[1].endswith(")") and text[stop - 1] not in ".!?…":  # "Write to us - @ledger"
        return False
    state.found.append(Attribution(((start, stop),), (at, at + 1), match.span(1), "speech", 0.85, "layout"))
    state.last = len(state.found) - 1
    return True


def _repeats(state: _State, name: str) -> bool:
    """Whether the same label begins several paragraphs, as in a transcript."""
    return sum(state.doc.text.startswith(name + ":", a) for a, _ in state.doc.paragraphs[:200]) > 1


def _introduction(state: _State, start: int, end: int) -> tuple[Span | None, Span | None]:
    """Cue and source of a paragraph that ends in a colon."""
    match = _FROM.match(state.doc.text, start, end)
    if match is not None:
        return (start, start + len(match.group().split()[0])), match.span(1)
    units = sentences(state.doc, start, end)[-1]
    for item in reversed(cues(units)):
        if item.source and item.cue.groups & {"speech", "told", "label", "according"}:
            return _span(units, item.first, item.last + 1), _span(units, *item.source)
    subject = leading_subject(units, len(units))
    return None, _span(units, *subject) if subject else None


_ASKS = frozenset({"intend", "urge", "belief"})
"""Groups of cues that lead to a list only where the clause breaks off: "The dockers want the port to:"."""


def _lists(state: _State, start: int, end: int) -> bool:
    """Whether a line that ends in a colon gives what follows, a list, to its last cue."""
    text = state.doc.text
    following = state.doc.paragraph_at(start) + 1
    if following >= len(state.doc.paragraphs):
        return False
    item = state.doc.paragraphs[following]
    if not (_BULLET.match(text, *item) or _NUMBERED.match(text, *item)) or _post_line(text, *item):
        return False
    units = sentences(state.doc, start, end)[-1]
    last = next((cue for cue in reversed(cues(units)) if cue.source and not cue.passive), None)
    if last is None or last.source is None:
        return False
    after = max(last.last + 1, last.source[1])
    led = _LED.search(text, start, end) is not None
    if not led and (any(u.low == "," for u in units[after:]) or (last.cue.groups <= _ASKS and len(units) - after > 4)):
        return False
    state.waiting = _span(units, last.first, last.last + 1), _span(units, *last.source)
    return True


def _open_list(state: _State, before: int) -> None:
    """Begin the attribution of a list, with what its introduction says already."""
    cue, source = state.waiting or (None, None)
    own = [a for a in state.found[before:] if a.cue == cue]
    state.found[before:] = [a for a in state.found[before:] if a.cue != cue]
    text = state.doc.text
    pieces = tuple(span for a in own for span in a.pieces if count_words(text[slice(*span)]) > 1)
    kind = type_of(text[slice(*cue)] if cue else "", text[slice(*source)] if source else "")
    state.found.append(Attribution(pieces, cue, source, kind, 0.8, "list"))
    state.listed, state.last, state.waiting = len(state.found) - 1, None, None


def _item(state: _State, start: int, end: int) -> bool:
    """Read an item of a list as content of the cue that leads to the list; one with a speaker of its own stays apart."""
    if state.listed is None:
        return False
    number = _NUMBERED.match(state.doc.text, start, end)
    begin = number.end() if number else start
    if _own_speaker(state, begin, end):
        return False
    stop = begin + len(re.sub(r"[;,]?(?: (?:and|or))?$", "", state.doc.text[begin:end]))
    old = state.found[state.listed]
    state.found[state.listed] = replace(old, pieces=(*old.pieces, (begin, stop)))
    return True


def _own_speaker(state: _State, start: int, end: int) -> bool:
    """Whether an item of a list quotes somebody and says whom."""
    text, regions = state.doc.text, state.doc.quoted_in(start, end)
    if not regions:
        return False
    tail = regions[-1].end + len(text[regions[-1].end : end]) - len(text[regions[-1].end : end].lstrip())
    if _LABEL.match(text, start, end) or _APPOSED.match(text, start, end) or _SIGNED.match(text, tail, end):
        return True
    return any(cue.source for units in sentences(state.doc, start, end) for cue in cues(units))


def _block(state: _State, start: int, end: int) -> bool:
    """Read a block quotation: the unmarked paragraph after "She wrote:"."""
    if state.waiting is None or state.doc.quoted_in(start, end):
        return False
    cue, source = state.waiting
    if cue is None or state.doc.text[start:end].endswith(":"):
        return False
    state.found.append(Attribution(((start, end),), cue, source, "speech", 0.6, "block"))
    state.waiting = None
    return True


# --- sentences ---------------------------------------------------------------------------------


def _span(units: list[Unit], first: int, stop: int) -> Span:
    return units[first].start, units[stop - 1].end


def _sentence(state: _State, units: list[Unit], paragraph: int) -> None:
    found = cues(units)
    taken = 0  # units before this one belong to content already read
    for order, item in enumerate(found):
        if item.first < taken and not _breaks(units, item):
            continue
        following = found[order + 1] if order + 1 < len(found) else None
        content = _content(state, units, item, found[order + 1 :])
        if content is None:
            continue
        pieces, rule, stop = content
        _record(state, units, item, pieces, rule)
        taken = max(taken, stop)
        del following
    _floating(state, units, found, paragraph)
    subject = leading_subject(units, len(units))
    if subject:
        state.subject = _span(units, *subject)


def _breaks(units: list[Unit], item: Found) -> bool:
    """Whether a cue inside content already read begins a clause of the narrator again."""
    begin = item.source[0] if item.source and item.source[0] < item.first and not _is_back(item) else item.first
    if begin == 0:
        return False
    if item.source and begin > 1 and units[begin - 1].low in ("and", "but") and units[begin - 2].low == ",":
        told = item.cue.groups & {"speech", "told", "estimate"} and item.cue.form in ("past", "third")
        return bool(told)  # "..., and said the port ...", "..., and the mayor said ..."
    return units[begin - 1].low in (",", ";", "—", "–") and (item.cue.form == "ing" or begin < item.first)


def _contrasts(units: list[Unit], item: Found) -> bool:
    """Whether a cue begins a clause set against the one before: "accused the clinic of neglect, but its director said".

    Only what has an object ("accused ... of") ends there; in reported clauses the contrast may be part of what is told.
    """
    if not item.source or item.source[0] >= item.first or _is_back(item):
        return False
    begin = item.source[0] - 1
    while begin > 0 and units[begin].low in CONTRAST:
        begin -= 1
    return 0 < begin < item.source[0] - 1 and units[begin].low in (",", ";", "—", "–")


CONTRAST = frozenset(["and", "but", "while", "though", "although", "whereas", "yet"])


def _is_back(item: Found) -> bool:
    return bool(item.source and item.source[1] < item.first - 1)


def _content(
    state: _State, units: list[Unit], item: Found, later: list[Found]
) -> tuple[tuple[Span, ...], str, int] | None:
    """Pieces of content a cue attributes, the rule that found them, and the unit after the last."""
    before = _before(state, units, item)
    after = _after(state, units, item, later)
    if before is not None:
        pieces = [before]
        near = after is not None and after[2] and not any(item.last < f.first < after[0] for f in later)
        if after is not None and near and units[after[0]].quote:  # "A," he said, "B."
            pieces.append(_clean(state.doc, units, after[0], after[1]))
            return tuple(pieces), "around", after[1]
        return tuple(pieces), "before", item.last + 1
    if after is None:
        return None
    piece = _clean(state.doc, units, after[0], after[1])
    if piece[0] >= piece[1]:
        return None
    return (piece,), after[3], after[1]


def _before(state: _State, units: list[Unit], item: Found) -> Span | None:
    """Content that stands before ", she said": a quotation or a clause, back to the start of the sentence."""
    begin = item.first
    if item.source and item.source[0] < item.first and not _is_back(item):
        begin = item.source[0]
    if (
        begin == 0
        or not item.cue.groups & {"speech", "belief", "told", "according", "document"}
        or item.cue.form == "ing"
    ):
        return None
    mark = units[begin - 1]
    if mark.quote is None and mark.low not in (",", "?", "!", "—", "–") and "according" not in item.cue.groups:
        return None
    after = units[item.last + 1] if item.last + 1 < len(units) else None
    named = "according" in item.cue.groups
    if after is not None and not item.inverted and not named and (after.low == "that" or _opens_clause(units, item)):
        return None
    stop = begin if mark.quote or mark.word else begin - 1
    if "according" in item.cue.groups and stop == 0:
        return None
    if stop <= 0:
        return None
    if mark.quote is not None and full(state.doc, mark.quote) and not _runs_in(units, begin - 1):
        return mark.start, mark.end
    start = 0
    if units[0].low in ("but", "and", "so", "still", "yet") and stop > 3:
        start = 1
    while start < stop and not units[start].word and not units[start].quote:
        start += 1
    if count_words(state.doc.text[units[start].start : units[stop - 1].end]) < 2 or _adjunct(units, start, stop):
        return None
    if units[stop - 1].quote is not None and full(state.doc, units[stop - 1].quote) and not _runs_in(units, stop - 1):
        start = stop - 1
    return _clean(state.doc, units, start, stop)


def _runs_in(units: list[Unit], at: int) -> bool:
    """Whether a quotation goes on with a clause begun before it: was "a disgrace"."""
    return at > 0 and units[at - 1].word


def _adjunct(units: list[Unit], start: int, stop: int) -> bool:
    """Whether what stands before ", she said" is only time or place: "On Monday, she said ..."."""
    return stop - start <= 14 and units[start].low in OPENERS and not any(u.quote for u in units[start:stop])


def _opens_clause(units: list[Unit], item: Found) -> bool:
    """Whether a clause follows the cue (so that the content stands after it, not before)."""
    at = item.last + 1
    at = _skip_time(units, at)
    if at >= len(units) or units[at].quote or not units[at].word:
        return False
    low = units[at].low
    if low in PREPOSITIONS or low in ("when", "as", "while", "after", "during", "who"):
        return False
    if item.cue.groups & {"told"}:
        return not any(u.low in ".,;" for u in units[at : at + 4])
    return low in PRONOUNS or low in DETERMINERS | POSSESSIVE or units[at].cap


def _skip_time(units: list[Unit], at: int) -> int:
    time = cue_words("time")
    while (
        at < len(units)
        and units[at].low in time
        and (
            units[at].cap
            or units[at].low
            in ("last", "next", "today", "yesterday", "week", "month", "year", "later", "earlier", "recently")
        )
    ):
        at += 1
    return at


def _after(state: _State, units: list[Unit], item: Found, later: list[Found]) -> tuple[int, int, bool, str] | None:
    """(first unit, unit after the last, whether a quotation, rule) of the content after a cue."""
    at = item.source[1] if item.inverted and item.source else item.last + 1
    if "according" in item.cue.groups:
        at = item.source[1] if item.source else at
        if at < len(units) and units[at].low == "," and item.first <= 1:
            return _to_end(units, at + 1, later, "according")
        return None
    if "estimate" in item.cue.groups:
        return at, estimated(units, at), False, "estimate"
    if item.inverted:
        if at < len(units) and units[at].low in (",", ":", ".") and at + 1 < len(units) and units[at + 1].quote:
            return at + 1, at + 2, True, "quote"
        return None
    if at >= len(units):
        return None
    groups = item.cue.groups
    opening = _opening(units, at, item)
    if opening is None:
        return None
    first, rule = opening
    if first >= len(units):
        return None
    if rule in ("clause", "bare") and not groups & {"speech", "told", "belief", "document"}:
        rule = "object"
    if rule == "bare" and not groups & {"belief", "speech", "told", "document"}:
        return None
    if units[first].quote and not _runs_in(units, first) and full(state.doc, units[first].quote):
        stop = first + 1
        while stop < len(units) and units[stop].quote:
            stop += 1
        return first, stop, True, "quote"
    return _to_end(units, first, later, rule)


def _opening(units: list[Unit], at: int, item: Found) -> tuple[int, str] | None:
    """Where the content after a cue begins, past addressee, time and manner; and by which sign."""
    groups = item.cue.groups
    limit = min(len(units), at + 22)
    for index in range(at, limit):
        unit = units[index]
        if unit.quote:
            if index == at or units[index - 1].low in (",", ":", "that"):
                return index, "quote"
            break
        if unit.low == ":":
            return index + 1, "colon"
        if (
            unit.low == "that"
            and index + 1 < len(units)
            and units[index + 1].low not in (",", ".")
            and (index == at or _skippable(units, at, index) or groups & {"told", "urge"})
        ):
            return index, "clause"
        if unit.low in ".;":
            break
    at = _skip_time(units, at)
    if at < len(units) and units[at].quote:
        return at, "quote"
    if at >= len(units) or units[at].low in ".,;":
        if at + 1 < len(units) and units[at].low == "," and units[at + 1].quote:
            return at + 1, "quote"
        return None
    low = units[at].low
    if low in ("whether", "if", "how", "why", "what", "who", "where"):
        return at, "clause"
    if low == "to" and groups & {"intend", "speech", "belief"}:
        return at, "infinitive"
    if groups & {"told"} and not groups & {"speech"}:
        return _past_addressee(units, at)
    if groups & {"urge"} and low != "to":
        return at, "object"
    if low in PREPOSITIONS or low == "as":
        quote = next((i for i in range(at, limit) if units[i].quote), None)
        if quote is not None and "label" not in groups and quote - at < 12:
            return quote, "quote"
        return (at, "object") if "label" in groups and low != "in" else None
    if groups & {"speech", "belief", "document"} and "label" not in groups:
        return at, "bare"
    return (at, "object") if groups & {"label", "intend", "urge"} else None


def _skippable(units: list[Unit], at: int, index: int) -> bool:
    """Whether only an adjunct stands between cue and "that": "in a statement on Monday"."""
    return units[at].low in PREPOSITIONS or units[at].low in cue_words("time") or units[at].low == ","


def _past_addressee(units: list[Unit], at: int) -> tuple[int, str] | None:
    index = at
    if units[index].low in DETERMINERS | POSSESSIVE and index + 1 < len(units) and units[index].low != "her":
        index += 2
    elif units[index].cap:
        while index < len(units) and units[index].cap and index - at < 4:
            index += 1
    else:
        index += 1
    index = _skip_time(units, index)
    if index >= len(units) or units[index].low in ".,;":
        return None
    if units[index].low in PREPOSITIONS and units[index].low not in ("about", "to"):
        return None
    return index, "bare"


def _to_end(units: list[Unit], first: int, later: list[Found], rule: str) -> tuple[int, int, bool, str] | None:
    stop = len(units)
    for item in later:
        if item.first > first and (_breaks(units, item) or (rule == "object" and _contrasts(units, item))):
            begin = item.source[0] if item.source and item.source[0] < item.first and not _is_back(item) else item.first
            while begin > first and rule == "object" and units[begin - 1].low in CONTRAST:
                begin -= 1
            if begin > first:
                stop = min(stop, begin)
        elif "according" in item.cue.groups and item.first > first:
            stop = min(stop, item.first)
    return (first, stop, bool(units[first].quote), rule) if stop > first else None


def _clean(doc: Document, units: list[Unit], first: int, stop: int) -> Span:
    """Span of units without the comma or stop at its ends."""
    ends = (",", ".", ";", ":", "—", "–", "-", "and", "but")
    while stop > first and not units[stop - 1].quote and units[stop - 1].low in ends:
        stop -= 1
    while first < stop and not units[first].quote and units[first].low in (",", ":", ";", "—", "–"):
        first += 1
    return (units[first].start, units[stop - 1].end) if stop > first else (0, 0)


def full(doc: Document, region: Quoted | None) -> bool:
    """Whether a quoted region reads as an utterance, not as a word or phrase in passing."""
    text = doc.text[region.start : region.end].strip("\"“”'‘’«» ") if region else ""
    if region is None or not text:
        return False
    return text[0].isupper() or text[-1:] in ",.!?" or text[0].isdigit() or not region.opened or count_words(text) >= 12


def _record(state: _State, units: list[Unit], item: Found, pieces: Iterable[Span], rule: str) -> None:
    source = _span(units, *item.source) if item.source else None
    spans = tuple(pieces)
    found = Attribution(
        spans,
        _span(units, item.first, item.last + 1),
        source,
        type_of(_text(state, item, units), state.doc.text[slice(*source)] if source else ""),
        _confidence(item, rule),
        rule,
    )
    regions = [q for a, b in spans for q in state.doc.quoted_in(a, b)]
    state.claimed.update(q.start for q in regions)
    state.found.append(found)
    state.last = len(state.found) - 1


def _text(state: _State, item: Found, units: list[Unit]) -> str:
    return state.doc.text[slice(*_span(units, item.first, item.last + 1))]


def type_of(cue: str, source: str) -> str:
    """Tell speech, belief and document by the verb of the cue and the head of the source.

    Examples
    --------
    >>> type_of("has long believed", "she"), type_of("found", "the report"), type_of("said", "she")
    ('belief', 'document', 'speech')
    """
    if lemma_of(cue) in words(table("cues")["content_type"]["belief"]):
        return "belief"
    return "document" if source and read(source).kind == "document" else "speech"


_CONFIDENCE = {
    "quote": 0.95, "around": 0.97, "before": 0.9, "according": 0.9, "clause": 0.88, "colon": 0.85,
    "estimate": 0.85, "bare": 0.75, "infinitive": 0.65, "object": 0.55, "label": 0.7, "block": 0.6,
}  # fmt: skip


def _confidence(item: Found, rule: str) -> float:
    base = _CONFIDENCE.get(rule, 0.6)
    return base if item.source else base * 0.8


# --- quotations without a cue -------------------------------------------------------------------


def _floating(state: _State, units: list[Unit], found: list[Found], paragraph: int) -> None:
    for index, unit in enumerate(units):
        region = unit.quote
        if region is None or region.start in state.claimed:
            continue
        text = state.doc.text[region.start : region.end]
        n = count_words(text)
        continued = _continued(state, region)
        if continued is not None:
            old = state.found[continued]
            state.found[continued] = replace(old, pieces=(*old.pieces, (region.start, region.end)))
        elif region.start in state.beats:
            actor = state.beats[region.start]
            state.found.append(Attribution(((region.start, region.end),), None, actor, "speech", 0.8, "beat"))
            state.last = len(state.found) - 1
        elif (tagged := _tagged(state, units, index)) is not None:
            state.found.append(tagged)
            state.last = len(state.found) - 1
        elif _scare(state, units, index, n):
            continue
        elif state.waiting is not None and index == 0:
            cue, source = state.waiting
            state.found.append(Attribution(((region.start, region.end),), cue, source, "speech", 0.85, "colon"))
            state.last = len(state.found) - 1
        elif state.last is not None and _same_paragraph(state, paragraph) and _whole(units, index):
            old = state.found[state.last]
            if all(state.doc.quoted_at(a) for a, _ in old.pieces):
                state.found[state.last] = replace(old, pieces=(*old.pieces, (region.start, region.end)))
            else:
                state.found.append(
                    Attribution(((region.start, region.end),), None, old.source, "speech", 0.8, "floating")
                )
                state.last = len(state.found) - 1
        elif state.part == "title" or (paragraph == 0 and "\n" not in state.doc.text[: unit.start]):
            if n < LONG and region.style == "single":
                state.found.append(
                    Attribution((_clean(state.doc, units, 0, len(units)),), None, None, "speech", 0.5, "headline")
                )
            elif n >= 2:
                state.found.append(Attribution(((region.start, region.end),), None, None, "speech", 0.5, "headline"))
        else:
            state.found.append(
                Attribution(((region.start, region.end),), None, None, "speech", 0.7 if n >= LONG else 0.5, "floating")
            )
            state.last = len(state.found) - 1
        state.claimed.add(region.start)


def _tagged(state: _State, units: list[Unit], index: int) -> Attribution | None:
    """Read a quotation whose sentence says whose it is without a known cue."""
    region = units[index].quote
    if region is None or not full(state.doc, region):
        return None
    term = _scare(state, units, index, count_words(state.doc.text[region.start : region.end]))
    found = None if term else tags.tag(state.doc, units, index)
    if found is None:
        return None
    return Attribution(((region.start, region.end),), *found, "speech", 0.8, "tag")


def _continued(state: _State, region: Quoted) -> int | None:
    """Attribution whose quotation runs on into this region from the paragraph before."""
    for index in range(len(state.found) - 1, max(-1, len(state.found) - 4), -1):
        last = state.doc.quoted_at(state.found[index].pieces[-1][1] - 1)
        if last is not None and last.group == region.group and last.start != region.start:
            return index
    return None


def _same_paragraph(state: _State, paragraph: int) -> bool:
    return state.last is not None and state.found[state.last].pieces[-1][1] > paragraph


def _whole(units: list[Unit], index: int) -> bool:
    return all(u.quote or not u.word for u in units[: index + 1])


def _scare(state: _State, units: list[Unit], index: int, n: int) -> bool:
    """Whether marks set off a term, a title or an ironic word and ascribe nothing."""
    region = units[index].quote
    if region is None:
        return True
    if _whole(units, index) and (index + 1 >= len(units) or not any(u.word for u in units[index + 1 :])):
        return n < 2 and region.opened and region.closed
    if state.part == "title" and region.style == "single":
        return False
    body = state.doc.text[region.start : region.end].strip("\"“”'‘’«» ")
    names = [w for w in body.split() if w[0].isalpha()]
    if names and sum(w[0].isupper() for w in names) >= 0.7 * len(names) and n <= 8 and body[-1:] not in ".!?":
        return True
    back = units[index - 1].low if index else ""
    if back in words(table("cues")["words"]["titled"]):
        return True
    if n >= LONG:
        return False
    return not (body[:1].isupper() and body[-1:] in ".,!?" and n >= 3)
