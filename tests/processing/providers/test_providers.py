"""Backgrounds from other servers, which may answer anything at all: asked over real sockets."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from processing.engine.backdrops.provider import Backdrop, BackdropProvider, BackdropRequest
from processing.engine.errors import InvalidPlan, ProviderFailed
from processing.providers import http
from processing.providers.automatic1111 import Automatic1111
from processing.providers.openai import OpenAIImages

KEY = "sk-very-secret-0123456789"
RED, BLUE = (200, 30, 30), (30, 30, 200)
REQUEST = BackdropRequest("marble table", None, None, seed=7, size=(96, 64))


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Stub:
    """A server that remembers what it was asked, and answers what a test told it to."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    hang: threading.Event | None = None

    def answer(self, value: Any, status: int = 200) -> None:
        self.body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.status = status

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.command, handler.path, headers, handler.rfile.read(length)))
        if self.hang is not None:
            self.hang.wait(5)
            return
        body = self.pages.get(handler.path, self.body)
        handler.send_response(self.status)
        for name, value in ({"Content-Length": str(len(body))} | self.headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def stub() -> Iterator[Stub]:
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.handle(self)

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            pass  # clients that hang up are what these tests are about

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    if state.hang is not None:
        state.hang.set()
    server.shutdown()
    thread.join()
    server.server_close()


def png(size: tuple[int, int] = (96, 64), color: tuple[int, ...] = RED, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Pillow.new(mode, size, color).save(out, "PNG")
    return out.getvalue()


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def openai_answer(data: bytes) -> dict[str, Any]:
    return {"created": 1, "data": [{"b64_json": text64(data)}]}


def openai(stub: Stub, model: str = "sd-cpp-local", **options: Any) -> OpenAIImages:
    return OpenAIImages(stub.url, model, **({"api_key": KEY, "timeout": 5.0} | options))


def a1111(stub: Stub, **options: Any) -> Automatic1111:
    return Automatic1111(stub.url, **({"timeout": 5.0} | options))


def refusal(ask: Callable[[], Backdrop]) -> str:
    with pytest.raises(ProviderFailed) as caught:
        ask()
    assert caught.value.code == "PROVIDER_FAILED"
    assert KEY not in str(caught.value)
    return caught.value.message


# --- What is asked and what comes of it


def test_openai_is_asked_for_a_scene_with_room_for_the_product(stub: Stub) -> None:
    stub.answer(openai_answer(png()))
    made = openai(stub).generate(REQUEST)
    assert made.rgb.shape == (64, 96, 3)
    assert (made.rgb == RED).all()
    assert (made.provider, made.seed, made.light) == ("openai/sd-cpp-local", 7, None)
    [asked] = stub.asked
    assert (asked.method, asked.path) == ("POST", "/v1/images/generations")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert {name: value for name, value in asked.json.items() if name != "prompt"} == {
        "model": "sd-cpp-local",
        "n": 1,
        "size": "256x256",
        "response_format": "b64_json",
    }
    prompt = asked.json["prompt"]
    assert prompt.startswith("marble table. An empty background")
    for part in ("free space for a product", "no people", "no text"):
        assert part in prompt


def test_the_negative_prompt_and_the_style_join_openais_prompt(stub: Stub) -> None:
    stub.answer(openai_answer(png()))
    openai(stub).generate(replace(REQUEST, style="brick_wall", negative_prompt=" cats "))
    prompt = stub.asked[0].json["prompt"]
    assert "Wooden boards before a brick wall." in prompt
    assert prompt.endswith("no text. Avoid: cats")


@pytest.mark.parametrize(
    ("asked", "view", "words", "never"),
    [
        ({}, None, "marble table. An empty", ""),
        ({"pose": "lying"}, "above", "Seen from straight above", ", horizon, sky, wall"),
        ({"pose": "standing"}, "level", "Seen level", ""),
        ({"pose": "lying", "view": "level"}, "level", "Seen level", ""),
        (
            {"pose": "hanging", "prompt": "brick wall"},
            "wall",
            "a wall filling",
            ", horizon, floor, table",
        ),
        (
            {"prompt": "marble, flat lay"},
            "above",
            "Seen from straight above",
            ", horizon, sky, wall",
        ),
    ],
)
def test_servers_are_told_how_the_scene_is_seen(
    stub: Stub, asked: dict[str, Any], view: str | None, words: str, never: str
) -> None:
    """So a flat lay gets no horizon; what was asked for is told as the view."""
    request = replace(REQUEST, **asked)
    stub.answer(openai_answer(png()))
    assert openai(stub).generate(request).view == view
    stub.answer({"images": [text64(png())]})
    assert a1111(stub).generate(request).view == view
    prompts = [one.json["prompt"] for one in stub.asked]
    assert prompts[0] == prompts[1]
    assert words in prompts[0]
    assert ("the middle of the foreground" in prompts[0]) == (view in (None, "level"))
    assert stub.asked[1].json["negative_prompt"] == f"people, text, watermark, logo{never}"


@pytest.mark.parametrize("make", [openai, a1111])
def test_an_unknown_style_is_refused_before_anybody_is_asked(
    stub: Stub, make: Callable[[Stub], BackdropProvider]
) -> None:
    with pytest.raises(InvalidPlan, match="'baroque'"):
        make(stub).generate(replace(REQUEST, style="baroque"))
    assert stub.asked == []


@pytest.mark.parametrize(
    ("model", "size", "asked"),
    [
        ("sd-cpp-local", (1000, 1000), "1024x1024"),
        ("sd-cpp-local", (2000, 1500), "1536x1152"),
        ("sd-cpp-local", (4096, 64), "1536x256"),
        ("sd-cpp-local", (64, 64), "256x256"),
        ("gpt-image-1", (800, 600), "1536x1024"),
        ("gpt-image-1", (600, 800), "1024x1536"),
        ("gpt-image-1-mini", (1100, 1000), "1024x1024"),
        ("dall-e-3", (2000, 1000), "1792x1024"),
        ("dall-e-2", (2000, 1000), "1024x1024"),
    ],
)
def test_the_size_asked_for_is_one_that_the_model_takes(
    stub: Stub, model: str, size: tuple[int, int], asked: str
) -> None:
    stub.answer(openai_answer(png()))
    made = openai(stub, model).generate(replace(REQUEST, size=size))
    assert stub.asked[0].json["size"] == asked
    assert made.rgb.shape == (size[1], size[0], 3)
    assert ("response_format" in stub.asked[0].json) == ("gpt" not in model)


def test_a_picture_of_other_proportions_covers_and_is_cut_evenly(stub: Stub) -> None:
    wide = Pillow.new("RGB", (300, 100), BLUE)
    wide.paste(RED, (100, 0, 200, 100))
    out = BytesIO()
    wide.save(out, "PNG")
    stub.answer(openai_answer(out.getvalue()))
    made = openai(stub).generate(replace(REQUEST, size=(50, 50)))
    assert (made.rgb == RED).all()


def test_transparent_parts_turn_white(stub: Stub) -> None:
    stub.answer(openai_answer(png(color=(200, 30, 30, 0), mode="RGBA")))
    assert (openai(stub).generate(REQUEST).rgb == 255).all()


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_a_base_url_may_end_in_v1(stub: Stub, suffix: str) -> None:
    stub.answer(openai_answer(png()))
    OpenAIImages(stub.url + suffix, "m", timeout=5).generate(REQUEST)
    assert stub.asked[0].path == "/v1/images/generations"
    assert "authorization" not in stub.asked[0].headers


@pytest.mark.parametrize(
    ("scale", "words"), [(0.9, "Stay close"), (0.5, "in composition"), (0.1, "loose inspiration")]
)
def test_openai_gets_a_guidance_picture_as_an_edit(stub: Stub, scale: float, words: str) -> None:
    stub.answer(openai_answer(png()))
    guidance = np.full((100, 50, 3), BLUE, np.uint8)
    openai(stub).generate(replace(REQUEST, guidance=guidance, guidance_scale=scale))
    [asked] = stub.asked
    assert asked.path == "/v1/images/edits"
    boundary = re.fullmatch(r"multipart/form-data; boundary=(.+)", asked.headers["content-type"])
    assert boundary is not None
    parts = asked.body.split(b"--" + boundary[1].encode())
    [image] = [part for part in parts if b'name="image"; filename="guidance.png"' in part]
    sent = Pillow.open(BytesIO(image.partition(b"\r\n\r\n")[2]))
    assert (sent.format, sent.size, sent.getpixel((9, 9))) == ("PNG", (256, 256), BLUE)
    [prompt] = [part for part in parts if b'name="prompt"' in part]
    assert words.encode() in prompt


def test_a_picture_may_lie_at_an_address_on_the_same_server(stub: Stub) -> None:
    stub.answer({"data": [{"url": f"{stub.url}/made/1.png"}]})
    stub.pages["/made/1.png"] = png()
    assert (openai(stub).generate(REQUEST).rgb == RED).all()
    assert [asked.method for asked in stub.asked] == ["POST", "GET"]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.png",
        "http://169.254.169.254/latest",
        "https://elsewhere.example/x.png",
        "file:///etc/passwd",
        "//elsewhere.example/x.png",
    ],
)
def test_a_picture_anywhere_else_is_not_fetched(stub: Stub, address: str) -> None:
    stub.answer({"data": [{"url": address}]})
    assert "on another host" in refusal(lambda: openai(stub).generate(REQUEST))
    assert len(stub.asked) == 1


def test_automatic1111_is_told_everything_and_names_the_seed(stub: Stub) -> None:
    stub.answer({"images": [text64(png())], "info": json.dumps({"seed": 99})})
    made = a1111(stub, model="dreamshaper", user="me", password="pw").generate(
        replace(REQUEST, size=(2000, 1500), negative_prompt="leaves")
    )
    assert made.rgb.shape == (1500, 2000, 3)
    assert (made.provider, made.seed) == ("automatic1111/dreamshaper", 99)
    [asked] = stub.asked
    assert asked.path == "/sdapi/v1/txt2img"
    assert asked.headers["authorization"] == f"Basic {text64(b'me:pw')}"
    sent = asked.json
    assert (sent["width"], sent["height"], sent["seed"]) == (1024, 768, 7)
    assert sent["negative_prompt"] == "leaves, people, text, watermark, logo"
    assert sent["override_settings"] == {"sd_model_checkpoint": "dreamshaper"}
    assert sent["prompt"].startswith("marble table. ")
    assert (sent["send_images"], sent["save_images"], sent["batch_size"]) == (True, False, 1)


def test_automatic1111_starts_from_a_guidance_picture(stub: Stub) -> None:
    stub.answer({"images": ["data:image/png;base64," + text64(png())], "info": ""})
    guidance = np.full((64, 96, 3), BLUE, np.uint8)
    made = a1111(stub).generate(replace(REQUEST, guidance=guidance, guidance_scale=0.75))
    assert (made.rgb == RED).all()
    [asked] = stub.asked
    assert asked.path == "/sdapi/v1/img2img"
    assert asked.json["denoising_strength"] == 0.25
    sent = Pillow.open(BytesIO(base64.b64decode(asked.json["init_images"][0])))
    assert (sent.size, sent.getpixel((0, 0))) == ((256, 256), BLUE)
    assert "override_settings" not in asked.json


@pytest.mark.parametrize(
    ("info", "provider", "seed"),
    [
        ('{"seed": 5, "sd_model_name": "v1-5"}', "automatic1111/v1-5", 5),
        ('{"seed": -1}', "automatic1111", 7),
        ('{"seed": true, "sd_model_name": 3}', "automatic1111", 7),
        ("not json", "automatic1111", 7),
        ("[1]", "automatic1111", 7),
        (None, "automatic1111", 7),
        ([1], "automatic1111", 7),
    ],
)
def test_automatic1111_may_tell_what_it_likes_about_its_work(
    stub: Stub, info: Any, provider: str, seed: int
) -> None:
    stub.answer({"images": [text64(png())], "info": info})
    made = a1111(stub).generate(REQUEST)
    assert (made.provider, made.seed) == (provider, seed)


# --- What goes wrong


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"message": "out of memory", "type": "server_error"}}, ": out of memory."),
        ({"error": "OutOfMemoryError", "detail": "", "errors": "x"}, ": OutOfMemoryError: x."),
        ({"error": "server_error", "message": "bad JSON"}, ": server_error: bad JSON."),
        ({"error": "x", "message": "x"}, ": x."),
        ({"detail": "Not Found"}, ": Not Found."),
        (b"no\x00thing\nhere", ": no thing here."),
        (b"<html><body>Bad gateway</body></html>", "."),
        ({"code": 1}, "."),
        (b"", "."),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_an_error_is_passed_on_in_the_servers_words(
    stub: Stub, status: int, body: Any, told: str
) -> None:
    stub.answer(body, status)
    message = refusal(lambda: openai(stub).generate(REQUEST))
    assert message == f"openai answered with status {status}{told}"


@pytest.mark.parametrize("lead", [0, 290])
def test_an_error_that_quotes_the_key_does_not_pass_it_on(stub: Stub, lead: int) -> None:
    stub.answer({"error": {"message": "x" * lead + f" wrong key {KEY} " + "y" * 5000}}, 401)
    message = refusal(lambda: openai(stub).generate(REQUEST))
    assert len(message) <= 340
    assert KEY[:6] not in message


def test_an_error_that_quotes_the_password_does_not_pass_it_on(stub: Stub) -> None:
    token = text64(b"me:hush-hush")
    stub.answer({"detail": f"Basic {token} is me:hush-hush, go away"}, 401)
    message = refusal(lambda: a1111(stub, user="me", password="hush-hush").generate(REQUEST))
    assert message == "automatic1111 answered with status 401: Basic *** is me:***, go away."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>hello</html>", "something that is not JSON"),
        (b"", "something that is not JSON"),
        (b"[" * 100_000, "something that is not JSON"),
        (b"\xff\xfe", "something that is not JSON"),
        ([1, 2], "JSON that is not an object"),
        ({}, "returned no image"),
        ({"data": []}, "returned no image"),
        ({"data": ["x"]}, "returned no image"),
        ({"data": [{}]}, "returned no image"),
        ({"data": [{"b64_json": 5}]}, "returned no image"),
        ({"data": [{"b64_json": "%%%"}]}, "not valid base64"),
        ({"data": [{"b64_json": "bildé"}]}, "not valid base64"),
        ({"data": [{"url": "http://[::1"}]}, "an invalid image URL"),
        (openai_answer(b""), "can't be read (The file is empty.)"),
        (openai_answer(b"<svg></svg>"), "can't be read (The file is not an image"),
        (openai_answer(png()[:60]), "can't be read (The PNG file is damaged"),
        (openai_answer(png((4097, 4096), (0,), "L")), "can't be read (The image"),
    ],
)
def test_nonsense_in_an_answer_is_named(stub: Stub, body: Any, told: str) -> None:
    stub.answer(body)
    assert told in refusal(lambda: openai(stub).generate(REQUEST))


@pytest.mark.parametrize("body", [{}, {"images": []}, {"images": "x"}, {"images": [None]}])
def test_automatic1111_without_a_picture_has_failed(stub: Stub, body: Any) -> None:
    stub.answer(body)
    message = refusal(lambda: a1111(stub).generate(REQUEST))
    assert message == "automatic1111 returned no image."


def test_a_huge_answer_is_not_read_to_its_end(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 2**20)
    stub.answer(b"x" * (3 * 2**20))
    assert refusal(lambda: openai(stub).generate(REQUEST)).endswith(" returned more than 1 MB.")


def test_a_redirect_is_not_followed(stub: Stub) -> None:
    stub.answer(b"", 307)
    stub.headers["Location"] = "http://127.0.0.1:1/elsewhere"
    assert "openai redirects" in refusal(lambda: openai(stub).generate(REQUEST))
    assert len(stub.asked) == 1


def test_a_server_that_hangs_is_left_in_time(stub: Stub) -> None:
    stub.hang = threading.Event()
    message = refusal(lambda: openai(stub, timeout=0.1).generate(REQUEST))
    assert message == "openai did not answer within 0.1 seconds."


def test_an_answer_that_breaks_off_has_failed(stub: Stub) -> None:
    stub.answer(openai_answer(png()))
    stub.headers["Content-Length"] = "999999"
    message = refusal(lambda: openai(stub).generate(REQUEST))
    assert message == "openai closed the connection early."


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = held.getsockname()[1]
        provider = OpenAIImages(f"http://127.0.0.1:{port}", "m", api_key=KEY, timeout=5)
        message = refusal(lambda: provider.generate(REQUEST))
    assert message == f"openai could not be reached at 127.0.0.1:{port}."


@pytest.mark.parametrize("base_url", ["", "localhost:8080", "ftp://x", "http://", "http://[::1"])
def test_a_base_url_that_is_none_is_the_owners_mistake(base_url: str) -> None:
    message = refusal(lambda: OpenAIImages(base_url, "m", api_key=KEY).generate(REQUEST))
    assert "base URL" in message


def test_a_key_that_no_header_can_carry_is_not_quoted(stub: Stub) -> None:
    message = refusal(lambda: openai(stub, api_key=KEY + "\n").generate(REQUEST))
    assert message == "openai has a key in the settings that can't be sent in a header."
    assert stub.asked == []
