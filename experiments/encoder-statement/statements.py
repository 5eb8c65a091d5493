"""Agreement with statements on any matter: what is learnt from hand codes, the rule for whole texts, and scores on articles held apart.

    python experiments/encoder-statement/statements.py data      data/statements.jsonl, -2 and -dev, what the recipe learns from; -3, of a stage that was tried
    python experiments/encoder-statement/statements.py rule      src/framing/knowledge/statement.json: the rule for whole texts, fitted on dev
    python experiments/encoder-statement/statements.py score     results.json, on the articles held apart (--dev: on dev, printed alone)
    python experiments/encoder-statement/statements.py pairs     the same, on made-up pairs of sentences of a writer held apart

`--model FOLDER` takes another model than the shipped one. One fold in five of the first articles to fit is dev: epochs, temperature and the rule.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score, precision_recall_fscore_support

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import load_articles  # noqa: E402

from framing import datasets, encode, models, schema, stance  # noqa: E402
from framing.encode import split_sentences  # noqa: E402

CODES = ROOT / "datasets" / "codes" / "statements"
STORE = ROOT / "src" / "framing" / "knowledge" / "statement.json"
LABELS = ("against", "neutral", "favour")
SIDES = {"favour": 2, "against": 0, "neutral": 1, "context_favour": 2, "context_against": 0}
WORDINGS = ("statement", "reworded", "opposite")
FOLDS, SEED, DRAWS = 5, 0, 1000
UNLISTED, ELSEWHERE = 3, 2
"""Sentences asked of each statement in training as neutral: of the article, unlisted by the coder, and of other articles."""
AGAIN = 15_000
"""Requests of coded articles that the stage tried repeats beside the pairs."""
LATER = (13, 14, 19, 20, 21, 22, 23)
"""Sheets of the second draw that were coded after the first two stages had begun: in the stage tried alone."""


# --- the codes -------------------------------------------------------------------------------------------------------


@cache
def coded() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Statements with article and part (fit, dev, held, later); every sentence of the article with its label ("" if not listed)."""
    first, more = pd.read_csv(CODES / "articles.csv"), pd.read_csv(CODES / "more.csv")
    dev = (np.random.default_rng(SEED).permutation(len(first)) % FOLDS == 0) & (first["part"] == "fit")
    first.loc[dev, "part"] = "dev"
    more.loc[more["sheet"].isin(LATER), "part"] = "later"
    told = pd.read_csv(CODES / "statements.csv").merge(pd.concat([first, more]), on="item")
    texts = load_articles(told["dataset"], told["article_id"]).set_index("article_id")["text"]
    labels = pd.read_csv(CODES / "sentences.csv").set_index(["statement_id", "start"])["label"].to_dict()
    rows = [
        (
            one.statement_id,
            start,
            " ".join(texts[one.article_id][start:end].split()),
            labels.get((one.statement_id, start), ""),
        )
        for one in told.itertuples()
        for start, end in split_sentences(texts[one.article_id])
    ]
    return told, pd.DataFrame(rows, columns=["statement_id", "start", "sentence", "label"])


def of_part(*parts: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    told, sentences = coded()
    told = told[told["part"].isin(parts)]
    return told, sentences[sentences["statement_id"].isin(told["statement_id"])]


def requests(told: pd.DataFrame, sentences: pd.DataFrame) -> list[dict[str, Any]]:
    """Every listed sentence with the statement in its three wordings, and sentences about something else."""
    rng, rows = random.Random(SEED), []
    rest = sentences[(sentences["label"] == "") & sentences["sentence"].str.len().between(40, 400)]
    of_statement = {k: list(v) for k, v in rest.groupby("statement_id")["sentence"]}
    everything = list(rest["sentence"])
    for one in told.itertuples():
        mine = sentences[(sentences["statement_id"] == one.statement_id) & sentences["label"].isin(LABELS)]
        asked = [(s, SIDES[label]) for s, label in zip(mine["sentence"], mine["label"])]
        left = of_statement.get(one.statement_id, [])
        asked += [(s, 1) for s in rng.sample(left, min(UNLISTED, len(left)))]
        asked += [(s, 1) for s in rng.sample(everything, ELSEWHERE)]
        for wording in WORDINGS:
            for sentence, side in asked:
                hot = [0.0, 0.0, 0.0]
                hot[2 - side if wording == "opposite" else side] = 1.0
                request = {
                    "sentence": sentence,
                    "target": getattr(one, wording),
                    "kind": "proposition",
                    "mention": None,
                }
                rows.append(request | {"probabilities": hot})
    return rows


WHO = (
    "she",
    "he",
    "the minister",
    "the union",
    "critics",
    "the senator",
    "a spokeswoman",
    "the group",
    "researchers",
    "the mayor",
)
SAID = {
    1: (
        "“{S},” {who} said.", "{Who} said that {s}.", "{Who} argued that {s}.", "{Who} agreed that {s}.", "{S}, according to {who}.",
        "{Who} called for action because {s}.", "{Who} insisted that {s}.", "“There is no doubt that {s},” {who} said.",
    ),
    -1: (
        "{Who} denied that {s}.", "{Who} rejected the idea that {s}.", "It is not true that {s}, {who} said.", "{Who} disputed that {s}.",
        "{Who} disagreed with those who say that {s}.", "“It is a myth that {s},” {who} said.", "{Who} spoke out against the view that {s}.",
        "{Who} opposes the claim that {s}.",
    ),
    0: (
        "{Who} was asked whether {s}.", "It is not yet clear whether {s}.", "A panel will discuss on Monday whether {s}.",
        "The question of whether {s} divided the meeting.",
    ),
}  # fmt: skip
"""Frames that agree with what is put into them, deny it, or leave it open."""


def written(told: pd.DataFrame, sentences: pd.DataFrame, each: int = 10) -> list[dict[str, Any]]:
    """Sentences made of the statements themselves, so that who denies is told from who asserts.

    Coded sentences seldom deny a statement in its own words, and a model that has seen few such pairs takes shared words for agreement.
    """
    rng = random.Random(SEED + 1)
    common = {w for text in sentences["sentence"] for w in text.split() if w.isalpha() and w.islower()}
    rows = []

    def inner(text: str) -> str:
        first, _, rest = text.rstrip(".").partition(" ")
        return f"{first.lower()} {rest}" if first.lower() in common else f"{first} {rest}"

    for one in told.itertuples():
        for _ in range(each):
            base, asked = rng.choice(WORDINGS), rng.choice(WORDINGS)
            frame, who = rng.choice((1, 1, -1, -1, 0)), rng.choice(WHO)
            text, turned = getattr(one, base), (base == "opposite") != (asked == "opposite")
            if frame == 1 and " should " in text and rng.random() < 0.3:
                text, turned = (
                    text.replace(" should ", " should not ", 1).replace("should not not", "should"),
                    not turned,
                )
            sentence = rng.choice(SAID[frame]).format(
                S=text.rstrip("."), s=inner(text), who=who, Who=who[0].upper() + who[1:]
            )
            side = 1 + (-frame if turned else frame)
            hot = [float(k == side) for k in range(3)]
            request = {"sentence": sentence, "target": getattr(one, asked), "kind": "proposition", "mention": None}
            rows.append(request | {"probabilities": hot})
    return rows


# --- pairs that differ by their side -----------------------------------------------------------------------------------


@cache
def pairs(part: str) -> pd.DataFrame:
    """Made-up sentences on made-up statements (PAIRS.md): item, the wordings, pair (-1: takes no side), sentence, side 0, 1 or 2.

    Of each writer's items to fit every fifth is dev; those held apart are of another writer.
    """
    rows = []
    for line in (CODES / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        mine = one["part"] if one["part"] == "held" else "dev" if int(one["item"][-2:]) % FOLDS == 0 else "fit"
        sides = [(k, text, side) for k, two in enumerate(one["pairs"]) for text, side in zip(two, (2, 0))]
        for k, text, side in sides + [(-1, text, 1) for text in one["neutral"]]:
            rows.append((mine, one["item"], *(one[w] for w in WORDINGS), k, text, side))
    table = pd.DataFrame(rows, columns=["part", "item", *WORDINGS, "pair", "sentence", "side"])
    return table[table["part"] == part].drop(columns="part").reset_index(drop=True)


def paired(part: str) -> list[dict[str, Any]]:
    """Every made-up sentence with its statement in three wordings."""
    rows = []
    for one in pairs(part).itertuples():
        for wording in WORDINGS:
            side = 2 - one.side if wording == "opposite" else one.side
            request = {
                "sentence": one.sentence,
                "target": getattr(one, wording),
                "kind": "proposition",
                "mention": None,
            }
            rows.append(request | {"probabilities": [float(k == side) for k in range(3)]})
    return rows


def by_pair(model: models.StanceModel, part: str) -> dict[str, Any]:
    """Macro-F1 over made-up sentences, and how often both of a pair are on the right side; a reader of words alone has none right."""
    table = pairs(part)
    out: dict[str, Any] = {"items": int(table["item"].nunique())}
    for wording in WORDINGS:
        found = predicted(model, list(table["sentence"]), list(table[wording])).argmax(1)
        gold = (2 - table["side"] if wording == "opposite" else table["side"]).to_numpy()
        right = pd.Series(found == gold).groupby([table["item"], table["pair"]]).all()
        both = right[right.index.get_level_values("pair") >= 0]
        out[wording] = {
            "macro_f1": round(macro(gold, found), 3), "n": len(gold), "both_right": round(float(both.mean()), 3), "n_pairs": len(both),
            "wrong_side": round(float((found == 2 - gold)[gold != 1].mean()), 3),
        }  # fmt: skip
    return out


# --- what a model says -----------------------------------------------------------------------------------------------


def predicted(model: models.StanceModel, sentences: list[str], statements: list[str]) -> np.ndarray:
    return model.predict([models.StanceRequest(s, t, "proposition") for s, t in zip(sentences, statements)])


def macro(gold: np.ndarray, found: np.ndarray) -> float:
    return float(f1_score(gold, found, labels=[0, 1, 2], average="macro", zero_division=0))


def interval(articles: np.ndarray, gold: np.ndarray, found: np.ndarray) -> list[float]:
    """Central 95 % of macro-F1 with articles drawn anew."""
    rng, rows = np.random.default_rng(SEED), {a: np.flatnonzero(articles == a) for a in np.unique(articles)}
    values = []
    for _ in range(DRAWS):
        at = np.concatenate([rows[a] for a in rng.choice(list(rows), len(rows))])
        values.append(macro(gold[at], found[at]))
    return [round(float(v), 3) for v in np.quantile(values, [0.025, 0.975])]


def judged(
    model: models.StanceModel, told: pd.DataFrame, sentences: pd.DataFrame, wordings: tuple[str, ...] = WORDINGS
) -> pd.DataFrame:
    """A row per wording and sentence: gold side (turned where the wording is the opposite) and probabilities."""
    parts = []
    for wording in wordings:
        table = sentences.merge(told[["statement_id", "dataset", "article_id", wording]])
        found = predicted(model, list(table["sentence"]), list(table[wording]))
        gold = table["label"].map(SIDES).fillna(1).astype(int)
        parts.append(table.assign(
            wording=wording, asked=table[wording], gold=2 - gold if wording == "opposite" else gold, against=found[:, 0],
            neutral=found[:, 1], favour=found[:, 2],
        ).drop(columns=wording))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def by_sentence(table: pd.DataFrame) -> dict[str, Any]:
    """Macro-F1 over listed sentences and over all; each side's precision and recall among all; by corpus."""
    p = table[list(LABELS)].to_numpy()
    gold, found, articles = table["gold"].to_numpy(), p.argmax(1), table["article_id"].to_numpy()
    listed, context = table["label"].isin(LABELS).to_numpy(), table["label"].str.startswith("context").to_numpy()
    alone = ~context
    sides = precision_recall_fscore_support(gold[alone], found[alone], labels=[0, 2], zero_division=0)
    confidence, right = p[alone].max(1), found[alone] == gold[alone]
    bins = np.minimum((confidence * 10).astype(int), 9)
    ece = sum(abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    return {
        "macro_f1": round(macro(gold[listed], found[listed]), 3), "interval": interval(articles[listed], gold[listed], found[listed]),
        "n": int(listed.sum()), "majority": round(macro(gold[listed], np.ones(listed.sum())), 3),
        "turned_round": round(float((found[listed] == 2 - gold[listed])[gold[listed] != 1].mean()), 3),
        "all": {
            "macro_f1": round(macro(gold[alone], found[alone]), 3), "n": int(alone.sum()), "majority": round(macro(gold[alone], np.ones(alone.sum())), 3),
            "against": [round(float(sides[k][0]), 3) for k in range(2)], "favour": [round(float(sides[k][1]), 3) for k in range(2)],
            "n_against": int(sides[3][0]), "n_favour": int(sides[3][1]), "calibration_error": round(float(ece), 3),
        },
        "context_right": round(float((found == gold)[context].mean()), 3) if context.any() else None, "n_context": int(context.sum()),
        "by_corpus": {
            name: [round(macro(gold[rows], found[rows]), 3), int(rows.sum())]
            for name in sorted(table["dataset"].unique()) for rows in [listed & (table["dataset"] == name).to_numpy()]
        },
    }  # fmt: skip


def tfidf(train: list[dict[str, Any]], table: pd.DataFrame) -> np.ndarray:
    """A baseline that knows words: logistic regression on words of the sentence and of the statement, apart and the shared ones."""

    def told(pairs: list[tuple[str, str]]) -> list[str]:
        out = []
        for sentence, statement in pairs:
            words, asked = sentence.lower().split(), statement.lower().split()
            out.append(
                " ".join(
                    [
                        *(f"s_{w}" for w in words),
                        *(f"t_{w}" for w in asked),
                        *(f"b_{w}" for w in set(words) & set(asked)),
                    ]
                )
            )
        return out

    turn = TfidfVectorizer(token_pattern=r"\S+", min_df=3, sublinear_tf=True)
    x = turn.fit_transform(told([(r["sentence"], r["target"]) for r in train]))
    fitted = LogisticRegression(max_iter=400, C=4.0).fit(x, np.argmax([r["probabilities"] for r in train], 1))
    return fitted.predict(turn.transform(told(list(zip(table["sentence"], table["asked"])))))


# --- whole texts -----------------------------------------------------------------------------------------------------


def near(table: pd.DataFrame, told: pd.DataFrame) -> np.ndarray:
    """Whether each sentence is near enough to its statement to be asked about, as in a run."""
    articles = load_articles(told["dataset"], told["article_id"])
    encoded = {e.article_id: e for e in encode.encode(articles)}
    asked = sorted(set(table["asked"]))
    frame = [{"article_id": str(k), "text": text, "n_words": 1, "origin": ""} for k, text in enumerate(asked)]
    vectors = {
        asked[int(e.article_id)]: encode.article_vector(e) for e in encode.encode(schema.conform(frame, "articles"))
    }
    at = {(a, s.start): v for a, e in encoded.items() for s, v in zip(e.sentences, e.vectors) if s.part == "text"}
    cosine = [
        float(at[a, s] @ vectors[t]) if (a, s) in at else 0.0
        for a, s, t in zip(table["article_id"], table["start"], table["asked"])
    ]
    return np.array(cosine) >= stance.NEARNESS


def elsewhere(model: models.StanceModel, told: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """The same statements asked of another article of the corpus each, which is taken to say nothing of them."""
    rng, rows = random.Random(SEED), []
    one = told.drop_duplicates("article_id")
    first = dict(zip(one["article_id"], one["statement_id"]))
    for each in told.itertuples():
        others = [a for a, d in zip(one["article_id"], one["dataset"]) if d == each.dataset and a != each.article_id]
        if others:
            other = rng.choice(others)
            mine = sentences[sentences["statement_id"] == first[other]]
            rows.append(
                mine.assign(statement_id=each.statement_id, article_id=other, asked=each.statement, gold=1, label="")
            )
    table = pd.concat(rows, ignore_index=True).assign(wording="elsewhere")
    table[list(LABELS)] = predicted(model, list(table["sentence"]), list(table["asked"]))
    return table


def texts(table: pd.DataFrame, told: pd.DataFrame) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of the sentences near a statement, the side most of the coded sentences take, which wording, and the article.

    A text is for a statement if at least twice as many sentences are in favour as against, and the reverse; else on neither side.
    """
    table = table.assign(near=near(table, told))
    found, gold, wordings, articles = [], [], [], []
    for (_, wording), group in table.groupby(["statement_id", "wording"], sort=True):
        some = group[group["near"]]
        if wording == "reworded" or not len(some):
            continue
        a, f = (group["gold"] == 0).sum(), (group["gold"] == 2).sum()
        gold.append(2 if f and f >= 2 * a else 0 if a and a >= 2 * f else 1)
        found.append(some[list(LABELS)].to_numpy())
        wordings.append(wording)
        articles.append(group["article_id"].iloc[0])
    return found, np.array(gold), np.array(wordings), np.array(articles)


def fit_rule(found: list[np.ndarray], gold: np.ndarray) -> dict[str, float]:
    """Fit the three weights of `framing.stance.agreement`, classes weighing the same."""
    sums = np.log(np.array([p[:, [0, 2]].sum(0) for p in found]) + stance.AGREED)
    weight = 1 / np.bincount(gold, minlength=3)[gold]

    def loss(w: np.ndarray) -> float:
        odds = w[0] * sums + w[1] * sums[:, ::-1] + w[2]
        logits = np.column_stack([odds[:, 0], np.zeros(len(odds)), odds[:, 1]])
        logits -= np.log(np.exp(logits).sum(1, keepdims=True))
        return float(-(weight * logits[np.arange(len(gold)), gold]).sum() / weight.sum() + 0.01 * (w**2).sum())

    own, other, constant = minimize(loss, np.array([1.0, -1.0, 0.0])).x
    return {"own": round(float(own), 3), "other": round(float(other), 3), "constant": round(float(constant), 3)}


def by_text(found: list[np.ndarray], gold: np.ndarray, wordings: np.ndarray, articles: np.ndarray) -> dict[str, Any]:
    """Labels of whole texts by the rule and by the mean of their sentences; what other articles are said to hold."""
    own = wordings != "elsewhere"
    ruled = np.array([stance.agreement(np.asarray(p, dtype=float)).argmax() for p in found])
    averaged = np.array([p.mean(0).argmax() for p in found])
    return {
        "macro_f1": round(macro(gold[own], ruled[own]), 3), "interval": interval(articles[own], gold[own], ruled[own]), "n": int(own.sum()),
        "mean_of_sentences": round(macro(gold[own], averaged[own]), 3), "always_favour": round(macro(gold[own], np.full(own.sum(), 2)), 3),
        "accuracy": round(float((ruled == gold)[own].mean()), 3), "wrong_side": round(float((ruled == 2 - gold)[own & (gold != 1)].mean()), 3),
        "n_by_label": np.bincount(gold[own], minlength=3).tolist(),
        "other_articles_given_a_side": round(float((ruled != 1)[~own].mean()), 3), "n_other_articles": int((~own).sum()),
    }  # fmt: skip


# --- agreement of coders ---------------------------------------------------------------------------------------------


def coders() -> dict[str, Any]:
    """Two coders of the same statements: which side each sentence that either lists takes."""
    told, sentences = of_part("held")
    second = pd.read_csv(CODES / "sentences-b.csv")
    labels = second.set_index(["statement_id", "start"])["label"].to_dict()
    table = sentences[sentences["statement_id"].isin(second["statement_id"])]
    a = table["label"].map(SIDES).fillna(1).astype(int).to_numpy()
    b = np.array([SIDES.get(labels.get(k, ""), 1) for k in zip(table["statement_id"], table["start"])])
    listed = table["label"].isin(LABELS).to_numpy()
    return {
        "n": len(a), "kappa_all": round(float(cohen_kappa_score(a, b)), 3), "macro_f1_all": round(macro(a, b), 3),
        "n_listed": int(listed.sum()), "kappa_listed": round(float(cohen_kappa_score(a[listed], b[listed])), 3),
        "macro_f1_listed": round(macro(a[listed], b[listed]), 3), "opposite_sides": int(((a == 2 - b) & (a != 1)).sum()),
        "articles": int(told[told["statement_id"].isin(second["statement_id"])]["article_id"].nunique()),
    }  # fmt: skip


# --- GWSD, and the card ---------------------------------------------------------------------------------------------


def gwsd(model: models.StanceModel) -> dict[str, Any]:
    """Score the 200 official held-out sentences in the corpus' own wording, in one of training, and denied."""
    from framing.training.stance import CLIMATE, DENIED, read_gwsd

    split = read_gwsd(datasets.fetch("gwsd"))
    gold = [np.array([each.target for each in rows]).argmax(1) for rows in split]
    told = [[each.request.sentence for each in rows] for rows in split]
    turn = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(told[0])
    words = (
        LogisticRegression(C=10, max_iter=2000).fit(turn.transform(told[0]), gold[0]).predict(turn.transform(told[1]))
    )
    out: dict[str, Any] = {
        "n": len(gold[1]),
        "majority": round(macro(gold[1], np.full(len(gold[1]), np.bincount(gold[0]).argmax())), 3),
    }
    out["tfidf"] = round(macro(gold[1], words), 3)
    wordings = {
        "own": ("Climate change/global warming is a serious concern", 1),
        "trained": (CLIMATE[0], 1),
        "denied": (DENIED[0], -1),
    }
    for name, (statement, turned) in wordings.items():
        found = predicted(model, told[1], [statement] * len(told[1])).argmax(1)
        out[name] = round(macro(gold[1], found if turned > 0 else 2 - found), 3)
    return out


def rows_of_card(found: dict[str, Any], climate: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures that the card and the table of benchmarks show."""
    shared = {"task": "agreement with a statement", "metric": "macro-F1", "seeds": 1}
    out = [
        shared | {
            "data": f"articles held apart, any matter, {told}", "split": "held apart", "value": found[wording]["macro_f1"], "n": found[wording]["n"],
            "baseline": "TF-IDF of sentence and statement", "baseline_value": found[wording]["tfidf"], "majority": found[wording]["majority"],
        }
        for wording, told in (("statement", "as written"), ("reworded", "in other words"), ("opposite", "the opposite"))
    ]  # fmt: skip
    out.append(shared | {
        "data": "whole texts held apart, statement and opposite", "split": "held apart", "value": found["texts"]["macro_f1"], "n": found["texts"]["n"],
        "baseline": "mean of the sentences", "baseline_value": found["texts"]["mean_of_sentences"],
    })  # fmt: skip
    for name, told in (("own", "the corpus' own wording"), ("denied", "denied")):
        out.append(shared | {
            "data": f"GWSD held-out 200, {told}", "split": "test", "value": climate[name], "n": climate["n"],
            "baseline": "TF-IDF of the sentence", "baseline_value": climate["tfidf"], "majority": climate["majority"],
        })  # fmt: skip
    return out


# --- commands --------------------------------------------------------------------------------------------------------


def write_data() -> None:
    files = (
        ("fit", "statements.jsonl", False),
        ("fit", "statements-2.jsonl", True),
        ("dev", "statements-dev.jsonl", False),
    )
    for part, name, more in files:
        rows = requests(*of_part(part)) + (written(*of_part(part)) if more else [])
        Path("data").mkdir(exist_ok=True)
        (Path("data") / name).write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        print(len(rows), "requests of", len(of_part(part)[0]), "statements:", name)
    told, sentences = of_part("fit", "later")
    rows = requests(told, sentences) + written(told, sentences)
    rows = random.Random(SEED).sample(rows, AGAIN) + paired("fit")
    (Path("data") / "statements-3.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    print(len(rows), "requests: statements-3.jsonl")


def write_rule(model: models.StanceModel) -> None:
    told, sentences = of_part("dev")
    table = pd.concat([judged(model, told, sentences), elsewhere(model, told, sentences)], ignore_index=True)
    found, gold, _, _ = texts(table, told)
    rule = {"model": model.name} | fit_rule(found, gold)
    STORE.write_text(json.dumps(rule, indent=1) + "\n", encoding="utf-8")
    print(rule, len(gold), "texts")


def score(model: models.StanceModel, part: str) -> dict[str, Any]:
    told, sentences = of_part(part)
    table = judged(model, told, sentences)
    before = judged(models.load_stance(), told, sentences, WORDINGS[:1])
    words = tfidf(requests(*of_part("fit")), table)
    gold, listed = table["gold"].to_numpy(), table["label"].isin(LABELS).to_numpy()
    both = pd.concat([table, elsewhere(model, told, sentences)], ignore_index=True)
    out: dict[str, Any] = {"articles": int(told["article_id"].nunique()), "statements": len(told)}
    for wording in WORDINGS:
        rows = (table["wording"] == wording).to_numpy()
        out[wording] = by_sentence(table[rows]) | {"tfidf": round(macro(gold[rows & listed], words[rows & listed]), 3)}
    out["statement"]["stance_model"] = by_sentence(before)["macro_f1"]
    out["texts"] = by_text(*texts(both, told))
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["data", "rule", "score", "pairs"])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--dev", action="store_true")
    options = parser.parse_args()
    if options.what == "data":
        write_data()
        return
    model = models.StanceModel(options.model) if options.model else models.load_statement()
    if options.what == "pairs":
        found = by_pair(model, "dev" if options.dev else "held")
        print(json.dumps(found, indent=1))
        if not options.dev:
            file = HERE / "results.json"
            whole = json.loads(file.read_text(encoding="utf-8")) | {"pairs": found}
            file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        return
    if options.what == "rule":
        write_rule(model)
        return
    found = score(model, "dev" if options.dev else "held")
    print(json.dumps(found, indent=1))
    if not options.dev:
        digest = hashlib.sha256((model.folder / "model.onnx").read_bytes()).hexdigest()
        file = HERE / "results.json"
        whole = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        climate = gwsd(model)
        whole |= {
            "sha256": digest,
            "scores": rows_of_card(found, climate),
            "held": found,
            "gwsd": climate,
            "coders": coders(),
        }
        file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
