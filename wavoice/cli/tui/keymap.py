"""The file of keys: which keys do what, where a user wants others than ours.

    version = 1

    [keys]
    record = "ctrl+k"
    help = "f1,ctrl+h"
    "bubble.quote" = "a"

Names are those of the help (`wavoice chat --keys`), keys are Textual's, with commas between them.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from wavoice.cli.tui.actions import ALL
from wavoice.runtime.errors import ConfigError

VERSION = 1


def read_keymap(file: Path) -> Mapping[str, str]:
    """Keys by id of the action. Raises `ConfigError` for what cannot be read, is unknown, or clashes."""
    try:
        with file.open("rb") as stream:
            content = tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", remedy="Name another file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is no TOML: {error}.", remedy="Correct it.") from error
    keys = content.get("keys", {})
    known = content.get("version", VERSION) == VERSION and not set(content) - {"version", "keys"}
    if not known or not isinstance(keys, dict):
        raise ConfigError(
            f"{file} is no file of keys that this wavoice reads.",
            remedy="It holds `version = 1` and a table [keys].",
        )
    return checked(keys, str(file))


def checked(keys: Mapping[str, object], where: str) -> Mapping[str, str]:
    """The same keys, if each action is known and no key does two things at the same place."""
    for name, value in keys.items():
        if name not in ALL:
            near = difflib.get_close_matches(name, ALL, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ConfigError(
                f"{where}: there is no action {name!r}.{hint}", remedy="See: wavoice chat --help"
            )
        if not isinstance(value, str) or not all(part.strip() for part in value.split(",")):
            raise ConfigError(
                f"{where}: {name} = {value!r} is no key.", remedy='Write it as "ctrl+k" or "f2,f3".'
            )
    chosen = {name: str(value) for name, value in keys.items()}
    _refuse_letters(chosen, where)
    _refuse_clashes(chosen, where)
    return chosen


def _refuse_letters(chosen: Mapping[str, str], where: str) -> None:
    """Letters are typed; only the selected message may have them as keys."""
    for name, value in chosen.items():
        letters = [key for key in value.split(",") if len(key.strip()) == 1]
        if letters and not name.startswith("bubble."):
            raise ConfigError(
                f"{where}: {name} = {value!r}, but letters are typed.",
                remedy='Use a key such as "ctrl+k" or "f2".',
            )


def _refuse_clashes(chosen: Mapping[str, str], where: str) -> None:
    """A key that means two things would do whichever is found first."""
    users: dict[str, list[str]] = defaultdict(list)
    for name, action in ALL.items():
        for key in (part.strip() for part in chosen.get(name, action.keys).split(",")):
            users[key].append(name)
    for key, names in users.items():
        if len(names) > 1:
            raise ConfigError(
                f"{where}: {key} is for {' and '.join(names)}.", remedy="Give one of them another key."
            )
