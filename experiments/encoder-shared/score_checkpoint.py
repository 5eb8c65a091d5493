"""Score attribution of a checkpoint that is not exported: the larger model.

python score_checkpoint.py accurate.toml runs/accurate/best.safetensors --split dev

Spans are read off each passage by Viterbi, without the pipeline's own decoding over whole documents.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer

from framing.training.config import located, read_config, tokenizer_file
from framing.training.data import document_examples, read_polnear
from framing.training.loop import load_weights
from framing.training.network import MiniBert, SharedNetwork
from framing.training.shared import attribution_scores


def main() -> None:
    """Print exact F1 per role and word-piece F1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--split", default="dev")
    options = parser.parse_args()
    config = located(read_config(options.config))
    assert config.data.polnear is not None
    tokenizer = Tokenizer.from_file(str(tokenizer_file(config.base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    network = SharedNetwork(MiniBert.from_folder(config.base))
    load_weights(network, options.checkpoint)
    documents = read_polnear(config.data.polnear, options.split)
    examples = document_examples(documents, tokenizer, config.passage_pieces, options.split)
    print(json.dumps(attribution_scores(network, examples, documents, tokenizer), indent=1))


if __name__ == "__main__":
    main()
