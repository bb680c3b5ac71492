"""What a line that begins with `/` can become, from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from wavoice.cli.tui.entry import Completion


class Usage(Protocol):
    """A slash command, as `sim/chat/commands.py` lists it."""

    @property
    def name(self) -> str:
        """Without its slash."""
        ...

    @property
    def arguments(self) -> str:
        """What follows it, as help shows it; empty for none."""
        ...

    @property
    def help(self) -> str:
        """One line."""
        ...

    @property
    def choices(self) -> object | None:
        """How to find what its first argument can be; None: it can be anything."""
        ...


class Completions:
    """Completes names of commands, and the first argument of those whose values are known."""

    def __init__(self, commands: Sequence[Usage], want: Callable[[str], None]) -> None:
        """`want` is asked to find the values of a command and to `learn` them: that may take a while."""
        self._commands = {command.name: command for command in commands}
        self._want = want
        self._values: dict[str, Mapping[str, str]] = {}
        self._asked = ""
        """The command whose values were asked for last; typed anew, they are asked for again."""

    def learn(self, name: str, values: Mapping[str, str]) -> None:
        """The first argument of a command can be one of these, each with a word about it."""
        self._values[name] = values

    def __call__(self, line: str) -> Sequence[Completion]:
        """Best first; nothing if the line is no command or has nothing that can be completed."""
        if not line.startswith("/"):
            return ()
        name, space, rest = line[1:].partition(" ")
        if not space:
            self._asked = ""
            return [_named(each) for each in self._commands.values() if each.name.startswith(name)]
        command = self._commands.get(name)
        if command is None or command.choices is None or " " in rest:
            return ()
        if name != self._asked:
            self._asked = name
            self._want(name)
        return [
            Completion(f"/{name} {value}", value, about, whole=True)
            for value, about in self._values.get(name, {}).items()
            if value.startswith(rest) and value != rest
        ]


def _named(command: Usage) -> Completion:
    usage = f"/{command.name} {command.arguments}".rstrip()
    line = f"/{command.name} " if command.arguments else f"/{command.name}"
    return Completion(line, usage, command.help, whole=not command.arguments)
