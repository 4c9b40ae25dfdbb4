package io.heddle.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.trace.AlteredFlattener;
import io.heddle.runtime.trace.Emission;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.RecordedNode;
import io.heddle.runtime.trace.RecordedNode.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AlteredFlattenerTest {
  private static SmallFlattener flattener(int pp, int dp, int tp, int microBatches) {
    return new SmallFlattener(SmallFlattener.plan(pp, dp, tp, 2 * pp, microBatches), 2);
  }

  private static List<RecordedNode> altered(Flattener flattener, Emission emission) {
    return RecordedNode.of(new AlteredFlattener(flattener, emission), 0);
  }

  private static String lane(RecordedNode node) {
    return node.group() == null ? "messages" : node.group().name();
  }

  private static boolean communicates(RecordedNode node) {
    return node.kind() == Kind.COLLECTIVE || node.kind() == Kind.SEND;
  }

  @Property(tries = 40)
  void theWholeEmissionIsThePlansOwnTrace(
      @ForAll @IntRange(min = 1, max = 3) int pp,
      @ForAll @IntRange(min = 1, max = 2) int dp,
      @ForAll @IntRange(min = 1, max = 2) int tp,
      @ForAll @IntRange(min = 1, max = 4) int microBatches) {
    Flattener flattener = flattener(pp, dp, tp, microBatches);
    assertThat(altered(flattener, Emission.WHOLE)).isEqualTo(RecordedNode.of(flattener, 0));
  }

  @Property(tries = 40)
  void aLaneOfEachGroupKeepsNodesAndOrdersEachGroupAlone(
      @ForAll @IntRange(min = 1, max = 3) int pp,
      @ForAll @IntRange(min = 1, max = 2) int dp,
      @ForAll @IntRange(min = 1, max = 2) int tp,
      @ForAll @IntRange(min = 1, max = 4) int microBatches) {
    Flattener flattener = flattener(pp, dp, tp, microBatches);
    List<RecordedNode> whole = RecordedNode.of(flattener, 0);
    List<RecordedNode> loose = altered(flattener, Emission.WHOLE.withLaneOfEachGroup());

    assertThat(loose).extracting(RecordedNode::id).isEqualTo(ids(whole));
    assertThat(loose).extracting(RecordedNode::name).isEqualTo(names(whole));
    assertThat(loose).extracting(RecordedNode::data).isEqualTo(data(whole));
    Map<String, Long> last = new HashMap<>();
    Set<Long> communication = new HashSet<>();
    for (RecordedNode node : loose) {
      if (communicates(node)) {
        Long before = node.kind() == Kind.SEND ? null : last.put(lane(node), node.id());
        if (before != null) {
          assertThat(node.follows(before)).as("%s follows %d", node, before).isTrue();
        }
        communication.add(node.id());
        Set<Long> held = new HashSet<>(node.control());
        held.retainAll(communication);
        assertThat(held).as("communication that holds %s", node).isSubsetOf(only(before));
      }
    }
  }

  private static Set<Long> only(Long id) {
    return id == null ? Set.of() : Set.of(id);
  }

  @Property(tries = 40)
  void withoutSharingAllElseIsThere(
      @ForAll @IntRange(min = 1, max = 3) int pp,
      @ForAll @IntRange(min = 1, max = 2) int dp,
      @ForAll @IntRange(min = 1, max = 2) int tp,
      @ForAll @IntRange(min = 1, max = 4) int microBatches) {
    Flattener flattener = flattener(pp, dp, tp, microBatches);
    List<String> rest =
        names(RecordedNode.of(flattener, 0)).stream()
            .filter(name -> !name.startsWith("step.") || !name.contains("reduce"))
            .toList();
    assertThat(names(altered(flattener, Emission.WHOLE.withoutSharing()))).isEqualTo(rest);
  }

  @Property(tries = 40)
  void layersApartWaitForAllCommunicationOfTheLayerBefore(
      @ForAll @IntRange(min = 1, max = 3) int pp,
      @ForAll @IntRange(min = 1, max = 4) int microBatches) {
    List<RecordedNode> nodes =
        altered(
            flattener(pp, 2, 2, microBatches),
            Emission.WHOLE.withLaneOfEachGroup().withLayersApart());
    Set<Long> ofUnit = new HashSet<>();
    long gate = 0;
    for (RecordedNode node : nodes) {
      if (node.name().endsWith("apart")) {
        // Besides them, what makes the input of the layer.
        assertThat(node.data()).containsAll(ofUnit);
        assertThat(node.data().size()).isBetween(ofUnit.size(), ofUnit.size() + 1);
        ofUnit.clear();
        gate = node.id();
      } else if (communicates(node) && gate > 0) {
        long newest = gate;
        assertThat(
                node.data().stream().anyMatch(id -> id > newest)
                    || node.follows(newest)
                    || node.control().stream().anyMatch(id -> id > newest))
            .as("%s begins behind node %d", node, newest)
            .isTrue();
        if (node.kind() == Kind.COLLECTIVE) {
          ofUnit.add(node.id());
        }
      }
    }
    assertThat(gate).isPositive();
  }

  private static List<Long> ids(List<RecordedNode> nodes) {
    return nodes.stream().map(RecordedNode::id).toList();
  }

  private static List<String> names(List<RecordedNode> nodes) {
    return nodes.stream().map(RecordedNode::name).toList();
  }

  private static List<List<Long>> data(List<RecordedNode> nodes) {
    return nodes.stream().map(RecordedNode::data).toList();
  }
}
