"""Binary tables: Parquet and Excel workbooks, read in batches of rows."""

from __future__ import annotations

import zipfile
from itertools import chain
from typing import IO

from framing.loading import columns
from framing.loading.record import Record, Records, rejected
from framing.loading.source import BOMB_RATIO, BOMB_SIZE, Source, Unreadable

SUFFIXES = (".parquet", ".pq", ".xlsx", ".xlsm")


def records(source: Source) -> Records:
    """Rows of the table, by its header."""
    try:
        yield from _parquet(source) if source.suffix in (".parquet", ".pq") else _workbook(source)
    except Unreadable as error:
        yield rejected(source.name, str(error))


def _parquet(source: Source) -> Records:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with source.seekable() as file:
        number = 0
        try:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(f"{source.name}:{number}", row)
        except (pa.ArrowException, OSError, ValueError) as error:
            yield rejected(source.name, f"not a readable Parquet file after row {number}: {error}")


def _workbook(source: Source) -> Records:
    """First sheet with a header row; formulas give the values stored with them."""
    import openpyxl

    with source.seekable() as file:
        number = 0
        try:
            _refuse_bomb(file)
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for sheet in book.worksheets:
                rows = sheet.iter_rows(values_only=True)
                head = next((row for row in rows if any(cell not in (None, "") for cell in row)), None)
                if head is None:
                    continue
                header, first = columns.header(head), 2
                if header is None:
                    header, rows, first = columns.numbered(len(head)), chain([head], rows), 1
                for number, row in enumerate(rows, start=first):
                    if any(cell not in (None, "") for cell in row):
                        yield Record(f"{source.name}!{sheet.title}:{number}", dict(zip(header, row)))
                break
            book.close()
        except Exception as error:  # a damaged workbook makes openpyxl, zlib and the XML parser raise nearly anything
            where = f" after row {number}" if number else ""
            yield rejected(source.name, f"not a readable workbook{where}: {type(error).__name__}: {str(error)[:200]}")


def _refuse_bomb(file: IO[bytes]) -> None:
    """Refuse a workbook whose parts unpack out of all proportion: shared strings are read whole."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.file_size > BOMB_SIZE and member.file_size > BOMB_RATIO * max(member.compress_size, 1):
                raise ValueError(f"{member.filename} unpacks to more than {BOMB_RATIO} times its size")
    file.seek(0)
