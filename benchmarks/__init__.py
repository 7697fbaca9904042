"""Measurements: public instances with published optima, made-up counties, and other tools on the same questions.

Run `python -m benchmarks list` in the project's folder. Nothing here is part of the installed package.
"""
