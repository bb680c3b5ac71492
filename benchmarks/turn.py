"""A warm voice note to a spoken reply that the emulator accepted, and the runtime without its models.

    uv run python -m benchmarks.turn [--rounds N] [--json FILE]

Every round has a customer and an order number of its own, so that no reply was spoken before; sentences
that replies share (a weekday, "Reply yes or no.") come from the voice's memory, as in production.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.build import Parts
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings_speech import Voice
from wavoice.sim.clock import SkippingClock
from wavoice.sim.machine import machine
from wavoice.sim.rehearsal import Customer, Rehearsal, agree, rehearsal_settings, rehearse, today_in
from wavoice.sim.report import NoteResult, Reference, results
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.world import World

FIXTURES = Path(__file__).parent.parent / "fixtures" / "audio"
WHERE = "where_is_my_order__babble_10db"
WARM = 3
MOVE = "change_to_friday__babble_20db"


class Customers:
    """One runtime and as many customers as rounds, each with an order nobody has spoken of before."""

    def __init__(self, rounds: int, clock: SkippingClock) -> None:
        self.day = today_in("UTC", clock)
        self.each = [Customer(f"Customer {n}", f"9198124{n:05d}", f"IN.{10**12 + n}") for n in range(rounds)]
        self.world = World(
            [ShopCustomer(f"cus_{n}", each.name, each.phone) for n, each in enumerate(self.each)],
            [self._order(n) for n in range(rounds)],
            clock=clock,
        )

    def _order(self, n: int) -> ShopOrder:
        day = self.day + timedelta(days=1 + n % 6)
        return ShopOrder(str(1842 + 17 * n), f"cus_{n}", day, "12 Hill Road", "packed", ("Rice 5 kg",))


async def turn(on: Rehearsal, customer: Customer, fixture: str, text: str | None) -> Reference:
    """Send one message and wait for its reply."""
    phone = on.emulator.phone(customer.name, customer.phone, customer.bsuid)
    if text is not None:
        wamid = await phone.says(text)
    else:
        wamid = await phone.records((FIXTURES / f"{fixture}.ogg").read_bytes())
    await phone.hears(0)
    await on.idle()
    return Reference(fixture, "", wamid)


async def measure(parts: Parts, rounds: int, store: str, fixture: str, text: str | None = None) -> Any:
    """Run `rounds` turns of one runtime after three that do not count."""
    clock = SkippingClock(SystemClock())
    customers = Customers(rounds + WARM, clock)
    settings = rehearsal_settings(store=store)
    async with rehearse(settings, parts, clock, world=customers.world) as on:
        sent = []
        for customer in customers.each:
            await agree(on.runtime, settings, customer)
            if isinstance(parts.ears, ScriptedEars):
                parts.ears.lines.append(Line("where is my order"))
            sent.append(await turn(on, customer, fixture, text))
        return figures(results(await on.journal(), sent)[WARM:])


def figures(turns: list[NoteResult]) -> dict[str, Any]:
    """Medians over the turns, in milliseconds."""
    stages = sorted({name for each in turns for name in each.stages})
    totals = sorted(each.turn_ms for each in turns)
    return {
        "turn_ms": round(statistics.median(totals), 1),
        "turn_p95_ms": round(totals[round(0.95 * (len(totals) - 1))], 1),
        "reply": turns[-1].reply_kind,
        "on_path_ms": {
            name: round(statistics.median(each.stages[name].on_path for each in turns), 1) for name in stages
        }
        | {"queue": round(statistics.median(each.queue_ms for each in turns), 1)},
    }


async def main(rounds: int) -> dict[str, Any]:
    """All figures of this machine."""
    ears, (voice, said_by), decoder = (
        WhisperEars(),
        open_voice(Voice(), SystemClock()),
        SandboxedDecoder(Policy()),
    )
    decoder.start()
    await ears.warm()
    real = Parts(ears=ears, voice=voice, decoder=decoder)
    script = Parts(ears=ScriptedEars(), voice=ToneVoice(), decoder=decoder)
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "machine": machine(),
            "voice": said_by,
            "rounds": rounds,
            f"{WHERE}, spoken answer": await measure(real, rounds, ":memory:", WHERE),
            f"{MOVE}, spoken question with buttons": await measure(real, rounds, ":memory:", MOVE),
            "runtime without models, text, store in memory": await measure(
                script, rounds, ":memory:", "-", "where is my order"
            ),
            "runtime without models, text, store in a file": await measure(
                script, rounds, f"{folder}/bot.sqlite", "-", "where is my order"
            ),
            "runtime without models, voice note, store in memory": await measure(
                script, rounds, ":memory:", WHERE
            ),
        }
    await decoder.close()
    return found


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=21)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    output = json.dumps(asyncio.run(main(chosen.rounds)), indent=2)
    print(output)
    if chosen.json:
        chosen.json.write_text(output)
