"""Wheels for the Python of the base image, chosen and hashed here: the build installs nothing else."""

from __future__ import annotations

from pathlib import Path

from wavoice.deploy.extras import extras_of
from wavoice.deploy.package import WHEELS
from wavoice.deploy.ssh.python import Python
from wavoice.deploy.ssh.wheels import Packer, Wanted
from wavoice.deploy.steps import HERE
from wavoice.runtime.settings import Settings

_GLIBC = (2, 36)
"""Of Debian 12: what is built for it runs on every newer base."""


def add_wheels(settings: Settings, out: Path) -> str:
    """Put `wheels/`, `wavoice/` and `requirements.lock` into the build context; return in words what that is.

    Blocks, and contacts the package index. Raises `UserInputError` without uv, `TargetError` if a wheel is
    missing.
    """
    wishes = settings.deploy.image
    major, _, minor = wishes.python.partition(".")
    python = Python((int(major), int(minor)), wishes.machine, _GLIBC)
    cache = settings.config.parent.resolve() / WHEELS
    return Packer(cache, HERE).pack(out, Wanted(python, extras_of(settings), settings.deploy.packages))
