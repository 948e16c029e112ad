"""The audit reads pip-audit's words: findings fail, a missing network does not and is said."""

import json
import sys
from pathlib import Path

import pytest

from deploy import audit
from deploy.audit import AuditFailed, Verdict, describe, judge

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
BAD = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-2099-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited: numpy (2.4.6)"}
UNREACHABLE = "Traceback (most recent call last):\nrequests.exceptions.ConnectionError: name resolution failed\n"


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_findings_are_named_with_their_remedy() -> None:
    verdict = judge(report(CLEAN, BAD, UNKNOWN), "")
    assert verdict == Verdict(2, 1, ("pillow 1.0: CVE-2099-1, fixed in 1.1, 2.0",))
    assert "CVE-2099-1" in describe("server.txt", verdict)


def test_no_data_is_a_skip_that_says_so() -> None:
    verdict = judge(report(UNKNOWN, UNKNOWN), "")
    assert verdict.problem
    assert "SKIPPED" in describe("server.txt", verdict)


def test_no_network_is_a_skip_that_says_why() -> None:
    verdict = judge("", UNREACHABLE)
    assert verdict.problem is not None
    assert "name resolution failed" in describe("server.txt", verdict)


def test_any_other_failure_is_one() -> None:
    with pytest.raises(AuditFailed, match="no such file"):
        judge("", "error: no such file\n")


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict(1, 0, ("x",)), 1), (Verdict(1, 0, ()), 0), (Verdict(0, 0, (), "no network"), 0)]
)
def test_the_exit_status_tells_findings_apart(
    verdict: Verdict, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "some.txt"
    lock.write_text("click==8 --hash=sha256:0\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["audit", str(lock)])
    monkeypatch.setattr(audit, "audit", lambda _file: verdict)
    with pytest.raises(SystemExit) as ended:
        audit.main()
    assert ended.value.code == status
