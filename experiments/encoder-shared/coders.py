"""How far PolNeAR's own coders agree where several marked the same article: what a model's exact F1 is to be read against.

python coders.py data/PolNeAR -o coders.json
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import defaultdict
from pathlib import Path

from framing.models import ROLES
from framing.training.data import _brat_spans
from framing.training.scores import span_f1


def agreement(root: Path, split: str) -> dict[str, object]:
    """Exact F1 per role, one coder as gold and the other as answer, pooled over all pairs of coders of an article."""
    readings: dict[str, list[set[tuple[int, int, str]]]] = defaultdict(list)
    for path in sorted((root / "data" / split / "attributions").glob("*.ann")):
        readings[path.stem.rsplit("_", 1)[0]].append(set(_brat_spans(path)))
    pairs = [pair for coders in readings.values() for pair in itertools.combinations(coders, 2)]
    out: dict[str, object] = {
        "articles": sum(len(coders) > 1 for coders in readings.values()),
        "pairs": len(pairs),
    }
    for role in ROLES:
        sides = [[{span for span in coder if span[2] == role} for coder in side] for side in zip(*pairs, strict=True)]
        out[role] = span_f1(*sides)["f1"]
    return out


def main() -> None:
    """Write the agreement of train and dev."""
    parser = argparse.ArgumentParser()
    parser.add_argument("polnear", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()
    found = {split: agreement(options.polnear, split) for split in ("train", "dev")}
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
