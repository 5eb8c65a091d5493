"""Web pages: the lines a page shows, its body by trafilatura, and what it states of itself. A page is parsed once."""

# ruff: noqa: SIM905  -- lists of words read better as lines of words

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import lxml.etree
import lxml.html

from framing.clean import metadata

BLOCKS = frozenset(
    "p div li h1 h2 h3 h4 h5 h6 figcaption blockquote td th section article header footer nav aside ul ol tr table "
    "figure form br pre dd dt main body address hr button option label title".split()
)
_CUTTING = BLOCKS - {"br"}
HIDDEN = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe"})
_BYLINE = re.compile(r"\b(?:byline|author)\b")
# an element with thousands of attributes: the parser's time grows with their square
_CROWDED = re.compile(
    r"""<([a-zA-Z][\w-]{0,30})(?>(?:[\s/]++[^\s=>/]{1,500}+(?:\s{0,9}+=\s{0,9}+(?:"[^"]*+"|'[^']*+'|[^\s>"']*+))?+){1000,}+)"""
)
# what the parser stumbles over: control characters, a document type that closes itself, a root that does
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32)])
_DOCTYPE = re.compile(r"^\s{0,100}<\s?!\s?DOCTYPE[^>]{0,1000}/[^<>]{0,1000}>", re.I)
_CLOSED_ROOT = re.compile(r"(<html[^<>]{0,1000}?)\s{0,9}/>", re.I)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True)
class Shown:
    """A line a page shows: its text with one space between words, the element it stands in, and what the markup says it is (:func:`kind_of`)."""

    text: str
    tag: str
    element: Any
    kind: str = ""

    @cached_property
    def folded(self) -> str:
        """The text for comparisons, case folded."""
        return self.text.casefold()


def parse(page: str) -> Any | None:
    """Root element of a page; None if there is nothing in it. Broken markup is repaired as browsers do."""
    text = re.sub(r"^\s{0,100}<\?xml[^>]{0,200}\?>", "", page)
    if not text.strip():
        return None
    if len(text) > 4000:
        text = _CROWDED.sub(r"<\1 ", text)
    head = _DOCTYPE.sub("", text[:4096], count=1)
    data = (_CLOSED_ROOT.sub(r"\1>", head, count=1) + text[4096:]).encode("utf-8", "replace").translate(None, _CONTROL)
    try:
        # the kind of parser trafilatura has, which goes on with the same tree: no comments, no instructions
        parser = lxml.html.HTMLParser(
            collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
        )
        return lxml.html.document_fromstring(data, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def shown(root: Any) -> list[Shown]:
    """Lines of a page: one block element each, pictures by their alternative text, scripts left out.

    Parameters
    ----------
    root
        Element from :func:`parse`; it is not changed.

    Examples
    --------
    >>> page = "<body><h1>Title</h1><p>One <b>two</b>.<br>Three.</p><script>no()</script></body>"
    >>> [(line.tag, line.text) for line in shown(parse(page))]
    [('h1', 'Title'), ('p', 'One two.'), ('p', 'Three.')]
    """
    found: list[Shown] = []
    pieces: list[str] = []
    inside: tuple[Any, bool] = (root, False)  # the element the pieces stand in, or, if true, one whose parent that is

    def cut() -> None:
        if line := " ".join("".join(pieces).split()):
            around = inside[0].getparent() if inside[1] else inside[0]
            tag = "body" if around is None or around is root else around.tag
            found.append(Shown(line, tag, around, kind_of(line, tag, around)))
        pieces.clear()

    walk = lxml.etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            if tag in _CUTTING:
                if pieces:
                    cut()
                inside = (element, True)
            if text := element.tail:
                pieces.append(text)
            continue
        if tag in HIDDEN:
            walk.skip_subtree()
            continue
        if tag in BLOCKS:
            if pieces:
                cut()
            if tag != "br":
                inside = (element, False)
        elif tag == "img" and (said := element.get("alt")):
            if pieces:
                cut()
            if line := " ".join(said.split()):
                found.append(Shown(line, "img", element, "alt"))
        if text := element.text:
            pieces.append(text)
    if pieces:
        cut()
    return found


_TAG = re.compile(r"(<[^<>]{0,5000}>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")


def stripped(page: str) -> list[Shown]:
    """Lines of a page whose markup no parser can bear: cut at block tags, all tags left out.

    Examples
    --------
    >>> [line.text for line in stripped("<div>" * 9000 + "One <b>two</b>.<p>Three.<script>no()</script>")]
    ['One two.', 'Three.']
    """
    found: list[Shown] = []
    pieces: list[str] = []
    hidden, tag = "", "body"
    for piece in [*_TAG.split(page), "<body>"]:
        name = _NAME.match(piece)
        if name is None:
            if not hidden and not piece.startswith("<!"):
                pieces.append(piece)
            continue
        closes, now = bool(name[1]), name[2].lower()
        if hidden:
            hidden = "" if closes and now == hidden else hidden
        elif now in HIDDEN and now != "head" and not closes and not piece.endswith("/>"):
            hidden = now
        elif now in BLOCKS:
            if line := " ".join(html.unescape("".join(pieces)).split()):
                found.append(Shown(line, tag, None, kind_of(line, tag, None)))
            pieces.clear()
            tag = "body" if closes else now
    return found


# --- the article in a page --------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """A piece of an extracted article: its text, and ``body``, ``subhead`` or ``caption``."""

    text: str
    kind: str


@dataclass(frozen=True)
class Extracted:
    """What a page says of itself, and its lines.

    Parameters
    ----------
    paragraphs
        The article in order.
    lines
        All lines the page shows.
    stated
        Title, author, date and so on as the page's metadata or markup states them.
    captions
        Captions of pictures inside the article.
    """

    paragraphs: list[Paragraph]
    lines: list[Shown]
    stated: metadata.Stated = field(default_factory=metadata.Stated)
    captions: tuple[str, ...] = ()


def extract(page: str, url: str | None = None) -> Extracted | None:
    """Article of a web page.

    Parameters
    ----------
    page
        HTML source.
    url
        Address of the page, if known.

    Returns
    -------
    Extracted or None
        None if there is nothing in the page. Without paragraphs, if there are lines but no article.

    Examples
    --------
    >>> body = "The harbour of Orvane opened again on Monday after nine days of storm, its office said. " * 4
    >>> extract(f"<html><body><article><h1>Open</h1><p>{body}</p></article></body></html>").paragraphs[-1].kind
    'body'
    """
    import trafilatura

    root = parse(page)
    if root is None:
        return None
    _lighten(root)
    seen, stated = shown(root) or stripped(page), _stated(root, url)
    stated = replace(stated, shown=metadata.shown_time(stated.date, _near_headline(root, seen)))
    try:
        # fast: without the second opinions, which on our training sites cost a third of the time and some of the score
        found = trafilatura.bare_extraction(root, url=url, fast=True, include_comments=False, include_tables=True)
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError, lxml.etree.LxmlError):
        found = None  # markup it cannot bear: the lines are still there
    if found is None or isinstance(found, dict):
        return Extracted([], seen, stated)
    paragraphs = list(_paragraphs(found.body, found.text)) if found.body is not None else []
    captions = {line.folded for line in seen if line.kind == "caption" and len(line.text) > 3}
    kept = [
        Paragraph(p.text, "caption" if p.kind == "body" and _norm(p.text) in captions else p.kind) for p in paragraphs
    ]
    inside = tuple(_inside(seen, captions, {_norm(p.text) for p in kept if p.kind == "body"}))
    return Extracted(kept, seen, stated, inside)


def _lighten(root: Any) -> None:
    """Take out what no reader and no extractor looks at: copies of the tree are most of an extractor's time."""
    for script in list(root.iter("script")):
        if "ld+json" not in (script.get("type") or "").lower() and script.getparent() is not None:
            script.drop_tree()
    lxml.etree.strip_elements(root, "style", "svg", "template", with_tail=False)


def _stated(root: Any, url: str | None) -> metadata.Stated:
    """What the page states of itself; a date or title it does not state is looked for in its text, which is slow."""
    stated = metadata.read(root, url)
    if not stated.title:
        return _searched(stated, root, url)
    if not stated.date:
        import htmldate

        try:
            found = htmldate.find_date(root, original_date=True, extensive_search=True, url=stated.url or url)
        except (ValueError, TypeError, AttributeError, RecursionError, AssertionError, lxml.etree.LxmlError):
            found = None
        return replace(stated, date=found or None)
    return stated


def _searched(stated: metadata.Stated, root: Any, url: str | None) -> metadata.Stated:
    """What trafilatura finds of what is not stated: its search for a title comes with all others."""
    import trafilatura

    try:
        found = trafilatura.extract_metadata(root, url, extensive=not stated.date)
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError, lxml.etree.LxmlError):
        return stated
    return replace(
        stated,
        title=found.title or None,
        date=stated.date or found.date or None,
        author=stated.author or _authors(found.author, root),
        site=stated.site or found.sitename or None,
    )


def _near_headline(root: Any, seen: list[Shown]) -> Iterator[str]:
    """Lines around the first heading of the first level, and the first times after it: where a page says when it appeared."""
    at = next((i for i, line in enumerate(seen) if line.tag == "h1"), 0)
    yield from (line.text for line in seen[max(at - 5, 0) : at + 30])
    after = False
    times = 0
    for element in root.iter("h1", "time"):
        after = after or element.tag == "h1"
        if after and element.tag == "time" and times < 3:
            times += 1
            yield (element.get("datetime") or "").replace("T", " ")


def _paragraphs(body: Any, text: str | None) -> Iterator[Paragraph]:
    """Lines of trafilatura's text; those that are headings in its tree are subheads."""
    heads = {_norm("".join(head.itertext())) for head in body.iter("head")}
    for line in (text or "\n".join(body.itertext())).split("\n"):
        words = " ".join(line.removeprefix("- ").split())
        if words:
            yield Paragraph(words, "subhead" if _norm(words) in heads else "body")


def _norm(text: str) -> str:
    return " ".join(text.split()).casefold()


def _authors(found: str | None, root: Any) -> str | None:
    """Names found, separated by commas; the two of a firm ("Holm & Varga") stay one where the page has them so."""
    names = list(dict.fromkeys(a.strip() for a in (found or "").split(";") if a.strip()))
    firm = " & ".join(names)
    if len(names) == 2 and " " not in "".join(names) and any(firm in text for text in root.itertext()):
        return firm
    return ", ".join(names) or None


def kind_of(text: str, tag: str, element: Any) -> str:
    """What the markup says a line is: ``headline``, ``subhead``, ``caption``, ``alt``, ``byline``, ``dateline`` or ``""``."""
    if tag == "img":
        return "alt"
    if tag == "h1":
        return "headline"
    if tag in HEADINGS:
        return "subhead"
    around, left = element, 3
    while around is not None and left:
        if around.tag == "figcaption":
            return "caption"
        mark = f"{around.get('class', '')} {around.get('itemprop', '')} {around.get('rel', '')}".lower()
        around, left = around.getparent(), left - 1
        if len(mark) == 2:
            continue
        if "caption" in mark:
            return "caption"
        if len(text) < 120 and _BYLINE.search(mark):
            return "byline"
    return "dateline" if tag == "time" else ""


def _inside(seen: list[Shown], captions: set[str], body: set[str]) -> Iterator[str]:
    """Captions between the headline and the last paragraph, each once."""
    at = [i for i, line in enumerate(seen) if line.folded in body]
    if not at:
        return
    start = max((i for i in range(at[0]) if seen[i].tag == "h1"), default=max(at[0] - 10, 0))
    given = set()
    for line in seen[start : at[-1] + 1]:
        norm = line.folded
        if norm in captions and norm not in given and norm not in body:
            given.add(norm)
            yield line.text
