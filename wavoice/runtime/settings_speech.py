"""Sections `[ears]` and `[voice]` of `wavoice.toml`: who hears and who speaks. docs/ears.md has examples."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


class Section(BaseModel):
    """A table of `wavoice.toml`: knows its keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def from_commas(value: object) -> object:
    """A list as a variable writes it: separated by commas."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def _is_endpoint(address: str) -> str:
    """Customers' voices and a key go there: in the clear only inside one's own network."""
    return endpoint(address, "https://api.openai.com/v1", "voices", "api_key")


def endpoint(address: str, example: str, what: str, key: str) -> str:
    """The root of an API that gets `what` and a secret. Raises `ValueError` for one that may have neither."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"write an address such as {example}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"a secret does not belong into an address; use {key}")
    if parts.scheme == "http" and not is_near(parts.hostname):
        raise ValueError(f"http to {parts.hostname} would send {what} in the clear; use https")
    return address.rstrip("/")


def is_near(host: str) -> bool:
    """A private address, or a name that only one's own network knows."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
    return address.is_private or address.is_loopback


class _Speech(Section):
    """What backends of ears and voice have in common; docs/ears.md."""

    base_url: Annotated[str, AfterValidator(_is_endpoint)] | None = None
    """Hosted: root of an OpenAI-compatible API, such as `https://api.openai.com/v1`; plain http only to
    an address of one's own network."""
    api_key: SecretStr | None = None
    """Hosted, secret reference: bearer token of that API; none is sent if it is absent."""
    timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    """Longest wait before the next backend is asked (ears: and a tenth of the note's length); absent:
    for ears 4 and for a voice 1.2 where it is hosted, else the whole budget."""
    options: dict[str, str] = {}
    """For backends of other packages, which say what they read here."""


class Ears(_Speech):
    """Speech recognition."""

    backend: str = "faster-whisper"
    """Entry point of the group `wavoice.ears`: `faster-whisper`, `openai` (hosted), one that another
    package brings, or `none` to end a chain."""
    model: str | None = None
    """`faster-whisper`: a name (`base` is the installed weights), a folder, a hub id (`owner/model`) or
    `package:NAME`; absent: `base`. `openai`: what that API calls it; absent: `whisper-1`."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """`faster-whisper`: hash that `model.bin` must have; of `base` it is known."""
    downloads: bool = False
    """`faster-whisper`: fetch a hub model that this machine does not have."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """`faster-whisper`: where it runs."""
    compute_type: str | None = None
    """`faster-whisper`: CTranslate2's quantisation; absent: `int8` on a CPU, `float16` on a GPU."""
    workers: Annotated[int, Field(ge=1)] = 2
    """`faster-whisper`: notes transcribed at the same time, one thread each."""
    window_seconds: Annotated[float, Field(ge=10, le=30)] = 10.0
    """`faster-whisper`: what the encoder sees of a note at least, padded with silence. 30 is what Whisper
    was trained with and takes two to three times as long; `wavoice eval stt` says what it brings."""
    response_format: Literal["verbose_json", "json"] = "verbose_json"
    """`openai`: `json` for models that know no other; they tell no figures, so no spoken yes counts."""
    fallback: Ears | None = None
    """Hears if this one cannot. Absent: a hosted one is followed by `base` where its weights are
    installed."""


class Voice(_Speech):
    """Speech synthesis."""

    backend: str = "auto"
    """Entry point of the group `wavoice.voices`: `piper`, `pyttsx3`, `openai` (hosted) or one that another
    package brings; `auto` takes the most natural that is installed, `none` replies in text."""
    model: str | None = None
    """`openai`: what that API calls it; absent: `tts-1`."""
    speaker: str | None = None
    """`openai`: name of the voice; absent: `alloy`."""
    audio_format: Literal["wav", "pcm", "opus"] = "wav"
    """`openai`: what is asked for; `pcm` is 16-bit mono at 24 kHz without a header."""
    languages: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = ()
    """`openai`: languages that it speaks; empty: any."""
    fallback: Voice | None = None
    """Speaks if this one cannot. Absent: a hosted one is followed by `auto`. After the last comes text."""
