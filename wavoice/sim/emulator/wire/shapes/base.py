"""What all shapes share, and the kinds of values that occur in many of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Seconds = Annotated[str, StringConstraints(pattern=r"^\d+$")]
"""Unix seconds as a string: the timestamps of messages, statuses and calls."""
Digits = Annotated[str, StringConstraints(pattern=r"^\d{5,20}$")]
"""A phone number with country code, or an id: digits and nothing else."""
Bsuid = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\.[A-Za-z0-9]{1,128}$")]
"""Business-scoped user id: ISO 3166-1 alpha-2, a dot, up to 128 letters and digits. Opaque, case kept."""
ParentBsuid = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}$")]
"""The user for all portfolios of an enterprise."""
Wamid = Annotated[str, StringConstraints(pattern=r"^wamid\.")]
"""A message id: `wamid.` and base64."""
Text = Annotated[str, StringConstraints(min_length=1)]
"""Anything that is said; never empty."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""A SHA-256 in base64, as webhooks write it."""


class Shape(BaseModel):
    """An object of a webhook. Keys that are not there are absent: null is an error."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True, protected_namespaces=()
    )
    nullable: ClassVar[frozenset[str]] = frozenset()
    """The few keys whose value WhatsApp writes as null."""

    @model_validator(mode="before")
    @classmethod
    def _absent_is_not_null(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            nulls = [key for key, value in data.items() if value is None and key not in cls.nullable]
            if nulls:
                raise ValueError(f"null instead of an absent key: {', '.join(nulls)}")
        return data


class ErrorDetails(Shape):
    """`error_data` of an error in a webhook."""

    details: Text
    """What went wrong, in a sentence."""


class WireError(Shape):
    """An error in a webhook: of a status, a message, a call or the number."""

    code: int
    """Code of the error reference."""
    title: Text | None = None
    """Its title; calls have only `message`."""
    message: Text
    """The title once more."""
    error_data: ErrorDetails
    """Details."""
    href: str | None = None
    """The error reference; in statuses and calls."""
