package io.heddle.runtime;

import io.heddle.plan.marker.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates a flattener for each plan of a {@code .tfm} file, in the package of the annotated type:
 * {@code <Model><Plan>Flattener}. Findings of the compiler appear as errors of this annotation.
 */
@Api
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
public @interface TransformerModel {
  /**
   * The file, with forward slashes: relative to the folder that the option {@code
   * -Atfm.sourcePath=…} names, or without the option a resource of the compilation.
   */
  String value();
}
