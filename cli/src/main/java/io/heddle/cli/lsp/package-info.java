/** The language server. Internal: may change with any version. */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.lsp;
