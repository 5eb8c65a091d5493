"""Frames on ordinary news: heads fitted on hand codes of several corpora, scored on articles held apart.

    python experiments/frames/coded.py --write data/framed.jsonl     the coded articles, as `framing train` reads them (data.framed)
    python experiments/frames/coded.py [--held]                      writes results-coded.json: five folds of the part to fit; with --held the part held apart

For the generic frames the heads also learn from narrative-framing (climate news, human coders), whose articles are never scored here. Everything that is
chosen is chosen on folds. Beside the heads: word weights (TF-IDF), fitted in the same way, and the more frequent answer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold

from framing import datasets, metrics, models
from framing.encode import encode
from framing.frames import fit_head
from framing.training.frames import read_frames

HERE = Path(__file__).parent
CODES = HERE.parents[1] / "datasets" / "codes" / "frames"
GRID = (0.3, 1.0, 3.0, 10.0, 30.0)
WAVES = ("drawn", "more")
RENAMED = {"economic_generic": "generic.economic", "morality_generic": "generic.morality"}
SPELT = {"security_and_defence": "security_and_defense"}


def column(code: str) -> str:
    """Column of the frame head that an id of the codebook for coders stands for."""
    if code in RENAMED:
        return RENAMED[code]
    code = SPELT.get(code, code)
    return f"generic.{code}" if code in ("conflict", "human_interest", "resolution") else f"policy.{code}"


def load(coders: Sequence[str] = ("a", "more")) -> pd.DataFrame:
    """Coded articles: item, dataset, article_id, part, text, primary, and 0 or 1 for every frame."""
    drawn = pd.concat([pd.read_csv(CODES / f"{wave}.csv") for wave in WAVES], ignore_index=True)
    codes = pd.concat([pd.read_csv(CODES / f"coder-{c}.csv", keep_default_na=False) for c in coders]).set_index("item")
    texts: dict[tuple[str, str], str] = {}
    for name in drawn["dataset"].unique():
        table = datasets.load(name)["articles"].drop_duplicates("article_id")
        texts |= {(name, a): t for a, t in zip(table["article_id"], table["text"], strict=True)}
    drawn = drawn[drawn["item"].isin(codes.index)].reset_index(drop=True)
    drawn["text"] = [texts[key] for key in drawn[["dataset", "article_id"]].itertuples(index=False, name=None)]
    drawn["primary"] = drawn["item"].map(codes["primary"])
    given = [{column(c) for c in codes.at[item, "frames"].split("|") if c} for item in drawn["item"]]
    for frame in models.FRAMES:
        drawn[frame] = [int(frame in those) for those in given]
    return drawn


def write(out: Path) -> None:
    """Write all coded articles; of narrative-framing's, which human coders judged, the policy frames alone."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        for row in load().to_dict("records"):
            asked = [f for f in models.FRAMES if row["dataset"] != "narrative_frames" or f.startswith("policy.")]
            file.write(json.dumps({"text": row["text"], "frames": {f: row[f] for f in asked}}) + "\n")


def judged(frame: str, train: pd.DataFrame, test: pd.DataFrame, extra: pd.DataFrame) -> pd.DataFrame:
    """Probability and label of every article of `test`, by the head, by words and by the more frequent answer."""
    learn = train[train["dataset"] != "narrative_frames"] if frame.startswith("generic.") else train
    test = test[test["dataset"] != "narrative_frames"] if frame.startswith("generic.") else test
    more = extra if frame.startswith("generic.") else extra.head(0)
    gold = np.concatenate([learn[frame], more[frame] if len(more) else []]).astype(int)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(learn["text"])
    out = pd.DataFrame({"item": test["item"], "gold": test[frame]})
    for name, told, other in (
        ("head", np.stack([*learn["vector"], *more["vector"]]), np.stack(test["vector"].to_list())),
        ("words", vstack([words.transform(learn["text"]), words.transform(more["text"])]) if len(more) else
         words.transform(learn["text"]), words.transform(test["text"])),
    ):  # fmt: skip
        head = fit_head(told, gold, strengths=GRID)
        out[f"{name}_p"] = head.probability(other)
        out[name] = (out[f"{name}_p"] >= head.bar).astype(int)
    share = learn[frame].mean()
    return out.assign(majority_p=share, majority=int(share >= 0.5))


def scores(rows: pd.DataFrame) -> dict[str, float]:
    gold = rows["gold"].to_numpy()
    out: dict[str, float] = {"n": len(rows), "n_present": int(gold.sum())}
    for name in ("head", "words", "majority"):
        found, p = rows[name].to_numpy(), rows[f"{name}_p"].to_numpy()
        hits = int((gold & found).sum())
        out |= {
            f"{name}_macro_f1": round(metrics.macro_f1(gold.tolist(), found.tolist(), [0, 1]), 3),
            f"{name}_f1": round(2 * hits / max(int(gold.sum() + found.sum()), 1), 3),
            f"{name}_found": int(found.sum()),
            f"{name}_calibration_error": round(metrics.ece(gold, p), 3),
        }
        if name != "majority" and 0 < gold.sum() < len(gold):
            out[f"{name}_auc"] = round(float(roc_auc_score(gold, p)), 3)
    both = 2 * gold.sum() / (gold.sum() + len(gold))
    return out | {"all_present_f1": round(float(both), 3)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path)
    parser.add_argument("--held", action="store_true")
    options = parser.parse_args()
    if options.write:
        write(options.write)
        return
    table = load()
    climate = read_frames(Path(datasets.info("narrative_frames")["folder"]))
    climate["dataset"] = "narrative_frames"
    for those in (table, climate):
        found = encode(those[["article_id", "text"]], cache=HERE / ".cache")
        those["vector"] = [one.vectors.mean(0) for one in found]
    fit, held = table[table["part"] == "fit"].reset_index(drop=True), table[table["part"] == "held"]
    result: dict[str, object] = {"model": models.load_encoder().name}
    for frame in models.FRAMES:
        folds = KFold(5, shuffle=True, random_state=0).split(fit)
        apart = [judged(frame, fit.iloc[a], fit.iloc[b], climate) for a, b in folds]
        one = {"folds": scores(pd.concat(apart))}
        if options.held:
            rows = judged(frame, fit, held, climate)
            one["held"] = scores(rows) | {
                "missed": sorted(rows["item"][(rows["gold"] == 1) & (rows["head"] == 0)]),
                "alarms": sorted(rows["item"][(rows["gold"] == 0) & (rows["head"] == 1)]),
            }
        result[frame] = one
        print(
            frame,
            json.dumps({k: {a: b for a, b in v.items() if a not in ("missed", "alarms")} for k, v in one.items()}),
            flush=True,
        )
    for part in ("folds", "held") if options.held else ("folds",):
        for book in models.FRAME_CODES:
            names = [f for f in models.FRAMES if f.startswith(f"{book}.")]
            means = {
                key: round(float(np.mean([result[f][part][key] for f in names])), 3)  # type: ignore[index]
                for key in (
                    "head_macro_f1",
                    "words_macro_f1",
                    "majority_macro_f1",
                    "head_f1",
                    "words_f1",
                    "all_present_f1",
                )
            }
            result[f"{book}, {part}"] = means
            print(book, part, means)
    (HERE / "results-coded.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
