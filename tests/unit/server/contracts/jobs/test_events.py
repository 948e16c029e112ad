"""Events: what listeners are told, in which order, and what they cost."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.contracts.jobs import events as events_module
from server.contracts.jobs.events import COMMENT, JobEvents, Place
from server.contracts.jobs.kept_page import DocumentNote, PageNote, encode_document
from server.contracts.jobs.request import JobSpec
from server.decode.document import DocumentInfo
from server.jobs.active import Active, Shown, done
from server.jobs.job import Job
from server.jobs.pages import PageEntry
from server.lifecycle import Lifecycle
from tests.unit.server.apps import pdf
from tests.unit.server.contracts.jobs.conftest import serving

import msgspec  # isort: skip

LISTENERS = 100
BEGIN = Place()
SPEC = JobSpec(kind="pdf", base="http://server")


def parsed(text: str) -> list[tuple[str, str, dict]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((fields["event"], fields["id"], json.loads(fields["data"])))
    return found


def names(events) -> list[str]:
    return [name for name, _, _ in events]


def test_a_hundred_listeners_are_told_the_same(held):
    with serving(held) as client, ThreadPoolExecutor(LISTENERS) as pool:
        job = client.job(pdf(3))
        while not held.read_options:
            pass
        listening = [pool.submit(client.http.get, f"/jobs/{job}/events") for _ in range(LISTENERS)]
        client.run(held.gate.set)
        answers = [each.result() for each in listening]
        for answer in answers:
            assert answer.headers["content-type"].startswith("text/event-stream")
            told = parsed(answer.text)
            assert sorted(data["page"] for name, _, data in told if name == "page") == [1, 2, 3]
            assert names(told)[-1] == "end"
            assert told[-1][2] == client.state(job)


@pytest.mark.parametrize("cut", range(6))
def test_a_listener_that_comes_back_goes_on_where_it_was(cut):
    with serving() as client:
        job = client.job(pdf(3))
        client.final(job)
        told = parsed(client.http.get(f"/jobs/{job}/events").text)
        assert names(told) == ["page", "page", "page", "state", "end"]
        if cut < len(told):
            last = told[cut][1]
            answer = client.http.get(f"/jobs/{job}/events", headers={"Last-Event-ID": last})
            if cut == len(told) - 1:
                assert answer.status_code == 204
            else:
                assert parsed(answer.text) == told[cut + 1 :]
        else:
            assert parsed(client.http.get(f"/jobs/{job}/events", headers={"Last-Event-ID": "nonsense"}).text) == told


@pytest.mark.parametrize("kept", [False, True])
def test_the_end_of_a_cancelled_job_has_the_figures_of_its_state(held, monkeypatch, tmp_path, kept):
    held.gate.set()
    real = held.read

    async def read(page, options, **more):
        if page.index == 2:
            await never.wait()
        return await real(page, options, **more)

    settings = {"data_directory": str(tmp_path)} if kept else {}
    with serving(held, **settings) as client, ThreadPoolExecutor(1) as pool:
        never = client.run(_event)
        monkeypatch.setattr(held, "read", read)
        job = client.job(pdf(3))
        listening = pool.submit(client.http.get, f"/jobs/{job}/events")
        while client.state(job)["pagesDone"] < 2:
            pass
        assert client.http.delete(f"/jobs/{job}").status_code == 204
        name, _, end = parsed(listening.result().text)[-1]
        state = client.state(job)
        assert (name, end) == ("end", state)
        assert (state["state"], state["pagesTotal"], state["pagesDone"]) == ("cancelled", 3, 2)
        answer = client.http.get(f"/jobs/{job}/pages").json()
        assert (answer["pages"], answer["complete"]) == ([], True)


async def _event() -> asyncio.Event:
    return asyncio.Event()


def entry(number: int, note: bytes = b"{}") -> PageEntry:
    return PageEntry(number, note, 0, 0, 0)


def document(wanted: int) -> PageEntry:
    info = DocumentInfo("pdf", wanted, wanted, ((1, 1),) * wanted)
    return entry(0, encode_document(DocumentNote(info, wanted)))


def page(number: int) -> PageEntry:
    return entry(number, msgspec.json.encode(PageNote(item=1)))


async def stream(active: Active, lifecycle: Lifecycle, place: Place = BEGIN) -> list[bytes]:
    answer = JobEvents(lifecycle).answer(
        Shown(active.seen(), active.pages), active, SPEC, place, lambda shown: {"state": shown.job.state.value}
    )
    return [event async for event in answer.iterator]


def test_a_listener_hears_of_each_change_once():
    async def test():
        active, lifecycle = Active(Job(owner="", spec="")), Lifecycle()
        listening = asyncio.create_task(stream(active, lifecycle))
        await asyncio.sleep(0)
        active.add_page(document(2))
        active.add_page(page(2))
        await asyncio.sleep(0.01)
        active.add_page(page(1))
        active.job = done(active.job, 5, None)
        active.change()
        told = parsed(b"".join(await listening).decode())
        assert [(name, data.get("page")) for name, _, data in told] == [
            ("state", None), ("page", 2), ("page", 1), ("state", None), ("end", None),
        ]  # fmt: skip
        assert told[1][2]["link"] == f"http://server/jobs/{active.job.id}/pages?from=2"
        assert [data["pagesDone"] for name, _, data in told if name == "page"] == [1, 2]

    asyncio.run(test())


def test_a_silent_job_is_commented_on_and_a_stop_ends_the_stream(monkeypatch):
    monkeypatch.setattr(events_module, "COMMENT_SECONDS", 0.01)

    async def test():
        active, lifecycle = Active(Job(owner="", spec="")), Lifecycle()
        events = (
            JobEvents(lifecycle)
            .answer(Shown(active.seen(), active.pages), active, SPEC, Place(), lambda shown: {})
            .iterator
        )
        assert (await anext(events)).startswith(b"event: state")
        assert [await anext(events), await anext(events)] == [COMMENT, COMMENT]
        lifecycle.drain()
        assert [event async for event in events] in ([], [COMMENT])

    asyncio.run(test())


def test_listeners_are_limited_and_those_that_leave_are_not_counted(monkeypatch, held):
    monkeypatch.setattr(events_module, "MAX_LISTENERS", 0)
    with serving(held) as client:
        job = client.job()
        answer = client.http.get(f"/jobs/{job}/events")
        assert (answer.status_code, answer.json()["errorCode"]) == (503, 503)
        monkeypatch.setattr(events_module, "MAX_LISTENERS", 1)
        client.run(held.gate.set)
        client.final(job)
        assert [client.http.get(f"/jobs/{job}/events").status_code for _ in range(3)] == [200] * 3
