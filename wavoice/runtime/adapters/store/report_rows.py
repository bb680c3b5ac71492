"""The journal at rest as a report reads it: nothing is written, and a bot may be running."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from wavoice.runtime.adapters.store.at_rest import reading
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import from_json
from wavoice.runtime.model import Micros


def read_events(path: Path, since: Micros) -> Iterator[Event]:
    """Events from then on, in the order of the journal. Raises `StoreError`, also on the way."""
    query = "SELECT seq, line, pii FROM journal WHERE at >= ? ORDER BY seq"
    with reading(path) as database:
        for seq, line, pii in database.execute(query, (since,)):
            yield event_of(seq, line, pii)


def event_of(seq: int, line: str, pii: str) -> Event:
    """The event of a record. Raises `StoreError`, and quotes nothing of it."""
    try:
        return from_json({**json.loads(line), "pii": json.loads(pii)})
    except ValidationError:  # not chained: it would quote the customer's words
        raise StoreError(f"Record {seq} is damaged.", remedy="wavoice audit says what else is.") from None
    except (ValueError, TypeError, KeyError) as error:
        told = error if "version" in str(error) or "unknown" in str(error) else "it is no event"
        raise StoreError(f"Record {seq} cannot be read: {told}.", remedy="Upgrade wavoice.") from None
