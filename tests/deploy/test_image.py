"""Files for containers: valid by the platforms' own schemas, no secret in them, one bot on one SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import yaml

from tests.deploy.stage import SECRET, TOKEN, WORD, project
from tests.rehearsing import MONDAY
from wavoice.deploy.image.compose import compose
from wavoice.deploy.image.containerfile import containerfile
from wavoice.deploy.image.kubernetes import manifests
from wavoice.deploy.image.plan import USER, Plan, plan_of
from wavoice.deploy.image.write import write_image
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_deploy import DeployImage
from wavoice.sim.clock import VirtualClock

NAMES = ("whatsapp.access_token", "whatsapp.app_secret", "whatsapp.verify_token")
KUBERNETES = ("1.30", "1.37")
"""The oldest with `preStop.sleep`, and the newest that the validator knows."""


def plan(*, sqlite: bool = True, host: str | None = "bot.example.com", **wishes: Any) -> Plan:
    image = DeployImage(name="registry.example.com/shop/my.bot", **wishes)
    return Plan("my-bot", f"{image.name}:20261123-100000-deadbeef", image, NAMES, 30, 120, sqlite, host)


PLANS = {
    "sqlite": plan(),
    "sqlite, no name": plan(host=None),
    "postgres": plan(sqlite=False),
    "postgres, many": plan(sqlite=False, replicas=3),
}


def valid(document: Mapping[str, Any]) -> None:
    compose_spec.PyCompose.from_json(json.dumps(document))


class TestKubernetes:
    @pytest.mark.parametrize("of", ["postgres, many"])
    def test_every_object_is_valid_by_its_own_schema(self, of: str) -> None:
        for made in manifests(PLANS[of]).values():
            kubernetes_validate.validate(made, KUBERNETES[-1], strict=True)

    @pytest.mark.bulk
    @pytest.mark.parametrize("version", KUBERNETES)
    def test_so_is_every_one_of_every_plan_for_old_and_new_clusters(self, version: str) -> None:
        for made in (made for each in PLANS.values() for made in manifests(each).values()):
            kubernetes_validate.validate(made, version, strict=True)

    def test_the_validator_sees_a_misspelt_probe(self) -> None:
        made = manifests(PLANS["sqlite"])["3-deployment.yaml"]
        container = made["spec"]["template"]["spec"]["containers"][0]
        container["livenessProb"] = container.pop("livenessProbe")
        with pytest.raises(kubernetes_validate.ValidationError, match="livenessProb"):
            kubernetes_validate.validate(made, KUBERNETES[-1], strict=True)

    @pytest.mark.parametrize(
        ("of", "kinds"),
        [
            ("sqlite", ["PersistentVolumeClaim", "Service", "Deployment", "Ingress"]),
            ("sqlite, no name", ["PersistentVolumeClaim", "Service", "Deployment"]),
            ("postgres", ["Job", "Service", "Deployment", "Ingress"]),
            ("postgres, many", ["Job", "Service", "Deployment", "PodDisruptionBudget", "Ingress"]),
        ],
    )
    def test_what_belongs_to_it_in_the_order_of_applying(self, of: str, kinds: list[str]) -> None:
        assert [made["kind"] for made in manifests(PLANS[of]).values()] == kinds

    def test_two_never_work_on_one_file(self) -> None:
        spec = manifests(PLANS["sqlite"])["3-deployment.yaml"]["spec"]
        assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
        rolling = manifests(PLANS["postgres, many"])["3-deployment.yaml"]["spec"]
        assert rolling["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}

    def test_it_has_no_rights_and_time_to_end(self) -> None:
        pod = manifests(PLANS["sqlite"])["3-deployment.yaml"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsUser"] == USER
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        told = {each["name"]: each["value"] for each in container["env"]}
        ends = (
            int(told["WAVOICE_SERVE__GRACE_SECONDS"]) + container["lifecycle"]["preStop"]["sleep"]["seconds"]
        )
        assert pod["terminationGracePeriodSeconds"] > ends

    def test_only_the_webhook_is_public(self) -> None:
        made = manifests(PLANS["sqlite"])
        (rule,) = made["4-ingress.yaml"]["spec"]["rules"]
        assert [each["path"] for each in rule["http"]["paths"]] == ["/webhooks/whatsapp"]
        assert [each["port"] for each in made["2-service.yaml"]["spec"]["ports"]] == [8080]

    def test_a_migration_is_no_backend_of_the_service(self) -> None:
        made = manifests(PLANS["postgres"])
        labels = made["1-migrate.yaml"]["spec"]["template"]["metadata"]["labels"]
        assert not made["2-service.yaml"]["spec"]["selector"].items() <= labels.items()


class TestCompose:
    def test_it_is_valid(self) -> None:
        for each in PLANS.values():
            valid(compose(each))

    @pytest.mark.parametrize(
        ("key", "value"), [("imagee", "x"), ("restart", "sometimes"), ("read_only", "maybe")]
    )
    def test_the_validator_sees(self, key: str, value: str) -> None:
        document = compose(PLANS["sqlite"])
        document["services"]["bot"][key] = value
        with pytest.raises(ValueError, match=r"."):
            valid(document)

    def test_every_secret_is_a_file_that_the_bot_finds(self) -> None:
        document = compose(PLANS["sqlite"])
        bot = document["services"]["bot"]
        assert bot["environment"]["CREDENTIALS_DIRECTORY"] == "/run/secrets"
        assert set(bot["secrets"]) == set(NAMES) == set(document["secrets"])

    def test_ports_are_open_to_the_machine_alone(self) -> None:
        assert all(
            port.startswith("127.0.0.1:") for port in compose(PLANS["sqlite"])["services"]["bot"]["ports"]
        )


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("image") / "bot")


class TestWritten:
    def written(self, settings: Settings, out: Path) -> list[Path]:
        def wheels(_: Settings, folder: Path) -> str:
            (folder / "wheels").mkdir()
            (folder / "wheels" / "some-1-py3-none-any.whl").write_bytes(b"wheel")
            return "1 wheel"

        return list(write_image(settings, out, VirtualClock(MONDAY), wheels).files)

    def test_all_of_it_and_no_secret(self, settings: Settings, tmp_path: Path) -> None:
        self.written(settings, tmp_path / "out")
        files = {
            path.relative_to(tmp_path / "out").as_posix(): path.read_text()
            for path in (tmp_path / "out").rglob("*")
            if path.is_file()
        }
        assert {"Containerfile", "compose.yaml", "README.md", "bot/bot.py", "bot/wavoice.toml"} <= set(files)
        assert [
            name for name, text in files.items() if any(each in text for each in (TOKEN, SECRET, WORD))
        ] == []
        valid(yaml.safe_load(files["compose.yaml"]))
        made = {name: yaml.safe_load(text) for name, text in files.items() if name.startswith("kubernetes/")}
        assert [each["kind"] for _, each in sorted(made.items())][-1] == "Ingress"
        assert "`whatsapp.access_token`: today `file:" in files["README.md"]

    def test_the_same_bot_has_the_same_tag_and_what_else_lies_there_stays(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        first = self.written(settings, tmp_path / "out")
        (tmp_path / "out" / "secrets").mkdir()
        before = (tmp_path / "out" / "compose.yaml").read_text()
        assert self.written(settings, tmp_path / "out") == first
        assert (tmp_path / "out" / "compose.yaml").read_text() == before
        assert (tmp_path / "out" / "secrets").is_dir()

    def test_a_folder_inside_the_project_is_not_packed_again(self, settings: Settings) -> None:
        out = settings.config.parent / "build"
        self.written(settings, out)
        self.written(settings, out)
        assert not (out / "bot" / "build").exists()

    def test_a_folder_of_somebody_else_is_left_alone(self, settings: Settings, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(UserInputError, match="holds something else"):
            self.written(settings, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    def test_more_than_one_on_sqlite_is_refused(self, settings: Settings) -> None:
        wishes = settings.deploy.image.model_copy(update={"replicas": 2})
        deploy = settings.deploy.model_copy(update={"image": wishes})
        with pytest.raises(
            UserInputError, match="replicas is 2, and the store is a SQLite file of one process"
        ):
            plan_of(settings.model_copy(update={"deploy": deploy}), NAMES, "", MONDAY)


def test_the_build_takes_nothing_but_what_was_packed() -> None:
    text = containerfile(PLANS["sqlite"])
    assert text.count("pip install") == text.count("--no-index") == 2
    assert "--require-hashes" in text
    assert f"USER {USER}:{USER}" in text
