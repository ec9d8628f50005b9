"""Measurements of speed, coverage, mistakes and real tables; each is `python -m eval.studies.NAME`."""
