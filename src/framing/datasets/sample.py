"""The hand-coded sample corpus: compile its markup to the frames, load it, build shippable inputs.

The corpus is fiction, written for this project and coded by the codebook in ``datasets/sample/CODEBOOK.md``.
Events with `lock` are held apart: scored, never looked at while tuning.

Examples
--------
>>> gold = load(events=["dock-strike"])
>>> gold["articles"]["event_id"].unique().tolist()
['dock-strike']
"""

from __future__ import annotations

import html
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from framing import schema
from framing.datasets._registry import Dataset, card_folder
from framing.datasets.markup import (
    FRAMES,
    KINDS,
    LINE_KINDS,
    SOURCE_FIELDS,
    STANCES,
    Article,
    Event,
    MarkupError,
    read_corpus,
)
from framing.datasets.overlap import NGRAM, align, grams, words

__all__ = ["DATASET", "DEMO", "build", "compile_frames", "load", "page"]

CODEBOOK = "sample@2"
ANNOTATOR = "gold-2"
DEMO = ("dock-strike", "abuses-report")

# What the schema calls each kind of line that is not body text.
REMOVED = {
    "title": "headline",
    "standfirst": "subhead",
    "subhead": "subhead",
    "caption": "caption",
    "alt": "alt",
    "credit": "credit",
    "byline": "byline",
    "date": "dateline",
    "pullquote": "duplicate",
    "related": "boilerplate",
    "boilerplate": "boilerplate",
}
# Gold frames that the schema does not have; the others take their columns from it.
EXTRA = {
    "accusations": "accusation_id event_id article_id accuser source_id accused quotations reply_state replies",
    "edits": "article_id wire_article_id kind start end original_start original_end",
}


def _outlets(folder: Path) -> dict[str, dict[str, Any]]:
    return tomllib.loads((folder / "outlets.toml").read_text(encoding="utf-8"))


def _read(folder: Path | str | None, events: Iterable[str] | None, lock: bool | None) -> tuple[list[Article], Path]:
    """Parse the chosen articles."""
    place = Path(folder) if folder is not None else card_folder("sample")
    articles = read_corpus(place / "articles")
    known = {article.event.id for article in articles}
    chosen = set(known if events is None else events)
    if chosen - known:
        raise MarkupError(
            str(place), f"no event {', '.join(sorted(chosen - known))}", f"use {', '.join(sorted(known))}"
        )
    kept = [a for a in articles if a.event.id in chosen and lock in (None, a.event.data["lock"])]
    return kept, place


def load(
    folder: Path | str | None = None, *, events: Iterable[str] | None = None, lock: bool | None = None
) -> dict[str, pd.DataFrame]:
    """Compile the sample to its gold frames.

    Parameters
    ----------
    folder : Path or str, optional
        Another corpus in the same markup; default the shipped one.
    events : iterable of str, optional
        Event ids to keep; `DEMO` names the two of the quick demonstration.
    lock : bool, optional
        True for the held-apart events only, False for the others only, None for both.

    Returns
    -------
    dict of str to DataFrame
        See `compile_frames`.

    Raises
    ------
    MarkupError
        At the first file that breaks the codebook, or if an event is unknown.
    """
    articles, place = _read(folder, events, lock)
    return compile_frames(articles, _outlets(place))


def compile_frames(
    articles: Sequence[Article], outlets: dict[str, dict[str, Any]] | None = None
) -> dict[str, pd.DataFrame]:
    """Compile parsed articles to the gold frames.

    Parameters
    ----------
    articles : sequence of Article
        Validated articles.
    outlets : dict, optional
        Outlet key -> record with `name` and `domain`; without it the key stands for the name.

    Returns
    -------
    dict of str to DataFrame
        articles, raw, removed, quotations, sources, annotations, events, targets, accusations, edits.
    """
    outlets = outlets or {}
    known = {article.id: article for article in articles}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for article in articles:
        rows["articles"].append(_article_row(article, known, outlets))
        rows["raw"].append({"article_id": article.id, "raw_text": article.raw})
        rows["removed"].extend(_removed_rows(article))
        quotations = list(_quotation_rows(article))
        rows["quotations"].extend(quotations)
        rows["sources"].extend(_source_rows(article, quotations))
        rows["annotations"].extend(_annotation_rows(article))
        rows["accusations"].extend(_accusation_rows(article))
        rows["edits"].extend(_edit_rows(article, known))
    for event in {article.event.id: article.event for article in articles}.values():
        members = [article for article in articles if article.event.id == event.id]
        rows["events"].append(_event_row(event, members))
        rows["targets"].extend(_target_rows(event))
    return {name: _frame(name, table) for name, table in rows.items()}


TABLES = ("articles", "raw", "removed", "quotations", "sources", "annotations", "events", "targets", *EXTRA)


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Give the rows the columns and types of their frame."""
    if name not in EXTRA:
        unique = (
            {tuple(row[key] for key in schema.KEYS[name]): row for row in reversed(rows)} if name == "targets" else None
        )
        return schema.conform(list(reversed(unique.values())) if unique else rows, name)
    frame = pd.DataFrame(rows, columns=EXTRA[name].split())
    for column in frame.columns:
        if column.endswith(("start", "end")):
            frame[column] = frame[column].astype("Int64")
    return frame


def _article_row(article: Article, known: dict[str, Article], outlets: dict[str, dict[str, Any]]) -> dict[str, Any]:
    header, text = article.header, article.part("text")
    outlet = outlets.get(header["outlet"], {})
    original = known.get(header.get("reprint_of", ""))
    return {
        "article_id": article.id,
        "outlet": outlet.get("name", header["outlet"]),
        "outlet_raw": outlet.get("domain", header["outlet"]),
        "title": article.part("title"),
        "text": text,
        "captions": article.part("captions") or None,
        "published_at": pd.Timestamp(header["published"]).tz_convert("UTC"),
        "published_raw": header["published"].isoformat(),
        "url": header["url"],
        "author": header.get("author"),
        "language": header.get("language", "en"),
        "genre": header["genre"],
        "event_id": article.event.id,
        "wire": header.get("wire"),
        "duplicate_of": header.get("reprint_of"),
        "version_of": header.get("version_of"),
        "shared_with": header.get("reprint_of"),
        "shared_share": _shared_share(original.part("text"), text) if original else None,
        "n_words": schema.count_words(text),
        "origin": article.origin,
        "targets": "|".join(target["name"] for target in article.event.targets.values()) or None,
        "split": "lock" if article.event.data["lock"] else "open",
    }


def _shared_share(original: str, reprint: str) -> float:
    """Share of the reprint's words that stand in an 8-gram of the original."""
    theirs, tokens = grams(original), words(reprint)
    covered: set[int] = set()
    for i in range(len(tokens) - NGRAM + 1):
        if tuple(tokens[i : i + NGRAM]) in theirs:
            covered.update(range(i, i + NGRAM))
    return len(covered) / max(1, len(tokens))


def _removed_rows(article: Article) -> Iterator[dict[str, Any]]:
    position = 0
    for line in article.lines:
        if line.kind != "body":
            row = {
                "article_id": article.id,
                "raw_start": position,
                "raw_end": position + len(line.text),
                "text": line.text,
            }
            reason = LINE_KINDS[line.kind]
            yield {**row, "kind": REMOVED[line.kind], "reason": reason, "score": 1.0, "line_kind": line.kind}
        position += len(line.text) + 2


def _quotation_rows(article: Article) -> Iterator[dict[str, Any]]:
    marks = {(tag.head, n): tag for tag in article.tags if tag.head in "ks" for n in tag.numbers}
    for tag in article.tags:
        if tag.head != "c":
            continue
        kind, key, *rest = tag.attributes
        number = tag.numbers[0]
        row: dict[str, Any] = {
            "quotation_id": f"{article.id}#c{number}{tag.piece}",
            "article_id": article.id,
            "part": tag.part,
            "start": tag.start,
            "end": tag.end,
            "text": article.span(tag),
            "kind": KINDS[kind],
            "content_type": rest[0] if rest else "speech",
            "source_id": None if key == "none" else source_id(article.event, key),
            "n_words": schema.count_words(article.span(tag)),
            "part_of": f"{article.id}#c{number}" if tag.piece else None,
            "confidence": 1.0,
        }
        for name, head in (("cue", "k"), ("speaker", "s")):
            mark = marks.get((head, number))
            found = (article.span(mark), mark.start, mark.end) if mark else (None, None, None)
            row[name], row[f"{name}_start"], row[f"{name}_end"] = found
        yield row


def source_id(event: Event, key: str) -> str:
    """Return the gold id of a source: the same in every article of the event."""
    return f"{event.id}/{key}"


def _source_rows(article: Article, quotations: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row per source; counts and position are of the body text, so that a headline's repeat counts once."""
    length = max(1, len(article.part("text")))
    for key in article.keys:
        entry, name = article.source(key), source_id(article.event, key)
        own = [row for row in quotations if row["source_id"] == name and row["part"] == "text"]
        yield {
            "source_id": name,
            "article_id": article.id,
            "affiliation": entry.get("affiliation"),
            "role": entry.get("role"),
            **{column: entry[column] for column in ("name", *SOURCE_FIELDS)},
            "n_quotations": len({row["part_of"] or row["quotation_id"] for row in own}),
            "n_words": sum(row["n_words"] for row in own),
            "first_position": min((row["start"] for row in own), default=0) / length,
            "confidence": 1.0,
        }


def _annotation_rows(article: Article) -> Iterator[dict[str, Any]]:
    common = {"article_id": article.id, "confidence": 1.0, "annotator": ANNOTATOR, "codebook": CODEBOOK}
    yield {**common, "task": "genre", "label": article.header["genre"], "score": 1.0}
    for code in FRAMES:
        present = code in article.header["frames"]
        label = "present" if present else "absent"
        yield {**common, "task": "frame", "code": code, "label": label, "score": float(present), "voice": "all"}
    for tag in article.tags:
        span = {"part": tag.part, "start": tag.start, "end": tag.end}
        if tag.head == "l":
            yield {**common, **span, "task": "loaded", "label": "loaded", "score": 1.0, "voice": "narrator"}
        elif tag.head == "x":
            yield {**common, **span, "task": "scare_quote", "label": "present", "score": 1.0, "voice": "narrator"}
    for key, target in article.event.targets.items():
        coded = article.header.get("stance", {}).get(key, {})
        for voice in ("narrator", "all", *article.keys):
            yield {
                **common,
                **_stance(article, voice, coded.get(voice)),
                "target": target["name"],
                "target_kind": target["kind"],
            }


def _stance(article: Article, voice: str, value: str | None) -> dict[str, Any]:
    """A row exists for every voice; the label is null where nothing is said."""
    label, score = STANCES[value] if value is not None else (None, None)
    spoken = voice not in ("narrator", "all")
    who = {"voice": "source", "source_id": source_id(article.event, voice)} if spoken else {"voice": voice}
    return {"task": "stance", "label": label, "score": score, **who}


def _accusation_rows(article: Article) -> Iterator[dict[str, Any]]:
    for i, row in enumerate(article.header.get("accusation", []), 1):
        narrator = row["accuser"] == "narrator"
        accused = row["accused"]
        yield {
            "accusation_id": f"{article.id}#a{i}",
            "event_id": article.event.id,
            "article_id": article.id,
            "accuser": "narrator" if narrator else article.source(row["accuser"])["name"],
            "source_id": None if narrator else source_id(article.event, row["accuser"]),
            "accused": _accused_name(article.event, accused),
            "quotations": [f"{article.id}#{number}" for number in row.get("spans", [])],
            "reply_state": row["state"],
            "replies": [f"{article.id}#{number}" for number in row.get("reply", [])],
        }


def _accused_name(event: Event, accused: str) -> str:
    entry = event.sources.get(accused) or event.targets.get(accused)
    return entry["name"] if entry else accused


def _edit_rows(article: Article, known: dict[str, Article]) -> Iterator[dict[str, Any]]:
    original = known.get(article.header.get("reprint_of", ""))
    if original is None:
        return
    for kind, left, right in align(original.part("text"), article.part("text")):
        if kind != "same":
            (start, end), (there, until) = right or (None, None), left or (None, None)
            row = {"article_id": article.id, "wire_article_id": original.id, "kind": kind, "start": start, "end": end}
            yield {**row, "original_start": there, "original_end": until}


def _event_row(event: Event, members: Sequence[Article]) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "title": event.data["title"],
        "start": pd.Timestamp(event.data["start"], tz="UTC"),
        "end": pd.Timestamp(event.data["end"], tz="UTC"),
        "storyline_id": event.data["storyline"],
        "n_articles": len(members),
        "n_outlets": len({article.header["outlet"] for article in members}),
        "keywords": "|".join(event.data["keywords"]),
        "lock": bool(event.data["lock"]),
    }


def _target_rows(event: Event) -> Iterator[dict[str, Any]]:
    for target in event.targets.values():
        yield {
            "target": target["name"],
            "aliases": target.get("aliases"),
            "given_by": ANNOTATOR,
            "target_kind": target["kind"],
        }


# --- shippable inputs ------------------------------------------------------------------------------------------------

INPUT_COLUMNS = (
    "article_id",
    "outlet",
    "title",
    "text",
    "captions",
    "published_at",
    "url",
    "author",
    "language",
    "targets",
)


def build(out: Path | str, *, folder: Path | str | None = None, events: Iterable[str] | None = None) -> dict[str, int]:
    """Write the sample as a user would have it: csv, jsonl, scraped text and web pages.

    Parameters
    ----------
    out : Path or str
        Folder to write to; it is made if need be.
    folder : Path or str, optional
        The corpus; default the shipped one.
    events : iterable of str, optional
        Events to keep.

    Returns
    -------
    dict of str to int
        Files or rows written of each format.

    Notes
    -----
    `articles.csv` holds clean text, in which the gold offsets are valid (load it with cleaning off); `articles.jsonl`
    holds the same articles as a crawler stores them, `text/` and `html/` as scraped, one folder per domain.
    """
    articles, place = _read(folder, events, None)
    outlets, out = _outlets(place), Path(out)
    table = compile_frames(articles, outlets)["articles"]
    inputs = table[list(INPUT_COLUMNS)].assign(gold_event=table["event_id"])
    inputs["published_at"] = inputs["published_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    out.mkdir(parents=True, exist_ok=True)
    inputs.to_csv(out / "articles.csv", index=False, lineterminator="\n")
    scraped = [_scraped(article, row) for article, row in zip(articles, inputs.to_dict("records"), strict=True)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in scraped)
    _write(out / "articles.jsonl", lines)
    for article in articles:
        outlet = outlets[article.header["outlet"]]
        _write(out / "text" / outlet["domain"] / f"{article.id}.txt", article.raw + "\n")
        _write(out / "html" / outlet["domain"] / f"{article.id}.html", page(article, outlet))
    return {"csv": len(inputs), "jsonl": len(inputs), "text": len(articles), "html": len(articles)}


def _scraped(article: Article, row: Mapping[Any, Any]) -> dict[str, Any]:
    """One article as a news crawler stores it: everything the page showed, in the crawler's column names."""
    return {
        "url": row["url"],
        "source": row["outlet"],
        "title": row["title"],
        "date_publish": row["published_at"],
        "maintext": article.raw,
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# Two ways of building a page that real sites use: by meaning, and by div alone.
TEMPLATES = {
    "semantic": {
        "title": "<h1>{}</h1>",
        "standfirst": '<p class="standfirst">{}</p>',
        "byline": '<address class="byline">{}</address>',
        "date": '<p class="meta"><time>{}</time></p>',
        "body": "<p>{}</p>",
        "subhead": "<h2>{}</h2>",
        "pullquote": '<aside class="pullquote"><blockquote>{}</blockquote></aside>',
        "related": '<aside class="related"><a href="#">{}</a></aside>',
        "boilerplate": '<aside class="promo"><p>{}</p></aside>',
    },
    "divs": {
        "title": '<h1 class="hl">{}</h1>',
        "standfirst": '<div class="deck">{}</div>',
        "byline": '<div class="author">{}</div>',
        "date": '<div class="stamp">{}</div>',
        "body": '<p class="par">{}</p>',
        "subhead": '<p class="par"><strong>{}</strong></p>',
        "pullquote": '<div class="pull">{}</div>',
        "related": '<p class="more"><a href="#">{}</a></p>',
        "boilerplate": '<div class="box"><p>{}</p></div>',
    },
}
PICTURE = ("alt", "caption", "credit")
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title} | {outlet}</title>
<link rel="canonical" href="{url}">
<meta property="og:title" content="{title}">
<meta property="og:site_name" content="{outlet}">
<meta property="og:type" content="article">
<meta property="article:published_time" content="{published}">
{author}<script type="application/ld+json">{linked}</script>
</head>
<body>
<header><a href="/">{outlet}</a>
<nav><ul>{nav}</ul></nav></header>
<main>
{open}
{lines}
{close}
<aside class="most-read"><h3>{most_read}</h3><ol>{links}</ol></aside>
</main>
<footer><p>{footer}</p><ul><li><a href="/about">About us</a></li><li><a href="/privacy">Privacy</a></li></ul></footer>
</body>
</html>
"""


def page(article: Article, outlet: dict[str, Any]) -> str:
    """Render one article as a web page of its outlet, clutter included."""
    flavour = outlet.get("html", "semantic")
    body = list(_blocks(article, TEMPLATES[flavour]))
    semantic = flavour == "semantic"
    author = article.header.get("author")
    return PAGE.format(
        language=article.header.get("language", "en"),
        title=html.escape(article.part("title")),
        outlet=html.escape(outlet["name"]),
        url=html.escape(article.header["url"]),
        published=article.header["published"].isoformat(),
        author=f'<meta name="author" content="{html.escape(author)}">\n' if author else "",
        linked=_linked_data(article, outlet),
        nav=_items(outlet.get("nav", [])),
        open="<article>" if semantic else '<div id="story">',
        lines="\n".join(body),
        close="</article>" if semantic else "</div>",
        most_read=html.escape(outlet.get("most_read", "Most read")),
        links=_items(outlet.get("links", [])),
        footer=html.escape(outlet.get("footer", outlet["name"])),
    )


def _items(texts: Sequence[str]) -> str:
    return "".join(f'<li><a href="#">{html.escape(text)}</a></li>' for text in texts)


def _linked_data(article: Article, outlet: dict[str, Any]) -> str:
    """JSON-LD as publishers give it; '<' is escaped so that no text can close the script."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.part("title"),
        "datePublished": article.header["published"].isoformat(),
        "publisher": {"@type": "Organization", "name": outlet["name"]},
    }
    if "author" in article.header:
        data["author"] = {"@type": "Person", "name": article.header["author"]}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _blocks(article: Article, template: dict[str, str]) -> Iterator[str]:
    """Yield one block per line; lines of one picture that follow each other make one figure."""
    picture: dict[str, str] = {}
    for line in article.lines:
        text = html.escape(line.text, quote=False)
        if line.kind in PICTURE and line.kind not in picture:
            picture[line.kind] = text
            continue
        if picture:
            yield _figure(picture)
            picture = {}
        if line.kind in PICTURE:
            picture[line.kind] = text
        else:
            yield template[line.kind].format(text)
    if picture:
        yield _figure(picture)


def _figure(picture: dict[str, str]) -> str:
    alt = picture.get("alt", "").replace('"', "&quot;")
    credit = f' <span class="credit">{picture["credit"]}</span>' if "credit" in picture else ""
    caption = f"<figcaption>{picture.get('caption', '')}{credit}</figcaption>" if picture.keys() - {"alt"} else ""
    return f'<figure><img src="/img/1.jpg" alt="{alt}">{caption}</figure>'


DATASET = Dataset(name="sample", load=load, splits=("open", "lock"), gold_offsets=True, local=True)
