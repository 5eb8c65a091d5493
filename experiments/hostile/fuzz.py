"""Coverage-guided fuzzing of what reads bytes and text that others wrote; adds to fuzz.json.

    python experiments/hostile/fuzz.py [loaders cleaner attribution sheets excerpt] [--seconds 120]

Needs atheris (`pip install atheris`). Each target runs in a process of its own, from the seeds in `seeds/TARGET` (written here by
`--seeds`). Whatever is no `FramingError` is a find: kind, place and the shortest input are kept, and fuzzing goes on. libFuzzer stops
a target that takes over 30 seconds for one input or over 3 GB. Only Python code of `framing` guides the search; the native
libraries underneath are run but not instrumented.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import io
import json
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGETS = ("loaders", "cleaner", "attribution", "sheets", "excerpt")
BODY = (
    "The ferry to Quillon did not sail on Monday. “Nobody told us,” said Ada Lunn, a councillor.\n\nShe will ask again."
)
SUFFIXES = (
    ".csv", ".tsv", ".json", ".jsonl", ".html", ".txt", ".rtf", ".parquet", ".xlsx", ".jsonl.gz", ".zip", ".warc", ".docx", ".eml",
)  # fmt: skip
SHEETS = (".csv", ".xlsx", ".json")


def loaders() -> Callable[[bytes], None]:
    """First byte: the kind of file; the rest is the file."""
    from framing import loading

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def one(data: bytes) -> None:
        path = folder / f"f{SUFFIXES[data[0] % len(SUFFIXES)]}"
        path.write_bytes(data[1:])
        for batch in loading.read(str(path)):
            assert len(batch.articles) + len(batch.rejected) > 0

    return one


def cleaner() -> Callable[[bytes], None]:
    """First byte: page or text; every article is kept or rejected."""
    import pandas as pd

    from framing import clean

    def one(data: bytes) -> None:
        text = data[1:].decode("utf-8", "ignore")
        row = {"article_id": "a", "text": text, "html": bool(data[0] % 2), "origin": "x", "title": text[:90]}
        done = clean.clean(pd.DataFrame([row]))
        assert len(done.articles) + len(done.rejected) == 1

    return one


def attribution() -> Callable[[bytes], None]:
    """Text: attributions are spans of it, sources and replies are found in them."""
    from framing import quotations, schema
    from framing.sources import replies, resolve

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "ignore")
        row = {
            "article_id": "a",
            "text": text,
            "title": text[:80],
            "outlet": "Post",
            "event_id": "e",
            "n_words": 1,
            "origin": "x",
        }
        table = schema.conform([row], "articles")
        found = quotations.attribute(table, None)
        schema.check_spans(found, table)
        done = resolve(table, found, {})
        replies.find(table, done.quotations, done.sources, done.mentions)

    return one


def _drawn() -> tuple[Any, dict[str, bytes]]:
    """A sample to be coded, and its sheets."""
    from framing import coding, schema
    from framing.coding import sheets as written

    rows = [{"article_id": f"a{k}", "text": BODY, "outlet": "Post", "n_words": 9, "origin": "x"} for k in range(4)]
    frame = schema.conform(rows, "articles")
    asked = coding.questions(["Quillon Council"], voices=("narrator",), loaded=True)
    sample = coding.sample(frame, 3, asked, coders=["ann"])
    with tempfile.TemporaryDirectory() as folder:
        paths = written.write(sample, frame, Path(folder), ["xlsx", "csv", "labelstudio"])
        return sample, {path.suffix: path.read_bytes() for path in paths if path.name != "design.json"}


def sheets() -> Callable[[bytes], None]:
    """First byte: the kind of sheet; the rest is the sheet."""
    from framing import coding

    sample, _ = _drawn()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def one(data: bytes) -> None:
        path = folder / f"ann{SHEETS[data[0] % len(SHEETS)]}"
        path.write_bytes(data[1:])
        coding.import_codes(path, sample)

    return one


def excerpt() -> Callable[[bytes], None]:
    """First byte: how many marks; four bytes each, two for where it begins, two for where it ends; then the text."""
    from framing.report import excerpts

    kinds = ("quotation", "loaded", "stance", "word")

    def one(data: bytes) -> None:
        n = data[0] % 9
        places, text = data[1 : 1 + 4 * n], data[1 + 4 * n :].decode("utf-8", "ignore")
        marks = []
        for k in range(0, len(places) - 3, 4):
            ends = sorted(int.from_bytes(places[j : j + 2], "little") % (len(text) + 1) for j in (k, k + 2))
            tag = "tag" if places[k] % 2 else None
            marks.append(excerpts.Mark(*ends, kinds[places[k] % 4], f"m{k}<", tag, None, places[k + 2] / 255))
        shown = excerpts.show(text, marks, full=bool(data[0] % 2))
        assert shown.n_words <= shown.of_words
        for piece in shown.excerpts:
            plain = re.sub(r'<span(?: class="[a-z ]*")?(?: id="[^"<>]*")?>|</span>', "", piece.html)
            assert not set("<>") & set(plain)

    return one


def seeds() -> None:
    """Write small files to start from."""
    import pandas as pd

    table = pd.DataFrame({"title": ["Ferry waits"], "text": [BODY], "outlet": ["Post"], "date": ["2024-01-02"]})
    page = f"<html><head><title>x</title><meta name=author content=Ada></head><body><article><p>{BODY}</p></article></body></html>"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.encode()
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://post.example/a\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    files = {
        ".csv": table.to_csv(index=False).encode(),
        ".tsv": table.to_csv(index=False, sep="\t").encode(),
        ".json": table.to_json(orient="records").encode(),
        ".jsonl": table.to_json(orient="records", lines=True).encode(),
        ".html": page.encode(),
        ".txt": BODY.encode(),
        ".rtf": (r"{\rtf1\ansi " + BODY.replace("\n\n", r"\par ") + "}").encode("ascii", "ignore"),
        ".jsonl.gz": gzip.compress(table.to_json(orient="records", lines=True).encode(), mtime=0),
        ".warc": head.encode() + answer + b"\r\n\r\n",
        ".eml": f"Subject: Ferry waits\nFrom: post@post.example\n\n{BODY}".encode(),
    }
    for suffix, write in ((".parquet", table.to_parquet), (".xlsx", table.to_excel)):
        buffer = io.BytesIO()
        write(buffer, index=False)
        files[suffix] = buffer.getvalue()
    made = {
        "loaders": {k[1:]: bytes([SUFFIXES.index(k)]) + v for k, v in files.items()},
        "cleaner": {"page": b"\x01" + page.encode(), "text": b"\x00" + BODY.encode()},
        "attribution": {
            "body": BODY.encode(),
            "accused": b"Ada Lunn accused the Quillon Council of lying. The council denied it.",
        },
        "sheets": {k[1:]: bytes([SHEETS.index(k)]) + v for k, v in _drawn()[1].items() if k in SHEETS},
        "excerpt": {"two": b"\x02\x00\x00\x20\x00\x11\x00\x60\x00" + BODY.encode()},
    }
    for target, found in made.items():
        folder = HERE / "seeds" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in found.items():
            (folder / name).write_bytes(data)


def fuzz(target: str, seconds: int, folder: Path) -> None:
    """Run one target in this process; finds are written beside the corpus as they come."""
    import atheris

    with atheris.instrument_imports(include=["framing"]):
        import framing  # noqa: F401
        from framing import clean, coding, loading, quotations, schema, sources  # noqa: F401
        from framing.errors import FramingError
        from framing.report import excerpts  # noqa: F401
        from framing.sources import replies  # noqa: F401

        one = globals()[target]()
    finds: dict[str, dict[str, Any]] = {}
    slowest = 0.0

    def test(data: bytes) -> None:
        nonlocal slowest
        if not data:
            return
        began = time.process_time()
        try:
            with contextlib.suppress(FramingError):
                one(data)
        except Exception as error:
            frames = [f for f in traceback.extract_tb(error.__traceback__) if "framing/" in f.filename]
            place = f"{frames[-1].filename.partition('framing/')[2]}:{frames[-1].name}" if frames else "?"
            name = f"{type(error).__name__} in {place}"
            if name not in finds or len(data) < len(finds[name]["data"]):
                finds[name] = {"data": data, "error": str(error)[:200], "at": f"{frames[-1].lineno}" if frames else ""}
                kept = {k: {**v, "data": base64.b64encode(v["data"]).decode()} for k, v in finds.items()}
                (folder / "finds.json").write_text(json.dumps(kept, indent=1))
        spent = time.process_time() - began
        if spent > slowest:
            slowest = spent
            (folder / "slowest.json").write_text(json.dumps({"seconds": round(spent, 2), "bytes": len(data)}))
            (folder / "slowest.bin").write_bytes(data)

    options = [
        f"-max_total_time={seconds}",
        "-timeout=30",
        "-rss_limit_mb=3000",
        "-max_len=8000",
        "-print_final_stats=1",
    ]
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    atheris.Setup([sys.argv[0], *options, str(corpus), str(HERE / "seeds" / target)], test)
    atheris.Fuzz()


def main() -> None:
    """Fuzz the targets named, each in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seeds", action="store_true")
    parser.add_argument("--one")
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    if args.seeds:
        return seeds()
    if args.one:
        return fuzz(args.one, args.seconds, args.folder)
    file = HERE / "fuzz.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    for target in args.targets:
        folder = (args.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))) / target
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, "--one", target, "--seconds", str(args.seconds), "--folder", str(folder)]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
        numbers = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stderr))
        reached = re.findall(r"cov: (\d+)", done.stderr)
        finds = json.loads((folder / "finds.json").read_text()) if (folder / "finds.json").exists() else {}
        slow = json.loads((folder / "slowest.json").read_text()) if (folder / "slowest.json").exists() else {}
        found[target] = {
            "seconds": args.seconds,
            "inputs": int(numbers.get("number_of_executed_units", 0)),
            "places_reached": [int(reached[0]), int(reached[-1])] if reached else [],
            "peak_mb": int(numbers.get("peak_rss_mb", 0)),
            "slowest": slow,
            "ended_by": re.findall(r"ERROR: libFuzzer: (.*)", done.stderr),
            "finds": {
                name: {"error": one["error"], "bytes": len(base64.b64decode(one["data"]))}
                for name, one in finds.items()
            },
        }
        file.write_text(json.dumps(found, indent=1) + "\n")
        sys.stderr.write(f"{target} {found[target]}\n" if done.returncode in (0,) else done.stderr[-3000:] + "\n")
    return None


if __name__ == "__main__":
    main()
