"""Secrets on the command line: by reference, because other users of a machine can read what is typed."""

from __future__ import annotations

from wavoice.runtime.errors import UserInputError


def secret(reference: str) -> str:
    """Return what `env:NAME` or `file:PATH` refers to; anything else is the secret itself.

    Raises `UserInputError` that names the reference.
    """
    from pydantic import SecretStr  # noqa: PLC0415

    from wavoice.runtime.settings import resolve_secret  # noqa: PLC0415

    value = resolve_secret(SecretStr(reference)).get_secret_value()
    if not value:
        raise UserInputError("An empty secret protects nothing.", remedy="Give env:NAME or file:PATH.")
    return value
