"""Getting a dataset's files: from upstream by commit, or from a mirror; checked, then renamed into the cache.

No path inside an archive is ever trusted: only members named in the dataset's
own ``SHA256SUMS`` are read, each is hashed while it is written, and the folder
is moved to its final name when all of them agree.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from framing.datasets._registry import Dataset, environment_mirror
from framing.schema import FramingError, InputError

MAX_FILE = 256 * 2**20
MAX_TOTAL = 2 * 2**30
MAX_ARCHIVE = 16 * 2**30  # unpacked, with everything upstream keeps beside the data
TIMEOUT = 60
ENDINGS = (".tar.gz", ".part.tar.gz")
_CHUNK = 1 << 20


class FetchError(FramingError):
    """Files that could not be got or do not match their hashes."""


@dataclass(frozen=True)
class Checked:
    """What a check of the files found."""

    name: str
    folder: Path
    n_files: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """All files are there and unchanged."""
        return not (self.missing or self.changed)


def cache_root() -> Path:
    """Folder for fetched data: FRAMING_DATA, or the platform's cache folder."""
    import pooch

    return Path(os.environ.get("FRAMING_DATA") or pooch.os_cache("framing")).expanduser()


def data_folder(dataset: Dataset) -> Path:
    """Folder the dataset's files lie in once fetched."""
    if dataset.local:
        return dataset.folder
    revision = dataset.commit or hashlib.sha256(repr(sorted(dataset.files.items())).encode()).hexdigest()
    return cache_root() / f"{dataset.name}-{revision[:12]}"


def is_fetched(dataset: Dataset) -> bool:
    """Whether the files are there (a folder gets its name only when all of them were checked)."""
    return data_folder(dataset).is_dir()


def fetch(dataset: Dataset, mirror: str | os.PathLike[str] | None = None, *, force: bool = False) -> Path:
    """Get the files, check every hash and return their folder; nothing is done if they are there.

    Parameters
    ----------
    dataset
        What to get.
    mirror
        A folder or address holding archives named ``<repo>-<commit>.tar.gz``; else FRAMING_MIRROR, else upstream.
    force
        Get them again.

    Raises
    ------
    FetchError
        If the download breaks off, the mirror lacks the archive, or a file has another hash.
    """
    target = data_folder(dataset)
    if dataset.local or (is_fetched(dataset) and not force):
        return target
    if not dataset.files:
        raise InputError(f"{dataset.name}: {dataset.folder / 'SHA256SUMS'} is missing, so nothing could be checked")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        staged = Path(scratch) / "files"
        staged.mkdir()
        _stage(dataset, str(mirror) if mirror else environment_mirror(), staged, Path(scratch))
        _require(check_folder(dataset, staged))
        if target.exists():
            shutil.rmtree(target)
        staged.rename(target)
    return target


def check_folder(dataset: Dataset, folder: Path) -> Checked:
    """Hash every registered file under `folder`."""
    missing, changed = [], []
    for name, digest in dataset.files.items():
        path = folder / name
        if not path.is_file():
            missing.append(name)
        elif _digest(dataset, name, path) != digest:
            changed.append(name)
    return Checked(dataset.name, folder, len(dataset.files), tuple(missing), tuple(changed))


def _digest(dataset: Dataset, name: str, path: Path) -> str:
    canonical = dataset.canonical.get(name)
    if canonical is not None:
        return hashlib.sha256(canonical(path.read_bytes())).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _require(checked: Checked) -> None:
    if checked.ok:
        return
    parts = []
    for word, names in (("missing", checked.missing), ("changed", checked.changed)):
        if names:
            parts.append(f"{len(names)} {word} (first: {names[0]})")
    raise FetchError(
        f"{checked.name}: of {checked.n_files} files, {' and '.join(parts)}. The source is incomplete or not the "
        f"registered revision; nothing was kept. Fetch again, or use another --mirror."
    )


# --- sources ---------------------------------------------------------------------------------


def _stage(dataset: Dataset, mirror: str | None, staged: Path, scratch: Path) -> None:
    if not dataset.archive:
        _stage_plain(dataset, mirror, staged, scratch)
        return
    with _archive(dataset, mirror, scratch) as archive:
        unpack(archive, dataset, staged)


def _stage_plain(dataset: Dataset, mirror: str | None, staged: Path, scratch: Path) -> None:
    """Copy single files, which only a mirror has."""
    if mirror is None:
        how = str(dataset.card.get("obtain", "place the files in a folder and name it with --mirror"))
        sums = "; ".join(f"{name} sha256 {digest}" for name, digest in dataset.files.items())
        raise FetchError(f"{dataset.name} cannot be downloaded as one file from upstream. {how} Expected: {sums}")
    for name in dataset.files:
        source = _download(f"{mirror.rstrip('/')}/{name}", scratch) if _is_url(mirror) else Path(mirror) / name
        if not source.is_file():
            raise FetchError(f"{dataset.name}: the mirror {mirror} has no file {name}")
        (staged / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, staged / name)


@contextlib.contextmanager
def _archive(dataset: Dataset, mirror: str | None, scratch: Path) -> Iterator[Path]:
    if mirror is None:
        yield _download(f"https://github.com/{dataset.repo}/archive/{dataset.commit}.tar.gz", scratch)
    elif _is_url(mirror):
        yield _download(f"{mirror.rstrip('/')}/{dataset.archive_name}.tar.gz", scratch)
    else:
        yield _in_folder(Path(mirror).expanduser(), dataset)


def _in_folder(mirror: Path, dataset: Dataset) -> Path:
    if not mirror.is_dir():
        raise FetchError(f"the mirror {mirror} is not a folder; name a folder or an https address")
    for ending in ENDINGS:
        path = mirror / f"{dataset.archive_name}{ending}"
        if path.is_file():
            return path
    raise FetchError(f"{dataset.name}: the mirror {mirror} has no {dataset.archive_name}.tar.gz")


def _is_url(mirror: str) -> bool:
    return mirror.startswith(("https://", "http://"))


def _download(url: str, scratch: Path) -> Path:
    """Download to a temporary name and rename when complete; what a broken download left is continued."""
    import logging

    import pooch
    import requests

    pooch.get_logger().setLevel(logging.ERROR)
    partial = _partial(url)
    try:
        name = pooch.retrieve(
            url,
            known_hash=None,  # archives are packed anew from time to time: the files inside are what is checked
            fname=PurePosixPath(url).name,
            path=scratch,
            downloader=_resume,
        )
    except requests.exceptions.HTTPError as error:
        raise FetchError(f"{url} answered {error}. Has upstream moved? Use --mirror if you hold a copy.") from error
    except (requests.exceptions.RequestException, OSError, ValueError) as error:
        got = partial.stat().st_size if partial.is_file() else 0
        kept = f"The first {got} bytes are kept: the same command goes on from there" if got else "Nothing was kept"
        raise FetchError(
            f"{url} could not be downloaded ({type(error).__name__}). {kept}. Check the network "
            f"and run the command again, or name a folder with the archive: --mirror DIR, or FRAMING_MIRROR."
        ) from error
    return Path(name)


def _partial(url: str) -> Path:
    """Where the bytes of an unfinished download wait."""
    return cache_root() / ".partial" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}-{PurePosixPath(url).name}"


def _resume(url: str, output_file: str, _: object) -> None:
    """Download as pooch asks its downloaders to, from the byte where an earlier attempt broke off.

    A server that offers no ranges, or whose file has changed since (``If-Range`` with its entity tag), sends the whole
    again and the old bytes are dropped.
    """
    import requests

    partial = _partial(url)
    tag = partial.with_name(partial.name + ".etag")
    partial.parent.mkdir(parents=True, exist_ok=True)
    got = partial.stat().st_size if partial.is_file() and tag.is_file() else 0
    headers = {"Accept-Encoding": "identity"}
    if got:
        headers |= {"Range": f"bytes={got}-", "If-Range": tag.read_text(encoding="utf-8")}
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            _forget(partial, tag)
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial_content
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {got}-"):
            _forget(partial, tag)
            raise ValueError("the server sent another range than the one asked for")
        _remember(tag, answer.headers.get("ETag"))
        with partial.open("ab" if goes_on else "wb") as out:
            for chunk in answer.iter_content(_CHUNK // 16):
                out.write(chunk)
                if out.tell() > MAX_ARCHIVE:
                    raise ValueError(f"more than {MAX_ARCHIVE} bytes")
    shutil.move(partial, output_file)
    _forget(partial, tag)


def _remember(tag: Path, value: str | None) -> None:
    """Keep a strong entity tag; without one nothing proves that the rest belongs to the same file."""
    if value and not value.startswith("W/"):
        tag.write_text(value, encoding="utf-8")
    else:
        tag.unlink(missing_ok=True)


def _forget(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def unpack(archive: Path, dataset: Dataset, folder: Path) -> None:
    """Write the registered members of `archive` under `folder`, and nothing else.

    Raises
    ------
    FetchError
        If the archive is cut off or not an archive, or a member is larger than allowed.
    """
    wanted, total, passed = dataset.files, 0, 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                passed += member.size
                if passed > MAX_ARCHIVE:
                    raise FetchError(
                        f"{archive.name} unpacks to more than {MAX_ARCHIVE} bytes; is it the right archive?"
                    )
                name = member.name.partition("/")[2]
                if name not in wanted or not member.isfile():
                    continue
                total += member.size
                if member.size > MAX_FILE or total > MAX_TOTAL:
                    raise FetchError(f"{archive.name}: {name} has {member.size} bytes, more than this dataset can have")
                stream = tar.extractfile(member)
                if stream is not None:
                    _copy(stream, folder / name)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise FetchError(
            f"{archive} breaks off or is not a .tar.gz archive ({type(error).__name__}: {error}); fetch it again"
        ) from error


def _copy(stream: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with stream, target.open("wb") as out:
        shutil.copyfileobj(stream, out, _CHUNK)
