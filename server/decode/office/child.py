"""Limits its own process and then becomes the program that renders an Office document.

The command line is ``python -m server.decode.office.child MEMORY_BYTES FILE_BYTES CPU_SECONDS PARENT PROGRAM
ARGUMENTS…``.
"""

import os
import resource
import signal
import sys

from server.children.core_dumps import forbid_core_dumps
from server.children.sandbox import die_with_parent, no_new_privileges
from server.children.system_calls import forbid_network

OPEN_FILES = 1024
"""LibreOffice opens a few hundred files: its libraries, fonts and the parts of a document."""


def main() -> None:
    """Run in the process that the server started."""
    memory_bytes, file_bytes, cpu_seconds, parent = (int(argument) for argument in sys.argv[1:5])
    die_with_parent(parent)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, min(OPEN_FILES, most_files) if most_files != resource.RLIM_INFINITY else OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    forbid_core_dumps()
    # Python ignores the signal of the file size limit, and a program that it starts would ignore it too. LibreOffice
    # does not notice a failed write, and would report half a file as a success.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    # SIGHUP asks the server for a reload. It may be sent to all its processes, and would end a rendering.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    no_new_privileges()
    forbid_network()
    command = sys.argv[5:]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
