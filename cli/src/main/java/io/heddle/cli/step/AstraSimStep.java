package io.heddle.cli.step;

import io.heddle.cli.failure.Exit;
import io.heddle.cli.option.AstraSimOptions;
import io.heddle.cli.result.Detail;
import io.heddle.cli.result.StepResult;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.process.AstraSim;
import io.heddle.runtime.astrasim.process.Verdict;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.fold.Unfolded;
import io.heddle.runtime.report.StepReport;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.simulate.SimulationResult.Status;
import io.heddle.runtime.simulate.config.NetworkConfig;
import io.heddle.runtime.trace.Flattener;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lets AstraSim simulate a step, in a folder with its traces.
 *
 * @param hash of the specification
 */
public record AstraSimStep(AstraSimOptions options, String hash, StepNotices notices) {

  /** Writes the traces, and runs AstraSim on them. */
  public SimulatedStep simulate(Flattener flattener) throws EmitException, UnfinishedRunException {
    AstraSim astraSim = options.astraSim();
    NetworkConfig network = SimulationInput.of(flattener).network();
    Optional<Verdict> refusal = astraSim.refusal(network);
    if (refusal.isPresent()) {
      throw unfinished(refusal.get());
    }
    Verdict verdict;
    EmittedFolder emitted;
    try (AstraSimSession session =
        AstraSimSession.open(options, astraSim, network, notices::note)) {
      emitted = session.emit(flattener, hash);
      notices.warn(emitted.warnings());
      verdict = session.runEmitted(flattener);
    }
    SimulationResult result = verdict.result();
    if (result.status() != Status.OK) {
      throw unfinished(verdict);
    }
    notices.warn(verdict.explanation());
    StepResult step =
        new StepResult(
            StepReport.of(
                flattener,
                result,
                Symmetry.unfolded(flattener.mesh().ranks(), Unfolded.ASTRASIM),
                emitted.counts(),
                Optional.empty(),
                Optional.empty()),
            Optional.of(result),
            Stream.concat(emitted.warnings().stream(), verdict.explanation().stream()).toList(),
            List.of(),
            Detail.PASSES);
    // Whether it ends badly after its results is chance.
    return new SimulatedStep(step, Optional.empty(), verdict.explanation().isEmpty());
  }

  private static UnfinishedRunException unfinished(Verdict verdict) {
    return new UnfinishedRunException(
        verdict.result(), verdict.isOfEnvironment() ? Exit.ENVIRONMENT : Exit.WRONG_INPUT);
  }
}
