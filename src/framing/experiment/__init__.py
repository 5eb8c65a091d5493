"""Experiments: a config names dataset, split, models and metrics; running it leaves figures that can be run again.

An experiment is a folder ``experiments/<name>/`` with ``config.toml``, a README
(question and expectation) and, once run, ``results.json``. A *cell* is one
model with one seed on one part of one test set. Finished cells are kept under
``runs/cells`` and never computed twice: their name is the hash of everything
they depend on (model, options, seed, split, data files, code).

    config      what a config may say
    tasks       what is scored: items, contributions, metrics
    baselines   plain models by name
    cells       parts, cells, provenance
    scores      intervals, spread, paired differences
    runner      run, verify, list_
"""

from __future__ import annotations

from framing.experiment.baselines import MODELS
from framing.experiment.config import Config, read_config
from framing.experiment.runner import list_, names, root, run, verify

__all__ = ["MODELS", "Config", "list_", "names", "read_config", "root", "run", "verify"]
