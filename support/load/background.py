"""Background traffic during a fault: the outcome and time of every request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

from support.capabilities.access.client import AccessClient
from support.capabilities.vod.media import MediaClient
from support.checks.comparison import fail, require
from support.drivers.http import HttpDriver, NoResponse, Response
from support.errors import FeatureError, require_feature
from support.evidence.masking import Masker
from support.evidence.recorder import Exchange, Recorder
from support.gherkin.personas import PERSONAS, Persona
from support.load.samples import (
    FIGURES,
    Outcome,
    Sample,
    all_successful,
    classify,
    count_outcomes,
    describe_samples,
    samples_chart,
)
from support.polling import PollingTimeout, eventually, pause
from support.scenario.cleanup import Cleanup

TITLE = "Background traffic"
PAUSE = 0.1  # seconds between two requests of one client
TIMEOUT = 5.0  # seconds without a response: longer than any response may take
RECOVERY_TIMEOUT = 5.0  # seconds
_LIST, _CREATE = "/api/vod/list", "/api/vod/create"


@dataclass
class _Client:
    """One client that repeats one task, with a connection of its own."""

    name: str
    persona: Persona
    http: HttpDriver
    recorder: Recorder
    requested: float = 0.0  # time of the last request, on the monotonic clock
    waiting: bool = False  # for the response
    samples: list[Sample] = field(default_factory=list)


Task = Callable[[_Client, str | None], Iterator[Response]]


class BackgroundTraffic:
    """Six clients that read and write until the scenario ends.

    The resources that they create have the suffix of the scenario and are deleted at its end.
    """

    def __init__(
        self,
        connect: Callable[[Recorder], HttpDriver],
        access: AccessClient,
        cleanup: Cleanup,
        evidence: Recorder,
        masker: Masker,
        media: MediaClient,
    ) -> None:
        self._connect = connect
        self._access = access
        self._cleanup = cleanup
        self._evidence = evidence
        self._masker = masker
        self._media = media
        self._events: list[tuple[float, str]] = []
        self._stopped = threading.Event()
        self._clients: list[_Client] = []
        self._threads: ThreadPoolExecutor | None = None
        self.title = media.recording(TITLE).title
        self._start = monotonic()

    # Tasks

    def start(self) -> None:
        """Start the clients; return when each has a successful response."""
        require_feature(not self._clients, "background traffic is already running in this scenario")
        dana, vera, ravi = PERSONAS["Dana"], PERSONAS["Vera"], PERSONAS["Ravi"]
        tasks: Sequence[tuple[str, Persona, Task]] = (
            ("Vera reads the list", vera, self._read_list),
            ("Vera reads a VOD", vera, self._read_vod),
            ("Ravi reads his account", ravi, self._read_account),
            ("Dana changes a VOD", dana, self._change),
            ("Dana creates and deletes", dana, self._create_and_delete),
            ("Dana captions a VOD", dana, self._caption),
        )
        self._recording = self._media.store(TITLE, 10.0, pace=0.2)
        tokens = {persona.name: self._access.shared_token(persona) for persona in (dana, vera, ravi)}
        self._owner_token = tokens[dana.name]
        self._cleanup.add("delete the resources of the background traffic", self._delete_all)
        self._shared = self._create(self._open("setup", dana), tokens[dana.name]).expect(201).document["id"]
        self._cleanup.add("stop the background traffic", self.stop)
        self._start = monotonic()
        self._threads = ThreadPoolExecutor(len(tasks), thread_name_prefix="background")
        for name, persona, task in tasks:
            self._threads.submit(self._repeat, self._open(name, persona), task, tokens[persona.name])
        self._wait_until("successful", lambda samples: all_successful(samples[-1:], 1), RECOVERY_TIMEOUT)

    def _open(self, name: str, persona: Persona) -> _Client:
        recorder = Recorder(self._masker)
        client = _Client(name, persona, self._connect(recorder), recorder)
        self._clients.append(client)
        return client

    def _repeat(self, client: _Client, task: Task, token: str | None) -> None:
        while not self._stopped.is_set():
            requests = task(client, token)
            start = monotonic()
            while not self._stopped.is_set():
                start = client.requested = monotonic()
                sample = self._one(client, requests, start)
                if sample is None:
                    break
                client.samples.append(sample)
                pause(PAUSE, self._stopped)
                if sample.outcome is not Outcome.SUCCESSFUL:
                    break

    def _one(self, client: _Client, requests: Iterator[Response], start: float) -> Sample | None:
        """Send the next request of a task; None at the end of the task."""
        client.waiting = True
        try:
            response = next(requests)
        except StopIteration:
            return None
        except NoResponse as error:
            outcome = Outcome.TIMED_OUT if error.timed_out else Outcome.DISCONNECTED
            return Sample(client.name, start, monotonic() - start, outcome, str(error))
        except Exception as error:  # noqa: BLE001 - any error of a response is reported by the checks
            return Sample(client.name, start, monotonic() - start, Outcome.INVALID, str(error) or type(error).__name__)
        finally:
            client.waiting = False
        outcome, problem = classify(response)
        return Sample(client.name, start, response.seconds, outcome, problem)

    def _read_list(self, client: _Client, token: str | None) -> Iterator[Response]:
        yield client.http.get(_LIST, actor=client.persona.name, token=token)

    def _read_vod(self, client: _Client, token: str | None) -> Iterator[Response]:
        yield client.http.get(f"/api/vod/{self._shared}", actor=client.persona.name, token=token)

    def _read_account(self, client: _Client, token: str | None) -> Iterator[Response]:
        yield client.http.get("/api/auth/me", actor=client.persona.name, token=token)

    def _change(self, client: _Client, token: str | None) -> Iterator[Response]:
        length = float(len(client.samples) + 1)
        yield client.http.put(
            f"/api/vod/{self._shared}", actor=client.persona.name, token=token, json={"duration": length}
        )

    def _create_and_delete(self, client: _Client, token: str | None) -> Iterator[Response]:
        yield self._create(client, token)
        deleted = self._create(client, token)
        yield deleted
        yield client.http.delete(f"/api/vod/{deleted.document['id']}", actor=client.persona.name, token=token)

    def _caption(self, client: _Client, token: str | None) -> Iterator[Response]:
        created = self._create(client, token)
        yield created
        yield client.http.post(f"/api/vod/{created.document['id']}/transcribe", actor=client.persona.name, token=token)

    def _create(self, client: _Client, token: str | None) -> Response:
        return client.http.post(
            _CREATE,
            actor=client.persona.name,
            token=token,
            json={"title": self.title, "file_path": self._recording.path},
        )

    # Events

    def mark(self, event: str) -> None:
        """Record an event, for the chart and the checks."""
        self._events.append((monotonic(), event))

    @property
    def exchanges(self) -> list[Exchange]:
        """All requests and responses."""
        return [exchange for client in self._clients for exchange in client.recorder.exchanges]

    @property
    def samples(self) -> list[Sample]:
        """Every request so far, by client."""
        return [sample for client in self._clients for sample in client.samples]

    def since(self, event: str = "") -> list[Sample]:
        """Return the requests that started after the last event, or after the last whose text ends with `event`."""
        return [sample for sample in self.samples if sample.start > self._last_event(event)]

    def _last_event(self, ending: str = "") -> float:
        return max((at for at, event in self._events if event.endswith(ending)), default=self._start)

    def wait_for_effect(self, *, answered: bool) -> None:
        """Wait until each client has sent a request since the last event, and finished it if `answered`.

        A fault that is restored before any request met it would be untested.
        """
        if self._threads is None:
            return
        if answered:
            self._wait_until("finished with a request", lambda samples: bool(samples), TIMEOUT * 2)
        else:
            last = self._last_event()
            eventually(
                "clients with a request since the event",
                lambda: sum(client.waiting or client.requested > last for client in self._clients[1:]),
                lambda number: number == len(self._clients) - 1,
                expected="all",
                within=TIMEOUT,
            )

    # Checks

    def require_outcomes(self, allowed: Sequence[Outcome], *, within: float) -> None:
        """Require an allowed outcome of every request, within a number of seconds.

        Waits until each client has finished a request since the last event.
        """
        self._require_started()
        self.wait_for_effect(answered=True)
        others = [sample for sample in self.samples if sample.outcome not in allowed]
        slow = [sample for sample in self.samples if sample.outcome in allowed and sample.seconds > within]
        require(
            not others,
            f"background requests: expected {' or '.join(allowed)}, got another outcome of {len(others)} of "
            f"{len(self.samples)}: {describe_samples(others, self._start)}",
        )
        require(
            not slow,
            f"duration of background requests: expected at most {within:g} s, got more for {len(slow)} of "
            f"{len(self.samples)}: {describe_samples(slow, self._start)}",
        )

    def require_recovery(self) -> None:
        """Require two successful requests in a row of every client within 5 seconds."""
        self._require_started()
        self._wait_until("successful again", lambda samples: all_successful(samples[-2:], 2), RECOVERY_TIMEOUT)

    def require_failures_at_most(self, number: int) -> None:
        """Require that at most this number of requests failed."""
        failed = [sample for sample in self.samples if sample.outcome is not Outcome.SUCCESSFUL]
        require(
            len(failed) <= number,
            f"failed background requests: expected at most {number}, got {len(failed)}: "
            f"{describe_samples(failed, self._start)}",
        )

    def _require_started(self) -> None:
        if self._threads is None:
            raise FeatureError(
                "no background traffic in this scenario: add the step 'Given background traffic is running'"
            )

    def _wait_until(self, state: str, condition: Callable[[list[Sample]], bool], within: float) -> None:
        last = self._last_event()

        def waiting() -> list[str]:
            return [
                client.name
                for client in self._clients[1:]
                if not condition([sample for sample in client.samples if sample.start > last])
            ]

        try:
            eventually("waiting clients", waiting, lambda names: not names, expected="none", within=within)
        except PollingTimeout:
            latest = [client.samples[-1] for client in self._clients[1:] if client.samples]
            raise fail(
                f"background clients: expected all {state} within {within:g} s, got others: {', '.join(waiting())}; "
                f"last: {describe_samples(latest, self._start)}"
            ) from None

    # End

    def stop(self) -> None:
        """Stop the clients after their current request; record a chart of the samples."""
        if self._threads is None:
            return
        self._stopped.set()
        self._threads.shutdown(wait=True)
        self._threads = None
        samples = {client.name: client.samples for client in self._clients[1:]}
        self._evidence.attach("background traffic", samples_chart(samples, self._events, self._start), "image/svg+xml")
        self._evidence.table("background traffic, figures", FIGURES, count_outcomes(samples))

    def _delete_all(self) -> None:
        self.stop()
        http, token = self._clients[0].http, self._owner_token
        while True:
            found = http.get(_LIST, token=token, params={"limit": 100}).expect(200).document
            ids = [vod["id"] for vod in found["vods"] if vod["title"] == self.title]
            for vod_id in ids:
                http.delete(f"/api/vod/{vod_id}", token=token).expect(204)
            if not ids:
                break
        for client in self._clients:
            client.http.close()
