#!/bin/sh
# Fits the constants of std/engines.tfm again, each engine to the rows of steps.csv that the mapping gives it, and writes the
# engines below the folder that is named. Those of few rows or of one family are as uncertain as their files say.
set -e
mkdir -p "${1:?name a folder to write to}"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")"
fit() { # engines, figures, table
  name=${1%%,*}
  echo "== $name"
  ${HEDDLE:-../heddle} calibrate --steps "${3:-steps.csv}" --engine "$1" --fit "$2" --name "$name" -o "$folder/$name.tfm"
}
fit megatron kernels.matmul
fit megatron_experts,megatron_experts_overlapped kernels.matmul
fit megatron_experts_2025 kernels.matmul,kernels.pointwise
fit megatron_b200 kernels.matmul,step.fixed
fit internevo kernels.matmul,step.fixed,step.rank
fit composer_ampere kernels.matmul,kernels.attend,step.fixed
fit composer_hopper kernels.matmul,kernels.attend
fit torchtitan kernels.matmul
fit automodel kernels.matmul
fit nanotron kernels.matmul,host.layer,host.rank,step.rank
fit nanotron_slow_host kernels.matmul,host.layer,host.rank,step.rank
# Engines of inference are fitted to dense models, and tried on all others.
dense=$folder/serving_dense.csv
grep -E '^row_id,|,dense_agg,' serving.csv > "$dense"
fit vllm kernels.pointwise,kernels.matmul "$dense"
fit trtllm,trtllm_1_0 kernels.pointwise,kernels.matmul,step.fixed "$dense"
