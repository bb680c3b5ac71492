"""The part of the composition root that opens ears and voice, where nobody has brought any."""

from __future__ import annotations

from contextlib import AsyncExitStack

from wavoice.runtime import ports
from wavoice.runtime.adapters import ears, voices
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings


def ears_for(
    settings: Settings, policy: Policy, clock: ports.Clock, stack: AsyncExitStack
) -> ports.SpeechToText:
    """Raises `ConfigError` for time-outs that leave the last backend no time."""
    opened, _ = ears.open_ears(settings.ears, clock)
    stack.push_async_callback(opened.close)
    _leaves_time("ears", ears.longest_wait(settings.ears), policy.hear_budget_seconds)
    return opened


def voice_for(
    settings: Settings, policy: Policy, clock: ports.Clock, stack: AsyncExitStack
) -> ports.TextToSpeech | None:
    """None: replies are text. Raises `ConfigError`, as for ears."""
    opened, _ = voices.open_voice(settings.voice, clock, remembers=not settings.runtime.sequential)
    if opened is not None:
        stack.push_async_callback(opened.close)
        _leaves_time("voice", voices.longest_wait(settings.voice), policy.speak_budget_seconds)
    return opened


def _leaves_time(section: str, wait: float, budget: float) -> None:
    """A backend that is asked when the budget is over might as well not be there."""
    if wait >= budget:
        raise ConfigError(
            f"{section}.timeout_seconds: the last backend is asked after {wait:g} s of {budget:g} s.",
            remedy="Shorten the time-outs, or the chain of fallbacks.",
        )
