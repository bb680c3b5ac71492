"""Sections `[mcp.NAME]` of `wavoice.toml`: servers of the Model Context Protocol, and which of their tools
are jobs. docs/mcp.md has examples; what a tool lacks to be a job is said by `author/mcp_jobs.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from wavoice.runtime.settings_speech import Section, endpoint, from_commas


def _is_endpoint(address: str) -> str:
    """A key and customers' data go there: in the clear only inside one's own network."""
    without_query = urlsplit(address)._replace(query="").geturl()
    endpoint(without_query, "https://mcp.example.com/mcp", "customers' data", "headers")
    return address


def _by_language(value: object) -> object:
    """A sentence without its language is English."""
    return {"en": value} if isinstance(value, str) else value


_Words = Annotated[dict[str, str], BeforeValidator(_by_language)]
_Hash = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_List = Annotated[tuple[str, ...], BeforeValidator(from_commas)]
Arguments = dict[str, Any]
"""Arguments of a call: plain TOML values; `{name}` in a text stands for a value of the job."""


class McpHints(Section):
    """What a server says of its tool, as it was when the tool was pinned (MCP's `ToolAnnotations`)."""

    read_only: bool | None = None
    """It changes nothing: believed of a trusted server alone."""
    destructive: bool | None = None
    """It may destroy: raises the tier to R3."""


class McpField(Section):
    """One value of a result, by its place; nothing else of a result is ever said."""

    path: str
    """Keys and list positions from the top, with dots: `orders.0.status`."""
    sample: str
    """What it is in rehearsals, where no server is asked."""


class McpSlot(Section):
    """One value that the customer says (docs/jobs.md, "Slots")."""

    kind: Literal["order", "day", "money", "number", "choice", "text"]
    ask: str = ""
    """What is asked where it is missing; an order needs none."""
    choices: dict[str, _List] = Field(default_factory=dict)
    """Of a choice: each value with further ways to say it."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """Of money: what a bare number is in."""


class McpRead(Section):
    """A tool that only reads, asked before the question and once more right before the write."""

    tool: str
    arguments: Arguments = Field(default_factory=dict)
    version: str | None = None
    """Path of what changes with every write to the record (`updated_at`): if it changed, it is asked anew."""
    fields: dict[str, McpField] = Field(default_factory=dict)
    """Values that the read-back says, by the names under which it says them."""
    only_if: dict[str, _List] = Field(default_factory=dict)
    """Values that a path must have: `{ status = ["open"] }`; else the job is refused in a sentence."""


class McpVerify(Section):
    """A tool that only reads, and tells what became of a call."""

    tool: str
    arguments: Arguments = Field(default_factory=dict)
    items: str | None = None
    """Path of a list, one entry of which may be ours; absent: the result itself may be."""
    match: Annotated[dict[str, str], Field(min_length=1)]
    """What ours has, by path within an entry: `{ "metadata.wavoice" = "{key}" }`."""
    reference: str | None = None
    """Path within the entry of what the system calls it."""


class McpAsk(Section):
    """How a question that the server asks before it goes on is put to the customer (elicitation)."""

    read_back: _Words
    """As for the job, with `{question}` where the server's own words stand."""
    answers: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """What is sent back at a proven yes, by the names of the server's form: `{ confirm = true }`."""


class McpTool(Section):
    """One listed tool. Without `job` it may only be read by other tools of its server."""

    hash: _Hash | None = None
    """`wavoice mcp pin` writes it: another definition of the tool is another tool, and its job is off."""
    hints: McpHints = McpHints()
    job: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    """Name of the job; in lower case, with underscores."""
    tier: Literal["R0", "R1", "R2", "R3"] = "R2"
    """At least; the server's own word may raise it."""
    can: str = ""
    """What it does, as it goes on after "I can"."""
    asks: Annotated[tuple[str, ...], BeforeValidator(from_commas)] = ()
    """Sentences in which customers ask for it."""
    slots: dict[str, McpSlot] = Field(default_factory=dict)
    arguments: Arguments = Field(default_factory=dict)
    answer: str | None = None
    """R0: what is said, with `{name}` of slots and `fields`."""
    fields: dict[str, McpField] = Field(default_factory=dict)
    """R0: values of the result."""
    read_back: _Words = Field(default_factory=dict)
    done: str | None = None
    still: str | None = None
    compensation: str | None = None
    """`impossible`, or the job that undoes it."""
    before: McpRead | None = None
    verify: McpVerify | None = None
    verify_always: bool = False
    """Do not take the server's "done" for it: see with `verify` first."""
    idempotency: Literal["argument", "marker", "none"] | None = None
    """`argument`: the server promises to do it once per `{key}`; `marker`: `{key}` is left where `verify`
    finds it; `none`: neither, so what was not answered goes to a person."""
    reference: str | None = None
    """Path in the result of what the system calls it."""
    payee: str | None = None
    """Money: a name of `before.fields`, or `order` for the card or account it was paid with."""
    max_amount: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    """Money: the most of one call, minor units by currency; what is above goes to nobody."""
    elicitation: McpAsk | None = None
    """Absent: what the server asks is a person's to answer."""


class McpServer(Section):
    """One server: a command that is started here, or an address."""

    command: _List = ()
    """Started as a child and spoken to over its standard input and output."""
    url: Annotated[str, AfterValidator(_is_endpoint)] | None = None
    """Streamable HTTP; plain http only to an address of one's own network."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """HTTP headers, all of them secret references."""
    env: dict[str, SecretStr] = Field(default_factory=dict)
    """Environment of the command besides PATH and the like, all of it secret references."""
    trusted: bool = False
    """What it says of its tools being read-only is believed."""
    connect_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0
    """Longest wait for a connection; a command has to start first."""
    call_seconds: Annotated[float, Field(gt=0, le=60)] = 8.0
    """Longest wait for an answer, within `policy`'s budgets."""
    tools: dict[str, McpTool] = Field(default_factory=dict)
    """The list of tools that may be called at all, by their names."""

    @model_validator(mode="after")
    def _one_way(self) -> McpServer:
        if bool(self.command) == (self.url is not None):
            raise ValueError("name a command or an url, one of the two")
        if self.url is None and self.headers:
            raise ValueError("headers belong to an url; a command has env")
        if self.url is not None and self.env:
            raise ValueError("env belongs to a command; an url has headers")
        return self
