"""Tables without ruling lines."""
