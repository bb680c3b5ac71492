"""Webhook bodies: signatures over exact bytes, lenient reading. S-rows: docs/conformance.md."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from wavoice.runtime.adapters.wire import BadWebhook, Batch, parse, verify_signature
from wavoice.runtime.model import SECOND, Alias, Arrived, MediaRef, Modality, PromptState

PAYLOADS = Path(__file__).parents[3] / "shared" / "whatsapp-payloads"
SENT = 1_790_000_000


def sign(body: bytes, secret: bytes) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def webhook(**value: Any) -> bytes:
    metadata = {"display_phone_number": "15550100100", "phone_number_id": "77"}
    change = {"field": "messages", "value": {"metadata": metadata, **value}}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}).encode()


def node(kind: str, content: Any = None, **keys: Any) -> dict[str, Any]:
    found = {"from": "15550100200", "from_user_id": "US.abc", "id": "wamid.A", "timestamp": str(SENT)}
    return {**found, "type": kind, **({} if content is None else {kind: content}), **keys}


def only(batch: Batch) -> Arrived:
    assert batch.unknown == ()
    assert len(batch.messages) == 1
    return batch.messages[0]


class TestSignature:
    """S3, S4, S5."""

    body = rb'{"name":"\u0939\ud83d\ude00"}'

    def test_accepts_the_exact_bytes(self) -> None:
        assert verify_signature(self.body, sign(self.body, b"app"), [b"app"])

    def test_old_and_new_secret_stand_side_by_side(self) -> None:
        assert verify_signature(self.body, sign(self.body, b"old"), [b"new", b"old"])

    @pytest.mark.parametrize("place", [0, 9, -1])
    def test_one_changed_byte_is_refused(self, place: int) -> None:
        tampered = bytearray(self.body)
        tampered[place] ^= 1
        assert not verify_signature(bytes(tampered), sign(self.body, b"app"), [b"app"])

    def test_reserialised_json_is_refused(self) -> None:
        again = json.dumps(json.loads(self.body), ensure_ascii=False).encode("utf-8")
        assert not verify_signature(again, sign(self.body, b"app"), [b"app"])

    def test_other_secrets_and_none_at_all_are_refused(self) -> None:
        assert not verify_signature(self.body, sign(self.body, b"app"), [b"other"])
        assert not verify_signature(self.body, sign(self.body, b"app"), [])
        assert not verify_signature(self.body, sign(self.body, b""), [b""])

    @pytest.mark.parametrize(
        "mangle",
        [
            lambda good: None,
            lambda good: "",
            lambda good: good.removeprefix("sha256="),
            lambda good: good.replace("sha256=", "sha1="),
            lambda good: good.upper(),
            lambda good: good[:-1],
            lambda good: good + "\n",
            lambda good: "sha256=" + "é" * 64,
        ],
    )
    def test_other_shapes_of_the_header_are_refused(self, mangle: Any) -> None:
        assert not verify_signature(self.body, mangle(sign(self.body, b"app")), [b"app"])


class TestMessages:
    def test_voice_note(self) -> None:
        """S17, S19, S20: id, hash, flag and URL are all there is."""
        audio = {"id": "901", "mime_type": "audio/ogg; codecs=opus", "sha256": "aGFzaA==", "voice": True}
        message = only(parse(webhook(messages=[node("audio", {**audio, "url": "https://cdn.test/1"})])))
        assert message == Arrived(
            number="77",
            id="wamid.A",
            alias=Alias(phone="15550100200", bsuid="US.abc"),
            sent_at=SENT * SECOND,
            modality=Modality.VOICE,
            type="audio",
            body=node("audio", {**audio, "url": "https://cdn.test/1"}),
            media=MediaRef("901", "audio/ogg; codecs=opus", "aGFzaA==", voice=True, url="https://cdn.test/1"),
        )
        without_url = only(parse(webhook(messages=[node("audio", audio)])))
        assert without_url.media is not None
        assert without_url.media.url is None

    @pytest.mark.parametrize("flag", ["forwarded", "frequently_forwarded"])
    def test_forwarded_audio_is_a_file(self, flag: str) -> None:
        """S18, S26: forwarded and reply merge in one context."""
        context = {flag: True, "from": "15550100100", "id": "wamid.Q"}
        message = only(parse(webhook(messages=[node("audio", {"id": 901, "voice": False}, context=context)])))
        assert message.media == MediaRef("901", "application/octet-stream", "", voice=False)
        assert (message.forwarded, message.quotes, message.modality) == (True, "wamid.Q", Modality.VOICE)

    def test_text_keeps_its_letters(self) -> None:
        message = only(parse(webhook(messages=[node("text", {"body": "हाँ 😀"})])))
        assert (message.modality, message.text, message.forwarded) == (Modality.TEXT, "हाँ 😀", False)

    def test_half_an_emoji_can_be_stored(self) -> None:
        message = only(parse(webhook(messages=[node("text", {"body": "cut \ud83d"})])))
        assert message.text is not None
        assert message.text.encode("utf-8").decode() == "cut \ufffd"

    def test_typed_card_numbers_are_gone_before_anybody_stores_them(self) -> None:
        message = only(parse(webhook(messages=[node("text", {"body": "it is 4111 1111 1111 1111, yes"})])))
        assert message.text == "it is [card number removed], yes"
        assert "4111" not in json.dumps(message.body)
        assert message.body["id"] == "wamid.A"

    @pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
    def test_taps_carry_id_and_question(self, kind: str) -> None:
        """S22."""
        content = {"type": kind, kind: {"id": "yes:p1", "title": "Yes"}}
        tapped = node("interactive", content, context={"from": "15550100100", "id": "wamid.Q"})
        message = only(parse(webhook(messages=[tapped])))
        assert (message.modality, message.button, message.text) == (Modality.BUTTON, "yes:p1", "Yes")
        assert message.quotes == "wamid.Q"

    def test_quick_reply_of_a_template_without_context(self) -> None:
        """S23."""
        message = only(parse(webhook(messages=[node("button", {"payload": "STOP", "text": "Stop"})])))
        assert (message.modality, message.button, message.quotes) == (Modality.BUTTON, "STOP", None)

    @pytest.mark.parametrize(
        "odd",
        [
            node("reaction", {"message_id": "wamid.B"}),
            node("hologram", {"anything": [1]}),
            node("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
            node("unsupported", errors=[{"code": 131051}]),
            node("location", None),
        ],
    )
    def test_other_types_are_other(self, odd: dict[str, Any]) -> None:
        """S16, S25, S28, S31."""
        message = only(parse(webhook(messages=[odd])))
        assert (message.modality, message.type, message.text) == (Modality.OTHER, odd["type"], None)

    def test_keys_that_nobody_knows_are_told_of(self) -> None:
        """S16: by place and name; what stands beside them is read all the same."""
        status = {"id": "wamid.B", "status": "sent", "timestamp": str(SENT), "hue": "red"}
        odd = node("text", {"body": "hi"}, surprise={"deep": [[]]})
        batch = parse(webhook(messages=[odd], statuses=[status]))
        assert batch.unknown == ("messages[0].surprise", "statuses[0].hue")
        assert (len(batch.messages), len(batch.statuses)) == (1, 1)

    def test_the_status_of_a_payment_is_none_of_the_message(self) -> None:
        """Its `failed` must not be taken for a message that did not arrive."""
        payment = {"id": "wamid.B", "status": "failed", "timestamp": str(SENT), "type": "payment"}
        batch = parse(webhook(statuses=[{**payment, "payment": {"reference_id": "r"}}]))
        assert (batch.statuses, batch.unknown) == ((), ("statuses[0]: a payment",))


class TestIdentity:
    """S32: names are absent, empty, or in `contacts` alone."""

    @pytest.mark.parametrize(
        ("keys", "contacts", "alias"),
        [
            ({}, [], Alias("15550100200", "US.abc")),
            ({"from": ""}, [], Alias(None, "US.abc")),
            ({"from": "+15550100200", "from_user_id": None}, [], Alias("15550100200", None)),
            ({"from": None}, [{"user_id": "US.abc", "wa_id": "1"}], Alias("1", "US.abc")),
            ({"from": None}, [{"user_id": "US.x", "wa_id": "1"}], Alias(None, "US.abc")),
            ({"from_user_id": None}, [{"wa_id": "1555", "user_id": "US.q"}], Alias("15550100200", "US.q")),
            (
                {"from_user_id": None},
                [{"wa_id": "1", "user_id": "US.x"}, {"wa_id": "15550100200", "user_id": "US.y"}],
                Alias("15550100200", "US.y"),
            ),
        ],
    )
    def test_alias(self, keys: dict[str, Any], contacts: list[Any], alias: Alias) -> None:
        message = node("text", {"body": "hi"}, **keys)
        assert only(parse(webhook(messages=[message], contacts=contacts))).alias == alias

    def test_a_message_of_nobody_is_reported(self) -> None:
        batch = parse(
            webhook(messages=[node("text", {"body": "hi"}, **{"from": None, "from_user_id": None})])
        )
        assert (batch.messages, batch.statuses, batch.unknown) == ((), (), ("messages[0]: no sender",))


class TestStatuses:
    def test_each_known_status(self) -> None:
        """S51, S54."""
        names = ["sent", "delivered", "read", "played"]
        statuses = [
            {"id": "wamid.B", "status": name, "timestamp": str(SENT), "biz_opaque_callback_data": "o_1"}
            for name in names
        ]
        batch = parse(webhook(statuses=statuses))
        assert [found.status.value for found in batch.statuses] == names
        assert {(found.number, found.message, found.reference, found.at) for found in batch.statuses} == {
            ("77", "wamid.B", "o_1", SENT * SECOND)
        }

    def test_failed_has_its_code_and_no_contacts(self) -> None:
        errors = [{"code": 131053, "title": "Media upload error"}]
        failed = {"id": "wamid.B", "status": "failed", "timestamp": SENT, "errors": errors}
        (found,) = parse(webhook(statuses=[failed])).statuses
        assert (found.status, found.error_code, found.reference) == (PromptState.FAILED, 131053, None)

    def test_payment_statuses_are_reported(self) -> None:
        batch = parse(webhook(statuses=[{"id": "wamid.B", "status": "captured", "timestamp": str(SENT)}]))
        assert (batch.messages, batch.statuses) == ((), ())
        assert batch.unknown == ("statuses[0]: an unknown `status`",)


class TestOddBodies:
    def test_several_entries_changes_and_messages(self) -> None:
        """S10: order is kept."""
        one = json.loads(webhook(messages=[node("text", {"body": "1"}), node("text", {"body": "2"})]))
        two = json.loads(webhook(messages=[node("text", {"body": "3"})], contacts=[{"user_id": "US.abc"}]))
        one["entry"][0]["changes"] += two["entry"][0]["changes"]
        one["entry"] += two["entry"]
        batch = parse(json.dumps(one).encode())
        assert [message.text for message in batch.messages] == ["1", "2", "3", "3"]

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            (node("text"), "no `body`"),
            (node("audio", {"voice": True}), "no `id`"),
            (node("button", "not an object"), "no `payload`"),
            (node("text", {"body": "x"}, id=None), "no `id`"),
            (node("text", {"body": "x"}, timestamp="soon"), "`timestamp` is no Unix time in seconds"),
            (node("text", {"body": "x"}, timestamp="9" * 30), "`timestamp` is no Unix time in seconds"),
            (node("text", {"body": "yes"}, group_id="g"), "a group message"),
            ({}, "no `type`"),
        ],
    )
    def test_one_broken_message_stops_no_other(self, broken: dict[str, Any], reason: str) -> None:
        """S16: reported by place, without values."""
        good = node("text", {"body": "hi"})
        batch = parse(webhook(messages=[broken, good], statuses=["?"]))
        assert [message.text for message in batch.messages] == ["hi"]
        assert batch.unknown == (f"messages[0]: {reason}", "statuses[0]: no `status`")

    def test_unknown_fields_and_keys_are_reported(self) -> None:
        """S16, S34."""
        body = {"entry": [{"changes": [{"field": "account_update", "value": {"event": "X"}}]}]}
        assert parse(json.dumps(body).encode()).unknown == ("field account_update",)
        assert parse(webhook(errors=[{"code": 130429}], user_actions=[])).unknown == (
            "value.errors",
            "value.user_actions",
        )

    @pytest.mark.parametrize(
        "shape",
        [{}, {"entry": None}, {"entry": [None]}, {"entry": [{"changes": 3}]}, {"entry": {"changes": []}}],
    )
    def test_empty_shapes_hold_nothing(self, shape: dict[str, Any]) -> None:
        assert parse(json.dumps(shape).encode()) == Batch((), (), ())

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe{", b"[" * 100_000])
    def test_what_is_no_json_object_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadWebhook):
            parse(body)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="needs ../shared/whatsapp-payloads beside the repository")
def test_every_collected_webhook_is_read() -> None:
    """S21: payloads of Meta's own description and of another client's tests."""
    files = sorted(PAYLOADS.glob("webhook.*.json"))
    assert files
    batches = {
        file.name: parse(json.dumps(json.loads(file.read_text())["payload"]).encode()) for file in files
    }
    assert [name for name, batch in batches.items() if batch == Batch((), (), ())] == []
    note = batches["webhook.constructed.voice-note-bsuid-only-reply.json"].messages[0]
    assert (note.modality, note.alias.phone, note.quotes is not None) == (Modality.VOICE, None, True)
