"""Models the user names in place of a shipped head: any Hugging Face text classifier, its labels mapped, never guessed; or one of ours."""

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

TASKS = {"stance": ("against", "neutral", "favour"), "loaded": ("plain", "loaded"), "attribution": ()}
"""Tasks a named model may do, and the labels its own must be mapped to (attribution takes a model of ours alone)."""


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
    for task, name in models.items():
        if task not in TASKS:
            raise InputError(f"--model: no task {task!r}; a named model may do {', '.join(TASKS)}")
        if task == "attribution" and not _ours(name):
            raise InputError(
                f"--model attribution={name}: expected the folder of a shared encoder written by `framing train`, with model.onnx, "
                "found none: no classifier of texts marks sources, cues and contents"
            )
    for key, ours in labels.items():
        task, _, theirs = key.partition(".")
        if task not in models or not theirs:
            raise InputError(f"--label takes TASK.THEIRS=OURS for a task given with --model, not {key!r}")
        if ours not in TASKS[task]:
            raise InputError(
                f"--label {key}: {ours!r} is no label of {task}; there are {', '.join(TASKS[task]) or 'none'}"
            )


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

    if _ours(name):
        return load_stance(name)
    return NamedStance(classifier("stance", name, labels))


def _ours(name: str) -> bool:
    return (Path(name) / "model.onnx").is_file() and not (Path(name) / "config.json").is_file()


def reread(
    articles: pd.DataFrame, encodings: Mapping[str, Encoding], name: str, cache: Path | None = None
) -> dict[str, Encoding]:
    """Take what another encoder's heads say of sources, cues and contents, and leave all else as it is.

    Parameters
    ----------
    articles
        Frame ``articles``.
    encodings
        Of these articles; not changed.
    name
        Folder of a shared encoder of ours, a larger one perhaps.
    cache
        Folder of finished encodings.

    Returns
    -------
    dict of str to Encoding

    Raises
    ------
    InputError
        If the model reads other word pieces, or is no shared encoder.
    """
    from framing.encode import encode
    from framing.models import ROLES, load_encoder

    done = {}
    try:
        for other in encode(articles, model=load_encoder(name), cache=cache):
            own = encodings[other.article_id]
            if not np.array_equal(own.tokens.start, other.tokens.start):
                raise InputError(
                    f"--model attribution={name}: its tokenizer cuts texts into other word pieces than the package's"
                )
            heads = own.tokens.heads | {role: other.tokens.heads[role] for role in ROLES}
            tags = own.tokens.tags | {role: other.tokens.tags[role] for role in ROLES}
            done[other.article_id] = replace(own, tokens=replace(own.tokens, heads=heads, tags=tags))
    except (KeyError, ValueError) as error:
        raise InputError(
            f"--model attribution={name}: expected a shared encoder of `framing train`: {error}"
        ) from error
    return done


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
