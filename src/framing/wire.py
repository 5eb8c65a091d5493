"""Wire copy, reprints and versions: which texts are not an outlet's own, and what an outlet changed in them.

Two questions, kept apart. *Whose copy is it?* is read from credits: datelines, bylines, closing credits,
an agency's description of itself, and "told <agency>". *Which texts share their words?* is measured: word
three-grams, MinHash with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman & Ullman 2014, ch. 3)
for candidates, then an alignment of the words of each candidate pair. A page that an outlet published
twice is a version; a text that two outlets published is a reprint of the more original one.
"""

from __future__ import annotations

import math
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from framing import outlets, schema
from framing.storage import Rows, Spill, Ticket

SHINGLE = 3  # words
PERMUTATIONS, BANDS, ROWS = 128, 64, 2  # finds a pair of Jaccard similarity .25 with probability .98
BLOCK = 3  # shortest run of words that counts as shared
CANDIDATE = 0.15  # share of the shorter text's shingles below which a pair is not aligned
REPRINT = 0.6  # share of an article's words, from which on it is a reprint
RELATED = 0.2  # share from which on the pair is reported at all
MOST_NAMES = 3  # a byline with more is a list of everybody on the site
SHORT = 20  # words below which a text is compared as a whole only
MOST_WORDS = 5000  # words of a text that are aligned
WINDOW = 60.0  # days between two articles beyond which their words are not compared, unless they have one address
DAY = 86_400e9  # nanoseconds
TOGETHER = 8  # bands that are read again at once
ALIGNED = 2000  # pairs whose words are held at once
RELATIONS = {
    "exact": "the same words",
    "edited": "lightly edited",
    "trimmed": "cut, with little added",
    "extended": "the shared text with additions of its own",
    "related": "some shared text; independent otherwise",
}
EDIT_KINDS = {
    "headline": "the outlet's own headline",
    "cut": "a sentence of the original that is not there",
    "added": "a sentence that is not in the original",
    "changed": "a sentence with other words",
}
EDITS = ("article_id", "original_id", "kind", "part", "start", "end", "text", "original_text")


@dataclass(frozen=True)
class Wire:
    """Articles with their provenance, and what outlets changed in copy that is not theirs.

    Parameters
    ----------
    articles
        ``wire``, ``duplicate_of``, ``version_of``, ``shared_with`` and ``shared_share`` filled, and beside them
        ``wire_reason``, ``relation`` (of :data:`RELATIONS`) and ``original_reason``.
    edits
        One row per change (:data:`EDIT_KINDS`): span in the article (null for a cut), and the original's text.
    """

    articles: pd.DataFrame
    edits: pd.DataFrame


def find(articles: pd.DataFrame) -> Wire:
    """Mark agency copy, reprints and versions.

    Parameters
    ----------
    articles
        The frame ``articles``; a column ``credits`` (lines cleaning took out that name an agency) is used if
        there is one.

    Returns
    -------
    Wire
        The same rows in the same order.

    Examples
    --------
    >>> body = "ORVANE (Reuters) - The bridge at Orvane was closed on Monday, the harbour office said."
    >>> rows = [{"article_id": "a", "text": body, "outlet": "Orvane Post"}]
    >>> find(pd.DataFrame(rows)).articles.wire.tolist()
    ['Reuters']
    """
    table = schema.conform(articles, "articles")
    found = trace([table])
    filled = schema.fill(table, found.articles.set_index("article_id"))
    return Wire(schema.conform(filled, "articles"), found.edits)


def trace(pieces: Iterable[pd.DataFrame]) -> Wire:
    """Find what :func:`find` marks, in articles that are gone through several times and never held.

    Parameters
    ----------
    pieces
        Pieces of the frame ``articles``, of which the columns :data:`READ` are used.

    Returns
    -------
    Wire
        Of the articles, article_id and the columns that are found.
    """
    heads: list[_Head] = []
    sketches = _Sketches()
    for piece in pieces:
        heads += [_head(row) for row in _rows(piece)]
        sketches.add(piece["text"])
    near = _candidates(sketches, np.array([h.day for h in heads]), _same_pages(heads))
    alike = _Words(np.unique(near), (row["text"] for _, row in _chosen(pieces, set(near.ravel().tolist()))))
    links = _link(heads, _aligned(near, alike))
    agency, reason = [h.agency for h in heads], [h.reason for h in heads]
    for i, link in links.items():
        origin = link.duplicate_of
        if agency[i] is None and origin is not None:
            own = outlets.find(heads[origin].outlet)
            source = outlets.agencies()[own.agency].name if own and own.agency in outlets.agencies() else agency[origin]
            if source:
                agency[i], reason[i] = source, f"reprint of {heads[origin].article_id}"
    ids = [h.article_id for h in heads]
    return Wire(_found(ids, agency, reason, links), _edit_frame(_all_edits(pieces, links)))


READ = ("article_id", "outlet", "title", "text", "url", "author", "published_at", "credits")
"""Columns of articles that are read."""


def _rows(piece: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in r.items()} for r in piece[[c for c in READ if c in piece]].to_dict("records")]


def _chosen(pieces: Iterable[pd.DataFrame], wanted: Set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of some articles, with their place in the corpus."""
    begin = 0
    for piece in pieces:
        here = [k for k in range(len(piece)) if begin + k in wanted]
        yield from ((begin + k, row) for k, row in zip(here, _rows(piece.iloc[here]), strict=True))
        begin += len(piece)


def _all_edits(pieces: Iterable[pd.DataFrame], links: Mapping[int, _Link]) -> list[dict[str, Any]]:
    """What every reprint changed; of the texts only the originals' are held."""
    copies = {i: link.duplicate_of for i, link in links.items() if link.duplicate_of is not None}
    originals = dict(_chosen(pieces, set(copies.values()))) if copies else {}
    found = {i: edits_of(row, originals[copies[i]]) for i, row in _chosen(pieces, copies.keys())} if copies else {}
    return [edit for i in copies for edit in found[i]]


def _found(
    ids: Sequence[str], agency: list[str | None], reason: list[str | None], links: Mapping[int, _Link]
) -> pd.DataFrame:
    def name(index: int | None) -> str | None:
        return None if index is None else ids[index]

    each = [links.get(i, _Link()) for i in range(len(ids))]
    columns: dict[str, list[Any]] = {
        "article_id": list(ids),
        "wire": agency,
        "duplicate_of": [name(k.duplicate_of) for k in each],
        "version_of": [name(k.version_of) for k in each],
        "shared_with": [name(k.shared_with) for k in each],
        "shared_share": [k.share for k in each],
        "wire_reason": reason,
        "relation": [k.relation for k in each],
        "original_reason": [k.reason for k in each],
    }
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=schema.DTYPES["float" if name == "shared_share" else "str"])
            for name, values in columns.items()
        }
    )


def _edit_frame(edits: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(edits, columns=list(EDITS))
    for name in EDITS:
        table[name] = table[name].astype("object").where(table[name].notna(), None)
        table[name] = table[name].astype(schema.DTYPES["int" if name in ("start", "end") else "str"])
    return table


def current(articles: pd.DataFrame, keep: Literal["newest", "oldest", "all"] = "newest") -> pd.DataFrame:
    """One version of every page.

    Parameters
    ----------
    articles
        What :func:`find` gave.
    keep
        Which version measures use.

    Examples
    --------
    >>> pages = pd.DataFrame({"article_id": ["old", "new"], "version_of": [None, "old"]})
    >>> current(pages).article_id.tolist(), current(pages, "oldest").article_id.tolist()
    (['new'], ['old'])
    """
    if keep == "all":
        return articles.copy()
    if keep == "oldest":
        return articles[articles["version_of"].isna()].copy()
    return articles[~articles["article_id"].isin(articles["version_of"].dropna())].copy()


def _str(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


# --- whose copy: credits -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Credit:
    """An agency, and the words that credit it."""

    agency: str
    reason: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    forms = sorted((f for a in outlets.agencies().values() for f in a.credit), key=len, reverse=True)
    any_form = "(?:[Tt]he )?(?P<agency>" + "|".join(map(re.escape, forms)) + ")"
    dash = r"\s{0,3}(?:[-–—:]{1,3}|\u2013)"
    return {
        # ORVANE, Oct. 5 (AFP) - The ...
        "dateline": re.compile(rf"^[^()\n]{{0,80}}[(\[]{any_form}(?:[/ ,][^()\]\n]{{0,40}})?[)\]]{dash}"),
        # AFP - The ... ; ORVANE, Oct 5, Reuters: The ...
        "dateline without brackets": re.compile(rf"^(?:[A-Z][\w.' ]{{1,40}},? (?:[A-Z][a-z]{{2,8}}\.? \d{{1,2}},? )?)?{any_form}\s?(?:--|[-–—]) "),
        "closing credit": re.compile(rf"^[\s(\[—–-]{{0,5}}{any_form}(?: staff)?[\s)\].]{{0,4}}$|[.”\"’)] {{0,3}}[(\[—–-]{{1,2}} ?{any_form.replace('agency', 'agency2')}[)\]]?\.?$"),
        "rights": re.compile(rf"(?:©|\(c\)|[Cc]opyright)[^.\n]{{0,40}}?{any_form}\b"),
        "description": re.compile(rf"^{any_form}\b[^.\n]{{0,30}}? (?:is|provides|delivers) [^.\n]{{0,60}}?(?:news agency|news service|newswire|wire service|news provider|news organi[sz]ation)"),
        "contribution": re.compile(rf"{any_form}[^.\n]{{0,60}} contributed|(?:contributed|files|reporting|material|information|additional reporting) (?:from|by|via) {any_form.replace('agency', 'agency2')}"),
        "told": re.compile(rf"\b(?:told|tells|telling|informed|interview with|speaking to|spoke to|spoken to|statement to) {any_form}\b(?!['’]s)"),
        "cited": re.compile(rf"\b(?:according to|reported by|as reported|citing|cited by|quoted by) {any_form}\b|{any_form.replace('agency', 'agency2')} (?:first )?(?:reported|reports|quoted)\b"),
        "byline": re.compile(rf"(?:^|[,;/|(]| and |[Bb]y |[-–—] ?| for | of ){{1}}\s?{any_form}(?: (?:[Ss]taff|[Ww]riters?|[Rr]eporters?|[Nn]ews|[Cc]orrespondents?|[Ss]taff [Ww]riters?|[Ee]ditors?)){{0,2}}\s{{0,2}}(?:$|[,;/|)])"),
    }  # fmt: skip


@cache
def _by_form() -> dict[str, str]:
    return {form: key for key, agency in outlets.agencies().items() for form in agency.credit}


def credit(row: Mapping[str, Any]) -> Credit | None:
    """Agency whose copy an article is by its own words; None if it is the outlet's or does not say.

    An agency's own pages are its own work, so they are not wire copy. "Reuters contributed to this
    report" and "according to Reuters" credit a part, and do not make the text the agency's.

    Parameters
    ----------
    row
        An article: text, author, outlet and credits are looked at.

    Examples
    --------
    >>> credit({"text": "The mayor resigned.", "author": "Associated Press"}).agency
    'AP'
    >>> credit({"text": "The mayor resigned, according to Reuters."}) is None
    True
    """
    text = _str(row.get("text")) or ""
    paragraphs = [p.strip() for p in re.split(r"\n+", text) if p.strip()]
    own = outlets.find(_str(row.get("outlet")), _str(row.get("url")))
    for key, words in _evidence(paragraphs, _str(row.get("author")), _str(row.get("credits")), _str(row.get("outlet"))):
        if own is not None and own.agency == key:
            return None
        return Credit(outlets.agencies()[key].name, words)
    return _unlisted(paragraphs, _str(row.get("author")), _str(row.get("outlet")))


_CALLED = r"(?P<name>(?:[A-Z][\w.&'’-]*[ -](?:of[ -]|the[ -])?){1,4}(?:News|Press|Wire)[ -](?:Agency|Service|Association|Bureau)|(?:[A-Z][\w.&'’-]*[ -]){1,4}Newswire)"
_UNLISTED = {
    "dateline": re.compile(rf"^[^()\n]{{0,80}}[(\[](?:[Tt]he )?{_CALLED}[)\]]\s{{0,3}}[-–—:]"),
    "byline": re.compile(rf"(?:^|, |\| ?|/ ?| - )(?:[Bb]y )?(?:[Tt]he )?{_CALLED}$"),
}
"""Agencies that no list has, by what they call themselves, where an agency's credit stands."""


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name.casefold()))


def _unlisted(paragraphs: Sequence[str], author: str | None, outlet: str | None) -> Credit | None:
    for kind, text in (*(("dateline", p[:200]) for p in paragraphs[:3]), ("byline", (author or "")[:300])):
        found = _UNLISTED[kind].search(text)
        if found is not None and _letters(found["name"]) not in _letters(outlet or ""):
            return Credit(found["name"], f"{kind}: {found[0].strip()[:80]}")
    return None


def _evidence(
    paragraphs: Sequence[str], author: str | None, credits: str | None, outlet: str | None = None
) -> Iterator[tuple[str, str]]:
    """Agencies credited, most certain evidence first, each with the words."""
    patterns = _patterns()
    for paragraph in paragraphs[:3]:
        for name in ("dateline", "dateline without brackets"):
            if match := patterns[name].search(paragraph[:200]):
                yield _key(match), f"dateline: {match[0].strip()[:80]}"
    few = author is not None and len(re.split(r",|;| and |\|", author)) <= MOST_NAMES
    if author and few and (match := patterns["byline"].search(author[:300])):
        yield _key(match), f"byline: {author[:80]}"
    tail = [p for p in paragraphs[-3:] if len(paragraphs) > 1]
    for line in (*tail, *(credits or "").split("\n")):
        if patterns["contribution"].search(line[:400]):
            continue
        for name in ("closing credit", "rights", "description"):
            piece = line[-120:] if name == "closing credit" and len(line) > 120 else line[:400]
            if match := patterns[name].search(piece):
                yield _key(match), f"{name}: {match[0].strip()[:80]}"
    if any(_REPORTING.match(p) for p in tail):
        yield "reuters", "closing credit: reporting by ...; editing by ..."
    told = Counter(_key(m) for p in paragraphs for m in patterns["told"].finditer(p))
    cited = {_key(m) for p in paragraphs for m in patterns["cited"].finditer(p)}
    if len(told) == 1 and not cited:
        ((key, n),) = told.items()
        if n >= (3 if outlet else 2):  # an outlet may quote what somebody told an agency
            yield key, f"told {outlets.agencies()[key].name}, {n} times"


# the closing line of one agency's house style, the same in every outlet that prints it
_REPORTING = re.compile(
    r"^\(?(?:Additional )?[Rr]eporting by [^;\n]{3,200}[;.] ?(?:[^;\n]{3,200}; ?)?(?:[Ww]riting|[Ee]diting) by "
)


def _key(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return _by_form()[groups.get("agency") or groups["agency2"]]


# --- which texts share their words ----------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two texts and the share of the words of each that the other has too, in the same order."""

    first: int
    second: int
    share_first: float
    share_second: float


_TOKEN = re.compile(r"\w+(?:['’]\w+)?")


def _words(text: str) -> list[str]:
    return _TOKEN.findall(text.replace("’", "'").lower())[:MOST_WORDS]


def _codes(text: Any) -> np.ndarray:
    """A number for every word of a text: what is compared, at four bytes a word."""
    return np.array([zlib.crc32(w.encode()) for w in _words(_str(text) or "")], dtype=np.uint32)


def _shingles(words: np.ndarray) -> np.ndarray:
    """Hashes of the word three-grams, sorted and without repetition; a text of fewer words is one."""
    if len(words) < SHINGLE:
        return np.array([zlib.crc32(words.tobytes())], dtype=np.uint64) if len(words) else np.empty(0, dtype=np.uint64)
    codes = words.astype(np.uint64)
    mixed = codes[:-2] * np.uint64(0x9E3779B1) + codes[1:-1] * np.uint64(0x85EBCA77) + codes[2:]
    return np.unique((mixed ^ (mixed >> np.uint64(29))) & np.uint64(0xFFFFFFFF))


def similar(texts: Sequence[str]) -> list[Pair]:
    """Pairs of texts that share a fifth or more of the words of either.

    Parameters
    ----------
    texts
        One string an article.

    Returns
    -------
    list of Pair
        In order of the first and second index.

    Examples
    --------
    >>> a = "The council of Orvane voted on Monday to close the old bridge for good after the flood."
    >>> [(p.first, p.second) for p in similar([a, "Nothing in common here at all, not a word of it.", a])]
    [(0, 2)]
    """
    sketches = _Sketches()
    sketches.add(texts)
    near = _candidates(sketches, np.full(len(texts), np.nan))
    which = np.unique(near)
    return _aligned(near, _Words(which, (texts[i] for i in which)))


class _Words:
    """The words of some texts as numbers, put aside."""

    def __init__(self, which: np.ndarray, texts: Iterable[Any]) -> None:
        self._which, self._rows = which, Rows(np.dtype(np.uint32))
        for text in texts:
            self._rows.add(_codes(text))

    def take(self, wanted: np.ndarray) -> dict[int, np.ndarray]:
        """Return the words of some of the texts, by the number of the text."""
        found, sizes = self._rows.take(np.searchsorted(self._which, wanted))
        return dict(zip(wanted.tolist(), np.split(found, np.cumsum(sizes)[:-1]), strict=True))


def _aligned(near: np.ndarray, words: _Words) -> list[Pair]:
    """Pairs that share enough of their words, of the pairs (first, second) that may."""
    return [pair for at in range(0, len(near), ALIGNED) for pair in _aligned_few(near[at : at + ALIGNED], words)]


def _aligned_few(near: np.ndarray, words: _Words) -> list[Pair]:
    found = []
    codes = words.take(np.unique(near))
    shingles = {i: _shingles(code) for i, code in codes.items()}
    for i, j in near.tolist():
        common = len(np.intersect1d(shingles[i], shingles[j], assume_unique=True))
        if common < CANDIDATE * min(len(shingles[i]), len(shingles[j])):
            continue
        a, b = codes[i].tolist(), codes[j].tolist()
        shared = _shared_words(a, b)
        first, second = shared / max(len(a), 1), shared / max(len(b), 1)
        short = min(len(a), len(b)) < SHORT
        if max(first, second) >= RELATED and (not short or min(first, second) > 0.95):
            found.append(Pair(i, j, first, second))
    return found


class _Sketches:
    """MinHash of every text's shingles, put aside as one number per band; texts without words have none."""

    def __init__(self) -> None:
        self._spill, self._size = Spill(), 0
        self._tickets: list[list[Ticket]] = []
        self._filled: list[np.ndarray] = []

    def __len__(self) -> int:
        """Count the texts."""
        return self._size

    def add(self, texts: Iterable[Any]) -> None:
        """Add texts, in their order."""
        from datasketch import MinHash

        model = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=int)
        out: list[np.ndarray] = []
        filled: list[int] = []
        for number, text in enumerate(texts, self._size):
            sketch, values = model.copy(), _shingles(_codes(text))
            if len(values):
                sketch.update_batch(values.tolist())
                out.append(sketch.hashvalues)
                filled.append(number)
            self._size = number + 1
        self._filled.append(np.array(filled, dtype=np.int64))
        bands = np.array(out, dtype=np.uint32).astype(np.uint64).reshape(len(out), BANDS, ROWS)
        keys = bands[:, :, 0] << np.uint64(32) | bands[:, :, 1]
        self._tickets.append([self._spill.put(keys[:, k : k + TOGETHER]) for k in range(0, BANDS, TOGETHER)])

    def bands(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield, band by band, the numbers of the texts that have words, and their keys."""
        filled = np.concatenate([np.empty(0, dtype=np.int64), *self._filled])
        for few in zip(*self._tickets, strict=True):
            keys = np.concatenate([self._spill.get(ticket)[0] for ticket in few])
            yield from ((filled, keys[:, k]) for k in range(keys.shape[1]))


def _candidates(sketches: _Sketches, days: np.ndarray, known: Iterable[tuple[int, int]] = ()) -> np.ndarray:
    """Pairs of texts that may share their words, (n, 2), first < second, in order; and those of `known`.

    Texts meet where all values of a band are equal. Those published further apart than WINDOW do not, or the number of pairs
    would grow with the square of a corpus whose reports follow a pattern; undated ones meet all.
    """
    n = np.uint64(len(sketches))
    found = [np.array([i * int(n) + j for i, j in known], dtype=np.uint64)]
    for filled, key in sketches.bands():
        order = np.argsort(key, kind="stable")
        bounds = np.flatnonzero(np.r_[True, key[order][1:] != key[order][:-1], True]) if len(order) else order
        for k in np.flatnonzero(np.diff(bounds) > 1):
            for i, j in _meetings(filled[order[bounds[k] : bounds[k + 1]]], days):
                found.append(i.astype(np.uint64) * n + j.astype(np.uint64))
        found = [np.unique(np.concatenate(found))]
    return np.stack(np.divmod(found[0], n), axis=1).astype(np.int64) if len(found[0]) else np.empty((0, 2), np.int64)


def _meetings(rows: np.ndarray, days: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows, the smaller first, that are undated or published within WINDOW of each other."""
    rows = rows[np.argsort(days[rows], kind="stable")]  # undated last
    dated = days[rows][~np.isnan(days[rows])]
    until = np.full(len(rows), len(rows))
    until[: len(dated)] = np.searchsorted(dated, dated + WINDOW, side="right")
    for k in range(len(rows) - 1):
        others = rows[k + 1 : until[k]] if k >= len(dated) else np.r_[rows[k + 1 : until[k]], rows[len(dated) :]]
        if len(others):
            yield np.minimum(rows[k], others), np.maximum(rows[k], others)


def _same_pages(heads: Sequence[_Head]) -> set[tuple[int, int]]:
    """Pairs of articles that follow each other at one address, whenever they were published."""
    last: dict[str, int] = {}
    pairs = set()
    for i, head in enumerate(heads):
        if head.page is not None:
            if head.page in last:
                pairs.add((last[head.page], i))
            last[head.page] = i
    return pairs


def _blocks(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int, int]]:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [(m.a, m.b, m.size) for m in matcher.get_matching_blocks() if m.size >= BLOCK]


def _shared_words(a: Sequence[int], b: Sequence[int]) -> int:
    """Words in runs of three or more that both texts have, in the same order; moved paragraphs count too."""
    if a == b:
        return len(a)
    shared = sum(size for *_, size in _blocks(a, b))
    if shared < 0.5 * min(len(a), len(b)):  # perhaps moved about: order apart, what shingles say
        grams = {tuple(b[i : i + 5]) for i in range(len(b) - 4)}
        covered = np.zeros(len(a), dtype=bool)
        for i in range(len(a) - 4):
            if tuple(a[i : i + 5]) in grams:
                covered[i : i + 5] = True
        shared = max(shared, int(covered.sum()))
    return min(shared, len(a), len(b))


# --- which is the original --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Link:
    duplicate_of: int | None = None
    version_of: int | None = None
    shared_with: int | None = None
    share: float | None = None
    relation: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """What is kept of every article: who published it, where and when, how long it is, and whose copy it says to be."""

    article_id: str
    outlet: str | None
    page: str | None
    day: float  # since 1970; not a number where no date is known
    size: int
    agency: str | None
    reason: str | None

    def originality(self) -> tuple[tuple[Any, ...], str]:
        """Sort key, most original first, and the reason in words."""
        own = outlets.find(self.outlet)
        is_agency = own is not None and own.agency is not None
        undated = math.isnan(self.day)
        key = (not is_agency, undated, 0 if undated else self.day, self.agency is not None, -self.size, self.article_id)
        if is_agency:
            return key, "published by the agency itself"
        return key, "longest, no dates to go by" if undated else "no other is dated earlier"


def _head(row: Mapping[str, Any]) -> _Head:
    found, time = credit(row), row.get("published_at")
    return _Head(
        str(row["article_id"]),
        sys.intern(_str(row.get("outlet")) or "") or None,
        _page(row.get("url")),
        time.value / DAY if isinstance(time, pd.Timestamp) and not pd.isna(time) else math.nan,
        len(_str(row.get("text")) or ""),
        found.agency if found else None,
        found.reason if found else None,
    )


def _link(heads: Sequence[_Head], pairs: Sequence[Pair]) -> dict[int, _Link]:
    """Link every article to the most similar article that is more original than it, if there is one."""
    partners: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for pair in pairs:
        partners[pair.first].append((pair.second, pair.share_first, pair.share_second))
        partners[pair.second].append((pair.first, pair.share_second, pair.share_first))
    order = {i: heads[i].originality() for i in partners}
    links: dict[int, _Link] = {}
    for i in sorted(partners, key=lambda k: order[k][0]):
        best = max(partners[i], key=lambda p: (round(p[1], 6), order[p[0]][0] < order[i][0], -p[0]))
        earlier = [p for p in partners[i] if order[p[0]][0] < order[i][0] and p[1] >= RELATED]
        link = _Link(shared_with=best[0], share=best[1], relation=_relation(best[1], best[2]))
        if earlier:
            link = _to_original(
                i, max(earlier, key=lambda p: (round(p[1], 6), -p[0])), link, partners, heads, order, links
            )
        links[i] = link
    return links


def _to_original(
    i: int,
    nearest: tuple[int, float, float],
    link: _Link,
    partners: Mapping[int, list[tuple[int, float, float]]],
    heads: Sequence[_Head],
    order: Mapping[int, tuple[tuple[Any, ...], str]],
    links: Mapping[int, _Link],
) -> _Link:
    """Make the link a reprint or a version, of the root of the nearest more original article where that holds too."""
    j, share, other = nearest
    if _same_page(heads[i], heads[j], share):
        return _Link(None, j, j, share, _relation(share, other), "the same page, published later")
    root = links[j].duplicate_of if j in links else None
    if root is not None:
        direct = next((p for p in partners[i] if p[0] == root), None)
        if direct is not None and direct[1] >= REPRINT:
            j, share, other = direct
    if share < REPRINT:
        return link
    return _Link(j, None, j, share, _relation(share, other), order[j][1])


def _same_page(a: _Head, b: _Head, share: float) -> bool:
    """Whether two articles are versions of one page: one address, or one outlet, near text, and week."""
    if a.page is not None and a.page == b.page:
        return True
    if a.outlet is None or a.outlet != b.outlet or share < 0.8:
        return False
    return not abs(a.day - b.day) > 7  # undated: taken for it


def _page(url: Any) -> str | None:
    """Address without scheme, www, query and fragment."""
    if not isinstance(url, str) or not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path}" if path else None


def _relation(share: float, other: float) -> str:
    """Kind of relation from the shares of the article's and the other's words."""
    if min(share, other) >= 0.98:
        return "exact"
    if share >= 0.8 and other >= 0.8:
        return "edited"
    if share >= 0.8 or (share >= REPRINT and other < share):
        return "trimmed" if other < 0.8 else "edited"
    if share >= REPRINT:
        return "edited"
    return "extended" if other >= REPRINT else "related"


# --- what the outlet changed --------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^.!?\n]{1,2000}(?:[.!?]{1,3}[\"'”’)\]]{0,3}(?=\s|$)|(?=\n)|$|[.!?])")


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str
    words: tuple[str, ...]


def _sentences(text: str) -> list[_Sentence]:
    """Rough sentences: enough to show an edit."""
    found, start = [], 0
    for match in re.finditer(r"(?<=[a-z\d)\]”\"’'][.!?])[\"'”’)]{0,2}\s+(?=[\"'“‘(A-Z])|\n+", text):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    return [_Sentence(a, b, text[a:b], tuple(_words(text[a:b]))) for a, b in found if text[a:b].strip()]


def edits_of(copy: Mapping[str, Any], original: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a reprint changed: headline, cut, added and changed sentences.

    Parameters
    ----------
    copy, original
        Two articles: article_id, title and text are read.

    Returns
    -------
    list of dict
        Rows of the table ``edits`` in order of the copy; cuts, which have no place in it, where they were.

    Examples
    --------
    >>> wire = {"article_id": "w", "title": "Bridge closed", "text": "The bridge closed. Boats waited all day."}
    >>> mine = {"article_id": "m", "title": "Bridge chaos", "text": "The bridge closed."}
    >>> [(e["kind"], e["original_text"]) for e in edits_of(mine, wire)]
    [('headline', 'Bridge closed'), ('cut', 'Boats waited all day.')]
    """
    keys = {"article_id": copy["article_id"], "original_id": original["article_id"]}
    found: list[dict[str, Any]] = []
    title, before = _str(copy.get("title")), _str(original.get("title"))
    if title and before and _words(title) != _words(before):
        found.append(
            {
                **keys,
                "kind": "headline",
                "part": "title",
                "start": 0,
                "end": len(title),
                "text": title,
                "original_text": before,
            }
        )
    new, old = _sentences(_str(copy.get("text")) or ""), _sentences(_str(original.get("text")) or "")
    matcher = SequenceMatcher(None, [s.words for s in old], [s.words for s in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            found += [{**keys, **e} for e in _changes(old[i1:i2], new[j1:j2])]
    return found


def _changes(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Iterator[dict[str, Any]]:
    """Sentences that differ between two aligned places: pairs with much in common changed, the rest cut or added."""
    free = list(range(len(old)))
    for sentence in new:
        scores = [(_dice(sentence.words, old[k].words), -k) for k in free]
        best, k = max(scores, default=(0.0, 0))
        span = {"part": "text", "start": sentence.start, "end": sentence.end, "text": sentence.text}
        if best >= 0.5:
            free.remove(-k)
            yield {"kind": "changed", **span, "original_text": old[-k].text}
        else:
            yield {"kind": "added", **span, "original_text": None}
    for k in free:
        yield {"kind": "cut", "part": "text", "start": None, "end": None, "text": None, "original_text": old[k].text}


def _dice(a: Sequence[str], b: Sequence[str]) -> float:
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / max(len(a) + len(b), 1)
