/**
 * What steps came to, as data: printed in any form, and kept for the next time. Internal: may
 * change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.result;
