"""The bot of a bench as a process of its own: `python -m wavoice.sim.bench.bot SPEC`.

Prints one line with the address of its webhook once it takes notes, and ends when its standard input does.
The runtime is what `build` makes of the settings found here; only WhatsApp, the shop and the store are
those of the bench.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack

from pydantic import BaseModel

from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import build
from wavoice.runtime.settings import Settings
from wavoice.sim.reach import found_at
from wavoice.sim.rehearsal import Customer, agree, rehearsal_settings
from wavoice.sim.tcp import serve


class Spec(BaseModel):
    """What the bench tells its bot."""

    graph: str
    """Scheme, host and port, like those that follow."""
    media: str
    shop: str
    store: str
    sequential: bool = False
    customers: list[tuple[str, str, str]] = []
    """Name, phone and user id of everybody who has agreed to spoken replies."""


def settings_of(spec: Spec) -> Settings:
    """The settings found here, with WhatsApp, shop and store as the bench has them."""
    base = found_at(rehearsal_settings(Settings.load(), store=spec.store), spec.graph, spec.media)
    shop = base.shop.model_copy(update={"base_url": spec.shop})
    runtime = base.runtime.model_copy(update={"sequential": spec.sequential})
    return base.model_copy(update={"shop": shop, "runtime": runtime})


async def run(spec: Spec) -> None:
    """Serve until standard input ends."""
    settings = settings_of(spec)
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(build(settings))
        for name, phone, bsuid in spec.customers:
            await agree(runtime, settings, Customer(name, phone, bsuid))
        port = await stack.enter_async_context(serve(runtime.app, grace=1))
        print(f"http://127.0.0.1:{port}{PATH}", flush=True)  # noqa: T201 -- the bench waits for it
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(run(Spec.model_validate_json(sys.argv[1])))
