"""Targets of stance, and where articles mention them.

Conventions
-----------
A target is kept exactly as it was given. It is a *proposition* if it is a clause with a verb ("stricter gun laws are
needed"), else an *entity*. Places bring their people and, as metonyms, their capitals ("Beijing" for China) from a small
table (``knowledge/places.tsv``); people their surnames, if no one else in the article bears it; bodies their abbreviations; firms
what is left of their names without "Holdings" or "Motors", if nothing else in the event is called so. A mention is a span of one part of an article. Pronouns are counted only where the nearest name before them, in the same
paragraph, is the target's.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import pandas as pd

from framing import schema
from framing.sources.names import key_of
from framing.sources.nouns import heads, strip_titles
from framing.targets.forms import (
    firm_names,
    forms_of,
    full_names,
    in_longer_name,
    parts_of,
    place_names,
    pronouns_of,
    spans_of,
    without_firm,
    word_list,
)

__all__ = ["by_name", "is_itself", "kind_of", "mentions", "merged", "of_article", "resolve", "worded"]
MOST_FOUND = 3
"""Entities found per event where no target was given."""
LONGEST_TARGET = 300
"""Characters of a target; anything longer is no target."""


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", table.to_dict("records"))


_VERBS = word_list(
    "is are was were be been being am isn't aren't wasn't weren't should must can could may might will would shall has have "
    "had need needs ought does do did cause causes caused work works help helps harm harms hurt hurts deserve deserves make "
    "makes kill kills save saves cost costs lead leads protect protects threaten threatens violate violates benefit benefits "
    "cannot can't won't shouldn't doesn't don't didn't reduce reduces increase increases destroy destroys improve improves "
    "matter matters fail fails failed remain remains belong belongs"
)
_PASTS = word_list(
    "began broke chose did drove gave grew hid knew lost made paid ran saw sold sent spoke stole took told won wrote went came got "
    "kept lied hurt put opposes supports spreads undermines endangers weakens strengthens encourages prevents improves deserves "
    "betrays wants says"
)
"""Verbs of a clause that are rarely anything else; of regular ones the past tense is told by its end."""
_BEFORE_NOUN = word_list("the a an of and or for in on at to by with from its their our his her all most many some new")
_PREPOSITIONS = word_list(
    "by in of from with to at on for as and or near during after before while last this yesterday today"
)
_LEADERS = word_list("chief chairman chairwoman chair chairperson president director ceo boss secretary leader")
"""Offices whose holders speak for their body, as its spokespeople do."""


def kind_of(target: str) -> str:
    """Tell a proposition (three words or more, one of them a verb in lower case) from an entity.

    Examples
    --------
    >>> [kind_of(t) for t in ("stricter gun laws are needed", "Will Marsh", "the Harbour Board")]
    ['proposition', 'entity', 'entity']
    """
    tokens = [token.strip(".,;:!?\"'“”").replace("’", "'") for token in target.split()]
    if len(tokens) < 3:
        return "entity"
    told = any(word in _VERBS for word in tokens[1:]) or any(map(_past, tokens, tokens[1:], tokens[2:]))
    return "proposition" if told else "entity"


def _past(before: str, word: str, after: str) -> bool:
    """Whether a word is the past tense of a clause ("forces committed crimes"), not a participle of a name ("people displaced by war")."""
    if not (word in _PASTS or (len(word) > 4 and re.fullmatch(r"[a-z]+ed", word))):
        return False
    return before.casefold() not in _BEFORE_NOUN and after not in _PREPOSITIONS


def worded(target: str) -> str:
    """Write a target as it stands in a sentence about it: a proposition in quotation marks.

    Examples
    --------
    >>> [worded(t) for t in ("stricter gun laws are needed", "the Harbour Board")]
    ['“stricter gun laws are needed”', 'the Harbour Board']
    """
    return f"“{target.strip('“”')}”" if kind_of(target) == "proposition" else target


def by_name(targets: pd.DataFrame) -> dict[str, str]:
    """Look up targets by their names and aliases in lower case; a name goes before another target's alias.

    Parameters
    ----------
    targets : DataFrame
        Frame ``targets``.

    Examples
    --------
    >>> by_name(pd.DataFrame({"target": ["Ada Brandt"], "aliases": ["Brandt|the mayor"]}))
    {'brandt': 'Ada Brandt', 'the mayor': 'Ada Brandt', 'ada brandt': 'Ada Brandt'}
    """
    known = targets.loc[targets["target"].notna(), ["target", "aliases"]]
    found: dict[str, str] = {}
    for target, aliases in known.itertuples(index=False, name=None):
        for name in aliases.split("|") if isinstance(aliases, str) else ():
            found.setdefault(name.strip().casefold(), str(target))
    return found | {str(target).casefold(): str(target) for target in known["target"]}


@functools.lru_cache(1 << 15)
def is_itself(target: str, name: str | None, affiliation: str | None = None, role: str | None = None) -> bool:
    """Whether a source is the target, or speaks for it: what it says of itself is no side.

    Parameters
    ----------
    target : str
        As given.
    name, affiliation, role : str, optional
        Of the source, as in the frame ``sources``.

    Examples
    --------
    >>> is_itself("Ada Brandt", "Mayor Brandt"), is_itself("Ada Brandt", "Ole Brandt"), is_itself("the Harbour Board", "Harbour Board")
    (True, False, True)
    >>> is_itself("Halvik Motors", "Per Orr", "Halvik", "spokesman"), is_itself("Halvik Motors", "Per Orr", "Halvik", "driver")
    (True, False)
    """
    if kind_of(target) == "proposition":
        return False
    row = {"target": target, "aliases": "|".join(place_names(target))}
    forms = {key_of(form) for form, kind in forms_of(row, "").forms.items() if kind != "demonym"}
    bare = target.removeprefix("the ").removeprefix("The ")
    rest = without_firm(bare.split())
    plain = strip_titles(bare)[1]
    forms |= {key_of(plain), " ".join(rest).lower()} | ({key_of(plain.split()[-1])} if plain != bare else set())
    if name and (key_of(name) in forms or key_of(strip_titles(name)[1]) in forms):
        return True
    office = (role or "").lower().replace("-", " ").split()
    leads = any(word in heads("spokesperson") | _LEADERS for word in office) and "former" not in office
    return bool(affiliation) and key_of(str(affiliation)) in forms and leads


def resolve(
    articles: pd.DataFrame, given: Sequence[str] | Mapping[str, Sequence[str]] = (), *, most: int = MOST_FOUND
) -> pd.DataFrame:
    """Targets of a corpus: those given, those in the articles' ``targets`` column, else the main entities found.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``; a column ``targets`` (names separated by ``|``) gives an article targets of its own.
    given : sequence of str, or mapping of str to sequence of str
        Targets for every article; a mapping, or ``name=alias|alias``, adds a user's own aliases.
    most : int
        Entities found per event where none is given at all: those most outlets name. They are exploratory.

    Returns
    -------
    DataFrame
        Frame ``targets`` with two more columns: target_kind, and events (of a found target: the events it was found
        in, separated by ``|``; null means every article, or those whose column names it).

    Raises
    ------
    InputError
        If a target is empty, or longer than a sentence.

    Examples
    --------
    >>> table = schema.conform([{"article_id": "a", "text": "Beijing objected."}], "articles")
    >>> resolve(table, ["China"])[["target", "aliases", "given_by", "target_kind"]].values.tolist()
    [['China', 'Beijing|Chinese', 'user', 'entity']]
    """
    own = with_aliases(given)
    rows = [_row(target, "user", tuple(aliases)) for target, aliases in own.items()]
    for target in _column_targets(articles):
        if target not in own:
            rows.append(_row(target, "column", ()))
            own[target] = ()
    if not rows:
        rows = _found(articles, most)
    table = schema.conform(rows, "targets") if rows else schema.empty("targets")
    for name in ("target_kind", "events"):
        values = table[name] if name in table.columns else pd.Series(pd.NA, index=table.index, dtype="object")
        table[name] = values.astype("object").where(values.notna(), None).astype(schema.DTYPES["str"])
    return schema.check(table, "targets")


def with_aliases(given: Iterable[str] | Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return targets with the other names given for each.

    Examples
    --------
    >>> with_aliases(["Port Company=SPC|the Firm", "Ada Brandt"])
    {'Port Company': ('SPC', 'the Firm'), 'Ada Brandt': ()}
    """
    pairs = given.items() if isinstance(given, Mapping) else map(_with_aliases, given)
    return {name: tuple(aliases) for name, aliases in pairs}


def _with_aliases(given: Any) -> tuple[str, tuple[str, ...]]:
    """Read ``name=alias|alias``."""
    if not isinstance(given, str):
        return given, ()
    name, _, aliases = given.partition("=")
    return (name.strip() if aliases else given), tuple(parts_of(aliases))


def merged(targets: pd.DataFrame) -> pd.DataFrame:
    """Targets of several groups of events as one list: what was asked for first, then what was found, by name.

    Parameters
    ----------
    targets : DataFrame
        What :func:`resolve` gave for each group, one below the other.
    """
    if targets.empty:
        return schema.empty("targets")
    ranked = targets.assign(_rank=targets["given_by"].map({"user": 0, "column": 1}).fillna(2))
    table = ranked.drop_duplicates(["target", "given_by"]).sort_values("_rank", kind="stable", ignore_index=True)
    found = table["given_by"] == "found"
    if not found.any():
        return table.drop(columns="_rank")
    named = targets[targets["given_by"] == "found"].groupby("target", sort=True)["events"]
    events = named.agg(lambda each: "|".join(sorted(set("|".join(each).split("|")))))
    rows = table[found].sort_values("target", kind="stable")
    rows = rows.assign(events=rows["target"].map(events).astype(targets["events"].dtype))
    return pd.concat([table[~found], rows], ignore_index=True).drop(columns="_rank")


def _row(target: str, given_by: str, aliases: Sequence[str], events: str | None = None) -> dict[str, Any]:
    if not isinstance(target, str) or not target.strip():
        raise schema.InputError(
            "a target is empty; name a person, body, place, group, or a statement one can agree with"
        )
    if len(target) > LONGEST_TARGET:
        raise schema.InputError(
            f"the target {target[:40]!r}... has {len(target)} characters; a target is a name or one clause"
        )
    kind = kind_of(target)
    known = (*aliases, *place_names(target)) if kind == "entity" else tuple(aliases)
    joined = "|".join(dict.fromkeys(a.strip() for a in known if a.strip() and a.strip() != target)) or None
    return {"target": target, "aliases": joined, "given_by": given_by, "target_kind": kind, "events": events}


def _column_targets(articles: pd.DataFrame) -> list[str]:
    if "targets" not in articles.columns:
        return []
    return list(dict.fromkeys(t for value in articles["targets"].astype(object) for t in parts_of(value)))


def of_article(article: Mapping[str, Any], targets: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `targets` that are asked of one article.

    Parameters
    ----------
    article : mapping
        A row of ``articles``.
    targets : DataFrame
        What :func:`resolve` gave.
    """
    own = set(parts_of(article.get("targets")))
    event = article.get("event_id")

    def wanted(row: Any) -> bool:
        if row.given_by == "column":
            return row.target in own
        events = getattr(row, "events", None)
        return row.given_by != "found" or not isinstance(events, str) or event in events.split("|")

    return targets[[wanted(row) for row in targets.itertuples(index=False)]] if len(targets) else targets


def _found(articles: pd.DataFrame, most: int) -> list[dict[str, Any]]:
    """Find the entities that most outlets, then most articles, of each event name."""
    table = articles.assign(_event=_event_column(articles))
    where: dict[str, list[str]] = defaultdict(list)
    for event, members in table.groupby("_event", sort=True):
        outlets: dict[str, set[str]] = defaultdict(set)
        count: Counter[str] = Counter()
        for row in _records(members):
            text = row["text"] if isinstance(row["text"], str) else ""
            for name in set(full_names(text[:6000])):
                outlets[name].add(str(row.get("outlet")))
                count[name] += 1
        need = 2 if len(members) > 1 else 1
        ranked = sorted((-len(outlets[n]), -count[n], n) for n in count if count[n] >= need)
        for _, _, name in ranked[:most]:
            where[name].append(str(event))
    return [_row(name, "found", (), "|".join(events)) for name, events in sorted(where.items())]


def _event_column(articles: pd.DataFrame) -> pd.Series:
    ids = articles["article_id"].astype(object)
    if "event_id" not in articles.columns:
        return ids
    events = articles["event_id"].astype(object)
    return events.where(events.notna(), ids)


def mentions(articles: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Where each article mentions each of its entity targets.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``.
    targets : DataFrame
        What :func:`resolve` gave.

    Returns
    -------
    DataFrame
        Frame ``mentions`` with a column ``target`` (the string as given); entity_id derives from it. In reading order,
        and no two mentions of one target overlap.

    Examples
    --------
    >>> table = schema.conform([{"article_id": "a", "text": "Ada Brandt resigned. Critics of Brandt were glad."}], "articles")
    >>> mentions(table, resolve(table, ["Ada Brandt"]))[["start", "end", "kind"]].values.tolist()
    [[0, 10, 'name'], [32, 38, 'alias']]
    """
    rows: list[dict[str, Any]] = []
    events = _event_column(articles).astype(str).tolist()
    bodies: dict[str, list[str]] = defaultdict(list)
    for event, text in zip(events, articles["text"].astype(object), strict=True):
        bodies[event] += [text] if isinstance(text, str) else []

    @functools.cache
    def short(event: str, name: str, given: bool) -> tuple[str, ...]:
        return firm_names(name, "\n\n".join(bodies[event]), given)

    for article, event in zip(_records(articles), events, strict=True):
        parts = {p: article[p] for p in schema.PARTS if isinstance(article.get(p), str) and article[p].strip()}
        asked = of_article(article, targets)
        for target in _records(asked):
            if _kind(target) == "entity":
                known = short(event, str(target["target"]).strip(), target.get("given_by") != "found")
                rows += _of_target(article["article_id"], parts, target, known)
    table = schema.conform(rows, "mentions") if rows else schema.empty("mentions")
    if "target" not in table.columns:
        table["target"] = pd.Series([], dtype=schema.DTYPES["str"])
    return table


def named(articles: pd.DataFrame, known: pd.DataFrame | None, wanted: Sequence[str]) -> pd.DataFrame:
    """Mentions of some targets, whoever was asked about them: with the aliases that `known` has for them.

    Parameters
    ----------
    articles, known : DataFrame
        Frames ``articles`` and ``targets``; `known` may be None.
    wanted : sequence of str
        Targets by their name.

    Returns
    -------
    DataFrame
        As :func:`mentions` gives.
    """
    aliases = {} if known is None else dict(zip(known["target"], known["aliases"], strict=True))
    given = {name: parts_of(aliases.get(name)) for name in dict.fromkeys(wanted)}
    return mentions(articles, resolve(articles.drop(columns="targets", errors="ignore"), given, most=0))


def _kind(target: Mapping[str, Any]) -> str:
    value = target.get("target_kind")
    return value if isinstance(value, str) else kind_of(str(target["target"]))


def _of_target(
    article_id: str, parts: Mapping[str, str], target: Mapping[str, Any], short: Sequence[str] = ()
) -> list[dict[str, Any]]:
    forms = forms_of(target, "\n\n".join(parts.values()))
    for name in short:
        forms.add(name, "alias")
    entity = schema.make_id("target", target["target"], prefix="t-")
    rows = []
    for part, text in parts.items():
        spans = spans_of(forms, text)
        if part != "title":  # headlines capitalise every word
            spans = [(a, b, kind) for a, b, kind in spans if kind != "metonym" or not in_longer_name(text, a, b)]
        if forms.person:
            spans += pronouns_of(text, spans)
        for start, end, kind in sorted(spans):
            row = {
                "article_id": article_id,
                "part": part,
                "start": start,
                "end": end,
                "entity_id": entity,
                "kind": kind,
            }
            rows.append({**row, "target": target["target"]})
    return rows
