"""Genre of an article: news, opinion, analysis, interview, live, review or other.

From the address, the title's label, the byline, and the text's own cues. What the source says outright
(a section in the address, "Opinion:" before the headline) goes before what the text looks like. Where it
says nothing, a logistic regression over features of style tells opinion from news: opinion speaks in the
first person, argues and asks; news attributes, dates and quotes (after Krüger et al. 2017, *Classifying
news versus opinions in newspapers: linguistic features for domain independence*). English only.
"""

# ruff: noqa: SIM905  -- lists of words read better as lines of words

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from framing.quotations.marks import Document
from framing.quotations.turns import turns

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


OPINION = 0.7  # probability from which on a text is opinion by style: news taken for opinion is lost to comparisons
SURE = 0.9  # opinion by style against a news section in the address: sections named for a topic hold both
LEAST_WORDS = 120  # a shorter text has no style to tell from
WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "clean" / "genre.json"


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
    if stated is not None and stated.genre != "news":
        return stated
    text = row.get("text")
    if not isinstance(text, str) or not text:
        return stated
    outlet = row.get("outlet")
    spoken = turns(Document(text), outlet if isinstance(outlet, str) else None)
    if any(turn.own for turn in spoken):
        return Guess("interview", "questions and answers", 0.9)
    style = None if spoken else by_style(row)  # what several say has no one style
    if style is not None and style.genre == "opinion" and style.score >= (OPINION if stated is None else SURE):
        return style
    return stated or style or Guess("news", "no sign of another genre", 0.5)


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


# --- style ----------------------------------------------------------------------------------------------

_GROUPS: dict[str, frozenset[str]] = {
    "I": frozenset("i i'm i've i'd i'll my me mine myself".split()),
    "we": frozenset("we we're we've our ours us ourselves let's".split()),
    "you": frozenset("you your you're yours yourself".split()),
    "said": frozenset(
        "said told added according spokesman spokeswoman spokesperson statement reported announced".split()
    ),
    "says": frozenset("says tells argues writes wrote explains".split()),
    "should": frozenset("should must ought need needs cannot can't".split()),
    "would": frozenset("would could might may perhaps maybe seems seem likely probably".split()),
    "not": frozenset("not no never nothing none nor isn't aren't doesn't don't didn't won't wasn't".split()),
    "but": frozenset(
        "but yet however though although instead rather indeed surely clearly obviously certainly".split()
    ),
    "why": frozenset("why because so thus therefore how what whether if".split()),
    "very": frozenset("very really simply truly actually merely just even quite too most best worst far".split()),
    "judged": frozenset(
        "absurd wrong right good bad great terrible dangerous moral truth lie lies hypocrisy shame radical foolish wise fair unfair".split()
    ),
    "is": frozenset("is are be been being am it's that's there's".split()),
    "was": frozenset("was were had did".split()),
    "weekday": frozenset("monday tuesday wednesday thursday friday saturday sunday".split()),
    "officials": frozenset(
        "officials official police authorities spokesman agency department court judge prosecutors committee".split()
    ),
    "they": frozenset("they their them themselves those these this".split()),
    "America": frozenset(
        "people society world history nation country democracy freedom liberty idea ideas argument".split()
    ),
}
_ED = re.compile(r"[a-z]{3,}ed$")
_STYLE_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_QUOTED = re.compile(r"[\"“]([^\"“”]{1,600})[\"”]")
_BIO = re.compile(
    r"\b(?:is (?:a|an|the) (?:[\w-]+ ){0,4}(?:columnist|professor|fellow|author|director|editor|writer|contributor|attorney|lawyer|scholar|host|president)|"
    r"author of|follow (?:him|her|them) on|the (?:opinions|views) expressed|nationally syndicated|creators\.com)\b",
    re.I,
)
_HEAD_ASKS = re.compile(
    r"^(?:why|how|what|the case|don't|stop|let's|it's|yes|no|sorry|if|when|is|are|should|we|i)\b|\?$", re.I
)
_HEAD_JUDGES = re.compile(
    r"\b(?:should|must|need|needs|our|we|i|my|your|you|never|wrong|right|truth|myth|hypocrisy|absurd|insane|stupid|folly)\b",
    re.I,
)
_DATELINE = re.compile(r"^[A-Z][\w.,' ]{2,40}(?:\([A-Za-z ]{2,20}\)\s?)?(?:--|[—–-])\s")
STYLE = (*_GROUPS, "past", "quoted", "asks", "exclaims", "digits", "capitals", "dash", "semicolon", "bracket", "sentence", "paragraph",
         "words", "bio", "dateline", "head_asks", "head_judges", "head_words", "opening_I", "closing_we")  # fmt: skip


def style(title: str | None, text: str) -> list[float]:
    """Features of style, columns :data:`STYLE`: rates are per hundred words, square-rooted.

    Examples
    --------
    >>> dict(zip(STYLE, style("Why we must act", "I think we should. " * 40)))["head_asks"]
    1.0
    """
    text = text[:40_000].replace("’", "'")
    words = _STYLE_WORD.findall(text)
    lowered = [w.lower() for w in words]
    n, count = max(len(words), 1), Counter(lowered)
    rates = [sum(count[w] for w in group) for group in _GROUPS.values()]
    rates.append(sum(1 for w in lowered if _ED.match(w)))
    tail, head = text[-500:], (title or "").replace("’", "'")
    stops = max(text.count(". ") + text.count("? ") + text.count("! "), 1)
    marks = [text.count("?"), text.count("!"), sum(map(str.isdigit, text)) / 4, sum(w[0].isupper() for w in words)]
    marks += [text.count("—") + text.count(" - "), text.count(";"), text.count("(")]
    return [
        *(math.sqrt(100 * r / n) for r in rates), sum(len(q) for q in _QUOTED.findall(text)) / max(len(text), 1),
        *(math.sqrt(100 * m / n) for m in marks), math.log(n / stops), math.log(n / max(text.count("\n\n") + 1, 1)), math.log(n),
        float(bool(_BIO.search(tail))), float(bool(_DATELINE.match(text))), float(bool(_HEAD_ASKS.search(head))),
        float(bool(_HEAD_JUDGES.search(head))), math.log1p(len(head.split())),
        float(any(w in _GROUPS["I"] for w in lowered[:150])), float(sum(w in _GROUPS["we"] for w in lowered[-150:]) > 1),
    ]  # fmt: skip


@cache
def _model() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return data


def by_style(row: Mapping[str, Any]) -> Guess | None:
    """Opinion or news by style; None for short texts and languages other than English.

    The score is the probability of the genre given.
    """
    text, title, language = row.get("text"), row.get("title"), row.get("language")
    if not isinstance(text, str) or (isinstance(language, str) and language != "en") or len(text.split()) < LEAST_WORDS:
        return None
    model = _model()
    z = model["intercept"]
    for value, mean, scale, weight in zip(
        style(title if isinstance(title, str) else None, text), model["mean"], model["scale"], model["coef"]
    ):
        z += weight * (value - mean) / scale
    p = 1 / (1 + math.exp(-max(min(z, 30), -30)))
    return Guess("opinion", "style of the text", p) if p >= OPINION else Guess("news", "style of the text", 1 - p)
