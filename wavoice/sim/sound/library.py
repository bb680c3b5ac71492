"""The sound library: what is used of sounddevice (PortAudio), and its errors in words that help.

The library is handed in as the module that it is, so that `scripted.ScriptedSound` can stand in for it.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final, Literal, Protocol

from wavoice.sim.machine_needs import remedy
from wavoice.sim.sound.ports import Device, SoundError

Direction = Literal["input", "output"]

_KIND: Final[Mapping[Direction, str]] = {"input": "microphone", "output": "speaker"}
_NO_CHANNELS = -9998
_NO_RATE = -9997
_NO_DEVICE = -9996
_HOST_ERROR = -9999
_IN_USE = -9985
"""PaErrorCode of portaudio.h."""
_FORBIDDEN = {-13, -2147024891}
"""EACCES of ALSA and E_ACCESSDENIED of Windows."""
_MME_UNDEFINED = 1
"""What Windows' oldest sound system says when privacy settings keep the microphone from a program."""


class Stream(Protocol):
    """A device that is open (`sounddevice.RawStream`)."""

    @property
    def samplerate(self) -> float: ...  # noqa: D102 - sounddevice's
    def start(self) -> None: ...  # noqa: D102 - sounddevice's
    def stop(self) -> None: ...  # noqa: D102 - sounddevice's
    def abort(self) -> None: ...  # noqa: D102 - sounddevice's
    def close(self) -> None: ...  # noqa: D102 - sounddevice's


Callback = Callable[[Any, int, Any, Any], None]
"""Called by the library's own thread: buffer, frames, time, status."""


class Library(Protocol):
    """What is used of the module `sounddevice`."""

    PortAudioError: type[Exception]
    CallbackStop: type[Exception]

    def query_devices(self, device: int | None = None, kind: str | None = None) -> Any: ...  # noqa: D102
    def query_hostapis(self) -> Sequence[Mapping[str, Any]]: ...  # noqa: D102 - sounddevice's
    def RawInputStream(self, **options: Any) -> Stream: ...  # noqa: D102, N802 - sounddevice's
    def RawOutputStream(self, **options: Any) -> Stream: ...  # noqa: D102, N802 - sounddevice's
    def _terminate(self) -> None: ...
    def _initialize(self) -> None: ...


def find_library() -> Library | str:
    """Sounddevice with PortAudio, or one line that says what is missing and which command adds it.

    The first call starts PortAudio, which takes tenths of a second and turns standard error off meanwhile:
    make it before a terminal application draws.
    """
    try:
        import sounddevice  # noqa: PLC0415 -- loads PortAudio
    except ModuleNotFoundError:
        return f"sounddevice is not installed. {remedy('sounddevice')}"
    except OSError:
        return f"PortAudio is not on this machine. {remedy('portaudio')}"
    except Exception as error:  # noqa: BLE001 -- PortAudioError, whose class cannot be imported then
        return f"PortAudio does not start: {error}. {remedy('portaudio')}"
    library: Library = sounddevice
    return library


def missing_part() -> str:
    """What to install where `find_library` found nothing: `sounddevice` or `portaudio`."""
    return "sounddevice" if find_spec("sounddevice") is None else "portaudio"


def devices(library: Library, direction: Direction) -> tuple[Device, ...]:
    """All microphones or speakers, the default one first. Raises `SoundError`."""
    with translated(library, direction):
        apis = [str(api["name"]) for api in library.query_hostapis()]
        found = list(library.query_devices())
        try:
            first = int(library.query_devices(kind=direction)["index"])
        except library.PortAudioError:
            first = -1  # the system names no default: the first one is
    listed = [
        Device(
            index=int(one["index"]),
            name=str(one["name"]).strip(),
            api=apis[one["hostapi"]],
            channels=int(one[f"max_{direction}_channels"]),
            rate=round(one["default_samplerate"]),
            default=int(one["index"]) == first,
        )
        for one in found
        if one[f"max_{direction}_channels"] > 0
    ]
    return tuple(sorted(listed, key=lambda device: not device.default))


def choose(found: Sequence[Device], wanted: str | int | None, direction: Direction) -> Device:
    """The device of that number or name, else the default one. Raises `SoundError`, which lists them.

    A part of the name will do, in any case. Where several sound systems offer the same device, that of
    the default one is taken.
    """
    if not found:
        raise SoundError(nothing(direction))
    if wanted is None:
        return found[0]
    named = str(wanted).strip().lower()
    if named.isdecimal():
        matches = [device for device in found if device.index == int(named)]
    else:
        exact = [device for device in found if device.name.lower() == named]
        matches = exact or [device for device in found if named in device.name.lower()]
    if len({device.name for device in matches}) == 1:
        return next((device for device in matches if device.api == found[0].api), matches[0])
    known = ", ".join(f"{device.index} {device.name}" for device in matches or found)
    what = f"Several {_KIND[direction]}s match" if matches else f"There is no {_KIND[direction]}"
    raise SoundError(f"{what} {wanted!r}.", remedy=f"Name one of: {known}.")


def nothing(direction: Direction) -> str:
    """One line for a machine without such a device."""
    return f"This machine has no {_KIND[direction]}. {remedy(_KIND[direction])}"


@contextmanager
def translated(library: Library, direction: Direction, device: Device | None = None) -> Iterator[None]:
    """Turn what PortAudio raises into a `SoundError` that says what to do."""
    try:
        yield
    except library.PortAudioError as error:
        raise _sentence(error, direction, device) from error


def opened(
    library: Library, direction: Direction, device: Device, callback: Callback, finished: Callable[[], None]
) -> tuple[Stream, int]:
    """Open a device at its own rate, in mono if it can; return it with its number of channels.

    Samples are 16 bit. Raises `SoundError`.
    """
    make = library.RawInputStream if direction == "input" else library.RawOutputStream
    channels = 1
    while True:
        try:
            stream = make(
                device=device.index,
                samplerate=device.rate,
                channels=channels,
                dtype="int16",
                callback=callback,
                finished_callback=finished,
            )
        except library.PortAudioError as error:
            # Some interfaces are opened with all their channels or not at all.
            if _code(error) != _NO_CHANNELS or channels == device.channels:
                raise _sentence(error, direction, device) from error
            channels = 2 if channels == 1 and device.channels > 2 else device.channels
        else:
            return stream, channels


def close(library: Library, stream: Stream, *, gently: bool = False) -> None:
    """Let go of a device; one that has been pulled out cannot be stopped any more, and need not be.

    `gently`: what the device still holds is waited for.
    """
    for end in (stream.stop if gently else stream.abort, stream.close):
        try:
            end()
        except library.PortAudioError:
            continue


def look_again(library: Library) -> None:
    """Notice what was plugged in or out since the library was started; nothing may be open.

    PortAudio makes its list once, and sounddevice has no public call that makes it anew.
    """
    library._terminate()
    library._initialize()


def _code(error: Exception) -> int | None:
    return int(error.args[1]) if len(error.args) > 1 else None


def _sentence(error: Exception, direction: Direction, device: Device | None) -> SoundError:
    name = device.name if device else f"The {_KIND[direction]}"
    host, text = (error.args[2][1], str(error.args[2][2])) if len(error.args) > 2 else (0, "")
    refused = host in _FORBIDDEN or "denied" in text.lower() or "not permitted" in text.lower()
    hidden = platform.system() == "Windows" and direction == "input" and host == _MME_UNDEFINED
    match _code(error):
        case _ if refused or hidden:
            return SoundError(
                f"{name} may not be used by this program.", remedy=remedy(f"{_KIND[direction]} permission")
            )
        case code if code == _IN_USE:
            return SoundError(
                f"{name} is in use by another program.",
                remedy="Close that program, or choose another device.",
            )
        case code if code == _NO_DEVICE:
            return SoundError(
                f"{name} is not there any more.", remedy="Plug it in, or choose another device."
            )
        case code if code in (_NO_CHANNELS, _NO_RATE):
            return SoundError(f"{name} cannot be opened: {error.args[0]}.", remedy="Choose another device.")
    why = text or (str(error.args[0]) if error.args else type(error).__name__)
    return SoundError(f"{name} does not work: {why}.", remedy="Choose another device, or see: wavoice doctor")
