"""Sources across an event: every source span, pronoun and floating quotation to one canonical source.

Conventions
-----------
Resolution runs over all articles of one event at once (an article without an event stands alone), so that a person
named in full in one article and by surname in another is one source. ``source_id`` comes from event and canonical name.
An unnamed person of one article ("a senior official") is never taken for one of another article.

The method is a deterministic cascade from sure to unsure (compare Lee et al. 2013, Computational Linguistics 39:885):
full names, titled and short names, bodies and their short forms, offices, pronouns by gender, recency and grammar, and
last what a quotation without a speaker continues. Every step leaves its probability in ``confidence``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from framing.quotations.marks import Document
from framing.schema import PARTS, conform, make_id
from framing.sources import anonymity, bodies, described, genders, kinds, pronouns
from framing.sources.entities import Entity, Register
from framing.sources.features import Place, Sentences, Setting, Spoken, features, view
from framing.sources.naming import Reference, read, widened
from framing.sources.nouns import NARRATOR, PRONOUN, RELATIVE, heads

if TYPE_CHECKING:
    from framing.encode import Encoding, FloatArray

PART_ORDER = ("text", "title", "captions")
CONFIDENCE = {
    "name": 0.97, "short": 0.93, "body": 0.92, "office": 0.8, "pronoun": 0.8, "hypernym": 0.65, "new": 0.85,
    "floating": 0.75, "relative": 0.85, "repeated": 0.85,
}  # fmt: skip


UNNAMED = frozenset(["nominal", "collective"])
MOST_BEFORE = 80
"""Characters before a source's name that may describe whose relative speaks."""
OF_IT = re.compile(r"its\b", re.I)
SPEAKS_FOR = re.compile(r"\b(?:spokes\w+|press (?:secretary|officer)) (?:for|of)\b", re.I)
"""A spokesperson told to be somebody's, body or not: "a spokesman for the singer"."""
SPOKEN = frozenset(["statement", "tweet", "post", "email"])
"""Texts that are their author's speech: "the statement said" has the source that spoke last."""


@dataclass
class Resolved:
    """What resolution gives: quotations with source_id, sources, mentions."""

    quotations: pd.DataFrame
    sources: pd.DataFrame
    mentions: pd.DataFrame


def resolve(
    articles: pd.DataFrame,
    quotations: pd.DataFrame,
    encodings: Mapping[str, Encoding] | Iterable[Encoding] | None = None,
    aliases: Mapping[str, Iterable[str]] | None = None,
) -> Resolved:
    """Give every quotation its source, across the articles of each event.

    Parameters
    ----------
    articles
        The articles frame (event_id may be null).
    quotations
        The quotations frame of these articles.
    encodings
        Encodings of the articles, for their names head and sentence vectors; null: capitals and word lists decide alone.
    aliases
        Names to other names that a user knows to mean the same. They count in the events that have the name itself, and
        only with a capital: what "the company" means, the text tells.

    Returns
    -------
    Resolved
        ``quotations`` is a copy with source_id and a column ``source_confidence``; ``sources`` has one row per source and
        article; ``mentions`` the places where a source or another named person or body is named.

    Examples
    --------
    >>> from framing.quotations import attribute
    >>> articles = pd.DataFrame({"article_id": ["a", "b"], "event_id": ["e", "e"], "text": [
    ...     "Ines Pires, the union’s general secretary, said that pay was low. “We wait,” she said.",
    ...     "“Nobody asked us,” Pires said."]})
    >>> found = resolve(articles, attribute(articles))
    >>> found.sources[["article_id", "name", "role", "n_quotations"]].values.tolist()
    [['a', 'Ines Pires', 'general secretary', 2], ['b', 'Ines Pires', 'general secretary', 1]]
    """
    out = quotations.copy()
    out["source_id"] = out["source_id"].astype("object")
    out["source_confidence"] = float("nan")
    sources: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    resolved: dict[Any, tuple[str, float]] = {}
    for scene, spoken in _scenes(articles, out, encodings, aliases):
        resolved |= {index: (row["source_id"], row["source_confidence"]) for index, row in spoken.items()}
        sources += scene.source_rows(spoken.values())
        mentions += scene.mention_rows()
    kept = [resolved.get(index, (given, float("nan"))) for index, given in zip(out.index, out["source_id"])]
    out["source_id"] = pd.Series([source for source, _ in kept], index=out.index, dtype="object")
    out["source_confidence"] = pd.Series([sure for _, sure in kept], index=out.index, dtype="float64")
    return Resolved(conform(out, "quotations"), conform(sources, "sources"), conform(mentions, "mentions"))


def features_of(
    articles: pd.DataFrame,
    quotations: pd.DataFrame,
    encodings: Mapping[str, Encoding] | Iterable[Encoding] | None = None,
) -> tuple[dict[tuple[str, str], tuple[dict[str, float], FloatArray | None]], pd.DataFrame]:
    """Features and view of every source by (article_id, source_id), and the quotations with source_id: to train `kinds` on.

    Parameters
    ----------
    articles, quotations, encodings
        As for :func:`resolve`.
    """
    out = quotations.copy()
    out["source_id"] = pd.Series(None, index=out.index, dtype="object")
    found: dict[tuple[str, str], tuple[dict[str, float], FloatArray | None]] = {}
    for scene, spoken in _scenes(articles, out, encodings):
        for index, row in spoken.items():
            out.at[index, "source_id"] = row["source_id"]
        found |= scene.features(_by_source(spoken.values()))
    return found, out


def _by_source(rows: Iterable[dict[str, Any]]) -> dict[tuple[Any, str], list[dict[str, Any]]]:
    of_source: dict[tuple[Any, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        of_source[row["article_id"], row["source_id"]].append(row)
    return of_source


def _scenes(
    articles: pd.DataFrame,
    quotations: pd.DataFrame,
    encodings: Mapping[str, Encoding] | Iterable[Encoding] | None,
    aliases: Mapping[str, Iterable[str]] | None = None,
) -> Iterator[tuple[_Scene, dict[Any, dict[str, Any]]]]:
    """Every event resolved: its scene, and its quotations with source_id and source_confidence by index."""
    encoded = encodings if isinstance(encodings, Mapping) else {e.article_id: e for e in encodings or ()}
    named = kinds_of_names(encoded)
    rows_of: dict[Any, list[tuple[Any, dict[str, Any]]]] = defaultdict(list)
    for index, row in zip(quotations.index, quotations.to_dict("records")):
        rows_of[row["article_id"]].append((index, {str(k): v for k, v in row.items()}))
    for event, members in _groups(articles):
        scene = _Scene(event, members, named, encoded, aliases or {})
        rows = [row for m in members for row in rows_of.get(m["article_id"], [])]
        ids, confidence = scene.assign(rows)
        mine = dict(rows)
        yield scene, {i: mine[i] | {"source_id": s, "source_confidence": confidence[i]} for i, s in ids.items()}


def kinds_of_names(
    encodings: Mapping[str, Encoding] | Iterable[Encoding] | None,
) -> dict[str, list[tuple[str, int, int, str, float]]]:
    """Names the encoder's names head marks, by article; empty without one."""
    if encodings is None:
        return {}
    from framing import models

    values = encodings.values() if isinstance(encodings, Mapping) else encodings
    return {str(e.article_id): list(models.decode_names(e.tokens)) for e in values if "names" in e.tokens.heads}


def _groups(articles: pd.DataFrame) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in articles.to_dict("records"):
        event = row.get("event_id")
        key = str(event) if isinstance(event, str) and event else str(row["article_id"])
        groups.setdefault(key, []).append({str(k): v for k, v in row.items()})
    return groups.items()


def _media(articles: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Names of the outlet, agency and byline of each article."""
    return {
        str(a["article_id"]): [a[name] for name in ("outlet", "wire", "author") if isinstance(a.get(name), str)]
        for a in articles
    }


def _roots(articles: list[dict[str, Any]]) -> dict[str, str]:
    """Article to the one it copies or follows, where the articles frame says so."""
    ids = {str(a["article_id"]) for a in articles}
    roots: dict[str, str] = {}
    for article in articles:
        for column in ("duplicate_of", "version_of"):
            if isinstance(article.get(column), str) and article[column] in ids:
                roots.setdefault(str(article["article_id"]), article[column])
        share = article.get("shared_share")
        other = article.get("shared_with")
        if isinstance(other, str) and other in ids and share is not None and pd.notna(share) and share >= 0.5:
            roots.setdefault(str(article["article_id"]), min(other, str(article["article_id"])))
    return {k: roots.get(v, v) for k, v in roots.items()}


def _month(published: Any) -> str | None:
    """Year and month of a time: "2020-05"."""
    return f"{published:%Y-%m}" if published is not None and pd.notna(published) else None


def _spoken(row: Mapping[Any, Any]) -> Spoken:
    """A quotation as `kinds` reads it."""
    told = pd.notna(row["cue_start"])
    return Spoken(
        (str(row["article_id"]), str(row["part"])),
        int(row["start"]),
        int(row["end"]),
        row["cue"] if isinstance(row["cue"], str) else None,
        int(row["cue_start"]) if told else None,
        int(row["cue_end"]) if told else None,
        int(row["n_quoted"]) if pd.notna(row.get("n_quoted")) else 0,
    )


class _Scene:
    """One event: its articles read, its entities, and the state of resolution."""

    def __init__(
        self,
        event: str,
        articles: list[dict[str, Any]],
        named: Mapping[str, Any],
        encodings: Mapping[str, Encoding],
        aliases: Mapping[str, Iterable[str]],
    ) -> None:
        self.event = event
        self.encodings = encodings
        self.articles = {str(a["article_id"]): a for a in articles}
        self.docs = {
            (key, part): Document(a[part])
            for key, a in self.articles.items()
            for part in PARTS
            if isinstance(a.get(part), str) and a[part].strip()
        }
        self.register = Register(self.docs, named, _roots(articles), _media(articles), aliases)
        genders.learn(self.register)
        self.speakers: dict[tuple[str, str, int], tuple[int, str]] = {}

    # --- quotations to entities ---------------------------------------------------------------

    def assign(self, rows: list[tuple[Any, dict[str, Any]]]) -> tuple[dict[Any, str], dict[Any, float]]:
        """Return source_id and confidence by row."""
        rows = sorted(
            rows,
            key=lambda r: (
                PART_ORDER.index(r[1]["part"]),
                0 if r[1]["part"] == "text" else 1,
                r[1]["article_id"],
                r[1]["start"],
            ),
        )
        for _, row in rows:
            if isinstance(row["speaker"], str):
                key = (str(row["article_id"]), row["part"])
                self.register.learn(self.register.improved(read(row["speaker"])), key, int(row["speaker_start"]))
        found: dict[Any, tuple[Entity, float]] = {}
        by_piece: dict[str, tuple[Entity, float]] = {}
        last: dict[tuple[str, str], tuple[dict[str, Any], Entity, float]] = {}
        for index, row in rows:
            key = (str(row["article_id"]), row["part"])
            piece = row["part_of"] if isinstance(row["part_of"], str) else None
            answer = by_piece.get(piece) if piece else None
            if answer is None:
                answer = (
                    self._speaker(row, last.get(key))
                    if isinstance(row["speaker"], str)
                    else self._unspoken(row, last.get(key), rows, found)
                )
            if answer is None:
                continue
            found[index] = answer
            if piece:
                by_piece[piece] = answer
            last[key] = (row, *answer)
            self.register.spoke(answer[0], key, int(row["start"]))
        ids = {i: self.source_id(e) for i, (e, _) in found.items()}
        self.used = {self.source_id(e): e for e, _ in found.values()}
        return ids, {i: c for i, (_, c) in found.items()}

    def source_id(self, entity: Entity) -> str:
        """Id from event and canonical name (and article, for the unnamed of one article)."""
        scope = (self.event, entity.name) if not entity.local else (self.event, entity.name, entity.local)
        return make_id(*scope, prefix="s-")

    def _speaker(
        self, row: dict[str, Any], last: tuple[dict[str, Any], Entity, float] | None
    ) -> tuple[Entity, float] | None:
        key = (str(row["article_id"]), row["part"])
        start, end = int(row["speaker_start"]), int(row["speaker_end"])
        before = self.docs[key].text[max(0, start - MOST_BEFORE) : start]
        reference = self.register.improved(read(widened(before, row["speaker"])))
        if reference.nobody:
            return None
        if reference.kind == "pronoun":
            return self._pronoun(reference, key, start, end, row, last)
        if (
            reference.head in SPOKEN
            and reference.kind == "document"
            and reference.definite
            and last is not None
            and self._near(key, last[0], start)
        ):
            return last[1], CONFIDENCE["hypernym"]
        entity, how = self.register.link(reference, key, start, end)
        self._affiliate(entity, reference, key, (start, end), last)
        return entity, CONFIDENCE[how]

    def _pronoun(
        self,
        reference: Reference,
        key: tuple[str, str],
        start: int,
        end: int,
        row: dict[str, Any],
        last: tuple[dict[str, Any], Entity, float] | None,
    ) -> tuple[Entity, float] | None:
        if reference.head in NARRATOR:
            return None
        previous = last[1] if last is not None and self._near(key, last[0], start) else None
        if reference.head in RELATIVE:
            entity = pronouns.relative(self.register, reference.head, key, start)
            return (entity, CONFIDENCE["relative"]) if entity else None
        gap = (
            self.docs[key].paragraph_at(start) - self.docs[key].paragraph_at(int(last[0]["start"]))
            if last is not None and previous
            else 0
        )
        entity, margin = pronouns.antecedent(self.register, reference, key, start, previous, gap, int(row["start"]))
        if entity is None:
            return None
        self.register.mention(entity, key, start, end, "pronoun")
        return entity, min(0.95, CONFIDENCE["pronoun"] * (0.7 + 0.3 * margin))

    def _near(self, key: tuple[str, str], row: dict[str, Any], start: int) -> bool:
        doc = self.docs[key]
        return doc.paragraph_at(start) - doc.paragraph_at(int(row["start"])) <= 3

    def _unspoken(
        self,
        row: dict[str, Any],
        last: tuple[dict[str, Any], Entity, float] | None,
        rows: list[tuple[Any, dict[str, Any]]],
        found: Mapping[Any, tuple[Entity, float]],
    ) -> tuple[Entity, float] | None:
        """Source of a quotation with no source span: its like in the body, a person just named, or who spoke last."""
        key = (str(row["article_id"]), row["part"])
        if row["part"] != "text" or (last is None and self.docs[key].paragraph_at(int(row["start"])) == 0):
            return self._repeated(row, rows, found)
        if isinstance(row["cue"], str):
            return None
        doc, start = self.docs[key], int(row["start"])
        paragraph = doc.paragraph_at(start)
        begin = doc.paragraphs[paragraph][0]
        if last is None and start == begin and doc.quoted_at(start) is not None:
            above = pronouns.subject(self.register, key, doc.sentence_at(doc.paragraphs[paragraph - 1][1] - 1))
            return (above, 0.6) if above is not None else None
        if start - begin > 3 and (last is None or int(last[0]["end"]) < begin):
            subject = pronouns.subject(self.register, key, doc.sentence_at(max(begin, start - 3)))
            if subject is not None:
                return subject, 0.6
        if last is not None and self._near(key, last[0], start):
            distance = paragraph - doc.paragraph_at(int(last[0]["end"]))
            return last[1], min(last[2], CONFIDENCE["floating"] if distance <= 1 else 0.55)
        return None

    def _repeated(
        self, row: dict[str, Any], rows: list[tuple[Any, dict[str, Any]]], found: Mapping[Any, tuple[Entity, float]]
    ) -> tuple[Entity, float] | None:
        """Find the quotation of the body that a headline repeats, by the words it shares."""
        doc = self.docs[(str(row["article_id"]), row["part"])]
        mine = [doc.text[a:b].lower() for a, b in doc.inside(int(row["start"]), int(row["end"]))] or [
            str(row["text"]).lower()
        ]
        words = set(re.findall(r"\w+", " ".join(mine)))
        best: tuple[float, Any] = (0.0, None)
        for index, other in rows:
            if other["article_id"] != row["article_id"] or index not in found or other is row:
                continue
            text = str(other["text"]).lower()
            share = len(words & set(re.findall(r"\w+", text))) / max(1, len(words))
            share += any(len(m) > 4 and m.strip(".,!?") in text for m in mine)
            best = max(best, (share, index), key=lambda b: b[0])
        if best[1] is None or best[0] < 0.8:
            return None
        return found[best[1]][0], CONFIDENCE["repeated"] if best[0] >= 1 else 0.6

    def _affiliate(
        self,
        entity: Entity,
        reference: Reference,
        key: tuple[str, str],
        span: tuple[int, int],
        last: tuple[dict[str, Any], Entity, float] | None,
    ) -> None:
        """Give whom no body is told of the body that "its" means, or a spokesperson the one that spoke or was named last."""
        start, end = span
        role, said = entity.role, self.docs[key].text[start:end]
        if entity.affiliation or not role:
            return
        body = None
        if OF_IT.match(said) and entity.kind in ("person", "nominal"):
            opening = described.opening_body(self.register, key, start)
            body = opening or pronouns.antecedent(self.register, read("its"), key, start, None)[0]
        elif role.split()[-1].lower() in heads("spokesperson") and not SPEAKS_FOR.search(said):
            body = self._spoken_for(role, key, start, last)
        if body is not None and body.kind == "organisation":
            entity.tell(affiliation=body.name)

    def _spoken_for(
        self, role: str, key: tuple[str, str], start: int, last: tuple[dict[str, Any], Entity, float] | None
    ) -> Entity | None:
        """The body of a spokesperson: the one their role tells of ("police spokeswoman"), else the one that spoke or was named last."""
        kind = next((w for w in role.lower().split()[:-1] if w in heads("organisation")), None)
        if kind is not None:
            body = Reference("organisation", head=kind, phrase=kind, definite=True)
            known = described.body_before(self.register, body, key, start)
            return known or described.hypernym(self.register, body, key, start)
        spoken = last[1] if last is not None and last[1].kind == "organisation" else None
        own = spoken is not None and spoken.head != "place" and not described.reports(self.register, spoken, key)
        return spoken if own else described.last_body(self.register, key, start)

    # --- frames ---------------------------------------------------------------------------------

    def source_rows(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """One row per source and article."""
        out = []
        of_source = _by_source(rows)
        described = self.features(of_source)
        starts: dict[Any, set[int]] = defaultdict(set)
        for (article, _), mine in of_source.items():
            starts[article] |= {int(r["start"]) for r in mine if r["part"] == "text"}
        for (article, source), mine in of_source.items():
            entity = self.used[source]
            first = min((int(r["start"]) for r in mine if r["part"] == "text"), default=None)
            size = len(self.articles[str(article)]["text"]) or 1
            withheld = self._withheld(entity, str(article), mine, starts[article] - {int(r["start"]) for r in mine})
            described_only = {"identification": "anonymous"} if withheld and entity.kind in UNNAMED else {}
            whole = {r["part_of"] if isinstance(r["part_of"], str) else r["quotation_id"] for r in mine}
            out.append(
                {
                    "source_id": source,
                    "article_id": article,
                    "name": entity.name,
                    "affiliation": bodies.shown(self.register, entity),
                    "role": entity.role,
                    **kinds.describe(*described[str(article), source]),
                    **described_only,
                    **withheld,
                    "n_quotations": len(whole),
                    "n_words": sum(int(r["n_words"]) for r in mine),
                    "n_quoted": sum(int(r["n_quoted"]) for r in mine if pd.notna(r["n_quoted"])),
                    "first_position": None if first is None else min(1.0, first / size),
                    "confidence": float(np.mean([r["source_confidence"] for r in mine])),
                }
            )
        return sorted(
            out,
            key=lambda r: (
                r["article_id"],
                r["first_position"] if r["first_position"] is not None else 2.0,
                r["source_id"],
            ),
        )

    def _withheld(
        self, entity: Entity, article: str, rows: Iterable[dict[str, Any]], others: set[int]
    ) -> dict[str, Any]:
        """Why the body of an article withholds the name of a source; empty for a person named in full."""
        doc = self.docs.get((article, "text"))
        if doc is None or (entity.kind == "person" and " " in entity.name):
            return {}
        spans = []
        for row in rows:
            if row["part"] == "text":
                told = pd.notna(row["cue_start"])
                cue = [(int(row["cue_start"]), int(row["cue_end"]))] if told else []
                spans += [*cue, (int(row["start"]), int(row["end"]))]
        found = anonymity.find(doc, spans, sorted(others))
        if found is None:
            return {}
        text = doc.text[found.start : found.end]
        where = {"anonymity_start": found.start, "anonymity_end": found.end}
        return {"anonymity_reason": found.code, "anonymity_text": text, **where}

    def features(
        self, of_source: Mapping[tuple[Any, str], list[dict[str, Any]]]
    ) -> dict[tuple[str, str], tuple[dict[str, float], FloatArray | None]]:
        """What each article tells of each of its sources: features and view (see `framing.sources.features`)."""
        places = self._places_by_article()
        settings = {
            key: Setting(self.docs, key, str(row.get("outlet") or ""), _month(row.get("published_at")))
            for key, row in self.articles.items()
        }
        read = {key: Sentences(self.encodings[key]) for key in self.articles if key in self.encodings}
        found = {}
        for (article, source), mine in of_source.items():
            entity, key = self.used[source], str(article)
            where, spoken = places.get((key, id(entity)), []), [_spoken(r) for r in mine]
            seen = view(read[key], where, spoken) if key in read else None
            found[key, source] = features(entity, self.register, where, spoken, settings[key]), seen
        return found

    def _places_by_article(self) -> dict[tuple[str, int], list[Place]]:
        """Where each article names or means each entity, in reading order."""
        found: dict[tuple[str, int], list[Place]] = {}
        for key, start, end, entity, _ in self.register.mentioned():
            found.setdefault((key[0], id(entity)), []).append((key, start, end))
        return {who: sorted(places) for who, places in found.items()}

    def mention_rows(self) -> list[dict[str, Any]]:
        """Places where an entity is named or meant."""
        rows = {}
        for (article, part), start, end, entity, kind in self.register.mentioned():
            rows[(article, part, start, end)] = {
                "article_id": article, "part": part, "start": start, "end": end, "entity_id": self.source_id(entity), "kind": kind,
                "name": entity.name,
            }  # fmt: skip
        order = {p: i for i, p in enumerate(PARTS)}
        return sorted(rows.values(), key=lambda r: (r["article_id"], order[r["part"]], r["start"], r["end"]))


__all__ = ["PRONOUN", "Resolved", "resolve"]
