"""Kill a run at random moments, at least once inside every step, and compare what is left with an undisturbed run.

    python experiments/faults/run.py [--articles 500] [--kills 20] [--seed 1]

Writes results.json: every kill with its moment, and whether the frames are the same, partial files were seen, finished parts
were computed again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from make_corpus import corpus  # noqa: E402

from framing import pipeline  # noqa: E402

STEPS = [step.name for step in pipeline.STEPS] + ["charts", "report"]


class Work:
    """A scratch folder with the corpus, and runs over it."""

    def __init__(self, folder: Path, articles: int) -> None:
        self.folder = folder
        self.articles = articles
        self.corpus = folder / "articles.jsonl"
        corpus(articles).to_json(self.corpus, orient="records", lines=True)

    def start(self, out: Path, log: Path, workers: int = 1, **options: Any) -> subprocess.Popen:
        """Start a run in a process of its own; but for the first round, encodings are at hand after the undisturbed run."""
        log.unlink(missing_ok=True)
        cache = self.folder / ("cache-round0" if out.name == "round0" else "cache")
        command = [sys.executable, str(HERE / "child.py"), str(self.corpus), str(out), str(cache), str(log)]
        part = str(max(20, self.articles // 5))
        return subprocess.Popen([*command, str(workers), part], stderr=subprocess.PIPE, text=True, **options)


def events_of(log: Path) -> list[tuple[float, str, str]]:
    """What the run told so far: when, start or end, step."""
    if not log.exists():
        return []
    rows = [line.split(" ", 2) for line in log.read_text().splitlines()]
    return [(float(at), what, name) for at, what, name in rows]


def durations(log: Path) -> dict[str, float]:
    """Seconds of each step."""
    began: dict[str, float] = {}
    spent: dict[str, float] = {}
    for at, what, name in events_of(log):
        if what == "start":
            began[name] = at
        else:
            spent[name] = spent.get(name, 0.0) + at - began[name]
    return spent


def finished_parts(out: Path) -> dict[str, int]:
    """Every part that is there, with the inode of its folder: a part computed again has another."""
    root = out / ".work" / "parts"
    return {
        f"{step.name}/{part.name}": part.stat().st_ino
        for step in (root.iterdir() if root.is_dir() else ())
        for part in step.iterdir()
        if not part.name.startswith(".")
    }


def damaged(out: Path) -> list[str]:
    """Visible files that cannot be read whole."""
    bad = []
    for path in out.rglob("*"):
        if path.is_dir() or any(p.startswith(".") and p != ".work" for p in path.relative_to(out).parts):
            continue
        try:
            if path.suffix == ".parquet":
                pq.read_table(path)
            elif path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
            elif (
                (path.suffix == ".html" and "</html>" not in path.read_text(encoding="utf-8")[-200:])
                or (path.suffix == ".png" and not path.read_bytes().endswith(b"IEND\xaeB`\x82"))
                or (path.suffix == ".svg" and "</svg>" not in path.read_text(encoding="utf-8")[-200:])
            ):
                bad.append(str(path.relative_to(out)))
        except Exception as error:
            bad.append(f"{path.relative_to(out)}: {type(error).__name__}")
    return bad


def frames(out: Path) -> dict[str, str]:
    """SHA-256 of every published frame."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.parquet"))}


def killed(work: Work, out: Path, log: Path, step: str, wait: float, draw: random.Random) -> dict[str, Any] | None:
    """Start or resume a run and kill it a random while after `step` begins; None if it ended before."""
    process = work.start(out, log)
    try:
        while True:
            told = events_of(log)
            if any(what == "start" and name == step for _, what, name in told):
                break
            if process.poll() is not None:
                return None
            time.sleep(0.001)
        pause = draw.uniform(0.0, max(wait, 0.01)) * 0.8
        time.sleep(pause)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.wait()
        process.stderr.close()
    told = events_of(log)
    where = told[-1][2] if told[-1][1] == "start" else f"after {told[-1][2]}"
    return {"aimed_at": step, "killed_in": where, "seconds_into_step": round(pause, 3)}


def kill_experiment(work: Work, n: int, seed: int) -> dict[str, Any]:
    """Kill `n` times or more, until every step was hit."""
    draw = random.Random(seed)
    whole, log = work.folder / "whole", work.folder / "log"
    process = work.start(whole, log)
    _, told = process.communicate()
    if process.returncode:
        raise SystemExit(told)
    spent, reference = durations(log), frames(whole)
    kills: list[dict[str, Any]] = []
    rounds = []
    hit: set[str] = set()
    missed: dict[str, int] = {}
    while (len(kills) < n or not set(STEPS) <= hit) and len(rounds) < 6:
        out = work.folder / f"round{len(rounds)}"
        aims = [s for s in STEPS if s not in hit] or draw.sample(STEPS, 6)
        aims += ["encode", "stance", "compare"] if not rounds else []
        done: dict[str, int] = {}
        again: list[str] = []
        for step in sorted(aims, key=STEPS.index):
            kill = killed(work, out, log, step, spent.get(step, 0.01) / 3 ** missed.get(step, 0), draw)
            now = finished_parts(out)
            again += [name for name, inode in done.items() if now.get(name) != inode]
            done = now
            if kill is not None:
                kill |= {"round": len(rounds), "parts_finished": len(done), "damaged": damaged(out)}
                kills.append(kill)
                hit.add(kill["killed_in"])
                missed[step] = missed.get(step, 0) + (kill["killed_in"] != step)
                sys.stderr.write(f"{len(kills)} {kill}\n")
        by_itself = (
            json.loads((out / "run.json").read_text())["status"] == "done"
        )  # an aim was missed and the run ended
        last = None if by_itself else work.start(out, log)
        if last is not None:
            last.communicate()
        now = finished_parts(out)
        again += [name for name, inode in done.items() if now.get(name) != inode]
        left = [str(p.relative_to(out)) for p in out.rglob("*.tmp")]
        rounds.append(
            {
                "exit": last.returncode if last is not None else 0,
                "finished_by_itself": by_itself,
                "same_frames": frames(out) == reference,
                "frames": len(reference),
                "finished_parts": len(now),
                "computed_again": sorted(set(again)),
                "temporary_files_left": left,
            }
        )
        sys.stderr.write(f"{rounds[-1]}\n")
    return {
        "articles": sum(1 for _ in work.corpus.open()),
        "kills": len(kills),
        "steps_hit": {step: sum(k["killed_in"] == step for k in kills) for step in STEPS},
        "damaged_files": sorted({d for k in kills for d in k["damaged"]}),
        "rounds": rounds,
        "log": kills,
        "seconds_undisturbed": {k: round(v, 2) for k, v in spent.items()},
    }


# --- other faults -----------------------------------------------------------------------------------


def cli(work: Work, out: Path, *more: str, **options: Any) -> subprocess.CompletedProcess:
    """Run the command line on the corpus."""
    command = [
        sys.executable,
        "-m",
        "framing.cli",
        "compare",
        str(work.corpus),
        "-o",
        str(out),
        "--quiet",
        "--limit",
        "60",
    ]
    return subprocess.run(
        [*command, "--cache", str(work.folder / f"cache-cli-{out.name}"), *more],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def told(done: subprocess.CompletedProcess) -> dict[str, Any]:
    """Exit code, last line, and whether a traceback was shown."""
    lines = done.stderr.strip().splitlines()
    return {"exit": done.returncode, "said": (lines or [""])[-1][:300], "traceback": "Traceback" in done.stderr}


def other_faults(work: Work) -> dict[str, Any]:
    """Disk full, read-only folder, two runs into one folder."""
    found: dict[str, Any] = {}
    reference = cli(work, work.folder / "ref")
    found["undisturbed"] = told(reference)
    small = work.folder / "small"
    small.mkdir()
    if (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)], capture_output=True).returncode
        == 0
    ):
        try:
            full = cli(work, small / "out", "--workers", "1")
            found["disk full (tmpfs of 300 kB)"] = told(full) | {"damaged": damaged(small / "out")}
            subprocess.run(["mount", "-o", "remount,size=500m", str(small)], check=True)
            again = cli(work, small / "out")
            found["same command with room again"] = told(again) | {
                "same_frames": frames(small / "out") == frames(work.folder / "ref")
            }
            subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
            found["read-only folder"] = told(cli(work, small / "other"))
            found["read-only folder with a finished run"] = told(cli(work, small / "out", "--overwrite"))
        finally:
            subprocess.run(["umount", str(small)], check=False)

    first = work.start(work.folder / "two", work.folder / "log2")
    while not (work.folder / "two" / "run.json").exists():
        time.sleep(0.05)
    found["two runs into one folder"] = told(cli(work, work.folder / "two"))
    first.kill()
    first.wait()
    found["another run's folder"] = told(cli(work, work.folder / "two", "--target", "Rosa Quayle"))
    return found


def memory(work: Work) -> dict[str, Any]:
    """Too little memory, then the same command without the limit, beside an undisturbed run of 20 articles."""
    found, few = {}, ("--workers", "1", "--limit", "20")
    cli(work, work.folder / "enough", *few)
    for gigabytes in (1.3,):
        out, most = work.folder / f"tight-{gigabytes}", int(gigabytes * 1e9)
        limited = partial(resource.setrlimit, resource.RLIMIT_AS, (most, most))
        found[f"memory limit ({gigabytes} GB of addresses), 20 articles"] = told(
            cli(work, out, *few, preexec_fn=limited)
        )
        found[f"same command without the limit ({gigabytes} GB)"] = told(cli(work, out, *few)) | {
            "same_frames": frames(out) == frames(work.folder / "enough")
        }
    return found


def main() -> None:
    """Run everything and write results.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=["kills", "others", "memory"])
    parser.add_argument("--name", default="kills", help="what the kills are recorded under")
    args = parser.parse_args()
    file = HERE / "results.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        work = Work(Path(name), args.articles)
        if args.part in (None, "kills"):
            found[args.name] = kill_experiment(work, args.kills, args.seed) | {"seed": args.seed}
        if args.part in (None, "others"):
            found["others"] = other_faults(work)
        if args.part in (None, "memory"):
            found["memory"] = memory(work)
    file.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
