"""Looks up known vulnerabilities of every locked package. Fails for what is found, never for want of a network.

python -m deploy.audit                all lock files
python -m deploy.audit deploy/lock/server.txt
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).with_name("lock")
UNREACHABLE = (
    "ConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ServiceError",
    "HTTPError",
    "ProxyError",
    "SSLError",
)
"""pip-audit's own traceback says so when it could not ask."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The audit's findings for one lock file.

    Attributes:
        audited: packages whose vulnerabilities were looked up.
        skipped: packages that could not be looked up.
        findings: one line for each known vulnerability.
        problem: why nothing could be looked up; None where something was.
    """

    audited: int
    skipped: int
    findings: tuple[str, ...]
    problem: str | None = None


class AuditFailed(Exception):
    """pip-audit failed, and not for want of a network."""


def main() -> None:
    """Audit the named lock files, or all; the exit status is 1 where something was found."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(LOCKS.glob("*.txt"))
    found = False
    for file in files:
        if "--hash=" not in file.read_text(encoding="utf-8"):
            continue  # Debian's packages
        verdict = audit(file)
        print(describe(file.name, verdict))
        found = found or bool(verdict.findings)
    raise SystemExit(1 if found else 0)


def audit(file: Path) -> Verdict:
    """Ask for one lock file.

    Raises:
        AuditFailed: the file cannot be read, or pip-audit does not work.
    """
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
    command = [sys.executable, "-m", "pip_audit", *options, "--requirement", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return judge(done.stdout, done.stderr)


def judge(output: str, errors: str) -> Verdict:
    """Read what pip-audit wrote.

    Raises:
        AuditFailed: neither a report nor a network's failure.
    """
    lines = errors.strip().splitlines() or ["it said nothing"]
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError) as error:
        if any(name in errors for name in UNREACHABLE):
            return Verdict(0, 0, (), lines[-1])
        raise AuditFailed(lines[-1]) from error
    skipped = [package for package in packages if "skip_reason" in package]
    audited = len(packages) - len(skipped)
    problem = f"the index has none on these {len(skipped)} packages" if skipped and not audited else None
    return Verdict(audited, len(skipped), _findings(packages), problem)


def describe(name: str, verdict: Verdict) -> str:
    """Tell a person the verdict in one paragraph."""
    if verdict.problem is not None:
        return f"{name}: SKIPPED, nothing was audited: the vulnerability data cannot be had here ({verdict.problem})"
    left = f", {verdict.skipped} without data" if verdict.skipped else ""
    said = f"{name}: {verdict.audited} packages audited{left}, {len(verdict.findings)} known vulnerabilities"
    return "\n  ".join((said, *verdict.findings))


def _findings(packages: Sequence[dict[str, object]]) -> tuple[str, ...]:
    found = []
    for package in packages:
        vulnerabilities = package.get("vulns", [])
        assert isinstance(vulnerabilities, list)
        for vulnerability in vulnerabilities:
            fixed = ", ".join(vulnerability.get("fix_versions", [])) or "no release yet"
            found.append(f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}")
    return tuple(found)


if __name__ == "__main__":
    main()
