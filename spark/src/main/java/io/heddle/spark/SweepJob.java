package io.heddle.spark;

import io.heddle.cli.command.SweepCommand;
import io.heddle.cli.failure.FaultTrace;
import io.heddle.cli.source.SourceTexts;
import io.heddle.cli.source.Specification;
import io.heddle.cli.sweep.PointForm;
import io.heddle.cli.sweep.PointResult;
import io.heddle.cli.sweep.PointSimulation;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * What an executor needs to run points: the command line that asked for them and the texts that it
 * names, for executors have no files. All tasks of a job in one process share its programs.
 */
final class SweepJob extends AbstractFunction1<Iterator<long[]>, String[]> implements Serializable {
  private static final long serialVersionUID = 1;

  /** Sweeps that a process keeps programs of. */
  private static final int MOST_KNOWN = 2;

  private static final Map<SweepJob, PointSimulation> KNOWN = new LinkedHashMap<>();

  private final ArrayList<String> arguments;
  private final String main;
  private final LinkedHashMap<String, String> texts;

  /**
   * @param arguments of the command {@code sweep}
   */
  SweepJob(List<String> arguments, SourceTexts sources) {
    this.arguments = new ArrayList<>(arguments);
    this.main = sources.main();
    this.texts = new LinkedHashMap<>(sources.texts());
  }

  /** Runs the points of a batch; their lines, in the same order. */
  @Override
  public String[] apply(Iterator<long[]> batches) {
    PointSimulation simulation = simulation();
    List<String> lines = new ArrayList<>();
    while (batches.hasNext()) {
      for (long number : batches.next()) {
        Optional<PointResult> result =
            simulation.run(simulation.point(number), TaskContext.get()::isInterrupted);
        lines.add(PointForm.line(result.orElseThrow(TaskKilledException::new)));
      }
    }
    return lines.toArray(String[]::new);
  }

  private PointSimulation simulation() {
    synchronized (KNOWN) {
      PointSimulation known = KNOWN.remove(this);
      if (known == null) {
        known = open();
      }
      // The last that was used stays longest.
      KNOWN.put(this, known);
      if (KNOWN.size() > MOST_KNOWN) {
        KNOWN.remove(KNOWN.keySet().iterator().next());
      }
      return known;
    }
  }

  private PointSimulation open() {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return SweepCommand.points(
            arguments,
            Specification.of(new SourceTexts(main, texts)),
            FaultTrace.to(err, FaultTrace.isWanted()))
        .orElseThrow(() -> new IllegalStateException("another version of Heddle reads " + main));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SweepJob job
        && arguments.equals(job.arguments)
        && main.equals(job.main)
        && texts.equals(job.texts);
  }

  @Override
  public int hashCode() {
    return Objects.hash(arguments, main, texts);
  }
}
