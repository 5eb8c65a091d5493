"""Words of names and noun phrases: titles, heads of bodies and groups, and what tells a person's name from a body's."""

from __future__ import annotations

import re
from functools import cache

from framing.quotations.lexicon import cue_words, table, words
from framing.sources.honours import honorifics, rank

PARTICLES = words("de da del della di du la le van von der den bin ibn al el ben dos san st")
OF = frozenset(["of", "the", "and", "for", "on", "in", "&", "to"])
POSSESSIVE_END = re.compile(r"(?:['’]s|(?<=s)['’])$")
INDEFINITE = frozenset(
    ["nobody", "anyone", "anybody", "everyone", "everybody", "someone", "somebody", "none", "others"]
)
MALE, FEMALE = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"})
THIRD = MALE | FEMALE
PLURAL = frozenset(["they", "them", "their", "theirs"])
NEUTER = frozenset(["it", "its"])
NARRATOR = frozenset(["i", "we", "me", "us", "my", "our", "you", "your"])
RELATIVE = frozenset(["who", "which", "that", "whose", "this"])
PRONOUN = THIRD | PLURAL | NEUTER | NARRATOR | RELATIVE
CUT = words("who which that whose released published conducted commissioned obtained seen familiar close speaking")
NEVER_NAMES = words(
    "we they are is was were has have had not says said could this that these those why what when where who but if his their her our my your "
    "its been with from into after before against"
)
"""Words that stand in headlines with a capital, and in hardly any person's name ("He", "To", "Will" do)."""
PREPOSITIONS = frozenset(["of", "for", "at", "from", "with", "in", "on", "to", "by", "near"])
DESCRIBING = ("ous", "less", "atic", "istic", "ive", "able", "ible", "ingly")
"""Endings of adjectives that hardly any given name has (-ish and -ful do: Jagdish, Ashraful)."""
AFTER_NAME = frozenset(["KC", "QC", "SC", "MP", "MEP", "MSP", "MLA", "TD", "OBE", "MBE", "CBE", "MD", "PhD", "Esq"])
"""Letters after a person's name."""
NO_NAMES = AFTER_NAME | words(
    "CEO CFO COO CTO PM VP MPs MEPs PhD GP AI IT HR PR GDP VAT GST IPO DNA RNA HIV AIDS PCR MRI PFAS DDT TNT LSD CCTV GPS TV DVD SUV USB SMS LED UV"
)
"""Offices, things and substances in capitals, which name neither a person nor a body."""
MAKERS = frozenset(
    ["Makers", "Manufacturers", "Organisers", "Organizers", "Producers", "Owners", "Operators", "Promoters"]
)
"""What opens a sentence before the name of a body: "Makers Ash said"."""
PLURALS = frozenset(["women", "men", "children", "people"])
"""Plurals without an s, which also own a body in its name: "Women’s Institute"."""
BODY_TITLES = frozenset(["general", "state", "garda"])
"""Titles that open the names of bodies as well."""
LEADING = words(
    "the a an his her its their our my this that these those some many several most one two three another former then now "
    "late fellow"
)
_WHEN = (
    r"(?:(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}|May \d{1,2}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?|"
    r"today|yesterday|tonight|(?:earlier )?(?:last|this) (?:week|month|year|night|morning|spring|summer|autumn|fall|winter))"
)
ONLY_WHEN = re.compile(rf"(?:(?:on|in|at|since|by|early|late) )?{_WHEN}", re.I)


@cache
def listed(file: str, section: str, key: str) -> frozenset[str]:
    """Words of one list of a file of knowledge."""
    return words(table(file)[section][key])


@cache
def titles() -> frozenset[str]:
    """Honorifics and offices that stand before a name."""
    return (
        honorifics()
        | listed("names", "titles", "male")
        | listed("names", "titles", "female")
        | listed("names", "titles", "open")
    )


def calls() -> frozenset[str]:
    """Verbs of slogans: "Fire Ash" is nobody called Fire."""
    return listed("names", "calls", "verbs")


@cache
def relatives() -> frozenset[str]:
    """Nouns for a person as somebody's: "wife", "brother"."""
    return listed("roles", "heads", "relative")


@cache
def persons() -> frozenset[str]:
    """Nouns for one person: offices, occupations, relatives, "victim"."""
    gender = listed("names", "gender", "male") | listed("names", "gender", "female")
    return heads("role") | heads("person") | relatives() | gender


def heads(kind: str) -> frozenset[str]:
    """Nouns that can head a phrase of a kind: organisation, collective, document, role, anonymous, spokesperson."""
    return listed("roles", "heads", kind)


@cache
def organisation_words() -> frozenset[str]:
    """Words that make a capitalised name the name of a body."""
    more = "centers centres constabulary project informatics estates lithium studios front watch wing street road square infirmary ward states nations union council co post times journal news daily herald house senate congress court office press institution society workers síochána siochana headquarters"
    papers = listed("roles", "media_names", "words") - {"fox", "sky", "sun", "star", "slate", "globe", "hannity"}
    return heads("organisation") | heads("trade") | papers | frozenset(more.split())


def gender_of(name: str, context: str = "") -> str | None:
    """Gender by title, noun or given name: m, f or null.

    Examples
    --------
    >>> gender_of("Maria Oduya"), gender_of("Oduya", "spokesman"), gender_of("Oduya")
    ('f', 'm', None)
    """
    for text in (context, name):
        low = [w.strip(".,").lower() for w in text.split()]
        for gender, key in (("m", "male"), ("f", "female")):
            if any(w in listed("names", "gender", key) or w in listed("names", "titles", key) for w in low):
                return gender
    first = name.split()[0].strip(".,").lower() if name else ""
    if len(name.split()) > 1:
        for gender, key in (("m", "male"), ("f", "female")):
            if first in listed("names", "given", key):
                return gender
    return None


def strip_titles(name: str) -> tuple[str, str]:
    """Split "Mr. Ash" and "Texas Sen. Ted Ash" into (titles and what stands before them, name).

    Examples
    --------
    >>> strip_titles("Vorland Sen. Ted Ash")
    ('Vorland Sen.', 'Ted Ash')
    """
    parts = name.split()
    cut = 0
    for index, word in enumerate(parts[:-1]):
        low = word.strip(".,").lower()
        joined = cut == index and _joined(word, parts[index + 1 :])  # "Mr Justice Orr"
        if low in titles() or low.rpartition("-")[2] in titles() or joined or rank(word, parts[index + 1]):
            cut = index + 1 if index < 4 else cut
    if cut and parts[cut].lower() == "of" and len(parts) - cut > 2:
        cut = max(cut + 2, len(parts) - 2)
    cut = max(cut, _after_role(parts))
    if cut and len(parts) - cut == 1 and parts[cut].lower() in organisation_words():
        cut = 0  # "State Department" is no Mr Department
    if cut and parts[cut - 1].lower() in BODY_TITLES and _bodily_title(parts, cut):
        cut = 0
    return " ".join(parts[:cut]), " ".join(parts[cut:])


def _joined(word: str, rest: list[str]) -> bool:
    """Whether a word that is a name or noun besides stands as a title: "Sri Orr", not "Sri Lanka"; "Com. Orr", not "Com Tech"."""
    low = word.strip(".,").lower()
    if low == "justice":
        return not _bodily(rest)
    if low == "sri" and rest[0].lower().startswith("lanka"):
        return False
    return low in listed("names", "titles", "joined") or (
        word[-1] == "." and low in listed("names", "titles", "pointed")
    )


def _bodily_title(parts: list[str], cut: int) -> bool:
    """Whether a title belongs to a body's name: "General Medical Council", "Vorland State Police Command", "Association of State Clerks"."""
    within = any(_bodily(parts[cut : end + 1]) for end in range(cut, len(parts)))
    return within or ("of" in parts[:cut] and any(p.lower() in organisation_words() for p in parts[:cut]))


def _bodily(parts: list[str]) -> bool:
    """Whether words read as a body's, not as a surname or full name that a title opens."""
    low = [p.strip(".,").lower() for p in parts]
    given = listed("names", "given", "male") | listed("names", "given", "female")
    return bool(low) and low[-1] in organisation_words() | heads("role") and low[0] not in given


def epithet(word: str) -> bool:
    """Whether a capitalised word before a surname only describes its bearer: "Asset-stripper Ash", "Charismatic Ash".

    Examples
    --------
    >>> [epithet(word) for word in ("Asset-stripper", "Charismatic", "Investor", "Jon", "Mary-Ann")]
    [True, True, True, False, False]
    """
    low = word.lower().strip(".,")
    if low in listed("names", "given", "male") | listed("names", "given", "female"):
        return False
    return bool(re.search(r"\w-[a-z]", word)) or low in heads("role") or (len(low) > 6 and low.endswith(DESCRIBING))


def _after_role(parts: list[str]) -> int:
    """Where a name of two words begins after a capitalised role ("County Prosecutor Ines Pires") or the end of an office's name."""
    low = [p.strip(".,").lower() for p in parts]
    last = len(parts) - 2
    if last < 1 or any(w in organisation_words() | heads("collective") | OF for w in low[last:]):
        return 0
    given = listed("names", "given", "male") | listed("names", "given", "female")
    office = last > 1 and low[last] in given and not given & set(low[:last])  # "National Safety James Ash"
    role = low[last - 1] in heads("role") - given  # "Marine" and "Dean" are names too
    return last if role or office else 0


def person_like(name: str) -> bool:
    """Whether a capitalised name reads as a person's: two to four words, none of them a body's.

    Examples
    --------
    >>> person_like("Ines Pires"), person_like("Harbour Workers Union"), person_like("NATO")
    (True, False, False)
    """
    parts = [p.strip(".,'’") for p in name.split()]
    if not 1 <= len(parts) <= 5 or any(
        p.lower() in organisation_words() | heads("collective") | OF - PARTICLES for p in parts
    ):
        return False
    if parts[-1].lower() in heads("text") or any(p.isdigit() for p in parts):
        return False
    if len(parts) > 1 and any(p.lower() in NEVER_NAMES for p in parts):  # "Orr We Are Not Prisoners": a headline
        return False
    first = parts[0].lower()
    if first in listed("names", "given", "male") | listed("names", "given", "female"):
        return True
    if len(parts) == 1:
        return False
    return not any(p.isupper() and len(p) > 3 for p in parts) and all(
        p[:1].isupper() or p.lower() in PARTICLES for p in parts
    )


ACRONYMS = frozenset(["WHO", "US"])
"""Names that in small letters are pronouns."""
MOST_LEAD = 12
"""Words within which the comma stands that ends what opens a sentence."""


def owns(owner: str, noun: str) -> bool:
    """Whether a possessive is part of a body's name with the noun after it: "Growers’ League", not "Pires’s Ministry".

    Examples
    --------
    >>> owns("Growers’", "League"), owns("Women's", "Institute"), owns("Pires’s", "Ministry"), owns("Growers’", "league")
    (True, True, False, False)
    """
    several = owner[-1] in "'’" or bare(owner).lower() in PLURALS
    return several and noun[0].isupper() and noun.lower() in organisation_words()


def capital_runs(tokens: list[str]) -> list[tuple[int, int]]:
    """Runs of capitalised words, "of the" inside a body's name included."""
    runs: list[tuple[int, int]] = []
    index = 0
    while index < len(tokens):
        if not tokens[index][0].isupper() or tokens[index].lower() in LEADING:
            index += 1
            continue
        end = index + 1
        while end < len(tokens):
            token = tokens[end]
            if POSSESSIVE_END.search(tokens[end - 1]) and not owns(tokens[end - 1], token):
                break
            if token[0].isupper() or token.lower() in PARTICLES:
                end += 1
            elif (
                token.lower() in OF
                and end + 1 < len(tokens)
                and tokens[end + 1][0].isupper()
                and tokens[end + 1].lower() not in cue_words("time")
                and _body(tokens[index:end])
            ):
                end += 2
            elif (
                token.lower() in OF
                and end + 2 < len(tokens)
                and tokens[end + 1].lower() == "the"
                and tokens[end + 2][0].isupper()
                and _body(tokens[index:end])
            ):
                end += 3
            else:
                break
        while end > index + 1 and tokens[end - 1].lower() in PARTICLES | OF:
            end -= 1
        runs.append((index, end))
        index = end
    return runs


def _body(tokens: list[str]) -> bool:
    return any(
        t.lower().strip(".") in organisation_words() | {"secretary", "minister", "mayor", "duke", "bishop"}
        for t in tokens
    )


def bare(token: str) -> str:
    """Word without a possessive ending."""
    return POSSESSIVE_END.sub("", token)
