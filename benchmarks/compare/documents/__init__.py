"""Documents with their truth: one file for each format, and `load` for what a plan says."""

from benchmarks.compare.documents.loading import FORMATS, load

__all__ = ["FORMATS", "load"]
