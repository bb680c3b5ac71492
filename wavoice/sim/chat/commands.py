"""Slash commands: everything that a customer or a tester does while chatting, as a line of text.

The screen, the plain mode and completion all use this table. A line without a slash is sent as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wavoice.runtime.errors import UserInputError
from wavoice.sim.chat.arguments import button_of, decibels, moment, nth, numbered
from wavoice.sim.scenario.values import as_text

if TYPE_CHECKING:  # the screen has this table before there is a shop to import
    from wavoice.sim.chat.session import ChatSession

Run = Callable[["ChatSession", str], Awaitable[str | None]]
_OPTION = re.compile(r"\s--(noise|snr|voice)\s+(\S+)")
_TIMES = re.compile(r"\s*\d{0,3}\s*")


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    name: str
    """Without the slash."""
    arguments: str
    """As they are written, optional ones in brackets; empty for none."""
    help: str
    example: str
    run: Run
    chosen: bool = False
    """Its first argument is one of `choices.CHOICES`."""

    @property
    def choices(self) -> Callable[[ChatSession], Mapping[str, str]] | None:
        """Finds what its first argument can be, each with a word about it; None where it can be anything."""
        return self._choices if self.chosen else None

    def _choices(self, chat: ChatSession) -> Mapping[str, str]:
        from wavoice.sim.chat.choices import CHOICES  # noqa: PLC0415 -- the table is there before a chat is

        return CHOICES[self.name](chat)


async def run(chat: ChatSession, line: str) -> str | None:
    """Carry out a line; return a line to be shown, if there is anything to say.

    Raises `WavoiceError` for what cannot be done, with the remedy.
    """
    if not line.startswith("/"):
        await chat.text(line)
        return None
    name, _, rest = line[1:].partition(" ")
    return await find(name).run(chat, rest.strip())


def find(name: str) -> Command:
    """The command of that name. Raises `UserInputError` that names the nearest."""
    found = next((command for command in COMMANDS if command.name == name), None)
    if found is None:
        near = difflib.get_close_matches(name, [command.name for command in COMMANDS], n=1)
        remedy = f"Did you mean /{near[0]}?" if near else "/help lists them all."
        raise UserInputError(f"There is no command /{name}.", remedy=remedy)
    return found


async def _say(chat: ChatSession, rest: str) -> None:
    padded = f" {rest}"
    options = dict(_OPTION.findall(padded))
    text = _OPTION.sub("", padded).strip()
    if not text:
        raise _usage("say")
    manner = chat.mouth.manner
    if "noise" in options or "snr" in options:
        kind = options.get("noise", manner.noise if manner.noise != "none" else "street")
        manner = manner.in_noise(kind, decibels(options["snr"]) if "snr" in options else None)
    if "voice" in options:
        manner = replace(manner, voice=options["voice"])
    await chat.say(text, manner)


async def _play(chat: ChatSession, rest: str) -> None:
    if not rest:
        raise _usage("play")
    from wavoice.sim.chat.notes import find_fixture  # noqa: PLC0415 -- see `choices`

    note = find_fixture(chat.folder, rest)
    await chat.note(note.ogg, said=note.said)


async def _after(chat: ChatSession, rest: str) -> str:
    delay, _, line = rest.partition(" ")
    if not line.strip():
        raise _usage("after")
    wait = moment(delay)
    chat.after(wait, lambda: run(chat, line.strip()))
    return f"In {as_text(wait)}: {line.strip()}"


async def _advance(chat: ChatSession, rest: str) -> str:
    by = moment(rest)
    await chat.advance(by)
    return f"{as_text(by)} later."


async def _quote(chat: ChatSession, rest: str) -> None:
    number, text = numbered(rest)
    if not text:
        raise _usage("quote")
    await chat.text(text, quotes=nth(chat.phone.messages, number, "message of the bot").wamid)


async def _tap(chat: ChatSession, rest: str) -> None:
    number, title = numbered(rest)
    asked = [shown for shown in chat.phone.messages if shown.buttons]
    if number is None and title:
        has = [shown for shown in asked if button_of(shown, title)]
        asked = has or asked
    question = nth(asked, number, "message with buttons")
    button = button_of(question, title) if title else None
    if button is None:
        titles = ", ".join(one.title for one in question.buttons)
        raise UserInputError(f"There is no button {title!r} on it.", remedy=f"It has {titles}.")
    await chat.tap(question.wamid, button)


async def _react(chat: ChatSession, rest: str) -> None:
    number, emoji = numbered(rest)
    if not emoji:
        raise _usage("react")
    shown = nth(chat.phone.messages, number, "message of the bot")
    await chat.react(shown.wamid, None if emoji == "off" else emoji)


async def _edit(chat: ChatSession, rest: str) -> None:
    if not rest:
        raise _usage("edit")
    await chat.edit(_newest(chat, "text"), rest)


async def _unsend(chat: ChatSession, rest: str) -> None:
    _nothing("unsend", rest)
    await chat.unsend(_newest(chat, "text", "audio"))


async def _stop(chat: ChatSession, rest: str) -> None:
    _nothing("stop", rest)
    await chat.text("STOP")


async def _fault(chat: ChatSession, rest: str) -> str:
    name, _, times = rest.partition(" ")
    if not name or not _TIMES.fullmatch(times):
        raise _usage("fault")
    from wavoice.sim.chat.faults import FAULTS  # noqa: PLC0415 -- see `choices`

    chat.fault(name, int(times.strip() or 1))
    return f"From now on: {FAULTS[name]}." if not times else f"{int(times)} times: {FAULTS[name]}."


async def _customer(chat: ChatSession, rest: str) -> str:
    await chat.switch(rest)
    return f"{chat.customer.name} holds the phone: {chat.customer.about}."


async def _language(chat: ChatSession, rest: str) -> str:
    if not rest:
        raise _usage("language")
    await chat.language(rest)
    return f"The customer speaks {rest!r}: notes are heard in it, and /say speaks it."


async def _voice(chat: ChatSession, rest: str) -> str:
    if not rest:
        raise _usage("voice")
    return chat.voice(rest)


async def _noise(chat: ChatSession, rest: str) -> str:
    kind, _, snr = rest.partition(" ")
    if not kind:
        raise _usage("noise")
    chat.noise("none" if kind == "off" else kind, decibels(snr) if snr.strip() else None)
    manner = chat.mouth.manner
    return "No noise." if manner.noise == "none" else f"In {manner.noise} noise, {manner.snr_db:g} dB below."


async def _reload(chat: ChatSession, rest: str) -> str:
    _nothing("reload", rest)
    return await chat.reload()


async def _save(chat: ChatSession, rest: str) -> str:
    if not rest:
        raise _usage("save")
    return str(await chat.save(rest))


async def _help(_: ChatSession, rest: str) -> str:
    if rest:
        command = find(rest.removeprefix("/"))
        return f"/{command.name} {command.arguments}\n{command.help}\n  {command.example}"
    width = max(len(f"/{command.name} {command.arguments}") for command in COMMANDS)
    return "\n".join(f"{f'/{one.name} {one.arguments}':{width}}  {one.help}" for one in COMMANDS)


COMMANDS: tuple[Command, ...] = (
    Command(
        "say", "TEXT [--noise street] [--snr 5] [--voice NAME]", "A voice says it for you, as a note.",
        "/say yes… no wait --noise street --snr 5", _say,
    ),
    Command(
        "play", "FIXTURE", "Send a recorded note: a name or an .ogg file.", "/play no_wait__street_10db",
        _play, chosen=True,
    ),
    Command(
        "after", "TIME LINE", "Do something a little later: words or a command.",
        "/after 1.5s no wait", _after,
    ),
    Command("advance", "TIME", "Let time pass at once.", "/advance 26h", _advance),
    Command(
        "quote", "[N] TEXT", "Answer the bot's newest message, or the N-th newest.", "/quote 2 yes", _quote
    ),
    Command("tap", "[N] TITLE", "Tap a button, also of the N-th newest question.", "/tap 2 Yes", _tap),
    Command("react", "[N] EMOJI", "React to the bot's message; off takes it back.", "/react 👍", _react),
    Command("edit", "TEXT", "Change your newest text.", "/edit Saturday, not Friday", _edit),
    Command("unsend", "", "Take your newest message back.", "/unsend", _unsend),
    Command("stop", "", "Send STOP.", "/stop", _stop),
    Command(
        "fault", "NAME [TIMES]", "Let something go wrong.", "/fault payment-lost", _fault, chosen=True
    ),
    Command(
        "customer", "NAME", "Hand the phone to another customer.", "/customer unknown", _customer,
        chosen=True,
    ),
    Command(
        "language", "CODE", "The language that the customer speaks.", "/language hi", _language,
        chosen=True,
    ),
    Command(
        "voice", "NAME|on|off", "Your voice of /say; on, off: whether the bot speaks.", "/voice off", _voice,
        chosen=True,
    ),
    Command(
        "noise", "KIND [SNR]|off", "Noise around microphone and /say, in dB.", "/noise babble 10", _noise,
        chosen=True,
    ),
    Command("reload", "", "Read bot.py anew; nothing that is pending is lost.", "/reload", _reload),
    Command(
        "save", "NAME", "Keep what just happened as scenario and notes.", "/save no_wait_by_the_bus", _save
    ),
    Command("help", "[COMMAND]", "Show these lines, or an example of one.", "/help say", _help),
)  # fmt: skip


def _usage(name: str) -> UserInputError:
    command = find(name)
    said = f"/{name} {command.arguments}".rstrip()
    return UserInputError(f"It is written {said}.", remedy=f"As in {command.example}")


def _nothing(name: str, rest: str) -> None:
    if rest:
        raise _usage(name)


def _newest(chat: ChatSession, *kinds: str) -> str:
    own = [wamid for wamid, kind in chat.phone.said.items() if kind in kinds]
    if not own:
        raise UserInputError("There is no message of yours yet that can be changed.", remedy="Send one.")
    return own[-1]
