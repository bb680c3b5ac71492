"""Intents by name: ours, and maps from the names of foreign label sets."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.interpret.meaning import OUT_OF_SCOPE, known_jobs
from wavoice.runtime.model import MustStop

WISHES: Final = ("human", "opt_out", "opt_in", *MustStop)
"""What is understood beside jobs."""
EVERY_OTHER: Final = "*"
"""In a map: every label that it does not name."""


def ours() -> tuple[str, ...]:
    """Every intent that a row may be labelled with, or a label be mapped to."""
    return (*known_jobs(), *(str(wish) for wish in WISHES if wish not in known_jobs()), OUT_OF_SCOPE)


@dataclass(frozen=True, slots=True)
class Labels:
    """Foreign labels as ours."""

    names: Mapping[str, str] = field(default_factory=dict)
    source: str = "none"

    def ours(self, where: str, label: str) -> str:
        """Our intent for a label; the map goes first. Raises `UserInputError` with the nearest one."""
        if label in self.names:
            return self.names[label]
        if EVERY_OTHER in self.names:
            return self.names[EVERY_OTHER]
        if label in ours():
            return label
        near = nearest(label, (*self.names, *ours()))
        raise UserInputError(
            f"{where}: {label!r} is none of our intents, and the map does not name it.",
            remedy=f"{near}Map it to one of ours, or to out_of_scope: --map FILE.",
        )


def nearest(label: str, known: tuple[str, ...]) -> str:
    """A question for the label that is nearest, or nothing."""
    near = difflib.get_close_matches(label, known, n=1)
    return f"Do you mean {near[0]}? " if near else ""


def shipped() -> Labels:
    """The map of Bitext's label names, which is taken where none is named."""
    text = (files("wavoice.sim.intents") / "bitext.toml").read_text(encoding="utf-8")
    return Labels(tomllib.loads(text), "bitext (shipped)")


def load_map(file: Path) -> Labels:
    """A map from a TOML or JSON file: one entry a foreign label, whose value is an intent of ours.

    Raises `UserInputError` that names the file and the entry.
    """
    data = _parsed(file)
    if not data:
        raise UserInputError(
            f"{file} maps nothing.", remedy='Write lines such as stop_order = "cancel_order".'
        )
    for label, value in data.items():
        if not isinstance(value, str) or value not in ours():
            hint = nearest(value, ours()) if isinstance(value, str) else ""
            raise UserInputError(
                f"{file}: {label} = {value!r} is none of our intents.",
                remedy=f"{hint}They are {', '.join(ours())}.",
            )
    return Labels(data, str(file))


def _parsed(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Name a TOML or JSON file.") from error
    kind = "JSON" if file.suffix == ".json" else "TOML"
    try:
        data = json.loads(text) if kind == "JSON" else tomllib.loads(text)
    except ValueError as error:
        raise UserInputError(
            f"{file} is no {kind}: {error}.", remedy='Write lines such as stop_order = "cancel_order".'
        ) from error
    if not isinstance(data, dict):
        raise UserInputError(f"{file} is no JSON object.", remedy='Write {"foreign label": "our intent"}.')
    return data
