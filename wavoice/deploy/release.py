"""A release: files with their hashes, and the secrets that its settings refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

MANIFEST = "manifest.json"
"""File of a release that lists all others with their hashes."""
BOT = "bot"
"""Folder of a release in which the author's files lie; the bot is run in it."""
SETTINGS = f"{BOT}/wavoice.toml"
"""The settings of a release: the author's, with every secret as `cred:NAME`."""


@dataclass(frozen=True, slots=True)
class Release:
    """What goes to a target, complete on this machine."""

    id: str
    """`20261130-211500-3fa9c2d1`: when it was packed (UTC), and the beginning of `digest`. Sorts by age, and
    is safe as the name of a folder, of a unit and of an image tag."""
    folder: Path
    """Where it lies here: exactly `files` and `MANIFEST`, and nothing else."""
    digest: str
    """SHA-256 over the sorted list of `files`, in hex. Equal digests are equal releases."""
    files: Mapping[str, str]
    """SHA-256 in hex by path within `folder`, with `/`."""
    version: str
    """Of wavoice, e.g. `0.1.0`."""
    commit: str = ""
    """Of the author's repository, with `+` at the end where files had changed since; empty without git."""
    credentials: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    """What the settings of the release read with `cred:NAME`. Never written into `folder`."""
