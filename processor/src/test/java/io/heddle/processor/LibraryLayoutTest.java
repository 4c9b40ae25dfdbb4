package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.mesh.Axis;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Mesh;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.astrasim.AstraSimConfiguration;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.ConfigReader;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where ranks and groups of the shipped plans lie, and that AstraSim's files say the same. */
final class LibraryLayoutTest {
  /** The name of a group of some stages: {@code pp.0.2.3@tp0}. */
  private static final Pattern STAGES = Pattern.compile("([a-z]+)\\.([0-9.]+)@.*");

  @TempDir private Path folder;

  private static final List<Named<Flattener>> PLANS =
      Sources.allPlans().stream()
          .map(plan -> Named.of(plan.plan().name(), GeneratedClass.flattener(plan)))
          .toList();

  static List<Named<Flattener>> plans() {
    return PLANS;
  }

  @ParameterizedTest
  @MethodSource("plans")
  void ranksAreNumberedAsTheLayoutSays(Flattener flattener) {
    Mesh mesh = flattener.mesh();
    List<Axis> axes = flattener.plan().axes();
    for (int rank = 0; rank < mesh.ranks(); rank++) {
      int expected = 0;
      for (Axis axis : axes) {
        expected = expected * axis.size() + mesh.coordinate(rank, axis.name());
      }
      assertThat(rank).isEqualTo(expected);
    }
    assertThat(SimulationInput.of(flattener).network().ranks())
        .isEqualTo(mesh.ranks())
        .isEqualTo(axes.stream().mapToInt(Axis::size).reduce(1, Math::multiplyExact));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void aGroupIsAllRanksThatDifferInItsAxesOnly(Flattener flattener) {
    List<String> axes = flattener.plan().axes().stream().map(Axis::name).toList();
    Map<List<String>, Map<List<Integer>, NavigableSet<Integer>>> alike = new HashMap<>();
    for (Group group : flattener.groups().all()) {
      if (!axes.containsAll(group.axes())) {
        continue; // Axes of a view: ViewTest.
      }
      List<String> others = axes.stream().filter(axis -> !group.axes().contains(axis)).toList();
      Mesh mesh = flattener.mesh();
      NavigableSet<Integer> expected =
          alike
              .computeIfAbsent(others, same -> ranksAlike(mesh, same))
              .get(place(mesh, others, group.member(0)));
      if (group.name().contains(".ends")) {
        // First and last stage, which share a tied embedding.
        expected = new TreeSet<>(List.of(expected.first(), expected.last()));
      }
      Matcher stages = STAGES.matcher(group.name());
      if (stages.matches()) {
        // The stages that use a table.
        Set<String> places = Set.of(stages.group(2).split("\\."));
        int axis = mesh.indexOf(stages.group(1));
        expected = new TreeSet<>(expected);
        expected.removeIf(rank -> !places.contains("" + mesh.coordinate(rank, axis)));
      }
      assertThat(members(group)).as(group.name()).isEqualTo(expected);
    }
  }

  /** The ranks by their coordinates on some axes. */
  private static Map<List<Integer>, NavigableSet<Integer>> ranksAlike(
      Mesh mesh, List<String> axes) {
    Map<List<Integer>, NavigableSet<Integer>> ranks = new HashMap<>();
    for (int rank = 0; rank < mesh.ranks(); rank++) {
      ranks.computeIfAbsent(place(mesh, axes, rank), place -> new TreeSet<>()).add(rank);
    }
    return ranks;
  }

  private static List<Integer> place(Mesh mesh, List<String> axes, int rank) {
    return axes.stream().map(axis -> mesh.coordinate(rank, axis)).toList();
  }

  private static Set<Integer> members(Group group) {
    Set<Integer> members = new TreeSet<>();
    for (int rank : group.ring()) {
      members.add(rank);
    }
    return members;
  }

  /** The shipped plans all have the tensor-parallel axis innermost: its ranks are neighbours. */
  @ParameterizedTest
  @MethodSource("plans")
  void tensorGroupsAreNeighbours(Flattener flattener) {
    List<Axis> axes = flattener.plan().axes();
    Axis innermost = axes.get(axes.size() - 1);
    if (!innermost.name().equals("tp")) {
      assertThat(axes).extracting(Axis::name).doesNotContain("tp");
      return;
    }
    List<Set<Integer>> groups = groupsOf(flattener, "tp");
    assertThat(groups).hasSize(flattener.mesh().ranks() / innermost.size());
    for (Set<Integer> group : groups) {
      int first = group.iterator().next();
      assertThat(first % innermost.size()).isZero();
      assertThat(group)
          .containsExactlyElementsOf(
              IntStream.range(first, first + innermost.size()).boxed().toList());
    }
  }

  private static List<Set<Integer>> groupsOf(Flattener flattener, String axis) {
    List<Set<Integer>> groups = new ArrayList<>();
    for (Group group : flattener.groups().all()) {
      if (group.axes().equals(List.of(axis))) {
        groups.add(members(group));
      }
    }
    return groups;
  }

  /** On a mesh of stages and tensor ranks the rank is stage · tp + tensor rank. */
  @Test
  void ofAPipelineOfTensorGroupsTheRankIsStageTimesTpPlusTensorRank() {
    Flattener flattener = GeneratedClass.flattener(Sources.library("gpt3", "Gpt3_175B_A100x64"));
    assertThat(flattener.plan().axes()).containsExactly(new Axis("pp", 8), new Axis("tp", 8));
    for (int rank = 0; rank < 64; rank++) {
      assertThat(flattener.stage(rank)).isEqualTo(rank / 8);
      assertThat(flattener.mesh().coordinate(rank, "tp")).isEqualTo(rank % 8);
    }
  }

  @Test
  void theLayoutOfThePlanDecidesWhoAreNeighbours() {
    Source shipped = Sources.shipped("llama3_8b.tfm");
    Source turned =
        new Source(
            "turned.tfm", shipped.text().replace("layout pp > dp > tp", "layout tp > dp > pp"));
    Flattener flattener = GeneratedClass.flattener(Sources.compile(turned, "Pod64"));
    List<Set<Integer>> groups = groupsOf(flattener, "tp");
    assertThat(groups).hasSize(8);
    for (Set<Integer> group : groups) {
      int first = group.iterator().next();
      assertThat(group)
          .containsExactlyElementsOf(
              IntStream.range(0, 8).map(i -> first + 8 * i).boxed().toList());
    }
    assertThat(IntStream.range(0, 64).map(flattener::stage).toArray())
        .isEqualTo(IntStream.range(0, 64).map(rank -> rank % 4).toArray());
  }

  @ParameterizedTest
  @MethodSource("plans")
  void whatIsWrittenForAstraSimReadsTheSame(Flattener flattener) throws IOException {
    Cluster cluster = flattener.plan().cluster();
    SimulationInput meant = SimulationInput.of(flattener);
    Path network = folder.resolve(AstraSimConfiguration.NETWORK);
    Path system = folder.resolve(AstraSimConfiguration.SYSTEM);
    Path groups = folder.resolve(AstraSimConfiguration.GROUPS);
    Path memory = folder.resolve(AstraSimConfiguration.MEMORY);
    Files.write(network, AstraSimConfiguration.network(cluster));
    Files.write(system, AstraSimConfiguration.system(cluster));
    Files.write(groups, AstraSimConfiguration.groups(flattener.groups().all()));
    Files.write(memory, AstraSimConfiguration.memory());
    assertThat(ConfigReader.network(network)).isEqualTo(meant.network());
    assertThat(ConfigReader.memory(memory)).isEqualTo(meant.memory());
    assertThat(ConfigReader.system(system)).isEqualTo(meant.system());
    CommunicatorGroups read = ConfigReader.groups(groups);
    assertThat(read.ids()).isEqualTo(meant.groups().ids()).isNotNull();
    for (int id : read.ids()) {
      assertThat(read.members(id)).as("group %s", id).isEqualTo(meant.groups().members(id));
    }
  }
}
