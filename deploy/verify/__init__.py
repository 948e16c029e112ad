"""Carries out `Dockerfile.cuda` without a container engine, as far as this machine can, and tries what it made."""
