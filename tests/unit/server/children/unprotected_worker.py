"""A worker like the real one on a system that offers nothing beyond limits."""

from server.children import landlock, system_calls
from server.decode.workers.worker import main

if __name__ == "__main__":
    system_calls.LIBRARY = "no-such-library.so"
    landlock.CREATE_RULESET = -1
    main()
