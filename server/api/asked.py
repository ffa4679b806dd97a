"""What may stand in a query?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar.params import QueryParameter

LAST_ID: Final = 2**53 - 1
LAST_SECOND: Final = 32_503_680_000  # the year 3000

Id = Annotated[int | None, QueryParameter(ge=1, le=LAST_ID)]
Second = Annotated[int | None, QueryParameter(ge=0, le=LAST_SECOND, description="Epoch seconds.")]
Cursor = Annotated[str | None, QueryParameter(max_length=100, description="`next` of the page before.")]
