"""Secrets on the command line: by reference, because other users of a machine can read what is typed."""

from __future__ import annotations

from wavoice.runtime.errors import UserInputError


def secret(reference: str) -> str:
    """Return what `env:NAME` or `file:PATH` refers to; anything else is the secret itself.

    Raises `UserInputError` that names the reference.
    """
    value = _resolved(reference) if ":" in reference else reference
    if not value:
        raise UserInputError("An empty secret protects nothing.", remedy="Give env:NAME or file:PATH.")
    return value


def _resolved(reference: str) -> str:
    # Settings take a tenth of a second to import; a word without a colon refers to nothing.
    from pydantic import SecretStr  # noqa: PLC0415

    from wavoice.runtime.settings import resolve_secret  # noqa: PLC0415

    return resolve_secret(SecretStr(reference)).get_secret_value()
