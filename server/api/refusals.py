"""What does the API refuse before any service is asked?"""

from __future__ import annotations

from server.domain.errors import Refusal


class ForeignPage(Refusal):
    status, code, title = 403, "csrf", "This was not asked by a page of this server"


class WrongMethod(Refusal):
    status, code, title = 405, "method_not_allowed", "This cannot be done here"


class TooSlow(Refusal):
    """It did not arrive within a reasonable time."""

    status, code, title = 408, "too_slow", "The request took too long to arrive"


class TooLarge(Refusal):
    status, code, title = 413, "too_large", "The request is too large"


class WrongMediaType(Refusal):
    status, code, title = 415, "wrong_media_type", "The request's body is not JSON"


class UnknownEncoding(Refusal):
    status, code, title = 415, "unknown_encoding", "The request's encoding is not known"


class Unexpected(Refusal):
    status, code, title = 500, "internal", "Something went wrong on the server"


class StorageUnavailable(Refusal):
    status, code, title = 503, "storage_unavailable", "The server cannot write at the moment"


class NotReady(Refusal):
    status, code, title = 503, "not_ready", "The database does not answer"


class Busy(Refusal):
    """Before anything was looked at."""

    status, code, title = 503, "busy", "The server has too much to do at the moment"
