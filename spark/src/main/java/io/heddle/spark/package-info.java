/** Sweeps whose points run on the executors of an Apache Spark cluster. */
@org.jspecify.annotations.NullMarked
package io.heddle.spark;
