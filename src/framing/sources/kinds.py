"""What kind of source speaks: actor, level, identification and channel.

The vocabularies are `schema.ACTORS`, `LEVELS`, `IDENTIFICATIONS` and `CHANNELS`; docs/codebook-sources.md says how a coder
decides. Three linear models over the features of `features` (multinomial logistic regression, ``knowledge/kinds.json``) were trained on hand codes by
``experiments/sourcing/kinds.py``, which also says how well they do on articles held apart. The channel is read by rules: a model did no better on dev.
A body that everyone knows by its name, and a person in an office the news takes for granted, keep their kind, whatever a model trained on one campaign's news makes of the words around it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources

from framing.sources.rules import KNOWN, OFFICE

TRAITS = ("actor", "level", "identification")
CHANNEL = "channel="


def describe(features: Mapping[str, float]) -> dict[str, str]:
    """Actor, level, identification and channel of a source in one article, by its features."""
    found = {trait: max(p, key=lambda code: p[code]) for trait in TRAITS for p in (probabilities(trait, features),)}
    found["actor"] = certain(features) or found["actor"]
    votes = {name[len(CHANNEL) :]: value for name, value in features.items() if name.startswith(CHANNEL)}
    told = {code: value for code, value in votes.items() if code != "unknown"} or votes or {"unknown": 1.0}
    return {**found, "channel": max(told, key=lambda code: told[code])}


def certain(features: Mapping[str, float]) -> str | None:
    """Actor of a body that goes by a known name, or of a person in a known office."""
    for known in (KNOWN, OFFICE):
        found = next((name[len(known) :] for name in sorted(features) if name.startswith(known)), None)
        if found is not None:
            return found
    return None


@cache
def _model(trait: str) -> tuple[list[str], dict[str, list[float]]]:
    """Codes, and the weights of each feature."""
    data = json.loads((resources.files("framing") / "knowledge" / "kinds.json").read_text(encoding="utf-8"))[trait]
    return list(data["codes"]), dict(data["weights"])


def probabilities(trait: str, found: Mapping[str, float]) -> dict[str, float]:
    """Probability of every code of a trait, given a source's features."""
    codes, weights = _model(trait)
    scores = [0.0] * len(codes)
    for name, value in found.items():
        for index, weight in enumerate(weights.get(name, ())):
            scores[index] += weight * value
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    return {code: p / total for code, p in zip(codes, powers, strict=True)}
