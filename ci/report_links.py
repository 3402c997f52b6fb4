# SPDX-License-Identifier: MIT
"""Every link of every page below a folder: does what it names exist, fragment included?"""
import html.parser
import pathlib
import re
import urllib.parse

# Attributes that name something, and whether the page loads it by itself.
NAMES = {"href": False, "src": True, "srcset": True, "data": True, "poster": True, "action": True, "xlink:href": False}
STYLE_URL = re.compile(r"url\(\s*['\"]?(?!data:|#)|@import")
# A hash that is a state of the page's filters, "vectors?verdict=fail", is no place on it.
STATE = re.compile(r"^([a-z-]+\?)?[a-z-]+=")


class Reader(html.parser.HTMLParser):
    """A page: its ids, its links, and what it would load."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.wrong, self.style = set(), [], [], False

    def handle_starttag(self, tag, attrs):
        self.style = tag == "style"
        for name, value in attrs:
            value = value or ""
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            elif name == "style" and STYLE_URL.search(value):
                self.wrong.append(f"style loads: {value[:80]}")
            elif name in NAMES:
                loads = NAMES[name] or tag in ("link", "image", "use")
                self.links.append((tag, value, loads))

    def handle_endtag(self, tag):
        self.style = self.style and tag != "style"

    def handle_data(self, data):
        if self.style and STYLE_URL.search(data):
            self.wrong.append("a style loads something")


def read(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def check(folder):
    """(pages, links that were looked at, what is wrong with them)."""
    folder = pathlib.Path(folder).resolve()
    pages = {path: read(path) for path in sorted(folder.rglob("*.html"))}
    files = {path for path in folder.rglob("*") if path.is_file()}
    looked, wrong = 0, []
    for path, page in pages.items():
        where = path.relative_to(folder)
        wrong += [f"{where}: {what}" for what in page.wrong]
        for tag, link, loads in page.links:
            looked += 1
            what = follow(path, link, loads, tag, folder, pages, files)
            if what:
                wrong.append(f"{where}: <{tag}> {link[:120]!r}: {what}")
    return len(pages), looked, wrong


def follow(path, link, loads, tag, folder, pages, files):
    """What is wrong with one link; None: nothing."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme == "data":
        return None if loads else "a link to data"
    if parts.scheme or parts.netloc:
        return None if parts.scheme == "https" and tag == "a" else "is not of this report"
    if not link or parts.query or link.startswith("/"):
        return "names no file of the report"
    target = path
    if parts.path:
        target = (path.parent / urllib.parse.unquote(parts.path)).resolve()
        if folder not in target.parents:
            return "leaves the report"
        if target not in files:
            return "is not there"
    fragment = urllib.parse.unquote(parts.fragment)
    if fragment and target not in pages:
        return "a fragment of what is no page"
    if fragment and not STATE.match(fragment) and fragment not in pages[target].ids:
        return "that page has no such place"
    return None
