"""Which files a child process may read, by the kernel's Landlock (landlock(7), Linux 5.13 and later).

A decoder that was taken over could otherwise draw a picture of the server's keys and have it read aloud. What it may
still read holds no secrets: the interpreter, its libraries, and the system's own programs and fonts.
"""

import ctypes
import os
import sys
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System call numbers, the same on every architecture."""

VERSION_FLAG, RULE_PATH_BENEATH = 1, 1
READ_FILE, READ_DIRECTORY = 1 << 2, 1 << 3
FILE_RIGHTS_BY_VERSION = (13, 14, 15, 15, 16)
"""How many kinds of access to files each version of Landlock can take away, beginning with version 1."""

NETWORK_VERSION, NETWORK_RIGHTS = 4, 0b11
"""From this version on it can take away binding and connecting TCP sockets too."""

SYSTEM_FOLDERS = (
    *("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/ssl/openssl.cnf"),
    *("/dev/urandom", "/sys/devices/system/cpu"),
)
"""Programs, libraries, fonts, randomness (qpdf takes it from the device) and the number of processors."""
LIBRARY_FOLDERS = ("site-packages", "dist-packages")
LIBRARIES = ("numpy", "cv2", "PIL", "pikepdf", "pypdfium2", "msoffcrypto")
"""What decoders import; each may lie in a folder of its own name, e.g. of ``pip install --target``."""
ROOT = os.path.abspath(f"{__file__}/../../..")  # noqa: PTH100
"""Where our packages are: a source tree, or one of the folders above."""


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def readable_folders() -> list[str]:
    """What an interpreter with our modules needs to read.

    Of a source tree that is the code alone: configurations and keys may lie beside it.
    """
    libraries = [path for path in sys.path if path.endswith(LIBRARY_FOLDERS) or _holds_a_library(path)]
    return [*SYSTEM_FOLDERS, sys.prefix, sys.base_prefix, *libraries, f"{ROOT}/server", f"{ROOT}/models"]


def _holds_a_library(folder: str) -> bool:
    return any(os.path.exists(f"{folder}/{name}") for name in LIBRARIES)  # noqa: PTH110


def allow_reading_only(paths: Sequence[str]) -> bool:
    """Leave this process, for good, nothing of the file system but reading below these paths.

    The folder that holds our packages, and those below it, may be listed, as imports do.

    Files that are open stay so. Needs that the process gains no new privileges.

    Args:
        paths: files and folders; one that does not exist is left out.

    Returns:
        False where the kernel does not offer it; nothing is changed then.
    """
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)
    if version < 1:
        return False
    ruleset = _create(library, version)
    try:
        for path in paths:
            if os.path.exists(path):  # noqa: PTH110 - a worker starts faster without pathlib
                # A right to directories is not to be given on a file.
                folder = os.path.isdir(path)  # noqa: PTH112
                _add(library, ruleset, path, READ_FILE | READ_DIRECTORY if folder else READ_FILE)
        _add(library, ruleset, ROOT, READ_DIRECTORY)
        _check(library.syscall(RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)
    return True


def _create(library: ctypes.CDLL, version: int) -> int:
    rights = FILE_RIGHTS_BY_VERSION[min(version, len(FILE_RIGHTS_BY_VERSION)) - 1]
    network = NETWORK_RIGHTS if version >= NETWORK_VERSION else 0
    attributes = _RulesetAttributes((1 << rights) - 1, network)
    # An older kernel knows the first field alone.
    length = ctypes.sizeof(attributes) if network else ctypes.sizeof(ctypes.c_uint64)
    ruleset = library.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(length), 0)
    return _check(ruleset, "landlock_create_ruleset")


def _add(library: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(rights, descriptor)
        done = library.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        _check(done, "landlock_add_rule")
    finally:
        os.close(descriptor)


def _check(result: int, call: str) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{call} failed")
    return result
