"""What an article tells of a source, as features of the linear models of `kinds`.

Conventions
-----------
Features are named ``zone=value`` with values of 0 and up. Zones: what the rules say (`rule`), the words of the role, of the
body and of a name that is no person's, the words before and after each mention, those of the sentences in which it
speaks (what it says left out), and those of the whole article. Words enter twice: as themselves and as the kinds of
actor they speak for (`roles.toml`), so that an office never seen in training still counts. A person's or body's own
name is never a feature: what Ash is must be told by the text.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from framing.quotations.lexicon import lemma_of, table
from framing.quotations.marks import Document
from framing.sources import bodies, rules
from framing.sources.names import called, given_names
from framing.sources.nouns import heads

if TYPE_CHECKING:
    from framing.encode import Encoding, FloatArray
    from framing.sources.entities import Entity, Register

Key = tuple[str, str]
Place = tuple[Key, int, int]
Scores = defaultdict[str, float]

BEFORE, AFTER, FURTHER = 5, 7, 20
"""Words read on either side of a mention: near before, near after, and the wider surroundings."""
AMID = ("article=", "before=", "after=", "around=", "frame=")
"""Zones of what stands around a source, kinds of actor alone."""
MOST = 12
"""Mentions read per source and article."""


@dataclass(frozen=True)
class Spoken:
    """A quotation of a source: where its cue stands and what it says."""

    key: Key
    start: int
    end: int
    cue: str | None
    cue_start: int | None
    cue_end: int | None
    quoted: int = 0


class Setting:
    """The words of one article, counted once: by themselves and by the kinds of actor they speak for."""

    def __init__(self, docs: Mapping[Key, Document], article: str, outlet: str = "", month: str | None = None) -> None:
        self.docs = {key: doc for key, doc in docs.items() if key[0] == article}
        self.outlet = outlet
        self.month = month  # of publication: "2020-05"
        counts: Scores = defaultdict(float)
        channels: Counter[str] = Counter()
        n = 1
        for doc in self.docs.values():
            low = [t.low for t in doc.tokens if t.word]
            n += len(low)
            for code, weight in _classes(low):
                counts[code] += weight
            text = doc.text.lower()
            for code, phrases in table("roles")["channels"].items():
                channels[code] += sum(text.count(p) for p in phrases.split("|"))
        self.topic = {f"article={c}": math.log1p(1000.0 * v / n) / 4.0 for c, v in counts.items()}
        self.channels = {f"article channel={c}": math.log1p(v) for c, v in channels.items() if v}


class Sentences:
    """Sentence vectors of one article, by position."""

    def __init__(self, encoding: Encoding) -> None:
        self.vectors = encoding.vectors
        self.rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, sentence in enumerate(encoding.sentences):
            self.rows[sentence.part].append((sentence.start, row))

    def mean(self, places: Sequence[tuple[str, int]]) -> FloatArray:
        """Average of the sentences at (part, position); zeros where there are none."""
        found = [self.rows[part][at - 1][1] for part, start in places if (at := self._after(part, start))]
        if not found:
            return np.zeros(self.vectors.shape[1], np.float32)
        return np.asarray(self.vectors[found].mean(0), dtype=np.float32)

    def _after(self, part: str, start: int) -> int:
        return bisect_right(self.rows[part], (start, len(self.vectors))) if part in self.rows else 0


def view(sentences: Sentences, places: Sequence[Place], spoken: Sequence[Spoken]) -> FloatArray:
    """How the sentences around a source sound to the encoder: those that name or mean it, and those with its cues."""
    named = [(key[1], start) for key, start, _ in places[:MOST]]
    cues = [(one.key[1], one.start if one.cue_start is None else one.cue_start) for one in spoken]
    return np.concatenate([sentences.mean(named), sentences.mean(cues)])


def features(
    entity: Entity, register: Register, places: Sequence[Place], spoken: Sequence[Spoken], setting: Setting
) -> dict[str, float]:
    """Features of a source in one article.

    Parameters
    ----------
    entity
        The source.
    register
        The event's entities.
    places
        Where the article names or means it.
    spoken
        What it says there.
    setting
        The article.

    Returns
    -------
    dict of str to float
    """
    text = " ".join(_frame(setting.docs[one.key], one) for one in spoken)
    out: Scores = defaultdict(float, {"bias": 1.0, f"kind={entity.kind}": 1.0, "named": float(entity.named)})
    out[f"level={rules.level(entity)}"] = 1.0
    out[f"identification={rules.identification(entity, text)}"] = 1.0
    if entity.head == "place":
        out[rules.PLACE] = 1.0
    if _introduced(places, setting):
        out["kind introduced"] = 1.0
    _own(out, entity, register)
    office = rules.known_office(entity, setting.month)
    if office is not None:
        out[f"{rules.OFFICE}{office}"] = 1.0
    _around(out, places, setting)
    _telling(out, spoken, entity, setting)
    told = {**out, **setting.topic, **setting.channels}
    if entity.kind == "person" and not entity.roles:  # a bare name: what stands around it must tell
        told |= {f"bare {name}": value for name, value in told.items() if name.startswith(AMID) and " " not in name}
    return told


def _classes(tokens: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Kinds of actor that words speak for, each word's vote shared among its rules."""
    for word in tokens:
        codes = rules.codes_of(word)
        for code in codes:
            yield code, 1.0 / len(codes)


def _phrase(out: Scores, zone: str, text: str, *, whole: bool = True) -> None:
    """Words of a role, body or name: themselves, their kinds, and its last word apart."""
    parts = rules.words_of(text)
    for index, word in enumerate(parts):
        last = index == len(parts) - 1
        if whole:
            out[f"{zone} word={word}"] = 1.0
        if last:
            out[f"{zone} last={word}"] = 1.0
        codes = rules.codes_of(word)
        for code in codes:
            out[f"{zone}={code}"] += 1.0 / len(codes)
            if last:
                out[f"{zone} last={code}"] += 1.0 / len(codes)


def _introduced(places: Sequence[Place], setting: Setting) -> bool:
    """Whether a source is first named as one of several that there may be: "a Western diplomat"."""
    if not places:
        return False
    key, start, end = places[0]
    text = setting.docs[key].text
    return re.match(r"(?:an?|one|another|some)\b", text[start:end] or "", re.I) is not None or (
        re.search(r"\b(?:an?|one|another)\s$", text[max(0, start - 8) : start], re.I) is not None
    )


def _own(out: Scores, entity: Entity, register: Register) -> None:
    """What its role, body and name say."""
    points = rules.points(entity, register)
    total = sum(points.values()) or 1.0
    for code, value in points.items():
        out[f"rule={code}"] = value / total
        out[f"rule points={code}"] = min(value, 8.0) / 4.0
    if points:
        out[f"rule first={max(points, key=lambda c: points[c])}"] = 1.0
    for role in entity.roles:
        _phrase(out, "role", role)
        if role.lower().startswith("former"):
            out["former"] = 1.0
    gone = bool(entity.roles) and all(role.lower().startswith("former") for role in entity.roles)
    known = None if gone else rules.known_body(entity, register)
    own = called(entity.name) if entity.kind != "person" or " " in entity.name else None
    if (known := known or own) is not None:
        out[f"{rules.KNOWN}{known}"] = 1.0
    body = bodies.affiliation(register, entity)
    theirs = called(body) if body else None
    if theirs is not None:
        out[f"body called={theirs}"] = 1.0
    out["role told"] = float(bool(entity.roles))
    out["body told"] = float(bool(body))
    if body:
        seen = register.owner(body)
        _phrase(out, "body", seen.name if seen is not None and seen is not entity else body)
        if seen is not None and seen.kind == "person":
            out["body is a person"] = 1.0
            for role in seen.roles:
                _phrase(out, "chief role", role)
    if entity.kind == "person" and entity.name.split()[0].lower() not in given_names():
        _phrase(out, "odd name", entity.name, whole=False)  # "Pacific Command", taken for a person's
    if entity.kind != "person":
        _phrase(out, "name", entity.name)
        out["name is capitalised"] = float(any(c.isupper() for c in entity.name))
        out["name has a number"] = float(any(c.isdigit() for c in entity.name))
        out["name words"] = min(len(entity.name.split()), 6) / 6.0
    if entity.head:
        for kind in ("organisation", "collective", "document", "role", "anonymous", "spokesperson"):
            out[f"head is {kind}"] = float(entity.head in heads(kind))
        if entity.kind == "nominal" and entity.head in heads("person"):
            out[rules.PERSON] = 1.0


def _around(out: Scores, places: Sequence[Place], setting: Setting) -> None:
    """Words before and after its mentions, as shares of its mentions."""
    chosen = [p for p in places if p[0] in setting.docs][:MOST]
    for key, start, end in chosen:
        doc = setting.docs[key]
        inside = doc.token_range(start, end)
        first, stop = inside.start, inside.stop
        weight = 1.0 / len(chosen)
        low, high = doc.sentence_at(start)
        zones = {
            "before": doc.tokens[max(0, first - BEFORE) : first],
            "after": doc.tokens[stop : stop + AFTER],
            "around": doc.tokens[max(0, first - FURTHER) : stop + FURTHER],
        }
        for zone, tokens in zones.items():
            words = [t.low for t in tokens if t.word and low <= t.start < high]
            for code, vote in _classes(words):
                out[f"{zone}={code}"] += vote * weight
            if zone != "around":
                for word in set(words):
                    out[f"{zone} word={word}"] += weight
    out["mentions"] = min(len(places), MOST) / MOST


_PROGRAMME = re.compile(r"\bon (?:[A-Z][\w.&']+\s?){1,3}(?:['’]s)?\s*(?:[“\"‘']|[A-Z])")
_TOLD = re.compile(r"\b(?:told|tells|telling|spoke (?:to|with)|speaking (?:to|with)|interview with|in an interview)\b")


def _telling(out: Scores, spoken: Sequence[Spoken], entity: Entity, setting: Setting) -> None:
    """Words of the sentences in which it speaks, without what it says: the cue, the medium, the occasion."""
    if not spoken:
        return
    share = 1.0 / len(spoken)
    for one in spoken:
        doc = setting.docs[one.key]
        text = _frame(doc, one)
        out[f"channel={rules.channel(text, entity, setting.outlet)}"] += share
        near = _paragraph(doc, one)
        for zone, words in (("frame", text.lower()), ("near", near.lower())):
            for code, phrases in table("roles")["channels"].items():
                if any(p in words for p in phrases.split("|")):
                    out[f"{zone} channel={code}"] += share
            out[f"{zone} anonymous"] += share * bool(rules.ANONYMOUS.search(words))
            out[f"{zone} told"] += share * bool(_TOLD.search(words))
        out["programme"] += share * bool(_PROGRAMME.search(text))
        out["quoted"] += share * bool(one.quoted)
        out[f"cue={lemma_of(one.cue) or 'none'}"] += share
        for word in set(re.findall(r"[a-z]{3,}", text.lower())):
            out[f"frame word={word}"] += share
        for code, vote in _classes(re.findall(r"[\w-]+", text.lower())):
            out[f"frame={code}"] += vote * share


def _frame(doc: Document, one: Spoken) -> str:
    """The sentence of the cue without the content."""
    at = one.cue_start if one.cue_start is not None else one.start
    low, high = doc.sentence_at(at)
    high = min(high, low + 1500)
    return doc.text[low : max(low, min(high, one.start))] + " " + doc.text[max(low, min(high, one.end)) : high]


def _paragraph(doc: Document, one: Spoken) -> str:
    """The paragraph it stands in and the one before."""
    number = doc.paragraph_at(one.start)
    begin = doc.paragraphs[max(0, number - 1)][0]
    return doc.text[max(begin, one.start - 1200) : min(doc.paragraphs[number][1], one.end + 600)]
