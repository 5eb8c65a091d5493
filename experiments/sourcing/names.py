"""Does the kind of a source depend on where its name comes from? Sentences told with names of many origins, and what to do about it.

    python experiments/sourcing/names.py        share of held sentences whose actor is the same whatever the name, with the model shipped

The encoder's vector of a sentence moves with the name in it. `directions` finds how, on one half of the names and sentences;
`kinds.py` keeps the weights of the view at right angles to them; `stability` counts on the other half. No corpus has a part in it.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from framing import encode, schema
from framing.quotations import attribute
from framing.sources import features_of, kinds

NAMES = {
    "English": "James Whitmore|Sarah Collins|Robert Hayes|Emily Parker|Thomas Reed|Laura Bennett",
    "European": "Jürgen Krause|Ingrid Lindqvist|Marek Nowak|Giulia Ferraro|Pavel Dvorak|Sofie Janssen",
    "Arabic": "Khalid Mansour|Leila Haddad|Omar Nasser|Rania Khoury|Yusuf Saleh|Amina Farouk",
    "African": "Kwame Asante|Ngozi Okonkwo|Tendai Moyo|Wanjiru Kamau|Sipho Dlamini|Abebe Tadesse",
    "South Asian": "Rajesh Iyer|Priya Menon|Imran Qureshi|Sunita Rao|Arjun Nair|Farah Siddiqui",
    "East Asian": "Wei Zhang|Mei Lin Chen|Hiroshi Tanaka|Soo-jin Park|Nguyen Van Minh|Yuki Sato",
    "Latin American": "Carlos Mendoza|Lucia Herrera|Diego Fuentes|Ana Beltran|Javier Rojas|Marisol Vega",
}
SENTENCES = (
    "The camp has no clean water left. {n}, who heads the aid agency's mission there, said the children were falling ill.",
    "Prices at the market have doubled since spring. “Nobody buys tomatoes any more,” said {n}, a trader at the market.",
    "The border was calm on Tuesday. {n}, a spokesperson for the defence force, said no shots had been fired.",
    "The roof fell in before midnight. “We lost everything,” said {n}, whose house stood by the river.",
    "Nurses walked out at dawn. “We were promised rest,” said {n}, who leads the nurses' union.",
    "The ferry was late again on Monday. {n} said the pier had been closed without a word.",
    "Nobody at the plant knew of the sale. “I heard it on the radio,” {n} said.",
    "The school will lose two classes. {n} told parents that the decision was final.",
    "The trial was put off until spring. {n} said that the files had been lost.",
    "The new rules take effect in June. {n}, who drafted them, said they would save money.",
    "The march ended at the bridge. “We will be back,” said {n}, one of the organisers.",
    "Two goals in four minutes settled the match. {n} said the side had been too slow.",
    "The well had been dry since May. {n}, speaking for the village, said that nobody had come.",
    "The bank raised its forecast. {n} said that demand was better than feared.",
    "The exhibition opens on Friday. {n} said the pictures had never been shown.",
    "Police sealed off the street. “There was a bang,” said {n}, who lives opposite.",
)


def told(names: list[str], sentences: list[str]) -> pd.DataFrame:
    """Articles of one passage each, an event of its own; names vary fastest."""
    rows = [s.format(n=name) for s in sentences for name in names]
    table = [
        {"article_id": f"{i:05d}", "event_id": f"e{i}", "outlet": "Post", "origin": "made up", "text": t, "n_words": 20}
        for i, t in enumerate(rows)
    ]
    return schema.conform(pd.DataFrame(table), "articles")


def halves(which: int) -> tuple[list[str], list[str]]:
    """Every second name and passage."""
    return [n for names in NAMES.values() for n in names.split("|")[which::2]], list(SENTENCES[which::2])


def directions(count: int) -> np.ndarray:
    """Return the directions in which names move the vector of the sentence they stand in, (count, vector): principal components."""
    names, sentences = halves(0)
    vectors = [e.vectors[-1].astype(np.float64) for e in encode.encode(told(names, sentences))]
    by_sentence = np.array(vectors).reshape(len(sentences), len(names), -1)
    moved = (by_sentence - by_sentence.mean(1, keepdims=True)).reshape(len(vectors), -1)
    return np.asarray(np.linalg.svd(moved, full_matrices=False)[2][:count])


def stability(which: int = 1) -> dict[str, Any]:
    """Share of name pairs of different origin to which a passage gives the same actor, and of passages that give one actor to all."""
    names, sentences = halves(which)
    origin = [o for o, some in NAMES.items() for _ in some.split("|")[which::2]]
    articles = told(names, sentences)
    encodings = {e.article_id: e for e in encode.encode(articles)}
    found, _ = features_of(articles, attribute(articles, encodings), encodings)
    actor = {article: kinds.describe(*of)["actor"] for (article, _), of in found.items()}
    same = pairs = whole = n = 0
    for k in range(len(sentences)):
        codes = [actor.get(f"{k * len(names) + i:05d}") for i in range(len(names))]
        there = [(o, c) for o, c in zip(origin, codes, strict=True) if c is not None]
        both = [(a[1] == b[1]) for i, a in enumerate(there) for b in there[:i] if a[0] != b[0]]
        same, pairs = same + sum(both), pairs + len(both)
        whole, n = whole + (len(Counter(c for _, c in there)) == 1), n + 1
    return {"same_actor": round(same / max(pairs, 1), 4), "pairs": pairs, "passages": n, "one_actor_for_all": whole}


if __name__ == "__main__":
    print(json.dumps(stability()))
