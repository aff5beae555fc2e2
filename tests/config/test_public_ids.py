"""Each row has one public spelling."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import public_ids


@given(st.uuids())
def test_comes_back(value: UUID) -> None:
    text = public_ids.encode("img", value)
    assert len(text) == 26
    assert public_ids.decode("img", text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "img_",
        "proj_1111111111111111111111",
        "img_111111111111111111111",
        "img_11111111111111111111111",
        "img_0111111111111111111111",
        "img_zzzzzzzzzzzzzzzzzzzzzz",
        "IMG_1111111111111111111111",
    ],
)
def test_no_other_spelling_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match="Not a valid img_ id"):
        public_ids.decode("img", text)
