"""YAML for a format whose subject is "yes" and "no": what stands there is what is read.

PyYAML reads `yes` as true, `10:30` as 630, `0042` as 34 and `+15550100` as a number without its plus
(YAML 1.1). Here a plain scalar is `true`, `false`, `null`, or the text as written: numbers are made
where a number is expected, so that an order number stays what it was. Every value keeps its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wavoice.runtime.errors import ScenarioError

Place = tuple[str | int, ...]
"""Where a value stands: keys and positions from the top, e.g. `("steps", 0, "note")`."""

MOST_VALUES = 50_000
"""More than any file holds; aliases of aliases end here."""
DEEPEST = 40
"""Deeper than any file is; aliases of themselves end here."""

_TYPED = {"true": True, "false": False, "null": None, "~": None, "": None}
_TEXT = "tag:yaml.org,2002:str"
_NO_TAGS = "files hold no tags and no code"
_KINDS = ("str", "map", "seq")


if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    """libyaml's, if it is there: some ten times as fast."""


class _Loader(_Base):
    """Resolves nothing, so that an explicit tag is the only tag that is seen."""


_Loader.yaml_implicit_resolvers = {}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: plain values, and the line of each."""

    file: Path
    data: Any
    lines: Mapping[Place, int]
    """Line (from 1) on which the key or item of a place stands."""

    def line(self, place: Place) -> int:
        """Line of the place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(file: Path) -> Document:
    """Read one file. Raises `ScenarioError` with file and line."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(file, [(None, "there is no such file")]) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(file, [(None, f"is not UTF-8 text (byte {error.start})")]) from error
    except OSError as error:
        raise ScenarioError(file, [(None, f"cannot be read: {error.strerror}")]) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: Path) -> Document:
    """Read YAML text that stands in `file`. Raises `ScenarioError` with file and line."""
    try:
        node = _compose(text)
    except UnicodeEncodeError as error:
        raise ScenarioError(file, [(None, "holds half a character")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = _with_quoted_sentence(text, mark.line) if mark else None
        if sentence is not None:
            return parse_yaml(sentence, file)
        line = mark.line + 1 if mark else None
        raise ScenarioError(file, [(line, f"is not YAML: {error.problem or error.context}")]) from error
    except yaml.reader.ReaderError as error:
        raise ScenarioError(file, [(None, f"holds a character that YAML forbids: {error.reason}")]) from error
    if node is None:
        raise ScenarioError(file, [(1, "is empty")])
    builder = _Builder(file)
    return Document(file, builder.value(node, ()), builder.lines)


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _with_quoted_sentence(text: str, number: int) -> str | None:
    """The text with its `about` in quotes, if that is what YAML stumbled over: sentences hold colons."""
    lines = text.split("\n")
    key, colon, sentence = lines[number].partition(": ") if number < len(lines) else ("", "", "")
    if key != "about" or not colon or sentence.strip()[:1] in ("", "'", '"', "|", ">"):
        return None
    lines[number] = "about: '" + sentence.strip().replace("'", "''") + "'"
    return "\n".join(lines)


class _Builder:
    """Nodes to values; refuses what could be misread."""

    def __init__(self, file: Path) -> None:
        self.lines: dict[Place, int] = {}
        self._file = file
        self._count = 0

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if len(place) > DEEPEST:
            raise ScenarioError(self._file, [(line, "is nested too deeply, or in itself")])
        self._count += 1
        if self._count > MOST_VALUES:
            raise ScenarioError(self._file, [(line, "holds too many values")])
        if node.tag.rpartition(":")[2] not in _KINDS or not node.tag.startswith("tag:yaml.org,2002:"):
            raise ScenarioError(self._file, [(line, f"has the tag {node.tag}: {_NO_TAGS}")])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        plain = isinstance(node, yaml.ScalarNode) and not node.style
        return _TYPED.get(node.value, node.value) if plain else node.value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, key = key_node.start_mark.line + 1, key_node.value
            if isinstance(key, str) and key_node.tag != _TEXT:
                raise ScenarioError(self._file, [(line, f"has the tag {key_node.tag}: {_NO_TAGS}")])
            if not isinstance(key, str):
                raise ScenarioError(self._file, [(line, "has a key that is not a word")])
            if key in values:
                first = self.lines[(*place, key)]
                raise ScenarioError(
                    self._file, [(line, f"has the key {key!r} twice; the first is on line {first}")]
                )
            self.lines[(*place, key)] = line
            values[key] = self.value(value_node, (*place, key))
        return values
