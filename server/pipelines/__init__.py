"""Pipelines that read pages: in this process, or in one child process for each device."""
