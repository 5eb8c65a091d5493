"""An analysis plan: what is compared, decided and written down before anyone looks at a result.

A plan is a small TOML file. It fixes the measures, the families of tests, the reference and the settings; its hash is
stamped into the run, and whatever is computed beyond it is marked as added after.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from framing import schema
from framing.measures import describe
from framing.schema import FramingError, InputError

UNPLANNED = "not in the plan"


class Plan(BaseModel):
    """Measures, families and settings of a comparison.

    Parameters
    ----------
    name
        What the analysis is called.
    families
        Family of tests -> measures in it. ``"stance"`` is the measure in every voice, ``"stance:narrator"`` in one,
        ``"frame.conflict"`` one member of a set.
    reference, genre, level, resamples, seed
        As in `framing.comparison.compare`.
    wire
        Whether the planned tests are those with or those without wire copy.
    adjust
        How p-values are adjusted within a family: false discovery rate or family-wise error.
    min_storylines
        Fewest storylines behind an interval, ten at least.

    Examples
    --------
    >>> plan = Plan(name="strikes", families={"primary": ["stance:narrator", "loaded_share"]})
    >>> plan.family("stance", "narrator", "with"), plan.family("stance", "source", "with")
    ('primary', 'not in the plan')
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "analysis plan"
    families: dict[str, list[str]] = Field(min_length=1)
    reference: str | None = None
    genre: str = "news"
    wire: Literal["with", "without"] = "with"
    level: float = Field(default=0.95, ge=0.5, lt=1)
    resamples: int = Field(default=2000, ge=100)
    seed: int = 0
    adjust: Literal["benjamini-yekutieli", "max-t"] = "benjamini-yekutieli"
    min_storylines: int = Field(default=10, ge=10)

    @field_validator("families")
    @classmethod
    def _known(cls, families: dict[str, list[str]]) -> dict[str, list[str]]:
        seen: dict[str, str] = {}
        for family, measures in families.items():
            for entry in measures:
                measure, _, voice = entry.partition(":")
                try:
                    describe(measure)
                except FramingError as error:
                    raise ValueError(str(error)) from error
                if voice and voice not in schema.VOICES:
                    raise ValueError(f"{entry!r}: no voice {voice!r}; there are {', '.join(schema.VOICES)}")
                if entry in seen:
                    raise ValueError(f"{entry!r} is in two families, {seen[entry]!r} and {family!r}; keep one")
                seen[entry] = family
        return families

    @classmethod
    def read(cls, path: str | Path) -> Plan:
        """Read a plan from a TOML file.

        Raises
        ------
        InputError
            If the file is missing, is no TOML or does not describe a plan; every fault is named.
        """
        try:
            data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"the analysis plan {path} cannot be read: {error}") from error
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"the analysis plan {path} is not valid TOML: {error}") from error
        try:
            return cls(**data)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'plan'}: {e['msg'].removeprefix('Value error, ')}"
                for e in error.errors()
            )
            raise InputError(f"the analysis plan {path} has faults: {faults}") from error

    def stamp(self) -> str:
        """First twelve hexadecimal digits of the hash of what the plan says (not of how the file is laid out)."""
        content = json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def family(self, measure: str, voice: str | None, wire: str) -> str:
        """Family a test belongs to; the most specific entry decides."""
        if wire != self.wire:
            return UNPLANNED
        entries = {entry: family for family, listed in self.families.items() for entry in listed}
        base = measure.split(".", 1)[0]
        for candidate in (f"{measure}:{voice}", measure, f"{base}:{voice}", base):
            if candidate in entries:
                return entries[candidate]
        return UNPLANNED

    def assign(self, tests: pd.DataFrame) -> pd.Series:
        """Family of every test (rows with measure, voice, wire)."""
        voices = tests["voice"].astype("object").where(tests["voice"].notna(), None)
        found = [
            self.family(measure, voice, wire)
            for measure, voice, wire in zip(tests["measure"], voices, tests["wire"], strict=True)
        ]
        return pd.Series(found, index=tests.index, dtype="object")

    def note(self, tests: pd.DataFrame) -> str:
        """Sentence for the report: which plan, and what was added after it."""
        families = self.assign(tests) if len(tests) else pd.Series([], dtype="object")
        added = sorted({str(m) for m in tests.loc[(families == UNPLANNED).to_numpy(), "measure"]})
        tail = f"; not in it, and so exploratory: {', '.join(added)}" if added else "; nothing was added after it"
        listed = ", ".join(f"{family} ({len(m)} measures)" for family, m in self.families.items())
        return f"Analysis plan {self.name!r}, {self.stamp()}: families {listed}{tail}."


def read(plan: Plan | str | Path | None) -> Plan | None:
    """Return the plan itself, or the one in the file."""
    return plan if plan is None or isinstance(plan, Plan) else Plan.read(plan)


def template() -> dict[str, Any]:
    """Return a plan with every setting at its usual value, to start from."""
    return Plan(families={"primary": ["stance:narrator"]}).model_dump()
