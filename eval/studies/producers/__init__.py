"""Printed forms made through other programs, to measure what is read of files that nobody tuned on."""
