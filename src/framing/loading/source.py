"""Where bytes come from: files, folders, archives, compressed or not, with bounds on what they may become.

A :class:`Source` is one readable thing with a name. :func:`find` turns what the user typed into
sources; a source opens to a stream of decompressed bytes that refuses to grow without end.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from framing.schema import FramingError, InputError

MAX_DOCUMENT = 64 * 2**20  # bytes of anything that has to be read whole
MAX_LINE = 16 * 2**20  # bytes of one line
MOST_NESTED = 3  # archives in archives
# what lies beside saved web pages and holds no text: the only files that are passed over without a row in `rejected`
BESIDE_PAGES = frozenset(
    (".css", ".js", ".mjs", ".map", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico", ".avif", ".bmp", ".tif", ".tiff",
     ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".webm", ".m4a", ".mov")
)  # fmt: skip
BOMB_SIZE, BOMB_RATIO = 64 * 2**20, 300  # larger and denser than any text: an archive made to explode

COMPRESSED = {".gz": "gzip", ".bgz": "gzip", ".zst": "zstd", ".zstd": "zstd", ".bz2": "bzip2", ".xz": "xz"}
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
# what damaged or hostile input makes the decompressors raise
BROKEN = (
    *(EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, zipfile.LargeZipFile),
    *(NotImplementedError, RuntimeError, IndexError, ValueError, struct.error),  # a damaged zip directory raises these
)


class Unreadable(FramingError):
    """A source, or the rest of it, that cannot be read: becomes a row of ``rejected``."""


class TooLarge(Unreadable):
    """A source that would have to be read whole and is too large for it."""


@dataclass(frozen=True)
class Source:
    """One thing to read articles from.

    Parameters
    ----------
    name
        What ``origin`` will say.
    suffix
        Of the content, decompressed: ``".jsonl"`` for ``news.jsonl.gz``.
    opener
        Gives the stored bytes.
    given
        Whether the user named it (as against found in a folder or archive).
    folder
        Name of the folder it was found in.
    """

    name: str
    suffix: str
    opener: Callable[[], IO[bytes]]
    given: bool = True
    folder: str | None = None
    parts: tuple[str, ...] = field(default=())

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader]:
        """Open the decompressed bytes as a stream; damage becomes :class:`Unreadable`."""
        try:
            stored = self.opener()
        except BROKEN as error:
            raise Unreadable(f"cannot be opened: {error}") from error
        with stored:
            buffered = stored if isinstance(stored, io.BufferedReader) else io.BufferedReader(_Raw(stored))
            yield io.BufferedReader(_Guard(buffered, _unpacked(buffered)), 2**18)

    def read(self, most: int = MAX_DOCUMENT) -> bytes:
        """Return the whole content.

        Raises
        ------
        Unreadable
            If it is damaged; :class:`TooLarge` if it is larger than `most` bytes.
        """
        with self.open() as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise TooLarge(f"larger than {most // 2**20} MB in one piece; split it")
        return data

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Open the decompressed bytes as a seekable file (Parquet and spreadsheets need one)."""
        with self.open() as stream, tempfile.TemporaryFile() as copy:
            while piece := stream.read(2**20):
                copy.write(piece)
            copy.seek(0)
            yield copy


class _Raw(io.RawIOBase):
    """Any file-like object as a raw stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except BROKEN as error:
            raise Unreadable(f"the compressed data is damaged ({error})") from error
        buffer[: len(data)] = data
        return len(data)


class _Guard(io.RawIOBase):
    """Unpacked bytes, stopped when damaged or when they grow out of all proportion to the packed ones."""

    def __init__(self, packed: io.BufferedReader, unpacked: IO[bytes]) -> None:
        self._packed, self._unpacked, self._size = packed, unpacked, 0
        # read1 gives what is there before damage; read would lose it
        self._read: Callable[[int], bytes] = getattr(unpacked, "read1", unpacked.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._read(len(buffer))
        except EOFError as error:
            raise Unreadable("the compressed file ends too early; what came before the break was kept") from error
        except BROKEN as error:
            raise Unreadable(f"the compressed data is damaged ({error}); what came before was kept") from error
        self._size += len(data)
        if self._packed is not self._unpacked and self._size > BOMB_SIZE and self._size > BOMB_RATIO * self._consumed():
            raise Unreadable(f"unpacks to more than {BOMB_RATIO} times its size: not read any further")
        buffer[: len(data)] = data
        return len(data)

    def _consumed(self) -> int:
        try:
            return max(self._packed.tell(), 1)
        except (OSError, ValueError):
            return 1


def _unpacked(stream: io.BufferedReader) -> Any:
    head = stream.peek(8)[:8]
    kind = next((k for magic, k in MAGIC.items() if head.startswith(magic)), None)
    if kind == "gzip":
        return gzip.GzipFile(fileobj=stream)
    if kind == "bzip2":
        return bz2.BZ2File(stream)
    if kind == "xz":
        return lzma.LZMAFile(stream)
    if kind == "zstd":
        import zstandard

        reader: Any = _Zstd(zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(stream))
        return reader
    return stream


class _Zstd(io.RawIOBase):
    """Zstandard's own errors as damage; a frame cut short as an early end."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        import zstandard

        try:
            data: bytes = self._reader.read(size)
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from error
        return data


# --- from names to sources ----------------------------------------------------------------------


def find(paths: Sequence[str], known: frozenset[str]) -> Iterator[Source]:
    """Sources for what the user named, in a fixed order.

    Parameters
    ----------
    paths
        Files, folders and archives.
    known
        Suffixes some format can read; others in a folder are passed over.

    Raises
    ------
    InputError
        If a path does not exist, is empty, or is a folder with nothing readable in it.
    """
    for text in paths:
        path = Path(text).expanduser()
        if path.is_dir():
            yield from _folder(path, known)
        elif path.is_file():
            if path.stat().st_size == 0:
                raise InputError(f"{text} is empty (0 bytes).")
            yield from _file(path, str(text), given=True, known=known)
        else:
            raise InputError(f"no file or folder {text!r}. {_nearby(path)}")


def _nearby(path: Path) -> str:
    import difflib

    if not path.parent.is_dir():
        return f"There is no folder {str(path.parent)!r} either."
    names = [p.name for p in path.parent.iterdir()]
    near = difflib.get_close_matches(path.name, names, n=3)
    return f"Did you mean {', '.join(near)}?" if near else f"{path.parent} holds {len(names)} other entries."


def _folder(root: Path, known: frozenset[str]) -> Iterator[Source]:
    files = sorted(p for p in root.rglob("*") if p.is_file() and not _hidden(p.relative_to(root).parts))
    if not any(_readable(p.name, known) for p in files):
        passed = {p.suffix or p.name for p in files}
        others = f"; it holds {', '.join(sorted(passed)[:8])}" if passed else "; it is empty"
        raise InputError(f"nothing readable in the folder {root}{others}. Readable: {', '.join(sorted(known))}.")
    for path in files:
        if _readable(path.name, known):
            yield from _file(path, str(path), given=False, known=known)
        elif path.suffix.lower() not in BESIDE_PAGES:
            yield Source(str(path), content_suffix(path.name), partial(_opened, path), False, path.parent.name)


def _readable(name: str, known: frozenset[str]) -> bool:
    return content_suffix(name) in known | {".zip"}


def _hidden(parts: Sequence[str]) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts)


def content_suffix(name: str) -> str:
    """Suffix of what is inside: ``.jsonl`` for ``a.jsonl.gz``, lower case.

    Examples
    --------
    >>> content_suffix("News.JSONL.gz")
    '.jsonl'
    """
    suffixes = PurePosixPath(name).suffixes
    while suffixes and suffixes[-1].lower() in COMPRESSED:
        suffixes.pop()
    return suffixes[-1].lower() if suffixes else ""


def _file(path: Path, name: str, *, given: bool, known: frozenset[str]) -> Iterator[Source]:
    suffix = content_suffix(path.name)
    if suffix == ".zip" or (suffix not in known and zipfile.is_zipfile(path)):
        yield from _archive(partial(_opened, path), name, given=given, known=known)
        return
    yield Source(name, suffix, partial(_opened, path), given, path.parent.name)


def _archive(
    opener: Callable[[], IO[bytes]], name: str, *, given: bool, known: frozenset[str], depth: int = 0
) -> Iterator[Source]:
    """Members of a zip archive and of archives in it; it stays open until the last was asked for.

    Every member is a source; one that nothing can be made of is so that it can be rejected.
    """
    try:
        with opener() as file, zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename.split("/"))]
            if given and not any(_readable(m.filename, known) for m in members):
                held = ", ".join(m.filename for m in members[:5]) or "nothing"
                raise InputError(f"nothing readable in {name}: it holds {held}.")
            for member in members:
                yield from _inside(archive, member, name, known, depth)
    except (*BROKEN, Unreadable) as error:
        reason = f"not a readable zip archive ({error})"
        if given:
            raise InputError(f"{name} is {reason}.") from error
        yield Source(name, ".zip", partial(_refuse, reason), False)


def _inside(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, known: frozenset[str], depth: int
) -> Iterator[Source]:
    where, inner = PurePosixPath(member.filename), f"{name}!{member.filename}"
    suffix = content_suffix(where.name)
    opener = partial(_member, archive, member)
    if suffix == ".zip" and depth + 1 < MOST_NESTED:
        yield from _archive(partial(_copy, opener), inner, given=False, known=known, depth=depth + 1)
    elif suffix == ".zip":
        yield Source(inner, suffix, partial(_refuse, f"an archive in archives, {MOST_NESTED} deep"), False)
    elif suffix in known or PurePosixPath(where.name.lower()).suffix not in BESIDE_PAGES:
        yield Source(inner, suffix, opener, False, where.parent.name)


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _refuse(reason: str) -> IO[bytes]:
    raise Unreadable(reason)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    if member.file_size > BOMB_SIZE and member.file_size > BOMB_RATIO * max(member.compress_size, 1):
        raise OSError(f"unpacks to more than {BOMB_RATIO} times its size")
    return archive.open(member)


def _copy(opener: Callable[[], IO[bytes]]) -> IO[bytes]:
    """Open an archive that lies in another: a copy of it, for its directory is at its end."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115  -- whoever asked for it closes it
    with opener() as packed:
        shutil.copyfileobj(packed, copy, 2**20)
    copy.seek(0)
    return copy
