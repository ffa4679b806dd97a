"""How does a body become a struct, and a struct a body?

Strictly: no text for a number, no unknown field where the struct refuses them, no more bytes than agreed. Amounts of
money are JSON numbers with all their places.
"""

from __future__ import annotations

import zlib
from typing import Any, Final, Generic, TypeVar

import msgspec
from litestar import Response
from litestar.dto import AbstractDTO
from litestar.openapi.spec import Reference, Schema
from litestar.types import Serializer

from server.api.fields import amounts_in_words, field_errors, from_words
from server.api.refusals import TooLarge, UnknownEncoding, WrongMediaType
from server.domain.errors import Invalid, Refusal
from server.domain.messages import FieldError

T = TypeVar("T")

BODY_LIMIT: Final = 128 * 1024  # ten thousand letters, each written as two escapes
SYNC_LIMIT: Final = 256 * 1024
GZIP: Final = 31  # zlib's number for a gzip header and trailer
NOTHING: Final = b"{}"
JSON: Final = "application/json"
UNREADABLE: Final = "The body is not JSON that can be read."

encode: Final = msgspec.json.Encoder(decimal_format="number").encode


class NoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing has to be said; an empty body does too."""


class Answer(Response[T], Generic[T]):
    """A struct as JSON; bytes are JSON already."""

    @classmethod
    def of_bytes(
        cls, body: bytes, *, status_code: int | None = None, headers: dict[str, str] | None = None
    ) -> Answer[Any]:
        return Answer(body, status_code=status_code, headers=headers)

    def render(self, content: Any, media_type: str, enc_hook: Serializer | None = None) -> bytes:  # noqa: ARG002
        return content if isinstance(content, bytes) else encode(content)


class Body(AbstractDTO[T], Generic[T]):
    """Reads a request's body: `dto=Body[StartTimer]`."""

    limit = BODY_LIMIT
    takes_gzip = False

    def decode_bytes(self, value: bytes) -> T:
        """Refusal: TooLarge, WrongMediaType, UnknownEncoding, Invalid, or plainly unreadable."""
        _says_json(self.asgi_connection.headers.get("content-type", JSON))
        encoding = self.asgi_connection.headers.get("content-encoding", "identity")
        if encoding == "gzip" and self.takes_gzip:
            value = inflate(value, self.limit)
        elif encoding != "identity":
            raise UnknownEncoding("Send plain JSON.")
        if len(value) > self.limit:
            raise TooLarge(f"Send at most {self.limit} bytes.")
        return understand(value or NOTHING, self.model_type)

    @classmethod
    def create_for_field_definition(cls, *_args: Any, **_kwargs: Any) -> None:
        """Nothing has to be prepared."""

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:  # noqa: ARG003
        """The struct has them."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: Any) -> bool:  # noqa: ARG003
        return False

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: Any,
        handler_id: str,  # noqa: ARG003
        schema_creator: Any,
    ) -> Reference | Schema:
        found: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return found


class SyncBody(Body[T], Generic[T]):
    """The journal's batches are larger, and may come packed."""

    limit = SYNC_LIMIT
    takes_gzip = True


def _says_json(content_type: str) -> None:
    """A form in a foreign page cannot say so. WrongMediaType."""
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise WrongMediaType("Send JSON, with the header Content-Type: application/json.")


def inflate(packed: bytes, limit: int) -> bytes:
    """Never makes more than `limit` bytes and one. Refusal, TooLarge."""
    stream = zlib.decompressobj(GZIP)
    try:
        body = stream.decompress(packed, limit + 1)
    except zlib.error as failure:
        raise Refusal("The body is not gzip, as its Content-Encoding says.") from failure
    if len(body) > limit:
        raise TooLarge(f"Send at most {limit} bytes, unpacked.")
    if not stream.eof or stream.unused_data:
        raise Refusal("The body's gzip is cut short or goes on after its end.")
    return body


def understand(body: bytes, form: type[T]) -> T:
    """Refusal for what is not JSON; Invalid, with each wrong field, for other JSON than `form`."""
    try:
        found = msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as failure:
        wrong = _errors(body, form, failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise Refusal(UNREADABLE) from failure
    else:
        wrong = amounts_in_words(body, form)
        if not wrong:
            return found
    raise Invalid("Correct the fields that are named and send it again.", errors=wrong)


def _errors(body: bytes, form: type[Any], wrong: msgspec.ValidationError) -> list[FieldError]:
    """What was wrong stands before what is not even JSON."""
    try:
        return field_errors(msgspec.json.decode(body), form, wrong)
    except msgspec.ValidationError:  # a number that no computer holds
        return [from_words(str(wrong))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise Refusal(UNREADABLE) from failure
