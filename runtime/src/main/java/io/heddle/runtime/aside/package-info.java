/**
 * What ranks that share weights do beside their passes: gradients that are reduced in buckets or in
 * gaps, weights that are gathered ahead. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.aside;
