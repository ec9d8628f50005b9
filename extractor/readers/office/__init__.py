"""Word, Excel and other office files."""
