"""What the studio's form holds for work that was done: so a result opens with the choices that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import UUID

from accounts.models import Account
from config import public_ids
from media_library.models import Background as Row
from processing.commands import Command, Edit, RemoveBackground
from processing.engine.plans.cutout import CutoutPlan, Cutting
from processing.engine.plans.edit import (
    Background,
    BackgroundImage,
    EditPlan,
    Export,
    Layout,
)
from processing.forms import api_names
from processing.pages.reference import extras
from processing.pages.studio import form as studio_form
from processing.pages.studio import kept as studio_kept
from processing.pages.studio import sizes as studio_sizes
from processing.pages.studio.frame_form import line_of
from processing.services.backgrounds.builtin_backgrounds import builtins

_FIELDS: Final = studio_form.StudioForm.base_fields
_EDGES: Final = {value for value, _words in studio_form.EDGES}


@dataclass(frozen=True)
class Reader:
    """Reads several commands, of which it is asked once what they share: an account's own backgrounds (their
    ids by those of their pictures), what the form begins with, and what it calls the models."""

    own: Mapping[str, str]
    start: Mapping[str, str]
    models: Mapping[str, str]

    @classmethod
    def of(cls, account: Account, commands: Iterable[Command]) -> Self:
        """One that knows the backgrounds of these commands, found by one query."""
        plans = [one.plan for one in commands if isinstance(one, Edit)]
        ids = {plan.background.image.image_id for plan in plans if plan.background.image}
        rows = Row.objects.filter(account=account, image_id__in=ids) if ids else []
        initial = studio_form.StudioForm.initial_values()
        return cls(
            own={str(row.image_id): row.public_id for row in rows},
            start={name: "" if value is None else str(value) for name, value in initial.items()},
            models=api_names(),
        )

    def values(self, command: Command) -> dict[str, str] | None:
        """The form's values, as near as it can say them; None for work that the studio doesn't do."""
        plan = _edit_of(command)
        if plan is None or plan.cutting is None:
            return None
        found = _cutting(plan.cutting) | _background(plan.background, self.own)
        found["model"] = self.models.get(plan.cutting.model, plan.cutting.model)
        found |= studio_sizes.values_of(plan.layout) | _shadow(plan)
        found |= {
            "light": "on" if plan.light else "",
            "outline": str(round(100 * plan.outline.width)) if plan.outline else "0",
            "text": plan.text_removal or "",
            "upscale": "on" if plan.upscale else "",
            "format": plan.export.format,
            "frame": line_of(plan.frame),
            **extras.values_of(plan),
        }
        return self._with_kept({**self.start, **found}, plan, plan.cutting)

    def _with_kept(
        self, values: dict[str, str], plan: EditPlan, cutting: Cutting
    ) -> dict[str, str]:
        """The values with what they don't say of the plan (studio_kept)."""
        given = {name: _FIELDS[name].to_python(value) for name, value in values.items()}
        was = replace(plan, cutting=replace(cutting, model=values["model"]))

        def behind(_key: str) -> Background:
            return self._behind(values["background"])

        kept = studio_kept.Kept(was, studio_form.plan_of(given, behind))
        if studio_form.plan_of(given, behind, kept).background != was.background:
            values["background"] = studio_kept.KEPT
        return values | {"kept": kept.as_text()}

    def _behind(self, key: str) -> Background:
        if key in builtins():
            return builtins()[key].plan
        image_id = next(image_id for image_id, public in self.own.items() if public == key)
        return Background(image=BackgroundImage(image_id))


def query_of(values: Mapping[str, Any]) -> str:
    """Values as an address says them, less what is empty."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def _edit_of(command: Command) -> EditPlan | None:
    if isinstance(command, Edit):
        return command.plan
    if not isinstance(command, RemoveBackground) or command.plan.output == "mask":
        return None
    plan: CutoutPlan = command.plan
    return EditPlan(
        cutting=Cutting(**studio_form.options_of(plan)),
        layout=Layout(size=studio_sizes.CROPPED) if plan.crop else studio_sizes.AS_THE_PHOTO,
        background=Background(color=plan.bg_color),
        export=Export(format=plan.format),
    )


def _cutting(cutting: Cutting) -> dict[str, str]:
    return {
        "edge": str(cutting.edge) if cutting.edge in _EDGES else "standard",
        "keep_existing_alpha": "on" if cutting.keep_existing_alpha else "",
        "remove_hanger": "" if cutting.clean_up.keep_hanger else "on",
        "mask": public_ids.encode("img", UUID(cutting.mask)) if cutting.mask else "",
        **_pick(cutting),
    }


def _pick(cutting: Cutting) -> dict[str, str]:
    def percent(**shares: float) -> dict[str, str]:
        return {name: f"{100 * share:.10g}" for name, share in shares.items()}

    if cutting.point is not None:
        at = cutting.point
        return {"pick": studio_form.POINT, **percent(left=at.x, top=at.y)}
    if cutting.box is not None:
        box = cutting.box
        sides = percent(left=box.left, top=box.top, right=box.right, bottom=box.bottom)
        return {"pick": studio_form.BOX, **sides}
    return {"pick": ""}


def _background(behind: Background, own: Mapping[str, str]) -> dict[str, str]:
    if behind.image is not None:
        found = own.get(behind.image.image_id)
        return {"background": found or studio_form.TRANSPARENT}
    if behind.color is not None and behind == Background(color=behind.color):
        return {"background": studio_form.COLOR, "color": behind.color[:7]}
    builtin = next((key for key, one in builtins().items() if one.plan == behind), None)
    if builtin is not None:
        return {"background": builtin}
    if behind.generated is not None and behind.generated.prompt:
        seed = behind.generated.seed
        words = {"prompt": behind.generated.prompt, "seed": "" if seed is None else str(seed)}
        return {"background": studio_form.WORDS, **words}
    return {"background": studio_form.TRANSPARENT}


def _shadow(plan: EditPlan) -> dict[str, str]:
    if plan.shadow is None:
        return {"shadow": ""}
    found = {"shadow": str(plan.shadow.mode)}
    if plan.shadow.intensity is not None:
        found["intensity"] = str(round(100 * plan.shadow.intensity))
    if plan.shadow.direction is not None:
        found["direction"] = str(round(plan.shadow.direction))
    return found
