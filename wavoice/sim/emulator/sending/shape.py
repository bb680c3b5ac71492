"""What all shapes of the send API share: extra keys are taken and remembered, limits are characters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.sending.content import Content

MAX_BODY = 1024
MAX_LONG_BODY = 4096
"""Of texts and of lists."""
MAX_SHORT = 60
"""Of headers and footers."""
MAX_LABEL = 20
"""Of a button in a free-form message."""


class Shape(BaseModel, defer_build=True):
    """An object of the send API; keys that it does not know are kept, like Meta mostly does."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)


class Shown(Shape):
    """A message, which knows what the handset shows of it."""

    @abstractmethod
    def content(self, node: Mapping[str, Any]) -> Content:
        """Return that; `node` is the object as it was sent."""


Words = Annotated[str, Field(min_length=1)]
"""Any text that is not empty."""
Body = Annotated[str, Field(min_length=1, max_length=MAX_BODY)]
LongBody = Annotated[str, Field(min_length=1, max_length=MAX_LONG_BODY)]
Short = Annotated[str, Field(min_length=1, max_length=MAX_SHORT)]
Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]


def _web(url: str) -> str:
    if not url.startswith(("http://", "https://")) or len(url.partition("://")[2]) == 0:
        raise wrong("must be a URL that begins with http:// or https://")
    return url


Url = Annotated[str, AfterValidator(_web)]


def wrong(problem: str, code: int = 131009) -> PydanticCustomError:
    """Return the error to raise in a validator: `problem` follows the name of the field."""
    return PydanticCustomError("graph", "{problem}", {"problem": problem, "code": code})


def refusal(error: ValidationError, *at: str | int) -> GraphError:
    """Return the `GraphError` of what pydantic found first; `at` leads to the validated object.

    A missing key is 131008, an invalid value 131009. The field is named as Graph names it:
    `interactive['action']['buttons'][0]['reply']['title']`.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    path = _path([*at, *first["loc"]])
    code, problem = _problem(first)
    return GraphError(code, f"Param {path} {problem}")


def unknown_keys(shape: Shape, *at: str | int) -> Iterator[str]:
    """Yield the paths of the keys that no field of the shape, or of those inside it, knows."""
    for key in shape.model_extra or ():
        yield _path([*at, key])
    for name, value in shape.__dict__.items():
        if isinstance(value, Shape):
            yield from unknown_keys(value, *at, name)
        elif isinstance(value, tuple):
            for index, one in enumerate(value):
                if isinstance(one, Shape):
                    yield from unknown_keys(one, *at, name, index)


def _path(parts: list[str | int]) -> str:
    head, *rest = parts or ["body"]
    return str(head) + "".join(f"[{part!r}]" for part in rest)


_PROBLEMS = {
    "string_too_short": "must be at least {min_length} character long",
    "string_too_long": "must be at most {max_length} characters long",
    "too_short": "must hold at least {min_length} items",
    "too_long": "must hold at most {max_length} items",
    "string_pattern_mismatch": "must match {pattern}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be greater than {gt}",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be an array",
    "list_type": "must be an array",
    "string_type": "must be a string",
    "string_unicode": "must be a valid Unicode string",
}


def _problem(error: ErrorDetails) -> tuple[int, str]:
    context: dict[str, Any] = error.get("ctx", {})
    if error["type"] == "missing":
        return 131008, "is required"
    if error["type"] == "graph":
        return context["code"], context["problem"]
    words = _PROBLEMS.get(error["type"])
    return 131009, words.format(**context) if words else f"is not valid: {error['msg']}"
