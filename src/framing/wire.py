"""Wire copy, reprints and versions: which texts are not an outlet's own, and what an outlet changed in them.

Two questions, kept apart. *Whose copy is it?* is read from credits: datelines, bylines, closing credits,
an agency's description of itself, and "told <agency>". *Which texts share their words?* is measured: word
three-grams, MinHash with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman & Ullman 2014, ch. 3)
for candidates, then an alignment of the words of each candidate pair. A page that an outlet published
twice is a version; a text that two outlets published is a reprint of the more original one.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from framing import outlets, schema

SHINGLE = 3  # words
PERMUTATIONS, BANDS, ROWS = 128, 64, 2  # finds a pair of Jaccard similarity .25 with probability .98
BLOCK = 3  # shortest run of words that counts as shared
CANDIDATE = 0.15  # share of the shorter text's shingles below which a pair is not aligned
REPRINT = 0.6  # share of an article's words, from which on it is a reprint
RELATED = 0.2  # share from which on the pair is reported at all
MOST_NAMES = 3  # a byline with more is a list of everybody on the site
SHORT = 20  # words below which a text is compared as a whole only
MOST_WORDS = 5000  # words of a text that are aligned
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
    rows: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in table.to_dict("records")]
    found = [credit(row) for row in rows]
    agency = [f.agency if f else None for f in found]
    reason = [f.reason if f else None for f in found]
    pairs = similar([r["text"] or "" for r in rows])
    links = _link(rows, agency, pairs)
    for i, link in links.items():
        origin = link.duplicate_of if link.duplicate_of is not None else None
        if agency[i] is None and origin is not None:
            own = outlets.find(_str(rows[origin]["outlet"]))
            source = outlets.agencies()[own.agency].name if own and own.agency in outlets.agencies() else agency[origin]
            if source:
                agency[i], reason[i] = source, f"reprint of {rows[origin]['article_id']}"
    out = table.copy()
    for name, values in _columns(rows, agency, reason, links).items():
        out[name] = pd.Series(
            values, index=out.index, dtype=schema.DTYPES["float" if name == "shared_share" else "str"]
        )
    edits = [
        edit
        for i, link in links.items()
        if link.duplicate_of is not None
        for edit in edits_of(rows[i], rows[link.duplicate_of])
    ]
    return Wire(schema.conform(out, "articles"), _edit_frame(edits))


def _columns(
    rows: Sequence[Mapping[str, Any]], agency: list[str | None], reason: list[str | None], links: Mapping[int, _Link]
) -> dict[str, list[Any]]:
    def name(index: int | None) -> str | None:
        return None if index is None else str(rows[index]["article_id"])

    each = [links.get(i, _Link()) for i in range(len(rows))]
    return {
        "wire": agency,
        "duplicate_of": [name(k.duplicate_of) for k in each],
        "version_of": [name(k.version_of) for k in each],
        "shared_with": [name(k.shared_with) for k in each],
        "shared_share": [k.share for k in each],
        "wire_reason": reason,
        "relation": [k.relation for k in each],
        "original_reason": [k.reason for k in each],
    }


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


def _shingles(words: Sequence[str]) -> np.ndarray:
    """Hashes of the word three-grams, sorted and without repetition."""
    if len(words) < SHINGLE:
        return (
            np.array([zlib.crc32(" ".join(words).encode())], dtype=np.uint64) if words else np.empty(0, dtype=np.uint64)
        )
    codes = np.array([zlib.crc32(w.encode()) for w in words], dtype=np.uint64)
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
    shingles = [_shingles(_words(t)) for t in texts]
    found = []

    @lru_cache(1024)  # the words of all texts at once would be the largest thing in memory
    def words(i: int) -> list[str]:
        return _words(texts[i])

    for i, j in sorted(_candidates(shingles)):
        a, b = shingles[i], shingles[j]
        common = len(np.intersect1d(a, b, assume_unique=True))
        if common < CANDIDATE * min(len(a), len(b)):
            continue
        shared = _shared_words(words(i), words(j))
        first, second = shared / max(len(words(i)), 1), shared / max(len(words(j)), 1)
        short = min(len(words(i)), len(words(j))) < SHORT
        if max(first, second) >= RELATED and (not short or min(first, second) > 0.95):
            found.append(Pair(i, j, first, second))
    return found


def _candidates(shingles: Sequence[np.ndarray]) -> set[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    model = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=int)
    pairs = set()
    for i, values in enumerate(shingles):
        if not len(values):
            continue
        sketch = model.copy()
        sketch.update_batch(values.tolist())
        pairs |= {(j, i) for j in index.query(sketch)}
        index.insert(i, sketch)
    return pairs


def _blocks(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int]]:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [(m.a, m.b, m.size) for m in matcher.get_matching_blocks() if m.size >= BLOCK]


def _shared_words(a: Sequence[str], b: Sequence[str]) -> int:
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


def _link(rows: Sequence[Mapping[str, Any]], agency: Sequence[str | None], pairs: Sequence[Pair]) -> dict[int, _Link]:
    """Link every article to the most similar article that is more original than it, if there is one."""
    partners: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for pair in pairs:
        partners[pair.first].append((pair.second, pair.share_first, pair.share_second))
        partners[pair.second].append((pair.first, pair.share_second, pair.share_first))
    order = {i: _originality(rows[i], agency[i]) for i in partners}
    links: dict[int, _Link] = {}
    for i in sorted(partners, key=lambda k: order[k][0]):
        best = max(partners[i], key=lambda p: (round(p[1], 6), order[p[0]][0] < order[i][0], -p[0]))
        earlier = [p for p in partners[i] if order[p[0]][0] < order[i][0] and p[1] >= RELATED]
        link = _Link(shared_with=best[0], share=best[1], relation=_relation(best[1], best[2]))
        if earlier:
            link = _to_original(
                i, max(earlier, key=lambda p: (round(p[1], 6), -p[0])), link, partners, rows, order, links
            )
        links[i] = link
    return links


def _to_original(
    i: int,
    nearest: tuple[int, float, float],
    link: _Link,
    partners: Mapping[int, list[tuple[int, float, float]]],
    rows: Sequence[Mapping[str, Any]],
    order: Mapping[int, tuple[tuple[Any, ...], str]],
    links: Mapping[int, _Link],
) -> _Link:
    """Make the link a reprint or a version, of the root of the nearest more original article where that holds too."""
    j, share, other = nearest
    if _same_page(rows[i], rows[j], share):
        return _Link(None, j, j, share, _relation(share, other), "the same page, published later")
    root = links[j].duplicate_of if j in links else None
    if root is not None:
        direct = next((p for p in partners[i] if p[0] == root), None)
        if direct is not None and direct[1] >= REPRINT:
            j, share, other = direct
    if share < REPRINT:
        return link
    return _Link(j, None, j, share, _relation(share, other), order[j][1])


def _originality(row: Mapping[str, Any], agency: str | None) -> tuple[tuple[Any, ...], str]:
    """Sort key, most original first, and the reason in words."""
    own = outlets.find(_str(row.get("outlet")))
    is_agency = own is not None and own.agency is not None
    time = row.get("published_at")
    stamp = time.value if isinstance(time, pd.Timestamp) and not pd.isna(time) else None
    size = len(row.get("text") or "")
    key = (not is_agency, stamp is None, stamp or 0, agency is not None, -size, str(row["article_id"]))
    if is_agency:
        return key, "published by the agency itself"
    return key, "published first" if stamp is not None else "longest, no dates to go by"


def _same_page(a: Mapping[str, Any], b: Mapping[str, Any], share: float) -> bool:
    """Whether two articles are versions of one page: one address, or one outlet, headline or near text, and week."""
    one, two = _page(a.get("url")), _page(b.get("url"))
    if one and one == two:
        return True
    if not _str(a.get("outlet")) or a.get("outlet") != b.get("outlet") or share < 0.8:
        return False
    one_at, two_at = a.get("published_at"), b.get("published_at")
    if (
        not isinstance(one_at, pd.Timestamp)
        or not isinstance(two_at, pd.Timestamp)
        or pd.isna(one_at)
        or pd.isna(two_at)
    ):
        return True
    return bool(abs(one_at - two_at) <= pd.Timedelta(days=7))


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
