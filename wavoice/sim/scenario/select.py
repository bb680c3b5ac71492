"""Which scenarios are wanted: `-k "yes and not late"`, `--tag D06`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from wavoice.runtime.errors import UserInputError
from wavoice.sim.scenario.format import Scenario

Wanted = Callable[[str], bool]


def selector(expression: str | None, tags: Sequence[str]) -> Callable[[Scenario], bool]:
    """A scenario is wanted if its name fits the expression and it has one of the tags.

    Raises `UserInputError` for an expression that is not words, `and`, `or`, `not` and brackets.
    """
    fits = _compiled(expression) if expression else None
    wanted = {tag.casefold() for tag in tags}

    def select(scenario: Scenario) -> bool:
        tagged = not wanted or bool(wanted & {tag.casefold() for tag in scenario.tags})
        return tagged and (fits is None or fits(scenario.scenario.casefold()))

    return select


def _compiled(expression: str) -> Wanted:
    words: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[0] in ("and", "or", "not"):
            return found[0]
        words.append(found[0].casefold())
        return f"w{len(words) - 1}"

    # A word may be any part of a name: "while" and "26h" too, which Python would read otherwise.
    plain = re.sub(r"\w+", numbered, expression.strip())
    try:
        return _wanted(ast.parse(plain, mode="eval").body, words)
    except (SyntaxError, ValueError) as error:
        raise UserInputError(
            f"-k {expression!r} is not words with and, or, not and brackets.",
            remedy='Write for example -k "yes and not late".',
        ) from error


def _wanted(node: ast.expr, words: Sequence[str]) -> Wanted:
    match node:
        case ast.Name(id=number):
            word = words[int(number[1:])]
            return lambda name: word in name
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            unwanted = _wanted(inner, words)
            return lambda name: not unwanted(name)
        case ast.BoolOp(op=ast.And(), values=parts):
            every = [_wanted(part, words) for part in parts]
            return lambda name: all(one(name) for one in every)
        case ast.BoolOp(op=ast.Or(), values=parts):
            some = [_wanted(part, words) for part in parts]
            return lambda name: any(one(name) for one in some)
    raise ValueError("neither a word nor a combination of words")
