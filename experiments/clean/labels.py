"""Pages with gold bodies as lines with labels: what the line classifier learns from and is scored on."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from framing.clean import webpage
from framing.loading.decode import decode_page
from framing.outlets import registered_domain

LABELS = ("body", "subhead", "headline", "caption", "alt", "credit", "byline", "dateline", "boilerplate")
TERMINAL = re.compile(r"""[.!?。！？…:;]["'”’»)\]]{0,3}$""")


@dataclass
class Page:
    key: str
    site: str
    url: str
    html: str
    gold: str
    meta: dict


def pages(data: Path) -> list[Page]:
    """Pages of both article-extraction sets under `data` (folders as upstream names them)."""
    found = []
    (bench,) = data.glob("article-extraction-benchmark-*/")
    for key, entry in json.loads((bench / "ground-truth.json").read_text()).items():
        raw = gzip.decompress((bench / "html" / f"{key}.html.gz").read_bytes())
        found.append(Page(key, site(entry["url"]), entry["url"], decode_page(raw), entry["articleBody"], {}))
    (dataset,) = data.glob("article-extraction-dataset-*/")
    for key, entry in json.loads((dataset / "articles.json").read_text()).items():
        raw = (dataset / "html" / f"{key}.html").read_bytes()
        meta = {k: entry.get(k) for k in ("title", "authors", "date")}
        found.append(Page(key, site(entry["url"]), entry["url"], decode_page(raw), entry["articleBody"], meta))
    return found


def site(url: str) -> str:
    return registered_domain(url) or urlsplit(url).hostname or url


def part(name: str) -> str:
    """Split of a site: one in four is test."""
    return "test" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 4 == 0 else "train"


def tokens(text: str) -> list[str]:
    return (
        re.findall(r"\w+", text.lower())
        if not re.search("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", text)
        else re.findall(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|\w+", text.lower())
    )


def grams(text: str, n: int = 4) -> Counter:
    words = tokens(text)
    if len(words) < n:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def label(page: Page) -> list[tuple[str, str]]:
    """(line, label) for every line of the flattened page."""
    root = webpage.parse(page.html)
    if root is None:
        return []
    shown = webpage.shown(root)
    gold_grams = grams(page.gold)
    gold_lines = {" ".join(tokens(p)) for p in re.split(r"\n+", page.gold)}
    inside = [_in_gold(s.text, gold_grams, gold_lines) for s in shown]
    first = next((i for i, x in enumerate(inside) if x == 2), 0)
    last = max((i for i, x in enumerate(inside) if x == 2), default=-1)
    return [
        (s.text, _kind(s, x if first - 3 <= i <= last + 3 else 0, page)) for i, (s, x) in enumerate(zip(shown, inside))
    ]


def _in_gold(text: str, gold_grams: Counter, gold_lines: set[str]) -> int:
    """2 = a long line of the gold body, 1 = a short one, 0 = not in it."""
    words = tokens(text)
    if not words:
        return 0
    if " ".join(words) in gold_lines:
        return 2 if len(words) > 5 else 1
    if len(words) < 5:
        return 0
    own = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return 2 if sum(g in gold_grams for g in own) >= 0.8 * len(own) else 0


def _classes(element, levels: int) -> str:
    names = []
    while element is not None and levels:
        names.append(
            f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''} {element.get('rel') or ''}"
        )
        element, levels = element.getparent(), levels - 1
    return " ".join(names).lower()


def _ancestors(element) -> set[str]:
    found = set()
    while element is not None:
        found.add(element.tag)
        element = element.getparent()
    return found


def _kind(line: webpage.Shown, inside: int, page: Page) -> str:
    n = len(tokens(line.text))
    near, up = _classes(line.element, 2), _ancestors(line.element)
    title = page.meta.get("title") or ""
    if line.tag == "img":
        return "alt"
    if line.tag == "h1" or (title and tokens(line.text) == tokens(title)):
        return "headline"
    if re.search(r"\b\w*(credit|copyright)\w*\b", near) and n < 20 and not inside:
        return "credit"
    if ("figcaption" in up or "caption" in near) and not inside:
        return "caption"
    if inside:
        bold = line.element is not None and n <= 14 and _all_bold(line.element)
        heading = line.tag in {"h2", "h3", "h4", "h5", "h6"} or (bold and not TERMINAL.search(line.text))
        return "subhead" if heading and n <= 25 else "body"
    author = tokens(page.meta.get("authors") or "")
    if n <= 12 and (
        re.search(r"\b(byline|author)", near)
        or (len(author) > 1 and " ".join(author[:2]) in " ".join(tokens(line.text)))
    ):
        return "byline"
    if (
        n <= 14
        and (line.tag == "time" or re.search(r"\b(date|time|timestamp|published)\b", near))
        and re.search(r"\d", line.text)
    ):
        return "dateline"
    return "boilerplate"


def _all_bold(element) -> bool:
    if (element.text or "").strip():
        return False
    children = list(element)
    return bool(children) and all(c.tag in {"b", "strong"} and not (c.tail or "").strip() for c in children)
