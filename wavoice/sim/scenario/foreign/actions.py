"""Their functions, custom actions and flows, by our names for the same business action."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.model import Tier
from wavoice.sim.scenario.foreign.source import Item
from wavoice.sim.scenario.foreign.write import Value


class Actions:
    """The names that a user gave; see `read_foreign`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def action(self, name: str) -> str | None:
        """Our name of it; None if nobody said."""
        return self._names.get(name)

    def why_no_write(self, name: str) -> str | None:
        """Why this is no business write here; None if it is one."""
        action = self.action(name)
        if action is None:
            return f"nobody said which action {name} is here: map it to one, if it writes"
        job = JOBS.get(action)
        if job is not None and job.tier is Tier.R0:
            return f"{action} only looks something up: there is no write to expect"
        return None

    def write(self, name: str, args: Item | None) -> tuple[dict[str, Value], list[Item]]:
        """The write that a call of it is, and those of its arguments that cannot be compared."""
        write: dict[str, Value] = {"action": self._names[name]}
        if args is None or args.data is None:
            return write, []
        if not isinstance(args.data, dict):
            args.wrong("args should be a table of keys")
            return write, []
        lost: list[Item] = []
        for key, value in args.data.items():
            ours = self._names.get(f"{name}.{key}", key)
            if isinstance(value, str) and ours not in write:
                write[ours] = value
            else:
                lost.append(args.at(key))
        return write, lost
