"""Tables of sold items as people have them, and what is wrong with some."""

from __future__ import annotations

from datetime import date

import pytest

from config.errors import AppError
from listings.pricing import cells, sheets, tables
from listings.pricing.cells import BadCell
from listings.pricing.tables import Choices
from tests.tables import in_turn

HEADER = "title,brand,category,condition,price,date"
ROW = "Levi's 501,Levi's,Jeans,Good,45.00,2026-03-01"


def read(
    text: str, *, encoding: str = "utf-8", currency: str = "USD", **choices: str
) -> tables.Outcome:
    return tables.read(text.encode(encoding), Choices(**choices), currency=currency)  # type: ignore[arg-type]


def errors(*rows: str, **options: str) -> list[str]:
    found = read("\n".join([HEADER, *rows]), **options)
    return [f"{x['line']} {x['column']}: {x['message']}" for x in found.errors]


@in_turn(
    ("text", "currency", "minor"),
    [
        ("45", "USD", 4500),
        ("45.00", "USD", 4500),
        ("$1,234.50", "USD", 123_450),
        ("US$ 12", "USD", 1200),
        ("1.234,50 €", "EUR", 123_450),
        ("EUR 12,5", "EUR", 1250),
        ("1 234,50", "EUR", 123_450),
        ("1\u202f234", "EUR", 123_400),
        ("1'200.00", "CHF", 120_000),
        ("1.200", "EUR", 120_000),
        ("£7", "GBP", 700),
        ("¥4500", "JPY", 4500),
        ("1,234,567", "USD", 123_456_700),
        ("12.500", "KWD", 12_500),
        ("٤٥", "USD", 4500),
    ],
)
def test_money_is_read_as_people_write_it(text: str, currency: str, minor: int) -> None:
    decimals = {"JPY": 0, "KWD": 3}.get(currency, 2)
    assert cells.money(text, currency, decimals) == minor


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is not an amount"),
        ("n/a", "is not an amount"),
        ("-5", "more than zero"),
        ("0.00", "more than zero"),
        ("12.345.6", "is not an amount"),
        ("1,23,456", "is not an amount"),
        ("45 €", "is in EUR"),
        ("45 PLN", "USD was expected"),
        ("=12*3", "is a formula"),
        ("@SUM(A1)", "is a formula"),
        ("4.5678", "more decimal places than USD"),
        ("999999999999", "too large"),
        ("1e9", "is not an amount"),
        ("12" * 5000, "too large"),
    ],
)
def test_what_is_no_price_is_told(text: str, wrong: str) -> None:
    with pytest.raises(BadCell, match=wrong):
        cells.money(text, "USD", 2)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-01", None),
        ("2026/3/1", None),
        ("2026-03-01T10:00:00Z", None),
        ("2026-03-01 10:00", None),
        ("01.03.2026", None),
        ("1.3.26", None),
        ("3/1/2026", "month-first"),
        ("1/3/2026", "day-first"),
        ("Mar 1, 2026", None),
        ("1 March 2026", None),
        ("01-Mar-26", None),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, order: cells.Order | None) -> None:
    assert cells.day(text, order, today=date(2026, 11, 21)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is not a date"),
        ("soon", "is not a date"),
        ("2026-13-01", "is not a date"),
        ("31.02.2026", "is not a date"),
        ("3/1/2026", "dateOrder"),
        ("2027-01-01", "in the future"),
        ("1970-01-01", "before 1995"),
        ("=TODAY()", "is a formula"),
    ],
)
def test_what_is_no_date_of_a_sale_is_told(text: str, wrong: str) -> None:
    with pytest.raises(BadCell, match=wrong):
        cells.day(text, None, today=date(2026, 11, 21))


def test_the_order_of_dates_follows_from_those_that_leave_no_choice() -> None:
    assert cells.date_order(["3/1/2026", "3/25/2026"]) == "month-first"
    assert cells.date_order(["3/1/2026", "25/3/2026", "x"]) == "day-first"
    assert cells.date_order(["3/1/2026", "2026-03-25"]) is None
    assert cells.date_order(["3/25/2026", "25/3/2026"]) is None
    table = "title,price,date\na,1,3/1/2026\nb,1,3/25/2026"
    assert [row.sold_on for row in read(table).rows] == [date(2026, 3, 1), date(2026, 3, 25)]


def test_conditions_have_many_names() -> None:
    names = ["NWT", "Used - Good", "euc", "Sehr gut", "For parts/not working", "", "hmm"]
    found = [cells.condition(name) for name in names]
    assert found == ["new", "good", "like-new", "like-new", "for-parts", "", None]


@in_turn("separator", [",", ";", "\t", "|"])
@in_turn("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_and_encoding(separator: str, encoding: str) -> None:
    table = "\r\n".join(["Titel;Preis;Datum;Marke", 'Blüse "Zoé";12,50;01.03.2026;Chloé'])
    text = table.replace(";", separator).replace("12,50", '"12,50"')
    found = read(text, encoding=encoding, currency="EUR")
    [row] = found.rows
    assert (row.title, row.brand, row.price) == ('Blüse "Zoé"', "Chloé", 1250)
    names = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}
    assert found.encoding == names.get(encoding, encoding)
    assert found.separator in {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}[separator]


def test_bytes_that_windows_has_no_letter_for_are_latin_1() -> None:
    data = b"title;price;date\nfoo \x81 \xe9;1;2026-03-01"
    found = tables.read(data, Choices(), currency="USD")
    assert (found.encoding, found.rows[0].title) == ("latin-1", "foo é")


def test_columns_stand_in_any_order_and_others_are_passed_over() -> None:
    table = "\n\nBuyer,Sale Date,Item Title,Order,Sold For\nAda,2026-03-01,Shirt,7,$9\n,,,,\n"
    found = read(table)
    assert found.columns == ("date", "title", "price")
    assert [(row.title, row.price, row.brand) for row in found.rows] == [("Shirt", 900, "")]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty"),
        (b"just words\nand more", "is missing 'title' and 'price' and 'date'"),
        (b"title,price\na,1", "is missing 'date'; it has: title, price."),
        (b"title,name,price,date\na,b,1,2026-01-01", "Several columns could be the title"),
        (b"PK\x03\x04\x00\x00\x00\x00xl/workbook.xml", "not a text file"),
        (b"\xff\xfet\x00i\x00", "header is missing"),
        (b"\xff\xfe\x00\xd8", "says it is utf-16, but it is not"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, wrong: str) -> None:
    with pytest.raises(AppError, match=wrong) as caught:
        sheets.read(data)
    assert (caught.value.code, list(caught.value.fields or {})) == ("VALIDATION_ERROR", ["file"])


def test_an_open_quotation_mark_does_not_swallow_the_table_in_silence() -> None:
    table = f"{HEADER}\n\"Levi's 501,Levi's,Jeans,Good,45,2026-03-01\n{ROW}\n"
    [first, *_] = errors(*table.split("\n")[1:])
    assert "2" in first or "3" in first
    with pytest.raises(AppError, match="quotation mark not closed"):
        read(f'{HEADER}\n"{"x" * 140_000}')


def test_every_fault_of_a_row_is_told_with_its_line() -> None:
    found = read("\n".join([HEADER, ROW, ",,,,free,yesterday", "", ROW]))
    assert (len(found.rows), found.skipped) == (2, 1)
    assert found.errors == [
        {"line": 3, "column": "title", "message": "is empty."},
        {"line": 3, "column": "price", "message": "'free' is not an amount of money."},
        {
            "line": 3,
            "column": "date",
            "message": "'yesterday' is not a date; write it as 2024-12-31.",
        },
    ]


def test_long_texts_and_odd_currencies_are_told() -> None:
    assert errors(f"{'x' * 301},,,,1,2026-03-01") == ["2 title: is longer than 300 characters."]
    assert errors(f"a,{'x' * 101},,,1,2026-03-01") == ["2 brand: is longer than 100 characters."]
    found = read("title,price,date,currency\na,1,2026-03-01,gbp\nb,1,2026-03-01,BTC")
    assert [row.currency for row in found.rows] == ["GBP"]
    assert found.errors == [
        {
            "line": 3,
            "column": "currency",
            "message": "'BTC' is not a currency code such as EUR.",
        }
    ]


def test_the_faults_of_a_row_come_in_the_order_of_its_values() -> None:
    wrong = f"{'c' * 101},soon,{'b' * 101},free,BTC,"
    found = read(f"category,date,brand,price,currency,title\n{wrong}")
    assert [error["column"] for error in found.errors] == [
        *("title", "currency", "date", "brand", "category"),
    ]


def test_only_the_first_faults_are_told_one_by_one() -> None:
    found = read("\n".join([HEADER, *["a,,,,free,2026-03-01"] * 60]))
    assert (found.skipped, len(found.errors)) == (60, 50)


def test_formulas_and_unseen_characters_stay_text_or_go() -> None:
    row = '"=HYPERLINK(""http://x"",""y"")\u202e\x07 coat",,,,1,2026-03-01'
    [found] = read(f"{HEADER}\n{row}").rows
    assert found.title == '=HYPERLINK("http://x","y") coat'


def test_conditions_that_nobody_knows_are_told() -> None:
    found = read("\n".join([HEADER, *["a,,,groovy,1,2026-03-01"] * 2, ROW]))
    assert found.as_json()["unknownConditions"] == ["groovy"]
    assert [row.condition for row in found.rows] == ["", "", "good"]


def test_a_table_may_have_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    assert len(read("\n".join([HEADER, ROW, ROW])).rows) == 2
    with pytest.raises(AppError, match="at most 2 rows") as caught:
        read("\n".join([HEADER, ROW, ROW, ROW]))
    assert (caught.value.code, caught.value.status) == ("PAYLOAD_TOO_LARGE", 413)
