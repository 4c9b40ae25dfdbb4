package io.heddle.runtime.emit;

import io.heddle.plan.mesh.Group;

/**
 * Messages of all members of a group with all, of a kernel of which the network has figures.
 *
 * @param nanos that each message takes, as they follow each other
 */
record TimedExchange(Group group, double nanos) {}
