"""Whose address a request comes from."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from accounts.http import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.2.3.4", "10.0.0.1"),  # nobody is believed
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # what the caller wrote stands to the left
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),  # did not come through both proxies
        (1, "nonsense", "0.0.0.0"),
        (1, "", "0.0.0.0"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "1.2.3.4:4711", "1.2.3.4"),  # Azure's gateway names the port as well
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_only_trusted_proxies_are_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": forwarded}
    )
    assert client_ip(request) == expected


def test_a_server_on_a_unix_socket_names_no_address():
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR="")) == "0.0.0.0"


@pytest.mark.parametrize("one", ["REMOTE_ADDR", "HTTP_X_FORWARDED_FOR"])
def test_ipv4_seen_by_ipv6_is_not_one_network(settings, one):
    settings.TRUSTED_PROXIES = int(one != "REMOTE_ADDR")
    found = [
        client_ip(RequestFactory().get("/", **{one: f"::ffff:{address}"}))
        for address in ("203.0.113.9", "198.51.100.7")
    ]
    assert found == ["203.0.113.9", "198.51.100.7"]
