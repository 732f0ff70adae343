"""What is read in a Rust file: kinds, owners, signatures, documentation."""

from __future__ import annotations

from context.parsing.parse import parse

TEXT = """\
//! The crate.
use std::fmt;

/// A stack.
/// With items.
#[derive(Debug)]
#[cfg(feature = "x")]
pub struct Stack<T>
where
    T: Clone,
{
    /// The items.
    #[serde(skip)]
    pub items: Vec<T>,
    size: usize,
}

pub struct Pair(u32, u32);
struct Unit;

impl<T: Clone> Stack<T> {
    pub const LIMIT: usize = 8;
    /// Adds one.
    pub fn push(
        &mut self,
        item: T,
    ) -> bool {
        fn inner() {}
        true
    }
}

impl fmt::Display for Stack<u8> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { Ok(()) }
}

pub enum Kind { Round, Square(u32), Other { side: u32 } }

pub trait Shape: Clone {
    type Unit;
    fn area(&self) -> f64;
    fn name(&self) -> String { String::new() }
}

type Alias = Stack<u8>;
static COUNT: u32 = 1;
macro_rules! twice {
    ($e:expr) => {
        $e * 2
    };
}
mod inner {
    pub fn deep() {}
}
extern "C" { fn outside(n: u32); }
"""


def test_kinds_and_where_they_stand() -> None:
    definitions = parse("a.rs", "Rust", TEXT).definitions
    found = [
        (item.kind, item.name, definitions[item.parent].name if item.parent >= 0 else "")
        for item in definitions
    ]
    assert found == [
        ("class", "Stack", ""),
        ("field", "items", "Stack"),
        ("field", "size", "Stack"),
        ("class", "Pair", ""),
        ("class", "Unit", ""),
        ("class", "Stack", ""),
        ("constant", "LIMIT", "Stack"),
        ("method", "push", "Stack"),
        ("function", "inner", "push"),
        ("class", "Stack", ""),
        ("method", "fmt", "Stack"),
        ("enum", "Kind", ""),
        ("field", "Round", "Kind"),
        ("field", "Square", "Kind"),
        ("field", "Other", "Kind"),
        ("interface", "Shape", ""),
        ("type", "Unit", "Shape"),
        ("method", "area", "Shape"),
        ("method", "name", "Shape"),
        ("type", "Alias", ""),
        ("constant", "COUNT", ""),
        ("function", "twice", ""),
        ("module", "inner", ""),
        ("method", "deep", "inner"),
        ("function", "outside", ""),
    ]


def test_signatures_attributes_and_documentation() -> None:
    """A signature starts with its attributes and ends where the body begins."""
    rows = TEXT.split("\n")
    found = {item.name: item for item in reversed(parse("a.rs", "Rust", TEXT).definitions)}
    stack = found["Stack"]
    assert rows[stack.doc] == "/// A stack."
    assert rows[stack.line] == "#[derive(Debug)]"
    assert rows[stack.head] == "{"
    push = found["push"]
    assert (rows[push.doc], rows[push.head]) == ("    /// Adds one.", "    ) -> bool {")
    assert rows[found["items"].line : found["items"].last + 1] == [
        "    #[serde(skip)]",
        "    pub items: Vec<T>,",
    ]
    assert found["area"].head == found["area"].last
    assert rows[found["twice"].head] == "    ($e:expr) => {"


def test_what_adds_to_a_type_does_not_define_it() -> None:
    """An `impl` names its type, and only the type's own file can be asked for the name."""
    facts = parse("a.rs", "Rust", "impl Display for Thing { fn fmt(&self) {} }\nfn free() {}")
    assert [(item.name, item.owner) for item in facts.definitions[:2]] == [
        ("Thing", "Thing"),
        ("fmt", ""),
    ]
    assert facts.names == {"free"}


def test_names_in_modules_count_as_the_file_s() -> None:
    assert parse("a.rs", "Rust", "mod a { pub mod b { pub struct Deep; } }").names == {
        "a",
        "b",
        "Deep",
    }


def test_conditions_around_definitions_hide_nothing() -> None:
    """`cfg_x! { ... }` says when they are there; `cfg_if!` is code of its own."""
    text = """\
cfg_net! {
    pub struct Stream {
        fd: u32,
    }
    impl Stream {
        cfg_unix! {
            pub fn raw(&self) -> u32 { 1 }
        }
    }
}
fn after() {}
"""
    facts = parse("a.rs", "Rust", text)
    assert {item.name for item in facts.definitions} == {"Stream", "fd", "raw", "after"}
    assert facts.definitions[0].start == text.index("pub struct")


def test_broken_text_still_gives_facts() -> None:
    text = "struct S { x: u32 }\nfn f( -> {{{\nimpl S { fn g(&self) }\nuse a::b"
    facts = parse("a.rs", "Rust", text)
    assert {"S", "x"} <= {item.name for item in facts.definitions}
    assert [(item.module, item.names[0].name) for item in facts.imports] == [("a", "b")]
