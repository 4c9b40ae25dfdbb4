package io.heddle.runtime.trace;

import io.heddle.plan.PlanValues;
import io.heddle.plan.mesh.Groups;
import io.heddle.plan.mesh.Mesh;
import io.heddle.runtime.straggler.Stragglers;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/** Answers as another flattener does; a subclass changes something of it. */
public abstract class ForwardingFlattener implements Flattener {
  private final Flattener flattener;

  protected ForwardingFlattener(Flattener flattener) {
    this.flattener = flattener;
  }

  /** The flattener that is not another's wrapping: the one that makes the nodes. */
  public static Flattener innermost(Flattener flattener) {
    Flattener inner = flattener;
    while (inner instanceof ForwardingFlattener wrapping) {
      inner = wrapping.flattener;
    }
    return inner;
  }

  @Override
  public void emit(int rank, NodeSink sink) {
    flattener.emit(rank, sink);
  }

  @Override
  public PlanValues plan() {
    return flattener.plan();
  }

  @Override
  public Mesh mesh() {
    return flattener.mesh();
  }

  @Override
  public Groups groups() {
    return flattener.groups();
  }

  @Override
  public int stages() {
    return flattener.stages();
  }

  @Override
  public int stage(int rank) {
    return flattener.stage(rank);
  }

  @Override
  public OptionalInt ranksToNextStage() {
    return flattener.ranksToNextStage();
  }

  @Override
  public List<IntUnaryOperator> expertParts() {
    return flattener.expertParts();
  }

  @Override
  public int microBatches() {
    return flattener.microBatches();
  }

  @Override
  public long tokens() {
    return flattener.tokens();
  }

  @Override
  public long parameters() {
    return flattener.parameters();
  }

  @Override
  public Optional<BigInteger> modelOperations() {
    return flattener.modelOperations();
  }

  @Override
  public Stragglers stragglers() {
    return flattener.stragglers();
  }

  @Override
  public Emission emission() {
    return flattener.emission();
  }

  @Override
  public RankTrace open(int rank, Emission emission) {
    return flattener.open(rank, emission);
  }

  @Override
  public int actions(int rank) {
    return flattener.actions(rank);
  }
}
