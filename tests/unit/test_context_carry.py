"""The snippets at the head of a prompt stay, and what another place needs comes behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import marked
import pytest
from indexed import facts_of

from context.index import build
from context.languages import of
from context.selection.select import SelectState, select
from context.types import Behind, Selection, Snapshot

if TYPE_CHECKING:
    from context.types import Moment

_BODY = "\n".join(f"        step_{number} = value + {number}" for number in range(12))
_METHODS = "\n".join(
    f"    def {name}(self, value):\n{_BODY}" for name in ("lift", "drop", "turn", "stop")
)
FILES = {
    "crane.py": f"class Crane:\n{_METHODS}\n",
    "boat.py": f"from crane import Crane\nclass Boat(Crane):\n{_METHODS}\n",
    "train.py": f"class Train:\n{_METHODS}\ndef couple(train, other): ...\n",
}
MAIN = marked.parse("""
    //- /main.py
    from boat import Boat
    from train import Train, couple
    # A text long enough to tell by it how many tokens a character makes: in these tests,
    # with a counter that counts characters, it is one. So nothing is guessed too low, and
    # what is added is what was meant to be.
    def sail():
        boat = Boat()
        boat.
    def ride():
        train = Train()
        train.
        couple()
""").files["main.py"]
BOAT = MAIN.index("boat.\n") + 5
TRAIN = MAIN.index("train.\n") + 6
CALL = MAIN.index("couple()") + 7


@dataclass(frozen=True)
class Characters:
    """A counter for which a token is a character, and a header costs so many."""

    header: int = 10

    def text(self, text: str, /) -> int:
        """One a character."""
        return len(text)

    def snippet(self, path: str, text: str, /) -> int:
        """The text and its header."""
        del path
        return self.header + len(text)


def ask(
    state: SelectState,
    cursor: int,
    *,
    budget: int = 700,
    moment: Moment = "leap",
    files: dict[str, str] | None = None,
    path: str = "main.py",
    cost: Characters | None = None,
    behind: Behind | None = None,
) -> tuple[Selection, SelectState]:
    found = FILES if files is None else files
    snapshot = Snapshot(path, of(path), 1, MAIN, cursor)
    selection, made = select(
        build(facts_of(found)), snapshot, state,
        budget_tokens=budget, cost=cost or Characters(), read=found.get, moment=moment,
        behind=behind,
    )  # fmt: skip
    counter = cost or Characters()
    room = budget + (behind.tokens if behind else 0)
    assert sum(counter.snippet(item.path, item.text) for item in selection.snippets) <= room
    return selection, made


def paths(selection: Selection) -> list[str]:
    return [item.path for item in selection.snippets]


def test_what_another_place_needs_comes_behind_what_stays() -> None:
    first, state = ask(SelectState(), TRAIN, budget=350)
    assert paths(first) == ["crane.py", "boat.py", "train.py"]
    second, _ = ask(state, BOAT, budget=350)
    assert second.snippets[:2] == first.snippets[:2]
    assert paths(second)[2:] == ["train.py", "boat.py"]
    assert "def lift" in second.snippets[3].text


def test_the_very_state_comes_back_where_nothing_is_missing() -> None:
    first, state = ask(SelectState(), BOAT, budget=20_000)
    for moment in ("leap", "idle", "typing"):
        again, same = ask(state, TRAIN, budget=20_000, moment=moment)
        assert same is state
        assert again.snippets is first.snippets


def test_of_a_file_that_stands_there_comes_what_it_does_not_show() -> None:
    first, state = ask(SelectState(), BOAT, budget=400)
    stood = first.snippets[0]
    assert (stood.path, "def couple" in stood.text) == ("train.py", True)
    second, _ = ask(state, TRAIN, budget=400)
    assert second.snippets[0] is stood
    assert paths(second) == ["train.py", "crane.py", "boat.py", "train.py"]
    assert "def lift" in second.snippets[3].text
    assert "def couple" not in second.snippets[3].text


def test_ranks_tell_what_goes_first_what_came_last() -> None:
    _, state = ask(SelectState(), TRAIN, budget=350)
    second, _ = ask(state, BOAT, budget=350)
    ranks = [item.rank for item in second.snippets]
    assert min(ranks[2:]) > max(ranks[:2])


@pytest.mark.parametrize("moment", ["idle", "reach"])
def test_what_is_missing_comes_behind_what_stands_in_front(moment: Moment) -> None:
    first, state = ask(SelectState(), BOAT, budget=400)
    behind = Behind(len(first.snippets), 300)
    more, reached = ask(state, TRAIN, budget=400, moment=moment, behind=behind)
    assert more.snippets[: len(first.snippets)] == first.snippets
    assert "def lift" in "".join(item.text for item in more.snippets[len(first.snippets) :])
    assert ask(reached, TRAIN, budget=400, moment=moment, behind=behind)[1] is reached
    assert ask(reached, TRAIN, budget=400, moment="typing", behind=behind)[1] is reached
    small = Behind(len(first.snippets), 5)
    fewer, _ = ask(reached, TRAIN, budget=400, moment="typing", behind=small)
    assert fewer.snippets == first.snippets


@pytest.mark.parametrize("moment", ["idle", "reach"])
def test_without_room_behind_the_document_what_is_missing_waits_for_a_leap(moment: Moment) -> None:
    """A small budget is chosen for anew in a pause: to read it again takes no time."""
    _, state = ask(SelectState(), BOAT, budget=400)
    assert ask(state, TRAIN, budget=2_000, moment=moment)[1] is state
    assert (ask(state, TRAIN, budget=400, moment=moment)[1] is state) == (moment == "reach")


def test_in_a_pause_an_import_that_was_typed_since_counts() -> None:
    """Room behind the document or not."""
    other = FILES | {"plane.py": "class Plane:\n    def fly(self, height): ...\n"}
    text = MAIN.replace("\n", "\nfrom plane import Plane\n", 1)
    index, cost = build(facts_of(other)), Characters()
    options = {"budget_tokens": 900, "cost": cost, "read": other.get}
    before = Snapshot("main.py", of("main.py"), 1, MAIN, BOAT)
    _, state = select(index, before, SelectState(), **options)
    after = Snapshot("main.py", of("main.py"), 2, text, text.index("boat.\n") + 5)
    made, same = select(index, after, state, **options, moment="idle")
    assert "plane.py" in paths(made)
    assert select(index, after, same, **options, moment="idle")[1] is same


def test_a_file_that_has_changed_is_made_anew_and_what_follows_with_it() -> None:
    first, state = ask(SelectState(), BOAT)
    place = paths(first).index("crane.py")
    changed = FILES | {"crane.py": FILES["crane.py"].replace("drop", "haul")}
    typing, same = ask(state, BOAT, moment="typing", files=changed)
    assert same is state
    assert typing.snippets is first.snippets
    for moment in ("leap", "idle"):
        anew, _ = ask(state, BOAT, moment=moment, files=changed)
        assert anew.snippets[:place] == first.snippets[:place]
        assert "haul" in "".join(item.text for item in anew.snippets[place:])
        assert "drop" not in "".join(i.text for i in anew.snippets if i.path == "crane.py")


def test_a_file_that_is_gone_goes_at_once() -> None:
    _, state = ask(SelectState(), BOAT)
    left = {path: text for path, text in FILES.items() if path != "crane.py"}
    for moment in ("typing", "leap", "idle"):
        assert "crane.py" not in paths(ask(state, BOAT, moment=moment, files=left)[0])


def test_while_text_is_typed_nothing_is_looked_at() -> None:
    """Neither a text nor the document, nor is anything counted."""

    class Blind(Characters):
        def snippet(self, path: str, text: str, /) -> int:
            raise AssertionError(path, text)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Characters)

        def __hash__(self) -> int:
            return 0

    def read(path: str) -> str:
        raise AssertionError(path)

    first, state = ask(SelectState(), BOAT)
    snapshot = Snapshot("main.py", "Python", 2, MAIN[:BOAT] + "lift", BOAT + 4)
    again, same = select(
        build(facts_of(FILES)), snapshot, state,
        budget_tokens=700, cost=Blind(), read=read, moment="typing",
    )  # fmt: skip
    assert same is state
    assert again.snippets is first.snippets
    assert (again.prefix, again.suffix) == (MAIN[:BOAT] + "lift", "")


def test_less_room_takes_from_the_end() -> None:
    first, state = ask(SelectState(), BOAT)
    less = sum(10 + len(item.text) for item in first.snippets) - 1
    typed, fewer = ask(state, BOAT, budget=less, moment="typing")
    assert typed.snippets == first.snippets[:-1]
    assert ask(fewer, BOAT, budget=less, moment="typing")[1] is fewer
    assert ask(state, BOAT, budget=5, moment="typing")[0].snippets == ()


def test_a_budget_that_wobbles_leaves_the_head_alone() -> None:
    first, state = ask(SelectState(), BOAT, budget=2_000)
    for budget in (1_950, 2_050, 1_900, 2_100):
        again, state = ask(state, BOAT, budget=budget)
        assert again.snippets[:2] == first.snippets[:2]


def test_another_document_or_another_counter_begins_anew() -> None:
    _, state = ask(SelectState(), BOAT)
    other, _ = ask(state, BOAT, path="other.py", moment="typing")
    assert other == ask(SelectState(), BOAT, path="other.py")[0]
    dearer = Characters(header=100)
    assert ask(state, BOAT, cost=dearer, moment="typing") == ask(SelectState(), BOAT, cost=dearer)


def test_what_holds_a_secret_is_not_added() -> None:
    first, state = ask(SelectState(), BOAT, budget=400)
    snapshot = Snapshot("main.py", "Python", 1, MAIN, TRAIN)
    selection, _ = select(
        build(facts_of(FILES)), snapshot, state,
        budget_tokens=400, cost=Characters(), read=FILES.get,
        passes=lambda path, *_: path[0] != "t",
    )  # fmt: skip
    assert selection.snippets[0] is first.snippets[0]
    assert "train.py" not in paths(selection)[1:]
