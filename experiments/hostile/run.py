"""Time every step on hostile texts of growing length; write results.json.

    python experiments/hostile/run.py [--sizes 4000 16000 64000] [--limit 120]

Each text is one short piece repeated. A step is quick if the time grows about as fast as the text: the fitted exponent over
the sizes, and the seconds at the largest, are recorded; `hang` marks a step stopped at the limit.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from framing import clean, encode, events, loading, outlets, quotations, schema, targets, wire
from framing.clean import genre
from framing.loading.decode import tidy
from framing.measures import wording
from framing.models import load_encoder
from framing.sources import replies, resolve

PIECES = {
    "open curly quotation marks": "“",
    "straight quotation marks": '"',
    "marks and letters": '"a',
    "unbalanced quotation": "“We wait, ",
    "nested quotations": "“a ‘b “c ‘d ",
    "apostrophes": "'",
    "quotations": "“No,” said Ada Lunn. ",
    "cue verbs": "said that ",
    "names": "Ada Lunn ",
    "capitals": "AB ",
    "initials": "A. B. ",
    "full stops": ".",
    "dots and spaces": ". ",
    "one long word": "a",
    "letters and dots": "a.",
    "spaces": " ",
    "spaces in a sentence": "a" + " " * 50,
    "line breaks": "\n",
    "short paragraphs": "a\n\n",
    "line breaks and tabs": "\n\t",
    "open brackets": "(",
    "agency brackets": "(Reuters ",
    "dashes": "-",
    "turns": "Q: Who knew?\n\nA: Ada Byrne said no.\n\nJON ASH: A charge it denies.\n\n",
    "denials": "the board's chief denies it, a charge Ada Byrne calls absurd - ",
    "commas": "a, ",
    "digits": "1",
    "numbers": "1,",
    "dates": "Oct. 5 ",
    "slashes": "/",
    "at signs": "a@",
    "web addresses": "http://a.b/",
    "markup": "<p>",
    "unclosed tags": "<a ",
    "nested markup": "<div><b>",
    "entities": "&#65;",
    "ampersands": "&",
    "comments": "<!--",
    "control characters": "\x00\x1b",
    "right-to-left marks": "\u202e\u200f",
    "combining marks": "e\u0301\u0301",
    "lone surrogates": "\ud800 ",
    "emoji": "\U0001f468\u200d\U0001f469 ",
    "Chinese": "新闻。",
    "formulas": "=1+1 ",
    "pronouns": "He said she said ",
    "and": "Ada Lunn and ",
    "of the": "Council of the ",
    "semicolons": "a; ",
    "colons": "Ada: ",
    "accusations": "Ada Lunn accused the Quillon Council of lying. ",
    "ever other names": "{} {} ",
    "ever other speakers": "“No,” said {} {}. ",
    "ever other spokesmen": "{} said no, a spokesman for the {} Council said. ",
    "ever other bodies": "the {} Council met. The council of the {} left. ",
    "ever other accusations": "{} {} accused the {} Council of lying. ",
    "ever other answers": "{} {} accused {} {} of lying. {} denied it. ",
}


def _name(number: int) -> str:
    """A made-up name for a number, no two alike."""
    out = ""
    while number or len(out) < 4:
        number, rest = divmod(number, 90)
        out += "bdfgklmnprstvzhjwc"[rest // 5] + "aeiou"[rest % 5]
    return out.capitalize()


def repeated(piece: str, size: int) -> str:
    """A text of this many characters: the piece again and again, each `{}` another name every time."""
    if "{}" not in piece:
        return (piece * (size // len(piece) + 1))[:size]
    slots = piece.count("{}")
    rounds = size // len(piece.replace("{}", "")) + 1
    return "".join(piece.format(*(_name(k * slots + j) for j in range(slots))) for k in range(rounds))[:size]


def article(text: str) -> pd.DataFrame:
    """One article of this text."""
    row = {
        "article_id": "a",
        "title": text[:200],
        "text": text,
        "captions": text[:2000],
        "outlet": "Post",
        "event_id": "e",
    }
    return schema.conform([row | {"author": text[:200], "n_words": 1, "origin": "hostile"}], "articles")


def _load(text: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.csv", "a.json", "a.jsonl", "a.txt", "a.html"):
            path = Path(folder, name)
            path.write_bytes(
                (f"title,text\nx,{text}" if name == "a.csv" else text).encode("utf-8", "surrogatepass") or b"x"
            )
            try:
                for _ in loading.read(str(path)):
                    pass
            except schema.InputError:
                pass


def _clean(text: str, page: bool) -> Any:
    if page:
        text = f"<html><body><article><h1>x</h1><p>{text}</p></article></body></html>"
    row = {"article_id": "a", "text": text, "html": page, "origin": "hostile", "title": "x"}
    return clean.clean(pd.DataFrame([row]))


def _quotations(text: str) -> Any:
    return quotations.attribute(article(text), None)


def _sources(text: str) -> Any:
    table = article(text)
    found = quotations.attribute(table, None)
    done = resolve(table, found, {})
    return replies.find(table, done.quotations, done.sources, done.mentions)


def _wording(text: str) -> Any:
    table = article(text)
    return wording.words(
        {"articles": pd.concat([table, table.assign(article_id="b", outlet="Gazette")], ignore_index=True)}
    )


def _mentions(text: str) -> Any:
    table = article(text)
    return targets.mentions(table, targets.resolve(table, ["Ada Lunn", "the Quillon Council is to blame"]))


STEPS: dict[str, Callable[[str], Any]] = {
    "load": _load,
    "clean text": lambda text: _clean(text, False),
    "clean page": lambda text: _clean(text, True),
    "genre": lambda text: genre.guess(article(text).iloc[0].to_dict()),
    "outlets": lambda text: outlets.find(text),
    "wire": lambda text: wire.find(
        pd.concat([article(text), article(text + " x").assign(article_id="b")], ignore_index=True)
    ),
    "sentences and pieces": lambda text: encode.segment({"text": text}, load_encoder().tokenizer),
    "quotations": _quotations,
    "sources and replies": _sources,
    "events": lambda text: events.group(
        pd.concat([article(text), article(text + " x").assign(article_id="b")], ignore_index=True)
    ),
    "targets": lambda text: targets.resolve(article(text)),
    "mentions of targets": _mentions,
    "words": _wording,
}


class Late(BaseException):
    """The limit is over."""


def _late(*_: object) -> None:
    raise Late


def timed(step: Callable[[str], Any], text: str, limit: int) -> tuple[float, str | None]:
    """Seconds, and what went wrong."""
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(limit)
    began = time.process_time()
    fault = None
    try:
        step(text)
    except Late:
        fault = "hang"
    except schema.InputError as error:
        fault = f"refused: {str(error)[:80]}"
    except Exception as error:
        fault = f"{type(error).__name__}: {str(error)[:80]}"
    finally:
        signal.alarm(0)
    return time.process_time() - began, fault


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[4_000, 16_000, 64_000])
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--dry", action="store_true")
    args = parser.parse_args()
    rows = []
    for name, step in STEPS.items():
        if args.only and name not in args.only:
            continue
        timed(step, "Ada Lunn said so.", args.limit)
        for label, piece in PIECES.items():
            seconds = []
            fault = None
            for size in args.sizes:
                text = repeated(piece, size)
                if name != "load":
                    text = tidy(text)  # as loading gives it
                spent, fault = timed(step, text, args.limit)
                seconds.append(round(spent, 3))
                if fault == "hang":
                    break
            known = [(n, s) for n, s in zip(args.sizes, seconds) if s >= 0.05]
            grown = (
                round(math.log(known[-1][1] / known[0][1]) / math.log(known[-1][0] / known[0][0]), 2)
                if len(known) > 1
                else None
            )
            rows.append(
                {"step": name, "text": label, "characters": args.sizes[: len(seconds)], "seconds": seconds}
                | {"exponent": grown, "fault": fault}
            )
            if fault or (grown and grown > 1.4) or seconds[-1] > 5:
                sys.stderr.write(f"{rows[-1]}\n")
    file = Path(__file__).with_name("results.json")
    if file.exists() and args.only:  # steps run before stay
        rows = [r for r in json.loads(file.read_text())["rows"] if r["step"] not in args.only] + rows
    worst = {
        name: {
            "characters": max(r["characters"][-1] for r in rows if r["step"] == name),
            "seconds": max(r["seconds"][-1] for r in rows if r["step"] == name),
            "text": max((r for r in rows if r["step"] == name), key=lambda r: r["seconds"][-1])["text"],
            "exponent": max((r["exponent"] or 0 for r in rows if r["step"] == name), default=0),
            "faults": sorted({r["fault"] for r in rows if r["step"] == name and r["fault"]}),
        }
        for name in {r["step"] for r in rows}
    }
    found = {
        "texts": len(PIECES),
        "worst": {n: worst[n] for n in STEPS if n in worst},
        "rows": rows,
    }
    if not args.dry:
        file.write_text(json.dumps(found, indent=1, ensure_ascii=True) + "\n")
    sys.stdout.write(json.dumps(found["worst"], indent=1) + "\n")


if __name__ == "__main__":
    main()
