"""How do whole epoch seconds become the milliseconds of a column, and back?"""

from __future__ import annotations

from typing import overload


@overload
def to_ms(seconds: int) -> int: ...
@overload
def to_ms(seconds: None) -> None: ...
@overload
def to_ms(seconds: int | None) -> int | None: ...
def to_ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000


@overload
def to_s(millis: int) -> int: ...
@overload
def to_s(millis: None) -> None: ...
@overload
def to_s(millis: int | None) -> int | None: ...
def to_s(millis: int | None) -> int | None:
    return None if millis is None else millis // 1000
