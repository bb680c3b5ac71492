"""How many messages a second the emulator carries in process: `uv run python -m benchmarks.emulator`.

A customer writes, the bot answers over HTTP in process, WhatsApp reports two statuses: two messages
and three webhooks a round. The bot does nothing else, so the figure is the emulator's own. Each run
has a world of its own; the median of the runs is reported, with the slowest and the fastest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

from starlette.types import Receive, Scope, Send

from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.wire import Business
from wavoice.sim.in_process import InProcessPoster
from wavoice.sim.machine import machine

TOKEN = "token"
CUSTOMERS = 20


class Bot:
    """Takes every webhook and answers 200; hands texts on to whoever replies."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        if b'"messages":[' in body:
            self.texts.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def run(rounds: int) -> tuple[float, float]:
    """Messages a second over that many rounds: by the clock, and by CPU time."""
    clock, bot = VirtualClock(1_795_000_000_000_000), Bot()
    config = EmulatorConfig(access_token=TOKEN, app_secret="secret", webhook_url="http://bot.test/hook")
    emulator = Emulator(config, clock, InProcessPoster(bot))
    phones = [emulator.phone(f"c{n}", f"1555010{n:04}", f"US.{n:020}") for n in range(CUSTOMERS)]
    url = f"http://graph.wavoice.test/v24.0/{Business().number}/messages"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with emulator.client() as http:
        begun, busy = time.perf_counter(), time.process_time()
        for number in range(rounds):
            phone = phones[number % CUSTOMERS]
            await phone.says("where is my order 1842")
            body = json.loads(bot.texts.pop())
            told = body["entry"][0]["changes"][0]["value"]["messages"][0]
            answer = {
                "messaging_product": "whatsapp",
                "to": f"+{told['from']}",
                "type": "text",
                "text": {"body": "Order 1842 is packed. It comes on Thursday."},
                "context": {"message_id": told["id"]},
                "biz_opaque_callback_data": f"t-{number}",
            }
            (await http.post(url, json=answer, headers=headers)).raise_for_status()
            await emulator.idle()
            if number % CUSTOMERS == CUSTOMERS - 1:
                clock.advance_to(clock.now() + 6_000_000)  # one message in 6 s to each: no limit is met
        took, worked = time.perf_counter() - begun, time.process_time() - busy
    assert sum(len(phone.messages) for phone in phones) == rounds
    await emulator.close()
    return 2 * rounds / took, 2 * rounds / worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    rates = [asyncio.run(run(given.rounds)) for _ in range(given.runs)]
    print(machine())
    for name, found in zip(("by the clock", "by CPU time"), zip(*rates, strict=True), strict=True):
        print(
            f"{statistics.median(found):.0f} messages/s {name} ({min(found):.0f} to {max(found):.0f}, "
            f"{given.runs} runs of {2 * given.rounds} messages)"
        )


if __name__ == "__main__":
    main()
