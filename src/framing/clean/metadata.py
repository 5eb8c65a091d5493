"""What a web page says of itself: title, author, date, address, site, section and kind of article.

From JSON-LD (schema.org), then meta tags, then markup. The date is that of publication, not of the last change: what the standards
name (JSON-LD, OpenGraph, schema.org's markup), then makers' own meta tags, then a time shown under the headline that agrees with
the address, then the address. Where the time is stated in UTC and the page shows the same moment in its own zone, the form
shown is kept beside it (:func:`shown_time`). What a page does not say in these ways is left to trafilatura's search.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from framing.loading import dates

MOST_DATA = 400_000  # characters of one JSON-LD block that are read
MOST_ITEMS = 2_000  # objects of all JSON-LD blocks that are looked at
_ARTICLE = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Report|Review|Posting)$")
_KINDS = {
    "OpinionNewsArticle": "opinion",
    "AnalysisNewsArticle": "analysis",
    "BackgroundNewsArticle": "analysis",
    "ReviewNewsArticle": "review",
    "LiveBlogPosting": "live",
}
_STANDARD_DATES = ("article:published_time", "datepublished", "article:published", "og:published_time")
_OTHER_DATES = (
    "article.published", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "publish-date", "publish_date", "publishdate", "published_date",
    "publication_date", "publicationdate", "article:publicationdate", "article_date_original", "pub_date", "pubdate", "date.available",
    "dc.date.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "citation_publication_date",
    "dcsext.articlefirstpublished", "originalpublicationdate", "og:pubdate", "article:created", "datecreated", "date",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "sailthru.title", "parsely-title", "headline")
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
_SITES = ("og:site_name", "application-name", "apple-mobile-web-app-title")
_SECTIONS = ("article:section", "parsely-section", "section")
_DAY = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)(?:19|20)\d{6}(?!\d)|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_URL_DAY = re.compile(  # folders, or one folder or the end of one; a number that begins a folder's name is no day
    r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2]|[a-z]{3})/(0?[1-9]|[12]\d|3[01])(?=[/.]|$)"
    r"|[/_-]((?:19|20)\d\d)([_-]?)(0[1-9]|1[0-2])\5(0[1-9]|[12]\d|3[01])(?!\d)",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Stated:
    """A page's statements about itself; None where there is none."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    shown: str | None = None
    url: str | None = None
    site: str | None = None
    section: str | None = None
    genre: str | None = None


def read(root: Any, url: str | None = None) -> Stated:
    """Read what a page states.

    Parameters
    ----------
    root
        Root element; it is not changed.
    url
        Address of the page, if known: its date is the last resort before a search of the text.

    Examples
    --------
    >>> import lxml.html
    >>> page = '<html><head><meta property="article:published_time" content="2021-05-04T21:00:00-05:00"></head><body/></html>'
    >>> read(lxml.html.fromstring(page)).date
    '2021-05-04T21:00:00-05:00'
    """
    meta = _meta(root)
    data = _article(list(_items(root)), meta.get("og:title", ""))
    canonical = next(
        (a for e in root.iter("link") if e.get("rel") == "canonical" and (a := _address(e.get("href")))), None
    )
    address = canonical or _address(meta.get("og:url")) or _address(_text(data.get("url"))) or url
    return Stated(
        title=_title(root, data, meta),
        author=_people(data.get("author")) or _author(meta),
        date=_date(root, data, meta, address, url),
        url=address,
        site=_first(meta, _SITES) or _text(_inner(data.get("publisher"), "name")),
        section=_first(meta, _SECTIONS) or _text(data.get("articleSection")),
        genre=next((_KINDS[t] for t in _types(data) if t in _KINDS), None),
    )


# --- JSON-LD ------------------------------------------------------------------------------------------


def _items(root: Any) -> Iterator[Mapping[str, Any]]:
    """Objects of a page's JSON-LD that have a type, outermost first."""
    left = MOST_ITEMS
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text or len(script.text) > MOST_DATA:
            continue
        try:
            waiting = [
                json.loads(
                    re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*;?\s*$", "", script.text), strict=False
                )
            ]
        except (ValueError, RecursionError):
            continue
        while waiting and left:
            found = waiting.pop(0)
            left -= 1
            if isinstance(found, list):
                waiting[:0] = found[:MOST_ITEMS]
            elif isinstance(found, dict):
                if "@type" in found:
                    yield found
                waiting += [
                    v
                    for k in ("@graph", "mainEntity", "mainEntityOfPage")
                    if isinstance(v := found.get(k), (list, dict))
                ]


def _types(data: Mapping[str, Any]) -> list[str]:
    found = data.get("@type")
    return [t.rsplit("/", 1)[-1] for t in (found if isinstance(found, list) else [found]) if isinstance(t, str)]


def _article(items: list[Mapping[str, Any]], title: str) -> Mapping[str, Any]:
    """Return the object that is the page's article: of those with a date, the one whose headline is the title's, else the first."""
    articles = [d for d in items if any(_ARTICLE.search(t) for t in _types(d))]
    dated = [d for d in articles if _text(d.get("datePublished"))] or articles
    dated = dated or [d for d in items if _text(d.get("datePublished"))]
    folded = _folded(title)
    named = [
        d
        for d in dated
        if folded and (head := _folded(_text(d.get("headline")) or "")) and (head in folded or folded in head)
    ]
    return next(iter(named or dated), {})


def _inner(value: Any, key: str) -> Any:
    value = value[0] if isinstance(value, list) and value else value
    return value.get(key) if isinstance(value, dict) else None


def _people(value: Any) -> str | None:
    """Names of persons; organisations and addresses are left out."""
    names: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        for text in name if isinstance(name, list) else [name]:
            clean = _text(text)
            if clean and len(clean) < 100 and not _address(clean) and clean not in names:
                names.append(clean)
    return ", ".join(names[:20]) or None


# --- meta tags and markup -----------------------------------------------------------------------------


def _meta(root: Any) -> dict[str, str]:
    """Contents of meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if content and name:
            found.setdefault(name.strip().lower(), content[:1000])
    return found


def _first(meta: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[n] for n in names if n in meta), None)


def _title(root: Any, data: Mapping[str, Any], meta: Mapping[str, str]) -> str | None:
    """Headline as the page shows it where a first-level heading agrees with what is stated, else as stated."""
    heads = [t for e in root.iter("h1") if (t := " ".join("".join(e.itertext()).split()))]
    stated = [t for t in (_text(data.get("headline")), _first(meta, _TITLES)) if t]
    for head in heads:
        mine = _folded(head)
        for other in stated:
            theirs = _folded(other)
            if mine in theirs and 2 * len(mine) > len(theirs):
                return head
            if theirs and mine.endswith(theirs):  # a label of a word or two before the headline is not of it
                return other if len(mine.split()) - len(theirs.split()) in (1, 2) else head
    return stated[0] if stated else heads[0] if len(heads) == 1 else None


def _author(meta: Mapping[str, str]) -> str | None:
    found = next((meta[n] for n in _AUTHORS if n in meta and not _address(meta[n]) and len(meta[n]) < 200), None)
    return re.sub(r"^by\s+", "", found, flags=re.I) if found else None


def _date(root: Any, data: Mapping[str, Any], meta: Mapping[str, str], *urls: str | None) -> str | None:
    stated = [_text(data.get("datePublished")), *(meta.get(name) for name in _STANDARD_DATES), *_times(root)]
    stated += [_text(data.get(k)) for k in ("dateCreated", "uploadDate")]
    stated += [meta.get(name) for name in _OTHER_DATES]
    dated = (s for s in stated if s and len(s) < 60 and _DAY.search(s))
    found = next((s for s in dated if dates.parse(s).at is not None), None)
    if found:
        return found
    day = next((day for url in urls if url and (day := _day_of(url))), None)
    return day and (_below_headline(root, day) or day)


def _below_headline(root: Any, day: str) -> str | None:
    """Time of the first ``<time>`` after the headline, if it is within a day of the one in the address."""
    after = False
    for element in root.iter("h1", "time"):
        if element.tag == "h1":
            after = True
        elif after:
            found = " ".join((element.get("datetime") or "").split())
            at = dates.parse(found).at if _DAY.search(found[:40]) and ":" in found else None
            near = at and abs(at - datetime.fromisoformat(f"{day}T12:00:00+00:00")) <= timedelta(hours=37)
            return found if near else None
    return None


_SHOWN_DAY = re.compile(
    r"\b(?:(?P<m1>[A-Z][a-z]{2,8})\.? (?P<d1>\d{1,2})(?:st|nd|rd|th)?,? (?P<y1>20\d\d)"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)?\.? (?P<m2>[A-Z][a-z]{2,8})\.?,? (?P<y2>20\d\d)|(?P<y3>20\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d))"
)
_SHOWN_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)(?::\d\d)? ?(?:([ap])\.? ?m\b)?", re.I)
_IN_UTC = re.compile(r"(?:Z|[+-]00:?00)$")
LONGEST_SHOWN = 160  # characters of a line that shows when an article appeared


def shown_time(stated: str | None, lines: Iterable[str]) -> str | None:
    """Line in which a page shows, in its own zone, the time it states in UTC; None if there is none or the day is the same.

    A time shown is the one stated if the two differ by a whole number of half hours, and by no more than zones do.

    Parameters
    ----------
    stated
        Publication time as stated.
    lines
        Lines of the page, and the values of its ``<time>`` elements.

    Examples
    --------
    >>> shown_time("2021-05-05T01:10:31Z", ["Weather: 12 May 2021", "Published 9:10 PM, Tue May 4, 2021"])
    'Published 9:10 PM, Tue May 4, 2021'
    """
    if not stated or not _IN_UTC.search(stated) or (at := dates.parse(stated).at) is None:
        return None
    utc = at.replace(second=0, microsecond=0, tzinfo=None)
    for line in lines:
        if len(line) <= LONGEST_SHOWN and (day := _SHOWN_DAY.search(line)):
            for clock in _SHOWN_CLOCK.finditer(line):
                local = _local(day, clock)
                if local and local != utc and _by_a_zone(local - utc):
                    return line if local.date() != utc.date() else None
    return None


def _by_a_zone(apart: timedelta) -> bool:
    return not apart % timedelta(minutes=30) and timedelta(hours=-12) <= apart <= timedelta(hours=14)


def _local(day: re.Match[str], clock: re.Match[str]) -> datetime | None:
    year, month, date = (day[f"{k}1"] or day[f"{k}2"] or day[f"{k}3"] for k in "ymd")
    if not month.isdigit():
        name = month[:3].lower()
        month = str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"
    hour = int(clock[1]) % 12 + (12 if clock[3] in "pP" else 0) if clock[3] else int(clock[1])
    try:
        return datetime(int(year), int(month), int(date), hour, int(clock[2]))
    except ValueError:
        return None


def _times(root: Any) -> list[str]:
    """Times the markup says are the article's: ``itemprop`` or ``pubdate``, or in the article's own header."""
    marked = [
        e
        for e in root.iter("time", "span", "div", "abbr", "p")
        if e.get("itemprop") == "datePublished" or e.get("pubdate") is not None
    ]
    return [
        " ".join((e.get("datetime") or e.get("content") or e.get("title") or e.text or "").split()) for e in marked[:3]
    ]


def _day_of(url: str) -> str | None:
    """Whole date in an address.

    Examples
    --------
    >>> _day_of("https://lantern.example/2021/mar/04/vote"), _day_of("https://lantern.example/2021/03/04-ships-sail.html")
    ('2021-03-04', None)
    """
    match = _URL_DAY.search(url)
    if not match:
        return None
    year, month, day = (match[1] or match[4], (match[2] or match[6]).lower(), match[3] or match[7])
    if month.isalpha():
        if month not in _MONTHS:
            return None
        month = str(_MONTHS.index(month) + 1)
    return f"{year}-{month:0>2}-{day:0>2}"


def _text(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return (" ".join(html.unescape(value[:5000]).split())[:1000] or None) if isinstance(value, str) else None


def _address(value: str | None) -> str | None:
    return value.strip() if value and re.match(r"\s*https?://\S+\s*$", value) else None


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
