package io.heddle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.PointForm;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointSimulation;
import io.heddle.cli.sweep.ResultFolder;
import io.heddle.cli.sweep.Shard;
import io.heddle.cli.sweep.Swept;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are lost, on an engine of which some points end the process. */
class BatchedRunTest {
  @TempDir private Path folder;

  private Swept swept;

  @BeforeEach
  void read() {
    Specification specification = Specification.read(SmallSweep.write(folder, 3));
    swept =
        new Swept(
            specification,
            specification.compiler().sweep("Many", PlanChanges.NONE).orElseThrow(),
            PlanChanges.NONE,
            new PointSimulation.Settings(Stragglers.NONE, Mode.ANALYTICAL, true, Optional.empty()));
  }

  /** Runs batches here, a few points at once, until one meets a deadly point. */
  private final class Frail implements BatchEngine {
    final Set<Long> deadly;
    final Set<Long> finished = new HashSet<>();
    private final PointSimulation simulation =
        new PointSimulation(
            swept.sweep(),
            swept.settings(),
            fault -> {
              throw new AssertionError(fault);
            });

    Frail(Set<Long> deadly) {
      this.deadly = deadly;
    }

    @Override
    public int atOnce() {
      return 2;
    }

    @Override
    public void run(List<long[]> batches, Listener listener) throws LostBatchException {
      // The last first: results come in any order.
      for (int batch = batches.size() - 1; batch >= 0; batch--) {
        List<String> lines = new ArrayList<>();
        for (long number : batches.get(batch)) {
          if (deadly.contains(number)) {
            throw new LostBatchException(batch, "no\nmemory");
          }
          lines.add(
              PointForm.line(simulation.run(simulation.point(number), () -> false).orElseThrow()));
        }
        for (long number : batches.get(batch)) {
          assertThat(finished.add(number)).as("point %s was finished before", number).isTrue();
        }
        listener.finished(batch, lines);
      }
    }

    @Override
    public void close() {}
  }

  private List<PointResult> run(Set<Long> deadly) {
    ResultFolder results = ResultFolder.open(folder.resolve("r"), swept.identity("1"));
    Frail frail = new Frail(deadly);
    new BatchedRun(unused -> frail).run(swept, Shard.ALL, results, excluded -> {});
    List<PointResult> points = new ArrayList<>();
    results.inOrder(points::add);
    return points;
  }

  @Test
  void aPointThatCostsItsProcessIsARow() {
    List<PointResult> whole = run(Set.of());
    assertThat(whole).hasSizeGreaterThan(50);
    long one = whole.get(20).number();
    long other = whole.get(21).number();
    Path first = folder.resolve("r");
    folder = folder.resolve("again");
    List<PointResult> points = run(Set.of(one, other));
    assertThat(points).hasSameSizeAs(whole);
    for (int i = 0; i < points.size(); i++) {
      PointResult point = points.get(i);
      if (point.number() == one || point.number() == other) {
        assertThat(point.reason()).isEqualTo("its process was lost: no memory");
        assertThat(point.mayRunAgain()).isTrue();
      } else {
        assertThat(point).isEqualTo(whole.get(i));
      }
    }
    // Another run has more memory.
    assertThat(run(Set.of())).isEqualTo(whole);
    assertThat(first).isDirectory();
  }

  @Test
  void endsWhereEveryPointIsLost() {
    Set<Long> all = new HashSet<>();
    for (long number = 0; number < swept.sweep().size(); number++) {
      all.add(number);
    }
    assertThatThrownBy(() -> run(all))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("points cost their processes")
        .hasMessageContaining("no memory");
  }
}
