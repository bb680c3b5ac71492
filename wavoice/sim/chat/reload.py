"""Hot reload of the author's own file: jobs are replaced for every turn that begins from now on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from wavoice.runtime.author.load import load_app
from wavoice.runtime.build import Runtime
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings


def reload(runtime: Runtime, settings: Settings) -> str:
    """Read the file that `[bot] app` names anew; return one line of what came of it.

    A file that is wrong changes nothing: the line says where, and the jobs of before go on.
    """
    if settings.bot.app is None:
        return 'There is nothing to reload: wavoice.toml names no app of yours ([bot] app = "bot:app").'
    try:
        app = load_app(settings)
        runtime.reload(app)
    except ConfigError as error:
        return f"Not reloaded: {error}"
    names = ", ".join(job.name for job in app.jobs)
    return f"Reloaded {settings.bot.app}: {names}."


async def changes(settings: Settings) -> AsyncIterator[None]:
    """Yield whenever a Python file beside the author's own has changed, until cancelled."""
    from watchfiles import PythonFilter, awatch  # noqa: PLC0415 -- an extra, and only for authors

    folder: Path = settings.config.resolve().parent
    async for _ in awatch(folder, watch_filter=PythonFilter(), recursive=True):
        yield
