"""Reads the file of the shop's own answers.

```toml
version = 1

[[entries]]
id = "hours"
questions = ["when are you open", "what are your opening hours"]
answer = "We are open Monday to Saturday, 9:00 to 18:00."
```
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.faq import Entry, Faq

MOST_ENTRIES: Final = 500
LONGEST_ANSWER: Final = 600
"""Characters: it is listened to."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(_Table):
    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,60}$")]
    questions: Annotated[tuple[Annotated[str, Field(min_length=3, max_length=200)], ...], Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1, max_length=LONGEST_ANSWER)]


class _File(_Table):
    version: Literal[1]
    entries: Annotated[tuple[_Entry, ...], Field(max_length=MOST_ENTRIES)]


def read_faq(file: Path) -> Faq:
    """Read a file as above. Raises `ConfigError`, which says what is wrong and where."""
    try:
        return _parsed(file.read_text("utf-8"), file)
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror or error}.", remedy="Check shop.faq in wavoice.toml."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}.") from error


@lru_cache(maxsize=8)
def _parsed(text: str, file: Path) -> Faq:
    """Once for a text: a bot is opened for every scenario, on the same file."""
    try:
        written = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{file}: {where}: {first['msg']}.") from error
    names = [one.id for one in written.entries]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"{file}: there are two entries {twice!r}.")
    return Faq(tuple(Entry(one.id, one.questions, one.answer) for one in written.entries))
