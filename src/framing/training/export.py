"""Checkpoints to ONNX: weights int8 per channel, arithmetic float32."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

__all__ = ["export_network", "quantise_weights"]

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
    from framing.training.network import SharedNetwork

    network.eval()
    shared = isinstance(network, SharedNetwork)
    inputs, axes, outputs = (_shared if shared else _stance)()
    program = torch.onnx.export(
        network,
        args=(),
        kwargs=inputs,
        dynamo=True,
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
        axis = 0 if tensor.name in gathered or tensor.name in transposed else 1
        stored, scale = _int8(array, axis)
        kept.append(numpy_helper.from_array(stored, tensor.name + ".int8"))
        kept.append(numpy_helper.from_array(scale, tensor.name + ".scale"))
        nodes.append(
            onnx.helper.make_node(
                "DequantizeLinear", [tensor.name + ".int8", tensor.name + ".scale"], [tensor.name], axis=axis
            )
        )
    del graph.initializer[:]
    graph.initializer.extend(kept)
    every = [*nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(every)


def _int8(array: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Quantise symmetrically, one scale per channel along `axis`; the scale is the one with the least squared error."""
    other = 1 - axis
    top = np.abs(array).max(axis=other, keepdims=True)
    best = np.full(top.shape, np.inf, dtype=np.float32)
    scale = np.maximum(top, 1e-12) / 127
    chosen = scale.copy()
    for share in (1.0, 0.95, 0.9, 0.85, 0.8):
        trial = np.maximum(scale * share, 1e-12)
        error = ((np.clip(np.round(array / trial), -127, 127) * trial - array) ** 2).sum(axis=other, keepdims=True)
        better = error < best
        best, chosen = np.where(better, error, best), np.where(better, trial, chosen)
    stored = np.clip(np.round(array / chosen), -127, 127).astype(np.int8)
    return stored, chosen.reshape(-1).astype(np.float32)
