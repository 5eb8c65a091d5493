"""Checkpoints to ONNX: weights int8 per channel, arithmetic float32."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from framing.encode import encode
from framing.models import Encoder, StanceModel
from framing.training.data import Example
from framing.training.evaluation import EvaluationTask
from framing.training.frames import cross_validate_frames, fit_frames, official_folds, read_framed, read_frames
from framing.training.network import SharedNetwork
from framing.training.scores import stance_f1
from framing.training.shared import SharedTask, predict
from framing.training.stance import StanceTask, fit_temperature, stance_logits

__all__ = ["export_network", "export_shared", "export_stance", "quantise_weights", "stored_weights"]

BLOCK = 32
"""Numbers that share a scale: finer than a scale per channel, for 3 MB more."""
SMALLEST = 20_000
"""Weights with fewer numbers stay float32: they save nothing."""


def export_network(network: nn.Module, out: Path, metadata: Mapping[str, Any], *, quantised: bool = True) -> Path:
    """Write a network as ONNX.

    Parameters
    ----------
    network : SharedNetwork or StanceNetwork
    out : Path
        The file.
    metadata : mapping
        Stored as JSON in the file's metadata (CRF weights, temperatures).
    quantised : bool
        Store large weights as int8 with one scale per output channel (per row in embeddings).

    Returns
    -------
    Path
    """
    network.eval()
    shared = isinstance(network, SharedNetwork)
    inputs, axes, outputs = (_shared if shared else _stance)()
    if getattr(network, "evaluation", None) is not None:
        outputs.append("evaluation")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            network,
            args=(),
            kwargs=inputs,
            dynamo=True,
            opset_version=21,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=axes,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=json.dumps(value))
    if quantised:
        quantise_weights(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, out)
    return out


def _shared() -> tuple[dict[str, Tensor], dict[str, Any], list[str]]:
    batch, length, sentences = (
        torch.export.Dim(name, min=1, max=top) for name, top in (("batch", 512), ("length", 512), ("sentences", 256))
    )
    ids = torch.ones(3, 12, dtype=torch.long)
    members = torch.zeros(3, 4, 12)
    members[:, :, 1:9] = 1.0
    inputs = {"ids": ids, "mask": ids.clone(), "features": ids.clone(), "members": members}
    axes: dict[str, Any] = {name: {0: batch, 1: length} for name in ("ids", "mask", "features")}
    axes["members"] = {0: batch, 1: sentences, 2: length}
    return inputs, axes, ["attribution", "names", "loaded_word", "vectors", "loaded", "frame"]


def _stance() -> tuple[dict[str, Tensor], dict[str, Any], list[str]]:
    batch, length = (torch.export.Dim(name, min=1, max=512) for name in ("batch", "length"))
    ids = torch.ones(3, 12, dtype=torch.long)
    names = ("ids", "mask", "features", "segments", "mention")
    return (
        {name: ids.clone() for name in names},
        {name: {0: batch, 1: length} for name in names},
        ["entity", "proposition"],
    )


def quantise_weights(model: onnx.ModelProto) -> None:
    """Replace large float weights by int8 ones followed by ``DequantizeLinear``, in place."""
    graph = model.graph
    gathered = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    transposed = {
        node.input[1]
        for node in graph.node
        if node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute)
    }
    kept, nodes = [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.ndim != 2 or array.size < SMALLEST:
            kept.append(tensor)
            continue
        # blocks run along a row of an embedding, and along the inputs of a product
        across = 1 if tensor.name in gathered or tensor.name in transposed else 0
        stored, scale = _int8(array, across)
        names = [f"{tensor.name}.int8", f"{tensor.name}.scale"]
        kept += [numpy_helper.from_array(stored, names[0]), numpy_helper.from_array(scale, names[1])]
        nodes.append(onnx.helper.make_node("DequantizeLinear", names, [tensor.name], axis=across, block_size=BLOCK))
    del graph.initializer[:]
    graph.initializer.extend(kept)
    every = [*nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(every)


def _int8(array: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Quantise symmetrically, one scale per :data:`BLOCK` numbers along `axis`; of a few scales the one with least error."""
    moved = np.moveaxis(array, axis, 1)
    blocks = moved.reshape(len(moved), -1, BLOCK)
    full = np.maximum(np.abs(blocks).max(axis=2, keepdims=True), 1e-12) / 127
    best, chosen = np.full(full.shape, np.inf, dtype=np.float32), full.copy()
    for share in (1.0, 0.97, 0.94, 0.9):
        trial = full * share
        error = ((np.clip(np.round(blocks / trial), -127, 127) * trial - blocks) ** 2).sum(axis=2, keepdims=True)
        better = error < best
        best, chosen = np.where(better, error, best), np.where(better, trial, chosen)
    stored = np.clip(np.round(blocks / chosen), -127, 127).astype(np.int8).reshape(moved.shape)
    scale = chosen[:, :, 0].astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(stored, 1, axis)), np.ascontiguousarray(np.moveaxis(scale, 1, axis))


def stored_weights(file: Path) -> dict[str, Tensor]:
    """Read a network's weights back from an exported file, int8 ones widened, so that training can go on from it.

    Products lose their weights' names when exported; each is found by the bias that is added to it.
    """
    graph = onnx.load(file).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products: dict[str, str] = {}
    state: dict[str, NDArray[np.float32]] = {}
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            stored, scale = arrays[node.input[0]], arrays[node.input[1]]
            axis = next(a.i for a in node.attribute if a.name == "axis")
            arrays[node.output[0]] = stored * np.repeat(scale, stored.shape[axis] // scale.shape[axis], axis=axis)
        elif node.op_type == "MatMul" and node.input[1] in arrays:
            products[node.output[0]] = node.input[1]
        elif node.op_type == "Add":
            for product, bias in (node.input, node.input[::-1]):
                if product in products and bias.endswith(".bias"):
                    state[bias.removesuffix("bias") + "weight"] = arrays[products[product]].T
    for name, array in arrays.items():
        if array.dtype != np.float32 or array.ndim == 0:
            continue
        if name.endswith((".weight", ".bias")):
            state[name] = array
        elif array.shape == arrays["encoder.norm.weight"].shape and "." not in name:
            state["encoder.segments.weight"] = np.stack([array, array])  # the one segment that the shared encoder reads
    weights = {name: torch.tensor(array) for name, array in state.items()}
    for prop in onnx.load(file).metadata_props:
        if prop.key == "crf":
            weights |= {f"crf.{key}": torch.tensor(value) for key, value in json.loads(prop.value).items()}
    return weights


# --- the two models --------------------------------------------------------------------------------------------------


def export_shared(task: SharedTask, out: Path) -> dict[str, float]:
    """Fit the frame head on the frozen encoder, write the file, and measure what quantisation changed on dev."""
    network = task.network
    metadata = {"crf": {key: getattr(network.crf, key).tolist() for key in ("transitions", "first", "last")}}
    file = export_network(network, out / "model.onnx", metadata)
    if task.config.data.narrative_framing is not None:
        model = Encoder(out, task.config.threads or None)
        scores, bars = fit_frame_head(network, task.config.data.narrative_framing, model, task.config.data.framed)
        (out / "frames.json").write_text(json.dumps(scores, indent=1))
        file = export_network(network, out / "model.onnx", metadata | {"frame_bars": bars})
    del file
    examples = [example for dev in task.dev.values() for example in dev[:60]]
    return _gap(predict(network, examples), _through_onnx(Encoder(out, task.config.threads or None), examples))


def fit_frame_head(
    network: SharedNetwork, corpus: Path, model: Encoder, framed: Path | None = None
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Set the frame layer's weights from all coded articles; return its scores on the official folds, and the bars."""
    table = read_frames(corpus)
    both = pd.concat([table, read_framed(framed)], ignore_index=True) if framed is not None else table
    vectors = np.array([one.vectors.mean(0) for one in encode(both[["article_id", "text"]], model=model)])
    scores = cross_validate_frames(table, vectors[: len(table)], official_folds(corpus, table))
    heads = fit_frames(vectors, both)
    with torch.no_grad():
        network.frame.weight.copy_(torch.tensor(np.array([head.weight for head in heads.values()])))
        network.frame.bias.copy_(torch.tensor([head.bias for head in heads.values()]))
    return scores, {frame: head.bar for frame, head in heads.items()}


def _through_onnx(model: Encoder, examples: list[Example]) -> list[dict[str, NDArray[np.float32]]]:
    out = []
    names = [output.name for output in model.session.get_outputs()]
    for example in examples:
        size, sentences = len(example.ids), max(example.rows) + 1
        ids = np.array([[101, *example.ids, 102]], dtype=np.int64)
        flags = np.array([[0, *example.features, 0]], dtype=np.int64)
        members = np.zeros((1, sentences, size + 2), dtype=np.float32)
        members[0, example.rows, np.arange(1, size + 1)] = 1.0
        inputs = {"ids": ids, "mask": np.ones_like(ids), "features": flags, "members": members}
        heads = dict(zip(names, model.session.run(names, inputs), strict=True))
        tokens = {name: heads[name][0, 1:-1] for name in ("attribution", "names", "loaded_word")}
        out.append(tokens | {name: heads[name][0] for name in ("vectors", "loaded", "frame")})
    return out


def _gap(full: list[Any], stored: list[dict[str, NDArray[np.float32]]]) -> dict[str, float]:
    """Compare outputs: mean cosine of vectors, mean change of probability, share of pieces whose best tag changes."""
    pairs = list(zip(full, stored, strict=True))
    cosines = np.concatenate([(a.vectors * b["vectors"]).sum(1) for a, b in pairs])
    loaded = np.concatenate([np.abs(_sigmoid(a.loaded) - _sigmoid(b["loaded"])) for a, b in pairs])
    gap = {"vectors_cosine": float(cosines.mean()), "loaded": float(loaded.mean())}
    for name in ("attribution", "names"):
        changed = np.concatenate([getattr(a, name).argmax(1) != b[name].argmax(1) for a, b in pairs])
        gap[f"{name}_changed"] = float(changed.mean())
    return gap


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-values)), dtype=np.float32)


def export_stance(task: StanceTask, out: Path) -> dict[str, float]:
    """Fit the temperatures on dev, write the file, and score it on dev beside full precision.

    Heads that a stage leaves as an exported file has them keep that file's temperatures.
    """
    start = task.config.start
    kept = isinstance(task, EvaluationTask) and start is not None and start.suffix == ".onnx"
    temperatures = _stored_temperatures(start) if kept and start is not None else _fitted_temperatures(task)
    export_network(task.network, out / "model.onnx", {"temperatures": temperatures})
    model, gap = StanceModel(out, task.config.threads or None), {}
    for name, judged in task.dev.items():
        gold = np.array([each.target for each in judged]).argmax(1)
        logits = stance_logits(task.network, task.examples(judged))
        full = stance_f1(gold, np.exp(logits - logits.max(1, keepdims=True)))["macro_f1"]
        gap[name] = full - stance_f1(gold, model.predict([each.request for each in judged]))["macro_f1"]
    if isinstance(task, EvaluationTask):
        sample = task.coded[:200]
        _, found = model.read([example.item for example in sample])
        stored = found[np.arange(len(sample)), [example.voice for example in sample]]
        gap["evaluation"] = float(np.abs(stored - np.exp(task.evaluations(sample))).mean())
    return gap


def _fitted_temperatures(task: StanceTask) -> dict[str, float]:
    temperatures = {}
    asked = ("statements",) if "statements" in task.dev else ("climate", "negated")
    for kind, sets in {"entity": ("rw", "mt"), "proposition": asked}.items():
        judged = [each for name in sets if name in task.dev for each in task.dev[name]]
        logits = stance_logits(task.network, task.examples(judged))
        temperatures[kind] = fit_temperature(logits, np.array([each.target for each in judged]))
    return temperatures


def _stored_temperatures(file: Path) -> dict[str, float]:
    stored = {prop.key: prop.value for prop in onnx.load(file).metadata_props}
    return dict(json.loads(stored["temperatures"]))
