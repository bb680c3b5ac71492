"""The error tree. A refusal, an unclear note or an unknown outcome is a value, never one of these.

* WavoiceError
  * UserInputError        what was typed or configured is wrong       exit 2
    * ConfigError         wavoice.toml or a WAVOICE_* variable
    * ManifestError       a fixture manifest
    * ScenarioError       a scenario file; `problems` say line and what is wrong
    * MissingModelError   speech weights are not where they should be
    * PortInUseError      the address is taken
  * AuthError             WhatsApp refused a token or a signature     exit 2
  * ChannelError          WhatsApp refused or did not answer a call   `retryable` says which
    * NetworkError        no answer, or one that broke off or stalled
  * MediaError            a customer's file cannot be used
    * MediaGoneError      expired, unknown id, or bytes that differ from their hash
    * NotAudioError       no audio of a kind that WhatsApp carries
    * MediaTooLargeError  more bytes than allowed
    * NoteTooLongError    more decoded samples than allowed
    * CorruptMediaError   damaged, or the decoder was stopped by its limits
  * SpeechError           a speech backend failed or ran out of time
    * UnsupportedLanguageError  it works, and does not know the language
  * ConsultError          an LLM that was asked did not answer, late, or with what is no answer
  * SystemOfRecordError   a system of record could not be read
    * NoAnswerError       it did not answer in time
    * DeclinedError       it said no: nothing was read, and nothing done
    * ToolError           a tool of an MCP server gave no answer; `sent` says whether it may have been done
  * StoreError            the database cannot be used
    * FencedError         another drain has taken this conversation
    * GoneError           nobody of that name is here any more
  * CommitRefusedError    a write was tried that the gate has not permitted; nothing was sent
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path


class Category(StrEnum):
    """What kind of trouble: decides exit codes and metric labels."""

    USER_INPUT = "user_input"
    AUTH = "auth"
    NETWORK = "network"
    API = "api"
    MEDIA = "media"
    SPEECH = "speech"
    STORE = "store"
    GATE = "gate"


class WavoiceError(Exception):
    """Root of the tree: a sentence that says what is wrong, and the remedy.

    Messages never carry tokens or personal data.
    """

    category: Category = Category.USER_INPUT
    code: str = "error"
    retryable: bool = False

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UserInputError(WavoiceError):
    """What was typed or configured is wrong."""

    code = "user_input"


class ConfigError(UserInputError):
    """`wavoice.toml` or an environment variable is wrong."""

    code = "config"


class ManifestError(UserInputError):
    """A fixture manifest is wrong; the message names file and entry."""

    code = "manifest"


class ScenarioError(UserInputError):
    """A scenario file is wrong; `problems` are lines (from 1; None: the file as a whole) and sentences."""

    code = "scenario"

    def __init__(self, file: Path, problems: Sequence[tuple[int | None, str]], *, remedy: str = "") -> None:
        lines = [f"{file}:{line}" if line else f"{file}" for line, _ in problems]
        said = [
            f"{where}: {problem.rstrip('.')}." for where, (_, problem) in zip(lines, problems, strict=True)
        ]
        super().__init__("\n".join(said), remedy=remedy)
        self.file = file
        self.problems = tuple(problems)


class MissingModelError(UserInputError):
    """Speech weights are not where they should be, or not what they claim."""

    code = "missing_model"


class PortInUseError(UserInputError):
    """The address that a server should listen on is taken."""

    code = "port_in_use"


class AuthError(WavoiceError):
    """WhatsApp refused the access token."""

    category = Category.AUTH
    code = "auth"


class ChannelError(WavoiceError):
    """WhatsApp refused a call or did not answer it; `graph_code` is Meta's own code."""

    category = Category.API
    code = "channel"

    def __init__(
        self,
        message: str,
        *,
        graph_code: int | None = None,
        retryable: bool = False,
        retry_after: int = 0,
    ) -> None:
        super().__init__(message)
        self.graph_code = graph_code
        self.retryable = retryable
        self.retry_after = retry_after
        """Microseconds that WhatsApp asked to wait; 0 if it named none."""


class NetworkError(ChannelError):
    """Nobody refused anything: there was no answer, or it broke off or came to a standstill."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


class MediaError(WavoiceError):
    """A customer's file cannot be used; the customer is told so in words."""

    category = Category.MEDIA
    code = "media"


class MediaGoneError(MediaError):
    """Expired, unknown, unreachable, or its bytes differ from the announced hash."""

    code = "media_gone"


class NotAudioError(MediaError):
    """The bytes are no audio of a kind that WhatsApp carries, or hold more than one stream of it."""

    code = "not_audio"


class MediaTooLargeError(MediaError):
    """More bytes than policy allows."""

    code = "too_large"


class NoteTooLongError(MediaError):
    """More decoded audio than policy allows; the container's claim is not consulted."""

    code = "too_long"


class CorruptMediaError(MediaError):
    """Damaged beyond decoding, or the decoder was stopped by its limits."""

    code = "corrupt"


class OverBudgetError(MediaError):
    """More than may be listened to in a day (`policy.contact_voice_minutes`): the note is not transcribed."""

    code = "over_budget"


class SpeechError(WavoiceError):
    """A speech backend failed or ran out of time."""

    category = Category.SPEECH
    code = "speech"


@contextmanager
def speech_errors(sentence: str, *, told: bool = True) -> Iterator[None]:
    """Turn whatever a library of a speech backend raises into a `SpeechError`; our own errors pass.

    `told`: the library's words follow; otherwise only the kind of its error, where they could quote anybody.
    """
    try:
        yield
    except WavoiceError:
        raise
    except Exception as error:
        raise SpeechError(f"{sentence}: {error if told else type(error).__name__}.") from error


class UnsupportedLanguageError(SpeechError):
    """The backend works, and neither hears nor speaks that language; another one may."""

    code = "language"


class ConsultError(WavoiceError):
    """An LLM that was asked gave no answer that can be used; nothing that it wrote is in the message."""

    category = Category.API
    code = "llm"


class SystemOfRecordError(WavoiceError):
    """A system of record could not be read."""

    category = Category.NETWORK
    code = "system_of_record"
    retryable = True


class NoAnswerError(SystemOfRecordError):
    """A system of record did not answer within its budget."""

    code = "no_answer"


class DeclinedError(SystemOfRecordError):
    """A system of record said no: nothing was read, and nothing done; `reason` is its own word for why."""

    code = "declined"
    retryable = False

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ToolError(SystemOfRecordError):
    """A tool of an MCP server gave no answer that can be used; `sent`: it may have been carried out."""

    code = "tool"

    def __init__(self, message: str, *, sent: bool, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.sent = sent


class StoreError(WavoiceError):
    """The database cannot be used."""

    category = Category.STORE
    code = "store"


class FencedError(StoreError):
    """Another drain has taken this conversation; nothing of this turn was written."""

    code = "fenced"
    retryable = True


class GoneError(StoreError):
    """There is no such contact: erased, and whatever was still to be done for them is over."""

    code = "gone"


class CommitRefusedError(WavoiceError):
    """A write was tried without the gate's permission for exactly it; nothing was sent.

    A bug, or the clock at the very end of a deadline: no conversation can bring it about. `code` says
    what was missing: `no_token`, `forged`, `other_write`, `other_facts`, `not_discrete`, `token_late`,
    `token_used` or `evidence_used`.
    """

    category = Category.GATE

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, remedy="Decide again at the gate: only proposals.py makes commit tokens.")
        self.code = code


def facts_of(error: BaseException) -> dict[str, str]:
    """Kind and place of an error, for a log; never its text, which may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    return {"error": error.code if isinstance(error, WavoiceError) else type(error).__name__, "at": place}
