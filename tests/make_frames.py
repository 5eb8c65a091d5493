"""Valid frames of a made-up coast, for the tests of charts, report and exports: every span is known because it was written here.

``build(outlets=5, events=4)`` gives the frames of a run. Outlets, places and people are fictional.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from framing import schema

OUTLETS = [
    "Karsholm Courier",
    "Northern Ledger",
    "Daily Beacon",
    "Tillen Post",
    "The Greater Tillenmouth and Outer Isles Evening Chronicle and Advertiser",
    "Harbour Wire",
    "Isle Radio News",
    "The Fen Gazette",
    "Quayside",
    "Morning Lantern",
    "Sundholt Observer",
    "Western Packet",
    "Das Fährblatt für Küste, Inseln und Binnenland (Gesamtausgabe)",
    "Brine & Barley",
    "The Outer Isles Free Press and Shipping Intelligencer",
    "Voice of Sundholt",
    "City Desk",
    "Lowland Herald",
    "New Karsholm Review",
    "The Examiner of Tides",
    "Plain Dealer of Tillen",
    "East Shore Mercury",
    "Halvik Times",
    "Skerry Bulletin",
    "The Commoner",
    "Union Voice",
    "Market Signal",
    "Grenholt Star",
    "Radio Skerry",
    "The Weekly Mooring",
]
TARGETS = ("Harbour Authority", "Mayor Ida Brenn")


@dataclass(frozen=True)
class Person:
    """A made-up source."""

    name: str
    role: str
    actor: str
    level: str = "person"
    identification: str = "named"
    leaning: float = 0.0
    said: tuple[str, ...] = ()


PEOPLE = (
    Person(
        "Ida Brenn",
        "mayor",
        "government",
        leaning=0.6,
        said=("The new fares keep the ferries running through the winter", "Nobody will be left on the quay"),
    ),
    Person(
        "Joss Tarnfield",
        "spokesman of the Harbour Authority",
        "business",
        leaning=0.8,
        said=("We have met every promise in the plan", "The works are on time and within the budget"),
    ),
    Person(
        "Mara Quill",
        "secretary of the Dockers' Union",
        "union",
        leaning=-0.8,
        said=("They have taken the money and cut the crews", "This is a plan for the shareholders and for nobody else"),
    ),
    Person(
        "Professor Odd Lunde",
        "economist at Sundholt College",
        "expert",
        leaning=0.0,
        said=("The figures allow both readings", "Ridership fell before the fares went up"),
    ),
    Person(
        "island residents",
        "residents",
        "affected_person",
        "collective",
        "role_only",
        -0.5,
        ("We cannot get to the clinic any more", "The last boat leaves before the shift ends"),
    ),
    Person(
        "Coast Watch",
        "campaign group",
        "ngo_or_activist",
        "organisation",
        "named",
        -0.6,
        ("The report hides what the barrier does to the marsh",),
    ),
    Person(
        "a senior official",
        "official",
        "government",
        "person",
        "anonymous",
        0.1,
        ("The decision was not taken lightly",),
    ),
    Person(
        "Constable Vane",
        "police spokesman",
        "law_enforcement",
        leaning=0.0,
        said=("Two people were led off the pier and later released",),
    ),
    Person(
        "Petra Oyelaran-Świętochowska of the Joint Standing Committee on Inshore Navigation",
        "committee chair",
        "political_party",
        leaning=-0.2,
        said=("We will call the authority to give evidence",),
    ),
)
CUES = {"direct": ("said", "told reporters", "insisted"), "indirect": ("said that", "warned that", "argued that")}
THEMES = (
    ("Ferry fares rise by a fifth", "fare|ferry|winter", "The {t} raised ferry fares by a fifth on Monday."),
    (
        "Flood barrier inquiry opens",
        "barrier|inquiry|marsh",
        "An inquiry into the flood barrier opened in Karsholm on Tuesday.",
    ),
    (
        "Dockers walk out at Tillenmouth",
        "strike|dock|crews",
        "Dockers at Tillenmouth walked out after talks with the {t} ended.",
    ),
    (
        "Night boats to the Outer Isles end",
        "night boat|isles|clinic",
        "Night boats to the Outer Isles will end in March, the {t} announced.",
    ),
    (
        "Pier protest ends in two arrests",
        "pier|protest|arrest",
        "A protest on the long pier ended on Friday with two arrests.",
    ),
    (
        "Harbour dredging contract awarded",
        "dredging|contract|tender",
        "The {t} awarded the dredging contract on Thursday.",
    ),
)
PLAIN = (
    "The timetable will be published next week.",
    "About 4,100 people use the crossing on a working day.",
    "The council meets again on the ninth.",
    "The {t} was founded 41 years ago.",
    "A similar plan was dropped in the spring.",
)
LOADED = (
    ("The {t} rammed the shambolic scheme through a half-empty chamber.", ("rammed", "shambolic")),
    ("It was a brazen raid on the pockets of commuters.", ("brazen raid",)),
    ("Critics were left fuming at the botched announcement.", ("fuming", "botched")),
    ("The visionary plan is a triumph of patient work.", ("visionary", "triumph")),
)
FRAME_WORDS = ("conflict", "human_interest", "economic", "morality", "responsibility")
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "&lt;b&gt; &amp;amp; <b onclick=alert(1)>bold</b> <img src=x onerror=\"document.title='owned'\">",
    "right \u202eto left\u202c and \u200fmarks\u200e, {{ 7 * 7 }} and {% raw %}",
    '=HYPERLINK("http://example.invalid","x") | +1 | @SUM(A1) | -2',
    "W" * 40_000,
)


@dataclass
class Draft:
    """An article being written; what is appended is remembered with its offsets."""

    article_id: str
    text: str = ""
    quotations: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    def paragraph(self) -> None:
        self.text += "\n\n" if self.text else ""

    def write(self, words: str) -> tuple[int, int]:
        start = len(self.text)
        self.text += words
        return start, len(self.text)

    def note(self, span: tuple[int, int] | None, **values: Any) -> None:
        where = (
            {"part": "text", "start": span[0], "end": span[1]} if span else {"part": None, "start": None, "end": None}
        )
        self.annotations.append({"article_id": self.article_id, **where, "annotator": "fixture@1", **values})


def _quote(draft: Draft, person: Person, rng: random.Random) -> None:
    kind = rng.choice(["direct", "direct", "indirect"])
    words = rng.choice(person.said)
    cue = rng.choice(CUES[kind])
    draft.paragraph()
    if kind == "direct":
        content = draft.write(f"“{words},”")
        draft.write(" ")
        cue_at = (0, 0)
        speaker = draft.write(person.name)
        draft.write(" ")
        cue_at = draft.write(cue)
    else:
        speaker = draft.write(person.name[0].upper() + person.name[1:])
        draft.write(" ")
        cue_at = draft.write(cue)
        draft.write(" ")
        content = draft.write(words[0].lower() + words[1:])
    draft.write(".")
    said = draft.text[slice(*content)]
    draft.quotations.append(
        {
            "quotation_id": schema.make_id(draft.article_id, *content, prefix="q-"),
            "article_id": draft.article_id,
            "part": "text",
            "start": content[0],
            "end": content[1],
            "text": said,
            "kind": kind,
            "content_type": "speech",
            "cue": draft.text[slice(*cue_at)],
            "cue_start": cue_at[0],
            "cue_end": cue_at[1],
            "speaker": draft.text[slice(*speaker)],
            "speaker_start": speaker[0],
            "speaker_end": speaker[1],
            "n_words": schema.count_words(said),
            "confidence": 0.9,
            "person": person.name,
        }
    )


def _label(score: float) -> str:
    return "against" if score < -0.25 else "favour" if score > 0.25 else "neutral"


def _article(
    event: str, outlet: str, number: int, rng: random.Random, theme: tuple[str, str, str], lean: float, hostile: bool
) -> tuple[Draft, dict[str, Any]]:
    draft = Draft(schema.make_id(event, outlet, number, prefix="a-"))
    target = TARGETS[0]
    draft.paragraph()
    draft.write(theme[2].format(t=target))
    for person in rng.sample(PEOPLE, k=rng.randint(2, 5)):
        _quote(draft, person, rng)
        draft.paragraph()
        if rng.random() < 0.35 + 0.5 * abs(lean):
            sentence, words = rng.choice(LOADED)
            span = draft.write(sentence.format(t=target))
            draft.note(span, task="loaded", label="loaded", score=0.85, confidence=0.85, voice="narrator")
            for word in words:
                begin = draft.text.index(word, span[0])
                draft.words.append(
                    {
                        "article_id": draft.article_id,
                        "part": "text",
                        "start": begin,
                        "end": begin + len(word),
                        "text": word,
                        "probability": 0.8,
                        "voice": "narrator",
                        "source_id": None,
                    }
                )
            if target in draft.text[slice(*span)]:
                score = round(max(-1.0, min(1.0, lean - 0.3)), 2)
                draft.note(
                    span,
                    task="stance",
                    target=target,
                    target_kind="entity",
                    label=_label(score),
                    score=score,
                    confidence=0.7,
                    voice="narrator",
                )
        else:
            span = draft.write(rng.choice(PLAIN).format(t=target))
            draft.note(span, task="loaded", label="plain", score=0.1, confidence=0.9, voice="narrator")
        draft.write(" ")
        other = draft.write(rng.choice(PLAIN).format(t=target))
        draft.note(other, task="loaded", label="plain", score=0.12, confidence=0.88, voice="narrator")
    if hostile:
        for words in HOSTILE:
            draft.paragraph()
            draft.write(words)
    title = (
        theme[0]
        if rng.random() < 0.3
        else f"{theme[0]}: {rng.choice(('what is known', 'anger on the quay', 'the view from Sundholt', 'council to meet'))}"
    )
    if hostile:
        title = f"{title} {HOSTILE[0]} {HOSTILE[3]}"
    return draft, {
        "article_id": draft.article_id,
        "outlet": outlet,
        "outlet_raw": outlet.upper(),
        "title": title,
        "event_id": event,
    }


def _judge(draft: Draft, sources: dict[str, str], lean: float, rng: random.Random) -> None:
    people = {p.name: p for p in PEOPLE}
    loaded = [a for a in draft.annotations if a["task"] == "loaded"]
    share = sum(a["label"] == "loaded" for a in loaded) / max(len(loaded), 1)
    draft.note(
        None, task="loaded", label="loaded" if share > 0.5 else "plain", score=share, confidence=0.8, voice="narrator"
    )
    for code in FRAME_WORDS:
        p = round(rng.random(), 3)
        draft.note(
            None,
            task="frame",
            code=code,
            label="present" if p > 0.5 else "absent",
            score=p,
            confidence=max(p, 1 - p),
            voice="all",
            codebook="generic@1",
        )
    for target in TARGETS:
        said = rng.random() < 0.85
        score = round(max(-1.0, min(1.0, lean + rng.uniform(-0.3, 0.3))), 3)
        value = (
            {"label": _label(score), "score": score, "confidence": 0.7}
            if said
            else {"label": None, "score": None, "confidence": None}
        )
        draft.note(None, task="stance", target=target, target_kind="entity", voice="narrator", **value)
        draft.note(None, task="stance", target=target, target_kind="entity", voice="all", **value)
        for name, source_id in sources.items():
            leaning = round(max(-1.0, min(1.0, people[name].leaning + rng.uniform(-0.2, 0.2))), 3)
            draft.note(
                None,
                task="stance",
                target=target,
                target_kind="entity",
                voice="source",
                source_id=source_id,
                label=_label(leaning),
                score=leaning,
                confidence=0.7,
            )


def _sources(draft: Draft, event: str) -> list[dict[str, Any]]:
    rows = []
    for person in PEOPLE:
        own = [q for q in draft.quotations if q["person"] == person.name]
        if not own:
            continue
        source_id = schema.make_id(event, person.name, prefix="s-")
        for q in own:
            q["source_id"] = source_id
        rows.append(
            {
                "source_id": source_id,
                "article_id": draft.article_id,
                "name": person.name,
                "affiliation": None,
                "role": person.role,
                "actor": person.actor,
                "level": person.level,
                "identification": person.identification,
                "channel": "statement" if person.level == "organisation" else "interview",
                "n_quotations": len(own),
                "n_words": sum(q["n_words"] for q in own),
                "first_position": own[0]["start"] / max(len(draft.text), 1),
                "confidence": 0.85,
            }
        )
    return rows


def build(
    outlets: int = 5,
    events: int = 4,
    *,
    seed: int = 0,
    hostile: bool = False,
    comparisons: bool = True,
    hand: bool = False,
) -> dict[str, pd.DataFrame]:
    """Frames of a run with `outlets` outlets and `events` events; `hostile` puts hostile text into the first article."""
    rng = random.Random(seed)
    names = [
        OUTLETS[i % len(OUTLETS)] + ("" if i < len(OUTLETS) else f" {i // len(OUTLETS) + 1}") for i in range(outlets)
    ]
    lean = {name: rng.uniform(-0.6, 0.6) for name in names}
    loaded_words: list[dict[str, Any]] = []
    frames: dict[str, list[dict[str, Any]]] = {name: [] for name in schema.FRAMES}
    for k in range(events):
        theme = THEMES[k % len(THEMES)]
        event = schema.make_id("event", k, prefix="e-")
        day = pd.Timestamp("2031-03-02T06:00Z") + pd.Timedelta(days=3 * k)
        here = [n for n in names if rng.random() < 0.85] or names[:1]
        if len(here) < 2 <= len(names):
            here = names[:2]
        for number, outlet in enumerate(here):
            draft, article = _article(
                event, outlet, number, rng, theme, lean[outlet], hostile and not frames["articles"]
            )
            sources = _sources(draft, event)
            _judge(draft, {s["name"]: s["source_id"] for s in sources}, lean[outlet], rng)
            article |= {
                "text": draft.text,
                "captions": "The long pier at dusk.",
                "published_at": day + pd.Timedelta(minutes=rng.randint(0, 3000)),
                "url": f"https://news.invalid/{article['article_id']}",
                "author": "A. Reporter",
                "language": "en",
                "genre": "opinion" if rng.random() < 0.1 else "news",
                "wire": "Norpress" if rng.random() < 0.2 else None,
                "shared_share": round(rng.random() * 0.4, 2),
                "n_words": schema.count_words(draft.text),
                "origin": f"fixture.jsonl:{len(frames['articles']) + 1}",
                "desk": "coast",
            }
            frames["articles"].append(article)
            frames["quotations"] += draft.quotations
            frames["sources"] += sources
            frames["annotations"] += draft.annotations
            loaded_words += draft.words
            frames["removed"].append(
                {
                    "article_id": article["article_id"],
                    "raw_start": 0,
                    "raw_end": 21,
                    "text": "Sign up for our emails",
                    "kind": "boilerplate",
                    "reason": "asks the reader to sign up",
                    "score": 0.97,
                }
            )
            frames["raw"].append(
                {"article_id": article["article_id"], "raw_text": "Sign up for our emails\n" + draft.text}
            )
            if number % 2 == 0:
                frames["facts"].append(
                    {
                        "fact_id": schema.make_id(event, "first", prefix="f-"),
                        "event_id": event,
                        "article_id": article["article_id"],
                        "part": "text",
                        "start": 0,
                        "end": len(theme[2].format(t=TARGETS[0])),
                    }
                )
        mine = [a for a in frames["articles"] if a["event_id"] == event]
        times = [a["published_at"] for a in mine]
        frames["events"].append(
            {
                "event_id": event,
                "title": mine[0]["title"],
                "start": min(times),
                "end": max(times),
                "storyline_id": f"st-{k % 3}",
                "n_articles": len(mine),
                "n_outlets": len({a["outlet"] for a in mine}),
                "keywords": theme[1],
            }
        )
    first = frames["articles"][0]
    if len(frames["articles"]) > 2:
        frames["articles"][-1] |= {
            "duplicate_of": first["article_id"],
            "shared_with": first["article_id"],
            "shared_share": 0.95,
            "wire": "Norpress",
        }
    frames["targets"] += [{"target": t, "aliases": None, "given_by": "user"} for t in TARGETS]
    frames["rejected"].append(
        {"origin": "fixture.jsonl:99", "reason": "no text", "raw": '{"title": "<script>x</script>"}'}
    )
    for outlet in names:
        for term in rng.sample(
            ["raid", "plan", "crews", "budget", "islanders", "shareholders", "quay", "marsh", "on time", "clinic"], k=5
        ):
            z = rng.uniform(-4, 4)
            frames["words"].append(
                {
                    "scope": "corpus",
                    "outlet": outlet,
                    "term": term,
                    "n": rng.randint(2, 40),
                    "z": z,
                    "log_odds": z / 5,
                    "voice": "narrator",
                    "low": z / 5 - 0.3,
                    "high": z / 5 + 0.3,
                }
            )
    done = {name: schema.conform(rows, name) if rows else schema.empty(name) for name, rows in frames.items()}
    if comparisons:
        done["comparisons"] = _comparisons(done, names, lean, rng)
    if hand:
        done["annotations"] = schema.conform(
            pd.concat([done["annotations"], _hand(done["annotations"], rng)], ignore_index=True), "annotations"
        )
    checked = {name: schema.check(table, name) for name, table in done.items()}
    more = {"specifications": _specifications(names, rng)} if hand else {}
    return {**checked, "loaded_words": pd.DataFrame(loaded_words), **more}


def _hand(annotations: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Two coders' codes of every loaded segment: mostly what the model said."""
    rows = annotations[(annotations["task"] == "loaded") & annotations["start"].notna()]
    coded = []
    for coder in ("coder-a", "coder-b"):
        labels = [("loaded" if (rng.random() < p) else "plain") for p in rows["score"]]
        coded.append(
            rows.assign(
                label=labels,
                score=[float(x == "loaded") for x in labels],
                confidence=1.0,
                annotator=coder,
                sample_id="sample-1",
                round=1,
                probability=0.5,
            )
        )
    return pd.concat(coded, ignore_index=True)


def _specifications(names: list[str], rng: random.Random) -> pd.DataFrame:
    rows = []
    for wire in ("with", "without"):
        for weighting in ("measure", "articles", "first"):
            for model in ("fixed effects", "matched"):
                value = rng.gauss(-0.15, 0.1)
                rows.append(
                    {
                        "grouping": "given",
                        "annotations": "given",
                        "genre": "news",
                        "wire": wire,
                        "weighting": weighting,
                        "model": model,
                        "main": len(rows) == 0,
                        "measure": "stance",
                        "target": TARGETS[0],
                        "voice": "narrator",
                        "outlet": names[0],
                        "reference": None,
                        "value": value,
                        "low": value - 0.2,
                        "high": value + 0.2,
                        "p": 0.2,
                        "method": "two-way fixed effects",
                    }
                )
    return pd.DataFrame(rows)


def _comparisons(
    done: dict[str, pd.DataFrame], names: list[str], lean: dict[str, float], rng: random.Random
) -> pd.DataFrame:
    """Levels and contrasts with made-up intervals: charts are tested for what they draw, not for what is true."""
    rows = []
    kinds = [("stance", t, v) for t in TARGETS for v in ("narrator", "source")]
    kinds += [("loaded_share", None, "narrator")] + [(f"frame.{c}", None, None) for c in FRAME_WORDS]
    articles = done["articles"]
    for measure, target, voice in kinds:
        for outlet in names:
            n = int((articles["outlet"] == outlet).sum())
            if not n:
                continue
            value = lean[outlet] if measure == "stance" else rng.random() * 0.6
            spread = 0.15 + rng.random() * 0.1
            withheld = rng.random() < 0.1
            shared = {
                "scope": "corpus",
                "measure": measure,
                "target": target,
                "voice": voice,
                "wire": "with",
                "genre": "news",
                "outlet": outlet,
                "level": 0.95,
                "corrected": False,
                "n_articles": n,
                "n_events": n,
                "n_storylines": min(n, 3),
            }
            low, high = (None, None) if withheld else (max(-1.0, value - spread), min(1.0, value + spread))
            rows.append(
                {
                    **shared,
                    "value": value,
                    "low": low,
                    "high": high,
                    "method": "fewer than ten storylines" if withheld else "mean of events",
                }
            )
            rows.append(
                {
                    **shared,
                    "reference": "others",
                    "value": value - 0.1,
                    "low": low,
                    "high": high,
                    "method": "two-way fixed effects",
                    "p": 0.2,
                    "q": 0.4,
                    "family": measure.split(".")[0],
                }
            )
    return schema.conform(rows, "comparisons")


def run_record() -> dict[str, Any]:
    """A run.json as the pipeline writes it."""
    return {
        "version": "0.1.0",
        "command": "framing compare coast.jsonl -o out --target 'Harbour Authority'",
        "started": "2031-04-01T09:00:00Z",
        "inputs": [{"path": "coast.jsonl", "sha256": "0" * 64, "bytes": 12345}],
        "settings": {"targets": list(TARGETS), "codebook": "generic", "level": 0.95, "seed": 0},
        "models": [{"name": "stance", "version": "1", "validated_domains": ["politics", "economy"]}],
        "counts": {"load": {"in": 21, "out": 20}, "clean": {"in": 20, "out": 20}},
        "seconds": {"load": 0.4, "clean": 0.9},
        "notes": ["date not known for 1 of 20 articles"],
        "mapping": {"text": "body"},
        "withheld": ["comparison of wording: fewer than ten storylines"],
    }
