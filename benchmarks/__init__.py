"""Measured speed: `python -m benchmarks.<name> --help`, run from the root of a checkout."""
