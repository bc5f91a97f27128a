"""The controls of a page, found by what they are, and whether each does something when used."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

FIND = """(within) => {
  const told = new Map();
  const found = 'a[href], button, summary, select, textarea, input, [data-handle], .frame, #stage .box';
  const parts = document.querySelector('dialog[open]') ? 'dialog[open]' : within;
  return [...document.querySelectorAll(found)].filter((one) => one.closest(parts))
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
    .map((one) => {
      const drawn = one.dataset.handle ? 'handle' : one.matches('.frame') ? 'frame' : null;
      const kind = drawn ?? (one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase());
      const card = one.dataset.entry && `card ${one.dataset.entry}`;  // what it says changes
      const label = card || one.getAttribute('aria-label') || one.dataset.handle || one.textContent.trim();
      const said = `${label} ${one.dataset.name ?? ''}`.trim() || one.id || `${one.name} ${one.value}`;
      const name = `${kind} ${said.replace(/\\s+/g, ' ')}`.slice(0, 90), times = told.get(name) ?? 0;
      told.set(name, times + 1);
      one.dataset.control = times ? `${name} (${times + 1})` : name;
      return one.dataset.control;
    });
}"""  # noqa: E501
SEEN = """() => {
  const copy = document.documentElement.cloneNode(true);
  for (const one of copy.querySelectorAll('[data-control]')) one.removeAttribute('data-control');
  const forms = [...document.forms].map((one) => [...new FormData(one)].map(([k, v]) => [k, v.name ?? v]));
  const ticked = [...document.querySelectorAll('input')].map((one) => one.checked);
  return JSON.stringify([copy.innerHTML, forms, ticked, location.href,
    typeof wanted === 'function' ? wanted() : null]);
}"""  # noqa: E501
"""All that a person could see, or that would be sent; not the text of a field that nobody reads."""
USE = """(key) => {
  const one = [...document.querySelectorAll('[data-control]')].find((two) => two.dataset.control === key);
  if (!one) return false;
  const tell = (...names) => names.forEach((name) => one.dispatchEvent(new Event(name, { bubbles: true })));
  if (one.tagName === 'SELECT') {
    one.selectedIndex = (one.selectedIndex + 1) % one.options.length;
    tell('input', 'change');
  } else if (one.type === 'range') {
    one.value = Number(one.value) + 2;
    tell('input', 'change');
  } else if (one.tagName === 'TEXTAREA' || ['text', 'search', 'number'].includes(one.type)) {
    one.value = `${one.value}2`;
    tell('input', 'change');
  } else if (one instanceof SVGElement) one.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  else one.click();
  return true;
}"""  # noqa: E501
LASTING = ("button Accept", "button Reject", "button Undo", "button Redo", "button Delete")
"""What an earlier one may have done away with, or made be called otherwise."""
PATIENCE = 20_000
"""Milliseconds that something may take to be seen."""


@dataclass
class Tried:
    """What came of the controls of a page."""

    used: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Not there any more on the page as it is opened anew: what another one did lasts."""


def place(studio: str, path: str) -> str:
    return studio.split("?")[0] + path


def afresh(page: Any, address: str, ready: str, *clicks: str) -> Callable[[], None]:
    """Return what opens a page anew, and what is folded in it, with some clicks after it."""

    def opened() -> None:
        page.evaluate("localStorage.clear(); sessionStorage.clear()")  # filters and guides are kept
        page.goto("about:blank")  # or a change of the part behind # would load nothing
        page.goto(address)
        page.wait_for_selector(ready)
        page.evaluate(
            "document.querySelectorAll('#main details:not(#rivals)')"
            ".forEach((one) => { one.open = true; })"
        )
        for one in clicks:
            page.click(one)

    return opened


def holding(page: Any, what: str, **answer: Any) -> list[str]:
    """Answer what would change something for good; return the list of what was sent."""
    held = list[str]()

    def handled(route: Any) -> None:
        if route.request.method == "POST":
            held.append(route.request.url)
            route.fulfill(json=answer)
        else:
            route.fallback()

    page.route(what, handled)
    return held


def try_all(page: Any, opened: Callable[[], None], within: str = "html") -> Tried:
    """Use every control that a page shows once `opened` has opened it, whatever it is.

    `within`: parts of the page, by their CSS; an open dialog is all that there is.
    """
    tried, sent = Tried(), list[str]()

    def note(request: Any) -> None:
        if request.url != page.url or request.method != "GET":  # a page that reads itself again
            sent.append(request.url)

    def use(key: str) -> list[str]:
        if page.url != start or _found(page, within) != wanted:
            opened()
        if key not in _found(page, within):
            return tried.gone
        done = _does(page, key, sent, within) or _comes_back(page, key, sent, within)
        return tried.used if done else tried.dead

    page.on("request", note)
    _once_there(page, opened)
    wanted, start = _found(page, within), page.url
    for key in wanted:
        _once_there(page, partial(use, key)).append(key)
    page.remove_listener("request", note)
    return tried


def assert_alive(tried: Tried, least: int, *expected: str) -> None:
    assert not tried.dead, tried.dead
    gone = [one for one in tried.gone if not one.startswith(LASTING)]
    assert not gone, gone
    assert len(tried.used) >= least, tried.used
    for one in expected:
        assert any(one in used for used in tried.used), (one, tried.used)


def _once_there(page: Any, act: Callable[[], Any]) -> Any:
    """Act again where the page went elsewhere meanwhile: what was used may lead there late."""
    from playwright.sync_api import Error, TimeoutError

    for _ in range(3):
        try:
            return act()
        except TimeoutError:
            raise
        except Error:
            page.wait_for_load_state()
    return act()


def _found(page: Any, within: str) -> list[str]:
    return list(_once_there(page, lambda: page.evaluate(FIND, within)))


def _does(page: Any, key: str, sent: list[str], within: str) -> bool:
    control = page.locator(_marked(key))
    kind = key.partition(" ")[0]
    if kind == "a":
        where = control.get_attribute("href")
        if not where.startswith("#"):
            return bool(page.request.get(control.evaluate("(one) => one.href")).ok)
        if page.url.endswith(where):
            return True  # leads to where one is
    if kind == "file":
        with page.expect_file_chooser():
            control.evaluate("(one) => one.click()")
        return True
    page.evaluate("() => { document.getElementById('say').textContent = ''; }")
    before = page.evaluate(SEEN)
    sent.clear()
    if kind in ("frame", "handle"):
        for way in ((14, 14), (-14, -14), (14, -14), (-14, 14)):  # at an edge not all are possible
            _drag(page, control, *way)
            if _came(page, before, sent, 500):
                return True
        return False
    if not page.evaluate(USE, key):  # drawn anew meanwhile, without its mark
        _found(page, within)
        page.evaluate(USE, key)
    return _came(page, before, sent)


def _comes_back(page: Any, key: str, sent: list[str], within: str) -> bool:
    """Tell whether one of several that is chosen already can be chosen again after another."""
    _found(page, within)  # what was drawn anew is marked again
    others = page.locator(f"{_marked(key)}[aria-pressed=true] ~ [aria-pressed=false]")
    if others.count() == 0:
        return False
    others.first.click()
    return key in _found(page, within) and _does(page, key, sent, within)


def _marked(key: str) -> str:
    return f"[data-control={json.dumps(key, ensure_ascii=False)}]"


def _drag(page: Any, control: Any, right: float, down: float) -> None:
    box = control.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=3)
    page.mouse.up()


def _came(page: Any, before: str, sent: list[str], patience: int = PATIENCE) -> bool:
    from playwright.sync_api import Error

    for _ in range(patience // 100):
        try:
            if sent or page.evaluate(SEEN) != before:
                return True
        except Error:  # another page is on its way
            page.wait_for_load_state()
            return True
        page.wait_for_timeout(100)
    return False
