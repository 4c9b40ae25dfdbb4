package io.heddle.runtime.timeline;

import io.heddle.plan.schedule.Action;
import java.util.Optional;

/**
 * When a rank ran one action. Ticks are in ns from the begin of the step, unsigned.
 *
 * @param action a pass of a micro-batch; empty for the end of the step
 * @param start tick at which its first kernel began; of an action without kernels its first
 *     communication
 * @param end tick at which the last of these was done
 * @param compute its kernels, ns
 * @param recompute those of {@code compute} that run a forward pass again, ns
 * @param exposed its communication beside which the rank computed nothing, ns
 */
public record ActionTimes(
    Optional<Action> action, long start, long end, long compute, long recompute, long exposed) {}
