"""Build a corpus of short fictional reports of any size: several outlets on each event, one text per outlet and event."""

from __future__ import annotations

import random
import re

import pandas as pd

OUTLETS = ("Quillon Gazette", "Marrowby Post", "The Tarn Ledger", "Ostrand Daily")
PLACES = ("Quillon", "Marrowby", "Tarnmouth", "Ostrand", "Velby", "Harrowick", "Dunmere", "Pellgate")
MATTERS = (
    ("the ferry timetable", "ferry", "sailings"),
    ("the closure of the old mill", "mill", "looms"),
    ("the price of bread", "bakery", "loaves"),
    ("repairs to the sea wall", "wall", "boulders"),
    ("the new bus depot", "depot", "buses"),
    ("a fire at the tannery", "tannery", "hides"),
    ("the strike of the lock keepers", "lock", "barges"),
    ("the reopening of the museum", "museum", "paintings"),
)
PEOPLE = (
    ("Ada Lunn", "councillor"),
    ("Piet Maas", "harbour master"),
    ("Rosa Quayle", "spokeswoman"),
    ("Tom Ebbing", "foreman"),
    ("Ines Fairlie", "teacher"),
    ("Oskar Brandt", "minister"),
)


def corpus(n: int, *, seed: int = 0, varied: float = 0.0) -> pd.DataFrame:
    """Return `n` articles on about a third as many events; the same ones for the same seed.

    With `varied`, that share of the words in lower case is replaced by made-up ones: the reports of a large corpus then do not
    all share their sentences.
    """
    draw = random.Random(seed)
    rows = []
    event = 0
    while len(rows) < n:
        place, (matter, thing, goods) = draw.choice(PLACES), draw.choice(MATTERS)
        people = draw.sample(PEOPLE, 3)
        day = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=3 * event)
        figure = draw.randint(12, 980)
        for outlet in draw.sample(OUTLETS, draw.randint(2, 4)):
            rows.append(
                {
                    "title": f"{place} {draw.choice(('argues over', 'waits for', 'hears of'))} {matter}",
                    "text": _text(draw, place, matter, thing, goods, people, figure),
                    "outlet": outlet,
                    "published_at": (day + pd.Timedelta(hours=draw.randint(6, 20))).isoformat(),
                    "event": f"event {event}",
                }
            )
        event += 1
    table = pd.DataFrame(rows[:n])
    return table.assign(text=[_varied(draw, text, varied) for text in table["text"]]) if varied else table


def _varied(draw, text, share):
    """Replace words in lower case by made-up ones."""
    return re.sub(r"\b[a-z]{4,}\b", lambda m: _word(draw) if draw.random() < share else m.group(), text)


def _word(draw):
    return "".join(draw.choice("bdfgklmnprstv") + draw.choice("aeiou") for _ in range(draw.randint(2, 4)))


def _text(draw, place, matter, thing, goods, people, figure):
    (first, job), (second, other), (third, _) = people
    tone = draw.choice(("a disgraceful", "a welcome", "a costly", "an overdue", "a puzzling"))
    opening = (
        f"People in {place} learned on {draw.choice(('Monday', 'Tuesday', 'Friday'))} what will become of {matter}."
    )
    paragraphs = [
        f"“We counted {figure} {goods} at the {thing}, and nobody asked us,” said {first}, the {job}.",
        f"{second}, a {other}, said that the {thing} had been neglected for years and that the Quillon Council was to blame.",
        f"The Quillon Council called it {tone} decision. It did not answer questions about the {goods}.",
        f"According to {third}, {figure // 2} of the {goods} will be moved before the autumn.",
        f"“That is {tone} step,” {second.split()[1]} added. {first.split()[1]} disagreed and left the hall.",
    ]
    draw.shuffle(paragraphs)
    return "\n\n".join([opening, *paragraphs[: draw.randint(3, 5)]])
