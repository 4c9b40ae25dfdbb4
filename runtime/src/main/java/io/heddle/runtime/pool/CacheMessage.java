package io.heddle.runtime.pool;

/**
 * A message with a layer's cache, or with the tokens behind it.
 *
 * @param batch of those on their way through the pipeline that receives
 * @param layer of the model; behind the last where it has the tokens that were drawn
 * @param from a rank among those of all pools
 * @param to another one
 * @param bytes at least 1
 * @param carried bytes that take as long in the network as the transfer does
 */
record CacheMessage(int batch, int layer, int from, int to, long bytes, long carried) {}
