"""Writes what a container platform needs into a folder: `wavoice deploy --target image --out DIR`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from wavoice.deploy.credentials import Travelling, travelling
from wavoice.deploy.image.compose import compose
from wavoice.deploy.image.containerfile import IGNORED, containerfile
from wavoice.deploy.image.kubernetes import manifests
from wavoice.deploy.image.plan import Plan, plan_of
from wavoice.deploy.image.wheels import add_wheels
from wavoice.deploy.package import copy_bot, digest_of, hashes
from wavoice.deploy.project import project_files
from wavoice.deploy.ssh.wheels import DESCRIPTION
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings

_OURS = "Containerfile"
"""A folder that holds it was written here, and may be written anew."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    plan: Plan
    files: tuple[Path, ...]
    """All but wheels and the bot's own files."""
    next: str
    """The command that comes next."""


def write_image(
    settings: Settings, out: Path, clock: Clock, wheels: Callable[[Settings, Path], str] = add_wheels
) -> Written:
    """Write the build context, Containerfile, Compose file and manifests; no secret is among them.

    Contacts the package index for wheels. Raises `UserInputError`, and has written nothing, for a folder that
    holds something else, or replicas of a bot on SQLite; `TargetError` if a wheel cannot be had.
    """
    out, travels, now = out.resolve(), travelling(settings), clock.now()
    root = settings.config.parent.resolve()
    chosen = [
        path for path in project_files(settings, travels.files) if not (root / path).is_relative_to(out)
    ]
    names = tuple(sorted(travels.sources))
    plan_of(settings, names, "", now)  # what is wrong with it is said before anything is made
    _check(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".wavoice-image-") as folder:
        building = Path(folder)
        copy_bot(settings, chosen, travels, building)
        wheels(settings, building)
        (building / DESCRIPTION).unlink(
            missing_ok=True
        )  # where a Python is on a machine; here the base image says it
        plan = plan_of(settings, names, digest_of(hashes(building)), now)
        texts = _texts(plan, travels)
        for name, text in texts.items():
            file = building / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        _move(building, out)
    return Written(plan, tuple(out / name for name in texts), f"docker build -t {plan.image} {out}")


def _texts(plan: Plan, travels: Travelling) -> dict[str, str]:
    return {
        _OURS: containerfile(plan),
        ".dockerignore": "".join(f"{name}\n" for name in IGNORED),
        "compose.yaml": _yaml(compose(plan)),
        **{f"kubernetes/{name}": _yaml(made) for name, made in manifests(plan).items()},
        "README.md": _readme(plan, travels),
    }


def _check(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _OURS).is_file())):
        raise UserInputError(f"{out} holds something else.", remedy="Name an empty folder with --out.")


def _move(building: Path, out: Path) -> None:
    """In the place of what was written before; what else lies there, such as `secrets/`, stays."""
    out.mkdir(exist_ok=True)
    for made in building.iterdir():
        old = out / made.name
        if old.is_dir():
            shutil.rmtree(old)
        made.replace(old)


def _yaml(document: dict[str, Any]) -> str:
    import yaml  # noqa: PLC0415 -- of the extra `sim`

    text: str = yaml.safe_dump(document, sort_keys=False, default_flow_style=False)
    return text


def _readme(plan: Plan, travels: Travelling) -> str:
    secrets = "".join(f"- `{name}`: {_source(source)}\n" for name, source in sorted(travels.sources.items()))
    store = (
        "The store is a SQLite file: one container, on one disk. For more, name a PostgreSQL database in\n"
        "`store.url` and write these files anew."
        if plan.sqlite
        else "The store is PostgreSQL; the Job `1-migrate.yaml` adds to its schema before the release starts."
    )
    return _README.format(image=plan.image, name=plan.name, secrets=secrets, store=store)


def _source(source: SecretStr) -> str:
    """Where the secret is today; one that stands in a variable of ours is not repeated."""
    reference = source.get_secret_value()
    return (
        f"today `{reference}`" if reference.startswith(("env:", "file:")) else "today a variable of wavoice"
    )


_README = """\
# {image}

Build it, with docker, podman or buildah:

    docker build -t {image} .

## Secrets

None is in these files. The bot reads each as a file of this name:

{secrets}
## Compose

Put one file a secret into `secrets/`, readable for user 10001, then:

    docker compose up -d
    docker compose ps          # healthy once models are loaded

A proxy with a certificate goes before http://127.0.0.1:8080; health is at http://127.0.0.1:8081/readyz.

## Kubernetes

    docker push {image}
    kubectl create secret generic {name} --from-file=secrets/
    kubectl apply -f kubernetes/

The Ingress, if there is one, needs a certificate in the secret `{name}-tls`.

{store}

Then tell WhatsApp, from where the bot's settings are: `wavoice deploy webhook https://YOUR-NAME`, and ask
whether all is well: `wavoice deploy --check`.
"""
