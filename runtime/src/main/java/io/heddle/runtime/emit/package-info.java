/**
 * The nodes of one rank as its program tells them: who numbers them, chains the lanes, and makes
 * messages, rings, pieces and exchanges of what is asked for. It knows no pipeline, and of what
 * stands beside passes only {@link io.heddle.runtime.emit.Aside}. Internal: may change with any
 * version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.emit;
