"""Imports lead to the files that Python, JavaScript and Go would read."""

from __future__ import annotations

from indexed import index_of


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


def test_python_absolute_relative_and_submodules() -> None:
    fixture = """
        //- /pkg/__init__.py
        //- /pkg/base.py
        class Base: ...
        //- /pkg/sub/__init__.py
        //- /pkg/sub/views.py
        from ..base import Base
        from . import helpers as h
        from .. import sub
        import pkg.base
        import os
        h.run()
        //- /pkg/sub/helpers.py
        def run(): ...
    """
    assert edges(fixture, "pkg/sub/views.py") == {
        "pkg/base.py": ("Base",),
        "pkg/sub/__init__.py": (),
        "pkg/sub/helpers.py": ("run",),
    }


def test_python_reexports_lead_to_the_definition() -> None:
    """Through names, through stars, and through packages that import each other."""
    fixture = """
        //- /pkg/__init__.py
        from .app import App as Application
        from .more import *
        from . import tools
        //- /pkg/app.py
        class App: ...
        //- /pkg/more/__init__.py
        from pkg import tools
        from .deep import Deep
        //- /pkg/more/deep.py
        class Deep: ...
        //- /pkg/tools.py
        def tool(): ...
        //- /use.py
        from pkg import Application, Deep
        import pkg
        pkg.Application
        from .pkg.tools import tool
        from pkg import missing
    """
    assert edges(fixture, "use.py") == {
        "pkg/__init__.py": ("missing",),
        "pkg/app.py": ("Application",),
        "pkg/more/deep.py": ("Deep",),
        "pkg/tools.py": ("tool",),
    }


def test_python_src_layout_namespace_and_stub() -> None:
    fixture = """
        //- /src/lib/__init__.py
        //- /src/lib/core.py
        X = 1
        //- /space/one/mod.py
        Y = 1
        //- /typed.pyi
        Z: int
        //- /tests/test_core.py
        from lib.core import X
        from space.one import mod
        from space.one.mod import Y
        from typed import Z
        import json
        //- /tests/json.py
        //- /scripts/run.py
        import sibling
        //- /scripts/sibling.py
    """
    assert edges(fixture, "tests/test_core.py") == {
        "space/one/mod.py": ("Y",),
        "src/lib/core.py": ("X",),
        "typed.pyi": ("Z",),
    }
    assert edges(fixture, "scripts/run.py") == {"scripts/sibling.py": ()}


def test_python_star_takes_the_words_used() -> None:
    fixture = """
        //- /a.py
        from b import *
        one()
        //- /b.py
        def one(): ...
        def two(): ...
    """
    assert edges(fixture, "a.py") == {"b.py": ("one",)}


def test_javascript_guesses_as_bundlers_do() -> None:
    fixture = """
        //- /src/a.ts
        import { b } from './b.js'
        import C from './comp'
        import * as ui from './ui'
        const d = require('../lib/d')
        ui.Button
        import react from 'react'
        //- /src/b.ts
        export const b = 1
        //- /src/comp.tsx
        export default function Comp() {}
        //- /src/ui/index.ts
        export { Button } from './button'
        export * from './list'
        //- /src/ui/button.ts
        export class Button {}
        //- /src/ui/list.ts
        //- /lib/d.js
    """
    assert edges(fixture, "src/a.ts") == {
        "lib/d.js": ("d",),
        "src/b.ts": ("b",),
        "src/comp.tsx": ("default",),
        "src/ui/button.ts": ("Button",),
        "src/ui/index.ts": (),
    }


def test_typescript_paths_and_workspaces() -> None:
    """`tsconfig.json` has comments and trailing commas, and may extend another."""
    fixture = """
        //- /tsconfig.base.json
        { "compilerOptions": { "baseUrl": "." } }
        //- /app/tsconfig.json
        {
          // ours
          "extends": "../tsconfig.base.json",
          "compilerOptions": { "baseUrl": "src", "paths": { "@/*": ["./*"], }, },
        }
        //- /app/src/main.ts
        import { u } from '@/util'
        import { v } from 'values'
        import { k } from '@org/kit'
        import { x } from '@org/kit/extra'
        //- /app/src/util.ts
        //- /app/src/values.ts
        //- /kit/package.json
        { "name": "@org/kit", "main": "dist/index.js" }
        //- /kit/src/index.ts
        //- /kit/src/extra.ts
    """
    assert set(edges(fixture, "app/src/main.ts")) == {
        "app/src/util.ts",
        "app/src/values.ts",
        "kit/src/index.ts",
        "kit/src/extra.ts",
    }


def test_a_broken_manifest_is_none() -> None:
    fixture = """
        //- /tsconfig.json
        {{{
        //- /package.json
        [1]
        //- /a.ts
        import './b'
        //- /b.ts
    """
    assert edges(fixture, "a.ts") == {"b.ts": ()}


def test_go_packages_are_folders() -> None:
    """Those files count that define what is used; tests can't be imported."""
    fixture = """
        //- /go.mod
        module example.com/m
        //- /util/open.go
        package util
        func Open() {}
        //- /util/close.go
        package util
        func Close() {}
        //- /util/open_test.go
        package util
        func Open2() {}
        //- /main.go
        package main
        import "example.com/m/util"
        import "fmt"
        func main() { util.Open(); fmt.Println() }
    """
    assert edges(fixture, "main.go") == {"util/open.go": ("Open",)}
