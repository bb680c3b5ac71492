"""`wavoice languages`: in which languages replies are read, on what evidence, and which words collide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wavoice.runtime.lexicon import Languages
    from wavoice.runtime.model import Mark

_ORDINARY = "an ordinary word"


def command(
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="LANGUAGE", help="Languages to enable together; all if none is named."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """List the languages in which replies are read, and the words that mean opposite things in two of them.

    A language that is not reviewed is understood, but confirms what is costly only by button, quoted
    reply or code. A word that collides never decides alone. Exit code 0; 2: a language does not
    exist or contradicts itself.

    \b
    Examples:
      wavoice languages                 all languages and their collisions
      wavoice languages en hi --json    what enabling English and Hindi would mean
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.lexicon import enabled  # noqa: PLC0415

    languages = enabled(tuple(codes) if codes else None)
    if as_json:
        typer.echo(json.dumps(_as_json(languages), indent=2, ensure_ascii=False))
        return
    for code, language in languages.of.items():
        review = language.reviewed
        evidence = f"reviewed {review.date}: {review.evidence}" if review else "not reviewed"
        if review and review.n:
            evidence += f" ({review.n} replies, {review.unsafe} unsafe)"
        typer.echo(f"{code:5}{language.name:18}{len(language.vocabulary()):5} words   {evidence}")
    typer.echo(f"\n{len(languages.collisions)} words that collide, and never decide alone:")
    for phrase, meanings in sorted(languages.collisions.items()):
        typer.echo(f"  {' '.join(phrase):16}{_said(meanings)}")


def _said(meanings: Mapping[str, Mark | None]) -> str:
    by: dict[str, list[str]] = {}
    for code, mark in meanings.items():
        by.setdefault(mark.name.lower() if mark else _ORDINARY, []).append(code)
    return "; ".join(f"{' '.join(codes)}: {meaning}" for meaning, codes in sorted(by.items()))


def _as_json(languages: Languages) -> dict[str, Any]:
    return {
        "languages": [
            {
                "language": code,
                "name": language.name,
                "words": len(language.vocabulary()),
                "phrases": len(language.marks) + len(language.idioms),
                "reviewed": {
                    "evidence": language.reviewed.evidence,
                    "date": language.reviewed.date.isoformat(),
                    "n": language.reviewed.n,
                    "unsafe": language.reviewed.unsafe,
                }
                if language.reviewed
                else None,
            }
            for code, language in languages.of.items()
        ],
        "collisions": {
            " ".join(phrase): {code: mark.name.lower() if mark else None for code, mark in meanings.items()}
            for phrase, meanings in sorted(languages.collisions.items())
        },
    }
