package io.heddle.cli.step;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.failure.Failure;
import io.heddle.cli.output.StepJson;
import io.heddle.runtime.simulate.SimulationResult;
import java.io.PrintWriter;
import java.util.List;

/**
 * What a command says of a step besides its result: warnings, and why there is no result. Programs,
 * which asked for JSON, are told the latter on standard output, too.
 */
public final class StepNotices {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private boolean isPrinted;

  /**
   * @param json whether programs read what is printed
   */
  public StepNotices(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** Warnings go to standard error at once. */
  public void warn(List<String> warnings) {
    warnings.forEach(warning -> err.println("warning: " + warning));
    err.flush();
  }

  /** What is worth to be known goes to standard error at once. */
  public void note(String text) {
    err.println(text);
    err.flush();
  }

  /** The result goes to standard output, where nothing may follow it. */
  public void resultIsPrinted() {
    isPrinted = true;
  }

  /** The step failed with what is thrown on. Of a wrong command line nothing is told here. */
  public void failed(Exception thrown) {
    if (!(thrown instanceof Failure failure && failure.exit() == Exit.USAGE)) {
      failed(List.of(String.valueOf(thrown.getMessage())));
    }
  }

  /** There is no step to simulate. */
  public void failed(List<String> diagnosis) {
    print("error", diagnosis);
  }

  /** The simulation did not end. */
  public void unfinished(SimulationResult result) {
    print(result.status().text(), result.diagnosis());
    err.println("heddle: the simulation did not end");
    result.diagnosis().forEach(err::println);
  }

  private void print(String status, List<String> diagnosis) {
    if (json && !isPrinted) {
      StepJson.printUnfinished(out, status, diagnosis);
    }
  }
}
