"""One transaction of a store, as the repositories of `ports.UnitOfWork`."""

from __future__ import annotations

from collections.abc import Callable

from wavoice.runtime import ports
from wavoice.runtime.adapters.store.contacts import ContactRows
from wavoice.runtime.adapters.store.conversations import ConversationRows
from wavoice.runtime.adapters.store.effects import EffectRows
from wavoice.runtime.adapters.store.hand_offs import HandOffRows
from wavoice.runtime.adapters.store.inbox import InboxRows, MediaRows
from wavoice.runtime.adapters.store.journal_rows import JournalRows
from wavoice.runtime.adapters.store.ledger import ConsentRows
from wavoice.runtime.adapters.store.oddities import OddityRows
from wavoice.runtime.adapters.store.operations import OperationRows
from wavoice.runtime.adapters.store.outbox import OutboxRows
from wavoice.runtime.adapters.store.persons import PersonRows
from wavoice.runtime.adapters.store.proposals import ProposalRows
from wavoice.runtime.adapters.store.retention import RetentionRows
from wavoice.runtime.adapters.store.statements import NAMES, Statements
from wavoice.runtime.adapters.store.timers import TimerRows
from wavoice.runtime.adapters.store.tool_questions import ToolQuestionRows
from wavoice.runtime.adapters.store.voice_use import VoiceUseRows


class Unit:
    """`ports.UnitOfWork` over one open transaction."""

    def __init__(self, db: Statements, ids: ports.Ids, journal: JournalRows) -> None:
        self.contacts: ports.Contacts = ContactRows(db, ids)
        self._db, self._inbox, self._journal = db, InboxRows(db), journal
        self.inbox: ports.Inbox = self._inbox
        self.conversations: ports.Conversations = ConversationRows(db)
        self.proposals: ports.Proposals = ProposalRows(db)
        self.timers: ports.Timers = TimerRows(db)
        self.effects: ports.Effects = EffectRows(db)
        self.hand_offs: ports.HandOffs = HandOffRows(db)
        self.outbox: ports.Outbox = OutboxRows(db)
        self.consents: ports.Consents = ConsentRows(db)
        self.journal: ports.JournalTable = self._journal
        self.media: ports.MediaTable = MediaRows(db)
        self.oddities: ports.Oddities = OddityRows(db)
        self.operations: ports.Operations = OperationRows(db)
        self._persons = PersonRows(db, self._journal.add, ids)
        self.persons: ports.Persons = self._persons
        self._retention = RetentionRows(db, self._journal.add)
        self.retention: ports.Retention = self._retention
        self.tool_questions: ports.ToolQuestions = ToolQuestionRows(db)
        self.voice_use: ports.VoiceUse = VoiceUseRows(db)
        self.durable = False
        self._calls: list[Callable[[], None]] = []

    @property
    def erased(self) -> bool:
        """Something was taken out for good: the log of the file must not keep it either."""
        return any(one.erased for one in (self._inbox, self._journal, self._persons, self._retention))

    async def of_several(self) -> None:
        """See `ports.UnitOfWork`."""
        await self._db.alone(NAMES)

    def after_commit(self, call: Callable[[], None]) -> None:
        """See `ports.UnitOfWork`."""
        self._calls.append(call)

    def run_calls(self) -> None:
        """Run what waited for the commit, in the order given."""
        for call in self._calls:
            call()
