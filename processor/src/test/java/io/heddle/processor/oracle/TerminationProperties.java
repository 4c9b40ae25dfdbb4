package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.simulate.Backend;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationOptions;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.Simulator;
import io.heddle.runtime.simulate.workload.FlattenerWorkload;
import io.heddle.runtime.trace.Flattener;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * No trace can stop: of random models on random meshes, under random schedules, with gradients,
 * states and weights split and reduced in all ways, the verifier proves that every rank ends, and
 * the simulator takes every rank to its end whatever the backend, the queues and the protocol.
 */
final class TerminationProperties {
  @Provide
  Arbitrary<String> models() {
    return Arbitraries.longs().map(RandomModel::text);
  }

  @Property(tries = 100)
  void everyRankEnds(@ForAll("models") String text) {
    Optional<TfmCompiler.Compiled> compiled = compiled(text);
    Assume.that(compiled.isPresent());
    assertEnds(compiled.get());
  }

  /** A pass of weight gradients that has no kernels, but gradients to reduce. */
  @Example
  void weightPassesWithoutKernelsEnd() {
    assertEnds(
        compiled(
                """
                tfm 1
                import "std/clusters.tfm"
                model M {
                  dim b
                  dim s = 64, h = 64, voc = 4096
                  block only(x[b s h]) {
                    weight w[h]
                    u = x + w
                    return x + u
                  }
                  embed tokens[voc h]
                  stack 4 of only
                  head logits[h voc] norm none
                }
                plan P of M {
                  mesh pp = 2, dp = 4
                  shard { b over dp  layers over pp }
                  optimizer adam sharded over dp, gradients sharded
                  schedule zero_bubble
                  batch 16  micro_batch 1
                  on hgx_h100
                }
                """)
            .orElseThrow());
  }

  private static Optional<TfmCompiler.Compiled> compiled(String text) {
    return TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY).compile("P");
  }

  static void assertEnds(TfmCompiler.Compiled compiled) {
    assertEnds(new InterpretedFlattener(compiled, BoundPlan.of(compiled)));
  }

  static void assertEnds(Flattener flattener) {
    Verified.assertEnds(flattener);
    for (Backend backend : Backend.values()) {
      for (int queues : new int[] {1, 3}) {
        for (boolean rendezvous : new boolean[] {false, true}) {
          SimulationOptions options =
              SimulationOptions.DEFAULT
                  .with(backend)
                  .withQueuesPerDimension(queues)
                  .withRendezvous(rendezvous);
          SimulationResult result =
              new Simulator(SimulationInput.of(flattener), options)
                  .run(new FlattenerWorkload(flattener));
          assertThat(result.diagnosis()).as("%s", options).isEmpty();
          assertThat(result.ranks()).hasSize(flattener.mesh().ranks());
        }
      }
    }
  }
}
