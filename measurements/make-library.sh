#!/bin/sh
# Makes the measured devices of the library from the tables of this folder.
set -e
cd "$(dirname "$0")"
library=../processor/src/main/resources/io/heddle/std/measured
make_device() { # name in the library, name in the tables, units, more options
  name=$1 rows=$2 units=$3
  shift 3
  experts=
  if grep -q "^$rows," moe.csv; then experts='--moe moe.csv'; fi
  decode=
  if grep -q "^$rows," decode.csv; then decode='--decode decode.csv'; fi
  deepep=
  if grep -q "^$rows," deepep.csv; then deepep='--deepep deepep.csv'; fi
  mla=
  if grep -q "^$rows," mla.csv; then mla='--mla mla.csv'; fi
  ${HEDDLE:-../heddle} calibrate --of "$name" --rows "$rows" --units "$units" --name "${name}_measured" \
    --gemm gemm.csv --attention attention.csv $decode $mla "$@" $deepep $experts -o "$library/$name.tfm"
}
make_node() { # the same, then name of the cluster, network of a node, network between nodes
  name=$1 rows=$2 units=$3 cluster=$4 network=$5 between=$6
  make_device "$name" "$rows" "$units" --nccl nccl.csv --cluster "$cluster" --network "$network" --between "$between"
}
# Rings: 46-48 GB/s an adapter of 400 Gb/s (NVIDIA/nccl-tests, issue 290). Exchanges: DeepEP, dispatch over 4 nodes of
# H100. The start is an estimate, and adapters of 200 Gb/s are taken to reach the same share.
between() { # rate of an adapter, reach of rings, reach of exchanges
  cat <<END
switch nodes at $1 latency 500 ns {
    // $4
    all_gather (reach = $2, start = 30 us)
    reduce_scatter (reach = $2, start = 30 us)
    all_reduce (reach = $2, start = 30 us)
    message (reach = $2, start = 15 us)
    // $5
    all_to_all (reach = $3, start = 30 us)
  }
END
}
ndr=$(between '400 Gb/s' '47 GB/s' '43 GB/s' '46 to 48 GB/s an adapter (NVIDIA/nccl-tests, issue 290); starts are estimates' \
  'DeepEP, dispatch over 4 nodes of 8 H100')
hdr=$(between '200 Gb/s' '23.5 GB/s' '21.5 GB/s' 'not measured: the share that adapters of 400 Gb/s reach' \
  'not measured: the share that adapters of 400 Gb/s reach')
xdr=$(between '800 Gb/s' '94 GB/s' '86 GB/s' 'not measured: the share that adapters of 400 Gb/s reach' \
  'not measured: the share that adapters of 400 Gb/s reach')
make_node h100_sxm h100_sxm 132 hgx_h100_measured 'switch 8 at 450 GB/s latency 100 ns' "$ndr"
make_node a100_sxm_80gb a100_sxm_80 108 dgx_a100_measured 'switch 8 at 300 GB/s latency 100 ns' "$hdr"
make_node h200 h200 132 hgx_h200_measured 'switch 8 at 450 GB/s latency 100 ns' "$ndr"
make_node b200 b200 148 hgx_b200_measured 'switch 8 at 900 GB/s latency 100 ns' "$ndr"
make_node b300 b300 148 hgx_b300_measured 'switch 8 at 900 GB/s latency 100 ns' "$xdr"
make_node gb200 gb200 152 nvl72_gb200_measured 'switch 72 at 900 GB/s latency 100 ns' "$ndr"
make_node gb300 gb300 152 nvl72_gb300_measured 'switch 72 at 900 GB/s latency 100 ns' "$xdr"
make_node l40s l40s 142 l40s_measured_node 'switch 8 at 32 GB/s latency 100 ns' 'switch nodes at 200 Gb/s latency 2 us'

# Nodes of H100 whose adapters share a network: Nanotron's all-reduce test reached 140 to 230 GB/s on 32 to 256 of its
# GPUs in one environment, median 184, and 76 to 102, median 96, on 64 in the other; a node has eight adapters.
shared() { # name, reach, what was measured
  cat <<END

/// Nodes of \`h100_sxm_measured\` $3
cluster $1(nodes = 1, gpus = 8) {
END
  sed -n '/^cluster hgx_h100_measured/,/^  network switch nodes/{/^cluster/d;/^  network switch nodes/d;p}' "$library/h100_sxm.tfm"
  cat <<END
  network switch nodes at 400 Gb/s latency 500 ns {
    all_gather (reach = $2, start = 30 us)
    reduce_scatter (reach = $2, start = 30 us)
    all_reduce (reach = $2, start = 30 us)
    message (reach = $2, start = 15 us)
    all_to_all (reach = $2, start = 30 us)
  }
}
END
}
{
  printf 'tfm 1\nimport "std/measured/h100_sxm.tfm"\n'
  shared hgx_h100_efa '23 GB/s' "whose all-reduce reaches 184 GB/s over many nodes."
  shared hgx_h100_efa_slow '12 GB/s' "whose all-reduce reaches 96 GB/s over eight nodes."
} > "$library/h100_efa.tfm"
