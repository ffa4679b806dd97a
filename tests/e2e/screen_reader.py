"""What would a screen reader say of the windows and menus on this screen?

Runs under the system's Python, which has the accessibility bindings: one JSON request per line in, one JSON reply per line
out. Qt leaves open menus out of the tree of windows, so they are remembered from the event that announces them.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

gi: Any = importlib.import_module("gi")
gi.require_version("Atspi", "2.0")
Atspi: Any = importlib.import_module("gi.repository.Atspi")
GLib: Any = importlib.import_module("gi.repository.GLib")

STATES = ("SHOWING", "ENABLED", "FOCUSED", "CHECKED", "SELECTED", "EDITABLE", "EXPANDED")
menus: list[Any] = []


def describe(item: Any) -> dict[str, Any]:
    place = item.get_extents(Atspi.CoordType.SCREEN)
    states = item.get_state_set()
    return {
        "pid": item.get_process_id(),
        "role": item.get_role_name(),
        "name": item.get_name() or "",
        "description": item.get_description() or "",
        "text": text_of(item),
        "x": place.x,
        "y": place.y,
        "width": place.width,
        "height": place.height,
        "states": [name.lower() for name in STATES if states.contains(getattr(Atspi.StateType, name))],
    }


def text_of(item: Any) -> str:
    try:
        return Atspi.Text.get_text(item, 0, -1) if "Text" in item.get_interfaces() else ""
    except GLib.Error:
        return ""


def walk(item: Any, found: list[dict[str, Any]], visit: Any = None) -> None:
    """An item that goes away while it is looked at is left out."""
    try:
        found.append(describe(item))
        if visit is not None:
            visit(item, found[-1])
        for index in range(item.get_child_count()):
            child = item.get_child_at_index(index)
            if child is not None:
                walk(child, found, visit)
    except GLib.Error:
        return


def roots() -> list[Any]:
    desktop = Atspi.get_desktop(0)
    programs = [desktop.get_child_at_index(index) for index in range(desktop.get_child_count())]
    return [each for each in programs if each is not None] + [menu for menu in menus if is_showing(menu)]


def is_showing(menu: Any) -> bool:
    try:
        return bool(menu.get_state_set().contains(Atspi.StateType.SHOWING)) and menu.get_child_count() > 0
    except GLib.Error:
        return False


def look() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for root in roots():
        walk(root, found)
    return found


def press(request: dict[str, Any]) -> bool:
    """Does what a screen reader's user does on the first item of that process, role and name."""
    pressed: list[bool] = []

    def visit(item: Any, seen: dict[str, Any]) -> None:
        if not pressed and all(seen[key] == request[key] for key in ("pid", "role", "name")):
            pressed.append(bool(item.do_action(0)))

    for root in roots():
        walk(root, [], visit)
    return pressed == [True]


def on_menu(event: Any) -> None:
    try:
        is_menu = event.source.get_role_name() == "popup menu"
    except GLib.Error:
        return  # gone already
    if not is_menu:
        return
    if event.detail1 and event.source not in menus:
        menus.append(event.source)
    elif not event.detail1 and event.source in menus:
        menus.remove(event.source)


def on_request(stream: Any, _condition: Any) -> bool:
    line = stream.readline()
    if not line:
        Atspi.event_quit()
        return False
    request = json.loads(line)
    reply = look() if request["do"] == "look" else press(request)
    say(reply)
    return True


def say(reply: object) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def main() -> None:
    Atspi.set_timeout(2000, 5000)
    Atspi.get_desktop(0).set_cache_mask(getattr(Atspi.Cache, "NONE", 0))
    listener = Atspi.EventListener.new(on_menu)
    listener.register("object:state-changed:showing")
    say("ready")
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_request)
    Atspi.event_main()


if __name__ == "__main__":
    main()
