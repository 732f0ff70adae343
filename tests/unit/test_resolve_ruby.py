"""Ruby's requires and constants lead to the files that a load path and a loader would read."""

from __future__ import annotations

from indexed import index_of

from context.parsing.parse import parse

FIXTURE = """
    //- /lib/shop.rb
    require "json"
    require "shop/version"
    require_relative "shop/errors"
    require_all "shop/commands"
    module Shop
      autoload :Cart, "shop/cart"
      def self.start; end
    end
    //- /lib/shop/version.rb
    module Shop
      VERSION = "1"
    end
    //- /lib/shop/errors.rb
    module Shop
      module Errors
        Empty = Class.new(StandardError)
      end
    end
    //- /lib/shop/commands/build.rb
    module Shop
      module Commands
        class Build; end
      end
    end
    //- /lib/shop/cart.rb
    module Shop
      # Not of interest: Commands
      class Cart
        include Priced
        def check
          raise Errors::Empty if Storage::FileStore.new.empty?
          File.read("x")
        end
      end
    end
    //- /lib/shop/priced.rb
    module Shop
      module Priced; end
    end
    //- /lib/shop/storage/file_store.rb
    module Shop
      class Storage::FileStore; end
    end
    //- /lib/shop/storage/file.rb
    module Shop
      class Storage::File; end
    end
    //- /lib/shop/readers/page_reader.rb
    module Shop
      class PageReader; end
    end
    //- /app/models/user.rb
    class User < Shop::Cart
    end
    //- /bin/tool.rb
    require File.expand_path("../lib/shop", __dir__)
    require File.join(__dir__, "setup")
    require File.expand_path("../other.rb", __FILE__)
    load "bin/third.rb"
    require "#{__dir__}/fourth"
    require name
    require "cart"
    Shop.start
    //- /bin/setup.rb
    //- /bin/other.rb
    //- /bin/third.rb
    //- /bin/fourth.rb
    //- /test/helper.rb
    class ShopTest; end
    def fresh_cart; end
    //- /test/test_cart.rb
    require "helper"
    class CartTest < ShopTest
      def test_it
        puts <<~SAID
          Build time
        SAID
        PageReader.new("Errors", "#{Storage}")
        fresh_cart.is_a?(Shop::Cart)
      end
    end
"""


def test_every_edge_of_a_gem() -> None:
    """Load path, relative paths, autoload, and constants by path; another gem leads nowhere."""
    imports = index_of(FIXTURE).imports
    assert {path: dict(edges) for path, edges in imports.items() if edges} == {
        "app/models/user.rb": {"lib/shop/cart.rb": ("Cart",)},
        "bin/tool.rb": {
            "bin/fourth.rb": (),
            "bin/other.rb": (),
            "bin/setup.rb": (),
            "bin/third.rb": (),
            "lib/shop.rb": ("Shop", "start"),
        },
        "lib/shop.rb": {
            "lib/shop/cart.rb": ("Cart",),
            "lib/shop/commands/build.rb": (),
            "lib/shop/errors.rb": (),
            "lib/shop/version.rb": (),
        },
        "lib/shop/cart.rb": {
            "lib/shop/errors.rb": ("Errors",),
            "lib/shop/priced.rb": ("Priced",),
            "lib/shop/storage/file_store.rb": ("FileStore",),
        },
        "test/test_cart.rb": {
            "lib/shop/cart.rb": ("Cart",),
            "lib/shop/readers/page_reader.rb": ("PageReader",),
            "test/helper.rb": ("ShopTest", "fresh_cart"),
        },
    }


SOURCE = """\
module Deep::Inner
  # A box.
  class Box < Base
    attr_reader :size, :owner
    LIMIT = 3
    Point = Struct.new(:x, :y) do
      def far?; end
    end
    def initialize(size,
                   owner: nil)
      @size = size
      @count = 0
    end
    def self.make = new(1)
    def plain; end
    class << self
      def build; end
    end
    alias fresh plain
    define_method(:zap) { 1 }
  end
end
"""


def outline(source: str) -> list[str]:
    found = parse("a.rb", "Ruby", source).definitions
    return [
        f"{item.kind} {found[item.parent].name + '.' if item.parent >= 0 else ''}{item.name}"
        f" {item.line}:{item.head}:{item.last}"
        for item in found
    ]


def test_definitions() -> None:
    assert outline(SOURCE) == [
        "module Inner 0:0:21",
        "class Inner.Box 2:2:20",
        "field Box.size 3:3:3",
        "field Box.owner 3:3:3",
        "constant Box.LIMIT 4:4:4",
        "class Box.Point 5:5:7",
        "field Point.x 5:5:5",
        "field Point.y 5:5:5",
        "method Point.far? 6:6:6",
        "method Box.initialize 8:9:12",
        "attribute Box.count 11:11:11",
        "method Box.make 13:13:13",
        "method Box.plain 14:14:14",
        "method Box.build 16:16:16",
        "method Box.fresh 18:18:18",
        "method Box.zap 19:19:19",
    ]
    assert parse("a.rb", "Ruby", SOURCE).definitions[1].doc == 1


def test_broken_text_still_has_facts() -> None:
    facts = parse(
        "a.rb", "Ruby", 'require "x"\nclass A\n  def b\n    x = [1,\n  end\n  def c; end\n'
    )
    assert {"b", "c"} & {item.name for item in facts.definitions}
    assert "x" in {item.module for item in facts.imports}


def test_a_comment_that_nothing_ends_hides_the_rest() -> None:
    source = "class A; end\n=begin\n=end\nclass B; end\n=begin\nclass C; end\n"
    assert outline(source) == ["class A 0:0:0", "class B 3:3:3"]
