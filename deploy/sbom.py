"""List what an installation consists of, as CycloneDX 1.6 JSON: Python packages, weights, Debian packages.

Python packages come from `cyclonedx-py`, which looks into environments. Weights and fonts carry their SHA-256: those
in a directory as they are there, those of `configs/models.yaml` as published. Debian packages are read from dpkg's
own list.

    python deploy/sbom.py --lock deploy/lock/server.txt --manifest configs/models.yaml --output sbom.cdx.json
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import yaml
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

RECORD_FILE = "weights.lock.yml"
NAME = "ppocr-server"


def main() -> None:
    """Write the file that the arguments ask for."""
    arguments = _arguments()
    bom = Bom()
    for python in arguments.python:
        _add_environment(bom, python)
    if arguments.lock:
        _add(bom, _locked_packages(arguments.lock))
    if arguments.debian_packages:
        _add(bom, _debian_packages(arguments.debian_packages))
    if arguments.weights:
        _add(bom, _installed_weights(arguments.weights))
    if arguments.manifest:
        _add(bom, _published_weights(arguments.manifest))
    _name_subject(bom)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"not a valid SBOM: {problem}")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(text + "\n", encoding="utf-8")
    sys.stderr.write(f"{arguments.output}: {len(bom.components)} components\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", action="append", default=[], help="interpreter of an environment; may be repeated")
    parser.add_argument("--lock", type=Path, help="lock file with sums, in an environment's place")
    parser.add_argument("--debian-packages", type=Path, help="dpkg's list: /var/lib/dpkg/status")
    parser.add_argument("--weights", type=Path, help="directory of installed models")
    parser.add_argument("--manifest", type=Path, help="configs/models.yaml: every model with a published sum")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


def _add(bom: Bom, components: Iterable[Component]) -> None:
    """Add what is not there yet: two environments may share packages."""
    known = {str(component.purl) for component in bom.components if component.purl}
    for component in components:
        if component.purl is None or str(component.purl) not in known:
            bom.components.add(component)


def _name_subject(bom: Bom) -> None:
    """This package is what the list is about, so it moves from the list to its head."""
    own = next((component for component in bom.components if component.name == NAME), None)
    if own is None:
        own = Component(name=NAME, type=ComponentType.APPLICATION)
        bom.register_dependency(own, bom.components)
    bom.components.discard(own)
    bom.metadata.component = own


def _add_environment(bom: Bom, python: str) -> None:
    """Add an environment's packages and what depends on what.

    The places that they were fetched from are left out: those are this machine's affair.
    """
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--short-PURLs", python]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    environment: Bom = Bom.from_json(listed)  # type: ignore[attr-defined]  # by a decorator
    for component in environment.components:
        component.external_references.clear()
        component.properties.clear()
    before = set(bom.components)
    _add(bom, environment.components)
    added = {component.bom_ref for component in bom.components if component not in before}
    for dependency in environment.dependencies:
        if dependency.ref in added:
            bom.dependencies.add(dependency)


def _locked_packages(lock: Path) -> Iterator[Component]:
    """Yield the packages that a lock file installs on this kind of machine, with the sums of their files."""
    entries = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    wanted = [entry for entry in entries if _applies(entry)]
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "-"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, input="\n".join(wanted))
    for number, entry in enumerate(json.loads(done.stdout)["components"]):
        entry["bom-ref"] = f"{entry['name']}=={entry['version']}"
        entry["description"] = f"{lock.name}, {number + 1} of {len(wanted)}"
        yield Component.from_json(entry)  # type: ignore[attr-defined]  # by a decorator


def _applies(entry: str) -> bool:
    if not entry.strip() or entry.startswith("#"):
        return False
    marker = Requirement(entry.partition(" --hash")[0].strip()).marker
    return marker is None or marker.evaluate()


def _debian_packages(status: Path) -> Iterator[Component]:
    for paragraph in status.read_text(encoding="utf-8").split("\n\n"):
        package = HeaderParser().parsestr(paragraph)
        if "ok installed" not in package.get("Status", ""):
            continue
        name, version, architecture = package["Package"], package["Version"], package["Architecture"]
        purl = PackageURL("deb", "debian", name, version, {"arch": architecture})
        yield Component(name=name, version=version, purl=purl, bom_ref=str(purl), type=ComponentType.LIBRARY)


def _installed_weights(directory: Path) -> Iterator[Component]:
    for record_file in sorted(directory.glob(f"*/{RECORD_FILE}")):
        record = yaml.safe_load(record_file.read_text(encoding="utf-8"))
        sums = {name: file["sha256"] for name, file in record["files"].items()}
        yield _model(record["model"], record["source"], None, sums)
    for font in sorted(file for file in directory.glob("fonts/*") if file.is_file()):
        yield _font(font.name, None, hashlib.sha256(font.read_bytes()).hexdigest())


def _published_weights(manifest: Path) -> Iterator[Component]:
    content = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    for name, entry in content.get("fonts", {}).items():
        yield _font(name, entry["licence"], entry["file"]["sha256"])
    for name, entry in content["models"].items():
        for source in entry["sources"]:
            origin = source.get("wheel") or f"{source['huggingface']}@{source.get('revision', 'main')}"
            sums = {
                file: about.get("converted_sha256", about["sha256"])
                for file, about in source["files"].items()
                if "sha256" in about
            }
            if sums:
                yield _model(name, origin, entry["licence"], sums)


def _font(name: str, licence: str | None, sha256: str) -> Component:
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=f"font:{name}",
        licenses=[DisjunctiveLicense(name=licence)] if licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )


def _model(name: str, origin: str, licence: str | None, sums: dict[str, Any]) -> Component:
    reference = f"model:{name}:{origin}"
    files = [
        Component(
            name=file,
            type=ComponentType.FILE,
            bom_ref=f"{reference}:{file}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
        )
        for file, sha256 in sorted(sums.items())
    ]
    return Component(
        name=name,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=reference,
        licenses=[DisjunctiveLicense(name=licence)] if licence else [],
        properties=[Property(name="origin", value=origin)],
        components=files,
    )


if __name__ == "__main__":
    main()
