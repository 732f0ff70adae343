"""One loaded model, as numbers in and numbers out; every pointer of the library stays here."""

from __future__ import annotations

from ctypes import create_string_buffer
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.errors import BackendError

if TYPE_CHECKING:
    import numpy.typing as npt

    Ids = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.float32]

_NO_ROOM = 1
_OUT_OF_MEMORY = -2


class Native:
    """Model, context and the batch that tokens are put into.

    A sequence is a row of tokens with keys and values of its own memory; they are
    numbered from 0.

    Args:
        library: the module `llama_cpp`.
        model: a pointer, freed by `close`.
        context: likewise.
        n_batch: how many tokens are passed through at once at most.
    """

    def __init__(self, library: Any, model: Any, context: Any, n_batch: int) -> None:
        self._lib, self._model, self._context = library, model, context
        self._memory: Any = library.llama_get_memory(context)
        self._vocab: Any = library.llama_model_get_vocab(model)
        self.n_batch = n_batch
        self.n_ids = int(library.llama_vocab_n_tokens(self._vocab))
        self._batch: Any = library.llama_batch_init(n_batch, 0, 1)
        shape = (n_batch,)
        as_array = np.ctypeslib.as_array
        self._tokens = as_array(self._batch.token, shape)
        self._places = as_array(self._batch.pos, shape)
        self._wanted = as_array(self._batch.logits, shape)
        as_array(self._batch.n_seq_id, shape)[:] = 1

    def read(self, sequence: int, ids: Ids, place: int, n_rows: int) -> Rows:
        """Pass tokens through behind the first `place` of a sequence; the logits of the last.

        Raises:
            BackendError: cause "memory" or "context"; what was read of them is undefined.
        """
        n_ids = len(ids)
        self._batch.n_tokens = n_ids
        self._tokens[:n_ids] = ids
        self._places[:n_ids] = np.arange(place, place + n_ids)
        self._wanted[:n_ids] = 0
        self._wanted[n_ids - n_rows : n_ids] = 1
        for row in range(n_ids):
            self._batch.seq_id[row][0] = sequence
        code = int(self._lib.llama_decode(self._context, self._batch))
        if code:
            raise _decode_fault(code)
        if not n_rows:
            return np.empty((0, self.n_ids), np.float32)
        found: Any = self._lib.llama_get_logits(self._context)
        return np.ctypeslib.as_array(found, (n_rows, self.n_ids)).copy()

    def crop(self, sequence: int, length: int) -> bool:
        """Keep the first so many tokens; false where such a model can't, and nothing is kept."""
        if self._lib.llama_memory_seq_rm(self._memory, sequence, length, -1):
            return True
        self._lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def copy(self, source: int, target: int) -> None:
        """Make one sequence what another is."""
        self._lib.llama_memory_seq_rm(self._memory, target, -1, -1)
        self._lib.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def encode(self, text: str) -> list[int]:
        """A prompt's ids, control tokens read as such, BOS in front where the model wants one."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        found: Any = (self._lib.llama_token * room)()
        added, parsed = False, True
        count = self._lib.llama_tokenize(self._vocab, data, len(data), found, room, added, parsed)
        bos = self._lib.llama_vocab_bos(self._vocab)
        wants_bos = bos >= 0 and bool(self._lib.llama_vocab_get_add_bos(self._vocab))
        return ([int(bos)] if wants_bos else []) + [int(one) for one in found[: max(0, count)]]

    def spell(self, number: int) -> bytes:
        """The bytes that a token stands for; a control token's are its text's."""
        room, controls = 64, True
        while True:
            buffer = create_string_buffer(room)
            count = self._lib.llama_token_to_piece(self._vocab, number, buffer, room, 0, controls)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def is_control(self, number: int) -> bool:
        """Whether that token is no text."""
        return bool(self._lib.llama_vocab_is_control(self._vocab, number))

    def ends(self) -> frozenset[int]:
        """The tokens at which an answer ends."""
        numbers = range(self.n_ids)
        return frozenset(one for one in numbers if self._lib.llama_vocab_is_eog(self._vocab, one))

    def close(self) -> None:
        """Give the memory back; nothing may be asked of it any more."""
        if self._context is not None:
            self._lib.llama_batch_free(self._batch)
            self._lib.llama_free(self._context)
            self._lib.llama_model_free(self._model)
            self._context = self._model = None


def _decode_fault(code: int) -> BackendError:
    if code == _NO_ROOM:
        return BackendError(
            "llama.cpp found no room for the prompt in its cache; lower `context.budget_tokens`",
            cause="context",
        )
    if code == _OUT_OF_MEMORY:
        return BackendError(
            "the memory ran out while the prompt was read; lower `local.cache_gb`, or take a "
            "smaller file of the model",
            cause="memory",
        )
    return BackendError(f"llama.cpp couldn't pass the prompt through the model (code {code})")
