"""`web_search (local corpus)`: the web tools of BFCL over pages that the user supplies; nothing is ever downloaded."""

from fc_gym.bfcl.web.corpus import Corpus, read_corpus
from fc_gym.bfcl.web.page import Page
from fc_gym.bfcl.web.tools import LABEL, WebSearchAPI

__all__ = ["LABEL", "Corpus", "Page", "WebSearchAPI", "read_corpus"]
