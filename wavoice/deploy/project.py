"""Which files of the author's folder are the bot."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings

MOST_BYTES = 200 * 1024 * 1024
"""A bot is code and words; what is more has got in by mistake."""
_NEVER = re.compile(r"\.(db|sqlite3?)(-(wal|shm|journal))?$|\.(lock|pem|key|p12)$|~$")
"""Databases, locks and private keys: whatever the patterns say."""
_FOLDERS = frozenset({"__pycache__", "node_modules"})


def project_files(settings: Settings, secret_files: Iterable[Path] = ()) -> list[Path]:
    """The bot's files, sorted, relative to the folder of its settings, which are not among them.

    Hidden files, links, virtual environments, databases and `secret_files` are left out. Raises
    `ConfigError` where a file that the settings name is missing, or the whole is too large.
    """
    deploy, root = settings.deploy, settings.config.parent.resolve()
    hidden = frozenset(secret_files)
    named = {_named(root, path) for path in (settings.shop.faq, deploy.canary_note) if path is not None}
    wanted, unwanted = matcher(deploy.include), matcher(deploy.exclude)
    found = {
        path
        for path in _walk(root)
        if wanted(path.as_posix()) and not unwanted(path.as_posix()) and root / path not in hidden
    }
    chosen = sorted((found | named) - {Path(settings.config.name)})
    size = sum((root / path).stat().st_size for path in chosen)
    if size > MOST_BYTES:
        largest = max(chosen, key=lambda path: (root / path).stat().st_size)
        raise ConfigError(
            f"The bot's files are {size // 1_000_000} MB; {largest} is the largest.",
            remedy="Leave out what it does not need: deploy.include and deploy.exclude in wavoice.toml.",
        )
    return chosen


def _named(root: Path, path: Path) -> Path:
    """A file that the settings name, within the folder: outside it, it would not travel."""
    file = (root / path).resolve()
    if not file.is_file() or not file.is_relative_to(root):
        raise ConfigError(
            f"wavoice.toml names {path}, which is no file of {root}.", remedy="Put it beside wavoice.toml."
        )
    return file.relative_to(root)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        at = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _FOLDERS and not (at / name / "pyvenv.cfg").exists()
        )
        for name in files:
            file = at / name
            if not name.startswith(".") and not _NEVER.search(name) and not file.is_symlink():
                yield file.relative_to(root)


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """True for paths that one of the patterns fits: `*` within a folder, `**` across folders."""
    rules = [re.compile(_regex(pattern)) for pattern in patterns]
    return lambda path: any(rule.fullmatch(path) for rule in rules)


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meant.get(part, re.escape(part)) for part in parts)
