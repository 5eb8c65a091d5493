r"""Lines of news that look like clutter: the posts and bullets of live blogs, a last short sentence.

The line classifier goes by looks, and a short line with a word of the trade in it ("has posted", "replied") looks like boilerplate. A
line that states something (a verb of saying, or a finite verb) and stands among lines that were kept is news. So is a bullet that
states something, in a list about the same names as the text. What asks, addresses the reader, points elsewhere or was taken for a
picture's text is left to the classifier. English only, as the verbs are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from framing.clean import lines
from framing.quotations import lexicon

NEAR = 3  # lines of prose or bullets above, and below, that a line is judged by
SHARE = 0.6  # of them kept, for a line with a verb of saying
SHORT = 4  # words: a line with fewer is a time or a label, and tells nothing of its neighbours
FIRST_BULLETS = 12  # lines above the first line kept in which a list still belongs to the text
KEPT = "states news among lines that are kept"

_BULLET = re.compile(r"[-–—•*·▪◾●‣]\s{0,3}(?=\S)")
_FULL_STOP = re.compile(r"\.[\"'”’)\]]{0,3}$|[!?…][\"”’]$")
_QUOTED = re.compile(r"[“\"][^“”\"]{0,400}[”\"]|(?<!\w)[‘'][^‘’']{0,400}[’'](?!\w)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_NAME = re.compile(r"\b[A-Z][\w’'-]{2,}")
_FINITE = lexicon.words("is are was were has have had will would can could may might must should did does do")
_CLUTTER = ("photo", "credit", "subscribe", "support", "related", "about", "legal", "advert", "you")
_BIOGRAPHY = re.compile(r"(?:[A-Z][\w’'.-]+ ){1,4}(?:is|was) (?:an?|the|our)\b")


def protect(texts: Sequence[str], verdicts: Sequence[lines.Verdict]) -> list[lines.Verdict]:
    """Verdicts in which statements of news are body.

    Parameters
    ----------
    texts, verdicts
        Lines of one text, and what :meth:`framing.clean.lines.Model.classify` took them for.

    Examples
    --------
    >>> texts = ["The bridge at Orvane fell on Monday, police said.", "Ada Orr has posted a reply.", "Crews searched the river until dark."]
    >>> body, other = lines.Verdict("body", 0.9, ""), lines.Verdict("boilerplate", 0.6, "line classifier")
    >>> [v.label for v in protect(texts, [body, other, body])]
    ['body', 'body', 'body']
    """
    kept = [v.label == "body" for v in verdicts]
    if not any(kept):
        return list(verdicts)
    news = _posts(texts, verdicts, kept) | _bullets(texts, verdicts, kept) | _ending(texts, verdicts, kept)
    return [replace(v, label="body", reason=KEPT) if i in news else v for i, v in enumerate(verdicts)]


def _doubtful(verdict: lines.Verdict) -> bool:
    """Whether a line was taken for clutter by its looks alone."""
    return verdict.label not in ("body", "subhead", "caption", "alt") and verdict.reason != lines.AGAIN


def _posts(texts: Sequence[str], verdicts: Sequence[lines.Verdict], kept: Sequence[bool]) -> set[int]:
    """Sentences among lines that are kept: directly between two, or with a verb of saying and most lines about them kept."""
    long = [i for i, text in enumerate(texts) if len(text.split()) >= SHORT]
    found = set()
    for i, (text, verdict) in enumerate(zip(texts, verdicts)):
        if not _doubtful(verdict) or not _FULL_STOP.search(text) or len(text.split()) < 3 or not _states(text):
            continue
        above = [kept[k] for k in long if k < i][-NEAR:]
        below = [kept[k] for k in long if k > i][:NEAR]
        between = above[-1:] == below[:1] == [True]
        among = any(above) and any(below) and sum(above + below) >= SHARE * len(above + below)
        if between or (among and _says(text)):
            found.add(i)
    return found


def _bullets(texts: Sequence[str], verdicts: Sequence[lines.Verdict], kept: Sequence[bool]) -> set[int]:
    """Bullets of lists that for the most part state something and share a name with the text."""
    first, last = kept.index(True), len(kept) - 1 - kept[::-1].index(True)
    names = {n for i, text in enumerate(texts) if kept[i] and not _BULLET.match(text) for n in _NAME.findall(text)}
    found: set[int] = set()
    for run in _lists(texts):
        states = [i for i in run if len(texts[i].split()) >= SHORT and _states(_BULLET.sub("", texts[i], count=1))]
        shared = any(names & set(_NAME.findall(texts[i])) for i in states)
        inside = first - FIRST_BULLETS <= run[0] and run[-1] <= last
        heading = texts[run[0] - 1] if run[0] else ""
        if inside and shared and 2 * len(states) >= len(run) and not _clutter(heading):
            found.update(i for i in run if _doubtful(verdicts[i]) and not _clutter(texts[i]))
    return found


def _lists(texts: Sequence[str]) -> list[list[int]]:
    """Places of the bullets of each list."""
    runs: list[list[int]] = []
    for i, text in enumerate(texts):
        if _BULLET.match(text):
            if runs and runs[-1][-1] == i - 1:
                runs[-1].append(i)
            else:
                runs.append([i])
    return runs


def _ending(texts: Sequence[str], verdicts: Sequence[lines.Verdict], kept: Sequence[bool]) -> set[int]:
    """The very last line, if it is a finite sentence right after body and tells of nobody's trade."""
    i = len(texts) - 1
    if i < 1 or not kept[i - 1] or not _doubtful(verdicts[i]) or not _FULL_STOP.search(texts[i]):
        return set()
    plain = _states(texts[i]) and not any(_cues(texts[i], lines.GROUPS)) and not _BIOGRAPHY.match(texts[i])
    return {i} if plain and len(texts[i].split()) >= 3 else set()


def _states(text: str) -> bool:
    """Whether a line has a finite verb after its first word and nothing of the trade's clutter."""
    words = [w.lower() for w in _WORD.findall(text)][1:]
    return (not _FINITE.isdisjoint(words) or _says(text)) and not _clutter(text)


def _says(text: str) -> bool:
    return not _saying().isdisjoint(w.lower() for w in _WORD.findall(_QUOTED.sub(" ", text))[1:])


def _clutter(text: str) -> bool:
    return lines._ADDRESS.search(text) is not None or any(_cues(_QUOTED.sub(" ", text), _CLUTTER))


def _cues(text: str, groups: Sequence[str]) -> list[int]:
    counts = lines._cue_counts(text.lower(), [w.lower() for w in lines._WORD.findall(text)])
    return [n for group, n in zip(lines.GROUPS, counts) if group in groups]


@cache
def _saying() -> frozenset[str]:
    """Finite forms of the verbs that attribute speech."""
    speech = {"speech", "told"}
    return frozenset(
        form
        for form, cues in lexicon.cue_forms().items()
        if any(c.form in ("third", "past") and c.groups & speech for c in cues)
    )
