"""The two web tools of BFCL over a local corpus; results are no results of the benchmark, which asks a live engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, Self, TypedDict

from fc_gym.bfcl.web.corpus import MAX_URL, Corpus, address
from fc_gym.bfcl.web.page import Page, UnreadableHtml, markdown, truncated
from fc_gym.errors import TaskError

__all__ = ["LABEL", "MAX_KEYWORDS", "MAX_RESULTS", "Content", "Denied", "Found", "WebSearchAPI"]

LABEL = "web_search (local corpus)"
"""What score tables call a run over a local corpus; never `web_search`, which is the live benchmark."""

MAX_RESULTS = 100
"""Results of one search at most."""

MAX_KEYWORDS = 1000
"""Characters of one search at most."""

_SNIPPET = 240
_MODES = ("raw", "markdown", "truncate")


class Denied(TypedDict):
    """Why a tool gave nothing."""

    error: str


class Found(TypedDict):
    """One result of a search."""

    title: str
    href: str
    body: NotRequired[str]


class Content(TypedDict):
    """What a page holds."""

    content: str


@dataclass
class WebSearchAPI:
    """Tools of `web_search (local corpus)`: they search and fetch pages of the user's corpus and touch no network."""

    _corpus: Corpus = field(repr=False)
    show_snippet: bool = True
    """True if a result has a passage of its page."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: `corpus`, what `read_corpus` gives; and `show_snippet`, true if it is missing.
            long_context: Makes no difference here.

        Raises:
            TaskError: To whoever wrote the task, if there is no corpus.
        """
        corpus = config.get("corpus")
        if not isinstance(corpus, Corpus):
            raise TaskError(f"{LABEL} needs pages; put `read_corpus(path)` at `corpus` in the config of WebSearchAPI")
        return cls(corpus, bool(config.get("show_snippet", True)))

    def search_engine_query(self, keywords: str, max_results: int = 10, region: str = "wt-wt") -> list[Found] | Denied:
        """Search the pages by BM25.

        Args:
            keywords: Words to look for, 1 to 1000 characters.
            max_results: How many results to return at most, from 1 to 100.
            region: Makes no difference in a local corpus.

        Returns:
            Results, best first and equally good ones by address; or an error if an argument is out of its bounds.
        """
        if not isinstance(keywords, str) or not keywords.strip():
            return {"error": "The keywords should be a text that is not empty."}
        if len(keywords) > MAX_KEYWORDS:
            return {"error": f"The keywords have {len(keywords)} characters; at most {MAX_KEYWORDS} are searched."}
        if type(max_results) is not int or not 1 <= max_results <= MAX_RESULTS:
            return {"error": f"max_results should be a whole number from 1 to {MAX_RESULTS}."}
        return [self._told(page, keywords) for page in self._corpus.search(keywords, max_results)]

    def fetch_url_content(self, url: str, mode: str = "raw") -> Content | Denied:
        """Give one page.

        Args:
            url: Its address, which begins with http:// or https://.
            mode: raw is the HTML as it is, markdown the same as Markdown, and truncate the first 10000 characters of
                its words; a page without HTML is given as its text.

        Returns:
            The content, or an error if there is no such page or mode.
        """
        if not isinstance(url, str) or not address(url):
            said = f"at most {MAX_URL} characters without blanks that begin with http:// or https://"
            return {"error": f"Invalid URL: it should have {said}."}
        if mode not in _MODES:
            return {"error": f"Unknown mode; it should be one of {', '.join(_MODES)}."}
        page = self._corpus.page(url)
        if page is None:
            return {"error": f"The local corpus has no page {url}"}
        try:
            return {"content": page.html or page.text if mode == "raw" else _FORMS[mode](page)}
        except UnreadableHtml as error:
            return {"error": f"The page cannot be given in this mode: {error}."}

    def _told(self, page: Page, keywords: str) -> Found:
        found: Found = {"title": page.title, "href": page.url}
        if self.show_snippet:
            found["body"] = _passage(page.text, keywords)
        return found


_FORMS = {"markdown": markdown, "truncate": truncated}


def _passage(text: str, keywords: str) -> str:
    words = "|".join(re.escape(word) for word in re.findall(r"\w+", keywords))
    hit = re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) if words else None
    start = max(hit.start() - _SNIPPET // 4, 0) if hit else 0
    return " ".join(text[start : start + _SNIPPET].split())
