"""Raw pages in, Articles out: `read_page` takes a page as a crawler left it, text or HTML.

``service`` and the folder reader of ``training`` call it. Importing this package is cheap: the HTML library comes in
with the first HTML page.
"""

from __future__ import annotations

import re

from model.errors import PageError
from model.pages.news_article import read_news_article
from model.pages.page import PageWarning, ReadPage, Removed
from model.pages.text_page import read_text_page

__all__ = ["PageError", "PageWarning", "ReadPage", "Removed", "read_news_article", "read_page"]

# What only a document holds; a stray <p> or <br> in a text does not make it one.
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|article|main|script|div|section)[\s/>]", re.IGNORECASE)
# A document shows itself early, below a comment or an XML declaration at most.
_SNIFFED = 4096


def read_page(raw: str) -> ReadPage:
    """Read a raw page, HTML or plain text.

    Parameters
    ----------
    raw : str
        The page as crawled; decoded, otherwise untouched.

    Returns
    -------
    ReadPage
        The article, what was taken off the page, and what on it could not be read.

    Raises
    ------
    PageError
        The page holds no text.
    """
    if _DOCUMENT.search(raw, 0, _SNIFFED) is None:
        return read_text_page(raw)
    from model.pages.html_page import read_html_page  # heavy: lxml and trafilatura

    return read_html_page(raw)
