"""What may stand in an address and its query?"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from litestar.params import PathParameter, QueryParameter

from server.api.fields import ERRORS_NAMED
from server.api.proof import Ask
from server.domain.errors import CORRECT_IT, Invalid, NotFound
from server.domain.messages import FieldError

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

NULL: Final = "null"
IS_NULL: Final = "Leave this out instead."
SAID_TWICE: Final = "Say this once."
NAME_LIMIT: Final = 100


def is_clear(request: Ask) -> None:
    """Litestar takes " 1" and "1_0" for ids, reads `null` as if nothing had been asked for, and the last of two values.

    NotFound, Invalid.
    """
    ids = [str(value) for value in request.path_params.values() if isinstance(value, int)]
    steps = request.scope["path"].split("/") if ids else []
    if any(steps.count(each) < ids.count(each) for each in ids):
        raise NotFound("Nothing is at this address.")
    if not request.scope["query_string"]:
        return
    asked = list(request.query_params.multi_items())
    times = Counter(name for name, _ in asked)
    errors = [FieldError(name[:NAME_LIMIT], SAID_TWICE) for name in times if times[name] > 1]
    nulls = [name for name, value in asked if value.lower() == NULL and times[name] == 1]
    if nulls:
        no_texts = _no_texts(request)
        errors += [FieldError(name, IS_NULL) for name in nulls if name in no_texts]
    if errors:
        raise Invalid(CORRECT_IT, errors=errors[:ERRORS_NAMED])


def _no_texts(request: Ask) -> set[str]:
    """In a text `null` is a word like any other."""
    return {
        getattr(known.kwarg_definition, "name", None) or name
        for name, known in request.route_handler.parsed_fn_signature.parameters.items()
        if known.is_optional and str not in [kind.annotation for kind in known.inner_types]
    }
