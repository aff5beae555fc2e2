"""`auto` at a site: what may be named, what its version holds, what a job's report tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from config.errors import AppError
from media_library.models import Image
from processing.commands import Edit, RemoveBackground
from processing.engine import memory
from processing.engine.errors import ModelNotInstalled, UnknownModel
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.cutout import CutoutPlan, Cutting
from processing.engine.plans.edit import EditPlan
from processing.models import Job
from processing.worker import renditions, runtime
from tests.stand_ins import MiddleModel, Seller


@dataclass
class Installed:
    """A registry of `fast` and `high` of which some are installed."""

    here: set[str]
    warmed: list[str] = field(default_factory=list)

    def names(self) -> list[ModelInfo]:
        return [
            ModelInfo("small", "matting", "fast" in self.here, "MIT", "Small.", ("fast",)),
            ModelInfo("large", "matting", "high" in self.here, "MIT", "Large.", ("high",)),
        ]

    def resolve(self, name: str) -> str:
        if name not in ("fast", "high"):
            raise UnknownModel(f"There is no model '{name}'.")
        return {"fast": "small", "high": "large"}[name]

    def check(self, name: str) -> None:
        if self.resolve(name) and name not in self.here:
            raise ModelNotInstalled(f"The model {name} is not installed.")

    def version(self, name: str) -> str:
        self.check(name)
        return f"{self.resolve(name)} 1"

    def warm(self, name: str) -> None:
        self.warmed.append(name)


Use = Callable[..., Installed]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Use:
    def use(*names: str) -> Installed:
        registry = Installed({*names})
        monkeypatch.setattr(runtime, "registry", lambda: registry)
        return registry

    return use


def test_auto_is_the_default_everywhere(settings: Any) -> None:
    assert settings.DEFAULT_MODEL == Cutting().model == CutoutPlan().model == "auto"


@pytest.mark.parametrize(
    ("here", "can", "words"),
    [
        (("fast", "high"), True, "Asks small, and large where that is unsure."),
        (
            ("fast",),
            True,
            "Asks small, and large where that is unsure. large is not installed, so it does without.",
        ),
        ((), False, None),
    ],
)
def test_models_begin_with_auto(
    installed: Use, here: tuple[str, ...], can: bool, words: str | None
) -> None:
    installed(*here)
    first, *networks = runtime.models()
    assert (first.name, first.task, first.aliases, first.installed) == ("auto", "matting", (), can)
    assert words is None or first.description == words
    assert [info.name for info in networks] == ["small", "large"]


def test_a_model_that_nobody_knows_is_refused_with_those_that_can_be_used(installed: Use) -> None:
    installed("fast")
    with pytest.raises(AppError) as refused:
        runtime.check_model("octarine")
    assert refused.value.fields == {
        "model": ["There is no model 'octarine'. Available: auto, fast, small."]
    }


def test_auto_needs_its_first_network_only(installed: Use) -> None:
    installed("fast")
    runtime.check_model("auto")
    with pytest.raises(AppError, match="high is not installed"):
        runtime.check_model("high")
    installed("high")
    with pytest.raises(AppError, match="fast is not installed"):
        runtime.check_model("auto")


def test_a_networks_own_name_and_that_of_auto(installed: Use) -> None:
    installed()
    assert [runtime.own_name(name) for name in ("auto", "fast", "high")] == [
        *("auto", "small", "large")
    ]


def test_the_version_of_auto_holds_all_networks_that_may_be_asked(installed: Use) -> None:
    installed("fast")
    assert runtime.model_version("auto") == "small 1 + without high"
    assert runtime.model_version("fast") == "small 1"
    installed("fast", "high")
    assert runtime.model_version("auto") == "small 1 + large 1"
    assert runtime.model_version("fast") == "small 1"


@pytest.mark.parametrize("model", ["auto", "fast"])
def test_installing_the_other_network_renews_what_auto_makes_alone(
    installed: Use, model: str
) -> None:
    def makers() -> tuple[list[str] | None, list[str] | None]:
        edit = Edit(operation="edit", plan=EditPlan(cutting=Cutting(model=model)))
        cutout = RemoveBackground(plan=CutoutPlan(model=model))
        return renditions.makers_for(cutout), renditions.makers_for(edit)

    installed("fast")
    before = makers()
    installed("fast", "high")
    after = makers()
    assert [one == other for one, other in zip(before, after, strict=True)] == [model == "fast"] * 2


def test_only_what_is_asked_about_every_photo_is_loaded_at_the_start(installed: Use) -> None:
    registry = installed("fast", "high")
    runtime.warm("auto")
    runtime.warm("high")
    assert registry.warmed == ["fast", "high"]


def test_what_every_kind_of_network_lets_go_is_told_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Loaded:
        def __init__(self, *names: str) -> None:
            self.names = names

        def let_go(self, unused_for: float) -> list[str]:
            return list(self.names) if unused_for == 60 else []

    given_back: list[bool] = []
    monkeypatch.setattr(memory, "give_back", lambda: given_back.append(True))
    monkeypatch.setattr(runtime, "_made", [Loaded("large"), Loaded(), Loaded("reader")])
    assert runtime.let_go(5) == []
    assert given_back == []
    assert runtime.let_go(60) == ["large", "reader"]
    assert given_back == [True]


def test_a_process_lets_go_of_what_it_has_made(monkeypatch: pytest.MonkeyPatch) -> None:
    makers = (runtime.registry, runtime.upscaler, runtime.text_finder)
    monkeypatch.setattr(runtime, "_made", [])
    for maker in makers:
        maker.cache_clear()
    try:
        assert [maker() for maker in makers] == runtime._made
    finally:
        for maker in makers:
            maker.cache_clear()


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_a_jobs_report_tells_every_look(owner: Seller, image: Image) -> None:
    body = {"imageId": image.public_id, "display": "url"}
    answer = owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
    assert answer.status_code == 200
    report = Job.objects.get().report
    first, *others = report["looks"]
    assert first == {
        "network": "middle",
        "provider": "rembg/middle",
        "region": None,
        "reason": "first",
        "outcome": "believed",
    }
    # The stand-in finds the middle half of whatever it is shown: half as much the second time.
    assert [(look["reason"], look["outcome"]) for look in others] == [("small-subject", "outvoted")]
    assert len(others[0]["region"]) == 4
    assert (report["model"], report["provider"]) == ("middle", "rembg/middle")


@pytest.mark.usefixtures("quick_queue")
def test_what_lacked_memory_for_a_look_is_made_anew_when_it_is_asked_for_again(
    owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = True

    class Doubtful(MiddleModel):
        def matte(self, name: str, rgb: Any) -> Any:
            if name == "high" and short:
                raise MemoryError
            return np.float32(0.6) * super().matte(name, rgb)

    monkeypatch.setattr(runtime, "registry", Doubtful)
    body = {"imageId": image.public_id, "display": "url"}

    def outcomes() -> list[str]:
        answer = owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
        assert answer.status_code == 200
        return [look["outcome"] for look in Job.objects.latest("created_at").report["looks"]]

    assert outcomes() == ["believed", "out-of-memory", "outvoted"]
    short = False
    for _ in range(2):
        assert outcomes() == ["believed", "outvoted", "outvoted"]
    # The third request found the second one's.
    assert Job.objects.values_list("result").distinct().count() == 2
