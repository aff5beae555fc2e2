"""A seller who calls the API, a model that needs no network, and Google."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import numpy as np
import requests
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account, Member, Role, User
from accounts.signing.sign_in import new_token
from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.engine.networks.registry import ModelInfo

PASSWORD = "a long and quiet sentence"


@dataclass(frozen=True)
class Seller:
    account: Account
    caller: Caller
    client: APIClient

    def image(self, data: bytes) -> Image:
        return ingest(self.account, data, name="shoe.jpg")

    def used(self) -> int:
        return self.used_of(REMOVE_BACKGROUND)

    def used_of(self, operation: str) -> int:
        [line] = [x for x in quotas.overview(self.account) if x.operation == operation]
        return line.used


def new_seller(plan: str = "free") -> Seller:
    demo = create_demo(plan)
    client = APIClient(headers={"Authorization": f"Bearer {demo.session_token}"})
    return Seller(demo.account, Caller(demo.account, demo.user), client)


def colleague(account: Account, role: Role, email: str) -> User:
    """Somebody who works in this account alone."""
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title())
    Member.objects.create(account=account, user=user, role=role)
    return user


def program(user: User) -> APIClient:
    """A program that is signed in as this person."""
    return APIClient(headers={"Authorization": f"Bearer {new_token(user)}"})


def browser(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


class MiddleModel:
    """Stands in for a network: the middle half of any picture is the subject, without a doubt."""

    def names(self) -> list[ModelInfo]:
        return [
            ModelInfo("middle", "matting", True, "MIT", "The middle.", ("fast",)),
            ModelInfo("large", "matting", False, "MIT", "The middle.", ("high",)),
        ]

    def resolve(self, name: str) -> str:
        return "middle"

    def provider(self, name: str) -> str:
        return "rembg/middle"

    def side(self, name: str) -> int:
        return 64

    def check(self, name: str) -> None:
        return None

    def version(self, name: str) -> str:
        return "middle 1"

    def matte(self, name: str, rgb: Any) -> Any:
        matte = np.zeros((32, 32), np.float32)
        matte[8:24, 8:24] = 1.0
        return matte


class LookingModel(MiddleModel):
    """The same, but it looks first: a picture of one color has no subject."""

    def matte(self, name: str, rgb: Any) -> Any:
        return super().matte(name, rgb) * np.float32((rgb != rgb[0, 0]).any())


@dataclass
class Google(requests.adapters.BaseAdapter):
    """Google's two addresses, without a network: who comes with a code is told as ``person`` says."""

    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "1001",
            "email": "Ada@Example.com",
            "email_verified": True,
            "given_name": "Ada",
            "family_name": "Lovelace",
            "picture": "https://lh3.googleusercontent.com/a/code",
        }
    )
    with_id_token: bool = True
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def visit(
        self, browser: Client, *, process: str = "login", after: str = "", **query: str
    ) -> Any:
        """Press the button, be asked by Google, and come back: the site's answer to that."""
        form = {"process": process, "next": after}
        there = browser.post("/accounts/google/login/", form)
        assert there.status_code == 302, there.content.decode()
        self._link = urlsplit(there["Location"])
        assert (self._link.hostname, self._link.path) == (
            "accounts.google.com",
            "/o/oauth2/v2/auth",
        )
        self._asked = dict(parse_qsl(self._link.query))
        back = {"state": self._asked["state"], "code": "a-code", **query}
        return browser.get("/accounts/google/login/callback/", back)

    def send(self, request: Any, **options: Any) -> requests.Response:
        self.asked.append(request.url)
        assert options["timeout"]
        if request.url == "https://oauth2.googleapis.com/token":
            told = self._tokens({k: v for k, [v] in parse_qs(request.body).items()})
        else:
            assert request.url == "https://www.googleapis.com/oauth2/v2/userinfo"
            assert request.headers["Authorization"] == "Bearer an-access-token"
            told = {**self.person, "id": self.person["sub"]}
        answer = requests.Response()
        answer.status_code, answer._content = self.status, json.dumps(told).encode()
        answer.headers["content-type"] = "application/json"
        return answer

    def close(self) -> None:
        return None

    def _tokens(self, body: dict[str, str]) -> dict[str, Any]:
        digest = hashlib.sha256(body["code_verifier"].encode()).digest()
        assert urlsafe_b64encode(digest).decode().rstrip("=") == self._asked["code_challenge"]
        assert (body["code"], body["client_secret"]) == ("a-code", "google-secret")
        assert body["redirect_uri"] == self._asked["redirect_uri"]
        tokens = {"access_token": "an-access-token", "expires_in": 3599, "token_type": "Bearer"}
        if self.with_id_token:
            claims = {"iss": "https://accounts.google.com", "aud": body["client_id"]}
            claims |= {"exp": int(time.time()) + 60, **self.person}
            tokens["id_token"] = jwt.encode(claims, "k" * 32, algorithm="HS256")
        return tokens
