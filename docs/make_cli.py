"""Write docs/cli.md from the commands themselves; tests/test_docs.py holds the two together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from framing.cli import app


def leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _row(parameter: Any) -> str:
    names = ", ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts)) if parameter.opts else ""
    label = names if names.startswith("`-") else f"`{parameter.name.upper()}`"
    default = parameter.default if parameter.default not in (None, False, (), []) and not parameter.required else ""
    return f"| {label} | {getattr(parameter, 'help', '') or ''} | {default if not callable(default) else ''} |"


def reference() -> str:
    """The whole page."""
    page = ["# Commands", "", "Written by `python docs/make_cli.py`; do not edit.", ""]
    page += [
        "Exit codes: 0 done; 1 done, but there is no comparison, articles failed in a step, or more than a tenth was rejected or is not in English; 2 bad use or input.",
        "",
    ]
    for name, command in leaves(typer.main.get_command(app)):
        page += [
            f"## framing {name}",
            "",
            command.help or "",
            "",
            f"    {(command.epilog or '').removeprefix('Example: ')}",
            "",
        ]
        rows = [_row(p) for p in command.params if p.name != "help"]
        page += ["| argument or option | meaning | default |", "|---|---|---|", *rows, ""] if rows else []
    return "\n".join(page)


if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(reference(), encoding="utf-8")
    sys.stdout.write("docs/cli.md written\n")
