"""Lua's requires lead to the files of those modules."""

from __future__ import annotations

from indexed import index_of

from context.parsing.parse import parse

FIXTURE = """
    //- /lua/shop/init.lua
    local Util = require("shop.util")
    local cart = require 'shop.cart'
    local ok, late = pcall(require, "shop.late")
    require("shop.tasks." .. name)
    require("shop.view").show():close()
    dofile("scripts/setup.lua")
    require(name)
    require("ffi")
    local near = require("near")
    local M = {}
    function M.run()
      Util.track(cart.new())
      cart:add(late.on)
    end
    return M
    //- /lua/shop/util.lua
    local M = {}
    M.track = function(x) end
    return M
    //- /lua/shop/cart.lua
    local Cart = {}
    function Cart:add(x) end
    return Cart
    //- /lua/shop/late.lua
    return { on = 1 }
    //- /lua/shop/view/init.lua
    return {}
    //- /lua/shop/tasks/one.lua
    return {}
    //- /lua/shop/tasks/two.lua
    return {}
    //- /lua/shop/near.lua
    return {}
    //- /scripts/setup.lua
    -- nothing
    //- /deps/other/ffi.lua
    return {}
    //- /spec/shop_spec.lua
    local shop = require("shop")
    shop.run()
"""


def test_every_edge_of_a_plugin() -> None:
    """Both ways to call, a protected call, a name's beginning, chains, files, near modules."""
    imports = index_of(FIXTURE).imports
    assert {path: dict(edges) for path, edges in imports.items() if edges} == {
        "lua/shop/init.lua": {
            "lua/shop/cart.lua": ("add", "new"),
            "lua/shop/late.lua": ("on",),
            "lua/shop/near.lua": (),
            "lua/shop/tasks/one.lua": (),
            "lua/shop/tasks/two.lua": (),
            "lua/shop/util.lua": ("track",),
            "lua/shop/view/init.lua": ("show",),
            "scripts/setup.lua": (),
        },
        "spec/shop_spec.lua": {"lua/shop/init.lua": ("run",)},
    }


SOURCE = """\
local Util = require("util")
---@class Box
local Box = {}
Box.limit = 3
--- Make one.
function Box.new(size,
                 owner)
  local self = setmetatable({}, { __index = Box })
  self.size = size
  return self
end
function Box:open() end
Box.close = function(x) end
local function own() end
function everywhere() end
local handlers = {
  click = function(event) end,
}
return Box
"""


def test_definitions() -> None:
    found = parse("a.lua", "Lua", SOURCE).definitions
    assert [
        f"{item.kind} {item.owner + ':' if item.owner else ''}{item.name}"
        f" {item.line}:{item.head}:{item.last}"
        for item in found
    ] == [
        "constant Box 2:2:2",
        "constant limit 3:3:3",
        "function new 5:6:10",
        "method Box:open 11:11:11",
        "function close 12:12:12",
        "function own 13:13:13",
        "function everywhere 14:14:14",
        "constant handlers 15:17:17",
        "method click 16:16:16",
    ]
    assert [item.doc for item in found[:3]] == [1, -1, 4]


def test_broken_text_still_has_facts() -> None:
    facts = parse("a.lua", "Lua", 'local x = require("x")\nfunction f(\nfunction g() end\n')
    assert "x" in {item.module for item in facts.imports}
    assert facts.definitions


def test_a_heap_of_open_brackets_hides_the_rest() -> None:
    """One alone doesn't: it may be part of a pattern."""
    assert len(parse("a.lua", "Lua", 'x = "[[a"\nfunction f() end\n').definitions) == 2
    assert len(parse("a.lua", "Lua", "x = 1\n" + "[[" * 20_000).definitions) == 1
