"""Refusals of the control API: what is wrong, and what to do instead."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wavoice.runtime.errors import UserInputError, WavoiceError
from wavoice.sim.emulator.graph_errors import GraphError

LISTING = "GET /control/v1 lists every call."


class ControlError(UserInputError):
    """A call that cannot be carried out; `status` is its HTTP status."""

    code = "control"

    def __init__(self, message: str, *, remedy: str, status: int = 400) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status


def not_there(what: str, remedy: str) -> ControlError:
    """Return the 404 for something that this world does not hold."""
    return ControlError(f"There is no {what}.", remedy=remedy, status=404)


def malformed(error: ValidationError, where: str) -> ControlError:
    """Return the 400 that names the first key that is wrong."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return ControlError(f"{where}{f' {key}' if key else ''}: {said}.", remedy=LISTING)


def as_answer(error: WavoiceError) -> Response:
    """Return the HTTP answer of a refusal."""
    status = error.status if isinstance(error, ControlError) else 400
    body = {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
    return JSONResponse(body, status_code=status)


async def answer_problem(_request: Request, error: Exception) -> Response:
    """Starlette's handler for `WavoiceError` and `GraphError`."""
    if isinstance(error, GraphError):
        error = ControlError(
            f"{error.title}: {error.details}.", remedy="It is what Graph would answer a bot."
        )
    if not isinstance(error, WavoiceError):
        raise error
    return as_answer(error)


async def answer_unknown(request: Request, _error: Exception) -> Response:
    """Starlette's handler for a path that does not exist."""
    return as_answer(ControlError(f"There is no {request.url.path}.", remedy=LISTING, status=404))


async def answer_wrong_method(request: Request, _error: Exception) -> Response:
    """Starlette's handler for a method that a path does not have."""
    wrong = f"{request.url.path} does not take {request.method}."
    return as_answer(ControlError(wrong, remedy=LISTING, status=405))
