"""Many documents: discovery, workers, model calls, batches."""
