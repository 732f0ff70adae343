"""Invented members where a package, an enumeration or a class is the repository's own."""

from __future__ import annotations

import marked
import pytest
from indexed import index_of

from context.checks.symbols import symbol_check
from context.languages import of
from context.selection.memo import Memo
from context.types import Snapshot

FILES = """
//- /go.mod
module example.com/shop
//- /cart/cart.go
package cart
func NewCart() {}
//- /ts/colour.ts
export enum Colour { Red, Green }
export class Base { paint() {} }
export class Given extends Outside { }
//- /java/a/Colour.java
package a;
public enum Colour { RED, GREEN }
//- /java/a/Shape.java
package a;
public class Shape { public int area() { return 0; } }
//- /rust/Cargo.toml
[package]
name = "shop"
//- /rust/src/lib.rs
pub enum Colour { Red, Green }
"""


def found(text: str, path: str, document: str) -> list[str]:
    """The names that are found to be invented in a text at the document's cursor."""
    fixture = f"{FILES}//- /{path}\n{document}\n"
    files = marked.parse(fixture)
    snapshot = Snapshot(path, of(path), None, files.text, files.cursor)
    check = symbol_check(index_of(fixture), snapshot, read=files.files.get, memo=Memo())
    return [f"{each.owner}.{each.name}" for each in check.invented(text, 0)]


GO = ("main.go", 'package main\nimport "example.com/shop/cart"\nfunc f() {\n\t$0\n}')
TS = (
    "ts/use.ts",
    'import { Colour, Base, Given } from "./colour"\nclass Wall extends Base {\n  f() { $0 }\n}',
)
OUTSIDE = (
    "ts/use.ts",
    'import { Given } from "./colour"\nclass W extends Given {\n  f() { $0 }\n}',
)
JAVA = ("java/a/Use.java", "package a;\nclass Use {\n  Colour c;\n  void f(Shape s) { $0 }\n}")
RUST = ("rust/src/main.rs", "use shop::Colour;\nfn f() { $0 }")


@pytest.mark.parametrize(
    ("text", "line", "names"),
    [
        ("Rde", "Colour.$0", ["Colour.Rde"]),
        ("Rde", "Colour.\n  $0", ["Colour.Rde"]),
        ("de", "Colour.R$0", ["Colour.Rde"]),
        ("piant()", "this.$0", ["Wall.piant"]),
        ("paint()", "this.$0", []),
        ("Red", "Colour.$0", []),
    ],
)
def test_right_behind_the_dot(text: str, line: str, names: list[str]) -> None:
    """A name whose dot stands before the cursor doesn't speak for itself."""
    path, document = TS
    assert found(text, path, document.replace("$0", line)) == names


@pytest.mark.parametrize(
    ("text", "place", "names"),
    [
        ("cart.NewCart()", GO, []),
        ("cart.NewBasket()", GO, ["example.com/shop/cart.NewBasket"]),
        ("fmt.Println()", GO, []),
        ("Colour.Red", TS, []),
        ("Colour.Rde", TS, ["Colour.Rde"]),
        ("this.paint()", TS, []),
        ("this.piant()", TS, ["Wall.piant"]),
        ("this.fresh = 1", TS, []),
        ("this.anything()", OUTSIDE, []),
        ("other.anything()", TS, []),
        ("c = Colour.RED;", JAVA, []),
        ("Colour.valueOf(x)", JAVA, []),
        ("c = Colour.RDE;", JAVA, ["Colour.RDE"]),
        ("Colour::Green", RUST, []),
        ("Colour::Grene", RUST, ["Colour.Grene"]),
        ("s.area()", JAVA, []),
        ("s.aera()", JAVA, ["Shape.aera"]),
    ],
)
def test_names(text: str, place: tuple[str, str], names: list[str]) -> None:
    """What no file has isn't there; what may come from outside is."""
    assert found(text, *place) == names
