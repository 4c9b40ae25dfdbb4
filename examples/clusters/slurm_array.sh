#!/bin/bash
# A sweep as a Slurm array: sbatch --array=1-64 slurm_array.sh SPECIFICATION.tfm SWEEP RESULTS
# Tasks that were killed or failed: submit the same command again; it runs what RESULTS lacks.
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
set -euo pipefail
heddle sweep "$1" --sweep "$2" --output "$3" --shard auto --threads "${SLURM_CPUS_PER_TASK:-1}"
