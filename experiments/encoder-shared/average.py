"""Average the weights of runs that started from the same model, and export the mean (model soup; Wortsman et al. 2022).

python experiments/encoder-shared/average.py config-4.toml OUT runs/4a/stage-1/best.safetensors runs/4b/stage-1/best.safetensors
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

from framing.training import export, read_config
from framing.training.config import tokenizer_file


def main() -> None:
    config, out, *runs = map(Path, sys.argv[1:])
    parts = [load_file(run) for run in runs]
    mean = {name: sum(part[name].float() for part in parts) / len(parts) for name in parts[0]}
    settings = read_config(config)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer_file(Path(settings.base)), out / "tokenizer.json")
    file = out.parent / f"{out.name}.safetensors"  # gap.py reads it
    save_file(mean, file)
    print(export(settings, file, out))


if __name__ == "__main__":
    main()
