"""Text of RTF and DOCX files, as news databases export them: paragraphs, no formatting."""

from __future__ import annotations

import io
import re
import zipfile

import lxml.etree

from framing.loading.source import MAX_DOCUMENT, Unreadable

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    {
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "themedata",
        "datastore",
        "header",
        "footer",
        "generator",
        "fldinst",
        "latentstyles",
    }
)
_SAID = {"par": "\n", "line": "\n", "row": "\n", "page": "\n", "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}  # fmt: skip


def docx(data: bytes) -> str:
    """Paragraphs of a DOCX file, one a line.

    Raises
    ------
    Unreadable
        If it is damaged or unpacks to more than the bound.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo("word/document.xml").file_size > MAX_DOCUMENT:
                raise Unreadable(f"unpacks to more than {MAX_DOCUMENT // 2**20} MB")
            content = archive.read("word/document.xml")
        root = lxml.etree.fromstring(content, lxml.etree.XMLParser(resolve_entities=False, no_network=True))
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        lxml.etree.XMLSyntaxError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Unreadable(f"not a readable DOCX file: {error}") from error
    said = {f"{_WORD}t": None, f"{_WORD}tab": "\t", f"{_WORD}br": "\n"}
    return "\n".join(
        "".join(node.text or "" if said[node.tag] is None else said[node.tag] or "" for node in p.iter(*said))
        for p in root.iter(f"{_WORD}p")
    )


def rtf(data: bytes) -> str:
    r"""Text of an RTF file, one paragraph a line.

    Examples
    --------
    >>> rtf(rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\b Caf\'e9\b0\par Two \u8211? three.}")
    'Café\nTwo – three.'
    """
    out: list[str] = []
    silent, skip, code_page = [False], 0, "cp1252"
    for match in _TOKEN.finditer(data.decode("latin-1")):
        word, number, byte, symbol, brace, text = match.groups()
        if brace == "{":
            silent.append(silent[-1])
        elif brace == "}":
            if len(silent) > 1:
                silent.pop()
        elif word in _SILENT or symbol == "*":
            silent[-1] = True
        elif silent[-1]:
            continue
        elif word == "u" and number:
            out.append(chr(int(number) % 0x10000))
            skip = 1
        elif word == "ansicpg" and number:
            code_page = f"cp{number}"
        elif word in _SAID:
            out.append(_SAID[word])
        elif byte:
            if not skip:
                out.append(_character(byte, code_page))
            skip = 0
        elif symbol:
            out.append({"~": " ", "_": "-", "-": ""}.get(symbol, symbol if symbol in "\\{}" else ""))
        elif text:
            out.append(text[skip:])
            skip = 0
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(byte: str, code_page: str) -> str:
    try:
        return bytes.fromhex(byte).decode(code_page, "replace")
    except LookupError:
        return bytes.fromhex(byte).decode("cp1252", "replace")
