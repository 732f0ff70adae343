"""JavaScript's and TypeScript's imports lead to the files that bundlers and compilers read."""

from __future__ import annotations

import json

from indexed import index_of

from context.facts import FileFacts
from context.parsing.parse import parse
from context.resolve import manifests


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


def test_every_form_of_import() -> None:
    fixture = """
        //- /src/main.ts
        /// <reference path="globals.d.ts" />
        import type { A } from './a'
        import { type B as Bee } from './b.js'
        import C = require('./c')
        import './d.css'
        import raw from './raw.js?raw'
        export { E as F } from './e'
        export * as ns from './ns'
        const { g: gee } = require('./g')
        require('./h')
        type I = import('./i').I
        const j = await import('./j')
        import fs from 'fs'
        import missing from './missing'
        //- /src/globals.d.ts
        declare const G: string
        //- /src/a.ts
        export type A = { x: number }
        //- /src/b.ts
        export class B {}
        //- /src/c.ts
        class C {}
        export = C
        //- /src/raw.js
        //- /src/e.ts
        export const E = 1
        //- /src/ns.ts
        //- /src/g.js
        exports.g = function () {}
        //- /src/h.js
        //- /src/i.ts
        //- /src/j/index.ts
    """
    assert edges(fixture, "src/main.ts") == {
        "src/a.ts": ("A",),
        "src/b.ts": ("B",),
        "src/c.ts": ("C",),
        "src/e.ts": ("E",),
        "src/g.js": ("g",),
        "src/globals.d.ts": (),
        "src/h.js": (),
        "src/i.ts": (),
        "src/j/index.ts": (),
        "src/ns.ts": (),
        "src/raw.js": ("default",),
    }


def test_names_are_followed_through_all_that_pass_them_on() -> None:
    """Also through an import and an export that are two statements, and under another name."""
    fixture = """
        //- /use.ts
        import { one, two, deep, three } from './barrel'
        //- /barrel.ts
        import { one } from './one'
        import { second as two } from './two'
        export { one, two }
        export * as deep from './deep'
        export * from './three'
        //- /one.ts
        export const one = 1
        //- /two.ts
        export const second = 2
        //- /deep.ts
        export const x = 2
        //- /three.ts
        export const three = 3
    """
    assert edges(fixture, "use.ts") == {
        "barrel.ts": (),
        "deep.ts": ("deep",),
        "one.ts": ("one",),
        "three.ts": ("three",),
        "two.ts": ("two",),
    }


def test_packages_lead_to_the_sources_of_what_they_export() -> None:
    fixture = """
        //- /kit/package.json
        {
          "name": "@org/kit",
          "exports": {
            ".": { "types": "./dist/index.d.ts", "default": "./dist/index.mjs" },
            "./query": { "import": { "types": "./dist/query/index.d.mts" } },
            "./icons/*": "./dist/icons/*.js"
          },
          "imports": { "#inner/*": "./src/inner/*.ts" }
        }
        //- /kit/src/index.ts
        import { deep } from '#inner/deep'
        //- /kit/src/inner/deep.ts
        export const deep = 1
        //- /kit/src/query/index.ts
        export const q = 1
        //- /kit/src/icons/home.tsx
        export const Home = 1
        //- /app/main.ts
        import kit from '@org/kit'
        import { q } from '@org/kit/query'
        import { Home } from '@org/kit/icons/home'
        import { no } from '@org/other'
        import { inner } from '#inner/deep'
    """
    assert edges(fixture, "app/main.ts") == {
        "kit/src/icons/home.tsx": ("Home",),
        "kit/src/index.ts": ("default",),
        "kit/src/query/index.ts": ("q",),
    }
    assert edges(fixture, "kit/src/index.ts") == {"kit/src/inner/deep.ts": ("deep",)}


def test_configurations_extend_several_others() -> None:
    """The last that says something holds, and paths are read from where `baseUrl` is said."""
    fixture = """
        //- /config/base.json
        //- /config/tsconfig.paths.json
        { "compilerOptions": { "baseUrl": "..", "paths": { "~/*": ["lib/*"] } } }
        //- /app/tsconfig.json
        { "extends": ["../config/none", "../config/tsconfig.paths", "vendor/strict"] }
        //- /app/main.ts
        import { a } from '~/a'
        //- /lib/a.ts
        export const a = 1
    """
    assert edges(fixture, "app/main.ts") == {"lib/a.ts": ("a",)}


def test_members_of_types_enums_and_constructors() -> None:
    source = (
        "type Options = Base & {\n  deep: boolean\n  run(): void\n}\n"
        "enum Color { Red, Green = 2 }\n"
        "class Box {\n  constructor(private readonly size: number, plain: string) {}\n}\n"
        "declare const VERSION: string\n"
        "declare module Space.Inner { export function f(): void }\n"
        "const user: { inline: number } = make()\n"
    )
    facts = parse("a.ts", "TypeScript", source)
    found = facts.definitions
    assert [
        (item.kind, item.name, found[item.parent].name if item.parent >= 0 else "")
        for item in found
    ] == [
        ("interface", "Options", ""),
        ("field", "deep", "Options"),
        ("method", "run", "Options"),
        ("enum", "Color", ""),
        ("field", "Red", "Color"),
        ("field", "Green", "Color"),
        ("class", "Box", ""),
        ("method", "constructor", "Box"),
        ("attribute", "size", "Box"),
        ("constant", "VERSION", ""),
        ("module", "Space.Inner", ""),
        ("method", "f", "Space.Inner"),
        ("constant", "user", ""),
    ]


def test_scripts_of_components() -> None:
    """What stands around a script is no code, and places are those of the whole file."""
    source = (
        "<template>\n  <p class='x'>{{ it's }}</p>\n</template>\n"
        "<script setup lang=\"ts\">\nimport { useCart } from './cart'\n"
        "const total: number = 1\nfunction add(x: number) {\n  total\n}\n</script>\n"
        "<style>p { color: red }</style>\n"
    )
    found = parse("Shop.vue", "Vue", source).definitions
    assert [(item.kind, item.name, item.line, item.last) for item in found] == [
        ("constant", "total", 5, 5),
        ("function", "add", 6, 8),
    ]
    assert source[found[1].start : found[1].end].startswith("function add")
    files = """
        //- /src/Shop.vue
        <script setup>
        import Item from './Item.vue'
        import { useCart } from './cart'
        </script>
        <template><Item /></template>
        //- /src/Item.vue
        <script>
        export default { name: 'Item' }
        </script>
        //- /src/cart.ts
        export function useCart() {}
        //- /src/Page.svelte
        <h1>Shop</h1>
        <script>
        import { useCart } from './cart'
        //- /src/main.ts
        import Shop from './Shop.vue'
    """
    assert edges(files, "src/Shop.vue") == {
        "src/Item.vue": ("default",),
        "src/cart.ts": ("useCart",),
    }
    assert edges(files, "src/Page.svelte") == {"src/cart.ts": ("useCart",)}
    assert edges(files, "src/main.ts") == {"src/Shop.vue": ("default",)}


def test_configurations_that_extend_each_other_many_times_over_are_read_once(monkeypatch) -> None:
    """Twenty-five parents, five deep, are ten million ways to the same two files."""
    asked = []
    real = manifests.object_of
    monkeypatch.setattr(manifests, "object_of", lambda text: asked.append(text) or real(text))
    texts = {
        "tsconfig.json": json.dumps({"extends": ["./a/tsconfig.json"] * 25}),
        "a/tsconfig.json": json.dumps({"extends": ["../tsconfig.json"] * 25}),
    }
    facts = {path: FileFacts(path, "JSON", path, manifest=text) for path, text in texts.items()}
    assert set(manifests.projects(facts)) == {"", "a"}
    assert len(asked) <= 12
