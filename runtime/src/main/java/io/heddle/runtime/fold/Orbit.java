package io.heddle.runtime.fold;

import io.heddle.runtime.cost.LogicalRing;

/**
 * Groups that are alike: their rings show the same colours and hops, rotated.
 *
 * @param id of the first of them; 0 of rings that are no groups
 * @param groups how many there are
 * @param ring of the first, from where its colours begin to repeat themselves
 */
public record Orbit(int id, long groups, LogicalRing ring) {}
