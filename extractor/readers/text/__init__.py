"""Text files: plain lines, tab-separated rows, Markdown, delimited and structured data."""
