/** Results of sweeps as Parquet. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.parquet;
