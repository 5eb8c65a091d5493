"""One JSON document: an array of articles, a wrapper around one, articles by id, a table by columns, or a single article.

An array is read element by element, so that its size does not matter; anything else is read whole, up to a bound.
Several documents in one file are objects one after another (:mod:`framing.loading.jsonl`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

from framing.loading import jsonl
from framing.loading.decode import decode, guess, tidy
from framing.loading.record import Record, Records, rejected
from framing.loading.shapes import refusal, unwrap
from framing.loading.source import MAX_LINE, Source, TooLarge, Unreadable

SUFFIXES = (".json",)
_SPACE = " \t\r\n,"


def records(source: Source) -> Records:
    """Articles of the document, however it holds them."""
    try:
        with source.open() as stream:
            start = stream.peek(65536)[:65536]
            first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
            if first == b"[":
                yield from _array(stream, source)
                return
        if first == b"\x1e" or (first == b"{" and _is_lines(start)):
            yield from jsonl.records(source)
            return
        yield from _document(source)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def _is_lines(start: bytes) -> bool:
    """Whether the first line is a whole object and another line follows: JSON lines under another name."""
    first, _, rest = start.lstrip().partition(b"\n")
    if not rest.strip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _document(source: Source) -> Records:
    try:
        text = decode(source.read())
    except TooLarge:
        yield from jsonl.records(source)
        return
    if not text.strip():
        yield rejected(source.name, "empty file")
        return
    try:
        value = json.loads(text, strict=False)
    except RecursionError:
        yield rejected(source.name, "JSON nested too deeply", text)
        return
    except ValueError as error:
        if "Extra data" in str(error) or "\n{" in text:
            yield from jsonl.records(source)
        else:
            yield rejected(source.name, f"not valid JSON: {error}", text)
        return
    if isinstance(value, Mapping) and (said := refusal(value)):
        yield rejected(source.name, f"not articles, but an error that a service answered: {said}", text)
        return
    for key, item in unwrap(value):
        origin = f"{source.name}#{key}" if key else source.name
        if isinstance(item, Mapping):
            yield Record(origin, item)
        else:
            yield rejected(origin, f"a JSON {type(item).__name__} where an object was expected", item)


def _array(stream: io.BufferedReader, source: Source) -> Records:
    """Elements of a JSON array one by one; memory holds one element and a chunk."""
    encoding = guess(stream.peek(65536)[:65536])
    text = io.TextIOWrapper(stream, "utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="")
    decoder = json.JSONDecoder(strict=False)
    buffer, number, chunk = text.read(2**16).lstrip().removeprefix("["), 0, 2**16
    while True:
        buffer = buffer.lstrip(_SPACE)
        if buffer.startswith("]"):
            break
        try:
            value, end = decoder.raw_decode(buffer)
            if end == len(buffer) and not buffer.endswith(("}", "]", '"')):
                raise ValueError("a number may go on")
        except RecursionError:
            yield rejected(f"{source.name}#{number + 1}", "JSON nested too deeply; the rest was not read", buffer)
            break
        except ValueError as error:
            more = text.read(chunk) if len(buffer) <= MAX_LINE else ""
            if not more:
                if buffer.strip():
                    yield rejected(
                        f"{source.name}#{number + 1}", f"{_broken(buffer, error)}; the rest was not read", buffer
                    )
                break
            buffer, chunk = buffer + more, chunk * 2
            continue
        number, chunk, buffer = number + 1, 2**16, buffer[end:]
        origin = f"{source.name}#{number}"
        if isinstance(value, dict):
            yield Record(origin, value)
        else:
            yield rejected(origin, f"a JSON {type(value).__name__} where an object was expected", tidy(str(value)))
    text.detach()


def _broken(buffer: str, error: ValueError) -> str:
    if len(buffer) > MAX_LINE:
        return f"an element longer than {MAX_LINE // 2**20} MB"
    return f"not valid JSON: {error}"
