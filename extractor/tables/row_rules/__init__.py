"""Tables with ruling lines between their rows only."""
