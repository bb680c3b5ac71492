"""What webhooks report beside messages: things done to messages, staff, and other identities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.test_wire import SENT, node, only, webhook
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.model import SECOND, Alias, Form, Modality


def of_field(field: str, **value: Any) -> bytes:
    return webhook(**value).replace(b'"field": "messages"', f'"field": "{field}"'.encode())


class TestReactions:
    def test_an_emoji_on_a_message_of_ours(self) -> None:
        """S25."""
        message = only(parse(webhook(messages=[node("reaction", {"message_id": "wamid.Q", "emoji": "👍"})])))
        assert (message.form, message.target, message.text) == (Form.REACTION, "wamid.Q", "👍")
        assert message.modality is Modality.OTHER

    @pytest.mark.parametrize("gone", [{}, {"emoji": ""}, {"emoji": None}])
    def test_taken_back(self, gone: dict[str, Any]) -> None:
        """S25: without the key, or empty."""
        message = only(parse(webhook(messages=[node("reaction", {"message_id": "wamid.Q", **gone})])))
        assert (message.form, message.target, message.text) == (Form.REACTION_REMOVED, "wamid.Q", None)

    def test_on_nothing(self) -> None:
        assert parse(webhook(messages=[node("reaction", {"emoji": "👍"})])).unknown == (
            "messages[0]: no `message_id`",
        )


class TestAmendments:
    def test_an_edited_text(self) -> None:
        content = {"original_message_id": "wamid.O", "message": {"type": "text", "text": {"body": "no"}}}
        message = only(parse(webhook(messages=[node("edit", content)])))
        assert (message.form, message.target, message.text) == (Form.EDIT, "wamid.O", "no")
        assert message.modality is Modality.TEXT

    def test_an_edited_caption(self) -> None:
        image = {"id": "7", "mime_type": "image/jpeg", "caption": "no wait"}
        content = {"original_message_id": "wamid.O", "message": {"type": "image", "image": image}}
        message = only(parse(webhook(messages=[node("edit", content)])))
        assert (message.modality, message.text) == (Modality.OTHER, "no wait")

    @pytest.mark.parametrize("inner", [None, {}, {"type": "hologram"}, {"type": "text"}, "no object"])
    def test_an_edit_to_something_unknown_still_names_its_message(self, inner: Any) -> None:
        content = {"original_message_id": "wamid.O", "message": inner}
        message = only(parse(webhook(messages=[node("edit", content)])))
        assert (message.form, message.target, message.text) == (Form.EDIT, "wamid.O", None)

    def test_an_unsent_message(self) -> None:
        message = only(parse(webhook(messages=[node("revoke", {"original_message_id": "wamid.O"})])))
        assert (message.form, message.target, message.text) == (Form.REVOKE, "wamid.O", None)

    @pytest.mark.parametrize("kind", ["edit", "revoke"])
    def test_of_no_message(self, kind: str) -> None:
        assert parse(webhook(messages=[node(kind, {})])).unknown == ("messages[0]: no `original_message_id`",)


class TestCaptions:
    @pytest.mark.parametrize("kind", ["image", "video", "document"])
    def test_words_under_it(self, kind: str) -> None:
        message = only(parse(webhook(messages=[node(kind, {"id": "7", "caption": "no wait"})])))
        assert (message.modality, message.text, message.form) == (Modality.OTHER, "no wait", Form.MESSAGE)

    def test_a_card_number_in_it_is_cut_out(self) -> None:
        message = only(
            parse(webhook(messages=[node("image", {"id": "7", "caption": "4111 1111 1111 1111"})]))
        )
        assert message.text == "[card number removed]"
        assert "4111" not in str(message.body)

    @pytest.mark.parametrize("kind", ["sticker", "location", "contacts"])
    def test_others_have_none(self, kind: str) -> None:
        assert only(parse(webhook(messages=[node(kind, {"caption": "yes"})]))).text is None


class TestEchoes:
    def test_staff_wrote_to_a_customer(self) -> None:
        """The customer is whom it was sent to: `from` is the shop itself."""
        wrote = {"from": "15550100100", "to": "15550100200", "to_user_id": "US.abc", "id": "wamid.E"}
        echo = {**wrote, "timestamp": str(SENT), "type": "text", "text": {"body": "Hi"}}
        message = only(parse(of_field("smb_message_echoes", message_echoes=[echo])))
        assert (message.form, message.alias, message.text) == (
            Form.ECHO,
            Alias("15550100200", "US.abc"),
            "Hi",
        )
        assert (message.modality, message.id, message.sent_at) == (Modality.OTHER, "wamid.E", SENT * SECOND)

    @pytest.mark.parametrize("kind", ["edit", "revoke", "image", "hologram"])
    def test_whatever_staff_do_is_an_echo_and_no_answer(self, kind: str) -> None:
        echo = {"to": "15550100200", "id": "wamid.E", "timestamp": str(SENT), "type": kind, kind: {}}
        message = only(parse(of_field("smb_message_echoes", message_echoes=[echo])))
        assert (message.form, message.button, message.media) == (Form.ECHO, None, None)

    @pytest.mark.parametrize(
        ("keys", "reason"), [({"to": None}, "no sender"), ({"group_id": "g"}, "a group message")]
    )
    def test_to_nobody_or_a_group(self, keys: dict[str, Any], reason: str) -> None:
        echo = {"to": "15550100200", "id": "wamid.E", "timestamp": str(SENT), "type": "text", **keys}
        batch = parse(of_field("smb_message_echoes", message_echoes=[echo]))
        assert (batch.messages, batch.unknown) == ((), (f"message_echoes[0]: {reason}",))

    def test_messages_under_the_field_of_echoes_are_not_a_customers(self) -> None:
        batch = parse(of_field("smb_message_echoes", messages=[node("text", {"body": "yes"})]))
        assert (batch.messages, batch.unknown) == ((), ("value.messages",))

    def test_echoes_under_the_field_of_messages_are_not_read(self) -> None:
        batch = parse(webhook(message_echoes=[node("text", {"body": "yes"})]))
        assert (batch.messages, batch.unknown) == ((), ("value.message_echoes",))


class TestIdentity:
    def test_a_new_number(self) -> None:
        """S29: no contacts. The BSUID of the old number is not known any more."""
        changed = {"type": "user_changed_number", "body": "A changed", "wa_id": "15550100999"}
        message = only(parse(webhook(messages=[node("system", changed, from_user_id=None)])))
        assert (message.form, message.alias) == (Form.IDENTITY, Alias("15550100200", None))
        assert message.becomes == Alias("15550100999", None)
        assert message.text is None

    def test_a_new_user_id(self) -> None:
        changed = {"type": "user_changed_user_id", "body": "A changed", "user_id": "US.new"}
        message = only(parse(webhook(messages=[node("system", changed)])))
        assert (message.form, message.becomes) == (Form.IDENTITY, Alias(None, "US.new"))

    def test_another_key_of_the_same_account(self) -> None:
        identity = {"acknowledged": True, "created_timestamp": str(SENT), "hash": "k2"}
        changed = node("system", {"type": "customer_identity_changed", "body": "x"}, identity=identity)
        message = only(parse(webhook(messages=[changed])))
        assert (message.form, message.identity, message.becomes) == (Form.IDENTITY, "k2", None)

    def test_other_system_messages_are_only_noted(self) -> None:
        message = only(parse(webhook(messages=[node("system", {"type": "tea_is_ready"})])))
        assert (message.form, message.modality, message.becomes) == (Form.MESSAGE, Modality.OTHER, None)

    def test_the_key_of_whoever_wrote(self) -> None:
        contacts = [
            {"user_id": "US.x", "identity_key_hash": "other"},
            {"user_id": "US.abc", "identity_key_hash": "k1"},
        ]
        assert (
            only(parse(webhook(messages=[node("text", {"body": "hi"})], contacts=contacts))).identity == "k1"
        )
        assert only(parse(webhook(messages=[node("text", {"body": "hi"})]))).identity is None

    def test_the_field_of_changed_ids(self) -> None:
        """S29: no message, so its id says nothing of the person, and is the same when it comes again."""
        update = {"user_id": {"previous": "US.old", "current": "US.new"}, "timestamp": str(SENT)}
        body = of_field("user_id_update", user_id_update=[{**update, "detail": "x"}])
        message = only(parse(body))
        assert (message.form, message.alias, message.becomes) == (
            Form.IDENTITY,
            Alias(None, "US.old"),
            Alias(None, "US.new"),
        )
        assert message.id == only(parse(body)).id
        assert "US." not in message.id

    def test_a_changed_id_without_the_old_one(self) -> None:
        update = {"user_id": {"current": "US.new"}, "timestamp": str(SENT)}
        assert parse(of_field("user_id_update", user_id_update=[update])).unknown == (
            "user_id_update[0]: no `previous`",
        )
