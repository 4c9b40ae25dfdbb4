/**
 * Measurements that users bring, and how far the figures of a device are from them. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.measure;
