"""A seller who calls the API, and a model that needs no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from accounts.http import Caller
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import Account, Member, Role, User
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
