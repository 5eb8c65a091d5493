"""From bytes to characters: the encoding a file says or shows, line by line where files mix them."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from framing.loading import noise
from framing.loading.source import MAX_LINE

_META = re.compile(rb"""<meta[^>]{0,200}?charset=["']?\s{0,4}([A-Za-z0-9_:.-]{2,40})""", re.I)
_XML = re.compile(rb"""^\s{0,20}<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9_:.-]{2,40})""", re.I)
_SHIFTED = re.compile(rb"\x1b(?:\$[@B]|\(J)")  # Japanese mail and old pages: seven bits, shifted by escapes
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.S)
_BAD = re.compile("[\x00\ud800-\udfff]")


# browsers read these labels as the wider set, and so do the pages that state them
_ALIASES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
            "iso-8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
            "ks_c_5601-1987": "cp949", "euc-kr": "cp949"}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One physical line: its number from 1, its text without the line end, and what is wrong with it."""

    number: int
    text: str
    problem: str | None = None


def tidy(text: str) -> str:
    """Text without NUL bytes and lone surrogates, which no Parquet file or web page can hold.

    Examples
    --------
    >>> tidy("a" + chr(0) + "b")
    'ab'
    """
    return _BAD.sub("", text) if _BAD.search(text) else text


def guess(sample: bytes) -> str:
    """Encoding of `sample`: its byte order mark, else UTF-8 if it is valid, else the likeliest other.

    Examples
    --------
    >>> guess("été".encode()), guess(b"plain")
    ('utf-8', 'utf-8')
    """
    if two_bytes := noise.wide(sample):
        return two_bytes
    if _SHIFTED.search(sample):
        return "iso2022_jp_2"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        return _eight_bit(sample)
    return "utf-8"


def _eight_bit(sample: bytes) -> str:
    """Likeliest encoding that is not UTF-8; Western European unless another clearly fits."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:65536], cp_exclusion=["utf_8", "utf_7"]).best()
    if best is None or best.encoding in {"ascii", "latin_1", "cp1250", "cp1252", "mac_roman", "cp437", "cp850"}:
        return "cp1252"
    return str(best.encoding)


def decode(data: bytes, hint: str | None = None) -> str:
    """Return `data` as text: never fails, what cannot be read becomes U+FFFD.

    Parameters
    ----------
    data
        Bytes of a whole document.
    hint
        Encoding a header or ``<meta>`` states; used if the bytes agree.
    """
    for name in (_ALIASES.get((hint or "").lower(), hint), None):
        encoding = name or guess(data[: 2**20])
        try:
            return tidy(data.decode("utf-8-sig" if encoding == "utf-8" else encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return tidy(data.decode(guess(data), "replace"))


def decode_page(data: bytes, header: str | None = None) -> str:
    """Return a web page as text: UTF-8 if valid, else what the page or its header states, else a guess."""
    head = data[:65536]
    if (encoding := noise.wide(head)) or _SHIFTED.search(head):
        return decode(data, encoding)
    try:
        return tidy(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        stated = _META.search(data[:8192]) or _XML.search(data[:200])
        return decode(data, header or (stated.group(1).decode("ascii") if stated else None))


def lines(stream: io.BufferedReader, most: int = MAX_LINE) -> Iterator[Line]:
    """Lines of a stream, each decoded by itself if the file mixes encodings.

    A line longer than `most` bytes is skipped over without being held in memory; its
    :class:`Line` carries the beginning and the problem.
    """
    sample = stream.peek(65536)[:65536]
    encoding = guess(sample)
    if encoding.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(stream, encoding, most)
        return
    if b"\r" in sample and b"\n" not in _QUOTED.sub(b"", sample):
        stream = io.BufferedReader(_Returns(stream), 2**16)
    other = "cp1252" if encoding == "utf-8" else encoding
    number = 0
    while data := stream.readline(most):
        number += 1
        problem = None
        if len(data) == most and not data.endswith(b"\n"):
            problem = f"line longer than {most // 2**20} MB"
            data = data[:2000]
            while (rest := stream.readline(most)) and not rest.endswith(b"\n"):
                pass
        if number == 1 and data.startswith(codecs.BOM_UTF8):
            data = data[3:]
        yield Line(number, tidy(_line(data, other)), problem)


class _Returns(io.RawIOBase):
    """Lines that end in a carriage return alone, as old Macintosh programs write them, with a line feed in its place."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data.replace(b"\r", b"\n")
        return len(data)


def _line(data: bytes, other: str) -> str:
    data = data.rstrip(b"\r\n")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(other, "replace")


def _wide_lines(stream: io.BufferedReader, encoding: str, most: int) -> Iterator[Line]:
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    number = 0
    while line := text.readline(most):
        number += 1
        problem = None
        if len(line) == most and not line.endswith("\n"):
            problem = f"line longer than {most // 2**20} MB"
            line = line[:2000]
            while (rest := text.readline(most)) and not rest.endswith("\n"):
                pass
        yield Line(number, tidy(line.rstrip("\r\n").lstrip("\ufeff")), problem)
    text.detach()
