"""A page of a local corpus, and the forms in which it is fetched."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fc_gym.errors import TaskError

__all__ = ["MAX_PAGE_BYTES", "TRUNCATED", "Page", "UnreadableHtml", "html_page", "library", "markdown", "truncated"]

MAX_PAGE_BYTES = 1024 * 1024
"""UTF-8 bytes; a corpus with a longer text or HTML is refused."""

TRUNCATED = 10_000
"""Characters that `truncate` gives of a page at most."""


class UnreadableHtml(ValueError):
    """The HTML of a page is nested too deeply."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    url: str
    """Begins with `http://` or `https://` and has no fragment."""
    title: str
    text: str
    """What is searched."""
    html: str = ""
    """What `raw` gives; empty if the page is plain text."""


def library(name: str) -> Any:
    """Import a library of the extra `bfcl`.

    Args:
        name: Its import name.

    Raises:
        TaskError: To whoever plays, if it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise TaskError(
            f"a local web corpus needs {name}; run: pip install rank-bm25 beautifulsoup4 lxml markdownify"
        ) from None


def html_page(url: str, html: str, title: str) -> Page:
    """Make a page from HTML alone.

    Args:
        url: Its address.
        html: The whole document.
        title: What to call it if the document does not say.
    """
    soup = _soup(html)
    told = " ".join(soup.title.get_text().split()) if soup.title else ""
    return Page(url, told or title, _words(soup), html)


def markdown(page: Page) -> str:
    """Return the page as Markdown; plain text stays as it is.

    Args:
        page: The page.

    Raises:
        UnreadableHtml: If its HTML is nested too deeply.
    """
    if not page.html:
        return page.text
    converter = library("markdownify").MarkdownConverter()
    try:
        return str(converter.convert_soup(_soup(page.html))).strip()
    except RecursionError:
        raise UnreadableHtml("the HTML is nested too deeply") from None


def truncated(page: Page) -> str:
    """Return the first `TRUNCATED` characters of the page's words, one blank between them.

    Args:
        page: The page.
    """
    return (_words(_soup(page.html)) if page.html else " ".join(page.text.split()))[:TRUNCATED]


def _soup(html: str) -> Any:
    library("lxml")  # the parser of the standard library takes quadratic time for `<a <a <a`
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a page looks like an address or like XML is no affair of the agent
        soup = library("bs4").BeautifulSoup(html, "lxml")
    for one in soup(["script", "style"]):
        one.decompose()
    return soup


def _words(soup: Any) -> str:
    return " ".join(str(soup.get_text(" ")).split())
