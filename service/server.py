"""Serving under granian: load everything once, fork the workers, say when they listen, stop when told.

``__main__`` calls ``serve`` with settings that have been checked. Loading before the fork is what keeps a second worker
small: it shares the parent's numba, numpy and pages of the model (80 MB a worker otherwise).
"""

from __future__ import annotations

import gc
import http.client
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from service import logs
from service.app import create_app
from service.reloading import Reloading
from service.served import ServedModels
from service.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["serve"]

THREADS = 640
"""Requests that one worker reads or answers at a time. For speed a few would do (4 and 64 measured alike); the others
are there for clients who send slowly, since each of them holds a thread until it has sent everything. They are started
when they are needed and take 0.1 MB each: 500 slow clients take 35 MB of a worker, and it answers as fast as before."""

STOP_SECONDS = 10
"""How long a worker may finish what it is answering before it is killed."""

_LISTEN_SECONDS = 30.0


def serve(settings: Settings, shared: Path) -> None:
    """Serve until SIGTERM or SIGINT.

    Parameters
    ----------
    settings : Settings
    shared : Path
        Folder in which the workers count together.

    Raises
    ------
    ArtifactError
        If the artifact cannot be loaded.
    SystemExit
        If the workers die as soon as they start.
    """
    logs.configure()
    models = ServedModels(settings.folders)
    models.load()
    reloading = Reloading(models)
    _run(settings, create_app(settings, models, reloading.reload, shared), reloading)


def _run(settings: Settings, app: Flask, reloading: Reloading) -> None:
    """Fork the workers from this process and watch them.

    A worker stops at the parent's SIGTERM alone. Ctrl-C reaches the whole group, so a worker would get SIGINT and
    SIGTERM together; granian's handler for the one is then interrupted by the other while it holds a lock that both
    need, and the worker hangs until it is killed.
    """
    multiprocessing.set_start_method("fork", force=True)  # granian asks for it; spawned workers would load everything
    started, start = os.pipe()

    def application() -> Flask:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the parent's handler, inherited, would do nothing here
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is the parent's; a terminal that closes tells the whole group
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        reloading.join()
        os.write(start, b"+")
        return app

    server = Granian(
        "service.app:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        backpressure=THREADS,  # connections of a worker; by default, 1024 are shared out among the workers
        websockets=False,
        log_level=LogLevels.error,  # a warning would advise against THREADS
        log_dictconfig=logs.CONFIGURATION,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.signal_handler_reload = reloading.on_signal  # SIGHUP: granian's own would replace the workers, not the model
    reloading.serve()
    threading.Thread(target=_announce, args=(settings, started), daemon=True).start()
    gc.collect()
    gc.freeze()  # a collection in a worker would otherwise write to every page it shares with the others
    try:
        server.serve(target_loader=application, wrap_loader=False)
    except SystemExit:
        if not server.interrupt_signal:  # a SIGTERM to the group ends workers too, and granian reports a failure
            raise


def _announce(settings: Settings, started: int) -> None:
    """Print the address once every worker runs and one of them answers.

    Waits on a pipe first: a lock that this thread held while a worker is forked would stay locked in the worker.
    """
    for _ in range(settings.workers):
        os.read(started, 1)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # where it is asked
    for _ in range(int(_LISTEN_SECONDS / 0.05)):
        connection = http.client.HTTPConnection(host, settings.port, timeout=_LISTEN_SECONDS)
        try:
            connection.request("GET", "/readyz")
            connection.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            address = f"[{settings.host}]" if ":" in settings.host else settings.host
            print(f"Tabwib is ready: http://{address}:{settings.port}", flush=True)
            return
        finally:
            connection.close()
