"""What a line that begins with `/` can become, from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from wavoice.cli.tui.entry import Completion


class Command(Protocol):
    """A slash command, as `sim/chat/commands.py` lists it."""

    @property
    def name(self) -> str:
        """Without its slash."""
        ...

    @property
    def arguments(self) -> str:
        """What follows it, as help shows it."""
        ...

    @property
    def help(self) -> str:
        """One line."""
        ...


Values = Callable[[], Iterable[tuple[str, str]]]
"""What an argument can be, with a word on each."""


class Completions:
    """Completes names of commands, and the first argument of those whose values are known."""

    def __init__(self, commands: Sequence[Command], values: Mapping[str, Values]) -> None:
        self._commands, self._values = commands, values

    def __call__(self, line: str) -> Sequence[Completion]:
        """Best first; nothing if the line is no command or has nothing that can be completed."""
        if not line.startswith("/"):
            return ()
        name, space, rest = line[1:].partition(" ")
        if not space:
            return [self._command(each) for each in self._commands if each.name.startswith(name)]
        values = self._values.get(name)
        if values is None or " " in rest:
            return ()
        return [
            Completion(f"/{name} {value}", value, about, whole=True)
            for value, about in values()
            if value.startswith(rest) and value != rest
        ]

    def _command(self, command: Command) -> Completion:
        usage = f"/{command.name} {command.arguments}".rstrip()
        return Completion(
            f"/{command.name}" + (" " if command.arguments else ""),
            usage,
            command.help,
            not command.arguments,
        )
