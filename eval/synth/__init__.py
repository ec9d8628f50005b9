"""Documents made from a seed, printed in many formats, each with its gold file.

Nothing here is fitted to an engine: contents come from `content`, their printed tables from `forms`,
one module a format prints them, and `gold` states what a reader finds there.
"""
