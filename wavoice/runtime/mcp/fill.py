"""Arguments of a call from the values of a job. Pure.

`"{amount}"` alone is the value as it is (a number stays one); inside a longer text it is written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NAME = re.compile(r"\{(\w+)\}")


def names_in(template: Any) -> Iterator[str]:
    """All names that it speaks of, wherever they stand."""
    match template:
        case str():
            yield from _NAME.findall(template)
        case Mapping():
            for one in template.values():
                yield from names_in(one)
        case list() | tuple():
            for one in template:
                yield from names_in(one)


def filled(template: Any, values: Mapping[str, object]) -> Any:
    """The template with its values. Raises `KeyError` for a name that has none."""
    match template:
        case str():
            whole = _NAME.fullmatch(template)
            if whole is not None:
                return values[whole[1]]
            return _NAME.sub(lambda found: str(values[found[1]]), template)
        case Mapping():
            return {name: filled(one, values) for name, one in template.items()}
        case list() | tuple():
            return [filled(one, values) for one in template]
        case _:
            return template
