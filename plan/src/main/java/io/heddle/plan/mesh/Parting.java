package io.heddle.plan.mesh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of groups as it is on one mesh. Two kinds with one parting have the same groups.
 *
 * @param described the axes larger than 1 with which its groups are described, outermost first
 * @param along those of them along which members differ
 * @param members all, those at the ends, or some
 * @param places of some, along the one axis
 * @param level which of them; null: every one
 */
record Parting(
    List<Axis> described,
    List<Axis> along,
    GroupKind.Members members,
    List<Integer> places,
    @Nullable NodeLevel level) {

  static Parting of(Mesh mesh, GroupKind kind) {
    List<Axis> described =
        mesh.axesFor(kind.axes()).stream().filter(axis -> axis.size() > 1).toList();
    List<Axis> along =
        described.stream().filter(axis -> kind.axes().contains(axis.name())).toList();
    if (kind.members() == GroupKind.Members.SOME) {
      return some(described, along, kind.places());
    }
    boolean endsAreAll = along.size() == 1 && along.get(0).size() == 2;
    boolean ends = kind.members() == GroupKind.Members.ENDS && !endsAreAll;
    return new Parting(
        described, along, ends ? GroupKind.Members.ENDS : GroupKind.Members.ALL, List.of(), null);
  }

  /** Where some are all, or those at the ends, the groups are those of that kind. */
  private static Parting some(List<Axis> described, List<Axis> along, List<Integer> places) {
    if (along.isEmpty() || places.size() < 2) {
      return new Parting(described, List.of(), GroupKind.Members.ALL, List.of(), null);
    }
    int size = along.get(0).size();
    if (places.size() == size) {
      return new Parting(described, along, GroupKind.Members.ALL, List.of(), null);
    }
    return places.equals(List.of(0, size - 1))
        ? new Parting(described, along, GroupKind.Members.ENDS, List.of(), null)
        : new Parting(described, along, GroupKind.Members.SOME, places, null);
  }

  /** The members of each group that are on one level. */
  Parting on(NodeLevel one) {
    return new Parting(described, along, members, places, one);
  }

  /** Whether nobody is in a group with anybody. */
  boolean isEmpty() {
    return along.isEmpty();
  }

  /** Members of each group. */
  int groupSize() {
    return level == null ? wholeSize() : level.groupSize(wholeSize());
  }

  /** Members of each group on all levels. */
  int wholeSize() {
    int size = 1;
    for (Axis axis : along) {
      size *=
          switch (members) {
            case ENDS -> 2;
            case SOME -> places.size();
            default -> axis.size();
          };
    }
    return size;
  }

  /** Names of the axes along which members differ. */
  List<String> axes() {
    return along.stream().map(Axis::name).toList();
  }

  /** The coordinates along which members of a group differ. */
  List<Coordinate> differing(Mesh mesh) {
    return along.stream().map(axis -> mesh.along(axis.name())).toList();
  }

  /** The coordinates that members of a group share. */
  List<Coordinate> shared(Mesh mesh) {
    return described.stream()
        .filter(axis -> !along.contains(axis))
        .map(axis -> mesh.along(axis.name()))
        .toList();
  }

  /** The members of a rank's group, ascending; null where it is in none. */
  int @Nullable [] group(Mesh mesh, int rank) {
    if (along.isEmpty() || !takesPart(differing(mesh), rank)) {
      return null;
    }
    List<Integer> ranks = List.of(rank);
    for (Axis axis : along) {
      List<Integer> more = new ArrayList<>();
      for (int member : ranks) {
        for (int at = 0; at < axis.size(); at++) {
          if (takesPart(at, axis.size())) {
            more.add(mesh.moved(member, axis.name(), at));
          }
        }
      }
      ranks = more;
    }
    int[] group = ranks.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(group);
    return level == null ? group : level.of(group, rank);
  }

  /** Whether a rank is in a group, by its place along each of the coordinates. */
  boolean takesPart(List<Coordinate> differing, int rank) {
    for (Coordinate coordinate : differing) {
      if (!takesPart(coordinate.of(rank), coordinate.size())) {
        return false;
      }
    }
    return true;
  }

  private boolean takesPart(int place, int size) {
    return switch (members) {
      case ENDS -> place == 0 || place == size - 1;
      case SOME -> places.contains(place);
      default -> true;
    };
  }

  /**
   * The name of a group.
   *
   * @param member the lowest where the groups are those of a level, any of others
   */
  String name(Mesh mesh, int member) {
    StringBuilder name = new StringBuilder(String.join(".", axes()));
    if (level != null) {
      name.append(level.suffix());
    }
    if (members == GroupKind.Members.ENDS) {
      name.append(".ends");
    } else if (members == GroupKind.Members.SOME) {
      places.forEach(place -> name.append('.').append(place));
    }
    String separator = "@";
    for (Axis axis : described) {
      if (!along.contains(axis)) {
        name.append(separator).append(axis.name());
        name.append(mesh.coordinate(member, axis.name()));
        separator = ".";
      }
    }
    if (level != null) {
      name.append(separator).append(level.number(member));
    }
    return name.toString();
  }
}
