"""Measurements and ages as sellers give them: read strictly, shown in what each market measures by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

# What can be measured of an item, in the order in which a listing says it.
NAMES: Final = (
    *("chest", "waist", "hips", "shoulders", "sleeve", "length", "inseam", "rise", "hem"),
    *("insole", "heel", "shaft", "width", "height", "depth", "diameter", "strap", "screen"),
    *("volume", "weight"),
)
_INCH: Final = 2.54
_POUND: Final = 0.45359237
_OUNCE: Final = 29.5735
# Units by what they count, each in centimeters, kilograms or milliliters.
_LENGTHS: Final = {"mm": 0.1, "cm": 1.0, "m": 100.0, "in": _INCH, "ft": 12 * _INCH}
_WEIGHTS: Final = {"g": 0.001, "kg": 1.0, "oz": _POUND / 16, "lb": _POUND}
_VOLUMES: Final = {"ml": 1.0, "l": 1000.0, "fl oz": _OUNCE, "gal": 3785.41}
_SPELLINGS: Final = {
    **{'"': "in", "”": "in", "″": "in", "inch": "in", "inches": "in", "zoll": "in", "lbs": "lb"},
    **{"feet": "ft", "foot": "ft", "liter": "l", "litre": "l", "liters": "l", "litres": "l"},
}
_FORM: Final = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*([a-z”″\"]+(?: oz)?)", re.I)
_IMPERIAL: Final = frozenset(("in", "ft", "oz", "lb", "fl oz", "gal"))
# In each language that listings are written in: "2 Jahre", "6 mois", "1990er".
_AGE: Final = re.compile(
    r"(?:(\d{1,3}) ?(?:(years?|jahre?|ans?|años?|ann[io])|(?:months?|monate?|mois|mes|meses|mes[ei]))"
    r"|(?:(?:années|años|anni) )?((?:1[5-9]|20)\d\d)(s|er|ern)?)",
    re.I,
)
_VINTAGE: Final = 20  # years


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount as its seller gave it: `text` is the number, `unit` one that we know."""

    text: str
    unit: str

    @classmethod
    def read(cls, said: str, *, of: str) -> Measure:
        """Raises ValueError for what is no number with a unit that `of` is measured in."""
        units = _units_of(of)
        found = _FORM.fullmatch(said.strip())
        unit = "" if found is None else found[3].lower()
        unit = _SPELLINGS.get(unit, unit)
        if found is None or unit not in units or float(f"{found[1]}.{found[2] or 0}") == 0:
            example = {"weight": "2 kg or 4.5 lb", "volume": "500 ml or 17 fl oz"}
            told = example.get(of, "52 cm or 20.5 in")
            raise ValueError(f"The {of} must be a number with its unit, such as {told}.")
        fraction = (found[2] or "").rstrip("0")
        return cls(f"{int(found[1])}" + (f".{fraction}" if fraction else ""), unit)

    def shown(self, *, imperial: bool, decimal: str = ".") -> str:
        """As buyers there measure it; with what the seller wrote behind it where that is another unit."""
        given = f"{self.text.replace('.', decimal)} {self.unit}"
        if (self.unit in _IMPERIAL) == imperial:
            return given
        return f"{self._converted(imperial).replace('.', decimal)} ({given})"

    def _converted(self, imperial: bool) -> str:
        for units, metric, american in (
            (_LENGTHS, "cm", "in"),
            (_WEIGHTS, "kg", "lb"),
            (_VOLUMES, "ml", "fl oz"),
        ):
            if self.unit in units:
                wanted = american if imperial else metric
                amount = float(self.text) * units[self.unit] / units[wanted]
                return f"{round(amount, 1):g} {wanted}"
        raise AssertionError(self.unit)


def _units_of(name: str) -> dict[str, float]:
    return {"weight": _WEIGHTS, "volume": _VOLUMES}.get(name, _LENGTHS)


@dataclass(frozen=True, slots=True)
class Age:
    """How old an item is: some `years` or `months`, or made in a `year` or, with `decade`, about then."""

    years: int = 0
    months: int = 0
    year: int = 0
    decade: bool = False

    @classmethod
    def read(cls, said: str) -> Age:
        """Raises ValueError for anything but "2 years", "6 months", "1990s" and "2019"."""
        found = _AGE.fullmatch(said.strip())
        if found is not None and found[1] and int(found[1]):
            number = int(found[1])
            return cls(years=number) if found[2] else cls(months=number)
        is_decade = found is not None and (found[4] or not said.strip()[0].isdigit())
        if found is not None and found[3] and not (is_decade and found[3][3] != "0"):
            return cls(year=int(found[3]), decade=bool(is_decade))
        raise ValueError("The age must be such as 2 years, 6 months, 1990s or 2019.")

    def is_vintage(self, today: date) -> bool:
        """Whether it is at least 20 years old for certain."""
        made = self.year + 9 if self.decade else self.year
        return self.years >= _VINTAGE or (bool(made) and today.year - made >= _VINTAGE)
