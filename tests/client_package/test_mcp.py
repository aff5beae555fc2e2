"""`packshot mcp`: the tools as a client of the official SDK sees them, and the folders they stay in."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp.client import Client as Assistant
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ResourceLink, TextContent

from packshot import AsyncClient, cli
from packshot.mcp.allowed import Folders, Outside
from packshot.mcp.server import SiteServer
from tests.client_package.conftest import KEY
from tests.client_package.stand_in import StandIn
from tests.client_package.test_package import ROOT

URL = "https://packshot.example"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with photos, and what lies beside it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"photo a")
    (folder / "text.jpg").write_bytes(b"text")
    (tmp_path / "secret.jpg").write_bytes(b"photo of a secret")
    return folder


def asked(site: StandIn, folder: Path, does: Callable[[Assistant], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        client = AsyncClient(URL, KEY, transport=httpx.MockTransport(site))
        server = SiteServer(client, Folders([folder]))
        async with client, Assistant(server.mcp) as assistant:
            return await does(assistant)

    return asyncio.run(run())


def called(site: StandIn, folder: Path, tool: str, **arguments: Any) -> CallToolResult:
    found = asked(site, folder, lambda assistant: assistant.call_tool(tool, arguments))
    assert isinstance(found, CallToolResult)
    return found


def said(result: CallToolResult) -> str:
    return " ".join(one.text for one in result.content if isinstance(one, TextContent))


def test_a_cutout_is_a_file_and_a_resource(shop: Path) -> None:
    site = StandIn()

    async def does(assistant: Assistant) -> Any:
        made = await assistant.call_tool(
            "cutout", {"photo": "a.jpg", "result": "cut.png", "crop": True}
        )
        [link] = [one for one in made.content if isinstance(one, ResourceLink)]
        listed = await assistant.list_resources()
        return made, link, listed, await assistant.read_resource(link.uri)

    made, link, listed, read = asked(site, shop, does)
    assert not made.is_error
    assert (shop / "cut.png").read_bytes() == b"made of photo a"
    assert (link.name, link.mime_type, link.size) == ("cut.png", "image/png", 15)
    assert [one.uri for one in listed.resources] == [link.uri]
    assert read.contents[0].blob == "bWFkZSBvZiBwaG90byBh"
    assert site.made[0] | {"imageId": 0, "display": 0} == {
        **{"imageId": 0, "display": 0, "tool": "remove-background"},
        **{"format": "png", "crop": True, "model": "auto"},
    }


def test_an_edit_is_made_by_look_and_plan(shop: Path) -> None:
    site = StandIn()
    result = called(
        *(site, shop, "edit"),
        photo=str(shop / "a.jpg"),
        result="new.webp",
        look="look_ebay",
        plan={"export": {"quality": 80}, "light": {}},
    )
    assert not result.is_error, said(result)
    assert (site.made[0]["presetId"], site.made[0]["edit"]) == (
        "look_ebay",
        {"export": {"quality": 80, "format": "webp"}, "light": {}},
    )
    assert called(site, shop, "edit", photo="a.jpg", result="b.jpg").is_error
    for export in ("jpg", None):
        wrong = {"photo": "a.jpg", "result": "b.jpg", "plan": {"export": export}}
        assert "plan.export must be" in said(called(site, shop, "edit", **wrong))
    assert not (shop / "b.jpg").exists()


def test_looks_and_batches_are_told(shop: Path) -> None:
    site = StandIn()
    looks = called(site, shop, "looks").structured_content
    assert looks is not None
    assert {one["id"] for one in looks["result"]} == {"look_amazon", "look_ebay", "preset_1"}
    for look, name in (("look_amazon", "Amazon"), ("preset_1", "My look")):
        told = called(site, shop, "describe_look", look=look).structured_content
        assert told is not None
        assert told["name"] == name
    assert "`looks` lists them" in said(called(site, shop, "describe_look", look="look_none"))
    site.batches["batch_1"] = {
        **{"batchId": "batch_1", "operation": "edit", "looks": [], "totalImages": 0, "counts": {}},
        **{"state": "completed", "createdAt": "2026-05-04T09:30:00Z", "endedAt": None},
        **{"progress": 100, "items": []},
    }
    told = called(site, shop, "batch_status", batch="batch_1").structured_content
    assert told is not None
    assert told["progress"] == 100


def test_what_goes_wrong_is_told_with_its_code(shop: Path) -> None:
    site = StandIn()
    assert "VALIDATION_ERROR: " in said(
        called(site, shop, "cutout", photo="text.jpg", result="x.png")
    )
    assert "must end in" in said(called(site, shop, "cutout", photo="a.jpg", result="x.tif"))
    assert "none of ebay" in said(called(site, shop, "listing_draft", photos=[], platform="x"))
    site.quota = 0
    assert "QUOTA_EXCEEDED: " in said(called(site, shop, "cutout", photo="a.jpg", result="x.png"))
    assert sorted(path.name for path in shop.iterdir()) == ["a.jpg", "text.jpg"]


def test_paths_outside_are_refused_before_anything_is_sent(shop: Path) -> None:
    site = StandIn()
    (shop / "link.jpg").symlink_to(shop.parent / "secret.jpg")
    (shop / "up").symlink_to(shop.parent)
    (shop / "dangling.png").symlink_to(shop.parent / "new.png")
    os.mkfifo(shop / "pipe.jpg")
    for photo in (
        *("../secret.jpg", "link.jpg", "up/secret.jpg", "/etc/passwd", "up/shop/../secret.jpg"),
        *("pipe.jpg", ".", "missing.jpg", "~/a.jpg", "a.jpg/b.jpg", "nul\0.jpg"),
    ):
        result = called(site, shop, "cutout", photo=photo, result="x.png")
        assert result.is_error, photo
        assert "secret" not in said(result).replace(photo, "")
    for to in (
        *("../x.png", "up/x.png", "/tmp/x.png", "dangling.png", "a.jpg", "no/folder/x.png", ".."),
        *("a.jpg/x.png", "nul\0.png"),
    ):
        refused = called(site, shop, "cutout", photo="a.jpg", result=to)
        assert refused.is_error, to
        assert repr(to) in said(refused)
    assert "could be a photo" in said(called(site, shop, "cutout", photo=".", result="x.png"))
    both = {"photos": ["a.jpg", "link.jpg"], "platform": "ebay"}
    assert called(site, shop, "listing_draft", **both).is_error
    assert site.uploads == 0
    assert not (shop.parent / "x.png").exists()
    assert not (shop.parent / "new.png").exists()
    folders = Folders([shop])
    assert folders.read("up/shop/a.jpg") == b"photo a"  # it leads back inside
    with pytest.raises(Outside, match="may be used"):
        folders.read("../shop2/a.jpg")


def test_a_result_that_was_replaced_by_a_link_is_not_read(shop: Path) -> None:
    site = StandIn()

    async def does(assistant: Assistant) -> Any:
        made = await assistant.call_tool("cutout", {"photo": "a.jpg", "result": "cut.png"})
        [link] = [one for one in made.content if isinstance(one, ResourceLink)]
        (shop / "cut.png").unlink()
        (shop / "cut.png").symlink_to(shop.parent / "secret.jpg")
        with pytest.raises(MCPError) as refused:
            await assistant.read_resource(link.uri)
        return refused.value

    assert "secret" not in str(asked(site, shop, does))


def test_two_calls_never_write_one_file(shop: Path) -> None:
    async def does(assistant: Assistant) -> Any:
        one = {"photo": "a.jpg", "result": "cut.png"}
        return await asyncio.gather(*[assistant.call_tool("cutout", one) for _ in range(2)])

    site = StandIn()
    assert [one.is_error for one in asked(site, shop, does)].count(True) == 1
    assert len(site.made) == 1


def test_it_speaks_over_standard_input_and_output(
    shop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = {"PACKSHOT_URL": "http://127.0.0.1:9", "PACKSHOT_API_KEY": KEY}

    def server(*options: str) -> StdioServerParameters:
        return StdioServerParameters(
            command=sys.executable,
            args=["-m", "packshot", "mcp", str(shop), *options],
            env=environment | {"PYTHONPATH": str(ROOT / "client"), "NO_PROXY": "127.0.0.1"},
        )

    async def run() -> Any:
        (shop / "hat.jpg").write_bytes((ROOT / "tests/photos/wool-hat.jpg").read_bytes())
        async with Assistant(stdio_client(server("--local"))) as here:
            local = (await here.list_tools()).tools
            wanted = {"photo": "hat.jpg", "result": "hat.png", "model": "fast", "crop": True}
            made = await here.call_tool("cutout", wanted)
            refused = await here.call_tool(
                "edit", {"photo": "hat.jpg", "result": "b.jpg", "plan": {"shadow": {"mode": "x"}}}
            )
        async with Assistant(stdio_client(server())) as assistant:
            return local, made, refused, (await assistant.list_tools()).tools

    local, made, refused, found = asyncio.run(run())
    assert {tool.name for tool in local} == {"cutout", "edit"}
    assert not made.is_error, said(made)
    assert (shop / "hat.png").read_bytes()[:4] == b"\x89PNG"
    assert (refused.is_error, (shop / "b.jpg").exists()) == (True, False)
    assert "VALIDATION_ERROR: " in said(refused)
    tools = {tool.name: tool for tool in found}
    assert tools.keys() == {
        *("cutout", "edit", "looks", "describe_look", "listing_draft", "batch_status")
    }
    assert tools["cutout"].input_schema["required"] == ["photo", "result"]
    assert (tools["looks"].annotations, tools["cutout"].annotations) != (None, None)


def test_it_needs_folders_and_a_sign_in(monkeypatch: pytest.MonkeyPatch, shop: Path) -> None:
    monkeypatch.setenv("PACKSHOT_CONFIG", str(shop / "none.json"))
    assert cli.run(["mcp"]) == 2
    assert cli.run(["mcp", str(shop / "missing")]) == 2
    assert cli.run(["mcp", str(shop)]) == 3
