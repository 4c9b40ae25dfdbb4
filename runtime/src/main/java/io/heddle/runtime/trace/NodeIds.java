package io.heddle.runtime.trace;

import io.heddle.plan.marker.Api;

/** A short list of node ids, each of which stands in it once. */
@Api
public interface NodeIds {
  int size();

  long get(int index);

  boolean contains(long id);
}
