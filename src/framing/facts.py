"""Omission: which facts and sources several texts of an event report, and which are not found in a text.

Exploratory. Sentences of different articles of one event are aligned: how alike the encoder's vectors are, how much of their
words, names and numbers they share, and whether their numbers differ (a logistic model of these; ``knowledge/facts.toml`` holds its
coefficients, thresholds, calibration and measured quality). Never joined, whatever else they share, are sentences that give different values
for one quantity ("four dead", "six dead"), of which one denies what the other says ("would resign", "declined to say whether she would
resign"), and statements that share hardly more than who speaks. Sentences that give one telling number for one quantity ("£9m", "£9 million"),
and have another word in common, are. Aligned sentences are clustered to *reported facts* by average linkage. A fact that at
least k independent articles had already published and that no sentence of a text comes near is *not found in this text*: never "omitted
on purpose", and never found with certainty, so the matcher's recall stands beside it.

Conventions
-----------
Probabilities are of a pair of sentences telling the same fact, 0..1. What the tables show as confidence is calibrated to all pairs of
sentences of an event, of which few tell the same; the thresholds are on the model's own scale. Articles are independent if they are of different outlets and not
reprints, versions or copy of the same agency. An article had been published before another only if its time says so: equal times and
missing times do not, and a date without a time counts as the end of that day.
"""

from __future__ import annotations

import functools
import heapq
import importlib.resources
import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from framing import schema
from framing.events.signals import background, names, numbers, words
from framing.loading.dates import known_by
from framing.quotations.lexicon import cue_forms
from framing.schema import InputError
from framing.sources.naming import heads, organisation_words, titles
from framing.stems import FUNCTION, WORD, known, stem, weight

if TYPE_CHECKING:
    from framing.encode import Encoding

__all__ = [
    "FEATURES",
    "OMISSIONS",
    "STATES",
    "Facts",
    "Matcher",
    "Units",
    "find",
    "link",
    "matcher",
    "pairs",
    "read_units",
]

STATES = {
    "told": "a sentence of the text tells it",
    "unsure": "a sentence of the text comes near; neither told nor missing",
    "mentioned": "sources only: named in the text, but nothing is attributed to it",
    "not_found": "not found in this text",
}
OMISSIONS = {
    "event_id": "str", "kind": "str", "id": "str", "article_id": "str", "outlet": "str", "state": "str",
    "n_before": "int", "n_told": "int", "told_by": "str", "first_told": "time", "published_at": "time", "n_words": "int",
    "n_no_longer": "int", "nearest": "float", "part": "str", "start": "int", "end": "int",
}  # fmt: skip
"""Columns of the table ``omissions``: one row per article and fact or source that it could have told."""

FEATURES = ("vector", "words", "contained", "names", "numbers", "numbers_differ")
LEAST_WORDS = 5
MOST_WORDS = 120
"""Words of a sentence between which it can tell a fact: shorter ones are fragments, longer ones lists or broken text."""
MOST_SENTENCES = 400
"""Sentences of one article that are aligned: a live blog costs no more than a long report."""
PRIOR = 300.0
RARE = 0.001
"""Share of texts assumed to hold a word that the background table lacks; the table counts as `PRIOR` sentences."""
COMMON = 200
"""A term in more sentences of the event than this (or a fifth of them, if that is more) brings no two together."""
LEAST_SHARED = 0.1
"""Share of the shorter sentence's weighted words that a pair must have in common to be looked at."""
BLOCK = 512
FLOOR = 0.05
"""Pairs less likely than this are not kept."""
MOST_FACTS = 2000
"""Facts and sources per event that are followed up, those in most texts first."""
INDEPENDENT = 2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# --- the matcher -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matcher:
    """The logistic model of a pair, its thresholds, and how well it did on coded pairs it had not seen.

    Parameters
    ----------
    intercept, coefficients
        Of the standard logistic model; one coefficient per name in :data:`FEATURES`.
    same
        Mean probability from which sentences are joined to one fact.
    near
        Probability from which a text is no longer said to lack the fact.
    quality
        Measured: precision, recall, false alarms, each ``[value, low, high, n]``.
    slope, shift
        Of the calibration: logit of the confidence = shift + slope * logit of the probability.
    ceiling
        Highest confidence given: the share of joined pairs that were right on the coded pairs it was chosen on.
    """

    intercept: float
    coefficients: Mapping[str, float]
    same: float
    near: float
    quality: Mapping[str, Sequence[float]]
    slope: float = 1.0
    shift: float = 0.0
    ceiling: float = 1.0

    def confidence(self, probability: Floats) -> Floats:
        """Probability calibrated to all pairs of sentences of an event (Platt's scaling), same shape."""
        p = np.clip(probability, 1e-9, 1 - 1e-9)
        scaled = 1.0 / (1.0 + np.exp(-(self.shift + self.slope * np.log(p / (1 - p)))))
        return np.asarray(np.minimum(scaled, self.ceiling))

    def probability(self, features: Floats) -> Floats:
        """Probability of telling the same fact; `features` (n, 6) in the order of :data:`FEATURES`."""
        weights = np.array([self.coefficients[name] for name in FEATURES])
        return np.asarray(1.0 / (1.0 + np.exp(-(features @ weights + self.intercept))))


@functools.cache
def matcher() -> Matcher:
    """Return the shipped matcher."""
    source = importlib.resources.files("framing").joinpath("knowledge/facts.toml")
    return Matcher(**tomllib.loads(source.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Content:
    """What a sentence says apart from names, offices, verbs of saying and numbers.

    Parameters
    ----------
    words
        Stems and what each tells.
    denied
        Those that a negation or a refusal covers.
    spoken
        Whether it is somebody's statement.
    named
        Names of people and places, by their last word, and numbers of two digits or more.
    """

    words: Mapping[str, float]
    denied: frozenset[str]
    spoken: bool
    named: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Units:
    """Sentences of the articles of one event, and what pairs of them are compared by.

    Parameters
    ----------
    table
        article (row of the articles given), part, start, end; one row per sentence.
    vectors
        (n, 384), unit rows.
    terms
        ``words``, ``names``, ``numbers``: (n, terms), 1 where the sentence has the term.
    weights
        Per kind, what a term counts: (terms,).
    amounts
        Per sentence, the values of every quantity in it, see :func:`quantities`.
    contents
        Per sentence, what it says, whoever says it, see :func:`content`.
    """

    table: pd.DataFrame
    vectors: NDArray[np.float32]
    terms: dict[str, sp.csr_matrix]
    weights: dict[str, Floats]
    amounts: list[dict[str, set[float]]]
    contents: list[Content]

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.table)


def read_units(articles: pd.DataFrame, encodings: Mapping[str, Encoding]) -> Units:
    """Collect the sentences of an event's articles; repeated sentences of one article are read once."""
    rows: list[tuple[int, str, int, int]] = []
    vectors: list[NDArray[np.float32]] = []
    said: list[str] = []
    for number, article in enumerate(articles.to_dict("records")):
        found = encodings.get(str(article["article_id"]))
        seen: set[str] = set()
        for sentence, vector in zip(found.sentences, found.vectors, strict=True) if found is not None else ():
            text = article[sentence.part][sentence.start : sentence.end]
            if not LEAST_WORDS <= len(text.split()) <= MOST_WORDS or text in seen:
                continue
            if len(seen) >= MOST_SENTENCES:
                break
            seen.add(text)
            rows.append((number, sentence.part, sentence.start, sentence.end))
            vectors.append(vector)
            said.append(text)
    table = pd.DataFrame(rows, columns=["article", "part", "start", "end"])
    terms, weights = {}, {}
    for kind, read, share in (
        ("words", words, _share),
        ("names", names, _share_name),
        ("numbers", numbers, _share_number),
    ):
        terms[kind], weights[kind] = _terms([sorted(set(read(text))) for text in said], share)
    stacked = np.array(vectors, dtype=np.float32) if vectors else np.zeros((0, 1), dtype=np.float32)
    return Units(table, stacked, terms, weights, [quantities(text) for text in said], [content(text) for text in said])


SPELT = {
    word: float(n)
    for n, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "m": 1e6,
    "bn": 1e9,
    "k": 1e3,
}
SIGNS = ("$", "£", "€", "%", "pence")
DEATHS = frozenset(["died", "dead", "death", "killed", "fatalitie", "fatality"])
CLOSE = 0.1
"""Share by which two values may differ and still be one number told more or less exactly."""
_QUANTITY = re.compile(
    r"(?P<toll>\b(?:killed|killing|kills|death toll (?:\w+ ){0,6}?(?:to|at|of|is|was|stands at)) (?:at least |about |some |more than )?)?"
    r"(?P<sign>[$£€])?\s?(?<![\w.,-])(?P<value>\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?|(?:"
    + "|".join(SPELT)
    + r")\b)(?:[ -]?(?P<scale>"
    + "|".join(SCALES)
    + r")\b)?(?P<share>\s?(?:%|percent\b|per cent\b))?(?P<pence>p\b)?(?P<after>(?:[ -][a-z]{1,30}){0,3})",
    re.IGNORECASE,
)
_FILLER = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "and",
        "or",
        "in",
        "on",
        "at",
        "to",
        "for",
        "by",
        "with",
        "from",
        "more",
        "than",
        "were",
        "was",
        "had",
        "have",
        "has",
        "people",
        "other",
        "others",
        "who",
    ]
)


def quantities(text: str) -> dict[str, set[float]]:
    """Values by what is counted: the next two words after a number, a currency, or ``%``.

    Examples
    --------
    >>> quantities("At least four civilians died and $1.2 million was lost")
    {'civilian': {4.0}, 'dead': {4.0}, '$': {1200000.0}}
    """
    found: dict[str, set[float]] = {}
    part, until = 0.0, -1  # "61 of 74 trucks crossed": 74 trucks, 61 crossed
    for match in _QUANTITY.finditer(text):
        written = match["value"].lower()
        if written == "one":  # a pronoun as often as a number
            continue
        value = SPELT.get(written) or float(written.replace(",", "")) if written != "zero" else 0.0
        value *= SCALES.get((match["scale"] or "").lower(), 1.0)
        counted = [w.rstrip("s") for w in re.findall("[a-z]+", match["after"].lower()) if w not in _FILLER][:2]
        if match.start() == until:
            for unit in counted[1:]:
                found.setdefault(unit, set()).add(part)
            counted = counted[:1]
        part, until = value, match.end() if re.fullmatch(r" (?:out )?of(?: the)?", match["after"]) else -1
        units = (
            [match["sign"]] if match["sign"] else ["%"] if match["share"] else ["pence"] if match["pence"] else counted
        )
        for unit in [*units, *(["dead"] if match["toll"] else [])]:
            found.setdefault("dead" if unit in DEATHS else unit, set()).add(value)
    return found


def contradict(one: Mapping[str, set[float]], other: Mapping[str, set[float]]) -> bool:
    """Whether two sentences count the same thing and no value of the one is near a value of the other.

    Examples
    --------
    >>> contradict(quantities("four civilians"), quantities("six civilians"))
    True
    >>> contradict(quantities("about 300 homes"), quantities("312 homes"))
    False
    """
    return any(
        not any(abs(p - q) <= CLOSE * max(p, q) for p in one[unit] for q in other[unit])
        for unit in one.keys() & other.keys()
    )


NEGATION = re.compile(
    r"\b(?:not(?! only\b| just\b| merely\b)|never|none|nobody|nothing|without|neither|nor|cannot|no(?! (?:fewer|less|more|later|sooner)\b)"
    r"|no one|(?:declin|refus|fail|reject|den)(?:e|es|ed|ing|s|y|ies|ied|ying)?)\b|n['’]t\b",
    re.IGNORECASE,
)
"""What denies the words after it in its clause."""
DENIED = 3
"""Words of content that a negation covers."""
SHARED_CONTENT = 0.15
"""Share of the shorter statement's weighted content below which two statements are not the same: of 135 coded pairs (dev) one that tells the
same falls below, of those that the matcher would join."""
TELLING = 13
"""Whole numbers up to this are too common to tell a fact; so are years."""
_CLAUSE_ENDS = re.compile(r"[.;:!?,()–—]")


@functools.cache
def _said() -> frozenset[str]:
    """Forms of verbs of saying."""
    return frozenset(form for form, cues in cue_forms().items() if any(cue.groups & {"speech", "told"} for cue in cues))


def content(text: str) -> Content:
    """Read what a sentence says, whoever says it.

    Examples
    --------
    >>> found = content("Mayor Ada Orr declined to say whether the bridge would reopen")
    >>> sorted(found.words), sorted(found.denied), found.spoken
    (['bridg', 'declin', 'reopen', 'wheth'], ['bridg', 'reopen', 'wheth'], True)
    """
    letters = [c for c in text if c.isalpha()]
    shouted = sum(map(str.isupper, letters)) > len(letters) / 2
    offices = heads("role") | heads("spokesperson") | titles()
    at: list[tuple[int, str]] = []
    spoken = "“" in text or '"' in text
    for match in WORD.finditer(text):
        word, low = match.group(), match.group().lower()
        spoken = spoken or low in _said()
        opens = (
            not text[: match.start()].strip(" \n\"“‘'(")
            and stem(low) in known()
            and _goes_on(text[match.end() :], offices)
        )
        if low in FUNCTION or low in offices | _said():
            continue
        if word.islower() or shouted or opens:
            at.append((match.start(), stem(low)))
    covered: set[str] = set()
    for negation in NEGATION.finditer(text):
        end = _CLAUSE_ENDS.search(text, negation.end())
        stop = end.start() if end else len(text)
        covered |= set([of for start, of in at if negation.end() <= start < stop][:DENIED])
    terms = names(re.sub(r"['’]s\b|\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen)\. ", "", text))
    named = [term for term in terms if " " not in term and term not in offices]
    pairs = {term.split(" ")[0] for term in terms if " " in term}
    ends = {run for run in named if run not in pairs and run not in organisation_words()}
    told = {number for number in numbers(text) if len(number) > 1}
    return Content({of: weight(of) for _, of in at}, frozenset(covered), spoken, frozenset(ends | told))


def _goes_on(rest: str, offices: Collection[str]) -> bool:
    """Whether a first word with a capital is an ordinary word: one in small letters follows that is no office ("Council leader")."""
    following = WORD.match(rest[1:])
    return following is not None and following.group().islower() and following.group() not in offices


def denied(one: Content, other: Content) -> bool:
    """Whether one sentence denies, or leaves open, what the other says.

    Examples
    --------
    >>> denied(content("The dam was safe"), content("The dam was not safe, she said"))
    True
    >>> denied(content("Nobody was hurt"), content("No one was hurt on the dam"))
    False
    """
    shared = one.words.keys() & other.words.keys()
    return bool(one.denied & shared) != bool(other.denied & shared)


def other_statement(one: Content, other: Content) -> bool:
    """Whether what two sentences share is who speaks (one name, no number), not what is said.

    Examples
    --------
    >>> told = [content(t) for t in ("“They want a scalp,” Mayor Orr said.", "Mayor Orr said: “Judge us by the results.”")]
    >>> other_statement(*told)
    True
    """
    if not (one.spoken or other.spoken) or len(one.named & other.named) > 1:
        return False
    shared = sum(one.words[of] for of in one.words.keys() & other.words.keys())
    return shared < SHARED_CONTENT * min(sum(one.words.values()), sum(other.words.values()))


def same_number(
    one: Content, other: Content, amounts: Mapping[str, set[float]], others: Mapping[str, set[float]]
) -> bool:
    """Whether two sentences give one telling number for one quantity, and have another word in common or are exact (412 pence).

    Examples
    --------
    >>> texts = "The board lost £9m on the ferry", "A ferry cost ratepayers £9 million"
    >>> same_number(*map(content, texts), *map(quantities, texts))
    True
    """
    telling = {
        (unit, value)
        for unit in amounts.keys() & others.keys()
        for value in amounts[unit] & others[unit]
        if value > TELLING and not (1900 <= value <= 2100 and unit not in SIGNS)
    }
    exact = any(unit in SIGNS and len(f"{value:g}".strip("0").replace(".", "")) > 2 for unit, value in telling)
    several = len({value for _, value in telling}) > 1
    further = (one.words.keys() & other.words.keys()) - {stem(unit) for unit, _ in telling}
    return bool(telling) and (exact or several or bool(further))


def _share(term: str) -> float:
    return background().get(term, RARE)


def _share_name(term: str) -> float:
    return RARE / 2 if " " in term else _share(term) / 2


def _share_number(term: str) -> float:
    return 0.1 if len(term) < 2 else 0.02 if len(term) < 3 else 0.005


def _terms(listed: list[list[str]], share: Any) -> tuple[sp.csr_matrix, Floats]:
    """Presence of terms per sentence, and weights: rare in the language and in this event counts most."""
    column = {term: number for number, term in enumerate(sorted({term for each in listed for term in each}))}
    where = np.array([column[term] for each in listed for term in each], dtype=np.int64)
    ends = np.cumsum([0, *map(len, listed)])
    matrix = sp.csr_matrix((np.ones(len(where)), where, ends), shape=(len(listed), len(column)))
    count = np.bincount(where, minlength=len(column))
    expected = np.array([share(term) for term in column])
    weight = np.log((len(listed) + PRIOR) / (count + PRIOR * expected))
    return matrix, np.clip(weight, 0.0, None)


def pairs(units: Units, judge: Matcher | None = None) -> tuple[Ints, Ints, Floats]:
    """Pairs of sentences of different articles that may tell the same fact.

    Only sentences that share an uncommon word are compared, so the cost grows with the sentences, not with their square.

    Returns
    -------
    left, right, probability
        Rows of `units` (left < right), each (n_pairs,), and the probability, at least :data:`FLOOR`.
    """
    judge = judge or matcher()
    article = units.table["article"].to_numpy()
    found: list[tuple[Ints, Ints, Floats]] = []
    for left, right in _candidates(units):
        other = article[left] != article[right]
        left, right = left[other], right[other]
        for at in range(0, len(left), 50_000):
            i, j = left[at : at + 50_000], right[at : at + 50_000]
            probability = judge.probability(compared(units, i, j))
            kept = probability >= FLOOR
            i, j, probability = i[kept], j[kept], probability[kept]
            for row in np.flatnonzero(probability > judge.near):
                one, other_ = i[row], j[row]
                amounts, told = (
                    (units.amounts[one], units.amounts[other_]),
                    (units.contents[one], units.contents[other_]),
                )
                if contradict(*amounts) or denied(*told) or other_statement(*told):
                    probability[row] = max(judge.near, FLOOR)  # near enough not to be missing, never the same
                elif same_number(*told, *amounts):
                    probability[row] = max(probability[row], judge.same)
            found.append((i, j, probability))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    left, right, probability = (np.concatenate(column) for column in zip(*found, strict=True))
    return left, right, probability


def _candidates(units: Units) -> Iterator[tuple[Ints, Ints]]:
    """Pairs (left < right) that share enough of the shorter one's weighted words, block by block."""
    matrix, weight = units.terms["words"], units.weights["words"]
    mass = np.asarray(matrix @ weight).ravel()
    count = np.asarray(matrix.sum(axis=0)).ravel()
    kept = (count > 1) & (weight > 0) & (count <= max(COMMON, len(units) // 5 if len(units) <= 5 * COMMON else 0))
    use = sp.csr_matrix(matrix[:, kept] @ sp.diags(np.sqrt(weight[kept])))
    turned = use.T.tocsc()
    for at in range(0, len(units), BLOCK):
        shared = (use[at : at + BLOCK] @ turned).tocoo()
        left, right = shared.row.astype(np.int64) + at, shared.col.astype(np.int64)
        enough = (left < right) & (shared.data >= LEAST_SHARED * np.minimum(mass[left], mass[right]))
        yield left[enough], right[enough]


def compared(units: Units, left: Ints, right: Ints) -> Floats:
    """Features of pairs of sentences, (n_pairs, 6) in the order of :data:`FEATURES`, each 0..1 (``vector`` -1..1)."""
    out = np.zeros((len(left), len(FEATURES)))
    out[:, 0] = np.einsum("ij,ij->i", units.vectors[left], units.vectors[right])
    for kind in ("words", "names", "numbers"):
        matrix, weight = units.terms[kind], units.weights[kind]
        mass = np.asarray(matrix @ weight).ravel()
        squared = np.asarray(matrix @ weight**2).ravel()
        both = matrix[left].multiply(matrix[right]).tocsr()
        shared = np.asarray(both @ weight).ravel() / np.maximum(np.minimum(mass[left], mass[right]), 1e-9)
        if kind == "words":
            cosine = np.asarray(both @ weight**2).ravel() / np.sqrt(np.maximum(squared[left] * squared[right], 1e-9))
            out[:, 1], out[:, 2] = cosine, shared
        else:
            out[:, 3 if kind == "names" else 4] = shared
            if kind == "numbers":
                out[:, 5] = (mass[left] > 0) & (mass[right] > 0) & (shared == 0)
    return out


# --- clusters ---------------------------------------------------------------------------------------------


def link(article: Ints, left: Ints, right: Ints, probability: Floats, least: float) -> Ints:
    """Cluster sentences by average linkage on their pairs; a pair that is not listed counts 0.

    Parameters
    ----------
    article
        Article of each sentence, (n,); pairs within an article are not counted.
    left, right, probability
        Pairs, each once.
    least
        Mean probability between two clusters from which they are joined.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of each sentence's cluster: the row of its first sentence.

    Examples
    --------
    >>> link(np.array([0, 1, 2]), np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.2]), 0.5).tolist()
    [0, 0, 2]
    """
    label = np.arange(len(article), dtype=np.int64)
    sums: dict[int, dict[int, float]] = defaultdict(dict)
    for i, j, p in zip(left.tolist(), right.tolist(), probability.tolist(), strict=True):
        sums[i][j] = sums[j][i] = p
    members = {i: [i] for i in sums}
    where = {i: Counter([int(article[i])]) for i in sums}

    def mean(a: int, b: int) -> float:
        same = sum(n * where[b][k] for k, n in where[a].items())
        return (
            sums[a][b] / (len(members[a]) * len(members[b]) - same) if len(members[a]) * len(members[b]) > same else 0.0
        )

    heap = [(-p, i, j) for i, near in sums.items() for j, p in near.items() if i < j and p >= least]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in members or b not in members or b not in sums[a] or abs(mean(a, b) + negative) > 1e-12:
            continue
        members[a] += members.pop(b)
        where[a] += where.pop(b)
        for other, total in sums.pop(b).items():
            del sums[other][b]
            if other != a:
                sums[a][other] = sums[other][a] = sums[a].get(other, 0.0) + total
        for other in sums[a]:
            if mean(a, other) >= least:
                heapq.heappush(heap, (-mean(a, other), min(a, other), max(a, other)))
    for first, rows in members.items():
        label[rows] = min(first, *rows)
    return label


# --- the step --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What the step gives.

    Parameters
    ----------
    facts
        Frame ``facts``: the sentences of every fact that at least two articles tell.
    omissions
        Columns of :data:`OMISSIONS`: per article, each fact and each named source that at least k independent articles had
        published before it, and whether it is found (:data:`STATES`). ``kind`` fact or source, ``id`` its fact_id or source_id; ``n_before``
        independent articles that told it before this one; ``n_told`` articles that tell it; ``told_by`` their ids, the evidence,
        separated by ``|``; ``n_no_longer`` of those that are no longer than this text (if none, length may be why);
        ``nearest`` confidence, and the span, of the sentence that tells it or comes nearest (null where none comes near).
    """

    facts: pd.DataFrame
    omissions: pd.DataFrame


def find(
    articles: pd.DataFrame,
    encodings: Mapping[str, Encoding] | Iterable[Encoding],
    sources: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    *,
    k: int = INDEPENDENT,
    judge: Matcher | None = None,
) -> Facts:
    """Align the texts of each event into reported facts, and list what is not found in which text.

    Parameters
    ----------
    articles
        The articles frame; an article without an event is left out.
    encodings
        Encodings of the articles.
    sources, mentions
        As `framing.sources.resolve` leaves them, for sources not found; null: facts only.
    k
        Independent articles that must have published a fact before.
    judge
        The matcher, by default the shipped one.

    Returns
    -------
    Facts
        The same for any order of the rows.

    Raises
    ------
    InputError
        If k is below 1.
    """
    if k < 1:
        raise InputError(f"k should be at least 1 independent article; found {k}")
    encoded = encodings if isinstance(encodings, Mapping) else {one.article_id: one for one in encodings}
    judge = judge or matcher()
    facts, omissions = [schema.empty("facts")], [_omissions([])]
    placed = articles[articles["event_id"].notna()]
    for event, members in placed.groupby("event_id", sort=True):
        if members["article_id"].nunique() > 1:
            rows = members.sort_values(["published_at", "article_id"], kind="stable", na_position="last")
            one = _Event(str(event), rows.reset_index(drop=True), k)
            facts.append(one.align(encoded, judge))
            omissions.append(one.missing(judge, sources, mentions))
    kept = [table for table in omissions if len(table)] or omissions[:1]
    found = [table for table in facts if len(table)] or facts[:1]
    return Facts(pd.concat(found, ignore_index=True), pd.concat(kept, ignore_index=True))


class _Event:
    """One event: its articles in order of publication, its facts, what each article lacks."""

    def __init__(self, event: str, articles: pd.DataFrame, k: int) -> None:
        self.event, self.articles, self.k = event, articles, k
        self.ids = articles["article_id"].astype(str).tolist()
        self.voice = _independent(articles)
        self.words = articles["n_words"].astype("float64").to_numpy()
        self.published = articles["published_at"].to_numpy(dtype="datetime64[us]")
        self.known = known_by(articles).to_numpy(dtype="datetime64[us]")
        self.told: dict[str, dict[int, tuple[float, int]]] = {}

    def align(self, encoded: Mapping[str, Encoding], judge: Matcher) -> pd.DataFrame:
        """Find the facts, and per fact the best probability and sentence of every article."""
        self.units = read_units(self.articles, encoded)
        left, right, probability = pairs(self.units, judge)
        article = self.units.table["article"].to_numpy(dtype=np.int64)
        label = link(article, left, right, probability, judge.same)
        spread = pd.Series(article).groupby(label).nunique()
        wide = spread[spread > 1].sort_index().sort_values(ascending=False, kind="stable").index[:MOST_FACTS]
        names_ = {int(first): self._name(int(first)) for first in wide}
        sure = judge.confidence(_mean_link(label, left, right, probability))
        self.sure = sure
        rows = [
            {"fact_id": names_[int(c)], "event_id": self.event, "article_id": self.ids[int(article[r])],
             **{name: self.units.table[name].iat[r] for name in ("part", "start", "end")}, "confidence": sure[r]}
            for c in sorted(names_) for r in np.flatnonzero(label == c).tolist()
        ]  # fmt: skip
        self._nearest(label, names_, left, right, probability)
        return schema.conform(rows, "facts") if rows else schema.empty("facts")

    def _name(self, row: int) -> str:
        place = self.units.table.iloc[row]
        return schema.make_id(
            self.event, self.ids[int(place["article"])], place["part"], int(place["start"]), prefix="f-"
        )

    def _nearest(self, label: Ints, named: dict[int, str], left: Ints, right: Ints, probability: Floats) -> None:
        """Per fact and article: probability of its best sentence (1 for a member), and that sentence."""
        article = self.units.table["article"].to_numpy(dtype=np.int64)
        best: dict[str, dict[int, tuple[float, int]]] = {name: {} for name in named.values()}
        for i, j, p in zip(
            np.concatenate([left, right]).tolist(),
            np.concatenate([right, left]).tolist(),
            np.concatenate([probability, probability]).tolist(),
            strict=True,
        ):
            name = named.get(int(label[i]))
            if name is not None:
                at = best[name]
                number = int(article[j])
                value = (1.0 if label[j] == label[i] else p, -j)
                if number not in at or value > (at[number][0], -at[number][1]):
                    at[number] = (value[0], j)
        for row, first in enumerate(label.tolist()):
            if first in named and best[named[first]].get(int(article[row]), (0.0, 0))[0] < 1.0:
                best[named[first]][int(article[row])] = (1.0, row)
        self.told = best

    def missing(self, judge: Matcher, sources: pd.DataFrame | None, mentions: pd.DataFrame | None) -> pd.DataFrame:
        """Rows of the table omissions: facts, then sources."""
        rows: list[dict[str, Any]] = []
        for fact, near in self.told.items():
            tellers = {number for number, (p, _) in near.items() if p >= 1.0}
            for number in self._could(tellers):
                p, row = near.get(number, (math.nan, -1))
                state = "told" if p >= 1.0 else "unsure" if p >= judge.near else "not_found"
                place = {n: self.units.table[n].iat[row] for n in ("part", "start", "end")} if row >= 0 else {}
                sure = self.sure[row] if state == "told" else judge.confidence(np.array(p))
                rows.append(self._row("fact", fact, number, tellers, state) | place | {"nearest": float(sure)})
        rows += self._sources(sources, mentions)
        return _omissions(rows)

    def _sources(self, sources: pd.DataFrame | None, mentions: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
        if sources is None or sources.empty:
            return
        number = {article: i for i, article in enumerate(self.ids)}
        mine = sources[sources["article_id"].isin(number) & (sources["identification"] == "named")]
        spoken = mentions[mentions["article_id"].isin(number)] if mentions is not None else None
        named = set(zip(spoken["entity_id"], spoken["article_id"], strict=True)) if spoken is not None else set()
        for source, rows in mine.groupby("source_id", sort=True):
            tellers = {number[article] for article in rows["article_id"]}
            for i in self._could(tellers):
                state = "told" if i in tellers else "mentioned" if (source, self.ids[i]) in named else "not_found"
                yield self._row("source", str(source), i, tellers, state)

    def _could(self, tellers: set[int]) -> list[int]:
        """Articles before which at least k independent others had told it."""
        if len({self.voice[t] for t in tellers}) < self.k:
            return []
        return [number for number in range(len(self.ids)) if self._before(tellers, number) >= self.k]

    def _before(self, tellers: set[int], number: int) -> int:
        earlier = {self.voice[t] for t in tellers if self.known[t] < self.published[number]}  # NaT is never earlier
        return len(earlier - {self.voice[number]})

    def _row(self, kind: str, key: str, number: int, tellers: set[int], state: str) -> dict[str, Any]:
        others = sorted(tellers - {number})
        return {
            "event_id": self.event, "kind": kind, "id": key, "article_id": self.ids[number],
            "outlet": self.articles["outlet"].iat[number], "state": state, "n_before": self._before(tellers, number),
            "n_told": len(tellers), "told_by": "|".join(self.ids[t] for t in others),
            "first_told": self.articles["published_at"].iloc[others].min(),
            "published_at": self.articles["published_at"].iat[number],
            "n_words": int(self.words[number]), "n_no_longer": int((self.words[others] <= self.words[number]).sum()),
        }  # fmt: skip


def _mean_link(label: Ints, left: Ints, right: Ints, probability: Floats) -> Floats:
    """Mean probability of each sentence's listed pairs within its cluster, (n,)."""
    inside = label[left] == label[right]
    both = np.concatenate([left[inside], right[inside]])
    total = np.bincount(both, np.tile(probability[inside], 2), len(label))
    return np.asarray(total / np.maximum(np.bincount(both, minlength=len(label)), 1))


def _independent(articles: pd.DataFrame) -> list[int]:
    """Number the voices: articles of one outlet, one text or one agency's copy have the same."""
    parent = list(range(len(articles)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(articles.to_dict("records")):
        keys = [("text", str(row["article_id"]))]
        keys += [("text", str(row[c])) for c in ("duplicate_of", "version_of") if isinstance(row.get(c), str)]
        keys += [(c, str(row[c])) for c in ("outlet", "wire") if isinstance(row.get(c), str)]
        for key in keys:
            one, two = root(first.setdefault(key, number)), root(number)
            parent[max(one, two)] = min(one, two)
    return [root(i) for i in range(len(articles))]


def _omissions(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(OMISSIONS))
    return table.astype({name: schema.DTYPES[kind] for name, kind in OMISSIONS.items()})
