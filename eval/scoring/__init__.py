"""Gold and records compared: alignment, verdicts, figures with their intervals."""
