"""What holds for Ruby, PHP, Lua, shell scripts, Go and components, whatever is typed in them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from indexed import facts_of

from context.index import build
from context.languages import of
from context.parsing.code import code
from context.parsing.parse import parse
from context.parsing.scripts import scripts
from context.text import to_bytes

PIECES = st.sampled_from(
    [
        "require 'lib/a'\n", 'require_relative "b"\n', "module A\n", "class B < A::C\n", "end\n",
        "  C = 1\n", "B.new\n", "A::C\n", '"#{B}"\n', "=begin\n",
        "<?php\n", "namespace N;\n", "use N\\{B, C as D};\n", "class C {}\n", "new D();\n",
        "require __DIR__ . '/a.php';\n", '"$x ', "function b() {}\n", "b();\n", "#[A]\n",
        'local b = require("b")\n', "b.run()\n", "function M.run() end\n", "--[[", "--[==[", "]]",
        'source "$D/b.sh"\n', ". a.sh\n", "run() { b; }\n", "b() {\n", "}\n", "$(", "'", '"',
        "package a\n", "func B() { run() }\n", "type C struct { B int }\n", 'import "m/a"\n',
        "<script>", "</script>", "import { b } from './b'\n", "export { b }\n",
        "export * from './a'\n",
        "\u00e4", "\ud800", "\0", "\r\n", "#", "/*", "\\",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join)
ENDINGS = ("rb", "php", "lua", "sh", "go", "ts", "vue")
PATHS = st.sampled_from([f"{name}.{end}" for name in ("lib/a", "b", "lib/c") for end in ENDINGS])
FILES = st.dictionaries(PATHS, TEXTS, min_size=2, max_size=8)


@given(FILES, st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_text_leads_where_a_new_start_would(
    files: dict[str, str], data: st.DataObject
) -> None:
    facts = facts_of(files | {"go.mod": "module m\n"})
    index = build(facts)
    for _ in range(2):
        path = data.draw(st.sampled_from(sorted(files)))
        news = {path: parse(path, of(path), data.draw(TEXTS))}
        facts |= news
        index = index.with_texts(news)
        fresh = build(facts)
        assert index.imports == fresh.imports
        assert index.order == fresh.order


@given(TEXTS)
def test_code_is_part_of_the_text_and_scripts_stay_in_place(text: str) -> None:
    data = to_bytes(text)
    for language in ("Ruby", "PHP", "Lua", "Shell"):
        assert len(code(data, language)) <= 2 * len(data) + 1
    shown = scripts(data)
    assert len(shown) == len(data)
    assert all(one in (other, ord(" ")) for one, other in zip(shown, data, strict=True))
