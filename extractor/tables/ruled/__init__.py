"""Tables whose cells are bounded by ruling lines."""
