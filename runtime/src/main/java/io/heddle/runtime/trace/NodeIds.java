package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/** A short list of node ids, each of which stands in it once. */
@Api
public abstract class NodeIds {
  public abstract int size();

  public abstract long get(int index);

  public abstract boolean contains(long id);
}
