"""Java, Kotlin and Scala: imports and packages lead to the files that a compiler would read."""

from __future__ import annotations

from indexed import index_of


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


_JAVA = """
    //- /core/src/main/java/com/acme/Shape.java
    package com.acme;
    public interface Shape { double area(); }
    //- /core/src/main/java/com/acme/Circle.java
    package com.acme;
    import com.acme.math.Trig;
    import static com.acme.math.Units.*;
    import static com.acme.math.Consts.PI;
    import java.util.List;
    /** Not a {@link Square}. */
    public class Circle implements Shape {
        List<Shape> parts;
        String said = "Square";
        public double area() { return PI * Trig.square(1) * INCH; }
    }
    //- /core/src/main/java/com/acme/Square.java
    package com.acme;
    import com.acme.math.*;
    import com.acme.math.Trig.Table;
    public class Square {
        Table table; Consts consts;
        com.acme.deep.Far far() { return null; }
        static class Shape { }
    }
    //- /core/src/main/java/com/acme/List.java
    package com.acme;
    class List { }
    //- /core/src/main/java/com/acme/math/Trig.java
    package com.acme.math;
    public final class Trig {
        public static double square(double x) { return x * x; }
        public static class Table { }
    }
    //- /core/src/main/java/com/acme/math/Units.java
    package com.acme.math;
    public final class Units { public static final double INCH = 2.54; }
    //- /core/src/main/java/com/acme/math/Consts.java
    package com.acme.math;
    public interface Consts { double PI = 3; }
    //- /core/src/main/java/com/acme/deep/Far.java
    package com.acme.deep;
    public record Far(int x) { }
    //- /core/src/test/java/com/acme/CircleTest.java
    package com.acme;
    class CircleTest { Circle circle; Helper helper; }
    //- /core/src/test/java/com/acme/Helper.java
    package com.acme;
    class Helper { Missing missing; }
    //- /core/src/main/java/com/acme/Main.java
    package com.acme;
    class Main { Helper helper; java.util.Map map; }
"""


def test_java_imports_by_name_by_star_and_static() -> None:
    """Comments and strings use nothing; `java.util.List` goes before the package's own."""
    assert edges(_JAVA, "core/src/main/java/com/acme/Circle.java") == {
        "core/src/main/java/com/acme/Shape.java": ("Shape",),
        "core/src/main/java/com/acme/math/Consts.java": ("PI",),
        "core/src/main/java/com/acme/math/Trig.java": ("Trig",),
        "core/src/main/java/com/acme/math/Units.java": ("INCH", "Units"),
    }


def test_java_nested_types_and_names_in_full() -> None:
    """A nested type goes before the package's type of the same name."""
    assert edges(_JAVA, "core/src/main/java/com/acme/Square.java") == {
        "core/src/main/java/com/acme/deep/Far.java": ("Far",),
        "core/src/main/java/com/acme/math/Consts.java": ("Consts",),
        "core/src/main/java/com/acme/math/Trig.java": ("Table", "Trig"),
    }


def test_java_tests_see_the_package_and_nobody_sees_tests() -> None:
    assert edges(_JAVA, "core/src/test/java/com/acme/CircleTest.java") == {
        "core/src/main/java/com/acme/Circle.java": ("Circle",),
        "core/src/test/java/com/acme/Helper.java": ("Helper",),
    }
    assert edges(_JAVA, "core/src/main/java/com/acme/Main.java") == {}
    assert edges(_JAVA, "core/src/test/java/com/acme/Helper.java") == {}


def test_programs_with_the_same_names_keep_apart() -> None:
    fixture = """
        //- /one/src/main/java/app/Main.java
        package app;
        class Main { Config config; }
        //- /one/src/main/java/app/Config.java
        package app;
        class Config { }
        //- /two/src/main/java/app/Config.java
        package app;
        class Config { }
        //- /scripts/A.java
        class A { B b; }
        //- /scripts/B.java
        class B { }
        //- /other/B.java
        class B { }
    """
    assert edges(fixture, "one/src/main/java/app/Main.java") == {
        "one/src/main/java/app/Config.java": ("Config",)
    }
    assert edges(fixture, "scripts/A.java") == {"scripts/B.java": ("B",)}


_KOTLIN = """
    //- /lib/src/commonMain/kotlin/Buffer.kt
    package acme.io
    expect class Buffer()
    //- /lib/src/jvmMain/kotlin/Buffer.kt
    package acme.io
    actual class Buffer
    //- /lib/src/nativeMain/kotlin/Buffer.kt
    package acme.io
    actual class Buffer
    //- /lib/src/commonMain/kotlin/Sources.kt
    package acme.io
    fun Source.buffered(): Buffer = Buffer()
    fun open(name: String): Source = Source()
    val Source.isOpen: Boolean get() = true
    const val LIMIT = 1
    class Source {
      fun read() = 1
    }
    object Registry {
      fun find() = 1
    }
    //- /lib/src/commonMain/kotlin/More.kt
    package acme.io
    fun Source.read(count: Int) = count
    fun String.shout() = this
    //- /lib/src/jvmMain/kotlin/Use.kt
    package acme.app
    import acme.io.Buffer
    import acme.io.buffered as wrapped
    import acme.io.Registry.find
    import kotlin.text.isEmpty
    fun use(buffer: Buffer, limit: Int) = limit.wrapped() + find()
    //- /lib/src/jvmMain/kotlin/Star.kt
    package acme.app
    import acme.io.*
    fun star(source: Source) = "a".shout() + source.read(1) + "$LIMIT"
    //- /lib/src/jvmMain/kotlin/Same.kt
    package acme.io
    fun same(it: Source) { if (it.isOpen) open("a") }
    fun shout() = 1
    //- /lib/src/jvmMain/java/Old.java
    package acme.app;
    import acme.io.SourcesKt;
    import acme.io.Source;
    class Old { Source source; }
"""


def test_kotlin_imports_functions_aliases_and_platforms() -> None:
    """A file of the JVM sees what is common and what is its platform's."""
    assert edges(_KOTLIN, "lib/src/jvmMain/kotlin/Use.kt") == {
        "lib/src/commonMain/kotlin/Buffer.kt": ("Buffer",),
        "lib/src/commonMain/kotlin/Sources.kt": ("buffered", "find"),
        "lib/src/jvmMain/kotlin/Buffer.kt": ("Buffer",),
    }


def test_kotlin_stars_bring_extensions() -> None:
    """A member goes before an extension of its name: `read` is the source's own."""
    assert edges(_KOTLIN, "lib/src/jvmMain/kotlin/Star.kt") == {
        "lib/src/commonMain/kotlin/More.kt": ("shout",),
        "lib/src/commonMain/kotlin/Sources.kt": ("LIMIT", "Source"),
    }


def test_kotlin_package_is_seen_without_imports() -> None:
    assert edges(_KOTLIN, "lib/src/jvmMain/kotlin/Same.kt") == {
        "lib/src/commonMain/kotlin/Sources.kt": ("Source", "isOpen", "open"),
    }


def test_kotlin_actual_leads_to_what_it_is_the_actual_of() -> None:
    assert edges(_KOTLIN, "lib/src/nativeMain/kotlin/Buffer.kt") == {
        "lib/src/commonMain/kotlin/Buffer.kt": ("Buffer",),
    }


def test_java_imports_kotlin() -> None:
    """Top-level functions stand in a class named after their file there."""
    assert edges(_KOTLIN, "lib/src/jvmMain/java/Old.java") == {
        "lib/src/commonMain/kotlin/Sources.kt": ("Source", "SourcesKt"),
    }


_SCALA = """
    //- /src/main/scala/acme/package.scala
    package object acme {
      type Bytes = Array[Byte]
      def twice(x: Int) = x * 2
    }
    //- /src/main/scala/acme/Model.scala
    package acme
    case class User(name: String)
    object User { def parse(s: String) = User(s) }
    trait Store
    //- /src/main/scala/acme/util/Text.scala
    package acme.util
    object Text { def trim(s: String) = s; val Empty = "" }
    object Codec
    given ordering: Ordering[Codec.type] = null
    //- /src/main/scala/acme/util/Rich.scala
    package acme.util
    extension (s: String) def loud: String = s
    //- /src/main/scala/acme/util/Api.scala
    package acme.util
    export acme.util.Text.trim
    //- /src/main/scala/acme/web/Page.scala
    package acme
    package web
    import util.Text
    import util.{Codec => C, Rich as _}
    import acme.util.Text._
    class Page(user: User) extends Store { def show(b: Bytes) = twice(1) + Empty }
    //- /src/main/scala/acme/web/Site.scala
    package acme.web
    import scala.collection.mutable
    import User.parse
    import acme.{User, Store => Kept}, acme.util._
    class Site { val page = new Page(null); "a".loud; acme.util.Codec }
    //- /src/main/scala/acme/web/Lone.scala
    package acme.web
    class Lone { def twice = 1; val user = acme.User("a") }
"""


def test_scala_clauses_open_packages_and_imports_are_relative() -> None:
    assert edges(_SCALA, "src/main/scala/acme/web/Page.scala") == {
        "src/main/scala/acme/Model.scala": ("Store", "User"),
        "src/main/scala/acme/package.scala": ("Bytes", "twice"),
        "src/main/scala/acme/util/Text.scala": ("Codec", "Empty", "Text"),
    }


def test_scala_braces_renames_wildcards_and_extensions() -> None:
    """`package acme.web` doesn't open `acme`; a name that is imported can be imported from."""
    assert edges(_SCALA, "src/main/scala/acme/web/Site.scala") == {
        "src/main/scala/acme/Model.scala": ("Store", "User", "parse"),
        "src/main/scala/acme/util/Rich.scala": ("loud",),
        "src/main/scala/acme/util/Text.scala": ("Codec",),
        "src/main/scala/acme/web/Page.scala": ("Page",),
    }


def test_scala_exports_and_names_in_full() -> None:
    assert edges(_SCALA, "src/main/scala/acme/util/Api.scala") == {
        "src/main/scala/acme/util/Text.scala": ("Text", "trim"),
    }
    assert edges(_SCALA, "src/main/scala/acme/web/Lone.scala") == {
        "src/main/scala/acme/Model.scala": ("User",),
    }
