"""Write docs/schema.md from framing.schema; tests/test_docs.py holds the two together."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from framing import schema

VOCABULARIES = {
    "genre": "GENRES",
    "kind of attribution": "KINDS",
    "content_type": "CONTENT_TYPES",
    "actor": "ACTORS",
    "level": "LEVELS",
    "identification": "IDENTIFICATIONS",
    "channel": "CHANNELS",
    "anonymity_reason": "ANONYMITY",
    "voice": "VOICES",
    "frame code": "FRAME_CODES",
}


def _range(column: schema.Column) -> str:
    if column.low is None and column.high is None:
        return ""
    return f"{'' if column.low is None else column.low:g} .. {'' if column.high is None else format(column.high, 'g')}"


def _row(name: str, column: schema.Column) -> str:
    codes = ", ".join(f"`{code}`" for code in column.values) if column.values else ""
    null = "" if column.null else "never null"
    rest = "; ".join(part for part in (_range(column), null, codes) if part)
    return f"| `{name}` | {column.kind} | {column.meaning.replace('|', 'or')} | {rest} |"


def _section(name: str, columns: Mapping[str, schema.Column]) -> list[str]:
    key = schema.KEYS.get(name)
    page = [f"## {name}", ""]
    page += [f"One row per {' and '.join(f'`{k}`' for k in key)}.", ""] if key else []
    page += ["| column | type | meaning | range or codes |", "|---|---|---|---|"]
    return [*page, *(_row(column, spec) for column, spec in columns.items()), ""]


def reference() -> str:
    """Return the whole page."""
    page = [
        "# The frames",
        "",
        "Written by `python docs/make_schema.py`; do not edit.",
        "",
        "Every frame is a DataFrame and, on disk, one Parquet file. A span is `(article_id, part, start, end)`, half-open, in",
        "characters of the column of `articles` that `part` names. Missing is null. Columns of your own are kept, after these;",
        "`articles` also has those that [cleaning](clean.md) and [wire](wire.md) add.",
        "",
    ]
    for name, columns in schema.FRAMES.items():
        page += _section(name, columns)
    page += ["## Tables beside the frames", "", "A run keeps these too, to look up where a figure comes from.", ""]
    for name, columns in schema.BESIDE.items():
        page += _section(name, columns)
    page += ["## Vocabularies", ""]
    for label, constant in VOCABULARIES.items():
        page += [f"### {label}", "", "| code | meaning |", "|---|---|"]
        page += [f"| `{code}` | {meaning.replace('|', 'or')} |" for code, meaning in getattr(schema, constant).items()]
        page += [""]
    return "\n".join(page)


if __name__ == "__main__":
    Path(__file__).with_name("schema.md").write_text(reference(), encoding="utf-8")
    sys.stdout.write("docs/schema.md written\n")
