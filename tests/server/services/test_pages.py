"""Does a list go on where its page before ended, whatever somebody writes into its cursor?"""

from __future__ import annotations

from datetime import date

import pytest

from server.domain.errors import Invalid
from server.services.pages import cut, day_of, last_id, last_numbers


def test_the_first_page_has_no_cursor() -> None:
    assert last_numbers(None, 2) is None
    assert last_id(None) is None


def test_a_cursor_is_as_many_numbers_as_the_list_is_ordered_by() -> None:
    assert last_numbers("1790000000000.7", 2) == (1_790_000_000_000, 7)
    assert last_id("7") == 7


@pytest.mark.parametrize(
    "cursor",
    ["", ".", "7.", ".7", "7.8.9", "7", "-7.8", "7.x", "7 .8", "\u0667.\u0668", "7.8\n", f"{10**18}.8"],
)
def test_what_no_page_gave_out(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        last_numbers(cursor, 2)
    assert [error.field for error in refused.value.errors] == ["cursor"]


def test_a_page_says_its_last_item_only_when_another_page_follows() -> None:
    assert cut([1, 2, 3], 2) == ([1, 2], 2)
    assert cut([1, 2], 2) == ([1, 2], None)
    assert cut([], 2) == ([], None)


def test_any_number_is_a_day() -> None:
    assert day_of(date(2026, 3, 2).toordinal()) == date(2026, 3, 2)
    assert day_of(0) == date.min
    assert day_of(10**17) == date.max
