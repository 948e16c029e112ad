"""CapSolver's ImageToTextTask: `/createTask`, `/getTaskResult` and `/getBalance`."""
