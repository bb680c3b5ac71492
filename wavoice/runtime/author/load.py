"""`[bot] app = "bot:app"`: the author's file, found beside the settings, and loaded again on demand.

Files are Python of the shop's own and run with the runtime's rights. What stands beside the file may be
imported by it, and is loaded anew with it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from wavoice.runtime.author.app import App
from wavoice.runtime.author.mcp_jobs import NOBODY, mcp_jobs
from wavoice.runtime.author.mcp_tool import Desk
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_mcp import McpServer


@dataclass(frozen=True, slots=True)
class AppFile:
    """Where an app stands: small enough to be sent to another process."""

    folder: Path
    target: str | None
    """`module:name`; None: the sample bot."""
    config: Path | None = None
    """Settings whose `[mcp]` adds to it."""

    @classmethod
    def named_by(cls, settings: Settings) -> AppFile | None:
        """What `[bot] app` names, beside the settings, and `[mcp]` adds; None: the sample bot."""
        target, config = settings.bot.app, settings.config.resolve() if settings.mcp else None
        return (
            None
            if target is None and config is None
            else cls(settings.config.parent.resolve(), target, config)
        )


def load_app(settings: Settings, desk: Desk = NOBODY) -> App:
    """The app that the settings name, freshly read, or the sample bot's if they name none; and what
    `[mcp]` adds to it, carried out at `desk`: where nobody is to be asked, tools are listed and not called.

    Raises `ConfigError` with file and line for whatever is wrong with it; then an app that was loaded
    before goes on as it was.
    """
    file = AppFile.named_by(settings)
    app = App() if file is None else _app_at(file.folder, file.target)
    return _with_tools(app, settings.mcp, desk)


def load_from(app_file: AppFile) -> App:
    """The app that stands there, for rehearsals: no server of `[mcp]` is asked. Raises `ConfigError`."""
    app = _app_at(app_file.folder, app_file.target)
    return app if app_file.config is None else _with_tools(app, Settings.load(app_file.config).mcp, NOBODY)


def _with_tools(app: App, servers: Mapping[str, McpServer], desk: Desk) -> App:
    return app.extended(mcp_jobs(servers, desk)) if servers else app


def _app_at(folder: Path, target: str | None) -> App:
    if target is None:
        return App()
    folder = folder.resolve()
    module, _, name = target.partition(":")
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    if not file.is_file():
        raise ConfigError(f"bot.app is {target!r}, and there is no file {file}.")
    loaded = _execute(module, file, folder)
    if not hasattr(loaded, name):
        raise ConfigError(
            f"bot.app is {target!r}, and {file} has no {name!r}.", remedy=f"Write {name} = App(…) there."
        )
    app = getattr(loaded, name)
    if not isinstance(app, App):
        raise ConfigError(
            f"{file}: {name} is {type(app).__name__}, and no App.", remedy=f"Write {name} = App(…)."
        )
    return app


def _execute(module: str, file: Path, folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(module, file)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{file} cannot be read as Python.")
    loaded = importlib.util.module_from_spec(spec)
    with _afresh(folder):
        sys.modules[module] = loaded
        try:
            exec(compile(file.read_bytes(), str(file), "exec"), vars(loaded))  # noqa: S102 -- the shop's own
        except ConfigError:
            raise
        except SyntaxError as error:
            raise ConfigError(f"{error.filename}:{error.lineno}: {error.msg}.") from error
        except Exception as error:
            raise ConfigError(f"{_place(error, file)}: {type(error).__name__}: {error}.") from error
    return loaded


def _place(error: Exception, file: Path) -> str:
    """The last line of the author's own files that the error came through."""
    lines = traceback.extract_tb(error.__traceback__)
    own = [line for line in lines if Path(line.filename).is_relative_to(file.parent)]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else str(file)


@contextmanager
def _afresh(folder: Path) -> Iterator[None]:
    """Forget what was imported from the folder, so that it is read again; remember it if that fails."""
    before = {name: module for name, module in list(sys.modules.items()) if _stands_in(module, folder)}
    for name in before:
        del sys.modules[name]
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    except BaseException:
        for name in [name for name, module in list(sys.modules.items()) if _stands_in(module, folder)]:
            del sys.modules[name]
        sys.modules.update(before)
        raise


def _stands_in(module: ModuleType, folder: Path) -> bool:
    """True for a file of the folder that is neither installed there nor wavoice itself."""
    file = getattr(module, "__file__", None)
    if file is None or not file.startswith(f"{folder}{os.sep}"):  # as text: there are thousands
        return False
    inside = Path(file).relative_to(folder).parts
    return not {"site-packages", "wavoice"} & set(inside)
