"""Genre of an article: news, opinion, analysis, interview, live, review or other.

From the address, the title's label, the byline, and the text's own cues. What the source says outright
(a section in the address, "Opinion:" before the headline) goes before what the text looks like.
"""

# ruff: noqa: SIM905  -- lists of words read better as lines of words

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECTIONS: dict[str, frozenset[str]] = {
    "opinion": frozenset(
        "opinion opinions op-ed oped op-eds commentary commentaries comment commentisfree editorial editorials columns column columnists "
        "columnist contributors contributor letters perspectives perspective views viewpoint blogs-opinion voices posteverything "
        "meinung kommentar opinie opinioni debats tribune opinion-articles ideas sunday-review guest-columns think "
        "opiniones opinion-essay essays debate mening kolumne kolumnen kommentare opinião opinión".split()
    ),
    "analysis": frozenset(
        "analysis analyses explainer explainers explained explain news-analysis the-fix upshot monkey-cage fact-check factcheck fact-checker "
        "analyse analisis hintergrund décryptage in-depth indepth what-to-know".split()
    ),
    "interview": frozenset("interview interviews q-and-a qa entrevista entrevistas entretien intervista interviews-and-features".split()),
    "live": frozenset("live liveblog live-blog live-updates live-news liveticker live-coverage direct en-direct en-vivo live-story".split()),
    "review": frozenset(
        "review reviews film-reviews book-reviews movie-reviews music-reviews tv-reviews restaurant-reviews book-review "
        "movie-review rezension kritik critiques reseñas".split()
    ),
    "news": frozenset(
        "news politics world national nation us us-news world-news uk-news local business economy article world-europe international "
        "policy elections campaign whitehouse congress courts crime healthcare defense energy-environment homenews house senate "
        "nachrichten politik actualite actualités noticias notizie nieuws asia europe africa americas middle-east".split()
    ),
}  # fmt: skip
_TITLE = (
    ("opinion", re.compile(r"^(?:opinion|op-ed|editorial|commentary|comment|column|perspective|letters?(?: to the editor)?|viewpoint|meinung|kommentar|opinión|tribune)\s?[:|–—-]|[|–—-]\s?(?:opinion|editorial|commentary|op-ed)\s?$", re.I)),
    ("analysis", re.compile(r"^(?:analysis|news analysis|explainer|explained|the big read|fact[- ]check|in depth)\s?[:|–—-]|[|–—-]\s?(?:analysis|explainer|explained)\s?$|: (?:what|everything) (?:you need|we know)", re.I)),
    ("interview", re.compile(r"^(?:interview|q ?& ?a|the interview|entretien|entrevista)\s?[:|–—-]|[|–—-]\s?(?:interview|q ?& ?a)\s?$|\bq ?& ?a with\b|\bin conversation with\b", re.I)),
    ("live", re.compile(r"^(?:live(?: updates?| blog)?|liveblog|as it happened|en direct|live-?ticker)\s?[:|–—-]|[|–—-]\s?(?:live(?: updates?)?|as it happened)\s?$|\blive updates\b|\blive blog\b", re.I)),
    ("review", re.compile(r"^(?:(?:book|film|movie|tv|music|album|theat(?:er|re)|restaurant|game|art) )?review\s?[:|–—-]|[|–—-]\s?(?:(?:book|film|movie|tv|album|theat(?:er|re)) )?review\s?$|['’\"”] review[:–—-]", re.I)),
)  # fmt: skip
_BYLINE = (
    ("analysis", re.compile(r"^(?:by )?analysis\b", re.I)),
    ("opinion", re.compile(r"^(?:by )?(?:opinion|editorial board|the editors?|editorial)\b|\beditorial board\b|\b(?:opinion|guest) (?:columnist|contributor|writer|editor|essay)|\bcolumnist\b|\bcontributor\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """A genre, where it was read from, and how probable it is."""

    genre: str
    reason: str
    score: float


def guess(row: Mapping[str, Any]) -> Guess | None:
    """Genre of an article; None if it has no text.

    Parameters
    ----------
    row
        An article: url, title, author, outlet, text and, if there, section are looked at.

    Examples
    --------
    >>> guess({"url": "https://lantern.example/opinion/2019/x", "text": "..."}).genre
    'opinion'
    >>> guess({"title": "Live updates: storm at Orvane", "text": "..."}).genre
    'live'
    """
    stated = by_statement(row)
    if stated is not None:
        return stated
    text = row.get("text")
    return Guess("news", "no sign of another genre", 0.5) if isinstance(text, str) and text else None


def by_statement(row: Mapping[str, Any]) -> Guess | None:
    """Genre the source states: label of the title, byline, section of the address; None if it does not."""
    for column, patterns in (("title", _TITLE), ("author", _BYLINE)):
        value = row.get(column)
        if isinstance(value, str):
            for genre, pattern in patterns:
                if match := pattern.search(value[:300]):
                    return Guess(genre, f"{column}: {match[0].strip()}", 0.95)
    for column in ("section", "category", "outlet_raw"):
        value = row.get(column)
        if isinstance(value, str) and len(value) < 80:
            words = {w.strip().casefold().replace(" ", "-") for w in re.split(r"[/|,>;-]|\s-\s", value)}
            for genre, names in SECTIONS.items():
                if genre != "news" and words & names:
                    return Guess(genre, f"{column}: {value}", 0.95)
    return by_address(row.get("url"))


def by_address(url: Any) -> Guess | None:
    """Genre the address states in its folders or host; None if it does not.

    Examples
    --------
    >>> by_address("https://www.lantern.example/politics/2020/01/02/vote") is None
    False
    >>> by_address("https://www.lantern.example/2020/01/02/vote") is None
    True
    """
    if not isinstance(url, str) or not url:
        return None
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
    except ValueError:
        return None
    folders = [p.casefold() for p in parts.path.split("/") if p][:-1]
    hosts = (parts.hostname or "").split(".")[:-2]
    for genre, names in SECTIONS.items():
        found = next((p for p in (*folders[:4], *hosts) if p in names), None)
        if found:
            return Guess(genre, f"address: {found}", 0.9 if genre != "news" else 0.8)
    return None
