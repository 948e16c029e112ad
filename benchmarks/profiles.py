"""The profiles that are measured: our configuration file for each. The reference's pipeline file has the same name."""

from pathlib import Path

_CONFIGS = Path(__file__).resolve().parents[1] / "configs"
PROFILES = {"v5_mobile": _CONFIGS / "default.yaml", "v6_small": _CONFIGS / "ppocrv6-small.yaml"}
