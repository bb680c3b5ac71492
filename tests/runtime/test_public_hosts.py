"""Media hosts by name: looked up once, public only, and the connection goes where the check looked."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest

from wavoice.runtime.adapters.public_hosts import PublicHosts, behind_a_proxy, is_public, system_resolve
from wavoice.runtime.errors import MediaGoneError

HOST = "lookaside.fbsbx.com"


class Dns:
    """Answers in order, the last one again and again."""

    def __init__(self, *answers: Sequence[str] | OSError) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OSError):
            raise answer
        return answer


def client(dns: Dns, *, dead: Sequence[str] = ()) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    """A client of an internet in which these addresses take no connection."""
    reached: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host in dead:
            raise httpx.ConnectError("nobody there", request=request)
        reached.append(request)
        return httpx.Response(200, content=b"note")

    return httpx.AsyncClient(transport=PublicHosts(httpx.MockTransport(answer), dns)), reached


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    dns = Dns(["157.240.1.1"], ["127.0.0.1"])
    http, reached = client(dns)
    answer = await http.get(f"https://{HOST}/whatsapp?mid=1", headers={"Authorization": "Bearer x"})
    assert answer.content == b"note"
    assert dns.asked == [(HOST, 443)]
    assert str(reached[0].url) == "https://157.240.1.1/whatsapp?mid=1"
    assert reached[0].headers["Host"] == HOST
    assert reached[0].headers["Authorization"] == "Bearer x"
    assert reached[0].extensions["sni_hostname"] == HOST


async def test_a_name_that_changes_its_mind_is_refused_the_second_time() -> None:
    http, reached = client(Dns(["157.240.1.1"], ["127.0.0.1"]))
    await http.get(f"https://{HOST}/1")
    with pytest.raises(MediaGoneError, match="not public"):
        await http.get(f"https://{HOST}/2")
    assert len(reached) == 1


async def test_one_private_address_among_public_ones_is_one_too_many() -> None:
    http, reached = client(Dns(["157.240.1.1", "10.0.0.7"]))
    with pytest.raises(MediaGoneError):
        await http.get(f"https://{HOST}/")
    assert reached == []


async def test_the_next_address_is_tried_where_one_is_dead() -> None:
    http, reached = client(Dns(["2a03:2880::1", "157.240.1.1"]), dead=["2a03:2880::1"])
    assert (await http.get(f"https://{HOST}/")).status_code == 200
    assert [request.url.host for request in reached] == ["157.240.1.1"]


@pytest.mark.parametrize("dns", [Dns(OSError("no such host")), Dns([]), Dns(["157.240.1.1"])])
async def test_no_address_or_none_that_answers_is_a_failed_connection(dns: Dns) -> None:
    http, _ = client(dns, dead=["157.240.1.1"])
    with pytest.raises(httpx.ConnectError):
        await http.get(f"https://{HOST}/")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
async def test_what_is_not_public_is_not_contacted(address: str) -> None:
    http, reached = client(Dns([address]))
    with pytest.raises(MediaGoneError):
        await http.get(f"https://{HOST}/")
    assert reached == []


@pytest.mark.parametrize("address", ["157.240.1.1", "8.8.8.8", "2a03:2880:f12f:83::1", "64:ff9b::9df0:101"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


async def test_this_machine_knows_itself_and_is_not_public() -> None:
    addresses = await system_resolve("localhost", 443)
    assert addresses
    assert not any(map(is_public, addresses))


def test_a_proxy_looks_names_up_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert not behind_a_proxy()
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    assert behind_a_proxy()
