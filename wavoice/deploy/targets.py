"""Who can take a release: `[deploy] target` names an entry point of the group `wavoice.targets`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

from wavoice.deploy.target import Target
from wavoice.runtime.adapters.offered import loaded
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings

TARGETS: Final = "wavoice.targets"
IMAGE: Final = "image"
"""Files for a container platform: nobody is there to be deployed to."""


@dataclass(frozen=True, slots=True)
class TargetBackend:
    """What an entry point of the group names."""

    open: Callable[[Settings, Clock], AbstractAsyncContextManager[Target]]
    """Opens the target of the settings, without contacting it, for as long as it is needed. Raises
    `ConfigError` where its section is not complete.
    """


def open_target(settings: Settings, clock: Clock) -> AbstractAsyncContextManager[Target]:
    """The target of the settings. Raises `ConfigError`, or `UserInputError` where there is none."""
    name = settings.deploy.target
    if name == IMAGE:
        raise UserInputError(
            "An image is built and started by your container platform, not from here.",
            remedy="Write its files with: wavoice deploy --target image --out DIR",
        )
    return loaded(TARGETS, name, TargetBackend, "deploy.target").open(settings, clock)
