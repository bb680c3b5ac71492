"""Opens this machine's sound: always an answer, also where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.ports import Clock
from wavoice.sim.sound.library import Library, find_library, look_again
from wavoice.sim.sound.microphone import PortAudioMicrophone
from wavoice.sim.sound.ports import Device, Meter, Microphone, Recording, SoundError, Speaker
from wavoice.sim.sound.speaker import PortAudioSpeaker


@dataclass(frozen=True, slots=True)
class Sound:
    """A microphone and a speaker. Without a sound library both say why, and raise it when they are used."""

    microphone: Microphone
    speaker: Speaker
    library: Library | None = None


def open_sound(clock: Clock, library: Library | str | None = None) -> Sound:
    """The sound of this machine, or of the library that is handed in. Never raises.

    What was plugged in or out is noticed by the first recording after one that lost its device or could not
    begin. Looking for the library takes tenths of a second and turns standard error off meanwhile: do it
    before a terminal application draws.
    """
    found = find_library() if library is None else library
    if isinstance(found, str):
        return Sound(NoMicrophone(found), NoSpeaker(found))
    speaker = PortAudioSpeaker(found)

    def renew() -> None:
        if speaker.position is None:
            look_again(found)

    return Sound(PortAudioMicrophone(found, clock, look_again=renew), speaker, found)


@dataclass(frozen=True, slots=True)
class NoMicrophone:
    """`Microphone` of a machine that has none."""

    reason: str

    def unavailable(self) -> str | None:
        """The reason."""
        return self.reason

    def devices(self) -> tuple[Device, ...]:
        """None."""
        return ()

    def start(self, device: str | int | None = None) -> Device:  # noqa: ARG002
        """Raise the reason."""
        raise SoundError(self.reason)

    @property
    def recording(self) -> bool:
        """Never."""
        return False

    @property
    def meter(self) -> Meter:
        """Silence."""
        return Meter()

    def stop(self) -> Recording:
        """Raise the reason."""
        raise SoundError(self.reason)


@dataclass(frozen=True, slots=True)
class NoSpeaker:
    """`Speaker` of a machine that has none."""

    reason: str

    def unavailable(self) -> str | None:
        """The reason."""
        return self.reason

    def devices(self) -> tuple[Device, ...]:
        """None."""
        return ()

    def play(self, ogg: bytes, device: str | int | None = None) -> None:  # noqa: ARG002
        """Raise the reason."""
        raise SoundError(self.reason)

    @property
    def position(self) -> float | None:
        """Nothing plays."""
        return None

    def stop(self) -> None:
        """Nothing plays."""
