"""Call every operation of the native API as six callers who may not: nothing is told or changed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.system.sellers import Seller, photo
from tests.system.site import Site, until

# Anybody may call these; what they answer is about the caller alone.
OPEN = {("post", f"/api/v1/auth/{name}") for name in ("register", "login", "logout")}


@dataclass(frozen=True)
class Operation:
    """One of the API's, with the body of its first example."""

    method: str
    path: str
    body: Any

    @property
    def of_something(self) -> bool:
        return "{" in self.path


def main() -> None:
    with Site(DOOR_WAIT_SECONDS="5", WEBHOOKS_MAY_BE_PRIVATE="true") as site:
        owner, stranger = site.demo("enterprise"), site.demo("enterprise")
        with site.client(owner["apiKey"]) as client:
            torture(site, Seller(client), owner, stranger)


def torture(site: Site, owner: Seller, facts: dict[str, str], stranger: dict[str, str]) -> None:
    ids = stocked(owner)
    operations = list(all_operations(site))
    before = everything(owner)
    found: Counter[tuple[str, int]] = Counter()
    holes = []
    for name, headers in callers(site, owner, facts, stranger):
        with httpx.Client(base_url=site.url, headers=headers, timeout=60, trust_env=False) as http:
            for operation in operations:
                if (operation.method, operation.path) in OPEN:
                    continue
                answer = called(http, operation, ids)
                found[name, answer.status_code] += 1
                if is_a_hole(name, operation, answer, ids):
                    holes.append((name, operation.method, operation.path, answer.status_code))
    for (name, status), count in sorted(found.items()):
        print(f"  {name:<22}{status}  {count}")
    print(f"{len(operations)} operations, {sum(found.values())} calls, holes: {holes or 'none'}")
    assert not holes
    assert everything(owner) == before, "something of the owner's has changed"


def all_operations(site: Site) -> Iterator[Operation]:
    document = httpx.get(f"{site.url}/api/v1/schema?format=json", trust_env=False).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {})
            body = next((one["value"] for one in examples.values()), None)
            yield Operation(method, path, body)


def callers(
    site: Site, owner: Seller, facts: dict[str, str], stranger: dict[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Six who may not do what is asked, the owner's own narrow and withdrawn keys among them."""
    yield "nobody", {}
    yield "a stranger's key", {"x-api-key": stranger["apiKey"]}
    yield "a stranger's token", {"Authorization": f"Bearer {stranger['sessionToken']}"}
    yield "a made-up key", {"x-api-key": facts["apiKey"][:-6] + "AAAAAA"}
    own = {"Authorization": f"Bearer {facts['sessionToken']}"}
    with httpx.Client(base_url=f"{site.url}/api/v1", headers=own, trust_env=False) as http:
        withdrawn = new_key(http, [])
        assert http.delete(f"/keys/{withdrawn['id']}").is_success
        narrow = new_key(http, ["account:read"])
    yield "a withdrawn key", {"x-api-key": withdrawn["key"]}
    yield "a narrow key", {"x-api-key": narrow["key"]}


def new_key(http: httpx.Client, scopes: list[str]) -> dict[str, str]:
    body = {"name": "Till"} | ({"scopes": scopes} if scopes else {})
    answer = http.post("/keys", json=body)
    assert answer.status_code == 201, answer.text
    data: dict[str, str] = answer.json()["data"]
    return data


def called(http: httpx.Client, operation: Operation, ids: dict[str, str]) -> httpx.Response:
    path = operation.path.format_map(ids)
    body = {"json": replaced(operation.body, ids)} if operation.body is not None else {}
    with http.stream(operation.method.upper(), path, **body) as answer:
        answer.read() if answer.headers.get("content-type") != "text/event-stream" else None
        return answer


def replaced(body: Any, ids: dict[str, str]) -> Any:
    """The example with the owner's ids in place of the ones made up."""
    if isinstance(body, dict):
        return {name: replaced(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [replaced(value, ids) for value in body]
    if isinstance(body, str) and (own := ids.get(body.partition("_")[0])):
        return own if "_" in body else body
    return body


def is_a_hole(name: str, operation: Operation, answer: httpx.Response, ids: dict[str, str]) -> bool:
    """Whether the caller got in, heard of anything that is the owner's, or met an error of ours."""
    if answer.status_code >= 500:
        return True
    if answer.headers.get("content-type") == "text/event-stream":
        return True
    if any(one in answer.text for one in ids.values() if "_" in one and one not in str(answer.url)):
        return answer.status_code < 400
    return operation.of_something and answer.status_code < 400 and "stranger" not in name


def stocked(owner: Seller) -> dict[str, str]:
    """One of everything, by the names that addresses and ids use."""
    http = owner.client
    image, wall = owner.upload(photo(300, 200)), owner.upload(photo(310, 200))
    job = owner.ask(image, wait=False).json()["data"]["jobId"]
    owner.ended(job)
    batch = owner.batch([wall])
    owner.batch_ended(batch)
    made = {
        "project": http.post("/projects", json={"name": "Spring"}),
        "preset": http.post("/presets", json={"name": "Outlet", "edit": {}}),
        "webhook": http.post(
            "/webhooks", json={"url": "http://127.0.0.1:9/hook", "events": ["job.completed"]}
        ),
        "background": http.post("/backgrounds", files={"file": ("wall.jpg", photo(320, 210))}),
        "listing": http.post("/listings", json={"title": "Shoe", "imageIds": [image]}),
    }
    for name, answer in made.items():
        assert answer.status_code == 201, (name, answer.text)
    again = owner.ask(image, wait=False).json()["data"]["jobId"]  # which the webhook is told of
    owner.ended(again)
    ids = {name: id_of(answer.json()["data"]) for name, answer in made.items()}
    deliveries = until(
        lambda: http.get(f"/webhooks/{ids['webhook']}/deliveries").json()["data"]["items"],
        seconds=30,
        pause=0.2,
    )
    ids |= {"image": image, "job": job, "batch": batch, "delivery": deliveries[0]["id"]}
    prefixes = {value.partition("_")[0]: value for value in ids.values()}
    keys = http.get("/keys")
    first = keys.json()["data"]["items"][0]["id"] if keys.is_success else "key_unknown"
    return (
        {f"{name}_id": value for name, value in ids.items()}
        | prefixes
        | {"platform": "ebay", "key_id": first, "session_id": "ses_unknown"}
        | dict.fromkeys(("import_id", "comparable_id"), "unknown")
    )


def id_of(data: dict[str, Any]) -> str:
    return str(next(data[name] for name in ("id", "listingId", "webhookId") if name in data))


def everything(owner: Seller) -> str:
    """All that the owner can see of his own, without what merely tells the time."""
    lists = ["/images", "/jobs", "/batch", "/projects", "/presets", "/webhooks", "/backgrounds"]
    shown = {}
    for path in [*lists, "/listings", "/usage"]:
        answer = owner.client.get(path)
        if answer.is_success:
            shown[path] = answer.json()["data"]
    return without_links(json.dumps(shown, sort_keys=True))


def without_links(text: str) -> str:
    """Signed links differ each time they are shown; what they lead to doesn't."""
    return re.sub(r"(\?|&)(sig|expires|exp|signature|token)=[^\"&]*", "", text)


if __name__ == "__main__":
    main()
