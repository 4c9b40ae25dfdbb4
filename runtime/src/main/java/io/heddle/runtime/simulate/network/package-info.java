/**
 * Messages between ranks: transport, matching of sends with receives, and the two network models.
 * Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.runtime.simulate.network;
