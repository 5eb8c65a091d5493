"""Model cards: what is written by hand (data, terms, limits) put together with what was measured (results.json)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

__all__ = ["write_card"]

_SCORE_KEYS = (
    "task", "data", "split", "metric", "value", "n", "seeds", "baseline", "baseline_value", "published", "published_value",
)  # fmt: skip


def write_card(text: Path, results: Path, folder: Path) -> Path:
    """Write ``folder/card.md`` for ``folder/model.onnx``.

    Parameters
    ----------
    text : Path
        TOML front matter between ``+++`` lines (tasks, data and terms, domains, retrain) and Markdown, by hand.
    results : Path
        ``results.json`` with ``scores``, a list of tables; their figures appear nowhere else.
    folder : Path

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If the results were measured on other weights than those in `folder`.
    """
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    measured = json.loads(results.read_text(encoding="utf-8"))
    if measured["sha256"] != digest:
        raise ValueError(
            f"{results} was measured on weights {measured['sha256'][:12]}, found {digest[:12]} in {folder}"
        )
    _, front, body = text.read_text(encoding="utf-8").split("+++\n", 2)
    lines = [f'sha256 = "{digest}"', front.strip()]
    for score in measured["scores"]:
        lines += ["", "[[scores]]", *(f"{key} = {_toml(score[key])}" for key in _SCORE_KEYS if key in score)]
    table = _table(measured["scores"])
    file = folder / "card.md"
    file.write_text("+++\n" + "\n".join(lines) + "\n+++\n" + body.replace("{scores}", table), encoding="utf-8")
    return file


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else f"{value:.4f}"


def _table(scores: list[dict[str, Any]]) -> str:
    rows = [
        "| task | data | metric | this model | n | seeds | baseline | published |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for score in scores:
        published = (
            f"{score['published_value']:.3f} ({score['published']})" if "published_value" in score else "none known"
        )
        rows.append(
            f"| {score['task']} | {score['data']}, {score['split']} | {score['metric']} | {score['value']:.3f} "
            f"| {score['n']} | {score['seeds']} | {score['baseline_value']:.3f} ({score['baseline']}) | {published} |"
        )
    return "\n".join(rows)
