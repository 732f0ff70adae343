"""Shell scripts lead to the files that they source, and to functions within their reach."""

from __future__ import annotations

from indexed import index_of

from context.parsing.parse import parse

FIXTURE = """
    //- /bin/main.sh
    #!/bin/bash
    source "$DIR/lib/one.sh"
    . ./near.sh
    . ${BASH_SOURCE%/*}/../lib/two.sh
    [ -f x ] && source "$(dirname "$0")/../lib/three.sh"
    source "$UNKNOWN/deep/four.sh"
    source "$EVERYTHING"
    source <(other)
    . /etc/profile
    source 'lib/$odd.sh'
    first
    # not used: second
    inner
    //- /bin/near.sh
    near() { :; }
    //- /lib/one.sh
    source "${0%/*}/inner.sh"
    first() { :; }
    function second { :; }
    //- /lib/inner.sh
    inner() { third; }
    //- /lib/two.sh
    pair() { second 1; }
    //- /lib/three.sh
    third() { :; }
    //- /lib/$odd.sh
    //- /some/deep/four.sh
    //- /test/main.bats
    setup() {
      load 'helper'
      bats_load_library "other"
    }
    @test "it runs" {
      run check
    }
    //- /test/helper.bash
    check() { :; }
"""


def test_every_edge_of_some_scripts() -> None:
    """Literal ends of paths, Bats' load, and functions sourced by way of others or beside them."""
    imports = index_of(FIXTURE).imports
    assert {path: dict(edges) for path, edges in imports.items() if edges} == {
        "bin/main.sh": {
            "bin/near.sh": ("near",),
            "lib/$odd.sh": (),
            "lib/inner.sh": ("inner",),
            "lib/one.sh": ("first",),
            "lib/three.sh": (),
            "lib/two.sh": (),
            "some/deep/four.sh": (),
        },
        "lib/one.sh": {"lib/inner.sh": ("inner",)},
        "lib/two.sh": {"lib/one.sh": ("second",)},
        "test/main.bats": {"test/helper.bash": ("check",)},
    }


SOURCE = """\
#!/bin/sh
LIMIT=3
readonly NAME=x
export SHOWN=1
# Say it.
say() {
  local inner=1
  echo "$1"
}
function shout
{
  say "$1!"
}
"""


def test_definitions() -> None:
    found = parse("a.sh", "Shell", SOURCE).definitions
    assert [f"{item.kind} {item.name} {item.line}:{item.head}:{item.last}" for item in found] == [
        "constant LIMIT 1:1:1",
        "constant NAME 2:2:2",
        "constant SHOWN 3:3:3",
        "function say 5:5:8",
        "function shout 9:10:12",
    ]
    assert found[3].doc == 4


def test_broken_text_still_has_facts() -> None:
    facts = parse("a.sh", "Shell", 'source lib/a.sh\nif [ x; then\nf() { echo "; }\n')
    assert [item.module for item in facts.imports] == ["lib/a.sh"]
