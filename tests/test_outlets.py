"""Outlet records: one name for one outlet, and records that do not contradict each other."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing import outlets


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("CNN", None),
        ("CNN (Web News)", None),
        ("cnn.com", None),
        ("www.cnn.com", None),
        (None, "https://edition.cnn.com/2019/07/11/x/index.html"),
        ("CNN - Editorial", "https://www.cnn.com/x"),
        ("A Columnist", "https://www.cnn.com/x"),
        (None, "https://web.archive.org/web/2019/https://edition.cnn.com/x"),
    ],
)
def test_one_outlet_under_many_names(name, url):
    assert outlets.canonical(name, url) == "CNN"


def test_longest_domain_wins():
    assert outlets.canonical(None, "https://abcnews.go.com/x") == "ABC News"
    assert outlets.canonical(None, "https://www.abc.net.au/news/x") == "ABC (Australia)"


def test_unknown_outlets_keep_their_name_or_domain():
    assert outlets.canonical("Orvane Post (Online)", None) == "Orvane Post"
    assert outlets.canonical(None, "https://news.orvane-post.co.uk/a") == "orvane-post.co.uk"
    assert outlets.canonical("orvane-post.example.com", None) == "example.com"
    assert outlets.canonical(None, None) is None


def test_hosts_of_other_peoples_pages_say_nothing():
    assert outlets.canonical(None, "https://www.facebook.com/orvane/posts/1") is None


def test_no_domain_or_name_belongs_to_two():
    domains = Counter(d for r in outlets.records() for d in r.domains)
    assert [d for d, n in domains.items() if n > 1] == []
    names = defaultdict(set)
    for record in outlets.records():
        for name in (record.name, *record.aliases):
            names[outlets.fold(name)].add(record.key)
    assert {n: k for n, k in names.items() if len(k) > 1} == {}
    assert len({r.key for r in outlets.records()}) == len(outlets.records())


def test_agencies_of_records_exist():
    assert {r.agency for r in outlets.records() if r.agency} - set(outlets.agencies()) == set()


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gives_a_name_or_none(name, url):
    found = outlets.canonical(name, url)
    assert found is None or found
