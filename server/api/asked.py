"""What may stand in an address and its query?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar.params import PathParameter, QueryParameter

LAST_ID: Final = 2**53 - 1
LAST_SECOND: Final = 32_503_680_000  # the year 3000

Id = Annotated[int | None, QueryParameter(ge=1, le=LAST_ID)]
Second = Annotated[int | None, QueryParameter(ge=0, le=LAST_SECOND, description="Epoch seconds.")]
Page = Annotated[
    str | None, QueryParameter(pattern=r"^[0-9]{1,18}$", description="`next` of the page before.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(pattern=r"^[0-9]{1,18}\.[0-9]{1,18}$", description="`next` of the page before."),
]
PathId = Annotated[int, PathParameter(ge=1, le=LAST_ID)]
