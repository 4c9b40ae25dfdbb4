package io.heddle.runtime.mode;

/**
 * What a pass comes to on one rank when nothing else runs, ns.
 *
 * @param nanos until all of the ranks that run it together are done
 * @param compute the compute lane is busy
 * @param communication what the rank communicates
 */
record PassTime(long nanos, long compute, CommunicationSums communication) {}
