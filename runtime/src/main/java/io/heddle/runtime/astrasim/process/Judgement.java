package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.RankResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be made of one run. Success is one finished line of each rank, and nothing else: a
 * workload that dead-locks ends with exit code 0, and a complete run may crash when it tidies up.
 *
 * @param doubtful whether another run may come to something else: AstraSim writes its output
 *     asynchronously, so that a crash cuts it, and some crashes strike in some runs only
 */
record Judgement(Verdict verdict, boolean doubtful) {
  static Judgement of(Ending ending, LogParser log, Utterances utterances, Duration timeout) {
    if (ending instanceof Ending.Stopped) {
      return certain(new Verdict.Stopped());
    }
    Optional<String> garbled = log.garbled();
    if (garbled.isPresent()) {
      return certain(new Verdict.Garbled(garbled.get()));
    }
    List<RankResult> ranks = log.results();
    if (log.complete()) {
      return certain(new Verdict.Complete(ranks, remarks(ending, log)));
    }
    Verdict.Output output = new Verdict.Output(ranks, log.ranks(), utterances.lines());
    return ending instanceof Ending.Exit exit
        ? incomplete(exit, output, log)
        : certain(new Verdict.TimedOut(output, timeout));
  }

  private static Judgement incomplete(Ending.Exit exit, Verdict.Output output, LogParser log) {
    int signal = exit.signal();
    if (Signals.fromOutside(signal)) {
      return certain(new Verdict.Killed(output, signal));
    }
    if (signal != 0) {
      boolean doubtful = Signals.ofDamagedMemory(signal) && !Causes.stated(output.said());
      return new Judgement(new Verdict.Crashed(output, signal), doubtful);
    }
    if (exit.code() != 0) {
      return certain(new Verdict.Failed(output, exit.code()));
    }
    return log.exiting()
        ? certain(new Verdict.Stalled(output))
        : new Judgement(new Verdict.Truncated(output), true);
  }

  private static List<String> remarks(Ending ending, LogParser log) {
    if (ending instanceof Ending.Exit exit) {
      return exit.code() == 0
          ? List.of()
          : List.of(
              "AstraSim ended badly ("
                  + exit.text()
                  + ") after the results of all "
                  + log.ranks()
                  + " ranks, which are whole");
    }
    return List.of(
        "AstraSim did not end after the results of all "
            + log.ranks()
            + " ranks, which are whole; it was ended");
  }

  private static Judgement certain(Verdict verdict) {
    return new Judgement(verdict, false);
  }
}
