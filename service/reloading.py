"""Replacing the models of a running service: the parent verifies, every worker follows.

``server`` opens one Reloading before it forks. The parent's thread waits for a worker that asks for a reload (in
``api.administration``) or for SIGHUP, loads and verifies the artifacts, and keeps them: a worker that is started later
is forked with them. Then it tells every worker to load them too; the arrays are mapped files, so that all share one
copy. Requests go on all the while, each with the models it began with.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading

from model.errors import TabwibError
from service.served import ServedModels

__all__ = ["Reloading"]

_log = logging.getLogger(__name__)

_JOIN, _ASK, _SIGNAL = b"join", b"ask", b"signal"
_DONE, _FAILED = b"+", b"-"
_LOAD_SECONDS = 30.0
"""How long a worker may take to load; the parent has just loaded the same files, in a second or less."""
_ASK_SECONDS = 120.0
"""How long a request for a reload waits for its end."""


class Reloading:
    """The line between a parent and the workers it forks.

    Parameters
    ----------
    models : ServedModels
        The parent's; forked, they are each worker's.
    """

    def __init__(self, models: ServedModels) -> None:
        self._models = models
        self._inside, self._door = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._workers: list[socket.socket] = []
        self._loading = threading.Lock()

    # in the parent

    def serve(self) -> None:
        """Answer at the door from now on, in a thread of its own.

        No worker is forked while models are being loaded: a lock that the loading thread holds at that moment would
        stay locked in the worker for ever.
        """
        os.register_at_fork(
            before=self._loading.acquire, after_in_parent=self._loading.release, after_in_child=self._loading.release
        )
        threading.Thread(target=self._answer_for_ever, name="reloading", daemon=True).start()

    def on_signal(self, *_: object) -> None:
        """Ask for a reload from a signal handler: the thread does the work."""
        self._door.send(_SIGNAL)

    def _answer_for_ever(self) -> None:
        while True:
            word, descriptors, _, _ = socket.recv_fds(self._inside, 64, 1)
            try:
                self._answer(word, socket.socket(fileno=descriptors[0]) if descriptors else None)
            except Exception:  # noqa: BLE001  # the thread must live; the log has it
                _log.exception("a request to reload was lost")

    def _answer(self, word: bytes, sender: socket.socket | None) -> None:
        if word.startswith(_JOIN) and sender is not None:
            self._take_in(sender, int(word.removeprefix(_JOIN)))
            return
        problem = self._reload()
        if sender is not None:
            with sender, contextlib.suppress(OSError):  # whoever asked has gone
                sender.sendall(problem.encode() or _DONE)

    def _take_in(self, worker: socket.socket, generation: int) -> None:
        """Remember a worker that has started; one that was forked before the last reload has to follow."""
        worker.settimeout(_LOAD_SECONDS)
        self._workers.append(worker)
        if generation != self._models.generation:
            self._lead([worker])

    def _reload(self) -> str:
        """Replace the models here and, if that worked, in every worker; returns the code of the problem, or nothing."""
        with self._loading:
            problem = self._models.reload()
        if not problem:
            self._lead(self._workers)
            versions = {name: model.info.version for name, model in self._models.loaded.items()}
            _log.info("models replaced, %d workers follow: %s", len(self._workers), versions)
        return problem

    def _lead(self, workers: list[socket.socket]) -> None:
        """Make workers load what this process has loaded; those that are gone are forgotten."""
        for worker in workers:
            with contextlib.suppress(OSError):  # found out below
                worker.send(b"!")
        gone = []
        for worker in workers:
            try:
                said = worker.recv(1)
            except OSError:
                said = b""
            if said == _FAILED:
                _log.error("a worker could not load what its parent had loaded; it answers with the models before")
            elif not said:
                worker.close()  # it died, and whoever takes its place joins by itself; a slow one joins again
                gone.append(worker)
        self._workers = [worker for worker in self._workers if worker not in gone]

    # in a worker

    def join(self) -> None:
        """Follow the parent's reloads from now on, in a thread of its own."""
        self._inside.close()
        for sibling in self._workers:
            sibling.close()
        self._workers = []
        threading.Thread(target=self._follow, name="reloading", daemon=True).start()

    def _follow(self) -> None:
        while True:
            mine, parents = socket.socketpair()
            with mine, parents, contextlib.suppress(OSError):
                joined = self._send(_JOIN + str(self._models.generation).encode(), parents)
                while joined and mine.recv(1):
                    mine.send(_FAILED if self._models.reload() else _DONE)
            if not joined:
                return

    def _send(self, word: bytes, sender: socket.socket) -> bool:
        """Knock at the parent's door, handing over the socket to answer on; False where nobody is there."""
        try:
            socket.send_fds(self._door, [word], [sender.fileno()])
        except OSError:
            return False
        sender.close()  # the parent has its own now, and when it closes that, we notice
        return True

    def reload(self) -> str:
        """Ask the parent for a reload and wait until every worker has followed.

        Returns
        -------
        str
            As ``ServedModels.reload`` returns it.

        Raises
        ------
        TabwibError
            If the parent does not answer.
        """
        mine, parents = socket.socketpair()
        with mine, parents:
            mine.settimeout(_ASK_SECONDS)
            try:
                answer = mine.recv(64) if self._send(_ASK, parents) else b""
            except OSError as error:
                raise TabwibError("the parent process does not answer") from error
        if not answer:
            raise TabwibError("the parent process does not answer")
        return "" if answer == _DONE else answer.decode()
