#!/bin/bash
# A sweep on this machine and others by GNU parallel: parallel.sh SHARDS SPECIFICATION.tfm SWEEP RESULTS
# Each process takes one shard. Machines come from parallel's own options, such as
# PARALLEL="--sshlogin node1,node2"; RESULTS must be a folder that all of them see.
set -euo pipefail
seq "$1" | parallel --halt soon,fail=1 \
  heddle sweep "$2" --sweep "$3" --output "$4" --shard "{}/$1" --threads 1
