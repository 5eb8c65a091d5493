r"""Clutter that flattening has left beside or inside body text, told by the words of the trade alone.

The line classifier judges whole lines by what they look like; a caption that reads like prose, a pointer to another
article and a list of headlines glued into a sentence look like body to it. Each rule here names its own mark: the credit of
a picture, "Read more:", brackets that say "related", a name repeated with headlines behind it. What has no such mark stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from framing.schema import count_words

MOST_WORDS = 80
"""A line with more is no pointer or caption, whatever it begins or ends with."""

MOST_OF_A_CAPTION = 45
"""Words up to which a line that ends in "Credit: ..." is a caption; of a longer one the credit alone is taken."""

_LINKS = r"read (?:more|also|next)|see also|also read|related(?: (?:articles?|content|coverage|headlines|links?|stories|story|topics))?|don['’]t miss"
_POINTS = re.compile(rf"(?:{_LINKS})\s?[:>|»→]", re.I)
_HINTS = re.compile(
    r"(?:more (?:on|from)\b[^:]{0,40}|watch(?: now| live| more)?|recommended|further reading|listen)\s?[:>|»→]", re.I
)
_POINTS_LOUDLY = re.compile(
    r"(?:READ MORE|READ ALSO|READ NEXT|SEE ALSO|ALSO READ|RELATED|MORE FROM|WATCH NOW|MORE ON)\b(?=.)"
)
_RELATED = re.compile(r"Related(?: Coverage| Headlines| Articles?| Stories| Content)? (?=[A-Z0-9'‘“])")
_TRAILED = re.compile(r"(?<=\S) Read more$")
"""A headline with its link: "Orvane hall to close, council says Read more"."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]{0,3}$")
_OVERLAY = re.compile(r"CLOSE (?=[A-Z0-9\"'“‘][\w'’.\"“-]*\s+[\w(“\"]*[a-z])")
_CONTRIBUTED = re.compile(r"\bcontributed (?:reporting )?to this (?:report|story|article|piece)\b[^.]{0,60}\.?$", re.I)
_PICTURE = re.compile(
    r"\([^()]{0,60}\b(?:photo|photograph|image|picture|illustration)s?\b(?:[ ]?[:/|]|[ ](?:by|courtesy|credit|via)\b)[^()]{1,90}\)(?: More)?$|"
    r"\([^()]{1,90}(?:Getty Images|/ ?AP|via AP|Shutterstock|AP Photo)[^()]{0,30}\)(?: More)?$",
    re.I,
)
_FILE = re.compile(r"FILE(?: PHOTO| IMAGE)?\s?[-–—:] ?(?=\w)")

_IN_BRACKETS = rf"(?:(?i:{_LINKS})|MORE|READ|WATCH|LISTEN|PHOTOS?|VIDEOS?)\s?: "
_BRACKETS = re.compile(rf"\s?(?:\({_IN_BRACKETS}[^()]{{3,250}}\)|\[{_IN_BRACKETS}[^\[\]]{{3,250}}\])")
_GALLERY = re.compile(r"\bHide Caption \d{1,3} of \d{1,3}$")
_LABEL = re.compile(
    r"(?:Story [Hh]ighlights|STORY HIGHLIGHTS|Key (?:points|takeaways)|KEY (?:POINTS|TAKEAWAYS))(?:\s?: | )(?=[A-Z0-9\"'“‘])"
)
"""What stands over a list of points, run into its first: "Story highlights The harbour closed"."""
_ASKS = re.compile(
    r"(?:(?<=[.!?”\"’)] )|^)(?:"
    r"(?:Sign up|Subscribe|Register) (?:here )?(?:for|to)\b[^.!?\n]{0,200}\b(?:newsletters?|inbox|e-?mail (?:list|updates|alerts)|alerts|briefing|podcast)\b[^.!?\n]{0,150}|"
    r"Click here (?:to|for)\b[^.!?\n]{3,150}|"
    r"Follow (?:him|her|them|us|me|@\w+|[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){0,3}) on (?:Twitter|Facebook|Instagram|X|Telegram|Bluesky|Threads)\b(?:[^.!?\n]|\.(?=\w)){0,120}"
    r")(?:[.!?][\"”’]?|$)"
)
_CREDITED = re.compile(
    r"(?:^|(?<=[\s.!?”\"'’)]))(?:CREDIT|Credit|(?:Photo|Picture|Image|Video) credit)s?\s?: ?"
    r"(?:[A-Z][\w.'’-]*)(?:(?: | ?/ ?|, | & | and | for )[A-Z][\w.'’-]*){0,7}\.?$"
)
"""Who made a picture, by names alone: "Credit: Ada Orr/Bram Oduya"."""
_REACH = re.compile(
    r"(?:(?<=[.!?”\"’)] )|^)(?:Reach|Contact|Call|Text|E-?mail|Write to|Message|Follow) "
    r"(?:him|her|me|the (?:author|reporter|writer)|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?) (?:at|on|via|by):? "
    r"(?=(?:[\w-]+:? ){0,2}[(+]?(?:\S*@\w|\S*\w\.(?:com|org|net|co)\b|[\d(). -]{0,12}\d{3}[-. ]?\d{3}))[^!?\n]{0,200}?(?=[.!]?[\"”’]?(?:\s[A-Z]|$))[.!]?"
)
"""Where a reporter can be reached."""
_BEAT = re.compile(
    r"(?:[A-Z][\w'’.-]+ ){1,4}(?:covers|writes about|reports on|is (?:an?|the|our) (?:[\w'’-]+ ){0,4}(?:reporter|correspondent|editor|columnist|writer|journalist))\b[^.!?\n]{0,120}[.!]?$"
)
"""What a reporter works on, where nothing else is left of the line."""
_SPENT = re.compile(
    r"You(?:['’]ve| have) (?:(?:now|just|already) )?(?:exhausted|reached|used(?: up)?|read|hit|run out of|\d{1,2}|one|two|three|no)\b"
    r"(?=[^.!?\n]{0,80}\b(?:free|complimentary|monthly|limit|left|remaining|this month)\b)[^.!?\n]{0,60}\b(?:articles?|stories|limit)\b",
    re.I,
)
"""A reader's free articles are used up."""
_CALLOUT = re.compile(
    r"(?:Do|Did|Have|Are|Were|Is|Has) (?:you|your)\b[^?\n]{3,200}\?\s+(?:Please )?"
    r"(?:(?:Call|E-?mail|Contact|Text|Tell|Write to|Message|Send|Let) us|Call [\d(+]|Get in touch|Share your|We (?:want|would like|['’]d like) to hear)"
)
"""A question to readers, and where to answer."""
_POLL = re.compile(
    r"(?:Take|Vote in|Answer|Join) our (?:[\w-]+ ){0,3}(?:poll|survey|quiz|questionnaire)(?:[.!]|$| (?:and|now|here|below)\b)"
)
_GLUED = re.compile(
    r"\b(?P<name>[A-Z][\w'’-]{1,30}),?(?P<cut>\s+(?:(?:[A-Z(“\"'][\w.()'’\"“”-]{0,30},?)\s+){0,6}(?P=name)(?:MORE|(?=[A-Z0-9'\"‘“]).{0,450}? MORE))(?=[\s,.;:)(’']|$)"
)
"""A surname, the full name with a headline stuck to it, further headlines, and MORE."""


@dataclass(frozen=True)
class Cut:
    """What is no body: offsets in the line, kind and reason as in the frame ``removed``."""

    start: int
    end: int
    kind: str
    reason: str


def whole(text: str) -> tuple[str, str] | None:
    """Kind and reason of a line that says itself that it is no body; None otherwise.

    Examples
    --------
    >>> whole("Read more: The harbour that never opened")
    ('boilerplate', 'points to something else to read or see')
    >>> whole("The ferry leaves Orvane harbour on Monday. (Photo: Ada Orr, The Orvane Post)")
    ('caption', 'ends in the credit of a picture')
    >>> whole("Read more slowly, she said.") is None
    True
    """
    if _GALLERY.search(text[-30:]):
        return "caption", "from a gallery of pictures"
    if count_words(text) > MOST_WORDS:
        return None
    if _PICTURE.search(text, max(0, len(text) - 160)) or _FILE.match(text):
        return "caption", "ends in the credit of a picture" if not _FILE.match(
            text
        ) else "marked as a picture from the files"
    if text == "CLOSE":
        return "boilerplate", "button of a film's overlay"
    if _OVERLAY.match(text):
        return "caption", "text of a film's overlay"
    credit = _CREDITED.search(text, max(0, len(text) - 120))
    if credit is not None and count_words(text) <= MOST_OF_A_CAPTION:
        kind = "caption" if count_words(text[: credit.start()]) > 2 else "credit"
        return kind, "ends in the credit of a picture"
    if _SPENT.match(text) or _CALLOUT.match(text) or _POLL.match(text):
        return "boilerplate", "asks the reader to pay, answer or vote"
    if (reach := _REACH.search(text)) and _BEAT.fullmatch(text[: reach.start()].strip()):
        return "byline", "tells of the reporter"
    if _TRAILED.search(text[-12:]) and count_words(text) <= 40:
        return "boilerplate", "points to something else to read or see"
    pointed = _POINTS.match(text) or _POINTS_LOUDLY.match(text)
    unfinished = not _SENTENCE_END.search(text[-5:])
    if (pointed and (unfinished or count_words(text) <= 40)) or (unfinished and _HINTS.match(text)):
        return "boilerplate", "points to something else to read or see"
    if unfinished and _RELATED.match(text) and count_words(text) <= 25:
        return "boilerplate", "points to something else to read or see"
    if _CONTRIBUTED.search(text, max(0, len(text) - 160)) and count_words(text) <= 45:
        return "byline", "names who contributed"
    return None


def cuts(text: str) -> list[Cut]:
    """Stretches inside a line of body that are none, in order and not overlapping.

    Examples
    --------
    >>> line = "Sen. Ada Orr Ada Marie OrrSenate stalls on ferries Orr to run again MORE (Orvane) voted no. (RELATED: Who Owns The Ferries?)"
    >>> kept, at = "", 0
    >>> for cut in cuts(line):
    ...     kept, at = kept + line[at : cut.start], cut.end
    >>> kept + line[at:]
    'Sen. Ada Orr (Orvane) voted no.'
    """
    found = [Cut(*m.span(), "boilerplate", "points to something else to read or see") for m in _BRACKETS.finditer(text)]
    found += [
        Cut(*m.span(), "boilerplate", "asks the reader to sign up, click or follow") for m in _ASKS.finditer(text)
    ]
    found += [Cut(*m.span(), "byline", "where a reporter can be reached") for m in _REACH.finditer(text)]
    if credit := _CREDITED.search(text, max(0, len(text) - 120)):
        found.append(Cut(*credit.span(), "credit", "the credit of a picture"))
    if label := _LABEL.match(text):
        found.append(Cut(*label.span(), "boilerplate", "label of a list of points"))
    if "MORE" in text:
        found += [Cut(*m.span("cut"), "boilerplate", "headlines glued to a name") for m in _GLUED.finditer(text)]
    found.sort(key=lambda cut: (cut.start, -cut.end))
    apart: list[Cut] = []
    for cut in found:
        if not apart or cut.start >= apart[-1].end:
            apart.append(cut)
    return apart
