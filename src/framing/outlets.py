"""Outlets: one name for one outlet, whatever a source calls it, from its name and its domain.

Records live in ``datasets/outlets``: key, name, domains, aliases, country, agency, and the dates between
which they hold. Registered domains come from the public suffix list that ships with ``tldextract``;
nothing is fetched and nothing is written.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from framing.schema import FramingError


@dataclass(frozen=True)
class Outlet:
    """One record: an outlet for as long as it went by this name and these domains."""

    key: str
    name: str
    domains: tuple[str, ...]
    aliases: tuple[str, ...]
    country: str | None
    agency: str | None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, when: date | None) -> bool:
        """Whether the record holds on a day (always, if no day is given)."""
        if when is None:
            return True
        return (self.valid_from or date.min) <= when <= (self.valid_to or date.max)


@dataclass(frozen=True)
class Agency:
    """A news agency and the forms its credit takes."""

    key: str
    name: str
    credit: tuple[str, ...]


def folder() -> Path:
    """Folder of the records: in the installed package, else in the checkout.

    Raises
    ------
    FramingError
        If neither is there.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here / "_datasets" / "outlets", here.parents[1] / "datasets" / "outlets"):
        if candidate.is_dir():
            return candidate
    raise FramingError(f"no outlet records beside {here}; reinstall the package")


@cache
def records() -> tuple[Outlet, ...]:
    """All outlet records, in the order of the file."""
    with (folder() / "outlets.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_record(row) for row in csv.DictReader(file))


def _record(row: Mapping[str, str]) -> Outlet:
    def many(column: str) -> tuple[str, ...]:
        return tuple(v for v in row[column].split("|") if v)

    def day(column: str) -> date | None:
        return date.fromisoformat(row[column]) if row[column] else None

    return Outlet(
        row["key"], row["name"], many("domains"), many("aliases"), row["country"] or None, row["agency"] or None,
        day("valid_from"), day("valid_to"),
    )  # fmt: skip


@cache
def agencies() -> dict[str, Agency]:
    """News agencies by key."""
    data: dict[str, Any] = tomllib.loads((folder() / "agencies.toml").read_text(encoding="utf-8"))
    return {key: Agency(key, entry["name"], tuple(entry["credit"])) for key, entry in data.items()}


LONGEST = 200  # characters of a name of an outlet
# a mark of edition or section after the name of an outlet: "(Web News)", "- Opinion", ".com", "Online"
_MARKS = (
    re.compile(r"\s?[(\[][^()\[\]]{0,40}[)\]]$"),
    re.compile(r"\s[-–—|:/]\s[\w&' ]{1,40}$"),
    re.compile(
        r"\s(online|online news|web|web news|website|digital|editorial|opinion|blog|news desk|newsroom|staff)$", re.I
    ),
    re.compile(r"\.(com|co\.uk|org|net)$", re.I),
)
_ARCHIVE = re.compile(
    r"^https?://(?:web\.archive\.org/web/[^/]{1,30}/|[\w-]+\.cdn\.ampproject\.org/\w/(?:s/)?)(.+)$", re.I
)
# pages here are other outlets' or anybody's: the domain says nothing of who wrote them
HOSTS = frozenset(
    {
        "google.com",
        "msn.com",
        "facebook.com",
        "twitter.com",
        "x.com",
        "youtube.com",
        "t.co",
        "feedburner.com",
        "archive.org",
        "archive.ph",
        "medium.com",
        "substack.com",
        "wordpress.com",
        "blogspot.com",
        "github.io",
    }
)


def fold(name: str) -> str:
    """Name without case, accents, punctuation and leading article, for comparison.

    Examples
    --------
    >>> fold("The Évening Lantern!") == fold("evening lantern")
    True
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"[^\w\s]", " ", plain.replace("&", " and "))
    return re.sub(r"^the ", "", " ".join(plain.split()))


@cache
def _names() -> dict[str, Outlet]:
    found: dict[str, Outlet] = {}
    for record in records():
        for name in (record.name, *record.aliases):
            found.setdefault(fold(name), record)
    return found


@cache
def _domains() -> dict[str, tuple[Outlet, ...]]:
    found: dict[str, tuple[Outlet, ...]] = {}
    for record in records():
        for domain in record.domains:
            found[domain] = (*found.get(domain, ()), record)
    return found


@cache
def _suffixes() -> Any:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def host(address: str | None) -> str | None:
    """Host of an address or bare domain, lower case, unwrapped from web archives.

    Examples
    --------
    >>> host("https://web.archive.org/web/2019/https://news.lantern.example/a")
    'news.lantern.example'
    >>> host("not a domain") is None
    True
    """
    if not address:
        return None
    text = address.strip()
    if wrapped := _ARCHIVE.match(text):
        text = wrapped[1]
    if "://" not in text:
        text = "http://" + text.lstrip("/")
    try:
        name = urlsplit(text).hostname
    except ValueError:
        return None
    if not name or "." not in name or any(c.isspace() for c in name):
        return None
    return name.rstrip(".").lower()


@lru_cache(16384)
def registered_domain(address: str | None) -> str | None:
    """Registered domain of an address: ``bbc.co.uk`` of ``https://www.bbc.co.uk/news``.

    Examples
    --------
    >>> registered_domain("https://news.lantern.co.uk/a")
    'lantern.co.uk'
    """
    name = host(address)
    if name is None:
        return None
    return _suffixes()(name).top_domain_under_public_suffix or None


@lru_cache(16384)
def _by_domain(address: str | None, when: date | None) -> Outlet | None:
    name = host(address)
    if name is None:
        return None
    labels = name.split(".")
    for start in range(len(labels) - 1):
        for record in _domains().get(".".join(labels[start:]), ()):
            if record.holds(when):
                return record
    return None


def _stripped(name: str) -> str:
    """Name without its marks of edition."""
    name = " ".join(name.split())
    if len(name) > LONGEST:
        return name
    before = None
    while name != before:
        before = name
        for mark in _MARKS:
            shorter = mark.sub("", name).strip()
            name = shorter or name
    return name


@lru_cache(16384)
def find(raw_name: str | None, url: str | None = None, when: date | None = None) -> Outlet | None:
    """Record of an outlet from its name as found, else from the address of the page; None if unknown."""
    if raw_name and len(raw_name) > LONGEST:
        raw_name = " ".join(raw_name[: 10 * LONGEST].split())[:LONGEST]
    if raw_name and "." in raw_name and (record := _by_domain(raw_name, when)):
        return record
    for name in (raw_name, _stripped(raw_name)) if raw_name else ():
        record = _names().get(fold(name))
        if record is not None and record.holds(when):
            return record
    return _by_domain(url, when)


def known(name: str) -> bool:
    """Whether a name is that of a recorded outlet.

    Examples
    --------
    >>> known("AFP"), known("articles")
    (True, False)
    """
    return find(name) is not None


@lru_cache(16384)
def canonical(raw_name: str | None, url: str | None = None, when: date | None = None) -> str | None:
    """One name for one outlet.

    A recorded name wins over the address; the address of a recorded outlet wins over an
    unrecorded name (that of a columnist or a section, mostly); without a record, the name as found
    without its marks of edition, or the registered domain.

    Parameters
    ----------
    raw_name
        Outlet as the source calls it: a name or a domain.
    url
        Address of the page.
    when
        Day of publication, for records that do not always hold.

    Examples
    --------
    >>> canonical("CNN (Web News)"), canonical(None, "https://edition.cnn.com/x"), canonical("cnn.com")
    ('CNN', 'CNN', 'CNN')
    >>> canonical("Ostrava Lantern - Opinion"), canonical(None, "https://www.ostrava-lantern.co.uk/a")
    ('Ostrava Lantern', 'ostrava-lantern.co.uk')
    >>> canonical(None, None) is None
    True
    """
    record = find(raw_name, url, when)
    if record is not None:
        return record.name
    if raw_name and raw_name.strip():
        bare = "." in raw_name and " " not in raw_name.strip()
        domain = registered_domain(raw_name) if bare else None
        return domain or _stripped(" ".join(raw_name.split()))
    domain = registered_domain(url)
    return None if domain in HOSTS else domain
