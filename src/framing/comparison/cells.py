"""Values by outlet and event, measure by measure: of a large corpus only those of a few measures are held at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from framing import schema
from framing.storage import Spill, Ticket

KEY = ["measure", "target", "voice"]
NAMES = (*KEY, "event_id", "outlet")
ROW = np.dtype([("event", "i4"), ("outlet", "i4"), ("n_articles", "i4"), ("value", "f8")])
HELD = 200_000
"""Values held before they are put aside."""
BLOCK = 5_000
"""Values, or all of one measure, that are read again at once."""

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class _Away:
    """Values put aside together, sorted by measure: `keys` in their order, where each one starts, and the blocks."""

    keys: np.ndarray
    start: np.ndarray
    first: np.ndarray
    tickets: list[Ticket]


class Cells:
    """Values of every measure, target and voice by event and outlet, one each.

    Parameters
    ----------
    events, outlets
        All names there may be.
    spill
        Where values are put aside once there are many.
    """

    def __init__(self, events: Iterable[str], outlets: Iterable[str], spill: Spill | None = None) -> None:
        self._events, self._outlets = (pd.Index(sorted(names), dtype="object") for names in (events, outlets))
        self._seen = np.zeros(len(self._events), dtype=bool), np.zeros(len(self._outlets), dtype=bool)
        self._code: dict[Key, int] = {}
        self._held: list[tuple[np.ndarray, np.ndarray]] = []
        self._away: list[_Away] = []
        self._spill = spill or Spill()
        self._open: dict[int, tuple[int, np.ndarray]] = {}

    @classmethod
    def of(cls, table: pd.DataFrame) -> Cells:
        """Take a table of measure, target, voice, event_id, outlet, value, n_articles."""
        found = cls(table["event_id"].astype("object").unique(), table["outlet"].astype("object").unique())
        found.add(table)
        return found.finished()

    def add(self, table: pd.DataFrame) -> None:
        """Add values of events that had none yet: measure, target, voice, event_id, outlet, value, n_articles."""
        rows = np.empty(len(table), dtype=ROW)
        rows["event"] = _codes(self._events, table["event_id"])
        rows["outlet"] = _codes(self._outlets, table["outlet"])
        rows["n_articles"], rows["value"] = table["n_articles"].to_numpy(), table["value"].to_numpy()
        for seen, name in zip(self._seen, ("event", "outlet"), strict=True):
            seen[rows[name]] = True
        self._held.append((self._numbers(table[KEY]), rows))
        if sum(len(rows) for _, rows in self._held) >= HELD:
            self._put_aside()

    def _numbers(self, names: pd.DataFrame) -> np.ndarray:
        """Number of the measure, target and voice of every row; new ones get the next."""
        mixed = np.zeros(len(names), dtype=np.int64)
        for column in names:
            codes, found = pd.factorize(names[column].astype("object"), use_na_sentinel=False)
            mixed = mixed * (len(found) + 1) + codes
        _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
        known = [
            self._code.setdefault(tuple(None if pd.isna(part) else str(part) for part in key), len(self._code))
            for key in names.iloc[first].itertuples(index=False)
        ]
        return np.array(known, dtype=np.int32)[which]

    def _put_aside(self) -> None:
        if not self._held:
            return
        codes, rows = (np.concatenate(part) for part in zip(*self._held, strict=True))
        self._held = []
        order = np.lexsort((rows["outlet"], rows["event"], self._ranks()[codes]))
        codes, rows = codes[order], rows[order]
        start = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]][: len(codes)])
        keys = codes[start]
        cuts = np.unique(np.searchsorted(start, np.arange(0, len(rows), BLOCK)))
        first = start[cuts[cuts < len(start)]]
        bounds = pairwise([*first.tolist(), len(rows)])
        self._away.append(_Away(keys, np.r_[start, len(rows)], first, [self._spill.put(rows[a:b]) for a, b in bounds]))

    def _ranks(self) -> np.ndarray:
        """Place of every key, by number, in alphabetical order."""
        ranks = np.empty(len(self._code), dtype=np.int64)
        ranks[[self._code[key] for key in self.keys]] = np.arange(len(self._code))
        return ranks

    @property
    def keys(self) -> list[Key]:
        """Measures, targets and voices there are, in alphabetical order; none comes last."""
        return sorted(self._code, key=lambda key: [(part is None, part or "") for part in key])

    @property
    def events(self) -> np.ndarray:
        """Events that have a value, in alphabetical order."""
        return self._events[self._seen[0]].to_numpy()

    @property
    def outlets(self) -> np.ndarray:
        """Outlets that have a value, in alphabetical order."""
        return self._outlets[self._seen[1]].to_numpy()

    def finished(self) -> Cells:
        """Take no more values."""
        self._put_aside()
        self._rank = self._ranks()
        self._sorted = [self._rank[away.keys] for away in self._away]
        self._place = tuple((np.cumsum(seen) - 1).astype(np.int32) for seen in self._seen)
        return self

    def rows(self, key: Key) -> np.ndarray:
        """Values of one measure, target and voice, by event and outlet: numbers among `events`, `outlets`; n_articles, value."""
        rank, parts = self._rank[self._code[key]], []
        for number, ranks in enumerate(self._sorted):
            at = int(np.searchsorted(ranks, rank))
            if at < len(ranks) and ranks[at] == rank:
                parts.append(self._read(number, at))
        found = np.concatenate(parts)
        found = found[np.lexsort((found["outlet"], found["event"]))]
        found["event"], found["outlet"] = self._place[0][found["event"]], self._place[1][found["outlet"]]
        return found

    def _read(self, number: int, at: int) -> np.ndarray:
        """Rows of the key at this place among those put aside together; the block stays open for the next key."""
        away = self._away[number]
        begin, end = int(away.start[at]), int(away.start[at + 1])
        block = int(np.searchsorted(away.first, begin, side="right")) - 1
        if self._open.get(number, (-1,))[0] != block:
            self._open[number] = block, self._spill.get(away.tickets[block])[0]
        first = int(away.first[block])
        return self._open[number][1][begin - first : end - first]

    def frames(self, size: int) -> Iterator[pd.DataFrame]:
        """Yield all values as tables of some `size` rows, sorted, no event of a measure split."""
        events, outlets = self.events, self.outlets
        waiting: list[tuple[Key, np.ndarray]] = []
        count = 0
        for key in self.keys:
            rows = self.rows(key)
            starts = np.flatnonzero(np.r_[True, rows["event"][1:] != rows["event"][:-1]][: len(rows)])
            cuts = np.unique(np.searchsorted(starts, np.arange(0, len(rows), size)))
            for begin, end in pairwise([*starts[cuts[cuts < len(starts)]].tolist(), len(rows)]):
                waiting.append((key, rows[begin:end]))
                count += end - begin
                if count >= size:
                    yield _table(waiting, events, outlets)
                    waiting, count = [], 0
        if waiting:
            yield _table(waiting, events, outlets)


def _codes(names: pd.Index, column: pd.Series) -> np.ndarray:
    codes, found = pd.factorize(column.astype("object"))
    return np.asarray(names.get_indexer(pd.Index(found))[codes], dtype=np.int32)


def _table(parts: list[tuple[Key, np.ndarray]], events: np.ndarray, outlets: np.ndarray) -> pd.DataFrame:
    rows = np.concatenate([part for _, part in parts])
    size = [len(part) for _, part in parts]
    columns: dict[str, object] = {
        name: pd.Series(np.repeat(np.array([key[k] for key, _ in parts], dtype=object), size), dtype="object")
        for k, name in enumerate(KEY)
    }
    columns |= {"event_id": events[rows["event"]], "outlet": outlets[rows["outlet"]]}
    table = pd.DataFrame(columns).astype(dict.fromkeys(NAMES, schema.DTYPES["str"]))
    return table.assign(value=rows["value"], n_articles=rows["n_articles"].astype(np.int64))
