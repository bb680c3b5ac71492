"""An LLM that is asked with care: within its time, not while it fails, and not more often than was agreed."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.adapters.chat_api import ChatApi
from wavoice.runtime.adapters.hosted import HostedApi, host_of
from wavoice.runtime.errors import ConfigError, ConsultError
from wavoice.runtime.interpret.llm import Question, Written
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_understanding import Llm

DAY: Final[Micros] = 24 * 3600 * SECOND
OFF: Final = "No LLM is asked: understanding.llm.base_url is not set."


@dataclass(slots=True)
class CarefulConsultant:
    """`Consultant` over one server. Its counts and its breaker die with the process."""

    server: ChatApi
    settings: Llm
    clock: Clock
    breaker: Breaker
    _day: int = -1
    _asked: Counter[str] = field(default_factory=Counter)

    async def ask(self, question: Question, contact: str) -> Written | None:
        """See `Consultant.ask`."""
        if not self._may_ask(contact) or not self.breaker.admits():
            return None
        self._asked[contact] += 1
        try:
            written = await self.server.ask(question)
        except ConsultError:
            self.breaker.failed()
            raise
        except asyncio.CancelledError:
            self.breaker.given_up()
            raise
        self.breaker.succeeded()
        return written

    async def close(self) -> None:
        """Close the connections."""
        await self.server.close()

    def _may_ask(self, contact: str) -> bool:
        today = self.clock.now() // DAY
        if today != self._day:
            self._day, self._asked = today, Counter()
        mine = self._asked[contact] < self.settings.calls_per_contact
        return mine and self._asked.total() < self.settings.calls_per_day


def open_consultant(settings: Llm, clock: Clock) -> CarefulConsultant | None:
    """Who is asked last, or None. Opens no connection. Raises `ConfigError`."""
    server = open_chat(settings)
    return None if server is None else CarefulConsultant(server, settings, clock, Breaker(clock))


def open_chat(settings: Llm) -> ChatApi | None:
    """The server alone, or None. Opens no connection. Raises `ConfigError`."""
    if settings.base_url is None:
        return None
    return ChatApi(HostedApi(settings.base_url, _key_of(settings)), settings)


def _key_of(settings: Llm) -> SecretStr | None:
    if not settings.model:
        raise ConfigError(
            "understanding.llm.model is not set.", remedy="Write what the API calls the model to ask."
        )
    return resolve_secret(settings.api_key) if settings.api_key else None


def described(settings: Llm) -> str:
    """One line that says who is asked last, or that nobody is. Raises `ConfigError`."""
    if settings.base_url is None:
        return OFF
    _key_of(settings)
    limits = f"within {settings.budget_seconds:g} s, {settings.calls_per_day} times a day"
    return f"{settings.model} at {host_of(settings.base_url)}, {limits}"
