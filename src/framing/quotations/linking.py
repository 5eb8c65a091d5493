"""Attributions from the token heads, put in order by document structure.

The encoder's heads mark words as source, cue or content; they know nothing of paragraphs or of the other end of a
quotation. Here their spans are decoded over the whole document: snapped to words and quotation marks, joined where a
quotation runs on, linked content to cue and cue to source by two small linear models (`knowledge/linker.json`, trained on
PolNeAR's train split by experiments/sourcing), and completed by what structure alone finds and the heads do not rule out.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from framing.quotations.attribution import Attribution, full, type_of
from framing.quotations.clauses import PRONOUNS
from framing.quotations.lexicon import cue_forms, receiving
from framing.quotations.marks import Document, Quoted
from framing.quotations.speakers import speaker, subject_of
from framing.schema import count_words
from framing.sources.nouns import PRONOUN
from framing.sources.nouns import heads as nouns

if TYPE_CHECKING:
    from framing.encode import Encoding, Tokens

Span = tuple[int, int]
ROLES = ("source", "cue", "content")
WINDOW = 3
"""Spans to either side that are looked at as partners."""
REACH = 900
"""Characters within which partners lie."""
THRESHOLDS = {"content": 0.45, "rule": 0.15, "weak_rule": 0.2, "cue": 0.1, "source": 0.05}
"""Least probabilities: of content by the heads, of content by structure that the heads must not rule out, of links."""

_TURN = re.compile(r"\S{1,2}(?:[A-Z][A-Z.’'-]+[ :]|\s)")
"""A quotation that opens with a speaker's label in capitals, or with a space."""
LAID = ("layout", "turn", "list", "estimate")
"""Rules that go before the heads: how a text is laid out, which they do not see, and what they did not learn."""


# --- features of a link ---------------------------------------------------------------------------

FEATURES = (
    "bias", "before", "same_sentence", "same_paragraph", "next_paragraph", "gap", "gap_before", "touching", "touching_before",
    "same_between", "other_between", "stop_between", "pronoun", "quoted", "comma_side", "colon", "rank", "rank_before", "told_after", "past_of",
    "away", "opens",
)  # fmt: skip


def features(
    doc: Document, anchor: Span, other: Span, rank: int, others: Sequence[int], thirds: Sequence[int]
) -> list[float]:
    """Describe a pair of spans for a link.

    Parameters
    ----------
    doc
        The text.
    anchor, other
        The span that looks for a partner (content, or cue) and the candidate (cue, or source).
    rank
        How many candidates of the same side lie nearer.
    others
        Starts of all spans of the candidate's role, sorted.
    thirds
        Starts of all spans of the anchor's role, sorted.
    """
    before = other[0] < anchor[0]
    left, right = (other, anchor) if before else (anchor, other)
    low, high = min(left[1], right[0]), max(left[1], right[0])
    between = doc.text[low : min(high, low + 300)]
    words = len(doc.token_range(low, high))
    bare = not any(ch.isalnum() for ch in between) or between.strip(" ,“\"‘'").lower() in ("that", "of", "by")
    paragraphs = abs(doc.paragraph_at(anchor[0]) - doc.paragraph_at(other[0]))
    first, its = doc.sentence_at(anchor[0]), doc.sentence_at(other[0])
    own = first[0], doc.sentence_at(anchor[1] - 1)[1]
    inside = own[0] <= other[0] < own[1]
    away = not inside and bisect_left(others, own[1]) > bisect_left(others, own[0])  # its own sentence has a candidate
    opens = not before and not inside and not any(map(str.isalnum, doc.text[its[0] : other[0]]))
    same = bisect_left(others, high) - bisect_right(others, low - 1)
    third = bisect_left(thirds, high) - bisect_right(thirds, low - 1)
    text = doc.text[other[0] : other[1]].lower()
    quoted = doc.quoted_at(anchor[0]) is not None
    told = doc.text[anchor[0] : anchor[1]].lower().split()[-1:] in (["told"], ["tells"], ["telling"], ["tell"])
    return [
        1.0, float(before), float(first == its), float(paragraphs == 0), float(paragraphs == 1), math.log1p(words),
        math.log1p(words) * before, float(bare), float(bare and before), float(min(same, 3)), float(min(third, 3)),
        float("." in between or "?" in between), float(text in PRONOUNS), float(quoted), float(quoted and "," in between[:3]),
        float(":" in between), float(rank), float(rank) * before,
        float(not before and told), float(between.strip().lower() in ("of", "to", "with", "about")), float(away), float(opens),
    ]  # fmt: skip


def candidates(anchor: Span, spans: Sequence[Span], starts: Sequence[int]) -> list[tuple[int, int]]:
    """(index, rank) of the spans near an anchor, some to either side."""
    at = bisect_left(starts, anchor[0])
    right = [(i, i - at) for i in range(at, min(len(spans), at + WINDOW)) if spans[i][0] - anchor[1] <= REACH]
    left = [(i, at - 1 - i) for i in range(at - 1, max(-1, at - 1 - WINDOW), -1) if anchor[0] - spans[i][1] <= REACH]
    return left + right


@cache
def weights() -> dict[str, NDArray[np.float64]]:
    """Weights of the two links, in the order of `FEATURES`."""
    text = (resources.files("framing") / "knowledge" / "linker.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return {link: np.array([data[link][name] for name in FEATURES]) for link in ("content_cue", "cue_source")}


def link(
    doc: Document, anchors: Sequence[Span], spans: Sequence[Span], model: NDArray[np.float64], least: float
) -> list[tuple[int, float] | None]:
    """Partner of each anchor among the spans, with its probability; none below `least`."""
    starts = [s for s, _ in spans]
    thirds = [s for s, _ in anchors]
    out: list[tuple[int, float] | None] = []
    for anchor in anchors:
        near = candidates(anchor, spans, starts)
        if not near:
            out.append(None)
            continue
        rows = np.array([features(doc, anchor, spans[i], rank, starts, thirds) for i, rank in near])
        scores = 1.0 / (1.0 + np.exp(-rows @ model))
        best = int(scores.argmax())
        out.append((near[best][0], float(scores[best])) if scores[best] >= least else None)
    return out


# --- spans of the heads ---------------------------------------------------------------------------


@dataclass
class _Heads:
    """What the token heads say of one part: spans by role, and the probability of content at every word piece."""

    spans: dict[str, list[tuple[int, int, float]]]
    starts: NDArray[np.int64]
    inside: NDArray[np.float64]  # running sum of the probability of content

    def mean(self, start: int, end: int) -> float:
        """Mean probability of content over a stretch."""
        low, high = np.searchsorted(self.starts, [start, end])
        return float((self.inside[high] - self.inside[low]) / (high - low)) if high > low else 0.0


def _heads(encoding: Encoding, part: str) -> _Heads:
    from framing.encode import PARTS
    from framing.models import decode_spans

    tokens: Tokens = encoding.tokens
    mine = tokens.part == PARTS.index(part)
    inside = 1.0 - np.exp(tokens.heads["content"][mine, 0].astype(np.float64))
    spans = {role: [(s, e, c) for p, s, e, c in decode_spans(tokens, role) if p == part] for role in ROLES}
    return _Heads(spans, tokens.start[mine].astype(np.int64), np.concatenate([[0.0], np.cumsum(inside)]))


def _snap(doc: Document, start: int, end: int) -> Span:
    """Whole words, no white space or loose punctuation at the ends."""
    text = doc.text
    covered = doc.token_range(max(0, start - 60), end)
    for index in covered:
        token = doc.tokens[index]
        if token.word and token.start < start < token.end:
            start = token.start
        if token.word and token.start < end < token.end:
            end = token.end
    while start < end and (text[start].isspace() or text[start] in ",;"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    return start, end


def contents(doc: Document, found: Iterable[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Content spans with quotation marks as structure: grown to the marks, joined within one quotation, cut at paragraphs."""
    grown: list[tuple[int, int, float]] = []
    for start, end, confidence in found:
        first, last = _snap(doc, start, end)
        for region in _touched(doc, first, last):
            overlap = min(last, region.end) - max(first, region.start)
            if overlap * 2 >= region.end - region.start or overlap >= 25:
                first = min(first, region.start) if first > region.start or first >= region.start - 1 else first
                last = max(last, region.end)
        if first >= last:
            continue
        if grown and (first < grown[-1][1] or _joined(doc, grown[-1][1], first)):
            old = grown.pop()
            first, last, confidence = min(first, old[0]), max(last, old[1]), max(confidence, old[2])
        grown.append((first, last, confidence))
    return [(a, b, c) for start, end, c in grown for a, b in _by_paragraph(doc, start, end)]


def _touched(doc: Document, start: int, end: int) -> list[Quoted]:
    first = doc.quoted_at(start)
    found = doc.quoted_in(start, end)
    return [first, *found] if first is not None and first not in found else found


def _joined(doc: Document, end: int, start: int) -> bool:
    """Whether two stretches of content belong together: nothing between them, and one quotation holds both."""
    if doc.text[end:start].strip(" .,") and end < start:
        return False
    left, right = doc.quoted_at(max(0, end - 1)), doc.quoted_at(start)
    return left is not None and left is right


def _by_paragraph(doc: Document, start: int, end: int) -> list[Span]:
    first, last = doc.paragraph_at(start), doc.paragraph_at(max(start, end - 1))
    out = []
    for a, b in doc.paragraphs[first : last + 1]:
        low, high = max(a, start), min(b, end)
        if low < high and any(ch.isalnum() for ch in doc.text[low:high]):
            out.append((low, high))
    return out


# --- fusion ---------------------------------------------------------------------------------------


def fuse(doc: Document, part: str, encoding: Encoding, rules: list[Attribution]) -> list[Attribution]:
    """Join what the token heads find with what structure finds.

    Parameters
    ----------
    doc, part
        The text and the part it is.
    encoding
        The article's encoding; without the heads source, cue and content, the rules stand.
    rules
        Attributions found by structure.
    """
    if not all(role in encoding.tokens.heads for role in ROLES):
        return rules
    heads = _heads(encoding, part)
    pieces = [(a, b) for a, b, _ in contents(doc, heads.spans["content"]) if _stands(doc, heads, a, b)]
    cue_spans = sorted({_snap(doc, s, e) for s, e, _ in heads.spans["cue"]})
    sources = sorted({_snap(doc, s, e) for s, e, _ in heads.spans["source"]})
    spent = sorted(r.cue for r in rules if r.rule == "estimate" and r.cue is not None)
    at_spent = [start for start, _ in spent]
    said = _utterances(doc, cue_spans)
    pieces = _unopened(pieces, said)
    cue_spans, sources = ([s for s in spans if not _within(said, s)] for spans in (cue_spans, sources))
    cue_spans = [c for c in cue_spans if c[0] < c[1] and not _overlaps(spent, at_spent, c)]
    sources = [s for s in sources if s[0] < s[1]]
    if part == "title":
        pieces, sources = _headline(doc, pieces, sources)
    laid = [r for r in rules if r.rule in LAID]
    taken = sorted(span for r in laid for span in (*r.pieces, *_signature(r)))
    at_taken = [start for start, _ in taken]
    pieces = [p for p in pieces if not _overlaps(taken, at_taken, p)]
    covered = sorted([*pieces, *(span for r in laid for span in r.pieces)])
    kept = [*laid, *_kept(doc, heads, [r for r in rules if r.rule not in LAID], covered)]
    cue_of = _gone_on(doc, pieces, cue_spans, _cues_of(doc, pieces, cue_spans, rules))
    actors = {r.pieces[0][0] for r in rules if r.rule == "beat"}
    cue_of = [None if piece[0] in actors else at for at, piece in zip(cue_of, pieces)]
    cue_of = _run_on(doc, pieces, cue_spans, cue_of)
    pieces, cue_of = _before_lists(doc, pieces, cue_spans, cue_of, laid)
    sources = [_headed(doc, span, cue_spans) for span in sources if not _describes(doc, span, cue_spans)]
    source_of = link(doc, cue_spans, sources, weights()["cue_source"], THRESHOLDS["source"])
    found = _assembled(doc, heads, pieces, cue_spans, sources, cue_of, source_of, rules)
    found = [_of_text(doc, _named_so(doc, item)) for item in found]
    found = _regrouped(doc, _with_introduction(doc, [*found, *kept]))
    return sorted(found, key=lambda a: a.pieces)


def _utterances(doc: Document, cues: Iterable[Span]) -> list[Span]:
    """Quotations of a sentence or more in which somebody else is quoted: "“We are tired. The mayor says no.”".

    Marks that lost their partner, or stand between spaces, and turns of an interview are none: the cue may be the writer's.
    """
    runs = Counter(q.group for q in doc.quoted)
    found = set()
    for start, end in cues:
        said = doc.quoted_at(start)
        if (
            said is None
            or not said.opened
            or end > said.end
            or not full(doc, said)
            or _TURN.match(doc.text, said.start)
        ):
            continue
        if said.closed or (runs[said.group] > 1 and doc.text[said.end : said.end + 1] in ("", "\n")):
            found.add((said.start, said.end))
    return sorted(found)


def _unopened(pieces: list[Span], said: list[Span]) -> list[Span]:
    """Contents, those within one quotation as that quotation whole: what it quotes is not opened up."""
    whole = [next((q for q in said if q[0] <= a and b <= q[1]), (a, b)) for a, b in pieces]
    return sorted(set(whole))


def _within(regions: list[Span], span: Span) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in regions)


def _headline(doc: Document, pieces: list[Span], sources: list[Span]) -> tuple[list[Span], list[Span]]:
    """Contents and sources of a headline without the writer's "as the boss stays silent"."""
    cut = [(a, a + len(re.split(r",? as [a-z]", doc.text[a:b])[0])) for a, b in sources]
    named = {a for a, _ in sources}
    kept = [(a, b) for a, b in pieces if a not in named and not (a and doc.text[a:b].startswith("as "))]
    return kept, [span for span in cut if span[0] < span[1]]


def _cues_of(
    doc: Document, pieces: list[Span], cues: list[Span], rules: list[Attribution]
) -> list[tuple[int, float] | None]:
    """The likeliest cue of each content, unless structure bars it."""
    linked = link(doc, pieces, cues, weights()["content_cue"], THRESHOLDS["cue"])
    tags = {r.pieces[0][0]: r for r in rules if r.rule == "tag"}
    own = {r.cue[0] for r in rules if r.cue is not None and r.source is not None and r.source[1] + 1 == r.cue[0]}
    out = list(linked)
    for index, (at, piece) in enumerate(zip(linked, pieces)):
        if at is None:
            continue
        cue = cues[at[0]]
        begun = piece[0] in own and doc.sentence_at(piece[0])[0] > cue[0]  # content that begins with its own cue
        if begun or not _takes(doc, cue, piece) or _tagged(doc, cue, piece, tags):
            out[index] = None
    return out


_PUT = re.compile(r"(?:When |As |If )?(?:it (?:was|is) put to|asked|pressed|questioned|quizzed|challenged)\b", re.I)


def _takes(doc: Document, cue: Span, piece: Span) -> bool:
    """Whether a cue may have this content: "according to" at the head of a sentence has none of the sentence before, an answer none of the question."""
    if piece[1] > cue[0]:
        return True
    begin = doc.sentence_at(cue[0])[0]
    if doc.text[slice(*cue)].startswith("According"):
        return begin < piece[1]
    asked = _PUT.match(doc.text, begin, piece[0])
    return asked is None or cue[0] < asked.end() or doc.quoted_at(piece[0]) is not None


def _named_so(doc: Document, item: Attribution) -> Attribution:
    """A source with the whole of a name that ends in a pronoun: "Rethink It said"."""
    if item.source is None or doc.text[slice(*item.source)] not in ("It", "Them", "Us", "You", "Me", "We"):
        return item
    first = doc.sentence_at(item.source[0])[0]
    name = re.search(r"(?:\b[A-Z][\w'’-]* )+$", doc.text[first : item.source[0]])
    if name is None:
        return item
    source = (first + name.start(), item.source[1])
    cue = item.cue if item.cue is None or item.cue[0] >= source[1] or item.cue[1] <= source[0] else None
    return replace(item, source=source, cue=cue)


def _of_text(doc: Document, item: Attribution) -> Attribution:
    """Give a text its own words, not to whom it is only an object: "rejected a study claiming that the plant was safe"."""
    if item.cue is None or item.rule in LAID or doc.quoted_at(item.cue[0]) is not None:
        return item
    begin = max(doc.sentence_at(item.cue[0])[0], item.cue[0] - REACH)
    if doc.text[slice(*item.cue)].split()[-1] in receiving():
        start, end = item.pieces[0]
        held = _HELD.match(doc.text, start, end) if start == item.cue[1] + 1 and len(item.pieces) == 1 else None
        if held is None or not _tells(held):
            return item
        cue, piece = _of(held, "cue", "verb"), (held.end() + 1, end)
    else:
        cue, piece = item.cue, item.pieces[0]
        verbs = (m for m in re.finditer(r"\b\w+(?= )", doc.text[begin : cue[0]]) if m[0] in receiving())
        found = (_HELD.match(doc.text, begin + verb.end() + 1, cue[1]) for verb in verbs)
        held = next((m for m in found if m is not None and _of(m, "cue", "verb") == cue and _tells(m)), None)
        if held is None:
            return item
    source = _of(held, "held", "whole")
    return _typed(doc, replace(item, pieces=(piece, *item.pieces[1:]), cue=cue, source=source))


_KIND = r"(?:reports?|stud(?:y|ies)|surveys?|polls?|letters?|memos?|documents?|lawsuits?|complaints?|audits?|reviews?|papers?|articles?|editorials?|statements?|analys[ei]s|petitions?|e-?mails?|tweets?|posts?|videos?|leaflets?|pamphlets?)"
_FROM = r"(?: (?:from|by|of|in) [^,;:.!?“”\"]{1,60}?)?"
_HELD = re.compile(
    rf"(?:(?P<held>(?:(?:an?|two|three|several|some|many) )?(?:[\w-]+ ){{0,4}}?{_KIND}{_FROM}) (?P<cue>[a-z]+ing)"
    rf"|(?P<whole>(?:[\w'’-]+ ){{0,5}}?{_KIND}{_FROM}) (?:that|which) (?P<verb>[a-z]+))(?= |$)"
)
"""A text that tells something, as an object: "a contested study by the town claiming "; not "the study saying", which may be a participle of the subject."""


def _of(held: re.Match[str], *names: str) -> Span:
    return held.span(next(name for name in names if held[name] is not None))


def _tells(held: re.Match[str]) -> bool:
    """Whether the word after a text is a verb of telling."""
    forms = cue_forms().get(held["cue"] or held["verb"], ())
    if held["cue"] and re.match(r"(?:the|this|that|its|his|her|their) ", held["held"]):
        return False
    return any(f.groups & {"speech", "document", "told"} and f.form in ("ing", "third", "past") for f in forms)


def _signature(laid: Attribution) -> tuple[Span, ...]:
    """Where the one who signs stands, if that is below the words: it is nobody's words."""
    return (laid.source,) if laid.source is not None and laid.source[0] >= laid.pieces[-1][1] else ()


def _with_introduction(doc: Document, found: list[Attribution]) -> list[Attribution]:
    """Join a list with what its cue has before it: "three things were needed:"."""
    lists = {item.cue[1]: item for item in found if item.rule == "list" and item.cue is not None}
    out = []
    for item in found:
        ends = -1 if item.cue is None else item.cue[1]
        if item.rule == "list":
            continue
        if ends not in lists:
            out.append(item)
            continue
        shown = ((a, a + len(doc.text[a:b].rstrip(": "))) for a, b in item.pieces)
        pieces = {*lists[ends].pieces, *((a, b) for a, b in shown if count_words(doc.text[a:b]) > 1)}
        lists[ends] = replace(lists[ends], pieces=tuple(sorted(pieces)))
    return [*out, *lists.values()]


def _tagged(doc: Document, cue: Span, piece: Span, tags: Mapping[int, Attribution]) -> bool:
    """Whether a quotation has a cue in another sentence, and structure has whose it is from its own."""
    region = doc.quoted_at(piece[0])
    rule = None if region is None else tags.get(region.start)
    own = doc.sentence_at(piece[0])[0], doc.sentence_at(piece[1] - 1)[1]
    if rule is None or own[0] <= cue[0] < own[1]:
        return False
    return rule.cue is None or rule.cue[1] <= cue[0] or cue[1] <= rule.cue[0]


def _before_lists(
    doc: Document,
    pieces: list[Span],
    cues: list[Span],
    cue_of: list[tuple[int, float] | None],
    laid: list[Attribution],
) -> tuple[list[Span], list[tuple[int, float] | None]]:
    """Contents and their cues without what follows the list of their cue and has no marks: that is the writer's."""
    begins = {item.cue[1]: item.pieces[0][0] for item in laid if item.rule == "list" and item.cue is not None}
    kept = [
        (piece, at)
        for piece, at in zip(pieces, cue_of)
        if at is None or doc.quoted_at(piece[0]) is not None or piece[0] <= begins.get(cues[at[0]][1], piece[0])
    ]
    return [piece for piece, _ in kept], [at for _, at in kept]


def _gone_on(
    doc: Document, pieces: list[Span], cues: list[Span], cue_of: list[tuple[int, float] | None]
) -> list[tuple[int, float] | None]:
    """Give a quotation without a cue in its sentence the cue of the quotation before, not a later one of that sentence.

    "A," said Ash, who did not want to sit. "B." is all said.
    """
    out = list(cue_of)
    quoted = [doc.quoted_at(start) is not None for start, _ in pieces]
    for index, linked in enumerate(cue_of):
        if index == 0 or linked is None or not quoted[index] or cues[linked[0]][1] > pieces[index][0]:
            continue
        said = next((k for k in range(index - 1, max(-1, index - 4), -1) if quoted[k]), None)
        other = None if said is None else out[said]
        sentence = doc.sentence_at(cues[linked[0]][0])
        apart = sentence[1] <= pieces[index][0] and other is not None and other[0] < linked[0]
        if apart and other is not None and doc.sentence_at(cues[other[0]][0]) == sentence:
            out[index] = other
    return out


def _run_on(
    doc: Document, pieces: list[Span], cues: list[Span], cue_of: list[tuple[int, float] | None]
) -> list[tuple[int, float] | None]:
    """Give a quotation that nothing parts from the one before, and that no later cue has, what that one has."""
    out = list(cue_of)
    for index in range(1, len(pieces)):
        (_, end), (start, _), linked = pieces[index - 1], pieces[index], out[index]
        parted = doc.text[end:start].strip() or doc.quoted_at(start) is None or doc.quoted_at(end - 1) is None
        if not parted and linked is not None and cues[linked[0]][1] <= pieces[index - 1][0]:
            out[index] = out[index - 1]
    return out


def _headed(doc: Document, source: Span, cues: list[Span]) -> Span:
    """A source with the noun that heads it, where it stops one word before that and the cue follows ("rights groups accused")."""
    rest = doc.text[source[1] : source[1] + 40]
    found = re.match(r" ([a-z]+)(?= )", rest)
    if found is None or found[1] not in nouns("collective") | nouns("organisation") or found[1] in cue_forms():
        return source
    end = source[1] + found.end()
    at = bisect_left(cues, (end,))
    plain = doc.text[slice(*source)].split()[-1:]
    joins = at < len(cues) and cues[at][0] == end + 1 and plain and plain[0].lower() not in PRONOUN
    return (source[0], end) if joins else source


def _describes(doc: Document, source: Span, cues: list[Span]) -> bool:
    """Whether a span is a lone participle before the noun that is the cue: "long-running allegations"."""
    at = bisect_left(cues, (source[1],))
    follows = at < len(cues) and cues[at][0] == source[1] + 1
    return follows and re.fullmatch(r"(?:[a-z]+-)*[a-z]{2,}(?:ing|ed)", doc.text[slice(*source)]) is not None


def _regrouped(doc: Document, found: list[Attribution]) -> list[Attribution]:
    """Join what stands in one quotation running over paragraphs: the marks say more than the heads."""
    groups = Counter(q.group for q in doc.quoted)
    of_group: dict[int, list[int]] = {}
    for index, item in enumerate(found):
        for start, _ in item.pieces:
            region = doc.quoted_at(start)
            if region is not None and groups[region.group] > 1 and index not in of_group.get(region.group, []):
                of_group.setdefault(region.group, []).append(index)
    out: list[Attribution | None] = list(found)
    for members in of_group.values():
        chief = next((i for i in members if out[i] is not None and found[i].source is not None), None)
        if chief is None:
            continue
        for index in members:
            other, mine = out[index], out[chief]
            if index == chief or other is None or mine is None:
                continue
            if other.source is None or other.source == mine.source:
                pieces = tuple(sorted({*mine.pieces, *other.pieces}))
                out[chief], out[index] = replace(mine, pieces=pieces), None
    return [item for item in out if item is not None]


def _trimmed(doc: Document, piece: Span, cue: Span) -> Span:
    """Content without a cue that stands at its end or beginning, as where a mark was lost."""
    start, end = piece
    if start < cue[0] and cue[1] >= end - 2 and cue[0] < end:
        end = start + len(doc.text[start : cue[0]].rstrip())
    elif cue[0] <= start < cue[1] < end:
        start = end - len(doc.text[cue[1] : end].lstrip(" ,:"))
    return (start, end) if start < end else piece


def _stands(doc: Document, heads: _Heads, start: int, end: int) -> bool:
    """Whether a stretch of content is to be believed: quoted, or likely and more than one word."""
    if doc.quoted_at(start) is not None:
        return True
    return heads.mean(start, end) >= THRESHOLDS["content"] and count_words(doc.text[start:end]) > 1


def _kept(doc: Document, heads: _Heads, rules: list[Attribution], pieces: list[Span]) -> list[Attribution]:
    """Attributions by structure that the heads do not have and do not rule out."""
    starts = [s for s, _ in pieces]
    out = []
    for rule in rules:
        if any(_overlaps(pieces, starts, span) for span in rule.pieces):
            continue
        start, end = rule.pieces[0][0], rule.pieces[-1][1]
        quoted = all(doc.quoted_at(a) is not None for a, _ in rule.pieces)
        least = (
            THRESHOLDS["rule"]
            if quoted or rule.rule in ("clause", "according", "label", "colon", "beat")
            else THRESHOLDS["weak_rule"]
        )
        sure = (
            quoted
            and rule.rule in ("quote", "around", "before", "floating", "beat", "colon", "signature")
            and end - start > 40
        )
        if sure or heads.mean(start, end) >= least:
            out.append(rule)
    return out


def _overlaps(spans: list[Span], starts: list[int], span: Span) -> bool:
    at = bisect_left(starts, span[1])
    return at > 0 and any(min(e, span[1]) > max(s, span[0]) for s, e in spans[max(0, at - 3) : at])


def _assembled(
    doc: Document,
    heads: _Heads,
    pieces: list[Span],
    cue_spans: list[Span],
    sources: list[Span],
    cue_of: list[tuple[int, float] | None],
    source_of: list[tuple[int, float] | None],
    rules: list[Attribution],
) -> list[Attribution]:
    """Attributions by cue; content without a cue takes what structure says of it."""
    by_cue: dict[int, list[tuple[Span, float]]] = {}
    loose: list[Span] = []
    for piece, linked in zip(pieces, cue_of):
        if linked is None:
            loose.append(piece)
        else:
            by_cue.setdefault(linked[0], []).append((piece, linked[1]))
    found = []
    for at, mine in by_cue.items():
        partner = source_of[at]
        source = sources[partner[0]] if partner is not None else None
        spans = tuple(piece for piece, _ in mine)
        if source is not None and _shares_subject(doc, cue_spans[at], source):
            spans = tuple(_from(source, piece) for piece in spans)
            source = _subject_before(doc, at, cue_spans, sources, source_of)
        rule = _structured(cue_spans[at], rules)
        source = _whole_source(cue_spans[at], source, mine[0][0], rule)
        source = _subject(doc, cue_spans[at], source, rule)
        source = speaker(doc, cue_spans[at], source)
        confidence = float(np.mean([heads.mean(a, b) * p for (a, b), p in mine]))
        found.append(_typed(doc, Attribution(spans, cue_spans[at], source, "speech", confidence, "heads")))
    stretches = sorted((a, b, order) for order, rule in enumerate(rules) for a, b in rule.pieces)
    ends = list(accumulate((b for _, b, _ in stretches), max))  # the furthest end so far
    return found + [_loose(doc, heads, piece, _reading(piece, stretches, ends, rules)) for piece in loose]


def _reading(
    piece: Span, spans: list[tuple[int, int, int]], ends: list[int], rules: list[Attribution]
) -> Attribution | None:
    """The first attribution by structure of whose content a piece has the better part."""
    at, orders = bisect_left(spans, (piece[1],)), []
    while at and ends[at - 1] > piece[0]:
        at -= 1
        a, b, order = spans[at]
        if min(piece[1], b) - max(piece[0], a) > 0.5 * (b - a):
            orders.append(order)
    return rules[min(orders)] if orders else None


def _structured(cue: Span, rules: list[Attribution]) -> Attribution | None:
    """What structure makes of the same cue, if it gives it a source."""
    same = (
        r for r in rules if r.cue is not None and r.source is not None and min(r.cue[1], cue[1]) > max(r.cue[0], cue[0])
    )
    return next(same, None)


def _whole_source(cue: Span, source: Span | None, content: Span, rule: Attribution | None) -> Span | None:
    """The source that structure gives the same cue, where the heads have none, a later part of it or the cue's object."""
    if rule is None or rule.cue is None or rule.source is None:
        return source
    if source is None:
        return rule.source
    part = rule.source[0] < source[0] and source[0] < rule.source[1]
    between = cue[1] <= source[0] and source[1] <= content[0] + 1  # "singled out Ash for failing"
    return rule.source if part or (between and rule.source[1] <= rule.cue[0]) else source


def _subject(doc: Document, cue: Span, source: Span | None, rule: Attribution | None) -> Span | None:
    """The subject of the sentence, where the source of a participle set off by a comma is its object: "Police arrested Ash, saying ..."."""
    if source is None or rule is None or rule.source is None or doc.text[max(0, cue[0] - 2) : cue[0]] != ", ":
        return source
    adjoined = re.match(r"[a-z]+ing\b", doc.text[slice(*cue)]) is not None
    between = doc.text[rule.source[1] : source[0]]
    return (
        rule.source
        if adjoined and between and not re.search(r"[,;:“”\"]|\b(?:and|but|while|as|that|who)\b", between)
        else source
    )


def _shares_subject(doc: Document, cue: Span, source: Span) -> bool:
    """Whether what follows a cue is no speaker, since the verb has the subject of the one it is joined to: "..., and said the mayor had lied"."""
    joined = re.search(r"[\w,”\"] (?:and|but|then)(?: \w+ly)? $", doc.text[max(0, cue[0] - 30) : cue[0]])
    return joined is not None and source[0] == cue[1] + 1


def _from(source: Span, piece: Span) -> Span:
    """Content with the subject of its clause, which was taken for the speaker."""
    return (source[0], piece[1]) if source[1] <= piece[0] <= source[1] + 2 else piece


def _subject_before(
    doc: Document,
    at: int,
    cues: list[Span],
    sources: list[Span],
    source_of: list[tuple[int, float] | None],
) -> Span | None:
    """Who speaks by the cue before in the sentence, or the sentence's subject."""
    sentence = doc.sentence_at(cues[at][0])
    for earlier in range(at - 1, max(-1, at - 1 - WINDOW), -1):
        partner = source_of[earlier]
        if cues[earlier][0] < sentence[0]:
            break
        if partner is not None and sentence[0] <= sources[partner[0]][0] < cues[earlier][0]:
            return sources[partner[0]]
    return subject_of(doc, cues[at])


def _loose(doc: Document, heads: _Heads, piece: Span, rule: Attribution | None) -> Attribution:
    confidence = heads.mean(*piece) * 0.8
    if rule is None:
        return Attribution((piece,), None, None, "speech", confidence, "heads")
    return _typed(
        doc,
        Attribution(
            (piece,), rule.cue, rule.source, rule.content_type, max(confidence, 0.5 * rule.confidence), rule.rule
        ),
    )


def _typed(doc: Document, item: Attribution) -> Attribution:
    cue = doc.text[slice(*item.cue)] if item.cue else ""
    source = doc.text[slice(*item.source)] if item.source else ""
    pieces = tuple(_trimmed(doc, piece, item.cue) for piece in item.pieces) if item.cue else item.pieces
    return Attribution(pieces, item.cue, item.source, type_of(cue, source), item.confidence, item.rule)
