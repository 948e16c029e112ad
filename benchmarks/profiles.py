"""The profiles that are measured: our configuration file for each. The reference's pipeline file has the same name."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
PROFILES = {"v5_mobile": _HERE.parent / "configs" / "default.yaml", "v6_small": _HERE / "v6_small.yaml"}
