"""What is seen in Java, Kotlin, Scala, C# and Swift: kinds, homes, signatures, documentation."""

from __future__ import annotations

import textwrap

import pytest

from context.languages import of
from context.parsing.parse import parse


def outline(path: str, text: str) -> list[str]:
    """`kind home.name line-head-last` of each definition; `doc` where it is documented."""
    text = textwrap.dedent(text).lstrip("\n")
    made = parse(path, of(path), text).definitions
    names = {-1: ""} | {index: item.name + "." for index, item in enumerate(made)}
    return [
        f"{item.kind} {item.owner and item.owner + ':'}{names[item.parent]}{item.name}"
        f" {item.line}-{item.head}-{item.last}{' doc' if item.doc >= 0 else ''}"
        for item in made
    ]


def test_java() -> None:
    """An anonymous class has no members for others; annotations belong to what they mark."""
    text = """
        package a;
        /** A shape. */
        @Marked
        public abstract class Shape<T> extends Base {
          static final Runner RUN = new Runner() {
            public void run() { }
          };
          int x, y;
          Shape(int x) { this.x = x; }
          abstract double area(
              int scale);
        }
        enum Color { RED(1), GREEN(2); final int code; Color(int code) { this.code = code; } }
        record Point(int x, int y) { }
        interface Sized { int LIMIT = 1; int size(); }
        @interface Marked { String value(); }
    """
    assert outline("Shape.java", text) == [
        "class Shape 2-3-11 doc",
        "field Shape.RUN 4-6-6",
        "field Shape.x 7-7-7",
        "field Shape.y 7-7-7",
        "method Shape.Shape 8-8-8",
        "method Shape.area 9-10-10",
        "enum Color 12-12-12",
        "field Color.RED 12-12-12",
        "field Color.GREEN 12-12-12",
        "field Color.code 12-12-12",
        "method Color.Color 12-12-12",
        "class Point 13-13-13",
        "field Point.x 13-13-13",
        "field Point.y 13-13-13",
        "interface Sized 14-14-14",
        "field Sized.LIMIT 14-14-14",
        "method Sized.size 14-14-14",
        "interface Marked 15-15-15",
        "method Marked.value 15-15-15",
    ]


def test_kotlin() -> None:
    """Constructor properties are fields; what an extension adds to is its owner."""
    text = """
        package a
        // A user.
        data class User(
          val name: String,
          count: Int,
        ) : Base() {
          var age = 1
          companion object {
            const val MOST = 3
          }
          fun greet(): String {
            return name
          }
        }
        enum class Color(val code: Int) { RED(1), GREEN(2) }
        interface Sized {
          val size: Int
          fun measure(): Int
        }
        object Registry
        typealias Names = List<String>
        fun String.shout(): String = this
        val User.initial: Char get() = name[0]
        fun <T> List<T>?.second(): T? =
          null
        private val x = 1
    """
    assert outline("User.kt", text) == [
        "class User 2-5-13 doc",
        "field User.name 3-3-3",
        "field User.age 6-6-6",
        "field User.MOST 8-8-8",
        "method User.greet 10-10-12",
        "enum Color 14-14-14",
        "field Color.code 14-14-14",
        "field Color.RED 14-14-14",
        "field Color.GREEN 14-14-14",
        "interface Sized 15-15-18",
        "field Sized.size 16-16-16",
        "method Sized.measure 17-17-17",
        "class Registry 19-19-19",
        "type Names 20-20-20",
        "function String:shout 21-21-21",
        "constant User:initial 22-22-22",
        "function List:second 23-23-24",
        "constant x 25-25-25",
    ]


def test_scala() -> None:
    text = """
        package a
        /** A user. */
        case class User(name: String)(implicit val store: Store) extends Base {
          def greet: String = {
            name
          }
          val (one, two) = (1, 2)
          type Id = Int
        }
        object User
        trait Sized { def size: Int; val most: Int }
        enum Color(val code: Int):
          case Red extends Color(1)
          case Green, Blue
        extension (s: String)
          def shout: String = s
        given order: Ordering[User] with
          def compare(a: User, b: User) = 0
        package object tools {
          def twice(x: Int) = x * 2
        }
        class Indented(x: Int):
          def f = 1
        def top = 1
    """
    assert outline("User.scala", text) == [
        "class User 2-2-8 doc",
        "field User.name 2-2-2 doc",
        "field User.store 2-2-2 doc",
        "method User.greet 3-3-5",
        "field User.one 6-6-6",
        "field User.two 6-6-6",
        "type User.Id 7-7-7",
        "class User 9-9-9",
        "interface Sized 10-10-10",
        "method Sized.size 10-10-10",
        "field Sized.most 10-10-10",
        "enum Color 11-11-13",
        "field Color.code 11-11-11",
        "field Color.Red 12-12-12",
        "field Color.Green 13-13-13",
        "field Color.Blue 13-13-13",
        "function String:shout 15-15-15",
        "class order 16-17-17",
        "method order.compare 17-17-17",
        "module tools 18-18-20",
        "method tools.twice 19-19-19",
        "class Indented 21-21-22",
        "field Indented.x 21-21-21",
        "method Indented.f 22-22-22",
        "function top 23-23-23",
    ]


def test_csharp() -> None:
    text = """
        using System;
        namespace A.B
        {
            /// <summary>A shape.</summary>
            [Marked]
            public abstract partial class Shape : Base
            {
                const int Most = 1, Least = 0;
                public string Name { get; set; }
                public event Action Moved;
                public int this[int at] => at;
                public Shape(int x)
                {
                }
                public abstract void Draw(
                    int scale);
                enum Size { Small, Large = 3 }
            }
            public record Point(int X, int Y);
            public delegate void Done(int x);
            static class Strings
            {
                public static string Shout(this string said, int times) => said;
            }
        }
    """
    assert outline("Shape.cs", text) == [
        "module A.B 1-2-24",
        "class A.B.Shape 4-6-17 doc",
        "field Shape.Most 7-7-7",
        "field Shape.Least 7-7-7",
        "field Shape.Name 8-8-8",
        "field Shape.Moved 9-9-9",
        "field Shape.this 10-10-10",
        "method Shape.Shape 11-12-13",
        "method Shape.Draw 14-15-15",
        "enum Shape.Size 16-16-16",
        "field Size.Small 16-16-16",
        "field Size.Large 16-16-16",
        "class A.B.Point 18-18-18",
        "field Point.X 18-18-18",
        "field Point.Y 18-18-18",
        "type A.B.Done 19-19-19",
        "class A.B.Strings 20-21-23",
        "method string:Strings.Shout 22-22-22",
    ]


def test_swift() -> None:
    text = """
        import Foundation
        /// A shape.
        @objc(Shape)
        open class Shape: Base {
            let x = 1, y = 2
            var area: Double { 1 }
            init?(x: Int) {
            }
            subscript(at: Int) -> Int { at }
            func draw(_ scale: Int, on canvas: Canvas) -> Bool {
                true
            }
            enum Size: String { case small = "s", large }
        }
        extension Shape.Size: Sized { func grown() {} }
        extension [Int] { var total: Int { 0 } }
        protocol Sized {
            associatedtype Unit
            var size: Int { get }
            func measure()
            init(size: Int)
        }
        struct Point { var x: Int }
        actor Worker {}
        typealias Points = [Point]
        func make() {}
        let shared = 1
    """
    assert outline("Shape.swift", text) == [
        "class Shape 2-3-13 doc",
        "field Shape.x 4-4-4",
        "field Shape.y 4-4-4",
        "field Shape.area 5-5-5",
        "method Shape.init 6-6-7",
        "method Shape.subscript 8-8-8",
        "method Shape.draw 9-9-11",
        "enum Shape.Size 12-12-12",
        "field Size.small 12-12-12",
        "field Size.large 12-12-12",
        "class Shape.Size:Shape.Size 14-14-14",
        "method Shape.Size.grown 14-14-14",
        "class [Int] 15-15-15",
        "field [Int].total 15-15-15",
        "interface Sized 16-16-21",
        "type Sized.Unit 17-17-17",
        "field Sized.size 18-18-18",
        "method Sized.measure 19-19-19",
        "method Sized.init 20-20-20",
        "class Point 22-22-22",
        "field Point.x 22-22-22",
        "class Worker 23-23-23",
        "type Points 24-24-24",
        "function make 25-25-25",
        "constant shared 26-26-26",
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.java", "package a; import b.C; class A { void f() { int x = ; } void g( "),
        ("a.kt", "package a\nimport b.C\nclass A {\n fun f() {\n  val x =\n }\n fun g("),
        ("a.scala", "package a\nimport b.C\nclass A {\n def f = {\n val x = \n }\n def g("),
        ("a.cs", "namespace a; using b; class A { void f() { int x = ; } void g( "),
        ("a.swift", "import b\nclass A {\n func f() {\n let x =\n }\n func g("),
    ],
)
def test_broken_text_still_gives_words_and_most_often_more(path: str, text: str) -> None:
    facts = parse(path, of(path), text)
    assert {"A", "f", "g"} <= facts.words
    assert any(item.module.startswith("b") for item in facts.imports)


@pytest.mark.parametrize("path", ["a.java", "a.kt", "a.scala", "a.cs", "a.swift"])
@pytest.mark.parametrize(
    "piece", ["{", "(", "/*", '"', '"""', "'", "class A {", "a.", "import a\n"]
)
def test_hostile_text_ends(path: str, piece: str) -> None:
    """Deep, unclosed and endless texts give facts, or none, and always an answer."""
    assert parse(path, of(path), piece * 3_000).path == path
