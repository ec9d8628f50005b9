"""Scans damaged by other tools than `eval.synth`: other printers, other rasterisers, OpenCV and scipy."""
