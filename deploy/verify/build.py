"""Carries out a target's instructions: a plain directory for each stage, bubblewrap in the engine's place."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.verify.dockerfile import Copy, Dockerfile, Instruction, argument, copy_of

INHERITED = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "PIP_INDEX_URL")
"""Variables that lead this machine to package indexes. An engine has its own ways to hand these to a build."""
CERTIFICATES = "/run/certificates.pem"
INITIAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Builder:
    """Builds stages below one directory.

    Args:
        file: what to build.
        context: the directory that COPY reads from.
        work: where the stages' directories are made.
        base: a root directory in the base image's place.
        arguments: values of build arguments.
        leave_out: RUN instructions that contain one of these texts are not carried out.
    """

    def __init__(
        self,
        file: Dockerfile,
        context: Path,
        work: Path,
        base: Path,
        arguments: dict[str, str],
        leave_out: Sequence[str],
    ) -> None:
        self._file = file
        self._context = context
        self._work = work
        self._base = base
        self._arguments = arguments
        self._leave_out = leave_out
        self.environments: dict[str, dict[str, str]] = {}
        self.left_out: list[Instruction] = []

    def build(self, target: str) -> Path:
        """Carry out all that a target needs, and give its root directory.

        Raises:
            subprocess.CalledProcessError: an instruction failed.
        """
        for name in self._file.needed_for(target):
            self._stage(name)
        return self._work / target

    def _stage(self, name: str) -> None:
        stage, root = self._file.stages[name], self._work / name
        inherited = stage.base in self._file.stages
        shutil.rmtree(root, ignore_errors=True)
        _copy_tree(self._work / stage.base if inherited else self._base, root)
        environment = dict(self.environments[stage.base]) if inherited else {"PATH": INITIAL_PATH}
        variables: dict[str, str] = {}
        directory = environment.pop("WORKDIR", "/")
        for instruction in stage.instructions:
            if instruction.name == "ARG":
                variables |= argument(instruction)
                variables |= {key: value for key, value in self._arguments.items() if key in variables}
            elif instruction.name == "ENV":
                environment |= dict(word.split("=", 1) for word in instruction.words)
            elif instruction.name == "WORKDIR":
                directory = instruction.text
                (root / directory.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif instruction.name == "COPY":
                self._copy(copy_of(instruction), root, directory)
            elif instruction.name == "RUN":
                self._run(name, instruction, root, directory, environment | variables)
        self.environments[name] = environment | {"WORKDIR": directory}

    def _copy(self, copy: Copy, root: Path, directory: str) -> None:
        origin = self._work / copy.stage if copy.stage else self._context
        target = root / str(Path(directory) / copy.target).lstrip("/")
        for source in copy.sources:
            found = origin / source.lstrip("/")
            if found.is_dir():
                _copy_tree(found, target)
            else:
                into = target / found.name if copy.target.endswith("/") else target
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, into)

    def _run(self, stage: str, run: Instruction, root: Path, directory: str, environment: dict[str, str]) -> None:
        if any(text in run.text for text in self._leave_out):
            self.left_out.append(run)
            return
        begun = time.monotonic()
        shell = ["/bin/bash", "-o", "errexit", "-o", "nounset", "-o", "pipefail", "-c"]
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        command = enter(root, environment | own, directory)
        if certificates := os.environ.get("PIP_CERT"):
            command += ["--ro-bind", certificates, CERTIFICATES, "--setenv", "PIP_CERT", CERTIFICATES]
        subprocess.run([*command, "--", *shell, run.text], check=True, stdout=sys.stderr)
        say(f"{stage}, line {run.line}: {time.monotonic() - begun:.1f} s")


def enter(root: Path, environment: dict[str, str], directory: str, *, build: bool = True) -> list[str]:
    """The beginning of a command line that runs something in a root directory.

    Args:
        root: what becomes ``/``.
        environment: all variables that it sees.
        directory: where it starts.
        build: as root, with a network, what is written stays; else read-only and without a network.
    """
    given = ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--cap-add", "ALL") if build else ("--unshare-all",)
    return [
        *("bwrap", "--die-with-parent", *given),
        *("--bind" if build else "--ro-bind", str(root), "/", "--proc", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/run", "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108 - inside
        *(("--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf") if build else ()),
        *("--clearenv", *(part for item in environment.items() for part in ("--setenv", *item))),
        *("--chdir", directory),
    ]


def make_base(directory: Path, suite: str, mirror: str) -> None:
    """Make a root directory like that of Debian's own base image. Its sources name the mirror in a snapshot's place.

    Raises:
        subprocess.CalledProcessError: debootstrap failed.
    """
    subprocess.run(["debootstrap", "--variant=minbase", suite, str(directory), mirror], check=True, stdout=sys.stderr)
    (directory / "etc/apt/sources.list").unlink()
    places = {mirror: f"{suite} {suite}-updates", f"{mirror.rstrip('/')}-security": f"{suite}-security"}
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    entries = (
        f"Types: deb\n# {place}\nURIs: {place}\nSuites: {suites}\nComponents: main\nSigned-By: {key}\n"
        for place, suites in places.items()
    )
    (directory / "etc/apt/sources.list.d/debian.sources").write_text("\n".join(entries), encoding="utf-8")


def say(text: str) -> None:
    """Tell the operator."""
    print(text, flush=True)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a directory's content, owners and modes included; device nodes are the sandbox's affair."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", "--reflink=auto", "--no-target-directory", str(source), str(target)], check=True)
