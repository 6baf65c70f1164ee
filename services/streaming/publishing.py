"""The thread that publishes beside the query, which never waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pyspark.errors import PySparkException

from streaming.faults import is_away
from streaming.observed import Listener, Observed
from streaming.progress import Progress
from streaming.publisher import Publisher, Standing
from streaming.sink import ForgottenError

TRIES = 5  # of a batch that Spark forgets while it is published
PAUSE_S = 2.0

Make = Callable[[], Publisher]


class Publishing:
    """Publishes whenever the listener wakes it, always the newest commit."""

    def __init__(self, make: Make, listener: Listener, woken: threading.Event, progress: Progress) -> None:
        self._make, self._listener, self._woken, self._progress = make, listener, woken, progress
        self._publisher = make()
        self._kept: dict[int, Observed] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.error: BaseException | None = None
        self.standing: Standing | None = None

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Publishes once more what was committed; raises what went wrong."""
        self._ending.set()
        self._woken.set()
        self._thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                self._woken.wait()
                self._woken.clear()
                self._publish()
            self._publish()
        except BaseException as error:
            self.error = error

    def _publish(self) -> None:
        """Tries again where Spark had moved on meanwhile, or the brokers were away."""
        tries = 0
        while True:
            self._kept |= self._listener.take()
            try:
                standing = self._publisher.publish(self._kept)
            except (ForgottenError, FileNotFoundError, PySparkException) as error:
                tries += 1
                away = is_away(error)
                if tries >= TRIES and not (away and not self._ending.is_set()):
                    raise
                self._ending.wait(PAUSE_S if away else 0)
                self._publisher = self._make()
                continue
            if standing is not None:
                self._kept = {batch: told for batch, told in self._kept.items() if batch > standing.reached.batch}
                self.standing = standing
                self._progress.tell(standing)
            return
