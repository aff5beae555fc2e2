"""Every page, on a phone in the dark and on a desktop in the light: nothing to scroll sideways, nothing
that keeps people out (axe-core), no error in the console, no refusal by the CSP, no request that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests import axe
from tests.chromium import chromium, launched
from tests.dashboard import hands
from tests.system.site import Site, until

PHOTO = Path(__file__).resolve().parents[1] / "photos/wool-hat.jpg"
PASSWORD = "a long and quiet sentence"
PUBLIC = (
    *("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/api/docs"),
    "/no-such-page/",
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    chromium()
    with Site() as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def test_every_page(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.url, viewport=DESKTOP, reduced_motion="reduce")
    try:
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _hear(page, said, complaints))
        page.on("requestfailed", lambda request: _note(request, complaints))
        faults = _look(page, PUBLIC)
        _sign_up(page)
        private = _private(page)
        faults += _look(page, private)
        assert _weight(page, "/library/") < 150_000
        expected = [f"{site.url}/no-such-page/: Failed to load resource: the server responded"]
        unexpected = [said for said in complaints if not said.startswith(expected[0])]
        found = "\n".join(faults + unexpected)
        assert not found, found
        page.set_viewport_size(DESKTOP)
        for address in private:
            if address.endswith("/crop/"):
                hands.crop(page, address)
            elif address.endswith("/touch-up/"):
                hands.touch_up(page, address)
    finally:
        context.close()


def test_a_passkey_signs_in_alone_and_after_the_password(site: Site, browser: Browser) -> None:
    """By the machine's name: browsers keep no passkeys for addresses in numbers."""
    named = site.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=named, viewport=PHONE)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    able = dict.fromkeys(("hasResidentKey", "hasUserVerification", "isUserVerified"), True)
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": device | able})
    _sign_up(page, "passkey@example.com")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Ada’s laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("link", name="Rename Ada’s laptop")).to_be_visible()
    for password in ("", PASSWORD):
        context.clear_cookies()
        page.goto("/accounts/login/?next=/looks/")
        if password:
            page.get_by_label("E-mail address").fill("passkey@example.com")
            page.get_by_label("Your password").fill(password)
            page.get_by_role("button", name="Sign in", exact=True).click()
            expect(page.get_by_role("heading", name="One more step")).to_be_visible()
            page.get_by_role("button", name="Use a passkey").click()
        else:
            page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Looks", exact=True)).to_be_visible()
    context.close()


def _hear(page: Page, said: Any, complaints: list[str]) -> None:
    if said.type == "error":
        complaints.append(f"{page.url}: {said.text}")


def _note(request: Any, complaints: list[str]) -> None:
    # What is under way when the page is left ends so; nothing is wrong with it.
    if request.failure != "net::ERR_ABORTED":
        complaints.append(f"{request.url}: {request.failure}")


def _look(page: Page, addresses: tuple[str, ...]) -> list[str]:
    faults = []
    ways: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]
    ways = ((DESKTOP, "light"), (PHONE, "dark"))
    for size, theme in ways:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for address in addresses:
            page.goto(address)
            where = f"{address} ({theme})"
            faults += [f"{where} is too wide for {width} px" for width in _too_narrow(page, size)]
            faults += [f"{where}: {one}" for one in axe.findings(page)]
    return faults


def _too_narrow(page: Page, size: ViewportSize) -> Iterator[int]:
    """The width of the screen, and the narrowest there is, where something has to be scrolled sideways."""
    for width in (size["width"], 320) if size == PHONE else (size["width"],):
        page.set_viewport_size({"width": width, "height": size["height"]})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield width
    page.set_viewport_size(size)


def _weight(page: Page, address: str) -> int:
    """The bytes that a page's first load brings over the wire, pictures apart."""
    wire = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on(
        "Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]})
    )
    wire.on(
        "Network.loadingFinished",
        lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}),
    )
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(address, wait_until="networkidle")
    assert {"Document", "Script", "Stylesheet", "Font"} <= set(kinds.values())
    return sum(size for request, size in sizes.items() if kinds.get(request) != "Image")


def _sign_up(page: Page, email: str = "every@example.com") -> None:
    page.set_viewport_size(DESKTOP)
    page.goto("/accounts/signup/")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill(email)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(re.compile("/(home|library)/"))


def _private(page: Page) -> tuple[str, ...]:
    """The addresses of a seller who has one of everything."""
    api = _Api(page)
    with_files = {
        "file": {"name": PHOTO.name, "mimeType": "image/jpeg", "buffer": PHOTO.read_bytes()}
    }
    image = api.post("/images", multipart=with_files)["id"]
    body = {"imageId": image, "display": "url"}
    api.post("/images/tools/remove-background", data=body)
    project = api.post("/projects", data={"name": "Hats"})["id"]
    listing = api.post("/listings", data={"title": "Wool hat", "imageIds": [image]})["id"]
    batch = api.post("/batch", data={"imageIds": [image], "operation": "remove-background"})
    until(lambda: api.get(f"/batch/{batch['batchId']}")["endedAt"], seconds=60, pause=0.5)
    return (
        *("/home/", "/library/", f"/pictures/{image}/"),
        *(f"/pictures/{image}/touch-up/", f"/pictures/{image}/crop/"),
        *("/batches/", "/batches/new/", f"/batches/{batch['batchId']}/"),
        *("/looks/", "/looks/new/", "/backgrounds/", "/resources/"),
        *("/listings/", "/listings/new/", f"/listings/{listing}/", "/listings/sales/"),
        *("/listings/exports/", "/projects/", f"/projects/{project}/", "/shared/", "/trash/"),
        *("/developers/", "/developers/calls/", "/developers/webhooks/", "/developers/web-sites/"),
        "/developers/buckets/",
        *("/settings/", "/settings/usage/", "/settings/data/", "/settings/account/delete/"),
        *(
            "/accounts/2fa/",
            "/accounts/2fa/webauthn/",
            "/accounts/email/",
            "/accounts/password/change/",
        ),
        "/accounts/logout/",
    )


class _Api:
    """The API, asked with the page's own session."""

    def __init__(self, page: Page) -> None:
        self._context: BrowserContext = page.context
        token = json.loads(page.locator("body").get_attribute("hx-headers") or "{}")
        self._headers = {**token, "origin": str(page.evaluate("location.origin"))}

    def post(self, path: str, **options: Any) -> dict[str, Any]:
        answer = self._context.request.post(f"/api/v1{path}", headers=self._headers, **options)
        assert answer.ok, (path, answer.status, answer.text())
        data = answer.json()["data"]
        found: dict[str, Any] = data["items"][0] if "items" in data else data
        return found

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self._context.request.get(f"/api/v1{path}").json()["data"]
        return found
