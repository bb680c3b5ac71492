"""The file of another tool: plain values, each with its line, and a view that notes what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario.load import SUFFIXES
from wavoice.sim.scenario.yaml_lines import Place, parse_yaml

MOST_BYTES = 4 * 2**20
"""More than any test file holds."""
MOST_INCLUDES = 100
"""Files that one file pulls in, theirs counted too."""

_INCLUDE = "!include"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read, with what it includes put in place."""

    file: Path
    data: Any
    lines: Mapping[Place, int]
    """Line of the file itself; of what is included, the line that includes it."""
    origins: Mapping[Place, str]
    """Of what is included: its own file and line."""
    problems: list[tuple[int | None, str]] = field(default_factory=list)
    """What breaks the rules of the format, so far."""

    @property
    def top(self) -> Item:
        """The whole file."""
        return Item(self, (), self.data)

    def check(self) -> None:
        """Raise `ScenarioError` if anything was wrong."""
        if self.problems:
            raise ScenarioError(self.file, sorted(dict.fromkeys(self.problems), key=lambda one: one[0] or 0))


@dataclass(frozen=True, slots=True)
class Item:
    """One value of the file. Reading a value of the wrong kind notes the problem and yields nothing."""

    source: Source
    place: Place
    data: Any

    @property
    def line(self) -> int:
        """Line on which it stands."""
        place = self.place
        while place and place not in self.source.lines:
            place = place[:-1]
        return self.source.lines.get(place, 1)

    @property
    def origin(self) -> str:
        """File and line of the included file that it stands in; empty for the file itself."""
        return self.source.origins.get(self.place, "")

    def wrong(self, problem: str) -> None:
        """Note that this breaks the rules of its format."""
        where = f"{self.origin}: " if self.origin else ""
        self.source.problems.append((self.line, where + problem))

    def has(self, key: str) -> bool:
        """True if it is a table with that key, whatever its value."""
        return isinstance(self.data, dict) and key in self.data

    def at(self, key: str | int) -> Item:
        """What stands there; nothing (`None`) if it does not."""
        place = (*self.place, key)
        if isinstance(self.data, list) and isinstance(key, int):
            return Item(self.source, place, self.data[key])
        return Item(self.source, place, self.data.get(key) if isinstance(self.data, dict) else None)

    def knows(self, *keys: str) -> bool:
        """Note it if this is no table, or has other keys than these; true if it is a table."""
        if not isinstance(self.data, dict):
            self.wrong("should be a table of keys")
            return False
        for key in self.data:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1, cutoff=0)[0]
                self.at(key).wrong(f"{key} is not a key here; the nearest is {near}")
        return True

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """The text of a key."""
        value = self.at(key)
        if isinstance(value.data, str) and (value.data or not needed):
            return value.data
        if needed and not self.has(key):
            self.wrong(f"lacks the key {key}")
        elif needed or value.data is not None:
            value.wrong(f"{key} should be a text; put it in quotes")
        return None

    def number(self, key: str) -> int | None:
        """The whole number of a key, not negative."""
        value = self.at(key)
        if value.data is None:
            return None
        digits = value.data.replace("_", "") if isinstance(value.data, str) else ""
        if digits.isascii() and digits.isdecimal() and len(digits) <= 12:
            return int(digits)
        value.wrong(f"{key} should be a whole number")
        return None

    def flag(self, key: str) -> bool:
        """The true or false of a key; false if it is not there."""
        value = self.at(key)
        said = str(value.data).casefold()  # plain `True` is a text in our YAML
        if value.data is None or said in ("true", "false"):
            return said == "true"
        value.wrong(f"{key} should be true or false")
        return False

    def items(self, key: str, *, needed: bool = False) -> list[Item]:
        """The list of a key."""
        value = self.at(key)
        if isinstance(value.data, list):
            return value.all()
        if needed and not self.has(key):
            self.wrong(f"lacks the key {key}")
        elif needed or value.data is not None:
            value.wrong(f"{key} should be a list")
        return []

    def all(self) -> list[Item]:
        """The items of this list."""
        return [self.at(index) for index in range(len(self.data))]


def read_source(file: Path) -> Source:
    """Read a file and what it includes. Raises `ScenarioError` with file and line."""
    try:
        read = _Reader().read(file)
    except RecursionError:  # an alias inside of what it stands for
        raise ScenarioError(file, [(1, "nests too deeply")]) from None
    if not isinstance(read.data, dict):
        raise ScenarioError(file, [(1, "is of no known format: its top is not a table of keys")])
    return read


class _Reader:
    """Reads one file after the other."""

    def __init__(self) -> None:
        self._left = MOST_INCLUDES

    def read(self, file: Path) -> Source:
        text, included = _without_includes(_text_of(file))
        document = parse_yaml(text, file)
        source = Source(file, document.data, dict(document.lines), {})
        data = self._filled(source.top, included) if included else document.data
        return Source(file, data, source.lines, source.origins)

    def _filled(self, item: Item, included: Mapping[str, str]) -> Any:
        """The same value with the included files in their places; their lines are noted on the way."""
        data = item.data
        if isinstance(data, dict):
            return {key: self._filled(item.at(key), included) for key in data}
        if isinstance(data, list):
            return [self._filled(one, included) for one in item.all()]
        if not isinstance(data, str) or data not in included:
            return data
        name = included[data]
        file = item.source.file.parent / name
        self._left -= 1
        if self._left < 0 or Path(name).is_absolute() or file.suffix not in SUFFIXES:
            problem = (
                f"includes {name!r}: only YAML files are included, by relative path, {MOST_INCLUDES} at most"
            )
            raise ScenarioError(item.source.file, [(item.line, problem)])
        inner, line = self._inner(item, file, name), item.line
        lines, origins = item.source.lines, item.source.origins
        assert isinstance(lines, dict)  # noqa: S101 -- `read` makes both
        assert isinstance(origins, dict)  # noqa: S101
        for place, inner_line in inner.lines.items():
            lines[*item.place, *place] = line
            origins[*item.place, *place] = inner.origins.get(place) or f"{name}:{inner_line}"
        return inner.data

    def _inner(self, item: Item, file: Path, name: str) -> Source:
        try:
            return self.read(file)
        except ScenarioError as error:
            (line, problem), *_ = error.problems
            if line is not None or error.file != file:
                raise
            raise ScenarioError(item.source.file, [(item.line, f"includes {name!r}: {problem}")]) from None


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ScenarioError(file, [(None, f"is larger than {MOST_BYTES // 2**20} MiB")])
        if not file.is_file():
            raise ScenarioError(file, [(None, "is not a file")])
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(file, [(None, "there is no such file")]) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(file, [(None, f"is not UTF-8 text (byte {error.start})")]) from error
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        raise ScenarioError(file, [(None, f"cannot be read: {error}")]) from error


def _without_includes(text: str) -> tuple[str, Mapping[str, str]]:
    """The text with every `!include PATH` as a word of its own, and the path that each word stands for."""
    if _INCLUDE not in text:
        return text, {}
    try:
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return text, {}  # whoever parses it next says what is wrong
    word = "include"
    while word in text.replace(_INCLUDE, ""):
        word += "-"
    found = [one for one in events if isinstance(one, yaml.ScalarEvent) and one.tag == _INCLUDE]
    paths: dict[str, str] = {}
    for event in reversed(found):
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            continue
        stand_in = f"{word}{len(paths)}"
        paths[stand_in] = event.value
        text = text[: start.index] + f'"{stand_in}"' + text[end.index :]
    return text, paths
