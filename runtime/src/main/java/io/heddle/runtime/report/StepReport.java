package io.heddle.runtime.report;

import io.heddle.plan.PlanValues;
import io.heddle.plan.marker.Api;
import io.heddle.runtime.communication.Communication;
import io.heddle.runtime.communication.CommunicationTime;
import io.heddle.runtime.communication.CommunicationTimes;
import io.heddle.runtime.fold.Symmetry;
import io.heddle.runtime.path.CriticalPath;
import io.heddle.runtime.report.RanksByColour.Alike;
import io.heddle.runtime.simulate.RankResult;
import io.heddle.runtime.simulate.SimulationResult;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/**
 * What a simulated training step came to.
 *
 * @param plan that was run
 * @param stragglers what made kernels last longer or shorter than their work says
 * @param iterationNanos until the last rank is done, ns, unsigned, at least 1
 * @param microBatches of one replica
 * @param tokens that the step computes, all replicas; those too that it guesses
 * @param parameters trained values of the whole model
 * @param modelOperations of the matrix products of the step, all replicas; those that ran, where
 *     the flattener does not tell its {@linkplain Flattener#modelOperations model's own}
 * @param ranks in order
 * @param stages in order
 * @param symmetry how many of the ranks were simulated for all
 * @param counts of the nodes of all ranks
 * @param criticalPath if it was asked for and who simulated tells the times of nodes
 */
@Api
public record StepReport(
    PlanValues plan,
    Stragglers stragglers,
    long iterationNanos,
    int microBatches,
    long tokens,
    long parameters,
    BigInteger modelOperations,
    List<RankTimes> ranks,
    List<StageTimes> stages,
    Symmetry symmetry,
    StepCounts counts,
    Optional<CriticalPath> criticalPath) {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double TWO_TO_64 = 0x1p64;

  public StepReport {
    ranks = RanksByColour.of(ranks);
    stages = List.copyOf(stages);
    if (iterationNanos == 0 || ranks.isEmpty()) {
      throw new IllegalArgumentException("a step takes time and ranks");
    }
  }

  /**
   * The report of a simulation that went to its end.
   *
   * @param symmetry how many of the ranks were simulated for all
   * @param counts of all nodes that ran
   * @param communications of each rank, where who simulated tells them
   * @throws IllegalArgumentException if a rank did not finish
   */
  public static StepReport of(
      Flattener flattener,
      SimulationResult result,
      Symmetry symmetry,
      CountingSink counts,
      Optional<CommunicationTimes> communications,
      Optional<CriticalPath> criticalPath) {
    return of(
        flattener,
        result,
        symmetry,
        counts,
        rank -> communications.map(known -> known.of(rank)).orElse(List.of()),
        criticalPath);
  }

  /**
   * As the other, of communication that was added up otherwise.
   *
   * @param communications of each rank; empty where they are not known
   */
  public static StepReport of(
      Flattener flattener,
      SimulationResult result,
      Symmetry symmetry,
      CountingSink counts,
      IntFunction<List<CommunicationTime>> communications,
      Optional<CriticalPath> criticalPath) {
    if (result.status() != SimulationResult.Status.OK) {
      throw new IllegalArgumentException("the simulation did not end: " + result.diagnosis());
    }
    long iteration = result.maxCycles();
    List<RankTimes> ranks = new ArrayList<>();
    for (RankResult rank : result.ranks()) {
      int stage = flattener.stage(rank.rank());
      ranks.add(RankTimes.of(rank, stage, iteration, communications.apply(rank.rank())));
    }
    return of(
        flattener.plan(),
        flattener.stragglers(),
        iteration,
        flattener.microBatches(),
        flattener.tokens(),
        flattener.parameters(),
        flattener.modelOperations().orElseGet(counts::modelMatmulOperations),
        RanksByColour.of(ranks),
        symmetry,
        StepCounts.of(counts),
        criticalPath);
  }

  /**
   * The report of a simulation of one rank of each colour that went to its end.
   *
   * @param result of these ranks, in order
   * @param colourOfRank the place of each rank's result among them
   * @param communications of these ranks
   */
  public static StepReport ofColours(
      Flattener flattener,
      SimulationResult result,
      int[] colourOfRank,
      Symmetry symmetry,
      CountingSink counts,
      List<StepCounts.UsedGroups> usedGroups,
      IntFunction<List<CommunicationTime>> communications) {
    long iteration = result.maxCycles();
    List<RankTimes> ofColour = new ArrayList<>();
    for (RankResult one : result.ranks()) {
      int rank = one.rank();
      ofColour.add(RankTimes.of(one, flattener.stage(rank), iteration, communications.apply(rank)));
    }
    return of(
        flattener.plan(),
        flattener.stragglers(),
        iteration,
        flattener.microBatches(),
        flattener.tokens(),
        flattener.parameters(),
        flattener.modelOperations().orElseGet(counts::modelMatmulOperations),
        RanksByColour.of(ofColour, colourOfRank),
        symmetry,
        StepCounts.of(counts, usedGroups),
        Optional.empty());
  }

  /**
   * A report of the times of all ranks, from which those of the stages follow.
   *
   * @param ranks in order; every stage has some
   */
  public static StepReport of(
      PlanValues plan,
      Stragglers stragglers,
      long iterationNanos,
      int microBatches,
      long tokens,
      long parameters,
      BigInteger modelOperations,
      RanksByColour ranks,
      Symmetry symmetry,
      StepCounts counts,
      Optional<CriticalPath> criticalPath) {
    SortedMap<Integer, List<Alike>> byStage = new TreeMap<>();
    for (Alike alike : ranks.alike()) {
      byStage.computeIfAbsent(alike.times().stage(), unused -> new ArrayList<>()).add(alike);
    }
    List<StageTimes> stages = new ArrayList<>();
    byStage.forEach((stage, own) -> stages.add(StageTimes.of(stage, own, iterationNanos)));
    return new StepReport(
        plan,
        stragglers,
        iterationNanos,
        microBatches,
        tokens,
        parameters,
        modelOperations,
        ranks,
        stages,
        symmetry,
        counts,
        criticalPath);
  }

  /** The same report, as if no critical path had been asked for. */
  public StepReport withoutCriticalPath() {
    return withCriticalPath(Optional.empty());
  }

  /** The same report with another critical path, or none. */
  StepReport withCriticalPath(Optional<CriticalPath> path) {
    return new StepReport(
        plan,
        stragglers,
        iterationNanos,
        microBatches,
        tokens,
        parameters,
        modelOperations,
        ranks,
        stages,
        symmetry,
        counts,
        path);
  }

  /** The times of ranks that are alike. */
  public List<Alike> alike() {
    return RanksByColour.of(ranks).alike();
  }

  /** Length of the iteration. */
  public double iterationSeconds() {
    return unsigned(iterationNanos) / NANOS_PER_SECOND;
  }

  /** As {@link io.heddle.plan.Schedule#batchesInWork}. */
  public int batchesInWork() {
    return plan.schedule().batchesInWork(stages.size(), microBatches);
  }

  /**
   * From the end of a step to the end of the next one of the same batch: the iteration, or longer
   * where the busiest stage is not through with all batches in work before.
   */
  public double periodSeconds() {
    return batchesInWork() == 1
        ? iterationSeconds()
        : Math.max(iterationSeconds(), ofAllBatches() / NANOS_PER_SECOND);
  }

  /** The same in whole ns, unsigned. */
  public long periodNanos() {
    boolean waits = batchesInWork() > 1 && ofAllBatches() > unsigned(iterationNanos);
    return waits ? Math.round(ofAllBatches()) : iterationNanos;
  }

  /** How long the busiest stage is busy with all batches in work, ns. */
  private double ofAllBatches() {
    return batchesInWork() * stages.stream().mapToDouble(StepReport::busy).max().orElseThrow();
  }

  /** How long a stage is busy with one batch, ns. */
  private static double busy(StageTimes stage) {
    return stage.compute() + stage.exposedCommunication().orElse(0);
  }

  /**
   * Tokens that the step is expected to yield, all replicas: of those that are guessed and
   * verified, the ones that are accepted ({@link
   * io.heddle.plan.serving.Speculation#expectedTokens}).
   */
  public double yieldedTokens() {
    return plan.yieldedTokens(tokens);
  }

  /** Tokens of all replicas together, of all batches in work, as far as they are accepted. */
  public double tokensPerSecond() {
    return batchesInWork() * yieldedTokens() / periodSeconds();
  }

  /** Tokens for each device. */
  public double tokensPerSecondPerDevice() {
    return tokensPerSecond() / ranks.size();
  }

  /** Operations a second of the model's own matrix products, for each device. */
  public double modelFlopsPerDevice() {
    return batchesInWork() * modelOperations.doubleValue() / (periodSeconds() * ranks.size());
  }

  /**
   * Model FLOPs utilisation: the {@linkplain Flattener#modelOperations model's own} matrix products
   * over what all devices could do nominally in that time (Chowdhery et al. 2022, appendix B).
   */
  public double mfu() {
    return utilisation(modelOperations);
  }

  /** Hardware FLOPs utilisation: as {@link #mfu}, but of all operations that ran. */
  public double hfu() {
    return utilisation(counts.operations());
  }

  private double utilisation(BigInteger operations) {
    double peak = plan.cluster().device().peakFlops() * ranks.size();
    return batchesInWork() * operations.doubleValue() / (periodSeconds() * peak);
  }

  /** Share of the iteration in which a rank is idle, mean over all ranks, 0 to 1. */
  public OptionalDouble bubble() {
    return share(mean(alike(), RankTimes::idle), iterationNanos);
  }

  /** Mean over all ranks, ns. */
  public double meanCompute() {
    return sum(alike(), RankTimes::compute) / ranks.size();
  }

  /** Mean over all ranks, ns. */
  public OptionalDouble meanExposedCommunication() {
    return mean(alike(), RankTimes::exposedCommunication);
  }

  /** Means over all ranks by what communicates; empty if that is not told. */
  public List<MeanCommunicationTime> communications() {
    return MeanCommunicationTime.of(alike());
  }

  /**
   * Exposed communication by the {@linkplain Communication#axesName axes} of who communicates, mean
   * over all ranks, ns; empty if communication is not told from idle time.
   */
  public Map<String, Double> exposedByAxes() {
    Map<String, Double> byAxes = new LinkedHashMap<>();
    for (MeanCommunicationTime time : communications()) {
      byAxes.merge(time.what().axesName(), time.exposed(), Double::sum);
    }
    return byAxes;
  }

  /** Whether communication is told from idle time; it is not of AstraSim's own runs. */
  public boolean tellsLanes() {
    return alike().stream().allMatch(alike -> alike.times().idle().isPresent());
  }

  /** Bytes that ranks hand to collectives. */
  public BigInteger collectiveBytes() {
    return counts.collectiveBytes();
  }

  static double sum(List<Alike> ranks, ToLongFunction<RankTimes> time) {
    NanosSum sum = new NanosSum();
    for (Alike alike : ranks) {
      sum.add(time.applyAsLong(alike.times()), alike.ranks());
    }
    return sum.value();
  }

  /** Mean of a time; absent if it is of one of them. */
  static OptionalDouble mean(List<Alike> ranks, Function<RankTimes, OptionalLong> time) {
    NanosSum sum = new NanosSum();
    int all = 0;
    for (Alike alike : ranks) {
      OptionalLong one = time.apply(alike.times());
      if (one.isEmpty()) {
        return OptionalDouble.empty();
      }
      all += alike.ranks();
      sum.add(one.getAsLong(), alike.ranks());
    }
    return OptionalDouble.of(sum.value() / all);
  }

  static OptionalDouble share(OptionalDouble nanos, long iterationNanos) {
    return nanos.isPresent()
        ? OptionalDouble.of(nanos.getAsDouble() / unsigned(iterationNanos))
        : nanos;
  }

  static double unsigned(long nanos) {
    return nanos >= 0 ? nanos : nanos + TWO_TO_64;
  }
}
