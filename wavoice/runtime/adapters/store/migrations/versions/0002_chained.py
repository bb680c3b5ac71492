"""The journal is chained, and evidence approves one effect only.

Records of before keep their empty seal: they are read, and not proven. Only adds, see 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wavoice.runtime.adapters.store.portable import where

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns of the chain, its head, and the evidence of an effect."""
    for name in ("seal", "pii_hash", "pii_salt"):
        op.add_column("journal", sa.Column(name, sa.Text))
    op.create_table(
        "journal_heads",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="audit"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
    op.add_column("effects", sa.Column("evidence", sa.Text))
    op.create_index(
        "effects_evidence",
        "effects",
        ["tenant", "number", "evidence"],
        unique=True,
        **where("evidence IS NOT NULL"),
    )
