"""Labelled recordings to figures: the ears of the settings hear all of them, in all that was asked for."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Tier
from wavoice.runtime.ports import Decoder
from wavoice.runtime.settings import Settings
from wavoice.sim.eval_notes import production_decoder, production_ears
from wavoice.sim.eval_replies import Judge
from wavoice.sim.machine import machine
from wavoice.sim.stt.acts import Answering
from wavoice.sim.stt.conditions import DEFAULT_SNRS, Plan
from wavoice.sim.stt.figures import Report
from wavoice.sim.stt.noises import surroundings
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.score import Scored, Scorer
from wavoice.sim.stt.sound import opened
from wavoice.sim.stt.trials import Listener

Shown = Callable[[str, Sequence[Sample]], Iterable[Sample]]
"""Goes through the recordings, and may show how far the work is."""


@dataclass(frozen=True, slots=True)
class Options:
    """In what the recordings are heard."""

    noises: tuple[str, ...] = ()
    """Manifests, sound files, or names of computed noises."""
    snrs: tuple[float, ...] = DEFAULT_SNRS
    """Decibels; without noises they mean nothing."""
    rooms: tuple[str, ...] = ()
    """Manifests or sound files with impulse responses."""
    bit_rate: int | None = None
    """Of Opus between phone and runtime; None: files are heard as they are."""
    seed: int = 1
    every_noise: bool = False
    asked: bool = False
    """As if a question were open: whatever is no yes must not be taken for one."""


async def measure(
    manifest: Path, samples: Sequence[Sample], options: Options, settings: Settings, shown: Shown
) -> Report:
    """Hear all recordings that have labels with the ears of the settings, and score them.

    Every recording and noise is opened before any is listened to. Raises `UserInputError` for one that
    cannot be, and for a manifest without labels; `MissingModelError` where the ears have no weights.
    """
    labelled = [sample for sample in samples if sample.scored]
    if not labelled:
        raise UserInputError(
            f"{manifest} has no labels.", remedy="Give its rows transcript, slots, entities or label."
        )
    async with production_decoder() as decoder:
        plan = await _plan(labelled, options, decoder)
        for sample in shown("opening", labelled):
            await opened(sample.path, sample.where, decoder)
        ears = await production_ears(settings)
        found_on = machine()
        names = Catalogue(settings.catalogue.words)
        answering = Answering(Judge(Tier.R2, catalogue=names))
        listener = Listener(decoder, ears, SystemClock(), answering, options.asked)
        scored = await hear_all(labelled, plan, listener, shown)
    content = await asyncio.to_thread(manifest.read_bytes)
    about = {
        "manifest": {"name": manifest.name, "sha256": hashlib.sha256(content).hexdigest()},
        "ears": settings.ears.model_dump(mode="json", exclude_none=True),
        "catalogue": list(settings.catalogue.words),
        "heard_by": dict(Counter(_model(each) for each in scored)),
        "machine": found_on,
        "options": _as_json(options),
    }
    return Report(scored, about, len(samples) - len(labelled))


async def hear_all(samples: Sequence[Sample], plan: Plan, listener: Listener, shown: Shown) -> list[Scored]:
    """Hear and score each recording in each of its conditions, one at a time."""
    scorer = Scorer.of(samples, listener.answering)
    return [
        scorer(trial)
        for sample in shown("listening", samples)
        async for trial in listener.trials([sample], plan)
    ]


async def _plan(samples: Sequence[Sample], options: Options, decoder: Decoder) -> Plan:
    around = await surroundings(options.noises, options.rooms, samples, decoder)
    return Plan(around, options.snrs, options.bit_rate, options.seed, options.every_noise)


def _model(scored: Scored) -> str:
    """Who heard it; a chain of fallbacks may have asked several."""
    heard = scored.trial.heard
    return heard.transcript.model if heard else "none"


def _as_json(options: Options) -> dict[str, Any]:
    names = {"noises": options.noises, "rooms": options.rooms}
    snrs = options.snrs if options.noises else ()
    return {
        **asdict(options),
        "snrs": list(snrs),
        **{key: [Path(name).name for name in value] for key, value in names.items()},
    }
