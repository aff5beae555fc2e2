"""Fetching customers' URLs: what is refused, what is followed, what is cut off."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured

from config import outbound
from config.outbound import Download, OutboundError, Response, fetch, is_public, post, vet
from config.setup.networks import networks
from tests.tables import in_turn

NOT_PUBLIC = "This address doesn't lead to a public web server."
PUBLIC = "93.184.216.34"


PAGES = [
    ("text/html; charset=utf-8", b"<!DOCTYPE html><title>A jacket</title>"),
    ("text/html", b"\xef\xbb\xbf\n <HTML lang=en>"),
    ("text/html", b"<!-- shop --><head>"),
    ("application/xhtml+xml", b'<?xml version="1.0"?><html>'),
    ("image/jpeg", b"<!doctype html><p>Sign in to see this picture."),
    ("text/html", b"\xff\xd8\xff\xe0 JFIF"),
    ("image/svg+xml", b"<svg></svg>"),  # refused later, as no format of ours
]


class Site(BaseHTTPRequestHandler):
    """A web server with one page per trick."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str]]] = []
    posted: list[bytes] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        page, _, argument = self.path[1:].partition("/")
        getattr(self, page)(argument)

    def do_POST(self) -> None:
        self.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def picture(self, _: str) -> None:
        self.answer(200, b"pixels", Content_Type="image/png", Set_Cookie="a=b")

    def hop(self, count: str) -> None:
        onward = f"/hop/{int(count) - 1}" if int(count) > 1 else "/picture"
        self.answer(302, Location=onward)

    def away(self, target: str) -> None:
        self.answer(307, Location=f"http://{target}/picture")

    def large(self, size: str) -> None:
        self.answer(200, b"x" * int(size))

    def endless(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b"x" * 100)

    def drip(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            time.sleep(0.02)
            self.wfile.write(b"x")
            self.wfile.flush()

    def zipped(self, _: str) -> None:
        self.answer(200, b"whatever", Content_Encoding="gzip")

    def page(self, number: str) -> None:
        content_type, data = PAGES[int(number)]
        self.answer(200, data, Content_Type=content_type)

    def missing(self, _: str) -> None:
        self.answer(404, b"no")

    def log_message(self, *_: object) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of these tests."""


@contextlib.contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), Site)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    with served() as port:
        yield port


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    Site.seen.clear()
    Site.posted.clear()


def local(port: int, page: str, *, max_bytes: int = 1000, timeout: float = 5) -> Download:
    return fetch(
        f"http://127.0.0.1:{port}/{page}",
        max_bytes=max_bytes,
        timeout=timeout,
        allow_private=True,
        ports={port},
    )


def refusal(url: str, **options: object) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        fetch(url, **{"max_bytes": 1000, "timeout": 5, **options})  # type: ignore[arg-type]
    return caught.value


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer the first question with the first list, and so on; the last one stays."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host[0].isdigit():  # connecting to an address asks too, without leaving the machine
            return real(host, port, *args, **options)
        answer = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answer]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", getaddrinfo)
    return asked


# --- what is fetched -----------------------------------------------------------------------------


def test_body_type_and_final_address(site: int) -> None:
    assert local(site, "picture") == Download(
        data=b"pixels", url=f"http://127.0.0.1:{site}/picture", content_type="image/png"
    )


def test_five_redirects_are_followed_without_keeping_cookies(site: int) -> None:
    assert local(site, "hop/5").url == f"http://127.0.0.1:{site}/picture"
    assert [path for path, _ in Site.seen] == [
        *(f"/hop/{left}" for left in (5, 4, 3, 2, 1)),
        "/picture",
    ]
    local(site, "picture")
    assert all("cookie" not in headers for _, headers in Site.seen)


def test_the_environments_proxy_is_not_used(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert local(site, "picture").data == b"pixels"


def test_the_connection_goes_to_the_vetted_address_under_the_customers_name(
    site: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolver(monkeypatch, ["127.0.0.1"])
    url = f"http://shop.example:{site}/picture"
    fetched = fetch(url, max_bytes=10, timeout=5, allow_private=True, ports={site})
    assert fetched.url == url
    assert asked == ["shop.example"]
    ((_, headers),) = Site.seen
    assert headers["host"] == f"shop.example:{site}"
    assert headers["accept-encoding"] == "identity"


def certificate_for(name: str, folder: Path) -> Path:
    """A key and a self-signed certificate in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(minutes=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@pytest.mark.parametrize("name", ["shop.example", "other.example"])
def test_the_certificate_must_be_the_names_own(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate_for(name, tmp_path)
    names_asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.sni_callback = lambda _, asked_name, __: names_asked.append(asked_name)
    trusting = ssl.create_default_context(cafile=pem)
    monkeypatch.setattr(outbound, "_trusted_issuers", lambda: trusting)
    resolver(monkeypatch, ["127.0.0.1"])
    with served(context) as port:
        url = f"https://shop.example:{port}/picture"
        if name == "shop.example":
            got = fetch(url, max_bytes=10, timeout=5, allow_private=True, ports={port})
            assert got.data == b"pixels"
        else:
            error = refusal(url, allow_private=True, ports={port})
            assert error.message == (
                "The server could not be reached, or it closed the connection early."
            )
            assert Site.seen == []
    assert names_asked == ["shop.example"]


# --- what is refused -----------------------------------------------------------------------------


def test_a_sixth_redirect_is_refused(site: int) -> None:
    with pytest.raises(OutboundError, match=r"^The address redirects more than 5 times\.$"):
        local(site, "hop/6")


@pytest.mark.parametrize("number", range(5))
def test_a_web_page_is_called_one(site: int, number: int) -> None:
    with pytest.raises(OutboundError) as caught:
        local(site, f"page/{number}")
    assert caught.value.message.startswith("This is the address of a web page, not of a picture. ")
    assert (caught.value.code, list(caught.value.fields or {})) == ("VALIDATION_ERROR", ["url"])


@pytest.mark.parametrize("number", [5, 6])
def test_a_picture_is_one_whatever_it_is_called(site: int, number: int) -> None:
    assert local(site, f"page/{number}").data == PAGES[number][1]


@in_turn(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "１２７.0.0.1",
        "127。0。0。1",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_inward_addresses_however_they_are_spelt(host: str) -> None:
    error = refusal(f"http://{host}/picture")
    assert (error.code, error.status) == ("VALIDATION_ERROR", 400)
    assert error.fields is not None
    assert error.fields["url"] in ([NOT_PUBLIC], ["This is not a valid URL."])


def test_odd_spellings_reach_no_server_of_ours(site: int) -> None:
    for host in ("127.0.0.1", "2130706433", "0x7f.1", "localhost.", "[::ffff:127.0.0.1]"):
        refusal(f"http://{host}:{site}/picture", ports={site})
    assert Site.seen == []


@pytest.mark.parametrize("answers", [["127.0.0.1"], [PUBLIC, "10.0.0.7"], ["10.0.0.7", PUBLIC], []])
def test_names_with_any_inward_answer(
    site: int, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver(monkeypatch, answers)
    error = refusal(f"http://shop.example:{site}/picture", ports={site})
    assert error.fields == {"url": [NOT_PUBLIC]}
    assert Site.seen == []


def test_a_name_that_turns_inward_after_the_check_is_never_asked_again(
    site: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolver(monkeypatch, [PUBLIC], ["127.0.0.1"])
    connected: list[str] = []

    def create_connection(address: tuple[str, int], *_: object, **__: object) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    error = refusal(f"http://shop.example:{site}/picture", ports={site})
    assert error.message == "The server could not be reached, or it closed the connection early."
    assert (asked, connected) == (["shop.example"], [PUBLIC])


def test_a_redirect_inward_is_vetted_too(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    error = refusal(f"http://shop.example:{site}/away/meta.example:{site}", ports={site})
    assert error.fields == {"url": [NOT_PUBLIC]}
    assert [path for path, _ in Site.seen] == [f"/away/meta.example:{site}"]


class TestNamedNetworks:
    @pytest.fixture(autouse=True)
    def _named(self, settings: Any) -> None:
        settings.URL_PRIVATE_NETWORKS = networks(["127.0.0.0/30", "fd00::/8"])

    def test_they_are_reached_at_any_port(self, site: int, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, ["127.0.0.1"])
        url = f"http://nas.example:{site}/picture"
        assert fetch(url, max_bytes=1000, timeout=5).data == b"pixels"
        away = f"http://nas.example:{site}/away/127.0.0.1:{site}"
        assert fetch(away, max_bytes=1000, timeout=5).data == b"pixels"

    @pytest.mark.parametrize(
        "answers",
        [["127.0.0.4"], ["10.0.0.7"], ["127.0.0.1", "10.0.0.7"], ["169.254.169.254"], ["fe80::1"]],
    )
    def test_their_neighbors_are_not(
        self, site: int, answers: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolver(monkeypatch, answers)
        error = refusal(f"http://nas.example:{site}/picture")
        assert error.fields == {"url": [NOT_PUBLIC]}
        assert Site.seen == []

    @pytest.mark.parametrize("answers", [[PUBLIC], [PUBLIC, "127.0.0.1"]])
    def test_public_servers_keep_their_ports(
        self, answers: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolver(monkeypatch, answers)
        error = refusal("http://shop.example:22/picture")
        assert error.message == "Only ports 80, 443, 8080, 8443 are allowed."

    def test_webhooks_are_not_sent_there(self, site: int) -> None:
        with pytest.raises(OutboundError):
            post(f"http://127.0.0.1:{site}/hook", body=b"{}", headers={}, timeout=5)
        with pytest.raises(OutboundError) as caught:
            outbound.vet("http://127.0.0.1:8080/hook", timeout=5)
        assert caught.value.fields == {"url": [NOT_PUBLIC]}
        assert Site.posted == []


@pytest.mark.parametrize("text", ["10.1.0.1/16", "10.0.0.0/33", "nas.example", ""])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^URL_PRIVATE_NETWORKS: "):
        networks([text])


def test_a_redirect_to_a_closed_port_is_refused(site: int) -> None:
    with pytest.raises(OutboundError, match=r"^Only ports \d+ are allowed\.$"):
        local(site, "away/127.0.0.1:22")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://shop.example/a.png", "Only http and https addresses can be fetched."),
        ("file:///etc/passwd", "Only http and https addresses can be fetched."),
        ("/picture.png", "Only http and https addresses can be fetched."),
        ("http://./", "Only http and https addresses can be fetched."),
        ("http://a:b@shop.example/", "The address must not contain a user name or password."),
        ("http://shop.example:22/", "Only ports 80, 443, 8080, 8443 are allowed."),
        ("https://shop.example:6379/", "Only ports 80, 443, 8080, 8443 are allowed."),
        ("http://[::1", "This is not a valid URL."),
        ("http://shop.example:99999/", "Only ports 80, 443, 8080, 8443 are allowed."),
        ("http://exa\nmple/", "This is not a valid URL."),
        ("http://xn--/", "This is not a valid URL."),
        ("http://xn--a.example/", "This is not a valid URL."),
    ],
)
def test_addresses_we_do_not_speak_to(url: str, message: str) -> None:
    assert refusal(url).fields == {"url": [message]}


def test_a_status_other_than_200(site: int) -> None:
    with pytest.raises(OutboundError, match=r"^The server answered with status 404\.$"):
        local(site, "missing")


def test_a_compressed_answer_is_not_inflated(site: int) -> None:
    with pytest.raises(OutboundError, match="compressed response"):
        local(site, "zipped")


# --- what is cut off -----------------------------------------------------------------------------


def test_a_body_of_the_largest_size_passes_and_one_byte_more_does_not(site: int) -> None:
    assert len(local(site, "large/1000").data) == 1000
    with pytest.raises(OutboundError) as caught:
        local(site, "large/1001")
    assert (caught.value.code, caught.value.status) == ("PAYLOAD_TOO_LARGE", 413)


def test_an_undeclared_body_is_cut_off_at_the_cap(site: int) -> None:
    with pytest.raises(OutboundError) as caught:
        local(site, "endless")
    assert caught.value.code == "PAYLOAD_TOO_LARGE"


def test_dripping_bytes_run_out_of_time_altogether(site: int) -> None:
    started = time.monotonic()
    with pytest.raises(OutboundError, match=r"^The server took longer than 0\.2 seconds\.$"):
        local(site, "drip", timeout=0.2)
    assert time.monotonic() - started < 0.5


def test_a_resolver_that_hangs_runs_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: released.wait(5) and [])
    assert (
        refusal("http://shop.example/", timeout=0.05).message
        == "The server took longer than 0.05 seconds."
    )
    released.set()


# --- what is sent --------------------------------------------------------------------------------


def sent(port: int, page: str, *, timeout: float = 5) -> Response:
    url = f"http://127.0.0.1:{port}/{page}"
    return post(url, body=b"{}", headers={"Webhook-Id": "1"}, timeout=timeout, anywhere=True)


def test_a_body_goes_out_with_its_headers(site: int) -> None:
    assert sent(site, "picture") == Response(200, b"pixels")
    ((_, headers),) = Site.seen
    assert Site.posted == [b"{}"]
    assert (headers["webhook-id"], headers["content-length"]) == ("1", "2")
    assert (headers["host"], headers["accept-encoding"]) == (f"127.0.0.1:{site}", "identity")


def test_any_status_is_an_answer_and_redirects_are_not_followed(site: int) -> None:
    assert sent(site, "missing") == Response(404, b"no")
    assert sent(site, "hop/1").status == 302
    assert [path for path, _ in Site.seen] == ["/missing", "/hop/1"]


def test_of_a_long_answer_the_beginning_is_read(site: int) -> None:
    assert sent(site, "large/10000000") == Response(200, b"x" * 65536)


def test_of_a_slow_answer_what_came_in_time_is_read(site: int) -> None:
    answered = sent(site, "drip", timeout=0.2)
    assert answered.status == 200
    assert 0 < len(answered.body) < 100


def test_nothing_is_sent_inward(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "PORTS", {site})
    resolver(monkeypatch, ["127.0.0.1"])
    for host in ("127.0.0.1", "shop.example", "localhost"):
        with pytest.raises(OutboundError) as caught:
            post(f"http://{host}:{site}/picture", body=b"{}", headers={}, timeout=5)
        assert caught.value.fields == {"url": [NOT_PUBLIC]}
    assert Site.seen == []


def test_nobody_at_home() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(OutboundError, match=r"^The server could not be reached"):
            sent(closed.getsockname()[1], "picture")


def test_vetting_connects_to_nobody(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, [PUBLIC], ["10.0.0.7"], [])
    vet("https://shop.example/hook", timeout=5)
    vet(f"http://127.0.0.1:{site}/picture", timeout=5, anywhere=True)
    for url in ("https://shop.example/", "https://none.example/", "http://[::1]/", "ftp://a/"):
        with pytest.raises(OutboundError):
            vet(url, timeout=5)
    with pytest.raises(OutboundError, match="ports"):
        vet("http://shop.example:22/", timeout=5)
    assert Site.seen == []


def test_vetting_asks_for_a_name_as_it_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, [PUBLIC])
    vet("https://bücher.example/", timeout=5)
    assert asked == ["xn--bcher-kva.example"]


def test_vetting_does_not_wait_for_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: released.wait(5) and [])
    with pytest.raises(OutboundError, match=r"^The server took longer than 0\.05 seconds\.$"):
        vet("https://shop.example/", timeout=0.05)
    released.set()


# --- the vetting itself --------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"])
def test_public(address: str) -> None:
    assert is_public(address) is True


@in_turn(
    "address",
    [
        "192.168.1.1",
        "172.16.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "239.1.2.3",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:808:808::1",
        "fec0::1",
        "fe80::1%eth0",
        "ff02::1",
    ],
)
def test_not_public(address: str) -> None:
    assert is_public(address) is False
