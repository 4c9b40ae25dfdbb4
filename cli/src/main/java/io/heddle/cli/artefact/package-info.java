/** The folders in which runs leave their results. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.artefact;
