"""Let a larger stance model answer requests about ordinary news, for a smaller one to learn from (Hinton et al. 2015).

python teach.py accurate.toml runs/accurate/best.safetensors data/soft.jsonl --requests 40000

Targets are words with capitals inside a sentence; each is asked about as an entity and at times as praised or blamed.
Sentences of NewsMTSC's dev and test splits and of GWSD's held-out rows are left out.
"""

from __future__ import annotations

import argparse
import calendar
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tokenizers import Tokenizer

from framing import datasets
from framing.encode import split_sentences
from framing.models import StanceRequest, stance_input
from framing.training.config import located, read_config, tokenizer_file
from framing.training.loop import load_weights
from framing.training.network import StanceNetwork
from framing.training.stance import (
    AFFIRMED,
    BLAME,
    DENIED,
    PRAISE,
    PairExample,
    StanceTask,
    fit_temperature,
    read_gwsd,
    read_newsmtsc,
    stance_logits,
    stance_tensors,
)

CORPORA = ("article_bias_prediction", "news_cluster", "polnear")
NAME = re.compile(r"(?<=[a-z,’'”\"] )[A-Z][\w.’'-]*\w(?: (?:of |the )*[A-Z][\w.’'-]*\w)*")
"""Words with a capital inside a sentence: what is asked about need not be a name for a larger model to have an opinion."""
NO_NAMES = frozenset(calendar.day_name) | frozenset(calendar.month_name)


def texts(articles: int, seed: int) -> pd.DataFrame:
    """Draw articles, as many of each corpus; of PolNeAR the training articles alone."""
    parts = []
    for name in CORPORA:
        table = datasets.load(name)["articles"]
        if name == "polnear":
            table = table[table["split"] == "train"]
        table = table[table["text"].str.len().between(1000, 8000)]
        drawn = table.sample(min(len(table), articles // len(CORPORA)), random_state=seed)
        parts.append(pd.DataFrame({"article_id": name + ":" + drawn["article_id"].astype(str), "text": drawn["text"]}))
    return pd.concat(parts, ignore_index=True)


def requests(articles: pd.DataFrame, held_out: set[str], seed: int) -> Iterator[StanceRequest]:
    """Ask about one name of each sentence that has any, and about climate change where a sentence mentions it."""
    generator = random.Random(seed)
    for text in articles["text"]:
        for begin, finish in split_sentences(text):
            said = text[begin:finish]
            if said in held_out or not 40 <= len(said) <= 500:
                continue
            if any(word in said.lower() for word in ("climate", "warming", "emission")):
                yield StanceRequest(said, generator.choice(AFFIRMED + DENIED), "proposition")
            names = [match for match in NAME.finditer(said) if match[0] not in NO_NAMES]
            if not names:
                continue
            chosen = generator.choice(names)
            name = chosen[0].removesuffix("'s").removesuffix("’s")
            mention = (chosen.start(), chosen.start() + len(name))
            yield StanceRequest(said, name, "entity", mention if generator.random() < 0.92 else None)
            if generator.random() < 0.15:
                yield StanceRequest(said, generator.choice(PRAISE + BLAME).format(name), "proposition", mention)


@torch.inference_mode()
def answers(network: StanceNetwork, examples: list[PairExample], temperatures: tuple[float, float]) -> np.ndarray:
    """Probabilities of against, neutral, favour; bfloat16, which is close enough for labels that are soft."""
    network.eval()
    out = np.zeros((len(examples), 3))
    order = sorted(range(len(examples)), key=lambda row: len(examples[row]))
    for at in range(0, len(order), 48):
        rows = order[at : at + 48]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            heads = network(**stance_tensors([examples[row] for row in rows]))
        for place, row in enumerate(rows):
            kind = examples[row].kind
            logits = heads[("entity", "proposition")[kind]][place].float() / temperatures[kind]
            out[row] = torch.softmax(logits, -1).numpy()
        if at % 4800 == 0:
            print(f"{at} of {len(order)}", flush=True)
    return out


def temperatures(task: StanceTask) -> tuple[float, float]:
    """Fit one temperature per kind of target on dev, so that soft labels are as sure as they should be."""
    fitted = []
    for sets in (("rw", "mt"), ("climate", "negated")):
        judged = [each for name in sets for each in task.dev[name]]
        logits = stance_logits(task.network, task.examples(judged))
        fitted.append(fit_temperature(logits, np.array([each.target for each in judged])))
    return fitted[0], fitted[1]


def main() -> None:
    """Write one JSON object a line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=int, default=2400)
    parser.add_argument("--requests", type=int, default=40000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    config = located(read_config(options.config))
    assert config.data.newsmtsc is not None
    assert config.data.gwsd is not None
    tokenizer = Tokenizer.from_file(str(tokenizer_file(config.base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    task = StanceTask(config, tokenizer)
    load_weights(task.network, options.checkpoint)
    held_out = {
        each.request.sentence
        for split in ("dev", "test")
        for variant in ("rw", "mt")
        for each in read_newsmtsc(config.data.newsmtsc, variant, split)
    } | {each.request.sentence for each in read_gwsd(config.data.gwsd)[1]}
    asked = list(requests(texts(options.articles, options.seed), held_out, options.seed))
    asked = random.Random(options.seed).sample(asked, min(options.requests, len(asked)))
    asked += [each.request for each in task.entity]  # what people judged is asked of the larger model too
    kinds = ("entity", "proposition")
    examples = [PairExample(stance_input(each, tokenizer), kinds.index(each.kind), (0.0, 0.0, 0.0)) for each in asked]
    found = answers(task.network, examples, temperatures(task))
    with options.out.open("w", encoding="utf-8") as file:
        for each, probabilities in zip(asked, found.round(4).tolist(), strict=True):
            row = {"sentence": each.sentence, "target": each.target, "kind": each.kind, "mention": each.mention}
            file.write(json.dumps(row | {"probabilities": probabilities}) + "\n")


if __name__ == "__main__":
    main()
