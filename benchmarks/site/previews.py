"""How soon the studio shows a choice, beside a page of the library: `python -m benchmarks previews`.

A site of its own is started with a dozen photos of 1 megapixel, one of them cut out, and somebody signed in by the
pages. Each round asks for the library's page and then for previews that nobody has asked for before: another color,
a surface with a shadow, a scene from words. Times are those of whole answers over HTTP, one after the other.
"""

import argparse
import re
import statistics
import time
from collections.abc import Sequence

import httpx

from benchmarks.site.client import data_of, different_photos, upload
from tests.system.site import Site

LIMIT_SECONDS = 0.25
_PHOTOS = 12
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def main(given: Sequence[str] | None = None) -> None:
    rounds = _arguments(given).rounds
    # Only browsers send secure cookies to an address of this machine without TLS.
    with Site(RATE_PREVIEW="100000/m", COOKIE_SECURE="false") as site:
        facts = site.demo("pro")
        with site.client(facts["apiKey"]) as api:
            images = [upload(api, photo) for photo in different_photos(_PHOTOS)]
            body = {"imageId": images[0], "display": "url", "model": "fast"}
            data_of(api.post("/images/tools/remove-background", json=body))
        with httpx.Client(base_url=site.url, timeout=60, trust_env=False) as browser:
            _sign_in(browser, facts)
            _measure(browser, f"/pictures/{images[0]}/", rounds)


def _measure(browser: httpx.Client, page: str, rounds: int) -> None:
    found = _TOKEN.search(browser.get(page).text)
    if found is None:
        raise SystemExit("the picture's page has no form")
    form = {"csrfmiddlewaretoken": found[1], "model": "fast", "size": "auto", "format": "png"}
    # The worker is started by the first, which is told apart.
    first = _preview(browser, page, form | _choices(rounds)["color"])
    print(f"the first preview, with the start of its worker: {first:.2f} s\n")
    times: dict[str, list[float]] = {}
    for number in range(rounds):
        times.setdefault("library page", []).append(_seconds(browser, "/library/"))
        times.setdefault("picture's page", []).append(_seconds(browser, page))
        for name, choice in _choices(number).items():
            seconds = _preview(browser, page, form | choice)
            times.setdefault(f"preview: {name}", []).append(seconds)
    _show(times)


def _choices(number: int) -> dict[str, dict[str, str]]:
    """What is asked for in one round, and in no other."""
    return {
        "color": {"background": "color", "color": f"#aa{number % 256:02x}cc"},
        "surface, shadow": {
            "background": "bg_builtin_linen",
            "shadow": "soft",
            "intensity": str(30 + number % 70),
            "size": "2000x2000",
            "padding": "8",
        },
        "words": {"background": "words", "prompt": "a marble table", "seed": str(number)},
    }


def _show(times: dict[str, list[float]]) -> None:
    page = statistics.median(times["library page"])
    print(f"{'':<26}{'median':>9}{'95 %':>9}   of the library's page")
    for name, seconds in times.items():
        middle, high = statistics.median(seconds), sorted(seconds)[int(0.95 * len(seconds))]
        print(f"{name:<26}{middle:>7.3f} s{high:>7.3f} s{middle / page:>7.1f}")
    slowest = max(statistics.median(one) for name, one in times.items() if "preview" in name)
    verdict = "within" if slowest <= LIMIT_SECONDS else "OVER"
    print(f"\nslowest kind of preview: {slowest:.3f} s, {verdict} the limit of {LIMIT_SECONDS:g} s")


def _preview(browser: httpx.Client, page: str, form: dict[str, str]) -> float:
    start = time.perf_counter()
    answer = browser.post(f"{page}preview/", data=form)
    if answer.headers["content-type"] != "image/webp":
        raise SystemExit(f"no preview: {answer.status_code} {answer.text[:300]}")
    return time.perf_counter() - start


def _seconds(browser: httpx.Client, path: str) -> float:
    start = time.perf_counter()
    answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return time.perf_counter() - start


def _sign_in(browser: httpx.Client, facts: dict[str, str]) -> None:
    found = _TOKEN.search(browser.get("/accounts/login/").text)
    form = {"login": facts["email"], "password": facts["password"]}
    token = {"csrfmiddlewaretoken": found[1] if found else ""}
    answer = browser.post("/accounts/login/", data=form | token)
    if answer.status_code != 302:
        raise SystemExit(f"signing in was answered with {answer.status_code}")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each is asked for")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
