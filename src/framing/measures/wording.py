"""Wording: which words and phrases set an outlet apart within the same events.

Weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, Political Analysis 16:372).
Departures: an outlet is compared with the other outlets' articles *on the events it covered*, these weighted so that every event
has the share of words that it has in the outlet's own (else an event's topic would look like an outlet's wording); articles are resampled
because words come in bursts; names of outlets and authors are masked, and in an outlet's own articles its short name; the narrator's words are counted apart from the quoted ones.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.stats import norm
from sklearn.feature_extraction.text import CountVectorizer

from framing import schema
from framing.measures._base import Frames, Measure
from framing.storage import Spill, Ticket

MEASURES: tuple[Measure, ...] = ()

BREAK = " \u241e "
"""Stands where a phrase must not run on: at a mask, a quotation or a sentence's end."""
TOKEN = r"(?u)\u241e|[^\W\d_]+(?:['’\-.][^\W\d_]+)*"
LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+|(?<!\w)@\w+", re.IGNORECASE)
POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")


def segments(
    articles: pd.DataFrame, quotations: pd.DataFrame | None, outlets: re.Pattern[str] | None = None
) -> pd.DataFrame:
    """Each article's own words and its direct quotations, names of outlets (those in the articles, or given), an outlet's own short name and authors masked.

    Returns
    -------
    DataFrame
        article_id, narrator, source: two texts.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    if quotations is not None and len(quotations):
        direct = quotations[(quotations["part"] == "text") & quotations["kind"].isin(["direct", "mixed"])]
        for article, start, end in direct[["article_id", "start", "end"]].itertuples(index=False):
            spans.setdefault(article, []).append((int(start), int(end)))
    outlets = outlets or _outlets(articles)
    short = {name: _short(name) for name in articles["outlet"].dropna().unique()}
    authors = articles["author"].astype("object").where(articles["author"].notna(), "")
    out = []
    names = articles["outlet"].astype("object").where(articles["outlet"].notna(), None)
    for article, text, author, outlet in zip(articles["article_id"], articles["text"], authors, names, strict=True):
        own, quoted = _split(text if isinstance(text, str) else "", sorted(spans.get(article, [])))
        mask = _pattern(re.split(r",|;|\band\b|&|\bund\b|\bet\b|\by\b", str(author)[:300])) if author else None
        masks = (outlets, short.get(outlet), mask)
        out.append((article, _mask(own, *masks), _mask(quoted, *masks)))
    return pd.DataFrame(out, columns=["article_id", "narrator", "source"])


def _outlets(articles: pd.DataFrame) -> re.Pattern[str] | None:
    return _pattern(set(articles["outlet"].dropna()) | set(articles["outlet_raw"].dropna()))


def _short(outlet: str) -> re.Pattern[str] | None:
    """What an outlet of several words calls itself: the last of them, capitalised ("the Courier" of the Europa Courier).

    Examples
    --------
    >>> _short("Europa Courier").sub("_", "The Courier has seen it; a courier brought it."), _short("Lantern")
    ('The _ has seen it; a courier brought it.', None)
    """
    words = [
        w
        for w in re.findall(r"[^\W\d_][\w'’-]*", outlet)
        if w.casefold() not in {"online", "digital", "com", "website"}
    ]
    last = words[-1] if len(words) > 1 else ""
    return re.compile(rf"\b{re.escape(last)}\b") if len(last) > 2 and last[0].isupper() else None


def _split(text: str, spans: list[tuple[int, int]]) -> tuple[str, str]:
    own, quoted, at = [], [], 0
    for start, end in spans:
        if end <= at:
            continue
        own.append(text[at : max(start, at)])
        quoted.append(text[max(start, at) : end])
        at = end
    own.append(text[at:])
    return BREAK.join(own), BREAK.join(quoted)


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    kept = sorted({str(n).strip() for n in names if len(str(n).strip()) > 2}, key=lambda n: (-len(n), n))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, kept)) + r")\b", re.IGNORECASE) if kept else None


def _mask(text: str, *patterns: re.Pattern[str] | None) -> str:
    for pattern in patterns:
        if pattern is not None:
            text = pattern.sub(BREAK, text)
    text = POSSESSIVE.sub("", LINK.sub(BREAK, text))
    return re.sub(r"[!?;:()\[\]\n“”\"]+|\.(?!\w)", BREAK, text)


def counts(texts: Collection[str]) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Words and two-word phrases, (n_articles, n_terms), these terms, and the words of each article, (n_articles,).

    Phrases never run over a break.
    """
    vectorizer = CountVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), lowercase=True)
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # no word at all
        return sp.csr_matrix((len(texts), 0), dtype=np.int32), np.empty(0, dtype=object), np.zeros(len(texts))
    terms = vectorizer.get_feature_names_out()
    clean = np.array(["\u241e" not in term for term in terms])
    words = np.asarray(matrix[:, clean & ~np.char.count(terms.astype(str), " ").astype(bool)].sum(axis=1)).ravel()
    return sp.csr_matrix(matrix[:, clean], dtype=np.int32), terms[clean].astype(object), words.astype("float64")


def log_odds(
    own: np.ndarray,
    others: np.ndarray,
    prior: np.ndarray,
    own_total: np.ndarray | float,
    others_total: np.ndarray | float,
    strength: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted log-odds ratio of each term and its variance (Monroe et al. 2008, equations 16 to 20).

    Parameters
    ----------
    own, others
        Counts of the outlet and of those it is compared with, (..., n_terms).
    prior
        Pseudo-counts of each term, (n_terms,), all positive.
    own_total, others_total
        Words of each side, all terms considered or not, (..., 1).
    strength
        Pseudo-words of the prior, more than any one term's.

    Examples
    --------
    >>> value, variance = log_odds(np.array([8.0, 2.0]), np.array([2.0, 8.0]), np.ones(2), 50.0, 50.0, 10.0)
    >>> (value > 0).tolist()
    [True, False]
    """
    a, b = own + prior, others + prior
    rest_a = np.maximum(own_total + strength - a, 0.5)
    rest_b = np.maximum(others_total + strength - b, 0.5)
    return np.log(a / rest_a) - np.log(b / rest_b), 1 / a + 1 / b


def words(
    frames: Frames,
    *,
    level: float = 0.95,
    resamples: int = 200,
    seed: int = 0,
    min_n: int = 5,
    min_n_event: int = 3,
    max_terms: int = 5000,
    top: int = 50,
) -> pd.DataFrame:
    """Words and phrases that set each outlet apart, over all events and per event.

    Parameters
    ----------
    frames
        articles (grouped into events) and, if there are any, quotations.
    level, resamples, seed
        Of the intervals; articles are resampled.
    min_n, min_n_event
        Fewest uses of a term, over all events and in one.
    max_terms
        Most terms considered, the most frequent first.
    top
        Terms kept per scope, outlet, voice and direction, by distance from zero.

    Returns
    -------
    DataFrame
        The `words` frame: n and n_others are raw counts, unweighted; log_odds the estimate, z the estimate over its standard error
        (the larger of Monroe et al.'s and that of the resampled articles), low and high its interval.
    """
    articles = frames["articles"]
    found = in_pieces(
        articles,
        [(articles, frames.get("quotations"))],
        level=level,
        resamples=resamples,
        seed=seed,
        min_n=min_n,
        min_n_event=min_n_event,
        max_terms=max_terms,
        top=top,
    )
    return pd.concat(list(found), ignore_index=True)


def in_pieces(
    articles: pd.DataFrame,
    pieces: Iterable[tuple[pd.DataFrame, pd.DataFrame | None]],
    *,
    level: float = 0.95,
    resamples: int = 200,
    seed: int = 0,
    min_n: int = 5,
    min_n_event: int = 3,
    max_terms: int = 5000,
    top: int = 50,
) -> Iterator[pd.DataFrame]:
    """Yield what :func:`words` gives in pieces; the articles, too, come in pieces of whole events, and are never held.

    Parameters
    ----------
    articles
        Those to be counted, without their texts.
    pieces
        Pieces of the frame ``articles``, with texts, each with the spans of its quotations (article_id, part, start, end, kind).
    level, resamples, seed, min_n, min_n_event, max_terms, top
        As for :func:`words`.
    """
    articles = articles[articles["event_id"].notna() & articles["outlet"].notna()]
    shared = articles.groupby("event_id")["outlet"].transform("nunique") >= 2
    columns = ["article_id", "outlet", "outlet_raw", "event_id"]
    articles = articles.loc[shared, columns].sort_values("article_id", kind="stable", ignore_index=True)
    if articles.empty:
        yield _table([], level)
        return
    place, outlets, spill = pd.Index(articles["article_id"]), _outlets(articles), Spill()
    counted = {voice: _Counted(min_n_event, spill) for voice in VOICES}
    for piece, quotations in pieces:
        at = place.get_indexer(pd.Index(piece["article_id"]))
        mine = piece[at >= 0].sort_values("article_id", kind="stable")
        if len(mine):
            said = None if quotations is None else quotations[quotations["article_id"].isin(mine["article_id"])]
            texts = segments(mine, said, outlets)
            for voice, one in counted.items():
                one.add(mine, np.sort(at[at >= 0]), texts[voice].tolist())
    del place
    yield _table([], level)
    for voice, one in counted.items():
        options = _Options(voice, resamples, np.random.default_rng([seed, len(voice)]), top)
        uses, terms, size = one.frequent(len(articles), min_n, max_terms)
        yield _table(_corpus(uses, terms, size, articles, options), level)
        for begin in range(0, len(one.events), AT_ONCE):
            some = sorted(one.events)[begin : begin + AT_ONCE]
            yield _table([found for event in some for found in one.of_event(event, options)], level)


VOICES = ("narrator", "source")
AT_ONCE = 200
"""Events whose terms are weighed at once."""
BUCKETS = 2**22
"""Places in which all terms of a corpus are counted, several to a place, to find the frequent ones."""


class _Counted:
    """Terms of one voice: per event those used often enough in it, over all how often each may be used at most.

    What was counted is put aside on disk.
    """

    def __init__(self, min_n: int, spill: Spill) -> None:
        self.min_n = min_n
        self.spill = spill
        self.events: dict[str, Ticket] = {}
        self.outlets: dict[str, int] = {}
        self.pieces: list[Ticket] = []
        self.most = np.zeros(BUCKETS, dtype=np.int32)

    def add(self, piece: pd.DataFrame, at: np.ndarray, texts: list[str]) -> None:
        """Count the terms of whole events; `at` are the places of the articles among all."""
        matrix, terms, size = counts(texts)
        np.add.at(self.most, _places(terms), np.asarray(matrix.sum(axis=0), dtype=np.int32).ravel())
        parts = (matrix.data, matrix.indices.astype(np.int32), matrix.indptr.astype(np.int64))
        self.pieces.append(self.spill.put(*parts, at.astype(np.int32), size, _bytes(terms)))
        outlet = np.array(
            [self.outlets.setdefault(name, len(self.outlets)) for name in piece["outlet"]], dtype=np.int32
        )
        for event, index in piece.reset_index(drop=True).groupby("event_id", sort=False).indices.items():
            part = matrix[index]
            keep = np.flatnonzero(np.asarray(part.sum(axis=0)).ravel() >= self.min_n)
            if len(keep):
                dense = part[:, keep].toarray()
                self.events[str(event)] = self.spill.put(dense, size[index], outlet[index], _bytes(terms[keep]))

    def of_event(self, event: str, options: _Options) -> list[_Found]:
        """Terms that set the outlets of an event apart."""
        dense, size, codes, names = self.spill.get(self.events[event])
        terms, outlet = _strings(names), np.array(list(self.outlets), dtype=object)[codes]
        return [
            _one(event, name, dense, terms, size, outlet == name, outlet != name, options)
            for name in sorted(set(outlet))
        ]

    def frequent(self, n: int, min_n: int, max_terms: int) -> tuple[_Uses, np.ndarray, np.ndarray]:
        """Uses of the most frequent terms in the `n` articles, these terms, and the words of each article.

        A place counts at least as many uses as any of its terms has, so only terms of the fullest places are counted by name.
        """
        least = max(min_n, int(np.partition(self.most, -4 * max_terms)[-4 * max_terms]))
        while True:
            total = self._named(least)
            most = sorted(((-uses, term) for term, uses in total.items() if uses >= min_n))[:max_terms]
            if least == min_n or (len(most) == max_terms and -most[-1][0] >= least):
                return self._uses(n, sorted(term for _, term in most))
            least = max(min_n, least // 2)

    def _named(self, least: int) -> dict[str, int]:
        """Uses of the terms in places that count `least` at least."""
        total: dict[str, int] = {}
        for ticket in self.pieces:
            data, indices, *_, names = self.spill.get(ticket)
            terms = _strings(names)
            uses = np.bincount(indices, weights=data, minlength=len(terms)).astype(np.int64)
            for k in np.flatnonzero(self.most[_places(terms)] >= least):
                total[terms[k]] = total.get(terms[k], 0) + int(uses[k])
        return total

    def _uses(self, n: int, wanted: list[str]) -> tuple[_Uses, np.ndarray, np.ndarray]:
        """Uses of these terms, (n, n_terms), in order of the articles' ids, and the words of each article."""
        column = {term: k for k, term in enumerate(wanted)}
        size, found, place = np.zeros(n), [], []
        for ticket in self.pieces:
            data, indices, starts, at, words, names = self.spill.get(ticket)
            to = np.array([column.get(term, -1) for term in _strings(names)], dtype=np.int64)
            keep = to[indices] >= 0 if len(to) else np.zeros(0, dtype=bool)
            row = np.repeat(np.arange(len(at)), np.diff(starts))[keep]
            order = np.lexsort((to[indices[keep]], row))
            count = np.bincount(row, minlength=len(at))
            found.append((data[keep][order].astype(_small(data)), to[indices[keep]][order].astype(_small(to)), count))
            place.append(at)
            size[at] = words
        return _Uses.sorted(n, len(wanted), found, np.concatenate(place)), np.array(wanted, dtype=object), size


def _small(values: np.ndarray) -> Any:
    """Type of the fewest bytes that holds these whole numbers."""
    return np.min_scalar_type(max(int(values.max(initial=0)), 0))


@dataclass(frozen=True)
class _Uses:
    """How often each article uses each term, as compact as it can be: read some rows at a time."""

    data: np.ndarray
    indices: np.ndarray
    starts: np.ndarray
    n_terms: int

    @classmethod
    def sorted(
        cls, n: int, n_terms: int, pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray]], place: np.ndarray
    ) -> _Uses:
        """Put rows into their places: of each piece the uses, the terms and the number of these in each row."""
        count = np.zeros(n, dtype=np.int64)
        count[place] = np.concatenate([part[2] for part in pieces])
        starts = np.r_[0, np.cumsum(count)]
        data, indices = (np.empty(starts[-1], np.result_type(*(p[k] for p in pieces))) for k in (0, 1))
        begin = 0
        while pieces:
            values, terms, size = pieces.pop(0)
            at = place[begin : begin + len(size)]
            begin += len(size)
            to = np.repeat(starts[at], size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            data[to], indices[to] = values, terms
        return cls(data, indices, starts, n_terms)

    def blocks(self, mine: np.ndarray) -> Iterator[tuple[slice, sp.csr_matrix]]:
        """Yield the rows marked, some at a time, each with its place among those marked."""
        done = 0
        for begin in range(0, len(mine), ROWS):
            chosen = mine[begin : begin + ROWS]
            a, b = self.starts[begin], self.starts[begin + len(chosen)]
            parts = (self.data[a:b].astype(np.int32), self.indices[a:b].astype(np.int32))
            block = sp.csr_matrix(
                (*parts, self.starts[begin : begin + len(chosen) + 1] - a), (len(chosen), self.n_terms)
            )
            block = block[chosen]
            yield slice(done, done + block.shape[0]), block
            done += block.shape[0]


ROWS = 4_000
"""Articles whose uses are weighed at once."""


def _bytes(names: np.ndarray) -> np.ndarray:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _strings(raw: np.ndarray) -> np.ndarray:
    return np.array(raw.tobytes().decode().split("\n") if len(raw) else [], dtype=object)


def _places(terms: np.ndarray) -> np.ndarray:
    return np.array([zlib.crc32(term.encode()) % BUCKETS for term in terms], dtype=np.int64)


DRAWN = 1_000_000
"""Most numbers (resamples x articles) drawn at once."""

_Found = tuple[str, str, str, int, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _table(found: list[_Found], level: float) -> pd.DataFrame:
    """Put the terms found into the `words` frame."""
    if not found:
        return schema.empty("words")
    size = [len(one[4]) for one in found]
    scope, outlet, voice, n_articles = (np.repeat([one[i] for one in found], size) for i in range(4))
    terms, n, m, value, se = (np.concatenate([one[i] for one in found]) for i in range(4, 9))
    half = norm.ppf((1 + level) / 2) * se
    table = {
        "scope": scope,
        "outlet": outlet,
        "term": terms,
        "n": n.astype("int64"),
        "z": value / se,
        "low": value - half,
        "high": value + half,
        "voice": voice,
        "log_odds": value,
        "n_others": m.astype("int64"),
        "n_articles": n_articles,
    }
    return pd.DataFrame(schema.conform(pd.DataFrame(table), "words"))


@dataclass(frozen=True)
class _Options:
    voice: str
    resamples: int
    rng: np.random.Generator
    top: int


def _corpus(
    uses: _Uses,
    terms: np.ndarray,
    size: np.ndarray,
    articles: pd.DataFrame,
    options: _Options,
) -> list[_Found]:
    if not len(terms):
        return []
    outlet, event = articles["outlet"].to_numpy(dtype=object), pd.factorize(articles["event_id"])[0]
    out = []
    for name in sorted(set(outlet)):
        mine = outlet == name
        rest = ~mine & np.isin(event, event[mine])
        weight = _standard(size, event, mine, rest)
        out.append(_one("corpus", name, uses, terms, size, mine, rest, options, weight))
    return out


def _standard(size: np.ndarray, event: np.ndarray, mine: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Weights of the others' articles, (n_articles,): each event gets the share of words it has in the outlet's own."""
    events = int(event.max()) + 1
    own = np.bincount(event[mine], size[mine], events)
    others = np.bincount(event[rest], size[rest], events)
    both = (own > 0) & (others > 0)
    ratio = np.divide(own, others, out=np.zeros(events), where=both)
    scale = others[both].sum() / max(own[both].sum(), 1.0)
    return np.asarray((ratio * scale)[event])


def _one(
    scope: str,
    outlet: str,
    uses: _Uses | np.ndarray,
    terms: np.ndarray,
    size: np.ndarray,
    mine: np.ndarray,
    rest: np.ndarray,
    options: _Options,
    weight: np.ndarray | None = None,
) -> _Found:
    """Terms of one outlet against the others, within one scope."""
    sides = _Side(uses, size, mine), _Side(uses, size, rest, weight)
    n, m = (side.total(1.0) for side in sides)
    raw = m if weight is None else _Side(uses, size, rest).total(1.0)
    totals = [float(side.words.sum()) for side in sides]
    # prior: the events' own usage, as strong as a tenth of the smaller side's words, no term below a hundredth
    strength = max(0.1 * min(totals), 1.0)
    prior = np.maximum(strength * (n + m) / max(sum(totals), 1.0), 0.01)
    value, variance = log_odds(n, m, prior, totals[0], totals[1], strength)
    se = np.sqrt(variance)
    if min(len(side.words) for side in sides) >= 2:
        se = np.maximum(se, _spread(sides, prior, strength, options))
    z = value / se
    order = np.lexsort((np.arange(len(terms)), -z))  # terms are in alphabetical order
    order = order[(n + m)[order] > 0]
    rank = np.arange(len(order))
    order = order[(rank < options.top) | (rank >= len(order) - options.top)]
    return scope, outlet, options.voice, int(mine.sum()), terms[order], n[order], raw[order], value[order], se[order]


class _Side:
    """Articles of an outlet, or those it is compared with, these weighted."""

    def __init__(
        self, uses: _Uses | np.ndarray, size: np.ndarray, mine: np.ndarray, weight: np.ndarray | None = None
    ) -> None:
        self.uses, self.mine = uses, mine
        self.weight = np.ones(int(mine.sum())) if weight is None else weight[mine]
        self.words = size[mine] * self.weight

    def total(self, times: np.ndarray | float) -> np.ndarray:
        """Uses of each term, every article so many times: (n_terms,), or (k, n_terms) for (k, n_articles) times."""
        weights = times * self.weight
        if isinstance(self.uses, np.ndarray):
            return np.asarray(weights @ self.uses[self.mine], dtype="float64")
        found = np.zeros((*weights.shape[:-1], self.uses.n_terms))
        for at, block in self.uses.blocks(self.mine):
            found += weights[..., at] @ block
        return found


def _spread(
    sides: tuple[_Side, _Side],
    prior: np.ndarray,
    strength: float,
    options: _Options,
) -> np.ndarray:
    """Standard deviation of the log-odds when the articles of each side are drawn again with replacement."""
    drawn, totals = [], []
    for side in sides:
        n = len(side.words)
        step = max(1, DRAWN // n)
        counts_, sums = [], []
        for begin in range(0, options.resamples, step):
            some = min(step, options.resamples - begin)
            times = options.rng.multinomial(n, np.full(n, 1 / n), size=some)
            counts_.append(side.total(times))
            sums.append(times @ side.words)
        drawn.append(np.concatenate(counts_))
        totals.append(np.concatenate(sums)[:, None])
    return np.asarray(log_odds(drawn[0], drawn[1], prior, totals[0], totals[1], strength)[0].std(axis=0, ddof=1))
