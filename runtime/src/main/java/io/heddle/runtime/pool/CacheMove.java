package io.heddle.runtime.pool;

/** Bytes of a cache that go from rank to rank; at least one. */
record CacheMove(int from, int to, long bytes) {}
