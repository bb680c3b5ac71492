"""What all tables of the format share: unknown keys are errors that name the nearest valid one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """A table of the format: unknown keys are errors that name the nearest valid one."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        valid = {field.alias or name for name, field in cls.model_fields.items()}
        for key in value:
            if key not in valid:
                near = difflib.get_close_matches(str(key), valid, n=1, cutoff=0)[0]
                raise PydanticCustomError(
                    "unknown_key",
                    "{key} is not a key here; the nearest is {near}",
                    {"key": key, "near": near},
                )
        return value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Phrases = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
"""One text or a list of texts."""
