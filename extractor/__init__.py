"""Reports full of tables go in, validated records come out, and every printed character is accounted for."""

__version__ = "0.1.0"
