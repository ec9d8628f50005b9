"""Engines, models, prompts and damages side by side."""
