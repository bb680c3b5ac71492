"""What a customer does with the handset: speak, type, tap, react, edit, take back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from wavoice.runtime import journal
from wavoice.runtime.errors import ScenarioError
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.scenario.codes import codes_in, fill_in, names_code
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.notes import scripted_note
from wavoice.sim.scenario.record import Record, StepRun
from wavoice.sim.scenario.scene import Person

Recorder = Callable[[Step, Path], Awaitable[bytes]]


class Handset:
    """Carries out the steps that a customer sends, with all that they may refer to."""

    def __init__(self, case: Case, record: Record, recorder: Recorder | None) -> None:
        self._case, self._record, self._recorder = case, record, recorder
        self.answers: dict[str, StepRun | PhoneMessage] = {}
        """Steps by their id, and messages by their wamid: what can be quoted."""
        self._own: dict[str, list[str]] = {}

    def sent(self, step: Step, person: Person, wamid: str) -> None:
        """A message of a person that can be edited or taken back."""
        if step.action in ("note", "text"):
            self._own.setdefault(person.name, []).append(wamid)

    def filled(self, step: Step, person: Person) -> Step:
        """The step with its codes as the handset shows them. Raises `ScenarioError` if it shows none."""
        said = {name: text for name in ("note", "text") if (text := getattr(step, name)) and names_code(text)}
        shown = partial(self._codes, person.phone)
        return step.model_copy(update={name: fill_in(text, shown) for name, text in said.items()})

    def _codes(self, phone: Phone, step: str | None) -> list[str]:
        if step is not None and step not in self.answers:
            raise self._wrong(f"there is no earlier step {step!r}")
        messages = phone.messages if step is None else [self._answer(self.answers[step])]
        codes = [code for message in messages for code in codes_in(message.text or "")]
        if not codes:
            raise self._wrong("the bot has shown no code")
        return codes

    async def does(self, step: Step, person: Person) -> str:
        """Do what the step says; return the wamid.

        Raises `ScenarioError` for what is not there to be tapped, quoted or taken back.
        """
        phone, deliver = person.phone, step.deliver or "once"
        phone.identity, phone.ahead = step.identity or phone.identity, step.ahead or 0
        quoted = None if step.quotes is None else self.answers[step.quotes]
        about_own = step.action in ("edit", "revoke")
        quotes = self._answer(quoted).wamid if quoted and not about_own else None
        match step.action:
            case "note":
                audio = await self._audio(step)
                return await phone.records(audio, forwarded=step.forwarded, quotes=quotes, deliver=deliver)
            case "text":
                text = step.text or ""
                return await phone.says(text, quotes=quotes, forwarded=step.forwarded, deliver=deliver)
            case "button":
                message, button = self._button(step, phone, quoted)
                return await phone.taps(button, on=message, deliver=deliver)
            case "reaction":
                emoji = None if step.reaction == "removed" else step.reaction
                return await phone.reacts(quotes or self._newest(phone).wamid, emoji, deliver=deliver)
            case "edit":
                return await phone.edits(self._said(quoted, person), step.edit or "", deliver=deliver)
            case "revoke":
                return await phone.revokes(self._said(quoted, person), deliver=deliver)
            case "image":
                caption = step.image if isinstance(step.image, str) else None
                return await phone.shares_image(caption=caption, quotes=quotes, deliver=deliver)
            case "document":
                return await phone.shares_document(step.document or "", quotes=quotes, deliver=deliver)
            case _:
                return await phone.shares_location(
                    12.9716, 77.5946, name=step.location, quotes=quotes, deliver=deliver
                )

    async def _audio(self, step: Step) -> bytes:
        if self._recorder is None:
            return scripted_note(step)
        return await self._recorder(step, self._case.source.file)

    def _answer(self, run: StepRun | PhoneMessage) -> PhoneMessage:
        """The bot's message that answered a step: its question, if it asks one."""
        if isinstance(run, PhoneMessage):
            return run
        sent = {
            wamid
            for event in self._record.of_step(run)
            if isinstance(event.body, journal.Replied | journal.Noticed)
            for wamid in event.body.messages
        }
        shown = [message for message in self._record.messages[run.contact] if message.wamid in sent]
        if not shown:
            raise self._wrong(f"quotes {run.step.id!r}, and the bot sent nothing in that step")
        return next((message for message in shown if message.buttons), shown[0])

    def _said(self, quoted: StepRun | PhoneMessage | None, person: Person) -> str:
        """The customer's own message that is edited or taken back."""
        if isinstance(quoted, StepRun) and quoted.message is not None:
            return quoted.message
        own = self._own.get(person.name)
        if not own:
            raise self._wrong("there is no message yet to edit or take back")
        return own[-1]

    def _button(self, step: Step, phone: Phone, quoted: StepRun | PhoneMessage | None) -> tuple[str, str]:
        """The message and the id of the button that is meant: the quoted one, or the newest that has it."""
        wanted = (step.button or "").casefold()
        shown = [self._answer(quoted)] if quoted else list(reversed(phone.messages))
        for message in shown:
            for button in message.buttons:
                if button.title.casefold() == wanted:
                    return message.wamid, button.id
        titles = ", ".join(button.title for message in shown for button in message.buttons) or "none"
        raise self._wrong(f"there is no button {step.button!r} to tap; buttons so far: {titles}")

    def _newest(self, phone: Phone) -> PhoneMessage:
        if not phone.messages:
            raise self._wrong("there is nothing yet to react to")
        shown = phone.messages
        return next((message for message in reversed(shown) if message.buttons), shown[-1])

    def _wrong(self, problem: str) -> ScenarioError:
        line = self._case.line("steps", self._record.steps[-1].number - 1)
        return ScenarioError(self._case.source.file, [(line, problem)])
