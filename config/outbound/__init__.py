"""The one HTTP client for addresses that customers give us.

A customer's URL must never reach this machine or the network behind it, but for networks that the
site's owner names (settings.URL_PRIVATE_NETWORKS). So the name is resolved here, every answer is vetted, and the connection goes to the vetted address itself: a name that
changes its mind between check and use (DNS rebinding) gains nothing. The URL keeps the name, so
Host, SNI and the certificate check stay those of the name. Redirects of a `fetch` are followed by
hand and vetted again; those of a `post` are not followed. No proxy, cookie or credential is taken
from the environment, the body is asked for uncompressed, and one deadline covers everything from
the first DNS question to the last byte.
"""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpcore
import httpx
from django.conf import settings

from config.errors import AppError
from config.outbound.timed import Deadline, TimedStream
from config.setup.networks import Network

PORTS = frozenset({80, 443, 8080, 8443})
ANY_PORT = range(1, 1 << 16)
MAX_REDIRECTS = 5
_KEEP_SECONDS = 30  # an open connection that nobody uses
ANSWER_BYTES = 64 * 1024  # read of an answer to a `post`
MAX_ADDRESSES = 3  # tried in turn, as the resolver orders them
_REDIRECTS = {301, 302, 303, 307, 308}
_PAGES = (b"<!doctype html", b"<html")
_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_HEADERS = {
    "User-Agent": "Packshot/1 (product photo import)",
    "Accept": "image/*, */*;q=0.5",
    "Accept-Encoding": "identity",  # nothing to inflate, so no decompression bomb
}
_POST_HEADERS = {
    "User-Agent": "Packshot/1 (webhooks)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
# The only IPv6 range handed out to the public, less the parts that carry an IPv4 address inside.
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
# IETF protocol assignments (RFC 6890), 6to4 relays (RFC 7526), Teredo and its neighbors
# (RFC 2928), 6to4 (RFC 3056), documentation (RFC 9637).
_NOT_PUBLIC = [
    ipaddress.ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")
]


class OutboundError(AppError):
    """The URL can't be fetched; says why in words that tell nothing about our own network."""

    def __init__(self, message: str, *, code: str = "VALIDATION_ERROR", status: int = 400) -> None:
        fields = {"url": [message]} if code == "VALIDATION_ERROR" else None
        super().__init__(code, message, status=status, fields=fields)


@dataclass(frozen=True)
class Download:
    """A body, where it finally came from, and what its server called it."""

    data: bytes
    url: str
    content_type: str | None


@dataclass(frozen=True)
class Response:
    """What a server said to a `post`: its status, and the beginning of its body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Vetting:
    """Which addresses may be connected to, and at which ports (None: any) outside of networks."""

    allow_private: bool = False
    networks: Sequence[Network] = ()
    ports: Collection[int] | None = None

    def allows(self, address: str) -> bool:
        return self.allow_private or is_public(address) or self.names(address)

    def names(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        return any(ip.version == network.version and ip in network for network in self.networks)


def fetch(
    url: str,
    *,
    max_bytes: int,
    timeout: float,
    allow_private: bool = False,
    ports: Collection[int] = PORTS,
) -> Download:
    """The body at ``url``: at most ``max_bytes``, within ``timeout`` seconds altogether.

    In networks that the site's owner names, any port may be asked. Raises OutboundError:
    VALIDATION_ERROR (400) for an address that is not public, a server that doesn't answer in time
    or with anything but 200; PAYLOAD_TOO_LARGE (413) for a body that is.
    """
    vetting = Vetting(allow_private, settings.URL_PRIVATE_NETWORKS, ports)
    # One for all redirects: they share the deadline, and each new connection is vetted.
    network = _VettedNetwork(Deadline(timeout), vetting)
    ports = ANY_PORT if vetting.networks else ports  # vetted with the address
    target = checked(url, ports)
    with _pool(network, timeout) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            found = _get(pool, target, max_bytes)
            if isinstance(found, Download):
                _refuse_page(found)
                return found
            target = checked(found, ports)
    raise OutboundError(f"The address redirects more than {MAX_REDIRECTS} times.")


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    anywhere: bool = False,
) -> Response:
    """Send ``body`` to ``url``, within ``timeout`` seconds altogether. Redirects are answers.

    At most ANSWER_BYTES of the answer's body are read. Its status counts once it is there: what
    is missing of a body that stalls or breaks off is left out. Raises OutboundError where there
    is no answer, and before anything is sent for an address that is not public, unless
    ``anywhere`` allows every address and port.
    """
    network = _VettedNetwork(Deadline(timeout), Vetting(anywhere))
    target = checked(url, ANY_PORT if anywhere else PORTS)
    sent = {**_POST_HEADERS, **headers, "Content-Length": str(len(body))}
    with (
        _pool(network, timeout) as pool,
        pool.stream("POST", str(target), headers=with_host(target, sent), content=body) as answer,
    ):
        return Response(answer.status, _beginning(answer.iter_stream()))


def vet(url: str, *, timeout: float, anywhere: bool = False) -> None:
    """Refuse, without connecting, a URL that `post` would refuse now. Raises OutboundError."""
    target = checked(url, ANY_PORT if anywhere else PORTS)
    host = target.raw_host.decode("ascii")
    try:
        vetted_addresses(host, target.port or 0, Deadline(timeout), Vetting(anywhere))
    except httpcore.TimeoutException as error:
        raise _too_slow(timeout) from error


def open_pool(deadline: Deadline, vetting: Vetting) -> httpcore.ConnectionPool:
    """Connections to vetted addresses alone, all of them cut off at the deadline."""
    network = _VettedNetwork(deadline, vetting)
    return httpcore.ConnectionPool(
        _trusted_issuers(), network_backend=network, keepalive_expiry=_KEEP_SECONDS
    )


@contextlib.contextmanager
def _pool(network: httpcore.NetworkBackend, timeout: float) -> Iterator[httpcore.ConnectionPool]:
    """Connections for one errand; what goes wrong on them is told as an OutboundError."""
    with (
        told(timeout),
        httpcore.ConnectionPool(_trusted_issuers(), network_backend=network) as pool,
    ):
        yield pool


@contextlib.contextmanager
def told(timeout: float) -> Iterator[None]:
    """What goes wrong on connections, told as an OutboundError."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise _too_slow(timeout) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise OutboundError(
            "The server could not be reached, or it closed the connection early."
        ) from error


@functools.cache
def _trusted_issuers() -> ssl.SSLContext:
    """The bundled list of certificate authorities, whatever the environment says."""
    return httpx.create_ssl_context(trust_env=False)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: no private, special or wrapped one."""
    ip = ipaddress.ip_address(address)
    if ip.version == 6 and ip not in _PUBLIC_IPV6:
        return False
    if any(ip.version == block.version and ip in block for block in _NOT_PUBLIC):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def checked(url: str, ports: Collection[int]) -> httpx.URL:
    """The URL, if its scheme, user part and port are ones we speak to."""
    try:
        parsed = httpx.URL(url)
        # Certificates and SNI leave out the dot that may end a full name (RFC 6066).
        host = parsed.host.rstrip(".")
    except (httpx.InvalidURL, UnicodeError) as error:  # such as xn-- with no name behind it
        raise OutboundError("This is not a valid URL.") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise OutboundError("Only http and https addresses can be fetched.")
    if parsed.userinfo:
        raise OutboundError("The address must not contain a user name or password.")
    if (parsed.port or (443 if parsed.scheme == "https" else 80)) not in ports:
        raise _wrong_port(ports)
    return parsed.copy_with(host=host, fragment=None)


def _get(pool: httpcore.ConnectionPool, url: httpx.URL, max_bytes: int) -> Download | str:
    """One request: the body, or the address that it redirects to."""
    with pool.stream("GET", str(url), headers=with_host(url, _HEADERS)) as response:
        answer = httpx.Headers(response.headers)
        if response.status in _REDIRECTS and "location" in answer:
            return _joined(url, answer["location"])
        if response.status != httpx.codes.OK:
            raise OutboundError(f"The server answered with status {response.status}.")
        # Asked for uncompressed: what comes compressed all the same could be a bomb.
        if answer.get("content-encoding", "identity").lower() != "identity":
            raise OutboundError("The server sent a compressed response that was not requested.")
        refuse_declared(response, max_bytes)
        data = read_at_most(response.iter_stream(), max_bytes)
    return Download(data, str(url), answer.get("content-type"))


def with_host(url: httpx.URL, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", url.netloc),
        *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
    ]


def _joined(url: httpx.URL, location: str) -> str:
    try:
        return str(url.join(location))
    except httpx.InvalidURL as error:
        raise OutboundError("The address redirects to an invalid URL.") from error


def refuse_declared(response: httpcore.Response, max_bytes: int) -> None:
    """Refuse a large body before its first byte, where the server is honest; it is counted in any case."""
    declared = httpx.Headers(response.headers).get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)


def read_at_most(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(data)


def _beginning(chunks: Iterable[bytes]) -> bytes:
    """The first ANSWER_BYTES of a body that nobody needs to be whole."""
    data = bytearray()
    with contextlib.suppress(
        httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError
    ):
        for chunk in chunks:
            data += chunk
            if len(data) >= ANSWER_BYTES:
                break
    return bytes(data[:ANSWER_BYTES])


def _wrong_port(ports: Collection[int]) -> OutboundError:
    return OutboundError(f"Only ports {', '.join(map(str, sorted(ports)))} are allowed.")


def _refuse_page(found: Download) -> None:
    """Say so of the address of a web page, which people paste for that of a picture on it."""
    start = found.data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    named = (found.content_type or "").partition(";")[0].strip().lower()
    # What is called a page may be a picture all the same; what begins as one is none.
    if start.startswith(_PAGES) or (named in _PAGE_TYPES and start.startswith(b"<")):
        raise OutboundError(
            "This is the address of a web page, not of a picture. Open the picture itself (in a "
            "browser: Open Image in New Tab), and use that address."
        )


def _too_slow(timeout: float) -> OutboundError:
    return OutboundError(f"The server took longer than {timeout:g} seconds.")


def _too_large(max_bytes: int) -> OutboundError:
    message = f"The file is larger than {max_bytes / 1e6:g} MB."
    return OutboundError(message, code="PAYLOAD_TOO_LARGE", status=413)


class _VettedNetwork(httpcore.NetworkBackend):
    """Connects to vetted addresses only, and lets nothing run past the deadline."""

    def __init__(self, deadline: Deadline, vetting: Vetting) -> None:
        self.deadline = deadline
        self.vetting = vetting
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = vetted_addresses(host, port, self.deadline, self.vetting)
        failure: httpcore.NetworkError | None = None
        for address in addresses[:MAX_ADDRESSES]:
            try:
                stream = self.plain.connect_tcp(address, port, timeout=self.deadline.left())
            # A time-out is not caught: the deadline is one for all addresses.
            except httpcore.ConnectError as error:
                failure = error
            else:
                return TimedStream(stream, self.deadline)
        raise failure or httpcore.ConnectError("no address")


def vetted_addresses(host: str, port: int, deadline: Deadline, vetting: Vetting) -> list[str]:
    """Every address of a name, all of them vetted."""
    addresses = _resolve(host, port, timeout=deadline.left())
    # One answer for "no such name" and "not public": else names inside our network could be
    # told from those that don't exist.
    if not addresses or not all(map(vetting.allows, addresses)):
        raise OutboundError("This address doesn't lead to a public web server.")
    ports = vetting.ports
    if ports is not None and port not in ports and not all(map(vetting.names, addresses)):
        raise _wrong_port(ports)
    return addresses


def _resolve(host: str, port: int, *, timeout: float) -> list[str]:
    """Every address of a name, none if there is no such name.

    The system's resolver knows no time-out, so it is asked from a thread that may be left behind.
    It also reads every odd spelling of an address (0x7f.1, 2130706433): what it says is vetted.
    """
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answers.get(timeout=timeout)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout("the resolver did not answer") from error
