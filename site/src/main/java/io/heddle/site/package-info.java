/** The pages of the documentation as a static site. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.site;
