/** The folders in which runs leave their results. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.artefact;
