"""Names people gave their files, made fit to be shown and to be saved under."""

from __future__ import annotations

import pytest

from media_library.checks import (
    display_name,
    free_name,
    label_of,
    one_of_several,
    renamed_with,
    with_ending,
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("shoe.jpg", "shoe.jpg"),
        ("/home/anna/shoe.jpg", "shoe.jpg"),
        ("C:\\Photos\\shoe.jpg", "shoe.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc\x1b[31m.jpg", "ab c[31m.jpg"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),
        ("  two   spaces .jpg ", "two spaces .jpg"),
        ("...", ""),
        ("\u200b\u2060", ""),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("\U0001f469\u200d\U0001f3a8.png", "\U0001f469\u200d\U0001f3a8.png"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
        ("x" * 300, "x" * 200),
    ],
)
def test_display_name(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


def test_a_name_that_is_typed_is_no_path() -> None:
    assert free_name(" shoe 3/4 view\n.jpg ") == "shoe 3/4 view .jpg"
    assert free_name("left\\right") == "left\\right"
    assert free_name("x" * 300 + ".jpeg") == "x" * 195 + ".jpeg"


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("shoe.HEIC", "", "shoe.png"),
        ("shoe.v2.jpg", "cutout", "shoe.v2-cutout.png"),
        ("Lamp 2.5 m", "cutout", "Lamp 2.5 m-cutout.png"),
        ("", "cutout", "cutout.png"),
        ("", "", "photo.png"),
        ("x" * 200, "cutout", "x" * 189 + "-cutout.png"),
    ],
)
def test_with_ending(name: str, label: str, expected: str) -> None:
    assert with_ending(name, label=label, extension="png") == expected


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("shoe-cutout.png", "cutout"),
        ("shoe-edit-white-2000x2000-12.jpg", "edit-white-2000x2000"),
        ("shoe-cutout-edit-f0c8c8.png", "edit-f0c8c8"),
        ("shoe-edit-detail.png", ""),  # given by hand
        ("edit.png", ""),
    ],
)
def test_label_of(name: str, label: str) -> None:
    assert label_of(name) == label


def test_results_are_numbered_and_renamed_with_their_number() -> None:
    def name(taken: set[str]) -> str:
        return one_of_several("shoe.jpg", label="edit", extension="png", taken=taken)

    assert name(set()) == "shoe-edit.png"
    assert name({"shoe-edit.png", "shoe-edit-3.png"}) == "shoe-edit-2.png"
    numbered = "shoe-edit-white-2.png"
    assert renamed_with(numbered, before="shoe.jpg", after="hat.jpg") == "hat-edit-white-2.png"
    assert renamed_with("x-edit-2.png", before="shoe.jpg", after="hat.jpg") == "x-edit-2.png"
