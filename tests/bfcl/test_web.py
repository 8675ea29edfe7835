from __future__ import annotations

import copy
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl import lines
from fc_gym.bfcl.web import LABEL, Corpus, Page, WebSearchAPI, corpus, page, read_corpus
from fc_gym.errors import RecordError, TaskError

for name in ("rank_bm25", "markdownify", "bs4", "lxml"):
    pytest.importorskip(name, reason="run: pip install rank-bm25 beautifulsoup4 lxml markdownify")

TEA = Page("https://tea.example/oolong", "Oolong", "Oolong is a tea. It grows in China.")
INN = Page(
    "https://inn.example/", "The inn", "Tea and cake at four.", "<title>The inn</title><p>Tea &amp; <b>cake</b></p>"
)
OAK = Page("http://oak.example/a", "Oaks", "Trees with acorns.")
WORDS = st.lists(st.sampled_from(["tea", "oak", "inn", "cake", "Straße", "茶", "four"]), max_size=6).map(" ".join)
PAGES = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8).map(
    lambda texts: [Page(f"https://x.example/{number}", *text) for number, text in enumerate(texts)]
)


def web(*pages: Page, **config: object) -> WebSearchAPI:
    return WebSearchAPI.load({"corpus": Corpus.of(pages or (TEA, INN, OAK)), **config})


def found(tools: WebSearchAPI, keywords: str, most: int = 10) -> list[str]:
    results = tools.search_engine_query(keywords, most)
    assert isinstance(results, list)
    return [one["href"] for one in results]


@given(pages=PAGES, keywords=WORDS.filter(bool), most=st.integers(1, 100), data=st.data())
def test_a_search_finds_pages_with_a_word_of_it_and_the_order_of_the_file_does_not_matter(
    pages: list[Page], keywords: str, most: int, data: st.DataObject
) -> None:
    if not any(one.title or one.text for one in pages):
        return
    first = found(web(*pages), keywords, most)
    assert first == found(web(*data.draw(st.permutations(pages))), keywords, most)
    wanted = set(keywords.casefold().split())
    having = {one.url for one in pages if wanted & set(f"{one.title} {one.text}".casefold().split())}
    assert set(first) <= having and len(first) == min(most, len(having))


def test_equally_good_pages_come_by_address() -> None:
    pages = [Page(f"https://x.example/{name}", "Tea", "tea") for name in "cab"]
    assert found(web(*pages), "tea") == [f"https://x.example/{name}" for name in "abc"]


def test_a_page_with_rarer_words_comes_first() -> None:
    assert found(web(), "acorns tea")[0] == OAK.url and found(web(), "whale") == []


def test_a_result_has_title_address_and_passage_unless_passages_are_off() -> None:
    [result] = web().search_engine_query("china")
    assert result == {"title": "Oolong", "href": TEA.url, "body": TEA.text}
    assert web(show_snippet=False).search_engine_query("china") == [{"title": "Oolong", "href": TEA.url}]


def test_the_passage_is_where_the_word_stands() -> None:
    [result] = web(Page("https://x.example", "Long", "blank " * 1000 + "Oolong here")).search_engine_query("oolong")
    assert isinstance(result, dict) and "Oolong here" in result["body"] and len(result["body"]) <= 240


@pytest.mark.parametrize("keywords", ["", " \n", None, 5, ["tea"]])
def test_keywords_that_are_no_text_are_an_error(keywords: Any) -> None:
    assert web().search_engine_query(keywords) == {"error": "The keywords should be a text that is not empty."}


def test_keywords_that_are_too_long_are_an_error() -> None:
    told = {"error": "The keywords have 1001 characters; at most 1000 are searched."}
    assert web().search_engine_query("a" * 1001) == told


@pytest.mark.parametrize("most", [0, -1, 101, 10**30, True, 2.0, "3", None])
def test_a_number_of_results_out_of_bounds_is_an_error(most: Any) -> None:
    assert web().search_engine_query("tea", most) == {"error": "max_results should be a whole number from 1 to 100."}


@pytest.mark.parametrize("keywords", ["(((", "[a-z", "tea\x00", "\ud800", "\\", "." * 1000])
def test_signs_in_keywords_have_no_meaning(keywords: str) -> None:
    assert isinstance(web().search_engine_query(keywords), list)


def test_a_page_is_fetched_in_three_forms() -> None:
    modes = ("raw", "markdown", "truncate")
    assert [web().fetch_url_content(INN.url, mode) for mode in modes] == [
        {"content": INN.html},
        {"content": "The inn\n\nTea & **cake**"},
        {"content": "The inn Tea & cake"},
    ]
    assert [web().fetch_url_content(TEA.url, mode) for mode in modes] == [{"content": TEA.text}] * 3


def test_a_fragment_does_not_matter() -> None:
    assert web().fetch_url_content(TEA.url + "#:~:text=China") == {"content": TEA.text}


def test_truncate_leaves_scripts_out_and_gives_ten_thousand_characters_at_most() -> None:
    html = "<script>bad()</script><style>p {}</style>" + "<p>word</p>\n" * 5000
    given = web(Page("https://x.example", "Long", "x", html)).fetch_url_content("https://x.example", "truncate")
    assert given == {"content": ("word " * 2000)}
    plain = web(Page("https://x.example", "Long", "x\n" * 9000)).fetch_url_content("https://x.example", "truncate")
    assert plain == {"content": "x " * 5000}


@pytest.mark.parametrize(
    "url",
    ["", "tea", "ftp://tea.example", "https://", "https://a b", "https://a\n", "https://" + "a" * 2048, None, 3, []],
)
def test_what_is_no_address_is_an_error(url: Any) -> None:
    said = "at most 2048 characters without blanks that begin with http:// or https://"
    assert web().fetch_url_content(url) == {"error": f"Invalid URL: it should have {said}."}


def test_an_address_or_a_mode_that_is_not_there_is_an_error() -> None:
    told = {"error": "The local corpus has no page https://whale.example"}
    assert web().fetch_url_content("https://whale.example") == told
    modes: list[Any] = ["html", "", None, ["raw"], {}]
    for mode in modes:
        told = {"error": "Unknown mode; it should be one of raw, markdown, truncate."}
        assert web().fetch_url_content(TEA.url, mode) == told


def test_html_that_is_nested_too_deeply_is_an_error_in_markdown_only() -> None:
    tools = web(Page("https://x.example", "Deep", "x", "<div>" * 50_000 + "word"))
    told = {"error": "The page cannot be given in this mode: the HTML is nested too deeply."}
    assert tools.fetch_url_content("https://x.example", "markdown") == told
    for mode in ("raw", "truncate"):
        assert "content" in tools.fetch_url_content("https://x.example", mode)


@given(
    html=st.text(st.sampled_from("<>a/ =\"'!-?&;div p\n"), max_size=200), mode=st.sampled_from(("markdown", "truncate"))
)
def test_any_html_can_be_fetched(html: str, mode: str) -> None:
    tools = web(Page("https://x.example", "Any", "x", html))
    assert tools.fetch_url_content("https://x.example", mode).keys() == {"content"}


def test_nothing_is_ever_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    html = '<img src="https://out.example/a.png"><iframe src="//out.example"></iframe><p>word</p>'
    tools = web(Page("https://x.example", "Out", "x", '<!DOCTYPE a SYSTEM "http://out.example/a.dtd">' + html))
    for mode in ("raw", "markdown", "truncate"):
        assert "content" in tools.fetch_url_content("https://x.example", mode)
        assert "error" in tools.fetch_url_content("https://out.example", mode)
    assert found(tools, "word") == []


def test_it_is_never_called_by_the_name_of_the_live_benchmark() -> None:
    assert LABEL == "web_search (local corpus)" and LABEL in str(WebSearchAPI.__doc__)


def test_sessions_share_a_corpus() -> None:
    held = Corpus.of([TEA])
    assert copy.deepcopy({"corpus": held})["corpus"] is held


def test_a_task_without_a_corpus_cannot_be_played() -> None:
    with pytest.raises(
        TaskError, match=r"web_search \(local corpus\) needs pages; put `read_corpus\(path\)` at `corpus`"
    ):
        WebSearchAPI.load({"show_snippet": True})


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rank_bm25", None)
    with pytest.raises(TaskError, match=r"needs rank_bm25; run: pip install rank-bm25 beautifulsoup4 lxml markdownify"):
        Corpus.of([TEA])


@given(pages=PAGES.filter(lambda pages: any(one.title or one.text for one in pages)))
def test_what_is_written_as_lines_is_read_back(pages: list[Page], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("web") / "pages.jsonl"
    rows = [{"url": one.url, "title": one.title, "text": one.text} for one in pages]
    path.write_text("\n\n".join(map(json.dumps, rows)), "utf-8")
    assert list(read_corpus(path).pages) == pages


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"url": "https://a", "title": "A"', r"line 2: .*; a line is an object with the texts `url`, `title`, `text`"),
        ("[]", "line 2: a JSON object should stand here, not list"),
        ("[" * 100_000, "line 2: "),
        ('{"url": "https://a", "title": "A"}', "line 2: a line is an object with the texts"),
        ('{"url": "https://a", "title": 3, "text": "x"}', "line 2: a line is an object with the texts"),
        ('{"url": "https://a", "title": "", "text": "x", "html": null}', "line 2: a line is an object with the texts"),
        (
            '{"url": "file:///etc/hosts", "title": "", "text": "x"}',
            "line 2: 'file:///etc/hosts' is no address that begins",
        ),
        ('{"url": "https://a", "title": "", "text": "\\ud800"}', "line 2: "),
        (
            '{"url": "https://tea.example/oolong#b", "title": "", "text": "x"}',
            "two pages with the url https://tea.example",
        ),
    ],
)
def test_a_torn_or_wrong_line_is_named(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    first = json.dumps({"url": TEA.url, "title": "", "text": "x"})
    path.write_text(f"{first}\n{line}\n")
    with pytest.raises(RecordError, match=rf"^{path}.*{said}") as raised:
        read_corpus(path)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_bytes(b'{"url": "https://a", "title": "\xff", "text": "x"}')
    with pytest.raises(RecordError, match=r"pages.jsonl, line 1: "):
        read_corpus(tmp_path / "pages.jsonl")
    (tmp_path / "a.txt").write_bytes(b"tea \xff")
    with pytest.raises(RecordError, match=r"a.txt: no UTF-8 at byte 4"):
        read_corpus(tmp_path)


def test_files_lines_pages_and_corpora_have_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text(json.dumps({"url": "https://a", "title": "", "text": "é" * 50}, ensure_ascii=False), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(corpus, "MAX_PAGE_BYTES", 99)
        with pytest.raises(RecordError, match="line 1: a page of 100 bytes; at most 99 are read"):
            read_corpus(path)
    with monkeypatch.context() as patched:
        patched.setattr(lines, "MAX_LINE_BYTES", 60)
        with pytest.raises(RecordError, match="line 1: longer than 60 bytes"):
            read_corpus(path)
    with monkeypatch.context() as patched:
        patched.setattr(lines, "MAX_FILE_BYTES", 60)
        with pytest.raises(RecordError, match=r"pages.jsonl: \d+ bytes; at most 60 are read"):
            read_corpus(path)
    with monkeypatch.context() as patched:
        patched.setattr(corpus, "MAX_PAGES", 0)
        with pytest.raises(RecordError, match=r"pages.jsonl: the local corpus has more than 0 pages"):
            read_corpus(path)


def test_a_folder_has_the_same_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("tea" * 10)
    with monkeypatch.context() as patched:
        patched.setattr(corpus, "MAX_FILE_BYTES", 20)
        with pytest.raises(RecordError, match="more than 20 bytes of pages"):
            read_corpus(tmp_path)
    (tmp_path / "b.txt").write_bytes(b"a" * (page.MAX_PAGE_BYTES + 1))
    with pytest.raises(RecordError, match=r"b.txt: a page of 1048577 bytes; at most 1048576 are read"):
        read_corpus(tmp_path)
    (tmp_path / "b.txt").unlink()
    (tmp_path / "c.html").write_text("<p>" + "<b>" * 50_000)
    read_corpus(tmp_path)


def test_what_is_no_file_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"none.jsonl: No such file or directory; a line is an object"):
        read_corpus(tmp_path / "none.jsonl")
    with pytest.raises(RecordError, match="the local corpus has no page with a word in it"):
        read_corpus(tmp_path)
    with pytest.raises(RecordError, match="/dev/zero: a file of JSON lines should stand here"):
        read_corpus("/dev/zero")
    with pytest.raises(RecordError, match="null"):
        read_corpus("a\x00b")


def test_a_folder_gives_one_page_per_file(tmp_path: Path) -> None:
    inner = tmp_path / "tea.example" / "ü b"
    inner.mkdir(parents=True)
    (inner / "a.html").write_text("<title> All\nteas </title><p>Black &amp; green</p>", "utf-8")
    (inner / "b.md").write_text("\n# Green\n\ntea", "utf-8")
    (inner / "c.txt").write_text("just tea", "utf-8")
    (inner / "d.bin").write_bytes(b"\xff")
    pages = read_corpus(tmp_path).pages
    base = "https://tea.example/%C3%BC%20b/"
    assert [(one.url, one.title) for one in pages] == [
        (base + "a.html", "All teas"), (base + "b.md", "Green"), (base + "c.txt", "c")
    ]  # fmt: skip
    assert pages[0].text == "All teas Black & green" and pages[0].html and not pages[1].html


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.txt").write_text("tea")
    (inside / "b.txt").symlink_to(outside / "secret.txt")
    (inside / "away").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    os.mkfifo(inside / "pipe.txt")
    assert [one.url for one in read_corpus(inside).pages] == ["https://a.txt"]
