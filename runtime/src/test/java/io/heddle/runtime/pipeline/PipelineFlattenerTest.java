package io.heddle.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.emit.OneLaneRun;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RankTrace;
import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PipelineFlattenerTest {
  private static final List<Recompute> RECOMPUTE =
      List.of(Recompute.NONE, Recompute.FULL, new Recompute(Recompute.Extent.FULL, 3));

  static Stream<SmallFlattener> flatteners() {
    List<SmallFlattener> all = new ArrayList<>();
    List<Schedule> schedules = new ArrayList<>();
    List.of("gpipe", "one_f_one_b", "zero_bubble")
        .forEach(name -> schedules.add(Schedule.of(name)));
    schedules.add(new Schedule("interleaved", 2));
    for (Schedule schedule : schedules) {
      for (Recompute recompute : RECOMPUTE) {
        for (int stages : new int[] {1, 2, 4}) {
          int microBatches = schedule.chunks() == 1 ? 5 : 2 * stages;
          PlanValues plan =
              SmallFlattener.plan(stages, 2, 2, 8, microBatches)
                  .withSchedule(schedule)
                  .withRecompute(recompute);
          all.add(new SmallFlattener(plan, 2));
        }
      }
    }
    return all.stream();
  }

  private static List<List<RecordedNode>> traces(Flattener flattener) {
    List<List<RecordedNode>> traces = new ArrayList<>();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      traces.add(RecordedNode.of(flattener, rank));
    }
    return traces;
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void idsAscendAndDependenciesPointBack(SmallFlattener flattener) {
    for (List<RecordedNode> trace : traces(flattener)) {
      for (int i = 0; i < trace.size(); i++) {
        RecordedNode node = trace.get(i);
        assertThat(node.id()).isEqualTo(i + 1);
        Set<Long> dependencies = new HashSet<>(node.data());
        dependencies.addAll(node.control());
        assertThat(dependencies).hasSize(node.data().size() + node.control().size());
        assertThat(dependencies).allMatch(id -> id >= 1 && id < node.id());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void namesAreUniqueInARank(SmallFlattener flattener) {
    for (List<RecordedNode> trace : traces(flattener)) {
      assertThat(trace.stream().map(RecordedNode::name)).doesNotHaveDuplicates();
    }
  }

  private record Message(int from, int to, int tag, long bytes) {}

  @ParameterizedTest
  @MethodSource("flatteners")
  void everySendHasOneReceive(SmallFlattener flattener) {
    Set<Message> sent = new HashSet<>();
    Set<Message> received = new HashSet<>();
    List<List<RecordedNode>> traces = traces(flattener);
    for (int rank = 0; rank < traces.size(); rank++) {
      for (RecordedNode node : traces.get(rank)) {
        if (node.kind() == Kind.SEND) {
          assertThat(sent.add(new Message(rank, node.peer(), node.tag(), node.bytes()))).isTrue();
        } else if (node.kind() == Kind.RECEIVE) {
          assertThat(received.add(new Message(node.peer(), rank, node.tag(), node.bytes())))
              .isTrue();
        }
      }
    }
    assertThat(received).isEqualTo(sent);
    // Forward and backward of each micro-batch over each border of chunks, on four lines.
    int stages = flattener.stages();
    int borders = stages == 1 ? 0 : stages * flattener.plan().schedule().chunks() - 1;
    assertThat(sent).hasSize(2 * flattener.microBatches() * 4 * borders);
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void membersOfAGroupIssueTheSame(SmallFlattener flattener) {
    Map<Group, Map<Integer, List<String>>> issued = new HashMap<>();
    List<List<RecordedNode>> traces = traces(flattener);
    for (int rank = 0; rank < traces.size(); rank++) {
      for (RecordedNode node : traces.get(rank)) {
        if (node.group() != null) {
          issued
              .computeIfAbsent(node.group(), unused -> new HashMap<>())
              .computeIfAbsent(rank, unused -> new ArrayList<>())
              .add(node.collective() + " " + node.bytes() + " " + node.name());
        }
      }
    }
    assertThat(issued).isNotEmpty();
    issued.forEach(
        (group, byRank) -> {
          List<String> first = Objects.requireNonNull(byRank.get(group.member(0)));
          for (int member : group.ring()) {
            assertThat(byRank.get(member)).isEqualTo(first);
          }
          assertThat(byRank).hasSize(group.size());
        });
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void bothLanesAreChained(SmallFlattener flattener) {
    for (List<RecordedNode> trace : traces(flattener)) {
      assertChained(trace.stream().filter(n -> n.kind() == Kind.COMPUTE).toList());
      assertChained(
          trace.stream()
              .filter(n -> n.kind() == Kind.COLLECTIVE || n.kind() == Kind.SEND)
              .toList());
    }
  }

  private static void assertChained(List<RecordedNode> lane) {
    for (int i = 1; i < lane.size(); i++) {
      assertThat(lane.get(i).follows(lane.get(i - 1).id()))
          .as("%s follows %s", lane.get(i).name(), lane.get(i - 1).name())
          .isTrue();
    }
  }

  /** The nodes of each action of a rank. */
  private static List<List<RecordedNode>> byAction(Flattener flattener, int rank) {
    List<RecordedNode> trace = RecordedNode.of(flattener, rank);
    List<List<RecordedNode>> actions = new ArrayList<>();
    RankTrace byAction = flattener.open(rank);
    int from = 0;
    for (int action = 0; action < flattener.actions(rank); action++) {
      CountingSink count = new CountingSink();
      byAction.emit(action, count);
      int to = from + Math.toIntExact(count.nodes());
      actions.add(trace.subList(from, to));
      from = to;
    }
    assertThat(from).as("actions make the whole trace").isEqualTo(trace.size());
    return actions;
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void aReceiveIsPostedOneActionAhead(SmallFlattener flattener) {
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      List<List<RecordedNode>> actions = byAction(flattener, rank);
      long lastComputeBefore = 0;
      for (int action = 0; action < actions.size(); action++) {
        List<RecordedNode> nodes = actions.get(action);
        for (RecordedNode node : nodes) {
          if (node.kind() == Kind.RECEIVE) {
            long use = firstUse(actions, node.id());
            // The first action has nobody before it to post its receive.
            boolean own = use == action && action == 0;
            assertThat(own || use == action + 1).as("use of %s", node.name()).isTrue();
            if (lastComputeBefore > 0) {
              assertThat(node.follows(lastComputeBefore)).isTrue();
            }
          }
        }
        for (RecordedNode node : nodes) {
          lastComputeBefore = node.kind() == Kind.COMPUTE ? node.id() : lastComputeBefore;
        }
      }
    }
  }

  /** Number of the first action with a node other than a receive that uses the result. */
  private static int firstUse(List<List<RecordedNode>> actions, long id) {
    for (int action = 0; action < actions.size(); action++) {
      for (RecordedNode node : actions.get(action)) {
        if (node.kind() != Kind.RECEIVE && node.data().contains(id)) {
          return action;
        }
      }
    }
    throw new AssertionError("nobody uses node " + id);
  }

  @ParameterizedTest
  @MethodSource("flatteners")
  void allRanksRunToTheirEnd(SmallFlattener flattener) {
    assertThat(OneLaneRun.stuck(traces(flattener))).isEmpty();
  }

  @Test
  void nodesAreNamedByTheirPlace() {
    Flattener flattener = new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 2), 1);
    assertThat(RecordedNode.of(flattener, 0).stream().map(RecordedNode::name))
        .startsWith("fwd.mb0.embed", "fwd.mb0.layer0.mlp.gather", "fwd.mb0.layer0.mlp.a")
        .contains("fwd.mb1.layer1.stream.send", "bwd.mb0.layer1.stream.recv")
        .endsWith("bwd.mb1.embed", "step.reduce", "step.tied.reduce", "step.optimizer");
  }

  @Test
  void actionsComeInOrder() {
    Flattener flattener = new SmallFlattener(SmallFlattener.plan(2, 2, 2, 4, 2), 1);
    RankTrace trace = flattener.open(0);
    assertThatThrownBy(() -> trace.emit(1, new CountingSink()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("action 1 asked for, 0 is next");
  }
}
