"""Inline markup of the hand-coded sample: parse and validate; ``sample.py`` compiles it to the frames.

Conventions
-----------
A file is one article: a TOML header between two ``+++`` lines, then lines ``kind|text`` with nested
inline tags ``{head:text}``. ``datasets/sample/CODEBOOK.md`` defines every kind, tag and header key.
All offsets are half-open, in Python characters, into ``title``, ``text`` or ``captions`` of the compiled article.

Examples
--------
>>> line = parse_line("body|{s1:She} {k1:said} {c1 i mayor:the bridge was safe}.", 1)
>>> line.text
'She said the bridge was safe.'
>>> [(tag.head, line.text[tag.start:tag.end]) for tag in line.tags]
[('s', 'She'), ('k', 'said'), ('c', 'the bridge was safe')]
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from framing import schema
from framing.datasets.overlap import found_edits, overlaps

__all__ = [
    "Article",
    "Event",
    "MarkupError",
    "check",
    "parse_article",
    "parse_event",
    "parse_line",
    "read_corpus",
]

OVERLAP_LIMIT = 0.02
FEWEST_WORDS, MOST_WORDS, MOST_WORDS_LONG = 300, 900, 1500
LONG_GENRES = ("live", "opinion", "interview")

LINE_KINDS = {
    "title": "headline",
    "body": "paragraph of the running text",
    "caption": "text under a picture",
    "standfirst": "summary under the headline",
    "subhead": "heading inside the article",
    "alt": "alternative text of a picture",
    "credit": "photographer or agency of a picture",
    "byline": "who wrote it",
    "date": "publication time or time stamp",
    "pullquote": "sentence of the article repeated in large type",
    "related": "link to another story",
    "boilerplate": "blurbs, self-descriptions, policies, notes",
}
PARTS = {"title": "title", "body": "text", "caption": "captions"}
JOINS = {"title": "\n", "text": "\n\n", "captions": "\n"}
KINDS = {"d": "direct", "i": "indirect", "m": "mixed"}
FRAMES = ("conflict", "human_interest", "economic", "morality", "responsibility")
EDITS = ("headline", "standfirst", "caption", "cut", "insert", "wording", "order")
STANCES = {"-": ("against", -1.0), "0": ("neutral", 0.0), "+": ("favour", 1.0)}
SOURCE_FIELDS = {
    "actor": schema.ACTORS,
    "level": schema.LEVELS,
    "identification": schema.IDENTIFICATIONS,
    "channel": schema.CHANNELS,
}
REQUIRED = ("outlet", "published", "url", "genre", "frames")
OPTIONAL = ("author", "language", "wire", "reprint_of", "edits", "version_of", "sources", "stance", "accusation")

HEAD = re.compile(r"(?P<head>[cksxl])(?P<rest>[^:{}]*)")
NUMBERS = re.compile(r"\d+(\+\d+)*")
CONTENT = re.compile(r"(?P<number>\d+)(?P<piece>[a-z]?)")
QUOTE_MARKS = "\"“”‘’'«»"
DOUBLE_MARKS = '"“”«»'


class MarkupError(schema.InputError):
    """A file that breaks the codebook: where, what, and the way out.

    Parameters
    ----------
    where : str
        File, or file and line.
    problem, fix : str
        What was found and what to do.
    """

    def __init__(self, where: str, problem: str, fix: str) -> None:
        super().__init__(f"{where}: {problem}; {fix}")


@dataclass(frozen=True)
class Tag:
    """One inline tag; `start` and `end` are offsets into the line, after `place` into the part."""

    head: str
    numbers: tuple[str, ...]
    piece: str
    attributes: tuple[str, ...]
    start: int
    end: int
    line: int
    part: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the page: its kind, its text without tags, and the tags."""

    kind: str
    text: str
    tags: tuple[Tag, ...]
    number: int


@dataclass(frozen=True)
class Event:
    """An event: its own data, its targets and its roster of sources."""

    id: str
    data: dict[str, Any]
    targets: dict[str, dict[str, str]]
    sources: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Article:
    """One marked-up article.

    Attributes
    ----------
    id : str
        ``<event>.<file stem>``.
    origin : str
        The file, as given.
    """

    id: str
    event: Event
    header: dict[str, Any]
    lines: tuple[Line, ...]
    origin: str
    tags: tuple[Tag, ...] = field(default=())

    def part(self, name: str) -> str:
        """Return `title`, `text` or `captions` as the cleaned article has it."""
        return JOINS[name].join(line.text for line in self.lines if PARTS.get(line.kind) == name)

    @property
    def raw(self) -> str:
        """Every line in page order, blank-line separated: the page as a scraper gives it."""
        return "\n\n".join(line.text for line in self.lines)

    def span(self, tag: Tag) -> str:
        """Return the text of a placed tag."""
        return self.part(tag.part)[tag.start : tag.end]

    def source(self, key: str) -> dict[str, str]:
        """Return the roster entry of `key` with this article's overrides."""
        own = self.header.get("sources", {}).get(key, {})
        return {"channel": "unknown", **self.event.sources[key], **own}

    @property
    def keys(self) -> list[str]:
        """Source keys that speak in this article, in order of appearance."""
        found = [tag.attributes[1] for tag in self.tags if tag.head == "c" and len(tag.attributes) > 1]
        return [key for key in dict.fromkeys(found) if key != "none"]


# --- parsing ---------------------------------------------------------------------------------------------------------


def parse_line(raw: str, number: int, where: str = "line") -> Line:
    """Parse one ``kind|text`` line.

    Parameters
    ----------
    raw : str
        The line as written.
    number : int
        Line number, for messages.
    where : str
        File name, for messages.

    Returns
    -------
    Line

    Raises
    ------
    MarkupError
        If the kind is unknown, braces do not match, or a tag head is not in the codebook.
    """
    place = f"{where}:{number}"
    kind, bar, rest = raw.partition("|")
    if not bar or kind not in LINE_KINDS:
        raise MarkupError(
            place, f"found no known kind before '|' in {raw[:40]!r}", f"begin with one of {', '.join(LINE_KINDS)}"
        )
    text, tags = _parse_inline(rest.strip(), number, place)
    if tags and kind not in PARTS:
        raise MarkupError(place, f"tags in a {kind} line", "tag only title, body and caption lines")
    if not text:
        raise MarkupError(place, f"empty {kind} line", "write its text or delete the line")
    return Line(kind, text, tuple(tags), number)


def _parse_inline(marked: str, number: int, place: str) -> tuple[str, list[Tag]]:
    """Strip tags from `marked`, keeping their offsets."""
    out: list[str] = []
    length = 0
    stack: list[tuple[str, int]] = []
    tags: list[Tag] = []
    i = 0
    while i < len(marked):
        char = marked[i]
        if char == "\\" and marked[i + 1 : i + 2] in ("{", "}"):
            out.append(marked[i + 1])
            length += 1
            i += 2
        elif char == "{":
            head, i = _read_head(marked, i, place)
            stack.append((head, length))
        elif char == "}":
            if not stack:
                raise MarkupError(
                    place, f"'}}' without '{{' near {marked[max(0, i - 25) : i + 1]!r}", r"delete it or write \}"
                )
            head, start = stack.pop()
            tags.append(_make_tag(head, start, length, number, place))
            i += 1
        else:
            out.append(char)
            length += 1
            i += 1
    if stack:
        raise MarkupError(place, f"tag {{{stack[-1][0]}: is not closed", "close it with '}' on the same line")
    text = "".join(out)
    for tag in tags:
        _check_edges(text, tag, place)
    return text, sorted(tags, key=lambda tag: (tag.start, -tag.end))


def _read_head(marked: str, i: int, place: str) -> tuple[str, int]:
    """Read ``{head:`` at `i`; return the head and the position after it."""
    match = HEAD.match(marked, i + 1)
    if not match or marked[match.end() : match.end() + 1] != ":":
        raise MarkupError(
            place,
            f"no tag head at {marked[i : i + 25]!r}",
            r"write {c1 d key:...}, {k1:...}, {s1:...}, {l:...}, {x:...} or \{",
        )
    after = match.end() + 1
    return match.group().strip(), after + (marked[after : after + 1] == " ")


def _make_tag(head: str, start: int, end: int, number: int, place: str) -> Tag:
    """Turn a head such as ``c4a d pires`` into a Tag."""
    letter, (name, *attributes) = head[0], (head[1:].split() or [""])
    if letter in "xl":
        if name or attributes:
            raise MarkupError(place, f"tag head {head!r}", f"write {{{letter}:...}} without number")
        return Tag(letter, (), "", (), start, end, number)
    if letter in "ks":
        if not NUMBERS.fullmatch(name) or attributes:
            raise MarkupError(place, f"tag head {head!r}", f"write {{{letter}1:...}} or {{{letter}1+2:...}}")
        return Tag(letter, tuple(name.split("+")), "", (), start, end, number)
    match = CONTENT.fullmatch(name)
    if not match or (len(attributes) == 1 and not match["piece"]) or len(attributes) > 3:
        raise MarkupError(
            place,
            f"tag head {head!r}",
            "write {c1 d key:...}, {c1a i key document:...} or, for later pieces, {c1b:...}",
        )
    if attributes and attributes[0] not in KINDS:
        raise MarkupError(place, f"kind {attributes[0]!r} in {head!r}", f"use one of {', '.join(KINDS)}")
    if len(attributes) == 3 and attributes[2] not in schema.CONTENT_TYPES:
        raise MarkupError(
            place, f"content type {attributes[2]!r} in {head!r}", f"use one of {', '.join(schema.CONTENT_TYPES)}"
        )
    return Tag("c", (match["number"],), match["piece"], tuple(attributes), start, end, number)


def _check_edges(text: str, tag: Tag, place: str) -> None:
    """Refuse empty spans and spans with white space at an edge."""
    span = text[tag.start : tag.end]
    if not span or span != span.strip():
        raise MarkupError(place, f"span {span!r} is empty or has a space at its edge", "move the braces")


def parse_event(path: Path) -> Event:
    """Read ``event.toml``.

    Raises
    ------
    MarkupError
        If a key is missing or a value is outside its vocabulary.
    """
    data = _toml(path.read_text(encoding="utf-8"), str(path))
    targets, sources = data.pop("targets", {}), data.pop("sources", {})
    missing = [key for key in ("id", "title", "start", "end", "storyline", "lock", "keywords") if key not in data]
    if missing:
        raise MarkupError(str(path), f"no {', '.join(missing)}", "add the keys of CODEBOOK.md, section 9")
    for key, target in targets.items():
        if target.get("kind") not in schema.TARGET_KINDS or not target.get("name"):
            raise MarkupError(
                str(path), f"target {key!r} needs name and kind", f"kind is one of {', '.join(schema.TARGET_KINDS)}"
            )
    for key, source in sources.items():
        _check_source(source, f"{path}: sources.{key}", whole=True)
    names = Counter(source["name"] for source in sources.values())
    twice = [name for name, n in names.items() if n > 1]
    if twice:
        raise MarkupError(str(path), f"two sources named {twice[0]!r}", "merge them or tell the names apart")
    return Event(str(data["id"]), data, targets, sources)


def _check_source(source: dict[str, str], where: str, *, whole: bool) -> None:
    """Check the vocabularies of a roster entry or of an override."""
    allowed = {"name", "affiliation", "role", *SOURCE_FIELDS}
    unknown = set(source) - allowed
    if unknown:
        raise MarkupError(where, f"unknown key {sorted(unknown)[0]!r}", f"use {', '.join(sorted(allowed))}")
    needed = {"name", "actor", "level", "identification"} if whole else set()
    if needed - set(source):
        raise MarkupError(where, f"no {', '.join(sorted(needed - set(source)))}", "add it")
    for key, values in SOURCE_FIELDS.items():
        if key in source and source[key] not in values:
            raise MarkupError(where, f"{key} = {source[key]!r}", f"use one of {', '.join(values)}")


def _toml(text: str, where: str) -> dict[str, Any]:
    """Parse TOML, naming the file in the error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MarkupError(where, f"TOML: {error}", "mend the header") from error


def parse_article(source: str, event: Event, stem: str, origin: str) -> Article:
    """Parse one marked-up article and validate it against the codebook.

    Parameters
    ----------
    source : str
        The file's text.
    event : Event
        Its event, whose roster and targets the tags refer to.
    stem : str
        File name without suffix; with the event's id it makes the article id.
    origin : str
        The file's name, for messages and the `origin` column.

    Returns
    -------
    Article

    Raises
    ------
    MarkupError
        At the first breach of the codebook.
    """
    rows = source.splitlines()
    if not rows or rows[0].strip() != "+++" or "+++" not in (row.strip() for row in rows[1:]):
        raise MarkupError(origin, "no header", "begin with '+++', TOML, '+++'")
    close = next(i for i, row in enumerate(rows[1:], 1) if row.strip() == "+++")
    header = _toml("\n".join(rows[1:close]), origin)
    lines = tuple(parse_line(row, i, origin) for i, row in enumerate(rows[close + 1 :], close + 2) if row.strip())
    article = Article(f"{event.id}.{stem}", event, header, lines, origin)
    article = replace(article, tags=tuple(_place(article)))
    _check_article(article)
    return article


def _place(article: Article) -> Iterator[Tag]:
    """Move tag offsets from the line to the part; let later pieces inherit; split none."""
    length = dict.fromkeys(JOINS, 0)
    first: dict[str, tuple[str, ...]] = {}
    for line in article.lines:
        part = PARTS.get(line.kind)
        if part is None:
            continue
        for tag in line.tags:
            attributes = tag.attributes
            if tag.head == "c":
                inherited = first.setdefault(tag.numbers[0], attributes)
                attributes = attributes + inherited[len(attributes) :]
            yield replace(
                tag, start=tag.start + length[part], end=tag.end + length[part], part=part, attributes=attributes
            )
        length[part] += len(line.text) + len(JOINS[part])


# --- validation ------------------------------------------------------------------------------------------------------


def _check_article(article: Article) -> None:
    """Run every check that needs one article only."""
    _check_header(article)
    _check_contents(article)
    _check_stance(article)
    _check_accusations(article)
    titles = sum(line.kind == "title" for line in article.lines)
    if titles != 1:
        raise MarkupError(article.origin, f"{titles} title lines", "write exactly one")


def _check_header(article: Article) -> None:
    header, where = article.header, article.origin
    missing = [key for key in REQUIRED if key not in header]
    unknown = set(header) - {*REQUIRED, *OPTIONAL}
    if missing or unknown:
        raise MarkupError(
            where,
            f"header keys missing {missing}, unknown {sorted(unknown)}",
            f"known: {', '.join(REQUIRED + OPTIONAL)}",
        )
    if not isinstance(header["published"], datetime) or header["published"].tzinfo is None:
        raise MarkupError(where, f"published = {header['published']!r}", "write 2025-03-04T06:10:00Z, unquoted, in UTC")
    for key, known in (("frames", FRAMES), ("edits", EDITS)):
        for value in header.get(key, []):
            if value not in known:
                raise MarkupError(where, f"{key} has {value!r}", f"use {', '.join(known)}")
    if header["genre"] not in schema.GENRES:
        raise MarkupError(where, f"genre = {header['genre']!r}", f"use one of {', '.join(schema.GENRES)}")
    for key, own in header.get("sources", {}).items():
        if key not in article.keys:
            raise MarkupError(
                where, f"[sources] {key!r} is no source of this article", f"its sources: {', '.join(article.keys)}"
            )
        _check_source(own, f"{where}: sources.{key}", whole=False)


def _check_contents(article: Article) -> None:
    contents: dict[str, list[Tag]] = {}
    for tag in article.tags:
        if tag.head == "c":
            contents.setdefault(tag.numbers[0], []).append(tag)
    for number, pieces in contents.items():
        _check_pieces(article, number, pieces)
    marks = [(n, tag) for tag in article.tags if tag.head in "ks" for n in tag.numbers]
    for (number, head), n in Counter((number, tag.head) for number, tag in marks).items():
        if n > 1:
            raise MarkupError(
                article.origin, f"{n} tags {head}{number}", "give each attribution one cue and one source span"
            )
    for number, tag in marks:
        place = f"{article.origin}:{tag.line}"
        if number not in contents:
            raise MarkupError(place, f"{tag.head}{number} has no content c{number}", "number it as its content")
        if all(piece.part != tag.part for piece in contents[number]):
            raise MarkupError(
                place, f"{tag.head}{number} stands in another part than c{number}", "give the repeat its own number"
            )


def _check_pieces(article: Article, number: str, pieces: list[Tag]) -> None:
    place = f"{article.origin}:{pieces[0].line}"
    letters = [tag.piece for tag in pieces]
    expected = [""] if len(pieces) == 1 else [chr(ord("a") + i) for i in range(len(pieces))]
    if letters != expected:
        raise MarkupError(
            place, f"pieces of c{number} are {letters}", f"expected {expected}; give another attribution its own number"
        )
    if len({tag.part for tag in pieces}) > 1:
        raise MarkupError(place, f"pieces of c{number} stand in several parts", "give the repeat its own number")
    for tag in pieces:
        if len(tag.attributes) < 2:
            raise MarkupError(place, f"c{number} has no kind and source", f"write {{c{number} d key:...}}")
        key = tag.attributes[1]
        if key != "none" and key not in article.event.sources:
            raise MarkupError(
                place,
                f"unknown source {key!r}",
                f"add it to event.toml or use one of {', '.join(article.event.sources)}",
            )
        _check_marks(article, tag)


def _check_marks(article: Article, tag: Tag) -> None:
    """Quotation marks must agree with the kind: a slip of the coder shows here."""
    span, kind = article.span(tag), tag.attributes[0]
    place = f"{article.origin}:{tag.line}"
    edges = span[0] in QUOTE_MARKS or span[-1] in QUOTE_MARKS or span[-2:-1] in tuple(QUOTE_MARKS)
    if kind == "d" and not edges:
        raise MarkupError(
            place,
            f"direct content without a mark at either end: {span[:40]!r}",
            "take the marks into the span, or code i or m",
        )
    if kind == "m" and not any(mark in span for mark in QUOTE_MARKS):
        raise MarkupError(place, f"mixed content without marks: {span[:40]!r}", "code it i")
    inner = [
        t
        for t in article.tags
        if t.head in "cx" and t is not tag and t.part == tag.part and tag.start <= t.start and t.end <= tag.end
    ]
    if kind == "i" and not inner and any(mark in span for mark in DOUBLE_MARKS):
        raise MarkupError(
            place, f"indirect content with quotation marks: {span[:40]!r}", "code it m, or tag the scare quote x"
        )


def _check_stance(article: Article) -> None:
    for target, voices in article.header.get("stance", {}).items():
        if target not in article.event.targets:
            raise MarkupError(
                article.origin, f"unknown target {target!r}", f"use one of {', '.join(article.event.targets)}"
            )
        for voice, value in voices.items():
            if voice not in ("narrator", "all", *article.keys):
                raise MarkupError(
                    article.origin,
                    f"stance.{target}: no voice {voice!r}",
                    f"use narrator, all, {', '.join(article.keys)}",
                )
            if value not in STANCES:
                raise MarkupError(
                    article.origin,
                    f"stance.{target}.{voice} = {value!r}",
                    f"use one of {', '.join(map(repr, STANCES))}",
                )


def _check_accusations(article: Article) -> None:
    numbers = {"c" + tag.numbers[0] for tag in article.tags if tag.head == "c"}
    for i, row in enumerate(article.header.get("accusation", []), 1):
        where = f"{article.origin}: accusation {i}"
        if row.get("accuser") not in ("narrator", *article.keys) or not row.get("accused"):
            raise MarkupError(
                where,
                f"accuser {row.get('accuser')!r}, accused {row.get('accused')!r}",
                "accuser: narrator or a source key",
            )
        if row.get("state") not in schema.REPLIES:
            raise MarkupError(where, f"state = {row.get('state')!r}", f"use one of {', '.join(schema.REPLIES)}")
        lost = {*row.get("spans", []), *row.get("reply", [])} - numbers
        if lost:
            raise MarkupError(
                where, f"no attribution {', '.join(sorted(lost))}", "name attributions as 'c7', without the piece"
            )
        if (row["state"] in ("quoted", "paraphrased")) != bool(row.get("reply")) and row["state"] != "reaction_noted":
            raise MarkupError(
                where,
                f"state {row['state']} with reply {row.get('reply', [])}",
                "quoted and paraphrased name their reply, others none",
            )


def _check_links(articles: Sequence[Article]) -> Iterator[str]:
    """Yield problems between articles: reprints, versions, declared edits."""
    known = {article.id: article for article in articles}
    for article in articles:
        for key in ("reprint_of", "version_of"):
            other = article.header.get(key)
            if other is not None and other not in known:
                yield f"{article.origin}: {key} = {other!r} is no article; known ids look like {articles[0].id!r}"
        original = known.get(article.header.get("reprint_of", ""))
        if original is not None:
            found, said = found_edits(original, article), set(article.header.get("edits", []))
            if found != said:
                yield f"{article.origin}: edits declared {sorted(said)}, found in the text {sorted(found)}; correct the list or the text"


# --- reading and checking a corpus -----------------------------------------------------------------------------------


def read_corpus(folder: Path | str, *, problems: list[str] | None = None) -> list[Article]:
    """Read every ``<event>/<outlet>-<n>.txt`` under `folder`, events and files by name.

    Parameters
    ----------
    folder : Path or str
        The folder of event folders.
    problems : list of str, optional
        If given, errors are appended to it and the file is left out; otherwise the first is raised.
    """
    articles: list[Article] = []
    paths = sorted(Path(folder).glob("*/event.toml"))
    if not paths:
        raise MarkupError(str(folder), "no <event>/event.toml", "give the folder that holds one folder per event")
    for path in paths:
        for read in _readers(path):
            try:
                articles.append(read())
            except MarkupError as error:
                if problems is None:
                    raise
                problems.append(str(error))
    return articles


def _readers(path: Path) -> Iterable[Any]:
    """One callable per article of the event, so that each error costs one article; a broken event.toml raises by itself."""
    try:
        event = parse_event(path)
    except MarkupError as error:
        message = error

        def fail() -> Article:
            raise message

        return [fail]

    def reader(file: Path) -> Any:
        return lambda: parse_article(
            file.read_text(encoding="utf-8"), event, file.stem, f"{file.parent.name}/{file.name}"
        )

    return [reader(file) for file in sorted(path.parent.glob("*.txt"))]


def check(folder: Path | str, *, overlap: bool = False) -> tuple[list[str], dict[str, int]]:
    """Validate a corpus.

    Parameters
    ----------
    folder : Path or str
        The folder of event folders.
    overlap : bool
        Also compare word 8-grams of independent articles.

    Returns
    -------
    problems : list of str
        One line each, empty if all is well.
    counts : dict of str to int
        Articles, events, words, attributions by kind and the rest.
    """
    problems: list[str] = []
    articles = read_corpus(folder, problems=problems)
    if not articles:
        return problems, {}
    problems.extend(_check_links(articles))
    if overlap:
        problems.extend(_overlap_problems(articles))
    problems.extend(_length_problems(articles))
    problems.extend(_outlet_problems(articles, Path(folder).parent / "outlets.toml"))
    return problems, _counts(articles)


def _length_problems(articles: Sequence[Article]) -> Iterator[str]:
    """Yield articles that are shorter or longer than the corpus promises."""
    for article in articles:
        n = schema.count_words(article.part("text"))
        most = MOST_WORDS_LONG if article.header["genre"] in LONG_GENRES else MOST_WORDS
        if not FEWEST_WORDS <= n <= most:
            yield f"{article.origin}: {n} words of body; write {FEWEST_WORDS} to {most}"


def _outlet_problems(articles: Sequence[Article], path: Path) -> Iterator[str]:
    """Yield articles whose outlet is not in `path`, if that file exists."""
    known = set(_toml(path.read_text(encoding="utf-8"), str(path))) if path.exists() else None
    for article in articles:
        outlet = article.header["outlet"]
        if known is not None and outlet not in known:
            yield f"{article.origin}: unknown outlet {outlet!r}; use one of {', '.join(sorted(known))}"


def _counts(articles: Sequence[Article]) -> dict[str, int]:
    """Count what was coded; attributions in pieces count once."""
    tags = [tag for article in articles for tag in article.tags]
    counts = {
        "articles": len(articles),
        "events": len({article.event.id for article in articles}),
        "words": sum(schema.count_words(article.part("text")) for article in articles),
        "attributions": sum(tag.head == "c" and tag.piece in ("", "a") for tag in tags),
    }
    for kind, name in KINDS.items():
        counts[name] = sum(tag.head == "c" and tag.piece in ("", "a") and tag.attributes[0] == kind for tag in tags)
    counts["loaded"] = sum(tag.head == "l" for tag in tags)
    counts["scare quotes"] = sum(tag.head == "x" for tag in tags)
    counts["accusations"] = sum(len(article.header.get("accusation", [])) for article in articles)
    return counts


def _overlap_problems(articles: Sequence[Article]) -> Iterator[str]:
    for share, a, b, gram in overlaps(articles):
        if share > OVERLAP_LIMIT:
            yield f"{a}, {b}: share {share:.1%} of their 8-grams ({gram!r}); reword, or quote other sentences"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m framing.datasets.markup check FOLDER [--overlap]``; 0 if all is well, else 2."""
    parser = argparse.ArgumentParser(
        prog="python -m framing.datasets.markup", description="Validate marked-up articles."
    )
    parser.add_argument("command", choices=["check"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--overlap", action="store_true", help="also compare word 8-grams of independent articles")
    options = parser.parse_args(arguments)
    try:
        problems, counts = check(options.folder, overlap=options.overlap)
    except MarkupError as error:
        problems, counts = [str(error)], {}
    for problem in problems:
        sys.stderr.write(problem + "\n")
    sys.stdout.write("".join(f"{name:13} {n:6}\n" for name, n in counts.items()))
    return 2 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
