"""What is the least that a server of the same framework does: one route that answers a constant?

`python -m tests.bench._bare_server PORT`
"""

from __future__ import annotations

import sys

import uvicorn
from litestar import Litestar, get, post


@get("/status", sync_to_thread=False)
def status() -> dict[str, str]:
    return {"status": "running"}


@post("/start", status_code=200, sync_to_thread=False)
def start(data: dict[str, int]) -> dict[str, int]:
    return data


def main() -> None:
    app = Litestar([status, start], openapi_config=None)
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False
    )


if __name__ == "__main__":
    main()
