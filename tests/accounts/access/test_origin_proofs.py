"""Web sites that accounts have proven to be theirs: how, for how long, and for whom."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import dns.exception
import dns.resolver
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.access import origin_proofs, origin_tasks, origins
from accounts.models import WebOrigin
from config import outbound
from config.outbound import Download, OutboundError
from tests.accounts.conftest import Seller

ORIGINS, ME = "/api/v1/origins", "/api/v1/auth/me"
SHOP = "https://shop.example"


class Internet:
    """TXT records by name, and files by address; what is asked for is written down."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.files: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[str] = []

    def resolve(self, name: str, kind: str, *, lifetime: float) -> list[Any]:
        self.asked.append(name)
        assert (kind, lifetime) == ("TXT", 5.0)
        if name not in self.records:
            raise dns.resolver.NXDOMAIN
        return [Record(text) for text in self.records[name]]

    def fetch(self, url: str, *, max_bytes: int, timeout: float) -> Download:
        self.asked.append(url)
        text = self.files.get(url)
        if text is None:
            raise OutboundError("The server answered with status 404.")
        return Download(text.encode(), self.redirects.get(url, url), "text/plain")


class Record:
    def __init__(self, text: str) -> None:
        self.strings = [text[:20].encode(), text[20:].encode()]  # a record has pieces of 255 bytes


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    found = Internet()
    monkeypatch.setattr(dns.resolver, "resolve", found.resolve)
    monkeypatch.setattr(outbound, "fetch", found.fetch)
    return found


def added(seller: Seller, origin: str = SHOP) -> dict[str, Any]:
    answer = seller.client.post(ORIGINS, {"origin": origin}, format="json")
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()["data"]
    return shown


def verify(seller: Seller, shown: dict[str, Any]) -> Any:
    return seller.client.post(f"{ORIGINS}/{shown['id']}/verify")


def test_a_web_site_tells_how_it_is_verified(seller: Seller, internet: Internet) -> None:
    shown = added(seller, "Shop.Example")
    text = f"packshot-verification={shown['id']}"
    assert shown == {
        "id": shown["id"],
        "origin": SHOP,
        "verified": False,
        **dict.fromkeys(["verifiedAt", "method", "checkedAt", "missingSince"]),
        "dns": {"name": "_packshot.shop.example", "type": "TXT", "value": text},
        "file": {"url": f"{SHOP}/.well-known/packshot.txt", "content": text},
    }
    listed = seller.client.get(ORIGINS).json()["data"]
    assert (listed["items"], listed["total"]) == ([shown], 1)
    assert seller.client.get(f"{ORIGINS}/{shown['id']}").json()["data"] == shown
    assert seller.client.get(ME).json()["data"]["account"]["webOrigins"] == [SHOP]
    assert internet.asked == []


def test_by_a_dns_record(seller: Seller, internet: Internet) -> None:
    shown = added(seller)
    internet.records["_packshot.shop.example"] = ["v=spf1 -all", shown["dns"]["value"]]
    answer = verify(seller, shown)
    now = answer.json()["data"]
    assert (answer.status_code, now["verified"], now["method"]) == (200, True, "dns")
    assert now["verifiedAt"] == now["checkedAt"] is not None
    assert internet.asked == ["_packshot.shop.example"]


def test_by_a_file(seller: Seller, internet: Internet) -> None:
    shown = added(seller, "https://shop.example:8443")
    internet.files["https://shop.example:8443/.well-known/packshot.txt"] = (
        f"\n{shown['file']['content']}\r\n"
    )
    now = verify(seller, shown).json()["data"]
    assert (now["verified"], now["method"]) == (True, "file")


def test_an_address_without_a_name_has_a_file_alone(seller: Seller, internet: Internet) -> None:
    shown = added(seller, "http://203.0.113.9")
    assert shown["dns"] is None
    answer = verify(seller, shown)
    assert (answer.status_code, answer.json()["error"]) == (409, "The file was not found.")
    assert internet.asked == ["http://203.0.113.9/.well-known/packshot.txt"]


def test_what_proves_nothing(seller: Seller, stranger: Seller, internet: Internet) -> None:
    shown, theirs = added(seller), added(stranger)
    internet.records["_packshot.shop.example"] = [theirs["dns"]["value"], "packshot-verification="]
    internet.records["shop.example"] = [shown["dns"]["value"]]
    internet.files[shown["file"]["url"]] = f"{shown['file']['content']} and more"
    answer = verify(seller, shown)
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_VERIFIED")
    # A page that anybody's text can be sent to: the answer came from elsewhere.
    internet.files[shown["file"]["url"]] = shown["file"]["content"]
    internet.redirects[shown["file"]["url"]] = "https://elsewhere.example/pastes/1"
    assert verify(seller, shown).status_code == 409
    now = seller.client.get(f"{ORIGINS}/{shown['id']}").json()["data"]
    assert (now["verified"], now["checkedAt"] is not None) == (False, True)
    # What is proven for one is not for another.
    assert verify(stranger, theirs).status_code == 200
    assert not origins.is_proven(seller.account, SHOP)
    assert origins.is_proven(stranger.account, SHOP)
    assert not origins.is_proven(stranger.account, "null")


def test_nothing_private_is_asked(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin_proofs, "_texts_at", lambda name: [])
    for origin in ("http://127.0.0.1:8080", "http://localhost"):
        assert verify(seller, added(seller, origin)).status_code == 409


@pytest.mark.parametrize("addresses", [["10.0.0.5"], ["93.184.215.14", "192.168.1.1"], ["fd00::1"]])
def test_a_name_that_leads_to_a_private_address_is_not_asked(
    seller: Seller, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    connected: list[str] = []
    monkeypatch.setattr(origin_proofs, "_texts_at", lambda name: [])
    monkeypatch.setattr(outbound, "_resolve", lambda *_, **__: addresses)
    monkeypatch.setattr(socket, "create_connection", lambda to, *_, **__: connected.append(to[0]))
    refused = verify(seller, added(seller))
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_VERIFIED")
    assert connected == []
    assert not origins.is_proven(seller.account, SHOP)


def test_a_name_server_that_is_down(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise dns.exception.Timeout

    monkeypatch.setattr(dns.resolver, "resolve", down)
    monkeypatch.setattr(origin_proofs, "_file_at", lambda url: "")
    assert verify(seller, added(seller)).status_code == 409


def test_naming_others_keeps_what_was_proven(seller: Seller, internet: Internet) -> None:
    shown = added(seller)
    internet.files[shown["file"]["url"]] = shown["file"]["content"]
    verify(seller, shown)
    body = {"webOrigins": ["https://other.example", SHOP]}
    assert seller.client.patch(ME, body, format="json").status_code == 200
    assert origins.is_proven(seller.account, SHOP)
    seller.client.patch(ME, {"webOrigins": []}, format="json")
    assert not origins.is_proven(seller.account, SHOP)


def test_it_is_looked_at_every_day_and_forgotten_after_three(
    seller: Seller, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin_tasks.recheck_origin, "send", origin_tasks.recheck_origin.fn)
    shown = added(seller)
    internet.files[shown["file"]["url"]] = shown["file"]["content"]
    verify(seller, shown)
    assert origin_tasks.send_due() == 0
    start, days = timezone.now(), []
    del internet.files[shown["file"]["url"]]
    for day in range(1, 6):
        with time_machine.travel(start + timedelta(days=day, minutes=day)):
            asked = origin_tasks.send_due()
            row = WebOrigin.objects.get()
            days.append((asked, row.verified_at is not None, row.missing_since is not None))
            assert origin_tasks.send_due() == 0
    assert days == [(1, True, True)] * 3 + [(1, False, False), (0, False, False)]


def test_a_proof_that_comes_back_counts_from_the_first_day(
    seller: Seller, internet: Internet
) -> None:
    shown = added(seller)
    internet.files[shown["file"]["url"]] = shown["file"]["content"]
    first = verify(seller, shown).json()["data"]["verifiedAt"]
    [row] = WebOrigin.objects.all()
    del internet.files[shown["file"]["url"]]
    origin_tasks.recheck_origin.fn(row.pk)
    internet.files[shown["file"]["url"]] = shown["file"]["content"]
    origin_tasks.recheck_origin.fn(row.pk)
    now = seller.client.get(f"{ORIGINS}/{shown['id']}").json()["data"]
    assert (now["verifiedAt"], now["missingSince"]) == (first, None)


def test_only_its_account_sees_and_changes_it(seller: Seller, stranger: Seller, api: Any) -> None:
    shown = added(seller)
    path = f"{ORIGINS}/{shown['id']}"
    for client, status in ((stranger.client, 404), (api, 401)):
        assert client.get(path).status_code == status
        assert client.post(f"{path}/verify").status_code == status
        assert client.delete(path).status_code == status
    key = seller.key_client()
    assert key.get(path).status_code == 200
    assert key.post(ORIGINS, {"origin": "b.example"}, format="json").status_code == 403
    assert (key.post(f"{path}/verify").status_code, key.delete(path).status_code) == (403, 403)
    assert WebOrigin.objects.count() == 1
    assert seller.client.delete(path).status_code == 200
    assert WebOrigin.objects.count() == 0


def test_what_cannot_be_added(seller: Seller) -> None:
    added(seller)
    twice = seller.client.post(ORIGINS, {"origin": f"{SHOP}:443"}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "CONFLICT")
    bad = seller.client.post(ORIGINS, {"origin": "https://shop.example/path"}, format="json")
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["origin"])
    for number in range(19):
        added(seller, f"https://{number}.example")
    full = seller.client.post(ORIGINS, {"origin": "more.example"}, format="json")
    assert (full.status_code, full.json()["error"]) == (
        409,
        "At most 20 web sites can be named.",
    )


def test_the_page(seller: Seller, stranger: Seller, internet: Internet) -> None:
    page = Client()
    page.force_login(seller.user)
    url = "/developers/web-sites/"
    assert page.post(url, {"origin": "https://shop.example/path"}).status_code == 422
    assert page.post(url, {"origin": "shop.example"}).status_code == 302
    row = WebOrigin.objects.get()
    proof = origin_proofs.proof_of(row)
    shown = page.get(url).text
    assert f"<code>{proof.record}</code>" in shown
    assert proof.text in shown
    assert "Not verified" in shown
    assert page.post(f"{url}{row.public_id}/verify/").status_code == 409
    internet.records[proof.record] = [proof.text]
    said = page.post(f"{url}{row.public_id}/verify/", headers={"HX-Request": "true"})
    assert (said.status_code, "Not verified" in said.text) == (200, False)
    other = Client()
    other.force_login(stranger.user)
    assert other.post(f"{url}{row.public_id}/remove/").status_code == 404
    assert page.post(f"{url}{row.public_id}/remove/").status_code == 302
    assert not WebOrigin.objects.exists()
