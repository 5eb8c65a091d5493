"""Score cleaning on sites, languages and line orders absent from training, and web pages beside peers.

usage: evaluate.py DATA -o results.json
Peers in the same process: trafilatura, jusText, keep everything. Scores: F1 over lines of five words or
more (micro, and mean over pages), and word 4-grams per page (mean precision, mean recall, their F1), with
the standard error over pages.
"""

from __future__ import annotations

import argparse
import html
import json
import platform
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import justext
import labels as gold
import numpy as np
import pandas as pd
import scenarios
import trafilatura
from train import english

from framing import clean
from framing.clean import lines, repeats, webpage
from framing.clean import metadata as stated_by

Keep = Callable[[list[str]], list[bool]]


def ours(texts: list[str]) -> list[bool]:
    """As shipped: more cautious where the language is not English."""
    foreign = (clean.language("\n".join(texts)) or "en") != "en"
    return [v.label == "body" for v in lines.Model.load().classify(texts, clean.CAUTIOUS if foreign else None)]


def one_threshold(texts: list[str]) -> list[bool]:
    return [v.label == "body" for v in lines.Model.load().classify(texts)]


def ours_with_subheads(texts: list[str]) -> list[bool]:
    return [v.label in ("body", "subhead") for v in lines.Model.load().classify(texts)]


def everything(texts: list[str]) -> list[bool]:
    return [True for _ in texts]


def as_page(texts: list[str]) -> str:
    return "<html><body>" + "".join(f"<p>{html.escape(t)}</p>" for t in texts) + "</body></html>"


STOPLISTS = {"de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "ru": "Russian",
             "sv": "Swedish", "no": "Norwegian_Bokmal", "da": "Danish", "fi": "Finnish", "pl": "Polish", "cs": "Czech", "hu": "Hungarian",
             "tr": "Turkish", "el": "Greek", "uk": "Ukrainian", "id": "Indonesian", "ro": "Romanian", "vi": "Vietnamese", "ko": "Korean"}  # fmt: skip


def stoplist(text: str) -> frozenset[str]:
    """JusText's words of the text's language; English where it has none."""
    return justext.get_stoplist(STOPLISTS.get(clean.language(text) or "en", "English"))


def jus(texts: list[str]) -> list[bool]:
    found = justext.justext(as_page(texts).encode(), stoplist("\n".join(texts)))
    kept = {" ".join(p.text.split()) for p in found if not p.is_boilerplate}
    return [" ".join(t.split()) in kept for t in texts]


def traf(texts: list[str]) -> list[bool]:
    found = trafilatura.extract(as_page(texts), include_comments=False) or ""
    kept = {" ".join(p.split()) for p in found.split("\n")}
    return [" ".join(t.split()) in kept for t in texts]


SYSTEMS: dict[str, Keep] = {
    "framing": ours,
    "framing, one threshold": one_threshold,
    "framing, subheads kept": ours_with_subheads,
    "keep everything": everything,
    "jusText": jus,
    "trafilatura": traf,
}


def overlap(kept: str, reference: str) -> tuple[float, float]:
    """4-gram precision and recall."""
    a, b = gold.grams(kept), gold.grams(reference)
    both = sum((a & b).values())
    return (both / sum(a.values()) if a else float(not b), both / sum(b.values()) if b else 1.0)


def summary(scores: list[tuple[float, float]]) -> dict[str, float]:
    p, r = np.array(scores).T
    f = np.array([2 * a * b / (a + b) if a + b else 0.0 for a, b in scores])
    return {
        "precision": round(float(p.mean()), 4), "recall": round(float(r.mean()), 4),
        "f1": round(float(2 * p.mean() * r.mean() / max(p.mean() + r.mean(), 1e-9)), 4),
        "f1_page_mean": round(float(f.mean()), 4), "f1_page_median": round(float(np.median(f)), 4),
        "standard_error": round(float(f.std(ddof=1) / len(f) ** 0.5), 4), "pages": len(scores),
    }  # fmt: skip


def flattened(pages: list[gold.Page]) -> dict:
    """Every system on every scenario."""
    found: dict[str, dict] = {}
    labelled = [(p, rows) for p in pages if (rows := gold.label(p)) and any(label == "body" for _, label in rows)]
    for name in scenarios.SCENARIOS:
        found[name] = {}
        made = [(p, scenarios.make(name, rows, 1000 + i)) for i, (p, rows) in enumerate(labelled)]
        for system, keep in SYSTEMS.items():
            counts, per_page, per_line = np.zeros(3), [], []
            for _, rows in made:
                texts = [t for t, _ in rows]
                kept = np.array(keep(texts))
                is_body = np.array(
                    [
                        label == "body" or (label == "subhead" and system not in ("framing", "framing, one threshold"))
                        for _, label in rows
                    ]
                )
                scored = np.array([len(gold.tokens(t)) >= 5 for t in texts])
                both, k, g = ((x & scored).sum() for x in (kept & is_body, kept, is_body))
                counts += both, k, g
                per_line.append(2 * both / (k + g) if k + g else 1.0)
                reference = "\n".join(t for t, label in rows if label in ("body", "subhead"))
                per_page.append(overlap("\n".join(t for t, x in zip(texts, kept) if x), reference))
            found[name][system] = {
                "line_f1_micro": round(float(2 * counts[0] / (counts[1] + counts[2])), 4),
                "line_f1_page_mean": round(float(np.mean(per_line)), 4),
                "line_f1_page_median": round(float(np.median(per_line)), 4),
                "lines": int(sum(len(r) for _, r in made)),
                **{f"grams_{k}": v for k, v in summary(per_page).items()},
            }
    return found


def together(pages: list[gold.Page]) -> dict:
    """Flattened pages judged alone, and with the site's other pages beside them, as in a corpus."""
    labelled = [(p, rows) for p in pages if (rows := gold.label(p)) and any(label == "body" for _, label in rows)]
    several = Counter(p.site for p, _ in labelled)
    found: dict[str, dict] = {}
    for name in ("page", "article", "tight"):
        made = [(p, scenarios.make(name, rows, 1000 + i)) for i, (p, rows) in enumerate(labelled)]
        recurs = repeats.counts([[t for t, _ in rows] for _, rows in made], [p.site for p, _ in made])
        found[name] = {}
        for where, chosen in (("all", lambda p: True), ("sites with several pages", lambda p: several[p.site] > 1)):
            for how in ("alone", "together"):
                scores, counts = [], np.zeros(3)
                for (page, rows), counted in zip(made, recurs):
                    if chosen(page):
                        texts = [t for t, _ in rows]
                        doubt = repeats.doubt(texts, counted) if how == "together" else None
                        kept = np.array([v.label == "body" for v in lines.Model.load().classify(texts, None, doubt)])
                        is_body = np.array([label == "body" for _, label in rows])
                        long = np.array([len(gold.tokens(t)) >= 5 for t in texts])
                        counts += [(x & long).sum() for x in (kept & is_body, kept, is_body)]
                        reference = "\n".join(t for t, label in rows if label in ("body", "subhead"))
                        scores.append(overlap("\n".join(t for t, x in zip(texts, kept) if x), reference))
                line = round(float(2 * counts[0] / (counts[1] + counts[2])), 4)
                found[name][f"{where}, {how}"] = {
                    "line_f1_micro": line,
                    "grams_f1": summary(scores)["f1"],
                    "pages": len(scores),
                }
    return found


def web(pages: list[gold.Page]) -> dict:
    """Web pages: text against gold, and pages a second of one process."""
    found: dict[str, dict] = {}
    texts: dict[str, list[str]] = {}
    start = time.process_time()
    texts["framing"] = [_cleaned(p) for p in pages]
    seconds = {"framing": time.process_time() - start}
    texts["framing, subheads in place"] = [_with_subheads(p) for p in pages]
    start = time.process_time()
    texts["trafilatura"] = [trafilatura.extract(p.html, url=p.url, include_comments=False) or "" for p in pages]
    seconds["trafilatura"] = time.process_time() - start
    start = time.process_time()
    texts["jusText"] = [_justext(p.html) for p in pages]
    seconds["jusText"] = time.process_time() - start
    texts["keep everything"] = [_all_lines(p.html) for p in pages]
    for system, kept in texts.items():
        found[system] = summary([overlap(k, p.gold) for k, p in zip(kept, pages)])
        if system in seconds:
            found[system]["pages_per_second_of_cpu"] = round(len(pages) / seconds[system], 1)
    return found


def _cleaned(page: gold.Page) -> str:
    done = clean.clean(pd.DataFrame({"article_id": [page.key], "text": [page.html], "html": [True], "url": [page.url]}))
    return "" if done.articles.empty else str(done.articles.text.iloc[0])


def _with_subheads(page: gold.Page) -> str:
    """The gold bodies hold subheads; we give them apart."""
    found = webpage.extract(page.html, page.url)
    if found is None or sum(len(p.text) for p in found.paragraphs if p.kind == "body") < clean.LEAST_FOUND:
        return _cleaned(page)
    title = " ".join((found.stated.title or "").split()).casefold()
    kept = [p.text for p in found.paragraphs if p.kind in ("body", "subhead")]
    return "\n".join(t for t in kept if " ".join(t.split()).casefold() != title)


def _justext(page: str) -> str:
    try:
        return "\n".join(
            p.text for p in justext.justext(page.encode(), justext.get_stoplist("English")) if not p.is_boilerplate
        )
    except Exception:
        return ""


def _all_lines(page: str) -> str:
    root = webpage.parse(page)
    return "\n".join(s.text for s in webpage.shown(root)) if root is not None else ""


def metadata(pages: list[gold.Page]) -> dict:
    """Dates (same day as the source wrote it) and titles (same words) against gold, beside trafilatura; and what the misses are."""
    dated = [p for p in pages if re.fullmatch(r"\d{4}-\d{2}-\d{2}", p.meta.get("date") or "")]
    found: dict[str, dict] = {}
    for part in ("dev", "test"):
        mine = [p for p in dated if (gold.part(p.site) == "test") == (part == "test")]
        table = pd.DataFrame({"article_id": [str(i) for i in range(len(mine))], "text": [p.html for p in mine], "html": True, "url": [p.url for p in mine]})  # fmt: skip
        rows = clean.clean(table).articles.set_index("article_id")
        rows = rows.reindex(table.article_id)
        peer = [trafilatura.extract_metadata(p.html, p.url) for p in mine]
        verdicts = [_dated(p, raw, at) for p, raw, at in zip(mine, rows.published_raw, rows.published_at)]
        kinds = [_kind_of_gold(p) for p in mine]
        same = [gold.tokens(p.meta["title"]) for p in mine]
        found[part] = {
            "n": len(mine), "sites": len({p.site for p in mine}),
            "dates": {"framing": _share(v == "right" for v in verdicts), "framing, within a day": _share(v in ("right", "a day off") for v in verdicts),
                      "trafilatura": _share(m.date == p.meta["date"] for m, p in zip(peer, mine))},
            "dates, where gold may be the publication day the page states": {
                "n": sum(k is None for k in kinds),
                "framing": _share(v == "right" for v, k in zip(verdicts, kinds) if k is None),
                "trafilatura": _share(m.date == p.meta["date"] for m, p, k in zip(peer, mine, kinds) if k is None)},
            "dates, gold of another kind": {k: kinds.count(k) for k in sorted({k for k in kinds if k})},
            "dates, misses": {v: verdicts.count(v) for v in sorted(set(verdicts)) if v != "right"},
            "titles": {"framing": _share(gold.tokens(t if isinstance(t, str) else "") == g for t, g in zip(rows.title, same)),
                       "trafilatura": _share(gold.tokens(m.title or "") == g for m, g in zip(peer, same))},
        }  # fmt: skip
    return found


def _share(right: Iterable[bool]) -> float:
    return round(float(np.mean(list(right))), 4)


def _day_written(raw: str) -> date | None:
    """Day in the form the source wrote, in the source's own zone."""
    if re.match(r"\d{4}-\d\d-\d\d", raw):
        return date.fromisoformat(raw[:10])
    found = stated_by._SHOWN_DAY.search(raw)
    local = found and stated_by._local(found, re.match(r"(\d+):(\d+)()", "12:00"))
    return local.date() if local else None


def _dated(page: gold.Page, raw: object, at: pd.Timestamp | None) -> str:
    """``right``, or what is known of a miss: gold dates are a person's, and some are not those of publication."""
    gold_day = date.fromisoformat(page.meta["date"])
    if at is None or pd.isna(at) or not isinstance(raw, str):
        return "none found"
    time = pd.to_datetime(at)
    day = _day_written(raw) or time.date()
    if day == gold_day:
        return "right"
    if min(abs((day - gold_day).days), abs((time.date() - gold_day).days)) == 1:
        return "a day off"
    return _kind_of_gold(page) or "another day the page writes"


def _kind_of_gold(page: gold.Page) -> str | None:
    """Why a gold day is not the publication day its page states, whatever anyone's answer; None if it may be."""
    day = date.fromisoformat(page.meta["date"])
    stated = {k: set(re.findall(rf"(?:{k})[\w:\"'=\s]{{0,40}}?(\d{{4}}-\d\d-\d\d)", page.html, re.I)) for k in ("modified|updated?", "publish|created")}  # fmt: skip
    if day.isoformat() in stated["modified|updated?"] - stated["publish|created"]:
        return "gold is the day of a change the page states"
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day:%m/%d/%Y}", f"{day:%d/%m/%Y}", f"{day.day} {day:%B} {day.year}", f"{day.day} {day:%b} {day.year}",
             *(f"{day:{m}} {d}, {day.year}" for m in ("%B", "%b", "%b.") for d in (f"{day:%d}", f"{day.day}"))]  # fmt: skip
    if any(form in page.html for form in forms):
        return None
    others = {y for y in range(day.year - 8, day.year + 9) if f"{y}-{day:%m-%d}" in page.html}
    return "gold has another year than the page" if others else "gold is not written in the page"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", type=Path, required=True)
    parser.add_argument(
        "--only",
        choices=("flattened", "together", "web pages", "metadata"),
        help="write this section anew, keep the others",
    )
    args = parser.parse_args()
    pages = gold.pages(args.data)
    english_test = [p for p in pages if gold.part(p.site) == "test" and english(p)]
    sections: dict[str, Callable[[], dict]] = {
        "flattened": lambda: {
            "unseen sites": flattened(english_test),
            "unseen languages": flattened([p for p in pages if not english(p)]),
        },
        "together": lambda: {"unseen sites": together(english_test)},
        "web pages": lambda: {
            "article-extraction-benchmark": web([p for p in pages if not p.meta]),
            "article-extraction-benchmark, held-apart sites": web(
                [p for p in pages if not p.meta and gold.part(p.site) == "test"]
            ),
            "article-extraction-dataset": web([p for p in pages if p.meta]),
            "article-extraction-dataset, held-apart sites": web(
                [p for p in pages if p.meta and gold.part(p.site) == "test"]
            ),
        },
        "metadata": lambda: metadata([p for p in pages if p.meta]),
    }
    old = json.loads(args.o.read_text()) if args.only else {}
    results = old | {
        "versions": {n: version(n) for n in ("trafilatura", "jusText", "scikit-learn", "numpy")}
        | {"python": platform.python_version()},
        "model": lines.Model.load().version,
    }
    results |= {name: make() for name, make in sections.items() if args.only in (None, name)}
    args.o.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
