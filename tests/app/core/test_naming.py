"""Is a short name enough, and no longer than it has to be?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.naming import SHORTEST, short_names


@given(st.sets(st.text("01", min_size=12, max_size=12), max_size=40))
def test_each_names_one_and_one_letter_less_would_not(names: set[str]) -> None:
    for name, short in short_names(names).items():
        assert [each for each in names if each.startswith(short)] == [name]
        if len(short) > SHORTEST:
            assert sum(each.startswith(short[:-1]) for each in names) > 1
