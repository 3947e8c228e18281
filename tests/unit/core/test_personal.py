"""The one detector: what it finds, in which spellings, and what it leaves alone.

All numbers and addresses are invented: 123456782, 111222333 and 010000008 pass the eleven-test and
belong to nobody.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dronten_pipeline.core import personal
from dronten_pipeline.core.personal import Finding, Kind


@pytest.mark.parametrize(
    "text",
    [
        "123456782",
        "bsn:123456782, graag",
        "x123456782y",
        "BSN123456782",
        "123.456.782",
        "123 456 782",
        "1234.56.782",
        "12.34.56.782",
        "12 34 56 782",
        "123456 782",
        "1 2 3 4 5 6 7 8 2",
        "123456789 en 111222333",
        "123.456.789 123.456.782",
        pytest.param("123\u00a0456\u00a0782", id="no-break space"),
        pytest.param("123\u2009456\u2009782", id="thin space"),
        pytest.param("123\u2013456\u2013782", id="en dash"),
        pytest.param("123 \u2014 456 \u2014 782", id="em dash with spaces"),
        pytest.param("123/456/782", id="slash"),
        pytest.param("123  456  782", id="two spaces"),
        pytest.param("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff12", id="full width"),
        pytest.param("12345\u200b6782", id="a mark that cannot be seen"),
        *("12345 6782", "1234 56782", "12 3456782", "1 23456782", "1234567 82", "123 456 78 2"),
        *("12 34 56 78 2", "1234.567.82", "1.2.3.4.5.6.7.8.2", "123. 456. 782", "123,456,782"),
        *("123'456'782", "123+456+782", "123|456|782", "123*456*782", "123:456:782"),
        *("123;456;782", "123\\456\\782", "123~456~782", "123    456    782", "123----456----782"),
        *("00123456782", "123&nbsp;456&nbsp;782", "&#49;&#50;&#51;456782", "123%20456%20782"),
        pytest.param("123\u2022456\u2022782", id="bullet"),
        pytest.param("\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0662", id="Arabic"),
        pytest.param("\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u0968", id="Indic"),
        pytest.param("\u2460\u2461\u2462456782", id="in circles"),
        pytest.param("1234\u202a56782", id="left to right"),
        pytest.param("1234\u206656782", id="isolate"),
        pytest.param("1234\u180e56782", id="Mongolian separator"),
        pytest.param("1\ufe0f23456782", id="variation selector"),
        pytest.param("0123456782", id="a zero in front"),
        pytest.param("010000008", id="begins with a zero"),
    ],
)
def test_a_citizen_number_is_found_however_it_is_written(text: str) -> None:
    assert "citizen_number" in personal.found_in(text)


def test_eight_digits_are_one_that_lost_its_zero() -> None:
    assert personal.found_in("10000008") == ("short_citizen_number",)
    assert personal.found_in("nummer 10000008.") == ("short_citizen_number",)
    assert personal.found_in("10000009") == ()
    assert personal.found_in("20260327") == (), "a day"


@pytest.mark.parametrize(
    "text",
    [
        "100.00.008",
        "100 00 008",
        "100-00-008",
        "100\u201300\u2013008",
        "100\u00a000\u2009008",
        "100 / 00 / 008",
        "bsn 100.000.08.",
        "bsn:10.00.000.8",
        "1.00.00.008, en verder",
        "10-000-008",
        "1 0 0 0 0 0 0 8",
    ],
)
def test_eight_digits_are_found_in_groups(text: str) -> None:
    assert personal.found_in(text) == ("short_citizen_number",)
    other = text.replace("8", "9")
    assert personal.found_in(other) == (), "fails the eleven-test"


@pytest.mark.parametrize(
    "text",
    [
        "10.000.008",
        "10,000,008",
        "10 000 008",
        "10.000.008,00 euro",
        "100.000,08",
        "100,000.08",
        "1,00,00,008",
        "1000.00.08",
        "1000-00-08",
        "10-00-0008",
        "10 00 00 08",
        "10:00:00:08",
        "100-00-008-12",
        "in 2025 100 00 008",
        "de zaken 100, 00, 008",
        "1000-0008",
        "T100-00-008x",
    ],
)
def test_what_is_written_as_an_amount_a_day_or_a_list_is_no_short_number(text: str) -> None:
    assert personal.found_in(text) == ()


def test_no_day_of_forty_years_is_a_number_of_a_person() -> None:
    days = pl.date_range(dt.date(1990, 1, 1), dt.date(2030, 12, 31), eager=True)
    ways = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%Y %m %d", "%d %m %Y", "%d/%m/%y", "%d.%m.%y 10"]
    for way in ways:
        assert personal.examine(days.dt.strftime(way)) == [], way
    moments = days.dt.strftime("%Y-%m-%dT10:11:12.000Z")
    assert personal.examine(moments) == []


def test_no_amount_is_a_number_of_a_person() -> None:
    euros = pl.Series(range(10_000_000, 99_999_999, 100_003))
    text = euros.cast(pl.String)
    dutch = text.str.replace(r"^(\d\d)(\d{3})(\d{3})$", "$1.$2.$3")
    cents = text.str.replace(r"^(\d{3})(\d{3})(\d\d)$", "$1.$2,$3")
    for written in (dutch, dutch.str.replace_all(r"\.", " "), dutch + ",00", cents):
        assert personal.examine(written) == []


def test_whole_numbers_are_read_as_well() -> None:
    numbers = pl.Series("aantal", [3, 123456782, 10000008, None, -5])
    found = {one.kind: one.suspected for one in personal.examine(numbers)}
    assert found == {"citizen_number": 1, "short_citizen_number": 1}


@pytest.mark.parametrize("kind", [pl.Float64, pl.Decimal(18, 2), pl.Int128, pl.UInt64])
def test_of_figures_the_whole_ones_are_read(kind: pl.DataType) -> None:
    numbers = pl.Series("bedrag", [123456782, None, 10**15, 7], dtype=kind)
    assert [one.kind for one in personal.examine(numbers)] == ["citizen_number"]


def test_a_fraction_is_no_number_of_a_person() -> None:
    figures = pl.Series("bedrag", [123456782.5, float("nan"), float("inf")])
    assert personal.examine(figures) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jan@voorbeeld.nl", "email"),
        ("mail Jan.Jansen+x@mail.voorbeeld.co.uk!", "email"),
        ("j\uff20voorbeeld.nl", "email"),
        ("jan.info@dronten.nl", "email"),
        ("NL91ABNA0417164300", "iban"),
        ("rek. nl91 abna 0417 1643 00 graag", "iban"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("06-12345678", "phone"),
        ("0612345678", "phone"),
        ("bel 06 12 34 56 78.", "phone"),
        ("06\u201312345678", "phone"),
        ("06 - 123 456 78", "phone"),
        ("+31 6 12345678", "phone"),
        ("+31 (0)6 12345678", "phone"),
        ("0031612345678", "phone"),
        ("+32 470 12 34 56", "phone"),
        ("0321-388912", "phone"),
        ("(0321) 38 89 12", "phone"),
        ("020 1234567", "phone"),
        ("(06) 12345678", "phone"),
        ("31612345678", "phone"),
        ("06_12345678", "phone"),
        ("0049 30 901820", "phone"),
        ("00 31 6 12345678", "phone"),
        ("+1 (202) 555-0123", "phone"),
        ("tel0612345678", "phone"),
        ("/p/0612345678", "phone"),
        ("bel.0612345678", "phone"),
        ("0612345678/0687654321", "phone"),
        ("NL91  ABNA  0417  1643  00", "iban"),
        ("NL91\u2013ABNA\u20130417\u20131643\u201300", "iban"),
        ("NL91/ABNA/0417/1643/00", "iban"),
        ("NL91_ABNA_0417_1643_00", "iban"),
        ("SA0380000000608010167519", "iban"),
        ("be68539007547034", "iban"),
        ("de89370400440532013000", "iban"),
        ("ee382200221020145685", "iban"),
        ("ba391290079401028494", "iban"),
        ("ae070331234567890123456", "iban"),
        ("UA213223130000026007233566001", "iban"),
        ("RS35260005601001611379", "iban"),
        ("jan.jansen @ voorbeeld.nl", "email"),
        ("jan.jansen(at)voorbeeld.nl", "email"),
        ("jan%40voorbeeld.nl", "email"),
        ("jan&#64;voorbeeld.nl", "email"),
        ("jan\ufe6bvoorbeeld.nl", "email"),
        ("jan@voorbeeld\u3002nl", "email"),
    ],
)
def test_addresses_accounts_and_telephones_are_found(text: str, kind: Kind) -> None:
    assert kind in personal.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789",
        "1234567820",
        "000000000",
        "NL91ABNA0417164301",
        "2026-03-17 10:11",
        "06-02-2026 10:11",
        "2025-01-01 - 2025-12-31",
        "1.234.567,89",
        "52.5231234",
        "2025-12345",
        "2025-12348",
        "de zaken 10, 12, 345, 67 en 2",
        "1234567,82",
        "12.3456782",
        "52.0612345678",
        "DE 20 WONINGEN IN DE WIJK",
        "3 @ 2.50",
        "8251 AB",
        "14 0321",
        "0900-1234",
        "info@dronten.nl",
        "(0321) 388 911",
        "a" * 64,
        "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        "12345678278123456782deadbeef123456782deadbeef123456782deadbeef12",
        "20260317-1a2b3c4d5e6f",
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert personal.found_in(text) == ()


def test_a_mobile_number_is_no_citizen_number() -> None:
    assert personal.found_in("06-12345678") == ("phone",)


def test_each_value_of_a_column_is_judged_by_itself() -> None:
    values = pl.Series(["niets", "123456782", None, "jan@voorbeeld.nl", "123456789"])
    held = personal.holds_personal_data(values)
    assert held.to_list() == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("passing", "checked", "is_error"),
    [
        pytest.param(2, 2, False, id="two of two"),
        pytest.param(3, 3, True, id="three of three"),
        pytest.param(19, 19, True, id="all of a few"),
        pytest.param(2, 22, False, id="chance"),
        pytest.param(12, 100, False, id="still chance"),
        pytest.param(30, 100, True, id="clearly more"),
        pytest.param(20, 20, True, id="all"),
        pytest.param(9200, 100_000, False, id="chance among many"),
        pytest.param(12_000, 100_000, True, id="clearly more among many"),
    ],
)
def test_keys_are_judged_by_chance(passing: int, checked: int, is_error: bool) -> None:
    finding = Finding(column_name="k", is_key=True, suspected=passing, checked=checked)
    assert personal.is_error([finding]) is is_error
    assert personal.is_error([finding], role="number") is is_error


def test_in_a_text_one_is_enough_unless_eight_digits_are_a_series() -> None:
    def judged(suspected: int, checked: int, kind: Kind) -> bool:
        about = Finding(
            column_name="t", is_key=False, suspected=suspected, checked=checked, kind=kind
        )
        return personal.is_error([about])

    assert judged(1, 1, "citizen_number") and judged(1, 100, "citizen_number")
    assert judged(1, 1, "short_citizen_number") and judged(90, 100, "short_citizen_number")
    assert not judged(9, 100, "short_citizen_number")
    assert judged(1, 1, "email") and judged(1, 1, "phone") and judged(1, 1, "iban")


def test_numbers_as_most_systems_write_them_are_judged_as_any_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have a shorter way, with the same outcome."""
    draw = random.Random(20261201)
    written = [
        "".join(draw.choices("ABELNRZ", k=draw.randint(1, 4)))
        + "-"
        + draw.choice(["", "", f"{draw.randint(1900, 2099)}-"])
        + draw.choice(["", "0", "00", "06", "316"])
        + "".join(draw.choices("0123456789", k=draw.randint(1, 9)))
        for _ in range(20_000)
    ]
    text = pl.Series("nummer", [one for one in written if len(one) < 20])
    short = {(one.kind, one.suspected, one.checked) for one in personal.examine(text, role="key")}
    held = personal.holds_personal_data(text)
    assert {kind for kind, _, _ in short} >= {"citizen_number", "phone"}
    for pattern in ("_SHORT_NUMBER", "_LONG_NUMBER"):
        monkeypatch.setattr(personal, pattern, r"(never)^")
    long = {(one.kind, one.suspected, one.checked) for one in personal.examine(text, role="key")}
    assert short == long
    assert held.equals(personal.holds_personal_data(text))


@given(st.text(alphabet="0123456789٣²①@＠﹫([{%&atАвd-. ", max_size=14))
@example("06 12345678")
@example("0612345678")
@example("a＠b.nl")
@example("a [at] b.nl")
@example("a&#64;b.nl")
def test_a_text_that_is_passed_over_at_once_holds_nothing(text: str) -> None:
    found = {one.kind for one in personal.examine(pl.Series([text], dtype=pl.String))}
    assert set(personal.found_in(text)) == found


GUIDS = [str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4)) for n in range(3000)]


@pytest.mark.parametrize(
    "written",
    [
        "{}", "{{{}}}", "zaak_{}", "Z{}", "urn:uuid:{}", "{}.pdf", "https://a.nl/zaken/{}?x=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("case", [str.lower, str.upper])
@pytest.mark.parametrize("mark", ["-", "_", ""])
@pytest.mark.parametrize("role", ["text", "key"])
def test_a_guid_is_no_number_of_anybody(
    written: str, case: Callable[[str], str], mark: str, role: personal.Role
) -> None:
    if not mark and written in ("zaak_{}", "Z{}"):  # what hangs on makes it another text
        return
    texts = [written.format(case(guid.replace("-", mark))) for guid in GUIDS]
    assert not personal.examine(pl.Series("a", texts), role=role)


@pytest.mark.parametrize(
    "text",
    [
        "bsn 123456782-6F9619FF-8B86-D011-B42D-00C04FC964FF",
        "6F9619FF-8B86-D011-B42D-00C04FC964FF 123456782",
        "1234567826F9619FF-8B86-D011-B42D-00C04FC964FF",
        "6F9619FF-8B86-D011-B42D-00C04FC964FF123456782",
        "00000000-0000-0000-0000-000123456782",
    ],
)
def test_a_number_beside_or_in_the_form_of_a_guid_is_found(text: str) -> None:
    assert personal.found_in(text) == ("citizen_number",)
