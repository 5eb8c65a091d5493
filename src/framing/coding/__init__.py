"""Hand coding: draw a sample with known probabilities, read the coders' sheets back into annotations.

Drawn are articles or sentences, never detections: what a classifier missed must be drawable, or its misses could
never be seen. Every unit has a known probability of having been drawn, so that codes can correct estimates
(`framing.comparison.correct`). Files of all kinds are in `framing.coding.sheets`, agreement between coders in `framing.coding.agreement`.
"""

from __future__ import annotations

import bisect
import difflib
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing import schema
from framing.encode import split_sentences
from framing.measures.wording import _pattern
from framing.schema import InputError

ABSENT = "absent"
SCORES = {
    "stance": {"against": -1.0, "neutral": 0.0, "favour": 1.0},
    "frame": {"present": 1.0, "absent": 0.0},
    "loaded": {"loaded": 1.0, "plain": 0.0},
}
ALIASES = {
    "favor": "favour",
    "none": ABSENT,
    "not mentioned": ABSENT,
    "true": "yes",
    "false": "no",
    "1": "yes",
    "0": "no",
}
SPANS = {
    "loaded_words": {"loaded": "a word or phrase that carries a judgement"},
    "quotation": {"direct": "words quoted", "indirect": "words paraphrased", "mixed": "both"},
}
"""Tasks whose codes are spans that coders mark in the text (in Label Studio alone), and their labels."""
YES = {"frame": {"yes": "present", "no": "absent"}, "loaded": {"yes": "loaded", "no": "plain"}}


@dataclass(frozen=True)
class Question:
    """One question on a coding sheet: a column with a closed list of answers.

    Parameters
    ----------
    task, code, target, target_kind, voice
        As in the annotations frame.
    meaning
        What the coder is asked.
    """

    task: str
    code: str | None = None
    target: str | None = None
    target_kind: str | None = None
    voice: str | None = None
    meaning: str = ""

    @property
    def marks(self) -> bool:
        """Whether coders mark spans instead of choosing an answer."""
        return self.task in SPANS

    @property
    def column(self) -> str:
        """Header of the column."""
        parts = [self.task, self.code or self.target, self.voice if self.task == "stance" else None]
        return ": ".join(str(part) for part in parts if part)

    @property
    def answers(self) -> dict[str, str]:
        """Answers and what they mean; a coder can always say no."""
        if self.marks:
            return SPANS[self.task]
        known = dict(schema.LABELS[self.task])
        if self.task == "stance":
            known[ABSENT] = "says nothing about the target in this voice"
        return known


def questions(
    targets: Sequence[str] = (),
    codes: Mapping[str, str] | None = None,
    *,
    voices: Sequence[str] = ("narrator",),
    target_kind: str = "entity",
    loaded: bool = False,
    spans: Sequence[str] = (),
) -> list[Question]:
    """Questions for a sheet.

    Parameters
    ----------
    targets
        Whose stance is coded, in each of `voices`.
    codes
        Frames: code -> definition.
    voices
        narrator, source (all sources together) or all.
    target_kind
        entity or proposition.
    loaded
        Whether the wording is loaded.
    spans
        Tasks of :data:`SPANS`: what coders mark in the text of whole articles, in Label Studio.

    Raises
    ------
    InputError
        If nothing is asked, or a task of spans is unknown.

    Examples
    --------
    >>> [q.column for q in questions(["the ministry"], {"conflict": "who attacks whom"})]
    ['stance: the ministry: narrator', 'frame: conflict']
    """
    asked = [
        Question("stance", None, target, target_kind, voice, f"What does the {voice} say of {target}?")
        for target in targets
        for voice in voices
    ]
    asked += [Question("frame", code, None, None, "all", meaning) for code, meaning in (codes or {}).items()]
    if loaded:
        asked.append(
            Question("loaded", None, None, None, "narrator", "Does the narrator's word choice carry a judgement?")
        )
    unknown = [task for task in spans if task not in SPANS]
    if unknown:
        raise InputError(f"no spans of {', '.join(unknown)} to mark (--spans); there are {', '.join(SPANS)}")
    asked += [Question(task, None, None, None, None, "Mark: " + "; ".join(SPANS[task].values())) for task in spans]
    if not asked:
        raise InputError(
            "a coding sheet needs at least one question: stance (--target), frames (--codebook), wording (--loaded) or spans (--spans)"
        )
    return asked


@dataclass(frozen=True)
class Sample:
    """A drawn sample: what was drawn, with which probability, for whom, and what is asked.

    Parameters
    ----------
    sample_id
        Derived from the seed and what was drawn.
    units
        unit_id, article_id, part, start, end (null = whole article), stratum, probability, coders (separated by ``|``),
        position (order on the sheet).
    questions
        What is asked of every unit.
    round, codebook, blind, seed
        Of the draw.
    """

    sample_id: str
    units: pd.DataFrame
    questions: list[Question]
    round: int = 1
    codebook: str = ""
    blind: bool = True
    seed: int = 0

    def save(self, path: str | Path) -> None:
        """Write the design (no text, no coder sees it) as JSON."""
        design = {
            "sample_id": self.sample_id,
            "round": self.round,
            "codebook": self.codebook,
            "blind": self.blind,
            "seed": self.seed,
            "questions": [asdict(q) for q in self.questions],
            "units": json.loads(self.units.to_json(orient="records")),
        }
        Path(path).write_text(json.dumps(design, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Sample:
        """Read a design back.

        Raises
        ------
        InputError
            If the file is missing or is no design.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            asked = [Question(**q) for q in data["questions"]]
            units = _typed(pd.DataFrame(data["units"]))
            return cls(data["sample_id"], units, asked, data["round"], data["codebook"], data["blind"], data["seed"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path} is not the design of a sample ({error}); it is the design.json that `framing code sample` wrote"
            ) from error


def _typed(units: pd.DataFrame) -> pd.DataFrame:
    kinds = {"probability": "float", "start": "int", "end": "int", "position": "int"}
    return units.astype({name: schema.DTYPES[kinds.get(name, "str")] for name in units.columns})


def sample(
    articles: pd.DataFrame,
    n: int,
    asked: Sequence[Question],
    *,
    unit: str = "article",
    stratify: str | None = "outlet",
    floor: float = 0.01,
    coders: Sequence[str] = ("coder1",),
    overlap: float = 0.2,
    blind: bool = True,
    codebook: str = "",
    round: int = 1,
    seed: int = 0,
    exclude: Sequence[str] = (),
    about: pd.DataFrame | None = None,
) -> Sample:
    """Draw articles or sentences for coding.

    Parameters
    ----------
    articles
        The articles frame.
    n
        Units to draw; all of them, each with probability 1, if there are fewer.
    asked
        Result of `questions`.
    unit
        ``article`` or ``sentence`` (of title and text).
    stratify
        Column whose values get equal shares, as far as they have enough; None draws from all together.
    floor
        Smallest probability allowed in any stratum.
    coders
        Names (or pseudonyms) of the coders.
    overlap
        Share of the units that every coder gets; the others are dealt out.
    blind
        Whether outlet, author and address are kept from the coders.
    codebook, round, seed
        Kept with the codes.
    exclude
        article_ids not to be drawn, e.g. those used for training.
    about
        Mentions (article_id, part, start, end) whose units are favoured: within each stratum, those that hold one are a
        stratum of their own, so that a rare target fills half of the draw and every probability stays known.

    Returns
    -------
    Sample
        Within a stratum every unit has the same probability, units drawn over units there.

    Raises
    ------
    InputError
        If the sample is impossible: nothing to draw from, or below `floor`; says what would do.
    """
    if unit not in ("article", "sentence"):
        raise InputError(f"unit should be 'article' or 'sentence'; found {unit!r}. Detections are never drawn.")
    if unit != "article" and any(question.marks for question in asked):
        raise InputError("spans are marked in whole articles: draw articles (--unit article), or ask no --spans")
    if not coders or len(set(coders)) < len(coders):
        raise InputError(f"coders (--coder) should be one or more different names; found {', '.join(coders) or 'none'}")
    if not 0 <= overlap <= 1:
        raise InputError(f"the overlap (--overlap) should be a share, 0 to 1; found {overlap}")
    pool = articles[~articles["article_id"].isin(set(exclude))].sort_values("article_id", kind="stable")
    if stratify is not None and stratify not in pool.columns:
        raise InputError(
            f"the articles have no column {stratify!r} to stratify by (--stratify); there are {', '.join(map(str, pool.columns))}"
        )
    every = units(pool, unit, stratify)
    if about is not None:
        holds = holding(every, about)
        every["stratum"] += np.where(holds, ": mentions a target", ": other")
    if n < 1:
        raise InputError(f"the number of units to draw (--n) should be 1 or more; found {n}")
    if every.empty:
        raise InputError(
            f"there are no {unit}s to draw from: {len(articles)} articles, {len(articles) - len(pool)} of them excluded"
        )
    n = min(n, len(every))
    rng = np.random.default_rng(seed)
    sizes = every.groupby("stratum", sort=True).size()
    share = _allocate(sizes, n, floor)
    drawn = []
    for name in sorted(share):
        part = every[every["stratum"] == name]
        picked = np.sort(rng.choice(len(part), share[name], replace=False))
        drawn.append(part.iloc[picked].assign(probability=share[name] / len(part)))
    chosen = pd.concat(drawn, ignore_index=True)
    sample_id = schema.make_id(seed, round, unit, *chosen["article_id"], *chosen["start"].astype(str), prefix="sample-")
    names = [
        schema.make_id(sample_id, *map(str, row), prefix="u-", length=10)
        for row in chosen[["article_id", "part", "start", "end"]].itertuples(index=False)
    ]
    order = rng.permutation(len(chosen))
    chosen = chosen.assign(unit_id=names, position=np.argsort(order))
    chosen["coders"] = _deal(chosen["position"].to_numpy(), list(coders), overlap)
    columns = ["unit_id", "article_id", "part", "start", "end", "stratum", "probability", "coders", "position"]
    return Sample(sample_id, _typed(chosen[columns]), list(asked), round, codebook, blind, seed)


def units(articles: pd.DataFrame, unit: str, stratify: str | None) -> pd.DataFrame:
    """Everything that can be drawn: article_id, stratum, part, start, end (null for whole articles)."""
    stratum = articles[stratify].astype("object") if stratify else pd.Series("all", index=articles.index)
    stratum = stratum.where(stratum.notna(), "unknown").astype(str)
    if unit == "article":
        table = pd.DataFrame({"article_id": articles["article_id"].astype(str), "stratum": stratum})
        return table.assign(part=None, start=None, end=None).reset_index(drop=True)
    rows = [
        (article, name, part, start, end)
        for article, name, *texts in zip(
            articles["article_id"], stratum, articles["title"], articles["text"], strict=True
        )
        for part, text in zip(("title", "text"), texts, strict=True)
        if isinstance(text, str)
        for start, end in split_sentences(text)
    ]
    return pd.DataFrame(rows, columns=["article_id", "stratum", "part", "start", "end"])


def holding(every: pd.DataFrame, mentions: pd.DataFrame) -> np.ndarray:
    """Whether each unit (an article, or a span of one) holds a mention, (n,) of bool."""
    if not every["part"].notna().any():
        return every["article_id"].isin(set(mentions["article_id"])).to_numpy(dtype=bool)
    starts: dict[tuple[str, str], list[int]] = {}
    for article, part, start in zip(mentions["article_id"], mentions["part"], mentions["start"], strict=True):
        starts.setdefault((str(article), str(part)), []).append(int(start))
    ordered = {key: sorted(found) for key, found in starts.items()}
    out = []
    for article, part, start, end in every[["article_id", "part", "start", "end"]].itertuples(index=False, name=None):
        mine = ordered.get((str(article), str(part)), [])
        at = bisect.bisect_left(mine, start)
        out.append(at < len(mine) and mine[at] < end)
    return np.array(out, dtype=bool)


def _allocate(sizes: pd.Series, n: int, floor: float) -> dict[str, int]:
    """Equal shares, none larger than its stratum, none below the floor."""
    least = {str(name): max(1, math.ceil(floor * size - 1e-9)) for name, size in sizes.items()}
    if sum(least.values()) > n:
        raise InputError(
            f"{n} units (--n) are too few: with {len(sizes)} strata and probabilities of at least {floor}, "
            f"{sum(least.values())} are needed. Draw more (--n), lower the floor (--floor), or stratify by something coarser (--stratify, or none)."
        )
    share = dict(least)
    left = n - sum(share.values())
    while left:
        open_ = [name for name in sizes.index if share[name] < sizes[name]]
        smallest = min(open_, key=lambda name: (share[name], str(name)))
        share[smallest] += 1
        left -= 1
    return share


def _deal(position: np.ndarray, coders: list[str], overlap: float) -> list[str]:
    """The first units on the sheet go to everybody, the others in turn."""
    shared = round_up(overlap * len(position)) if len(coders) > 1 else 0
    return ["|".join(coders) if p < shared else coders[int(p) % len(coders)] for p in position]


def round_up(value: float) -> int:
    """Smallest whole number that is not below the value."""
    return math.ceil(value - 1e-9)


def sheet(drawn: Sample, articles: pd.DataFrame, coder: str) -> pd.DataFrame:
    """Return what one coder gets to see: text, context, one empty column per question, a comment.

    Returns
    -------
    DataFrame
        sample_id, unit_id, coder, (outlet unless blind), title, (for sentences: before, what stands before), text, (after),
        the questions, comment.
    """
    mine = drawn.units[drawn.units["coders"].str.split("|").map(lambda names: coder in names)]
    if mine.empty:
        named = sorted({c for names in drawn.units["coders"].str.split("|") for c in names})
        raise InputError(f"no units were dealt to {coder!r}; the coders are {', '.join(named)}")
    mine = mine.sort_values("position", kind="stable")
    by_id = articles.set_index("article_id")
    missing = mine.loc[~mine["article_id"].isin(by_id.index), "article_id"]
    if len(missing):
        raise InputError(f"{len(missing)} drawn articles are not among these articles; the first is {missing.iloc[0]}")
    rows = by_id.loc[mine["article_id"]]
    mask = masking(articles) if drawn.blind else None

    def shown(text: object) -> str:
        plain = text if isinstance(text, str) else ""
        return mask.sub(MASK, plain) if mask is not None else plain

    texts = []
    for unit, article in zip(mine.to_dict("records"), rows.to_dict("records"), strict=True):
        whole = pd.isna(unit["part"])
        text = article["text" if whole else unit["part"]]
        parts = ("", text, "") if whole else _around(text, unit["start"], unit["end"])
        texts.append([shown(each) for each in (article["title"], *parts)])
    table = pd.DataFrame(texts, columns=["title", "before", "text", "after"])
    if mine["part"].isna().all():
        table = table.drop(columns=["before", "after"])
    table.insert(0, "sample_id", drawn.sample_id)
    table.insert(1, "unit_id", mine["unit_id"].to_numpy())
    table.insert(2, "coder", coder)
    if not drawn.blind:
        table.insert(3, "outlet", rows["outlet"].to_numpy())
    for question in drawn.questions:
        if not question.marks:
            table[question.column] = ""
    return table.assign(comment="")


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    """A sentence between what stands before and after it, whole words of some :data:`CONTEXT` characters."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    if len(before) > CONTEXT:
        before = "… " + before[-CONTEXT:].partition(" ")[2]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rpartition(" ")[0] + " …"
    return before, text[start:end], after


CONTEXT = 300
"""Characters before and after a sentence that its coder sees beside it."""
MASK = "[outlet]"


def masking(articles: pd.DataFrame) -> re.Pattern[str] | None:
    """Pattern of the names that coders who are blind to the outlet do not see."""
    return _pattern(set(articles["outlet"].dropna()) | set(articles["outlet_raw"].dropna()))


@dataclass(frozen=True)
class Imported:
    """Codes read back.

    Parameters
    ----------
    annotations
        One row per answer, under the coder's id.
    rejected
        origin, reason, raw: every answer or row that was not taken, and why.
    skipped
        unit_id, coder, question: what was dealt out and not answered.
    notes
        What was mended: spellings, identical duplicates.
    """

    annotations: pd.DataFrame
    rejected: pd.DataFrame
    skipped: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def import_codes(
    paths: Sequence[str | Path] | str | Path, drawn: Sample, articles: pd.DataFrame | None = None
) -> Imported:
    """Read coders' sheets (CSV, XLSX or Label Studio JSON) into annotations.

    Parameters
    ----------
    paths
        Files, in any mixture of formats.
    drawn
        The sample, see `Sample.load`.
    articles
        The articles drawn from: marked spans are checked against their texts. Needed for spans alone.

    Returns
    -------
    Imported
        Every answer is in annotations, rejected or skipped: nothing vanishes.

    Raises
    ------
    InputError
        If a file cannot be read or is no coding sheet, or spans come without `articles`.
    """
    from framing.coding import sheets, spans

    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    rows = [row for path in listed for row in sheets.read(path, drawn)]
    reader = _Reader(drawn)
    for row in rows:
        reader.row(row)
    found = reader.done()
    return spans.add(found, rows, drawn, articles) if any(q.marks for q in drawn.questions) else found


def read_ids(path: str | Path) -> list[str]:
    """Ids of articles that are not to be drawn, or whose codes are not to be used.

    Parameters
    ----------
    path
        A folder that ``code import`` wrote, a Parquet or CSV file with a column ``article_id``, or text with one id a line.

    Raises
    ------
    InputError
        If there are no ids to be found there.
    """
    file = Path(path) / "annotations.parquet" if Path(path).is_dir() else Path(path)
    try:
        if file.suffix == ".parquet":
            found = pd.read_parquet(file)
        elif file.suffix == ".csv":
            found = pd.read_csv(file, dtype=str)
        else:
            lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
            found = pd.DataFrame({"article_id": [line for line in lines if line]}, dtype=object)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"no article ids can be read from {file}: {error}") from error
    if "article_id" not in found or found["article_id"].dropna().empty:
        raise InputError(f"{file} names no articles: expected a column article_id, or one id a line")
    return sorted(found["article_id"].dropna().astype(str).unique())


class _Reader:
    """Takes answers one by one and keeps account of each."""

    def __init__(self, drawn: Sample) -> None:
        self.sample = drawn
        self.units = drawn.units.set_index("unit_id").to_dict("index")
        self.answers: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.conflicts: set[tuple[str, str, str]] = set()
        self.rejected: list[dict[str, str]] = []
        self.mended: dict[str, int] = {}
        self.coders = {name for names in drawn.units["coders"].str.split("|") for name in names}

    def row(self, row: dict[str, Any]) -> None:
        origin, answers = row["origin"], row["answers"]
        raw = json.dumps(
            {k: str(v) for k, v in answers.items()}
            | {"unit_id": row["unit_id"]}
            | ({"regions": row["regions"]} if row.get("regions") else {}),
            ensure_ascii=False,
        )
        reason = row.get("fault") or self._fault(row)
        if reason:
            self.rejected.append({"origin": origin, "reason": reason, "raw": raw})
            return
        self._whose(row)
        for question in self.sample.questions:
            if not question.marks:
                self._answer(row, question, answers.get(question.column), origin)

    def _whose(self, row: dict[str, Any]) -> None:
        """Note rows of somebody who was dealt none, or not this one: kept, since the code itself is sound."""
        if row["coder"] not in self.coders:
            known = ", ".join(sorted(self.coders))
            self._mend(f"row by {row['coder']!r}, who is no coder of this sample ({known}): kept under that name")
        elif row["coder"] not in str(self.units[row["unit_id"]]["coders"]).split("|"):
            self._mend(f"row by {row['coder']!r} of a unit dealt to somebody else: kept")

    def _fault(self, row: dict[str, Any]) -> str | None:
        unit, coder = row["unit_id"], row["coder"]
        if not unit:
            return "no unit_id"
        if unit not in self.units:
            near = difflib.get_close_matches(unit, self.units, n=1, cutoff=0.8)
            return f"unit {unit!r} was not drawn" + (f"; changed from {near[0]!r}?" if near else "")
        if row["sample_id"] and row["sample_id"] != self.sample.sample_id:
            return f"the row belongs to another sample, {row['sample_id']!r}"
        if not coder:
            return "no coder"
        return None

    def _answer(self, row: dict[str, Any], question: Question, value: Any, origin: str) -> None:
        text = _plain(value)
        if not text:
            return
        label = self._label(question, text)
        if label is None:
            known = ", ".join(question.answers)
            near = difflib.get_close_matches(text, question.answers, n=1)
            hint = f"; did the coder mean {near[0]!r}?" if near else ""
            if hasattr(value, "isoformat"):
                hint = "; a spreadsheet program made a date of it: format the column as text"
            self.rejected.append(
                {
                    "origin": origin,
                    "reason": f"{question.column}: {text!r} is not in the codebook ({known}){hint}",
                    "raw": str(value),
                }
            )
            return
        key = (row["unit_id"], row["coder"], question.column)
        if key in self.conflicts:
            self._conflict(key, label, origin)
        elif key in self.answers and self.answers[key][0] != label:
            first, where = self.answers.pop(key)
            self.conflicts.add(key)
            self._conflict(key, first, where)
            self._conflict(key, label, origin)
        elif key in self.answers:
            self._mend("identical duplicate answers kept once")
        else:
            self.answers[key] = (label, origin)

    def _label(self, question: Question, text: str) -> str | None:
        if text in question.answers:
            return text
        other = ALIASES.get(text, text)
        other = YES.get(question.task, {}).get(other, other)
        if other in question.answers:
            self._mend(f"{text!r} read as {other!r}")
            return other
        return None

    def _conflict(self, key: tuple[str, str, str], label: str, origin: str) -> None:
        reason = f"{key[2]}: {key[1]} gave different answers for {key[0]}; none is taken"
        self.rejected.append({"origin": origin, "reason": reason, "raw": label})

    def _mend(self, what: str) -> None:
        self.mended[what] = self.mended.get(what, 0) + 1

    def done(self) -> Imported:
        asked = {question.column: question for question in self.sample.questions if not question.marks}
        rows = []
        for (unit, coder, column), (label, _) in sorted(self.answers.items()):
            question, drawn = asked[column], self.units[unit]
            said = not (question.task == "stance" and label == ABSENT)
            rows.append(
                {
                    **{name: drawn[name] for name in ("article_id", "part", "start", "end", "stratum", "probability")},
                    "task": question.task,
                    "code": question.code,
                    "target": question.target,
                    "target_kind": question.target_kind,
                    "voice": question.voice,
                    "label": label if said else None,
                    "score": SCORES[question.task].get(label) if said else None,
                    "annotator": coder,
                    "codebook": self.sample.codebook or None,
                    "sample_id": self.sample.sample_id,
                    "round": self.sample.round,
                }
            )
        taken = set(self.answers) | self.conflicts
        skipped = [
            {"unit_id": unit, "coder": coder, "question": column}
            for unit, drawn in self.units.items()
            for coder in str(drawn["coders"]).split("|")
            for column in asked
            if (unit, coder, column) not in taken
        ]
        annotations = schema.conform(rows, "annotations") if rows else schema.empty("annotations")
        rejected = pd.DataFrame(self.rejected, columns=["origin", "reason", "raw"])
        return Imported(
            annotations,
            schema.conform(rejected, "rejected"),
            pd.DataFrame(skipped, columns=["unit_id", "coder", "question"]),
            [f"{n} x {what}" for what, n in sorted(self.mended.items())],
        )


def _plain(value: Any) -> str:
    """Answer as typed, without what spreadsheet programs do to it: spaces, case, 1.0 for 1."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().strip("'\"").strip().casefold()
    return text[:-2] if text in ("0.0", "1.0") else text
