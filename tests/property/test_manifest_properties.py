"""No manifest, whatever it says, keeps a repository from being indexed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context.languages import of
from context.parsing.parse import parse
from context.resolve import Resolver
from context.resolve.compilation import include_folders
from context.resolve.jsonc import object_of

_SOURCES = {
    "a.ts": 'import { x } from "./b"\nimport y from "lib/z"\nimport "#in"\n',
    "a.go": 'package a\nimport "m/b"\n',
    "src/lib.rs": "mod b;\nuse other::x;\n",
    "a.php": "<?php\nnamespace A;\nuse B\\\\C;\n",
    "Sources/a/b.swift": "import other\n",
}
_MANIFESTS = {
    "go.mod": "module m\nrequire (\n\tx v1\n)\nreplace x => ../x\n",
    "package.json": '{"name": "lib", "main": "a", "exports": {"./*": {"x": "./*"}}, "imports": {}}',
    "tsconfig.json": '{"extends": "./b.json", "compilerOptions": {"baseUrl": ".", "paths": {}}}',
    "Cargo.toml": '[package]\nname = "x"\nedition = "2021"\n[lib]\npath = "a.rs"\n[[bin]]\nx = 1\n',
    "composer.json": '{"autoload": {"psr-4": {"A\\\\": "src"}, "classmap": ["x"], "files": []}}',
    "Package.swift": 'let p = Package(targets: [.target(name: "a", path: "Sources/a")])',
}
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["..", "./*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "main",
                    "exports",
                    "imports",
                    "extends",
                    "compilerOptions",
                    "baseUrl",
                    "paths",
                    "autoload",
                    "psr-4",
                    "files",
                    "classmap",
                    "workspaces",
                    "directory",
                    "command",
                    "arguments",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_PIECES = st.sampled_from(
    [
        '"',
        "\\",
        "/*",
        "//",
        "{",
        "[",
        "}",
        "]",
        ",",
        "=",
        "\n",
        "1" * 5_000,
        "\0",
        "..",
        "*",
        "\ud800",
    ]
)


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, str]:
    """A manifest of each kind: mutated, or any JSON at all."""
    made: dict[str, str] = {}
    for name, text in _MANIFESTS.items():
        if draw(st.booleans()):
            made[name] = json.dumps(draw(_JSON))
            continue
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        made[name] = text[:start] + draw(_PIECES | st.text(max_size=4)) + text[end:]
    return made


@settings(deadline=None)  # The first text of a language loads its grammar.
@given(manifests())
def test_no_manifest_makes_resolving_raise(made: dict[str, str]) -> None:
    texts = {**_SOURCES, **made}
    facts = {path: parse(path, of(path, text), text) for path, text in texts.items()}
    resolver = Resolver(facts)
    for each in facts.values():
        resolver.edges(each)


@given(_JSON | st.lists(_JSON), _PIECES)
def test_no_compilation_database_raises(value: object, piece: str) -> None:
    text = json.dumps(value)
    include_folders(text, "/r")
    include_folders(text[: len(text) // 2] + piece + text[len(text) // 2 :], "/r")


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_json_is_jsonc(value: dict[str, object]) -> None:
    """Quotes, comment marks and commas within strings are part of them."""
    assert object_of(json.dumps(value, indent=1)) == value


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 200_000, "/*" * 200_000, ("," + " " * 1_000) * 200, "[" * 100_000]
)
def test_what_ends_nowhere_is_gone_through_once(text: str) -> None:
    assert object_of(text) == {}
