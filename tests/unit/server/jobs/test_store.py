"""Stores keep jobs for their time, and are sound after a server that ended in whatever way."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from server.jobs.blobs import FileBlobs, blob_name
from server.jobs.job import JobState, QueueFull, StorageFailed
from server.jobs.store import INTERRUPTED, MAX_ATTEMPTS
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
