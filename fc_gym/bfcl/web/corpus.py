"""A local corpus: pages read from a file or a folder of the user, and BM25 over their words."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urldefrag

from fc_gym.bfcl.lines import MAX_FILE_BYTES, json_lines, reason
from fc_gym.bfcl.web.page import MAX_PAGE_BYTES, Page, html_page, library
from fc_gym.errors import RecordError

__all__ = ["MAX_PAGES", "MAX_URL", "Corpus", "address", "read_corpus"]

MAX_PAGES = 1_000_000
"""Pages of one corpus at most."""

MAX_URL = 2048
"""Characters of an address at most."""

_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f]+")
_KINDS = (".html", ".htm", ".md", ".txt")
_WANTED = "a line is an object with the texts `url`, `title`, `text` and, if you like, `html`"


@dataclass(frozen=True)
class Corpus:
    """Pages that can be searched and fetched; several sessions may share one."""

    pages: tuple[Page, ...]
    """By address, in the order of their characters."""
    _by_url: Mapping[str, Page] = field(repr=False)
    _index: Any = field(repr=False, compare=False)

    @classmethod
    def of(cls, pages: Iterable[Page]) -> Self:
        """Make a corpus of pages.

        Args:
            pages: At least one; each address once.

        Raises:
            RecordError: To whoever owns the pages.
            TaskError: If the library for the search is not installed.
        """
        ordered = tuple(sorted(pages, key=lambda page: page.url))
        by_url = {page.url: page for page in ordered}
        if len(by_url) < len(ordered):
            twice = next(one.url for one, after in pairwise(ordered) if one.url == after.url)
            raise RecordError(f"the local corpus has two pages with the url {twice}")
        words = [_words(f"{page.title} {page.text}") for page in ordered]
        if not any(words):
            raise RecordError("the local corpus has no page with a word in it")
        return cls(ordered, by_url, library("rank_bm25").BM25Plus(words))

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def search(self, keywords: str, most: int) -> list[Page]:
        """Find the pages with at least one of the words, best first; equally good ones by address.

        Args:
            keywords: Words, in any case.
            most: How many pages to return at most.
        """
        words = list(dict.fromkeys(_words(keywords)))
        found = [place for place, counts in enumerate(self._index.doc_freqs) if any(word in counts for word in words)]
        scores = self._index.get_batch_scores(words, found) if found else []
        best = sorted(zip(scores, found, strict=True), key=lambda one: (-one[0], one[1]))
        return [self.pages[place] for _, place in best[:most]]

    def page(self, url: str) -> Page | None:
        """Return the page with an address, or None.

        Args:
            url: Its address; a fragment does not matter.
        """
        return self._by_url.get(address(url))


def address(url: str) -> str:
    """Return an address without its fragment, or nothing if it is none.

    Args:
        url: Should begin with `http://` or `https://` and have neither blanks nor control characters.

    >>> address("https://tea.example/oolong#taste"), address("ftp://tea.example")
    ('https://tea.example/oolong', '')
    """
    if len(url) > MAX_URL or not _ADDRESS.fullmatch(url):
        return ""
    return urldefrag(url).url


def read_corpus(path: str | Path) -> Corpus:
    """Read a local corpus.

    Args:
        path: A JSON Lines file of `{"url", "title", "text"}` and, if you like, `"html"`; or a folder of `.html`,
            `.htm`, `.md` and `.txt` files, whose addresses are `https://` and the path inside of the folder. Links in
            the folder are not followed, and other files are not read.

    Raises:
        RecordError: To whoever owns the corpus, naming file and line.
        TaskError: If a library of the extra `bfcl` is not installed.
    """
    found = _folder(Path(path)) if Path(path).is_dir() else _file(Path(path))
    try:
        return Corpus.of(_counted(found))
    except RecordError as error:
        raise (error if str(error).startswith(str(path)) else RecordError(f"{path}: {error}")) from None


def _counted(pages: Iterable[Page]) -> Iterator[Page]:
    for number, page in enumerate(pages):
        if number == MAX_PAGES:
            raise RecordError(f"the local corpus has more than {MAX_PAGES} pages")
        yield page


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _file(path: Path) -> Iterator[Page]:
    for where, entry in json_lines(path, _WANTED):
        url, title, text, html = (_text(entry, name, where) for name in ("url", "title", "text", "html"))
        if not address(url):
            raise RecordError(f"{where}: {url[:200]!r} is no address that begins with http:// or https://")
        for content in (text, html):
            _check_size(where, len(content.encode()))
        yield Page(address(url), title, text, html)


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    text = entry.get(name, "" if name == "html" else None)
    if not isinstance(text, str):
        raise RecordError(f"{where}: {_WANTED}")
    return text


def _folder(root: Path) -> Iterator[Page]:
    total = 0
    for path in _files(root):
        content = _content(path)
        total += len(content)
        if total > MAX_FILE_BYTES:
            raise RecordError(f"{root}: more than {MAX_FILE_BYTES} bytes of pages")
        yield _page(root, path, content)


def _files(root: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(root, followlinks=False):
        inner.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in _KINDS and stat.S_ISREG(path.lstat().st_mode):
                yield path


def _content(path: Path) -> str:
    try:
        _check_size(str(path), path.lstat().st_size)
        with path.open("rb") as stream:
            return stream.read(MAX_PAGE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(f"{path}: no UTF-8 at byte {error.start}") from None
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: {reason(error)}") from None


def _page(root: Path, path: Path, content: str) -> Page:
    url = f"https://{quote(os.fsencode(path.relative_to(root).as_posix()))}"
    if not address(url):
        raise RecordError(f"{path}: the path inside of the folder makes no address of at most {MAX_URL} characters")
    if path.suffix.lower() not in (".html", ".htm"):
        return Page(url, _title(content.splitlines(), path.stem), content)
    return html_page(url, content, path.stem)


def _title(lines: Sequence[str], other: str) -> str:
    first = next((line.strip() for line in lines if line.strip()), "")
    return first.lstrip("#").strip() or other if first.startswith("#") else other


def _check_size(where: str, size: int) -> None:
    if size > MAX_PAGE_BYTES:
        raise RecordError(f"{where}: a page of {size} bytes; at most {MAX_PAGE_BYTES} are read")
