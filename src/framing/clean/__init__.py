"""The body of every article, and a record of what was taken out of it.

A web page goes through trafilatura; text without markup through the line classifier of
:mod:`framing.clean.lines`, which is told what recurs in other texts of the outlet (:mod:`framing.clean.repeats`). What is kept is body paragraphs, unmodified, joined by a blank line; everything
else has a row in ``removed`` with its place in the raw text, a reason and a score.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from framing import outlets, schema
from framing.clean import bylines, genre, inline, lines, repeats, statements, webpage
from framing.loading import dates, noise

CAUTIOUS = 0.2  # threshold for body in languages the line model has not learnt from: rather keep than lose
HEAD_LINES = 6  # lines among which a headline stands, if one was recognised
LEAST_FOUND = 150  # characters of a page's article below which its lines are judged instead
LANGUAGE_LOOKED_AT = 1200  # characters that tell a language
STUB_WORDS = 60  # a body with fewer words, beside a request to pay or a cut, is a stub
_CUT = re.compile(r"(?:\s{0,9}(?:…|\.\.\.)\s{0,9})?\[\+\d{1,7} chars\]$")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
_TEXT_FILES = (".txt", ".text", ".md", ".rtf", ".docx")
_AFTER_NAME = re.compile(r"\s[|•–—-]\s|\s?[|•]")
_PAY = re.compile(
    r"\b(?:subscribe|subscribers?(?: only)?|subscription|sign in|log in|register|unlimited access|continue reading|"
    r"read the full|remaining free|premium|paywall|abonn\w{2,8}|suscr\w{2,8}|assin\w{2,6})\b",
    re.I,
)


@dataclass(frozen=True)
class Cleaned:
    """Articles with their body as ``text``, and what was not body.

    Parameters
    ----------
    articles
        The frame ``articles`` (grouping and wire columns still null) with the user's columns, and beside
        them ``genre_reason``, ``credits`` (removed lines that name a news agency), ``stub`` (true where only
        the beginning of an article was there) and ``cleaning`` (lines, html or off).
    removed
        The frame ``removed``. Captions are there and in the articles' own column.
    raw
        The frame ``raw``. ``kept`` holds, for each paragraph of ``text``, its offsets in the raw text as
        JSON ``[[start, end], ...]`` (null for one whose place in the page's lines is not certain).
    rejected
        The frame ``rejected``: rows without any body.
    """

    articles: pd.DataFrame
    removed: pd.DataFrame
    raw: pd.DataFrame
    rejected: pd.DataFrame


@dataclass
class _Body:
    """One article being cleaned."""

    raw: str
    paragraphs: list[str] = field(default_factory=list)
    kept: list[tuple[int, int] | None] = field(default_factory=list)
    removed: list[dict[str, Any]] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    how: str = "off"

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    def keep(self, text: str, span: tuple[int, int]) -> None:
        """A paragraph, without the clutter inside it; its place in the raw text is certain if what is left is one stretch."""
        left, at = [], 0
        for cut in inline.cuts(text):
            self.remove(span[0] + cut.start, span[0] + cut.end, cut.kind, cut.reason, 1.0)
            left.append((at, cut.start))
            at = cut.end
        left = [(start, end) for start, end in (*left, (at, len(text))) if text[start:end].strip()]
        if not left:
            return
        if len(left) == 1:
            start = left[0][0] + len(text[left[0][0] :]) - len(text[left[0][0] :].lstrip())
            end = left[0][0] + len(text[slice(*left[0])].rstrip())
            self.paragraphs.append(text[start:end])
            self.kept.append((span[0] + start, span[0] + end))
        else:
            self.paragraphs.append("".join(text[start:end] for start, end in left).strip())
            self.kept.append(None)

    def unread(self, reason: str) -> None:
        """Give up: what was taken for the body is no text."""
        self.paragraphs, self.kept, self.removed, self.found = [], [], [], {"noise": reason}

    def remove(self, start: int, end: int, kind: str, reason: str, score: float) -> None:
        self.removed.append(
            {
                "raw_start": start,
                "raw_end": end,
                "text": self.raw[start:end],
                "kind": kind,
                "reason": reason,
                "score": round(score, 4),
            }
        )


def clean(articles: pd.DataFrame, *, enabled: bool = True) -> Cleaned:
    r"""Find the body of raw articles.

    Parameters
    ----------
    articles
        Raw articles as :func:`framing.loading.read` gives them. Rows that were cleaned before (their
        column ``cleaning`` is filled) are passed on as they are.
    enabled
        False keeps every text as it is: for a corpus with gold offsets. HTML is reduced to its lines even so.

    Returns
    -------
    Cleaned
        ``articles`` and ``rejected`` have as many rows together as came in.

    Examples
    --------
    >>> text = "\n".join(["The port of Orvane shut on Monday, its office said, after nine days of storm."] * 1)
    >>> done = clean(pd.DataFrame({"article_id": ["a"], "text": [text], "origin": ["x"]}))
    >>> done.articles.text[0] == text, len(done.removed)
    (True, 0)
    """
    rows = _records(articles)
    recurring = _recurring(rows) if enabled else [{} for _ in rows]
    bodies = [_clean_one(row, enabled, recurs) for row, recurs in zip(rows, recurring)]
    for row, body in zip(rows, bodies):
        if row.get("html") is True and (reason := noise.of_text(body.text)):
            body.unread(reason)
    good = [i for i, body in enumerate(bodies) if body.text.strip()]
    kept = articles.iloc[good].drop(columns=["html"], errors="ignore").copy()
    _fill(kept, [rows[i] for i in good], [bodies[i] for i in good])
    removed = [{"article_id": rows[i]["article_id"], **r} for i in good for r in bodies[i].removed]
    raw = pd.DataFrame(
        {
            "article_id": [rows[i]["article_id"] for i in good],
            "raw_text": [bodies[i].raw for i in good],
            "kept": pd.Series([json.dumps(bodies[i].kept) for i in good], dtype=schema.DTYPES["str"]),
        }
    )
    bad = [_rejection(row, body) for row, body in zip(rows, bodies) if not body.text.strip()]
    return Cleaned(
        schema.conform(kept, "articles"),
        schema.conform(removed, "removed") if removed else schema.empty("removed"),
        schema.conform(raw, "raw"),
        schema.conform(bad, "rejected") if bad else schema.empty("rejected"),
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _rejection(row: Mapping[str, Any], body: _Body) -> dict[str, Any]:
    kinds = ", ".join(sorted({r["kind"] for r in body.removed})) or "nothing"
    if body.found.get("noise"):
        return {
            "origin": row.get("origin") or str(row["article_id"]),
            "reason": body.found["noise"],
            "raw": body.raw[:10_000],
        }
    reason = f"no body text found (its lines are {kinds})" if body.removed else "no body text found"
    return {"origin": row.get("origin") or str(row["article_id"]), "reason": reason, "raw": body.raw[:10_000]}


def raw_span(paragraphs: str, kept: str, start: int, end: int) -> tuple[int, int] | None:
    r"""Offsets in the raw text of a span of the cleaned text.

    Parameters
    ----------
    paragraphs
        The article's ``text``.
    kept
        Column ``kept`` of the frame ``raw``.
    start, end
        A span of the text, inside one paragraph.

    Returns
    -------
    tuple or None
        None if the span crosses paragraphs or its paragraph's place is not known.

    Examples
    --------
    >>> raw_span("One.\n\nTwo.", "[[0, 4], [20, 24]]", 6, 9)
    (20, 23)
    """
    at = 0
    for span in json.loads(kept):
        size = None if span is None else span[1] - span[0]
        if size is None:
            stop = paragraphs.find("\n\n", at)
            size = (len(paragraphs) if stop < 0 else stop) - at
        if at <= start and end <= at + size:
            return None if span is None else (span[0] + start - at, span[0] + end - at)
        at += size + 2
    return None


# --- one article ------------------------------------------------------------------------------------


def _recurring(rows: Sequence[Mapping[str, Any]]) -> list[repeats.Counts]:
    """For each text without markup, which of its lines other texts of its outlet hold too."""
    flat = [
        i
        for i, row in enumerate(rows)
        if row.get("html") is not True and isinstance(row.get("text"), str) and not isinstance(row.get("cleaning"), str)
    ]
    split = [[unit.text for unit in lines.split(rows[i]["text"])] for i in flat]
    found: list[repeats.Counts] = [{} for _ in rows]
    for i, counted in zip(flat, repeats.counts(split, [_own(rows[i], "outlet") or _site(rows[i]) for i in flat])):
        found[i] = counted
    return found


def _site(row: Mapping[str, Any]) -> str | None:
    url = _own(row, "url")
    return outlets.registered_domain(url) if url else None


def _clean_one(row: Mapping[str, Any], enabled: bool, recurs: repeats.Counts) -> _Body:
    text = row.get("text")
    text = text if isinstance(text, str) else ""
    if isinstance(row.get("cleaning"), str):
        return _as_it_is(text, row["cleaning"])
    if row.get("html") is True:
        return _page(row, text, enabled)
    return _flat(row, text, recurs=recurs) if enabled else _as_it_is(text, "off")


def _as_it_is(text: str, how: str) -> _Body:
    return _Body(text, [text], [(0, len(text))], how=how)


def _flat(
    row: Mapping[str, Any], text: str, hints: Sequence[str] | None = None, recurs: repeats.Counts | None = None
) -> _Body:
    """Text without markup: every line judged by the line classifier."""
    body = _Body(text, how="lines")
    end = len(text)
    if cut := _CUT.search(text, 0, len(text.rstrip())):
        end = cut.start()
        body.remove(cut.start(), len(text.rstrip()), "boilerplate", "marks where a news service cut the text", 1.0)
        body.found["stub"] = True
    units = lines.split(text[:end])
    foreign = (language(text[:end]) or "en") != "en"
    texts = [u.text for u in units]
    doubt = repeats.doubt(texts, recurs) if recurs else None
    verdicts = lines.Model.load().classify(texts, CAUTIOUS if foreign else None, doubt)
    title = row.get("title") if isinstance(row.get("title"), str) else None
    if title is None and not foreign and _opens_with_headline(text, units, verdicts):
        verdicts[0] = lines.Verdict("headline", verdicts[0].score, "first line, set apart and not a sentence")
    if _ends_article(units, verdicts) and not hints:
        verdicts[-1] = lines.Verdict("body", verdicts[-1].score, "")
    if not hints and not foreign:
        verdicts = statements.protect(texts, verdicts)
    seen: set[str] = set()
    for unit, verdict, hint in zip(units, verdicts, hints or [""] * len(units)):
        label, reason, score = _settle(unit.text, verdict, title, seen, hint)
        if label == "body":
            body.keep(unit.text, (unit.start, unit.end))
            continue
        if label == "caption":
            body.captions.append(unit.text)
        body.remove(unit.start, unit.end, label, reason, score)
    _infer(body, title)
    return body


def _opens_with_headline(raw: str, units: Sequence[lines.Line], verdicts: Sequence[lines.Verdict]) -> bool:
    """Whether the first line is a headline, which without its markup looks like a short paragraph, a subhead or a label.

    It ends without a full stop, a blank line follows, one of the first paragraphs below it is a longer sentence, and half of its words
    (by their first five letters) come again in the body.
    """
    if len(units) < 2 or any(v.label == "headline" for v in verdicts[:HEAD_LINES]):
        return False
    first, below = units[0], [u for u, v in zip(units[1:], verdicts[1:]) if v.label == "body"]
    words = _stems(first.text)
    if not below or not 3 <= schema.count_words(first.text) <= 25 or not words:
        return False
    if _agency_forms().search(first.text[-40:]) or re.search(r"[a-z]{4}[.?!][\"'”’]?\s|Images?$", first.text):
        return False  # a caption with its credit, or a paragraph
    ends = first.text.rstrip("\"'”’»")[-1:]
    again = words & _stems(" ".join(u.text for u in below[:20]))
    return (
        (ends.isalnum() or ends in "?!%")
        and raw[first.end : units[1].start].count("\n") > 1
        and any(
            schema.count_words(u.text) >= max(12, schema.count_words(first.text)) and lines.TERMINAL.search(u.text[-6:])
            for u in below[:3]
        )
        and 2 * len(again) >= len(words)
    )


def _ends_article(units: Sequence[lines.Line], verdicts: Sequence[lines.Verdict]) -> bool:
    """Whether a last short sentence after body was taken for a picture's text, which hardly ever ends an article."""
    last = [v.label for v in verdicts[-2:]]
    return (
        last == ["body", "alt"]
        and schema.count_words(units[-1].text) >= 4
        and units[-1].text.endswith((".", ".”", '."'))
    )


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}


def _settle(text: str, verdict: lines.Verdict, title: str | None, seen: set[str], hint: str) -> tuple[str, str, float]:
    """Label of a line after what is certain: the known title, an exact repetition, what the markup said."""
    folded = " ".join(text.split()).casefold()
    if title is not None and folded == " ".join(title.split()).casefold():
        return "headline", "equal to the title", 1.0
    if hint in ("caption", "alt"):
        return hint, "marked so in the page", 1.0
    if verdict.label == "body":
        told = inline.whole(text) if verdict.reason != lines.ALONE else None
        if told is not None:
            return *told, 1.0
        if folded in seen and schema.count_words(text) >= 8:
            return "duplicate", "the same paragraph again", 1.0
        seen.add(folded)
    elif verdict.label == "boilerplate" and bylines.is_byline(text):
        return "byline", "says who wrote it", 1.0
    return verdict.label, verdict.reason, verdict.score


def _infer(body: _Body, title: str | None) -> None:
    """Title, author and date from removed lines, where a line says so plainly."""
    first = body.kept[0][0] if body.kept and body.kept[0] else 0
    above = [r for r in body.removed if r["raw_start"] < first]
    heads = [r["text"] for r in above if r["kind"] == "headline" and 3 <= schema.count_words(r["text"]) <= 40]
    if title is None and heads:
        body.found["title"] = heads[-1]
    for line in (r["text"] for r in above if r["kind"] in ("byline", "dateline") and len(r["text"]) < 160):
        if "author" not in body.found and (match := bylines.BY.match(line)):
            body.found["author"] = match["who"].strip(" .,|")
        if "date" not in body.found and re.search(r"\b(?:19|20)\d{2}\b", line):
            time = dates.parse(line)
            if time.at is not None:
                body.found["date"] = line


def _page(row: Mapping[str, Any], page: str, enabled: bool) -> _Body:
    """Web page: trafilatura's article, and the page's other lines as removed."""
    found = webpage.extract(page, row.get("url") if isinstance(row.get("url"), str) else None)
    if found is None:
        return _Body(page[:10_000], how="html")
    raw, spans = _joined(found.lines)
    if not enabled:
        return _as_it_is(raw, "off")
    paragraphs = [p for p in found.paragraphs if p.kind == "body"]
    size = sum(len(p.text) for p in paragraphs)  # in characters: not every script sets words apart
    if size < LEAST_FOUND:  # nothing recognised: judge the lines
        body = _flat(row, raw, [line.kind for line in found.lines])
        body.how = "html"
    else:
        body = _from_page(found, raw, spans)
    body.found |= {k: v for k, v in vars(found.stated).items() if v}
    if not body.found.get("author"):
        said = (bylines.BY.match(line.text) for line in found.lines if line.kind == "byline")
        body.found["author"] = next((_AFTER_NAME.split(m["who"])[0].strip(" .,|") for m in said if m), None)
    if found.captions and not body.captions:
        body.captions = list(found.captions)
    return body


def _joined(shown: Sequence[webpage.Shown]) -> tuple[str, list[tuple[int, int]]]:
    """Lines of a page as one text, and where each is in it."""
    spans, at = [], 0
    for line in shown:
        spans.append((at, at + len(line.text)))
        at += len(line.text) + 2
    return "\n\n".join(line.text for line in shown), spans


def _from_page(found: webpage.Extracted, raw: str, spans: Sequence[tuple[int, int]]) -> _Body:
    body = _Body(raw, how="html")
    body.captions = list(found.captions)
    place: dict[str, list[tuple[int, int]]] = {}
    for line, span in zip(found.lines, spans):
        place.setdefault(line.folded, []).append(span)
    title = _folded(found.stated.title or "")
    read = [p.text for p in found.paragraphs if p.kind == "body" and _folded(p.text) != title]
    for text in read:
        where = place.get(_folded(text), [])
        if len(where) != 1 or raw[slice(*where[0])] != text:
            body.paragraphs.append(text)
            body.kept.append(None)
        elif told := inline.whole(text):
            body.remove(*where[0], *told, 1.0)
            body.captions += [text] if told[0] == "caption" and text not in body.captions else []
        else:
            body.keep(text, where[0])
    everything = _folded(" ".join(read))
    subheads = {_folded(p.text) for p in found.paragraphs if p.kind == "subhead"}
    captions = {_folded(c) for c in body.captions}
    short = {_folded(p) for p in read}
    block: list[tuple[int, int]] = []
    for line, span in zip(found.lines, spans):
        folded = line.folded
        if folded in short or (len(folded) > 20 and folded in everything):
            kind = "body"
        else:
            kind = "subhead" if folded in subheads else "caption" if folded in captions else line.kind
        if kind in ("", "subhead") and folded not in subheads:
            block.append(span)
            continue
        _flush(body, block)
        if kind != "body":
            body.remove(
                *span, kind, "marked so in the page" if kind != "subhead" else "heading inside the article", 1.0
            )
    _flush(body, block)
    body.removed.sort(key=lambda row: row["raw_start"])
    return body


def _flush(body: _Body, block: list[tuple[int, int]]) -> None:
    """One row for a run of lines that are not of the article."""
    if block:
        body.remove(block[0][0], block[-1][1], "boilerplate", "outside the article (trafilatura)", 1.0)
        block.clear()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


# --- columns ------------------------------------------------------------------------------------------


def _fill(table: pd.DataFrame, rows: Sequence[Mapping[str, Any]], bodies: Sequence[_Body]) -> None:
    """Write what was found into the table; what the source said itself is never overwritten."""
    text = schema.DTYPES["str"]

    def put(name: str, values: list[Any], dtype: Any = text) -> None:
        table[name] = pd.Series(values, index=table.index, dtype=dtype)

    put("text", [b.text for b in bodies])
    put("n_words", [schema.count_words(b.text) for b in bodies], schema.DTYPES["int"])
    put("cleaning", [b.how for b in bodies])
    for name in ("title", "url"):
        put(name, [_own(row, name) or body.found.get(name) for row, body in zip(rows, bodies)])
    put("outlet", [_own(row, "outlet") or _outlet(row, body) for row, body in zip(rows, bodies)])
    put("author", [_author(row, body, outlet) for row, body, outlet in zip(rows, bodies, table["outlet"])])
    put("captions", [_own(row, "captions") or "\n".join(body.captions) or None for row, body in zip(rows, bodies)])
    _fill_dates(table, rows, bodies)
    put("credits", [_own(row, "credits") or _credits(body) for row, body in zip(rows, bodies)])
    put("language", [_own(row, "language") or language(body.text) for row, body in zip(rows, bodies)])
    stubs = [_stub(row, body, int(n)) for row, body, n in zip(rows, bodies, table["n_words"])]
    put("stub", stubs, schema.DTYPES["bool"])
    guesses = [_genre(row, body.found) for row, body in zip(_records(table), bodies)]
    put("genre", [g.genre if g else None for g in guesses])
    put("genre_reason", [g.reason if g else None for g in guesses])


def _own(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) and value.strip() else None


def _author(row: Mapping[str, Any], body: _Body, outlet: Any) -> str | None:
    found = _own(row, "author") or body.found.get("author")
    return (
        found if not found or body.how == "off" else bylines.names(found, outlet if isinstance(outlet, str) else None)
    )


def _outlet(row: Mapping[str, Any], body: _Body) -> str | None:
    """Outlet of a page that states its address or name."""
    if not body.found.get("url") and not body.found.get("site"):
        return None
    return outlets.canonical(None, body.found.get("url")) or outlets.canonical(body.found.get("site"), None)


def _fill_dates(table: pd.DataFrame, rows: Sequence[Mapping[str, Any]], bodies: Sequence[_Body]) -> None:
    """Dates the source lacked, from the page, a date line or a text file's name; the form they were found in beside them."""
    at: list[Any] = []
    raw: list[str | None] = []
    note: list[str | None] = []
    for row, body in zip(rows, bodies):
        given, stated, named = row.get("published_at"), body.found.get("date"), _named_day(row)
        missing = given is None or pd.isna(given)
        on_page, in_name = (dates.parse(day).at if missing and day else None for day in (stated, named))
        if on_page is not None:
            at.append(on_page)
            raw.append(_own(row, "published_raw") or body.found.get("shown") or stated)
            note.append("from the page" + (f", which states {stated} as well" if body.found.get("shown") else ""))
        elif in_name is not None:
            at.append(in_name)
            raw.append(named)
            note.append("from the file's name")
        else:
            at.append(None if missing else given)
            raw.append(_own(row, "published_raw"))
            note.append(_own(row, "published_note"))
    table["published_at"] = pd.Series(pd.to_datetime(at, utc=True), index=table.index).astype(schema.DTYPES["time"])
    table["published_raw"] = pd.Series(raw, index=table.index, dtype=schema.DTYPES["str"])
    table["published_note"] = pd.Series(note, index=table.index, dtype=schema.DTYPES["str"])


def _named_day(row: Mapping[str, Any]) -> str | None:
    """Day in the name of a text file that is one article; a saved page's name may tell when it was saved."""
    origin = _own(row, "origin")
    if origin is None or row.get("html") is True or not origin.lower().endswith(_TEXT_FILES):
        return None
    return dates.in_name(re.split(r"[/\\!]", origin)[-1])


@cache
def _agency_forms() -> re.Pattern[str]:
    forms = sorted((f for a in outlets.agencies().values() for f in a.credit), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, forms)) + r")\b")


def _credits(body: _Body) -> str | None:
    """Removed lines that name an agency and are no picture's: what wire detection may need."""
    named = [
        " ".join(r["text"].split())
        for r in body.removed
        if r["kind"] in ("byline", "dateline", "boilerplate", "headline")
        and len(r["text"]) < 600
        and _agency_forms().search(r["text"])
    ]
    return "\n".join(dict.fromkeys(named[:10])) or None


def _stub(row: Mapping[str, Any], body: _Body, words: int) -> bool:
    """Whether only the beginning of an article is there: cut by a service or behind a request to pay."""
    if row.get("stub") is True or body.found.get("stub"):
        return True
    if words >= STUB_WORDS or body.how == "off":
        return False
    asks = len(body.paragraphs) > 1 and len(body.paragraphs[-1]) < 100 and _PAY.search(body.paragraphs[-1])
    if asks or _ELLIPSIS.search(body.text.rstrip()[-9:]):
        return True
    return any(_PAY.search(r["text"][:2000]) for r in body.removed)


def _genre(row: Mapping[str, Any], found: Mapping[str, Any]) -> genre.Guess | None:
    given = row.get("genre")
    if isinstance(given, str) and given in schema.GENRES:
        return genre.Guess(given, _own(row, "genre_reason") or "given by the source", 1.0)
    if found.get("genre"):
        return genre.Guess(found["genre"], "type stated in the page", 0.95)
    section = _own(row, "section") or found.get("section")
    return genre.guess({**row, "section": section} if section else row)


@cache
def _identifier() -> Any:
    import py3langid

    return py3langid.classify


def language(text: str) -> str | None:
    """Language of a text as an ISO 639-1 code; None if there are too few words to tell.

    Examples
    --------
    >>> language("The harbour of the town was closed on Monday after nine days of storm.")
    'en'
    """
    if len(text) < 40 and schema.count_words(text) < 5:
        return None
    return str(_identifier()(text[:LANGUAGE_LOOKED_AT])[0])


def counts(read: int, done: Cleaned) -> Iterator[tuple[str, int]]:
    """Numbers that must add up: what came in, what was kept, what was rejected."""
    yield "in", read
    yield "kept", len(done.articles)
    yield "rejected", len(done.rejected)
