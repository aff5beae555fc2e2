"""The ready looks that belong to no marketplace: ways to show a product that many shops use."""

from __future__ import annotations

from django.utils.translation import gettext as _

from processing.engine.plans.edit import (
    Background,
    Blur,
    EditPlan,
    Export,
    Layout,
    Light,
    Outline,
    Shadow,
    Sides,
)
from processing.services.appearance.ready_looks import ReadyLook, Reason
from processing.services.backgrounds.builtin_backgrounds import PREFIX, builtins

_JPG = Export(format="jpg", quality=90)


def ready_looks() -> list[ReadyLook]:
    return [
        _look(
            "product-photo",
            _("Product photo"),
            _on(Background(color="#ffffff"), size="1600x1600", light=Light()),
            _("On white, square, in its best light, with a soft shadow: for any shop"),
        ),
        _look(
            "cutout", _("Cutout"), EditPlan(), _("Nothing behind the product: a transparent PNG")
        ),
        _look(
            "soft-studio",
            _("Soft studio"),
            _on(_behind("studio-grey"), size="2000x2000"),
            _("Light gray that gets brighter towards the product, with a soft shadow"),
        ),
        _look(
            "portrait",
            _("Portrait"),
            _on(_behind("ivory"), size="1600x2000"),
            _("4:5, the tallest picture that feeds show whole"),
        ),
        _look(
            "story",
            _("Story"),
            _on(_behind("peach"), size="1080x1920", padding=0.14),
            _("9:16, as large as a phone’s screen"),
        ),
        _look(
            "marble",
            _("Marble"),
            _on(_behind("white-marble"), size="2000x2000"),
            _("On white marble"),
        ),
        _look("linen", _("Linen"), _on(_behind("linen"), size="2000x2000"), _("In front of linen")),
        _look(
            "oak", _("Oak table"), _on(_behind("oak-boards"), size="2000x2000"), _("On oak boards")
        ),
        _look(
            "sticker",
            _("Sticker"),
            EditPlan(outline=Outline(width=0.012), layout=Layout(padding=Sides.all(0.04))),
            _("A white outline on a transparent ground, for collages"),
        ),
        _look(
            "in-place",
            _("Where it was"),
            EditPlan(
                layout=Layout(size="originalImage", reference_box="originalImage"),
                background=Background(blur=Blur(mode="bokeh", radius=0.012)),
                export=_JPG,
            ),
            _("Your own room, out of focus"),
        ),
    ]


def _look(key: str, name: str, plan: EditPlan, about: str) -> ReadyLook:
    return ReadyLook(key, name, "style", plan, (Reason(about, "ours"),))


def _on(
    background: Background, *, size: str, padding: float = 0.1, light: Light | None = None
) -> EditPlan:
    return EditPlan(
        light=light,
        layout=Layout(size=size, padding=Sides.all(padding)),
        background=background,
        shadow=Shadow(mode="soft"),
        export=_JPG,
    )


def _behind(slug: str) -> Background:
    return builtins()[f"{PREFIX}{slug}"].plan
