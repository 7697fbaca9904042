"""Readers fed with broken bytes: `python -m tests.fuzz READER --seconds N` (atheris), and some for every change."""
