"""The frames: columns, types, meanings and vocabularies, and the checks that hold them.

Every other module names a frame and never restates its columns. A *span* is
``(article_id, part, start, end)``: half-open, in Python characters, into the
column of ``articles`` that ``part`` names, so ``articles[part][start:end]`` is
the span. Times are UTC. Probabilities run 0..1, stance -1..1 (against ..
favour). Missing is null, never ``""`` or -1.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from framing.errors import FramingError, InputError, SchemaError

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = [
    "ACTORS", "ANONYMITY", "CHANNELS", "CONTENT_TYPES", "DTYPES", "FRAMES", "FRAME_CODES", "GENRES", "IDENTIFICATIONS", "KEYS", "KINDS",
    "LABELS", "LEVELS", "MENTION_KINDS", "PARTS", "REMOVED_KINDS", "REPLIES", "TARGET_KINDS", "VOICES", "Column",
    "FramingError", "InputError", "SchemaError", "check", "check_spans", "columns", "conform", "count_words", "empty",
    "make_id", "pandera_schema",
]  # fmt: skip

Kind = Literal["str", "int", "float", "bool", "time"]

DTYPES: dict[str, Any] = {
    "str": pd.StringDtype(na_value=float("nan")),
    "int": "Int64",
    "float": "float64",
    "bool": "boolean",
    "time": "datetime64[us, UTC]",
}


# --- vocabularies: code -> meaning ----------------------------------------------------------

PARTS = {
    "title": "the headline",
    "text": "body paragraphs joined by a blank line",
    "captions": "captions, one a line",
}
GENRES = {
    "news": "straight report of an event",
    "opinion": "signed opinion, editorial or column",
    "analysis": "explains or interprets, by a reporter",
    "interview": "questions and answers with one person",
    "live": "running blog of short posts",
    "review": "review of a work, product or place",
    "other": "none of these",
}
KINDS = {
    "direct": "words between quotation marks",
    "indirect": "paraphrase in the narrator's words",
    "mixed": "paraphrase with some words between quotation marks",
}
CONTENT_TYPES = {
    "speech": "said or written by the source",
    "belief": "thought, felt, hoped, intended by the source",
    "document": "stated in a report, ruling, law, poll or data set",
}
ACTORS = {
    "government": "national, regional or local executive, its ministries, agencies and spokespeople",
    "political_party": "party, candidate, legislator acting for a party, campaign",
    "international_organisation": "body of several states",
    "law_enforcement": "police, prosecutors' investigators, border guards, prison service",
    "military": "regular armed forces",
    "armed_group": "militia, insurgents, designated terror group",
    "court_or_lawyer": "court, judge, prosecutor in court, lawyer",
    "ngo_or_activist": "rights group, charity, campaigner, protest organiser",
    "union": "trade union or its officials",
    "religious": "church, clergy, faith body",
    "business": "company, executive, trade association",
    "expert": "scientist, analyst, think tank, pollster",
    "health_or_education": "hospital, doctor, school, teacher speaking of their work",
    "affected_person": "victim, witness, relative, patient, worker, resident in the event",
    "public": "voter, passer-by, social media user without a part in the event",
    "media": "news organisation or journalist as a source",
    "other": "none of these",
    "unknown": "cannot be told from the text",
}
LEVELS = {
    "person": "one human being",
    "organisation": "a body speaking as such",
    "collective": "a group without a body: residents, officials, critics",
}
IDENTIFICATIONS = {
    "named": "by name",
    "role_only": "by role or office without a name",
    "anonymous": "identity withheld or left open",
}
CHANNELS = {
    "interview": "said to this outlet or its agency",
    "statement": "written or spoken statement, press release",
    "press_conference": "briefing, speech, public event",
    "email": "email, letter or message",
    "social_media": "post on a platform",
    "document": "report, filing, law, study",
    "other_media": "said to another news organisation",
    "court": "said in court or a hearing",
    "unknown": "not told",
}
ANONYMITY = {
    "not_authorised": "not authorised or allowed to speak",
    "reprisals": "fear for a job or of retaliation",
    "safety": "fear for safety, life or freedom",
    "sensitivity": "the matter is sensitive, private to a body, or not yet public",
    "privacy": "to protect a private life, a family or a victim",
    "other": "another reason",
    "not_stated": "anonymity is granted in so many words, and no reason is given",
}
LABELS: dict[str, dict[str, str]] = {
    "stance": {
        "against": "evaluates the target negatively, or disagrees with the proposition",
        "neutral": "mentions it without evaluation",
        "favour": "evaluates the target positively, or agrees with the proposition",
    },
    "loaded": {"loaded": "word choice carries a judgement", "plain": "word choice does not"},
    "frame": {"present": "the frame is used", "absent": "it is not"},
}
VOICES = {
    "narrator": "the author's own words",
    "source": "the words of one source (source_id)",
    "all": "the whole text, whoever speaks",
}
TARGET_KINDS = {"entity": "a person, body, place or group", "proposition": "a statement one can agree with"}
MENTION_KINDS = {
    "name": "full name",
    "alias": "short or other name",
    "title": "office or title",
    "demonym": "people or adjective of a place",
    "metonym": "place standing for a body",
    "pronoun": "pronoun",
}
REMOVED_KINDS = {
    "subhead": "heading inside the body",
    "caption": "picture caption",
    "alt": "alternative text of a picture",
    "credit": "picture or agency credit",
    "byline": "author line",
    "headline": "headline repeated in the body",
    "boilerplate": "newsletter, donation, related links, navigation, agency description",
    "dateline": "place and date line",
    "duplicate": "the same line again",
}
REPLIES = {
    "quoted": "the accused answers in direct words",
    "paraphrased": "the accused's answer is reported in other words",
    "reaction_noted": "a reaction is mentioned without its substance",
    "declined": "the accused would not comment",
    "unreachable": "the outlet tried and got no answer",
    "not_found": "no reply found in this text",
    "not_applicable": "the accused cannot or need not answer",
}
FRAME_CODES = {
    "conflict": "disagreement between people, groups or countries",
    "human_interest": "a human face or an emotional angle",
    "economic": "money, costs, losses or gains",
    "morality": "moral or religious judgement, how to behave",
    "responsibility": "who causes or should solve the problem (Semetko & Valkenburg 2000)",
    "resolution": "a solution or resolution is offered (narrative-framing corpus; not *responsibility*)",
}


# --- frames: name -> columns -----------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a frame: its type, whether it may be null, its meaning and its values."""

    kind: Kind
    meaning: str
    null: bool = True
    values: Mapping[str, str] | None = None
    low: float | None = None
    high: float | None = None


def _s(meaning: str, values: Mapping[str, str] | None = None, *, null: bool = True) -> Column:
    return Column("str", meaning, null, values)


def _i(meaning: str, *, null: bool = True) -> Column:
    return Column("int", meaning, null, low=0)


def _f(meaning: str, low: float | None = None, high: float | None = None) -> Column:
    return Column("float", meaning, low=low, high=high)


def _p(meaning: str) -> Column:
    return Column("float", meaning, low=0.0, high=1.0)


_ARTICLE = _s("article the row belongs to", null=False)
_SPAN = {
    "part": _s("column of articles the offsets point into", PARTS, null=False),
    "start": _i("first character", null=False),
    "end": _i("one past the last character", null=False),
}

FRAMES: dict[str, dict[str, Column]] = {
    "articles": {
        "article_id": _s("the user's own unique id, or derived from content", null=False),
        "outlet": _s("outlet, canonical name"),
        "outlet_raw": _s("outlet as found"),
        "title": _s("headline"),
        "text": _s("body paragraphs joined by a blank line, otherwise unmodified", null=False),
        "captions": _s("captions, one a line"),
        "published_at": Column("time", "publication time, UTC"),
        "published_raw": _s("publication time as found"),
        "url": _s("address"),
        "author": _s("byline"),
        "language": _s("ISO 639-1 code"),
        "genre": _s("genre", GENRES),
        "event_id": _s("event the article belongs to (null until grouped)"),
        "wire": _s("news agency whose copy this is"),
        "duplicate_of": _s("article_id this is a reprint of"),
        "version_of": _s("article_id of an earlier version of the same page"),
        "shared_with": _s("article_id sharing the most text"),
        "shared_share": _p("share of its words shared with that article"),
        "n_words": _i("words in text", null=False),
        "origin": _s("file, and line or member, it was read from", null=False),
    },
    "quotations": {
        "quotation_id": _s("id, derived from content", null=False),
        "article_id": _ARTICLE,
        **_SPAN,
        "text": _s("the content span", null=False),
        "kind": _s("form of the attribution", KINDS, null=False),
        "content_type": _s("what is attributed", CONTENT_TYPES),
        "cue": _s("the cue: the words that attribute"),
        "cue_start": _i("first character of the cue, same part"),
        "cue_end": _i("one past the last character of the cue"),
        "speaker": _s("the source span nearest the content, as written; may be a pronoun"),
        "speaker_start": _i("first character of the source span, same part"),
        "speaker_end": _i("one past the last character of the source span"),
        "source_id": _s("resolved source"),
        "n_words": _i("words of the content", null=False),
        "n_quoted": _i("words of the content between quotation marks"),
        "part_of": _s("shared by the rows of one quotation running over several paragraphs"),
        "confidence": _p("probability that this is an attribution with this extent"),
    },
    "sources": {
        "source_id": _s("from event and canonical name; one per source across the event", null=False),
        "article_id": _ARTICLE,
        "name": _s("canonical name"),
        "affiliation": _s("body the source belongs to"),
        "role": _s("office or role"),
        "actor": _s("kind of actor", ACTORS),
        "level": _s("person, organisation or collective", LEVELS),
        "identification": _s("how it is identified", IDENTIFICATIONS),
        "channel": _s("how the words reached the outlet", CHANNELS),
        "anonymity_reason": _s(
            "why its name is withheld, as the article says; null: not withheld, or nothing said", ANONYMITY
        ),
        "anonymity_text": _s("the words of the body that give the reason, or that grant anonymity"),
        "anonymity_start": _i("first character of these words in the body"),
        "anonymity_end": _i("one past the last character of these words in the body"),
        "n_quotations": _i("attributions to it in the article", null=False),
        "n_words": _i("words attributed to it in the article", null=False),
        "n_quoted": _i("words of it quoted between marks in the article"),
        "first_position": _p("where it first speaks: 0 opening .. 1 end"),
        "confidence": _p("probability that the resolution is right"),
    },
    "annotations": {
        "article_id": _ARTICLE,
        "part": _s("column of articles the offsets point into (null = whole article)", PARTS),
        "start": _i("first character (null = whole article)"),
        "end": _i("one past the last character"),
        "task": _s("stance | loaded | frame | genre | ...", null=False),
        "code": _s("frame tasks: the codebook's code"),
        "target": _s("the string exactly as given"),
        "target_kind": _s("entity or proposition", TARGET_KINDS),
        "label": _s("label of the task; null = nothing said"),
        "score": _f("the task's own scale: stance -1..1, others probability of the positive label", -1, 1),
        "confidence": _p("probability of label"),
        "voice": _s("whose words", VOICES),
        "source_id": _s("the source, when voice = source"),
        "annotator": _s("model@version, or a coder's id", null=False),
        "codebook": _s("name@version"),
        "sample_id": _s("hand codes: the sample"),
        "stratum": _s("hand codes: stratum drawn from"),
        "probability": _p("hand codes: probability of having been drawn"),
        "round": _i("hand codes: coding round"),
    },
    "events": {
        "event_id": _s("hash of its first member; never changes when articles join", null=False),
        "title": _s("headline of the most central article"),
        "start": Column("time", "first publication, UTC"),
        "end": Column("time", "last publication, UTC"),
        "storyline_id": _s("running story of several events"),
        "n_articles": _i("articles", null=False),
        "n_outlets": _i("outlets", null=False),
        "keywords": _s("terms that set it apart, separated by |"),
    },
    "comparisons": {
        "scope": _s("event or corpus", {"event": "one event", "corpus": "all events"}, null=False),
        "event_id": _s("event, when scope = event"),
        "measure": _s("measure", null=False),
        "target": _s("target, where the measure has one"),
        "voice": _s("whose words", VOICES),
        "wire": _s("with or without wire copy", {"with": "all articles", "without": "no wire copy or reprints"}),
        "genre": _s("genre compared, or all"),
        "outlet": _s("outlet", null=False),
        "reference": _s("outlet it is compared with, 'others', or null for a level"),
        "value": _f("estimate, in the measure's unit"),
        "low": _f("lower end of the interval"),
        "high": _f("upper end of the interval"),
        "level": _p("level of the interval, e.g. 0.95"),
        "method": _s("estimator, or why it is withheld"),
        "corrected": Column("bool", "corrected by hand codes"),
        "n_articles": _i("articles behind it"),
        "n_events": _i("events behind it"),
        "n_storylines": _i("storylines behind it"),
        "p": _p("p-value"),
        "q": _p("p-value adjusted within its family"),
        "family": _s("family of tests declared beforehand"),
        "se": _f("standard error of the estimate, storylines as clusters", 0),
        "detectable": _f("smallest difference found with 80 % power at this n", 0),
    },
    "mentions": {
        "article_id": _ARTICLE,
        **_SPAN,
        "entity_id": _s("entity, one per event", null=False),
        "kind": _s("form of the mention", MENTION_KINDS, null=False),
    },
    "targets": {
        "target": _s("the string exactly as given", null=False),
        "aliases": _s("other names, separated by |"),
        "given_by": _s("user | column | found", null=False),
    },
    "facts": {
        "fact_id": _s("reported fact", null=False),
        "event_id": _s("event", null=False),
        "article_id": _ARTICLE,
        **_SPAN,
        "confidence": _p(
            "probability that the sentence tells the same as the fact's other sentences, calibrated on coded pairs"
        ),
    },
    "words": {
        "scope": _s("event_id, or corpus", null=False),
        "outlet": _s("outlet", null=False),
        "term": _s("word or phrase", null=False),
        "n": _i("times the outlet used it", null=False),
        "z": _f("weighted log-odds, in standard errors"),
        "low": _f("lower end of the interval of the log-odds"),
        "high": _f("upper end"),
        "voice": _s("narrator: the outlet's own words; source: direct quotations", VOICES),
        "log_odds": _f("weighted log-odds ratio against the others on the same events"),
        "n_others": _i("times the others used it on those events"),
        "n_articles": _i("articles of the outlet counted"),
    },
    "rejected": {
        "origin": _s("file, and line or member", null=False),
        "reason": _s("why it was not read", null=False),
        "raw": _s("the row as found"),
    },
    "removed": {
        "article_id": _ARTICLE,
        "raw_start": _i("first character in raw_text"),
        "raw_end": _i("one past the last character"),
        "text": _s("the line", null=False),
        "kind": _s("what it is", REMOVED_KINDS, null=False),
        "reason": _s("why it was taken for that", null=False),
        "score": _p("probability of that kind"),
    },
    "raw": {
        "article_id": _ARTICLE,
        "raw_text": _s("the text as it was read"),
    },
}

BESIDE: dict[str, dict[str, Column]] = {
    "accusations": {
        "accusation_id": _s("id of the accusation"),
        "event_id": _s("event of the article"),
        "article_id": _ARTICLE,
        "outlet": _s("outlet of the article"),
        "accuser": _s("source_id of who accuses; null: the narrator"),
        "accuser_name": _s("name of who accuses; null: the narrator"),
        "accused": _s("who is accused"),
        "accused_id": _s("id of the accused as a source or entity, where one is known"),
        **_SPAN,
        "n_spans": _i("passages of the article that make the accusation"),
        "reply": _s("state of the reply", REPLIES),
        "reply_start": _i("first character of the passage that answers, or says that there is no answer"),
        "reply_end": _i("one past the last character of it"),
        "reply_quotation_id": _s("quotation that answers"),
        "confidence": _p("that this is an accusation"),
    },
    "omissions": {
        "event_id": _s("event"),
        "kind": _s("fact or source"),
        "id": _s("fact_id or source_id"),
        "article_id": _s("article that could have told it"),
        "outlet": _s("outlet of the article"),
        "state": _s(
            "told; unsure: a sentence comes near; near: the same where too few had told it before to ask; mentioned: a source named, "
            "but not cited; not_found: not found in this text"
        ),
        "n_before": _i("independent articles that had told it before"),
        "n_told": _i("articles that tell it"),
        "told_by": _s("their article_ids, separated by a vertical bar"),
        "first_told": Column("time", "when another article told it first, UTC"),
        "published_at": Column("time", "when this article was published, UTC"),
        "n_words": _i("words of this article"),
        "n_no_longer": _i("of the others that tell it, those no longer than this one"),
        "nearest": _p("that the nearest sentence tells it; null where none comes near"),
        "part": _s("column of articles that the nearest sentence is in", PARTS),
        "start": _i("first character of the nearest sentence"),
        "end": _i("one past its last character"),
    },
    "loaded_words": {
        "article_id": _ARTICLE,
        **_SPAN,
        "text": _s("the word"),
        "probability": _p("that it carries a judgement"),
        "voice": _s("whose word it is", VOICES),
        "source_id": _s("source whose word it is"),
    },
    "members": {
        "article_id": _ARTICLE,
        "event_id": _s("event the article belongs to"),
        "nearest": _s("article_id of the nearest other article of the event"),
        "similarity": _p("likeness to it"),
        "shared": _s("names and numbers it shares with the event, separated by a vertical bar"),
        "borderline": Column("bool", "whether a stricter or looser threshold would place it elsewhere"),
        "event_stricter": _s("event at the stricter threshold"),
        "event_looser": _s("event at the looser threshold"),
        "decided_by": _s("what placed it: likeness, known (the user's column), duplicate, previous or edit"),
    },
    "edits": {
        "article_id": _ARTICLE,
        "original_id": _s("article_id of the original"),
        "kind": _s("headline; cut: not in this text; added: not in the original; changed: in other words"),
        "part": _s("column of articles that the span is in; null for a cut", PARTS),
        "start": _i("first character; null for a cut"),
        "end": _i("one past the last character; null for a cut"),
        "text": _s("what this article says"),
        "original_text": _s("what the original says"),
    },
    "faults": {
        "article_id": _ARTICLE,
        "step": _s("step that failed on the article"),
        "error": _s("what it said"),
    },
}
"""Tables that a run keeps beside the frames, to look up where a figure comes from."""

KEYS: dict[str, tuple[str, ...]] = {
    "articles": ("article_id",),
    "quotations": ("quotation_id",),
    "sources": ("source_id", "article_id"),
    "events": ("event_id",),
    "targets": ("target",),
    "raw": ("article_id",),
}


def columns(frame: str) -> dict[str, Column]:
    """Columns of a frame.

    Raises
    ------
    SchemaError
        If there is no such frame; the message lists the near names.
    """
    if frame not in FRAMES:
        near = difflib.get_close_matches(frame, FRAMES, n=3) or list(FRAMES)
        raise SchemaError(f"no frame named {frame!r}; did you mean {', '.join(near)}?")
    return FRAMES[frame]


def empty(frame: str) -> pd.DataFrame:
    """Return the frame with no rows and its full set of typed columns.

    Examples
    --------
    >>> empty("targets").columns.tolist()
    ['target', 'aliases', 'given_by']
    """
    return pd.DataFrame({name: pd.Series([], dtype=DTYPES[c.kind]) for name, c in columns(frame).items()})


def conform(data: pd.DataFrame | Iterable[Mapping[str, Any]], frame: str) -> pd.DataFrame:
    """Return `data` with the frame's columns first, in order and typed; extra columns follow.

    Columns the data lacks are added as null. The caller's frame is not changed.

    Raises
    ------
    SchemaError
        If a column cannot be cast to its type.

    Examples
    --------
    >>> conform([{"target": "the ministry", "given_by": "user"}], "targets").aliases.isna().all()
    np.True_
    """
    spec = columns(frame)
    table = data.copy() if isinstance(data, pd.DataFrame) else pd.DataFrame(list(data))
    if table.empty and not len(table.columns):
        return empty(frame)
    for name, column in spec.items():
        if name not in table.columns:
            table[name] = pd.Series(pd.NA, index=table.index, dtype="object")
        table[name] = _cast(table[name], column, frame)
    extra = [c for c in table.columns if c not in spec]
    return table[[*spec, *extra]]


def fill(articles: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return the articles with the columns of `values`, which are indexed by article_id, put in or replaced.

    Examples
    --------
    >>> values = pd.DataFrame({"event_id": ["e"]}, index=["a"])
    >>> fill(pd.DataFrame({"article_id": ["a"], "event_id": [None]}), values).event_id.tolist()
    ['e']
    """
    mine = values.reindex(articles["article_id"])
    return articles.assign(**{str(name): mine[name].set_axis(articles.index) for name in mine})


def _cast(values: pd.Series, column: Column, frame: str) -> pd.Series:
    if values.dtype == DTYPES[column.kind]:
        return values
    try:
        if column.kind == "time":
            return pd.to_datetime(values, utc=True).astype(DTYPES["time"])
        if column.kind == "float":
            return pd.to_numeric(values.astype("object").where(values.notna(), float("nan"))).astype("float64")
        return values.astype("object").where(values.notna(), None).astype(DTYPES[column.kind])
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"{frame}.{values.name} should be {column.kind} ({column.meaning}); "
            f"found {values.dtype}: {error}. Convert the column, or map another one with --map."
        ) from error


def pandera_schema(frame: str) -> pa.DataFrameSchema:
    """Return the frame as a pandera schema (imported only when something is checked)."""
    import pandera.pandas as pa

    def checks(column: Column) -> list[pa.Check]:
        found = []
        if column.values is not None and column.kind == "str":
            found.append(pa.Check.isin(list(column.values)))
        if column.low is not None:
            found.append(pa.Check.ge(column.low))
        if column.high is not None:
            found.append(pa.Check.le(column.high))
        return found

    fields = {
        name: pa.Column(DTYPES[c.kind], checks(c), nullable=c.null, description=c.meaning)
        for name, c in columns(frame).items()
    }
    unique = list(KEYS[frame]) if frame in KEYS else None
    return pa.DataFrameSchema(fields, unique=unique, strict=False)


def check(data: pd.DataFrame, frame: str) -> pd.DataFrame:
    """Return `data` unchanged if it is a valid `frame`.

    Raises
    ------
    SchemaError
        Naming the frame, the columns, the checks that failed and the first values that fail them.
    """
    import pandera.errors

    missing = [c for c in columns(frame) if c not in data.columns]
    if missing:
        raise SchemaError(_missing_message(frame, missing, list(data.columns)))
    try:
        pandera_schema(frame).validate(data, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases[["column", "check", "failure_case"]].map(str)
        shown = "; ".join(" ".join(row) for row in cases.head(5).itertuples(index=False))
        raise SchemaError(f"{frame}: {len(cases)} values break the schema: {shown}") from errors
    return data


def _missing_message(frame: str, missing: list[str], found: list[str]) -> str:
    hints = {m: difflib.get_close_matches(m, found, n=1) for m in missing}
    renames = ", ".join(f"{h[0]} -> {m}?" for m, h in hints.items() if h)
    tail = f" Perhaps rename {renames}" if renames else f" Found: {', '.join(map(str, found))}."
    return f"{frame} lacks {', '.join(missing)}.{tail}"


def check_spans(
    data: pd.DataFrame, articles: pd.DataFrame, *, start: str = "start", end: str = "end", text: str | None = None
) -> None:
    """Check that every span of `data` lies inside the part of the article it names.

    Parameters
    ----------
    data
        A frame with article_id, part and the two offset columns; null offsets are skipped.
    articles
        The articles the spans point into.
    start, end
        Names of the offset columns.
    text
        A column of `data` that must equal the span.

    Raises
    ------
    SchemaError
        Naming the first row that fails.
    """
    parts = articles.set_index("article_id")
    for row in data[data[start].notna()].to_dict("records"):
        whole = parts.at[row["article_id"], row["part"]]
        begin, stop = int(row[start]), int(row[end])
        where = f"{row['article_id']} {row['part']}[{begin}:{stop}]"
        if not isinstance(whole, str) or not 0 <= begin < stop <= len(whole):
            size = len(whole) if isinstance(whole, str) else "no"
            raise SchemaError(f"span {where} does not lie in its part ({size} characters)")
        if text is not None and isinstance(row[text], str) and whole[begin:stop] != row[text]:
            raise SchemaError(f"span {where} reads {whole[begin:stop]!r}, but {text} says {row[text]!r}")


def make_id(*values: object, prefix: str = "", length: int = 16) -> str:
    """Stable id from content: the same values give the same id on every machine.

    Examples
    --------
    >>> make_id("a", 1, prefix="q-") == make_id("a", 1, prefix="q-")
    True
    """
    digest = hashlib.sha256("\x1f".join("" if v is None else str(v) for v in values).encode()).hexdigest()
    return prefix + digest[:length]


def count_words(text: object) -> int:
    """Words of a text: runs of non-space holding a letter or digit.

    Examples
    --------
    >>> count_words("He said — twice — “no”.")
    4
    """
    if not isinstance(text, str):
        return 0
    return sum(token.isalnum() or any(map(str.isalnum, token)) for token in text.split())
