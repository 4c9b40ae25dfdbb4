package io.heddle.runtime;

import io.heddle.plan.marker.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates classes from a {@code .tfm} file, in the package of the annotated type or in the
 * annotated package. For each plan: {@code <Model><Plan>Flattener}. For each model of these plans:
 * {@code <Model>Parameters}, a record of its parameters with the values of the file; {@code
 * <Model>Plan}, an enum of its plans; {@code <Model>Plans}, their names as constants. Findings of
 * the compiler are errors and warnings of this annotation.
 */
@Api
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.TYPE, ElementType.PACKAGE})
public @interface TransformerModel {
  /**
   * The file, with forward slashes: relative to the folder that the option {@code
   * -Atfm.sourcePath=…} names, or without the option a resource of the compilation; or a file of
   * the library, such as {@code std/models/llama3.tfm}.
   */
  String value();
}
