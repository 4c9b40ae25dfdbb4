package io.heddle.processor.program;

import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import io.heddle.processor.program.LocalNode.Communicate;
import java.util.List;

/** What becomes of an all-to-all on the network of its plan. */
public enum Transport {
  /** Each member sends to all others: n - 1 messages. */
  MESSAGES,
  /** The simulator's collective, in n - 1 steps. */
  DIRECT,
  /**
   * The simulator's collective, which AstraSim runs among some of the ranks of a network of several
   * dimensions as a ring: n(n-1)/2 steps.
   */
  RING;

  /** That of one all-to-all. */
  public static Transport of(Communicate node, Plan plan, PlanNumbers numbers) {
    long dimensions =
        numbers.cluster().networks().stream().filter(network -> network.size() > 1).count();
    boolean pairwise =
        node.exchange() == Plan.Exchange.BY_NETWORK
            ? dimensions > 1
            : node.exchange() != Plan.Exchange.DIRECT;
    if (pairwise) {
      return MESSAGES;
    }
    long ranks = numbers.axes().values().stream().reduce(1L, Math::multiplyExact);
    return dimensions > 1 && members(node.axes(), numbers) < ranks ? RING : DIRECT;
  }

  /** Messages that follow each other among so many members. */
  public long steps(long members) {
    return this == RING ? members * (members - 1) / 2 : members - 1;
  }

  private static long members(List<String> axes, PlanNumbers numbers) {
    return axes.stream().mapToLong(numbers::axis).reduce(1, Math::multiplyExact);
  }
}
