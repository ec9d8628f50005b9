"""How right is it: gold files, alignment, metrics, reports and benchmarks."""
