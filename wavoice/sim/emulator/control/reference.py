"""The control API as Markdown, from its calls and models: docs/emulator.md holds it."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from starlette.responses import Response

from wavoice.sim.emulator.control import models
from wavoice.sim.emulator.control.app import every_call
from wavoice.sim.emulator.control.calls import ROOT, Call
from wavoice.sim.emulator.control.voice import NoteSource
from wavoice.sim.emulator.live import Live


def reference() -> Iterator[str]:
    """Lines of Markdown: a table of all calls, then a table for every model that they take or give."""
    # The calls only keep the world; nothing is called here.
    calls = every_call(cast(Live, None), NoteSource(Path(), 0))
    yield "| call | takes | gives | what it does |"
    yield "|---|---|---|---|"
    for call in calls:
        takes = ", ".join(_link(model) for model in (call.query, call.body) if model) or "-"
        yield f"| `{call.method} {ROOT}{call.path}` | {takes} | {_link(call.answer)} | {_line(call.about)} |"
    for model in _mentioned(calls):
        yield ""
        yield f"### {model.__name__}"
        yield ""
        yield _line(inspect.getdoc(model) or "")
        yield ""
        yield "| key | type | default | meaning |"
        yield "|---|---|---|---|"
        yield from _rows(model)


def _rows(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema(mode="validation")
    inside = schema.get("$defs", {})
    required = schema.get("required", [])
    meanings = _meanings(model)
    for key, spec in schema.get("properties", {}).items():
        default = "required" if key in required else _default(spec.get("default"))
        yield f"| `{key}` | {_type(spec, inside)} | {default} | {_line(meanings[key])} |"


def _mentioned(calls: list[Call]) -> list[type[BaseModel]]:
    """Every model behind the calls, each before those inside it, none twice."""
    found: dict[type[BaseModel], None] = {}
    waiting = [model for call in calls for model in (call.query, call.body, call.answer) if model]
    while waiting:
        model = waiting.pop(0)
        if model in found or not issubclass(model, BaseModel):
            continue
        found[model] = None
        names = model.model_json_schema(mode="validation").get("$defs", {})
        waiting[:0] = [kind for name in names if (kind := _model(name))]
    return [model for model in found if model.model_fields]


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """The string under each field, of the model and of what it is built on."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if not issubclass(kind, models.Model):
            continue
        (definition,) = ast.parse(inspect.getsource(kind)).body
        body = cast(ast.ClassDef, definition).body
        for node, after in itertools.pairwise(body):
            if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
                found[ast.unparse(node.target)] = ast.literal_eval(after.value)
    return found


def _model(name: str) -> type[models.Model] | None:
    kind = getattr(models, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, models.Model) else None


def _type(spec: dict[str, Any], inside: dict[str, Any]) -> str:
    if "anyOf" in spec:
        return " or ".join(_type(part, inside) for part in spec["anyOf"])
    if "$ref" in spec:
        name = spec["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if _model(name) else _type(inside[name], inside)
    if "enum" in spec:
        return ", ".join(f"`{value}`" for value in spec["enum"])
    if spec.get("type") == "array":
        return f"list of {_type(spec['items'], inside)}"
    if str(spec.get("pattern", "")).endswith("(us|ms|s|m|min|h|d)$"):
        return "time span"
    return str(spec.get("type", "any"))


def _default(value: object) -> str:
    return "" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _link(model: Any) -> str:
    if model is Response:
        return "bytes"
    name = model.__name__
    return f"[{name}](#{name.lower()})" if model.model_fields else "-"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
