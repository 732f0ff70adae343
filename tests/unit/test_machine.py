"""What drivers' programs print, read; the machine itself, asked."""

from __future__ import annotations

import json

from inference.machine import amd, apple, limits, look, nvidia
from inference.machine.values import Gpu, Machine, in_words

GIB = 1024**3
# As nvidia-smi prints it, of a machine with two H100s.
TWO_H100 = """\
0, GPU-1a2b3c4d-0000-1111-2222-333344445555, NVIDIA H100 80GB HBM3, 81559, 81029, 9.0
1, GPU-9f8e7d6c-0000-1111-2222-333344445555, NVIDIA H100 80GB HBM3, 81559, 40000, 9.0
"""
LINKED = (
    "\t\x1b[4mGPU0\tGPU1\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m\n"
    "GPU0\t X \tNV18\tSYS\t0-47\t0\t\tN/A\n"
    "GPU1\tNV18\t X \tSYS\t0-47\t0\t\tN/A\n"
    "NIC0\tSYS\tSYS\t X \n\nLegend:\n\n  X    = Self\n"
)


def found(text):
    return nvidia.parse_gpus(text, memory_bytes=64 * GIB, free_bytes=60 * GIB)


def test_gpus_of_nvidia_with_memory_and_capability():
    first, second = found(TWO_H100)
    assert first.name == "NVIDIA H100 80GB HBM3"
    assert first.memory_bytes == 81_559 * 1024**2
    assert second.free_bytes == 40_000 * 1024**2
    assert (first.capability, first.index, second.index) == ((9, 0), 0, 1)


def test_a_driver_that_knows_no_capability_tells_the_rest():
    (gpu,) = found("0, GPU-1, Tesla T4, 15109, 15000\n")
    assert (gpu.name, gpu.capability) == ("Tesla T4", None)


def test_a_gpu_without_memory_of_its_own_shares_the_machines():
    (gpu,) = found("0, GPU-1, NVIDIA GB10, [N/A], [N/A], 12.1\n")
    assert gpu.shared
    assert (gpu.memory_bytes, gpu.free_bytes) == (64 * GIB, 60 * GIB)


def test_what_is_no_table_holds_no_gpu():
    assert found("NVIDIA-SMI has failed because it couldn't communicate, with, the, driver") == ()
    assert found("") == ()


def test_links_between_gpus():
    assert nvidia.parse_links(LINKED, [0, 1]) is True
    assert nvidia.parse_links(LINKED.replace("NV18", "PHB"), [0, 1]) is False
    assert nvidia.parse_links(LINKED, [0]) is None
    assert nvidia.parse_links(LINKED, [0, 5]) is None
    assert nvidia.parse_links("", [0, 1]) is None


def test_hidden_gpus_are_not_there():
    gpus = found(TWO_H100)
    assert nvidia.visible(gpus, None) == gpus
    assert nvidia.visible(gpus, "1,0") == (gpus[1], gpus[0])
    assert nvidia.visible(gpus, "GPU-9f8e") == (gpus[1],)
    assert nvidia.visible(gpus, "") == ()
    assert nvidia.visible(gpus, "0,-1,1") == (gpus[0],)
    assert nvidia.slices("MIG-abc")
    assert not nvidia.slices(None)


STATIC = [
    {
        "gpu": 0,
        "asic": {"market_name": "AMD Instinct MI300X", "target_graphics_version": "gfx942"},
        "vram": {"type": "HBM3", "size": {"value": 196_592, "unit": "MB"}},
    }
]
METRIC = {
    "gpu_data": [
        {
            "gpu": 0,
            "mem_usage": {
                "total_vram": {"value": 196_592, "unit": "MB"},
                "used_vram": {"value": 284, "unit": "MB"},
            },
        }
    ]
}


def test_gpus_of_amd():
    (gpu,) = amd.parse_gpus(
        "WARNING: not in render group\n" + json.dumps(STATIC), json.dumps(METRIC)
    )
    assert (gpu.name, gpu.architecture) == ("AMD Instinct MI300X", "gfx942")
    assert gpu.memory_bytes == 196_592 * 1024**2
    assert gpu.free_bytes == (196_592 - 284) * 1024**2


def test_gpus_of_amd_without_their_use():
    (gpu,) = amd.parse_gpus(json.dumps({"gpu_data": STATIC}), "")
    assert gpu.free_bytes == gpu.memory_bytes


def test_gpus_of_amd_by_the_older_program():
    card = {
        "VRAM Total Memory (B)": "68702699520",
        "VRAM Total Used Memory (B)": "702699520",
        "Card Series": "AMD INSTINCT MI250 (MCM) OAM AC MBA",
    }
    (gpu,) = amd.parse_rocm(json.dumps({"card1": card, "system": {"Driver version": "6.3"}}))
    assert (gpu.index, gpu.memory_bytes, gpu.free_bytes) == (1, 68_702_699_520, 68_000_000_000)


def test_nonsense_of_amd_is_no_gpu():
    for text in ("", "no json", "{", "[1]", '{"card0": 3}', '[{"gpu": "x"}]'):
        assert amd.parse_gpus(text, text) == ()
        assert amd.parse_rocm(text) == ()


def test_hidden_gpus_of_amd():
    gpus = tuple(Gpu("amd", "AMD", GIB, GIB, index=place) for place in range(3))
    assert amd.visible(gpus, "2,0") == (gpus[2], gpus[0])
    assert amd.visible(gpus, None) == gpus


def test_a_mac_lends_its_gpu_a_part_of_its_memory():
    def lent(gib, limit=""):
        whole = gib * GIB
        return apple.gpu_of("Apple M3", limit, memory_bytes=whole, free_bytes=whole).memory_bytes

    assert lent(24) == 16 * GIB
    assert lent(64) == 48 * GIB
    assert lent(64, "57344\n") == 56 * GIB


def test_a_container_bounds_memory():
    def bounds(limit, details=""):
        return limits.bounded(64 * GIB, 60 * GIB, limit=limit, taken=str(3 * GIB), details=details)

    assert bounds("max") == (64 * GIB, 60 * GIB)
    assert bounds(str(8 * GIB)) == (8 * GIB, 5 * GIB)
    assert bounds(str(8 * GIB), f"anon 1\ninactive_file {GIB}\n") == (8 * GIB, 6 * GIB)
    # What stands for no limit in the older hierarchy.
    assert bounds("9223372036854771712") == (64 * GIB, 60 * GIB)


def test_this_machine_is_asked_once_for_each_thing(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    answers = {nvidia.QUERY: TWO_H100, nvidia.TOPOLOGY: LINKED}
    machine = look(run=answers.get, environment={})
    assert [gpu.index for gpu in machine.gpus] == [0, 1]
    assert machine.linked
    assert machine.alike
    assert machine.cores >= 1
    assert 0 < machine.free_bytes <= machine.memory_bytes


def test_it_is_said_why_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    answers = {nvidia.QUERY: TWO_H100}
    machine = look(run=answers.get, environment={"CUDA_VISIBLE_DEVICES": ""})
    assert machine.gpus == ()
    assert "hides all of the 2 GPUs" in machine.trouble[0]
    monkeypatch.setattr("shutil.which", lambda name: name if name == "nvidia-smi" else None)
    assert "nvidia-smi is installed and fails" in look(run={}.get, environment={}).trouble[0]


def test_a_machine_in_words():
    gpu = Gpu("nvidia", "NVIDIA L4", 24 * 10**9, 24 * 10**9)
    machine = Machine("Linux", "Xeon", 8, 64 * 10**9, 60 * 10**9, (gpu, gpu))
    assert in_words(machine) == (
        "2 x NVIDIA L4 (24.0 GB); Xeon, 8 cores, 60.0 GB of 64.0 GB memory free"
    )
