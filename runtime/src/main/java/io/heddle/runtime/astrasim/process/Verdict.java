package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a run of AstraSim came to. Only {@link Complete} has an answer of every rank. */
public sealed interface Verdict {
  /** Results of the ranks that finished, in order of rank. */
  List<RankResult> ranks();

  /** What is to be said of it: one finding a line; empty where all is well. */
  List<String> explanation();

  /** Whether it is the machine or the installation, and not what was simulated, that failed. */
  boolean isOfEnvironment();

  /** The same as any simulation has it; AstraSim does not say how much it did. */
  default SimulationResult result() {
    Status status =
        this instanceof Complete
            ? Status.OK
            : this instanceof Stalled ? Status.STALLED : Status.ERROR;
    List<String> diagnosis = status == Status.OK ? List.of() : explanation();
    return new SimulationResult(status, ranks(), diagnosis, 0, 0, 0, 0);
  }

  /**
   * Every rank finished.
   *
   * @param explanation that AstraSim crashed or lingered after that, which spoils nothing
   */
  record Complete(List<RankResult> ranks, List<String> explanation) implements Verdict {
    public Complete {
      ranks = List.copyOf(ranks);
      explanation = List.copyOf(explanation);
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /** AstraSim came to its end, exit code 0, and some ranks never finished. */
  record Stalled(Output output) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      return output.explain(
          "AstraSim stalled: it ended with exit code 0, but "
              + output.unfinished()
              + "; --backend congestion-unaware says who waits for whom");
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /**
   * AstraSim ended with a signal that it caused itself.
   *
   * @param signal by number
   */
  record Crashed(Output output, int signal) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      List<String> lines =
          output.explain("AstraSim crashed (" + Signals.name(signal) + "): " + output.unfinished());
      String hint = Signals.hint(signal);
      if (!hint.isEmpty() && output.said().isEmpty()) {
        lines.add(hint);
      }
      return lines;
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /**
   * AstraSim gave up.
   *
   * @param exitCode not 0
   */
  record Failed(Output output, int exitCode) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      return output.explain(
          "AstraSim gave up with exit code " + exitCode + ": " + output.unfinished());
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /** Somebody else ended AstraSim. */
  record Killed(Output output, int signal) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      String hint = Signals.hint(signal);
      return output.explain(
          "AstraSim was ended from outside ("
              + Signals.name(signal)
              + "): "
              + output.unfinished()
              + (hint.isEmpty() ? "" : "; " + hint));
    }

    @Override
    public boolean isOfEnvironment() {
      return true;
    }
  }

  /** AstraSim's output stops early though nothing else is known to be wrong, in all of its runs. */
  record Truncated(Output output) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      return output.explain(
          "AstraSim's output stops before its end, in each of several runs, with exit code 0: "
              + output.unfinished());
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /**
   * The output holds what no run of these ranks prints.
   *
   * @param line the first such line
   */
  record Garbled(String line) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return List.of();
    }

    @Override
    public List<String> explanation() {
      return List.of(
          "AstraSim's output cannot be relied on; this line contradicts another, or the number of"
              + " ranks: "
              + line);
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /** AstraSim was ended because its time was over. */
  record TimedOut(Output output, Duration timeout) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return output.ranks();
    }

    @Override
    public List<String> explanation() {
      return output.explain(
          "AstraSim was ended after "
              + timeout.toMillis() / 1000.0
              + " s: "
              + output.unfinished()
              + "; --timeout gives it more time");
    }

    @Override
    public boolean isOfEnvironment() {
      return false;
    }
  }

  /** AstraSim was ended because whoever wanted the result does not any more. */
  record Stopped() implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return List.of();
    }

    @Override
    public List<String> explanation() {
      return List.of("interrupted: AstraSim was ended");
    }

    @Override
    public boolean isOfEnvironment() {
      return true;
    }
  }

  /**
   * AstraSim was not started.
   *
   * @param reason what is wrong, and what to do
   */
  record NotStarted(Obstacle obstacle, String reason) implements Verdict {
    @Override
    public List<RankResult> ranks() {
      return List.of();
    }

    @Override
    public List<String> explanation() {
      return List.of(reason);
    }

    @Override
    public boolean isOfEnvironment() {
      return obstacle != Obstacle.KNOWN_LIMIT && obstacle != Obstacle.EMPTY_TRACE;
    }
  }

  /**
   * What AstraSim printed before its end.
   *
   * @param of ranks in all
   * @param said the first and last of its complaints
   */
  record Output(List<RankResult> ranks, int of, List<String> said) {
    public Output {
      ranks = List.copyOf(ranks);
      said = List.copyOf(said);
    }

    /** Which ranks have no finished line. */
    String unfinished() {
      return (of - ranks.size())
          + " of "
          + of
          + " ranks have no finished line ("
          + RankList.missing(ranks, of)
          + ")";
    }

    /** What happened, what it means if that is known, and what AstraSim says. */
    List<String> explain(String what) {
      List<String> lines = new ArrayList<>();
      lines.add(what);
      Causes.find(said).ifPresent(lines::add);
      said.forEach(line -> lines.add("AstraSim says: " + line));
      return lines;
    }
  }
}
