package io.heddle.cli.interpret;

import io.heddle.runtime.emit.RankEmitter;
import io.heddle.runtime.emit.Ring;

/**
 * Attention to keys and values that go round.
 *
 * @param keys name of the messages
 * @param own places of the values that go round
 * @param others places of what the kernels use besides
 * @param group number of the kind of the group
 * @param message place of the bytes of a message
 */
record RingNode(String keys, Places own, Places others, int group, int message) {
  /** Begins it. */
  Ring begin(ProgramNumbers numbers, RankEmitter rank, long[] made) {
    own.need(rank, made);
    Ring ring = rank.ring(keys, group, numbers.size(message));
    others.need(rank, made);
    return ring;
  }
}
