"""The tables. The migrations make them; a test holds that both say the same.

Every row names its `tenant`, its `retention` class, and the `version` of the JSON it holds.
Times are UTC integer microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    text,
)

from wavoice.runtime.adapters.store.portable import NUMBER, where
from wavoice.runtime.model import Address

METADATA = MetaData()


class Retention(StrEnum):
    """Why a row is kept, and so how long: policy decides by this class alone."""

    IDENTITY = "identity"
    """Who a contact is."""
    TRANSCRIPT = "transcript"
    """What a customer said or was told."""
    AUDIO_META = "audio_meta"
    """Figures of a voice note; never audio."""
    WORK = "work"
    """Gone when its work is done."""
    AUDIT = "audit"
    """Proves why an effect happened."""
    CONSENT = "consent"
    """Proves what a customer agreed to."""


def _common(retention: Retention) -> tuple[Column[str], Column[str], Column[int]]:
    return (
        Column("tenant", Text, nullable=False),
        Column("retention", Text, nullable=False, server_default=retention),
        Column("version", Integer, nullable=False, server_default="1"),
    )


def _place() -> tuple[Column[str], Column[str]]:
    return Column("number", Text, nullable=False), Column("contact", Text, nullable=False)


contacts = Table(
    "contacts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    *_common(Retention.IDENTITY),
)

aliases = Table(
    "aliases",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("contact", Text, ForeignKey("contacts.id"), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    *_common(Retention.IDENTITY),
    Index("aliases_current", "tenant", "value", "kind", unique=True, **where("until IS NULL")),
    Index("aliases_contact", "contact", "kind"),
    sqlite_autoincrement=True,
)

conversations = Table(
    "conversations",
    METADATA,
    # A contact belongs to one tenant, so these two are the key.
    Column("number", Text, primary_key=True),
    Column("contact", Text, ForeignKey("contacts.id"), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("value", Text, nullable=False),
    *_common(Retention.TRANSCRIPT),
)

inbox = Table(
    "inbox",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    *_place(),
    Column("message", Text, nullable=False),
    Column("turn", Text, nullable=False, unique=True),
    Column("received_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", BigInteger),
    Column("done", Boolean, nullable=False),
    Column("value", Text, nullable=False),
    Column("body", Text, nullable=False),
    *_common(Retention.TRANSCRIPT),
    UniqueConstraint("tenant", "number", "message"),
    Index("inbox_contact", "tenant", "number", "contact", "seq"),
    Index("inbox_undone", "tenant", "number", "contact", "seq", **where("done = 0", "NOT done")),
    sqlite_autoincrement=True,
)

proposals = Table(
    "proposals",
    METADATA,
    Column("id", Text, primary_key=True),
    *_place(),
    Column("state", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    *_common(Retention.AUDIT),
    Index("proposals_contact", "tenant", "number", "contact", "created_at", "id"),
    Index("proposals_open", "tenant", "number", "contact", "created_at", "id", **where("open = 1", "open")),
)

timers = Table(
    "timers",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("id", Text, nullable=False),
    *_place(),
    Column("due_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    *_common(Retention.WORK),
    Index("timers_due", "due_at"),
    Index("timers_contact", "tenant", "number", "contact", "due_at", "id"),
    Index("timers_subject", "subject"),
)

effects = Table(
    "effects",
    METADATA,
    Column("key", Text, primary_key=True),
    *_place(),
    Column("proposal", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("facts_version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("intended_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("reference", Text),
    Column("reason", Text),
    Column("evidence", Text),
    *_common(Retention.AUDIT),
    # A message approves one effect, ever.
    Index(
        "effects_evidence",
        "tenant",
        "number",
        "evidence",
        unique=True,
        **where("evidence IS NOT NULL"),
    ),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),
    *_place(),
    Column("turn", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    *_common(Retention.TRANSCRIPT),
    Column("held_at", BigInteger),
    Index("outbox_contact", "tenant", "number", "contact", "state", "created_at", "id"),
    Index("outbox_held", "tenant", "number", "contact", **where("held_at IS NOT NULL")),
)

outbox_messages = Table(
    "outbox_messages",
    METADATA,
    Column("message", Text, primary_key=True),
    Column("outbox", Text, ForeignKey("outbox.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("status", Text),
    *_common(Retention.AUDIT),
    Index("outbox_messages_outbox", "outbox", "position"),
)

consents = Table(
    "consents",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    *_place(),
    Column("purpose", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    *_common(Retention.CONSENT),
    Column("status", Text, nullable=False, server_default=text("''")),
    Column("wording", Text, nullable=False, server_default=text("''")),
    Column("proof", Text, nullable=False, server_default=text("''")),
    Column("shown_in", Text, nullable=False, server_default=text("''")),
    Index("consents_contact", "tenant", "number", "contact", "purpose"),
    sqlite_autoincrement=True,
)

# Apart from the answers: a program of before takes every row of `consents` for one.
consents_shown = Table(
    "consents_shown",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    *_place(),
    Column("purpose", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("proof", Text, nullable=False),
    *_common(Retention.CONSENT),
    Index("consents_shown_contact", "tenant", "number", "contact"),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=True),
    *_place(),
    Column("turn", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("pii", Text, nullable=False),
    Column("seal", Text),
    Column("pii_hash", Text),
    Column("pii_salt", Text),
    *_common(Retention.AUDIT),
    Index("journal_turn", "turn"),
    sqlite_autoincrement=True,
)

# One row: the chain goes through the records of all tenants, so that none can be taken away.
journal_heads = Table(
    "journal_heads",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("seal", Text, nullable=False),
    *_common(Retention.AUDIT),
    Column("begins_after", Text),
)

media = Table(
    "media",
    METADATA,
    Column("turn", Text, primary_key=True),
    *_place(),
    Column("received_at", BigInteger, nullable=False),
    Column("media_id", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("voice", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("codec", Text, nullable=False),
    Column("source_rate", Integer, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("trimmed_start", Float, nullable=False),
    Column("trimmed_end", Float, nullable=False),
    *_common(Retention.AUDIO_META),
)


oddities = Table(
    "oddities",
    METADATA,
    *_common(Retention.WORK),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("outline", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("tenant", "kind"),
)


voice_use = Table(
    "voice_use",
    METADATA,
    *_common(Retention.AUDIO_META),
    Column("day", Text, nullable=False),
    *_place(),
    Column("seconds", Float, nullable=False),
    PrimaryKeyConstraint("tenant", "day", "contact", "number"),
)


hand_offs = Table(
    "hand_offs",
    METADATA,
    Column("key", Text, primary_key=True),
    *_place(),
    Column("turn", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ticket", Text),
    Column("value", Text, nullable=False),
    *_common(Retention.TRANSCRIPT),
    Index("hand_offs_contact", "tenant", "number", "contact", "created_at", "key"),
)


tool_questions = Table(
    "tool_questions",
    METADATA,
    Column("id", Text, primary_key=True),
    *_place(),
    Column("proposal", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    *_common(Retention.TRANSCRIPT),
    Index("tool_questions_subject", "job", "subject", "state"),
)


def of_contact(table: Table) -> ColumnElement[bool]:
    """Rows of one contact; bind them with `place`."""
    return and_(
        table.c.tenant == bindparam("at_tenant"),
        table.c.number == bindparam("at_number"),
        table.c.contact == bindparam("at_contact"),
    )


def place(address: Address) -> Mapping[str, str]:
    """Parameters of `of_contact`."""
    return {"at_tenant": address.tenant, "at_number": address.number, "at_contact": address.contact}


def columns(address: Address) -> Mapping[str, str]:
    """An address as the columns of a row."""
    return {"tenant": address.tenant, "number": address.number, "contact": address.contact}
