/**
 * What a plan must satisfy once its numbers are known; one class for each check. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.check;
