"""A bot in a process of its own, to be killed: `python -m tests.kill_child` with WAVOICE_* settings.

Ears and voice are scripted; everything else is what `build` makes, over real sockets and a real file.
"""

from __future__ import annotations

import asyncio
import json
import os
from types import MappingProxyType

from wavoice.runtime.build import Parts, build
from wavoice.runtime.model import SECOND, Modality
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.tcp import serve

POLICY = Policy(
    settle=MappingProxyType(dict.fromkeys(Modality, SECOND // 2)),
    send_lease=4 * SECOND + 1,
)
"""Production's, with shorter waits."""


async def main() -> None:
    lines = {int(size): Line(text) for size, text in json.loads(os.environ["KILL_LINES"]).items()}
    parts = Parts(ears=ScriptedEars(by_size=lines), voice=ToneVoice(), policy=POLICY)
    port = int(os.environ["KILL_PORT"])
    async with build(Settings.load(), parts) as runtime, serve(runtime.app, port=port):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
