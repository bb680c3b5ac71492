"""What all tables of the format share: unknown keys are errors that name the nearest valid one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema


class Strict(BaseModel):
    """A table of the format: unknown keys are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True
    )


def valid_keys(model: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """Keys of the table in which `loc` (pydantic's path of an error) ends."""
    tables = {model}
    for part in loc[:-1]:
        if isinstance(part, str):
            inner = [_field(table, part) for table in tables]
            # What is no field is a key of a mapping, or a name that only pydantic knows.
            tables = {found for one in inner for found in one} or tables
    return {field.alias or name for table in tables for name, field in table.model_fields.items()}


def _field(table: type[BaseModel], key: str) -> set[type[BaseModel]]:
    fields = {field.alias or name: field for name, field in table.model_fields.items()}
    return _tables(fields[key].annotation) if key in fields else set()


def _tables(annotation: Any) -> set[type[BaseModel]]:
    """The tables that a type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for inner in get_args(annotation) for found in _tables(inner)}


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Phrases = Annotated[tuple[str, ...], BeforeValidator(_one_or_many), WithJsonSchema(_TEXTS)]
"""One text or a list of texts."""
