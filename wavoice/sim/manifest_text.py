"""A manifest as the text that somebody wrote: entries are put in or replaced, all else keeps its place.

The text is cut at its headers (`[voices.heart]`, `[[dialogue]]`); blank lines and comments above a header
belong to it, so what is put behind an entry comes before the comment of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

_HEADER = re.compile(r"^\s*(\[\[?[^\[\]]+\]\]?)\s*(?:#.*)?$")


@dataclass(slots=True)
class _Block:
    lead: str
    """Blank lines and comments above the header."""
    header: str
    """Such as `[voices.heart]`; empty for what stands above the first one."""
    body: str
    """From the line of the header to the last line that says something."""

    @property
    def text(self) -> str:
        return self.lead + self.body


class ManifestText:
    """Edits one manifest. Headers inside strings of several lines are not understood: parse the result."""

    def __init__(self, text: str) -> None:
        self._blocks = list(_cut(text))

    def __str__(self) -> str:
        """The text as it is now."""
        return "".join(block.text for block in self._blocks).rstrip("\n") + "\n"

    def put_table(self, group: str, name: str, values: Mapping[str, Any]) -> None:
        """Put `[group.name]` in place of one that is there, else behind the last of its group."""
        header = f"[{group}.{name}]"
        same = [number for number, block in enumerate(self._blocks) if block.header == header]
        if same:
            self._blocks[same[0]].body = _entry(header, values)
            return
        kin = [
            n for n, block in enumerate(self._blocks) if block.header.startswith((f"[{group}.", f"[{group}]"))
        ]
        dialogues = [n for n, block in enumerate(self._blocks) if block.header == "[[dialogue]]"]
        place = kin[-1] + 1 if kin else dialogues[0] if dialogues else len(self._blocks)
        self._blocks.insert(place, _Block("\n", header, _entry(header, values)))

    def put_dialogue(self, values: Mapping[str, Any], note: Mapping[str, Any]) -> None:
        """Put a new dialogue of one note behind all others."""
        self._blocks += [
            _Block("\n", "[[dialogue]]", _entry("[[dialogue]]", values)),
            _Block("\n", "[[dialogue.note]]", _entry("[[dialogue.note]]", note)),
        ]

    def put_note(self, dialogue: int, number: int | None, note: Mapping[str, Any]) -> None:
        """Put a note in place of that of this number in the dialogue of that number, or behind its last."""
        starts = [n for n, block in enumerate(self._blocks) if block.header == "[[dialogue]]"]
        first = starts[dialogue] + 1
        notes = []
        for place in range(first, len(self._blocks)):
            header = self._blocks[place].header
            if header == "[[dialogue.note]]":
                notes.append(place)
            elif not header.startswith("[dialogue."):
                break
        body = _entry("[[dialogue.note]]", note)
        if number is None:
            self._blocks.insert((notes[-1] if notes else first) + 1, _Block("\n", "[[dialogue.note]]", body))
        else:
            self._blocks[notes[number]].body = body


def _cut(text: str) -> Iterator[_Block]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lead, header, body = "", "", ""
    pending = ""
    for line in lines:
        found = _HEADER.match(line)
        if found:
            yield _Block(lead, header, body)
            lead, header, body, pending = pending, found[1], line, ""
        elif not line.strip() or line.lstrip().startswith("#"):
            pending += line
        else:
            body, pending = body + pending + line, ""
    yield _Block(lead, header, body)
    yield _Block("", "", pending)


def _entry(header: str, values: Mapping[str, Any]) -> str:
    table = tomlkit.table()
    for key, value in values.items():
        if isinstance(value, Mapping):
            inline = tomlkit.inline_table()
            inline.update(value)
            table[key] = inline
        else:
            table[key] = value
    return f"{header}\n{table.as_string()}"
