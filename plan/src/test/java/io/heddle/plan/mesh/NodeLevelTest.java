package io.heddle.plan.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups that sum in two levels: inside nodes and between them. */
class NodeLevelTest {
  private static final List<String> AXES = List.of("pp", "dp", "cp", "tp");

  @Provide
  Arbitrary<Mesh> meshes() {
    return Shapes.meshes(6);
  }

  private static Group inLevels(Mesh mesh, int rank, RingOrder network, String... axes) {
    return Objects.requireNonNull(
        new Groups(mesh, List.of(GroupKind.twoLevel(axes)), network).of(rank)[0]);
  }

  private static List<Integer> members(@Nullable Group group) {
    return group == null ? List.of() : Arrays.stream(group.ring()).boxed().sorted().toList();
  }

  /** Members of a node by their nodes, straight from the definition. */
  private static Map<Integer, List<Integer>> byNode(List<Integer> members, int node) {
    return members.stream().collect(Collectors.groupingBy(rank -> rank / node));
  }

  /**
   * Where nodes have as many members, several but not all, each rank is in one group in its node
   * and in one between nodes; together they tile the whole one. Elsewhere there are no levels.
   */
  @Property(tries = 500)
  void levelsTileEachGroup(
      @ForAll("meshes") Mesh mesh,
      @ForAll @IntRange(min = 1, max = 15) int mask,
      @ForAll @IntRange(min = 2, max = 12) int node) {
    Assume.that(mesh.ranks() % node == 0 && mesh.ranks() > node);
    List<String> axes = new ArrayList<>();
    for (int i = 0; i < AXES.size(); i++) {
      if ((mask >> i & 1) == 1) {
        axes.add(AXES.get(i));
      }
    }
    RingOrder network = new RingOrder(node, mesh.ranks() / node);
    GroupKind kind = GroupKind.twoLevel(axes.toArray(new String[0]));
    Groups groups = new Groups(mesh, List.of(kind), network);
    boolean levels = false;
    boolean even = true;
    for (int rank = 0; rank < mesh.ranks(); rank++) {
      Group whole = groups.of(rank)[0];
      Group around = Groups.around(rank, mesh, List.of(kind), network)[0];
      assertThat(members(around)).isEqualTo(members(whole));
      if (whole == null) {
        continue;
      }
      Map<Integer, List<Integer>> nodes = byNode(members(whole), node);
      Set<Integer> sizes = new HashSet<>();
      nodes.values().forEach(here -> sizes.add(here.size()));
      even &= sizes.size() == 1 && !sizes.contains(1) && nodes.size() > 1;
      Group inside = whole.inside();
      Group between = whole.between();
      assertThat(members(around.inside())).isEqualTo(members(inside));
      assertThat(members(around.between())).isEqualTo(members(between));
      if (inside == null || between == null) {
        continue;
      }
      levels = true;
      assertThat(members(inside)).isEqualTo(nodes.get(rank / node));
      assertThat(byNode(members(between), node)).hasSize(nodes.size());
      assertThat(members(between)).hasSize(nodes.size()).contains(rank);
      assertThat(members(whole)).containsAll(members(between));
      assertThat(inside.axes()).isEqualTo(whole.axes());
      for (int other : between.ring()) {
        assertThat(Objects.requireNonNull(groups.of(other)[0]).between()).isSameAs(between);
      }
      for (int other : inside.ring()) {
        assertThat(Objects.requireNonNull(groups.of(other)[0]).inside()).isSameAs(inside);
      }
    }
    if (levels) {
      assertThat(even).isTrue();
      List<String> names = groups.all().stream().map(Group::name).toList();
      assertThat(names).doesNotHaveDuplicates();
      assertThat(groups.all().stream().map(Group::id)).doesNotHaveDuplicates();
    }
    Statistics.collect(levels);
    Statistics.coverage(check -> check.check(true).percentage(share -> share > 10));
  }

  /** Nodes that are no blocks of the mesh, and groups in one node or with one rank in each. */
  @ParameterizedTest
  @CsvSource({
    "32, 2,  8, dp, 4",
    "32, 2,  4, dp, 2",
    "32, 2,  2, dp, 0",
    "32, 2,  8, tp, 0",
    "32, 2, 16, dp, 8",
    "24, 3,  6, dp, 2",
  })
  void membersInside(int dp, int tp, int node, String axis, int inside) {
    Mesh mesh = new Mesh(List.of(new Axis("dp", dp), new Axis("tp", tp)));
    Group group = inLevels(mesh, 0, new RingOrder(node, mesh.ranks() / node), axis);
    assertThat(members(group.inside())).hasSize(inside);
  }

  @Test
  void nodesThatAreNoBlocksHaveNoLevels() {
    Mesh mesh = new Mesh(List.of(new Axis("dp", 6), new Axis("tp", 4)));
    assertThat(inLevels(mesh, 0, new RingOrder(6, 4), "dp").inside()).isNull();
    assertThat(inLevels(mesh, 0, new RingOrder(8, 3), "dp").inside()).isNotNull();
    assertThat(inLevels(mesh, 0, new RingOrder(24), "dp").inside()).isNull();
  }

  /** An axis of a view may lie unevenly in nodes that are blocks: then there are no levels. */
  @Test
  void axesOfViewsAreLookedAtGroupByGroup() {
    List<Axis> axes = List.of(new Axis("dp", 4), new Axis("cp", 6));
    Mesh uneven =
        new Mesh(
            axes,
            List.of(new View(List.of("dp", "cp"), List.of(new Axis("a", 3), new Axis("b", 8)))));
    RingOrder network = new RingOrder(6, 4);
    for (int rank = 0; rank < uneven.ranks(); rank++) {
      assertThat(inLevels(uneven, rank, network, "b").inside()).isNull();
      Group alone =
          Objects.requireNonNull(
              Groups.around(rank, uneven, List.of(GroupKind.twoLevel("b")), network)[0]);
      assertThat(alone.inside()).isNull();
    }
    Mesh even =
        new Mesh(
            axes,
            List.of(new View(List.of("dp", "cp"), List.of(new Axis("a", 2), new Axis("b", 12)))));
    Group group = inLevels(even, 0, network, "b");
    assertThat(members(group.inside())).hasSize(6);
    assertThat(members(group.between())).containsExactly(0, 6);
  }

  @Test
  void namesTellNodeAndPlace() {
    Mesh mesh = Shapes.mesh(List.of(2, 8, 1, 2));
    Group group = inLevels(mesh, 16 + 5, new RingOrder(8, 4), "dp");
    assertThat(group.name()).isEqualTo("dp@pp1.tp1");
    assertThat(group.inside()).extracting(Group::name).isEqualTo("dp.inside@pp1.tp1.node2");
    assertThat(group.between()).extracting(Group::name).isEqualTo("dp.between@pp1.tp1.place5");
  }
}
