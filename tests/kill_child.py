"""A bot in a process of its own, to be killed: settings come in WAVOICE_* variables, as in production.

Ears and voice are scripted; everything else is what `build` makes, over real sockets and a real file.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from multiprocessing.connection import Connection
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


def live(environment: Mapping[str, str], ready: Connection) -> None:
    """Be that bot, until killed; whoever started it is told when it is ready."""
    os.environ.clear()
    os.environ.update(environment)
    asyncio.run(_live(ready))


async def _live(ready: Connection) -> None:
    lines = {int(size): Line(text) for size, text in json.loads(os.environ["KILL_LINES"]).items()}
    parts = Parts(ears=ScriptedEars(by_size=lines), voice=ToneVoice(), policy=POLICY)
    port = int(os.environ["KILL_PORT"])
    async with build(Settings.load(), parts) as runtime, serve(runtime.app, port=port):
        ready.send_bytes(b"ready")
        await asyncio.Event().wait()
