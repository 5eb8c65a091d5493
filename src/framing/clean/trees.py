"""Gradient-boosted trees from arrays: what scikit-learn grew, read without scikit-learn and without pickles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_AT_ONCE = 50_000  # (row, tree) pairs that are walked at once


class Trees:
    """Boosted classification trees: the sum of the leaves a row falls into, then softmax.

    Parameters
    ----------
    arrays
        ``feature``, ``threshold``, ``left``, ``right`` and ``value``, one entry a node; ``root``, shape (rounds, classes),
        the first node of each tree; ``baseline``, shape (classes,). A node with ``left`` 0 is a leaf.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        size = len(arrays["feature"])
        leaf = arrays["left"] == 0
        self._feature = arrays["feature"].astype(np.int32)
        self._threshold = np.where(leaf, np.float32(np.inf), arrays["threshold"]).astype(np.float32)
        # children side by side, a leaf its own child: a step of all rows down all trees is one look-up
        self._child = np.empty(2 * size, dtype=np.int32)
        for side, name in enumerate(("left", "right")):
            self._child[side::2] = np.where(leaf, np.arange(size), arrays[name])
        self._leaf = leaf
        self._value, self._baseline = arrays["value"].astype(np.float64), arrays["baseline"].astype(np.float64)
        self._root = arrays["root"].astype(np.int32)

    @staticmethod
    def load(path: Path) -> Trees:
        """Read an ``.npz`` file; pickled objects in it are refused."""
        with np.load(path, allow_pickle=False) as stored:
            return Trees({name: stored[name] for name in stored.files})

    @staticmethod
    def arrays(model: Any) -> dict[str, NDArray[Any]]:
        """Arrays of a fitted ``HistGradientBoostingClassifier`` of three classes or more without categories or gaps."""
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in ("feature", "threshold", "value", "left", "right")}
        root, at = [], 0
        for tree in (tree for one_round in model._predictors for tree in one_round):
            nodes, inner = tree.nodes, tree.nodes["is_leaf"] == 0
            parts["feature"].append(nodes["feature_idx"].astype(np.int16))
            near = nodes["num_threshold"].astype(np.float32)  # rounded down: rows in single precision fall the same way
            near = np.where(near > nodes["num_threshold"], np.nextafter(near, np.float32(-np.inf)), near)
            parts["threshold"].append(near)
            parts["value"].append(nodes["value"].astype(np.float32))
            for side in ("left", "right"):
                parts[side].append(np.where(inner, nodes[side].astype(np.int32) + at, 0).astype(np.int32))
            root.append(at)
            at += len(nodes)
        found = {name: np.concatenate(pieces) for name, pieces in parts.items()}
        shape = (len(model._predictors), -1)
        return found | {
            "root": np.array(root, dtype=np.int32).reshape(shape),
            "baseline": np.ravel(model._baseline_prediction),
        }

    def probabilities(self, rows: Array) -> Array:
        """Probability of each class for each row: shape (rows, classes).

        Parameters
        ----------
        rows
            Shape (rows, features); taken in single precision, as the thresholds are.
        """
        size = max(MOST_AT_ONCE // self._root.size, 1)
        single = np.ascontiguousarray(rows, dtype=np.float32)
        z = np.concatenate([self._sums(single[at : at + size]) for at in range(0, len(single), size)])
        z = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(z / z.sum(axis=1, keepdims=True))

    def _sums(self, rows: NDArray[np.float32]) -> Array:
        node = np.broadcast_to(self._root.ravel(), (len(rows), self._root.size)).copy()
        first = np.arange(len(rows), dtype=np.int32)[:, None] * rows.shape[1]
        cells = rows.ravel()
        while not self._leaf.take(node).all():
            right = cells.take(first + self._feature.take(node)) > self._threshold.take(node)
            node = self._child.take(2 * node + right)
        sums = self._value.take(node).reshape(len(rows), *self._root.shape).sum(axis=1)
        return np.asarray(sums + self._baseline)
