"""What the parameters of remove-background come to."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import AppError
from processing.commands import RemoveBackground, command_hash
from processing.compat.backgroundfx import removing
from processing.compat.backgroundfx.removing import Options, from_form, of_json
from processing.compat.fields import Fields
from tests.processing.compat.backgroundfx.conftest import MiddleModel
from tests.processing.options import changed, names


def form(**values: str) -> Options:
    return from_form(Fields({name: [value] for name, value in values.items()}, is_form=True))


def refusal(call: Any, *args: Any, **values: Any) -> dict[str, list[str]]:
    with pytest.raises(AppError) as caught:
        call(*args, **values)
    assert (caught.value.code, caught.value.status) == ("VALIDATION_ERROR", 400)
    assert caught.value.fields
    return caught.value.fields


def test_without_parameters_it_is_the_native_default(models: MiddleModel) -> None:
    assert command_hash(form().command()) == command_hash(RemoveBackground())
    assert form() == of_json(None) == of_json("{}") == Options()
    assert form(model="", quality="", return_mask="", edge_refinement="") == Options()


@pytest.mark.parametrize(
    ("quality", "edges"),
    [
        ("low", (0, 25, 50)),
        ("medium", (0, 37.5, 75)),
        ("high", (0, 50, 100)),
        ("ultra", (50, 75, 100)),
    ],
)
def test_quality_and_refinement_make_the_edge(quality: Any, edges: tuple[float, ...]) -> None:
    found = [Options(quality=quality, edge_refinement=value).edge for value in (0.0, 50.0, 100.0)]
    assert found == list(edges)


@pytest.mark.parametrize("quality", ["low", "medium", "high", "ultra"])
def test_more_refinement_is_always_more(quality: Any) -> None:
    edges = [Options(quality=quality, edge_refinement=float(n)).edge for n in range(101)]
    assert edges == sorted(set(edges))


@pytest.mark.parametrize(
    ("quality", "installed", "model"),
    [
        ("high", {"fast", "high"}, "auto"),
        ("low", {"fast", "high"}, "auto"),
        ("ultra", {"fast", "high"}, "high"),
        ("ultra", {"fast"}, "auto"),
    ],
)
def test_rembg_is_the_sites_model_until_ultra(
    models: MiddleModel, quality: str, installed: set[str], model: str
) -> None:
    models.installed = installed
    assert form(quality=quality).command().plan.model == model


@pytest.mark.parametrize("model", ["u2net", "deeplab", "custom"])
@pytest.mark.parametrize(
    ("quality", "installed", "serves"),
    [
        ("high", {"fast", "high"}, "auto"),
        ("ultra", {"fast", "high"}, "high"),
        ("ultra", {"fast"}, "auto"),
    ],
)
def test_what_serves_models_that_are_not_there(
    models: MiddleModel, model: str, quality: str, installed: set[str], serves: str
) -> None:
    models.installed = installed
    options = form(model=model, quality=quality)
    assert (options.command().plan.model, options.replaced_model) == (serves, model)


def test_other_models_run_where_they_are(models: MiddleModel, settings: Any) -> None:
    settings.BACKGROUNDFX_CUSTOM_MODEL = "birefnet-general"
    models.installed |= {"u2net", "birefnet-general"}
    for model, serves in {"u2net": "u2net", "custom": "birefnet-general"}.items():
        options = form(model=model, quality="ultra")
        assert (options.command().plan.model, options.replaced_model) == (serves, None)
    assert form(model="rembg", quality="ultra").replaced_model is None


def test_a_custom_model_that_is_gone_is_replaced(models: MiddleModel, settings: Any) -> None:
    settings.BACKGROUNDFX_CUSTOM_MODEL = "birefnet-general"
    options = form(model="custom")
    assert (options.command().plan.model, options.replaced_model) == ("auto", "custom")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("edge_refinement", "0", 0.0),
        ("edge_refinement", "12.5", 12.5),
        ("edge_refinement", "1e2", 100.0),
        ("edge_refinement", "33.333333333333336", 33.333333333333336),
        ("edge_refinement", ".5", 0.5),
        ("return_mask", "true", True),
        ("return_mask", "True", True),  # as python-requests sends it
        ("return_mask", "False", False),
        ("return_mask", "false", False),
    ],
)
def test_forms_spell_values_as_json_does(name: str, text: str, value: object) -> None:
    assert getattr(form(**{name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("model", "sam"),
        ("quality", "best"),
        ("quality", '"high"'),
        ("edge_refinement", "-1"),
        ("edge_refinement", "100.1"),
        ("edge_refinement", "NaN"),
        ("edge_refinement", "1e999"),
        ("edge_refinement", "true"),
        ("edge_refinement", '"5"'),
        ("edge_refinement", "[" * 150),
        ("return_mask", "TRUE"),
        ("return_mask", "1"),
        ("return_mask", "null"),
    ],
)
def test_what_a_form_may_not_say(name: str, text: str) -> None:
    assert list(refusal(form, **{name: text})) == [name]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("no json", "options"),
        ("[]", "options"),
        ("null", "options"),
        ('{"edge_refinement": NaN}', "options"),
        ("[" * 9_000, "options"),
        ('{"quality": "best"}', "options.quality"),
        ('{"edge_refinement": "50"}', "options.edge_refinement"),
        ('{"return_mask": 1}', "options.return_mask"),
        ('{"edgeRefinement": 50}', "options.edgeRefinement"),
    ],
)
def test_what_options_may_not_say(text: str, field: str) -> None:
    assert list(refusal(of_json, text)) == [field]


def test_options_have_the_same_names() -> None:
    text = '{"model": "u2net", "quality": "low", "return_mask": true, "edge_refinement": 7}'
    assert of_json(text) == form(
        model="u2net", quality="low", return_mask="true", edge_refinement="7"
    )


def test_every_option_of_ours_has_a_parameter_or_is_left_out_on_purpose(
    models: MiddleModel, settings: Any
) -> None:
    models.installed |= {"u2net"}
    plan = form(model="u2net", quality="ultra", return_mask="true").command().plan
    assert changed(plan) == names() - removing.LEFT_OUT
