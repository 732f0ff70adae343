"""C#: directives and namespaces lead to the files that define what is used."""

from __future__ import annotations

from indexed import index_of


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


_SHOP = """
    //- /Shop/Shop.csproj
    <Project />
    //- /Shop/Global.cs
    global using Shop.Text;
    global using static Shop.Limits;
    //- /Shop/Limits.cs
    namespace Shop;
    public static class Limits { public const int Most = 3; }
    //- /Shop/Text/Words.cs
    namespace Shop.Text
    {
        public static class Words
        {
            public static string Shout(this string said) => said;
            public static string Join(string a) => a;
        }
    }
    //- /Shop/Model.cs
    namespace Shop
    {
        public partial class Order { public int Total { get; set; } }
        namespace Parts
        {
            public record Part(string Name);
            public enum Size { Small, Large }
        }
    }
    class Everywhere { }
    //- /Shop/Order.Tax.cs
    namespace Shop;
    public partial class Order { public int Tax => Total; }
    //- /Shop/Attributes.cs
    namespace Shop.Marks;
    public class AuditedAttribute : System.Attribute { }
    //- /Shop/Web/Page.cs
    using System;
    using Shop.Parts;
    using Kind = Shop.Parts.Size;
    namespace Shop.Web;
    // Not the Label.
    public class Page
    {
        public Order Order { get; set; }
        public string Name = "Label".Shout();
        Kind kind = Kind.Small;
        int Count() => Most;
    }
    //- /Shop/Web/Label.cs
    using Shop.Marks;
    namespace Shop.Web;
    [Audited]
    public class Label
    {
        class Page { }
        string Name { get; set; }
        Page page = new Page();
        Everywhere here;
        object part = new Parts.Part("a");
    }
    //- /Shop/Web/Name.cs
    namespace Shop.Web;
    public class Name { }
    //- /Shop.Tests/Shop.Tests.csproj
    <Project />
    //- /Shop.Tests/PageTests.cs
    using Xunit;
    namespace Shop.Web.Tests
    {
        public class PageTests { Page page; Most most; }
    }
    //- /Shop.Tests/Fakes.cs
    namespace Shop;
    public class Fake { }
    //- /Shop/Alone.cs
    using Missing;
    namespace Elsewhere;
    class Alone { Fake fake; Order order; }
"""


def test_using_aliases_global_static_and_extensions() -> None:
    """`Label` stands in a comment and a string; `Most` comes by `global using static`."""
    assert edges(_SHOP, "Shop/Web/Page.cs") == {
        "Shop/Limits.cs": ("Most",),
        "Shop/Model.cs": ("Order", "Size"),
        "Shop/Order.Tax.cs": ("Order",),
        "Shop/Text/Words.cs": ("Shout",),
    }


def test_namespaces_attributes_and_what_is_named_in_part() -> None:
    """A property isn't the type of its name, and a nested type goes before others."""
    assert edges(_SHOP, "Shop/Web/Label.cs") == {
        "Shop/Attributes.cs": ("AuditedAttribute",),
        "Shop/Model.cs": ("Everywhere", "Part"),
    }


def test_parts_of_a_class_see_each_other() -> None:
    assert edges(_SHOP, "Shop/Order.Tax.cs") == {"Shop/Model.cs": ("Order",)}


def test_namespaces_around_are_seen_and_other_projects_are_not() -> None:
    assert edges(_SHOP, "Shop.Tests/PageTests.cs") == {"Shop/Web/Page.cs": ("Page",)}
    assert edges(_SHOP, "Shop/Alone.cs") == {}


def test_conditions_read_as_their_first_branch() -> None:
    fixture = """
        //- /a.cs
        #if FAST
        using Quick;
        #else
        using Slow;
        #endif
        namespace A;
        public class Runner
        #if FAST
            : Base
        #else
            : Other
        #endif
        {
            public Engine Engine;
        }
        //- /quick.cs
        namespace Quick;
        public class Engine { }
        //- /slow.cs
        namespace Slow;
        public class Engine { }
        //- /base.cs
        namespace A;
        public class Base { }
    """
    assert edges(fixture, "a.cs") == {"base.cs": ("Base",), "quick.cs": ("Engine",)}
