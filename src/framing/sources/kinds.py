"""What kind of source speaks: actor, level, identification and channel.

The vocabularies are `schema.ACTORS`, `LEVELS`, `IDENTIFICATIONS` and `CHANNELS`; docs/codebook-sources.md says how a coder
decides. Linear models over the features of `features` and, where the article is encoded, its view of the source (multinomial logistic regression,
``knowledge/kinds.json``) were trained on hand codes by ``experiments/sourcing/kinds.py``, which also says how well they do on articles held apart.
A body that everyone knows by its name, and a person in an office the news takes for granted, keep their kind, and what the words by the cue tell of the channel
stands, whatever a model makes of the rest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from framing.sources.rules import KNOWN, OFFICE, PERSON, PLACE

if TYPE_CHECKING:
    from framing.encode import FloatArray

TRAITS = ("actor", "level", "identification", "channel")
CHANNEL = "channel="


def describe(features: Mapping[str, float], view: FloatArray | None = None) -> dict[str, str]:
    """Actor, level, identification and channel of a source in one article, by its features and its view."""
    likely = {trait: probabilities(trait, features, view) for trait in TRAITS}
    unnamed = "kind=nominal" in features and not features.get("named")
    if unnamed and "kind introduced" in features:
        likely["identification"]["named"] = 0.0  # "a former executive", whatever the model thinks
    elif unnamed and PERSON in features and "identification=role_only" in features:
        likely["identification"] = {"role_only": 1.0}  # "the skipper"
    return {trait: certain(trait, features) or _likeliest(likely[trait]) for trait in TRAITS}


def _likeliest(likely: Mapping[str, float]) -> str:
    return max(likely, key=lambda code: likely[code])


def certain(trait: str, features: Mapping[str, float]) -> str | None:
    """Code that no model overrules: the actor of a known body or office, a place that speaks as a body, the channel that the words by most cues tell."""
    if trait == "channel":
        told = {name[len(CHANNEL) :]: v for name, v in features.items() if name.startswith(CHANNEL)}
        told.pop("unknown", None)
        return _likeliest(told) if told else None
    if trait == "level" and PLACE in features:
        return "organisation"
    if trait == "level" and PERSON in features:
        return "person"
    if trait != "actor":
        return None
    for known in (KNOWN, OFFICE):
        found = next((name[len(known) :] for name in sorted(features) if name.startswith(known)), None)
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Model:
    """Codes of a trait, the weights of each feature, and those of the numbers of a view less their mean in training."""

    codes: list[str]
    weights: dict[str, list[float]]
    centre: FloatArray
    views: FloatArray

    def scores(self, found: Mapping[str, float], view: FloatArray | None) -> list[float]:
        """Score of every code; a view that is missing, or not of the trained length, tells nothing."""
        scores = [0.0] * len(self.codes)
        if view is not None and len(view) == len(self.views):
            scores = [float(s) for s in (view - self.centre) @ self.views]
        for name, value in found.items():
            for index, weight in enumerate(self.weights.get(name, ())):
                scores[index] += weight * value
        return scores


@cache
def _model(trait: str) -> Model:
    data = json.loads((resources.files("framing") / "knowledge" / "kinds.json").read_text(encoding="utf-8"))
    own = data[trait]
    views = np.array(own.get("views", []), dtype=np.float32)
    return Model(own["codes"], own["weights"], np.array(own["centre"], dtype=np.float32), views)


def probabilities(trait: str, found: Mapping[str, float], view: FloatArray | None = None) -> dict[str, float]:
    """Probability of every code of a trait, given a source's features and its view."""
    model = _model(trait)
    scores = model.scores(found, view)
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    return {code: p / total for code, p in zip(model.codes, powers, strict=True)}
