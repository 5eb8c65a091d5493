"""Models the user names: any Hugging Face text classifier in place of a shipped head, its labels mapped, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing.errors import InputError

if TYPE_CHECKING:
    from framing.encode import Encoding
    from framing.models import HuggingFaceClassifier, StanceModel, StanceRequest

TASKS = {"stance": ("against", "neutral", "favour"), "loaded": ("plain", "loaded")}
"""Tasks a named model may do, and the labels its own must be mapped to."""


def check(models: Mapping[str, str], labels: Mapping[str, str]) -> None:
    """Refuse tasks and labels that do not exist before anything is computed.

    Parameters
    ----------
    models
        ``{task: Hugging Face name or folder}``.
    labels
        ``{"task.their label": our label}``.

    Raises
    ------
    InputError
        Naming what is allowed.

    Examples
    --------
    >>> check({"stance": "org/name"}, {"stance.NEG": "against"})
    """
    for task in models:
        if task not in TASKS:
            raise InputError(f"--model: no task {task!r}; a named model may do {', '.join(TASKS)}")
    for key, ours in labels.items():
        task, _, theirs = key.partition(".")
        if task not in models or not theirs:
            raise InputError(f"--label takes TASK.THEIRS=OURS for a task given with --model, not {key!r}")
        if ours not in TASKS[task]:
            raise InputError(f"--label {key}: {ours!r} is no label of {task}; there are {', '.join(TASKS[task])}")


def classifier(task: str, name: str, labels: Mapping[str, str]) -> HuggingFaceClassifier:
    """Prepare a classifier for one task; labels not mapped must already be the task's own.

    Parameters
    ----------
    task
        One of :data:`TASKS`.
    name
        Hugging Face name or folder.
    labels
        ``{"task.their label": our label}``, of any task.
    """
    from framing.models import HuggingFaceClassifier

    mapped = {key.partition(".")[2]: ours for key, ours in labels.items() if key.startswith(f"{task}.")}
    return HuggingFaceClassifier(name, mapped or {label: label for label in TASKS[task]})


def _predict(
    task: str, model: HuggingFaceClassifier, texts: Sequence[str], pairs: Sequence[str] | None = None
) -> NDArray[np.floating]:
    """Probabilities with the columns of the task, whatever order the model has them in."""
    try:
        found = model.predict(texts, pairs)
    except (ImportError, ValueError, OSError) as error:
        raise InputError(f"--model {task}={model.model_name}: {error}") from error
    table = pd.DataFrame(found, columns=list(model.labels))
    return table.reindex(columns=list(TASKS[task]), fill_value=0.0).to_numpy(dtype=np.float32)


class NamedStance:
    """A stance model that reads the sentence and the target as a pair of texts.

    Parameters
    ----------
    model
        The classifier; its labels map to against, neutral and favour.
    """

    def __init__(self, model: HuggingFaceClassifier) -> None:
        self.model = model
        self.name = model.model_name

    def predict(self, requests: Sequence[StanceRequest]) -> NDArray[np.floating]:
        """Return probabilities of against, neutral and favour, shape (n_requests, 3)."""
        sentences = [request.sentence for request in requests]
        return _predict("stance", self.model, sentences, [request.target for request in requests])


def stance(name: str, labels: Mapping[str, str]) -> StanceModel | NamedStance:
    """Take a folder that ``framing train`` wrote as a stance model of ours, anything else as a classifier of texts in pairs.

    Parameters
    ----------
    name
        Hugging Face name or folder.
    labels
        As for :func:`classifier`; a model of ours needs none.
    """
    from framing.models import load_stance

    if (Path(name) / "model.onnx").is_file() and not (Path(name) / "config.json").is_file():
        return load_stance(name)
    return NamedStance(classifier("stance", name, labels))


def rescore(
    articles: pd.DataFrame, encodings: Mapping[str, Encoding], model: HuggingFaceClassifier
) -> dict[str, Encoding]:
    """Give every sentence the named model's probability of being loaded.

    Parameters
    ----------
    articles
        Frame ``articles``.
    encodings
        Of these articles; not changed.
    model
        The classifier; its labels map to plain and loaded.

    Returns
    -------
    dict of str to Encoding
        The same encodings with another ``loaded`` head.
    """
    done = {}
    for row in articles.to_dict("records"):
        encoding = encodings[row["article_id"]]
        texts = [row[sentence.part][sentence.start : sentence.end] for sentence in encoding.sentences]
        loaded = _predict("loaded", model, texts)[:, 1]
        done[row["article_id"]] = replace(encoding, heads={**encoding.heads, "loaded": loaded})
    return done
