"""`wavoice observe`: the dashboard and the alert rules that ship with wavoice, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wavoice.cli.files import check_target, make_folder, write_whole


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go.")],
) -> None:
    """Write a Grafana dashboard and Prometheus alert rules for the metrics of `wavoice serve`.

    Files that are there are replaced. docs/observe.md says what each metric counts.

    \b
    Examples:
      wavoice observe monitoring/      writes monitoring/wavoice.json and monitoring/wavoice.rules.yaml
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.seeing.files import ALERTS, DASHBOARD, text_of  # noqa: PLC0415

    make_folder(folder)
    for name, source in (("wavoice.json", DASHBOARD), ("wavoice.rules.yaml", ALERTS)):
        target = folder / name
        check_target(target)
        write_whole(target, text_of(source))
        typer.echo(f"{target} written")
