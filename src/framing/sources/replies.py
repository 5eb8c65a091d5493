"""Right of reply: who accuses whom of what, and what the text gives of the accused's answer.

Conventions
-----------
One row per accuser, accused and article, with the span of the first accusation; accuser is a source_id, or null where the
narrator accuses. The state of the reply is a code of `schema.REPLIES`; ``not_found`` means that nothing was found *in this
text*, never that nobody was asked. What counts
as an accusation is told in `accusations`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from framing.quotations.lexicon import lemma_of
from framing.quotations.marks import Document
from framing.schema import DTYPES, REPLIES
from framing.sources.accusations import Accusation, Scene, Span, accusations, listed, names_in, pattern
from framing.sources.accused import Party
from framing.sources.names import key_of
from framing.sources.naming import person_like

COLUMNS = {
    "accusation_id": "str", "event_id": "str", "article_id": "str", "outlet": "str", "accuser": "str", "accuser_name": "str",
    "accused": "str", "accused_id": "str", "part": "str", "start": "int", "end": "int", "n_spans": "int", "reply": "str",
    "reply_start": "int", "reply_end": "int", "reply_quotation_id": "str", "confidence": "float",
}  # fmt: skip
RANK = list(REPLIES)
ANSWER, FAR = 2, 8
"""Signs of an answer a quotation of the accused needs (words of denial, words of the accusation taken up, nearness), and
the paragraphs between."""


@dataclass
class _Scene(Scene):
    """An article in which answers are looked for."""

    @cached_property
    def silences(self) -> list[_Silence]:
        """Every "declined to comment", read once whoever is accused."""
        return list(_silences_of(self))

    @cached_property
    def reactions(self) -> list[_Reaction]:
        """Every reaction without substance, read once whoever is accused."""
        return list(_reactions_of(self))


def find(
    articles: pd.DataFrame, quotations: pd.DataFrame, sources: pd.DataFrame, mentions: pd.DataFrame
) -> pd.DataFrame:
    """Find accusations in the body of each article, and the state of the reply to each, one event at a time.

    Parameters
    ----------
    articles, quotations, sources, mentions
        The frames as `sources.resolve` leaves them (mentions with the extra column ``name``).

    Returns
    -------
    DataFrame
        accusation_id, event_id, article_id, outlet, accuser (source_id) and accuser_name (null: the narrator), accused
        (name), accused_id, part, start, end, n_spans, reply, reply_start, reply_end, reply_quotation_id, confidence.

    Examples
    --------
    >>> from framing.quotations import attribute
    >>> from framing.sources import resolve
    >>> articles = pd.DataFrame({"article_id": ["a"], "outlet": ["Ledger"], "text": [
    ...     "Ines Pires accused the Port Board of lying about the crane. The Port Board declined to comment."]})
    >>> r = resolve(articles, attribute(articles))
    >>> find(articles, r.quotations, r.sources, r.mentions)[["accuser_name", "accused", "reply"]].values.tolist()
    [['Ines Pires', 'Port Board', 'declined']]
    """
    rows: list[dict[str, Any]] = []
    by_article: dict[Any, list[Any]] = {
        k: g.to_dict("records") for k, g in quotations[quotations["part"] == "text"].groupby("article_id", sort=False)
    }
    named: dict[Any, list[Any]] = {
        k: g.to_dict("records") for k, g in mentions[mentions["part"] == "text"].groupby("article_id", sort=False)
    }
    event_of = {a: e if isinstance(e, str) and e else a for a, e in _events_of(articles)}
    parties = _parties_by_event(event_of, sources, mentions)
    for article in articles.to_dict("records"):
        text = article.get("text")
        if not isinstance(text, str) or not text.strip():
            continue
        key = article["article_id"]
        scene = _Scene(
            {str(k): v for k, v in article.items()},
            Document(text),
            by_article.get(key, []),
            named.get(key, []),
            parties.get(event_of[key], {}),
        )
        rows += [_row(scene, accusation) for accusation in accusations(scene)]
    table_ = pd.DataFrame(rows, columns=list(COLUMNS))
    return table_.astype({name: DTYPES[kind] for name, kind in COLUMNS.items()})


def _events_of(articles: pd.DataFrame) -> list[tuple[Any, Any]]:
    events = articles["event_id"] if "event_id" in articles else [None] * len(articles)
    return list(zip(articles["article_id"], events))


def _parties_by_event(
    event_of: Mapping[Any, Any], sources: pd.DataFrame, mentions: pd.DataFrame
) -> dict[Any, dict[str, Party]]:
    """Who may accuse and be accused in each event (an article without one stands alone)."""
    named: dict[Any, list[Any]] = defaultdict(list)
    spoken: dict[Any, list[Any]] = defaultdict(list)
    if "name" in mentions:
        for row in mentions[["article_id", "entity_id", "name"]].drop_duplicates().to_dict("records"):
            named[event_of.get(row["article_id"])].append(row)
    for row in sources.to_dict("records"):
        spoken[event_of.get(row["article_id"])].append(row)
    return {event: _parties(spoken[event], named[event]) for event in {*named, *spoken}}


def _parties(sources: Iterable[Mapping[str, Any]], mentions: Iterable[Mapping[str, Any]]) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for row in mentions:
        found[row["entity_id"]] = Party(
            row["entity_id"],
            row["name"],
            frozenset({key_of(row["name"])}),
            "person" if person_like(row["name"]) and " " in row["name"].strip() else "organisation",
        )
    for row in sources:
        bodies = {key_of(row["name"])} | (
            {key_of(row["affiliation"])} if isinstance(row["affiliation"], str) else set()
        )
        known = found.get(row["source_id"])
        roles = frozenset(row["role"].lower().split()) if isinstance(row["role"], str) else frozenset()
        found[row["source_id"]] = Party(
            row["source_id"],
            row["name"],
            frozenset(bodies) | (known.bodies if known else frozenset()),
            row["level"],
            roles | (known.roles if known else frozenset()),
        )
    return found


@dataclass(frozen=True, slots=True)
class _Reply:
    state: str
    span: Span | None = None
    quotation: str | None = None


def _row(scene: _Scene, accusation: Accusation) -> dict[str, Any]:
    from framing.schema import make_id

    reply = min(_replies(scene, accusation), key=lambda r: RANK.index(r.state), default=_Reply("not_found"))
    accuser = accusation.accuser
    event, outlet = scene.row.get("event_id"), scene.row.get("outlet")
    return {
        "accusation_id": make_id(
            scene.row["article_id"], accuser.id if accuser else None, accusation.accused.name, prefix="x-"
        ),
        "event_id": event if isinstance(event, str) else None,
        "article_id": scene.row["article_id"],
        "outlet": outlet if isinstance(outlet, str) else None,
        "accuser": accuser.id if accuser else None,
        "accuser_name": accuser.name if accuser else None,
        "accused": accusation.accused.name,
        "accused_id": accusation.accused.id,
        "part": "text",
        "start": accusation.span[0],
        "end": accusation.span[1],
        "n_spans": accusation.n,
        "reply": reply.state,
        "reply_start": reply.span[0] if reply.span else None,
        "reply_end": reply.span[1] if reply.span else None,
        "reply_quotation_id": reply.quotation,
        "confidence": accusation.confidence,
    }


def _replies(scene: _Scene, accusation: Accusation) -> Iterator[_Reply]:
    """Everything in the article that may be an answer by the accused or for it."""
    side = scene.side(accusation.accused)
    for number in sorted(n for who in side for n in scene.spoken.get(who, ())):
        row = scene.quotations[number]
        span = (int(row["start"]), int(row["end"]))
        if _overlap(span, accusation.span):
            continue
        state = _answer(scene, row, span, accusation)
        if state is not None:
            yield _Reply(state, span, row["quotation_id"])
    yield from _silences(scene, side, accusation.accused)
    yield from _reactions(scene, side, accusation)


def _overlap(a: Span, b: Span) -> bool:
    return min(a[1], b[1]) > max(a[0], b[0])


def _answer(scene: _Scene, row: dict[str, Any], span: Span, accusation: Accusation) -> str | None:
    lemma = lemma_of(row["cue"])
    whole = scene.doc.text[int(row["cue_start"]) if pd.notna(row["cue_start"]) else span[0] : span[1]]
    if any(pattern("silence", s).search(whole) for s in ("declined", "unreachable")):
        return None
    quoted = row.get("n_quoted")
    n_quoted = int(quoted) if quoted is not None and pd.notna(quoted) else 0
    if lemma in listed("deny", "bare"):
        if n_quoted >= 3:
            return "quoted"
        return "reaction_noted" if int(row["n_words"]) <= 9 else "paraphrased"
    low = set(re.findall(r"[\w-]+", str(row["text"]).lower()))
    distance = scene.doc.paragraph_at(span[0]) - scene.doc.paragraph_at(accusation.span[1])
    taken_up = _stems(scene.doc.text[accusation.span[0] : accusation.span[1]]) & _stems(str(row["text"]))
    answers = len(low & listed("deny", "words")) + 2 * (lemma in listed("deny", "verbs")) + min(len(taken_up), 2)
    if answers + (0 <= distance <= 2) < ANSWER or abs(distance) > FAR:
        return None
    return "quoted" if n_quoted >= 3 else "paraphrased"


def _stems(text: str) -> set[str]:
    """First letters of the longer words."""
    return {w[:6] for w in re.findall(r"[a-z]{5,}", text.lower())} - COMMON


COMMON = frozenset(w[:6] for w in ["about", "after", "against", "because", "before", "being", "could", "during", "having", "other", "people", "should", "their", "there", "these", "those", "under", "where", "which", "while", "would", "years"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Silence:
    state: str
    sentence: Span
    parties: frozenset[str]  # ids of those named in it, else of the party named last before it
    subject: str  # its words before the silence


@dataclass(frozen=True, slots=True)
class _Reaction:
    span: Span
    sentence: Span
    parties: frozenset[str]
    subject: str


def _called(accused: Party, words: str) -> bool:
    """Whether words name a party that is told by a common noun alone, which no mention holds: "the council"."""
    name = re.escape(accused.name)
    return accused.name.islower() and re.search(rf"\b(?:the|its|their|his|her) {name}\b", words, re.I) is not None


def _silences(scene: _Scene, side: set[str], accused: Party) -> Iterator[_Reply]:
    """Find "The board declined to comment", "could not be reached"."""
    for found in scene.silences:
        if not side.isdisjoint(found.parties) or _called(accused, found.subject):
            yield _Reply(found.state, found.sentence)


def _silences_of(scene: _Scene) -> Iterator[_Silence]:
    doc = scene.doc
    for state in ("declined", "unreachable"):
        for match in pattern("silence", state).finditer(doc.text):
            start, end = doc.sentence_at(match.start())
            named = names_in(scene, start, match.start())
            if not (parties := _known(scene, named)):  # "It declined to comment"
                parties = _known(scene, names_in(scene, max(0, start - 400), start)[-1:])
            yield _Silence(state, (start, end), parties, doc.text[start : match.start()])


def _known(scene: _Scene, mentions: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(m["entity_id"] for m in mentions if m["entity_id"] in scene.parties)


_REACTION = re.compile(
    r"\b(?:reject|den(?:y|i)|dismiss|criticis|criticiz|condemn|denounc|refut|disput|rebuff|contest|respond|reacted|protest|brush)(?:s|es|ed|ied|ying|ing)?\b"
)


def _reactions(scene: _Scene, side: set[str], accusation: Accusation) -> Iterator[_Reply]:
    """A reaction without substance: "harshly criticised by the ministry", "the ministry rejects the report"."""
    for found in scene.reactions:
        meant = not side.isdisjoint(found.parties) or _called(accusation.accused, found.subject)
        if meant and not _overlap(found.span, accusation.span):
            yield _Reply("reaction_noted", found.sentence)


def _reactions_of(scene: _Scene) -> Iterator[_Reaction]:
    doc = scene.doc
    for match in _REACTION.finditer(doc.text):
        if doc.quoted_at(match.start()) is not None:
            continue
        if re.search(
            r"(?:\bnot|n['’]t|declined to|refused to|would not)\s(?:\w+ly\s)?$",
            doc.text[max(0, match.start() - 30) : match.start()],
        ):
            continue
        start, end = doc.sentence_at(match.start())
        passive = re.match(r"\s(?:\w+\s)?by\s(?:the\s)?", doc.text[match.end() : match.end() + 24])
        if passive:
            at = match.end() + passive.end()
            near = [m for m in names_in(scene, at - 1, min(end, at + 30)) if m["start"] - at <= 6]
        else:
            near = [
                m
                for m in names_in(scene, max(start, match.start() - 60), match.start())
                if match.start() - m["end"] <= 25
            ][-1:]
        subject = "" if passive else doc.text[max(start, match.start() - 40) : match.start()]
        yield _Reaction((match.start(), match.end()), (start, end), _known(scene, near), subject)
