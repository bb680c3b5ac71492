"""Values without their guard: a third of a dialogue is frozen dataclasses being made.

`object.__setattr__` for every field of every value is what a frozen class costs. In a process that does
nothing but dialogues the guard is taken off and fields are set plainly; values are made, copied, compared
and hashed as before. All other tests, and the sample of the default run, keep the guard.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

_KINDS = (dataclasses._FIELD, dataclasses._FIELD_CLASSVAR)  # type: ignore[attr-defined]
_OURS = ("wavoice.", "tests.dialogues.")
_COPIES: dict[type, Callable[[Any], Any]] = {}
_FACTORY = object()


@cache
def thaw() -> None:
    """Do it to every class that is loaded; never in a process that runs other tests."""
    modules = [module for name, module in sys.modules.items() if name.startswith(_OURS)]
    for module in modules:
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and all(_is_plain(one) for one in kind.__mro__[:-1]):
                for one in reversed(kind.__mro__[:-1]):
                    _take_guard_off(one)
    for module in modules:
        if getattr(module, "replace", None) is dataclasses.replace:
            module.replace = _replace  # type: ignore[attr-defined]
    gc.collect()
    gc.freeze()  # what is loaded by now stays, and need not be looked at again


def _is_plain(kind: type) -> bool:
    """True for a frozen dataclass that is made of its fields alone."""
    if "__dataclass_params__" not in vars(kind) or not vars(kind)["__dataclass_params__"].frozen:
        return False
    fields = vars(kind)["__dataclass_fields__"].values()
    plain = all(one._field_type in _KINDS and one.init for one in fields)
    return plain and not hasattr(kind, "__post_init__")


def _take_guard_off(kind: Any) -> None:
    if kind in _COPIES:
        return
    names: dict[str, Any] = {"factory": _FACTORY, "kind": kind, "new": object.__new__}
    exec("\n".join(_source(kind, names)), names)
    del kind.__setattr__, kind.__delattr__
    kind.__init__ = names["init"]
    _COPIES[kind] = names["copy"]


def _source(kind: Any, names: dict[str, Any]) -> Iterator[str]:
    heads, sets, copies = ["self"], ["pass"], []
    fields = sorted(dataclasses.fields(kind), key=lambda one: one.kw_only is True)
    for one in fields:
        head, value = one.name, one.name
        if one.default is not dataclasses.MISSING:
            names[f"of_{one.name}"] = one.default
            head = f"{one.name}=of_{one.name}"
        elif one.default_factory is not dataclasses.MISSING:
            names[f"of_{one.name}"] = one.default_factory
            head = f"{one.name}=factory"
            value = f"of_{one.name}() if {one.name} is factory else {one.name}"
        if one.kw_only and "*" not in heads:
            heads.append("*")
        heads.append(head)
        sets.append(f"self.{one.name} = {value}")
        copies.append(f"it.{one.name} = of.{one.name}")
    yield f"def init({', '.join(heads)}):"
    yield from (f"    {line}" for line in sets)
    yield "def copy(of):"
    yield from (f"    {line}" for line in ("it = new(kind)", *copies, "return it"))


def _replace(of: Any, /, **changes: Any) -> Any:
    """`dataclasses.replace`."""
    copy = _COPIES.get(type(of))
    if copy is None:
        return dataclasses.replace(of, **changes)
    it = copy(of)
    for name, value in changes.items():
        setattr(it, name, value)
    return it
