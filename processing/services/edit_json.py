"""Edits as doors and presets spell them: checked, with pictures by their public ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from config import public_ids
from config.api.bodies import as_text, refusal
from config.errors import AppError, invalid
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan

_PLANS: TypeAdapter[EditPlan] = TypeAdapter(EditPlan)
_CUTTINGS: TypeAdapter[Cutting] = TypeAdapter(Cutting)
# Where an edit names other pictures.
_IMAGES: tuple[tuple[str, ...], ...] = (
    ("cutting", "mask"),
    ("background", "image", "imageId"),
    ("background", "generated", "guidanceImageId"),
    ("overlay", "imageId"),
    ("colorReference", "imageId"),
)
# One length for all four sides.
_SIDES: tuple[tuple[str, ...], ...] = (("layout", "margin"), ("layout", "padding"))


def plan_from(edit: Mapping[str, Any]) -> EditPlan:
    """An edit as the API takes it. Raises AppError VALIDATION_ERROR, fields under ``edit``."""
    try:
        spelled: dict[str, Any] = deepcopy(dict(edit))
        for path in _SIDES:
            _change(spelled, path, _four_sides)
        for path in _IMAGES:
            _change(spelled, path, partial(_row_id, path=path))
        return _PLANS.validate_json(as_text(spelled, prefix="edit"))
    except ValidationError as error:
        raise refusal(error, prefix="edit") from error
    except RecursionError as error:
        raise invalid("edit", "The JSON is nested too deeply.") from error
    except ValueError as error:
        raise invalid("edit", "It contains a number that JSON does not allow.") from error


def cutting_from(cutting: Mapping[str, Any]) -> Cutting:
    """How the product is cut out, as the API takes it. Raises AppError VALIDATION_ERROR, fields under
    ``cutting``."""
    try:
        spelled: dict[str, Any] = deepcopy(dict(cutting))
        if isinstance(spelled.get("mask"), str):
            spelled["mask"] = image_id(spelled["mask"], "cutting.mask")
        return _CUTTINGS.validate_json(as_text(spelled, prefix="cutting"))
    except ValidationError as error:
        raise refusal(error, prefix="cutting") from error
    except (ValueError, RecursionError) as error:
        raise invalid("cutting", "It is not valid JSON.") from error


def refused(error: InvalidPlan, names: Mapping[str, str] | None = None) -> AppError:
    """Blame the option that the engine names, under the name in `names` where the API has another;
    the request where several options clash."""
    field = error.field or "request"
    return invalid((names or {}).get(field, field), error.message)


def stored_json(plan: EditPlan) -> dict[str, Any]:
    """Return the form that rows keep."""
    found: dict[str, Any] = _PLANS.dump_python(plan, mode="json", by_alias=True)
    return found


def shown(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what a row keeps into what the API shows and takes again."""
    spelled: dict[str, Any] = deepcopy(dict(plan))
    for path in _IMAGES:
        _change(spelled, path, lambda row: public_ids.encode("img", UUID(row)))
    return spelled


def changed(plan: EditPlan, changes: Mapping[str, Any] | None) -> EditPlan:
    """The plan with what `changes`, spelled as the API takes edits, says in place of it. Raises AppError
    VALIDATION_ERROR."""
    return plan_from(merged(shown(stored_json(plan)), changes or {}))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with what `changes` says in place of it, part by part."""
    result = dict(base)
    for name, value in changes.items():
        before = result.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[name] = merged(before, value) if both else value  # type: ignore[arg-type]
    return result


def image_id(text: str, field: str) -> str:
    """The row's id for ``img_…``. Raises AppError naming `field`."""
    try:
        return str(public_ids.decode("img", text))
    except ValueError as error:
        raise invalid(field, "Not a valid img_ id.") from error


def _row_id(name: Any, path: tuple[str, ...]) -> Any:
    return image_id(name, ".".join(("edit", *path))) if isinstance(name, str) else name


def _four_sides(length: Any) -> Any:
    if isinstance(length, Mapping) or length is None:
        return length
    return dict.fromkeys(("top", "right", "bottom", "left"), length)


def _change(tree: dict[str, Any], path: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    *way, last = path
    for step in way:
        inner = tree.get(step)
        if not isinstance(inner, dict):
            return
        tree = inner
    if tree.get(last) is not None:
        tree[last] = change(tree[last])
