"""`wavoice mcp`: the tools of MCP servers, which of them are listed, and whether they are what was pinned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.runtime.adapters.mcp_survey import Offered, Survey
    from wavoice.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
COLUMNS = 120


@app.callback()
def _help() -> None:
    """Tools of MCP servers as jobs of the bot: docs/mcp.md.

    Servers stand in wavoice.toml as [mcp.NAME], their tools as [mcp.NAME.tools.TOOL]. A tool that is not
    listed there is never called; one whose definition is not the pinned one is off.
    """


@app.command("list", short_help="List servers and their tools.")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a tool and line.")] = False,
) -> None:
    """Ask every configured server for its tools: tier after the rule, hash, listed or not.

    Exit code 1: a server cannot be reached, or a listed tool may not be called.

    \b
    Examples:
      wavoice mcp list
      wavoice mcp list --json | jq -r 'select(.listed | not).tool'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    surveys = _surveys(_settings())
    rows = [_row(one) for each in surveys for one in each.tools]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        _show(rows)
    _end(surveys)


@app.command("pin", short_help="Print or write hashes of tools.")
def pin(
    name: Annotated[str, typer.Argument(help="Server, as in [mcp.NAME].")],
    tools: Annotated[
        list[str] | None, typer.Argument(help="Tools; all listed ones if none is named.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write it into wavoice.toml.")] = False,
) -> None:
    """Print the TOML that pins tools as they are now: hash and hints. Read it before you keep it.

    The hash is sha256 over the canonical JSON of name, input schema, annotations and output schema.

    \b
    Examples:
      wavoice mcp pin shop
      wavoice mcp pin shop create_refund list_refunds
      wavoice mcp pin shop --write
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    settings = _settings()
    if name not in settings.mcp:
        known = ", ".join(settings.mcp) or "none"
        raise UserInputError(f"There is no server [mcp.{name}]; there is {known}.")
    (found,) = _surveys(settings, name)
    if found.unreachable is not None:
        _end([found])
    wanted = tools or [one.tool for one in found.tools if one.listed is not None]
    offered = {one.tool: one for one in found.tools if one.seen is not None}
    if missing := [tool for tool in wanted if tool not in offered]:
        known = ", ".join(map(_plain, offered))
        raise UserInputError(f"{name} has no tool {', '.join(missing)}; it has {known}.")
    if bad := [tool for tool in wanted if not _hash(offered[tool])]:
        raise UserInputError(f"{', '.join(bad)} of {name} cannot be pinned: listed twice, or no plain JSON.")
    pins = [offered[tool] for tool in wanted]
    if write:
        _write(settings.config, pins)
        typer.echo(f"{settings.config}: {len(pins)} of {name} pinned: {', '.join(wanted)}.")
        return
    for one in pins:
        typer.echo(_toml(one))


@app.command("check", short_help="Check that tools are what was pinned.")
def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a trouble and line.")] = False,
) -> None:
    """Check what is configured, that servers can be reached, and that their tools are what was pinned.

    Exit code 0: all listed tools may be called; 1: some may not, and what to do about it.

    \b
    Examples:
      wavoice mcp check
      wavoice mcp check --json
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.author.load import load_app  # noqa: PLC0415

    settings = _settings()
    load_app(settings)
    surveys = _surveys(settings)
    if as_json:
        for each in surveys:
            for trouble, remedy in each.troubles:
                typer.echo(json.dumps({"server": each.name, "trouble": trouble, "remedy": remedy}))
    else:
        for each in surveys:
            listed = sum(one.listed is not None for one in each.tools)
            if not any(each.troubles):
                typer.echo(f"ok      {each.name}: {listed} of {len(each.tools)} tools listed, all as pinned")
    _end(surveys, quiet=as_json)


def _settings() -> Settings:
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load()
    if not settings.mcp:
        raise UserInputError(
            f"{settings.config} names no MCP server.", remedy="Add [mcp.NAME] with a command or an url."
        )
    return settings


def _surveys(settings: Settings, *names: str) -> list[Survey]:
    from wavoice.runtime.adapters.mcp_survey import survey  # noqa: PLC0415

    return survey({name: one for name, one in settings.mcp.items() if not names or name in names})


def _end(surveys: list[Survey], *, quiet: bool = False) -> None:
    """Say what is wrong, with the remedy, and end accordingly."""
    troubles = [one for each in surveys for one in each.troubles]
    for trouble, remedy in () if quiet else troubles:
        typer.echo(f"{trouble}\n{'':8}{remedy}", err=True)
    if troubles:
        raise typer.Exit(1)


def _hash(one: Offered) -> str:
    return one.seen.hash if one.seen is not None else ""


def _row(one: Offered) -> dict[str, Any]:
    """One tool as `--json` prints it."""
    hints = one.seen.hints if one.seen is not None else None
    return {
        "server": one.server,
        "tool": one.tool,
        "listed": one.listed is not None,
        "job": one.listed.job if one.listed is not None else None,
        "tier": one.tier,
        "read_only": hints.read_only if hints else None,
        "destructive": hints.destructive if hints else None,
        "hash": _hash(one) or None,
        "pinned": bool(_hash(one)) and one.listed is not None and one.listed.hash == _hash(one),
        "trouble": one.trouble,
    }


def _show(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from wavoice.cli.outputs import table_console  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("server", "tool", "listed", "job", "tier", "hash", "trouble"):
        table.add_column(title, no_wrap=title != "trouble")
    for row in rows:
        shown = "yes" if row["listed"] else "no"
        cells = (
            row["server"], row["tool"], shown, row["job"] or "", row["tier"],
            (row["hash"] or "")[7:19], row["trouble"] or "",
        )  # fmt: skip
        table.add_row(*(Text(_plain(cell)) for cell in cells))
    table_console(COLUMNS).print(table)


def _plain(text: str) -> str:
    """A server's word, which may hold anything, on a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text[:80])


def _toml(one: Offered) -> str:
    hints = ", ".join(f"{name} = {str(value).lower()}" for name, value in _hints(one).items())
    lines = (f"[mcp.{one.server}.tools.{_key(one.tool)}]", f'hash = "{_hash(one)}"')
    return "\n".join((*lines, f"hints = {{ {hints} }}\n" if hints else "hints = {}\n"))


def _key(name: str) -> str:
    """A name as TOML writes it."""
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isalnum() and plain.isascii() else json.dumps(name)


def _hints(one: Offered) -> dict[str, bool]:
    hints = one.seen.hints if one.seen is not None else None
    said = {"read_only": hints.read_only, "destructive": hints.destructive} if hints else {}
    return {name: value for name, value in said.items() if value is not None}


def _write(file: Path, pins: list[Offered]) -> None:
    """Keep everything else of the file as it is, comments too."""
    import tomlkit  # noqa: PLC0415

    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    for one in pins:
        table: Any = document
        for part in ("mcp", one.server, "tools", one.tool):
            table = table.setdefault(part, tomlkit.table())
        table["hash"] = _hash(one)
        inline = tomlkit.inline_table()
        inline.update(_hints(one))
        table["hints"] = inline
    file.write_text(tomlkit.dumps(document), encoding="utf-8")
