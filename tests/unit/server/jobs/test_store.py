"""Stores keep jobs for their time, and are sound after a server that ended in whatever way."""

import os
import sqlite3
import stat
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from server.jobs import table
from server.jobs.blobs import FileBlobs, MemoryBlobs, blob_name
from server.jobs.job import Job, JobGone, JobState, QueueFull, StorageFailed
from server.jobs.store import INTERRUPTED, MAX_ATTEMPTS, JobStore
from server.jobs.table import JobTable
from tests.unit.server.jobs.conftest import RETENTION, done, finish, new, running


def test_a_job_is_found_as_it_was_kept(store):
    job = new()
    store.add(job, b"abc")
    assert store.find(job.id) == job
    assert store.source(job.id) == b"abc"
    ended = finish(store, job, b"result")
    assert store.find(job.id) == ended
    assert store.result(ended) == b"result"


def test_the_source_goes_when_the_job_is_final(store):
    job = new()
    store.add(job, b"abc")
    finish(store, job, b"result")
    with pytest.raises(StorageFailed):
        store.source(job.id)


def test_nothing_is_known_of_other_ids(store):
    assert store.find("../../etc/passwd") is None
    assert store.find("") is None
    assert store.find("' OR 1=1 --") is None


def test_after_its_time_a_job_is_gone_at_once_and_its_bytes_with_the_next_sweep(store, clock):
    job = new()
    store.add(job, b"abc")
    ended = finish(store, job, b"result")
    clock.time = 1_000_000 + RETENTION - 0.5
    assert store.find(job.id) == ended
    assert store.expire() == 0.5
    clock.time = 1_000_000 + RETENTION
    assert store.find(job.id) is None
    assert store.expire() is None
    assert store.result(ended) is None


def test_a_job_that_goes_on_does_not_expire(store, clock):
    job = new()
    store.add(job, b"abc")
    clock.time += 10 * RETENTION
    assert store.expire() is None
    assert store.find(job.id) == job


def test_the_oldest_results_make_room(store):
    jobs = [new() for _ in range(3)]
    for number, job in enumerate(jobs):
        store.add(job, b"abc")
        finish(store, job, b"r" * 400, finished=1_000_000 + number)
    assert [store.find(job.id) is None for job in jobs] == [True, False, False]


def test_a_source_that_cannot_fit_pushes_no_result_out(store):
    ended, waiting = new(), new(600)
    store.add(ended, b"abc")
    finish(store, ended, b"r" * 100)
    store.add(waiting, b"s" * 600)
    with pytest.raises(QueueFull):
        store.add(new(500), b"s" * 500)
    assert store.result(store.find(ended.id)) == b"r" * 100


def test_sources_alone_are_never_pushed_out(store):
    waiting = new(600)
    store.add(waiting, b"s" * 600)
    with pytest.raises(QueueFull):
        store.add(new(600), b"s" * 600)
    assert store.source(waiting.id) == b"s" * 600


def test_a_result_over_the_cap_is_not_kept(store):
    job = new()
    store.add(job, b"abc")
    with pytest.raises(StorageFailed):
        store.finish(done(job, b"r" * 1001), b"r" * 1001)
    assert not store.find(job.id).final


def test_a_result_may_take_the_room_of_its_own_source(store):
    job = new(900)
    store.add(job, b"s" * 900)
    assert store.result(finish(store, job, b"r" * 950)) == b"r" * 950


def test_finished_jobs_survive_a_restart(reopen):
    store, job = reopen(), new()
    store.add(job, b"abc")
    ended = finish(store, job, b"result")
    store = reopen()
    assert store.recover() == []
    assert store.find(job.id) == ended
    assert store.result(ended) == b"result"


def test_jobs_that_were_cut_off_are_run_again_in_their_order(reopen):
    store, first, second = reopen(), new(), new()
    store.add(first, b"abc")
    store.add(second, b"def")
    store.update(running(first))
    store = reopen()
    again = store.recover()
    assert [job.id for job in again] == [first.id, second.id]
    assert {job.state for job in again} == {JobState.QUEUED}
    assert store.find(first.id).state is JobState.QUEUED
    assert store.source(first.id) == b"abc"


@pytest.mark.parametrize(
    "job", [new(repeatable=False), new(attempts=MAX_ATTEMPTS - 1)], ids=["needs a password", "ended the server often"]
)
def test_jobs_that_must_not_run_again_have_failed(reopen, directory, job):
    store = reopen()
    store.add(job, b"abc")
    store.update(running(job))
    store = reopen()
    assert store.recover() == []
    failed = store.find(job.id)
    assert (failed.state, failed.failure, failed.detail) == (JobState.FAILED, "failed", INTERRUPTED)
    assert failed.created <= failed.started <= failed.finished
    assert list((directory / "files").iterdir()) == []


def test_a_job_whose_source_is_lost_has_failed(reopen, directory):
    store, job = reopen(), new()
    store.add(job, b"abc")
    (directory / "files" / blob_name(job.id, "source")).unlink()
    assert reopen().recover() == []


def test_leftovers_are_deleted_and_nothing_else(reopen, directory):
    store, kept, finished = reopen(), new(), new()
    for job in (kept, finished):
        store.add(job, b"abc")
    finish(store, finished, b"result")
    files = directory / "files"
    leftovers = [
        f"{blob_name(kept.id, 'result')}.part",
        f"{blob_name(new().id, 'source')}.part",
        blob_name(kept.id, "result"),
        blob_name(finished.id, "source"),
    ]
    needed = {blob_name(kept.id, "source"), blob_name(finished.id, "result"), "notes.txt", "notes.part"}
    for name in (*leftovers, "notes.txt", "notes.part"):
        (files / name).write_bytes(b"x")
    reopen().recover()
    assert {path.name for path in files.iterdir()} == needed


@pytest.mark.parametrize("role", ["source", "result"])
def test_bytes_whose_row_is_gone_are_kept_and_told_of(reopen, directory, role):
    store, job, other = reopen(), new(), new()
    store.add(job, b"abc")
    finish(store, job, b"result")
    (directory / "files" / blob_name(other.id, role)).write_bytes(b"x")
    store = reopen()
    assert store.lost() == [blob_name(other.id, role)]
    store.recover()
    assert (directory / "files" / blob_name(other.id, role)).exists()


def test_a_result_whose_row_was_set_back_is_told_of(reopen):
    store, job, again = reopen(), new(), new()
    for each in (job, again):
        store.add(each, b"abc")
        finish(store, each, b"result")
        store._table.update(running(each))
    store._blobs.prepare(blob_name(again.id, "source"), b"abc")
    store._blobs.confirm(blob_name(again.id, "source"))
    # The other one runs again with its source, and makes its result anew.
    assert reopen().lost() == [blob_name(job.id, "result")]


class Killed(BaseException):
    """Nothing after it happens, as after a kill."""


@pytest.fixture
def steps(monkeypatch):
    """Kills before the step of a number; every change of a row or a file is one."""
    left = [None]

    def before(method):
        def step(*arguments, **named):
            if left[0] is not None:
                if not left[0]:
                    raise Killed
                left[0] -= 1
            return method(*arguments, **named)

        return step

    for owner, names in ((JobTable, ("add", "update", "remove")), (FileBlobs, ("prepare", "confirm", "remove"))):
        for name in names:
            monkeypatch.setattr(owner, name, before(getattr(owner, name)))
    for owner, name in ((os, "fsync"), (Path, "unlink")):
        monkeypatch.setattr(owner, name, before(getattr(owner, name)))

    def kill_before(step):
        left[0] = step

    return kill_before


def test_a_server_that_is_killed_at_any_step_loses_nothing_that_was_accepted(reopen, directory, steps, clock):
    ends = []
    for step in range(100):
        store, job, reached = reopen(), new(), "nothing"
        steps(step)
        with suppress(Killed):
            store.add(job, b"abc")
            reached = "accepted"
            store.update(running(job))
            store.finish(done(job, b"result"), b"result")
            reached = "done"
            clock.time += RETENTION
            reached = "dropping"
            store.expire()
            reached = "dropped"
        steps(None)
        clock.time = 1_000_000.5
        store = reopen()
        assert store.lost() == [], step
        waiting = [each.id for each in store.recover()]
        kept = store.find(job.id)
        state = kept and kept.state
        found = {path.name.partition(".")[2] for path in (directory / "files").iterdir()}
        match state:
            case None:
                assert reached in ("nothing", "dropping", "dropped"), step
                assert (waiting, found) == ([], set()), step
            case JobState.QUEUED:
                assert (waiting, found, store.source(job.id)) == ([job.id], {"source"}, b"abc"), step
            case JobState.DONE if reached != "dropping":
                assert (waiting, found, store.result(kept)) == ([], {"result"}, b"result"), step
            case _:
                assert reached == "dropping", step
        ends.append(state)
        if kept:
            store._drop(kept)
        if reached == "dropped":
            break
    assert reached == "dropped"
    assert {None, JobState.QUEUED, JobState.DONE} == set(ends)


def test_rows_do_not_stay_in_the_log(reopen, directory):
    store, job = reopen(), new()
    log = directory / "jobs.sqlite3-wal"
    store.add(job, b"abc")
    assert log.stat().st_size == 0
    store.update(running(job))
    assert log.stat().st_size > 0
    finish(store, job, b"result")
    assert log.stat().st_size == 0


def test_expired_jobs_are_deleted_at_start(reopen, directory, clock):
    store, job = reopen(), new()
    store.add(job, b"abc")
    finish(store, job, b"result")
    clock.time += RETENTION
    reopen().recover()
    assert list((directory / "files").iterdir()) == []


def test_a_result_that_is_not_whole_is_not_given(reopen, directory):
    store, job = reopen(), new()
    store.add(job, b"abc")
    ended = finish(store, job, b"result")
    (directory / "files" / blob_name(job.id, "result")).write_bytes(b"res")
    assert store.result(ended) is None


def test_a_disk_that_refuses_is_one_kind_of_error(reopen, directory):
    store, job = reopen(), new()
    store.add(job, b"abc")
    for path in (directory / "files").iterdir():
        path.unlink()
    (directory / "files").rmdir()
    with pytest.raises(StorageFailed):
        store.finish(done(job, b"result"), b"result")
    with pytest.raises(StorageFailed):
        store.add(new(), b"abc")


def test_files_are_the_servers_own(reopen, directory):
    store, job = reopen(), new()
    store.add(job, b"abc")
    finish(store, job, b"result")
    assert stat.S_IMODE((directory / "files").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (directory / "files").iterdir()}
    assert modes == {0o600}


def test_only_ids_become_names():
    with pytest.raises(ValueError, match="id"):
        blob_name("../x", "source")


FILES = ("pdf", "txt")


def with_pages(store, *numbers: int, size: int = 10) -> Job:
    """A job that runs, with finished pages."""
    job = new()
    store.add(job, b"abc")
    store.update(running(job))
    for number in numbers:
        at = max((entry.end for entry in store.pages(job.id)), default=0)
        store.add_page(job.id, number, b"note", b"p" * size, at)
    return job


@pytest.mark.parametrize("directory_kind", ["memory", "directory"])
def test_pages_are_kept_with_their_job_and_go_with_it(reopen, clock, directory, directory_kind):
    in_memory = JobStore(JobTable(None), MemoryBlobs(), max_bytes=1000, retention=RETENTION, files=FILES, clock=clock)
    store = in_memory if directory_kind == "memory" else reopen(files=FILES)
    job = with_pages(store, 2, 1)
    entries = store.pages(job.id)
    assert [(entry.number, entry.note) for entry in entries] == [(2, b"note"), (1, b"note")]
    assert store.page(job.id, entries[0]) == b"p" * 10
    assert store.keep_file(job.id, "pdf", b"%PDF")
    store.finish(done(job, b""), None)
    assert (store.file(job.id, "pdf"), store.source(job.id), len(store.pages(job.id))) == (b"%PDF", b"abc", 2)
    assert store.keep_file(job.id, "txt", b"text")
    clock.time += RETENTION
    store.expire()
    assert store.find(job.id) is None
    assert (store.file(job.id, "pdf"), store.file(job.id, "txt")) == (None, None)
    for read in (partial(store.pages, job.id), partial(store.page, job.id, entries[0]), partial(store.source, job.id)):
        with pytest.raises(JobGone):
            read()
    assert (store.was_dropped(job.id, "ann"), store.was_dropped(job.id, "bob")) == (True, False)
    assert list((directory / "files").iterdir()) == [] if directory_kind == "directory" else True
    in_memory.close()


def test_a_file_of_a_job_that_is_deleted_meanwhile_leaves_nothing(reopen, directory, monkeypatch):
    store = reopen(files=FILES)
    job = with_pages(store, 1)
    store.finish(done(job, b""), None)
    real = FileBlobs.prepare

    def prepare(self, name, data):
        real(self, name, data)
        store.delete(job.id)

    monkeypatch.setattr(FileBlobs, "prepare", prepare)
    assert not store.keep_file(job.id, "pdf", b"%PDF")
    assert list((directory / "files").iterdir()) == []
    assert store.lost() == []


def test_finished_pages_outlive_a_kill_and_what_was_cut_off_makes_room_for_the_next(reopen, directory):
    store = reopen(files=FILES)
    job = with_pages(store, 3, 1)
    end = store.pages(job.id)[-1].end
    name = directory / "files" / blob_name(job.id, "pages")
    with name.open("ab") as file:
        file.write(b"PAGE cut off")
    store = reopen(files=FILES)
    (waiting,) = store.recover()
    assert (waiting.id, waiting.pages_read) == (job.id, 2)
    assert store.lost() == []
    store.add_page(job.id, 2, b"", b"second", end)
    assert [entry.number for entry in store.pages(job.id)] == [3, 1, 2]


def test_a_job_that_gets_on_is_run_again_however_often_the_server_ends(reopen):
    store = reopen(files=FILES)
    job = with_pages(store)
    for number in range(2 * MAX_ATTEMPTS):
        store = reopen(files=FILES)
        (job,) = store.recover()
        job = running(job)
        store.update(job)
        at = max((entry.end for entry in store.pages(job.id)), default=0)
        store.add_page(job.id, number + 1, b"", b"", at)
    for _ in range(MAX_ATTEMPTS):
        store = reopen(files=FILES)
        (job,) = store.recover()
        store.update(running(job))
    assert reopen(files=FILES).recover() == []


def test_pages_and_kept_sources_count_as_bytes(store, clock):
    store = JobStore(JobTable(None), MemoryBlobs(), max_bytes=300, retention=RETENTION, files=FILES, clock=clock)
    first = with_pages(store, 1, size=100)
    store.finish(done(first, b""), None)
    second = with_pages(store, 1, size=100)
    assert store.find(first.id) is not None
    at = store.pages(second.id)[-1].end
    store.add_page(second.id, 2, b"", b"p" * 60, at)
    assert store.find(first.id) is None  # it had to make room
    assert store.was_dropped(first.id, "ann")
    with pytest.raises(StorageFailed):
        store.add_page(second.id, 3, b"", b"p" * 200, store.pages(second.id)[-1].end)
    assert len(store.pages(second.id)) == 2
    store.close()


def test_nothing_is_kept_of_a_cancelled_job(reopen, directory):
    store = reopen(files=FILES)
    job = with_pages(store, 1)
    store.keep_file(job.id, "pdf", b"%PDF")
    store.finish(replace(job, state=JobState.CANCELLED, started=1_000_000, finished=1_000_000), None)
    assert list((directory / "files").iterdir()) == []
    with pytest.raises(StorageFailed):
        store.add_page(job.id, 2, b"", b"late", 0)
    assert not store.keep_file(job.id, "pdf", b"late")
    assert list((directory / "files").iterdir()) == []
    store.update(running(job))
    assert store.find(job.id).state is JobState.CANCELLED


def test_one_request_has_one_job_and_a_new_one_after_its_time(store, clock):
    job = new(request_key="k", request_digest="d")
    store.add(job, b"abc")
    assert store.of_request("ann", "k").id == job.id
    assert (store.of_request("bob", "k"), store.of_request("ann", ""), store.of_request("ann", "x")) == (None,) * 3
    with pytest.raises(StorageFailed):
        store.add(new(request_key="k"), b"abc")
    finish(store, job, b"result")
    clock.time += RETENTION
    assert store.of_request("ann", "k") is None
    store.add(new(request_key="k"), b"abc")


def test_the_jobs_of_an_owner_come_newest_first(store):
    jobs = [new() for _ in range(4)]
    for job in (*jobs, new(owner="bob")):
        store.add(job, b"")
    finish(store, jobs[1], b"r")
    ids = [job.id for job in jobs[::-1]]
    assert [job.id for job in store.of_owner("ann", None, None, 10)] == ids
    assert [job.id for job in store.of_owner("ann", None, ids[1], 1)] == [ids[2]]
    assert [job.id for job in store.of_owner("ann", JobState.DONE, None, 10)] == [jobs[1].id]


def test_a_notice_is_owed_until_it_is_given(reopen):
    store = reopen()
    job = new(notice=True)
    store.add(job, b"abc")
    assert store.with_notice() == []
    finish(store, job, b"result")
    store = reopen()
    assert [each.id for each in store.with_notice()] == [job.id]
    store.noticed(job.id)
    assert reopen().with_notice() == []


def test_a_database_of_the_first_version_is_read(directory):
    with closing(sqlite3.connect(directory / "jobs.sqlite3", isolation_level=None)) as rows:
        rows.executescript(table._SCHEMA)
        rows.execute("PRAGMA user_version = 1")
        rows.execute(
            "INSERT INTO jobs VALUES (1, 'ann', '{}', 1, 1, ?, 't', 'done', 1, 2, 1, 0, 0, 3, 6, NULL, '')",
            ("00000000-0000-4000-8000-000000000000",),
        )
    opened = JobTable(directory / "jobs.sqlite3")
    job = opened.find("00000000-0000-4000-8000-000000000000")
    assert (job.state, job.request_key, job.notice, job.batch) == (JobState.DONE, "", False, "")
    opened.close()


def test_jobs_of_a_batch_are_their_owners_in_the_order_of_their_arrival(store, clock):
    mine = [new(batch="b"), new(batch="b"), new(batch="c"), new()]
    other = new(batch="b", owner="bob")
    for job in (*mine, other):
        store.add(job, b"abc")
    assert [job.id for job in store.of_batch("ann", "b")] == [mine[0].id, mine[1].id]
    assert [job.id for job in store.of_batch("bob", "b")] == [other.id]
    assert store.of_batch("ann", "") == []
    store.finish(done(mine[0], b""), None)
    clock.time += RETENTION
    assert [job.id for job in store.of_batch("ann", "b")] == [mine[1].id]


def test_a_job_of_pages_without_files_keeps_no_source_after_its_end(reopen, directory):
    store = reopen(files=())
    job = with_pages(store, 1)
    store.finish(done(job, b""), None)
    assert [path.name for path in (directory / "files").iterdir()] == [blob_name(job.id, "pages")]
    assert len(store.pages(job.id)) == 1
    store = reopen(files=())
    assert store.recover() == []
    assert store.lost() == []
    assert len(store.pages(job.id)) == 1
