"""`wavoice eval stt`: how well notes are heard, and what hearing them wrongly would have come to."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from wavoice.cli.files import make_folder
from wavoice.cli.outputs import check_targets, put, shown
from wavoice.runtime.errors import UserInputError

_Names = Annotated[
    list[str] | None,
    typer.Option(
        "--noise", metavar="NOISE", help="Manifest (.jsonl), sound file, street, wind or babble; repeatable."
    ),
]


def command(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="Labelled recordings.")],
    noise: _Names = None,
    snr: Annotated[
        str | None,
        typer.Option(metavar="DB,DB", help="Ratios at which noise is mixed in; 20,10,5,0 unless given."),
    ] = None,
    rir: Annotated[
        list[str] | None,
        typer.Option(metavar="ROOM", help="Impulse responses: a manifest or a sound file; repeatable."),
    ] = None,
    opus: Annotated[
        str | None, typer.Option(metavar="RATE", help="Code as a phone does, at 6k to 64k bits a second.")
    ] = None,
    every_noise: Annotated[
        bool, typer.Option("--every-noise", help="Each recording in each noise, not in one of them.")
    ] = False,
    asked: Annotated[
        bool, typer.Option("--asked", help="A question is open, whatever is said: no request may be a yes.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Decides which noise, and where in it a note lies.")] = 1,
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of rows that name none.")] = "en",
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON; - is stdout.")
    ] = None,
    rows_file: Annotated[
        str | None, typer.Option("--rows", metavar="FILE", help="Write one JSON object a note; - is stdout.")
    ] = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write charts as PNG and SVG.")] = None,
) -> None:
    """Hear labelled recordings as the runtime does, in noise if asked, and count what went wrong.

    A row holds path (WAV, FLAC, or what WhatsApp carries; relative to the manifest) and what it is measured
    by: transcript or text, slots, entities, label (as in `eval replies`: it answers a question). Perhaps
    noise and snr (what it was recorded in), language, accept, prompt, intent (one of the bot's jobs) and
    orders (all that the customer has). A manifest of fixtures (.toml) will do, too.

    Words are compared by Whisper's normaliser. A wrong act is a job or a value that nobody asked for, or a
    yes that was none; "again" are notes that have to be said again. What exact words come to is the truth.

    Each clean recording is heard as it is, in a room with --rir, and in one of the noises at every ratio;
    what has noise of its own is heard as it is. The same seed gives the same sounds. Exit code 0: it ran;
    2: it could not.

    \b
    Examples:
      wavoice eval stt notes.jsonl
      wavoice eval stt notes.jsonl --noise street --noise babble --snr 20,10,5,0 --opus 16k
      wavoice eval stt notes.jsonl --noise noises.jsonl --rir noises.jsonl --plots charts --json out.json
      wavoice eval stt fixtures/audio/manifest.toml --rows heard.jsonl
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.labelled import is_language  # noqa: PLC0415
    from wavoice.sim.rehearsal import rehearsal_settings  # noqa: PLC0415
    from wavoice.sim.stt.conditions import DEFAULT_SNRS, read_bit_rate, read_snrs  # noqa: PLC0415
    from wavoice.sim.stt.measure import Options, measure  # noqa: PLC0415
    from wavoice.sim.stt.rows import load_samples  # noqa: PLC0415
    from wavoice.sim.stt.score import as_line  # noqa: PLC0415

    if not is_language(language):
        raise UserInputError(f"There is no language {language!r}.", remedy="Write its ISO 639-1 code.")
    if snr is not None and not noise:
        raise UserInputError("--snr needs a noise.", remedy="Add --noise street, or a manifest of noises.")
    options = Options(
        noises=tuple(noise or ()),
        snrs=DEFAULT_SNRS if snr is None else read_snrs(snr),
        rooms=tuple(rir or ()),
        bit_rate=None if opus is None else read_bit_rate(opus),
        seed=seed,
        every_noise=every_noise,
        asked=asked,
    )
    samples = load_samples(manifest, language)
    check_targets(manifest, {"--json": json_file, "--rows": rows_file})
    if plots is not None:
        make_folder(plots)
    settings = rehearsal_settings(Settings.load())
    report = asyncio.run(measure(manifest, samples, options, settings, shown))
    found = report.as_json()
    put(json_file, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    put(rows_file, "".join(json.dumps(as_line(each), ensure_ascii=False) + "\n" for each in report.scored))
    if plots is not None:
        from wavoice.sim.stt.charts import draw  # noqa: PLC0415

        draw(found, plots)
    if "-" not in (json_file, rows_file):
        from wavoice.cli.eval_stt_table import print_figures  # noqa: PLC0415

        print_figures(found)
