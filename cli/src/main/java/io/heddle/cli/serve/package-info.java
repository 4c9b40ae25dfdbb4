/**
 * A local page that shows a specification beside what comes of it, and the server behind it.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.serve;
