"""Runs the app, with this user's keys and this machine's sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wavoice.cli.tui.keymap import read_keymap

if TYPE_CHECKING:
    from wavoice.cli.tui.opening import Open
    from wavoice.cli.tui.sound import Devices

KEYS = "keys.toml"
"""Name of a user's file of keys, in the folder that the system has for settings of programs."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How this user wants the app, and what they have typed before it was there."""

    keys: Mapping[str, str]
    """By id of the action, as `keys_of` returns them."""
    theme: str = "dark"
    typed: str = ""
    """As `early.typed_early` yields it."""


def keys_of(file: Path | None) -> Mapping[str, str]:
    """The user's keys: those of the file, else of the user's own file, else ours.

    Raises `ConfigError` for what cannot be read or meant.
    """
    own = Path(typer.get_app_dir("wavoice"), KEYS)
    if file is None and not own.is_file():
        return {}
    return read_keymap(file or own)


def find_devices() -> Devices:
    """This machine's microphone and speaker; looking takes a while."""
    from wavoice.cli.tui.sound import Devices  # noqa: PLC0415
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
    from wavoice.sim.sound.open import open_sound  # noqa: PLC0415

    sound = open_sound(SystemClock())
    return Devices(sound.microphone, sound.speaker)


async def show(opening: Open, taste: Taste) -> bool:
    """Run the app until the user leaves it; True if it broke. The terminal is whole afterwards either way.

    Raises what `opening` raised.
    """
    from wavoice.cli.tui.app import ChatApp  # noqa: PLC0415
    from wavoice.sim.sound.hush import libraries_hushed  # noqa: PLC0415

    app = ChatApp(opening, keys=taste.keys, theme=taste.theme, typed=taste.typed)
    with libraries_hushed():  # PortAudio prints where the app draws
        await app.run_async()
    if app.failure is not None:
        raise app.failure
    return bool(app.return_code)
