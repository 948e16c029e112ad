"""Build a target of `Dockerfile.cuda` without a container engine, and try the server in it on the CPU.

    python -m deploy.verify --target onnxruntime --work DIRECTORY
    python -m deploy.verify --locks               only ask whether every locked package can be had

Needs root, debootstrap, bubblewrap, and the package indexes. Says which instructions it left out.
"""

import argparse
import subprocess
from pathlib import Path

from deploy.verify import dockerfile
from deploy.verify.build import Builder, enter, make_base, say
from deploy.verify.locks import check_locks

TOP = Path(__file__).parents[2]
TOKEN = "for-this-probe-only"  # noqa: S105 - lives as long as the probe


def main() -> None:
    """Do what the arguments ask for."""
    arguments = _arguments()
    if arguments.locks:
        for line in check_locks():
            say(line)
        return
    arguments.work.mkdir(parents=True, exist_ok=True)
    base = arguments.work / "base"
    if not base.exists():
        make_base(base, "trixie", arguments.mirror or _mirror())
    given = dict(item.split("=", 1) for item in arguments.build_arg)
    builder = Builder(dockerfile.read(TOP / "Dockerfile.cuda"), TOP, arguments.work, base, given, arguments.leave_out)
    root = builder.build(arguments.target)
    for instruction in builder.left_out:
        say(f"NOT RUN: line {instruction.line}: {instruction.text}")
    if arguments.probe:
        _probe(root, builder.environments[arguments.target])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--locks", action="store_true", help="build nothing")
    parser.add_argument("--target", default="onnxruntime")
    parser.add_argument("--work", type=Path, default=TOP / "build/images", help="several GB")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument(
        "--leave-out", action="append", default=[], metavar="TEXT", help="RUN instructions with this text"
    )
    parser.add_argument("--mirror", help="of Debian; default: the one that this machine's apt uses")
    parser.add_argument("--no-probe", dest="probe", action="store_false", help="only build")
    return parser.parse_args()


def _mirror() -> str:
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return listed.stdout.split()[0]


def _probe(root: Path, environment: dict[str, str]) -> None:
    """Run the server as the image's user, on a read-only root, with memory where it may write, without a network."""
    secret = root.parent / "tokens"
    secret.write_text(f"probe: {TOKEN}\n", encoding="utf-8")
    settings = {name: value for name, value in environment.items() if name != "WORKDIR"}
    sandbox = [
        *enter(root, settings, environment["WORKDIR"], build=False),
        *("--unshare-user", "--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"),
        *("--tmpfs", "/var/cache/ppocr-server", "--tmpfs", "/dev/shm"),  # noqa: S108 - inside
        *("--ro-bind", str(secret), "/run/secrets/ppocr_tokens"),
        *("--ro-bind", str(Path(__file__).with_name("probe.py")), "/run/probe.py"),
    ]
    command = ["/opt/ppocr-server/bin/python", "/run/probe.py", "--set", "engine.devices=[cpu]"]
    subprocess.run([*sandbox, "--", *command], check=True)


if __name__ == "__main__":
    main()
