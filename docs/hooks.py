"""Pages of the site that are written when it is built: the Python interface, and the cards of data sets and models.

They say what docstrings and cards say, so they are not kept twice.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import framing
from framing import datasets, models

NOT_STEPS = ("cli", "training")  # documented by cli.md; needs an extra


def modules() -> Iterator[ModuleType]:
    """Yield the package, then its modules by name; what serves one step alone is not listed."""
    yield framing
    for found in sorted(pkgutil.iter_modules(framing.__path__), key=lambda m: m.name):
        if not found.name.startswith("_") and found.name not in NOT_STEPS:
            yield import_module(f"framing.{found.name}")


def public(module: ModuleType) -> dict[str, Any]:
    """Functions and classes a module offers: its `__all__`, else what it defines without an underscore."""
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    found = {name: getattr(module, name) for name in names}
    return {
        name: value
        for name, value in sorted(found.items())
        if (inspect.isfunction(value) or inspect.isclass(value))
        and (hasattr(module, "__all__") or value.__module__ == module.__name__)
    }


def api() -> str:
    """Write the page of the Python interface."""
    page = ["# Python interface", "", "Written from the docstrings when the site is built.", ""]
    for module in modules():
        page += [f"## {module.__name__}", "", _prose(inspect.getdoc(module) or ""), ""]
        for name, value in public(module).items():
            page += [f"### {module.__name__}.{name}", "", "```text", f"{name}{_signature(value)}", "```", ""]
            page += ["```text", inspect.getdoc(value) or "", "```", ""]
    return "\n".join(page)


def _signature(value: Any) -> str:
    try:
        return str(inspect.signature(value)).replace("'", "")
    except ValueError:
        return ""


def _prose(text: str) -> str:
    return "```text\n" + text.replace("```", "") + "\n```"


def cards() -> str:
    """Write the page of cards: data sets, then models."""
    page = ["# Cards of data sets and models", "", "Written from the cards when the site is built.", ""]
    for name in datasets.names():
        card = datasets.info(name)
        page += [f"## Data set: {name}", ""]
        page += [f"- **{key}**: {_one_line(card[key])}" for key in CARD if card.get(key)]
        page += ["", "```bibtex", datasets.cite(name), "```", ""]
    for card in models.cards():
        page += [f"## Model: {card.name}", "", _lower(card.text), ""]
    return "\n".join(page)


CARD = ("title", "licence", "repo", "commit", "period", "language", "tasks", "annotators", "splits", "flaws")


def _one_line(value: Any) -> str:
    text = "; ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)
    return re.sub(r"([*_\[\]<>])", r"\\\1", " ".join(text.split()))


def _lower(text: str) -> str:
    """Put a card's headings under the page's; a card's own front matter is left out."""
    text = re.sub(r"\A(\+\+\+|---)\n.*?\n\1\n", "", text, flags=re.S)
    return re.sub(r"^(#+) ", r"##\1 ", text, flags=re.M)


def on_files(files: Any, config: Any) -> Any:
    """Add the written pages to the site (called by mkdocs)."""
    from mkdocs.structure.files import File

    for name, text in (("api.md", api()), ("cards.md", cards())):
        files.append(File.generated(config, name, content=text))
    return files
