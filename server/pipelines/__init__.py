"""Where pages are read: in this process, or in one child process for each device."""
