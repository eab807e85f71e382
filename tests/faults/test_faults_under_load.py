"""What a client, an operator or a machine may do to a service under load: no wrong answer, and none lost.

``service.load()`` asks all the while; of its ``wrong`` answers there may be none, ever, and of its ``broken`` requests
only those that were with a process that is killed or stopped. More about reloading is tested in
``tests/service/test_reloading.py``.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model import artifact as artifacts

BACK_SECONDS = 2.0
"""A worker that was killed is replaced within this time."""
SLOW_CLIENTS = 500
GONE_CLIENTS = 1400
"""More than the two workers have threads (640 each)."""

# an operator


def test_a_new_model_is_taken_between_two_answers(service: Any, folder: Path) -> None:
    """To another model and back, by either way; both are asked about the same stories."""
    old = artifacts.load(folder)
    manifest = {key: value for key, value in old.manifest.items() if key not in ("sha256", "format", "orthography")}
    arrays = {name: array[:] for name, array in old.arrays.items()}
    models = [arrays, {**arrays, "intercept": arrays["intercept"][::-1]}]
    artifacts.save(folder.with_name("other"), manifest, models[1])
    service.knows(folder.with_name("other"))
    with service.load() as load:
        for turn in range(1, 5):
            digest = artifacts.save(folder, manifest, models[turn % 2])
            if turn < 3:
                assert service.reload().status_code == 200
            else:
                service.process.send_signal(signal.SIGHUP)
            assert load.goes_on(digest)
    assert (load.wrong, load.broken) == ([], [])
    assert len(load.by_model) == len(service.expected) == 2


def test_a_corrupt_model_is_not_taken(service: Any, folder: Path) -> None:
    """One bit of the weights is another one, which no reader of the file would notice."""
    served, spoiled = folder.with_name("aside"), folder.with_name("spoiled")
    shutil.copytree(folder, spoiled)
    (weights,) = (spoiled / "arrays").glob("weights-*.npy")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with service.load() as load:
        folder.rename(served)  # what is served is mapped from its files, and must not be written to
        spoiled.rename(folder)
        response = service.reload()
        service.process.send_signal(signal.SIGHUP)
        assert load.goes_on()
        folder.rename(spoiled)
        served.rename(folder)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "model_corrupt")
    assert (load.wrong, load.broken) == ([], [])


def test_sigterm_lets_what_has_begun_be_answered(
    tiny_artifact: Path, serving: Callable[..., Any], wait_until: Callable[..., bool]
) -> None:
    with serving(tiny_artifact) as service:
        begun = [service.begin() for _ in range(20)]
        for each in begun:
            each.send(0, 9)
        with service.load() as load:
            service.process.send_signal(signal.SIGTERM)
            assert wait_until(lambda: any("refused" in error for _, error in load.broken)), "nobody new is let in"
            for each in begun:
                each.send(9)
            assert all(each.is_answered_rightly() for each in begun)
            assert service.process.wait(60) == 0
    assert load.wrong == []
    cut = [error for _, error in load.broken if "refused" not in error]
    assert len(cut) <= load.clients, "a lasting connection that was idle may be closed as it is used again"


# a machine


def test_a_killed_worker_takes_with_it_only_what_it_was_answering(
    service: Any, wait_until: Callable[..., bool]
) -> None:
    """Both, one after the other, so that what answers in the end is what has replaced them."""
    killed = []
    with service.load() as load:
        for worker in sorted(service.workers()):
            before = service.workers()
            killed.append(time.monotonic())
            os.kill(worker, signal.SIGKILL)
            assert wait_until(lambda before=before: len(service.workers() - before) == 1, BACK_SECONDS)
            assert load.goes_on()
        assert load.goes_on()
    assert load.wrong == []
    assert len(load.broken) <= 4 * load.clients, "what was in flight, and a lasting connection to the dead, each time"
    for began, error in load.broken:
        assert any(-1 < began - moment < BACK_SECONDS for moment in killed), error


def limit_files(processes: set[int], limit: int) -> None:
    """Let processes write no byte into any file, or let them again."""
    for each in processes:
        resource.prlimit(each, resource.RLIMIT_FSIZE, (limit, resource.prlimit(each, resource.RLIMIT_FSIZE)[1]))


def test_a_disk_that_fills_up_stops_nothing(service: Any) -> None:
    everyone = {service.process.pid, *service.workers()}
    with service.load() as load:
        limit_files(everyone, 0)
        assert load.goes_on()
        assert service.asked("/metrics") == 200
        limit_files(everyone, resource.RLIM_INFINITY)
        assert load.goes_on()
    assert (load.wrong, load.broken) == ([], [])


def test_a_disk_that_is_full_from_the_start_stops_nothing(
    tiny_artifact: Path, serving: Callable[..., Any], wait_until: Callable[..., bool]
) -> None:
    """No byte can be written to any file: not to the log, the metrics or the limits; nor by later workers."""

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with Path("/dev/full").open("w") as full:
        flags = ("--rate-limit", "1000000/hour")
        with serving(tiny_artifact, *flags, stderr=full, preexec_fn=fill_disk) as service:
            with service.load() as load:
                service.process.send_signal(signal.SIGHUP)
                assert load.goes_on()
                assert load.broken == []
                before = service.workers()
                os.kill(max(before), signal.SIGKILL)
                assert wait_until(lambda: len(service.workers() - before) == 1)
                assert load.goes_on()
            assert [service.asked(path) for path in ("/readyz", "/metrics")] == [200, 200]
    assert load.wrong == []
    assert len(load.broken) <= 2 * load.clients


# clients


def test_clients_that_go_away_in_the_middle(service: Any) -> None:
    """More than there are threads: none stays with one of them."""
    workers = service.workers()
    with service.load() as load:
        for number in range(GONE_CLIENTS):
            gone = service.begin()
            gone.send(0, number % len(gone.content))
            gone.connection.close()
        assert {service.asked("/livez") for _ in range(40)} == {200}, "whoever comes after them, to either worker"
        assert load.goes_on()
    assert (load.wrong, load.broken) == ([], [])
    assert service.workers() == workers


def test_slow_clients_stop_nobody_and_are_answered(service: Any) -> None:
    slow = [service.begin() for _ in range(SLOW_CLIENTS)]
    with service.load() as load:
        for begin, end in ((0, 1), (1, 40)):
            for each in slow:
                each.send(begin, end)
            assert load.goes_on()
        for each in slow:
            each.send(40)
        assert all(each.is_answered_rightly() for each in slow)
    assert (load.wrong, load.broken) == ([], [])
