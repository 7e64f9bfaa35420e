"""Partial dates keep their precision, impossible ones are refused, and comparisons may say that they cannot say."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kervan.edtf import Edtf, before, covers, parse, period
from kervan.errors import InputError

D = dt.date
SETTINGS = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(("text", "first", "last", "precision"), [
    ("2025-06-12", D(2025, 6, 12), D(2025, 6, 12), "day"),
    ("2025-06", D(2025, 6, 1), D(2025, 6, 30), "month"),
    ("2024-02", D(2024, 2, 1), D(2024, 2, 29), "month"),
    ("2025", D(2025, 1, 1), D(2025, 12, 31), "year"),
    ("202X", D(2020, 1, 1), D(2029, 12, 31), "decade"),
    ("20XX", D(2000, 1, 1), D(2099, 12, 31), "century"),
    ("2025-XX", D(2025, 1, 1), D(2025, 12, 31), "year"),
    ("2025-06-XX", D(2025, 6, 1), D(2025, 6, 30), "month"),
    ("2025-XX-XX", D(2025, 1, 1), D(2025, 12, 31), "year"),
    ("2025-21", D(2025, 3, 1), D(2025, 5, 31), "season"),
    ("2025-24", D(2025, 12, 1), D(2026, 2, 28), "season"),
    ("2025-06-12?", D(2025, 6, 11), D(2025, 6, 13), "day"),
    ("2025-06~", D(2025, 5, 1), D(2025, 7, 31), "month"),
    ("9999", D(9999, 1, 1), D(9999, 12, 31), "year"),
    ("2025-06/2025-08", D(2025, 6, 1), D(2025, 8, 31), "interval"),
    ("2025-06/..", D(2025, 6, 1), D.max, "interval"),
    ("../2025-06", D.min, D(2025, 6, 30), "interval"),
    ("2025-06/", D(2025, 6, 1), D.max, "interval"),
])  # fmt: skip
def test_a_date_is_the_days_that_it_may_be(text: str, first: dt.date, last: dt.date, precision: str) -> None:
    found = parse(text)
    assert (found.earliest, found.latest, found.precision, found.text) == (first, last, precision, text)


@pytest.mark.parametrize(("text", "why"), [
    ("2025-02-30", "there is no 30 February 2025"),
    ("2025-02-29", "no 29 February"),
    ("2025-13", "no month 13"),
    ("2025-00", "no month 00"),
    ("2025-06-00", "no 0 June"),
    ("2025-06-31", "no 31 June"),
    ("0000", "0001 to 9999"),
    ("2025-XX-12", "a day needs its month"),
    ("202X-06", "month and day are not known either"),
    ("2025-08/2025-06", "ends before it begins"),
    ("/", "a date at one end"),
    ("../..", "a date at one end"),
    ("21 May 2025", "EDTF level 1"),
    ("2025-6-1", "EDTF level 1"),
    ("", "EDTF level 1"),
    ("2025-06-12T10:00:00Z", "EDTF level 1"),
    ("٢٠٢٥", "EDTF level 1"),
    ("2025-06/2025/2026", "EDTF level 1"),
    ("Y17000000002", "EDTF level 1"),
    ("9" * 10_000, "EDTF level 1"),
])  # fmt: skip
def test_what_is_no_date_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse(text)


@pytest.mark.parametrize(("one", "other", "answer"), [
    ("2025-05", "2025-06", True),
    ("2025-06", "2025-05", False),
    ("2025-06", "2025-06", None),
    ("2025", "2025-06", None),
    ("2025-06-12", "2025-06-12", False),
    ("2025-06-12", "2025-06-13", True),
    ("2025-06-12?", "2025-06-13", None),
    ("2025-06/2025-07", "2025-08-01", True),
    ("2025-06/..", "2030", False),
    ("2025-06/", "2030", None),
    ("2030", "../2025", False),
])  # fmt: skip
def test_comparisons_have_three_answers(one: str, other: str, answer: bool | None) -> None:
    assert before(parse(one), parse(other)) is answer


@pytest.mark.parametrize(("begins", "ends", "day", "answer"), [
    ("2025-05-14", "", D(2025, 5, 14), True),
    ("2025-05-14", "", D(2025, 5, 13), False),
    ("2025-05", "", D(2025, 5, 13), None),
    ("2025-05", "", D(2025, 6, 1), True),
    ("2025-05", "2025-06", D(2025, 6, 10), None),
    ("2025-05", "2025-06", D(2025, 7, 1), False),
    ("", "2025-06", D(2025, 5, 31), None),
    ("", "", D(2025, 5, 31), None),
])  # fmt: skip
def test_a_membership_holds_on_a_day_or_not_or_one_cannot_say(
    begins: str, ends: str, day: dt.date, answer: bool | None
) -> None:
    assert covers(period(begins, ends), day) is answer


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(InputError, match="is before"):
        period("2025-07", "2025-06-30")
    assert period("2025-06", "2025-06").precision == "interval"


_DAYS = st.dates(D(1, 1, 1), D(9999, 12, 31))


@st.composite
def _texts(draw: st.DrawFn) -> str:
    day = draw(_DAYS).isoformat()
    text = draw(st.sampled_from([day, day[:7], day[:4], f"{day[:3]}X", f"{day[:7]}-XX"]))
    return text + draw(st.sampled_from(["", "", "?", "~", "%"]))


@SETTINGS
@given(_texts(), _texts())
def test_one_is_never_before_the_other_and_the_other_before_it(one: str, other: str) -> None:
    a, b = parse(one), parse(other)
    assert not (before(a, b) and before(b, a))
    assert (before(a, b) is None) == (a.earliest < b.latest and a.latest >= b.earliest)


@SETTINGS
@given(_texts(), st.data())
def test_what_is_surely_before_is_before_whichever_day_it_was(text: str, data: st.DataObject) -> None:
    found = parse(text)
    day = data.draw(st.dates(found.earliest, found.latest))
    other = parse(data.draw(_texts()))
    answer = before(found, other)
    exact = before(Edtf("", (day, day), (day, day), "day"), other)
    assert answer is None or answer is exact


@SETTINGS
@given(st.text(max_size=45))
def test_any_text_is_a_date_or_an_error_of_the_caller(text: str) -> None:
    try:
        found = parse(text)
    except InputError:
        return
    assert found.earliest <= found.latest
