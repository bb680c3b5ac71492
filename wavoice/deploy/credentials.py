"""Settings as they travel: every secret becomes `cred:NAME`, and goes by a way of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings, resolve_secret

_KINDS = ("env:", "file:")
"""References that mean something on this machine only; `cred:` means the target's own."""
_DEFAULTS = ("access_token", "app_secret", "verify_token")
"""Of `[whatsapp]`: needed, and not always written down."""


@dataclass(frozen=True, slots=True)
class Travelling:
    """Settings for a target."""

    text: str
    """TOML."""
    sources: Mapping[str, SecretStr] = field(repr=False)
    """References by the name that stands in the text, e.g. `whatsapp.access_token`: a valid file name."""
    files: frozenset[Path]
    """Files that secrets are read from: they never travel."""

    def secrets(self) -> Mapping[str, SecretStr]:
        """The secrets themselves, by name. Raises `ConfigError` for one that is missing here."""
        return {name: resolve_secret(source) for name, source in self.sources.items()}


def travelling(settings: Settings) -> Travelling:
    """Rewrite the settings file for a target. Raises `ConfigError` if there is none."""
    import tomlkit  # noqa: PLC0415 -- of the extra `sim`; a server never packs

    try:
        document = tomlkit.parse(settings.config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{settings.config} cannot be read: a bot is deployed with its settings.",
            remedy="Run this in the bot's folder, or name the file with --config.",
        ) from error
    sources: dict[str, SecretStr] = {}
    files: set[Path] = set()
    for table, key, path, value in list(_references(document)):
        sources[path] = SecretStr(value)
        if value.startswith("file:"):
            files.add(Path(value.removeprefix("file:")).expanduser().resolve())
        table[key] = f"cred:{path}"
    _add_defaults(document, settings, sources)
    return Travelling(tomlkit.dumps(document), sources, frozenset(files))


def _add_defaults(
    document: MutableMapping[str, Any], settings: Settings, sources: dict[str, SecretStr]
) -> None:
    """What `[whatsapp]` needs and does not say is taken from this machine, by its default or a variable."""
    import tomlkit  # noqa: PLC0415

    whatsapp = document.setdefault("whatsapp", tomlkit.table())
    for key in _DEFAULTS:
        if key not in whatsapp:
            sources[f"whatsapp.{key}"] = getattr(settings.whatsapp, key)
            whatsapp[key] = f"cred:whatsapp.{key}"


def _references(
    table: MutableMapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[MutableMapping[str, Any], str, str, str]]:
    """Every secret that the file refers to: its table, key, name and reference."""
    for key, value in table.items():
        path = (*above, str(key))
        if isinstance(value, MutableMapping):
            yield from _references(value, path)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, MutableMapping):
                    yield from _references(one, (*path, str(number)))
        elif isinstance(value, str) and value.startswith(_KINDS):
            yield table, key, _file_name(path), str(value)


def _file_name(path: tuple[str, ...]) -> str:
    """Letters, digits, dots, dashes and underscores: what systemd takes for the name of a credential."""
    joined = ".".join(path)
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in joined
    )
