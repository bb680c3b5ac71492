"""A reply whose sending is cut off again and again is not sent again and again."""

from __future__ import annotations

from itertools import pairwise

from tests.sim.scenario.scripts import ASKED, play
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import Policy

LATE = "chaos: {seed: 1, delay_from: 60s, delay: 60s}"
"""The question is on the phone for a minute before the bot is told so."""
KILLED = f"""
- crash: part_sent
{ASKED}
- {{crash: part_sent, after: 61s}}
- {{crash: part_sent, after: 71s}}
- wait: 3min
"""
"""Between WhatsApp's answer and the note of it: at first, and in both tries that follow."""


def test_each_try_has_a_whole_lease_in_which_its_status_may_come() -> None:
    (messages,) = play(KILLED, LATE).messages.values()
    shown = [message.at for message in messages if message.buttons]
    gaps = [(after - before) / SECOND for before, after in pairwise(shown)]
    assert gaps == [Policy().send_lease / SECOND] * 3
