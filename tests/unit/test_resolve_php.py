"""PHP's names lead to the files of their namespaces, included paths to those files."""

from __future__ import annotations

from indexed import index_of

from context.parsing.parse import parse

FIXTURE = r"""
    //- /composer.json
    { "autoload": { "psr-4": { "App\\": "src/" }, "psr-0": { "Old_": "legacy" } } }
    //- /src/Kernel.php
    <?php
    namespace App;

    use App\Model\{User, Order as Purchase, function total};
    use App\Http as Web;
    use function App\Tools\slug;
    use const App\Tools\LIMIT;
    use Vendor\Thing;

    require_once __DIR__ . '/boot.php';
    include dirname(__DIR__) . "/config/app.php";
    require('helpers.php');
    require $somewhere . '/tail/only.php';

    // Not used: Unused
    final class Kernel extends Base implements \App\Contracts\Runs
    {
        use Traits\Logs;

        public function run(Purchase $order): Web\Response
        {
            $config = new Thing('Unused');
            \Old_Thing::go();
            return total($order) . slug(LIMIT) . namespace\shout() . $this->missing();
        }
    }
    //- /src/Base.php
    <?php
    namespace App;
    abstract class Base {}
    //- /src/Unused.php
    <?php
    namespace App;
    class Unused {}
    //- /src/functions.php
    <?php
    namespace App;
    function shout() {}
    function missing() {}
    //- /src/Model/User.php
    <?php
    namespace App\Model;
    class User {}
    //- /src/Model/Order.php
    <?php
    namespace App\Model;
    class Order {}
    //- /src/Model/functions.php
    <?php
    namespace App\Model;
    function total() {}
    //- /src/Http/Response.php
    <?php
    namespace App\Http;
    class Response {}
    //- /src/Tools/all.php
    <?php
    namespace App\Tools;
    const LIMIT = 3;
    function slug() {}
    //- /src/Contracts/Runs.php
    <?php
    namespace App\Contracts;
    interface Runs {}
    //- /src/Traits/Logs.php
    <?php
    namespace App\Traits;
    trait Logs {}
    //- /src/boot.php
    <?php
    //- /src/helpers.php
    <?php
    function slugify() {}
    //- /config/app.php
    <?php
    return [];
    //- /deep/tail/only.php
    <?php
    //- /legacy/Old/Thing.php
    <?php
    class Old_Thing {}
    //- /copy/Thing.php
    <?php
    class Old_Thing {}
    //- /src/view.php
    <p>It's <?= slugify($title) ?></p>
"""


def test_every_edge_of_a_project() -> None:
    """Groups, aliases, functions, constants, traits, names in full, own namespace, includes."""
    imports = index_of(FIXTURE).imports
    assert {path: dict(edges) for path, edges in imports.items() if edges} == {
        "src/Kernel.php": {
            "config/app.php": (),
            "deep/tail/only.php": (),
            "legacy/Old/Thing.php": ("Old_Thing",),
            "src/Base.php": ("Base",),
            "src/Contracts/Runs.php": ("Runs",),
            "src/Http/Response.php": ("Response",),
            "src/Model/Order.php": ("Order",),
            "src/Model/User.php": ("User",),
            "src/Model/functions.php": ("total",),
            "src/Tools/all.php": ("LIMIT", "slug"),
            "src/Traits/Logs.php": ("Logs",),
            "src/boot.php": (),
            "src/functions.php": ("shout",),
            "src/helpers.php": (),
        },
    }


SOURCE = """\
<?php
namespace App;

/** A box. */
#[Attr]
class Box extends Base
{
    const LIMIT = 1;
    private ?int $size = 1;

    public function __construct(private readonly string $name, int $plain)
    {
        $this->made = true;
    }
    abstract protected function open(): void;
}
enum Suit: string { case Hearts = 'h'; }
interface Opens { public function open(): void; }
function top(
    array $x
): int {
    return 1;
}
define('OLD', 2);
"""


def outline(source: str) -> list[str]:
    found = parse("a.php", "PHP", source).definitions
    return [
        f"{item.kind} {found[item.parent].name + '.' if item.parent >= 0 else ''}{item.name}"
        f" {item.line}:{item.head}:{item.last}"
        for item in found
    ]


def test_definitions() -> None:
    assert outline(SOURCE) == [
        "class Box 4:6:15",
        "constant Box.LIMIT 7:7:7",
        "field Box.size 8:8:8",
        "method Box.__construct 10:11:13",
        "attribute Box.name 10:10:10",
        "attribute Box.made 12:12:12",
        "method Box.open 14:14:14",
        "enum Suit 16:16:16",
        "field Suit.Hearts 16:16:16",
        "interface Opens 17:17:17",
        "method Opens.open 17:17:17",
        "function top 18:20:22",
        "constant OLD 23:23:23",
    ]
    facts = parse("a.php", "PHP", SOURCE)
    assert facts.package == "App"
    assert facts.definitions[0].doc == 3


def test_broken_text_still_has_facts() -> None:
    facts = parse("a.php", "PHP", "<?php\nuse A\\B;\nclass C { function d( { }\nfunction e() {}\n")
    assert "A" in {item.module for item in facts.imports}
    assert facts.definitions
