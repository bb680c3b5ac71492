"""What the actions do: most become a line that could have been typed, and all go one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wavoice.cli.tui.bubble import possible
from wavoice.cli.tui.dialogs.pick import Choice
from wavoice.cli.tui.plain import shortened
from wavoice.runtime.errors import WavoiceError
from wavoice.sim.chat import commands

if TYPE_CHECKING:
    from wavoice.sim.chat.session import ChatSession
    from wavoice.sim.chat.views.bubble import Bubble

Act = Callable[[], Awaitable[object]]
"""Something that the customer does; a text that it returns is shown."""
EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏", "👎")
_WORDS = 60


class Face(Protocol):
    """What the actions need of the screen."""

    async def pick(self, title: str, choices: Sequence[Choice], *, free: str = "") -> str | None:
        """Let the user choose."""
        ...

    def say(self, text: str, level: str = "note") -> None:
        """Show a line of our own in the conversation."""
        ...

    def answering(self, text: str | None) -> None:
        """Show what the next line answers or edits."""
        ...

    def put(self, text: str) -> None:
        """Put a beginning into the line."""
        ...

    def bubbles(self) -> Sequence[Bubble]:
        """The conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the next line is for."""

    wamid: str
    edits: bool


class Hands:
    """Does what the user asks for, one after the other; what is refused is said, and work goes on."""

    def __init__(self, say: Callable[[str, str], None], done: Callable[[], None]) -> None:
        """`done` is called after each."""
        self._say, self._done = say, done
        self._acts: asyncio.Queue[Act] = asyncio.Queue()

    def then(self, act: Act) -> None:
        """Do it after what is being done."""
        self._acts.put_nowait(act)

    async def work(self) -> None:
        """Do, until cancelled."""
        while True:
            act = await self._acts.get()
            try:
                said = await act()
            except WavoiceError as error:
                self._say(str(error), "error")
            else:
                if isinstance(said, str) and said:
                    self._say(said, "note")
            finally:
                self._acts.task_done()
                self._done()

    async def idle(self) -> None:
        """Return when everything that was asked for is done."""
        await self._acts.join()


class Verbs:
    """The actions, by name."""

    def __init__(self, chat: ChatSession, face: Face, hands: Hands) -> None:
        self._chat, self._face, self._hands = chat, face, hands
        self._answer: Answer | None = None

    def line(self, text: str) -> None:
        """Say a line: a command, an answer to what is quoted, an edit, or a message."""
        answer, self._answer = self._answer, None
        self._face.answering(None)
        if text.startswith("/"):
            self.command(text)
        elif answer is not None and answer.edits:
            self._hands.then(lambda: self._quiet(self._chat.edit(answer.wamid, text)))
        else:
            quotes = answer.wamid if answer else None
            self._hands.then(lambda: self._quiet(self._chat.text(text, quotes=quotes)))

    async def note(self, pcm: bytes) -> None:
        """Send a recording, as the answer to what is quoted."""
        answer, self._answer = self._answer, None
        self._face.answering(None)
        await self._chat.recorded(pcm, quotes=answer.wamid if answer and not answer.edits else None)

    def command(self, line: str) -> None:
        """Run a command, as if it had been typed."""
        self._hands.then(lambda: commands.run(self._chat, line))

    def drop(self) -> bool:
        """Forget what the next line was to answer; False: nothing."""
        had, self._answer = self._answer is not None, None
        self._face.answering(None)
        return had

    async def _quiet(self, act: Awaitable[object]) -> None:
        await act

    # with one message

    def answer(self, view: Bubble) -> None:
        """The next line answers it."""
        self._answer = Answer(view.id, edits=False)
        self._face.answering(f"Answering: {shortened(view.text or 'voice note', _WORDS)}")
        self._face.put("")

    def edit(self, view: Bubble) -> None:
        """The next line replaces it."""
        self._answer = Answer(view.id, edits=True)
        self._face.answering(f"Editing: {shortened(view.text, _WORDS)}")
        self._face.put(view.text)

    def unsend(self, view: Bubble) -> None:
        """Take it back."""
        self._hands.then(lambda: self._quiet(self._chat.unsend(view.id)))

    def press(self, view: Bubble, button: str) -> None:
        """Tap one of its buttons."""
        self._hands.then(lambda: self._quiet(self._chat.tap(view.id, button)))

    async def react(self, view: Bubble) -> None:
        """Choose an emoji for it; a second time takes it back."""
        chosen = await self._face.pick("React with", [Choice(each, each) for each in EMOJI], free="an emoji")
        if chosen is not None:
            self._hands.then(lambda: self._quiet(self._chat.react(view.id, chosen)))

    # the conversation

    async def quote_one(self) -> None:
        """Choose a message of the bot and answer it."""
        theirs = [view for view in reversed(self._face.bubbles()) if "quote" in possible(view)]
        if (view := await self._one("Answer which message?", theirs)) is not None:
            self.answer(view)

    async def press_one(self) -> None:
        """Choose a button of any message that has some."""
        asked = [view for view in reversed(self._face.bubbles()) if view.buttons]
        choices = [
            Choice(f"{index} {button.id}", button.title, shortened(view.text, _WORDS))
            for index, view in enumerate(asked)
            for button in view.buttons
        ]
        if not choices:
            self._face.say("No message has a button yet.")
            return
        if (chosen := await self._face.pick("Press which button?", choices)) is not None:
            index, _, button = chosen.partition(" ")
            self.press(asked[int(index)], button)

    def edit_newest(self) -> None:
        """Edit the newest message of one's own that can be."""
        self._newest("edit", self.edit)

    def unsend_newest(self) -> None:
        """Take the newest message of one's own back."""
        self._newest("unsend", self.unsend)

    def _newest(self, what: str, act: Callable[[Bubble], None]) -> None:
        mine = [view for view in self._face.bubbles() if view.mine and what in possible(view)]
        if mine:
            act(mine[-1])
        else:
            self._face.say(f"There is no message of yours to {what}.")

    async def _one(self, title: str, views: Sequence[Bubble]) -> Bubble | None:
        if not views:
            self._face.say("The bot has said nothing yet.")
            return None
        choices = [Choice(view.id, shortened(view.text or "voice note", _WORDS)) for view in views]
        chosen = await self._face.pick(title, choices)
        return next((view for view in views if view.id == chosen), None)
