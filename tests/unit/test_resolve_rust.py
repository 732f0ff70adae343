"""Rust's modules, `use`, paths and macros lead to the files that define what they name."""

from __future__ import annotations

import pytest
from indexed import facts_of, index_of

from context.facts import FileFacts
from context.index import build
from context.resolve.cargo import packages
from context.spelling.rust import read


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


CRATE = """
    //- /Cargo.toml
    [package]
    name = "my-app"
    edition = "2021"
    [dependencies]
    helper-lib = { path = "helper" }
    renamed = { package = "other", path = "other" }
    //- /src/lib.rs
    pub mod a;
    mod util;
    mod imp {
        mod inner;
    }
    #[path = "odd_name.rs"]
    mod odd;
    pub use crate::a::deep::Deep as Shallow;
    pub use a::*;
    include!("table.rs");
    pub struct Root;
    //- /src/a/mod.rs
    pub mod deep;
    pub trait Act {}
    pub fn act() {}
    //- /src/a/deep.rs
    use super::Act;
    use super::super::util::{self, twice as double};
    pub struct Deep { n: u32 }
    impl Act for Deep {}
    fn f() { util::once(); double(); crate::Root; }
    //- /src/util.rs
    pub fn once() {}
    pub fn twice() {}
    //- /src/imp/inner.rs
    use crate::util::once;
    //- /src/odd_name.rs
    use super::util;
    //- /src/table.rs
    //- /src/main.rs
    use my_app::Shallow;
    mod cli;
    fn main() { cli::run(Shallow); my_app::act(); }
    //- /src/cli.rs
    pub fn run() {}
    fn g() { super::main() }
    //- /helper/Cargo.toml
    [package]
    name = "helper-lib"
    [lib]
    path = "src/entry.rs"
    //- /helper/src/entry.rs
    pub fn help() {}
    //- /other/Cargo.toml
    [package]
    name = "other"
    //- /other/src/lib.rs
    pub fn thing() {}
"""


def test_modules_and_what_they_pass_on() -> None:
    """A `mod` names a file; a re-export leads to the definition too."""
    assert edges(CRATE, "src/lib.rs") == {
        "src/a/deep.rs": ("Deep",),
        "src/a/mod.rs": ("deep",),
        "src/imp/inner.rs": (),
        "src/odd_name.rs": (),
        "src/table.rs": (),
        "src/util.rs": (),
    }


def test_self_super_and_crate() -> None:
    """With braces, aliases and paths that are used where they stand."""
    assert edges(CRATE, "src/a/deep.rs") == {
        "src/a/mod.rs": ("Act",),
        "src/lib.rs": ("Root",),
        "src/util.rs": ("once", "twice"),
    }


def test_modules_that_lie_elsewhere() -> None:
    """In a module that is written out, and under `#[path]`."""
    assert edges(CRATE, "src/imp/inner.rs") == {"src/util.rs": ("once",)}
    assert edges(CRATE, "src/odd_name.rs") == {"src/util.rs": ()}


def test_a_program_uses_the_library_of_its_package() -> None:
    assert edges(CRATE, "src/main.rs") == {
        "src/a/deep.rs": ("Deep",),
        "src/a/mod.rs": ("act",),
        "src/cli.rs": ("run",),
        "src/lib.rs": ("Shallow", "act"),
    }
    assert edges(CRATE, "src/cli.rs") == {"src/main.rs": ("main",)}


def test_crates_of_the_repository_are_those_that_a_manifest_names() -> None:
    """Tests, examples and benches are crates of their own; what isn't a dependency is elsewhere."""
    fixture = (
        CRATE
        + """
    //- /tests/all.rs
    mod common;
    use helper_lib::help;
    use renamed::thing;
    use other::thing as unknown;
    use my_app::a::{Act, deep::{Deep, Missing}};
    use serde::Serialize;
    use std::util::once;
    //- /tests/common/mod.rs
    use super::helper;
    //- /examples/show.rs
    extern crate my_app as app;
    fn main() { app::act(); }
    """
    )
    assert edges(fixture, "tests/all.rs") == {
        "helper/src/entry.rs": ("help",),
        "other/src/lib.rs": ("thing",),
        "src/a/deep.rs": ("Deep", "Missing"),
        "src/a/mod.rs": ("Act",),
        "tests/common/mod.rs": (),
    }
    assert edges(fixture, "tests/common/mod.rs") == {"tests/all.rs": ("helper",)}
    assert edges(fixture, "examples/show.rs") == {
        "src/a/mod.rs": ("act",),
        "src/lib.rs": ("act",),
    }


def test_globs_take_the_words_that_the_file_uses() -> None:
    """Through a prelude that takes from everywhere, and from modules that take from each other."""
    fixture = """
        //- /src/lib.rs
        mod prelude { pub use crate::shapes::*; pub use crate::colors::Red; }
        mod shapes;
        mod colors;
        mod draw;
        //- /src/shapes.rs
        pub use crate::colors::*;
        pub struct Circle;
        pub struct Square;
        //- /src/colors.rs
        pub use crate::shapes::*;
        pub struct Red;
        //- /src/draw.rs
        use crate::prelude::*;
        fn f(c: Circle) -> Red { }
    """
    assert edges(fixture, "src/draw.rs") == {
        "src/colors.rs": ("Red",),
        "src/lib.rs": ("Circle", "Red"),
        "src/shapes.rs": ("Circle",),
    }


def test_tests_in_a_file_see_the_file_itself() -> None:
    """`super` in a module that is written out is the file, and above it the file's parent."""
    fixture = """
        //- /src/lib.rs
        pub mod a;
        pub struct Top;
        //- /src/a.rs
        pub fn own() {}
        #[cfg(test)]
        mod tests {
            use super::*;
            use super::super::Top;
            fn t() { super::own(); let c = '{'; let s = "mod x {"; own(); }
        }
    """
    assert edges(fixture, "src/a.rs") == {"src/lib.rs": ("Top",)}


def test_macros_are_used_without_a_path() -> None:
    """Within their crate, and from another one as if they stood at its root."""
    fixture = """
        //- /Cargo.toml
        [package]
        name = "app"
        [dependencies]
        maths = { path = "maths" }
        //- /src/main.rs
        #[macro_use]
        mod macros;
        mod work;
        //- /src/macros.rs
        macro_rules! check { ($e:expr) => { $crate::work::done($e) }; }
        //- /src/work.rs
        pub fn done() { check!(1); println!("{}", vec![1]); maths::square!(2); }
        //- /maths/Cargo.toml
        [package]
        name = "maths"
        //- /maths/src/lib.rs
        mod rules;
        //- /maths/src/rules.rs
        #[macro_export]
        macro_rules! square { ($e:expr) => { $e * $e }; }
    """
    assert edges(fixture, "src/work.rs") == {
        "maths/src/rules.rs": ("square",),
        "src/macros.rs": ("check",),
    }
    assert edges(fixture, "src/macros.rs") == {"src/work.rs": ("done",)}


def test_types_end_a_path_and_comments_are_no_code() -> None:
    fixture = """
        //- /src/lib.rs
        mod shape;
        mod other;
        //! use crate::other::Nothing;
        /* crate::other::f() */
        fn f() { shape::Kind::Round.area(); let s = r#"crate::other::f()"#; }
        //- /src/shape.rs
        pub enum Kind { Round }
        //- /src/other.rs
        pub fn f() {}
    """
    assert edges(fixture, "src/lib.rs") == {"src/other.rs": (), "src/shape.rs": ("Kind",)}


def test_the_edition_of_2015_starts_paths_at_the_root() -> None:
    fixture = """
        //- /Cargo.toml
        [package]
        name = "old"
        //- /src/lib.rs
        mod a;
        mod b;
        //- /src/a.rs
        use b::f;
        //- /src/b.rs
        pub fn f() {}
    """
    assert edges(fixture, "src/a.rs") == {"src/b.rs": ("f",)}


def test_a_function_may_have_its_module_s_name() -> None:
    """What is called isn't the module; what is imported may be both."""
    fixture = """
        //- /src/main.rs
        mod search;
        mod run;
        fn search() {}
        //- /src/search.rs
        //- /src/run.rs
        fn f() { crate::search(); }
    """
    assert edges(fixture, "src/run.rs") == {"src/main.rs": ("search",)}


def test_unfinished_and_broken_text_still_says_what_it_takes() -> None:
    text = b"""
        use crate::a::
        use crate::b::{self, c
        fn f( { "unclosed
    """
    found = {(item.module, name.name) for item in read(text) for name in item.names}
    assert found == {("crate", "a"), ("crate", "b"), ("crate::b", "c")}
    assert not list(read(b"use ;mod;}}}}{{{{ mod x { super::super:: use {{{{,}}}}"))


def test_modules_in_a_circle_come_to_an_end() -> None:
    """Names that only lead round, and a chain of globs longer than any call stack."""
    files = {"src/lib.rs": "".join(f"pub mod m{n};" for n in range(300))}
    for n in range(300):
        files[f"src/m{n}.rs"] = f"pub use crate::m{(n + 1) % 300}::*; use crate::m{n}::nothing;"
    files["src/m299.rs"] += "pub struct Far; fn f(x: Far) {}"
    index = build(facts_of(files))
    assert index.imports["src/m3.rs"].keys() >= {"src/m4.rs"}


def test_a_changed_module_keeps_other_edges_right() -> None:
    """An index that has followed a change has the edges of a fresh one."""
    files = {
        "src/lib.rs": "mod a; mod b; mod c;",
        "src/a.rs": "use crate::b::*; use crate::b::One; fn f(x: Two) { go!(); }",
        "src/b.rs": "pub use crate::c::One;",
        "src/c.rs": "pub struct Zero;",
    }
    before = facts_of(files)
    after = {
        "src/b.rs": "pub use crate::c::One; pub struct Two;",
        "src/c.rs": "pub struct One; macro_rules! go { () => {} }",
    }
    index = build(before).with_texts(facts_of(after))
    assert index.imports == build(facts_of(files | after)).imports
    assert index.imports["src/a.rs"] == {
        "src/b.rs": ("One", "Two"),
        "src/c.rs": ("One", "go"),
    }


@pytest.mark.parametrize("value", ["1" * 5_000, "9999-99-99", "[" * 50_000, "a." * 50_000 + "b"])
def test_a_manifest_that_no_reader_can_make_sense_of_is_no_package(value: str) -> None:
    text = f'[package]\nname = "a"\nx = {value}\n'
    assert packages({"Cargo.toml": FileFacts("Cargo.toml", "TOML", "n", manifest=text)}) == {}
