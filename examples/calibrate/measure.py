"""Measures matrix products and causal attention on one GPU, for `heddle calibrate`.

Needs PyTorch with CUDA. Writes gemm.csv and attention.csv into the current folder; takes some minutes:

    python measure.py
    heddle calibrate --of h100_sxm --units 132 --gemm gemm.csv --attention attention.csv -o my_device.tfm

The units are the streaming multiprocessors, which the script prints.
"""

import csv
import itertools

import torch
import torch.nn.functional as F

REPEATS = 20


def microseconds(work):
    """The median time of a kernel; caches are as the run before left them, as in training."""
    for _ in range(3):
        work()
    times = []
    for _ in range(REPEATS):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        end.synchronize()
        times.append(1000 * begin.elapsed_time(end))
    return sorted(times)[REPEATS // 2]


def products():
    sizes = (1024, 2048, 4096, 5120, 8192, 14336)
    for m, n, k in itertools.product((512, 1024, 2048, 4096, 8192, 16384), sizes, sizes):
        a = torch.randn(m, k, device="cuda", dtype=torch.bfloat16)
        b = torch.randn(k, n, device="cuda", dtype=torch.bfloat16)
        yield "bf16", m, n, k, round(microseconds(lambda: a @ b), 2)


def attention():
    for head, length, heads in itertools.product((64, 128), (512, 1024, 2048, 4096, 8192, 16384), (8, 16, 32)):
        for batch in (1, 2, 4, 8):
            if batch * length * heads > 1 << 21:
                continue
            q, k, v = (
                torch.randn(batch, heads, length, head, device="cuda", dtype=torch.bfloat16)
                for _ in range(3)
            )
            time = microseconds(lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True))
            yield "bf16", batch, length, heads, heads, head, 0, round(time, 2)


def write(file, columns, rows):
    with open(file, "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(columns)
        table.writerows(rows)


if __name__ == "__main__":
    properties = torch.cuda.get_device_properties(0)
    print(f"{properties.name}: --units {properties.multi_processor_count}")
    with torch.no_grad():
        write("gemm.csv", ("dtype", "m", "n", "k", "latency_us"), products())
        write(
            "attention.csv",
            ("dtype", "batch", "seq", "heads", "kv_heads", "head_dim", "window", "latency_us"),
            attention(),
        )
