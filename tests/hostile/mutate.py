"""Seeded mutations: of signed bodies' shapes, and of bodies and headers that must be refused."""

from __future__ import annotations

import copy
import json
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.hostile.payloads import encode, examples, message, said, sign, status, value, webhook

WRONG: Sequence[Any] = (
    *(None, True, False, 0, -1, 1 << 70, 10**300, 0.5, 1e300, float("nan"), float("inf"), "", " ", "0"),
    *(
        "\x00",
        "\ud83d",
        "\udc00x",
        "a" * 5000,
        "4111 1111 1111 1111",
        "9" * 400,
        "1e9",
        "-5",
        "99999999999999",
    ),
    *([], {}, [[]], [None], {"": None}, [{}], {"id": {}}, "wamid.A", "../../etc/passwd", "\u202e", "=cmd()"),
    *("sha256", "{{7*7}}", "'; DROP TABLE inbox; --", "<script>", "x" * 60_000),
)
"""What a value may be swapped for."""


def mutated(count: int, seed: int) -> Iterator[bytes]:
    """Bodies whose shape was changed in one to four places; the same for the same seed."""
    dice = random.Random(seed)
    bodies = list(examples())
    for number in range(count):
        body = copy.deepcopy(dice.choice(bodies))
        _name(body, f"wamid.{seed}.{number}", f"1555030{dice.randrange(100):04}")
        yield _text(_changed(dice, body), dice)


def _name(body: Any, wamid: str, phone: str) -> None:
    """Messages of their own: one that is stored already would be passed over."""
    for change in body["entry"][0]["changes"]:
        for node in change["value"].get("messages", []):
            node.update({"id": wamid, "from": phone, "from_user_id": f"US.{phone}"})


def _changed(dice: random.Random, body: Any) -> Any:
    for _ in range(dice.randint(1, 4)):
        body = dice.choice(_CHANGES)(dice, body)
    return body


def _places(body: Any) -> list[tuple[Any, Any]]:
    """Containers and keys of the first items of a tree of JSON, level by level."""
    found: list[tuple[Any, Any]] = []
    level = deque([body])
    while level and len(found) < 300:
        node = level.popleft()
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, child in items:
            found.append((node, key))
            level.append(child)
    return found


def _somewhere(dice: random.Random, body: Any) -> tuple[Any, Any] | None:
    places = _places(body)
    return dice.choice(places) if places else None


def _swap(dice: random.Random, body: Any) -> Any:
    if (found := _somewhere(dice, body)) is not None:
        found[0][found[1]] = copy.deepcopy(dice.choice(WRONG))
    return body


def _drop(dice: random.Random, body: Any) -> Any:
    if (found := _somewhere(dice, body)) is not None:
        del found[0][found[1]]
    return body


def _move(dice: random.Random, body: Any) -> Any:
    """A subtree stands where another was."""
    one, other = _somewhere(dice, body), _somewhere(dice, body)
    if one is not None and other is not None:
        with suppress(RecursionError):  # too deep to be copied: it stays where it is
            one[0][one[1]] = copy.deepcopy(other[0][other[1]])
    return body


def _rename(dice: random.Random, body: Any) -> Any:
    found = _somewhere(dice, body)
    if found is not None and isinstance(found[0], dict):
        found[0][dice.choice(["type", "id", "from", "messages", "x" * 300, "\ud800", "group_id"])] = found[
            0
        ].pop(found[1])
    return body


def _wrap(dice: random.Random, body: Any) -> Any:
    """A value gets very deep."""
    if (found := _somewhere(dice, body)) is not None:
        deep: Any = found[0][found[1]]
        for _ in range(dice.choice([2, 60, 300, 450])):
            deep = [deep] if dice.random() < 0.5 else {"a": deep}
        found[0][found[1]] = deep
    return body


def _repeat(dice: random.Random, body: Any) -> Any:
    found = _somewhere(dice, body)
    if found is not None and isinstance(found[0], list):
        found[0].extend([found[0][found[1]]] * dice.choice([1, 5, 40]))
    return body


_CHANGES: Sequence[Callable[[random.Random, Any], Any]] = (
    *(_swap, _swap, _swap, _drop, _drop),
    *(_move, _rename, _wrap, _repeat),
)


def _text(body: Any, dice: random.Random) -> bytes:
    """As bytes; some with a key twice, some not quite JSON, some in other letters."""
    try:
        text = json.dumps(body)
    except RecursionError:
        return b"[" * 2000
    odd = dice.random()
    if odd < 0.03:
        return text.replace('"id":', '"id": 7, "id":').encode()
    if odd < 0.05:
        return text[: dice.randrange(len(text) + 1)].encode()
    if odd < 0.07:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if odd < 0.08:
        return text.encode("utf-16")
    if odd < 0.09:
        return (text[:-1] + ', "deep": ' + "[" * 5000 + "]" * 5000 + "}").encode()
    return text.encode()


def batch(size: int, seed: int) -> bytes:
    """A webhook of `size` updates, messages of fifty customers and statuses in turn, some of them broken."""
    dice = random.Random(seed)
    messages: list[Mapping[str, Any]] = []
    statuses: list[Mapping[str, Any]] = []
    for number in range(size):
        if number % 3 == 2:
            statuses.append(status("delivered", f"wamid.out{number}"))
            continue
        who = {"from": f"1555020{number % 50:04}", "from_user_id": f"US.b{number % 50}"}
        node = message("text", f"wamid.{seed}.{number}", **who)
        if dice.random() < 0.02:
            del node["timestamp"]
        messages.append(node)
    half = len(messages) // 2
    return encode(
        webhook(value(messages=messages[:half]), value(messages=messages[half:], statuses=statuses))
    )


def tampered(count: int, seed: int, secret: str) -> Iterator[tuple[bytes, Mapping[str, str]]]:
    """Bodies and headers, none of which Meta signed with this secret as they stand."""
    dice = random.Random(seed)
    bodies = [encode(body) for body in examples()]
    bodies.append(encode(said(message("text", text={"body": "héllo \U0001f600"}))))
    for _ in range(count):
        body = dice.choice(bodies)
        way = dice.choice(_TAMPERS)
        yield way(dice, body, secret)


Tampered = tuple[bytes, Mapping[str, str]]
HEADER = "X-Hub-Signature-256"


def _flip(dice: random.Random, body: bytes, secret: str) -> Tampered:
    changed = bytearray(body)
    changed[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
    return bytes(changed), {HEADER: sign(body, secret)}


def _cut(dice: random.Random, body: bytes, secret: str) -> Tampered:
    return body[: dice.randrange(len(body))], {HEADER: sign(body, secret)}


def _more(dice: random.Random, body: bytes, secret: str) -> Tampered:
    extra = dice.choice([b" ", b"\n", b"\x00", b"{}", b"\xef\xbb\xbf", body])
    return (body + extra if dice.random() < 0.5 else extra + body), {HEADER: sign(body, secret)}


def _again(dice: random.Random, body: bytes, secret: str) -> Tampered:
    """The same JSON in other bytes: spaces, order of keys, letters."""
    tree = json.loads(body)
    forms = (
        json.dumps(tree, indent=1),
        json.dumps(tree, separators=(",", ":")),
        json.dumps(tree, sort_keys=True) + " ",
        json.dumps(tree).replace("/", "\\/") + "\n",
    )
    return dice.choice(forms).encode(), {HEADER: sign(body, secret)}


def _wrong_secret(dice: random.Random, body: bytes, secret: str) -> Tampered:
    other = dice.choice(["", secret[:-1], secret + " ", secret.upper(), secret[::-1], "x" * 64])
    return body, {HEADER: sign(body, other)}


def _header(dice: random.Random, body: bytes, secret: str) -> Tampered:
    true = sign(body, secret)
    digest = true.removeprefix("sha256=")
    place = dice.randrange(64)
    other = digest[:place] + ("0" if digest[place] != "0" else "1") + digest[place + 1 :]
    forms = (
        *(
            "",
            "sha256=",
            digest,
            f"sha1={digest[:40]}",
            f"sha512={digest}",
            true.upper(),
            true[:-1],
            f"{true}0",
        ),
        *(f"sha256={other}", f"SHA256={digest}", f"sha256= {digest}", f"sha256={digest}, sha256={digest}"),
        *(f"sha256={digest.upper()}x", "sha256=" + "0" * 64, "sha256=" + "\uff11" * 64, f"sha256:{digest}"),
    )
    chosen = dice.choice(forms)
    return body, {HEADER: chosen.encode("utf-8").decode("latin-1")}


def _elsewhere(dice: random.Random, body: bytes, secret: str) -> Tampered:
    """A true signature under a name that is none, or none at all."""
    names = ("X-Hub-Signature", "X-Hub-Signature-512", "X-Signature", "Authorization")
    return body, ({dice.choice(names): sign(body, secret)} if dice.random() < 0.8 else {})


def _other_body(dice: random.Random, body: bytes, secret: str) -> Tampered:
    """The signature of a webhook that was really sent, over another."""
    return body, {HEADER: sign(body + b" ", secret)}


_TAMPERS: Sequence[Callable[[random.Random, bytes, str], Tampered]] = (
    *(_flip, _flip, _cut, _more, _again),
    *(_wrong_secret, _header, _header, _elsewhere, _other_body),
)
