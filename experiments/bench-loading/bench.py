"""Peak memory of reading a large jsonl, and of cleaning it batch by batch; the file is generated.

usage: bench.py -o results.json [--megabytes 100 1000] [--clean-megabytes 20 60] [--folder /tmp]
Each measurement is a process of its own; memory is its largest resident set.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

WORDS = (  # noqa: SIM905  -- words read better as lines of words
    "harbour council storm ferry ministers market vote bridge river school tax court union clinic budget tower valley letter "
    "engineers promised refused opened closed repaired measured counted blamed praised delayed before after without against "
    "because although the a of in on and to for with from by under over its their new old late early seven forty"
).split()


def write(path: Path, megabytes: int, seed: int = 0) -> int:
    """Articles of some 600 words in ten paragraphs; returns how many."""
    dice, n, size = random.Random(seed), 0, 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes * 1_000_000:
            paragraphs = [" ".join(dice.choices(WORDS, k=60)).capitalize() + "." for _ in range(10)]
            row = {"url": f"https://lantern.example/{n}", "title": paragraphs[0][:60], "date": "2021-03-04", "text": "\n\n".join(paragraphs)}  # fmt: skip
            size += file.write(json.dumps(row) + "\n")
            n += 1
    return n


def child(path: Path, step: str) -> None:
    """Read the file, clean it if asked to, and print what it took."""
    from framing import clean, loading

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, kept, rejected = time.process_time(), 0, 0
    for batch in loading.read(str(path)):
        rejected += len(batch.rejected)
        if step == "clean":
            done = clean.clean(batch.articles)
            kept, rejected = kept + len(done.articles), rejected + len(done.rejected)
        else:
            kept += len(batch.articles)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = time.process_time() - start
    found = {"kept": kept, "rejected": rejected, "peak_megabytes": round(peak / 1000), "imports_megabytes": round(before / 1000), "cpu_seconds": round(took, 1)}  # fmt: skip
    sys.stdout.write(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", type=Path)
    parser.add_argument("--megabytes", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--clean-megabytes", type=int, nargs="*", default=[20, 60])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--child", nargs=2)
    args = parser.parse_args()
    if args.child:
        child(Path(args.child[0]), args.child[1])
        return
    runs = []
    for step, megabytes in [*(("read", m) for m in args.megabytes), *(("clean", m) for m in args.clean_megabytes)]:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            path = Path(folder) / "articles.jsonl"
            rows = write(path, megabytes)
            command = [sys.executable, __file__, "--child", str(path), step]
            out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = json.loads(out)
        if found["kept"] + found["rejected"] != rows:
            raise SystemExit(f"{rows} rows written, {found} read")
        runs.append({"step": step, "megabytes": megabytes, "rows": rows} | found)
    made = {"pandas": version("pandas"), "python": platform.python_version(), "cores": os.cpu_count()}
    text = json.dumps({"versions": made, "runs": runs}, indent=1) + "\n"
    args.o.write_text(text) if args.o else sys.stdout.write(text)


if __name__ == "__main__":
    main()
