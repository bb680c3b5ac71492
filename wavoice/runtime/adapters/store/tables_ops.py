"""Tables of operating: what is set, what is left of who was erased, what WhatsApp says of the account."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from wavoice.runtime.adapters.store.tables import METADATA, Retention

__all__ = ["METADATA", "account_news", "controls", "erasures"]


def _common(retention: Retention) -> tuple[Column[str], Column[str], Column[int]]:
    return (
        Column("tenant", Text, nullable=False),
        Column("retention", Text, nullable=False, server_default=retention),
        Column("version", Integer, nullable=False, server_default="1"),
    )


# What an operator has set, for one number or (empty) for all of them: every process sees it at once.
controls = Table(
    "controls",
    METADATA,
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    *_common(Retention.WORK),
    PrimaryKeyConstraint("tenant", "number", "name"),
)

# What is left of a person who was erased: a keyed hash of each name, and whether messages were refused.
erasures = Table(
    "erasures",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("opted_out", Boolean, nullable=False),
    *_common(Retention.CONSENT),
    Index("erasures_person", "tenant", "person"),
)

# The last word of WhatsApp on account, numbers and token.
account_news = Table(
    "account_news",
    METADATA,
    Column("field", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    *_common(Retention.WORK),
    PrimaryKeyConstraint("tenant", "field", "subject"),
)
