"""Errors the user can mend: what was expected, what was found, the way out."""

from __future__ import annotations

import errno
import re


class FramingError(Exception):
    """Something the user can mend; the command line prints it in one line and exits with 2."""


class InputError(FramingError):
    """An input, a setting or a folder that cannot be used at all."""


class SchemaError(FramingError):
    """A frame that does not have the agreed columns, types or values."""


_SHORT = re.compile(
    r"failed to map segment|cannot allocate memory|can't start new thread|bad_alloc|bad allocation"
    r"|unable to allocate|failed to allocate",
    re.IGNORECASE,
)


def memory_short(error: BaseException | None) -> bool:
    """Whether an error, or what led to it, comes from want of memory, which libraries tell in words of their own.

    Messages of errors that may quote an article (ValueError, KeyError ...) are not read.

    Examples
    --------
    >>> memory_short(ImportError("a.so: failed to map segment from shared object")), memory_short(ValueError("bad_alloc"))
    (True, False)
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        native = isinstance(error, RuntimeError | ImportError | OSError) or "onnxruntime" in type(error).__module__
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        if native and _SHORT.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
