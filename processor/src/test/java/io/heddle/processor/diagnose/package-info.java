/** Tests of findings and how they are shown. */
@org.jspecify.annotations.NullMarked
package io.heddle.processor.diagnose;
