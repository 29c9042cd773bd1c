"""People at work while something breaks: what each of them was answered, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

from support.checks.eventually import NeverHappened, eventually
from support.checks.matching import fail, require
from support.cleanup import Cleanup
from support.clients.access import AccessClient
from support.clients.media import MediaClient
from support.clients.moments import FIGURES, Moment, Outcome, all_served, drawing, figures, judge, story
from support.drivers.http import Answer, HttpDriver, NoAnswer
from support.evidence.masking import Masker
from support.evidence.recorder import Exchange, Recorder
from support.mistakes import FeatureMistake, require_written
from support.personas import PERSONAS, Persona

TITLE = "At work"
PAUSE = 0.1  # seconds between two requests of one person
HUNG_AFTER = 5.0  # seconds without an answer: longer than any answer may take
SERVED_AGAIN_WITHIN = 5.0  # seconds
_LIST, _CREATE = "/api/vod/list", "/api/vod/create"


@dataclass
class _Worker:
    """One person: what they do again and again, over a connection of their own."""

    name: str
    persona: Persona
    http: HttpDriver
    recorder: Recorder
    asked: float = 0.0  # when they last sent a request
    waiting: bool = False  # for the answer
    moments: list[Moment] = field(default_factory=list)


Task = Callable[[_Worker, str | None], Iterator[Answer]]


class PeopleAtWork:
    """A handful of people who read and write until the scenario ends.

    What they create carries the scenario's mark, and is removed when they have gone.
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
        self._marks: list[tuple[float, str]] = []
        self._leave = threading.Event()
        self._people: list[_Worker] = []
        self._threads: ThreadPoolExecutor | None = None
        self.title = media.recording(TITLE).title
        self._begin = monotonic()

    # Their work

    def start(self) -> None:
        """Let them begin; returns once each was served."""
        require_written(not self._people, "the people are at work already in this scenario")
        dana, vera, ravi = PERSONAS["Dana"], PERSONAS["Vera"], PERSONAS["Ravi"]
        work: Sequence[tuple[str, Persona, Task]] = (
            ("Vera reads the list", vera, self._read_list),
            ("Vera reads a VOD", vera, self._read_vod),
            ("Ravi asks who he is", ravi, self._ask_who),
            ("Dana changes a VOD", dana, self._change),
            ("Dana takes in and deletes", dana, self._take_in),
            ("Dana has it captioned", dana, self._have_captioned),
        )
        self._recording = self._media.store(TITLE, 10.0, pace=0.2)
        tokens = {persona.name: self._access.shared_token(persona) for persona in (dana, vera, ravi)}
        self._owner_token = tokens[dana.name]
        self._cleanup.add("remove what the people at work made", self._remove_everything)
        self._shared = self._create(self._open("set-up", dana), tokens[dana.name]).expect(201).document["id"]
        self._cleanup.add("let the people at work go home", self.stop)
        self._begin = monotonic()
        self._threads = ThreadPoolExecutor(len(work), thread_name_prefix="at work")
        for name, persona, task in work:
            self._threads.submit(self._work, self._open(name, persona), task, tokens[persona.name])
        self._await("served", lambda moments: all_served(moments[-1:], 1), SERVED_AGAIN_WITHIN)

    def _open(self, name: str, persona: Persona) -> _Worker:
        recorder = Recorder(self._masker)
        person = _Worker(name, persona, self._connect(recorder), recorder)
        self._people.append(person)
        return person

    def _work(self, person: _Worker, task: Task, token: str | None) -> None:
        while not self._leave.is_set():
            requests = task(person, token)
            begin = monotonic()
            while not self._leave.is_set():
                begin = person.asked = monotonic()
                moment = self._one(person, requests, begin)
                if moment is None:
                    break
                person.moments.append(moment)
                self._leave.wait(PAUSE)
                if moment.outcome is not Outcome.SERVED:
                    break

    def _one(self, person: _Worker, requests: Iterator[Answer], begin: float) -> Moment | None:
        """Make the next request of a task; None when the task is done."""
        person.waiting = True
        try:
            answer = next(requests)
        except StopIteration:
            return None
        except NoAnswer as silence:
            outcome = Outcome.HUNG if silence.too_late else Outcome.DISCONNECTED
            return Moment(person.name, begin, monotonic() - begin, outcome, str(silence))
        except Exception as error:  # noqa: BLE001 - whatever was wrong with an answer is told with the verdict
            return Moment(person.name, begin, monotonic() - begin, Outcome.WRONG, str(error) or type(error).__name__)
        finally:
            person.waiting = False
        outcome, told = judge(answer)
        return Moment(person.name, begin, answer.seconds, outcome, told)

    def _read_list(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        yield person.http.get(_LIST, actor=person.persona.name, token=token)

    def _read_vod(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        yield person.http.get(f"/api/vod/{self._shared}", actor=person.persona.name, token=token)

    def _ask_who(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        yield person.http.get("/api/auth/me", actor=person.persona.name, token=token)

    def _change(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        length = float(len(person.moments) + 1)
        yield person.http.put(
            f"/api/vod/{self._shared}", actor=person.persona.name, token=token, json={"duration": length}
        )

    def _take_in(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        kept = self._create(person, token)
        yield kept
        gone = self._create(person, token)
        yield gone
        yield person.http.delete(f"/api/vod/{gone.document['id']}", actor=person.persona.name, token=token)

    def _have_captioned(self, person: _Worker, token: str | None) -> Iterator[Answer]:
        made = self._create(person, token)
        yield made
        yield person.http.post(f"/api/vod/{made.document['id']}/transcribe", actor=person.persona.name, token=token)

    def _create(self, person: _Worker, token: str | None) -> Answer:
        return person.http.post(
            _CREATE,
            actor=person.persona.name,
            token=token,
            json={"title": self.title, "file_path": self._recording.path},
        )

    # What happens around them

    def mark(self, what: str) -> None:
        """Note that something happened, for the picture and the verdicts."""
        self._marks.append((monotonic(), what))

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything they asked and were answered."""
        return [exchange for person in self._people for exchange in person.recorder.exchanges]

    @property
    def moments(self) -> list[Moment]:
        """Every request so far, by person."""
        return [moment for person in self._people for moment in person.moments]

    def since(self, what: str = "") -> list[Moment]:
        """Return the requests that began after the last mark, or after the last that ends so."""
        return [moment for moment in self.moments if moment.begin > self._last_mark(what)]

    def _last_mark(self, what: str = "") -> float:
        return max((at for at, told in self._marks if told.endswith(what)), default=self._begin)

    def await_notice(self, *, answered: bool) -> None:
        """Wait until each has asked for something since the last mark, and has been answered, or given up waiting.

        A fault that is mended before anybody noticed shows nothing.
        """
        if self._threads is None:
            return
        if answered:
            self._await("heard of", lambda moments: bool(moments), HUNG_AFTER * 2)
        else:
            last = self._last_mark()
            eventually(
                "how many have asked since then, or still wait",
                lambda: sum(person.waiting or person.asked > last for person in self._people[1:]),
                lambda number: number == len(self._people) - 1,
                wish="all",
                within=HUNG_AFTER,
            )

    # Verdicts

    def require_treated(self, allowed: Sequence[Outcome], *, within: float) -> None:
        """Fail with every request that had another outcome, or took longer (seconds).

        Waits until each of them has asked again since the last thing that happened, and was answered, or not.
        """
        self._require_at_work()
        self.await_notice(answered=True)
        strange = [moment for moment in self.moments if moment.outcome not in allowed]
        slow = [moment for moment in self.moments if moment.outcome in allowed and moment.seconds > within]
        require(
            not strange,
            f"people at work should be {' or '.join(allowed)}, but {len(strange)} of {len(self.moments)} requests were "
            f"not: {story(strange, self._begin)}",
        )
        require(
            not slow,
            f"people at work should be {' or '.join(allowed)} within {within:g} s, but {len(slow)} of "
            f"{len(self.moments)} requests took longer: {story(slow, self._begin)}",
        )

    def require_served_again(self) -> None:
        """Fail unless everybody is served again, twice in a row, within five seconds."""
        self._require_at_work()
        self._await("served again", lambda moments: all_served(moments[-2:], 2), SERVED_AGAIN_WITHIN)

    def require_troubled_at_most(self, number: int) -> None:
        """Fail when more requests than this were not served."""
        troubled = [moment for moment in self.moments if moment.outcome is not Outcome.SERVED]
        require(
            len(troubled) <= number,
            f"at most {number} requests should fail, but {len(troubled)} did: {story(troubled, self._begin)}",
        )

    def _require_at_work(self) -> None:
        if self._threads is None:
            raise FeatureMistake(
                "nobody is at work in this scenario: begin it with 'Given background traffic is running'"
            )

    def _await(self, what: str, wanted: Callable[[list[Moment]], bool], within: float) -> None:
        last = self._last_mark()

        def waiting() -> list[str]:
            return [
                person.name
                for person in self._people[1:]
                if not wanted([moment for moment in person.moments if moment.begin > last])
            ]

        try:
            eventually("who is still waiting", waiting, lambda names: not names, wish="nobody", within=within)
        except NeverHappened:
            raise fail(
                f"people at work should be {what} within {within:g} s, but were not: {', '.join(waiting())}; "
                f"last: {story([person.moments[-1] for person in self._people[1:] if person.moments], self._begin)}"
            ) from None

    # The end

    def stop(self) -> None:
        """Let everybody finish their request and leave; keep the picture of what they saw."""
        if self._threads is None:
            return
        self._leave.set()
        self._threads.shutdown(wait=True)
        self._threads = None
        seen = {person.name: person.moments for person in self._people[1:]}
        self._evidence.attach("what people at work saw", drawing(seen, self._marks, self._begin), "image/svg+xml")
        self._evidence.table("what people at work saw, in figures", FIGURES, figures(seen))

    def _remove_everything(self) -> None:
        self.stop()
        http, token = self._people[0].http, self._owner_token
        while True:
            found = http.get(_LIST, token=token, params={"limit": 100}).expect(200).document
            ours = [vod["id"] for vod in found["vods"] if vod["title"] == self.title]
            for vod_id in ours:
                http.delete(f"/api/vod/{vod_id}", token=token).expect(204)
            if not ours:
                break
        for person in self._people:
            person.http.close()
