package io.heddle.runtime.path;

import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.simulate.workload.NodeKind;
import io.heddle.runtime.trace.NodeName;
import java.util.Optional;

/**
 * A node of the {@link CriticalPath}.
 *
 * @param rank whose node it is
 * @param id in the rank's trace
 * @param communication of a send, receive or collective
 * @param issued ns; when it was issued, of a collective by the last of its members. A receive that
 *     waited for its message comes when that is there: it takes no time behind the send
 * @param completed ns; when it was done, and the next node of the path could be issued
 */
public record PathNode(
    int rank,
    long id,
    NodeName name,
    NodeKind kind,
    Optional<Communication> communication,
    long issued,
    long completed) {

  /** What it adds to the path, ns. */
  public long nanos() {
    return completed - issued;
  }

  /** The same node of a rank that is alike. */
  PathNode on(int other) {
    return new PathNode(other, id, name, kind, communication, issued, completed);
  }
}
