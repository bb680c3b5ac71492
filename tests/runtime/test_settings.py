"""Settings: which source wins, what is refused, and in which words."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings, Shop, resolve_secret


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder and no variable of ours."""
    for name in [name for name in os.environ if name.startswith("WAVOICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "wavoice.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        Settings.load(path)
    return str(caught.value)


def test_nothing_has_to_be_configured() -> None:
    settings = Settings.load(None)
    assert settings.whatsapp.graph_base_url == "https://graph.facebook.com"
    assert settings.whatsapp.graph_version == "v24.0"
    assert (settings.shop.zone, settings.ears.backend, settings.voice.backend) == (
        "UTC",
        "faster-whisper",
        "auto",
    )
    assert settings.bot.tenant == "default"


def test_argument_beats_variable_beats_file_beats_default(monkeypatch: pytest.MonkeyPatch) -> None:
    write('version = 1\n[shop]\nname = "file"\nzone = "Asia/Kolkata"\n[ears]\nmodel = "small"\n')
    monkeypatch.setenv("WAVOICE_SHOP__NAME", "variable")
    loaded = Settings.load(None)
    assert (loaded.shop.name, loaded.shop.zone) == ("variable", "Asia/Kolkata")
    assert (loaded.ears.model, loaded.ears.device) == ("small", "cpu")
    assert Settings(shop=Shop(name="argument")).shop.name == "argument"


def test_the_file_is_the_argument_then_the_variable_then_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    write('bot.tenant = "folder"')
    assert Settings.load(None).bot.tenant == "folder"
    monkeypatch.setenv("WAVOICE_CONFIG", str(write('bot.tenant = "variable"', "v.toml")))
    assert Settings.load(None).bot.tenant == "variable"
    loaded = Settings.load(write('bot.tenant = "argument"', "a.toml"))
    assert (loaded.bot.tenant, loaded.config) == ("argument", Path("a.toml"))


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaint(Path("gone.toml")).startswith("There is no settings file gone.toml.")
    monkeypatch.setenv("WAVOICE_CONFIG", "lost.toml")
    assert "lost.toml" in complaint()


def test_a_list_may_come_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    write('whatsapp.media_hosts = ["file.test"]')
    assert Settings.load(None).whatsapp.media_hosts == ("file.test",)
    monkeypatch.setenv("WAVOICE_WHATSAPP__MEDIA_HOSTS", "one.test, two.test")
    assert Settings.load(None).whatsapp.media_hosts == ("one.test", "two.test")


def test_a_section_is_not_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    write("shop = 3")
    assert complaint().startswith("wavoice.toml: shop: Input should be ")
    monkeypatch.setenv("WAVOICE_SHOP", "EAAplain")
    assert complaint().startswith("WAVOICE_SHOP: shop: Input should be ")
    assert "EAAplain" not in complaint()


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[shop]\nzoen = 'UTC'", "shop.zoen", "shop.zone"),
        ("[whatsapp]\nphone_id = '1'", "whatsapp.phone_id", "whatsapp.phone_number_id"),
        ("[shpo]\nzone = 'UTC'", "shpo", "shop"),
        ("[WhatsApp]\naccess_token = 'EAAplain'", "WhatsApp", "whatsapp"),
        ("zone = 'UTC'", "zone", "shop.zone"),
        ("config = 'other.toml'", "config", "catalogue"),
    ],
)
def test_an_unknown_key_is_named_with_its_nearest(text: str, key: str, nearest: str) -> None:
    write(text)
    assert complaint() == f"wavoice.toml: {key} is not a setting; the nearest is {nearest}."


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[ears]\nworkers = 0\n[shop]\nzone = 'Asia/Kolkatta'\n[whatsapp]\ngraph_version = '24'\n")
    said = complaint()
    for sentence in ("ears.workers: Input should be", "whatsapp.graph_version: String should match"):
        assert f"wavoice.toml: {sentence}" in said
    assert "shop.zone: 'Asia/Kolkatta' is not an IANA time zone; did you mean Asia/" in said
    monkeypatch.setenv("WAVOICE_SHOP__ZONE", "Europe")
    assert "WAVOICE_SHOP__ZONE: shop.zone: 'Europe' is not" in complaint()


def test_an_unknown_variable_is_named_with_its_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVOICE_SHPO__ZONE", "UTC")
    assert complaint() == "WAVOICE_SHPO__ZONE is not a setting; the nearest is WAVOICE_SHOP__ZONE."
    monkeypatch.delenv("WAVOICE_SHPO__ZONE")
    monkeypatch.setenv("WAVOICE_SHOP__ZOEN", "UTC")
    assert complaint() == "WAVOICE_SHOP__ZOEN: shop.zoen is not a setting; the nearest is shop.zone."


def test_a_newer_file_is_refused_before_its_keys_are_read() -> None:
    write("version = 2\nnovelty = true")
    assert complaint() == "wavoice.toml has version 2; this wavoice reads version 1. Upgrade wavoice-bot."
    write("version = 0")
    assert complaint().startswith("wavoice.toml: version: ")


def test_broken_toml_is_refused_with_its_line() -> None:
    write("version = 1\n[shop\n")
    assert re.match(r"wavoice\.toml cannot be read as TOML: .*line 2", complaint())


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("whatsapp", "access_token"),
        ("whatsapp", "app_secret"),
        ("whatsapp", "verify_token"),
        ("shop", "token"),
    ],
)
def test_a_secret_never_stands_in_the_file(section: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(f"[{section}]\n{key} = 'EAAplain'")
    said = complaint()
    variable = f"WAVOICE_{section}__{key}".upper()
    assert said.startswith(f"wavoice.toml: {section}.{key} is a secret")
    assert variable in said
    assert "EAAplain" not in said
    write("")
    monkeypatch.setenv(variable, "EAAplain")
    given: SecretStr = getattr(getattr(Settings.load(None), section), key)
    assert resolve_secret(given).get_secret_value() == "EAAplain"


def test_no_complaint_and_no_repr_quotes_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVOICE_WHATSAPP__ACCESS_TOKEN", "EAAplain")
    assert "EAAplain" not in repr(Settings.load(None))
    monkeypatch.setenv("WAVOICE_WHATSAPP__ACCES_TOKEN", "EAAplain")
    assert "EAAplain" not in complaint()


def test_references_are_resolved_where_they_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "from variable")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(Path("credentials").absolute()))
    Path("credentials").mkdir()
    write("from systemd\n", "credentials/meta_token")
    write("from file\n", "token.txt")
    write(
        "[whatsapp]\naccess_token = 'env:TOKEN'\napp_secret = 'file:token.txt'\n"
        "verify_token = 'cred:meta_token'"
    )
    whatsapp = Settings.load(None).whatsapp
    refs = (whatsapp.access_token, whatsapp.app_secret, whatsapp.verify_token)
    assert [resolve_secret(ref).get_secret_value() for ref in refs] == [
        "from variable",
        "from file",
        "from systemd",
    ]


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("env:NOT_SET", "The environment variable NOT_SET is not set."),
        ("file:gone.txt", "The secret file gone.txt is missing, unreadable or empty."),
        ("file:empty.txt", "The secret file empty.txt is missing, unreadable or empty."),
        ("file:.", "The secret file . is missing, unreadable or empty."),
        ("cred:meta_token", "systemd has passed no credential meta_token (LoadCredential=)"),
    ],
)
def test_a_reference_that_leads_nowhere_says_where(ref: str, words: str) -> None:
    write(" \n", "empty.txt")
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        resolve_secret(SecretStr(ref))
    assert str(caught.value).endswith(f"It is needed because a setting says {ref}.")


def test_a_credential_is_read_from_its_directory_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("credentials").mkdir()
    write("outside", "token.txt")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "credentials")
    with pytest.raises(ConfigError, match="no credential"):
        resolve_secret(SecretStr("cred:../token.txt"))


def test_names_of_the_catalogue_and_how_they_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        '[catalogue]\nwords = ["Xylora lamp", " kettle 2000 "]\n'
        '[catalogue.pronunciations]\nXylora = "zai lora"\n'
    )
    catalogue = Settings.load(None).catalogue
    assert catalogue.words == ("Xylora lamp", "kettle 2000")
    assert catalogue.pronunciations == {"Xylora": "zai lora"}
    monkeypatch.setenv("WAVOICE_CATALOGUE__WORDS", "one, two")
    monkeypatch.setenv("WAVOICE_CATALOGUE__PRONUNCIATIONS", "Xylora=zai lora, Qi = chee")
    catalogue = Settings.load(None).catalogue
    assert catalogue.words == ("one", "two")
    assert catalogue.pronunciations == {"Xylora": "zai lora", "Qi": "chee"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('words = ["lamp", "1842"]', "'1842' is a number; it would be heard where it was not said"),
        ('words = [" "]', "is no name of 1 to 60 characters"),
        (f'words = ["{"x" * 61}"]', "is no name of 1 to 60 characters"),
        (f"words = {['x'] * 201}", "at most 200 names"),
        ('pronunciations = {Xylora = ""}', "'Xylora' is said as ''; both need letters"),
    ],
)
def test_what_is_no_name_is_refused(text: str, told: str) -> None:
    write(f"[catalogue]\n{text}\n")
    assert told in complaint()


def test_voice_minutes_are_the_policys_unless_the_owner_says_otherwise() -> None:
    assert (Settings.load(None).bot.voice_minutes, Settings.load(None).bot.tenant_voice_minutes) == (
        None,
        None,
    )
    write("[bot]\nvoice_minutes = 5\ntenant_voice_minutes = 600\n")
    bot = Settings.load(None).bot
    assert (bot.voice_minutes, bot.tenant_voice_minutes) == (5, 600)
    write("[bot]\nvoice_minutes = -1\n")
    assert "bot.voice_minutes" in complaint()
