"""Links in what systems of record tell: passed on only where the owner has named the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from wavoice.runtime.model import Records, WriteResult
from wavoice.runtime.policy import Policy

LINK = re.compile(
    r"\b(?:https?://|www\.|wa\.me/|mailto:|tel:)|\b[\w-]+\.(?:com|net|org|in|io|app|shop)\b", re.IGNORECASE
)
"""What leads out of the chat, at its beginning."""
_PLAIN = re.compile(r"[!-~]+")
"""A link has no blanks, and no signs that look like others."""


def leads_to(link: str, pages: Iterable[str]) -> bool:
    """True for one of the pages and what is below it; not for a host that only begins like its."""
    return _PLAIN.fullmatch(link) is not None and any(_is_below(link, page) for page in pages)


def _is_below(link: str, page: str) -> bool:
    rest = link[len(page) :]
    return link.startswith(page) and (page.endswith("/") or not rest or rest[0] in "/?#")


def reference_of(result: WriteResult, policy: Policy) -> str | None:
    """What a system of record calls a write; None where it is a link that nobody has vouched for."""
    reference = result.reference
    if reference is None or LINK.search(reference) is None or leads_to(reference, policy.pages):
        return reference
    return None


def with_known_links(records: Records, policy: Policy) -> Records:
    """The records without links to pages that the owner has not named."""
    if not any(invoice.link for invoice in records.invoices):
        return records
    known = (
        invoice if leads_to(invoice.link, policy.pages) else replace(invoice, link="")
        for invoice in records.invoices
    )
    return replace(records, invoices=tuple(known))
