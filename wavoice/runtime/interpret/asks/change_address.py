"""How customers ask for an order to go somewhere else."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import THING, Ask

ASK = Ask(
    "change_address",
    rank=20,
    pattern=re.compile(
        r"\b(?:change|update|correct|new|different|wrong|another|move\w*)\b.*\baddress\b"
        rf"|\baddress\b.*\b(?:change|changed|update|wrong|moved)\b"
        rf"|\b(?:deliver|send|ship|bring)\s+{THING}\s+to\s+(?=.*\d)",
        re.IGNORECASE,
    ),
)
