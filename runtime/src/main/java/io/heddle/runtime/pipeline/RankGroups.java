package io.heddle.runtime.pipeline;

import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.GroupKind;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.mesh.RingOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The groups of a plan, which are made when they are first asked for. */
final class RankGroups {
  private final Mesh mesh;
  private final GroupKind[] kinds;
  private final RingOrder order;
  private final Object lock = new Object();
  private volatile @Nullable Groups all;

  RankGroups(Mesh mesh, List<GroupKind> kinds, RingOrder order) {
    this.mesh = mesh;
    this.kinds = kinds.toArray(new GroupKind[0]);
    this.order = order;
  }

  /** Says which stages share some weights, whose ranks are then the groups of a kind. */
  void sharing(int kind, List<Integer> stages) {
    kinds[kind] = new GroupKind(kinds[kind].axes(), GroupKind.Members.SOME, stages);
  }

  /** Whether a stage shares the weights of a kind of group with another one. */
  boolean shares(int kind, int stage) {
    return kinds[kind].places().size() > 1 && kinds[kind].places().contains(stage);
  }

  /** All groups: who asks for the work of a rank alone needs no ids. */
  Groups all() {
    Groups made = all;
    if (made == null) {
      synchronized (lock) {
        made = all;
        if (made == null) {
          made = new Groups(mesh, List.of(kinds), order);
          all = made;
        }
      }
    }
    return made;
  }

  /** The groups of a rank alone, see {@link Groups#around}. */
  @Nullable Group[] around(int rank) {
    return Groups.around(rank, mesh, List.of(kinds), order);
  }
}
