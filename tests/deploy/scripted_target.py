"""A target in memory: does what the protocol says, remembers what it was asked, fails when told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wavoice.deploy.errors import TargetError
from wavoice.deploy.release import Release
from wavoice.deploy.target import Finding, Health, Holder, Ran, Standing

CANARY = '{"ok": true, "told": "heard 9 words, answered by voice", "seconds": 0.4}'


@dataclass(slots=True)
class ScriptedTarget:
    """One machine."""

    host: str = "bot@shop.example.com"
    notes: dict[str, str] = field(default_factory=dict)
    locked_by: Holder | None = None
    shipped: dict[str, Release] = field(default_factory=dict)
    live: str | None = None
    running: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fails: dict[str, Callable[[], BaseException]] = field(default_factory=dict)
    """By method, or by the words of a command."""
    answers: dict[str, Ran] = field(default_factory=dict)
    """What commands of a release come to, by their words."""
    sick: Counter[str] = field(default_factory=Counter)
    """How often a release is not ready from now on."""
    ill_after: tuple[str, int] | None = None
    """From that method on, its release is not ready so often; once."""
    patient: str = ""
    """The release that fell ill."""
    falls_at: str = ""
    """From that method on, its release is started again and again by its machine; once."""
    restarts: Counter[str] = field(default_factory=Counter)
    lacks: list[Finding] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        method, _, release = what.partition(" ")
        if method in self.fails:
            raise self.fails[method]()
        if self.ill_after is not None and method == self.ill_after[0]:
            self.patient, self.sick[release] = release, self.ill_after[1]
            self.ill_after = None
        if method == self.falls_at:
            self.restarts[release], self.falls_at = 2, ""

    def break_at(self, method: str) -> None:
        self.fails[method] = lambda: TargetError(f"{method} broke", host=self.host, remedy="Look at it.")

    async def preflight(self) -> Sequence[Finding]:
        self._asked("preflight")
        return [Finding("systemd", ok=True, told="252"), *self.lacks]

    async def lock(self, holder: Holder) -> Holder | None:
        self._asked("lock")
        if self.locked_by is None:
            self.locked_by = holder
            return None
        return self.locked_by

    async def holder(self) -> Holder | None:
        return self.locked_by

    async def unlock(self) -> None:
        self._asked("unlock")
        self.locked_by = None

    async def read(self, name: str) -> str | None:
        return self.notes.get(name)

    async def write(self, name: str, text: str) -> None:
        self.notes[name] = text

    async def append(self, name: str, line: str) -> None:
        self.notes[name] = f"{self.notes.get(name, '')}{line}\n"

    async def pack(self, folder: Path) -> str:
        self._asked("pack")
        (folder / "wheels").mkdir()
        (folder / "wheels" / "some-1-py3-none-any.whl").write_bytes(b"wheel")
        return "1 wheel"

    async def ship(self, release: Release) -> str:
        self._asked(f"ship {release.id}")
        self.shipped[release.id] = release
        return "shipped"

    async def run(self, release: str, arguments: Sequence[str], *, given: str = "") -> Ran:
        words = " ".join(arguments)
        self._asked(f"run {words}")
        self.given.append(given)
        if words in self.answers:
            return self.answers[words]
        return Ran(0, CANARY if "canary" in words else "done", "")

    async def start(self, release: str) -> str:
        self._asked(f"start {release}")
        if release not in self.running:
            self.running.append(release)
        return "started"

    async def health(self, release: str) -> Health:
        self._asked(f"health {release}")
        if release not in self.running:
            return Health(ready=False)
        if self.restarts[release]:
            return Health(ready=False, restarts=self.restarts[release])
        if self.sick[release] > 0:
            self.sick[release] -= 1
            return Health(ready=False, checks={"models": "loading"})
        return Health(ready=True, checks={"database": "ok"})

    async def switch(self, release: str) -> str:
        self._asked(f"switch {release}")
        self.live = release
        return "switched"

    async def stop(self, release: str, grace_seconds: float) -> str:
        self._asked(f"stop {release}")
        if release in self.running:
            self.running.remove(release)
        return f"{release} ended"

    async def prune(self, keep: int) -> Sequence[str]:
        self._asked("prune")
        gone = [each for each in sorted(self.shipped)[:-keep] if each != self.live]
        for each in gone:
            del self.shipped[each]
        return gone

    async def standing(self) -> Standing:
        return Standing(self.live, tuple(self.running), tuple(sorted(self.shipped)))

    async def logs(self, release: str, lines: int) -> Sequence[str]:
        return [f"{release} said something"][-lines:]
