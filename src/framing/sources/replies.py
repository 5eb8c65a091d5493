"""Right of reply: who accuses whom of what, and what the text gives of the accused's answer.

Conventions
-----------
One row per accuser, accused and article, with the span of the first accusation; accuser is a source_id, or null where the
narrator accuses. The state of the reply is a code of `schema.REPLIES`; ``not_found`` means that nothing was found *in this
text*, never that nobody was asked. An answer stands after the accusation or in its sentence; an explicit denial counts before
other words of the accused, the nearest first. What counts as an accusation is told in `accusations`, who speaks for a body in `leaders`.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd

from framing.quotations.lexicon import lemma_of, table, words
from framing.quotations.marks import Document
from framing.schema import DTYPES, REPLIES
from framing.sources import denied
from framing.sources.accusations import accusations
from framing.sources.accused import Party, able, same_side
from framing.sources.leaders import with_bodies
from framing.sources.names import key_of
from framing.sources.nouns import POSSESSIVE_END, heads, person_like
from framing.sources.parties import OWNERS, Accusation, Scene, Span, listed, mentions_in, names_in, pattern

COLUMNS = {
    "accusation_id": "str", "event_id": "str", "article_id": "str", "outlet": "str", "accuser": "str", "accuser_name": "str",
    "accused": "str", "accused_id": "str", "part": "str", "start": "int", "end": "int", "n_spans": "int", "reply": "str",
    "reply_start": "int", "reply_end": "int", "reply_quotation_id": "str", "confidence": "float",
}  # fmt: skip
RANK = list(REPLIES)
ANSWER, FAR = 2, 8
"""Signs of an answer a quotation of the accused needs (words of denial, words of the accusation taken up, nearness), and
the paragraphs between."""
MOST = 12
"""Denials, quotations and other accusations of one side that are read beside an accusation."""
LONGEST = 1000
"""Characters of a sentence that are read for who is named beside the accused."""
NEAR = 2
"""Paragraphs within which a denial of "that" answers, whoever denies, and beyond which a silence beside a later accusation answers that one only."""
DENIALS = frozenset(["deny", "reject", "dismiss", "refute", "dispute", "rebut", "rebuff", "contest", "brush_off"])


@dataclass
class _Scene(Scene):
    """An article in which answers are looked for."""

    def number_at(self, position: int) -> int:
        """Number of the sentence holding a position."""
        return bisect_right(self.doc.sentences, position, key=lambda s: s[0]) - 1

    @cached_property
    def _denials(self) -> list[tuple[int, int]]:
        """Place and number of the quotations that deny, whoever speaks in them."""
        return sorted(
            (int(row["start"]), n) for n, row in enumerate(self.quotations) if lemma_of(row["cue"]) in DENIALS
        )

    def denials_after(self, position: int) -> list[int]:
        """Numbers of the first quotations after a position that deny."""
        at = bisect_right(self._denials, (position, -1))
        return [number for _, number in self._denials[at : at + MOST]]

    @cached_property
    def _voices(self) -> list[tuple[int, int]]:
        """Place and number of the quotations whose speaker is told to be somebody's: "Renn's office", "lawyers for Renn"."""
        found = (
            (int(row["start"]), n) for n, row in enumerate(self.quotations) if _of_somebody(str(row["speaker"] or ""))
        )
        return sorted(found)

    def voices_after(self, position: int) -> list[int]:
        """Numbers of the first quotations after a position whose speaker is told to be somebody's."""
        at = bisect_right(self._voices, (position, -1))
        return [number for _, number in self._voices[at : at + MOST]]

    @cached_property
    def by_accused(self) -> dict[str, list[Accusation]]:
        """Accusations by whom they accuse, in the order of the text; read once all are found."""
        found: dict[str, list[Accusation]] = defaultdict(list)
        for accusation in sorted(self.found, key=lambda a: a.span):
            found[accusation.accused.id or accusation.accused.name].append(accusation)
        return found

    def others(self, accusation: Accusation) -> list[Accusation]:
        """Some other accusations of whom an accusation accuses: those next to it."""
        mine = self.by_accused[accusation.accused.id or accusation.accused.name]
        at = bisect_left(mine, accusation.span, key=lambda a: a.span)
        return [a for a in mine[max(0, at - MOST) : at + MOST] if a is not accusation]

    @cached_property
    def last_before(self) -> tuple[list[int], list[Accusation]]:
        """Accusations in the order of the text, with where they begin."""
        ordered = sorted(self.found, key=lambda a: a.span)
        return [a.span[0] for a in ordered], ordered

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
        scene.parties = with_bodies(scene.doc, scene.mentions, scene.parties)
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
        roles = frozenset(row["role"].lower().split()) if isinstance(row["role"], str) else frozenset()
        speaks = isinstance(row["affiliation"], str) and roles.isdisjoint(
            words(table("accusations")["answer"]["former"])
        )
        bodies = {key_of(row["name"])} | ({key_of(row["affiliation"])} if speaks else set())
        known = found.get(row["source_id"])
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
    denial: bool = False


def _row(scene: _Scene, accusation: Accusation) -> dict[str, Any]:
    from framing.schema import make_id

    reply = _reply(scene, accusation)
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


def _reply(scene: _Scene, accusation: Accusation) -> _Reply:
    """The accused's answer: the denial nearest to the accusation and what stands beside it, else the best of what there is."""
    opening = scene.doc.sentence_at(accusation.span[0])[0]
    found = [r for r in _replies(scene, accusation) if r.span is not None and r.span[0] >= opening]
    denials = [r for r in found if r.denial and r.span is not None]
    if denials:
        first = min(denials, key=_place)
        found = [first, *(r for r in found if _beside(scene, r, first))]
    return min(found, key=lambda r: (RANK.index(r.state), not r.denial, _place(r)), default=_Reply("not_found"))


def _place(reply: _Reply) -> int:
    return reply.span[0] if reply.span is not None else 0


def _beside(scene: _Scene, reply: _Reply, denial: _Reply) -> bool:
    """Whether an answer stands in the paragraph of a denial or one next to it."""
    return abs(scene.doc.paragraph_at(_place(reply)) - scene.doc.paragraph_at(_place(denial))) <= 1


def _replies(scene: _Scene, accusation: Accusation) -> Iterator[_Reply]:
    """Everything in the article that may be an answer by the accused or for it."""
    aside = scene.answers.get(scene.number_at(accusation.span[0]))
    if aside is not None:
        yield _Reply("reaction_noted", aside, denial=True)
    side = scene.side(accusation.accused)
    own = {n for who in side for n in scene.spoken.get(who, ())}
    voiced = {n for n in scene.voices_after(accusation.span[0]) if _voices(scene, n, side, accusation)}
    for number in sorted({*own, *voiced, *scene.denials_after(accusation.span[0])}):
        row = scene.quotations[number]
        span = (int(row["start"]), int(row["end"]))
        if _overlap(span, accusation.span) and lemma_of(row["cue"]) not in DENIALS:
            continue
        if number not in own and number not in voiced and not _for_it(scene, row, span, accusation):
            continue
        state = _answer(scene, number, span, accusation)
        if state is not None:
            yield _Reply(state, span, row["quotation_id"], _denies(row))
    yield from _silences(scene, side, accusation)
    yield from _reactions(scene, side, accusation)


@lru_cache(1)
def _belonging() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Somebody before who answers for them ("Renn's office", "its director"), and after ("lawyers for Renn")."""
    answer = table("accusations")["answer"]
    voices = "|".join(sorted(words(answer["voices"]) | words(answer["leaders"])))
    former = "|".join(sorted(words(answer["former"])))
    before = rf"\W*(?P<owner>(?:[\w.-]+\s){{0,4}}?[\w.-]+(?:['’]s|s['’])|his|her|its|their)\s(?:(?!(?:{former})\b)[\w-]+\s){{0,2}}?(?:{voices})\b"
    return re.compile(before, re.I), re.compile(rf"\W*(?:an?\s|the\s)?(?:\w+\s)?(?:{voices})\s(?:for|of)\s", re.I)


@lru_cache(1 << 12)
def _of_somebody(speaker: str) -> bool:
    return any(pattern_.match(speaker) for pattern_ in _belonging())


def _voices(scene: _Scene, number: int, side: set[str], accusation: Accusation) -> bool:
    """Whether a speaker is told to be the accused's own: "Renn's office", "lawyers for Renn", "its director"."""
    row = scene.quotations[number]
    speaker, start = str(row["speaker"]), int(row["speaker_start"])
    before, after = (pattern_.match(speaker) for pattern_ in _belonging())
    owner = before["owner"].lower() if before is not None else ""
    if owner in OWNERS:
        return _can_only_be(owner, accusation) and (
            scene.number_at(start) == scene.number_at(accusation.span[0]) or _next_to_speak(scene, number, accusation)
        )
    low, high = (
        (start + before.start("owner"), start + before.end("owner"))
        if before is not None
        else (start + (after.end() if after is not None else 0), int(row["speaker_end"]))
    )
    named = {m["entity_id"] for m in names_in(scene, low, high)} - {row["source_id"]}
    if named:
        return not side.isdisjoint(named)
    told = POSSESSIVE_END.sub("", owner or speaker[after.end() if after is not None else 0 :].lower())
    return accusation.accused.id is None and told.removeprefix("the ") == accusation.accused.name.lower()


def _can_only_be(owner: str, accusation: Accusation) -> bool:
    """Whether "his", "her" or "its" is the accused's because it cannot be the accuser's."""
    if owner == "their":
        return False
    sides = [accusation.accused] + ([accusation.accuser] if accusation.accuser is not None else [])
    mine, *others = (_kind(party) == ("organisation" if owner == "its" else "person") for party in sides)
    return mine and not any(others)


def _kind(party: Party) -> str:
    """Level of a party; of one without a name, by its noun: "the mayor", "two officers", "the clinic"."""
    if party.id is not None:
        return party.level
    if party.name.endswith("s"):
        return "collective"
    return "person" if party.name.split(" ")[-1] in heads("role") else "organisation"


def _overlap(a: Span, b: Span) -> bool:
    return min(a[1], b[1]) > max(a[0], b[0])


def _denies(row: Mapping[str, Any]) -> bool:
    """Whether a quotation denies in so many words."""
    return lemma_of(row["cue"]) in DENIALS or _FLAT.search(str(row["text"])) is not None


_FLAT = re.compile(
    r"\b(?:that|this|it|these|those|(?:accusation|allegation|claim|charge|stor(?:y|ie)|report|rumou?r)s?)\W{0,2}(?:[’']s|is|are|was|were)\s(?:\w+\s){0,3}"
    r"(?:lies?|false|untrue|nonsense|baseless|groundless|unfounded|absurd|fabricat\w+|not true|wrong)\b|\bnot true\b|\bno such\b",
    re.I,
)


def _for_it(scene: _Scene, row: Mapping[str, Any], span: Span, accusation: Accusation) -> bool:
    """Whether a denial by someone who is not known to be of the accused's side answers for it: of "that", or by "both men"."""
    if lemma_of(row["cue"]) not in DENIALS:
        return False
    speaker = str(row["speaker"] or "")
    if _several(speaker):
        return _jointly(scene, accusation)
    if _called(accusation.accused, speaker) or _names_accuser(row, accusation):
        return True
    distance = scene.doc.paragraph_at(span[0]) - scene.doc.paragraph_at(accusation.span[1])
    starts, ordered = scene.last_before
    at = bisect_left(starts, span[0])
    last = ordered[at - 1] if at else None
    who = scene.parties.get(row["source_id"]) if isinstance(row["source_id"], str) else None
    if who is None or last is not accusation or not 0 <= distance <= NEAR:
        return False
    if accusation.accuser is not None and same_side(who, accusation.accuser):
        return False
    return (
        accusation.accused.level != "person"
        and re.match(rf"(?:{_alternatives('that')})\W*$", str(row["text"]), re.I) is not None
    )


@lru_cache(1 << 12)
def _several(words: str) -> bool:
    """Whether words take up several who were named: "both men", "the defendants"."""
    return re.match(rf"\W*(?:{_alternatives('both')})\b", words, re.I) is not None


def _jointly(scene: _Scene, accusation: Accusation) -> bool:
    """Whether the accused is one of several, or several: named with others, or accused in the same words."""
    starts, ordered = scene.last_before
    at = bisect_left(starts, accusation.span[0])
    group = [a for a in ordered[at : at + 2] if a.span[0] == accusation.span[0]]
    return len(group) > 1 or accusation.accused.name.endswith("s") or _named_with(scene, accusation)


def _named_with(scene: _Scene, accusation: Accusation) -> bool:
    """Whether the sentence names somebody else right beside the accused: "Jon Ash and Otto Renn"."""
    name = re.escape(accusation.accused.name.split()[-1]) if accusation.accused.name.strip() else "\\Z"
    return (
        re.search(
            rf"\b{name},?\sand\s[A-Z]|[A-Z]\w+,?\sand\s(?:[A-Z][\w.]*\s){{0,3}}{name}\b",
            _sentence(scene, accusation)[:LONGEST],
        )
        is not None
    )


def _names_accuser(row: Mapping[str, Any], accusation: Accusation) -> bool:
    """Whether a denial is of what the accuser said, by name: "rejected Ms Pires’s claim"."""
    last = key_of(accusation.accuser.name).split()[-1:] if accusation.accuser is not None else []
    low = re.findall(r"\w+", str(row["text"]).lower())[:8]
    return bool(last) and last[0] in low and not denied.listed("claims").isdisjoint(low)


def _alternatives(key: str) -> str:
    """Alternatives of a list of the section ``answer``."""
    return str(table("accusations")["answer"][key]).replace("\n", "")


def _answer(scene: _Scene, number: int, span: Span, accusation: Accusation) -> str | None:
    row = scene.quotations[number]
    lemma = lemma_of(row["cue"])
    whole = scene.doc.text[int(row["cue_start"]) if pd.notna(row["cue_start"]) else span[0] : span[1]]
    if any(pattern("silence", s).search(whole) for s in ("declined", "unreachable")):
        return None
    quoted = row.get("n_quoted")
    n_quoted = int(quoted) if quoted is not None and pd.notna(quoted) else 0
    if _of_another(scene, accusation, str(row["text"])):
        return None
    if lemma in listed("deny", "bare"):
        if n_quoted >= 3:
            return "quoted"
        bare = int(row["n_words"]) <= 9 or _overlap(span, accusation.span)
        return "reaction_noted" if bare else "paraphrased"
    if _AWAY.search(str(row["cue"])) or (_UNWILLING.search(str(row["cue"])) and str(row["text"]).startswith("to ")):
        return None
    low = set(re.findall(r"[\w-]+", str(row["text"]).lower()))
    distance = scene.doc.paragraph_at(span[0]) - scene.doc.paragraph_at(accusation.span[1])
    taken_up = _stems(scene.doc.text[accusation.span[0] : accusation.span[1]]) & _stems(str(row["text"]))
    answers = len(low & listed("deny", "words")) + 2 * (lemma in listed("deny", "verbs")) + min(len(taken_up), 2)
    answers += (0 <= distance <= NEAR) + _next_to_speak(scene, number, accusation)
    if answers < ANSWER or distance > FAR:
        return None
    return "quoted" if n_quoted >= 3 else "paraphrased"


_AWAY = re.compile(r"\b(?:previously|earlier|once|will|shall)\b", re.I)
"""What marks words as said before the accusation was made, or not yet: "had previously argued", "will answer questions"."""


_UNWILLING = re.compile(r"\b(?:declin|refus)", re.I)
"""What makes an infinitive something not done, and no answer: "has declined to meet the family"."""


def _next_to_speak(scene: _Scene, number: int, accusation: Accusation) -> bool:
    """Whether nobody else speaks between the accusation and a quotation, which stands in its paragraph or the next."""
    row, end = scene.quotations[number], accusation.span[1]
    if not 0 <= scene.doc.paragraph_at(int(row["start"])) - scene.doc.paragraph_at(end) <= 1:
        return False
    sides = (row["source_id"], accusation.accuser.id if accusation.accuser is not None else None)
    between = itertools.takewhile(
        lambda q: int(q["start"]) >= end, reversed(scene.quotations[max(0, number - MOST) : number])
    )
    return all(q["source_id"] in sides for q in between)


def _of_another(scene: _Scene, accusation: Accusation, words: str) -> bool:
    """Whether words take up another accusation of the same side and nothing of this one."""
    mine = _stems(words)
    if not mine or mine & _stems(_sentence(scene, accusation)):
        return False
    return any(mine & _stems(_sentence(scene, other)) for other in scene.others(accusation))


def _sentence(scene: _Scene, accusation: Accusation) -> str:
    start, end = accusation.span
    return scene.doc.text[scene.doc.sentence_at(start)[0] : max(end, scene.doc.sentence_at(max(start, end - 1))[1])]


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
    matter: str  # what it is on, where it says so


@dataclass(frozen=True, slots=True)
class _Reaction:
    span: Span
    sentence: Span
    parties: frozenset[str]
    subject: str
    denial: bool


def _called(accused: Party, words: str) -> bool:
    """Whether words name a party by the common noun it is told by, which no mention holds: "the council", "both officers"."""
    low = accused.name.lower()
    head = low.split()[-1] if low else ""
    if (
        not head
        or head not in words.lower()
        or not (accused.name[1:].islower() or head in heads("organisation") | heads("collective"))
    ):
        return False
    before = r"(?:the|its|their|his|her|both|all|an?)\s(?:[\w’'-]+\s){0,2}"
    return re.search(rf"(?:\b{before}|^\W*(?:[\w’'-]+\s)?){re.escape(head)}\b", words, re.I) is not None


def _silences(scene: _Scene, side: set[str], accusation: Accusation) -> Iterator[_Reply]:
    """Find "The board declined to comment", "could not be reached", on this matter."""
    for found in scene.silences:
        named = not side.isdisjoint(found.parties)
        if found.sentence[1] < accusation.span[0] or (
            not named and not (_called(accusation.accused, found.subject) and _nobody_else(found.parties, accusation))
        ):
            continue
        if not _on_another(scene, found, accusation):
            yield _Reply(found.state, found.sentence)


def _nobody_else(parties: frozenset[str], accusation: Accusation) -> bool:
    """Whether no other named party is meant, where the accused has a name of its own."""
    return accusation.accused.id is None or not parties


def _on_another(scene: _Scene, found: _Silence, accusation: Accusation) -> bool:
    """Whether a silence is on another matter: one that it names, or a later accusation of the same side in its paragraph."""
    mine = _stems(_sentence(scene, accusation))
    general = denied.listed("claims") | listed("silence", "matters")
    if found.matter and general.isdisjoint(found.matter.lower().split()) and _stems(found.matter):
        return not _stems(found.matter) & mine
    here = scene.doc.paragraph_at(found.sentence[0])
    if here - scene.doc.paragraph_at(accusation.span[1]) <= NEAR:
        return False
    later = (a for a in scene.others(accusation) if accusation.span[0] < a.span[0] < found.sentence[0])
    return any(scene.doc.paragraph_at(a.span[1]) == here for a in later)


def _silences_of(scene: _Scene) -> Iterator[_Silence]:
    doc = scene.doc
    for state in ("declined", "unreachable"):
        for match in pattern("silence", state).finditer(doc.text):
            start, end = doc.sentence_at(match.start())
            named = mentions_in(scene, start, match.start())
            subject = doc.text[start : match.start()]
            if not (parties := _known(scene, named)):
                parties = _taken_up(scene, start, subject)
            matter = _MATTER.match(doc.text[match.end() : min(end, match.end() + 120)])
            yield _Silence(state, (start, end), parties, subject, matter.group(1) if matter else "")


def _taken_up(scene: _Scene, start: int, subject: str) -> frozenset[str]:
    """Who "it" or "the school" means before a silence: who was named last, of bodies where the noun is one's."""
    before = names_in(scene, max(0, start - 400), start)
    if _BARE.match(subject):
        return _known(scene, before[-1:])
    noun = _BODY.match(subject)
    if noun is None or not able(noun.group(1)):
        return frozenset()
    bodies = [
        m for m in before if m["entity_id"] in scene.parties and scene.parties[m["entity_id"]].level == "organisation"
    ]
    return _known(scene, bodies[-1:])


_BODY = re.compile(r"\W*(?:but\s|and\s)?the\s(?:\w+\s)?(\w+)\s(?:has\s|have\s|had\s|also\s)*$", re.I)
_BARE = re.compile(r"(?:\W*\b(?:it|he|she|they|who|but|and|also|has|have|had|both|however)\b)*\W*$", re.I)
_MATTER = re.compile(
    r"(?:\s(?:further|to (?:questions?|queries|a question)))?\s(?:on|about|regarding|over|concerning)\s([^.;]{3,100})",
    re.I,
)


def _known(scene: _Scene, mentions: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(m["entity_id"] for m in mentions if m["entity_id"] in scene.parties)


_REACTION = re.compile(
    r"\b(?:reject|den(?:y|i)|dismiss|criticis|criticiz|condemn|denounc|refut|disput|rebuff|contest|respond|reacted|protest|brush)(?:s|es|ed|ied|ying|ing)?\b"
)


def _reactions(scene: _Scene, side: set[str], accusation: Accusation) -> Iterator[_Reply]:
    """A reaction without substance: "harshly criticised by the ministry", "the ministry rejects the report"."""
    for found in scene.reactions:
        if found.sentence[1] < accusation.span[0]:
            continue
        joint = found.denial and _several(found.subject) and _jointly(scene, accusation)
        called = _called(accusation.accused, found.subject) and _nobody_else(found.parties, accusation)
        if side.isdisjoint(found.parties) and not called and not joint:
            continue
        if _of_another(scene, accusation, scene.doc.text[found.span[1] : found.sentence[1]]):
            continue
        if found.denial or not _overlap(found.span, accusation.span):
            yield _Reply("reaction_noted", found.sentence, denial=found.denial)


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
                for m in mentions_in(scene, max(start, match.start() - 60), match.start())
                if match.start() - m["end"] <= 25
            ][-1:]
        subject = "" if passive else doc.text[max(start, match.start() - 40) : match.start()]
        denial = _DENIAL.match(match.group()) is not None
        yield _Reaction((match.start(), match.end()), (start, end), _known(scene, near), subject, denial)


_DENIAL = re.compile("den(?:y|i)|reject|dismiss|refut|disput|rebuff|contest|brush")
