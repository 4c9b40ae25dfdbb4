/** Tests of how names and dimensions are resolved. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.model;
