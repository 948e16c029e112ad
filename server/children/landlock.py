"""Limits the files that a child process may read, with the kernel's Landlock (landlock(7), Linux 5.13 and later).

Without it, an attacker inside a decoder could draw a picture of the server's keys, and get its text as a result. The
files that it may still read hold no secrets: the interpreter, its libraries, and the system's own programs and fonts.
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
"""The number of kinds of file access that each version of Landlock can forbid, beginning with version 1."""

NETWORK_VERSION, NETWORK_RIGHTS = 4, 0b11
"""From this version on, Landlock can also forbid to bind and connect TCP sockets."""

SYSTEM_FOLDERS = (
    *("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/ssl/openssl.cnf"),
    *("/dev/urandom", "/sys/devices/system/cpu"),
)
"""Programs, libraries, fonts, randomness (qpdf takes it from the device) and the number of processors."""
LIBRARY_FOLDERS = ("site-packages", "dist-packages")
LIBRARIES = ("numpy", "cv2", "PIL", "pikepdf", "pypdfium2", "msoffcrypto")
"""The libraries that decoders import. Each may lie in a folder of its own, e.g. of ``pip install --target``."""
ROOT = os.path.abspath(f"{__file__}/../../..")  # noqa: PTH100
"""The folder of our packages: a source tree, or one of the folders above."""


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def readable_folders() -> list[str]:
    """The folders that an interpreter with our modules needs to read.

    Of a source tree it is only the code, because configurations and keys may lie beside it.
    """
    libraries = [path for path in sys.path if path.endswith(LIBRARY_FOLDERS) or _holds_a_library(path)]
    return [*SYSTEM_FOLDERS, sys.prefix, sys.base_prefix, *libraries, f"{ROOT}/server", f"{ROOT}/models"]


def _holds_a_library(folder: str) -> bool:
    return any(os.path.exists(f"{folder}/{name}") for name in LIBRARIES)  # noqa: PTH110


def allow_reading_only(paths: Sequence[str]) -> bool:
    """Forbid this process, for ever, all access to the file system except reading below these paths.

    The folder of our packages, and the folders below it, may still be listed, because imports do that. Open files stay
    open. `no_new_privileges` must have been called before.

    Args:
        paths: files and folders. One that does not exist is left out.

    Returns:
        False if the kernel does not offer this. Then nothing is changed.
    """
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)
    if version < 1:
        return False
    ruleset = _create(library, version)
    try:
        for path in paths:
            if os.path.exists(path):  # noqa: PTH110 - a worker starts faster without pathlib
                # Landlock refuses a right for directories on a file.
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
    # An older kernel only knows the first field.
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
