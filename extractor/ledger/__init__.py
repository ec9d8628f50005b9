"""The run's SQLite file and its named migrations."""
