"""Frozen data that flows through the rooms: pages, lines, grids, evidence, findings, records."""
