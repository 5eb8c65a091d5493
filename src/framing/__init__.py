"""Measure how news outlets cover the same events.

The path of an article, one module per step:

``loading``     files of any kind -> articles
``clean``       body, captions, boilerplate -> what is kept and what was removed
``wire``        agency copy, reprints, versions, edits
``encode``      sentences, offsets, one encoder pass for all heads
``quotations``  attributions: source, cue, content
``events``      which articles tell the same story
``sources``     who speaks, across an event, and what kind of source it is
``stance``, ``language``, ``frames``   judgements, by voice
``comparison``  outlets within events, with uncertainty (``measures``, ``inference``)
``charts``, ``report``                 figures and one HTML file

In four lines::

    import framing
    frames = framing.compare(framing.annotate(framing.load("articles.csv"), targets=["the ministry"]))
    framing.charts.stance(frames)
    frames.comparisons
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

QUIET = {
    "ORT_DISABLE_TELEMETRY": "1",
    "ORT_TELEMETRY_DISABLED": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""Nothing leaves the machine that the user did not send: libraries that report on their use (ONNX Runtime from 1.29 on, which also
keeps an identifier in the user's cache) are told not to before they are imported. Whoever sets a variable decides otherwise."""
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)

__all__ = [
    "Frames",
    "FramingError",
    "InputError",
    "SchemaError",
    "annotate",
    "charts",
    "compare",
    "datasets",
    "load",
    "report",
    "run",
    "schema",
]

_HOME = {
    "Frames": "pipeline",
    "annotate": "pipeline",
    "compare": "pipeline",
    "load": "pipeline",
    "run": "runs",
    "FramingError": "errors",
    "InputError": "errors",
    "SchemaError": "errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import framing`` stays light."""
    if name in _HOME:
        return getattr(import_module(f"framing.{_HOME[name]}"), name)
    if name in __all__:
        return import_module(f"framing.{name}")
    raise AttributeError(f"module 'framing' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    """Public names."""
    return [*__all__, "__version__"]
