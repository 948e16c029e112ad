"""Runs a plan: every document to every provider, once for each repeat, and every outcome kept.

A document whose outcome was kept, whatever it was, is not sent again when a run is resumed.
"""

import importlib.metadata
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from benchmarks.compare.asking import Asking, Common, Job, Progress
from benchmarks.compare.conditions import check_budget, price_of_page, rate_of
from benchmarks.compare.destinations import Destination, check_allowed, gate, reach
from benchmarks.compare.errors import NotCompared, WrongPlan
from benchmarks.compare.kept import RunFolder
from benchmarks.compare.model import Document
from benchmarks.compare.pace import Budget
from benchmarks.compare.plan import Contender, Plan
from benchmarks.compare.secrets import Secrets
from benchmarks.machine import made_with
from server.version import installed_version

Tell = Callable[[Contender, Progress], None]


def run(
    plan: Plan,
    documents: Sequence[Document],
    destinations: Mapping[str, Destination],
    folder: RunFolder,
    send_to: Sequence[str],
    tell: Tell,
) -> dict[str, Progress]:
    """Ask all providers, one after the other.

    Args:
        plan: says what is sent to whom.
        documents: that the plan names.
        destinations: where each provider is, by its name.
        folder: keeps what was sent and what came back.
        send_to: hosts beyond this machine to which documents may go.
        tell: is told of every answer.

    Returns:
        How far each provider came, by its name.

    Raises:
        WrongPlan: a host is not allowed, or a budget cannot be kept. Nothing was sent.
        NotCompared: the folder belongs to another plan, or to another run at work.
        KeyboardInterrupt: it was interrupted. What was asked is kept.
    """
    check_allowed(destinations.values(), send_to)
    check_budget(plan, destinations)
    folder.begin()
    with folder.alone():
        folder.mend()
        _keep_about(plan, documents, destinations, folder, send_to)
        budget = Budget(plan.budget, _spent(plan, documents, destinations, folder))
        common = Common(folder, budget, Secrets(), threading.Event(), tell)
        answered = {(each.provider, each.document, each.repeat) for each in folder.answers()}
        progress = {}
        with gate(destinations.values(), send_to):
            for contender in plan.contenders:
                jobs = [
                    Job(document, repeat)
                    for repeat in range(plan.repeats)
                    for document in documents
                    if (contender.name, document.id, repeat) not in answered
                ]
                asking = Asking(contender, destinations[contender.name], common, len(jobs))
                _ask(asking, contender, destinations[contender.name], jobs, common)
                progress[contender.name] = asking.progress
                if asking.versions:
                    folder.keep_versions(contender.name, asking.versions)
        return progress


def check_documents(plan: Plan, documents: Sequence[Document]) -> None:
    """See that no two documents share an id.

    Raises:
        WrongPlan: two do.
    """
    counts = Counter(document.id for document in documents)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise WrongPlan(f"{plan.path}: documents: {twice[0]} is there twice. Give the sources categories of their own.")


def _ask(asking: Asking, contender: Contender, destination: Destination, jobs: Sequence[Job], common: Common) -> None:
    wanted = []
    for job in jobs:
        reason = contender.provider.refusal(job.document)
        if reason:
            asking.refuse(job, reason)
        else:
            wanted.append(job)
    if not wanted:
        return
    try:
        reach(contender, destination)
        asking.ask(wanted)
    except (NotCompared, WrongPlan) as error:  # the other providers can still be asked
        asking.progress.stopped = common.secrets.conceal(str(error))


def _spent(
    plan: Plan, documents: Sequence[Document], destinations: Mapping[str, Destination], folder: RunFolder
) -> float:
    """What earlier runs of the folder cost. A document that was sent and has no answer is taken for charged."""
    answers = folder.answers()
    sent = Counter((each.provider, each.document) for each in folder.egress())
    sent.subtract(Counter((each.provider, each.document) for each in answers if each.bytes_sent))
    pages = {document.id: document.pages for document in documents}
    prices = {each.name: price_of_page(each, destinations[each.name]) or 0.0 for each in plan.contenders}
    lost = sum(
        count * prices.get(provider, 0.0) * pages.get(document, 0)
        for (provider, document), count in sent.items()
        if count > 0
    )
    return lost + sum(answer.cost or 0.0 for answer in answers)


def _keep_about(
    plan: Plan,
    documents: Sequence[Document],
    destinations: Mapping[str, Destination],
    folder: RunFolder,
    send_to: Sequence[str],
) -> None:
    """Write ``run.json``, or add this run to it.

    Raises:
        NotCompared: the folder belongs to another plan or to other documents.
    """
    listed = [
        {"id": each.id, "sha256": each.sha256, "pages": each.pages, "kind": each.kind, "category": each.category}
        for each in documents
    ]
    runs: list[dict[str, Any]] = []
    if folder.begun:
        before = folder.about()
        if before["identity"] != plan.identity or before["documents"] != listed:
            raise NotCompared(f"{folder.path} belongs to another plan or to other documents. Name another --output.")
        runs = before["runs"]
    machine = {name: value for name, value in made_with().items() if name not in ("command", "date")}
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    runs.append({"begun": begun, "version": installed_version(), "machine": machine, "send_to": sorted(send_to)})
    folder.keep_about(
        {
            "identity": plan.identity,
            "plan": plan.content,
            "documents": listed,
            "providers": {each.name: _described(each, destinations[each.name]) for each in plan.contenders},
            "prices": {"file": plan.prices.path.name, "sha256": plan.prices.sha256, "currency": plan.prices.currency},
            "runs": runs,
        }
    )


def _described(contender: Contender, destination: Destination) -> dict[str, Any]:
    return {
        "kind": contender.kind,
        "host": destination.host,
        "outside": bool(destination.outside),
        "price": msgspec.to_builtins(contender.price) if price_of_page(contender, destination) else None,
        "price_of_page": price_of_page(contender, destination),
        "requests_per_second": rate_of(contender, destination),
        "concurrency": contender.concurrency,
        "timeout_seconds": contender.timeout_seconds,
        "packages": {name: _version(name) for name in contender.provider.packages},
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
