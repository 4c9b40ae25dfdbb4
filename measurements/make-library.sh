#!/bin/sh
# Makes the measured devices of the library from the tables of this folder.
set -e
cd "$(dirname "$0")"
library=../processor/src/main/resources/io/heddle/std/measured
make_device() { # name in the library, name in the tables, units
  ${HEDDLE:-../heddle} calibrate --of "$1" --rows "$2" --units "$3" --name "$1_measured" \
    --gemm gemm.csv --attention attention.csv -o "$library/$1.tfm"
}
make_device h100_sxm h100_sxm 132
make_device a100_sxm_80gb a100_sxm_80 108
make_device h200 h200 132
make_device b200 b200 148
make_device gb200 gb200 152
make_device l40s l40s 142
