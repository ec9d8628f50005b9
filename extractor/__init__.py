"""Reports full of tables go in, validated records come out, and every printed character is accounted for.

From Python: `extract`, `read`, `Run`; `help(extractor.extract)` says all. On the command line: `extractor --help`.
"""

from extractor.api import Failed, Record, Run, extract, read
from extractor.version import __version__

__all__ = ["Failed", "Record", "Run", "__version__", "extract", "read"]
