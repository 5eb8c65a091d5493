"""One run into a folder, telling in a log when each step starts and ends: what run.py kills."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from framing import pipeline, runs


def main(corpus: str, out: str, cache: str, log: str, workers: str, part: str) -> None:
    """Run `framing compare` on the corpus, with small parts."""

    def tell(what: str) -> None:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{time.time():.4f} {what}\n".encode())
        os.close(handle)

    @contextmanager
    def watch(name: str, total: int) -> Iterator[Callable[[], None]]:
        tell(f"start {name}")
        yield lambda: None
        tell(f"end {name}")

    settings = pipeline.Settings(
        part_size=int(part), resamples=200, cache=cache, targets=("Quillon Council", "Ada Lunn")
    )
    runs.run([corpus], out, settings, watch=watch, workers=int(workers))
    tell("start done")


if __name__ == "__main__":
    main(*sys.argv[1:])
