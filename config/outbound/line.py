"""Several requests to one server that a customer names, such as that of a bucket."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import httpcore
import httpx

from config import outbound
from config.outbound.timed import Deadline
from config.setup.networks import Network


@dataclass(frozen=True)
class Answer:
    """What a server said: nothing is followed, so a redirect is one, too."""

    status: int
    headers: httpx.Headers
    body: bytes


class Line:
    """Requests to one server, over vetted connections that stay open between them. For one thread at a time."""

    def __init__(
        self, url: str, *, timeout: float, ports: Collection[int], private: Sequence[Network]
    ) -> None:
        """Of networks that aren't public, ``private`` may be reached, at any port. Raises OutboundError for an address that isn't http or https, or has another port than these."""
        self._vetting = outbound.Vetting(networks=private, ports=ports)
        self.url = outbound.checked(url, outbound.ANY_PORT if self._vetting.networks else ports)
        self._timeout = timeout
        self._deadline = Deadline(timeout)
        self._pool = outbound.open_pool(self._deadline, self._vetting)

    def vet(self) -> None:
        """Refuse, without connecting, an address that `request` would refuse now. Raises OutboundError."""
        host = self.url.raw_host.decode("ascii")
        port = self.url.port or (443 if self.url.scheme == "https" else 80)
        with outbound.told(self._timeout):
            self._deadline.renew(self._timeout)
            outbound.vetted_addresses(host, port, self._deadline, self._vetting)

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        max_bytes: int,
    ) -> Answer:
        """Ask for ``target``, a path with its query as they go over the wire.

        Raises OutboundError: where there is no whole answer in time, before anything is sent for an address that is not
        public, and PAYLOAD_TOO_LARGE for a body of more than ``max_bytes``.
        """
        self._deadline.renew(self._timeout)
        url = httpcore.URL(
            scheme=self.url.raw_scheme,
            host=self.url.raw_host,
            port=self.url.port,
            target=target.encode("ascii"),
        )
        sent = outbound.with_host(self.url, headers)
        with (
            outbound.told(self._timeout),
            self._pool.stream(method, url, headers=sent, content=content) as response,
        ):
            outbound.refuse_declared(response, max_bytes)
            body = outbound.read_at_most(response.iter_stream(), max_bytes)
            return Answer(response.status, httpx.Headers(response.headers), body)

    def close(self) -> None:
        self._pool.close()
