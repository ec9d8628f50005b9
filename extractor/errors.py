"""Everything that can go wrong, in one small hierarchy.

    ExtractorError
    ├── CallError          the call itself is wrong (exit status 2)
    │   ├── ConfigError    a setting is unknown, missing or out of range
    │   └── SchemaError    a schema cannot be used
    ├── DocumentError      one document cannot be read; the run goes on without it
    ├── StopRun            the run must stop here; what is finished is kept
    └── MissingPackage     an optional package or program is not installed

Bad data gives findings, not exceptions; an exception is for what could not run.
A message says what was wrong, where (file, page, field), and what to do.
"""


class ExtractorError(Exception):
    """Base of all errors that this package raises on purpose."""


class CallError(ExtractorError):
    """The call itself is wrong: arguments, output folder, settings, schema."""


class ConfigError(CallError):
    """A setting is unknown, missing or out of range."""


class SchemaError(CallError):
    """A schema cannot be found, loaded or used."""


class DocumentError(ExtractorError):
    """One document cannot be read; the message names the reason and the remedy, the run goes on."""


class StopRun(ExtractorError):
    """The run must stop: the endpoint would refuse every call, or the budget is used up; what is finished is kept."""


class MissingPackage(ExtractorError):
    """An optional package or program is not installed; the message says how to install it."""
