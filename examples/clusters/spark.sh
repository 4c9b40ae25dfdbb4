#!/bin/bash
# A sweep on an Apache Spark cluster: spark.sh MASTER SPECIFICATION.tfm SWEEP RESULTS
# MASTER is such as spark://node:7077 or local[8]. HEDDLE_SPARK_JAR is spark/target/heddle-spark.jar, which
# `mvn -B -Pspark -pl spark -am -DskipTests package` makes. Only the driver needs the files and RESULTS.
set -euo pipefail
spark-submit --master "$1" --conf spark.ui.showConsoleProgress=false \
  "${HEDDLE_SPARK_JAR:?names heddle-spark.jar}" sweep "$2" --sweep "$3" --output "$4"
