"""Structure of a text that needs no model: paragraphs, sentences, tokens and quoted regions.

Conventions
-----------
Every position is a half-open range of Python characters into the text given. Quotation marks are read by
their *context* first (a mark before a word opens, a mark after one closes) and by their shape second, because
news copy mixes curly, straight and doubled single marks, turns them the wrong way round and loses one of a pair.
Every scan is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from framing.encode import split_sentences

DOUBLE = '"“”„‟«»＂'
SINGLE = "'‘’‚‛`´"
_MARK = re.compile(r"''|``|´´|[\"“”„‟«»＂]|['‘’‚‛`´]")
_TOKEN = re.compile(r"\w+(?:[.'’&/@-]\w+)*(?:['’](?=\s|$))?|n['’]t|[^\w\s]", re.UNICODE)
_PARAGRAPH = re.compile(r"[^\n]+")
_ELISION = re.compile(r"['’‘](?:\d{2}s?\b|tis\b|twas\b|em\b|til\b|cause\b|n\b)", re.IGNORECASE)
MAX_UNMARKED = 4
"""Paragraphs a quotation may run over without marks that open it again."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a punctuation mark; `low` is the lower-case form with straight apostrophes."""

    start: int
    end: int
    text: str
    low: str

    @property
    def word(self) -> bool:
        """Whether the token holds a letter or digit."""
        return self.text[0].isalnum() or self.text[0] == "_"

    @property
    def cap(self) -> bool:
        """Whether the token begins with a capital."""
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text between quotation marks, within one paragraph, marks included.

    Parameters
    ----------
    start, end
        The region.
    paragraph
        Index of its paragraph.
    style
        ``double`` or ``single``.
    opened, closed
        Whether the mark at that end is there.
    group
        Shared by the regions of one quotation running over paragraphs.
    """

    start: int
    end: int
    paragraph: int
    style: str
    opened: bool
    closed: bool
    group: int


def _kind(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the mark may open and may close, from its neighbours, then its shape."""
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    free_left = before.isspace() or before in "([{—–-/…:" or (before in DOUBLE + SINGLE and start > 0)
    free_right = after.isspace() or after in ".,;:!?)]}—–-/…" or after in DOUBLE + SINGLE
    if free_left and not free_right:
        return True, False
    if free_right and not free_left:
        return False, True
    shape = text[start:end]
    if shape in "“„‟«‘‚‛" or shape == "``":
        return True, shape in "«"
    if shape in "”»’":
        return shape in "»", True
    return free_left, free_right


_MONTHS = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
_DAY = rf"(?:{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}} {_MONTHS})(?:,? (?:19|20)\d\d)?"
_PLACE = r"[A-Z][\w.'’/-]{1,25}(?:,? [A-Z][\w.'’/-]{0,25}){0,5}?"
_DATELINE = re.compile(
    rf"(?:(?:{_PLACE},? )?{_DAY},?(?: ?\([^()\n]{{2,40}}\))?|(?:{_PLACE},? ?)?\([^()\n]{{2,40}}\)|(?:[A-Z]{{4,}}|[A-Z]{{2,}}[ -][A-Z]{{2,}})[A-Z ,.'’/-]{{0,30}}(?:, [A-Z][\w.]{{1,15}})?)"
    r"\s?(?:--|[-–—])\s+(?=[^\W_a-z]|[\"'“‘])"
    rf"|{_DAY},? (?=(?:The|An?) )"
    r"|[A-Z]{5,}(?: \d{1,2})?-(?=[A-Z])"
)
"""ORVANE, March 2 (Reuters) - ; March 2 The ... ; UPDATE 2-"""
_PLACE_COLON = re.compile(
    r"(?:[A-Z]{3,}(?:[ -][A-Z]{2,}){0,3}|[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}(?:, [A-Z][a-z]+(?: \d{1,2})?)?): +(?=(?:The|A|An|In|At least|Police|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|\d+|Hundreds|Thousands|Dozens)\b)"
)
"""KARAPUR: The ... , at the beginning of a report; more than a place and its colon could be a speaker's turn."""
HEAD_PARAGRAPHS = 4
"""Paragraphs at the beginning of which a dateline may stand."""


CLOSING = (False, True)
"""Of a mark that may close and may not open, see :func:`_kind`."""
_SLIPPED = re.compile(
    r'(?<=[.!?])" (?=[A-Z])(?!(?:[A-Z][\w.’\'-]* ){1,4}(?:said|says|told|added|wrote|asked)\b)(?!(?:He|She|They) )'
)
"""A mark behind a sentence and before a new one, which tells nobody's saying: an opening mark, if it closes nothing."""


def _mended(text: str) -> str:
    r"""Put opening marks that slipped behind the sentence before them back to their own; every other place stays as it is.

    Examples
    --------
    >>> _mended('He left in May." We know nothing," she said.')
    'He left in May. "We know nothing," she said.'
    >>> _mended('"We know nothing." She left. "It is late," he said.')
    '"We know nothing." She left. "It is late," he said.'
    """
    if not _SLIPPED.search(text):
        return text
    out = list(text)
    for paragraph in _PARAGRAPH.finditer(text):
        line, inside = paragraph.group(), False
        marks = [m.start() for m in re.finditer('"', line)]
        kinds = [_kind(line, at, at + 1) for at in marks]
        for at, kind, following in zip(marks, kinds, [*kinds[1:], None]):
            if not inside and kind == following == CLOSING:
                if _SLIPPED.match(line, at):
                    place = paragraph.start() + at
                    out[place : place + 2] = ' "'
                    inside = True
            else:
                inside = kind[0] and not (inside and kind[1])
    return "".join(out)


class Document:
    r"""One part of one article, read once: paragraphs, sentences, tokens, quoted regions.

    Parameters
    ----------
    text
        The text, any length, any content.

    Examples
    --------
    >>> doc = Document("“We wait,” she said. “For now.\n\n“And then we act.”")
    >>> [doc.text[q.start : q.end] for q in doc.quoted]
    ['“We wait,”', '“For now.', '“And then we act.”']
    >>> [q.group for q in doc.quoted]
    [0, 1, 1]
    """

    def __init__(self, text: str) -> None:
        self.text = _mended(text)

    @cached_property
    def paragraphs(self) -> list[tuple[int, int]]:
        """Non-empty lines, without the white space around them."""
        found = []
        for match in _PARAGRAPH.finditer(self.text):
            line = match.group()
            start = match.start() + len(line) - len(line.lstrip())
            if line.strip():
                found.append((start, start + len(line.strip())))
        return found

    @cached_property
    def datelines(self) -> list[tuple[int, int]]:
        """Place, day and agency before the first words of a report: they are nobody's words and name no source.

        Examples
        --------
        >>> text = "ORVANE, March 2 (AP) - The council said no."
        >>> [text[a:b] for a, b in Document(text).datelines]
        ['ORVANE, March 2 (AP) - ']
        """
        found = [_DATELINE.match(self.text, a, min(b, a + 120)) for a, b in self.paragraphs[:HEAD_PARAGRAPHS]]
        if found and found[0] is None:
            found[0] = _PLACE_COLON.match(self.text, *self.paragraphs[0])
        return [m.span() for m in found if m]

    def past_dateline(self, span: tuple[int, int]) -> tuple[int, int]:
        """The span without the dateline it begins in."""
        for start, end in self.datelines:
            if start <= span[0] < end < span[1]:
                return end, span[1]
        return span

    @cached_property
    def tokens(self) -> list[Token]:
        """Words and punctuation marks, in order."""
        found = []
        for match in _TOKEN.finditer(self.text):
            low = match.group().lower().replace("’", "'")
            found.append(Token(match.start(), match.end(), match.group(), low))
        return found

    @cached_property
    def _token_starts(self) -> list[int]:
        return [t.start for t in self.tokens]

    def token_range(self, start: int, end: int) -> range:
        """Indices of the tokens that begin in [start, end)."""
        return range(bisect_left(self._token_starts, start), bisect_left(self._token_starts, end))

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Sentences, none running over a paragraph."""
        return [
            (start + a, start + b) for start, end in self.paragraphs for a, b in split_sentences(self.text[start:end])
        ]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [s for s, _ in self.sentences]

    def sentence_at(self, position: int) -> tuple[int, int]:
        """The sentence holding a position (the one before it if it lies between two)."""
        if not self.sentences:
            return (0, len(self.text))
        return self.sentences[max(0, bisect_right(self._sentence_starts, position) - 1)]

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [s for s, _ in self.paragraphs]

    def paragraph_at(self, position: int) -> int:
        """Index of the paragraph holding a position."""
        return max(0, bisect_right(self._paragraph_starts, position) - 1)

    @cached_property
    def quoted(self) -> list[Quoted]:
        """Quoted regions, outermost only, in order."""
        return _Reader(self).read()

    @cached_property
    def _quoted_starts(self) -> list[int]:
        return [q.start for q in self.quoted]

    def quoted_at(self, position: int) -> Quoted | None:
        """The quoted region holding a position."""
        at = bisect_right(self._quoted_starts, position) - 1
        return self.quoted[at] if at >= 0 and position < self.quoted[at].end else None

    def quoted_in(self, start: int, end: int) -> list[Quoted]:
        """The quoted regions that begin in [start, end)."""
        return self.quoted[bisect_left(self._quoted_starts, start) : bisect_left(self._quoted_starts, end)]

    def inside(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Stretches of [start, end) that lie between quotation marks, without the marks."""
        at = max(0, bisect_right(self._quoted_starts, start) - 1)
        for region in self.quoted[at : bisect_left(self._quoted_starts, end)]:
            low = region.start + (_width(self.text, region.start, 1) if region.opened else 0)
            high = region.end - (_width(self.text, region.end, -1) if region.closed else 0)
            if max(low, start) < min(high, end):
                yield max(low, start), min(high, end)


def _width(text: str, at: int, step: int) -> int:
    pair = text[at : at + 2] if step > 0 else text[max(0, at - 2) : at]
    return 2 if pair in ("''", "``", "´´") else 1


@dataclass
class _Reader:
    """State of one pass over the marks of a document."""

    doc: Document
    out: list[Quoted] = field(default_factory=list)
    group: int = -1

    def read(self) -> list[Quoted]:
        paragraphs = self.doc.paragraphs
        marks = [self._marks(a, b) for a, b in paragraphs]
        carried: str | None = None  # style of a quotation still open at the end of the last paragraph
        unmarked = 0
        for index, (start, end) in enumerate(paragraphs):
            mine = marks[index]
            if carried is not None:
                opens_again = bool(mine) and mine[0][0] == start and mine[0][3]
                if opens_again and mine[0][2] == carried:
                    unmarked = 0
                elif unmarked < MAX_UNMARKED and self._closes_later(marks, index, carried):
                    unmarked += 1
                else:
                    carried = None
            carried = self._paragraph(index, start, end, mine, carried)
        return self.out

    def _marks(self, start: int, end: int) -> list[tuple[int, int, str, bool, bool]]:
        """(start, end, style, may open, may close) of the marks of a paragraph; apostrophes left out."""
        text, found = self.doc.text, []
        for match in _MARK.finditer(text, start, end):
            a, b = match.span()
            style = "double" if b - a == 2 or text[a] in DOUBLE else "single"
            opens, closes = _kind(text, a, b)
            if style == "single" and (
                text[a] in "´" or (a and b < len(text) and text[a - 1].isalnum() and text[b].isalnum())
            ):
                continue
            if style == "single" and opens and _ELISION.match(text, a):
                opens = False
            if (
                style == "double"
                and text[a] == '"'
                and a
                and text[a - 1].isdigit()
                and not opens
                and self._inch(start, a)
            ):
                continue
            if opens or closes:
                found.append((a, b, style, opens, closes))
        return found

    def _inch(self, start: int, at: int) -> bool:
        """Whether a straight mark after a digit is the sign for inches: 6'2" or an even count before it."""
        line = self.doc.text[max(start, at - 400) : at]
        return bool(re.search(r"\d['’]\d{1,2}$", line)) and line.count('"') % 2 == 0

    def _closes_later(self, marks: list[list[tuple[int, int, str, bool, bool]]], index: int, style: str) -> bool:
        """Whether the next mark of this style within a few paragraphs closes, and is no opening one."""
        for later in marks[index : index + MAX_UNMARKED]:
            for _, _, kind, opens, closes in later:
                if kind == style:
                    return closes and not opens
        return False

    def _paragraph(
        self, index: int, start: int, end: int, marks: list[tuple[int, int, str, bool, bool]], carried: str | None
    ) -> str | None:
        closers = {s: [m[0] for m in marks if m[2] == s and m[4]] for s in ("double", "single")}
        sure = [m[0] for m in marks if m[2] == "single" and m[4] and self._sure(m[0], m[1], end)]
        last_opener = max((m[0] for m in marks if m[2] == "single" and m[3]), default=-1)
        opened_at: int | None = None
        style, has_mark = "", True
        if carried is not None:
            opened_at, style = start, carried
            has_mark = bool(marks) and marks[0][0] == start and marks[0][3]
        else:
            self.group += 1
        for a, b, kind, opens, closes in marks:
            if opened_at is None:
                if opens and self._worth(a, b, kind, end, closers):
                    opened_at, style, has_mark = a, kind, True
                elif closes and not opens and kind == "double" and self._lost_opening(a, start):
                    self._add(self._lost_start(a, start), b, index, kind, False, True)
                continue
            if kind != style or a == opened_at:
                continue
            if closes and not (opens and not closes):
                if style == "single" and not self._closes_single(a, sure, last_opener):
                    continue
                self._add(opened_at, b, index, style, has_mark, True)
                opened_at = None
            elif opens and bisect_right(closers[style], a) < len(closers[style]):
                stop = self._repair(opened_at, a)
                if stop is not None:  # the closing mark was lost: end the region with its sentence
                    self._add(opened_at, stop, index, style, has_mark, False)
                    opened_at, has_mark = a, True
        if opened_at is None:
            return None
        stop = end
        continues = self._continues(index, style)
        if not continues:
            stop = self._before_cue(opened_at, end)
        self._add(opened_at, stop, index, style, has_mark, False, new_group=not continues)
        return style if continues else None

    def _add(
        self, start: int, end: int, paragraph: int, style: str, opened: bool, closed: bool, *, new_group: bool = True
    ) -> None:
        if end - start > 1:
            self.out.append(Quoted(start, end, paragraph, style, opened, closed, self.group))
        if new_group:
            self.group += 1

    def _sure(self, a: int, b: int, end: int) -> bool:
        """A single mark that cannot be an apostrophe: after a stop or comma, or before one and not after an s."""
        text = self.doc.text
        before, after = text[a - 1] if a else " ", text[b] if b < end else "\n"
        return before in ".,!?…;" or (before.lower() != "s" and not after.isalnum())

    def _closes_single(self, at: int, sure: list[int], last_opener: int) -> bool:
        """A mark after an s may be a possessive: it closes only if no surer mark follows before another opens."""
        if at in sure:
            return True
        later = bisect_right(sure, at)
        return not (later < len(sure) and (last_opener < at or sure[later] < last_opener))

    def _worth(self, a: int, b: int, kind: str, end: int, closers: dict[str, list[int]]) -> bool:
        if kind == "double":
            return True
        later = bisect_right(closers["single"], a)
        # a single mark opens only if one closes, or if it opens the paragraph (British runs over paragraphs)
        return later < len(closers["single"]) or self.doc.text[a] == "‘"

    def _lost_opening(self, at: int, start: int) -> bool:
        before = self.doc.text[at - 1] if at else " "
        last = self.out[-1].end if self.out and self.out[-1].end > start else start
        return (before in ".,!?…" or before.isalnum()) and at - last > 3

    def _lost_start(self, at: int, start: int) -> int:
        last = self.out[-1].end if self.out and self.out[-1].end > start else start
        sentence = self.doc.sentence_at(at - 1)[0]
        begin = max(last, min(sentence, at), start)
        while begin < at and self.doc.text[begin] in " ,.;":
            begin += 1
        return begin

    def _repair(self, opened: int, at: int) -> int | None:
        text = self.doc.text
        stop = at
        while stop > opened and text[stop - 1].isspace():
            stop -= 1
        if text[stop - 1] in ".!?" or text[stop - 1] in ",:":
            cut = self._before_cue(opened, stop)
            return cut if cut < stop else stop
        return None

    def _continues(self, index: int, style: str) -> bool:
        paragraphs = self.doc.paragraphs
        if index + 1 >= len(paragraphs):
            return False
        start, end = paragraphs[index + 1]
        marks = self._marks(start, min(end, start + 3))
        if marks and marks[0][0] == start and marks[0][3] and marks[0][2] == style:
            return True
        following = [self._marks(a, b) for a, b in paragraphs[index + 1 : index + 1 + MAX_UNMARKED]]
        return self._closes_later(following, 0, style)

    def _before_cue(self, opened: int, end: int) -> int:
        """End of a region whose closing mark is lost: before ', she said' if that stands there."""
        match = _LOST.search(self.doc.text, opened, end)
        return match.end(1) if match else end


_LOST = re.compile(
    r"([,?!])[\"”’']?\s(?:(?:he|she|they|it|[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){0,3})\s(?:said|says|told|added|wrote|asked)\b"
    r"|(?:said|says|added|asked|wrote)\s(?:[A-Z]|the\b|an?\b|one\b|he\b|she\b))"
)
