"""Includes lead to the files that a C or C++ compiler would read."""

from __future__ import annotations

import json

from indexed import index_of

from context.facts import FileFacts
from context.index import build
from context.parsing.parse import parse
from context.resolve.compilation import include_folders


def edges(fixture: str, path: str) -> dict[str, tuple[str, ...]]:
    return dict(index_of(fixture).imports[path])


def test_quoted_includes_lie_beside_the_file_that_names_them() -> None:
    """Names are those of the header that the file's text has; macros and constants count."""
    fixture = """
        //- /src/main.c
        #include "config.h"
        #include "../lib/list.h"
          #  include "table.inc" /* rows */
        #include <stdio.h>
        #include "nowhere.h"
        #include HEADER
        int main(void) { struct list *l = list_new(); return MAX(RED, color_of(l)); }
        //- /src/config.h
        #define MAX(a, b) ((a) > (b))
        #define UNUSED 1
        //- /other/config.h
        #define MAX 1
        //- /lib/list.h
        struct list { int n; };
        struct list *list_new(void);
        enum { RED, GREEN };
        //- /src/table.inc
        {1, 2},
        //- /src/stdio.h
        int printf(const char *, ...);
    """
    assert edges(fixture, "src/main.c") == {
        "lib/list.h": ("RED", "list", "list_new"),
        "src/config.h": ("MAX",),
        "src/table.inc": (),
    }


def test_other_includes_are_guessed_from_the_paths() -> None:
    """The includer's own folders, then folders named `include`, then the only one there is."""
    fixture = """
        //- /db/store.cc
        #include "db/store.h"
        #include "leveldb/slice.h"
        #include <port/port.h>
        #include "util.h"
        db::Store s; Slice t; int u;
        //- /db/store.h
        namespace db { class Store { int a; }; }
        //- /third_party/db/store.h
        class Wrong {};
        //- /include/leveldb/slice.h
        class Slice { int size; };
        //- /third_party/x/leveldb/slice.h
        class Slice {};
        //- /vendor/port/port.h
        typedef int u;
        //- /a/util.h
        //- /db/deep/util.h
    """
    assert edges(fixture, "db/store.cc") == {
        "db/deep/util.h": (),
        "db/store.h": ("Store", "db"),
        "include/leveldb/slice.h": ("Slice",),
        "vendor/port/port.h": ("u",),
    }


def test_headers_of_the_system_are_the_system_s() -> None:
    """`<string.h>` in angle brackets isn't the file of that name that lies somewhere here."""
    fixture = """
        //- /src/a.c
        #include <string.h>
        #include <sys/types.h>
        #include <vector>
        #include "string.h"
        //- /compat/string.h
        //- /compat/sys/types.h
    """
    assert edges(fixture, "src/a.c") == {"compat/string.h": ()}


def test_includes_in_comments_and_strings_are_none() -> None:
    """And those are some that stand where a grammar expects none."""
    fixture = r"""
        //- /a.c
        /* Use it like this:
        #include "commented.h"
        */
        // #include "commented.h"
        const char *s = "/*";
        static const struct op ops[] = {
        #define OP(name) {#name},
        #include "ops.h"
        #undef OP
        };
        const char *t = "\
        #include \"commented.h\"";
        //- /ops.h
        OP(add)
        //- /commented.h
    """
    assert edges(fixture, "a.c") == {"ops.h": ()}


def test_broken_text_still_includes() -> None:
    fixture = """
        //- /a.cc
        #include "b.h"
        class X : public { void f( ; }}} ((((
        #include "c.h"
        //- /b.h
        //- /c.h
    """
    assert edges(fixture, "a.cc") == {"b.h": (), "c.h": ()}


def test_a_compilation_database_says_where_headers_lie() -> None:
    """The nearest of its folders wins, and all of them come before a guess."""
    texts = {
        "app/main.c": '#include <api.h>\n#include "gen.h"\nint x = api + gen;',
        "lib/private/api.h": "int api;",
        "include/api.h": "int api;",
        "build/gen/gen.h": "int gen;",
        "other/gen.h": "int gen;",
    }
    facts = {path: parse(path, "C", text) for path, text in texts.items()}
    database = FileFacts(
        "build/compile_commands.json", "JSON", "", manifest="lib/private\nbuild/gen"
    )
    found = build({**facts, database.path: database}).imports["app/main.c"]
    assert found == {"build/gen/gen.h": ("gen",), "lib/private/api.h": ("api",)}


def test_the_folders_of_a_compilation_database() -> None:
    """Every spelling of the flag, relative to the call's folder, those below the root only."""
    calls = [
        {
            "directory": "/home/me/p/build",
            "command": r'cc -I../include -isystem /usr/include -I "/home/me/p/a b" -Igen\ d -c x.c',
            "file": "x.c",
        },
        {"directory": "/home/me/p", "arguments": ["cc", "-iquote", "src", "-I.", "-I/home/me/pq"]},
        {"directory": "/home/me/p", "command": 7},
        "no call",
    ]
    found = include_folders(json.dumps(calls), "/home/me/p")
    assert found == ("include", "a b", "build/gen d", "src", "")
    assert include_folders("[{", "/home/me/p") == ()
    assert include_folders("{}", "/home/me/p") == ()


def test_windows_folders_of_a_compilation_database() -> None:
    calls = [{"directory": "C:\\p\\build", "arguments": ["cl.exe", "/IC:\\p\\inc", "-I..\\src"]}]
    assert include_folders(json.dumps(calls), "C:\\p") == ("inc", "src")


def test_a_changed_header_keeps_the_includer_s_edges_right() -> None:
    """An edge that is made after a change is the edge of a fresh index."""
    before = {"a.c": '#include "b.h"\nint y = one;', "b.h": "int one;"}
    facts = {path: parse(path, "C", text) for path, text in before.items()}
    news = parse("b.h", "C", "int two;")
    assert build(facts).with_texts({"b.h": news}).imports["a.c"] == {"b.h": ()}
