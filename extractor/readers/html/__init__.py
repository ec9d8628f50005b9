"""HTML pages, as a browser shows them."""
