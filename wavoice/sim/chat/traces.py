"""Opens any journal to look at: of a replay, a test, a chat, an export, or a store itself.

What a newer program has written is not refused but shown as it is (`Strange`): whoever looks at a trace
of production does not choose its version. What no program has written is refused by file and line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wavoice.runtime.errors import StoreError, UserInputError
from wavoice.runtime.journal import BODIES, VERSION, Event
from wavoice.runtime.journal_lines import from_json
from wavoice.sim.chat.views.strange import Strange
from wavoice.sim.trace_file import is_store, read_with

_REMEDY = "Name a journal in JSON lines, as `wavoice replay --journal DIR` keeps them, or a store."


@dataclass(frozen=True, slots=True)
class Recorded:
    """A journal to look at."""

    file: Path
    items: Sequence[Event | Strange]
    """At least one, in the order in which they were written."""
    zone: str | None
    """Of the shop; None: the file does not say."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Contact ids to names that a reader knows."""

    @property
    def skipped(self) -> int:
        """Events that this version does not know."""
        return sum(isinstance(item, Strange) for item in self.items)


def open_trace(path: Path) -> Recorded:
    """Read a journal in JSON lines, a store, or a folder that holds one journal; the bot may be running.

    Raises `UserInputError` that names what is wrong, and where.
    """
    file = _only_one(path) if path.is_dir() else path
    if is_store(file, _REMEDY):
        return _store(file)
    trace, items = read_with(file, understand)
    return Recorded(file, items, trace.zone, trace.names)


def understand(line: Any) -> Event | Strange:
    """An event, or what a newer program wrote.

    Raises `ValueError`, `KeyError`, `TypeError` or `AttributeError` for what is no event of any version.
    """
    version, kind, at = line.get("version", VERSION), line["kind"], line["at"]
    if not (isinstance(version, int) and isinstance(kind, str) and isinstance(at, int)):
        raise TypeError("an event has a version, a kind and a time")
    if version > VERSION:
        return _strange(line, f"{kind}, of journal version {version}; this wavoice reads {VERSION}")
    if kind not in BODIES:
        return _strange(line, f"{kind} is not known to this wavoice")
    return from_json(line)


def _strange(line: Mapping[str, Any], why: str) -> Strange:
    contact, turn = line.get("contact", ""), line.get("turn", "")
    return Strange(line["at"], line["kind"], str(contact), str(turn), why, line)


def _store(file: Path) -> Recorded:
    # With it comes SQLAlchemy, which takes longer to load than a trace to read.
    from wavoice.runtime.adapters.store.audit_rows import read_journal  # noqa: PLC0415

    items: list[Event | Strange] = []
    try:
        stored, _ = read_journal(file)
    except StoreError as error:
        raise UserInputError(error.message, remedy=error.remedy) from error
    for one in stored:
        try:
            items.append(understand({**json.loads(one.record.line), "pii": json.loads(one.pii)}))
        except ValidationError:
            # Not chained: the validation error would quote the customer's words.
            raise _damaged(file, one.record.seq) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(file, one.record.seq) from error
    if not items:
        raise UserInputError(f"The journal of {file} is empty.", remedy="Have a conversation first.")
    return Recorded(file, items, None)


def _damaged(file: Path, number: int) -> UserInputError:
    return UserInputError(
        f"Record {number} of {file} is damaged.", remedy="See what else is, with `wavoice audit`."
    )


def _only_one(folder: Path) -> Path:
    files = sorted(folder.glob("*.jsonl"))
    if len(files) == 1:
        return files[0]
    if not files:
        raise UserInputError(f"{folder} holds no journals (*.jsonl).", remedy=_REMEDY)
    some = ", ".join(file.name for file in files[:5])
    more = "" if len(files) <= 5 else f" and {len(files) - 5} more"
    raise UserInputError(f"{folder} holds several journals: {some}{more}.", remedy="Name one of them.")
