"""Plans for photos of rooms, as rows keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from processing.engine.plans.room import RoomPlan

_PLANS: TypeAdapter[RoomPlan] = TypeAdapter(RoomPlan)


def plan_from(row: Mapping[str, Any]) -> RoomPlan:
    """The plan that a row keeps."""
    return _PLANS.validate_json(json.dumps(row))


def stored_json(plan: RoomPlan) -> dict[str, Any]:
    """Return the form that rows keep."""
    found: dict[str, Any] = _PLANS.dump_python(plan, mode="json", by_alias=True)
    return found
