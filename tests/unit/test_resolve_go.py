"""Go's imports lead to the files of a package that define what is used."""

from __future__ import annotations

from indexed import index_of

FIXTURE = """
    //- /go.mod
    module example.com/m

    go 1.22
    //- /main.go
    package main

    import (
        "fmt"

        "example.com/m/util"
        . "example.com/m/dot"
        _ "example.com/m/drivers"
        other "example.com/m/go-names"
        "example.com/m/go-strange"
        "example.com/m/nested/inner"
        "example.com/elsewhere/util"
    )

    func main() {
        fmt.Println(util.Open(), Dotted, other.Alias, strange.Thing, inner.Deep, helper())
    }
    //- /helper.go
    package main

    func helper() int { return 1 }
    //- /util/open.go
    package util

    func Open() string { return name(opened) }
    //- /util/close.go
    package util

    const opened = "x"

    func Close() {}

    func name(s string) string { return s }
    //- /util/open_test.go
    package util

    func TestOpen() { Open(); Close() }
    //- /util/outside_test.go
    package util_test

    import "example.com/m/util"

    func TestOutside() { util.Close(); shared() }
    //- /util/shared_test.go
    package util_test

    func shared() {}
    //- /dot/dot.go
    package dot

    const Dotted = 1
    //- /drivers/a.go
    package drivers
    //- /drivers/doc.go
    package drivers
    //- /go-names/names.go
    package names

    var Alias = 1
    //- /go-strange/strange.go
    package strange

    var Thing = 1
    //- /nested/go.mod
    module example.com/m/nested
    //- /nested/inner/inner.go
    package inner

    var Deep = 1
"""


def test_every_edge_of_a_module() -> None:
    """Every form of import, a nested module, tests, and the files of one package."""
    imports = index_of(FIXTURE).imports
    assert {path: dict(edges) for path, edges in imports.items() if edges} == {
        "main.go": {
            "dot/dot.go": ("Dotted",),
            "drivers/doc.go": (),
            "go-names/names.go": ("Alias",),
            "go-strange/strange.go": ("Thing",),
            "helper.go": ("helper",),
            "nested/inner/inner.go": ("Deep",),
            "util/open.go": ("Open",),
        },
        "util/open.go": {"util/close.go": ("name", "opened")},
        "util/open_test.go": {"util/close.go": ("Close",), "util/open.go": ("Open",)},
        "util/outside_test.go": {
            "util/close.go": ("Close",),
            "util/shared_test.go": ("shared",),
        },
    }
