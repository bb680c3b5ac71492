"""`POST /chat/completions` as OpenAI has it and many servers speak it: one question, one JSON object back.

Nothing is executed that comes back. In the mode `tool` the server is offered one function, `reading`, whose
arguments are the answer; a call of anything else is no answer. An answer is read no further than its end.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from wavoice.runtime.adapters.hosted import HostedApi
from wavoice.runtime.errors import ConsultError, SpeechError
from wavoice.runtime.interpret.llm import Question, Written
from wavoice.runtime.settings_understanding import Llm

MOST_BYTES: Final = 256 * 1024
"""Of an answer with all that surrounds it; a stream says everything around each word."""
MOST_TEXT: Final = 16 * 1024
"""Characters of the answer itself; a full one has some hundred."""
FUNCTION: Final = "reading"
_PATH: Final = "chat/completions"
_DATA: Final = b"data:"
_DONE: Final = b"[DONE]"


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    function: _Function = _Function()


class _Message(BaseModel):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Message = _Message()
    delta: _Message = _Message()


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """A whole answer, or one piece of a stream."""

    choices: list[_Choice] = Field(default_factory=list)
    usage: _Usage | None = None


class ChatApi:
    """One model of one API, which answers within its budget or not at all."""

    def __init__(self, api: HostedApi, settings: Llm) -> None:
        self._api, self._settings = api, settings

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def ask(self, question: Question) -> Written:
        """The JSON text of the answer. Raises `ConsultError`, which repeats nothing of it."""
        parts = self._api.stream(_PATH, most_bytes=MOST_BYTES, json=self._body(question))
        try:
            async with asyncio.timeout(self._settings.budget_seconds), aclosing(parts):
                if self._settings.stream:
                    written = Written(await self._streamed(parts))
                else:
                    written = self._whole(b"".join([part async for part in parts]))
        except TimeoutError as error:
            raise ConsultError("The LLM took longer than its budget.") from error
        except SpeechError as error:  # the name of hosted APIs' errors; its text is safe
            raise ConsultError(error.message) from error
        if not written.text:
            raise ConsultError(f"{self._api.host} answered nothing.")
        return written

    def _body(self, question: Question) -> Mapping[str, Any]:
        shape: dict[str, Any]
        if self._settings.answers == "tool":
            function = {"name": FUNCTION, "parameters": question.schema, "strict": True}
            chosen = {"type": "function", "function": {"name": FUNCTION}}
            shape = {"tools": [{"type": "function", "function": function}], "tool_choice": chosen}
        else:
            schema = {"name": FUNCTION, "strict": True, "schema": question.schema}
            shape = {"response_format": {"type": "json_schema", "json_schema": schema}}
        return {
            "temperature": 0,
            **self._settings.options,
            "model": self._settings.model,
            "messages": [
                {"role": "system", "content": question.task},
                {"role": "user", "content": question.material},
            ],
            "stream": self._settings.stream,
            **shape,
        }

    def _whole(self, body: bytes) -> Written:
        completion = _completion(body, self._api.host)
        answer = _Answer(self._settings.answers == "tool", self._api.host)
        for choice in completion.choices[:1]:
            answer.add(choice.message)
        usage = completion.usage or _Usage()
        return Written(answer.text, usage.prompt_tokens, usage.completion_tokens)

    async def _streamed(self, parts: AsyncIterator[bytes]) -> str:
        """Until the object is closed: what comes after it is not waited for."""
        answer = _Answer(self._settings.answers == "tool", self._api.host)
        async for line in _lines(parts):
            if not line.startswith(_DATA):
                if line.startswith(b"{"):  # it knows no streams, and has answered at once
                    return self._whole(line).text
                continue  # comments keep a connection alive; other fields mean nothing here
            data = line.removeprefix(_DATA).strip()
            if data == _DONE:
                break
            for choice in _completion(data, self._api.host).choices[:1]:
                answer.add(choice.delta)
            if answer.is_closed:
                break
        return answer.text


class _Answer:
    """An answer as it grows."""

    def __init__(self, by_tool: bool, host: str) -> None:
        self._by_tool, self._host = by_tool, host
        self.text = ""

    def add(self, message: _Message) -> None:
        """Take a piece in. Raises `ConsultError` for one of another function, or too many."""
        if not self._by_tool:
            self.text += message.content or ""
        for call in message.tool_calls or () if self._by_tool else ():
            if call.function.name not in (None, "", FUNCTION):
                raise ConsultError(f"{self._host} called a function that it was not offered.")
            self.text += call.function.arguments or ""
        if len(self.text) > MOST_TEXT:
            raise ConsultError(f"{self._host} answered with more than {MOST_TEXT} characters.")

    @property
    def is_closed(self) -> bool:
        """One whole JSON object is there."""
        if not self.text.rstrip().endswith("}"):
            return False
        try:
            json.loads(self.text)
        except ValueError:
            return False
        return True


def _completion(body: bytes, host: str) -> _Completion:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError:  # its text quotes the answer
        raise ConsultError(f"The answer of {host} is no chat completion.") from None


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line.strip()
    if rest.strip():
        yield rest.strip()
