"""What a selection costs and that it is one, for any budget that a model may have."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from indexed import facts_of

from context.index import Index, build
from context.selection.select import SelectState, select
from context.types import Behind, Moment, Selection, Snapshot

if TYPE_CHECKING:
    from context.facts import FileFacts

BUDGETS = st.integers(256, 4_096) | st.integers(4_096, 131_072)


def _shapes(most_methods: int) -> st.SearchStrategy[list[tuple[int, set[int]]]]:
    """How many methods the class of each file has, and which of the other files it imports."""
    imported = st.sets(st.integers(0, 4), max_size=3)
    return st.lists(st.tuples(st.integers(0, most_methods), imported), min_size=2, max_size=5)


MOMENTS: tuple[Moment, ...] = ("typing", "reach", "leap", "idle")
# Where the cursor goes, what has happened, the budget, which other file is edited before, and
# the room behind the document.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3_000),
        st.sampled_from(MOMENTS),
        st.sampled_from((300, 700, 2_000, 2_050)),
        st.none() | st.integers(1, 4),
        st.none() | st.sampled_from((0, 60, 400)),
    ),
    min_size=1,
    max_size=8,
)


class Thirds:
    """Tokens of three characters, so that a header and a text round up apart."""

    def text(self, text: str, /) -> int:
        """Tokens of a bare text."""
        return -(-len(text) // 3)

    def snippet(self, path: str, text: str, /) -> int:
        """Tokens of a text with its header."""
        return self.text(path) + self.text(text) + 2


def _module(number: int, n_methods: int, imported: set[int]) -> str:
    imports = [f"from m{other} import C{other}\n" for other in sorted(imported - {number})]
    base = f"C{min(imported)}" if imported - {number} and min(imported) != number else "object"
    methods = [
        f"    def step{each}(self, value: int) -> int:\n"
        f'        """Step {each}."""\n'
        f"        return self.step{each // 2}(value + {each})\n"
        for each in range(n_methods)
    ]
    return "".join([*imports, f"class C{number}({base}):\n", *methods, "    width = 1\n"])


@given(_shapes(400), BUDGETS, st.integers(0, 3_000))
@settings(max_examples=40, deadline=None)
def test_no_budget_is_exceeded_whatever_was_asked_before(
    shapes: list[tuple[int, set[int]]], budget: int, at: int
) -> None:
    """The same files, place and budget give the same snippets, with a cold memo and a warm one."""
    files = _files(shapes)
    text = files["m0.py"]
    snapshot = Snapshot("m0.py", "Python", 1, text, min(at, len(text)))
    index, cost = build(facts_of(files)), Thirds()

    def asked(state: SelectState, tokens: int) -> tuple[Selection, SelectState]:
        return select(index, snapshot, state, budget_tokens=tokens, cost=cost, read=files.get)

    first, state = asked(SelectState(), budget)
    assert sum(cost.snippet(item.path, item.text) for item in first.snippets) <= budget
    asked(SelectState(memo=state.memo), budget // 2)
    assert asked(SelectState(memo=state.memo), budget)[0] == first
    assert asked(state, budget)[0] == first


@given(_shapes(60), STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_head_moves_late_and_all_that_matters_is_shown(
    shapes: list[tuple[int, set[int]]],
    steps: list[tuple[int, Moment, int, int | None, int | None]],
) -> None:
    """Never over the budget, the same again for the same, and no change where nothing lacks."""
    files = _files(shapes)
    cost, state, n_front = Thirds(), SelectState(), 0
    for at, moment, budget, edited, late in steps:
        is_behind = late is not None and moment != "leap" and n_front > 0
        behind = Behind(n_front, late or 0) if is_behind else None
        if edited is not None and f"m{edited}.py" in files:
            files[f"m{edited}.py"] += f"\n\ndef added{at}(value): ...\n"
        index = build({path: _facts(path, text) for path, text in files.items()})
        snapshot = Snapshot("m0.py", "Python", 1, files["m0.py"], min(at, len(files["m0.py"])))

        def asked(
            last: SelectState,
            moment: Moment = moment,
            *,
            index: Index = index,
            snapshot: Snapshot = snapshot,
            budget: int = budget,
            behind: Behind | None = behind,
        ) -> tuple[Selection, SelectState]:
            return select(
                index,
                snapshot,
                last,
                budget_tokens=budget,
                cost=cost,
                read=files.get,
                moment=moment,
                behind=behind,
            )

        selection, made = asked(state)
        assert (selection, made) == asked(state)
        room = budget + (behind.tokens if behind else 0)
        assert sum(cost.snippet(item.path, item.text) for item in selection.snippets) <= room
        before, after = state.snippets, selection.snippets
        is_typing = moment == "typing" or (moment == "reach" and behind is None)
        if is_typing and before:
            assert after in {before[:n] for n in range(len(before) + 1)}
        elif behind is None and after and before and after[0] is before[0]:
            # Something stayed, so all that matters here is shown: asked again, nothing changes.
            assert asked(made, "idle")[1] is made
        if all(index.facts[item.snippet.path].digest == item.digest for item in made.chosen):
            assert asked(made, "typing")[1] is made
        state = made
        n_front = n_front if behind and len(after) >= n_front else len(after)


@lru_cache(maxsize=64)
def _facts(path: str, text: str) -> FileFacts:
    return facts_of({path: text})[path]


def _files(shapes: list[tuple[int, set[int]]]) -> dict[str, str]:
    return {
        f"m{number}.py": _module(
            number, n_methods, {each for each in imported if each < len(shapes)}
        )
        for number, (n_methods, imported) in enumerate(shapes)
    }
