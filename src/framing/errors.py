"""Errors the user can mend: what was expected, what was found, the way out."""


class FramingError(Exception):
    """Something the user can mend; the command line prints it in one line and exits with 2."""


class InputError(FramingError):
    """An input, a setting or a folder that cannot be used at all."""


class SchemaError(FramingError):
    """A frame that does not have the agreed columns, types or values."""
