package io.heddle.runtime.simulate.collective;

/** The run must begin anew, event by event: the order within a tick might matter, or did. */
public final class OrderMatters extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Whoever finds it begins anew. */
  public OrderMatters() {
    super("the order of events within a tick may matter", null, false, false);
  }
}
