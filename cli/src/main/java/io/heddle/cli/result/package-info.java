/** What steps came to, as data: printed in any form, and kept for the next time. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.result;
