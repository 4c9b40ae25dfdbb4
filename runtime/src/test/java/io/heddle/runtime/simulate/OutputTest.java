package io.heddle.runtime.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.plan.Recompute;
import io.heddle.plan.Schedule;
import io.heddle.runtime.simulate.config.CommunicatorGroups;
import io.heddle.runtime.simulate.config.MemoryConfig;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static final SmallFlattener PLAN =
      new SmallFlattener(
          new SmallFlattener.Shape(2, 2, 1), 1, 3, 64, Schedule.of("one_f_one_b"), Recompute.NONE);

  @Test
  void aTimelineHasATrackForEachLaneAndNamesMicroBatchesAndBytes() throws IOException {
    ChromeTrace trace = new ChromeTrace(4);
    FlattenerWorkload workload = new FlattenerWorkload(PLAN);
    SimulationResult result =
        new Simulator(StreamingTest.machine(PLAN, false), SimulationOptions.DEFAULT)
            .run(workload, trace);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    trace.write(out, workload);

    List<JsonNode> events = new java.util.ArrayList<>();
    new ObjectMapper().readTree(out.toByteArray()).get("traceEvents").forEach(events::add);
    assertThat(events.stream().filter(event -> event.get("ph").asText().matches("[Xb]")))
        .hasSize((int) result.nodes());
    JsonNode send = find(events, "fwd.mb2.layer0.stream.send");
    assertThat(send.get("args").get("micro-batch").asInt()).isEqualTo(2);
    assertThat(send.get("args").get("bytes").asLong()).isEqualTo(PLAN.streamBytes());
    assertThat(send.get("tid").asInt()).isEqualTo(1);
    double end = send.get("ts").asDouble() + send.get("dur").asDouble();
    assertThat(end * 1000).isLessThanOrEqualTo((double) result.maxCycles());
    assertThat(events.stream().filter(event -> event.get("name").asText().equals("process_name")))
        .hasSize(4);
  }

  @Test
  void aTimelineHasExactUnsignedNumbersAndReceivesThatOverlap() throws IOException {
    ChromeTrace trace = new ChromeTrace(1);
    trace.completed(0, -1, NodeKind.LOAD, -1, 0, -3000, -1, 0);
    trace.completed(0, 1, NodeKind.RECEIVE, -1, 0, 0, 2500, 0);
    trace.completed(0, 2, NodeKind.RECEIVE, -1, 0, 1, 3001, 0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    trace.write(
        out,
        (rank, visitor) -> {
          visitor.node(-1, "", -1, -1);
          visitor.node(1, "first", 0, 8);
          visitor.node(2, "second", 1, 8);
        });

    List<String> events = new java.util.ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    for (JsonNode event : mapper.readTree(out.toByteArray()).get("traceEvents")) {
      if (!event.get("ph").asText().equals("M")) {
        events.add(event.get("ph").asText() + " " + event.path("id2").path("local").asText());
      }
    }
    assertThat(events).containsExactly("X ", "b 0x1", "e 0x1", "b 0x2", "e 0x2");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("\"name\":\"load 18446744073709551615\"", "\"tid\":1")
        .contains("\"ts\":18446744073709548.616,\"dur\":2.999")
        .contains("\"node\":18446744073709551615,\"bytes\":18446744073709551615")
        .contains("\"ts\":3.001", "\"name\":\"second\"")
        .doesNotContain(":-");
  }

  private static JsonNode find(List<JsonNode> events, String name) {
    return events.stream()
        .filter(event -> event.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aResultIsWrittenAsUnsignedNumbersWithoutWhatIsAbsent() throws IOException {
    GoldenCase golden = GoldenCase.named("mem_per_node");
    SimulationResult result =
        new Simulator(golden.input(), golden.options(Backend.CONGESTION_UNAWARE))
            .run(golden.workload());
    RankResult first = result.ranks().get(0);
    RankResult late =
        new RankResult(
            9,
            -1,
            -2,
            OptionalLong.of(-1),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            first.roofline(),
            first.lanes());
    SimulationResult both =
        new SimulationResult(result.status(), List.of(first, late), List.of(), 1, 1, 1, 1);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ResultJson.write(both, out);

    JsonNode json = new ObjectMapper().readTree(out.toByteArray());
    assertThat(json.get("status").asText()).isEqualTo("ok");
    assertThat(json.get("ranks").get("0").properties().stream().map(e -> e.getKey()))
        .containsExactly("cycles", "exposed_comm");
    assertThat(json.get("ranks").get("9").get("cycles").asText()).isEqualTo("18446744073709551615");
    assertThat(json.get("ranks").get("9").get("wall_time").asText())
        .isEqualTo("18446744073709551615");
  }

  @Test
  void aPlanBringsItsMachine() {
    SimulationResult result =
        new Simulator(SimulationInput.of(PLAN), SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(PLAN));

    assertThat(result.diagnosis()).isEmpty();
    assertThat(result.ranks())
        .hasSize(4)
        .allSatisfy(rank -> assertThat(rank.roofline()).isPresent());
  }

  @Test
  void aPlanOfOneRankNeedsNoNetwork() {
    SmallFlattener alone =
        new SmallFlattener(
            new SmallFlattener.Shape(1, 1, 1),
            2,
            2,
            64,
            Schedule.of("one_f_one_b"),
            Recompute.NONE);
    SimulationInput input =
        new SimulationInput(
            TestMachine.system(1, 100, "ring"),
            new NetworkConfig(List.of()),
            MemoryConfig.NONE,
            CommunicatorGroups.NONE);

    SimulationResult result =
        new Simulator(input, SimulationOptions.DEFAULT).run(new FlattenerWorkload(alone));

    assertThat(result.diagnosis()).isEmpty();
    assertThat(result.maxCycles()).isEqualTo(result.nodes());
  }

  @Test
  void aWorkloadOfAnotherSizeThanTheNetworkIsRefused() {
    SimulationResult result =
        new Simulator(
                StreamingTest.machine(
                    new SmallFlattener(
                        new SmallFlattener.Shape(2, 1, 1),
                        1,
                        1,
                        8,
                        Schedule.of("gpipe"),
                        Recompute.NONE),
                    false),
                SimulationOptions.DEFAULT)
            .run(new FlattenerWorkload(PLAN));

    assertThat(result.diagnosis())
        .containsExactly("the workload has 4 ranks, the network 2: they must be the same");
  }
}
