package io.heddle.runtime.bound;

/**
 * What an action comes to by itself.
 *
 * @param compute paths to the end of its last kernel
 * @param communication paths to the end of its last send or collective
 * @param sent paths to the arrival of what it sends to another stage
 * @param shared paths to the begin of its first collective of ranks of all stages
 * @param sharedNanos what that takes
 * @param computing sum of its kernels, ns
 * @param communicating sum of its sends and collectives, those aside of it too, ns
 */
record ActionPaths(
    Paths compute,
    Paths communication,
    Paths sent,
    Paths shared,
    long sharedNanos,
    long computing,
    long communicating) {}
