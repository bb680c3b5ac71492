"""One conversation that is driven from outside: verbs in, everything that they bring about done."""

from __future__ import annotations

import asyncio
import difflib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from wavoice.runtime import journal
from wavoice.runtime.errors import ScenarioError, UserInputError
from wavoice.runtime.journal import Event
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.given import FaultSpec
from wavoice.sim.scenario.laws import check_laws, check_proofs
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.project import project_app
from wavoice.sim.scenario.run import with_app
from wavoice.sim.scenario.scene import Person
from wavoice.sim.scenario.slices import explain, lines
from wavoice.sim.scenario.stage import Stage, open_stage
from wavoice.sim.scenario.strict import Strict, valid_keys
from wavoice.sim.scenario.values import as_text
from wavoice.sim.virtual_loop import VirtualLoop

T = TypeVar("T")
Model = TypeVar("Model", bound=Strict)
_LAST_LINES = 24


@dataclass(frozen=True, slots=True)
class BotMessage:
    """What the bot sent at once: a text, a voice note, or a question in both."""

    text: str
    """Its words; of a voice note, what it says."""
    form: str
    """`voice`, `text`, `buttons` or `voice+buttons`."""
    buttons: tuple[str, ...]
    """Their titles."""
    parts: tuple[PhoneMessage, ...]
    """As the handset shows them."""


class Talk:
    """A stage with its loop in a thread of its own, open until `close`."""

    def __init__(self, given: Mapping[str, Any], file: Path) -> None:
        """`given` as in a scenario file; `file` is whose test it is: worlds by name stand beside or above.

        Raises `UserInputError` that says what is wrong with `given`.
        """
        self._case = _case(given, file)
        self._thread = ThreadPoolExecutor(1, "wavoice-talk")
        self._stack = AsyncExitStack()
        self._heard: set[str] = set()
        clock = VirtualClock(start_of(self._case.scenario.given))
        self._runner = asyncio.Runner(loop_factory=lambda: VirtualLoop(clock))
        try:
            self.play = self._run(self._open)
        except BaseException:
            self.close()
            raise
        self.stage = self.play.stage
        self.person: Person = self.stage.people[self._case.scenario.given.contact]

    @property
    def shown(self) -> Sequence[PhoneMessage]:
        """What the customer's handset shows."""
        return self.person.phone.messages

    def send(self, action: Mapping[str, Any], how: Mapping[str, Any]) -> str:
        """Let the customer do it; return the id of what was sent."""
        __tracebackhide__ = True
        fields = {key: value for key, value in how.items() if value is not None}
        follow = bool(fields.pop("follow", True))
        quoted = fields.get("quotes")
        if isinstance(quoted, BotMessage):
            message = next((part for part in quoted.parts if part.buttons), quoted.parts[0])
            self.play.handset.answers[message.wamid] = message
            fields["quotes"] = message.wamid
        elif quoted is not None and quoted not in self.play.handset.answers:
            raise UserInputError(
                f"There is no message {quoted!r} to refer to.", remedy="Use what `hears` or a verb returned."
            )
        self.step({**action, **fields}, follow=follow)
        run = self.play.record.steps[-1]
        wamid = run.message or ""
        self.play.handset.answers[wamid] = run
        return wamid

    def step(self, fields: Mapping[str, Any], *, follow: bool = True) -> None:
        """Carry out one step of a scenario.

        Raises `UserInputError` if there is no such step, or it is impossible, and `AssertionError` if what it
        refers to is not there, such as a button that was never shown.
        """
        __tracebackhide__ = True
        step, index = _checked(Step, fields), len(self.play.record.steps)
        late = self.stage.clock.now() - self.play.moment(index, step)
        if step.after is not None and late > 0:
            raise UserInputError(
                f"{as_text(step.after)} after what the customer did before is {as_text(late)} ago: the bot "
                "took longer to decide that.",
                remedy="Give the verb before it `follow=False`.",
            )
        wrong = self._run(lambda: self._step(index, step, follow))
        if wrong is not None:
            raise wrong.with_traceback(None)

    def break_down(self, fields: Mapping[str, Any]) -> None:
        """Let this go wrong from now on. Raises `UserInputError` for what no system can do."""
        __tracebackhide__ = True
        self.play.break_down(
            _checked(FaultSpec, {key: one for key, one in fields.items() if one is not None})
        )

    def unheard(self) -> list[BotMessage]:
        """What was sent and not taken, oldest first."""
        found: list[BotMessage] = []
        taken = set(self._heard)
        for message in self.shown:
            if message.wamid not in taken:
                found.append(self._whole(message, taken))
                taken.update(part.wamid for part in found[-1].parts)
        return found

    def hear(self) -> BotMessage:
        """Take the next one. Raises `AssertionError` that says when something is due if there is none."""
        __tracebackhide__ = True
        unheard = self.unheard()
        if not unheard:
            raise AssertionError("\n".join(self._why_silent()))
        self._heard.update(part.wamid for part in unheard[0].parts)
        return unheard[0]

    def end(self) -> list[Failure]:
        """Follow every timer to its end and return the laws that were broken."""
        self._run(self.play.end)
        return [*check_laws(self.play.record), *check_proofs(self.play.record)]

    def explain(self, failure: Failure) -> list[str]:
        """The lines of the journal that explain a broken law."""
        return list(explain(self.play.record, failure))

    def journal(self) -> list[str]:
        """The last lines of the journal."""
        steps = self.play.record.steps
        events = [event for event in self.stage.events if event.kind in journal.SCENARIO_EVENTS]
        return list(lines(events[-_LAST_LINES:], steps[0].began.at if steps else self.stage.clock.now()))

    def close(self) -> None:
        """End everything. Raises what failed in the background."""
        try:
            self._run(self._stack.aclose)
        finally:
            self._thread.submit(self._runner.close).result()
            self._thread.shutdown()

    def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        async def worked() -> T:
            return await work()

        return self._thread.submit(lambda: self._runner.run(worked())).result()

    async def _open(self) -> Play:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)  # noqa: S101 -- the runner's factory makes it
        given = self._case.scenario.given
        opening = open_stage(given, self._case.world, [given.contact], with_app(None, project_app()), loop)
        stage: Stage = await self._stack.enter_async_context(opening)
        await stage.settle()
        return Play(self._case, stage)

    async def _step(self, index: int, step: Step, follow: bool) -> AssertionError | UserInputError | None:
        """What is wrong with it, if something is: where that was found out is of no interest."""
        try:
            await self.play.step(index, step, follow=follow)
        except ScenarioError as error:
            return AssertionError("; ".join(problem for _, problem in error.problems))
        except UserInputError as error:
            return error
        return None

    def _whole(self, message: PhoneMessage, taken: set[str]) -> BotMessage:
        """The message with all that was sent with it."""
        event = next((one for one in self._sent() if message.wamid in one.body.messages), None)
        wamids = [message.wamid] if event is None else event.body.messages
        parts = tuple(one for one in self.shown if one.wamid in wamids and one.wamid not in taken)
        buttons = tuple(button.title for part in parts for button in part.buttons)
        if event is None:
            return BotMessage(message.text or "", message.kind, buttons, parts)
        return BotMessage(event.body.text, event.body.form, buttons, parts)

    def _sent(self) -> list[Event]:
        kinds = journal.Replied | journal.Noticed
        return [event for event in self.stage.events if isinstance(event.body, kinds)]

    def _why_silent(self) -> Iterator[str]:
        yield "The bot has sent nothing that was not heard before."
        if sent := self._sent():
            yield f"It last said: {sent[-1].body.text}"
        due = self._run(self.stage.settle)
        if due is None:
            yield "Nothing is due any more."
        else:
            wait = as_text(max(due - self.stage.clock.now(), 0))
            yield f"The next timer runs in {wait}: `clock.advance({wait!r})` lets it."


def _case(given: Mapping[str, Any], file: Path) -> Case:
    """A scenario without steps, read as its file would be: JSON is YAML."""
    whole = {
        "version": 1,
        "scenario": file.stem,
        "about": "A test in Python.",
        "given": dict(given),
        "steps": [{"wait": "0s"}],
        "then": {"writes": []},
    }
    try:
        (case,) = load_cases(file, json.dumps(whole, ensure_ascii=False, default=str))
    except ScenarioError as error:
        told = "; ".join(problem for _, problem in error.problems)
        raise UserInputError(f"The given of this test is wrong: {told}.") from None
    return replace(case, scenario=case.scenario.model_copy(update={"steps": ()}))


def _checked(model: type[Model], fields: Mapping[str, Any]) -> Model:
    __tracebackhide__ = True
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        told = "; ".join(_problem(one, model) for one in error.errors(include_url=False))
        raise UserInputError(told) from None


def _problem(error: ErrorDetails, model: type[Strict]) -> str:
    *table, key = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(key), sorted(valid_keys(model, error["loc"])), n=1, cutoff=0)
        return f"{key} is not a key here; the nearest is {near[0]}"
    return f"{'.'.join(map(str, [*table, key]))}: {error['msg']}".lstrip(": ")
