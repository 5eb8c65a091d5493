"""How far a second, independent coding of a third of the sample corpus agrees with the gold.

python experiments/sample-agreement/agree.py       writes results.json and disagreements.csv

Both codings are whole files in the markup of ``datasets/sample/CODEBOOK.md``; the second lies in ``datasets/sample/second``.
Words, lines, sources and articles are the units; alpha is Krippendorff's, its interval from resampling articles.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from framing import metrics
from framing.coding.agreement import alpha_of, coincidences
from framing.datasets.markup import FRAMES, SOURCE_FIELDS, Article, Tag, read_corpus

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "datasets" / "sample"
LAYERS = {"content": "c", "cue": "k", "source": "s", "loaded": "l", "scare quote": "x"}
RUNNING = ("title", "body", "caption")
RESAMPLES, SEED = 2000, 0

Unit = tuple[str, str, str, str]  # article, what is coded, first code, second code


def tagged(article: Article) -> list[tuple[str, str, tuple[Tag, ...]]]:
    """Kind, text and tags of every line of the page, tags with offsets into the line."""
    return [(line.kind, line.text, line.tags) for line in article.lines]


def words(one: Article, two: Article) -> Iterator[tuple[str, Unit]]:
    """Every word of the running text, once per layer: marked or not; for contents, their kind."""
    for k, ((kind, text, mine), (other, same, theirs)) in enumerate(zip(tagged(one), tagged(two), strict=True)):
        if text != same:
            raise SystemExit(f"{two.origin}: line {k + 1} is not the text of the first coding")
        if kind not in RUNNING or other not in RUNNING:
            continue
        for match in re.finditer(r"\S+", text):
            at = f"line {k + 1}: {match.group()}"
            for layer, head in LAYERS.items():
                found = [
                    next(
                        (
                            t.attributes[0] if head == "c" and t.attributes else "yes"
                            for t in tags
                            if covers(t, head, match)
                        ),
                        "no",
                    )
                    for tags in (mine, theirs)
                ]
                marked = [("no" if code == "no" else "yes") for code in found]
                yield layer, (one.id, at, *marked)
                if head == "c" and "no" not in found and "yes" not in found:
                    yield "kind of content", (one.id, at, *found)


def covers(tag: Tag, head: str, match: re.Match[str]) -> bool:
    return tag.head == head and tag.start < match.end() and match.start() < tag.end


def contents(article: Article) -> dict[tuple[int, int, int], str]:
    """Line, start and end of every content -> the key of its source."""
    key: dict[str, str] = {}
    out = {}
    for k, line in enumerate(article.lines):
        for tag in line.tags:
            if tag.head == "c":
                if len(tag.attributes) > 1:
                    key[tag.numbers[0]] = tag.attributes[1]
                out[k, tag.start, tag.end] = key.get(tag.numbers[0], "none")
    return out


def paired(one: Article, two: Article) -> list[tuple[str, str]]:
    """Source keys of contents that overlap by at least half of the longer one."""
    out = []
    theirs = contents(two)
    for (k, start, end), key in contents(one).items():
        for (other, begin, until), value in theirs.items():
            shared = min(end, until) - max(start, begin)
            if k == other and shared * 2 >= max(end - start, until - begin):
                out.append((key, value))
                break
    return out


def partners(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The second coder's key for each of the first's: the most frequent among their contents."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for key, value in pairs:
        if "none" not in (key, value):
            votes[key][value] += 1
    return {key: min(found, key=lambda v: (-found[v], v)) for key, found in votes.items()}


def headers(one: Article, two: Article, keys: dict[str, str]) -> Iterator[tuple[str, Unit]]:
    """Codes of the whole article: genre, frames, stance, kinds of source, replies."""
    yield "genre", (one.id, "genre", one.header["genre"], two.header["genre"])
    for code in FRAMES:
        yield "frames", (one.id, code, *(str(code in a.header["frames"]) for a in (one, two)))
    for target in one.event.targets:
        mine, theirs = (a.header.get("stance", {}).get(target, {}) for a in (one, two))
        voices = {"narrator": "narrator", "all": "all", **keys}
        for voice, other in voices.items():
            layer = f"stance, {voice if voice in ('narrator', 'all') else 'sources'}"
            first, second = mine.get(voice), theirs.get(other)
            yield (
                f"{layer}: anything said",
                (one.id, f"{target} by {voice}", str(first is not None), str(second is not None)),
            )
            if first is not None and second is not None:
                yield layer, (one.id, f"{target} by {voice}", first, second)
    for key, other in keys.items():
        for field in SOURCE_FIELDS:
            yield field, (one.id, key, one.source(key)[field], two.source(other)[field])
    yield from replies(one, two, keys)


def replies(one: Article, two: Article, keys: dict[str, str]) -> Iterator[tuple[str, Unit]]:
    """State of the reply to accusations by the same accuser; how many were found by both."""
    theirs = list(two.header.get("accusation", []))
    for row in one.header.get("accusation", []):
        accuser = "narrator" if row["accuser"] == "narrator" else keys.get(row["accuser"])
        match = next((other for other in theirs if other["accuser"] == accuser), None)
        yield "accusation", (one.id, row["accuser"], "yes", "yes" if match else "no")
        if match:
            theirs.remove(match)
            yield "state of reply", (one.id, f"{row['accuser']} -> {row['accused']}", row["state"], match["state"])
    for row in theirs:
        yield "accusation", (one.id, row["accuser"], "no", "yes")


def lines(one: Article, two: Article) -> Iterator[tuple[str, Unit]]:
    for k, ((kind, text, _), (other, _, _)) in enumerate(zip(tagged(one), tagged(two), strict=True)):
        at = f"line {k + 1}: {text[:40]}"
        yield "kind of line", (one.id, at, kind, other)
        yield "body or not", (one.id, at, str(kind == "body"), str(other == "body"))


def alpha(units: list[Unit], ordinal: bool) -> dict[str, float | int | None]:
    """Krippendorff's alpha with the interval of resampled articles, and plain agreement."""
    codes = sorted({code for unit in units for code in unit[2:]}, key="-0+".find if ordinal else None)
    row = {code: k for k, code in enumerate(codes)}
    articles = sorted({unit[0] for unit in units})
    summed = np.zeros((len(articles), len(codes), len(codes)))
    for article, _, first, second in units:
        counts = np.zeros((1, len(codes)))
        counts[0, row[first]] += 1
        counts[0, row[second]] += 1
        summed[articles.index(article)] += coincidences(counts)[0]
    rng = np.random.default_rng(SEED)
    weights = rng.multinomial(len(articles), np.full(len(articles), 1 / len(articles)), size=RESAMPLES)
    drawn = alpha_of(np.tensordot(weights.astype(float), summed, axes=1), ordinal)
    known = drawn[~np.isnan(drawn)]
    value = float(alpha_of(summed.sum(axis=0), ordinal))
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return {
        "alpha": None if np.isnan(value) else round(value, 3),
        "low": None if np.isnan(low) else round(float(low), 3),
        "high": None if np.isnan(high) else round(float(high), 3),
        "agreement": round(float(np.mean([unit[2] == unit[3] for unit in units])), 3),
        "n_units": len(units),
        "n_articles": len(articles),
    }


def main() -> None:
    second = {article.id: article for article in read_corpus(SAMPLE / "second")}
    first = {article.id: article for article in read_corpus(SAMPLE / "articles") if article.id in second}
    found: dict[str, list[Unit]] = defaultdict(list)
    names: tuple[list[str], list[str]] = ([], [])
    for name in sorted(second):
        one, two = first[name], second[name]
        pairs = paired(one, two)
        for layer, unit in (*lines(one, two), *words(one, two), *headers(one, two, partners(pairs))):
            found[layer].append(unit)
        names[0].extend(f"{one.event.id}/{key}" for key, _ in pairs)
        names[1].extend(f"{one.event.id}/{key}" for _, key in pairs)
    same = metrics.bcubed(*names)
    # Nobody lists what is no accusation, so chance agreement is not defined: F1 of one list against the other instead.
    listed = Counter(unit[2:] for unit in found.pop("accusation"))
    both, either = listed["yes", "yes"], sum(listed.values())
    result = {
        "n_articles": len(second),
        "of": 46,
        "coders": "two language-model coders, independent of each other",
        "layers": {
            layer: alpha(units, layer.startswith("stance") and ":" not in layer) for layer, units in found.items()
        },
        "accusations listed": {"by both": both, "by either": either, "f1": round(2 * both / (both + either), 3)},
        "sources of contents both marked": {"n": len(names[0]), "bcubed_f1": round(same.f1, 3)},
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    small = [layer for layer in found if layer not in (*LAYERS, "kind of content", "body or not")]
    with (HERE / "disagreements.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["layer", "article", "unit", "first", "second"])
        out.writerows((layer, *unit) for layer in small for unit in found[layer] if unit[2] != unit[3])
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
