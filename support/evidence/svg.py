"""Writes SVG charts: rectangles, lines and texts with escaped attributes and titles."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape


class Svg:
    """A chart of fixed size, in pixels; text has a size of `font_size`."""

    def __init__(self, width: int, height: int, *, font_size: int = 12) -> None:
        self._size = {"width": width, "height": height, "viewBox": f"0 0 {width} {height}", "font-size": font_size}
        self._parts: list[str] = []

    def rectangle(self, x: float, y: float, width: float, height: float, *, fill: str, title: str = "") -> None:
        """Add a rectangle; browsers show its title when the pointer is over it."""
        attributes = {
            "x": _number(x),
            "y": _number(y),
            "width": _number(width),
            "height": _number(height),
            "fill": fill,
        }
        self._parts.append(_element("rect", attributes, _element("title", {}, escape(title)) if title else ""))

    def vertical_line(self, x: float, top: float, bottom: float, *, stroke: str) -> None:
        """Add a vertical line."""
        ends = {"x1": _number(x), "y1": _number(top), "x2": _number(x), "y2": _number(bottom)}
        self._parts.append(_element("line", {**ends, "stroke": stroke}))

    def text(
        self, text: str, x: float, y: float, *, anchor: str = "start", fill: str = "currentColor", bold: bool = False
    ) -> None:
        """Add a text; `anchor` is start, middle or end."""
        weight = {"font-weight": "bold"} if bold else {}
        attributes = {"x": _number(x), "y": _number(y), "text-anchor": anchor, "fill": fill, **weight}
        self._parts.append(_element("text", attributes, escape(text)))

    def render(self) -> str:
        """Return the SVG document."""
        root = {"xmlns": "http://www.w3.org/2000/svg", **self._size, "font-family": "sans-serif"}
        return _element("svg", root, "".join(self._parts))


def _element(name: str, attributes: Mapping[str, object], content: str = "") -> str:
    written = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
