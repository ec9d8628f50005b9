"""Reports full of tables go in, validated records come out, and every printed character is accounted for.

From Python: `extract`, `read`, `Run`; `help(extractor.extract)` says all. On the command line: `extractor --help`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.version import __version__

if TYPE_CHECKING:
    from extractor.api import Failed, Record, Run, extract, read

__all__ = ["Failed", "Record", "Run", "__version__", "extract", "read"]


def __getattr__(name: str) -> Any:
    """The names of the Python API, loaded when they are asked for: importing a part of the package stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from extractor import api

    return getattr(api, name)
