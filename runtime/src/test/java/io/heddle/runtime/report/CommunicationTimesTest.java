package io.heddle.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Groups;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.pipeline.SmallFlattener;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CommunicationTimesTest {
  private static final Groups GROUPS =
      new SmallFlattener(SmallFlattener.plan(2, 2, 2, 2, 1), 1).groups();
  private static final int REDUCES = Collective.ALL_REDUCE.chakraType();
  private static final int GATHERS = Collective.ALL_GATHER.chakraType();
  private static final Communication GATHER =
      Communication.of(Collective.ALL_GATHER, List.of("tp"));
  private static final Communication REDUCE =
      Communication.of(Collective.ALL_REDUCE, List.of("tp"));
  private static final Communication MESSAGE = Communication.messages(List.of("dp"));

  private static int groupAlong(String axis, int position) {
    return GROUPS.all().stream()
        .filter(group -> String.join(".", group.axes()).equals(axis))
        .map(Group::id)
        .toList()
        .get(position);
  }

  private static CommunicationTimes times() {
    CommunicationTimes times = new CommunicationTimes(GROUPS, 8);
    int tp = groupAlong("tp", 0);
    times.completed(0, 1, NodeKind.COLLECTIVE, GATHERS, tp, 0, 100, 80);
    times.completed(0, 4, NodeKind.COLLECTIVE, GATHERS, groupAlong("tp", 1), 200, 210, 5);
    times.completed(0, 5, NodeKind.COLLECTIVE, REDUCES, tp, 210, 217, 7);
    times.completed(0, 2, NodeKind.SEND, -1, 0, 0, 100, 4);
    times.completed(6, 2, NodeKind.SEND, -1, groupAlong("dp", 0), 0, 100, 0);
    times.completed(0, 3, NodeKind.COMPUTE, -1, 0, 0, 100, 0);
    times.completed(4, 3, NodeKind.RECEIVE, -1, 0, 0, 100, 0);
    return times;
  }

  @Test
  void areOfARankByAxesAndKind() {
    assertThat(times().of(0))
        .containsExactly(
            new CommunicationTime(Communication.BETWEEN_STAGES, 100, 4),
            new CommunicationTime(REDUCE, 7, 7),
            new CommunicationTime(GATHER, 110, 85));
    assertThat(times().of(6)).containsExactly(new CommunicationTime(MESSAGE, 100, 0));
    assertThat(times().of(4)).isEmpty();
  }

  @Test
  void areVoidWhenTheRunBeginsAnew() {
    CommunicationTimes times = times();
    times.restart();
    assertThat(times.of(0)).isEmpty();
  }

  @Property(tries = 30)
  void addUpToWhatTheLanesDid(
      @ForAll @IntRange(min = 1, max = 3) int pp,
      @ForAll @IntRange(min = 1, max = 2) int dp,
      @ForAll @IntRange(min = 1, max = 3) int tp,
      @ForAll @IntRange(min = 1, max = 5) int microBatches)
      throws UnfinishedStepException {
    StepReport report =
        StepSimulation.run(
            new SmallFlattener(SmallFlattener.plan(pp, dp, tp, 2 * pp, microBatches), 2),
            StepProgress.SILENT);
    for (RankTimes rank : report.ranks()) {
      long busy = rank.communications().stream().mapToLong(CommunicationTime::busy).sum();
      long exposed = rank.communications().stream().mapToLong(CommunicationTime::exposed).sum();
      assertThat(rank.communication()).hasValue(busy);
      assertThat(rank.exposedCommunication()).hasValue(exposed);
    }
    Map<String, Double> byAxes = report.exposedByAxes();
    assertThat(byAxes.values().stream().mapToDouble(nanos -> nanos).sum())
        .isCloseTo(report.meanExposedCommunication().orElseThrow(), within(1e-3));
    assertThat(byAxes.containsKey("tp")).isEqualTo(tp > 1);
    assertThat(byAxes.containsKey(Communication.SEND)).isEqualTo(pp > 1);
  }

  @Test
  void ofRanksAreMeansOverAllOfThem() {
    CommunicationTimes times = times();
    List<MeanCommunicationTime> means =
        MeanCommunicationTime.of(
            RanksByColour.of(
                    List.of(rank(4, times), rank(0, times), rank(6, times), rank(7, times)))
                .alike());
    assertThat(means)
        .containsExactly(
            new MeanCommunicationTime(Communication.BETWEEN_STAGES, 25, 1),
            new MeanCommunicationTime(REDUCE, 1.75, 1.75),
            new MeanCommunicationTime(GATHER, 27.5, 21.25),
            new MeanCommunicationTime(MESSAGE, 25, 0));
  }

  private static RankTimes rank(int rank, CommunicationTimes times) {
    return new RankTimes(
        rank, 0, 1, 1, OptionalLong.of(0), OptionalLong.of(0), OptionalLong.of(0), times.of(rank));
  }
}
