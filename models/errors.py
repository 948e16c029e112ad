"""Everything that can go wrong between pixels and text, with one class for each cause.

OcrError
├── InvalidOption        an option is outside its documented range
├── ModuleNotLoaded      an optional module was asked for, and its model cannot run here
│   ├── LanguageNotInstalled  the recogniser of a requested language is not on this machine
│   └── PresetNotInstalled  a model of the requested preset is not on this machine, or cannot be opened
├── ModelNotInstalled    weights named in the configuration are not on this machine
├── InvalidModelDirectory  a model directory lacks a file, or its inference.yml cannot be used
├── WeightsMismatch      a weights file is not the one its manifest entry describes
├── EngineUnavailable    the configured inference engine cannot run on this machine
├── EngineFailure        the engine raised, or gave an output that cannot be right
│   ├── OutOfDeviceMemory  the device has no room for this batch; a smaller one may fit
│   └── DeviceLost       the device answers nothing any more in this process
├── DeadlineExceeded     the caller's time ran out before the work was done
└── PipelineStopped      the pipeline is shutting down or one of its parts died

Messages say what to do next and never hold document content.
"""


class OcrError(Exception):
    """Base of every error that `models` raises on purpose."""


class InvalidOption(OcrError):
    """An option is outside its documented range.

    Attributes:
        option: name in snake_case, e.g. ``text_det_thresh``.
    """

    def __init__(self, option: str, message: str) -> None:
        super().__init__(f"{option}: {message}")
        self.option = option


class ModuleNotLoaded(OcrError):
    """An optional module was asked for, and its model cannot run here."""


class LanguageNotInstalled(ModuleNotLoaded):
    """The recogniser of the requested language is not installed, or cannot be opened.

    The message names the command that installs it.
    """


class PresetNotInstalled(ModuleNotLoaded):
    """A model of the requested preset is not installed, or cannot be opened. The message says why and what to do."""


class ModelNotInstalled(OcrError):
    """A model's files are not on this machine. They were not fetched, or must not be."""


class InvalidModelDirectory(OcrError):
    """A model directory lacks a file, or its `inference.yml` is malformed or needs what the pipeline cannot do."""


class WeightsMismatch(OcrError):
    """A weights file's SHA-256 is not the one in the manifest. The file is never loaded."""


class EngineUnavailable(OcrError):
    """The engine or device that the configuration asks for cannot run here."""


class EngineFailure(OcrError):
    """Inference failed for these inputs. Other inputs are not affected."""


class OutOfDeviceMemory(EngineFailure):
    """The device has no room for this batch. After it, the batcher makes smaller batches for a while."""


class DeviceLost(EngineFailure):
    """The device answers nothing any more in this process. Another process may use it, or another device.

    The input that gets this error need not be the cause. A GPU tells a failure to the call that waits next.
    """


class DeadlineExceeded(OcrError):
    """The work was dropped because its deadline passed."""


class PipelineStopped(OcrError):
    """The pipeline no longer takes work."""
