"""Fit the matcher on one half of the coded pairs, choose its thresholds there, score it once on the other half.

``python experiments/omission/fit.py [--cache FOLDER]`` writes results.json beside this file and src/framing/knowledge/facts.toml.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from common import CODERS, as_annotations, coded, events, row_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from framing import facts
from framing.coding.agreement import agreement
from framing.facts.matching import compared
from framing.facts.quantities import contradict, quantities

SEED = 0
MOST = 2000
PRECISE = 0.8
STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
SHIPPED = Path(facts.__file__).parents[1] / "knowledge" / "facts.toml"
Context = dict[str, tuple[pd.DataFrame, facts.Units]]


def features(pairs: pd.DataFrame, context: Context) -> np.ndarray:
    """Features of the coded pairs, in the context of their events."""
    out = []
    for pair in pairs.to_dict("records"):
        articles, units = context[pair["event"]]
        rows = [row_of(units, articles, pair[f"article_{side}"], pair[f"said_{side}"]) for side in "ab"]
        out.append(compared(units, np.array(rows[:1]), np.array(rows[1:]))[0])
    return np.array(out)


def truth(table: pd.DataFrame, label: str) -> np.ndarray:
    """Share of the coders who gave this label, per item: 0, a half or 1."""
    return np.mean([(table[coder] == label).to_numpy(dtype=float) for coder in CODERS], axis=0)


def scores(said: np.ndarray, gold: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1; a pair that one coder of two called the same counts a half."""
    hit = float((weight * said * gold).sum())
    precision = hit / max(float((weight * said).sum()), 1e-12)
    recall = hit / max(float((weight * gold).sum()), 1e-12)
    return {"precision": precision, "recall": recall, "f1": 2 * hit / max(float((weight * (said + gold)).sum()), 1e-12)}


def with_interval(said: np.ndarray, gold: np.ndarray, weight: np.ndarray, event: np.ndarray) -> dict[str, list[float]]:
    """Scores with 95 % intervals, events resampled."""
    rng = np.random.default_rng(SEED)
    names, code = np.unique(event, return_inverse=True)
    drawn = []
    for _ in range(2000):
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[code]
        drawn.append(scores(said, gold, weight * times))
    return {
        name: [round(value, 3), *(round(float(q), 3) for q in np.quantile([d[name] for d in drawn], [0.025, 0.975]))]
        for name, value in scores(said, gold, weight).items()
    }


def best_threshold(score: np.ndarray, gold: np.ndarray) -> float:
    """Threshold with the highest F1, halfway to the next score below."""
    order = np.unique(score)
    cuts = (order[1:] + order[:-1]) / 2
    return float(max(cuts, key=lambda cut: scores(score >= cut, gold, np.ones(len(gold)))["f1"]))


def fit(
    x: np.ndarray, gold: np.ndarray, event: np.ndarray, design: np.ndarray
) -> tuple[LogisticRegression, np.ndarray, dict[str, float]]:
    """Logistic regression whose penalty is chosen by folds over events; its probabilities out of fold.

    Pairs weigh the square root of what they stand for (at most 2,000): all of it, and a dozen pairs would decide.
    """
    # an item on which the coders differ is learnt once as either
    both = np.concatenate([x, x]), np.concatenate([np.ones(len(x)), np.zeros(len(x))])
    part = np.sqrt(np.minimum(design, MOST))
    part /= part.mean()
    weight, groups = np.concatenate([gold * part, (1 - gold) * part]), np.concatenate([event, event])
    losses, found = {}, {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=2000)
        p = cross_val_predict(
            model, *both, groups=groups, cv=GroupKFold(8), method="predict_proba", params={"sample_weight": weight}
        )[: len(x), 1]
        found[strength] = p
        losses[str(strength)] = float(-(part * (gold * np.log(p) + (1 - gold) * np.log(1 - p))).mean())
    chosen = min(STRENGTHS, key=lambda s: losses[str(s)])
    model = LogisticRegression(C=chosen, max_iter=2000).fit(*both, sample_weight=weight)
    return model, found[chosen], losses


def contradicting(pairs: pd.DataFrame) -> np.ndarray:
    """Whether the sentences of a pair give different values for one quantity."""
    return np.array([contradict(quantities(a), quantities(b)) for a, b in zip(pairs["said_a"], pairs["said_b"], strict=True)])  # fmt: skip


def bar(
    score: np.ndarray, gold: np.ndarray, design: np.ndarray, event: np.ndarray
) -> tuple[float, list[dict[str, object]]]:
    """Lowest probability at which the 95 % interval of the precision, weighted to all pairs, lies above `PRECISE`."""
    curve: list[dict[str, object]] = []
    for cut in np.arange(0.3, 0.96, 0.05).round(2).tolist():
        found = with_interval(score >= cut, gold, design, event)
        curve.append(
            {
                "same": cut,
                "pairs": int((score >= cut).sum()),
                "precision": found["precision"],
                "recall": found["recall"],
            }
        )
    high = [c for c in curve if c["precision"][1] >= PRECISE]  # type: ignore[index]
    return float(min(c["same"] for c in high)), curve  # type: ignore[type-var, arg-type]


def calibration(score: np.ndarray, gold: np.ndarray, design: np.ndarray) -> tuple[float, float]:
    """Slope and shift that make out-of-fold probabilities those of all pairs (Platt's scaling, weighted by design)."""
    logit = np.log(score / (1 - score))[:, None]
    model = LogisticRegression(C=1e6, max_iter=2000).fit(
        np.concatenate([logit, logit]),
        np.r_[np.ones(len(gold)), np.zeros(len(gold))],
        sample_weight=np.r_[gold * design, (1 - gold) * design] / design.mean(),
    )
    return round(float(model.coef_[0, 0]), 3), round(float(model.intercept_[0]), 3)


def reliability(confidence: np.ndarray, gold: np.ndarray, design: np.ndarray) -> list[dict[str, float]]:
    """Confidence beside the weighted share that tells the same, in bands."""
    rows = []
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 1.01)):
        m = (confidence >= low) & (confidence < high)
        if m.any():
            rows.append({"from": low, "to": min(high, 1.0), "pairs": int(m.sum()),
                         "confidence": round(float(np.average(confidence[m], weights=design[m])), 3),
                         "same": round(float(np.average(gold[m], weights=design[m])), 3)})  # fmt: skip
    return rows


def nearest(alarms: pd.DataFrame, context: Context, judge: facts.Matcher) -> pd.DataFrame:
    """Per alarm: probability of the text's best sentence, and how many texts the matcher finds the fact in."""
    out = []
    found: dict[str, tuple[np.ndarray, ...]] = {}
    for alarm in alarms.to_dict("records"):
        articles, units = context[alarm["event"]]
        article = units.table["article"].to_numpy(dtype=np.int64)
        if alarm["event"] not in found:
            left, right, p, counts = facts.linkable(units, judge)
            found[alarm["event"]] = (left, right, p, facts.link(article, left, right, counts, judge.same))
        left, right, p, label = found[alarm["event"]]
        row = row_of(units, articles, alarm["fact_article"], alarm["said"])
        text = int(np.flatnonzero((articles["article_id"] == alarm["article"]).to_numpy())[0])
        inside = label == label[row]
        here = (inside[left] & (article[right] == text)) | (inside[right] & (article[left] == text))
        value = 1.0 if (inside & (article == text)).any() else float(p[here].max()) if here.any() else 0.0
        out.append((value, len(set(article[inside].tolist()))))
    return pd.DataFrame(out, columns=["nearest", "texts"], index=alarms.index)


def choose_near(best: np.ndarray, yes: np.ndarray, same: float) -> tuple[float, list[dict[str, float]]]:
    """Threshold under which a text lacks a fact: the largest gain of true over false alarms on dev, up to `same`."""
    curve = []
    for near in [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]:
        if near <= same:
            alarm = best < near
            kept, false = (
                float(((1 - yes) * alarm).sum() / (1 - yes).sum()),
                float((yes * alarm).sum() / max(alarm.sum(), 1)),
            )
            wrongly = float((yes * alarm).sum() / max(yes.sum(), 1e-9))
            curve.append({"near": near, "alarms": int(alarm.sum()), "false": round(false, 3), "true_kept": round(kept, 3),
                          "gain": round(kept - wrongly, 3)})  # fmt: skip
    return max(curve, key=lambda c: (c["gain"], -c["near"]))["near"], curve


def alarm_rate(table: pd.DataFrame, judge: facts.Matcher, weighted: bool) -> dict[str, object]:
    """Share of alarms whose fact is told in the text after all, with its interval."""
    alarm = (table["nearest"] < judge.near).to_numpy(dtype=float)
    weight = 1 / table["probability"].to_numpy() if weighted else np.ones(len(table))
    event = table["event"].to_numpy()
    out: dict[str, object] = {"items": len(table), "alarms": int(alarm.sum())}
    for label in ("yes", "partly"):
        found = with_interval(alarm, truth(table, label), weight, event)
        out[f"told_{label}"] = found["precision"]
    out["told_by_either_coder"] = with_interval(alarm, (table[list(CODERS)] == "yes").any(axis=1).to_numpy(float), weight, event)["precision"]  # fmt: skip
    return out


def alphas(table: pd.DataFrame, task: str) -> dict[str, list[float]]:
    """Krippendorff's alpha over all labels and per label, with intervals (events resampled)."""
    found = agreement(as_annotations(table, task), seed=SEED)
    found = found[found["by"].isin(["all", "label"])]
    return {
        str(r.group): [round(float(v), 3) for v in (r.alpha, r.low, r.high, r.agreement)] + [int(r.n_units)]
        for r in found.itertuples()
    }


def main(cache: Path, mirror: str | None) -> None:
    """Fit, choose, score, write."""
    pairs, alarms = coded("pairs", mirror), coded("alarms", mirror)
    context = {event: (articles, units) for event, articles, units in events(cache, mirror)}
    x, gold, event = features(pairs, context), truth(pairs, "same"), pairs["event"].to_numpy()
    dev, test = (pairs["half"] == "dev").to_numpy(), (pairs["half"] == "test").to_numpy()
    weight = 1 / pairs["probability"].to_numpy()
    differ = contradicting(pairs)
    model, raw, losses = fit(x[dev], gold[dev], event[dev], weight[dev])
    out_of_fold = np.where(differ[dev], 0.0, raw)
    same, bars = bar(out_of_fold, gold[dev], weight[dev], event[dev])
    ceiling = next(c["precision"][0] for c in bars if c["same"] == same)  # type: ignore[index]
    slope, shift = calibration(raw[~differ[dev]], gold[dev & ~differ], weight[dev & ~differ])
    coefficients = {name: round(float(w), 3) for name, w in zip(facts.FEATURES, model.coef_[0], strict=True)}
    judge = facts.Matcher(round(float(model.intercept_[0]), 3), coefficients, same, 0.0, {}, slope, shift, ceiling)
    on_dev = alarms[alarms["half"] == "dev"]
    near, curve = choose_near(nearest(on_dev, context, judge)["nearest"].to_numpy(), truth(on_dev, "yes"), same)
    judge = facts.Matcher(judge.intercept, coefficients, same, near, {}, slope, shift, ceiling)
    probability = np.where(differ, 0.0, judge.probability(x))
    on_test = alarms[alarms["half"] == "test"]
    on_test = on_test.join(nearest(on_test, context, judge))
    ones, design = np.ones(test.sum()), 1 / pairs.loc[test, "probability"].to_numpy()
    matched = with_interval(probability[test] >= same, gold[test], ones, event[test])
    baselines = {}
    for name, values in {
        "cosine of weighted words": x[:, facts.FEATURES.index("words")],
        "cosine of encoder vectors": x[:, facts.FEATURES.index("vector")],
        "everything the same": np.ones(len(x)),
    }.items():
        cut = best_threshold(values[dev], gold[dev]) if np.ptp(values) else 0.5
        baselines[name] = {
            "threshold": round(cut, 3),
            **with_interval(values[test] >= cut, gold[test], ones, event[test]),
        }
    everywhere = with_interval(probability[test] >= same, gold[test], design, event[test])
    rate = alarm_rate(on_test, judge, weighted=False)
    quality = {
        "precision": [*matched["precision"], int(test.sum())],
        "precision_all_pairs": [*everywhere["precision"], int(test.sum())],
        "recall": [*matched["recall"], int(test.sum())],
        "recall_all_pairs": [*everywhere["recall"], int(test.sum())],
        "false_alarms": [*rate["told_yes"], int(rate["alarms"])],  # type: ignore[misc, call-overload]
    }
    shipped = asdict(facts.Matcher(judge.intercept, coefficients, same, near, quality, slope, shift, ceiling))
    results = {
        "question": "How well are sentences that tell the same fact matched, and how often is a fact 'not found' told after all?",
        "items": {"pairs": len(pairs), "alarms": len(alarms), "pairs_dev": int(dev.sum()), "alarms_dev": len(on_dev)},
        "labels": {
            "pairs": {c: pairs[c].value_counts().to_dict() for c in CODERS},
            "alarms": {c: alarms[c].value_counts().to_dict() for c in CODERS},
        },
        "alpha_low_high_agreement_n": {
            f"{name}, {part}": alphas(table[(table["half"] == part) | (part == "all")], name)
            for name, table in (("pairs", pairs), ("alarms", alarms)) for part in ("all", "test")
        },
        "dev": {"log_loss_by_penalty": losses, "threshold_same": same, "bars_weighted_to_all_pairs": bars, "near": curve,
                "contradicting": {"same": float(gold[dev & differ].sum()), "n": int((dev & differ).sum())},
                "reliability": reliability(judge.confidence(out_of_fold), gold[dev], weight[dev]),
                "out_of_fold": scores(out_of_fold >= same, gold[dev], np.ones(dev.sum()))},
        "test_pairs": {
            "n": int(test.sum()), "same": float(gold[test].sum()),
            "matcher": matched,
            "matcher_weighted_to_all_pairs": everywhere,
            "reliability": reliability(judge.confidence(probability[test]), gold[test], weight[test]),
            "same_by_stratum": {
                k: [float(gold[test & m].sum()), int((test & m).sum())]
                for k, m in ((k, (pairs["stratum"] == k).to_numpy()) for k in sorted(pairs["stratum"].unique()))
            },
            "auc": {name: round(float(roc_auc_score((gold >= 0.75)[test & (gold != 0.5)], v[test & (gold != 0.5)])), 3)
                    for name, v in (("matcher", probability), ("words", x[:, 1]), ("vectors", x[:, 0]))},
            "baselines": baselines,
        },
        "test_alarms": {"as_drawn": rate, "weighted_to_all": alarm_rate(on_test, judge, weighted=True),
                        "facts_in_two_texts": alarm_rate(on_test[on_test["texts"] > 1], judge, weighted=False),
                        "every_item_an_alarm": round(float(truth(on_test, "yes").mean()), 3)},
        "matcher": shipped,
    }  # fmt: skip
    Path(__file__).with_name("results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    SHIPPED.write_text(toml(shipped), encoding="utf-8")


def toml(matcher: dict[str, object]) -> str:
    """Write the matcher as TOML."""

    def value(v: object) -> str:
        return (
            "{" + ", ".join(f"{k} = {value(w)}" for k, w in v.items()) + "}" if isinstance(v, dict) else json.dumps(v)
        )

    lines = [f"{name} = {value(v)}" for name, v in matcher.items()]
    return "\n".join(["# Written by experiments/omission/fit.py: change it there.", *lines, ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/omission"))
    parser.add_argument("--mirror")
    main(**vars(parser.parse_args()))
