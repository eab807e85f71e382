"""The least that a Flask handler can do with a story, on the same server: what ``http`` holds the service against.

It reads the body, parses it as JSON and answers with a word, by the fastest libraries there are for both. ``http``
starts it as ``python -m benchmarks.http_peer``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import threading

import msgspec
from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from benchmarks.serving import answers_on
from service.server import THREADS

app = Flask(__name__, static_folder=None)


@app.post("/v1/classify")
def classify() -> Response:
    """Answer without having understood anything."""
    body = request.get_data(cache=False)
    if request.mimetype == "application/json":
        msgspec.json.decode(body)
    return Response(msgspec.json.encode({"status": "ok"}), mimetype="application/json")


def main() -> None:
    """Serve until SIGTERM, with the server's settings of ``service.server``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_peer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    multiprocessing.set_start_method("fork", force=True)
    started, start = os.pipe()

    def application() -> Flask:
        os.write(start, b"+")
        return app

    server = Granian(
        "benchmarks.http_peer:app",
        address="127.0.0.1",
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=arguments.workers,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.error,
    )
    threading.Thread(target=_announce, args=(arguments, started), daemon=True).start()
    server.serve(target_loader=application, wrap_loader=False)


def _announce(arguments: argparse.Namespace, started: int) -> None:
    """Say so once it answers, as the service does: after the forks, since a lock of this thread would stay locked."""
    for _ in range(arguments.workers):
        os.read(started, 1)
    if answers_on(arguments.port):
        print("ready", flush=True)


if __name__ == "__main__":
    main()
