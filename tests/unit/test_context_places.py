"""Places at which another file is needed, and holes, drawn from a repository."""

from __future__ import annotations

import random
from dataclasses import replace

import marked
import pytest
from indexed import index_of

from context.probe.holes import draw_holes
from context.probe.places import definition_places, member_places

PYTHON = """
    //- /pkg/units.py
    METRE = 1
    class Length:
        def in_feet(self, precise=True): ...
    def measure(what): ...
    //- /pkg/main.py
    from pkg.units import Length as Size, measure
    import pkg.units
    {padding}
    # a comment on measure
    text = "measure"
    size = Size(3000)
    value = measure(size)
    other = size.in_feet()
    named = scale(precise=False)
    plain = value.strip()
    //- /tests/test_main.py
    from pkg.units import measure
    {padding}
    result = measure(1)
"""
TYPESCRIPT = """
    //- /src/shapes.ts
    export interface Shape { outline: string }
    export function drawShape(shape: Shape): void {}
    //- /src/main.ts
    import { Shape, drawShape } from "./shapes";
    {padding}
    export function show(shape: Shape): string {
      const drawn = drawShape(shape);
      return shape.outline;
    }
"""
JAVA = """
    //- /src/main/java/org/shapes/Shape.java
    package org.shapes;
    public class Shape {
        public String outlineOf(int width) { return ""; }
    }
    //- /src/main/java/org/app/Main.java
    package org.app;
    import org.shapes.Shape;
    {padding}
    class Main {
        void show() {
            var shape = Shape.create();
            String text = shape.outlineOf(3);
        }
    }
"""
DRAWS = {"definition": definition_places, "member": member_places}


def _rng(seed):
    return random.Random(seed)  # noqa: S311 -- draws that repeat


def _asked(fixture, kind, n=50):
    """Each place as the text to its left and the name."""
    fixture = fixture.replace("{padding}", "\n" * 40)
    files = marked.parse(fixture).files
    places = DRAWS[kind](index_of(fixture), files.get, _rng(1), n)
    found = set()
    for place in places:
        text = files[place.path]
        assert text[place.cursor :].startswith(place.name)
        assert text[place.end : place.end + 1] in ("\n", "")
        start = text.rindex("\n", 0, place.cursor) + 1
        found.add((text[start : place.cursor].strip(), place.name))
    return found


@pytest.mark.parametrize(
    ("fixture", "kind", "found"),
    [
        (PYTHON, "definition", {("size =", "Size"), ("value =", "measure")}),
        (PYTHON, "member", {("other = size.", "in_feet"), ("named = scale(", "precise")}),
        (
            TYPESCRIPT,
            "definition",
            {("export function show(shape:", "Shape"), ("const drawn =", "drawShape")},
        ),
        (TYPESCRIPT, "member", {("return shape.", "outline")}),
        (JAVA, "definition", {("var shape =", "Shape")}),
        (JAVA, "member", {("String text = shape.", "outlineOf")}),
    ],
)
def test_places_are_uses_of_what_other_files_define(fixture, kind, found):
    """Not in comments, strings, imports or tests."""
    assert _asked(fixture, kind) == found


def test_the_same_seed_draws_the_same_places():
    fixture = PYTHON.replace("{padding}", "\n" * 40)
    files, index = marked.parse(fixture).files, index_of(fixture)
    once, again = (definition_places(index, files.get, _rng(7), 2) for _ in range(2))
    assert once == again
    assert len(once) == 2


def test_a_definition_is_found_by_its_line_and_a_member_by_its_name():
    fixture = PYTHON.replace("{padding}", "\n" * 40)
    files, index = marked.parse(fixture).files, index_of(fixture)
    places = definition_places(index, files.get, _rng(1), 9)
    size = next(place for place in places if place.name == "Size")
    assert size.signs == ("class Length:",)
    assert size.is_found(["", "class Length:\n    ...\n"])
    assert not size.is_found(["from pkg.units import Length\n"])
    (member,) = {replace(p, cursor=0, end=0) for p in _members(fixture) if p.name == "in_feet"}
    assert member.is_found(["def in_feet(self): ..."])
    assert not member.is_found(["in_feet_and_inches = 1"])


def _members(fixture):
    files = marked.parse(fixture).files
    drawn = [
        place
        for seed in range(9)
        for place in member_places(index_of(fixture), files.get, _rng(seed), 9)
    ]
    assert drawn
    return drawn


def test_a_hole_takes_the_rest_of_a_line_of_code():
    """Prefix, middle and suffix are the file again; nothing is taken out of comments."""
    fixture = "//- /a.py\n# only words here\nx = call(1, 2)\nclass A(B): pass\n'text only'\n"
    files, index = marked.parse(fixture).files, index_of(fixture)
    holes = [hole for seed in range(20) for hole in draw_holes(index, files.get, _rng(seed), 5)]
    assert {hole.prefix + hole.middle + hole.suffix for hole in holes} == {files["a.py"]}
    assert all(hole.middle.strip() and "\n" not in hole.middle for hole in holes)
    lines = {(hole.prefix + hole.middle).rpartition("\n")[2] for hole in holes}
    assert lines == {"x = call(1, 2)", "class A(B): pass"}
