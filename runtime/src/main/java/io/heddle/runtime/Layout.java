package io.heddle.runtime;

import io.heddle.plan.marker.Api;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A layout that must be possible: a plan of a {@code .tfm} file, with settings. It is checked when
 * the annotated element is compiled; findings of the compiler are errors and warnings of this
 * annotation.
 */
@Api
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PACKAGE})
@Repeatable(Layout.List.class)
public @interface Layout {
  /** The file, as {@link TransformerModel} names it; without it that of the annotation around. */
  String file() default "";

  /** The plan; may be left out where the file has one only. */
  String plan() default "";

  /** Settings, such as {@code "dp = 4, tp = 8"}: lines and numbers, as the command's --set. */
  String[] set() default {};

  /** Several layouts of one element. */
  @Documented
  @Retention(RetentionPolicy.SOURCE)
  @Target({ElementType.TYPE, ElementType.METHOD, ElementType.PACKAGE})
  @interface List {
    /** Each of which must be possible. */
    Layout[] value();
  }
}
