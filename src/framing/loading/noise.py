"""Whether bytes or characters are text at all: pictures, programs and noise are told from odd encodings.

Nothing here asks what a text says. A file is no text if it begins as a known kind of file does, if control
characters are dense in it, if most of it could not be decoded, or if no stretch of it is made of words.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from typing import AnyStr

# how files that are often named wrongly begin; what can be read (gzip, zip, Parquet ...) is dealt with elsewhere
_KINDS = (
    (b"%PDF-", "a PDF document"), (b"\x89PNG\r\n", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"), (b"GIF89a", "a GIF picture"), (b"\x7fELF", "a program"), (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls)"), (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS\x00", "a sound or video file"), (b"ID3\x02", "a sound file"), (b"ID3\x03", "a sound file"), (b"ID3\x04", "a sound file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07", "a RAR archive"), (b"wOF2", "a font"), (b"wOFF", "a font"),
)  # fmt: skip
SAMPLE = 2**16  # bytes at the beginning, the middle and the end that are looked at
FEWEST = 8  # control characters in a short text are a flaw, not noise
SHORT = 400  # characters below which words are not asked for
DENSE = 0.05  # share of control characters; bytes drawn at random have .11
LOST = 0.4  # share of characters that no encoding gave
STRETCH = 300  # characters: less than a short article
WORDY = 0.15  # share of a stretch's characters that stand in words; prose has .7 and more
MOST_STRETCHES = 5_000
CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
_CONTROL_BYTES = bytes([*range(1, 9), *range(14, 27), *range(28, 32), 127])
_PLAIN = b" \n" + bytes(range(65, 91)) + bytes(range(97, 123))
_LOST = re.compile("[\ufffd\x80-\x9f]")
_WORD = re.compile(r"[^\W\d_]{3,30}(?:['’\u2010-\u2015-][^\W\d_]{1,30}){0,4}")
_EDGES = re.compile(r"^[\W_]{1,4}|[\W_]{1,4}$")


def named_wrongly(data: bytes) -> str | None:
    """What a file that should be text is by its first bytes; None if it may be text.

    Examples
    --------
    >>> named_wrongly(b"%PDF-1.7 ..."), named_wrongly(b"title,text")
    ('not text: a PDF document', None)
    """
    return next((f"not text: {kind}" for start, kind in _KINDS if data.startswith(start)), None)


def of_bytes(data: bytes) -> str | None:
    r"""Why bytes are not text; None if they may be.

    Parameters
    ----------
    data
        A whole document. Zero bytes do not count: encodings of two bytes a character have them.

    Examples
    --------
    >>> of_bytes(b"%PDF-1.7 ...")
    'not text: a PDF document'
    >>> of_bytes(bytes(range(256)) * 9)
    'not text: control characters are 10% of its bytes'
    >>> of_bytes("Le quai reste fermé.".encode("cp1252")) is None
    True
    """
    if kind := named_wrongly(data):
        return kind
    if wide(data[:SAMPLE]):
        return None
    sample = _sample(data)
    return _dense(len(sample) - len(sample.translate(None, _CONTROL_BYTES)), len(sample) - sample.count(0), "bytes")


def of_text(text: str, *, markup: bool = False) -> str | None:
    """Why characters are not text; None if they are.

    Parameters
    ----------
    text
        As decoded.
    markup
        Whether it is the source of a web page, where words stand between tags.

    Examples
    --------
    >>> of_text("The old pier stays shut until spring, its office said.") is None
    True
    >>> of_text("q8Zk3/+x" * 200)
    'not text: no stretch of it is made of words'
    """
    if not text.isascii() or CONTROL.search(text):
        sample = _sample(text)
        if found := _dense(len(CONTROL.findall(sample)), len(sample), "characters"):
            return found
        lost = len(_LOST.findall(sample))
        if lost >= FEWEST and lost > LOST * len(sample):
            return f"not text: {lost / len(sample):.0%} of its characters could not be decoded"
    if markup or len(text) < SHORT or _has_words(text):
        return None
    return "not text: no stretch of it is made of words"


def wide(sample: bytes) -> str | None:
    r"""UTF-16 or UTF-32 that bytes are in; None if they are in neither.

    Without a byte order mark it is told by what the bytes become: words, in one of the two orders.

    Examples
    --------
    >>> wide("Причал закрыт до весны.".encode("utf-16-le")), wide(b"The pier is shut.")
    ('utf-16-le', None)
    """
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if sample.startswith(mark):
            return name
    sample = sample[:4096]
    low = len(sample) - len(sample.translate(None, bytes(range(9)) + bytes(range(14, 32))))
    if low < 4 or low < 0.05 * len(sample):
        return None
    zeros = max(sample[parity::2].count(0) for parity in (0, 1))
    if zeros < 0.2 * len(sample) and len(sample.translate(None, _PLAIN)) < 0.4 * len(sample):
        return None  # ordinary text with stray control or zero bytes
    found = [(_plausible(sample, name), name) for name in ("utf-16-le", "utf-16-be")]
    share, name = max(found)
    return name if share > 0.6 else None


def _plausible(sample: bytes, encoding: str) -> float:
    """Share of letters of the commonest script and of space in what bytes become; 0 if they become nothing."""
    try:
        text = sample[: len(sample) // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        text = sample[: len(sample) // 2 * 2 - 2].decode(encoding, "ignore")
        if len(text) < len(sample) // 2 - 2:
            return 0.0
    blocks = Counter(min(ord(ch) >> 8, 0x30) for ch in text if ch.isalpha())
    spaces = sum(ch in " \n,.、。" for ch in text)
    return (max(blocks.values()) + spaces) / len(text) if blocks and spaces else 0.0


def _sample(data: AnyStr) -> AnyStr:
    if len(data) <= 3 * SAMPLE:
        return data
    middle = len(data) // 2
    return data[:SAMPLE] + data[middle : middle + SAMPLE] + data[-SAMPLE:]


def _dense(control: int, size: int, unit: str) -> str | None:
    if control < FEWEST or control <= DENSE * size:
        return None
    return f"not text: control characters are {control / max(size, 1):.0%} of its {unit}"


def _has_words(text: str) -> bool:
    """Whether any stretch is made of words, in scripts that set words apart, or of letters, in those that do not."""
    step = max(STRETCH, len(text) // MOST_STRETCHES)
    return any(_wordy(text[at : at + STRETCH]) for at in range(0, len(text), step))


def _wordy(stretch: str) -> bool:
    pieces = stretch.split()
    size = sum(map(len, pieces))
    words = sum(len(w) for w in (_EDGES.sub("", p) for p in pieces if len(p) < 60) if _WORD.fullmatch(w))
    if words >= WORDY * size:
        return True
    other = [ch for ch in stretch if not ch.isascii()]
    letters = sum(unicodedata.category(ch)[0] in "LM" for ch in other)
    return letters > 0.3 * max(size, 1)
