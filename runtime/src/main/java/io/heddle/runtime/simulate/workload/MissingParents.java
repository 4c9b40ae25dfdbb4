package io.heddle.runtime.simulate.workload;

import java.io.IOException;

/** A trace whose nodes name parents that are not there; the message says which is the first. */
public final class MissingParents extends IOException {
  private static final long serialVersionUID = 1;

  MissingParents(String message) {
    super(message);
  }
}
