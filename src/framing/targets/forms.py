"""What a target is called in a text: its names and short names, its place, titles, demonyms, the pronouns after it."""

from __future__ import annotations

import bisect
import functools
import importlib.resources
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.quotations.lexicon import table as knowledge
from framing.sources.names import given_names, key_of, state_forms
from framing.sources.nouns import calls, epithet, heads, titles


def word_list(text: str) -> frozenset[str]:
    """Words of a list."""
    return frozenset(text.split())


def _list(text: str) -> list[str]:
    return text.split("|")


_TITLES = _list(
    "President|Vice President|Prime Minister|Chancellor|Premier|Governor|Gov.|Senator|Sen.|Representative|Rep.|Congressman|"
    "Congresswoman|Mayor|Minister|Secretary|Judge|Justice|Chief|General|Gen.|Colonel|Captain|Sheriff|King|Queen|Prince|"
    "Princess|Pope|Bishop|Archbishop|Cardinal|Professor|Dr.|Speaker|Ambassador|Chairman|Chairwoman|Director|Commissioner|"
    "Attorney General|Coach|Officer|Councillor|Alderman|Cr|Clr|Cllr|Ald.|Hon."
)
_SHORT_TITLES = [[title] for title in sorted(_TITLES) if title.endswith(".")]
"""After "Gov." no sentence begins."""
_BODIES = word_list(
    "party ministry department agency council commission committee board bank university court police government army union "
    "association federation company corporation inc corp ltd group institute office authority league club church hospital "
    "school senate congress parliament house service bureau forces front movement organisation organization foundation fund "
    "centre center team force"
)
_COMPANIES = word_list("motors electric mills dynamics assembly court")
"""What makes a name of an office before it: General Motors."""
_FIRMS = word_list(
    "holding holdings group inc incorporated corp corporation co company ltd limited plc llc llp ag sa gmbh nv se ab oyj spa bhd pte "
    "therapeutics pharmaceuticals pharma biotech biosciences sciences laboratories labs diagnostics dynamics motors automotive "
    "aerospace aviation airlines airways technologies technology systems software solutions semiconductor semiconductors robotics "
    "electronics networks communications telecom mobile digital media entertainment studios energy petroleum oil gas power electric "
    "electricity mining minerals metals steel chemicals materials industries manufacturing engineering construction logistics shipping "
    "railways foods beverages brewery brands stores retail hotels resorts properties estates capital partners ventures investments "
    "securities financial insurance bank banking enterprises international worldwide mills"
)
"""What ends the name of a firm and is dropped where it is spoken of: "Halvik" for Halvik Motors."""
_PRONOUNS = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"[^\W\d_][\w'’-]*")
_CONNECTORS = word_list("of the for and on in de la al bin ibn van von der den del di da du le")


@functools.cache
def _places() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Place, or another name of it, to its metonyms and its demonyms."""
    source = importlib.resources.files("framing").joinpath("knowledge/places.tsv").read_text(encoding="utf-8")
    out = {}
    for line in source.splitlines()[1:]:
        place, metonyms, demonyms = (part.split("|") if part else [] for part in line.split("\t"))
        out[place[0].lower()] = (tuple(metonyms), tuple(demonyms))
    return out


_COUNTRIES = ("Britain", "America")
_OTHER_NAMES = {
    "us": "united states",
    "u.s.": "united states",
    "usa": "united states",
    "america": "united states",
    "united states of america": "united states",
    "uk": "united kingdom",
    "u.k.": "united kingdom",
    "britain": "united kingdom",
    "great britain": "united kingdom",
    "eu": "european union",
    "e.u.": "european union",
    "un": "united nations",
    "u.n.": "united nations",
    "uae": "united arab emirates",
    "czechia": "czech republic",
}


def _entry(target: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    plain = target.strip().lower().removeprefix("the ")
    return _places().get(_OTHER_NAMES.get(plain, plain))


def place_names(target: str) -> tuple[str, ...]:
    """Other names of a country or capital."""
    entry = _entry(target)
    if entry is None:
        return ()
    full = _OTHER_NAMES.get(target.strip().lower().removeprefix("the "))
    return (*((full.title(),) if full else ()), *entry[0], *entry[1])


def parts_of(value: object) -> list[str]:
    """Names that stand in one field, between bars."""
    return [t.strip() for t in value.split("|") if t.strip()] if isinstance(value, str) else []


def full_names(text: str) -> list[str]:
    """Names of two capitalised words or more (titles dropped), and places of the table."""
    found = []
    for run in _name_runs(text):
        tokens = run.text.split()
        while tokens and tokens[0].lower() in _CONNECTORS | {"a", "an"}:
            tokens = tokens[1:]
        tokens = _untitled(tokens)
        name = " ".join(tokens)
        if name.lower() in _places() or (2 <= len(tokens) <= 5 and not run.opens):
            found.append(name)
    return found


def _untitled(tokens: list[str]) -> list[str]:
    """Name without the office before it ("NY Governor Ada Orr"); nothing if an office, an initial or a compound ends it.

    Examples
    --------
    >>> _untitled("Acting Harbour Director Ada Orr".split()), _untitled("Orvane Gov".split()), _untitled("General Motors".split())
    (['Ada', 'Orr'], [], ['General', 'Motors'])
    """
    office = [token in _TITLES or f"{token}." in _TITLES for token in tokens]
    if not tokens or office[-1] or len(tokens[-1]) < 2 or re.search(r"-[a-z]", tokens[-1]):
        return []
    after = max((k + 1 for k, is_office in enumerate(office) if is_office), default=0)
    rest = tokens[after:]
    if not after or rest[0].lower() in _COMPANIES or any(token.lower() in _BODIES for token in rest):
        return tokens
    return rest


@dataclass(frozen=True)
class _Run:
    text: str
    start: int
    end: int
    opens: bool


def _name_runs(text: str) -> list[_Run]:
    """Runs of capitalised words with a single space between them."""
    spans: list[tuple[int, int]] = []
    for match in _CAPITALISED.finditer(text):
        if not match.group()[0].isupper():
            continue
        if spans and match.start() == spans[-1][1] + 1 and text[spans[-1][1]] == " ":
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append((match.start(), match.end()))
    runs = []
    for start, end in spans:
        name = re.sub(r"['’]s$", "", text[start:end])
        before = text[max(0, start - 4) : start].strip(" \"“‘'(")
        opens = not before.strip() or before.rstrip("\n")[-1:] in ".!?:" or before.endswith("\n")
        opens = opens or text[max(0, start - 1) : start] in ("“", "‘", '"')  # a slogan, a title
        opens = opens and text[max(0, start - 20) : start].rpartition("\n")[2].split()[-1:] not in _SHORT_TITLES
        runs.append(_Run(name, start, start + len(name), opens))
    return runs


@dataclass
class _Forms:
    """Written forms of one target in one article, each with the kind of mention it makes."""

    target: str
    forms: dict[str, str] = field(default_factory=dict)
    person: bool = False

    def add(self, form: str, kind: str) -> None:
        if len(form) > 1:
            for written in (form, form.replace("'", "’"), form.replace("’", "'")):
                self.forms.setdefault(written, kind)

    @functools.cached_property
    def pattern(self) -> re.Pattern[str] | None:
        if not self.forms:
            return None
        longest_first = sorted(self.forms, key=lambda form: (-len(form), form))
        return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w])")


def spans_of(forms: _Forms, text: str) -> list[tuple[int, int, str]]:
    """Where a text has one of the forms, and of which kind it is."""
    if forms.pattern is None:
        return []
    return [(m.start(), m.end(), forms.forms[m.group()]) for m in forms.pattern.finditer(text)]


def in_longer_name(text: str, start: int, end: int) -> bool:
    """Whether a one-word metonym is part of another name: "the Washington Post", "Denzel Washington"."""
    if " " in text[start:end]:
        return False
    after = re.match(r" ([^\W\d_][\w'’.-]*)", text[end : end + 60])
    if after is not None and after[1][0].isupper() and after[1].rstrip(".,") not in _DAYS:
        return True
    before = re.search(r"(\S*)(\s)([^\W\d_][\w'’.-]*) $", text[max(0, start - 60) : start])
    if before is None or not before[3][0].isupper() or before[3] in _DAYS:
        return False
    return before[2] == " " and before[1][-1:] not in tuple('.!?:"”“')


_DAYS = word_list(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September "
    "October November December"
)


def forms_of(target: Mapping[str, Any], text: str) -> _Forms:
    """Collect the forms under which this text may mention the target."""
    name = str(target["target"]).strip()
    out = _Forms(name)
    for variant in (name, name.removeprefix("the ").removeprefix("The "), name.upper()):
        out.add(variant, "name")
    if name.islower():
        out.add(name.capitalize(), "name")
        out.add(name.title(), "name")
    entry = _entry(name)
    for alias in parts_of(target.get("aliases")):
        kind = "alias"
        if entry is not None:
            short = alias.isupper() or alias in _COUNTRIES
            kind = "demonym" if alias in entry[1] else "metonym" if alias in entry[0] and not short else "alias"
        out.add(alias, kind)
    if entry is None:
        _add_short_names(out, name, text)
        _add_governments(out, name, text)
    return out


def _add_governments(out: _Forms, name: str, text: str) -> None:
    """Other ways to write "Veldt government": of Veldt, Veldt's; of a state, by its people; alone where no other is named."""
    head, _, noun = name.removeprefix("the ").rpartition(" ")
    if noun.lower() not in _GOVERNMENTS or not head or not head[0].isupper():
        return
    places = [
        (place, e)
        for place, e in _places().items()
        if head in e[1] or place == _OTHER_NAMES.get(head.lower(), head.lower())
    ]
    place, (capitals, people) = places[0] if places else (head, ((), ()))
    short = [one for one in capitals if one.replace(".", "").isupper() or one in _COUNTRIES]
    names = {head, place if place == head else place.title(), *short, *people}
    for one in sorted(names):
        for form in (f"{one} {noun}", f"{one}'s {noun}"):
            out.add(form, "alias")
        for article in ("", "the ", "The "):
            out.add(f"{article}{noun} of {one}", "alias")
    for capital in capitals:
        if capital not in short:
            out.add(capital, "metonym")
    others = re.findall(rf"([A-Z][\w'’-]+) {noun}(?!\w)", text)
    here = any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in names)
    if here and all(o in _DETERMINERS.split("|") or o.removesuffix("'s").removesuffix("’s") in names for o in others):
        out.add(f"the {noun}", "alias")
        out.add(f"The {noun}", "alias")


_DETERMINERS = "The|A|An|This|That|Its|His|Her|Their|Our|Another|Each|Every|Any|No"
_GOVERNMENTS = frozenset({"government", "administration", "regime", "authorities"})


def _add_short_names(out: _Forms, name: str, text: str) -> None:
    tokens = name.removeprefix("the ").removeprefix("The ").split()
    capital = [t for t in tokens if t[:1].isupper()]
    firm = bool(without_firm(tokens))
    body = any(t.lower().strip(".,") in _BODIES for t in tokens)
    letters = "".join(t[0] for t in capital)
    if len(letters) >= 2 and (body or len(capital) >= 3):
        for short in (letters, ".".join(letters) + "."):
            if re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text):
                out.add(short, "alias")
    stated = re.search(re.escape(name) + r" \(([A-Z][\w.&-]{1,11})\)", text)
    if stated:
        out.add(stated.group(1), "alias")
    if body:
        _add_general_names(out, name, tokens, text)
    if firm or body or not 2 <= len(tokens) <= 4 or len(capital) != len(tokens):
        out.person = len(tokens) == 1 and tokens[0][:1].isupper() and bool(_titles_before(tokens[0], text))
        return
    out.person = True
    surname = tokens[-1]
    if tokens[-1].rstrip(".").lower() in ("jr", "sr", "ii", "iii") and len(tokens) > 2:
        surname = tokens[-2].rstrip(",")
    if len(surname) > 2 and not _others(surname, tokens[0], text):
        out.add(surname, "alias")
        for title in _titles_before(surname, text):
            out.add(f"{title} {surname}", "title")
            out.add(f"{title} {name}", "title")
            if title in ("President", "Prime Minister", "Chancellor", "Premier", "Governor", "Mayor"):
                out.add(f"the {title.lower()}", "title")
                out.add(f"The {title.lower()}", "title")
                out.add(f"the {title}", "title")


def without_firm(tokens: Sequence[str]) -> list[str]:
    """Name of a firm without what only says that it is one; nothing if it is no firm's.

    Examples
    --------
    >>> without_firm("Orvane Steel Holdings".split()), without_firm("Halvik Times".split())
    (['Orvane'], [])
    """
    rest = list(tokens)
    while rest and rest[-1].lower().strip(".,") in _FIRMS:
        rest.pop()
    return rest if len(rest) < len(tokens) else []


def firm_names(name: str, text: str, given: bool) -> tuple[str, ...]:
    """Short names of a firm in the texts of an event: those that mean nothing else there.

    Only where one of the texts has the full name, or the user gave it. A common word ("National"), a place, a given name, a word that
    begins another name, or that a text uses as a surname, a place or a thing ("in Halvik", "the Halvik."), is none.
    """
    tokens = name.removeprefix("the ").removeprefix("The ").split()
    rest = without_firm(tokens)
    if not rest or not all(t[:1].isupper() for t in tokens) or not (given or name in text):
        return ()
    shorter = {" ".join(tokens[:n]) for n in range(len(rest), len(tokens))} | {rest[0]}
    found = [s.rstrip(",") for s in shorter if _means_firm(s.rstrip(","), tokens)]
    return tuple(sorted(s for s in found if not _used_otherwise(s, name, text)))


def _means_firm(short: str, tokens: Sequence[str]) -> bool:
    """Whether a short name can stand for the firm alone."""
    words = short.lower().split()
    if words[-1] in _FIRMS and len(words) > 1:
        return True
    place = short.lower() in _places() or key_of(short) in state_forms() or bool(_demonym(short))
    named = words[0] in given_names() and len(words) == 1
    return len(short) > 2 and not place and not named and any(_share_of(w) <= COMMON_WORD for w in words)


@functools.cache
def _demonym(word: str) -> bool:
    return any(word in people for _, people in _places().values())


def _used_otherwise(short: str, name: str, text: str) -> bool:
    """Whether an event's texts use a firm's short name for something else."""
    full = re.escape(name.removeprefix("the ").removeprefix("The "))
    rest = re.sub(full, " ", text)
    form = re.escape(short)
    for match in re.finditer(rf"(?<![\w-]){form} ([A-Z][\w'’-]*)", rest):
        word = re.sub(r"['’]s?$", "", match[1]).lower()
        office = word in titles() or word in heads("role") or word in _FIRMS or match[1].isupper()
        if not office and match[1] not in _DAYS:
            return True
    if re.search(rf"(?<!\w)the {form}(?=[.,;:!?]| (?:{_AFTER_NOUN})\b)", rest):
        return True
    place = re.search(rf"(?<!\w)(\w+) (?:in|near|outside|across|throughout) {form}(?![\w'’])(?! [a-z]*s\b)", rest)
    if place is not None and place[1].lower() not in _HELD_IN:
        return True
    return _others(short, name.split()[0], rest, opening=2)


_AFTER_NOUN = "is|was|are|were|has|had|in|and|of|on|at|to|for|with|from|by|that|which"
_HELD_IN = word_list(
    "shares share stake stakes stock invested invest interest confidence trust faith investor investors investment fall rise"
)


def _add_general_names(out: _Forms, name: str, tokens: list[str], text: str) -> None:
    """Forms by which a text goes on about a body it has named: "the federation" after "Harbour Workers' Federation".

    Only where the text names the body, and no other body of that kind: with two companies "the company" may be either.
    """
    if not any(form in text for form in out.forms):
        return
    heads = [k for k, token in enumerate(tokens) if token.lower().strip(".,") in _BODIES]
    first = tokens.index("of") if "of" in tokens else len(tokens)
    at = max((k for k in heads if k < first), default=heads[0])
    head = tokens[at].strip(".,")
    general = {
        kind for kind, nouns in knowledge("roles")["hypernyms"].items() if head.lower() in nouns.split()
    } & _BODIES
    rest = text
    for form in sorted(out.forms, key=len, reverse=True):
        rest = rest.replace(form, " ")
    for noun in sorted({head.lower(), *general}):
        other = re.escape(noun.capitalize())
        named = rf"(?<!\w)(?!(?:{_DETERMINERS})\b)[A-Z][\w'’-]+ (?:{other}|{re.escape(noun)})(?!\w)"
        if re.search(rf"{named}|(?<!\w){other} of (?:the )?[A-Z]", rest):
            continue
        for phrase in (noun, noun.capitalize()):
            out.add(f"the {phrase}", "alias")
            out.add(f"The {phrase}", "alias")


def _titles_before(surname: str, text: str) -> list[str]:
    """Titles that stand before the surname or the full name somewhere in the text."""
    found = []
    for match in itertools.islice(re.finditer(rf"(?<!\w){re.escape(surname)}(?!\w)", text), 50):
        before = text[max(0, match.start() - 60) : match.start()].rstrip()
        for title in _TITLES:
            head = before if before.endswith(title) else " ".join(before.split(" ")[:-1])
            if head.endswith(title) and title not in found:
                found.append(title)
    return found


def _others(surname: str, first: str, text: str, *, opening: int = 1) -> bool:
    """Whether someone else of that surname occurs: another first name before it, not any word that happens to have a capital.

    A known given name is one. Any other word ("Under Ash", "Ald. Ash", "Sack Ash" on a sign) only if it is no common word and stands
    before the surname within a sentence, or more than once (`opening` 2: once anywhere).
    """
    seen: Counter[str] = Counter()
    for match in itertools.islice(
        re.finditer(rf"(?<![\w'’-])([A-Z][\w'’-]{{1,40}}) {re.escape(surname)}(?!\w)", text), 100
    ):
        word, before = match.group(1), text[max(0, match.start() - 60) : match.start()]
        if word == first or before.endswith(f"{first} ") or _no_first_name(word):
            continue
        inside = re.search(r"(\S+) $", before)  # what stands before it in its sentence
        within = inside is not None and _goes_on(inside[1])
        if word.lower() in given_names():
            if within or word.lower() not in _GIVEN_AND_VERB:
                return True
        elif not re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text):
            seen[word] += 2 if within else opening
    return any(count > 1 for count in seen.values())


def _no_first_name(word: str) -> bool:
    """Whether a capitalised word before a surname is a title, an epithet, a people's name, or any common word."""
    low = re.sub(r"['’]s?$", "", word).lower()
    if low in given_names() and low == word.lower():
        return False
    office = any(low == title.lower().rstrip(".") or low == title.split()[-1].lower() for title in _TITLES)
    return (
        low != word.lower()
        or (word.isupper() and len(word) > 2)
        or office
        or low in titles()
        or low in _NO_NAMES
        or epithet(word)
        or _share_of(low) > COMMON_WORD
        or key_of(word) in state_forms()
    )


def _goes_on(before: str) -> bool:
    """Whether a sentence goes on after this word, not begins: a word in small letters, or a title; no headline's capitals, no quotation."""
    bare = before.strip("(,;")
    if before[-1] in ".!?:\"'“”‘’([—–-":
        return before in _TITLES
    return bool(bare) and (bare[0].islower() or bare.lower() in titles() or before[-1] == ",")


def _share_of(word: str) -> float:
    from framing.events.signals import background

    return background().get(word, 0.0)


COMMON_WORD = 0.015
"""Share of news articles with a word from which it is no name that stands for somebody by itself."""
_GIVEN_AND_VERB = word_list("will may mark sue rob bill grant chase")
"""Given names that open a question or a call ("Will Ash resign?", "Sue Ash")."""
_NO_NAMES = word_list("mp mps mep pm vp despite amid nor") | calls()
"""Words that neither given names nor titles tell, too rare in news to count as common."""


def pronouns_of(text: str, spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Pronouns whose nearest name before, in the same paragraph, is the target's."""
    if not spans:
        return []
    ours = sorted((start, end) for start, end, _ in spans)
    starts = {start for start, _ in ours}
    ends = [end for _, end in ours]

    def named(run: _Run) -> bool:
        at = bisect.bisect_right(ends, run.start)  # the first of ours that ends after the run begins
        return at < len(ours) and ours[at][0] < run.end

    others = [run.start for run in _name_runs(text) if not named(run) and (not run.opens or " " in run.text)]
    breaks = [m.start() for m in re.finditer(r"\n\s*\n", text)]
    events = sorted([(p, "other") for p in others] + [(p, "ours") for p in starts] + [(p, "break") for p in breaks])
    out = []
    at, state = 0, "other"
    gender: str | None = None
    for match in _PRONOUNS.finditer(text):
        while at < len(events) and events[at][0] < match.start():
            state = events[at][1]
            at += 1
        sex = "f" if match.group()[0].lower() == "s" or match.group().lower().startswith("her") else "m"
        if state == "ours" and gender in (None, sex):
            gender = sex
            out.append((match.start(), match.end(), "pronoun"))
    return out
