/**
 * Requests that a specification serves: how long steps of its plans take, what its caches hold,
 * files of requests. Internal: may change with any version.
 */
@org.jspecify.annotations.NullMarked
package io.heddle.cli.request;
