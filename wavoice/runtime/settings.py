"""`wavoice.toml` and `WAVOICE_*`: everything that differs from one installation to the next.

An argument beats an environment variable (`WAVOICE_SHOP__ZONE`), which beats the file, which beats
the default. Secrets stand in the file only as references. This module alone reads the environment.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings_catalogue import CatalogueWords
from wavoice.runtime.settings_deploy import Deploy
from wavoice.runtime.settings_mcp import McpServer
from wavoice.runtime.settings_money import Delivery, MoneyLimits
from wavoice.runtime.settings_observe import Observe
from wavoice.runtime.settings_people import People
from wavoice.runtime.settings_privacy import Privacy
from wavoice.runtime.settings_serve import Serve
from wavoice.runtime.settings_speech import Ears, Section, Voice, from_commas
from wavoice.runtime.settings_systems import Orders, Payments, Tickets, Timeline
from wavoice.runtime.settings_understanding import Understanding
from wavoice.runtime.tongues import HEARD

VERSION: Final = 1
"""Version of the file format that this wavoice reads."""

_PREFIX = "WAVOICE_"
_REFERENCES = ("env:", "file:", "cred:")


def resolve_secret(ref: SecretStr) -> SecretStr:
    """The secret behind `env:NAME`, `file:PATH` or `cred:NAME`; any other value is the secret itself.

    `cred:` names a file in systemd's credentials directory (`LoadCredential=`). White space around
    a secret is dropped. Raises `ConfigError`, which names the reference and never the secret.
    """
    kind, _, name = ref.get_secret_value().partition(":")
    match kind:
        case "env":
            value = os.environ.get(name, "")
            missing = f"The environment variable {name} is not set."
        case "file":
            value = _read_secret(Path(name).expanduser())
            missing = f"The secret file {name} is missing, unreadable or empty."
        case "cred":
            directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
            value = _read_secret(Path(directory, Path(name).name)) if directory else ""
            missing = f"systemd has passed no credential {name} (LoadCredential=) to this process."
        case _:
            return ref
    if not value.strip():
        raise ConfigError(missing, remedy=f"It is needed because a setting says {kind}:{name}.")
    return SecretStr(value.strip())


def _is_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, malformed, a folder such as "Europe"
        near = difflib.get_close_matches(name, zoneinfo.available_timezones(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"{name!r} is not an IANA time zone{hint}") from error
    return name


def _are_shipped(codes: tuple[str, ...]) -> tuple[str, ...]:
    from wavoice.runtime.lexicon import shipped  # noqa: PLC0415 -- settings are read without words, too

    if not codes:
        raise ValueError("name at least one language")
    for code in codes:
        if code not in shipped():
            near = difflib.get_close_matches(code, shipped(), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"there are no words for {code!r}{hint} Known: {', '.join(shipped())}")
    return codes


_NumberId = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
_Hosts = Annotated[tuple[str, ...], BeforeValidator(from_commas)]


def _is_shipped(code: str) -> str:
    return _are_shipped((code,))[0]


_Code = Annotated[str, AfterValidator(_is_shipped)]
_Codes = Annotated[tuple[str, ...], BeforeValidator(from_commas), AfterValidator(_are_shipped)]


class WhatsApp(Section):
    """The business number and how to reach the Graph API."""

    graph_base_url: str = "https://graph.facebook.com"
    """Who answers Graph calls; the emulator's address in rehearsal."""
    graph_version: Annotated[str, Field(pattern=r"^v\d+\.\d+$")] = "v24.0"
    """Path prefix of every Graph call."""
    phone_number_id: str | None = None
    """Graph id of the business number; not the number itself."""
    further_number_ids: Annotated[tuple[_NumberId, ...], BeforeValidator(from_commas)] = ()
    """Graph ids of more business numbers that this bot answers, with the same token, app and customers; a
    reply leaves from the number that was written to."""
    access_token: SecretStr = SecretStr("env:WHATSAPP_ACCESS_TOKEN")
    """Secret reference: token of the system user that sends and fetches."""
    app_secret: SecretStr = SecretStr("env:WHATSAPP_APP_SECRET")
    """Secret reference: key of the webhook signature."""
    app_secret_old: SecretStr | None = None
    """Secret reference: the key before, while it is rotated: webhooks signed with either are taken. Set it
    when the secret is reset, drop it a week later, when nothing signed with it comes again."""
    verify_token: SecretStr = SecretStr("env:WHATSAPP_VERIFY_TOKEN")
    """Secret reference: word that Meta repeats when the webhook is registered."""
    media_hosts: _Hosts = ("lookaside.fbsbx.com", "*.fbcdn.net")
    """Hosts that may serve media besides `graph_base_url`; a variable separates them with commas."""
    template_outside_window: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")] | None = None
    """Name of an approved template without parameters that asks a customer to write again, sent once when
    a reply comes too late for WhatsApp's 24 hours; absent: the reply waits for the customer in silence."""
    template_language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Za-z]{2,4})?$")] = "en"
    """WhatsApp's language code of that template, e.g. `en_US`."""


class Shop(Section):
    """The system of record."""

    name: str = "the shop"
    """What the bot calls the shop."""
    base_url: str | None = None
    """Root of the shop's REST contract (adapters/orders_http.py), where `orders.backend` is `http`."""
    token: SecretStr | None = None
    """Secret reference: bearer token of that contract; none is sent if it is absent."""
    zone: Annotated[str, AfterValidator(_is_zone)] = "UTC"
    """IANA time zone in which the shop's days begin."""
    faq: Path | None = None
    """File of the shop's own answers, quoted word for word (docs/jobs.md); a relative path starts at the
    folder of this file. Absent: the bot answers no such question."""
    pay_pages: Annotated[
        tuple[Annotated[str, Field(pattern=r"^https://[^\s/]+/")], ...], BeforeValidator(from_commas)
    ] = ()
    """Beginnings of the addresses where customers pay, e.g. `https://pay.example.com/`: a payment link of the
    shop's that leads anywhere else is not passed on."""


class Store(Section):
    """Where the rows live."""

    path: Path = Path("wavoice.db")
    """SQLite file; a relative path starts at the current folder. Not used where `url` is set."""
    url: SecretStr | None = None
    """Secret reference: address of a PostgreSQL database, `postgresql://USER:PASSWORD@HOST/DATABASE`, for
    more than one process (docs/postgres.md); absent: the SQLite file at `path`."""
    recordings: Path | None = None
    """Folder of the recordings of customers who agreed to that; absent: `wavoice.recordings` beside the
    store."""
    recordings_hours: Annotated[int, Field(ge=0, le=30 * 24)] | None = None
    """How long a recording is kept; 0: none is; absent: `policy.keep_recordings`, a day."""


class Runtime(Section):
    """How the work of a turn is arranged."""

    sequential: bool = False
    """For comparison only: every stage waits for the one before it, nothing is prepared ahead, and no speech
    is kept."""
    rehearsal: bool = False
    """No function of the author's that reads or writes is called: the shop writes, and facts are samples."""


class Bot(Section):
    """The bot itself."""

    tenant: str = "default"
    """Owner of the rows; several tenants may share a store."""
    code_secret: SecretStr | None = None
    """Secret reference: key of the codes that confirm money; derived from `whatsapp.app_secret` if absent."""
    first_contact: Annotated[str, Field(max_length=400)] | None = None
    """What a customer is told once, before the first reply; empty: nothing, because the shop tells it
    elsewhere; absent: the words of `replies/english.py`."""
    voice_minutes: Annotated[float, Field(ge=0)] | None = None
    """Minutes of voice notes of one customer that are listened to in a day; what is beyond is answered in
    writing, unheard. Absent: 20 (`policy.contact_voice_minutes`)."""
    tenant_voice_minutes: Annotated[float, Field(ge=0)] | None = None
    """The same of all customers together; absent: no limit."""
    language: _Code = "en"
    """Language in which a customer is heard first. A note that makes no sense in it and is surely in another
    one is heard in that, which is then remembered for this customer."""
    voice_languages: _Codes = HEARD
    """Languages that the ears can do; a voice note in another is answered in that language, in writing."""
    languages: _Codes | None = None
    """Languages in which replies are read (`wavoice languages` lists them); all, unless some are named."""
    app: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] | None = None
    """`module:name` of the author's own jobs, e.g. `bot:app` of `bot.py` beside this file; absent: the sample
    bot (docs/jobs.md)."""


class JobSettings(Section):
    """One job, by its name: `[jobs.refund_order]`."""

    mode: Literal["off", "shadow", "on"] = "on"
    """`off`: not offered; `shadow`: asked and confirmed, never written, handed to a person; `on`."""


class Settings(BaseSettings):
    """All settings of one installation, checked and frozen."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        enable_decoding=False,  # a list is written with commas, not as JSON
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    version: Literal[1] = VERSION
    """Version of the file format."""
    config: Path = Path("wavoice.toml")
    """The file that was read, if there is one: an argument or `WAVOICE_CONFIG`, never a key of it."""
    whatsapp: WhatsApp = WhatsApp()
    shop: Shop = Shop()
    orders: Orders = Orders()
    payments: Payments = Payments()
    tickets: Tickets = Tickets()
    timeline: Timeline = Timeline()
    people: People = People()
    privacy: Privacy = Privacy()
    ears: Ears = Ears()
    voice: Voice = Voice()
    understanding: Understanding = Understanding()
    catalogue: CatalogueWords = CatalogueWords()
    delivery: Delivery = Delivery()
    money: MoneyLimits = MoneyLimits()
    store: Store = Store()
    bot: Bot = Bot()
    runtime: Runtime = Runtime()
    serve: Serve = Serve()
    deploy: Deploy = Deploy()
    observe: Observe = Observe()
    jobs: dict[str, JobSettings] = Field(default_factory=dict)
    """How far each job may go, by its name."""
    mcp: dict[str, McpServer] = Field(default_factory=dict)
    """Servers of the Model Context Protocol, by the names that the owner gives them."""

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """Read the file at `path`, else at `WAVOICE_CONFIG`, else `wavoice.toml` here if it exists.

        Raises `ConfigError`, which names the file or variable, the key, and the nearest valid key.
        """
        named = os.environ.get(f"{_PREFIX}CONFIG")
        chosen = path or (Path(named) if named else None)
        if chosen is not None and not chosen.is_file():
            raise ConfigError(
                f"There is no settings file {chosen}.", remedy="Check the path or WAVOICE_CONFIG."
            )
        file = chosen or Path("wavoice.toml")
        if unknown := list(_unknown_variables()):
            raise ConfigError(" ".join(unknown))
        try:
            return cls(config=file)
        except ValidationError as error:  # not chained: its text quotes values, and a value may be a secret
            problems = [_problem(one["type"], one["loc"], one["msg"], file) for one in error.errors()]
            raise ConfigError(" ".join(problems)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a file of secrets is not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - `file:` says which file
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        config = init_settings().get("config") or env_settings().get("config") or "wavoice.toml"
        return init_settings, env_settings, InitSettingsSource(settings_cls, _read(Path(config)))


def _read(file: Path) -> dict[str, Any]:
    """What stands in the file; nothing if there is no file."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}.") from error
    version = written.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise ConfigError(
            f"{file} has version {version}; this wavoice reads version {VERSION}.",
            remedy="Upgrade wavoice-bot.",
        )
    # Checked here because pydantic-settings would take `[WhatsApp]` for `[whatsapp]`.
    if unknown := written.keys() - (Settings.model_fields.keys() - {"config"}):
        raise ConfigError(" ".join(_problem("extra_forbidden", (key,), "", file) for key in sorted(unknown)))
    for path in _plain_secrets(written):
        raise ConfigError(
            f"{file}: {'.'.join(path)} is a secret, and this file gets committed.",
            remedy=f'Write "env:NAME", "file:PATH" or "cred:NAME", or set {_variable(*path)}.',
        )
    return written


def _plain_secrets(written: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of secrets that are written out, also in a fallback of a fallback."""
    yield from _plain_mcp_secrets(written.get("mcp"))
    secret = set(_keys(secret=True))
    tables: list[tuple[tuple[str, ...], object]] = [((section,), table) for section, table in written.items()]
    while tables:
        path, table = tables.pop()
        if not isinstance(table, dict):
            continue
        section = ".".join(name for name in path if name != "fallback")
        for key, value in table.items():
            if (section, key) in secret and not str(value).startswith(_REFERENCES):
                yield *path, key
        tables.extend(((*path, key), value) for key, value in table.items())


def _plain_mcp_secrets(servers: object) -> Iterator[tuple[str, ...]]:
    """Headers and variables of MCP servers have names of their own, and are all secrets."""
    for name, server in servers.items() if isinstance(servers, dict) else ():
        for table in ("headers", "env"):
            values = server.get(table) if isinstance(server, dict) else None
            for key, value in values.items() if isinstance(values, dict) else ():
                if not str(value).startswith(_REFERENCES):
                    yield "mcp", name, table, key


def _read_secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # the caller says which reference led nowhere
        return ""


def _keys(*, secret: bool = False) -> Iterator[tuple[str, str]]:
    """Every (section, key), or those that hold a secret."""
    tables = [(section, table.annotation) for section, table in Settings.model_fields.items()]
    for section, table in tables:
        if isinstance(table, type) and issubclass(table, Section):
            for key, field in table.model_fields.items():
                if not secret or field.annotation in (SecretStr, SecretStr | None):
                    yield section, key
                tables.append((f"{section}.{key}", field.annotation))


def _variable(*key: str) -> str:
    return _PREFIX + "__".join(key).upper()


def set_variables() -> Iterator[str]:
    """Variables of this process that overrule the settings file."""
    return (name for name in os.environ if name.startswith(_PREFIX) and "__" in name)


def _unknown_variables() -> Iterator[str]:
    """Complaints about variables of sections that do not exist, which pydantic-settings passes over."""
    for name in os.environ:
        section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
        if name.startswith(_PREFIX) and key and section not in Settings.model_fields:
            nearest = _variable(*_nearest(f"{section}.{key}").split("."))
            yield f"{name} is not a setting; the nearest is {nearest}."


def _nearest(key: str) -> str:
    valid = [f"{section}.{name}" for section, name in _keys()]
    valid += [name for name in Settings.model_fields if name != "config"]
    outside = [name for name in valid if name.rpartition(".")[2] == key]  # written before its section
    return outside[0] if outside else difflib.get_close_matches(key, valid, n=1, cutoff=0)[0]


def _problem(kind: str, loc: tuple[int | str, ...], message: str, file: Path) -> str:
    """One sentence: where it stands, which key, what is wrong with it."""
    path = [part for part in loc if isinstance(part, str)]
    variables = {_variable(*path[:depth]) for depth in range(1, len(path) + 1)} & set(os.environ)
    where, key = max(variables, key=len, default=str(file)), ".".join(path)
    if kind == "extra_forbidden":
        return f"{where}: {key} is not a setting; the nearest is {_nearest(key)}."
    return f"{where}: {key}: {message.removeprefix('Value error, ')}."
