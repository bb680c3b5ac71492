"""The canary turn: this release hears one voice note and answers it, and no customer is at the other end.

Runs where the release lies, with its settings, secrets, models and jobs. Only WhatsApp, the shop and the
store are others: the emulator signs the note with the bot's own app secret, the store is thrown away
afterwards, and the author's own functions are not called (`runtime.rehearsal`): nothing is written anywhere.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from pydantic import SecretStr

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ConfigError, WavoiceError
from wavoice.runtime.journal import Event, HeardNote
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings, resolve_secret
from wavoice.runtime.settings_systems import Orders, Payments
from wavoice.sim.reach import Wire
from wavoice.sim.rehearsal import Rehearsal, rehearsal_settings, rehearse

NOTE = "starter/fixtures/audio/gift_wrap__street_20db.ogg"
PATIENCE = 60.0
"""Seconds within which the answer has to come; models are loaded before."""

PATIENT = replace(
    Policy(),
    hear_budget_seconds=PATIENCE / 2,
    speak_budget_seconds=PATIENCE / 2,
    send_lease=int(PATIENCE) * SECOND,
)
"""What is asked is whether it can hear and speak, on a machine that runs the live release beside it."""


@dataclass(frozen=True, slots=True)
class Canary:
    """What came of it."""

    ok: bool
    told: str
    """In words, without those of the note."""
    seconds: float = 0.0
    """From the note to the answer."""


def note_of(settings: Settings) -> bytes:
    """The voice note of the settings, or the one that wavoice brings. Raises `ConfigError`."""
    chosen = settings.deploy.canary_note
    if chosen is None:
        return (files("wavoice.sim") / NOTE).read_bytes()
    file = settings.config.parent / chosen
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"deploy.canary_note: {file} cannot be read.", remedy="Put a voice note (Ogg Opus) there."
        ) from error


async def sing(settings: Settings, parts: Parts | None = None) -> Canary:
    """Let this release take the canary turn, with `parts` in the place of its own. What it lacks is told, not
    raised.
    """
    try:
        note = note_of(settings)
        with tempfile.TemporaryDirectory(prefix="wavoice-canary-") as folder:
            ours, wire = _rehearsed(settings, Path(folder) / "canary.db")
            patient = replace(parts or Parts(), policy=PATIENT)
            async with rehearse(ours, patient, SystemClock(), wire=wire) as rehearsal:
                return await _turn(rehearsal, note, settings.deploy.canary_words)
    except WavoiceError as error:
        return Canary(ok=False, told=str(error))


def _rehearsed(settings: Settings, store: Path) -> tuple[Settings, Wire]:
    """The settings with the emulator, the sample shop and that store in the place of the real ones."""
    base, real = rehearsal_settings(settings, str(store)), settings.whatsapp
    keys = ("access_token", "app_secret", "verify_token")
    secrets = {key: resolve_secret(getattr(real, key)) for key in keys}
    others = {
        "whatsapp": base.whatsapp.model_copy(update=secrets),
        "orders": Orders(),
        "payments": Payments(),
    }
    wire = Wire(access_token=_shown(secrets["access_token"]), app_secret=_shown(secrets["app_secret"]))
    return base.model_copy(update=others), wire


def _shown(secret: SecretStr) -> str:
    return secret.get_secret_value()


async def _turn(rehearsal: Rehearsal, note: bytes, words: tuple[str, ...]) -> Canary:
    clock = rehearsal.clock
    began = clock.ticks()
    try:
        async with asyncio.timeout(PATIENCE):
            await rehearsal.phone.records(note)
            await rehearsal.phone.hears(0)
    except TimeoutError:
        return Canary(ok=False, told=f"no answer to the voice note within {PATIENCE:g} s")
    seconds = (clock.ticks() - began) / SECOND
    await rehearsal.idle()
    heard = _heard(await rehearsal.journal())
    spoke = any(message.kind == "voice" for message in rehearsal.phone.messages)
    if (wrong := _wrong(rehearsal, heard, words, spoke=spoke)) is not None:
        return Canary(ok=False, told=wrong, seconds=seconds)
    form = "by voice" if spoke else "in writing"
    return Canary(ok=True, told=f"heard {len(heard.split())} words, answered {form}", seconds=seconds)


def _wrong(rehearsal: Rehearsal, heard: str, words: tuple[str, ...], *, spoke: bool) -> str | None:
    if not heard.strip():
        return "it answered, and heard no word of the note"
    if missing := [word for word in words if word.casefold() not in heard.casefold()]:
        return f"it did not hear: {', '.join(missing)}"
    if rehearsal.runtime.bot.kit.voice is not None and not spoke:
        return "it has a voice, and answered in writing only"
    if rehearsal.world.ledger:
        return "it wrote to the shop without being told yes"
    return None


def _heard(events: Sequence[Event]) -> str:
    return " ".join(event.body.text for event in events if isinstance(event.body, HeardNote))
