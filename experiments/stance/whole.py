"""Fit the label of a whole text on PerSenT and on codes of three other corpora, and report how it does on each.

python experiments/stance/whole.py [--held]        writes `whole` of src/framing/knowledge/stance.json, `whole` and `persent` of results.json

After voices.py. Readers of PerSenT and the coders of `datasets/codes/wholetext` were asked the same question; how often they say against, neutral, favour
differs, so corpora and classes weigh the same. What to know of a text is chosen on folds; the articles of `wholetext` held apart are scored with --held.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold

from framing import datasets, encode, metrics, quotations, segments, stance, targets
from framing.datasets import sample
from framing.models import VOICES, StanceRequest, load_stance

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CODES = ROOT / "datasets" / "codes" / "wholetext"
STORE = ROOT / "src" / "framing" / "knowledge" / "stance.json"
CACHE = HERE / ".cache"
LABELS = list(stance.LABELS)
SHIPPED = "log-odds"
DROPPED = "log-odds, evaluation as a source's"
"""Best in folds; no better than the shipped rule on the articles held apart and on the sample, so it was not kept."""
STRENGTH, FOLDS, SEEDS, HELD = 0.1, 5, (0, 1, 2), 90
KEY = ["article_id", "target"]
Array = NDArray[np.float64]


# --- what was coded ----------------------------------------------------------------------------------------------------


def persent() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles, and the label of each with its target."""
    frames = datasets.load("persent")
    rows = frames["annotations"]
    rows = rows[rows["start"].isna()].drop_duplicates("article_id")
    return (
        frames["articles"].drop_duplicates("article_id").assign(event_id=pd.NA),
        rows[[*KEY, "label"]].rename(columns={"label": "all"}),
    )


def wholetext() -> tuple[pd.DataFrame, pd.DataFrame]:
    items = pd.concat([pd.read_csv(CODES / f"{name}.csv") for name in ("items", "further")], ignore_index=True)
    codes = pd.concat([pd.read_csv(CODES / f"coder-{coder}.csv") for coder in ("a", "b", "c", "further")])
    corpora = pd.concat([datasets.load(name)["articles"] for name in items["dataset"].unique()], ignore_index=True)
    of = corpora.drop_duplicates("article_id").set_index("article_id", drop=False)
    names = [of.at[row.article_id, "text"][row.target_start : row.target_end] for row in items.itertuples()]
    articles = of.loc[items["article_id"]].reset_index(drop=True).assign(event_id=pd.NA, targets=names)
    return articles, items.assign(target=names)[["item", *KEY]].merge(codes, on="item")


def held_apart(gold: pd.DataFrame) -> set[str]:
    """Articles of either wave that nothing is learnt from: HELD of the first, half of the second."""
    second = gold["item"].str.startswith("x")
    out: set[str] = set()
    for wave, count in ((gold[~second], HELD), (gold[second], int(second.sum()) // 2)):
        order = sorted(wave["article_id"])
        out |= {order[k] for k in np.random.default_rng(0).permutation(len(order))[:count]}
    return out


def open_sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Load the bundled events that may be looked at."""
    frames = sample.load(lock=False)
    rows = frames["annotations"]
    rows = rows[(rows["task"] == "stance") & rows["start"].isna() & rows["voice"].isin(["narrator", "all"])]
    wide = rows.pivot_table(index=KEY, columns="voice", values="label", aggfunc="first", observed=True)
    wide = wide.reset_index()
    return frames["articles"], wide[wide["target"].map(targets.kind_of) == "entity"]


def aliases() -> dict[str, list[str]]:
    """Give the names that the bundled corpus says its targets go by; propositions are left out."""
    rows = sample.load(lock=False)["targets"].drop_duplicates("target")
    given = zip(rows["target"], rows["aliases"].fillna(""), strict=True)
    return {name: other.split("|") for name, other in given if targets.kind_of(name) == "entity"}


def judged(articles: pd.DataFrame, given: dict[str, list[str]] | None = None) -> pd.DataFrame:
    """Every segment that mentions a target: voice, part, words, what the model predicts, and that corrected."""
    encodings = {one.article_id: one for one in encode.encode(articles, cache=CACHE)}
    pieces = segments.segments(articles, encodings, quotations.attribute(articles, encodings))
    asked_of = targets.resolve(articles, given or ())
    asked = stance._questions(articles, encodings, pieces[pieces["for_stance"]], asked_of, {})
    model = load_stance()
    predicted, either = model.judge([StanceRequest(one.text, one.target, "entity", one.mention) for one in asked])
    raw, evaluation = np.asarray(predicted, dtype=float), np.asarray(either, dtype=float)
    speaks = [VOICES.index(one.segment["voice"]) for one in asked]
    corrected, _ = stance._corrected(raw, evaluation[np.arange(len(asked)), speaks], asked)
    table = pd.DataFrame([{**one.segment, "target": one.target, "words": one.words} for one in asked])
    table[["against", "neutral", "favour"]] = raw
    table[["eval_against", "eval_neutral", "eval_favour"]] = corrected
    for number, voice in enumerate(VOICES):
        table[[f"{voice}_{label}" for label in LABELS]] = evaluation[:, number]
    return table


# --- what is known of a text -----------------------------------------------------------------------------------------------


def known(rows: pd.DataFrame) -> dict[str, Array]:
    """Describe a text in the ways that were tried."""
    raw = rows[["against", "neutral", "favour"]].to_numpy(float)
    evaluation = rows[["eval_against", "eval_favour"]].to_numpy(float).mean(axis=0)
    own = (rows["voice"] == "narrator").to_numpy()[:, None]
    sides = raw[:, [0, 2]]
    shares = np.concatenate([np.where(own, sides, 0).mean(axis=0), np.where(own, 0, sides).mean(axis=0)])
    head = raw[(rows["part"] == "title").to_numpy()]
    headline = head[:, [0, 2]].mean(axis=0) if len(head) else np.zeros(2)
    mean = raw[:, [0, 2]].mean(axis=0)
    many = np.log1p((raw[:, [0, 2]] > 0.5).sum(axis=0))
    tone = stance.tone(raw)
    either = {v: stance.tone(rows[[f"{v}_{label}" for label in LABELS]].to_numpy(float)) for v in VOICES}
    return {
        "evaluation": evaluation,
        "mean": mean,
        "log-odds": tone,
        "log-odds, evaluation as a source's": np.append(tone, either["source"]),
        "log-odds, evaluation as the narrator's": np.append(tone, either["narrator"]),
        "log-odds, evaluation as either's": np.concatenate([tone, either["narrator"], either["source"]]),
        "shares": shares,
        "shares, headline": np.append(shares, headline),
        "shares, first three": np.append(shares, raw[:3, [0, 2]].mean(axis=0)),
        "shares, counts": np.append(shares, many),
        "shares, evaluation": np.append(shares, evaluation),
    }


def describe(rows: pd.DataFrame, gold: pd.DataFrame) -> dict[str, tuple[Array, NDArray[np.bool_]]]:
    """Matrix per way, in the order of `gold`, and where nothing was found."""
    found = {key: known(group) for key, group in rows.groupby(KEY, sort=False)}
    keys = list(gold[KEY].itertuples(index=False, name=None))
    example = next(iter(found.values()))
    silent = np.array([key not in found for key in keys])
    nothing = {name: np.zeros(len(value)) for name, value in example.items()}
    return {name: (np.array([found.get(key, nothing)[name] for key in keys]), silent) for name in example}


# --- fitting -----------------------------------------------------------------------------------------------------------------


def balance(y: NDArray[Any]) -> Array:
    """Weigh the classes of a corpus alike, and its articles to one in sum."""
    counts = {label: (y == label).sum() for label in LABELS}
    return np.array([1 / (len(LABELS) * counts[label]) for label in y])


def fit(parts: list[tuple[Array, NDArray[Any]]]) -> LogisticRegression:
    x, y = np.vstack([a for a, _ in parts]), np.concatenate([b for _, b in parts])
    w = np.concatenate([balance(b) for _, b in parts])
    return LogisticRegression(C=STRENGTH, max_iter=5000).fit(x, y, sample_weight=w * len(y) / w.sum())


def said(model: LogisticRegression, x: Array, silent: NDArray[np.bool_]) -> NDArray[Any]:
    """Choose labels; a text that says nothing of its target counts as neutral."""
    return np.where(silent, "neutral", model.predict(x))


def folds(
    one: tuple[Array, NDArray[np.bool_], NDArray[Any]], others: list[tuple[Array, NDArray[Any]]], seed: int
) -> NDArray[Any]:
    """Label a corpus held out, learning from its other articles and from other corpora."""
    x, silent, y = one
    out = np.empty(len(y), dtype=object)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y):
        learn = train[~silent[train]]
        out[test] = said(fit([(x[learn], y[learn]), *others]), x[test], silent[test])
    return out


def report(gold: NDArray[Any], guess: NDArray[Any], seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    coded, given = (np.array([LABELS.index(one) for one in labels]) for labels in (gold, guess))
    draws = rng.integers(0, len(gold), size=(1000, len(gold)))
    several = np.mean([_f1(coded[draws] == k, given[draws] == k) for k in range(len(LABELS))], axis=0)
    return {
        "n": len(gold),
        "macro_f1": round(metrics.macro_f1(gold.tolist(), guess.tolist(), LABELS), 4),
        "interval": [round(float(np.quantile(several, q)), 3) for q in (0.025, 0.975)],
        "accuracy": round(metrics.accuracy(gold.tolist(), guess.tolist()), 4),
        "confusion": {"rows_gold": LABELS, "counts": confusion_matrix(gold, guess, labels=LABELS).tolist()},
    }


def _f1(coded: NDArray[np.bool_], given: NDArray[np.bool_]) -> Array:
    both, either = (coded & given).sum(axis=1), coded.sum(axis=1) + given.sum(axis=1)
    return np.asarray(2 * both / np.maximum(either, 1), dtype=float)


def constant(gold: NDArray[Any], label: str) -> dict[str, Any]:
    return report(gold, np.array([label] * len(gold), dtype=object))


def voices(rows: pd.DataFrame, gold: pd.DataFrame) -> dict[str, Any]:
    """Label the narrator's and all sources' stance by the rule of a voice, beside always neutral."""
    out = {}
    corrections = stance._corrections()[1]
    for voice, column in (("narrator", "narrator"), ("source", "sources")):
        if column not in gold:
            continue
        coded = gold[gold[column].isin(LABELS)]
        mine = dict(iter(rows[rows["voice"] == voice].groupby(KEY)))
        guess = []
        for key in coded[KEY].itertuples(index=False, name=None):
            if key not in mine:
                guess.append("neutral")
                continue
            p = mine[key][["eval_against", "eval_neutral", "eval_favour"]].to_numpy(float)
            mean = np.average(p, axis=0, weights=mine[key]["words"].to_numpy(float))
            guess.append(stance.label_of(stance._ranked(mean, voice)))
        truth = coded[column].to_numpy(object)
        assert set(corrections) >= {voice}
        out[column] = report(truth, np.array(guess, dtype=object)) | {
            "always_neutral": constant(truth, "neutral")["macro_f1"]
        }
    return out


def main() -> None:
    store = json.loads(STORE.read_text(encoding="utf-8"))
    if store["model"] != load_stance().name:
        raise SystemExit(f"stance.json is for {store['model']}, shipped is {load_stance().name}: run voices.py first")
    read = {"persent": persent, "wholetext": wholetext, "sample": open_sample}
    corpora = {name: load() for name, load in read.items()}
    rows = {n: judged(articles, aliases() if n == "sample" else None) for n, (articles, _) in corpora.items()}
    gold = {name: codes[codes["all"].isin(LABELS)].reset_index(drop=True) for name, (_, codes) in corpora.items()}
    apart = gold["wholetext"]["article_id"].isin(held_apart(gold["wholetext"]))
    gold["held"], gold["wholetext"] = gold["wholetext"][apart], gold["wholetext"][~apart].reset_index(drop=True)
    gold["held"] = gold["held"].reset_index(drop=True)
    rows["held"] = rows["wholetext"]
    seen = {name: describe(rows[name], codes) for name, codes in gold.items()}
    y = {name: codes["all"].to_numpy(object) for name, codes in gold.items()}
    learnt = ("persent", "wholetext")
    result: dict[str, Any] = {"model": load_stance().name, "rule": SHIPPED, "tried": {}}
    for way in seen["persent"]:
        x = {name: value[way][0] for name, value in seen.items()}
        silent = {name: value[way][1] for name, value in seen.items()}
        full = {name: (x[name][~silent[name]], y[name][~silent[name]]) for name in learnt}
        model = fit(list(full.values()))
        tried: dict[str, Any] = {}
        for name in learnt:
            others = [full[other] for other in learnt if other != name]
            for label, with_others in (("both", others), ("alone", [])):
                guess = [folds((x[name], silent[name], y[name]), with_others, seed) for seed in SEEDS]
                scores = [metrics.macro_f1(y[name].tolist(), g.tolist(), LABELS) for g in guess]
                tried[f"{name}, {label}"] = round(float(np.mean(scores)), 4)
                if way == SHIPPED and label == "both":
                    result[name] = report(y[name], guess[0])
        tried["sample"] = round(
            metrics.macro_f1(y["sample"].tolist(), said(model, x["sample"], silent["sample"]).tolist(), LABELS), 4
        )
        tried["mean of folds"] = round((tried["persent, both"] + tried["wholetext, both"]) / 2, 4)
        result["tried"][way] = tried
        if way == DROPPED and "held" in result:
            result["held"]["not_kept"] = report(y["held"], said(model, x["held"], silent["held"]))
        if way == DROPPED:
            guess = folds((x["persent"], silent["persent"], y["persent"]), [full["wholetext"]], SEEDS[0])
            result["persent"]["not_kept"] = report(y["persent"], guess)
        if way != SHIPPED:
            continue
        table = np.column_stack([model.coef_, model.intercept_]).round(3)
        store["whole"] = dict(zip(model.classes_.tolist(), table.tolist(), strict=True))
        spoken = ~silent["sample"]
        result["sample"] = report(y["sample"], said(model, x["sample"], silent["sample"]))
        result["sample, something found"] = report(
            y["sample"][spoken], said(model, x["sample"][spoken], silent["sample"][spoken])
        )
        shipped = said(model, x["persent"], silent["persent"])
        if "--held" in sys.argv:
            guess = said(model, x["held"], silent["held"])
            result["held"] = report(y["held"], guess) | {
                "errors": errors(gold["held"]["item"], y["held"], guess),
                "voices": voices(rows["held"], gold["held"]),
            }
        result["wholetext"]["errors"] = errors(
            gold["wholetext"]["item"], y["wholetext"], said(model, *seen["wholetext"][way])
        )
    result["wholetext"]["voices"] = voices(rows["wholetext"], gold["wholetext"])
    result["always_neutral"] = {
        name: constant(y[name], "neutral")["macro_f1"] for name in y if name != "held" or "held" in result
    }
    of_persent = {
        "n": len(y["persent"]),
        "note": "`held_out`: five folds, learning from the other folds and from wholetext; labels of `errors` are the shipped rule's, which has seen these articles",
        "held_out": result["persent"],
        "articles_where_nothing_is_found": int(seen["persent"][SHIPPED][1].sum()),
        "plain_sentence_average": plain(rows["persent"], gold["persent"]),
        "majority": constant(y["persent"], pd.Series(y["persent"]).mode()[0]),
        "errors": errors(gold["persent"]["article_id"], y["persent"], shipped),
    }
    STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")
    file = HERE / "results.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    if "held" not in result and found.get("whole", {}).get("model") == result["model"] and "held" in found["whole"]:
        result["held"] = found["whole"]["held"]  # read once per model
    found |= {"model": result["model"], "whole": result, "persent": of_persent}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(
        json.dumps(
            {k: {a: b for a, b in v.items() if a != "errors"} if isinstance(v, dict) else v for k, v in result.items()},
            indent=1,
        )
    )


def plain(rows: pd.DataFrame, gold: pd.DataFrame) -> dict[str, Any]:
    """Average the model's own score over sentences, and cut at a third."""
    score = (rows["favour"] - rows["against"]).groupby([rows[key] for key in KEY]).mean()
    value = np.array([score.get(key, 0.0) for key in gold[KEY].itertuples(index=False, name=None)])
    return report(
        gold["all"].to_numpy(object), np.where(value > 1 / 3, "favour", np.where(value < -1 / 3, "against", "neutral"))
    )


def errors(names: pd.Series, gold: NDArray[Any], guess: NDArray[Any]) -> list[str]:
    return [f"{k} gold={t} found={g}" for k, t, g in zip(names, gold, guess, strict=True) if t != g]


if __name__ == "__main__":
    main()
