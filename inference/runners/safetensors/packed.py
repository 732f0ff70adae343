"""Matrices held in eight or four bits a number, and multiplied by torch's own kernels for them.

Only the weights are rounded, to the nearest of the steps between a row's (int8) or a group's
(int4) extremes; what they are multiplied with stays as it is. torch carries kernels for this on
processors, NVIDIA's and Apple's devices, which torchao builds upon. Whether a device's
kernel does what it should is tried once; without it the matrix is unpacked at each
call, which is slower and takes no more memory to keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

from inference.runners.memory import INT4_GROUP

Bits = Literal[8, 4]

EIGHT: Bits = 8
FOUR: Bits = 4

# More rows than this are multiplied faster by the matrix unpacked.
_FEW_ROWS = 16
_INT8_MOST, _INT4_MOST, _INT4_MIDDLE = 127, 15, 8
# Of what kernels of either kind want, the least common multiple.
_ROWS, _COLUMNS = 16, 64
_NEAR = 0.02


@dataclass(frozen=True, slots=True)
class Packed:
    """One matrix, [out, in], or several of a size, [n, out, in].

    Attributes:
        numbers: as the kernel wants them, or row by row without one.
        scales: a step a row, [out]; or with a middle beside it a group, [groups, out, 2].
        with_kernel: whether `numbers` are arranged for the device's kernel.
    """

    bits: Bits
    numbers: Any
    scales: Any
    with_kernel: bool

    def at(self, index: int) -> Packed:
        """One of several; nothing is copied."""
        return Packed(self.bits, self.numbers[index], self.scales[index], self.with_kernel)


def can_pack(n_out: int, n_in: int, bits: Bits) -> bool:
    """Whether kernels take a matrix of that shape."""
    return n_out % _ROWS == 0 and n_in % (INT4_GROUP if bits == FOUR else _COLUMNS) == 0


def pack(weight: Any, bits: Bits) -> Packed:
    """The matrix, or several one on another, in so many bits; on the device where it lies."""
    torch: Any = import_module("torch")
    with_kernel = kernel_works(weight.device.type, bits)
    if weight.dim() < len(("n", "out", "in")):
        return Packed(bits, *_packed(weight, bits, with_kernel=with_kernel), with_kernel)
    numbers, scales = (
        torch.empty((len(weight), *like.shape), dtype=like.dtype, device=like.device)
        for like in _packed(weight[0], bits, with_kernel=with_kernel)
    )
    # One after the other, so that only one is ever there in full precision.
    for i, matrix in enumerate(weight):
        numbers[i], scales[i] = _packed(matrix, bits, with_kernel=with_kernel)
    return Packed(bits, numbers, scales, with_kernel)


def linear(rows: Any, matrix: Packed) -> Any:
    """`rows`, [..., in], times the matrix: [..., out], of the kind that `rows` is."""
    torch: Any = import_module("torch")
    flat = rows.reshape(-1, rows.shape[-1])
    if not matrix.with_kernel or (matrix.bits == EIGHT and len(flat) > _FEW_ROWS):
        out = torch.nn.functional.linear(flat, unpacked(matrix, flat.dtype))
    else:
        # Kernels are fast for numbers of 16 bits only.
        out = _kernel(flat.to(torch.bfloat16), matrix).to(rows.dtype)
    return out.view(*rows.shape[:-1], out.shape[-1])


def unpacked(matrix: Packed, dtype: Any) -> Any:
    """The matrix as numbers of that kind, [out, in]; of int4 only where no kernel arranged it."""
    torch: Any = import_module("torch")
    if matrix.bits == EIGHT:
        return matrix.numbers.to(dtype) * matrix.scales.to(dtype)[:, None]
    high, low = matrix.numbers >> 4, matrix.numbers & _INT4_MOST
    numbers = torch.stack((high, low), dim=-1).flatten(1).to(dtype) - _INT4_MIDDLE
    step, middle = matrix.scales.transpose(0, 1).to(dtype).unbind(-1)
    grouped = numbers.view(len(numbers), -1, INT4_GROUP)
    return (grouped * step[..., None] + middle[..., None]).flatten(1)


@lru_cache
def kernel_works(device: str, bits: Bits) -> bool:
    """Whether torch has a kernel for the device that does what it should, on a small matrix."""
    torch: Any = import_module("torch")
    draw = torch.Generator().manual_seed(1)
    weight, rows = torch.randn(64, 256, generator=draw), torch.randn(3, 256, generator=draw)
    plain = Packed(bits, *_packed(weight, bits, with_kernel=False), with_kernel=False)
    right = linear(rows, plain)
    try:
        there = weight.to(device)
        matrix = Packed(bits, *_packed(there, bits, with_kernel=True), with_kernel=True)
        found = _kernel(rows.to(device, torch.bfloat16), matrix).float().cpu()
    except (RuntimeError, NotImplementedError, AttributeError, TypeError):
        return False
    return bool((found - right).abs().max() <= _NEAR * right.abs().max())


def _packed(weight: Any, bits: Bits, *, with_kernel: bool) -> tuple[Any, Any]:
    if bits == EIGHT:
        return _rounded_rows(weight)
    numbers, scales = _rounded_groups(weight)
    return (_arranged(numbers) if with_kernel else _nibbles(numbers)), scales


def _rounded_rows(weight: Any) -> tuple[Any, Any]:
    torch: Any = import_module("torch")
    wide = weight.float()
    step = (wide.abs().amax(dim=1) / _INT8_MOST).clamp_min(1e-12).to(torch.bfloat16)
    numbers = (wide / step.float()[:, None]).round_().clamp_(-_INT8_MOST, _INT8_MOST)
    return numbers.to(torch.int8), step


def _rounded_groups(weight: Any) -> tuple[Any, Any]:
    """Numbers from 0 to 15, [out, in], and step and middle of each group.

    A number n stands for `(n - 8) step + middle`, as torch's kernels have it. Step and
    middle are rounded to 16 bits first, so that the numbers make up for it.
    """
    torch: Any = import_module("torch")
    groups = weight.float().view(len(weight), -1, INT4_GROUP)
    least, most = groups.amin(dim=-1), groups.amax(dim=-1)
    step = ((most - least) / _INT4_MOST).clamp_min(1e-12).to(torch.bfloat16)
    middle = (least + step.float() * _INT4_MIDDLE).to(torch.bfloat16)
    numbers = (groups - middle.float()[..., None]) / step.float()[..., None] + _INT4_MIDDLE
    whole = numbers.round_().clamp_(0, _INT4_MOST).to(torch.uint8).flatten(1)
    return whole, torch.stack((step, middle), dim=-1).transpose(0, 1).contiguous()


def _nibbles(numbers: Any) -> Any:
    return numbers[:, ::2] << 4 | numbers[:, 1::2]


def _arranged(numbers: Any) -> Any:
    """As the device's kernel wants them."""
    torch: Any = import_module("torch")
    if numbers.device.type == "cpu":
        return torch.ops.aten._convert_weight_to_int4pack_for_cpu(numbers.to(torch.int32), 1)  # noqa: SLF001 -- torchao's way in
    tiles = _tiles(numbers.shape[1])
    return torch.ops.aten._convert_weight_to_int4pack(_nibbles(numbers), tiles)  # noqa: SLF001 -- likewise


def _tiles(n_in: int) -> int:
    """How many tiles of 16 a kernel of CUDA's takes at once: the most that divides a row."""
    return next(tiles for tiles in (8, 4, 2) if n_in % (tiles * 16) == 0)


def _kernel(rows: Any, matrix: Packed) -> Any:
    kernels: Any = import_module("torch").ops.aten
    numbers, scales = matrix.numbers, matrix.scales
    if matrix.bits == EIGHT:
        return kernels._weight_int8pack_mm(rows, numbers, scales)  # noqa: SLF001 -- likewise
    if rows.device.type == "cpu":
        return kernels._weight_int4pack_mm_for_cpu(rows, numbers, INT4_GROUP, scales)  # noqa: SLF001 -- likewise
    return kernels._weight_int4pack_mm(rows, numbers, INT4_GROUP, scales)  # noqa: SLF001 -- likewise
