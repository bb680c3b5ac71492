"""How long ears and voice take on this machine.

    uv run python -m benchmarks.speech [--rounds N] [--workers N] [--intra-threads N] [--json FILE]

Stands alone: the notes are spoken by Piper on the spot. Rounds are interleaved, so that a busy moment
of the machine falls on every row; the first round is not counted. Times are wall-clock milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import numpy as np
from faster_whisper.vad import get_speech_timestamps

from wavoice.runtime.adapters.piper_voice import PiperVoice
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.model import Audio, Speech
from wavoice.runtime.ports import Hint
from wavoice.sim.machine import machine

RATE = 16_000
NOTES = {
    "2-s note": "Can you cancel order 1842?",
    "4-s note": "Can you move the delivery of order 1842 to Friday, please?",
    "8-s note": "Hello, I have a question about my order. It was meant to arrive on Monday, "
    "but I am travelling, so could you bring it on Thursday instead?",
}
REPLY = "Order 1842 now arrives on Friday. Is that right?"

Step = Callable[[], Awaitable[object]]


def at_16_khz(speech: Speech) -> Audio:
    pcm = np.frombuffer(speech.pcm, "<f4")
    times = np.arange(int(len(pcm) * RATE / speech.rate)) / RATE
    samples = np.interp(times, np.arange(len(pcm)) / speech.rate, pcm)
    return Audio(pcm=samples.astype("<f4").tobytes(), seconds=len(samples) / RATE)


async def milliseconds(step: Step) -> float:
    start = time.perf_counter()
    await step()
    return (time.perf_counter() - start) * 1000


async def vad(note: Audio) -> None:
    get_speech_timestamps(np.frombuffer(note.pcm, "<f4"))


def steps(ears: WhisperEars, voice: PiperVoice, notes: dict[str, Audio]) -> dict[str, Step]:
    rows: dict[str, Step] = {}
    for name, note in notes.items():
        label = f"{name} ({note.seconds:.1f} s)"
        rows[f"hear {label}, request"] = partial(ears.hear, note, Hint())
        rows[f"hear {label}, yes awaited"] = partial(ears.hear, note, Hint(awaiting_yes=True))
        rows[f"voice activity, {label}"] = partial(vad, note)
    rows["say a reply"] = partial(voice.say, REPLY, "en")
    return rows


def summary(times: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
    }


async def measure(arguments: argparse.Namespace) -> tuple[str, dict[str, dict[str, float]]]:
    """Return the model that was measured, and the rows."""
    ears = WhisperEars(workers=arguments.workers, intra_threads=arguments.intra_threads)
    voice = PiperVoice()
    figures = {
        "load ears and warm up, once": summary([await milliseconds(ears.warm)]),
        "load voice and warm up, once": summary([await milliseconds(voice.warm)]),
    }
    notes = {name: at_16_khz(await voice.say(text, "en")) for name, text in NOTES.items()}
    rows = steps(ears, voice, notes)
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(arguments.rounds + 1):
        for name, step in rows.items():
            times[name].append(await milliseconds(step))
    figures |= {name: summary(taken[1:]) for name, taken in times.items()}
    silence = Audio(pcm=bytes(4 * RATE), seconds=1.0)
    return (await ears.hear(silence, Hint())).transcript.model, figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--intra-threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    about = machine() | {
        "workers": arguments.workers,
        "intra_threads": arguments.intra_threads,
        "rounds": arguments.rounds,
    }
    model, figures = asyncio.run(measure(arguments))
    about["model"] = model
    print(json.dumps(about, indent=2))
    print(f"{'':40} {'median':>9} {'p95':>9}  ms")
    for name, row in figures.items():
        print(f"{name:40} {row['median_ms']:9.1f} {row['p95_ms']:9.1f}")
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"version": 1, "machine": about, "figures": figures}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
